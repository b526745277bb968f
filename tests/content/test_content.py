"""The real pages: no rule is broken, and the model counts what stands in the files."""

import re
from pathlib import Path

import pytest

from scripts import check
from scripts.environment import ROOT
from scripts.model import Handbook, read_handbook

# a fence that shows Markdown, as the contributing pages do
EXAMPLE = re.compile(r"^(`{3,})(?:markdown|md|text)\n.*?^\1$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^### .+\{[^}\n]*\.question[^}\n]*\} *$", re.MULTILINE)


@pytest.fixture(scope="module")
def handbook() -> Handbook:
    """The real handbook."""
    return read_handbook(ROOT)


def raw_pages(language: str) -> list[Path]:
    """List the Markdown files of one language."""
    return sorted((ROOT / "docs" / language).rglob("*.md"))


def written(path: Path) -> str:
    """Return a page's text without the examples that it shows."""
    return EXAMPLE.sub("", path.read_text(encoding="utf-8"))


def test_no_rule_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    failed = check.run(ROOT)
    assert not failed, capsys.readouterr().out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_and_question_is_counted(handbook: Handbook, language: str) -> None:
    raw = raw_pages(language)
    pages = handbook.pages[language]
    assert sorted(page.path for page in pages.values()) == [
        path.relative_to(ROOT).as_posix() for path in raw
    ]
    for path in raw:
        key = path.relative_to(ROOT / "docs" / language).with_suffix("").as_posix()
        count = len(HEADING.findall(written(path)))
        assert len(pages[key].questions) == count, path
    assert sum(len(page.questions) for page in pages.values()) > 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_block_and_embedding_is_counted(
    handbook: Handbook, language: str
) -> None:
    for path in raw_pages(language):
        text = written(path)
        key = path.relative_to(ROOT / "docs" / language).with_suffix("").as_posix()
        page = handbook.pages[language][key]
        assert len(page.blocks) == len(re.findall(r"^/// \w", text, re.MULTILINE))
        assert len(page.embeds) == text.count('--8<-- "')


def test_catalogue_is_counted(handbook: Handbook) -> None:
    text = (ROOT / "docs/sources.yml").read_text(encoding="utf-8")
    listed = re.findall(r"^ +- \{id: [\w-]+, level: ", text, re.MULTILINE)
    assert len(handbook.catalogue) == len(listed) > 200
