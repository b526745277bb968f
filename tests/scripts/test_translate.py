"""Recording that a Chinese page fits the English one."""

import pytest

from scripts import translate
from scripts.model import content_hash


@pytest.fixture
def tree(tmp_path, monkeypatch):
    for language, text in (
        ("en", "# One\n"),
        ("zh", "---\ndescription: 一\n---\n# 一\n"),
    ):
        path = tmp_path / "docs" / language / "theory" / "one.md"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(translate, "ROOT", tmp_path)
    return tmp_path / "docs"


def test_the_hash_is_recorded_once_and_nothing_else_changes(tree):
    mark = translate.done("theory/one")
    assert mark == content_hash("# One\n")
    expected = f"---\ntranslation_of: {mark}\ndescription: 一\n---\n# 一\n"
    page = tree / "zh" / "theory" / "one.md"
    assert page.read_text(encoding="utf-8") == expected
    (tree / "en" / "theory" / "one.md").write_text("# Another\n")
    changed = translate.done("theory/one")
    assert changed != mark
    assert page.read_text(encoding="utf-8") == expected.replace(mark, changed)


def test_a_missing_page_is_named(tree):
    with pytest.raises(translate.NotAPage, match=r"docs/en/theory/two\.md"):
        translate.done("theory/two")


def test_a_page_without_front_matter_is_left_alone(tree):
    page = tree / "zh" / "theory" / "one.md"
    page.write_text("# 一\n", encoding="utf-8")
    with pytest.raises(translate.NotAPage, match="front matter"):
        translate.done("theory/one")
    assert page.read_text(encoding="utf-8") == "# 一\n"


def test_the_status_lists_what_is_missing_or_stale(handbook_root, monkeypatch):
    monkeypatch.setattr(translate, "ROOT", handbook_root)
    assert translate.status() == "5 of 5 pages are up to date in Chinese."
    (handbook_root / "docs/zh/coding/lists.md").unlink()
    page = handbook_root / "docs/en/theory/other.md"
    page.write_text(page.read_text("utf-8") + "More.\n", "utf-8")
    assert translate.status().splitlines() == [
        "missing  docs/en/coding/lists.md",
        "stale    docs/en/theory/other.md",
        "3 of 5 pages are up to date in Chinese.",
    ]
