"""Cases of implement-logistic-regression: definitions, differences, optimality."""

import math
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np

from scripts.exercise.cases import Case, Mistake, call, holds

MISTAKES = (
    Mistake(
        "the exponential overflows",
        "np.exp(-np.logaddexp(0.0, -z))",
        "1 / (1 + np.exp(-z))",
        shows="exp of a large number",
    ),
    Mistake(
        "tiny probabilities are lost",
        "np.exp(-np.logaddexp(0.0, -z))",
        "(1 + np.tanh(z / 2)) / 2",
        shows="their logarithm is -inf",
    ),
    Mistake(
        "log of a rounded probability",
        "np.logaddexp(0.0, z) - y * z",
        "-np.log(np.where(y == 1, sigmoid(z), 1 - sigmoid(z)))",
        shows="take the logarithm of a sigmoid",
    ),
    Mistake(
        "the gradient is a sum, the loss a mean",
        "X.T @ error / len(y)",
        "X.T @ error",
        shows="does not belong to the loss",
    ),
    Mistake(
        "the penalty's gradient is forgotten",
        "X.T @ error / len(y) + l2 * w",
        "X.T @ error / len(y)",
        shows="does not belong to the loss",
    ),
    Mistake(
        "the bias is never updated",
        "b - learning_rate * db",
        "b",
        shows="moves the bias as well",
    ),
)

BOTH = (
    "the gradient does not belong to the loss",
    "梯度与损失不一致",
)


def strict(case: Case) -> Case:
    """Return a case that an overflow or an invalid operation fails."""

    def run(their: ModuleType) -> Any:
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            return case.run(their)

    return replace(case, run=run)


def plain_loss(X: Any, y: Any, w: Any, b: float, l2: float) -> float:
    """Return the loss, sample by sample, from log(1 + exp(-margin))."""
    total = 0.0
    for x, label in zip(X, y, strict=True):
        z = sum(float(p) * float(q) for p, q in zip(x, w, strict=True)) + b
        margin = z if label == 1 else -z
        total += max(-margin, 0.0) + math.log1p(math.exp(-abs(margin)))
    return total / len(y) + l2 / 2 * sum(float(v) ** 2 for v in w)


def differences(X: Any, y: Any, w: Any, b: float, l2: float) -> tuple[Any, float]:
    """Return the gradient by central differences."""
    h, dw = 1e-5, np.zeros(len(w))
    for i, step in enumerate(np.eye(len(w)) * h):
        up, down = (plain_loss(X, y, w + sign * step, b, l2) for sign in (1, -1))
        dw[i] = (up - down) / (2 * h)
    up, down = (plain_loss(X, y, w, b + sign * h, l2) for sign in (1, -1))
    return dw, (up - down) / (2 * h)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    rng = np.random.default_rng(0)
    z = np.array([-30.0, -2.0, 0.0, 1.0, 5.0])
    yield call(
        ("sigmoid of a few numbers", "几个数的 sigmoid"),
        "sigmoid",
        z,
        gives=np.array([1 / (1 + math.exp(-v)) for v in z]),
        within=1e-12,
    )
    yield strict(
        call(
            ("sigmoid of -1000 and 1000", "-1000 和 1000 的 sigmoid"),
            "sigmoid",
            np.array([-1000.0, 1000.0]),
            gives=np.array([0.0, 1.0]),
            within=1e-12,
            effect=("exp of a large number overflows", "对大数取 exp 会溢出"),
        )
    )

    def tiny(their: ModuleType) -> bool | tuple[str, str]:
        for v in (-40.0, -300.0, -700.0):
            got, right = float(their.sigmoid(np.array([v]))[0]), math.exp(v)
            if not abs(got / right - 1) < 1e-9:
                return (
                    f"sigmoid({v:g}) is {got:.6g} instead of {right:.6g}",
                    f"sigmoid({v:g}) 是 {got:.6g}，应为 {right:.6g}",
                )
        return True

    yield holds(
        ("sigmoid of -40, -300, -700 to nine digits", "sigmoid：极小的概率"),
        "sigmoid(z) for z = -40, -300, -700",
        tiny,
        effect=(
            "tiny probabilities become 0, and their logarithm is -inf",
            "极小的概率变成 0，取对数就是 -inf",
        ),
    )
    X, y = np.array([[1.0], [3.0]]), np.array([0.0, 1.0])
    yield call(
        ("loss and gradient at zero", "零点处的损失和梯度"),
        "loss_and_gradient",
        X,
        y,
        np.zeros(1),
        0.0,
        0.1,
        gives=(math.log(2), np.array([-0.5]), 0.0),
        within=1e-9,
        effect=BOTH,
    )
    yield strict(
        call(
            (
                "loss of two samples with scores wrong by 1000",
                "得分错了 1000 的两个样本",
            ),
            "loss_and_gradient",
            X,
            np.array([1.0, 0.0]),
            np.array([1000.0]),
            -2000.0,
            0.0,
            gives=(1000.0, np.array([1.0]), 0.0),
            within=1e-9,
            effect=(
                "never take the logarithm of a sigmoid: it is log of 0 here",
                "不要先算 sigmoid 再取对数：这里会变成对 0 取对数",
            ),
        )
    )
    for n, d, l2 in ((6, 2, 0.0), (9, 3, 0.7), (20, 5, 0.05)):
        X, y = rng.standard_normal((n, d)), rng.integers(0, 2, n).astype(float)
        w, b = rng.standard_normal(d), float(rng.standard_normal())
        yield call(
            (f"{n} samples, {d} features, l2 = {l2}", f"{n} 个样本，{d} 维，l2 = {l2}"),
            "loss_and_gradient",
            X,
            y,
            w,
            b,
            l2,
            gives=(plain_loss(X, y, w, b, l2), *differences(X, y, w, b, l2)),
            within=1e-7,
            effect=BOTH,
        )
    yield call(
        ("fit: no step", "fit：零步"),
        "fit",
        X,
        y,
        l2=0.1,
        learning_rate=0.5,
        steps=0,
        gives=(np.zeros(5), 0.0),
        within=1e-9,
    )
    y = (np.arange(20) < 14).astype(float)
    yield call(
        ("fit: one step", "fit：一步"),
        "fit",
        X,
        y,
        l2=0.1,
        learning_rate=0.5,
        steps=1,
        gives=((y - 0.5) @ X / 40, 0.1),
        within=1e-9,
        effect=(
            "from zero, a step moves the bias as well, by 0.5 * mean(y - 0.5)",
            "从零开始，一步也会更新偏置：0.5 * mean(y - 0.5)",
        ),
    )

    def optimal(their: ModuleType) -> bool | tuple[str, str]:
        rng = np.random.default_rng(2)
        X = rng.standard_normal((100, 3))
        y = (X @ [1.0, -2.0, 0.5] + 0.8 + rng.logistic(size=100) > 0).astype(float)
        w, b = their.fit(X.copy(), y.copy(), l2=0.05, learning_rate=1.0, steps=2000)
        p = 1 / (1 + np.exp(-(X @ w + b)))
        worst = max(*np.abs(X.T @ (p - y) / 100 + 0.05 * w), abs(np.mean(p - y)))
        return bool(worst < 1e-8) or (
            f"a derivative of the loss is still {worst:.2g}",
            f"损失的导数仍有 {worst:.2g}",
        )

    yield holds(
        ("fit: the gradient vanishes at the end", "fit：最后梯度为零"),
        "fit(X, y, l2=0.05, learning_rate=1.0, steps=2000)",
        optimal,
    )

    def separable(their: ModuleType) -> bool | tuple[str, str]:
        X = np.array([[-300.0, 1], [-200, 0], [250, 1], [400, 0]])
        y = np.array([0.0, 0, 1, 1])
        w, b = their.fit(X, y, l2=0.0, learning_rate=1.0, steps=200)
        right = np.isfinite([*w, b]).all() and ((X @ w + b > 0) == (y == 1)).all()
        return bool(right) or ("a sample is on the wrong side", "有样本分错")

    yield strict(
        holds(
            ("fit: separable data with large values", "fit：线性可分且数值很大"),
            "fit(X, y, l2=0.0, learning_rate=1.0, steps=200)",
            separable,
            effect=(
                "exp of a large number overflows, or the logarithm of 0 is taken",
                "对大数取 exp 会溢出，或者对 0 取了对数",
            ),
        )
    )
