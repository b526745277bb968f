"""Cases of implement-decision-tree: every split tried in exact fractions."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np

from scripts.exercise.cases import Case, Mistake, call, holds

MISTAKES = (
    Mistake(
        "children are not weighted by size",
        "size * gini(left) + (n - size) * gini(right)",
        "gini(left) + gini(right)",
        shows="weighted by their sizes",
    ),
    Mistake(
        "cuts between equal values",
        "(x[:-1] < x[1:]) & large_enough",
        "large_enough.copy()",
        shows="between two equal values",
    ),
    Mistake(
        "only splits that gain are taken",
        "    if split is None:\n",
        "    parts = () if split is None else (\n"
        "        y[X[:, split[0]] <= split[1]], y[X[:, split[0]] > split[1]]\n"
        "    )\n"
        "    cost = sum(len(part) * gini(np.bincount(part)) for part in parts)\n"
        "    if split is None or np.isclose(cost, len(y) * gini(counts)):\n",
        shows="no single split of XOR gains",
    ),
    Mistake(
        "the midpoint may be the larger value",
        "middle if middle < x[cut + 1] else x[cut]",
        "middle",
        shows="the midpoint rounds up",
    ),
    Mistake(
        "equality goes right when predicting",
        "    goes_left = X[:, tree.feature] <= tree.threshold\n",
        "    goes_left = X[:, tree.feature] < tree.threshold\n",
        shows="equal to the threshold goes left",
    ),
    Mistake(
        "the depth is not limited",
        "    if max_depth == 0 or ",
        "    if ",
        shows="deeper than max_depth",
    ),
    Mistake(
        "the children forget min_leaf",
        "right = grow(X[~goes_left], y[~goes_left], max_depth - 1, min_leaf)",
        "right = grow(X[~goes_left], y[~goes_left], max_depth - 1)",
        shows="min_leaf holds in the whole tree",
    ),
)


def impurity(labels: Any) -> Fraction:
    """Return n times the Gini impurity, exactly."""
    labels, n = list(labels), len(labels)
    if not n:
        return Fraction(0)
    return n - sum(Fraction(labels.count(c) ** 2, n) for c in set(labels))


def splits(X: np.ndarray, y: np.ndarray, min_leaf: int = 1) -> list[Any]:
    """Return (impurity, feature, threshold) of all allowed splits, best first."""
    found = []
    for feature in range(X.shape[1]):
        values = sorted(set(X[:, feature].tolist()))
        for low, high in pairwise(values):
            left = X[:, feature] <= low
            if min(left.sum(), (~left).sum()) >= min_leaf:
                cost = impurity(y[left].tolist()) + impurity(y[~left].tolist())
                found.append((cost, feature, (low + high) / 2))
    return sorted(found)


def plain_predict(
    X: np.ndarray, y: np.ndarray, x: Any, depth: int, min_leaf: int = 1
) -> int:
    """Answer for one sample, growing the tree along its way only."""
    while depth and len(set(y.tolist())) > 1:
        found = splits(X, y, min_leaf)
        if not found:
            break
        _, feature, threshold = found[0]
        side = (X[:, feature] <= threshold) == (x[feature] <= threshold)
        X, y, depth = X[side], y[side], depth - 1
    labels = y.tolist()
    return min(set(labels), key=lambda c: (-labels.count(c), c))


def depth(node: Any) -> int:
    """Return the number of splits on the longest way down."""
    if node.left is None:
        return 0
    return 1 + max(depth(node.left), depth(node.right))


def smallest_leaf(node: Any, X: np.ndarray) -> int:
    """Return the least number of these samples that a leaf gets."""
    if node.left is None:
        return len(X)
    left = X[:, node.feature] <= node.threshold
    return min(smallest_leaf(node.left, X[left]), smallest_leaf(node.right, X[~left]))


def noisy(n: int, d: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return samples whose class depends on the first two features, with noise."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)).round(3)
    score = X[:, 0] + (X[:, 1] > 0.3) + 0.3 * rng.standard_normal(n)
    cuts = np.quantile(score, np.arange(1, classes) / classes)
    return X, np.searchsorted(cuts, score)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield call(
        ("impurity of 4:0, 2:2, 3:1 and 1:1:2", "4:0、2:2、3:1、1:1:2 的不纯度"),
        "gini",
        np.array([[4.0, 0, 0], [2, 2, 0], [3, 1, 0], [1, 1, 2]]),
        gives=np.array([0.0, 0.5, 0.375, 0.625]),
        within=1e-9,
    )
    yield call(
        ("split: only the second feature helps", "划分：只有第二个特征有用"),
        "best_split",
        np.array([[5.0, 1.0], [5.0, 6.0], [5.0, 2.0]]),
        np.array([0, 1, 0]),
        gives=(1, 4.0),
        within=1e-9,
    )
    yield call(
        ("split: two features separate equally well", "划分：两个特征一样好"),
        "best_split",
        np.array([[5.0, 1.0], [7.0, 6.0], [6.0, 2.0]]),
        np.array([0, 1, 0]),
        gives=(0, 6.5),
        within=1e-9,
        effect=(
            "on a tie take the lower feature; the threshold is the midpoint",
            "并列时取序号小的特征；阈值取中点",
        ),
    )
    yield call(
        ("split: equal values stay together", "划分：相等的值不能分开"),
        "best_split",
        np.array([[1.0], [1.0], [1.0], [2.0]]),
        np.array([0, 0, 1, 1]),
        gives=(0, 1.5),
        within=1e-9,
        effect=(
            "your code cuts between two equal values, which no threshold can do",
            "你的代码在两个相等的值之间切分，任何阈值都做不到",
        ),
    )
    yield call(
        ("split: a small pure child against a balanced cut", "划分：小而纯的子节点"),
        "best_split",
        np.arange(12.0)[:, None],
        np.array([0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0]),
        gives=splits(
            np.arange(12.0)[:, None], np.array([0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0])
        )[0][1:],
        within=1e-9,
        effect=(
            "impurities of the children must be weighted by their sizes",
            "子节点的不纯度要按样本数加权",
        ),
    )
    yield call(
        ("split: all samples are equal", "划分：样本全相同"),
        "best_split",
        np.ones((4, 2)),
        np.array([0, 1, 0, 1]),
        gives=None,
    )
    yield call(
        ("split: one sample", "划分：只有一个样本"),
        "best_split",
        np.ones((1, 2)),
        np.array([0]),
        gives=None,
    )
    for least, gives in ((2, (0, 2.5)), (3, None)):
        yield call(
            (
                f"split: four samples, at least {least} a child",
                f"划分：4 个样本，子节点至少 {least} 个",
            ),
            "best_split",
            np.array([[1.0], [2.0], [3.0], [4.0]]),
            np.array([0, 1, 1, 1]),
            min_leaf=least,
            gives=gives,
            within=1e-9,
        )
    low = float(np.nextafter(1.0, 2.0))
    high = float(np.nextafter(low, 2.0))
    yield call(
        ("split: two neighboring floats", "划分：两个相邻的浮点数"),
        "best_split",
        np.array([[low], [high]]),
        np.array([0, 1]),
        gives=(0, low),
        effect=(
            "the midpoint rounds up to the larger value; both samples go left",
            "中点被舍入到较大的值，两个样本都会落到左边",
        ),
    )
    for n, d, classes, seed in ((10, 2, 2, 0), (30, 3, 3, 1), (60, 4, 4, 2)):
        X, y = noisy(n, d, classes, seed)

        def least(
            their: ModuleType, X: np.ndarray = X, y: np.ndarray = y
        ) -> bool | tuple[str, str]:
            feature, threshold = their.best_split(X.copy(), y.copy(), min_leaf=2)
            left = X[:, feature] <= threshold
            got = float(impurity(y[left]) + impurity(y[~left])) / len(y)
            best = float(splits(X, y, 2)[0][0]) / len(y)
            if min(left.sum(), (~left).sum()) < 2:
                return "a child has fewer than 2 samples", "有子节点少于 2 个样本"
            return abs(got - best) < 1e-9 or (
                f"the split has impurity {got:.4f}, the best {best:.4f}",
                f"这个划分的不纯度是 {got:.4f}，最好的是 {best:.4f}",
            )

        yield holds(
            (
                f"split: {n} samples, {d} features, {classes} classes",
                f"划分：{n} 个样本，{d} 个特征，{classes} 类",
            ),
            "best_split(X, y, min_leaf=2) has the least impurity",
            least,
            effect=(
                "impurities of the children must be weighted by their sizes",
                "子节点的不纯度要按样本数加权",
            ),
        )
    rng = np.random.default_rng(5)
    many = rng.uniform(0, 1, (30_000, 5))
    order = np.sort(many[:, 3])
    yield call(
        ("split: 30,000 samples", "划分：3 万个样本"),
        "best_split",
        many,
        (many[:, 3] > order[19_999]).astype(np.int64),
        gives=(3, (order[19_999] + order[20_000]) / 2),
        within=1e-12,
        effect=(
            "too slow: the counts are taken anew for each threshold",
            "太慢：每个阈值都重新统计一遍",
        ),
    )

    def walk(their: ModuleType) -> Any:
        inner = their.Node(
            0, feature=0, threshold=2.0, left=their.Node(3), right=their.Node(1)
        )
        root = their.Node(0, feature=1, threshold=0.5, left=inner, right=their.Node(2))
        X = np.array([[2.0, 0.5], [2.1, 0.0], [0.0, 0.6], [1.0, -3.0]])
        return their.predict(root, X)

    yield Case(
        ("predict: four samples through a given tree", "预测：四个样本走一棵给定的树"),
        "predict(tree, X)",
        walk,
        np.array([3, 1, 2, 3]),
        effect=(
            "a value equal to the threshold goes left",
            "等于阈值的样本应走左边",
        ),
    )
    yield Case(
        ("predict: no samples", "预测：没有样本"),
        "predict(grow(X, y, max_depth=2), X[:0])",
        lambda their: their.predict(
            their.grow(np.array([[1.0], [2.0]]), np.array([0, 1]), 2), np.zeros((0, 1))
        ),
        np.zeros(0, dtype=np.int64),
    )

    def fitted(
        about: tuple[str, str],
        X: Any,
        y: Any,
        new: Any,
        gives: Any,
        max_depth: int,
        min_leaf: int = 1,
        effect: tuple[str, str] | None = None,
    ) -> Case:
        def run(their: ModuleType) -> Any:
            tree = their.grow(np.array(X), np.array(y), max_depth, min_leaf)
            return their.predict(tree, np.array(new))

        ask = f"predict(grow(X, y, max_depth={max_depth}, min_leaf={min_leaf}), X_new)"
        return Case(about, ask, run, np.array(gives), effect=effect)

    xor = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    yield fitted(
        ("tree: XOR", "树：异或"),
        xor,
        [0, 1, 1, 0],
        xor,
        [0, 1, 1, 0],
        2,
        effect=(
            "no single split of XOR gains anything, yet two in a row are perfect",
            "异或的任何单个划分都没有增益，连续两个却能完全分开",
        ),
    )
    yield fitted(
        ("tree: depth 0 gives the most frequent label", "树：深度 0 给出多数标签"),
        [[1.0], [2.0], [3.0]],
        [2, 0, 2],
        [[1.0], [9.0]],
        [2, 2],
        0,
        effect=("the tree grows deeper than max_depth", "树的深度超过了 max_depth"),
    )
    yield fitted(
        ("tree: a leaf with two labels equally often", "树：叶中两个标签一样多"),
        [[1.0], [1.0], [1.0], [1.0]],
        [3, 1, 3, 1],
        [[1.0]],
        [1],
        5,
        effect=("on a tie the smallest label wins", "并列时取最小的标签"),
    )
    for n, d, classes, limit, smallest, seed in (
        (40, 3, 2, 1, 1, 4),
        (60, 3, 3, 2, 5, 1),
        (80, 2, 3, 3, 4, 2),
    ):
        X, y = noisy(n, d, classes, seed)
        new, _ = noisy(12, d, classes, seed + 50)
        yield fitted(
            (f"tree: {n} samples, depth {limit}", f"树：{n} 个样本，深度 {limit}"),
            X,
            y,
            new,
            [plain_predict(X, y, x, limit, smallest) for x in new],
            limit,
            smallest,
        )

    def memorizes(their: ModuleType) -> bool | tuple[str, str]:
        X, y = noisy(200, 3, 4, 9)
        wrong = int(np.sum(their.predict(their.grow(X, y, 200), X) != y))
        return wrong == 0 or (f"{wrong} are wrong", f"有 {wrong} 个错误")

    yield holds(
        ("tree: grown to the end it knows its samples", "树：完全生长后记住训练集"),
        "predict(grow(X, y, max_depth=200), X) == y",
        memorizes,
    )

    def limited(their: ModuleType) -> bool | tuple[str, str]:
        X, y = noisy(200, 3, 4, 9)
        got = depth(their.grow(X, y, 3))
        return got == 3 or (
            f"the tree has depth {got}, not 3",
            f"树的深度是 {got}，应为 3",
        )

    yield holds(
        ("tree: no deeper than asked", "树：不超过限定深度"),
        "depth of grow(X, y, max_depth=3)",
        limited,
        effect=("the tree grows deeper than max_depth", "树的深度超过了 max_depth"),
    )

    def large_leaves(their: ModuleType) -> bool | tuple[str, str]:
        X, y = noisy(200, 3, 4, 9)
        got = smallest_leaf(their.grow(X, y, 200, 7), X)
        return got >= 7 or (
            f"a leaf has {got} samples instead of at least 7",
            f"有叶节点只有 {got} 个样本，应至少 7 个",
        )

    yield holds(
        ("tree: no leaf smaller than asked", "树：叶节点不小于限定的大小"),
        "leaves of grow(X, y, max_depth=200, min_leaf=7)",
        large_leaves,
        effect=(
            "min_leaf holds in the whole tree: pass it on to both children",
            "min_leaf 对整棵树都有效：递归时要传给两个子节点",
        ),
    )
