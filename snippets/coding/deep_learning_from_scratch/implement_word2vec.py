"""Skip-gram with negative sampling in NumPy."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


# --8<-- [start:solution]
def sigmoid(z: Array) -> Array:  # given
    """Return 1 / (1 + exp(-z)), without overflow."""
    return np.asarray(np.exp(-np.logaddexp(0.0, -z)))


def skip_gram_pairs(sentences: Sequence[Sequence[int]], window: int) -> Ints:
    """Return all pairs of a word and a word near it in the same sentence.

    Args:
        sentences: words as integers.
        window: how many words to the left and to the right count as near, >= 1.

    Returns:
        Integers of shape (P, 2), each row (center, context): sentence by sentence,
        center by center, contexts from left to right. A position is not its own
        context. Shape (0, 2) if there are no pairs.

    >>> skip_gram_pairs([[5, 6, 7], [8]], window=1).tolist()
    [[5, 6], [6, 5], [6, 7], [7, 6]]
    """
    pairs = [
        (center, sentence[j])
        for sentence in sentences
        for i, center in enumerate(sentence)
        for j in range(max(0, i - window), min(len(sentence), i + window + 1))
        if j != i
    ]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def noise_distribution(counts: Ints) -> Array:
    """Return the probability of each word as a negative: counts^0.75, normalized.

    Args:
        counts: how often each of the V words occurs, shape (V,), not all 0.

    >>> noise_distribution(np.array([16, 1, 0])).round(6).tolist()
    [0.888889, 0.111111, 0.0]
    """
    powered = counts**0.75
    return np.asarray(powered / powered.sum())


def loss_and_grads(
    W_in: Array, W_out: Array, centers: Ints, contexts: Ints, negatives: Ints
) -> tuple[float, Array, Array]:
    """Return the loss of a batch of pairs and its gradients.

    The loss of a pair with center vector v, context vector u and the vectors n_j of
    its negatives is -log sigmoid(u . v) - sum_j log sigmoid(-n_j . v).

    Args:
        W_in: vectors of the centers, shape (V, d).
        W_out: vectors of contexts and negatives, shape (V, d).
        centers: shape (B,), B >= 1; words may repeat, here and below.
        contexts: shape (B,).
        negatives: shape (B, k).

    Returns:
        The mean loss over the B pairs, and its gradients with respect to W_in and
        W_out, each of shape (V, d).

    >>> W_in, W_out = np.array([[1.0], [0.0]]), np.array([[0.0], [2.0]])
    >>> zero, one = np.array([0]), np.array([1])
    >>> loss, grad_in, grad_out = loss_and_grads(W_in, W_out, one, one, zero[:, None])
    >>> round(loss, 6), grad_in.tolist(), grad_out.tolist()
    (1.386294, [[0.0], [-1.0]], [[0.0], [0.0]])
    """
    words = np.column_stack([contexts, negatives])  # (B, 1 + k), the true one first
    labels = np.zeros(words.shape)
    labels[:, 0] = 1.0
    v, u = W_in[centers], W_out[words]  # (B, d), (B, 1 + k, d)
    scores = np.einsum("bd,bkd->bk", v, u)
    losses = np.logaddexp(0.0, np.where(labels == 1.0, -scores, scores))
    errors = (sigmoid(scores) - labels) / len(centers)
    grad_in, grad_out = np.zeros(W_in.shape), np.zeros(W_out.shape)
    np.add.at(grad_in, centers, np.einsum("bk,bkd->bd", errors, u))
    np.add.at(grad_out, words, errors[:, :, None] * v[:, None, :])
    return float(losses.sum() / len(centers)), grad_in, grad_out


def train(
    sentences: Sequence[Sequence[int]],
    V: int,
    d: int,
    window: int,
    k: int,
    lr: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> tuple[Array, list[float]]:
    """Learn word vectors by gradient descent.

    W_in starts uniform between -0.5 / d and 0.5 / d, W_out at 0. Each epoch goes
    through all pairs in a new random order, batch_size of them a step (the last step
    of an epoch may have fewer), with k negatives a pair drawn from the noise
    distribution of the sentences' words.

    Args:
        sentences: words 0..V-1, as in `skip_gram_pairs`, with at least one pair.
        V: number of words.
        d: width of the vectors.
        window: as in `skip_gram_pairs`.
        k: negatives for each pair.
        lr: length of a step along the gradient of the batch's mean loss.
        epochs: how often all pairs are seen.
        batch_size: pairs for a step.
        rng: source of all random numbers.

    Returns:
        W_in, shape (V, d), and for each epoch the mean over all pairs of their loss,
        taken before the step that their batch makes.

    >>> rng = np.random.default_rng(0)
    >>> vectors, losses = train([[0, 1], [2, 3]] * 9, 4, 2, 1, 2, 1.0, 40, 4, rng)
    >>> vectors.shape, len(losses), losses[-1] < losses[0]
    ((4, 2), 40, True)
    """
    pairs = skip_gram_pairs(sentences, window)
    words = np.concatenate([np.asarray(s, dtype=np.int64) for s in sentences])
    noise = noise_distribution(np.bincount(words, minlength=V))
    W_in = rng.uniform(-0.5 / d, 0.5 / d, (V, d))
    W_out = np.zeros((V, d))
    losses = []
    for _ in range(epochs):
        total = 0.0
        shuffled = rng.permutation(pairs)
        for start in range(0, len(pairs), batch_size):
            centers, contexts = shuffled[start : start + batch_size].T
            negatives = rng.choice(V, (len(centers), k), p=noise)
            loss, grad_in, grad_out = loss_and_grads(
                W_in, W_out, centers, contexts, negatives
            )
            W_in -= lr * grad_in
            W_out -= lr * grad_out
            total += loss * len(centers)
        losses.append(total / len(pairs))
    return W_in, losses


# --8<-- [end:solution]
