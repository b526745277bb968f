"""The PDF editions, read with tools that had no part in making them."""

import re
from functools import cache

import pytest
from lxml import html
from pypdf import PdfReader
from pypdf.generic import ArrayObject

from scripts import bank
from tests.conftest import LANGUAGES, root_of
from tests.offline.conftest import needs, output, questions_of, squeezed

KINDS = ("handbook", "cheat-sheet")
FOOT = 62.4 + 24  # points from the page's bottom: margin and a line of text


@cache
def opened(path):
    return PdfReader(path)


@cache
def bookmarks(path):
    """Return depth, title and destination of every bookmark."""
    reader = opened(path)

    def walk(items, depth):
        for item in items:
            if isinstance(item, list):
                yield from walk(item, depth + 1)
            else:
                yield depth, item.title, item

    return list(walk(reader.outline, 0))


@cache
def destinations(path):
    """Return the page index and the destination of every name."""
    reader = opened(path)
    numbers = {p.indirect_reference.idnum: i for i, p in enumerate(reader.pages)}
    return {
        name: (numbers[target.raw_get("/Page").idnum], target)
        for name, target in reader.named_destinations.items()
    }


@cache
def texts(path):
    """Return the text of each page."""
    return output("pdftotext", "-layout", path, "-").split("\f")[:-1]


@pytest.fixture(params=[(k, c) for k in KINDS for c in LANGUAGES], ids="-".join)
def edition(request, downloads):
    kind, language = request.param
    return kind, language, downloads / f"{kind}-{language}.pdf"


def test_outline_equals_the_bank(edition, built):
    kind, language, path = edition
    titles = [title for depth, title, _ in bookmarks(path) if depth == 2]
    in_bank = [entry["title"] for entry in questions_of(built, language)]
    assert sorted(map(squeezed, titles)) == sorted(map(squeezed, in_bank))
    chapters = [title for depth, title, _ in bookmarks(path) if depth == 1]
    pages = {entry["page"] for entry in questions_of(built, language)}
    assert len(chapters) >= len(pages)
    if kind == "cheat-sheet":
        assert len(chapters) == len(pages)


@needs("pdftotext")
def test_bookmarks_lead_to_the_page_with_their_heading(edition):
    _, _, path = edition
    named = {(index, target.top) for index, target in destinations(path).values()}
    numbers = {p.indirect_reference.idnum: i for i, p in enumerate(opened(path).pages)}
    for depth, title, item in bookmarks(path):
        index = numbers[item.raw_get("/Page").idnum]
        assert (index, item.top) in named
        if depth > 0:
            assert squeezed(title)[:12] in squeezed(texts(path)[index]), title


def test_links_resolve_inside_and_out(edition):
    _, _, path = edition
    reader = opened(path)
    names = destinations(path)
    inside = outside = 0
    for page in reader.pages:
        for note in page.get("/Annots", ArrayObject()):
            note = note.get_object()
            if "/Dest" in note:
                assert str(note["/Dest"]) in names
                inside += 1
            else:
                assert note["/A"]["/URI"].startswith(("https://", "http://"))
                assert "invalid" not in note["/A"]["/URI"]
                outside += 1
    assert inside > 10
    if "handbook" in path.name:
        assert inside > 500
        assert outside > 200


@needs("pdftotext")
def test_contents_name_the_page_that_the_link_leads_to(edition):
    """Printed page numbers are those of the labels, which count behind the front."""
    _, _, path = edition
    reader = opened(path)
    names = destinations(path)
    front = reader.page_labels.index("1")
    assert reader.page_labels[1] == "ii"
    checked = 0
    for index in range(1, front):
        text = squeezed(texts(path)[index])
        for note in reader.pages[index].get("/Annots", ArrayObject()):
            target, _ = names[str(note.get_object()["/Dest"])]
            assert str(target - front + 1) in text
            checked += 1
    assert checked >= 10


@needs("pdftotext")
def test_no_page_is_blank_and_each_has_its_number(edition):
    _, _, path = edition
    labels = opened(path).page_labels
    assert len(labels) == len(texts(path)) == len(opened(path).pages)
    bodies = output("pdftotext", "-raw", *BODY, path, "-").split("\f")
    for index, text in enumerate(texts(path)):
        assert len(squeezed(bodies[index])) > 10, f"page {index + 1} is blank"
        if index:
            assert labels[index] == text.split()[-1]


def test_no_heading_stands_at_the_foot_of_a_page(edition):
    """The place of each question's heading leaves room for text below it."""
    _, _, path = edition
    tops = [item.top for depth, _, item in bookmarks(path) if depth == 2]
    assert all(top > FOOT for top in tops)
    assert len(tops) > 30


def test_metadata_and_tags(edition, built):
    _, language, path = edition
    reader = opened(path)
    title = html.parse(str(root_of(built, language) / "index.html")).findtext(".//h1")
    assert title.strip() in reader.metadata.title
    assert (
        str(reader.trailer["/Root"]["/Lang"]) == {"en": "en", "zh": "zh-Hans"}[language]
    )
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    tree = root["/StructTreeRoot"]
    assert tree["/K"]["/S"] == "/Document"
    assert len(tree["/K"]["/K"]) >= 2
    numbers = tree["/ParentTree"]["/Nums"]
    assert list(numbers[::2]) == sorted(numbers[::2])
    # every piece of marked content leads to an element that names piece and page
    parents = dict(zip(numbers[::2], numbers[1::2], strict=True))
    places = {page.indirect_reference.idnum: page for page in reader.pages}
    for page in list(reader.pages)[::7]:
        found = 0
        for number, element in enumerate(parents[page["/StructParents"]].get_object()):
            if not isinstance(element.get_object(), dict):
                continue
            element = element.get_object()
            kids = element["/K"].get_object()
            for kid in kids if isinstance(kids, list) else [kids]:
                kid = kid.get_object()
                held = kid.get("/MCID") if isinstance(kid, dict) else kid
                owner = kid if isinstance(kid, dict) and "/Pg" in kid else element
                if held == number and "/Pg" in owner:
                    place = owner.raw_get("/Pg").idnum
                    found += places[place].page_number == page.page_number
        assert found > 0


def test_formulas_are_tagged_with_their_source(downloads):
    reader = opened(downloads / "handbook-en.pdf")
    found = set()
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]["/K"]]
    while waiting:
        element = waiting.pop().get_object()
        if isinstance(element, list):
            waiting.extend(element)
        elif isinstance(element, dict):
            if element.get("/S") == "/Formula":
                found.add(str(element["/Alt"]))
            elif "/K" in element:
                waiting.append(element["/K"])
    assert len(found) > 300
    assert any("\\frac" in tex for tex in found)


@needs("pdffonts")
def test_every_font_is_embedded_truetype(edition):
    _, language, path = edition
    lines = output("pdffonts", path).splitlines()[2:]
    assert len(lines) > 3
    for line in lines:
        assert "CID TrueType" in line, line
        embedded, _, unicode_map = line.split("Identity-H")[1].split()[:3]
        assert embedded == unicode_map == "yes", line
    assert language == "en" or any("NotoSansSC" in line for line in lines)


# what of a page lies between running head and page number, in points
BODY = ("-x", "0", "-y", "50", "-W", "600", "-H", "730")
RAW_TEX = re.compile(r"\\\(|\\\[|\\(?:frac|sum|mathbf|sigma|alpha|begin|left|text)\b")


@needs("pdftotext")
def test_no_raw_tex_is_left(edition):
    _, _, path = edition
    text = output("pdftotext", path, "-")
    # code on the pages may hold TeX in quotes: such lines hold a quote or an r-string
    bad = [
        line
        for line in text.splitlines()
        if RAW_TEX.search(line) and not re.search(r"[\"'$]", line)
    ]
    assert bad == []


def words(text: str) -> list[str]:
    """Return the pieces of a text between formulas, long enough to look for."""
    pieces = re.split(r"\\\(.*?\\\)|\\\[.*?\\\]", text, flags=re.DOTALL)
    return [piece for piece in map(squeezed, pieces) if len(piece) >= 6]


def in_page_order(built, language):
    """Yield the questions of each page, as the bank has them."""
    root = root_of(built, language)
    for page in sorted({entry["page"] for entry in questions_of(built, language)}):
        yield bank.read_page(root / f"{page}.html", root)


@needs("pdftotext")
def test_every_question_and_its_answer_is_there_in_order(edition, built):
    """Each heading is followed by its short answer, and in the handbook by the rest.

    Texts are compared without blanks, since lines and pages break anywhere, and in the
    order of the file, since the cheat sheet has columns.
    """
    kind, language, path = edition
    raw = output("pdftotext", "-raw", "-nopgbrk", "-f", "2", *BODY, path, "-")
    text = squeezed(raw)
    for entries in in_page_order(built, language):
        end = 0
        for entry in entries:
            title, short = words(entry.title)[0], words(entry.short)[0][:14]
            # an exercise has its statement and starter between the two
            room = 400 + 2 * len(entry.prompt_html)
            pattern = f"{re.escape(title)}.{{0,{room}}}?{re.escape(short)}"
            found = re.compile(pattern, re.DOTALL).search(text, end)
            assert found, f"{entry.page}: {entry.title}"
            end = found.end()
            if kind == "handbook":
                last = html.fragment_fromstring(entry.rubric_html, "div")
                ending = words(last.text_content())[-1][-8:]
                assert text.find(ending, end) > 0, f"{entry.id}: rubric"


@needs("pdftotext")
def test_chinese_text_can_be_copied(downloads):
    """No character comes out as a look-alike from the blocks of radicals."""
    text = output("pdftotext", downloads / "handbook-zh.pdf", "-")
    assert not re.findall("[\u2e80-\u2fdf\uf900-\ufaff]", text)
    assert text.count("的") > 2000
