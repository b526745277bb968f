"""Networks from scratch against PyTorch's layers, losses, optimizers and autograd."""

import copy
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from torch.nn import functional

from snippets.coding.deep_learning_from_scratch import (
    implement_batch_norm,
    implement_conv2d,
    implement_dropout,
    implement_mlp,
    implement_optimizers,
    implement_softmax_cross_entropy,
)

BatchNorm = implement_batch_norm.BatchNorm
Dropout = implement_dropout.Dropout
conv = implement_conv2d
mlp = implement_mlp


def leaf(value):
    """Return a float64 tensor that wants a gradient."""
    return torch.tensor(value, dtype=torch.float64, requires_grad=True)


def close(ours, theirs, within=1e-10):
    theirs = theirs.detach().numpy() if hasattr(theirs, "detach") else theirs
    assert np.shape(ours) == np.shape(theirs)
    np.testing.assert_allclose(ours, theirs, rtol=within, atol=within)


# --- MLP


def random_batch(rng, N=7, D=4, K=3):
    return rng.normal(size=(N, D)), rng.integers(0, K, N)


@pytest.mark.parametrize("seed", range(3))
def test_mlp_equals_autograd(seed):
    rng = np.random.default_rng(seed)
    params = mlp.init_params(4, 5, 3, rng)
    params["b1"], params["b2"] = rng.normal(size=5), rng.normal(size=3)
    X, y = random_batch(rng)
    t = {name: leaf(value) for name, value in params.items()}
    hidden = torch.relu(torch.tensor(X) @ t["W1"] + t["b1"])
    logits = hidden @ t["W2"] + t["b2"]
    expected = functional.cross_entropy(logits, torch.tensor(y))
    expected.backward()
    got_hidden, got_logits = mlp.forward(params, X)
    close(got_hidden, hidden)
    close(got_logits, logits)
    loss, grads = mlp.loss_and_grads(params, X, y)
    assert isinstance(loss, float)
    close(loss, expected)
    assert set(grads) == set(params)
    for name, grad in grads.items():
        close(grad, t[name].grad)


def test_mlp_given_loss_is_stable():
    loss, grad = mlp.cross_entropy(np.array([[0.0, 2000.0]]), np.array([0]))
    assert loss == 2000.0
    assert grad.tolist() == [[-1.0, 1.0]]


def test_mlp_initialization_keeps_the_scale_of_the_signal():
    params = mlp.init_params(500, 800, 60, np.random.default_rng(0))
    close(params["W1"].var(), 2 / 500, within=1e-4)
    close(params["W2"].var(), 2 / 800, within=1e-4)
    assert params["W1"].var() * 500 == pytest.approx(2, rel=0.02)
    assert params["W2"].var() * 800 == pytest.approx(2, rel=0.03)
    assert abs(params["W1"].mean()) < 1e-3
    assert abs(params["W2"].mean()) < 2e-3
    assert not params["b1"].any()
    assert not params["b2"].any()


def test_mlp_relu_is_off_at_zero_as_in_torch():
    params = {
        "W1": np.zeros((2, 3)),
        "b1": np.zeros(3),
        "W2": np.ones((3, 2)),
        "b2": np.zeros(2),
    }
    _, grads = mlp.loss_and_grads(params, np.ones((1, 2)), np.array([1]))
    assert not grads["W1"].any()
    assert not grads["b1"].any()


def test_mlp_training_follows_torch_sgd_batch_by_batch():
    rng = np.random.default_rng(1)
    X, y = random_batch(rng, N=10)
    start = mlp.init_params(4, 5, 3, rng)
    trained, losses = mlp.train(start, X, y, 0.3, 3, 4, np.random.default_rng(5))
    net = torch.nn.Sequential(
        torch.nn.Linear(4, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3)
    ).double()
    with torch.no_grad():
        for layer, at in ((net[0], "1"), (net[2], "2")):
            layer.weight.copy_(torch.tensor(start[f"W{at}"].T))
            layer.bias.copy_(torch.tensor(start[f"b{at}"]))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.3)
    twin, expected = np.random.default_rng(5), []
    for _ in range(3):
        order = twin.permutation(10)
        for batch in (order[:4], order[4:8], order[8:]):
            loss = functional.cross_entropy(
                net(torch.tensor(X[batch])), torch.tensor(y[batch])
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            expected.append(loss.item())
    close(losses, np.array(expected))
    close(trained["W1"], net[0].weight.T)
    close(trained["b1"], net[0].bias)
    close(trained["W2"], net[2].weight.T)
    close(trained["b2"], net[2].bias)


def test_mlp_without_epochs_returns_what_it_got():
    rng = np.random.default_rng(0)
    start = mlp.init_params(2, 3, 2, rng)
    before = copy.deepcopy(start)
    after, losses = mlp.train(start, np.ones((3, 2)), np.zeros(3, int), 1, 0, 2, rng)
    assert losses == []
    for name in start:
        close(after[name], before[name])


@pytest.mark.parametrize("seed", range(5))
def test_mlp_learns_xor(seed):
    rng = np.random.default_rng(seed)
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([0, 1, 1, 0])
    start = mlp.init_params(2, 16, 2, rng)
    params, losses = mlp.train(start, X, y, 0.5, 500, 4, rng)
    assert mlp.forward(params, X)[1].argmax(axis=1).tolist() == [0, 1, 1, 0]
    assert losses[-1] < 0.05


def test_mlp_learns_digits():
    digits = load_digits()
    X, y = digits.data / 16, digits.target
    rng = np.random.default_rng(0)
    start = mlp.init_params(64, 64, 10, rng)
    before = copy.deepcopy(start)
    params, losses = mlp.train(start, X[:1300], y[:1300], 0.3, 40, 32, rng)
    right = mlp.forward(params, X[1300:])[1].argmax(axis=1) == y[1300:]
    assert right.mean() > 0.9
    assert len(losses) == 40 * 41
    assert np.mean(losses[-41:]) < 0.05 < losses[0]
    for name in start:
        close(start[name], before[name])


# --- softmax cross-entropy


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 5))
def test_softmax_cross_entropy_equals_torch(seed, N, K):
    rng = np.random.default_rng(seed)
    z, y = rng.normal(0, 10 ** rng.uniform(-2, 3), (N, K)), rng.integers(0, K, N)
    t = leaf(z)
    expected = functional.cross_entropy(t, torch.tensor(y))
    expected.backward()
    loss, grad = implement_softmax_cross_entropy.softmax_cross_entropy(z, y)
    assert isinstance(loss, float)
    close(loss, expected)
    close(grad, t.grad)
    close(
        implement_softmax_cross_entropy.log_softmax(z),
        torch.log_softmax(torch.tensor(z), dim=1),
    )


def test_softmax_cross_entropy_with_an_excluded_class():
    z, y = np.array([[0.5, -math.inf, 2.0]]), np.array([2])
    t = leaf(z)
    expected = functional.cross_entropy(t, torch.tensor(y))
    expected.backward()
    loss, grad = implement_softmax_cross_entropy.softmax_cross_entropy(z, y)
    close(loss, expected)
    close(grad, t.grad)
    assert grad[0, 1] == 0


# --- batch norm


SHAPES = [(8, 3), (2, 3), (4, 3, 5, 2), (1, 3, 2, 2)]


def pair(channels, rng, **options):
    """Return our layer and PyTorch's with the same parameters, for images."""
    ours = BatchNorm(channels, **options)
    theirs = torch.nn.BatchNorm2d(channels, **options).double()
    ours.gamma, ours.beta = rng.normal(size=channels), rng.normal(size=channels)
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(ours.gamma))
        theirs.bias.copy_(torch.tensor(ours.beta))
    return ours, theirs


def as_images(x):
    return x if x.ndim == 4 else x[:, :, None, None]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("options", [{}, {"momentum": 0.4, "eps": 0.1}])
def test_batch_norm_equals_torch_in_both_modes(shape, options):
    rng = np.random.default_rng(0)
    ours, theirs = pair(3, rng, **options)
    for training in (True, True, False):
        ours.training = training
        theirs.train(training)
        x, grad_y = rng.normal(2, 3, shape), rng.normal(size=shape)
        t = leaf(as_images(x))
        theirs.zero_grad()
        expected = theirs(t)
        expected.backward(torch.tensor(as_images(grad_y)))
        close(ours.forward(x), expected.detach().numpy().reshape(shape))
        close(ours.running_mean, theirs.running_mean)
        close(ours.running_var, theirs.running_var)
        close(ours.backward(grad_y), t.grad.numpy().reshape(shape), within=1e-8)
        close(ours.grad_gamma, theirs.weight.grad, within=1e-9)
        close(ours.grad_beta, theirs.bias.grad)


def test_batch_norm_starts_as_torch_does():
    ours, theirs = BatchNorm(3), torch.nn.BatchNorm1d(3)
    assert ours.training is theirs.training is True
    assert ours.momentum == theirs.momentum
    assert ours.eps == theirs.eps
    for name, other in (
        ("gamma", theirs.weight),
        ("beta", theirs.bias),
        ("running_mean", theirs.running_mean),
        ("running_var", theirs.running_var),
        ("grad_gamma", torch.zeros(3)),
        ("grad_beta", torch.zeros(3)),
    ):
        close(getattr(ours, name), other)


@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 1, 1), (0, 3)])
def test_batch_norm_refuses_fewer_than_two_values_only_in_training(shape):
    layer = BatchNorm(3)
    with pytest.raises(ValueError, match=f"^{shape[0]} values per channel"):
        layer.forward(np.ones(shape))
    layer.training = False
    close(layer.forward(np.zeros(shape)), np.zeros(shape))


def test_batch_norm_of_two_values_per_channel_is_accepted():
    y = BatchNorm(1, eps=0.0).forward(np.array([[5.0], [7.0]]))
    assert y.tolist() == [[-1.0], [1.0]]


# --- dropout


@pytest.mark.parametrize("p", [0.0, 0.2, 0.7, 1.0])
def test_dropout_shares_scale_and_mask(p):
    layer, x = Dropout(p, np.random.default_rng(0)), np.full((300, 400), 3.0)
    y = layer.forward(x)
    assert layer.training is True
    dropped = y == 0
    assert abs(dropped.mean() - p) <= 5 * math.sqrt(p * (1 - p) / x.size)
    if p < 1:
        close(y[~dropped], np.full((~dropped).sum(), 3 / (1 - p)))
    grad = layer.backward(np.full(x.shape, 2.0))
    close(grad, y * 2 / 3)


def test_dropout_backward_is_the_derivative_of_the_forward():
    x, grad_y = np.random.default_rng(1).normal(size=(2, 6, 5))
    layer = Dropout(0.4, np.random.default_rng(0))
    layer.forward(x)
    grad, numeric, h = layer.backward(grad_y), np.empty_like(x), 1e-6
    for place in np.ndindex(x.shape):
        sums = []
        for sign in (1, -1):
            moved = x.copy()
            moved[place] += sign * h
            same = Dropout(0.4, np.random.default_rng(0))  # draws the same mask
            sums.append(np.sum(grad_y * same.forward(moved)))
        numeric[place] = (sums[0] - sums[1]) / (2 * h)
    close(grad, numeric, within=1e-7)


def test_dropout_is_a_copy_at_inference_and_forgets_its_mask():
    layer, x = Dropout(0.5, np.random.default_rng(0)), np.arange(20.0)
    layer.forward(x)
    layer.training = False
    y = layer.forward(x)
    assert y is not x
    close(y, x)
    close(layer.backward(x), x)


def test_dropout_draws_anew_and_keeps_the_variance_formula():
    layer, x = Dropout(0.25, np.random.default_rng(0)), np.ones(4)
    draws = np.array([layer.forward(x) for _ in range(20_000)])
    close(draws.mean(axis=0), x, within=0.03)
    close(draws.var(axis=0), np.full(4, 0.25 / 0.75), within=0.03)  # x^2 p / (1 - p)
    correlation = np.corrcoef(draws.T) - np.eye(4)
    assert np.abs(correlation).max() < 0.05


def test_dropout_keeps_all_at_p_0_even_if_zero_is_drawn():
    class Zeros:
        def random(self, shape):
            return np.zeros(shape)

    assert Dropout(0.0, Zeros()).forward(np.ones(3)).tolist() == [1, 1, 1]


@pytest.mark.parametrize("p", [-1e-9, 1 + 1e-9, math.nan])
def test_dropout_refuses_what_is_no_probability(p):
    with pytest.raises(ValueError, match="must be a probability"):
        Dropout(p, np.random.default_rng(0))


# --- optimizers


OPTIMIZERS = [
    ("SGD", "SGD", {}, {}),
    ("SGD", "SGD", {"momentum": 0.9}, {"momentum": 0.9}),
    ("AdaGrad", "Adagrad", {}, {}),
    ("AdaGrad", "Adagrad", {"eps": 0.01}, {"eps": 0.01}),
    ("RMSProp", "RMSprop", {}, {}),
    ("RMSProp", "RMSprop", {"alpha": 0.8, "eps": 0.01}, {"alpha": 0.8, "eps": 0.01}),
    ("Adam", "Adam", {}, {}),
    (
        "Adam",
        "Adam",
        {"betas": (0.8, 0.95), "eps": 0.01},
        {"betas": (0.8, 0.95), "eps": 0.01},
    ),
]


@pytest.mark.parametrize(("ours", "theirs", "options", "torch_options"), OPTIMIZERS)
def test_optimizers_equal_torch_over_50_steps(ours, theirs, options, torch_options):
    rng = np.random.default_rng(0)
    params = [rng.normal(size=(3, 2)), rng.normal(size=4)]
    twins = [leaf(param) for param in params]
    optimizer = getattr(implement_optimizers, ours)(params, 0.05, **options)
    other = getattr(torch.optim, theirs)(twins, lr=0.05, **torch_options)
    for t in range(50):
        if t == 25:
            optimizer.lr = other.param_groups[0]["lr"] = 0.01
        # tiny gradients among them, where eps decides
        grads = [rng.normal(0, 10.0 ** rng.integers(-9, 1), p.shape) for p in params]
        for twin, grad in zip(twins, grads, strict=True):
            twin.grad = torch.tensor(grad)
        before = copy.deepcopy(grads)
        optimizer.step(grads)
        other.step()
        for grad, same in zip(grads, before, strict=True):
            assert (grad == same).all()
        for param, twin in zip(params, twins, strict=True):
            close(param, twin, within=1e-9)


@pytest.mark.parametrize("name", ["SGD", "AdaGrad", "RMSProp", "Adam"])
def test_optimizers_reach_the_minimum_of_a_bowl(name):
    w = np.array([3.0, -2.0])
    optimizer = getattr(implement_optimizers, name)([w], lr=0.5)
    for t in range(400):
        optimizer.lr = 0.5 * (1 - t / 400)
        optimizer.step([w * np.array([1.0, 0.3])])
    assert np.abs(w).max() < 0.05


@pytest.mark.parametrize("name", ["SGD", "AdaGrad", "RMSProp", "Adam"])
def test_optimizers_want_a_gradient_for_each_parameter(name):
    optimizer = getattr(implement_optimizers, name)([np.zeros(1), np.zeros(1)], 0.1)
    with pytest.raises(ValueError, match="zip"):
        optimizer.step([np.ones(1)])


# --- convolution


@st.composite
def convolutions(draw):
    """Draw x, weight, bias, stride, padding that fit each other."""
    N, C, F = (draw(st.integers(1, 3)) for _ in range(3))
    KH, KW, stride = (draw(st.integers(1, 3)) for _ in range(3))
    padding = draw(st.integers(0, 2))
    H, W = draw(st.integers(3, 7)), draw(st.integers(3, 7))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    x, weight = rng.normal(size=(N, C, H, W)), rng.normal(size=(F, C, KH, KW))
    return x, weight, rng.normal(size=F), stride, padding


@settings(deadline=None, max_examples=50)
@given(convolutions())
def test_convolution_equals_torch_forward_and_backward(drawn):
    x, weight, bias, stride, padding = drawn
    tensors = [leaf(value) for value in (x, weight, bias)]
    expected = functional.conv2d(*tensors, stride=stride, padding=padding)
    close(conv.conv2d_loops(x, weight, bias, stride, padding), expected)
    close(conv.conv2d(x, weight, bias, stride, padding), expected)
    grad_y = np.random.default_rng(0).normal(size=expected.shape)
    expected.backward(torch.tensor(grad_y))
    grads = conv.conv2d_backward(grad_y, x, weight, stride, padding)
    for grad, tensor in zip(grads, tensors, strict=True):
        close(grad, tensor.grad)


@settings(deadline=None, max_examples=50)
@given(convolutions())
def test_im2col_and_col2im_equal_unfold_and_fold(drawn):
    x, weight, _, stride, padding = drawn
    kernel = weight.shape[2:]
    expected = functional.unfold(
        torch.tensor(x), kernel, stride=stride, padding=padding
    )
    columns = conv.im2col(x, *kernel, stride, padding)
    close(columns, expected)
    other = np.random.default_rng(0).normal(size=columns.shape)
    folded = functional.fold(
        torch.tensor(other), x.shape[2:], kernel, stride=stride, padding=padding
    )
    close(conv.col2im(other, x.shape, *kernel, stride, padding), folded)


def test_convolution_defaults_are_stride_1_without_padding():
    rng = np.random.default_rng(0)
    x, weight = rng.normal(size=(2, 2, 5, 4)), rng.normal(size=(3, 2, 2, 3))
    bias, grad_y = rng.normal(size=3), rng.normal(size=(2, 3, 4, 2))
    tensors = [leaf(value) for value in (x, weight, bias)]
    expected = functional.conv2d(*tensors)
    expected.backward(torch.tensor(grad_y))
    close(conv.conv2d_loops(x, weight, bias), expected)
    close(conv.conv2d(x, weight, bias), expected)
    columns = functional.unfold(torch.tensor(x), (2, 3))
    close(conv.im2col(x, 2, 3), columns)
    close(
        conv.col2im(columns.numpy(), x.shape, 2, 3),
        functional.fold(columns, (5, 4), (2, 3)),
    )
    for grad, tensor in zip(
        conv.conv2d_backward(grad_y, x, weight), tensors, strict=True
    ):
        close(grad, tensor.grad)


def test_convolution_leaves_its_input_alone():
    x, weight = np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2))
    conv.conv2d_loops(x, weight, np.zeros(1), padding=1)
    conv.conv2d(x, weight, np.zeros(1), padding=1)
    conv.conv2d_backward(np.ones((1, 1, 4, 4)), x, weight, padding=1)
    assert (x == 1).all()
    assert (weight == 1).all()


def test_convolution_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="window shape"):
        conv.im2col(np.ones((1, 1, 2, 2)), 3, 3)
