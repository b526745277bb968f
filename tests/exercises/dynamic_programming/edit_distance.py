"""Cases of edit-distance; they expect what trying all edits gives."""

import random
from collections.abc import Iterator
from types import ModuleType

from scripts.exercise.cases import Case, Mistake, Text, brief, call, holds

MISTAKES = (
    Mistake(
        "the first row of the table is zero",
        "    table = [list(range(len(b) + 1))]\n",
        "    table = [[0] * (len(b) + 1)]\n",
        shows="from the empty string",
    ),
    Mistake(
        "a kept character costs as much as a substituted one",
        "(x != y)",
        "1",
        shows="costs nothing",
    ),
    Mistake(
        "nothing is substituted",
        "min(replaced, deleted, inserted)",
        "min(deleted, inserted) if x != y else replaced",
        shows="one substitution",
    ),
    Mistake(
        "the edits are left in the order in which they are found",
        "    return script[::-1]\n",
        "    return script\n",
        shows="from right to left",
    ),
    Mistake(
        "the walk back stops at the border of the table",
        "    while i > 0 or j > 0:\n",
        "    while i > 0 and j > 0:\n",
        shows="border of the table",
    ),
)


def by_recursion(a: str, b: str) -> int:
    """Try every edit of the last characters."""
    if not a or not b:
        return len(a) + len(b)
    if a[-1] == b[-1]:
        kept = by_recursion(a[:-1], b[:-1])
    else:
        kept = by_recursion(a[:-1], b[:-1]) + 1
    return min(kept, by_recursion(a[:-1], b) + 1, by_recursion(a, b[:-1]) + 1)


def wrong(script: object, a: str, b: str, fewest: int) -> Text | None:
    """Return what is wrong with a list of edits, or None."""
    if not isinstance(script, (list, tuple)):
        kind = type(script).__name__
        return f"it returned a {kind}, not a list", f"返回了 {kind}，应为列表"
    for side, text in enumerate((a, b)):
        joined = "".join(pair[side] for pair in script)
        if joined != text:
            which, whose = (("first", "第一"), ("second", "第二"))[side]
            return (
                f"the {which} parts of the pairs join to {brief(joined)}, "
                f"not to {brief(text)}",
                f"各对{whose}部分连起来是 {brief(joined)}，不是 {brief(text)}",
            )
    if any(max(len(x), len(y)) != 1 for x, y in script):
        return (
            "every pair must hold one character, or one on each side",
            "每一对的两边各至多一个字符，且不能都为空",
        )
    edits = sum(x != y for x, y in script)
    if edits != fewest:
        return (
            f"the number of edits is {edits}; the fewest is {fewest}",
            f"编辑了 {edits} 次，最少只需 {fewest} 次",
        )
    return None


def edits(about: Text, a: str, b: str, fewest: int, effect: Text | None = None) -> Case:
    """Return the case of a script: it must turn a into b with the fewest edits."""

    def run(their: ModuleType) -> bool | Text:
        return wrong(their.edit_script(a, b), a, b, fewest) or True

    return holds(about, f"edit_script({brief(a)}, {brief(b)})", run, effect)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    border = (
        "from the empty string to b every character is inserted, and to the empty "
        "string every character of a is deleted",
        "从空串到 b 要插入每个字符，从 a 到空串要删除每个字符",
    )
    yield call(
        ("the table of the empty string and two characters", "空串与两个字符的表"),
        "edit_table",
        "",
        "ab",
        gives=[[0, 1, 2]],
        effect=border,
    )
    yield call(
        ("the table of two characters and the empty string", "两个字符与空串的表"),
        "edit_table",
        "ab",
        "",
        gives=[[0], [1], [2]],
        effect=border,
    )
    for a, b in (("ab", "b"), ("cart", "cat"), ("flaw", "lawn")):
        prefixes = [
            [by_recursion(a[:i], b[:j]) for j in range(len(b) + 1)]
            for i in range(len(a) + 1)
        ]
        yield call(
            (f"the table of {a} and {b}", f"{a} 与 {b} 的表"),
            "edit_table",
            a,
            b,
            gives=prefixes,
            effect=(
                "row i and column j stand for the prefixes a[:i] and b[:j]",
                "第 i 行第 j 列对应前缀 a[:i] 和 b[:j]",
            ),
        )
    yield call(
        ("nothing to edit", "无需编辑"),
        "edit_distance",
        "same",
        "same",
        gives=0,
        effect=("a character that is kept costs nothing", "保留字符不花代价"),
    )
    yield call(
        ("one character differs", "一个字符不同"),
        "edit_distance",
        "cat",
        "cut",
        gives=1,
        effect=(
            "one substitution is enough; deleting and inserting takes two edits",
            "一次替换就够，先删再插要两次",
        ),
    )
    yield call(("two empty strings", "两个空串"), "edit_distance", "", "", gives=0)
    yield call(
        ("upper and lower case differ", "大小写不同"),
        "edit_distance",
        "Go",
        "go",
        gives=1,
    )
    yield edits(("edits of one substitution", "一次替换的步骤"), "cat", "cut", 1)
    yield edits(
        ("edits at both ends", "两端的编辑步骤"),
        "flaw",
        "lawn",
        2,
        (
            "the pairs go from left to right; walking back finds them from right "
            "to left",
            "各对应从左到右排列，而回溯是从右到左找到它们的",
        ),
    )
    stops = (
        "at the border of the table one string is used up, and the rest of the "
        "other is still to be inserted or deleted",
        "走到表的边界时一个串已用完，另一个串剩下的部分还要插入或删除",
    )
    yield edits(("edits that only insert", "只有插入的步骤"), "", "abc", 3, stops)
    yield edits(("edits that only delete", "只有删除的步骤"), "xyzab", "ab", 3, stops)
    yield edits(("edits of two empty strings", "两个空串的步骤"), "", "", 0)
    rng = random.Random(0)
    for size in (4, 5, 6):
        a = "".join(rng.choices("abc", k=size))
        b = "".join(rng.choices("abc", k=6))
        fewest = by_recursion(a, b)
        yield call(
            (
                f"random strings of {size} and 6 characters",
                f"长 {size} 与 6 的随机字符串",
            ),
            "edit_distance",
            a,
            b,
            gives=fewest,
        )
        yield edits(
            (
                f"edits of random strings of {size} and 6 characters",
                f"长 {size} 与 6 的随机字符串的步骤",
            ),
            a,
            b,
            fewest,
        )
    slow = (
        "where it does not finish, the same prefixes are compared again and again, "
        "or by recursion that goes too deep",
        "如果算不完或报错，多半是重复比较了相同的前缀，或者递归太深",
    )
    a = "".join(rng.choices("acgt", k=600))
    kept = sorted(rng.sample(range(600), 400))
    b = "".join(a[i] for i in kept)
    yield call(
        ("200 of 600 characters are left out", "600 个字符中删去 200 个"),
        "edit_distance",
        a,
        b,
        gives=200,  # the lengths differ by 200, and 200 deletions are enough
        effect=slow,
    )
    yield edits(
        ("edits that put 200 characters back", "补回 200 个字符的步骤"), b, a, 200, slow
    )
