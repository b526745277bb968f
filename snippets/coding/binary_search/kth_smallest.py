"""Find the k-th smallest number without sorting everything."""

import heapq
import random
from collections.abc import Iterable, Sequence


# --8<-- [start:solution]
def kth_smallest_quickselect(numbers: Sequence[int], k: int) -> int:
    """Return the k-th smallest number in expected linear time.

    Args:
        numbers: integers in any order; they may repeat, and are not changed.
        k: the rank, counted from 1; equal numbers take one rank each.

    Raises:
        ValueError: if k is below 1 or above ``len(numbers)``.

    >>> kth_smallest_quickselect([7, 1, 5, 3], 2)
    3
    >>> kth_smallest_quickselect([2, 9, 2], 2)
    2
    """
    if not 1 <= k <= len(numbers):
        raise ValueError(f"there is no number of rank {k} among {len(numbers)}")
    rest = list(numbers)
    while True:  # the answer is the k-th smallest of rest
        pivot = random.choice(rest)
        smaller = [number for number in rest if number < pivot]
        equal = rest.count(pivot)
        if k <= len(smaller):
            rest = smaller
        elif k <= len(smaller) + equal:
            return pivot
        else:
            k -= len(smaller) + equal
            rest = [number for number in rest if number > pivot]


def kth_smallest_heap(numbers: Iterable[int], k: int) -> int:
    """Return the k-th smallest number of a stream, keeping at most k of them.

    Args:
        numbers: integers in any order, read once; there may be too many to store.
        k: the rank, counted from 1; equal numbers take one rank each.

    Raises:
        ValueError: if k is below 1 or above the count of numbers.

    >>> kth_smallest_heap([7, 1, 5, 3], 2)
    3
    >>> kth_smallest_heap(iter([2, 9, 2]), 3)
    9
    """
    if k < 1:
        raise ValueError(f"ranks are counted from 1, not from {k}")
    heap: list[int] = []  # the k smallest so far, negated: heap[0] is the largest
    for number in numbers:
        if len(heap) < k:
            heapq.heappush(heap, -number)
        else:
            heapq.heappushpop(heap, -number)  # drops the largest
    if len(heap) < k:
        raise ValueError(f"there is no number of rank {k} among {len(heap)}")
    return -heap[0]


# --8<-- [end:solution]
