"""Optimizers: gradient descent, adaptive steps, schedules, batch size."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from snippets import Array


def toy_regression(n: int = 64, seed: int = 0) -> tuple[Array, Array]:
    """Draw the two-weight regression problem that the page's numbers use.

    Args:
        n: number of samples.
        seed: seed of the random draw.

    Returns:
        Inputs (n, 2), correlated and of unequal scale, and noisy targets (n,).
    """
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2)) @ np.array([[1.0, 0.3], [0.0, 0.5]])
    y = X @ np.array([2.0, -1.0]) + rng.normal(size=n)
    return X, y


# --8<-- [start:gradient_descent]
def gradient(X: Array, y: Array, w: Array) -> Array:
    """Gradient of the mean loss (Xw - y)^2 / 2; X (n, d), y (n,), w (d,)."""
    return X.T @ (X @ w - y) / len(y)


def gradient_descent(
    X: Array, y: Array, lr: float, epochs: int, batch_size: int, seed: int = 0
) -> Array:
    """Minimize the mean of (Xw - y)^2 / 2 from w = 0.

    Args:
        X: inputs, shape (n, d).
        y: targets, shape (n,).
        lr: learning rate.
        epochs: passes over the data, each in a new random order.
        batch_size: n is full-batch, 1 is stochastic gradient descent.
        seed: seed of the order of the samples.

    Returns:
        Weights before the first and after each update, (1 + updates, d).
    """
    rng = np.random.default_rng(seed)
    n, d = X.shape
    path = [np.zeros(d)]
    for _ in range(epochs):
        order = rng.permutation(n)
        for start in range(0, n, batch_size):
            batch = order[start : start + batch_size]
            step = lr * gradient(X[batch], y[batch], path[-1])
            path.append(path[-1] - step)
    return np.stack(path)


# --8<-- [end:gradient_descent]


def distances_to_optimum(
    batch_size: int,
    epochs: tuple[int, ...],
) -> list[float]:
    """Distance to the least-squares solution after given numbers of epochs.

    Uses ``toy_regression`` with 64 samples and a learning rate of 0.1.

    Args:
        batch_size: samples an update.
        epochs: numbers of epochs at which to look.

    Returns:
        Euclidean distances, one for each number of epochs, mean of 20 seeds.

    >>> for size in (64, 8, 1):
    ...     print(size, np.round(distances_to_optimum(size, (1, 10, 50)), 2))
    64 [2.17 1.59 0.69]
    8 [1.68 0.38 0.02]
    1 [0.54 0.18 0.19]
    """
    X, y = toy_regression()
    optimum = np.linalg.lstsq(X, y)[0]
    updates = [count * -(-len(y) // batch_size) for count in epochs]
    distance = np.zeros(len(epochs))
    for seed in range(20):
        path = gradient_descent(X, y, 0.1, max(epochs), batch_size, seed)
        distance += np.linalg.norm(path[updates] - optimum, axis=1) / 20
    return [float(value) for value in distance]


def stationary_variance(
    lr: float, curvature: float, noise: float, batch_size: int = 1
) -> float:
    """Variance of w around its optimum under SGD at a constant step.

    The loss is curvature * w^2 / 2; the gradient of one sample has
    variance ``noise``, that of a mini-batch noise / batch_size.

    Raises:
        ValueError: if the step is too large to be stable.

    >>> round(stationary_variance(lr=0.1, curvature=1.0, noise=1.0), 4)
    0.0526
    >>> round(stationary_variance(0.1, 1.0, 1.0, batch_size=10), 5)
    0.00526
    >>> round(stationary_variance(0.01, 1.0, 1.0), 5)
    0.00503
    """
    if not 0 < lr * curvature < 2:
        raise ValueError("stable only for 0 < lr * curvature < 2")
    return lr * noise / (batch_size * curvature * (2 - lr * curvature))


# --8<-- [start:sgd]
@dataclass
class SGD:
    """Momentum as in PyTorch: the buffer sums gradients, undamped."""

    lr: float = 1e-3
    momentum: float = 0.0
    nesterov: bool = False
    buffer: Array | float = field(default=0.0, init=False)

    def step(self, w: Array, g: Array) -> Array:
        """Return the weights after one update with gradient g."""
        self.buffer = self.momentum * self.buffer + g
        if self.nesterov:  # look ahead along the new velocity
            g = g + self.momentum * self.buffer
            return w - self.lr * g
        return w - self.lr * self.buffer


# --8<-- [end:sgd]


# --8<-- [start:adagrad_rmsprop]
@dataclass
class AdaGrad:
    """Divide each coordinate by the root of its summed squares."""

    lr: float = 1e-2
    eps: float = 1e-10
    total: Array | float = field(default=0.0, init=False)

    def step(self, w: Array, g: Array) -> Array:
        """Return the weights after one update with gradient g."""
        self.total = self.total + g**2
        return w - self.lr * g / (np.sqrt(self.total) + self.eps)


@dataclass
class RMSProp:
    """Divide by the root of a moving average of squares instead."""

    lr: float = 1e-2
    alpha: float = 0.99
    eps: float = 1e-8
    v: Array | float = field(default=0.0, init=False)

    def step(self, w: Array, g: Array) -> Array:
        """Return the weights after one update with gradient g."""
        self.v = self.alpha * self.v + (1 - self.alpha) * g**2
        return w - self.lr * g / (np.sqrt(self.v) + self.eps)


# --8<-- [end:adagrad_rmsprop]


# --8<-- [start:adam]
@dataclass
class Adam:
    """Both moving averages, with bias correction; weight_decay is L2."""

    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    m: Array | float = field(default=0.0, init=False)
    v: Array | float = field(default=0.0, init=False)
    t: int = field(default=0, init=False)

    def direction(self, g: Array) -> Array:
        """Update both moments; return the corrected, scaled direction."""
        beta1, beta2 = self.betas
        self.t += 1
        self.m = beta1 * self.m + (1 - beta1) * g
        self.v = beta2 * self.v + (1 - beta2) * g**2
        m_hat = self.m / (1 - beta1**self.t)
        v_hat = self.v / (1 - beta2**self.t)
        return np.divide(m_hat, np.sqrt(v_hat) + self.eps)

    def step(self, w: Array, g: Array) -> Array:
        """Return the weights after one update with gradient g."""
        g = g + self.weight_decay * w  # L2: passes through both moments
        return w - self.lr * self.direction(g)


# --8<-- [end:adam]


# --8<-- [start:adamw]
@dataclass
class AdamW(Adam):
    """Adam with weight decay beside the moments, not inside them.

    With a zero gradient, L2 inside Adam moves every weight by lr,
    whatever its size and whatever weight_decay; AdamW shrinks in
    proportion:

    >>> w, g = np.array([1.0, 100.0]), np.zeros(2)
    >>> for decay in (0.1, 0.001):
    ...     print(np.round(w - Adam(0.01, weight_decay=decay).step(w, g), 5))
    [0.01 0.01]
    [0.01 0.01]
    >>> for decay in (0.1, 0.001):
    ...     print(np.round(w - AdamW(0.01, weight_decay=decay).step(w, g), 5))
    [0.001 0.1  ]
    [1.e-05 1.e-03]
    """

    weight_decay: float = 1e-2

    def step(self, w: Array, g: Array) -> Array:
        """Return the weights after one update with gradient g."""
        shrunk = w * (1 - self.lr * self.weight_decay)
        return shrunk - self.lr * self.direction(g)


# --8<-- [end:adamw]


class Optimizer(Protocol):
    """What all the optimizers above have in common."""

    def step(self, w: Array, g: Array) -> Array:
        """Return the weights after one update with gradient g."""
        ...  # pragma: no cover


def ravine_hessian(condition: float, degrees: float) -> Array:
    """Hessian (2, 2) with eigenvalues 1/condition and 1, turned by an angle."""
    angle = np.radians(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    Q: Array = np.array([[cos, -sin], [sin, cos]])
    H: Array = Q @ np.diag([1 / condition, 1.0]) @ Q.T
    return H


def trajectory(
    optimizer: Optimizer,
    grad: Callable[[Array], Array],
    start: Array,
    steps: int,
) -> Array:
    """Follow an optimizer; returns the points visited, (1 + steps, d)."""
    path = [start]
    for _ in range(steps):
        path.append(optimizer.step(path[-1], grad(path[-1])))
    return np.stack(path)


def ravine_start(degrees: float) -> Array:
    """Point (2,) that lies 10 back along the ravine and 1 up its wall."""
    angle = np.radians(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    along, across = np.array([cos, sin]), np.array([-sin, cos])
    start: Array = across - 10 * along
    return start


# A learning rate may be an array: then as many runs go side by side.
RAVINE_OPTIMIZERS: dict[str, Callable[[Any], Optimizer]] = {
    "SGD": lambda lr: SGD(lr),
    "Momentum": lambda lr: SGD(lr, momentum=0.8),
    "AdaGrad": lambda lr: AdaGrad(lr),
    "RMSProp": lambda lr: RMSProp(lr),
    "Adam": lambda lr: Adam(lr),
}


def ravine_steps(
    degrees: float,
    hold: int = 100,
    optimizers: dict[str, Callable[[Any], Optimizer]] = RAVINE_OPTIMIZERS,
) -> dict[str, tuple[int, float]]:
    """Steps until the loss in a ravine of condition 100 settles below 0.001.

    Each optimizer starts at ``ravine_start`` and has the best constant
    learning rate of a grid of 97 from 0.001 to 10; momentum is 0.8, the other
    settings are PyTorch's.

    Args:
        degrees: angle between the ravine and the first axis.
        hold: settled means below 0.001 now and for so many further steps.
        optimizers: makers of an optimizer from its learning rate, by name.

    Returns:
        Number of steps (1301 if it never settles) and learning rate by
        optimizer.

    >>> straight, turned = ravine_steps(0.0), ravine_steps(45.0)
    >>> for name in ("SGD", "Momentum", "AdaGrad", "Adam"):
    ...     print(name, straight[name][0], turned[name][0])
    SGD 158 158
    Momentum 29 29
    AdaGrad 4 246
    Adam 52 56
    >>> straight["RMSProp"][0], round(turned["RMSProp"][0], -2)  # chaotic
    (4, 300)

    At a constant rate, RMSProp and Adam leave the bottom again later on:

    >>> later = ravine_steps(45.0, hold=3000)
    >>> [name for name in later if later[name][0] > turned[name][0]]
    ['RMSProp', 'Adam']
    """
    H = ravine_hessian(100.0, degrees)
    rates = np.geomspace(1e-3, 10, 97)
    start = np.outer(ravine_start(degrees), np.ones(len(rates)))
    best = {}
    for name, make in optimizers.items():
        with np.errstate(over="ignore", invalid="ignore"):
            path = trajectory(make(rates), lambda w: H @ w, start, 1300 + hold)
            below = np.sum(path * (H @ path), axis=1) / 2 < 1e-3
        count = np.cumsum(np.pad(below, ((1, 0), (0, 0))), axis=0)
        settled = count[hold + 1 :] - count[: -hold - 1] == hold + 1
        steps = np.where(settled.any(axis=0), settled.argmax(axis=0), len(settled))
        index = int(steps.argmin())
        best[name] = int(steps[index]), float(rates[index])
    return best


def rosenbrock(w: Array) -> tuple[Array, Array]:
    """Loss (1 - x)^2 + 100 (y - x^2)^2 and its gradient.

    A curved ravine with its minimum, 0, at (1, 1).

    Args:
        w: the point (x, y), shape (2,), or many side by side, (2, runs).

    Returns:
        Loss, shape () or (runs,), and gradient, of w's shape.

    >>> [value.tolist() for value in rosenbrock(np.array([-1.0, 2.0]))]
    [104.0, [396.0, 200.0]]

    Condition number of the Hessian at the minimum, and the stability limit
    of gradient descent there:

    >>> steep, flat = 501 + np.sqrt(250601), 501 - np.sqrt(250601)
    >>> round(steep / flat), round(float(2 / steep), 5)
    (2508, 0.002)
    """
    x, y = w
    loss = (1 - x) ** 2 + 100 * (y - x**2) ** 2
    gradient = np.stack([2 * (x - 1) - 400 * x * (y - x**2), 200 * (y - x**2)])
    return loss, gradient


def double_well(w: Array) -> tuple[Array, Array]:
    """Loss (x^2 - 1)^2 / 4 + y^2 / 2 and its gradient.

    Minima, 0, at (-1, 0) and (1, 0), and between them a saddle point at the
    origin with the loss 1/4 and the curvatures -1 and 1.

    Args:
        w: the point (x, y), shape (2,), or many side by side, (2, runs).

    Returns:
        Loss, shape () or (runs,), and gradient, of w's shape.

    >>> [value.tolist() for value in double_well(np.array([2.0, 3.0]))]
    [6.75, [6.0, 3.0]]
    """
    x, y = w
    return (x**2 - 1) ** 2 / 4 + y**2 / 2, np.stack([x**3 - x, y])


def logistic_problem(
    decades: float,
    n: int = 2000,
    d: int = 40,
) -> tuple[Array, Array]:
    """Draw a logistic regression whose features span some orders of magnitude.

    The labels do not depend on ``decades``, which only changes the units.

    Args:
        decades: powers of ten between the largest and the smallest scale.
        n: number of samples.
        d: number of features.

    Returns:
        Features (n, d) and labels (n,), 0 or 1.
    """
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, d))
    logits = X @ rng.normal(size=d)
    y = rng.random(n) < 1 / (1 + np.exp(-3 * logits / logits.std()))
    return X * np.logspace(0, -decades, d), y.astype(float)


def train_logistic(
    optimizer: Optimizer,
    X: Array,
    y: Array,
    steps: int = 300,
    batch_size: int = 64,
) -> float:
    """Train a logistic regression from zero on random batches.

    Args:
        optimizer: the optimizer to use.
        X: features, shape (n, d).
        y: labels, shape (n,), 0 or 1.
        steps: number of updates.
        batch_size: samples an update, drawn with replacement.

    Returns:
        Mean cross-entropy over all samples after the last step.

    >>> rates = np.geomspace(1e-3, 10, 17)
    >>> for decades in (0, 2):
    ...     X, y = logistic_problem(decades)
    ...     sgd = min(train_logistic(SGD(lr, 0.9), X, y) for lr in rates)
    ...     adam = min(train_logistic(Adam(lr), X, y) for lr in rates)
    ...     print(decades, round(sgd, 3), round(adam, 3))
    0 0.352 0.354
    2 0.463 0.375
    """
    rng = np.random.default_rng(1)
    w = np.zeros(X.shape[1])
    for _ in range(steps):
        batch = rng.integers(0, len(y), batch_size)
        p = 1 / (1 + np.exp(-X[batch] @ w))
        w = optimizer.step(w, X[batch].T @ (p - y[batch]) / batch_size)
    logits = X @ w
    return float(np.mean(np.logaddexp(0, logits) - y * logits))


def quadratic_rates(condition: float) -> tuple[float, float]:
    """Factors by which a step shrinks the error, at the best settings.

    Args:
        condition: largest over smallest eigenvalue of the Hessian, L/mu.

    Returns:
        Factor of gradient descent (lr = 2 / (L + mu)), and of heavy-ball
        momentum (lr = 4 / (sqrt L + sqrt mu)^2, momentum = factor^2).

    >>> gd, momentum = quadratic_rates(100.0)
    >>> round(gd, 3), round(momentum, 3)
    (0.98, 0.818)
    >>> [int(np.ceil(np.log(1e-3) / np.log(r))) for r in (gd, momentum)]
    [346, 35]
    """
    root = np.sqrt(condition)
    gradient_descent_factor = (condition - 1) / (condition + 1)
    return gradient_descent_factor, float((root - 1) / (root + 1))


def uncorrected_step(
    t: int,
    beta1: float = 0.9,
    beta2: float = 0.999,
) -> float:
    """Adam's t-th step in units of lr, gradient constant, uncorrected.

    With bias correction it is 1 at every t.

    >>> [round(uncorrected_step(t), 2) for t in (1, 10, 100, 1000, 5000)]
    [3.16, 6.53, 3.24, 1.26, 1.0]
    >>> max((round(uncorrected_step(t), 2), t) for t in range(1, 100))
    (6.57, 12)
    >>> round(uncorrected_step(1, beta2=0.95), 2)  # common for language models
    0.45
    >>> round(uncorrected_step(1, beta1=0.0, beta2=0.99), 2)  # PyTorch's RMSProp
    10.0
    """
    return float((1 - beta1**t) / np.sqrt(1 - beta2**t))


def effective_samples(t: int, beta: float = 0.999) -> float:
    """Number of equally weighted values the moving average is worth.

    (sum of weights)^2 / sum of squared weights, after t steps.

    >>> [round(effective_samples(t), 1) for t in (1, 10, 100, 2000)]
    [1.0, 10.0, 99.9, 1522.8]
    >>> round(effective_samples(10**6))
    1999
    """
    return (1 - beta**t) * (1 + beta) / ((1 + beta**t) * (1 - beta))


def second_moment_spread(t: int, beta: float = 0.999) -> float:
    """Relative standard deviation of Adam's second moment after t steps.

    For independent zero-mean Gaussian gradients, whose squares have relative
    variance 2.

    >>> [round(second_moment_spread(t), 3) for t in (1, 10, 100, 2000)]
    [1.414, 0.447, 0.141, 0.036]
    """
    return float(np.sqrt(2 / effective_samples(t, beta)))


def training_bytes(parameters: int, moments: int) -> int:
    """Bytes of weights, gradients and optimizer state in float32.

    Args:
        parameters: number of weights.
        moments: tensors kept a weight: 0 SGD, 1 momentum, 2 Adam.

    >>> [training_bytes(10**9, k) / 10**9 for k in (0, 1, 2)]
    [8.0, 12.0, 16.0]
    """
    return 4 * parameters * (2 + moments)


# --8<-- [start:schedules]
def step_lr(t: int, lr: float, step_size: int, gamma: float = 0.1) -> float:
    """Multiply by gamma after every ``step_size`` steps."""
    return lr * gamma ** (t // step_size)


def exponential_lr(t: int, lr: float, gamma: float) -> float:
    """Multiply by gamma after every step."""
    return lr * gamma**t


def linear_lr(t: int, lr: float, total: int, end: float = 0.0) -> float:
    """Fall on a straight line from lr to ``end``, then stay."""
    return lr + (end - lr) * min(t / total, 1.0)


def cosine_lr(t: int, lr: float, total: int, end: float = 0.0) -> float:
    """Fall on half a cosine from lr to ``end``, then stay."""
    progress = min(t / total, 1.0)
    return end + (lr - end) * float(1 + np.cos(np.pi * progress)) / 2


def warmup_cosine_lr(
    t: int, lr: float, warmup: int, total: int, end: float = 0.0
) -> float:
    """Rise linearly for ``warmup`` steps, then follow the cosine.

    >>> [warmup_cosine_lr(t, 1.0, 4, 12) for t in (0, 1, 3, 4, 8, 12)]
    [0.25, 0.5, 1.0, 1.0, 0.5, 0.0]
    """
    if t < warmup:
        return lr * (t + 1) / warmup
    return cosine_lr(t - warmup, lr, total - warmup, end)


# --8<-- [end:schedules]


# --8<-- [start:gradient_noise]
def sample_gradients(X: Array, y: Array, w: Array) -> Array:
    """Gradient of (x_i w - y_i)^2 / 2 for each sample, shape (n, d)."""
    return (X @ w - y)[:, None] * X


def gradient_noise(gradients: Array, batch_size: int) -> float:
    """Expected squared error of a mini-batch's mean gradient.

    The batch is drawn without replacement from n samples.

    Args:
        gradients: gradient of each sample, shape (n, d).
        batch_size: number of samples averaged, 1 to n.

    Returns:
        tr(Sigma) / B * (n - B) / (n - 1), zero for the full batch.

    >>> X, y = toy_regression(n=10_000)
    >>> g = sample_gradients(X, y, np.zeros(2))
    >>> [round(gradient_noise(g, B), 4) for B in (1, 4, 16, 64)]
    [8.3088, 2.0766, 0.5185, 0.129]
    """
    n = len(gradients)
    trace = float(gradients.var(axis=0).sum())
    return trace / batch_size * (n - batch_size) / (n - 1)


def noise_scale(gradients: Array) -> float:
    """Simple noise scale tr(Sigma) / |G|^2 of sample gradients (n, d)."""
    mean = gradients.mean(axis=0)
    return float(gradients.var(axis=0).sum() / (mean @ mean))


# --8<-- [end:gradient_noise]


# --8<-- [start:best_step]
def best_step(G: Array, H: Array, Sigma: Array, batch_size: float) -> float:
    """Learning rate that lowers the expected quadratic loss most in a step.

    Args:
        G: true gradient, shape (d,).
        H: Hessian, shape (d, d).
        Sigma: covariance of one sample's gradient, shape (d, d).
        batch_size: number of samples averaged.

    Returns:
        lr_max / (1 + B_noise / B), B_noise = tr(H Sigma) / (G^T H G).

    Source: McCandlish et al. (2018), section 2.2.

    >>> eye = np.eye(2)  # B_noise = tr(Sigma) / |G|^2 = 100
    >>> G, Sigma = np.array([1.0, 0.0]), 50 * eye
    >>> [round(best_step(G, eye, Sigma, B), 2) for B in (1, 2, 100, 10_000)]
    [0.01, 0.02, 0.5, 0.99]
    """
    lr_max = (G @ G) / (G @ H @ G)
    noise = np.trace(H @ Sigma) / (G @ H @ G)
    return float(lr_max / (1 + noise / batch_size))


# --8<-- [end:best_step]


# --8<-- [start:accumulation]
def accumulated_gradient(X: Array, y: Array, w: Array, micro: int) -> Array:
    """Mean gradient of a batch that is computed ``micro`` samples at a time.

    Each part's mean is weighted by its share of the batch; a plain mean of
    the parts' means would be wrong when the last part is smaller:

    >>> X, y, w = np.ones((3, 1)), np.array([0.0, 0.0, 3.0]), np.zeros(1)
    >>> accumulated_gradient(X, y, w, micro=2), gradient(X, y, w)
    (array([-1.]), array([-1.]))
    >>> np.mean([gradient(X[:2], y[:2], w), gradient(X[2:], y[2:], w)])
    np.float64(-1.5)
    """
    total = np.zeros_like(w)
    for start in range(0, len(y), micro):
        part = slice(start, start + micro)
        share = len(y[part]) / len(y)
        total += share * gradient(X[part], y[part], w)
    return total


# --8<-- [end:accumulation]
