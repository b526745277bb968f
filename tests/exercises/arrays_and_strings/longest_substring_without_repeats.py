"""Cases of longest-substring-without-repeats, from looking at all substrings."""

import random
from collections.abc import Iterator

from scripts.exercise.cases import Case, Mistake, call

MISTAKES = (
    Mistake(
        "the window's start moves back",
        "start = max(start, behind.get(character, 0))",
        "start = behind.get(character, start)",
        shows="moves the start of the window back",
    ),
    Mistake(
        "the window is emptied at a repetition",
        "start = max(start, behind.get(character, 0))",
        "start = stop - 1 if behind.get(character, 0) > start else start",
        shows="throws away characters",
    ),
    Mistake(
        "the last window is not measured",
        "        start = max(start, behind.get(character, 0))\n"
        "        behind[character] = stop\n"
        "        longest = max(longest, stop - start)\n",
        "        if behind.get(character, 0) > start:\n"
        "            longest = max(longest, stop - 1 - start)\n"
        "            start = behind[character]\n"
        "        behind[character] = stop\n",
        shows="reaches the end of the text",
    ),
    Mistake(
        "different characters are counted",
        "    return longest",
        "    return len(set(text))",
        shows="need not be neighbors",
    ),
)


def brute_force(text: str) -> int:
    """Return the length of the longest of all substrings without repetition."""
    return max(
        stop - start
        for start in range(len(text) + 1)
        for stop in range(start, len(text) + 1)
        if len(set(text[start:stop])) == stop - start
    )


def cases() -> Iterator[Case]:
    """Yield the cases."""
    name = "longest_substring_without_repeats"
    yield call(("the empty text", "空字符串"), name, "", gives=0)
    yield call(("one character", "一个字符"), name, "x", gives=1)
    yield call(
        ("one character again and again", "同一个字符反复出现"), name, "zzzz", gives=1
    )
    yield call(
        ("all characters differ", "所有字符都不同"),
        name,
        "abcde",
        gives=5,
        effect=(
            "your code may overlook the window that reaches the end of the text",
            "你的代码可能漏掉了一直延伸到末尾的窗口",
        ),
    )
    yield call(
        ("the window keeps its second half", "窗口保留后半段"),
        name,
        "dvdf",
        gives=3,
        effect=(
            "your code throws away characters that could stay: only those up to the "
            "earlier copy must go",
            "你的代码丢掉了本可保留的字符：只需去掉上一次出现及之前的部分",
        ),
    )
    yield call(
        ("an old repetition left of the window", "窗口左侧的旧重复"),
        name,
        "abba",
        gives=2,
        effect=(
            "your code moves the start of the window back to a copy that had left it",
            "你的代码把窗口起点退回到了已经移出窗口的字符处",
        ),
    )
    yield call(
        ("more letters than the window ever holds", "字母种类多于窗口长度"),
        name,
        "aabbccdd",
        gives=2,
        effect=(
            "your code may count characters that need not be neighbors",
            "你的代码可能统计了不相邻的字符",
        ),
    )
    yield call(
        ("spaces, signs, upper and lower case", "空格、符号与大小写"),
        name,
        "Aa aA!",
        gives=4,
        effect=(
            "a space is a character, and A differs from a",
            "空格也是字符，A 与 a 不同",
        ),
    )
    yield call(
        ("characters beyond ASCII", "ASCII 以外的字符"),
        name,
        "数据数学",
        gives=3,
        effect=(
            "any character may come; a table of 128 or 256 places is not enough",
            "任何字符都可能出现，128 或 256 个位置的表不够用",
        ),
    )
    rng = random.Random(0)
    for size, letters in ((8, "abc"), (20, "abcdef"), (60, "abcdefghijklmnop")):
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
    signs = "".join(chr(0x4E00 + i) for i in range(20_000))
    yield Case(
        ("20,000 different characters, ten times over", "2 万个不同字符，重复十遍"),
        f"{name}(200,000 characters)",
        lambda their: their.longest_substring_without_repeats(signs * 10),
        20_000,
        effect=(
            "if this is too slow: do not look through the same characters again for "
            "every start",
            "如果太慢：不要对每个起点都重新检查同样的字符",
        ),
    )
