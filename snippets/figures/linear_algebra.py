"""Figures of the page on linear algebra."""

import numpy as np
from matplotlib.figure import Figure

from snippets.figures import style
from snippets.theory.linear_algebra import (
    cloud,
    low_rank,
    pca,
    picture,
    product_singular_values,
    random_orthogonal,
    split_by_direction,
)

RANKS = (5, 20, 50)
SIZE = 192


def image_at_ranks() -> Figure:
    """A picture, its best approximations of rank 5, 20 and 50, and its spectrum."""
    figure, axes = style.panels(columns=4, height=2.4)
    image = picture(SIZE)
    axes[0, 0].imshow(image, cmap="gray", vmin=0, vmax=1)
    axes[0, 0].set_title(f"{SIZE} × {SIZE}")
    axes[0, 0].set_xlabel("original", fontsize=9)
    for ax, k in zip(axes[0, 1:], RANKS, strict=True):
        B, C = low_rank(image, k)
        error = np.linalg.norm(image - B @ C) / np.linalg.norm(image)
        ax.imshow(B @ C, cmap="gray", vmin=0, vmax=1)
        ax.set_title(f"rank {k}")
        share = (B.size + C.size) / image.size
        ax.set_xlabel(f"error {error:.1%}\nstorage {share:.0%}", fontsize=9)
    for ax in axes[0]:
        ax.set_xticks([])
        ax.set_yticks([])
        ax.spines[:].set_visible(False)
    return figure


def principal_axes() -> Figure:
    """A cloud with its principal axes (left); variance kept and lost (right)."""
    figure, axes = style.panels(columns=2, height=3.4)
    left, right = axes[0]
    X = cloud(200)
    mean, components, ratio = pca(X, 2)
    left.scatter(*X.T, s=9, color=style.MUTED, alpha=0.6, linewidths=0)
    spread = np.sqrt(ratio * X.var(axis=0).sum())
    for i, color in enumerate((style.BLUE, style.ORANGE)):
        u = components[i] * np.sign(components[i, 1])  # drawn upwards
        tip = mean + 2 * spread[i] * u
        left.annotate(
            "",
            tip,
            xytext=mean,
            arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 2.2},
        )
        left.annotate(
            f"PC{i + 1}: {ratio[i]:.0%}",
            tip,
            xytext=(4 - 10 * i, 6),
            textcoords="offset points",
            ha=("left", "right")[i],
            color=color,
        )
    left.set_aspect("equal", adjustable="datalim")
    left.set_xlabel("$x_1$")
    left.set_ylabel("$x_2$")
    left.set_title("axes 2 standard deviations long")

    degrees = np.arange(0, 181, 3)
    splits = []
    for angle in np.deg2rad(degrees):
        splits.append(split_by_direction(X, np.array([np.cos(angle), np.sin(angle)])))
    kept, lost = np.array(splits).T
    right.plot(degrees, kept, color=style.BLUE, label="variance kept")
    right.plot(degrees, lost, color=style.RED, linestyle="--", label="squared error")
    right.plot(degrees, kept + lost, color=style.MUTED, linestyle=":", label="sum")
    first = np.rad2deg(np.arctan2(components[0, 1], components[0, 0])) % 180
    right.axvline(first, ymax=0.75, color=style.INK, linewidth=1)
    right.text(first + 3, 2.2, f"PC1: {first:.0f}°", fontsize=9)
    right.set_xticks([0, 45, 90, 135, 180])
    right.set_xlabel("direction in degrees")
    right.set_ylim(0, 5.9)
    right.set_title("one direction kept")
    right.legend(fontsize=8.5, loc="upper center", ncols=3, columnspacing=1)
    return figure


def product_spectra() -> Figure:
    """Singular values of products of 1, 10 and 50 linear layers of width 100."""
    figure, axes = style.panels(columns=2, height=3)
    rng = np.random.default_rng(0)
    orthogonal = [random_orthogonal(100, rng) for _ in range(50)]
    gaussian = [rng.standard_normal((100, 100)) / 10 for _ in range(50)]
    rank = np.arange(1, 91)
    for ax, layers, title in zip(
        axes[0], (orthogonal, gaussian), ("orthogonal", "Gaussian"), strict=True
    ):
        for depth, line in ((1, "-"), (10, "--"), (50, ":")):
            s = product_singular_values(layers[:depth])
            ax.semilogy(rank, s[:90], line, label=f"depth {depth}")
        ax.set_ylim(1e-14, 1e3)
        ax.set_xlabel("index")
        ax.set_title(title)
    axes[0, 0].set_ylabel("singular value")
    axes[0, 1].legend(fontsize=8.5, loc="lower left")
    return figure
