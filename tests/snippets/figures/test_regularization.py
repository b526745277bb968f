"""The figures draw what the page's functions compute."""

import numpy as np

from snippets.figures import regularization as figures
from snippets.theory import regularization as m


def test_early_stopping_marks_best_and_stop() -> None:
    left, right = figures.early_stopping().axes
    train, val, best, stop = left.get_lines()
    losses = np.asarray(val.get_ydata(), dtype=float)
    step = int(np.asarray(best.get_xdata())[0])
    assert step == losses[: step + 21].argmin()
    assert np.asarray(best.get_ydata())[0] == losses[step]
    assert np.asarray(stop.get_xdata())[0] == step + 20
    assert (np.diff(np.asarray(train.get_ydata(), dtype=float)) < 0).all()
    descent, ridge = right.get_lines()
    x = np.asarray(descent.get_xdata(), dtype=float)
    np.testing.assert_allclose(
        np.asarray(descent.get_ydata(), dtype=float),
        m.descent_shrinkage(x, 0.001, 1000),
    )
    np.testing.assert_allclose(
        np.asarray(ridge.get_ydata(), dtype=float), x / (x + 1.0)
    )


def test_weight_decay_equilibrium_draws_lengths_and_angles() -> None:
    left, right = figures.weight_decay_equilibrium().axes
    *angles, theory = right.get_lines()
    starts = ((0.3, 0.01), (10.0, 0.01), (1.0, 0.0))
    for (scale, decay), length, angle in zip(
        starts, left.get_lines(), angles, strict=True
    ):
        start = np.zeros(20)
        start[1] = scale
        expected, turned = m.decayed_descent(start, 0.1, decay, 4000)
        step = np.asarray(angle.get_xdata(), dtype=int)
        np.testing.assert_array_equal([0, *step], np.asarray(length.get_xdata()))
        np.testing.assert_array_equal(
            [scale, *expected[step - 1]], np.asarray(length.get_ydata())
        )
        last = np.sqrt(np.mean(np.degrees(turned[-40:]) ** 2))
        drawn = np.asarray(angle.get_ydata(), dtype=float)
        assert step[-1] == 4000
        np.testing.assert_allclose(drawn[-1], last)
    level = np.degrees(np.arccos(1 - 0.001))
    np.testing.assert_allclose(np.asarray(theory.get_ydata(), dtype=float), level)
    assert theory.get_label() == f"theory, {level:.2f}°"
    for line in angles[:2]:  # both runs with decay settle on the theory
        tail = np.asarray(line.get_ydata(), dtype=float)[-20:]
        np.testing.assert_allclose(tail.mean(), level, rtol=0.05)
