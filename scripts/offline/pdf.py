"""Print books as PDF: Chromium prints, pikepdf joins.

A book is printed in pieces on all cores, because one print of everything takes more
than its share of time and memory. Pieces know nothing of each other: a link out of a
piece is printed as a link to `ELSEWHERE`, and when the pieces are joined each link is
pointed at a named destination of the whole. Running heads and page numbers, which only
the whole knows, are printed as a document of their own and laid over the pages.
"""

import asyncio
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path

from lxml.html import HtmlElement
from pikepdf import (
    Array,
    Dictionary,
    Name,
    NameTree,
    Object,
    ObjectStreamMode,
    OutlineItem,
    Page,
    Pdf,
    String,
)
from playwright.async_api import Browser

from scripts.environment import ROOT, Stop
from scripts.offline.book import TEXT, Book, Part, inner, put, to_html, to_text, typeset
from scripts.offline.formulas import KATEX, Formula

ELSEWHERE = "https://elsewhere.invalid/#"
STYLES = ROOT / "docs/offline/print.css"
PIECE = 90_000  # characters of text; some forty pages
PATIENCE = 600_000  # milliseconds for one print
LANGUAGE_TAGS = {"en": "en", "zh": "zh-Hans"}

Formulas = dict[tuple[str, bool], Formula]


class NotPrinted(Stop):
    """A book can't be printed as it should be; the message says why."""


@dataclass(frozen=True)
class Entry:
    """A line of contents and outline: a part, a chapter or a question."""

    title: str
    anchor: str
    below: list["Entry"] = field(default_factory=list)


@dataclass(frozen=True)
class Piece:
    """A stretch of a book that is printed by itself, and the anchors in it."""

    body: str
    anchors: frozenset[str]


@dataclass(frozen=True)
class Edition:
    """A document to print: what it is called, what is in it, how it begins."""

    name: str
    language: str
    root: Path
    title: str
    subject: str
    cover: str
    pieces: list[Piece]
    entries: list[Entry]
    questions_listed: bool  # in the table of contents
    formulas: frozenset[str]  # as TeX, which is their alternative text


def _printed(formulas: Formulas) -> Callable[[str, bool], HtmlElement]:
    """Return the function that `typeset` needs to fill in printed formulas."""

    def formula(tex: str, display: bool) -> HtmlElement:
        element = copy.deepcopy(formulas[tex, display].printed)
        if display:
            element.set("class", f"{element.get('class')} display")
        return element

    return formula


def _piece(elements: list[HtmlElement]) -> Piece:
    """Join typeset elements; links that leave them get an address of their own."""
    ids = [e.get("id") for element in elements for e in element.xpath("self::*|.//*")]
    inside = frozenset(filter(None, ids))
    for element in elements:
        for link in element.iter("a"):
            target = link.get("href") or ""
            if target.startswith("#") and target[1:] not in inside:
                link.set("href", ELSEWHERE + target[1:])
    # Chromium records only those destinations that a link of the document leads to.
    links = "".join(f'<a href="#{escape(name)}"></a>' for name in sorted(inside))
    body = "".join(map(to_html, elements))
    return Piece(f'{body}<div aria-hidden="true">{links}</div>', inside)


def entries(book: Book, formulas: Formulas) -> list[Entry]:
    """Return parts, chapters and questions; a part that is one page is one line."""

    def title(element: HtmlElement) -> str:
        return to_text(typeset(element, _printed(formulas)))

    found = []
    for part in book.parts:
        chapters = [
            Entry(
                title(chapter.title),
                chapter.anchor,
                [Entry(title(q.title), q.anchor) for q in chapter.questions],
            )
            for chapter in part.chapters
        ]
        if len(chapters) == 1 and chapters[0].title == part.title:
            found += chapters
        else:
            found.append(Entry(part.title, chapters[0].anchor, chapters))
    return found


def _cover(book: Book, date: str, kind: str = "") -> str:
    """Return the first page; ``kind`` stands above the title."""
    text = TEXT[book.language]
    pages = sum(bool(chapter.questions) for chapter in book.chapters())
    count = text["cover.count"].format(questions=len(book.questions()), pages=pages)
    licence = text["licence"].format(date=date, url=book.url)
    above = f'<p class="kind">{escape(kind)}</p>' if kind else ""
    return (
        f'<section class="cover">{above}<h1>{escape(book.title)}</h1>'
        f"<p>{escape(text['cover.about'])}</p><p>{escape(count)}</p>"
        f'<p class="licence">{escape(licence)}</p></section>'
    )


def _part_line(book: Book, part: Part) -> HtmlElement:
    """Return the line above a part's first chapter: its number and title."""
    keys = [other.key for other in book.parts if len(other.chapters) > 1]
    label = TEXT[book.language]["part"].format(number=keys.index(part.key) + 1)
    return put("p", [f"{label} · {part.title}"], class_="part")


def handbook(book: Book, formulas: Formulas, date: str, piece: int = PIECE) -> Edition:
    """Return the edition with every page of the book in full.

    Args:
        book: what to print.
        formulas: every formula of it.
        date: the date to show, such as ``2026-11-21``.
        piece: the number of characters after which a new piece begins.
    """
    pieces: list[Piece] = []
    for part in book.parts:
        waiting: list[HtmlElement] = []
        length = 0
        for chapter in part.chapters:
            body = typeset(chapter.body, _printed(formulas))
            if chapter is part.chapters[0] and len(part.chapters) > 1:
                body.insert(0, _part_line(book, part))
            waiting.append(body)
            length += len(body.text_content())
            if length > piece or chapter is part.chapters[-1]:
                pieces.append(_piece(waiting))
                waiting, length = [], 0
    return Edition(
        name=f"handbook-{book.language}",
        language=book.language,
        root=book.root,
        title=book.title,
        subject=TEXT[book.language]["cover.about"],
        cover=_cover(book, date),
        pieces=pieces,
        entries=entries(book, formulas),
        questions_listed=True,
        formulas=frozenset(tex for tex, _ in formulas),
    )


def cheat_sheet(book: Book, formulas: Formulas, date: str) -> Edition:
    """Return the edition with each question and its short answer, in two columns."""
    text = TEXT[book.language]
    pieces, parts = [], []
    for part in book.parts:
        asked = tuple(chapter for chapter in part.chapters if chapter.questions)
        if not asked:
            continue
        parts.append(replace(part, chapters=asked))
        sheet = put("div", [put("h1", [part.title])], class_="sheet")
        for chapter in asked:
            section = put("section", [], id=chapter.anchor)
            title = typeset(chapter.title, _printed(formulas))
            section.append(put("h2", inner(title)))
            for question in chapter.questions:
                section.append(typeset(question.title, _printed(formulas)))
                section.append(typeset(question.short, _printed(formulas)))
            sheet.append(section)
        pieces.append(_piece([sheet]))
    return Edition(
        name=f"cheat-sheet-{book.language}",
        language=book.language,
        root=book.root,
        title=text["cheat-sheet.title"].format(title=book.title),
        subject=text["cheat-sheet.about"],
        cover=_cover(book, date, text["cheat-sheet"]),
        pieces=pieces,
        entries=entries(replace(book, parts=tuple(parts)), formulas),
        questions_listed=False,
        formulas=frozenset(tex for tex, _ in formulas),
    )


def _lines(entries: list[Entry], depth: int = 0) -> Iterator[tuple[Entry, int]]:
    """Yield every entry and its depth: 0 a part, 1 a chapter, 2 a question."""
    for entry in entries:
        yield entry, depth
        yield from _lines(entry.below, depth + 1)


def _contents(edition: Edition, pages: dict[str, int]) -> str:
    """Return the table of contents; ``pages`` are counted from 0, by anchor."""
    lines = [f"<h1>{TEXT[edition.language]['contents']}</h1>"]
    for entry, depth in _lines(edition.entries):
        if depth < 2 or edition.questions_listed:
            lines.append(
                f'<p class="depth-{depth}"><a href="{ELSEWHERE}{escape(entry.anchor)}">'
                f"{escape(entry.title)}</a>"
                f'<span class="page">{pages[entry.anchor] + 1}</span></p>'
            )
    return f'<section class="contents">{"".join(lines)}</section>'


def roman(number: int) -> str:
    """Return the number of a page before the first chapter.

    >>> [roman(n) for n in (1, 4, 9, 14, 40)]
    ['i', 'iv', 'ix', 'xiv', 'xl']
    """
    text = ""
    for value, sign in (
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ):
        while number >= value:
            text, number = text + sign, number - value
    return text


def _folios(edition: Edition, pages: dict[str, int], front: int, total: int) -> str:
    """Return running heads and numbers for every page behind the cover.

    Args:
        edition: what is printed.
        pages: the page of each anchor, from 0, not counting the front matter.
        front: the number of pages of the front matter, with the cover.
        total: the number of pages behind the front matter.
    """
    heads = [TEXT[edition.language]["contents"]] * (front - 1)
    chapters = [
        (pages[entry.anchor], entry.title)
        for entry, depth in _lines(edition.entries)
        if depth == 1 or not (entry.below or depth)
    ]
    for page in range(total):
        begun = [title for start, title in chapters if start <= page]
        heads.append(begun[-1] if begun else "")
    numbers = [roman(place + 2) for place in range(front - 1)]
    numbers += [str(page + 1) for page in range(total)]
    return "".join(
        f'<div class="folio"><p class="head"><span>{escape(edition.title)}</span>'
        f'<span>{escape(head)}</span></p><p class="number">{number}</p></div>'
        for head, number in zip(heads, numbers, strict=True)
    )


def document(edition: Edition, body: str) -> str:
    """Return a whole HTML file with the edition's styles."""
    return (
        f'<!doctype html><html lang="{LANGUAGE_TAGS[edition.language]}"><head>'
        f'<meta charset="utf-8"><title>{escape(edition.title)}</title>'
        f'<base href="{edition.root.resolve().as_uri()}/">'
        f'<link rel="stylesheet" href="{(KATEX / "katex.min.css").as_uri()}">'
        f'<link rel="stylesheet" href="{STYLES.as_uri()}"></head>'
        f"<body>{body}</body></html>"
    )


async def _print(
    browser: Browser, edition: Edition, body: str, target: Path, tagged: bool = True
) -> None:
    """Print some HTML with the edition's styles."""
    source = target.with_suffix(".html")
    source.write_text(document(edition, body), encoding="utf-8")
    page = await browser.new_page()
    page.set_default_timeout(PATIENCE)
    missing: list[str] = []
    page.on("requestfailed", lambda request: missing.append(request.url))
    try:
        await page.goto(source.as_uri())
        await page.evaluate("document.fonts.ready")
        if missing:
            raise NotPrinted(f"{edition.name}: {missing[0]} can't be loaded.")
        await page.pdf(
            path=target, prefer_css_page_size=True, print_background=True, tagged=tagged
        )
    finally:
        await page.close()


class _Joined:
    """The printed pieces, joined into one tagged file with named destinations."""

    def __init__(self, language: str) -> None:
        self.pdf = Pdf.new()
        self.places: dict[str, tuple[int, Array]] = {}  # page index and view, by anchor
        self._numbers: list[object] = []  # the parent tree, flat
        self._next = 0
        self._top = self.pdf.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name.Document, K=Array([]))
        )
        tag = LANGUAGE_TAGS[language]
        self.pdf.Root.Lang = String(tag)
        self._top.Lang = String(tag)

    def add(self, path: Path) -> int:
        """Append a printed piece; return its number of pages."""
        with Pdf.open(path) as piece:
            tree = piece.Root.StructTreeRoot
            indices = {}
            for index, page in enumerate(piece.pages):
                indices[page.obj.objgen] = len(self.pdf.pages) + index
                self._renumber(page)
            numbers = _flat(tree.ParentTree)
            self.pdf.add_pages_from(piece)
            roots = tree.K if isinstance(tree.K, Array) else Array([tree.K])
            for element in roots:
                copied = self.pdf.copy_foreign(piece.make_indirect(element))
                copied.S = Name.Part
                copied.P = self._top
                self._top.K.append(copied)
            for key, value in numbers:
                whole = self.pdf.copy_foreign(piece.make_indirect(value))
                self._numbers += [key + self._next, whole]
            self._next += int(tree.ParentTreeNextKey)
            for name, place in piece.Root.get("/Dests", Dictionary()).items():
                index = indices[place[0].objgen]
                view = Array([place[1], *map(float, list(place)[2:])])
                self.places[str(name)[1:]] = (index, view)
            return len(piece.pages)

    def _renumber(self, page: Page) -> None:
        """Move a page's keys into the parent tree behind those taken so far."""
        if "/StructParents" in page.obj:
            page.obj.StructParents = int(page.obj.StructParents) + self._next
        for note in page.obj.get("/Annots", Array([])):
            if "/StructParent" in note:
                note.StructParent = int(note.StructParent) + self._next

    def link(self) -> None:
        """Point every link inside the book at a named destination.

        Raises:
            NotPrinted: if a link leads to an anchor that was not printed.
        """
        for page in self.pdf.pages:
            for note in page.obj.get("/Annots", Array([])):
                name = None
                if "/Dest" in note:
                    name = str(note.Dest).removeprefix("/")
                elif "/A" in note and str(note.A.get("/URI", "")).startswith(ELSEWHERE):
                    name = str(note.A.URI).removeprefix(ELSEWHERE)
                    del note.A
                if name is not None:
                    if name not in self.places:
                        raise NotPrinted(f"A link leads to #{name}, which isn't there.")
                    note.Dest = String(name)

    def finish(self, edition: Edition, front: int, created: str) -> None:
        """Write what belongs to the whole: tags, names, outline, labels, metadata."""
        pdf = self.pdf
        root = Dictionary(
            Type=Name.StructTreeRoot,
            K=self._top,
            ParentTree=pdf.make_indirect(Dictionary(Nums=Array(self._numbers))),
            ParentTreeNextKey=self._next,
        )
        pdf.Root.StructTreeRoot = pdf.make_indirect(root)
        self._top.P = pdf.Root.StructTreeRoot
        _name_formulas(self._top, edition.formulas)
        pdf.Root.MarkInfo = Dictionary(Marked=True)
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        pdf.Root.PageMode = Name.UseOutlines
        tree = NameTree.new(pdf)
        for name, (index, view) in sorted(self.places.items()):
            tree[name] = Array([pdf.pages[index].obj, *view])
        pdf.Root.Names = Dictionary(Dests=tree.obj)
        if "/Dests" in pdf.Root:  # an older form, copied with the pages
            del pdf.Root.Dests
        labels = [0, Dictionary(S=Name.r), front, Dictionary(S=Name.D)]
        pdf.Root.PageLabels = Dictionary(Nums=Array(labels))
        with pdf.open_outline() as outline:
            outline.root.extend(map(_bookmark, edition.entries))
        with pdf.open_metadata(set_pikepdf_as_editor=False) as meta:
            meta["dc:title"] = edition.title
            meta["dc:creator"] = [TEXT[edition.language]["authors"]]
            meta["dc:description"] = edition.subject
            meta["dc:language"] = [LANGUAGE_TAGS[edition.language]]
            meta["xmp:CreateDate"] = created


def _name_formulas(top: Object, formulas: frozenset[str]) -> None:
    """Tag formulas as such, known by their alternative text; Chromium can't."""
    waiting = [top]
    while waiting:
        element = waiting.pop()
        if isinstance(element, Array):
            waiting.extend(element)
        elif isinstance(element, Dictionary):
            if str(element.get("/Alt", "")) in formulas:
                element.S = Name.Formula
            elif "/K" in element:
                waiting.append(element.K)


def _flat(tree: Object) -> list[tuple[int, Object]]:
    """Return the pairs of a number tree."""
    if "/Kids" in tree:
        return [pair for kid in tree.Kids for pair in _flat(kid)]
    numbers = list(tree.Nums)
    return [(int(k), v) for k, v in zip(numbers[::2], numbers[1::2], strict=True)]


def _bookmark(entry: Entry) -> OutlineItem:
    item = OutlineItem(entry.title, String(entry.anchor))
    item.children.extend(map(_bookmark, entry.below))
    item.is_closed = True
    return item


def _lay_over(pdf: Pdf, folios: Path, first: int) -> None:
    """Lay the pages of ``folios`` over those of ``pdf`` from ``first``, untagged."""
    with Pdf.open(folios) as heads:
        for page, head in zip(list(pdf.pages)[first:], heads.pages, strict=True):
            form = pdf.copy_foreign(head.as_form_xobject())
            name = page.add_resource(form, Name.XObject)
            page.contents_add(b"q", prepend=True)
            drawn = b"Q /Artifact <</Type /Pagination>> BDC q %b Do Q EMC"
            page.contents_add(drawn % str(name).encode())


async def write(
    browser: Browser,
    edition: Edition,
    target: Path,
    work: Path,
    created: str,
    at_once: asyncio.Semaphore,
    done: Callable[[], object] = lambda: None,
) -> int:
    """Print an edition into one file.

    Args:
        browser: a running Chromium.
        edition: what to print.
        target: the PDF to write.
        work: an existing folder for the pieces.
        created: date and time of the edition in ISO 8601.
        at_once: how many pieces are printed at a time.
        done: called after each piece and once at the end.

    Returns:
        The number of pages.

    Raises:
        NotPrinted: if a file can't be loaded or a link leads nowhere.
    """

    async def one(number: int, piece: Piece) -> Path:
        async with at_once:
            path = work / f"{edition.name}-{number:03}.pdf"
            await _print(browser, edition, piece.body, path)
            done()
            return path

    pieces = [one(number, piece) for number, piece in enumerate(edition.pieces)]
    printed = await asyncio.gather(*pieces)
    body = _Joined(edition.language)
    total = sum(map(body.add, printed))
    pages = {name: index for name, (index, _) in body.places.items()}
    path = work / f"{edition.name}-front.pdf"
    contents = _contents(edition, pages)
    await _print(browser, edition, edition.cover + contents, path)
    whole = _Joined(edition.language)
    front = whole.add(path)
    for path in printed:
        whole.add(path)
    heads = work / f"{edition.name}-heads.pdf"
    folios = _folios(edition, pages, front, total)
    await _print(browser, edition, folios, heads, tagged=False)
    whole.link()
    _lay_over(whole.pdf, heads, 1)
    whole.finish(edition, front, created)
    whole.pdf.save(
        target,
        deterministic_id=True,
        min_version="1.7",
        object_stream_mode=ObjectStreamMode.generate,
    )
    done()
    return front + total
