"""Generative models: ELBO, GAN, diffusion, and how images are measured.

Numbers quoted on the page that need no function of their own:

GAN gradients at the logit -4 of a fake that is recognized as such:

>>> [round(generator_slope(np.array([-4.0]), k).item(), 3) for k in KINDS]
[-0.018, -0.982, -1.0, -1.0]

Jensen-Shannon divergence of distributions that share nothing, far or near:

>>> round(jensen_shannon(np.array([1, 0, 0.0]), np.array([0, 1, 0.0])), 3)
0.693
>>> round(jensen_shannon(np.array([1, 0, 0.0]), np.array([0, 0, 1.0])), 3)
0.693

Eight modes after 600 steps, from the same two starts: fast generator, then
fast discriminator (modes covered, share of samples near a mode):

>>> for rates in ((8e-3, 2e-3), (2e-3, 8e-3)):
...     for seed in (0, 3):
...         samples = sample_gan(train_gan(*rates, steps=600, seed=seed), 2000)
...         covered, near = modes_covered(samples)
...         print(covered, f"{near:.1f}")
3 0.1
1 0.1
8 0.5
7 0.3

Reverse diffusion with the exact noise predictor, DDPM against DDIM: share of
samples in the right mode (0.7 in the data), their spread (0.2 in the data):

>>> for steps in (1000, 50, 10):
...     for stochastic in (True, False):
...         x = sample_mixture(5000, steps, stochastic)[-1]
...         right = x[x > -0.5]
...         print(steps, f"{len(right) / 5000:.1f} {right.std():.2f}")
1000 0.7 0.20
1000 0.7 0.20
50 0.7 0.23
50 0.7 0.19
10 0.7 0.41
10 0.7 0.18

A linear VAE on data with standard deviations 2, 1 and 0.3: the KL of its two
latents in nats, for two fixed decoder noises (1 is less than 1.2 squared):

>>> x = np.random.default_rng(3).standard_normal((1000, 3)) * [2, 1, 0.3]
>>> x -= x.mean(axis=0)
>>> for std in (0.5, 1.2):
...     W, V, s = train_linear_vae(x, 2, std, steps=800, lr=0.02)
...     print([round(float(kl), 2) for kl in latent_kl(x, V, s)])
[1.39, 0.71]
[0.51, 0.0]
"""

import math
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from snippets import Array
from snippets.theory.optimizers import Adam

KINDS = ("saturating", "non-saturating", "wasserstein", "hinge")


# --8<-- [start:elbo]
def gaussian_kl(mean: Array, log_var: Array) -> Array:
    """KL(N(mean, exp(log_var)) || N(0, I)), shape (n, k) -> (n,).

    >>> gaussian_kl(np.array([[0.0, 2.0]]), np.zeros((1, 2)))
    array([2.])
    """
    terms: Array = mean**2 + np.exp(log_var) - 1 - log_var
    kl: Array = 0.5 * terms.sum(axis=1)
    return kl


def reparameterize(mean: Array, log_var: Array, noise: Array) -> Array:
    """Sample z = mean + std * noise, differentiable in mean and log_var."""
    z: Array = mean + np.exp(0.5 * log_var) * noise
    return z


def elbo(
    x: Array,
    decoded: Array,
    mean: Array,
    log_var: Array,
    std: float,
) -> Array:
    """One-sample ELBO in nats of x (n, d), decoded (n, d), mean (n, k)."""
    square = ((x - decoded) ** 2).sum(axis=1)
    constant = x.shape[1] * math.log(2 * math.pi * std**2)
    log_likelihood = -0.5 * (square / std**2 + constant)
    bound: Array = log_likelihood - gaussian_kl(mean, log_var)
    return bound


# --8<-- [end:elbo]


# --8<-- [start:linear_vae]
def train_linear_vae(
    x: Array, latents: int, std: float, steps: int, lr: float
) -> tuple[Array, Array, Array]:
    """Train q(z|x) = N(Vx, diag(exp(s))), p(x|z) = N(Wz, std^2 I).

    Args:
        x: centered data, shape (n, d).

    Returns:
        W, shape (d, k); V, shape (k, d); s, shape (k,).
    """
    rng = np.random.default_rng(0)
    n, d = x.shape
    W = 0.1 * rng.standard_normal((d, latents))
    V = 0.1 * rng.standard_normal((latents, d))
    s = np.zeros(latents)
    optimizers = [Adam(lr) for _ in range(3)]
    for _ in range(steps):
        noise = rng.standard_normal((n, latents))
        mean = x @ V.T
        z = reparameterize(mean, s, noise)
        residual = (x - z @ W.T) / std**2
        dz = residual @ W  # gradient of log p(x|z), through z
        dW = residual.T @ z / n
        dV = (dz - mean).T @ x / n  # the KL adds -mean
        ds = 0.5 * ((dz * noise).mean(0) * np.exp(s / 2) + 1 - np.exp(s))
        updates = zip(optimizers, (W, V, s), (dW, dV, ds), strict=True)
        W, V, s = (o.step(w, -g) for o, w, g in updates)  # ascent
    return W, V, s


# --8<-- [end:linear_vae]


def latent_kl(x: Array, V: Array, s: Array) -> Array:
    """Mean KL of each latent of a linear VAE, largest first, shape (k,)."""
    means = (x @ V.T).T
    kls = [
        gaussian_kl(mean[:, None], np.full((len(x), 1), log_var)).mean()
        for mean, log_var in zip(means, s, strict=True)
    ]
    ordered: Array = np.sort(kls)[::-1]
    return ordered


# --8<-- [start:gan_losses]
def sigmoid(a: Array) -> Array:
    """Logistic function."""
    return 1 / (1 + np.exp(-a))


def gan_losses(real: Array, fake: Array, kind: str) -> tuple[float, float]:
    """Losses of discriminator and generator from the logits of a batch."""
    if kind == "wasserstein":
        return float(fake.mean() - real.mean()), float(-fake.mean())
    if kind == "hinge":
        hinge = np.maximum(0, 1 - real).mean() + np.maximum(0, 1 + fake).mean()
        return float(hinge), float(-fake.mean())
    log_d_real = -np.logaddexp(0, -real).mean()
    log_not_d_fake = -np.logaddexp(0, fake).mean()
    generator = log_not_d_fake  # saturating: min log(1 - D)
    if kind == "non-saturating":
        generator = np.logaddexp(0, -fake).mean()  # min -log D
    return float(-log_d_real - log_not_d_fake), float(generator)


def generator_slope(fake: Array, kind: str) -> Array:
    """Derivative of the generator's loss by each fake logit."""
    if kind == "saturating":
        return -sigmoid(fake)
    return -sigmoid(-fake) if kind == "non-saturating" else -np.ones_like(fake)


# --8<-- [end:gan_losses]


# --8<-- [start:optimal_discriminator]
def optimal_discriminator(p: Array, q: Array) -> Array:
    """Best D for densities p of data and q of the generator."""
    d: Array = p / (p + q)
    return d


def jensen_shannon(p: Array, q: Array) -> float:
    """Divergence in nats of two discrete distributions, shape (m,)."""
    middle = (p + q) / 2
    kl = 0.0
    for a in (p, q):
        seen = a > 0
        kl += float(a[seen] @ np.log(a[seen] / middle[seen]))
    return kl / 2


# --8<-- [end:optimal_discriminator]


# --8<-- [start:mlp]
def init_mlp(sizes: list[int], rng: np.random.Generator) -> list[Array]:
    """Weights and biases [W1, b1, W2, b2, ...] with He initialization."""
    net: list[Array] = []
    for a, b in pairwise(sizes):
        net += [rng.normal(0, math.sqrt(2 / a), (a, b)), np.zeros(b)]
    return net


def forward(net: list[Array], x: Array) -> list[Array]:
    """Input and output of each layer; leaky ReLU (0.2) between layers."""
    outputs = [x]
    for i in range(0, len(net), 2):
        a = outputs[-1] @ net[i] + net[i + 1]
        outputs.append(a if i == len(net) - 2 else np.maximum(a, 0.2 * a))
    return outputs


def backward(
    net: list[Array], outputs: list[Array], g: Array
) -> tuple[list[Array], Array]:
    """Gradients by the weights and by the input from g, that by the output."""
    grads: list[Array] = []
    for i in range(len(net) - 2, -1, -2):
        if i < len(net) - 2:
            g = g * np.where(outputs[i // 2 + 1] > 0, 1.0, 0.2)
        grads = [outputs[i // 2].T @ g, g.sum(axis=0), *grads]
        g = g @ net[i].T
    return grads, g


# --8<-- [end:mlp]


def ring(n: int, rng: np.random.Generator) -> Array:
    """Draw n points, shape (n, 2), of 8 Gaussians (std 0.1, radius 2)."""
    points: Array = RING[rng.integers(8, size=n)]
    return points + 0.1 * rng.standard_normal((n, 2))


ANGLES = np.arange(8) * np.pi / 4
RING = 2 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)


def modes_covered(samples: Array) -> tuple[int, float]:
    """Count modes with at least 1 % of the samples within 0.3 of them.

    Returns:
        Modes covered (0 to 8) and the share of samples near any mode.
    """
    distance = np.linalg.norm(samples[:, None] - RING, axis=2)
    near = distance.min(axis=1) < 0.3
    counts = np.bincount(distance.argmin(axis=1)[near], minlength=8)
    return int((counts >= 0.01 * len(samples)).sum()), float(near.mean())


# --8<-- [start:gan_steps]
def discriminator_step(
    net: list[Array], optimizers: list[Adam], real: Array, fake: Array
) -> list[Array]:
    """Descend -log D(real) - log(1 - D(fake)), averaged over the batch."""
    a, b = forward(net, real), forward(net, fake)
    by_real, _ = backward(net, a, -sigmoid(-a[-1]) / len(real))
    by_fake, _ = backward(net, b, sigmoid(b[-1]) / len(fake))
    steps = zip(optimizers, net, by_real, by_fake, strict=True)
    return [o.step(w, g + h) for o, w, g, h in steps]


def generator_step(
    G: list[Array], optimizers: list[Adam], D: list[Array], z: Array
) -> list[Array]:
    """Descend -log D(G(z)) in the weights of G; D stays as it is."""
    made = forward(G, z)
    judged = forward(D, made[-1])
    slope = generator_slope(judged[-1], "non-saturating") / len(z)
    _, by_sample = backward(D, judged, slope)
    grads, _ = backward(G, made, by_sample)
    steps = zip(optimizers, G, grads, strict=True)
    return [o.step(w, g) for o, w, g in steps]


# --8<-- [end:gan_steps]


# --8<-- [start:gan]
@cache
def train_gan(lr_g: float, lr_d: float, steps: int, seed: int) -> list[Array]:
    """Train a GAN on the ring of 8 Gaussians; return the generator."""
    rng = np.random.default_rng(seed)
    G, D = init_mlp([2, 32, 32, 2], rng), init_mlp([2, 32, 32, 1], rng)
    opt_g = [Adam(lr_g, betas=(0.5, 0.9)) for _ in G]
    opt_d = [Adam(lr_d, betas=(0.5, 0.9)) for _ in D]
    for _ in range(steps):
        fake = forward(G, rng.standard_normal((64, 2)))[-1]
        D = discriminator_step(D, opt_d, ring(64, rng), fake)
        G = generator_step(G, opt_g, D, rng.standard_normal((64, 2)))
    return G


# --8<-- [end:gan]


def sample_gan(G: list[Array], n: int) -> Array:
    """Draw n samples, shape (n, 2), of a trained generator."""
    return forward(G, np.random.default_rng(1).standard_normal((n, 2)))[-1]


# --8<-- [start:diffusion]
def alpha_bars(steps: int) -> Array:
    """Share of signal variance left after each step, shape (steps,).

    The betas rise linearly from 1e-4 to 0.02; Ho, Jain and Abbeel (2020)
    take 1000 steps.
    """
    betas: Array = np.linspace(1e-4, 0.02, steps, dtype=np.float64)
    kept: Array = np.cumprod(1 - betas, dtype=np.float64)
    return kept


def add_noise(x0: Array, noise: Array, alpha_bar: float) -> Array:
    """Jump to any step at once: sample q(x_t | x_0)."""
    return math.sqrt(alpha_bar) * x0 + math.sqrt(1 - alpha_bar) * noise


Predictor = Callable[[Array, float], Array]
"""Estimate of the noise in x_t, given x_t and alpha_bar of its step."""


def noise_loss(
    predict: Predictor,
    x0: Array,
    noise: Array,
    alpha_bar: float,
) -> float:
    """Mean squared error of the predicted noise at one step."""
    x_t = add_noise(x0, noise, alpha_bar)
    return float(((predict(x_t, alpha_bar) - noise) ** 2).mean())


# --8<-- [end:diffusion]


# --8<-- [start:reverse_steps]
def ddpm_step(
    predict: Predictor, x: Array, now: float, before: float, noise: Array
) -> Array:
    """Sample x_{t-1} from x_t; now and before are alpha_bar at t and t-1."""
    alpha = now / before
    eps = predict(x, now)
    mean = (x - (1 - alpha) / math.sqrt(1 - now) * eps) / math.sqrt(alpha)
    stepped: Array = mean + math.sqrt(1 - alpha) * noise
    return stepped


def ddim_step(predict: Predictor, x: Array, now: float, before: float) -> Array:
    """Move without fresh noise from alpha_bar now to any larger one."""
    eps = predict(x, now)
    x0 = (x - math.sqrt(1 - now) * eps) / math.sqrt(now)
    return add_noise(x0, eps, before)


# --8<-- [end:reverse_steps]

MEANS, WEIGHTS, SPREAD = np.array([-2.0, 1.0]), np.array([0.3, 0.7]), 0.2


# --8<-- [start:mixture_noise]
def mixture_noise(x: Array, alpha_bar: float) -> Array:
    """Exact E[noise | x_t], shape (n,), if x_0 is a mixture of Gaussians.

    At step t component k is N(sqrt(alpha_bar) mean_k, variance).
    """
    variance = alpha_bar * SPREAD**2 + 1 - alpha_bar
    offset = x[:, None] - math.sqrt(alpha_bar) * MEANS
    logits = np.log(WEIGHTS) - offset**2 / (2 * variance)
    belief = np.exp(logits - logits.max(axis=1, keepdims=True))
    belief /= belief.sum(axis=1, keepdims=True)
    score = -(belief * offset).sum(axis=1) / variance
    noise: Array = -math.sqrt(1 - alpha_bar) * score
    return noise


def sample_mixture(n: int, steps: int, stochastic: bool) -> Array:
    """Sample path from noise to data, shape (steps + 1, n), newest last."""
    rng = np.random.default_rng(0)
    grid = np.linspace(0, 999, steps).round().astype(int)
    kept = np.concatenate([[1.0], alpha_bars(1000)[grid]])
    path = [rng.standard_normal(n)]
    for t in range(steps, 0, -1):
        x, now, before = path[-1], float(kept[t]), float(kept[t - 1])
        if stochastic:
            noise = rng.standard_normal(n) * (t > 1)
            path.append(ddpm_step(mixture_noise, x, now, before, noise))
        else:
            path.append(ddim_step(mixture_noise, x, now, before))
    return np.array(path)


# --8<-- [end:mixture_noise]


# --8<-- [start:frechet]
def frechet_distance(m1: Array, C1: Array, m2: Array, C2: Array) -> float:
    """Squared Frechet distance of two Gaussians: means (d,), C (d, d).

    >>> one, two = np.array([0.0, 0.0]), np.array([3.0, 0.0])
    >>> frechet_distance(one, np.eye(2), two, 4 * np.eye(2))
    11.0
    """
    values, vectors = np.linalg.eigh(C1)
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    product = np.linalg.eigvalsh(root @ C2 @ root)  # those of C1 C2
    trace_root = np.sqrt(np.maximum(product, 0)).sum()
    square = ((m1 - m2) ** 2).sum()
    return float(square + np.trace(C1) + np.trace(C2) - 2 * trace_root)


def fid(x: Array, y: Array) -> float:
    """Frechet distance of Gaussian fits to features (n, d) and (m, d)."""
    C_x, C_y = np.cov(x.T), np.cov(y.T)
    return frechet_distance(x.mean(axis=0), C_x, y.mean(axis=0), C_y)


def kid(x: Array, y: Array) -> float:
    """Unbiased squared MMD, cubic kernel, of features (n, d) and (m, d)."""

    def kernel(a: Array, b: Array) -> Array:
        values: Array = (a @ b.T / a.shape[1] + 1) ** 3
        return values

    def within(a: Array) -> float:
        k, n = kernel(a, a), len(a)
        return float(k.sum() - np.trace(k)) / (n * (n - 1))

    return within(x) + within(y) - 2 * float(kernel(x, y).mean())


# --8<-- [end:frechet]


def same_distribution(n: int, d: int, trials: int) -> tuple[float, float]:
    """Mean FID and KID of two samples of n from one N(0, I) in d dimensions.

    >>> for n in (100, 1000):
    ...     biased, unbiased = same_distribution(n, d=64, trials=5)
    ...     print(round(biased, 1), abs(unbiased) < 0.01)
    22.0 True
    2.3 True
    """
    rng = np.random.default_rng(0)
    values = []
    for _ in range(trials):
        x, y = rng.standard_normal((2, n, d))
        values.append((fid(x, y), kid(x, y)))
    first, second = np.mean(values, axis=0)
    return float(first), float(second)


# --8<-- [start:psnr_ssim]
def psnr(x: Array, y: Array, data_range: float = 1.0) -> float:
    """Peak signal-to-noise ratio in dB; infinite for equal images."""
    mse = float(((x - y) ** 2).mean())
    return 10 * math.log10(data_range**2 / mse) if mse else math.inf


def ssim(x: Array, y: Array, size: int = 7, data_range: float = 1.0) -> float:
    """Mean structural similarity of gray images (h, w), uniform windows.

    Args:
        size: side of the square window, at most h and w.
        data_range: largest minus smallest possible value.

    Equals scikit-image's structural_similarity as it is by default.

    Source: Wang et al. (2004), who weight the window by a Gaussian: in
        scikit-image gaussian_weights=True, sigma=1.5 and
        use_sample_covariance=False. Values then differ.
    """
    if x.shape != y.shape or min(x.shape) < size:
        raise ValueError("images must have one shape, at least size x size")
    a = sliding_window_view(x, (size, size))
    b = sliding_window_view(y, (size, size))
    mu_a, mu_b = a.mean(axis=(2, 3)), b.mean(axis=(2, 3))
    unbiased = size**2 / (size**2 - 1)
    var_a, var_b = (w.var(axis=(2, 3)) * unbiased for w in (a, b))
    cov = ((a * b).mean(axis=(2, 3)) - mu_a * mu_b) * unbiased
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    luminance = (2 * mu_a * mu_b + c1) / (mu_a**2 + mu_b**2 + c1)
    structure = (2 * cov + c2) / (var_a + var_b + c2)
    return float((luminance * structure).mean())


# --8<-- [end:psnr_ssim]


def degraded_images() -> dict[str, tuple[Array, Array]]:
    """A checkered image with three degradations of the same squared error.

    >>> for name, (image, worse) in degraded_images().items():
    ...     print(name, f"{psnr(image, worse):.1f} {ssim(image, worse):.2f}")
    shift 16.5 0.95
    noise 16.5 0.66
    blur 16.5 0.59
    """
    y, x = np.mgrid[:64, :64]
    image = 0.5 + 0.3 * np.sign(np.sin(x / 3)) * np.sign(np.sin(y / 5))
    window = sliding_window_view(np.pad(image, 2, mode="edge"), (5, 5))
    blurred = window.mean(axis=(2, 3))
    error = float(np.sqrt(((blurred - image) ** 2).mean()))
    signs = np.random.default_rng(0).choice([-1.0, 1.0], image.shape)
    return {
        "shift": (image, image + error),
        "noise": (image, image + error * signs),
        "blur": (image, blurred),
    }


# --8<-- [start:warp]
def warp(image: Array, flow: Array) -> tuple[Array, Array]:
    """Backward warp: out[i, j] = image[i + flow_i, j + flow_j], bilinear.

    Args:
        image: shape (h, w).
        flow: where each output pixel looks, in pixels, shape (h, w, 2),
            rows first.

    Returns:
        Warped image (h, w) and mask (h, w): 1 where the source is in frame.
    """
    h, w = image.shape
    i, j = np.moveaxis(np.indices((h, w)) + np.moveaxis(flow, 2, 0), 0, 0)
    inside = (i >= 0) & (i <= h - 1) & (j >= 0) & (j <= w - 1)
    i, j = np.clip(i, 0, h - 1), np.clip(j, 0, w - 1)
    top = np.minimum(i.astype(int), h - 2)
    left = np.minimum(j.astype(int), w - 2)
    di, dj = i - top, j - left
    upper = (1 - dj) * image[top, left] + dj * image[top, left + 1]
    lower = (1 - dj) * image[top + 1, left] + dj * image[top + 1, left + 1]
    return (1 - di) * upper + di * lower, inside.astype(float)


# --8<-- [end:warp]


# --8<-- [start:warping_error]
def visible(flow: Array, back: Array) -> Array:
    """Mask (h, w) of pixels whose flow there and back cancels.

    Source: Ruder, Dosovitskiy and Brox (2016), their thresholds.
    """
    there = [warp(back[..., c], flow) for c in (0, 1)]
    returned = np.stack([moved for moved, _ in there], axis=2)
    gap = ((flow + returned) ** 2).sum(axis=2)
    size = (flow**2).sum(axis=2) + (returned**2).sum(axis=2)
    mask: Array = (gap <= 0.01 * size + 0.5) * there[0][1]
    return mask


def warping_error(now: Array, before: Array, flow: Array, mask: Array) -> float:
    """Mean squared difference to the previous frame brought to this one."""
    moved, inside = warp(before, flow)
    weight = mask * inside
    return float((weight * (now - moved) ** 2).sum() / weight.sum())


# --8<-- [end:warping_error]
