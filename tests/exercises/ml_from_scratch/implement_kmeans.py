"""Cases of implement-kmeans: definitions, exact probabilities, and properties."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np

from scripts.exercise.cases import Case, Mistake, call, holds

MISTAKES = (
    Mistake(
        "distances are not squared when drawing",
        "p=nearest / nearest.sum()",
        "p=nearest**0.5 / (nearest**0.5).sum()",
        shows="proportional to the squared distance",
    ),
    Mistake(
        "all centers are drawn uniformly",
        "rng.choice(len(X), p=nearest / nearest.sum())",
        "rng.choice(len(X))",
        shows="the same sample is drawn twice",
    ),
    Mistake(
        "only the latest center counts",
        "np.minimum(nearest, squared_distances(X, centers[-1:])[:, 0])",
        "squared_distances(X, centers[-1:])[:, 0]",
        shows="the same sample is drawn twice",
    ),
    Mistake(
        "empty clusters stay empty",
        "        if not (labels == j).any():\n",
        "        if False:\n",
        shows="the mean of no samples is nan",
    ),
    Mistake(
        "a cluster of one gives its only sample away",
        "np.bincount(labels)[labels] > 1",
        "np.bincount(labels)[labels] > 0",
        shows="empties another;",
    ),
    Mistake(
        "the inertia is a mean",
        "((X - centers[labels]) ** 2).sum()",
        "((X - centers[labels]) ** 2).mean()",
        shows="the sum of the squared distances",
    ),
)


def refusal(ask: Callable[[ModuleType], Any]) -> Callable[[ModuleType], Any]:
    """Return a property: that asking raises ValueError."""

    def run(their: ModuleType) -> bool | tuple[str, str]:
        try:
            ask(their)
        except ValueError:
            return True
        return "no ValueError was raised", "没有抛出 ValueError"

    return run


def blobs(n: int, k: int, d: int, seed: int, spread: float = 0.4) -> np.ndarray:
    """Return n samples around k random places."""
    rng = np.random.default_rng(seed)
    places = rng.uniform(-5, 5, (k, d))
    return places[rng.integers(0, k, n)] + spread * rng.standard_normal((n, d))


def run(their: ModuleType, X: np.ndarray, k: int, seed: int, **named: Any) -> Any:
    """Cluster, and turn what came into arrays."""
    found = their.kmeans(X.copy(), k, np.random.default_rng(seed), **named)
    return np.asarray(found.centers), np.asarray(found.labels), list(found.inertias)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    X = np.array([[0.0], [1.0], [10.0], [13.0]])
    yield call(
        ("assign: two clusters on a line", "assign：数轴上的两个簇"),
        "assign",
        X,
        np.array([[0.0], [10.0]]),
        gives=np.array([0, 0, 1, 1]),
    )
    yield call(
        ("assign: a sample halfway", "assign：正中间的样本"),
        "assign",
        np.array([[0.0], [5.0], [10.0]]),
        np.array([[10.0], [0.0]]),
        gives=np.array([1, 0, 0]),
        effect=("on a tie the lower index wins", "距离相同时取序号小的簇"),
    )
    yield call(
        ("assign: one cluster gets no sample", "assign：有一个簇没有样本"),
        "assign",
        X,
        np.array([[0.0], [99.0], [10.0]]),
        gives=np.array([0, 0, 2, 1]),
        effect=(
            "a cluster stays empty, and the mean of no samples is nan",
            "有簇是空的，空集的均值是 nan",
        ),
    )
    yield call(
        ("assign: two clusters get no sample", "assign：有两个簇没有样本"),
        "assign",
        X,
        np.array([[50.0], [0.0], [99.0], [10.0]]),
        gives=np.array([1, 2, 3, 0]),
        effect=("each empty cluster takes one sample", "每个空簇各取一个样本"),
    )
    yield call(
        ("assign: the farthest sample is alone", "assign：最远的样本独占一簇"),
        "assign",
        np.array([[0.0], [1.0], [20.0]]),
        np.array([[0.0], [30.0], [99.0]]),
        gives=np.array([0, 2, 1]),
        effect=(
            "filling one cluster empties another; only a cluster of two or more "
            "can give a sample",
            "补了一个空簇，却使另一个簇变空：只能从至少有两个样本的簇里取",
        ),
    )
    yield call(
        ("assign: three equal samples", "assign：三个相同的样本"),
        "assign",
        np.array([[2.0], [2.0], [2.0]]),
        np.array([[2.0], [2.0], [2.0]]),
        gives=np.array([1, 2, 0]),
        effect=("on a tie the first sample moves", "距离相同时取排在最前的样本"),
    )

    def start_is_of_samples(their: ModuleType) -> bool | tuple[str, str]:
        X = np.array([[0.0, 0.0]] * 30 + [[1.0, 0.0], [5.0, 5.0], [9.0, 0.0]])
        for seed in range(30):
            rng = np.random.default_rng(seed)
            start = np.asarray(their.kmeans_plus_plus(X, 4, rng))
            if start.shape != (4, 2):
                return f"the shape is {start.shape}, not (4, 2)", "形状应为 (4, 2)"
            if {tuple(row) for row in start} != {tuple(row) for row in X}:
                return (
                    "the centers are not the 4 different samples",
                    "中心不是那 4 个互不相同的样本",
                )
        return True

    yield holds(
        ("start: 4 different samples of 33", "初始化：33 个样本，4 个不同的点"),
        "kmeans_plus_plus(X, 4, rng), 30 times",
        start_is_of_samples,
        effect=(
            "the same sample is drawn twice, which leaves a cluster without samples",
            "同一个点抽到两次，会出现空簇",
        ),
    )

    def start_probabilities(their: ModuleType) -> bool | tuple[str, str]:
        X, draws = np.array([[0.0], [1.0], [4.0]]), 3000
        rng = np.random.default_rng(0)
        pairs = [their.kmeans_plus_plus(X, 2, rng) for _ in range(draws)]
        seen = [tuple(int(v) for v in np.ravel(pair)) for pair in pairs]
        for first, second, share in (  # 1/3 times D^2 over the sum of D^2
            (0, 1, 1 / 3 * 1 / 17),
            (0, 4, 1 / 3 * 16 / 17),
            (1, 0, 1 / 3 * 1 / 10),
            (1, 4, 1 / 3 * 9 / 10),
            (4, 0, 1 / 3 * 16 / 25),
            (4, 1, 1 / 3 * 9 / 25),
        ):
            got = seen.count((first, second)) / draws
            if abs(got - share) > 4.5 * (share * (1 - share) / draws) ** 0.5:
                return (
                    f"first {first}, then {second}: in {got:.3f} of the draws "
                    f"instead of about {share:.3f}",
                    f"先 {first} 后 {second}：频率 {got:.3f}，应约为 {share:.3f}",
                )
        return True

    yield holds(
        ("start: how often each pair is drawn", "初始化：每对中心的频率"),
        "kmeans_plus_plus([[0], [1], [4]], 2, rng), 3,000 times",
        start_probabilities,
        effect=(
            "the next center is drawn proportional to the squared distance to the "
            "nearest center; the first one uniformly",
            "首个中心均匀抽取，之后按到最近中心的平方距离成比例抽取",
        ),
    )
    yield holds(
        ("start: fewer different samples than k", "初始化：不同的样本少于 k 个"),
        "kmeans_plus_plus([[1], [1], [2]], 3, rng) raises ValueError",
        refusal(
            lambda their: their.kmeans_plus_plus(
                np.array([[1.0], [1.0], [2.0]]), 3, np.random.default_rng(0)
            )
        ),
    )
    yield holds(
        ("start: k = 0", "初始化：k = 0"),
        "kmeans_plus_plus(X, 0, rng) raises ValueError",
        refusal(lambda their: their.kmeans_plus_plus(X, 0, np.random.default_rng(0))),
    )

    def two_clusters(their: ModuleType) -> bool | tuple[str, str]:
        X = np.array([[0.0], [1.0], [10.0], [12.0]])
        centers, labels, inertias = run(their, X, 2, 0)
        if sorted(np.ravel(centers).tolist()) != [0.5, 11.0]:
            return f"the centers are {centers.ravel()}", f"中心是 {centers.ravel()}"
        if not (labels[0] == labels[1] != labels[2] == labels[3]):
            return f"the labels are {labels}", f"标签是 {labels}"
        if abs(inertias[-1] - 2.5) > 1e-9:
            return f"the inertia is {inertias[-1]}, not 2.5", "惯量应为 2.5"
        return True

    yield holds(
        ("0, 1 and 10, 12 in two clusters", "把 0、1 和 10、12 分成两簇"),
        "kmeans([[0], [1], [10], [12]], 2, rng)",
        two_clusters,
        effect=(
            "the inertia is the sum of the squared distances to the cluster means",
            "惯量是各样本到所属簇均值的平方距离之和",
        ),
    )

    def one_cluster(their: ModuleType) -> bool | tuple[str, str]:
        X = blobs(50, 3, 2, seed=4)
        centers, _, inertias = run(their, X, 1, 0)
        right = np.allclose(centers, X.mean(axis=0)) and np.isclose(
            inertias[-1], 50 * X.var(axis=0).sum()
        )
        return right or (
            "center and inertia are not mean and n var",
            "中心不是均值，或惯量不是方差的 n 倍",
        )

    yield holds(
        ("one cluster: the mean", "一个簇：就是均值"), "kmeans(X, 1, rng)", one_cluster
    )

    def never_rises(their: ModuleType) -> bool | tuple[str, str]:
        updates = 0
        for seed in range(20):
            _, _, inertias = run(their, blobs(80, 6, 2, seed, 2.0), 6, seed)
            updates += len(inertias)
            for before, after in pairwise(inertias):
                if after > before + 1e-9 * before:
                    return (
                        f"the inertia rises from {before:.6g} to {after:.6g}",
                        f"惯量从 {before:.6g} 升到 {after:.6g}",
                    )
        return updates >= 40 or (
            f"only {updates} inertias are recorded in 20 runs; each update gives one",
            f"20 次运行只记录了 {updates} 个惯量；每次更新都要记录一个",
        )

    yield holds(
        ("the inertia never rises", "惯量从不上升"),
        "kmeans(X, 6, rng).inertias, 20 data sets",
        never_rises,
    )

    def fixed_point(their: ModuleType) -> bool | tuple[str, str]:
        for seed in range(20):
            X = blobs(60, 5, 3, seed, 1.0)
            centers, labels, inertias = run(their, X, 5, seed, max_steps=1000)
            if set(labels.tolist()) != set(range(5)):
                return "a cluster is empty", "有空簇"
            means = np.array([X[labels == j].mean(axis=0) for j in range(5)])
            if not np.allclose(centers, means):
                return "centers are not the means of clusters", "中心不是簇的均值"
            squares = ((X[:, None] - centers) ** 2).sum(axis=2)
            if not np.allclose(squares[np.arange(60), labels], squares.min(axis=1)):
                return "a sample is nearer to another center", "有样本离别的中心更近"
            if not np.isclose(inertias[-1], squares.min(axis=1).sum()):
                return "the last inertia is not that of the result", "最后的惯量不对"
        return True

    yield holds(
        ("at the end no label and no center wants to move", "收敛后标签与中心都不再变"),
        "kmeans(X, 5, rng, max_steps=1000), 20 data sets",
        fixed_point,
    )

    def limited(their: ModuleType) -> bool | tuple[str, str]:
        X = blobs(80, 6, 2, 3, 2.0)
        most = max(len(run(their, X, 6, seed, max_steps=2)[2]) for seed in range(20))
        return most == 2 or (
            f"up to {most} updates are made instead of 2",
            f"最多做了 {most} 次更新，应为 2 次",
        )

    yield holds(
        ("max_steps limits the updates", "max_steps 限制更新次数"),
        "len(kmeans(X, 6, rng, max_steps=2).inertias), 20 runs",
        limited,
    )
