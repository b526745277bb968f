"""Cases of tree-traversals; an order is that of the nodes' paths, compared as text.

A path such as "LR" leads from the root to a node. Sorted as they are, paths are in
pre-order; an M (between L and R) at their end makes it in-order, a Z post-order.
"""

import random
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from scripts.exercise.cases import Case, Mistake, Text
from tests.exercises.trees_and_graphs._trees import Tree, build, random_tree, show

MISTAKES = (
    Mistake(
        "the children are pushed in the order in which they are wanted",
        "stack += [node.right, node.left]",
        "stack += [node.left, node.right]",
        shows="visits the right subtree before the left one",
    ),
    Mistake(
        "pre-order calls itself",
        "    values = []\n    stack = [root]\n",
        "    if root is None:\n"
        "        return []\n"
        "    return [root.value, *preorder(root.left), *preorder(root.right)]\n"
        "    values = []\n    stack = [root]\n",
        shows="one call a level",
    ),
    Mistake(
        "in-order forgets what is right of a node",
        "        node = node.right\n",
        "        node = None\n",
        shows="drops right subtrees",
    ),
    Mistake(
        "post-order records a node before its right subtree",
        "[(node, True), (node.right, False), (node.left, False)]",
        "[(node.right, False), (node, True), (node.left, False)]",
        shows="a node comes before a subtree of its own",
    ),
    Mistake(
        "the levels run together",
        "levels.append([node.value for node in level])",
        "levels += [node.value for node in level]",
        shows="one list a level",
    ),
)


def chain(their: ModuleType, size: int) -> Any:
    """Return a tree of left children only, with values 0, 1, … downwards."""
    node = None
    for value in reversed(range(size)):
        node = their.Node(value, node)
    return node


def by(tree: Tree, key: Callable[[str], str]) -> list[int]:
    """Return the values, sorted by a key of the paths."""
    return [tree[path] for path in sorted(tree, key=key)]


def orders(tree: Tree) -> dict[str, Any]:
    """Return what each function should give."""
    pre = by(tree, lambda path: path)
    inner = by(tree, lambda path: path + "M")
    post = by(tree, lambda path: path + "Z")
    depth = 1 + max(map(len, tree), default=-1)
    levels = [[p for p in sorted(tree) if len(p) == d] for d in range(depth)]
    return {
        "preorder": pre,
        "inorder": inner,
        "postorder": post,
        "level_order": [[tree[path] for path in level] for level in levels],
        "depth_first_orders": (pre, inner, post),
    }


EFFECTS: dict[str, Text] = {
    "preorder": (
        "your code visits the right subtree before the left one",
        "你的代码先访问了右子树，后访问左子树",
    ),
    "inorder": (
        "your code drops right subtrees, or returns to a node too early",
        "你的代码漏掉了右子树，或者过早回到某个节点",
    ),
    "postorder": (
        "in your order a node comes before a subtree of its own",
        "在你的结果里，某个节点排在了自己的子树之前",
    ),
    "level_order": (
        "one list a level is wanted, not one list of all values",
        "每一层要单独成一个列表，而不是所有值放在一个列表里",
    ),
    "depth_first_orders": (
        "the three lists get a node's value at different moments: before, between "
        "and after the two calls",
        "三个列表记录节点的时机不同：两次递归调用之前、之间和之后",
    ),
}
DEEP: Text = (
    "your code makes one call a level, and Python allows about 1,000 at once: keep a "
    "stack of your own",
    "你的代码每层递归一次，而 Python 默认只允许约 1000 层：请自己维护栈",
)


def try_tree(
    name: str, about: Text, tree: Tree, shown: str, effect: Text | None = None
) -> Case:
    """Return the case of one function and one tree."""

    def run(their: ModuleType) -> Any:
        return getattr(their, name)(build(their, tree))

    about = (f"{name}: {about[0]}", f"{name}：{about[1]}")
    return Case(about, f"{name}({shown})", run, orders(tree)[name], effect=effect)


def try_chain(name: str, size: int, expected: Any) -> Case:
    """Return the case of one function and a tree that is all depth."""

    def run(their: ModuleType) -> Any:
        return getattr(their, name)(chain(their, size))

    return Case(
        (f"{name}: a chain of {size:,} nodes", f"{name}：{size:,} 个节点的链"),
        f"{name}(Node(0, Node(1, Node(2, ...))))",
        run,
        expected,
        effect=DEEP,
    )


def cases() -> Iterator[Case]:
    """Yield the cases."""
    rng = random.Random(0)
    small: Tree = {"": 1, "L": 2, "R": 3, "LL": 4, "LR": 5, "RR": 6, "RRL": 0}
    grown, large = random_tree(rng, 10), random_tree(rng, 300)
    for name, effect in EFFECTS.items():
        yield try_tree(name, ("seven nodes", "七个节点"), small, show(small), effect)
        yield try_tree(name, ("the empty tree", "空树"), {}, "None")
        yield try_tree(
            name, ("a random tree", "一棵随机树"), grown, show(grown), effect
        )
        yield try_tree(
            name,
            ("300 nodes at random", "300 个节点的随机树"),
            large,
            "a random tree",
            effect,
        )
    size = 20_000
    down, up = list(range(size)), list(range(size - 1, -1, -1))
    yield try_chain("preorder", size, down)
    yield try_chain("inorder", size, up)
    yield try_chain("postorder", size, up)
    yield try_chain("level_order", size, [[value] for value in down])
    yield try_chain("depth_first_orders", 300, (list(range(300)), up[-300:], up[-300:]))
