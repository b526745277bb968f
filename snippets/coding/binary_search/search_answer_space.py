"""Binary search on the answer: the smallest capacity that ships in time."""

from collections.abc import Sequence


# --8<-- [start:solution]
def days_needed(weights: Sequence[int], capacity: int) -> int:
    """Return how many days a ship needs that loads as much as it can each day.

    Packages are loaded in the given order and not divided. What no longer fits, and
    all that stands behind it, waits for the next day.

    Args:
        weights: the packages' weights, positive, in the order of loading; there may
            be none, which takes 0 days.
        capacity: what the ship carries on one day, at least the heaviest weight.

    >>> days_needed([3, 2, 2, 4], 5)
    3
    >>> days_needed([3, 2, 2, 4], 6)
    2
    """
    days = room = 0
    for weight in weights:
        if weight > room:
            days, room = days + 1, capacity
        room -= weight
    return days


def smallest_capacity(weights: Sequence[int], days: int) -> int:
    """Return the smallest capacity with which all packages leave within the days.

    Args:
        weights: the packages' weights, positive, in the order of loading.
        days: how many days there are, at least 1.

    Returns:
        The capacity, at least the heaviest weight; 0 if there are no packages.

    >>> smallest_capacity([3, 2, 2, 4], 2)
    6
    >>> smallest_capacity([3, 2, 2, 4], 1)
    11
    >>> smallest_capacity([3, 2, 2, 4], 9)
    4
    """
    lo, hi = max(weights, default=0), sum(weights)
    while lo < hi:  # every capacity below lo is too small; hi is enough
        mid = (lo + hi) // 2
        if days_needed(weights, mid) <= days:
            hi = mid
        else:
            lo = mid + 1
    return lo


# --8<-- [end:solution]
