"""Bias, variance and noise by simulation: many training sets, one truth.

The problem: x uniform in [-1, 1], truth f(x) = sin(pi x), and targets
y = f(x) + noise. A model is a function of (x, y, x_new) that fits and predicts.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.polynomial import legendre

from snippets import Array
from snippets.theory import decision_trees

Model = Callable[[Array, Array, Array], Array]


# --8<-- [start:problem]
def truth(x: Array) -> Array:
    """Noise-free target at x, any shape."""
    return np.sin(np.pi * x)


def sample(
    n: int,
    noise: float,
    rng: np.random.Generator,
) -> tuple[Array, Array]:
    """Draw n inputs, one in each of n equal cells of [-1, 1], and targets.

    Returns:
        x and y, shape (n,); ``noise`` is the standard deviation of y given x.
    """
    x = -1 + 2 * (np.arange(n) + rng.random(n)) / n
    return x, truth(x) + noise * rng.standard_normal(n)


# --8<-- [end:problem]


# --8<-- [start:models]
def polynomial(degree: int) -> Model:
    """Least squares on the powers 0..degree (in the Legendre basis)."""

    def fit_predict(x: Array, y: Array, x_new: Array) -> Array:
        w = np.linalg.lstsq(legendre.legvander(x, degree), y, rcond=None)[0]
        return np.asarray(legendre.legvander(x_new, degree) @ w)

    return fit_predict


def nearest(k: int) -> Model:
    """Mean target of the k nearest training points."""

    def fit_predict(x: Array, y: Array, x_new: Array) -> Array:
        order = np.abs(x_new[:, None] - x).argsort(axis=1, kind="stable")
        return np.asarray(y[order[:, :k]].mean(axis=1))

    return fit_predict


def tree(depth: int) -> Model:
    """Regression tree with at most ``depth`` tests on a path."""

    def fit_predict(x: Array, y: Array, x_new: Array) -> Array:
        grown = decision_trees.grow(x[:, None], y[:, None], depth)
        return decision_trees.predict(grown, x_new[:, None])[:, 0]

    return fit_predict


def bagged(model: Model, members: int, rng: np.random.Generator) -> Model:
    """Mean of the model's fits to ``members`` bootstrap samples."""

    def fit_predict(x: Array, y: Array, x_new: Array) -> Array:
        total = np.zeros(len(x_new))
        for _ in range(members):
            rows = rng.integers(len(x), size=len(x))
            total += model(x[rows], y[rows], x_new)
        return total / members

    return fit_predict


# --8<-- [end:models]


# --8<-- [start:decompose]
class Terms(NamedTuple):
    """Means over test points; ``error`` is measured, not summed."""

    bias2: float
    variance: float
    noise: float
    error: float  # squared error on fresh noisy targets


def decompose(
    fits: Array,
    f: Array,
    noise: float,
    rng: np.random.Generator,
) -> Terms:
    """Split the error of fits to many training sets into its terms.

    Args:
        fits: predictions, shape (sets, points), sets >= 2.
        f: truth at the test points, shape (points,).
        noise: standard deviation of the targets; rng: for fresh targets.
    """
    variance = float(fits.var(axis=0, ddof=1).mean())
    offset = float(((fits.mean(axis=0) - f) ** 2).mean())
    y_test = f + noise * rng.standard_normal(fits.shape)
    return Terms(
        bias2=offset - variance / len(fits),  # the mean itself scatters
        variance=variance,
        noise=noise**2,
        error=float(((y_test - fits) ** 2).mean()),
    )


def simulate(
    model: Model,
    n: int = 30,
    noise: float = 0.3,
    sets: int = 500,
    seed: int = 0,
) -> Terms:
    """Fit a model to many training sets of size n; decompose its error.

    >>> for degree in (1, 3, 9, 12):
    ...     print(degree, *(f"{v:.3f}" for v in simulate(polynomial(degree))))
    1 0.203 0.006 0.090 0.300
    3 0.005 0.012 0.090 0.107
    9 -0.000 0.053 0.090 0.143
    12 -0.000 0.217 0.090 0.307
    """
    rng = np.random.default_rng(seed)
    x_test = np.linspace(-1, 1, 101)
    fits = [model(*sample(n, noise, rng), x_test) for _ in range(sets)]
    return decompose(np.array(fits), truth(x_test), noise, rng)


# --8<-- [end:decompose]


# --8<-- [start:learning_curve]
def learning_curve(
    model: Model,
    sizes: Sequence[int],
    noise: float = 0.3,
    sets: int = 200,
    seed: int = 0,
) -> tuple[Array, Array]:
    """Mean squared error on training and on fresh data by training-set size.

    Args:
        model: fits and predicts.
        sizes: training-set sizes; noise: standard deviation of y given x.
        sets: number of training sets per size; seed: of all draws.

    Returns:
        Training and validation errors, shape (len(sizes),) each.

    >>> for degree in (1, 9):
    ...     for e in learning_curve(polynomial(degree), [20, 50, 200]):
    ...         print(degree, e.round(2).tolist())
    1 [0.28, 0.28, 0.29]
    1 [0.29, 0.29, 0.29]
    9 [0.04, 0.07, 0.09]
    9 [0.23, 0.11, 0.09]
    """
    rng = np.random.default_rng(seed)
    errors = np.zeros((2, len(sizes), sets))
    for i, n in enumerate(sizes):
        for s in range(sets):
            x, y = sample(n, noise, rng)
            x_val, y_val = sample(100, noise, rng)
            fit = model(x, y, np.concatenate([x, x_val]))
            errors[0, i, s] = ((fit[:n] - y) ** 2).mean()
            errors[1, i, s] = ((fit[n:] - y_val) ** 2).mean()
    train, validation = errors.mean(axis=2)
    return train, validation


# --8<-- [end:learning_curve]


# --8<-- [start:double_descent]
def simulate_width(
    width: int,
    n: int = 100,
    noise: float = 0.5,
    ridge: float = 0.0,
    sets: int = 60,
    seed: int = 0,
) -> Terms:
    """Decompose the error of least squares on random ReLU features.

    A network with one hidden layer that stays at its random start. Inputs are
    Gaussian, shape (n, 20); the truth is linear, with variance 1. Of several
    weights that fit equally well, ``pinv`` gives the shortest.

    Args:
        width: number of features; n: number of training samples.
        noise: standard deviation of y given x; ridge: L2 penalty.
        sets: number of training sets, each with features of its own.
        seed: of all draws.

    Source: Belkin et al. (2019), section 2.

    >>> for width in (10, 40, 90, 150, 400):
    ...     print(width, *(f"{v:.2f}" for v in simulate_width(width)))
    10 0.54 0.32 0.25 1.09
    40 0.04 0.50 0.25 0.79
    90 -0.00 3.86 0.25 4.11
    150 0.01 0.91 0.25 1.19
    400 0.01 0.31 0.25 0.58
    >>> [round(simulate_width(w, ridge=1.0).error, 2) for w in (40, 90, 400)]
    [0.7, 0.69, 0.54]
    """
    d = 20
    rng = np.random.default_rng(seed)
    X_test = rng.standard_normal((100, d))
    fits = np.empty((sets, len(X_test)))
    for s in range(sets):
        X = rng.standard_normal((n, d))
        y = X.sum(axis=1) / np.sqrt(d) + noise * rng.standard_normal(n)
        W = rng.standard_normal((d, width)) / np.sqrt(d)
        H, H_test = np.maximum(X @ W, 0), np.maximum(X_test @ W, 0)
        if ridge > 0:
            w = np.linalg.solve(H.T @ H + ridge * np.eye(width), H.T @ y)
        else:
            w = np.linalg.pinv(H) @ y
        fits[s] = H_test @ w
    return decompose(fits, X_test.sum(axis=1) / np.sqrt(d), noise, rng)


# --8<-- [end:double_descent]
