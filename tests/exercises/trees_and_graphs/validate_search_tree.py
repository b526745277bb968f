"""Cases of validate-search-tree: sorted in-order values, or true by construction."""

import random
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from scripts.exercise.cases import Case, Mistake, Text
from tests.exercises.trees_and_graphs._trees import Tree, build, show

MISTAKES = (
    Mistake(
        "a node is compared with its parent only",
        "stack.append((node.right, node.value, high))",
        "stack.append((node.right, node.value, math.inf))",
        shows="only with its parent",
    ),
    Mistake(
        "equal values pass",
        "low < node.value < high",
        "low <= node.value <= high",
        shows="lets equal values pass",
    ),
    Mistake(
        "the bounds are those of 32-bit integers",
        "(root, -math.inf, math.inf)",
        "(root, -(2**31), 2**31 - 1)",
        shows="bounds that a value can reach",
    ),
    Mistake(
        "a bound of 0 counts as none",
        "        if not low < node.value < high:\n",
        "        if (low and node.value <= low) or (high and node.value >= high):\n",
        shows="takes the bound 0 for no bound",
    ),
)


def search_tree(values: list[int]) -> Tree:
    """Return the search tree into which values are inserted one by one."""
    tree: Tree = {}
    for value in values:
        path = ""
        while path in tree:
            path += "L" if value < tree[path] else "R"
        tree[path] = value
    return tree


def expected(tree: Tree) -> bool:
    """Return whether the values are strictly rising in in-order (L < M < R)."""
    values = [tree[path] for path in sorted(tree, key=lambda path: path + "M")]
    return values == sorted(set(values))


def chain(their: ModuleType, values: range, last: int) -> Any:
    """Return a tree of right children only, with one more value at the bottom."""
    node = their.Node(last)
    for value in reversed(values):
        node = their.Node(value, None, node)
    return node


def try_tree(about: Text, tree: Tree, effect: Text | None = None) -> Case:
    """Return the case of one tree."""
    return Case(
        about,
        f"is_search_tree({show(tree) if len(tree) < 16 else 'a random tree'})",
        lambda their: their.is_search_tree(build(their, tree)),
        expected(tree),
        effect=effect,
    )


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield try_tree(("three nodes in order", "三个有序的节点"), {"": 2, "L": 1, "R": 3})
    yield try_tree(
        ("three nodes out of order", "三个无序的节点"), {"": 1, "L": 2, "R": 3}
    )
    yield try_tree(("the empty tree", "空树"), {})
    yield try_tree(("one node", "一个节点"), {"": 5})
    parent_only = (
        "your code compares a node only with its parent, not with those further up",
        "你的代码只把节点与父节点比较，没有与更上面的祖先比较",
    )
    yield try_tree(
        ("too small for the right subtree of the root", "对根的右子树来说太小"),
        {"": 5, "L": 1, "R": 8, "RL": 4},
        parent_only,
    )
    yield try_tree(
        ("too large for the left subtree of the root", "对根的左子树来说太大"),
        {"": 5, "L": 1, "R": 8, "LR": 6},
        parent_only,
    )
    equal = ("your code lets equal values pass", "你的代码放过了相等的值")
    yield try_tree(
        ("equal to the parent, on the left", "左子节点与父节点相等"),
        {"": 2, "L": 2},
        equal,
    )
    yield try_tree(
        ("equal to the parent, on the right", "右子节点与父节点相等"),
        {"": 2, "R": 2},
        equal,
    )
    yield try_tree(
        ("equal to the root, further down", "更下面的节点与根相等"),
        {"": 2, "L": 1, "LR": 2},
        equal,
    )
    zero = (
        "your code takes the bound 0 for no bound",
        "你的代码把边界 0 当成了没有边界",
    )
    yield try_tree(
        ("a root of 0, a larger value left of it", "根为 0，左边有更大的值"),
        {"": 0, "L": -3, "LR": 4},
        zero,
    )
    yield try_tree(
        ("a root of 0, a smaller value right of it", "根为 0，右边有更小的值"),
        {"": 0, "R": 3, "RL": -4},
        zero,
    )
    yield try_tree(
        ("very small and very large integers", "很小和很大的整数"),
        {"": 0, "L": -(2**70), "R": 2**70},
        (
            "your code starts with bounds that a value can reach",
            "你的代码用了数值能够达到的初始边界",
        ),
    )
    rng = random.Random(0)
    for size in (8, 12, 200):
        values = rng.sample(range(-500, 500), size)
        tree = search_tree(values)
        yield try_tree(
            (f"{size} values inserted one by one", f"逐个插入 {size} 个值"), tree
        )
        spoiled = dict(tree)
        place = max(tree, key=len)
        spoiled[place] = tree[""] + (1 if place[0] == "L" else -1)
        yield try_tree(
            (
                f"{size} values, the deepest one on the wrong side of the root",
                f"{size} 个值，最深的一个放错了根的一侧",
            ),
            spoiled,
            parent_only,
        )
    size = 50_000
    for good in (True, False):
        yield Case(
            (
                f"a chain of {size:,} nodes" + ("" if good else ", the last one wrong"),
                f"{size:,} 个节点的链" + ("" if good else "，最后一个放错"),
            ),
            "is_search_tree(Node(0, None, Node(1, None, Node(2, ...))))",
            lambda their, good=good: their.is_search_tree(
                chain(their, range(size), size if good else 0)
            ),
            good,
            effect=(
                "your code makes one call a level, and Python allows about 1,000 at "
                "once: keep a stack of your own",
                "你的代码每层递归一次，而 Python 默认只允许约 1000 层：请自己维护栈",
            ),
        )
