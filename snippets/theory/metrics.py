"""Metrics of classification and regression, and how to compare two models.

Numbers quoted on the page that need no function of their own:

A screening test on 1000 people of whom 10 are ill, against "always negative":

>>> test = binary_metrics(tp=8, fp=40, fn=2, tn=950)
>>> for name, value in test.items():
...     print(f"{name} {100 * value:.1f}")
accuracy 95.8
precision 16.7
recall 80.0
specificity 96.0
f_beta 27.6
>>> f"{100 * binary_metrics(tp=0, fp=0, fn=10, tn=990)['accuracy']:.1f}"
'99.0'

F2 of the test; its balanced accuracy; F1 if "healthy" is the positive class:

>>> f"{100 * binary_metrics(8, 40, 2, 950, beta=2)['f_beta']:.1f}"
'45.5'
>>> f"{50 * (test['recall'] + test['specificity']):.1f}"
'88.0'
>>> f"{100 * binary_metrics(tp=950, fp=2, fn=40, tn=8)['f_beta']:.1f}"
'97.8'

99 000 further true negatives leave F1 where it was and raise the accuracy:

>>> more = binary_metrics(8, 40, 2, 950 + 99_000)
>>> f"{100 * more['f_beta']:.1f} {100 * more['accuracy']:.2f}"
'27.6 99.96'

The unpaired comparison of 880 with 900 right answers of 1000 each (the 95 %
margin in points), and the paired one, with 30 against 50 disagreements:

>>> independent = math.sqrt((0.88 * 0.12 + 0.90 * 0.10) / 1000)
>>> paired = math.sqrt((30 + 50) / 1000 - 0.02**2) / math.sqrt(1000)
>>> [round(196 * error, 1) for error in (independent, paired)]
[2.7, 1.7]
"""

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from snippets import Array

Metric = Callable[[Array, Array], float]
"""metric(y, prediction) of arrays of shape (n,)."""


# --8<-- [start:confusion]
def confusion_counts(y: Array, predicted: Array) -> tuple[int, int, int, int]:
    """Count (TP, FP, FN, TN) of 0/1 labels and predictions, shape (n,).

    >>> confusion_counts(np.array([1, 1, 0, 0.0]), np.array([1, 0, 1, 0.0]))
    (1, 1, 1, 1)
    """
    actual, flagged = y == 1, predicted == 1
    return (
        int(np.sum(actual & flagged)),
        int(np.sum(~actual & flagged)),
        int(np.sum(actual & ~flagged)),
        int(np.sum(~actual & ~flagged)),
    )


def binary_metrics(
    tp: int, fp: int, fn: int, tn: int, beta: float = 1.0
) -> dict[str, float]:
    """Metrics of a 2 x 2 confusion matrix; nan where the denominator is 0."""

    def ratio(part: float, whole: float) -> float:
        return part / whole if whole else math.nan

    b2 = beta**2
    return {
        "accuracy": ratio(tp + tn, tp + fp + fn + tn),
        "precision": ratio(tp, tp + fp),
        "recall": ratio(tp, tp + fn),
        "specificity": ratio(tn, tn + fp),
        "f_beta": ratio((1 + b2) * tp, (1 + b2) * tp + b2 * fn + fp),
    }


# --8<-- [end:confusion]


# --8<-- [start:averages]
def averaged_f1(confusion: NDArray[np.int64]) -> dict[str, float]:
    """F1 over K classes: macro, weighted by support, and micro.

    Args:
        confusion: counts, shape (K, K), row = true, column = predicted;
            every class occurs, as a label or as a prediction.

    >>> counts = np.array([[90, 5, 5], [6, 4, 0], [2, 1, 7]])
    >>> for name, value in averaged_f1(counts).items():
    ...     print(f"{name} {value:.3f}")
    macro 0.648
    weighted 0.844
    micro 0.842
    """
    tp = np.diag(confusion)
    support = confusion.sum(axis=1)  # TP + FN of each class
    flagged = confusion.sum(axis=0)  # TP + FP of each class
    f1 = 2 * tp / (support + flagged)
    return {
        "macro": float(f1.mean()),
        "weighted": float(f1 @ support / support.sum()),
        "micro": float(tp.sum() / support.sum()),  # equals the accuracy
    }


# --8<-- [end:averages]


# --8<-- [start:roc_auc]
def midranks(x: Array) -> Array:
    """Ranks 1..n in ascending order; ties share their mean rank.

    >>> midranks(np.array([0.6, 0.2, 0.6]))
    array([2.5, 1. , 2.5])
    """
    _, group, size = np.unique(x, return_inverse=True, return_counts=True)
    last = np.cumsum(size)  # rank of the last member of each tie group
    ranks: Array = last[group] - (size[group] - 1) / 2
    return ranks


def roc_auc(y: Array, score: Array) -> float:
    """Area under the ROC curve from ranks: O(n log n), no threshold.

    Args:
        y: labels 0 or 1, shape (n,), both present.
        score: higher means more positive, shape (n,).

    >>> y = np.array([1, 1, 0, 1, 0, 1, 0, 0.0])
    >>> s = np.array([0.9, 0.8, 0.7, 0.6, 0.6, 0.4, 0.3, 0.2])
    >>> float(midranks(s)[y == 1].sum()), roc_auc(y, s)
    (22.5, 0.78125)
    """
    positives = int(np.sum(y == 1))
    negatives = len(y) - positives
    if not positives or not negatives:
        raise ValueError("AUC needs both classes")
    rank_sum = midranks(score)[y == 1].sum()
    wins = rank_sum - positives * (positives + 1) / 2
    return float(wins / (positives * negatives))


# --8<-- [end:roc_auc]


# --8<-- [start:roc_points]
def roc_points(y: Array, score: Array) -> tuple[Array, Array]:
    """FPR and TPR at every distinct threshold, from (0, 0) to (1, 1).

    >>> fpr, tpr = roc_points(np.array([1, 0, 1.0]), np.array([3, 2, 1.0]))
    >>> fpr.tolist(), tpr.tolist()
    ([0.0, 0.0, 1.0, 1.0], [0.0, 0.5, 0.5, 1.0])
    """
    order = np.argsort(-score, kind="stable")
    y, score = y[order], score[order]
    last = np.append(score[1:] != score[:-1], True)  # last of each tie
    tp = np.append(0, np.cumsum(y == 1)[last])
    fp = np.append(0, np.cumsum(y == 0)[last])
    return fp / fp[-1], tp / tp[-1]


# --8<-- [end:roc_points]


# --8<-- [start:precision_recall]
def precision_from_rates(tpr: Array, fpr: Array, prevalence: float) -> Array:
    """Precision at an operating point (TPR, FPR) for a given prevalence.

    >>> tpr, fpr = np.array([0.8]), np.array([0.05])
    >>> [round(float(precision_from_rates(tpr, fpr, p)[0]), 3)
    ...  for p in (0.5, 0.1, 0.01)]
    [0.941, 0.64, 0.139]
    """
    hits = prevalence * tpr
    precision: Array = hits / (hits + (1 - prevalence) * fpr)
    return precision


def average_precision(y: Array, score: Array) -> float:
    """Sum of precision times the step in recall, over the thresholds.

    >>> y = np.array([1, 1, 0, 1, 0, 1, 0, 0.0])
    >>> s = np.array([0.9, 0.8, 0.7, 0.6, 0.6, 0.4, 0.3, 0.2])
    >>> round(average_precision(y, s), 4)
    0.8167
    """
    fpr, tpr = roc_points(y, score)
    precision = precision_from_rates(tpr[1:], fpr[1:], float(np.mean(y)))
    return float(np.sum(np.diff(tpr) * precision))


# --8<-- [end:precision_recall]


def normal_rates(points: int = 401) -> tuple[Array, Array]:
    """FPR and TPR, shape (points,), of scores N(0, 1) and N(2, 1).

    The area is close to the closed form Phi(2 / sqrt 2), and the average
    precision depends on the prevalence:

    >>> fpr, tpr = normal_rates(4001)
    >>> round(float(np.trapezoid(tpr, fpr)), 2)
    0.92
    >>> round(NormalDist().cdf(math.sqrt(2)), 2)
    0.92
    >>> [round(float(np.sum(np.diff(tpr, prepend=0) *
    ...     precision_from_rates(tpr, fpr, p))), 2) for p in (0.5, 0.01)]
    [0.92, 0.27]
    """
    thresholds = np.linspace(7.0, -5.0, points)
    negative, positive = NormalDist(0, 1), NormalDist(2, 1)
    # The upper tail at t is the distribution function at t mirrored.
    return (
        np.array([negative.cdf(-t) for t in thresholds]),
        np.array([positive.cdf(4 - t) for t in thresholds]),
    )


# --8<-- [start:calibration]
def reliability(
    y: Array, confidence: Array, bins: int = 10
) -> tuple[Array, Array, Array]:
    """Points of a reliability diagram: equal-width bins, empty ones left out.

    Args:
        y: 1 where the event came true (the label, or "the top class was
            right"), else 0, shape (n,).
        confidence: its predicted probability in [0, 1], shape (n,).
        bins: how many equal parts [0, 1] is cut into.

    Returns:
        Mean confidence, share of events and number of cases of each bin.

    Raises:
        ValueError: if a confidence is no probability, as a logit is.

    >>> reliability(np.array([0, 1, 1.0]), np.array([0.02, 0.96, 1.0]))
    (array([0.02, 0.98]), array([0., 1.]), array([1., 2.]))
    """
    if np.any((confidence < 0) | (confidence > 1)):
        raise ValueError("confidences must lie in [0, 1]")
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(index)
    filled = count > 0
    count = count[filled]
    mean = np.bincount(index, confidence)[filled] / count
    share = np.bincount(index, y)[filled] / count
    return mean, share, count.astype(float)


def expected_calibration_error(y: Array, confidence: Array, bins: int = 10) -> float:
    """Mean distance of confidence and share, weighted by the bins' cases."""
    mean, share, count = reliability(y, confidence, bins)
    return float(np.abs(mean - share) @ count / count.sum())


# --8<-- [end:calibration]


def one_over_confident_model(n: int = 20_000) -> tuple[Array, Array]:
    """Draw labels and the logits of a model that says twice what it knows.

    Returns:
        Labels (n,), drawn from softmax(logits / 2), and logits (n, 3).

    The page's example: fitted on one half, tested on the other.

    >>> y, logits = one_over_confident_model()
    >>> T = fit_temperature(y[:10_000], logits[:10_000])
    >>> print(f"T {T:.2f}")
    T 2.01
    >>> y, logits = y[10_000:], logits[10_000:]
    >>> right = (logits.argmax(axis=1) == y).astype(float)
    >>> print(f"right {right.mean():.3f}")
    right 0.688
    >>> for name, z in (("before", logits), ("after", logits / T)):
    ...     p = softmax(z)
    ...     nll = -np.mean(np.log(p[np.arange(len(y)), y.astype(int)]))
    ...     top = p.max(axis=1)
    ...     ece = expected_calibration_error(right, top)
    ...     print(f"{name} {top.mean():.3f} {ece:.3f} {nll:.3f}")
    before 0.817 0.129 0.836
    after 0.682 0.008 0.716

    ECE of a perfectly calibrated model on few cases, by number of bins:

    >>> rng = np.random.default_rng(0)
    >>> p = rng.random((200, 500))
    >>> came = (rng.random((200, 500)) < p).astype(float)
    >>> for bins in (10, 100):
    ...     runs = zip(came, p, strict=True)
    ...     eces = [expected_calibration_error(a, b, bins) for a, b in runs]
    ...     print(bins, f"{np.mean(eces):.3f}")
    10 0.044
    100 0.138
    """
    rng = np.random.default_rng(0)
    known = rng.normal(size=(n, 3)) * 1.5
    draw = rng.gumbel(size=known.shape)  # argmax of logits + Gumbel ~ softmax
    return (known + draw).argmax(axis=1).astype(float), 2 * known


# --8<-- [start:temperature]
def softmax(logits: Array) -> Array:
    """Turn rows of logits, shape (n, K), into probabilities."""
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def fit_temperature(y: Array, logits: Array) -> float:
    """Temperature T > 0 that minimizes the NLL of softmax(logits / T).

    With b = 1/T the loss is convex; its slope, the mean of E_p[z] - z_y,
    rises with b, so bisection finds its zero.

    Args:
        y: class indices, shape (n,), of held-out cases.
        logits: the model's, shape (n, K).

    Returns:
        T, within [1/100, 100].

    Source: Guo et al. (2017).
    """
    chosen = logits[np.arange(len(y)), y.astype(int)]
    low, high = 0.01, 100.0
    for _ in range(60):
        b = math.sqrt(low * high)
        expected = np.sum(softmax(b * logits) * logits, axis=1)
        if np.mean(expected - chosen) > 0:
            high = b
        else:
            low = b
    return 1 / low


# --8<-- [end:temperature]


# --8<-- [start:threshold]
def cost_threshold(false_alarm: float, miss: float) -> float:
    """Probability above which flagging a case is the cheaper decision.

    Args:
        false_alarm: cost of flagging a negative, > 0; right decisions
            cost nothing.
        miss: cost of not flagging a positive, > 0, in the same unit.

    Source: Elkan (2001).

    >>> [round(cost_threshold(1, miss), 3) for miss in (1, 4, 19)]
    [0.5, 0.2, 0.05]
    """
    return false_alarm / (false_alarm + miss)


def cheapest_threshold(
    y: Array, score: Array, false_alarm: float, miss: float
) -> tuple[float, float]:
    """Cut that would have cost least on these cases; any scores will do.

    Args:
        y: labels 0 or 1, shape (n,), both present: validation data.
        score: higher means more positive, shape (n,).
        false_alarm, miss: costs, as for ``cost_threshold``.

    Returns:
        Smallest score to flag (inf: flag nothing) and the mean cost a case.

    >>> y = np.array([1, 1, 0, 1, 0, 1, 0, 0.0])
    >>> s = np.array([0.9, 0.8, 0.7, 0.6, 0.6, 0.4, 0.3, 0.2])
    >>> cheapest_threshold(y, s, 1, 1), cheapest_threshold(y, s, 1, 4)
    ((0.8, 0.25), (0.4, 0.25))
    """
    fpr, tpr = roc_points(y, score)
    cuts = np.append(np.inf, np.unique(score)[::-1])
    share = np.mean(y)
    cost = (1 - share) * fpr * false_alarm + share * (1 - tpr) * miss
    best = int(cost.argmin())
    return float(cuts[best]), float(cost[best])


# --8<-- [end:threshold]


def normal_cost(
    threshold: float, prevalence: float, false_alarm: float, miss: float
) -> float:
    """Mean cost a case if flagged at a posterior of at least ``threshold``.

    Negatives score N(0, 1) and positives N(2, 1), as in ``normal_rates``; the
    posterior at score s is the logistic function of 2 s - 2 + log odds.

    Costs of 1000 cases of which 10 % are positive, a miss costing 19 false
    alarms, at the thresholds 0.5 and 1/20; then flagging none and all:

    >>> for t in (0.5, 0.05):
    ...     print(round(1000 * normal_cost(t, 0.1, 1, 19)))
    1041
    400
    >>> 1000 * 0.1 * 19, 1000 * 0.9
    (1900.0, 900.0)
    """
    odds = math.log(threshold / (1 - threshold))
    cut = (odds - math.log(prevalence / (1 - prevalence)) + 2) / 2
    alarms = 1 - NormalDist(0, 1).cdf(cut)
    missed = NormalDist(2, 1).cdf(cut)
    return (1 - prevalence) * alarms * false_alarm + prevalence * missed * miss


# --8<-- [start:paired_bootstrap]
def paired_bootstrap(
    metric: Metric,
    y: Array,
    a: Array,
    b: Array,
    repetitions: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> tuple[float, float, float]:
    """Difference metric(b) - metric(a) with its percentile interval.

    Args:
        metric: function of (labels, predictions).
        y, a, b: labels and both models' outputs, shape (n,), one row an
            independent test case (draw users or documents if rows cluster).

    Returns:
        Difference on the test set, lower and upper bound.
    """
    rng = np.random.default_rng(seed)
    n = len(y)
    differences = np.empty(repetitions)
    for r in range(repetitions):
        rows = rng.integers(n, size=n)  # the same rows for both models
        differences[r] = metric(y[rows], b[rows]) - metric(y[rows], a[rows])
    tail = (1 - confidence) / 2
    low, high = np.quantile(differences, [tail, 1 - tail])
    return metric(y, b) - metric(y, a), float(low), float(high)


# --8<-- [end:paired_bootstrap]


def accuracy(y: Array, predicted: Array) -> float:
    """Share of equal entries, shape (n,) each.

    The page's example: 1000 cases, 850 right for both models, 30 for A only,
    50 for B only, 70 for neither. Difference and interval in points:

    >>> y = np.ones(1000)
    >>> a = np.repeat([1, 1, 0, 0.0], [850, 30, 50, 70])
    >>> b = np.repeat([1, 0, 1, 0.0], [850, 30, 50, 70])
    >>> [round(100 * v, 1) for v in paired_bootstrap(accuracy, y, a, b)]
    [2.0, 0.3, 3.8]
    """
    return float(np.mean(y == predicted))


# --8<-- [start:mcnemar]
def mcnemar_exact(only_a: int, only_b: int) -> float:
    """Two-sided exact p-value from the cases that one model alone gets right.

    Under H0 each such case favors A or B with probability 1/2.

    >>> round(mcnemar_exact(only_a=30, only_b=50), 3)
    0.033
    """
    n, k = only_a + only_b, min(only_a, only_b)
    tail: float = sum(math.comb(n, i) for i in range(k + 1)) / 2**n
    return min(1.0, 2 * tail)


def sample_size(p: float, q: float, power: float = 0.8) -> int:
    """Users per arm to tell rates p and q apart (two-sided, 5 % level).

    >>> sample_size(0.05, 0.0525), sample_size(0.05, 0.055)
    (122121, 31231)
    """
    z = NormalDist().inv_cdf(0.975) + NormalDist().inv_cdf(power)
    variance = p * (1 - p) + q * (1 - q)
    return math.ceil(z**2 * variance / (p - q) ** 2)


# --8<-- [end:mcnemar]


# --8<-- [start:regression]
def regression_metrics(y: Array, predicted: Array) -> dict[str, float]:
    """MSE, RMSE, MAE, MAPE (a fraction) and R^2 of shape-(n,) arrays.

    MAPE is nan if a target is 0, R^2 is nan if all targets are equal.

    >>> y = np.array([1, 2, 3, 4, 90.0])
    >>> for c in (y.mean(), np.median(y), 2.0):
    ...     m = regression_metrics(y, np.full(5, c))
    ...     print(c, [round(m[k], 2) for k in ("mse", "mae", "mape", "r2")])
    20.0 [1226.0, 28.0, 7.69, 0.0]
    3.0 [1515.0, 18.2, 0.74, -0.24]
    2.0 [1550.0, 18.4, 0.56, -0.26]
    """
    error = y - predicted
    mse = float(np.mean(error**2))
    constant = bool(np.all(y == y[0]))
    zero_target = bool(np.any(y == 0))
    return {
        "mse": mse,
        "rmse": math.sqrt(mse),
        "mae": float(np.mean(np.abs(error))),
        "mape": math.nan if zero_target else float(np.mean(np.abs(error / y))),
        "r2": math.nan if constant else 1 - mse / float(np.var(y)),
    }


# --8<-- [end:regression]


def reversed_forecast_r2() -> float:
    """R^2 of the forecast 3, 2, 1 for the targets 1, 2, 3.

    >>> reversed_forecast_r2()
    -3.0
    """
    targets = np.array([1.0, 2.0, 3.0])
    return round(regression_metrics(targets, targets[::-1])["r2"], 9)
