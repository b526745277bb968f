"""Cases of binary-search; what they expect comes from counting, or a formula."""

import random
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from scripts.exercise.cases import Case, Mistake, Text, brief

READS = 1_000  # of elements, in one case

MISTAKES = (
    Mistake(
        "the search for the lower bound ends before the last position",
        "    lo, hi = 0, len(numbers)\n"
        "    while lo < hi:  # all before lo < target <= all from hi on",
        "    lo, hi = 0, len(numbers) - 1\n    while lo < hi:",
        shows="the end of the list is never returned",
    ),
    Mistake(
        "the lower bound goes past equal numbers",
        "        if numbers[mid] < target:",
        "        if numbers[mid] <= target:",
        shows="goes past the equal numbers",
    ),
    Mistake(
        "lo is set to mid, and a range of one element never shrinks",
        "        if numbers[mid] <= target:\n            lo = mid + 1",
        "        if numbers[mid] <= target:\n            lo = mid",
        shows="the loop does not end",
    ),
    Mistake(
        "the insertion point is taken for a find, without a look at it",
        "    if first < len(numbers) and numbers[first] == target:",
        "    if first < len(numbers):",
        shows="without looking whether the target stands there",
    ),
)

END: Text = (
    "the end of the list is never returned: the bounds leave it out at the start",
    "永远不会返回列表末尾：初始边界就没有包含它",
)
PAST: Text = (
    "your code goes past the equal numbers, or stops among them",
    "你的代码越过了相等的数，或停在它们中间",
)
ABSENT: Text = (
    "your code returns an insertion point without looking whether the target stands "
    "there",
    "返回了插入位置，却没有检查那里是不是目标值",
)


class StillSearching(Exception):
    """The search read more elements than any search by halves needs."""


class Watched(Sequence[int]):
    """A list that stops a search which does not end.

    Args:
        values: what it holds; a ``range`` makes a list of any length.
    """

    def __init__(self, values: Sequence[int]) -> None:
        self.values = values
        self.reads = 0

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: Any) -> Any:
        one = not isinstance(index, slice)
        self.reads += 1 if one else len(range(*index.indices(len(self))))
        if self.reads > READS:
            raise StillSearching(f"{READS:,} elements read and no end in sight")
        return self.values[index]


def search(
    about: Text,
    name: str,
    values: Sequence[int],
    target: int,
    gives: int | None,
    effect: Text | None = None,
) -> Case:
    """Return the case of one search."""

    def run(their: ModuleType) -> Any:
        return getattr(their, name)(Watched(values), target)

    ask = f"{name}({brief(values)}, {target})"
    return Case(about, ask, run, gives, effect=effect)


def first(values: Sequence[int], target: int) -> int | None:
    """Return the first position of the target by looking at each."""
    return next((i for i, value in enumerate(values) if value == target), None)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    loop = (
        "with `lo = mid` a range of one element stays as it is: the loop does not end",
        "循环不会结束：写成 `lo = mid` 时，只剩一个元素的区间不再缩小",
    )
    yield search(
        ("one number, which is smaller", "只有一个数，且更小"),
        "lower_bound",
        [4],
        9,
        1,
        END,
    )
    yield search(
        ("one number, which is equal: upper bound", "只有一个相等的数：上界"),
        "upper_bound",
        [4],
        4,
        1,
        loop,
    )
    same = [1, 3, 3, 3, 8]
    yield search(
        ("lower bound of equal numbers", "相等的数的下界"),
        "lower_bound",
        same,
        3,
        1,
        PAST,
    )
    yield search(
        ("upper bound of equal numbers", "相等的数的上界"),
        "upper_bound",
        same,
        3,
        4,
        PAST,
    )
    yield search(
        ("first of equal numbers", "相等的数中的第一个"),
        "binary_search",
        same,
        3,
        1,
        PAST,
    )
    yield search(
        ("a gap between numbers", "两个数之间的空档"),
        "binary_search",
        same,
        5,
        None,
        ABSENT,
    )
    yield search(
        ("target beyond the last number", "目标大于最后一个数"),
        "binary_search",
        same,
        9,
        None,
        ("your code reads past the end", "读取越过了列表末尾"),
    )
    for name, gives in (
        ("lower_bound", 0),
        ("upper_bound", 0),
        ("binary_search", None),
    ):
        yield search((f"no numbers: {name}", f"空列表：{name}"), name, [], 7, gives)
    rng = random.Random(0)
    for size in (2, 3, 8, 31):
        values = sorted(rng.randint(-9, 9) for _ in range(size))
        target = rng.choice(values)
        smaller = sum(value < target for value in values)
        repeated = values.count(target)
        yield search(
            (f"lower bound, {size} random numbers", f"{size} 个随机数的下界"),
            "lower_bound",
            values,
            target,
            smaller,
        )
        yield search(
            (f"upper bound, {size} random numbers", f"{size} 个随机数的上界"),
            "upper_bound",
            values,
            target,
            smaller + repeated,
        )
        other = rng.randint(-9, 9)
        yield search(
            (f"search, {size} random numbers", f"在 {size} 个随机数中查找"),
            "binary_search",
            values,
            other,
            first(values, other),
        )
    slow = (
        "halving takes about 40 reads; reading one after another is too slow",
        "二分约需读取 40 次，逐个读取则太慢",
    )
    even = range(0, 2 * 10**12, 2)
    yield search(
        ("lower bound in a trillion even numbers", "一万亿个偶数中的下界"),
        "lower_bound",
        even,
        1_234_567_891,
        617_283_946,
        slow,
    )
    yield search(
        ("upper bound in a trillion even numbers", "一万亿个偶数中的上界"),
        "upper_bound",
        even,
        1_234_567_890,
        617_283_946,
        slow,
    )
    yield search(
        ("the last of a trillion even numbers", "一万亿个偶数中的最后一个"),
        "binary_search",
        even,
        2 * 10**12 - 2,
        10**12 - 1,
        slow,
    )
