"""Figures of the page on sequence models."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch

from snippets.figures import style
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


def _node(ax: Axes, x: float, y: float, text: str, color: str) -> None:
    """Draw an operation: a circle with its sign."""
    ax.add_patch(Circle((x, y), 0.2, facecolor="none", edgecolor=color, linewidth=1.6))
    ax.text(x, y, text, ha="center", va="center", fontsize=10)


def _box(ax: Axes, x: float, y: float, text: str, color: str, width: float) -> None:
    """Draw a layer or a function: a rounded box with its name."""
    corner = (x - width / 2, y - 0.2)
    ax.add_patch(
        FancyBboxPatch(
            corner,
            width,
            0.4,
            boxstyle="round,pad=0.02,rounding_size=0.08",
            facecolor="none",
            edgecolor=color,
            linewidth=1.6,
        )
    )
    ax.text(x, y, text, ha="center", va="center", fontsize=9.5)


def _wire(
    ax: Axes, *points: tuple[float, float], color: str = style.MUTED, tip: bool = True
) -> None:
    """Draw a line through the points, an arrow at its end if ``tip``."""
    width = 2.6 if color == style.BLUE else 1.3
    xs, ys = zip(*points, strict=True)
    ax.plot(xs, ys, color=color, linewidth=width, solid_capstyle="butt")
    if tip:
        ax.annotate(
            "",
            points[-1],
            xytext=points[-2],
            arrowprops={
                "arrowstyle": "-|>",
                "color": color,
                "linewidth": width,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )


def lstm_cell() -> Figure:
    """An LSTM cell: the cell state on a straight line, the gates below it."""
    figure, axes = style.panels(height=3.9)
    ax = axes[0, 0]
    ax.grid(visible=False)
    ax.set_axis_off()
    ax.set_aspect("equal")
    ax.set_xlim(-0.9, 6.9)
    ax.set_ylim(-0.75, 3.55)

    # the cell state: scaled by f, then i * g is added, nothing else
    _wire(ax, (-0.3, CELL), (0.8, CELL), color=style.BLUE)
    _wire(ax, (1.2, CELL), (2.3, CELL), color=style.BLUE)
    _wire(ax, (2.7, CELL), (6.3, CELL), color=style.BLUE)
    _node(ax, 1.0, CELL, "×", style.BLUE)
    _node(ax, 2.5, CELL, "+", style.BLUE)
    ax.text(-0.4, CELL, "$c_{t-1}$", ha="right", va="center")
    ax.text(6.4, CELL, "$c_t$", ha="left", va="center")

    # the gates, all from h and x
    _wire(ax, (-0.3, STATE), (4.4, STATE), tip=False)
    _wire(ax, (0.2, -0.6), (0.2, STATE), tip=False)
    ax.text(-0.4, STATE, "$h_{t-1}$", ha="right", va="center")
    ax.text(0.3, -0.6, "$x_t$", ha="left", va="center")
    for name, x in GATES:
        function = "tanh" if name == "g" else "σ"
        color = style.GREEN if name == "g" else style.ORANGE
        _box(ax, x, 0.7, function, color, 0.62)
        _wire(ax, (x, STATE), (x, 0.48))
        ax.text(x + 0.12, 1.12, f"${name}$", ha="left", va="center")

    _wire(ax, (1.0, 0.92), (1.0, CELL - 0.2))
    _wire(ax, (2.0, 0.92), (2.0, 1.8), (2.3, 1.8))
    _wire(ax, (3.0, 0.92), (3.0, 1.8), (2.7, 1.8))
    _node(ax, 2.5, 1.8, "×", style.MUTED)
    _wire(ax, (2.5, 2.0), (2.5, CELL - 0.2))

    # the output
    _wire(ax, (5.4, CELL), (5.4, 2.32))
    _box(ax, 5.4, 2.1, "tanh", style.GREEN, 0.62)
    _wire(ax, (5.4, 1.88), (5.4, 1.6))
    _node(ax, 5.4, 1.4, "×", style.MUTED)
    _wire(ax, (4.4, 0.92), (4.4, 1.4), (5.2, 1.4))
    _wire(ax, (5.4, 1.2), (5.4, STATE), (6.3, STATE))
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
