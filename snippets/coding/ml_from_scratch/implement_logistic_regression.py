"""Fit logistic regression by gradient descent, without overflow."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


# --8<-- [start:solution]
def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + exp(-z)) for each element.

    No intermediate overflows, and tiny results keep their digits: sigmoid(-700) is
    about 1e-304 and not 0.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 0.5, 1.0]
    >>> f"{sigmoid(np.array(-700.0)):.3g}"
    '9.86e-305'
    """
    return np.exp(-np.logaddexp(0.0, -z))  # -log sigmoid(z) = log(1 + exp(-z))


def loss_and_gradient(
    X: Array, y: Array, w: Array, b: float, l2: float
) -> tuple[float, Array, float]:
    """Return the loss of logistic regression with its gradient.

    The loss is the mean of the samples' cross-entropies plus l2 / 2 * ||w||^2; the
    bias is not penalized. With p = sigmoid(X w + b), a sample's cross-entropy is
    -log p if its label is 1 and -log(1 - p) if it is 0; it must be right for any
    size of X w + b.

    Args:
        X: samples, shape (n, d).
        y: labels, shape (n,), 0.0 or 1.0.
        w: weights, shape (d,).
        b: bias.
        l2: strength of the penalty, at least 0.

    Returns:
        Loss, its gradient with respect to w (shape (d,)) and with respect to b.

    >>> X, y = np.array([[1.0], [3.0]]), np.array([0.0, 1.0])
    >>> loss, dw, db = loss_and_gradient(X, y, np.zeros(1), 0.0, l2=0.1)
    >>> round(loss, 4), dw.tolist(), db
    (0.6931, [-0.5], 0.0)
    >>> loss_and_gradient(X, y, np.array([-1000.0]), 0.0, l2=0.0)[0]
    1500.0
    """
    z = X @ w + b  # (n,)
    loss = np.mean(np.logaddexp(0.0, z) - y * z) + l2 / 2 * w @ w
    error = sigmoid(z) - y  # d cross-entropy / d z
    return float(loss), X.T @ error / len(y) + l2 * w, float(error.mean())


def fit(
    X: Array, y: Array, l2: float, learning_rate: float, steps: int
) -> tuple[Array, float]:
    """Return weights and bias after gradient descent from zero.

    Args:
        X: samples, shape (n, d).
        y: labels, shape (n,), 0.0 or 1.0.
        l2: strength of the penalty, at least 0.
        learning_rate: step size.
        steps: number of steps; each uses all samples.

    Returns:
        Weights of shape (d,) and the bias.

    >>> X, y = np.array([[1.0], [3.0]]), np.array([0.0, 1.0])
    >>> w, b = fit(X, y, l2=0.0, learning_rate=1.0, steps=1)
    >>> w.tolist(), b
    ([0.5], 0.0)
    """
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        _, dw, db = loss_and_gradient(X, y, w, b, l2)
        w, b = w - learning_rate * dw, b - learning_rate * db
    return w, b


# --8<-- [end:solution]
