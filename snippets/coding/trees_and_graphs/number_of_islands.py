"""Count the connected regions of a grid."""

from collections.abc import Sequence


# --8<-- [start:solution]
def count_islands(grid: Sequence[Sequence[int]]) -> int:
    """Return the number of islands: connected regions of ones.

    Two cells are connected if they share an edge; touching at a corner is not enough.
    The grid is not changed.

    Args:
        grid: rows of equal length that hold 1 for land and 0 for water; there may be
            no rows, or rows without cells.

    >>> count_islands([[1, 1, 0], [0, 0, 0], [1, 0, 1]])
    3
    >>> count_islands([[1, 0], [0, 1]])
    2
    >>> count_islands([])
    0
    """
    land = {(i, j) for i, row in enumerate(grid) for j, one in enumerate(row) if one}
    islands = 0
    while land:
        islands += 1
        stack = [land.pop()]  # any cell of an island that was not counted yet
        while stack:
            i, j = stack.pop()
            for cell in ((i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)):
                if cell in land:
                    land.remove(cell)
                    stack.append(cell)
    return islands


# --8<-- [end:solution]
