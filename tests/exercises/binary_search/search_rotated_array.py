"""Cases of search-rotated-array; what they expect comes from how they are built."""

import random
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from scripts.exercise.cases import Case, Mistake, Text, holds

READS = 1_000  # of elements, in one case

MISTAKES = (
    Mistake(
        "the first number of the sorted half is left out",
        "            if numbers[lo] <= target < numbers[mid]:",
        "            if numbers[lo] < target < numbers[mid]:",
        shows="the first number of the sorted half is left out",
    ),
    Mistake(
        "the last number of the sorted half is left out",
        "        elif numbers[mid] < target <= numbers[hi - 1]:",
        "        elif numbers[mid] < target < numbers[hi - 1]:",
        shows="the last number of the sorted half is left out",
    ),
    Mistake(
        "an ordinary binary search, as if nothing had been rotated",
        "        if numbers[lo] <= numbers[mid]:",
        "        if True:",
        shows="the half to go on with is chosen as in a list that was not rotated",
    ),
    Mistake(
        "every number is read",
        "    lo, hi = 0, len(numbers)\n",
        "    for place, number in enumerate(numbers):\n"
        "        if number == target:\n"
        "            return place\n"
        "    lo, hi = 0, 0\n",
        shows="read one after another",
    ),
)

ENDS: Text = (
    "the first number of the sorted half is left out, or the last: compare with "
    "`<=` at the border of the list",
    "漏掉了有序一半的首个或末个数：靠列表边界的一侧要用 `<=` 比较",
)
LAST: Text = (
    "the last number of the sorted half is left out: compare with `<=` at the border "
    "of the list",
    "漏掉了有序一半的最后一个数：靠列表边界的一侧要用 `<=` 比较",
)
PLAIN: Text = (
    "the half to go on with is chosen as in a list that was not rotated",
    "选择下一半时，仍把它当作没有旋转过的列表",
)


class StillSearching(Exception):
    """The search read more elements than any search by halves needs."""


class Rotated(Sequence[int]):
    """A rotated sorted list that counts how often it is read.

    Args:
        values: ascending; a ``range`` makes a list of any length.
        moved: how many were moved from the front to the end.
    """

    def __init__(self, values: Sequence[int], moved: int) -> None:
        self.values = values
        self.moved = moved
        self.reads = 0

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError("list index out of range")
        self.reads += 1
        if self.reads > READS:
            raise StillSearching(f"{READS:,} elements read and no end in sight")
        return self.values[(index + self.moved) % len(self)]

    def __repr__(self) -> str:
        return repr(
            [self.values[(i + self.moved) % len(self)] for i in range(len(self))]
        )


def search(
    about: Text,
    values: Sequence[int],
    moved: int,
    target: int,
    effect: Text | None = None,
    shown: str = "",
) -> Case:
    """Return the case of one search."""
    size = len(values)
    gives = (values.index(target) - moved) % size if target in values else None

    def run(their: ModuleType) -> Any:
        return their.search_rotated(Rotated(values, moved), target)

    ask = f"search_rotated({shown or Rotated(values, moved)}, {target})"
    return Case(about, ask, run, gives, effect=effect)


def first_wrong(their: ModuleType, values: list[int]) -> bool | Text:
    """Return the first search that goes wrong among all small ones, or True."""
    for moved in range(len(values)):
        numbers = [*values[moved:], *values[:moved]]
        for target in range(values[0] - 1, values[-1] + 2):
            right = numbers.index(target) if target in numbers else None
            got = their.search_rotated(Rotated(values, moved), target)
            if got != right:
                return (
                    f"{target} in {numbers}: {got} instead of {right}",
                    f"在 {numbers} 中找 {target}：得到 {got}，应为 {right}",
                )
    return True


def cases() -> Iterator[Case]:
    """Yield the cases."""
    few = [1, 3, 4, 6, 8, 9]
    yield search(("in the half behind the drop", "在断点之后的一段里"), few, 3, 3)
    yield search(
        ("in the half before the drop", "在断点之前的一段里"), few, 3, 8, PLAIN
    )
    yield search(("the first number", "第一个数"), few, 2, 4, ENDS)
    yield search(("the last number", "最后一个数"), few, 4, 6, LAST)
    yield search(("a number that is not there", "不存在的数"), few, 3, 7)
    yield search(("a list that was not rotated", "没有旋转过的列表"), few, 0, 8)
    yield search(("no numbers", "空列表"), [], 0, 5)
    yield search(("one number, which is it", "只有一个数，正是目标"), [5], 0, 5)
    yield search(("one number, another one", "只有一个数，不是目标"), [5], 0, 4)
    yield search(
        ("two numbers, the second", "两个数，目标是第二个"),
        [2, 7],
        1,
        2,
        (
            "where the middle is also the first number, that part counts as sorted",
            "中间的数同时也是第一个数时，这一段应算作有序",
        ),
    )
    for size in (7, 8):
        values = list(range(10, 10 + 3 * size, 3))

        yield holds(
            (
                f"every rotation of {size} numbers, every target",
                f"{size} 个数的所有旋转、所有目标",
            ),
            f"each rotation of {values}, each target from 9 to {values[-1] + 1}",
            lambda their, values=values: first_wrong(their, values),
        )
    slow = (
        "halving takes about 40 rounds; read one after another, numbers are too many",
        "二分约需 40 轮，逐个读取则太慢",
    )
    many = range(0, 3 * 10**12, 3)
    shown = "a trillion multiples of 3, rotated"
    rng = random.Random(0)
    for moved in (10**12 - 1, 1, rng.randrange(10**12)):
        yield search(
            (
                f"a trillion numbers, {moved:,} of them moved",
                f"一万亿个数，移动了 {moved:,} 个",
            ),
            many,
            moved,
            3 * rng.randrange(10**12),
            slow,
            shown,
        )
    yield search(
        ("a trillion numbers, the target absent", "一万亿个数，目标不存在"),
        many,
        5,
        1_000,
        slow,
        shown,
    )
