"""Figures of the page on classical machine learning."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from snippets import Array
from snippets.figures import style
from snippets.theory.classical_ml import (
    Labels,
    dbscan,
    kernel_svm,
    kmeans,
    linear_svm,
    rbf_kernel,
    silhouette,
    two_moons,
)

MARKERS = ("o", "^", "s")
SVM_COSTS = (10.0, 0.1)
GAMMA = 1.0


def _blobs() -> tuple[Array, Array]:
    """Three blobs and three first centers, all in or beside one of them."""
    rng = np.random.default_rng(3)
    means = np.repeat([[0.0, 0], [3, 0.5], [1.5, 2.8]], 40, axis=0)
    x = means + 0.55 * rng.standard_normal((120, 2))
    return x, np.array([[-0.5, 0.5], [0.5, -0.5], [0.6, 0.9]])


def _two_classes() -> tuple[Array, Array]:
    """Two classes that a line separates, the last sample close to the other."""
    rng = np.random.default_rng(4)
    a = rng.standard_normal((14, 2)) * 0.55
    center = np.repeat([[-1.4, -0.8], [1.4, 0.9]], 7, axis=0)
    x = np.vstack([center + a, [[-0.2, 0.1]]])
    return x, np.repeat([-1.0, 1.0], [7, 8])


def _scatter(ax: Axes, x: Array, label: Labels) -> None:
    """Draw each cluster or class with its color and marker."""
    for j in np.unique(label):
        ax.scatter(
            x[label == j, 0],
            x[label == j, 1],
            s=14,
            color=style.CYCLE[j],
            marker=MARKERS[j % len(MARKERS)],
            linewidth=0,
            alpha=0.75,
        )
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_aspect("equal")


def kmeans_iterations() -> Figure:
    """Assignments and centers of k-means in iterations 1 to 3 and at the end."""
    figure, axes = style.panels(columns=4, height=2.3)
    x, start = _blobs()
    _, _, objective = kmeans(x, start)
    for ax, step in zip(axes[0], (1, 2, 3, len(objective)), strict=True):
        before = kmeans(x, start, steps=step - 1)[0] if step > 1 else start
        moved, label, _ = kmeans(x, start, steps=step)
        _scatter(ax, x, label)
        for j, color in enumerate(style.CYCLE[:3]):
            path = np.array([before[j], moved[j]])
            ax.plot(*path.T, color=style.INK, linewidth=1, label="move")
            ax.plot(
                *moved[j],
                marker="X",
                markersize=10,
                color=color,
                markeredgecolor=style.INK,
                label="center",
            )
        ax.set_title(f"iteration {step}: $J$ = {objective[step - 1]:.0f}", fontsize=9)
    return figure


def clusters_of_two_moons() -> Figure:
    """k-means and DBSCAN on two moons, each with its mean silhouette."""
    figure, axes = style.panels(columns=2, height=2.4)
    x, _ = two_moons(300, 0.05, np.random.default_rng(0))
    for ax, name, label in (
        (axes[0, 0], "k-means", kmeans(x, np.array([[-1.0, 0], [2, 0]]))[1]),
        (axes[0, 1], "DBSCAN", dbscan(x, eps=0.2, min_points=5)),
    ):
        _scatter(ax, x, label)
        ax.set_title(f"{name}: silhouette {silhouette(x, label):.2f}")
    return figure


def svm_margin() -> Figure:
    """Margin and support vectors: linear with large and small C, and RBF."""
    figure, axes = style.panels(columns=3, height=2.7)
    x, y = _two_classes()
    grid = np.meshgrid(np.linspace(-3, 3, 60), np.linspace(-2.5, 2.5, 60))
    points = np.column_stack([g.ravel() for g in grid])
    for ax, cost in zip(axes[0], SVM_COSTS, strict=False):
        w, b = linear_svm(x, y, l2=1 / (cost * len(y)))
        _boundary(ax, grid, points @ w + b)
        _samples(ax, x, y, y * (x @ w + b) < 1 + 1e-2)
        width = 2 / np.linalg.norm(w)
        ax.set_title(f"$C$ = {cost:g}, width {width:.2f}", fontsize=9.5)

    moons, label = two_moons(60, 0.2, np.random.default_rng(2))
    x, y = 1.3 * (moons - [0.5, 0.25]), np.where(label == 1, 1.0, -1.0)
    alpha = kernel_svm(rbf_kernel(x, x, GAMMA), y, c=1)
    _boundary(axes[0, 2], grid, rbf_kernel(points, x, GAMMA) @ (alpha * y))
    _samples(axes[0, 2], x, y, alpha > 1e-8)
    axes[0, 2].set_title(f"RBF, $\\gamma$ = {GAMMA:g}, $C$ = 1", fontsize=9.5)
    return figure


def _boundary(ax: Axes, grid: tuple[Array, ...], score: Array) -> None:
    """Draw f = 0 as a full line and f = -1 and f = 1 as dashed lines."""
    ax.contour(
        *grid,
        score.reshape(grid[0].shape),
        levels=[-1, 0, 1],
        colors=[style.ORANGE, style.INK, style.BLUE],
        linestyles=["--", "-", "--"],
        linewidths=1.3,
    )


def _samples(ax: Axes, x: Array, y: Array, support: NDArray[np.bool_]) -> None:
    """Draw two classes and rings around the support vectors."""
    _scatter(ax, x, (y < 0).astype(int))
    ax.scatter(
        x[support, 0],
        x[support, 1],
        s=70,
        facecolor="none",
        edgecolor=style.INK,
        linewidth=1,
    )
