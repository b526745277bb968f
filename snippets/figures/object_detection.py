"""Figures of the page on object detection."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from snippets import Array
from snippets.figures import style
from snippets.theory.object_detection import (
    YOLOV3_ANCHORS,
    average_precision,
    nms,
    pairwise_giou,
    pairwise_iou,
    precision_recall,
    yolov3_target,
)

OBJECT = np.array([150.0, 90, 290, 310])
# Two people who overlap and a second box on each of them
CROWD = np.array([[0.0, 0, 10, 20], [1, 1, 11, 21], [3, 0, 13, 20], [2.5, 1, 13, 21]])
CROWD_SCORES = np.array([0.95, 0.6, 0.9, 0.5])
HITS = np.array([True, False, True, True, False])
OBJECTS = 4


def _box(ax: Axes, box: Array, color: str, line: str = "-", width: float = 1.6) -> None:
    """Draw the outline of a box x1, y1, x2, y2."""
    x, y, right, low = box
    patch = Rectangle((x, y), right - x, low - y, fill=False, ec=color, ls=line)
    patch.set_linewidth(width)
    ax.add_patch(patch)


def _image(ax: Axes, width: float, height: float) -> None:
    """Axes of an image: y downward, no ticks, equal scales."""
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    ax.set_aspect("equal")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(False)
    ax.spines[:].set_visible(False)


def grid_and_anchors() -> Figure:
    """Show YOLOv3's three grids, the object's cell and each cell's three anchors."""
    figure, axes = style.panels(columns=3, height=2.7)
    (stride, _, _, index), _ = yolov3_target(OBJECT)
    center = (OBJECT[:2] + OBJECT[2:]) / 2
    for ax, (step, anchors) in zip(axes[0], YOLOV3_ANCHORS.items(), strict=True):
        _image(ax, 416, 416)
        lines = np.arange(0, 417, step)
        ax.vlines(lines, 0, 416, color=style.MUTED, lw=0.35, alpha=0.6)
        ax.hlines(lines, 0, 416, color=style.MUTED, lw=0.35, alpha=0.6)
        corner = center // step * step
        cell = Rectangle(tuple(corner), step, step, fc=to_rgba(style.ORANGE, 0.6))
        cell.set_linewidth(0)
        ax.add_patch(cell)
        _box(ax, OBJECT, style.BLUE, width=2.0)
        ax.plot(*center, marker="o", ms=3, color=style.BLUE)
        middle = corner + step / 2
        for i, size in enumerate(anchors):
            half = np.array(size) / 2
            chosen = (step, i) == (stride, index)
            color = style.RED if chosen else style.ORANGE
            box = np.concatenate([middle - half, middle + half])
            _box(ax, box, color, "-" if chosen else "--", 1.8 if chosen else 1.0)
        side = 416 // step
        ax.set_title(f"stride {step}: {side} x {side} cells", fontsize=9.5)
    return figure


def overlap_and_suppression() -> Figure:
    """Show IoU and GIoU of a shifted box, and what NMS removes in a crowd."""
    figure, axes = style.panels(columns=3, height=3.0)
    shifts = np.linspace(0, 4, 81)
    box = np.array([[0.0, 0, 1, 1]])
    moved = box + shifts[:, None] * [1, 0, 1, 0]
    curves, *crowds = axes[0]
    curves.plot(shifts, pairwise_iou(moved, box)[:, 0], color=style.BLUE, label="IoU")
    giou = pairwise_giou(moved, box)[:, 0]
    curves.plot(shifts, giou, color=style.ORANGE, ls="--", label="GIoU")
    curves.set_xlabel("shift / box width")
    curves.set_ylim(-0.8, 1.05)
    curves.legend()
    curves.set_title("one box moves away", fontsize=9.5)
    for ax, threshold in zip(crowds, (0.5, 0.7), strict=True):
        _image(ax, 16, 23)
        ax.set_xlim(-2, 16)
        ax.set_ylim(22.5, -2.5)
        kept = nms(CROWD, CROWD_SCORES, threshold).tolist()
        for i, (row, score) in enumerate(zip(CROWD, CROWD_SCORES, strict=True)):
            color = style.BLUE if i in kept else style.RED
            _box(ax, row, color, "-" if i in kept else ":")
            if i in kept:
                x, side = (row[0], "left") if i == 0 else (row[2], "right")
                ax.text(x, row[1] - 0.3, f"{score}", color=color, fontsize=8, ha=side)
        ax.set_title(f"NMS at {threshold}: {len(kept)} kept", fontsize=9.5)
    return figure


def precision_envelope() -> Figure:
    """Show the raw precision-recall points, the envelope and 11 sampled levels."""
    figure, axes = style.panels(columns=1, height=3.0, width=5.4)
    ax = axes[0, 0]
    scores = np.arange(len(HITS), 0, -1.0)
    precision, recall = precision_recall(HITS, scores, OBJECTS)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    area = average_precision(precision, recall, points=0)
    x = np.concatenate([[0.0], recall, recall[-1:], [1.0]])
    y = np.concatenate([envelope[:1], envelope, [0.0, 0.0]])
    ax.step(x, y, where="pre", color=style.BLUE, label=f"envelope, area {area:.3f}")
    ax.plot(recall, precision, "o:", color=style.ORANGE, label="after each detection")
    levels = np.arange(11) / 10
    place = np.searchsorted(recall, levels)
    sampled = np.append(envelope, 0.0)[place]
    ax.plot(levels, sampled, "|", ms=9, color=style.INK, label="11 recall levels")
    ax.set_xlabel("recall")
    ax.set_ylabel("precision")
    ax.set_ylim(-0.05, 1.1)
    ax.legend(loc=(0.3, 0.12), fontsize=8.5)
    return figure
