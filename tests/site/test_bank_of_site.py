"""The question bank holds what the Markdown holds, no more and no less."""

import json
import re

import pytest
from lxml import html

from scripts import bank
from scripts.environment import ROOT
from tests.conftest import LANGUAGES, root_of

HEADING = re.compile(r"^### .*\{[^}]*#([\w-]+)[^}]*\.question", re.MULTILINE)


def in_markdown(language: str) -> list[str]:
    """Count question headings without the project's own reader."""
    folder = ROOT / "docs" / language
    paths = (p for p in folder.rglob("*.md") if p.parent.name != "contributing")
    texts = (path.read_text(encoding="utf-8") for path in paths)
    return sorted(ident for text in texts for ident in HEADING.findall(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_bank_equals_markdown(built, language):
    index = bank.load(root_of(built, language) / "bank" / "index.js")
    assert sorted(entry["id"] for entry in index) == in_markdown(language)
    assert len(index) >= 30


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_is_complete(built, language):
    root = root_of(built, language)
    for entry in bank.load(root / "bank" / "index.js"):
        assert entry["level"] in ("basic", "advanced", "expert")
        assert entry["title"]
        assert entry["short"]
        assert not entry["short"].startswith(("In short", "简答"))
        chunk = bank.load(root / "bank" / f"{entry['page']}.js")[entry["id"]]
        for part in ("answer", "pitfalls", "rubric"):
            assert html.fragment_fromstring(chunk[part], "div").text_content().strip()


def test_both_languages_hold_the_same_questions(built):
    english, chinese = (
        bank.load(root_of(built, language) / "bank" / "index.js")
        for language in LANGUAGES
    )
    same = ("id", "pillar", "page", "level", "asked", "tags", "url")
    assert [[e[k] for k in same] for e in english] == [
        [e[k] for k in same] for e in chinese
    ]


def test_home_page_counts_come_from_the_bank(built):
    for language in LANGUAGES:
        root = root_of(built, language)
        index = bank.load(root / "bank" / "index.js")
        tree = html.fromstring((root / "index.html").read_bytes())
        shown = {
            span.get("data-count"): span.text
            for span in tree.xpath("//span[@class='count']")
        }
        assert shown["total"] == str(len(index))
        for pillar in ("theory", "projects", "coding", "industry"):
            counted = sum(entry["pillar"] == pillar for entry in index)
            assert shown[pillar] == str(counted)


def test_the_chinese_index_keeps_glossary_terms_whole(built):
    index = json.loads((built / "zh" / "search" / "search_index.json").read_text())
    words = {
        word
        for document in index["docs"]
        for word in document["text"].split("\u200b") + document["title"].split("\u200b")
    }
    assert {"批量归一化", "转置卷积", "感受野", "梯度裁剪"} <= words
