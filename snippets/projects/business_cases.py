"""Estimates and small parts of the case studies from business."""

import math
import random

import numpy as np

from snippets import Array
from snippets.projects.system_design import peak_rate, replicas

# --8<-- [start:field]
FOCAL, SENSOR, PIXELS = 8.8, (13.2, 8.8), 5472  # lens, chip in mm; photo width


def pixel_millimeters(height: float) -> float:
    """Return how much ground one pixel covers from a height in meters.

    >>> round(pixel_millimeters(30), 1), round(pixel_millimeters(1), 2)
    (8.2, 0.27)
    """
    return height * 1000 * SENSOR[0] / FOCAL / PIXELS


def photos_per_hectare(height: float, overlap: float = 0.0) -> float:
    """Return the photos that cover 10,000 square meters.

    Args:
        height: of the camera, in meters.
        overlap: share of each side that the next photo repeats.

    >>> round(photos_per_hectare(30, overlap=0.75))
    119
    >>> round(photos_per_hectare(1))
    6667
    """
    width, depth = (height * side / FOCAL for side in SENSOR)
    return 10_000 / (width * depth * (1 - overlap) ** 2)


# --8<-- [end:field]


# --8<-- [start:threshold]
def infested_share(
    flagged: int, photos: int, recall: float, specificity: float
) -> tuple[float, float]:
    """Return the share of infested plants and its standard error.

    Args:
        flagged: photos that the model calls infested.
        photos: photos of independently chosen plants.
        recall: share of infested plants that the model flags.
        specificity: share of healthy plants that it does not flag.

    Raises:
        ValueError: if the model is no better than chance.

    Source: Rogan and Gladen (1978).

    >>> share, error = infested_share(110, 1000, 0.80, 0.95)
    >>> round(share, 3), round(share - 1.96 * error, 3)
    (0.08, 0.054)
    >>> share, error = infested_share(22, 200, 0.80, 0.95)
    >>> round(share, 3), round(share - 1.96 * error, 3)
    (0.08, 0.022)
    """
    gain = recall + specificity - 1
    if gain <= 0:
        raise ValueError("recall + specificity must exceed 1")
    q = flagged / photos
    share = (q + specificity - 1) / gain
    error = math.sqrt(q * (1 - q) / photos) / gain
    return min(max(share, 0.0), 1.0), error


# --8<-- [end:threshold]


# --8<-- [start:pilot]
def label_hours(photos: int, seconds: float, disputed: float, talk: float) -> float:
    """Return hours of work if two people label every photo.

    Args:
        photos: number of photos.
        seconds: for one label.
        disputed: share on which the two differ.
        talk: seconds of an expert for each of these.

    >>> round(label_hours(4000, seconds=30, disputed=0.15, talk=120))
    87
    """
    return photos * (2 * seconds + disputed * talk) / 3600


def break_even_hectares(fixed: float, saved: float, running: float) -> float:
    """Return the area at which a season's savings pay the fixed cost.

    Args:
        fixed: cost of a season that does not depend on the area.
        saved: sprays and yield saved, per hectare.
        running: flights and scouting, per hectare.

    >>> break_even_hectares(60_000, saved=90, running=30)
    1000.0
    >>> break_even_hectares(60_000, saved=30, running=30)
    inf
    """
    return fixed / (saved - running) if saved > running else math.inf


# --8<-- [end:pilot]


# --8<-- [start:volume]
DAY, YEAR = 86_400, 365 * 86_400  # seconds


def terabits(terabytes: float, seconds: float = 1) -> float:
    """Return Tbit/s of so many terabytes in so many seconds.

    >>> terabits(6), round(terabits(6, DAY) * 1000, 2)  # a second, a day
    (48.0, 0.56)
    """
    return 8 * terabytes / seconds


def petabytes_a_day(tbits: float) -> float:
    """Return what a stream of so many Tbit/s leaves on disk.

    >>> [round(petabytes_a_day(rate), 1) for rate in (48, 6, 0.4)]
    [518.4, 64.8, 4.3]
    """
    return tbits / 8 * DAY / 1000


def share_of_world(tbits: float, zettabytes: float) -> float:
    """Return the share of the world's traffic of a year.

    >>> round(share_of_world(48, 0.419 + 1.991), 3)  # ITU, 2019
    0.079
    >>> round(share_of_world(48, 1.5 + 7.3), 3)  # ITU, 2025
    0.022
    """
    return tbits / terabits(zettabytes * 1e9, YEAR)


# --8<-- [end:volume]


# --8<-- [start:flows]
def per_second(tbits: float, size: float) -> float:
    """Return packets or flows per second of this mean size in bytes.

    >>> per_second(0.4, size=800) / 1e6  # million packets
    62.5
    >>> per_second(0.4, size=50_000) / 1e6  # million flows
    1.0
    """
    return tbits * 1e12 / 8 / size


def record_terabytes(flows: float, size: float = 100) -> float:
    """Return a day's flow records, this many bytes each.

    >>> record_terabytes(1e6)
    8.64
    """
    return flows * size * DAY / 1e12


def microseconds(flows: float, cores: int) -> float:
    """Return the time that one of the cores may spend on a flow.

    >>> microseconds(1e6, cores=32)
    32.0
    """
    return cores / flows * 1e6


def seen(packets: int, one_in: int) -> float:
    """Return the probability that packet sampling meets a flow at all.

    >>> round(seen(10, one_in=1000), 3), round(seen(10_000, one_in=1000), 3)
    (0.01, 1.0)
    """
    return 1 - (1 - 1 / one_in) ** packets


# --8<-- [end:flows]


# --8<-- [start:sketch]
class CountMin:
    """Counts of a stream in fixed memory: never too small.

    With probability 1 - delta a count exceeds the truth by at most
    epsilon times the total. Source: Cormode and Muthukrishnan (2005).

    >>> sketch = CountMin(epsilon=1e-5, delta=1e-3)
    >>> sketch.depth, sketch.width, round(7 * 271829 * 4 / 1e6, 1)  # MB
    (7, 271829, 7.6)
    >>> round(1e-5 * 60 * 1e6)  # epsilon times the flows of a minute
    600
    """

    PRIME = 2**61 - 1  # above every key; hash an IPv6 address first

    def __init__(self, epsilon: float, delta: float, seed: int = 0) -> None:
        """Choose the size and a hash for each row; in use, keep the seed secret."""
        self.width = math.ceil(math.e / epsilon)
        self.depth = math.ceil(math.log(1 / delta))
        draw = random.Random(seed).randrange
        self.hashes = [
            (draw(1, self.PRIME), draw(self.PRIME)) for _ in range(self.depth)
        ]
        self.rows = [[0] * self.width for _ in range(self.depth)]

    def places(self, key: int) -> list[int]:
        """Return the key's counter in each row."""
        return [(a * key + b) % self.PRIME % self.width for a, b in self.hashes]

    def add(self, key: int, count: int = 1) -> None:
        """Count a key, for example a source address."""
        for row, place in zip(self.rows, self.places(key), strict=True):
            row[place] += count

    def count(self, key: int) -> int:
        """Return the least of the key's counters."""
        found = zip(self.rows, self.places(key), strict=True)
        return min(row[place] for row, place in found)


# --8<-- [end:sketch]


# --8<-- [start:base_rate]
def alarms(
    events: float, attacks: float, recall: float, rate: float
) -> tuple[float, float, float]:
    """Return true alarms, false alarms and precision of a day.

    Args:
        events: what the model scores in a day.
        attacks: how many of these are attacks.
        recall: share of the attacks that raise an alarm.
        rate: false-positive rate on the others.

    >>> hours = alarms(4.8e6, attacks=10, recall=0.9, rate=0.001)
    >>> round(hours[0]), round(hours[1]), round(hours[2], 4)
    (9, 4800, 0.0019)
    >>> days = alarms(200_000, attacks=10, recall=0.9, rate=0.001)
    >>> round(days[1]), round(days[2], 3)
    (200, 0.043)
    """
    true, false = attacks * recall, (events - attacks) * rate
    return true, false, true / (true + false)


def rate_allowed(events: float, attacks: float, recall: float, read: float) -> float:
    """Return the false-positive rate at which people read every alarm.

    Args:
        events: what the model scores in a day.
        attacks: how many of these are attacks.
        recall: share of the attacks that raise an alarm.
        read: alarms that people can read in a day.

    >>> read = 5 * 8 * 3  # five analysts, eight hours, three alarms an hour
    >>> f"{rate_allowed(4.8e6, 10, 0.9, read):.1e}"
    '2.3e-05'
    >>> f"{rate_allowed(200_000, 10, 0.9, read):.1e}"
    '5.6e-04'
    """
    return (read - attacks * recall) / (events - attacks)


def provable_rate(clean: int) -> float:
    """Return the upper 95% limit of a rate after this many without one.

    >>> f"{provable_rate(10_000):.1e}", f"{provable_rate(130_000):.1e}"
    ('3.0e-04', '2.3e-05')
    >>> round(provable_rate(1000), 4)
    0.003
    """
    return float(1 - 0.05 ** (1 / clean))


# --8<-- [end:base_rate]


# --8<-- [start:band]
def review_band(miss: float, block: float, review: float = 1.0) -> tuple[float, float]:
    """Return the probabilities between which a person should look.

    Below the first publish, above the second block. The two are equal
    where a look costs too much.

    Args:
        miss: cost of publishing a bad image.
        block: cost of blocking a good one.
        review: cost of a look by a person who decides rightly.

    >>> [round(t, 4) for t in review_band(miss=20, block=10)]
    [0.05, 0.9]
    >>> [round(t, 4) for t in review_band(miss=2000, block=10)]
    [0.0005, 0.9]
    >>> [round(t, 4) for t in review_band(miss=1.5, block=1.5)]
    [0.5, 0.5]
    """
    low, high = review / miss, 1 - review / block
    if low >= high:
        low = high = block / (block + miss)
    return low, high


def mean_cost(
    p: Array, low: float, high: float, costs: tuple[float, float, float]
) -> float:
    """Return the expected cost of an image.

    Args:
        p: calibrated probabilities of a bad image, shape (n,).
        low: publish below.
        high: block above.
        costs: of a miss, a wrong block and a review.
    """
    miss, block, review = costs
    decided = np.where(p < low, miss * p, block * (1 - p))
    return float(np.where((p >= low) & (p <= high), review, decided).mean())


# --8<-- [end:band]


# --8<-- [start:throughput]
def scores(n: int = 200_000, seed: int = 0) -> Array:
    """Return made-up calibrated probabilities with a mean of 3%.

    >>> p, costs = scores(), (20, 10, 1)
    >>> low, high = review_band(*costs)
    >>> round(float(p.mean()), 3), round(mean_cost(p, low, high, costs), 2)
    (0.03, 0.11)
    >>> round(float(np.mean((p >= low) & (p <= high))), 3)  # read by people
    0.084
    >>> [round(mean_cost(p, t, t, costs), 2) for t in (1 / 3, 0.5, 1.1)]
    [0.32, 0.35, 0.6]
    >>> round(float(p[p < low].sum() / p.sum()), 3)  # of bad images, published
    0.044
    """
    return np.random.default_rng(seed).beta(0.03, 0.97, n)


def reviewers(images: float, share: float, seconds: float, hours: float) -> int:
    """Return the people needed to look at this share of a day's images.

    >>> reviewers(2e6, share=0.084, seconds=5, hours=6)
    39
    """
    return math.ceil(images * share * seconds / (hours * 3600))


def servers(images: float, measured: float) -> int:
    """Return the servers for a day's images, with a peak of three times the mean.

    >>> round(peak_rate(2e6)), servers(2e6, measured=400)
    (69, 1)
    """
    return replicas(peak_rate(images), measured)


def drain_hours(peak: float, hours: float, normal: float, capacity: float) -> float:
    """Return how long a queue lasts after a peak.

    Args:
        peak: images per second while the peak lasts.
        hours: its length.
        normal: images per second afterwards.
        capacity: images per second that are checked.

    >>> round(60 * drain_hours(500, hours=2, normal=60, capacity=400))
    35
    >>> drain_hours(500, hours=2, normal=400, capacity=400)
    inf
    """
    waiting = max(0.0, peak - capacity) * hours
    if waiting == 0:
        return 0.0
    return waiting / (capacity - normal) if capacity > normal else math.inf


# --8<-- [end:throughput]
