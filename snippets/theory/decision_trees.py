"""Decision trees, bagging and random forests, grown with NumPy.

Gini on labels and squared error on numbers are one criterion: the Gini impurity
of a node is the summed variance of its one-hot label columns. So one tree,
grown on targets Y of shape (n, k), serves both tasks.

Numbers quoted on the page that need no function of their own:

A bootstrap sample of 100 leaves out a given sample with this probability, near
1/e; and 500 trees of variance 1 with correlation 0.3 have this mean's variance:

>>> round((1 - 1 / 100) ** 100, 3), round(float(np.exp(-1)), 3)
(0.366, 0.368)
>>> round(ensemble_variance(1.0, 0.3, 500), 3)
0.301

Two features drawn from ten of which five are useless: both are, in this share:

>>> round(5 / 10 * 4 / 9, 2)
0.22
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from snippets import Array


# --8<-- [start:impurity]
def gini(p: Array) -> float:
    """Gini impurity of class shares p, shape (k,): 1 - sum p_i^2."""
    return float(1 - (p**2).sum())


def entropy(p: Array) -> float:
    """Entropy of class shares p, shape (k,), in bits; 0 log 0 is 0."""
    p = p[p > 0]
    return float(-(p * np.log2(p)).sum())


def misclassification(p: Array) -> float:
    """Share of samples, shape (k,), that the majority vote gets wrong."""
    return float(1 - p.max())


def split_impurity(measure: Callable[[Array], float], counts: Array) -> float:
    """Impurity after a split, weighted by the children's sizes.

    Args:
        measure: one of the three above.
        counts: samples per child and class, shape (children, k), none empty.

    Two splits of 40 + 40 samples. Both get 20 wrong; one has a pure child:

    >>> for counts in ([[30, 10], [10, 30]], [[20, 40], [20, 0]]):
    ...     both = np.array(counts, dtype=float)
    ...     measures = (misclassification, gini, entropy)
    ...     print([round(split_impurity(m, both), 3) for m in measures])
    [0.25, 0.375, 0.811]
    [0.25, 0.333, 0.689]
    """
    sizes = counts.sum(axis=1)
    each = [measure(c / n) for c, n in zip(counts, sizes, strict=True)]
    return float(np.average(each, weights=sizes))


# --8<-- [end:impurity]


# --8<-- [start:best_split]
class Split(NamedTuple):
    """Send a sample left if its ``feature`` is at most ``threshold``."""

    feature: int
    threshold: float
    gain: float  # impurity of the node minus weighted impurity of its halves


def best_split(X: Array, Y: Array, min_leaf: int = 1) -> Split | None:
    """Find the split that lowers Gini (or squared error) most.

    Args:
        X: features, shape (n, d).
        Y: one-hot labels, shape (n, k), or numbers, shape (n, 1).
        min_leaf: fewest samples allowed on either side.

    Returns:
        The best split, or None if no threshold is allowed.

    >>> X = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 1.0], [4.0, 5.0]])
    >>> best_split(X, one_hot(np.array([0, 0, 1, 1])))
    Split(feature=0, threshold=2.5, gain=0.5)
    """
    n = len(X)
    order = X.argsort(axis=0)
    x = np.take_along_axis(X, order, axis=0)
    left = Y[order].cumsum(axis=0)[:-1]  # sums (n - 1, d, k), all cuts at once
    right = Y.sum(axis=0) - left
    n_left = np.arange(1, n).reshape(-1, 1, 1)
    score = (left**2 / n_left + right**2 / (n - n_left)).sum(axis=2)
    allowed = x[1:] > x[:-1]  # equal values cannot be parted
    allowed &= np.minimum(n_left, n - n_left)[:, :, 0] >= min_leaf
    if not allowed.any():
        return None
    score[~allowed] = -np.inf
    cut, j = np.unravel_index(score.argmax(), score.shape)
    gain = (score[cut, j] - (Y.sum(axis=0) ** 2).sum() / n) / n
    below, above = x[cut : cut + 2, j].tolist()
    middle = (below + above) / 2  # may round to above
    threshold = middle if middle < above else below
    return Split(int(j), threshold, float(gain))


# --8<-- [end:best_split]


def one_hot(labels: Array) -> Array:
    """Turn integer labels 0..k-1, shape (n,), into columns, shape (n, k)."""
    return np.asarray(np.eye(int(labels.max()) + 1)[labels.astype(int)])


# --8<-- [start:tree]
@dataclass
class Node:
    """A leaf, or a test with two children."""

    value: Array  # mean target of the node's samples, shape (k,)
    size: int  # number of samples
    split: Split | None = None
    left: "Node | None" = None  # x[feature] <= threshold
    right: "Node | None" = None


def grow(
    X: Array,
    Y: Array,
    depth: int,
    min_leaf: int = 1,
    draw: Callable[[], NDArray[np.int64]] | None = None,
) -> Node:
    """Grow a CART tree greedily.

    Args:
        X: features, shape (n, d); Y: targets, shape (n, k).
        depth: most tests on a path; min_leaf: fewest samples in a leaf.
        draw: gives the features tried at a node (random forest); None: all.
            If they are constant there, the node stays a leaf.

    Source: Breiman et al. (1984).
    """
    node = Node(Y.mean(axis=0), len(Y))
    if depth == 0 or (Y[0] == Y).all():
        return node
    features = np.arange(X.shape[1]) if draw is None else draw()
    found = best_split(X[:, features], Y, min_leaf)
    if found is None:
        return node
    j = int(features[found.feature])
    node.split = found._replace(feature=j)
    low = X[:, j] <= found.threshold
    node.left = grow(X[low], Y[low], depth - 1, min_leaf, draw)
    node.right = grow(X[~low], Y[~low], depth - 1, min_leaf, draw)
    return node


def predict(node: Node, X: Array) -> Array:
    """Predict class shares or numbers, shape (n, k), for X, shape (n, d).

    >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> xor = one_hot(np.array([0, 1, 1, 0]))
    >>> best_split(X, xor).gain  # no single test helps, two in a row do
    0.0
    >>> predict(grow(X, xor, depth=2), X).argmax(axis=1).tolist()
    [0, 1, 1, 0]
    """
    result = np.tile(node.value, (len(X), 1))
    if node.split and node.left and node.right:
        low = X[:, node.split.feature] <= node.split.threshold
        result[low] = predict(node.left, X[low])
        result[~low] = predict(node.right, X[~low])
    return result


# --8<-- [end:tree]


# --8<-- [start:forest]
class Forest(NamedTuple):
    """Trees, and which samples each was grown on."""

    trees: list[Node]
    in_bag: NDArray[np.bool_]  # shape (trees, n)


def grow_forest(
    X: Array,
    Y: Array,
    trees: int,
    tried: int,
    rng: np.random.Generator,
    min_leaf: int = 1,
) -> Forest:
    """Grow trees on bootstrap samples, trying random features at each node.

    Args:
        X: features, shape (n, d); Y: targets, shape (n, k).
        trees: number of trees; min_leaf: fewest samples in a leaf.
        tried: features tried for a split; ``tried = d`` is plain bagging.
        rng: source of both kinds of chance.

    Source: Breiman (2001).
    """
    n, d = X.shape
    forest = Forest([], np.zeros((trees, n), dtype=bool))
    for t in range(trees):
        rows = rng.integers(n, size=n)  # with replacement
        forest.in_bag[t, rows] = True

        def draw() -> NDArray[np.int64]:
            return rng.choice(d, size=tried, replace=False)

        forest.trees.append(grow(X[rows], Y[rows], n, min_leaf, draw))
    return forest


def forest_predict(forest: Forest, X: Array) -> Array:
    """Average the trees' predictions, shape (n, k)."""
    votes = np.array([predict(tree, X) for tree in forest.trees])
    return np.asarray(votes.mean(axis=0))


# --8<-- [end:forest]


# --8<-- [start:out_of_bag]
def out_of_bag(forest: Forest, X: Array) -> Array:
    """Predict each training sample with the trees that have not seen it.

    Returns:
        Predictions, shape (n, k); nan where every tree has seen the sample.

    Squared error out of bag and on new data; the noise has variance 1:

    >>> rng = np.random.default_rng(0)
    >>> X, X_new = rng.random((200, 10)), rng.random((2000, 10))
    >>> Y = friedman(X)[:, None] + rng.standard_normal((200, 1))
    >>> Y_new = friedman(X_new)[:, None] + rng.standard_normal((2000, 1))
    >>> forest = grow_forest(X, Y, trees=100, tried=5, rng=rng, min_leaf=5)
    >>> float(((out_of_bag(forest, X) - Y) ** 2).mean().round(2))
    6.83
    >>> float(((forest_predict(forest, X_new) - Y_new) ** 2).mean().round(2))
    6.33
    >>> float(((forest_predict(forest, X) - Y) ** 2).mean().round(2))
    2.22
    """
    votes = np.array([predict(tree, X) for tree in forest.trees])
    votes[forest.in_bag] = np.nan
    unseen = (~forest.in_bag).sum(axis=0)
    total = np.nansum(votes, axis=0)
    total[unseen == 0] = np.nan
    return np.asarray(total / np.maximum(unseen, 1)[:, None])


# --8<-- [end:out_of_bag]


# --8<-- [start:importance]
def impurity_importance(tree: Node, d: int) -> Array:
    """Total impurity decrease by feature, normalized, shape (d,).

    Labels by coin toss, and two features that know nothing of them, one binary
    and one continuous:

    >>> rng = np.random.default_rng(0)
    >>> X = np.column_stack([rng.integers(2, size=200), rng.random(200)])
    >>> tree = grow(X, one_hot(rng.integers(2, size=200)), depth=99)
    >>> impurity_importance(tree, 2).round(2).tolist()
    [0.02, 0.98]
    """
    total, waiting = np.zeros(d), [tree]
    while waiting:
        node = waiting.pop()
        if node.split and node.left and node.right:
            total[node.split.feature] += node.size * node.split.gain
            waiting += [node.left, node.right]
    return np.asarray(total / total.sum())


# --8<-- [end:importance]


# --8<-- [start:variance]
def ensemble_variance(variance: float, correlation: float, n: int) -> float:
    """Variance of the mean of n equally correlated predictions.

    >>> [round(ensemble_variance(1.0, 0.3, n), 3) for n in (1, 10, 100)]
    [1.0, 0.37, 0.307]
    """
    return correlation * variance + (1 - correlation) * variance / n


class Terms(NamedTuple):
    """Errors of an ensemble over training sets, mean over test points."""

    bias2: float  # (mean prediction - truth)^2
    variance: float  # of the ensemble's prediction
    tree_variance: float  # of one tree's prediction
    correlation: float  # of two trees grown for the same training set


def ensemble_terms(predictions: Array, truth: Array) -> Terms:
    """Estimate bias, variance and correlation from simulated ensembles.

    Args:
        predictions: shape (training sets, trees, test points), sets >= 2.
        truth: noise-free targets, shape (test points,).
    """
    sets, trees, _ = predictions.shape
    mean = predictions.mean(axis=1)  # the ensembles, shape (sets, points)
    one = float(predictions.var(axis=0, ddof=1).mean())
    whole = float(mean.var(axis=0, ddof=1).mean())
    bias2 = float(((mean.mean(axis=0) - truth) ** 2).mean()) - whole / sets
    if trees == 1:
        return Terms(bias2, whole, one, 1.0)
    covariance = (trees * whole - one) / (trees - 1)  # of two of its trees
    return Terms(bias2, whole, one, covariance / one)


# --8<-- [end:variance]


# --8<-- [start:friedman]
def friedman(X: Array) -> Array:
    """Friedman's test function of features 0-4, shape (n,); the rest is noise.

    Args:
        X: features uniform in [0, 1], shape (n, at least 5).

    Source: Friedman (1991).
    """
    smooth = 10 * np.sin(np.pi * X[:, 0] * X[:, 1]) + 20 * (X[:, 2] - 0.5) ** 2
    return np.asarray(smooth + 10 * X[:, 3] + 5 * X[:, 4])


def simulate_forests(
    tried: int | None,
    sets: int = 20,
    trees: int = 10,
) -> Terms:
    """Grow ensembles on many training sets of 100 and measure their terms.

    Args:
        tried: features tried for a split, of 10; None: one tree on all data.
        sets: number of training sets; trees: size of each forest.

    >>> for tried in (None, 10, 5, 2):
    ...     t = simulate_forests(tried)
    ...     many = t.bias2 + t.correlation * t.tree_variance  # infinitely many
    ...     sums = f"{t.bias2 + t.variance:.2f} {many:.2f}"
    ...     print(tried, *(f"{v:.2f}" for v in t), "|", sums)
    None 4.50 7.90 7.90 1.00 | 12.40 12.40
    10 6.07 2.76 10.53 0.18 | 8.83 7.97
    5 6.80 2.15 12.16 0.09 | 8.96 7.84
    2 10.35 2.00 13.24 0.06 | 12.36 11.11
    """
    rng = np.random.default_rng(0)
    X_test = rng.random((200, 10))
    members = []
    for _ in range(sets):
        X = rng.random((100, 10))
        Y = (friedman(X) + rng.standard_normal(100))[:, None]
        if tried is None:
            grown = [grow(X, Y, depth=100, min_leaf=5)]
        else:
            grown = grow_forest(X, Y, trees, tried, rng, min_leaf=5).trees
        members.append([predict(tree, X_test)[:, 0] for tree in grown])
    return ensemble_terms(np.array(members), friedman(X_test))


# --8<-- [end:friedman]
