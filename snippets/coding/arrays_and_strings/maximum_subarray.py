"""Find the contiguous subarray with the largest sum."""

from collections.abc import Sequence


# --8<-- [start:solution]
def maximum_subarray(numbers: Sequence[int]) -> tuple[int, int, int]:
    """Return the largest sum of a contiguous subarray, and where it stands.

    Args:
        numbers: integers; negative ones are allowed.

    Returns:
        (total, start, stop) with ``total == sum(numbers[start:stop])`` as large as
        possible and at least one element. Of several such subarrays the one that ends
        first and, of those with the same end, the shortest.

    Raises:
        ValueError: if there are no numbers.

    >>> maximum_subarray([2, -5, 4, -1, 3, -6])
    (6, 2, 5)
    >>> maximum_subarray([-3, -1, -2])
    (-1, 1, 2)
    """
    if not numbers:
        raise ValueError("no numbers, so no subarray with an element")
    best, best_start, best_stop = numbers[0], 0, 1
    running = start = 0  # the largest sum that ends here, and its first position
    for i, number in enumerate(numbers):
        if running <= 0:  # what came before does not help
            running, start = number, i
        else:
            running += number
        if running > best:
            best, best_start, best_stop = running, start, i + 1
    return best, best_start, best_stop


# --8<-- [end:solution]
