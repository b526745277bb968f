"""Basic and bottleneck residual blocks with a projection shortcut."""

import torch
from torch import Tensor, nn


# --8<-- [start:solution]
def make_shortcut(in_channels: int, out_channels: int, stride: int) -> nn.Module:
    """Return the identity if the shape stays, a projection if it changes.

    Args:
        in_channels: channels of the block's input.
        out_channels: channels of the block's output.
        stride: of the block.

    Returns:
        ``nn.Identity()``, or an ``nn.Sequential`` of a 1 x 1 convolution without bias,
        with that stride, and batch norm.

    >>> make_shortcut(64, 64, 1)
    Identity()
    >>> make_shortcut(64, 64, 2)(torch.zeros(1, 64, 7, 7)).shape
    torch.Size([1, 64, 4, 4])
    """
    if stride == 1 and in_channels == out_channels:
        return nn.Identity()
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False),
        nn.BatchNorm2d(out_channels),
    )


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions beside a shortcut, as in ResNet-18 and ResNet-34.

    The residual branch: ``conv1`` (3 x 3, the block's stride), ``bn1``, ReLU,
    ``conv2`` (3 x 3), ``bn2``; zero padding 1, no biases. ReLU follows the sum of
    branch and ``shortcut``. The scale of ``bn2`` starts at 0, so that a new block
    computes ReLU of its shortcut.

    >>> block = BasicBlock(64, 64)
    >>> x = torch.rand(2, 64, 7, 7)
    >>> torch.equal(block(x), x)
    True
    >>> sum(p.numel() for p in BasicBlock(256, 256).parameters())
    1180672
    """

    expansion = 1  # output channels for each of `channels`

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        """Create the layers; the block maps in_channels to ``channels``."""
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels, channels, 3, stride=stride, padding=1, bias=False
        )
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = make_shortcut(in_channels, channels, stride)
        nn.init.zeros_(self.bn2.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, channels, ceil(H / s), ceil(W / s))."""
        residual = torch.relu(self.bn1(self.conv1(x)))
        residual = self.bn2(self.conv2(residual))
        return torch.relu(self.shortcut(x) + residual)


class Bottleneck(nn.Module):
    """Reduce, convolve and expand beside a shortcut, as in ResNet-50.

    The residual branch: ``conv1`` (1 x 1 to ``channels``), ``bn1``, ReLU, ``conv2``
    (3 x 3, the block's stride, zero padding 1), ``bn2``, ReLU, ``conv3`` (1 x 1 to
    ``4 * channels``), ``bn3``; no biases. ReLU follows the sum of branch and
    ``shortcut``. The scale of ``bn3`` starts at 0.

    >>> Bottleneck(256, 128, stride=2)(torch.zeros(1, 256, 14, 14)).shape
    torch.Size([1, 512, 7, 7])
    >>> sum(p.numel() for p in Bottleneck(256, 64).parameters())
    70400
    """

    expansion = 4

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        """Create the layers; the block maps in_channels to ``4 * channels``."""
        super().__init__()
        out_channels = self.expansion * channels
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(
            channels, channels, 3, stride=stride, padding=1, bias=False
        )
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.shortcut = make_shortcut(in_channels, out_channels, stride)
        nn.init.zeros_(self.bn3.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, 4 * channels, ceil(H / s), ceil(W / s))."""
        residual = torch.relu(self.bn1(self.conv1(x)))
        residual = torch.relu(self.bn2(self.conv2(residual)))
        residual = self.bn3(self.conv3(residual))
        return torch.relu(self.shortcut(x) + residual)


# --8<-- [end:solution]
