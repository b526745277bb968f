"""Figures of the page on probing projects."""

import numpy as np
from matplotlib.figure import Figure

from snippets.figures import style
from snippets.projects.deep_dive import GAINS


def gains_by_seed() -> Figure:
    """Draw the gain of five training tricks, one dot a seed and their mean."""
    figure, axes = style.panels(columns=1, height=2.6)
    ax = axes[0, 0]
    for row, gains in enumerate(GAINS.values()):
        around = row + np.linspace(-0.22, 0.22, len(gains))
        ax.plot(gains, around, "o", color=style.BLUE, markersize=4)
        mean = np.mean(gains)
        ax.plot([mean, mean], [row - 0.36, row + 0.36], color=style.ORANGE, lw=2.5)
    ax.axvline(0, color=style.MUTED, linewidth=1)
    ax.set_yticks(range(len(GAINS)), list(GAINS))
    ax.invert_yaxis()
    ax.set_xlabel("gain against the plain recipe, same seed (points)")
    return figure
