"""Figures of the designs with images and video."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from snippets import Array
from snippets.figures import diagram, style
from snippets.projects.image_designs import (
    angular_error,
    photometric_stereo,
    render,
    ring,
    sphere_normals,
)

SIZE, NOISE, DARK, COUNT, TILT = 64, 0.01, 0.05, 12, 45
SHOWN = (0, 3, 6)  # lights from the right, from above, from the left


def _sphere() -> tuple[Array, Array, Array, Array, Array]:
    """Return images, normals of all and of lit pixels, and the errors of both.

    What lies outside the sphere is NaN.
    """
    normals, inside = sphere_normals(SIZE)
    lights = ring(COUNT, TILT)
    images = render(normals, np.full(inside.shape, 0.8), lights)
    images = images + np.random.default_rng(0).normal(0, NOISE, images.shape)
    outside = np.where(inside, 0.0, np.nan)
    every, _ = photometric_stereo(images, lights, -np.inf)
    lit, _ = photometric_stereo(images, lights, DARK)
    wrong = angular_error(every, normals) + outside
    right = angular_error(lit, normals) + outside
    return images + outside, every, lit + outside[..., None], wrong, right


def _bare(ax: Axes, title: str) -> None:
    ax.set_title(title, fontsize=9.5)
    ax.set_axis_off()


def photometric_sphere() -> Figure:
    """A sphere under three of twelve lights, its normal map, and two error maps."""
    images, _, normals, wrong, right = _sphere()
    figure, axes = style.panels(columns=3, rows=2, height=4.7)
    # a photo keeps its lightness in the dark scheme, so it brings its own sheet
    sheet = Rectangle((0, 0), 1, 1, transform=figure.transFigure, color="white")
    sheet.set_zorder(-1)
    figure.add_artist(sheet)
    sides = ("the right", "above", "the left")
    for ax, light, side in zip(axes[0], SHOWN, sides, strict=True):
        ax.imshow(images[light], cmap="gray", vmin=0, vmax=0.85, interpolation="none")
        _bare(ax, f"light from {side}")
    colors = np.nan_to_num((normals + 1) / 2, nan=1.0)
    axes[1, 0].imshow(np.clip(colors, 0, 1), interpolation="none")
    _bare(axes[1, 0], r"normal map, RGB $=(n+1)/2$")
    scale = Normalize(0, 30)
    maps = ((wrong, "all 12 lights"), (right, "lit pixels only"))
    for ax, (error, name) in zip(axes[1, 1:], maps, strict=True):
        drawn = ax.imshow(error, cmap="viridis", norm=scale, interpolation="none")
        _bare(ax, f"{name}: mean {np.nanmean(error):.1f}°")
    bar = figure.colorbar(drawn, ax=list(axes[1, 1:]), shrink=0.85)
    bar.set_label("angular error (°)", fontsize=9)
    return figure


def inpainting_pipeline() -> Figure:
    """Stages of video inpainting, with the way back from a generated key frame."""
    figure, axes = style.panels(height=2.9)
    ax = axes[0, 0]
    diagram.canvas(ax, 0, 12, 0, 4.8)
    above = (
        ("clip,\nclicks", 0.65, 1.1, style.MUTED),
        ("shots; masks:\ntrack, dilate,\nadd shadows", 2.7, 1.9, style.GREEN),
        ("flow, both ways,\ncompleted\nin the hole", 5.25, 2.1, style.BLUE),
        ("copy along flow\nwhere it is\nconsistent", 7.9, 2.0, style.BLUE),
        ("generate:\nunseen part of\na key frame", 10.95, 1.9, style.PURPLE),
    )
    below = (
        ("blend seams,\nadd grain", 7.9, 2.0, style.ORANGE),
        ("checks: flicker,\nseams, people", 5.25, 2.1, style.ORANGE),
        ("clip", 2.7, 1.1, style.MUTED),
    )
    for row, y in ((above, 3.7), (below, 1.0)):
        for text, x, width, color in row:
            diagram.box(ax, x, y, text, color, width, 1.3, filled=True, size=8)
    for tail, head in ((1.2, 1.75), (3.65, 4.2), (6.3, 6.9)):
        diagram.wire(ax, (tail, 3.7), (head, 3.7))
    diagram.wire(ax, (8.9, 4.0), (10.0, 4.0))
    diagram.wire(ax, (10.0, 3.4), (8.9, 3.4))
    ax.text(9.45, 4.12, "unseen", ha="center", va="bottom", fontsize=8)
    ax.text(9.45, 3.26, "filled", ha="center", va="top", fontsize=8)
    diagram.wire(ax, (7.9, 3.05), (7.9, 1.65))
    ax.text(8.05, 2.35, "no hole left", ha="left", va="center", fontsize=8)
    for tail, head in ((6.9, 6.3), (4.2, 3.25)):
        diagram.wire(ax, (tail, 1.0), (head, 1.0))
    return figure
