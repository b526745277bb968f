"""Cases of search-answer-space; they expect what trying all divisions gives."""

import random
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, combinations, pairwise
from types import ModuleType

from scripts.exercise.cases import Case, Mistake, Text, call, holds

MISTAKES = (
    Mistake(
        "the search begins below the heaviest package",
        "    lo, hi = max(weights, default=0), sum(weights)",
        "    lo, hi = 1, sum(weights)",
        shows="cannot carry the heaviest package",
    ),
    Mistake(
        "a package that just fits waits for the next day",
        "        if weight > room:",
        "        if weight >= room:",
        shows="just fits",
    ),
    Mistake(
        "one day is left unused",
        "        if days_needed(weights, mid) <= days:",
        "        if days_needed(weights, mid) < days:",
        shows="a day is left unused",
    ),
    Mistake(
        "the total divided by the days is the answer",
        "    lo, hi = max(weights, default=0), sum(weights)",
        "    lo = hi = max(max(weights, default=0), -(-sum(weights) // days))",
        shows="cannot be cut",
    ),
    Mistake(
        "the packages are sorted",
        "    for weight in weights:",
        "    for weight in sorted(weights):",
        shows="in another order",
    ),
)


def best_division(weights: list[int], days: int) -> int:
    """Return the smallest heaviest day over all ways to cut the row."""
    best = sum(weights)
    cuts = min(days, len(weights)) - 1
    for places in combinations(range(1, len(weights)), max(cuts, 0)):
        ends = [0, *places, len(weights)]
        loads = [sum(weights[a:b]) for a, b in pairwise(ends)]
        best = min(best, max(loads))
    return best


def leaves_in_time(weights: list[int], days: int, capacity: int) -> bool:
    """Tell whether a capacity is enough, by jumps through the running sums."""
    if capacity < max(weights):
        return False
    sums = [0, *accumulate(weights)]
    place = 0
    for _ in range(days):
        place = bisect_right(sums, sums[place] + capacity) - 1
    return place == len(weights)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield call(
        ("days with a ship of 5", "运力为 5 时的天数"),
        "days_needed",
        [3, 2, 4],
        5,
        gives=2,
        effect=(
            "a package that just fits must leave on the same day",
            "恰好装得下的包裹应当天运走",
        ),
    )
    yield call(
        ("days with a ship that takes all", "一次全装下时的天数"),
        "days_needed",
        [3, 2, 2, 4],
        11,
        gives=1,
    )
    yield call(
        ("days for no packages", "没有包裹时的天数"), "days_needed", [], 5, gives=0
    )
    yield call(
        ("small and large in turn, a ship of 10", "小大相间、运力为 10"),
        "days_needed",
        [2, 7, 2, 7],
        10,
        gives=2,
        effect=("the packages are loaded in another order", "没有按给定顺序装载"),
    )
    yield call(
        ("two days for four packages", "四个包裹、两天"),
        "smallest_capacity",
        [3, 2, 2, 4],
        2,
        gives=6,
        effect=(
            "a day is left unused, or the capacity is not the smallest",
            "有一天没有用上，或者运力不是最小",
        ),
    )
    yield call(
        ("one day: all at once", "一天：一次运完"),
        "smallest_capacity",
        [3, 2, 2, 4],
        1,
        gives=11,
        effect=(
            "the last capacity tried need not be enough; return the border",
            "最后试过的运力不一定够用，应当返回分界点",
        ),
    )
    yield call(
        ("three equal packages, two days", "三个一样重的包裹、两天"),
        "smallest_capacity",
        [4, 4, 4],
        2,
        gives=8,
        effect=(
            "packages cannot be cut: the total divided by the days may be too little",
            "包裹不能切开，总重量除以天数可能不够",
        ),
    )
    yield call(
        ("more days than packages", "天数多于包裹数"),
        "smallest_capacity",
        [9, 1, 1],
        5,
        gives=9,
        effect=(
            "such a ship cannot carry the heaviest package",
            "这样的船装不下最重的包裹",
        ),
    )
    yield call(
        ("large and small in turn", "大小相间、三天"),
        "smallest_capacity",
        [5, 1, 5, 1, 5, 1],
        3,
        gives=6,
    )
    yield call(("no packages", "没有包裹"), "smallest_capacity", [], 3, gives=0)
    yield call(("one package", "一个包裹"), "smallest_capacity", [7], 1, gives=7)
    rng = random.Random(0)
    for size in (6, 9, 11):
        weights = [rng.randint(1, 20) for _ in range(size)]
        days = rng.randint(2, size - 1)
        yield call(
            (f"{size} random packages", f"{size} 个随机包裹"),
            "smallest_capacity",
            weights,
            days,
            gives=best_division(weights, days),
        )
    slow = (
        "if this is too slow: halving takes about 45 tries, trying one capacity after "
        "another is hopeless",
        "如果太慢：二分约需试 45 次，不要逐个尝试每种运力",
    )
    yield call(
        ("20,000 equal packages of a billion", "2 万个重十亿的包裹"),
        "smallest_capacity",
        [10**9] * 20_000,
        300,
        gives=67 * 10**9,  # 20,000 / 300 = 66.7
        effect=slow,
    )
    many = [rng.randint(1, 10**9) for _ in range(20_000)]

    def smallest(their: ModuleType) -> bool | Text:
        capacity = their.smallest_capacity(many.copy(), 365)
        if not leaves_in_time(many, 365, capacity):
            return f"{capacity} is too little", f"运力 {capacity} 不够"
        if leaves_in_time(many, 365, capacity - 1):
            return f"less than {capacity} is enough", f"不到 {capacity} 就够了"
        return True

    yield holds(
        (
            "20,000 random packages: one unit less would be too little",
            "2 万个随机包裹：再少一个单位就不够",
        ),
        "smallest_capacity(weights, 365) is enough, one unit less is not",
        smallest,
    )
