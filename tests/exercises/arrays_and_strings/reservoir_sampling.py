"""Cases of reservoir-sampling; they count how often items and pairs are chosen.

A count may be off by six standard deviations, so a right solution fails by chance less
than once in 10^7 tries, whatever random numbers it draws.
"""

import math
import random
from collections.abc import Iterator
from itertools import combinations
from types import ModuleType
from typing import ClassVar

from scripts.exercise.cases import Case, Mistake, holds

RUNS = 20_000
SIZE = 6  # items of the stream whose samples are counted
WANTED = 2
DEVIATIONS = 6.0

Found = bool | tuple[str, str]

MISTAKES = (
    Mistake(
        "the item itself is left out of the draw",
        "rng.randrange(i + 1)",
        "rng.randrange(i)",
        shows="the draw must include the current item",
    ),
    Mistake(
        "every item replaces one",
        "rng.randrange(i + 1)",
        "rng.randrange(k)",
        shows="chosen",
    ),
    Mistake(
        "always the same place is replaced",
        "                reservoir[j] = item",
        "                reservoir[0] = item",
        shows="chosen",
    ),
    Mistake(
        "the stream is stored",
        "    for i, item in enumerate(stream):",
        "    for i, item in enumerate(list(stream)):",
        shows="keeps the stream in memory",
    ),
    Mistake(
        "the module random is asked, not rng",
        "            j = rng.randrange(i + 1)",
        "            j = __import__('random').randrange(i + 1)",
        shows="other random numbers than those of rng",
    ),
    Mistake(
        "a negative k passes",
        "    if k < 0:",
        "    if k < -1:",
        shows="no ValueError",
    ),
)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    few = (
        "a stream with at most k items is returned whole",
        "不超过 k 个元素的流要全部返回",
    )
    for about, size, wanted in (
        (("fewer items than wanted", "元素少于 k 个"), 3, 5),
        (("just as many as wanted", "恰好 k 个元素"), 4, 4),
        (("an empty stream", "空的流"), 0, 2),
    ):
        yield holds(
            about,
            f"reservoir_sampling(iter(range({size})), {wanted}, rng)",
            lambda their, size=size, wanted=wanted: _all_of(their, size, wanted),
            effect=few,
        )
    yield holds(
        ("none are wanted", "k 为 0"),
        "reservoir_sampling(iter(range(9)), 0, rng)",
        lambda their: _sizes(their, 9, 0),
    )
    yield holds(
        ("a negative k", "k 为负数"),
        "reservoir_sampling([1, 2], -1, rng)",
        _refuses_negative,
    )
    yield holds(
        ("k items from different positions", "来自不同位置的 k 个元素"),
        "reservoir_sampling(iter(range(1000)), 10, rng)",
        lambda their: _sizes(their, 1000, 10),
        effect=("no position may be drawn twice", "同一个位置不能抽中两次"),
    )
    yield holds(
        ("equal items count one by one", "相同的元素分别计数"),
        "reservoir_sampling(iter('aaaa'), 3, rng)",
        _keeps_equal_items,
        effect=(
            "positions are sampled, not values; a set loses equal items",
            "抽取的是位置而不是取值，用集合会丢掉相同的元素",
        ),
    )
    yield holds(
        ("every item is equally likely", "每个元素被选中的概率相同"),
        f"{RUNS:,} times reservoir_sampling(iter(range({SIZE})), {WANTED}, rng)",
        lambda their: _uniform(their, 1),
        effect=(
            "look at the range of the random number: the draw must include the current "
            "item; counted from 1, the i-th replaces another with probability k / i",
            "检查随机数的范围：必须把当前元素也算进去；从 1 数起，第 i 个元素应以 "
            "k / i 的概率替换",
        ),
    )
    yield holds(
        ("every pair of items is equally likely", "每一对元素被选中的概率相同"),
        f"{RUNS:,} times reservoir_sampling(iter(range({SIZE})), {WANTED}, rng)",
        lambda their: _uniform(their, 2),
        effect=(
            "equal chances of single items are not enough; each kept item must be "
            "equally likely to be replaced",
            "单个元素概率相同还不够，每个已保留的元素被替换的概率也必须相同",
        ),
    )
    yield holds(
        ("the seed decides the sample", "种子决定结果"),
        "reservoir_sampling(iter(range(1000)), 5, Random(seed)), seeds 0 to 9, twice",
        _follows_the_seed,
        effect=(
            "your code draws other random numbers than those of rng",
            "你的代码用了 rng 以外的随机数",
        ),
    )
    yield holds(
        ("20,000 items, of which few are kept", "2 万个元素，只保留少数"),
        "reservoir_sampling(items, 10, rng), counting the items alive",
        _forgets,
        effect=(
            "your code keeps the stream in memory; it may be longer than memory",
            "你的代码把整个流存进了内存，而流可能比内存还大",
        ),
    )
    yield holds(
        ("200,000 items, half of them wanted", "20 万个元素，抽取一半"),
        "reservoir_sampling(iter(range(200_000)), 100_000, rng)",
        lambda their: _sizes(their, 200_000, 100_000),
        effect=("too slow: time must be linear", "太慢：时间应当是线性的"),
    )


def _all_of(their: ModuleType, size: int, wanted: int) -> Found:
    got = list(their.reservoir_sampling(iter(range(size)), wanted, random.Random(0)))
    if sorted(got) == list(range(size)):
        return True
    return (
        f"it returns {got} instead of all {size} items",
        f"返回了 {got}，应为全部 {size} 个元素",
    )


def _sizes(their: ModuleType, size: int, wanted: int) -> Found:
    """Whether as many different items come back as are wanted."""
    got = list(their.reservoir_sampling(iter(range(size)), wanted, random.Random(0)))
    if len(got) != wanted:
        return (
            f"it returns {len(got)} items instead of {wanted}",
            f"返回了 {len(got)} 个元素，应为 {wanted} 个",
        )
    if len(set(got)) != wanted or not set(range(size)).issuperset(got):
        return (
            "an item comes twice, or is none of the stream's",
            "有元素重复，或不在流中",
        )
    return True


def _refuses_negative(their: ModuleType) -> Found:
    try:
        their.reservoir_sampling([1, 2], -1, random.Random(0))
    except ValueError:
        return True
    return "it raises no ValueError", "没有抛出 ValueError"


def _keeps_equal_items(their: ModuleType) -> Found:
    got = list(their.reservoir_sampling(iter("aaaa"), 3, random.Random(0)))
    return got == ["a"] * 3 or (
        f"it returns {got} instead of 3 times 'a'",
        f"返回了 {got}，应为 3 个 'a'",
    )


def _uniform(their: ModuleType, together: int) -> Found:
    """Whether all groups of so many items are chosen equally often.

    Each group of g items is in the sample with probability C(k, g) / C(n, g).
    """
    rng = random.Random(1)
    groups = list(combinations(range(SIZE), together))
    counts = dict.fromkeys(groups, 0)
    for _ in range(RUNS):
        got = their.reservoir_sampling(iter(range(SIZE)), WANTED, rng)
        for group in combinations(sorted(got), together):
            counts[group] += 1
    share = math.comb(WANTED, together) / len(groups)
    allowed = DEVIATIONS * math.sqrt(share * (1 - share) / RUNS)
    worst = max(groups, key=lambda group: abs(counts[group] / RUNS - share))
    found = counts[worst] / RUNS
    if abs(found - share) <= allowed:
        return True
    which = " and ".join(f"item {item + 1}" for item in worst)
    both = "和".join(f"第 {item + 1} 个元素" for item in worst)
    chosen = "was chosen" if together == 1 else "were chosen together"
    selected = "被选中" if together == 1 else "同时被选中"
    return (
        f"of {SIZE} items, {which} {chosen} in {found:.1%} of the runs; it should be "
        f"about {share:.1%}",
        f"{SIZE} 个元素中，{both}在 {found:.1%} 的试验中{selected}，应约为 {share:.1%}",
    )


def _follows_the_seed(their: ModuleType) -> Found:
    def samples() -> list[list[int]]:
        return [
            list(their.reservoir_sampling(iter(range(1000)), 5, random.Random(seed)))
            for seed in range(10)
        ]

    first = samples()
    if first != samples():
        return "the same seeds give other samples", "相同的种子给出了不同的结果"
    if all(sample == first[0] for sample in first):
        return "all seeds give the same sample", "所有种子都给出相同的结果"
    return True


class _Item:
    """An item that tells how many of its kind are alive."""

    alive: ClassVar[int] = 0

    def __init__(self) -> None:
        _Item.alive += 1

    def __del__(self) -> None:
        _Item.alive -= 1


def _forgets(their: ModuleType) -> Found:
    _Item.alive = most = 0

    def items() -> Iterator[_Item]:
        nonlocal most
        for _ in range(20_000):
            yield _Item()
            most = max(most, _Item.alive)

    got = list(their.reservoir_sampling(items(), 10, random.Random(0)))
    if len(got) != 10:
        return f"it returns {len(got)} items", f"返回了 {len(got)} 个元素"
    if most > 100:
        return f"{most:,} items were kept at a time", f"同时保留了 {most:,} 个元素"
    return True
