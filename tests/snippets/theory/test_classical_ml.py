"""The page's functions against scikit-learn, torch and their definitions."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from scipy.special import expit
from sklearn import cluster, linear_model, metrics, neighbors, svm

from snippets import Array
from snippets.theory import classical_ml as m

RNG = np.random.default_rng(0)
seeds = st.integers(0, 10_000)


def two_classes(n: int = 60, gap: float = 1.0) -> tuple[Array, Array]:
    """Overlapping Gaussian classes in the plane, labels +1 and -1."""
    y = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
    noise = np.random.default_rng(0).standard_normal((n, 2))
    return noise + gap * y[:, None] + [0.5, 0], y


def test_squared_distances_and_sigmoid_equal_scipy() -> None:
    a, b = RNG.standard_normal((5, 3)), RNG.standard_normal((4, 3))
    np.testing.assert_allclose(m.squared_distances(a, b), cdist(a, b) ** 2)
    z = np.array([-1000.0, -30, -1, 0, 2, 1000])
    np.testing.assert_allclose(m.sigmoid(z), expit(z), atol=1e-15)


def test_grid_blobs_lie_around_their_grid_points() -> None:
    x, y = m.grid_blobs(np.random.default_rng(1))
    for j, (row, column) in enumerate(itertools.product(range(3), range(3))):
        blob = x[y == j]
        np.testing.assert_allclose(blob.mean(axis=0), [2 * row, 2 * column], atol=0.3)
    residual = x - 2 * np.column_stack([y // 3, y % 3])
    assert residual.std() == pytest.approx(0.3, rel=0.1)


def test_two_moons_are_half_circles_with_the_asked_noise() -> None:
    x, y = m.two_moons(2000, 0.0, np.random.default_rng(0))
    centers = np.where(y[:, None] == 0, [0, 0], [1, 0.5])
    np.testing.assert_allclose(np.linalg.norm(x - centers, axis=1), 1)
    assert np.all((x[:, 1] - centers[:, 1]) * (1 - 2 * y) >= 0)
    assert np.bincount(y).tolist() == [1000, 1000]
    noisy, _ = m.two_moons(2000, 0.2, np.random.default_rng(0))
    assert (noisy - x).std() == pytest.approx(0.2, rel=0.05)


@settings(deadline=None, max_examples=30)
@given(seeds, st.integers(1, 6))
def test_kmeans_equals_scikit_learn_and_never_rises(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((40, 2))
    start = x[:k]
    centers, label, objective = m.kmeans(x, start)
    oracle = cluster.KMeans(k, init=start, n_init=1, tol=0, algorithm="lloyd").fit(x)
    np.testing.assert_allclose(centers, oracle.cluster_centers_)
    np.testing.assert_array_equal(label, oracle.labels_)
    assert objective[-1] == pytest.approx(oracle.inertia_)
    assert np.all(np.diff(objective[:-1]) < 1e-9)
    assert objective[0] == pytest.approx(np.sum(cdist(x, start).min(axis=1) ** 2))


def test_kmeans_stops_after_the_asked_steps_and_leaves_its_input() -> None:
    x, _ = m.grid_blobs(np.random.default_rng(0))
    start = x[:9].copy()
    once = m.kmeans(x, start, steps=1)
    assert len(once[2]) == 1
    np.testing.assert_array_equal(start, x[:9])
    means = [x[once[1] == j].mean(axis=0) for j in range(9)]
    np.testing.assert_allclose(once[0], means)
    assert len(m.kmeans(x, start)[2]) < 100


def test_kmeans_runs_a_hundred_steps_at_most() -> None:
    line = np.arange(800.0)[:, None]
    assert len(m.kmeans(line, line[:25], steps=1000)[2]) > 101
    assert len(m.kmeans(line, line[:25])[2]) == 100


def test_kmeans_keeps_the_center_of_an_empty_cluster() -> None:
    x = np.array([[0.0], [1.0]])
    centers, label, objective = m.kmeans(x, np.array([[0.0], [50.0]]))
    np.testing.assert_allclose(centers, [[0.5], [50.0]])
    assert label.tolist() == [0, 0]
    assert objective == [1.0, 0.5]


def test_kmeans_plus_plus_draws_by_squared_distance() -> None:
    x = np.array([[0.0], [1.0], [3.0]])
    first, second = np.zeros(3), np.zeros((3, 3))
    rng = np.random.default_rng(0)
    for _ in range(6000):
        drawn = m.kmeans_plus_plus(x, 2, rng)
        assert drawn.shape == (2, 1)
        i, j = (int(np.flatnonzero(x[:, 0] == c)[0]) for c in drawn[:, 0])
        first[i] += 1
        second[i, j] += 1
    np.testing.assert_allclose(first / 6000, 1 / 3, atol=0.03)
    squared = cdist(x, x) ** 2
    expected = squared / squared.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(second / first[:, None], expected, atol=0.03)
    assert sorted(m.kmeans_plus_plus(x, 3, rng)[:, 0]) == [0, 1, 3]


@settings(deadline=None, max_examples=40)
@given(seeds, st.sampled_from([0.2, 0.5, 1.0]), st.integers(1, 6))
def test_dbscan_equals_scikit_learn(seed: int, eps: float, min_points: int) -> None:
    x = np.random.default_rng(seed).standard_normal((50, 2))
    oracle = cluster.DBSCAN(eps=eps, min_samples=min_points).fit(x)
    np.testing.assert_array_equal(m.dbscan(x, eps, min_points), oracle.labels_)


@settings(deadline=None, max_examples=40)
@given(seeds, st.integers(2, 6))
def test_silhouette_equals_scikit_learn(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((25, 3))
    label = np.concatenate([np.arange(k), rng.integers(1, k, 25 - k)]) * 2 + 1
    expected = metrics.silhouette_score(x, label)
    assert m.silhouette(x, label) == pytest.approx(expected)


@settings(deadline=None, max_examples=40)
@given(seeds, st.integers(1, 30))
def test_knn_equals_scikit_learn(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((30, 3)), rng.integers(0, 3, 30)
    queries = rng.standard_normal((20, 3))
    oracle = neighbors.KNeighborsClassifier(k, algorithm="brute").fit(x, y)
    np.testing.assert_array_equal(
        m.knn_predict(x, y, queries, k), oracle.predict(queries)
    )


@pytest.mark.parametrize("k", [0, 4, -1])
def test_knn_refuses_a_k_outside_the_sample(k: int) -> None:
    with pytest.raises(ValueError, match=r"^k must lie between 1 and the number"):
        m.knn_predict(np.zeros((3, 1)), np.zeros(3, int), np.zeros((1, 1)), k)


def test_relative_contrast_of_known_distances() -> None:
    x = np.array([[3.0, 4.0], [0.0, 2.0]])
    assert m.relative_contrast(x, np.zeros(2)) == pytest.approx((5 - 2) / 2)


@settings(deadline=None, max_examples=40)
@given(seeds)
def test_perceptron_separates_within_the_mistake_bound(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.standard_normal(3)
    x = np.column_stack([rng.standard_normal((60, 2)), np.ones(60)])
    margin = x @ truth / np.linalg.norm(truth)
    x, margin = x[np.abs(margin) > 0.1], margin[np.abs(margin) > 0.1]
    w, mistakes, separated = m.perceptron(x, np.sign(margin), epochs=1000)
    assert separated
    assert np.all(np.sign(margin) * (x @ w) > 0)
    radius = np.linalg.norm(x, axis=1).max()
    assert 1 <= mistakes <= (radius / np.abs(margin).min()) ** 2


def test_perceptron_equals_scikit_learn() -> None:
    x, y = two_classes(gap=0.5)
    w, mistakes, separated = m.perceptron(x, y, epochs=7)
    oracle = linear_model.Perceptron(
        fit_intercept=False, shuffle=False, tol=None, max_iter=7
    ).fit(x, y)
    np.testing.assert_allclose(w, oracle.coef_[0])
    assert not separated
    replay, count = np.zeros(2), 0
    for x_i, y_i in [*zip(x, y, strict=True)] * 7:
        if y_i * (replay @ x_i) <= 0:
            replay, count = replay + y_i * x_i, count + 1
    assert mistakes == count


def test_perceptron_makes_a_hundred_passes_unless_told() -> None:
    x = np.array([[1.0], [1.0]])
    w, mistakes, separated = m.perceptron(x, np.array([1.0, -1.0]))
    assert (w.tolist(), mistakes, separated) == ([0.0], 200, False)
    with pytest.raises(ValueError, match="zip"):
        m.perceptron(x, np.ones(1))


def test_logistic_loss_equals_torch() -> None:
    x, y = two_classes()
    w = torch.tensor([0.3, -2.0], dtype=torch.float64, requires_grad=True)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(
        torch.tensor(x) @ w, torch.tensor((y + 1) / 2)
    )
    loss = loss + 0.7 / 2 * w @ w
    loss.backward()
    got, gradient = m.logistic_loss(np.array([0.3, -2.0]), x, (y + 1) / 2, l2=0.7)
    assert got == pytest.approx(loss.item())
    assert w.grad is not None
    np.testing.assert_allclose(gradient, w.grad.numpy())


def test_logistic_regression_equals_scikit_learn() -> None:
    x, y = two_classes()
    for l2 in (0.01, 1.0):
        oracle = linear_model.LogisticRegression(
            C=1 / (l2 * len(y)), fit_intercept=False, tol=1e-10
        ).fit(x, y)
        w = m.logistic_regression(x, (y + 1) / 2, l2, steps=3000)
        np.testing.assert_allclose(w, oracle.coef_[0], atol=1e-5)


def test_logistic_regression_steps_by_one_over_the_smoothness() -> None:
    x, y = two_classes(8)
    target, l2 = (y + 1) / 2, 0.1
    largest = np.linalg.eigvalsh(x.T @ x / 8).max()
    w = np.zeros(2)
    for _ in range(3):
        w = w - m.logistic_loss(w, x, target, l2)[1] / (largest / 4 + l2)
    np.testing.assert_allclose(m.logistic_regression(x, target, l2, 3), w)


def test_logistic_regression_takes_a_thousand_steps_unless_told() -> None:
    x, y = np.array([[1.0], [-1.0]]), np.array([1.0, 0.0])  # w grows for ever
    w = m.logistic_regression(x, y, 0)
    np.testing.assert_array_equal(w, m.logistic_regression(x, y, 0, 1000))
    assert w < m.logistic_regression(x, y, 0, 1001)


def test_squared_loss_of_a_sigmoid_is_convex_above_minus_log_two_only() -> None:
    z = torch.linspace(-4, 4, 81, dtype=torch.float64, requires_grad=True)
    loss = ((torch.sigmoid(z) - 1) ** 2).sum()
    (slope,) = torch.autograd.grad(loss, z, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.sum(), z)
    p = torch.sigmoid(z)
    formula = 2 * p * (1 - p) ** 2 * (3 * p - 1)
    torch.testing.assert_close(curvature, formula)
    assert torch.equal(curvature > 0, z > -np.log(2))


@pytest.mark.parametrize(("c", "gap"), [(1.0, 1.0), (0.05, 1.0), (1.0, 2.5)])
def test_linear_svm_reaches_the_objective_of_scikit_learn(c: float, gap: float) -> None:
    x, y = two_classes(gap=gap)
    l2 = 1 / (c * len(y))

    def objective(w: Array, b: float) -> float:
        hinge = np.maximum(0, 1 - y * (x @ w + b))
        return float(hinge.mean() + l2 / 2 * (w @ w))

    w, b = m.linear_svm(x, y, l2)
    oracle = svm.SVC(kernel="linear", C=c, tol=1e-8).fit(x, y)
    least = objective(oracle.coef_[0], oracle.intercept_[0])
    assert objective(w, b) == pytest.approx(least, rel=1e-3)
    np.testing.assert_allclose(w, oracle.coef_[0], atol=0.02)


@pytest.mark.parametrize("steps", [1, 4, 5])
def test_linear_svm_takes_subgradient_steps_and_averages_the_last_half(
    steps: int,
) -> None:
    x, y = two_classes(10)
    l2, trace = 0.5, []
    theta = torch.zeros(3, dtype=torch.float64)
    for t in range(steps):
        theta = theta.clone().requires_grad_()
        score = torch.tensor(x) @ theta[:2] + theta[2]
        hinge = torch.clamp(1 - torch.tensor(y) * score, min=0).mean()
        (hinge + l2 / 2 * theta[:2] @ theta[:2]).backward()
        assert theta.grad is not None
        theta = theta.detach() - theta.grad / (1 + l2 * t)
        trace.append(theta.numpy())
    w, b = m.linear_svm(x, y, l2, steps)
    np.testing.assert_allclose([*w, b], np.mean(trace[steps // 2 :], axis=0))


def test_linear_svm_is_not_pushed_by_a_sample_on_the_margin() -> None:
    w, b = m.linear_svm(np.zeros((1, 1)), np.ones(1), l2=0, steps=2)
    assert (w.tolist(), b) == ([0.0], 1.0)  # f = 1 after the first step


def test_linear_svm_takes_twenty_thousand_steps_unless_told() -> None:
    x, y = two_classes(4)
    expected = m.linear_svm(x, y, 0.1, steps=20_000)
    np.testing.assert_array_equal(m.linear_svm(x, y, 0.1)[0], expected[0])


def test_rbf_kernel_equals_scikit_learn() -> None:
    a, b = RNG.standard_normal((5, 3)), RNG.standard_normal((4, 3))
    expected = metrics.pairwise.rbf_kernel(a, b, gamma=0.3)
    np.testing.assert_allclose(m.rbf_kernel(a, b, 0.3), expected)


@pytest.mark.parametrize("c", [0.1, 1.0, 10.0])
def test_kernel_svm_closes_the_duality_gap_and_meets_kkt(c: float) -> None:
    x, label = m.two_moons(40, 0.3, np.random.default_rng(3))
    y = np.where(label == 1, 1.0, -1.0)
    gram = m.rbf_kernel(x, x, 1.0)
    alpha = m.kernel_svm(gram, y, c, sweeps=700)
    norm = (alpha * y) @ gram @ (alpha * y)
    margin = y * (gram @ (alpha * y))
    primal = norm / 2 + c * np.maximum(0, 1 - margin).sum()
    assert alpha.sum() - norm / 2 == pytest.approx(primal, rel=1e-6)
    assert alpha.min() >= 0
    assert alpha.max() <= c
    assert np.all(margin[alpha < 1e-9] >= 1 - 1e-4)
    assert np.all(margin[alpha > c - 1e-9] <= 1 + 1e-4)
    free = (alpha > 1e-6) & (alpha < c - 1e-6)
    np.testing.assert_allclose(margin[free], 1, atol=1e-4)


def test_kernel_svm_with_a_linear_kernel_equals_linear_svc() -> None:
    x, y = two_classes()
    alpha = m.kernel_svm(x @ x.T, y, c=0.5)
    oracle = svm.LinearSVC(
        loss="hinge", C=0.5, fit_intercept=False, tol=1e-10, max_iter=1_000_000
    ).fit(x, y)
    np.testing.assert_allclose((alpha * y) @ x, oracle.coef_[0], atol=1e-4)


def test_kernel_svm_makes_three_hundred_sweeps_unless_told() -> None:
    x, label = m.two_moons(40, 0.3, np.random.default_rng(0))
    y = np.where(label == 1, 1.0, -1.0)
    gram = m.rbf_kernel(x, x, 0.01)  # nearly singular: slow to converge
    alpha = m.kernel_svm(gram, y, c=100)
    np.testing.assert_array_equal(alpha, m.kernel_svm(gram, y, 100, sweeps=300))
    assert np.any(alpha != m.kernel_svm(gram, y, 100, sweeps=301))
