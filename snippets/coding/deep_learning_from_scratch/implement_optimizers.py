"""SGD with momentum, AdaGrad, RMSProp and Adam, updating arrays in place."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


# --8<-- [start:solution]
class Optimizer:  # given
    """Parameters to be updated in place; lr may be changed between steps."""

    def __init__(self, params: Sequence[Array], lr: float) -> None:
        """Keep the arrays themselves, not copies."""
        self.params = list(params)
        self.lr = lr

    def zeros(self) -> list[Array]:
        """Return an array of zeros for each parameter."""
        return [np.zeros_like(param) for param in self.params]


class SGD(Optimizer):
    """Gradient descent with momentum: v = momentum * v + g, then w -= lr * v.

    >>> w = np.array([1.0])
    >>> optimizer = SGD([w], lr=0.5, momentum=0.5)
    >>> optimizer.step([np.array([1.0])])
    >>> optimizer.step([np.array([1.0])])
    >>> w.tolist()
    [-0.25]
    """

    def __init__(
        self, params: Sequence[Array], lr: float, momentum: float = 0.0
    ) -> None:
        """Start with v = 0."""
        super().__init__(params, lr)
        self.momentum = momentum
        self.v = self.zeros()

    def step(self, grads: Sequence[Array]) -> None:
        """Update params in place; grads has the same shapes and is not changed."""
        for w, g, v in zip(self.params, grads, self.v, strict=True):
            v[...] = self.momentum * v + g
            w -= self.lr * v


class AdaGrad(Optimizer):
    """AdaGrad: s = s + g^2, then w -= lr * g / (sqrt(s) + eps).

    >>> w = np.array([1.0, 1.0])
    >>> AdaGrad([w], lr=0.5).step([np.array([4.0, -0.01])])
    >>> w.round(6).tolist()
    [0.5, 1.5]
    """

    def __init__(self, params: Sequence[Array], lr: float, eps: float = 1e-10) -> None:
        """Start with s = 0."""
        super().__init__(params, lr)
        self.eps = eps
        self.s = self.zeros()

    def step(self, grads: Sequence[Array]) -> None:
        """Update params in place; grads has the same shapes and is not changed."""
        for w, g, s in zip(self.params, grads, self.s, strict=True):
            s += g**2
            w -= self.lr * g / (np.sqrt(s) + self.eps)


class RMSProp(Optimizer):
    """RMSProp: s = alpha * s + (1 - alpha) * g^2, w -= lr * g / (sqrt(s) + eps).

    >>> w = np.array([1.0])
    >>> RMSProp([w], lr=0.5, alpha=0.75).step([np.array([2.0])])
    >>> w.round(6).tolist()
    [0.0]
    """

    def __init__(
        self, params: Sequence[Array], lr: float, alpha: float = 0.99, eps: float = 1e-8
    ) -> None:
        """Start with s = 0."""
        super().__init__(params, lr)
        self.alpha, self.eps = alpha, eps
        self.s = self.zeros()

    def step(self, grads: Sequence[Array]) -> None:
        """Update params in place; grads has the same shapes and is not changed."""
        for w, g, s in zip(self.params, grads, self.s, strict=True):
            s[...] = self.alpha * s + (1 - self.alpha) * g**2
            w -= self.lr * g / (np.sqrt(s) + self.eps)


class Adam(Optimizer):
    """Adam with corrected averages; t counts the steps from 1.

    m = beta1 * m + (1 - beta1) * g,  v = beta2 * v + (1 - beta2) * g^2,
    w -= lr * m_hat / (sqrt(v_hat) + eps), m_hat = m / (1 - beta1^t) and
    v_hat = v / (1 - beta2^t).

    >>> w = np.array([1.0, 1.0])
    >>> Adam([w], lr=0.5).step([np.array([4.0, -0.01])])
    >>> w.round(6).tolist()
    [0.5, 1.5]
    """

    def __init__(
        self,
        params: Sequence[Array],
        lr: float,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        """Start with m = v = 0 and t = 0; betas are beta1 and beta2."""
        super().__init__(params, lr)
        self.betas, self.eps, self.t = betas, eps, 0
        self.m, self.v = self.zeros(), self.zeros()

    def step(self, grads: Sequence[Array]) -> None:
        """Update params in place; grads has the same shapes and is not changed."""
        beta1, beta2 = self.betas
        self.t += 1
        for w, g, m, v in zip(self.params, grads, self.m, self.v, strict=True):
            m[...] = beta1 * m + (1 - beta1) * g
            v[...] = beta2 * v + (1 - beta2) * g**2
            m_hat = m / (1 - beta1**self.t)
            v_hat = v / (1 - beta2**self.t)
            w -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


# --8<-- [end:solution]
