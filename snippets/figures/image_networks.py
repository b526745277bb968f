"""Figures of the page on image classification networks."""

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from snippets.figures import style
from snippets.figures.diagram import box, canvas, node, wire
from snippets.theory.image_networks import gradient_norms, window_regions

# Best entry of each ImageNet challenge trained on its data alone: top-5 test error
# in percent.
# 2011-2014: Russakovsky et al. (2015), table 7; 2015: He et al. (2016);
# 2016: results page of the challenge; 2017: Hu et al. (2018).
WINNERS = {
    2011: (25.8, "no network"),
    2012: (16.4, "AlexNet"),
    2013: (11.7, "Clarifai"),
    2014: (6.7, "GoogLeNet"),
    2015: (3.57, "ResNet"),
    2016: (2.99, "ensemble"),
    2017: (2.25, "SENet"),
}
# Hu et al. (2018), table 2, their re-implementations: 10^9 multiply-adds and
# single-crop top-5 validation error at 224 x 224, without and with SE blocks.
RETRAINED = {
    "ResNet-50/101/152": [(3.86, 7.48), (7.58, 6.52), (11.30, 6.34)],
    "SE-ResNet-50/101/152": [(3.87, 6.62), (7.60, 6.07), (11.32, 5.73)],
    "ResNeXt-50/101": [(4.24, 5.90), (7.99, 5.57)],
    "SE-ResNeXt-50/101": [(4.25, 5.49), (8.00, 5.01)],
    "VGG-16": [(15.47, 8.81)],
}
_REGIONS = (style.BLUE, style.ORANGE, style.GREEN, style.PURPLE)


def accuracy_and_compute() -> Figure:
    """Show the winners' errors by year, and error against multiply-adds."""
    figure, axes = style.panels(columns=2, height=3.4)
    years, compute = axes[0]
    errors = [error for error, _ in WINNERS.values()]
    years.plot(list(WINNERS), errors, marker="o", color=style.BLUE)
    for year, (error, name) in WINNERS.items():
        years.annotate(
            name,
            (year, error),
            xytext=(4, 5),
            textcoords="offset points",
            fontsize=8,
            rotation=30,
        )
    years.set_xticks(list(WINNERS))
    years.set_xlim(2010.6, 2018.1)
    years.set_ylim(0, 31)
    years.tick_params(axis="x", labelsize=8.5)
    years.set_xlabel("challenge, best entry")
    years.set_ylabel("top-5 test error, %")
    marks = zip(RETRAINED.items(), "osDPX", style.CYCLE, strict=False)
    for (name, points), marker, color in marks:
        macs, percent = zip(*points, strict=True)
        compute.plot(macs, percent, marker=marker, color=color, label=name)
    compute.set_xlim(2, 17)
    compute.set_xticks([4, 8, 12, 16])
    compute.set_ylim(4.5, 9.9)
    compute.set_xlabel("$10^9$ multiply-adds per image")
    compute.set_ylabel("top-5 error, one model, one crop, %")
    compute.legend(fontsize=7.5, loc="upper left", ncols=1)
    return figure


def _column(ax: Axes, x: float, labels: dict[float, str]) -> None:
    """Boxes at the given heights, joined from below by arrows."""
    heights = sorted(labels)
    for low, high in pairwise(heights):
        wire(ax, (x, low + 0.37), (x, high - 0.37))
    for y, text in labels.items():
        box(ax, x, y, text, style.BLUE, width=2, height=0.74, filled=True, size=8)


def _join(ax: Axes, x: float, sign: str) -> None:
    """A circle in which the paths meet, and the way out of the block."""
    node(ax, x, 6.0, sign, style.ORANGE, radius=0.32, filled=True)
    wire(ax, (x, 6.32), (x, 7.3))


def _residual(ax: Axes) -> None:
    _column(ax, 0, {1.5: "1×1, C/4", 3.0: "3×3, C/4", 4.5: "1×1, C"})
    wire(ax, (0, -0.3), (0, 1.13))
    wire(ax, (0, 4.87), (0, 5.68))
    wire(ax, (0, 0.4), (1.7, 0.4), (1.7, 6.0), (0.32, 6.0))
    _join(ax, 0, "+")


def _dense(ax: Axes) -> None:
    _column(ax, 0, {2.2: "1×1, 4k", 3.9: "3×3, k"})
    wire(ax, (0, -0.3), (0, 1.83))
    wire(ax, (0, 4.27), (0, 5.68))
    wire(ax, (0, 0.4), (1.7, 0.4), (1.7, 6.0), (0.32, 6.0))
    _join(ax, 0, "[ ]")
    ax.text(0.4, 7.0, "C + k", fontsize=8, va="center")


def _inception(ax: Axes) -> None:
    branches = {
        -3.45: {3.9: "1×1"},
        -1.15: {2.2: "1×1", 3.9: "3×3"},
        1.15: {2.2: "1×1", 3.9: "5×5"},
        3.45: {2.2: "pool", 3.9: "1×1"},
    }
    for x, labels in branches.items():
        _column(ax, x, labels)
        wire(ax, (0, -0.3), (0, 0.4), (x, 0.4), (x, min(labels) - 0.37))
        wire(ax, (x, 4.27), (x, 5.2), (0, 5.2), (0, 5.68))
    _join(ax, 0, "[ ]")


def _squeeze_excite(ax: Axes) -> None:
    labels = {1.3: "average", 2.5: "FC, C/r", 3.7: "FC, C", 4.9: "sigmoid"}
    _column(ax, 0.8, labels)
    wire(ax, (-1.5, -0.3), (-1.5, 5.68))
    wire(ax, (-1.5, 0.2), (0.8, 0.2), (0.8, 0.93))
    wire(ax, (0.8, 5.27), (0.8, 6.0), (-1.18, 6.0))
    _join(ax, -1.5, "×")


def building_blocks() -> Figure:
    """Show residual, dense, Inception and squeeze-and-excitation blocks."""
    blocks = (
        (_residual, "residual: add", -1.7, 2.5),
        (_dense, "dense: concatenate", -1.7, 2.5),
        (_inception, "Inception: branches", -4.6, 4.6),
        (_squeeze_excite, "SE: rescale channels", -2.6, 1.9),
    )
    figure = Figure(figsize=(7.2, 3.6), layout="constrained")
    figure.patch.set_alpha(0)
    axes = figure.subplots(1, 4, width_ratios=[4.2, 4.2, 9.0, 4.5])
    for ax, (draw, title, left, right) in zip(axes, blocks, strict=True):
        ax.patch.set_alpha(0)
        ax.set_title(title, fontsize=9.5)
        canvas(ax, left, right, -0.6, 7.6)
        draw(ax)
    return figure


def gradient_by_depth() -> Figure:
    """Show gradient norms by layer of plain and residual random networks."""
    figure, axes = style.panels(columns=2, height=3.0)
    depth, width = 50, 256
    for ax, skip, name in zip(
        axes[0], (False, True), ("plain", "residual"), strict=True
    ):
        for gain, color in zip((0.8, 1.0, 1.25), style.CYCLE, strict=False):
            norms = gradient_norms(depth, width, gain, skip)
            ax.plot(np.arange(depth + 1), norms, color=color, label=f"gain {gain:g}")
        ax.set_yscale("log")
        ax.set_ylim(1e-6, 1e5)
        ax.set_title(name)
        ax.set_xlabel("layer")
    axes[0, 0].set_ylabel("gradient norm / top gradient norm")
    axes[0, 1].legend(loc="upper right", fontsize=8.5)
    return figure


def _tokens(ax: Axes, colors: list[list[str]], title: str) -> None:
    """Draw a grid of tokens, row 0 on top."""
    for row, line in enumerate(colors):
        for column, color in enumerate(line):
            ax.add_patch(
                Rectangle(
                    (column, row),
                    1,
                    1,
                    facecolor=to_rgba(color, 0.45),
                    edgecolor=to_rgba(style.MUTED, 0.5),
                    linewidth=0.5,
                )
            )
    n = len(colors)
    ax.set_title(title)
    ax.set_xlim(-0.15, n + 0.15)
    ax.set_ylim(n + 0.15, -0.15)
    ax.set_aspect("equal")
    ax.grid(False)
    ax.set_axis_off()


def shifted_windows() -> Figure:
    """Show windows, shifted windows, and the rolled grid with its regions."""
    n, window, shift = 8, 4, 2
    figure, axes = style.panels(columns=3, height=2.8)
    windows = np.arange(n) // window
    regular = 2 * windows[:, None] + windows[None, :]
    regions = window_regions(n, window, shift).reshape(2, 2, window, window)
    rolled = regions.transpose(0, 2, 1, 3).reshape(n, n)
    unrolled = np.roll(rolled, (shift, shift), axis=(0, 1))
    moved = (np.arange(n) - shift) // window
    shown = ("windows", regular), ("shifted by 2", unrolled), ("rolled", rolled)
    for ax, (title, grid) in zip(axes[0], shown, strict=True):
        _tokens(ax, [[_REGIONS[k] for k in row] for row in grid], title)
    cuts = np.flatnonzero(np.diff(moved)) + 1
    for ax, edges in zip(axes[0], ([0, 4, 8], [0, *cuts, 8], [0, 4, 8]), strict=True):
        for edge in edges:
            ax.plot([edge, edge], [0, n], color=style.INK, lw=1.8)
            ax.plot([0, n], [edge, edge], color=style.INK, lw=1.8)
    return figure
