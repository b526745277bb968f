"""Cases of implement-nms: unit cells counted, a plain loop over boxes, a grid."""

from collections.abc import Iterator

import numpy as np

from scripts.exercise.cases import Case, Mistake, call, holds

MISTAKES = (
    Mistake(
        "negative widths are not cut off",
        "np.clip(bottom_right - top_left, 0, None).prod(axis=2)",
        "(bottom_right - top_left).prod(axis=2)",
        shows="two negative sides",
    ),
    Mistake(
        "the overlap is counted twice in the union",
        "_areas(a)[:, None] + _areas(b) - overlap",
        "_areas(a)[:, None] + _areas(b)",
        shows="counts the overlap twice",
    ),
    Mistake(
        "0 divided by 0",
        "    np.divide(overlap, union, out=iou, where=union > 0)\n",
        "    iou[:] = overlap / np.where(union > 0, union, np.nan)\n",
        shows="0 / 0",
    ),
    Mistake(
        "lowest score first",
        'np.argsort(-scores, kind="stable")',
        'np.argsort(scores, kind="stable")',
        shows="highest score first",
    ),
    Mistake(
        "equal scores from the back",
        'np.argsort(-scores, kind="stable")',
        'np.argsort(scores, kind="stable")[::-1]',
        shows="equal scores",
    ),
    Mistake(
        "an overlap equal to the threshold drops",
        "(iou > threshold)",
        "(iou >= threshold)",
        shows="exactly the threshold",
    ),
    Mistake(
        "classes suppress each other",
        " & (classes[rest] == classes[best])",
        "",
        shows="another class",
    ),
    Mistake(
        "a dropped box drops others",
        "    keep: list[int] = []\n",
        "    keep: list[int] = []\n"
        "    iou = pairwise_iou(boxes[order], boxes[order])\n"
        "    order = order[~np.triu(iou > threshold, 1).any(axis=0)]\n",
        shows="a dropped box drops no other",
    ),
)


def cells(box) -> set[tuple[int, int]]:
    """Return the unit cells that a box with integer corners covers."""
    x1, y1, x2, y2 = (int(side) for side in box)
    return {(x, y) for x in range(x1, x2) for y in range(y1, y2)}


def counted(a, b) -> np.ndarray:
    """Return the IoU of integer boxes by counting cells."""
    result = np.zeros((len(a), len(b)))
    for i, j in np.ndindex(result.shape):
        one, other = cells(a[i]), cells(b[j])
        if one | other:
            result[i, j] = len(one & other) / len(one | other)
    return result


def plain(boxes, scores, threshold, classes=None) -> list[int]:
    """Keep a box unless a kept one of its class overlaps it too much."""
    overlap = counted(boxes, boxes)
    kept: list[int] = []
    for i in sorted(range(len(boxes)), key=lambda i: (-scores[i], i)):
        rivals = [k for k in kept if classes is None or classes[k] == classes[i]]
        if all(overlap[i, k] <= threshold for k in rivals):
            kept.append(i)
    return kept


def random_boxes(rng, n: int) -> np.ndarray:
    """Draw boxes with integer corners in a 20 by 20 square."""
    corners = rng.integers(0, 12, (n, 2))
    return np.hstack([corners, corners + rng.integers(1, 9, (n, 2))]).astype(float)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    rng = np.random.default_rng(0)
    a = np.array([[0.0, 0.0, 4.0, 4.0]])
    b = np.array(
        [
            [0.0, 0.0, 4.0, 4.0],
            [2.0, 2.0, 6.0, 6.0],
            [1.0, 1.0, 3.0, 3.0],
            [4.0, 0.0, 8.0, 4.0],
        ]
    )
    yield call(
        (
            "IoU with itself, shifted, inside, side by side",
            "与自身、平移、内含、相邻的框的 IoU",
        ),
        "pairwise_iou",
        a,
        b,
        gives=counted(a, b),
        within=1e-9,
        effect=(
            "the union is both areas minus the overlap; otherwise it counts the "
            "overlap "
            "twice",
            "并集是两个面积之和减去交集，否则交集算了两次",
        ),
    )
    far = np.array([[6.0, 6.0, 9.0, 9.0], [6.0, 1.0, 9.0, 3.0]])
    yield call(
        ("boxes that lie apart", "不相交的框"),
        "pairwise_iou",
        a,
        far,
        gives=np.zeros((1, 2)),
        within=1e-9,
        effect=(
            "two negative sides have a positive product: cut each side off at 0 before "
            "you multiply",
            "两个负的边长相乘为正：相乘之前要把每个边长截断到 0",
        ),
    )
    point = np.array([[1.0, 1.0, 1.0, 1.0]])
    yield call(
        ("boxes without area", "面积为零的框"),
        "pairwise_iou",
        np.concatenate([point, a]),
        point,
        gives=np.zeros((2, 1)),
        within=1e-9,
        effect=("0 / 0 is not a number", "0 / 0 得到 NaN"),
    )
    first, second = random_boxes(rng, 7), random_boxes(rng, 5)
    yield call(
        ("7 random boxes with 5 others", "7 个随机框与另外 5 个"),
        "pairwise_iou",
        first,
        second,
        gives=counted(first, second),
        within=1e-9,
    )
    yield call(
        ("no boxes on one side", "其中一边没有框"),
        "pairwise_iou",
        np.zeros((0, 4)),
        second,
        gives=np.zeros((0, 5)),
    )
    row = np.array([[0.0, 0, 10, 10], [1.0, 0, 11, 10], [20.0, 0, 30, 10]])
    yield call(
        (
            "two boxes on one object, one on another",
            "两个框在同一目标上，一个在另一目标上",
        ),
        "nms",
        row,
        np.array([0.6, 0.9, 0.7]),
        0.5,
        gives=np.array([1, 2]),
        effect=(
            "start from the highest score first",
            "应从最高分开始",
        ),
    )
    chain = np.array([[0.0, 0, 10, 10], [3.0, 0, 13, 10], [6.0, 0, 16, 10]])
    yield call(
        ("a chain of three boxes", "三个框连成一串"),
        "nms",
        chain,
        np.array([0.9, 0.8, 0.7]),
        0.5,
        gives=np.array([0, 2]),
        effect=(
            "the third overlaps only the second: a dropped box drops no other",
            "第三个框只与第二个重叠：已被删去的框不能再删别的框",
        ),
    )
    half = np.array([[0.0, 0, 10, 10], [0.0, 0, 10, 5]])
    yield call(
        ("IoU of exactly 0.5, threshold 0.5", "IoU 恰好 0.5，阈值 0.5"),
        "nms",
        half,
        np.array([0.9, 0.8]),
        0.5,
        gives=np.array([0, 1]),
        effect=(
            "an overlap of exactly the threshold keeps the box",
            "重叠恰好等于阈值的框要保留",
        ),
    )
    yield call(
        ("equal scores", "得分相同"),
        "nms",
        row,
        np.array([0.5, 0.5, 0.5]),
        0.5,
        gives=np.array([0, 2]),
        effect=(
            "of equal scores the first in the array comes first",
            "得分相同时，数组中靠前的优先",
        ),
    )
    yield call(
        ("the same place, two classes", "同一位置，两个类别"),
        "nms",
        row,
        np.array([0.6, 0.9, 0.7]),
        0.5,
        np.array([3, 1, 1]),
        gives=np.array([1, 2, 0]),
        effect=("a box of another class was dropped", "别的类别的框被删掉了"),
    )
    for n in (0, 1):
        yield call(
            (f"{n} boxes" if n != 1 else "1 box", f"{n} 个框"),
            "nms",
            row[:n],
            np.array([0.5])[:n],
            0.5,
            gives=np.arange(n),
        )
    for n, threshold in ((12, 0.1), (40, 0.3), (60, 0.6)):
        boxes, scores = random_boxes(rng, n), rng.integers(0, 30, n) / 30
        classes = rng.integers(0, 2, n)
        yield call(
            (
                f"{n} random boxes, threshold {threshold}",
                f"{n} 个随机框，阈值 {threshold}",
            ),
            "nms",
            boxes,
            scores,
            threshold,
            gives=np.array(plain(boxes, scores, threshold)),
        )
        yield call(
            (
                f"{n} random boxes of 2 classes, threshold {threshold}",
                f"{n} 个随机框，2 个类别，阈值 {threshold}",
            ),
            "nms",
            boxes,
            scores,
            threshold,
            classes,
            gives=np.array(plain(boxes, scores, threshold, classes)),
        )

    def untouched(their):
        boxes, scores = row.copy(), np.array([0.6, 0.9, 0.7])
        before = scores.copy()
        their.nms(boxes, scores, 0.5)
        return bool((boxes == row).all() and (scores == before).all())

    yield holds(
        ("boxes and scores stay as they are", "传入的框和得分不变"),
        "nms(boxes, scores, 0.5), then boxes and scores",
        untouched,
        ("your code changes what it is given", "你的代码改动了传入的数组"),
    )
    side = np.arange(40.0) * 3
    grid = np.array([[x, y, x + 2, y + 2] for y in side for x in side])
    scores = rng.permutation(len(grid)) / len(grid)
    yield call(
        ("1,600 boxes that do not overlap", "1600 个互不重叠的框"),
        "nms",
        grid,
        scores,
        0.5,
        gives=np.argsort(-scores),
        effect=(
            "too slow: compare the kept box with all the others at once",
            "太慢：应把保留的框与其余所有框一次算完",
        ),
    )
