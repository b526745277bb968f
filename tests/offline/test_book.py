"""Pages become chapters: anchors, links, formulas, notebooks, and clear complaints."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from lxml import html
from playwright.async_api import async_playwright

from scripts.environment import find_browser
from scripts.offline import book, epub, formulas, pdf
from scripts.offline.book import Book, Part, to_html, to_text
from tests.conftest import ARGUMENTS

SOURCES = {"ho-2017": {"label": {"en": "Ho 2017", "zh": "何之源 2017"}}}
URL = "https://example.org/"
PAGE = """<html><body><article class="md-content__inner md-typeset">
<a class="md-content__button" href="edit">edit</a><script>1</script><!-- note -->
<h1 id="t">Title of {name}</h1>
<p>See <a href="two.html#q2">two</a>, <a href="#q-{name}">here</a>,
<a href="../coverage.html#x">coverage</a>, <a href="https://a.org/">out</a>.
<img src="../figures/{name}/plot.svg" alt="A plot"></p>
<h3 class="question" id="q-{name}" data-level="basic" data-asked="ho-2017"
 data-tags="x">Why <span class="arithmatex">\\(x^2\\)</span>?</h3>
<p>Context.</p>
<details class="answer"><summary>Answer</summary>
<p><strong>In short.</strong> Because <span class="arithmatex">\\(a&lt;b\\)</span>.</p>
<div class="arithmatex">\\[\\frac12\\]</div></details>
<details class="pitfalls"><summary>Pitfalls</summary><p>Wrong.</p></details>
</article></body></html>"""
NOTEBOOK = """<html><body><article class="md-content__inner md-typeset">
<div class="jupyter-wrapper"><div class="jp-Cell">
<div class="jp-RenderedMarkdown"><h1 id="part-0">Run</h1>
<p>Costs $x^2$ and \\$5.</p></div>
</div><div class="highlight"><pre><code>cost = "$5 and $6"</code></pre></div>
<div class="jp-OutputArea-output"><pre>1.5</pre></div>
<div class="jp-OutputArea-output"><img src="data:image/svg+xml;base64,PHN2Zy8+" alt="p">
</div></div></article></body></html>"""


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Return a function that reads a small site as a book."""
    nav = {
        "site_name": "Book",
        "nav": [
            {"Home": "index.md"},
            {"Theory": ["theory/index.md", "theory/one.md", "theory/two.md"]},
            {"Practice": ["practice/index.md", "practice/cards.md"]},
            {"Run": ["coding/index.md", {"Below": [{"It": "theory/run.ipynb"}]}]},
            {"Contributing": ["contributing/index.md"]},
        ],
    }
    monkeypatch.setattr(book.config, "read", lambda language: nav)
    (tmp_path / "theory").mkdir()
    for name in ("one", "two"):
        (tmp_path / f"theory/{name}.html").write_text(PAGE.format(name=name))
    (tmp_path / "theory/run.html").write_text(NOTEBOOK)

    def reading() -> Book:
        return book.read(tmp_path, "en", SOURCES, URL)

    reading.folder = tmp_path
    return reading


def test_parts_follow_the_navigation_without_what_only_the_site_needs(read):
    found = read()
    assert [(p.title, [c.key for c in p.chapters]) for p in found.parts] == [
        ("Theory", ["theory/one", "theory/two"]),
        ("Run", ["theory/run"]),
    ]
    assert [q.id for q in found.questions()] == ["q-one", "q-two"]


def test_links_ids_and_pictures_no_longer_depend_on_the_page(read):
    body = read().parts[0].chapters[0].body
    links = [link.get("href") for link in body.iter("a")]
    assert links == [
        "#theory-two--q2",
        "#theory-one--q-one",
        "https://example.org/coverage.html#x",
        "https://a.org/",
    ]
    assert body.get("id") == "theory-one"
    assert body.find(".//h3").get("id") == "theory-one--q-one"
    assert body.find(".//img").get("src") == "figures/one/plot.svg"
    text = to_html(body)
    assert "edit" not in text
    assert "script" not in text
    assert "note" not in text
    assert "data-" not in text


def test_a_question_is_open_and_says_its_level_and_sources(read):
    body = read().parts[0].chapters[0].body
    assert body.find(".//details") is None
    assert [s.get("class") for s in body.iter("section")][1:] == ["answer", "pitfalls"]
    assert to_text(body.find_class("facts")[0]) == "Basic · asked in Ho 2017"
    assert to_text(body.find_class("label")[0]) == "Pitfalls"
    (question,) = read().parts[0].chapters[0].questions
    assert to_text(question.short) == "Because a<b."


def test_formulas_are_found_with_their_kind(read):
    assert book.formulas(read()) == {
        ("x^2", False),
        ("a<b", False),
        ("\\frac12", True),
    }


def test_typesetting_leaves_the_book_as_it_is(read):
    found = read()
    chapter = found.parts[0].chapters[0]
    before = to_html(chapter.body)
    filled = book.typeset(chapter.body, lambda tex, display: html.Element("hr"))
    assert len(list(filled.iter("hr"))) == 3
    assert "Because <hr>." in to_html(filled)
    assert to_html(chapter.body) == before


def test_a_notebook_becomes_text_code_output_and_pictures(read):
    body = read().parts[1].chapters[0].body
    assert [e.tag for e in body] == ["h1", "p", "div", "pre", "p"]
    assert to_text(body.find("pre")) == "1.5"
    assert 'cost = "$5 and $6"' in to_text(body)
    assert [s.text for s in body.find_class("math")] == ["x^2"]


def test_a_missing_page_is_named(read):
    (read.folder / "theory/two.html").unlink()
    with pytest.raises(book.Unreadable, match=r"two\.html is missing"):
        read()


def test_a_question_without_answer_is_named(read):
    path = read.folder / "theory/two.html"
    path.write_text(path.read_text().replace('class="answer"', 'class="other"'))
    with pytest.raises(book.Unreadable, match="q-two has no answer"):
        read()


def in_browser(work):
    """Run ``await work(browser)`` in a Chromium.

    In a thread of its own: the browser that other tests share occupies this one's loop.
    """

    async def main():
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=find_browser(), args=ARGUMENTS
            )
            try:
                return await work(browser)
            finally:
                await browser.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, main()).result()


def test_formulas_become_html_and_valid_mathml():
    wanted = {("x<y", False), ("\\eta_{\\max}", True)}
    found = in_browser(lambda browser: formulas.render(browser, wanted))
    assert set(found) == wanted
    printed = found["x<y", False].printed
    assert printed.get("aria-label") == "x<y"
    assert not printed.xpath(".//*[@aria-hidden]")
    element = found["\\eta_{\\max}", True].element
    assert element.get("alttext") == "\\eta_{\\max}"
    assert element.get("display") == "block"
    assert not element.xpath(".//annotation")
    assert [len(sub) for sub in element.iter("msub")] == [2]


def test_a_bad_formula_is_quoted():
    with pytest.raises(formulas.BadFormula, match=r"\\\\frac\{1\}"):
        in_browser(lambda browser: formulas.render(browser, {("\\frac{1}", False)}))


def draw(folder) -> None:
    """Make the pictures that the pages show."""
    for name in ("one", "two"):
        (folder / "figures" / name).mkdir(parents=True)
        picture = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
        (folder / f"figures/{name}/plot.svg").write_text(picture)


def test_a_link_to_nowhere_is_named(read, tmp_path):
    """Chapter one links to an anchor of chapter two that is not there."""

    async def work(browser):
        found = read()
        typeset = await formulas.render(browser, book.formulas(found))
        edition = pdf.handbook(found, typeset, "2026-01-01", piece=1)
        target = tmp_path / "book.pdf"
        once = asyncio.Semaphore(1)
        await pdf.write(
            browser, edition, target, tmp_path, "2026-01-01T00:00:00Z", once
        )

    draw(tmp_path)
    with pytest.raises(pdf.NotPrinted, match="theory-two--q2"):
        in_browser(work)


def test_a_missing_picture_is_named(read, tmp_path):
    async def work(browser):
        found = read()
        typeset = await formulas.render(browser, book.formulas(found))
        edition = pdf.handbook(found, typeset, "2026-01-01")
        target = tmp_path / "book.pdf"
        once = asyncio.Semaphore(1)
        await pdf.write(
            browser, edition, target, tmp_path, "2026-01-01T00:00:00Z", once
        )

    with pytest.raises(pdf.NotPrinted, match=r"plot\.svg can't be loaded"):
        in_browser(work)


def test_a_part_of_one_page_is_one_line_of_the_contents(read):
    found = read()
    entries = pdf.entries(found, {pair: plain(*pair) for pair in book.formulas(found)})
    assert [(e.title, len(e.below)) for e in entries] == [("Theory", 2), ("Run", 0)]
    assert entries[0].below[0].below[0].title == "Why x^2?"


def plain(tex: str, display: bool) -> formulas.Formula:
    """Return a formula that shows its source."""
    text = html.Element("span")
    text.text = tex
    return formulas.Formula(tex, to_html(text), "<span><math/></span>")


def test_an_epub_needs_every_anchor_that_is_linked(read, tmp_path):
    found = read()
    typeset = {pair: plain(*pair) for pair in book.formulas(found)}
    parts = (Part("theory", "Theory", found.parts[0].chapters[:1]),)
    alone = Book("en", "Book", found.root, URL, parts)
    draw(tmp_path)
    with pytest.raises(book.Unreadable, match="theory-two--q2"):
        epub.write(tmp_path / "b.epub", alone, typeset, b"", "2026-01-01T00:00:00Z")
