import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, special, stats
from sklearn.linear_model import Lasso, Ridge

from snippets.theory import calculus_and_optimization as calc

few = settings(deadline=None, max_examples=40)
seeds = st.integers(0, 10_000)


def torch_function(x):
    return torch.stack([x[0] * x[1], torch.sin(x[2]), x.square().sum()])


def numpy_function(x):
    return np.array([x[0] * x[1], np.sin(x[2]), np.sum(x**2)])


# Derivatives


@few
@given(seeds)
def test_numerical_jacobian_equals_torch_jacrev(seed):
    x = np.random.default_rng(seed).standard_normal(3)
    expected = torch.func.jacrev(torch_function)(torch.tensor(x)).numpy()
    got = calc.numerical_jacobian(numpy_function, x)
    np.testing.assert_allclose(got, expected, atol=1e-8)


def test_numerical_jacobian_is_a_central_difference():
    def cube(x):
        return x**3

    got = calc.numerical_jacobian(cube, np.array([2.0, 1.0]), h=0.5)
    np.testing.assert_allclose(got, np.diag([12.25, 3.25]))  # 3 x^2 + h^2
    assert calc.numerical_jacobian(np.sum, np.ones(4)).shape == (1, 4)


def test_the_default_step_balances_truncation_and_rounding():
    x = np.linspace(0.5, 3, 6)

    def error(h):
        J = calc.numerical_jacobian(np.exp, x, h)
        return np.abs(np.diag(J) / np.exp(x) - 1).max()

    default = np.diag(calc.numerical_jacobian(np.exp, x))
    np.testing.assert_allclose(default, np.exp(x), rtol=2e-10)
    np.testing.assert_array_equal(
        default, np.diag(calc.numerical_jacobian(np.exp, x, h=6e-6))
    )
    assert error(6e-6) < min(error(1e-3), error(1e-9)) / 100


@few
@given(seeds)
def test_gradient_error_tells_right_from_wrong(seed):
    rng = np.random.default_rng(seed)
    A, x = rng.standard_normal((4, 4)), rng.standard_normal(4)

    def f(x):
        return x @ A @ x

    g = (A + A.T) @ x
    assert calc.gradient_error(f, lambda x: (A + A.T) @ x, x) < 1e-6
    wrong = rng.standard_normal(4)
    expected = np.linalg.norm(g - wrong) / (np.linalg.norm(g) + np.linalg.norm(wrong))
    assert calc.gradient_error(f, lambda x: wrong, x) == pytest.approx(
        expected, rel=1e-5
    )


def test_gradient_error_of_a_flat_function_is_zero():
    assert calc.gradient_error(lambda x: np.array(3.0), np.zeros_like, np.ones(2)) == 0
    assert calc.gradient_error(lambda x: np.array(3.0), np.ones_like, np.ones(2)) == 1


@few
@given(seeds)
def test_log_sum_exp_equals_scipy_and_torch(seed):
    z = 3 * np.random.default_rng(seed).standard_normal(5)
    value, gradient, hessian = calc.log_sum_exp(z)
    assert value == pytest.approx(special.logsumexp(z))
    np.testing.assert_allclose(gradient, special.softmax(z))
    t = torch.tensor(z)
    expected = torch.func.hessian(lambda z: torch.logsumexp(z, 0))(t).numpy()
    np.testing.assert_allclose(hessian, expected, atol=1e-12)
    np.testing.assert_allclose(
        calc.numerical_jacobian(lambda z: calc.log_sum_exp(z)[1], z), hessian, atol=1e-8
    )
    assert np.linalg.eigvalsh(hessian).min() > -1e-12


def test_log_sum_exp_of_huge_values_does_not_overflow():
    value, gradient, _ = calc.log_sum_exp(np.array([1000.0, 1000.0]))
    assert value == pytest.approx(1000 + math.log(2), rel=1e-12)
    np.testing.assert_allclose(gradient, [0.5, 0.5])
    low = calc.log_sum_exp(np.array([-1e4, -1e4]))[0]
    assert low == pytest.approx(-1e4 + math.log(2), rel=1e-12)


def test_newton_solves_a_quadratic_in_one_step():
    rng = np.random.default_rng(0)
    R = rng.standard_normal((3, 3))
    H, b, x = R @ R.T + np.eye(3), rng.standard_normal(3), rng.standard_normal(3)
    path = calc.newton(lambda x: H @ x - b, lambda x: H, x, 2)
    assert path.shape == (3, 3)
    np.testing.assert_array_equal(path[0], x)
    np.testing.assert_allclose(path[1], np.linalg.solve(H, b))
    np.testing.assert_allclose(path[2], path[1])


def test_newton_converges_quadratically():
    path = calc.newton(
        lambda x: np.exp(x) - 2, lambda x: np.diag(np.exp(x)), np.zeros(1), 4
    )
    error = np.abs(path[:, 0] - math.log(2))
    # e_{t+1} / e_t^2 tends to f''' / (2 f'') = 1/2
    np.testing.assert_allclose(error[3:] / error[2:-1] ** 2, 0.5, rtol=0.03)


# Automatic differentiation


def expression(x, y, exp, log):
    a = x * y + exp(x) + 2.0
    b = a * a * y * 0.5
    return log(b + exp(a * -0.1)) * a + x


@few
@given(st.floats(-1, 1), st.floats(0.5, 2))
def test_autograd_equals_torch(x, y):
    a, b = calc.Value(x), calc.Value(y)
    out = expression(a, b, calc.Value.exp, calc.Value.log)
    out.backward()
    t = torch.tensor([x, y], dtype=torch.float64, requires_grad=True)
    expected = expression(t[0], t[1], torch.exp, torch.log)
    expected.backward()
    assert out.data == pytest.approx(expected.item())
    np.testing.assert_allclose([a.grad, b.grad], t.grad.numpy())


def test_backward_twice_gives_the_same_gradients():
    x = calc.Value(3.0)
    y = x * x
    y.backward()
    y.backward()
    assert (x.grad, y.grad) == (6.0, 1.0)


def test_leaves_start_without_gradient_and_parents():
    leaf = calc.Value(1.5)
    assert (leaf.data, leaf.grad, leaf.parents) == (1.5, 0.0, ())


def test_shared_subexpressions_cost_one_visit_and_deep_chains_do_not_recurse():
    x = calc.Value(1.0)
    y = x
    for _ in range(5000):  # 2^5000 paths
        y = (y + y) * 0.5
    y.backward()
    assert x.grad == pytest.approx(1.0)


def test_topological_order_puts_parents_first_and_each_node_once():
    x, y = calc.Value(1.0), calc.Value(2.0)
    p = x * y
    root = (p + x) * p
    order = calc.topological_order(root)
    assert len(order) == len(set(order)) == 5
    place = {node: i for i, node in enumerate(order)}
    for node, i in place.items():
        assert all(place[parent] < i for parent, _ in node.parents)
    assert order[-1] is root


@few
@given(st.lists(st.integers(1, 5), min_size=2, max_size=5).map(tuple))
def test_chain_multiplications_counts_products(sizes):
    rng = np.random.default_rng(0)
    J = [rng.random((b, a)) for a, b in itertools.pairwise(sizes)]

    def multiply(A, B):
        return A @ B, A.shape[0] * A.shape[1] * B.shape[1]

    right, forward = J[0], 0
    for matrix in J[1:]:
        right, count = multiply(matrix, right)
        forward += count
    left, reverse = J[-1], 0
    for matrix in reversed(J[:-1]):
        left, count = multiply(left, matrix)
        reverse += count
    np.testing.assert_allclose(left, right)
    assert calc.chain_multiplications(sizes) == (forward, reverse)


# Minima and step sizes


@few
@given(seeds)
def test_two_weight_hessian_equals_torch(seed):
    w = np.random.default_rng(seed).standard_normal(2)
    t = torch.tensor(w)

    def loss(w):
        return (w[1] * w[0] * 1.0 - 1.0) ** 2 / 2

    assert calc.two_weight_loss(w) == pytest.approx(loss(t).item())
    expected = torch.func.hessian(loss)(t).numpy()
    np.testing.assert_allclose(calc.two_weight_hessian(w), expected)


def test_two_weight_loss_violates_convexity_and_takes_grids():
    ends = np.array([[1.0, 1.0], [-1.0, -1.0]])
    np.testing.assert_array_equal(calc.two_weight_loss(ends), [0, 0])
    assert calc.two_weight_loss(ends.mean(axis=0)) == 0.5
    grid = np.random.default_rng(0).random((3, 4, 2))
    assert calc.two_weight_loss(grid).shape == (3, 4)


@few
@given(st.floats(0.01, 2.5), st.integers(1, 20))
def test_gradient_descent_equals_the_closed_form_on_quadratics(scale, steps):
    curvature, start = np.array([4.0, 1.0, 0.5]), np.array([1.0, -2.0, 3.0])
    path = calc.gradient_descent(lambda w: curvature * w, start, scale / 4, steps)
    factor = 1 - scale / 4 * curvature
    expected = start * factor ** np.arange(steps + 1)[:, None]
    np.testing.assert_allclose(path, expected, atol=1e-12)


@few
@given(seeds, st.floats(0.05, 1.95))
def test_descent_lemma_holds_for_logistic_regression(seed, scale):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((20, 3))
    y = np.sign(rng.standard_normal(20))
    L = np.linalg.eigvalsh(X.T @ X).max() / 80  # sigmoid' <= 1/4, mean of 20

    def loss(w):
        return np.logaddexp(0, -y * (X @ w)).mean()

    def gradient(w):
        return -X.T @ (y * special.expit(-y * (X @ w))) / 20

    lr = scale / L
    path = calc.gradient_descent(gradient, rng.standard_normal(3), lr, 5)
    for a, b in itertools.pairwise(path):
        bound = loss(a) - lr * (1 - lr * L / 2) * np.sum(gradient(a) ** 2)
        assert loss(b) <= bound + 1e-12


def test_descent_is_repelled_from_a_minimum_that_is_too_sharp():
    def gradient(w):
        return (w[0] * w[1] - 1) * w[::-1]

    start = np.array([4.0, 0.2501])
    sharp = np.linalg.eigvalsh(calc.two_weight_hessian(np.array([4, 0.25])))[1]
    slow = calc.gradient_descent(gradient, start, 1.9 / sharp, 2000)[-1]
    fast = calc.gradient_descent(gradient, start, 2.1 / sharp, 2000)[-1]
    np.testing.assert_allclose(slow, [4, 0.25], atol=1e-3)
    assert calc.two_weight_loss(fast) < 1e-20
    assert np.linalg.eigvalsh(calc.two_weight_hessian(fast))[1] < 2 / 2.1 * sharp


@few
@given(seeds)
def test_top_curvature_equals_eigvalsh(seed):
    rng = np.random.default_rng(seed)
    Q = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    H = Q @ np.diag([5.0, 2.0, 1.0, -3.0]) @ Q.T
    w = rng.standard_normal(4)
    assert calc.top_curvature(lambda w: H @ w, w) == pytest.approx(5, abs=1e-6)
    once = calc.top_curvature(lambda w: H @ w, w, steps=1)
    v = np.random.default_rng(0).standard_normal(4)
    assert once == pytest.approx(v @ H @ v / (v @ v))


def test_top_curvature_is_local_and_keeps_its_sign():
    curvature = calc.top_curvature(lambda w: w**3, np.array([2.0]))
    assert curvature == pytest.approx(12, abs=1e-7)
    rough = calc.top_curvature(lambda w: w**3, np.array([2.0]), eps=0.5)
    assert rough == pytest.approx(12.25)
    assert calc.top_curvature(lambda w: -7 * w, np.ones(3)) == pytest.approx(-7)


def test_top_curvature_defaults():
    H = np.diag([1.0, 0.9])
    default = calc.top_curvature(lambda w: H @ w, np.ones(2))
    assert default == calc.top_curvature(
        lambda w: H @ w, np.ones(2), steps=100, eps=1e-4
    )
    assert default != calc.top_curvature(lambda w: H @ w, np.ones(2), steps=10)


# Constraints


@few
@given(seeds, st.sampled_from([0.5, 1.0, 3.0]))
def test_projection_satisfies_the_kkt_conditions(seed, total):
    a = 2 * np.random.default_rng(seed).standard_normal(6)
    w = calc.project_to_simplex(a, total)
    nu, mu = calc.multipliers(a, w)
    np.testing.assert_allclose(w - a + nu - mu, 0, atol=1e-12)
    assert w.sum() == pytest.approx(total)
    assert (w >= 0).all()
    assert (mu >= -1e-12).all()
    np.testing.assert_array_equal(mu * w, 0)


@pytest.mark.parametrize("seed", range(5))
def test_projection_equals_a_general_solver(seed):
    a = np.random.default_rng(seed).standard_normal(4)
    result = optimize.minimize(
        lambda w: np.sum((w - a) ** 2) / 2,
        np.full(4, 0.25),
        jac=lambda w: w - a,
        bounds=[(0, None)] * 4,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        method="SLSQP",
        options={"ftol": 1e-14},
    )
    np.testing.assert_allclose(calc.project_to_simplex(a), result.x, atol=1e-6)


def test_projection_leaves_points_of_the_simplex_alone():
    p = np.array([0.2, 0.0, 0.8])
    np.testing.assert_allclose(calc.project_to_simplex(p), p)
    tied = calc.project_to_simplex(np.array([1.0, 0.0]))
    np.testing.assert_array_equal(tied, [1.0, 0.0])


def test_the_multiplier_is_the_price_of_the_constraint():
    a = np.array([1.0, 0.6, -0.5])

    def optimum(total):
        return np.sum((calc.project_to_simplex(a, total) - a) ** 2) / 2

    slope = (optimum(1 + 1e-5) - optimum(1 - 1e-5)) / 2e-5
    nu, _ = calc.multipliers(a, calc.project_to_simplex(a))
    assert slope == pytest.approx(-nu)


# Penalties


def noisy_problem(seed, n=30, d=5):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) * [1, 2, 0.5, 1, 3]
    return X, X @ rng.standard_normal(d) + rng.standard_normal(n)


@few
@given(seeds, st.sampled_from([0.01, 0.1, 1.0]))
def test_ridge_equals_scikit_learn(seed, lam):
    X, y = noisy_problem(seed)
    expected = Ridge(alpha=30 * lam, fit_intercept=False).fit(X, y).coef_
    np.testing.assert_allclose(calc.ridge(X, y, lam), expected, rtol=1e-8)


@few
@given(seeds, st.sampled_from([0.01, 0.1, 1.0]))
def test_lasso_equals_scikit_learn(seed, lam):
    X, y = noisy_problem(seed)
    oracle = Lasso(alpha=lam, fit_intercept=False, tol=1e-12, max_iter=100_000)
    expected = oracle.fit(X, y).coef_
    got = calc.lasso(X, y, lam)
    np.testing.assert_allclose(got, expected, atol=1e-7)
    np.testing.assert_array_equal(got == 0, expected == 0)


def test_lasso_meets_its_optimality_conditions_and_keeps_y():
    X, y, _ = calc.sparse_regression()
    before = y.copy()
    w = calc.lasso(X, y, 0.2)
    np.testing.assert_array_equal(y, before)
    slope = X.T @ (y - X @ w) / len(y)
    np.testing.assert_allclose(slope[w != 0], 0.2 * np.sign(w[w != 0]), atol=1e-9)
    assert (np.abs(slope[w == 0]) < 0.2).all()


def test_lasso_sweeps_stop_where_they_are_told():
    X, y = noisy_problem(0)
    np.testing.assert_array_equal(calc.lasso(X, y, 0.1, sweeps=0), np.zeros(5))
    np.testing.assert_array_equal(
        calc.lasso(X, y, 0.1), calc.lasso(X, y, 0.1, sweeps=200)
    )
    first = calc.lasso(X, y, 0.1, sweeps=1)[0]
    column = X[:, 0]
    z = column @ y / (column @ column)
    threshold = 0.1 * 30 / (column @ column)
    assert first == pytest.approx(np.sign(z) * max(abs(z) - threshold, 0))


@few
@given(st.floats(-4, 4), st.floats(0, 2))
def test_soft_threshold_minimizes_the_penalized_square(z, lam):
    w = calc.soft_threshold(np.array([z]), lam)[0]
    grid = np.append(np.linspace(-5, 5, 2001), w)
    objective = (grid - z) ** 2 / 2 + lam * np.abs(grid)
    assert objective[-1] <= objective.min() + 1e-12
    if abs(z) <= lam:
        assert w == 0


def test_sparse_regression_has_three_weights_and_unit_noise():
    X, y, w = calc.sparse_regression()
    assert (X.shape, y.shape, w.shape) == ((40, 20), (40,), (20,))
    np.testing.assert_array_equal(w[:3], [2.0, -1.5, 1.0])
    assert not w[3:].any()
    X, y, w = calc.sparse_regression(n=4000, d=7)
    assert X.shape == (4000, 7)
    noise = y - X @ w
    assert noise.std() == pytest.approx(1, abs=0.05)
    assert noise.mean() == pytest.approx(0, abs=0.05)
    assert X.std() == pytest.approx(1, abs=0.02)


# Integrals


@few
@given(seeds, st.integers(2, 30))
def test_monte_carlo_equals_scipy_sem(seed, n):
    values = np.random.default_rng(seed).standard_normal(n)
    mean, error = calc.monte_carlo(values)
    assert mean == pytest.approx(math.fsum(values) / n)
    assert error == pytest.approx(stats.sem(values))


def test_monte_carlo_intervals_cover_a_closed_form():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(400):
        mean, error = calc.monte_carlo(np.exp(rng.random(200)))
        covered += abs(mean - (math.e - 1)) < 1.96 * error
    assert 0.92 < covered / 400 < 0.98


def test_importance_sampling_finds_the_normal_tail():
    exact = stats.norm.sf(4)
    runs = np.array([calc.normal_tail(2000, 4.0, seed) for seed in range(200)])
    z = (runs[:, 0] - exact) / runs[:, 1]
    assert abs(z.mean()) < 0.2
    assert 0.85 < z.std() < 1.15
    assert runs[:, 0].mean() == pytest.approx(exact, rel=0.01)
    other = calc.normal_tail(200_000, 3.5)
    assert other[0] == pytest.approx(exact, rel=0.02)
    assert calc.normal_tail(50, 4.0) == calc.normal_tail(50, 4.0, seed=1)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_exact_integral_equals_quadrature(d):
    expected, _ = integrate.nquad(
        lambda *x: calc.smooth_integrand(np.array([x]))[0], [[0, 1]] * d
    )
    assert calc.exact_integral(d) == pytest.approx(expected)


def test_smooth_integrand_by_hand():
    x = np.array([[0.5, 0.5, 0.5, 0.5], [1.0, 1.0, 1.0, 1.0]])
    np.testing.assert_allclose(calc.smooth_integrand(x), [1.0, math.e])


@pytest.mark.parametrize(("d", "k"), [(1, 3), (2, 4), (3, 2)])
def test_midpoint_rule_equals_a_loop(d, k):
    def f(x):
        return x @ np.arange(1, d + 1) + np.prod(x**2, axis=1)

    centers = [(i + 0.5) / k for i in range(k)]
    points = np.array(list(itertools.product(centers, repeat=d)))
    assert calc.midpoint_rule(f, d, k) == pytest.approx(f(points).sum() / k**d)


@pytest.mark.parametrize("d", [1, 2, 4])
def test_midpoint_error_is_quadratic_in_the_cell_width(d):
    exact = calc.exact_integral(d)
    for k in (4, 8):
        error = calc.midpoint_rule(calc.smooth_integrand, d, k) / exact - 1
        assert error == pytest.approx(-1 / (24 * k**2), rel=0.02)
