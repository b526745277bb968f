"""Cases of conv-net-in-skeleton: the layers one by one, and planted broken models."""

from collections.abc import Callable, Iterator
from types import ModuleType

import torch
from torch import Tensor, nn
from torch.nn import functional

from scripts.exercise.cases import Case, Mistake, Text, holds
from tests.exercises.framework_tasks._modules import seeded

NEEDS = ("torch",)

torch.set_num_threads(1)  # for tensors this small, threads cost more than they save
torch.optim.SGD([torch.zeros(1)])  # the first one imports for seconds: not in a case

MISTAKES = (
    Mistake(
        "the logits are squeezed",
        "        return logits\n",
        "        return logits.squeeze()\n",
        shows="a batch of one lost its batch axis",
    ),
    Mistake(
        "softmax within the model",
        "        return logits\n",
        "        return logits.softmax(dim=1)\n",
        shows="cross-entropy applies softmax itself",
    ),
    Mistake(
        "the second batch norm is missing",
        "            nn.BatchNorm2d(2 * width),\n",
        "",
        shows="5402 instead of 5466",
    ),
    Mistake(
        "the test never looks at gradients",
        '        assert grad is not None, f"no gradient reaches {name}"\n'
        '        assert grad.any(), f"the gradient of {name} is zero"\n',
        "        pass\n",
        shows="the first layer never learns",
    ),
    Mistake(
        "the test looks at gradients that were there before",
        "    grads = torch.autograd.grad(loss, parameters, allow_unused=True)\n",
        "    loss.backward()\n    grads = [p.grad for p in parameters]\n",
        shows="look at new gradients only",
    ),
    Mistake(
        "the test compares images in training mode",
        "    model.eval()\n",
        "    model.train()\n",
        shows="rejects a right model",
    ),
    Mistake(
        "the test looks at shapes, not at images alone",
        '    assert torch.allclose(logits, alone, atol=1e-5), "images influence each '
        'other"\n',
        "",
        shows="whose images influence each other",
    ),
)


def images(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


# --- models for the reader's test


class Right(nn.Module):
    """Another architecture that keeps every promise; the broken ones change a part."""

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, 12, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(12)
        self.conv2 = nn.Conv2d(12, 20, 3, padding=1)
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(20, num_classes)

    def first(self, x: Tensor) -> Tensor:
        return functional.relu(self.norm(self.conv1(x)))

    def pooled(self, x: Tensor) -> Tensor:
        return x.mean(dim=(2, 3))

    def last(self, logits: Tensor) -> Tensor:
        return logits

    def forward(self, x: Tensor) -> Tensor:
        x = self.pooled(functional.relu(self.conv2(self.first(x))))
        return self.last(self.head(self.dropout(x)))


class Squeezes(Right):
    def last(self, logits: Tensor) -> Tensor:
        return logits.squeeze()


class Detaches(Right):
    def first(self, x: Tensor) -> Tensor:
        return super().first(x).detach()


class Softmax(Right):
    def last(self, logits: Tensor) -> Tensor:
        return logits.softmax(dim=1)


class Scrambles(Right):
    def pooled(self, x: Tensor) -> Tensor:
        return x.mean(dim=(2, 3)).T.reshape(len(x), -1)


class BatchStatistics(Right):
    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__(in_channels, num_classes)
        self.norm = nn.BatchNorm2d(12, track_running_stats=False)


class FixedSize(Right):
    def pooled(self, x: Tensor) -> Tensor:
        return x.reshape(len(x), 20, 32 * 32).mean(dim=2)


class PlainList(Right):
    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__(in_channels, num_classes)
        self.more = [nn.Conv2d(12, 12, 3, padding=1) for _ in range(2)]

    def first(self, x: Tensor) -> Tensor:
        x = super().first(x)
        for conv in self.more:
            x = functional.relu(conv(x))
        return x


def size(in_channels: int, num_classes: int) -> int:
    """Count the parameters of `Right` by hand."""
    return 9 * in_channels * 12 + 24 + (9 * 12 + 1) * 20 + 21 * num_classes


PLAIN_LIST = 2 * (9 * 12 + 1) * 12

BROKEN: tuple[tuple[type[Right], int, Text, Text], ...] = (
    (
        Squeezes,
        0,
        ("a model that calls squeeze() at its end", "末尾调用 squeeze() 的模型"),
        (
            "your test accepts a model that squeezes its output: for one image the "
            "batch axis is gone; try N = 1",
            "你的测试放过了压缩输出维度的模型：只有一张图像时批量轴会消失，要试 N = 1",
        ),
    ),
    (
        FixedSize,
        0,
        ("a model that works for 32 x 32 only", "只能处理 32×32 的模型"),
        (
            "your test accepts a model made for one image size; try several",
            "你的测试放过了只适用于一种图像大小的模型，要试几种大小",
        ),
    ),
    (
        Scrambles,
        0,
        (
            "a model that mixes images by a wrong reshape",
            "用错 reshape、把不同图像混在一起的模型",
        ),
        (
            "your test accepts a model with the right shape whose images influence "
            "each other; compare one image alone with the same image in a batch",
            "你的测试放过了形状正确、图像却相互影响的模型；"
            "要比较同一张图像单独输入与放在批量里的结果",
        ),
    ),
    (
        BatchStatistics,
        0,
        (
            "a model that uses the batch's statistics at inference",
            "推理时仍用批量统计量的模型",
        ),
        (
            "your test accepts a model whose logits depend on the rest of the batch "
            "at inference",
            "你的测试放过了推理时结果取决于同批其他图像的模型",
        ),
    ),
    (
        Softmax,
        0,
        ("a model that ends with softmax", "以 softmax 结尾的模型"),
        (
            "your test accepts probabilities where logits are promised",
            "说好返回 logits，你的测试却放过了概率",
        ),
    ),
    (
        Detaches,
        0,
        (
            "a model that cuts the graph behind its first layer",
            "在第一层之后切断计算图的模型",
        ),
        (
            "your test accepts a model whose first layer gets no gradient: "
            "the first layer never learns",
            "你的测试放过了第一层得不到梯度的模型：第一层永远学不到东西",
        ),
    ),
    (
        PlainList,
        PLAIN_LIST,
        ("a model with layers in a Python list", "把层放在 Python 列表里的模型"),
        (
            "your test accepts a model that does not register all its parameters; "
            "the optimizer would never see them",
            "你的测试放过了没有登记全部参数的模型，优化器看不到这些参数",
        ),
    ),
    (
        Right,
        -1,
        ("a model with one parameter too many", "多出一个参数的模型"),
        (
            "your test accepts a wrong number of parameters",
            "参数个数不对，你的测试却放过了",
        ),
    ),
)


def accepts(right: Callable[[ModuleType], nn.Module], *promised: int) -> Callable:
    """Return a run that lets the reader's test try a right model."""

    def run(their: ModuleType) -> bool | Text:
        model = seeded(lambda: right(their))
        try:
            seeded(lambda: their.check_model(model, *promised))
        except NotImplementedError:
            raise
        except Exception as error:
            said = f"{type(error).__name__}: {error}".strip(": ")
            return f"it raised {said}", f"抛出了 {said}"
        return True

    return run


def used(model: nn.Module) -> nn.Module:
    """Return a model at inference, with gradients left behind by earlier steps."""
    for p in model.parameters():
        p.grad = torch.ones_like(p)
    return model.eval()


def rejects(broken: Callable[[], nn.Module], *promised: int) -> Callable:
    """Return a run that lets the reader's test try a broken model."""

    def run(their: ModuleType) -> bool | Text:
        model = seeded(broken)
        try:
            seeded(lambda: their.check_model(model, *promised))
        except NotImplementedError:
            raise
        except Exception:
            return True
        return "no error was raised", "没有抛出错误"

    return run


# --- what the reader's model must do


def count(their: ModuleType) -> int:
    return sum(p.numel() for p in their.ConvNet(3, 10).parameters())


def layers(their: ModuleType) -> bool | Text:
    """Compare with the statement's layers, with parameters found by their shapes."""
    model = seeded(lambda: their.ConvNet(3, 7, width=5)).double().eval()
    state = {}
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                value.copy_(torch.rand_like(value) + 0.1)
                key = (name.rsplit(".", 1)[-1], tuple(value.shape))
                state[key] = value

    def normalized(x: Tensor) -> Tensor:
        C = x.shape[1]
        names = ("running_mean", "running_var", "weight", "bias")
        return functional.batch_norm(x, *(state[name, (C,)] for name in names))

    x = images(2, 3, 9, 6).double()
    try:
        out = functional.conv2d(x, state["weight", (5, 3, 3, 3)], padding=1)
        out = functional.max_pool2d(functional.relu(normalized(out)), 2)
        out = functional.conv2d(out, state["weight", (10, 5, 3, 3)], padding=1)
        out = functional.relu(normalized(out)).mean(dim=(2, 3))
        out = functional.linear(out, state["weight", (7, 10)], state["bias", (7,)])
    except KeyError as error:
        kind, shape = error.args[0]
        return (
            f"no layer has a {kind} of shape {shape}",
            f"没有哪一层的 {kind} 形状是 {shape}",
        )
    if torch.allclose(model(x), out, rtol=1e-9, atol=1e-9):
        return True
    return "the logits differ", "logits 不同"


def gradients(their: ModuleType) -> bool | Text:
    model = seeded(lambda: their.ConvNet(1, 4)).train()
    functional.cross_entropy(model(images(8, 1, 8, 8)), torch.arange(8) % 4).backward()
    missing = [
        name
        for name, p in model.named_parameters()
        if p.grad is None or not p.grad.any()
    ]
    if not missing:
        return True
    names = ", ".join(missing)
    return f"no gradient reaches {names}", f"梯度到不了 {names}"


def alone(their: ModuleType) -> Tensor:
    """Return how far logits in a batch are from those of the images alone."""
    model = seeded(lambda: their.ConvNet(3, 10)).double().eval()
    x = images(6, 3, 8, 8).double()
    return model(x) - torch.stack([model(image[None]).flatten() for image in x])


def learns(their: ModuleType) -> bool | Text:
    """Fit eight images of noise with any labels."""

    def fit() -> float:
        model = their.ConvNet(1, 2)
        x, y = images(8, 1, 8, 8), torch.tensor([0, 1, 1, 0, 1, 0, 0, 1])
        optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
        for _ in range(40):
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
        return loss.item()

    loss = seeded(fit)
    if loss < 0.05:
        return True
    return (
        f"after 40 steps the loss is still {loss:.3f}",
        f"40 步之后损失仍有 {loss:.3f}",
    )


def cases() -> Iterator[Case]:
    """Yield the cases."""
    for shape, classes in (
        ((2, 3, 8, 8), 10),
        ((1, 3, 32, 32), 10),
        ((1, 1, 4, 4), 2),
        ((5, 2, 13, 6), 3),
    ):
        N, C, H, W = shape
        yield Case(
            (
                f"the shape for {N} image{'s' * (N > 1)} of {C} x {H} x {W}",
                f"{N} 张 {C}×{H}×{W} 图像的输出形状",
            ),
            f"ConvNet({C}, {classes})(x).shape",
            lambda their, shape=shape, classes=classes: tuple(
                their.ConvNet(shape[1], classes)(images(*shape)).shape
            ),
            (N, classes),
            effect=(
                "a batch of one lost its batch axis, or a layer is made for one size",
                "批量为 1 时丢了批量轴，或者某一层只适用于固定的大小",
            ),
        )
    yield Case(
        ("the number of parameters", "参数个数"),
        "sum(p.numel() for p in ConvNet(3, 10).parameters())",
        count,
        9 * 3 * 16 + 2 * 16 + 9 * 16 * 32 + 2 * 32 + 32 * 10 + 10,
        effect=(
            "a layer is missing or not registered, or a convolution has a bias",
            "少了一层，或某层没有登记，或卷积带了偏置",
        ),
    )
    yield holds(
        ("the layers of the statement, one by one", "题目要求的各层，逐层对照"),
        "ConvNet(3, 7, width=5).eval()(x), x of shape (2, 3, 9, 6)",
        layers,
        (
            "a layer is missing or in the wrong place; or softmax stands at the end, "
            "while cross-entropy applies softmax itself",
            "少了一层或位置不对；或者末尾加了 softmax，而交叉熵自己会做 softmax",
        ),
    )
    yield holds(
        ("a gradient for every parameter", "每个参数都有梯度"),
        "cross_entropy(ConvNet(1, 4)(x), y).backward()",
        gradients,
        ("the graph is cut somewhere", "计算图在某处断开了"),
    )
    yield Case(
        ("at inference, images alone and in a batch", "推理时单张与成批的结果"),
        "ConvNet(3, 10).eval(): logits of six images at once minus those one by one",
        alone,
        torch.zeros(6, 10),
        1e-9,
        ("images of a batch influence each other", "同批图像相互影响"),
    )
    yield holds(
        ("eight images of noise are learned by heart", "记住八张噪声图像"),
        "40 steps of Adam on ConvNet(1, 2)",
        learns,
        ("the model can't fit even eight images", "模型连八张图像都拟合不了"),
    )
    good = (
        "your test rejects a right model",
        "你的测试误判了正确的模型",
    )
    yield holds(
        ("your test accepts your own model", "你的测试接受你自己的模型"),
        "check_model(ConvNet(3, 10), 3, 10, 5466)",
        accepts(lambda their: their.ConvNet(3, 10), 3, 10, 5466),
        good,
    )
    for C, K in (3, 10), (1, 2):
        total = size(C, K)
        yield holds(
            (
                f"your test accepts a right model for {C} x H x W and {K} classes",
                f"你的测试接受 {C} 通道、{K} 类的正确模型",
            ),
            f"check_model(another right model, {C}, {K}, {total})",
            accepts(lambda their, C=C, K=K: Right(C, K), C, K, total),
            good,
        )
    total = size(3, 10)
    old = (
        "the verdict depends on the mode the model came in, or on old gradients; "
        "set the mode, and look at new gradients only",
        "结论受模型原来的模式或旧梯度影响：应自行设定模式，只看新算出的梯度",
    )
    yield holds(
        (
            "your test accepts a right model in inference mode with old gradients",
            "你的测试接受处于推理模式、留有旧梯度的正确模型",
        ),
        f"check_model(right model, 3, 10, {total}), each p.grad = 1",
        accepts(lambda their: used(Right(3, 10)), 3, 10, total),
        old,
    )
    yield holds(
        (
            "your test rejects a model that cuts the graph but holds old gradients",
            "你的测试不放过切断计算图但留有旧梯度的模型",
        ),
        f"check_model(Detaches(3, 10), 3, 10, {total}), each p.grad = 1",
        rejects(lambda: used(Detaches(3, 10)), 3, 10, total),
        old,
    )
    for kind, more, (english, chinese), effect in BROKEN:
        total = size(3, 10) + more
        yield holds(
            (f"your test rejects {english}", f"你的测试不放过{chinese}"),
            f"check_model({kind.__name__}(3, 10), 3, 10, {total})",
            rejects(lambda kind=kind: kind(3, 10), 3, 10, total),
            effect,
        )
