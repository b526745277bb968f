"""Figures of the page on Transformers."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from snippets.figures import style
from snippets.figures.diagram import box, canvas, node, wire
from snippets.theory import transformers as tf

TOKENS = 8  # of the attention maps
PADDING = 2


def encoder_decoder() -> Figure:
    """Draw the original Transformer: one encoder and one decoder block."""
    figure, axes = style.panels(height=6.6)
    ax = axes[0, 0]
    canvas(ax, -0.4, 10.2, -1.0, 8.5)
    left = ["input embedding", "self-attention", "add & norm", "feed-forward"]
    left += ["add & norm"]
    right = ["output embedding\n(shifted right)", "masked self-attention"]
    right += ["add & norm", "cross-attention", "add & norm", "feed-forward"]
    right += ["add & norm", "linear", "softmax"]
    _column(ax, 2.4, left)
    _column(ax, 7.6, right)
    for x, top in ((2.4, 4.5), (7.6, 6.5)):  # the frames of the repeated blocks
        y, height = (0.34 + top) / 2, top - 0.34
        frame = box(ax, x + 0.08, y, width=3.6, height=height)
        frame.set_linestyle("--")
    for x, step in ((2.4, 1), (2.4, 3), (7.6, 1), (7.6, 3), (7.6, 5)):
        _skip(ax, x, step)
    memory = (2.4, 4.3), (2.4, 4.85), (5.1, 4.85), (5.1, 3), (6.15, 3)
    wire(ax, *memory, color=style.PURPLE)
    ax.text(5.2, 3.5, "keys,\nvalues", color=style.PURPLE, fontsize=9)
    for x in (0.25, 9.8):
        ax.text(x, 3.2, r"$\times N$", ha="center", va="center", fontsize=12)
    for x in (2.4, 7.6):
        node(ax, x, 0.06, "+", radius=0.16)
        ax.text(x - 1.0, 0.06, "positions", ha="right", va="center", fontsize=9)
        wire(ax, (x - 0.92, 0.06), (x - 0.16, 0.06))
    return figure


def _column(ax: Axes, x: float, names: list[str]) -> None:
    """Draw boxes one above the other, with arrows; the first at -0.6."""
    for step, name in enumerate(names):
        height = step if step else -0.6
        width = 1.9 if name == "add & norm" else 2.9
        color = _color(name)
        box(ax, x, height, name, color, width, height=0.6, filled=True)
        if step == 1:
            wire(ax, (x, -0.3), (x, -0.1))
            wire(ax, (x, 0.22), (x, 0.7))
        elif step:
            wire(ax, (x, step - 0.7), (x, step - 0.3))


def _color(name: str) -> str:
    """Color of a kind of module."""
    if "attention" in name:
        return style.ORANGE
    if "norm" in name:
        return style.GREEN
    return style.BLUE if "feed" in name else style.MUTED


def _skip(ax: Axes, x: float, step: int) -> None:
    """Draw the residual path around the sublayer at a step."""
    side, low = x + 1.65, step - 0.5
    wire(ax, (x, low), (side, low), (side, step + 1), (x + 0.95, step + 1))


def score_distribution() -> Figure:
    """Scores of random queries and keys, and the weights they lead to."""
    figure, axes = style.panels(columns=2, height=3)
    left, right = axes[0]
    bins = np.linspace(-60, 60, 121)
    for d_k, color in ((4, style.GREEN), (64, style.BLUE), (256, style.ORANGE)):
        scores = tf.random_scores(d_k, keys=32, queries=500, seed=0)
        left.hist(
            scores.ravel(),
            bins,
            density=True,
            histtype="step",
            color=color,
            label=f"$d_k={d_k}$",
        )
        for values, line in ((scores, "-"), (scores / math.sqrt(d_k), "--")):
            weights = np.sort(tf.masked_softmax(values), axis=-1)[:, ::-1]
            right.plot(np.arange(1, 13), weights.mean(0)[:12], line, color=color)
    left.set_title("raw scores $q^T k$")
    left.set_xlabel("score")
    left.set_ylabel("density")
    left.legend()
    right.plot([], [], color=style.INK, label="raw")
    right.plot([], [], "--", color=style.INK, label=r"divided by $\sqrt{d_k}$")
    right.set_title("softmax weights of 32 keys")
    right.set_xlabel("rank of the key")
    right.set_ylabel("mean weight")
    right.set_xticks([1, 4, 8, 12])
    right.legend()
    return figure


def attention_maps() -> Figure:
    """Weights of one head under no mask and under three masks."""
    figure, axes = style.panels(columns=4, height=2.3)
    rng = np.random.default_rng(3)
    q, k = rng.normal(size=(2, TOKENS, 4))
    padding = tf.padding_mask(np.array([TOKENS - PADDING]), TOKENS)[0, 0]
    masks = {
        "no mask": np.ones((TOKENS, TOKENS), dtype=bool),
        "padding": np.broadcast_to(padding, (TOKENS, TOKENS)),
        "causal": tf.causal_mask(TOKENS),
        "causal window": tf.window_mask(TOKENS, 2),
    }
    for ax, (title, mask) in zip(axes[0], masks.items(), strict=True):
        _, weights = tf.attention(q, k, k, mask)
        shown = np.ma.masked_where(~mask, weights)
        ax.imshow(shown, cmap="viridis", vmin=0, vmax=1, interpolation="none")
        ax.set_title(title)
        ax.set_xlabel("key $j$")
        ax.set_xticks([0, TOKENS - 1], ["1", str(TOKENS)])
        ax.set_yticks([0, TOKENS - 1], ["1", str(TOKENS)])
        ax.grid(visible=False)
    axes[0, 0].set_ylabel("query $i$")
    return figure


def positional_encoding() -> Figure:
    """Sinusoidal encoding as a heat map, and its inner products."""
    figure, axes = style.panels(columns=2, height=3)
    left, right = axes[0]
    encoding = tf.sinusoidal_encoding(100, 64)
    image = left.imshow(
        encoding, cmap="RdBu", aspect="auto", vmin=-1, vmax=1, interpolation="none"
    )
    left.set_title("encoding, $d=64$")
    left.set_xlabel("column")
    left.set_ylabel("position")
    left.grid(visible=False)
    figure.colorbar(image, ax=left)
    for position, color in ((30, style.BLUE), (50, style.ORANGE), (70, style.GREEN)):
        product = encoding @ encoding[position]
        offset = np.arange(-30, 30)
        right.plot(
            offset,
            product[position + offset],
            ["-", "--", ":"][(position - 30) // 20],
            color=color,
            label=f"$p={position}$",
        )
    right.set_title(r"$PE(p)\cdot PE(p+\delta)$")
    right.set_xlabel(r"offset $\delta$")
    right.legend()
    return figure


def block_cost() -> Figure:
    """Multiply-adds of a block's parts over the length."""
    figure, axes = style.panels(columns=2, height=3)
    left, right = axes[0]
    d = 4096
    lengths = [2**power for power in range(9, 19)]
    flops = [tf.block_flops(n, d) for n in lengths]
    quadratic = np.array([f["scores"] + f["mix"] for f in flops], dtype=float)
    total = np.array([sum(f.values()) for f in flops], dtype=float)
    parts = {
        "feed-forward": ([f["feed-forward"] for f in flops], style.BLUE, "-"),
        "projections": ([f["projections"] for f in flops], style.GREEN, "--"),
        "$n\\times n$ products": (quadratic, style.ORANGE, "-"),
    }
    for name, (work, color, line) in parts.items():
        left.loglog(lengths, work, line, color=color, label=name)
    left.set_title("multiply-adds of a block, $d=4096$")
    left.set_ylabel("multiply-adds")
    left.legend(fontsize=8.5)
    right.semilogx(lengths, quadratic / total, color=style.ORANGE)
    right.axvline(6 * d, color=style.MUTED, linestyle=":")
    right.text(6 * d * 0.9, 0.8, "$n=6d$", ha="right")
    right.set_title("share of the $n\\times n$ products")
    right.set_ylim(0, 1)
    for ax in (left, right):
        ax.set_xlabel("tokens $n$")
        ax.set_xticks([2**9, 2**12, 2**15, 2**18], ["512", "4096", "32k", "256k"])
        ax.minorticks_off()
    return figure
