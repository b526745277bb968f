"""Figures of the page on optimizers."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from snippets import Array
from snippets.figures import style
from snippets.theory import optimizers as opt


def _contours(
    ax: Axes, H: Array, center: Array, x: Array, y: Array, levels: Array
) -> None:
    """Draw contours of a quadratic on the grid x, y and set the limits to it."""
    offset = np.stack(np.meshgrid(x, y), axis=-1) - center
    loss = np.sum((offset @ H) * offset, axis=-1) / 2
    ax.contour(x, y, loss, levels, colors=style.MUTED, linewidths=0.7, alpha=0.5)
    ax.plot(*center, "+", color=style.INK, markersize=9, zorder=4)
    ax.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
    ax.grid(False)


def descent_paths() -> Figure:
    """Five epochs of full-batch, mini-batch and stochastic gradient descent."""
    X, y = opt.toy_regression()
    optimum = np.linalg.lstsq(X, y)[0].astype(np.float64)
    grid = np.linspace(-0.3, 2.4, 40), np.linspace(-1.9, 0.5, 40)
    levels = np.geomspace(0.01, 4, 9)
    runs = ((64, style.BLUE), (8, style.GREEN), (1, style.ORANGE))
    figure, axes = style.panels(columns=3, height=2.7)
    for ax, (size, color) in zip(axes[0], runs, strict=True):
        path = opt.gradient_descent(X, y, 0.1, 5, size)
        _contours(ax, X.T @ X / len(y), optimum, *grid, levels)
        ax.plot(*path.T, color=color, linewidth=1, marker=".", markersize=3)
        ax.set(title=f"B = {size}: {len(path) - 1} updates", xlabel="$w_1$")
    axes[0, 0].set_ylabel("$w_2$")
    return figure


def ravine_trajectories() -> Figure:
    """Fifty steps in a ravine along an axis (above) and turned (below)."""
    rates = {"SGD": 1.7, "Momentum": 1.0, "AdaGrad": 1.5, "RMSProp": 0.1, "Adam": 0.5}
    wide, low = np.linspace(-11.5, 3, 30), np.linspace(-1.7, 1.7, 30)
    square = np.linspace(-9.5, 2.5, 30)
    figure, axes = style.panels(columns=5, rows=2, height=3.2)
    for row, degrees, x, y in ((0, 0.0, wide, low), (1, 45.0, square, square)):
        H = opt.ravine_hessian(100.0, degrees)
        start = opt.ravine_start(degrees)
        for ax, (name, lr) in zip(axes[row], rates.items(), strict=True):
            optimizer = opt.RAVINE_OPTIMIZERS[name](lr)
            path = opt.trajectory(optimizer, H.__matmul__, start, 50)
            _contours(ax, H, np.zeros(2), x, y, np.geomspace(0.12, 3, 3))
            ax.plot(*path.T, color=style.BLUE, linewidth=0.9)
            ax.plot(*path[::2].T, ".", color=style.BLUE, markersize=3)
            ax.set(xticks=[], yticks=[])
            if row == 0:
                ax.set_title(name)
        axes[row, 0].set_ylabel("along an axis" if row == 0 else "turned by 45°")
    return figure


def scale_sensitivity() -> Figure:
    """Loss against learning rate when features share a scale and when not."""
    rates = np.geomspace(1e-3, 10, 17)
    figure, axes = style.panels(columns=2, height=2.9)
    titles = ("features of one scale", "the same features, scales 1 to 0.01")
    for ax, decades, title in zip(axes[0], (0, 2), titles, strict=True):
        X, y = opt.logistic_problem(decades)
        sgd = [opt.train_logistic(opt.SGD(lr, 0.9), X, y) for lr in rates]
        adam = [opt.train_logistic(opt.Adam(lr), X, y) for lr in rates]
        ax.plot(rates, sgd, marker="o", markersize=3, label="SGD, momentum 0.9")
        ax.plot(rates, adam, marker="s", markersize=3, label="Adam")
        ax.set(xscale="log", ylim=(0.3, 0.8), xlabel="learning rate", title=title)
    axes[0, 0].set_ylabel("loss after 300 steps")
    axes[0, 0].legend()
    return figure


def learning_rate_schedules() -> Figure:
    """Step, exponential, linear and cosine decay, and warmup with cosine."""
    total = 100
    t = range(total + 1)
    curves = {
        "step": [opt.step_lr(i, 1.0, 30) for i in t],
        "exponential": [opt.exponential_lr(i, 1.0, 0.955) for i in t],
        "linear": [opt.linear_lr(i, 1.0, total) for i in t],
        "cosine": [opt.cosine_lr(i, 1.0, total) for i in t],
        "warmup + cosine": [opt.warmup_cosine_lr(i, 1.0, 10, total) for i in t],
    }
    figure, axes = style.panels(columns=2, height=2.9)
    groups = (("step", "exponential"), ("linear", "cosine", "warmup + cosine"))
    for ax, names in zip(axes[0], groups, strict=True):
        for name in names:
            ax.plot(t, curves[name], label=name)
        ax.set(xlabel="step t (of 100)", ylim=(-0.03, 1.08))
        ax.legend()
    axes[0, 0].set_ylabel(r"$\eta_t\,/\,\eta_0$")
    return figure


def gradient_noise() -> Figure:
    """Noise of the mini-batch gradient, and the best step, against batch size."""
    X, y = opt.toy_regression(n=4096)
    gradients = opt.sample_gradients(X, y, np.zeros(2))
    sizes = 2 ** np.arange(13)
    rng = np.random.default_rng(0)
    measured = []
    for size in sizes:
        draws = [
            rng.choice(4096, size, replace=False, shuffle=False) for _ in range(400)
        ]
        means = np.array([gradients[draw].mean(axis=0) for draw in draws])
        error = means - gradients.mean(axis=0)
        measured.append(np.sqrt((error**2).sum(axis=1).mean()))
    theory = [np.sqrt(opt.gradient_noise(gradients, int(size))) for size in sizes]
    figure, axes = style.panels(columns=2, height=3)
    ax = axes[0, 0]
    ax.plot(sizes[:-1], theory[:-1], label="theory")
    ax.plot(sizes[:-1], measured[:-1], "o", markersize=4, label="400 random batches")
    ax.plot(sizes, theory[0] / np.sqrt(sizes), "--", label=r"$1/\sqrt{B}$", zorder=1)
    ax.set(xscale="log", yscale="log", xlabel="batch size B (n = 4096)")
    ax.set(ylabel="RMS error of the gradient")
    ax.legend()
    ax = axes[0, 1]
    ratio = np.geomspace(0.01, 100, 41)
    eye = np.eye(1)
    best = [opt.best_step(np.ones(1), eye, eye, value) for value in ratio]
    ax.plot(ratio, best, label="best step")
    ax.plot(ratio, ratio, "--", label="linear scaling")
    ax.set(xscale="log", yscale="log", ylim=(0.005, 3))
    ax.set(xlabel=r"$B\,/\,B_{\mathrm{noise}}$", ylabel=r"$\eta\,/\,\eta_{\max}$")
    ax.legend()
    return figure
