"""Cases of implement-mlp: sums unit by unit, finite differences, learning."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from scripts.exercise.cases import Case, Mistake, call, holds

MISTAKES = (
    Mistake(
        "the backward pass forgets relu",
        "    grad_hidden[hidden <= 0.0] = 0.0"
        "  # relu passes a gradient only where it is on\n",
        "",
        shows="where relu is off",
    ),
    Mistake(
        "the bias gradient is averaged once more",
        '"b1": grad_hidden.sum(axis=0)',
        '"b1": grad_hidden.mean(axis=0)',
        shows="divides by N twice",
    ),
    Mistake(
        "relu passes gradients at exactly 0",
        "grad_hidden[hidden <= 0.0]",
        "grad_hidden[hidden < 0.0]",
        shows="exactly at 0",
    ),
    Mistake(
        "the last, smaller batch is left out",
        "range(0, len(X), batch_size)",
        "range(0, len(X) - batch_size + 1, batch_size)",
        shows="leaves out the last batch",
    ),
    Mistake(
        "the data are shuffled once only",
        "    for _ in range(epochs):\n        order = rng.permutation(len(X))\n",
        "    order = rng.permutation(len(X))\n    for _ in range(epochs):\n",
        shows="a new order for every epoch",
    ),
    Mistake(
        "the weights start at zero",
        "rng.normal(0.0, np.sqrt(2.0 / D), (D, H))",
        "np.zeros((D, H))",
        shows="hidden units start alike",
    ),
    Mistake(
        "the caller's parameters are changed",
        "            params = {name: params[name] - lr * grads[name] "
        "for name in params}\n",
        "            for name in params:\n"
        "                params[name] -= lr * grads[name]\n",
        shows="changes the parameters it is given",
    ),
)

Params = dict[str, np.ndarray]
LEARNING = ("it does not learn although one step is right", "单步正确，却学不会")


def draw(D: int, H: int, K: int, seed: int) -> Params:
    """Draw parameters, biases too, so that a bias left out shows."""
    rng = np.random.default_rng(seed)
    return {
        "W1": rng.normal(size=(D, H)),
        "b1": rng.normal(size=H),
        "W2": rng.normal(size=(H, K)),
        "b2": rng.normal(size=K),
    }


def run(params: Params, x: list[float]) -> tuple[list[float], list[float]]:
    """Compute hidden units and logits of one sample, unit by unit."""
    W1, b1, W2, b2 = (params[name].tolist() for name in ("W1", "b1", "W2", "b2"))
    hidden = [
        max(0.0, sum(x[d] * W1[d][h] for d in range(len(x))) + b1[h])
        for h in range(len(b1))
    ]
    logits = [
        sum(hidden[h] * W2[h][k] for h in range(len(hidden))) + b2[k]
        for k in range(len(b2))
    ]
    return hidden, logits


def mean_loss(params: Params, X: np.ndarray, y: np.ndarray) -> float:
    """Compute the mean cross-entropy sample by sample; small logits only."""
    total = 0.0
    for x, label in zip(X.tolist(), y.tolist(), strict=True):
        _, logits = run(params, x)
        total += math.log(sum(map(math.exp, logits))) - logits[label]
    return total / len(X)


def differences(params: Params, X: np.ndarray, y: np.ndarray) -> Params:
    """Return all gradients by central differences of the loss above."""
    grads, h = {}, 1e-5
    for name, value in params.items():
        grads[name] = np.empty_like(value)
        for place in np.ndindex(value.shape):
            up, down = value.copy(), value.copy()
            up[place] += h
            down[place] -= h
            rise = mean_loss({**params, name: up}, X, y)
            fall = mean_loss({**params, name: down}, X, y)
            grads[name][place] = (rise - fall) / (2 * h)
    return grads


def descend(params: Params, X, y, lr: float, batches) -> tuple[Params, list[float]]:
    """Follow the differences over the given batches of positions."""
    losses = []
    for batch in batches:
        losses.append(mean_loss(params, X[batch], y[batch]))
        grads = differences(params, X[batch], y[batch])
        params = {name: value - lr * grads[name] for name, value in params.items()}
    return params, losses


def initial(their):
    """Look at fresh parameters of a large network."""
    params = their.init_params(300, 400, 50, np.random.default_rng(0))
    for name, shape in (
        ("W1", (300, 400)),
        ("b1", (400,)),
        ("W2", (400, 50)),
        ("b2", (50,)),
    ):
        if params[name].shape != shape:
            return (
                f"{name} has shape {params[name].shape}",
                f"{name} 的形状是 {params[name].shape}",
            )
    for name, fan_in in (("W1", 300), ("W2", 400)):
        variance, wanted = float(np.var(params[name])), 2 / fan_in
        if not 0.9 * wanted < variance < 1.1 * wanted:
            text = f"variance {variance:.2g}, 2 / fan-in = {wanted:.2g}"
            return f"{name}: {text}", f"{name}：{text}"
        if abs(float(np.mean(params[name]))) > 5 * math.sqrt(
            wanted / params[name].size
        ):
            return f"the mean of {name} is not 0", f"{name} 的均值不为 0"
    return not params["b1"].any() and not params["b2"].any()


def asked(ask: str, *arguments, **named) -> Case:
    """Return a call that is shown as ``ask``: the parameters would fill a screen."""
    return replace(call(*arguments, **named), ask=ask)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    small = {
        "W1": np.array([[1.0, -1.0], [2.0, 0.0]]),
        "b1": np.array([0.0, 1.0]),
        "W2": np.array([[1.0, 0.0], [0.0, 3.0]]),
        "b2": np.array([0.0, -1.0]),
    }
    yield asked(
        "forward(params, [[3.0, 1.0]])",
        (
            "one sample forward; the second unit is off",
            "单个样本前向，第二个单元未激活",
        ),
        "forward",
        small,
        np.array([[3.0, 1.0]]),
        gives=(np.array([[5.0, 0.0]]), np.array([[5.0, -1.0]])),
        within=1e-9,
    )
    rng = np.random.default_rng(0)
    params, X, y = draw(3, 4, 3, 1), rng.normal(size=(5, 3)), np.array([0, 2, 1, 1, 0])
    pairs = [run(params, x) for x in X.tolist()]
    yield asked(
        "forward(params, X)",
        ("5 samples forward", "5 个样本前向"),
        "forward",
        params,
        X,
        gives=tuple(np.array(part) for part in zip(*pairs, strict=True)),
        within=1e-9,
    )
    yield holds(
        (
            "initial parameters: shapes, variance 2 / fan-in, zero biases",
            "初始参数：形状、方差 2 / fan-in、偏置为零",
        ),
        "init_params(300, 400, 50, rng)",
        initial,
        (
            "hidden units start alike, or signals grow or die with depth",
            "隐藏单元的起点相同，或者信号随深度放大、消失",
        ),
    )
    yield asked(
        "loss_and_grads(params, X, y), one sample",
        ("gradients of one sample, by differences", "单个样本的梯度，与差分比较"),
        "loss_and_grads",
        params,
        X[:1],
        y[:1],
        gives=(mean_loss(params, X[:1], y[:1]), differences(params, X[:1], y[:1])),
        within=1e-6,
        effect=(
            "a gradient passes where relu is off",
            "ReLU 关闭处仍有梯度通过",
        ),
    )
    yield asked(
        "loss_and_grads(params, X, y), N = 5",
        ("gradients of a batch of 5, by differences", "5 个样本的梯度，与差分比较"),
        "loss_and_grads",
        params,
        X,
        y,
        gives=(mean_loss(params, X, y), differences(params, X, y)),
        within=1e-6,
        effect=(
            "the loss's gradient is divided by N already; a mean over the batch "
            "divides by N twice",
            "损失的梯度已经除以 N，再对批量取平均就除了两次",
        ),
    )
    silent = {**params, "W1": np.zeros((3, 4)), "b1": np.zeros(4)}
    yield asked(
        "loss_and_grads(params, X, y), W1 = 0, b1 = 0",
        ("all hidden units are exactly 0", "所有隐藏单元恰好为 0"),
        "loss_and_grads",
        silent,
        X,
        y,
        gives=(
            mean_loss(silent, X, y),
            {
                "W1": np.zeros((3, 4)),
                "b1": np.zeros(4),
                "W2": np.zeros((4, 3)),
                "b2": differences(silent, X, y)["b2"],
            },
        ),
        within=1e-6,
        effect=(
            "exactly at 0 relu's derivative counts as 0",
            "ReLU 在 0 处的导数按 0 计",
        ),
    )
    everything = [np.arange(5)]
    yield asked(
        "train(params, X, y, lr=0.1, epochs=1, batch_size=5, rng=rng)",
        ("one step on the whole set", "用全部数据走一步"),
        "train",
        params,
        X,
        y,
        lr=0.1,
        epochs=1,
        batch_size=5,
        rng=np.random.default_rng(0),
        gives=descend(params, X, y, 0.1, everything),
        within=1e-6,
        effect=(
            "step against the gradient, and record the loss of before the step",
            "沿梯度的反方向走，记录的是更新之前的损失",
        ),
    )
    twin, batches = np.random.default_rng(7), []
    for _ in range(2):
        order = twin.permutation(5)
        batches += [order[:2], order[2:4], order[4:]]
    yield asked(
        "train(params, X, y, lr=0.2, epochs=2, batch_size=2, rng=rng)",
        ("two epochs in batches of 2, 2 and 1", "两个 epoch，批量为 2、2、1"),
        "train",
        params,
        X,
        y,
        lr=0.2,
        epochs=2,
        batch_size=2,
        rng=np.random.default_rng(7),
        gives=descend(params, X, y, 0.2, batches),
        within=1e-6,
        effect=(
            "your code leaves out the last batch, or does not draw a new order for "
            "every epoch",
            "你的代码漏掉了最后一个批量，或者没有在每个 epoch 重新打乱",
        ),
    )

    def untouched(their):
        given = {name: value.copy() for name, value in params.items()}
        their.train(given, X, y, 0.5, 2, 2, np.random.default_rng(0))
        return all((given[name] == params[name]).all() for name in params)

    yield holds(
        ("train leaves the parameters given as they are", "train 不改动传入的参数"),
        "train(params, ...), then params",
        untouched,
        (
            "your code changes the parameters it is given",
            "你的代码改动了传入的参数",
        ),
    )

    def learns(X, y, H, lr, epochs, batch_size):
        def learned(their):
            start = draw(X.shape[1], H, int(y.max()) + 1, 0)
            rng = np.random.default_rng(0)
            after, losses = their.train(start, X, y, lr, epochs, batch_size, rng)
            right = int((their.forward(after, X)[1].argmax(axis=1) == y).sum())
            if right >= 0.98 * len(y) and losses[-1] < losses[0]:
                return True
            return (
                f"{right} of {len(y)} samples are right after training",
                f"训练后 {len(y)} 个样本中只有 {right} 个正确",
            )

        return learned

    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    yield holds(
        ("learns XOR", "学会异或"),
        "train(params, X, y, lr=0.5, epochs=500, batch_size=4, rng)",
        learns(corners, np.array([0, 1, 1, 0]), 8, 0.5, 500, 4),
        LEARNING,
    )
    angle, radius = rng.uniform(0, 2 * math.pi, 600), np.repeat([1.0, 2.0, 3.0], 200)
    rings = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    yield holds(
        ("learns three rings, 600 samples", "学会三个同心圆环，600 个样本"),
        "train(params, X, y, lr=0.2, epochs=100, batch_size=32, rng)",
        learns(rings, np.repeat([0, 1, 2], 200), 32, 0.2, 100, 32),
        LEARNING,
    )
