"""Figures are drawn again when their code changes, and only then."""

import pytest

from scripts import figures, imports

SHARED = "VALUE = 1\n"
PAGE = '''
from matplotlib.figure import Figure
from snippets.theory.numbers import VALUE

def two_words() -> Figure:
    """A figure."""
    figure = Figure()
    figure.text(0, 0, str(VALUE))
    return figure

def _helper() -> None:
    """Not a figure."""
'''


def test_every_page_with_figures_is_found():
    assert "normalization" in figures.modules()
    assert not {"__init__", "diagram", "style"} & set(figures.modules())


def test_names_become_file_names_and_helpers_stay_out():
    for stem in figures.modules():
        names = figures.functions(stem)
        assert names
        assert all("_" not in name for name in names)


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A project with one figure module that imports one snippet."""
    for name in ("snippets/figures", "snippets/theory"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "__init__.py").write_text("")
    (tmp_path / "snippets" / "__init__.py").write_text("")
    (tmp_path / "snippets" / "theory" / "numbers.py").write_text(SHARED)
    (tmp_path / "snippets" / "figures" / "page.py").write_text(PAGE)
    (tmp_path / "snippets" / "figures" / "other.py").write_text("x = 1\n")
    monkeypatch.setattr(imports, "ROOT", tmp_path)
    monkeypatch.setattr(figures, "FIGURES", tmp_path / "snippets" / "figures")
    return tmp_path


def test_fingerprint_follows_the_module_and_what_it_imports(tree):
    before = figures.fingerprint("page"), figures.fingerprint("other")
    (tree / "snippets" / "theory" / "numbers.py").write_text("VALUE = 2\n")
    after = figures.fingerprint("page"), figures.fingerprint("other")
    assert before[0] != after[0]
    assert before[1] == after[1]
    (tree / "snippets" / "figures" / "page.py").write_text(PAGE + "\n")
    assert figures.fingerprint("page") != after[0]


def test_unchanged_figures_are_not_drawn_again(tmp_path):
    drawn, kept = figures.draw(tmp_path)
    assert kept == 0
    assert drawn == sum(len(figures.functions(stem)) for stem in figures.modules())
    files = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*/*.svg")}
    assert len(files) == drawn
    assert figures.draw(tmp_path) == (0, len(figures.modules()))
    assert files == {path: path.stat().st_mtime_ns for path in files}


def test_the_same_code_draws_the_same_bytes(tmp_path):
    stem = figures.modules()[0]
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        figures._draw_module(stem, folder, "mark")
    for path in first.glob("*.svg"):
        assert path.read_bytes() == (second / path.name).read_bytes()
    assert (first / ".fingerprint").read_text() == "mark"


def test_no_figure_is_heavy_or_loads_anything(built):
    for path in built.glob("figures/*/*.svg"):
        text = path.read_text(encoding="utf-8")
        assert len(text) < 300_000, path
        assert "<script" not in text
        assert 'href="http' not in text
