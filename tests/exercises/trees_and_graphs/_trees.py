"""Trees as the cases of this page write them: values by path, built of any nodes."""

import random
from types import ModuleType
from typing import Any

Tree = dict[str, int]  # path from the root, such as "LR", -> value of the node there


def build(their: ModuleType, tree: Tree) -> Any:
    """Return the root of a tree, made of the reader's nodes."""
    nodes = {path: their.Node(value) for path, value in tree.items()}
    for path, node in nodes.items():
        if path:
            side = "left" if path[-1] == "L" else "right"
            setattr(nodes[path[:-1]], side, node)
    return nodes.get("")


def show(tree: Tree, path: str = "") -> str:
    """Return a tree as a reader can type it."""
    if path not in tree:
        return "None"
    children = [show(tree, path + side) for side in "LR"]
    while children and children[-1] == "None":
        children.pop()
    return f"Node({', '.join([str(tree[path]), *children])})"


def random_tree(rng: random.Random, size: int) -> Tree:
    """Return a tree grown at random places."""
    tree: Tree = {}
    free = [""]
    while len(tree) < size:
        path = free.pop(rng.randrange(len(free)))
        tree[path] = rng.randint(-9, 9)
        free += [path + "L", path + "R"]
    return tree
