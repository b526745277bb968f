"""The figure draws every gain of the table, row by row."""

import numpy as np
import pytest

from snippets.figures import deep_dive as figures
from snippets.projects.deep_dive import GAINS


def test_gains_by_seed_draws_each_seed_and_the_mean_beside_its_name() -> None:
    (ax,) = figures.gains_by_seed().axes
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == list(GAINS)
    *drawn, zero = ax.lines
    assert list(zero.get_xdata()) == [0, 0]
    assert len(drawn) == 2 * len(GAINS)
    for row, gains in enumerate(GAINS.values()):
        dots, mean = drawn[2 * row : 2 * row + 2]
        np.testing.assert_array_equal(dots.get_xdata(), gains)
        np.testing.assert_allclose(mean.get_xdata(), np.mean(gains))
        for line in (dots, mean):
            heights = np.asarray(line.get_ydata(), float)
            assert abs(heights - row).max() < 0.5
            assert heights.mean() == pytest.approx(row)
    assert "points" in ax.get_xlabel()
    bottom, top = ax.get_ylim()
    assert bottom > top  # the first trick is on top
