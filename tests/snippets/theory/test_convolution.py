"""Convolution snippets against torch.nn, counting loops, closed forms, identities."""

from itertools import product
from math import ceil, prod

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from snippets.theory import convolution as conv

F = nn.functional
quick = settings(deadline=None, max_examples=40)


def tensor(x):
    return torch.from_numpy(np.ascontiguousarray(x))[None]


# ---------------------------------------------------------------- convolution


@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_conv2d_is_torch_conv2d(stride, padding):
    rng = np.random.default_rng(stride * 10 + padding)
    x, weight = rng.normal(size=(3, 8, 9)), rng.normal(size=(4, 3, 3, 2))
    expected = F.conv2d(
        tensor(x), torch.from_numpy(weight), stride=stride, padding=padding
    )
    np.testing.assert_allclose(
        conv.conv2d(x, weight, stride, padding), expected[0], atol=1e-12
    )


@quick
@given(
    st.integers(1, 3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 2**32 - 1)
)
def test_shifting_by_multiples_of_the_stride_shifts_the_output(
    stride, down, right, seed
):
    """Equivariance on an object far from the borders (away from them it is exact)."""
    rng = np.random.default_rng(seed)
    weight = rng.normal(size=(2, 1, 3, 3))
    image = np.zeros((1, 40, 40))
    image[0, 12:18, 12:18] = rng.normal(size=(6, 6))
    moved = np.roll(image, (down * stride, right * stride), axis=(1, 2))
    np.testing.assert_allclose(
        conv.conv2d(moved, weight, stride, padding=1),
        np.roll(conv.conv2d(image, weight, stride, 1), (down, right), axis=(1, 2)),
        atol=1e-12,
    )


def test_a_shift_that_is_not_a_multiple_of_the_stride_changes_more_than_place():
    image = np.zeros((1, 9, 9))
    image[0, 4, 4] = 1
    moved = np.roll(image, 1, axis=2)
    weight = np.array([[[[0.0, 0, 0], [0, 1, 0], [0, 0, 0]]]])
    assert conv.conv2d(image, weight, stride=2, padding=1).sum() == 1
    assert conv.conv2d(moved, weight, stride=2, padding=1).sum() == 0


def test_zero_padding_reveals_the_border():
    x, weight = np.ones((1, 6, 6)), np.ones((1, 1, 3, 3))
    out = conv.conv2d(x, weight, padding=1)[0]
    assert out[0, 0] == 4
    assert out[0, 3] == 6
    assert out[3, 3] == 9


def count(layer):
    return sum(p.numel() for p in layer.parameters())


@pytest.mark.parametrize(
    ("size", "c_in", "c_out", "k"), [((5, 4), 2, 3, 3), ((6, 6), 1, 2, 5)]
)
def test_parameters_of_dense_local_and_shared_layers(size, c_in, c_out, k):
    n = prod(size)
    dense, local, shared = conv.parameters_dense_local_shared(size, c_in, c_out, k)
    assert dense == count(nn.Linear(n * c_in, n * c_out))
    assert local == n * count(nn.Linear(k * k * c_in, c_out))  # a layer per position
    assert shared == count(nn.Conv2d(c_in, c_out, k))


# ----------------------------------------------------------------- arithmetic


@pytest.mark.parametrize("n", range(1, 15))
def test_output_size_is_torch_conv2d(n):
    for k, s, p, d in product(range(1, 6), range(1, 5), range(4), range(1, 4)):
        layer = nn.Conv2d(1, 1, (k, 1), (s, 1), (p, 0), (d, 1), device="meta")
        image = torch.empty(1, 1, n, 7, device="meta")
        pairs = (k, 1), (s, 1), (p, 0), (d, 1)
        if n + 2 * p < d * (k - 1) + 1:
            with pytest.raises(ValueError, match="does not fit"):
                conv.conv2d_output_size((n, 7), *pairs)
        else:
            assert conv.conv2d_output_size((n, 7), *pairs) == layer(image).shape[2:]


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_output_size_is_torch_max_pool(ceil_mode):
    for n, k, s, d in product(range(4, 14), range(1, 5), range(1, 6), (1, 2)):
        for p in range(k // 2 + 1):
            if n + 2 * p < d * (k - 1) + 1:
                continue
            pool = nn.MaxPool2d(k, s, p, d, ceil_mode=ceil_mode)
            expected = pool(torch.empty(1, 1, n, n, device="meta")).shape[2]
            assert conv.conv_output_size(n, k, s, p, d, ceil_mode) == expected


@quick
@given(
    n=st.integers(1, 40), k=st.integers(1, 7), s=st.integers(1, 4), d=st.integers(1, 3)
)
def test_same_padding_is_the_least_that_gives_n_over_s(n, k, s, d):
    before, after = conv.same_padding(n, k, s, d)
    assert 0 <= after - before <= 1

    def out(total):
        layer = nn.Conv1d(1, 1, k, s, dilation=d, device="meta")
        if n + total < d * (k - 1) + 1:
            return 0
        return layer(torch.empty(1, 1, n + total, device="meta")).shape[2]

    assert out(before + after) == ceil(n / s)
    assert before + after == 0 or out(before + after - 1) < ceil(n / s)


@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("d", [1, 2])
def test_same_padding_is_torch_same_for_stride_one(k, d):
    rng = np.random.default_rng(k)
    x = torch.from_numpy(rng.normal(size=(1, 1, 11)))
    weight = torch.from_numpy(rng.normal(size=(1, 1, k)))
    padded = F.pad(x, conv.same_padding(11, k, dilation=d))
    torch.testing.assert_close(
        F.conv1d(padded, weight, dilation=d),
        F.conv1d(x, weight, padding="same", dilation=d),
    )


@pytest.mark.parametrize("k", [1, 3, (3, 5)])
@pytest.mark.parametrize("groups", [1, 2, 6])
@pytest.mark.parametrize("bias", [False, True])
def test_parameter_count_is_torch_conv2d(k, groups, bias):
    layer = nn.Conv2d(6, 12, k, groups=groups, bias=bias)
    assert conv.conv2d_parameter_count(6, 12, k, groups, bias) == count(layer)


@pytest.mark.parametrize("channels", [(4, 6), (6, 4)])
def test_groups_must_divide_the_channels(channels):
    with pytest.raises(ValueError, match="groups=3 must divide"):
        conv.conv2d_parameter_count(*channels, 3, groups=3)


def test_batch_norm_has_two_parameters_two_statistics_a_channel_and_a_counter():
    layer = nn.BatchNorm2d(5)
    assert count(layer) == 2 * 5
    assert sum(b.numel() for b in layer.buffers()) == 2 * 5 + 1


def looped_macs(size, c_in, c_out, k, stride, padding, groups):
    """Walk over the definition and count every product, padding included."""
    macs = 0
    height, width = (n + 2 * padding for n in size)
    for top in range(0, height - k[0] + 1, stride):
        for left in range(0, width - k[1] + 1, stride):
            for out in range(c_out):
                group = out // (c_out // groups)
                for c in range(c_in):
                    if c // (c_in // groups) == group:
                        window = np.zeros((height, width))
                        window[top : top + k[0], left : left + k[1]] = 1
                        macs += int(window.sum())
    return macs


@pytest.mark.parametrize(
    ("size", "c_in", "c_out", "k", "stride", "padding", "groups"),
    [
        ((5, 6), 2, 3, (3, 3), 1, 0, 1),
        ((5, 6), 2, 4, (3, 2), 2, 1, 2),
        ((7, 4), 4, 4, (3, 3), 2, 1, 4),
        ((4, 4), 3, 5, (1, 1), 1, 0, 1),
    ],
)
def test_macs_equal_a_counting_loop(size, c_in, c_out, k, stride, padding, groups):
    macs = conv.conv2d_macs(size, c_in, c_out, k, stride, padding, groups)
    assert macs == looped_macs(size, c_in, c_out, k, stride, padding, groups)


@pytest.mark.parametrize("groups", [1, 2, 8])
@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("width", [2, 4])
def test_intensity_equals_flops_over_the_bytes_of_torch_tensors(groups, k, width):
    dtype = {2: torch.float16, 4: torch.float32}[width]
    layer = nn.Conv2d(8, 8, k, padding="same", groups=groups, bias=False, dtype=dtype)
    x = torch.zeros(1, 8, 6, 5, dtype=dtype)
    with FlopCounterMode(display=False) as counter:
        y = layer(x)
    moved = sum(t.numel() * t.element_size() for t in (x, layer.weight, y))
    flops = counter.get_total_flops()
    per_output = 2 * layer.weight[0].numel()
    assert flops == per_output * y.numel()
    assert conv.conv2d_intensity((6, 5), 8, k, groups, width) == pytest.approx(
        flops / moved
    )


# --------------------------------------------------------------- whole models


class Small(nn.Module):
    """Small enough to count by hand: see the test."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.depthwise = nn.Conv2d(4, 4, 3, padding=1, groups=4)
        self.up = nn.ConvTranspose2d(4, 2, 2, stride=2)
        self.head = nn.Linear(2, 5)

    def forward(self, x):
        self.grad_enabled = torch.is_grad_enabled()
        x = self.norm(self.stem(x)).relu()
        x = self.depthwise(self.depthwise(x))  # one layer, used twice
        return self.head(self.up(x).mean(dim=(2, 3)))


def test_model_macs_of_a_model_counted_by_hand():
    macs = conv.model_macs(Small().eval(), torch.zeros(1, 3, 8, 8))
    assert macs == {
        "stem": 4 * 4 * 4 * 27,  # 4 x 4 outputs, 4 channels, 3 x 3 x 3 products
        "depthwise": 2 * (4 * 4 * 4 * 9),  # twice
        "up": 4 * 4 * 4 * (2 * 2 * 2),  # each of 4 x 4 x 4 inputs stamps 2 x 2 x 2
        "head": 2 * 5,
    }


def test_model_macs_of_one_layer_are_conv2d_macs():
    layer = nn.Sequential(nn.Conv2d(6, 8, (3, 5), (2, 1), (1, 0), groups=2)).eval()
    macs = conv.model_macs(layer, torch.zeros(1, 6, 9, 11))
    assert macs == {"0": conv.conv2d_macs((9, 11), 6, 8, (3, 5), (2, 1), (1, 0), 2)}


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (nn.Sequential(nn.Conv1d(3, 5, 4), nn.ConvTranspose1d(5, 2, 3, 2)), (2, 3, 9)),
        (
            nn.Sequential(nn.Conv3d(2, 3, 2), nn.ConvTranspose3d(3, 1, 2)),
            (1, 2, 4, 4, 4),
        ),
        (nn.Sequential(nn.Linear(7, 5), nn.ReLU(), nn.Linear(5, 3)), (2, 4, 7)),
    ],
)
def test_flops_of_torch_are_twice_the_macs(model, shape):
    x = torch.zeros(shape)
    with FlopCounterMode(display=False) as counter:
        model(x)
    macs = conv.model_macs(model.eval(), x)
    assert 2 * sum(macs.values()) == counter.get_total_flops()


def test_model_macs_leaves_no_hooks_and_builds_no_graph():
    model = Small().eval()
    conv.model_macs(model, torch.zeros(1, 3, 8, 8))
    with pytest.raises(RuntimeError):
        conv.model_macs(model, torch.zeros(1, 7, 8, 8))  # wrong channels
    assert not any(layer._forward_hooks for layer in model.modules())
    assert not model.grad_enabled


def test_model_macs_refuses_training_mode():
    model = Small()
    with pytest.raises(ValueError, match=r"eval\(\)"):
        conv.model_macs(model, torch.zeros(1, 3, 8, 8))
    assert model.norm.num_batches_tracked == 0


# ------------------------------------------------------------- receptive field


def support(layers, n, position):
    """Input positions with a gradient from one output of an all-ones stack."""
    x = torch.zeros(1, 1, n, dtype=torch.float64, requires_grad=True)
    y = x
    for k, s, d in layers:
        y = F.conv1d(y, torch.ones(1, 1, k, dtype=torch.float64), stride=s, dilation=d)
    y[0, 0, position].backward()
    return x.grad[0, 0].nonzero().ravel().numpy()


layer = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3))


@quick
@given(st.lists(layer, min_size=1, max_size=4))
def test_receptive_field_is_the_support_of_the_gradient(layers):
    # holes in the support (stride above the kernel) do not change its extent
    steps = conv.receptive_field(layers)
    r, j = steps[-1]
    assert len(steps) == len(layers)
    first, second = (support(layers, r + j, i) for i in (0, 1))
    assert first[0] == 0
    assert first[-1] - first[0] + 1 == r
    assert second[0] - first[0] == j


@pytest.mark.parametrize(
    ("dilations", "gaps"), [((2, 2, 2), True), ((2, 4, 8), True), ((1, 2, 5), False)]
)
def test_dilations_with_a_common_factor_leave_gaps_in_the_field(dilations, gaps):
    layers = [(3, 1, d) for d in dilations]
    r, _ = conv.receptive_field(layers)[-1]
    assert (len(support(layers, r, 0)) < r) == gaps


@pytest.mark.parametrize(("depth", "k"), [(1, 3), (5, 3), (20, 3), (7, 5)])
def test_profile_of_a_uniform_stack_is_the_gradient_of_a_torch_stack(depth, k):
    profile = conv.uniform_stack_profile(depth, k)
    assert len(profile) == conv.receptive_field([(k, 1, 1)] * depth)[-1][0]
    x = torch.zeros(1, 1, len(profile), dtype=torch.float64, requires_grad=True)
    y = x
    for _ in range(depth):
        y = F.avg_pool1d(y, k, stride=1)
    y.sum().backward()
    np.testing.assert_allclose(profile, x.grad[0, 0], atol=1e-15)
    # a sum of `depth` independent uniform variables: variances add up
    offsets = np.arange(len(profile)) - (len(profile) - 1) / 2
    assert (profile * offsets**2).sum() == pytest.approx(depth * (k**2 - 1) / 12)


# -------------------------------------------------------- depthwise separable


@quick
@given(
    n=st.integers(4, 12),
    c_in=st.integers(1, 8),
    c_out=st.integers(1, 8),
    k=st.sampled_from([1, 3, 5]),
    stride=st.integers(1, 2),
)
def test_separable_macs_of_a_torch_model_and_the_ratio(n, c_in, c_out, k, stride):
    depthwise, pointwise = conv.separable_macs(
        (n, n), c_in, c_out, k, stride, padding=k // 2
    )
    model = nn.Sequential(
        nn.Conv2d(c_in, c_in, k, stride, k // 2, groups=c_in), nn.Conv2d(c_in, c_out, 1)
    ).eval()
    macs = conv.model_macs(model, torch.zeros(1, c_in, n, n))
    assert (depthwise, pointwise) == (macs["0"], macs["1"])
    standard = conv.conv2d_macs((n, n), c_in, c_out, k, stride, k // 2)
    assert (depthwise + pointwise) / standard == pytest.approx(1 / c_out + 1 / k**2)


def test_without_nonlinearity_a_separable_convolution_is_a_constrained_standard_one():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 6, 6))
    depthwise, pointwise = rng.normal(size=(3, 1, 3, 3)), rng.normal(size=(5, 3, 1, 1))
    middle = F.conv2d(tensor(x), torch.from_numpy(depthwise), groups=3)
    expected = F.conv2d(middle, torch.from_numpy(pointwise))[0]
    composed = pointwise * depthwise[:, 0]  # (5, 3, 3, 3)
    np.testing.assert_allclose(conv.conv2d(x, composed), expected, atol=1e-12)


# ------------------------------------------------------ transposed convolution


def test_transposed_size_is_torch_conv_transpose():
    for n, k, s, p, d in product(
        range(1, 7), range(1, 5), range(1, 4), range(3), (1, 2)
    ):
        for extra in range(max(s, d)):
            if (n - 1) * s - 2 * p + d * (k - 1) + extra + 1 < 1:
                continue
            layer = nn.ConvTranspose1d(1, 1, k, s, p, extra, dilation=d, device="meta")
            expected = layer(torch.empty(1, 1, n, device="meta")).shape[2]
            assert conv.conv_transpose_output_size(n, k, s, p, extra, d) == expected


@quick
@given(
    n=st.integers(1, 20), k=st.integers(1, 5), s=st.integers(1, 4), p=st.integers(0, 2)
)
def test_transposed_size_with_output_padding_undoes_the_convolution_size(n, k, s, p):
    assume(n + 2 * p >= k)
    down, _ = conv.conv2d_output_size((n, n), k, s, p)
    lost = (n + 2 * p - k) % s
    assert conv.conv_transpose_output_size(down, k, s, p, lost) == n


@pytest.mark.parametrize(
    ("stride", "padding", "output_padding"),
    [(1, 0, 0), (1, 2, 0), (2, 0, 0), (2, 1, 1), (3, 1, 2), (2, 2, 0)],
)
def test_conv_transpose2d_is_torch(stride, padding, output_padding):
    rng = np.random.default_rng(7)
    x, weight = rng.normal(size=(3, 4, 5)), rng.normal(size=(3, 2, 4, 3))
    out = conv.conv_transpose2d(x, weight, stride, padding, output_padding)
    expected = F.conv_transpose2d(
        tensor(x),
        torch.from_numpy(weight),
        stride=stride,
        padding=padding,
        output_padding=output_padding,
    )
    np.testing.assert_allclose(out, expected[0], atol=1e-12)
    for axis, k in ((0, 4), (1, 3)):
        assert out.shape[1 + axis] == conv.conv_transpose_output_size(
            x.shape[1 + axis], k, stride, padding, output_padding
        )


@quick
@given(
    n=st.integers(3, 9),
    k=st.integers(1, 4),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    seed=st.integers(0, 2**32 - 1),
)
def test_transposed_convolution_is_the_adjoint(n, k, stride, padding, seed):
    """<conv(x), y> = <x, transposed(y)> for every x and y, with the same weight."""
    assume(n + 2 * padding >= k)
    rng = np.random.default_rng(seed)
    x, weight = rng.normal(size=(2, n, n)), rng.normal(size=(3, 2, k, k))
    image = conv.conv2d(x, weight, stride, padding)
    y = rng.normal(size=image.shape)
    lost = (n + 2 * padding - k) % stride
    back = conv.conv_transpose2d(y, weight, stride, padding, lost)
    assert back.shape == x.shape
    assert (image * y).sum() == pytest.approx((x * back).sum(), abs=1e-9)


def test_transposed_convolution_is_not_the_inverse():
    rng = np.random.default_rng(1)
    x, weight = rng.normal(size=(1, 6, 6)), rng.normal(size=(1, 1, 3, 3))
    back = conv.conv_transpose2d(conv.conv2d(x, weight), weight)
    assert back.shape == x.shape
    assert np.abs(back - x).max() > 0.5


@quick
@given(n=st.integers(1, 12), k=st.integers(1, 6), s=st.integers(1, 4))
def test_overlap_is_a_torch_transposed_convolution_of_ones(n, k, s):
    assume(k >= s)
    counts = conv.overlap_counts(n, k, s)
    expected = F.conv_transpose1d(torch.ones(1, 1, n), torch.ones(1, 1, k), stride=s)
    np.testing.assert_array_equal(counts, expected[0, 0])
    interior = counts[k - 1 : len(counts) - k + 1]
    if len(interior) >= s:
        assert (np.ptp(interior) == 0) == (k % s == 0)


def test_overlap_leaves_gaps_where_the_stride_exceeds_the_kernel():
    np.testing.assert_array_equal(conv.overlap_counts(3, 1, 2), [1, 0, 1, 0, 1])


# -------------------------------------------------------------------- pooling


@pytest.mark.parametrize(("k", "stride"), [(2, 2), (3, 2), (2, 1), (3, 3), (2, 3)])
def test_pooling_forward_and_backward_are_torch(k, stride):
    rng = np.random.default_rng(k + stride)
    x = rng.normal(size=(2, 7, 8))
    for mine, theirs in (("max", F.max_pool2d), ("avg", F.avg_pool2d)):
        leaf = tensor(x).requires_grad_()
        expected = theirs(leaf, k, stride)
        grad = rng.normal(size=expected.shape[1:])
        expected.backward(tensor(grad))
        if mine == "max":
            out, argmax = conv.max_pool2d(x, k, stride)
            back = conv.max_pool2d_backward(grad, argmax, x.shape, k, stride)
        else:
            out = conv.avg_pool2d(x, k, stride)
            back = conv.avg_pool2d_backward(grad, x.shape, k, stride)
        np.testing.assert_allclose(out, expected.detach()[0], atol=1e-14)
        np.testing.assert_allclose(back, leaf.grad[0], atol=1e-14)


def test_ties_send_the_gradient_to_the_first_maximum_as_in_torch():
    x = np.zeros((1, 4, 4))
    x[0, 0, 1] = x[0, 1, 0] = 2.0
    leaf = tensor(x).requires_grad_()
    F.max_pool2d(leaf, 2).sum().backward()
    _, argmax = conv.max_pool2d(x, 2, 2)
    back = conv.max_pool2d_backward(np.ones((1, 2, 2)), argmax, x.shape, 2, 2)
    np.testing.assert_array_equal(back, leaf.grad[0])
    assert back.sum() == 4


def test_global_pooling_is_one_window_and_ignores_place():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(3, 5, 5))
    expected = F.adaptive_avg_pool2d(tensor(x), 1)[0]
    np.testing.assert_allclose(conv.avg_pool2d(x, 5, 1), expected, atol=1e-14)
    shifted = np.roll(x, (2, 1), axis=(1, 2))
    np.testing.assert_allclose(conv.avg_pool2d(shifted, 5, 1), expected, atol=1e-14)


def test_average_padding_counts_in_torch_unless_told_otherwise():
    x = torch.ones(1, 1, 4, 4)
    assert F.avg_pool2d(x, 3, 1, padding=1)[0, 0, 0, 0] == pytest.approx(4 / 9)
    assert F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)[0, 0, 0, 0] == 1


def test_head_parameters_are_those_of_torch_heads():
    mlp = nn.Sequential(nn.Linear(3 * 2 * 5, 7), nn.Linear(7, 7), nn.Linear(7, 4))
    assert conv.head_parameters((3, 2), 5, 7, 4) == (count(mlp), count(nn.Linear(5, 4)))


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 0), (2, 1), (3, 1)])
def test_transposed_convolution_is_a_convolution_of_the_zero_stuffed_input(
    stride, padding
):
    rng = np.random.default_rng(5)
    k = 4
    x, weight = rng.normal(size=(2, 5, 5)), rng.normal(size=(2, 3, k, k))
    stuffed = np.zeros((2, 4 * stride + 1, 4 * stride + 1))
    stuffed[:, ::stride, ::stride] = x
    flipped = weight[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
    np.testing.assert_allclose(
        conv.conv_transpose2d(x, weight, stride, padding),
        conv.conv2d(stuffed, flipped, padding=k - 1 - padding),
        atol=1e-12,
    )


def test_full_mobilenet_cost_reported_by_its_paper():
    """569 million multiply-adds and 4.2 million parameters, or 4866 and 29.3."""
    widths = [(32, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1)]
    widths += [(256, 512, 2)] + [(512, 512, 1)] * 5 + [(512, 1024, 2), (1024, 1024, 1)]
    size, macs = (112, 112), conv.conv2d_macs((224, 224), 3, 32, 3, 2, 1)
    full_macs = macs
    weights = full = conv.conv2d_parameter_count(3, 32, 3, bias=False)
    for c_in, c_out, stride in widths:
        macs += sum(conv.separable_macs(size, c_in, c_out, 3, stride, 1))
        full_macs += conv.conv2d_macs(size, c_in, c_out, 3, stride, 1)
        size = conv.conv2d_output_size(size, 3, stride, 1)
        weights += conv.conv2d_parameter_count(c_in, c_in, 3, c_in, bias=False)
        weights += conv.conv2d_parameter_count(c_in, c_out, 1, bias=False)
        full += conv.conv2d_parameter_count(c_in, c_out, 3, bias=False)
    _, head = conv.head_parameters(size, 1024, 1, 1000)
    assert round((macs + 1024 * 1000) / 1e6) == 569
    assert round(full_macs / 1e6) == 4866  # apparently without the head
    assert round((weights + head) / 1e6, 1) == 4.2
    assert round((full + head) / 1e6, 1) == 29.3
