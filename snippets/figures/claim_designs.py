"""Figures of two designs: face transfer, and the claim for a broken fence."""

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from snippets.figures import diagram, style
from snippets.projects.claim_designs import length_error, poisson_blend

Step = tuple[str, str, float, float]  # text, color, center, width


def _chain(ax: Axes, steps: tuple[Step, ...], y: float, height: float = 1.0) -> None:
    """Draw boxes from left to right with arrows between them."""
    for text, color, x, width in steps:
        diagram.box(ax, x, y, text, color, width, height, filled=True, size=8)
    for (_, _, left, a), (_, _, right, b) in pairwise(steps):
        diagram.wire(ax, (left + a / 2, y), (right - b / 2, y))


def face_pipeline() -> Figure:
    """From consent to labeled clip: identity and attributes on separate ways."""
    figure, axes = style.panels(height=3.7)
    ax = axes[0, 0]
    diagram.canvas(ax, 0, 12, 0, 5.8)
    inputs = (("source photos\nof person A", 4.8), ("target clip\nof person B", 1.6))
    for text, y in inputs:
        diagram.box(ax, 0.95, y, text, style.MUTED, 1.6, 0.95, size=8)
        diagram.wire(ax, (1.75, y), (2.2, y))
    diagram.box(ax, 2.95, 3.2, "gate\n\nconsent\nof A and B,\nuse, date", style.RED,
                1.5, 4.15, filled=True, size=8)  # fmt: skip
    diagram.box(
        ax, 4.95, 4.8, "identity\nencoder", style.PURPLE, 1.5, 0.95, filled=True, size=8
    )
    text = "pose, expression,\nlight, background"
    diagram.box(ax, 5.0, 2.1, text, style.BLUE, 1.9, 0.95, filled=True, size=8)
    diagram.wire(ax, (3.7, 4.8), (4.2, 4.8))
    diagram.wire(ax, (3.7, 2.1), (4.05, 2.1))
    steps: tuple[Step, ...] = (
        ("generator", style.ORANGE, 6.7, 1.3),
        ("mask, blend,\nsmooth", style.ORANGE, 8.45, 1.5),
        ("label,\nwatermark,\nmanifest", style.RED, 10.05, 1.2),
        ("clip", style.MUTED, 11.4, 0.8),
    )
    _chain(ax, steps, 3.2, 1.1)
    diagram.wire(ax, (5.7, 4.8), (6.7, 4.8), (6.7, 3.75))
    diagram.wire(ax, (5.95, 2.1), (6.7, 2.1), (6.7, 2.65))
    diagram.wire(ax, (3.7, 1.3), (8.45, 1.3), (8.45, 2.65))
    ax.text(6.1, 1.15, "frame outside the mask", fontsize=8, ha="center", va="top")
    diagram.wire(ax, (2.95, 1.125), (2.95, 0.5), (3.4, 0.5))
    ax.text(3.5, 0.5, "refuse, log, tell why", fontsize=8, va="center")
    return figure


def seam() -> Figure:
    """One row through the seam: pasted, feathered and blended by gradients."""
    face = np.full((24, 24), 120.0)
    face[9:15, 9:15] += 30
    frame = np.full((24, 24), 100.0)
    mask = np.zeros((24, 24), dtype=bool)
    mask[4:20, 4:20] = True
    row, columns = 12, np.arange(24)
    weight = np.clip(np.minimum(columns - 3, 20 - columns) / 4, 0, 1)
    pasted = np.where(mask, face, frame)[row]
    feathered = (weight * face + (1 - weight) * frame)[row]
    figure, axes = style.panels(height=2.9)
    ax = axes[0, 0]
    ax.axvspan(3.5, 19.5, color=style.MUTED, alpha=0.1, linewidth=0)
    ax.plot(columns, pasted, color=style.RED, linestyle=":", label="pasted")
    ax.plot(columns, feathered, color=style.ORANGE, linestyle="--", label="feathered")
    blended = poisson_blend(face, frame, mask)[row]
    ax.plot(columns, blended, color=style.BLUE, label="Poisson")
    ax.set_xlabel("column (shaded: mask)")
    ax.set_ylabel("brightness")
    ax.set_xlim(0, 23)
    figure.legend(loc="outside right upper")
    return figure


def claim_pipeline() -> Figure:
    """From photos to payment: what is learned, what is computed, who decides."""
    figure, axes = style.panels(height=3.7)
    ax = axes[0, 0]
    diagram.canvas(ax, 0, 12, 0, 5.8)
    above: tuple[Step, ...] = (
        ("guided photos,\nreference", style.MUTED, 1.0, 1.7),
        ("quality and\nfraud checks", style.RED, 3.15, 1.6),
        ("segment fence,\nposts, damage", style.BLUE, 5.3, 1.8),
        ("meters,\nmaterial", style.BLUE, 7.35, 1.4),
        ("parts list\nwith ranges", style.BLUE, 9.15, 1.4),
        ("cost\nrange", style.GREEN, 11.1, 1.3),
    )
    _chain(ax, above, 4.9)
    diagram.box(ax, 9.15, 3.1, "price table:\nregion, date", style.GREEN, 1.6, 0.9,
                size=8)  # fmt: skip
    diagram.wire(ax, (9.95, 3.1), (10.8, 3.1), (10.8, 4.4))
    places: tuple[Step, ...] = (
        ("contract:\ncover, wear,\ndeductible", style.GREEN, 11.1, 1.5),
        ("payment\nrange", style.GREEN, 9.0, 1.4),
        ("narrow,\nno flags?", style.PURPLE, 6.9, 1.5),
        ("letter: sum,\nparts, reasons", style.MUTED, 4.5, 1.6),
    )
    for text, color, x, width in places:
        diagram.box(ax, x, 1.2, text, color, width, 1.1, filled=True, size=8)
    for (_, _, right, a), (_, _, left, b) in pairwise(places):
        diagram.wire(ax, (right - a / 2, 1.2), (left + b / 2, 1.2))
    diagram.wire(ax, (11.3, 4.4), (11.3, 1.75))
    diagram.box(ax, 4.5, 3.05, "adjuster", style.PURPLE, 1.6, 0.8, filled=True, size=8)
    diagram.wire(ax, (6.9, 1.75), (6.9, 3.05), (5.3, 3.05))
    diagram.wire(ax, (3.15, 4.4), (3.15, 3.05), (3.7, 3.05))
    diagram.wire(ax, (4.5, 2.65), (4.5, 1.75))
    ax.text(5.75, 1.35, "yes", fontsize=8, ha="center")
    ax.text(7.0, 2.3, "no", fontsize=8)
    ax.text(3.05, 3.6, "flag", fontsize=8, ha="right")
    diagram.box(ax, 1.2, 1.2, "audits, invoices:\nnew margin", style.ORANGE, 1.7, 1.0,
                size=8)  # fmt: skip
    diagram.wire(ax, (3.7, 1.2), (2.05, 1.2))
    return figure


def reference_size() -> Figure:
    """Error of 6 m of fence by the size of the reference square."""
    widths = np.array([0.4, 0.5, 0.6, 0.75, 0.9, 1.2, 1.5, 1.8, 2.4])
    figure, axes = style.panels(height=2.9)
    ax = axes[0, 0]
    for yaw, color in ((0, style.BLUE), (30, style.ORANGE)):
        errors = [100 * length_error(width, yaw, runs=500) for width in widths]
        ax.plot(widths, errors, "o-", color=color, label=f"view at {yaw}°")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xticks([0.4, 0.6, 0.9, 1.2, 1.8, 2.4])
    ax.set_xticks([], minor=True)
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set_yticks([0.5, 1, 2, 5, 10])
    ax.set_yticks([], minor=True)
    ax.yaxis.set_major_formatter("{x:g}%")
    ax.set_xlabel("side of the reference square (m)")
    ax.set_ylabel("length error (90% below)")
    ax.legend()
    return figure
