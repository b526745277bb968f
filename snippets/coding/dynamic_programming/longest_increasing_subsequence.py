"""Find the length of the longest increasing subsequence."""

import bisect
from collections.abc import Sequence


# --8<-- [start:solution]
def longest_increasing_subsequence(numbers: Sequence[int]) -> int:
    """Return the length of the longest strictly increasing subsequence.

    Args:
        numbers: integers, in any order; they may repeat.

    Returns:
        The largest number of elements that increase strictly from left to
        right; they need not be neighbors. 0 for no numbers.

    >>> longest_increasing_subsequence([5, 1, 6, 2, 4])  # 1, 2, 4
    3
    >>> longest_increasing_subsequence([7, 7, 7])
    1
    >>> longest_increasing_subsequence([])
    0
    """
    tails: list[int] = []  # tails[k]: smallest end of a subsequence of length k + 1
    for number in numbers:
        place = bisect.bisect_left(tails, number)
        if place == len(tails):
            tails.append(number)
        else:
            tails[place] = number
    return len(tails)


# --8<-- [end:solution]
