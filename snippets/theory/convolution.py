"""Convolutional layers: sizes, parameters, cost, receptive fields, resampling.

Further numbers that the page quotes:

>>> conv_output_size(223, k=7, s=2, p=3)  # ResNet's first layer, one pixel less
112
>>> conv_output_size(224, k=11, s=4)  # AlexNet's first layer as printed
54
>>> conv_output_size(224, k=11, s=4, p=2), conv_output_size(227, k=11, s=4)
(55, 55)
>>> 2 * conv2d_macs((56, 56), 64, 128, 3, stride=2, padding=1) / 1e9
0.115605504
>>> def resnet50(block):  # (k, s, d) of the bottleneck that halves the size
...     layers = [(7, 2, 1), (3, 2, 1)] + [(3, 1, 1)] * 3
...     for n in (3, 5, 2):
...         layers += block + [(3, 1, 1)] * n
...     return receptive_field(layers)[-1]
>>> resnet50([(3, 2, 1)])  # stride in the 3x3 layer, as in torchvision
(427, 32)
>>> resnet50([(1, 2, 1), (3, 1, 1)])  # stride in the 1x1 layer before it
(483, 32)
"""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from math import ceil
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from snippets import Array

Index = NDArray[np.int64]


# --8<-- [start:conv2d]
def conv2d(x: Array, weight: Array, stride: int = 1, padding: int = 0) -> Array:
    """Convolve one image, as deep learning means it: cross-correlation.

    Args:
        x: image, shape (C_in, H, W).
        weight: filters, shape (C_out, C_in, k_h, k_w).
        stride: step between windows.
        padding: zeros added on every side.

    Returns:
        Feature maps, shape (C_out, H_out, W_out).
    """
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(x, weight.shape[2:], axis=(1, 2))
    windows = windows[:, ::stride, ::stride]  # (C_in, H_out, W_out, k_h, k_w)
    out: Array = np.einsum("chwij,ocij->ohw", windows, weight)
    return out


# --8<-- [end:conv2d]


# --8<-- [start:three_layers]
def parameters_dense_local_shared(
    size: tuple[int, int], in_channels: int, out_channels: int, kernel_size: int
) -> tuple[int, int, int]:
    """Count the parameters of three layers that keep height and width.

    Args:
        size: height and width of input and output.
        in_channels: C_in.
        out_channels: C_out.
        kernel_size: side k of the square window.

    Returns:
        Fully connected; window without sharing; window with sharing (a
        convolution). Biases included: one per output value in the first two.

    >>> parameters_dense_local_shared((224, 224), 3, 64, 3)
    (483388358656, 89915392, 1792)
    """
    positions = size[0] * size[1]
    window = kernel_size**2 * in_channels
    dense = (positions * in_channels + 1) * positions * out_channels
    local = (window + 1) * positions * out_channels
    shared = (window + 1) * out_channels
    return dense, local, shared


# --8<-- [end:three_layers]


IntPair = int | tuple[int, int]  # for both axes, or (vertical, horizontal)


def _pair(value: IntPair) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


# --8<-- [start:output_size]
def conv_output_size(
    n: int, k: int, s: int = 1, p: int = 0, d: int = 1, ceil_mode: bool = False
) -> int:
    """Length of one axis after a convolution or a pooling.

    Args:
        n, k, s, p, d: input, kernel, stride, padding on *each* side, dilation.
        ceil_mode: pooling's option to keep a last, incomplete window.

    >>> conv_output_size(224, k=7, s=2, p=3)  # ResNet's first layer
    112
    >>> [conv_output_size(112, k=3, s=2, ceil_mode=c) for c in (False, True)]
    [55, 56]
    """
    last_start = n + 2 * p - d * (k - 1) - 1
    if last_start < 0:
        raise ValueError(f"kernel {k} does not fit into {n} + 2 * {p}")
    if ceil_mode:  # a window must start inside the input or the left padding
        return min(ceil(last_start / s), (n + p - 1) // s) + 1
    return last_start // s + 1


def conv2d_output_size(
    size: tuple[int, int],
    kernel_size: IntPair,
    stride: IntPair = 1,
    padding: IntPair = 0,
    dilation: IntPair = 1,
) -> tuple[int, int]:
    """Height and width after a convolution; a pair is (vertical, horizontal)."""
    settings = map(_pair, (kernel_size, stride, padding, dilation))
    height, width = map(conv_output_size, size, *settings)
    return height, width


# --8<-- [end:output_size]


# --8<-- [start:same_padding]
def same_padding(
    n: int, kernel_size: int, stride: int = 1, dilation: int = 1
) -> tuple[int, int]:
    """Zeros before and after an axis so that the output has ceil(n / s) values.

    >>> same_padding(224, 3), same_padding(224, 4)
    ((1, 1), (1, 2))
    >>> same_padding(224, 3, stride=2)  # not symmetric
    (0, 1)
    """
    covered = (ceil(n / stride) - 1) * stride + dilation * (kernel_size - 1) + 1
    total = max(covered - n, 0)
    return total // 2, total - total // 2


# --8<-- [end:same_padding]


# --8<-- [start:parameter_count]
def conv2d_parameter_count(
    in_channels: int,
    out_channels: int,
    kernel_size: IntPair,
    groups: int = 1,
    bias: bool = True,
) -> int:
    """Count the learned parameters of a convolution; the image size is absent.

    Raises:
        ValueError: the groups do not divide both channel counts.

    >>> conv2d_parameter_count(3, 64, 7, bias=False)  # ResNet stem, then BN
    9408
    >>> conv2d_parameter_count(64, 128, 3), conv2d_parameter_count(64, 128, 1)
    (73856, 8320)
    >>> conv2d_parameter_count(64, 128, 3, groups=32)
    2432
    """
    if in_channels % groups or out_channels % groups:
        raise ValueError(f"groups={groups} must divide both channel counts")
    k_h, k_w = _pair(kernel_size)
    return (k_h * k_w * (in_channels // groups) + bias) * out_channels


# --8<-- [end:parameter_count]


# --8<-- [start:macs]
def conv2d_macs(
    size: tuple[int, int],
    in_channels: int,
    out_channels: int,
    kernel_size: IntPair,
    stride: IntPair = 1,
    padding: IntPair = 0,
    groups: int = 1,
) -> int:
    """Count the multiply-adds of a convolution on one image of the given size.

    >>> conv2d_macs((224, 224), 3, 64, 3, padding=1)  # VGG-16, first layer
    86704128
    >>> conv2d_macs((224, 224), 64, 64, 3, padding=1)  # VGG-16, second layer
    1849688064
    >>> conv2d_macs((56, 56), 64, 128, 3, stride=2, padding=1)
    57802752
    """
    height, width = conv2d_output_size(size, kernel_size, stride, padding)
    weights = conv2d_parameter_count(
        in_channels, out_channels, kernel_size, groups, bias=False
    )
    return height * width * weights  # each weight works once per position


# --8<-- [end:macs]


# --8<-- [start:intensity]
def conv2d_intensity(
    size: tuple[int, int],
    channels: int,
    kernel_size: int,
    groups: int = 1,
    bytes_per_value: int = 4,
) -> float:
    """FLOPs per byte of a size-keeping layer with as many outputs as inputs.

    Counts input, weights and output as moved once each: the best case.

    >>> round(conv2d_intensity((56, 56), 64, 3), 1)  # standard
    131.9
    >>> round(conv2d_intensity((56, 56), 64, 1), 1)  # pointwise
    15.8
    >>> round(conv2d_intensity((56, 56), 64, 3, groups=64), 2)  # depthwise
    2.25
    """
    padding = kernel_size // 2
    macs = conv2d_macs(
        size, channels, channels, kernel_size, padding=padding, groups=groups
    )
    weights = conv2d_parameter_count(
        channels, channels, kernel_size, groups, bias=False
    )
    values = 2 * channels * size[0] * size[1] + weights
    return 2 * macs / (bytes_per_value * values)


# --8<-- [end:intensity]


# --8<-- [start:model_macs]
def model_macs(model: Any, x: Any) -> Counter[str]:
    """Count a PyTorch model's multiply-adds by layer, in one forward pass.

    Counts convolutions, transposed convolutions and linear layers; not bias,
    normalization, activations, pooling, or functional calls such as attention.
    A layer that is used twice counts twice. For the cost per sample, let x be a
    batch of one.
    """
    from torch import nn, no_grad

    if model.training:  # batch norm would update its statistics
        raise ValueError("call model.eval() first")
    gather = nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d
    scatter = nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d
    macs: Counter[str] = Counter()

    def record(name: str, layer: Any, args: Any, output: Any) -> None:
        values = args[0] if isinstance(layer, scatter) else output
        macs[name] += values.numel() * layer.weight[0].numel()

    hooks = [
        layer.register_forward_hook(partial(record, name))
        for name, layer in model.named_modules()
        if isinstance(layer, gather + scatter)
    ]
    try:
        with no_grad():
            model(x)
    finally:
        for hook in hooks:
            hook.remove()
    return macs


# --8<-- [end:model_macs]


# --8<-- [start:receptive_field]
Layer = tuple[int, int, int]  # kernel_size, stride, dilation


def receptive_field(layers: Sequence[Layer]) -> list[tuple[int, int]]:
    """Receptive field and jump after each layer, along one axis.

    Args:
        layers: from the input upwards; pooling counts like a convolution.

    Returns:
        (r, j) per layer: input positions seen by one output, and the distance
        in the input between two neighboring outputs.

    Source: Araujo, Norris and Sim (2019).

    >>> receptive_field([(3, 1, 1), (3, 2, 1), (3, 1, 1)])
    [(3, 1), (5, 2), (9, 2)]
    >>> receptive_field([(3, 1, d) for d in (1, 2, 4, 8)])[-1]
    (31, 1)
    >>> conv, pool = (3, 1, 1), (2, 2, 1)
    >>> vgg16 = ([conv] * 2 + [pool]) * 2 + ([conv] * 3 + [pool]) * 3
    >>> receptive_field(vgg16)[-1]
    (212, 32)
    """
    r, j = 1, 1
    steps = []
    for k, s, d in layers:
        r += d * (k - 1) * j
        j *= s
        steps.append((r, j))
    return steps


# --8<-- [end:receptive_field]


# --8<-- [start:effective]
def uniform_stack_profile(depth: int, kernel_size: int = 3) -> Array:
    """Weight of each input position in one output of a linear, uniform stack.

    Args:
        depth: number of stride-1 layers, each an average over its window.
        kernel_size: odd k.

    Returns:
        Weights over the theoretical receptive field, sum 1.

    Source: Luo et al. (2016), section 2.

    >>> profile = uniform_stack_profile(20)
    >>> len(profile), round(float(profile[13:28].sum()), 2)  # the middle 15
    (41, 0.96)
    """
    profile = np.ones(1)
    for _ in range(depth):
        profile = np.convolve(profile, np.full(kernel_size, 1 / kernel_size))
    return profile


# --8<-- [end:effective]


# --8<-- [start:separable]
def separable_macs(
    size: tuple[int, int],
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
) -> tuple[int, int]:
    """Multiply-adds of the depthwise and of the pointwise step.

    Source: Howard et al. (2017), section 3.1.

    >>> separable_macs((14, 14), 512, 512, 3, padding=1)
    (903168, 51380224)
    >>> standard = conv2d_macs((14, 14), 512, 512, 3, padding=1)
    >>> standard, round(standard / (903168 + 51380224), 2)
    (462422016, 8.84)
    """
    depthwise = conv2d_macs(
        size,
        in_channels,
        in_channels,
        kernel_size,
        stride,
        padding,
        groups=in_channels,
    )
    middle = conv2d_output_size(size, kernel_size, stride, padding)
    return depthwise, conv2d_macs(middle, in_channels, out_channels, 1)


# --8<-- [end:separable]


# --8<-- [start:transposed_size]
def conv_transpose_output_size(
    n: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    output_padding: int = 0,
    dilation: int = 1,
) -> int:
    """Length of one axis after a transposed convolution.

    >>> conv_transpose_output_size(112, kernel_size=4, stride=2, padding=1)
    224
    >>> conv_transpose_output_size(112, kernel_size=3, stride=2, padding=1)
    223
    >>> conv_transpose_output_size(112, 3, 2, padding=1, output_padding=1)
    224
    """
    full = (n - 1) * stride + dilation * (kernel_size - 1) + 1
    return full - 2 * padding + output_padding


# --8<-- [end:transposed_size]


# --8<-- [start:conv_transpose2d]
def conv_transpose2d(
    x: Array,
    weight: Array,
    stride: int = 1,
    padding: int = 0,
    output_padding: int = 0,
) -> Array:
    """Transposed convolution: every input value stamps a scaled kernel.

    Args:
        x: input, shape (C_in, H, W).
        weight: shape (C_in, C_out, k_h, k_w): that of the convolution it
            transposes, which maps C_out channels to C_in.
        stride: distance between two stamps in the output.
        padding: rows and columns *cut off* on every side.
        output_padding: rows and columns kept or added below and at the right.

    Returns:
        Shape (C_out, H_out, W_out).

    Source: Dumoulin and Visin (2016), chapter 4.
    """
    _, height, width = x.shape
    _, c_out, k_h, k_w = weight.shape
    rows, columns = (height - 1) * stride + 1, (width - 1) * stride + 1
    extra = output_padding - 1
    full = np.zeros((c_out, rows + k_h + extra, columns + k_w + extra))
    for i, j in np.ndindex(k_h, k_w):
        stamped = np.einsum("chw,co->ohw", x, weight[:, :, i, j])
        down, right = slice(i, i + rows, stride), slice(j, j + columns, stride)
        full[:, down, right] += stamped
    _, bottom, end = full.shape
    return full[:, padding : bottom - padding, padding : end - padding]


# --8<-- [end:conv_transpose2d]


# --8<-- [start:overlap]
def overlap_counts(n: int, kernel_size: int, stride: int) -> Index:
    """How many stamps cover each output position of a transposed convolution.

    >>> overlap_counts(5, kernel_size=3, stride=2)  # 3 % 2 != 0
    array([1, 1, 2, 1, 2, 1, 2, 1, 2, 1, 1])
    >>> overlap_counts(5, kernel_size=4, stride=2)
    array([1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1])
    """
    starts = stride * np.arange(n)
    covered = starts[:, None] + np.arange(kernel_size)  # (n, k)
    return np.bincount(covered.ravel())


# --8<-- [end:overlap]


# --8<-- [start:max_pool]
def max_pool2d(x: Array, k: int, stride: int) -> tuple[Array, Index]:
    """Maximum of every k x k window of x, shape (C, H, W), and where it was.

    Returns:
        Maxima and their index in the window (0 ... k * k - 1, the first on a
        tie), both of shape (C, H_out, W_out).
    """
    windows = sliding_window_view(x, (k, k), axis=(1, 2))[:, ::stride, ::stride]
    flat = windows.reshape(*windows.shape[:3], k * k)
    return flat.max(axis=-1), flat.argmax(axis=-1)


def max_pool2d_backward(
    grad: Array, argmax: Index, shape: tuple[int, ...], k: int, stride: int
) -> Array:
    """Send each output gradient to its argmax; windows that share it add up.

    >>> x = np.array([[[1.0, 5.0, 2.0], [0.0, 3.0, 4.0]]])
    >>> y, argmax = max_pool2d(x, k=2, stride=1)
    >>> y
    array([[[5., 5.]]])
    >>> max_pool2d_backward(np.ones((1, 1, 2)), argmax, x.shape, k=2, stride=1)
    array([[[0., 2., 0.],
            [0., 0., 0.]]])
    """
    grad_x = np.zeros(shape)
    c, i, j = np.indices(grad.shape)
    row, column = i * stride + argmax // k, j * stride + argmax % k
    np.add.at(grad_x, (c, row, column), grad)
    return grad_x


# --8<-- [end:max_pool]


# --8<-- [start:avg_pool]
def avg_pool2d(x: Array, k: int, stride: int) -> Array:
    """Mean of every k x k window of x, shape (C, H, W) -> (C, H_out, W_out)."""
    windows = sliding_window_view(x, (k, k), axis=(1, 2))[:, ::stride, ::stride]
    out: Array = windows.mean(axis=(-2, -1))
    return out


def avg_pool2d_backward(
    grad: Array, shape: tuple[int, ...], k: int, stride: int
) -> Array:
    """Give each of a window's k * k inputs the share grad / k**2.

    >>> avg_pool2d_backward(np.ones((1, 1, 2)), (1, 2, 3), k=2, stride=1)
    array([[[0.25, 0.5 , 0.25],
            [0.25, 0.5 , 0.25]]])
    """
    grad_x = np.zeros(shape)
    _, height, width = grad.shape
    rows, columns = (height - 1) * stride + 1, (width - 1) * stride + 1
    for i, j in np.ndindex(k, k):
        down, right = slice(i, i + rows, stride), slice(j, j + columns, stride)
        grad_x[:, down, right] += grad / k**2
    return grad_x


# --8<-- [end:avg_pool]


# --8<-- [start:head]
def head_parameters(
    size: tuple[int, int], channels: int, hidden: int, classes: int
) -> tuple[int, int]:
    """Parameters of two heads: flatten and MLP, or global average pooling.

    Args:
        size: height and width of the last feature map.
        channels: its channels.
        hidden: width of each of the two hidden layers of the first head.
        classes: number of outputs.

    >>> head_parameters((7, 7), 512, 4096, 1000)  # VGG-16's head
    (123642856, 513000)
    """
    flat = size[0] * size[1] * channels
    mlp = (flat + 1) * hidden + (hidden + 1) * hidden + (hidden + 1) * classes
    return mlp, (channels + 1) * classes


# --8<-- [end:head]
