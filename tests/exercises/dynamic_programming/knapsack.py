"""Cases of knapsack; they expect the best of all subsets, or a closed form."""

import random
import tracemalloc
from collections.abc import Iterator
from itertools import combinations
from types import ModuleType

from scripts.exercise.cases import Case, Mistake, Text, call, holds

Items = list[tuple[int, int]]

LOOPS = (
    "    for weight, value in items:\n"
    "        for room in range(capacity, weight - 1, -1):\n"
    "            best[room] = max(best[room], best[room - weight] + value)\n"
    "    return best[capacity]\n"
)
MISTAKES = (
    Mistake(
        "the room is run through upwards",
        "range(capacity, weight - 1, -1)",
        "range(weight, capacity + 1)",
        shows="takes an item more than once",
    ),
    Mistake(
        "items are taken by value per weight",
        LOOPS,
        "    total = 0\n"
        "    for weight, value in sorted(items, key=lambda i: -i[1] / i[0]):\n"
        "        if weight <= capacity:\n"
        "            capacity, total = capacity - weight, total + value\n"
        "    return total\n",
        shows="value per weight",
    ),
    Mistake(
        "an item as heavy as the room is left out",
        "range(capacity, weight - 1, -1)",
        "range(capacity, weight, -1)",
        shows="just fits",
    ),
    Mistake(
        "a row is kept for each item",
        "    best = [0] * (capacity + 1)  # best[room]: with the items seen so far\n"
        + LOOPS,
        "    best = [[0] * (capacity + 1) for _ in range(len(items) + 1)]\n"
        "    for i, (weight, value) in enumerate(items):\n"
        "        for room in range(capacity + 1):\n"
        "            best[i + 1][room] = best[i][room]\n"
        "            if weight <= room:\n"
        "                best[i + 1][room] = max(\n"
        "                    best[i][room], best[i][room - weight] + value\n"
        "                )\n"
        "    return best[-1][capacity]\n",
        shows="keeps a row for each item",
    ),
)


def best_subset(items: Items, capacity: int) -> int:
    """Try all subsets."""
    return max(
        sum(value for _, value in chosen)
        for size in range(len(items) + 1)
        for chosen in combinations(items, size)
        if sum(weight for weight, _ in chosen) <= capacity
    )


def cases() -> Iterator[Case]:
    """Yield the cases."""
    name = "knapsack"
    fits = (
        "an item that just fits can be taken",
        "恰好装得下的物品可以装",
    )
    again = (
        "your code takes an item more than once",
        "你的代码把同一件物品装了不止一次",
    )
    greedy = (
        "wrong if items are taken by their value per weight, or by their value",
        "如果按单位重量的价值（或按价值）依次选取，这里就会出错",
    )
    yield call(
        ("one item that just fits", "一件恰好装得下的物品"),
        name,
        [(5, 10)],
        5,
        gives=10,
        effect=fits,
    )
    yield call(
        ("one item and room for three", "一件物品，空间够装三件"),
        name,
        [(2, 3)],
        6,
        gives=3,
        effect=again,
    )
    yield call(
        ("two good items against the densest", "两件较好的胜过性价比最高的一件"),
        name,
        [(3, 7), (2, 4), (2, 4)],
        4,
        gives=8,
        effect=greedy,
    )
    yield call(
        ("one heavy item against a dense one", "一件重物胜过性价比高的轻物"),
        name,
        [(1, 2), (10, 10)],
        10,
        gives=10,
        effect=greedy,
    )
    yield call(
        ("room is left over", "装不满"),
        name,
        [(4, 9), (5, 3)],
        8,
        gives=9,
        effect=("the capacity need not be used up", "不要求装满"),
    )
    yield call(("two equal items", "两件相同的物品"), name, [(2, 3)] * 2, 4, gives=6)
    yield call(("no item fits", "都装不下"), name, [(4, 9), (3, 1)], 2, gives=0)
    yield call(("no items", "没有物品"), name, [], 5, gives=0)
    yield call(("no room", "容量为零"), name, [(1, 4)], 0, gives=0)
    rng = random.Random(0)
    for size in (6, 9, 12):
        items = [(rng.randint(1, 15), rng.randint(1, 30)) for _ in range(size)]
        capacity = 4 * size
        yield call(
            (f"{size} random items", f"{size} 件随机物品"),
            name,
            items,
            capacity,
            gives=best_subset(items, capacity),
        )
    values = [rng.randint(1, 1000) for _ in range(100)]
    equal = [(37, value) for value in values]
    room = 5_000
    most = sum(sorted(values)[-(3_000 // 37) :])  # all weigh the same
    yield call(
        ("100 items of equal weight", "100 件等重的物品"),
        name,
        equal,
        3_000,
        gives=most,
        effect=(
            "where it does not finish, all subsets are tried",
            "如果迟迟算不完，多半是枚举了所有子集",
        ),
    )
    doubling = [(2**k, 2**k) for k in range(10)]  # few sums: a list of them fits too

    def memory(their: ModuleType) -> bool | Text:
        items = doubling + [(room + 1, 10**6)] * 50
        tracemalloc.start()
        try:
            got = their.knapsack(items, room)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        if got != 1_023:  # 1 + 2 + 4 + ... + 512, which fit together
            return f"the value is {got} instead of 1023", f"价值是 {got}，应为 1023"
        if peak > 1_000_000:
            return (
                f"it needed {peak / 1e6:.1f} MB; one row needs less than 0.5 MB",
                f"用了 {peak / 1e6:.1f} MB；只存一行不到 0.5 MB",
            )
        return True

    yield holds(
        (
            "60 items and a capacity of 5,000 in the memory of one row",
            "60 件物品、容量 5,000，只用一行的内存",
        ),
        "knapsack(items, 5000) is right and needs less than 1 MB",
        memory,
        (
            "your code keeps a row for each item, or every subproblem in a cache",
            "你的代码为每件物品都存了一行，或缓存了所有子问题",
        ),
    )
