"""The page's functions against PyTorch, SciPy, scikit-learn and their definitions."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special, stats
from scipy.optimize import approx_fprime
from sklearn.metrics import f1_score
from torch.nn import functional

from snippets import Array
from snippets.theory import activations_and_losses as m

RNG = np.random.default_rng(0)
X = np.concatenate([np.linspace(-6, 6, 97), [0.0, -800.0, 800.0]])
ORACLES = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": functional.relu,
    "leaky_relu": functional.leaky_relu,
    "elu": functional.elu,
    "gelu": functional.gelu,
    "silu": functional.silu,
}
logits = arrays(np.float64, 5, elements=st.floats(-50, 50))
temperatures = st.floats(0.05, 50)


def tensor(a: Array, grad: bool = False) -> torch.Tensor:
    return torch.tensor(a, dtype=torch.float64, requires_grad=grad)


@pytest.mark.parametrize("name", ORACLES)
def test_activation_and_derivative_equal_torch(name: str) -> None:
    x = tensor(X, grad=True)
    expected = ORACLES[name](x)
    expected.sum().backward()
    value, derivative = getattr(m, name)(X)
    np.testing.assert_allclose(value, expected.detach().numpy(), atol=1e-14)
    np.testing.assert_allclose(derivative, x.grad.numpy(), atol=1e-14)


def test_parameters_of_leaky_relu_and_elu() -> None:
    x = tensor(X, grad=True)
    leaky, elu = functional.leaky_relu(x, 0.2), functional.elu(x, 0.7)
    np.testing.assert_allclose(m.leaky_relu(X, 0.2)[0], leaky.detach())
    np.testing.assert_allclose(m.elu(X, 0.7)[0], elu.detach(), atol=1e-15)
    (leaky.sum() + 3 * elu.sum()).backward()
    own = m.leaky_relu(X, 0.2)[1] + 3 * m.elu(X, 0.7)[1]
    np.testing.assert_allclose(own, x.grad.numpy())


def test_sigmoid_slope_is_largest_at_zero() -> None:
    derivative = m.sigmoid(X)[1]
    assert derivative.max() == m.sigmoid(np.zeros(1))[1][0] == 0.25


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "sigmoid"])
def test_fit_unit_follows_autograd(name: str) -> None:
    w = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    b = torch.tensor(-0.5, dtype=torch.float64, requires_grad=True)
    x = torch.linspace(-1, 3, 200, dtype=torch.float64)
    expected, active = [], []
    for _ in range(12):
        z = w * x + b
        loss = functional.mse_loss(ORACLES[name](z), functional.relu(x)) / 2
        expected.append(loss.item())
        active.append((z > 0).double().mean().item())
        dw, db = torch.autograd.grad(loss, (w, b))
        with torch.no_grad():
            w -= 0.3 * dw
            b -= 0.3 * db
    losses, share = m.fit_unit(getattr(m, name), 0.3, 2.0, -0.5, steps=12)
    np.testing.assert_allclose(losses, expected, rtol=1e-6)
    np.testing.assert_allclose(share, active)


def test_a_dead_unit_keeps_its_loss() -> None:
    losses, active = m.fit_unit(m.relu, lr=0.5, w=4.0, b=1.0)
    assert active[0] > 0.8
    assert (active[1:] == 0).all()
    assert np.ptp(losses[1:]) == 0


def test_count_dead_counts_lost_and_recovered_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []

    def fake(
        act: m.Activation, lr: float, w: float, b: float, steps: int
    ) -> tuple[Array, Array]:
        seen.append((lr, w, b, steps))
        middle = 0.5 if b == 0 else 0.0  # b = 0 never dies, w = 6 recovers
        end = 0.3 if w == 6 or b == 0 else 0.0
        return np.zeros(3), np.array([0.8, middle, end])

    monkeypatch.setattr(m, "fit_unit", fake)
    assert m.count_dead(m.relu) == (30, 6)
    assert len(set(seen)) == 45
    assert {run[3] for run in seen} == {200}


def test_relu_never_recovers_and_leaky_relu_does() -> None:
    dead, recovered = m.count_dead(m.relu)
    assert dead > 0
    assert recovered == 0
    dead, recovered = m.count_dead(m.leaky_relu)
    assert recovered == dead > 0


@pytest.mark.parametrize(
    ("act", "minimum"), [(m.gelu, -0.75), (m.silu, -1.28)], ids=["gelu", "silu"]
)
def test_smooth_rectifiers_slope_down_left_of_their_minimum(
    act: m.Activation, minimum: float
) -> None:
    assert (act(np.linspace(-8, minimum - 0.01, 50))[1] < 0).all()
    assert (act(np.linspace(minimum + 0.01, 8, 50))[1] > 0).all()


def test_swiglu_ffn_equals_torch() -> None:
    x, W, V, W2 = (RNG.normal(size=s) for s in ((3, 4), (4, 6), (4, 6), (6, 4)))
    t = tensor(x)
    expected = (functional.silu(t @ tensor(W)) * (t @ tensor(V))) @ tensor(W2)
    np.testing.assert_allclose(m.swiglu_ffn(x, W, V, W2), expected.numpy())


@given(st.integers(8, 10_000), st.integers(1, 512))
@settings(deadline=None, max_examples=50)
def test_swiglu_width_is_the_smallest_multiple(d: int, multiple_of: int) -> None:
    h = m.swiglu_width(d, multiple_of)
    assert h % multiple_of == 0
    assert h - multiple_of < 8 * d // 3 <= h


def test_swiglu_parameters_match_a_plain_block() -> None:
    assert 3 * 768 * m.swiglu_width(768) == 2 * 768 * (4 * 768)


@given(logits, temperatures, st.floats(-1e4, 1e4))
@settings(deadline=None, max_examples=50)
def test_softmax_equals_scipy_and_ignores_a_shift(z: Array, T: float, c: float) -> None:
    p = m.softmax(z, T)
    np.testing.assert_allclose(p, special.softmax(z / T), atol=1e-12)
    np.testing.assert_allclose(m.softmax(z + c, T), p, atol=1e-8)


def test_softmax_works_along_the_last_axis() -> None:
    z = RNG.normal(size=(2, 3, 4))
    np.testing.assert_allclose(m.softmax(z), special.softmax(z, axis=-1))


def test_each_row_subtracts_its_own_maximum() -> None:
    z = RNG.normal(size=(3, 4)) + np.array([[-2000.0], [0.0], [2000.0]])
    np.testing.assert_allclose(m.softmax(z), special.softmax(z, axis=1), atol=1e-12)
    np.testing.assert_allclose(m.log_softmax(z), special.log_softmax(z, axis=1))


def test_softmax_limits() -> None:
    z = np.array([1.0, 5.0, 5.0, -2.0])
    np.testing.assert_allclose(m.softmax(z, 1e-4), [0, 0.5, 0.5, 0], atol=1e-12)
    np.testing.assert_allclose(m.softmax(z, 1e8), np.full(4, 0.25), atol=1e-6)


def test_softmax_survives_what_overflows_the_formula() -> None:
    np.testing.assert_allclose(m.softmax(np.array([1e300, -1e300])), [1, 0])


@pytest.mark.parametrize("temperature", [0.0, -1.0])
def test_softmax_refuses_a_temperature_that_is_not_positive(temperature: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        m.softmax(np.zeros(2), temperature)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_jacobian_by_finite_differences(temperature: float) -> None:
    z = RNG.normal(size=5)
    h = 1e-6
    numeric = np.stack(
        [
            special.softmax((z + h * e) / temperature)
            - special.softmax((z - h * e) / temperature)
            for e in np.eye(5)
        ],
        axis=1,
    )
    jacobian = m.softmax_jacobian(z, temperature)
    np.testing.assert_allclose(jacobian, numeric / (2 * h), atol=1e-8)
    np.testing.assert_allclose(jacobian @ np.ones(5), 0, atol=1e-15)
    assert np.linalg.eigvalsh(jacobian).min() > -1e-15


@given(logits)
@settings(deadline=None, max_examples=30)
def test_entropy_equals_scipy(z: Array) -> None:
    p = special.softmax(z)
    assert m.entropy(p) == pytest.approx(stats.entropy(p), abs=1e-12)


def test_entropy_of_a_certain_outcome_is_zero() -> None:
    assert m.entropy(np.array([1.0, 0.0])) == 0


@pytest.mark.parametrize("temperature", [0.6, 1.0, 2.5])
def test_entropy_grows_with_temperature_at_the_stated_rate(temperature: float) -> None:
    z = np.array([3.0, 2.0, 1.0, 0.0])
    p = special.softmax(z / temperature)
    variance = p @ z**2 - (p @ z) ** 2
    h = 1e-5
    up, down = (m.entropy(m.softmax(z, temperature + s)) for s in (h, -h))
    assert (up - down) / (2 * h) == pytest.approx(variance / temperature**3, rel=1e-6)


@pytest.mark.parametrize("scale", [1.0, 1000.0])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_cross_entropy_and_gradient_equal_torch(scale: float, smoothing: float) -> None:
    z = RNG.normal(size=(6, 4)) * scale
    labels = RNG.integers(0, 4, size=6)
    t = tensor(z, grad=True)
    expected = functional.cross_entropy(
        t, torch.tensor(labels), label_smoothing=smoothing
    )
    expected.backward()
    loss, gradient = m.cross_entropy(z, labels, smoothing)
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    np.testing.assert_allclose(gradient, t.grad.numpy(), atol=1e-15)


def test_log_softmax_equals_scipy() -> None:
    z = RNG.normal(size=(3, 4)) * 500
    np.testing.assert_allclose(m.log_softmax(z), special.log_softmax(z, axis=1))


def test_smoothed_cross_entropy_is_least_at_the_stated_gap() -> None:
    k, smoothing = 10, 0.1
    gap = np.log((1 - smoothing + smoothing / k) / (smoothing / k))
    z = np.zeros((1, k))
    z[0, 3] = gap
    gradient = m.cross_entropy(z, np.array([3]), smoothing)[1]
    np.testing.assert_allclose(gradient, 0, atol=1e-15)


def test_binary_cross_entropy_equals_torch() -> None:
    y = np.tile([0.0, 1.0, 0.3, 1.0], 25)
    expected = functional.binary_cross_entropy_with_logits(
        tensor(X), tensor(y), reduction="none"
    )
    np.testing.assert_allclose(m.binary_cross_entropy(X, y), expected, atol=1e-14)


def test_two_class_softmax_is_a_sigmoid() -> None:
    z = RNG.normal(size=(5, 2))
    own = m.cross_entropy(z, np.ones(5, dtype=np.intp))[0]
    binary = m.binary_cross_entropy(z[:, 1] - z[:, 0], np.ones(5)).mean()
    assert own == pytest.approx(binary)


def test_sigmoid_losses_equal_autograd() -> None:
    y = (RNG.random(X.size) < 0.5).astype(np.float64)
    targets = tensor(y)
    for own, loss in zip(
        m.sigmoid_losses(X, y),
        (
            lambda t: functional.binary_cross_entropy_with_logits(
                t, targets, reduction="sum"
            ),
            lambda t: (
                0.5 * functional.mse_loss(torch.sigmoid(t), targets, reduction="sum")
            ),
        ),
        strict=True,
    ):
        t = tensor(X, grad=True)
        loss(t).backward()
        np.testing.assert_allclose(own, t.grad.numpy(), atol=1e-14)


def test_squared_error_through_a_sigmoid_is_not_convex_below_a_third() -> None:
    p = np.linspace(0.02, 0.98, 49)
    z = special.logit(p)
    h = 1e-5
    one = np.ones_like(z)
    slopes = [m.sigmoid_losses(z + s, one)[1] for s in (h, -h)]
    curvature = (slopes[0] - slopes[1]) / (2 * h)
    np.testing.assert_allclose(curvature, p * (1 - p) ** 2 * (3 * p - 1), atol=1e-9)


@pytest.mark.parametrize("delta", [0.5, 1.0, 3.0])
def test_huber_equals_torch(delta: float) -> None:
    r = np.linspace(-5, 5, 41)
    expected = functional.huber_loss(
        tensor(r), torch.zeros(41, dtype=torch.float64), reduction="none", delta=delta
    )
    np.testing.assert_allclose(m.huber(r, delta), expected)
    smooth = functional.smooth_l1_loss(
        tensor(r), torch.zeros(41, dtype=torch.float64), reduction="none", beta=delta
    )
    np.testing.assert_allclose(m.huber(r, delta) / delta, smooth)


def test_huber_limits_are_squared_and_absolute_error() -> None:
    r = np.linspace(-5, 5, 41)
    np.testing.assert_allclose(m.huber(r, 100.0), r**2 / 2)
    np.testing.assert_allclose(m.huber(r, 1e-9) / 1e-9, np.abs(r), atol=1e-8)


@given(
    arrays(np.float64, 4, elements=st.floats(-20, 20)),
    arrays(np.float64, 4, elements=st.sampled_from([0.0, 1.0])),
    st.floats(0.0, 5.0),
)
@settings(deadline=None, max_examples=50)
def test_focal_loss_equals_its_definition(z: Array, y: Array, gamma: float) -> None:
    p = special.expit(z)
    miss = np.where(y == 1, special.expit(-z), p)
    expected = -(miss**gamma) * (y * special.log_expit(z))
    expected -= miss**gamma * (1 - y) * special.log_expit(-z)
    np.testing.assert_allclose(m.focal_loss(z, y, gamma), expected, atol=1e-12)


def test_focal_loss_with_gamma_zero_is_cross_entropy() -> None:
    y = np.tile([0.0, 1.0], 50)
    expected = m.binary_cross_entropy(X, y)
    np.testing.assert_allclose(m.focal_loss(X, y, gamma=0.0), expected)


@pytest.mark.parametrize("positive", [0.3, 0.9, 0.99])
def test_focal_optimum_is_the_known_map_of_the_true_probability(
    positive: float,
) -> None:
    def pull(p: float) -> float:  # minus the slope of (1 - p)^2 (-log p)
        return float((1 - p) ** 2 / p - 2 * (1 - p) * np.log(p))

    z = np.linspace(-6, 6, 24_001)
    one, zero = np.ones_like(z), np.zeros_like(z)
    expected = positive * m.focal_loss(z, one) + (1 - positive) * m.focal_loss(z, zero)
    p = special.expit(z[expected.argmin()])
    recovered = pull(1 - p) / (pull(p) + pull(1 - p))
    assert recovered == pytest.approx(positive, abs=1e-3)
    assert abs(p - 0.5) < abs(positive - 0.5)


def test_focal_loss_with_gamma_two_follows_torch() -> None:
    y = np.tile([0.0, 1.0], 50)
    bce = functional.binary_cross_entropy_with_logits(
        tensor(X), tensor(y), reduction="none"
    )
    expected = (1 - torch.exp(-bce)) ** 2 * bce
    np.testing.assert_allclose(m.focal_loss(X, y), expected, atol=1e-13)


def test_dice_of_hard_masks_is_one_minus_f1() -> None:
    p, y = (RNG.random((2, 8, 8)) < 0.4).astype(np.float64)
    expected = 1 - f1_score(y.ravel(), p.ravel())
    assert m.dice_loss(p, y) == pytest.approx(expected, abs=1e-6)


def test_dice_extremes() -> None:
    empty, mask = np.zeros(6), np.array([1.0, 1, 0, 0, 0, 0])
    assert m.dice_loss(empty, empty) == 0
    assert m.dice_loss(mask, mask) == pytest.approx(0)
    assert m.dice_loss(1 - mask, mask) == pytest.approx(1, abs=1e-6)
    assert m.dice_loss(0.5 * mask, mask, eps=0.0) == pytest.approx(1 / 3)
    assert m.dice_loss(empty, mask, eps=2.0) == pytest.approx(0.5)


def test_dice_gradient_is_of_one_size_however_rare_the_foreground() -> None:
    y = np.array([1.0, 0, 0, 0])
    gradient = approx_fprime(np.full(4, 0.5), lambda p: m.dice_loss(p, y))
    p = tensor(np.full(4, 0.5), grad=True)
    (1 - 2 * (p * tensor(y)).sum() / (p.sum() + y.sum())).backward()
    np.testing.assert_allclose(gradient, p.grad.numpy(), atol=1e-5)


def test_triplet_loss_equals_torch() -> None:
    a, p, n = RNG.normal(size=(3, 20, 4))
    expected = functional.triplet_margin_with_distance_loss(
        *(tensor(v) for v in (a, p, n)),
        distance_function=lambda u, v: ((u - v) ** 2).sum(dim=1),
        margin=0.5,
        reduction="none",
    )
    own = m.triplet_loss(a, p, n, margin=0.5)
    np.testing.assert_allclose(own, expected)
    assert (own == 0).any()
    assert (own > 0).any()
