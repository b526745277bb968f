"""Figures of the page on sequence models."""

import numpy as np
from matplotlib.figure import Figure

from snippets.figures import style
from snippets.figures.diagram import box, canvas, node, wire
from snippets.theory.sequence_models import lstm_lags, rnn_lags, viterbi

SCALES = ((0.9, style.BLUE), (1.0, style.GREEN), (1.1, style.ORANGE), (2.0, style.RED))
BIASES = ((0.0, style.BLUE), (1.0, style.ORANGE), (3.0, style.GREEN))

TAGS = ("O", "B", "I")
WORDS = ("Times", "Square", "glows")
EMISSIONS = np.array([[1.0, 0.8, 0.0], [0.0, 0.1, 2.0], [2.0, 0.0, 0.0]])
TRANSITIONS = np.array([[0.0, 0.0, -np.inf], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])

GATES = (("f", 1.0), ("i", 2.0), ("g", 3.0), ("o", 4.4))
CELL, STATE = 3.0, 0.0
"""Heights of the cell state's line and of the hidden state's."""


def gradient_by_lag() -> Figure:
    """Gradient norm over lag: linear and tanh RNNs (left), LSTMs (right)."""
    figure, axes = style.panels(columns=2, height=3.3)
    left, right = axes[0]
    for scale, color in SCALES:
        left.plot(rnn_lags(scale), color=color, label=f"{scale:g}")
        left.plot(
            rnn_lags(scale, linear=True), color=color, linestyle=":", linewidth=1.2
        )
    left.set_title("RNN: tanh (solid), linear (dotted)")
    left.legend(title="norm of U", fontsize=8.5, title_fontsize=8.5, loc="lower left")
    for bias, color in BIASES:
        right.plot(lstm_lags(bias), color=color, label=f"LSTM, forget bias {bias:g}")
    right.plot(
        rnn_lags(1.0), color=style.MUTED, linestyle="--", label="tanh RNN, norm 1"
    )
    right.set_title("LSTM, untrained")
    right.legend(fontsize=8.5, loc="upper left")
    for ax in (left, right):
        ax.set_yscale("log")
        ax.set_ylim(1e-14, 1e9)
        ax.set_xlabel("lag in steps")
    left.set_ylabel("gradient norm")
    return figure


def lstm_cell() -> Figure:
    """An LSTM cell: the cell state on a straight line, the gates below it."""
    figure, axes = style.panels(height=3.9)
    ax = axes[0, 0]
    ax.set_aspect("equal")
    canvas(ax, -0.9, 6.9, -0.75, 3.55)

    # the cell state: scaled by f, then i * g is added, nothing else
    for start, end in ((-0.3, 0.8), (1.2, 2.3), (2.7, 6.3)):
        wire(ax, (start, CELL), (end, CELL), color=style.BLUE, width=2.6)
    node(ax, 1.0, CELL, "×", style.BLUE)
    node(ax, 2.5, CELL, "+", style.BLUE)
    ax.text(-0.4, CELL, "$c_{t-1}$", ha="right", va="center")
    ax.text(6.4, CELL, "$c_t$", ha="left", va="center")

    # the gates, all from h and x
    wire(ax, (-0.3, STATE), (4.4, STATE), tip=False)
    wire(ax, (0.2, -0.6), (0.2, STATE), tip=False)
    ax.text(-0.4, STATE, "$h_{t-1}$", ha="right", va="center")
    ax.text(0.3, -0.6, "$x_t$", ha="left", va="center")
    for name, x in GATES:
        function = "tanh" if name == "g" else "σ"
        color = style.GREEN if name == "g" else style.ORANGE
        box(ax, x, 0.7, function, color, width=0.66)
        wire(ax, (x, STATE), (x, 0.45))
        ax.text(x + 0.12, 1.12, f"${name}$", ha="left", va="center")

    wire(ax, (1.0, 0.95), (1.0, CELL - 0.2))
    wire(ax, (2.0, 0.95), (2.0, 1.8), (2.3, 1.8))
    wire(ax, (3.0, 0.95), (3.0, 1.8), (2.7, 1.8))
    node(ax, 2.5, 1.8, "×")
    wire(ax, (2.5, 2.0), (2.5, CELL - 0.2))

    # the output
    wire(ax, (5.4, CELL), (5.4, 2.35))
    box(ax, 5.4, 2.1, "tanh", style.GREEN, width=0.66)
    wire(ax, (5.4, 1.85), (5.4, 1.6))
    node(ax, 5.4, 1.4, "×")
    wire(ax, (4.4, 0.95), (4.4, 1.4), (5.2, 1.4))
    wire(ax, (5.4, 1.2), (5.4, STATE), (6.3, STATE))
    ax.text(6.4, STATE, "$h_t$", ha="left", va="center")
    return figure


def crf_trellis() -> Figure:
    """Scores of three words and tags; the Viterbi path against the greedy one."""
    figure, axes = style.panels(height=2.9)
    ax = axes[0, 0]
    ax.grid(visible=False)
    steps, labels = EMISSIONS.shape
    for t in range(steps - 1):
        for i in range(labels):
            for j in range(labels):
                if np.isfinite(TRANSITIONS[i, j]):
                    ends = ((t, t + 1), (-i, -j))
                    ax.plot(*ends, color=style.MUTED, linewidth=0.7, alpha=0.5)
    greedy = EMISSIONS.argmax(axis=1)
    best, _ = viterbi(EMISSIONS, TRANSITIONS)
    times = np.arange(steps)
    ax.plot(
        times, -greedy, color=style.RED, linestyle="--", label="best tag of each word"
    )
    ax.plot(times, -np.array(best), color=style.BLUE, linewidth=2.6, label="Viterbi")
    for (t, k), score in np.ndenumerate(EMISSIONS):
        ax.plot(t, -k, "o", color=style.INK, markersize=5)
        ax.annotate(
            f"{score:g}",
            (t, -k),
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
            fontsize=9,
        )
    ax.set_xticks(times, WORDS)
    ax.set_yticks(-np.arange(labels), TAGS)
    ax.set_xlim(-0.3, steps - 0.3)
    ax.set_ylim(-labels + 0.7, 0.4)
    ax.legend(fontsize=8.5, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure
