"""Traverse a binary tree in pre-, in-, post- and level order."""


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


def depth_first_orders(root: Node | None) -> tuple[list[int], list[int], list[int]]:
    """Return the values in pre-, in- and post-order, by one recursion.

    Args:
        root: the root of a tree of at most 300 levels; None for the empty tree.

    Returns:
        Three lists; each is empty for the empty tree.

    >>> depth_first_orders(Node(1, Node(2), Node(3)))
    ([1, 2, 3], [2, 1, 3], [2, 3, 1])
    >>> depth_first_orders(None)
    ([], [], [])
    """
    before: list[int] = []
    between: list[int] = []
    after: list[int] = []

    def visit(node: Node | None) -> None:
        if node is None:
            return
        before.append(node.value)
        visit(node.left)
        between.append(node.value)
        visit(node.right)
        after.append(node.value)

    visit(root)
    return before, between, after


def preorder(root: Node | None) -> list[int]:
    """Return the values in pre-order (node, left, right), without recursion.

    >>> preorder(Node(1, Node(2, Node(4)), Node(3)))
    [1, 2, 4, 3]
    >>> preorder(None)
    []
    """
    values = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node is not None:
            values.append(node.value)
            stack += [node.right, node.left]  # the left one is popped first
    return values


def inorder(root: Node | None) -> list[int]:
    """Return the values in in-order (left, node, right), without recursion.

    >>> inorder(Node(1, Node(2, Node(4)), Node(3)))
    [4, 2, 1, 3]
    >>> inorder(None)
    []
    """
    values = []
    stack: list[Node] = []  # nodes whose left subtree is being visited
    node = root
    while node is not None or stack:
        while node is not None:
            stack.append(node)
            node = node.left
        node = stack.pop()
        values.append(node.value)
        node = node.right
    return values


def postorder(root: Node | None) -> list[int]:
    """Return the values in post-order (left, right, node), without recursion.

    >>> postorder(Node(1, Node(2, Node(4)), Node(3)))
    [4, 2, 3, 1]
    >>> postorder(None)
    []
    """
    values = []
    stack = [(root, False)]  # a node, and whether its subtrees were pushed before
    while stack:
        node, expanded = stack.pop()
        if node is None:
            continue
        if expanded:
            values.append(node.value)
        else:
            stack += [(node, True), (node.right, False), (node.left, False)]
    return values


def level_order(root: Node | None) -> list[list[int]]:
    """Return the values of each level from left to right, the root's level first.

    Returns:
        One list a level; none for the empty tree.

    >>> level_order(Node(1, Node(2, Node(4)), Node(3)))
    [[1], [2, 3], [4]]
    >>> level_order(None)
    []
    """
    levels = []
    level = [root] if root is not None else []
    while level:
        levels.append([node.value for node in level])
        children = [child for node in level for child in (node.left, node.right)]
        level = [child for child in children if child is not None]
    return levels


# --8<-- [end:solution]
