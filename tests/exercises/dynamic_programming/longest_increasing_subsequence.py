"""Cases of longest-increasing-subsequence: all subsequences, and known ones."""

import random
from collections.abc import Iterator
from itertools import combinations, pairwise

from scripts.exercise.cases import Case, Mistake, call

REPLACED = "            tails[place] = number\n"
MISTAKES = (
    Mistake(
        "equal numbers count as increasing",
        "bisect.bisect_left(tails, number)",
        "bisect.bisect_right(tails, number)",
        shows="equal numbers do not increase",
    ),
    Mistake(
        "a number is taken whenever it is larger than the last one taken",
        REPLACED,
        "            pass\n",
        shows="keeps the first numbers it meets",
    ),
    Mistake(
        "a smaller number ends what was found so far",
        REPLACED,
        "            del tails[place:]\n            tails.append(number)\n",
        shows="forgets longer subsequences",
    ),
    Mistake(
        "every earlier number is looked at",
        "    tails: list[int] = []  # tails[k]: smallest end of a subsequence of length"
        " k + 1\n"
        "    for number in numbers:\n",
        "    best: list[int] = []\n"
        "    for j, y in enumerate(numbers):\n"
        "        best.append(1 + max((best[i] for i in range(j) if numbers[i] < y),"
        " default=0))\n"
        "    return max(best, default=0)\n"
        "    for number in numbers:\n",
        shows="compare every number with all earlier ones",
        endless=True,
    ),
)


def by_all_subsequences(numbers: list[int]) -> int:
    """Try all subsequences, the long ones first."""
    for size in range(len(numbers), 0, -1):
        for chosen in combinations(numbers, size):
            if all(x < y for x, y in pairwise(chosen)):
                return size
    return 0


def cases() -> Iterator[Case]:
    """Yield the cases."""
    name = "longest_increasing_subsequence"
    first = (
        "your code keeps the first numbers it meets; a smaller end is better",
        "你的代码总是保留先遇到的数，而结尾越小越好",
    )
    forgets = (
        "your code forgets longer subsequences when a smaller number comes",
        "遇到较小的数时，你的代码丢掉了已有的更长子序列",
    )
    equal = (
        "equal numbers do not increase strictly",
        "相等的数不算严格递增",
    )
    yield call(("numbers that rise", "一直上升"), name, [1, 4, 9], gives=3)
    yield call(("numbers that fall", "一直下降"), name, [9, 4, 1], gives=1)
    yield call(("one number", "一个数"), name, [-5], gives=1)
    yield call(("no numbers", "没有数"), name, [], gives=0)
    yield call(
        ("the first number is the largest", "第一个数最大"),
        name,
        [9, 1, 2, 3],
        gives=3,
        effect=first,
    )
    yield call(
        ("a long rise, then a small number", "长上升之后出现小数"),
        name,
        [4, 5, 6, 1, 7],
        gives=4,
        effect=forgets,
    )
    yield call(
        ("small numbers at the end change nothing", "末尾的小数不影响结果"),
        name,
        [3, 4, 5, 1, 2],
        gives=3,
        effect=forgets,
    )
    yield call(("equal numbers", "相等的数"), name, [7, 7, 7], gives=1, effect=equal)
    yield call(
        ("equal numbers among others", "夹杂相等的数"),
        name,
        [1, 3, 3, 2, 2, 4],
        gives=3,
        effect=equal,
    )
    rng = random.Random(0)
    for size, top in ((8, 5), (10, 40), (12, 12)):
        numbers = [rng.randint(-top, top) for _ in range(size)]
        yield call(
            (f"{size} random numbers up to {top}", f"{size} 个不超过 {top} 的随机数"),
            name,
            numbers,
            gives=by_all_subsequences(numbers),
        )
    slow = (
        "where it does not finish, you compare every number with all earlier ones",
        "如果迟迟算不完，多半是把每个数与之前所有数都比较了一遍",
    )
    size, length = 200_000, 400
    blocks = size // length
    yield call(
        ("200,000 numbers: 500 rises, each below the last", "20 万个数：500 段上升"),
        name,
        [
            (blocks - 1 - block) * length + place
            for block in range(blocks)
            for place in range(length)
        ],
        gives=length,  # each rise lies below the one before
        effect=slow,
    )
    yield call(
        ("200,000 numbers: 500 falls, each above the last", "20 万个数：500 段下降"),
        name,
        [
            block * length + length - 1 - place
            for block in range(blocks)
            for place in range(length)
        ],
        gives=blocks,  # one number of each fall
        effect=slow,
    )
