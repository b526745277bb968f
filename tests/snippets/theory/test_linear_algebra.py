"""The page's functions against NumPy, SciPy, scikit-learn and their definitions."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LinearRegression, Ridge

from snippets import Array
from snippets.theory import linear_algebra as m


def normal(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


def symmetric(eigenvalues: Array, seed: int = 0) -> Array:
    """Symmetric matrix with the given eigenvalues."""
    Q = np.asarray(stats.ortho_group.rvs(len(eigenvalues), random_state=seed))
    return np.asarray(Q * eigenvalues @ Q.T)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 8), st.integers(0, 99))
def test_rank_of_a_product_and_numpy(rows: int, cols: int, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    A: Array = 1.0 * rng.integers(-3, 4, (rows, k)) @ rng.integers(-3, 4, (k, cols))
    assert m.numerical_rank(A) == np.linalg.matrix_rank(A) <= min(rows, cols, k)
    assert m.numerical_rank(A) == m.numerical_rank(A.T)


def test_rank_tolerance_is_relative_strict_and_numpys() -> None:
    for scale in (1e-30, 1.0, 1e30):
        A = scale * np.diag([4.0, 1.0, 0.25])
        assert m.numerical_rank(A) == 3
        assert m.numerical_rank(A, rtol=0.25) == 1  # 1 is not above 0.25 * 4
        assert m.numerical_rank(A, rtol=0.24) == 2
    eps = np.finfo(float).eps
    for factor in (3.5, 4.5):  # around max(2, 4) * eps
        A = np.zeros((2, 4))
        A[0, 0], A[1, 1] = 1.0, factor * eps
        assert m.numerical_rank(A) == np.linalg.matrix_rank(A) == 1 + (factor > 4)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_random_orthogonal_is_orthogonal_and_reproducible(n: int) -> None:
    Q = m.random_orthogonal(n, np.random.default_rng(n))
    np.testing.assert_allclose(Q.T @ Q, np.eye(n), atol=1e-12)
    np.testing.assert_allclose(Q @ Q.T, np.eye(n), atol=1e-12)
    G = np.random.default_rng(n).standard_normal((n, n))
    R = Q.T @ G  # the QR factorization with a positive diagonal is unique
    np.testing.assert_allclose(R, np.triu(R), atol=1e-12)
    assert np.all(np.diag(R) > 0)


def test_random_orthogonal_has_uniform_angles() -> None:
    rng = np.random.default_rng(0)
    angles = []
    for _ in range(500):
        Q = m.random_orthogonal(2, rng)
        angles.append(np.arctan2(Q[1, 0], Q[0, 0]) / (2 * np.pi) + 0.5)
    assert stats.kstest(angles, "uniform").pvalue > 0.01


def test_product_singular_values_are_those_of_the_product_in_order() -> None:
    W1, W2, W3 = normal(3, 4, 4)
    expected = scipy.linalg.svdvals(W3 @ W2 @ W1)
    np.testing.assert_allclose(m.product_singular_values([W1, W2, W3]), expected)
    np.testing.assert_allclose(
        m.product_singular_values([W1]), np.linalg.svd(W1, compute_uv=False)
    )


def test_power_iteration_equals_eigh() -> None:
    for spectrum in ([-5.0, 1.0, 2.0, 3.0], [4.0, 1.0, -2.0, 0.5]):
        A = symmetric(np.array(spectrum))
        value, v = m.power_iteration(A, 200)
        values, vectors = np.linalg.eigh(A)
        top = int(np.argmax(np.abs(values)))
        assert value == pytest.approx(values[top])
        assert np.linalg.norm(v) == pytest.approx(1)
        assert abs(v @ vectors[:, top]) == pytest.approx(1)


def test_power_iteration_does_the_steps_from_the_seed() -> None:
    A = symmetric(np.array([1.0, 2.0, 3.0]))
    for steps, seed in ((0, 0), (1, 0), (3, 5)):
        start = np.random.default_rng(seed).standard_normal(3)
        expected = np.linalg.matrix_power(A, steps) @ start
        expected /= np.linalg.norm(expected)
        value, v = m.power_iteration(A, steps, seed)
        np.testing.assert_allclose(v, expected)
        assert value == pytest.approx(expected @ A @ expected)
    np.testing.assert_array_equal(
        m.power_iteration(A, 2)[1], m.power_iteration(A, 2, seed=0)[1]
    )


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(-2, 5), min_size=1, max_size=6), st.integers(0, 99))
def test_positive_definite_agrees_with_the_eigenvalues(
    spectrum: list[float], seed: int
) -> None:
    if len(spectrum) == 1:
        A = np.array([spectrum])
    else:
        A = symmetric(np.array(spectrum), seed)
    lowest = float(np.linalg.eigvalsh(A)[0])
    if abs(lowest) > 1e-9:
        assert m.is_positive_definite(A) == (lowest > 0)


def test_cholesky_equals_numpy() -> None:
    A = symmetric(np.array([0.5, 1.0, 2.0, 3.0, 9.0]))
    L = m.cholesky(A)
    np.testing.assert_allclose(L, np.linalg.cholesky(A), atol=1e-12)
    np.testing.assert_array_equal(L, np.tril(L))
    whole = m.cholesky(np.array([[4, 2], [2, 2]]))  # integers are not truncated
    np.testing.assert_allclose(whole, [[2, 0], [1, 1]])
    third = m.cholesky(np.array([[2, 1], [1, 2]]))
    np.testing.assert_allclose(third @ third.T, [[2, 1], [1, 2]])


def test_cholesky_refuses_asymmetric_and_semidefinite_matrices() -> None:
    with pytest.raises(ValueError, match="^A must be symmetric$"):
        m.cholesky(np.array([[1.0, 0.5], [0.0, 1.0]]))
    for A in (np.ones((2, 2)), np.zeros((1, 1)), -np.eye(2)):
        with pytest.raises(ValueError, match="^A is not positive definite$"):
            m.cholesky(A)
        assert not m.is_positive_definite(A)
    assert not m.is_positive_definite(np.array([[1.0, 0.5], [0.0, 1.0]]))


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 7), st.integers(1, 7), st.integers(0, 99), st.data())
def test_low_rank_error_is_the_tail_of_the_singular_values(
    rows: int, cols: int, seed: int, data: st.DataObject
) -> None:
    k = data.draw(st.integers(1, min(rows, cols)))
    A = normal(rows, cols, seed=seed)
    B, C = m.low_rank(A, k)
    assert B.shape == (rows, k)
    assert C.shape == (k, cols)
    tail = scipy.linalg.svdvals(A)[k:]
    assert np.linalg.norm(A - B @ C) == pytest.approx(np.sqrt(np.sum(tail**2)))
    largest = tail[0] if len(tail) else 0.0
    assert np.linalg.norm(A - B @ C, 2) == pytest.approx(largest)
    rival = normal(rows, k, seed=seed + 1)  # best fit within a random subspace
    others = rival @ np.linalg.lstsq(rival, A, rcond=None)[0]
    assert np.linalg.norm(A - others) >= np.linalg.norm(A - B @ C) - 1e-9


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.floats(-10, 10), min_size=1, max_size=6),
    st.sampled_from([1.0, 1.5, 2.0, 3.0, np.inf]),
)
def test_lp_norm_equals_numpy(x: list[float], p: float) -> None:
    assert m.lp_norm(np.array(x), p) == pytest.approx(np.linalg.norm(x, p))


def test_lp_norm_refuses_what_is_no_norm() -> None:
    with pytest.raises(ValueError, match="^p must be at least 1$"):
        m.lp_norm(np.ones(2), 0.99)


def test_hoelder_pairs_are_dual() -> None:
    g = normal(5)
    worst = max(g @ signs for signs in 2 * np.indices([2] * 5).reshape(5, -1).T - 1.0)
    assert m.lp_norm(g, 1) == pytest.approx(worst)  # over the corners of the cube
    assert m.lp_norm(g, 2) == pytest.approx(g @ g / np.linalg.norm(g))


@pytest.mark.parametrize("shape", [(6, 6), (3, 7), (7, 3), (1, 1)])
def test_spectral_norm_equals_numpy(shape: tuple[int, int]) -> None:
    W = normal(*shape, seed=4)
    exact = np.linalg.norm(W, 2)
    assert m.spectral_norm(W, 2000) == pytest.approx(exact)
    assert m.spectral_norm(W, 1) <= exact * (1 + 1e-12)


def test_spectral_norm_does_the_steps_from_the_seed() -> None:
    W = normal(4, 3)
    for steps, seed in ((1, 0), (3, 5), (100, 0)):
        v = np.random.default_rng(seed).standard_normal(3)
        v = np.linalg.matrix_power(W.T @ W, steps) @ v
        expected = np.linalg.norm(W @ v) / np.linalg.norm(v)
        assert m.spectral_norm(W, steps, seed) == pytest.approx(expected)
    near = np.diag([1.0, 0.99])  # not yet converged: the defaults show
    assert m.spectral_norm(near) == m.spectral_norm(near, 100, 0)
    assert m.spectral_norm(near) != m.spectral_norm(near, 101, 0)


def test_picture_is_a_gray_image_of_high_rank() -> None:
    image = m.picture(64)
    assert image.shape == (64, 64)
    assert image.min() >= 0
    assert image.max() == 1
    assert image[0, 0] == 0.75  # sky
    assert image[13, 50] == 1.0  # sun
    assert image[24, 20] == 0.25  # roof
    assert image[36, 15] == image[36, 25] == 0.1  # windows
    assert image[36, 20] == image[36, 12] == 0.85  # wall
    assert image[45, 50] == 0.15  # trunk
    assert image[33, 50] == 0.3  # crown
    assert np.linalg.matrix_rank(image) > 30


def test_picture_has_open_edges() -> None:
    image = m.picture(100)
    hill, roof = 0.5, 0.25
    assert image[74, 0] == image[74, 17] == image[60, 16] == hill
    assert image[45, 14] == image[38, 42] == roof
    assert image[46, 14] != roof
    assert image[38, 43] != roof


def test_picture_has_waves() -> None:
    image = m.picture(100)
    for row, column in ((95, 3), (97, 41)):  # the meadow below the fence
        phase = 70 * column / 100 + 90 * (row / 100 - 0.5) ** 2
        assert image[row, column] == pytest.approx(0.45 + 0.12 * np.sin(phase))
    for column in (0, 58, 99):  # the nearer hill beside house and tree
        ridge = 0.55 + 0.08 * np.sin(9 * column / 100 + 11)
        rows = np.flatnonzero(image[:74, column] == 0.5)
        assert rows[0] == np.floor(100 * ridge) + 1


@pytest.mark.parametrize("seed", range(3))
def test_full_rank_least_squares_equal_numpy(seed: int) -> None:
    X, y = normal(20, 4, seed=seed), normal(20, 3, seed=seed + 9)
    expected = np.linalg.lstsq(X, y, rcond=None)[0]
    np.testing.assert_allclose(m.normal_equations(X, y), expected)
    np.testing.assert_allclose(m.least_squares(X, y), expected)
    np.testing.assert_allclose(m.least_squares(X, y[:, 0]), expected[:, 0])
    residual = y - X @ m.least_squares(X, y)
    np.testing.assert_allclose(X.T @ residual, 0, atol=1e-12)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 8), st.integers(1, 8), st.integers(1, 4), st.integers(0, 99))
def test_least_squares_of_any_rank_is_the_shortest_minimizer(
    n: int, d: int, k: int, seed: int
) -> None:
    X = normal(n, k, seed=seed) @ normal(k, d, seed=seed + 1)
    y = normal(n, seed=seed + 2)
    w = m.least_squares(X, y)
    np.testing.assert_allclose(w, np.linalg.pinv(X, rcond=1e-10) @ y, atol=1e-6)


def test_least_squares_drops_only_what_rounding_explains() -> None:
    eps = np.finfo(float).eps
    for factor, kept in ((2.5, False), (4.0, False), (4.5, True)):  # 4 eps s_1
        X = np.zeros((4, 2))
        X[0, 0], X[1, 1] = 8.0, 8 * factor * eps
        w = m.least_squares(X, np.array([8.0, 8 * factor * eps, 0, 0]))
        np.testing.assert_allclose(w, [1.0, float(kept)])


def test_minimum_norm_is_the_limit_of_ridge() -> None:
    X, y = normal(5, 8), normal(5, seed=1)
    ridge = Ridge(alpha=1e-9, fit_intercept=False, solver="svd").fit(X, y)
    np.testing.assert_allclose(m.least_squares(X, y), ridge.coef_, atol=1e-7)


def test_linear_regression_equals_scikit_learn_and_a_constant_column() -> None:
    X, Y = normal(30, 4) + 5, normal(30, 2, seed=1) - 3
    W, b = m.linear_regression(X, Y)
    model = LinearRegression().fit(X, Y)
    np.testing.assert_allclose(W, model.coef_.T)
    np.testing.assert_allclose(b, model.intercept_)
    appended = m.normal_equations(np.column_stack([X, np.ones(30)]), Y)
    np.testing.assert_allclose(np.vstack([W, b]), appended)


def test_condition_number_equals_numpy() -> None:
    for A in (normal(5, 3), normal(4, 4), np.diag([1.0, 1e-9])):
        assert m.condition_number(A) == pytest.approx(np.linalg.cond(A))
    with np.errstate(divide="raise"):
        assert m.condition_number(np.diag([3.0, 1.0, 0.0])) == np.inf
    assert m.condition_number(np.eye(3) * 7) == pytest.approx(1)


def test_condition_number_bounds_the_error_of_a_solution() -> None:
    A, x = np.diag([1.0, 1e-3]), np.array([1.0, 0.0])
    change = np.array([0.0, 1e-6])  # the worst direction, where b has nothing
    moved = np.linalg.solve(A, A @ x + change)
    growth = np.linalg.norm(moved - x) / (1e-6 / np.linalg.norm(A @ x))
    assert growth == pytest.approx(m.condition_number(A))


@pytest.mark.parametrize("k", [1, 3])
def test_pca_equals_scikit_learn_up_to_signs(k: int) -> None:
    X = normal(40, 3) @ normal(3, 3, seed=1) + [1.0, 20.0, -3.0]
    mean, components, ratio = m.pca(X, k)
    model = PCA(k).fit(X)
    np.testing.assert_allclose(mean, model.mean_)
    np.testing.assert_allclose(ratio, model.explained_variance_ratio_)
    assert components.shape == (k, 3)
    signs = np.sign(np.sum(components * model.components_, axis=1, keepdims=True))
    np.testing.assert_allclose(components * signs, model.components_)


def test_pca_is_the_eigendecomposition_of_the_covariance() -> None:
    X = normal(30, 4) * [4, 3, 2, 1]
    _, components, ratio = m.pca(X, 4)
    values = np.linalg.eigvalsh(np.cov(X.T))[::-1]
    np.testing.assert_allclose(ratio, values / values.sum())
    cov = np.cov(X.T)
    np.testing.assert_allclose(cov @ components.T, components.T * values, atol=1e-9)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 99))
def test_variance_kept_and_error_add_up_and_pca_is_best(seed: int) -> None:
    X, u = normal(15, 4, seed=seed) + 2, normal(4, seed=seed + 1)
    u /= np.linalg.norm(u)
    kept, lost = m.split_by_direction(X, u)
    assert kept == pytest.approx(np.var(X @ u))
    assert kept + lost == pytest.approx(X.var(axis=0).sum())
    best, rest = m.split_by_direction(X, m.pca(X, 1)[1][0])
    assert best >= kept - 1e-12
    assert rest <= lost + 1e-12


def test_cloud_has_the_moments_it_is_drawn_from() -> None:
    X = m.cloud(100_000)
    np.testing.assert_allclose(X.mean(axis=0), [1, 2], atol=0.03)
    a, b = 4.0, 0.36  # variances along the axes at 30 and 120 degrees
    c, s = np.sqrt(3) / 2, 0.5
    expected = [
        [a * c * c + b * s * s, (a - b) * c * s],
        [(a - b) * c * s, a * s * s + b * c * c],
    ]
    np.testing.assert_allclose(np.cov(X.T), expected, atol=0.05)


def test_lda_direction_equals_scikit_learn() -> None:
    y = np.repeat([0.0, 1.0], [30, 50])
    X = normal(80, 3) @ normal(3, 3, seed=1) + np.outer(y, [1.0, -2.0, 0.5])
    w = m.lda_direction(X, y)
    expected = LinearDiscriminantAnalysis(solver="svd").fit(X, y).coef_[0]
    np.testing.assert_allclose(w, expected / np.linalg.norm(expected))
