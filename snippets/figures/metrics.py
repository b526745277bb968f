"""Figures of the page on metrics."""

import numpy as np
from matplotlib.figure import Figure

from snippets.figures import style
from snippets.theory.metrics import (
    cost_threshold,
    expected_calibration_error,
    fit_temperature,
    normal_cost,
    normal_rates,
    one_over_confident_model,
    precision_from_rates,
    reliability,
    roc_auc,
    roc_points,
    softmax,
)

LABELS = np.array([1, 1, 0, 1, 0, 1, 0, 0.0])
SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.6, 0.4, 0.3, 0.2])
PREVALENCES = ((0.5, style.BLUE, "-"), (0.01, style.ORANGE, "--"))


def roc_from_sorted_scores() -> Figure:
    """Eight sorted scores with their labels (left) and the ROC they make (right)."""
    figure, axes = style.panels(columns=2, height=3.3)
    left, right = axes[0]
    rank = np.arange(len(SCORES), 0, -1)
    for label, name, color, hatch in (
        (1, "positive", style.BLUE, None),
        (0, "negative", style.ORANGE, "///"),
    ):
        chosen = label == LABELS
        left.barh(
            rank[chosen],
            SCORES[chosen],
            height=0.6,
            facecolor=color if hatch is None else "none",
            edgecolor=color,
            hatch=hatch,
            label=name,
        )
    left.set_yticks([])
    left.set_xlabel("score")
    left.set_title("sorted scores")
    left.legend(fontsize=8.5, loc="lower right")

    fpr, tpr = roc_points(LABELS, SCORES)
    right.fill_between(fpr, tpr, color=style.BLUE, alpha=0.12, linewidth=0)
    right.plot(fpr, tpr, color=style.BLUE, marker="o", markersize=4, label="ROC")
    right.plot([0, 1], [0, 1], color=style.MUTED, linestyle=":", label="chance")
    right.annotate(
        "tie",
        ((fpr[3] + fpr[4]) / 2, (tpr[3] + tpr[4]) / 2),
        xytext=(-16, 8),
        textcoords="offset points",
        fontsize=9,
    )
    area = roc_auc(LABELS, SCORES)
    right.text(0.4, 0.1, f"AUC = {area * 16:g}/16 = {area:.3f}", fontsize=9)
    right.set_xlabel("false positive rate")
    right.set_ylabel("true positive rate")
    right.set_title("ROC")
    return figure


def two_prevalences() -> Figure:
    """ROC (left) and precision-recall (right) of one scorer at two prevalences."""
    figure, axes = style.panels(columns=2, height=3.3)
    left, right = axes[0]
    fpr, tpr = normal_rates(201)
    for prevalence, color, line in PREVALENCES:
        label = f"{prevalence:.0%} positive"
        width = 1.8 if line == "-" else 3.2
        left.plot(fpr, tpr, color=color, linestyle=line, linewidth=width, label=label)
        precision = precision_from_rates(tpr, fpr, prevalence)
        right.plot(tpr, precision, color=color, linestyle=line, label=label)
        right.axhline(prevalence, color=color, linestyle=":", linewidth=1.0)
    left.set_xlabel("false positive rate")
    left.set_ylabel("true positive rate")
    left.set_title("ROC: the curves coincide")
    left.legend(fontsize=8.5, loc="lower right")
    right.set_xlabel("recall")
    right.set_ylabel("precision")
    right.set_ylim(-0.03, 1.05)
    right.set_title("precision-recall (dotted: chance)")
    return figure


def reliability_diagram() -> Figure:
    """Share of right answers against confidence, before and after scaling."""
    figure, axes = style.panels(columns=2, height=3.4)
    y, logits = one_over_confident_model()
    half = len(y) // 2
    temperature = fit_temperature(y[:half], logits[:half])
    y, logits = y[half:], logits[half:]
    right = (logits.argmax(axis=1) == y).astype(float)
    for ax, t, title in zip(
        axes[0], (1.0, temperature), ("T = 1", f"T = {temperature:.2f}"), strict=True
    ):
        top = softmax(logits / t).max(axis=1)
        mean, share, count = reliability(right, top)
        ax.plot([0.3, 1], [0.3, 1], color=style.MUTED, linestyle=":", label="ideal")
        ax.vlines(mean, share, mean, color=style.ORANGE, linewidth=2.5, label="gap")
        ax.plot(mean, share, "o-", color=style.BLUE, markersize=5, label="measured")
        for x, value, n in zip(mean, share, count, strict=True):
            ax.annotate(
                f"{n / len(y):.0%}",
                (x, value),
                xytext=(3, -12),
                textcoords="offset points",
                fontsize=8,
            )
        error = expected_calibration_error(right, top)
        ax.set_title(f"{title}: ECE {error:.3f}")
        ax.set(xlim=(0.3, 1.04), ylim=(0.25, 1.04), xlabel="confidence")
    axes[0, 0].set_ylabel("share of right answers")
    axes[0, 0].legend(fontsize=8.5, loc="upper left")
    return figure


def cost_of_thresholds() -> Figure:
    """Cost of 1000 cases against the threshold, for two prices of a miss."""
    figure, axes = style.panels(height=3.1)
    ax = axes[0, 0]
    thresholds = np.geomspace(0.002, 0.98, 121)
    for miss, color, line in ((1, style.BLUE, "--"), (19, style.ORANGE, "-")):
        costs = [1000 * normal_cost(t, 0.1, 1, miss) for t in thresholds]
        ax.plot(thresholds, costs, line, color=color, label=f"miss = {miss}")
        best = cost_threshold(1, miss)
        ax.plot([best], [1000 * normal_cost(best, 0.1, 1, miss)], "o", color=color)
    ax.axvline(0.5, color=style.MUTED, linestyle=":", linewidth=1)
    ax.set(xscale="log", yscale="log", xlabel="threshold on the probability")
    ax.set_ylabel("cost of 1000 cases")
    ax.set_xticks([0.005, 0.05, 0.5], ["0.005", "0.05", "0.5"])
    ax.legend(title="false alarm = 1", loc="lower left")
    return figure
