"""Building aside, then swapping: a failed build leaves the site as it was."""

import os
import subprocess

import pytest

from scripts import site
from scripts.environment import ROOT


@pytest.fixture
def folders(tmp_path):
    new, old = tmp_path / "new", tmp_path / "site"
    for folder, text in ((new, "new"), (old, "old")):
        folder.mkdir()
        (folder / "index.html").write_text(text)
    return new, old


def test_swap_replaces_the_whole_folder(folders):
    new, old = folders
    (old / "gone.html").write_text("x")
    site.swap(new, old)
    assert [p.name for p in old.iterdir()] == ["index.html"]
    assert (old / "index.html").read_text() == "new"
    assert not new.exists()
    assert [p.name for p in old.parent.iterdir()] == ["site"]


def test_swap_works_the_first_time(tmp_path):
    new = tmp_path / "new"
    new.mkdir()
    site.swap(new, tmp_path / "site")
    assert (tmp_path / "site").is_dir()


def test_a_swap_that_fails_puts_the_old_site_back(folders):
    new, old = folders
    with pytest.raises(OSError, match="missing"):
        site.swap(new.parent / "missing", old)
    assert (old / "index.html").read_text() == "old"


def test_violated_rules_build_nothing(monkeypatch, folders):
    _, old = folders
    monkeypatch.setattr(site.check, "run", lambda *a, **k: 1)
    with pytest.raises(site.BuildFailed, match="nothing was built"):
        site.build(old)
    assert (old / "index.html").read_text() == "old"


def test_a_failing_generator_leaves_the_site(monkeypatch, folders):
    _, old = folders

    def fail(language, target, strict=True):
        raise site.BuildFailed("page.md: no such snippet")

    monkeypatch.setattr(site, "BUILD", old.parent / "build")
    monkeypatch.setattr(site.check, "run", lambda *a, **k: 0)
    monkeypatch.setattr(site.stage, "run", lambda handbook: None)
    monkeypatch.setattr(site, "generate", fail)
    with pytest.raises(site.BuildFailed, match="no such snippet"):
        site.build(old)
    assert (old / "index.html").read_text() == "old"


@pytest.fixture
def trial(tmp_path, monkeypatch):
    """A tiny project with a page and a notebook that MkDocs can build."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "snippets").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Home\n")
    (tmp_path / "mkdocs.yml").write_text(
        "site_name: Trial\nsite_url: https://example.org\n"
        "plugins:\n  mkdocs-jupyter:\n    include: ['*.ipynb']\n    execute: true\n"
        "    allow_errors: false\n    kernel_name: python3\n"
        "    cache_dir: !ENV HANDBOOK_NOTEBOOK_CACHE\n"
    )
    monkeypatch.setattr(site, "ROOT", tmp_path)
    monkeypatch.setattr(site, "BUILD", tmp_path / "build")
    monkeypatch.setattr(site, "CONFIGS", {"en": "mkdocs.yml"})
    return tmp_path


def notebook(code: str) -> str:
    import nbformat

    cells = [
        nbformat.v4.new_markdown_cell("# Notebook"),
        nbformat.v4.new_code_cell(code),
    ]
    made = nbformat.v4.new_notebook(cells=cells)
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    return nbformat.writes(made)


def test_a_warning_of_the_generator_fails_the_build(trial):
    (trial / "docs" / "index.md").write_text("[nowhere](gone.md)\n")
    with pytest.raises(site.BuildFailed, match=r"gone\.md"):
        site.generate("en", trial / "out")


def test_a_failing_notebook_cell_fails_the_build(trial):
    (trial / "docs" / "page.ipynb").write_text(notebook("1 / 0"))
    with pytest.raises(site.BuildFailed, match="ZeroDivisionError"):
        site.generate("en", trial / "out")


def test_results_of_a_notebook_are_kept_while_its_text_is_the_same(trial):
    code = (
        "from pathlib import Path\n"
        f"runs = Path({str(trial / 'runs')!r})\n"
        "runs.write_text(runs.read_text() + 'x' if runs.exists() else 'x')"
    )
    text = notebook(code)
    for content, expected in ((text, "x"), (text, "x"), (text + " ", "xx")):
        (trial / "docs" / "page.ipynb").write_text(content)
        site.generate("en", trial / "out")
        assert (trial / "runs").read_text() == expected
    assert len(list((trial / "build" / "notebooks" / "en").glob("*.json"))) == 1


def test_addresses_end_in_a_slash_and_follow_the_environment(monkeypatch):
    assert all(url.endswith("/") for url in site.site_urls().values())
    monkeypatch.setenv("HANDBOOK_URL", "https://example.org/book")
    assert site.site_urls()["en"] == "https://example.org/book/"


def test_the_makefile_only_calls_the_tool():
    listed = subprocess.run(
        ["make", "--dry-run", "serve", "live", "site", "check", "test", "bench"],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith("MAKE")},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = listed.stdout.splitlines()
    assert len(lines) == 6
    assert all(line.startswith("python3 -m scripts ") for line in lines)
