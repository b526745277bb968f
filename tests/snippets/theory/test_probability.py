"""The page's functions against NumPy, SciPy, scikit-learn, fractions and simulation."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import integrate, optimize, stats
from sklearn.linear_model import Ridge  # type: ignore[import-untyped]
from sklearn.metrics import mutual_info_score  # type: ignore[import-untyped]

from snippets import Array
from snippets.theory import probability as m

values = arrays(
    np.float64,
    st.integers(2, 30),
    elements=st.floats(-1000, 1000, allow_subnormal=False),
)
tables = arrays(np.float64, (3, 4), elements=st.integers(0, 9).map(float))
GRID = np.linspace(0.05, 0.95, 19)


def generator() -> np.random.Generator:
    return np.random.default_rng(7)


def stream(x: Array) -> m.RunningMoments:
    moments = m.RunningMoments()
    for value in x:
        moments.add(float(value))
    return moments


@settings(deadline=None, max_examples=50)
@given(values)
def test_running_moments_equal_numpy(x: Array) -> None:
    moments = stream(x)
    assert moments.count == len(x)
    assert moments.mean == pytest.approx(x.mean(), abs=1e-9)
    assert moments.variance() == pytest.approx(x.var(ddof=1), abs=1e-7)
    assert moments.variance(ddof=0) == pytest.approx(x.var(), abs=1e-7)
    assert m.textbook_variance(x) == pytest.approx(x.var(), abs=1e-7)


def test_running_moments_survive_a_large_offset() -> None:
    x = 1e9 + generator().standard_normal(1000)
    assert stream(x).variance() == pytest.approx(x.var(ddof=1), rel=1e-6)
    assert abs(m.textbook_variance(x) - x.var()) > 0.5 * x.var()


def test_running_moments_need_more_values_than_ddof() -> None:
    fresh = m.RunningMoments()
    assert (fresh.count, fresh.mean, fresh.squares) == (0, 0, 0)
    with pytest.raises(ValueError, match="^need more than 0 values$"):
        fresh.variance(ddof=0)
    with pytest.raises(ValueError, match="^need more than 1 values$"):
        stream(np.array([3.0])).variance()
    assert stream(np.array([3.0])).variance(ddof=0) == 0
    assert stream(np.array([3.0, 5.0])).variance() == 2


def test_dividing_by_n_minus_one_is_unbiased() -> None:
    faces = np.arange(1.0, 7.0)
    pairs = [(a, b) for a in faces for b in faces]  # every sample of two dice
    unbiased = np.mean([stream(np.array(p)).variance() for p in pairs])
    biased = np.mean([stream(np.array(p)).variance(ddof=0) for p in pairs])
    assert unbiased == pytest.approx(faces.var())
    assert biased == pytest.approx(faces.var() / 2)


def test_covariance_and_correlation_equal_numpy() -> None:
    X = generator().standard_normal((40, 3)) @ np.array(
        [[1, 2, 0], [0, 1, -1], [3, 0, 0.5]]
    )
    np.testing.assert_allclose(m.covariance_matrix(X), np.cov(X, rowvar=False))
    for i, j in ((0, 1), (1, 2), (2, 2)):
        assert m.correlation(X[:, i], X[:, j]) == pytest.approx(
            np.corrcoef(X, rowvar=False)[i, j]
        )


@pytest.mark.parametrize("rho", [0.0, 0.3, 1.0])
def test_variance_of_mean_equals_its_closed_form_and_the_data(rho: float) -> None:
    d = 7
    tied = 4 * (rho * np.ones((d, d)) + (1 - rho) * np.eye(d))
    assert m.variance_of_mean(tied) == pytest.approx(4 * (rho + (1 - rho) / d))
    X = generator().standard_normal((30, d))
    assert m.variance_of_mean(m.covariance_matrix(X)) == pytest.approx(
        X.mean(axis=1).var(ddof=1)
    )


def test_densities_equal_scipy() -> None:
    x = np.linspace(0.1, 6, 30)
    cases = [
        (m.gaussian_density(x, 1.5, 0.7), stats.norm(1.5, 0.7).pdf(x)),
        (m.exponential_density(x, 2.5), stats.expon(scale=0.4).pdf(x)),
        (m.gamma_density(x, 1), stats.gamma(1).pdf(x)),
        (m.gamma_density(x, 4), stats.gamma(4).pdf(x)),
        (m.beta_density(GRID, 5, 2.5), stats.beta(5, 2.5).pdf(GRID)),
        (m.beta_density(GRID, 0.5, 0.4), stats.beta(0.5, 0.4).pdf(GRID)),
        (m.binomial_pmf(9, 0.3), stats.binom(9, 0.3).pmf(np.arange(10))),
        (m.poisson_pmf(2.7, 9), stats.poisson(2.7).pmf(np.arange(10))),
    ]
    for got, expected in cases:
        np.testing.assert_allclose(got, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("distribution", "mean", "variance"),
    [
        (stats.bernoulli(0.3), 0.3, 0.3 * 0.7),
        (stats.binom(9, 0.3), 9 * 0.3, 9 * 0.3 * 0.7),
        (stats.poisson(2.5), 2.5, 2.5),
        (stats.uniform(1, 4), (1 + 5) / 2, (5 - 1) ** 2 / 12),
        (stats.norm(1.5, 2), 1.5, 4),
        (stats.laplace(1.5, 2), 1.5, 2 * 2**2),
        (stats.expon(scale=1 / 3), 1 / 3, 1 / 9),
        (stats.beta(5, 2), 5 / 7, 5 * 2 / (7**2 * 8)),
    ],
)
def test_moments_in_the_table_equal_scipy(
    distribution: stats.rv_continuous, mean: float, variance: float
) -> None:
    np.testing.assert_allclose(distribution.stats(), (mean, variance))


def test_moments_of_the_dirichlet_equal_scipy() -> None:
    alpha = np.array([0.5, 2.0, 3.0])
    total = alpha.sum()
    mean = alpha / total
    np.testing.assert_allclose(stats.dirichlet(alpha).mean(), mean)
    np.testing.assert_allclose(
        stats.dirichlet(alpha).var(), mean * (1 - mean) / (total + 1)
    )


@pytest.mark.parametrize("n", [1, 2, 10, 400])
@pytest.mark.parametrize("deviations", [0.0, 2.0])
def test_exponential_sum_tail_equals_scipy(n: int, deviations: float) -> None:
    expected = stats.gamma(n).sf(n + deviations * np.sqrt(n))
    assert m.exponential_sum_tail(n, deviations) == pytest.approx(expected, rel=1e-9)


def test_posterior_of_the_screening_test_in_exact_fractions() -> None:
    ill, sensitivity, specificity = (
        Fraction(1, 100),
        Fraction(99, 100),
        Fraction(19, 20),
    )
    joint = ill * sensitivity
    exact = joint / (joint + (1 - ill) * (1 - specificity))
    assert exact == Fraction(1, 6)
    got = m.posterior(np.array([0.01, 0.99]), np.array([0.99, 0.05]))
    np.testing.assert_allclose(got, [1 / 6, 5 / 6])


def test_posterior_equals_simulation() -> None:
    rng = generator()
    prior, likelihood = np.array([0.2, 0.5, 0.3]), np.array([0.9, 0.1, 0.4])
    cause = rng.choice(3, size=400_000, p=prior)
    observed = cause[rng.random(cause.size) < likelihood[cause]]
    shares = np.bincount(observed) / observed.size
    np.testing.assert_allclose(m.posterior(prior, likelihood), shares, atol=4e-3)


@settings(deadline=None, max_examples=50)
@given(arrays(np.float64, (3, 4), elements=st.floats(0.01, 1)))
def test_updating_one_by_one_equals_updating_at_once(table: Array) -> None:
    prior, first, second = table
    prior = prior / prior.sum()
    stepwise = m.posterior(m.posterior(prior, first), second)
    assert stepwise.sum() == pytest.approx(1)
    np.testing.assert_allclose(stepwise, m.posterior(prior, first * second))
    np.testing.assert_allclose(stepwise, m.posterior(m.posterior(prior, second), first))


def test_posterior_refuses_an_impossible_observation() -> None:
    with pytest.raises(
        ValueError, match="^the observation is impossible under every hypothesis$"
    ):
        m.posterior(np.array([1.0, 0.0]), np.array([0.0, 1.0]))


def regression() -> tuple[Array, Array]:
    rng = generator()
    X = rng.standard_normal((20, 3))
    return X, X @ np.array([1.0, -2.0, 0.5]) + 0.5 * rng.standard_normal(20)


def test_map_weights_equal_ridge_and_minimize_the_posterior() -> None:
    X, y = regression()
    noise, prior = 0.5, 0.3
    w = m.map_weights(X, y, noise, prior)
    ridge = Ridge(alpha=noise**2 / prior**2, fit_intercept=False).fit(X, y)
    np.testing.assert_allclose(w, ridge.coef_)
    found = optimize.minimize(
        m.negative_log_posterior, np.zeros(3), args=(X, y, noise, prior)
    )
    np.testing.assert_allclose(w, found.x, atol=1e-4)


def test_negative_log_posterior_equals_scipy_up_to_a_constant() -> None:
    X, y = regression()

    def full(w: Array) -> float:
        log_likelihood = stats.norm(X @ w, 0.5).logpdf(y).sum()
        return float(-log_likelihood - stats.norm(0, 0.3).logpdf(w).sum())

    a, b = np.array([1.0, 0, 2]), np.array([-1.0, 3, 0.5])
    difference = m.negative_log_posterior(a, X, y, 0.5, 0.3)
    difference -= m.negative_log_posterior(b, X, y, 0.5, 0.3)
    assert difference == pytest.approx(full(a) - full(b))


@settings(deadline=None, max_examples=50)
@given(tables.filter(lambda t: bool(np.all(t.sum(axis=1) > 0))))
def test_entropy_and_divergence_equal_scipy(table: Array) -> None:
    p, q, _ = table / table.sum(axis=1, keepdims=True)
    assert m.entropy(p) == pytest.approx(stats.entropy(p), abs=1e-12)
    assert m.kl_divergence(p, q) == pytest.approx(stats.entropy(p, q), abs=1e-12)
    assert m.kl_divergence(p, p) == 0
    smooth = (q + 0.1) / np.sum(q + 0.1)
    assert m.kl_divergence(p, smooth) >= -1e-12
    cross = -np.sum(p * np.log(smooth))
    assert m.entropy(p) + m.kl_divergence(p, smooth) == pytest.approx(cross)


@settings(deadline=None, max_examples=50)
@given(tables.filter(lambda t: t.sum() > 0))
def test_mutual_information_equals_scikit_learn(table: Array) -> None:
    got = m.mutual_information(table / table.sum())
    expected = mutual_info_score(None, None, contingency=table)
    assert got == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("case", [(0.0, 1.0, 0.0, 1.0), (1.0, 2.0, -0.5, 0.7)])
def test_gaussian_kl_equals_torch(case: tuple[float, float, float, float]) -> None:
    mean, sd, mean_q, sd_q = (torch.tensor(v, dtype=torch.float64) for v in case)
    expected = torch.distributions.kl_divergence(
        torch.distributions.Normal(mean, sd), torch.distributions.Normal(mean_q, sd_q)
    )
    assert m.gaussian_kl(*case) == pytest.approx(float(expected))


def test_beta_update_equals_numerical_integration() -> None:
    outcomes = np.array([1.0, 0, 1, 1, 0, 1])
    a, b = 1.5, 3.0

    def weight(p: float) -> float:
        likelihood = np.prod(np.where(outcomes == 1, p, 1 - p))
        return float(likelihood * stats.beta(a, b).pdf(p))

    evidence = integrate.quad(weight, 0, 1)[0]
    closed = stats.beta(*m.beta_update(a, b, outcomes))
    for p in GRID:
        assert closed.pdf(p) == pytest.approx(weight(p) / evidence, rel=1e-6)
    mean = integrate.quad(lambda p: p * weight(p), 0, 1)[0] / evidence
    assert closed.mean() == pytest.approx(mean)
    first = m.beta_update(a, b, outcomes[:2])
    assert m.beta_update(*first, outcomes[2:]) == m.beta_update(a, b, outcomes)


def test_log_beta_kernel_is_beta_up_to_a_constant() -> None:
    log_kernel = np.array([m.log_beta_kernel(x) for x in GRID])
    offset = stats.beta(5, 2).logpdf(GRID) - log_kernel
    np.testing.assert_allclose(offset, math.log(30))
    assert [m.log_beta_kernel(x) for x in (-0.1, 0, 1, 1.1)] == [-math.inf] * 4


def test_the_mode_moves_with_the_coordinates() -> None:
    def minus_log_density(logit: float) -> float:
        p = 1 / (1 + math.exp(-logit))
        return float(-stats.beta(5, 2).logpdf(p) - math.log(p * (1 - p)))

    logit = optimize.minimize_scalar(minus_log_density).x
    assert 1 / (1 + math.exp(-logit)) == pytest.approx(5 / 7, abs=1e-5)


def test_metropolis_reaches_the_closed_form() -> None:
    chain, rate = m.metropolis(m.log_beta_kernel, 0.5, 0.4, 40_000, generator())
    assert chain.shape == (40_000,)
    moved = np.mean(np.diff(np.concatenate([[0.5], chain])) != 0)
    assert rate == moved
    exact = stats.beta(5, 2)
    assert stats.kstest(chain[::20], exact.cdf).pvalue > 0.01
    error = exact.std() / math.sqrt(m.chain_effective_size(chain))
    assert abs(chain.mean() - exact.mean()) < 4 * error


def test_metropolis_proposes_gaussian_steps_and_accepts_every_rise() -> None:
    chain, rate = m.metropolis(lambda _: 0.0, 2.0, 0.5, 5000, generator())
    assert rate == 1
    steps = np.diff(np.concatenate([[2.0], chain]))
    assert stats.kstest(steps, stats.norm(0, 0.5).cdf).pvalue > 0.01


class Smallest(np.random.Generator):
    """Draws u = 0 and a normal 10 always."""

    def random(self, size: int = 1) -> Array:  # type: ignore[override]
        return np.zeros(size)

    def standard_normal(self, *args: object, **kwargs: object) -> float:  # type: ignore[override]
        return 10.0


def test_no_sampler_accepts_a_point_of_density_zero() -> None:
    rng = Smallest(np.random.PCG64(0))
    chain, rate = m.metropolis(m.log_beta_kernel, 0.5, 1.0, 3, rng)
    assert (chain.tolist(), rate) == ([0.5] * 3, 0)

    def propose(size: int, rng: np.random.Generator) -> Array:
        return np.resize([0.0, 0.5], size)

    x, _ = m.rejection_samples(m.beta_kernel, propose, np.ones_like, 4, rng)
    assert x.tolist() == [0.5] * 4


def test_metropolis_refuses_a_start_outside_the_support() -> None:
    with pytest.raises(ValueError, match="^start lies outside the support$"):
        m.metropolis(m.log_beta_kernel, 1.5, 0.4, 10, generator())


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_chain_effective_size_of_an_autoregression(rho: float) -> None:
    n = 100_000
    noise = generator().standard_normal(n) * math.sqrt(1 - rho**2)
    chain = np.empty(n)
    chain[0] = noise[0]
    for i in range(1, n):
        chain[i] = rho * chain[i - 1] + noise[i]
    exact = n * (1 - rho) / (1 + rho)
    assert m.chain_effective_size(chain + 3) == pytest.approx(exact, rel=0.1)


def test_chain_effective_size_refuses_a_chain_that_never_moved() -> None:
    for chain in (np.full(7, 0.1), np.array([3.0])):
        with pytest.raises(ValueError, match="^the chain never moved$"):
            m.chain_effective_size(chain)


def test_chain_effective_size_by_hand() -> None:
    # Deviations -2, -1, 0, 1, 2: rho_1 = 4/10, rho_2 = -1/10 ends the sum.
    assert m.chain_effective_size(np.arange(5.0)) == pytest.approx(5 / 1.8)
    # Deviations 1, -1: the first is negative already.
    assert m.chain_effective_size(np.array([1.0, -1.0])) == 2
    # rho_1 = 0 does not end the sum, rho_2 = 1/4, rho_3 = 0, rho_4 = -1/2 does.
    x = np.array([1.0, 0, 1, 0, -1, 0, -1, 0])
    assert m.chain_effective_size(x) == pytest.approx(8 / 1.5)


def test_exponential_samples_pass_the_kolmogorov_smirnov_test() -> None:
    x = m.exponential_samples(2.5, 5000, generator())
    assert stats.kstest(x, stats.expon(scale=0.4).cdf).pvalue > 0.01


def test_categorical_samples_pass_the_chi_square_test() -> None:
    p = np.array([0.0, 1.0, 2.0, 0.0, 5.0, 0.0])
    counts = np.bincount(m.categorical_samples(p, 8000, generator()), minlength=6)
    assert counts[[0, 3, 5]].sum() == 0
    assert stats.chisquare(counts[[1, 2, 4]], [1000, 2000, 5000]).pvalue > 0.01


class Fixed(np.random.Generator):
    """Draws the smallest and the largest u there are."""

    def random(self, *args: object, **kwargs: object) -> Array:  # type: ignore[override]
        return np.array([0.0, 1 - 2.0**-53])


def test_categorical_samples_never_pick_an_empty_class_or_none() -> None:
    rng = Fixed(np.random.PCG64(0))
    got = m.categorical_samples(np.array([0.0, 1.0, 1.0, 0.0]), 2, rng)
    np.testing.assert_array_equal(got, [1, 2])
    for classes in range(2, 60):  # sums in another order must not shift the end
        p = np.random.default_rng(classes).random(classes)
        assert m.categorical_samples(p, 2, rng).tolist() == [0, classes - 1]


def uniform(size: int, rng: np.random.Generator) -> Array:
    return rng.random(size)


def test_rejection_samples_pass_the_kolmogorov_smirnov_test() -> None:
    top = 0.8**4 * 0.2
    x, rate = m.rejection_samples(
        m.beta_kernel, uniform, lambda v: np.full_like(v, top), 5000, generator()
    )
    assert x.shape == (5000,)
    assert stats.kstest(x, stats.beta(5, 2).cdf).pvalue > 0.01
    area = math.gamma(5) * math.gamma(2) / math.gamma(7)
    assert rate == pytest.approx(area / top, abs=0.02)


def test_rejection_samples_stop_as_soon_as_there_are_enough() -> None:
    batches: list[int] = []

    def propose(size: int, rng: np.random.Generator) -> Array:
        batches.append(size)
        return rng.random(size)

    x, rate = m.rejection_samples(np.ones_like, propose, np.ones_like, 50, generator())
    assert (len(x), rate, batches) == (50, 1.0, [50])


def test_rejection_refuses_an_envelope_below_the_density() -> None:
    with pytest.raises(ValueError, match="^the envelope lies below the density$"):
        m.rejection_samples(
            m.beta_kernel, uniform, lambda v: np.full_like(v, 0.08), 200, generator()
        )


def test_importance_estimate_reaches_the_target_and_its_effective_size() -> None:
    x = 2 * generator().standard_normal(200_000)
    log_weights = stats.norm.logpdf(x) - stats.norm(0, 2).logpdf(x) + 700
    second_moment, size = m.importance_estimate(x**2, log_weights)
    assert second_moment == pytest.approx(1, abs=0.02)
    assert size / len(x) == pytest.approx(math.sqrt(7) / 4, abs=0.01)


def test_importance_estimate_by_hand() -> None:
    mean, size = m.importance_estimate(
        np.array([1.0, 2.0, 4.0]), np.log([1.0, 1.0, 2.0]) - 800
    )
    assert mean == pytest.approx((1 + 2 + 8) / 4)
    assert size == pytest.approx(16 / 6)


def test_effective_share_of_a_wider_gaussian_in_closed_form() -> None:
    square = integrate.quad(
        lambda x: stats.norm.pdf(x) ** 2 / stats.norm(0, 2).pdf(x), -20, 20
    )[0]
    assert 1 / square == pytest.approx(math.sqrt(2 * 2**2 - 1) / 2**2)


@pytest.mark.parametrize("mean", [-0.5, 1.0])
def test_gradient_estimates_are_unbiased_with_their_exact_variances(
    mean: float,
) -> None:
    def moment(index: int, power: int) -> float:
        def integrand(e: float) -> float:
            estimate = m.gradient_estimates(mean, np.array([e]))[index]
            assert estimate.shape == (1,)
            return float(estimate[0] ** power * stats.norm.pdf(e))

        return float(integrate.quad(integrand, -12, 12)[0])

    # E[z^2] = mean^2 + 1; the variance of z^2 e follows from Gaussian moments.
    for index, variance in ((0, 4), (1, mean**4 + 14 * mean**2 + 15)):
        assert moment(index, 1) == pytest.approx(2 * mean)
        assert moment(index, 2) - (2 * mean) ** 2 == pytest.approx(variance)


def test_reparameterized_gradient_equals_autograd() -> None:
    draws = generator().standard_normal(50)
    pathwise, _ = m.gradient_estimates(1.3, draws)
    noise = torch.from_numpy(draws)
    mean = torch.full((50,), 1.3, dtype=torch.float64, requires_grad=True)
    ((mean + noise) ** 2).sum().backward()  # type: ignore[no-untyped-call]
    assert mean.grad is not None
    np.testing.assert_allclose(pathwise, mean.grad.numpy())
