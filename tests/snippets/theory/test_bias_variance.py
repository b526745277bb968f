"""Decomposition against closed forms, numpy and sklearn."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.tree import DecisionTreeRegressor

from snippets import Array
from snippets.theory import bias_variance as m


def one_set(n: int = 40) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(0)
    x, y = m.sample(n, 0.3, rng)
    return x, y, rng.uniform(-1, 1, 60)


def test_sample_has_one_point_a_cell_and_the_given_noise() -> None:
    rng = np.random.default_rng(0)
    n = 5000
    x, y = m.sample(n, 0.5, rng)
    edges = np.linspace(-1, 1, n + 1)
    assert ((x >= edges[:-1]) & (x <= edges[1:])).all()
    inside = (x - edges[:-1]) / (edges[1:] - edges[:-1])
    assert inside.mean() == pytest.approx(0.5, abs=0.02)
    assert inside.var() == pytest.approx(1 / 12, rel=0.05)
    residual = y - np.sin(np.pi * x)
    assert residual.std() == pytest.approx(0.5, rel=0.05)
    assert residual.mean() == pytest.approx(0, abs=0.03)
    x, y = m.sample(10, 0.0, rng)
    np.testing.assert_array_equal(y, m.truth(x))


@pytest.mark.parametrize("degree", [0, 1, 4])
def test_polynomial_against_polyfit(degree: int) -> None:
    x, y, x_new = one_set()
    expected = np.polyval(np.polyfit(x, y, degree), x_new)
    np.testing.assert_allclose(m.polynomial(degree)(x, y, x_new), expected)


@pytest.mark.parametrize("k", [1, 4, 40])
def test_nearest_against_sklearn(k: int) -> None:
    x, y, x_new = one_set()
    theirs = KNeighborsRegressor(k).fit(x[:, None], y).predict(x_new[:, None])
    np.testing.assert_allclose(m.nearest(k)(x, y, x_new), theirs)


@pytest.mark.parametrize("depth", [1, 3, 50])
def test_tree_against_sklearn(depth: int) -> None:
    x, y, x_new = one_set()
    theirs = DecisionTreeRegressor(max_depth=depth).fit(x[:, None], y)
    expected = theirs.predict(x_new[:, None])
    np.testing.assert_allclose(m.tree(depth)(x, y, x_new), expected)


def test_bagged_is_the_mean_over_bootstrap_samples() -> None:
    x, y, x_new = one_set()
    seen: list[Array] = []
    target = dict(zip(x, y, strict=True))

    def spy(xs: Array, ys: Array, new: Array) -> Array:
        np.testing.assert_array_equal(ys, [target[v] for v in xs])
        seen.append(m.polynomial(2)(xs, ys, new))
        assert 0.4 < len(np.unique(xs)) / len(x) < 0.9  # with replacement
        assert len(xs) == len(x)
        return seen[-1]

    result = m.bagged(spy, 7, np.random.default_rng(0))(x, y, x_new)
    assert len(seen) == 7
    np.testing.assert_allclose(result, np.mean(seen, axis=0))


def test_decompose_recovers_known_moments() -> None:
    rng = np.random.default_rng(0)
    f = np.linspace(0, 1, 50)
    fits = f + 2 + 3 * rng.standard_normal((2000, 50))
    terms = m.decompose(fits, f, 0.5, rng)
    assert terms.bias2 == pytest.approx(4, rel=0.03)
    assert terms.variance == pytest.approx(9, rel=0.03)
    assert terms.noise == 0.25
    total = terms.bias2 + terms.variance + terms.noise
    assert terms.error == pytest.approx(total, rel=0.01)


def test_decompose_is_an_identity_without_noise_and_unbiased() -> None:
    rng = np.random.default_rng(0)
    runs = []
    for _ in range(2000):
        fits = rng.standard_normal((2, 3))
        terms = m.decompose(fits, np.zeros(3), 0.0, rng)
        assert terms.error == pytest.approx((fits**2).mean())
        assert terms.bias2 + terms.variance == pytest.approx(terms.error)
        runs.append(terms[:2])
    np.testing.assert_allclose(np.mean(runs, axis=0), [0, 1], atol=0.04)


@pytest.mark.parametrize(
    "model", [m.polynomial(3), m.tree(3), m.nearest(4)], ids=["poly", "tree", "knn"]
)
def test_terms_sum_to_the_measured_error(model: m.Model) -> None:
    terms = m.simulate(model, sets=300)
    total = terms.bias2 + terms.variance + terms.noise
    assert terms.error == pytest.approx(total, rel=0.02)


def test_simulate_a_constant_in_closed_form() -> None:
    def zero(x: Array, y: Array, x_new: Array) -> Array:
        return np.zeros_like(x_new)

    terms = m.simulate(zero, noise=0.2, sets=400)
    grid = np.linspace(-1, 1, 101)
    assert terms.bias2 == pytest.approx((np.sin(np.pi * grid) ** 2).mean())
    assert terms.variance == 0
    assert terms.noise == pytest.approx(0.04)
    assert terms.error == pytest.approx(terms.bias2 + 0.04, rel=0.01)


@pytest.mark.parametrize("n", [30, 90])
def test_variance_of_a_mean_in_closed_form(n: int) -> None:
    # stratified points make the mean of f nearly exact: only noise is left
    terms = m.simulate(m.polynomial(0), n=n, noise=1.0, sets=3000)
    assert terms.variance == pytest.approx(1 / n, rel=0.12)


def test_defaults_are_thirty_points_and_noise_of_three_tenths() -> None:
    sizes = []

    def spy(x: Array, y: Array, x_new: Array) -> Array:
        sizes.append((len(x), len(x_new)))
        np.testing.assert_allclose(x_new, np.arange(-50, 51) / 50)
        return np.zeros_like(x_new)

    assert m.simulate(spy).noise == pytest.approx(0.09)
    assert sizes == [(30, 101)] * 500


def test_seed_decides_the_draws() -> None:
    a, b, c = (m.simulate(m.polynomial(2), sets=20, seed=s) for s in (0, 0, 1))
    assert a == b == m.simulate(m.polynomial(2), sets=20)
    assert a != c


def test_learning_curve_of_least_squares_in_closed_form() -> None:
    train, validation = m.learning_curve(m.polynomial(5), [20, 60], noise=1.0)
    # E[training error] = s^2 (1 - p / n), p = 6 coefficients, hardly any bias
    np.testing.assert_allclose(train, [1 - 6 / 20, 1 - 6 / 60], atol=0.04)
    assert validation[0] > validation[1] > 1
    assert validation[1] == pytest.approx(1 + 6 / 60, abs=0.05)


def test_learning_curve_of_the_nearest_neighbor_and_its_draws() -> None:
    calls = []

    def spy(x: Array, y: Array, x_new: Array) -> Array:
        calls.append((len(x), len(x_new)))
        np.testing.assert_array_equal(x, x_new[: len(x)])
        return m.nearest(1)(x, y, x_new)

    train, validation = m.learning_curve(spy, [50, 100], sets=30)
    assert calls == [(50, 150)] * 30 + [(100, 200)] * 30
    np.testing.assert_allclose(train, 0, atol=1e-12)
    np.testing.assert_allclose(validation, 2 * 0.09, rtol=0.1)  # noise twice
    again = m.learning_curve(spy, [50, 100], sets=30, seed=0)
    np.testing.assert_array_equal(again[1], validation)
    other = m.learning_curve(spy, [50, 100], sets=30, seed=1)
    assert (other[1] != validation).all()


def test_learning_curve_of_zero_measures_the_targets() -> None:
    calls = []

    def zero(x: Array, y: Array, x_new: Array) -> Array:
        calls.append(len(x))
        return np.zeros_like(x_new)

    curves = m.learning_curve(zero, [80])
    np.testing.assert_allclose(curves, 0.5 + 0.09, rtol=0.02)
    assert calls == [80] * 200  # training sets by default


def rebuilt(width: int, n: int, noise: float, ridge: float) -> Array:
    """The fit to the first training set, by torch and sklearn."""
    rng = np.random.default_rng(0)
    X_new = rng.standard_normal((100, 20))
    X = rng.standard_normal((n, 20))
    y = X.mean(axis=1) * np.sqrt(20) + noise * rng.standard_normal(n)
    layer = torch.nn.Linear(20, width, bias=False, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(rng.standard_normal((20, width)).T))
        layer.weight.div_(np.sqrt(20))
        H = torch.relu(layer(torch.from_numpy(X))).numpy()
        H_new = torch.relu(layer(torch.from_numpy(X_new))).numpy()
    if ridge > 0:
        fit = Ridge(alpha=ridge, fit_intercept=False).fit(H, y)
        return np.asarray(fit.predict(H_new))
    return np.asarray(H_new @ np.linalg.lstsq(H, y, rcond=None)[0])


@pytest.mark.parametrize(
    ("width", "n", "ridge"), [(10, 100, 0.0), (60, 30, 0.0), (60, 30, 0.5)]
)
def test_random_features_against_torch_and_lstsq(
    width: int, n: int, ridge: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    caught: dict[str, object] = {}

    def catch(fits: Array, f: Array, noise: float, rng: np.random.Generator) -> m.Terms:
        caught.update(fits=fits, f=f, noise=noise)
        return m.Terms(0, 0, 0, 0)

    monkeypatch.setattr(m, "decompose", catch)
    m.simulate_width(width, n=n, noise=0.7, ridge=ridge, sets=2)
    fits = np.asarray(caught["fits"])
    assert fits.shape == (2, 100)
    np.testing.assert_allclose(fits[0], rebuilt(width, n, 0.7, ridge), rtol=1e-6)
    assert not np.allclose(fits[0], fits[1])
    X_new = np.random.default_rng(0).standard_normal((100, 20))
    np.testing.assert_allclose(
        np.asarray(caught["f"]), X_new.mean(axis=1) * np.sqrt(20)
    )
    assert caught["noise"] == 0.7


def test_error_peaks_at_interpolation_and_a_penalty_removes_the_peak() -> None:
    low, peak, high = (m.simulate_width(w, sets=20) for w in (40, 95, 300))
    assert peak.error > 4 * max(low.error, high.error)
    assert high.error < low.error
    assert peak.variance > 0.9 * (peak.error - peak.noise) - 0.5
    assert peak.noise == pytest.approx(0.25)
    calm = m.simulate_width(95, ridge=1.0, sets=20)
    assert calm.error < low.error
    total = calm.bias2 + calm.variance + calm.noise
    assert calm.error == pytest.approx(total, rel=0.05)


def test_width_experiment_repeats_and_changes_with_the_seed() -> None:
    a, b, c = (m.simulate_width(10, sets=3, seed=s) for s in (0, 0, 1))
    assert a == b == m.simulate_width(10, n=100, noise=0.5, sets=3)
    assert a != c
    assert m.simulate_width(10) == m.simulate_width(10, sets=60)
