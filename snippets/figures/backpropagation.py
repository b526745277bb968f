"""Figures of the page on backpropagation."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from snippets import Array
from snippets.figures import style
from snippets.figures.diagram import box, canvas, wire
from snippets.theory import backpropagation as bp


def _number(value: float) -> str:
    """Write a number with three decimals, or fewer where they are zeros."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return text.replace("-", "\N{MINUS SIGN}")


def _numbers(
    ax: Axes, x: float, y: float, matrix: Array, color: str, column: float = 7
) -> None:
    """Write a matrix with its top center at (x, y)."""
    rows, columns = matrix.shape
    for i in range(rows):
        for j in range(columns):
            place = (x + (j - (columns - 1) / 2) * column, y - 3.2 * i)
            ax.text(
                *place,
                _number(matrix[i, j]),
                ha="center",
                va="top",
                size=8,
                color=color,
            )


def computation_graph() -> Figure:
    """Show the worked two-layer MLP: values forward, gradients backward."""
    params, X, y = bp.worked_example()
    loss, cache = bp.forward(params, X, y)
    grads = bp.backward(params, X, y, cache)
    Z2 = cache.H @ params.W2 + params.b2
    delta2, delta1 = grads.b2[None], grads.b1[None]  # one sample: they are equal
    dH = delta2 @ params.W2.T

    figure, axes = style.panels(height=4.0)
    ax = axes[0, 0]
    canvas(ax, 0, 100, 0, 55.5)
    top, centers = 42, (9, 29.5, 50, 70.5, 91)
    values = (X, cache.Z1, cache.H, Z2, cache.P)
    slopes = (None, delta1, dH, delta2, None)
    names = ("$x$", "$z_1$", "$h$", "$z_2$", "$p$")
    for x, name, value, slope in zip(centers, names, values, slopes, strict=True):
        box(ax, x, top - 2, width=16, height=15)
        ax.text(x, top + 4.6, name, ha="center", va="top", size=10)
        shift = 0 if slope is None else 3.6
        _numbers(ax, x - shift, top + 0.8, value.T, style.BLUE)
        if slope is not None:
            _numbers(ax, x + shift, top + 0.8, slope.T, style.ORANGE)
    ax.text(
        centers[4],
        top - 6.2,
        f"$L={loss:.3f}$",
        ha="center",
        va="top",
        size=9,
        color=style.BLUE,
    )
    for x, align, text, color in (
        (1, "left", "forward: values", style.BLUE),
        (99, "right", "backward: gradients of $L$", style.ORANGE),
    ):
        ax.text(x, 53.5, text, ha=align, va="center", size=9, color=color)
    steps = ("$xW_1+b_1$", "ReLU", "$hW_2+b_2$", "softmax, CE")
    for left, right, step in zip(centers[:-1], centers[1:], steps, strict=True):
        middle = (left + right) / 2
        ax.text(middle, top + 7, step, ha="center", va="bottom", size=8)
        wire(ax, (left + 8.2, top + 1), (right - 8.2, top + 1), color=style.BLUE)
        if left > centers[0]:
            wire(ax, (right - 8.2, top - 5), (left + 8.2, top - 5), color=style.ORANGE)

    for x, target, W, b, dW, db, k in (
        (24, centers[1], params.W1, params.b1, grads.W1, grads.b1, 1),
        (74, centers[3], params.W2, params.b2, grads.W2, grads.b2, 2),
    ):
        box(ax, x, 13.5, width=47, height=23)
        wire(ax, (target - 2, 25.2), (target - 2, 32.3), color=style.BLUE)
        wire(ax, (target + 2, 32.3), (target + 2, 25.2), color=style.ORANGE)
        for side, weight, bias, color in (
            (-12, W, b, style.BLUE),
            (12, dW, db, style.ORANGE),
        ):
            partial = r"\partial L/\partial " if side > 0 else ""
            ax.text(x + side, 24.2, f"${partial}W_{k}$", ha="center", va="top", size=9)
            _numbers(ax, x + side, 20.4, weight, color)
            ax.text(x + side, 9.8, f"${partial}b_{k}$", ha="center", va="top", size=9)
            _numbers(ax, x + side, 5.8, bias[None], color)
    return figure


def training_step() -> Figure:
    """Show one training step: forward, loss, backward, update."""
    figure, axes = style.panels(height=3.5)
    ax = axes[0, 0]
    canvas(ax, 0, 100, 0, 48.5)
    row, weights_row, update_row = 40, 21, 4.5
    stages = (
        (10, "mini-batch", "$X$: 32 x 784"),
        (36, "layer 1 + ReLU", "$H$: 32 x 256"),
        (63, "layer 2", "$Z$: 32 x 10"),
        (90, "loss", "$L$: scalar"),
    )
    for x, name, shape in stages:
        box(ax, x, row, color=style.INK, width=18, height=10)
        ax.text(x, row + 1.8, name, ha="center", va="center", size=9)
        ax.text(x, row - 2.2, shape, ha="center", va="center", size=8)
    for left, right in ((10, 36), (36, 63), (63, 90)):
        wire(ax, (left + 9.3, row + 2.5), (right - 9.3, row + 2.5), color=style.BLUE)
    for right, left, label in ((90, 63, "$dZ$"), (63, 36, "$dH$")):
        wire(ax, (right - 9.3, row - 2.5), (left + 9.3, row - 2.5), color=style.ORANGE)
        place = ((left + right) / 2, row - 3.4)
        ax.text(*place, label, ha="center", va="top", size=8, color=style.ORANGE)
    ax.text(49.5, row + 3.6, "2 forward", ha="center", size=8, color=style.BLUE)
    ax.text(76.5, row + 3.6, "3 loss", ha="center", size=8, color=style.BLUE)
    ax.text(76.5, row - 7.6, "4 backward", ha="center", size=8, color=style.ORANGE)

    for x, k, kept in ((36, 1, "keeps $X$, $H$"), (63, 2, "keeps $H$")):
        box(ax, x, weights_row, color=style.INK, width=18, height=9)
        ax.text(x, weights_row + 1.8, f"$W_{k}$, $b_{k}$", ha="center", va="center")
        ax.text(
            x,
            weights_row - 2.1,
            f"$dW_{k}$, $db_{k}$",
            ha="center",
            va="center",
            size=9,
            color=style.ORANGE,
        )
        wire(ax, (x - 3, weights_row + 4.7), (x - 3, row - 5.2), color=style.BLUE)
        wire(ax, (x + 3, row - 5.2), (x + 3, weights_row + 4.7), color=style.ORANGE)
        ax.text(x - 4.2, row - 10, kept, ha="right", va="center", size=8)
        low, high = update_row + 3.7, weights_row - 4.7
        wire(ax, (x - 3, low), (x - 3, high), color=style.GREEN)
        wire(ax, (x + 3, high), (x + 3, low), color=style.ORANGE)
    text = "optimizer: 1 zero_grad, 5 step"
    box(ax, 49.5, update_row, text, style.GREEN, width=45, height=7)
    return figure


def gradient_norms() -> Figure:
    """Show the gradient norm in each of 50 layers, vanishing and exploding."""
    figure, axes = style.panels(columns=2, height=3.2)
    he = ("relu", 2**0.5, r"ReLU, gain $\sqrt{2}$", style.GREEN, "-")
    left = (
        ("sigmoid", 1.0, "sigmoid, gain 1", style.PURPLE, "-"),
        ("relu", 1.0, "ReLU, gain 1", style.BLUE, "-"),
        ("tanh", 1.0, "tanh, gain 1", style.ORANGE, "-"),
        he,
    )
    right = (
        ("relu", 2.0, "ReLU, gain 2", style.BLUE, "-"),
        ("tanh", 3.0, "tanh, gain 3", style.ORANGE, "-"),
        ("tanh", 5 / 3, "tanh, gain 5/3", style.ORANGE, "--"),
        he,
    )
    layers = np.arange(1, 51)
    for ax, curves in zip(axes[0], (left, right), strict=True):
        for name, gain, label, color, line in curves:
            norms = bp.gradient_by_layer(*bp.random_stack(gain), name)
            ax.semilogy(layers, norms / norms[-1], line, label=label, color=color)
        ax.set(xlabel="layer (50 = next to the loss)", xlim=(1, 50))
        ax.legend(fontsize=8)
    axes[0, 0].set(ylabel="gradient norm / norm in layer 50", title="vanishing")
    axes[0, 0].set_ylim(1e-33, 1e3)
    axes[0, 1].set(title="exploding", ylim=(1e-1, 1e9))
    return figure


def symmetric_units() -> Figure:
    """Show the hidden weights during training, from equal and random weights."""
    figure, axes = style.panels(columns=2, height=2.7)
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([0, 1, 1, 0])
    starts = (("equal", "equal hidden units"), ("random", "random hidden units"))
    for ax, (kind, title) in zip(axes[0], starts, strict=True):
        params, path = bp.init_mlp(2, 8, 2, kind), []
        for _ in range(41):
            path.append(params.W1[0])
            params = bp.train(params, X, y, lr=0.5, steps=5)
        ax.plot(5 * np.arange(41), np.array(path), lw=1.4)
        ax.set(title=title, xlabel="step")
    axes[0, 0].set_ylabel("weight of 8 hidden units")
    return figure


def activation_histograms() -> Figure:
    """Show the activations of layers 1, 10 and 50 for three weight scales."""
    figure, axes = style.panels(columns=3, rows=2, height=4.6)
    for row, name, gains, bins in (
        (0, "tanh", (0.5, 1.0, 3.0), np.linspace(-1, 1, 51)),
        (1, "relu", (1.0, 2**0.5, 2.0), np.linspace(-11, 9, 81)),
    ):
        for ax, gain in zip(axes[row], gains, strict=True):
            _, post = bp.run(*bp.random_stack(gain), name)
            for layer in (1, 10, 50):
                h = post[layer - 1]
                shown = np.log10(h[h > 0]) if name == "relu" else h
                share, _ = np.histogram(shown, bins=bins)
                ax.stairs(share / share.max(), bins, lw=1.4, label=f"layer {layer}")
            label = r"\sqrt{2}" if gain == 2**0.5 else f"{gain:g}"
            title = "ReLU" if name == "relu" else name
            ax.set(title=f"{title}, gain ${label}$", yticks=[])
            ax.set_xlabel(r"$\log_{10} h$, where $h>0$" if row else "$h$")
        axes[row, 0].set_ylabel("share (peak = 1)")
    axes[0, 2].legend(fontsize=8, handlelength=1.2, loc="center")
    return figure
