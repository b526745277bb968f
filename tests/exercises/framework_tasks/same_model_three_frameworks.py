"""Cases of same-model-three-frameworks: autograd, differences, torch's optimizer."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import nn

from scripts.exercise.cases import Case, Mistake, Text, call, holds

NEEDS = ("torch",)

torch.set_num_threads(1)  # for tensors this small, threads cost more than they save
torch.optim.SGD([torch.zeros(1)])  # the first one imports for seconds: not in a case

MISTAKES = (
    Mistake(
        "the gradient is not divided by the batch",
        "    return float(-log_p[rows, y].mean()), grad / len(y)\n",
        "    return float(-log_p[rows, y].mean()), grad\n",
        shows="the mean divides by N",
    ),
    Mistake(
        "the gradient ignores ReLU",
        '(grad @ self.params["W2"].T) * (self._hidden > 0)',
        'grad @ self.params["W2"].T',
        shows="ReLU lets no gradient through",
    ),
    Mistake(
        "the new gradient is damped as well",
        "self.momentum * self.velocity[name] + grads[name]",
        "self.momentum * self.velocity[name] + (1 - self.momentum) * grads[name]",
        shows="velocity is momentum * velocity + gradient",
    ),
    Mistake(
        "parameters are replaced, not changed",
        "            w -= self.lr * v\n",
        "            w = w - self.lr * v\n",
        shows="in place",
    ),
    Mistake(
        "weights are copied without transposing",
        '        {\n            "hidden.weight": p["W1"].T,\n',
        '        {\n            "hidden.weight": p["W1"].reshape(width, -1),\n',
        shows="transposed",
    ),
    Mistake(
        "PyTorch's gradients are never zeroed",
        "        optimizer.zero_grad()\n",
        "",
        shows="gradients of earlier batches",
    ),
    Mistake(
        "exp of large logits",
        "logits - logits.max(axis=1, keepdims=True)",
        "logits",
        shows="overflow",
    ),
)

Array = np.ndarray


def seeded(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def model_of(their: ModuleType, *sizes: int) -> Any:
    """Return the reader's NumPy model with parameters drawn here."""
    model = their.NumPyMLP(*sizes, seeded(1))
    rng = seeded(2)
    for name in ("W1", "b1", "W2", "b2"):
        # in place, since the reader's model may keep the arrays under other names too
        model.params[name][...] = rng.normal(size=model.params[name].shape)
    return model


def tensors(model: Any) -> dict[str, torch.Tensor]:
    return {
        name: torch.tensor(value, requires_grad=True)
        for name, value in model.params.items()
    }


def torch_logits(p: dict[str, torch.Tensor], x: Array) -> torch.Tensor:
    hidden = (torch.tensor(x) @ p["W1"] + p["b1"]).clamp(min=0)
    return hidden @ p["W2"] + p["b2"]


def batches_of(n: int, seed: int = 0) -> list[tuple[Array, Array]]:
    """Return n batches of four inputs and three classes; the last has one sample."""
    rng = seeded(seed)
    sizes = [6] * (n - 1) + [1]
    return [(rng.normal(size=(N, 4)), rng.integers(0, 3, N)) for N in sizes]


def start(their: ModuleType) -> bool | Text:
    """Return whether parameters have their shapes and fill the range they should."""
    model = their.NumPyMLP(100, 400, 200, seeded())
    shapes = {"W1": (100, 400), "b1": (400,), "W2": (400, 200), "b2": (200,)}
    for name, shape in shapes.items():
        value = model.params[name]
        bound = 0.1 if name.endswith("1") else 0.05
        if value.shape != shape:
            return (
                f"{name} has shape {value.shape} instead of {shape}",
                f"{name} 的形状是 {value.shape}，应为 {shape}",
            )
        low, high = value.min(), value.max()
        if not -bound <= low < -0.8 * bound or not 0.8 * bound < high <= bound:
            return (
                f"{name} runs from {low:.3f} to {high:.3f}, not over +-{bound}",
                f"{name} 的范围是 {low:.3f} 到 {high:.3f}，应为 ±{bound}",
            )
    return True


def forward(their: ModuleType) -> Array:
    """Return logits of two inputs whose result is easy to see."""
    model = their.NumPyMLP(2, 2, 2, seeded())
    model.params["W1"][...] = [[1.0, 0.0], [1.0, 1.0]]
    model.params["b1"][...] = [0.0, -3.0]
    model.params["W2"][...] = [[1.0, -1.0], [2.0, 0.5]]
    model.params["b2"][...] = [0.0, 1.0]
    logits: Array = model.forward(np.array([[1.0, 4.0], [-2.0, 1.0]]))
    return logits


def gradients(N: int) -> Any:
    """Return a run: parameter gradients against autograd's."""

    def run(their: ModuleType) -> bool | Text:
        model = model_of(their, 4, 5, 3)
        x, above = seeded(N).normal(size=(N, 4)), seeded(7).normal(size=(N, 3))
        p = tensors(model)
        (torch_logits(p, x) * torch.tensor(above)).sum().backward()
        model.forward(x)
        got = model.backward(above)
        if set(got) != set(p):
            return f"gradients of {sorted(got)}", f"返回了 {sorted(got)} 的梯度"
        for name, tensor in p.items():
            assert tensor.grad is not None
            due = tensor.grad.numpy()
            if got[name].shape != due.shape:
                return (
                    f"the gradient of {name} has shape {got[name].shape}",
                    f"{name} 的梯度形状是 {got[name].shape}",
                )
            off = np.abs(got[name] - due).max()
            if off > 1e-9:
                return (
                    f"the gradient of {name} is off by {off:.2g}",
                    f"{name} 的梯度相差 {off:.2g}",
                )
        return True

    return run


def loss_gradient(their: ModuleType) -> Array:
    """Return the loss's gradient minus that of finite differences."""
    logits, y = seeded(3).normal(size=(3, 4)), np.array([0, 3, 1])
    found = np.zeros_like(logits)
    for place in np.ndindex(*logits.shape):
        step = np.zeros_like(logits)
        step[place] = 1e-6
        up = their.cross_entropy(logits + step, y)[0]
        down = their.cross_entropy(logits - step, y)[0]
        found[place] = (up - down) / 2e-6
    difference: Array = their.cross_entropy(logits, y)[1] - found
    return difference


def steps(their: ModuleType) -> list[float]:
    """Return a parameter after each of three steps, seen from outside."""
    w = np.array([1.0])
    params = {"w": w}
    optimizer = their.NumPySGD(params, lr=0.1, momentum=0.5)
    seen = []
    for gradient in (2.0, 0.0, -1.0):
        optimizer.step({"w": np.array([gradient])})
        if params["w"] is not w:
            raise AssertionError("the arrays must be changed in place")
        seen.append(float(w[0]))
    return seen


def untouched(their: ModuleType) -> list[float]:
    """Return what two steps leave of the gradient's array."""
    gradient = np.array([2.0])
    optimizer = their.NumPySGD({"w": np.array([1.0])}, lr=0.1, momentum=0.9)
    for _ in range(2):
        optimizer.step({"w": gradient})
    values: list[float] = gradient.tolist()
    return values


def reference(model: Any, lr: float, momentum: float, n: int) -> Any:
    """Train with PyTorch on raw tensors; return losses and parameters."""
    p = tensors(model)
    optimizer = torch.optim.SGD(list(p.values()), lr=lr, momentum=momentum)
    losses = []
    for x, y in batches_of(n):
        loss = nn.functional.cross_entropy(torch_logits(p, x), torch.tensor(y))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, {name: value.detach().numpy() for name, value in p.items()}


def trained(their: ModuleType, name: str, n: int) -> Any:
    """Train the reader's way; return (losses, parameters) and the reference's."""
    model = model_of(their, 4, 8, 3)
    due = reference(model, 0.1, 0.9, n)
    if name == "train_numpy":
        return (their.train_numpy(model, batches_of(n), 0.1, 0.9), model.params), due
    twin = their.TorchMLP(4, 8, 3).double()
    with torch.no_grad():
        twin.hidden.weight.copy_(torch.tensor(model.params["W1"].T))
        twin.hidden.bias.copy_(torch.tensor(model.params["b1"]))
        twin.classifier.weight.copy_(torch.tensor(model.params["W2"].T))
        twin.classifier.bias.copy_(torch.tensor(model.params["b2"]))
    losses = their.train_torch(twin, batches_of(n), 0.1, 0.9)
    found = {
        "W1": twin.hidden.weight.T,
        "b1": twin.hidden.bias,
        "W2": twin.classifier.weight.T,
        "b2": twin.classifier.bias,
    }
    return (losses, {name: p.detach().numpy() for name, p in found.items()}), due


def follows(name: str, n: int) -> Any:
    """Return a run: losses and parameters after n batches."""

    def run(their: ModuleType) -> bool | Text:
        (losses, params), (due, final) = trained(their, name, n)
        if len(losses) != n:
            return (
                f"{len(losses)} losses instead of {n}",
                f"有 {len(losses)} 个损失，应为 {n} 个",
            )
        for step, (one, other) in enumerate(zip(losses, due, strict=True)):
            if not abs(one - other) <= 1e-9:
                return (
                    f"the loss of batch {step} is {one:.6g} instead of {other:.6g}",
                    f"第 {step} 个批次的损失是 {one:.6g}，应为 {other:.6g}",
                )
        for key, value in final.items():
            off = np.abs(params[key] - value).max()
            if not off <= 1e-9:
                return (
                    f"{key} is off by {off:.2g} at the end",
                    f"最后 {key} 相差 {off:.2g}",
                )
        return True

    return run


def twins(their: ModuleType) -> Array:
    """Return the logits of a model and its copy in PyTorch, subtracted."""
    model = model_of(their, 4, 8, 3)
    x = seeded(5).normal(size=(6, 4))
    twin = their.to_torch(model)
    difference: Array = twin(torch.tensor(x)).detach().numpy() - model.forward(x)
    return difference


def square(their: ModuleType) -> Array:
    """Return the same for layers that are square, where shapes tell nothing."""
    model = model_of(their, 3, 3, 3)
    x = seeded(5).normal(size=(4, 3))
    twin = their.to_torch(model)
    difference: Array = twin(torch.tensor(x)).detach().numpy() - model.forward(x)
    return difference


def apart(their: ModuleType) -> bool | Text:
    """Return whether a copy's training leaves the original alone."""
    model = model_of(their, 4, 8, 3)
    before = {name: value.copy() for name, value in model.params.items()}
    their.train_torch(their.to_torch(model), batches_of(3), 0.5, 0.9)
    for name, value in before.items():
        if not np.array_equal(value, model.params[name]):
            return (
                f"training the copy changed {name} of the original",
                f"训练副本改变了原模型的 {name}",
            )
    return True


def learned(their: ModuleType) -> bool | Text:
    """Return whether both learn XOR, step for step alike."""
    rng = seeded(0)
    batches = []
    for _ in range(150):
        x = rng.uniform(-1, 1, size=(32, 2))
        batches.append((x, (x[:, 0] * x[:, 1] > 0).astype(np.int64)))
    model = their.NumPyMLP(2, 16, 2, seeded(4))
    twin = their.to_torch(model)
    ours = their.train_numpy(model, batches, 0.3, 0.9)
    theirs = their.train_torch(twin, batches, 0.3, 0.9)
    if np.abs(np.subtract(ours, theirs)).max() > 1e-6:
        return "the losses part on the way", "两者的损失在途中分开了"
    last = float(np.mean(ours[-20:]))
    if last < 0.25:
        return True
    return f"the loss is still {last:.2f}", f"损失仍有 {last:.2f}"


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield holds(
        ("parameters of a new model", "新模型的参数"),
        "NumPyMLP(100, 400, 200, rng).params",
        start,
        (
            "fan-in is the number of inputs of a layer; its bias has the same range",
            "fan-in 是该层的输入个数，偏置的范围相同",
        ),
    )
    yield Case(
        ("logits by hand", "手算 logits"),
        "forward([[1, 4], [-2, 1]]): hidden units (5, 1) and (0, 0)",
        forward,
        np.array([[5 + 2.0, -5 + 0.5 + 1], [0.0, 1.0]]),
        1e-9,
        ("x @ W + b, with ReLU in between", "x @ W + b，中间是 ReLU"),
    )
    uniform = np.full((2, 4), 0.125)
    uniform[0, 1] = uniform[1, 3] = -0.375
    yield call(
        ("equal logits", "logits 全部相等"),
        "cross_entropy",
        np.zeros((2, 4)),
        np.array([1, 3]),
        gives=(float(np.log(4)), uniform),
        within=1e-9,
        effect=(
            "(softmax - onehot) / N: the mean divides by N",
            "(softmax − 独热)/N：取平均要除以 N",
        ),
    )
    yield call(
        ("logits of 1000", "大小为 1000 的 logits"),
        "cross_entropy",
        np.array([[1000.0, -1000.0, 0.0]]),
        np.array([1]),
        gives=(2000.0, np.array([[1.0, -1.0, 0.0]])),
        within=1e-9,
        effect=(
            "exp overflows: subtract each row's maximum first",
            "exp 溢出（overflow）：先减去每行的最大值",
        ),
    )
    yield Case(
        ("the loss's gradient, by differences", "损失的梯度，用差分对照"),
        "cross_entropy(logits, y)[1] - finite differences, shape (3, 4)",
        loss_gradient,
        np.zeros((3, 4)),
        1e-7,
        ("the mean divides by N", "取平均要除以 N"),
    )
    for N in (1, 7):
        yield holds(
            (f"gradients for N = {N}", f"N = {N} 时的梯度"),
            f"forward(x), backward(grad), x of shape ({N}, 4)",
            gradients(N),
            (
                "ReLU lets no gradient through where the hidden unit is 0; "
                "a bias sums over the batch",
                "隐藏单元为 0 处 ReLU 不传梯度；偏置的梯度对批次求和",
            ),
        )
    yield Case(
        ("three steps with momentum", "带动量的三步"),
        "w = 1, lr 0.1, momentum 0.5, gradients 2, 0, -1",
        steps,
        [1 - 0.2, 1 - 0.2 - 0.1, 1 - 0.2 - 0.1 + 0.05],
        1e-9,
        (
            "the velocity is momentum * velocity + gradient, and the parameters are "
            "changed in place",
            "速度 = 动量 × 速度 + 梯度，参数要原地修改",
        ),
    )
    yield Case(
        ("the gradient's array", "梯度数组本身"),
        "two steps with the same gradient array: its values afterwards",
        untouched,
        [2.0],
        effect=(
            "the velocity shares memory with the gradient",
            "速度与梯度共用了内存",
        ),
    )
    yield Case(
        ("a copy in PyTorch", "复制到 PyTorch"),
        "to_torch(model)(x) - model.forward(x)",
        twins,
        np.zeros((6, 3)),
        1e-9,
        (
            "nn.Linear keeps its weight as (out, in): transposed",
            "nn.Linear 的权重形状是 (out, in)，需要转置（transposed）",
        ),
    )
    yield Case(
        ("a copy of square layers", "复制方阵的层"),
        "to_torch(model)(x) - model.forward(x), all sizes 3",
        square,
        np.zeros((4, 3)),
        1e-9,
        (
            "the weight must be transposed even where its shape does not show it",
            "即使形状看不出来，权重也必须转置",
        ),
    )
    yield holds(
        ("the copy is a copy", "副本独立于原模型"),
        "train_torch(to_torch(model), ...)",
        apart,
        ("the copy shares memory with the original", "副本与原模型共用了内存"),
    )
    for name in ("train_numpy", "train_torch"):
        yield holds(
            (f"eight batches with {name}", f"用 {name} 训练八个批次"),
            f"{name}(model, 8 batches, lr=0.1, momentum=0.9)",
            follows(name, 8),
            (
                "each loss is that before the step; gradients of earlier batches "
                "must not be added",
                "损失是该步更新之前的；之前批次的梯度不能累加",
            ),
        )
    yield holds(
        ("both learn XOR alike", "两者同样学会异或"),
        "train_numpy and train_torch, 150 batches of 32",
        learned,
    )
