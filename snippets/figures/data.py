"""Figures of the page on data."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from snippets import Array
from snippets.figures import style
from snippets.theory.data import crop, cutmix, flip, mixup, noise_accuracies

HEIGHT, WIDTH = 72, 96
CAR_BOX = np.array([[14.0, 26.0, 62.0, 58.0]])
CAR, TREE = np.eye(2)
CROP = (24, 12, 88, 60)
ERASED = (40, 20, 60, 44)
PASTED = (48, 0, 96, 48)
LAMBDA = 0.6


def _grid() -> tuple[Array, Array]:
    """Centers (y, x) of the pixels, each of shape (HEIGHT, WIDTH)."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    return y, x


def _background() -> Array:
    y, _ = _grid()
    image = np.empty((HEIGHT, WIDTH, 3))
    image[:] = (0.72, 0.84, 0.93)
    image[y > 52] = (0.72, 0.70, 0.62)
    return image


def _car() -> Array:
    """A car driving to the right, which fills CAR_BOX."""
    y, x = _grid()
    image = _background()
    image[(x > 24) & (x < 46) & (y > 26) & (y < 38)] = (0.55, 0.16, 0.18)
    image[(x > 36) & (x < 44) & (y > 29) & (y < 37)] = (0.88, 0.94, 0.98)
    image[(x > 14) & (x < 62) & (y > 36) & (y < 52)] = (0.78, 0.24, 0.25)
    image[(x > 58) & (x < 62) & (y > 39) & (y < 44)] = (0.98, 0.88, 0.45)
    for center in (25, 51):
        image[(x - center) ** 2 + (y - 52) ** 2 < 36] = (0.16, 0.18, 0.22)
    return image


def _tree() -> Array:
    y, x = _grid()
    image = _background()
    image[(x > 65) & (x < 72) & (y > 34) & (y < 64)] = (0.45, 0.32, 0.20)
    image[(x - 68.5) ** 2 + (y - 24) ** 2 < 300] = (0.22, 0.52, 0.32)
    return image


def _rotate(image: Array, box: Array, degrees: float) -> tuple[Array, Array]:
    """Turn clockwise about the center; the new box encloses the turned corners."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    y, x = _grid()
    dx, dy = x - WIDTH / 2, y - HEIGHT / 2
    column = np.floor(cos * dx + sin * dy + WIDTH / 2).astype(int)
    row = np.floor(-sin * dx + cos * dy + HEIGHT / 2).astype(int)
    inside = (column >= 0) & (column < WIDTH) & (row >= 0) & (row < HEIGHT)
    turned = np.full_like(image, 0.5)
    turned[inside] = image[row[inside], column[inside]]
    x1, y1, x2, y2 = box[0]
    cx = np.array([x1, x2, x2, x1]) - WIDTH / 2
    cy = np.array([y1, y1, y2, y2]) - HEIGHT / 2
    new_x = cos * cx - sin * cy + WIDTH / 2
    new_y = sin * cx + cos * cy + HEIGHT / 2
    return turned, np.array([[new_x.min(), new_y.min(), new_x.max(), new_y.max()]])


def _show(ax: Axes, image: Array, boxes: Array, title: str) -> None:
    ax.imshow(image, interpolation="nearest")
    for x1, y1, x2, y2 in boxes - 0.5:  # imshow puts pixel centers on integers
        ax.add_patch(
            Rectangle(
                (x1, y1),
                x2 - x1,
                y2 - y1,
                fill=False,
                edgecolor=style.PURPLE,
                linewidth=1.8,
            )
        )
    ax.set_title(title, fontsize=9.5)
    ax.set_axis_off()


def eight_augmentations() -> Figure:
    """One image with its box (top left) and eight augmentations of it."""
    car, tree = _car(), _tree()
    cropped, crop_box, _ = crop(car, CAR_BOX, CROP, visible=0.3)
    bright = np.clip(1.3 * (car - 0.5) + 0.53, 0, 1)
    noisy = np.clip(car + np.random.default_rng(0).normal(0, 0.12, car.shape), 0, 1)
    erased = car.copy()
    x1, y1, x2, y2 = ERASED
    erased[y1:y2, x1:x2] = 0.5
    mixed, mix_label = mixup(car, tree, CAR, TREE, lam=LAMBDA)
    pasted, cut_label = cutmix(car, tree, CAR, TREE, PASTED)
    none = np.empty((0, 4))
    shown = [
        (car, CAR_BOX, "original"),
        (*flip(car, CAR_BOX), "flip: box mirrored"),
        (cropped, crop_box, "crop: box clipped"),
        (*_rotate(car, CAR_BOX, 15), "rotation: box loosens"),
        (bright, CAR_BOX, "contrast, brightness"),
        (noisy, CAR_BOX, "noise"),
        (erased, CAR_BOX, "random erasing"),
        (mixed, none, f"mixup: {mix_label[0]:.2f} car + {mix_label[1]:.2f} tree"),
        (pasted, none, f"CutMix: {cut_label[0]:.2f} car + {cut_label[1]:.2f} tree"),
    ]
    figure, axes = style.panels(columns=3, rows=3, height=5.6)
    for i, (image, boxes, title) in enumerate(shown):
        _show(axes[i // 3, i % 3], image, boxes, title)
    return figure


def selection_leak() -> Figure:
    """Cross-validated accuracy on pure noise, with and without a leak."""
    figure, axes = style.panels(height=2.9)
    ax = axes[0, 0]
    edges = np.arange(0.21, 1.03, 0.04)
    for leak, name, color, hatch in (
        (False, "features chosen inside each fold", style.BLUE, None),
        (True, "features chosen on all rows", style.ORANGE, "///"),
    ):
        accuracy = noise_accuracies(leak)
        ax.hist(
            accuracy,
            bins=edges.tolist(),
            facecolor=color if hatch is None else "none",
            edgecolor=color,
            hatch=hatch,
            label=f"{name}: mean {accuracy.mean():.2f}",
        )
    ax.axvline(0.5, ymax=0.62, color=style.INK, linestyle=":", label="truth: 0.50")
    ax.set_xlabel("cross-validated accuracy on random labels")
    ax.set_ylabel("trials of 50")
    ax.set_ylim(0, 34)
    ax.legend(fontsize=8.5, loc="upper left")
    return figure
