"""Cases of coin-change; they expect what adding one coin after another reaches."""

import random
from collections.abc import Iterator

from scripts.exercise.cases import Case, Mistake, call

LOOPS = (
    "    for total in range(1, amount + 1):\n"
    "        for coin in coins:\n"
    "            if coin <= total:\n"
    "                fewest[total] = min(fewest[total], fewest[total - coin] + 1)\n"
    "    return fewest[amount] if fewest[amount] < impossible else None\n"
)
MISTAKES = (
    Mistake(
        "the largest coin that fits is always taken",
        LOOPS,
        "    count = 0\n"
        "    for coin in sorted(coins, reverse=True):\n"
        "        count, amount = count + amount // coin, amount % coin\n"
        "    return None if amount else count\n",
        shows="always takes the largest coin that fits",
    ),
    Mistake(
        "each coin is used at most once",
        LOOPS,
        "    for coin in coins:\n"
        "        for total in range(amount, coin - 1, -1):\n"
        "            fewest[total] = min(fewest[total], fewest[total - coin] + 1)\n"
        "    return fewest[amount] if fewest[amount] < impossible else None\n",
        shows="each coin only once",
    ),
    Mistake(
        "the placeholder is returned where no coins make the amount",
        "    return fewest[amount] if fewest[amount] < impossible else None\n",
        "    return fewest[amount]\n",
        shows="a number of coins where none make the amount",
    ),
    Mistake(
        "a coin worth the whole amount is left out",
        "            if coin <= total:\n",
        "            if coin < total:\n",
        shows="a single coin",
    ),
)


def by_layers(coins: list[int], amount: int) -> int | None:
    """Return after how many coins the amount is first among the reachable sums.

    The sums that k coins can make are the set bits of one integer.
    """
    reached, seen, count = 1, 1, 0
    while not reached >> amount & 1:
        sums = 0
        for coin in coins:
            sums |= reached << coin
        reached = sums & ((1 << amount + 1) - 1) & ~seen
        seen |= reached
        count += 1
        if not reached:
            return None
    return count


def cases() -> Iterator[Case]:
    """Yield the cases."""
    name = "fewest_coins"
    greedy = (
        "wrong if your code always takes the largest coin that fits",
        "如果总是先取放得下的最大硬币，这里就会出错",
    )
    yield call(
        ("a single coin is enough", "一枚硬币就够"),
        name,
        [2, 5],
        5,
        gives=1,
        effect=(
            "a single coin worth the whole amount is a way too",
            "一枚面值恰好等于金额的硬币也是一种方案",
        ),
    )
    yield call(
        ("the same coin again and again", "同一种硬币反复使用"),
        name,
        [7],
        28,
        gives=4,
        effect=(
            "your code uses each coin only once",
            "你的代码每种硬币只用了一次",
        ),
    )
    yield call(
        ("the largest coin leads to a longer way", "先取最大的反而要更多枚"),
        name,
        [1, 3, 4],
        6,
        gives=2,
        effect=greedy,
    )
    yield call(
        ("the largest coin leads to a dead end", "先取最大的会走进死胡同"),
        name,
        [5, 4],
        8,
        gives=2,
        effect=greedy,
    )
    none = (
        "your code gives a number of coins where none make the amount",
        "凑不出这个金额，你的代码却给出了枚数",
    )
    yield call(("nothing for no coins", "金额为零"), name, [2, 3], 0, gives=0)
    yield call(
        ("no coins and nothing to pay", "没有硬币，金额为零"), name, [], 0, gives=0
    )
    for about, coins, amount in (
        (("no coins", "没有硬币"), [], 3),
        (("all coins are too large", "所有硬币都太大"), [5, 9], 4),
        (("an odd amount of even coins", "全是偶数面值，金额为奇数"), [8, 2, 6], 15),
        (("one less than a coin", "比面值少一"), [3], 2),
    ):
        yield call(about, name, coins, amount, gives=None, effect=none)
    rng = random.Random(0)
    for kinds, amount in ((2, 23), (3, 40), (4, 97)):
        coins = rng.sample(range(2, 20), kinds)
        yield call(
            (f"{kinds} random coins", f"{kinds} 种随机面值的硬币"),
            name,
            coins,
            amount,
            gives=by_layers(coins, amount),
        )
    slow = (
        "where it does not finish, subproblems are solved again and again, or by "
        "recursion that goes too deep",
        "如果算不完或报错，多半是重复求解了子问题，或者递归太深",
    )
    coins = [997, 7, 101, 499, 19, 53]
    yield call(
        ("30,000 with six kinds of coins", "6 种硬币凑 3 万"),
        name,
        coins,
        30_000,
        gives=by_layers(coins, 30_000),
        effect=slow,
    )
    yield call(
        ("30,001 with even coins only", "只用偶数面值凑 30,001"),
        name,
        [2, 14, 98, 686],
        30_001,
        gives=None,
        effect=slow,
    )
