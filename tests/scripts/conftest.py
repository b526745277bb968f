# ruff: noqa: E501
"""A small valid handbook: the soil in which every rule is tried."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from scripts.model import content_hash

ENGLISH = """---
description: What batch normalization computes, and why small batches break it.
---
# Norms

**Prerequisites.** See [the other page](other.md#other-group) and [coverage](../coverage.md#theory).

## Statistics { #statistics }

### Where does the mean come from? { #mean-source .question data-level=basic data-asked="ho-2017" data-tags="norms" }

Context with <kbd>Ctrl</kbd> and a price of \\$5.

/// answer
**In short.** In training the mean $\\mu_B$ of the batch; `eval()` uses the recorded one.

The layer computes

$$
\\mu_B = \\frac{1}{m}
- 0
$$

| Mode | Mean |
|---|---|
| training | $\\lvert \\mu_B \\rvert$ |

- Item with $a
  = b$ in it.

```python title="snippets/theory/norms.py"
--8<-- "theory/norms.py:mean"
```

![Two curves that meet.](../figures/norms/two-curves.svg){ .figure }

**Follow-ups.** [What about small batches?](#small-batches) · [Lab](lab.ipynb) · [Site](https://example.org/a_(b))

**Sources.** [Ioffe and Szegedy (2015)][ioffe-2015] · [Ba][]
///

/// pitfalls
- *"The moving average."* It is only recorded.
///

/// rubric
- **Weak:** says normalization.
- **Solid:** names $\\gamma$.
- **Strong:** derives it.
///

### Why not with small batches? { #small-batches .question data-level=advanced }

//// answer
**In short.** The estimate is noisy.

```sh
/// answer
### no heading
$ no formula
```

**Sources.** [Ba et al. (2016)][ba]
////

/// pitfalls
- *"It never matters."* It does.
///

/// rubric
- **Weak:** guesses.
- **Solid:** names the noise.
- **Strong:** gives its size.
///
"""

CHINESE = """---
description: 批量归一化计算什么，为什么小批量会让它失效。
translation_of: HASH
---
# 归一化

**先修知识。** 见[另一页](other.md#other-group)和[覆盖情况](../coverage.md#theory)。

## 统计量 { #statistics }

### 均值从哪里来？ { #mean-source .question data-level=basic data-asked="ho-2017" data-tags="norms" }

背景：按 <kbd>Ctrl</kbd>，价格为 \\$5。

/// answer
**简答。** 训练时用批次均值 $\\mu_B$，`eval()` 用记录的均值。

该层计算

$$
\\mu_B = \\frac{1}{m}
- 0
$$

| 模式 | 均值 |
|---|---|
| 训练 | $\\lvert \\mu_B \\rvert$ |

- 含有 $a
  = b$ 的一项。

```python title="snippets/theory/norms.py"
--8<-- "theory/norms.py:mean"
```

![两条相交的曲线。](../figures/norms/two-curves.svg){ .figure }

**追问。** [小批量呢？](#small-batches) · [实验](lab.ipynb) · [网站](https://example.org/a_(b))

**来源。** [Ioffe and Szegedy (2015)][ioffe-2015] · [Ba][]
///

/// pitfalls
- *“滑动平均。”* 它只被记录。
///

/// rubric
- **较弱：** 只说归一化。
- **合格：** 说出 $\\gamma$。
- **优秀：** 能推导。
///

### 为什么小批量不行？ { #small-batches .question data-level=advanced }

//// answer
**简答。** 估计的噪声大。

```sh
/// answer
### no heading
$ no formula
```

**来源。** [Ba et al. (2016)][ba]
////

/// pitfalls
- *“从不重要。”* 重要。
///

/// rubric
- **较弱：** 猜测。
- **合格：** 指出噪声。
- **优秀：** 给出大小。
///
"""

OTHER = """---
description: Another page of the small handbook, which the first one links to.
---
# Other

## Group { #other-group }

Text.
"""

OTHER_CHINESE = """---
description: 小手册的另一页，第一页链接到这里。
translation_of: HASH
---
# 另一页

## 分组 { #other-group }

正文。
"""

LISTS = """---
description: One exercise of the small handbook, with its hints and its solution.
---
# Lists

## Sums { #sums }

### Add up a list. { #total .question data-level=basic }

Given numbers, return their sum.

```python title="exercises/total.py"
--8<-- "exercises/total.py:starter"
```

/// hint
What is the sum of no numbers?
///

/// hint
One loop.
///

/// answer
**In short.** One loop.

```python title="snippets/coding/lists/total.py"
--8<-- "coding/lists/total.py:solution"
```

**Sources.** [Ba et al. (2016)][ba]
///

/// pitfalls
- *"Start with the first."* An empty list has none.
///

/// rubric
- **Weak:** fails for an empty list.
- **Solid:** is right.
- **Strong:** names the cost.
///
"""

LISTS_CHINESE = """---
description: 小手册里的一道编程题，带有提示和解答。
translation_of: HASH
---
# 列表

## 求和 { #sums }

### 求列表之和 { #total .question data-level=basic }

给定若干数，返回它们的和。

```python title="exercises/total.py"
--8<-- "exercises/total.py:starter"
```

/// hint
没有数时，和是多少？
///

/// hint
一个循环。
///

/// answer
**简答。** 一个循环。

```python title="snippets/coding/lists/total.py"
--8<-- "coding/lists/total.py:solution"
```

**来源。** [Ba et al. (2016)][ba]
///

/// pitfalls
- **从第一个开始。** 空列表没有第一个。
///

/// rubric
- **较弱：** 空列表出错。
- **合格：** 正确。
- **优秀：** 说出代价。
///
"""

VISIT = """---
description: How an interview at a farm went, question by question, with its lessons.
---
# A farm, 2017

## Setting { #setting }

One of two engineers asked.

## Process { #process }

One talk.

## Questions, in order { #questions }

1. [The mean](../theory/norms.md#mean-source), known.
2. [Small batches](../theory/norms.md#small-batches), unknown.

## What went well or wrong { #course }

Both.

## Signs to read { #signs }

No team.

## Lessons { #lessons }

Read [norms](../theory/norms.md#statistics).
"""

VISIT_CHINESE = """---
description: 一次农场面试的逐题记录与启示，附答案链接。
translation_of: HASH
---
# 农场，2017 年

## 背景 { #setting }

两名工程师之一提问。

## 流程 { #process }

一轮。

## 按顺序提出的问题 { #questions }

1. [均值](../theory/norms.md#mean-source)，会。
2. [小批量](../theory/norms.md#small-batches)，不会。

## 得与失 { #course }

都有。

## 值得留意的信号 { #signs }

没有团队。

## 启示 { #lessons }

读[归一化](../theory/norms.md#statistics)。
"""

LAB = """{
 "cells": [
  {"cell_type": "markdown", "metadata": {}, "source": ["# Lab"]},
  {"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["x = 1\\n", "x"]}
 ],
 "metadata": {}, "nbformat": 4, "nbformat_minor": 5
}
"""

NAV = """site_name: !ENV [NAME, Handbook]
nav:
  - Home: theory/index.md
  - Theory:
      - theory/norms.md
      - theory/other.md
      - theory/lab.ipynb
  - Coding:
      - coding/index.md
      - coding/lists.md
  - glossary.md
  - Coverage: coverage.md
  - sources/index.md
  - sources/ho-2017.md
  - downloads.md
  - reports/index.md
  - reports/visit.md
  - contributing/rules.md
  - contributing/translations.md
  - Elsewhere: https://example.org/
"""

SOURCES = """sources:
  ho-2017:
    title: Interviews
    year: 2017
    interviews:
      - {id: visit, company: {en: A farm, zh: 农场}, interviewers: {en: Two, zh: 两人}, told: published, team: none, outcome: {en: No call, zh: 没有回音}, asked: [mean-source, small-batches]}
questions:
  theory:
    norms:
      - {id: mean-source, level: basic, asked: [ho-2017]}
      - {id: small-batches, level: advanced, asked: []}
      - {id: not-written-yet, level: expert}
practices:
  - {id: talk, source: ho-2017, where: "theory/norms.md#statistics", en: Talk., zh: 交谈。}
reading:
  - {id: book, where: "theory/other.md#other-group", en: Book, zh: 书}
"""

GLOSSARY = """- {en: batch norm, zh: 批量归一化, about_en: A layer., about_zh: 一种层。}
- {en: epoch, zh: 轮, about_en: One pass over the data., about_zh: 遍历数据一次。}
"""

PRACTICE = """topics:
  - id: norms
    label: {en: Norms, zh: 归一化}
    questions: [mean-source]
roles:
  - {id: engineer, label: {en: Engineer, zh: 工程师}, shares: {theory: 1, projects: 2, coding: 1, industry: 0}}
fields:
  - {id: vision, label: {en: Vision, zh: 视觉}, without: [theory/other]}
levels:
  basic: {basic: 1, advanced: 0, expert: 0}
  advanced: {basic: 1, advanced: 1, expert: 0}
  expert: {basic: 1, advanced: 1, expert: 1}
minutes: {theory: 4, projects: 7, coding: 12, industry: 4}
"""

REFERENCES = """[ba]: https://arxiv.org/abs/1607.06450 "Layer Normalization, Jimmy Lei Ba and others, 2016"
[ioffe-2015]: https://arxiv.org/abs/1502.03167 "Batch Normalization, Sergey Ioffe and Christian Szegedy, ICML 2015"
"""

MODULE = '''"""Norms."""

# --8<-- [start:mean]
def mean(x):
    return sum(x) / len(x)
# --8<-- [end:mean]
'''

TOTAL = '''"""Sums."""


# --8<-- [start:solution]
def total(numbers):
    """Return the sum."""
    return sum(numbers)
# --8<-- [end:solution]
'''

FIGURES = '''"""Figures."""


def two_curves():
    return _helper(2)


def scale(factor):
    return factor


def _helper(n):
    return n
'''

FILES = {
    "docs/en/theory/norms.md": ENGLISH,
    "docs/zh/theory/norms.md": CHINESE.replace("HASH", content_hash(ENGLISH)),
    "docs/en/theory/other.md": OTHER,
    "docs/zh/theory/other.md": OTHER_CHINESE.replace("HASH", content_hash(OTHER)),
    "docs/en/theory/lab.ipynb": LAB,
    "docs/zh/theory/lab.ipynb": LAB.replace("# Lab", "# 实验"),
    "docs/en/coding/lists.md": LISTS,
    "docs/zh/coding/lists.md": LISTS_CHINESE.replace("HASH", content_hash(LISTS)),
    "docs/en/reports/visit.md": VISIT,
    "docs/zh/reports/visit.md": VISIT_CHINESE.replace("HASH", content_hash(VISIT)),
    "docs/references.md": REFERENCES,
    "docs/sources.yml": SOURCES,
    "docs/glossary.yml": GLOSSARY,
    "docs/practice.yml": PRACTICE,
    "mkdocs.yml": NAV,
    "mkdocs.zh.yml": NAV.replace("Home", "首页"),
    "snippets/__init__.py": "",
    "snippets/theory/norms.py": MODULE,
    "snippets/coding/lists/total.py": TOTAL,
    "tests/exercises/lists/total.py": "MISTAKES = ()\n",
    "snippets/figures/norms.py": FIGURES,
    "snippets/figures/diagram.py": "def sheet():\n    pass\n",
    "snippets/figures/style.py": "def applied():\n    pass\n",
}


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a root."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


@pytest.fixture(scope="session")
def files() -> dict[str, str]:
    """The files of a valid handbook."""
    return dict(FILES)


@pytest.fixture
def handbook_root(tmp_path: Path) -> Path:
    """A fresh valid handbook on disk."""
    return write(tmp_path, FILES)
