"""Order tasks with dependencies, or report a cycle."""

from collections import deque
from collections.abc import Iterable


# --8<-- [start:solution]
def topological_order(
    tasks: int, dependencies: Iterable[tuple[int, int]]
) -> list[int] | None:
    """Return an order in which every task comes after those that it depends on.

    Args:
        tasks: how many tasks there are; they are numbered from 0.
        dependencies: pairs (first, then): task `first` must be done before `then`.
            A pair may stand there more than once.

    Returns:
        Every task once; if several orders are possible, any of them. None if there
        is none, because some tasks wait for each other in a cycle.

    >>> topological_order(4, [(2, 1), (1, 0), (0, 3)])
    [2, 1, 0, 3]
    >>> topological_order(3, [(0, 1), (1, 2), (2, 1)]) is None
    True
    >>> topological_order(0, [])
    []
    """
    followers: list[list[int]] = [[] for _ in range(tasks)]
    waits_for = [0] * tasks  # how many pairs still hold a task back
    for first, then in dependencies:
        followers[first].append(then)
        waits_for[then] += 1
    ready = deque(task for task in range(tasks) if waits_for[task] == 0)
    order = []
    while ready:
        task = ready.popleft()
        order.append(task)
        for follower in followers[task]:
            waits_for[follower] -= 1
            if waits_for[follower] == 0:
                ready.append(follower)
    return order if len(order) == tasks else None


# --8<-- [end:solution]
