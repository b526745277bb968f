"""Cases of se-block-module: gates by hand with math, and properties."""

import math
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from scripts.exercise.cases import Case, Mistake, Text, holds
from tests.exercises.framework_tasks._modules import images, seeded

NEEDS = ("torch",)

torch.set_num_threads(1)  # for tensors this small, threads cost more than they save

MISTAKES = (
    Mistake(
        "softmax instead of sigmoid",
        "        return torch.sigmoid(self.fc2(hidden))\n",
        "        return torch.softmax(self.fc2(hidden), dim=1)\n",
        shows="channels must not compete",
    ),
    Mistake(
        "no ReLU between the linear layers",
        "        hidden = torch.relu(self.fc1(squeezed))\n",
        "        hidden = self.fc1(squeezed)\n",
        shows="ReLU between the two linear layers",
    ),
    Mistake(
        "the mean is taken over the batch too",
        "        squeezed = x.mean(dim=(2, 3))  # (N, channels)\n",
        "        squeezed = x.mean(dim=(0, 2, 3)).expand(x.shape[:2])\n",
        shows="influence each other",
    ),
    Mistake(
        "maximum instead of mean",
        "        squeezed = x.mean(dim=(2, 3))  # (N, channels)\n",
        "        squeezed = x.amax(dim=(2, 3))\n",
        shows="the mean over height and width",
    ),
    Mistake(
        "few channels leave no hidden unit",
        "        hidden = max(1, channels // reduction)\n",
        "        hidden = channels // reduction\n",
        shows="with fewer channels than the reduction",
    ),
    Mistake(
        "the sum is rescaled, not the branch",
        "        return torch.relu(x + self.se(self.branch(x)))\n",
        "        return torch.relu(self.se(x + self.branch(x)))\n",
        shows="the shortcut must stay untouched",
    ),
)


def block_of(their: ModuleType, channels: int, reduction: int) -> Any:
    """Return a block in float64."""
    return seeded(lambda: their.SqueezeExcitation(channels, reduction)).double()


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def small(their: ModuleType) -> Any:
    """Return a block of two channels and one hidden unit with weights to compute by."""
    block = block_of(their, 2, 2)
    with torch.no_grad():
        block.fc1.weight.copy_(torch.tensor([[1.0, -1.0]]))
        block.fc1.bias.copy_(torch.tensor([0.5]))
        block.fc2.weight.copy_(torch.tensor([[2.0], [-1.0]]))
        block.fc2.bias.copy_(torch.tensor([0.0, 1.0]))
    return block


def two_images() -> Tensor:
    """Return two images whose channels have the means (2, 1) and (0, 3)."""
    one = [[[1.0, 3.0]], [[1.0, 1.0]]]
    two = [[[-4.0, 4.0]], [[6.0, 0.0]]]
    return torch.tensor([one, two], dtype=torch.float64)


def gates_by_hand() -> list[list[float]]:
    """Return their gates: hidden units max(0, 2 - 1 + 0.5) and max(0, 0 - 3 + 0.5)."""
    return [[sigmoid(2 * h), sigmoid(1 - h)] for h in (1.5, 0.0)]


def by_loops(block: Any, x: Tensor) -> Tensor:
    """Compute gates one number at a time."""
    out = []
    for image in x.tolist():
        means = [sum(map(sum, rows)) / (len(rows) * len(rows[0])) for rows in image]
        hidden = [
            max(0.0, sum(w * m for w, m in zip(row, means, strict=True)) + b)
            for row, b in zip(
                block.fc1.weight.tolist(), block.fc1.bias.tolist(), strict=True
            )
        ]
        out.append(
            [
                sigmoid(sum(w * h for w, h in zip(row, hidden, strict=True)) + b)
                for row, b in zip(
                    block.fc2.weight.tolist(), block.fc2.bias.tolist(), strict=True
                )
            ]
        )
    return torch.tensor(out, dtype=torch.float64)


def scaled_by_loops(N: int, C: int, reduction: int) -> Callable[[ModuleType], Any]:
    """Return a run: the reader's output, divided into what loops give."""

    def run(their: ModuleType) -> bool | Text:
        block = block_of(their, C, reduction)
        x = images(N, C, 3, 4)
        expected = by_loops(block, x)
        got = block(x)
        if got.shape != x.shape:
            one, other = tuple(got.shape), tuple(x.shape)
            return (
                f"the output has shape {one} instead of {other}",
                f"输出的形状是 {one}，应为 {other}",
            )
        for n in range(N):
            for c in range(C):
                off = (got[n, c] - x[n, c] * expected[n, c]).abs().max().item()
                if off > 1e-9:
                    return (
                        f"channel {c} of image {n} is off by {off:.2g}",
                        f"第 {n} 张图像的通道 {c} 相差 {off:.2g}",
                    )
        return True

    return run


def sizes(channels: int, *reduction: int) -> Callable[[ModuleType], Any]:
    """Return a run that tells the widths of the two layers."""

    def run(their: ModuleType) -> Any:
        block = their.SqueezeExcitation(channels, *reduction)
        return [tuple(block.fc1.weight.shape), tuple(block.fc2.weight.shape)]

    return run


def shuffled(their: ModuleType) -> Tensor:
    """Return how far the gates change as pixels are shuffled within channels."""
    block = block_of(their, 6, 2)
    x = images(2, 6, 4, 4)
    order = torch.randperm(16, generator=torch.Generator().manual_seed(3))
    mixed = x.flatten(2)[:, :, order].view_as(x)
    difference: Tensor = block.gates(mixed) - block.gates(x)
    return difference


def alone(their: ModuleType) -> Tensor:
    """Return how far an image's output changes with the rest of its batch."""
    block = block_of(their, 6, 2)
    x = images(4, 6, 3, 3)
    difference: Tensor = block(x)[1:2] - block(x[1:2])
    return difference


def opened(their: ModuleType) -> Tensor:
    """Return how far wide-open gates are from changing nothing."""
    block = block_of(their, 6, 2)
    with torch.no_grad():
        block.fc2.bias.fill_(60.0)
    x = images(2, 6, 3, 3)
    difference: Tensor = block(x) - x
    return difference


def residual_closed(their: ModuleType) -> Tensor:
    """Return a residual block's output with gates shut: ReLU of the input is due."""
    block = seeded(
        lambda: their.SEResidual(nn.Conv2d(4, 4, 3, padding=1), 4, 2)
    ).double()
    with torch.no_grad():
        block.se.fc2.weight.zero_()
        block.se.fc2.bias.fill_(-60.0)
    x = images(2, 4, 5, 5)
    difference: Tensor = block(x) - x.clamp(min=0)
    return difference


def residual(their: ModuleType) -> Tensor:
    """Return how far a residual block is from the sum written out."""
    branch = seeded(lambda: nn.Conv2d(4, 4, 3, padding=1)).double()
    block = seeded(lambda: their.SEResidual(branch, 4, 2)).double()
    x = images(2, 4, 5, 5)
    out = functional.conv2d(x, branch.weight, branch.bias, padding=1)
    gates = by_loops(block.se, out)
    due = (x + torch.einsum("nc,nchw->nchw", gates, out)).clamp(min=0)
    difference: Tensor = block(x) - due
    return difference


def resnet_50(their: ModuleType) -> int:
    """Count what squeeze-and-excitation adds to the blocks of ResNet-50."""
    total = 0
    for channels, blocks in (256, 3), (512, 4), (1024, 6), (2048, 3):
        se = their.SqueezeExcitation(channels)
        weights = se.fc1.weight.numel() + se.fc2.weight.numel()
        total += blocks * weights
    return total


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield Case(
        ("gates of two images by hand", "手算两张图像的门控"),
        "gates(x), weights 1, -1, bias 0.5; then 2, -1, biases 0, 1; "
        "channel means (2, 1) and (0, 3)",
        lambda their: small(their).gates(two_images()),
        torch.tensor(gates_by_hand(), dtype=torch.float64),
        1e-9,
        (
            "the means go through a linear layer, ReLU, a linear layer and a sigmoid; "
            "with softmax the gates would sum to 1, and channels must not compete",
            "均值依次经过线性层、ReLU、线性层和 sigmoid；"
            "若用 softmax，门控之和为 1，而通道之间不应竞争",
        ),
    )
    yield Case(
        ("the same two images, rescaled", "同样两张图像的输出"),
        "block(x), as before",
        lambda their: small(their)(two_images()),
        torch.stack(
            [
                torch.stack(
                    [channel * gate for channel, gate in zip(*pair, strict=True)]
                )
                for pair in zip(two_images(), gates_by_hand(), strict=True)
            ]
        ),
        1e-9,
        ("each channel is multiplied by its gate", "每个通道乘以自己的门控系数"),
    )
    yield Case(
        ("a negative hidden unit is cut off", "负的隐藏单元被截断"),
        "gates(x) for channel means (0, 3): the hidden unit is -2.5 before ReLU",
        lambda their: small(their).gates(two_images()[1:]),
        torch.tensor([[0.5, sigmoid(1.0)]], dtype=torch.float64),
        1e-9,
        ("ReLU between the two linear layers is missing", "两个线性层之间缺了 ReLU"),
    )
    for N, C, reduction in (1, 4, 2), (3, 8, 4), (4, 4, 16):
        yield holds(
            (
                f"{N} images of {C} channels with reduction {reduction}, by loops",
                f"{N} 张 {C} 通道的图像、压缩比 {reduction}，用循环对照",
            ),
            f"SqueezeExcitation({C}, {reduction})(x), x of shape ({N}, {C}, 3, 4)",
            scaled_by_loops(N, C, reduction),
            (
                "squeezing is the mean over height and width of each image and channel",
                "压缩是对每张图像、每个通道的高和宽取均值",
            ),
        )
    for arguments, widths, effect in (
        ((64,), (64, 4), ("the reduction is 16 by default", "压缩比默认为 16")),
        ((50, 16), (50, 3), ("the hidden width is rounded down", "隐藏宽度向下取整")),
        (
            (8, 16),
            (8, 1),
            (
                "with fewer channels than the reduction no hidden unit would be left",
                "通道数小于压缩比时，一个隐藏单元也不剩",
            ),
        ),
    ):
        C, hidden = widths
        shown = ", ".join(map(str, arguments))
        yield Case(
            (f"the widths for {C} channels", f"{C} 个通道时的宽度"),
            f"SqueezeExcitation({shown}): shapes of fc1.weight and fc2.weight",
            sizes(*arguments),
            [(hidden, C), (C, hidden)],
            effect=effect,
        )
    yield Case(
        ("what it adds to ResNet-50", "给 ResNet-50 增加多少权重"),
        "weights of the blocks for 3 x 256, 4 x 512, 6 x 1024 and 3 x 2048 channels",
        resnet_50,
        sum(b * 2 * C**2 for C, b in ((256, 3), (512, 4), (1024, 6), (2048, 3))) // 16,
        effect=("a block has 2 C * C / r weights", "一个模块有 2C²/r 个权重"),
    )
    yield Case(
        ("gates do not see where things are", "门控与位置无关"),
        "gates(x with its pixels shuffled) - gates(x)",
        shuffled,
        torch.zeros(2, 6),
        1e-9,
        ("only the mean over height and width enters", "只有高和宽上的均值进入门控"),
    )
    yield Case(
        ("an image's output without its batch", "图像的输出与同批其他图像无关"),
        "block(x)[1:2] - block(x[1:2])",
        alone,
        torch.zeros(1, 6, 3, 3),
        1e-9,
        ("images of a batch influence each other", "同批图像相互影响"),
    )
    yield Case(
        ("gates wide open change nothing", "门全开时输入不变"),
        "fc2.bias = 60: block(x) - x",
        opened,
        torch.zeros(2, 6, 3, 3),
        1e-9,
        ("a gate of 1 must keep its channel", "门控系数为 1 时通道应保持不变"),
    )
    yield Case(
        ("a residual block with gates shut", "门全关的残差块"),
        "se.fc2.bias = -60: SEResidual(conv, 4, 2)(x) - relu(x)",
        residual_closed,
        torch.zeros(2, 4, 5, 5),
        1e-9,
        (
            "only the branch is rescaled; the shortcut must stay untouched",
            "只缩放残差分支，捷径不受影响",
        ),
    )
    yield Case(
        ("a residual block, written out", "逐项写出的残差块"),
        "SEResidual(conv, 4, 2)(x) - relu(x + SE(conv(x)))",
        residual,
        torch.zeros(2, 4, 5, 5),
        1e-9,
        ("ReLU follows the sum", "ReLU 在求和之后"),
    )
