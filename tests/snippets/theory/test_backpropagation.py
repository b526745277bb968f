import itertools
import weakref

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import ks_2samp
from torch import nn

from snippets.theory import backpropagation as bp

seeds = st.integers(0, 10_000)
torch_activations = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}


def random_problem(seed, n=5, d=3, h=4, k=3):
    rng = np.random.default_rng(seed)
    params = bp.MLP(
        rng.standard_normal((d, h)),
        rng.standard_normal(h),
        rng.standard_normal((h, k)),
        rng.standard_normal(k),
    )
    return params, rng.standard_normal((n, d)), rng.integers(k, size=n)


def torch_loss_and_grads(params, X, y):
    leaves = [torch.tensor(w, requires_grad=True) for w in params]
    W1, b1, W2, b2 = leaves
    logits = torch.relu(torch.tensor(X) @ W1 + b1) @ W2 + b2
    loss = nn.functional.cross_entropy(logits, torch.tensor(y))
    loss.backward()
    return loss.item(), [w.grad.numpy() for w in leaves], logits.detach()


# Paths and the reverse sweep


@settings(deadline=None, max_examples=30)
@given(seeds, st.lists(st.integers(1, 3), min_size=1, max_size=4))
def test_paths_and_sweep_equal_the_matrix_product(seed, sizes):
    rng = np.random.default_rng(seed)
    widths = [*sizes, 1]
    jacobians = [
        rng.standard_normal((n_out, n_in)) for n_in, n_out in itertools.pairwise(widths)
    ]
    by_paths, paths = bp.sum_over_paths(jacobians)
    by_sweep, edges = bp.reverse_sweep(jacobians)
    expected = np.eye(1)
    for J in reversed(jacobians):
        expected = expected @ J
    np.testing.assert_allclose(by_paths, expected[0], atol=1e-12)
    np.testing.assert_allclose(by_sweep, expected[0], atol=1e-12)
    assert paths == np.prod(sizes)
    assert edges == sum(a * b for a, b in itertools.pairwise(widths))


# The two-layer MLP


@settings(deadline=None, max_examples=30)
@given(seeds, st.integers(1, 6))
def test_forward_and_backward_match_autograd(seed, n):
    params, X, y = random_problem(seed, n=n)
    loss, cache = bp.forward(params, X, y)
    expected_loss, expected_grads, logits = torch_loss_and_grads(params, X, y)
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    np.testing.assert_allclose(cache.P, torch.softmax(logits, dim=1), rtol=1e-10)
    for ours, theirs in zip(
        bp.backward(params, X, y, cache), expected_grads, strict=True
    ):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_forward_survives_huge_logits():
    params, X, y = random_problem(0)
    loss, cache = bp.forward(params._replace(b2=np.array([1e4, 0, -1e4])), X, y)
    assert np.isfinite(loss)
    np.testing.assert_allclose(cache.P.sum(axis=1), 1)


def test_worked_example_matches_autograd_and_the_closed_form():
    params, X, y = bp.worked_example()
    loss, cache = bp.forward(params, X, y)
    expected_loss, expected_grads, _ = torch_loss_and_grads(params, X, y)
    assert loss == pytest.approx(expected_loss)
    assert cache.P[0, 0] == pytest.approx(1 / (1 + np.exp(0.5)))  # logits 0.5, 1
    for ours, theirs in zip(
        bp.backward(params, X, y, cache), expected_grads, strict=True
    ):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)
    assert cache.H[0, 2] == 0  # one unit is off, so the text can speak of it


def test_numerical_gradient_is_exact_for_quadratics():
    rng = np.random.default_rng(0)
    A, x = rng.standard_normal((4, 4)), rng.standard_normal(4)
    approx = bp.numerical_gradient(lambda v: float(v @ A @ v), x)
    np.testing.assert_allclose(approx, (A + A.T) @ x, rtol=1e-8)


def test_central_differences_have_second_order_error():
    x = np.array([0.3])
    errors = [
        abs(bp.numerical_gradient(lambda v: float(np.exp(v[0])), x, eps)[0] - np.exp(x))
        for eps in (1e-2, 1e-3)
    ]
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.01)


def test_gradient_check_passes_right_and_catches_wrong_gradients(monkeypatch):
    params, X, y = random_problem(3)
    assert bp.gradient_check(params, X, y) < 1e-7
    backward = bp.backward

    def without_mean(*args):
        return bp.MLP(*(len(y) * g for g in backward(*args)))

    monkeypatch.setattr(bp, "backward", without_mean)
    assert bp.gradient_check(params, X, y) == pytest.approx(4 / 6, rel=1e-3)

    def wrong_bias(*args):
        grads = backward(*args)
        return grads._replace(b1=2 * grads.b1)

    monkeypatch.setattr(bp, "backward", wrong_bias)
    assert bp.gradient_check(params, X, y) == pytest.approx(1 / 3, rel=1e-3)


def test_training_matches_torch_sgd():
    params, X, y = random_problem(1)
    leaves = [torch.tensor(w, requires_grad=True) for w in params]
    optimizer = torch.optim.SGD(leaves, lr=0.1)
    for _ in range(5):
        optimizer.zero_grad()
        W1, b1, W2, b2 = leaves
        logits = torch.relu(torch.tensor(X) @ W1 + b1) @ W2 + b2
        nn.functional.cross_entropy(logits, torch.tensor(y)).backward()
        optimizer.step()
    trained = bp.train(params, X, y, lr=0.1, steps=5)
    for ours, theirs in zip(trained, leaves, strict=True):
        np.testing.assert_allclose(ours, theirs.detach(), atol=1e-12)


# The PyTorch step


def torch_model():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 2)
    )


def torch_mlp(params):
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 3)).double()
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor(params.W1.T))  # torch keeps (out, in)
        model[0].bias.copy_(torch.tensor(params.b1))
        model[2].weight.copy_(torch.tensor(params.W2.T))
        model[2].bias.copy_(torch.tensor(params.b2))
    return model


def test_torch_steps_match_numpy_steps():
    params, X, y = random_problem(2)
    model = torch_mlp(params)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(3):  # gradients left over from a step would show here
        loss, cache = bp.forward(params, X, y)
        params = bp.sgd_step(params, bp.backward(params, X, y, cache), 0.1)
        step = bp.torch_train_step(model, optimizer, torch.tensor(X), torch.tensor(y))
        assert step == pytest.approx(loss)
    np.testing.assert_allclose(model[0].weight.detach(), params.W1.T, atol=1e-12)
    np.testing.assert_allclose(model[2].bias.detach(), params.b2, atol=1e-12)


def test_torch_step_clips_the_gradient():
    params, X, y = random_problem(2)
    model = torch_mlp(params)
    before = nn.utils.parameters_to_vector(model.parameters()).detach().clone()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    bp.torch_train_step(model, optimizer, torch.tensor(X), torch.tensor(y), 0.01)
    after = nn.utils.parameters_to_vector(model.parameters()).detach()
    assert (after - before).norm().item() == pytest.approx(0.01, rel=1e-3)


def test_modes_of_the_training_step_and_of_prediction():
    model, X = torch_model(), torch.randn(16, 3)
    y = torch.randint(2, (16,))
    model.eval()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    mean = model[1].running_mean.clone()
    bp.torch_train_step(model, optimizer, X, y)
    assert model.training
    assert not torch.equal(mean, model[1].running_mean)  # the batch was counted

    mean = model[1].running_mean.clone()
    classes = bp.torch_predict(model, X)
    assert not model.training
    assert classes.shape == (16,)
    assert classes.is_inference()
    assert torch.equal(classes, model(X).max(dim=1).indices)
    assert torch.equal(mean, model[1].running_mean)
    one_by_one = torch.cat([bp.torch_predict(model, x[None]) for x in X])
    assert torch.equal(classes, one_by_one)  # no sample depends on its batch


def test_evaluation_mode_alone_still_records_a_graph():
    model = torch_model().eval()
    assert model(torch.randn(2, 3)).requires_grad


@pytest.mark.parametrize("run_backward", [True, False])
def test_a_summed_loss_keeps_activations_unless_backward_freed_them(run_backward):
    first, second = nn.Linear(3, 4), nn.Linear(4, 1)
    total, hidden = torch.zeros(()), []
    for _ in range(3):
        h = torch.sigmoid(first(torch.randn(2, 3)))
        hidden.append(weakref.ref(h))
        loss = second(h).sum()
        if run_backward:
            loss.backward()
        total = total + loss
        del h, loss
    assert total.requires_grad
    assert [ref() is None for ref in hidden] == [run_backward] * 3


@pytest.mark.parametrize("sizes", [[7, 5, 3], [7, 6, 5, 4]])
def test_step_numbers_are_what_autograd_and_adam_keep(sizes):
    layers = []
    for n_in, n_out in itertools.pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    weights = {p.data_ptr() for p in model.parameters()}
    saved = {}

    def pack(tensor):
        if tensor.is_floating_point() and tensor.data_ptr() not in weights:
            saved[tensor.data_ptr()] = tensor
        return tensor

    X, y = torch.randn(11, sizes[0]), torch.randint(sizes[-1], (11,))
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = nn.functional.cross_entropy(model(X), y)
    optimizer = torch.optim.Adam(model.parameters())
    loss.backward()
    optimizer.step()

    numbers = bp.step_numbers(sizes, batch=11)
    activations = [t for t in saved.values() if t.dim() == 2]  # not a mean's scalar
    assert numbers["activations"] == sum(t.numel() for t in activations)
    assert numbers["weights"] == sum(p.numel() for p in model.parameters())
    assert numbers["gradients"] == sum(p.grad.numel() for p in model.parameters())
    moments = [
        state[name]
        for state in optimizer.state.values()
        for name in ("exp_avg", "exp_avg_sq")
    ]
    assert numbers["adam"] == sum(m.numel() for m in moments)


# Depth


@pytest.mark.parametrize("name", bp.ACTIVATIONS)
def test_activations_and_derivatives_match_torch(name):
    f, derivative = bp.ACTIVATIONS[name]
    z = torch.linspace(-30, 30, 101, dtype=torch.float64, requires_grad=True)
    out = torch_activations[name](z)
    out.sum().backward()
    np.testing.assert_allclose(f(z.detach().numpy()), out.detach(), atol=1e-15)
    np.testing.assert_allclose(derivative(z.detach().numpy()), z.grad, atol=1e-15)


@pytest.mark.parametrize("name", bp.ACTIVATIONS)
def test_gradient_by_layer_matches_autograd(name):
    x, weights = bp.random_stack(1.3, depth=6, width=20, seed=4)
    h, pre = torch.tensor(x), []
    for W in weights:
        z = h @ torch.tensor(W, requires_grad=True)
        z.retain_grad()
        pre.append(z)
        h = torch_activations[name](z)
    h.sum().backward()
    expected = [z.grad.norm().item() for z in pre]
    np.testing.assert_allclose(
        bp.gradient_by_layer(x, weights, name), expected, rtol=1e-10
    )
    ours_pre, ours_post = bp.run(x, weights, name)
    np.testing.assert_allclose(ours_pre[-1], pre[-1].detach(), rtol=1e-10)
    np.testing.assert_allclose(ours_post[-1], h.detach(), rtol=1e-10)


def test_random_stack_has_the_promised_shapes_and_variance():
    x, weights = bp.random_stack(3.0, depth=2, width=400)
    assert x.shape == (64, 400)
    assert [W.shape for W in weights] == [(400, 400)] * 2
    assert weights[1].var() == pytest.approx(9 / 400, rel=0.02)
    assert weights[1].mean() == pytest.approx(0, abs=0.01)


def test_sigmoid_gradients_obey_the_bound_of_a_quarter():
    x, weights = bp.random_stack(1.0, depth=10, width=30)
    norms = bp.gradient_by_layer(x, weights, "sigmoid")
    for lower, upper, W in zip(norms[:-1], norms[1:], weights[1:], strict=True):
        assert lower <= 0.25 * np.linalg.norm(W, 2) * upper


def test_linear_scaling_law_of_relu():
    # ReLU is positively homogeneous: doubling every weight multiplies the
    # gradient between layers 50 and 1 by 2 to the 49.
    ratio = bp.depth_ratio("relu", 2.0) / bp.depth_ratio("relu", 1.0)
    assert ratio == pytest.approx(2.0**49, rel=1e-9)


def test_tanh_explodes_as_mean_field_theory_says():
    # Fixed point of the pre-activation variance q, then chi = gain^2 E[tanh'^2],
    # by Gauss-Hermite quadrature (Schoenholz et al. 2017).
    nodes, w = np.polynomial.hermite_e.hermegauss(200)
    w = w / w.sum()
    q = 1.0
    for _ in range(200):
        q = 9 * (w * np.tanh(np.sqrt(q) * nodes) ** 2).sum()
    chi = 9 * (w * (1 - np.tanh(np.sqrt(q) * nodes) ** 2) ** 2).sum()
    per_layer = bp.depth_ratio("tanh", 3.0) ** (2 / 49)
    assert chi > 1.5
    assert per_layer == pytest.approx(chi, rel=0.1)
    assert bp.rms_by_layer("tanh", 3.0).max() < 1  # and no activation explodes


@settings(deadline=None, max_examples=30)
@given(seeds, st.floats(0.01, 100))
def test_clip_grad_norm_matches_torch(seed, max_norm):
    rng = np.random.default_rng(seed)
    grads = [rng.standard_normal((3, 4)), rng.standard_normal(4)]
    params = [nn.Parameter(torch.zeros_like(torch.tensor(g))) for g in grads]
    for p, g in zip(params, grads, strict=True):
        p.grad = torch.tensor(g)
    expected = nn.utils.clip_grad_norm_(params, max_norm)
    clipped, norm = bp.clip_grad_norm(grads, max_norm)
    assert norm == pytest.approx(expected.item())
    for ours, p in zip(clipped, params, strict=True):
        np.testing.assert_allclose(ours, p.grad, rtol=1e-10)


def test_clip_grad_norm_accepts_a_generator():
    clipped, norm = bp.clip_grad_norm((np.ones(1) for _ in range(4)), 1.0)
    assert norm == 2.0
    assert len(clipped) == 4


# Initialization


@settings(deadline=None, max_examples=25)
@given(seeds)
def test_equal_hidden_units_stay_equal_whatever_the_data(seed):
    params, X, y = random_problem(seed)
    twins = bp.MLP(
        np.repeat(params.W1[:, :1], 4, axis=1),
        np.repeat(params.b1[:1], 4),
        np.repeat(params.W2[:1], 4, axis=0),
        params.b2,
    )
    trained = bp.train(twins, X, y, lr=0.1, steps=20)
    np.testing.assert_allclose(trained.W1, trained.W1[:, [0] * 4], atol=1e-9)
    np.testing.assert_allclose(trained.W2, trained.W2[[0] * 4], atol=1e-9)


def test_all_zero_relu_network_learns_its_output_bias_only():
    _, X, y = random_problem(0)
    zero = bp.init_mlp(3, 4, 3, "zero")
    trained = bp.train(zero, X, y, lr=0.1, steps=50)
    assert not trained.W1.any()
    assert not trained.W2.any()
    assert not trained.b1.any()
    assert trained.b2.any()


def test_zero_output_layer_alone_is_harmless():
    _, X, y = random_problem(0)
    start = bp.init_mlp(3, 4, 3)._replace(W2=np.zeros((4, 3)))
    first = bp.backward(start, X, y, bp.forward(start, X, y)[1])
    assert not first.W1.any()  # nothing passes the zero layer at first
    assert first.W2.any()
    trained = bp.train(start, X, y, lr=0.1, steps=2)
    assert not np.allclose(trained.W1, start.W1)
    assert bp.distinct_units(trained) == 4


def test_init_mlp_shapes_and_randomness():
    params = bp.init_mlp(200, 30, 40)
    assert [w.shape for w in params] == [(200, 30), (30,), (30, 40), (40,)]
    assert params.W1.std() == pytest.approx(1, rel=0.05)
    assert not params.b1.any()
    equal = bp.init_mlp(2, 3, 4, "equal")
    assert (equal.W1[:, :1] == equal.W1).all()
    assert (equal.W2[:1] == equal.W2).all()
    assert len(set(equal.W1[:, 0])) == 2
    assert len(set(equal.W2[0])) == 4


def test_distinct_units_sees_inputs_bias_and_outputs():
    equal = bp.MLP(np.ones((2, 3)), np.zeros(3), np.ones((3, 2)), np.zeros(2))
    assert bp.distinct_units(equal) == 1
    assert bp.distinct_units(equal._replace(b1=np.array([0.0, 0.0, 1.0]))) == 2
    W2 = np.array([[1.0, 1.0], [1.0, 2.0], [2.0, 1.0]])
    assert bp.distinct_units(equal._replace(W2=W2)) == 3
    assert bp.distinct_units(equal._replace(W1=np.array([[0, 0, 1.0]] * 2))) == 2


def test_xor_needs_distinct_units():
    assert bp.xor_after_training("zero")[0] == 1
    units, correct = bp.xor_after_training("equal")
    assert units == 1
    assert correct <= 3  # all that one ReLU unit can do
    assert bp.xor_after_training("random") == (8, 4)


def test_logistic_regression_from_zero_reaches_the_global_optimum():
    rng = np.random.default_rng(0)
    X = np.column_stack([np.ones(60), rng.standard_normal((60, 2))])
    y = (X[:, 1] + rng.standard_normal(60) > 0).astype(np.int64)

    def loss(w):
        z = X @ w
        return np.logaddexp(0, z).sum() - z @ y

    expected = minimize(loss, np.ones(3), tol=1e-10).x
    ours = bp.logistic_regression(X, y, lr=1.0, steps=1000)
    np.testing.assert_allclose(ours, expected, atol=1e-5)


@settings(deadline=None, max_examples=20)
@given(seeds)
def test_lora_gradients_match_autograd(seed):
    rng = np.random.default_rng(seed)
    X, delta = rng.standard_normal((5, 4)), rng.standard_normal((5, 3))
    A, B = rng.standard_normal((4, 2)), rng.standard_normal((2, 3))
    tA, tB = torch.tensor(A, requires_grad=True), torch.tensor(B, requires_grad=True)
    ((torch.tensor(X) @ tA @ tB) * torch.tensor(delta)).sum().backward()
    dA, dB = bp.lora_gradients(X, A, B, delta)
    np.testing.assert_allclose(dA, tA.grad, atol=1e-12)
    np.testing.assert_allclose(dB, tB.grad, atol=1e-12)


@pytest.mark.parametrize("shape", [(300, 200), (100, 400)])
def test_initializers_draw_from_torch_distributions(shape):
    n_in, n_out = shape
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    weight = torch.empty(n_out, n_in, dtype=torch.float64)
    for ours, theirs in [
        (bp.xavier_uniform(n_in, n_out, rng), nn.init.xavier_uniform_),
        (bp.he_normal(n_in, n_out, rng), nn.init.kaiming_normal_),
        (
            bp.he_normal(n_in, n_out, rng, slope=0.5),
            lambda w: nn.init.kaiming_normal_(w, a=0.5),
        ),
    ]:
        assert ours.shape == shape
        expected = theirs(weight.clone()).numpy()
        assert ks_2samp(ours.ravel(), expected.ravel()).pvalue > 1e-3
        assert ours.std() == pytest.approx(expected.std(), rel=0.02)
        assert ours.mean() == pytest.approx(0, abs=0.002)


def test_xavier_preserves_variance_of_a_linear_square_layer_and_he_halves_for_relu():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((500, 400))
    z = x @ bp.xavier_uniform(400, 400, rng)
    assert (z**2).mean() == pytest.approx(1, rel=0.05)
    h = np.maximum(x @ bp.he_normal(400, 300, rng), 0)
    assert (h**2).mean() == pytest.approx(1, rel=0.05)  # fan-out may differ


def test_pytorch_linear_default_is_a_third_of_lecun_not_he():
    torch.manual_seed(0)
    weight = nn.Linear(600, 500).weight.detach()
    assert weight.abs().max().item() == pytest.approx(1 / np.sqrt(600), rel=1e-3)
    assert weight.var().item() == pytest.approx(1 / (3 * 600), rel=0.02)


def test_rms_by_layer_follows_the_second_moment_recursion():
    # For ReLU the mean square is multiplied by gain^2 / 2 in each layer.
    lower, he = bp.rms_by_layer("relu", 1.0), bp.rms_by_layer("relu", 2**0.5)
    np.testing.assert_allclose(he / lower, 2 ** (np.arange(1, 51) / 2), rtol=1e-9)
    x, weights = bp.random_stack(2**0.5)
    assert he[0] == pytest.approx(1, rel=0.05)
    h = torch.tensor(x)
    for W in weights:
        h = torch.relu(h @ torch.tensor(W))
    assert he[-1] == pytest.approx((h**2).mean().sqrt().item(), rel=1e-9)
    assert len(he) == 50
