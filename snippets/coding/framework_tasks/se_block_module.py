"""Squeeze-and-excitation, alone and inside a residual block."""

import torch
from torch import Tensor, nn


# --8<-- [start:solution]
class SqueezeExcitation(nn.Module):
    """Scale each channel by a gate computed from the means of all channels.

    The linear layers ``fc1`` (to the hidden width, then ReLU) and ``fc2`` (back to the
    channels, then sigmoid) have biases. The hidden width is ``channels // reduction``,
    but at least 1.

    >>> block = SqueezeExcitation(64)
    >>> block.fc1
    Linear(in_features=64, out_features=4, bias=True)
    >>> block(torch.zeros(2, 64, 7, 5)).shape
    torch.Size([2, 64, 7, 5])
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        """Create the layers."""
        super().__init__()
        hidden = max(1, channels // reduction)
        self.fc1 = nn.Linear(channels, hidden)
        self.fc2 = nn.Linear(hidden, channels)

    def gates(self, x: Tensor) -> Tensor:
        """Return a factor in (0, 1) for each image and channel, shape (N, channels).

        Args:
            x: shape (N, channels, H, W).
        """
        squeezed = x.mean(dim=(2, 3))  # (N, channels)
        hidden = torch.relu(self.fc1(squeezed))
        return torch.sigmoid(self.fc2(hidden))

    def forward(self, x: Tensor) -> Tensor:
        """Return x (N, channels, H, W) with each channel times its gate."""
        return x * self.gates(x)[:, :, None, None]


class SEResidual(nn.Module):
    """A residual block whose branch is rescaled before the sum.

    Computes ReLU(x + SE(branch(x))). The submodules are ``branch``, ``se``.

    >>> block = SEResidual(nn.Conv2d(8, 8, 3, padding=1), channels=8)
    >>> block(torch.zeros(1, 8, 5, 5)).shape
    torch.Size([1, 8, 5, 5])
    """

    def __init__(self, branch: nn.Module, channels: int, reduction: int = 16) -> None:
        """Keep the branch, which must keep the shape (N, channels, H, W)."""
        super().__init__()
        self.branch = branch
        self.se = SqueezeExcitation(channels, reduction)

    def forward(self, x: Tensor) -> Tensor:
        """Return a tensor of the shape of x, (N, channels, H, W)."""
        return torch.relu(x + self.se(self.branch(x)))


# --8<-- [end:solution]
