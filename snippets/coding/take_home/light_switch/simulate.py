"""A household whose switches are known: the data of the light-switch assignment."""

import math
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from snippets import Array

SECONDS = 3 * 3600  # an evening, one reading a second
LIGHT = "kitchen light"


# --8<-- [start:household]
class Device(NamedTuple):
    """A load that is either on or off; `on` and `off` are mean seconds."""

    name: str
    watts: float
    on: float
    off: float
    surge: float = 0.0  # watts on top, in the first second


class Event(NamedTuple):
    """A switch: the power changes by `watts` from this second on."""

    second: int
    device: str
    watts: float


HOUSEHOLD = (
    Device(LIGHT, watts=60, on=480, off=600),
    Device("hall light", watts=40, on=180, off=900),
    Device("fridge", watts=90, on=900, off=1500, surge=300),
    Device("kettle", watts=2000, on=150, off=2400),
)
STANDBY = 80.0  # watts that are always drawn
# --8<-- [end:household]


# --8<-- [start:simulate]
def simulate(
    seed: int, noise: float, wander: float = 3.0, seconds: int = SECONDS
) -> tuple[Array, list[Event]]:
    """One evening: readings in watts, shape (seconds,), and every switch.

    The same seed gives the same switches at any noise. A device stays in a
    state for 30 s and an exponential time, and draws within about 3% of its
    watts. `noise` is the standard deviation of the meter; `wander` is that of
    a television, whose load drifts with a time constant of one minute.

    >>> power, events = simulate(seed=0, noise=5)
    >>> power.shape, events[0].device, events == simulate(seed=0, noise=40)[1]
    ((10800,), 'hall light', True)
    """
    rng = np.random.default_rng(seed)
    power = np.full(seconds, STANDBY)
    events = []
    for device in HOUSEHOLD:
        second = 0.0
        while True:
            start = second + 30 + rng.exponential(device.off - 30)
            second = start + 30 + rng.exponential(device.on - 30)
            watts = device.watts * (1 + 0.03 * rng.normal())
            on, off = round(start), round(second)
            if off >= seconds:
                break  # only what ends this evening
            power[on:off] += watts
            power[on] += device.surge
            events.append(Event(on, device.name, watts))
            events.append(Event(off, device.name, -watts))
    power += noise * rng.normal(size=seconds)
    power += wander * drift(rng, seconds)
    return power, sorted(events)


def drift(rng: np.random.Generator, seconds: int, tau: float = 60) -> Array:
    """Gaussian of variance 1 whose correlation at lag k is exp(-k / tau)."""
    keep = math.exp(-1 / tau)
    shocks = rng.normal(size=seconds)
    shocks[1:] *= math.sqrt(1 - keep**2)
    values = accumulate(shocks.tolist(), lambda value, shock: keep * value + shock)
    return np.array(list(values))


# --8<-- [end:simulate]


def switched_off(events: list[Event]) -> list[int]:
    """Seconds at which the kitchen light went off, in order.

    >>> switched_off([Event(30, LIGHT, 60), Event(95, LIGHT, -60)])
    [95]
    >>> switched_off([Event(95, "hall light", -40)])
    []
    """
    return [e.second for e in events if e.device == LIGHT and e.watts < 0]
