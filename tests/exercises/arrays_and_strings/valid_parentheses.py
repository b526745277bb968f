"""Cases of valid-parentheses, from removing pairs until nothing changes."""

import random
import re
from collections.abc import Iterator

from scripts.exercise.cases import Case, Mistake, call

MISTAKES = (
    Mistake(
        "brackets are only counted",
        "            wanted = due.pop() if due else None\n"
        "            if character != wanted:\n"
        "                return False\n",
        "            if character not in due:\n"
        "                return False\n"
        "            due.remove(character)\n",
        shows="cross each other",
    ),
    Mistake(
        "nothing may be left open, but is",
        "    return not due",
        "    return True",
        shows="left open at the end",
    ),
    Mistake(
        "the stack may be empty",
        "due.pop() if due else None",
        "due.pop()",
        shows="IndexError",
    ),
    Mistake(
        "other characters are taken for closing brackets",
        "        elif character in closing.values():",
        "        else:",
        shows="other characters are to be ignored",
    ),
)


def brute_force(text: str) -> bool:
    """Remove adjacent pairs as long as there are any; nothing may be left."""
    left = "".join(character for character in text if character in "()[]{}")
    while True:
        shorter = re.sub(r"\(\)|\[\]|\{\}", "", left)
        if shorter == left:
            return not left
        left = shorter


def cases() -> Iterator[Case]:
    """Yield the cases."""
    name = "valid_parentheses"
    yield call(("one pair", "一对括号"), name, "()", gives=True)
    yield call(("side by side", "并列"), name, "()[]{}", gives=True)
    yield call(("nested", "嵌套"), name, "{[()]}", gives=True)
    yield call(("the empty text", "空字符串"), name, "", gives=True)
    yield call(
        ("crossed pairs", "交叉的括号"),
        name,
        "([)]",
        gives=False,
        effect=(
            "the pairs cross each other; counting does not see it",
            "两对括号交叉，只数个数看不出来",
        ),
    )
    yield call(
        ("wrong kind", "类型不匹配"),
        name,
        "(]",
        gives=False,
        effect=("a bracket must be closed by its kind", "括号必须由同类括号闭合"),
    )
    yield call(
        ("a bracket stays open", "有括号没有闭合"),
        name,
        "(()",
        gives=False,
        effect=("a bracket is left open at the end", "结束时还有未闭合的括号"),
    )
    yield call(
        ("closed before opened", "先闭后开"),
        name,
        ")(",
        gives=False,
        effect=(
            "nothing is open when the closing bracket comes",
            "遇到右括号时没有任何括号是打开的",
        ),
    )
    yield call(
        ("other characters in between", "夹杂其他字符"),
        name,
        "f(x[0]) + {a: 1}",
        gives=True,
        effect=("other characters are to be ignored", "其他字符应当忽略"),
    )
    yield call(("no brackets at all", "没有括号"), name, "a + b", gives=True)
    rng = random.Random(0)
    for size in (6, 16, 40):
        text = _balanced(rng, size)
        yield call(
            (f"{size} random brackets, balanced", f"{size} 个随机括号，匹配"),
            name,
            text,
            gives=brute_force(text),
        )
        place = rng.randrange(size)
        wrong = text[:place] + rng.choice("()[]{}") + text[place + 1 :]
        yield call(
            (
                f"{size} random brackets, one replaced",
                f"{size} 个随机括号，替换其中一个",
            ),
            name,
            wrong,
            gives=brute_force(wrong),
        )
    depth = 100_000
    slow = (
        "too slow or too deep: pairs are removed one by one, or the code recurses",
        "太慢或太深：逐对删除，或者用了递归",
    )
    yield call(
        ("100,000 brackets deep", "嵌套 10 万层"),
        name,
        "([" * (depth // 2) + "])" * (depth // 2),
        gives=True,
        effect=slow,
    )
    yield call(
        (
            "100,000 deep, the outermost of the wrong kind",
            "嵌套 10 万层，最外层类型不符",
        ),
        name,
        "(" * depth + ")" * (depth - 1) + "]",
        gives=False,
        effect=slow,
    )


def _balanced(rng: random.Random, size: int) -> str:
    """Return a random balanced text of an even size."""
    if size == 0:
        return ""
    inside = 2 * rng.randrange(size // 2)
    left, right = rng.choice(("()", "[]", "{}"))
    return f"{left}{_balanced(rng, inside)}{right}{_balanced(rng, size - 2 - inside)}"
