"""Dropout against torch and enumeration, early stopping against brute force."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from snippets import Array
from snippets.theory import regularization as m
from snippets.theory.optimizers import SGD, AdamW


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.8])
def test_dropout_has_the_statistics_of_torch(p: float) -> None:
    n = 200_000
    x = np.full(n, 3.0)
    ours, _ = m.dropout(x, p, np.random.default_rng(1))
    torch.manual_seed(1)
    theirs = torch.nn.functional.dropout(torch.from_numpy(x), p).numpy()
    assert set(ours.round(9)) == set(theirs.round(9))  # 0 and 3 / (1 - p)
    error = 3 * np.sqrt(p / (1 - p) / n)  # standard error of the mean
    assert abs(ours.mean() - 3.0) <= 5 * error + 1e-12
    assert ours.mean() == pytest.approx(theirs.mean(), abs=8 * error + 1e-12)
    assert (ours == 0).mean() == pytest.approx((theirs == 0).mean(), abs=0.01)


def test_dropout_is_the_identity_at_inference() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((4, 5))
    y, factor = m.dropout(x, 0.7, rng, training=False)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(factor, np.ones_like(x))


def test_dropout_backward_reuses_the_factor() -> None:
    x = np.random.default_rng(0).standard_normal((6, 7))
    y, factor = m.dropout(x, 0.4, np.random.default_rng(3))
    nudged, _ = m.dropout(x + 1e-6, 0.4, np.random.default_rng(3))
    np.testing.assert_allclose((nudged - y) / 1e-6, factor, atol=1e-8)
    assert 0 < (factor == 0).mean() < 1


@pytest.mark.parametrize("p", [-0.1, 1.0])
def test_dropout_refuses_impossible_probabilities(p: float) -> None:
    with pytest.raises(ValueError, match="p must be"):
        m.dropout(np.ones(3), p, np.random.default_rng(0))


@pytest.mark.parametrize("p", [0.2, 0.5])
def test_masks_are_all_masks_with_binomial_weights(p: float) -> None:
    listed = list(m.masks(5, p))
    assert len({tuple(mask) for mask, _ in listed}) == 2**5
    assert sum(weight for _, weight in listed) == pytest.approx(1)
    mean = sum((mask * weight for mask, weight in listed), np.zeros(5))
    np.testing.assert_allclose(mean, np.full(5, 1 - p))


def test_scaled_pass_is_the_geometric_ensemble_mean() -> None:
    rng = np.random.default_rng(0)
    W, b, h = rng.standard_normal((3, 6)), rng.standard_normal(3), rng.random(6)
    arithmetic, geometric = m.mask_means(W, b, h, 0.3)
    one_pass = torch.softmax(torch.from_numpy(W @ h + b), dim=0).numpy()
    np.testing.assert_allclose(geometric, one_pass)
    draws = rng.random((100_000, 6)) >= 0.3
    logits = torch.from_numpy(draws * h / 0.7 @ W.T + b)
    sampled = torch.softmax(logits, dim=1).numpy().mean(axis=0)
    np.testing.assert_allclose(arithmetic, sampled, atol=5e-3)
    assert np.abs(arithmetic - geometric).max() > 0.01


@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (1.5, 0.5)])
def test_dropout_variance_matches_torch_samples(mean: float, std: float) -> None:
    torch.manual_seed(0)
    x = mean + std * torch.randn(400_000, dtype=torch.float64)
    dropped = torch.nn.functional.dropout(x, 0.3).var().item()
    assert m.dropout_variance(mean, std**2, 0.3) == pytest.approx(dropped, rel=0.02)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.integers(0, 8).map(lambda k: k / 4), min_size=1, max_size=30),
    st.integers(1, 5),
    st.sampled_from([0.0, 0.5]),
)
def test_early_stopping_against_brute_force(
    losses: list[float], patience: int, min_delta: float
) -> None:
    records = [0]
    for t, loss in enumerate(losses):
        if loss < losses[records[-1]] - min_delta:
            records.append(t)
    stops = [
        t
        for t in range(len(losses))
        if t - max(r for r in records if r <= t) >= patience
    ]
    seen = losses[: stops[0] + 1] if stops else losses
    best = max(r for r in records if r < len(seen))

    stopper = m.EarlyStopping(patience, min_delta)
    weights = np.empty(1)
    answers = []
    for t, loss in enumerate(losses):
        weights[0] = t  # in place, as an optimizer does
        answers.append(stopper.update(loss, weights))
    assert answers == [bool(stops) and t >= stops[0] for t in range(len(losses))]
    assert (stopper.best_step, stopper.best_loss) == (best, losses[best])
    assert stopper.best_weights.tolist() == [best]
    if min_delta == 0:
        assert stopper.best_loss == min(seen)


def test_early_stopping_refuses_zero_patience() -> None:
    with pytest.raises(ValueError, match="patience"):
        m.EarlyStopping(patience=0)


def quadratic() -> tuple[m.Data, Array, Array, Array]:
    """Data, eigenvalues and eigenvectors of X^T X / n, and the optimum."""
    rng = np.random.default_rng(0)
    X, y = m.sample(60, rng, d=6)
    values, vectors = np.linalg.eigh(X.T @ X / 60)
    optimum = np.linalg.lstsq(X, y, rcond=None)[0]
    return (
        (X, y),
        values.astype(np.float64),
        vectors.astype(np.float64),
        optimum.astype(np.float64),
    )


def test_descent_shrinkage_predicts_torch_sgd() -> None:
    (X, y), values, vectors, optimum = quadratic()
    w = torch.zeros(6, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1)
    for _ in range(15):
        optimizer.zero_grad()
        residual = torch.from_numpy(X) @ w - torch.from_numpy(y)
        (residual.square().mean() / 2).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    factor = m.descent_shrinkage(values, 0.1, 15)
    predicted = vectors @ (factor * (vectors.T @ optimum))
    np.testing.assert_allclose(w.detach().numpy(), predicted)
    np.testing.assert_allclose(m.descent_path((X, y), 0.1, 15)[-1], predicted)


def test_ridge_shrinkage_and_penalized_match_lstsq() -> None:
    (X, y), values, vectors, optimum = quadratic()
    rows = np.vstack([X, np.sqrt(60 * 0.7) * np.eye(6)])  # ridge as lstsq
    ridge = np.linalg.lstsq(rows, np.append(y, np.zeros(6)), rcond=None)[0]
    factor = m.ridge_shrinkage(values, 0.7)
    np.testing.assert_allclose(vectors @ (factor * (vectors.T @ optimum)), ridge)
    np.testing.assert_allclose(m.penalized((X, y), np.full(6, 42.0)), ridge)


def test_dropout_penalty_is_the_expected_loss_over_all_masks() -> None:
    """The minimizer used for 'dropout' minimizes the mean over every mask."""
    (X, y), _, _, _ = quadratic()
    p = 0.3
    w = m.penalized((X, y), p / (1 - p) * np.sum(X**2, axis=0))
    gradient = np.zeros(6)
    for mask, weight in m.masks(6, p):
        Z = X * mask / (1 - p)
        gradient += weight * Z.T @ (Z @ w - y)
    np.testing.assert_allclose(gradient, np.zeros(6), atol=1e-9)


def test_sample_and_mse() -> None:
    X, y = m.sample(100_000, np.random.default_rng(0), d=5)
    w = np.linalg.lstsq(X, y, rcond=None)[0].astype(np.float64)
    np.testing.assert_allclose(w, 1 / np.arange(1, 6), atol=0.02)
    assert m.mse(w, (X, y)) == pytest.approx(1, abs=0.02)
    assert m.mse(np.zeros(5), (X, y)) == pytest.approx(np.mean(y**2))


def test_compare_remedies_lower_the_test_error() -> None:
    runs = [m.compare_remedies(seed) for seed in range(100, 110)]
    mean = {k: np.mean([run[k] for run in runs], axis=0) for k in runs[0]}
    for name, (train, test) in mean.items():
        if name != "none":
            assert train > mean["none"][0]
            assert 1 < test < mean["none"][1] / 2
    # Least squares with d weights leaves (n - d) / n of unit noise
    assert mean["none"][0] == pytest.approx(10 / 50, rel=0.3)
    assert mean["four times data"][1] == pytest.approx(1 + 40 / 159, rel=0.1)


def test_compare_remedies_chooses_each_strength_on_validation_data() -> None:
    """Every fit again, by scikit-learn, least squares and eigenvectors."""
    rng = np.random.default_rng(7)
    (X, y), val, test = (m.sample(n, rng) for n in (50, 50, 2000))
    X_new, y_new = m.sample(150, rng)

    def ridge(X: Array, alpha: float) -> Array:
        fit = Ridge(alpha=alpha, fit_intercept=False).fit(X, y)
        return np.asarray(fit.coef_, dtype=np.float64)

    def lstsq(X: Array, y: Array) -> Array:
        w = np.linalg.lstsq(X, y, rcond=None)[0]
        return np.pad(w, (0, 40 - len(w))).astype(np.float64)

    norms = np.sqrt(np.sum(X**2, axis=0))
    odds = [p / (1 - p) for p in np.arange(0.05, 1, 0.05)]
    values, vectors = np.linalg.eigh(X.T @ X / 50)
    best = vectors.T @ lstsq(X, y)
    candidates = {
        "none": [lstsq(X, y)],
        "four times data": [lstsq(np.vstack([X, X_new]), np.append(y, y_new))],
        "8 features": [lstsq(X[:, :8], y)],
        "weight decay": [ridge(X, a) for a in np.geomspace(0.1, 1000, 30)],
        "dropout": [ridge(X / norms, a) / norms for a in odds],
        "early stopping": [
            vectors @ ((1 - (1 - 0.05 * values) ** t) * best) for t in range(301)
        ],
    }
    expected = {}
    for name, weights in candidates.items():
        losses = [np.mean((val[0] @ w - val[1]) ** 2) for w in weights]
        w = weights[int(np.argmin(losses))]
        expected[name] = (
            np.mean((X @ w - y) ** 2),
            np.mean((test[0] @ w - test[1]) ** 2),
        )
    got = m.compare_remedies(7)
    assert got.keys() == expected.keys()
    for name, errors in expected.items():
        assert got[name] == pytest.approx(errors, rel=1e-6), name


def torch_invariant_loss(X: Array, y: Array, w: torch.Tensor) -> torch.Tensor:
    prediction = torch.from_numpy(X) @ torch.nn.functional.normalize(w, dim=0)
    return (prediction - torch.from_numpy(y)).square().mean() / 2


def test_invariant_gradient_is_autograds_and_orthogonal() -> None:
    rng = np.random.default_rng(0)
    X, y, w = rng.normal(size=(9, 4)), rng.normal(size=9), rng.normal(size=4) * 3
    leaf = torch.tensor(w, requires_grad=True)
    torch_invariant_loss(X, y, leaf).backward()  # type: ignore[no-untyped-call]
    g = m.invariant_gradient(X, y, w)
    assert leaf.grad is not None
    np.testing.assert_allclose(g, leaf.grad.numpy())
    assert g @ w == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(m.invariant_gradient(X, y, 5 * w), g / 5)


@pytest.mark.parametrize("seed", [0, 3])
def test_decayed_descent_is_torchs_sgd_with_weight_decay(seed: int) -> None:
    start = np.array([0.5, -1.0, 2.0])
    lengths, angles = m.decayed_descent(start, 0.2, 0.05, 6, seed)
    w = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.2, weight_decay=0.05)
    rng = np.random.default_rng(seed)
    for t in range(6):
        X = rng.standard_normal((8, 3))
        y = X @ np.array([1.0, 0, 0]) + rng.standard_normal(8)
        before = w.detach().clone()
        optimizer.zero_grad()
        torch_invariant_loss(X, y, w).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        after = w.detach()
        assert lengths[t] == pytest.approx(after.norm().item())
        cosine = torch.nn.functional.cosine_similarity(before, after, dim=0)
        assert angles[t] == pytest.approx(np.arccos(cosine.item()))
    assert len(lengths) == len(angles) == 6


def test_decayed_descent_starts_from_seed_zero_unless_told() -> None:
    start = np.ones(4)
    runs = [
        m.decayed_descent(start, 0.1, 0.1, 3),
        *(m.decayed_descent(start, 0.1, 0.1, 3, seed) for seed in (0, 1)),
    ]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[1], runs[2])


@settings(deadline=None, max_examples=30)
@given(st.floats(0.001, 0.5), st.floats(0.001, 0.5), st.floats(0.01, 10))
def test_at_the_equilibrium_length_a_step_only_turns(
    lr: float, decay: float, unit_gradient: float
) -> None:
    """The page's two formulas, by one step in the plane."""
    length = (lr * unit_gradient**2 / (decay * (2 - lr * decay))) ** 0.25
    w, g = np.array([length, 0]), np.array([0, unit_gradient / length])
    new = (1 - lr * decay) * w - lr * g
    assert np.hypot(*new) == pytest.approx(length)
    angle = abs(np.arctan2(new[1], new[0]))
    assert m.equilibrium_angle(lr, decay) == pytest.approx(angle, rel=1e-6)
    assert angle == pytest.approx(np.sqrt(2 * lr * decay), rel=0.06)


def measured_angle(step: Callable[[Array, Array], Array], lr: float) -> float:
    """Root mean square angle of 6000 steps after 2000, all coordinates alike."""
    rng = np.random.default_rng(0)
    w = rng.standard_normal(20) * np.sqrt(lr * 5)  # near AdamW's equilibrium
    squares = []
    for t in range(8000):
        X = rng.standard_normal((8, 20))
        y = X.sum(axis=1) / np.sqrt(20) + rng.standard_normal(8)
        new = step(w, m.invariant_gradient(X, y, w))
        cosine = new @ w / np.linalg.norm(new) / np.linalg.norm(w)
        if t >= 2000:
            squares.append(np.arccos(cosine) ** 2)
        w = new
    return float(np.sqrt(np.mean(squares)))


@pytest.mark.parametrize("beta", [0.0, 0.9])
def test_momentum_in_front_of_normalization_lowers_the_angle(beta: float) -> None:
    """The page's formulas for SGD with momentum and for AdamW."""
    lr, decay = 0.01, 0.1
    sgd, adamw = SGD(lr, beta), AdamW(lr, betas=(beta, 0.999), weight_decay=decay)
    through_buffer = measured_angle(lambda w, g: sgd.step(w, g + decay * w), lr)
    expected = np.sqrt(2 * lr * decay / (1 + beta))
    assert through_buffer == pytest.approx(expected, rel=0.03)
    expected = np.sqrt(2 * lr * decay * (1 - beta) / (1 + beta))
    assert measured_angle(adamw.step, lr) == pytest.approx(expected, rel=0.03)
