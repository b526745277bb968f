"""`check --fix` mends blanks, Chinese punctuation and tables, and nothing else."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts import check, fix
from scripts.environment import ROOT
from scripts.model import content_hash, read_handbook
from scripts.rules import RULES

HEAD = "---\ndescription: 一个足够长的说明，用来通过检查。\n---\n# 题目\n\n"

MENDED = {
    "blank before Latin": ("用ReLU激活", "用 ReLU 激活"),
    "blank beside digits": ("共3层", "共 3 层"),
    "blank beside code": ("用`f(x)`算", "用 `f(x)` 算"),
    "blank beside a formula": ("均值$\\mu$是", "均值 $\\mu$ 是"),
    "blank outside bold": ("用**ReLU**激活", "用 **ReLU** 激活"),
    "blank outside a link": ("见[ReLU](#a)的说明", "见 [ReLU](#a) 的说明"),
    "bold Chinese stays": ("用**当前**的均值", "用**当前**的均值"),
    "comma": ("训练时,用均值", "训练时，用均值"),
    "comma and blank": ("训练时, 用均值", "训练时，用均值"),
    "colon at the end": ("如下:", "如下："),
    "full stop": ("结束.", "结束。"),
    "question": ("为什么?因为", "为什么？因为"),
    "parentheses": ("归一化(batch norm)的", "归一化（batch norm）的"),
    "parentheses and blanks": ("归一化 (batch norm) 的", "归一化（batch norm）的"),
    "Chinese inside": ("ReLU (激活函数)", "ReLU（激活函数）"),
    "quotes": ('说"从不"的人', "说“从不”的人"),
    "English sentence stays": (
        "PyTorch, NumPy (both): yes.",
        "PyTorch, NumPy (both): yes.",
    ),
    "code stays": ("用 `训练时,a(b)` 说", "用 `训练时,a(b)` 说"),
    "formula stays": ("得 $f(x),中$ 值", "得 $f(x),中$ 值"),
    "an address stays": (
        "见 [a](https://e.org/中a,b) 里",
        "见 [a](https://e.org/中a,b) 里",
    ),
    "a number stays": ("约 3.5 倍，1,000 个", "约 3.5 倍，1,000 个"),
    "trailing blanks": ("一行 \n\n二行\t", "一行\n\n二行"),
    "a line break stays": ("一行  \n二行", "一行  \n二行"),
    "a table": (
        "|a|b|\n|:-|-----:|\n|甲|  乙 |",
        "| a | b |\n|:---|---:|\n| 甲 | 乙 |",
    ),
    "blank outside emphasis": ("用*ReLU*激活", "用 *ReLU* 激活"),
    "an escaped sign stays": ("中\\(a\\)文", "中\\(a\\)文"),
    "an image stays": ("中![图](../figures/a/b.svg)", "中![图](../figures/a/b.svg)"),
    "an escaped bar": (
        "|a|b|\n|-|-|\n|c\\|d|e|",
        "| a | b |\n|---|---|\n| c\\|d | e |",
    ),
    "an item before a table": ("- |a|\n  |---|\n  | b |", "- |a|\n  |---|\n  | b |"),
    "an empty item": ("- \n- 中", "- \n- 中"),
    "an empty cell": ("||b|\n|-|-|\n|甲||", "| | b |\n|---|---|\n| 甲 | |"),
}


@pytest.mark.parametrize(("before", "after"), MENDED.values(), ids=MENDED)
def test_what_is_mechanical_is_mended(before: str, after: str) -> None:
    assert fix.mended(f"{HEAD}{before}\n", "zh") == f"{HEAD}{after}\n"


@pytest.mark.parametrize(
    "text", ["```python\nx = 1 \n#训练,a\n```\n", "$$\n训,a\n$$\n"]
)
def test_blocks_of_code_and_formulas_stay(text: str) -> None:
    assert fix.mended(HEAD + text, "zh") == HEAD + text


def test_english_keeps_its_punctuation() -> None:
    text = "# Title\n\nWords, (and) 中文,words.\n"
    assert fix.mended(text, "en") == text


def test_pages_of_the_handbook_have_nothing_to_mend() -> None:
    for language in ("en", "zh"):
        for path in (ROOT / "docs" / language).rglob("*.md"):
            text = path.read_text(encoding="utf-8")
            assert fix.mended(text, language) == text, path


PIECES = st.sampled_from(
    [
        *(
            "训练",
            "时",
            "ReLU",
            "3.5",
            ",",
            ".",
            "(",
            ")",
            '"',
            ":",
            " ",
            "  ",
            "\n",
            "\n\n",
        ),
        *(
            "`f(a,中)`",
            "$x,y$",
            "**",
            "[a](b.md)",
            "| ",
            "|---|",
            "- ",
            "，",
            "（",
            "\t",
        ),
    ]
)


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_mending_twice_is_mending_once_and_words_stay(text: str) -> None:
    before = f"{HEAD}{text}\n"
    once = fix.mended(before, "zh")
    assert fix.mended(once, "zh") == once
    words = re.compile(r"[\w`$*\[\]]+")
    assert "".join(words.findall(once)) == "".join(words.findall(before))


def test_the_command_shows_what_it_changed_and_touches_nothing_else(
    handbook_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = handbook_root / "docs/zh/theory/norms.md"
    others = {p: p.read_bytes() for p in handbook_root.rglob("*") if p.is_file()}
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("估计的噪声大", "估计的noise大"), encoding="utf-8")
    assert check.run(handbook_root, fix=True) == 0
    out = capsys.readouterr().out
    assert [line[0] for line in out.splitlines() if "noise" in line] == ["-", "+"]
    assert page.read_text(encoding="utf-8") == text.replace(
        "估计的噪声大", "估计的 noise 大"
    )
    del others[page]
    assert {p: p.read_bytes() for p in others} == others


def test_an_english_page_keeps_its_translation(handbook_root: Path) -> None:
    page = handbook_root / "docs/en/theory/other.md"
    table = "Text.\n\n|a|b|\n|-|-|\n|c|d|"
    page.write_text(page.read_text("utf-8").replace("Text.", table), "utf-8")
    chinese = handbook_root / "docs/zh/theory/other.md"
    mark = content_hash(page.read_text("utf-8"))
    text = re.sub(
        "translation_of: .*", f"translation_of: {mark}", chinese.read_text("utf-8")
    )
    chinese.write_text(text, "utf-8")
    shown = fix.run(handbook_root)
    assert "+| a | b |" in shown
    assert "+translation_of" in shown
    assert not list(RULES["T002"].problems(read_handbook(handbook_root)))


def test_only_named_files_are_mended(handbook_root: Path) -> None:
    for name in ("norms", "other"):
        page = handbook_root / f"docs/en/theory/{name}.md"
        page.write_text(page.read_text("utf-8") + "\nEnd. \n", "utf-8")
    shown = fix.run(handbook_root, ["docs/en/theory/other.md"])
    assert "other.md" in shown
    assert "norms.md" not in shown
    assert (
        (handbook_root / "docs/en/theory/norms.md").read_text("utf-8").endswith(". \n")
    )


def test_what_cannot_be_read_is_left_alone(handbook_root: Path) -> None:
    page = handbook_root / "docs/en/theory/other.md"
    page.write_bytes(b"\xff\xfe End. \n")
    link = handbook_root / "docs/en/theory/link.md"
    link.symlink_to(handbook_root / "docs/references.md")
    assert fix.run(handbook_root) == ""
    assert page.read_bytes() == b"\xff\xfe End. \n"
    assert link.is_symlink()
