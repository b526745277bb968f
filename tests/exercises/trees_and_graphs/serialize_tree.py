"""Cases of serialize-tree: whatever the format, what is read is what was written."""

import random
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from scripts.exercise.cases import Case, Mistake, Text, holds
from tests.exercises.trees_and_graphs._trees import Tree, build, random_tree, show

MISTAKES = (
    Mistake(
        "missing children leave no mark",
        '            words.append("#")\n',
        "            continue\n",
        shows="no mark in the text",
    ),
    Mistake(
        "numbers are written without a separator",
        'return " ".join(words)',
        'return "".join(words)',
        shows="run together",
    ),
    Mistake(
        "the text is read sign by sign",
        "iter(text.split())",
        'iter(text.replace(" ", ""))',
        shows="one character each",
    ),
    Mistake(
        "the sign is lost",
        "words.append(str(node.value))",
        "words.append(str(abs(node.value)))",
        shows="negative",
    ),
    Mistake(
        "left and right are read the wrong way round",
        "node.left, node.right = _node",
        "node.right, node.left = _node",
        shows="left and right",
    ),
    Mistake(
        "zero reads as an empty tree",
        'return None if word == "#" else Node(int(word))',
        'return Node(int(word)) if word != "#" and int(word) else None',
        shows="value 0",
    ),
)


def written(their: ModuleType, root: Any) -> str:
    """Return the text of a tree."""
    text = their.serialize(root)
    if not isinstance(text, str):
        raise TypeError(f"serialize gave a {type(text).__name__}, not a str")
    return text


def paths(root: Any) -> Tree:
    """Return a tree's values by their paths; stop at a depth that none has here."""
    found: Tree = {}
    stack = [(root, "")]
    while stack:
        node, path = stack.pop()
        if node is not None and len(path) < 50:
            found[path] = node.value
            stack += [(node.left, path + "L"), (node.right, path + "R")]
    return found


def difference(tree: Tree, got: Tree) -> bool | Text:
    """Return whether two trees are equal, or where they differ."""
    for path in sorted(tree | got, key=len):
        if tree.get(path) != got.get(path):
            place = ".".join(
                ["root", *({"L": "left", "R": "right"}[side] for side in path)]
            )
            was, now = (repr(t[path]) if path in t else "no node" for t in (tree, got))
            was_zh, now_zh = (repr(t[path]) if path in t else "空" for t in (tree, got))
            return (
                f"{place} was {was} and is read as {now}",
                f"{place} 原来是 {was_zh}，读回来却是 {now_zh}",
            )
    return True


def try_tree(about: Text, tree: Tree, effect: Text | None = None) -> Case:
    """Return the case of one tree."""

    def run(their: ModuleType) -> bool | Text:
        root = build(their, tree)
        text = written(their, root)
        if root is not None:
            root.value = root.left = root.right = None  # the text must be enough
        return difference(tree, paths(their.deserialize(text)))

    shown = show(tree) if len(tree) < 16 else "a random tree"
    return holds(about, f"deserialize(serialize({shown}))", run, effect)


def each_text_stands_alone(their: ModuleType) -> bool | Text:
    """Return whether two texts can be read in another order than they were written."""
    first, second = {"": 1, "L": 2}, {"": 3, "R": 4}
    texts = [written(their, build(their, tree)) for tree in (first, second)]
    found = [paths(their.deserialize(text)) for text in (*texts, texts[0])]
    for tree, got in zip((first, second, first), found, strict=True):
        wrong = difference(tree, got)
        if wrong is not True:
            return wrong
    return True


def survives_depth(their: ModuleType) -> bool | Text:
    """Return whether a tree that is all depth can be written and read."""
    size = 20_000
    node = None
    for value in reversed(range(size)):
        turn = (node, None) if value % 2 else (None, node)
        node = their.Node(value, *turn)
    text = written(their, node)
    if len(text) > 100 * size:
        return (
            f"the text has {len(text):,} characters for {size:,} nodes",
            f"{size:,} 个节点的文本长达 {len(text):,} 个字符",
        )
    node = their.deserialize(text)
    for value in range(size):
        if node is None or node.value != value:
            return (
                f"level {value} of the chain is wrong or missing",
                f"链的第 {value} 层不对或缺失",
            )
        other, node = (node.right, node.left) if value % 2 else (node.left, node.right)
        if other is not None:
            return f"level {value} has a node too many", f"第 {value} 层多了节点"
    return node is None


def cases() -> Iterator[Case]:
    """Yield the cases."""
    mark = (
        "a missing child leaves no mark in the text, so its place is lost",
        "缺失的子节点在文本里没有标记，位置信息丢失了",
    )
    yield try_tree(("three nodes", "三个节点"), {"": 1, "L": 2, "R": 3})
    yield try_tree(("the empty tree", "空树"), {}, mark)
    yield try_tree(
        ("one node", "一个节点"),
        {"": 5},
        mark,
    )
    sides = (
        "left and right are mixed up, or the empty side is not written",
        "左右弄反了，或者没有写出空的一侧",
    )
    yield try_tree(("only a left child", "只有左子节点"), {"": 1, "L": 2}, sides)
    yield try_tree(("only a right child", "只有右子节点"), {"": 1, "R": 2}, sides)
    yield try_tree(
        ("numbers of several digits", "多位数"),
        {"": 12, "L": 345, "R": 6, "LR": 78},
        (
            "numbers run together, or are read as one character each",
            "数字连在了一起，或者被逐个字符读取",
        ),
    )
    yield try_tree(
        ("negative numbers", "负数"),
        {"": -1, "L": -20, "R": 3},
        ("negative numbers lose their sign", "负数丢掉了负号"),
    )
    yield try_tree(
        ("zeros inside the tree", "树中有 0"),
        {"": 0, "L": 0, "LR": 4},
        (
            "the value 0 is false in Python; ask for `is None`",
            "值 0 在 Python 里为假，应该用 `is None` 判断",
        ),
    )
    yield try_tree(
        ("the same value everywhere", "所有值都相同"),
        {"": 1, "L": 1, "R": 1, "LL": 1, "RL": 1, "RLR": 1},
        (
            "two orders without marks do not tell repeated values apart",
            "有重复值时，不带空标记的两种遍历序列无法还原树",
        ),
    )
    rng = random.Random(0)
    for size in (7, 12, 500):
        yield try_tree(
            (f"{size} nodes at random", f"{size} 个节点的随机树"),
            random_tree(rng, size),
        )
    yield holds(
        ("two texts, read in another order", "两段文本，换个顺序读"),
        "a, b = serialize(...), serialize(...); deserialize(a), deserialize(b), "
        "deserialize(a)",
        each_text_stands_alone,
        (
            "the tree is kept outside the text, or reading a text changes something",
            "树的信息保存在文本之外，或者读取文本时改动了别的状态",
        ),
    )
    yield holds(
        ("a chain of 20,000 nodes that turns at each step", "2 万个节点、左右交替的链"),
        "deserialize(serialize(Node(0, None, Node(1, Node(2, ...)))))",
        survives_depth,
        (
            "one call a level is too deep for Python (about 1,000), and a heap's "
            "numbering needs 2^depth places",
            "每层递归一次会超出 Python 的限制；按堆编号则需要 2 的深度次方个位置",
        ),
    )
