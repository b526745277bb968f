"""Every rule: it fires where its subject is broken, and not on the valid handbook."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.model import read_handbook
from scripts.rules import RULES, Rule, check, rule

EN = "docs/en/theory/norms.md"
ZH = "docs/zh/theory/norms.md"
OTHER = "docs/en/theory/other.md"
LAB = "docs/en/theory/lab.ipynb"
ZH_LAB = "docs/zh/theory/lab.ipynb"
MODULE = "snippets/theory/norms.py"
FIGURES = "snippets/figures/norms.py"
REFERENCES = "docs/references.md"
SOURCES = "docs/sources.yml"
GLOSSARY = "docs/glossary.yml"
PRACTICE = "docs/practice.yml"
LISTS = "docs/en/coding/lists.md"
ZH_LISTS = "docs/zh/coding/lists.md"
TOTAL = "snippets/coding/lists/total.py"
VISIT = "docs/en/reports/visit.md"
NAV = "mkdocs.yml"
ZH_NAV = "mkdocs.zh.yml"
EMBED = '--8<-- "theory/norms.py:mean"'
PITFALLS = '- *"It never matters."* It does.\n'
FOLLOW = "**Follow-ups.** "


@dataclass(frozen=True)
class Case:
    """One edit of one file, and where the rule must fire.

    `at` is a text in the line that must be reported after the edit; without it
    the first line must be. `where` names the reported file if it is another one.
    A new file is a link where `new` begins with `->`. `also` are rules that cannot but
    break with it; all others must hold.
    """

    rule: str
    path: str
    old: str | bytes
    new: str | bytes
    at: str | None = None
    where: str | None = None
    also: str = ""


CASES = [
    Case("F001", EN, b"Item with", b"Item \xff\xfe with", at="Item"),
    Case("F002", OTHER, "", "\n \n", also="D005 F006 L002 P001"),
    Case(
        "F003", EN, "description: What", "description: [What", at=": [What", also="F006"
    ),
    Case(
        "F003",
        EN,
        "small batches break it.\n---",
        "small batches break it.",
        also="F006",
    ),
    Case("F003", OTHER, "description: Another", "Another", at="Another", also="F006"),
    Case(
        "F003",
        OTHER,
        "description: A",
        "a: 1\na: 2\ndescription: A",
        at="a: 2",
        also="F006",
    ),
    Case("F004", EN, b"---\ndescription", b"\xef\xbb\xbf---\ndescription"),
    Case("F005", EN, "in it.\n", "in it.\r\n", at="in it."),
    Case("F005", EN, "- Item", "-\tItem", at="Item"),
    Case("F005", EN, "Item", "It\x0bem", at="em with"),
    Case("F006", EN, "description: What", "about: What"),
    Case("F006", OTHER, "description: Another", "description: 5 #", at="description"),
    Case("F006", OTHER, "description: Another page", "description: A\n#", at="descr"),
    Case("F006", OTHER, "Another", "Another " * 30, at="description"),
    Case("F006", ZH, "description: 批量", "description: 短\n# 批量", at="description"),
    Case(
        "F007",
        EN,
        '"theory/norms.py:mean"\n```',
        '"theory/norms.py:mean"\n',
        at="```p",
        also="A002 A003 G003 L002 S009 S010",
    ),
    Case("F007", EN, "```sh", '```sh title="x', at="```sh"),
    Case("F008", OTHER, "Text.", "Text. TODO", at="TODO"),
    Case("F008", OTHER, "Text.", "Lorem Ipsum", at="Lorem"),
    Case("F008", ZH, "按 <kbd>", "待补充 <kbd>", at="待补充"),
    Case("F009", "docs/en/theory/Big_Page.md", "", OTHER, also="F006 N001 P001"),
    Case("F010", GLOSSARY, "", b"(deleted)"),
    Case("F010", ZH_NAV, "", b"(deleted)"),
    Case("F011", "docs/en/theory/passwords.md", "", "-> /etc/passwd"),
    Case("F011", "snippets/theory/keys.py", "", "-> ../../.git/config"),
    Case("F011", "docs/zh/extra", "", "-> ../.."),
    Case("F012", "docs/en/theory/huge.md", "", "word " * 50_000),
    Case("F012", "snippets/theory/huge.py", "", "#" * 300_000),
    Case("F013", "docs/en/theory/plot.png", "", b"\x89PNG"),
    Case("F013", "docs/en/theory/page.html", "", "<script>alert(1)</script>"),
    Case("F013", "snippets/theory/data.pkl", "", b"\x80"),
    Case("F014", OTHER, "Text.", "Te\u202ext.\u202c", at="Te\u202e"),
    Case("F014", OTHER, "Text.", "Te\u200bxt.", at="Te\u200b"),
    Case("F014", MODULE, "sum(x)", "sum(\u2066x)", at="sum("),
    Case("F014", LAB, '"x = 1', '"# \\u202e\\n", "x = 1', at="u202e", also="E003"),
    Case("F015", OTHER, "Text.", "T\u0435xt.", at="T\u0435xt"),
    Case("F015", MODULE, "return sum(x)", "return s\u0443m(x)", at="return s"),
    Case("F015", OTHER, "Text.", "T\u03bfxt.", at="T\u03bf"),
    Case("P001", EN, "# Norms\n", "Norms\n", also="P002"),
    Case(
        "P001", EN, "## Statistics {", "# Statistics {", at="# Statistics", also="P002"
    ),
    Case("P002", EN, "## Statistics", "Statistics", at="### Where", also="D005 L002"),
    Case("P002", EN, "# Norms\n", "### Norms\n", at="### Norms", also="P001 Q009"),
    Case("P003", EN, " { #statistics }", "", at="## Statistics", also="D005 L002"),
    Case(
        "P003", EN, "{ #statistics }", "{ #统计 }", at="## Statistics", also="D005 L002"
    ),
    Case(
        "P004",
        EN,
        "{ #statistics }",
        "{ #mean-source }",
        at="### Where",
        also="D005 L002",
    ),
    Case("P005", OTHER, "Text.", "#Text", at="#Text", also="P001"),
    Case("P005", OTHER, "Text.", "Text\n---", at="Text\n---", also="P003"),
    Case(
        "Q001", EN, "#small-batches .question", ".question", at="### Why", also="L002"
    ),
    Case(
        "Q002",
        OTHER,
        "Text.",
        "### A { #small-batches .question data-level=basic }",
        at="### A",
        also="A001 Q006 Q007",
    ),
    Case("Q003", EN, "{ #small-batches", "{ #Small_Batches", at="### Why", also="L002"),
    Case("Q003", EN, "{ #small-batches", "{ #小批量", at="### Why", also="L002"),
    Case("Q004", EN, "data-level=advanced", "data-level=hard", at="### Why"),
    Case("Q004", EN, " data-level=advanced", "", at="### Why"),
    Case("Q005", EN, '"ho-2017"', '"ho-2017 nobody-1999"', at="### Where", also="Q006"),
    Case("Q006", EN, "data-level=basic", "data-level=expert", at="### Where"),
    Case("Q006", EN, ' data-asked="ho-2017"', "", at="### Where"),
    Case(
        "Q007",
        SOURCES,
        "    norms:",
        "    other:",
        at="### Where",
        where=EN,
        also="Q007",
    ),
    Case("Q008", EN, 'data-tags="norms"', 'data-tags="Norms, x"', at="### Where"),
    Case("Q009", EN, " .question data-level=advanced", "", at="### Why", also="A007"),
    Case("Q009", EN, "{ #statistics }", "{ #statistics .question }", at="## Stat"),
    Case(
        "Q010",
        EN,
        "data-level=advanced",
        "data-level = advanced",
        at="### Why",
        also="Q004",
    ),
    Case("Q010", EN, "{ #small-batches", "{ x } { #small-batches", at="### Why"),
    Case("Q010", EN, "advanced }", "advanced", at="### Why", also="A007 L002 Q009"),
    Case(
        "Q010",
        EN,
        "data-level=advanced",
        "data-lvl=advanced",
        at="### Why",
        also="Q004",
    ),
    Case(
        "Q011",
        OTHER,
        "Text.",
        '### A { #fresh .question data-level=basic data-asked="ho-2017" }',
        at="### A",
        also="A001",
    ),
    Case("A001", EN, "/// pitfalls\n" + PITFALLS + "///", "", at="### Why"),
    Case(
        "A001",
        EN,
        "/// pitfalls\n" + PITFALLS,
        "/// rubric\n" + PITFALLS,
        at="### Why",
        also="A011",
    ),
    Case("A003", EN, PITFALLS + "///", PITFALLS, at="/// rubric\n- **Weak:** gu"),
    Case("A002", EN, "derives it.\n///", "derives it.\n", at="/// rubric"),
    Case(
        "A002",
        EN,
        "gives its size.\n///",
        "gives its size.\n",
        at="/// rubric\n- **Weak:** gu",
    ),
    Case(
        "A002",
        EN,
        "derives it.\n///",
        "derives it.\n////",
        at="////\n\n### Why",
        also="A002",
    ),
    Case(
        "A003",
        EN,
        "derives it.",
        "derives it.\n/// answer\n///",
        at="/// answer\n///",
        also="A001 A005 A007",
    ),
    Case(
        "A004",
        EN,
        "/// pitfalls\n" + PITFALLS,
        "/// pitfall\n" + PITFALLS,
        at="/// pitfall\n",
        also="A001",
    ),
    Case("A004", EN, "It does.", "It does.\n\n/// pitfalls:", at="pitfalls:"),
    Case("A004", OTHER, "Text.", '!!! note "x"', at="!!!"),
    Case("A004", EN, PITFALLS, "    open: true\n" + PITFALLS, at="open: true"),
    Case("A004", OTHER, "Text.", "    /// answer", at="/// answer"),
    Case("A005", EN, PITFALLS, "", at="/// pitfalls\n///"),
    Case("A006", EN, PITFALLS, PITFALLS + "\n#### Deeper\n", at="#### Deeper"),
    Case("A007", OTHER, "Text.", "/// answer\nx\n///", at="/// answer"),
    Case("A007", OTHER, "Text.", "Text.\n\n///", at="///"),
    Case("A008", EN, "**In short.** The", "The", at="//// answer"),
    Case(
        "A008",
        EN,
        "**In short.** The estimate is noisy.",
        "**In short.**",
        at="//// answer",
    ),
    Case("A008", ZH, "**简答。** 估计", "**In short.** 估计", at="//// answer"),
    Case("A009", EN, "is noisy.", "is noisy." + " word" * 77, at="//// answer"),
    Case("A009", ZH, "噪声大", "噪声大" + "字" * 155, at="//// answer"),
    Case(
        "A010",
        EN,
        "**Sources.** [Ba et al. (2016)][ba]",
        "[Ba et al. (2016)][ba]",
        at="//// answer",
    ),
    Case(
        "A010",
        EN,
        "**Sources.** [Ba et al. (2016)][ba]",
        "**Sources.** Ba",
        at="**Sources.** Ba",
    ),
    Case(
        "A010",
        ZH,
        "**来源。** [Ba et al. (2016)][ba]",
        "**来源.** [Ba][ba]",
        at="//// answer",
        also="C001",
    ),
    Case(
        "A011",
        EN,
        "- **Solid:** names the noise.\n",
        "",
        at="/// rubric\n- **Weak:** gu",
    ),
    Case(
        "A011",
        ZH,
        "- **较弱：** 猜测",
        "- **较弱:** 猜测",
        at="/// rubric\n- **较弱:",
        also="C001",
    ),
    Case("M001", EN, "The layer computes\n\n", "The layer computes\n", at="$$\n\\mu"),
    Case("M001", OTHER, "Text.", "Text $$x$$.", at="Text"),
    Case("M002", OTHER, "Text.", "Text $ x $.", at="Text"),
    Case("M002", OTHER, "Text.", "Text $5.", at="Text"),
    Case("M002", OTHER, "Text.", "Text \\(x\\).", at="Text"),
    Case("M002", OTHER, "Text.", "\\begin{aligned}\nx\n\\end{aligned}", at="\\begin"),
    Case("M003", EN, "\\lvert \\mu_B \\rvert", "|\\mu_B|", at="|\\mu_B|"),
    Case(
        "S001",
        EN,
        EMBED,
        '--8<-- "theory/nothing.py:mean"',
        at="nothing.py",
        also="S003 S008",
    ),
    Case(
        "S002", EN, EMBED, '--8<-- "theory/norms.py:median"', at=":median", also="S003"
    ),
    Case(
        "S003",
        EN,
        EMBED,
        '--8<-- "theory/norms.py:other"',
        at="start:mean",
        where=MODULE,
        also="S002",
    ),
    Case("S004", MODULE, "# --8<-- [end:mean]", "", at="start:mean"),
    Case("S004", MODULE, "# --8<-- [start:mean]", "", at="end:mean", also="S002"),
    Case(
        "S004",
        MODULE,
        "[end:mean]",
        "[end:mean]\n# --8<-- [start:mean]\n# --8<-- [end:mean]",
        at="start:mean]\n# --8<-- [e",
        also="S004",
    ),
    Case(
        "S004", MODULE, "[start:mean]", "[start:2nd mean]", at="2nd", also="S002 S004"
    ),
    Case("S005", EN, ":mean", ":3:10", at=":3:10", also="S003"),
    Case("S006", EN, ":mean", "", at='"theory/norms.py"', also="S003"),
    Case("S006", EN, ":mean", ":", at='"theory/norms.py:"', also="S003"),
    Case(
        "S007",
        EN,
        "theory/norms.py:mean",
        "../mkdocs.yml:mean",
        at="../mk",
        also="S003 S008",
    ),
    Case(
        "S007",
        EN,
        "theory/norms.py:mean",
        "/etc/passwd:mean",
        at="/etc",
        also="S003 S008",
    ),
    Case(
        "S007",
        EN,
        "theory/norms.py:mean",
        "https://example.org/x.py:mean",
        at="https://example.org/x",
        also="S003 S008",
    ),
    Case(
        "S008",
        EN,
        'title="snippets/theory/norms.py"',
        'title="norms.py"',
        at="```python",
    ),
    Case("S008", EN, ' title="snippets/theory/norms.py"', "", at="```python"),
    Case("S009", OTHER, "Text.", "```python\n" + "x = 1\n" * 6 + "```", at="```python"),
    Case("S009", OTHER, "Text.", "```\nimport x\n" + "x = 1\n" * 5 + "```", at="```"),
    Case(
        "S009",
        OTHER,
        "Text.",
        "- a\n\n    ~~~py\n" + "    x = 1\n" * 6 + "    ~~~",
        at="~~~py",
    ),
    Case("S009", OTHER, "Text.", "    def f():\n" + "        x = 1\n" * 5, at="def f"),
    Case("S010", EN, EMBED, EMBED + "\nx = 1", at="8<--"),
    Case("S010", OTHER, "Text.", EMBED, at="8<--"),
    Case("S010", OTHER, "Text.", "--8<-- theory/norms.py:mean", at="8<--"),
    Case(
        "S010",
        OTHER,
        "Text.",
        "--8<--\ntheory/norms.py:mean\n--8<--",
        at="8<--\nth",
        also="S010",
    ),
    Case("G001", EN, "![Two curves that meet.]", "![]", at="![]"),
    Case("G002", EN, "/two-curves.svg", "/three-curves.svg", at="three", also="G003"),
    Case("G002", EN, "/two-curves.svg", "/scale.svg", at="scale.svg", also="G003"),
    Case(
        "G002",
        EN,
        "norms/two-curves.svg",
        "style/applied.svg",
        at="applied.svg",
        also="G003",
    ),
    Case("G003", FIGURES, "def _helper(n)", "def helper()", at="def helper"),
    Case(
        "G004",
        EN,
        "../figures/norms/two-curves.svg",
        "plot.png",
        at="plot.png",
        also="G003",
    ),
    Case("R001", EN, "[ba]\n", "[bha]\n", at="[bha]"),
    Case("R001", EN, "[Ba][]", "[Baa][]", at="[Baa][]"),
    Case(
        "R002",
        REFERENCES,
        "[ba]:",
        '[rumelhart-1986]: https://doi.org/10.1038/323533a0 "T, A, 1986"\n[ba]:',
        at="rumel",
    ),
    Case(
        "R003",
        REFERENCES,
        "[ioffe",
        '[ba]: https://example.org/1 "T, A, 2016"\n[ioffe',
        at="example",
    ),
    Case("R003", REFERENCES, "1502.03167", "1607.06450", at="[ioffe"),
    Case("R004", REFERENCES, "[ioffe", "Some text\n[ioffe", at="Some"),
    Case(
        "R004",
        REFERENCES,
        ' "Layer Normalization, Jimmy Lei Ba and others, 2016"',
        "",
        at="[ba]",
    ),
    Case(
        "R004",
        REFERENCES,
        '"Layer Normalization, Jimmy Lei Ba and others, 2016"',
        '"Layer Normalization"',
        at="[ba]",
    ),
    Case("R004", REFERENCES, "ICML 2015", "ICML 2016", at="[ioffe"),
    Case("R004", REFERENCES, "[ba]:", "[Ba]:", at="[Ba]"),
    Case(
        "R005",
        REFERENCES,
        "https://arxiv.org/abs/1607.06450",
        "http://arxiv.org/abs/1607.06450",
        at="[ba]",
    ),
    Case("R006", OTHER, "Text.", "[x]: https://example.org/", at="[x]"),
    Case("L001", EN, "(other.md#", "(another.md#", at="another.md"),
    Case("L001", EN, "(lab.ipynb)", "(lob.ipynb)", at="lob"),
    Case(
        "L001", EN, "(../coverage.md#theory)", "(../../../coverage.md)", at="coverage"
    ),
    Case("L001", EN, "(lab.ipynb)", "(data.csv)", at="data.csv"),
    Case("L002", EN, "#other-group", "#no-group", at="#no-group"),
    Case("L002", EN, "](#small-batches)", "](#smaller)", at="](#smaller)"),
    Case("L002", EN, "coverage.md#theory", "coverage.md#cooking", at="cooking"),
    Case(
        "L003",
        EN,
        "(other.md#other-group)",
        "(other.html#other-group)",
        at="other.html",
    ),
    Case("L003", EN, "(other.md#other-group)", "(/theory/other.md)", at="(/theory"),
    Case("L003", EN, "(other.md#other-group)", "(../theory/)", at="(../theory/)"),
    Case("L004", EN, "(other.md#", "(the other.md#", at="the other.md"),
    Case("L004", EN, "https://example.org/a", "http://example.org/a", at="http://"),
    Case("L004", EN, "https://example.org/a", "//example.org/a", at="//example"),
    Case("L004", OTHER, "Text.", "[Text]()", at="[Text]()"),
    Case("H001", OTHER, "Text.", "<script>alert(1)</script>", at="<script>"),
    Case("H001", OTHER, "Text.", "`a\n***\n<iframe>`", at="<iframe"),
    Case("H001", OTHER, "Text.", "<div>`<script></script>`</div>", at="<script>"),
    Case("H001", OTHER, "Text.", "<!-- a --!><script></script> -->", at="<script>"),
    Case("H001", OTHER, "Text.", "* a\nb\n\n    <script></script>", at="<script>"),
    Case("H001", OTHER, "Text.", "- \n\n    <script></script>", at="<script>"),
    Case("H001", OTHER, "Another page", 'Another page"><script>', at="<script>"),
    Case("H001", OTHER, "description:", "template: x.html\ndescription:", at="x.html"),
    Case("H001", OTHER, "# Other", "# Other &lt;script&gt;", at="# Other"),
    Case(
        "H002", OTHER, "Text.", "<span title='`' onclick='f()' lang='`'>", at="onclick"
    ),
    Case("H002", OTHER, "Text.", "*a*{ 'x' onclick=f()}", at="onclick"),
    Case("H002", OTHER, "Text.", "`a\n***\n[x](javascript:f)`", at="javascript"),
    Case("A004", OTHER, "Text.", "> /// hint\n> x\n> ///", at="/// hint", also="A004"),
    Case("R006", OTHER, "Text.", "- [x-1999]: https://e.org", at="[x-1999]"),
    Case("H001", OTHER, "Text.", "<script src=x.js\n", at="<script", also="H002"),
    Case(
        "H001",
        OTHER,
        "Text.",
        '<iframe src="x.html"></iframe>',
        at="<iframe",
        also="H002",
    ),
    Case(
        "H001",
        OTHER,
        "Text.",
        '<img src="https://example.org/x.png" title="a > b">',
        at="<img",
        also="H002",
    ),
    Case(
        "H002", OTHER, "Text.", '<span title=">" onclick="f()">x</span>', at="onclick"
    ),
    Case(
        "H002", OTHER, "Text.", '<div style="background:url(//x)">x</div>', at="style"
    ),
    Case("H002", OTHER, "Text.", '<b onclick="f()"', at="onclick", also="H001"),
    Case("H002", OTHER, "Text.", "[x](javascript:alert)", at="javascript"),
    Case("H002", OTHER, "Text.", "[x](java&#115;cript:alert)", at="alert"),
    Case("H002", OTHER, "Text.", "<javascript:alert>", at="alert"),
    Case("H002", OTHER, "Text.", "![x](data:image/svg+xml,x)", at="data:"),
    Case("H002", OTHER, "Text.", '[x](other.md){ onclick="f()" }', at="onclick"),
    Case(
        "H003",
        EN,
        "../figures/norms/two-curves.svg",
        "https://example.org/x.svg",
        at="x.svg",
        also="G003",
    ),
    Case("H003", OTHER, "Text.", "![x][ba]", at="![x]"),
    Case("N001", NAV, "      - theory/other.md\n", "", where=OTHER, also="N003"),
    Case("N001", NAV, "  - sources/ho-2017.md\n", "", also="N003"),
    Case(
        "N001",
        ZH_NAV,
        "      - theory/other.md\n",
        "",
        where="docs/zh/theory/other.md",
        also="N003",
    ),
    Case(
        "N002",
        NAV,
        "theory/other.md",
        "theory/another.md",
        at="another.md",
        also="N001 N003",
    ),
    Case(
        "N003",
        ZH_NAV,
        "      - theory/norms.md\n      - theory/other.md",
        "      - theory/other.md\n      - theory/norms.md",
        at="other.md",
    ),
    Case("N004", NAV, "nav:", "navigation:"),
    Case("N004", NAV, "nav:", "nav: [", at="Home"),
    Case(
        "N004",
        NAV,
        "  - glossary.md\n",
        "  - glossary.md\n  - Again: glossary.md\n",
        at="Again",
        also="N003",
    ),
    Case("T001", "docs/zh/theory/other.md", "", b"(deleted)", where=OTHER),
    Case("T002", EN, "It does.", "It does!", at="translation_of", where=ZH),
    Case("T003", ZH, "translation_of", "translated_from"),
    Case(
        "T004",
        ZH,
        "#small-batches .question",
        "#smaller-batches .question",
        at="### 为",
        also="L002 T011",
    ),
    Case(
        "T004",
        ZH,
        "### 为什么小批量不行？",
        "#### 为什么小批量不行？",
        also="A001 Q009 T011",
    ),
    Case("T005", ZH, "{ #statistics }", "{ #stats }", at="#stats", also="L002"),
    Case(
        "T006", ZH, "data-level=advanced", "data-level=basic", at="### 为", also="Q006"
    ),
    Case("T007", ZH, ":mean", ":median", at="8<--", also="S002"),
    Case(
        "T007",
        ZH,
        f'```python title="snippets/theory/norms.py"\n{EMBED}\n```\n',
        "",
        at="### 均",
    ),
    Case("T008", ZH, "- 0\n", "- 1\n", at="$$"),
    Case("T008", ZH, "说出 $\\gamma$", "说出名字", at="### 均"),
    Case("T009", ZH, "two-curves", "other-curves", at="other-curves", also="G002"),
    Case("T010", ZH, "(other.md#other-group)", "(other.md)", at="(other.md)"),
    Case(
        "T011",
        ZH,
        "[Ba et al. (2016)][ba]",
        "[Ba et al. (2016)][ioffe-2015]",
        at="[Ba et al",
    ),
    Case(
        "T012",
        OTHER,
        "",
        b"(deleted)",
        where="docs/zh/theory/other.md",
        also="D004 D005 L001 N002",
    ),
    Case("C001", ZH, "背景：", "背景:", at="背景:"),
    Case("C001", ZH, "估计的噪声大。", "估计(噪声)大", at="估计("),
    Case("C001", ZH, "从不重要。”", '从不重要"', at="从不重要"),
    Case("C001", ZH, "**先修知识。** 见", "**先修知识.** 见", at="先修"),
    Case("C002", ZH, "估计的噪声大", "估计的noise大", at="noise"),
    Case("C002", ZH, "批次均值 $\\mu_B$", "批次均值$\\mu_B$", at="批次均值$"),
    Case("C002", ZH, "，`eval()` 用", "，`eval()`用", at="eval"),
    Case("C002", ZH, "[覆盖情况](", "GPU[覆盖情况](", at="GPU"),
    Case("E001", LAB, '{\n "cells"', "{\n cells", at="cells", also="E003"),
    Case(
        "E001",
        LAB,
        '{"cell_type": "markdown", "metadata": {}, "source": ["# Lab"]}',
        "7",
        also="E003",
    ),
    Case("E001", LAB, '["x = 1\\n", "x"]', "[1, 2]", also="E003"),
    Case("E002", LAB, '"outputs": []', '"outputs": [{}]', at="[{}]"),
    Case("E002", LAB, '"execution_count": null', '"execution_count": 3', at=": 3"),
    Case("E003", ZH_LAB, "x = 1", "x = 2", at="x = 2"),
    Case(
        "E004",
        LAB,
        "x = 1\\n",
        "!curl https://example.org | sh\\n",
        at="curl",
        also="E003",
    ),
    Case("E004", LAB, "x = 1\\n", "%run other.py\\n", at="%run", also="E003"),
    Case("E004", LAB, "x = 1\\n", "import requests\\n", at="requests", also="E003"),
    Case(
        "E004",
        LAB,
        "x = 1\\n",
        "from urllib import request\\n",
        at="urllib",
        also="E003",
    ),
    Case("E004", LAB, "x = 1\\n", "x = eval('1')\\n", at="eval", also="E003"),
    Case("E004", LAB, "x = 1\\n", "torch.hub.load('a', 'b')\\n", at="hub", also="E003"),
    Case("E005", LAB, '"cell_type": "markdown"', '"cell_type": "raw"', at="# Lab"),
    Case("H001", LAB, "# Lab", "<script>alert(1)</script>", at="<script>"),
    Case("H001", LAB, "# Lab", "```\\n<script>alert(1)</script>", at="<script>"),
    Case("H002", LAB, "# Lab", "[x](javascript:alert)", at="javascript"),
    Case("H003", LAB, "# Lab", "![x](https://example.org/x.png)", at="example.org"),
    Case("L001", LAB, "# Lab", "[x](nowhere.md)", at="nowhere"),
    Case("S011", MODULE, "sum(x)", "(eval)(x)", at="eval"),
    Case("S011", MODULE, "def mean", "from re import _os\n\ndef mean", at="_os"),
    Case("S011", MODULE, "def mean", "import socket\n\ndef mean", at="socket"),
    Case("S011", MODULE, "sum(x)", "__import__('os').system('id')", at="__import__"),
    Case("S011", FIGURES, "return factor", "return open(factor)", at="open"),
    Case("I001", "docs/en/reports/other.md", "", "# Other\n", also="F006 I002 N001"),
    Case(
        "I001",
        VISIT,
        "",
        b"(deleted)",
        where=SOURCES,
        at="- {id: visit",
        also="N002 T012",
    ),
    Case("I002", VISIT, "## Process { #process }", "## How { #how }", at="## How"),
    Case("I002", VISIT, "## Lessons { #lessons }\n", ""),
    Case("I002", VISIT, "Both.", "Both.\n\n## More { #more }", at="## More"),
    Case("I002", VISIT, "#statistics).", "#statistics).\n\n## X { #x }", at="## X"),
    Case(
        "I003",
        VISIT,
        "1. [The mean](../theory/norms.md#mean-source), known.\n",
        "",
        at="2. [Sm",
    ),
    Case("I003", VISIT, "#small-batches", "#mean-source", at="2. [Sm"),
    Case(
        "I003",
        VISIT,
        ", unknown",
        ", [again](../theory/norms.md#mean-source)",
        at="2. [Sm",
    ),
    Case("I004", VISIT, "One of two", "jane@example.org, one of two", at="jane@"),
    Case("I004", VISIT, "One of two", "138 0013 8000, one of two", at="138"),
    Case("I004", "docs/zh/reports/visit.md", "两名", "微信：abc_123，两名", at="微信"),
    Case("J001", LISTS, "{ #total .q", "{ #sum-up .q", at="# --8<-- [s", where=TOTAL),
    Case(
        "J002",
        "tests/exercises/lists/total.py",
        "",
        b"(deleted)",
        where=TOTAL,
        at="# --8<-- [s",
    ),
    Case("J002", "tests/exercises/lists/other.py", "", "MISTAKES = ()\n"),
    Case(
        "J003",
        LISTS,
        "/// hint\nOne loop.\n///\n\n/// answer",
        "/// answer\n**In short.** x\n///\n\n/// hint\nOne loop.\n///\n\n/// answer",
        at="/// hint\nOne",
        also="A001 A010",
    ),
    Case(
        "J003",
        LISTS,
        "/// hint\nWhat is the sum of no numbers?\n///\n\n/// hint\nOne loop.\n///\n",
        "",
        at="### Add",
    ),
    Case("J004", ZH_LISTS, "/// hint\n一个循环。\n///\n", "", at="### 求"),
    Case("D004", PRACTICE, "[mean-source]", "[no-such]", at="- id: norms"),
    Case("D004", PRACTICE, "[theory/other]", "[theory/none]", at="- {id: vision"),
    Case("D004", PRACTICE, "topics:", "topics: [", at="- id: norms"),
    Case("D004", PRACTICE, "topics:", "themes:"),
    Case("D004", PRACTICE, "en: Norms, ", "", at="- id: norms"),
    Case("D004", PRACTICE, "[mean-source]", "mean-source", at="- id: norms"),
    Case("D004", PRACTICE, "projects: 2, ", "", at="- {id: engineer"),
    Case("D004", PRACTICE, "minutes: {theory: 4", "minutes: {theory: -4"),
    Case("D004", PRACTICE, "  expert: {basic: 1", "  expert: {basic: x"),
    Case("D001", GLOSSARY, ", about_zh: 一种层。", "", at="batch norm"),
    Case("D001", GLOSSARY, "- {en: epoch", "- {en: [epoch", at="[epoch"),
    Case("D001", GLOSSARY, "", "terms: 3"),
    Case("D002", GLOSSARY, "- {en: epoch", "- {en: Batch norm", at="Batch norm"),
    Case("D003", SOURCES, "level: basic", "level: easy", at="easy", also="D003"),
    Case(
        "D003", SOURCES, "asked: [ho-2017]", "asked: [nobody]", at="nobody", also="D003"
    ),
    Case("D003", SOURCES, "asked: [ho-2017]", "asked: 3", at="asked: 3", also="D003"),
    Case("D003", SOURCES, "id: mean-source", "id: Mean", at="id: Mean", also="D003"),
    Case("D003", SOURCES, "id: not-written-yet", "name: x", at="name: x"),
    Case(
        "D003",
        SOURCES,
        "id: not-written-yet",
        "id: mean-source",
        at="level: expert",
        also="Q006",
    ),
    Case("D003", SOURCES, "  theory:", "  cooking:", at="cooking", also="D003"),
    Case("D003", SOURCES, "sources:", "source:", also="N002"),
    Case("D003", SOURCES, "questions:", "question:", also="D003"),
    Case(
        "D003",
        SOURCES,
        "    title: Interviews\n",
        "",
        at="  ho-2017:",
        also="D003 N002 Q005",
    ),
    Case("D003", SOURCES, "id: visit", "id: Visit", at="id: Visit"),
    Case("D003", SOURCES, "team: none", "team: big", at="team: big"),
    Case("D003", SOURCES, "told: published, ", "", at="id: visit"),
    Case("D003", SOURCES, "{en: Two, zh: 两人}", "Two", at="id: visit"),
    Case("D003", SOURCES, "asked: [mean-source,", "asked: [no-such,", at="id: visit"),
    Case(
        "D003", SOURCES, "asked: [mean-source, small-batches]", "asked: 2", at="visit"
    ),
    Case("D003", SOURCES, "source: ho-2017", "source: nobody", at="nobody"),
    Case("D003", SOURCES, "id: book, ", "", at="#other-group"),
    Case("D005", SOURCES, "other.md#other-group", "other.md#no", at="other.md#no"),
    Case("D005", SOURCES, "norms.md#statistics", "none.md#x", at="none.md"),
    Case("D006", GLOSSARY, "A layer.", "A <script>layer</script>.", at="<script>"),
    Case("D006", GLOSSARY, "A layer.", '"\\x3cscript>"', at="x3cscript"),
    Case("D006", GLOSSARY, "A layer.", '"[x](java&#115;cript:f)"', at="java"),
    Case("D006", GLOSSARY, "A layer.", '"*x*{ onclick=f() }"', at="onclick"),
    Case("D003", SOURCES, "source: ho-2017", "source: [a]", at="source: [a]"),
    Case("E001", LAB, "# Lab", "# Lab \\ud800", also="E003"),
    Case("D006", SOURCES, "A farm", "<img src=x onerror=f()>", at="<img"),
    Case("D006", REFERENCES, "Layer Norm", "<b>Layer Norm", at="<b>"),
    Case("D003", SOURCES, "sources:", "sources: {", also="N002"),
]


def names(case: Case) -> str:
    """Name a case in the test report."""
    return f"{case.rule}-{case.path.rsplit('/', 1)[-1]}-{str(case.new)[:16]}"


def edit(root: Path, case: Case) -> None:
    """Apply a case's edit to a handbook on disk."""
    path = root / case.path
    if case.new == b"(deleted)":
        path.unlink()
        return
    new = case.new if isinstance(case.new, bytes) else case.new.encode()
    old = case.old if isinstance(case.old, bytes) else case.old.encode()
    if not old:
        if new.startswith(b"-> "):
            path.symlink_to(new[3:].decode())
        else:
            path.write_bytes(new)
        return
    content = path.read_bytes()
    assert old in content, f"{case.old!r} is not in {case.path}"
    path.write_bytes(content.replace(old, new, 1))


def expected_line(root: Path, case: Case) -> int:
    """Return the line that must be reported."""
    if case.at is None:
        return 1
    text = (root / (case.where or case.path)).read_text("utf-8", "replace")
    assert case.at in text, f"{case.at!r} is not in the edited file"
    return text[: text.index(case.at)].count("\n") + 1


def test_the_valid_handbook_breaks_no_rule(handbook_root: Path) -> None:
    assert check(read_handbook(handbook_root)) == []


@pytest.mark.parametrize("case", CASES, ids=names)
def test_rule_fires_where_its_subject_is_broken_and_no_other_does(
    handbook_root: Path, case: Case
) -> None:
    edit(handbook_root, case)
    problems = check(read_handbook(handbook_root))
    places = {(p.path, p.line) for p in problems if p.rule == case.rule}
    assert (case.where or case.path, expected_line(handbook_root, case)) in places
    others = {p.rule for p in problems} - {case.rule, "T001", "T002"}  # debts may wait
    assert others == set(case.also.split()) - {case.rule}
    if not case.also:
        assert len(places) == 1


def test_the_corpus_is_large_enough() -> None:
    assert sum(not case.also for case in CASES) >= 60


def test_every_rule_has_a_case() -> None:
    assert {case.rule for case in CASES} == set(RULES)


@pytest.mark.parametrize("each", RULES.values(), ids=lambda each: each.id)
def test_every_rule_explains_itself(each: Rule) -> None:
    assert re.fullmatch(r"[A-Z]\d{3}", each.id)
    assert each.title[0].isupper() or each.title[0] in "`" or "/" in each.title
    assert not each.title.endswith(".")
    assert each.why.endswith(".")
    assert each.fix
    assert not each.fix.endswith(".")
    assert each.bad != each.good
    assert each.severity in ("error", "debt")


def test_ids_leave_no_gaps() -> None:
    by_letter: dict[str, list[int]] = {}
    for id in RULES:
        by_letter.setdefault(id[0], []).append(int(id[1:]))
    for letter, numbers in by_letter.items():
        assert numbers == list(range(1, len(numbers) + 1)), letter


def test_only_translation_may_wait() -> None:
    debts = {each.id for each in RULES.values() if each.severity == "debt"}
    assert debts == {"T001", "T002"}


def test_an_id_cannot_be_given_twice() -> None:
    with pytest.raises(ValueError, match="F001"):
        rule("F001", "Again", why="", fix="", bad="", good="")(lambda handbook: [])


HARMLESS = {
    "a formula with a dollar sign": "It costs \\$5, and $\\$$ is a formula.",
    "dollars in code": "Run `$HOME` and `` `$x` ``.",
    "HTML in code and formulas": "`<script>` and $a<b>c$ and 3 < 4.",
    "a comment": "<!-- <script>alert(1)</script>\n### x { #x .question }\n-->",
    "allowed tags": '<span class="a" data-count="x">x</span><br> H<sub>2</sub>O',
    "a placeholder that is spoken of": "The skeleton says `TODO` there.",
    "short code": "```python\nx = 1\n```",
    "another language": "```sh\n" + "ls\n" * 9 + "```",
    "a nested fence": "````md\n```python\n" + "x = 1\n" * 9 + "```\n````",
    "a fence in a list": "- a\n\n    ```sh\n    ### x\n    $ y\n    ```\n",
    "indented code": "Text:\n\n    $ ls | <script>\n    ### x",
    "mail": "<mailto:a@example.org> and <https://example.org/>",
    "a link with brackets": "[a [b] `c` $d$](other.md#other-group)",
    "a link with a title": '[a](other.md "Title (b)")',
    "a link over two lines": "[a\nb](other.md)",
    "an escaped bracket": "\\[a][b] is no link",
    "an escaped embed": ";--8<-- theory/norms.py",
    "a display formula in a list": "- a\n\n    $$\n    x\n    $$\n\n- b",
    "a formula right after a block": "$$\nx\n- y\n$$",
    "a ruler": "Text\n\n---\n\nText",
    "a heading with code": "## `{}` and $\\{a\\}$ { #braces }",
    "a comparison": "If $i<n$ then once = 1, and 1 < x.",
    "braces": "The set {on, off} and {style, src}.",
}


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_harmless_text_breaks_no_rule(handbook_root: Path, text: str) -> None:
    path = handbook_root / OTHER
    path.write_text(path.read_text("utf-8").replace("Text.", text), "utf-8")
    problems = [p for p in check(read_handbook(handbook_root)) if p.path == OTHER]
    assert problems == []


CHINESE = {
    "full-width punctuation after code": "用 `f(x)`，再用 $g(x)$。",
    "English in full-width parentheses": "批量归一化（batch normalization）的均值",
    "a link between characters": "见[分组](#other-group)的说明",
    "bold": "用**当前批次**的均值",
    "a path": "[文件](https://example.org/中文a.html) 里",
    "a range": "第 3～5 层，2019 年 3 月",
    "English with commas": "PyTorch, NumPy (both) and more: yes!",
}


@pytest.mark.parametrize("text", CHINESE.values(), ids=CHINESE)
def test_good_chinese_breaks_no_rule(handbook_root: Path, text: str) -> None:
    path = handbook_root / "docs/zh/theory/other.md"
    path.write_text(path.read_text("utf-8").replace("正文。", text), "utf-8")
    found = {p.rule for p in check(read_handbook(handbook_root))}
    assert not found & {"C001", "C002"}


def test_a_fingerprint_of_digits_is_no_number(handbook_root: Path) -> None:
    path = handbook_root / "docs/zh/theory/other.md"
    text = re.sub(
        "translation_of: .*",
        "translation_of: 0123456712345670",
        path.read_text("utf-8"),
    )
    path.write_text(text, "utf-8")
    (problem,) = check(read_handbook(handbook_root))
    assert (problem.rule, problem.line) == ("T002", 3)


def test_chinese_falls_back_on_english_pages(handbook_root: Path) -> None:
    (handbook_root / "docs/zh/theory/other.md").unlink()
    rules = {problem.rule for problem in check(read_handbook(handbook_root))}
    assert rules == {"T001"}


def test_without_sources_other_rules_still_run(handbook_root: Path) -> None:
    (handbook_root / SOURCES).unlink()
    rules = {problem.rule for problem in check(read_handbook(handbook_root))}
    assert rules == {"F010", "N002"}  # and no question has an unknown source


def test_problems_come_sorted(handbook_root: Path) -> None:
    for case in CASES:
        text = (handbook_root / EN).read_text("utf-8", "replace")
        if case.path == EN and isinstance(case.old, str) and case.old in text:
            edit(handbook_root, case)
    problems = check(read_handbook(handbook_root))
    assert len(problems) > 20
    assert problems == sorted(
        problems, key=lambda p: (p.path, p.line, p.rule, p.message)
    )
