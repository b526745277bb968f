"""Fill a knapsack with the most valuable items, each taken at most once."""

from collections.abc import Sequence


# --8<-- [start:solution]
def knapsack(items: Sequence[tuple[int, int]], capacity: int) -> int:
    """Return the largest total value of items that fit together.

    Args:
        items: pairs (weight, value) of positive integers; each item is there
            once and can't be divided.
        capacity: the largest total weight, at least 0; it need not be used up.

    Returns:
        The largest total value; 0 if nothing fits or there are no items.

    >>> knapsack([(3, 4), (4, 5), (5, 8)], 7)  # the first two
    9
    >>> knapsack([(2, 3)], 6)  # the item is there only once
    3
    >>> knapsack([], 10)
    0
    """
    best = [0] * (capacity + 1)  # best[room]: with the items seen so far
    for weight, value in items:
        for room in range(capacity, weight - 1, -1):
            best[room] = max(best[room], best[room - weight] + value)
    return best[capacity]


# --8<-- [end:solution]
