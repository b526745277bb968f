"""Four ways to mix positions: what each computes, costs and assumes.

Numbers quoted on the page that need no function of their own:

Multiply-adds in billions of one layer of width 512, at two lengths:

>>> for n in (512, 4096):
...     costs = layer_costs(n, d=512, kernel_size=3).items()
...     print(n, {name: round(cost.macs / 1e9, 2) for name, cost in costs})
512 {'mlp': 68.72, 'convolution': 0.4, 'rnn': 0.27, 'attention': 0.81}
4096 {'mlp': 4398.05, 'convolution': 3.22, 'rnn': 2.15, 'attention': 21.47}

Weights in millions at length 512:

>>> costs = layer_costs(512, d=512, kernel_size=3).items()
>>> {name: round(cost.weights / 1e6, 2) for name, cost in costs}
{'mlp': 68719.48, 'convolution': 0.79, 'rnn': 0.52, 'attention': 1.05}

Four bytes for each entry of one 4096 x 4096 score matrix, in MiB:

>>> 4096**2 * 4 // 2**20
64

At width 256 global attention costs more than a 3 x 3 convolution from 641
positions on, so at 26 x 26 but not at 25 x 25 or 14 x 14:

>>> crossover_length(256, 9)
641
>>> [side**2 >= 641 for side in (14, 25, 26)]
[False, False, True]

Four pixels' side make 3136 patches of a 224-pixel image, 16 make 196:

>>> [(224 // patch) ** 2 for patch in (4, 16)]
[3136, 196]

A model that is right in 2 more of 1000 decisions, at 1 dollar each, against
60 000 dollars to build for 24 months and 800 a month to run:

>>> round(100_000 * 2 / 1000 * 1.0), round(60_000 / 24 + 800)
(200, 3300)

Twenty times the decisions would pay:

>>> 20 * 200 > 3300
True
"""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from snippets import Array

Layer = Callable[[Array], Array]
"""layer(x) of shape (n, d) -> (n, d)."""


# --8<-- [start:layers]
def softmax_rows(scores: Array) -> Array:
    """Softmax over the last axis, shape (n, n)."""
    weights: Array = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), float)


def mlp(x: Array, w: Array) -> Array:
    """Fully connected over all positions: x (n, d), w (n * d, n * d)."""
    out: Array = x.reshape(-1) @ w
    return out.reshape(x.shape)


def convolution(x: Array, w: Array) -> Array:
    """Zero-padded 1-D convolution: x (n, d), w (k, d, d), k odd."""
    k, n = len(w), len(x)
    padded = np.pad(x, ((k // 2, k // 2), (0, 0)))
    return sum((padded[i : i + n] @ w[i] for i in range(k)), np.zeros((n, 1)))


def rnn(x: Array, w: Array, u: Array) -> Array:
    """Hidden states of h_t = tanh(x_t w + h_{t-1} u): x (n, d)."""
    states, h = [], np.zeros(u.shape[0])
    for x_t in x:  # cannot be parallelized: each step needs the last
        h = np.tanh(x_t @ w + h @ u)
        states.append(h)
    return np.stack(states)


def attention_weights(x: Array, wq: Array, wk: Array) -> Array:
    """Softmax of scaled query-key products: x (n, d) -> (n, n)."""
    scores = (x @ wq) @ (x @ wk).T / math.sqrt(wq.shape[1])
    return softmax_rows(scores)


def attention(x: Array, wq: Array, wk: Array, wv: Array, wo: Array) -> Array:
    """Single-head self-attention: x (n, d), every w (d, d)."""
    return attention_weights(x, wq, wk) @ (x @ wv @ wo)


# --8<-- [end:layers]


def connectivity(layer: Layer, x: Array) -> NDArray[np.bool_]:
    """Which output position changes when one input position is nudged.

    Args:
        layer: maps (n, d) to (n, d).
        x: input, shape (n, d).

    Returns:
        Matrix (n, n): entry [i, j] is true if output i depends on input j.
    """
    base, reached = layer(x), np.zeros((len(x), len(x)), dtype=bool)
    for j in range(len(x)):
        nudged = x.copy()
        nudged[j] += 0.1
        reached[:, j] = np.any(layer(nudged) != base, axis=1)
    return reached


# --8<-- [start:costs]
class Cost(NamedTuple):
    """What one layer of a kind costs on n positions of width d."""

    weights: int  # biases omitted
    macs: int  # multiply-adds of a forward pass
    sequential: int  # steps that must wait for one another
    path: int  # most steps between an input and an output


def layer_costs(n: int, d: int, kernel_size: int) -> dict[str, Cost]:
    """Costs of the four layers above; kernel_size odd and at least 3.

    >>> for name, cost in layer_costs(n=512, d=512, kernel_size=3).items():
    ...     print(name, cost.sequential, cost.path)
    mlp 1 1
    convolution 1 511
    rnn 512 512
    attention 1 1
    """
    if kernel_size < 3 or kernel_size % 2 == 0:
        raise ValueError("kernel_size must be odd and at least 3")
    k = kernel_size
    hops = math.ceil((n - 1) / (k // 2))  # a layer reaches k // 2 further
    return {
        "mlp": Cost((n * d) ** 2, (n * d) ** 2, 1, 1),
        "convolution": Cost(k * d**2, n * k * d**2, 1, hops),
        "rnn": Cost(2 * d**2, n * 2 * d**2, n, n),
        "attention": Cost(4 * d**2, n * 4 * d**2 + 2 * n**2 * d, 1, 1),
    }


# --8<-- [end:costs]


# --8<-- [start:crossover]
def crossover_length(d: int, taps: int) -> int:
    """Fewest positions at which attention costs more than a convolution.

    4 n d^2 + 2 n^2 d > taps n d^2, so n > (taps - 4) d / 2.

    Args:
        d: channels in and out.
        taps: kernel entries, e.g. 9 for a 3 x 3 kernel.

    >>> [crossover_length(d, taps=9) for d in (64, 256, 1024)]
    [161, 641, 2561]
    """
    return max(1, (taps - 4) * d // 2 + 1)


# --8<-- [end:crossover]


# --8<-- [start:attention_as_convolution]
def attention_as_convolution(
    x: Array,
    w: Array,
    sharpness: float = 50.0,
) -> Array:
    """Attention with one head per tap, scores from positions alone.

    Head i prefers the position `i - k // 2` steps away; as the softmax
    sharpens, the heads' sum becomes the convolution with kernel w, except
    near the ends: softmax rows sum to 1, so the edge is repeated where
    convolution pads with zeros.

    Args:
        x: input, shape (n, d).
        w: kernel, shape (k, d, d), k odd; w[i] is head i's value matrix.
        sharpness: factor of the scores.

    Source: Cordonnier et al. 2020, Theorem 1.
    """
    position, out = np.arange(len(x), dtype=float), np.zeros_like(x)
    for i, value in enumerate(w):
        wanted = position[:, None] + i - len(w) // 2
        scores: Array = -sharpness * np.square(position - wanted)
        out += softmax_rows(scores) @ x @ value
    return out


# --8<-- [end:attention_as_convolution]


# --8<-- [start:inductive_bias]
def fit_map(
    x: Array,
    y: Array,
    reach: int | None,
    shared: bool,
    ridge: float,
) -> Array:
    """Ridge fit of y = x M on a ring of n positions.

    Args:
        x: inputs, shape (m, n).
        y: targets, shape (m, n).
        reach: how far an output sees on either side, at most (n - 1) / 2;
            None for everywhere.
        shared: whether all positions use the same weights.
        ridge: penalty on the squared weights.

    Returns:
        M, shape (n, n).
    """
    n = x.shape[1]
    offsets = np.arange(n) if reach is None else np.arange(-reach, reach + 1)
    here = np.arange(n)[:, None]
    seen = (here + offsets) % n  # (n, k): inputs of each output
    gram = (x.T @ x)[seen[:, :, None], seen[:, None, :]]  # (n, k, k)
    cross = (x.T @ y)[seen, here]  # (n, k)
    if shared:  # every position is one more example of the same regression
        gram, cross = gram.sum(axis=0), cross.sum(axis=0)
    penalty = ridge * np.eye(len(offsets))
    w = np.linalg.solve(gram + penalty, cross[..., None])[..., 0]
    m = np.zeros((n, n))
    m[seen, here] = w  # shared: the same row for every position
    return m


# --8<-- [end:inductive_bias]


RING, REACH, NOISE = 32, 2, 0.5
"""Positions, reach of the local maps, and noise of the experiment."""


def _world(name: str, rng: np.random.Generator) -> Array:
    """A true map (n, n) whose columns have expected squared length 1."""
    n, k = RING, 2 * REACH + 1
    if name == "global":
        return rng.normal(0, 1 / math.sqrt(n), (n, n))
    m = np.zeros((n, n))
    taps = rng.normal(0, 1 / math.sqrt(k), k)
    for i in range(n):
        if name == "local":
            taps = rng.normal(0, 1 / math.sqrt(k), k)
        m[(i + np.arange(-REACH, REACH + 1)) % n, i] = taps
    return m


def bias_and_data(
    world: str,
    samples: list[int],
    runs: int = 20,
) -> dict[str, Array]:
    """Test error of three fits as data grow, in a world of known structure.

    Inputs are standard normal, so the error of a fit on fresh inputs is the
    squared distance of the two maps. Each learner has the ridge penalty
    NOISE^2 * (its number of taps), which suits weights of variance 1 / taps.

    Args:
        world: "shared" (one local kernel), "local" (one for each position) or
            "global" (any map).
        samples: numbers of training examples.
        runs: repetitions to average over.

    Returns:
        For "dense", "local" and "shared" the mean squared error divided by the
        signal's, shape (len(samples),): 1 is as bad as answering 0.

    >>> for world in ("shared", "local", "global"):
    ...     errors = bias_and_data(world, [4, 1024])
    ...     for learner, (few, many) in errors.items():
    ...         print(f"{world:6} {learner:6} {few:.3f} {many:.4f}")
    shared dense  0.917 0.0114
    shared local  0.577 0.0017
    shared shared 0.019 0.0001
    local  dense  0.901 0.0086
    local  local  0.502 0.0013
    local  shared 1.046 0.9705
    global dense  0.904 0.0082
    global local  1.434 0.8492
    global shared 1.046 0.9952
    """
    if world not in ("shared", "local", "global"):
        raise ValueError(f"unknown world {world!r}")
    k = 2 * REACH + 1
    learners: dict[str, tuple[int | None, bool, int]] = {
        "dense": (None, False, RING),
        "local": (REACH, False, k),
        "shared": (REACH, True, k),
    }
    totals = {name: np.zeros(len(samples)) for name in learners}
    for run in range(runs):
        rng = np.random.default_rng(run)
        truth = _world(world, rng)
        for column, m in enumerate(samples):
            x = rng.normal(size=(m, RING))
            y = x @ truth + NOISE * rng.normal(size=(m, RING))
            for name, (reach, shared, taps) in learners.items():
                fit = fit_map(x, y, reach, shared, NOISE**2 * taps)
                error = np.sum((fit - truth) ** 2) / np.sum(truth**2)
                totals[name][column] += error / runs
    return totals


# --8<-- [start:sawtooth]
def sawtooth_network(x: Array, depth: int) -> Array:
    """ReLU network of `depth` hidden layers of 2 units, x in [0, 1].

    Each layer applies the tent map 2 relu(x) - 4 relu(x - 1/2), which folds
    [0, 1] onto itself twice: depth L makes 2^L linear pieces.

    Source: Telgarsky 2016.

    >>> grid = np.linspace(0, 1, 2**12 + 1)
    >>> [linear_pieces(sawtooth_network(grid, L), grid) for L in (1, 2, 10)]
    [2, 4, 1024]
    """
    for _ in range(depth):
        hidden = np.maximum(np.stack([x, x - 0.5]), 0.0)
        x = 2 * hidden[0] - 4 * hidden[1]
    return x


def linear_pieces(y: Array, x: Array) -> int:
    """Count the linear pieces of y(x) on a grid that holds every kink."""
    slopes = np.diff(y) / np.diff(x)
    return 1 + int(np.sum(~np.isclose(slopes[1:], slopes[:-1])))


# --8<-- [end:sawtooth]


def mlp_weights(d_in: int, width: int, depth: int, d_out: int) -> int:
    """Weights and biases of an MLP with `depth` hidden layers of `width`.

    Doubling the width nearly quadruples them, doubling the depth doubles them:

    >>> sizes = (512, 4), (1024, 4), (512, 8)
    >>> [round(mlp_weights(256, w, l, 10) / 1e6, 2) for w, l in sizes]
    [0.92, 3.42, 1.98]
    """
    sizes = [d_in, *[width] * depth, d_out]
    return sum((a + 1) * b for a, b in pairwise(sizes))


# --8<-- [start:tracing]
class Tracer:
    """Stands for a value not known yet and records what is done to it."""

    def __init__(self, name: str, program: list[str]) -> None:
        """Name the value and share the program that grows."""
        self.name, self.program = name, program

    def _record(self, operation: str, other: "float | Tracer") -> "Tracer":
        right = other.name if isinstance(other, Tracer) else repr(other)
        name = f"t{len(self.program)}"
        self.program.append(f"{name} = {self.name} {operation} {right}")
        return Tracer(name, self.program)

    def __add__(self, other: "float | Tracer") -> "Tracer":
        """Record an addition."""
        return self._record("+", other)

    def __mul__(self, other: "float | Tracer") -> "Tracer":
        """Record a multiplication."""
        return self._record("*", other)

    def __gt__(self, other: "float | Tracer") -> "Tracer":
        """Record a comparison; its outcome is as unknown as the values."""
        return self._record(">", other)

    def __bool__(self) -> bool:
        """Refuse to choose a branch."""
        raise TypeError("branch on a value unknown while tracing")


def trace(function: Callable[[Tracer], Tracer]) -> list[str]:
    """Call the function once, on a stand-in; return the program it ran."""
    program: list[str] = []
    output = function(Tracer("x", program))
    return [*program, f"return {output.name}"]


# --8<-- [end:tracing]

# --8<-- [start:traced_functions]
Value = TypeVar("Value", float, Tracer)


def polynomial(x: Value) -> Value:
    """x^3 + 1 with a Python loop, which tracing unrolls.

    >>> polynomial(2.0)
    9.0
    >>> for line in trace(polynomial):
    ...     print(line)
    t0 = x * x
    t1 = t0 * x
    t2 = t1 + 1.0
    return t2
    """
    power = x
    for _ in range(2):
        power = power * x
    return power + 1.0


def leaky(x: Value) -> Value:
    """Branch on a value: fine when run directly, an error when traced.

    >>> leaky(-5.0)
    -0.5
    >>> trace(leaky)
    Traceback (most recent call last):
    TypeError: branch on a value unknown while tracing
    """
    return x if x > 0.0 else x * 0.1


# --8<-- [end:traced_functions]
