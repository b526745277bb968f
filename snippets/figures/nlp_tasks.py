"""Figures of the page on natural-language tasks."""

import numpy as np
from matplotlib.figure import Figure

from snippets import Array
from snippets.figures import style
from snippets.theory import nlp_tasks as nlp

CANDIDATES = (2, 4, 8, 16, 32, 64, 128)
RHO, K = 0.9, 4


def _tail(graph: nlp.Graph) -> tuple[Array, Array]:
    """Positive degrees that occur, share of nodes with at least that degree."""
    degree = np.array([len(near) for near in graph.values()], np.float64)
    steps = np.unique(degree[degree > 0])
    return steps, (degree >= steps[:, None]).mean(axis=1)


def degree_distribution() -> Figure:
    """Degrees of the Declaration's word graph and of a random graph, log-log."""
    figure, axes = style.panels(height=3.4)
    ax = axes[0, 0]
    text = nlp.cooccurrence_graph(nlp.declaration())
    chance = nlp.random_graph(*nlp.size(text))
    for graph, label, color, marker in (
        (text, "text", style.BLUE, "o"),
        (chance, "random graph", style.ORANGE, "s"),
    ):
        ax.loglog(*_tail(graph), marker=marker, markersize=4, color=color, label=label)
    for word in sorted(text, key=lambda word: len(text[word]))[-4:]:
        k = len(text[word])
        share = float(np.mean([len(near) >= k for near in text.values()]))
        ax.annotate(
            word, (k, share), xytext=(6, 3), textcoords="offset points", fontsize=9
        )
    ax.set_xlim(0.9, 60)
    ax.set_xlabel("degree k")
    ax.set_ylabel("share of nodes with degree ≥ k")
    ax.legend()
    return figure


def infonce_bound() -> Figure:
    """Bound log N - L for growing N, beside log N and the true information."""
    figure, axes = style.panels(height=3.2)
    ax = axes[0, 0]
    N = np.array(CANDIDATES)
    bound = [nlp.nce_bound(RHO, K, n) for n in CANDIDATES]
    ax.plot(N, bound, "o-", color=style.BLUE, label="log N − L, best critic")
    ax.plot(N, np.log(N), "--", color=style.ORANGE, label="log N")
    truth = nlp.gaussian_information(RHO, K)
    ax.axhline(truth, color=style.GREEN, label="I(x; y)")
    ax.set_xscale("log", base=2)
    ax.set_xticks(N, [str(n) for n in CANDIDATES])
    ax.set_xlabel("candidates N")
    ax.set_ylabel("nats")
    ax.legend()
    return figure
