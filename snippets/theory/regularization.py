"""Regularization: dropout, early stopping, and remedies against overfitting.

Numbers quoted on the page that need no function of their own:

Early stopping and ridge with alpha = 1/(lr * steps) shrink by 1 - exp(-s) and
s / (1 + s), s = eigenvalue / alpha. Both are about s for small s; the largest
difference is 0.20, near s = 2.5:

>>> s = np.linspace(0, 50, 500_001)
>>> gap = (1 - np.exp(-s)) - s / (1 + s)
>>> f"{gap.max():.2f} at {s[gap.argmax()]:.1f}", bool(gap.min() >= 0)
('0.20 at 2.5', True)

A hundred steps with learning rate 0.01 correspond to alpha = 1:

>>> 1 / (0.01 * 100)
1.0

A layer of ten units has this many dropout masks:

>>> 2**10
1024

The best step of the figure's run, and the step at which patience 20 stops it:

>>> rng = np.random.default_rng(0)
>>> train, val = sample(50, rng), sample(50, rng)
>>> path = descent_path(train, lr=0.05, steps=150)
>>> run = EarlyStopping(patience=20)
>>> stop = next(t for t, w in enumerate(path) if run.update(mse(w, val), w))
>>> run.best_step, stop
(31, 51)
"""

import itertools
from collections.abc import Iterable

import numpy as np

from snippets import Array


# --8<-- [start:dropout]
def dropout(
    x: Array, p: float, rng: np.random.Generator, training: bool = True
) -> tuple[Array, Array]:
    """Zero entries with probability p, scale the others (inverted dropout).

    Args:
        x: activations, any shape.
        p: probability of dropping, 0 <= p < 1.
        rng: source of the mask; unused at inference.
        training: False gives the identity.

    Returns:
        The output and its factor, both of x's shape. The backward pass is
        ``grad_x = grad_y * factor``: same mask, same scale.

    Raises:
        ValueError: if p is outside [0, 1).

    Source: Srivastava et al. (2014), section 10.

    >>> y, factor = dropout(np.ones(8), 0.5, np.random.default_rng(0))
    >>> y.tolist()
    [2.0, 0.0, 0.0, 0.0, 2.0, 2.0, 2.0, 2.0]
    """
    if not 0 <= p < 1:
        raise ValueError("p must be in [0, 1)")
    if not training:
        return x, np.ones_like(x)
    keep = rng.random(x.shape) >= p
    factor = keep / (1 - p)
    return x * factor, factor


# --8<-- [end:dropout]


# --8<-- [start:ensemble]
def softmax(z: Array) -> Array:
    """Turn logits, shape (k,), into probabilities."""
    e = np.exp(z - z.max())
    return np.asarray(e / e.sum())


def masks(n: int, p: float) -> Iterable[tuple[Array, float]]:
    """Yield all 2^n keep-masks, shape (n,), each with its probability."""
    for bits in itertools.product((0.0, 1.0), repeat=n):
        kept = sum(bits)
        yield np.array(bits), (1 - p) ** kept * p ** (n - kept)


def mask_means(W: Array, b: Array, h: Array, p: float) -> tuple[Array, Array]:
    """Average softmax(W h' + b) over every dropout mask of h.

    Args:
        W: weights, shape (k, n); b: bias, shape (k,).
        h: activations before dropout, shape (n,), n small.
        p: probability of dropping.

    Returns:
        Arithmetic mean and renormalized geometric mean, shape (k,) each.

    >>> W, b, h = np.array([[3.0, 1.0], [0.0, 0.0]]), np.zeros(2), np.ones(2)
    >>> [m.round(3).tolist() for m in mask_means(W, b, h, 0.5)]
    [[0.844, 0.156], [0.982, 0.018]]
    >>> softmax(W @ h + b).round(3).tolist()  # one deterministic pass
    [0.982, 0.018]
    """
    arithmetic, log_geometric = np.zeros(len(b)), np.zeros(len(b))
    for mask, probability in masks(len(h), p):
        q = softmax(W @ (h * mask / (1 - p)) + b)
        arithmetic += probability * q
        log_geometric += probability * np.log(q)
    return arithmetic, softmax(log_geometric)


# --8<-- [end:ensemble]


# --8<-- [start:variance]
def dropout_variance(mean: float, variance: float, p: float) -> float:
    """Variance of an activation after inverted dropout, in training mode.

    Args:
        mean: the activation's mean before dropout.
        variance: its variance before dropout.
        p: probability of dropping.

    Returns:
        (variance + p * mean^2) / (1 - p); at inference it is ``variance``.

    Source: Li et al. (2019).

    >>> [round(dropout_variance(0.0, 1.0, p), 2) for p in (0.5, 0.1)]
    [2.0, 1.11]
    >>> dropout_variance(1.0, 1.0, 0.5)
    3.0
    """
    return (variance + p * mean**2) / (1 - p)


# --8<-- [end:variance]


# --8<-- [start:early_stopping]
class EarlyStopping:
    """Remember the best validation loss and weights; say when to stop.

    Args:
        patience: evaluations without improvement that are tolerated, >= 1.
        min_delta: an improvement must exceed this, in units of the loss.

    Raises:
        ValueError: if patience is below 1.

    Source: Prechelt (1998).

    >>> stopper = EarlyStopping(patience=2)
    >>> [stopper.update(v, np.array([v])) for v in (3.0, 2.0, 2.5, 2.1, 1.0)]
    [False, False, False, True, True]
    >>> stopper.best_step, stopper.best_loss, stopper.best_weights.tolist()
    (1, 2.0, [2.0])
    """

    def __init__(self, patience: int, min_delta: float = 0.0) -> None:
        """Start without a record; see the class for the arguments."""
        if patience < 1:
            raise ValueError("patience must be at least 1")
        self.patience, self.min_delta = patience, min_delta
        self.step, self.best_step, self.best_loss = -1, -1, np.inf
        self.best_weights: Array = np.empty(0)
        self.stopped = False

    def update(self, loss: float, weights: Array) -> bool:
        """Take one validation loss and weights (any shape); return: stop?"""
        if self.stopped:
            return True
        self.step += 1
        if loss < self.best_loss - self.min_delta:
            self.best_loss, self.best_step = loss, self.step
            self.best_weights = weights.copy()  # a copy: training overwrites
        self.stopped = self.step - self.best_step >= self.patience
        return self.stopped


# --8<-- [end:early_stopping]


# --8<-- [start:shrinkage]
def descent_shrinkage(eigenvalues: Array, lr: float, steps: int) -> Array:
    """Share of the optimum reached by gradient descent from 0, per eigenvector.

    Args:
        eigenvalues: Hessian eigenvalues, shape (d,), lr * eigenvalue < 2.
        lr: learning rate; steps: number of full-batch steps.

    >>> eigenvalues = np.array([0.01, 0.1, 10.0])
    >>> descent_shrinkage(eigenvalues, 0.01, 100).round(3).tolist()
    [0.01, 0.095, 1.0]
    """
    return np.asarray(1 - (1 - lr * eigenvalues) ** steps)


def ridge_shrinkage(eigenvalues: Array, alpha: float) -> Array:
    """Share of the optimum kept by the penalty (alpha / 2) * ||w||^2.

    >>> ridge_shrinkage(np.array([0.01, 0.1, 10.0]), 1.0).round(3).tolist()
    [0.01, 0.091, 0.909]
    """
    return np.asarray(eigenvalues / (eigenvalues + alpha))


# --8<-- [end:shrinkage]


# --8<-- [start:weight_decay]
def invariant_gradient(X: Array, y: Array, w: Array) -> Array:
    """Gradient of the mean of (X w / |w| - y)^2 / 2, which ignores |w|.

    Args:
        X: inputs, shape (n, d); y: targets, shape (n,).
        w: weights before normalization, shape (d,).

    Returns:
        Gradient, shape (d,): orthogonal to w, and as long as 1 / |w|.
    """
    length = np.linalg.norm(w)
    u = w / length
    g = X.T @ (X @ u - y) / len(y)
    return np.asarray((g - (g @ u) * u) / length)


def decayed_descent(
    w: Array, lr: float, decay: float, steps: int, seed: int = 0
) -> tuple[Array, Array]:
    """SGD with weight decay on ``invariant_gradient``, batches of 8.

    Args:
        w: initial weights, shape (d,).
        lr: learning rate; decay: weight decay, both per step.

    Returns:
        Length of w after each step and the angle turned, shape (steps,).
    """
    rng = np.random.default_rng(seed)
    lengths, angles = np.empty(steps), np.empty(steps)
    for t in range(steps):
        X = rng.standard_normal((8, len(w)))
        y = X[:, 0] + rng.standard_normal(8)  # true direction (1, 0, ...)
        g = invariant_gradient(X, y, w)
        new = (1 - lr * decay) * w - lr * g
        lengths[t] = np.linalg.norm(new)
        angles[t] = np.arccos(new @ w / lengths[t] / np.linalg.norm(w))
        w = new
    return lengths, angles


# --8<-- [end:weight_decay]


def equilibrium_angle(lr: float, decay: float) -> float:
    """Angle a step turns scale-invariant weights in equilibrium, in radians.

    Source: derived on the page; see also Kosson et al. (2024).

    >>> [round(float(np.degrees(equilibrium_angle(0.1, d))), 2)
    ...  for d in (0.01, 0.04)]
    [2.56, 5.13]

    Measured (root mean square over the last half), from three lengths at
    the start, then with the rate four times larger and the decay four times
    smaller, in degrees; the lengths at the end:

    >>> def run(scale, lr, decay):
    ...     w = np.eye(20)[1] * scale
    ...     lengths, angles = decayed_descent(w, lr, decay, 8000)
    ...     angle = np.degrees(np.sqrt(np.mean(angles[4000:] ** 2)))
    ...     return round(float(angle), 2), round(float(lengths[-1]), 1)
    >>> [run(scale, 0.1, 0.01) for scale in (0.3, 1.0, 10.0)]
    [(2.56, 1.9), (2.56, 1.9), (2.56, 1.9)]
    >>> run(1.0, 0.4, 0.0025)
    (2.56, 3.8)

    Without decay the length keeps growing, about as the fourth root of the
    number of steps:

    >>> lengths, _ = decayed_descent(np.eye(20)[1], 0.1, 0.0, 8000)
    >>> [round(float(lengths[t - 1]), 1) for t in (500, 8000)]
    [2.3, 4.4]
    """
    return float(np.arccos(1 - lr * decay))


# --8<-- [start:remedies]
Data = tuple[Array, Array]
"""Inputs, shape (n, d), and targets, shape (n,)."""


def sample(n: int, rng: np.random.Generator, d: int = 40) -> Data:
    """Draw y = X w + noise with w_j = 1/j and unit noise."""
    X = rng.standard_normal((n, d))
    return X, X @ (1 / np.arange(1, d + 1)) + rng.standard_normal(n)


def mse(w: Array, data: Data) -> float:
    """Mean squared error of the weights w, shape (d,)."""
    X, y = data
    return float(np.mean((X @ w - y) ** 2))


def penalized(data: Data, penalty: Array) -> Array:
    """Minimize ||X w - y||^2 + sum_j penalty_j w_j^2, penalty of shape (d,)."""
    X, y = data
    return np.asarray(np.linalg.solve(X.T @ X + np.diag(penalty), X.T @ y))


def descent_path(data: Data, lr: float, steps: int) -> Array:
    """Weights of gradient descent on mse/2 from 0, shape (steps + 1, d)."""
    X, y = data
    path = np.zeros((steps + 1, X.shape[1]))
    for t in range(steps):
        path[t + 1] = path[t] - lr * X.T @ (X @ path[t] - y) / len(y)
    return path


# --8<-- [end:remedies]


# --8<-- [start:comparison]
def compare_remedies(seed: int) -> dict[str, tuple[float, float]]:
    """Fit 40 weights to 50 samples six ways; strengths chosen on validation.

    Args:
        seed: seed of the data (50 training, 50 validation, 2000 test rows).

    Returns:
        Training and test error for each remedy.

    >>> runs = [compare_remedies(seed) for seed in range(50)]
    >>> for name in runs[0]:
    ...     train, test = np.mean([run[name] for run in runs], axis=0)
    ...     print(f"{name:15} {train:.2f} {test:.2f}")
    none            0.21 5.33
    four times data 0.80 1.25
    8 features      0.95 1.29
    weight decay    0.58 1.78
    dropout         0.59 1.78
    early stopping  0.58 1.80
    """
    rng = np.random.default_rng(seed)
    train, val, test = (sample(n, rng) for n in (50, 50, 2000))
    X, _ = train
    X_new, y_new = sample(150, rng)
    more = np.concatenate([X, X_new]), np.concatenate([train[1], y_new])
    d, energy = X.shape[1], np.sum(X**2, axis=0)
    rates = np.arange(0, 1, 0.05)

    def best(candidates: Iterable[Array]) -> Array:
        return min(candidates, key=lambda w: mse(w, val))

    first8 = np.where(np.arange(d) < 8, 0.0, 1e12)  # the others pinned to 0
    fits = {
        "none": penalized(train, np.zeros(d)),
        "four times data": penalized(more, np.zeros(d)),
        "8 features": penalized(train, first8),
        "weight decay": best(
            penalized(train, np.full(d, a)) for a in np.geomspace(0.1, 1000, 30)
        ),
        "dropout": best(penalized(train, p / (1 - p) * energy) for p in rates),
        "early stopping": best(descent_path(train, 0.05, 300)),
    }
    return {name: (mse(w, train), mse(w, test)) for name, w in fits.items()}


# --8<-- [end:comparison]
