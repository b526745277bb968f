"""The handbook's look for figures.

Figures have a transparent background and dark ink. In dark mode the site inverts their
lightness and keeps their hue, so one file serves both modes: use the colors below,
which stay apart in either mode, and never rely on white or black fills.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.figure import Figure
from numpy.typing import NDArray

INK = "#22303c"
MUTED = "#6b7885"
BLUE = "#1f6fb2"
ORANGE = "#c95f14"
GREEN = "#2b8a5a"
PURPLE = "#8250a8"
RED = "#b8323f"
CYCLE = (BLUE, ORANGE, GREEN, PURPLE, RED, MUTED)

RC: Any = {
    "svg.fonttype": "path",  # the same letters on every machine
    "svg.hashsalt": "handbook",  # the same bytes on every run
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 10.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.prop_cycle": cycler(color=CYCLE),
    "grid.color": MUTED,
    "grid.alpha": 0.22,
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "text.color": INK,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
}


@contextmanager
def applied() -> Iterator[None]:
    """Apply the look to everything drawn or saved inside the ``with`` block."""
    with mpl.rc_context(RC):
        yield


def panels(
    columns: int = 1, rows: int = 1, width: float = 7.2, height: float = 3.2
) -> tuple[Figure, NDArray[np.object_]]:
    """Make a figure of ``rows`` x ``columns`` axes.

    Args:
        columns: number of axes side by side.
        rows: number of axes below one another.
        width: width of the whole figure in inches; 7.2 fills a page's text column.
        height: height of the whole figure in inches.

    Returns:
        The figure and an array of its axes, shape ``(rows, columns)``.
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.patch.set_alpha(0)
    axes = figure.subplots(rows, columns, squeeze=False)
    for ax in axes.flat:
        ax.patch.set_alpha(0)
    return figure, axes
