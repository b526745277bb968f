"""Cases of implement-metrics: counting by loops, all pairs, closed forms."""

from collections.abc import Iterator
from itertools import product
from types import ModuleType

import numpy as np

from scripts.exercise.cases import Case, Mistake, call, holds

MISTAKES = (
    Mistake(
        "rows and columns are swapped",
        "y * classes + predicted",
        "predicted * classes + y",
        shows="true classes are rows",
    ),
    Mistake(
        "the matrix is as large as the classes seen",
        "np.bincount(y * classes + predicted, minlength=classes**2)",
        "np.bincount(y * classes + predicted,"
        " minlength=(classes := int(max(y.max(), predicted.max())) + 1) ** 2)",
        shows="never occur",
    ),
    Mistake(
        "precision and recall are swapped",
        "confusion.sum(axis=0), confusion.sum(axis=1)",
        "confusion.sum(axis=1), confusion.sum(axis=0)",
        shows="precision divides by how often a class was predicted",
    ),
    Mistake(
        "F1 is the arithmetic mean",
        "2 * hits / np.maximum(predicted + actual, 1)",
        "(precision + recall) / 2",
        shows="the harmonic mean",
    ),
    Mistake(
        "zero by zero",
        "hits / np.maximum(predicted, 1)",
        "hits / predicted",
        shows="a class that is never predicted",
    ),
    Mistake(
        "equal scores are ranked as they come",
        "rank = (count.cumsum() - (count - 1) / 2)[code]",
        'rank = score.argsort(kind="stable").argsort() + 1.0',
        shows="equal scores count one half",
    ),
    Mistake(
        "all pairs are compared",
        "    _, code, count = np.unique(score, return_inverse=True,"
        " return_counts=True)\n",
        "    sum((p > q) + (p == q) / 2 for p in score[y == 1].tolist()"
        " for q in score[y == 0].tolist())\n"
        "    _, code, count = np.unique(score, return_inverse=True,"
        " return_counts=True)\n",
        shows="too slow",
        endless=True,
    ),
)


def plain_auc(y: np.ndarray, score: np.ndarray) -> float:
    """Compare every positive with every negative."""
    pairs = list(product(score[y == 1].tolist(), score[y == 0].tolist()))
    return sum((p > q) + (p == q) / 2 for p, q in pairs) / len(pairs)


def plain_confusion(y: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Count sample by sample."""
    matrix = np.zeros((classes, classes), dtype=np.int64)
    for i, j in zip(y.tolist(), predicted.tolist(), strict=True):
        matrix[i, j] += 1
    return matrix


def plain_scores(y: np.ndarray, predicted: np.ndarray, classes: int):
    """Return precision, recall and F1 by their definitions over sets of samples."""
    answer = []
    for c in range(classes):
        said, true = set(np.flatnonzero(predicted == c)), set(np.flatnonzero(y == c))
        both = len(said & true)
        precision = both / len(said) if said else 0.0
        recall = both / len(true) if true else 0.0
        f1 = 2 * precision * recall / (precision + recall) if both else 0.0
        answer.append((precision, recall, f1))
    return tuple(np.array(column) for column in zip(*answer, strict=True))


def cases() -> Iterator[Case]:
    """Yield the cases."""
    rng = np.random.default_rng(0)
    rows = (
        "true classes are rows, predicted ones columns",
        "行是真实类别，列是预测类别",
    )
    yield call(
        ("confusion: three samples", "混淆矩阵：三个样本"),
        "confusion_matrix",
        np.array([0, 0, 1]),
        np.array([0, 1, 1]),
        2,
        gives=np.array([[1, 1], [0, 1]]),
        effect=rows,
    )
    shape = ("classes that never occur still have a row", "没出现的类别也要占一行")
    yield call(
        ("confusion: classes that never occur", "混淆矩阵：有类别从未出现"),
        "confusion_matrix",
        np.array([1, 1]),
        np.array([0, 1]),
        4,
        gives=np.array([[0, 0, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]),
        effect=shape,
    )
    none = np.zeros(0, dtype=np.int64)
    yield call(
        ("confusion: no samples", "混淆矩阵：没有样本"),
        "confusion_matrix",
        none,
        none,
        2,
        gives=np.zeros((2, 2), dtype=np.int64),
        effect=shape,
    )
    y, predicted = rng.integers(0, 5, 200), rng.integers(0, 5, 200)
    yield call(
        ("confusion: 200 samples, 5 classes", "混淆矩阵：200 个样本，5 类"),
        "confusion_matrix",
        y,
        predicted,
        5,
        gives=plain_confusion(y, predicted, 5),
        effect=rows,
    )
    yield call(
        ("scores: 6 hits, 2 misses, 4 false alarms", "指标：命中 6、漏报 2、误报 4"),
        "precision_recall_f1",
        np.array([[88, 4], [2, 6]]),
        gives=(
            np.array([88 / 90, 6 / 10]),
            np.array([88 / 92, 6 / 8]),
            np.array([176 / 182, 12 / 18]),
        ),
        within=1e-9,
        effect=(
            "precision divides by how often a class was predicted, recall by how "
            "often it occurs; F1 is the harmonic mean",
            "精确率除以预测为该类的次数，召回率除以该类的样本数；F1 是调和平均",
        ),
    )
    yield call(
        ("scores: never predicted, and never there", "指标：从未预测、从未出现"),
        "precision_recall_f1",
        np.array([[3, 0, 1], [2, 0, 0], [0, 0, 0]]),
        gives=(
            np.array([3 / 5, 0, 0]),
            np.array([3 / 4, 0, 0]),
            np.array([6 / 9, 0, 0]),
        ),
        within=1e-9,
        effect=(
            "0 / 0: a class that is never predicted has precision 0, not nan",
            "0 / 0：从未预测过的类别精确率为 0，不是 nan",
        ),
    )
    yield call(
        ("scores: no samples at all", "指标：没有样本"),
        "precision_recall_f1",
        np.zeros((2, 2), dtype=np.int64),
        gives=(np.zeros(2), np.zeros(2), np.zeros(2)),
        within=1e-9,
    )
    for n, classes in ((15, 3), (300, 6)):
        y, predicted = rng.integers(0, classes, n), rng.integers(0, classes, n)
        yield call(
            (
                f"scores: {n} samples, {classes} classes",
                f"指标：{n} 个样本，{classes} 类",
            ),
            "precision_recall_f1",
            plain_confusion(y, predicted, classes),
            gives=plain_scores(y, predicted, classes),
            within=1e-9,
        )
    yield call(
        ("AUC: three of four pairs in order", "AUC：四对中三对有序"),
        "roc_auc",
        np.array([0, 1, 0, 1]),
        np.array([0.1, 0.3, 0.4, 0.8]),
        gives=0.75,
        within=1e-9,
    )
    half = ("pairs with equal scores count one half", "得分相等的一对算半个")
    for labels in ([0, 1, 0], [1, 0, 0]):
        yield call(
            (f"AUC: one score for labels {labels}", f"AUC：得分全相同，标签 {labels}"),
            "roc_auc",
            np.array(labels),
            np.array([0.5, 0.5, 0.5]),
            gives=0.5,
            within=1e-9,
            effect=half,
        )
    for n, levels in ((10, 100), (60, 5), (200, 12)):
        y, score = rng.integers(0, 2, n), rng.integers(-levels, levels, n) / levels
        yield call(
            (f"AUC: {n} samples with ties", f"AUC：{n} 个样本，有并列"),
            "roc_auc",
            y,
            score,
            gives=plain_auc(y, score),
            within=1e-9,
            effect=half,
        )
    for label in (0, 1):

        def refused(their: ModuleType, label: int = label) -> bool | tuple[str, str]:
            try:
                their.roc_auc(np.full(3, label), np.array([0.1, 0.2, 0.3]))
            except ValueError:
                return True
            return "no ValueError was raised", "没有抛出 ValueError"

        yield holds(
            (f"AUC: only the label {label}", f"AUC：只有标签 {label}"),
            f"roc_auc([{label}, {label}, {label}], score) raises ValueError",
            refused,
        )
    half_size = 30_000
    yield call(
        ("AUC: 60,000 samples", "AUC：6 万个样本"),
        "roc_auc",
        np.arange(2 * half_size) % 2,
        np.arange(2 * half_size) / 7,
        gives=(half_size + 1) / (2 * half_size),  # positive j beats j + 1 negatives
        within=1e-9,
        effect=("too slow: every pair is compared", "太慢：比较了所有样本对"),
    )
