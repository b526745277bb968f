"""Search in a sorted array that was rotated."""

from collections.abc import Sequence


# --8<-- [start:solution]
def search_rotated(numbers: Sequence[int], target: int) -> int | None:
    """Return the position of the target in a rotated sorted list.

    Args:
        numbers: distinct integers that were in ascending order before some of them
            (possibly none) were moved, in their order, from the front to the end.
        target: any integer.

    Returns:
        The position of the target; None if it is not there.

    >>> search_rotated([6, 8, 9, 1, 3, 4], 3)
    4
    >>> search_rotated([6, 8, 9, 1, 3, 4], 7) is None
    True
    >>> search_rotated([], 7) is None
    True
    """
    lo, hi = 0, len(numbers)
    while lo < hi:  # if the target is there at all, its position is in lo .. hi - 1
        mid = (lo + hi) // 2
        if numbers[mid] == target:
            return mid
        if numbers[lo] <= numbers[mid]:  # no drop from lo to mid: this half is sorted
            if numbers[lo] <= target < numbers[mid]:
                hi = mid
            else:
                lo = mid + 1
        elif numbers[mid] < target <= numbers[hi - 1]:  # the other half is sorted
            lo = mid + 1
        else:
            hi = mid
    return None


# --8<-- [end:solution]
