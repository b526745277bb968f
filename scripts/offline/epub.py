"""Write a book as EPUB 3: a file a chapter, formulas as MathML, navigation, a cover."""

import base64
import copy
import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from lxml import etree
from lxml.html import HtmlElement

from scripts.environment import ROOT
from scripts.offline import archive
from scripts.offline.book import (
    TEXT,
    Book,
    Chapter,
    Unreadable,
    put,
    to_text,
    typeset,
)
from scripts.offline.formulas import Formula

STYLES = ROOT / "docs/offline/epub.css"
XHTML = "http://www.w3.org/1999/xhtml"
MATHML = "http://www.w3.org/1998/Math/MathML"
TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".css": "text/css",
    ".xhtml": "application/xhtml+xml",
}
LANGUAGE_TAGS = {"en": "en", "zh": "zh-Hans"}
NAMESPACE = uuid.UUID("6f1f7f4e-5a0b-4a38-9a52-3d1c3a0f6f0c")  # of this handbook
CONTAINER = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">'
    '<rootfiles><rootfile full-path="EPUB/package.opf" '
    'media-type="application/oebps-package+xml"/></rootfiles></container>'
)

Formulas = dict[tuple[str, bool], Formula]


@dataclass
class _Writer:
    """Collects the files of one EPUB."""

    book: Book
    formulas: Formulas
    files: dict[str, bytes] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)  # anchor -> file

    def typeset(self, element: HtmlElement) -> HtmlElement:
        """Return a copy with every formula as MathML."""

        def formula(tex: str, display: bool) -> HtmlElement:
            found = copy.deepcopy(self.formulas[tex, display].element)
            return put("span", [found], class_="display") if display else found

        return typeset(element, formula)

    def page(self, title: str, body: str) -> bytes:
        """Return a whole XHTML file."""
        tag = LANGUAGE_TAGS[self.book.language]
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
            f'<html xmlns="{XHTML}" xmlns:epub="http://www.idpf.org/2007/ops" '
            f'lang="{tag}" xml:lang="{tag}"><head><title>{escape(title)}</title>'
            '<link rel="stylesheet" type="text/css" href="style.css"/></head>'
            f"<body>{body}</body></html>\n"
        ).encode()

    def chapter(self, chapter: Chapter) -> bytes:
        """Return a chapter's file; its pictures join the files."""
        body = self.typeset(chapter.body)
        for image in body.iter("img"):
            image.set("src", self._picture(image.get("src") or ""))
        for link in body.iter("a"):
            target = link.get("href") or ""
            if target.startswith("#"):
                link.set("href", f"{self._home(target[1:], chapter)}{target}")
        return self.page(to_text(self.typeset(chapter.title)), _xhtml(body))

    def _home(self, anchor: str, chapter: Chapter) -> str:
        if anchor not in self.homes:
            raise Unreadable(f"{chapter.key} links to #{anchor}, which isn't there.")
        return self.homes[anchor]

    def _picture(self, source: str) -> str:
        if source.startswith("data:"):
            kind, _, data = source.removeprefix("data:").partition(";base64,")
            content = base64.b64decode(data)
            ending = {value: key for key, value in TYPES.items()}[kind]
            name = f"images/{hashlib.sha256(content).hexdigest()[:16]}{ending}"
        else:
            content = (self.book.root / source).read_bytes()
            name = f"images/{source.removeprefix('figures/').replace('/', '-')}"
        if name.endswith(".svg"):
            content = _plain_svg(content)
        self.files[name] = content
        return name


def _plain_svg(content: bytes) -> bytes:
    """Drop a drawing's document type, whose address EPUB readers may try to load."""
    root = etree.fromstring(content)
    drawing: bytes = etree.tostring(root)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + drawing


def _xhtml(element: HtmlElement) -> str:
    """Return an element as XHTML, MathML in its own namespace."""
    for found in element.iter("math"):
        found.set("xmlns", MATHML)
    text: bytes = etree.tostring(element, encoding="utf-8", with_tail=False)
    return text.decode()


def _navigation(writer: _Writer) -> str:
    """Return the table of contents: parts, chapters, questions."""
    book = writer.book

    def link(anchor: str, title: str) -> str:
        return f'<a href="{writer.homes[anchor]}#{anchor}">{escape(title)}</a>'

    lines = []
    for part in book.parts:
        chapters = []
        for chapter in part.chapters:
            questions = "".join(
                f"<li>{link(q.anchor, to_text(writer.typeset(q.title)))}</li>"
                for q in chapter.questions
            )
            below = f"<ol>{questions}</ol>" if questions else ""
            title = to_text(writer.typeset(chapter.title))
            chapters.append(f"<li>{link(chapter.anchor, title)}{below}</li>")
        if len(chapters) == 1:
            lines += chapters
        else:
            first = part.chapters[0].anchor
            lines.append(
                f"<li>{link(first, part.title)}<ol>{''.join(chapters)}</ol></li>"
            )
    title = TEXT[book.language]["contents"]
    return (
        f'<nav epub:type="toc" id="toc" role="doc-toc"><h1>{title}</h1>'
        f"<ol>{''.join(lines)}</ol></nav>"
    )


def _package(book: Book, files: dict[str, bytes], spine: list[str], date: str) -> str:
    """Return the package document: metadata, manifest, reading order."""
    tag = LANGUAGE_TAGS[book.language]
    ident = uuid.uuid5(NAMESPACE, book.language).urn
    items = []
    for name, content in files.items():
        kind = TYPES[Path(name).suffix]
        properties = {"cover.png": "cover-image", "nav.xhtml": "nav"}.get(name, "")
        if name.endswith(".xhtml") and b"<math" in content:
            properties = f"{properties} mathml".strip()
        extra = f' properties="{properties}"' if properties else ""
        items.append(
            f'<item id="{_ident(name)}" href="{name}" media-type="{kind}"{extra}/>'
        )
    order = "".join(f'<itemref idref="{_ident(name)}"/>' for name in spine)
    access = "".join(
        f'<meta property="schema:{name}">{value}</meta>'
        for name, value in (
            ("accessMode", "textual"),
            ("accessMode", "visual"),
            ("accessModeSufficient", "textual"),
            ("accessibilityFeature", "MathML"),
            ("accessibilityFeature", "alternativeText"),
            ("accessibilityFeature", "tableOfContents"),
            ("accessibilityHazard", "none"),
        )
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
        f'unique-identifier="id" xml:lang="{tag}">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">{ident}</dc:identifier>'
        f"<dc:title>{escape(book.title)}</dc:title>"
        f"<dc:creator>{escape(TEXT[book.language]['authors'])}</dc:creator>"
        f"<dc:language>{tag}</dc:language><dc:rights>CC BY 4.0</dc:rights>"
        f'<meta property="dcterms:modified">{date}</meta>{access}</metadata>'
        f"<manifest>{''.join(items)}</manifest><spine>{order}</spine></package>\n"
    )


def _ident(name: str) -> str:
    return "f-" + name.replace("/", "-").replace(".", "-")


def _anchors(chapter: Chapter) -> Iterator[str]:
    yield from filter(None, (e.get("id") for e in chapter.body.iter()))


def write(
    target: Path,
    book: Book,
    formulas: Formulas,
    cover: bytes,
    modified: str,
) -> None:
    """Write a book as EPUB.

    Args:
        target: the file to write.
        book: what to write.
        formulas: every formula of it.
        cover: the picture of the cover, PNG.
        modified: date and time of the edition, such as ``2026-11-21T10:00:00Z``.
    """
    writer = _Writer(book, formulas)
    for chapter in book.chapters():
        for anchor in _anchors(chapter):
            writer.homes[anchor] = f"{chapter.anchor}.xhtml"
    writer.files["style.css"] = STYLES.read_bytes()
    writer.files["cover.png"] = cover
    picture = f'<img src="cover.png" alt="{escape(book.title)}"/>'
    section = f'<section class="cover" epub:type="cover">{picture}</section>'
    writer.files["cover.xhtml"] = writer.page(book.title, section)
    contents = TEXT[book.language]["contents"]
    writer.files["nav.xhtml"] = writer.page(contents, _navigation(writer))
    spine = ["cover.xhtml", "nav.xhtml"]
    for chapter in book.chapters():
        name = f"{chapter.anchor}.xhtml"
        writer.files[name] = writer.chapter(chapter)
        spine.append(name)
    package = _package(book, writer.files, spine, modified)
    files = {
        "mimetype": b"application/epub+zip",
        "META-INF/container.xml": CONTAINER.encode(),
        "EPUB/package.opf": package.encode(),
    } | {f"EPUB/{name}": content for name, content in writer.files.items()}
    archive.write(target, files.items(), stored=frozenset({"mimetype"}))
