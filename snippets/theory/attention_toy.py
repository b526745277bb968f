"""Attention on a task whose right weights are known, trained in NumPy.

A record has eight slots; each holds a key, a value and its place as one-hot
features. A query names a key or a place and wants the value held there. One
head, q = query W_Q, k = tokens W_K, v = tokens W_V, reads the record, and
W_O turns what it read into a score for each value.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from snippets import Array
from snippets.theory.optimizers import Adam
from snippets.theory.transformers import masked_softmax

Indices = NDArray[np.int64]

SLOTS = 8  # as many keys as slots, as many places
VALUES = 8


class Batch(NamedTuple):
    """Records with one query each.

    Attributes:
        tokens: shape (b, slots, features): one-hot key, value and place.
        query: shape (b, 2 * slots), one-hot: first the keys, then the places.
        answer: the value asked for, shape (b,).
        right: the slot that holds it, shape (b,).
    """

    tokens: Array
    query: Array
    answer: Indices
    right: Indices


Change = Callable[[Batch], Batch]


def draw(size: int, rng: np.random.Generator) -> Batch:
    """Draw records (every key once, values at random) and queries."""
    rows = np.arange(size)
    keys = rng.permuted(np.tile(np.arange(SLOTS), (size, 1)), axis=1)
    values = rng.integers(VALUES, size=(size, SLOTS))
    asked = rng.integers(2 * SLOTS, size=size)
    found = (keys == asked[:, None]).argmax(axis=1)
    right = np.where(asked < SLOTS, found, asked - SLOTS)
    places = np.broadcast_to(np.eye(SLOTS), (size, SLOTS, SLOTS))
    parts = (np.eye(SLOTS)[keys], np.eye(VALUES)[values], places)
    tokens = np.concatenate(parts, axis=-1)
    query = np.eye(2 * SLOTS)[asked]
    return Batch(tokens, query, values[rows, right], right)


def with_places(batch: Batch, codes: Array) -> Batch:
    """Let slot j carry the place codes[j]; codes has shape (slots, slots)."""
    tokens = batch.tokens.copy()
    tokens[..., SLOTS + VALUES :] = codes
    return batch._replace(tokens=tokens)


def with_neighbors(batch: Batch) -> Batch:
    """Let each slot also carry the features of the slot before it.

    The first one carries the last one's; the features double.
    """
    before = np.roll(batch.tokens, 1, axis=1)
    tokens = np.concatenate((batch.tokens, before), axis=-1)
    return batch._replace(tokens=tokens)


@dataclass(frozen=True)
class Model:
    """One attention head.

    Attributes:
        W_Q: shape (2 * slots, width).
        W_K: shape (features, width).
        W_V: shape (features, width).
        W_O: shape (width, values).
        scale: what the dot products are multiplied by.
    """

    W_Q: Array
    W_K: Array
    W_V: Array
    W_O: Array
    scale: float

    def attend(self, batch: Batch) -> Array:
        """Return the weights of the slots, shape (b, slots)."""
        q = batch.query @ self.W_Q
        k = batch.tokens @ self.W_K
        return masked_softmax(self.scale * np.einsum("bd,bnd->bn", q, k))

    def read(self, batch: Batch, weights: Array) -> Array:
        """Return scores of the values, (b, values), under given weights."""
        v = batch.tokens @ self.W_V
        scores: Array = np.einsum("bn,bnd->bd", weights, v) @ self.W_O
        return scores


def new_model(
    features: int, width: int, scale: float, rng: np.random.Generator
) -> Model:
    """Start so that entries of queries, keys and values have variance 1.

    Of a slot's features one in ``SLOTS`` is 1; key and value vectors add up
    as many rows.
    """
    ones = features / SLOTS
    return Model(
        W_Q=rng.normal(size=(2 * SLOTS, width)),
        W_K=rng.normal(size=(features, width)) / math.sqrt(ones),
        W_V=rng.normal(size=(features, width)) / math.sqrt(ones),
        W_O=rng.normal(size=(width, VALUES)) / width,
        scale=scale,
    )


def gradients(model: Model, batch: Batch) -> tuple[float, dict[str, Array]]:
    """Mean cross-entropy and its gradient for each matrix, by hand.

    Projections are linear, so sums over slots are taken of the tokens, not of
    keys and values. Through the softmax, row by row: ds = a (da - sum a da).
    """
    b, rows = len(batch.answer), np.arange(len(batch.answer))
    q = batch.query @ model.W_Q
    a = model.attend(batch)
    mixed = np.einsum("bn,bnf->bf", a, batch.tokens)
    y = mixed @ model.W_V  # the weighted mean of the values
    p = masked_softmax(y @ model.W_O)
    loss = -np.log(p[rows, batch.answer]).mean()

    dz = (p - np.eye(VALUES)[batch.answer]) / b
    dy = dz @ model.W_O.T
    da = np.einsum("bf,bnf->bn", dy @ model.W_V.T, batch.tokens)
    ds = model.scale * a * (da - (a * da).sum(axis=1, keepdims=True))
    pulled = np.einsum("bn,bnf->bf", ds, batch.tokens)
    return float(loss), {
        "W_Q": batch.query.T @ (pulled @ model.W_K),
        "W_K": pulled.T @ q,
        "W_V": mixed.T @ dy,
        "W_O": y.T @ dz,
    }


def train(
    steps: int,
    width: int = 16,
    scale: float | None = None,
    seed: int = 0,
    lr: float = 0.01,
    size: int = 64,
    change: Change | None = None,
) -> tuple[Model, Array]:
    """Train with Adam on fresh batches.

    Args:
        steps: how many updates; fewer steps give a prefix of the same run.
        width: width of queries, keys and values.
        scale: factor of the dot products; 1 / sqrt(width) if not given.
        seed: of the start and of the batches.
        lr: learning rate.
        size: records in a batch.
        change: what is done to every batch before the model sees it.

    Returns:
        The model, and the loss before each update, shape (steps,).
    """
    rng = np.random.default_rng(seed)
    change = change or (lambda batch: batch)
    features = change(draw(1, rng)).tokens.shape[-1]
    scale = 1 / math.sqrt(width) if scale is None else scale
    model = new_model(features, width, scale, rng)
    optimizers = {name: Adam(lr) for name in ("W_Q", "W_K", "W_V", "W_O")}
    losses = np.zeros(steps)
    for t in range(steps):
        losses[t], grads = gradients(model, change(draw(size, rng)))
        stepped = {
            name: adam.step(getattr(model, name), grads[name])
            for name, adam in optimizers.items()
        }
        model = Model(scale=scale, **stepped)
    return model, losses


def accuracy(scores: Array, batch: Batch) -> float:
    """Share of queries whose best-scored value is the answer."""
    return float((scores.argmax(axis=1) == batch.answer).mean())


def mass(weights: Array, slots: Indices) -> float:
    """Mean weight on one given slot of each record; slots has shape (b,)."""
    return float(weights[np.arange(len(slots)), slots].mean())


def entropy(weights: Array) -> float:
    """Mean entropy of the weights in bits: 0 for one slot, log2 n for all."""
    logs = np.log2(np.where(weights > 0, weights, 1))
    return float(-(weights * logs).sum(axis=1).mean())


def kinds(batch: Batch) -> dict[str, Batch]:
    """Split a batch by what the queries name."""
    by_key = batch.query.argmax(axis=1) < SLOTS
    return {"key": only(batch, by_key), "place": only(batch, ~by_key)}


def only(batch: Batch, kept: NDArray[np.bool_]) -> Batch:
    """Keep some of the records; kept has shape (b,)."""
    tokens, query, answer, right = batch
    return Batch(tokens[kept], query[kept], answer[kept], right[kept])
