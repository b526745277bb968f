"""Find the edit distance between two strings, and the edits."""


# --8<-- [start:solution]
def edit_table(a: str, b: str) -> list[list[int]]:
    """Return the edit distances between all prefixes of two strings.

    Args:
        a: the string that is edited.
        b: what it becomes.

    Returns:
        The table with ``len(a) + 1`` rows and ``len(b) + 1`` columns in which
        ``table[i][j]`` is the edit distance between ``a[:i]`` and ``b[:j]``.

    >>> edit_table("ab", "b")
    [[0, 1], [1, 1], [2, 1]]
    """
    table = [list(range(len(b) + 1))]
    for i, x in enumerate(a, start=1):
        row = [i]
        for j, y in enumerate(b, start=1):
            replaced = table[i - 1][j - 1] + (x != y)
            deleted = table[i - 1][j] + 1
            inserted = row[j - 1] + 1
            row.append(min(replaced, deleted, inserted))
        table.append(row)
    return table


def edit_distance(a: str, b: str) -> int:
    """Return the fewest insertions, deletions and substitutions that turn a into b.

    Each of these edits concerns a single character and costs 1.

    >>> edit_distance("kitten", "sitting")
    3
    >>> edit_distance("", "abc")
    3
    """
    return edit_table(a, b)[-1][-1]


def edit_script(a: str, b: str) -> list[tuple[str, str]]:
    """Return the edits that turn a into b, as pairs from left to right.

    Returns:
        Pairs ``(x, y)`` in which x goes through the characters of a, and y
        through those of b: ``("k", "k")`` keeps, ``("k", "s")`` substitutes,
        ``("k", "")`` deletes and ``("", "s")`` inserts. As many pairs with
        x != y as the edit distance says; any such list will do.

    >>> edit_script("cat", "cut")
    [('c', 'c'), ('a', 'u'), ('t', 't')]
    >>> edit_script("ab", "b")
    [('a', ''), ('b', 'b')]
    """
    table = edit_table(a, b)
    i, j = len(a), len(b)
    script = []
    while i > 0 or j > 0:
        here = table[i][j]
        if i and j and here == table[i - 1][j - 1] + (a[i - 1] != b[j - 1]):
            i, j = i - 1, j - 1
            script.append((a[i], b[j]))
        elif i and here == table[i - 1][j] + 1:
            i -= 1
            script.append((a[i], ""))
        else:
            j -= 1
            script.append(("", b[j]))
    return script[::-1]


# --8<-- [end:solution]
