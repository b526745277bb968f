"""Figures of the page on convolution."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from snippets import Array
from snippets.figures import style
from snippets.theory.convolution import (
    conv2d,
    overlap_counts,
    receptive_field,
    uniform_stack_profile,
)

_MANY = LinearSegmentedColormap.from_list(
    "many", [style.BLUE, style.GREEN, style.ORANGE, style.RED, style.PURPLE]
)
_STACK = [(3, 1, 1), (3, 2, 1), (3, 1, 1)]


def _bare(ax: Axes, title: str) -> None:
    """Leave only the drawing and a title."""
    ax.set_title(title)
    ax.set_aspect("equal")
    ax.grid(False)
    ax.set_axis_off()


def _square(ax: Axes, x: float, y: float, color: str, alpha: float = 1.0) -> None:
    face = to_rgba(color, alpha)
    edge = to_rgba(style.MUTED, 0.6)
    ax.add_patch(
        Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=face, edgecolor=edge, lw=0.6)
    )


def _shared_matrix(n: int) -> Array:
    """Matrix of a 1-D convolution with weights 1, 2, 3: its action on unit vectors."""
    weight = np.array([1.0, 2.0, 3.0]).reshape(1, 1, 1, 3)
    columns = [
        conv2d(np.pad(e, 1).reshape(1, 1, n + 2), weight)[0, 0] for e in np.eye(n)
    ]
    return np.stack(columns, axis=1)


def weight_matrices() -> Figure:
    """Show full, local and shared connections as matrices from 8 inputs to 8 outputs.

    A cell is colored by which weight it holds: 64, 22 and 3 different ones.
    """
    n = 8
    shared = _shared_matrix(n)
    dense = np.arange(1.0, n * n + 1).reshape(n, n)
    local = np.zeros((n, n))
    local[shared > 0] = np.arange(1, (shared > 0).sum() + 1)
    figure, axes = style.panels(columns=3, height=2.7)
    names = "fully connected", "local", "local and shared"
    for ax, matrix, name in zip(axes[0], (dense, local, shared), names, strict=True):
        weights = len(np.unique(matrix[matrix > 0]))
        cells = np.ma.masked_equal(matrix, 0)
        mesh = ax.pcolormesh(
            np.arange(n + 1),
            np.arange(n + 1),
            cells,
            cmap=_MANY,
            edgecolor=to_rgba(style.MUTED, 0.25),
            linewidth=0.5,
        )
        mesh.set_alpha(0.85)
        ax.add_patch(Rectangle((0, 0), n, n, fill=False, edgecolor=style.MUTED))
        ax.set_xlim(-0.1, n + 0.1)
        ax.set_ylim(n + 0.1, -0.1)
        ax.set_aspect("equal")
        ax.grid(False)
        ax.set_xticks([])
        ax.set_yticks([])
        for side in ax.spines.values():
            side.set_visible(False)
        ax.set_title(f"{name}: {weights} weights")
        ax.set_xlabel("input")
    axes[0, 0].set_ylabel("output")
    return figure


def _cone(ax: Axes) -> None:
    """Draw which inputs one output of the stack depends on, layer by layer."""
    jumps = [1] + [j for _, j in receptive_field(_STACK)]
    sizes = [1] + [r for r, _ in receptive_field(_STACK)]
    center = 6
    seen = {center}  # positions in input coordinates
    for level in range(len(_STACK), -1, -1):
        jump = jumps[level]
        positions = [x for x in range(13) if (x - center) % jump == 0]
        colors = [style.ORANGE if x in seen else style.MUTED for x in positions]
        ax.scatter(
            positions, [level] * len(positions), s=60, c=colors, zorder=3, linewidths=0
        )
        label = "input" if level == 0 else f"layer {level}\n$r = {sizes[level]}$"
        ax.text(13.1, level, label, va="center", fontsize=9)
        if level:
            kernel, _, dilation = _STACK[level - 1]
            reach = dilation * jumps[level - 1]
            taps = [reach * (t - (kernel - 1) // 2) for t in range(kernel)]
            for x in seen:
                for tap in taps:
                    ax.plot(
                        [x, x + tap],
                        [level, level - 1],
                        color=style.ORANGE,
                        linewidth=1,
                        alpha=0.7,
                    )
            seen = {x + tap for x in seen for tap in taps}
    ax.set_xlim(-0.7, 16.2)
    ax.set_ylim(-0.4, 3.4)
    ax.set_title("$k = 3$, strides 1, 2, 1")
    ax.grid(False)
    ax.set_axis_off()


def receptive_field_growth() -> Figure:
    """Show the cone of one output in a 1-D stack, and growth with depth."""
    figure, axes = style.panels(columns=2, height=3.0)
    cone, growth = axes[0]
    _cone(cone)
    depth = 7
    stacks = {
        "dilation 1, 2, 4, …": [(3, 1, 2**i) for i in range(depth)],
        "stride 2, every 2nd layer": [(3, 1 + i % 2, 1) for i in range(depth)],
        "stride 1": [(3, 1, 1)] * depth,
    }
    for (name, layers), color in zip(stacks.items(), style.CYCLE, strict=False):
        sizes = [1] + [r for r, _ in receptive_field(layers)]
        growth.plot(range(depth + 1), sizes, marker="o", ms=4, color=color, label=name)
    growth.set_yscale("log", base=2)
    growth.set_xlabel("layers of kernel size 3")
    growth.set_ylabel("receptive field $r$")
    growth.legend(loc="upper left", fontsize=8.5)
    return figure


def effective_receptive_field() -> Figure:
    """Show the weight of inputs in uniform stacks, and widths against depth."""
    figure, axes = style.panels(columns=2, height=3.0)
    profiles, widths = axes[0]
    for depth, color in zip((2, 5, 20, 80), style.CYCLE, strict=False):
        weights = uniform_stack_profile(depth)
        place = np.linspace(-1, 1, len(weights))
        profiles.plot(place, weights / weights.max(), color=color, label=f"{depth}")
    profiles.set_xlabel("position / half of theoretical field")
    profiles.set_ylabel("weight / largest weight")
    profiles.legend(title="layers", fontsize=8.5, title_fontsize=8.5)
    depths = np.arange(1, 81)
    theoretical = [receptive_field([(3, 1, 1)] * int(n))[-1][0] for n in depths]
    effective = []
    for n in depths:
        weights = uniform_stack_profile(int(n))
        offsets = np.arange(len(weights)) - (len(weights) - 1) / 2
        effective.append(4 * np.sqrt((weights * offsets**2).sum()))
    widths.plot(depths, theoretical, color=style.INK, label="theoretical $2L + 1$")
    widths.plot(depths, effective, color=style.ORANGE, label=r"effective $\pm 2\sigma$")
    widths.set_xlabel("layers $L$")
    widths.set_ylabel("width in input positions")
    widths.legend(fontsize=8.5)
    return figure


def _grid(ax: Axes, taps: list[tuple[float, float]], title: str, rows: int = 7) -> None:
    """Mark the sampled positions on an input 7 wide, around its center."""
    _bare(ax, title)
    for x in range(-3, 4):
        for y in range(-(rows // 2), rows // 2 + 1):
            _square(ax, x, y, style.MUTED, 0.08)
    xs, ys = zip(*taps, strict=True)
    ax.scatter(xs, ys, s=34, color=style.BLUE, zorder=3, lw=0)
    ax.scatter([0], [0], s=100, facecolor="none", edgecolor=style.ORANGE, zorder=4)
    ax.set_xlim(-3.7, 3.7)
    ax.set_ylim(3.7, -3.7)


def _channels(ax: Axes, linked: Array, title: str) -> None:
    """Draw which of 4 input channels reach which of 4 output channels."""
    _bare(ax, title)
    for out, row in enumerate(linked):
        for c, link in enumerate(row):
            if link:
                ax.plot([0, 3], [c, out], color=style.BLUE, lw=1.3, zorder=1)
    for c in range(4):
        _node(ax, 0, c, style.MUTED)
        _node(ax, 3, c, style.ORANGE)
    ax.text(0, 4.0, "in", ha="center", va="center", fontsize=9)
    ax.text(3, 4.0, "out", ha="center", va="center", fontsize=9)
    ax.set_xlim(-0.8, 3.8)
    ax.set_ylim(4.4, -0.6)


def _node(ax: Axes, x: float, y: float, color: str) -> None:
    ax.scatter([x], [y], s=70, color=color, zorder=3, lw=0)


def sampling_grids() -> Figure:
    """Show where kinds of convolution sample (top) and which channels they join."""
    figure, axes = style.panels(columns=4, rows=2, height=4.4)
    square = [(float(x), float(y)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    dilated = [(2 * x, 2 * y) for x, y in square]
    shifts = np.random.default_rng(4).uniform(-1.0, 1.0, size=(9, 2))
    moved = [(x + dx, y + dy) for (x, y), (dx, dy) in zip(square, shifts, strict=True)]
    causal = [(-2.0, 0.0), (-1.0, 0.0), (0.0, 0.0)]
    _grid(axes[0, 0], square, "standard")
    _grid(axes[0, 1], dilated, "dilated, $d = 2$")
    _grid(axes[0, 2], moved, "deformable")
    _grid(axes[0, 3], causal, "causal, 1-D", rows=1)
    axes[0, 3].text(0, 1.2, "time →", ha="center", va="center", fontsize=9)
    blocks: Array = np.kron(np.eye(2), np.ones((2, 2))).astype(np.float64)
    _channels(axes[1, 0], np.ones((4, 4)), "standard or $1 \\times 1$")
    _channels(axes[1, 1], blocks, "grouped, $g = 2$")
    _channels(axes[1, 2], np.eye(4), "depthwise")
    separable = axes[1, 3]
    _bare(separable, "separable")
    for c in range(4):
        separable.plot([0, 1.5], [c, c], color=style.BLUE, lw=1.3)
        for out in range(4):
            separable.plot([1.5, 3], [c, out], color=style.GREEN, lw=1.3)
    for c in range(4):
        _node(separable, 0, c, style.MUTED)
        _node(separable, 1.5, c, style.MUTED)
        _node(separable, 3, c, style.ORANGE)
    separable.text(0.6, 4.0, "$k \\times k$", ha="center", va="center", fontsize=9)
    separable.text(2.4, 4.0, "$1 \\times 1$", ha="center", va="center", fontsize=9)
    separable.set_xlim(-0.8, 3.8)
    separable.set_ylim(4.4, -0.6)
    return figure


def overlap_pattern() -> Figure:
    """Show how often a transposed convolution writes to each output position."""
    figure, axes = style.panels(columns=2, rows=2, height=4.6)
    fade = LinearSegmentedColormap.from_list(
        "fade", [to_rgba(style.BLUE, 0.1), to_rgba(style.BLUE, 1.0)], N=4
    )
    for column, kernel in enumerate((3, 4)):
        counts = overlap_counts(6, kernel, stride=2)
        bars, plane = axes[:, column]
        bars.bar(range(len(counts)), counts, color=style.BLUE, width=0.85)
        bars.set_yticks([0, 1, 2])
        bars.set_xticks(range(0, len(counts), 2))
        bars.set_title(f"$k = {kernel}$, $s = 2$")
        bars.set_xlabel("output position")
        mesh = plane.pcolormesh(np.outer(counts, counts), cmap=fade, vmin=0.5, vmax=4.5)
        figure.colorbar(mesh, ax=plane, ticks=[1, 2, 4], label="kernel copies")
        plane.invert_yaxis()
        _bare(plane, "in two dimensions")
    axes[0, 0].set_ylabel("kernel copies")
    return figure
