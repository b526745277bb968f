"""Cases of custom-autograd-function: derivatives in closed form and from autograd."""

import math
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from scripts.exercise.cases import Case, Mistake, Text, holds

NEEDS = ("torch",)

torch.set_num_threads(1)  # for tensors this small, threads cost more than they save

MISTAKES = (
    Mistake(
        "the product rule is forgotten",
        "grad_x = grad_y * (gate + beta * x * slope)",
        "grad_x = grad_y * gate",
        shows="product rule",
    ),
    Mistake(
        "the gradient from above is left out",
        "grad_x = grad_y * (gate + beta * x * slope)",
        "grad_x = gate + beta * x * slope",
        shows="multiply by the gradient that comes from above",
    ),
    Mistake(
        "beta's derivative lacks a factor x",
        "(grad_y * x**2 * slope).sum()",
        "(grad_y * x * slope).sum()",
        shows="by beta it is",
    ),
    Mistake(
        "the sigmoid's derivative from exp",
        "        slope = gate * (1 - gate)  # derivative of sigmoid at beta * x\n",
        "        slope = torch.exp(-beta * x) / (1 + torch.exp(-beta * x)) ** 2\n",
        shows="infinity / infinity is NaN",
    ),
    Mistake(
        "the backward pass can't be differentiated",
        "        gate = torch.sigmoid(beta * x)\n",
        "        gate = torch.sigmoid(beta * x).detach()\n",
        shows="second derivatives",
    ),
    Mistake(
        "gradients nobody needs are computed",
        "        if ctx.needs_input_grad[1]:\n",
        "        if True:\n",
        shows="work for a gradient that nobody needs",
    ),
    Mistake(
        "a one-sided difference",
        "(function(x + h) - function(x - h)).item() / (2 * eps)",
        "(function(x + h) - function(x)).item() / eps",
        shows="one-sided difference",
    ),
)

F64 = torch.float64


def points(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return 2 * torch.randn(*shape, dtype=F64, generator=generator)


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def swish(x: list[float], beta: float) -> list[float]:
    return [value * sigmoid(beta * value) for value in x]


def by_autograd(x: Tensor, beta: Tensor) -> Tensor:
    """Return Swish from operations that PyTorch can differentiate itself."""
    return x / (1 + torch.exp(-beta * x))


def value(x: list[float], beta: float) -> Callable[[ModuleType], Any]:
    return lambda their: their.Swish.apply(
        torch.tensor(x, dtype=F64), torch.tensor(beta, dtype=F64)
    )


def gradients(
    function: Callable[..., Tensor], x: Tensor, beta: float, above: Tensor
) -> list[Tensor]:
    """Return gradients by x and by beta for a gradient from above."""
    x = x.clone().requires_grad_()
    slope = torch.tensor(beta, dtype=F64, requires_grad=True)
    return list(torch.autograd.grad(function(x, slope), (x, slope), above))


def compared(x: Tensor, beta: float, above: Tensor) -> Callable[[ModuleType], Any]:
    """Return a run: how far gradients are from those of `by_autograd`."""
    due = gradients(by_autograd, x, beta, above)

    def run(their: ModuleType) -> bool | Text:
        got = gradients(their.Swish.apply, x, beta, above)
        for name, one, other in zip(("x", "beta"), got, due, strict=True):
            if one.shape != other.shape:
                return (
                    f"the gradient by {name} has shape {tuple(one.shape)}",
                    f"对 {name} 的梯度形状是 {tuple(one.shape)}",
                )
            off = (one - other).abs().max().item()
            if not off <= 1e-9 * max(1.0, other.abs().max().item()):
                return (
                    f"the gradient by {name} is off by {off:.2g}",
                    f"对 {name} 的梯度相差 {off:.2g}",
                )
        return True

    return run


def gradcheck(their: ModuleType) -> bool | Text:
    x, beta = points(3, 4).requires_grad_(), torch.tensor(0.7, dtype=F64)
    if torch.autograd.gradcheck(
        their.Swish.apply, (x, beta.requires_grad_()), raise_exception=False
    ):
        return True
    return (
        "first derivatives are not those of finite differences",
        "一阶导数与有限差分不符",
    )


def gradgradcheck(their: ModuleType) -> bool | Text:
    x, beta = points(5).requires_grad_(), torch.tensor(1.3, dtype=F64)
    if torch.autograd.gradgradcheck(
        their.Swish.apply, (x, beta.requires_grad_()), raise_exception=False
    ):
        return True
    return (
        "second derivatives are not those of finite differences",
        "二阶导数与有限差分不符",
    )


class Context:
    """What a backward pass is given, for calling it by hand."""

    def __init__(self, needs: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs
        self.saved_tensors: tuple[Tensor, ...] = ()

    def save_for_backward(self, *tensors: Tensor) -> None:
        self.saved_tensors = tensors


def unneeded(their: ModuleType) -> list[bool]:
    """Return whether backward gives None where no gradient is needed."""
    found = []
    for needs in (True, False), (False, True):
        ctx = Context(needs)
        their.Swish.forward(ctx, points(3), torch.tensor(1.0, dtype=F64))
        grads = their.Swish.backward(ctx, torch.ones(3, dtype=F64))
        found += [grad is None for grad in grads]
    return found


def kept(their: ModuleType) -> bool | Text:
    """Return whether only the inputs are kept, the way autograd can look after."""
    ctx = Context((True, True))
    x, beta = points(1000), torch.tensor(1.0, dtype=F64)
    their.Swish.forward(ctx, x, beta)
    saved = ctx.saved_tensors
    extra = {
        name
        for name, thing in vars(ctx).items()
        if isinstance(thing, Tensor) and name != "saved_tensors"
    }
    if extra:
        names = ", ".join(sorted(extra))
        return (
            f"tensors are kept as attributes of ctx ({names})",
            f"张量被存成了 ctx 的属性（{names}）",
        )
    size = sum(tensor.numel() for tensor in saved)
    if not {x.data_ptr(), beta.data_ptr()} <= {t.data_ptr() for t in saved}:
        return (
            "save_for_backward did not get the inputs",
            "没有用 save_for_backward 保存输入",
        )
    if size > 1001:
        return (
            f"{size} numbers are kept instead of 1001",
            f"保存了 {size} 个数，只需要 1001 个",
        )
    return True


def trained(their: ModuleType) -> float:
    """Find beta from values of Swish by gradient descent."""
    x = torch.linspace(-4, 4, 41, dtype=F64)
    beta = torch.tensor(0.5, dtype=F64, requires_grad=True)
    for _ in range(200):
        loss = (
            (their.Swish.apply(x, beta) - by_autograd(x, torch.tensor(1.5))) ** 2
        ).mean()
        (grad,) = torch.autograd.grad(loss, beta)
        with torch.no_grad():
            beta -= 3.0 * grad
    return beta.item()


def rounded(their: ModuleType) -> Tensor:
    x = torch.tensor([-1.5, -0.2, 0.5, 1.5, 2.6], dtype=F64)
    result: Tensor = their.RoundStraightThrough.apply(x)
    return result


def through(their: ModuleType) -> Tensor:
    x = torch.tensor([-1.4, 0.2, 2.6], dtype=F64, requires_grad=True)
    above = torch.tensor([3.0, -1.0, 0.5], dtype=F64)
    (grad,) = torch.autograd.grad(their.RoundStraightThrough.apply(x), x, above)
    return grad


def honest(their: ModuleType) -> bool | Text:
    """Return whether the check by differences tells a wrong gradient."""
    x = torch.tensor([0.3, -1.2], dtype=F64, requires_grad=True)

    def loss(x: Tensor) -> Tensor:
        total: Tensor = (their.RoundStraightThrough.apply(x) * 2).sum()
        return total

    (claimed,) = torch.autograd.grad(loss(x), x)
    measured = their.numerical_gradient(loss, x)
    if claimed.tolist() != [2.0, 2.0]:
        return f"backward gives {claimed.tolist()}", f"反向传播给出 {claimed.tolist()}"
    if measured.tolist() != [0.0, 0.0]:
        return (
            f"differences give {measured.tolist()}; a step function is flat",
            f"差分给出 {measured.tolist()}，而阶梯函数是平的",
        )
    return True


def numerical(
    function: Callable[[Tensor], Tensor], x: Tensor, **named: float
) -> Callable[[ModuleType], Any]:
    def run(their: ModuleType) -> Any:
        given = x.clone().requires_grad_()
        grad = their.numerical_gradient(function, given, **named)
        if not torch.equal(given, x):
            raise AssertionError("x was changed")
        if grad.requires_grad:
            raise AssertionError("the result has a graph")
        return grad

    return run


def cases() -> Iterator[Case]:
    """Yield the cases."""
    xs = [-2.0, 0.0, 1.0, 3.0]
    yield Case(
        ("four values, beta = 1", "四个值，β = 1"),
        f"Swish.apply({xs}, 1.0)",
        value(xs, 1.0),
        torch.tensor(swish(xs, 1.0), dtype=F64),
        1e-9,
    )
    yield Case(
        ("four values, beta = -0.5", "四个值，β = −0.5"),
        f"Swish.apply({xs}, -0.5)",
        value(xs, -0.5),
        torch.tensor(swish(xs, -0.5), dtype=F64),
        1e-9,
        ("beta scales the sigmoid's argument", "β 乘在 sigmoid 的自变量上"),
    )
    large = [-800.0, -40.0, 40.0, 800.0]
    yield Case(
        ("large values", "绝对值很大的输入"),
        f"Swish.apply({large}, 1.0)",
        value(large, 1.0),
        torch.tensor(swish(large, 1.0), dtype=F64),
        1e-9,
        ("exp overflows: use torch.sigmoid", "exp 溢出：请用 torch.sigmoid"),
    )
    ones = torch.ones(4, dtype=F64)
    yield Case(
        ("the slope at 0", "0 处的斜率"),
        "gradient of Swish(x, 3.0) by x at x = 0",
        lambda their: gradients(
            their.Swish.apply, torch.zeros(1, dtype=F64), 3.0, ones[:1]
        )[0],
        torch.tensor([0.5], dtype=F64),
        1e-9,
        (
            "sigmoid(0) = 1/2, and the second term of the derivative is 0",
            "sigmoid(0) = 1/2，导数的第二项为 0",
        ),
    )
    yield holds(
        ("gradients at four values", "四个值处的梯度"),
        f"gradients of Swish({xs}, 0.8).sum()",
        compared(torch.tensor(xs, dtype=F64), 0.8, ones),
        (
            "by x, the product rule: s + beta x s(1 - s), with s = sigmoid(beta x); "
            "by beta it is the sum of x * x * s(1 - s)",
            "对 x 用乘积法则：s + βx·s(1−s)，其中 s = sigmoid(βx)；"
            "对 β 是 x²·s(1−s) 之和",
        ),
    )
    yield holds(
        ("any gradient from above", "任意的上游梯度"),
        "gradients of Swish(x, 1.2) with a random grad_y, x of shape (2, 3, 4)",
        compared(points(2, 3, 4), 1.2, points(2, 3, 4, seed=1)),
        (
            "multiply by the gradient that comes from above; by beta, sum over all x",
            "要乘以上游传来的梯度；对 β 则对所有 x 求和",
        ),
    )
    yield holds(
        ("gradients at large values", "绝对值很大时的梯度"),
        "gradients of Swish(x, 1.0) at x = -300, 300",
        compared(torch.tensor([-300.0, 300.0], dtype=F64), 1.0, ones[:2]),
    )
    yield Case(
        ("gradients at 800, where exp overflows", "800 处的梯度（exp 会溢出）"),
        "gradients of Swish(x, 1.0).sum() at x = -800, 800: by x, then by beta",
        lambda their: gradients(
            their.Swish.apply, torch.tensor([-800.0, 800.0], dtype=F64), 1.0, ones[:2]
        ),
        [torch.tensor([0.0, 1.0], dtype=F64), 0.0],
        1e-9,
        (
            "infinity / infinity is NaN: make the derivative of torch.sigmoid(z) and "
            "1 - torch.sigmoid(z)",
            "∞/∞ 得 NaN：导数应由 torch.sigmoid(z) 与 1 − torch.sigmoid(z) 相乘得到",
        ),
    )
    yield holds(
        ("PyTorch's own check", "PyTorch 自带的检查"),
        "torch.autograd.gradcheck(Swish.apply, (x, beta))",
        gradcheck,
        (
            "the gradient is not that of finite differences",
            "梯度与有限差分不符",
        ),
    )
    yield holds(
        ("the check of second derivatives", "二阶导数的检查"),
        "torch.autograd.gradgradcheck(Swish.apply, (x, beta))",
        gradgradcheck,
        (
            "compute the backward pass from the saved inputs, in operations that "
            "autograd can differentiate, without detach",
            "反向传播要用保存的输入和可求导的运算来算，不要 detach",
        ),
    )
    yield Case(
        ("gradients that nobody needs", "不需要的梯度"),
        "backward, asked for x only, then for beta only: which results are None",
        unneeded,
        [False, True, True, False],
        effect=(
            "work for a gradient that nobody needs: look at ctx.needs_input_grad",
            "白算了不需要的梯度：请看 ctx.needs_input_grad",
        ),
    )
    yield holds(
        ("what is kept for the backward pass", "为反向传播保存了什么"),
        "forward for 1000 elements: tensors given to ctx.save_for_backward",
        kept,
        (
            "the point of a function of one's own: keep the inputs, recompute the rest",
            "自定义函数的意义就在于只保存输入，其余重新计算",
        ),
    )
    yield Case(
        ("beta is learned", "学习 β"),
        "200 steps of gradient descent on beta, from 0.5; the data have 1.5",
        trained,
        1.5,
        1e-3,
        ("the gradient by beta is wrong", "对 β 的梯度不对"),
    )
    yield Case(
        ("rounding", "取整"),
        "RoundStraightThrough.apply([-1.5, -0.2, 0.5, 1.5, 2.6])",
        rounded,
        torch.tensor([-2.0, 0.0, 0.0, 2.0, 3.0], dtype=F64),
        effect=("halves go to the even neighbor", "恰为一半时取偶数"),
    )
    yield Case(
        ("the gradient through rounding", "穿过取整的梯度"),
        "gradient by x for the gradient [3, -1, 0.5] from above",
        through,
        torch.tensor([3.0, -1.0, 0.5], dtype=F64),
        effect=(
            "the true derivative is 0 almost everywhere, and nothing would learn",
            "真正的导数几乎处处为 0，那样什么也学不到",
        ),
    )
    yield holds(
        ("differences see that rounding is flat", "差分能看出取整是平的"),
        "gradient and numerical_gradient of (2 * round(x)).sum() at [0.3, -1.2]",
        honest,
    )
    x = points(2, 3)
    weights = points(2, 3, seed=2)
    yield Case(
        ("the numerical gradient of a sum of cubes", "立方和的数值梯度"),
        "numerical_gradient(lambda x: (w * x**3).sum(), x), shape (2, 3)",
        numerical(lambda x: (weights * x**3).sum(), x),
        3 * weights * x**2,
        1e-6,
    )
    yield Case(
        ("a wide step on a parabola", "抛物线上的大步长"),
        "numerical_gradient(lambda x: (x**2).sum(), [1.0, -2.0], eps=0.5)",
        numerical(
            lambda x: (x**2).sum(), torch.tensor([1.0, -2.0], dtype=F64), eps=0.5
        ),
        torch.tensor([2.0, -4.0], dtype=F64),
        1e-9,
        (
            "central differences are exact for a parabola; "
            "a one-sided difference is off by eps",
            "中心差分对抛物线是精确的，单侧差分会差 eps",
        ),
    )
    yield Case(
        ("the numerical gradient at a single number", "单个数处的数值梯度"),
        "numerical_gradient(torch.exp, x), x of shape ()",
        numerical(torch.exp, torch.tensor(0.5, dtype=F64)),
        torch.tensor(math.exp(0.5), dtype=F64),
        1e-6,
    )
