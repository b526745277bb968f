"""Finishing the built pages, and reading the question bank out of them."""

import json

import pytest
from lxml import html

from scripts import bank, finish

QUESTION = """<h3 class="question" data-asked="a-1 b-2" data-level="basic"
 data-tags="x" id="why">Why <em>so</em>?</h3>
<p>Context &lt;here&gt;.</p>
<details class="answer"><summary>Answer</summary><p><strong>In short.</strong> Because
 <code>a &lt; b</code>.</p><p>Depth.</p></details>
<details class="pitfalls"><summary>Pitfalls</summary><ul><li>No.</li></ul></details>
<details class="rubric"><summary>Rubric</summary><ul><li>Weak</li></ul></details>
"""


def page(body: str) -> str:
    head = "<html><head><title>t</title></head>"
    return f"{head}<body><article>{body}</article></body></html>"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "theory").mkdir()
    (tmp_path / "search").mkdir()
    text = page(QUESTION + '<h2 id="next">Next</h2><p>Not its context.</p>')
    (tmp_path / "theory" / "one.html").write_text(text)
    home = '<p><span class="count" data-count="theory"></span> of '
    home += '<span class="count" data-count="total">9</span></p>'
    (tmp_path / "index.html").write_text(page(home))
    docs = [
        {"location": "theory/one.html", "title": "One", "text": ""},
        {"location": "theory/one.html#why", "title": "Why", "text": ""},
        {"location": "theory/one.html#group", "title": "A group", "text": ""},
        {"location": "coverage.html#theory", "title": "Theory", "text": "Why?"},
    ]
    index = json.dumps({"config": {}, "docs": docs})
    (tmp_path / "search" / "search_index.json").write_text(index)
    return tmp_path


def test_an_entry_holds_all_parts_of_a_question(root):
    (entry,) = bank.read_page(root / "theory" / "one.html", root)
    assert (entry.id, entry.pillar, entry.page) == ("why", "theory", "theory/one")
    assert entry.url == "theory/one.html#why"
    assert (entry.level, entry.asked, entry.tags) == ("basic", ("a-1", "b-2"), ("x",))
    assert entry.title == "Why so?"
    assert entry.short == "Because a < b."
    assert "Context &lt;here&gt;." in entry.prompt_html
    assert "Depth." in entry.answer_html
    assert "summary" not in entry.answer_html
    assert "Not its context" not in entry.rubric_html + entry.prompt_html


def test_bank_files_are_scripts_that_hold_the_entries(root):
    entries = bank.read_page(root / "theory" / "one.html", root)
    bank.write(entries, root)
    (indexed,) = bank.load(root / "bank" / "index.js")
    assert indexed["id"] == "why"
    assert not any(name.endswith("_html") for name in indexed)
    chunk = bank.load(root / "bank" / "theory" / "one.js")
    assert set(chunk["why"]) == {"prompt", "answer", "pitfalls", "rubric"}
    text = (root / "bank" / "index.js").read_text()
    assert text.startswith('handbookBank("index",')


def test_run_fills_counts_and_adds_structured_data_and_search(root):
    finish.run(root, "en", "https://example.org/", {"why"})
    home = html.fromstring((root / "index.html").read_text())
    assert home.xpath("//span[@class='count']/text()") == ["1", "1"]
    one = html.fromstring((root / "theory" / "one.html").read_text())
    data = json.loads(one.xpath("string(//script[@type='application/ld+json'])"))
    assert data["mainEntity"][0]["url"] == "https://example.org/theory/one.html#why"
    index = json.loads((root / "search" / "search_index.json").read_text())
    assert [d["location"] for d in index["docs"]] == [
        "theory/one.html",
        "theory/one.html?question=why",
    ]
    assert [d.get("boost") for d in index["docs"]] == [None, finish.QUESTION_BOOST]
    script = (root / "search" / "search_index.js").read_text()
    assert json.loads(script.removeprefix("var __index = ")) == index


@pytest.mark.parametrize("expected", [set(), {"why", "lost"}])
def test_run_refuses_a_site_that_differs_from_the_markdown(root, expected):
    with pytest.raises(finish.Inconsistent, match="lost|why"):
        finish.run(root, "en", "https://example.org/", expected)


def test_run_refuses_a_question_that_was_built_twice(root):
    text = (root / "theory" / "one.html").read_text()
    (root / "theory" / "two.html").write_text(text)
    with pytest.raises(finish.Inconsistent, match="why"):
        finish.run(root, "en", "https://example.org/", {"why"})


def test_structured_data_cannot_end_its_script_element(root):
    (entry,) = bank.read_page(root / "theory" / "one.html", root)
    hostile = bank.Entry(**{**entry.__dict__, "title": "</script><b>"})
    text = finish.structured_data([hostile], "https://example.org/x.html", "en")
    assert text.count("</script>") == 1
    body = text.removeprefix('<script type="application/ld+json">').removesuffix(
        "</script>"
    )
    assert json.loads(body)["mainEntity"][0]["name"] == "</script><b>"


def test_notebook_loses_its_styles_and_scripts_and_only_there():
    body = "<style>a</style>"
    body += f"{finish.NOTEBOOK}<style>a</style><p>kept</p><script>\nb\n</script></div>"
    before = page(body).replace("</head>", "<style>mine</style></head>")
    after = finish.mend_notebook(before, "../", "en")
    assert "<p>kept</p>" in after
    assert "<style>mine</style>" in after
    assert "<style>a" not in after
    assert "<script>" not in after
    assert 'href="../assets/notebook.css"' in after
    assert finish.mend_notebook(page("<style>a</style>"), "", "en") == page(
        "<style>a</style>"
    )


def test_sitemap_names_both_languages(root):
    (root / "404.html").write_text(page(""))
    (root / "sitemap.xml.gz").write_bytes(b"old")
    finish.write_sitemap(root, "https://e.org/zh/", "https://e.org/", "zh")
    text = (root / "sitemap.xml").read_text()
    assert "<loc>https://e.org/zh/index.html</loc>" in text
    assert 'hreflang="en" href="https://e.org/theory/one.html"' in text
    assert "404" not in text
    assert not (root / "sitemap.xml.gz").exists()


def test_headings_and_links_of_a_notebook_fit_the_site():
    link = '<a href="#_{}" class="{}">x</a>'
    nav = link.format(2, "md-nav__link") + link.format(3, "md-nav__link")
    contents = link.format(1, "md-skip") + nav + nav
    body = (
        f"{finish.NOTEBOOK}"
        '<h1 id="">a<a class="anchor-link" href="#">¶</a></h1>'
        '<h2 id="">b</h2><p><a href="one.md#why">w</a> <a href="two.ipynb">t</a>'
        '<img alt="No description has been provided for this image">'
        '<div class="zeroclipboard-container"><clipboard-copy ,=""><div></div>'
        "</clipboard-copy>\n</div>"
        '<div class="highlight-ipynb hl-python"><pre>x = 1</pre></div>'
        '<div class="clipboard-copy-txt" id="cell-1">x = 1</div>'
        '<a href="https://example.org/x.md#y">out</a></p><h2 id="">c</h2></div>'
    )
    whole = page(body).replace("<article>", f"{contents}<article>")
    tree = html.fromstring(finish.mend_notebook(whole, "", "zh"))
    assert tree.xpath("//h1/@id | //h2/@id") == ["part-0", "part-1", "part-2"]
    nav = tree.xpath("//a[@class='md-nav__link']/@href")
    assert nav == ["#part-1", "#part-2", "#part-1", "#part-2"]
    assert tree.xpath("//a[@class='md-skip']/@href") == ["#part-0"]
    assert tree.xpath("//div[@class='highlight']/pre/code/text()") == ["x = 1"]
    assert tree.text_content().count("x = 1") == 1
    assert not tree.xpath("//clipboard-copy")
    assert tree.xpath("//a[not(@class)]/@href") == [
        "one.html#why",
        "two.html",
        "https://example.org/x.md#y",
    ]
    assert "¶" not in tree.text_content()
    assert tree.xpath("//img/@alt") == [finish.PLOT["zh"]]


def search_of(root, documents, entries=(), notebooks=frozenset()):
    """Improve an index of some documents and return the documents it then holds."""
    path = root / "search" / "search_index.json"
    path.write_text(json.dumps({"config": {}, "docs": documents}))
    finish.improve_search(root, list(entries), set(notebooks))
    return json.loads(path.read_text())["docs"]


def test_sections_of_a_notebook_are_found_by_their_anchors(root):
    docs = [
        {"location": f"theory/n.html{anchor}", "title": "T", "text": "x"}
        for anchor in ("", "", "#old")
    ]
    found = search_of(root, docs, notebooks={"theory/n.html"})
    assert [document["location"] for document in found] == [
        "theory/n.html",
        "theory/n.html#part-1",
        "theory/n.html#part-2",
    ]


def test_code_and_formulas_are_not_searched(root):
    text = "Answer <p>Say <code>x</code> \\(x^2\\)<pre>import numpy</pre> aloud.</p>"
    entries = bank.read_page(root / "theory" / "one.html", root)
    docs = [{"location": "theory/one.html#why", "title": "Why", "text": text}]
    (found,) = search_of(root, docs, entries)
    assert found["text"] == "<p>Say <code>x</code> …  aloud.</p>"
