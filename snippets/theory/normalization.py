"""Normalization layers in NumPy: batch, layer, RMS, instance and group norm."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snippets import Array

Labels = NDArray[np.int64]


# --8<-- [start:batch_norm]
class BatchNorm:
    """Batch normalization of x with shape (N, C) or (N, C, H, W)."""

    def __init__(
        self,
        channels: int,
        momentum: float = 0.1,
        eps: float = 1e-5,
    ):
        """Start at gamma 1, beta 0, running mean 0, running variance 1."""
        self.gamma, self.beta = np.ones(channels), np.zeros(channels)
        self.running_mean = np.zeros(channels)
        self.running_var = np.ones(channels)
        self.momentum, self.eps, self.training = momentum, eps, True

    def __call__(self, x: Array) -> Array:
        """Normalize each channel; in training also update the averages."""
        if self.training:
            m = x.size // x.shape[1]  # values per channel
            if m == 1:
                raise ValueError("one value per channel has no variance")
            axes = channel_axes(x)
            mean, var = x.mean(axes), x.var(axes)  # var divides by m
            a = self.momentum
            self.running_mean = (1 - a) * self.running_mean + a * mean
            unbiased = var * m / (m - 1)
            self.running_var = (1 - a) * self.running_var + a * unbiased
        else:
            mean, var = self.running_mean, self.running_var
        self.std = np.sqrt(var + self.eps)
        self.x_hat = (x - per_channel(mean, x)) / per_channel(self.std, x)
        scaled = per_channel(self.gamma, x) * self.x_hat
        return scaled + per_channel(self.beta, x)


def channel_axes(x: Array) -> tuple[int, ...]:
    """Every axis but the channel axis 1: (0,) or (0, 2, 3)."""
    return (0, *range(2, x.ndim))


def per_channel(v: Array, x: Array) -> Array:
    """Reshape v from (C,) so that it broadcasts along axis 1 of x."""
    return v.reshape(-1, *[1] * (x.ndim - 2))


# --8<-- [end:batch_norm]


# --8<-- [start:batch_norm_backward]
def batch_norm_backward(
    bn: BatchNorm,
    grad_y: Array,
) -> tuple[Array, Array, Array]:
    """Gradients after a training-mode forward pass of bn.

    Args:
        bn: the layer, which kept x_hat and std of its last forward pass.
        grad_y: gradient of the loss at the output, shape of x.

    Returns:
        Gradients of x (shape of x), gamma (C,) and beta (C,).
    """
    if not bn.training:
        raise ValueError("the statistics of inference are constants")
    axes = channel_axes(grad_y)
    m = grad_y.size // grad_y.shape[1]
    grad_beta = grad_y.sum(axes)
    grad_gamma = (grad_y * bn.x_hat).sum(axes)
    centered = grad_y - per_channel(grad_beta / m, grad_y)
    projected = centered - bn.x_hat * per_channel(grad_gamma / m, grad_y)
    grad_x = per_channel(bn.gamma / bn.std, grad_y) * projected
    return grad_x, grad_gamma, grad_beta


# --8<-- [end:batch_norm_backward]


# --8<-- [start:scale_invariance]
def weight_gradient(x: Array, weight: Array, grad_y: Array) -> Array:
    """Gradient of the loss with respect to W in y = BN(x W).

    Args:
        x: inputs, shape (N, D).
        weight: W, shape (D, C).
        grad_y: gradient at the output, shape (N, C).

    >>> rng = np.random.default_rng(0)
    >>> x, W = rng.normal(size=(32, 5)), rng.normal(size=(5, 1))
    >>> grad_y = rng.normal(size=(32, 1))
    >>> g = weight_gradient(x, W, grad_y)
    >>> g10 = weight_gradient(x, 10 * W, grad_y)
    >>> float(np.round(np.linalg.norm(g10) / np.linalg.norm(g), 6))
    0.1
    >>> bool(abs(np.sum(W * g)) < 1e-12)  # orthogonal to W
    True
    """
    bn = BatchNorm(weight.shape[1], eps=0.0)
    bn(x @ weight)
    grad_z, _, _ = batch_norm_backward(bn, grad_y)
    return x.T @ grad_z


# --8<-- [end:scale_invariance]


# --8<-- [start:fold]
def fold_batch_norm(
    weight: Array, bias: Array | None, bn: BatchNorm
) -> tuple[Array, Array]:
    """Merge an inference-mode batch norm into the layer before it.

    Args:
        weight: linear (C_out, C_in) or convolution (C_out, C_in, kh, kw).
        bias: (C_out,), or None for a layer without bias.
        bn: the batch norm applied to that layer's output.

    Returns:
        Weight and bias of the one layer that computes the same function.
    """
    scale = bn.gamma / np.sqrt(bn.running_var + bn.eps)
    old_bias = np.zeros_like(scale) if bias is None else bias
    new_weight = weight * scale.reshape(-1, *[1] * (weight.ndim - 1))
    return new_weight, bn.beta + scale * (old_bias - bn.running_mean)


# --8<-- [end:fold]


# --8<-- [start:layers]
def standardize(x: Array, axes: tuple[int, ...], eps: float) -> Array:
    """Subtract the mean over axes and divide by the standard deviation."""
    mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    x_hat: Array = (x - mean) / np.sqrt(var + eps)
    return x_hat


def instance_norm(x: Array, eps: float = 1e-5) -> Array:
    """Per sample and channel: average (N, C, H, W) over H and W."""
    return standardize(x, (2, 3), eps)


def group_norm(
    x: Array, groups: int, gamma: Array, beta: Array, eps: float = 1e-5
) -> Array:
    """Per sample and group of C/groups channels; gamma and beta are (C,)."""
    N, C, H, W = x.shape
    if C % groups:
        raise ValueError(f"{C} channels do not split into {groups} groups")
    grouped = x.reshape(N, groups, C // groups, H, W)
    x_hat = standardize(grouped, (2, 3, 4), eps).reshape(x.shape)
    return per_channel(gamma, x) * x_hat + per_channel(beta, x)


def layer_norm(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Per sample or token: average over the trailing axes that gamma has.

    gamma and beta are (D,) for tokens (N, T, D), (C, H, W) for images.
    """
    axes = tuple(range(-gamma.ndim, 0))
    return gamma * standardize(x, axes, eps) + beta


# --8<-- [end:layers]


# --8<-- [start:statistic_sets]
def statistic_sets(
    shape: tuple[int, int, int, int], groups: int
) -> dict[str, tuple[int, int]]:
    """For each layer: how many (mean, variance) pairs, from how many values.

    Args:
        shape: N, C, H, W of the input.
        groups: number of groups G of group norm.

    >>> for name, sets in statistic_sets((32, 64, 56, 56), groups=32).items():
    ...     print(name, *sets)
    batch 64 100352
    layer 32 200704
    group 1024 6272
    instance 2048 3136
    """
    N, C, H, W = shape
    return {
        "batch": (C, N * H * W),
        "layer": (N, C * H * W),
        "group": (N * groups, C // groups * H * W),
        "instance": (N * C, H * W),
    }


# --8<-- [end:statistic_sets]


# --8<-- [start:rms_norm]
def rms_norm(x: Array, gamma: Array, eps: float = 1e-6) -> Array:
    """Divide each token of x (..., D) by its root mean square; no centering.

    Source: Zhang and Sennrich (2019), https://arxiv.org/abs/1910.07467

    >>> x = np.array([[3.0, 4.0, 0.0, 5.0]])
    >>> y = rms_norm(x, np.ones(4), eps=0.0)
    >>> float(np.round(np.mean(y**2), 6)), float(np.round(y.mean(), 3))
    (1.0, 0.849)
    """
    rms = np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + eps)
    y: Array = gamma * x / rms
    return y


# --8<-- [end:rms_norm]


# --8<-- [start:merge_statistics]
def merge_statistics(
    counts: Sequence[int], means: Sequence[Array], variances: Sequence[Array]
) -> tuple[Array, Array]:
    """Mean and biased variance of all devices' values together (SyncBN).

    Args:
        counts: values per channel on each device.
        means: their means, each (C,).
        variances: their biased variances, each (C,).

    >>> means = [np.array([1.0]), np.array([11.0])]  # of [0, 2] and [10, 12]
    >>> mean, var = merge_statistics([2, 2], means, [np.ones(1), np.ones(1)])
    >>> mean.tolist(), var.tolist()  # the mean of the variances is only 1
    ([6.0], [26.0])
    """
    share = np.array(counts)[:, None] / np.sum(counts)
    mean = np.sum(share * np.array(means), axis=0)
    second_moment = np.array(variances) + (np.array(means) - mean) ** 2
    return mean, np.sum(share * second_moment, axis=0)


# --8<-- [end:merge_statistics]


# --8<-- [start:batch_renorm]
def batch_renorm(x: Array, bn: BatchNorm, r_max: float, d_max: float) -> Array:
    """Batch renormalization of x (N, C) in training: x_hat * r + d.

    r and d are constants for the gradient. r_max = 1, d_max = 0 is batch norm;
    without limits the result is that of inference. (In training the running
    averages are also updated, as in batch norm.)

    Source: Ioffe (2017), https://arxiv.org/abs/1702.03275
    """
    std = np.sqrt(x.var(0) + bn.eps)
    running_std = np.sqrt(bn.running_var + bn.eps)
    r = np.clip(std / running_std, 1 / r_max, r_max)
    d = np.clip((x.mean(0) - bn.running_mean) / running_std, -d_max, d_max)
    x_hat = (x - x.mean(0)) / std
    y: Array = bn.gamma * (x_hat * r + d) + bn.beta
    return y


# --8<-- [end:batch_renorm]


# --8<-- [start:adain]
def adain(content: Array, style: Array, eps: float = 1e-5) -> Array:
    """Give content (N, C, H, W) the channel means and deviations of style.

    Source: Huang and Belongie (2017), https://arxiv.org/abs/1703.06868
    """
    mean = style.mean((2, 3), keepdims=True)
    std = np.sqrt(style.var((2, 3), keepdims=True) + eps)
    y: Array = std * instance_norm(content, eps) + mean
    return y


# --8<-- [end:adain]


# --8<-- [start:statistics_noise]
def statistics_noise(m: int) -> tuple[float, float]:
    """Spread of a batch's statistics for m independent normal values.

    Returns:
        Standard deviation of the batch mean in units of sigma, and that of the
        unbiased batch variance in units of sigma squared.

    >>> for m in (2, 32, 1024):
    ...     print(m, *(f"{spread:.3f}" for spread in statistics_noise(m)))
    2 0.707 1.414
    32 0.177 0.254
    1024 0.031 0.044
    """
    return 1 / math.sqrt(m), math.sqrt(2 / (m - 1))


def train_inference_gap(m: int) -> float:
    """Root mean square difference of a layer's output between the two modes.

    Exact for m independent normal values per channel, true running statistics,
    gamma = 1 and eps = 0: sqrt(2 - 2 E[sigma_B] / sigma).

    >>> [round(train_inference_gap(m), 3) for m in (2, 8, 32, 256)]
    [0.934, 0.441, 0.218, 0.077]
    """
    log_ratio = math.lgamma(m / 2) - math.lgamma((m - 1) / 2)
    mean_std = math.sqrt(2 / m) * math.exp(log_ratio)  # E[sigma_B] / sigma
    return math.sqrt(2 - 2 * mean_std)


# --8<-- [end:statistics_noise]


def largest_normalized_value(m: int) -> float:
    """Largest ``|x_hat|`` that batch norm can give among m values of a channel.

    Reached by one outlier among m - 1 equal values (Samuelson's inequality).

    >>> [round(largest_normalized_value(m), 2) for m in (2, 5, 32)]
    [1.0, 2.0, 5.57]
    """
    return math.sqrt(m - 1)


def track_statistics(
    batches: Iterable[Array], momentum: float
) -> tuple[Array, Array, Array, Array]:
    """Feed batches to a batch norm in training mode and record its statistics.

    Args:
        batches: arrays of one shape (N, 1), one for each step.
        momentum: weight of the new batch in the running averages.

    Returns:
        Batch mean, unbiased batch variance, running mean and running variance
        after each step, all of shape (steps,).

    >>> batches = [np.array([[0.0], [2.0]])] * 100  # each with mean 1
    >>> for momentum in (0.1, 0.01):
    ...     print(f"{track_statistics(batches, momentum)[2][-1]:.2f}")
    1.00
    0.63
    """
    bn = BatchNorm(1, momentum=momentum)
    rows = []
    for x in batches:
        bn(x)
        running = bn.running_mean[0], bn.running_var[0]
        rows.append([x.mean(), x.var(ddof=1), *running])
    batch_mean, batch_var, running_mean, running_var = np.array(rows).T
    return batch_mean, batch_var, running_mean, running_var


def measured_gap(m: int, batches: int, seed: int = 0) -> float:
    """Simulate ``train_inference_gap`` with that many batches of m values.

    >>> round(measured_gap(8, batches=4000), 2)
    0.44
    """
    x = np.random.default_rng(seed).normal(size=(m, batches))
    train, inference = BatchNorm(batches, eps=0.0), BatchNorm(batches, eps=0.0)
    inference.training = False
    return float(np.sqrt(np.mean((train(x) - inference(x)) ** 2)))


def spiral_data(
    samples: int, arms: int = 3, noise: float = 0.12, seed: int = 0
) -> tuple[Array, Labels]:
    """Two-dimensional points on interleaved spirals, one class for each arm.

    Args:
        samples: number of points.
        arms: number of classes.
        noise: standard deviation added to both coordinates.
        seed: of the random generator.

    Returns:
        Points (samples, 2) and classes (samples,), in random order.
    """
    rng = np.random.default_rng(seed)
    label = rng.integers(arms, size=samples)
    radius = np.sqrt(rng.uniform(0.02, 1.0, size=samples))
    angle = 2 * np.pi * label / arms + 4.5 * radius
    points = 2 * radius * np.array([np.cos(angle), np.sin(angle)])
    return points.T + rng.normal(scale=noise, size=(samples, 2)), label


class Network:
    """Multilayer perceptron: linear, batch norm or bias, ReLU; softmax loss."""

    def __init__(
        self,
        sizes: Sequence[int],
        batch_norm: bool,
        seed: int = 0,
        gain: float = 1.0,
    ):
        """Draw He-initialized weights, multiplied by gain."""
        rng = np.random.default_rng(seed)
        self.weights = [
            rng.normal(size=(a, b)) * gain * math.sqrt(2 / a)
            for a, b in pairwise(sizes)
        ]
        self.biases = [np.zeros(b) for b in sizes[1:]]
        self.norms = [BatchNorm(b) for b in sizes[1:-1]] if batch_norm else []

    def __call__(self, x: Array, training: bool = False) -> Array:
        """Logits (N, classes) of inputs (N, features)."""
        self.inputs = [x]
        for layer, weight in enumerate(self.weights[:-1]):
            z = self.inputs[-1] @ weight
            if self.norms:
                self.norms[layer].training = training
                z = self.norms[layer](z)
            else:
                z = z + self.biases[layer]
            self.inputs.append(np.maximum(z, 0))
        logits: Array = self.inputs[-1] @ self.weights[-1] + self.biases[-1]
        return logits

    def train_step(self, x: Array, label: Labels, lr: float) -> float:
        """One SGD step on the mean cross-entropy; returns the loss."""
        logits = self(x, training=True)
        shifted = logits - logits.max(1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
        grad = np.exp(log_p)
        grad[np.arange(len(x)), label] -= 1
        grad /= len(x)
        for layer in reversed(range(len(self.weights))):
            grad = self._step_layer(layer, grad, lr)
        return float(-log_p[np.arange(len(x)), label].mean())

    def _step_layer(self, layer: int, grad: Array, lr: float) -> Array:
        """Update one layer; takes and returns gradients at outputs, inputs."""
        last = layer == len(self.weights) - 1
        if not last:
            grad = grad * (self.inputs[layer + 1] > 0)
        if self.norms and not last:
            norm = self.norms[layer]
            grad, grad_gamma, grad_beta = batch_norm_backward(norm, grad)
            norm.gamma = norm.gamma - lr * grad_gamma
            norm.beta = norm.beta - lr * grad_beta
        else:
            self.biases[layer] = self.biases[layer] - lr * grad.sum(0)
        grad_input = grad @ self.weights[layer].T
        grad_weight = self.inputs[layer].T @ grad
        self.weights[layer] = self.weights[layer] - lr * grad_weight
        return grad_input

    def recalibrate(self, x: Array) -> None:
        """Replace the running statistics by those of x, without any labels."""
        kept = [norm.momentum for norm in self.norms]
        for norm in self.norms:
            norm.momentum = 1.0
        self(x, training=True)
        for norm, momentum in zip(self.norms, kept, strict=True):
            norm.momentum = momentum


def train(
    network: Network,
    x: Array,
    label: Labels,
    lr: float,
    steps: int,
    batch_size: int,
    seed: int = 0,
) -> Array:
    """Train by SGD on random mini-batches; returns the loss of each step.

    Training that diverges stops, and the remaining losses are infinite.

    Args:
        network: trained in place.
        x: inputs (N, features).
        label: classes (N,).
        lr: learning rate.
        steps: number of updates.
        batch_size: samples per update, drawn without replacement.
        seed: of the order of the samples.
    """
    rng = np.random.default_rng(seed)
    losses = np.full(steps, np.inf)
    for step in range(steps):
        rows = rng.choice(len(x), batch_size, replace=False)
        with np.errstate(over="ignore", invalid="ignore"):
            loss = network.train_step(x[rows], label[rows], lr)
        if not np.isfinite(loss):
            break
        losses[step] = loss
    return losses


def accuracy(
    network: Network,
    x: Array,
    label: Labels,
    batch_size: int | None = None,
    training: bool = False,
) -> float:
    """Share of correct predictions, made batch by batch in the given order.

    In training mode the running statistics are put back afterwards, so that
    measuring changes nothing.
    """
    kept = [(norm.running_mean, norm.running_var) for norm in network.norms]
    size = batch_size or len(x)
    correct = 0
    for start in range(0, len(x), size):
        logits = network(x[start : start + size], training)
        correct += int(np.sum(logits.argmax(1) == label[start : start + size]))
    for norm, (mean, var) in zip(network.norms, kept, strict=True):
        norm.running_mean, norm.running_var = mean, var
    return correct / len(x)
