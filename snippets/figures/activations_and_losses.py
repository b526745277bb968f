"""Figures of the page on activation functions and losses."""

import numpy as np
from matplotlib.figure import Figure

from snippets.figures import style
from snippets.theory.activations_and_losses import (
    Activation,
    binary_cross_entropy,
    elu,
    entropy,
    fit_unit,
    focal_loss,
    gelu,
    huber,
    leaky_relu,
    relu,
    sigmoid,
    sigmoid_losses,
    silu,
    softmax,
    tanh,
)

Curve = tuple[str, Activation, str, str]
"""Label, function, color and line style."""

SATURATING: tuple[Curve, ...] = (
    ("sigmoid", sigmoid, style.BLUE, "-"),
    ("tanh", tanh, style.ORANGE, "--"),
)
RECTIFIERS: tuple[Curve, ...] = (
    ("ReLU", relu, style.MUTED, ":"),
    ("leaky ReLU 0.1", lambda x: leaky_relu(x, 0.1), style.RED, "-."),
    ("ELU", elu, style.GREEN, "--"),
    ("GELU", gelu, style.BLUE, "-"),
    ("SiLU", silu, style.PURPLE, "-"),
)


def activation_functions() -> Figure:
    """Values (left) and derivatives (right): saturating above, rectifiers below."""
    figure, axes = style.panels(columns=2, rows=2, height=5.4)
    x = np.linspace(-4.0, 4.0, 161)
    for row, curves in enumerate((SATURATING, RECTIFIERS)):
        left, right = axes[row]
        for label, act, color, line in curves:
            value, derivative = act(x)
            left.plot(x, value, color=color, linestyle=line, label=label)
            right.plot(x, derivative, color=color, linestyle=line, label=label)
        left.set_title("value")
        right.set_title("derivative")
        left.legend(fontsize=8.5, loc="upper left")
    axes[1, 0].set_ylim(-1.2, 3.0)
    axes[0, 1].axhline(0.25, color=style.MUTED, linewidth=0.9, linestyle=":")
    axes[0, 1].text(3.95, 0.27, "0.25", color=style.MUTED, ha="right", fontsize=9)
    for ax in axes[1]:
        ax.set_xlabel("x")
    return figure


def dying_relu() -> Figure:
    """Loss and share of active inputs while one unit is trained from a bad start."""
    figure, axes = style.panels(columns=2, height=3.0)
    runs: tuple[tuple[str, Activation, float, str, str], ...] = (
        ("ReLU, lr 0.1", relu, 0.1, style.BLUE, "--"),
        ("ReLU, lr 0.5", relu, 0.5, style.RED, "-"),
        ("leaky ReLU, lr 0.5", leaky_relu, 0.5, style.GREEN, "-."),
    )
    for label, act, lr, color, line in runs:
        losses, active = fit_unit(act, lr, w=4.0, b=1.0)
        axes[0, 0].plot(losses, color=color, linestyle=line, label=label)
        axes[0, 1].plot(active, color=color, linestyle=line, label=label)
    axes[0, 0].set_yscale("log")
    axes[0, 0].set_title("loss")
    axes[0, 1].set_title("share of inputs with w x + b > 0")
    axes[0, 0].set_ylim(3e-4, 3e3)  # room for the legend
    axes[0, 0].legend(fontsize=8.5, loc="upper right")
    for ax in axes[0]:
        ax.set_xlabel("update")
    return figure


def softmax_temperature() -> Figure:
    """The same four logits through softmax at three temperatures."""
    figure, axes = style.panels(columns=3, height=2.6)
    logits = np.array([3.0, 2.0, 1.0, 0.0])
    for ax, temperature in zip(axes[0], (0.25, 1.0, 4.0), strict=True):
        p = softmax(logits, temperature)
        ax.bar(["3", "2", "1", "0"], p, color=style.BLUE, width=0.65)
        ax.set_ylim(0.0, 1.08)
        ax.set_title(f"T = {temperature:g},  entropy {entropy(p):.2f}")
        ax.set_xlabel("logit")
    axes[0, 0].set_ylabel("probability")
    return figure


def squared_error_saturates() -> Figure:
    """Loss and gradient against the logit of a positive example, two losses."""
    figure, axes = style.panels(columns=2, height=3.0)
    z = np.linspace(-8.0, 8.0, 161)
    y = np.ones_like(z)
    p = sigmoid(z)[0]
    losses = (binary_cross_entropy(z, y), 0.5 * (p - y) ** 2)
    names = ("cross-entropy", "squared error")
    lines = ((style.BLUE, "-"), (style.ORANGE, "--"))
    for loss, slope, name, (color, line) in zip(
        losses, sigmoid_losses(z, y), names, lines, strict=True
    ):
        axes[0, 0].plot(z, loss, color=color, linestyle=line, label=name)
        axes[0, 1].plot(z, slope, color=color, linestyle=line, label=name)
    axes[0, 0].set_title("loss, target y = 1")
    axes[0, 1].set_title("gradient dL/dz")
    axes[0, 0].legend(fontsize=9)
    for ax in axes[0]:
        ax.set_xlabel("logit z")
    return figure


def losses_against_margin() -> Figure:
    """Classification losses over the margin, regression losses over the residual."""
    figure, axes = style.panels(columns=2, height=3.4)
    margins, residuals = axes[0]
    m = np.linspace(-2.5, 2.5, 201)
    y = np.ones_like(m)
    log2 = np.log(2.0)
    for name, loss, color, line in (
        ("0-1 error", np.where(m > 0, 0.0, 1.0), style.INK, "-"),
        ("logistic / log 2", binary_cross_entropy(m, y) / log2, style.BLUE, "-"),
        ("focal, γ = 2, / log 2", focal_loss(m, y) / log2, style.PURPLE, "--"),
        ("hinge", np.maximum(0.0, 1.0 - m), style.GREEN, "-."),
        ("squared (1 - m)²", (1.0 - m) ** 2, style.ORANGE, ":"),
    ):
        margins.plot(m, loss, color=color, linestyle=line, label=name)
    margins.set_ylim(0.0, 4.0)
    margins.set_xlabel("margin m = y f(x),  y = ±1")
    r = np.linspace(-3.0, 3.0, 121)
    for name, loss, color, line in (
        ("squared r² / 2", 0.5 * r**2, style.ORANGE, ":"),
        ("absolute |r|", np.abs(r), style.GREEN, "-."),
        ("Huber, δ = 1", huber(r), style.BLUE, "-"),
    ):
        residuals.plot(r, loss, color=color, linestyle=line, label=name)
    residuals.set_xlabel("residual r")
    margins.legend(fontsize=8.5, loc="upper right")
    margins.set_title("classification")
    residuals.set_title("regression")
    residuals.legend(fontsize=8.5, loc="upper center")
    return figure
