"""Two-dimensional convolution: loops, im2col, and the backward pass."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float64]
Shape = tuple[int, int, int, int]


# --8<-- [start:solution]
def out_size(size: int, kernel: int, stride: int, padding: int) -> int:  # given
    """Return how many windows fit along one side of the input."""
    return (size + 2 * padding - kernel) // stride + 1


def pad(x: Array, padding: int) -> Array:  # given
    """Return x, shape (N, C, H, W), with zeros around each image."""
    return np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))


def conv2d_loops(
    x: Array, weight: Array, bias: Array, stride: int = 1, padding: int = 0
) -> Array:
    """Convolve with loops over every output; the filters are not flipped.

    Args:
        x: images, shape (N, C, H, W).
        weight: filters, shape (F, C, KH, KW).
        bias: shape (F,).
        stride: step between windows, the same both ways.
        padding: zeros added on each of the four sides.

    Returns:
        Shape (N, F, OH, OW), OH = out_size(H, KH, ...), OW = out_size(W, KW, ...).

    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> weight = np.array([[[[1.0, 0.0], [0.0, 2.0]]]])
    >>> conv2d_loops(x, weight, np.zeros(1)).tolist()
    [[[[8.0, 11.0], [17.0, 20.0]]]]
    """
    (N, _, H, W), (F, _, KH, KW) = x.shape, weight.shape
    OH, OW = out_size(H, KH, stride, padding), out_size(W, KW, stride, padding)
    x, y = pad(x, padding), np.empty((N, F, OH, OW))
    for n, f, i, j in np.ndindex(y.shape):
        top, left = i * stride, j * stride
        window = x[n, :, top : top + KH, left : left + KW]
        y[n, f, i, j] = np.sum(window * weight[f]) + bias[f]
    return y


def im2col(x: Array, KH: int, KW: int, stride: int = 1, padding: int = 0) -> Array:
    """Return the windows of every image as the columns of a matrix.

    Args:
        x: images, shape (N, C, H, W).
        KH: height of a window.
        KW: width of a window.
        stride: step between windows.
        padding: zeros added on each side.

    Returns:
        Shape (N, C * KH * KW, OH * OW): a column is a window, flattened by channel,
        row, column; the windows are in reading order.

    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> im2col(x, 2, 2)[0, :, 1].tolist()
    [1.0, 2.0, 4.0, 5.0]
    """
    windows = sliding_window_view(pad(x, padding), (KH, KW), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]  # (N, C, OH, OW, KH, KW)
    N, C, OH, OW = windows.shape[:4]
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(N, C * KH * KW, OH * OW)


def col2im(
    columns: Array, shape: Shape, KH: int, KW: int, stride: int = 1, padding: int = 0
) -> Array:
    """Add up columns where `im2col` took them from: its transpose.

    Args:
        columns: shape (N, C * KH * KW, OH * OW).
        shape: (N, C, H, W) of the images, without padding.
        KH: height of a window.
        KW: width of a window.
        stride: step between windows.
        padding: zeros that im2col added; what falls on them is dropped.

    Returns:
        Shape (N, C, H, W).

    >>> col2im(np.ones((1, 4, 4)), (1, 1, 3, 3), 2, 2)[0, 0].tolist()
    [[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]
    """
    N, C, H, W = shape
    OH, OW = out_size(H, KH, stride, padding), out_size(W, KW, stride, padding)
    parts = columns.reshape(N, C, KH, KW, OH, OW)
    x = pad(np.zeros(shape), padding)
    for i, j in np.ndindex(KH, KW):  # += is safe: within a slice no pixel repeats
        rows = slice(i, i + stride * OH, stride)
        cols = slice(j, j + stride * OW, stride)
        x[:, :, rows, cols] += parts[:, :, i, j]
    return x[:, :, padding : padding + H, padding : padding + W]


def conv2d(
    x: Array, weight: Array, bias: Array, stride: int = 1, padding: int = 0
) -> Array:
    """Return the same as `conv2d_loops`, by one matrix product per image.

    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> weight = np.array([[[[1.0, 0.0], [0.0, 2.0]]]])
    >>> conv2d(x, weight, np.zeros(1)).tolist()
    [[[[8.0, 11.0], [17.0, 20.0]]]]
    """
    (N, _, H, W), (F, _, KH, KW) = x.shape, weight.shape
    OH, OW = out_size(H, KH, stride, padding), out_size(W, KW, stride, padding)
    y = weight.reshape(F, -1) @ im2col(x, KH, KW, stride, padding)
    return (y + bias[:, None]).reshape(N, F, OH, OW)


def conv2d_backward(
    grad_y: Array, x: Array, weight: Array, stride: int = 1, padding: int = 0
) -> tuple[Array, Array, Array]:
    """Return the loss's gradients with respect to x, weight and bias.

    Args:
        grad_y: gradient with respect to the output, shape (N, F, OH, OW).
        x: input of the forward pass, shape (N, C, H, W).
        weight: filters, shape (F, C, KH, KW).
        stride: as in the forward pass.
        padding: as in the forward pass.

    >>> x, weight = np.arange(4.0).reshape(1, 1, 2, 2), np.full((1, 1, 1, 1), 5.0)
    >>> grads = conv2d_backward(np.ones((1, 1, 2, 2)), x, weight)
    >>> [grad.ravel().tolist() for grad in grads]
    [[5.0, 5.0, 5.0, 5.0], [6.0], [4.0]]
    """
    F, _, KH, KW = weight.shape
    grad = grad_y.reshape(len(x), F, -1)  # (N, F, OH * OW)
    columns = im2col(x, KH, KW, stride, padding)
    grad_weight = (grad @ columns.transpose(0, 2, 1)).sum(axis=0)
    grad_columns = weight.reshape(F, -1).T @ grad
    grad_x = col2im(grad_columns, x.shape, KH, KW, stride, padding)
    return grad_x, grad_weight.reshape(weight.shape), grad_y.sum(axis=(0, 2, 3))


# --8<-- [end:solution]
