"""Fit linear regression in closed form and by gradient descent."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


# --8<-- [start:solution]
def fit_closed_form(X: Array, y: Array, l2: float = 0.0) -> tuple[Array, float]:
    """Return the weights and bias that minimize the penalized squared error.

    The objective is ||X w + b - y||^2 / (2 n) + l2 / 2 * ||w||^2; the bias is not
    penalized. If several w are best, as for collinear columns without penalty,
    return the one of smallest norm.

    Args:
        X: samples, shape (n, d).
        y: targets, shape (n,).
        l2: strength of the penalty, at least 0.

    Returns:
        Weights of shape (d,) and the bias.

    >>> w, b = fit_closed_form(np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3, 5]))
    >>> w.round(9).tolist(), round(b, 9)
    ([2.0], 1.0)
    """
    n, d = X.shape
    mean = X.mean(axis=0)
    A = np.vstack([X - mean, np.sqrt(n * l2) * np.eye(d)])  # penalty as d more rows
    target = np.concatenate([y - y.mean(), np.zeros(d)])
    w = np.linalg.lstsq(A, target)[0]
    return w, float(y.mean() - mean @ w)


def fit_gradient_descent(
    X: Array, y: Array, l2: float, learning_rate: float, steps: int
) -> tuple[Array, float]:
    """Minimize the objective of `fit_closed_form` by gradient descent from zero.

    Args:
        X: samples, shape (n, d).
        y: targets, shape (n,).
        l2: strength of the penalty, at least 0.
        learning_rate: step size.
        steps: number of steps; each uses all samples.

    Returns:
        Weights of shape (d,) and the bias after the last step.

    >>> X, y = np.array([[0.0], [2.0]]), np.array([1.0, 3.0])
    >>> w, b = fit_gradient_descent(X, y, l2=0.0, learning_rate=0.5, steps=1)
    >>> w.tolist(), b
    ([1.5], 1.0)
    """
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        residual = X @ w + b - y  # (n,)
        dw = X.T @ residual / len(y) + l2 * w
        w, b = w - learning_rate * dw, b - learning_rate * float(residual.mean())
    return w, b


# --8<-- [end:solution]
