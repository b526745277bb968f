"""Figures of the page on take-home assignments."""

import numpy as np
from matplotlib.figure import Figure

from snippets.coding.take_home.light_switch.detect import (
    BAND,
    light_off,
    step_filter,
    width_for,
)
from snippets.coding.take_home.light_switch.evaluate import match
from snippets.coding.take_home.light_switch.simulate import simulate, switched_off
from snippets.figures import style

SEED, NOISE = 13, 20.0
START, END = 600, 7800  # the seconds that are drawn


def light_switch() -> Figure:
    """Above: power of a noisy evening. Below: step filter, events and alarms."""
    power, events = simulate(SEED, NOISE)
    matched = match(light_off(power, step_filter), switched_off(events))
    figure, axes = style.panels(rows=2, height=4.6)
    above, below = axes[:, 0]
    shown = np.arange(START, END, 4)
    above.plot(shown / 60, power[shown], color=style.MUTED, linewidth=0.6)
    above.set_ylim(0, 420)
    above.set_ylabel("power, W")
    above.set_title(
        f"every fourth reading, noise {NOISE:.0f} W (kettle, 2000 W, cut off)"
    )

    width = width_for(NOISE)
    sums = np.concatenate([[0.0], np.cumsum(power)])
    means = (sums[width:] - sums[:-width]) / width
    steps = means[shown] - means[shown - width]
    below.plot(shown / 60, steps, color=style.BLUE, linewidth=0.9)
    below.axhspan(-BAND[1], -BAND[0], color=style.GREEN, alpha=0.18, linewidth=0)
    below.set_ylim(-135, 110)
    below.set_xlabel("minutes")
    below.set_ylabel("step, W")
    below.set_title(f"mean of {width} s after minus {width} s before")
    true = [second for _, second in matched.hits]
    marks = (
        (true, "o", style.GREEN, "light off, found"),
        (matched.misses, "x", style.RED, "light off, missed"),
        (matched.false_alarms, "v", style.ORANGE, "false alarm"),
    )
    for seconds, mark, color, label in marks:
        drawn = np.array([s for s in seconds if START <= s < END])
        below.plot(
            drawn / 60, np.full(len(drawn), -120), mark, color=color, label=label
        )
    for ax in (above, below):
        ax.set_xlim(START / 60, END / 60)
    figure.legend(loc="outside lower center", ncols=3, fontsize=9)
    return figure
