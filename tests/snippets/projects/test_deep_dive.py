"""Slices, seeds, quantization and export against recounts, torch and ONNX Runtime."""

import math
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper
from scipy import stats
from sklearn.datasets import load_digits

from snippets import Array
from snippets.projects import deep_dive as d

X, Y = load_digits(return_X_y=True)
X = X / 16
RNG = np.random.default_rng(0)


# slices


def test_slice_report_equals_a_recount_row_by_row() -> None:
    correct = RNG.random(len(Y)) < 0.8
    slices = {f"{k}": k == Y for k in range(10)} | {"dark": X.mean(axis=1) > 0.3}
    report = d.slice_report(correct, slices)
    assert {part.name for part in report} == set(slices)
    for part in report:
        rows = [i for i in range(len(Y)) if slices[part.name][i]]
        wrong = [i for i in rows if not correct[i]]
        others = sum(1 for i in range(len(Y)) if correct[i] and i not in rows)
        assert (part.rows, part.errors) == (len(rows), len(wrong))
        assert part.ceiling == pytest.approx((len(rows) + others) / len(Y))
    errors = [part.errors for part in report]
    assert errors == sorted(errors, reverse=True)


def test_slice_report_carries_the_interval_of_its_rows() -> None:
    correct = np.array([True, True, False, False, False])
    mask = np.array([True, False, True, True, False])
    (part,) = d.slice_report(correct, {"a": mask})
    assert part == ("a", 3, 2, *d.wilson(2, 3), 0.8)


@pytest.mark.parametrize(("errors", "rows"), [(0, 5), (3, 20), (9, 17), (40, 40)])
def test_wilson_equals_scipy(errors: int, rows: int) -> None:
    expected = stats.binomtest(errors, rows).proportion_ci(0.95, method="wilson")
    assert d.wilson(errors, rows) == pytest.approx(tuple(expected), abs=2e-5)


def test_wilson_ends_where_the_score_test_just_rejects() -> None:
    for end in d.wilson(7, 30, z=2.5):
        distance = abs(7 / 30 - end) / math.sqrt(end * (1 - end) / 30)
        assert distance == pytest.approx(2.5)


def test_changes_add_up_to_the_difference_of_the_scores() -> None:
    before, after = RNG.random((2, 200)) < 0.7
    fixed, broken = d.changes(before, after)
    assert fixed == sum(1 for b, a in zip(before, after, strict=True) if a and not b)
    assert fixed - broken == after.sum() - before.sum()


# seeds


@pytest.mark.parametrize("n", [2, 5, 9])
def test_sign_flip_equals_scipy_permutation_test(n: int) -> None:
    gains = RNG.normal(0.5, 1, size=n)
    expected = stats.permutation_test(
        (gains, np.zeros(n)),
        lambda a, b: np.mean(a - b),
        permutation_type="samples",
        n_resamples=np.inf,
    )
    assert d.sign_flip_p(gains) == pytest.approx(expected.pvalue)


def test_gains_quoted_on_the_page_have_the_p_values_of_scipy() -> None:
    for gains in d.GAINS.values():
        expected = stats.permutation_test(
            (np.array(gains), np.zeros(len(gains))),
            lambda a, b: np.mean(a - b),
            permutation_type="samples",
            n_resamples=np.inf,
        )
        assert d.sign_flip_p(np.array(gains)) == pytest.approx(expected.pvalue)


def test_sign_flip_of_equal_and_of_cancelling_gains() -> None:
    assert d.sign_flip_p(np.array([0.1, 0.1, 0.1])) == 2 / 8
    assert d.sign_flip_p(np.array([1.0, -1.0])) == 1


# training


def test_gradients_equal_autograd() -> None:
    shapes = [(64, 64), (64,), (64, 10), (10,)]
    p = [RNG.normal(size=shape) / 8 for shape in shapes]
    x, q = X[:12], RNG.dirichlet(np.ones(10), size=12)
    w = [torch.tensor(a, requires_grad=True) for a in p]
    z = torch.relu(torch.tensor(x) @ w[0] + w[1]) @ w[2] + w[3]
    torch.nn.functional.cross_entropy(z, torch.tensor(q)).backward()
    for got, a in zip(d.gradients(p, x, q), w, strict=True):
        assert a.grad is not None
        np.testing.assert_allclose(got, a.grad.numpy(), atol=1e-12)


def test_gradients_survive_huge_logits() -> None:
    p = [np.eye(64) * 1e4, np.zeros(64), np.ones((64, 10)), np.zeros(10)]
    p[2][:, 0] = 2
    assert all(np.isfinite(g).all() for g in d.gradients(p, X[:3], np.eye(10)[:3]))


def torch_training(
    x: Array, y: NDArray[np.int64], seed: int, steps: int
) -> list[Array]:
    """The plain recipe with torch.optim.SGD, batches of 32, from the same start."""
    order = np.random.default_rng([seed, 0])
    start = [order.normal(size=(64, 64)) / math.sqrt(32), np.zeros(64)]
    start += [order.normal(size=(64, 10)) / 8, np.zeros(10)]
    w = [torch.tensor(a, requires_grad=True) for a in start]
    optimizer = torch.optim.SGD(w, lr=0.1, momentum=0.9)
    batches: list[NDArray[np.int64]] = []
    history = []
    for _ in range(steps):
        if not batches:
            rows = order.permutation(len(x))
            batches = [rows[i : i + 32] for i in range(0, len(x) - 31, 32)]
        batch = batches.pop(0)
        optimizer.zero_grad()
        z = torch.relu(torch.tensor(x[batch]) @ w[0] + w[1]) @ w[2] + w[3]
        torch.nn.functional.cross_entropy(z, torch.tensor(y[batch])).backward()
        optimizer.step()
        history.append([a.detach().numpy().copy() for a in w])
    if seed == 1:
        return history[-1]
    average = start
    for p in history:
        pairs = zip(average, p, strict=True)
        average = [0.9 * a + 0.1 * b for a, b in pairs]
    return average


def test_plain_training_equals_torch() -> None:
    x, y = X[:100], Y[:100]  # three batches, four rows left over
    got = d.train(x, y, d.Recipe(), seed=1, epochs=4)
    for a, b in zip(got, torch_training(x, y, 1, steps=12), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


def test_weight_average_equals_torch() -> None:
    x, y = X[:100], Y[:100]
    got = d.train(x, y, d.Recipe(average=0.9), seed=2, epochs=4)
    for a, b in zip(got, torch_training(x, y, 2, steps=12), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


def test_training_lasts_thirty_epochs_of_batches_of_32_by_default() -> None:
    got = d.train(X[:64], Y[:64], d.Recipe(), seed=0)
    expected = d.train(X[:64], Y[:64], d.Recipe(), seed=0, epochs=30, m=32)
    other = d.train(X[:64], Y[:64], d.Recipe(), seed=0, epochs=29)
    assert all(np.array_equal(a, b) for a, b in zip(got, expected, strict=True))
    assert not np.array_equal(got[0], other[0])


def test_a_schedule_reaches_the_training() -> None:
    # of two steps, the second has half the rate of 0.1 (cosine at the middle)
    x, y = X[:32], Y[:32]
    one = d.train(x, y, d.Recipe(), seed=3, epochs=1)
    plain = d.train(x, y, d.Recipe(), seed=3, epochs=2)
    halved = d.train(x, y, d.Recipe(schedule=True), seed=3, epochs=2)
    for a, p, h in zip(one, plain, halved, strict=True):
        np.testing.assert_allclose(h - a, (p - a) / 2, atol=1e-12)


def test_tricks_draw_from_a_stream_of_their_own() -> None:
    """A recipe with tricks sees the same start and order as one without."""
    recipe = d.Recipe(mixup=1.0)
    order, tricks = (np.random.default_rng([5, k]) for k in (0, 1))
    start = [order.normal(size=(64, 64)) / math.sqrt(32), np.zeros(64)]
    start += [order.normal(size=(64, 10)) / 8, np.zeros(10)]
    rows = order.permutation(32)
    x, q = d.prepare(X[rows], np.eye(10)[Y[rows]], recipe, tricks)
    got = d.train(X[:32], Y[:32], recipe, seed=5, epochs=1)
    for a, b, g in zip(got, start, d.gradients(start, x, q), strict=True):
        np.testing.assert_allclose(a, b - 0.1 * g, atol=1e-12)


def test_learning_rate_rises_then_follows_torch_cosine() -> None:
    steps, peak = 40, 0.1
    plain = [d.learning_rate(s, steps, d.Recipe()) for s in range(steps)]
    assert plain == [peak] * steps
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
    for step in range(steps):
        (cosine,) = schedule.get_last_lr()
        rate = d.learning_rate(step, steps, d.Recipe(schedule=True))
        assert rate == pytest.approx(cosine * min(1, (step + 1) / 4))
        optimizer.step()
        schedule.step()


def test_prepare_without_tricks_changes_nothing() -> None:
    q = np.eye(10)[Y[:7]]
    x, labels = d.prepare(X[:7], q, d.Recipe(), RNG)
    np.testing.assert_array_equal(x, X[:7])
    np.testing.assert_array_equal(labels, q)


def test_smoothed_labels_give_the_loss_of_torch() -> None:
    _, q = d.prepare(X[:7], np.eye(10)[Y[:7]], d.Recipe(smoothing=0.2), RNG)
    z = torch.tensor(RNG.normal(size=(7, 10)))
    loss = torch.nn.functional.cross_entropy
    expected = loss(z, torch.tensor(Y[:7]), label_smoothing=0.2)
    torch.testing.assert_close(loss(z, torch.tensor(q)), expected)


def test_mixup_mixes_each_row_with_its_mirror_and_labels_alike() -> None:
    q = np.eye(10)[Y[:6]]
    share = np.random.default_rng(9).beta(0.5, 0.5)
    recipe = d.Recipe(mixup=0.5)
    x, labels = d.prepare(X[:6], q, recipe, np.random.default_rng(9))
    for i in range(6):
        mixed = share * X[i] + (1 - share) * X[5 - i]
        np.testing.assert_allclose(x[i], mixed)
        np.testing.assert_allclose(labels[i], share * q[i] + (1 - share) * q[5 - i])


def test_shift_moves_by_at_most_one_pixel_and_fills_with_zeros() -> None:
    images = np.arange(1.0, 65).reshape(1, 64).repeat(300, axis=0)
    recipe = d.Recipe(shift=True)
    x, _ = d.prepare(images, np.eye(10)[[0] * 300], recipe, np.random.default_rng(0))
    seen = set()
    for image in x.reshape(-1, 8, 8):
        center = int(image[3, 3])  # the value tells where the pixel came from
        i, j = divmod(center - 1, 8)
        seen.add((i - 3, j - 3))
        expected = np.zeros((8, 8))
        for r in range(8):
            for c in range(8):
                row, column = r + i - 3, c + j - 3
                if 0 <= row < 8 and 0 <= column < 8:
                    expected[r, c] = 8 * row + column + 1
        np.testing.assert_array_equal(image, expected)
    assert seen == {(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)}


def test_accuracy_equals_torch() -> None:
    p = d.train(X[:320], Y[:320], d.Recipe(), seed=0, epochs=3)
    w = [torch.tensor(a) for a in p]
    z = torch.relu(torch.tensor(X) @ w[0] + w[1]) @ w[2] + w[3]
    right = (z.argmax(dim=1) == torch.tensor(Y)).double().mean().item()
    assert d.accuracy(p, X, Y) == pytest.approx(right)
    assert 0.5 < right < 1


def test_recorded_counts_come_from_the_training_up_to_two_images() -> None:
    for name, recipe in ({"plain": d.Recipe()} | d.TRICKS).items():
        assert len(d.RIGHT[name]) == 8
        for seed, recorded in enumerate(d.RIGHT[name]):
            p = d.train(X[:600], Y[:600], recipe, seed)
            right = 1197 * d.accuracy(p, X[600:], Y[600:])
            assert right == pytest.approx(recorded, abs=2.5)


def test_gains_are_differences_to_the_plain_recipe_in_points() -> None:
    for name, gains in d.GAINS.items():
        pairs = zip(d.RIGHT[name], d.RIGHT["plain"], strict=True)
        expected = [(a / 1197 - b / 1197) / 0.01 for a, b in pairs]
        np.testing.assert_allclose(gains, expected, atol=1e-12)


def test_each_trick_of_the_page_is_tried_alone() -> None:
    assert list(d.TRICKS) == list(d.GAINS)
    for recipe in d.TRICKS.values():
        pairs = zip(recipe, d.Recipe(), strict=True)
        assert sum(1 for value, default in pairs if value != default) == 1


# memory


@pytest.mark.parametrize(
    ("make", "slots"),
    [
        (lambda w: torch.optim.Adam(w), 2),
        (lambda w: torch.optim.SGD(w, lr=0.1, momentum=0.9), 1),
        (lambda w: torch.optim.SGD(w, lr=0.1), 0),
    ],
)
def test_state_bytes_equal_the_tensors_that_torch_keeps(make, slots: int) -> None:  # type: ignore[no-untyped-def]
    model = torch.nn.Linear(30, 20)
    optimizer = make(model.parameters())
    model(torch.ones(2, 30)).sum().backward()
    optimizer.step()
    kept = [t for p in model.parameters() for t in (p, p.grad)]
    for state in optimizer.state.values():
        kept += [t for t in state.values() if torch.is_tensor(t) and t.dim()]
    total = sum(t.numel() * t.element_size() for t in kept if t is not None)
    assert d.state_bytes(620, slots) == total
    if slots == 2:
        assert d.state_bytes(620) == total


def test_mixed_precision_keeps_two_halves_and_a_copy() -> None:
    half, full = torch.float16.itemsize, torch.float32.itemsize
    assert d.state_bytes(10, 0) == 10 * (2 * half + full)
    assert d.state_bytes(10, 2) == 10 * (2 * half + 3 * full)


# quantization

bounds = st.floats(-50, 50)


@settings(deadline=None, max_examples=50)
@given(bounds, bounds, st.integers(0, 2**32 - 1))
def test_quantization_errs_by_half_a_step_inside_the_range(
    a: float, b: float, seed: int
) -> None:
    low, high = min(a, b) - 0.01, max(a, b) + 0.01
    scale, zero = d.affine(low, high)
    x = np.random.default_rng(seed).uniform(low, high, size=200)
    x = np.concatenate([x, [low, high]])
    error = abs(d.dequantize(d.quantize(x, scale, zero), scale, zero) - x)
    assert error.max() <= scale / 2 * (1 + 1e-9)
    assert -128 <= zero <= 127
    assert d.dequantize(d.quantize(np.zeros(1), scale, zero), scale, zero)[0] == 0


def test_the_range_fills_all_codes() -> None:
    scale, zero = d.affine(-3.0, 5.0)
    assert 255 * scale == pytest.approx(8)
    assert list(d.quantize(np.array([-3.0, 5.0]), scale, zero)) == [-128, 127]
    assert list(d.quantize(np.array([-99.0, 99.0]), scale, zero)) == [-128, 127]


@pytest.mark.parametrize(("low", "high"), [(2.0, 5.0), (-5.0, -2.0)])
def test_a_range_without_zero_is_extended_to_it(low: float, high: float) -> None:
    assert d.affine(low, high) == d.affine(min(low, 0), max(high, 0))
    assert 255 * d.affine(low, high)[0] == pytest.approx(5)


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(ValueError, match="^the range is empty$"):
        d.affine(0.0, 0.0)


def test_quantize_and_back_equal_torch_and_onnx_runtime() -> None:
    scale, zero = d.affine(-2.0, 3.5)
    x = RNG.normal(scale=2, size=500).astype(np.float32)  # some are clipped
    got = d.quantize(x.astype(np.float64), scale, zero)
    fake = torch.fake_quantize_per_tensor_affine
    expected = fake(torch.tensor(x), scale, zero, -128, 127).numpy()
    np.testing.assert_allclose(d.dequantize(got, scale, zero), expected, atol=1e-6)
    node = helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"])
    constants = [
        helper.make_tensor("s", TensorProto.FLOAT, [], [scale]),
        helper.make_tensor("z", TensorProto.INT8, [], [zero]),
    ]
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [500])],
        [helper.make_tensor_value_info("q", TensorProto.INT8, [500])],
        constants,
    )
    opset = [helper.make_opsetid("", 21)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=10)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    np.testing.assert_array_equal(got, session.run(None, {"x": x})[0])


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_dot_products_stay_within_the_bound(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    w, x = rng.normal(size=n), rng.uniform(0, 6, size=n)
    w_step, w_zero = d.affine(w.min(), w.max())
    x_step, x_zero = d.affine(0, 6)
    w_hat = d.dequantize(d.quantize(w, w_step, w_zero), w_step, w_zero)
    x_hat = d.dequantize(d.quantize(x, x_step, x_zero), x_step, x_zero)
    assert abs(w_hat @ x_hat - w @ x) <= d.dot_bound(w, x, w_step, x_step)


def test_the_bound_is_reached_by_the_worst_rounding() -> None:
    w, x, s, t = np.array([3.0, 1.0]), np.array([2.0, 5.0]), 0.5, 0.25
    worst = (w + s / 2) @ (x + t / 2) - w @ x
    assert d.dot_bound(w, x, s, t) == pytest.approx(worst)
    assert d.dot_bound(-w, x, s, t) == pytest.approx(worst)
    assert d.dot_bound(w, -x, s, t) == pytest.approx(worst)


# export


@pytest.fixture(scope="module")
def layers() -> torch.nn.Sequential:
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3, padding=1),
        torch.nn.BatchNorm2d(4),
        torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Dropout(0.5),
        torch.nn.Linear(16, 10),
    )
    model(torch.tensor(X[:64], dtype=torch.float32).reshape(-1, 1, 8, 8))
    return model  # in training mode, with running averages that matter


@pytest.fixture(scope="module")
def exported(
    layers: torch.nn.Sequential, tmp_path_factory: pytest.TempPathFactory
) -> tuple[torch.nn.Module, Path]:
    path = tmp_path_factory.mktemp("onnx") / "model.onnx"
    module = d.tapped(layers)
    d.export(module, torch.zeros(2, 1, 8, 8), str(path))
    return module, path


def images(rows: int) -> torch.Tensor:
    return torch.tensor(X[:rows], dtype=torch.float32).reshape(-1, 1, 8, 8)


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_onnx_runtime_agrees_in_every_layer_at_any_batch_size(
    exported: tuple[torch.nn.Module, Path], rows: int
) -> None:
    module, path = exported
    errors = d.relative_errors(module, str(path), images(rows))
    assert len(errors) == 7
    assert max(errors) < 1e-5


def test_export_puts_the_module_into_evaluation_mode(
    exported: tuple[torch.nn.Module, Path], layers: torch.nn.Sequential
) -> None:
    assert not layers.training
    operators = {node.op_type for node in onnx.load(exported[1]).graph.node}
    assert "Conv" in operators
    assert "Dropout" not in operators


def test_a_changed_layer_shows_from_there_on(
    exported: tuple[torch.nn.Module, Path], layers: torch.nn.Sequential
) -> None:
    module, path = exported
    linear = layers[6]
    assert isinstance(linear, torch.nn.Linear)
    with torch.no_grad():
        kept = linear.weight.clone()
        linear.weight *= 1.5
        errors = d.relative_errors(module, str(path), images(5))
        linear.weight.copy_(kept)
    assert max(errors[:6]) < 1e-5
    assert errors[6] > 0.01


def test_relative_error_is_relative_to_the_largest_output(
    exported: tuple[torch.nn.Module, Path],
) -> None:
    module, path = exported

    class Doubled(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
            return [2 * y for y in module(x)]

    errors = d.relative_errors(Doubled(), str(path), images(3))
    assert errors == pytest.approx([0.5] * 7, rel=1e-3)


def test_outputs_missing_in_one_runtime_are_an_error(
    exported: tuple[torch.nn.Module, Path],
) -> None:
    module, path = exported

    class Shorter(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
            return list(module(x))[:-1]

    with pytest.raises(ValueError, match="zip"):
        d.relative_errors(Shorter(), str(path), images(3))


def test_tapped_returns_what_each_layer_returns(layers: torch.nn.Sequential) -> None:
    layers.eval()
    x = images(4)
    outputs = d.tapped(layers)(x)
    for k, output in enumerate(outputs):
        torch.testing.assert_close(output, layers[: k + 1](x))


# counting


@pytest.mark.parametrize("n", [1, 2, 3])
def test_resnet_count_equals_modules_built_in_torch(n: int) -> None:
    def conv(inputs: int, outputs: int) -> list[torch.nn.Module]:
        layer = torch.nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        return [layer, torch.nn.BatchNorm2d(outputs)]

    built = conv(3, 16)
    channels = 16
    for width in (16, 32, 64):
        for _ in range(n):
            built += conv(channels, width) + conv(width, width)
            channels = width
    built.append(torch.nn.Linear(64, 10))
    expected = sum(p.numel() for layer in built for p in layer.parameters())
    assert d.cifar_resnet_parameters(n) == expected
