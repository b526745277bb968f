"""Sample k items uniformly from a stream of unknown length."""

from collections.abc import Iterable
from random import Random
from typing import TypeVar

# --8<-- [start:solution]
Item = TypeVar("Item")


def reservoir_sampling(stream: Iterable[Item], k: int, rng: Random) -> list[Item]:
    """Return k items of a stream, every set of k positions equally likely.

    The stream is read once; at no time are more than about k items kept.

    Args:
        stream: items of any kind; its length is not known.
        k: how many items are wanted.
        rng: the only source of chance, so that a seed makes the result repeatable.

    Returns:
        k items from different positions, in any order; all of them if the stream has
        at most k.

    Raises:
        ValueError: if k is negative.

    >>> sample = reservoir_sampling((n * n for n in range(1000)), 3, Random(0))
    >>> len(sample), {n * n for n in range(1000)}.issuperset(sample)
    (3, True)
    >>> sorted(reservoir_sampling("abc", 5, Random(0)))
    ['a', 'b', 'c']
    """
    if k < 0:
        raise ValueError(f"k must not be negative: {k}")
    reservoir: list[Item] = []
    for i, item in enumerate(stream):
        if i < k:
            reservoir.append(item)
        else:
            j = rng.randrange(i + 1)  # uniform on 0, ..., i
            if j < k:
                reservoir[j] = item
    return reservoir


# --8<-- [end:solution]
