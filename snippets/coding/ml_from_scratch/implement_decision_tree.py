"""Grow a small CART classifier: Gini impurity, binary splits, depth and leaf limits."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.int64]


# --8<-- [start:solution]
class Node(NamedTuple):  # given
    """A leaf, or an inner node: samples with x[feature] <= threshold go left."""

    label: int  # the most frequent label of the training samples that reached it
    feature: int = -1
    threshold: float = 0.0
    left: "Node | None" = None
    right: "Node | None" = None


def gini(counts: Array) -> Array:
    """Return the Gini impurity 1 - sum of p_c^2 of each row of class counts.

    Args:
        counts: shape (..., C); no row is all zeros.

    Returns:
        Shape (...).

    >>> gini(np.array([[4.0, 0.0], [2.0, 2.0], [3.0, 1.0]])).tolist()
    [0.0, 0.5, 0.375]
    """
    p = counts / counts.sum(axis=-1, keepdims=True)
    impurity: Array = 1 - (p**2).sum(axis=-1)
    return impurity


def best_split(X: Array, y: Labels, min_leaf: int = 1) -> tuple[int, float] | None:
    """Return the split with the least impurity of the children.

    A split sends the samples with x[feature] <= threshold left and the others right.
    Its impurity is the mean of the children's Gini impurities, weighted by their
    sizes. Only thresholds halfway between neighboring different values of a feature
    count; where such a midpoint rounds to the larger value, the smaller one is the
    threshold. On a tie (to nine decimals) take the lower feature, then the lower
    threshold. A split counts even if it does not lower the impurity.

    Args:
        X: samples, shape (n, d) with n >= 1.
        y: labels, shape (n,), integers from 0.
        min_leaf: fewest samples that either child may have, at least 1.

    Returns:
        Feature and threshold, or None if no split is possible.

    >>> best_split(np.array([[5.0, 1.0], [5.0, 2.0], [5.0, 6.0]]), np.array([0, 0, 1]))
    (1, 4.0)
    >>> best_split(np.array([[5.0], [5.0]]), np.array([0, 1])) is None
    True
    """
    n = len(y)
    if n < 2:
        return None
    size = np.arange(1, n)  # of the left child
    one_hot = np.eye(y.max() + 1)[y]  # (n, C)
    large_enough = np.minimum(size, n - size) >= min_leaf
    best, least = None, np.inf
    for feature in range(X.shape[1]):
        order = X[:, feature].argsort()
        x = X[order, feature]
        left = one_hot[order].cumsum(axis=0)[:-1]  # (n - 1, C): counts left of a cut
        right = one_hot.sum(axis=0) - left
        impurity = size * gini(left) + (n - size) * gini(right)
        allowed = (x[:-1] < x[1:]) & large_enough
        impurity = np.where(allowed, impurity.round(9), np.inf)  # ties stay ties
        cut = impurity.argmin()
        if impurity[cut] < least:
            least = impurity[cut]
            middle = (x[cut] + x[cut + 1]) / 2
            threshold = middle if middle < x[cut + 1] else x[cut]
            best = feature, float(threshold)
    return best


def grow(X: Array, y: Labels, max_depth: int, min_leaf: int = 1) -> Node:
    """Return the tree that splits greedily until it must stop.

    A node becomes a leaf if its samples have one label, if `max_depth` is reached,
    or if `best_split` finds no split.

    Args:
        X: samples, shape (n, d) with n >= 1.
        y: labels, shape (n,), integers from 0.
        max_depth: most splits on a way from the root to a leaf; 0 gives one leaf.
        min_leaf: fewest samples in a leaf.

    Returns:
        The root. A node's label is its most frequent one, the smallest on a tie.

    >>> tree = grow(np.array([[1.0], [2.0], [6.0]]), np.array([0, 0, 1]), max_depth=3)
    >>> tree.label, tree.feature, tree.threshold
    (0, 0, 4.0)
    >>> tree.left, tree.right
    (Node(label=0, feature=-1, threshold=0.0, left=None, right=None), \
Node(label=1, feature=-1, threshold=0.0, left=None, right=None))
    """
    counts = np.bincount(y)
    label = int(counts.argmax())
    if max_depth == 0 or counts[label] == len(y):
        return Node(label)
    split = best_split(X, y, min_leaf)
    if split is None:
        return Node(label)
    feature, threshold = split
    goes_left = X[:, feature] <= threshold
    left = grow(X[goes_left], y[goes_left], max_depth - 1, min_leaf)
    right = grow(X[~goes_left], y[~goes_left], max_depth - 1, min_leaf)
    return Node(label, feature, threshold, left, right)


def predict(tree: Node, X: Array) -> Labels:
    """Return the label of the leaf that each sample reaches.

    Args:
        tree: the root.
        X: samples, shape (n, d); n may be 0.

    Returns:
        Shape (n,).

    >>> tree = Node(0, feature=1, threshold=4.0, left=Node(0), right=Node(1))
    >>> predict(tree, np.array([[9.0, 4.0], [0.0, 4.5]])).tolist()
    [0, 1]
    """
    if tree.left is None or tree.right is None:
        return np.full(len(X), tree.label)
    goes_left = X[:, tree.feature] <= tree.threshold
    labels = np.empty(len(X), dtype=np.int64)
    labels[goes_left] = predict(tree.left, X[goes_left])
    labels[~goes_left] = predict(tree.right, X[~goes_left])
    return labels


# --8<-- [end:solution]
