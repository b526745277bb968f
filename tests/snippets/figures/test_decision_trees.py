"""The figure draws the impurities and what sklearn's trees would show."""

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from snippets import Array
from snippets.figures import decision_trees as figures
from snippets.figures import style


def ydata(line: object) -> Array:
    return np.asarray(line.get_ydata(), dtype=float)  # type: ignore[attr-defined]


def test_impurities_and_errors_by_depth() -> None:
    with style.applied():
        left, right = figures.split_and_depth().axes
    entropy, gini, wrong = left.get_lines()
    p = np.asarray(gini.get_xdata(), dtype=float)
    assert (p[0], p[-1]) == (0, 1)
    np.testing.assert_allclose(ydata(gini), 2 * p * (1 - p), atol=1e-12)
    np.testing.assert_allclose(ydata(wrong), np.minimum(p, 1 - p), atol=1e-12)
    q = p[1:-1]
    bits = -q * np.log2(q) - (1 - q) * np.log2(1 - q)
    np.testing.assert_allclose(ydata(entropy)[1:-1], bits / 2)
    labels = [t.get_text() for t in left.get_legend().get_texts()]  # type: ignore[union-attr]
    assert labels == ["entropy / 2", "Gini", "misclassification"]

    train, test, noise = right.get_lines()
    assert (np.diff(ydata(train)) <= 0).all()
    assert ydata(train)[-1] == pytest.approx(0, abs=0.002)
    assert ydata(test).argmin() + 1 == 3  # the depth the page names
    assert ydata(test)[-1] > ydata(test).min() + 0.02
    assert set(ydata(noise)) == {0.1}


def test_depth_errors_are_those_of_sklearn() -> None:
    ours = figures._depth_errors(sets=1)
    rng = np.random.default_rng(0)
    X, labels = figures._labels(200, rng)
    X_test, labels_test = figures._labels(500, rng)
    for i, depth in enumerate(figures.DEPTHS):
        tree = DecisionTreeClassifier(max_depth=depth, random_state=0).fit(X, labels)
        assert ours[0, i] == pytest.approx(1 - tree.score(X, labels), abs=0.02)
        assert ours[1, i] == pytest.approx(
            1 - tree.score(X_test, labels_test), abs=0.04
        )
