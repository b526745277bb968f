"""Cases of tree-depth-and-balance; what they expect comes from the nodes' paths."""

import random
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from scripts.exercise.cases import Case, Mistake, Text, holds
from tests.exercises.trees_and_graphs._trees import Tree, build, random_tree, show

MISTAKES = (
    Mistake(
        "only the root's subtrees are compared",
        "balanced = left_balanced and right_balanced and abs(left - right) <= 1",
        "balanced = abs(left - right) <= 1",
        shows="looks at the root alone",
    ),
    Mistake(
        "balanced means equally deep",
        "abs(left - right) <= 1",
        "abs(left - right) < 1",
        shows="may differ by 1",
    ),
    Mistake(
        "edges are counted",
        "        return 0, True\n",
        "        return -1, True\n",
        shows="counts edges",
    ),
    Mistake(
        "the right subtree is always the shallower one",
        "abs(left - right) <= 1",
        "left - right <= 1",
        shows="the right subtree is the deeper one",
    ),
    Mistake(
        "an unbalanced tree loses its depth",
        "    return 1 + max(left, right), balanced\n",
        "    return (1 + max(left, right) if balanced else -1), balanced\n",
        shows="loses the depth",
    ),
    Mistake(
        "the depth is computed anew at every node",
        "    left, left_balanced = depth_and_balance(root.left)\n"
        "    right, right_balanced = depth_and_balance(root.right)\n",
        "    def depth(node):\n"
        "        return 1 + max(depth(node.left), depth(node.right)) if node else 0\n"
        "\n"
        "    left, right = depth(root.left), depth(root.right)\n"
        "    left_balanced = depth_and_balance(root.left)[1]\n"
        "    right_balanced = depth_and_balance(root.right)[1]\n",
        shows="computed anew",
    ),
)


def depth(tree: Tree, top: str = "") -> int:
    """Return the depth of the subtree at a path."""
    below = [len(path) for path in tree if path.startswith(top)]
    return max(below, default=len(top) - 1) - len(top) + 1


def expected(tree: Tree) -> tuple[int, bool]:
    """Return depth and balance by their definitions."""
    gaps = [abs(depth(tree, top + "L") - depth(tree, top + "R")) for top in tree]
    return depth(tree), max(gaps, default=0) <= 1


def try_tree(about: Text, tree: Tree, effect: Text | None = None) -> Case:
    """Return the case of one tree."""
    return Case(
        about,
        f"depth_and_balance({show(tree) if len(tree) < 16 else 'a random tree'})",
        lambda their: their.depth_and_balance(build(their, tree)),
        expected(tree),
        effect=effect,
    )


def is_looked_at_once(their: ModuleType) -> bool | Text:
    """Return whether the left child of no node is asked for again and again."""
    reads: dict[int, int] = {}

    class Watched(their.Node):  # type: ignore[misc, name-defined]
        def __getattribute__(self, name: str) -> Any:
            if name == "left":
                reads[id(self)] = reads.get(id(self), 0) + 1
            return super().__getattribute__(name)

    def full(levels: int) -> Any:
        if levels == 0:
            return None
        return Watched(levels, full(levels - 1), full(levels - 1))

    tree = full(10)
    result = tuple(their.depth_and_balance(tree))
    if result != (10, True):
        return f"it returned {result}", f"返回了 {result}"
    most = max(reads.values(), default=0)
    return most <= 6 or (
        f"a node's left child was asked for {most} times",
        f"某个节点的左子节点被读取了 {most} 次",
    )


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield try_tree(
        ("one node", "一个节点"),
        {"": 7},
        ("your code counts edges; nodes are wanted", "题目要的是节点数，你数的是边数"),
    )
    yield try_tree(("the empty tree", "空树"), {})
    yield try_tree(
        ("depths that differ by 1", "左右深度相差 1"),
        {"": 1, "L": 2, "R": 3, "RL": 4},
        ("the two depths may differ by 1", "左右深度允许相差 1"),
    )
    yield try_tree(
        ("a chain to the left", "向左的链"),
        {"": 1, "L": 2, "LL": 3},
        (
            "the tree is not balanced and three levels deep; a code that gives up at "
            "the first gap loses the depth",
            "这棵树不平衡，深度是 3；如果发现不平衡就放弃，会丢掉深度",
        ),
    )
    yield try_tree(
        ("a chain to the right", "向右的链"),
        {"": 1, "R": 2, "RR": 3},
        (
            "your code overlooks a gap where the right subtree is the deeper one",
            "右子树更深时，你的代码没有发现不平衡",
        ),
    )
    yield try_tree(
        ("unbalanced below a balanced root", "根节点平衡，但下面不平衡"),
        {"": 1, "L": 2, "R": 3, "LL": 4, "LLL": 5, "RR": 6, "RRR": 7},
        ("your code looks at the root alone", "你的代码只看了根节点"),
    )
    yield try_tree(
        ("leaves on different levels, yet balanced", "叶子不在同一层，但仍然平衡"),
        {
            path: len(path)
            for path in (
                "",
                "L",
                "R",
                "LL",
                "LR",
                "RL",
                "RR",
                "LLL",
                "LRL",
                "LLLL",
                "RLL",
            )
        },
        (
            "balance is asked at each node, not of the leaves",
            "平衡看的是每个节点，而不是叶子所在的层",
        ),
    )
    rng = random.Random(0)
    for size in (6, 12, 60):
        yield try_tree(
            (f"{size} nodes at random", f"{size} 个节点的随机树"),
            random_tree(rng, size),
        )
    yield try_tree(
        ("a chain of 300 nodes that turns at each step", "300 个节点、左右交替的链"),
        {("LR" * 150)[:size]: size for size in range(300)},
    )
    yield holds(
        ("a full tree of ten levels in one pass", "一遍算完十层的满二叉树"),
        "how often depth_and_balance(tree) asks a node for its left child",
        is_looked_at_once,
        (
            "the depth below a node is computed anew for each node above it: "
            "let one call return both depth and balance",
            "同一棵子树的深度被上方每个节点重复计算：让一次调用同时返回深度和是否平衡",
        ),
    )
