"""A two-layer perceptron in NumPy: forward, backward, training loop."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
Params = dict[str, Array]  # W1 (D, H), b1 (H,), W2 (H, K), b2 (K,)


# --8<-- [start:solution]
def cross_entropy(logits: Array, y: Labels) -> tuple[float, Array]:  # given
    """Return the mean cross-entropy and its gradient, shape of logits (N, K)."""
    rows = np.arange(len(y))
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    grad = np.exp(log_probs)
    grad[rows, y] -= 1.0
    return float(-log_probs[rows, y].mean()), grad / len(y)


def init_params(D: int, H: int, K: int, rng: np.random.Generator) -> Params:
    """Draw the parameters of a network with D inputs, H hidden units, K classes.

    Returns:
        W1 (D, H) and W2 (H, K), normal with mean 0 and variance 2 / fan-in (the
        rows of the matrix); b1 (H,) and b2 (K,), all zero.

    >>> params = init_params(4, 3, 2, np.random.default_rng(0))
    >>> {name: value.shape for name, value in params.items()}
    {'W1': (4, 3), 'b1': (3,), 'W2': (3, 2), 'b2': (2,)}
    """
    return {
        "W1": rng.normal(0.0, np.sqrt(2.0 / D), (D, H)),
        "b1": np.zeros(H),
        "W2": rng.normal(0.0, np.sqrt(2.0 / H), (H, K)),
        "b2": np.zeros(K),
    }


def forward(params: Params, X: Array) -> tuple[Array, Array]:
    """Return hidden = relu(X W1 + b1), shape (N, H), and hidden W2 + b2, (N, K).

    >>> params = {"W1": np.array([[1.0, -1.0]]), "b1": np.zeros(2),
    ...           "W2": np.array([[3.0], [5.0]]), "b2": np.array([0.5])}
    >>> hidden, logits = forward(params, np.array([[2.0], [-4.0]]))
    >>> hidden.tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    >>> logits.tolist()
    [[6.5], [20.5]]
    """
    hidden = np.maximum(X @ params["W1"] + params["b1"], 0.0)
    return hidden, hidden @ params["W2"] + params["b2"]


def loss_and_grads(params: Params, X: Array, y: Labels) -> tuple[float, Params]:
    """Return the mean cross-entropy over the batch and its gradients.

    Args:
        params: see `init_params`; not changed.
        X: inputs, shape (N, D).
        y: classes 0..K-1, shape (N,).

    Returns:
        The loss, and a gradient for each name of params in the parameter's shape.
        The derivative of relu at 0 counts as 0.

    >>> params = {"W1": np.zeros((2, 3)), "b1": np.ones(3),
    ...           "W2": np.zeros((3, 2)), "b2": np.zeros(2)}
    >>> loss, grads = loss_and_grads(params, np.ones((1, 2)), np.array([0]))
    >>> round(loss, 6), grads["b2"].tolist()
    (0.693147, [-0.5, 0.5])
    """
    hidden, logits = forward(params, X)
    loss, grad_logits = cross_entropy(logits, y)
    grad_hidden = grad_logits @ params["W2"].T
    grad_hidden[hidden <= 0.0] = 0.0  # relu passes a gradient only where it is on
    return loss, {
        "W1": X.T @ grad_hidden,
        "b1": grad_hidden.sum(axis=0),
        "W2": hidden.T @ grad_logits,
        "b2": grad_logits.sum(axis=0),
    }


def train(
    params: Params,
    X: Array,
    y: Labels,
    lr: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> tuple[Params, list[float]]:
    """Run mini-batch gradient descent.

    Every epoch calls ``rng.permutation(N)`` once and takes batches of batch_size in
    that order; the last one may be smaller. Each batch is one step of length lr.

    Returns:
        The trained parameters, those given being left as they are, and for every
        step the loss of its batch before the update.

    >>> rng = np.random.default_rng(0)
    >>> X, y = np.array([[-1.0], [1.0], [2.0]]), np.array([0, 1, 1])
    >>> params, losses = train(init_params(1, 4, 2, rng), X, y, 0.5, 50, 2, rng)
    >>> len(losses), forward(params, X)[1].argmax(axis=1).tolist()
    (100, [0, 1, 1])
    """
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            loss, grads = loss_and_grads(params, X[batch], y[batch])
            params = {name: params[name] - lr * grads[name] for name in params}
            losses.append(loss)
    return params, losses


# --8<-- [end:solution]
