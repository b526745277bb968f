"""Cases of implement-knn; what they expect comes from plain loops over all pairs."""

from collections.abc import Iterator
from types import ModuleType

import numpy as np

from scripts.exercise.cases import Case, Mistake, call, holds

MISTAKES = (
    Mistake(
        "the rounded distance may be negative",
        "np.maximum(squares, 0.0)",
        "squares",
        shows="a square root gives nan",
    ),
    Mistake(
        "the product is subtracted once, not twice",
        "- 2 * A @ B.T",
        "- A @ B.T",
        shows="minus twice the inner product",
    ),
    Mistake(
        "the farthest vote",
        '.argsort(axis=1, kind="stable")[:, :k]',
        '.argsort(axis=1, kind="stable")[:, -k:]',
        shows="the wrong training rows vote",
    ),
    Mistake(
        "the sort does not keep the order of equal distances",
        '.argsort(axis=1, kind="stable")',
        ".argsort(axis=1)",
        shows="is your sort stable",
    ),
    Mistake(
        "the codes are returned for the labels",
        "classes[votes.argmax(axis=1)]",
        "votes.argmax(axis=1)",
        shows="positions among the classes",
    ),
    Mistake(
        "one pair after the other",
        "    squares: Array = (A**2).sum(axis=1)[:, None] + (B**2).sum(axis=1)"
        " - 2 * A @ B.T\n",
        "    squares = np.array([[((a - b) ** 2).sum() for b in B] for a in A])\n",
        shows="too slow",
        endless=True,
    ),
)


def plain_distances(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Sum the squared differences, pair by pair."""
    return np.array(
        [[sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) for b in B] for a in A]
    )


def plain_knn(X_train: np.ndarray, y_train: np.ndarray, X: np.ndarray, k: int):
    """Sort by (distance, position), count votes, take the smallest of the most."""
    answer = []
    for row in plain_distances(X, X_train):
        near = sorted(range(len(row)), key=lambda i: (row[i], i))[:k]
        votes = [int(y_train[i]) for i in near]
        answer.append(min(set(votes), key=lambda label: (-votes.count(label), label)))
    return np.array(answer)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    rng = np.random.default_rng(0)
    yield call(
        ("distances: a triangle with sides 3, 4, 5", "距离：边长 3、4、5 的三角形"),
        "squared_distances",
        np.array([[1.0, 1.0]]),
        np.array([[4.0, 5.0], [1.0, 2.0], [1.0, 1.0]]),
        gives=np.array([[25.0, 1.0, 0.0]]),
        within=1e-9,
        effect=(
            "||a - b||^2 is ||a||^2 + ||b||^2 minus twice the inner product",
            "||a - b||^2 等于 ||a||^2 + ||b||^2 减去内积的两倍",
        ),
    )
    A, B = rng.standard_normal((5, 3)), rng.standard_normal((4, 3))
    yield call(
        ("distances: 5 rows to 4 rows", "距离：5 行对 4 行"),
        "squared_distances",
        A,
        B,
        gives=plain_distances(A, B),
        within=1e-9,
    )

    def never_negative(their: ModuleType) -> bool | tuple[str, str]:
        X = np.random.default_rng(1).standard_normal((200, 50)) + 100
        least = float(np.min(their.squared_distances(X, X)))
        return least >= 0 or (
            f"the smallest squared distance is {least:.2g}",
            f"最小的平方距离是 {least:.2g}",
        )

    yield holds(
        ("distances: none is negative", "距离：没有负数"),
        "squared_distances(X, X).min() >= 0",
        never_negative,
        effect=(
            "rounding leaves a tiny negative number, and a square root gives nan",
            "舍入留下了极小的负数，开方就会得到 nan",
        ),
    )
    line = np.array([[0.0], [1.0], [2.0], [10.0], [11.0]])
    marks = np.array([4, 4, 4, 9, 9])
    labels_not_positions = (
        "return the labels themselves, not their positions among the classes",
        "应返回标签本身，而不是它在各类别中的序号",
    )
    yield call(
        ("points on a line, one neighbor", "数轴上的点，一个近邻"),
        "knn_predict",
        line,
        marks,
        np.array([[1.2], [9.0]]),
        k=1,
        gives=np.array([4, 9]),
        effect=labels_not_positions,
    )
    yield call(
        ("points on a line, three neighbors", "数轴上的点，三个近邻"),
        "knn_predict",
        line,
        marks,
        np.array([[1.2], [9.0], [4.0]]),
        k=3,
        gives=np.array([4, 9, 4]),
        effect=("the wrong training rows vote", "投票的不是最近的训练样本"),
    )
    yield call(
        ("all training rows vote", "所有训练样本都投票"),
        "knn_predict",
        line,
        marks,
        np.array([[11.0]]),
        k=5,
        gives=np.array([4]),
    )
    yield call(
        ("two labels with two votes each", "两个标签各得两票"),
        "knn_predict",
        np.array([[1.0], [2.0], [3.0], [4.0]]),
        np.array([8, -1, 8, -1]),
        np.array([[0.0], [9.0]]),
        k=4,
        gives=np.array([-1, -1]),
        effect=("on a tie of votes the smallest label wins", "票数相同时取最小的标签"),
    )
    grid = rng.integers(-20, 21, (400, 1)).astype(float)
    spots = np.arange(-4.0, 5.0)[:, None]
    yield call(
        ("equally far rows: the first ones vote", "距离相同：排在前面的投票"),
        "knn_predict",
        grid,
        np.arange(400),
        spots,
        k=1,
        gives=plain_knn(grid, np.arange(400), spots, 1),
        effect=(
            "of rows at the same distance the first must count as nearer; "
            "is your sort stable?",
            "距离相同时排在前面的应算更近，你的排序稳定吗？",
        ),
    )
    yield call(
        ("nothing to classify", "没有待分类的样本"),
        "knn_predict",
        line,
        marks,
        np.zeros((0, 1)),
        k=2,
        gives=np.zeros(0, dtype=np.int64),
    )
    for k, n in ((0, 5), (6, 5)):

        def refused(their: ModuleType, k: int = k) -> bool | tuple[str, str]:
            try:
                their.knn_predict(line, marks, line, k)
            except ValueError:
                return True
            return "no ValueError was raised", "没有抛出 ValueError"

        yield holds(
            (f"k = {k} of {n} training rows", f"{n} 个训练样本，k = {k}"),
            f"knn_predict(X_train, y_train, X, k={k}) raises ValueError",
            refused,
        )
    for n, d, k in ((12, 2, 3), (40, 4, 7), (60, 1, 10)):
        X_train = rng.standard_normal((n, d))
        y_train = rng.integers(-2, 3, n)
        X = rng.standard_normal((9, d))
        yield call(
            (f"{n} random rows in {d} dimensions", f"{n} 个 {d} 维随机样本"),
            "knn_predict",
            X_train,
            y_train,
            X,
            k,
            gives=plain_knn(X_train, y_train, X, k),
        )
    many, where = rng.uniform(0, 1, (3000, 16)), rng.integers(0, 3000, 1000)
    yield call(
        ("3,000 training rows, 1,000 queries", "3000 个训练样本，1000 个查询"),
        "knn_predict",
        many,
        np.arange(3000) % 50,
        many[where] + 1e-3,
        k=1,
        gives=where % 50,
        effect=(
            "too slow: a Python loop over all pairs",
            "太慢：用 Python 循环遍历了所有样本对",
        ),
    )
