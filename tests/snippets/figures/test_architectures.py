"""The figures on architectures show what the snippets compute."""

import numpy as np
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from snippets.figures import architectures as figures
from snippets.figures import style
from snippets.theory import architectures as arch


def draw(function) -> Figure:
    with style.applied():
        return function()


def edges(ax) -> list:
    """Lines of two points that lead from the row of inputs to the outputs."""
    return [line for line in ax.get_lines() if list(line.get_ydata()) == [0, 1]]


def test_connectivity_draws_the_edges_of_each_layer():
    mlp, conv, rnn, attention = draw(figures.connectivity).axes
    n, focus = figures._N, figures._FOCUS
    pairs = {
        ax: {tuple(line.get_xdata()) for line in edges(ax)}
        for ax in (mlp, conv, rnn, attention)
    }
    everything = {(j, i) for i in range(n) for j in range(n)}
    assert pairs[mlp] == pairs[attention] == everything
    assert pairs[conv] == {(j, i) for j, i in everything if abs(i - j) <= 1}
    assert pairs[rnn] == {(i, i) for i in range(n)}
    arrows = [p for p in rnn.patches if isinstance(p, FancyArrowPatch)]
    assert len(arrows) == n - 1
    bright = [arrow.get_alpha() for arrow in arrows]
    assert bright == [1.0] * focus + [0.3] * (n - 1 - focus)
    words = ("MLP", "convolution", "RNN", "attention")
    for ax, word in zip((mlp, conv, rnn, attention), words, strict=True):
        assert ax.get_title().startswith(word)


def test_connectivity_emphasizes_one_output_and_weighs_attention():
    mlp, conv, _, attention = draw(figures.connectivity).axes
    for ax, count in ((mlp, 6), (conv, 3), (attention, 6)):
        strong = [x for x in edges(ax) if not same_color(x.get_color(), style.MUTED)]
        assert len(strong) == count
        assert {line.get_xdata()[1] for line in strong} == {figures._FOCUS}
    _, _, weights = figures._layers()
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    strong = [x for x in edges(attention) if x.get_color() == style.ORANGE]
    widths = {x.get_xdata()[0]: x.get_linewidth() for x in strong}
    order = sorted(widths, key=widths.get)
    assert order == list(np.argsort(weights[figures._FOCUS]))


def test_cost_by_length_plots_layer_costs():
    weights, macs = draw(figures.cost_by_length).axes
    for ax, field in ((weights, "weights"), (macs, "macs")):
        lines = {line.get_label().lower(): line for line in ax.get_lines()}
        assert list(lines) == ["mlp", "convolution", "rnn", "attention"]
        for name, line in lines.items():
            for n, value in zip(*line.get_data(), strict=True):
                cost = arch.layer_costs(int(n), 512, 3)[name]
                assert value == getattr(cost, field)
    assert "weights" in weights.get_title()
    assert "multiply-adds" in macs.get_title()


def test_bias_and_data_plots_three_learners_in_three_worlds():
    axes = draw(figures.bias_and_data).axes
    assert len(axes) == 3
    for ax, world in zip(axes, ("shared", "local", "global"), strict=True):
        lines = {line.get_label(): line for line in ax.get_lines()}
        expected = arch.bias_and_data(world, [2, 4], runs=10)
        assert list(lines) == list(expected)
        for name, errors in expected.items():
            np.testing.assert_allclose(lines[name].get_ydata()[:2], errors)
            assert lines[name].get_ydata().min() > ax.get_ylim()[0]


def test_depth_against_width_plots_triangles_and_unit_counts():
    saw, count = draw(figures.depth_against_width).axes
    for line, depth in zip(saw.get_lines(), (1, 2, 4), strict=True):
        assert line.get_label() == f"depth {depth}"
        np.testing.assert_array_equal(line.get_ydata(), np.arange(2**depth + 1) % 2)
    deep, shallow = count.get_lines()
    pieces = 2 ** np.arange(1, 11)
    np.testing.assert_array_equal(deep.get_xdata(), pieces)
    np.testing.assert_array_equal(deep.get_ydata(), 2 * np.arange(1, 11))
    np.testing.assert_array_equal(shallow.get_ydata(), pieces - 1)
