"""Figures of the page on probability."""

import math
from statistics import NormalDist

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from snippets import Array
from snippets.figures import style
from snippets.theory.probability import (
    beta_density,
    beta_kernel,
    beta_update,
    binomial_pmf,
    exponential_density,
    gamma_density,
    gaussian_density,
    kl_divergence,
    log_beta_kernel,
    metropolis,
    poisson_pmf,
)

UNIT = np.linspace(0.002, 0.998, 200)
INTERVAL = (-0.05, 0.1)  # the event drawn in pdf_and_cdf
MODES = (-2.0, 2.0)  # centers of the mixture drawn in kl_directions
SPREAD = 0.6  # standard deviation of each of its halves
COLORS = (style.BLUE, style.ORANGE, style.GREEN)
LINES = ("-", "--", "-.")


def pdf_and_cdf() -> Figure:
    """A density above 1 and its CDF: an area left is a difference right."""
    figure, axes = style.panels(columns=2, height=2.9)
    left, right = axes[0]
    x = np.linspace(-0.35, 0.35, 141)
    density = gaussian_density(x, 0, 0.1)
    cdf = np.array([NormalDist(0, 0.1).cdf(v) for v in x])
    low, high = INTERVAL
    inside = (x >= low - 1e-9) & (x <= high + 1e-9)
    left.plot(x, density)
    left.fill_between(
        x[inside], density[inside], color=style.BLUE, alpha=0.25, linewidth=0
    )
    left.axhline(1, color=style.MUTED, linestyle=":", linewidth=1.2)
    left.set_title("density: probability is the area")
    right.plot(x, cdf)
    for edge in INTERVAL:
        height = NormalDist(0, 0.1).cdf(edge)
        right.plot([edge, edge, x[-1]], [0, height, height], ":", color=style.ORANGE)
    gain = NormalDist(0, 0.1).cdf(high) - NormalDist(0, 0.1).cdf(low)
    right.text(0.345, 0.53, f"{gain:.2f}", ha="right", color=style.ORANGE)
    left.text(0.015, 1.6, f"{gain:.2f}", ha="center")
    right.set_title("CDF: probability is the difference")
    for ax in (left, right):
        ax.set_xlabel("x")
    return figure


def common_densities() -> Figure:
    """Five families, and sums of exponentials that approach a Gaussian."""
    figure, axes = style.panels(columns=3, rows=2, height=4.4)
    counts = np.arange(13)
    for (n, p), color, marker in zip(
        ((12, 0.1), (12, 0.5)), COLORS, "os", strict=False
    ):
        label = f"n={n}, p={p}"
        axes[0, 0].plot(
            counts,
            binomial_pmf(n, p),
            marker + "-",
            color=color,
            ms=4,
            lw=0.8,
            label=label,
        )
    for rate, color, marker in zip((1.0, 5.0), COLORS, "os", strict=False):
        pmf = poisson_pmf(rate, 12)
        axes[0, 1].plot(
            counts, pmf, marker + "-", color=color, ms=4, lw=0.8, label=f"rate {rate:g}"
        )
    x = np.linspace(-5, 5, 121)
    for sd, color, line in zip((0.5, 1, 2), COLORS, LINES, strict=True):
        axes[0, 2].plot(
            x, gaussian_density(x, 0, sd), line, color=color, label=f"sd {sd}"
        )
    x = np.linspace(0, 5, 101)
    for rate, color, line in zip((0.5, 1, 2), COLORS, LINES, strict=True):
        density = exponential_density(x, rate)
        axes[1, 0].plot(x, density, line, color=color, label=f"rate {rate:g}")
    for (a, b), color, line in zip(
        ((0.5, 0.5), (1, 1), (5, 2)), COLORS, LINES, strict=True
    ):
        density = beta_density(UNIT, a, b)
        axes[1, 1].plot(UNIT, density, line, color=color, label=f"a={a}, b={b}")
    axes[1, 1].set_ylim(0, 3.9)
    z = np.linspace(-3, 4, 141)
    for n, color, line in zip((1, 4, 30), COLORS, LINES, strict=True):
        total = n + z * math.sqrt(n)
        inside = total > 0
        density = gamma_density(total[inside], n) * math.sqrt(n)
        axes[1, 2].plot(z[inside], density, line, color=color, label=f"n={n}")
    axes[1, 2].plot(
        z, gaussian_density(z, 0, 1), ":", color=style.INK, label="Gaussian"
    )
    names = (
        "binomial",
        "Poisson",
        "Gaussian",
        "exponential",
        "Beta; (1, 1) is uniform",
        "sum of n exponentials",
    )
    for index, name in enumerate(names):
        ax = axes[divmod(index, 3)]
        ax.set_title(name)
        ax.legend(fontsize=8)
    axes[1, 2].set_ylim(0, 1.02)
    return figure


def beta_posterior() -> Figure:
    """Beta posteriors sharpen with data (left); two approximations (right)."""
    figure, axes = style.panels(columns=2, height=3.1)
    left, right = axes[0]
    for (heads, n), color, line in zip(
        ((0, 0), (3, 3), (21, 30)), COLORS, LINES, strict=True
    ):
        outcomes = np.repeat([1.0, 0.0], [heads, n - heads])
        a, b = beta_update(2, 2, outcomes)
        label = f"{heads} heads of {n}" if n else "prior Beta(2, 2)"
        left.plot(UNIT, beta_density(UNIT, a, b), line, color=color, label=label)
    left.set_ylim(0, 6.6)
    left.legend(fontsize=8.5, loc="upper left")
    left.set_title("posterior of a coin")
    left.set_xlabel("probability of heads")

    rng = np.random.default_rng(0)
    chain, _ = metropolis(log_beta_kernel, 0.5, 0.4, 20_000, rng)
    right.hist(
        chain,
        bins=list(np.linspace(0, 1, 26)),
        density=True,
        color=style.BLUE,
        alpha=0.25,
        label="Metropolis",
    )
    right.plot(UNIT, beta_density(UNIT, 5, 2), color=style.INK, label="exact")
    mode = 0.8
    curvature = 4 / mode**2 + 1 / (1 - mode) ** 2
    wide = np.linspace(0, 1.3, 131)
    right.plot(
        wide,
        gaussian_density(wide, mode, curvature**-0.5),
        "--",
        color=style.ORANGE,
        label="Laplace",
    )
    right.set_ylim(0, 3.6)
    right.legend(fontsize=8.5, loc="upper left")
    right.set_title("Beta(5, 2), approximated")
    right.set_xlabel("probability of heads")
    return figure


def _fit(target: Array, x: Array, forward: bool) -> tuple[float, float]:
    """Mean and standard deviation of the best Gaussian on a grid of both."""
    best = (math.inf, 0.0, 0.0)
    for mean in np.linspace(-3, 3, 61):
        for sd in np.linspace(0.4, 3, 53):
            q = gaussian_density(x, float(mean), float(sd))
            q = q / q.sum()
            loss = kl_divergence(target, q) if forward else kl_divergence(q, target)
            best = min(best, (loss, float(mean), float(sd)))
    return best[1], best[2]


def kl_directions() -> Figure:
    """The Gaussian nearest to a two-peaked density, by either direction of KL."""
    figure, axes = style.panels(columns=2, height=2.9)
    x = np.linspace(-8, 8, 161)
    halves = [gaussian_density(x, mode, SPREAD) for mode in MODES]
    density = (halves[0] + halves[1]) / 2
    target = density / density.sum()
    for ax, forward, title in (
        (axes[0, 0], True, "least KL(p || q): covers"),
        (axes[0, 1], False, "least KL(q || p): picks a mode"),
    ):
        mean, sd = _fit(target, x, forward)
        ax.plot(x, density, color=style.BLUE, label="p")
        fitted = gaussian_density(x, mean, sd)
        ax.plot(x, fitted, "--", color=style.ORANGE, label="q")
        ax.set_xlim(-6, 6)
        ax.set_title(title)
        ax.set_xlabel("x")
        ax.legend(fontsize=8.5)
    return figure


def _inverse_cdf_panel(ax: Axes) -> None:
    """Equal steps in u, pulled back through the exponential's CDF."""
    x = np.linspace(0, 4, 101)
    ax.plot(x, 1 - np.exp(-x), color=style.BLUE)
    for u in np.arange(0.1, 1, 0.1):
        point = -math.log1p(-u)
        ax.plot([0, point, point], [u, u, 0], color=style.ORANGE, linewidth=0.9)
    ax.set_title("inverse CDF, exponential")
    ax.set_xlabel("x")
    ax.set_ylabel("u = F(x)")


def samplers() -> Figure:
    """Inverse CDF (left) and rejection under a flat envelope (right)."""
    figure, axes = style.panels(columns=2, height=3.1)
    left, right = axes[0]
    _inverse_cdf_panel(left)
    rng = np.random.default_rng(1)
    top = float(beta_kernel(np.array(0.8)))
    x, height = rng.random(250), top * rng.random(250)
    kept = height < beta_kernel(x)
    right.plot(x[kept], height[kept], ".", color=style.BLUE, ms=4, label="kept")
    right.plot(x[~kept], height[~kept], "x", color=style.ORANGE, ms=4, label="rejected")
    right.plot(UNIT, beta_kernel(UNIT), color=style.INK)
    right.axhline(top, color=style.MUTED, linestyle="--")
    right.set_ylim(0, 0.103)
    right.set_title("rejection, Beta(5, 2)")
    right.set_xlabel("x")
    right.legend(fontsize=8.5, loc="upper left", ncols=2)
    return figure
