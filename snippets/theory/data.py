"""Data: imbalance, augmentation, splits and leakage, missing values.

Numbers quoted on the page that need no function of their own:

The focusing factor (1 - p)^2 of the focal loss, for an easy and a hard example,
and the cross-entropy of the easy one before and after:

>>> [round((1 - p) ** 2, 4) for p in (0.9, 0.5, 0.1)]
[0.01, 0.25, 0.81]
>>> easy = -math.log(0.9)
>>> print(f"{easy:.3f} {0.01 * easy:.5f}")
0.105 0.00105

Factor r on the odds when data with 1 % positives are balanced:

>>> round((0.5 / 0.5) / (0.01 / 0.99))
99

Different images that padding 32 x 32 by 4 pixels, cropping and flipping can make
of one image:

>>> (2 * 4 + 1) ** 2 * 2
162

Chance that at least one of four augmented copies loses the single "not" of its
sentence, when each word is deleted with probability 0.1:

>>> print(f"{1 - 0.9**4:.3f}")
0.344

Share of rows that stay complete when each of 20 columns misses 5 % at random:

>>> print(f"{0.95**20:.3f}")
0.358

Test labels needed for a margin of 3 points (95 %) at an accuracy of 80 %:

>>> math.ceil(1.96**2 * 0.8 * 0.2 / 0.03**2)
683
"""

import math
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from snippets import Array

Labels = NDArray[np.int64]
Bools = NDArray[np.bool_]


# --8<-- [start:losses]
def balanced_weights(y: Labels, classes: int) -> Array:
    """Weights n / (K n_k), shape (K,), so that each class weighs the same.

    >>> balanced_weights(np.array([0, 0, 0, 1]), classes=2).round(2).tolist()
    [0.67, 2.0]
    """
    counts = np.bincount(y, minlength=classes)
    if np.any(counts == 0):
        raise ValueError("a class has no example")
    weights: Array = len(y) / (classes * counts)
    return weights


def focal_loss(
    logits: Array,
    y: Labels,
    weight: Array,
    gamma: float = 2.0,
) -> float:
    """Class-weighted focal loss; gamma = 0 is weighted cross-entropy.

    Divides by the sum of the weights, as torch.nn.CrossEntropyLoss does.
    Source: Lin et al. (2017).

    Args:
        logits: shape (n, K).
        y: class numbers, shape (n,).
        weight: one weight a class, shape (K,).
        gamma: focusing parameter, at least 0.
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    log_pt = log_p[np.arange(len(y)), y]  # of the true class, shape (n,)
    focus = (-np.expm1(log_pt)) ** gamma  # (1 - p_t)^gamma
    return float(weight[y] @ (-focus * log_pt) / weight[y].sum())


# --8<-- [end:losses]


# --8<-- [start:prior_shift]
def undo_resampling(p: Array, trained: float, true: float) -> Array:
    """Turn probabilities learned at one prevalence into those at another.

    Args:
        p: predicted probability of the positive class, any shape.
        trained: share of positives (or of their weight) in training.
        true: share of positives where the model is used.

    >>> undo_resampling(np.array([0.5, 0.9]), trained=0.5, true=0.01).round(4)
    array([0.01  , 0.0833])
    """
    if not (0 < trained < 1 and 0 < true < 1):
        raise ValueError("prevalences lie strictly between 0 and 1")
    positive = p * true / trained
    negative = (1 - p) * (1 - true) / (1 - trained)
    corrected: Array = positive / (positive + negative)
    return corrected


def cost_threshold(false_positive: float, false_negative: float) -> float:
    """Probability above which flagging is cheaper; costs of the two errors.

    >>> round(cost_threshold(false_positive=1, false_negative=19), 2)
    0.05
    """
    return false_positive / (false_positive + false_negative)


# --8<-- [end:prior_shift]


# --8<-- [start:boxes]
def flip(image: Array, boxes: Array) -> tuple[Array, Array]:
    """Mirror left and right.

    Args:
        image: shape (H, W, C).
        boxes: (x1, y1, x2, y2) in pixel edges, 0 <= x1 < x2 <= W, shape (n, 4).

    >>> _, boxes = flip(np.zeros((4, 10, 3)), np.array([[1, 0, 4, 2.0]]))
    >>> boxes.tolist()
    [[6.0, 0.0, 9.0, 2.0]]
    """
    width = image.shape[1]
    x1, y1, x2, y2 = boxes.T
    return image[:, ::-1], np.stack([width - x2, y1, width - x1, y2], axis=1)


def crop(
    image: Array,
    boxes: Array,
    window: tuple[int, int, int, int],
    visible: float,
) -> tuple[Array, Array, Bools]:
    """Cut out a window; shift, clip and filter the boxes.

    Args:
        image: shape (H, W, C).
        boxes: shape (n, 4), as for flip.
        window: (x1, y1, x2, y2), inside the image.
        visible: smallest share of a box's area that must remain.

    Returns:
        The crop, its m <= n boxes, and which boxes were kept, shape (n,).
    """
    x1, y1, x2, y2 = window
    moved = np.clip(boxes, [x1, y1, x1, y1], [x2, y2, x2, y2])
    kept = box_area(moved) >= visible * box_area(boxes)
    kept &= box_area(moved) > 0
    return image[y1:y2, x1:x2], moved[kept] - [x1, y1, x1, y1], kept


def box_area(boxes: Array) -> Array:
    """Areas in square pixels, shape (n,)."""
    area: Array = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return area


# --8<-- [end:boxes]


# --8<-- [start:mixing]
def mixup(
    a: Array, b: Array, label_a: Array, label_b: Array, lam: float
) -> tuple[Array, Array]:
    """Blend two images (H, W, C) and their one-hot labels (K,).

    Source: Zhang et al. (2018); lam is drawn from Beta(alpha, alpha).
    """
    return lam * a + (1 - lam) * b, lam * label_a + (1 - lam) * label_b


def cutmix(
    a: Array,
    b: Array,
    label_a: Array,
    label_b: Array,
    window: tuple[int, int, int, int],
) -> tuple[Array, Array]:
    """Paste a window (x1, y1, x2, y2) of b into a; mix labels by area.

    Source: Yun et al. (2019).
    """
    x1, y1, x2, y2 = window
    image = a.copy()
    image[y1:y2, x1:x2] = b[y1:y2, x1:x2]
    lam = 1 - (x2 - x1) * (y2 - y1) / (a.shape[0] * a.shape[1])
    return image, lam * label_a + (1 - lam) * label_b


# --8<-- [end:mixing]


# --8<-- [start:text]
def random_deletion(
    words: Sequence[str],
    p: float,
    rng: np.random.Generator,
    protected: Collection[str] = (),
) -> list[str]:
    """Delete each unprotected word with probability p, but never all.

    Source: Wei and Zou (2019), without the protection.

    >>> review = "the plot is not good at all".split()
    >>> rng = np.random.default_rng
    >>> " ".join(random_deletion(review, 0.2, rng(4)))
    'the plot is good at all'
    >>> " ".join(random_deletion(review, 0.2, rng(4), protected={"not"}))
    'the plot is not good at all'
    """
    kept = [w for w in words if rng.random() >= p or w in protected]
    return kept or [words[int(rng.integers(len(words)))]]


# --8<-- [end:text]


# --8<-- [start:wilson]
def wilson_interval(
    successes: int,
    n: int,
    z: float = 1.96,
) -> tuple[float, float]:
    """Confidence interval of a proportion, sound for small n too.

    Source: Wilson (1927); z = 1.96 gives 95 %.

    >>> for n in (50, 100, 400, 1600):
    ...     low, high = wilson_interval(n * 4 // 5, n)
    ...     print(f"{n}: {100 * low:.0f} to {100 * high:.0f}")
    50: 67 to 89
    100: 71 to 87
    400: 76 to 84
    1600: 78 to 82
    """
    p, shrink = successes / n, 1 + z**2 / n
    center = (p + z**2 / (2 * n)) / shrink
    spread = math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return center - z * spread / shrink, center + z * spread / shrink


# --8<-- [end:wilson]


# --8<-- [start:leak]
def group_folds(groups: Labels, k: int, rng: np.random.Generator) -> Labels:
    """Fold number of each row, shape (n,); a group never spans two folds."""
    names, group_of_row = np.unique(groups, return_inverse=True)
    if len(names) < k:
        raise ValueError("fewer groups than folds")
    fold_of_group = rng.permutation(np.arange(len(names)) % k)
    return fold_of_group[group_of_row]


def best_features(X: Array, y: Labels, keep: int) -> NDArray[np.intp]:
    """Columns whose class means differ most, shape (keep,)."""
    gap = X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0)
    return np.argsort(-np.abs(gap))[:keep]


def cv_accuracy(
    X: Array,
    y: Labels,
    fold: Labels,
    keep: int,
    leak: bool,
) -> float:
    """Cross-validated accuracy of feature selection + nearest class mean.

    With leak=True the features are chosen once, on all rows: the test rows
    have then helped to choose. X is (n, d), y (n,) of 0/1, fold (n,).
    """
    correct = 0
    for k in np.unique(fold):
        train, test = fold != k, fold == k
        rows = np.ones_like(train) if leak else train
        Z = X[:, best_features(X[rows], y[rows], keep)]
        means = [Z[train & (y == c)].mean(axis=0) for c in (0, 1)]
        distance = [((Z[test] - m) ** 2).sum(axis=1) for m in means]
        correct += int(np.sum(np.argmin(distance, axis=0) == y[test]))
    return correct / len(y)


# --8<-- [end:leak]


# --8<-- [start:leak_experiment]
def noise_accuracies(leak: bool, trials: int = 50) -> Array:
    """CV accuracy on pure noise, shape (trials,): the truth is 0.5.

    50 rows, 1000 random features of which 20 are kept, 5 folds, coin-flip
    labels. After Hastie et al. (2009), section 7.10.2.

    >>> for leak in (True, False):
    ...     print(f"{noise_accuracies(leak).mean():.2f}")
    0.93
    0.49
    """
    rng = np.random.default_rng(0)
    result = []
    for _ in range(trials):
        X = rng.normal(size=(50, 1000))
        y = rng.integers(0, 2, size=50)
        fold = group_folds(np.arange(50), 5, rng)
        result.append(cv_accuracy(X, y, fold, keep=20, leak=leak))
    return np.array(result)


# --8<-- [end:leak_experiment]


# --8<-- [start:impute]
def fit_medians(X: Array) -> Array:
    """Column medians of the training rows (n, d), NaN ignored, shape (d,)."""
    if np.any(np.isnan(X).all(axis=0)):
        raise ValueError("a column has no observed value")
    medians: Array = np.nanmedian(X, axis=0)
    return medians


def impute(X: Array, fill: Array) -> Array:
    """Fill NaN and append the missing indicators, shape (n, 2 d).

    >>> impute(np.array([[1, np.nan], [3, 4.0]]), fill=np.array([2, 4.0]))
    array([[1., 4., 0., 1.],
           [3., 4., 0., 0.]])
    """
    missing = np.isnan(X)
    return np.hstack([np.where(missing, fill, X), missing])


# --8<-- [end:impute]


# --8<-- [start:mechanisms]
def missing_means(mechanism: str, n: int = 400_000) -> tuple[float, float]:
    """Estimate E[y] = 0 when half of y is missing; x is always seen.

    x and y are standard normal with correlation 0.8. y is missing with
    probability 0.5 ("mcar"), or with 0.8 where x ("mar") or y itself
    ("mnar") is positive and 0.2 elsewhere.

    Returns:
        The mean of the observed y, and the mean after the missing y are
        predicted by a line fitted to the complete rows.

    >>> for mechanism in ("mcar", "mar", "mnar"):
    ...     seen, filled = missing_means(mechanism)
    ...     print(f"{mechanism} {seen:.2f} {filled:.2f}")
    mcar 0.00 0.00
    mar -0.38 0.00
    mnar -0.48 -0.20
    """
    rng = np.random.default_rng(0)
    x, noise = rng.normal(size=(2, n))
    y = 0.8 * x + 0.6 * noise
    cause = {"mcar": np.zeros(n), "mar": np.sign(x), "mnar": np.sign(y)}
    missing = rng.random(n) < 0.5 + 0.3 * cause[mechanism]
    slope, intercept = np.polyfit(x[~missing], y[~missing], deg=1)
    filled = np.where(missing, intercept + slope * x, y)
    return float(y[~missing].mean()), float(filled.mean())


# --8<-- [end:mechanisms]
