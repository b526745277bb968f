"""Mode collapse of a small GAN on a ring of eight Gaussians, and cures.

Several GANs train side by side, so that no claim rests on one seed: every
array of weights has a leading axis of runs. The data are those of
``generative_models.ring``.
"""

from dataclasses import InitVar, dataclass, field

import numpy as np

from snippets import Array
from snippets.theory.generative_models import (
    RING,
    forward,
    generator_slope,
    init_mlp,
    ring,
    sigmoid,
)
from snippets.theory.optimizers import Adam


def init_stack(sizes: list[int], runs: int, rng: np.random.Generator) -> list[Array]:
    """Weights (runs, a, b) and biases (runs, 1, b) of independent networks."""
    nets = [init_mlp(sizes, rng) for _ in range(runs)]
    layers = zip(*nets, strict=True)
    return [np.stack([np.atleast_2d(w) for w in same]) for same in layers]


def slopes(activations: Array) -> Array:
    """Derivative of the leaky ReLU (0.2), from its output."""
    return np.where(activations > 0, 1.0, 0.2)


def backward_stack(
    net: list[Array], outputs: list[Array], g: Array
) -> tuple[list[Array], Array]:
    """Gradients by the weights and by the input, all runs at once.

    Args:
        net: weights and biases from ``init_stack``.
        outputs: what ``forward`` returned for inputs (runs, n, d).
        g: gradient by the network's output, shape (runs, n, k).
    """
    grads: list[Array] = []
    for i in range(len(net) - 2, -1, -2):
        if i < len(net) - 2:
            g = g * slopes(outputs[i // 2 + 1])
        by_bias = g.sum(axis=1, keepdims=True)
        grads = [outputs[i // 2].mT @ g, by_bias, *grads]
        g = g @ net[i].mT
    return grads, g


def r1_penalty(
    D: list[Array], outputs: list[Array], gamma: float
) -> tuple[Array, list[Array]]:
    """Gradient penalty gamma / 2 * mean ||da/dx||^2 and its gradients.

    The logit a is piecewise linear in x, so da/dx is a product of weights
    and slopes, and biases get no gradient. By the weights the penalty is
    differentiated by sending da/dx forward through the same product.

    Args:
        D: discriminator; outputs: of ``forward`` for data (runs, n, d).
        gamma: weight of the penalty.

    Returns:
        Penalty of each run, shape (runs,); gradients shaped like D.

    Source: Mescheder et al. (2018), equation 9.
    """
    last = len(D) - 2
    by_layer = [np.ones_like(outputs[-1])]  # da / d(pre-activation)
    for i in range(last, 0, -2):
        g = by_layer[0] @ D[i].mT * slopes(outputs[i // 2])
        by_layer.insert(0, g)
    by_x = by_layer[0] @ D[0].mT
    penalty: Array = gamma / 2 * (by_x**2).sum(axis=2).mean(axis=1)

    sent, grads = gamma * by_x / by_x.shape[1], []
    for i in range(0, last + 1, 2):
        grads += [sent.mT @ by_layer[i // 2], np.zeros_like(D[i + 1])]
        if i < last:
            sent = sent @ D[i] * slopes(outputs[i // 2 + 1])
    return penalty, grads


def packed(x: Array, m: int) -> Array:
    """Join m samples into one input, (runs, n, d) -> (runs, n / m, m d).

    Source: Lin et al. (2018).

    >>> packed(np.arange(8.0).reshape(1, 4, 2), 2).tolist()
    [[[0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0]]]
    """
    runs, n, d = x.shape
    return x.reshape(runs, n // m, m * d)


def discriminator_gradients(
    D: list[Array], real: Array, fake: Array, gamma: float
) -> list[Array]:
    """Gradients of the mean of -log D(real) - log(1 - D(fake)), plus R1.

    Args:
        D: discriminator; real and fake: shape (runs, n, d) each.
        gamma: weight of the R1 penalty on the real samples.
    """
    n = real.shape[1]
    outputs = forward(D, np.concatenate([real, fake], axis=1))
    a = outputs[-1]
    g = np.concatenate([-sigmoid(-a[:, :n]), sigmoid(a[:, n:])], axis=1) / n
    grads, _ = backward_stack(D, outputs, g)
    if gamma > 0:
        _, extra = r1_penalty(D, [o[:, :n] for o in outputs], gamma)
        grads = [one + two for one, two in zip(grads, extra, strict=True)]
    return grads


def generator_gradients(
    G: list[Array], D: list[Array], z: Array, pack: int
) -> list[Array]:
    """Gradients of the mean of -log D(G(z)) by the weights of G.

    Args:
        G: generator; D: discriminator of ``pack`` samples at a time.
        z: noise, shape (runs, n, k), n a multiple of ``pack``.
    """
    made = forward(G, z)
    judged = forward(D, packed(made[-1], pack))
    slope = generator_slope(judged[-1], "non-saturating")
    _, by_pack = backward_stack(D, judged, slope / slope.shape[1])
    return backward_stack(G, made, by_pack.reshape(made[-1].shape))[0]


@dataclass
class Gan:
    """GANs on the ring, trained side by side, with settings in common.

    Args:
        runs: number of independent GANs.
        beta1: Adam's momentum, in both players.
        gamma: weight of the R1 penalty, 0 for none.
        pack: samples that the discriminator sees at a time.
        lr: learning rate of both players.
        batch: samples a step; width: of the two hidden layers.
        seed: of all draws.

    Raises:
        ValueError: if ``batch`` is no multiple of ``pack``.
    """

    runs: int = 8
    beta1: float = 0.9
    gamma: float = 0.0
    pack: int = 1
    lr: float = 2e-3
    batch: int = 64
    width: InitVar[int] = 32
    seed: InitVar[int] = 0
    rng: np.random.Generator = field(init=False)
    G: list[Array] = field(init=False)
    D: list[Array] = field(init=False)
    optimizers: tuple[list[Adam], list[Adam]] = field(init=False)

    def __post_init__(self, width: int, seed: int) -> None:
        """Draw the weights."""
        if self.batch % self.pack:
            raise ValueError("batch must be a multiple of pack")
        self.rng = np.random.default_rng(seed)
        inner = [width, width]
        self.G = init_stack([2, *inner, 2], self.runs, self.rng)
        self.D = init_stack([2 * self.pack, *inner, 1], self.runs, self.rng)
        betas = (self.beta1, 0.999)
        opt_g, opt_d = ([Adam(self.lr, betas) for _ in net] for net in (self.G, self.D))
        self.optimizers = opt_g, opt_d

    def noise(self, n: int) -> Array:
        """Draw the generators' input, shape (runs, n, 2)."""
        return self.rng.standard_normal((self.runs, n, 2))

    def sample(self, n: int) -> Array:
        """Draw n samples of each generator, shape (runs, n, 2)."""
        return forward(self.G, self.noise(n))[-1]

    def step_discriminator(self) -> None:
        """Take one step of every discriminator on fresh samples."""
        n = self.runs * self.batch
        real = ring(n, self.rng).reshape(self.runs, self.batch, 2)
        real, fake = packed(real, self.pack), packed(self.sample(self.batch), self.pack)
        grads = discriminator_gradients(self.D, real, fake, self.gamma)
        steps = zip(self.optimizers[1], self.D, grads, strict=True)
        self.D = [o.step(w, g) for o, w, g in steps]

    def step_generator(self) -> None:
        """Take one step of every generator; the discriminators stay."""
        grads = generator_gradients(self.G, self.D, self.noise(self.batch), self.pack)
        steps = zip(self.optimizers[0], self.G, grads, strict=True)
        self.G = [o.step(w, g) for o, w, g in steps]


def train(gan: Gan, steps: int, every: int = 25, samples: int = 500) -> Array:
    """Train both players in turn; count modes every so many steps.

    Returns:
        Shares of samples at each mode, shape (steps // every, runs, 8).
    """
    history = []
    for t in range(1, steps + 1):
        gan.step_discriminator()
        gan.step_generator()
        if t % every == 0:
            history.append(mode_shares(gan.sample(samples)))
    return np.array(history)


def mode_shares(samples: Array) -> Array:
    """Share of the samples (..., n, 2) within 0.3 of each mode, (..., 8).

    A mode's standard deviation is 0.1, so 0.3 is three of them. What lies
    elsewhere is counted nowhere: the shares sum to at most 1.
    """
    distance = np.linalg.norm(samples[..., None, :] - RING, axis=-1)
    shares: Array = (distance < 0.3).mean(axis=-2)
    return shares


def covered(shares: Array) -> Array:
    """Number of modes that hold at least 1 % of the samples, (..., 8) -> (...).

    >>> covered(np.array([0.5, 0.3, 0.01, 0.009, 0, 0, 0, 0]))
    array(3.)
    """
    count: Array = np.asarray((shares >= 0.01).sum(axis=-1), dtype=np.float64)
    return count


def kl_to_uniform(shares: Array) -> Array:
    """KL in nats of the histogram over k modes to uniform, (..., k) -> (...).

    It is 0 for equal shares and log k for a single mode. No sample at any
    mode counts as the worst case, log k.

    >>> kl_to_uniform(np.array([[0.2, 0.2], [0.4, 0.0], [0.0, 0.0]])).round(3)
    array([0.   , 0.693, 0.693])
    """
    total = shares.sum(axis=-1, keepdims=True)
    q = shares / np.where(total > 0, total, 1)
    entropy = -(q * np.log(np.where(q > 0, q, 1))).sum(axis=-1)
    kl: Array = np.log(shares.shape[-1]) - entropy
    return kl


def packed_total_variation(p: Array, q: Array, m: int) -> float:
    """Total variation of m independent draws from p and from q, shape (k,).

    A discriminator of m samples at a time can at best be right with
    probability (1 + TV) / 2. Work and memory grow as k to the power m.

    Source: Lin et al. (2018), section 4.

    >>> uniform, half = np.full(8, 1 / 8), np.repeat([1 / 4, 0], 4)
    >>> [packed_total_variation(uniform, half, m) for m in (1, 2, 3)]
    [0.5, 0.75, 0.875]
    """
    joint_p, joint_q = p, q
    for _ in range(m - 1):
        joint_p = np.multiply.outer(joint_p, p).ravel()
        joint_q = np.multiply.outer(joint_q, q).ravel()
    return float(np.abs(joint_p - joint_q).sum() / 2)
