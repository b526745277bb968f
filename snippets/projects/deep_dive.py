"""Probing one's own project: slices, seeds, memory, quantization, export.

The bad-case example: nearest class mean on scikit-learn's digits, the first 1000
images for training, the other 797 for the report.

>>> from sklearn.datasets import load_digits
>>> x, y = load_digits(return_X_y=True)
>>> means = np.stack([x[:1000][y[:1000] == k].mean(axis=0) for k in range(10)])
>>> guess = ((x[1000:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
>>> before, truth, ink = guess == y[1000:], y[1000:], x[1000:].sum(axis=1)
>>> thin = ink < np.quantile(x[:1000].sum(axis=1), 1 / 3)
>>> slices = {f"digit {k}": truth == k for k in range(10)}
>>> slices |= {"thin strokes": thin, "thin 8": thin & (truth == 8)}
>>> print(f"{(~before).sum()} errors of {len(before)}: {100 * (~before).mean():.1f}%")
87 errors of 797: 10.9%
>>> for s in slice_report(before, slices)[:5]:
...     low, high = 100 * s.low, 100 * s.high
...     print(f"{s.name}: {s.errors} of {s.rows}, {100 * s.errors / s.rows:.1f}%,",
...           f"[{low:.0f}, {high:.0f}], {100 * s.ceiling:.1f}")
thin strokes: 43 of 297, 14.5%, [11, 19], 94.5
digit 8: 18 of 76, 23.7%, [16, 34], 91.3
digit 1: 16 of 80, 20.0%, [13, 30], 91.1
digit 3: 13 of 79, 16.5%, [10, 26], 90.7
digit 2: 11 of 77, 14.3%, [8, 24], 90.5
>>> worst = sorted(slice_report(before, slices), key=lambda s: s.errors / s.rows)[-1]
>>> worst[:3], f"[{100 * worst.low:.0f}, {100 * worst.high:.0f}]"
(('thin 8', 17, 9), '[31, 74]')
>>> f"{100 * worst.errors / worst.rows:.1f} {100 * worst.ceiling:.1f}"
'52.9 90.2'
>>> int(((truth == 1) & (guess == 9)).sum()), f"{100 * before.mean():.1f}"
(12, '89.1')

Ones read as nines suggest several prototypes a class; all 1000 training images are
the extreme of that (one nearest neighbor):

>>> squares = (x**2).sum(axis=1)
>>> far = squares[1000:, None] - 2 * x[1000:] @ x[:1000].T + squares[:1000]
>>> after = y[:1000][far.argmin(axis=1)] == truth
>>> int(after.sum()), f"{100 * after.mean():.1f}", changes(before, after)
(767, '96.2', (63, 6))
>>> int(after[(truth == 1) & (guess == 9)].sum())  # ones no longer read as nines
12

Five tricks of a small network on 600 digits, eight seeds each: mean and spread of
the plain recipe, then the gains against it under the same seed, in points. They
come from the counts in ``RIGHT``, which one seed recomputes here, and a test all of
them, up to two images.

>>> for name, recipe in ({"plain": Recipe()} | TRICKS).items():
...     p = train(x[:600] / 16, y[:600], recipe, seed=0)
...     right = 1197 * accuracy(p, x[600:] / 16, y[600:])
...     assert abs(right - RIGHT[name][0]) < 2.5, (name, right)
>>> plain = 100 * np.array(RIGHT["plain"]) / 1197
>>> f"{plain.mean():.1f} {plain.std(ddof=1):.1f}"
'92.2 0.4'
>>> for name, gain in GAINS.items():
...     print(f"{name}: {gain.mean():+.1f} from {gain.min():+.1f} to",
...           f"{gain.max():+.1f}, p = {sign_flip_p(gain):.3f}")
warm-up and decay: -0.4 from -0.8 to -0.1, p = 0.008
label smoothing: +1.5 from +0.8 to +2.3, p = 0.008
mixup: +0.3 from -1.1 to +2.0, p = 0.367
weight average: +0.1 from -0.2 to +0.7, p = 0.875
shift by a pixel: -5.1 from -7.0 to -3.3, p = 0.008

The smallest p-values that three, five, six and eight pairs can reach:

>>> [round(sign_flip_p(np.ones(n)), 4) for n in (3, 5, 6, 8)]
[0.25, 0.0625, 0.0312, 0.0078]
"""

import math
from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from snippets import Array

if TYPE_CHECKING:
    import torch

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Parameters = list[Array]


# --8<-- [start:slices]
class Slice(NamedTuple):
    """A part of the test set: its errors and what curing it would bring."""

    name: str
    rows: int
    errors: int
    low: float  # 95 % interval of the error rate (Wilson)
    high: float
    ceiling: float  # accuracy of the whole set if the slice had no errors


def wilson(errors: int, rows: int, z: float = 1.96) -> tuple[float, float]:
    """Confidence interval of a rate; also fit for few rows."""
    rate, shrink = errors / rows, 1 + z**2 / rows
    middle = (rate + z**2 / (2 * rows)) / shrink
    spread = math.sqrt(rate * (1 - rate) / rows + z**2 / (4 * rows**2))
    return middle - z * spread / shrink, middle + z * spread / shrink


def slice_report(correct: Bools, slices: Mapping[str, Bools]) -> list[Slice]:
    """Report on slices, those with most errors first.

    Args:
        correct: whether each row was right, shape (n,).
        slices: masks of shape (n,) by name; they may overlap.
    """
    report = []
    for name, mask in slices.items():
        rows, errors = int(mask.sum()), int((mask & ~correct).sum())
        ceiling = float((correct | mask).mean())
        report.append(Slice(name, rows, errors, *wilson(errors, rows), ceiling))
    return sorted(report, key=lambda part: -part.errors)


# --8<-- [end:slices]


# --8<-- [start:changes]
def changes(before: Bools, after: Bools) -> tuple[int, int]:
    """Count the rows that a new model fixed and those that it broke."""
    return int((after & ~before).sum()), int((before & ~after).sum())


# --8<-- [end:changes]


# --8<-- [start:paired]
def sign_flip_p(gains: Array) -> float:
    """Two-sided p-value of paired gains, one a seed, by all sign flips.

    If the change did nothing, each gain could as well have had the other
    sign: count the patterns whose mean is at least as far from zero.

    Args:
        gains: score with the change minus score without, shape (seeds,).
    """
    signs = np.array(list(product((1, -1), repeat=len(gains))))
    return float((abs(signs @ gains) >= abs(gains.sum()) - 1e-9).mean())


# --8<-- [end:paired]


# --8<-- [start:recipe]
class Recipe(NamedTuple):
    """Which tricks a training run uses; each is off by default."""

    schedule: bool = False  # warm-up over a tenth, then cosine decay
    smoothing: float = 0.0  # share of the label given to all classes
    mixup: float = 0.0  # parameter of the beta distribution
    average: float = 0.0  # decay of the moving average of the weights
    shift: bool = False  # move each image by up to one pixel


def prepare(
    x: Array, q: Array, recipe: Recipe, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Augment images x (m, 64) and their one-hot labels q (m, classes)."""
    if recipe.shift:
        padded = np.pad(x.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
        corners = rng.integers(0, 3, size=(len(x), 2))
        pairs = zip(padded, corners, strict=True)
        moved = [p[i : i + 8, j : j + 8] for p, (i, j) in pairs]
        x = np.stack(moved).reshape(-1, 64)
    if recipe.mixup:
        t = rng.beta(recipe.mixup, recipe.mixup)
        x, q = t * x + (1 - t) * x[::-1], t * q + (1 - t) * q[::-1]
    return x, (1 - recipe.smoothing) * q + recipe.smoothing / q.shape[1]


def learning_rate(step: int, steps: int, recipe: Recipe) -> float:
    """Return the rate of one step of many."""
    if not recipe.schedule:
        return 0.1
    warm_up = min(1.0, (step + 1) / (0.1 * steps))
    return 0.05 * warm_up * (1 + math.cos(math.pi * step / steps))


# --8<-- [end:recipe]


# --8<-- [start:train]
def gradients(p: Parameters, x: Array, q: Array) -> Parameters:
    """Return the gradients of the mean cross-entropy: 64 to hidden to 10."""
    hidden = np.maximum(x @ p[0] + p[1], 0)
    z = hidden @ p[2] + p[3]
    e = np.exp(z - z.max(axis=1, keepdims=True))
    dz = (e / e.sum(axis=1, keepdims=True) - q) / len(x)
    dh = (dz @ p[2].T) * (hidden > 0)
    return [x.T @ dh, dh.sum(axis=0), hidden.T @ dz, dz.sum(axis=0)]


def train(
    x: Array, y: Ints, recipe: Recipe, seed: int, epochs: int = 30, m: int = 32
) -> Parameters:
    """Train by momentum; a seed fixes start and order, whatever the tricks."""
    order, tricks = (np.random.default_rng([seed, k]) for k in (0, 1))
    p = [order.normal(size=(64, 64)) / math.sqrt(32), np.zeros(64)]
    p += [order.normal(size=(64, 10)) / 8, np.zeros(10)]
    velocity = [np.zeros_like(a) for a in p]
    average, steps = p, epochs * (len(x) // m)
    for step in range(steps):
        at = step % (len(x) // m) * m
        if at == 0:
            rows = order.permutation(len(x))
        batch = rows[at : at + m]
        one_hot = np.eye(10)[y[batch]]
        g = gradients(p, *prepare(x[batch], one_hot, recipe, tricks))
        velocity = [0.9 * v + d for v, d in zip(velocity, g, strict=True)]
        rate, keep = learning_rate(step, steps, recipe), recipe.average
        p = [a - rate * v for a, v in zip(p, velocity, strict=True)]
        pairs = zip(average, p, strict=True)
        average = [keep * a + (1 - keep) * b for a, b in pairs]
    return average


# --8<-- [end:train]


def accuracy(p: Parameters, x: Array, y: Ints) -> float:
    """Return the share of rows that the network of ``train`` gets right."""
    hidden = np.maximum(x @ p[0] + p[1], 0)
    return float(((hidden @ p[2] + p[3]).argmax(axis=1) == y).mean())


TRICKS = {
    "warm-up and decay": Recipe(schedule=True),
    "label smoothing": Recipe(smoothing=0.1),
    "mixup": Recipe(mixup=0.2),
    "weight average": Recipe(average=0.98),
    "shift by a pixel": Recipe(shift=True),
}
"""One trick at a time."""

RIGHT: dict[str, tuple[int, ...]] = {
    "plain": (1104, 1106, 1099, 1110, 1104, 1096, 1102, 1105),
    "warm-up and decay": (1098, 1104, 1096, 1102, 1094, 1093, 1099, 1104),
    "label smoothing": (1117, 1128, 1127, 1120, 1124, 1116, 1124, 1116),
    "mixup": (1091, 1115, 1123, 1107, 1100, 1095, 1117, 1111),
    "weight average": (1104, 1106, 1100, 1110, 1104, 1094, 1110, 1104),
    "shift by a pixel": (1040, 1067, 1052, 1041, 1020, 1023, 1048, 1051),
}
"""Right answers of 1197, one count a seed, as recorded from ``train``."""

GAINS: dict[str, Array] = {
    name: 100 * (np.array(RIGHT[name]) - np.array(RIGHT["plain"])) / 1197
    for name in TRICKS
}
"""Gains in points by trick, shape (seeds,) each."""


# --8<-- [start:memory]
def state_bytes(parameters: float, slots: int = 2) -> float:
    """Count the bytes of weights, gradients and optimizer; no activations.

    In float32, 4 for a weight and 4 for its gradient (autocast keeps both);
    with half-precision weights 2, 2, and 4 for a float32 copy: 8 either way.

    Args:
        parameters: trainable parameters.
        slots: float32 numbers the optimizer keeps for each: Adam 2,
            momentum 1, plain SGD 0.

    >>> state_bytes(1.5e9) / 1e9, f"{state_bytes(25.6e6, slots=1) / 1e9:.2f}"
    (24.0, '0.31')
    """
    return parameters * (8 + 4 * slots)


# --8<-- [end:memory]


# --8<-- [start:quantize]
def affine(low: float, high: float) -> tuple[float, int]:
    """Return scale and zero point that map [low, high] to -128 ... 127.

    >>> [round(affine(-1, high)[0], 4) for high in (1, 20)]
    [0.0078, 0.0824]
    """
    low, high = min(low, 0.0), max(high, 0.0)  # zero must be exact
    if low == high:
        raise ValueError("the range is empty")
    scale = (high - low) / 255
    return scale, round(-128 - low / scale)


def quantize(x: Array, scale: float, zero: int) -> NDArray[np.int8]:
    """Round to the nearest code; what lies outside the range is clipped."""
    return np.clip(np.round(x / scale) + zero, -128, 127).astype(np.int8)


def dequantize(q: NDArray[np.int8], scale: float, zero: int) -> Array:
    """Return the real numbers that the codes stand for."""
    return scale * (q.astype(np.float64) - zero)


def dot_bound(w: Array, x: Array, scale_w: float, scale_x: float) -> float:
    """Bound the error of the dot product of two quantized vectors (n,)."""
    first_order = scale_w * abs(x).sum() + scale_x * abs(w).sum()
    return float(first_order / 2 + len(w) * scale_w * scale_x / 4)


# --8<-- [end:quantize]


# --8<-- [start:export]
def tapped(layers: "torch.nn.Sequential") -> "torch.nn.Module":
    """Return a module whose outputs are those of all the layers."""
    import torch

    class Tapped(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = layers

        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
            outputs = [x]
            for layer in self.layers:
                outputs.append(layer(outputs[-1]))
            return tuple(outputs[1:])

    return Tapped()


def export(module: "torch.nn.Module", sample: "torch.Tensor", path: str) -> None:
    """Write the module, in evaluation mode, to ONNX with a free batch size."""
    import onnx
    import torch

    torch.onnx.export(
        module.eval(),
        (sample,),
        path,
        input_names=["x"],
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        dynamo=True,
        verbose=False,
    )
    onnx.checker.check_model(path, full_check=True)


# --8<-- [end:export]


# --8<-- [start:compare]
def relative_errors(
    module: "torch.nn.Module", path: str, x: "torch.Tensor"
) -> list[float]:
    """Compare the outputs of PyTorch and ONNX Runtime, layer by layer.

    Returns:
        Largest difference over largest magnitude, one number an output.
    """
    import onnxruntime
    import torch

    cpu = ["CPUExecutionProvider"]
    session = onnxruntime.InferenceSession(path, providers=cpu)
    with torch.no_grad():
        expected = [output.numpy() for output in module(x)]
    pairs = zip(session.run(None, {"x": x.numpy()}), expected, strict=True)
    return [float(abs(got - e).max() / abs(e).max()) for got, e in pairs]


# --8<-- [end:compare]


# --8<-- [start:resnet]
def cifar_resnet_parameters(n: int) -> int:
    """Count the parameters of the CIFAR-10 ResNet with 6n + 2 layers.

    Convolutions without bias, batch norm with two numbers a channel,
    shortcuts without parameters (option A of He et al., 2016).

    >>> [f"{cifar_resnet_parameters(n) / 1e6:.2f}" for n in (3, 5, 7, 9, 18)]
    ['0.27', '0.46', '0.66', '0.85', '1.73']
    """
    total, inputs = 9 * 3 * 16 + 2 * 16, 16
    for width in (16, 32, 64):
        for _ in range(n):
            total += 9 * inputs * width + 9 * width * width + 4 * width
            inputs = width
    return total + 64 * 10 + 10


# --8<-- [end:resnet]
