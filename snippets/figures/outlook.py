"""Figures of the page on the field's outlook."""

import numpy as np
from matplotlib.figure import Figure

from snippets.figures import style
from snippets.industry.outlook import (
    REFIT,
    best_size,
    certify,
    chance_of_at_most,
    lifetime_flop,
    loss,
    optimal,
    simulated,
)

BUDGET = 5.76e23  # of the compared training runs of Hoffmann et al. (2022)
SERVED = (0.0, 1e13, 1e14)
GRID = np.arange(0.2, 0.85, 0.05)
RISK, DELTA, QUESTIONS = 0.1, 0.05, 500


def lifetime_compute() -> Figure:
    """Compute to train to one loss and to serve, against model size."""
    target = loss(REFIT, *optimal(REFIT, BUDGET))
    figure, axes = style.panels(height=3.4)
    ax = axes[0, 0]
    labels = ("nothing served", r"$10^{13}$ tokens served", r"$10^{14}$")
    for served, label in zip(SERVED, labels, strict=True):
        best = best_size(REFIT, target, served)
        sizes = np.geomspace(18e9, 200e9, 120)
        curve = [lifetime_flop(REFIT, target, n, served) for n in sizes]
        (line,) = ax.loglog(sizes / 1e9, curve, label=label)
        least = lifetime_flop(REFIT, target, best, served)
        ax.plot(best / 1e9, least, "o", color=line.get_color())
        ax.annotate(
            f"{best / 1e9:.0f}B",
            (best / 1e9, least),
            xytext=(0, -15),
            textcoords="offset points",
            ha="center",
            fontsize=9,
        )
    ax.set_xticks([20, 40, 70, 100, 200], ["20", "40", "70", "100", "200"])
    ax.minorticks_off()
    ax.set_ylim(3e23, 9e25)
    ax.set_xlabel("parameters in billions, all trained to the same loss")
    ax.set_ylabel("FLOP, training + serving")
    ax.legend(loc="upper left", fontsize=9)
    return figure


def _upper(errors: int, n: int) -> float:
    """Return the highest error rate not refuted by these counts.

    >>> round(_upper(0, 59), 3)  # in steps of 0.001
    0.049
    """
    rates = np.linspace(0.001, 0.999, 999)
    kept = [r for r in rates if chance_of_at_most(errors, n, float(r)) > DELTA]
    return float(max(kept))


def certified_threshold() -> Figure:
    """Error rate among the answers given, its upper limit and the threshold."""
    confidence, wrong = simulated(QUESTIONS, seed=0)
    coverage, observed, upper = [], [], []
    for threshold in GRID:
        given = confidence >= threshold
        coverage.append(given.mean())
        observed.append(wrong[given].mean())
        upper.append(_upper(int(wrong[given].sum()), int(given.sum())))
    threshold = certify(confidence, wrong, GRID, RISK, DELTA)
    chosen = int(np.argmin(np.abs(GRID - (threshold or 1))))

    figure, axes = style.panels(height=3.4)
    ax = axes[0, 0]
    truth = 0.8 * (1 - GRID) ** 2 / 3
    ax.plot(coverage, upper, color=style.ORANGE, label="95% upper limit")
    ax.plot(coverage, observed, color=style.BLUE, label="observed")
    ax.plot(coverage, truth, ":", color=style.GREEN, label="true (simulation)")
    ax.axhline(RISK, color=style.RED, linestyle="--", label="accepted: 10%")
    ax.plot(coverage[chosen], upper[chosen], "o", color=style.RED)
    ax.annotate(
        f"certified: answer if c ≥ {GRID[chosen]:.2f}",
        (coverage[chosen], upper[chosen]),
        xytext=(-6, 14),
        textcoords="offset points",
        ha="right",
        fontsize=9,
    )
    ax.set_xlabel("coverage: share of questions answered")
    ax.set_ylabel("error rate of the answers")
    ax.set_ylim(0, None)
    ax.legend(loc="upper left", fontsize=9)
    return figure
