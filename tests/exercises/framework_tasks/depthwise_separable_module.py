"""Cases of depthwise-separable-module: channel by channel, and counted layers."""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from scripts.exercise.cases import Case, Mistake, Text, call, holds
from tests.exercises.framework_tasks._modules import images, same, seeded

NEEDS = ("torch",)

torch.set_num_threads(1)  # for tensors this small, threads cost more than they save

MISTAKES = (
    Mistake(
        "no groups",
        "            groups=in_channels,\n",
        "",
        shows="all channels at once",
    ),
    Mistake(
        "padding for 3 x 3 only",
        "padding=kernel_size // 2",
        "padding=1",
        shows="half the kernel size",
    ),
    Mistake(
        "nothing between the two convolutions",
        "        x = torch.relu(self.bn1(self.depthwise(x)))\n",
        "        x = self.depthwise(x)\n",
        shows="batch norm and ReLU follow both convolutions",
    ),
    Mistake(
        "the pointwise convolution takes the steps",
        "            stride=stride,\n"
        "            padding=kernel_size // 2,\n"
        "            groups=in_channels,\n"
        "            bias=False,\n"
        "        )\n"
        "        self.bn1 = nn.BatchNorm2d(in_channels)\n"
        "        self.pointwise = nn.Conv2d(in_channels, out_channels, 1, bias=False)"
        "\n",
        "            padding=kernel_size // 2,\n"
        "            groups=in_channels,\n"
        "            bias=False,\n"
        "        )\n"
        "        self.bn1 = nn.BatchNorm2d(in_channels)\n"
        "        self.pointwise = nn.Conv2d(\n"
        "            in_channels, out_channels, 1, stride=stride, bias=False\n"
        "        )\n",
        shows="throws most of it away",
    ),
    Mistake(
        "even kernels are let through",
        "        if kernel_size % 2 == 0:\n",
        "        if kernel_size == 0:\n",
        shows="no error",
    ),
    Mistake(
        "the test changes one channel only",
        "    for channel in range(channels):\n",
        "    for channel in range(1):\n",
        shows="every channel of the input",
    ),
    Mistake(
        "the test compares the whole output",
        "        moved[channel] = False  # its own output may change\n",
        "",
        shows="its own output channel may change",
    ),
)


def block_of(their: ModuleType, *arguments: int, **named: int) -> nn.Module:
    """Return a block in float64 whose parameters and statistics are all arbitrary."""
    block: nn.Module = seeded(
        lambda: their.DepthwiseSeparableConv(*arguments, **named)
    ).double()
    rng = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for name, value in block.state_dict().items():
            if value.is_floating_point():
                noise = torch.rand(value.shape, generator=rng, dtype=torch.float64)
                value.copy_(noise + 0.2 if "var" in name else noise - 0.4)
    return block


def normalized(x: Tensor, bn: Any, training: bool) -> Tensor:
    """Apply batch norm by its definition, then ReLU."""
    axes, shape = (0, 2, 3), (1, -1, 1, 1)
    mean, var = bn.running_mean.view(shape), bn.running_var.view(shape)
    if training:
        mean = x.mean(axes, keepdim=True)
        var = ((x - mean) ** 2).mean(axes, keepdim=True)
    scale = bn.weight.view(shape) / (var + bn.eps).sqrt()
    return ((x - mean) * scale + bn.bias.view(shape)).clamp(min=0)


def by_hand(block: Any, x: Tensor, k: int, stride: int, training: bool) -> Tensor:
    """Convolve each channel by itself, then weigh the channels."""
    channels = [
        functional.conv2d(
            x[:, c : c + 1],
            block.depthwise.weight[c : c + 1],
            stride=stride,
            padding=(k - 1) // 2,
        )
        for c in range(x.shape[1])
    ]
    out = normalized(torch.cat(channels, dim=1), block.bn1, training)
    mixed = torch.einsum("oc,nchw->nohw", block.pointwise.weight[:, :, 0, 0], out)
    return normalized(mixed, block.bn2, training)


def composed(k: int, stride: int, training: bool) -> Callable[[ModuleType], Any]:
    """Return a run that compares the reader's block with the composition."""

    def run(their: ModuleType) -> bool | Text:
        block = block_of(their, 3, 5, kernel_size=k, stride=stride)
        block.train(training)
        x = images(2, 3, 9, 6)
        if block.depthwise.weight.shape != (3, 1, k, k):
            shape = tuple(block.depthwise.weight.shape)
            return (
                f"depthwise.weight has shape {shape} instead of {(3, 1, k, k)}",
                f"depthwise.weight 的形状是 {shape}，应为 {(3, 1, k, k)}",
            )
        expected = by_hand(block, x, k, stride, training)
        got = block(x)
        return same(got, expected)

    return run


def work(their: ModuleType) -> bool | Text:
    """See that the depthwise convolution computes only what is kept."""
    block = block_of(their, 4, 6, stride=2)
    got = tuple(block.depthwise(images(1, 4, 8, 8)).shape)
    if got == (1, 4, 4, 4):
        return True
    return (
        f"depthwise maps 8 x 8 to {got[2]} x {got[3]} instead of 4 x 4",
        f"depthwise 把 8×8 映射为 {got[2]}×{got[3]}，应为 4×4",
    )


def refuses(their: ModuleType) -> bool | Text:
    try:
        their.DepthwiseSeparableConv(4, 4, kernel_size=2)
    except ValueError:
        return True
    return "no error was raised", "没有抛出错误"


class Leak(nn.Module):
    """Keep channels apart, but for one place where ``source`` reaches ``target``."""

    def __init__(self, source: int, target: int) -> None:
        super().__init__()
        self.source, self.target = source, target
        self.own = nn.Conv2d(4, 4, 3, padding=1, groups=4)

    def forward(self, x: Tensor) -> Tensor:
        out = self.own(x).clone()
        out[:, self.target, 5, 3] += x[:, self.source, 7, 0]
        return out


def strided() -> nn.Module:
    return nn.Conv2d(4, 4, 5, stride=2, padding=2, groups=4)


def depthwise_of(their: ModuleType) -> bool:
    block = seeded(lambda: their.DepthwiseSeparableConv(6, 6)).eval()
    mixed: bool = seeded(lambda: their.mixes_channels(block.depthwise, 6))
    return mixed


def block_mixes(their: ModuleType) -> bool:
    block = seeded(lambda: their.DepthwiseSeparableConv(6, 6)).eval()
    mixed: bool = seeded(lambda: their.mixes_channels(block, 6))
    return mixed


def tried(make: Callable[[], nn.Module], channels: int) -> Callable[[ModuleType], Any]:
    """Return a run of the reader's test on a layer."""

    def run(their: ModuleType) -> Any:
        layer = seeded(make).eval()
        return seeded(lambda: their.mixes_channels(layer, channels))

    return run


def cases() -> Iterator[Case]:
    """Yield the cases."""
    for (C, K, k), counts in (
        ((1, 1, 1), (1, 2)),
        ((32, 64, 3), (32 * 64 * 9, 32 * 9 + 32 * 64)),
        ((7, 2, 5), (7 * 2 * 25, 7 * 25 + 7 * 2)),
    ):
        yield call(
            (
                f"weights from {C} to {K} channels with {k} x {k}",
                f"{C} 到 {K} 通道、{k}×{k} 的权重数",
            ),
            "convolution_weights",
            C,
            K,
            k,
            gives=counts,
            effect=(
                "the separable one has k * k weights for each input channel plus one "
                "for each pair of channels",
                "可分离卷积的权重：每个输入通道 k×k 个，再加每对通道 1 个",
            ),
        )
    yield Case(
        ("all parameters of a block", "整个模块的参数个数"),
        "sum(p.numel() for p in DepthwiseSeparableConv(32, 64).parameters())",
        lambda their: sum(
            p.numel() for p in their.DepthwiseSeparableConv(32, 64).parameters()
        ),
        32 * 9 + 2 * 32 + 32 * 64 + 2 * 64,
        effect=(
            "the depthwise convolution sees all channels at once (groups is missing), "
            "or a convolution has a bias",
            "深度卷积同时看到了所有通道（缺 groups），或者卷积带了偏置",
        ),
    )
    for k, stride, training in (
        (3, 1, False),
        (3, 2, False),
        (5, 1, False),
        (1, 3, False),
        (3, 2, True),
    ):
        yield holds(
            (
                f"{k} x {k} with stride {stride} "
                f"{'in training' if training else 'at inference'}, channel by channel",
                f"{k}×{k}、步幅 {stride}，{'训练' if training else '推理'}时逐通道对照",
            ),
            f"DepthwiseSeparableConv(3, 5, {k}, {stride})(x), x of shape (2, 3, 9, 6)",
            composed(k, stride, training),
            (
                "each channel has its own kernel (groups); the padding is half the "
                "kernel size, rounded down; batch norm and ReLU follow both "
                "convolutions; the stride belongs to the depthwise one",
                "每个通道有自己的核（groups）；填充为核大小的一半，向下取整；"
                "两个卷积之后都有批量归一化和 ReLU；步幅属于深度卷积",
            ),
        )
    yield holds(
        ("with stride 2, which convolution skips", "步幅为 2 时由哪个卷积跳过位置"),
        "DepthwiseSeparableConv(4, 6, stride=2).depthwise(x), x of 8 x 8",
        work,
        (
            "the depthwise convolution computes every position, and the pointwise one "
            "throws most of it away",
            "深度卷积算了所有位置，逐点卷积又把大部分丢掉",
        ),
    )
    yield holds(
        ("an even kernel is refused", "拒绝偶数大小的核"),
        "DepthwiseSeparableConv(4, 4, kernel_size=2)",
        refuses,
        ("there should be a ValueError", "应当抛出 ValueError"),
    )
    apart = (
        "when an input channel changes, its own output channel may change",
        "某个输入通道改变时，它自己的输出通道可以改变",
    )
    yield Case(
        ("your test on your depthwise convolution", "你的测试用于你的深度卷积"),
        "mixes_channels(DepthwiseSeparableConv(6, 6).depthwise, 6)",
        depthwise_of,
        False,
        effect=apart,
    )
    yield Case(
        ("your test on the whole block", "你的测试用于整个模块"),
        "mixes_channels(DepthwiseSeparableConv(6, 6), 6)",
        block_mixes,
        True,
        effect=(
            "the pointwise convolution mixes channels",
            "逐点卷积会混合通道",
        ),
    )
    layers: tuple[tuple[Text, str, Callable[[], nn.Module], bool], ...] = (
        (
            ("your test on a strided depthwise convolution", "测试带步幅的深度卷积"),
            "nn.Conv2d(4, 4, 5, stride=2, padding=2, groups=4)",
            strided,
            False,
        ),
        (
            ("your test on batch norm at inference", "测试推理时的批量归一化"),
            "nn.BatchNorm2d(4)",
            lambda: nn.BatchNorm2d(4),
            False,
        ),
        (
            ("your test on two groups", "测试分成两组的卷积"),
            "nn.Conv2d(4, 4, 3, groups=2)",
            lambda: nn.Conv2d(4, 4, 3, groups=2),
            True,
        ),
        (
            ("your test on an ordinary convolution", "测试普通卷积"),
            "nn.Conv2d(4, 4, 3)",
            lambda: nn.Conv2d(4, 4, 3),
            True,
        ),
        (
            ("your test on a leak from the first channel", "测试首个通道的泄漏"),
            "a layer with a leak from channel 0 to channel 3",
            lambda: Leak(0, 3),
            True,
        ),
        (
            ("your test on a leak from the last channel", "测试末尾通道的泄漏"),
            "a layer with a leak from channel 3 to channel 0",
            lambda: Leak(3, 0),
            True,
        ),
    )
    for about, ask, make, mixes in layers:
        yield Case(
            about,
            f"mixes_channels({ask}, 4)",
            tried(make, 4),
            mixes,
            effect=(
                "change every channel of the input in turn, and look at every place "
                "of the other output channels",
                "要轮流改变每个输入通道，并检查其余输出通道的每个位置",
            )
            if mixes
            else apart,
        )
