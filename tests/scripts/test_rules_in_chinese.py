"""Every rule has its texts in Chinese, with the same literals, set as our pages are."""

import re

import pytest
import yaml

from scripts import fix, safety
from scripts.environment import ROOT
from scripts.model import CJK, LEVELS, REPORT_SECTIONS
from scripts.rules import _TAGS, RULES

FILE = ROOT / "scripts" / "rules.zh.yml"
LINES = FILE.read_text(encoding="utf-8").splitlines()
CHINESE = yaml.safe_load("\n".join(LINES))
PARTS = ("title", "why", "fix")
EVERY = [(id, part) for id in RULES for part in PARTS]

CODE = re.compile(r"`([^`]+)`")
# What is no code, but typed or named all the same: numbers, paths, list items.
PLAIN = re.compile(r"\d+|[\w<>-]+(?:[./][\w<>-]+)+/?|\w+/|\*\*[^*]+\*\*")
# Words that stand for those of a contributor, who writes Chinese.
TRANSLATED = {
    "# Title": "# 标题",
    "## Text": "## 文字",
    "## Batch statistics { #batch-statistics }": "## 批量统计量 { #batch-statistics }",
    "[Author (year)][key]": "[作者（年份）][key]",
    "[text](path.md#id)": "[文字](path.md#id)",
    "[text](https://…)": "[文字](https://…)",
}


def english(id: str, part: str) -> str:
    return str(getattr(RULES[id], part))


def code_and_prose(text: str) -> tuple[set[str], str]:
    return set(CODE.findall(text)), CODE.sub(" ", text)


def test_the_rules_are_those_of_the_registry_in_its_order_one_a_line() -> None:
    assert [line.partition(":")[0] for line in LINES[1:]] == list(RULES)
    assert list(CHINESE) == list(RULES)


@pytest.mark.parametrize("id", RULES)
def test_a_rule_has_three_texts_in_chinese(id: str) -> None:
    texts = CHINESE[id]
    assert tuple(texts) == PARTS
    for text in texts.values():
        assert isinstance(text, str)
        assert text == text.strip()
        assert re.search(f"[{CJK}]", CODE.sub("", text))
    assert texts["why"].endswith("。")
    for part in ("title", "fix"):
        assert not texts[part].endswith(tuple("。.；;，,：:"))
    assert "。" not in CODE.sub("", texts["title"] + texts["fix"])


@pytest.mark.parametrize(("id", "part"), EVERY)
def test_what_is_typed_is_the_same_in_chinese(id: str, part: str) -> None:
    code, prose = code_and_prose(english(id, part))
    chinese = CHINESE[id][part]
    assert {TRANSLATED.get(each, each) for each in code} <= set(CODE.findall(chinese))
    for literal in PLAIN.findall(prose):
        assert literal in chinese


def test_translated_literals_are_all_in_use() -> None:
    used = {code for id, part in EVERY for code in CODE.findall(english(id, part))}
    assert set(TRANSLATED) <= used


@pytest.mark.parametrize(
    ("id", "words"),
    [("Q004", LEVELS), ("H001", sorted(_TAGS)), ("I002", REPORT_SECTIONS)],
)
def test_words_to_choose_from_are_those_of_the_registry(
    id: str, words: list[str]
) -> None:
    for text in (english(id, "fix"), CHINESE[id]["fix"]):
        found = re.findall(r"[a-z]+", CODE.sub("", text))
        assert [word for word in found if word in words] == list(words)


@pytest.mark.parametrize(("id", "part"), EVERY)
def test_the_texts_are_set_as_our_chinese_pages_are(id: str, part: str) -> None:
    text = CHINESE[id][part]
    page = f"# x\n\n{text}"
    assert fix.mended(page, "zh") == page
    prose = CODE.sub("", text)
    assert text.count("`") == 2 * len(CODE.findall(text))
    assert not re.search(r'[<>"“”]', re.sub(r"“[^“”]+”", "", prose))
    assert not re.search(
        r"  | (?=[，。；：？！（）、])|(?<=[，。；：？！（）、]) ", text
    )
    assert not list(safety.hidden(text))
