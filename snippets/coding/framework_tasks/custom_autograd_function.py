"""Autograd functions of one's own, and finite differences to check them."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function


# --8<-- [start:solution]
class Swish(Function):
    """x * sigmoid(beta * x), elementwise, with one slope beta that can be learned.

    >>> x = torch.tensor([0.0, 2.0], requires_grad=True)
    >>> y = Swish.apply(x, torch.tensor(1.0))
    >>> y.sum().backward()
    >>> x.grad
    tensor([0.5000, 1.0908])
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, beta: Tensor) -> Tensor:
        """Return the activations, of x's shape.

        Args:
            ctx: keeps what the backward pass needs: the inputs, and nothing else.
            x: any shape.
            beta: shape ().
        """
        ctx.save_for_backward(x, beta)
        return x * torch.sigmoid(beta * x)

    @staticmethod
    def backward(ctx: Any, grad_y: Tensor) -> tuple[Tensor | None, Tensor | None]:
        """Return the loss's gradients by x and by beta, in their shapes.

        A gradient that nobody needs (``ctx.needs_input_grad``) is None. The gradients
        can be differentiated again.

        Args:
            ctx: what `forward` kept.
            grad_y: the loss's gradient by the output, of x's shape.
        """
        x, beta = ctx.saved_tensors
        gate = torch.sigmoid(beta * x)
        slope = gate * (1 - gate)  # derivative of sigmoid at beta * x
        grad_x = grad_beta = None
        if ctx.needs_input_grad[0]:
            grad_x = grad_y * (gate + beta * x * slope)
        if ctx.needs_input_grad[1]:
            grad_beta = (grad_y * x**2 * slope).sum()
        return grad_x, grad_beta


class RoundStraightThrough(Function):
    """Round to the nearest integer; backward, as if nothing had been done.

    >>> x = torch.tensor([0.4, 1.7], requires_grad=True)
    >>> (RoundStraightThrough.apply(x) ** 2).sum().backward()
    >>> x.grad
    tensor([0., 4.])
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """Return x rounded, as `torch.round` does."""
        return x.round()

    @staticmethod
    def backward(ctx: Any, grad_y: Tensor) -> Tensor:
        """Return the gradient by the output as the gradient by x."""
        return grad_y


def numerical_gradient(
    function: Callable[[Tensor], Tensor], x: Tensor, eps: float = 1e-6
) -> Tensor:
    """Return the gradient of a scalar function by central differences.

    Args:
        function: maps a tensor of x's shape to a tensor of shape ().
        x: where; any shape, float64, at least one element; stays as it is.
        eps: how far each element is moved, in both directions.

    Returns:
        A tensor of x's shape, without a graph.

    >>> x = torch.tensor([1.0, 3.0], dtype=torch.float64)
    >>> numerical_gradient(lambda x: (x**2).sum(), x).round(decimals=4)
    tensor([2., 6.], dtype=torch.float64)
    """
    x = x.detach()
    steps = eps * torch.eye(x.numel(), dtype=x.dtype).view(-1, *x.shape)
    slopes = [(function(x + h) - function(x - h)).item() / (2 * eps) for h in steps]
    return torch.tensor(slopes, dtype=x.dtype).view(x.shape)


# --8<-- [end:solution]
