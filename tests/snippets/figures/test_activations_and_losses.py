"""What the figures draw is what the page's functions compute."""

import numpy as np
import pytest
from matplotlib.axes import Axes

from snippets import Array
from snippets.figures import activations_and_losses as figures
from snippets.theory import activations_and_losses as m


def curves(ax: Axes) -> dict[str, tuple[Array, Array]]:
    """Drawn lines by label."""
    return {
        str(line.get_label()): (
            np.asarray(line.get_xdata(), dtype=float),
            np.asarray(line.get_ydata(), dtype=float),
        )
        for line in ax.get_lines()
    }


def test_activation_functions_draws_values_and_derivatives() -> None:
    axes = figures.activation_functions().axes
    assert len(axes) == 4
    by_name = {
        "sigmoid": m.sigmoid,
        "tanh": m.tanh,
        "ReLU": m.relu,
        "leaky ReLU 0.1": lambda x: m.leaky_relu(x, 0.1),
        "ELU": m.elu,
        "GELU": m.gelu,
        "SiLU": m.silu,
    }
    drawn = {**curves(axes[0]), **curves(axes[2])}
    assert set(drawn) == set(by_name)
    slopes = {**curves(axes[1]), **curves(axes[3])}
    for name, act in by_name.items():
        x, y = drawn[name]
        np.testing.assert_allclose(y, act(x)[0])
        np.testing.assert_allclose(slopes[name][1], act(slopes[name][0])[1])
    assert axes[1].texts[0].get_text() == "0.25"


def test_dying_relu_shows_one_dead_and_two_living_runs() -> None:
    loss, share = figures.dying_relu().axes
    assert loss.get_yscale() == "log"
    active = {name: y for name, (_, y) in curves(share).items()}
    assert set(active) == {"ReLU, lr 0.1", "ReLU, lr 0.5", "leaky ReLU, lr 0.5"}
    assert [name for name, y in active.items() if y[-1] == 0] == ["ReLU, lr 0.5"]
    expected = m.fit_unit(m.leaky_relu, 0.5, 4.0, 1.0)[0]
    np.testing.assert_allclose(curves(loss)["leaky ReLU, lr 0.5"][1], expected)


def test_softmax_temperature_flattens_the_bars() -> None:
    panels = figures.softmax_temperature().axes
    heights = [[bar.get_height() for bar in ax.patches] for ax in panels]
    np.testing.assert_allclose(np.sum(heights, axis=1), 1)
    for h, temperature in zip(heights, (0.25, 1.0, 4.0), strict=True):
        np.testing.assert_allclose(h, m.softmax(np.arange(3.0, -1, -1), temperature))
    largest = [h[0] for h in heights]
    assert largest == sorted(largest, reverse=True)
    assert [ax.get_title().split(",")[0] for ax in panels] == [
        "T = 0.25",
        "T = 1",
        "T = 4",
    ]


def test_squared_error_saturates_draws_losses_and_their_slopes() -> None:
    loss, gradient = figures.squared_error_saturates().axes
    for name in ("cross-entropy", "squared error"):
        z, value = curves(loss)[name]
        slope = curves(gradient)[name][1]
        np.testing.assert_allclose(np.gradient(value, z)[1:-1], slope[1:-1], atol=1e-3)
    assert curves(gradient)["cross-entropy"][1][0] == pytest.approx(-1, abs=1e-3)
    assert curves(gradient)["squared error"][1][0] == pytest.approx(0, abs=1e-3)


def test_losses_against_margin() -> None:
    margins, residuals = (curves(ax) for ax in figures.losses_against_margin().axes)
    assert len(margins) == 5
    x, error = margins["0-1 error"]
    np.testing.assert_array_equal(error, x <= 0)
    for bound in ("logistic / log 2", "hinge", "squared (1 - m)²"):
        assert (margins[bound][1] >= error - 1e-12).all()
    focal = margins["focal, γ = 2, / log 2"][1]
    logistic = margins["logistic / log 2"][1]
    assert (focal <= logistic).all()
    np.testing.assert_allclose(margins["hinge"][1], np.clip(1 - x, 0, None))
    r, huber = residuals["Huber, δ = 1"]
    np.testing.assert_allclose(huber, m.huber(r))
    np.testing.assert_allclose(residuals["squared r² / 2"][1], r**2 / 2)
    np.testing.assert_allclose(residuals["absolute |r|"][1], np.abs(r))
