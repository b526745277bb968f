"""Trees against sklearn, brute force and torch; forests against theory."""

import itertools

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import make_friedman1, make_moons
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from snippets import Array
from snippets.theory import decision_trees as m


def data(n: int, d: int, k: int, seed: int) -> tuple[Array, Array]:
    """Continuous features and labels that depend on two of them."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d))
    labels = np.digitize(X[:, 0] + X[:, 1] + 0.5 * rng.standard_normal(n), [-1, 1])
    return X, (labels % k).astype(float)


def shares(labels: Array, k: int) -> Array:
    return np.bincount(labels.astype(int), minlength=k) / len(labels)


@pytest.mark.parametrize("p", [[0.5, 0.5], [0.2, 0.3, 0.5], [1.0, 0.0], [0.9, 0.1]])
def test_impurities_against_scipy_and_pairs(p: list[float]) -> None:
    q = np.array(p)
    assert m.entropy(q) == pytest.approx(scipy.stats.entropy(q, base=2))
    different = sum(a * b for a, b in itertools.permutations(p, 2))
    assert m.gini(q) == pytest.approx(different)  # two draws disagree
    assert m.misclassification(q) == pytest.approx(sum(sorted(p)[:-1]))


def test_gini_is_the_summed_variance_of_one_hot_columns() -> None:
    labels = np.random.default_rng(0).integers(4, size=50).astype(float)
    variance = m.one_hot(labels).var(axis=0).sum()
    assert m.gini(shares(labels, 4)) == pytest.approx(variance)


def test_one_hot_marks_the_label() -> None:
    labels = np.array([2.0, 0.0, 1.0, 2.0])
    Y = m.one_hot(labels)
    assert Y.shape == (4, 3)
    np.testing.assert_array_equal(Y.argmax(axis=1), labels)
    np.testing.assert_array_equal(Y.sum(axis=1), np.ones(4))


def test_split_impurity_weighs_by_size() -> None:
    counts = np.array([[8.0, 2.0], [1.0, 1.0]])
    by_hand = (10 * (1 - 0.64 - 0.04) + 2 * 0.5) / 12
    assert m.split_impurity(m.gini, counts) == pytest.approx(by_hand)


@settings(deadline=None, max_examples=50)
@given(
    st.integers(2, 12),
    st.integers(1, 3),
    st.integers(1, 4),
    st.integers(0, 10_000),
)
def test_best_split_against_brute_force(n: int, d: int, leaf: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.integers(5, size=(n, d)).astype(float)  # with many ties
    labels = rng.integers(3, size=n).astype(float)
    node = m.gini(shares(labels, 3))
    gains = {}
    for j in range(d):
        values = np.unique(X[:, j])
        for threshold in (values[1:] + values[:-1]) / 2:
            low = X[:, j] <= threshold
            if min(low.sum(), (~low).sum()) >= leaf:
                counts = [[*(shares(labels[s], 3) * s.sum())] for s in (low, ~low)]
                children = m.split_impurity(m.gini, np.array(counts))
                gains[j, float(threshold)] = node - children
    found = m.best_split(X, m.one_hot(labels), leaf)
    if not gains:
        assert found is None
    else:
        assert found is not None
        assert found.gain == pytest.approx(max(gains.values()), abs=1e-12)
        chosen = gains[found.feature, found.threshold]
        assert chosen == pytest.approx(found.gain, abs=1e-12)


def test_a_leaf_of_one_sample_is_allowed_by_default() -> None:
    split = m.best_split(np.array([[0.0], [1.0]]), np.array([[1.0], [3.0]]))
    assert split == m.Split(0, 0.5, 1.0)
    with_two = m.best_split(np.arange(3.0)[:, None], np.eye(3), min_leaf=2)
    assert with_two is None
    assert m.best_split(np.arange(4.0)[:, None], np.eye(4), min_leaf=2) is not None


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_classifier_against_sklearn(depth: int) -> None:
    X, labels = data(300, 4, 3, seed=1)
    ours = m.grow(X, m.one_hot(labels), depth, min_leaf=5)
    theirs = DecisionTreeClassifier(
        max_depth=depth, min_samples_leaf=5, random_state=0
    ).fit(X, labels)
    X_new = data(200, 4, 3, seed=2)[0]
    np.testing.assert_allclose(m.predict(ours, X_new), theirs.predict_proba(X_new))


def test_regressor_against_sklearn() -> None:
    X, y = make_friedman1(150, noise=1.0, random_state=0)
    ours = m.grow(X, y[:, None], depth=5, min_leaf=4)
    theirs = DecisionTreeRegressor(max_depth=5, min_samples_leaf=4, random_state=0)
    X_new = np.random.default_rng(3).random((200, 10))
    expected = theirs.fit(X, y).predict(X_new)
    np.testing.assert_allclose(m.predict(ours, X_new)[:, 0], expected)


def test_a_full_tree_memorizes_and_default_leaves_are_single() -> None:
    X, y = make_friedman1(80, noise=1.0, random_state=1)
    tree = m.grow(X, y[:, None], depth=80)
    np.testing.assert_allclose(m.predict(tree, X)[:, 0], y)
    assert (tree.size, tree.value.tolist()) == (80, [pytest.approx(y.mean())])


def test_a_value_equal_to_the_threshold_goes_left() -> None:
    tree = m.grow(np.array([[0.0], [1.0]]), np.array([[1.0], [3.0]]), depth=1)
    at = m.predict(tree, np.array([[0.5], [0.51]]))
    assert at[:, 0].tolist() == [1.0, 3.0]


def test_neighboring_floats_are_parted() -> None:
    # the middle rounds down for one pair and up for the other
    for below in (1.0, float(np.nextafter(1.0, 2.0))):
        above = float(np.nextafter(below, 2.0))
        X, Y = np.array([[below], [above]]), np.array([[1.0], [3.0]])
        split = m.best_split(X, Y)
        assert split is not None
        assert below <= split.threshold < above
        assert m.predict(m.grow(X, Y, depth=1), X)[:, 0].tolist() == [1.0, 3.0]


def test_growing_stops_where_nothing_can_be_parted() -> None:
    X = np.ones((6, 2))
    mixed = m.one_hot(np.array([0.0, 1.0, 0.0, 1.0, 1.0, 1.0]))
    stuck = m.grow(X, mixed, depth=3)
    assert stuck.split is None
    np.testing.assert_allclose(m.predict(stuck, X), np.tile([1 / 3, 2 / 3], (6, 1)))
    X, labels = data(20, 2, 3, seed=0)
    assert m.grow(X, m.one_hot(labels), depth=0).split is None
    pure = m.one_hot(np.array([1.0] * 20))
    assert m.grow(X, pure, depth=5).split is None


def test_only_drawn_features_are_used() -> None:
    X, labels = data(100, 4, 3, seed=0)
    tree = m.grow(X, m.one_hot(labels), 4, draw=lambda: np.array([3, 2]))
    importance = m.impurity_importance(tree, 4)
    assert (importance[:2] == 0).all()
    assert (importance[2:] > 0).all()


def test_importance_against_sklearn() -> None:
    X, labels = data(300, 4, 3, seed=1)
    ours = m.grow(X, m.one_hot(labels), 3, min_leaf=5)
    theirs = DecisionTreeClassifier(max_depth=3, min_samples_leaf=5, random_state=0)
    expected = theirs.fit(X, labels).feature_importances_
    np.testing.assert_allclose(m.impurity_importance(ours, 4), expected)


def test_forest_is_as_accurate_as_sklearns_and_better_than_a_tree() -> None:
    X, labels = make_moons(300, noise=0.35, random_state=0)
    X_new, labels_new = make_moons(1000, noise=0.35, random_state=1)
    rng = np.random.default_rng(0)
    Y = m.one_hot(labels)
    forest = m.grow_forest(X, Y, trees=40, tried=1, rng=rng)
    tree = m.grow(X, Y, depth=300)
    theirs = RandomForestClassifier(40, max_features=1, random_state=0)
    expected = theirs.fit(X, labels).score(X_new, labels_new)
    votes = m.forest_predict(forest, X_new).argmax(axis=1)
    accuracy = (votes == labels_new).mean()
    single = (m.predict(tree, X_new).argmax(axis=1) == labels_new).mean()
    assert accuracy == pytest.approx(expected, abs=0.02)
    assert accuracy > single + 0.01


def test_forest_predicts_the_mean_of_its_trees_on_bootstrap_samples() -> None:
    X, labels = data(60, 3, 3, seed=0)
    Y = m.one_hot(labels)
    forest = m.grow_forest(X, Y, 5, tried=2, rng=np.random.default_rng(0))
    each = sum(m.predict(tree, X) for tree in forest.trees)
    np.testing.assert_allclose(m.forest_predict(forest, X), each / 5)
    assert forest.in_bag.shape == (5, 60)
    assert 0.5 < forest.in_bag.mean() < 0.75  # about 1 - 1/e
    for tree, seen in zip(forest.trees, forest.in_bag, strict=True):
        right = m.predict(tree, X).argmax(axis=1) == labels
        assert tree.size == 60
        assert right[seen].all()  # a full tree memorizes its own sample
        assert not right[~seen].all()


def smallest_leaf(node: m.Node) -> int:
    if node.left is None or node.right is None:
        return node.size
    return min(smallest_leaf(node.left), smallest_leaf(node.right))


def test_forest_respects_leaf_size_and_draws_features_at_each_node() -> None:
    X, labels = data(100, 3, 3, seed=0)
    rng = np.random.default_rng(0)
    coarse = m.grow_forest(X, m.one_hot(labels), 5, 3, rng, min_leaf=7)
    assert min(smallest_leaf(tree) for tree in coarse.trees) == 7
    full = m.grow_forest(X, m.one_hot(labels), 5, 1, rng)
    assert min(smallest_leaf(tree) for tree in full.trees) == 1
    for tree in full.trees:  # one feature tried a split, and yet all are used
        assert (m.impurity_importance(tree, 3) > 0).all()


def test_out_of_bag_uses_exactly_the_trees_that_have_not_seen_a_sample() -> None:
    X, labels = data(30, 3, 3, seed=4)
    forest = m.grow_forest(X, m.one_hot(labels), 4, 2, np.random.default_rng(1))
    forest.in_bag[:, 0] = True  # as if every tree had seen it
    forest.in_bag[1:, 1] = True
    forest.in_bag[0, 1] = False
    result = m.out_of_bag(forest, X)
    assert np.isnan(result[0]).all()
    for i in range(1, 30):
        unseen = np.flatnonzero(~forest.in_bag[:, i])
        trees = [forest.trees[t] for t in unseen]
        if trees:
            expected = np.mean([m.predict(t, X[i : i + 1])[0] for t in trees], axis=0)
            np.testing.assert_allclose(result[i], expected)
        else:
            assert np.isnan(result[i]).all()


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 8), st.floats(0, 1), st.floats(0.1, 9))
def test_ensemble_variance_against_the_covariance_matrix(
    n: int, correlation: float, variance: float
) -> None:
    covariance = variance * (
        correlation * np.ones((n, n)) + (1 - correlation) * np.eye(n)
    )
    w = np.full(n, 1 / n)
    expected = w @ covariance @ w
    assert m.ensemble_variance(variance, correlation, n) == pytest.approx(expected)


def test_ensemble_terms_recover_known_moments() -> None:
    sets, trees, points = 4000, 3, 5
    rng = np.random.default_rng(0)
    shared = rng.standard_normal((sets, 1, points))  # variance 1
    own = np.sqrt(3) * rng.standard_normal((sets, trees, points))
    truth = np.linspace(-1, 1, points)
    terms = m.ensemble_terms(truth + 2 + shared + own, truth)
    assert terms.bias2 == pytest.approx(4, rel=0.02)
    assert terms.variance == pytest.approx(1 + 3 / 3, rel=0.03)
    assert terms.tree_variance == pytest.approx(4, rel=0.03)
    assert terms.correlation == pytest.approx(1 / 4, abs=0.02)
    expected = m.ensemble_variance(terms.tree_variance, terms.correlation, trees)
    assert terms.variance == pytest.approx(expected)


def test_ensemble_terms_are_unbiased_and_sum_to_the_error() -> None:
    rng = np.random.default_rng(0)
    truth = np.zeros(3)
    runs = []
    for _ in range(2000):
        predictions = rng.standard_normal((3, 2, 3))
        terms = m.ensemble_terms(predictions, truth)
        error = (predictions.mean(axis=1) ** 2).mean()
        assert terms.bias2 + terms.variance == pytest.approx(error)
        runs.append(terms[:3])
    means = np.mean(runs, axis=0)
    np.testing.assert_allclose(means, [0, 1 / 2, 1], atol=0.03)


def test_ensemble_of_one_is_wholly_correlated() -> None:
    predictions = np.random.default_rng(0).standard_normal((10, 1, 4))
    terms = m.ensemble_terms(predictions, np.zeros(4))
    assert terms.correlation == 1
    assert terms.variance == pytest.approx(terms.tree_variance)


def test_friedman_against_sklearn() -> None:
    X, y = make_friedman1(50, n_features=10, noise=0.0, random_state=0)
    np.testing.assert_allclose(m.friedman(X), y)


def test_bagging_lowers_variance_and_random_features_correlation() -> None:
    one, bag, forest = (m.simulate_forests(t, sets=8, trees=6) for t in (None, 10, 3))
    assert one.correlation == 1
    assert bag.variance < one.variance / 2
    assert bag.tree_variance > one.variance
    assert forest.correlation < bag.correlation < 0.5
    assert forest.bias2 > bag.bias2
