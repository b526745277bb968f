"""Zensical can take over: it builds the same headings and questions. It may warn."""

import warnings

import pytest

from scripts import site, successor

PAGE = (
    "<article><h1 id='{top}'>T</h1><h2 id='g'>G</h2>"
    "<h3 class='question' id='{ident}'>{title}"
    "<a class='headerlink' href='#'>¶</a></h3></article>"
)


@pytest.fixture
def trees(tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for root in (ours, theirs):
        root.mkdir()
        page = PAGE.format(top=root.name, ident="why", title="Why?")
        (root / "one.html").write_text(page)
    return ours, theirs


def test_equal_outlines_are_equal_whatever_the_ids_of_titles(trees):
    assert successor.compare(*trees) == []


@pytest.mark.parametrize("change", [{"ident": "how"}, {"title": "How?"}])
def test_a_changed_question_is_named(trees, change):
    ours, theirs = trees
    page = PAGE.format(**{"top": "t", "ident": "why", "title": "Why?", **change})
    (theirs / "one.html").write_text(page)
    (line,) = successor.compare(ours, theirs)
    assert line.startswith("one.html: headings differ")


def test_a_page_that_is_not_built_is_named(trees):
    ours, theirs = trees
    (theirs / "one.html").unlink()
    assert successor.compare(ours, theirs) == ["one.html: not built"]


def test_the_real_tree_builds_with_the_successor(built):
    successor.stage.run()
    for language in site.CONFIGS:
        theirs = successor.build(language)
        if theirs is None:
            warnings.warn(f"Zensical could not build {language}", stacklevel=1)
            continue
        ours = built if language == "en" else built / "zh"
        for line in successor.compare(ours, theirs):
            warnings.warn(f"Zensical, {language}: {line}", stacklevel=1)
        assert len(list(theirs.rglob("*.html"))) > 5
