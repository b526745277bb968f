"""RNN and LSTM cells in NumPy, the LSTM's backward step, and its unrolling."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Weights = tuple[Array, Array, Array]  # W_x (G, D), W_h (G, H), b (G,)


# --8<-- [start:solution]
def sigmoid(z: Array) -> Array:  # given
    """Return 1 / (1 + exp(-z)), without overflow."""
    return np.asarray(np.exp(-np.logaddexp(0.0, -z)))


def rnn_cell(x: Array, h: Array, weights: Weights) -> Array:
    """Return the next hidden state tanh(W_x x + W_h h + b) of each sample.

    Args:
        x: inputs of this step, shape (N, D).
        h: hidden states before it, shape (N, H).
        weights: W_x (H, D), W_h (H, H) and b (H,).

    Returns:
        Shape (N, H).

    >>> weights = np.array([[1.0, -1.0]]), np.array([[2.0]]), np.array([0.5])
    >>> rnn_cell(np.array([[3.0, 2.5]]), np.array([[-0.5]]), weights).tolist()
    [[0.0]]
    """
    W_x, W_h, b = weights
    return np.asarray(np.tanh(x @ W_x.T + h @ W_h.T + b))


def lstm_cell(x: Array, h: Array, c: Array, weights: Weights) -> tuple[Array, Array]:
    """Return the next hidden and cell state of an LSTM.

    With z = W_x x + W_h h + b cut into four equal parts in the order i, f, g, o:
    c' = sigmoid(f) * c + sigmoid(i) * tanh(g) and h' = sigmoid(o) * tanh(c').

    Args:
        x: inputs of this step, shape (N, D).
        h: hidden states before it, shape (N, H).
        c: cell states before it, shape (N, H).
        weights: W_x (4 H, D), W_h (4 H, H) and b (4 H,).

    Returns:
        h' and c', each of shape (N, H), as new arrays.

    >>> weights = np.zeros((4, 1)), np.zeros((4, 1)), np.zeros(4)
    >>> one = np.ones((1, 1))
    >>> h, c = lstm_cell(one, one, one, weights)
    >>> c.tolist(), bool(h == np.tanh(0.5) / 2)
    ([[0.5]], True)
    """
    i, f, g, o = _gates(x, h, weights)
    c = f * c + i * g
    return o * np.tanh(c), c


def _gates(x: Array, h: Array, weights: Weights) -> list[Array]:
    """Return i, f, g, o after their nonlinearities, each of shape (N, H)."""
    W_x, W_h, b = weights
    i, f, g, o = np.split(x @ W_x.T + h @ W_h.T + b, 4, axis=1)
    return [sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)]


def lstm(xs: Array, h: Array, c: Array, weights: Weights) -> tuple[Array, Array, Array]:
    """Run an LSTM over sequences, the first step first.

    Args:
        xs: inputs, time first, shape (T, N, D); T may be 0.
        h: hidden states before the first step, shape (N, H); not changed.
        c: cell states before the first step, shape (N, H); not changed.
        weights: as in `lstm_cell`, the same for each step.

    Returns:
        The hidden states after each step, shape (T, N, H), and the last h and c.

    >>> weights = np.zeros((4, 1)), np.zeros((4, 1)), np.zeros(4)
    >>> hs, h, c = lstm(np.ones((3, 1, 1)), np.ones((1, 1)), np.ones((1, 1)), weights)
    >>> hs.shape, bool(h == hs[-1]), c.tolist()
    ((3, 1, 1), True, [[0.125]])
    """
    hs = np.empty((len(xs), *h.shape))
    for t, x in enumerate(xs):
        h, c = lstm_cell(x, h, c, weights)
        hs[t] = h
    return hs, h, c


def lstm_cell_backward(
    grad_h: Array, grad_c: Array, x: Array, h: Array, c: Array, weights: Weights
) -> tuple[Array, Array, Array, Weights]:
    """Return the loss's gradients with respect to what `lstm_cell` was given.

    Args:
        grad_h: gradient with respect to h', shape (N, H).
        grad_c: gradient with respect to c' by other ways than through h', (N, H).
        x: as given to the cell, shape (N, D).
        h: as given to the cell, shape (N, H).
        c: as given to the cell, shape (N, H).
        weights: as given to the cell.

    Returns:
        The gradients with respect to x, h and c, and those with respect to W_x,
        W_h and b, each in the shape of what it belongs to.

    >>> weights = np.zeros((4, 1)), np.zeros((4, 1)), np.zeros(4)
    >>> zero, one = np.zeros((1, 1)), np.ones((1, 1))
    >>> x, h, c, _ = lstm_cell_backward(zero, one, one, one, one, weights)
    >>> x.tolist(), h.tolist(), c.tolist()
    ([[0.0]], [[0.0]], [[0.5]])
    """
    W_x, W_h, _ = weights
    i, f, g, o = _gates(x, h, weights)
    tanh_c = np.tanh(f * c + i * g)
    grad_c = grad_c + grad_h * o * (1 - tanh_c**2)  # both ways into c'
    grad_z = np.concatenate(
        [
            grad_c * g * i * (1 - i),
            grad_c * c * f * (1 - f),
            grad_c * i * (1 - g**2),
            grad_h * tanh_c * o * (1 - o),
        ],
        axis=1,
    )
    grad_weights = grad_z.T @ x, grad_z.T @ h, grad_z.sum(axis=0)
    return grad_z @ W_x, grad_z @ W_h, grad_c * f, grad_weights


# --8<-- [end:solution]
