"""Cases of implement-linear-regression: exact lines, fractions, optimality."""

from collections.abc import Iterator
from fractions import Fraction
from types import ModuleType

import numpy as np

from scripts.exercise.cases import Case, Mistake, call, holds

MISTAKES = (
    Mistake(
        "the normal equations are inverted",
        "np.linalg.lstsq(A, target)[0]",
        "np.linalg.inv(A.T @ A) @ A.T @ target",
        shows="inverting X^T X fails",
    ),
    Mistake(
        "the line goes through the origin",
        "        mean = X.mean(axis=0)\n".removeprefix("    "),
        "    mean = np.zeros(d)\n",
        shows="the intercept",
    ),
    Mistake(
        "the penalty does not grow with n",
        "np.sqrt(n * l2)",
        "np.sqrt(l2)",
        shows="the error is a mean over n samples",
    ),
    Mistake(
        "a column of ones, so that the bias counts in the norm",
        "    return w, float(y.mean() - mean @ w)\n",
        "    A = np.column_stack([np.vstack([X, A[n:]]), np.arange(n + d) < n])\n"
        "    *w, b = np.linalg.lstsq(A, np.concatenate([y, np.zeros(d)]))[0]\n"
        "    return np.array(w), float(b)\n",
        shows="the bias does not count",
    ),
    Mistake(
        "the gradient is not a mean",
        "X.T @ residual / len(y)",
        "X.T @ residual",
        shows="mean over the samples",
    ),
    Mistake(
        "the new w already serves for the bias",
        "        w, b = w - learning_rate * dw,"
        " b - learning_rate * float(residual.mean())\n",
        "        w = w - learning_rate * dw\n"
        "        b = b - learning_rate * float((X @ w + b - y).mean())\n",
        shows="both gradients are taken before either moves",
    ),
)


def ridge(X: np.ndarray, y: np.ndarray, l2: Fraction) -> tuple[np.ndarray, float]:
    """Solve for the derivatives' zero in exact fractions by Gauss-Jordan."""
    n, d = X.shape
    rows = [[Fraction(v) for v in x] + [Fraction(1)] for x in X.tolist()]
    target = [Fraction(v) for v in y.tolist()]
    M = [
        [sum((r[i] * r[j] for r in rows), Fraction(0)) for j in range(d + 1)]
        + [sum((r[i] * t for r, t in zip(rows, target, strict=True)), Fraction(0))]
        for i in range(d + 1)
    ]
    for i in range(d):
        M[i][i] += n * l2
    for i in range(d + 1):
        pivot = next(j for j in range(i, d + 1) if M[j][i])
        M[i], M[pivot] = M[pivot], M[i]
        M[i] = [v / M[i][i] for v in M[i]]
        for j in range(d + 1):
            if j != i:
                M[j] = [p - M[j][i] * q for p, q in zip(M[j], M[i], strict=True)]
    solution = [float(row[-1]) for row in M]
    return np.array(solution[:d]), solution[d]


def cases() -> Iterator[Case]:
    """Yield the cases."""
    rng = np.random.default_rng(0)
    x = np.array([[0.0], [1.0], [2.0]])
    yield call(
        ("three points on a line", "一条直线上的三个点"),
        "fit_closed_form",
        x,
        np.array([1.0, 3.0, 5.0]),
        gives=(np.array([2.0]), 1.0),
        within=1e-8,
        effect=("the intercept is wrong or missing", "截距不对，或没有截距"),
    )
    yield call(
        ("a constant target", "目标是常数"),
        "fit_closed_form",
        x,
        np.array([4.0, 4.0, 4.0]),
        l2=10.0,
        gives=(np.array([0.0]), 4.0),
        within=1e-8,
        effect=("the intercept must not be penalized", "截距不应受惩罚"),
    )
    yield call(
        ("one feature with penalty", "一个特征，带惩罚"),
        "fit_closed_form",
        np.array([[-1.0], [1.0]]),
        np.array([-3.0, 5.0]),
        l2=1.0,
        gives=(np.array([2.0]), 1.0),
        within=1e-8,
        effect=(
            "the error is a mean over n samples: the penalty enters as n * l2",
            "误差是 n 个样本的平均：惩罚要以 n * l2 进入方程",
        ),
    )
    for n, d, l2 in ((6, 2, "0"), (15, 3, "1/10"), (30, 6, "3")):
        X = rng.integers(-9, 10, (n, d)).astype(float)
        y = rng.integers(-20, 21, n).astype(float)
        w, b = ridge(X, y, Fraction(l2))
        yield call(
            (f"{n} samples, {d} features, l2 = {l2}", f"{n} 个样本，{d} 维，l2 = {l2}"),
            "fit_closed_form",
            X,
            y,
            l2=float(Fraction(l2)),
            gives=(w, b),
            within=1e-8,
        )
    twice = np.array([[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]])
    singular = (
        "X^T X is singular or nearly so: inverting X^T X fails, least squares does not",
        "X^T X 奇异或接近奇异：求逆会失败，最小二乘求解器不会",
    )
    yield call(
        ("the same column twice", "两列相同"),
        "fit_closed_form",
        twice,
        np.array([3.0, 5.0, 9.0]),
        gives=(np.array([1.0, 1.0]), 1.0),
        within=1e-8,
        effect=singular,
    )
    yield call(
        ("more features than samples", "特征比样本多"),
        "fit_closed_form",
        np.array([[-1.0, 0.0, -1.0], [1.0, 0.0, 1.0]]),
        np.array([0.0, 4.0]),
        gives=(np.array([1.0, 0.0, 1.0]), 2.0),
        within=1e-8,
        effect=singular,
    )
    yield call(
        ("two samples, two features", "两个样本，两个特征"),
        "fit_closed_form",
        np.array([[1.0, 1.0], [2.0, 3.0]]),
        np.array([0.0, 5.0]),
        gives=(np.array([1.0, 2.0]), -3.0),  # the shortest w with w @ [1, 2] = 5
        within=1e-8,
        effect=(
            "many w fit; the shortest is wanted, and the bias does not count in its "
            "length",
            "有许多 w 都能拟合；应取范数最小的 w，偏置不计入范数",
        ),
    )
    t = np.arange(-20.0, 21.0)
    nearly = np.column_stack([t, t + 1e-7 * (t**2 - 140)])
    yield call(
        ("two columns that differ by a millionth", "两列只差百万分之一"),
        "fit_closed_form",
        nearly,
        nearly @ [1.0, 2.0] + 3.0,
        gives=(np.array([1.0, 2.0]), 3.0),
        within=1e-6,
        effect=singular,
    )
    x2, y2 = np.array([[0.0], [2.0]]), np.array([1.0, 3.0])
    yield call(
        ("descent: one step", "梯度下降：一步"),
        "fit_gradient_descent",
        x2,
        y2,
        0.0,
        0.5,
        1,
        gives=(np.array([1.5]), 1.0),
        within=1e-9,
        effect=(
            "the gradient is a mean over the samples, taken at zero",
            "梯度是在零点处对样本的平均",
        ),
    )
    yield call(
        ("descent: two steps with penalty", "梯度下降：两步，带惩罚"),
        "fit_gradient_descent",
        np.array([[-1.0], [3.0]]),  # mean 1, mean of squares 5
        np.array([1.0, 3.0]),  # mean 2, mean of products 4
        1.0,
        0.1,
        2,
        # w: 0.4, then 0.4 - 0.1 (5 * 0.4 + 0.2 - 4 + 0.4); b: 0.2, then 0.2 - 0.1 (...)
        gives=(np.array([0.54]), 0.34),
        within=1e-9,
        effect=(
            "both gradients are taken before either moves; only w is penalized",
            "两个梯度都在更新之前计算；只惩罚 w",
        ),
    )
    yield call(
        ("descent: no step", "梯度下降：零步"),
        "fit_gradient_descent",
        x2,
        y2,
        0.0,
        0.5,
        0,
        gives=(np.zeros(1), 0.0),
        within=1e-9,
    )

    def converges(their: ModuleType) -> bool | tuple[str, str]:
        rng = np.random.default_rng(3)
        X = rng.integers(-3, 4, (40, 3)).astype(float)
        y = rng.integers(-9, 10, 40).astype(float)
        w, b = their.fit_gradient_descent(X.copy(), y.copy(), 0.5, 0.1, 2000)
        right, bias = ridge(X, y, Fraction(1, 2))
        off = max(*np.abs(w - right), abs(b - bias))
        return bool(off < 1e-8) or (
            f"after 2,000 steps a parameter is still off by {off:.2g}",
            f"2000 步后参数仍差 {off:.2g}",
        )

    yield holds(
        ("descent: reaches the exact solution", "梯度下降：收敛到精确解"),
        "fit_gradient_descent(X, y, l2=0.5, learning_rate=0.1, steps=2000)",
        converges,
    )
