"""Recurrent cells, gradients over time, linear-chain CRF, HMM and entity tags.

Numbers quoted on the page that need no function of their own:

The steps after which a constant forget gate sigmoid(b) has let 1/e of the cell
state through, and the mean life 1 / (1 - f) = 1 + exp(b):

>>> for b in (0, 1, 5):
...     f = sigmoid(np.array(b))
...     print(f"{f:.3f} {1 / (1 - f):.1f} {-1 / np.log(f):.1f}")
0.500 2.0 1.4
0.731 3.7 3.2
0.993 149.4 148.9

The bias that gives a mean life of 100 steps, log(99):

>>> f"{np.log(99):.1f}"
'4.6'

All of 100 tokens right when each is right with probability 0.99:

>>> f"{0.99**100:.2f}"
'0.37'

How much wider a GRU may be than an LSTM of as many parameters, if the input
width grows along:

>>> f"{(4 / 3) ** 0.5:.2f}"
'1.15'

Label paths of a sentence of 20 tokens with 9 labels, and the additions of the
forward algorithm:

>>> f"{9**20:.1e} {19 * 9 * 9}"
'1.2e+19 1539'
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from snippets import Array


# --8<-- [start:cells]
class Weights(NamedTuple):
    """PyTorch's layout; G = 1, 3, 4 gate blocks for RNN, GRU, LSTM."""

    W: Array  # (G * h, d), weight_ih
    U: Array  # (G * h, h), weight_hh
    b: Array  # (G * h,), bias_ih
    b_h: Array  # (G * h,), bias_hh


def sigmoid(z: Array) -> Array:
    """Logistic function, elementwise, without overflow."""
    return 0.5 * (1 + np.tanh(z / 2))


def rnn_cell(x: Array, h: Array, p: Weights) -> Array:
    """One step of a vanilla RNN: x (d,), h (h,) -> new h (h,)."""
    return np.tanh(p.W @ x + p.b + p.U @ h + p.b_h)


def lstm_cell(x: Array, h: Array, c: Array, p: Weights) -> tuple[Array, Array]:
    """One step of an LSTM: x (d,), h and c (h,) -> new h and c (h,)."""
    i, f, g, o = np.split(p.W @ x + p.b + p.U @ h + p.b_h, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


# --8<-- [end:cells]


# --8<-- [start:gru]
def gru_cell(x: Array, h: Array, p: Weights, reset_after: bool = True) -> Array:
    """One step of a GRU: x (d,), h (h,) -> new h (h,).

    Args:
        reset_after: reset the product U h (cuDNN, PyTorch); else reset h
            before the product (Cho et al., 2014).
    """
    W_r, W_z, W_n = np.split(p.W @ x + p.b, 3)
    U_r, U_z, U_n = np.split(p.U @ h + p.b_h, 3)
    r, z = sigmoid(W_r + U_r), sigmoid(W_z + U_z)
    if reset_after:
        n = np.tanh(W_n + r * U_n)
    else:
        U, b_h = p.U[-len(h) :], p.b_h[-len(h) :]
        n = np.tanh(W_n + U @ (r * h) + b_h)
    return (1 - z) * n + z * h


# --8<-- [end:gru]


# --8<-- [start:parameter_count]
def parameter_count(
    inputs: int,
    hidden: int,
    gates: int = 1,
    biases: int = 2,
) -> int:
    """Count the parameters of one recurrent layer and direction.

    Args:
        gates: blocks of weights; 1 for RNN, 3 for GRU, 4 for LSTM.
        biases: vectors for each block; 1 in papers, 2 in PyTorch.

    >>> [parameter_count(300, 512, gates) for gates in (1, 3, 4)]
    [416768, 1250304, 1667072]
    >>> [parameter_count(300, 512, gates, biases=1) for gates in (1, 3, 4)]
    [416256, 1248768, 1665024]
    """
    return gates * hidden * (inputs + hidden + biases)


# --8<-- [end:parameter_count]


# --8<-- [start:bptt]
def rnn_states(xs: Array, h: Array, p: Weights) -> Array:
    """Run an RNN over xs (T, d) from h (h,); states h_0..h_T (T + 1, h)."""
    states = [h]
    for x in xs:
        states.append(rnn_cell(x, states[-1], p))
    return np.array(states)


def bptt(
    xs: Array,
    states: Array,
    direct: Array,
    p: Weights,
) -> tuple[Weights, Array]:
    """Backpropagate through time.

    Args:
        xs: inputs, shape (T, d).
        states: h_0..h_T of ``rnn_states``, shape (T + 1, h).
        direct: gradient of each step's own loss by h_t, shape (T, h).

    Returns:
        Gradients by the weights (summed over time) and by h_0.
    """
    dW, dU, db = np.zeros_like(p.W), np.zeros_like(p.U), np.zeros_like(p.b)
    dh = np.zeros_like(states[0])
    for t in range(len(xs), 0, -1):
        dh = dh + direct[t - 1]  # from the future, and from this step's loss
        dz = dh * (1 - states[t] ** 2)
        dW += np.outer(dz, xs[t - 1])
        dU += np.outer(dz, states[t - 1])
        db += dz
        dh = p.U.T @ dz
    return Weights(dW, dU, db, db.copy()), dh


# --8<-- [end:bptt]


# --8<-- [start:jacobians]
def rnn_jacobian(h_next: Array, p: Weights) -> Array:
    """Derivative of h_t by h_{t-1}, shape (h, h); h_next is h_t."""
    return (1 - h_next**2)[:, None] * p.U


def lstm_jacobian(x: Array, h: Array, c: Array, p: Weights) -> Array:
    """Derivative of the new (c, h) by the old (c, h), shape (2h, 2h)."""
    a = np.split(p.W @ x + p.b + p.U @ h + p.b_h, 4)
    i, f, o, g = sigmoid(a[0]), sigmoid(a[1]), sigmoid(a[3]), np.tanh(a[2])
    U_i, U_f, U_g, U_o = np.split(p.U, 4)
    c_c = np.diag(f)  # the direct path: no weights, no squashing
    c_h = (c * f * (1 - f))[:, None] * U_f
    c_h += (g * i * (1 - i))[:, None] * U_i
    c_h += (i * (1 - g**2))[:, None] * U_g
    t = np.tanh(f * c + i * g)
    out = (o * (1 - t**2))[:, None]
    h_h = out * c_h + (t * o * (1 - o))[:, None] * U_o
    return np.block([[c_c, c_h], [out * c_c, h_h]])


def norm_by_lag(jacobians: Sequence[Array]) -> Array:
    """Spectral norm of J_T ... J_{T-k+1} for lags k = 0..T, shape (T + 1,).

    Args:
        jacobians: J_1..J_T in the order of time, each (n, n).
    """
    product = np.eye(len(jacobians[0]))
    norms = [1.0]
    for J in reversed(jacobians):
        product = product @ J
        norms.append(float(np.linalg.norm(product, 2)))
    return np.array(norms)


# --8<-- [end:jacobians]


# --8<-- [start:lag_experiment]
def random_weights(
    rng: np.random.Generator, inputs: int, hidden: int, gates: int
) -> Weights:
    """Draw U(-1/sqrt(h), 1/sqrt(h)) for everything: PyTorch's default."""
    rows, bound = gates * hidden, hidden**-0.5
    return Weights(
        rng.uniform(-bound, bound, (rows, inputs)),
        rng.uniform(-bound, bound, (rows, hidden)),
        rng.uniform(-bound, bound, rows),
        rng.uniform(-bound, bound, rows),
    )


def rnn_lags(scale: float, steps: int = 60, linear: bool = False) -> Array:
    """Gradient norm over lag of an RNN with U = scale * orthogonal.

    >>> [f"{rnn_lags(s, linear=True)[60]:.2g}" for s in (0.9, 1.0, 1.1, 2.0)]
    ['0.0018', '1', '3e+02', '1.2e+18']
    >>> [f"{rnn_lags(s)[60]:.1g}" for s in (0.9, 1.0, 1.1, 2.0)]
    ['2e-08', '2e-06', '0.0001', '1e+04']
    """
    rng = np.random.default_rng(0)
    p = random_weights(rng, 16, 32, 1)
    Q, _ = np.linalg.qr(rng.normal(size=(32, 32)))
    p = p._replace(U=scale * Q)
    if linear:  # tanh replaced by the identity
        return norm_by_lag([p.U] * steps)
    states = rnn_states(rng.normal(size=(steps, 16)), np.zeros(32), p)
    return norm_by_lag([rnn_jacobian(h, p) for h in states[1:]])


def lstm_lags(forget_bias: float, steps: int = 60) -> Array:
    """Gradient norm over lag of an untrained LSTM, its total forget bias set.

    >>> [f"{lstm_lags(b)[60]:.1g}" for b in (0.0, 1.0, 3.0)]
    ['4e-13', '3e-05', '5']
    """
    rng = np.random.default_rng(0)
    p = random_weights(rng, 16, 32, 4)
    p.b[32:64], p.b_h[32:64] = forget_bias, 0.0
    h, c, jacobians = np.zeros(32), np.zeros(32), []
    for x in rng.normal(size=(steps, 16)):
        jacobians.append(lstm_jacobian(x, h, c, p))
        h, c = lstm_cell(x, h, c, p)
    return norm_by_lag(jacobians)


# --8<-- [end:lag_experiment]


# --8<-- [start:crf]
def crf_score(
    emissions: Array,
    transitions: Array,
    path: Sequence[int],
) -> float:
    """Score a label path of length T.

    Args:
        emissions: score of label k at step t, shape (T, K).
        transitions: score of label i followed by j, shape (K, K).
    """
    y = np.asarray(path)
    local = emissions[np.arange(len(y)), y].sum()
    return float(local + transitions[y[:-1], y[1:]].sum())


def crf_log_partition(emissions: Array, transitions: Array) -> float:
    """Log of the sum of exp(score) over all K^T paths, in O(T K^2)."""
    alpha = emissions[0]  # alpha[j]: all paths that end in j
    for e in emissions[1:]:
        scores = alpha[:, None] + transitions  # (from, to)
        alpha = e + np.logaddexp.reduce(scores, axis=0)
    return float(np.logaddexp.reduce(alpha))


def crf_loss(
    emissions: Array,
    transitions: Array,
    path: Sequence[int],
) -> float:
    """Negative log-likelihood of the path: log Z - score."""
    log_z = crf_log_partition(emissions, transitions)
    return log_z - crf_score(emissions, transitions, path)


# --8<-- [end:crf]


# --8<-- [start:viterbi]
def viterbi(emissions: Array, transitions: Array) -> tuple[list[int], float]:
    """Best path and its score: the forward algorithm with max for sum.

    >>> O, B, I = 0, 1, 2
    >>> emissions = np.array([[1.0, 0.8, 0], [0, 0.1, 2], [2, 0, 0]])
    >>> transitions = np.zeros((3, 3))
    >>> emissions.argmax(axis=1).tolist()  # O I O: illegal
    [0, 2, 0]
    >>> transitions[O, I] = -np.inf
    >>> viterbi(emissions, transitions)  # B I O
    ([1, 2, 0], 4.8)
    >>> f"{np.exp(-crf_loss(emissions, transitions, [B, I, O])):.2f}"
    '0.36'
    """
    best, back = emissions[0], []
    for e in emissions[1:]:
        scores = best[:, None] + transitions  # (from, to)
        back.append(scores.argmax(axis=0))
        best = e + scores.max(axis=0)
    path = [int(best.argmax())]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1]]))
    return path[::-1], float(best.max())


# --8<-- [end:viterbi]


# --8<-- [start:marginals]
def crf_marginals(emissions: Array, transitions: Array) -> Array:
    """Probability of each label at each step, shape (T, K).

    The gradient of ``crf_loss`` by the emissions is this matrix minus the
    one-hot gold labels: softmax regression's gradient, with context.
    """
    alpha, beta = [emissions[0]], [np.zeros(emissions.shape[1])]
    for e in emissions[1:]:
        scores = alpha[-1][:, None] + transitions
        alpha.append(e + np.logaddexp.reduce(scores, axis=0))
    for e in emissions[:0:-1]:
        scores = transitions + e + beta[-1]  # (from, to)
        beta.append(np.logaddexp.reduce(scores, axis=1))
    both = np.array(alpha) + np.array(beta[::-1])
    marginals: Array = np.exp(both - np.logaddexp.reduce(alpha[-1]))
    return marginals


# --8<-- [end:marginals]


# --8<-- [start:hmm]
def hmm_log_likelihood(
    start: Array, A: Array, B: Array, observed: Sequence[int]
) -> float:
    """Log p(x) by the scaled forward algorithm, in O(T K^2).

    Args:
        start: p(y_1), shape (K,).
        A: p(y_t = j | y_{t-1} = i), shape (K, K).
        B: p(x_t = v | y_t = k), shape (K, V).
        observed: x_1..x_T, each in 0..V-1.

    Returns:
        The log-likelihood; -inf if the observations are impossible.
    """
    prior, total = start, 0.0
    for x in observed:
        joint = prior * B[:, x]
        evidence = joint.sum()  # p(x_t | x_1..x_{t-1})
        if evidence == 0:
            return -np.inf
        total += float(np.log(evidence))
        prior = joint / evidence @ A
    return total


def hmm_as_chain(
    start: Array, A: Array, B: Array, observed: Sequence[int]
) -> tuple[Array, Array]:
    """Write an HMM as emission and transition scores of a linear chain.

    >>> start = np.array([0.6, 0.4])  # healthy, fever
    >>> A = np.array([[0.7, 0.3], [0.4, 0.6]])
    >>> B = np.array([[0.5, 0.4, 0.1], [0.1, 0.3, 0.6]])
    >>> chain = hmm_as_chain(start, A, B, [0, 1, 2])  # normal, cold, dizzy
    >>> path, score = viterbi(*chain)
    >>> path, f"{np.exp(score):.5f}"  # p(x, y)
    ([0, 0, 1], '0.01512')
    >>> f"{np.exp(crf_log_partition(*chain)):.5f}"  # p(x)
    '0.03628'
    >>> f"{0.01512 / 0.03628:.2f}"  # p(y | x)
    '0.42'
    """
    with np.errstate(divide="ignore"):  # log 0 = -inf: impossible
        emissions = np.log(B[:, list(observed)].T)  # (T, K)
        emissions[0] += np.log(start)
        return emissions, np.log(A)


# --8<-- [end:hmm]


# --8<-- [start:memm]
def memm_log_probability(
    emissions: Array, transitions: Array, path: Sequence[int]
) -> float:
    """Log p(path) when every step is normalized on its own, as in a MEMM.

    The letters r, o, b and the words "rib" and "rob", a state per letter; the
    first letter favors "rib" slightly, the second "rob" strongly:

    >>> R1, I, R2, O, B = range(5)
    >>> no = -np.inf
    >>> transitions = np.full((5, 5), no)
    >>> for a, b in ((R1, I), (R2, O), (I, B), (O, B)):
    ...     transitions[a, b] = 0.0
    >>> emissions = np.zeros((3, 5))
    >>> emissions[0] = [np.log(0.6), no, np.log(0.4), no, no]
    >>> emissions[1, [I, O]] = -2.0, 2.0  # the letter is an o
    >>> for path in ([R1, I, B], [R2, O, B]):
    ...     memm = np.exp(memm_log_probability(emissions, transitions, path))
    ...     crf = np.exp(-crf_loss(emissions, transitions, path))
    ...     print(f"MEMM {memm:.2f} CRF {crf:.2f}")
    MEMM 0.60 CRF 0.03
    MEMM 0.40 CRF 0.97
    """
    total, scores = 0.0, emissions[0]
    for t, y in enumerate(path):
        if t > 0:
            scores = transitions[path[t - 1]] + emissions[t]
        total += float(scores[y] - np.logaddexp.reduce(scores))
    return total


# --8<-- [end:memm]


# --8<-- [start:entities]
Span = tuple[str, int, int]


def bio_spans(tags: Sequence[str]) -> set[Span]:
    """Entities (type, first token, one past the last) of BIO tags.

    An I that continues nothing starts an entity, as in ``conlleval``.

    >>> sorted(bio_spans(["B-ORG", "I-ORG", "O", "I-LOC", "B-LOC"]))
    [('LOC', 3, 4), ('LOC', 4, 5), ('ORG', 0, 2)]
    """
    spans, kind, first = set(), "", 0
    for t, tag in enumerate([*tags, "O"]):
        prefix, _, new = tag.partition("-")
        if prefix == "I" and new == kind:
            continue
        if kind:
            spans.add((kind, first, t))
        kind, first = new, t
    return spans


def entity_f1(
    gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]
) -> float:
    """Micro F1 of exact entities (type and both ends); 1 if there are none.

    >>> gold = ["B-ORG", "I-ORG", "I-ORG", "O", "O", "O", "B-LOC", "O"]
    >>> guess = ["B-ORG", "I-ORG", "O", "O", "O", "O", "B-LOC", "O"]
    >>> sum(a == b for a, b in zip(gold, guess)) / len(gold)
    0.875
    >>> entity_f1([gold], [guess])
    0.5
    """
    pairs = zip(gold, predicted, strict=True)
    spans = [(bio_spans(a), bio_spans(b)) for a, b in pairs]
    right = sum(len(a & b) for a, b in spans)
    both = sum(len(a) + len(b) for a, b in spans)
    return 2 * right / both if both else 1.0


# --8<-- [end:entities]


# --8<-- [start:bio_mask]
def bio_allowed(labels: Sequence[str]) -> NDArray[np.bool_]:
    """Which label may follow which, shape (K, K): I-X only after B-X, I-X.

    A sequence starts as if after O: forbid every I as its first tag, too.

    >>> bio_allowed(["O", "B-X", "I-X", "I-Y"]).astype(int)
    array([[1, 1, 0, 0],
           [1, 1, 1, 0],
           [1, 1, 1, 0],
           [1, 1, 0, 1]])
    """
    allowed = np.ones((len(labels), len(labels)), dtype=bool)
    for j, after in enumerate(labels):
        if after.startswith("I-"):
            for i, before in enumerate(labels):
                allowed[i, j] = before in (after, "B-" + after[2:])
    return allowed


# --8<-- [end:bio_mask]


# --8<-- [start:bidirectional]
def bidirectional_rnn(xs: Array, forward: Weights, backward: Weights) -> Array:
    """Concatenate the states of two RNNs, xs (T, d) -> (T, 2h).

    Pass each sequence at its true length: the backward RNN starts at the
    last row, so padding there would enter every one of its states.
    """
    h0 = np.zeros(forward.U.shape[1])
    ahead = rnn_states(xs, h0, forward)[1:]
    back = rnn_states(xs[::-1], h0, backward)[1:][::-1]
    return np.concatenate([ahead, back], axis=1)


# --8<-- [end:bidirectional]


# --8<-- [start:teacher_forcing]
def fit_next(series: Array) -> Array:
    """Least-squares (a, b) of x_t = a x_{t-1} + b x_{t-2}: teacher forcing."""
    past = np.stack([series[1:-1], series[:-2]], axis=1)
    solution: Array = np.linalg.pinv(past) @ series[2:]
    return solution


def predict(series: Array, weights: Array, forced: bool) -> Array:
    """Predict x_3..x_T from true values, or from the model's own.

    >>> t = np.arange(200)
    >>> clean = np.sin(2 * np.pi * t / 25)
    >>> noise = np.random.default_rng(0).normal(size=200)
    >>> w = fit_next(clean + 0.1 * noise)
    >>> np.round([fit_next(clean), w], 2).tolist()  # true and fitted (a, b)
    [[1.94, -1.0], [1.37, -0.44]]
    >>> for forced in (True, False):
    ...     error = predict(clean, w, forced) - clean[2:]
    ...     rms = np.sqrt(np.mean(error[-50:] ** 2))
    ...     print(f"{rms:.2f}")
    0.10
    0.71
    """
    x = series.copy()
    guesses: Array = np.empty(len(x) - 2)
    for t in range(2, len(x)):
        guesses[t - 2] = weights @ [x[t - 1], x[t - 2]]
        if not forced:
            x[t] = guesses[t - 2]
    return guesses


# --8<-- [end:teacher_forcing]
