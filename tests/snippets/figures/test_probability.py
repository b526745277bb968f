"""What the figures draw is what the page's functions and SciPy compute."""

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from scipy import stats

from snippets import Array
from snippets.figures import probability as figures


def points(line: Line2D) -> tuple[Array, Array]:
    """Drawn x and y."""
    return np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)


def legend(ax: Axes) -> list[str]:
    """Texts of the legend, in order."""
    drawn = ax.get_legend()
    assert drawn is not None
    return [text.get_text() for text in drawn.get_texts()]


def test_pdf_and_cdf_show_the_same_probability_twice() -> None:
    left, right = figures.pdf_and_cdf().axes
    normal = stats.norm(0, 0.1)
    density, one = left.get_lines()
    x, y = points(density)
    np.testing.assert_allclose(y, normal.pdf(x))
    assert y.max() > 1
    assert set(points(one)[1]) == {1.0}
    (shade,) = left.collections
    assert isinstance(shade, PolyCollection)
    outline = np.asarray(shade.get_paths()[0].vertices)
    low, high = figures.INTERVAL
    np.testing.assert_allclose((outline[:, 0].min(), outline[:, 0].max()), (low, high))
    cdf, lower, upper = right.get_lines()
    np.testing.assert_allclose(points(cdf)[1], normal.cdf(points(cdf)[0]))
    for line, edge in ((lower, low), (upper, high)):
        edges, heights = points(line)
        np.testing.assert_allclose(edges, [edge, edge, 0.35])
        np.testing.assert_allclose(heights, [0, normal.cdf(edge), normal.cdf(edge)])
    gain = f"{normal.cdf(high) - normal.cdf(low):.2f}"
    assert [t.get_text() for ax in (left, right) for t in ax.texts] == [gain, gain]


def test_common_densities_draw_what_scipy_computes() -> None:
    axes = figures.common_densities().axes
    families = (
        [stats.binom(12, p).pmf for p in (0.1, 0.5)],
        [stats.poisson(rate).pmf for rate in (1, 5)],
        [stats.norm(0, sd).pdf for sd in (0.5, 1, 2)],
        [stats.expon(scale=1 / rate).pdf for rate in (0.5, 1, 2)],
        [stats.beta(a, b).pdf for a, b in ((0.5, 0.5), (1, 1), (5, 2))],
        [stats.gamma(n, loc=-n, scale=1).pdf for n in (1, 4, 30)],
    )
    for ax, family in zip(axes, families, strict=True):
        lines = ax.get_lines()
        for line, density in zip(lines, family, strict=False):
            x, y = points(line)
            if ax is axes[5]:
                n = int(str(line.get_label()).removeprefix("n="))
                x, y = x * np.sqrt(n), y / np.sqrt(n)
            np.testing.assert_allclose(y, density(x), rtol=1e-9)
        assert legend(ax) == [str(line.get_label()) for line in lines]
    assert [len(ax.get_lines()) for ax in axes] == [2, 2, 3, 3, 3, 4]
    x, y = points(axes[5].get_lines()[3])
    np.testing.assert_allclose(y, stats.norm.pdf(x))
    assert [ax.get_title() for ax in axes] == [
        "binomial",
        "Poisson",
        "Gaussian",
        "exponential",
        "Beta; (1, 1) is uniform",
        "sum of n exponentials",
    ]
    assert legend(axes[0]) == ["n=12, p=0.1", "n=12, p=0.5"]
    assert legend(axes[1]) == ["rate 1", "rate 5"]
    assert legend(axes[2]) == ["sd 0.5", "sd 1", "sd 2"]


def test_beta_posterior_draws_the_updates() -> None:
    left, _ = figures.beta_posterior().axes
    labels = ["prior Beta(2, 2)", "3 heads of 3", "21 heads of 30"]
    assert legend(left) == labels
    for line, (a, b) in zip(left.get_lines(), ((2, 2), (5, 2), (23, 11)), strict=True):
        x, y = points(line)
        np.testing.assert_allclose(y, stats.beta(a, b).pdf(x), rtol=1e-9)


def test_beta_posterior_compares_metropolis_and_laplace_with_the_truth() -> None:
    _, right = figures.beta_posterior().axes
    bars = [p for p in right.patches if isinstance(p, Rectangle)]
    assert len(bars) == 25
    assert sum(p.get_width() * p.get_height() for p in bars) == pytest.approx(1)
    exact, laplace = right.get_lines()
    x, y = points(exact)
    np.testing.assert_allclose(y, stats.beta(5, 2).pdf(x), rtol=1e-9)
    centers = [p.get_x() + p.get_width() / 2 for p in bars]
    heights = [p.get_height() for p in bars]
    np.testing.assert_allclose(heights, stats.beta(5, 2).pdf(centers), atol=0.4)
    x, y = points(laplace)
    step = 1e-4
    log_density = stats.beta(5, 2).logpdf
    curvature = (
        -(log_density(0.8 + step) - 2 * log_density(0.8) + log_density(0.8 - step))
        / step**2
    )
    np.testing.assert_allclose(y, stats.norm(0.8, curvature**-0.5).pdf(x), rtol=1e-4)
    assert x.max() > 1


def test_kl_directions_cover_both_modes_or_pick_one() -> None:
    left, right = figures.kl_directions().axes
    assert left.get_title() == "least KL(p || q): covers"
    assert right.get_title() == "least KL(q || p): picks a mode"
    fits = []
    for ax in (left, right):
        p, q = ax.get_lines()
        x, y = points(p)
        halves = [stats.norm(mode, figures.SPREAD).pdf(x) for mode in figures.MODES]
        np.testing.assert_allclose(y, np.mean(halves, axis=0))
        x, y = points(q)
        mass = y / y.sum()
        mean = mass @ x
        fits.append((mean, np.sqrt(mass @ (x - mean) ** 2)))
        assert legend(ax) == ["p", "q"]
    moments = (0.0, np.sqrt(figures.SPREAD**2 + figures.MODES[1] ** 2))
    np.testing.assert_allclose(fits[0], moments, atol=0.03)  # moment matching
    assert abs(fits[1][0]) == pytest.approx(2, abs=0.05)
    assert fits[1][1] == pytest.approx(figures.SPREAD, abs=0.05)


def test_samplers_pull_equal_steps_back_through_the_cdf() -> None:
    left, _ = figures.samplers().axes
    curve, *steps = left.get_lines()
    x, y = points(curve)
    np.testing.assert_allclose(y, stats.expon.cdf(x))
    assert len(steps) == 9
    for k, line in enumerate(steps, start=1):
        x, y = points(line)
        np.testing.assert_allclose(y, [k / 10, k / 10, 0])
        np.testing.assert_allclose(x, [0, *[stats.expon.ppf(k / 10)] * 2])


def test_samplers_keep_the_points_below_the_density() -> None:
    _, right = figures.samplers().axes
    kept, rejected, curve, envelope = right.get_lines()
    x, y = points(curve)
    np.testing.assert_allclose(y, stats.beta(5, 2).pdf(x) / 30)
    y_max = 0.8**4 * 0.2
    np.testing.assert_allclose(points(envelope)[1], y_max)
    for line, below in ((kept, True), (rejected, False)):
        x, y = points(line)
        assert np.all((y < stats.beta(5, 2).pdf(x) / 30) == below)
        assert y.max() < y_max
    assert len(points(kept)[0]) + len(points(rejected)[0]) == 250
    assert legend(right) == ["kept", "rejected"]
