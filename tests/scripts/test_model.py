"""The reader of Markdown, held against the renderer that builds the site."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import lxml.html
import markdown
import pytest
from mkdocs.utils.yaml import yaml_load

from scripts.environment import ROOT
from scripts.model import (
    Page,
    content_hash,
    count_words,
    line_texts,
    read_handbook,
    read_page,
    split_front_matter,
)

REAL_PAGES = sorted(ROOT.glob("docs/*/**/*.md"))


@pytest.fixture(scope="session")
def extensions() -> dict[str, Any]:
    """The Markdown extensions of the English site."""
    with open(ROOT / "mkdocs.yml", encoding="utf-8") as file:
        config = yaml_load(file)
    found: dict[str, Any] = config["markdown_extensions"]
    found["pymdownx.snippets"]["base_path"] = [
        str(ROOT / folder) for folder in ("snippets", "build", "docs")
    ]
    return found


def render(text: str, extensions: dict[str, Any]) -> Any:
    """Render a page as the site does and parse the HTML."""
    lines = text.split("\n")
    body = "\n".join(lines[split_front_matter(lines) or 0 :])
    output = markdown.markdown(
        body,
        extensions=list(extensions),
        extension_configs={name: value or {} for name, value in extensions.items()},
    )
    return lxml.html.document_fromstring(f"<html><body>{output}</body></html>")


def page_of(tmp_path: Path, text: str) -> Page:
    """Read a text as an English page."""
    path = tmp_path / "docs/en/theory/x.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read_page(path, tmp_path, "en")


def assert_same(page: Page, rendered: Any, known: set[str]) -> None:
    """Compare what the model found with what the renderer made of a page."""
    formulas = rendered.xpath("//*[contains(@class, 'arithmatex')]")
    assert Counter(f.text.strip() for f in page.formulas) == Counter(
        " ".join(node.text_content().split())[2:-2].strip() for node in formulas
    )
    links = Counter(node.get("href") for node in rendered.xpath("//a[@href]"))
    inline = [link.target for link in page.links]
    assert sum(links.values()) == len(inline) + sum(u.key in known for u in page.uses)
    assert not Counter(inline) - links
    images = [(node.get("src"), node.get("alt")) for node in rendered.xpath("//img")]
    assert [image.target for image in page.images] == [source for source, _ in images]
    questions = rendered.xpath("//h3[contains(@class, 'question')]")
    assert [q.id for q in page.questions] == [node.get("id") for node in questions]
    assert [q.level for q in page.questions] == [
        node.get("data-level") for node in questions
    ]
    headings = rendered.xpath("//h1|//h2|//h3|//h4|//h5|//h6")
    assert [h.level for h in page.headings] == [int(h.tag[1]) for h in headings]
    blocks = rendered.xpath("//details")
    assert [block.kind for block in page.blocks] == [b.get("class") for b in blocks]
    assert len(page.codes) == len(rendered.xpath("//div[contains(@class,'highlight')]"))
    rows = len(rendered.xpath("//tr")) + len(rendered.xpath("//table"))
    assert len(page.tables) == rows


@pytest.mark.parametrize("path", REAL_PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_real_page_is_read_as_it_is_rendered(
    path: Path, extensions: dict[str, Any]
) -> None:
    page = read_page(path, ROOT, path.relative_to(ROOT).parts[1])
    known = {line[1:].split("]")[0] for line in _reference_lines()}
    assert_same(page, render(page.text, extensions), known)


def _reference_lines() -> list[str]:
    text = (ROOT / "docs/references.md").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith("[")]


TRICKY = {
    "formulas": "a $x$ b $y\nz$ c \\$5 d $\\$$ e $ f $ g `$h$` i $j$k $5 and $6",
    "formula beside code": "`a $x` b $y$ `c$`",
    "formulas in emphasis": "**bold $x_1$ and *$y_2$***",
    "display": "a\n\n$$\nx\n= y\n- z\n+ w\n$$\n\nb\n\n$$ x $$\n\nc",
    "display in a list": "- a\n\n    $$\n    x\n    $$\n\n- b $y$\n- c $z$",
    "display after a block": "/// answer\n$$\nx\n$$\n///\n",
    "formula over items": "- a $x\n- y$ b",
    "formula over paragraphs": "a $x\n\ny$ b",
    "formula with brackets": "$[a](b)$ and [c $d](e)$](f.md)",
    "formula with stars": "$a*b*c$ and $a_b_c$",
    "fences": "```python\n# a\n$x$\n```\n\n~~~\n[a](b)\n~~~\n",
    "nested fences": "````md\n```\n$x$\n```\n````\n\n$y$",
    "longer closing": "```\n$x$\n````\n$y$\n```\n",
    "fence in a list": "- a\n\n    ```py\n    $x$\n    ```\n\n    $y$\n",
    "fence not indented enough": "- a\n\n    ```py\n  $x$\n    ```\n",
    "fence never closed": "```py\n\n$x$\n\n# h\n",
    "fence in a paragraph": "text\n```py\n$x$\n```\ntext $y$",
    "inline fence": "```code``` $x$",
    "fence with attributes": '```{.python title="a b"}\n$x$\n```\n',
    "quoted fence": "> ```py\n> $x$\n> ```\n\n$y$",
    "indented code": "a\n\n    $x$\n    [a](b)\n\nb $y$",
    "indented in a list": "- a\n\n    b $x$\n",
    "code spans": "`a` ``b ` $c$`` `d\n[e](f)` \\`g $h$ \\`",
    "links": "[a](b.md) [c](<d.md>) [e](f.md 'g') [h [i] j](k.md) [l](m_(n).md)",
    "no links": "\\[a](b.md) `[c](d.md)` [e] (f.md)",
    "link over lines": "[a\nb](c.md)\n\n[d\n\ne](f.md)",
    "images": "![a](b.svg) ![c](d.svg){ .figure } [![e](f.svg)](g.md)",
    "headings": "# a\n## b { #b }\n### c `{}` { #c .question data-level=basic }\n#d\n",
    "quoted attributes": (
        "### a { #a .question data-level='basic' data-asked=\"x y\" }\n"
        "### b {: #b .question data-level=expert }\n### c {#c .question data-level=x}\n"
    ),
    "underlined": "a\n=\n\nb\n---\n\nc\n\n---\n",
    "closing marks": "## a ##\n### b ### { #b .question data-level=basic }\n",
    "headings in code": "```\n# a\n```\n\n    # b\n\n`# c`\n",
    "blocks": "/// answer\na\n///\n\n//// pitfalls\nb\n////\n/// rubric | T\nc\n///\n",
    "block options": "/// answer\n    open: true\n\na\n///\n",
    "slashes in code": "/// answer\n```\n///\n```\na\n///\n",
    "tables": "| a | b |\n|---|---|\n| $x$ | `y` |\n| z | $w$ |\n\ntext",
    "table without edges": "a | b\n--- | ---\n$x$ | $y$\n",
    "no table": "a | b\nc | d",
    "comment": "<!-- $x$ [a](b.md) -->\n\n<!--\n# c\n-->\n\n$y$",
    "addresses": "<https://example.org/a?b=c> <mailto:a@example.org>",
}


@pytest.mark.parametrize("text", TRICKY.values(), ids=TRICKY)
def test_tricky_markdown_is_read_as_it_is_rendered(
    tmp_path: Path, extensions: dict[str, Any], text: str
) -> None:
    rendered = render(text, extensions)
    for node in rendered.xpath("//a[starts-with(@href, '&') or @href]"):
        node.set("href", node.get("href").replace("mailto:mailto:", "mailto:"))
    assert_same(page_of(tmp_path, text), rendered, set())


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    text = (
        "---\ndescription: x\n---\n# A\n\ntext $x$\nmore [a](b.md) ![c](d.svg)\n\n"
        "```py title='t'\ncode\n```\n\n$$\ny\n$$\n\n"
        "### Q { #q .question }\n/// answer\n"
        "z [u][v] <kbd>\n///\n\nend\n"
    )
    page = page_of(tmp_path, text)
    lines = text.split("\n")
    assert [lines[f.line - 1] for f in page.formulas] == ["text $x$", "$$"]
    assert [page.links[0].line, page.images[0].line] == [7, 7]
    assert (page.codes[0].line, page.codes[0].last) == (9, 11)
    assert (page.codes[0].language, page.codes[0].title) == ("py", "t")
    (question,) = page.questions
    assert (question.line, question.last) == (17, len(lines))
    assert (question.blocks[0].line, question.blocks[0].last) == (18, 20)
    assert question.blocks[0].text == "z [u][v] <kbd>"
    assert [page.uses[0].line, page.tags[0].line] == [19, 19]
    assert page.meta_lines == {"description": 2}
    assert page.question_at(16) is None
    assert page.question_at(19) is question


def test_question_carries_its_attributes(tmp_path: Path) -> None:
    text = (
        "# T\n## G { #g }\n"
        "### Why $x$? { #why .question "
        "data-level=basic data-asked='a b' data-tags=c }\n"
        "context\n/// answer\none\n\ntwo\n///\n### Next { #next .question }\n"
    )
    page = page_of(tmp_path, text)
    question = page.questions[0]
    assert (question.id, question.level, question.title) == ("why", "basic", "Why $x$?")
    assert (question.asked, question.tags) == (("a", "b"), ("c",))
    assert (question.page, question.last) == ("theory/x", 9)
    assert question.block("answer") is question.blocks[0]
    assert question.block("rubric") is None
    assert list(question.blocks[0].paragraphs()) == [(6, 6, "one"), (8, 8, "two")]
    assert (page.title, page.groups[0].id) == ("T", "g")
    assert page.anchors == {"g", "why", "next"}


@pytest.mark.parametrize(
    ("line", "path", "part", "section"),
    [
        ('--8<-- "a/b.py:name"', "a/b.py", "name", "name"),
        ("--8<-- 'a/b.py:na-me'", "a/b.py", "na-me", "na-me"),
        ('    ---8<--- "a/b.py"', "a/b.py", None, None),
        ('--8<-- "a/b.py:3:10"', "a/b.py", "3:10", None),
        ('--8<-- "a/b.py:"', "a/b.py", "", None),
    ],
)
def test_embeds(
    tmp_path: Path, line: str, path: str, part: str | None, section: str | None
) -> None:
    (embed,) = page_of(tmp_path, f"text\n\n{line}\n").embeds
    assert (embed.line, embed.path, embed.part, embed.section) == (
        3,
        path,
        part,
        section,
    )


def test_hash_ignores_what_a_reader_cannot_see() -> None:
    text = "---\na: 1\n---\n\n# T\n\ntext\n"
    assert len(content_hash(text)) == 16
    for same in (
        text.replace("a: 1", "a: 2"),
        text.replace("\n", "\r\n"),
        text.replace("\n", "\r"),
        text.replace("text", "text  \t"),
        "\ufeff" + text,
        text.removeprefix("---\na: 1\n---\n"),
        text + "\n\n",
    ):
        assert content_hash(same) == content_hash(text)
    for other in ("# T\n\ntexts\n", "# T\ntext\n", "# T\n\n  text\n"):
        assert content_hash(other) != content_hash(text)


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("", "en", 0),
        ("One two, three — four.", "en", 4),
        ("It's state-of-the-art in 3.5 steps", "en", 5),
        ("`two words` and $x + y$ are $$z\n= 1$$", "en", 5),
        ("[two words](a-b_c.md) and [one][key-2015]", "en", 4),
        ("**bold** and *it*", "en", 3),
        ("训练时，用均值。", "zh", 6),
        ("用 PyTorch 2.9 的 `a b` 与 $x$", "zh", 7),
        ("[链接](https://example.org)", "zh", 2),
    ],
)
def test_words(text: str, language: str, count: int) -> None:
    assert count_words(text, language) == count


def test_front_matter_is_split_as_mkdocs_does() -> None:
    assert split_front_matter(["---", "a: 1", "---", "x"]) == 3
    assert split_front_matter(["---", "a: 1", "...", "x"]) == 3
    assert split_front_matter(["x", "---", "---"]) == 0
    assert split_front_matter(["---", "a: 1"]) is None
    assert line_texts("a\r\nb\rc\nd\u2028e") == ["a", "b", "c", "d\u2028e"]


def test_handbook_is_read_as_a_whole(handbook_root: Path) -> None:
    handbook = read_handbook(handbook_root)
    assert list(handbook.pages["en"]) == [
        "coding/lists",
        "reports/visit",
        "theory/norms",
        "theory/other",
    ]
    assert list(handbook.notebooks["zh"]) == ["theory/lab"]
    lab = handbook.notebooks["en"]["theory/lab"]
    assert [(cell.source, cell.lines) for cell in lab.code] == [("x = 1\nx", (4, 4))]
    assert lab.text.text == "\n\n# Lab\n\n\n\n\n"
    assert [(told.id, told.asked, told.line) for told in handbook.interviews] == [
        ("visit", ("mean-source", "small-batches"), 6)
    ]
    assert handbook.places == (
        ("theory/norms.md#statistics", 14),
        ("theory/other.md#other-group", 16),
    )
    assert [reference.key for reference in handbook.references] == ["ba", "ioffe-2015"]
    assert handbook.sources is not None
    assert list(handbook.sources) == ["ho-2017"]
    entry = handbook.catalogue["mean-source"]
    assert (entry.page, entry.level, entry.asked) == (
        "theory/norms",
        "basic",
        ("ho-2017",),
    )
    assert (entry.line, handbook.catalogue["not-written-yet"].asked) == (10, ())
    assert [term.zh for term in handbook.glossary] == ["批量归一化", "轮"]
    lines = [entry.line for entry in handbook.nav["en"]]
    assert lines == [3, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
    assert handbook.modules["snippets/theory/norms.py"].sections == {"mean": 3}
    assert list(handbook.modules["snippets/figures/norms.py"].figures) == ["two_curves"]
    for helper in ("diagram", "style"):
        assert handbook.modules[f"snippets/figures/{helper}.py"].figures == {}
    starter = handbook.modules["exercises/total.py"]
    assert (starter.sections, starter.source) == (
        {"starter": 4},
        "snippets/coding/lists/total.py",
    )
    assert list(handbook.exercises()) == ["lists/total"]
    assert handbook.cases == {"tests/exercises/lists/total.py"}
    assert handbook.generated() == {
        "coding/index.md",
        "contributing/rules.md",
        "contributing/translations.md",
        "glossary.md",
        "coverage.md",
        "downloads.md",
        "reports/index.md",
        "sources/index.md",
        "sources/ho-2017.md",
        "theory/index.md",
    }
    assert handbook.problems == ()


def test_an_empty_folder_is_a_handbook_without_pages(tmp_path: Path) -> None:
    handbook = read_handbook(tmp_path)
    assert list(handbook.all_questions()) == []
    assert {problem.rule for problem in handbook.problems} == {"F010"}


def test_cell_sources_may_be_one_text(handbook_root: Path) -> None:
    path = handbook_root / "docs/en/theory/lab.ipynb"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["cells"][1]["source"] = "x = 1\nx"
    path.write_text(json.dumps(data), encoding="utf-8")
    (cell,) = read_handbook(handbook_root).notebooks["en"]["theory/lab"].code
    assert (cell.source, cell.lines) == ("x = 1\nx", (1, 1))


def test_a_cells_lines_are_those_of_the_file(handbook_root: Path) -> None:
    path = handbook_root / "docs/en/theory/lab.ipynb"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["cells"][1]["source"] = ["x = 1\n", "\n", "\n", "y = '中'\n", "x"]
    text = json.dumps(data, indent=1)
    path.write_text(text, encoding="utf-8")
    (cell,) = read_handbook(handbook_root).notebooks["en"]["theory/lab"].code
    lines = text.split("\n")
    start = next(n for n, line in enumerate(lines, 1) if "x = 1" in line)
    assert cell.lines == tuple(range(start, start + 5))
    assert cell.line(4) == start + 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file_is_a_problem(handbook_root: Path) -> None:
    path = handbook_root / "docs/en/theory/other.md"
    path.chmod(0)
    problems = read_handbook(handbook_root).problems
    assert ("docs/en/theory/other.md", "F010") in {(p.path, p.rule) for p in problems}
