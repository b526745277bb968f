"""Cases of climbing-stairs; they expect a count by the number of double moves."""

import math
import tracemalloc
from collections.abc import Iterator
from types import ModuleType

import numpy as np

from scripts.exercise.cases import Case, Mistake, Text, call, holds

MISTAKES = (
    Mistake(
        "the first two numbers are those of Fibonacci's sequence, not of the stairs",
        "    before, here = 0, 1",
        "    before, here = 1, 0",
        shows="your numbers are shifted by one stair",
    ),
    Mistake(
        "the first of the two numbers is overwritten before it is used",
        "        before, here = here, before + here\n",
        "        before = here\n        here = before + here\n",
        shows="overwritten before it is used",
    ),
    Mistake(
        "no stairs count as no way",
        "        return 1 if left <= 1 else",
        "        return left if left <= 1 else",
        shows="one way to climb no stairs",
    ),
    Mistake(
        "the whole table is kept",
        "    before, here = 0, 1  # ways to stand one stair below, and here\n"
        "    for _ in range(stairs):\n"
        "        before, here = here, before + here\n"
        "    return here\n",
        "    ways = [1, 1]\n"
        "    for _ in range(stairs - 1):\n"
        "        ways.append(ways[-2] + ways[-1])\n"
        "    return ways[stairs]\n",
        shows="keeps the numbers of all stairs",
    ),
    Mistake(
        "nothing is remembered",
        "    @cache\n",
        "",
        shows="the same subproblem again and again",
        endless=True,
    ),
)

LONG = 10_000  # stairs


def by_double_moves(stairs: int) -> int:
    """Return the ways, counted by how many moves climb two stairs at once."""
    return sum(
        math.comb(stairs - doubles, doubles) for doubles in range(stairs // 2 + 1)
    )


def by_matrix(stairs: int) -> int:
    """Return the ways as an entry of a power of [[1, 1], [1, 0]], by squaring."""
    power, square = np.eye(2, dtype=object), np.array([[1, 1], [1, 0]], dtype=object)
    while stairs:
        if stairs & 1:
            power = power @ square
        square = square @ square
        stairs >>= 1
    return int(power[0, 0])


def cases() -> Iterator[Case]:
    """Yield the cases."""
    empty = (
        "there is one way to climb no stairs: to do nothing",
        "0 级台阶有一种走法：什么也不做",
    )
    five = (
        "with 5 your numbers are shifted by one stair; with 32 a number is "
        "overwritten before it is used",
        "得到 5 说明结果错开了一级台阶，得到 32 说明有一个数在用到之前就被覆盖了",
    )
    again = (
        "where it does not finish, it solves the same subproblem again and again",
        "如果迟迟算不完，多半是在反复求解同一个子问题",
    )
    for name, said in (
        ("climb_recursive", ("plain recursion", "朴素递归")),
        ("climb_memo", ("top-down", "自顶向下")),
        ("climb", ("bottom-up", "自底向上")),
    ):
        effects = {0: empty, 1: None, 2: None, 3: None, 5: five}
        for stairs, effect in effects.items():
            yield call(
                (
                    f"{said[0]}, stairs: {stairs}",
                    f"{said[1]}，{stairs} 级台阶",
                ),
                name,
                stairs,
                gives=by_double_moves(stairs),
                effect=effect,
            )
    yield call(
        ("plain recursion, 15 stairs", "朴素递归，15 级台阶"),
        "climb_recursive",
        15,
        gives=by_double_moves(15),
    )
    yield call(
        ("bottom-up, 300 stairs", "自底向上，300 级台阶"),
        "climb",
        300,
        gives=by_double_moves(300),
        effect=again,
    )

    def memory(their: ModuleType) -> bool | Text:
        tracemalloc.start()
        try:
            got = their.climb(LONG)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        if got != by_matrix(LONG):
            return f"climb({LONG}) is wrong", f"climb({LONG}) 的结果不对"
        if peak > 200_000:
            return (
                f"it needed {peak / 1e6:.1f} MB; two numbers need less than 0.1 MB",
                f"用了 {peak / 1e6:.1f} MB；只存两个数不到 0.1 MB",
            )
        return True

    yield holds(
        (
            f"bottom-up, {LONG:,} stairs in little memory",
            f"自底向上，{LONG:,} 级台阶，几乎不占内存",
        ),
        f"climb({LONG}) is right and needs less than 0.2 MB",
        memory,
        (
            "your code keeps the numbers of all stairs, or recurses",
            "你的代码保存了所有台阶的结果，或者用了递归",
        ),
    )
    yield call(
        ("top-down, 200 stairs", "自顶向下，200 级台阶"),
        "climb_memo",
        200,
        gives=by_double_moves(200),
        effect=again,
    )
