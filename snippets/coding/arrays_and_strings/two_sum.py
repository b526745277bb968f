"""Find two numbers in a list that add up to a target."""

from collections.abc import Sequence


# --8<-- [start:solution]
def two_sum(numbers: Sequence[int], target: int) -> tuple[int, int] | None:
    """Return the positions of two numbers that add up to a target.

    Args:
        numbers: integers, in any order; they may repeat.
        target: the sum that is wanted.

    Returns:
        Positions i < j with ``numbers[i] + numbers[j] == target``: those with the
        smallest j and, for it, the largest i; None if there are none.

    >>> two_sum([2, 7, 11, 15], 9)
    (0, 1)
    >>> two_sum([3, 3], 6)
    (0, 1)
    >>> two_sum([3, 1], 6) is None
    True
    """
    last: dict[int, int] = {}  # number -> the last position where it was seen
    for j, number in enumerate(numbers):
        if target - number in last:
            return last[target - number], j
        last[number] = j
    return None


# --8<-- [end:solution]
