"""The question bank: what practice, offline editions and counts read of the built site.

It is read from the rendered HTML alone: ``h3.question[id]`` followed by
``details.answer``, ``details.pitfalls`` and ``details.rubric``. It is written as
classic scripts that call ``handbookBank(name, data)``: those load from a web server
and from disk alike, where ``fetch`` and modules do not.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any

from lxml import html
from lxml.html import HtmlElement

BLOCKS = ("answer", "pitfalls", "rubric")


@dataclass(frozen=True)
class Entry:
    """A question as rendered. ``*_html`` hold inner HTML, ``short`` plain text."""

    id: str
    pillar: str
    page: str
    level: str
    asked: tuple[str, ...]
    tags: tuple[str, ...]
    title: str
    short: str
    url: str
    prompt_html: str
    answer_html: str
    pitfalls_html: str
    rubric_html: str

    def index(self) -> dict[str, Any]:
        """Return what the small index holds: everything but the HTML."""
        fields = asdict(self)
        return {k: v for k, v in fields.items() if not k.endswith("_html")}

    def chunk(self) -> dict[str, str]:
        """Return what the chunk of the question's page holds."""
        fields = asdict(self)
        return {k.removesuffix("_html"): fields[k] for k in fields if k[-5:] == "_html"}


def _inner(element: HtmlElement, skip: str = "") -> str:
    """Return an element's inner HTML without the children whose tag is ``skip``."""
    parts = [escape(element.text or "")]
    parts += [
        html.tostring(child, encoding="unicode")
        for child in element
        if child.tag != skip
    ]
    return "".join(parts).strip()


def _text(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _short(answer: HtmlElement) -> str:
    """Return the text after the bold label that opens an answer."""
    paragraph = answer.find("p")
    label = paragraph.find("strong")
    return _text(paragraph)[len(_text(label)) :].strip()


def _until_next(heading: HtmlElement) -> Iterator[HtmlElement]:
    for sibling in heading.itersiblings():
        if sibling.tag in ("h1", "h2", "h3"):
            return
        yield sibling


def read_page(path: Path, root: Path) -> list[Entry]:
    """Read the questions of one built page.

    Args:
        path: the HTML file.
        root: the root of its language's site; urls are relative to it.

    Returns:
        The questions in page order, none for a page without questions.
    """
    source = path.read_text(encoding="utf-8")
    if 'class="question"' not in source:
        return []
    url = path.relative_to(root).as_posix()
    key = url.removesuffix(".html")
    entries = []
    for heading in html.fromstring(source).xpath("//h3[@class='question'][@id]"):
        parts: dict[str, str] = dict.fromkeys(("prompt", *BLOCKS), "")
        short = ""
        for element in _until_next(heading):
            kind = element.get("class", "") if element.tag == "details" else "prompt"
            if kind == "answer":
                short = _short(element)
            if kind in BLOCKS:
                parts[kind] = _inner(element, skip="summary")
            else:
                parts["prompt"] += html.tostring(element, encoding="unicode")
        entries.append(
            Entry(
                id=heading.get("id"),
                pillar=key.split("/")[0],
                page=key,
                level=heading.get("data-level"),
                asked=tuple((heading.get("data-asked") or "").split()),
                tags=tuple((heading.get("data-tags") or "").split()),
                title=_text(heading),
                short=short,
                url=f"{url}#{heading.get('id')}",
                **{f"{name}_html": value.strip() for name, value in parts.items()},
            )
        )
    return entries


def _script(name: str, data: Any) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"handbookBank({json.dumps(name)},{text});\n"


def load(path: Path) -> Any:
    """Return the data of one of the bank's script files."""
    text = path.read_text(encoding="utf-8")
    return json.loads(text[text.index(",") + 1 : text.rindex(")")])


def write(entries: list[Entry], root: Path) -> None:
    """Write ``bank/index.js`` and ``bank/<pillar>/<page>.js`` for each page."""
    pages: dict[str, dict[str, Any]] = {}
    for entry in entries:
        pages.setdefault(entry.page, {})[entry.id] = entry.chunk()
    files = {"index": _script("index", [entry.index() for entry in entries])}
    files |= {page: _script(page, chunk) for page, chunk in pages.items()}
    for name, text in files.items():
        target = root / "bank" / f"{name}.js"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
