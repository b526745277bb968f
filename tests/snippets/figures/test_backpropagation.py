import numpy as np
import pytest

from snippets.figures import backpropagation as figures
from snippets.figures import style
from snippets.theory import backpropagation as bp


def texts(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def lines(ax):
    return {line.get_label(): line.get_ydata() for line in ax.lines}


def as_number(text):
    try:
        return float(text.replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        return None


@pytest.fixture(scope="module")
def graph():
    with style.applied():
        return figures.computation_graph()


def shown_numbers(graph, color):
    found = [
        as_number(text.get_text())
        for text in graph.axes[0].texts
        if text.get_color() == color
    ]
    return sorted(number for number in found if number is not None)


def test_computation_graph_shows_every_forward_value(graph):
    params, X, y = bp.worked_example()
    loss, cache = bp.forward(params, X, y)
    logits = cache.H @ params.W2 + params.b2
    expected = np.concatenate([a.ravel() for a in (*params, X, *cache, logits)])
    np.testing.assert_allclose(
        shown_numbers(graph, style.BLUE), np.sort(expected), atol=6e-4
    )
    assert f"$L={loss:.3f}$" in texts(graph)


def test_computation_graph_shows_every_gradient(graph):
    params, X, y = bp.worked_example()
    grads = bp.backward(params, X, y, bp.forward(params, X, y)[1])
    dH = params.W2 @ grads.b2
    expected = [*(g.ravel() for g in grads), grads.b1, grads.b2, dH]
    np.testing.assert_allclose(
        shown_numbers(graph, style.ORANGE), np.sort(np.concatenate(expected)), atol=6e-4
    )


def test_computation_graph_writes_no_negative_zero(graph):
    assert "\N{MINUS SIGN}0" not in texts(graph)
    assert "-0" not in texts(graph)


def test_training_step_names_shapes_and_order():
    shown = " ".join(texts(figures.training_step()))
    for part in ("32 x 784", "32 x 256", "32 x 10", "dW_1", "dW_2", "keeps $X$"):
        assert part in shown
    for step in ("1 zero_grad", "2 forward", "3 loss", "4 backward", "5 step"):
        assert step in shown


def test_gradient_norms_draws_the_snippet_output():
    left, right = figures.gradient_norms().axes
    drawn = lines(left)
    assert list(drawn) == [
        "sigmoid, gain 1",
        "ReLU, gain 1",
        "tanh, gain 1",
        r"ReLU, gain $\sqrt{2}$",
    ]
    exploding = lines(right)
    gains = {"1": 1, "2": 2, "3": 3, "5/3": 5 / 3, r"$\sqrt{2}$": 2**0.5}
    for label, shown in [*drawn.items(), *exploding.items()]:
        name, gain = label.split(", gain ")
        norms = bp.gradient_by_layer(*bp.random_stack(gains[gain]), name.lower())
        np.testing.assert_allclose(shown, norms / norms[-1])
    assert len(exploding) == 4
    assert exploding["ReLU, gain 2"][0] > 1e6
    assert {left.get_yscale(), right.get_yscale()} == {"log"}
    for ax in (left, right):
        low, high = ax.get_ylim()
        assert all(low < y.min() and y.max() < high for y in lines(ax).values())


def test_symmetric_units_coincide_only_on_the_left():
    left, right = figures.symmetric_units().axes
    assert len(left.lines) == len(right.lines) == 8
    equal = np.array([line.get_ydata() for line in left.lines])
    np.testing.assert_allclose(equal, equal[[0] * 8], atol=1e-12)
    assert np.ptp(equal[0]) > 0.1  # the units do learn, together
    start = bp.init_mlp(2, 8, 2, "random").W1[0]
    np.testing.assert_allclose([line.get_ydata()[0] for line in right.lines], start)
    X, y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
    end = bp.train(bp.init_mlp(2, 8, 2, "random"), X, y, lr=0.5, steps=200)
    np.testing.assert_allclose(
        [line.get_ydata()[-1] for line in right.lines], end.W1[0]
    )
    assert right.lines[0].get_xdata()[-1] == 200
    dead = ~(X @ end.W1 + end.b1 > 0).any(axis=0)
    flat = [np.ptp(line.get_ydata()) == 0 for line in right.lines]
    assert dead.sum() == 2  # the text and the alternative text speak of two
    np.testing.assert_array_equal(flat, dead)
    assert "equal" in left.get_title()
    assert "random" in right.get_title()


def test_activation_histograms_follow_the_scale():
    figure = figures.activation_histograms()
    assert len(figure.axes) == 6
    peaks = {}
    for ax in figure.axes:
        for patch in ax.patches:
            values, edges, _ = patch.get_data()
            assert values.max() == 1
            peak = int(values.argmax())
            peaks[ax.get_title(), patch.get_label()] = edges[peak : peak + 2].mean()
    assert len(peaks) == 18
    assert abs(peaks["tanh, gain $0.5$", "layer 50"]) < 0.05
    assert abs(peaks["tanh, gain $3$", "layer 50"]) > 0.95
    he = r"ReLU, gain $\sqrt{2}$"
    assert peaks["ReLU, gain $1$", "layer 50"] < -7
    assert abs(peaks[he, "layer 50"] - peaks[he, "layer 1"]) < 1
    assert peaks["ReLU, gain $2$", "layer 50"] > 6


def test_activation_histograms_count_the_snippet_output():
    ax = figures.activation_histograms().axes[1]
    values, edges, _ = ax.patches[1].get_data()
    _, post = bp.run(*bp.random_stack(1.0), "tanh")
    expected, _ = np.histogram(post[9], bins=edges)
    np.testing.assert_allclose(values, expected / expected.max())
