"""The figures on convolution show what the snippets compute."""

import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from snippets.figures import convolution as figures
from snippets.figures import style
from snippets.theory import convolution as conv


def draw(function) -> Figure:
    with style.applied():
        return function()


def mesh(ax):
    (found,) = [c for c in ax.collections if isinstance(c, QuadMesh)]
    return found.get_array()


def test_weight_matrices_hold_64_22_and_3_weights():
    axes = draw(figures.weight_matrices).axes
    dense, local, shared = (mesh(ax) for ax in axes)
    assert dense.count() == 64
    assert local.count() == shared.count() == 22
    sizes = [len(np.unique(m.compressed())) for m in (dense, local, shared)]
    assert sizes == [64, 22, 3]
    for ax, size in zip(axes, sizes, strict=True):
        assert ax.get_title().endswith(f"{size} weights")
    # constant along each diagonal, and zero off the band of width 3
    for offset in range(-7, 8):
        diagonal = np.ma.diagonal(shared, offset).filled(0)
        assert np.ptp(diagonal) == 0
        assert (diagonal[0] > 0) == (abs(offset) <= 1)


def test_growth_shows_receptive_fields_of_three_stacks():
    _, growth = draw(figures.receptive_field_growth).axes
    lines = {line.get_label(): line.get_ydata() for line in growth.get_lines()}
    assert len(lines) == 3
    np.testing.assert_array_equal(lines["stride 1"], [1, 3, 5, 7, 9, 11, 13, 15])
    np.testing.assert_array_equal(
        lines["dilation 1, 2, 4, …"], 2.0 ** np.arange(1, 9) - 1
    )
    strided = [(3, 1, 1), (3, 2, 1)] * 3 + [(3, 1, 1)]
    expected = [1] + [r for r, _ in conv.receptive_field(strided)]
    np.testing.assert_array_equal(lines["stride 2, every 2nd layer"], expected)


def test_cone_reaches_as_many_inputs_as_the_receptive_field():
    cone, _ = draw(figures.receptive_field_growth).axes
    ends = {x for line in cone.get_lines() for x, y in [line.get_xydata()[1]] if y == 0}
    r = conv.receptive_field(figures._STACK)[-1][0]
    assert len(ends) == max(ends) - min(ends) + 1 == r
    assert f"$r = {r}$" in cone.texts[0].get_text()


def test_effective_field_is_narrower_than_the_theoretical_one():
    profiles, widths = draw(figures.effective_receptive_field).axes
    for line in profiles.get_lines():
        weights = conv.uniform_stack_profile(int(line.get_label()))
        np.testing.assert_allclose(line.get_ydata(), weights / weights.max())
        assert line.get_xdata()[0] == -1
        assert line.get_xdata()[-1] == 1
    theoretical, effective = widths.get_lines()
    depth = np.arange(1, 81)
    np.testing.assert_array_equal(theoretical.get_ydata(), 2 * depth + 1)
    np.testing.assert_allclose(effective.get_ydata(), 4 * np.sqrt(2 * depth / 3))


def test_sampling_grids_show_taps_and_channel_links():
    axes = draw(figures.sampling_grids).axes
    titles = [ax.get_title() for ax in axes]
    taps = {
        t: ax.collections[0].get_offsets() for t, ax in zip(titles, axes, strict=True)
    }
    standard, dilated = taps["standard"], taps["dilated, $d = 2$"]
    np.testing.assert_array_equal(dilated, 2 * standard)
    assert len(standard) == len(taps["deformable"]) == 9
    shifts = taps["deformable"] - standard
    assert np.all(np.abs(shifts) > 0)
    assert np.all(taps["causal, 1-D"][:, 0] <= 0)  # nothing from the future
    links = {t: len(ax.get_lines()) for t, ax in zip(titles, axes, strict=True)}
    assert links["standard or $1 \\times 1$"] == 16
    assert links["grouped, $g = 2$"] == 8
    assert links["depthwise"] == 4
    assert links["separable"] == 4 + 16


@pytest.mark.parametrize(("column", "kernel"), [(0, 3), (1, 4)])
def test_overlap_pattern_shows_the_counts(column, kernel):
    figure = draw(figures.overlap_pattern)
    bars, plane = figure.axes[column], figure.axes[2 + column]
    counts = conv.overlap_counts(6, kernel, 2)
    assert [patch.get_height() for patch in bars.patches] == counts.tolist()
    np.testing.assert_array_equal(mesh(plane), np.outer(counts, counts))
    assert bars.get_title() == f"$k = {kernel}$, $s = 2$"
