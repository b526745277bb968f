"""Attention, the Transformer block, positions, masks, costs and the KV cache.

Tokens are rows: x has shape (..., n, d), a weight (d_in, d_out), a mask is
True where a query may look. Numbers quoted on the page:

Raw and scaled scores of 32 keys, d_k = 64: spread, largest weight, and the
trace of the softmax's Jacobian, through which the gradient must pass:

>>> for scaled in (False, True):
...     print(" ".join(f"{x:.2f}" for x in saturation(64, 32, scaled=scaled)))
8.01 0.81 0.26
1.00 0.16 0.93

Parameters of the base Transformer in millions: an encoder block, a decoder
block, all blocks, and with the shared matrix of 37 000 tokens:

>>> encoder, decoder = block_parameters(512), block_parameters(512, cross=True)
>>> whole = 6 * (encoder + decoder)
>>> [round(m / 1e6, 2) for m in (encoder, decoder, whole, whole + 37_000 * 512)]
[3.15, 4.2, 44.14, 63.08]

Share of the two n x n products in a block's work, n from d/8 to 64d:

>>> for n in (512, 2048, 4096, 24_576, 131_072, 262_144):
...     flops = block_flops(n, 4096)
...     share = 2 * flops["scores"] / sum(flops.values())
...     print(f"{100 * share:.0f}%")
2%
8%
14%
50%
84%
91%

Largest number of float16, too small for a mask of -1e9:

>>> float(np.finfo(np.float16).max)
65504.0

Scores of 32 heads, 32 768 tokens, in 16 bits, in GiB, of one layer:

>>> 32 * 32_768**2 * 2 / 2**30
64.0

Cache of a model with 32 layers and 32 heads of width 128 in 16 bits: MiB a
token, GiB at 4096 tokens, and with 8 key-value heads:

>>> kv_cache_bytes(1, 32, 32, 128) / 2**20
0.5
>>> [kv_cache_bytes(4096, 32, heads, 128) / 2**30 for heads in (32, 8)]
[2.0, 0.5]

Seven billion parameters in 16 bits at 2 TB/s: ms a step, tokens a second of
one sequence and of 16, cache traffic left out:

>>> step = 7e9 * 2 / 2e12
>>> f"{1000 * step:.0f} {1 / step:.0f} {16 / step:.0f}"
'7 143 2286'
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snippets import Array
from snippets.theory.normalization import layer_norm

Mask = NDArray[np.bool_]


# --8<-- [start:attention]
def masked_softmax(scores: Array, mask: Mask | None = None) -> Array:
    """Softmax over the last axis; where mask is False the weight is 0.

    A row without any allowed key becomes all zeros instead of nan.
    """
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    weights = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = weights.sum(axis=-1, keepdims=True)
    result: Array = weights / np.where(total > 0, total, 1)
    return result


def attention(
    q: Array, k: Array, v: Array, mask: Mask | None = None
) -> tuple[Array, Array]:
    """Scaled dot-product attention.

    Args:
        q: queries (..., n, d_k).
        k: keys (..., m, d_k).
        v: values (..., m, d_v).
        mask: True where a query may look, broadcast to (..., n, m).

    Returns:
        Outputs (..., n, d_v) and weights (..., n, m).

    Source: Vaswani et al. (2017), equation 1.
    """
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
    weights = masked_softmax(scores, mask)
    return weights @ v, weights


# --8<-- [end:attention]


# --8<-- [start:saturation]
def random_scores(d_k: int, keys: int, queries: int, seed: int) -> Array:
    """Dot products (queries, keys) of standard normal vectors."""
    rng = np.random.default_rng(seed)
    q = rng.normal(size=(queries, 1, d_k))
    k = rng.normal(size=(queries, keys, d_k))
    scores: Array = (q * k).sum(axis=-1)
    return scores


def saturation(
    d_k: int, keys: int, scaled: bool, queries: int = 2000, seed: int = 0
) -> tuple[float, float, float]:
    """Standard deviation of the scores, mean largest weight, mean Jacobian.

    The last is the trace of diag(p) - p p^T, 1 - sum of p^2: 0 when one key
    takes all, so that no gradient reaches the scores.
    """
    scores = random_scores(d_k, keys, queries, seed)
    if scaled:
        scores = scores / math.sqrt(d_k)
    p = masked_softmax(scores)
    trace = 1 - (p**2).sum(axis=-1)
    return float(scores.std()), float(p.max(-1).mean()), float(trace.mean())


# --8<-- [end:saturation]


# --8<-- [start:multi_head]
def split_heads(x: Array, heads: int) -> Array:
    """Cut the last axis: (..., n, d) to (..., heads, n, d / heads)."""
    *rest, n, d = x.shape
    return np.swapaxes(x.reshape(*rest, n, heads, d // heads), -2, -3)


def merge_heads(x: Array) -> Array:
    """Undo split_heads: (..., heads, n, d_k) to (..., n, heads * d_k)."""
    *rest, heads, n, d_k = x.shape
    return np.swapaxes(x, -2, -3).reshape(*rest, n, heads * d_k)


@dataclass
class MultiHeadAttention:
    """Multi-head attention; weights (d, d), biases (d,)."""

    heads: int
    wq: Array
    wk: Array
    wv: Array
    wo: Array
    bq: Array
    bk: Array
    bv: Array
    bo: Array

    def __post_init__(self) -> None:
        """Refuse a width that the heads cannot share equally."""
        if self.wq.shape[1] % self.heads:
            raise ValueError("d must be divisible by the number of heads")

    def __call__(
        self, x: Array, memory: Array | None = None, mask: Mask | None = None
    ) -> tuple[Array, Array]:
        """Let x (..., n, d) attend to memory (..., m, d), by default to x.

        Returns outputs (..., n, d) and weights (..., heads, n, m).
        """
        memory = x if memory is None else memory
        q = split_heads(x @ self.wq + self.bq, self.heads)
        k = split_heads(memory @ self.wk + self.bk, self.heads)
        v = split_heads(memory @ self.wv + self.bv, self.heads)
        y, weights = attention(q, k, v, mask)
        return merge_heads(y) @ self.wo + self.bo, weights


# --8<-- [end:multi_head]


# --8<-- [start:feed_forward]
@dataclass
class FeedForward:
    """Two linear maps with a ReLU, for each token alone."""

    w1: Array  # (d, d_ff): its columns are keys
    b1: Array
    w2: Array  # (d_ff, d): its rows are values
    b2: Array

    def __call__(self, x: Array) -> Array:
        """Map tokens (..., d) to (..., d)."""
        return np.maximum(x @ self.w1 + self.b1, 0) @ self.w2 + self.b2

    def contributions(self, token: Array) -> Array:
        """Weighted values (d_ff, d) of a token (d,); with b2 their sum is y.

        Source: Geva et al. (2021), section 2.
        """
        weight = np.maximum(token @ self.w1 + self.b1, 0)
        values: Array = weight[:, None] * self.w2
        return values


# --8<-- [end:feed_forward]


# --8<-- [start:block]
@dataclass
class TransformerBlock:
    """Encoder block without dropout; with a causal mask, a GPT-style block."""

    attend: MultiHeadAttention
    feed_forward: FeedForward
    norm1: tuple[Array, Array]  # gamma, beta of shape (d,)
    norm2: tuple[Array, Array]
    pre_norm: bool = True

    def __call__(self, x: Array, mask: Mask | None = None) -> Array:
        """Map tokens (..., n, d) to (..., n, d)."""
        if self.pre_norm:
            x = x + self.attend(layer_norm(x, *self.norm1), mask=mask)[0]
            return x + self.feed_forward(layer_norm(x, *self.norm2))
        x = layer_norm(x + self.attend(x, mask=mask)[0], *self.norm1)
        return layer_norm(x + self.feed_forward(x), *self.norm2)


def block_parameters(
    d: int,
    d_ff: int | None = None,
    cross: bool = False,
) -> int:
    """Parameters of a block, with biases; cross adds a cross-attention.

    >>> block_parameters(512) == 12 * 512**2 + 13 * 512
    True
    """
    d_ff = 4 * d if d_ff is None else d_ff
    attentions = 2 if cross else 1
    attend = 4 * d * d + 4 * d
    feed_forward = 2 * d * d_ff + d_ff + d
    norms = (attentions + 1) * 2 * d
    return attentions * attend + feed_forward + norms


# --8<-- [end:block]


def random_block(
    d: int, heads: int, d_ff: int, seed: int = 0, pre_norm: bool = True
) -> TransformerBlock:
    """Block with normal weights of variance 1 / d_in and random biases."""
    rng = np.random.default_rng(seed)

    def weight(d_in: int, d_out: int) -> Array:
        return rng.normal(size=(d_in, d_out)) / math.sqrt(d_in)

    def vector(size: int) -> Array:
        return 0.1 * rng.normal(size=size)

    attend = MultiHeadAttention(
        heads,
        *(weight(d, d) for _ in range(4)),
        *(vector(d) for _ in range(4)),
    )
    feed_forward = FeedForward(
        weight(d, d_ff), vector(d_ff), weight(d_ff, d), vector(d)
    )
    norms = [(1 + vector(d), vector(d)) for _ in range(2)]
    return TransformerBlock(attend, feed_forward, norms[0], norms[1], pre_norm)


# --8<-- [start:positions]
def angles(position: Array, d: int, base: float = 10_000.0) -> Array:
    """Position times frequency base^(-2i/d): shape (n, d / 2).

    Raises ValueError if d is odd.
    """
    if d % 2:
        raise ValueError("d must be even")
    result: Array = np.outer(position, base ** (-np.arange(0, d, 2) / d))
    return result


def sinusoidal_encoding(n: int, d: int) -> Array:
    """Sines in even columns, cosines in odd ones: shape (n, d).

    Source: Vaswani et al. (2017), section 3.5.
    """
    angle = angles(np.arange(n, dtype=float), d)
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(n, d)


def rotary(x: Array, position: Array) -> Array:
    """Rotate each pair of columns of queries or keys (..., n, d_k).

    Source: Su et al. (2021), section 3.2.
    """
    angle = angles(position, x.shape[-1])
    even, odd = x[..., ::2], x[..., 1::2]
    pairs = [
        even * np.cos(angle) - odd * np.sin(angle),
        even * np.sin(angle) + odd * np.cos(angle),
    ]
    return np.stack(pairs, axis=-1).reshape(x.shape)


def alibi_bias(n: int, heads: int) -> Array:
    """Penalty -slope * (i - j) on causal scores: shape (heads, n, n).

    Source: Press et al. (2022), section 3; heads a power of two.
    """
    slope = 2.0 ** (-8 * np.arange(1, heads + 1) / heads)
    distance = np.arange(n)[:, None] - np.arange(n)
    result: Array = -slope[:, None, None] * distance
    return result


# --8<-- [end:positions]


# --8<-- [start:masks]
def causal_mask(n: int) -> Mask:
    """True where key j <= query i: shape (n, n)."""
    return np.tril(np.ones((n, n), dtype=bool))


def padding_mask(lengths: NDArray[np.int64], n: int) -> Mask:
    """True at real keys: (batch, 1, 1, n), for all heads and queries.

    >>> padding_mask(np.array([2, 3]), 3)[:, 0, 0].astype(int).tolist()
    [[1, 1, 0], [1, 1, 1]]
    """
    real: Mask = np.arange(n) < lengths[:, None]
    return real[:, None, None, :]


def window_mask(n: int, reach: int) -> Mask:
    """Causal mask that sees the token itself and reach tokens before it."""
    return causal_mask(n) & ~np.tril(np.ones((n, n), dtype=bool), -reach - 1)


def influence(f: Callable[[Array], Array], x: Array) -> Mask:
    """Which output token depends on which input token: (n, n), by trial.

    >>> block, x = random_block(8, 2, 16), np.random.default_rng(1)
    >>> x = x.normal(size=(4, 8))
    >>> influence(lambda x: block(x, causal_mask(4)), x).astype(int)
    array([[1, 0, 0, 0],
           [1, 1, 0, 0],
           [1, 1, 1, 0],
           [1, 1, 1, 1]])
    """
    y = f(x)
    depends = np.zeros((len(x), len(x)), dtype=bool)
    for j in range(len(x)):
        changed = x.copy()
        changed[j, 0] += 1.0
        depends[:, j] = np.any(f(changed) != y, axis=1)
    return depends


# --8<-- [end:masks]


# --8<-- [start:costs]
def block_flops(n: int, d: int, d_ff: int | None = None) -> dict[str, int]:
    """Multiply-adds of the matrix products of a block on n tokens.

    >>> sum(block_flops(10, 64).values()) == 12 * 10 * 64**2 + 2 * 10**2 * 64
    True
    """
    d_ff = 4 * d if d_ff is None else d_ff
    return {
        "projections": 4 * n * d * d,  # queries, keys, values, output
        "scores": n * n * d,  # heads * n * n * (d / heads)
        "mix": n * n * d,  # weights times values
        "feed-forward": 2 * n * d * d_ff,
    }


# --8<-- [end:costs]


# --8<-- [start:tiled]
def tiled_attention(q: Array, k: Array, v: Array, tile: int) -> Array:
    """Exact attention that never holds more than (n, tile) scores.

    Args:
        q: queries (n, d_k).
        k: keys (m, d_k).
        v: values (m, d_v).
        tile: keys treated at once.

    Source: Milakov and Gimelshein (2018); Rabe and Staats (2021).
    """
    top = np.full((len(q), 1), -np.inf)  # largest score so far
    total = np.zeros((len(q), 1))  # sum of exp(score - top)
    mix = np.zeros((len(q), v.shape[1]))  # the same sum, weighted by v
    for start in range(0, len(k), tile):
        scores = q @ k[start : start + tile].T / math.sqrt(q.shape[1])
        new_top = np.maximum(top, scores.max(axis=1, keepdims=True))
        weights = np.exp(scores - new_top)
        shrink = np.exp(top - new_top)  # old sums referred to the old top
        total = shrink * total + weights.sum(axis=1, keepdims=True)
        mix = shrink * mix + weights @ v[start : start + tile]
        top = new_top
    result: Array = mix / total
    return result


# --8<-- [end:tiled]


# --8<-- [start:kinds]
def additive_scores(q: Array, k: Array, w: Array, u: Array, a: Array) -> Array:
    """Scores a^T tanh(W^T q + U^T k): (n, m), from q (n, d_q), k (m, d_k).

    Source: Bahdanau et al. (2015), appendix A.1.2.
    """
    hidden = np.tanh((q @ w)[:, None] + (k @ u)[None])
    scores: Array = hidden @ a
    return scores


def linear_attention(q: Array, k: Array, v: Array) -> Array:
    """Attention with weights phi(q) phi(k)^T, phi = elu + 1, in O(n) time.

    Source: Katharopoulos et al. (2020), equations 5 to 7.
    """

    def phi(x: Array) -> Array:
        return np.where(x > 0, x + 1, np.exp(np.minimum(x, 0)))

    state = phi(k).T @ v  # (d_k, d_v): one matrix, however many keys
    norm = phi(k).sum(axis=0)  # (d_k,)
    result: Array = (phi(q) @ state) / (phi(q) @ norm)[:, None]
    return result


# --8<-- [end:kinds]


# --8<-- [start:kv_cache]
class KVCache:
    """Keys and values of the tokens seen so far by one attention layer."""

    def __init__(self, layer: MultiHeadAttention) -> None:
        """Start empty: keys and values (heads, 0, d_k)."""
        self.layer = layer
        d_k = layer.wq.shape[1] // layer.heads
        self.keys: Array = np.zeros((layer.heads, 0, d_k))
        self.values: Array = np.zeros((layer.heads, 0, d_k))

    def step(self, token: Array) -> Array:
        """Append one token (1, d), attend from it to all; return (1, d)."""
        a = self.layer
        q = split_heads(token @ a.wq + a.bq, a.heads)
        k = split_heads(token @ a.wk + a.bk, a.heads)
        v = split_heads(token @ a.wv + a.bv, a.heads)
        self.keys = np.concatenate([self.keys, k], axis=1)
        self.values = np.concatenate([self.values, v], axis=1)
        y, _ = attention(q, self.keys, self.values)  # no mask: no future yet
        return merge_heads(y) @ a.wo + a.bo


def kv_cache_bytes(
    tokens: int, layers: int, kv_heads: int, d_k: int, size: int = 2
) -> int:
    """Bytes of keys and values; size is the bytes of one number."""
    return 2 * tokens * layers * kv_heads * d_k * size


# --8<-- [end:kv_cache]
