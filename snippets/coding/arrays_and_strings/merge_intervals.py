"""Merge overlapping intervals."""

from collections.abc import Sequence


# --8<-- [start:solution]
def merge_intervals(intervals: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the union of closed intervals as few intervals as possible.

    Args:
        intervals: pairs (start, end) with start <= end, in any order; both ends
            belong to the interval. They are left as they are.

    Returns:
        The merged intervals as tuples, sorted. Intervals that share at least one
        point are merged, so (1, 2) and (2, 3) are, while (1, 2) and (3, 4) are not.
        Empty for no intervals.

    >>> merge_intervals([(8, 9), (1, 4), (3, 6)])
    [(1, 6), (8, 9)]
    >>> merge_intervals([(1, 2), (2, 3), (4, 5)])
    [(1, 3), (4, 5)]
    >>> merge_intervals([])
    []
    """
    merged: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            last_start, last_end = merged[-1]
            merged[-1] = (last_start, max(last_end, end))
        else:
            merged.append((start, end))
    return merged


# --8<-- [end:solution]
