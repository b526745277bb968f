"""Estimates and small parts of the worked system designs."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import NormalDist

import numpy as np

from snippets import Array


# --8<-- [start:capacity]
def peak_rate(daily: float, ratio: float = 3.0) -> float:
    """Return requests per second at the busiest hour.

    Args:
        daily: requests a day.
        ratio: busiest hour over the mean of the day, an assumption.

    >>> round(peak_rate(200e6))  # 10 million users, 20 requests each
    6944
    """
    return ratio * daily / 86_400


def replicas(peak: float, measured: float, use: float = 0.6) -> int:
    """Return the servers needed when each is kept below full use.

    Args:
        peak: requests per second at the busiest hour.
        measured: what one server does within the latency target.
        use: share of that speed planned for; the rest absorbs failures.

    >>> replicas(peak_rate(200e6), measured=120)
    97
    """
    return math.ceil(peak / (measured * use))


def log_terabytes(daily: float, kilobytes: float, days: int) -> float:
    """Return the size of the logs, uncompressed.

    >>> log_terabytes(200e6, kilobytes=1, days=90)
    18.0
    """
    return daily * kilobytes * days / 1e9


# --8<-- [end:capacity]


# --8<-- [start:power]
def arm_size(rate: float, lift: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Return the independent requests an arm needs to see a lift.

    Args:
        rate: share of requests that convert, near-equal in both arms.
        lift: relative change to be seen.
        alpha: level of the two-sided test.
        power: probability of a significant result if the lift is real.

    >>> diluted = 0.02 * 0.05  # 2% of requests differ, gain there 5%
    >>> round(arm_size(0.05, diluted) / 1e6)  # millions
    298
    >>> arm_size(0.05, 0.05), round(arm_size(0.05, 0.05) / 0.02 / 1e6)
    (119303, 6)
    """
    z = NormalDist().inv_cdf(1 - alpha / 2) + NormalDist().inv_cdf(power)
    return math.ceil(2 * z**2 * (1 - rate) / (rate * lift**2))


# --8<-- [end:power]


# --8<-- [start:funnel]
def ranking_tflops(peak: float, candidates: int, parameters: float) -> float:
    """Return TFLOP/s to score every candidate with a dense network.

    One multiplication and one addition for each parameter and candidate.

    >>> ranking_tflops(20_000, candidates=500, parameters=1e6)
    20.0
    >>> ranking_tflops(20_000, candidates=1_000_000, parameters=1e6)
    40000.0
    """
    return 2 * peak * candidates * parameters / 1e12


def index_megabytes(items: float, dims: int) -> float:
    """Return the size of an index of FP16 vectors.

    >>> index_megabytes(1e6, dims=64)
    128.0
    """
    return items * dims * 2 / 1e6


# --8<-- [end:funnel]


# --8<-- [start:auction]
def undo_sampling(p: float, kept: float) -> float:
    """Return the click rate behind ``p`` of a model that saw few negatives.

    Args:
        p: output of a model trained with this share of the negatives.
        kept: share of the negatives that was kept, above 0.

    Source: He et al. (2014), section 6.3.

    >>> round(undo_sampling(0.30, kept=0.05), 3)
    0.021
    """
    return p / (p + (1 - p) / kept)


def auction(bids: Array, pctr: Array, reserve: float = 0.0) -> tuple[int, float] | None:
    """Return the winner and its price per click (one slot, second price).

    Args:
        bids: most that each advertiser pays for a click, shape (n,).
        pctr: predicted click rates, shape (n,).
        reserve: least expected income from the impression.

    Returns:
        None if no bid reaches the reserve.

    >>> winner, price = auction(np.array([2.0, 0.5]), np.array([0.01, 0.05]))
    >>> winner, round(price, 2)
    (1, 0.4)
    """
    income = bids * pctr
    winner = int(np.argmax(income))
    if income[winner] < reserve:
        return None
    rival = max([reserve, *np.delete(income, winner).tolist()])
    return winner, float(rival / pctr[winner])


# --8<-- [end:auction]


# --8<-- [start:filter_budget]
def network_gmacs(pixels: float, layers: int, channels: int) -> float:
    """Return 10^9 multiply-adds of 3x3 layers of equal width.

    >>> round(network_gmacs(12e6, layers=8, channels=32))  # whole photo
    885
    >>> round(network_gmacs(1920 * 1080, layers=8, channels=32))  # preview
    153
    >>> round(network_gmacs(256 * 256, layers=8, channels=32), 1)
    4.8
    """
    return pixels * layers * 9 * channels**2 / 1e9


def map_megabytes(pixels: float, channels: int) -> float:
    """Return the size of one FP16 feature map.

    >>> map_megabytes(12e6, channels=32)
    768.0
    """
    return pixels * channels * 2 / 1e6


def slicing_gmacs(pixels: float) -> float:
    """Return 10^9 multiply-adds to look up and apply a 3x4 color matrix.

    Trilinear lookup: 8 corners of 12 coefficients; then 12 to apply them.

    >>> round(slicing_gmacs(12e6), 1), round(slicing_gmacs(1920 * 1080), 2)
    (1.3, 0.22)
    """
    return pixels * (8 * 12 + 12) / 1e9


# --8<-- [end:filter_budget]


# --8<-- [start:corpus]
SPAM = (
    "win a free prize now, click here",
    "cheap pills, free delivery, order now",
    "you have won cash, claim your prize",
    "limited offer: earn cash from home",
    "click now to claim your free gift",
    "lowest price on watches, order here",
)
HAM = (
    "are we still on for lunch tomorrow",
    "the meeting notes are in the shared folder",
    "please review my report before the meeting",
    "your order has shipped and arrives tomorrow",
    "can you send the notes from the lecture",
    "thanks for the gift, see you at home",
)


# --8<-- [end:corpus]


# --8<-- [start:naive_bayes]
def words(text: str) -> list[str]:
    """Return the words in lower case."""
    return re.findall(r"[a-z]+", text.lower())


class NaiveBayes:
    """Multinomial naive Bayes: spam against ham."""

    def __init__(self, spam: Sequence[str], ham: Sequence[str]) -> None:
        """Count the words of both classes; add one to every count."""
        counts = [Counter(w for t in c for w in words(t)) for c in (spam, ham)]
        vocabulary = counts[0].keys() | counts[1].keys()
        total = [c.total() + len(vocabulary) for c in counts]
        self.prior = math.log(len(spam) / len(ham))
        self.weight = {
            w: math.log((counts[0][w] + 1) / total[0])
            - math.log((counts[1][w] + 1) / total[1])
            for w in vocabulary
        }

    def log_odds(self, text: str) -> float:
        """Return log p(spam | text) - log p(ham | text); skip unknown words.

        >>> model = NaiveBayes(SPAM, HAM)
        >>> round(model.log_odds("claim your free cash prize now"), 2)
        6.85
        """
        known = (self.weight.get(w, 0.0) for w in words(text))
        return self.prior + sum(known)


def block(log_odds: float, false_alarm: float, miss: float = 1.0) -> bool:
    """Return whether blocking costs less than delivering.

    Args:
        log_odds: calibrated log odds of spam.
        false_alarm: cost of blocking a wanted message.
        miss: cost of delivering spam.

    >>> block(6.85, false_alarm=99), round(math.log(99), 2)
    (True, 4.6)
    """
    return log_odds > math.log(false_alarm / miss)


# --8<-- [end:naive_bayes]


# --8<-- [start:good_words]
def good_words(model: NaiveBayes, text: str, limit: float) -> int:
    """Return how many innocent words carry a message to the limit or below.

    The attacker appends the word with the lowest weight again and again.

    Raises:
        ValueError: if no word is innocent.

    >>> model = NaiveBayes(SPAM, HAM)
    >>> good_words(model, "claim your free cash prize now", math.log(99))
    2
    >>> good_words(model, "claim your free cash prize now", 0)
    4
    """
    best = min(model.weight.values())
    if best >= 0:
        raise ValueError("no word speaks for ham")
    return max(0, math.ceil((model.log_odds(text) - limit) / -best))


def wrongly_blocked(daily: float, spam_share: float, rate: float) -> float:
    """Return the wanted messages lost a day at this false-positive rate.

    >>> round(wrongly_blocked(500e6, spam_share=0.4, rate=0.001))
    300000
    """
    return daily * (1 - spam_share) * rate


def detector_servers(daily: float, share: float, measured: float) -> int:
    """Return the servers for the share of messages that reach the network.

    >>> detector_servers(500e6, share=1.0, measured=250)
    116
    >>> detector_servers(500e6, share=0.1, measured=250)
    12
    """
    return replicas(peak_rate(daily) * share, measured)


# --8<-- [end:good_words]


# --8<-- [start:drift]
def psi(reference: Array, current: Array, bins: int = 10) -> float:
    """Return the population stability index on quantiles of the reference.

    Args:
        reference: values seen in training, shape (m,).
        current: values of the window, shape (n,).
        bins: number of bins; half a count is added to each.
    """
    inner = np.linspace(0, 1, bins + 1)[1:-1]
    edges = np.unique(np.quantile(reference, inner))
    shares = []
    for sample in (reference, current):
        place = np.searchsorted(edges, sample, side="right")
        counts = np.bincount(place, minlength=len(edges) + 1) + 0.5
        shares.append(counts / counts.sum())
    p, q = shares
    return float(np.sum((q - p) * np.log(q / p)))


def psi_noise(m: int, n: int, bins: int = 10) -> float:
    """Return the mean PSI of two large samples without any drift.

    >>> round(psi_noise(100, 100), 2), round(psi_noise(100_000, 1_000), 4)
    (0.18, 0.0091)
    """
    return (bins - 1) * (1 / m + 1 / n)


def ks(reference: Array, current: Array) -> float:
    """Return the largest gap between the two empirical distributions."""
    both = np.concatenate([reference, current])
    shares = [
        np.searchsorted(np.sort(sample), both, side="right") / len(sample)
        for sample in (reference, current)
    ]
    return float(np.max(np.abs(shares[0] - shares[1])))


def ks_limit(m: int, n: int, alpha: float) -> float:
    """Return the gap exceeded with probability alpha without drift.

    The first term of Kolmogorov's series: for large samples, small alpha.

    >>> round(ks_limit(1_000_000, 1_000_000, alpha=0.05), 4)
    0.0019
    """
    return math.sqrt(-math.log(alpha / 2) / 2 * (1 / m + 1 / n))


# --8<-- [end:drift]


# --8<-- [start:alarms]
def alarm_days(above: Iterable[bool], patience: int = 1) -> list[int]:
    """Return the days on which a run of exceedances becomes an alarm.

    >>> alarm_days([True, False, True, True, True, True], patience=3)
    [4]
    """
    days, run = [], 0
    for day, high in enumerate(above):
        run = run + 1 if high else 0
        if run == patience:
            days.append(day)
    return days


def quiet_scores(features: int = 20, days: int = 100, seed: int = 0) -> Array:
    """Return KS statistics of features that never drift, shape (features, days).

    2000 reference rows a feature, 250 rows a day.
    """
    rng = np.random.default_rng(seed)
    scores = np.empty((features, days))
    for row in scores:
        reference = rng.standard_normal(2000)
        row[:] = [ks(reference, rng.standard_normal(250)) for _ in row]
    return scores


def count_alarms(scores: Array, alpha: float, patience: int = 1) -> int:
    """Return the alarms of all features.

    >>> scores = quiet_scores()
    >>> count_alarms(scores, 0.05), count_alarms(scores, 0.05 / 20)
    (94, 5)
    >>> count_alarms(scores, 0.05, patience=2)
    5
    >>> count_alarms(scores, 0.05 / 20, patience=2)
    0
    """
    limit = ks_limit(2000, 250, alpha)
    return sum(len(alarm_days(row > limit, patience)) for row in scores)


# --8<-- [end:alarms]
