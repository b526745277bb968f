"""Figures of the page of case studies."""

import numpy as np
from matplotlib.figure import Figure

from snippets import Array
from snippets.figures import diagram, style
from snippets.projects.case_studies import change_rate, embed, high_pass, tlu

SIDE, BITS = 96, 0.4  # pixels of the picture, bits a pixel of the message


def _picture(seed: int = 0) -> tuple[Array, Array]:
    """Return a cover and its stego image: left a soft slope, right a texture.

    Both halves carry sensor noise of half a gray level.
    """
    rng = np.random.default_rng(seed)
    row, column = np.mgrid[:SIDE, :SIDE]
    slope = 70 + row + 0.5 * column
    texture = np.where(column >= SIDE // 2, rng.normal(0, 6, (SIDE, SIDE)), 0)
    noise = rng.normal(0, 0.5, (SIDE, SIDE))
    cover = np.clip(np.round(slope + texture + noise), 0, 255)
    return cover, embed(cover, change_rate(BITS), rng)


def _strengths() -> dict[str, tuple[float, float]]:
    """Return the standard deviation of content and message, for three views.

    No window of the filter meets the border between the halves.

    >>> [f"{a:.2f} {b:.2f} {a / b:.1f}" for a, b in _strengths().values()]
    ['28.57 0.26 109.6', '1.24 0.51 2.4', '12.23 0.53 23.2']
    """
    cover, stego = _picture()
    message = stego - cover
    left, right = np.s_[:, : SIDE // 2], np.s_[:, SIDE // 2 :]
    pairs = {
        "pixels,\nsmooth half": (cover[left], message[left]),
        "residual,\nsmooth half": (high_pass(cover[left]), high_pass(message[left])),
        "residual,\ntextured half": (
            high_pass(cover[right]),
            high_pass(message[right]),
        ),
    }
    return {name: (float(a.std()), float(b.std())) for name, (a, b) in pairs.items()}


def weak_signal() -> Figure:
    """A stego image, its changes, its clipped residual, and both strengths."""
    cover, stego = _picture()
    figure, axes = style.panels(columns=2, rows=2, height=6.2)
    pictures = (
        ("stego image", stego, "gray", 0, 255),
        ("changes by the message", stego - cover, "RdBu", -1, 1),
        ("residual, clipped to ±3", tlu(high_pass(stego)), "RdBu", -3, 3),
    )
    places = (axes[0, 0], axes[0, 1], axes[1, 0])
    for ax, (title, shown, colors, low, high) in zip(places, pictures, strict=True):
        ax.imshow(shown, cmap=colors, vmin=low, vmax=high, interpolation="nearest")
        ax.set_title(title)
        ax.set(xticks=[], yticks=[])
    bars = axes[1, 1]
    strengths = _strengths()
    place = np.arange(len(strengths))
    content, message = np.array(list(strengths.values())).T
    bars.bar(place - 0.2, content, 0.38, color=style.MUTED, label="content, noise")
    bars.bar(place + 0.2, message, 0.38, color=style.ORANGE, label="message")
    bars.set_xticks(place, list(strengths), fontsize=8)
    bars.set(yscale="log", ylim=(0.1, 300), title="standard deviation")
    bars.grid(visible=False, axis="x")
    bars.legend(loc="upper center", ncols=2, fontsize=8)
    return figure


def poster_pipeline() -> Figure:
    """From a sentence to layers: one image model, type set by a renderer, checks."""
    figure, axes = style.panels(height=3.4)
    ax = axes[0, 0]
    diagram.canvas(ax, 0, 12, 0, 6)
    steps = (
        (0.9, 3.0, "sentence", style.MUTED, 1.5),
        (3.1, 3.0, "brief: text,\nsize, brand,\nmood", style.BLUE, 1.8),
        (5.5, 3.0, "layout:\nboxes and\norder", style.BLUE, 1.7),
        (8.0, 5.0, "images, room for\ntext: diffusion", style.ORANGE, 2.3),
        (8.0, 3.0, "checks: OCR,\ncontrast, rights", style.RED, 2.3),
        (8.0, 1.0, "exact text:\nfonts, renderer", style.GREEN, 2.3),
        (10.9, 3.0, "layers;\na person\nedits them", style.PURPLE, 1.8),
    )
    for x, y, text, color, width in steps:
        diagram.box(ax, x, y, text, color, width, 1.3, filled=True, size=8)
    diagram.wire(ax, (1.65, 3.0), (2.2, 3.0))
    diagram.wire(ax, (4.0, 3.0), (4.65, 3.0))
    for y, edge in ((5.0, 3.65), (1.0, 2.35)):
        diagram.wire(ax, (5.5, edge), (5.5, y), (6.85, y))
        diagram.wire(ax, (9.15, y), (10.9, y), (10.9, edge))
    diagram.wire(ax, (10.0, 3.0), (9.15, 3.0))
    diagram.wire(ax, (6.85, 3.0), (6.35, 3.0))
    return figure
