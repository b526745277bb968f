"""Count the ways to climb stairs, in three stages of dynamic programming."""

from functools import cache


# --8<-- [start:solution]
def climb_recursive(stairs: int) -> int:
    """Return the number of ways by plain recursion: the recurrence as it stands.

    Args:
        stairs: the number of stairs, at least 0. Each move climbs 1 or 2 of
            them, and the order of the moves counts.

    >>> [climb_recursive(stairs) for stairs in range(6)]
    [1, 1, 2, 3, 5, 8]
    """
    if stairs <= 1:
        return 1
    return climb_recursive(stairs - 1) + climb_recursive(stairs - 2)


def climb_memo(stairs: int) -> int:
    """Return the same number top-down, solving each subproblem once.

    >>> climb_memo(3)  # 1 + 1 + 1, 1 + 2, 2 + 1
    3
    >>> climb_memo(100)
    573147844013817084101
    """

    @cache
    def ways(left: int) -> int:
        return 1 if left <= 1 else ways(left - 1) + ways(left - 2)

    return ways(stairs)


def climb(stairs: int) -> int:
    """Return the same number bottom-up, keeping only two numbers at a time.

    >>> climb(0)  # one way: do nothing
    1
    >>> climb(100) == climb_memo(100)
    True
    """
    before, here = 0, 1  # ways to stand one stair below, and here
    for _ in range(stairs):
        before, here = here, before + here
    return here


# --8<-- [end:solution]
