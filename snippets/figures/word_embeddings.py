"""Figures of the page on word embeddings."""

import numpy as np
from matplotlib.figure import Figure

from snippets import Array
from snippets.figures import style
from snippets.figures.diagram import box, canvas, wire
from snippets.theory import word_embeddings as we

SENTENCE = ("the", "cat", "sat", "on", "mats")
"""Window of 2 around the center word."""
RANKS = np.array([1, 3, 10, 30, 100, 300, 1000, 3000, 10_000])
KEEP = ((1e-3, style.BLUE), (1e-4, style.GREEN), (1e-5, style.ORANGE))


def word2vec_architectures() -> Figure:
    """CBOW (mean of contexts to center) beside skip-gram (center to contexts)."""
    figure, axes = style.panels(columns=2, height=3.6)
    cbow, skip = axes[0]
    contexts = [word for word in SENTENCE if word != SENTENCE[2]]
    heights = (3.0, 2.1, 1.0, 0.1)
    middle = float(np.mean(heights))
    for ax, title in ((cbow, "CBOW"), (skip, "skip-gram")):
        ax.set_title(title)
        canvas(ax, -0.7, 4.7, -0.9, 3.5)
    for word, y in zip(contexts, heights, strict=True):
        box(cbow, 0, y, word, style.BLUE)
        wire(cbow, (0.5, y), (1.5, middle))
        box(skip, 4, y, word, style.ORANGE)
        wire(skip, (2.5, middle), (3.5, y))
    box(cbow, 2, middle, "mean h")
    box(cbow, 4, middle, SENTENCE[2], style.ORANGE)
    wire(cbow, (2.5, middle), (3.5, middle))
    box(skip, 0, middle, SENTENCE[2], style.BLUE)
    box(skip, 2, middle, "h")
    wire(skip, (0.5, middle), (1.5, middle))
    for ax in (cbow, skip):
        ax.text(1.0, -0.7, "table V", ha="center", color=style.BLUE)
        ax.text(3.0, -0.7, "table U", ha="center", color=style.ORANGE)
    return figure


def noise_and_subsampling() -> Figure:
    """Negatives drawn by rank for three powers; chance to keep a token."""
    figure, axes = style.panels(columns=2, height=3.1)
    left, right = axes[0]
    zipf = 1 / np.arange(1, RANKS[-1] + 1)
    for power, color in ((1.0, style.BLUE), (0.75, style.ORANGE), (0.0, style.GREEN)):
        left.plot(
            RANKS,
            we.noise_distribution(zipf, power)[RANKS - 1],
            color=color,
            label=f"power {power:g}",
        )
    left.set_xlabel("rank of the word")
    left.set_ylabel("probability as a negative")
    left.set_title("noise, 10,000 Zipfian words")
    frequency = np.logspace(-6, -1, 51)
    for t, color in KEEP:
        right.plot(
            frequency,
            we.keep_probability(frequency, t),
            color=color,
            label=f"t = {t:g}",
        )
    right.set_xlabel("share of the corpus")
    right.set_ylabel("probability to keep")
    right.set_title("subsampling")
    left.set_yscale("log")
    for ax in (left, right):
        ax.set_xscale("log")
        ax.legend(fontsize=8.5)
    return figure


def _counts() -> tuple[list[str], Array]:
    """Count the toy corpus as the page does."""
    return we.count_pairs(we.toy_corpus(), window=3)


def shifted_pmi() -> Figure:
    """Trained products v.u against PMI - log k, with 4 and with 34 dimensions."""
    figure, axes = style.panels(columns=2, height=3.2)
    _, counts = _counts()
    optimum = we.shifted_pmi(counts, k=5)
    seen = counts > 0
    for ax, d in zip(axes[0], (4, len(counts)), strict=True):
        V, U = we.train(counts, d, power=1, steps=2000)
        ax.plot(
            optimum[seen][::2],
            (V @ U.T)[seen][::2],
            "o",
            markersize=3,
            alpha=0.6,
            color=style.BLUE,
        )
        ax.axline((0, 0), slope=1, color=style.ORANGE, linewidth=1.4)
        ax.set_title(f"{d} dimensions")
        ax.set_xlabel("PMI - log 5")
        ax.set_xlim(-4.6, 1.4)
        ax.set_ylim(-4.6, 1.4)
    axes[0, 0].set_ylabel("trained product v.u")
    return figure


def analogy_map() -> Figure:
    """Eight people of the toy corpus along the directions of rank and gender."""
    figure, axes = style.panels(width=5.6, height=3.5)
    ax = axes[0, 0]
    vocabulary, counts = _counts()
    vectors = we.unit(we.train(counts)[0])
    people = list(we.PEOPLE)[:8]
    points = vectors[[vocabulary.index(word) for word in people]]
    points = points - points.mean(0)
    x = points @ we.unit(points[:4].mean(0) - points[4:].mean(0))
    y = points @ we.unit(points[::2].mean(0) - points[1::2].mean(0))
    for i in range(0, 8, 2):
        ends = (x[i + 1], y[i + 1]), (x[i], y[i])
        look = {"arrowstyle": "-|>", "color": style.MUTED, "linewidth": 1.2}
        ax.annotate("", *ends, arrowprops=look)
    for first, color in ((0, style.BLUE), (1, style.ORANGE)):
        ax.plot(x[first::2], y[first::2], "o", color=color)
    for i, word in enumerate(people):
        left = x[i] < x[i ^ 2]
        ax.annotate(
            word,
            (x[i], y[i]),
            textcoords="offset points",
            xytext=(-7 if left else 7, 0),
            ha="right" if left else "left",
            va="center",
        )
    ax.margins(0.2)
    ax.set_xlabel("royal minus common")
    ax.set_ylabel("male minus female")
    return figure
