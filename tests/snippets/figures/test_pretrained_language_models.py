"""The figures draw what the page says."""

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgba
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation

from snippets.figures import pretrained_language_models as figures
from snippets.figures import style
from snippets.theory.pretrained_language_models import visible


def test_timeline_places_each_model_at_its_date_in_its_lane() -> None:
    (ax,) = figures.language_model_timeline().axes
    notes = {t.get_text(): t for t in ax.texts if isinstance(t, Annotation)}
    assert set(notes) == {name for name, *_ in figures.MODELS}
    for name, lane, year, month in figures.MODELS:
        x, y = notes[name].xy
        assert y == -lane
        assert year + (month - 1) / 12 < x < year + month / 12
    ticks = [label.get_text() for label in ax.get_yticklabels()]
    assert ticks == [name for name, _ in figures.LANES]
    grid = (*ax.get_xgridlines(), *ax.get_ygridlines())
    assert not any(line.get_visible() for line in grid)  # would cross the names
    low, high = ax.get_xlim()
    assert all(low < note.xy[0] < high for note in notes.values())


def test_timeline_draws_a_marker_below_each_name_in_the_color_of_the_lane() -> None:
    (ax,) = figures.language_model_timeline().axes
    dots = {
        line.get_label(): line for line in ax.get_lines() if line.get_marker() == "o"
    }
    for lane, (name, color) in enumerate(figures.LANES):
        assert dots[name].get_color() == color
        drawn = np.asarray(dots[name].get_xdata(), float)
        of_lane = [
            t.xy[0] for t in ax.texts if isinstance(t, Annotation) and t.xy[1] == -lane
        ]
        np.testing.assert_allclose(np.sort(drawn), np.sort(of_lane))
        np.testing.assert_array_equal(dots[name].get_ydata(), -lane)
    first = {t.get_text(): t.get_verticalalignment() for t in ax.texts}
    assert (first["ULMFiT"], first["ELMo"]) == ("bottom", "top")


@pytest.mark.parametrize(
    ("panel", "prefix", "color"),
    [(0, 6, style.BLUE), (1, 0, style.ORANGE), (2, 3, style.PURPLE)],
)
def test_attention_patterns_fill_what_is_visible(
    panel: int, prefix: int, color: str
) -> None:
    axes = figures.attention_patterns().axes
    assert len(axes) == 3
    cells = [p for p in axes[panel].patches if isinstance(p, Rectangle)]
    filled = np.zeros((6, 6), dtype=bool)
    for cell in cells:
        column, row = cell.get_center()
        if to_rgba(cell.get_facecolor())[3] > 0:
            filled[round(row) - 1, round(column) - 1] = True
            assert to_hex(cell.get_facecolor()) == color
    assert len(cells) == 36
    np.testing.assert_array_equal(filled, visible(6, prefix))
    bottom, top = axes[panel].get_ylim()
    assert bottom > top  # position 1 is above
