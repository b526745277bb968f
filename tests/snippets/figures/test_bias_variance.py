"""The figure draws the simulated terms, and they add up."""

import numpy as np

from snippets import Array
from snippets.figures import bias_variance as figures
from snippets.figures import style
from snippets.theory import bias_variance as m


def ydata(line: object) -> Array:
    return np.asarray(line.get_ydata(), dtype=float)  # type: ignore[attr-defined]


def test_decomposition_and_double_descent() -> None:
    with style.applied():
        left, right = figures.decomposition().axes
    bias2, variance, noise, total, error = (ydata(line) for line in left.get_lines())
    np.testing.assert_allclose(total, bias2 + variance + noise)
    np.testing.assert_allclose(error, total, rtol=0.03)
    assert error.argmin() == 3  # the degree the page names
    assert bias2[3] < 0.01 < bias2[2]
    assert variance[-1] > 10 * variance[3]
    assert set(noise) == {0.09}
    np.testing.assert_allclose(error[2], m.simulate(m.polynomial(2), sets=300).error)

    free, ridge, border = right.get_lines()
    widths = np.asarray(free.get_xdata(), dtype=float)
    assert set(np.asarray(border.get_xdata(), dtype=float)) == {100.0}
    errors = ydata(free)
    assert 90 < widths[errors.argmax()] < 110
    assert errors[-1] < errors[widths < 80].min()  # below the first minimum
    assert ydata(ridge).max() < 1.5
    assert errors[0] == m.simulate_width(5, sets=30).error
    assert ydata(ridge)[-1] == m.simulate_width(300, ridge=1.0, sets=30).error
