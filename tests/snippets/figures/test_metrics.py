"""What the figures draw is what the page's functions compute."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.container import BarContainer
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation
from scipy import special, stats
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score, roc_curve

from snippets import Array
from snippets.figures import metrics as figures
from snippets.theory import metrics as m


def points(line: Line2D) -> tuple[Array, Array]:
    """Drawn x and y."""
    return np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)


def test_roc_from_sorted_scores_draws_bars_from_the_highest_down() -> None:
    bars, _ = figures.roc_from_sorted_scores().axes
    drawn = sorted(
        (-p.get_y(), p.get_width()) for p in bars.patches if isinstance(p, Rectangle)
    )
    assert [width for _, width in drawn] == figures.SCORES.tolist()
    assert [c.get_label() for c in bars.containers] == ["positive", "negative"]
    for container, label in zip(bars.containers, (1, 0), strict=True):
        assert isinstance(container, BarContainer)
        widths = [p.get_width() for p in container.patches]
        assert widths == figures.SCORES[label == figures.LABELS].tolist()


def test_roc_from_sorted_scores_draws_the_curve_its_area_and_the_tie() -> None:
    _, roc = figures.roc_from_sorted_scores().axes
    curve, chance = roc.get_lines()
    fpr, tpr, _ = roc_curve(figures.LABELS, figures.SCORES, drop_intermediate=False)
    np.testing.assert_allclose(points(curve), (fpr, tpr))
    np.testing.assert_allclose(*points(chance))
    area = roc_auc_score(figures.LABELS, figures.SCORES)
    tie, text = roc.texts
    assert text.get_text() == f"AUC = {area * 16}/16 = {area:.3f}"
    assert isinstance(tie, Annotation)
    assert tie.get_text() == "tie"
    step = np.flatnonzero((np.diff(fpr) > 0) & (np.diff(tpr) > 0))[0]
    middle = (fpr[step : step + 2].mean(), tpr[step : step + 2].mean())
    np.testing.assert_allclose(tie.xy, middle)


def test_two_prevalences_share_the_roc_but_not_the_precision() -> None:
    left, right = figures.two_prevalences().axes
    (fpr, tpr), second = (points(line) for line in left.get_lines())
    np.testing.assert_array_equal((fpr, tpr), second)
    shift = stats.norm.isf(fpr[50:150]) - stats.norm.isf(tpr[50:150])
    np.testing.assert_allclose(shift, 2, atol=1e-6)
    lines = right.get_lines()
    assert [line.get_label() for line in lines[::2]] == ["50% positive", "1% positive"]
    for line, chance, prevalence in zip(
        lines[::2], lines[1::2], (0.5, 0.01), strict=True
    ):
        assert set(points(chance)[1]) == {prevalence}
        recall, precision = points(line)
        np.testing.assert_array_equal(recall, tpr)
        odds = prevalence / (1 - prevalence) * tpr / fpr  # Bayes in odds form
        np.testing.assert_allclose(precision, odds / (1 + odds))


def test_reliability_diagram_draws_shares_gaps_and_errors_of_the_second_half() -> None:
    y, logits = m.one_over_confident_model()
    t = m.fit_temperature(y[:10_000], logits[:10_000])
    y, logits = y[10_000:], logits[10_000:]
    right = logits.argmax(axis=1) == y
    axes = figures.reliability_diagram().axes
    for ax, temperature, title in zip(
        axes, (1.0, t), ("T = 1", f"T = {t:.2f}"), strict=True
    ):
        top = special.softmax(logits / temperature, axis=1).max(axis=1)
        share, mean = calibration_curve(right, top, n_bins=10)
        ideal, measured = ax.get_lines()
        np.testing.assert_array_equal(*points(ideal))
        np.testing.assert_allclose(points(measured), (mean, share))
        (gaps,) = ax.collections
        assert isinstance(gaps, LineCollection)
        ends = np.array([[end[1] for end in line] for line in gaps.get_segments()])
        np.testing.assert_allclose(ends, np.column_stack([share, mean]))
        counts = np.histogram(top, 10, (0, 1))[0]
        counts = counts[counts > 0]
        texts = [text.get_text() for text in ax.texts]
        assert texts == [f"{n / 10_000:.0%}" for n in counts]
        error = np.abs(share - mean) @ counts / 10_000
        assert ax.get_title() == f"{title}: ECE {error:.3f}"


def test_cost_of_thresholds_marks_the_lowest_point_of_each_curve() -> None:
    (ax,) = figures.cost_of_thresholds().axes
    *pairs, half = ax.get_lines()
    assert set(points(half)[0]) == {0.5}
    for curve, dot, miss in zip(pairs[::2], pairs[1::2], (1, 19), strict=True):
        assert curve.get_label() == f"miss = {miss}"
        t, cost = points(curve)
        (best,), (least,) = points(dot)
        assert best == 1 / (1 + miss)
        assert least <= cost.min()
        assert least > 0.98 * cost.min()
        odds = np.log(t / (1 - t)) + np.log(9)  # 10 % positive
        cut = odds / 2 + 1  # log odds of N(2, 1) against N(0, 1) are 2 s - 2
        expected = 900 * stats.norm.sf(cut) + 100 * miss * stats.norm.cdf(cut, 2)
        np.testing.assert_allclose(cost, expected)
