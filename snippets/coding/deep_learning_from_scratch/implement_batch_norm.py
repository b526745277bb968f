"""Batch normalization: forward in both modes, backward, running statistics."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


# --8<-- [start:solution]
class BatchNorm:
    """Batch normalization of x with shape (N, C) or (N, C, H, W), channel by channel.

    >>> bn = BatchNorm(1, eps=0.0)
    >>> bn.forward(np.array([[1.0], [3.0]])).tolist()
    [[-1.0], [1.0]]
    >>> bn.running_mean.tolist(), bn.running_var.round(6).tolist()
    ([0.2], [1.1])
    >>> bn.training = False
    >>> bn.running_mean, bn.running_var = np.array([2.0]), np.array([4.0])
    >>> bn.forward(np.array([[8.0]])).tolist()
    [[3.0]]
    """

    def __init__(  # given
        self, channels: int, momentum: float = 0.1, eps: float = 1e-5
    ) -> None:
        """Start as the identity, in training mode."""
        self.gamma, self.beta = np.ones(channels), np.zeros(channels)
        self.grad_gamma, self.grad_beta = np.zeros(channels), np.zeros(channels)
        self.running_mean, self.running_var = np.zeros(channels), np.ones(channels)
        self.momentum, self.eps = momentum, eps
        self.training = True

    def forward(self, x: Array) -> Array:
        """Return gamma * (x - mean) / sqrt(var + eps) + beta, shape of x.

        In training, mean and var (divided by m) are those of a channel's m values
        in x, and both running statistics move: running = (1 - momentum) * running
        + momentum * batch, where var is divided by m - 1. At inference the running
        statistics are used and stay as they are.

        Raises:
            ValueError: in training, if a channel has fewer than two values.
        """
        axes = _axes(x)
        if self.training:
            m = x.size // x.shape[1]
            if m < 2:
                raise ValueError(f"{m} values per channel, at least 2 are needed")
            mean, var = x.mean(axes), x.var(axes)
            keep, unbiased = 1 - self.momentum, var * m / (m - 1)
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        else:
            mean, var = self.running_mean, self.running_var
        self._std = _wide(np.sqrt(var + self.eps), x)
        self._x_hat = (x - _wide(mean, x)) / self._std
        return _wide(self.gamma, x) * self._x_hat + _wide(self.beta, x)

    def backward(self, grad_y: Array) -> Array:
        """Return the loss's gradient with respect to the x of the last forward.

        Sets grad_gamma and grad_beta, shape (C,). Called in the mode of that forward:
        at inference the statistics are constants.

        Args:
            grad_y: gradient with respect to the output, shape of x.
        """
        axes = _axes(grad_y)
        self.grad_beta = grad_y.sum(axes)
        self.grad_gamma = (grad_y * self._x_hat).sum(axes)
        scale = _wide(self.gamma, grad_y) / self._std
        if not self.training:
            return scale * grad_y
        m = grad_y.size // grad_y.shape[1]
        through_mean = _wide(self.grad_beta, grad_y) / m
        through_var = self._x_hat * _wide(self.grad_gamma, grad_y) / m
        grad_x: Array = scale * (grad_y - through_mean - through_var)
        return grad_x


def _axes(x: Array) -> tuple[int, ...]:
    """Return all axes but the channels': (0,) or (0, 2, 3)."""
    return (0, *range(2, x.ndim))


def _wide(v: Array, x: Array) -> Array:
    """Return v, shape (C,), as (1, C) or (1, C, 1, 1), as x needs it."""
    return v.reshape(1, -1, *[1] * (x.ndim - 2))


# --8<-- [end:solution]
