"""Activation functions, softmax, and the losses trained on top of them.

Numbers quoted on the page that need no function of their own:

Ten sigmoid layers scale a gradient by at most

>>> 0.25**10 < 1e-6
True

Mean outputs for a standard normal input:

>>> z = np.linspace(-9, 9, 18_001)
>>> density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
>>> for act in (sigmoid, tanh, relu, leaky_relu, elu, gelu, silu):
...     print(f"{act.__name__} {abs(np.sum(act(z)[0] * density) * 0.001):.2f}")
sigmoid 0.50
tanh 0.00
relu 0.40
leaky_relu 0.39
elu 0.16
gelu 0.28
silu 0.21

For ReLU that mean is

>>> round(1 / math.sqrt(2 * math.pi), 3)
0.399

Extreme values of GELU and SiLU, and the largest slope of each:

>>> x = np.linspace(-6, 6, 120_001)
>>> [[round(float(v), 2) for v in (f.min(), x[f.argmin()], df.max())]
...  for f, df in (gelu(x), silu(x))]
[[-0.17, -0.75, 1.13], [-0.28, -1.28, 1.1]]

Largest errors of the two usual approximations of GELU:

>>> exact = gelu(x)[0]
>>> cubic = x + 0.044715 * x**3
>>> tanh_form = 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * cubic))
>>> sigmoid_form = x * sigmoid(1.702 * x)[0]
>>> [f"{np.abs(f - exact).max():.1e}" for f in (tanh_form, sigmoid_form)]
['4.7e-04', '2.0e-02']

The exponential overflows above (single and half precision)

>>> [round(math.log(np.finfo(t).max), 1) for t in (np.float32, np.float16)]
[88.7, 11.1]

The cross-entropy of a uniform guess over 10 and over 1000 classes:

>>> [round(math.log(k), 2) for k in (10, 1000)]
[2.3, 6.91]

Label smoothing with 0.1 asks for this gap of logits (10, 1000 classes):

>>> [round(math.log((0.9 + 0.1 / k) / (0.1 / k)), 2) for k in (10, 1000)]
[4.51, 9.11]

In single precision a probability this far behind is still positive, or zero:

>>> [bool(np.exp(np.float32(-z)) > 0) for z in (103, 105)]
[True, False]

Softmax applied twice cannot bring the loss of 10 classes below

>>> sure = np.eye(10)[:1]  # a perfect softmax output, taken for logits
>>> round(cross_entropy(sure, np.array([0]))[0], 2)
1.46

The probability that minimizes the expected focal loss when 90 % are positive:

>>> z = np.linspace(-6, 6, 12_001)
>>> one = np.ones_like(z)
>>> expected = 0.9 * focal_loss(z, one) + 0.1 * focal_loss(z, 0 * one)
>>> round(float(sigmoid(z[expected.argmin()])[0]), 2)
0.69
"""

import itertools
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from snippets import Array

Activation = Callable[[Array], tuple[Array, Array]]
"""A function that returns (value, derivative), both in the shape of x."""

_erf = np.vectorize(math.erf, otypes=[np.float64])


# --8<-- [start:activations]
# Each function returns (value, derivative), both in the shape of x.
def sigmoid(x: Array) -> tuple[Array, Array]:
    """1 / (1 + exp(-x)), without overflow."""
    e = np.exp(-np.abs(x))
    s = np.where(x >= 0, 1.0, e) / (1.0 + e)
    return s, e / (1.0 + e) ** 2


def tanh(x: Array) -> tuple[Array, Array]:
    """2 sigmoid(2x) - 1."""
    t = np.tanh(x)
    return t, 1.0 - t**2


def relu(x: Array) -> tuple[Array, Array]:
    """max(0, x); the derivative at 0 is set to 0, as in PyTorch."""
    return np.maximum(x, 0.0), np.where(x > 0, 1.0, 0.0)


def leaky_relu(x: Array, slope: float = 0.01) -> tuple[Array, Array]:
    """Identity for x > 0, else slope * x (Maas et al., 2013)."""
    return np.where(x > 0, x, slope * x), np.where(x > 0, 1.0, slope)


def elu(x: Array, alpha: float = 1.0) -> tuple[Array, Array]:
    """Identity for x > 0, else alpha (exp(x) - 1) (Clevert et al.)."""
    negative = np.minimum(x, 0.0)  # exp of a large x would overflow
    value = np.where(x > 0, x, alpha * np.expm1(negative))
    return value, np.where(x > 0, 1.0, alpha * np.exp(negative))


def gelu(x: Array) -> tuple[Array, Array]:
    """Input times the normal CDF (Hendrycks and Gimpel, 2016)."""
    cdf = 0.5 * (1.0 + _erf(x / math.sqrt(2.0)))
    density = np.exp(-0.5 * x**2) / math.sqrt(2.0 * math.pi)
    return x * cdf, cdf + x * density


def silu(x: Array) -> tuple[Array, Array]:
    """Input times its sigmoid, alias Swish (Elfwing et al., 2018)."""
    s, ds = sigmoid(x)
    return x * s, s + x * ds


# --8<-- [end:activations]


# --8<-- [start:dying_relu]
def fit_unit(
    act: Activation, lr: float, w: float, b: float, steps: int = 60
) -> tuple[Array, Array]:
    """Fit one unit act(w x + b) to y = max(0, x) by gradient descent.

    Args:
        act: activation, returns (value, derivative).
        lr: learning rate.
        w: initial weight.
        b: initial bias.
        steps: number of updates.

    Returns:
        Loss and share of the 200 inputs with w x + b > 0, both before
        each update, shape (steps,).

    Share of active inputs before the last update, from w = 4 and b = 1:

    >>> [float(fit_unit(relu, lr, 4.0, 1.0)[1][-1]) for lr in (0.1, 0.5)]
    [0.695, 0.0]
    >>> float(fit_unit(leaky_relu, 0.5, 4.0, 1.0)[1][-1])
    0.725

    Updates that leaky ReLU sees without any active input:

    >>> int(np.sum(fit_unit(leaky_relu, 0.5, 4.0, 1.0)[1] == 0))
    24
    """
    x = np.linspace(-1.0, 3.0, 200)
    y = np.maximum(x, 0.0)
    losses, active = np.empty(steps), np.empty(steps)
    for step in range(steps):
        z = w * x + b
        a, da = act(z)
        losses[step] = 0.5 * np.mean((a - y) ** 2)
        active[step] = np.mean(z > 0)
        delta = (a - y) * da  # dL/dz of each input: 0 wherever da = 0
        w -= lr * float(np.mean(delta * x))
        b -= lr * float(np.mean(delta))
    return losses, active


# --8<-- [end:dying_relu]


def count_dead(act: Activation) -> tuple[int, int]:
    """Count the runs of `fit_unit` that lose all inputs, and those that recover.

    Args:
        act: activation, returns (value, derivative).

    Returns:
        Of 45 runs of 200 updates (5 weights, 3 biases, 3 learning rates) those
        that some time had no active input, and those of them that end with one.

    >>> for act in (relu, leaky_relu, elu, gelu, silu):
    ...     print(act.__name__, count_dead(act))
    relu (17, 0)
    leaky_relu (23, 23)
    elu (19, 19)
    gelu (17, 2)
    silu (18, 9)
    """
    dead = recovered = 0
    for w, b, lr in itertools.product(
        (2.0, 3.0, 4.0, 5.0, 6.0), (0.0, 1.0, 2.0), (0.4, 0.5, 0.6)
    ):
        active = fit_unit(act, lr, w, b, steps=200)[1]
        if (active == 0).any():
            dead += 1
            recovered += int(active[-1] > 0)
    return dead, recovered


# --8<-- [start:swiglu]
def swiglu_ffn(x: Array, W: Array, V: Array, W2: Array) -> Array:
    """Feed-forward block (SiLU(x W) * (x V)) W2 (Shazeer, 2020).

    Args:
        x: tokens, shape (n, d).
        W: weights of the gate, shape (d, h).
        V: weights of the value, shape (d, h).
        W2: output weights, shape (h, d).

    Returns:
        Shape (n, d).
    """
    return (silu(x @ W)[0] * (x @ V)) @ W2


def swiglu_width(d: int, multiple_of: int = 1) -> int:
    """Hidden width with the parameters of a plain 4d block.

    Three matrices of d x h instead of two of d x 4d: h = 8d / 3, cut to
    an integer, then rounded up to a multiple (as in LLaMA).

    >>> swiglu_width(768), swiglu_width(4096, multiple_of=256)
    (2048, 11008)
    """
    h = 8 * d // 3
    return -(-h // multiple_of) * multiple_of


# --8<-- [end:swiglu]


# --8<-- [start:softmax]
def softmax(z: Array, temperature: float = 1.0) -> Array:
    """Softmax of z / temperature over the last axis.

    Args:
        z: finite logits, shape (..., K).
        temperature: T > 0.

    Returns:
        Probabilities, shape (..., K).

    >>> softmax(np.array([1000.0, 999.0])).round(3).tolist()
    [0.731, 0.269]
    """
    if temperature <= 0:
        raise ValueError("temperature must be positive")
    z = z / temperature
    e = np.exp(z - z.max(axis=-1, keepdims=True))  # largest is exp(0)
    p: Array = e / e.sum(axis=-1, keepdims=True)
    return p


def softmax_jacobian(z: Array, temperature: float = 1.0) -> Array:
    """Jacobian dp_i / dz_j = (diag(p) - p p^T) / T, shape (K, K)."""
    p = softmax(z, temperature)
    return (np.diag(p) - np.outer(p, p)) / temperature


# --8<-- [end:softmax]


def entropy(p: Array) -> float:
    """Entropy in nats of a distribution of shape (K,), with 0 log 0 = 0.

    The example of the page, logits 3, 2, 1, 0 at three temperatures:

    >>> for T in (0.25, 1.0, 4.0):
    ...     p = softmax(np.array([3.0, 2.0, 1.0, 0.0]), T)
    ...     print(p.round(3).tolist(), round(entropy(p), 2))
    [0.982, 0.018, 0.0, 0.0] 0.09
    [0.644, 0.237, 0.087, 0.032] 0.95
    [0.35, 0.273, 0.212, 0.165] 1.35
    >>> round(math.log(4), 2)
    1.39
    """
    positive = p[p > 0]
    return float(-np.sum(positive * np.log(positive)))


# --8<-- [start:cross_entropy]
def log_softmax(z: Array) -> Array:
    """Return z - logsumexp(z) over the last axis, shape of z."""
    z = z - z.max(axis=-1, keepdims=True)
    log_p: Array = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    return log_p


def cross_entropy(
    logits: Array, labels: NDArray[np.intp], smoothing: float = 0.0
) -> tuple[float, Array]:
    """Mean softmax cross-entropy in nats, and its gradient.

    Args:
        logits: scores before softmax, shape (N, K).
        labels: class numbers, shape (N,).
        smoothing: share of the target spread evenly over all K classes.

    Returns:
        Loss, and dLoss/dlogits of shape (N, K).
    """
    n, k = logits.shape
    y = np.full((n, k), smoothing / k)
    y[np.arange(n), labels] += 1.0 - smoothing
    log_p = log_softmax(logits)
    return float(-np.sum(y * log_p) / n), (np.exp(log_p) - y) / n


def binary_cross_entropy(z: Array, y: Array) -> Array:
    """-y log s(z) - (1 - y) log(1 - s(z)) from logits z, elementwise."""
    return np.maximum(z, 0.0) - y * z + np.log1p(np.exp(-np.abs(z)))


# --8<-- [end:cross_entropy]


# --8<-- [start:squared_error]
def sigmoid_losses(z: Array, y: Array) -> tuple[Array, Array]:
    """dL/dz of cross-entropy and of squared error, both through a sigmoid.

    Args:
        z: logits, any shape.
        y: targets 0 or 1, shape of z.

    Returns:
        p - y and (p - y) p (1 - p), shape of z.

    A confident mistake, a doubtful case and a hit, all with y = 1:

    >>> ce, se = sigmoid_losses(np.array([-10.0, 0.0, 5.0]), np.ones(3))
    >>> [f"{g:.3g}" for g in ce]
    ['-1', '-0.5', '-0.00669']
    >>> [f"{g:.3g}" for g in se]
    ['-4.54e-05', '-0.125', '-4.45e-05']
    """
    p, dp = sigmoid(z)
    return p - y, (p - y) * dp


# --8<-- [end:squared_error]


# --8<-- [start:huber]
def huber(residual: Array, delta: float = 1.0) -> Array:
    """Quadratic up to delta, linear beyond (Huber, 1964), elementwise.

    The constant that fits 2, 2.2, 2.4, 3 and an outlier 50 best:

    >>> y = np.array([2.0, 2.2, 2.4, 3.0, 50.0])
    >>> c = np.linspace(0, 50, 50_001)[:, None]
    >>> losses = ((y - c) ** 2, np.abs(y - c), huber(y - c))
    >>> [round(float(c[f.mean(axis=1).argmin(), 0]), 2) for f in losses]
    [11.92, 2.4, 2.65]
    """
    r = np.abs(residual)
    return np.where(r <= delta, 0.5 * r**2, delta * (r - 0.5 * delta))


# --8<-- [end:huber]


# --8<-- [start:focal_dice]
def focal_loss(z: Array, y: Array, gamma: float = 2.0) -> Array:
    """(1 - p_t)^gamma times the cross-entropy (Lin et al., 2017).

    Args:
        z: logits, any shape.
        y: labels 0 or 1, shape of z.
        gamma: 0 gives binary cross-entropy.

    Returns:
        Loss of each element, shape of z.

    Share of the cross-entropy that is left at p_t = 0.9 and 0.5:

    >>> z = np.log(np.array([9.0, 1.0]))  # p / (1 - p)
    >>> y = np.ones(2)
    >>> (focal_loss(z, y) / binary_cross_entropy(z, y)).round(4).tolist()
    [0.01, 0.25]
    """
    miss = sigmoid(np.where(y == 1, -z, z))[0]  # 1 - p_t
    return miss**gamma * binary_cross_entropy(z, y)


def dice_loss(p: Array, y: Array, eps: float = 1e-6) -> float:
    """1 - (2 sum(p y) + eps) / (sum p + sum y + eps) over one mask.

    Args:
        p: foreground probabilities, any shape.
        y: mask of 0 and 1, shape of p.
        eps: makes two empty masks a perfect match.

    Returns:
        Loss in [0, 1].
    """
    overlap = 2.0 * np.sum(p * y) + eps
    return float(1.0 - overlap / (np.sum(p) + np.sum(y) + eps))


# --8<-- [end:focal_dice]


# --8<-- [start:triplet]
def triplet_loss(
    anchor: Array, positive: Array, negative: Array, margin: float = 0.2
) -> Array:
    """max(0, d(a, p) - d(a, n) + margin), d the squared distance.

    Args:
        anchor: embeddings, shape (N, D).
        positive: embeddings of the same identity, shape (N, D).
        negative: embeddings of another identity, shape (N, D).
        margin: by how much the negative must be farther.

    Returns:
        Loss of each triplet, shape (N,) (Schroff et al., 2015).
    """
    d_pos = np.sum((anchor - positive) ** 2, axis=1)
    d_neg = np.sum((anchor - negative) ** 2, axis=1)
    loss: Array = np.maximum(0.0, d_pos - d_neg + margin)
    return loss


# --8<-- [end:triplet]
