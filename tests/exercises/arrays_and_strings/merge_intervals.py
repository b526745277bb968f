"""Cases of merge-intervals; what they expect comes from the points that are covered."""

import random
from collections.abc import Iterator
from types import ModuleType

from scripts.exercise.cases import Case, Mistake, call, holds

MISTAKES = (
    Mistake(
        "the last end is overwritten",
        "merged[-1] = (last_start, max(last_end, end))",
        "merged[-1] = (last_start, end)",
        shows="cuts the larger one short",
    ),
    Mistake(
        "touching intervals stay apart",
        "start <= merged[-1][1]",
        "start < merged[-1][1]",
        shows="share one point",
    ),
    Mistake(
        "neighboring integers are merged",
        "start <= merged[-1][1]",
        "start <= merged[-1][1] + 1",
        shows="2.5",
    ),
    Mistake(
        "nothing is sorted",
        "in sorted(intervals):",
        "in intervals:",
        shows="the order they come in",
    ),
    Mistake(
        "the caller's list is sorted",
        "    for start, end in sorted(intervals):",
        "    intervals.sort()\n    for start, end in intervals:",
        shows="changes the caller's list",
    ),
)


def brute_force(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Mark integers and the points halfway between them; read off the covered runs."""
    covered = {
        doubled  # a point times 2
        for start, end in intervals
        for doubled in range(2 * start, 2 * end + 1)
    }
    starts = sorted(point for point in covered if point - 1 not in covered)
    ends = sorted(point for point in covered if point + 1 not in covered)
    return [(a // 2, b // 2) for a, b in zip(starts, ends, strict=True)]


def cases() -> Iterator[Case]:
    """Yield the cases."""
    name = "merge_intervals"
    yield call(
        ("two overlap, one stands apart", "两个重叠，一个独立"),
        name,
        [(1, 4), (3, 6), (8, 9)],
        gives=[(1, 6), (8, 9)],
    )
    yield call(("no intervals", "没有区间"), name, [], gives=[])
    yield call(("one interval", "一个区间"), name, [(2, 5)], gives=[(2, 5)])
    yield call(
        ("one lies inside another", "一个区间包含另一个"),
        name,
        [(1, 10), (2, 3), (4, 5)],
        gives=[(1, 10)],
        effect=(
            "the end of a small interval inside a larger one cuts the larger one short",
            "大区间里的小区间把大区间的右端截短了",
        ),
    )
    yield call(
        ("they touch in one point", "只有一个公共端点"),
        name,
        [(1, 2), (2, 3)],
        gives=[(1, 3)],
        effect=(
            "intervals that share one point are to be merged",
            "有一个公共点的区间也要合并",
        ),
    )
    yield call(
        ("a gap without an integer in it", "间隙里没有整数"),
        name,
        [(1, 2), (3, 4)],
        gives=[(1, 2), (3, 4)],
        effect=(
            "2.5 belongs to neither interval, so they share no point",
            "2.5 不属于任何一个区间，因此它们没有公共点",
        ),
    )
    yield call(
        ("unsorted", "未排序"),
        name,
        [(5, 6), (1, 2), (2, 5)],
        gives=[(1, 6)],
        effect=(
            "your code relies on the order they come in",
            "你的代码依赖输入的顺序",
        ),
    )
    yield call(
        ("points, negative numbers, repetitions", "单点、负数、重复"),
        name,
        [(0, 0), (-3, -1), (-3, -1), (0, 0)],
        gives=[(-3, -1), (0, 0)],
    )
    yield holds(
        ("the list given stays as it was", "传入的列表保持不变"),
        "given = [(3, 4), (1, 2)]; merge_intervals(given); given",
        _keeps_what_is_given,
        effect=(
            "your code changes the caller's list; sort a copy",
            "你的代码改动了调用者的列表，应该对副本排序",
        ),
    )
    rng = random.Random(0)
    for size in (5, 12, 40):
        starts = [rng.randint(-60, 60) for _ in range(size)]
        intervals = [(start, start + rng.randint(0, 9)) for start in starts]
        yield call(
            (f"{size} random intervals", f"{size} 个随机区间"),
            name,
            intervals,
            gives=brute_force(intervals),
        )
    apart = [(10 * i, 10 * i + 5) for i in range(50_000)]
    yield call(
        ("50,000 intervals, last one first", "5 万个区间，倒序给出"),
        name,
        apart[::-1],
        gives=apart,
        effect=("too slow: every pair is compared", "太慢：两两比较了所有区间"),
    )


def _keeps_what_is_given(their: ModuleType) -> bool | tuple[str, str]:
    given = [(3, 4), (1, 2)]
    their.merge_intervals(given)
    if given == [(3, 4), (1, 2)]:
        return True
    return f"given is {given} afterwards", f"调用之后 given 变成了 {given}"
