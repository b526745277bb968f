"""Cluster by k-means: k-means++ start, Lloyd's iteration, no cluster left empty."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.int64]


# --8<-- [start:solution]
class Clustering(NamedTuple):  # given
    """What k-means found."""

    centers: Array  # (k, d)
    labels: Labels  # (n,): the cluster of each sample
    inertias: list[float]  # after each update of the centers


def squared_distances(A: Array, B: Array) -> Array:  # given
    """Return the squared distance of every row of A (m, d) to every row of B (n, d)."""
    squares: Array = ((A[:, None] - B) ** 2).sum(axis=2)
    return squares


def kmeans_plus_plus(X: Array, k: int, rng: np.random.Generator) -> Array:
    """Return k samples to start from, drawn by k-means++.

    The first is drawn uniformly. Each further one is drawn with probability
    proportional to its squared distance to the nearest center drawn so far.

    Args:
        X: samples, shape (n, d).
        k: number of centers.
        rng: source of randomness.

    Returns:
        Shape (k, d): k different rows of X.

    Raises:
        ValueError: if k is less than 1 or X has fewer than k different rows.

    >>> X = np.array([[0.0], [0.0], [5.0]])
    >>> sorted(kmeans_plus_plus(X, 2, np.random.default_rng(0)).ravel().tolist())
    [0.0, 5.0]
    """
    if k < 1:
        raise ValueError("k must be at least 1")
    centers = X[rng.integers(len(X), size=1)]
    nearest = squared_distances(X, centers)[:, 0]
    while len(centers) < k:
        if not nearest.any():
            raise ValueError(f"there are fewer than k = {k} different samples")
        chosen = rng.choice(len(X), p=nearest / nearest.sum())
        centers = np.vstack([centers, X[chosen]])
        nearest = np.minimum(nearest, squared_distances(X, centers[-1:])[:, 0])
    return centers


def assign(X: Array, centers: Array) -> Labels:
    """Return the cluster of each sample so that no cluster is empty.

    Each sample goes to its nearest center, the lower index on a tie. Then each
    cluster that got none, in order of index, takes one sample: of those in clusters
    of two or more, the one farthest from its nearest center, the first on a tie.

    Args:
        X: samples, shape (n, d) with n >= k.
        centers: shape (k, d).

    Returns:
        Shape (n,); each of 0, ..., k - 1 occurs.

    >>> X = np.array([[0.0], [1.0], [10.0], [13.0]])
    >>> assign(X, np.array([[0.0], [10.0]])).tolist()
    [0, 0, 1, 1]
    >>> assign(X, np.array([[0.0], [10.0], [99.0]])).tolist()
    [0, 0, 1, 2]
    """
    distances = squared_distances(X, centers)  # (n, k)
    labels: Labels = distances.argmin(axis=1)
    nearest = distances.min(axis=1)
    for j in range(len(centers)):
        if not (labels == j).any():
            can_leave = np.bincount(labels)[labels] > 1
            labels[np.where(can_leave, nearest, -1.0).argmax()] = j
    return labels


def kmeans(
    X: Array, k: int, rng: np.random.Generator, max_steps: int = 100
) -> Clustering:
    """Cluster samples by k-means from a k-means++ start.

    Move each center to the mean of its samples, assign the samples anew with
    `assign`, and repeat until no label changes or `max_steps` updates are done.

    Args:
        X: samples, shape (n, d).
        k: number of clusters.
        rng: source of randomness.
        max_steps: most updates of the centers.

    Returns:
        Centers as last updated, labels as last assigned, and the inertia after each
        update: the sum of the squared distances of the samples to the mean of the
        cluster they are in at that moment.

    Raises:
        ValueError: as `kmeans_plus_plus`.

    >>> X = np.array([[0.0], [1.0], [10.0], [12.0]])
    >>> found = kmeans(X, 2, np.random.default_rng(0))
    >>> sorted(found.centers.ravel().tolist()), found.inertias[-1]
    ([0.5, 11.0], 2.5)
    """
    centers = kmeans_plus_plus(X, k, rng)
    labels = assign(X, centers)
    inertias: list[float] = []
    for _ in range(max_steps):
        centers = np.array([X[labels == j].mean(axis=0) for j in range(k)])
        inertias.append(float(((X - centers[labels]) ** 2).sum()))
        before, labels = labels, assign(X, centers)
        if np.array_equal(before, labels):
            break
    return Clustering(centers, labels, inertias)


# --8<-- [end:solution]
