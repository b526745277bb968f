"""What the report says: honest estimates, intervals, errors, doubtful labels."""

import copy
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from snippets import Array
from snippets.coding.take_home.classifiers.data import Data
from snippets.coding.take_home.classifiers.models import Model


# --8<-- [start:out_of_fold]
def out_of_fold(model: Model, data: Data, by_source: bool = True) -> Array:
    """Probabilities from models that never saw the sample, shape (n, classes).

    With `by_source` they never saw its writer or customer either; without, the
    ten folds are drawn at random, which is here only to measure the difference.
    """
    kind = StratifiedGroupKFold if by_source else StratifiedKFold
    folds = kind(10, shuffle=True, random_state=0)
    groups = data.sources if by_source else None
    found = np.empty((len(data.labels), len(data.names)))
    for train, test in folds.split(data.inputs, data.labels, groups):
        fresh = copy.deepcopy(model)
        fresh.fit(data.inputs[train], data.labels[train])
        found[test] = fresh.predict_proba(data.inputs[test])
    return found


def right(probabilities: Array, labels: NDArray[np.int64]) -> Array:
    """1 where the most probable class is the label, else 0; shape (n,)."""
    return np.where(probabilities.argmax(axis=1) == labels, 1.0, 0.0)


# --8<-- [end:out_of_fold]
# --8<-- [start:interval]
def interval(
    values: Array, sources: NDArray[np.int64], draws: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """95% bootstrap interval of the mean, drawing whole sources.

    Give `right(a) - right(b)` for the difference of two models on the same
    samples. Sources of their own, `np.arange(n)`, would mean independence.
    """
    rng = np.random.default_rng(seed)
    _, place = np.unique(sources, return_inverse=True)
    sums, sizes = np.bincount(place, values), np.bincount(place)
    rows = rng.integers(len(sizes), size=(draws, len(sizes)))
    means = sums[rows].sum(axis=1) / sizes[rows].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


# --8<-- [end:interval]
def percent(values: Array, sources: NDArray[np.int64]) -> str:
    """Mean and interval of values between 0 and 1, in percent.

    >>> percent(np.array([1.0, 0.0, 1.0, 0.0]), np.array([7, 7, 8, 8]))
    '50.0 (50.0 to 50.0)'
    """
    low, high = (100 * end for end in interval(values, sources))
    return f"{100 * values.mean():4.1f} ({low:4.1f} to {high:4.1f})"


def compare(models: dict[str, Model], data: Data) -> str:
    """Accuracy with random folds and by source; gain by source over the first."""
    lines, first = [], None
    for name, model in models.items():
        flattering = right(out_of_fold(model, data, by_source=False), data.labels)
        score = right(out_of_fold(model, data), data.labels)
        first = score if first is None else first
        lines.append(
            f"{name:17} random {100 * flattering.mean():4.1f} source "
            f"{percent(score, data.sources)} gain "
            f"{percent(score - first, data.sources)}"
        )
    return "\n".join(lines)


def tested(name: str, model: Model, develop: Data, test: Data) -> str:
    """Accuracy of a model, trained on all of `develop`, on the test set."""
    model.fit(develop.inputs, develop.labels)
    score = right(model.predict_proba(test.inputs), test.labels)
    return f"{name:17} test {percent(score, test.sources)}"


# --8<-- [start:errors]
class Confusion(NamedTuple):
    """How often one class was taken for another."""

    times: int
    true: str
    said: str


def confusions(probabilities: Array, data: Data) -> list[Confusion]:
    """Pairs of classes that were confused, the most frequent first."""
    table = np.zeros((len(data.names), len(data.names)), dtype=int)
    np.add.at(table, (data.labels, probabilities.argmax(axis=1)), 1)
    np.fill_diagonal(table, 0)
    return sorted(
        (
            Confusion(int(table[i, j]), data.names[i], data.names[j])
            for i, j in np.argwhere(table)
        ),
        key=lambda pair: -pair.times,
    )


def surest(probabilities: Array, share: float) -> NDArray[np.int64]:
    """Rows of the share of samples with the largest top probability, in order."""
    order = np.argsort(-probabilities.max(axis=1), kind="stable")
    return order[: round(share * len(order))]


def doubtful(probabilities: Array, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows in order of the probability of their label, the smallest first."""
    given = probabilities[np.arange(len(labels)), labels]
    return np.argsort(given, kind="stable")


# --8<-- [end:errors]
