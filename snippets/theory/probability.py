"""Probability: moments, Bayes' rule, likelihoods, divergences and samplers.

Numbers quoted on the page that need no function of their own:

Peak of the density of a Gaussian with standard deviation 0.1; its probability
of a value within one standard deviation of the mean, in percent:

>>> from statistics import NormalDist
>>> narrow = NormalDist(sigma=0.1)
>>> f"{narrow.pdf(0):.2f} {100 * (narrow.cdf(0.1) - narrow.cdf(-0.1)):.1f}"
'3.99 68.3'

With Y = exp(X) and X standard normal: median, mean and mode of Y:

>>> [round(math.exp(power), 2) for power in (0, 0.5, -1)]
[1.0, 1.65, 0.37]

A test with 99 % sensitivity and 95 % specificity on 10 000 people, 100 of them
ill:

>>> ill_flagged, healthy_flagged = 100 * 99 // 100, 9900 * 5 // 100
>>> ill_flagged, healthy_flagged, ill_flagged / (ill_flagged + healthy_flagged)
(99, 495, 0.16666666666666666)

Positive likelihood ratio of that test, and the specificity at which one
positive result on a 1 % disease makes illness as likely as not, in percent:

>>> round(0.99 / 0.05, 1), 100 * (1 - 0.01 * 0.99 / 0.99)
(19.8, 99.0)

Beta(5, 2), the posterior after three heads on Beta(2, 2): mean, mode and
standard deviation (the mean is also the mode as a density over the log-odds,
proportional to p^5 (1 - p)^2); Laplace's standard deviation; its mass above 1,
in percent:

>>> a, b = beta_update(2, 2, np.ones(3))
>>> mode = (a - 1) / (a + b - 2)
>>> spread = math.sqrt(a * b / (a + b + 1)) / (a + b)
>>> f"{a / (a + b):.3f} {mode:.3f} {spread:.3f}"
'0.714 0.800 0.160'
>>> laplace = math.sqrt(1 / ((a - 1) / mode**2 + (b - 1) / (1 - mode) ** 2))
>>> above = 1 - NormalDist(mode, laplace).cdf(1)
>>> f"{laplace:.3f} {100 * above:.0f}"
'0.179 13'

Share of accepted points when a standard Gaussian in 100 dimensions is drawn by
rejection from one that is 10 % wider, in percent:

>>> f"{100 * 1.1**-100:.4f}"
'0.0073'

Effective share of n importance weights, target N(0, 1), proposal N(0, 2^2), in
one and in 20 dimensions, in percent:

>>> share = math.sqrt(2 * 2**2 - 1) / 2**2
>>> f"{100 * share:.0f} {100 * share**20:.3f}"
'66 0.026'

Metropolis on Beta(5, 2) by step: acceptance in percent, and what 20 000 states
are worth, from the transition matrix P between 400 cells. With f = x - E[x],
the sum over k >= 0 of P^k f solves (I - P + 1 p) g = f:

>>> cells = 400
>>> x = (np.arange(cells) + 0.5) / cells
>>> p = beta_kernel(x) / beta_kernel(x).sum()
>>> f = x - p @ x
>>> for step in (0.02, 0.4, 10.0):
...     propose = gaussian_density(x, x[:, None], step) / cells
...     move = propose * np.minimum(1, p / p[:, None])
...     P = move + np.diag(1 - move.sum(axis=1))
...     g = np.linalg.solve(np.eye(cells) - P + p, f)
...     size = 20_000 / (2 * (p @ (f * g)) / (p @ f**2) - 1)
...     print(f"{100 * (p @ move.sum(axis=1)):.0f} {size:.0f}")
96 66
42 3945
2 208
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snippets import Array

Density = Callable[[Array], Array]
"""density(x) of points of shape (n,), elementwise; need not be normalized."""


# --8<-- [start:running_moments]
@dataclass
class RunningMoments:
    """Mean and variance of a stream in one pass (Welford, 1962).

    >>> moments = RunningMoments()
    >>> for x in (4.0, 7.0, 13.0, 16.0):
    ...     moments.add(1e9 + x)
    >>> moments.mean - 1e9, moments.variance(), moments.variance(ddof=0)
    (10.0, 30.0, 22.5)
    """

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0  # sum of squared deviations from the mean

    def add(self, x: float) -> None:
        """Take in one value."""
        self.count += 1
        deviation = x - self.mean
        self.mean += deviation / self.count
        self.squares += deviation * (x - self.mean)  # old times new deviation

    def variance(self, ddof: int = 1) -> float:
        """Divide by n - ddof: 1 is unbiased, 0 the maximum likelihood."""
        if self.count <= ddof:
            raise ValueError(f"need more than {ddof} values")
        return self.squares / (self.count - ddof)


def textbook_variance(x: Array) -> float:
    """E[X^2] - E[X]^2 in one pass: right on paper, cancels in floats.

    >>> textbook_variance(np.array([4.0, 7, 13, 16]))
    22.5
    >>> textbook_variance(1e9 + np.array([4.0, 7, 13, 16]))
    -128.0
    """
    total = squares = 0.0
    for value in x.tolist():
        total += value
        squares += value * value
    return squares / len(x) - (total / len(x)) ** 2


# --8<-- [end:running_moments]


# --8<-- [start:covariance]
def covariance_matrix(X: Array) -> Array:
    """Unbiased covariance, shape (d, d), of n rows of X, shape (n, d)."""
    centered = X - X.mean(axis=0)
    return np.asarray(centered.T @ centered / (len(X) - 1))


def correlation(x: Array, y: Array) -> float:
    """Pearson's correlation of two samples, each of shape (n,).

    >>> x = np.array([-1.0, 0.0, 1.0])
    >>> correlation(x, 2 * x), correlation(x, -x), correlation(x, x**2)
    (1.0, -1.0, 0.0)
    """
    cov = covariance_matrix(np.stack([x, y], axis=1))
    return float(cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1]))


def variance_of_mean(covariance: Array) -> float:
    """Variance of the mean of d variables, from their (d, d) covariance.

    With variance 1 and correlation 0 or 0.5 between any two of d:

    >>> for d in (10, 1000):
    ...     tied = 0.5 * np.eye(d) + 0.5
    ...     print(f"{variance_of_mean(np.eye(d)):.3f}", end=" ")
    ...     print(f"{variance_of_mean(tied):.4f}")
    0.100 0.5500
    0.001 0.5005
    """
    return float(covariance.sum() / len(covariance) ** 2)


# --8<-- [end:covariance]


# --8<-- [start:densities]
def gaussian_density(x: Array, mean: float, sd: float) -> Array:
    """Density of N(mean, sd^2) at x."""
    z = (x - mean) / sd
    return np.exp(-0.5 * z**2) / (sd * math.sqrt(2 * math.pi))


def exponential_density(x: Array, rate: float) -> Array:
    """Density of the waiting time for an event of this rate, x >= 0."""
    return rate * np.exp(-rate * x)


def gamma_density(x: Array, n: int) -> Array:
    """Density of the sum of n exponential variables of rate 1, x > 0."""
    return np.exp((n - 1) * np.log(x) - x - math.lgamma(n))


def beta_density(x: Array, a: float, b: float) -> Array:
    """Density of Beta(a, b) at 0 < x < 1."""
    log_norm = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    return np.exp((a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - log_norm)


def binomial_pmf(n: int, p: float) -> Array:
    """Probabilities of 0..n successes in n trials, shape (n + 1,)."""
    k = np.arange(n + 1)
    ways = np.array([math.comb(n, i) for i in k], dtype=float)
    return np.asarray(ways * p**k * (1 - p) ** (n - k))


def poisson_pmf(rate: float, largest: int) -> Array:
    """Probabilities of 0..largest events, shape (largest + 1,)."""
    k = np.arange(largest + 1)
    orders = np.array([math.factorial(i) for i in k], dtype=float)
    return np.asarray(math.exp(-rate) * rate**k / orders)


# --8<-- [end:densities]


# --8<-- [start:central_limit]
def exponential_sum_tail(n: int, deviations: float) -> float:
    """P(sum of n Exp(1) exceeds its mean by this many standard deviations).

    The sum passes x when a Poisson process has fewer than n events by x. In
    percent at two standard deviations, and the limit:

    >>> for n in (1, 10, 100, 1000):
    ...     print(f"{n} {100 * exponential_sum_tail(n, 2):.2f}")
    1 4.98
    10 3.69
    100 2.79
    1000 2.44
    >>> f"{50 * math.erfc(2 / math.sqrt(2)):.2f}"  # Gaussian
    '2.28'
    """
    x = n + deviations * math.sqrt(n)
    logs = [k * math.log(x) - x - math.lgamma(k + 1) for k in range(n)]
    return math.fsum(map(math.exp, logs))


# --8<-- [end:central_limit]


# --8<-- [start:posterior]
def posterior(prior: Array, likelihood: Array) -> Array:
    """Bayes' rule over K hypotheses that exclude each other.

    Args:
        prior: probabilities of the hypotheses, shape (K,).
        likelihood: probability of the observation under each, shape (K,).

    Ill or healthy, after one and after two positive results, and after a
    negative one, in percent:

    >>> prior = np.array([0.01, 0.99])
    >>> positive, negative = np.array([0.99, 0.05]), np.array([0.01, 0.95])
    >>> once = posterior(prior, positive)
    >>> twice = posterior(once, positive)
    >>> f"{100 * once[0]:.1f} {100 * twice[0]:.1f}"
    '16.7 79.8'
    >>> f"{100 * posterior(prior, negative)[0]:.3f}"
    '0.011'
    """
    joint = prior * likelihood
    evidence = joint.sum()
    if evidence == 0:
        raise ValueError("the observation is impossible under every hypothesis")
    return np.asarray(joint / evidence)


# --8<-- [end:posterior]


# --8<-- [start:map_regression]
def negative_log_posterior(
    w: Array, X: Array, y: Array, noise: float, prior: float
) -> float:
    """-log p(y | X, w) - log p(w), without the terms that hold no w.

    Args:
        w: weights, shape (d,).
        X: inputs, shape (n, d).
        y: targets, shape (n,).
        noise: standard deviation of the targets around X @ w.
        prior: standard deviation of each weight around 0.
    """
    fit = np.sum((y - X @ w) ** 2) / (2 * noise**2)
    return float(fit + np.sum(w**2) / (2 * prior**2))


def map_weights(X: Array, y: Array, noise: float, prior: float) -> Array:
    """Minimizer of negative_log_posterior: ridge, penalty (noise / prior)^2.

    >>> X, y = np.ones((4, 1)), np.array([1.0, 2, 3, 2])
    >>> for prior in (1e6, 1.0, 0.5):  # the mean shrinks towards 0
    ...     print(f"{map_weights(X, y, noise=1.0, prior=prior)[0]:.2f}")
    2.00
    1.60
    1.00
    """
    penalty = (noise / prior) ** 2
    gram = X.T @ X + penalty * np.eye(X.shape[1])
    return np.asarray(np.linalg.solve(gram, X.T @ y), dtype=float)


# --8<-- [end:map_regression]


# --8<-- [start:divergence]
def entropy(p: Array) -> float:
    """-sum p log p in nats, with 0 log 0 = 0; p of any shape, sum 1.

    >>> [round(entropy(np.array([p, 1 - p])), 3) for p in (0.5, 0.9, 1.0)]
    [0.693, 0.325, 0.0]
    """
    p = p[p > 0]
    return float(np.sum(p * np.log(1 / p)))


def kl_divergence(p: Array, q: Array) -> float:
    """KL(p || q) in nats; infinite where p has mass and q has none.

    >>> p, q = np.array([0.5, 0.5]), np.array([0.9, 0.1])
    >>> f"{kl_divergence(p, q):.3f} {kl_divergence(q, p):.3f}"
    '0.511 0.368'
    """
    p, q = p[p > 0], q[p > 0]
    if np.any(q == 0):
        return math.inf
    return float(np.sum(p * np.log(p / q)))


def mutual_information(joint: Array) -> float:
    """KL from a joint table p(x, y) to the product of its marginals, in nats.

    X = -1, 0 or 1 with equal chance and Y = X^2: uncorrelated, dependent.

    >>> f"{mutual_information(np.array([[0, 1], [1, 0], [0, 1]]) / 3):.3f}"
    '0.637'
    """
    rows, columns = joint.sum(axis=1), joint.sum(axis=0)
    return kl_divergence(joint, np.outer(rows, columns))


def gaussian_kl(mean: float, sd: float, mean_q: float, sd_q: float) -> float:
    """KL(N(mean, sd^2) || N(mean_q, sd_q^2)) in nats.

    >>> gaussian_kl(1, 1, 0, 1), round(gaussian_kl(0, 2, 0, 1), 3)
    (0.5, 0.807)
    """
    square = (sd**2 + (mean - mean_q) ** 2) / sd_q**2
    return math.log(sd_q / sd) + (square - 1) / 2


# --8<-- [end:divergence]


# --8<-- [start:beta_update]
def beta_update(a: float, b: float, outcomes: Array) -> tuple[float, float]:
    """Posterior Beta(a, b) of a coin after 0/1 outcomes of shape (n,).

    >>> beta_update(2, 2, np.array([1.0, 1, 1]))
    (5.0, 2.0)
    """
    heads = float(np.sum(outcomes == 1))
    return a + heads, b + len(outcomes) - heads


# --8<-- [end:beta_update]


# --8<-- [start:metropolis]
def metropolis(
    log_density: Callable[[float], float],
    start: float,
    step: float,
    size: int,
    rng: np.random.Generator,
) -> tuple[Array, float]:
    """Random-walk Metropolis chain, shape (size,), and its acceptance rate.

    Args:
        log_density: log of the target, up to a constant; -inf outside.
        start: first state (not returned), inside the target's support.
        step: standard deviation of the Gaussian proposals.
        size: number of states.
        rng: source of randomness.
    """
    x, log_p = start, log_density(start)
    if log_p == -math.inf:
        raise ValueError("start lies outside the support")
    chain, accepted = np.empty(size), 0
    for i in range(size):
        proposal = x + step * rng.standard_normal()
        log_q = log_density(proposal)
        if rng.random() < math.exp(min(0.0, log_q - log_p)):
            x, log_p = proposal, log_q
            accepted += 1
        chain[i] = x  # a rejection repeats the old state
    return chain, accepted / size


def log_beta_kernel(x: float) -> float:
    """Log of x^4 (1 - x): Beta(5, 2) without its constant."""
    if not 0 < x < 1:
        return -math.inf
    return 4 * math.log(x) + math.log1p(-x)


# --8<-- [end:metropolis]


# --8<-- [start:chain_size]
def chain_effective_size(chain: Array) -> float:
    """n / (1 + 2 sum of autocorrelations), summed up to the first negative.

    Estimated from one chain of 20 000 states on Beta(5, 2), by step, it lies
    within a factor of two of the exact size:

    >>> for step, exact in ((0.02, 66), (0.4, 3945), (10.0, 208)):
    ...     rng = np.random.default_rng(0)
    ...     chain, _ = metropolis(log_beta_kernel, 0.5, step, 20_000, rng)
    ...     print(step, 0.5 < chain_effective_size(chain) / exact < 2)
    0.02 True
    0.4 True
    10.0 True
    """
    if np.all(chain == chain[0]):
        raise ValueError("the chain never moved")
    n = len(chain)
    x = chain - chain.mean()
    variance = x @ x / n
    total, lag = 0.0, 1
    # All autocorrelations sum to -1/2, so a negative one always comes.
    while (rho := x[lag:] @ x[:-lag] / (n * variance)) >= 0:
        total += rho
        lag += 1
    return float(n / (1 + 2 * total))


# --8<-- [end:chain_size]


# --8<-- [start:inverse_cdf]
def exponential_samples(
    rate: float,
    size: int,
    rng: np.random.Generator,
) -> Array:
    """Exponential samples, shape (size,): F^-1(u) = -log(1 - u) / rate."""
    return -np.log1p(-rng.random(size)) / rate


def categorical_samples(
    p: Array,
    size: int,
    rng: np.random.Generator,
) -> NDArray[np.intp]:
    """Class indices, shape (size,): first class whose CDF exceeds u."""
    cdf = np.cumsum(p)
    return np.searchsorted(cdf / cdf[-1], rng.random(size), side="right")


# --8<-- [end:inverse_cdf]


# --8<-- [start:rejection]
def rejection_samples(
    density: Density,
    propose: Callable[[int, np.random.Generator], Array],
    envelope: Density,
    size: int,
    rng: np.random.Generator,
) -> tuple[Array, float]:
    """Samples of an unnormalized density, shape (size,), and the rate kept.

    Args:
        density: unnormalized target.
        propose: draws a number of points from the proposal.
        envelope: a multiple of the proposal's density, >= density everywhere.
        size: number of samples.
        rng: source of randomness.
    """
    kept: list[Array] = []
    proposed = 0
    while sum(map(len, kept)) < size:
        x = propose(size, rng)
        height, top = density(x), envelope(x)
        if np.any(height > top):
            raise ValueError("the envelope lies below the density")
        kept.append(x[rng.random(size) * top < height])
        proposed += size
    samples = np.concatenate(kept)
    return samples[:size], len(samples) / proposed


def beta_kernel(x: Array) -> Array:
    """x^4 (1 - x), largest at 0.8; uniform proposals keep 1 / (30 * 0.08192).

    >>> f"{beta_kernel(np.array(0.8)):.5f} {100 / (30 * 0.08192):.1f}"
    '0.08192 40.7'
    """
    return np.asarray(x**4 * (1 - x))


# --8<-- [end:rejection]


# --8<-- [start:importance]
def importance_estimate(
    values: Array,
    log_weights: Array,
) -> tuple[float, float]:
    """Self-normalized importance sampling.

    Args:
        values: f at samples of the proposal q, shape (n,).
        log_weights: log p - log q at the samples, each up to a constant.

    Returns:
        Estimate of E_p[f] and effective sample size, between 1 and n.

    >>> importance_estimate(np.array([1.0, 5.0]), np.array([3.0, 3.0]))
    (3.0, 2.0)
    """
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    return float(weights @ values), float(1 / np.sum(weights**2))


# --8<-- [end:importance]


# --8<-- [start:gradients]
def gradient_estimates(mean: float, noise: Array) -> tuple[Array, Array]:
    """Two unbiased estimates of d/dmean E[z^2], z ~ N(mean, 1), per sample.

    Args:
        mean: where the derivative is taken.
        noise: samples of N(0, 1), shape (n,).

    Returns:
        Reparameterized and score-function estimates, each of shape (n,).

    Exact means and variances at mean 1 (a Gauss rule integrates polynomials
    against the Gaussian without error):

    >>> nodes, weights = np.polynomial.hermite_e.hermegauss(8)
    >>> weights /= weights.sum()
    >>> for estimate in gradient_estimates(1, nodes):
    ...     center = weights @ estimate
    ...     spread = weights @ (estimate - center) ** 2
    ...     print(f"{center:.4f} {spread:.4f}")
    2.0000 4.0000
    2.0000 30.0000
    """
    z = mean + noise
    return 2 * z, z**2 * (z - mean)  # f'(z) dz/dmean; f(z) dlog q/dmean


# --8<-- [end:gradients]
