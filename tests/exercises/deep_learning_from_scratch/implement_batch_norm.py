"""Cases of implement-batch-norm: statistics value by value, finite differences."""

import math
import statistics
from collections.abc import Iterator

import numpy as np

from scripts.exercise.cases import Case, Mistake, Text, holds

MISTAKES = (
    Mistake(
        "the running variance is divided by m",
        "self.momentum * unbiased",
        "self.momentum * var",
        shows="divided by m - 1",
    ),
    Mistake(
        "inference uses the batch's statistics",
        "            mean, var = self.running_mean, self.running_var\n",
        "            mean, var = x.mean(axes), x.var(axes)\n",
        shows="running statistics",
    ),
    Mistake(
        "the backward pass takes the statistics as constants",
        "        if not self.training:\n            return scale * grad_y\n",
        "        if True:\n            return scale * grad_y\n",
        shows="depend on x too",
    ),
    Mistake(
        "momentum weighs the old value",
        "keep * self.running_mean + self.momentum * mean\n",
        "self.momentum * self.running_mean + keep * mean\n",
        shows="the weight of the batch",
    ),
    Mistake(
        "images are normalized pixel by pixel",
        "    return (0, *range(2, x.ndim))\n",
        "    return (0,)\n",
        shows="not all of the channel's values",
    ),
    Mistake(
        "the backward pass at inference is that of training",
        "        if not self.training:\n            return scale * grad_y\n",
        "",
        shows="constants at inference",
    ),
)

rng = np.random.default_rng(0)
TABLE = rng.normal(3.0, 2.0, (6, 3))
IMAGES = rng.normal(-1.0, 3.0, (2, 3, 2, 4))
GAMMA, BETA = np.array([1.5, -0.5, 2.0]), np.array([0.3, 0.0, -1.0])
SUMMARY = "BatchNorm(3) with some gamma and beta"
CONSTANT = (
    "the batch's mean and variance depend on x too",
    "批量的均值和方差也依赖 x",
)
RUNNING = (
    "the running variance takes the batch's variance divided by m - 1, and momentum is "
    "the weight of the batch",
    "滑动方差使用除以 m - 1 的批量方差，且 momentum 是当前批量的权重",
)
AXES = (
    "the statistics cover not all of the channel's values: batch, height and width",
    "统计量没有覆盖该通道的全部数值：批量、高、宽",
)
UNDER = (
    "the variance is divided by m, and eps is added to it under the root",
    "方差除以 m，eps 加在根号里面的方差上",
)


def made(their, x: np.ndarray, eps: float = 1e-5):
    """Return the reader's layer for x with known parameters."""
    layer = their.BatchNorm(x.shape[1], eps=eps)
    layer.gamma, layer.beta = GAMMA[: x.shape[1]].copy(), BETA[: x.shape[1]].copy()
    return layer


def channels(x: np.ndarray) -> list[list[float]]:
    """Return the values of each channel as a list."""
    return [x[:, c].ravel().tolist() for c in range(x.shape[1])]


def normalized(x, gamma, beta, eps=1e-5, means=None, variances=None) -> np.ndarray:
    """Compute the output channel by channel with Python's statistics."""
    y = np.empty_like(x)
    for c, values in enumerate(channels(x)):
        mean = statistics.fmean(values) if means is None else means[c]
        var = statistics.pvariance(values) if variances is None else variances[c]
        y[:, c] = gamma[c] * (x[:, c] - mean) / math.sqrt(var + eps) + beta[c]
    return y


def differences(loss, at: np.ndarray) -> np.ndarray:
    """Return the gradient of a scalar function by central differences."""
    grad, h = np.empty_like(at), 1e-5
    for place in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[place] += h
        down[place] -= h
        grad[place] = (loss(up) - loss(down)) / (2 * h)
    return grad


def moved(batches: list[np.ndarray], momentum: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the running statistics as weighted sums over all batches."""
    keep, steps = 1 - momentum, len(batches)
    means, variances = np.zeros(3), keep**steps * np.ones(3)
    for k, batch in enumerate(batches):
        weight = momentum * keep ** (steps - 1 - k)
        for c, values in enumerate(channels(batch)):
            means[c] += weight * statistics.fmean(values)
            variances[c] += weight * statistics.variance(values)
    return means, variances


def case(about: Text, ask: str, run, gives, effect: Text | None = None) -> Case:
    """Return a case of what run gives, within 1e-9."""
    return Case(about, ask, run, gives, 1e-9, effect)


def backward(x: np.ndarray, means=None, variances=None) -> tuple:
    """Return a grad_y and the gradients of x, gamma, beta by differences."""
    grad_y = np.random.default_rng(1).normal(size=x.shape)

    def loss(x, gamma, beta):
        y = normalized(x, gamma, beta, means=means, variances=variances)
        return float(np.sum(grad_y * y))

    return grad_y, (
        differences(lambda v: loss(v, GAMMA, BETA), x),
        differences(lambda v: loss(x, v, BETA), GAMMA),
        differences(lambda v: loss(x, GAMMA, v), BETA),
    )


def cases() -> Iterator[Case]:
    """Yield the cases."""

    def plain(their):
        return their.BatchNorm(1, eps=0.0).forward(np.array([[1.0], [3.0]]))

    yield case(
        ("training: two samples, one channel", "训练：两个样本，一个通道"),
        "BatchNorm(1, eps=0.0).forward([[1.0], [3.0]])",
        plain,
        np.array([[-1.0], [1.0]]),
    )
    for x, about, shape, effect in (
        (TABLE, ("training: a table", "训练：二维输入"), "(6, 3)", UNDER),
        (IMAGES, ("training: images", "训练：图像"), "(2, 3, 2, 4)", AXES),
    ):
        yield case(
            about,
            f"{SUMMARY}: forward(x), x of shape {shape}",
            lambda their, x=x: made(their, x).forward(x),
            normalized(x, GAMMA, BETA),
            effect,
        )

    def constant(their):
        return made(their, TABLE).forward(np.full((4, 3), 7.0))

    yield case(
        ("training: a constant channel becomes beta", "训练：恒定的通道变成 beta"),
        "forward(x) where all of x is 7",
        constant,
        np.tile(BETA, (4, 1)),
        ("without eps this is 0 / 0", "没有 eps 就成了 0 / 0"),
    )

    def large_eps(their):
        return made(their, TABLE, eps=0.5).forward(TABLE)

    yield case(
        ("eps = 0.5 is added to the variance", "eps = 0.5 加在方差上"),
        "BatchNorm(3, eps=0.5).forward(x)",
        large_eps,
        normalized(TABLE, GAMMA, BETA, eps=0.5),
        UNDER,
    )
    for count in (1, 3):
        batches = [rng.normal(2.0, 3.0, (4, 3, 2, 2)) for _ in range(count)]

        def statistics_after(their, batches=batches):
            layer = their.BatchNorm(3, momentum=0.3)
            for batch in batches:
                layer.forward(batch)
            return layer.running_mean, layer.running_var

        yield case(
            (f"running statistics, batches: {count}", f"{count} 个批量后的滑动统计量"),
            "BatchNorm(3, momentum=0.3), then running_mean, running_var",
            statistics_after,
            moved(batches, 0.3),
            RUNNING,
        )
    means, variances = np.array([1.0, 2.0, -3.0]), np.array([4.0, 0.25, 9.0])

    def inferring(their, x):
        layer = made(their, x)
        layer.forward(
            TABLE + 5.0
        )  # a training step before, whose traces must not matter
        layer.running_mean, layer.running_var = means.copy(), variances.copy()
        layer.training = False
        return layer

    for x, about in (
        (TABLE, ("inference: a table", "推理：二维输入")),
        (IMAGES, ("inference: images", "推理：图像")),
        (TABLE[:1], ("inference: a single sample", "推理：单个样本")),
    ):
        yield case(
            about,
            "training = False, forward(x)",
            lambda their, x=x: inferring(their, x).forward(x),
            normalized(x, GAMMA, BETA, means=means, variances=variances),
            (
                "inference normalizes by the running statistics, not by the batch's",
                "推理时要用滑动统计量归一化，而不是当前批量的统计量",
            ),
        )

    def kept(their):
        layer = inferring(their, TABLE)
        layer.forward(TABLE)
        return layer.running_mean, layer.running_var

    yield case(
        ("inference leaves the running statistics alone", "推理不更新滑动统计量"),
        "forward(x) at inference, then running_mean, running_var",
        kept,
        (means, variances),
    )
    for x, about in (
        (TABLE, ("backward: a table", "反向：二维输入")),
        (IMAGES, ("backward: images", "反向：图像")),
        (TABLE[:2], ("backward: a batch of two", "反向：两个样本的批量")),
    ):
        grad_y, expected = backward(x)

        def gradients(their, x=x, grad_y=grad_y):
            layer = made(their, x)
            layer.forward(x)
            grad_x = layer.backward(grad_y)
            return grad_x, layer.grad_gamma, layer.grad_beta

        yield Case(
            about,
            "backward(grad_y), grad_gamma, grad_beta",
            gradients,
            expected,
            1e-6,
            CONSTANT,
        )
    frozen_y, frozen = backward(TABLE, means, variances)

    def at_inference(their):
        layer = inferring(their, TABLE)
        layer.forward(TABLE)
        return layer.backward(frozen_y), layer.grad_gamma, layer.grad_beta

    yield Case(
        ("backward at inference", "推理模式下的反向"),
        "training = False, forward(x), backward(grad_y)",
        at_inference,
        frozen,
        1e-6,
        ("mean and variance are constants at inference", "推理时均值和方差是常数"),
    )

    def orthogonal(their):
        layer = made(their, IMAGES)
        layer.forward(IMAGES)
        grad_x = layer.backward(rng.normal(size=IMAGES.shape))
        return bool(np.abs(grad_x.sum(axis=(0, 2, 3))).max() < 1e-9)

    yield holds(
        ("the gradient of each channel sums to 0", "每个通道的梯度之和为 0"),
        "backward(grad_y) summed over batch, height and width",
        orthogonal,
        (
            "shifting a channel changes nothing, so its gradient has no mean; "
            + CONSTANT[0],
            "平移一个通道不影响输出，所以梯度均值为 0；" + CONSTANT[1],
        ),
    )

    def single(their):
        for x in (np.ones((1, 3)), np.ones((1, 3, 1, 1)), np.ones((0, 3))):
            try:
                their.BatchNorm(3).forward(x)
            except ValueError:
                continue
            return f"shape {x.shape} is accepted", f"接受了形状 {x.shape}"
        y = their.BatchNorm(3).forward(np.ones((1, 3, 1, 2)))
        return y.shape == (1, 3, 1, 2)

    yield holds(
        (
            "fewer than two values per channel are refused in training",
            "训练时拒绝每个通道不足两个值的输入",
        ),
        "BatchNorm(3).forward(x), x of shape (1, 3), (1, 3, 1, 1), (0, 3)",
        single,
    )
