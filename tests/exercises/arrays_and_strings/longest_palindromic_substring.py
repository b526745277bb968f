"""Cases of longest-palindromic-substring, from trying all substrings, longest first."""

import random
from collections.abc import Iterator

from scripts.exercise.cases import Case, Mistake, call

MISTAKES = (
    Mistake(
        "odd lengths only",
        "for right in (center, center + 1):",
        "for right in (center,):",
        shows="no character in the middle",
    ),
    Mistake(
        "the ends that differ are kept",
        "    return left + 1, right",
        "    return max(left, 0), right + 1",
        shows="went one step too far",
    ),
    Mistake(
        "the last of several is returned",
        "if stop - start > len(best):",
        "if stop - start >= len(best):",
        shows="the one that starts first",
    ),
    Mistake(
        "the first character is never compared",
        "while left >= 0 and",
        "while left > 0 and",
        shows="starts with the text's first character",
    ),
)


def brute_force(text: str) -> str:
    """Return the first palindrome among the substrings, the longest coming first."""
    for length in range(len(text), 0, -1):
        for start in range(len(text) - length + 1):
            part = text[start : start + length]
            if part == part[::-1]:
                return part
    return ""


def cases() -> Iterator[Case]:
    """Yield the cases."""
    name = "longest_palindromic_substring"
    yield call(("the empty text", "空字符串"), name, "", gives="")
    yield call(("one character", "一个字符"), name, "x", gives="x")
    yield call(
        ("odd length, at the start", "奇数长度，在开头"),
        name,
        "kayakers",
        gives="kayak",
        effect=(
            "this palindrome starts with the text's first character",
            "这个回文从文本的第一个字符开始",
        ),
    )
    yield call(
        ("even length", "偶数长度"),
        name,
        "cabbage",
        gives="abba",
        effect=(
            "a palindrome of even length has no character in the middle",
            "偶数长度的回文中间没有字符",
        ),
    )
    yield call(
        ("it ends with the text", "回文在末尾"),
        name,
        "banana",
        gives="anana",
        effect=(
            "your code may lose a palindrome that ends with the text",
            "你的代码可能漏掉了位于末尾的回文",
        ),
    )
    yield call(("the whole text", "整个字符串"), name, "racecar", gives="racecar")
    yield call(
        ("no two equal characters", "没有相同的字符"),
        name,
        "abcd",
        gives="a",
        effect=(
            "of several longest ones, the one that starts first is asked for",
            "有多个最长回文时，要返回最先开始的那个",
        ),
    )
    yield call(
        ("two of the same length", "两个长度相同"),
        name,
        "aabb",
        gives="aa",
        effect=(
            "your code may return ends that differ: the widening went one step too far",
            "返回的两端可能并不相同：多扩展了一步",
        ),
    )
    yield call(
        ("a palindrome with a gap is none", "不连续的不算"),
        name,
        "abxyba",
        gives="a",
        effect=(
            "a substring is wanted, not a subsequence; a common substring with the "
            "reversed text need not be a palindrome",
            "要的是子串而不是子序列，与逆串的公共子串也不一定是回文",
        ),
    )
    rng = random.Random(0)
    for size, letters in ((8, "ab"), (20, "abc"), (60, "ab")):
        text = "".join(rng.choice(letters) for _ in range(size))
        yield call(
            (
                f"{size} random letters out of {len(letters)}",
                f"从 {len(letters)} 种字母中随机取 {size} 个",
            ),
            name,
            text,
            gives=brute_force(text),
        )
    slow = (
        "if this is too slow: do not compare every substring with its reverse",
        "如果太慢：不要把每个子串都与其反转比较",
    )
    # Around the b the text mirrors itself, up to its end; the runs of a are shorter.
    yield call(
        ("2,000 letters, all the same but one", "2000 个字母，只有一个不同"),
        name,
        "a" * 1001 + "b" + "a" * 999,
        gives="a" * 999 + "b" + "a" * 999,
        effect=slow,
    )
    # Three different letters follow each other everywhere: no palindrome beyond 1.
    yield call(
        (
            "4,200 letters, no palindrome longer than one",
            "4200 个字母，没有长度大于 1 的回文",
        ),
        name,
        "abc" * 1400,
        gives="a",
        effect=slow,
    )
