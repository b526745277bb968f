"""What the figures draw is what the outlook's arithmetic computes."""

import numpy as np
import pytest
from matplotlib.colors import same_color
from scipy import stats

from snippets.figures import outlook as figures
from snippets.figures import style
from snippets.industry.outlook import (
    REFIT,
    best_size,
    certify,
    lifetime_flop,
    loss,
    optimal,
    simulated,
)


def test_lifetime_compute_marks_the_cheapest_size_of_each_demand() -> None:
    figure = figures.lifetime_compute()
    (ax,) = figure.axes
    target = loss(REFIT, *optimal(REFIT, 5.76e23))
    lines = ax.get_lines()
    assert len(lines) == 6
    for served, curve, mark in zip(
        (0, 1e13, 1e14), lines[::2], lines[1::2], strict=True
    ):
        sizes = np.asarray(curve.get_xdata())
        wanted = [lifetime_flop(REFIT, target, n * 1e9, served) for n in sizes]
        np.testing.assert_allclose(curve.get_ydata(), wanted)
        (size,), (least,) = mark.get_xdata(), mark.get_ydata()
        assert size * 1e9 == pytest.approx(best_size(REFIT, target, served))
        assert least <= min(wanted)
        assert same_color(curve.get_color(), mark.get_color())
    assert [text.get_text() for text in ax.texts] == ["72B", "34B", "21B"]
    assert ax.get_xscale() == ax.get_yscale() == "log"
    assert ax.get_legend() is not None


@pytest.mark.parametrize(("errors", "n"), [(0, 59), (19, 277), (3, 60)])
def test_upper_is_the_exact_limit(errors: int, n: int) -> None:
    exact = stats.beta.ppf(0.95, errors + 1, n - errors)  # Clopper and Pearson
    assert figures._upper(errors, n) == pytest.approx(exact, abs=1.1e-3)


def test_certified_threshold_marks_where_the_limit_meets_the_risk() -> None:
    figure = figures.certified_threshold()
    (ax,) = figure.axes
    upper, observed, truth, level, mark = ax.get_lines()
    confidence, wrong = simulated(500, seed=0)
    given = [confidence >= t for t in figures.GRID]
    np.testing.assert_allclose(observed.get_xdata(), [g.mean() for g in given])
    np.testing.assert_allclose(observed.get_ydata(), [wrong[g].mean() for g in given])
    np.testing.assert_allclose(truth.get_ydata(), 0.8 * (1 - figures.GRID) ** 2 / 3)
    limits = [
        stats.beta.ppf(0.95, wrong[g].sum() + 1, g.sum() - wrong[g].sum())
        for g in given
    ]
    np.testing.assert_allclose(upper.get_ydata(), limits, atol=1.1e-3)
    assert level.get_ydata()[0] == 0.1
    assert level.get_label() == "accepted: 10%"
    assert same_color(level.get_color(), style.RED)

    threshold = certify(confidence, wrong, figures.GRID, 0.1)
    (coverage,) = mark.get_xdata()
    assert coverage == (confidence >= threshold).mean()
    assert mark.get_ydata()[0] <= 0.1
    assert same_color(mark.get_color(), style.RED)
    assert ax.texts[0].get_text() == f"certified: answer if c ≥ {threshold:.2f}"
    assert ax.get_ylim()[0] == 0
