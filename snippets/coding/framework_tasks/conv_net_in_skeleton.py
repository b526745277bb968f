"""A small convolutional classifier and the test it must pass."""

import torch
from torch import Tensor, nn
from torch.nn import functional


# --8<-- [start:solution]
class ConvNet(nn.Module):
    """Two convolutions, global average pooling and a linear classifier.

    In this order: convolution 3x3 to ``width`` channels, batch norm, ReLU, max
    pooling 2x2; convolution 3x3 to ``2 * width`` channels, batch norm, ReLU; mean over
    height and width; linear layer. Both convolutions keep height and width (zero
    padding 1) and have no bias.

    >>> model = ConvNet(in_channels=3, num_classes=10)
    >>> model(torch.zeros(5, 3, 32, 24)).shape
    torch.Size([5, 10])
    >>> sum(p.numel() for p in model.parameters())
    5466
    """

    def __init__(self, in_channels: int, num_classes: int, width: int = 16) -> None:
        """Create the layers."""
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(width, 2 * width, 3, padding=1, bias=False),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
        )
        self.classifier = nn.Linear(2 * width, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits (N, num_classes) of images (N, in_channels, H, W).

        H and W are at least 4 and need be neither fixed nor equal.
        """
        features = self.features(x).mean(dim=(2, 3))  # (N, 2 * width)
        logits: Tensor = self.classifier(features)
        return logits


def check_model(
    model: nn.Module, in_channels: int, num_classes: int, num_parameters: int
) -> None:
    """Raise an error unless an image classifier keeps what its signature promises.

    The model is any module (float32), not just `ConvNet`, that maps images
    (N, in_channels, H, W) to logits of num_classes >= 2 classes. It must

    - register exactly num_parameters parameters;
    - give shape (N, num_classes) for N = 1 too, and for images of any size from
      4 x 4 on, square or not;
    - at inference, give an image the same logits alone as within a batch, up to
      rounding;
    - return logits, not probabilities;
    - in training, get from the cross-entropy a gradient for every parameter, which
      is not all zero.

    The mode the model is in, and gradients that it holds already, change nothing about
    the verdict. The mode and the running statistics may be others afterwards.

    Raises:
        AssertionError: if one of these fails; where the model itself raises an
            error, that one may pass through.

    >>> check_model(ConvNet(1, 2), in_channels=1, num_classes=2, num_parameters=4914)
    >>> check_model(ConvNet(3, 10), in_channels=3, num_classes=10, num_parameters=5466)
    """
    count = sum(p.numel() for p in model.parameters())
    assert count == num_parameters, f"{count} parameters instead of {num_parameters}"

    rng = torch.Generator().manual_seed(0)
    model.eval()
    for N, H, W in (1, 4, 4), (3, 12, 7):
        shape = model(torch.randn(N, in_channels, H, W, generator=rng)).shape
        assert shape == (N, num_classes), f"{N} images of {H}x{W} give {tuple(shape)}"

    x = torch.randn(4, in_channels, 8, 8, generator=rng)
    logits = model(x)
    alone = torch.cat([model(image[None]) for image in x])
    assert torch.allclose(logits, alone, atol=1e-5), "images influence each other"
    sums = logits.sum(dim=1)
    assert not torch.allclose(sums, torch.ones(4)), "probabilities, not logits"

    model.train()
    loss = functional.cross_entropy(model(x), torch.arange(4) % num_classes)
    names, parameters = zip(*model.named_parameters(), strict=True)
    grads = torch.autograd.grad(loss, parameters, allow_unused=True)
    for name, grad in zip(names, grads, strict=True):
        assert grad is not None, f"no gradient reaches {name}"
        assert grad.any(), f"the gradient of {name} is zero"


# --8<-- [end:solution]
