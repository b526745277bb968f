"""The same classifier and training loop in NumPy and in PyTorch."""

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Array = NDArray[np.float64]
Labels = NDArray[np.int64]


# --8<-- [start:solution]
class NumPyMLP:
    """Linear, ReLU, linear.

    ``params`` holds the weights W1 (in_features, width), W2 (width, num_classes) and
    the biases b1, b2, by these names. All start uniform within 1 / sqrt(fan-in) of
    zero, as PyTorch's linear layers do.

    >>> model = NumPyMLP(4, 5, 3, np.random.default_rng(0))
    >>> model.forward(np.zeros((2, 4))).shape
    (2, 3)
    """

    def __init__(
        self, in_features: int, width: int, num_classes: int, rng: np.random.Generator
    ) -> None:
        """Draw the parameters."""

        def drawn(fan_in: int, *shape: int) -> Array:
            return rng.uniform(-(fan_in**-0.5), fan_in**-0.5, shape)

        self.params = {
            "W1": drawn(in_features, in_features, width),
            "b1": drawn(in_features, width),
            "W2": drawn(width, width, num_classes),
            "b2": drawn(width, num_classes),
        }

    def forward(self, x: Array) -> Array:
        """Return the logits (N, num_classes) of x (N, in_features)."""
        p = self.params
        self._x = x
        self._hidden = np.maximum(x @ p["W1"] + p["b1"], 0.0)
        logits: Array = self._hidden @ p["W2"] + p["b2"]
        return logits

    def backward(self, grad: Array) -> dict[str, Array]:
        """Return the loss's gradient by each parameter, under its name.

        Args:
            grad: the loss's gradient by the logits of the last `forward`.
        """
        grad_hidden = (grad @ self.params["W2"].T) * (self._hidden > 0)
        return {
            "W1": self._x.T @ grad_hidden,
            "b1": grad_hidden.sum(axis=0),
            "W2": self._hidden.T @ grad,
            "b2": grad.sum(axis=0),
        }


def cross_entropy(logits: Array, y: Labels) -> tuple[float, Array]:
    """Return the mean cross-entropy and its gradient by the logits.

    Logits of any size are fine: nothing overflows.

    Args:
        logits: shape (N, num_classes).
        y: class indices, shape (N,).

    >>> loss, grad = cross_entropy(np.zeros((1, 4)), np.array([2]))
    >>> round(loss, 4), grad.tolist()
    (1.3863, [[0.25, 0.25, -0.75, 0.25]])
    """
    rows = np.arange(len(y))
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    grad = np.exp(log_p)
    grad[rows, y] -= 1.0
    return float(-log_p[rows, y].mean()), grad / len(y)


class NumPySGD:
    """Gradient descent with momentum, as in `torch.optim.SGD`.

    Each parameter w has a velocity v, zero at first. A step with gradient g sets
    v to momentum * v + g, then w to w - lr * v.

    >>> params = {"w": np.array([1.0])}
    >>> NumPySGD(params, lr=0.1).step({"w": np.array([2.0])})
    >>> params["w"].round(6).tolist()
    [0.8]
    """

    def __init__(
        self, params: dict[str, Array], lr: float, momentum: float = 0.0
    ) -> None:
        """Keep the parameters, whose arrays each step changes in place."""
        self.params, self.lr, self.momentum = params, lr, momentum
        self.velocity = {name: np.zeros_like(w) for name, w in params.items()}

    def step(self, grads: dict[str, Array]) -> None:
        """Move each parameter once, by the gradient of its name."""
        for name, w in self.params.items():
            v = self.momentum * self.velocity[name] + grads[name]
            self.velocity[name] = v
            w -= self.lr * v


def train_numpy(
    model: NumPyMLP,
    batches: Iterable[tuple[Array, Labels]],
    lr: float,
    momentum: float,
) -> list[float]:
    """Make one step of `NumPySGD` a batch; return each batch's loss before its step."""
    optimizer = NumPySGD(model.params, lr, momentum)
    losses = []
    for x, y in batches:
        loss, grad = cross_entropy(model.forward(x), y)
        optimizer.step(model.backward(grad))
        losses.append(loss)
    return losses


class TorchMLP(nn.Module):
    """Linear (``hidden``), ReLU, linear (``classifier``)."""

    def __init__(self, in_features: int, width: int, num_classes: int) -> None:
        """Create the layers."""
        super().__init__()
        self.hidden = nn.Linear(in_features, width)
        self.classifier = nn.Linear(width, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits (N, num_classes) of x (N, in_features)."""
        logits: Tensor = self.classifier(torch.relu(self.hidden(x)))
        return logits


def to_torch(model: NumPyMLP) -> TorchMLP:
    """Return a float64 `TorchMLP` with copies of the parameters."""
    p = {name: torch.tensor(value) for name, value in model.params.items()}
    in_features, width = p["W1"].shape
    twin = TorchMLP(in_features, width, len(p["b2"])).double()
    twin.load_state_dict(
        {
            "hidden.weight": p["W1"].T,
            "hidden.bias": p["b1"],
            "classifier.weight": p["W2"].T,
            "classifier.bias": p["b2"],
        }
    )
    return twin


def train_torch(
    model: TorchMLP,
    batches: Iterable[tuple[Array, Labels]],
    lr: float,
    momentum: float,
) -> list[float]:
    """Do what `train_numpy` does, with PyTorch's loss, gradients and optimizer.

    The batches hold NumPy arrays here too, float64, which the model must be as well.
    """
    optimizer = torch.optim.SGD(model.parameters(), lr, momentum)
    losses = []
    for x, y in batches:
        loss = nn.functional.cross_entropy(
            model(torch.from_numpy(x)), torch.from_numpy(y)
        )
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
    return losses


# --8<-- [end:solution]
