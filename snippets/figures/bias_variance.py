"""Figure of the page on classical machine learning: bias and variance."""

import numpy as np
from matplotlib.figure import Figure

from snippets.figures import style
from snippets.theory.bias_variance import polynomial, simulate, simulate_width

DEGREES = range(13)
WIDTHS = (5, 10, 20, 40, 60, 80, 90, 95, 105, 110, 120, 150, 200, 300)


def decomposition() -> Figure:
    """Terms over the degree; error over the width of random features."""
    figure, axes = style.panels(columns=2, height=3.3)
    left, right = axes[0]
    terms = np.array([simulate(polynomial(d), sets=300) for d in DEGREES])
    bias2, variance, noise, error = terms.T
    left.plot(DEGREES, bias2, "--", color=style.BLUE, label=r"bias$^2$")
    left.plot(DEGREES, variance, "-", color=style.ORANGE, label="variance")
    left.plot(DEGREES, noise, ":", color=style.MUTED, label=r"noise $\sigma^2$")
    left.plot(DEGREES, bias2 + variance + noise, color=style.INK, label="sum")
    left.plot(DEGREES, error, "o", color=style.GREEN, label="measured error")
    left.set_xlabel("degree of the polynomial")
    left.set_title("terms of the squared error")
    left.legend(fontsize=8.5)

    for ridge, label, color, line in (
        (0.0, "minimum norm", style.ORANGE, "o-"),
        (1.0, "ridge penalty 1", style.BLUE, "s--"),
    ):
        errors = [simulate_width(w, ridge=ridge, sets=30).error for w in WIDTHS]
        right.loglog(WIDTHS, errors, line, color=color, label=label, markersize=4)
    right.axvline(100, color=style.MUTED, linestyle=":", label="width = n")
    right.set_xticks([5, 10, 20, 50, 100, 300], ["5", "10", "20", "50", "100", "300"])
    right.set_yticks([0.5, 1, 2, 5, 10], ["0.5", "1", "2", "5", "10"])
    right.minorticks_off()
    right.set_xlabel("number of random features")
    right.set_title("test error")
    right.legend(fontsize=8.5)
    return figure
