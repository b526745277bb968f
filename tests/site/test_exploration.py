"""What an exploration says in its text is what its cells print.

Every notebook below docs/en is run once, as it stands; whether the built pages show
the same is seen from the site. Without a built site: `pytest -k "not built"`.
"""

import functools
import os
import re

import nbformat
import pytest
from lxml import html
from nbclient import NotebookClient

from scripts.environment import ROOT
from tests.conftest import DOCS, LANGUAGES, NOTEBOOKS, root_of

NUMBER = re.compile(r"(?<![\w.])\d+\.\d+", re.ASCII)  # Chinese may touch a number
ADDRESS = re.compile(r"\]\([^)]*\)")

each_notebook = pytest.mark.parametrize("name", NOTEBOOKS)


def read(language: str, name: str) -> nbformat.NotebookNode:
    """Read a notebook; lines stay as they are."""
    return nbformat.read(DOCS / language / name, as_version=4)


def sources(language: str, name: str, kind: str) -> list[str]:
    """Return the cells of one kind."""
    cells = read(language, name).cells
    return [cell.source for cell in cells if cell.cell_type == kind]


@functools.cache
def run(name: str) -> nbformat.NotebookNode:
    """Run the English notebook; the code of the Chinese one is the same."""
    notebook = read("en", name)
    client = NotebookClient(notebook, timeout=120, kernel_name="python3")
    return client.execute(env={**os.environ, "PYTHONPATH": str(ROOT)})


def outputs(name: str) -> list[nbformat.NotebookNode]:
    """Return what the cells gave back, one after another."""
    return [out for cell in run(name).cells for out in cell.get("outputs", [])]


def printed(name: str) -> str:
    """Return all that the cells printed."""
    return "".join(out.get("text", "") for out in outputs(name))


def rounds_to(shown: str, said: str) -> bool:
    """Whether a printed number is the said one, rounded or as a percentage."""
    slack = 0.5 * 10 ** -len(said.partition(".")[2]) + 1e-9
    return any(abs(scale * float(shown) - float(said)) <= slack for scale in (1, 100))


def test_explorations_are_found_in_both_languages():
    assert NOTEBOOKS
    for language in LANGUAGES:
        below = DOCS / language
        found = [path.relative_to(below) for path in below.rglob("*.ipynb")]
        assert sorted(path.as_posix() for path in found) == NOTEBOOKS


@each_notebook
def test_languages_differ_in_nothing_but_the_text(name):
    english, chinese = ({**read(language, name)} for language in LANGUAGES)
    shapes = []
    for notebook in (english, chinese):
        cells = notebook.pop("cells")
        code = [cell for cell in cells if cell.cell_type == "code"]
        shapes.append(([(c.cell_type, c.id, c.metadata) for c in cells], code))
    assert shapes[0] == shapes[1]
    assert english == chinese
    texts = zip(*(sources(lang, name, "markdown") for lang in LANGUAGES), strict=True)
    assert all(one != other for one, other in texts)


@each_notebook
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_outputs_are_stored(name, language):
    for cell in read(language, name).cells:
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None), cell.id


@each_notebook
def test_cells_print_and_draw_and_complain_of_nothing(name):
    assert printed(name)
    assert sum("image/svg+xml" in out.get("data", {}) for out in outputs(name)) >= 3
    complaints = [out for out in outputs(name) if out.get("name") == "stderr"]
    assert complaints == []


@each_notebook
@pytest.mark.parametrize("language", LANGUAGES)
def test_decimals_in_the_text_were_printed_or_set_in_the_code(name, language):
    text = "\n".join(sources(language, name, "markdown"))
    said = NUMBER.findall(ADDRESS.sub("]", text))
    shown = NUMBER.findall(printed(name))
    shown += NUMBER.findall("\n".join(sources(language, name, "code")))
    assert len(said) >= 10
    assert [n for n in said if not any(rounds_to(s, n) for s in shown)] == []


@each_notebook
def test_built_pages_ran_the_same_code_to_the_same_output(built, name):
    def texts(query: str) -> str:
        return " ".join(node.text_content() for node in tree.xpath(query))

    shown = []
    for language in LANGUAGES:
        path = (root_of(built, language) / name).with_suffix(".html")
        tree = html.fromstring(path.read_bytes())
        shown.append(
            [
                texts("//*[@class='highlight']").split(),
                # how printed lines are grouped depends on timing
                texts("//*[contains(@class,'jp-RenderedText')]").split(),
                tree.xpath("//*[contains(@class,'jp-RenderedSVG')]//img/@src"),
            ]
        )
    assert shown[0] == shown[1]
    assert shown[0][0] == "\n".join(sources("en", name, "code")).split()
    assert shown[0][1] == printed(name).split()
    assert len(shown[0][2]) >= 3
