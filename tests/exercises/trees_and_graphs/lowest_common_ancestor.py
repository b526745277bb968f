"""Cases of lowest-common-ancestor: the common beginning of the two nodes' paths."""

import itertools
import random
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from scripts.exercise.cases import Case, Mistake, Text
from tests.exercises.trees_and_graphs._trees import Tree, build, random_tree, show

MISTAKES = (
    Mistake(
        "a node is not counted as its own ancestor",
        "    ancestors = set(_upwards(first, parent))\n",
        "    ancestors = set(_upwards(first, parent)) - {first}\n",
        shows="its own ancestor",
    ),
    Mistake(
        "nodes are told apart by their values",
        "if node in ancestors)",
        "if node.value in {other.value for other in ancestors})",
        shows="takes nodes with equal values for the same",
    ),
    Mistake(
        "a node that is not in the tree is not noticed",
        "    if first not in parent or second not in parent:\n        return None\n",
        "    if first not in parent:\n        return second\n"
        "    if second not in parent:\n        return first\n",
        shows="never saw the other",
    ),
    Mistake(
        "the highest common ancestor is taken",
        "return next(node for node in _upwards(second, parent) if node in ancestors)",
        "return [node for node in _upwards(second, parent) if node in ancestors][-1]",
        shows="lowest one is wanted",
    ),
)


def name(path: str | None) -> str:
    """Return how a reader writes the node at a path."""
    if path is None:
        return "Node(2)"
    return ".".join(["root", *({"L": "left", "R": "right"}[side] for side in path)])


def at(root: Any, path: str) -> Any:
    """Return the node at a path."""
    for side in path:
        root = root.left if side == "L" else root.right
    return root


def shared(first: str, second: str) -> str:
    """Return the longest common beginning of two paths."""
    length = min(len(first), len(second))
    while first[:length] != second[:length]:
        length -= 1
    return first[:length]


def try_tree(
    about: Text,
    tree: Tree,
    first: str | None,
    second: str | None,
    effect: Text | None = None,
) -> Case:
    """Return the case of two nodes, by their paths; None for one outside the tree."""
    inside = first is not None and second is not None
    expected = name(shared(first, second)) if inside else None

    def run(their: ModuleType) -> Any:
        root = build(their, tree)
        one, other = (
            their.Node(2) if path is None else at(root, path)
            for path in (first, second)
        )
        got = their.lowest_common_ancestor(root, one, other)
        known = {id(at(root, path)): name(path) for path in tree}
        return None if got is None else known.get(id(got), f"{got!r}, no node of it")

    shown = show(tree) if len(tree) < 16 else "a random tree"
    return Case(
        about,
        f"lowest_common_ancestor(root, {name(first)}, {name(second)}), root = {shown}",
        run,
        expected,
        effect=effect,
    )


def in_a_chain(their: ModuleType) -> Any:
    """Return the value of the node found in a tree that is all depth."""
    size = 50_000
    nodes = [their.Node(value) for value in range(size)]
    for upper, lower in itertools.pairwise(nodes):
        upper.left = lower
    nodes[30_000].right = leaf = their.Node(-1)
    return their.lowest_common_ancestor(nodes[0], nodes[-1], leaf).value


def cases() -> Iterator[Case]:
    """Yield the cases."""
    tree: Tree = {"": 3, "L": 5, "R": 1, "LL": 6, "LR": 2, "LRL": 7, "LRR": 4, "RR": 8}
    lowest = (
        "your code returns a common ancestor, but the lowest one is wanted",
        "你的代码返回了公共祖先，但题目要的是最低（最深）的那个",
    )
    yield try_tree(("two children of the root", "根的两个子节点"), tree, "L", "R")
    yield try_tree(("two cousins", "不同深度的两个节点"), tree, "LL", "LRR", lowest)
    yield try_tree(
        ("two leaves with one parent", "同一父节点的两片叶子"),
        tree,
        "LRR",
        "LRL",
        lowest,
    )
    own = (
        "a node counts as its own ancestor, and your code looks above it",
        "节点也算自己的祖先，而你的代码从它的上方找起",
    )
    yield try_tree(
        ("a node and one below it", "一个节点和它的后代"), tree, "L", "LRR", own
    )
    yield try_tree(
        ("a node and one above it", "一个节点和它的祖先"), tree, "LRL", "L", own
    )
    yield try_tree(("a node with itself", "同一个节点"), tree, "RR", "RR", own)
    yield try_tree(("the root with a leaf", "根和一片叶子"), tree, "", "RR", own)
    equal = (
        "your code takes nodes with equal values for the same node",
        "你的代码把值相等的节点当成了同一个节点",
    )
    yield try_tree(
        ("values that repeat", "有重复的值"),
        {"": 1, "L": 2, "R": 2, "LL": 3, "LR": 2, "RL": 3},
        "LL",
        "LR",
        equal,
    )
    yield try_tree(
        ("equal values on both sides", "左右两边值相等"),
        {"": 1, "L": 2, "R": 2, "LL": 3, "RL": 3},
        "LL",
        "RL",
        equal,
    )
    absent = (
        "a node outside the tree has no ancestor in it; your code stops at the first "
        "node it meets and never saw the other",
        "树外的节点没有公共祖先；你的代码遇到一个节点就停下，没有确认另一个是否存在",
    )
    yield try_tree(
        ("the second node is not in the tree", "第二个节点不在树中"),
        tree,
        "LRL",
        None,
        absent,
    )
    yield try_tree(
        ("the first node is not in the tree", "第一个节点不在树中"),
        tree,
        None,
        "L",
        absent,
    )
    yield try_tree(
        ("neither node is in the tree", "两个节点都不在树中"), tree, None, None, absent
    )
    yield try_tree(("the empty tree", "空树"), {}, None, None)
    rng = random.Random(0)
    for size in (10, 15, 300):
        grown = random_tree(rng, size)
        first, second = rng.sample(sorted(grown, key=len)[size // 2 :], 2)
        yield try_tree(
            (f"{size} nodes at random", f"{size} 个节点的随机树"), grown, first, second
        )
    yield Case(
        (
            "a chain of 50,000 nodes with one leaf aside",
            "5 万个节点的链，旁边有一片叶子",
        ),
        "the value of lowest_common_ancestor(root, last of the chain, leaf)",
        in_a_chain,
        30_000,
        effect=(
            "your code makes one call a level, and Python allows about 1,000 at once: "
            "keep a stack of your own",
            "你的代码每层递归一次，而 Python 默认只允许约 1000 层：请自己维护栈",
        ),
    )
