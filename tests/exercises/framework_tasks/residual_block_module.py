"""Cases of residual-block-module: sums written out, published sizes."""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from scripts.exercise.cases import Case, Mistake, Text, holds
from tests.exercises.framework_tasks._modules import images, same, seeded

NEEDS = ("torch",)

torch.set_num_threads(1)  # for tensors this small, threads cost more than they save

MISTAKES = (
    Mistake(
        "the shortcut forgets the stride",
        "    if stride == 1 and in_channels == out_channels:\n",
        "    if in_channels == out_channels:\n",
        shows="the stride changes it too",
    ),
    Mistake(
        "a projection where none is needed",
        "    if stride == 1 and in_channels == out_channels:\n"
        "        return nn.Identity()\n",
        "",
        shows="should be the identity",
    ),
    Mistake(
        "the projection has no batch norm",
        "        nn.BatchNorm2d(out_channels),\n    )\n",
        "    )\n",
        shows="11687720 instead of 11689512",
    ),
    Mistake(
        "ReLU before the sum",
        "        residual = self.bn2(self.conv2(residual))\n"
        "        return torch.relu(self.shortcut(x) + residual)\n",
        "        residual = torch.relu(self.bn2(self.conv2(residual)))\n"
        "        return self.shortcut(x) + residual\n",
        shows="could only grow",
    ),
    Mistake(
        "the caller's input is overwritten",
        "        residual = self.bn3(self.conv3(residual))\n"
        "        return torch.relu(self.shortcut(x) + residual)\n",
        "        out = self.shortcut(x)\n"
        "        out += self.bn3(self.conv3(residual))\n"
        "        return torch.relu(out)\n",
        shows="the identity returns x itself",
    ),
    Mistake(
        "no zero start",
        "        nn.init.zeros_(self.bn3.weight)\n",
        "",
        shows="the scale of the last batch norm starts at 0",
    ),
    Mistake(
        "the bottleneck's stride stands in the 1 x 1 convolution",
        "        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)\n"
        "        self.bn1 = nn.BatchNorm2d(channels)\n"
        "        self.conv2 = nn.Conv2d(\n"
        "            channels, channels, 3, stride=stride, padding=1, bias=False\n"
        "        )\n",
        "        self.conv1 = nn.Conv2d(\n"
        "            in_channels, channels, 1, stride=stride, bias=False\n"
        "        )\n"
        "        self.bn1 = nn.BatchNorm2d(channels)\n"
        "        self.conv2 = nn.Conv2d(\n"
        "            channels, channels, 3, padding=1, bias=False\n"
        "        )\n",
        shows="a 1 x 1 convolution with a stride never reads",
    ),
)

RESNET_18 = 11_689_512  # parameters, as torchvision documents them
RESNET_50 = 25_557_032


def block_of(their: ModuleType, kind: str, *arguments: int) -> Any:
    """Return a block in float64 at inference, with arbitrary scales and statistics."""
    block = seeded(lambda: getattr(their, kind)(*arguments)).double().eval()
    rng = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for name, value in block.state_dict().items():
            if value.is_floating_point() and value.ndim == 1:
                noise = torch.rand(value.shape, generator=rng, dtype=torch.float64)
                value.copy_(noise + 0.3 if "var" in name else noise - 0.4)
    return block


def affine(x: Tensor, bn: Any) -> Tensor:
    """Apply batch norm at inference by its definition."""
    scale = bn.weight / (bn.running_var + bn.eps).sqrt()
    shift = bn.bias - bn.running_mean * scale
    return x * scale.view(-1, 1, 1) + shift.view(-1, 1, 1)


def by_hand(block: Any, kind: str, x: Tensor, stride: int) -> Tensor:
    """Compute a block's output from its parameters."""
    basic = kind == "BasicBlock"
    conv = functional.conv2d
    out = conv(x, block.conv1.weight, None, stride if basic else 1, int(basic))
    out = affine(out, block.bn1).clamp(min=0)
    out = affine(
        conv(out, block.conv2.weight, None, 1 if basic else stride, 1), block.bn2
    )
    if not basic:
        out = affine(conv(out.clamp(min=0), block.conv3.weight), block.bn3)
    if out.shape == x.shape:
        return (x + out).clamp(min=0)
    projection, bn = block.shortcut
    beside = affine(conv(x, projection.weight, None, stride), bn)
    return (beside + out).clamp(min=0)


def written_out(kind: str, arguments: tuple[int, int, int]) -> Callable:
    """Return a run that compares the reader's block with the sum written out."""

    def run(their: ModuleType) -> bool | Text:
        block = block_of(their, kind, *arguments)
        x = images(2, arguments[0], 7, 6)
        got, expected = block(x), by_hand(block, kind, x, arguments[2])
        return same(got, expected)

    return run


def shortcut_kind(*arguments: int) -> Callable[[ModuleType], str]:
    """Return a run that names the parts of the reader's shortcut."""

    def run(their: ModuleType) -> str:
        shortcut = their.make_shortcut(*arguments)
        return " ".join(type(part).__name__ for part in shortcut.modules())

    return run


def projected(their: ModuleType) -> Tensor:
    """Return a projection's output, the batch norm made the identity."""
    shortcut = their.make_shortcut(2, 3, 2).double().eval()
    with torch.no_grad():
        shortcut[0].weight.copy_(
            torch.tensor([[1, 0], [0, 1], [1, 10]])[..., None, None]
        )
    shortcut[1].eps = 0.0
    result: Tensor = shortcut(torch.arange(18.0).double().view(1, 2, 3, 3))
    return result


def starts_as_shortcut(kind: str, *arguments: int) -> Callable[[ModuleType], Any]:
    """Return a run: a new block in training mode minus ReLU of its shortcut."""

    def run(their: ModuleType) -> Any:
        block = seeded(lambda: getattr(their, kind)(*arguments)).double().train()
        x = images(3, arguments[0], 6, 6)
        return block(x) - block.shortcut(x).clamp(min=0)

    return run


def keeps_input(kind: str, *arguments: int) -> Callable[[ModuleType], bool]:
    """Return a run that tells whether the block leaves x as it was."""

    def run(their: ModuleType) -> bool:
        block = block_of(their, kind, *arguments)
        x = images(2, arguments[0], 5, 5)
        before = x.clone()
        with torch.no_grad():
            block(x)
        return torch.equal(x, before)

    return run


def branch_learns(their: ModuleType) -> bool | Text:
    """See that the branch gets a gradient although it starts at zero."""
    block = seeded(lambda: their.BasicBlock(4, 4)).double().train()
    (block(images(3, 4, 6, 6)) * images(3, 4, 6, 6)).sum().backward()
    if block.bn2.weight.grad is not None and block.bn2.weight.grad.any():
        return True
    return "bn2.weight gets no gradient", "bn2.weight 得不到梯度"


def resnet_size(kind: str, depths: tuple[int, ...]) -> Callable[[ModuleType], int]:
    """Return a run that counts the parameters of a ResNet of the reader's blocks."""

    def run(their: ModuleType) -> int:
        block = getattr(their, kind)
        with torch.device("meta"):  # shapes only, no memory
            blocks: list[nn.Module] = []
            channels = 64
            for stage, depth in enumerate(depths):
                for i in range(depth):
                    stride = 2 if stage and not i else 1
                    blocks.append(block(channels, 64 * 2**stage, stride))
                    channels = 64 * 2**stage * block.expansion
        stem = 3 * 64 * 49 + 2 * 64
        head = channels * 1000 + 1000
        return stem + head + sum(p.numel() for b in blocks for p in b.parameters())

    return run


def cases() -> Iterator[Case]:
    """Yield the cases."""
    for C, K, stride, parts, effect in (
        (8, 8, 1, "Identity", ("it should be the identity", "这里应是恒等映射")),
        (
            8,
            16,
            1,
            "Sequential Conv2d BatchNorm2d",
            ("the number of channels changes", "通道数变了"),
        ),
        (
            8,
            8,
            2,
            "Sequential Conv2d BatchNorm2d",
            (
                "not only the channels change the shape: the stride changes it too",
                "改变形状的不只是通道数，还有步幅",
            ),
        ),
    ):
        yield Case(
            (
                f"the shortcut from {C} to {K} channels with stride {stride}",
                f"{C} 到 {K} 通道、步幅 {stride} 的捷径",
            ),
            f"make_shortcut({C}, {K}, {stride}).modules()",
            shortcut_kind(C, K, stride),
            parts,
            effect=effect,
        )
    yield Case(
        ("a projection by hand", "手算一个投影"),
        "make_shortcut(2, 3, 2)(x), weights [[1, 0], [0, 1], [1, 10]], "
        "x = 0, 1, ..., 17 of shape (1, 2, 3, 3)",
        projected,
        torch.tensor(
            [
                [
                    [[0.0, 2.0], [6.0, 8.0]],
                    [[9.0, 11.0], [15.0, 17.0]],
                    [[90.0, 112.0], [156.0, 178.0]],
                ]
            ]
        ),
        1e-9,
        ("it takes every second row and column", "它每隔一行、一列取一个位置"),
    )
    for kind, zh in (("BasicBlock", "基本块"), ("Bottleneck", "瓶颈块")):
        grown = 4 * (4 if kind == "Bottleneck" else 1)
        for arguments, about, effect in (
            (
                (grown, 4, 1),
                ("the shape stays", "形状不变"),
                (
                    "ReLU stands after the sum; before it, the residual could only "
                    "grow the features",
                    "ReLU 应在求和之后；放在之前，残差就只能使特征增大",
                ),
            ),
            (
                (3, 4, 1),
                ("the channels change", "通道数变化"),
                ("the shortcut is a projection here", "这里的捷径是投影"),
            ),
            (
                (grown, 4, 2),
                ("stride 2, same channels", "步幅为 2、通道数不变"),
                (
                    "not only the channels change the shape: the stride changes it too",
                    "改变形状的不只是通道数，还有步幅",
                )
                if kind == "BasicBlock"
                else (
                    "the stride shrinks branch and shortcut alike; in the branch it "
                    "belongs to the 3 x 3 convolution, since a 1 x 1 convolution with "
                    "a stride never reads three quarters of its input",
                    "步幅使分支与捷径同样缩小；分支里的步幅属于 3×3 卷积，"
                    "因为带步幅的 1×1 卷积有四分之三的输入从来不读",
                ),
            ),
            (
                (5, 4, 3),
                ("stride 3 and other channels", "步幅为 3、通道数也变"),
                (
                    "branch and shortcut take the same steps",
                    "分支与捷径的步幅相同",
                ),
            ),
        ):
            yield holds(
                (f"{kind}: {about[0]}", f"{zh}：{about[1]}"),
                f"{kind}{arguments}.eval()(x), x of shape (2, {arguments[0]}, 7, 6)",
                written_out(kind, arguments),
                effect,
            )
        for arguments, about in (
            ((grown, 4, 1), ("same shape", "形状不变")),
            ((6, 4, 2), ("other shape", "形状变化")),
        ):
            _, C, stride = arguments
            yield Case(
                (
                    f"{kind} at the start is ReLU of its shortcut, {about[0]}",
                    f"{zh}初始时等于捷径的 ReLU，{about[1]}",
                ),
                f"block = {kind}{arguments}; block(x) - relu(block.shortcut(x))",
                starts_as_shortcut(kind, *arguments),
                torch.zeros(
                    3, C * grown // 4, (5 + stride) // stride, (5 + stride) // stride
                ),
                effect=(
                    "the scale of the last batch norm starts at 0",
                    "最后一个批量归一化的缩放系数应从 0 开始",
                ),
            )
        yield holds(
            (f"{kind} leaves its input alone", f"{zh}不改动输入"),
            f"{kind}({grown}, 4)(x)",
            keeps_input(kind, grown, 4),
            (
                "x was overwritten: the identity returns x itself, so an operation in "
                "place on the shortcut's result changes it",
                "x 被改写了：恒等映射返回的就是 x 本身，对捷径的结果做原地运算会改动它",
            ),
        )
    yield holds(
        ("a branch that starts at zero still learns", "从零开始的分支仍能学习"),
        "gradient of BasicBlock(4, 4).bn2.weight",
        branch_learns,
        ("the scale must be a parameter, set to 0", "缩放系数应是值为 0 的参数"),
    )
    for name, kind, depths, size in (
        ("ResNet-18", "BasicBlock", (2, 2, 2, 2), RESNET_18),
        ("ResNet-50", "Bottleneck", (3, 4, 6, 3), RESNET_50),
    ):
        yield Case(
            (
                f"{name} of your blocks has the published size",
                f"用你的模块搭成的 {name} 与公布的参数个数一致",
            ),
            f"parameters of {name}",
            resnet_size(kind, depths),
            size,
            effect=(
                "a convolution has a bias, or the projection lacks its batch norm",
                "卷积带了偏置，或者投影缺了批量归一化",
            ),
        )
