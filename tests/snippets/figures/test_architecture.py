"""The picture names what exists, in the order in which the build runs it."""

import itertools
import re

import pytest

from scripts import config, site
from scripts.environment import ROOT
from scripts.offline import build
from snippets.figures import architecture

STEPS = ("scripts/model.py", "scripts/stage.py", "MkDocs", "scripts/finish.py")
READ = ("practice in\nthe browser", "PDF, printed\nin pieces", "EPUB", "Anki decks")


@pytest.fixture(scope="module")
def ax():
    (axes,) = architecture.data_flow().axes
    return axes


def labels(ax):
    return [text for text in ax.texts if text.get_text()]


def boxes(ax):
    return [patch.get_bbox() for patch in ax.patches]


def on_edge(box, x, y):
    across = box.x0 <= x <= box.x1 and min(abs(y - box.y0), abs(y - box.y1)) < 1e-9
    along = box.y0 <= y <= box.y1 and min(abs(x - box.x0), abs(x - box.x1)) < 1e-9
    return across or along


def test_every_file_and_folder_it_names_exists(ax):
    words = " ".join(text.get_text() for text in labels(ax))
    named = re.findall(r"(?:docs|scripts)/[\w/.*]+|mkdocs[\w.]*yml|snippets", words)
    assert len(named) == 13
    for name in named:
        assert list(ROOT.glob(name)), name


def test_the_steps_stand_in_the_order_of_the_build(ax):
    heights = [
        next(t.get_position()[1] for t in labels(ax) if step in t.get_text())
        for step in STEPS
    ]
    assert heights == sorted(heights, reverse=True)
    assert len(set(heights)) == len(STEPS)


def test_each_language_is_built_once_from_its_own_folder(ax):
    found = {text.get_text() for text in labels(ax)}
    for language, name in config.CONFIGS.items():
        assert f"build/{language}: {name}" in found
        assert config.read(language)["docs_dir"] == f"build/{language}"
    assert site.SITE.name in found


def test_every_kind_of_offline_edition_is_there(ax):
    low = [text.get_text() for text in labels(ax) if text.get_position()[1] < 1]
    assert tuple(low[:4]) == READ
    kinds = {name.rpartition(".")[2] for name in build.files()}
    assert kinds == {"pdf", "epub", "apkg", "zip"}
    assert len(low) == len(kinds) + 1  # and the practice


def test_boxes_stay_apart_and_on_the_sheet(ax):
    found = boxes(ax)
    assert len(found) == 17
    nested = 0
    for one, other in itertools.combinations(found, 2):
        if one.overlaps(other):
            outer, inner = sorted((one, other), key=lambda b: -b.width)
            assert outer.fully_contains(*inner.min)
            assert outer.fully_contains(*inner.max)
            nested += 1
    assert nested == len(config.CONFIGS)
    for box in found:
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= architecture.WIDTH
        assert box.y1 <= architecture.TOP


def test_every_arrow_ends_on_the_edge_of_one_box(ax):
    heads = [text.xy for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert len(heads) == len(set(heads)) == 17
    for x, y in heads:
        assert sum(on_edge(box, x, y) for box in boxes(ax)) == 1
