"""A depthwise separable convolution, its size, and a test that channels stay apart."""

import torch
from torch import Tensor, nn


# --8<-- [start:solution]
class DepthwiseSeparableConv(nn.Module):
    """A k x k convolution of each channel by itself, then a 1 x 1 over the channels.

    Each of the two convolutions has no bias and is followed by batch norm and ReLU.
    The submodules are called ``depthwise``, ``bn1``, ``pointwise`` and ``bn2``.

    >>> block = DepthwiseSeparableConv(32, 64, stride=2)
    >>> block(torch.zeros(1, 32, 7, 10)).shape
    torch.Size([1, 64, 4, 5])
    >>> tuple(block.depthwise.weight.shape), tuple(block.pointwise.weight.shape)
    ((32, 1, 3, 3), (64, 32, 1, 1))
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int = 3, stride: int = 1
    ) -> None:
        """Create the layers.

        Args:
            in_channels: channels of the input.
            out_channels: channels of the output.
            kernel_size: side k of the depthwise kernel, odd; the zero padding is such
                that stride 1 keeps height and width.
            stride: of the depthwise convolution.

        Raises:
            ValueError: if kernel_size is even.
        """
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError(f"the kernel has no center: {kernel_size} is even")
        self.depthwise = nn.Conv2d(
            in_channels,
            in_channels,
            kernel_size,
            stride=stride,
            padding=kernel_size // 2,
            groups=in_channels,
            bias=False,
        )
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.pointwise = nn.Conv2d(in_channels, out_channels, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, out_channels, ceil(H / s), ceil(W / s))."""
        x = torch.relu(self.bn1(self.depthwise(x)))
        return torch.relu(self.bn2(self.pointwise(x)))


def convolution_weights(
    in_channels: int, out_channels: int, kernel_size: int
) -> tuple[int, int]:
    """Count the weights of a standard and of a depthwise separable convolution.

    Without biases and batch norm.

    >>> convolution_weights(32, 64, 3)
    (18432, 2336)
    """
    area = kernel_size**2
    standard = area * in_channels * out_channels
    return standard, area * in_channels + in_channels * out_channels


def mixes_channels(layer: nn.Module, channels: int) -> bool:
    """Tell whether some output channel depends on another channel of the input.

    Args:
        layer: maps (N, channels, H, W) to (N, channels, H', W') for H = W = 8, the
            same way for the same input; in inference mode.
        channels: number of channels, in and out.

    >>> mixes_channels(nn.Conv2d(4, 4, 3, groups=4), 4)
    False
    >>> mixes_channels(nn.Conv2d(4, 4, 3, groups=2), 4)
    True
    """
    rng = torch.Generator().manual_seed(0)
    x = torch.randn(1, channels, 8, 8, generator=rng)
    before = layer(x)
    for channel in range(channels):
        changed = x.clone()
        changed[:, channel] = torch.randn(8, 8, generator=rng)
        moved = (layer(changed) != before).any(dim=3).any(dim=2)[0]  # (channels,)
        moved[channel] = False  # its own output may change
        if moved.any():
            return True
    return False


# --8<-- [end:solution]
