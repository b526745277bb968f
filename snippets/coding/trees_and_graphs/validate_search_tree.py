"""Check that a binary tree is a search tree."""

import math


# --8<-- [start:solution]
class Node:  # given
    """A node of a binary tree; an empty tree is None."""

    def __init__(
        self, value: int, left: "Node | None" = None, right: "Node | None" = None
    ) -> None:
        """Make a node with a value and up to two children."""
        self.value = value
        self.left = left
        self.right = right


def is_search_tree(root: Node | None) -> bool:
    """Return whether a binary tree is a search tree without repeated values.

    In a search tree every value in the left subtree of a node is smaller than the
    node's own, and every value in its right subtree is larger. Works for trees of
    any depth, and for integers of any size.

    Args:
        root: the root; None for the empty tree, which is a search tree.

    >>> is_search_tree(Node(2, Node(1), Node(3)))
    True
    >>> is_search_tree(Node(2, Node(1), Node(4, Node(1), Node(5))))
    False
    >>> is_search_tree(Node(2, Node(2)))
    False
    """
    stack: list[tuple[Node | None, float, float]] = [(root, -math.inf, math.inf)]
    while stack:
        node, low, high = stack.pop()
        if node is None:
            continue
        if not low < node.value < high:
            return False
        stack.append((node.left, low, node.value))
        stack.append((node.right, node.value, high))
    return True


# --8<-- [end:solution]
