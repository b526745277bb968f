"""Arithmetic that the numbers of a project story must survive."""

import math
from statistics import NormalDist

from snippets.theory.metrics import sample_size


# --8<-- [start:cross_checks]
def weights_megabytes(parameters: int, bits: int = 32) -> float:
    """Return the size of the weights alone in megabytes (10^6 bytes).

    >>> round(weights_megabytes(11_174_402), 1)  # a ResNet-18 in FP32
    44.7
    >>> round(weights_megabytes(11_174_402, bits=8), 1)  # the same in INT8
    11.2
    """
    return parameters * bits / 8 / 1e6


def training_hours(images: int, epochs: int, per_second: float) -> float:
    """Return the hours that all epochs take at this measured speed.

    >>> round(training_hours(14_000, epochs=60, per_second=350), 2)
    0.67
    """
    return images * epochs / per_second / 3600


def in_flight(per_second: float, latency_ms: float) -> float:
    """Return the mean number of requests inside the system (Little's law).

    >>> in_flight(per_second=30, latency_ms=50)
    1.5
    >>> in_flight(per_second=20, latency_ms=50)  # one at a time
    1.0
    """
    return per_second * latency_ms / 1000


def interval(hits: int, trials: int) -> tuple[float, float]:
    """Return Wilson's 95% interval of a rate measured on so many trials.

    >>> low, high = interval(196, 200)
    >>> round(low, 3), round(high, 3)
    (0.95, 0.992)
    """
    z = NormalDist().inv_cdf(0.975)
    rate, weight = hits / trials, z**2 / trials
    spread = z * math.sqrt(rate * (1 - rate) / trials + weight / (4 * trials))
    middle, scale = rate + weight / 2, 1 + weight
    return (middle - spread) / scale, (middle + spread) / scale


# --8<-- [end:cross_checks]


# --8<-- [start:days_of_test]
def days_of_test(rate: float, lift: float, visitors: int) -> int:
    """Return the days until an A/B test can find a change of this size.

    Half of the visitors see the new model. The two-sided test finds a true
    change of this size with 80% probability; without one it gives a false
    alarm with 5%.

    Args:
        rate: share of visitors who convert without the new model.
        lift: relative change to be found; 0.05 means 5% more.
        visitors: new visitors a day, both arms together.

    >>> days_of_test(0.03, lift=0.05, visitors=40_000)
    11
    >>> 2 * sample_size(0.03, 0.0315)  # visitors needed in all
    415872
    """
    per_arm = sample_size(rate, rate * (1 + lift))
    return math.ceil(2 * per_arm / visitors)


# --8<-- [end:days_of_test]
