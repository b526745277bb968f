"""One problem in the stages of a live-coding round, and costs that are counted."""

import math
from collections import deque
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Protocol


# --8<-- [start:brute_force]
class BruteForce:
    """The mean of the last `window` values of a stream, summed afresh each time.

    >>> mean = BruteForce(2)
    >>> [mean.add(loss) for loss in (1, 3, 5)]
    [1.0, 2.0, 4.0]
    """

    def __init__(self, window: int) -> None:
        """Start with no values; ``ValueError`` for a window below 1."""
        if window < 1:
            raise ValueError(f"a window holds at least one value, not {window}")
        self.values: deque[float] = deque(maxlen=window)

    def add(self, value: float) -> float:
        """Take the next value; return the mean of the window that ends with it."""
        self.values.append(value)  # a full deque drops its oldest value
        return sum(self.values) / len(self.values)


# --8<-- [end:brute_force]


# --8<-- [start:outline]
class Outline:
    """The mean of the last `window` values of a stream."""

    def __init__(self, window: int) -> None:
        """Start with no values; ``ValueError`` for a window below 1."""
        # state: the values in the window, and their sum
        raise NotImplementedError

    def add(self, value: float) -> float:
        """Take the next value; return the mean of the window that ends with it."""
        # 1. if the window is full: drop the oldest value, subtract it from the sum
        # 2. append the new value, add it to the sum
        # 3. return the sum / the number of values held (not / window: the start)
        raise NotImplementedError


# --8<-- [end:outline]


# --8<-- [start:running_sum]
class RunningSum:
    """The outline filled in: constant time, but see the tests by hand."""

    def __init__(self, window: int) -> None:
        """Start with no values; ``ValueError`` for a window below 1."""
        if window < 1:
            raise ValueError(f"a window holds at least one value, not {window}")
        self.window = window
        self.values: deque[float] = deque()
        self.total = 0.0

    def add(self, value: float) -> float:
        """Take the next value; return the mean of the window that ends with it."""
        if len(self.values) == self.window:
            self.total -= self.values.popleft()
        self.values.append(value)
        self.total += value
        return self.total / len(self.values)


# --8<-- [end:running_sum]


# --8<-- [start:moving_average]
class MovingAverage:
    """The mean of the last `window` values of a stream, without subtraction.

    The window is split in two. Of the newer part only the sum grows. Of the older
    part all sums from one of its values to its end are stored, the longest last, so
    that dropping the oldest value means dropping a stored sum.
    """

    def __init__(self, window: int) -> None:
        """Start with no values; ``ValueError`` for a window below 1."""
        if window < 1:
            raise ValueError(f"a window holds at least one value, not {window}")
        self.window = window
        self.older: list[float] = []  # sums of 1, 2, ... last values of the older part
        self.newer: list[float] = []
        self.total = 0.0  # of the newer part

    def add(self, value: float) -> float:
        """Take the next value; return the mean of the window that ends with it."""
        if len(self.older) + len(self.newer) == self.window:
            if not self.older:  # once in `window` steps: the newer part gets old
                self.older = list(accumulate(reversed(self.newer)))
                self.newer, self.total = [], 0.0
            self.older.pop()
        self.newer.append(value)
        self.total += value
        count = len(self.older) + len(self.newer)
        return (self.total + (self.older[-1] if self.older else 0.0)) / count


# --8<-- [end:moving_average]


class Average(Protocol):
    """What the stages have in common."""

    def add(self, value: float) -> float:
        """Take the next value; return the mean of the window that ends with it."""


# --8<-- [start:hand_tests]
Table = dict[str, tuple[int, list[float], list[float]]]
HAND_TESTS: Table = {  # name: window, values, means worked out by hand
    "grows, then slides": (2, [1, 3, 5], [1, 2, 4]),
    "window of one": (1, [4, 6], [4, 6]),
    "window never full": (9, [2, 4], [2, 3]),
    "NaN leaves again": (2, [1, math.nan, 3, 5], [1, math.nan, math.nan, 4]),
    "huge value leaves again": (2, [1e16, 1, 1], [1e16, 5e15, 1]),
}


def failed_by_hand(stage: Callable[[int], Average]) -> list[str]:
    """Return the names of the hand tests that a stage fails.

    >>> failed_by_hand(BruteForce)
    []
    >>> failed_by_hand(RunningSum)
    ['NaN leaves again', 'huge value leaves again']
    >>> failed_by_hand(MovingAverage)
    []
    """
    failed = []
    for name, (window, values, means) in HAND_TESTS.items():
        average = stage(window)
        got = [average.add(value) for value in values]
        if str(got) != str([float(mean) for mean in means]):  # NaN != NaN
            failed.append(name)
    return failed


# --8<-- [end:hand_tests]


# --8<-- [start:append_copies]
def append_copies(appends: int, grow: Callable[[int], int]) -> tuple[int, int]:
    """Count what an array list copies while values are appended one by one.

    Args:
        appends: how many values.
        grow: gives the next capacity for the current one, from 1 on.

    Returns:
        Values copied in all, and in the worst single append.

    >>> append_copies(1_000_000, lambda capacity: 2 * capacity)
    (1048575, 524288)
    >>> append_copies(1_000_000, lambda capacity: capacity + 1000)
    (499501000, 999001)
    """
    capacity, total, worst = 1, 0, 0
    for size in range(appends):
        if size == capacity:  # full: move to a larger place, copying all
            capacity = grow(capacity)
            total += size
            worst = max(worst, size)
    return total, worst


# --8<-- [end:append_copies]


# --8<-- [start:recursive_work]
def recursive_work(n: int, a: int, b: int, c: int) -> int:
    """Count the work of T(n) = a T(n / b) + n^c, T(1) = 1, for n a power of b.

    >>> n = 2**10
    >>> recursive_work(n, 1, 2, 0)  # binary search: log2 n + 1
    11
    >>> recursive_work(n, 1, 2, 1)  # quickselect, even splits: 2n - 1
    2047
    >>> recursive_work(n, 2, 2, 1)  # merge sort: n (log2 n + 1)
    11264
    >>> recursive_work(n, 3, 2, 1)  # Karatsuba: 3 n^1.585 - 2n
    175099
    """
    if n == 1:
        return 1
    return a * recursive_work(n // b, a, b, c) + int(n**c)


# --8<-- [end:recursive_work]


# --8<-- [start:fibonacci_cost]
def fibonacci_cost(n: int) -> tuple[int, int]:
    """Return how many calls fib(n) = fib(n - 1) + fib(n - 2) makes, and how deep.

    >>> fibonacci_cost(20)
    (21891, 20)
    """
    if n < 2:
        return 1, 1
    left, depth = fibonacci_cost(n - 1)
    right, _ = fibonacci_cost(n - 2)
    return 1 + left + right, 1 + depth


# --8<-- [end:fibonacci_cost]


# --8<-- [start:chain_comparisons]
def chain_comparisons(codes: Sequence[int], buckets: int) -> int:
    """Count key comparisons while distinct keys enter a hash table with chains.

    Args:
        codes: the keys' hash codes.
        buckets: the number of chains; a new key is compared with all in its own.

    >>> import random
    >>> rng = random.Random(0)
    >>> chain_comparisons([rng.getrandbits(64) for _ in range(1000)], 1024)
    481
    >>> chain_comparisons([42] * 1000, 1024)
    499500
    """
    chains = [0] * buckets
    compared = 0
    for code in codes:
        compared += chains[code % buckets]
        chains[code % buckets] += 1
    return compared


# --8<-- [end:chain_comparisons]
