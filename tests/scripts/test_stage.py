"""Laying out the documents: Chinese over English, and nothing touched in vain."""

import jieba
import pytest
import yaml

from scripts import stage


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A project whose Chinese half translates one of two pages."""
    pages = {
        "en/theory/one.md": "---\ndescription: One.\n---\n# One\n",
        "en/theory/two.md": "# Two\n",
        "en/picture.png": "not text",
        "zh/theory/one.md": "---\ndescription: 一。\n---\n# 一\n",
    }
    for name, text in pages.items():
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(stage, "ROOT", tmp_path)
    return tmp_path


def test_chinese_overlays_english(tree):
    files = stage._documents("zh")
    assert files["theory/one.md"].decode().endswith("# 一\n")
    assert files["picture.png"] == b"not text"


def test_an_untranslated_page_is_english_and_says_so(tree):
    front, text = stage._documents("zh")["theory/two.md"].decode().split("\n\n", 1)
    meta = yaml.safe_load(front.strip("-\n"))
    assert meta == {"untranslated": True, "edit_path": "docs/en/theory/two.md"}
    assert text == "# Two\n"


def test_front_matter_of_an_untranslated_page_is_kept(tree):
    (tree / "docs" / "zh" / "theory" / "one.md").unlink()
    text = stage._documents("zh")["theory/one.md"].decode()
    meta = yaml.safe_load(text.split("---\n")[1])
    assert meta["description"] == "One."
    assert meta["untranslated"] is True


def test_english_pages_are_staged_as_they_are(tree):
    source = (tree / "docs" / "en" / "theory" / "one.md").read_bytes()
    assert stage._documents("en")["theory/one.md"] == source


def test_only_changes_are_written_and_leftovers_removed(tmp_path):
    target = tmp_path / "out"
    stage._write(target, {"a/b.md": b"1", "c.md": b"2", "d/e.md": b"3"})
    kept = (target / "a" / "b.md").stat().st_mtime_ns
    stage._write(target, {"a/b.md": b"1", "c.md": b"changed"})
    assert (target / "a" / "b.md").stat().st_mtime_ns == kept
    assert (target / "c.md").read_bytes() == b"changed"
    assert not (target / "d").exists()


def test_glossary_terms_are_words_for_the_chinese_search():
    terms, _ = stage.load_data()
    lines = stage.user_dictionary(terms).splitlines()
    words = {line.split()[0] for line in lines}
    assert {"转置卷积", "感受野", "梯度消失"} <= words
    assert all(line.split()[1].isdigit() for line in lines)
    tokenizer = jieba.Tokenizer()
    for line in lines:
        word, frequency, _ = line.split()
        tokenizer.add_word(word, int(frequency))
    assert "感受野" in tokenizer.lcut("如何计算感受野的大小")
