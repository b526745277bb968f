"""Cases of implement-optimizers: closed forms and sums over all past gradients."""

import math
from collections.abc import Iterator

import numpy as np

from scripts.exercise.cases import Case, Mistake, Text, holds

MISTAKES = (
    Mistake(
        "Adam without bias correction",
        "            m_hat = m / (1 - beta1**self.t)\n"
        "            v_hat = v / (1 - beta2**self.t)\n",
        "            m_hat, v_hat = m, v\n",
        shows="bias correction",
    ),
    Mistake(
        "Adam counts a step for every parameter",
        "        self.t += 1\n"
        "        for w, g, m, v in zip(self.params, grads, self.m, self.v, "
        "strict=True):\n",
        "        for w, g, m, v in zip(self.params, grads, self.m, self.v, "
        "strict=True):\n"
        "            self.t += 1\n",
        shows="once per call",
    ),
    Mistake(
        "the name is bound to a new array",
        "            v[...] = self.momentum * v + g\n            w -= self.lr * v\n",
        "            v[...] = self.momentum * v + g\n            w = w - self.lr * v\n",
        shows="in place",
    ),
    Mistake(
        "the learning rate is inside the velocity",
        "            v[...] = self.momentum * v + g\n            w -= self.lr * v\n",
        "            v[...] = self.momentum * v + self.lr * g\n            w -= v\n",
        shows="lr multiplies the velocity",
    ),
    Mistake(
        "AdaGrad forgets the past",
        "            s += g**2\n",
        "            s[...] = g**2\n",
        shows="sum of all squares",
    ),
    Mistake(
        "the squares are averaged after the step",
        "            s[...] = self.alpha * s + (1 - self.alpha) * g**2\n"
        "            w -= self.lr * g / (np.sqrt(s) + self.eps)\n",
        "            w -= self.lr * g / (np.sqrt(s) + self.eps)\n"
        "            s[...] = self.alpha * s + (1 - self.alpha) * g**2\n",
        shows="before the step",
    ),
    Mistake(
        "eps stands under the root",
        "            w -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)\n",
        "            w -= self.lr * m_hat / np.sqrt(v_hat + self.eps)\n",
        shows="outside of the root",
    ),
    Mistake(
        "the gradient itself becomes the state",
        "            v[...] = self.momentum * v + g\n            w -= self.lr * v\n",
        "            g += self.momentum * v\n            v[...] = g\n"
        "            w -= self.lr * v\n",
        shows="changes the gradients it is given",
    ),
)

EFFECTS: dict[str, Text] = {
    "SGD": (
        "parameters are updated in place, and lr multiplies the velocity, not the "
        "gradient in it",
        "参数要原地更新；学习率乘在速度上，而不是乘在并入速度的梯度上",
    ),
    "AdaGrad": (
        "the denominator is the root of the sum of all squares so far",
        "分母是迄今所有梯度平方之和的平方根",
    ),
    "RMSProp": (
        "the squares are averaged before the step that uses them",
        "先更新平方的滑动平均，再用它走这一步",
    ),
    "Adam": (
        "a missing bias correction; or t, which counts once per call, not per "
        "parameter; or eps, which stands outside of the root",
        "漏了偏差修正；或 t 每次调用只加一次，不是每个参数加一次；或 eps 在根号外面",
    ),
}
OPTIONS: dict[str, dict] = {
    "SGD": {"momentum": 0.9},
    "AdaGrad": {"eps": 1e-3},
    "RMSProp": {"alpha": 0.8, "eps": 1e-3},
    "Adam": {"betas": (0.7, 0.9), "eps": 1e-3},
}


def step(name: str, past: list[float], options: dict) -> float:
    """Return how far a weight moves per lr, from the sum over its past gradients."""
    t = len(past)

    def weighted(decay: float, power: int) -> float:
        return math.fsum(decay ** (t - 1 - k) * g**power for k, g in enumerate(past))

    if name == "SGD":
        return weighted(options.get("momentum", 0.0), 1)
    if name == "AdaGrad":
        return past[-1] / (math.sqrt(weighted(1.0, 2)) + options.get("eps", 1e-10))
    if name == "RMSProp":
        alpha, eps = options.get("alpha", 0.99), options.get("eps", 1e-8)
        return past[-1] / (math.sqrt((1 - alpha) * weighted(alpha, 2)) + eps)
    (beta1, beta2), eps = options.get("betas", (0.9, 0.999)), options.get("eps", 1e-8)
    # the corrected average is the weighted mean: the weights are divided by their sum
    mean = weighted(beta1, 1) / math.fsum(beta1**k for k in range(t))
    square = weighted(beta2, 2) / math.fsum(beta2**k for k in range(t))
    return mean / (math.sqrt(square) + eps)


def path(name: str, grads: np.ndarray, lrs: list[float], options: dict) -> np.ndarray:
    """Return the weights after each step from zero, shape of grads (T, size)."""
    weights = np.zeros_like(grads)
    for i in range(grads.shape[1]):
        w, column = 0.0, grads[:, i].tolist()
        for t, lr in enumerate(lrs):
            w -= lr * step(name, column[: t + 1], options)
            weights[t, i] = w
    return weights


def follow(name: str, grads: np.ndarray, lrs: list[float], options: dict):
    """Return what runs the reader's optimizer along the same gradients."""

    def run(their):
        w = np.zeros(grads.shape[1])
        optimizer = getattr(their, name)([w], lr=lrs[0], **options)
        weights = []
        for lr, g in zip(lrs, grads, strict=True):
            optimizer.lr = lr
            optimizer.step([g.copy()])
            weights.append(w.copy())
        return np.array(weights)

    return run


def along(name: str, about: Text, ask: str, grads, lrs, options) -> Case:
    """Return the case of one optimizer along given gradients."""
    return Case(
        about,
        ask,
        follow(name, grads, lrs, options),
        path(name, grads, lrs, options),
        1e-9,
        EFFECTS[name],
    )


def cases() -> Iterator[Case]:
    """Yield the cases."""
    rng = np.random.default_rng(0)
    for name in EFFECTS:
        yield along(
            name,
            (f"{name}: one step", f"{name}：一步"),
            f"{name}([w], lr=0.1).step([[2.0, -0.5]]), then w",
            np.array([[2.0, -0.5]]),
            [0.1],
            {},
        )
        yield along(
            name,
            (
                f"{name}: five steps, always the gradient 3",
                f"{name}：五步，梯度始终为 3",
            ),
            f"{name}([w], lr=0.1).step([[3.0]]), 5 times, w after each",
            np.full((5, 1), 3.0),
            [0.1] * 5,
            {},
        )
    for name, options in OPTIONS.items():
        said = ", ".join(f"{key}={value}" for key, value in options.items())
        yield along(
            name,
            (
                f"{name}: 50 random gradients, own settings",
                f"{name}：50 个随机梯度，自定超参数",
            ),
            f"{name}([w], lr=0.1, {said}), 50 steps, w after each",
            rng.normal(size=(50, 3)),
            [0.1] * 50,
            options,
        )
        yield along(
            name,
            (f"{name}: lr falls while it runs", f"{name}：中途降低学习率"),
            f"{name}([w], lr=1.0, {said}), then lr = 0.1, then 0.01, w after each step",
            rng.normal(size=(6, 2)),
            [1.0, 1.0, 0.1, 0.1, 0.01, 0.01],
            options,
        )

    def together(name):
        def run(their):
            matrix, bias = rng.normal(size=(2, 3)), rng.normal(size=3)
            apart = matrix.copy(), bias.copy()
            both = getattr(their, name)([matrix, bias], lr=0.1)
            each = [getattr(their, name)([one], lr=0.1) for one in apart]
            for _ in range(4):
                grads = rng.normal(size=(2, 3)), rng.normal(size=3)
                both.step(grads)
                for optimizer, grad in zip(each, grads, strict=True):
                    optimizer.step([grad])
            return all(
                np.allclose(one, other, rtol=1e-9)
                for one, other in zip((matrix, bias), apart, strict=True)
            ) or ("the parameters influence each other", "参数之间互相影响")

        return run

    def untouched(name):
        def run(their):
            w, g = np.ones(3), np.array([1.0, -2.0, 0.5])
            optimizer = getattr(their, name)([w], lr=0.1, **OPTIONS[name])
            for _ in range(3):
                optimizer.step([g])
            if not (g == np.array([1.0, -2.0, 0.5])).all():
                return (
                    "your code changes the gradients it is given",
                    "你的代码改动了传入的梯度",
                )
            return not (w == 1).any() or (
                "the array does not change: update it in place",
                "数组没有变化：请原地更新",
            )

        return run

    def still(name):
        def run(their):
            w = np.ones(2)
            optimizer = getattr(their, name)([w], lr=0.1)
            for _ in range(3):
                optimizer.step([np.zeros(2)])
            return bool((w == 1).all()) or (
                "0 / 0, or a move",
                "出现 0 / 0，或者移动了",
            )

        return run

    for name in EFFECTS:
        yield holds(
            (
                f"{name}: two parameters of different shape",
                f"{name}：两个形状不同的参数",
            ),
            f"{name}([matrix, bias], lr=0.1) against one optimizer for each",
            together(name),
            EFFECTS[name] if name == "Adam" else None,
        )
        yield holds(
            (f"{name}: in place, gradients untouched", f"{name}：原地更新，不改动梯度"),
            f"{name}([w], lr=0.1).step([g]), then w and g",
            untouched(name),
        )
        yield holds(
            (f"{name}: gradient 0 from the start", f"{name}：梯度从一开始就是 0"),
            f"{name}([w], lr=0.1).step([zeros])",
            still(name),
        )

    def momentum_outlives(their):
        w = np.zeros(1)
        optimizer = their.SGD([w], lr=1.0, momentum=0.5)
        optimizer.step([np.ones(1)])
        for _ in range(60):
            optimizer.step([np.zeros(1)])
        return w

    yield Case(
        (
            "SGD: one push of momentum 0.5 goes twice as far",
            "SGD：动量 0.5，一次推动最终走两倍远",
        ),
        "one step with gradient 1, 60 with 0",
        momentum_outlives,
        np.array([-2.0]),
        1e-9,
        EFFECTS["SGD"],
    )
