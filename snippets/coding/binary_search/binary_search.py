"""Binary search and its bounds."""

from collections.abc import Sequence


# --8<-- [start:solution]
def lower_bound(numbers: Sequence[int], target: int) -> int:
    """Return how many numbers are smaller than the target.

    That is the first position where the target stands or could be inserted without
    breaking the order; ``len(numbers)`` if all numbers are smaller.

    Args:
        numbers: integers in ascending order; they may repeat, and there may be none.
        target: any integer.

    >>> lower_bound([1, 3, 3, 5], 3)
    1
    >>> lower_bound([1, 3, 3, 5], 9)
    4
    """
    lo, hi = 0, len(numbers)
    while lo < hi:  # all before lo < target <= all from hi on
        mid = (lo + hi) // 2
        if numbers[mid] < target:
            lo = mid + 1
        else:
            hi = mid
    return lo


def upper_bound(numbers: Sequence[int], target: int) -> int:
    """Return how many numbers are smaller than the target or equal to it.

    That is the last position where the target could be inserted without breaking
    the order.

    Args:
        numbers: integers in ascending order; they may repeat, and there may be none.
        target: any integer.

    >>> upper_bound([1, 3, 3, 5], 3)
    3
    >>> upper_bound([], 3)
    0
    """
    lo, hi = 0, len(numbers)
    while lo < hi:  # all before lo <= target < all from hi on
        mid = (lo + hi) // 2
        if numbers[mid] <= target:
            lo = mid + 1
        else:
            hi = mid
    return lo


def binary_search(numbers: Sequence[int], target: int) -> int | None:
    """Return the first position of the target, or None if it is not there.

    Args:
        numbers: integers in ascending order; they may repeat, and there may be none.
        target: any integer.

    >>> binary_search([1, 3, 3, 5], 3)
    1
    >>> binary_search([1, 3, 3, 5], 4) is None
    True
    """
    first = lower_bound(numbers, target)
    if first < len(numbers) and numbers[first] == target:
        return first
    return None


# --8<-- [end:solution]
