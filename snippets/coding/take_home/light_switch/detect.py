"""Detectors of the light-switch assignment: they read power, never the events."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from snippets import Array

# --8<-- [start:baseline]
WATTS = 60.0  # the kitchen light
BAND = (50.0, 75.0)  # nearer to it than to the 40 W and 90 W of others


class Change(NamedTuple):
    """The power changed by about `watts`, from `second` on."""

    second: int
    watts: float


def differences(power: Array) -> list[Change]:
    """Baseline: every difference of neighboring readings is a change."""
    steps = np.diff(power).tolist()
    return [Change(second, watts) for second, watts in enumerate(steps, 1)]


def light_off(
    power: Array, detector: Callable[[Array], list[Change]] = differences
) -> list[int]:
    """Seconds of the changes that look like the kitchen light going off.

    `power` has shape (seconds,), in watts, one reading a second.

    >>> light_off(np.array([140.0, 200, 141, 139, 99]))
    [2]
    """
    if power.ndim != 1 or len(power) < 2 or not np.isfinite(power).all():
        raise ValueError("power must be one series without gaps")
    low, high = BAND
    return [c.second for c in detector(power) if low <= -c.watts <= high]


# --8<-- [end:baseline]
# --8<-- [start:arithmetic]
def pass_rate(watts: float, spread: float) -> float:
    """Probability that a fall of `watts` is measured inside the band.

    The measurement has a Gaussian error of standard deviation `spread`.

    >>> noise, width = 20.0, 30
    >>> pairs, means = noise * 2**0.5, noise * (2 / width) ** 0.5
    >>> [round(pass_rate(WATTS, spread), 2) for spread in (pairs, means)]
    [0.34, 0.97]
    >>> round(10_799 * pass_rate(0, pairs))  # false alarms an evening
    373
    """
    low, high = ((edge - watts) / spread / math.sqrt(2) for edge in BAND)
    return (math.erf(high) - math.erf(low)) / 2


def width_for(noise: float) -> int:
    """Readings a mean needs: two standard deviations to the nearer edge.

    At most 30, because the light may be switched again after 30 s.

    >>> [width_for(noise) for noise in (2, 5, 10, 20, 30)]
    [1, 2, 8, 30, 30]
    """
    margin = min(WATTS - BAND[0], BAND[1] - WATTS)
    wanted = 2 * (2 * noise / margin) ** 2
    return min(max(math.ceil(wanted), 1), 30)


def noise_level(power: Array) -> float:
    """Standard deviation of the noise; the few switches do not disturb it."""
    median = float(np.median(np.abs(np.diff(power))))
    return median / 0.6745 / math.sqrt(2)


# --8<-- [end:arithmetic]
# --8<-- [start:step_filter]
def step_filter(power: Array, width: int | None = None) -> list[Change]:
    """Changes where mean after minus mean before is locally the largest.

    Each mean is over `width` readings, by default as many as the noise
    demands; "locally" means up to `width` readings to either side, and
    equally large ones all count.

    >>> step_filter(np.repeat([140.0, 80.0], 50), width=10)
    [Change(second=50, watts=-60.0)]
    """
    width = width or width_for(noise_level(power))
    if len(power) < 2 * width:
        raise ValueError(f"{len(power)} readings are too few for width {width}")
    sums = np.concatenate([[0.0], np.cumsum(power)])
    means = (sums[width:] - sums[:-width]) / width
    steps = means[width:] - means[:-width]  # at seconds width, width + 1, ...
    size = np.abs(steps)
    around = sliding_window_view(np.pad(size, width), 2 * width + 1)
    peaks = np.flatnonzero((size == around.max(axis=1)) & (size > 1e-6))
    return [Change(int(i) + width, float(steps[i])) for i in peaks]


# --8<-- [end:step_filter]
# --8<-- [start:cusum]
def cusum(
    power: Array, threshold: float = 10.0, step: float = 40.0, settle: int = 20
) -> list[Change]:
    """Changes found online by Page's test, upwards and downwards.

    Each sum adds up log-likelihood ratios, "the level moved by `step`"
    against "it stayed", starts again at 0, and alarms above `threshold`. The
    change began where the sum left 0; `settle` readings give the new level,
    as the first ones do at the start. The noise is estimated from the whole
    series; a live meter has to take that of earlier hours.

    >>> cusum(np.array([140.0, 141] * 25 + [80, 81] * 25))
    [Change(second=50, watts=-60.0)]
    """
    gain = step / max(noise_level(power), 1e-3) ** 2
    values = power.tolist()  # plain floats are faster in a loop
    changes, t, seen = [], settle, settle
    level = float(power[:settle].mean())
    up = down = 0.0
    up_start = down_start = t
    while t < len(values):
        away = values[t] - level
        up = max(0.0, up + gain * (away - step / 2))
        down = max(0.0, down + gain * (-away - step / 2))
        up_start = up_start if up else t + 1
        down_start = down_start if down else t + 1
        if max(up, down) > threshold:
            start = up_start if up > down else down_start
            new = float(power[start : start + settle].mean())
            changes.append(Change(start, new - level))
            level, seen, t = new, settle, start + settle
            up = down = 0.0
            up_start = down_start = t
        else:
            seen = min(seen + 1, 60)  # a moving level, in case of drift
            level += away / seen
            t += 1
    return changes


# --8<-- [end:cusum]
DETECTORS: dict[str, Callable[[Array], list[Change]]] = {
    "difference": differences,
    "step filter": step_filter,
    "CUSUM": cusum,
}
