"""Normalization layers against torch.nn, autograd, SciPy and closed forms."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from snippets import Array
from snippets.theory import normalization as nm

SHAPES = [(8, 3), (4, 3, 5, 6)]


def randn(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(1.5, 2.0, size=shape)


def torch_batch_norm(ndim: int, channels: int, seed: int = 1) -> torch.nn.Module:
    kind = torch.nn.BatchNorm1d if ndim == 2 else torch.nn.BatchNorm2d
    layer = kind(channels, dtype=torch.float64)
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(rng.normal(size=channels)))
        layer.bias.copy_(torch.tensor(rng.normal(size=channels)))
    return layer


def same_parameters(layer: torch.nn.Module) -> nm.BatchNorm:
    bn = nm.BatchNorm(len(layer.weight))
    bn.gamma = layer.weight.detach().numpy().copy()
    bn.beta = layer.bias.detach().numpy().copy()
    return bn


@pytest.mark.parametrize("shape", SHAPES)
def test_batch_norm_matches_torch_in_both_modes(shape: tuple[int, ...]) -> None:
    layer = torch_batch_norm(len(shape), shape[1])
    bn = same_parameters(layer)
    for step in range(3):
        x = randn(*shape, seed=step)
        expected = layer(torch.tensor(x)).detach().numpy()
        np.testing.assert_allclose(bn(x), expected, rtol=1e-10)
        np.testing.assert_allclose(bn.running_mean, layer.running_mean, rtol=1e-10)
        np.testing.assert_allclose(bn.running_var, layer.running_var, rtol=1e-10)
    layer.eval()
    bn.training = False
    before = bn.running_mean.copy(), bn.running_var.copy()
    x = randn(*shape, seed=9)
    np.testing.assert_allclose(bn(x), layer(torch.tensor(x)).detach(), rtol=1e-10)
    np.testing.assert_array_equal(bn.running_mean, before[0])
    np.testing.assert_array_equal(bn.running_var, before[1])


def test_batch_norm_momentum_is_the_weight_of_the_new_batch() -> None:
    layer = torch.nn.BatchNorm1d(2, momentum=0.3, eps=0.01, dtype=torch.float64)
    bn = nm.BatchNorm(2, momentum=0.3, eps=0.01)
    x = randn(7, 2)
    np.testing.assert_allclose(bn(x), layer(torch.tensor(x)).detach(), rtol=1e-10)
    np.testing.assert_allclose(bn.running_mean, layer.running_mean, rtol=1e-10)
    np.testing.assert_allclose(bn.running_var, layer.running_var, rtol=1e-10)


def test_one_value_per_channel_is_refused_like_in_torch() -> None:
    with pytest.raises(ValueError, match="one value"):
        nm.BatchNorm(3)(randn(1, 3))
    with pytest.raises(ValueError, match="more than 1 value"):
        torch.nn.BatchNorm1d(3)(torch.zeros(1, 3))
    bn = nm.BatchNorm(3)
    bn.training = False
    assert bn(randn(1, 3)).shape == (1, 3)


@pytest.mark.parametrize("shape", SHAPES)
def test_backward_matches_autograd(shape: tuple[int, ...]) -> None:
    layer = torch_batch_norm(len(shape), shape[1])
    bn = same_parameters(layer)
    x, grad_y = randn(*shape), randn(*shape, seed=5)
    bn(x)
    leaf = torch.tensor(x, requires_grad=True)
    layer(leaf).backward(torch.tensor(grad_y))
    grad_x, grad_gamma, grad_beta = nm.batch_norm_backward(bn, grad_y)
    np.testing.assert_allclose(grad_x, leaf.grad, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(grad_gamma, layer.weight.grad, rtol=1e-10)
    np.testing.assert_allclose(grad_beta, layer.bias.grad, rtol=1e-10)


def test_backward_matches_finite_differences() -> None:
    x, grad_y = randn(5, 2), randn(5, 2, seed=3)
    bn = nm.BatchNorm(2)
    bn(x)
    grad_x, _, _ = nm.batch_norm_backward(bn, grad_y)
    h = 1e-6
    numeric = np.empty_like(x)
    for index in np.ndindex(*x.shape):
        step = np.zeros_like(x)
        step[index] = h
        up, down = nm.BatchNorm(2)(x + step), nm.BatchNorm(2)(x - step)
        numeric[index] = np.sum(grad_y * (up - down)) / (2 * h)
    np.testing.assert_allclose(grad_x, numeric, atol=1e-7)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(2, 12))
def test_input_gradient_is_orthogonal_to_shift_and_stretch(seed: int, m: int) -> None:
    bn = nm.BatchNorm(1, eps=0.0)
    bn(randn(m, 1, seed=seed))
    grad_y = randn(m, 1, seed=seed + 1)
    grad_x, _, _ = nm.batch_norm_backward(bn, grad_y)
    scale = np.abs(grad_y / bn.std).max()
    assert abs(grad_x.sum()) < 1e-9 * scale
    assert abs((grad_x * bn.x_hat).sum()) < 1e-9 * scale
    if m == 2:
        np.testing.assert_allclose(np.abs(bn.x_hat), 1, rtol=1e-9)
        np.testing.assert_allclose(grad_x / scale, 0, atol=1e-9)


def test_backward_refuses_inference_mode() -> None:
    bn = nm.BatchNorm(2)
    bn.training = False
    bn(randn(4, 2))
    with pytest.raises(ValueError, match="inference"):
        nm.batch_norm_backward(bn, randn(4, 2))


@pytest.mark.parametrize("scale", [1.0, 0.1, 25.0])
def test_weight_gradient_matches_autograd_at_any_scale(scale: float) -> None:
    x, weight, grad_y = randn(16, 4), scale * randn(4, 3, seed=1), randn(16, 3, seed=2)
    leaf = torch.tensor(weight, requires_grad=True)
    layer = torch.nn.BatchNorm1d(3, eps=1e-15, dtype=torch.float64)
    layer(torch.tensor(x) @ leaf).backward(torch.tensor(grad_y))
    gradient = nm.weight_gradient(x, weight, grad_y)
    np.testing.assert_allclose(gradient, leaf.grad, rtol=1e-8, atol=1e-12)
    unit = nm.weight_gradient(x, weight / scale, grad_y)
    np.testing.assert_allclose(gradient, unit / scale, rtol=1e-8, atol=1e-12)


def test_recorded_statistics_as_parameters_make_inference_the_identity() -> None:
    bn, x = trained_statistics(4), randn(5, 4)
    bn.gamma, bn.beta = np.sqrt(bn.running_var + bn.eps), bn.running_mean
    np.testing.assert_allclose(bn(x), x)


def trained_statistics(channels: int) -> nm.BatchNorm:
    bn = nm.BatchNorm(channels)
    rng = np.random.default_rng(7)
    bn.gamma, bn.beta = rng.normal(size=channels), rng.normal(size=channels)
    bn.running_mean = rng.normal(size=channels)
    bn.running_var = rng.uniform(0.5, 2, size=channels)
    bn.training = False
    return bn


@pytest.mark.parametrize("has_bias", [True, False])
def test_folding_into_a_convolution(has_bias: bool) -> None:
    x, weight = randn(2, 3, 8, 8), randn(5, 3, 3, 3, seed=1)
    bias = randn(5, seed=2) if has_bias else None
    bn = trained_statistics(5)
    tensor_bias = None if bias is None else torch.tensor(bias)
    conv = torch.nn.functional.conv2d
    unfolded = bn(conv(torch.tensor(x), torch.tensor(weight), tensor_bias).numpy())
    new_weight, new_bias = nm.fold_batch_norm(weight, bias, bn)
    folded = conv(torch.tensor(x), torch.tensor(new_weight), torch.tensor(new_bias))
    np.testing.assert_allclose(folded, unfolded, rtol=1e-9, atol=1e-10)


def test_folding_into_a_linear_layer() -> None:
    x, weight, bias = randn(6, 4), randn(5, 4, seed=1), randn(5, seed=2)
    bn = trained_statistics(5)
    new_weight, new_bias = nm.fold_batch_norm(weight, bias, bn)
    np.testing.assert_allclose(x @ new_weight.T + new_bias, bn(x @ weight.T + bias))


def test_instance_norm_matches_torch_defaults() -> None:
    x = randn(2, 3, 4, 5)
    layer = torch.nn.InstanceNorm2d(3)
    assert layer.weight is None
    assert layer.running_mean is None
    np.testing.assert_allclose(nm.instance_norm(x), layer(torch.tensor(x)), rtol=1e-9)


@pytest.mark.parametrize("training", [True, False])
def test_one_pixel_per_channel_gives_zero_and_torch_refuses(training: bool) -> None:
    np.testing.assert_array_equal(nm.instance_norm(randn(2, 3, 1, 1)), 0)
    with pytest.raises(ValueError, match="more than 1 spatial"):
        torch.nn.InstanceNorm2d(3).train(training)(torch.zeros(2, 3, 1, 1))


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_group_norm_matches_torch(groups: int) -> None:
    x, gamma, beta = randn(2, 6, 4, 5), randn(6, seed=1), randn(6, seed=2)
    expected = torch.nn.functional.group_norm(
        torch.tensor(x), groups, torch.tensor(gamma), torch.tensor(beta)
    )
    np.testing.assert_allclose(nm.group_norm(x, groups, gamma, beta), expected)


def test_group_norm_refuses_groups_that_do_not_divide() -> None:
    with pytest.raises(ValueError, match="6 channels"):
        nm.group_norm(randn(1, 6, 2, 2), 4, np.ones(6), np.zeros(6))


def test_limits_of_group_and_batch_norm() -> None:
    x, one, zero = randn(2, 6, 4, 5), np.ones(6), np.zeros(6)
    instance = nm.instance_norm(x)
    np.testing.assert_allclose(nm.group_norm(x, 6, one, zero), instance)
    layer = nm.layer_norm(x, np.ones((6, 4, 5)), np.zeros((6, 4, 5)))
    np.testing.assert_allclose(nm.group_norm(x, 1, one, zero), layer)
    np.testing.assert_allclose(nm.BatchNorm(6)(x[:1]), instance[:1])


@pytest.mark.parametrize("shape", [(7,), (3, 4, 5)])
def test_layer_norm_matches_torch(shape: tuple[int, ...]) -> None:
    x, gamma, beta = randn(2, 6, *shape), randn(*shape, seed=1), randn(*shape, seed=2)
    expected = torch.nn.functional.layer_norm(
        torch.tensor(x), shape, torch.tensor(gamma), torch.tensor(beta)
    )
    np.testing.assert_allclose(nm.layer_norm(x, gamma, beta), expected)


def test_rms_norm_matches_torch_and_centering_gives_layer_norm() -> None:
    x, gamma = randn(2, 3, 8), randn(8, seed=1)
    expected = torch.nn.functional.rms_norm(
        torch.tensor(x), (8,), torch.tensor(gamma), eps=1e-6
    )
    np.testing.assert_allclose(nm.rms_norm(x, gamma), expected)
    centered = x - x.mean(-1, keepdims=True)
    layer = nm.layer_norm(x, gamma, np.zeros(8))
    np.testing.assert_allclose(nm.rms_norm(centered, gamma, eps=1e-5), layer)


def test_statistic_sets_count_what_the_layers_average() -> None:
    shape, groups = (2, 6, 4, 5), 3
    x = randn(*shape)
    statistics = {
        "batch": x.mean((0, 2, 3)),
        "layer": x.mean((1, 2, 3)),
        "group": x.reshape(2, groups, 2, 4, 5).mean((2, 3, 4)),
        "instance": x.mean((2, 3)),
    }
    expected = {name: (s.size, x.size // s.size) for name, s in statistics.items()}
    assert nm.statistic_sets(shape, groups) == expected


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(0, 10**6))
def test_merged_statistics_are_those_of_all_values(counts: list[int], s: int) -> None:
    parts = [randn(n, 2, seed=s + i) + i for i, n in enumerate(counts)]
    mean, var = nm.merge_statistics(
        counts, [p.mean(0) for p in parts], [p.var(0) for p in parts]
    )
    everything = np.concatenate(parts)
    np.testing.assert_allclose(mean, everything.mean(0), atol=1e-12)
    np.testing.assert_allclose(var, everything.var(0), atol=1e-12)


def test_batch_renorm_lies_between_the_two_modes() -> None:
    x, bn = randn(6, 3), trained_statistics(3)
    inference = bn(x)
    unlimited = nm.batch_renorm(x, bn, r_max=np.inf, d_max=np.inf)
    np.testing.assert_allclose(unlimited, inference)
    closed = nm.batch_renorm(x, bn, r_max=1.0, d_max=0.0)
    bn.training = True
    np.testing.assert_allclose(closed, bn(x))


def test_batch_renorm_clips_scale_and_shift() -> None:
    bn = nm.BatchNorm(2, eps=0.0)  # running mean 0, running standard deviation 1
    x_hat = np.array([[-1.0], [1.0]])
    x = 10 + x_hat * [5.0, 0.01]  # r = 5 and 0.01, d = 10
    y = nm.batch_renorm(x, bn, r_max=2.0, d_max=3.0)
    np.testing.assert_allclose(y, 3 + x_hat * [2.0, 0.5])


def test_adain_gives_the_statistics_of_the_style() -> None:
    content, style = randn(2, 3, 8, 8), 0.2 * randn(2, 3, 5, 7, seed=1) + 4
    y = nm.adain(content, style, eps=0.0)
    np.testing.assert_allclose(y.mean((2, 3)), style.mean((2, 3)))
    np.testing.assert_allclose(y.std((2, 3)), style.std((2, 3)))
    for n, c in np.ndindex(2, 3):
        correlation = np.corrcoef(y[n, c].ravel(), content[n, c].ravel())[0, 1]
        assert correlation == pytest.approx(1)


def test_instance_norm_ignores_contrast_and_brightness() -> None:
    x = randn(2, 3, 8, 8)
    a = np.array([0.5, 2.0, 9.0])[:, None, None]
    b = np.array([-3.0, 0.0, 7.0])[:, None, None]
    np.testing.assert_allclose(
        nm.instance_norm(a * x + b, eps=0.0), nm.instance_norm(x, eps=0.0)
    )


@pytest.mark.parametrize("m", [2, 5, 40])
def test_noise_follows_the_sampling_distributions(m: int) -> None:
    mean_spread, var_spread = nm.statistics_noise(m)
    assert mean_spread == pytest.approx(stats.norm(scale=m**-0.5).std())
    assert var_spread == pytest.approx(stats.chi2(m - 1).std() / (m - 1))


@pytest.mark.parametrize("m", [2, 3, 10, 100])
def test_gap_follows_the_chi_distribution(m: int) -> None:
    mean_std = stats.chi(m - 1).mean() / np.sqrt(m)  # biased sigma_B, sigma = 1
    gap = nm.train_inference_gap(m)
    assert gap == pytest.approx(np.sqrt(2 - 2 * mean_std))
    assert nm.measured_gap(m, batches=20000) == pytest.approx(gap, rel=0.03)


def test_gap_approaches_three_over_two_m() -> None:
    assert nm.train_inference_gap(1000) ** 2 == pytest.approx(1.5 / 1000, rel=0.01)


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 20), st.integers(0, 10**6))
def test_no_normalized_value_exceeds_the_bound(m: int, seed: int) -> None:
    bound = nm.largest_normalized_value(m)
    bn = nm.BatchNorm(1, eps=0.0)
    bn(np.random.default_rng(seed).standard_cauchy(size=(m, 1)))
    assert np.abs(bn.x_hat).max() <= bound * (1 + 1e-9)
    outlier = np.zeros((m, 1))
    outlier[0] = 1
    bn(outlier)
    assert bn.x_hat.max() == pytest.approx(bound)


def test_tracked_statistics_match_torch() -> None:
    batches = randn(5, 6, 1)
    layer = torch.nn.BatchNorm1d(1, momentum=0.25, dtype=torch.float64)
    batch_mean, batch_var, running_mean, running_var = nm.track_statistics(
        batches, momentum=0.25
    )
    for step, x in enumerate(batches):
        layer(torch.tensor(x))
        assert running_mean[step] == pytest.approx(layer.running_mean.item())
        assert running_var[step] == pytest.approx(layer.running_var.item())
    np.testing.assert_allclose(batch_mean, torch.tensor(batches).mean((1, 2)))
    np.testing.assert_allclose(batch_var, torch.tensor(batches).var((1, 2)))


def test_settled_running_mean_has_the_stated_variance() -> None:
    alpha = 0.2
    batches = np.random.default_rng(3).normal(size=(8000, 2, 1))
    batch_mean, _, running_mean, _ = nm.track_statistics(batches, alpha)
    share = running_mean[100:].var() / batch_mean.var()
    assert share == pytest.approx(alpha / (2 - alpha), rel=0.1)


def test_spirals_are_interleaved_and_reproducible() -> None:
    x, label = nm.spiral_data(300, arms=3, noise=0.0, seed=5)
    again, _ = nm.spiral_data(300, arms=3, noise=0.0, seed=5)
    np.testing.assert_array_equal(x, again)
    radius = np.hypot(*x.T)
    assert set(label) == {0, 1, 2}
    assert radius.max() <= 2
    angle = np.arctan2(x[:, 1], x[:, 0]) - 4.5 * radius / 2
    np.testing.assert_allclose(
        np.exp(1j * angle), np.exp(2j * np.pi * label / 3), atol=1e-9
    )


def test_spiral_noise_has_the_stated_deviation() -> None:
    clean, label = nm.spiral_data(2000, noise=0.0, seed=5)
    noisy, same_label = nm.spiral_data(2000, noise=0.3, seed=5)
    np.testing.assert_array_equal(label, same_label)
    np.testing.assert_allclose((noisy - clean).std(0), 0.3, rtol=0.06)


def torch_twin(network: nm.Network) -> torch.nn.Sequential:
    """The same network in PyTorch; batch norm replaces the hidden biases."""
    layers: list[torch.nn.Module] = []
    for i, weight in enumerate(network.weights):
        last = i == len(network.weights) - 1
        has_bias = last or not network.norms
        linear = torch.nn.Linear(*weight.shape, bias=has_bias, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(weight.T))
            if has_bias:
                linear.bias.zero_()
        layers.append(linear)
        if not last:
            if network.norms:
                layers.append(torch.nn.BatchNorm1d(weight.shape[1]).double())
            layers.append(torch.nn.ReLU())
    return torch.nn.Sequential(*layers)


@pytest.mark.parametrize("batch_norm", [True, False])
def test_training_matches_torch(batch_norm: bool) -> None:
    x, label = nm.spiral_data(200, seed=1)
    network = nm.Network([2, 8, 6, 3], batch_norm, seed=2, gain=0.7)
    twin = torch_twin(network)
    optimizer = torch.optim.SGD(twin.parameters(), lr=0.2)
    losses = nm.train(network, x, label, lr=0.2, steps=12, batch_size=20, seed=4)
    rng = np.random.default_rng(4)
    for loss in losses:
        rows = rng.choice(200, 20, replace=False)
        optimizer.zero_grad()
        expected = torch.nn.functional.cross_entropy(
            twin(torch.tensor(x[rows])), torch.tensor(label[rows])
        )
        expected.backward()
        optimizer.step()
        assert loss == pytest.approx(expected.item(), rel=1e-8)
    twin.eval()
    logits = twin(torch.tensor(x)).detach().numpy()
    np.testing.assert_allclose(network(x), logits, rtol=1e-7, atol=1e-9)


def test_initialization_has_the_variance_of_he_et_al() -> None:
    network = nm.Network([400, 300, 2], batch_norm=False, gain=0.5)
    assert network.weights[0].std() == pytest.approx(0.5 * (2 / 400) ** 0.5, rel=0.02)


def test_diverged_training_reports_infinite_losses() -> None:
    x, label = nm.spiral_data(100)
    network = nm.Network([2, *[32] * 8, 3], batch_norm=False)
    losses = nm.train(network, x, label, lr=3.0, steps=60, batch_size=50)
    assert np.isfinite(losses[0])
    assert np.isinf(losses[-1])


def trained_network() -> tuple[nm.Network, Array, nm.Labels]:
    x, label = nm.spiral_data(600, seed=1)
    network = nm.Network([2, 16, 16, 3], batch_norm=True)
    nm.train(network, x, label, lr=0.3, steps=150, batch_size=64)
    return network, x, label


def test_accuracy_of_both_modes() -> None:
    network, x, label = trained_network()
    expected = np.mean(network(x).argmax(1) == label)
    assert nm.accuracy(network, x, label) == pytest.approx(expected)
    assert nm.accuracy(network, x, label, batch_size=7) == pytest.approx(expected)
    before = [(norm.running_mean, norm.running_var) for norm in network.norms]
    hits = [
        network(x[i : i + 6], training=True).argmax(1) == label[i : i + 6]
        for i in range(0, 600, 6)
    ]
    for norm, (mean, var) in zip(network.norms, before, strict=True):
        norm.running_mean, norm.running_var = mean, var
    mistaken = nm.accuracy(network, x, label, batch_size=6, training=True)
    assert mistaken == pytest.approx(np.mean(hits))
    assert mistaken < expected - 0.1
    for norm, (mean, var) in zip(network.norms, before, strict=True):
        np.testing.assert_array_equal(norm.running_mean, mean)
        np.testing.assert_array_equal(norm.running_var, var)


def test_recalibration_absorbs_an_affine_shift_of_the_input() -> None:
    network, x, label = trained_network()
    network.recalibrate(x)
    np.testing.assert_allclose(
        network.norms[0].running_mean, (x @ network.weights[0]).mean(0)
    )
    right = network(x)
    shifted = 1.6 * x + 0.8
    assert nm.accuracy(network, shifted, label) < nm.accuracy(network, x, label) - 0.2
    network.recalibrate(shifted)
    assert [norm.momentum for norm in network.norms] == [0.1, 0.1]
    np.testing.assert_allclose(network(shifted), right, rtol=1e-3, atol=1e-3)
