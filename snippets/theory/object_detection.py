"""Object detection: boxes, overlap, suppression, anchors, average precision.

Boxes are rows ``x1, y1, x2, y2`` with ``x1 < x2`` and ``y1 < y2``, in pixels.

Further numbers that the page quotes:

IoU of a box with itself moved sideways: 10 px wide by 2 and 4 px, 100 px by 4:

>>> for width, shift in ((10, 2), (10, 4), (100, 4)):
...     box = np.array([[0.0, 0, width, width]])
...     print(f"{pairwise_iou(box, box + [shift, 0, shift, 0])[0, 0]:.3f}")
0.667
0.429
0.923

Values that YOLOv1 predicts for 20 classes, YOLOv2's and YOLOv3's for 416 x 416:

>>> 7 * 7 * (2 * 5 + 20), 13 * 13 * 5 * (5 + 20), 7 * 7 * 2, 13 * 13 * 5
(1470, 21125, 98, 845)
>>> [(416 // s) ** 2 * 3 for s in (32, 16, 8)], 3 * (5 + 80)
([507, 2028, 8112], 255)

Largest share of YOLOv3's 10,647 boxes that 8 objects make positive:

>>> f"{8 / yolov3_box_count(416):.5f}"
'0.00075'

Summed loss of 100,000 easy background anchors (p = 0.01) and 100 hard objects
(p = 0.1), with cross-entropy and with focal loss:

>>> easy, hard = np.full(100_000, 0.01), np.full(100, 0.1)
>>> [round(float(binary_focal(p, y, 0, 0.5).sum() * 2))
...  for p, y in ((easy, 0 * easy), (hard, 0 * hard + 1))]
[1005, 230]
>>> [round(float(binary_focal(p, y).sum()), 2)
...  for p, y in ((easy, 0 * easy), (hard, 0 * hard + 1))]
[0.08, 46.63]

Mean cross-entropy of 100,000 background anchors when training starts at p = 0.5
and at p = 0.01:

>>> [round(float(-np.log(1 - p)), 3) for p in (0.5, 0.01)]
[0.693, 0.01]
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from snippets import Array


# --8<-- [start:iou]
def box_area(boxes: Array) -> Array:
    """Areas (n,) of boxes (n, 4).

    Raises:
        ValueError: if a box has no positive width and height.
    """
    sides = boxes[:, 2:] - boxes[:, :2]
    if not (sides > 0).all():
        raise ValueError("boxes need x1 < x2 and y1 < y2")
    return np.asarray(sides[:, 0] * sides[:, 1])


def overlap_and_union(a: Array, b: Array) -> tuple[Array, Array]:
    """Areas of intersection and union, each (n, m), of boxes (n, 4), (m, 4)."""
    top_left = np.maximum(a[:, None, :2], b[None, :, :2])
    bottom_right = np.minimum(a[:, None, 2:], b[None, :, 2:])
    overlap: Array = np.clip(bottom_right - top_left, 0, None).prod(axis=2)
    return overlap, box_area(a)[:, None] + box_area(b) - overlap


def pairwise_iou(a: Array, b: Array) -> Array:
    """Intersection over union (n, m) of boxes (n, 4) and (m, 4)."""
    overlap, union = overlap_and_union(a, b)
    return overlap / union


def pairwise_giou(a: Array, b: Array) -> Array:
    """Generalized IoU (n, m): minus the empty share of the enclosing box.

    Source: Rezatofighi et al. (2019).

    >>> box = np.array([[0.0, 0, 1, 1]])
    >>> pairwise_giou(box, box + [2, 0, 2, 0]).round(3).tolist()
    [[-0.333]]
    """
    overlap, union = overlap_and_union(a, b)
    low = np.minimum(a[:, None, :2], b[None, :, :2])
    high = np.maximum(a[:, None, 2:], b[None, :, 2:])
    enclosing: Array = (high - low).prod(axis=2)
    return overlap / union - (enclosing - union) / enclosing


# --8<-- [end:iou]


# --8<-- [start:nms]
def nms(
    boxes: Array,
    scores: Array,
    threshold: float = 0.5,
) -> NDArray[np.int64]:
    """Greedy non-maximum suppression for one class.

    Args:
        boxes: shape (n, 4).
        scores: shape (n,).
        threshold: boxes with a larger IoU to a kept box are dropped.

    Returns:
        Indices of the kept boxes, best score first.
    """
    order, keep = np.argsort(-scores, kind="stable"), []
    while order.size:
        best, rest = order[0], order[1:]
        keep.append(best)
        overlap = pairwise_iou(boxes[[best]], boxes[rest])[0]
        order = rest[overlap <= threshold]
    return np.array(keep, dtype=np.int64)


def soft_nms(boxes: Array, scores: Array, sigma: float = 0.5) -> Array:
    """Gaussian soft-NMS: scores (n,) lowered by overlap with better boxes.

    Source: Bodla et al. (2017).

    >>> boxes = np.array([[0.0, 0, 10, 10], [2, 0, 12, 10], [30, 0, 40, 10]])
    >>> soft_nms(boxes, np.array([0.9, 0.8, 0.7])).round(3).tolist()
    [0.9, 0.329, 0.7]
    """
    waiting = np.ones(len(boxes), dtype=bool)
    while waiting.any():
        best = np.where(waiting, scores, -np.inf).argmax()
        waiting[best] = False
        overlap = pairwise_iou(boxes[[best]], boxes)[0]
        decay = np.exp(-(overlap**2) / sigma)
        scores = np.where(waiting, scores * decay, scores)
    return scores


# --8<-- [end:nms]


# --8<-- [start:offsets]
def center_size(boxes: Array) -> tuple[Array, Array]:
    """Centers (n, 2) and widths and heights (n, 2) of boxes (n, 4)."""
    return (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]


def encode_offsets(anchors: Array, boxes: Array) -> Array:
    """Regression targets (n, 4) that turn anchors (n, 4) into boxes (n, 4).

    Source: Girshick et al. (2014), appendix C.

    >>> anchor = np.array([[0.0, 0, 100, 50]])
    >>> box = np.array([[10.0, 0, 110, 100]])
    >>> encode_offsets(anchor, box).round(3).tolist()
    [[0.1, 0.5, 0.0, 0.693]]
    """
    center_a, size_a = center_size(anchors)
    center, size = center_size(boxes)
    return np.hstack([(center - center_a) / size_a, np.log(size / size_a)])


def decode_offsets(anchors: Array, offsets: Array) -> Array:
    """Boxes (n, 4) that the predicted offsets (n, 4) make of the anchors."""
    center_a, size_a = center_size(anchors)
    center = center_a + offsets[:, :2] * size_a
    size = size_a * np.exp(offsets[:, 2:])
    return np.hstack([center - size / 2, center + size / 2])


# --8<-- [end:offsets]


# --8<-- [start:assign]
BACKGROUND, IGNORED = -1, -2


def assign_anchors(
    anchors: Array, truths: Array, low: float = 0.4, high: float = 0.5
) -> NDArray[np.int64]:
    """Give each anchor an object, the background, or no role in the loss.

    Args:
        anchors: shape (n, 4).
        truths: annotated boxes, shape (m, 4), m > 0.
        low: with a best IoU below it an anchor is background.
        high: from this best IoU on, an anchor is an object's.

    Returns:
        For each anchor the object's index, BACKGROUND or IGNORED, shape (n,).
        Every object's best anchor is its own, however small the IoU.
    """
    iou = pairwise_iou(anchors, truths)
    best = iou.max(axis=1)
    role = np.where(best >= high, iou.argmax(axis=1), IGNORED)
    role[best < low] = BACKGROUND
    role[iou.argmax(axis=0)] = np.arange(len(truths))
    return role


# --8<-- [end:assign]


# --8<-- [start:yolov3]
# Widths and heights in pixels by stride; Redmon and Farhadi (2018)
YOLOV3_ANCHORS = {
    32: ((116, 90), (156, 198), (373, 326)),
    16: ((30, 61), (62, 45), (59, 119)),
    8: ((10, 13), (16, 30), (33, 23)),
}


def yolov3_box_count(size: int) -> int:
    """Boxes predicted for a square image of ``size`` px, a multiple of 32.

    >>> f"{yolov3_box_count(416):,}"
    '10,647'
    """
    if size % 32:
        raise ValueError("the side must be a multiple of 32")
    return sum((size // s) ** 2 * len(a) for s, a in YOLOV3_ANCHORS.items())


def sigmoid(x: Array) -> Array:
    """Logistic function."""
    return np.asarray(1 / (1 + np.exp(-x)))


def yolov3_decode(raw: Array, stride: int) -> tuple[Array, Array]:
    """Turn one scale's raw outputs into boxes and scores.

    Args:
        raw: shape (S, S, 3, 5 + K): row, column, anchor, (tx, ty, tw, th,
            objectness, K classes), all logits or log scales.
        stride: pixels per cell: 32, 16 or 8.

    Returns:
        Boxes (S, S, 3, 4) in pixels and class scores (S, S, 3, K).
    """
    row, column = np.indices(raw.shape[:2])
    cell = np.stack([column, row], axis=-1)[:, :, None]  # (S, S, 1, 2)
    center = (cell + sigmoid(raw[..., :2])) * stride
    size = np.array(YOLOV3_ANCHORS[stride]) * np.exp(raw[..., 2:4])
    boxes = np.concatenate([center - size / 2, center + size / 2], axis=-1)
    return boxes, sigmoid(raw[..., 4:5]) * sigmoid(raw[..., 5:])


# --8<-- [end:yolov3]


# --8<-- [start:yolov3_target]
def yolov3_target(box: Array) -> tuple[tuple[int, int, int, int], Array]:
    """Find the one anchor responsible for an object, and its targets.

    Args:
        box: shape (4,).

    Returns:
        (stride, row, column, anchor) and the targets (4,) of sigmoid(tx),
        sigmoid(ty), tw and th.

    >>> place, target = yolov3_target(np.array([150.0, 90, 290, 310]))
    >>> place, target.round(3).tolist()
    ((32, 6, 6, 1), [0.875, 0.25, -0.108, 0.105])
    """
    center, size = (box[:2] + box[2:]) / 2, box[2:] - box[:2]

    def shape_iou(stride: int, index: int) -> float:
        anchor = np.array(YOLOV3_ANCHORS[stride][index])
        overlap = np.minimum(size, anchor).prod()
        return float(overlap / (size.prod() + anchor.prod() - overlap))

    places = [(stride, i) for stride in YOLOV3_ANCHORS for i in range(3)]
    stride, index = max(places, key=lambda place: shape_iou(*place))
    column, row = (int(c) for c in center // stride)
    offset = center / stride - [column, row]
    scale = np.log(size / YOLOV3_ANCHORS[stride][index])
    return (stride, row, column, index), np.concatenate([offset, scale])


# --8<-- [end:yolov3_target]


# --8<-- [start:matching]
def match_detections(
    boxes: Array, scores: Array, truths: Array, threshold: float = 0.5
) -> NDArray[np.bool_]:
    """Mark the true positives of one class in one image, as COCO does.

    Args:
        boxes: detections, shape (n, 4).
        scores: shape (n,).
        truths: annotated boxes, shape (m, 4).
        threshold: smallest IoU of a match.

    Returns:
        Whether each detection is a true positive, shape (n,).
    """
    iou = pairwise_iou(boxes, truths)
    true_positive = np.zeros(len(boxes), dtype=bool)
    for i in np.argsort(-scores, kind="stable"):
        if len(truths) and iou[i].max() >= threshold:
            true_positive[i] = True
            iou[:, iou[i].argmax()] = -1  # an object is found once
    return true_positive


# --8<-- [end:matching]


# --8<-- [start:average_precision]
def precision_recall(
    true_positive: NDArray[np.bool_], scores: Array, objects: int
) -> tuple[Array, Array]:
    """Precision and recall (n,) after each detection, best score first.

    Raises:
        ValueError: if there is no object; such a class is left out of mAP.
    """
    if objects < 1:
        raise ValueError("average precision needs at least one object")
    hits = np.cumsum(true_positive[np.argsort(-scores, kind="stable")])
    return hits / np.arange(1, len(hits) + 1), hits / objects


def average_precision(
    precision: Array,
    recall: Array,
    points: int = 101,
) -> float:
    """Mean over recall levels of the best precision at that recall or more.

    Args:
        precision: shape (n,).
        recall: shape (n,), non-decreasing.
        points: 101 levels for COCO, 11 for VOC 2007; 0 takes the exact area
            below the envelope, as VOC does since 2010.

    >>> hits = np.array([True, False, True, True, False])
    >>> curve = precision_recall(hits, np.arange(5, 0, -1.0), objects=4)
    >>> [round(average_precision(*curve, points), 4) for points in (0, 11, 101)]
    [0.625, 0.6136, 0.6287]
    """
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    if points == 0:
        return float(np.sum(np.diff(recall, prepend=0.0) * envelope))
    levels = np.arange(points) / (points - 1)
    place = np.searchsorted(recall, levels, side="left")
    return float(np.append(envelope, 0.0)[place].mean())


# --8<-- [end:average_precision]


# --8<-- [start:coco_ap]
IOU_THRESHOLDS = tuple(n / 100 for n in range(50, 100, 5))


def coco_ap(
    images: Sequence[tuple[Array, Array, Array]],
    thresholds: Sequence[float] = IOU_THRESHOLDS,
) -> float:
    """COCO's AP of one class: mean over IoU thresholds; mAP averages classes.

    Args:
        images: (boxes, scores, truths) of each image, all of one class.
        thresholds: IoU thresholds, 0.50, 0.55, ..., 0.95.

    >>> truth = np.array([[0.0, 0, 100, 100]])
    >>> image = (truth + [4, 0, 4, 0], np.array([0.9]), truth)  # IoU 0.923
    >>> coco_ap([image])
    0.9
    """
    scores = np.concatenate([scores for _, scores, _ in images])
    objects = sum(len(truths) for _, _, truths in images)
    values = []
    for threshold in thresholds:
        hits = [match_detections(*image, threshold) for image in images]
        curve = precision_recall(np.concatenate(hits), scores, objects)
        values.append(average_precision(*curve))
    return float(np.mean(values))


# --8<-- [end:coco_ap]


# --8<-- [start:focal]
def anchor_count(size: int, per_cell: int = 9) -> int:
    """RetinaNet's anchors on levels of stride 8 to 128, for a square image.

    >>> f"{anchor_count(800):,}"
    '120,087'
    """
    strides = (8, 16, 32, 64, 128)
    return sum(math.ceil(size / s) ** 2 * per_cell for s in strides)


def binary_focal(
    p: Array,
    y: Array,
    gamma: float = 2,
    alpha: float = 0.25,
) -> Array:
    """Focal loss (n,) of object probabilities p (n,) and labels y (n,).

    Source: Lin et al. (2017).
    """
    p_true = np.where(y == 1, p, 1 - p)
    weight = np.where(y == 1, alpha, 1 - alpha)
    return -weight * (1 - p_true) ** gamma * np.log(p_true)


def prior_bias(prior: float = 0.01) -> float:
    """Bias with which an untrained classifier predicts about ``prior``.

    >>> round(prior_bias(), 3)
    -4.595
    """
    return float(-np.log((1 - prior) / prior))


# --8<-- [end:focal]
