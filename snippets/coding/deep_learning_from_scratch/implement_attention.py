"""Masked multi-head attention in NumPy."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]  # True where a query may look at a key
Weights = tuple[Array, Array, Array, Array]  # W_q, W_k, W_v, W_o, each (D, D)


# --8<-- [start:solution]
def causal_mask(T: int) -> Mask:
    """Return a mask (T, T) by which position i sees the positions 0..i.

    >>> causal_mask(3).astype(int).tolist()
    [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    """
    return np.tril(np.ones((T, T), dtype=bool))


def padding_mask(lengths: NDArray[np.int64], T: int) -> Mask:
    """Return a mask that hides what follows the end of each sequence.

    Args:
        lengths: how many of the T positions of each sequence are real, shape (N,).
        T: number of keys.

    Returns:
        Shape (N, 1, 1, T), to be broadcast over heads and queries.

    >>> padding_mask(np.array([1, 3]), 3)[:, 0, 0].astype(int).tolist()
    [[1, 0, 0], [1, 1, 1]]
    """
    return np.asarray(np.arange(T) < lengths[:, None, None, None])


def attention(
    Q: Array, K: Array, V: Array, mask: Mask | None = None
) -> tuple[Array, Array]:
    """Return softmax(Q K^T / sqrt(d)) V and the softmax's weights.

    Args:
        Q: queries, shape (..., T_q, d).
        K: keys, shape (..., T_k, d), T_k >= 1.
        V: values, shape (..., T_k, d_v).
        mask: True where a query may look at a key; can be broadcast to the shape
            (..., T_q, T_k). None hides nothing.

    Returns:
        The outputs, shape (..., T_q, d_v), and the weights, shape (..., T_q, T_k).
        A hidden key has weight exactly 0. A query that may look at no key has
        weights and output 0.

    >>> Q, K = np.zeros((1, 4)), np.ones((3, 4))
    >>> V = np.array([[1.0], [3.0], [100.0]])
    >>> attention(Q, K, V, np.array([True, True, False]))
    (array([[2.]]), array([[0.5, 0.5, 0. ]]))
    """
    scores = Q @ K.swapaxes(-1, -2) / np.sqrt(Q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    exp = np.exp(scores - np.where(top == -np.inf, 0.0, top))
    total = exp.sum(axis=-1, keepdims=True)
    weights: Array = exp / np.where(total == 0.0, 1.0, total)
    return weights @ V, weights


def split_heads(x: Array, heads: int) -> Array:
    """Cut the features into equal runs, one a head: (N, T, D) to (N, heads, T, d).

    Head 0 gets the first d = D / heads features of each position, and so on.

    Raises:
        ValueError: if D is not a multiple of heads.

    >>> split_heads(np.arange(8.0).reshape(1, 2, 4), 2).tolist()
    [[[[0.0, 1.0], [4.0, 5.0]], [[2.0, 3.0], [6.0, 7.0]]]]
    """
    N, T, D = x.shape
    if D % heads:
        raise ValueError(f"{D} features can't be shared by {heads} heads")
    return x.reshape(N, T, heads, D // heads).swapaxes(1, 2)


def merge_heads(x: Array) -> Array:
    """Undo `split_heads`: (N, heads, T, d) to (N, T, heads * d).

    >>> x = np.arange(12.0).reshape(1, 3, 4)
    >>> bool((merge_heads(split_heads(x, 2)) == x).all())
    True
    """
    N, heads, T, d = x.shape
    return x.swapaxes(1, 2).reshape(N, T, heads * d)


def multi_head_attention(
    x: Array, memory: Array, weights: Weights, heads: int, mask: Mask | None = None
) -> Array:
    """Let every position of x look at the positions of memory.

    Args:
        x: where the queries come from, shape (N, T_q, D).
        memory: where keys and values come from, shape (N, T_k, D); x itself in
            self-attention.
        weights: W_q, W_k, W_v and W_o, each (D, D), multiplied from the right:
            the queries are x @ W_q. No biases.
        heads: number of heads, see `split_heads`.
        mask: can be broadcast to (N, heads, T_q, T_k), see `attention`.

    Returns:
        Shape (N, T_q, D): the heads' outputs side by side, times W_o.

    >>> x = np.array([[[1.0, 2.0], [3.0, 4.0]]])
    >>> weights = np.zeros((2, 2)), np.eye(2), np.eye(2), np.eye(2)
    >>> multi_head_attention(x, x, weights, 2, causal_mask(2)).tolist()
    [[[1.0, 2.0], [2.0, 3.0]]]
    """
    W_q, W_k, W_v, W_o = weights
    Q = split_heads(x @ W_q, heads)
    K = split_heads(memory @ W_k, heads)
    V = split_heads(memory @ W_v, heads)
    output, _ = attention(Q, K, V, mask)
    return merge_heads(output) @ W_o


# --8<-- [end:solution]
