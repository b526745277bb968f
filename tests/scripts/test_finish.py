"""Finishing the built pages, and reading the question bank out of them."""

import json

import pytest
from lxml import html

from scripts import bank, finish, search

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
    assert [d.get("boost") for d in index["docs"]] == [None, search.QUESTION_BOOST]
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


def test_sitemap_names_both_languages(root):
    (root / "404.html").write_text(page(""))
    (root / "sitemap.xml.gz").write_bytes(b"old")
    finish.write_sitemap(root, "https://e.org/zh/", "https://e.org/", "zh")
    text = (root / "sitemap.xml").read_text()
    assert "<loc>https://e.org/zh/index.html</loc>" in text
    assert 'hreflang="en" href="https://e.org/theory/one.html"' in text
    assert "404" not in text
    assert not (root / "sitemap.xml.gz").exists()


def test_a_count_that_nobody_counts_is_said():
    text = '<span class="count" data-count="cats"></span>'
    with pytest.raises(finish.Inconsistent, match="cats"):
        finish.fill_counts(text, {"total": 1})
