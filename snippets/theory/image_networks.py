"""Image classification networks: parameters and cost, blocks, patches, windows.

Further numbers that the page quotes:

SENet-154 as released: ResNeXt-152 (64 groups) with a thinner first 1x1 layer of
each block, a stem of three 3x3 layers and 3x3 projections from stage 2 on:

>>> senet, c_in = _conv_bn(3, 64, 3) + _conv_bn(64, 64, 3) + _conv_bn(64, 128, 3), 128
>>> for planes, repeats in zip((64, 128, 256, 512), (3, 8, 36, 3)):
...     senet += _conv_bn(c_in, 4 * planes, 1 if planes == 64 else 3)
...     for _ in range(repeats):
...         senet += _conv_bn(c_in, 2 * planes, 1) + se_parameter_count(4 * planes)
...         senet += _conv_bn(2 * planes, 4 * planes, 3, groups=64)
...         senet += _conv_bn(4 * planes, 4 * planes, 1)
...         c_in = 4 * planes
>>> f"{senet + 2048 * 1000 + 1000:,}"
'115,088,984'

Share of AlexNet's and VGG-16's parameters in their linear layers:

>>> for convs, linears in (ALEXNET, VGG16):
...     convolutions = plain_parameter_count(convs, [])
...     print(f"{1 - convolutions / plain_parameter_count(convs, linears):.3f}")
0.962
0.894

ZFNet; how many times GoogLeNet is smaller than AlexNet:

>>> zfnet = [(3, 96, 7, 1), (96, 256, 5, 1), (256, 384, 3, 1), (384, 384, 3, 1)]
>>> f"{plain_parameter_count([*zfnet, (384, 256, 3, 1)], ALEXNET[1]):,}"
'62,357,608'
>>> round(plain_parameter_count(*ALEXNET) / googlenet_parameter_count(), 1)
8.7

SE blocks: part of ResNet-50's parameters, of it in the last stage, without that:

>>> resnet50, last = resnet_parameter_count((3, 4, 6, 3)), 3 * se_parameter_count(2048)
>>> all_blocks = resnet_parameter_count((3, 4, 6, 3), reduction=16) - resnet50
>>> for part, whole in ((all_blocks, resnet50), (last, all_blocks)):
...     print(f"{part / whole:.3f}")
0.099
0.624
>>> f"{(all_blocks - last) / resnet50:.3f}"
'0.037'

EfficientNet's compound scaling multiplies compute by about 2 per step:

>>> round(1.2 * 1.1**2 * 1.15**2, 2)
1.92

Global attention over 224 x 224 pixels, over 16 x 16 patches and at 384 x 384:

>>> f"{(224 * 224) ** 2:,}", (224 // 16) ** 2, (384 // 16) ** 2
('2,517,630,976', 196, 576)
>>> 196**2
38416

Expected gradient growth of 50 plain and 50 residual layers at gain 0.8 and 1.25:

>>> [f"{gain**50:.2g}" for gain in (0.8, 1.25)]
['1.4e-05', '7e+04']
>>> [round((1 + gain**2 / 50) ** 25, 2) for gain in (0.8, 1, 1.25)]
[1.37, 1.64, 2.16]
>>> worst = max(gradient_norms(50, 256, 1.25, skip=True))
>>> f"{worst:.1f}"  # largest residual norm in the figure
'2.0'
>>> f"{2**25:,}"  # the same at gain 1 without the factor 1 / sqrt(50)
'33,554,432'
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from snippets import Array
from snippets.theory.convolution import conv2d_parameter_count

# --8<-- [start:plain]
Conv = tuple[int, int, int, int]  # C_in, C_out, kernel size, groups


def plain_parameter_count(convs: Sequence[Conv], linears: Sequence[int]) -> int:
    """Parameters, with biases, of convolutions followed by linear layers.

    Args:
        convs: the convolutions.
        linears: features before, between and after the linear layers.

    >>> f"{plain_parameter_count(*ALEXNET):,}"  # two GPUs: groups = 2
    '60,965,224'
    >>> f"{plain_parameter_count(*VGG16):,}"
    '138,357,544'
    """
    total = sum(conv2d_parameter_count(*conv) for conv in convs)
    return total + sum((a + 1) * b for a, b in pairwise(linears))


ALEXNET = (
    [
        (3, 96, 11, 1),
        (96, 256, 5, 2),
        (256, 384, 3, 1),
        (384, 384, 3, 2),
        (384, 256, 3, 2),
    ],
    [256 * 6 * 6, 4096, 4096, 1000],
)
_WIDTHS = [3, 64, 64, 128, 128, 256, 256, 256] + [512] * 6
VGG16 = (
    [(a, b, 3, 1) for a, b in pairwise(_WIDTHS)],
    [512 * 7 * 7, 4096, 4096, 1000],
)
# --8<-- [end:plain]


# --8<-- [start:inception]
def inception_parameter_count(c_in: int, *widths: int) -> int:
    """Parameters, with biases, of one GoogLeNet module.

    Args:
        c_in: channels in.
        widths: of the 1x1 branch; of the 3x3 branch, reduced and out; of the
            5x5 branch, reduced and out; of the 1x1 layer after the pooling.

    >>> inception_parameter_count(192, 64, 96, 128, 16, 32, 32)  # module 3a
    163696
    >>> conv2d_parameter_count(192, 256, 5)  # one 5x5 layer, same output
    1229056
    """
    one, reduce3, three, reduce5, five, pooled = widths
    layers = [(c_in, one, 1), (c_in, reduce3, 1), (reduce3, three, 3)]
    layers += [(c_in, reduce5, 1), (reduce5, five, 5), (c_in, pooled, 1)]
    return sum(conv2d_parameter_count(*layer) for layer in layers)


def googlenet_parameter_count() -> int:
    """Parameters of GoogLeNet without its auxiliary classifiers.

    Source: Szegedy et al. (2015), table 1.

    >>> f"{googlenet_parameter_count():,}"
    '6,998,552'
    """
    stem = [(3, 64, 7), (64, 64, 1), (64, 192, 3)]
    total = sum(conv2d_parameter_count(*layer) for layer in stem)
    for module in _GOOGLENET:
        total += inception_parameter_count(*module)
    return total + (1024 + 1) * 1000


_GOOGLENET = (  # 3a, 3b; 4a ... 4e; 5a, 5b
    (192, 64, 96, 128, 16, 32, 32),
    (256, 128, 128, 192, 32, 96, 64),
    (480, 192, 96, 208, 16, 48, 64),
    (512, 160, 112, 224, 24, 64, 64),
    (512, 128, 128, 256, 24, 64, 64),
    (512, 112, 144, 288, 32, 64, 64),
    (528, 256, 160, 320, 32, 128, 128),
    (832, 256, 160, 320, 32, 128, 128),
    (832, 384, 192, 384, 48, 128, 128),
)
# --8<-- [end:inception]


# --8<-- [start:resnet]
def _conv_bn(c_in: int, c_out: int, k: int, groups: int = 1) -> int:
    """Parameters of a convolution without bias and its batch norm."""
    return conv2d_parameter_count(c_in, c_out, k, groups, bias=False) + 2 * c_out


def resnet_parameter_count(
    blocks: Sequence[int], groups: int = 1, group_width: int = 64, reduction: int = 0
) -> int:
    """Parameters of a bottleneck ResNet, ResNeXt or (with reduction) SE-ResNet.

    Args:
        blocks: residual blocks in each of the four stages.
        groups: cardinality of the 3x3 layers.
        group_width: channels of a group in the first stage.
        reduction: r of a squeeze-and-excitation block after each block, or 0.

    >>> [f"{resnet_parameter_count((3, n, m, 3)):,}" for n, m in ((4, 6), (8, 36))]
    ['25,557,032', '60,192,808']
    >>> f"{resnet_parameter_count((3, 4, 6, 3), groups=32, group_width=4):,}"
    '25,028,904'
    >>> f"{resnet_parameter_count((3, 4, 6, 3), reduction=16):,}"
    '28,088,024'
    """
    total, c_in = _conv_bn(3, 64, 7), 64
    for stage, repeats in enumerate(blocks):
        middle, c_out = groups * group_width * 2**stage, 256 * 2**stage
        total += _conv_bn(c_in, c_out, 1)  # projection of the first shortcut
        for _ in range(repeats):
            total += _conv_bn(c_in, middle, 1) + _conv_bn(middle, c_out, 1)
            total += _conv_bn(middle, middle, 3, groups)
            if reduction:
                total += se_parameter_count(c_out, reduction)
            c_in = c_out
    return total + (c_in + 1) * 1000


# --8<-- [end:resnet]


# --8<-- [start:densenet]
def densenet_parameter_count(blocks: Sequence[int], growth: int = 32) -> int:
    """Parameters of a DenseNet with bottlenecks and compression 1/2.

    Source: Huang et al. (2017), table 1.

    >>> f"{densenet_parameter_count((6, 12, 24, 16)):,}"  # DenseNet-121
    '7,978,856'
    """
    channels = 2 * growth
    total = _conv_bn(3, channels, 7)
    for index, layers in enumerate(blocks):
        if index:  # transition: batch norm, 1x1 to half the channels, pooling
            total += 2 * channels + channels * (channels // 2)
            channels //= 2
        for _ in range(layers):  # every layer sees all before it
            total += 2 * channels + _conv_bn(channels, 4 * growth, 1)
            total += 9 * 4 * growth * growth
            channels += growth  # concatenate, don't add
    return total + 2 * channels + (channels + 1) * 1000


# --8<-- [end:densenet]


# --8<-- [start:gradient_norms]
def gradient_norms(
    depth: int, width: int, gain: float, skip: bool, seed: int = 0
) -> Array:
    """Gradient norm at each layer of a random network, top gradient of norm 1.

    Plain: x <- W relu(x). Residual: x <- x + W relu(x) / sqrt(depth).

    Args:
        depth, width: layers, and units in each.
        gain: factor on He's standard deviation sqrt(2 / width).
        skip: residual or plain.

    Returns:
        Norm of the gradient with respect to x_0, ..., x_depth.

    >>> def growth(gain, skip):
    ...     return gradient_norms(50, 256, gain, skip)[0]
    >>> [f"{growth(gain, skip=False):.0e}" for gain in (0.8, 1, 1.25)]
    ['6e-06', '4e-01', '3e+04']
    >>> [f"{growth(gain, skip=True):.1f}" for gain in (0.8, 1, 1.25)]
    ['1.4', '1.6', '2.0']
    """
    rng = np.random.default_rng(seed)
    x, grad = rng.normal(size=(2, width))
    std = gain * np.sqrt(2 / width)
    weights = rng.normal(scale=std, size=(depth, width, width))
    if skip:
        weights /= np.sqrt(depth)
    active = []
    for weight in weights:
        active.append(x > 0)
        x = skip * x + weight @ np.maximum(x, 0)
    grad /= np.linalg.norm(grad)
    norms = [1.0]
    for weight, on in zip(weights[::-1], active[::-1], strict=True):
        grad = skip * grad + on * (weight.T @ grad)  # the skip adds an identity
        norms.append(float(np.linalg.norm(grad)))
    return np.array(norms[::-1])


# --8<-- [end:gradient_norms]


# --8<-- [start:se_block]
def se_block(channels: int, reduction: int = 16) -> Any:
    """Squeeze-and-excitation as a PyTorch module, (N, C, H, W) to the same.

    Source: Hu et al. (2018), section 3.
    """
    from torch import nn

    class SEBlock(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.reduce = nn.Linear(channels, channels // reduction)
            self.expand = nn.Linear(channels // reduction, channels)

        def forward(self, x: Any) -> Any:
            s = x.mean(dim=(2, 3))  # squeeze: (N, C)
            s = self.expand(self.reduce(s).relu()).sigmoid()  # excite
            return x * s[:, :, None, None]  # one factor per channel

    return SEBlock()


def se_parameter_count(channels: int, reduction: int = 16) -> int:
    """Parameters 2 C^2 / r, and the biases C + C / r.

    >>> [se_parameter_count(c) for c in (256, 512, 1024, 2048)]
    [8464, 33312, 132160, 526464]
    >>> blocks = {256: 3, 512: 4, 1024: 6, 2048: 3}  # of ResNet-50
    >>> sum(n * se_parameter_count(c) for c, n in blocks.items())
    2530992
    """
    hidden = channels // reduction
    return 2 * channels * hidden + channels + hidden


# --8<-- [end:se_block]


# --8<-- [start:mobilenet]
Cost = NDArray[np.int64]  # parameters, multiply-adds


def _layer(size: int, c_in: int, c_out: int, k: int, groups: int = 1) -> Cost:
    """Cost of convolution and batch norm with size x size outputs."""
    weights = conv2d_parameter_count(c_in, c_out, k, groups, bias=False)
    return np.array([weights + 2 * c_out, weights * size**2])


def inverted_residual_cost(
    size: int, c_in: int, c_out: int, expansion: int = 6, stride: int = 1
) -> Cost:
    """Expand by 1x1, filter depthwise by 3x3, project by a linear 1x1.

    Source: Sandler et al. (2018), table 1.

    >>> inverted_residual_cost(14, 64, 64)
    array([   54272, 10311168])
    """
    wide = expansion * c_in
    cost = _layer(size // stride, wide, wide, 3, groups=wide)
    cost += _layer(size // stride, wide, c_out, 1)
    if expansion > 1:
        cost += _layer(size, c_in, wide, 1)
    return cost


def mobilenet_v2_cost() -> Cost:
    """Parameters and multiply-adds of MobileNetV2 at 224 x 224.

    >>> mobilenet_v2_cost()
    array([  3504872, 300774272])
    """
    size, c_in, cost = 112, 32, _layer(112, 3, 32, 3)
    for expansion, c_out, repeats, first_stride in _MOBILENET_V2:
        for stride in [first_stride] + [1] * (repeats - 1):
            cost += inverted_residual_cost(size, c_in, c_out, expansion, stride)
            size, c_in = size // stride, c_out
    cost += _layer(size, c_in, 1280, 1)
    cost += np.array([(1280 + 1) * 1000, 1280 * 1000])  # classifier
    return cost


_MOBILENET_V2 = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2)]
_MOBILENET_V2 += [(6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
# --8<-- [end:mobilenet]


# --8<-- [start:cheap]
def ghost_saving(c_in: int, c_out: int, k: int, ratio: int = 2, d: int = 3) -> float:
    """How many times fewer multiply-adds a Ghost module takes.

    Args:
        c_in, c_out, k: of the convolution that it replaces.
        ratio: only c_out / ratio maps come from a convolution.
        d: kernel of the depthwise layers that make the others.

    >>> round(ghost_saving(64, 64, 3), 2), round(ghost_saving(64, 64, 3, 4), 2)
    (1.97, 3.82)
    """
    primary = c_out // ratio
    standard = k * k * c_in * c_out
    return standard / (k * k * c_in * primary + d * d * (c_out - primary))


def adder_conv2d(x: Array, weight: Array) -> Array:
    """Negative L1 distance of each filter to each window.

    Args:
        x: image, shape (C_in, H, W).
        weight: filters, shape (C_out, C_in, k, k).

    Source: Chen et al. (2020), section 3.1.

    >>> adder_conv2d(np.array([[[1.0, 2.0]]]), np.array([[[[3.0]]]]))
    array([[[-2., -1.]]])
    """
    windows = sliding_window_view(x, weight.shape[2:], axis=(1, 2))
    distance = abs(windows - weight[:, :, None, None])  # (O, C, H', W', k, k)
    out: Array = -distance.sum(axis=(1, 4, 5))
    return out


# --8<-- [end:cheap]


# --8<-- [start:patches]
def patchify(image: Array, p: int) -> Array:
    """Cut an image (C, H, W) into flat patches, (H W / p^2, C p^2), row by row."""
    c, h, w = image.shape
    tiles = image.reshape(c, h // p, p, w // p, p)
    return tiles.transpose(1, 3, 0, 2, 4).reshape(-1, c * p * p)


def patch_embedding(image: Array, weight: Array, bias: Array) -> Array:
    """One linear map for every patch: a convolution whose stride is its kernel.

    Args:
        image: shape (C, H, W).
        weight: shape (D, C, p, p), as of a convolution.
        bias: shape (D,).

    Returns:
        Tokens, shape (H W / p^2, D).
    """
    d, _, _, p = weight.shape
    return patchify(image, p) @ weight.reshape(d, -1).T + bias


def resize_positions(positions: Array, new: int) -> Array:
    """Interpolate position embeddings bilinearly to a new x new grid.

    Args:
        positions: shape (g, g, D), without the class token's.
    """
    g = len(positions)
    centers = (np.arange(new) + 0.5) * g / new - 0.5  # in old grid steps
    mix = np.stack([np.interp(centers, np.arange(g), e) for e in np.eye(g)], 1)
    resized: Array = np.einsum("ai,bj,ijd->abd", mix, mix, positions)
    return resized


# --8<-- [end:patches]


# --8<-- [start:vit]
def vit_parameter_count(
    dim: int, depth: int, mlp: int, patch: int, size: int = 224
) -> int:
    """Parameters of a ViT with class token, learned positions, 1000 classes.

    >>> f"{vit_parameter_count(768, 12, 3072, patch=16):,}"  # ViT-B/16
    '86,567,656'
    """
    tokens = (size // patch) ** 2 + 1
    embedding = (3 * patch**2 + 1) * dim + dim + tokens * dim
    attention = 4 * (dim + 1) * dim  # queries, keys, values, output
    feed_forward = (dim + 1) * mlp + (mlp + 1) * dim
    layer = attention + feed_forward + 4 * dim  # two layer norms
    return embedding + depth * layer + 2 * dim + (dim + 1) * 1000


def attention_macs(tokens: int, dim: int, seen: int) -> int:
    """Multiply-adds of self-attention in which each token sees `seen` others.

    Source: Liu et al. (2021), equations 1 and 2.

    >>> n, c = 56 * 56, 96  # first stage of Swin-T
    >>> globally, local = attention_macs(n, c, n), attention_macs(n, c, 7 * 7)
    >>> f"{globally / 1e9:.2f} {local / 1e9:.3f} {globally / local:.1f}"
    '2.00 0.145 13.8'
    """
    projections = 4 * tokens * dim**2
    return projections + 2 * tokens * seen * dim  # Q K^T, and weights times V


# --8<-- [end:vit]


# --8<-- [start:windows]
def window_regions(n: int, window: int, shift: int) -> NDArray[np.int64]:
    """Part of the image each token of each window comes from.

    The n x n grid is rolled up and left by `shift`, then cut into windows.

    Returns:
        Shape (windows, window^2); 0, or 1, 2, 3 for what wrapped around
        horizontally, vertically, or both ways.
    """
    wrapped = np.arange(n) + shift >= n
    grid = np.add.outer(2.0 * wrapped, wrapped).astype(np.float64)
    return patchify(grid[None], window).astype(np.int64)


def shifted_window_mask(n: int, window: int, shift: int) -> NDArray[np.bool_]:
    """Pairs that may attend: same window and same part of the image.

    Returns:
        Shape (windows, window^2, window^2).

    >>> [int(shifted_window_mask(8, 4, s).sum()) for s in (0, 2)]
    [1024, 576]
    """
    regions = window_regions(n, window, shift)
    same: NDArray[np.bool_] = regions[:, :, None] == regions[:, None, :]
    return same


# --8<-- [end:windows]


# --8<-- [start:fine_tuning]
def train_head_only(model: Any, head: str) -> list[Any]:
    """Freeze a PyTorch model except one submodule (a linear probe).

    The frozen part stays in evaluation mode, or batch norm would go on
    updating its running statistics. model.train() undoes that: call again.

    Returns:
        The parameters to give to the optimizer.
    """
    model.eval()
    model.requires_grad_(False)
    trained = model.get_submodule(head)
    trained.train()
    trained.requires_grad_(True)
    return list(trained.parameters())


def layer_learning_rates(layers: int, top: float, decay: float) -> list[float]:
    """Rates from the stem up to the head, each decay times the next one's.

    >>> [round(rate, 6) for rate in layer_learning_rates(5, 1e-3, 0.5)]
    [6.3e-05, 0.000125, 0.00025, 0.0005, 0.001]
    """
    return [top * decay ** (layers - 1 - layer) for layer in range(layers)]


# --8<-- [end:fine_tuning]
