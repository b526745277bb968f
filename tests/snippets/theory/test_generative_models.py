"""Closed forms, SciPy, torch, scikit-image, Monte Carlo and loops as oracles."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, ndimage
from scipy.integrate import quad
from scipy.spatial.distance import jensenshannon
from scipy.stats import multivariate_normal, norm
from skimage import metrics

from snippets import Array
from snippets.theory import generative_models as m
from snippets.theory.optimizers import Adam

SCIKIT_IMAGE: Any = metrics  # its functions have no types
SEEDS = st.integers(0, 10_000)
QUICK = settings(deadline=None, max_examples=20)


def covariance(rng: np.random.Generator, d: int) -> Array:
    root = rng.standard_normal((d, d + 1))
    return root @ root.T / d


@given(SEEDS)
@QUICK
def test_kl_is_that_of_torch(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mean, log_var = rng.standard_normal((2, 5, 3))
    q = torch.distributions.Normal(
        torch.from_numpy(mean), torch.from_numpy(np.exp(log_var / 2))
    )
    p = torch.distributions.Normal(torch.zeros(5, 3).double(), 1.0)
    expected = torch.distributions.kl_divergence(q, p).sum(1).numpy()
    np.testing.assert_allclose(m.gaussian_kl(mean, log_var), expected)


def test_reparameterized_samples_have_the_moments() -> None:
    mean, log_var = np.array([[1.0, -2.0]]), np.array([[0.5, -1.0]])
    noise = np.random.default_rng(0).standard_normal((200_000, 2))
    z = m.reparameterize(mean, log_var, noise)
    np.testing.assert_allclose(z.mean(0), mean[0], atol=0.01)
    np.testing.assert_allclose(z.var(0), np.exp(log_var[0]), rtol=0.01)


def test_elbo_equals_monte_carlo_and_is_tight_at_the_posterior() -> None:
    rng = np.random.default_rng(0)
    n, std, W = 100_000, 0.7, np.array([[1.0], [2.0], [-0.5]])
    x = np.array([[0.8, -0.3, 1.1]])
    rows = np.repeat(x, n, axis=0)
    mean, log_var = np.full((n, 1), 0.4), np.full((n, 1), -0.6)
    z = m.reparameterize(mean, log_var, rng.standard_normal((n, 1)))
    ours = m.elbo(rows, z @ W.T, mean, log_var, std).mean()
    log_ratio = (
        norm.logpdf(rows, z @ W.T, std).sum(1)
        + norm.logpdf(z[:, 0])
        - norm.logpdf(z[:, 0], 0.4, math.exp(-0.3))
    )
    assert ours == pytest.approx(log_ratio.mean(), abs=0.02)
    exact = multivariate_normal(np.zeros(3), W @ W.T + std**2 * np.eye(3)).logpdf(x[0])
    assert ours < exact - 0.1

    variance = 1 / (1 + (W.T @ W).item() / std**2)
    post = variance * (x @ W).item() / std**2
    gap = 0.5 * (
        math.log(variance) + 0.6 + (math.exp(-0.6) + (0.4 - post) ** 2) / variance - 1
    )  # KL(q || posterior)
    assert exact - ours == pytest.approx(gap, abs=0.02)
    mean, log_var = np.full((n, 1), post), np.full((n, 1), math.log(variance))
    z = m.reparameterize(mean, log_var, rng.standard_normal((n, 1)))
    tight = m.elbo(rows, z @ W.T, mean, log_var, std).mean()
    assert tight == pytest.approx(exact, abs=0.02)


@pytest.mark.parametrize("std", [0.5, 1.2])
def test_linear_vae_finds_probabilistic_pca(std: float) -> None:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((500, 3)) * [2, 1, 0.3]
    x -= x.mean(axis=0)
    W, V, s = m.train_linear_vae(x, 2, std, steps=1500, lr=0.02)
    values = np.linalg.eigvalsh(x.T @ x / len(x))[::-1]
    kept = np.maximum(values[:2] - std**2, 0)
    np.testing.assert_allclose(
        np.linalg.eigvalsh(W @ W.T)[::-1][:2], kept, atol=0.06 * values[0]
    )
    spectrum = std**2 + np.append(kept, 0)
    best = -0.5 * np.sum(np.log(2 * np.pi * spectrum) + values / spectrum)
    rows = np.tile(x, (100, 1))
    mean, log_var = rows @ V.T, np.tile(s, (len(rows), 1))
    z = m.reparameterize(mean, log_var, rng.standard_normal(mean.shape))
    reached = m.elbo(rows, z @ W.T, mean, log_var, std).mean()
    assert best - 0.02 < reached < best + 0.01
    expected = 0.5 * np.log(spectrum[:2] / std**2)  # nats of information
    np.testing.assert_allclose(m.latent_kl(x, V, s), expected, atol=0.04)
    np.testing.assert_allclose(
        m.latent_kl(x, V, s).sum(),
        m.gaussian_kl(x @ V.T, np.tile(s, (500, 1))).mean(),
    )


def logits(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    real, fake = 2 * rng.standard_normal((2, 7))
    return torch.from_numpy(real), torch.from_numpy(fake).requires_grad_()


@pytest.mark.parametrize("kind", m.KINDS)
@given(seed=SEEDS)
@QUICK
def test_gan_losses_and_slopes_are_those_of_torch(kind: str, seed: int) -> None:
    real, fake = logits(seed)
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    one, zero = torch.ones(7).double(), torch.zeros(7).double()
    if kind == "hinge":
        d = torch.relu(1 - real).mean() + torch.relu(1 + fake).mean()
    elif kind == "wasserstein":
        d = fake.mean() - real.mean()
    else:
        d = bce(real, one) + bce(fake, zero)
    g = {
        "saturating": -bce(fake, zero),
        "non-saturating": bce(fake, one),
    }.get(kind, -fake.mean())
    ours = m.gan_losses(real.numpy(), fake.detach().numpy(), kind)
    np.testing.assert_allclose(ours, [d.item(), g.item()])
    (slope,) = torch.autograd.grad(g, fake)
    np.testing.assert_allclose(
        m.generator_slope(fake.detach().numpy(), kind), slope.numpy() * 7
    )


def test_optimal_discriminator_maximizes_pointwise() -> None:
    p, q = np.array([0.5, 0.2, 0.9]), np.array([0.5, 0.6, 0.1])
    best = m.optimal_discriminator(p, q)
    grid = np.linspace(0.001, 0.999, 999)[:, None]
    value = p * np.log(grid) + q * np.log(1 - grid)
    np.testing.assert_allclose(grid[value.argmax(0), 0], best, atol=1e-3)


@given(SEEDS)
@QUICK
def test_jensen_shannon_is_that_of_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p, q = rng.dirichlet(np.ones(5), size=2)
    p = np.append(p, 0.0)
    q = np.append(0.0, q)
    assert m.jensen_shannon(p, q) == pytest.approx(jensenshannon(p, q) ** 2)
    d = m.optimal_discriminator(p[1:5], q[1:5])
    value = p[1:5] @ np.log(d) + q[1:5] @ np.log(1 - d)  # D is 1 or 0 elsewhere
    assert value == pytest.approx(2 * m.jensen_shannon(p, q) - 2 * math.log(2))


def test_mlp_gradients_are_those_of_torch() -> None:
    rng = np.random.default_rng(0)
    net = m.init_mlp([3, 6, 5, 2], rng)
    assert [w.shape for w in net] == [(3, 6), (6,), (6, 5), (5,), (5, 2), (2,)]
    net = [w + 0.1 * rng.standard_normal(w.shape) for w in net]
    x, g = rng.standard_normal((4, 3)), rng.standard_normal((4, 2))
    theirs = [torch.from_numpy(w).requires_grad_() for w in net]
    inputs = torch.from_numpy(x).requires_grad_()
    h = inputs
    for i in (0, 2, 4):
        h = h @ theirs[i] + theirs[i + 1]
        h = h if i == 4 else torch.nn.functional.leaky_relu(h, 0.2)
    h.backward(torch.from_numpy(g))  # type: ignore[no-untyped-call]
    outputs = m.forward(net, x)
    np.testing.assert_allclose(outputs[-1], h.detach().numpy())
    grads, by_input = m.backward(net, outputs, g)
    assert inputs.grad is not None
    np.testing.assert_allclose(by_input, inputs.grad.numpy())
    for ours, tensor in zip(grads, theirs, strict=True):
        assert tensor.grad is not None
        np.testing.assert_allclose(ours, tensor.grad.numpy())


def test_he_initialization_has_its_variance() -> None:
    W, b = m.init_mlp([200, 300], np.random.default_rng(0))
    assert W.std() == pytest.approx(math.sqrt(2 / 200), rel=0.02)
    assert not b.any()


def test_discriminator_step_descends_the_loss_of_torch() -> None:
    rng = np.random.default_rng(0)
    net = m.init_mlp([2, 4, 1], rng)
    real, fake = rng.standard_normal((8, 2)), rng.standard_normal((4, 2)) + 1

    def loss(weights: list[Array]) -> float:
        a, b = m.forward(weights, real)[-1], m.forward(weights, fake)[-1]
        return m.gan_losses(a, b, "non-saturating")[0]

    optimizers = [Adam(1e-3, betas=(0.0, 0.0), eps=1e6) for _ in net]
    stepped = m.discriminator_step(net, optimizers, real, fake)
    for i, w in enumerate(net):  # a huge eps makes Adam plain descent
        for index in np.ndindex(w.shape):
            nudged = [v.copy() for v in net]
            nudged[i][index] += 1e-6
            slope = (loss(nudged) - loss(net)) / 1e-6
            ours = (w[index] - stepped[i][index]) * 1e9
            assert ours == pytest.approx(slope, abs=1e-4)


def test_generator_step_descends_its_loss() -> None:
    rng = np.random.default_rng(1)
    G, D = m.init_mlp([2, 3, 2], rng), m.init_mlp([2, 4, 1], rng)
    z = rng.standard_normal((5, 2))

    def loss(weights: list[Array]) -> float:
        fake = m.forward(D, m.forward(weights, z)[-1])[-1]
        return m.gan_losses(fake, fake, "non-saturating")[1]

    optimizers = [Adam(1e-3, betas=(0.0, 0.0), eps=1e6) for _ in G]
    stepped = m.generator_step(G, optimizers, D, z)
    for i, w in enumerate(G):
        for index in np.ndindex(w.shape):
            nudged = [v.copy() for v in G]
            nudged[i][index] += 1e-6
            slope = (loss(nudged) - loss(G)) / 1e-6
            ours = (w[index] - stepped[i][index]) * 1e9
            assert ours == pytest.approx(slope, abs=1e-4)


def test_trained_discriminator_approaches_the_optimal_one() -> None:
    rng = np.random.default_rng(0)
    net = m.init_mlp([1, 16, 1], rng)
    optimizers = [Adam(0.01) for _ in net]
    for _ in range(400):
        real, fake = rng.normal(0, 1, (256, 1)), rng.normal(1, 2, (256, 1))
        net = m.discriminator_step(net, optimizers, real, fake)
    x = np.linspace(-2.5, 3, 23)
    best = m.optimal_discriminator(norm.pdf(x), norm.pdf(x, 1, 2))
    learned = m.sigmoid(m.forward(net, x[:, None])[-1][:, 0])
    np.testing.assert_allclose(learned, best, atol=0.1)
    assert np.abs(learned - best).mean() < 0.04


def test_ring_has_eight_modes_and_counting_finds_them() -> None:
    x = m.ring(8000, np.random.default_rng(0))
    radius = np.linalg.norm(m.RING, axis=1)
    np.testing.assert_allclose(radius, 2)
    turn = m.RING[1:, 0] * m.RING[:-1, 0] + m.RING[1:, 1] * m.RING[:-1, 1]
    np.testing.assert_allclose(turn, 4 * math.cos(math.pi / 4))
    covered, near = m.modes_covered(x)
    assert covered == 8
    assert near == pytest.approx(1 - math.exp(-4.5), abs=0.005)  # Rayleigh
    distance = np.linalg.norm(x[:, None] - m.RING, axis=2)
    counts = np.bincount(distance.argmin(1), minlength=8) / 8000
    np.testing.assert_allclose(counts, 1 / 8, atol=0.015)


def test_modes_need_one_percent() -> None:
    far = np.full((98, 2), 10.0)
    assert m.modes_covered(np.vstack([far, m.RING[:2]])) == (2, 0.02)
    assert m.modes_covered(np.vstack([far, far, m.RING[:1]])) == (0, 1 / 197)
    off = np.vstack([m.RING + np.array([0.29, 0]), m.RING + np.array([0, 0.31])])
    assert m.modes_covered(off) == (8, 0.5)


def test_gan_covers_the_ring_only_if_the_discriminator_keeps_up() -> None:
    good = m.sample_gan(m.train_gan(2e-3, 8e-3, steps=600, seed=0), 2000)
    bad = m.sample_gan(m.train_gan(8e-3, 2e-3, steps=600, seed=0), 2000)
    assert good.shape == (2000, 2)
    covered, near = m.modes_covered(good)
    assert covered >= 7
    assert near > 0.25
    assert m.modes_covered(bad)[0] <= 4


def test_schedule_is_the_product_of_one_minus_beta() -> None:
    kept, product = m.alpha_bars(1000), 1.0
    for t in range(1000):
        product *= 1 - (1e-4 + (0.02 - 1e-4) * t / 999)
        assert kept[t] == pytest.approx(product)
    assert len(kept) == 1000


def test_add_noise_equals_many_small_steps() -> None:
    rng = np.random.default_rng(0)
    x = np.full(100_000, 1.5)
    kept = m.alpha_bars(50)
    for alpha in kept / np.concatenate([[1], kept[:-1]]):
        x = math.sqrt(alpha) * x + math.sqrt(1 - alpha) * rng.standard_normal(len(x))
    jump = m.add_noise(np.full(100_000, 1.5), rng.standard_normal(100_000), kept[-1])
    assert jump.mean() == pytest.approx(x.mean(), abs=0.02)
    assert jump.std() == pytest.approx(x.std(), rel=0.02)
    assert m.add_noise(np.ones(1), np.ones(1), 0.64).item() == pytest.approx(1.4)


@pytest.mark.parametrize("alpha_bar", [0.9, 0.5, 0.1])
def test_mixture_noise_is_the_conditional_mean(alpha_bar: float) -> None:
    v = 1 - alpha_bar

    def joint(noise: float, x: float) -> float:
        x0 = (x - math.sqrt(v) * noise) / math.sqrt(alpha_bar)
        return float(norm.pdf(noise) * (m.WEIGHTS * norm.pdf(x0, m.MEANS, 0.2)).sum())

    for x in (-1.5, 0.1, 0.9):
        near = [(x - math.sqrt(alpha_bar) * c) / math.sqrt(v) for c in m.MEANS]
        top = quad(lambda e, x=x: e * joint(e, x), -12, 12, points=near, limit=400)[0]
        bottom = quad(joint, -12, 12, args=(x,), points=near, limit=400)[0]
        ours = m.mixture_noise(np.array([x]), alpha_bar).item()
        assert ours == pytest.approx(top / bottom, rel=1e-5)


def test_mixture_noise_survives_far_points() -> None:
    assert m.mixture_noise(np.array([1e3]), 0.999).item() > 0


def test_noise_loss_is_least_for_the_conditional_mean() -> None:
    rng = np.random.default_rng(0)
    x0, noise = 0.5 * rng.standard_normal(200_000), rng.standard_normal(200_000)
    a = 0.6
    total = a * 0.25 + 1 - a  # variance of x_t

    def best(x: Array, alpha_bar: float) -> Array:
        return math.sqrt(1 - alpha_bar) / total * x

    loss = m.noise_loss(best, x0, noise, a)
    assert loss == pytest.approx(a * 0.25 / total, rel=0.02)
    assert m.noise_loss(lambda x, b: 1.2 * best(x, b), x0, noise, a) > loss
    assert m.noise_loss(lambda x, b: 0.8 * best(x, b), x0, noise, a) > loss


def test_ddpm_step_has_the_posterior_mean() -> None:
    rng = np.random.default_rng(0)
    x0, now, before = 0.7, 0.5, 0.6
    alpha = now / before
    x = rng.standard_normal(5)

    def knows(x_t: Array, alpha_bar: float) -> Array:
        found: Array = (x_t - math.sqrt(alpha_bar) * x0) / math.sqrt(1 - alpha_bar)
        return found

    mean = (
        math.sqrt(before) * (1 - alpha) * x0 + math.sqrt(alpha) * (1 - before) * x
    ) / (1 - now)  # of q(x_{t-1} | x_t, x_0)
    ours = m.ddpm_step(knows, x, now, before, np.zeros(5))
    np.testing.assert_allclose(ours, mean)
    noisy = m.ddpm_step(knows, x, now, before, np.ones(5))
    np.testing.assert_allclose(noisy - ours, math.sqrt(1 - alpha))
    np.testing.assert_allclose(m.ddim_step(knows, x, now, 1.0), x0)
    eps = knows(x, now)
    np.testing.assert_allclose(
        m.ddim_step(knows, x, now, before),
        math.sqrt(before) * x0 + math.sqrt(1 - before) * eps,
    )


@pytest.mark.parametrize("stochastic", [True, False])
def test_sampling_returns_to_the_mixture(stochastic: bool) -> None:
    path = m.sample_mixture(2000, 200, stochastic)
    assert path.shape == (201, 2000)
    assert path[0].std() == pytest.approx(1, rel=0.05)
    last = path[-1]
    right = last > -0.5
    assert right.mean() == pytest.approx(0.7, abs=0.04)
    assert last[right].mean() == pytest.approx(1, abs=0.03)
    assert last[~right].mean() == pytest.approx(-2, abs=0.05)
    assert last[right].std() == pytest.approx(0.2, rel=0.1)


def test_few_ddpm_steps_are_too_wide_or_with_posterior_variance_too_narrow() -> None:
    rng = np.random.default_rng(0)
    kept = [1.0, *m.alpha_bars(1000)[np.linspace(0, 999, 10).round().astype(int)]]
    spread = {}
    for posterior in (False, True):
        x = rng.standard_normal(5000)
        for t in range(10, 0, -1):
            now, before = float(kept[t]), float(kept[t - 1])
            share = (1 - before) / (1 - now)  # of beta, 0 at the last step
            scale = math.sqrt(share) if posterior else float(t > 1)
            noise = scale * rng.standard_normal(5000)
            x = m.ddpm_step(m.mixture_noise, x, now, before, noise)
        spread[posterior] = x[x > -0.5].std()
    assert spread[True] < 0.18 < 0.35 < spread[False]


@pytest.mark.parametrize("steps", [1, 3])
def test_ddim_path_repeats_its_step(steps: int) -> None:
    path = m.sample_mixture(4, steps, stochastic=False)
    grid = {1: [0], 3: [0, 500, 999]}[steps]
    kept = [1.0, *m.alpha_bars(1000)[grid]]
    for i, t in enumerate(range(steps, 0, -1)):
        expected = m.ddim_step(m.mixture_noise, path[i], kept[t], kept[t - 1])
        np.testing.assert_allclose(path[i + 1], expected)


def test_last_ddpm_step_adds_no_noise() -> None:
    path = m.sample_mixture(50, 100, stochastic=True)
    kept = float(m.alpha_bars(1000)[0])
    calm = m.ddpm_step(m.mixture_noise, path[-2], kept, 1.0, np.zeros(50))
    np.testing.assert_allclose(path[-1], calm)
    second = float(m.alpha_bars(1000)[10])
    calm = m.ddpm_step(m.mixture_noise, path[-3], second, kept, np.zeros(50))
    residual = (path[-2] - calm) / math.sqrt(1 - second / kept)
    assert 0.7 < residual.std() < 1.3


@given(SEEDS)
@QUICK
def test_frechet_distance_matches_scipy_and_is_symmetric(seed: int) -> None:
    rng = np.random.default_rng(seed)
    C1, C2 = covariance(rng, 4), covariance(rng, 4)
    m1, m2 = rng.standard_normal((2, 4))
    root = np.real(linalg.sqrtm(C1 @ C2))
    expected = ((m1 - m2) ** 2).sum() + np.trace(C1 + C2 - 2 * root)
    ours = m.frechet_distance(m1, C1, m2, C2)
    assert ours == pytest.approx(expected, rel=1e-6, abs=1e-8)
    assert m.frechet_distance(m2, C2, m1, C1) == pytest.approx(ours, abs=1e-8)
    assert m.frechet_distance(m1, C1, m1, C1) == pytest.approx(0, abs=1e-8)


@given(SEEDS)
@QUICK
def test_frechet_distance_of_diagonal_gaussians(seed: int) -> None:
    rng = np.random.default_rng(seed)
    s1, s2 = rng.uniform(0, 2, (2, 5))
    s1[0] = 0.0  # singular covariances too
    m1, m2 = rng.standard_normal((2, 5))
    expected = ((m1 - m2) ** 2).sum() + ((s1 - s2) ** 2).sum()
    ours = m.frechet_distance(m1, np.diag(s1**2), m2, np.diag(s2**2))
    assert ours == pytest.approx(expected)


def test_fid_is_zero_on_itself_and_adds_a_shift() -> None:
    x = np.random.default_rng(0).standard_normal((50, 3))
    assert m.fid(x, x) == pytest.approx(0, abs=1e-9)
    assert m.fid(x, x + np.array([1, 2, 2])) == pytest.approx(9)
    unbiased = np.cov(x, rowvar=False, ddof=1)
    centered = m.frechet_distance(np.zeros(3), unbiased, np.zeros(3), np.eye(3))
    y = np.random.default_rng(1).standard_normal((60, 3))
    y = (y - y.mean(0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(y.T)).T)
    assert m.fid(x - x.mean(0), y) == pytest.approx(centered)


def test_kid_equals_plain_loops() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((5, 3)), rng.standard_normal((4, 3)) + 1

    def k(a: Array, b: Array) -> float:
        return float((a @ b / 3 + 1) ** 3)

    xx = [k(x[i], x[j]) for i in range(5) for j in range(5) if i != j]
    yy = [k(y[i], y[j]) for i in range(4) for j in range(4) if i != j]
    xy = [k(a, b) for a in x for b in y]
    expected = np.mean(xx) + np.mean(yy) - 2 * np.mean(xy)
    assert m.kid(x, y) == pytest.approx(expected)


def test_same_distribution_averages_trials() -> None:
    rng = np.random.default_rng(0)
    pairs = [rng.standard_normal((2, 40, 3)) for _ in range(3)]
    ours = m.same_distribution(40, 3, trials=3)
    assert ours[0] == pytest.approx(np.mean([m.fid(x, y) for x, y in pairs]))
    assert ours[1] == pytest.approx(np.mean([m.kid(x, y) for x, y in pairs]))


def test_psnr() -> None:
    x = np.zeros((4, 5))
    assert m.psnr(x, x + 0.1) == pytest.approx(20)
    assert m.psnr(x, x + 25.5, data_range=255.0) == pytest.approx(20)
    assert m.psnr(x, x) == math.inf


@given(SEEDS, st.sampled_from([1.0, 2.0, 255.0]))
@QUICK
def test_psnr_is_that_of_scikit_image(seed: int, scale: float) -> None:
    x, y = scale * np.random.default_rng(seed).random((2, 6, 8))
    expected = SCIKIT_IMAGE.peak_signal_noise_ratio(x, y, data_range=scale)
    assert m.psnr(x, y, scale) == pytest.approx(expected, rel=1e-9)


@given(
    SEEDS,
    st.sampled_from([3, 5, 7, 11]),
    st.sampled_from([1.0, 2.0, 255.0]),
    st.tuples(st.integers(11, 24), st.integers(11, 24)),
    st.floats(0.0, 2.0),
)
@settings(deadline=None, max_examples=50)
def test_ssim_is_that_of_scikit_image(
    seed: int, size: int, scale: float, shape: tuple[int, int], noise: float
) -> None:
    rng = np.random.default_rng(seed)
    x = scale * ndimage.gaussian_filter(rng.random(shape), rng.uniform(0, 2))
    y = np.clip(x + noise * scale * rng.standard_normal(shape), 0, scale)
    expected = SCIKIT_IMAGE.structural_similarity(x, y, win_size=size, data_range=scale)
    ours = m.ssim(x, y, size, scale)
    assert ours == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_ssim_of_special_images_is_that_of_scikit_image() -> None:
    rng = np.random.default_rng(0)
    image = rng.random((16, 20))
    edge = np.zeros((16, 20))
    edge[:, 10:] = 1
    flat = np.full((16, 20), 0.3)
    cases = [
        *m.degraded_images().values(),
        (image, 1 - image),  # negative covariance
        (flat, flat + 0.4),  # no variance: the luminance term alone
        (flat, image),
        (edge, np.tri(16, 20)),
        (edge, np.roll(edge, 1, axis=1)),
        (image[:7, :7], image[-7:, -7:]),  # a single window
    ]
    for x, y in cases:
        expected = SCIKIT_IMAGE.structural_similarity(x, y, data_range=1.0)
        assert m.ssim(x, y) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def slow_ssim(x: Array, y: Array, size: int, data_range: float) -> float:
    """The definition, one window at a time, with numpy's covariance."""
    values = []
    for i in range(x.shape[0] - size + 1):
        for j in range(x.shape[1] - size + 1):
            a = x[i : i + size, j : j + size].ravel()
            b = y[i : i + size, j : j + size].ravel()
            (va, c), (_, vb) = np.cov(a, b)
            c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
            top = (2 * a.mean() * b.mean() + c1) * (2 * c + c2)
            bottom = (a.mean() ** 2 + b.mean() ** 2 + c1) * (va + vb + c2)
            values.append(top / bottom)
    return float(np.mean(values))


@given(SEEDS, st.sampled_from([3, 7]), st.sampled_from([1.0, 255.0]))
@QUICK
def test_ssim_equals_the_definition(seed: int, size: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    x = scale * rng.random((9, 11))
    y = np.clip(x + 0.3 * scale * rng.standard_normal(x.shape), 0, scale)
    ours = m.ssim(x, y, size, scale)
    assert ours == pytest.approx(slow_ssim(x, y, size, scale))
    assert m.ssim(y, x, size, scale) == pytest.approx(ours)
    assert ours < 1
    assert m.ssim(x, x, size, scale) == pytest.approx(1)


def test_ssim_defaults_and_errors() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.random((2, 7, 8))
    assert m.ssim(x, y) == pytest.approx(slow_ssim(x, y, 7, 1.0))
    with pytest.raises(ValueError, match="one shape"):
        m.ssim(x, y[:, :-1])
    with pytest.raises(ValueError, match="one shape"):
        m.ssim(x[:6], y[:6])


def test_degraded_images_have_one_error() -> None:
    images = m.degraded_images()
    errors = [((a - b) ** 2).mean() for a, b in images.values()]
    assert set(images) == {"shift", "noise", "blur"}
    np.testing.assert_allclose(errors, errors[0])
    image, blurred = images["blur"]
    np.testing.assert_allclose(
        blurred, ndimage.uniform_filter(image, 5, mode="nearest")
    )
    assert set(image.ravel().round(9)) <= {0.2, 0.5, 0.8}
    ratio = (images["noise"][1] - image).ravel() / math.sqrt(errors[0])
    assert set(ratio.round(9)) == {-1.0, 1.0}
    ys, xs = 7, 12
    sign = math.copysign(1, math.sin(xs / 3)) * math.copysign(1, math.sin(ys / 5))
    assert image[ys, xs] == pytest.approx(0.5 + 0.3 * sign)
    assert image.shape == (64, 64)


@given(SEEDS)
@QUICK
def test_warp_interpolates_like_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image, flow = rng.random((6, 7)), rng.uniform(-3, 3, (6, 7, 2))
    moved, inside = m.warp(image, flow)
    places = np.indices((6, 7)) + np.moveaxis(flow, 2, 0)
    expected = ndimage.map_coordinates(image, places, order=1, mode="nearest")
    np.testing.assert_allclose(moved, expected)
    rows, columns = places
    ok = (rows >= 0) & (rows <= 5) & (columns >= 0) & (columns <= 6)
    np.testing.assert_array_equal(inside, ok)


def test_warp_undoes_a_translation() -> None:
    before = np.random.default_rng(0).random((8, 9))
    now = np.roll(before, (2, -1), axis=(0, 1))
    flow = np.tile([-2.0, 1.0], (8, 9, 1))
    moved, inside = m.warp(before, flow)
    np.testing.assert_allclose(moved[2:, :-1], now[2:, :-1])
    expected = np.zeros((8, 9))
    expected[2:, :-1] = 1
    np.testing.assert_array_equal(inside, expected)
    assert m.warping_error(now, before, flow, np.ones((8, 9))) == 0
    assert m.warping_error(now + 0.5, before, flow, np.ones((8, 9))) == 0.25
    still = np.zeros((8, 9, 2))
    left = np.ones((8, 9))
    left[:, 4:] = 0
    error = ((now - before)[:, :4] ** 2).mean()
    assert m.warping_error(now, before, still, left) == pytest.approx(error)


def test_visible_needs_matching_flows() -> None:
    flow = np.tile([0.0, 1.0], (4, 5, 1))
    expected = np.ones((4, 5))
    expected[:, -1] = 0  # looks out of the frame
    np.testing.assert_array_equal(m.visible(flow, -flow), expected)
    assert not m.visible(flow, flow).any()
    back = -flow
    back[1, 3] = [0.0, 1.0]  # another motion is there
    expected[1, 2] = 0
    np.testing.assert_array_equal(m.visible(flow, back), expected)


@pytest.mark.parametrize("gap", [0.5, 0.7, 0.73, 0.9])
def test_visible_threshold(gap: float) -> None:
    flow = np.zeros((5, 5, 2))
    flow[2, 2] = [1.0, 1.0]
    back = np.zeros((5, 5, 2))
    back[3, 3] = [-1.0 + gap, -1.0]
    limit = 0.01 * (2 + (1 - gap) ** 2 + 1) + 0.5
    assert m.visible(flow, back)[2, 2] == float(gap**2 <= limit)
