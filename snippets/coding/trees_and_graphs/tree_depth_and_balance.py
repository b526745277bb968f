"""Compute the depth of a binary tree and check its balance in one pass."""


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


def depth_and_balance(root: Node | None) -> tuple[int, bool]:
    """Return how deep a binary tree is, and whether it is balanced.

    Args:
        root: the root of a tree of at most 300 levels; None for the empty tree.

    Returns:
        The number of nodes on the longest path from the root down to a leaf, 0 for
        the empty tree; and whether at every node the depths of the two subtrees
        differ by at most 1. The depth is right for unbalanced trees too.

    >>> depth_and_balance(Node(1, Node(2), Node(3, Node(4))))
    (3, True)
    >>> depth_and_balance(Node(1, Node(2, Node(3))))
    (3, False)
    >>> depth_and_balance(None)
    (0, True)
    """
    if root is None:
        return 0, True
    left, left_balanced = depth_and_balance(root.left)
    right, right_balanced = depth_and_balance(root.right)
    balanced = left_balanced and right_balanced and abs(left - right) <= 1
    return 1 + max(left, right), balanced


# --8<-- [end:solution]
