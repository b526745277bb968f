"""Figures of the page on calculus and optimization."""

import numpy as np
from matplotlib.figure import Figure

from snippets.figures import style
from snippets.theory import calculus_and_optimization as calc


def convex_and_not() -> Figure:
    """A convex function with chord and tangent; the loss of two weights."""
    figure, axes = style.panels(columns=2, height=3.2)
    convex, landscape = axes[0]
    x = np.linspace(-3, 3, 61)
    f = np.log1p(np.exp(x)) + 0.1 * x**2
    slope = 0.5  # at 0, where the value is log 2
    ends = np.array([6, 54])
    convex.plot(x, f, label="$f$")
    convex.plot(x[ends], f[ends], "o-", color=style.ORANGE, label="chord")
    convex.plot(x, np.log(2) + slope * x, "--", color=style.GREEN, label="tangent")
    convex.set(title="convex", xlabel="$x$")
    convex.legend()

    grid = np.linspace(-2, 2, 61)
    w = np.stack(np.meshgrid(grid, grid), axis=-1)
    loss = calc.two_weight_loss(w)
    levels = np.array([0.02, 0.1, 0.3, 0.5, 0.9])
    landscape.contour(
        grid, grid, loss, levels, colors=style.MUTED, linewidths=0.7, alpha=0.6
    )
    u = np.linspace(0.5, 2, 40)
    landscape.plot(u, 1 / u, color=style.BLUE, label="$uv = 1$")
    landscape.plot(-u, -1 / u, color=style.BLUE)
    landscape.plot(
        [-1, 1], [-1, 1], "o--", color=style.ORANGE, linewidth=1, label="chord"
    )
    landscape.plot(0, 0, "x", color=style.RED, markersize=9, label="saddle")
    landscape.set(
        title="two weights in series: not convex",
        xlabel="$u$",
        ylabel="$v$",
        aspect="equal",
    )
    landscape.grid(False)
    landscape.legend(fontsize=8, loc="upper left")
    return figure


def step_size() -> Figure:
    """Loss against steps, and the factor of each curvature, for five rates."""
    curvature = np.array([10.0, 1.0])
    figure, axes = style.panels(columns=2, height=3.1)
    left, right = axes[0]
    for scale in (0.5, 1.0, 1.9, 2.0, 2.1):
        path = calc.gradient_descent(
            lambda w: curvature * w, np.ones(2), scale / 10, 50
        )
        left.plot(path**2 @ curvature / 2, label=rf"$\eta = {scale:g}/L$")
    left.set(yscale="log", xlabel="step", ylabel="loss", ylim=(1e-9, 1e6))
    left.legend(fontsize=8, ncols=2, loc="lower left")
    rates = np.linspace(0, 2.3, 47)
    for value, color in ((10, style.PURPLE), (1, style.GREEN)):
        factor = np.abs(1 - rates * value / 10)
        right.plot(rates, factor, color=color, label=rf"$\lambda = {value}$")
    right.axhline(1, color=style.MUTED, linewidth=1, linestyle="--")
    right.set(xlabel=r"$\eta L$", ylabel=r"$|1-\eta\lambda|$")
    right.legend(fontsize=8)
    return figure


def l1_l2_balls() -> Figure:
    """Loss contours that touch the L1 and the L2 ball; both shrinkage rules."""
    lam, center = 0.8, np.array([1.5, 0.6])
    lasso = calc.soft_threshold(center, lam)
    ridge = center / (1 + lam)
    t = np.linspace(0, 2 * np.pi, 81)
    circle = np.stack([np.cos(t), np.sin(t)], axis=1)
    diamond = np.array([[1, 0], [0, 1], [-1, 0], [0, -1], [1, 0]])
    grid = np.linspace(-1.2, 2.6, 50), np.linspace(-1.2, 1.9, 50)
    offset = np.stack(np.meshgrid(*grid), axis=-1) - center
    loss = np.sum(offset**2, axis=-1) / 2

    figure, axes = style.panels(columns=3, height=2.4)
    cases = (
        ("L1: at a corner", lasso, diamond * np.abs(lasso).sum()),
        ("L2: off the axes", ridge, circle * np.linalg.norm(ridge)),
    )
    for ax, (title, solution, ball) in zip(axes[0], cases, strict=False):
        level = np.sum((solution - center) ** 2) / 2
        ax.contour(
            *grid, loss, level * np.array([0.25, 1, 2]), colors=style.MUTED, alpha=0.7
        )
        ax.fill(*ball.T, color=style.BLUE, alpha=0.25)
        ax.plot(*center, "+", color=style.INK, markersize=9)
        ax.plot(*solution, "o", color=style.ORANGE)
        ax.axhline(0, color=style.MUTED, linewidth=0.8)
        ax.axvline(0, color=style.MUTED, linewidth=0.8)
        ax.set(title=title, xlabel="$w_1$", ylabel="$w_2$", aspect="equal")
        ax.grid(False)
    z = np.linspace(-2.5, 2.5, 51)
    rules = axes[0, 2]
    rules.plot(z, z, color=style.MUTED, linewidth=1, label="no penalty")
    rules.plot(z, z / (1 + lam), color=style.GREEN, label="L2")
    rules.plot(z, calc.soft_threshold(z, lam), color=style.ORANGE, label="L1")
    rules.set(title="one weight", xlabel="$z$", ylabel="$w$")
    rules.set_box_aspect(np.ptp(grid[1]) / np.ptp(grid[0]))  # as its neighbors
    rules.legend(fontsize=8)
    return figure


def monte_carlo_error() -> Figure:
    """Relative error against points: grid and Monte Carlo in 1, 2, 8 dimensions."""
    rng = np.random.default_rng(0)
    figure, axes = style.panels(columns=3, height=2.8)
    cells = {1: (16, 128, 1024, 8192), 2: (4, 12, 32, 90), 8: (2, 3)}
    for ax, (d, ks) in zip(axes[0], cells.items(), strict=True):
        exact = calc.exact_integral(d)
        grid = [calc.midpoint_rule(calc.smooth_integrand, d, k) for k in ks]
        ax.plot(
            [k**d for k in ks], np.abs(np.divide(grid, exact) - 1), "s-", label="grid"
        )
        sizes = 4 ** np.arange(2, 7)
        values = calc.smooth_integrand(rng.random((40 * sizes[-1], d)))
        runs = values.reshape(40, -1)
        rms = [
            np.sqrt(np.mean((runs[:, :n].mean(axis=1) / exact - 1) ** 2)) for n in sizes
        ]
        ax.plot(sizes, rms, "o-", label="Monte Carlo")
        ax.set(xscale="log", yscale="log", title=f"$d = {d}$", xlabel="points")
        ax.set(xlim=(10, 12000), ylim=(1e-11, 0.3))
    axes[0, 0].set_ylabel("relative error")
    axes[0, 0].legend(fontsize=8, loc="lower left")
    return figure
