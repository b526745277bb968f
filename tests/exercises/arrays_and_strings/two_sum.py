"""Cases of two-sum; what they expect comes from trying all pairs."""

import random
from collections.abc import Iterator

from scripts.exercise.cases import Case, Mistake, call

MISTAKES = (
    Mistake(
        "an element is paired with itself",
        "        if target - number in last:\n"
        "            return last[target - number], j\n"
        "        last[number] = j\n",
        "        last[number] = j\n"
        "        if target - number in last:\n"
        "            return last[target - number], j\n",
        shows="pairs an element with itself",
    ),
    Mistake(
        "the first position of a number is kept",
        "        last[number] = j",
        "        last.setdefault(number, j)",
        shows="the largest i",
    ),
    Mistake(
        "nothing is said where there is no pair",
        "    return None",
        "    return (0, 0)",
        shows="a pair where there is none",
    ),
    Mistake(
        "all pairs are tried",
        "        if target - number in last:\n"
        "            return last[target - number], j\n",
        "        for i in range(j - 1, -1, -1):\n"
        "            if numbers[i] + number == target:\n"
        "                return i, j\n",
        shows="too slow",
        endless=True,
    ),
)


def brute_force(numbers: list[int], target: int) -> tuple[int, int] | None:
    """Try all pairs in the order of the statement."""
    for j in range(len(numbers)):
        for i in range(j - 1, -1, -1):
            if numbers[i] + numbers[j] == target:
                return i, j
    return None


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield call(
        ("neighbors at the start", "开头相邻的两个数"),
        "two_sum",
        [2, 7, 11],
        9,
        gives=(0, 1),
        effect=(
            "position 0 is false in Python: ask with `in`, or compare with None",
            "位置 0 在 Python 里为假：应该用 in 判断，或与 None 比较",
        ),
    )
    yield call(
        ("half the target stands there once", "目标的一半只出现一次"),
        "two_sum",
        [3, 1, 5],
        6,
        gives=(1, 2),
        effect=(
            "your code pairs an element with itself",
            "你的代码把同一个元素用了两次",
        ),
    )
    yield call(("equal numbers", "两个相同的数"), "two_sum", [3, 3], 6, gives=(0, 1))
    yield call(
        ("two pairs that end at the same place", "终点相同的两对"),
        "two_sum",
        [4, 4, 2],
        6,
        gives=(1, 2),
        effect=(
            "of several pairs with the same j, the one with the largest i is asked for",
            "j 相同的有多对时，要返回 i 最大的那一对",
        ),
    )
    yield call(
        ("two pairs, one inside the other", "一对夹在另一对中间"),
        "two_sum",
        [1, 2, 3, 4],
        5,
        gives=(1, 2),
        effect=(
            "of several pairs, the one with the smallest j is asked for",
            "有多对时，要返回 j 最小的那一对",
        ),
    )
    yield call(
        ("no pair", "没有答案"),
        "two_sum",
        [1, 2, 4],
        100,
        gives=None,
        effect=("your code finds a pair where there is none", "没有答案时却给出了答案"),
    )
    for numbers in ([], [4]):
        yield call(
            (f"{len(numbers)} numbers", f"{len(numbers)} 个数"),
            "two_sum",
            numbers,
            4,
            gives=None,
        )
    rng = random.Random(0)
    for size in (5, 20, 60):
        numbers = [rng.randint(-30, 30) for _ in range(size)]
        target = rng.randint(-20, 20)
        yield call(
            (f"{size} random numbers, negative ones too", f"{size} 个随机数，含负数"),
            "two_sum",
            numbers,
            target,
            gives=brute_force(numbers, target),
        )
    many = list(range(0, 400_000, 2))
    yield call(
        ("200,000 numbers without a pair", "20 万个数，没有答案"),
        "two_sum",
        many,
        399_999,
        gives=None,
        effect=("too slow: every pair is tried", "太慢：试遍了所有数对"),
    )
