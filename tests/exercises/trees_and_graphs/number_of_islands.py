"""Cases of number-of-islands: land cells joined pair by pair, or known by drawing."""

import random
from collections.abc import Iterator
from types import ModuleType

from scripts.exercise.cases import Case, Mistake, Text, call, holds

NEIGHBORS = "((i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1))"
MISTAKES = (
    Mistake(
        "corners connect",
        NEIGHBORS,
        "[(i + a, j + b) for a in (-1, 0, 1) for b in (-1, 0, 1)]",
        shows="touch at a corner",
    ),
    Mistake(
        "the grid wraps around",
        NEIGHBORS,
        "((i - 1) % len(grid), j), (i + 1, j), (i, (j - 1) % len(grid[0])), (i, j + 1)",
        shows="index -1 is the last one",
    ),
    Mistake(
        "only the right and the lower neighbor are followed",
        NEIGHBORS,
        "((i + 1, j), (i, j + 1))",
        shows="all four directions",
    ),
    Mistake(
        "land is sunk in the caller's grid",
        "            i, j = stack.pop()\n",
        "            i, j = stack.pop()\n            grid[i][j] = 0\n",
        shows="the caller's grid",
    ),
    Mistake(
        "the flood calls itself",
        "        stack = [land.pop()]",
        "        stack = []\n"
        "\n"
        "        def flood(i, j):\n"
        "            land.discard((i, j))\n"
        f"            for cell in {NEIGHBORS}:\n"
        "                if cell in land:\n"
        "                    flood(*cell)\n"
        "\n"
        "        flood(*land.pop())  #",
        shows="one call a cell",
    ),
)


def drawn(*rows: str) -> list[list[int]]:
    """Return a grid from a drawing in which # is land."""
    return [[int(sign == "#") for sign in row] for row in rows]


def joined(grid: list[list[int]]) -> int:
    """Count the groups that remain when neighbors are joined pair by pair."""
    land = [(i, j) for i, row in enumerate(grid) for j, one in enumerate(row) if one]
    group = {cell: number for number, cell in enumerate(land)}
    for i, j in land:
        for other in ((i + 1, j), (i, j + 1)):
            if other in group and group[other] != group[i, j]:
                old, new = group[other], group[i, j]
                group = {cell: new if g == old else g for cell, g in group.items()}
    return len(set(group.values()))


def leaves_the_grid_alone(their: ModuleType) -> bool | Text:
    """Return whether the grid is afterwards what it was."""
    grid = drawn("##.", "..#")
    count = their.count_islands(grid)
    if count != 2:
        return f"it counted {count} islands instead of 2", f"数出 {count} 个，应为 2 个"
    return grid == drawn("##.", "..#") or (
        f"afterwards the grid is {grid}",
        f"运行之后网格变成了 {grid}",
    )


def cases() -> Iterator[Case]:
    """Yield the cases."""
    name = "count_islands"
    yield call(("three islands", "三个岛"), name, drawn("##.", "...", "#.#"), gives=3)
    yield call(
        ("islands that touch at a corner", "只在角上相碰的岛"),
        name,
        drawn("#.", ".#"),
        gives=2,
        effect=(
            "cells that touch at a corner are not connected",
            "只在角上相碰的格子不算相连",
        ),
    )
    yield call(
        ("an island that turns back up and left", "向上、向左折回的岛"),
        name,
        drawn("#.#", "#.#", "###"),
        gives=1,
        effect=(
            "an island is followed in all four directions",
            "要沿四个方向扩展，而不只是向右和向下",
        ),
    )
    edge = (
        "in Python index -1 is the last one, so opposite edges were joined",
        "Python 的下标 -1 指最后一个元素，于是相对的两条边被连在了一起",
    )
    yield call(
        ("land on opposite edges", "相对的两条边上有陆地"),
        name,
        drawn(".#.", "...", ".#."),
        gives=2,
        effect=edge,
    )
    yield call(
        ("land at both ends of a row", "一行的两端有陆地"),
        name,
        [[1, 0, 1]],
        gives=2,
        effect=edge,
    )
    yield call(("a single column", "只有一列"), name, [[1], [0], [1], [1]], gives=2)
    yield call(("no rows", "没有行"), name, [], gives=0)
    yield call(("rows without cells", "行里没有格子"), name, [[], []], gives=0)
    yield call(("water only", "全是水"), name, drawn("...", "..."), gives=0)
    yield call(("one cell of land", "一格陆地"), name, [[1]], gives=1)
    yield call(
        ("a ring around an island", "环岛中的岛"),
        name,
        drawn("#####", "#...#", "#.#.#", "#...#", "#####"),
        gives=2,
    )
    rng = random.Random(0)
    for rows, columns in ((4, 6), (9, 7), (20, 30)):
        grid = [[int(rng.random() < 0.55) for _ in range(columns)] for _ in range(rows)]
        yield call(
            (f"{rows} × {columns} cells at random", f"{rows} × {columns} 的随机网格"),
            name,
            grid,
            gives=joined(grid),
        )
    yield holds(
        ("the grid stays as it was", "网格保持不变"),
        "grid = [[1, 1, 0], [0, 0, 1]]; count_islands(grid); grid",
        leaves_the_grid_alone,
        (
            "your code changes the caller's grid; keep a set of what was seen",
            "你的代码改动了调用者的网格，应另用集合记录访问过的格子",
        ),
    )
    yield call(
        ("300 × 300 cells, all land", "300 × 300 的网格，全是陆地"),
        name,
        [[1] * 300 for _ in range(300)],
        gives=1,
        effect=(
            "one call a cell is too deep for Python (about 1,000), or cells are put "
            "on the stack again and again",
            "每格递归一次会超过 Python 的限制（约 1000 层），或者同一格反复入栈",
        ),
    )
    yield call(
        ("a chessboard of 300 × 300", "300 × 300 的棋盘"),
        name,
        [[(i + j) % 2 for j in range(300)] for i in range(300)],
        gives=45_000,
    )
