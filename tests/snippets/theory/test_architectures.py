"""The page's layers, costs and experiments against torch, scikit-learn and counting."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from snippets import Array
from snippets.theory import architectures as arch

N, D = 7, 4
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, D))
W = RNG.normal(size=(5, D, D))


def tensor(a: Array) -> torch.Tensor:
    return torch.tensor(a, dtype=torch.float64)


def test_mlp_equals_linear_on_the_flattened_input():
    w = RNG.normal(size=(N * D, N * D))
    expected = functional.linear(tensor(X).flatten(), tensor(w.T)).reshape(N, D)
    np.testing.assert_allclose(arch.mlp(X, w), expected)


@pytest.mark.parametrize("k", [1, 3, 5])
def test_convolution_equals_torch(k: int):
    weight = tensor(W[:k]).permute(2, 1, 0)  # (out, in, k)
    expected = functional.conv1d(tensor(X).T[None], weight, padding=k // 2)[0].T
    np.testing.assert_allclose(arch.convolution(X, W[:k]), expected)


def test_rnn_equals_torch():
    layer = nn.RNN(D, D, bias=False, dtype=torch.float64)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(tensor(W[0].T))
        layer.weight_hh_l0.copy_(tensor(W[1].T))
        expected = layer(tensor(X))[0]
    np.testing.assert_allclose(arch.rnn(X, W[0], W[1]), expected)


def test_attention_equals_torch():
    layer = nn.MultiheadAttention(D, 1, bias=False, dtype=torch.float64)
    with torch.no_grad():
        layer.in_proj_weight.copy_(tensor(np.concatenate([w.T for w in W[:3]])))
        layer.out_proj.weight.copy_(tensor(W[3].T))
        expected, weights = layer(tensor(X), tensor(X), tensor(X))
    np.testing.assert_allclose(arch.attention(X, *W[:4]), expected)
    np.testing.assert_allclose(arch.attention_weights(X, W[0], W[1]), weights)


def test_softmax_rows_equals_torch_and_survives_large_scores():
    scores = np.array([[1000.0, 999.0], [-1000.0, 3.0]])
    expected = torch.softmax(tensor(scores), dim=1)
    np.testing.assert_allclose(arch.softmax_rows(scores), expected)


def test_connectivity_of_the_four_layers():
    full = RNG.normal(size=(N * D, N * D))
    offset = np.arange(N)[:, None] - np.arange(N)
    cases = [
        (lambda x: arch.mlp(x, full), offset == offset),
        (lambda x: arch.convolution(x, W), abs(offset) <= 2),
        (lambda x: arch.rnn(x, W[0], W[1]), offset >= 0),
        (lambda x: arch.attention(x, *W[:4]), offset == offset),
        (lambda x: np.roll(x, 1, axis=0), offset % N == 1),
    ]
    for layer, expected in cases:
        np.testing.assert_array_equal(arch.connectivity(layer, X), expected)


def test_connectivity_leaves_its_input_alone_and_sees_one_channel():
    x = X.copy()
    only_last_channel = arch.connectivity(lambda x: x * np.array([0, 0, 0, 1]), x)
    np.testing.assert_array_equal(only_last_channel, np.eye(N, dtype=bool))
    np.testing.assert_array_equal(x, X)


def torch_layers(n: int, d: int, k: int) -> dict[str, tuple[nn.Module, torch.Tensor]]:
    x = torch.randn(n, d)
    return {
        "mlp": (nn.Linear(n * d, n * d, bias=False), x.reshape(1, -1)),
        "convolution": (nn.Conv1d(d, d, k, padding=k // 2, bias=False), x.T[None]),
        "rnn": (nn.RNN(d, d, bias=False), x),
        "attention": (nn.MultiheadAttention(d, 1, bias=False), x),
    }


@pytest.mark.parametrize(("n", "d", "k"), [(5, 3, 3), (6, 4, 5), (1, 2, 3)])
def test_layer_costs_equal_torch_counts(n: int, d: int, k: int):
    costs = arch.layer_costs(n, d, k)
    layers = torch_layers(n, d, k)
    assert list(costs) == list(layers)
    for name, (layer, x) in layers.items():
        assert costs[name].weights == sum(p.numel() for p in layer.parameters())
        if name == "rnn":  # one cell a step: two matrix-vector products
            cell = nn.RNNCell(d, d, bias=False)
            counter = FlopCounterMode(display=False)
            h = torch.zeros(1, d)
            with counter:
                for step in x:
                    h = cell(step[None], h)
        else:
            arguments = (x, x, x) if name == "attention" else (x,)
            counter = FlopCounterMode(display=False)
            with counter:
                layer(*arguments)
        assert 2 * costs[name].macs == counter.get_total_flops(), name


@pytest.mark.parametrize(("n", "k"), [(1, 3), (2, 3), (7, 3), (7, 5), (8, 5), (9, 5)])
def test_path_of_convolution_is_the_depth_that_connects_the_ends(n: int, k: int):
    x, w = RNG.normal(size=(n, D)), RNG.normal(size=(k, D, D))
    one = arch.connectivity(lambda x: arch.convolution(x, w), x).astype(int)
    reached, depth = np.eye(n, dtype=int), 0
    while reached[0, -1] == 0:
        reached, depth = reached @ one, depth + 1
    assert arch.layer_costs(n, D, k)["convolution"].path == depth


def test_path_and_steps_of_the_others():
    costs = arch.layer_costs(9, D, 3)
    assert [costs[k].path for k in ("mlp", "rnn", "attention")] == [1, 9, 1]
    assert [cost.sequential for cost in costs.values()] == [1, 1, 9, 1]


@pytest.mark.parametrize("k", [-1, 0, 1, 2, 4])
def test_layer_costs_reject_kernels_without_a_middle_or_a_reach(k: int):
    with pytest.raises(ValueError, match=r"^kernel_size must be odd and at least 3$"):
        arch.layer_costs(5, 3, k)


@pytest.mark.parametrize(("d", "taps"), [(1, 9), (3, 9), (64, 9), (8, 25), (8, 3)])
def test_crossover_length_by_search(d: int, taps: int):
    def dearer(n: int) -> bool:
        return arch.layer_costs(n, d, 3)["attention"].macs > taps * n * d * d

    found = next(n for n in itertools.count(1) if dearer(n))
    assert arch.crossover_length(d, taps) == found


@pytest.mark.parametrize("k", [1, 3, 5])
def test_sharp_attention_is_convolution_with_repeated_edges(k: int):
    got = arch.attention_as_convolution(X, W[:k])
    half = k // 2
    padded = functional.pad(tensor(X).T[None], (half, half), mode="replicate")
    expected = functional.conv1d(padded, tensor(W[:k]).permute(2, 1, 0))[0].T
    np.testing.assert_allclose(got, expected, atol=1e-12)
    inner = slice(half, N - half)
    np.testing.assert_allclose(got[inner], arch.convolution(X, W[:k])[inner])


def test_attention_as_convolution_is_a_softmax_average_at_low_sharpness():
    got = arch.attention_as_convolution(X, W[:1], sharpness=0.0)
    np.testing.assert_allclose(got, np.tile(X.mean(0) @ W[0], (N, 1)))
    distance = tensor((np.arange(N)[:, None] - np.arange(N)) ** 2.0)
    expected = torch.softmax(-0.5 * distance, dim=1).numpy() @ X @ W[0]
    np.testing.assert_allclose(arch.attention_as_convolution(X, W[:1], 0.5), expected)


def test_the_default_sharpness_leaves_exp_minus_50_to_a_neighbor():
    one = np.eye(N)[:, 3:4]
    got = arch.attention_as_convolution(one, np.ones((1, 1, 1)))[:, 0]
    np.testing.assert_allclose(got[[2, 4]], np.exp(-50.0), rtol=1e-12)


def test_self_attention_is_permutation_equivariant_and_convolution_is_not():
    order = RNG.permutation(N)
    attended = arch.attention(X, *W[:4])[order]
    np.testing.assert_allclose(arch.attention(X[order], *W[:4]), attended)
    convolved = arch.convolution(X, W[:3])[order]
    assert not np.allclose(arch.convolution(X[order], W[:3]), convolved)


RING_X, RING_Y = RNG.normal(size=(12, 9)), RNG.normal(size=(12, 9))


def test_dense_fit_equals_scikit_learn():
    got = arch.fit_map(RING_X, RING_Y, None, shared=False, ridge=0.7)
    ridge = Ridge(alpha=0.7, fit_intercept=False).fit(RING_X, RING_Y)
    np.testing.assert_allclose(got, ridge.coef_.T)


@pytest.mark.parametrize("reach", [0, 1, 2])
def test_local_fit_equals_scikit_learn(reach: int):
    got = arch.fit_map(RING_X, RING_Y, reach, shared=False, ridge=0.7)
    for i in range(9):
        near = [(i + o) % 9 for o in range(-reach, reach + 1)]
        ridge = Ridge(alpha=0.7, fit_intercept=False)
        ridge.fit(RING_X[:, near], RING_Y[:, i])
        np.testing.assert_allclose(got[near, i], ridge.coef_)
        assert np.count_nonzero(got[:, i]) == len(near)


@pytest.mark.parametrize("reach", [1, None])
def test_shared_fit_is_a_circulant_minimum_of_the_penalized_error(reach: int | None):
    got = arch.fit_map(RING_X, RING_Y, reach, shared=True, ridge=0.7)
    offsets = range(9) if reach is None else range(-1, 2)
    shifts = [np.roll(np.eye(9), -o, axis=1) for o in offsets]  # y_i = x_{i+o}
    kernel = [got[o % 9, 0] for o in offsets]
    combined = sum(w * s for w, s in zip(kernel, shifts, strict=True))
    np.testing.assert_allclose(got, combined)
    residual = RING_Y - RING_X @ got
    for w, s in zip(kernel, shifts, strict=True):  # gradient is zero
        assert 0.7 * w == pytest.approx(np.sum(residual * (RING_X @ s)))


def expected_world(world: str, rng: np.random.Generator) -> Array:
    if world == "global":
        return rng.normal(0, 1 / np.sqrt(32), (32, 32))
    kernels = rng.normal(0, 1 / np.sqrt(5), 5)
    truth = np.zeros((32, 32))
    for i in range(32):
        if world == "local":
            kernels = rng.normal(0, 1 / np.sqrt(5), 5)
        for offset in range(-2, 3):
            truth[(i + offset) % 32, i] = kernels[offset + 2]
    return truth


@pytest.mark.parametrize("world", ["shared", "local", "global"])
def test_bias_and_data_equals_direct_computation(world: str):
    got = arch.bias_and_data(world, [3, 40], runs=2)
    expected = np.zeros((3, 2))
    for run in range(2):
        rng = np.random.default_rng(run)
        truth = expected_world(world, rng)
        for column, m in enumerate([3, 40]):
            x = rng.normal(size=(m, 32))
            y = x @ truth + 0.5 * rng.normal(size=(m, 32))
            fits = (
                arch.fit_map(x, y, None, False, 0.25 * 32),
                arch.fit_map(x, y, 2, False, 0.25 * 5),
                arch.fit_map(x, y, 2, True, 0.25 * 5),
            )
            for row, fit in enumerate(fits):
                fresh = np.linalg.norm(fit - truth) ** 2 / np.linalg.norm(truth) ** 2
                expected[row, column] += fresh / 2
    assert list(got) == ["dense", "local", "shared"]
    np.testing.assert_allclose(np.array(list(got.values())), expected)


def test_bias_and_data_averages_twenty_runs_and_rejects_unknown_worlds():
    default, twenty = (
        arch.bias_and_data("shared", [3], **k) for k in ({}, {"runs": 20})
    )
    assert default == twenty != arch.bias_and_data("shared", [3], runs=19)
    with pytest.raises(ValueError, match=r"^unknown world 'flat'$"):
        arch.bias_and_data("flat", [3])


def test_the_right_bias_needs_fewer_examples_and_the_wrong_one_never_recovers():
    shared = arch.bias_and_data("shared", [4], runs=5)
    assert shared["shared"] < shared["local"] < shared["dense"]
    local = arch.bias_and_data("local", [512], runs=5)
    assert local["local"] < local["dense"] < 0.1 < local["shared"]


@settings(deadline=None, max_examples=50)
@given(st.floats(0, 1), st.integers(0, 6))
def test_sawtooth_equals_the_triangle_wave(x: float, depth: int):
    phase = (x * 2**depth) % 2  # distance to the nearest even integer
    expected = x if depth == 0 else 1 - abs(1 - phase)
    got = arch.sawtooth_network(np.array([x]), depth)[0]
    assert got == pytest.approx(expected, abs=1e-12)


def test_sawtooth_network_equals_a_torch_network_of_two_units_a_layer():
    first = nn.Linear(1, 2, dtype=torch.float64)
    fold = nn.Linear(2, 1, dtype=torch.float64, bias=False)
    x = np.linspace(0, 1, 33)
    with torch.no_grad():
        first.weight.copy_(torch.tensor([[1.0], [1.0]]))
        first.bias.copy_(torch.tensor([0.0, -0.5]))
        fold.weight.copy_(torch.tensor([[2.0, -4.0]]))
        y = tensor(x)[:, None]
        for _ in range(3):
            y = fold(torch.relu(first(y)))
    np.testing.assert_allclose(arch.sawtooth_network(x, 3), y[:, 0], atol=1e-12)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from([-2.0, 0.0, 0.5, 3.0]), min_size=1, max_size=9))
def test_linear_pieces_counts_changes_of_slope(slopes: list[float]):
    widths = 1.0 + np.arange(len(slopes)) % 3
    x = np.concatenate([[0.0], np.cumsum(widths)])
    y = np.concatenate([[0.0], np.cumsum(widths * slopes)])
    assert arch.linear_pieces(y, x) == len(list(itertools.groupby(slopes)))


@pytest.mark.parametrize(("width", "depth"), [(5, 1), (3, 4), (8, 2)])
def test_mlp_weights_equal_torch(width: int, depth: int):
    layers: list[nn.Module] = [nn.Linear(6, width)]
    layers += [nn.Linear(width, width) for _ in range(depth - 1)]
    model = nn.Sequential(*layers, nn.Linear(width, 2))
    expected = sum(p.numel() for p in model.parameters())
    assert arch.mlp_weights(6, width, depth, 2) == expected


@settings(deadline=None, max_examples=30)
@given(st.floats(-3, 3))
def test_a_traced_program_computes_what_the_function_does(x: float):
    def function(v):  # type: ignore[no-untyped-def]
        return (v * v + 2.0) * v + v

    scope = {"x": x}
    *steps, last = arch.trace(function)
    exec("\n".join(steps), scope)
    assert scope[last.removeprefix("return ")] == function(x)
    assert len(steps) == 4


def test_a_trace_records_comparisons_but_cannot_branch_on_them():
    assert arch.trace(lambda x: x > 0.0) == ["t0 = x > 0.0", "return t0"]
    assert arch.trace(lambda x: x > x) == ["t0 = x > x", "return t0"]
    assert arch.trace(lambda x: x) == ["return x"]
    with pytest.raises(TypeError, match=r"^branch on a value unknown while tracing$"):
        arch.trace(arch.leaky)


def test_tracing_runs_side_effects_once_and_freezes_globals():
    calls: list[str] = []
    factor = [2.0]

    def function(x):  # type: ignore[no-untyped-def]
        calls.append("ran")
        return x * factor[0]

    program = arch.trace(function)
    factor[0] = 3.0
    assert program == ["t0 = x * 2.0", "return t0"]
    assert calls == ["ran"]
    assert function(1.0) == 3.0


def test_polynomial_and_leaky_run_directly():
    assert [arch.polynomial(x) for x in (-1.0, 0.0, 3.0)] == [0.0, 1.0, 28.0]
    x = torch.tensor([-2.0, 0.0, 4.0], dtype=torch.float64)
    expected = functional.leaky_relu(x, 0.1).tolist()
    assert [arch.leaky(v) for v in x.tolist()] == pytest.approx(expected)
