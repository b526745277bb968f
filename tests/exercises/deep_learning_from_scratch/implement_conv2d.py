"""Cases of implement-conv2d: sums index by index, shift and add, differences."""

import itertools
from collections.abc import Iterator

import numpy as np

from scripts.exercise.cases import Case, Mistake, call, holds

MISTAKES = (
    Mistake(
        "the filter is flipped",
        "np.sum(window * weight[f])",
        "np.sum(window * weight[f, :, ::-1, ::-1])",
        shows="flips the filter",
    ),
    Mistake(
        "the bias is added per channel of the input",
        "        y[n, f, i, j] = np.sum(window * weight[f]) + bias[f]\n",
        "        y[n, f, i, j] = np.sum(window * weight[f] + bias[f])\n",
        shows="once for each output",
    ),
    Mistake(
        "the columns are reshaped without moving the axes",
        "windows.transpose(0, 1, 4, 5, 2, 3).reshape(",
        "windows.reshape(",
        shows="reshape without transpose",
    ),
    Mistake(
        "overlapping windows overwrite each other",
        "        x[:, :, rows, cols] += parts[:, :, i, j]\n",
        "        x[:, :, rows, cols] = parts[:, :, i, j]\n",
        shows="add up",
    ),
    Mistake(
        "the gradient keeps the padding's place",
        "    return x[:, :, padding : padding + H, padding : padding + W]\n",
        "    return x[:, :, :H, :W]\n",
        shows="padding",
    ),
    Mistake(
        "the stride is forgotten",
        "        top, left = i * stride, j * stride\n",
        "        top, left = i, j\n",
        shows="stride",
    ),
    Mistake(
        "the bias gradient is a mean",
        "grad_y.sum(axis=(0, 2, 3))",
        "grad_y.mean(axis=(0, 2, 3))",
        shows="sum over batch, height and width",
    ),
)

FORWARD = (
    "usual reasons: your code flips the filter, adds the bias more than once for each "
    "output, or forgets stride or padding",
    "常见原因：翻转了卷积核、对每个输出多加了偏置、漏了步幅或填充",
)
ORDER = (
    "the entries stand in another order: reshape without transpose mixes up windows "
    "and their elements",
    "元素顺序不对：没有先转置就 reshape，会把窗口和窗口内的元素弄混",
)
ADD = (
    "where windows overlap, their gradients add up; then the padding is cut off",
    "窗口重叠处梯度要累加，最后裁掉填充",
)
BACKWARD = (
    "usual reasons: gradients of overlapping windows that do not add up, padding that "
    "is not cut off, a bias gradient that is not the sum over batch, height and width",
    "常见原因：重叠窗口的梯度没有累加、填充没有裁掉、偏置梯度不是对批量、高、宽求和",
)


def outputs(x, weight, stride: int, padding: int) -> tuple[int, int]:
    """Count the windows by sliding them."""
    sides = []
    for size, kernel in zip(x.shape[2:], weight.shape[2:], strict=True):
        sides.append(len(range(0, size + 2 * padding - kernel + 1, stride)))
    return sides[0], sides[1]


def definition(x, weight, bias, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Sum index by index; an index outside of the image is zero."""
    (N, C, H, W), (F, _, KH, KW) = x.shape, weight.shape
    OH, OW = outputs(x, weight, stride, padding)
    y, pixels, taps = np.zeros((N, F, OH, OW)), x.tolist(), weight.tolist()
    for n, f, i, j in np.ndindex(y.shape):
        total = float(bias[f])
        for c, a, b in itertools.product(range(C), range(KH), range(KW)):
            row, column = i * stride + a - padding, j * stride + b - padding
            if 0 <= row < H and 0 <= column < W:
                total += pixels[n][c][row][column] * taps[f][c][a][b]
        y[n, f, i, j] = total
    return y


def shift_and_add(x, weight, bias) -> np.ndarray:
    """Convolve by one product for each element of the filters."""
    (N, _, H, W), (F, _, KH, KW) = x.shape, weight.shape
    y = np.zeros((N, F, H - KH + 1, W - KW + 1)) + bias[:, None, None]
    for a, b in np.ndindex(KH, KW):
        part = x[:, :, a : a + y.shape[2], b : b + y.shape[3]]
        y += np.einsum("nchw,fc->nfhw", part, weight[:, :, a, b], optimize=True)
    return y


def slopes(grad_y, x, weight, bias, stride: int, padding: int) -> tuple:
    """Return the gradients of sum(grad_y * y): y is linear in each, so exact."""
    grads = []
    for which in range(3):
        given = [x, weight, bias]
        base = np.zeros_like(given[which])
        grad = np.empty_like(base)
        rest = [value.copy() for value in given]
        if which < 2:
            rest[2] = np.zeros_like(bias)
        else:
            rest[0] = np.zeros_like(x)
        for place in np.ndindex(base.shape):
            unit = base.copy()
            unit[place] = 1.0
            rest[which] = unit
            grad[place] = np.sum(grad_y * definition(*rest, stride, padding))
        grads.append(grad)
    return tuple(grads)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    rng = np.random.default_rng(0)
    both = (("conv2d_loops", "loops", "循环"), ("conv2d", "im2col", "im2col"))
    count = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    corner = np.array([[[[1.0, 0.0], [0.0, 2.0]]]])
    for name, english, chinese in both:
        yield call(
            (
                f"{english}: a 3×3 image, a 2×2 filter",
                f"{chinese}：3×3 图像，2×2 卷积核",
            ),
            name,
            count,
            corner,
            np.zeros(1),
            gives=definition(count, corner, np.zeros(1)),
            within=1e-9,
            effect=FORWARD,
        )
    shapes = (
        ("bias and two filters", "偏置与两个卷积核", (1, 1, 3, 3), (2, 1, 2, 2), 1, 0),
        (
            "several images and channels",
            "多张图像、多个通道",
            (2, 3, 5, 4),
            (4, 3, 3, 2),
            1,
            0,
        ),
        ("padding 1", "填充 1", (1, 2, 4, 5), (3, 2, 3, 3), 1, 1),
        (
            "stride 2, an edge left over",
            "步幅 2，边缘有剩余",
            (2, 2, 6, 7),
            (2, 2, 3, 2),
            2,
            0,
        ),
        ("stride 3, padding 2", "步幅 3，填充 2", (1, 2, 7, 6), (2, 2, 4, 3), 3, 2),
        ("a 1×1 filter", "1×1 卷积核", (2, 3, 3, 2), (2, 3, 1, 1), 1, 0),
        (
            "the filter covers the image",
            "卷积核覆盖整张图像",
            (2, 2, 3, 4),
            (2, 2, 3, 4),
            1,
            0,
        ),
    )
    drawn = []
    for english, chinese, image, filters, stride, padding in shapes:
        x, weight = rng.normal(size=image), rng.normal(size=filters)
        drawn.append(
            (english, chinese, x, weight, rng.normal(size=filters[0]), stride, padding)
        )
    for name, way, art in both:
        for english, chinese, x, weight, bias, stride, padding in drawn:
            yield call(
                (f"{way}: {english}", f"{art}：{chinese}"),
                name,
                x,
                weight,
                bias,
                stride=stride,
                padding=padding,
                gives=definition(x, weight, bias, stride, padding),
                within=1e-9,
                effect=FORWARD,
            )
    yield call(
        ("columns of a 3×3 image", "3×3 图像的列"),
        "im2col",
        count,
        2,
        2,
        gives=np.array([[[1, 2, 4, 5], [2, 3, 5, 6], [4, 5, 7, 8], [5, 6, 8, 9.0]]]),
        within=1e-9,
        effect=ORDER,
    )
    x = rng.normal(size=(2, 3, 5, 4))
    framed = np.zeros((2, 3, 7, 6))
    framed[:, :, 1:6, 1:5] = x
    places = [(i, j) for i in (0, 2, 4) for j in (0, 2)]
    windows = [framed[:, :, i : i + 2, j : j + 3].reshape(2, -1) for i, j in places]
    yield call(
        ("columns with channels, stride 2, padding 1", "多通道、步幅 2、填充 1 的列"),
        "im2col",
        x,
        2,
        3,
        stride=2,
        padding=1,
        gives=np.stack(windows, axis=2),
        within=1e-9,
        effect=ORDER,
    )
    yield call(
        (
            "col2im of ones counts the windows over a pixel",
            "全 1 的 col2im 数出覆盖每个像素的窗口",
        ),
        "col2im",
        np.ones((1, 9, 9)),
        (1, 1, 3, 3),
        3,
        3,
        padding=1,
        gives=np.array([[[[4, 6, 4], [6, 9, 6], [4, 6, 4.0]]]]),
        within=1e-9,
        effect=ADD,
    )

    def transposed(their):
        for stride, padding in ((1, 0), (2, 1), (3, 2)):
            columns = their.im2col(x, 3, 2, stride, padding)
            other = rng.normal(size=columns.shape)
            back = their.col2im(other, x.shape, 3, 2, stride, padding)
            if back.shape != x.shape:
                return f"the shape is {back.shape}", f"形状是 {back.shape}"
            if abs(np.sum(columns * other) - np.sum(x * back)) > 1e-9:
                return (
                    f"<im2col(x), c> is not <x, col2im(c)>, stride {stride}",
                    f"步幅 {stride} 时 <im2col(x), c> 不等于 <x, col2im(c)>",
                )
        return True

    yield holds(
        ("col2im is the transpose of im2col", "col2im 是 im2col 的转置"),
        "sum(im2col(x) * c) against sum(x * col2im(c))",
        transposed,
        ADD,
    )
    ones = np.ones((1, 1, 2, 2))
    yield call(
        ("gradients of a sum of four outputs", "四个输出之和的梯度"),
        "conv2d_backward",
        ones,
        count,
        corner,
        gives=slopes(ones, count, corner, np.zeros(1), 1, 0),
        within=1e-9,
        effect=BACKWARD,
    )
    for english, chinese, x, weight, bias, stride, padding in drawn[1:5]:
        sides = outputs(x, weight, stride, padding)
        grad_y = rng.normal(size=(len(x), len(weight), *sides))
        yield call(
            (f"gradients: {english}", f"梯度：{chinese}"),
            "conv2d_backward",
            grad_y,
            x,
            weight,
            stride=stride,
            padding=padding,
            gives=slopes(grad_y, x, weight, bias, stride, padding),
            within=1e-9,
            effect=BACKWARD,
        )
    x, weight, bias = (
        rng.normal(size=(16, 8, 66, 66)),
        rng.normal(size=(32, 8, 3, 3)),
        np.ones(32),
    )
    yield call(
        (
            "im2col: 16 images of 66×66, 32 filters",
            "im2col：16 张 66×66 图像，32 个卷积核",
        ),
        "conv2d",
        x,
        weight,
        bias,
        gives=shift_and_add(x, weight, bias),
        within=1e-9,
        effect=(
            "too slow: the output's pixels are visited one by one",
            "太慢：逐个计算输出像素",
        ),
    )
