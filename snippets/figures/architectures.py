"""Figures of the page on architectures."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from snippets import Array
from snippets.figures import style
from snippets.theory import architectures as arch

_N, _FOCUS = 6, 3
_COLORS = {"mlp": style.PURPLE, "convolution": style.BLUE}
_COLORS |= {"rnn": style.GREEN, "attention": style.ORANGE}


def _layers(d: int = 2) -> tuple[Array, dict[str, arch.Layer], Array]:
    """Give an input, the four layers with random weights, attention's weights."""
    rng = np.random.default_rng(0)
    x, flat = rng.normal(size=(_N, d)), rng.normal(size=(_N * d, _N * d))
    w = rng.normal(size=(4, d, d))
    layers: dict[str, arch.Layer] = {
        "mlp": lambda x: arch.mlp(x, flat),
        "convolution": lambda x: arch.convolution(x, w[:3]),
        "rnn": lambda x: arch.rnn(x, w[0], w[1]),
        "attention": lambda x: arch.attention(x, *w),
    }
    return x, layers, arch.attention_weights(x, w[0], w[1])


def _edge(
    ax: Axes, start: float, end: float, color: str, alpha: float, lw: float
) -> None:
    ax.plot([start, end], [0, 1], color=color, alpha=alpha, lw=lw)


def _chain(ax: Axes, color: str) -> None:
    """Draw a recurrent layer: inputs into states, each state into the next."""
    for i in range(_N):
        _edge(ax, i, i, color, alpha=1.0 if i <= _FOCUS else 0.3, lw=1.8)
    for i in range(_N - 1):
        arrow = FancyArrowPatch(
            (i, 1),
            (i + 1, 1),
            arrowstyle="-|>",
            mutation_scale=11,
            shrinkA=5,
            shrinkB=5,
            color=color,
            alpha=1.0 if i < _FOCUS else 0.3,
            lw=1.8,
        )
        ax.add_patch(arrow)


def _nodes(ax: Axes, title: str) -> None:
    for height in (0, 1):
        row = np.full(_N, float(height))
        ax.plot(range(_N), row, "o", ms=8, mfc=style.MUTED, mec=style.MUTED, zorder=3)
    ax.plot(_FOCUS, 1, "o", ms=8, mfc=style.INK, mec=style.INK, zorder=4)
    ax.set_title(title)
    ax.set_xlim(-0.6, _N - 0.4)
    ax.set_ylim(-0.22, 1.22)
    ax.grid(False)
    ax.set_axis_off()


def connectivity() -> Figure:
    """Show which inputs (below) reach which outputs (above) in the four layers.

    One output is emphasized. The recurrent layer's arrows are its hidden-state
    chain; the strength of attention's lines is the weight given by the input.
    """
    x, layers, weights = _layers()
    titles = {
        "mlp": "MLP: all, own weights",
        "convolution": "convolution: near, shared",
        "rnn": "RNN: past, through a chain",
        "attention": "attention: all, by content",
    }
    figure, axes = style.panels(columns=2, rows=2, height=3.9)
    for ax, name in zip([*axes[0], *axes[1]], layers, strict=True):
        color = _COLORS[name]
        _nodes(ax, titles[name])
        if name == "rnn":
            _chain(ax, color)
            continue
        for i, j in np.argwhere(arch.connectivity(layers[name], x)):
            if i != _FOCUS:
                _edge(ax, j, i, style.MUTED, alpha=0.25, lw=0.7)
            elif name == "attention":
                share = weights[i, j]
                _edge(ax, j, i, color, alpha=min(1, 0.5 + share), lw=0.7 + 5 * share)
            else:
                _edge(ax, j, i, color, alpha=1.0, lw=1.8)
    return figure


def cost_by_length() -> Figure:
    """Show weights and multiply-adds of one layer of width 512 over the length.

    The fully connected layer grows with the square of the length in both;
    attention's multiply-adds bend from linear to quadratic at twice the width.
    """
    lengths = 2 ** np.arange(5, 16)
    costs = [arch.layer_costs(int(n), 512, 3) for n in lengths]
    figure, axes = style.panels(columns=2, height=3.1)
    for ax, field in zip(axes[0], ("weights", "macs"), strict=True):
        for name, color in _COLORS.items():
            values = [getattr(cost[name], field) for cost in costs]
            label = name if name in ("convolution", "attention") else name.upper()
            ax.plot(lengths, values, "o-", ms=3, color=color, label=label)
        ax.set_xscale("log", base=2)
        ax.set_yscale("log")
        ax.set_xlabel("length $n$")
    axes[0, 0].set_title("weights, $d = 512$")
    axes[0, 1].set_title("multiply-adds, $d = 512$, $k = 3$")
    axes[0, 0].legend(fontsize=9)
    return figure


def bias_and_data() -> Figure:
    """Show test error over training examples for three learners in three worlds.

    Where its assumption holds, the more restricted learner needs far fewer
    examples; where it does not hold, more examples do not help it.
    """
    samples = [2, 4, 8, 16, 32, 64, 128, 256, 512]
    looks = {"dense": style.PURPLE, "local": style.GREEN, "shared": style.BLUE}
    titles = {
        "shared": "true map: local, shared",
        "local": "true map: local",
        "global": "true map: arbitrary",
    }
    figure, axes = style.panels(columns=3, height=3.0)
    for ax, (world, title) in zip(axes[0], titles.items(), strict=True):
        for name, errors in arch.bias_and_data(world, samples, runs=10).items():
            ax.plot(samples, errors, "o-", ms=3, color=looks[name], label=name)
        ax.set_xscale("log", base=2)
        ax.set_yscale("log")
        ax.set_ylim(5e-5, 4)
        ax.set_title(title)
        ax.set_xlabel("training examples")
    axes[0, 0].set_ylabel("relative test error")
    axes[0, 0].legend(fontsize=9, loc="lower left")
    return figure


def depth_against_width() -> Figure:
    """Show the sawtooth of a deep ReLU network and the units its pieces take.

    The deep network has two units a layer; one hidden layer needs a unit for
    each kink.
    """
    figure, axes = style.panels(columns=2, height=3.0)
    saw, count = axes[0]
    grid = np.linspace(0, 1, 2**10 + 1)
    for depth, color in ((1, style.MUTED), (2, style.ORANGE), (4, style.BLUE)):
        kinks = np.linspace(0, 1, 2**depth + 1)
        values = arch.sawtooth_network(kinks, depth)
        saw.plot(kinks, values, color=color, label=f"depth {depth}")
    saw.set_xlabel("$x$")
    saw.set_title("output of the deep network")
    saw.set_ylim(-0.05, 1.4)
    saw.legend(ncols=3, fontsize=8.5, loc="upper center", columnspacing=1.0)
    depths = range(1, 11)
    pieces = [
        arch.linear_pieces(arch.sawtooth_network(grid, depth), grid) for depth in depths
    ]
    deep = [2 * depth for depth in depths]
    shallow = [p - 1 for p in pieces]
    count.plot(pieces, deep, "o-", ms=4, color=style.BLUE, label="deep, 2 a layer")
    count.plot(
        pieces, shallow, "o-", ms=4, color=style.PURPLE, label="one hidden layer"
    )
    count.set_xscale("log", base=2)
    count.set_yscale("log", base=2)
    count.set_xlabel("linear pieces")
    count.set_title("hidden units needed")
    count.legend(fontsize=9)
    return figure
