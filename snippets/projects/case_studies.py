"""Parts of the case studies: weak signals, boxes, leaking splits, posters."""

import math
from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from snippets import Array
from snippets.projects.system_design import peak_rate, replicas

# --8<-- [start:residual]
KV = (
    np.array(
        [
            [-1, 2, -2, 2, -1],
            [2, -6, 8, -6, 2],
            [-2, 8, -12, 8, -2],
            [2, -6, 8, -6, 2],
            [-1, 2, -2, 2, -1],
        ]
    )
    / 12
)


def high_pass(image: Array, kernel: Array = KV) -> Array:
    """Return what a fixed filter leaves of the image, without padding.

    Args:
        image: gray values, shape (H, W).
        kernel: shape (k, l); the default is the 5 x 5 filter of SRM.

    Returns:
        The residual, shape (H - k + 1, W - l + 1).

    Source: Fridrich and Kodovský (2012).

    >>> ramp = np.add.outer(np.arange(8.0), 3 * np.arange(9.0))
    >>> bool(np.allclose(high_pass(ramp), 0)), round(float((KV**2).sum()), 2)
    (True, 4.14)
    """
    windows = sliding_window_view(image, kernel.shape)
    return np.asarray(np.einsum("hwkl,kl->hw", windows, kernel))


def tlu(residual: Array, t: float = 3.0) -> Array:
    """Return the residual clipped to [-t, t]: YeNet's truncated linear unit."""
    return np.clip(residual, -t, t)


# --8<-- [end:residual]


# --8<-- [start:embedding]
def payload(rate: float) -> float:
    """Return the most bits a pixel that changes by +1 or -1 at this rate.

    Args:
        rate: share of changed pixels, in (0, 1), both signs equally likely.
    """
    kept = -(1 - rate) * math.log2(1 - rate)
    return kept - rate * math.log2(rate / 2)


def change_rate(bits: float) -> float:
    """Return the smallest rate of changes that can carry a payload.

    Args:
        bits: bits a pixel, above 0 and below log2(3).

    >>> [round(change_rate(bits), 3) for bits in (0.1, 0.4)]
    [0.011, 0.063]
    """
    low, high = 1e-9, 2 / 3  # the entropy grows up to equal thirds
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if payload(middle) < bits else (low, middle)
    return high


# --8<-- [end:embedding]


def embed(cover: Array, rate: float, rng: np.random.Generator) -> Array:
    """Return the cover with random pixels changed by +1 or -1.

    Args:
        cover: integer gray values from 0 to 255, shape (H, W).
        rate: probability that a pixel changes.
        rng: source of the message.
    """
    sign = rng.choice([-1.0, 1.0], size=cover.shape)
    sign = np.where(cover == 0, 1.0, np.where(cover == 255, -1.0, sign))
    return np.where(rng.random(cover.shape) < rate, cover + sign, cover)


# --8<-- [start:detection_error]
def detection_error(cover: Array, stego: Array) -> float:
    """Return the smallest mean of false-alarm and missed-detection rate.

    Args:
        cover: scores of covers, shape (m,); above a threshold means stego.
        stego: scores of stego images, shape (n,).

    >>> detection_error(np.array([0.1, 0.2, 0.6]), np.array([0.4, 0.7, 0.9]))
    0.16666666666666666
    """
    thresholds = np.concatenate([cover, stego])
    errors = [((cover > t).mean() + (stego <= t).mean()) / 2 for t in thresholds]
    return float(min(errors))


# --8<-- [end:detection_error]


# --8<-- [start:boxes]
def flip(image: Array, boxes: Array) -> tuple[Array, Array]:
    """Mirror a photo and its boxes from left to right.

    Args:
        image: shape (H, W, C).
        boxes: x1, y1, x2, y2 in pixels, edges not centers, shape (N, 4).
    """
    width = image.shape[1]
    x1, y1, x2, y2 = boxes.T
    return image[:, ::-1], np.stack([width - x2, y1, width - x1, y2], axis=1)


def cells(length: float, side: float, network: float, stride: int = 8) -> float:
    """Return how many cells of a feature map an object covers.

    Args:
        length: length of the object in the picture, in pixels.
        side: longer side of the picture or tile, in pixels.
        network: side of the network's input.
        stride: pixels of the input a cell; 8 is YOLOv3's finest.

    >>> round(cells(40, side=4000, network=416), 2)  # the whole photo
    0.52
    >>> round(cells(40, side=800, network=416), 2)  # a tile of it
    2.6
    >>> math.ceil(4000 / 800) * math.ceil(3000 / 800)  # tiles a photo
    20
    """
    return length * network / side / stride


def shifted_iou(side: float, shift: float) -> float:
    """Return the overlap of a square box with itself, shifted along both axes.

    >>> [round(shifted_iou(10, shift), 2) for shift in (1, 2)]
    [0.68, 0.47]
    >>> round(shifted_iou(100, 2), 2)
    0.92
    """
    common = (side - shift) ** 2
    return common / (2 * side**2 - common)


# --8<-- [end:boxes]


# --8<-- [start:error_kind]
def error_kind(
    iou: Array,
    same: NDArray[np.bool_],
    free: NDArray[np.bool_],
    high: float = 0.5,
    low: float = 0.1,
) -> str:
    """Name what is wrong with one detection.

    Args:
        iou: overlap with each true box of the photo, shape (M,).
        same: whether that box has the predicted class, shape (M,).
        free: whether no more confident detection claimed it, shape (M,).
        high: overlap that counts as found.
        low: overlap below which the detection lies on background.

    Source: Bolya et al. (2020), whose order of checks this follows.
    """
    if (iou[same & free] >= high).any():
        return "correct"
    own, other = iou[same].max(initial=0), iou[~same].max(initial=0)
    if low <= own < high:
        return "location"
    if other >= high:
        return "class"
    if own >= high:
        return "duplicate"
    return "background" if max(own, other) < low else "class and location"


# --8<-- [end:error_kind]


# --8<-- [start:people]
Clip = frozenset[str]  # everybody whose face or head is in the clip


def shared_people(train: Iterable[Clip], test: Iterable[Clip]) -> set[str]:
    """Return the people who occur on both sides of a split."""
    return set(chain(*train)) & set(chain(*test))


def split_by_person(
    clips: Sequence[Clip], held_out: set[str]
) -> tuple[list[Clip], list[Clip], list[Clip]]:
    """Split clips so that no person is on both sides.

    Args:
        clips: one person for a real clip, two for a face swap.
        held_out: the people of the test set.

    Returns:
        Training clips, test clips, and the swaps between the two groups,
        which belong to neither side.

    >>> clips = [frozenset(names) for names in ("a", "b", "c", "ab", "bc")]
    >>> shared_people(clips[:3], clips[3:]) == {"a", "b", "c"}
    True
    >>> train, test, dropped = split_by_person(clips, held_out={"c"})
    >>> len(train), len(test), len(dropped), shared_people(train, test)
    (3, 1, 1, set())
    """
    train = [clip for clip in clips if not clip & held_out]
    test = [clip for clip in clips if clip <= held_out]
    dropped = [c for c in clips if c & held_out and not c <= held_out]
    return train, test, dropped


# --8<-- [end:people]


# --8<-- [start:log_loss]
def log_loss(labels: Array, fake: Array, margin: float = 1e-15) -> float:
    """Return the mean log loss of clips.

    Args:
        labels: 1 for fake, 0 for real, shape (N,).
        fake: predicted probabilities of fake, shape (N,).
        margin: probabilities are clipped to [margin, 1 - margin].

    >>> labels = np.array([1.0, 0.0])
    >>> round(log_loss(labels, np.array([0.5, 0.5])), 3)  # knows nothing
    0.693
    >>> fake = np.full(100, 0.98)  # a hundred fakes, well detected
    >>> round(log_loss(np.ones(100), fake), 3)
    0.02
    >>> fake[0] = 1e-6  # but one
    >>> [round(log_loss(np.ones(100), fake, m), 3) for m in (1e-15, 0.02)]
    [0.158, 0.059]
    """
    p = np.clip(fake, margin, 1 - margin)
    return float(-np.mean(labels * np.log(p) + (1 - labels) * np.log1p(-p)))


# --8<-- [end:log_loss]


# --8<-- [start:contrast]
def luminance(rgb: Sequence[int]) -> float:
    """Return the relative luminance of an sRGB color of values 0 to 255."""
    c = np.asarray(rgb) / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(first: Sequence[int], second: Sequence[int]) -> float:
    """Return the contrast ratio of two colors, from 1 to 21.

    Source: WCAG 2.2, which asks for 4.5 for normal text, 3 for large.

    >>> round(contrast((255, 255, 255), (119, 119, 119)), 2)
    4.48
    """
    darker, lighter = sorted([luminance(first), luminance(second)])
    return (lighter + 0.05) / (darker + 0.05)


def calmest(image: Array, height: int, width: int) -> tuple[int, int]:
    """Return the top left corner of the window with the least detail.

    Args:
        image: gray values, shape (H, W).
        height: rows of the text box.
        width: columns of the text box.
    """
    down, right = np.gradient(image)
    total = np.pad(down**2 + right**2, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    detail = total[height:, width:] - total[:-height, width:]
    detail -= total[height:, :-width] - total[:-height, :-width]
    row, column = np.unravel_index(detail.argmin(), detail.shape)
    return int(row), int(column)


# --8<-- [end:contrast]


# --8<-- [start:drafts]
def latent_saving(factor: int = 8, channels: int = 4) -> float:
    """Return how many times fewer values a latent has than its RGB image.

    >>> latent_saving()
    48.0
    """
    return 3 * factor**2 / channels


def gpus(daily: float, drafts: int, seconds: float) -> int:
    """Return the GPUs for the busiest hour at 60% use.

    Args:
        daily: posters asked for a day.
        drafts: images generated for each.
        seconds: measured time of one image on one GPU.

    >>> gpus(100_000, drafts=4, seconds=3), gpus(100_000, drafts=4, seconds=0.3)
    (70, 7)
    """
    return replicas(peak_rate(daily * drafts), measured=1 / seconds)


# --8<-- [end:drafts]
