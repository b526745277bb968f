"""Write a binary tree as text and read it back."""

from collections import deque


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


def serialize(root: Node | None) -> str:
    """Return a binary tree as text from which `deserialize` can restore it.

    The format is yours. The text grows with the number of nodes, not with the depth.
    Works for trees of any depth, whose values may be negative and may repeat.

    Args:
        root: the root; None for the empty tree.

    >>> tree = Node(1, None, Node(-20, Node(3)))
    >>> isinstance(serialize(tree), str)
    True
    """
    words = []
    queue = deque([root])
    while queue:
        node = queue.popleft()
        if node is None:
            words.append("#")
        else:
            words.append(str(node.value))
            queue += [node.left, node.right]
    return " ".join(words)


def deserialize(text: str) -> Node | None:
    """Return the root of a new tree, like the one that `serialize` wrote.

    Args:
        text: what `serialize` returned, and nothing besides.

    Returns:
        The root; None for the empty tree.

    >>> tree = deserialize(serialize(Node(1, None, Node(-20, Node(3)))))
    >>> tree.value, tree.left, tree.right.value, tree.right.left.value
    (1, None, -20, 3)
    >>> deserialize(serialize(None)) is None
    True
    """
    words = iter(text.split())
    root = _node(next(words))
    queue = deque([root])
    while queue:
        node = queue.popleft()
        if node is not None:
            node.left, node.right = _node(next(words)), _node(next(words))
            queue += [node.left, node.right]
    return root


def _node(word: str) -> Node | None:
    """Return the node that a word of the text stands for."""
    return None if word == "#" else Node(int(word))


# --8<-- [end:solution]
