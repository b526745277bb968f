"""Evaluation of the light-switch assignment: matching, scores, intervals, causes."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from snippets import Array
from snippets.coding.take_home.light_switch.detect import (
    DETECTORS,
    Change,
    light_off,
)
from snippets.coding.take_home.light_switch.simulate import (
    LIGHT,
    Event,
    simulate,
    switched_off,
)

Counts = NDArray[np.int64]  # shape (evenings, 3): hits, false alarms, misses


# --8<-- [start:match]
class Matched(NamedTuple):
    """Pairs of (found, true) seconds, and what is left on either side."""

    hits: list[tuple[int, int]]
    false_alarms: list[int]
    misses: list[int]


def match(found: list[int], true: list[int], tolerance: int = 10) -> Matched:
    """Pair alarms with events at most `tolerance` seconds away, one to one.

    Both lists are in order; the earliest possible pair is taken first, which
    gives as many pairs as possible.

    >>> match([100, 104, 500], [98, 300])
    Matched(hits=[(100, 98)], false_alarms=[104, 500], misses=[300])
    """
    result = Matched([], [], [])
    waiting = list(found)
    for second in true:
        while waiting and waiting[0] < second - tolerance:
            result.false_alarms.append(waiting.pop(0))
        if waiting and waiting[0] <= second + tolerance:
            result.hits.append((waiting.pop(0), second))
        else:
            result.misses.append(second)
    result.false_alarms.extend(waiting)
    return result


# --8<-- [end:match]
# --8<-- [start:scores]
def count(
    detector: Callable[[Array], list[Change]],
    evenings: Iterable[tuple[Array, list[Event]]],
) -> Counts:
    """Hits, false alarms and misses of each evening, shape (evenings, 3).

    >>> from functools import partial
    >>> evenings = [simulate(seed, noise=2) for seed in range(40)]
    >>> for settle in (20, 10, 5):
    ...     online = partial(DETECTORS["CUSUM"], settle=settle)
    ...     print(settle, count(online, evenings).sum(axis=0))
    20 [368  12  47]
    10 [395   4  20]
    5 [405 148  10]
    """
    rows = []
    for power, events in evenings:
        matched = match(light_off(power, detector), switched_off(events))
        rows.append([len(part) for part in matched])
    return np.array(rows)


def precision(counts: Counts) -> float:
    """Share of the alarms that are right, over all evenings; NaN without alarms."""
    hits, false_alarms, _ = counts.sum(axis=0)
    return float(hits / (hits + false_alarms))


def recall(counts: Counts) -> float:
    """Share of the events that are found, over all evenings; NaN without events."""
    hits, _, misses = counts.sum(axis=0)
    return float(hits / (hits + misses))


def f1(counts: Counts) -> float:
    """Harmonic mean of precision and recall, 2 hits / (2 hits + mistakes)."""
    hits, false_alarms, misses = counts.sum(axis=0)
    return float(2 * hits / (2 * hits + false_alarms + misses))


# --8<-- [end:scores]
# --8<-- [start:bootstrap]
def interval(
    score: Callable[..., float], *counts: Counts, draws: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """95% bootstrap interval of `score(*counts)`, evenings drawn anew.

    Switches of one evening share its kettle and its hall light; evenings are
    independent. The same evenings are drawn for every argument, so that the
    interval of a difference is a paired one.
    """
    rng = np.random.default_rng(seed)
    evenings = len(counts[0])
    values = []
    for _ in range(draws):
        rows = rng.integers(evenings, size=evenings)
        values.append(score(*(table[rows] for table in counts)))
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


# --8<-- [end:bootstrap]
# --8<-- [start:results]
def results(noises: list[int], seeds: range) -> str:
    """F1 and its 95% interval, then precision and recall, in percent.

    >>> print(results(noises=[2, 10, 20, 30], seeds=range(40)))
      2 W difference   99.9 ( 99.6 to 100.0) 100.0  99.8
      2 W step filter  99.6 ( 99.2 to 100.0) 100.0  99.3
      2 W CUSUM        92.6 ( 90.1 to  94.9)  96.8  88.7
     10 W difference   60.4 ( 56.6 to  64.0)  56.8  64.6
     10 W step filter  92.9 ( 90.4 to  95.2)  95.7  90.4
     10 W CUSUM        92.7 ( 90.3 to  95.0)  97.3  88.4
     20 W difference    3.7 (  3.3 to   4.0)   1.9  68.4
     20 W step filter  83.8 ( 80.7 to  87.0)  92.2  76.9
     20 W CUSUM        86.1 ( 83.4 to  88.7)  93.3  80.0
     30 W difference    2.1 (  1.9 to   2.3)   1.1  89.9
     30 W step filter  74.9 ( 71.7 to  78.1)  81.4  69.4
     30 W CUSUM        70.8 ( 66.5 to  74.6)  85.9  60.2
    """
    lines = []
    for noise in noises:
        evenings = [simulate(seed, noise) for seed in seeds]
        for name, detector in DETECTORS.items():
            counts = count(detector, evenings)
            low, high = interval(f1, counts)
            scores = f1(counts), low, high, precision(counts), recall(counts)
            f, a, b, p, r = (f"{100 * score:5.1f}" for score in scores)
            lines.append(f"{noise:3} W {name:11} {f} ({a} to {b}) {p} {r}")
    return "\n".join(lines)


# --8<-- [end:results]
# --8<-- [start:cause]
def cause(second: int, events: list[Event], within: int = 60) -> str:
    """Device whose switch is nearest to the second of a mistake or a hit.

    The kitchen light's switch at that very second does not count.

    >>> events = [Event(50, "kettle", 2000), Event(60, LIGHT, -60)]
    >>> cause(60, events), cause(45, events), cause(121, events)
    ('kettle', 'kettle', 'noise alone')
    """
    near = [
        (abs(event.second - second), event.device)
        for event in events
        if abs(event.second - second) <= within
        and (event.second, event.device) != (second, LIGHT)
    ]
    return min(near)[1] if near else "noise alone"


# --8<-- [end:cause]
