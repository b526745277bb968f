"""Classify by the k nearest neighbors, without loops over samples."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.int64]


# --8<-- [start:solution]
def squared_distances(A: Array, B: Array) -> Array:
    """Return the squared Euclidean distance of every row of A to every row of B.

    Args:
        A: shape (m, d).
        B: shape (n, d).

    Returns:
        Shape (m, n); no entry is negative, rounding included.

    >>> squared_distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 1.0]]))
    array([[25.,  1.]])
    """
    squares: Array = (A**2).sum(axis=1)[:, None] + (B**2).sum(axis=1) - 2 * A @ B.T
    return np.maximum(squares, 0.0)  # rounding can push a zero below zero


def knn_predict(X_train: Array, y_train: Labels, X: Array, k: int) -> Labels:
    """Return for each row of X the majority label of its k nearest training rows.

    Among training rows at the same distance, the one that comes first in `X_train`
    counts as nearer. Among labels with equally many votes, the smallest wins.

    Args:
        X_train: shape (n, d).
        y_train: shape (n,), integers, not necessarily 0, 1, 2, ...
        X: shape (m, d); m may be 0.
        k: number of neighbors that vote, 1 <= k <= n.

    Returns:
        Shape (m,).

    Raises:
        ValueError: if k is less than 1 or more than n.

    >>> X_train, y_train = np.array([[0.0], [1.0], [9.0]]), np.array([7, 7, 3])
    >>> knn_predict(X_train, y_train, np.array([[0.4], [8.0]]), k=1).tolist()
    [7, 3]
    >>> knn_predict(X_train, y_train, np.array([[8.0]]), k=2).tolist()
    [3]
    """
    if not 1 <= k <= len(X_train):
        raise ValueError(f"k = {k}, but there are {len(X_train)} training rows")
    distances = squared_distances(X, X_train)  # (m, n)
    nearest = distances.argsort(axis=1, kind="stable")[:, :k]  # (m, k)
    classes, codes = np.unique(y_train, return_inverse=True)
    votes = np.eye(len(classes))[codes[nearest]].sum(axis=1)  # (m, k, C) -> (m, C)
    winner: Labels = classes[votes.argmax(axis=1)]  # the first of equals
    return winner


# --8<-- [end:solution]
