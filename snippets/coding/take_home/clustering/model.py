"""Clusters, how many, how stable, and their agreement with labels."""

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.preprocessing import StandardScaler

from snippets import Array
from snippets.coding.take_home.clustering.simulate import ACTIVITIES

Labels = NDArray[np.int64]  # shape (n,)


# --8<-- [start:choose]
def scaled(table: Array) -> Array:
    """Each column with mean 0 and standard deviation 1."""
    return np.asarray(StandardScaler().fit_transform(table))


def fit(table: Array, k: int, seed: int = 0) -> KMeans:
    """k-means with the best of ten starts."""
    return KMeans(k, n_init=10, random_state=seed).fit(table)


def stability(
    table: Array, person: Labels, k: int, halves: int = 10, seed: int = 0
) -> float:
    """Mean agreement of clusterings that were learned from half of the people.

    Each sorts all windows; agreement is the adjusted Rand index of two
    clusterings, 1 if they are the same and about 0 for unrelated ones.
    """
    rng = np.random.default_rng(seed)
    people = np.unique(person)
    sorted_by = []
    for number in range(halves):
        half = rng.choice(people, len(people) // 2, replace=False)
        model = fit(table[np.isin(person, half)], k, seed=number)
        sorted_by.append(model.predict(table))
    pairs = combinations(sorted_by, 2)
    return float(np.mean([adjusted_rand_score(a, b) for a, b in pairs]))


class Choice(NamedTuple):
    """What speaks for a number of clusters; no label is needed."""

    k: int
    silhouette: float
    stability: float


def choices(table: Array, person: Labels, largest: int = 9) -> list[Choice]:
    """Silhouette and stability of 2 up to `largest` clusters."""
    return [
        Choice(
            k,
            float(silhouette_score(table, fit(table, k).labels_)),
            stability(table, person, k),
        )
        for k in range(2, largest + 1)
    ]


# --8<-- [end:choose]
def agreement(
    clusters: Labels, truth: Labels, person: Labels, draws: int = 2000
) -> tuple[float, float, float]:
    """Adjusted Rand index with its 95% interval, people drawn anew.

    The clusters stay as they are: the interval is about whom we measured. Two
    copies of a window, from a person drawn twice, are no pair: they always agree.
    """
    rng = np.random.default_rng(0)
    people, place = np.unique(person, return_inverse=True)
    tables = np.zeros((len(people), truth.max() + 1, clusters.max() + 1))
    np.add.at(tables, (place, truth, clusters), 1)
    drawn = rng.multinomial(len(people), np.ones(len(people)) / len(people), draws)
    values = [adjusted_rand(times, tables) for times in drawn]
    low, high = np.quantile(values, [0.025, 0.975])
    index = adjusted_rand_score(truth, clusters)
    return float(index), float(low), float(high)


def adjusted_rand(times: NDArray[np.int64], tables: Array) -> float:
    """Adjusted Rand index of people taken several times, without pairs of copies.

    Args:
        times: how often each person is taken, shape (people,).
        tables: windows of each person by truth and cluster, shape (people, t, c).

    Returns:
        (pairs together in both - expected) / (mean of the two - expected).

    >>> tables = np.array([[[2, 0], [0, 2]], [[1, 1], [0, 2]]])
    >>> adjusted_rand(np.array([3, 0]), tables)
    1.0
    """
    table = np.tensordot(times, tables, 1)
    copies = times**2 @ tables.sum(axis=(1, 2))
    truth, cluster = table.sum(axis=1), table.sum(axis=0)
    together, in_truth, in_cluster, pairs = (
        (count**2).sum() - copies for count in (table, truth, cluster, table.sum())
    )
    expected = in_truth * in_cluster / pairs
    return float((together - expected) / ((in_truth + in_cluster) / 2 - expected))


def counts(clusters: Labels, truth: Labels) -> str:
    """Windows of each activity in each cluster, as text.

    >>> print(counts(np.array([1, 1, 0]), np.array([0, 0, 5])))
    sit      0   2
    run      1   0
    """
    lines = []
    for number in np.unique(truth):
        row = np.bincount(clusters[truth == number], minlength=clusters.max() + 1)
        name = ACTIVITIES[number].name
        lines.append(f"{name:6}" + "".join(f"{n:4}" for n in row))
    return "\n".join(lines)
