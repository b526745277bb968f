"""The page's solutions against scikit-learn, SciPy, definitions and properties."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import check_grad
from scipy.spatial.distance import cdist
from scipy.special import expit, log_expit
from sklearn import datasets
from sklearn import metrics as sk
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.naive_bayes import MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from snippets.coding.ml_from_scratch import implement_decision_tree as tree
from snippets.coding.ml_from_scratch import implement_kmeans as kmeans
from snippets.coding.ml_from_scratch import implement_knn as knn
from snippets.coding.ml_from_scratch import implement_linear_regression as linear
from snippets.coding.ml_from_scratch import implement_logistic_regression as logistic
from snippets.coding.ml_from_scratch import implement_metrics as metrics
from snippets.coding.ml_from_scratch import implement_naive_bayes as bayes
from snippets.coding.ml_from_scratch import implement_pca as pca

seeds = st.integers(0, 10_000)
many = settings(deadline=None, max_examples=40)


# k nearest neighbors


@many
@given(seeds, st.integers(0, 6), st.integers(1, 7), st.integers(1, 4))
def test_squared_distances_equal_scipy(seed, m, n, d):
    rng = np.random.default_rng(seed)
    A, B = rng.standard_normal((m, d)), rng.standard_normal((n, d))
    got = knn.squared_distances(A, B)
    np.testing.assert_allclose(got, cdist(A, B, "sqeuclidean"), atol=1e-12)


def test_squared_distances_are_never_negative():
    X = np.random.default_rng(0).standard_normal((300, 60)) + 50
    raw = (X**2).sum(1)[:, None] + (X**2).sum(1) - 2 * X @ X.T
    assert raw.min() < 0  # rounding does reach below zero here
    assert knn.squared_distances(X, X).min() == 0


@many
@given(seeds, st.integers(1, 30), st.integers(1, 30), st.integers(1, 4))
def test_knn_equals_scikit_learn(seed, n, k, classes):
    rng = np.random.default_rng(seed)
    X, new = rng.standard_normal((n, 3)), rng.standard_normal((10, 3))
    y, k = rng.integers(-1, classes, n), min(k, n)
    theirs = KNeighborsClassifier(k, algorithm="brute").fit(X, y).predict(new)
    assert knn.knn_predict(X, y, new, k).tolist() == theirs.tolist()


def test_knn_prefers_the_earlier_of_equally_far_rows_and_the_smaller_label():
    X = np.array([[1.0], [-1.0]] * 50)
    y = np.array([5, 3] + [1] * 98)
    origin = np.zeros((1, 1))
    assert knn.knn_predict(X, y, origin, 1).tolist() == [5]
    assert knn.knn_predict(X, y, origin, 2).tolist() == [3]
    assert knn.knn_predict(X, y, origin, 100).tolist() == [1]
    assert knn.knn_predict(X, y, np.zeros((0, 1)), 3).shape == (0,)
    grid = np.random.default_rng(0).integers(-20, 21, (400, 1)).astype(float)
    first = [int(np.flatnonzero(grid[:, 0] == spot)[0]) for spot in range(-4, 5)]
    spots = np.arange(-4.0, 5.0)[:, None]
    assert knn.knn_predict(grid, np.arange(400), spots, 1).tolist() == first


@pytest.mark.parametrize("k", [-1, 0, 4])
def test_knn_refuses_a_k_that_cannot_vote(k):
    with pytest.raises(ValueError, match=f"k = {k}, but there are 3 training rows"):
        knn.knn_predict(np.zeros((3, 1)), np.arange(3), np.zeros((1, 1)), k)


# k-means


def blobs(seed, n=60, k=4, spread=1.0):
    rng = np.random.default_rng(seed)
    places = rng.uniform(-4, 4, (k, 2))
    return places[rng.integers(0, k, n)] + spread * rng.standard_normal((n, 2))


@many
@given(seeds, st.integers(1, 6))
def test_kmeans_equals_scikit_learn_from_the_same_start(seed, k):
    X = blobs(seed)
    start = kmeans.kmeans_plus_plus(X, k, np.random.default_rng(seed))
    found = kmeans.kmeans(X, k, np.random.default_rng(seed), 500)
    theirs = KMeans(k, init=start, n_init=1, tol=0, max_iter=500).fit(X)
    assert found.inertias[-1] == pytest.approx(theirs.inertia_)
    np.testing.assert_allclose(found.centers, theirs.cluster_centers_)
    assert found.labels.tolist() == theirs.labels_.tolist()


@many
@given(seeds, st.integers(1, 12))
def test_inertia_never_rises_and_no_cluster_is_empty(seed, k):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 6, (40, 2)).astype(float)  # many equal samples, many ties
    found = kmeans.kmeans(X, k, rng)
    for before, after in itertools.pairwise(found.inertias):
        assert after <= before + 1e-9
    assert set(found.labels.tolist()) == set(range(k))
    means = [X[found.labels == j].mean(axis=0) for j in range(k)]
    np.testing.assert_allclose(found.centers, means)
    error = ((X - found.centers[found.labels]) ** 2).sum()
    assert found.inertias[-1] == pytest.approx(error)


@many
@given(seeds, st.integers(1, 8), st.integers(8, 12))
def test_assign_fills_empty_clusters_and_never_costs_inertia(seed, k, n):
    rng = np.random.default_rng(seed)
    X, centers = rng.standard_normal((n, 2)), 9 * rng.standard_normal((k, 2))
    labels = kmeans.assign(X, centers)
    assert set(labels.tolist()) == set(range(k))
    nearest = cdist(X, centers, "sqeuclidean")
    moved = labels != nearest.argmin(axis=1)
    empty = k - len(set(nearest.argmin(axis=1).tolist()))
    assert moved.sum() == empty
    after = np.where(moved, 0, nearest.min(axis=1)).sum()
    assert after <= nearest.min(axis=1).sum()


def test_assign_takes_the_farthest_sample_of_a_cluster_that_keeps_another():
    X = np.array([[0.0], [3.0], [1.0], [50.0]])
    centers = np.array([[0.0], [-99.0], [70.0]])
    assert kmeans.assign(X, centers).tolist() == [0, 1, 0, 2]
    assert kmeans.assign(X, np.array([[-99.0], [0.0], [70.0]])).tolist() == [1, 0, 1, 2]
    ties = np.array([[1.0], [1.0], [1.0]])
    assert kmeans.assign(ties, np.ones((3, 1))).tolist() == [1, 2, 0]


def test_kmeans_plus_plus_draws_by_squared_distance():
    X, draws = np.array([[0.0], [1.0], [3.0]]), 6000
    rng = np.random.default_rng(1)
    seen = [tuple(kmeans.kmeans_plus_plus(X, 2, rng).ravel()) for _ in range(draws)]
    for first, second in itertools.permutations([0.0, 1.0, 3.0], 2):
        total = sum((x - first) ** 2 for x in (0.0, 1.0, 3.0))
        expected = (second - first) ** 2 / total / 3
        deviation = math.sqrt(expected * (1 - expected) / draws)
        got = seen.count((first, second)) / draws
        assert got == pytest.approx(expected, abs=4 * deviation)


def test_kmeans_plus_plus_measures_to_the_nearest_center():
    X = np.array([[0.0], [0.5], [10.0]])
    rng = np.random.default_rng(0)
    for _ in range(20):
        start = kmeans.kmeans_plus_plus(X, 3, rng)
        assert sorted(start.ravel().tolist()) == [0.0, 0.5, 10.0]
    far = np.array([[0.0], [1.0], [100.0], [101.0]])
    pairs = [sorted(kmeans.kmeans_plus_plus(far, 3, rng).ravel()) for _ in range(50)]
    assert all(100.0 in pair or 101.0 in pair for pair in pairs)
    assert all(0.0 in pair or 1.0 in pair for pair in pairs)


def test_kmeans_plus_plus_refuses_what_it_cannot_give():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="k must be at least 1"):
        kmeans.kmeans_plus_plus(np.zeros((3, 1)), 0, rng)
    with pytest.raises(ValueError, match="fewer than k = 3 different samples"):
        kmeans.kmeans_plus_plus(np.array([[1.0], [1.0], [2.0]]), 3, rng)
    assert kmeans.kmeans_plus_plus(np.zeros((3, 1)), 1, rng).tolist() == [[0.0]]


def test_kmeans_stops_when_settled_or_told_to():
    X = blobs(3, spread=2.0)
    lengths = [
        len(kmeans.kmeans(X, 6, np.random.default_rng(3), steps).inertias)
        for steps in (0, 1, 2, 500)
    ]
    assert lengths[:3] == [0, 1, 2]
    settled = lengths[3]
    assert 2 < settled < 100
    found = kmeans.kmeans(X, 6, np.random.default_rng(3), settled - 1)
    assert len(found.inertias) == settled - 1
    assert kmeans.kmeans(X, 6, np.random.default_rng(3)).inertias[:-1] == found.inertias


# Logistic regression


def test_sigmoid_equals_scipy_without_warnings():
    z = np.concatenate([np.linspace(-700, 700, 400), [-1e6, 1e6]])
    with np.errstate(over="raise", invalid="raise"):
        np.testing.assert_allclose(logistic.sigmoid(z), expit(z), rtol=1e-12)


def classes(seed, n=80, d=3):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) + 0.5
    y = X @ rng.standard_normal(d) + rng.logistic(size=n) > 0
    y[:2] = [False, True]
    return X, y.astype(float)


@many
@given(seeds, st.floats(0, 3))
def test_logistic_loss_equals_scipy_and_its_gradient_finite_differences(seed, l2):
    X, y = classes(seed)
    rng = np.random.default_rng(seed)
    w, b = rng.standard_normal(3), rng.standard_normal()
    loss, _, _ = logistic.loss_and_gradient(X, y, w, b, l2)
    sides = (2 * y - 1) * (X @ w + b)
    expected = -log_expit(sides).mean() + l2 * (w @ w) / 2
    assert loss == pytest.approx(expected, rel=1e-12)

    def value(p):
        return logistic.loss_and_gradient(X, y, p[:3], p[3], l2)[0]

    def gradient(p):
        _, dw, db = logistic.loss_and_gradient(X, y, p[:3], p[3], l2)
        return np.append(dw, db)

    assert check_grad(value, gradient, np.append(w, b)) < 1e-5


@pytest.mark.parametrize("l2", [0.01, 0.3])
def test_logistic_fit_equals_scikit_learn(l2):
    X, y = classes(5)
    w, b = logistic.fit(X, y, l2, learning_rate=1.0, steps=5000)
    theirs = LogisticRegression(C=1 / (len(y) * l2), tol=1e-10, max_iter=1000)
    theirs.fit(X, y)
    np.testing.assert_allclose(w, theirs.coef_[0], rtol=1e-5)
    assert b == pytest.approx(theirs.intercept_[0], rel=1e-5)


def test_logistic_fit_takes_its_steps_from_zero():
    X, y = classes(6)
    w, b = logistic.fit(X, y, 0.1, learning_rate=0.5, steps=0)
    assert (w.tolist(), b) == ([0, 0, 0], 0)
    expected_w, expected_b = np.zeros(3), 0.0
    for _ in range(3):
        error = expit(X @ expected_w + expected_b) - y
        step_w = (error[:, None] * X).mean(axis=0) + 0.1 * expected_w
        expected_w, expected_b = (
            expected_w - 0.5 * step_w,
            expected_b - error.mean() / 2,
        )
    w, b = logistic.fit(X, y, 0.1, learning_rate=0.5, steps=3)
    np.testing.assert_allclose(w, expected_w)
    assert b == pytest.approx(expected_b)


# Linear regression


def targets(seed, n=40, d=4):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) + 3
    return X, X @ rng.standard_normal(d) + 2 + rng.standard_normal(n)


@many
@given(seeds, st.sampled_from([0.0, 0.1, 2.0]), st.sampled_from([3, 6, 40]))
def test_closed_form_equals_scikit_learn(seed, l2, n):
    X, y = targets(seed, n)
    w, b = linear.fit_closed_form(X, y, l2)
    theirs = Ridge(alpha=n * l2) if l2 else LinearRegression()
    theirs.fit(X, y)
    np.testing.assert_allclose(w, theirs.coef_, rtol=1e-6, atol=1e-8)
    assert b == pytest.approx(theirs.intercept_, rel=1e-6, abs=1e-8)


def test_closed_form_has_no_penalty_unless_asked():
    X, y = targets(1)
    plain = linear.fit_closed_form(X, y)
    np.testing.assert_array_equal(plain[0], linear.fit_closed_form(X, y, 0.0)[0])
    X[:, 1] = 2 * X[:, 0]  # collinear: of all best w the shortest
    w, _ = linear.fit_closed_form(X, y)
    assert w[1] == pytest.approx(2 * w[0])


@pytest.mark.parametrize("l2", [0.0, 0.5])
def test_gradient_descent_reaches_the_closed_form(l2):
    X, y = targets(2)
    w, b = linear.fit_gradient_descent(X, y, l2, learning_rate=0.04, steps=40_000)
    right_w, right_b = linear.fit_closed_form(X, y, l2)
    np.testing.assert_allclose(w, right_w, rtol=1e-6)
    assert b == pytest.approx(right_b, rel=1e-6)


def test_gradient_descent_takes_its_steps_from_zero():
    X, y = targets(3)
    w, b = linear.fit_gradient_descent(X, y, 0.1, learning_rate=0.01, steps=0)
    assert (w.tolist(), b) == ([0, 0, 0, 0], 0)
    expected_w, expected_b = np.zeros(4), 0.0
    for _ in range(2):
        off = X @ expected_w + expected_b - y
        step_w = (off[:, None] * X).mean(axis=0) + 0.1 * expected_w
        expected_w = expected_w - 0.01 * step_w
        expected_b = expected_b - 0.01 * off.mean()
    w, b = linear.fit_gradient_descent(X, y, 0.1, learning_rate=0.01, steps=2)
    np.testing.assert_allclose(w, expected_w)
    assert b == pytest.approx(expected_b)


def test_gradient_descent_diverges_above_two_over_the_largest_curvature():
    X, y = targets(4)
    ones = np.column_stack([X, np.ones(len(X))])
    top = np.linalg.eigvalsh(ones.T @ ones / len(X))[-1]
    for factor, settles in ((1.9, True), (2.1, False)):
        w, _ = linear.fit_gradient_descent(X, y, 0.0, factor / top, 300)
        assert (np.abs(w).max() < 100) == settles


# Decision tree


def best_by_trying(X, y, min_leaf):
    """Return the least weighted impurity of any allowed split, or None."""
    best = None
    for j in range(X.shape[1]):
        for value in np.unique(X[:, j])[:-1]:
            left = X[:, j] <= value
            parts = y[left], y[~left]
            if min(map(len, parts)) < min_leaf:
                continue
            cost = sum(
                len(part)
                * (1 - sum((part == c).mean() ** 2 for c in set(part.tolist())))
                for part in parts
            )
            best = cost if best is None else min(best, cost)
    return best


@many
@given(seeds, st.integers(1, 14), st.integers(1, 4), st.integers(2, 4))
def test_best_split_is_the_best_of_all(seed, n, min_leaf, values):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, values, (n, 2)).astype(float)
    y = rng.integers(0, 3, n)
    best = best_by_trying(X, y, min_leaf)
    split = tree.best_split(X, y, min_leaf)
    if best is None:
        assert split is None
        return
    feature, threshold = split
    left = X[:, feature] <= threshold
    cost = sum(
        len(part) * float(tree.gini(np.bincount(part))) for part in (y[left], y[~left])
    )
    assert cost == pytest.approx(best, abs=1e-7)
    below, above = X[left, feature].max(), X[~left, feature].min()
    assert threshold == (below + above) / 2
    assert min(left.sum(), (~left).sum()) >= min_leaf


def test_best_split_breaks_ties_by_feature_then_threshold():
    X = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0], [4.0, 4.0]])
    assert tree.best_split(X, np.array([0, 1, 0, 1])) == (0, 1.5)
    assert tree.best_split(X[:, ::-1] * [1, 2], np.array([0, 0, 1, 1])) == (0, 2.5)
    assert tree.best_split(X, np.array([0, 1, 1, 1]), 2) == (0, 2.5)
    assert tree.best_split(X, np.array([0, 1, 1, 1]), 3) is None
    assert tree.best_split(X[:2], np.array([0, 1])) == (0, 1.5)
    assert tree.best_split(X[:1], np.array([0])) is None


def test_threshold_stays_below_the_larger_value():
    low = np.nextafter(1.0, 2.0)
    high = np.nextafter(low, 2.0)
    assert (low + high) / 2 == high  # the midpoint rounds up
    X, y = np.array([[low], [high]]), np.array([0, 1])
    assert tree.best_split(X, y) == (0, low)
    assert tree.predict(tree.grow(X, y, 1), X).tolist() == [0, 1]


@pytest.mark.parametrize("max_depth", [1, 2, 3])
@pytest.mark.parametrize("load", ["iris", "wine", "breast_cancer"])
def test_tree_equals_scikit_learn_on_data_sets(load, max_depth):
    data = getattr(datasets, f"load_{load}")()
    X = data.data.astype(np.float32).astype(float)  # scikit-learn works in float32
    root = tree.grow(X, data.target, max_depth, min_leaf=5)
    theirs = DecisionTreeClassifier(
        max_depth=max_depth, min_samples_leaf=5, random_state=0
    ).fit(X, data.target)
    share = np.mean(tree.predict(root, X) == theirs.predict(X))
    assert share >= 0.99  # equal but for ties between features
    impurity = theirs.tree_.weighted_n_node_samples * theirs.tree_.impurity
    leaves = theirs.tree_.children_left == -1

    def cost(node, rows):
        if node.left is None:
            counts = np.bincount(data.target[rows], minlength=3).astype(float)
            return len(rows) * float(tree.gini(counts))
        left = X[rows, node.feature] <= node.threshold
        return cost(node.left, rows[left]) + cost(node.right, rows[~left])

    ours = cost(root, np.arange(len(X)))
    assert ours == pytest.approx(impurity[leaves].sum(), rel=0.02)


@pytest.mark.parametrize("seed", range(6))
def test_tree_predicts_as_scikit_learn_on_continuous_data(seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((300, 4)).astype(np.float32).astype(float)
    y = np.digitize(
        X[:, 0] + 0.5 * X[:, 2] + 0.3 * rng.standard_normal(300), [-0.5, 0.7]
    )
    new = rng.standard_normal((200, 4)).astype(np.float32).astype(float)
    root = tree.grow(X, y, 3, min_leaf=8)
    theirs = DecisionTreeClassifier(max_depth=3, min_samples_leaf=8).fit(X, y)
    assert tree.predict(root, new).tolist() == theirs.predict(new).tolist()


def nodes(node):
    """Return (depth, node) of a tree's nodes."""
    found = [(0, node)]
    if node.left is not None:
        found += [(1 + d, n) for child in node[3:] for d, n in nodes(child)]
    return found


def test_grow_stops_at_pure_nodes_at_the_depth_and_without_a_split():
    xor = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([0, 1, 1, 0])
    assert tree.predict(tree.grow(xor, y, 2), xor).tolist() == y.tolist()
    assert tree.grow(xor, y, 0) == tree.Node(0)
    assert max(d for d, _ in nodes(tree.grow(xor, y, 1))) == 1
    assert len(nodes(tree.grow(xor, y, 9))) == 7
    assert tree.grow(xor, np.full(4, 2), 9) == tree.Node(2)
    assert tree.grow(np.ones((4, 2)), np.array([3, 1, 3, 1]), 9) == tree.Node(1)
    assert tree.grow(xor, y, 9, min_leaf=3) == tree.Node(0)
    assert len(nodes(tree.grow(xor, y, 9, min_leaf=2))) == 3
    assert tree.Node(4) == (4, -1, 0.0, None, None)
    chain = np.arange(6.0)[:, None]
    grown = tree.grow(chain, np.array([0, 1, 0, 1, 0, 1]), 9)
    assert tree.predict(grown, chain).tolist() == [0, 1, 0, 1, 0, 1]
    for _, node in nodes(grown):
        assert (node.left is None) == (node.right is None)


@many
@given(seeds)
def test_gini_is_the_chance_that_two_draws_differ(seed):
    counts = np.random.default_rng(seed).integers(1, 9, (3, 4)).astype(float)
    for row, got in zip(counts, tree.gini(counts), strict=True):
        p = row / row.sum()
        differ = sum(p[i] * p[j] for i in range(4) for j in range(4) if i != j)
        assert got == pytest.approx(differ)


# PCA


@many
@given(seeds, st.sampled_from([(9, 4), (30, 2), (4, 7), (5, 5), (2, 3)]))
def test_pca_equals_scikit_learn(seed, shape):
    n, d = shape
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) * np.arange(1, d + 1) + 10
    for k in range(1, min(n - 1, d) + 1):
        ours, theirs = pca.fit(X, k), PCA(k, svd_solver="full").fit(X)
        signs = np.sign((ours.components * theirs.components_).sum(axis=1))
        expected = theirs.components_ * signs[:, None]
        np.testing.assert_allclose(ours.mean, theirs.mean_)
        np.testing.assert_allclose(ours.components, expected, atol=1e-7)
        np.testing.assert_allclose(ours.variance, theirs.explained_variance_)
        np.testing.assert_allclose(ours.ratio, theirs.explained_variance_ratio_)
        Z = pca.transform(ours, X)
        np.testing.assert_allclose(Z, theirs.transform(X) * signs, atol=1e-7)
        back = theirs.inverse_transform(theirs.transform(X))
        np.testing.assert_allclose(pca.inverse_transform(ours, Z), back, atol=1e-7)
        assert all(row[np.abs(row).argmax()] > 0 for row in ours.components)


def test_pca_of_equal_samples_has_ratios_of_zero():
    for value in (7.0, 0.1):  # three times 0.1, divided by 3, is not 0.1
        found = pca.fit(np.full((3, 3), value), 3)
        assert found.mean.tolist() == [value] * 3
        assert found.variance.tolist() == found.ratio.tolist() == [0, 0, 0]


def test_pca_keeps_a_direction_that_the_covariance_matrix_loses():
    rng = np.random.default_rng(0)
    Q, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    Z = rng.standard_normal((50, 3)) * [1, 1e-3, 1e-10]
    Z -= Z.mean(axis=0)
    right = np.linalg.svd(Z, compute_uv=False)[2] ** 2 / 49
    assert pca.fit(Z @ Q, 3).variance[2] == pytest.approx(right, rel=1e-3)


@pytest.mark.parametrize(("n", "d", "k"), [(1, 3, 1), (5, 3, 0), (5, 3, 4), (3, 5, 4)])
def test_pca_refuses_what_it_cannot_give(n, d, k):
    message = f"k = {k} components of {n} samples with {d} features"
    with pytest.raises(ValueError, match=message):
        pca.fit(np.zeros((n, d)), k)


def test_pca_takes_as_many_components_as_it_can():
    X = np.random.default_rng(0).standard_normal((3, 5))
    assert pca.fit(X, 3).components.shape == (3, 5)
    assert pca.fit(X[:2], 2).variance[1] == pytest.approx(0)
    assert pca.fit(X.T, 3).ratio.sum() == pytest.approx(1)


# Metrics


@many
@given(seeds, st.integers(0, 40), st.integers(2, 5))
def test_confusion_and_scores_equal_scikit_learn(seed, n, classes):
    rng = np.random.default_rng(seed)
    y, predicted = rng.integers(0, classes, n), rng.integers(0, classes, n)
    y[y == classes - 1] = 0  # one class never occurs
    confusion = metrics.confusion_matrix(y, predicted, classes)
    every = list(range(classes))
    if n:
        theirs = sk.confusion_matrix(y, predicted, labels=every)
        assert confusion.tolist() == theirs.tolist()
        scores = sk.precision_recall_fscore_support(
            y, predicted, labels=every, zero_division=0
        )
        for ours, expected in zip(
            metrics.precision_recall_f1(confusion), scores[:3], strict=True
        ):
            np.testing.assert_allclose(ours, expected, atol=1e-12)
    else:
        assert confusion.tolist() == [[0] * classes] * classes
        for ours in metrics.precision_recall_f1(confusion):
            assert ours.tolist() == [0.0] * classes


def test_scores_of_a_class_with_single_samples():
    precision, recall, f1 = metrics.precision_recall_f1(np.array([[1, 0], [0, 0]]))
    assert precision.tolist() == recall.tolist() == f1.tolist() == [1.0, 0.0]


@many
@given(seeds, st.integers(2, 50), st.sampled_from([2, 5, 1000]))
def test_auc_equals_scikit_learn_with_ties(seed, n, levels):
    rng = np.random.default_rng(seed)
    y, score = rng.integers(0, 2, n), rng.integers(0, levels, n) / levels
    y[:2] = [0, 1]
    auc = metrics.roc_auc(y, score)
    assert auc == pytest.approx(sk.roc_auc_score(y, score))
    assert metrics.roc_auc(1 - y, score) == pytest.approx(1 - auc)
    assert metrics.roc_auc(y, np.exp(3 * score)) == pytest.approx(auc)


@pytest.mark.parametrize("label", [0, 1])
def test_auc_needs_both_classes(label):
    with pytest.raises(ValueError, match="AUC needs a positive and a negative"):
        metrics.roc_auc(np.full(4, label), np.arange(4.0))
    both = np.full(4, label)
    both[3] = 1 - label
    assert metrics.roc_auc(both, np.arange(4.0)) == 1 - label


# Naive Bayes

WORDS = ["now", "win", "cash", "noon", "hi", "meeting"]


def mail(seed, n=30):
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 4, (n, len(WORDS)))
    counts[0] = 1  # every word occurs
    labels = rng.integers(0, 2, n)
    labels[:2] = [0, 1]
    messages = [
        [w for w, c in zip(WORDS, row, strict=True) for _ in range(c)] for row in counts
    ]
    order = [WORDS.index(w) for w in sorted(WORDS)]
    return messages, labels.tolist(), counts[:, order]


@many
@given(seeds, st.sampled_from([0.01, 0.5, 1.0, 3.0]))
def test_naive_bayes_equals_scikit_learn(seed, alpha):
    messages, labels, counts = mail(seed)
    model = bayes.train(messages, labels, alpha)
    theirs = MultinomialNB(alpha=alpha).fit(counts, labels)
    assert list(model.column) == sorted(WORDS)
    assert list(model.column.values()) == list(range(6))
    np.testing.assert_allclose(model.log_prior, theirs.class_log_prior_)
    np.testing.assert_allclose(model.log_likelihood, theirs.feature_log_prob_)
    joint = [bayes.log_joint(model, message) for message in messages]
    np.testing.assert_allclose(joint, theirs.predict_joint_log_proba(counts))
    p = [bayes.spam_probability(model, message) for message in messages]
    np.testing.assert_allclose(p, theirs.predict_proba(counts)[:, 1])


def test_naive_bayes_smooths_by_one_unless_told_otherwise():
    messages, labels, counts = mail(0)
    theirs = MultinomialNB(alpha=1.0).fit(counts, labels)
    model = bayes.train(messages, labels)
    np.testing.assert_allclose(model.log_likelihood, theirs.feature_log_prob_)


def test_unseen_words_and_empty_messages_leave_the_prior():
    messages, labels, _ = mail(1)
    model = bayes.train(messages, labels)
    for message in ([], ["unseen", "words"]):
        np.testing.assert_array_equal(bayes.log_joint(model, message), model.log_prior)
        share = np.mean(labels)
        assert bayes.spam_probability(model, message) == pytest.approx(share)


def test_long_messages_stay_finite():
    model = bayes.train([["win", "now"], ["hi", "now"]], [1, 0])
    assert bayes.spam_probability(model, ["now"] * 100_000) == pytest.approx(0.5)
    assert bayes.spam_probability(model, ["win"] * 100_000) == pytest.approx(1.0)
    assert bayes.spam_probability(model, ["hi"] * 100_000) == pytest.approx(0.0)


@pytest.mark.parametrize("alpha", [0.0, -1.0])
def test_training_needs_smoothing(alpha):
    with pytest.raises(ValueError, match="alpha must be positive"):
        bayes.train([["a"], ["b"]], [0, 1], alpha)


@pytest.mark.parametrize("labels", [[0, 0], [1, 1], [0, 2], []])
def test_training_needs_ham_and_spam(labels):
    with pytest.raises(ValueError, match="there must be ham and spam"):
        bayes.train([["a"], ["b"]], labels)


def test_training_needs_a_label_for_each_message():
    with pytest.raises(ValueError, match="shorter|longer"):
        bayes.train([["a"], ["b"], ["c"]], [0, 1])
