"""Cases of implement-pca: points on a line, eigenvalues, properties."""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

from scripts.exercise.cases import Case, Mistake, holds

MISTAKES = (
    Mistake(
        "the data are not centered",
        "np.linalg.svd(X - mean, full_matrices=False)",
        "np.linalg.svd(X, full_matrices=False)",
        shows="subtract the mean",
    ),
    Mistake(
        "the variance is divided by n",
        "s**2 / (n - 1)",
        "s**2 / n",
        shows="divided by n - 1",
    ),
    Mistake(
        "singular values are taken for variances",
        "s**2 / (n - 1)",
        "s / (n - 1)",
        shows="the square of a singular value",
    ),
    Mistake(
        "V is taken for its transpose",
        "_, s, Vt = np.linalg.svd(X - mean, full_matrices=False)",
        "_, s, V = np.linalg.svd(X - mean, full_matrices=False)\n    Vt = V.T",
        shows="rows of Vt",
    ),
    Mistake(
        "eigenvectors of the covariance matrix",
        "    _, s, Vt = np.linalg.svd(X - mean, full_matrices=False)\n"
        "    variance = s**2 / (n - 1)  # eigenvalues of the covariance matrix\n",
        "    values, V = np.linalg.eigh(np.atleast_2d(np.cov(X.T)))\n"
        "    variance, Vt = values[::-1], V.T[::-1]\n",
        shows="forming the covariance matrix",
    ),
    Mistake(
        "the ratio is among the kept components",
        "variance.sum() or 1.0",
        "variance[:k].sum() or 1.0",
        shows="share of the total variance",
    ),
    Mistake(
        "the sign is left to the SVD",
        " * np.sign(np.take_along_axis(Vt, largest, axis=1))",
        "",
        shows="largest absolute value",
    ),
)


def sample(n: int, d: int, seed: int) -> np.ndarray:
    """Return correlated samples, away from the origin."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)) @ rng.standard_normal((d, d)) + 5


def refusal(X: np.ndarray, k: int) -> Callable[[ModuleType], Any]:
    """Return a property: that fitting raises ValueError."""

    def run(their: ModuleType) -> bool | tuple[str, str]:
        try:
            their.fit(X.copy(), k)
        except ValueError:
            return True
        return "no ValueError was raised", "没有抛出 ValueError"

    return run


def cases() -> Iterator[Case]:
    """Yield the cases."""
    line = np.array([[0.0, 1.0], [3.0, 5.0], [6.0, 9.0]])

    def of(
        about: tuple[str, str], X: Any, k: int, field: str, gives: Any, effect: Any
    ) -> Case:
        X = np.array(X, dtype=float)
        return Case(
            about,
            f"fit(X, k={k}).{field}",
            lambda their: getattr(their.fit(X.copy(), k), field),
            np.array(gives),
            1e-9,
            effect,
        )

    center = ("subtract the mean first", "要先减去均值")
    divisor = (
        "a variance is the square of a singular value, divided by n - 1",
        "方差是奇异值的平方除以 n - 1",
    )
    yield of(
        ("points on a line: mean", "直线上的点：均值"), line, 1, "mean", [3, 5], center
    )
    yield of(
        ("points on a line: direction (3, 4) / 5", "直线上的点：方向 (3, 4) / 5"),
        line,
        1,
        "components",
        [[0.6, 0.8]],
        (
            "subtract the mean first; components are the rows of Vt",
            "要先减去均值；主成分是 Vt 的各行",
        ),
    )
    yield of(
        ("points on a line: variance 25", "直线上的点：方差 25"),
        line,
        1,
        "variance",
        [25],
        divisor,
    )
    yield of(
        ("a cross: shares of the variance", "十字形的点：方差占比"),
        [[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]],
        1,
        "ratio",
        [0.9],
        (
            "the ratio is the share of the total variance, of all components",
            "占比的分母是所有成分的总方差",
        ),
    )
    sign = (
        "a component's entry of largest absolute value must be positive",
        "每个主成分中绝对值最大的分量应为正",
    )
    for along, unit in (
        ((4, -3), [0.8, -0.6]),
        ((5, -12), [-5 / 13, 12 / 13]),
        ((2, 3, -6), [-2 / 7, -3 / 7, 6 / 7]),
    ):
        yield of(
            (f"signs: points along {along}", f"符号：沿 {along} 方向的点"),
            [[1 + t * v for v in along] for t in (-1, 0, 3)],
            1,
            "components",
            [unit],
            sign,
        )
    yield of(
        ("all samples are equal", "样本全相同"),
        np.full((4, 3), 7.0),
        2,
        "ratio",
        [0, 0],
        ("0 / 0 gives nan; the ratios are to be 0", "0 / 0 得到 nan；占比应为 0"),
    )
    for n, d, k in ((10, 4, 4), (50, 3, 2), (4, 9, 4)):
        X = sample(n, d, n)
        top = np.linalg.eigvalsh(np.cov(X.T))[::-1]
        yield of(
            (f"{n} samples in {d} dimensions: variances", f"{n} 个 {d} 维样本：方差"),
            X,
            k,
            "variance",
            top[:k],
            divisor,
        )

        def properties(
            their: ModuleType,
            X: np.ndarray = X,
            k: int = k,
            lost: float = float(top[k:].sum()),
        ) -> bool | tuple[str, str]:
            pca = their.fit(X.copy(), k)
            V = np.asarray(pca.components)
            if V.shape != (k, X.shape[1]) or not np.allclose(V @ V.T, np.eye(k)):
                return "the rows are not orthonormal", "各行不是标准正交的"
            Z = their.transform(pca, X.copy())
            spread = np.cov(np.asarray(Z).T).reshape(k, k)
            if not np.allclose(spread, np.diag(np.asarray(pca.variance)), atol=1e-9):
                return (
                    "the coordinates are correlated or have other variances",
                    "变换后的坐标相关，或方差不对",
                )
            back = their.inverse_transform(pca, np.array(Z))
            error = ((back - X) ** 2).sum() / (len(X) - 1)
            return bool(abs(error - lost) < 1e-8) or (
                f"the reconstruction loses {error:.4g}, the best {lost:.4g}",
                f"重建误差是 {error:.4g}，最小应为 {lost:.4g}",
            )

        yield holds(
            (
                f"{n} samples in {d} dimensions: uncorrelated, smallest error",
                f"{n} 个 {d} 维样本：不相关且误差最小",
            ),
            f"fit, transform and inverse_transform, k={k}",
            properties,
            effect=(
                "components are the rows of Vt of the centered data; transform "
                "subtracts the mean, inverse_transform adds it again",
                "主成分是中心化数据的 Vt 的各行；transform 减去均值，inverse_transform "
                "再加回来",
            ),
        )

    def tiny(their: ModuleType) -> bool | tuple[str, str]:
        t = np.array([-1.0, 1, -1, 1]), np.array([-1.0, -1, 1, 1])
        X = np.column_stack([t[0], t[0] + 1e-9 * t[1]])
        got = float(their.fit(X, 2).variance[1])
        right = 4 / 3 * 1e-18 / 2
        return bool(abs(got / right - 1) < 1e-3) or (
            f"the small variance is {got:.4g} instead of {right:.4g}",
            f"较小的方差是 {got:.4g}，应为 {right:.4g}",
        )

    yield holds(
        ("a direction with a billionth of the spread", "某方向的散布只有十亿分之一"),
        "fit(X, 2).variance[1], to three digits",
        tiny,
        effect=(
            "forming the covariance matrix squares the numbers and loses small ones",
            "先算协方差矩阵会把数平方，小的方向就丢了",
        ),
    )

    def given(their: ModuleType) -> Any:
        return their.PCA(np.ones(2), np.array([[0.6, 0.8]]), np.ones(1), np.ones(1))

    yield Case(
        ("transform subtracts the mean that was learned", "transform 减去学到的均值"),
        "transform(pca, [[4, 5], [1, 1]])",
        lambda their: their.transform(given(their), np.array([[4.0, 5.0], [1.0, 1.0]])),
        np.array([[5.0], [0.0]]),
        1e-9,
    )
    yield Case(
        ("inverse_transform adds the mean again", "inverse_transform 加回均值"),
        "inverse_transform(pca, [[5], [0]])",
        lambda their: their.inverse_transform(given(their), np.array([[5.0], [0.0]])),
        np.array([[4.0, 5.0], [1.0, 1.0]]),
        1e-9,
    )
    for X, k in ((line, 0), (line, 3), (line[:2].repeat(2, axis=1), 3), (line[:1], 1)):
        n, d = X.shape
        yield holds(
            (f"k = {k} of {n} × {d} data is refused", f"{n} × {d} 数据取 k = {k}"),
            f"fit(X, k={k}) raises ValueError",
            refusal(X, k),
        )
