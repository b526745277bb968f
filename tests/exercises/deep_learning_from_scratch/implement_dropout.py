"""Cases of implement-dropout: properties of the mask, and its share."""

import math
from collections.abc import Iterator

import numpy as np

from scripts.exercise.cases import Case, Mistake, holds

MISTAKES = (
    Mistake(
        "p is taken as the probability of keeping",
        "self.rng.random(x.shape) >= self.p",
        "self.rng.random(x.shape) < self.p",
        shows="p is the probability of dropping",
    ),
    Mistake(
        "the survivors are not scaled",
        "kept / (1 - self.p) if",
        "kept.astype(float) if",
        shows="survivors",
    ),
    Mistake(
        "one mask for all rows",
        "self.rng.random(x.shape) >= self.p",
        "np.broadcast_to(self.rng.random(x.shape[-1]), x.shape) >= self.p",
        shows="share a mask",
    ),
    Mistake(
        "inference keeps the last mask for the backward pass",
        "        self._mask = np.ones(x.shape)\n        if self.training:\n",
        "        if not self.training:\n            return x.copy()\n"
        "        if self.training:\n",
        shows="mask of an earlier call",
    ),
    Mistake(
        "the backward pass draws another mask",
        "        return grad_y * self._mask\n",
        "        return self.forward(grad_y)\n",
        shows="the mask of the forward pass",
    ),
    Mistake(
        "p = 1 divides by zero",
        "kept / (1 - self.p) if self.p < 1 else np.zeros(x.shape)",
        "kept / np.float64(1 - self.p)",
        shows="0 / 0",
    ),
)


def made(their, p: float, seed: int = 0):
    """Return the reader's layer."""
    return their.Dropout(p, np.random.default_rng(seed))


def survivors(their):
    """See that an element is 0 or x / (1 - p)."""
    x = np.arange(1.0, 41.0).reshape(4, 10)
    y = made(their, 0.2).forward(x)
    if y.shape != x.shape:
        return f"the result has shape {y.shape}", f"结果的形状是 {y.shape}"
    right = (y == 0) | np.isclose(y, x / 0.8, rtol=1e-9)
    if right.all():
        return bool((y == 0).any() and (y != 0).any())
    place = tuple(int(i) for i in np.argwhere(~right)[0])
    old, new, wanted = (float(v) for v in (x[place], y[place], x[place] / 0.8))
    return (
        f"x = {old:g} became {new:g}; survivors are x / (1 - p) = {wanted:g}",
        f"x = {old:g} 变成了 {new:g}，保留的元素应为 x / (1 - p) = {wanted:g}",
    )


def share(p: float):
    """See how many of 100,000 elements are dropped, within 5 standard deviations."""

    def seen(their):
        dropped = float((made(their, p).forward(np.ones((100, 1000))) == 0).mean())
        if abs(dropped - p) < 5 * math.sqrt(p * (1 - p) / 100_000):
            return True
        return (
            f"{dropped:.1%} of the elements are dropped, not about {p:.0%}; "
            "p is the probability of dropping",
            f"丢弃了 {dropped:.1%} 的元素，应约为 {p:.0%}；p 是丢弃的概率",
        )

    return seen


def keeps_the_mean(their):
    """See that the mean over many masks is x, within 6 standard deviations."""
    layer, x = made(their, 0.5), np.array([1.0, -2.0, 3.0])
    mean = np.mean([layer.forward(x) for _ in range(20_000)], axis=0)
    # one element x is 0 or 2x, so its standard deviation is |x|
    return bool((np.abs(mean - x) < 6 * np.abs(x) / math.sqrt(20_000)).all())


def independent(their):
    """See that neither rows, columns nor calls share a mask."""
    layer, x = made(their, 0.5), np.ones((64, 64))
    first, second = layer.forward(x), layer.forward(x)
    if (first == second).all():
        return "two calls share a mask", "两次调用用了同一个掩码"
    if len(np.unique(first, axis=0)) < 64 or len(np.unique(first, axis=1)) < 64:
        return "rows or columns share a mask", "有的行或列用了同一个掩码"
    return True


def backward_with_zeros(their):
    """See the gradient where the input is 0: it can't be read off the output."""
    layer, x = made(their, 0.5), np.zeros((20, 20))
    x[:, 10:] = 1.0
    y = layer.forward(x)
    grad_y = np.arange(1.0, 401.0).reshape(20, 20)
    grad_x = layer.backward(grad_y)
    ratio = grad_x / grad_y
    if not (np.isclose(ratio[:, 10:], y[:, 10:], rtol=1e-9)).all():
        return (
            "the gradient does not pass by the mask of the forward pass",
            "梯度没有使用前向时的掩码",
        )
    left = ratio[:, :10]
    if not ((left == 0) | np.isclose(left, 2.0, rtol=1e-9)).all():
        return "an input of 0 gets a wrong gradient", "输入为 0 处的梯度不对"
    return bool((left == 0).any() and (left != 0).any())


def inference(their):
    """See that nothing is changed at inference, after a call in training."""
    layer, x = made(their, 0.5), np.arange(1.0, 51.0)
    layer.forward(x)
    layer.training = False
    if not (layer.forward(x) == x).all():
        return "the values are changed at inference", "推理时改动了数值"
    return bool((layer.backward(x) == x).all()) or (
        "the gradient at inference is not that of the identity; is it the mask of an "
        "earlier call?",
        "推理时的梯度不是恒等映射的梯度，是否用了更早一次调用的掩码？",
    )


def never(their):
    """See p = 0."""
    layer, x = made(their, 0.0), np.arange(1.0, 51.0)
    return bool((layer.forward(x) == x).all() and (layer.backward(x) == x).all())


def always(their):
    """See p = 1."""
    layer, x = made(their, 1.0), np.arange(1.0, 51.0)
    y, grad = layer.forward(x), layer.backward(x)
    if np.isnan(y).any() or np.isinf(y).any():
        return "the result is not finite: 0 / 0", "结果不是有限数：出现了 0 / 0"
    return bool((y == 0).all() and (grad == 0).all())


def refuses(p: float):
    """See that a p is refused."""

    def seen(their):
        try:
            made(their, p)
        except ValueError:
            return True
        return f"p = {p} is accepted", f"接受了 p = {p}"

    return seen


def untouched(their):
    """See that the input is not changed and is not handed back."""
    layer, x = made(their, 0.5), np.ones(100)
    layer.forward(x)
    if not (x == 1).all():
        return "the input is changed", "改动了输入"
    layer.training = False
    y = layer.forward(x)
    y[:] = 7.0
    return bool((x == 1).all()) or (
        "the result is the input itself",
        "返回的就是输入本身",
    )


def repeatable(their):
    """See that the mask comes from the generator given."""
    x = np.ones(1000)
    one, same, other = (made(their, 0.5, seed).forward(x) for seed in (1, 1, 2))
    return bool((one == same).all() and (one != other).any())


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield holds(
        ("an element is 0 or x / (1 - p)", "元素要么为 0，要么为 x / (1 - p)"),
        "Dropout(0.2, rng).forward(x)",
        survivors,
    )
    for p in (0.1, 0.5, 0.8):
        yield holds(
            (f"p = {p}: the share that is dropped", f"p = {p}：丢弃的比例"),
            f"Dropout({p}, rng).forward(ones)",
            share(p),
        )
    yield holds(
        ("the mean over 20,000 masks is the input", "20,000 个掩码的平均等于输入"),
        "mean of Dropout(0.5, rng).forward(x)",
        keeps_the_mean,
        (
            "without scaling by 1 / (1 - p) the survivors' mean shrinks",
            "不乘 1 / (1 - p)，均值就会变小",
        ),
    )
    yield holds(
        ("each element and each call has its own draw", "每个元素、每次调用各自抽取"),
        "Dropout(0.5, rng).forward(x), twice",
        independent,
    )
    yield holds(
        (
            "the backward pass uses the forward's mask, also where x is 0",
            "反向使用前向的掩码，x 为 0 处也一样",
        ),
        "forward(x), then backward(grad_y)",
        backward_with_zeros,
    )
    yield holds(
        (
            "inference after training: identity, forward and backward",
            "训练后切到推理：前向、反向都是恒等",
        ),
        "training = False, forward(x), backward(x)",
        inference,
    )
    yield holds(("p = 0 drops nothing", "p = 0 不丢弃"), "Dropout(0, rng)", never)
    yield holds(("p = 1 drops everything", "p = 1 全部丢弃"), "Dropout(1, rng)", always)
    yield holds(
        ("the input stays as it is", "输入保持不变"), "forward(x), then x", untouched
    )
    yield holds(
        ("the mask comes from rng alone", "掩码只来自 rng"),
        "the same seed twice, then another",
        repeatable,
    )
    for p in (-0.1, 1.5, math.nan):
        yield holds(
            (f"p = {p} is refused", f"拒绝 p = {p}"), f"Dropout({p}, rng)", refuses(p)
        )
