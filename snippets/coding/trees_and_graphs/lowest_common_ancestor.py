"""Find the lowest common ancestor of two nodes of a binary tree."""

from collections.abc import Iterator


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


def lowest_common_ancestor(root: Node | None, first: Node, second: Node) -> Node | None:
    """Return the deepest node that has both of two given nodes in its subtree.

    A node belongs to its own subtree. Values may repeat: what is meant are the nodes
    themselves. Works for trees of any depth, which need not be search trees.

    Args:
        root: the root of the tree; None for the empty tree.
        first: a node, usually of the tree.
        second: another one, or the same.

    Returns:
        The ancestor; None if one of the nodes is not in the tree,
        or the tree is empty.

    >>> tree = Node(1, Node(2, Node(4), Node(5)), Node(3))
    >>> lowest_common_ancestor(tree, tree.left.left, tree.left.right) is tree.left
    True
    >>> lowest_common_ancestor(tree, tree.left, tree.left.left) is tree.left
    True
    >>> lowest_common_ancestor(tree, tree.left, Node(3)) is None
    True
    """
    parent: dict[Node, Node | None] = {}
    stack: list[tuple[Node | None, Node | None]] = [(root, None)]
    while stack:
        node, above = stack.pop()
        if node is not None:
            parent[node] = above
            stack += [(node.left, node), (node.right, node)]
    if first not in parent or second not in parent:
        return None
    ancestors = set(_upwards(first, parent))
    return next(node for node in _upwards(second, parent) if node in ancestors)


def _upwards(start: Node, parent: dict[Node, Node | None]) -> Iterator[Node]:
    """Yield a node, its parent, and so on up to the root."""
    node: Node | None = start
    while node is not None:
        yield node
        node = parent[node]


# --8<-- [end:solution]
