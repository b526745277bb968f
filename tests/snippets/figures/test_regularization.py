"""The figure draws what the page's functions compute."""

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
