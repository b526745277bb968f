"""The search index: questions are results of their own, and only words are searched."""

import json

import pytest

from scripts import search
from scripts.bank import Entry

WHY = Entry(
    *("why", "theory", "theory/one", "basic", (), ("bias",), "Why?", "Because."),
    *("theory/one.html#why", "", "", "", ""),
)


def search_of(tmp_path, documents, entries=(), notebooks=frozenset()):
    """Improve an index of some documents and return the documents it then holds."""
    (tmp_path / "search").mkdir()
    path = tmp_path / "search" / "search_index.json"
    path.write_text(json.dumps({"config": {}, "docs": documents}))
    search.improve(tmp_path, list(entries), set(notebooks))
    return json.loads(path.read_text())["docs"]


def test_sections_of_a_notebook_are_found_by_their_anchors(tmp_path):
    docs = [
        {"location": f"theory/n.html{anchor}", "title": "T", "text": "<p>x</p>"}
        for anchor in ("", "", "#old")
    ]
    found = search_of(tmp_path, docs, notebooks={"theory/n.html"})
    assert [document["location"] for document in found] == [
        "theory/n.html",
        "theory/n.html#part-1",
        "theory/n.html#part-2",
    ]


def test_of_a_notebooks_part_only_the_beginning_is_searched(tmp_path):
    text = "<p>It falls.</p> x = 1   Copied! <pre>1</pre> <p>More.</p> print"
    docs = [{"location": "theory/n.html", "title": "T", "text": text}]
    (found,) = search_of(tmp_path, docs, notebooks={"theory/n.html"})
    assert found["text"] == "<p>It falls.</p>"


def test_code_and_formulas_are_not_searched(tmp_path):
    text = "Answer <p>Say <code>x</code> \\(x^2\\)<pre>import numpy</pre> aloud.</p>"
    docs = [{"location": "theory/one.html#why", "title": "Why", "text": text}]
    (found,) = search_of(tmp_path, docs, [WHY])
    assert found["text"] == "<p>Say <code>x</code> …  aloud.</p>"


@pytest.mark.parametrize("label", ["Follow-ups.", "\u200b追问\u200b。"])
def test_links_to_other_questions_are_not_searched(tmp_path, label):
    text = f"Answer <p>Say it.</p> <p>{label} What else?</p> <p>Sources. A</p>"
    docs = [{"location": "theory/one.html#why", "title": "Why", "text": text}]
    (found,) = search_of(tmp_path, docs, [WHY])
    assert found["text"] == "<p>Say it.</p>  <p>Sources. A</p>"


@pytest.mark.parametrize("label", ["Weak:", "\u200b优秀\u200b："])
def test_rubrics_are_not_searched(tmp_path, label):
    text = f"Answer <p>Say it.</p> Rubric <ul><li>{label} guesses</li></ul>"
    docs = [{"location": "theory/one.html#why", "title": "Why", "text": text}]
    (found,) = search_of(tmp_path, docs, [WHY])
    assert found["text"] == "<p>Say it.</p> Rubric <ul></ul>"


def test_contributing_pages_are_not_searched(tmp_path):
    docs = [
        {"location": f"{page}.html", "title": "T", "text": "Text"}
        for page in ("contributing/rules", "guides/reading")
    ]
    found = search_of(tmp_path, docs)
    assert [document["location"] for document in found] == ["guides/reading.html"]


def test_questions_get_an_address_of_their_own_and_lists_leave(tmp_path):
    docs = [
        {"location": f"theory/one.html{anchor}", "title": "T", "text": text}
        for anchor, text in (("", "Page"), ("#why", "Why"), ("#group", ""))
    ]
    docs.append({"location": "coverage.html", "title": "Coverage", "text": "All"})
    docs.append({"location": "coverage.html#theory", "title": "T", "text": "Why?"})
    found = search_of(tmp_path, docs, [WHY])
    assert [d.get("tags") for d in found] == [None, ["bias"], None]
    assert [(d["location"], d.get("boost")) for d in found] == [
        ("theory/one.html", None),
        ("theory/one.html?question=why", search.QUESTION_BOOST),
        ("coverage.html", None),
    ]
