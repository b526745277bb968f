"""Viterbi decoding: the best path through states, in log space."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


# --8<-- [start:solution]
def hmm_scores(
    start: Array, A: Array, B: Array, observed: Sequence[int]
) -> tuple[Array, Array, Array]:
    """Return the scores for `viterbi` of a hidden Markov model.

    Args:
        start: probabilities of the first state, shape (K,).
        A: A[i, j] is the probability of state j after state i, shape (K, K).
        B: B[j, w] is the probability that state j shows symbol w, shape (K, M).
        observed: the T symbols that were seen, 0..M-1; T may be 0.

    Returns:
        Logarithms, -inf for probability 0 (without a warning): of start (K,), of A
        (K, K), and of the probability of each observed symbol in each state (T, K).

    >>> A, B = np.array([[0.5, 0.5], [0.0, 1.0]]), np.array([[1.0, 0.0], [0.5, 0.5]])
    >>> start, transition, emission = hmm_scores(np.array([1.0, 0.0]), A, B, [1])
    >>> start.tolist(), emission.round(3).tolist()
    ([0.0, -inf], [[-inf, -0.693]])
    """
    with np.errstate(divide="ignore"):
        return np.log(start), np.log(A), np.log(B[:, observed].T)


def viterbi(
    start: Array, transition: Array, emission: Array
) -> tuple[list[int], float]:
    """Return the states s_0, ..., s_{T-1} with the largest total score.

    The score of a path is start[s_0] + emission[0, s_0] plus, for t = 1..T-1,
    transition[s_{t-1}, s_t] + emission[t, s_t].

    Args:
        start: shape (K,), K >= 1. Here and below -inf forbids; +inf does not occur.
        transition: from row to column, shape (K, K).
        emission: shape (T, K); T may be 0.

    Returns:
        The path, a list of T integers, and its score; any one of the best paths.
        For T = 0 an empty list and 0.0.

    Raises:
        ValueError: if every path contains something forbidden.

    >>> start = np.array([0.0, 0.0])
    >>> transition = np.array([[0.0, -9.0], [-9.0, 0.0]])
    >>> emission = np.array([[2.0, 0.0], [0.0, 1.0], [2.0, 0.0]])
    >>> viterbi(start, transition, emission)
    ([0, 0, 0], 4.0)
    """
    if len(emission) == 0:
        return [], 0.0
    best = start + emission[0]  # best[j]: best score of a path that ends in state j
    back = []
    for scores in emission[1:]:
        candidates = best[:, None] + transition  # (from, to)
        back.append(candidates.argmax(axis=0))
        best = candidates.max(axis=0) + scores
    if best.max() == -np.inf:
        raise ValueError("no path is possible")
    path = [int(best.argmax())]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1]]))
    return path[::-1], float(best.max())


# --8<-- [end:solution]
