"""Stable softmax cross-entropy with its gradient."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.int64]


# --8<-- [start:solution]
def log_softmax(logits: Array) -> Array:
    """Return the logarithm of softmax of each row.

    Args:
        logits: shape (N, K), finite numbers of any size, or -inf, which excludes a
            class; never all of a row. Not changed.

    Returns:
        Shape (N, K); exp of each row sums to 1.

    >>> log_softmax(np.array([[0.0, 0.0], [0.0, -1000.0]])).round(6).tolist()
    [[-0.693147, -0.693147], [0.0, -1000.0]]
    >>> log_softmax(np.array([[1000.0, 1000.0]])).round(6).tolist()
    [[-0.693147, -0.693147]]
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return log_probs


def softmax_cross_entropy(logits: Array, labels: Labels) -> tuple[float, Array]:
    """Return the mean cross-entropy of a batch and its gradient.

    Args:
        logits: shape (N, K) with N >= 1, see `log_softmax`.
        labels: the right classes 0..K-1, shape (N,).

    Returns:
        The mean over the batch of -log softmax(logits)[label], a float, and its
        gradient with respect to logits, shape (N, K).

    >>> loss, grad = softmax_cross_entropy(np.zeros((1, 4)), np.array([2]))
    >>> round(loss, 6)
    1.386294
    >>> grad.tolist()
    [[0.25, 0.25, -0.75, 0.25]]
    """
    rows = np.arange(len(labels))
    log_probs = log_softmax(logits)
    loss = -log_probs[rows, labels].mean()
    grad = np.exp(log_probs)
    grad[rows, labels] -= 1.0
    return float(loss), grad / len(labels)


# --8<-- [end:solution]
