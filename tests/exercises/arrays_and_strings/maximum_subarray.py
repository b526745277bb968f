"""Cases of maximum-subarray; what they expect comes from summing every subarray."""

import random
from collections.abc import Iterator
from types import ModuleType

from scripts.exercise.cases import Case, Mistake, call, holds

MISTAKES = (
    Mistake(
        "the best sum starts at 0",
        "best, best_start, best_stop = numbers[0], 0, 1",
        "best, best_start, best_stop = 0, 0, 0",
        shows="the empty subarray",
    ),
    Mistake(
        "starts anew at every negative number",
        "        if running <= 0:",
        "        if number <= 0:",
        shows="a single negative number ends the subarray",
    ),
    Mistake(
        "a prefix with sum 0 is kept",
        "        if running <= 0:",
        "        if running < 0:",
        shows="a prefix that sums to 0",
    ),
    Mistake(
        "the later of two equal sums is returned",
        "        if running > best:",
        "        if running >= best:",
        shows="the last of several",
    ),
)


def brute_force(numbers: list[int]) -> tuple[int, int, int]:
    """Sum every subarray, in the order of the statement, and take the first best."""
    found = [
        (sum(numbers[start:stop]), start, stop)
        for stop in range(1, len(numbers) + 1)
        for start in range(stop - 1, -1, -1)
    ]
    return max(found, key=lambda one: one[0])


def cases() -> Iterator[Case]:
    """Yield the cases."""
    name = "maximum_subarray"
    yield call(("one number", "只有一个数"), name, [5], gives=(5, 0, 1))
    yield call(
        ("a negative number inside is worth taking", "中间的负数值得保留"),
        name,
        [-1, 4, -1, 3, -9],
        gives=(6, 1, 4),
        effect=(
            "a single negative number ends the subarray only if it uses up the whole "
            "sum before it",
            "一个负数只有在把前面的和耗尽时才应该让子数组断开",
        ),
    )
    yield call(
        ("negative numbers only", "全是负数"),
        name,
        [-3, -1, -2],
        gives=(-1, 1, 2),
        effect=(
            "your code may start from a sum of 0, which is that of the empty subarray",
            "你的代码可能以 0 为初始和，而那是空子数组的和",
        ),
    )
    yield call(
        ("the largest sum is zero", "最大和为零"), name, [-1, 0, -2], gives=(0, 1, 2)
    )
    yield call(
        ("two subarrays with the same sum", "两个子数组的和相同"),
        name,
        [3, -4, 3],
        gives=(3, 0, 1),
        effect=(
            "your code returns the last of several subarrays, not the first",
            "有多个时，你的代码返回了最后一个，而不是最先结束的那个",
        ),
    )
    yield call(
        ("a longer and a shorter one end together", "终点相同，一长一短"),
        name,
        [2, -2, 5],
        gives=(5, 2, 3),
        effect=(
            "your code keeps a prefix that sums to 0, so it is not the shortest",
            "你的代码保留了和为 0 的前缀，不是最短的",
        ),
    )
    yield call(("the whole list", "整个列表"), name, [1, 2, 3, 4], gives=(10, 0, 4))
    yield holds(
        ("no numbers", "没有数"),
        "maximum_subarray([])",
        _refuses_nothing,
        effect=("the largest of no sums is not defined", "没有任何和，也就没有最大值"),
    )
    rng = random.Random(0)
    for size in (6, 15, 60):
        numbers = [rng.randint(-9, 9) for _ in range(size)]
        yield call(
            (f"{size} random numbers", f"{size} 个随机数"),
            name,
            numbers,
            gives=brute_force(numbers),
        )
    # Rises to 100,000 and falls again: the best is the first half.
    half = 100_000
    yield call(
        ("200,000 numbers", "20 万个数"),
        name,
        [1] * half + [-1] * half,
        gives=(half, 0, half),
        effect=("too slow: every subarray is tried", "太慢：试遍了所有子数组"),
    )


def _refuses_nothing(their: ModuleType) -> bool | tuple[str, str]:
    try:
        their.maximum_subarray([])
    except ValueError:
        return True
    return "it raises no ValueError", "没有抛出 ValueError"
