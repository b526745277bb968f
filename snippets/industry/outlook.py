"""Arithmetic behind a view of the field: compute, data, serving, trust.

Keys and values of one context of 131,072 tokens, Llama 3.1 405B, in GB:

>>> from snippets.theory.transformers import kv_cache_bytes
>>> kv_cache_bytes(131_072, layers=126, kv_heads=8, d_k=128) / 1e9
67.645734912

How often a threshold is worse than promised, 1000 simulated test sets of 500:

>>> grid, bad = np.arange(0.2, 0.85, 0.05), {"certified": 0, "by eye": 0}
>>> for seed in range(1000):
...     c, wrong = simulated(500, seed)
...     by_eye = min(t for t in grid if wrong[c >= t].mean() <= 0.1)
...     certified = certify(c, wrong, grid, risk=0.1) or 1.0
...     bad["by eye"] += int(0.8 * (1 - by_eye) ** 2 / 3 > 0.1)
...     bad["certified"] += int(0.8 * (1 - certified) ** 2 / 3 > 0.1)
>>> bad
{'certified': 9, 'by eye': 244}

What the page derives from reported hours: speed of one GPU in TFLOP/s, cost in
millions at 2 dollars an hour, energy of the chips in GWh; then what the best size
saves against the one that is cheapest to train:

>>> round(training_flop(405e9, 15.6e12) / (30.84e6 * 3600) / 1e12)
341
>>> round(training_flop(37e9, 14.8e12) / (2.788e6 * 3600) / 1e12)
327
>>> round(training_flop(405e9, 15.6e12) / training_flop(37e9, 14.8e12), 1)
11.5
>>> round(30.84e6 * 2 / 1e6, 1), round(30.84e6 * 0.7 / 1e6, 1)
(61.7, 21.6)
>>> round(2.788e6 * 2 / 1e6, 3)
5.576
>>> target = loss(REFIT, *optimal(REFIT, 5.76e23))
>>> for served in (1e13, 1e14):
...     sizes = best_size(REFIT, target, served), optimal(REFIT, 5.76e23)[0]
...     small, large = (lifetime_flop(REFIT, target, n, served) for n in sizes)
...     print(f"{1 - small / large:.0%}")
29%
61%
"""

from math import exp, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from snippets import Array


# --8<-- [start:training]
def training_flop(parameters: float, tokens: float) -> float:
    """Return the compute of training: 2 forward and 4 backward per weight.

    Args:
        parameters: weights used by one token, active ones in a mixture.
        tokens: tokens read.

    >>> f"{training_flop(405e9, 15.6e12):.2e}"  # Llama 3.1 405B
    '3.79e+25'
    >>> f"{training_flop(37e9, 14.8e12):.2e}"  # DeepSeek-V3
    '3.29e+24'
    """
    return 6 * parameters * tokens


def gpu_hours(flop: float, peak: float, use: float) -> float:
    """Return GPU hours at a share `use` of the `peak` FLOP/s of one chip.

    An H100 has 989 TFLOP/s in dense BF16, half of what is given with sparsity:

    >>> round(gpu_hours(training_flop(405e9, 15.6e12), 989e12, 0.4) / 1e6, 1)
    26.6
    """
    return flop / (peak * use * 3600)


# --8<-- [end:training]


# --8<-- [start:chinchilla]
class Fit(NamedTuple):
    """Loss in nats a token: E + A / parameters^alpha + B / tokens^beta."""

    E: float
    A: float
    B: float
    alpha: float
    beta: float


PRINTED = Fit(1.69, 406.4, 410.7, 0.34, 0.28)  # Hoffmann et al. (2022)
REFIT = Fit(1.8172, 482.01, 2085.43, 0.3478, 0.3658)  # Besiroglu et al. (2024)


def loss(fit: Fit, parameters: float, tokens: float) -> float:
    """Return the predicted loss of one model."""
    size, data = fit.A / parameters**fit.alpha, fit.B / tokens**fit.beta
    return float(fit.E + size + data)


def optimal(fit: Fit, flop: float) -> tuple[float, float]:
    """Return parameters and tokens of the least loss under 6ND = flop.

    >>> for fit in (PRINTED, REFIT):
    ...     n, d = optimal(fit, 5.76e23)  # Chinchilla's own budget
    ...     print(f"{n / 1e9:.0f}B parameters, {d / n:.0f} tokens each")
    32B parameters, 93 tokens each
    72B parameters, 18 tokens each
    """
    both = fit.alpha + fit.beta
    g = (fit.alpha * fit.A / (fit.beta * fit.B)) ** (1 / both)
    parameters = g * (flop / 6) ** (fit.beta / both)
    return parameters, flop / (6 * parameters)


# --8<-- [end:chinchilla]


# --8<-- [start:lifetime]
def tokens_for(fit: Fit, target: float, parameters: float) -> float:
    """Return the tokens a model of this size needs for the target loss."""
    rest = target - fit.E - fit.A / parameters**fit.alpha
    if rest <= 0:
        raise ValueError("a model this small never reaches the target")
    return float((fit.B / rest) ** (1 / fit.beta))


def lifetime_flop(fit: Fit, target: float, parameters: float, served: float) -> float:
    """Return compute to train to the target and to serve that many tokens.

    >>> target = loss(REFIT, *optimal(REFIT, 5.76e23))
    >>> for served in (0, 1e13, 1e14):
    ...     n = best_size(REFIT, target, served)
    ...     d = tokens_for(REFIT, target, n)
    ...     flop = lifetime_flop(REFIT, target, n, served)
    ...     print(f"{n / 1e9:.0f}B, {d / n:.0f}, {flop:.1e}")
    72B, 18, 5.8e+23
    34B, 109, 1.4e+24
    21B, 624, 5.8e+24
    """
    train = 6 * parameters * tokens_for(fit, target, parameters)
    return train + 2 * parameters * served


def best_size(fit: Fit, target: float, served: float) -> float:
    """Return the parameters of the least lifetime compute, on a fine grid."""
    least = (fit.A / (target - fit.E)) ** (1 / fit.alpha)  # with endless data
    sizes = least * np.geomspace(1.01, 1000, 20_000)
    costs = [lifetime_flop(fit, target, n, served) for n in sizes]
    return float(sizes[np.argmin(costs)])


# --8<-- [end:lifetime]


# --8<-- [start:data_wall]
def years_until(stock: float, tokens: float, growth: float) -> float:
    """Return the years until one training run reads the stock of text.

    Args:
        stock: tokens there are.
        tokens: tokens read by a run in the first year.
        growth: yearly factor of compute; tokens grow with its square root.

    >>> [round(years_until(300e12, 15.6e12, growth), 1) for growth in (4, 5)]
    [4.3, 3.7]
    """
    return log(stock / tokens) / log(sqrt(growth))


def fresh_equivalent(epochs: float, decay: float = 15.39) -> float:
    """Return the passes over new text that are worth as much.

    Source: Muennighoff et al. (2023), fitted up to 9 billion parameters.

    >>> [round(fresh_equivalent(epochs), 1) for epochs in (1, 4, 16, 1000)]
    [1.0, 3.7, 10.6, 16.4]
    """
    return 1 + decay * (1 - exp(-(epochs - 1) / decay))


# --8<-- [end:data_wall]


# --8<-- [start:certify]
def chance_of_at_most(errors: int, n: int, rate: float) -> float:
    """Return the probability of so few errors among n at this error rate."""
    term = total = (1 - rate) ** n
    for k in range(errors):
        term *= (n - k) / (k + 1) * rate / (1 - rate)
        total += term
    return total


def certify(
    confidence: Array,
    wrong: NDArray[np.bool_],
    thresholds: Array,
    risk: float,
    delta: float = 0.05,
) -> float | None:
    """Return the lowest threshold whose error rate is shown to be <= risk.

    Thresholds are fixed beforehand and tested from the strictest down, each
    at level delta; stopping at the first failure makes a correction for many
    tests unnecessary. The probability of certifying a bad one is <= delta.

    Args:
        confidence: one score an answer, shape (n,).
        wrong: whether the answer is wrong, shape (n,).
        thresholds: answer only at or above one of these.
        risk: accepted error rate among the answers given.
        delta: accepted probability of a false certificate.

    Source: Angelopoulos et al. (2021), fixed sequence testing.
    """
    passed = None
    for threshold in sorted(thresholds, reverse=True):
        given = confidence >= threshold
        errors = int(wrong[given].sum())
        if chance_of_at_most(errors, int(given.sum()), risk) > delta:
            break
        passed = float(threshold)
    return passed


# --8<-- [end:certify]


# --8<-- [start:simulated]
def simulated(n: int, seed: int) -> tuple[Array, NDArray[np.bool_]]:
    """Return made-up confidences and errors; above t the risk is known.

    Confidence c is uniform and the answer wrong with chance 0.8 (1 - c)^2, so
    27% are wrong over all and 0.8 (1 - t)^2 / 3 of those at or above t.

    >>> grid = np.arange(0.2, 0.85, 0.05)
    >>> c, wrong = simulated(500, seed=0)
    >>> t = certify(c, wrong, grid, risk=0.1)
    >>> kept = c >= t
    >>> print(f"t = {t:.2f}: {kept.sum()} answered, {wrong[kept].sum()} wrong")
    t = 0.50: 277 answered, 19 wrong
    """
    rng = np.random.default_rng(seed)
    confidence = rng.random(n)
    return confidence, rng.random(n) < 0.8 * (1 - confidence) ** 2


# --8<-- [end:simulated]


# --8<-- [start:data_value]
def error_left(ratio: float, exponent: float) -> float:
    """Return the error that is left with `ratio` times the data.

    Args:
        ratio: new over old number of examples.
        exponent: steepness of the learning curve, error ~ n^-exponent.

    >>> [round(error_left(2, b), 2) for b in (0.35, 0.07)]
    [0.78, 0.95]
    """
    return float(ratio**-exponent)


def data_needed(left: float, exponent: float) -> float:
    """Return how many times the data bring the error down to a share `left`.

    >>> [round(data_needed(0.5, b)) for b in (0.35, 0.07)]
    [7, 19972]
    """
    return float(left ** (-1 / exponent))


# --8<-- [end:data_value]


# --8<-- [start:leaderboard]
def half_width(accuracy: float, items: int, level: float = 0.95) -> float:
    """Return how far an accuracy may be off by chance alone.

    >>> round(100 * half_width(0.8, items=500), 1)  # in points
    3.5
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    return z * sqrt(accuracy * (1 - accuracy) / items)


def twin_items(
    old: float, fresh: float, level: float = 0.95, power: float = 0.8
) -> float:
    """Return items in each of two test sets to see the gap of accuracies.

    >>> round(twin_items(0.90, 0.82)), round(twin_items(0.90, 0.87))
    (291, 1771)
    """
    z = NormalDist().inv_cdf((1 + level) / 2) + NormalDist().inv_cdf(power)
    spread = old * (1 - old) + fresh * (1 - fresh)
    return z**2 * spread / (old - fresh) ** 2


# --8<-- [end:leaderboard]
