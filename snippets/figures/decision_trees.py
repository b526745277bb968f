"""Figure of the page on classical machine learning: decision trees."""

import numpy as np
from matplotlib.figure import Figure

from snippets import Array
from snippets.figures import style
from snippets.theory.decision_trees import (
    entropy,
    friedman,
    gini,
    grow,
    misclassification,
    one_hot,
    predict,
)

DEPTHS = range(1, 13)


def _labels(n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw features and binary labels of which 10% are flipped."""
    X = rng.random((n, 10))
    labels = (friedman(X) > 14) ^ (rng.random(n) < 0.1)
    return X, labels.astype(float)


def _depth_errors(sets: int = 20) -> Array:
    """Mean training and test error by depth, shape (2, len(DEPTHS))."""
    rng = np.random.default_rng(0)
    errors = np.zeros((2, len(DEPTHS)))
    for _ in range(sets):
        X, labels = _labels(200, rng)
        X_test, labels_test = _labels(500, rng)
        for i, depth in enumerate(DEPTHS):
            tree = grow(X, one_hot(labels), depth)
            train = predict(tree, X).argmax(axis=1) != labels
            test = predict(tree, X_test).argmax(axis=1) != labels_test
            errors[:, i] += train.mean() / sets, test.mean() / sets
    return errors


def split_and_depth() -> Figure:
    """Left: impurity by class share. Right: error of a tree by depth."""
    figure, axes = style.panels(columns=2, height=3.1)
    left, right = axes[0]
    shares = np.linspace(0, 1, 101)
    pairs = [np.array([p, 1 - p]) for p in shares]
    for measure, label, line in (
        (entropy, "entropy / 2", ":"),
        (gini, "Gini", "-"),
        (misclassification, "misclassification", "--"),
    ):
        scale = 0.5 if measure is entropy else 1.0
        left.plot(shares, [scale * measure(p) for p in pairs], line, label=label)
    left.set_xlabel("share of class 1")
    left.set_title("impurity of a node")
    left.legend(fontsize=8.5, loc="lower center")

    train, test = _depth_errors()
    right.plot(DEPTHS, train, "o-", color=style.BLUE, label="training")
    right.plot(DEPTHS, test, "s--", color=style.ORANGE, label="test")
    right.axhline(0.1, color=style.MUTED, linestyle=":", label="label noise")
    right.set_xlabel("maximal depth")
    right.set_title("error rate")
    right.set_ylim(bottom=0)
    right.legend(fontsize=8.5)
    return figure
