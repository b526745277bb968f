"""Figures of the page on normalization layers."""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from snippets import Array
from snippets.figures import style
from snippets.theory import normalization as nm

SAMPLES, CHANNELS, PIXELS = 4, 6, 4  # cells of the drawn (N, C, HW) block
DEPTH = np.array([0.5, 0.42])  # one sample further back, in the drawing's units


def nchw_axes() -> Figure:
    """Draw which cells of an (N, C, H, W) array share one mean and variance."""
    figure, axes = style.panels(columns=4, height=2.0)
    half = CHANNELS // 2
    layers: list[tuple[str, str, Callable[[int, int], bool]]] = [
        ("batch norm", "$C$ sets of $NHW$", lambda n, c: c == CHANNELS - 1),
        ("layer norm", "$N$ sets of $CHW$", lambda n, c: n == 0),
        ("group norm", "$NG$ sets of $CHW/G$", lambda n, c: n == 0 and c >= half),
        (
            "instance norm",
            "$NC$ sets of $HW$",
            lambda n, c: n == 0 and c == CHANNELS - 1,
        ),
    ]
    for ax, (title, sets, shares) in zip(axes[0], layers, strict=True):
        _draw_block(ax, shares)
        ax.set_title(title)
        ax.text(0.5, -0.09, sets, transform=ax.transAxes, ha="center", fontsize=9)
    return figure


def _draw_block(ax: Axes, shares: Callable[[int, int], bool]) -> None:
    """Draw the block's front, top and right side; fill the cells that share."""
    right, up = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    cells: list[tuple[Array, bool]] = []
    for c in range(CHANNELS):
        for s in range(PIXELS):
            cells.append((_square(c * right + s * up, right, up), shares(0, c)))
        for n in range(SAMPLES):
            corner = c * right + PIXELS * up + n * DEPTH
            cells.append((_square(corner, right, DEPTH), shares(n, c)))
    for n in range(SAMPLES):
        for s in range(PIXELS):
            corner = CHANNELS * right + s * up + n * DEPTH
            cells.append((_square(corner, DEPTH, up), shares(n, CHANNELS - 1)))
    filled, empty = to_rgba(style.BLUE, 0.75), to_rgba(style.MUTED, 0.1)
    block = PolyCollection(
        [corners for corners, _ in cells],
        facecolors=[filled if shared else empty for _, shared in cells],
        edgecolors=style.MUTED,
        linewidths=0.6,
    )
    ax.add_collection(block)
    back = SAMPLES * DEPTH
    ax.text(CHANNELS / 2, -0.2, "$C$", ha="center", va="top")
    ax.text(-0.25, PIXELS / 2, "$H, W$", ha="right", va="center", rotation=90)
    ax.text(back[0] / 2 - 0.4, PIXELS + back[1] / 2 + 0.2, "$N$", ha="right")
    ax.set_xlim(-1.2, CHANNELS + back[0] + 0.1)
    ax.set_ylim(-1.2, PIXELS + back[1] + 0.1)
    ax.set_aspect("equal")
    ax.set_axis_off()


def _square(corner: Array, edge: Array, other: Array) -> Array:
    """Corners (4, 2) of the parallelogram spanned by two edges."""
    return np.array([corner, corner + edge, corner + edge + other, corner + other])


def learning_rates() -> Figure:
    """Final training loss of a deep network over the learning rate."""
    figure, axes = style.panels(columns=2, height=3)
    x, label = nm.spiral_data(1500, seed=1)
    rates = [0.01, 0.1, 1.0, 3.0]
    for ax, gain in zip(axes[0], (1.0, 0.5), strict=True):
        for batch_norm, color, marker in (
            (False, style.ORANGE, "o"),
            (True, style.BLUE, "s"),
        ):
            losses = [_final_loss(x, label, batch_norm, gain, lr) for lr in rates]
            name = "batch norm" if batch_norm else "plain"
            ax.loglog(rates, losses, color=color, marker=marker, label=name)
        plain = np.asarray(ax.lines[0].get_ydata())
        lost = np.array(rates)[~np.isfinite(plain)]
        if lost.size:
            ax.plot(lost, np.full(lost.size, 2.0), "x", color=style.ORANGE)
            middle = float(np.exp(np.log(lost).mean()))
            ax.text(middle, 2.6, "diverged", ha="center", color=style.ORANGE)
        ax.set_title("He initialization" if gain == 1 else "half of it")
        ax.set_xlabel("learning rate")
        ax.set_ylim(0.02, 5)
    axes[0, 0].set_ylabel("loss after 200 steps")
    axes[0, 0].legend(loc="lower left")
    return figure


def _final_loss(
    x: Array, label: nm.Labels, batch_norm: bool, gain: float, lr: float
) -> float:
    """Mean loss of the last 40 of 200 steps; infinite when training diverged."""
    network = nm.Network([2, *[32] * 8, 3], batch_norm, gain=gain)
    losses = nm.train(network, x, label, lr, steps=200, batch_size=64)
    return float(losses[-40:].mean())


def running_statistics() -> Figure:
    """Batch mean of each step and the running mean for three momenta."""
    figure, axes = style.panels(height=3)
    ax = axes[0, 0]
    batches = np.random.default_rng(4).normal(2.0, 3.0, size=(150, 16, 1))
    batch_mean, *_ = nm.track_statistics(batches, momentum=0.1)
    ax.plot(batch_mean, ".", color=style.MUTED, markersize=4, label="batch mean")
    for momentum, color, line in (
        (0.5, style.ORANGE, ":"),
        (0.1, style.BLUE, "-"),
        (0.01, style.GREEN, "--"),
    ):
        _, _, running_mean, _ = nm.track_statistics(batches, momentum)
        ax.plot(running_mean, line, color=color, label=rf"$\alpha={momentum}$")
    ax.axhline(2.0, color=style.INK, linewidth=0.8)
    ax.set_xlabel("training step")
    ax.set_ylabel("mean of a channel")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


def statistics_noise() -> Figure:
    """Noise of the batch's statistics, and the gap between the two modes."""
    figure, axes = style.panels(columns=2, height=3)
    sizes = np.array([2, 4, 8, 16, 32, 64, 128, 256])
    theory = np.array([nm.statistics_noise(int(m)) for m in sizes])
    rng = np.random.default_rng(0)
    draws = [rng.normal(size=(m, 2000)) for m in sizes]
    left, right = axes[0]
    left.loglog(sizes, theory[:, 0], color=style.BLUE, label=r"mean / $\sigma$")
    left.loglog(sizes, [x.mean(0).std() for x in draws], "o", color=style.BLUE)
    left.loglog(
        sizes, theory[:, 1], "--", color=style.ORANGE, label=r"variance / $\sigma^2$"
    )
    left.loglog(sizes, [x.var(0, ddof=1).std() for x in draws], "s", color=style.ORANGE)
    left.set_title("spread of the batch statistics")
    left.legend()
    right.loglog(sizes, [nm.train_inference_gap(int(m)) for m in sizes])
    measured = [nm.measured_gap(int(m), batches=2000) for m in sizes]
    right.loglog(sizes, measured, "o", color=style.BLUE)
    right.set_title("RMS gap, training vs. inference")
    for ax in (left, right):
        ax.set_xlabel("values per channel, $m$")
        ax.set_xticks([2, 8, 32, 128], ["2", "8", "32", "128"])
        ax.minorticks_off()
    return figure


def instance_contrast() -> Figure:
    """One row of an image at three contrasts, after instance norm and AdaIN."""
    figure, axes = style.panels(columns=3, height=2.7)
    pixel = np.arange(48)
    row = np.sin(pixel / 3) + 0.6 * np.sin(pixel / 1.4 + 1)
    target = 0.55 + 0.08 * np.cos(np.arange(48.0))[None, None, None]
    versions = ((0.25, 0.5, "-"), (0.12, 0.3, "--"), (0.05, 0.8, ":"))
    for (contrast, brightness, line), color in zip(
        versions, (style.BLUE, style.ORANGE, style.GREEN), strict=True
    ):
        x = (brightness + contrast * row)[None, None, None]
        for ax, y in zip(
            axes[0], (x, nm.instance_norm(x), nm.adain(x, target)), strict=True
        ):
            ax.plot(pixel, y[0, 0, 0], line, color=color)
    titles = ("three contrasts", "instance norm", "AdaIN")
    for ax, title in zip(axes[0], titles, strict=True):
        ax.set_title(title)
        ax.set_xlabel("pixel")
    axes[0, 0].set_ylabel("value")
    axes[0, 2].set_ylim(axes[0, 0].get_ylim())
    return figure
