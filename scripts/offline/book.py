"""The built pages of a language as a book: the one source of the PDF and the EPUB.

Pages are read from the finished HTML, freed of what only a browser needs, and joined
into parts as the navigation has them. Every anchor gets the page's name in front, so
that all pages can stand in one document: ``theory/data.html#leakage`` becomes
``theory-data--leakage``.
"""

import copy
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import html
from lxml.html import HtmlElement

from scripts import config
from scripts.environment import Stop
from scripts.model import PILLARS

# for the site alone, or lists of what the contents list already
LEFT_OUT = {"index.md", "coverage.md", "downloads.md", "sources/index.md"}
LEFT_OUT |= {f"{pillar}/index.md" for pillar in PILLARS}
FOLDERS = ("practice/", "contributing/")  # drawn by a browser; for those who write
DROPPED = (
    "//comment()|//script|//style|//*[contains(@class,'md-content__button')]"
    "|//*[contains(@class,'visually-hidden')]"
)
RAW_MATH = re.compile(
    r"\$\$([^$]+?)\$\$|(?<![\\$])\$(?!\s)((?:\\.|[^$\\])+?)(?<!\s)\$(?![\d$])"
)

TEXT = {
    "en": {
        "contents": "Contents",
        "part": "Part {number}",
        "cheat-sheet": "Cheat sheet",
        "cheat-sheet.title": "{title}: cheat sheet",
        "cheat-sheet.about": "Each question with its short answer. The full answers, "
        "with derivations, tested code and sources, are in the handbook.",
        "cover.about": "Questions and answers proved by running code",
        "cover.count": "{questions} questions on {pages} pages",
        "hint": "Hint",
        "pitfalls": "Pitfalls",
        "rubric": "Rubric for interviewers",
        "asked": "asked in",
        "basic": "Basic",
        "advanced": "Advanced",
        "expert": "Expert",
        "and": ", ",
        "licence": "Text CC BY 4.0, code MIT. {date}. The newest edition: {url}",
        "authors": "Contributors to the Deep Learning Interview Handbook",
    },
    "zh": {
        "contents": "目录",
        "part": "第 {number} 部分",
        "cheat-sheet": "速查表",
        "cheat-sheet.title": "{title}：速查表",
        "cheat-sheet.about": "每道题及其简答。"
        "完整的答案（含推导、经过测试的代码与来源）见手册正文。",
        "cover.about": "用可运行的代码验证每一个答案",
        "cover.count": "{pages} 个页面，{questions} 道题",
        "hint": "提示",
        "pitfalls": "常见误区",
        "rubric": "面试官评分参考",
        "asked": "出自",
        "basic": "基础",
        "advanced": "进阶",
        "expert": "专家",
        "and": "、",
        "licence": "文字采用 CC BY 4.0，代码采用 MIT 许可。{date}。最新版本：{url}",
        "authors": "深度学习面试手册的贡献者",
    },
}


class Unreadable(Stop):
    """The built site cannot be made into a book; the message says where."""


@dataclass(frozen=True)
class Question:
    """A question of a chapter: its heading and its short answer, to be typeset."""

    id: str
    anchor: str
    level: str
    title: HtmlElement
    short: HtmlElement


@dataclass(frozen=True)
class Chapter:
    """One page of the site. ``body`` is a ``section`` whose id is ``anchor``."""

    key: str
    anchor: str
    title: HtmlElement
    body: HtmlElement
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Part:
    """A section of the navigation, or a single page of it."""

    key: str
    title: str
    chapters: tuple[Chapter, ...]


@dataclass(frozen=True)
class Book:
    """All parts of one language. Paths of pictures are relative to ``root``."""

    language: str
    title: str
    root: Path
    url: str
    parts: tuple[Part, ...]

    def chapters(self) -> Iterator[Chapter]:
        """Yield every chapter in order."""
        for part in self.parts:
            yield from part.chapters

    def questions(self) -> list[Question]:
        """Return every question in order."""
        return [q for chapter in self.chapters() for q in chapter.questions]


def anchor(key: str, fragment: str = "") -> str:
    """Return the book's anchor of a page or of a place on it.

    >>> anchor("theory/data", "leakage")
    'theory-data--leakage'
    """
    page = key.replace("/", "-")
    return f"{page}--{fragment}" if fragment else page


def math(tex: str, display: bool) -> HtmlElement:
    """Return the element that holds a formula until it is typeset."""
    span = html.Element("span")
    span.set("class", "math display" if display else "math")
    span.text = tex.strip()
    return span


def inner(element: HtmlElement) -> list[HtmlElement | str]:
    """Return an element's text and children, copied, each with its tail apart."""
    found: list[HtmlElement | str] = [element.text] if element.text else []
    for child in element:
        twin = copy.deepcopy(child)
        twin.tail = None
        found.append(twin)
        if child.tail:
            found.append(child.tail)
    return found


def put(tag: str, contents: list[HtmlElement | str], **attributes: str) -> HtmlElement:
    """Return a new element with the given text and elements in it."""
    element = html.Element(tag, {k.rstrip("_"): v for k, v in attributes.items()})
    last: HtmlElement | None = None
    for piece in contents:
        if not isinstance(piece, str):
            element.append(piece)
            last = piece
        elif last is None:
            element.text = (element.text or "") + piece
        else:
            last.tail = (last.tail or "") + piece
    return element


def _mark_formulas(body: HtmlElement) -> None:
    """Replace what arithmatex marked, and raw formulas of notebooks, by `math`."""
    for marked in body.xpath(".//*[contains(@class,'arithmatex')]"):
        text = marked.text_content().strip()
        new = math(text[2:-2], text.startswith("\\["))
        new.tail = marked.tail
        marked.getparent().replace(marked, new)
    for root in body.xpath(".//*[contains(@class,'jp-RenderedMarkdown')]"):
        for element in root.iter():
            if isinstance(element.tag, str) and element.tag not in ("code", "pre"):
                _mark_raw(element)


def _mark_raw(element: HtmlElement) -> None:
    """Mark the raw formulas in an element's own text and behind its children."""
    if "math" in (element.get("class") or "").split():
        return
    pieces: list[HtmlElement | str] = []
    changed = False
    for piece in inner(element):
        found = list(RAW_MATH.finditer(piece)) if isinstance(piece, str) else []
        if not found or not isinstance(piece, str):
            pieces.append(piece)
            continue
        changed, end = True, 0
        for match in found:
            tex = math(match[1] or match[2], display=match[1] is not None)
            pieces += [piece[end : match.start()], tex]
            end = match.end()
        pieces.append(piece[end:])
    if changed:
        new = put(element.tag, pieces, **dict(element.attrib))
        element[:] = []
        element.text = new.text
        element[:] = list(new)


def _plain_notebook(body: HtmlElement) -> list[HtmlElement | str]:
    """Return a notebook's cells as plain paragraphs, code, output and pictures."""
    found: list[HtmlElement | str] = []
    wanted = (
        ".//*[contains(@class,'jp-RenderedMarkdown')]|.//div[@class='highlight']"
        "|.//*[contains(@class,'jp-OutputArea-output')]"
    )
    for block in body.xpath(wanted):
        kind = block.get("class") or ""
        if "jp-RenderedMarkdown" in kind:
            found += inner(block)
        elif kind == "highlight":
            found.append(copy.deepcopy(block))
        else:
            found += [
                put("pre", [pre.text_content()], class_="output")
                for pre in block.xpath(".//pre")
            ]
            found += [
                put("p", [copy.deepcopy(image)], class_="plot")
                for image in block.xpath(".//img")
            ]
    for piece in found:
        if not isinstance(piece, str):
            piece.tail = None
    return found


def _open(details: HtmlElement, labels: dict[str, str]) -> None:
    """Turn a collapsible block into an open one, with its label as a paragraph."""
    kind = details.get("class") or ""
    summary = details.find("summary")
    if summary is not None:
        if kind == "answer":
            details.remove(summary)
        else:
            summary.tag = "p"
            summary.set("class", "label")
            summary.text = labels.get(kind, summary.text)
    details.tag = "section"


def _facts(heading: HtmlElement, language: str, sources: dict[str, Any]) -> HtmlElement:
    """Return the line below a question: its level and who asked it."""
    text = TEXT[language]
    facts = [text.get(heading.get("data-level") or "", "")]
    asked = (heading.get("data-asked") or "").split()
    if asked:
        names = text["and"].join(sources[key]["label"][language] for key in asked)
        facts.append(f"{text['asked']} {names}")
    return put("p", [" · ".join(filter(None, facts))], class_="facts")


class _Reader:
    """Reads the pages of one language, once its navigation is known."""

    def __init__(self, root: Path, language: str, sources: dict[str, Any], url: str):
        self.root, self.language, self.sources, self.url = root, language, sources, url
        self.keys: set[str] = set()

    def chapter(self, key: str) -> Chapter:
        """Read one page.

        Raises:
            Unreadable: if the page is not there or has no title.
        """
        path = self.root / f"{key}.html"
        try:
            tree = html.parse(str(path)).getroot()
            (article,) = tree.xpath("//article[contains(@class,'md-content__inner')]")
        except (OSError, ValueError):
            raise Unreadable(
                f"{path} is missing or is not a page: build first"
            ) from None
        for element in article.xpath("." + DROPPED.replace("|", "|.")):
            element.drop_tree()
        _mark_formulas(article)
        notebook = bool(article.xpath(".//*[contains(@class,'jupyter-wrapper')]"))
        contents = _plain_notebook(article) if notebook else inner(article)
        body = put("section", contents, id=anchor(key), class_="chapter")
        for details in body.iter("details"):
            _open(details, TEXT[self.language])
        self._links(body, key)
        title = body.find("h1")
        if title is None:
            raise Unreadable(f"{path} has no title")
        return Chapter(key, anchor(key), title, body, tuple(self._questions(body, key)))

    def _questions(self, body: HtmlElement, key: str) -> Iterator[Question]:
        for heading in body.xpath(".//h3[contains(@class,'question')]"):
            heading.addnext(_facts(heading, self.language, self.sources))
            level = heading.attrib.pop("data-level", "")
            for name in [n for n in heading.attrib if n.startswith("data-")]:
                del heading.attrib[name]
            name = heading.get("id")
            answer = heading.xpath("following-sibling::section[@class='answer'][1]")
            if not answer:
                raise Unreadable(f"{key}: question {name} has no answer")
            short = copy.deepcopy(answer[0].find("p"))
            label = short.find("strong")
            label.text = None  # the label "In short."
            label.drop_tree()
            yield Question(name.partition("--")[2], name, level, heading, short)

    def _links(self, body: HtmlElement, key: str) -> None:
        """Give ids the page's name; make links and pictures independent of the page."""
        folder = posixpath.dirname(key)
        for element in body.iter():
            if not isinstance(element.tag, str):
                continue
            if element is not body and element.get("id"):
                element.set("id", anchor(key, element.get("id")))
            link, source = element.get("href"), element.get("src")
            if link:
                element.set("href", self._target(link, key, folder))
            if source and not source.startswith("data:"):
                element.set("src", posixpath.normpath(posixpath.join(folder, source)))

    def _target(self, link: str, key: str, folder: str) -> str:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            return link
        path = posixpath.normpath(posixpath.join(folder, unquote(parts.path)))
        page = path.removesuffix(".html") if parts.path else key
        if page in self.keys:
            return "#" + anchor(page, parts.fragment)
        fragment = f"#{parts.fragment}" if parts.fragment else ""
        return self.url + path + fragment


def _parts(language: str) -> tuple[str, list[tuple[str, list[str]]]]:
    """Return the book's title and its parts, as titles and page keys, from the nav."""
    settings = config.read(language)
    parts = []
    for entry in settings["nav"]:
        ((title, below),) = entry.items()
        keys = [
            posixpath.splitext(path)[0]
            for path in _paths(below)
            if path not in LEFT_OUT and not path.startswith(FOLDERS)
        ]
        if keys:
            parts.append((title, keys))
    return settings["site_name"], parts


def _paths(entry: Any) -> Iterator[str]:
    """Yield the paths of a part of the nav: a path, a list, or a title with either."""
    if isinstance(entry, str):
        yield entry
    else:
        for below in entry.values() if isinstance(entry, dict) else entry:
            yield from _paths(below)


def read(root: Path, language: str, sources: dict[str, Any], url: str) -> Book:
    """Read the finished site of one language.

    Args:
        root: the folder of that language's built site.
        language: ``en`` or ``zh``.
        sources: the ``sources`` of docs/sources.yml, for their labels.
        url: the public address of that language's root, ending in a slash.

    Raises:
        Unreadable: if a page of the navigation is missing or malformed.
    """
    title, listed = _parts(language)
    reader = _Reader(root, language, sources, url)
    reader.keys = {key for _, keys in listed for key in keys}
    parts = tuple(
        Part(keys[0].split("/")[0], name, tuple(map(reader.chapter, keys)))
        for name, keys in listed
    )
    return Book(language, title, root, url, parts)


def typeset(
    element: HtmlElement, formula: Callable[[str, bool], HtmlElement]
) -> HtmlElement:
    """Return a copy in which every formula is what ``formula(tex, display)`` gives."""
    twin = copy.deepcopy(element)
    twin.tail = None
    for span in twin.xpath("descendant-or-self::span[contains(@class,'math')]"):
        names = (span.get("class") or "").split()
        if names[0] == "math":
            new = formula(span.text or "", "display" in names)
            new.tail = span.tail
            span.getparent().replace(span, new)
    return twin


def to_text(element: HtmlElement) -> str:
    """Return an element's text with single blanks."""
    return " ".join(element.text_content().split())


def to_html(element: HtmlElement) -> str:
    """Return an element as HTML."""
    text: str = html.tostring(element, encoding="unicode", with_tail=False)
    return text


def formulas(book: Book) -> set[tuple[str, bool]]:
    """Return every formula of a book as TeX and whether it is displayed."""
    return {
        (span.text or "", "display" in span.get("class").split())
        for chapter in book.chapters()
        for span in chapter.body.iter("span")
        if (span.get("class") or "").split()[:1] == ["math"]
    }
