"""Confusion matrix, precision, recall, F1 and the area under the ROC curve."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.int64]


# --8<-- [start:solution]
def confusion_matrix(y: Labels, predicted: Labels, classes: int) -> Labels:
    """Count how often each true class is predicted as each class.

    Args:
        y: true classes, shape (n,), integers from 0 to classes - 1; n may be 0.
        predicted: predicted classes, likewise.
        classes: number C of classes; some may never occur.

    Returns:
        Shape (C, C): entry [i, j] counts samples of class i predicted as j.

    >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), classes=2).tolist()
    [[1, 1], [0, 1]]
    """
    cells = np.bincount(y * classes + predicted, minlength=classes**2)
    return cells.reshape(classes, classes)


def precision_recall_f1(confusion: Labels) -> tuple[Array, Array, Array]:
    """Return precision, recall and F1 of each class against the others.

    Where a denominator is 0 the value is 0: precision of a class that is never
    predicted, recall of one that never occurs, F1 of one that does neither.

    Args:
        confusion: shape (C, C), as from `confusion_matrix`.

    Returns:
        Three arrays of shape (C,).

    >>> precision, recall, f1 = precision_recall_f1(np.array([[6, 2], [4, 0]]))
    >>> precision.tolist(), recall.tolist(), f1.round(4).tolist()
    ([0.6, 0.0], [0.75, 0.0], [0.6667, 0.0])
    """
    hits = confusion.diagonal()
    predicted, actual = confusion.sum(axis=0), confusion.sum(axis=1)
    precision = hits / np.maximum(predicted, 1)  # 0 hits of 0 count as 0 of 1
    recall = hits / np.maximum(actual, 1)
    f1 = 2 * hits / np.maximum(predicted + actual, 1)
    return precision, recall, f1


def roc_auc(y: Labels, score: Array) -> float:
    """Return the area under the ROC curve.

    It is the share of pairs of a positive and a negative in which the positive has
    the higher score; a pair with equal scores counts one half.

    Args:
        y: labels, shape (n,), 1 for positive and 0 for negative.
        score: shape (n,); higher means rather positive.

    Returns:
        From 0 to 1.

    Raises:
        ValueError: if all labels are equal.

    >>> roc_auc(np.array([0, 1, 0, 1]), np.array([0.1, 0.3, 0.4, 0.8]))
    0.75
    >>> roc_auc(np.array([0, 1]), np.array([0.5, 0.5]))
    0.5
    """
    positives = int(y.sum())
    negatives = len(y) - positives
    if positives == 0 or negatives == 0:
        raise ValueError("AUC needs a positive and a negative")
    _, code, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (count.cumsum() - (count - 1) / 2)[code]  # from 1; equals share the mean
    wins = rank[y == 1].sum() - positives * (positives + 1) / 2
    return float(wins / (positives * negatives))


# --8<-- [end:solution]
