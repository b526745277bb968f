"""Intersection over union and non-maximum suppression, vectorized."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


# --8<-- [start:solution]
def pairwise_iou(a: Array, b: Array) -> Array:
    """Return the intersection over union of each box in a with each box in b.

    Args:
        a: boxes (x1, y1, x2, y2) with x1 <= x2 and y1 <= y2, shape (n, 4).
        b: likewise, shape (m, 4); n and m may be 0.

    Returns:
        Shape (n, m). It is 0 where both boxes have no area.

    >>> a = np.array([[0.0, 0.0, 2.0, 2.0]])
    >>> b = np.array([[0.0, 0.0, 2.0, 1.0], [2.0, 0.0, 3.0, 2.0], [5.0, 5.0, 6.0, 6.0]])
    >>> pairwise_iou(a, b).tolist()
    [[0.5, 0.0, 0.0]]
    """
    top_left = np.maximum(a[:, None, :2], b[:, :2])  # (n, m, 2)
    bottom_right = np.minimum(a[:, None, 2:], b[:, 2:])
    overlap = np.clip(bottom_right - top_left, 0, None).prod(axis=2)
    union = _areas(a)[:, None] + _areas(b) - overlap
    iou = np.zeros(union.shape)
    np.divide(overlap, union, out=iou, where=union > 0)
    return iou


def _areas(boxes: Array) -> Array:
    """Return the areas (n,) of boxes (n, 4)."""
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).prod(axis=1))


def nms(
    boxes: Array, scores: Array, threshold: float, classes: Ints | None = None
) -> Ints:
    """Return which boxes greedy non-maximum suppression keeps.

    The box with the highest score is kept, and the boxes that overlap it too much
    are dropped; then the same with those that are left, until none is. Of equal
    scores the one that stands first in the array comes first.

    Args:
        boxes: shape (n, 4), see `pairwise_iou`; n may be 0.
        scores: shape (n,).
        threshold: a box is dropped if its IoU with a kept one is larger than this.
        classes: the boxes' classes, shape (n,); a box is dropped only for one of
            its own class. None: all are of one class.

    Returns:
        Positions of the kept boxes, highest score first, an array of integers.

    >>> boxes = np.array([[0.0, 0, 10, 10], [0, 0, 10, 9], [20, 0, 30, 10]])
    >>> nms(boxes, np.array([0.8, 0.9, 0.7]), 0.5).tolist()
    [1, 2]
    >>> nms(boxes, np.array([0.8, 0.9, 0.7]), 0.5, np.array([0, 1, 1])).tolist()
    [1, 0, 2]
    """
    if classes is None:
        classes = np.zeros(len(boxes), dtype=np.int64)
    order = np.argsort(-scores, kind="stable")
    keep: list[int] = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(int(best))
        iou = pairwise_iou(boxes[[best]], boxes[rest])[0]
        dropped = (iou > threshold) & (classes[rest] == classes[best])
        order = rest[~dropped]
    return np.array(keep, dtype=np.int64)


# --8<-- [end:solution]
