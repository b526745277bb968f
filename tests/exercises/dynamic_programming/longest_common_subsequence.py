"""Cases of longest-common-subsequence; its length comes from all subsequences."""

import random
from collections.abc import Iterator
from itertools import combinations
from types import ModuleType

from scripts.exercise.cases import Case, Mistake, Text, brief, holds

MISTAKES = (
    Mistake(
        "a mismatch starts anew, as for a common substring",
        "length[i][j] = max(length[i + 1][j], length[i][j + 1])",
        "length[i][j] = 0",
        shows="not have to be neighbors",
    ),
    Mistake(
        "all rows of the table are the same list",
        "[[0] * (len(b) + 1) for _ in range(len(a) + 1)]",
        "[[0] * (len(b) + 1)] * (len(a) + 1)",
        shows="same list",
    ),
    Mistake(
        "the walk goes where less is left",
        "length[i + 1][j] >= length[i][j + 1]",
        "length[i + 1][j] < length[i][j + 1]",
        shows="skips a character that it needs",
    ),
    Mistake(
        "a character is used twice",
        "            i, j = i + 1, j + 1\n",
        "            i = i + 1\n",
        shows="used twice",
    ),
)


def contained(part: str, text: str) -> bool:
    """Return whether a string is a subsequence of another."""
    place = -1
    for character in part:
        place = text.find(character, place + 1)
        if place < 0:
            return False
    return True


def longest(a: str, b: str) -> int:
    """Try all subsequences of the first string, the long ones first."""
    for size in range(len(a), 0, -1):
        if any(contained("".join(chosen), b) for chosen in combinations(a, size)):
            return size
    return 0


def common(
    about: Text, a: str, b: str, length: int, effect: Text | None = None
) -> Case:
    """Return the case of two strings; any common subsequence of the length will do."""

    def run(their: ModuleType) -> bool | Text:
        got = their.longest_common_subsequence(a, b)
        if not isinstance(got, str):
            kind = type(got).__name__
            return f"it returned a {kind}, not a str", f"返回了 {kind}，应为 str"
        for text in (a, b):
            if not contained(got, text):
                return (
                    f"{brief(got)} is not a subsequence of {brief(text)}",
                    f"{brief(got)} 不是 {brief(text)} 的子序列",
                )
        if len(got) != length:
            return (
                f"{brief(got)} has length {len(got)}; the longest has length {length}",
                f"{brief(got)} 的长度是 {len(got)}，最长的是 {length}",
            )
        return True

    ask = f"longest_common_subsequence({brief(a)}, {brief(b)})"
    return holds(about, ask, run, effect)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    gaps = (
        "the characters keep their order but do not have to be neighbors",
        "字符要保持顺序，但不必相邻",
    )
    walk = (
        "your code skips a character that it needs: go where more is left to gain",
        "你的代码跳过了需要的字符：应走向剩余公共长度更大的一边",
    )
    twice = (
        "a character of one string is used twice",
        "同一个字符被用了两次",
    )
    yield common(("with gaps", "有间隔"), "abcde", "ace", 3, gaps)
    yield common(("gaps in both strings", "两边都有间隔"), "axb", "pqab", 2, gaps)
    yield common(("the same string twice", "两个相同的字符串"), "noon", "noon", 4)
    yield common(("nothing in common", "没有公共字符"), "abc", "xyz", 0)
    yield common(("an empty string", "一个空串"), "", "abc", 0)
    yield common(("two empty strings", "两个空串"), "", "", 0)
    yield common(
        ("one character against two of it", "一个字符对两个相同字符"),
        "aa",
        "a",
        1,
        twice,
    )
    yield common(
        ("the same letters in another order", "字母相同、顺序不同"),
        "abc",
        "cba",
        1,
        ("a subsequence keeps the order of the characters", "子序列要保持字符的顺序"),
    )
    yield common(
        ("the first common letter is a trap", "第一个公共字母是陷阱"),
        "zabc",
        "abcz",
        3,
        walk,
    )
    yield common(
        ("a trap in the other string", "陷阱在另一个串里"), "abcz", "zabc", 3, walk
    )
    yield common(
        ("one letter behind another", "前面多一个字母"),
        "a",
        "ba",
        1,
        (
            "each row needs a list of its own; `[[0] * n] * m` is the same list m "
            "times",
            "每一行都要是独立的列表，`[[0] * n] * m` 是同一个列表重复 m 次",
        ),
    )
    yield common(
        ("letters that repeat", "字母有重复"),
        "abcab",
        "bbaac",
        longest("abcab", "bbaac"),
    )
    rng = random.Random(0)
    for size, letters in ((6, "ab"), (8, "abc"), (10, "abcd")):
        a, b = ("".join(rng.choices(letters, k=size)) for _ in range(2))
        yield common(
            (f"{size} random letters of {letters}", f"{size} 个取自 {letters} 的字母"),
            a,
            b,
            longest(a, b),
        )
    slow = (
        "where it does not finish, subproblems are solved again and again, or by "
        "recursion that goes too deep",
        "如果算不完或报错，多半是重复求解了子问题，或者递归太深",
    )
    a = "".join(rng.choices("acgt", k=500))
    b = "".join(x + "-" * (rng.random() < 0.4) for x in a)
    yield common(
        ("500 letters, and the same with hyphens", "500 个字母与插入连字符后的串"),
        a,
        b,
        500,  # leaving out the hyphens gives the first string
        slow,
    )
