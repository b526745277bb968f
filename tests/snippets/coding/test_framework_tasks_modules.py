"""Modules to write in PyTorch, against its own layers and sums written out."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from snippets.coding.framework_tasks import (
    conv_net_in_skeleton,
    depthwise_separable_module,
    residual_block_module,
    se_block_module,
    transformer_block_module,
)

ConvNet = conv_net_in_skeleton.ConvNet
check_model = conv_net_in_skeleton.check_model
DepthwiseSeparableConv = depthwise_separable_module.DepthwiseSeparableConv
mixes_channels = depthwise_separable_module.mixes_channels
BasicBlock = residual_block_module.BasicBlock
Bottleneck = residual_block_module.Bottleneck
SqueezeExcitation = se_block_module.SqueezeExcitation
TransformerBlock = transformer_block_module.TransformerBlock


@pytest.fixture(autouse=True)
def seeded():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


def images(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def close(got, due, within=1e-10):
    assert got.shape == due.shape
    torch.testing.assert_close(got, due, rtol=within, atol=within)


def arbitrary(model):
    """Return a model in float64 with arbitrary parameters and statistics."""
    model = model.double()
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                value.copy_(torch.rand_like(value) - (0.0 if "var" in name else 0.4))
    return model


def size(model):
    return sum(p.numel() for p in model.parameters())


# --- a small convolutional classifier


def test_conv_net_equals_its_layers_applied_one_by_one():
    model = arbitrary(ConvNet(2, 7, width=5)).eval()
    conv1, bn1, conv2, bn2 = (model.features[i] for i in (0, 1, 4, 5))
    x = images(3, 2, 9, 6)
    out = functional.conv2d(functional.pad(x, (1, 1, 1, 1)), conv1.weight)
    out = functional.max_pool2d(bn1(out).clamp(min=0), 2)
    out = functional.conv2d(functional.pad(out, (1, 1, 1, 1)), conv2.weight)
    out = bn2(out).clamp(min=0).flatten(2).sum(dim=2) / (4 * 3)
    close(model(x), out @ model.classifier.weight.T + model.classifier.bias)


@given(st.integers(1, 3), st.integers(1, 4), st.integers(2, 5), st.integers(1, 4))
@settings(deadline=None, max_examples=20)
def test_conv_net_size(N, in_channels, num_classes, width):
    model = ConvNet(in_channels, num_classes, width).eval()
    convolutions = 9 * in_channels * width + 9 * width * 2 * width
    norms = 2 * width + 2 * 2 * width
    assert size(model) == convolutions + norms + (2 * width + 1) * num_classes
    assert model(torch.zeros(N, in_channels, 4, 5)).shape == (N, num_classes)


def test_conv_net_has_16_channels_by_default():
    assert ConvNet(1, 2).features[0].out_channels == 16


class Changed(nn.Module):
    """A right model, but for what ``change`` does to its logits."""

    def __init__(self, change=lambda logits, x: logits):
        super().__init__()
        self.net, self.change = ConvNet(3, 4, width=4), change

    def forward(self, x):
        return self.change(self.net(x), x)


class Cut(nn.Module):
    """A linear classifier whose first layer's output goes through ``cut``."""

    def __init__(self, cut):
        super().__init__()
        self.first, self.last, self.cut = nn.Conv2d(3, 4, 1), nn.Linear(4, 4), cut

    def forward(self, x):
        return self.last(x.mean(dim=(2, 3)) + self.cut(self.first(x)).mean())


def test_check_model_accepts_right_models():
    for model in ConvNet(3, 4, width=4), Changed():
        check_model(model.eval(), 3, 4, size(model))
        check_model(model.train(), 3, 4, size(model))
    two = ConvNet(1, 2)
    check_model(two, 1, 2, size(two))


def test_check_model_ignores_gradients_left_behind_and_leaves_none():
    model = ConvNet(3, 4)
    check_model(model, 3, 4, size(model))
    assert all(p.grad is None for p in model.parameters())
    cut = Alone(nn.Conv2d(3, 4, 1))
    for p in cut.parameters():
        p.grad = torch.ones_like(p)
    with pytest.raises(AssertionError, match="no gradient reaches unused"):
        check_model(cut, 3, 4, size(cut))


class Alone(nn.Module):
    """A classifier with a parameter that is registered and not used."""

    def __init__(self, conv):
        super().__init__()
        self.conv, self.unused = conv, nn.Parameter(torch.ones(1))

    def forward(self, x):
        return self.conv(x).mean(dim=(2, 3))


def test_check_model_sees_gradients_that_are_missing_or_zero():
    zero = Alone(nn.Conv2d(3, 4, 1))
    zero.forward = lambda x: zero.conv(x).mean(dim=(2, 3)) + 0 * zero.unused
    with pytest.raises(AssertionError, match="the gradient of unused is zero"):
        check_model(zero, 3, 4, size(zero))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda logits, x: logits.squeeze(), r"1 images of 4x4 give \(4,\)"),
        (lambda logits, x: logits[:, :3], r"1 images of 4x4 give \(1, 3\)"),
        (
            lambda logits, x: logits if x.shape[2] == x.shape[3] else logits[:, :2],
            r"3 images of 12x7 give \(3, 2\)",
        ),
        (lambda logits, x: logits.softmax(dim=1), "probabilities, not logits"),
        (lambda logits, x: logits + 1e-3 * x[0, 0, 0, 0], "influence each other"),
        (lambda logits, x: logits.flip(0), "influence each other"),
    ],
)
def test_check_model_names_what_is_wrong(change, says):
    model = Changed(change)
    with pytest.raises(AssertionError, match=says):
        check_model(model, 3, 4, size(model))


def test_check_model_counts():
    model = ConvNet(3, 4)
    for wrong in (-1, 1):
        with pytest.raises(AssertionError, match=f"{size(model)} parameters instead"):
            check_model(model, 3, 4, size(model) + wrong)


def test_check_model_tries_inference_and_then_trains():
    modes = []
    model = Changed(lambda logits, x: modes.append(model.training) or logits)
    check_model(model.train(), 3, 4, size(model))
    assert modes == sorted(modes)  # False, ..., False, True
    assert modes.count(True) == 1


def test_check_model_tolerates_rounding():
    model = Changed(lambda logits, x: logits + 1e-7 * len(x))
    check_model(model, 3, 4, size(model))


# --- depthwise separable convolution


@given(
    st.integers(1, 4),
    st.integers(1, 4),
    st.sampled_from([1, 3, 5]),
    st.integers(1, 3),
    st.booleans(),
)
@settings(deadline=None, max_examples=30)
def test_depthwise_separable_equals_a_full_convolution(C, K, k, stride, training):
    """A depthwise kernel is a full kernel with zeros off its diagonal."""
    block = arbitrary(DepthwiseSeparableConv(C, K, k, stride)).train(training)
    x = images(2, C, 7, 6)
    full = torch.zeros(C, C, k, k, dtype=torch.float64)
    for c in range(C):
        full[c, c] = block.depthwise.weight[c, 0]
    edge = (k - 1) // 2
    out = functional.conv2d(x, full, stride=stride, padding=edge)
    out = block.bn1(out).clamp(min=0)
    mix = block.pointwise.weight[:, :, 0, 0]
    out = (mix @ out.flatten(2)).view(2, K, *out.shape[2:])
    due = block.bn2(out).clamp(min=0)
    assert due.shape[2:] == (math.ceil(7 / stride), math.ceil(6 / stride))
    close(block(x), due)


def test_depthwise_separable_defaults_and_size():
    block = DepthwiseSeparableConv(6, 10)
    assert block.depthwise.kernel_size == (3, 3)
    assert block(torch.zeros(1, 6, 5, 5)).shape == (1, 10, 5, 5)
    assert size(block) == 6 * 9 + 2 * 6 + 6 * 10 + 2 * 10


@pytest.mark.parametrize("kernel_size", [2, 4])
def test_depthwise_separable_refuses_even_kernels(kernel_size):
    with pytest.raises(ValueError, match=f"{kernel_size} is even"):
        DepthwiseSeparableConv(4, 4, kernel_size)


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3, 5]))
@settings(deadline=None, max_examples=20)
def test_convolution_weights_are_those_of_the_layers(C, K, k):
    block = DepthwiseSeparableConv(C, K, k)
    separable = block.depthwise.weight.numel() + block.pointwise.weight.numel()
    standard = nn.Conv2d(C, K, k).weight.numel()
    got = depthwise_separable_module.convolution_weights(C, K, k)
    assert got == (standard, separable)


class Leak(nn.Module):
    """Let one place of channel ``source`` reach one place of channel ``target``."""

    def __init__(self, source, target):
        super().__init__()
        self.source, self.target = source, target

    def forward(self, x):
        out = 2 * x
        out[:, self.target, 6, 1] += x[:, self.source, 2, 7]
        return out


def test_mixes_channels_finds_every_leak():
    for source in range(3):
        for target in range(3):
            assert mixes_channels(Leak(source, target), 3) == (source != target)


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_mixes_channels_knows_groups(groups):
    layer = nn.Conv2d(6, 6, 3, stride=2, padding=1, groups=groups)
    assert mixes_channels(layer, 6) == (groups != 6)


def test_mixes_channels_on_the_module():
    block = DepthwiseSeparableConv(5, 5).eval()
    assert not mixes_channels(block.depthwise, 5)
    assert not mixes_channels(block.bn1, 5)
    assert mixes_channels(block, 5)
    assert mixes_channels(nn.GroupNorm(1, 5), 5)


# --- residual blocks


def by_hand(block, x, strides, paddings):
    """Compute a block from its parameters: convolution, norm, ReLU; shortcut, sum."""
    out = x
    for i, (stride, padding) in enumerate(zip(strides, paddings, strict=True), 1):
        weight = getattr(block, f"conv{i}").weight
        out = functional.conv2d(out, weight, stride=stride, padding=padding)
        out = getattr(block, f"bn{i}")(out)
        out = out.clamp(min=0) if i < len(strides) else out
    if out.shape != x.shape:
        step = math.prod(strides)
        x = x[:, :, ::step, ::step]
        projection, norm = block.shortcut
        x = norm(torch.einsum("oc,nchw->nohw", projection.weight[:, :, 0, 0], x))
    return (x + out).clamp(min=0)


@given(st.integers(1, 5), st.integers(1, 4), st.integers(1, 3), st.booleans())
@settings(deadline=None, max_examples=25)
def test_basic_block_equals_the_sum_written_out(C, K, stride, training):
    block = arbitrary(BasicBlock(C, K, stride)).train(training)
    x = images(2, C, 7, 6)
    close(block(x), by_hand(block, x, (stride, 1), (1, 1)))


@given(st.integers(1, 8), st.integers(1, 2), st.integers(1, 3), st.booleans())
@settings(deadline=None, max_examples=25)
def test_bottleneck_equals_the_sum_written_out(C, K, stride, training):
    block = arbitrary(Bottleneck(C, K, stride)).train(training)
    x = images(2, C, 7, 6)
    close(block(x), by_hand(block, x, (1, stride, 1), (0, 1, 0)))


@pytest.mark.parametrize("kind", [BasicBlock, Bottleneck])
def test_blocks_start_as_relu_of_their_shortcut(kind):
    for C, K, stride in (kind.expansion, 1, 1), (3, 2, 2):
        block = kind(C, K, stride).double()
        x = images(4, C, 6, 6)
        assert torch.equal(block(x), block.shortcut(x).clamp(min=0))


@pytest.mark.parametrize("kind", [BasicBlock, Bottleneck])
def test_blocks_keep_size_by_default(kind):
    block = kind(4, 4)
    assert block(torch.zeros(1, 4, 5, 5)).shape == (1, 4 * kind.expansion, 5, 5)


@pytest.mark.parametrize(
    ("arguments", "identity"),
    [((4, 4, 1), True), ((4, 5, 1), False), ((4, 4, 2), False), ((4, 5, 2), False)],
)
def test_the_shortcut_projects_only_where_the_shape_changes(arguments, identity):
    shortcut = residual_block_module.make_shortcut(*arguments)
    assert isinstance(shortcut, nn.Identity) == identity


@pytest.mark.parametrize(
    ("kind", "depths", "published"),
    [
        (BasicBlock, (2, 2, 2, 2), 11_689_512),  # torchvision's ResNet-18
        (BasicBlock, (3, 4, 6, 3), 21_797_672),  # ResNet-34
        (Bottleneck, (3, 4, 6, 3), 25_557_032),  # ResNet-50
        (Bottleneck, (3, 4, 23, 3), 44_549_160),  # ResNet-101
    ],
)
def test_residual_networks_have_the_published_sizes(kind, depths, published):
    channels, total = 64, 3 * 64 * 7 * 7 + 2 * 64
    with torch.device("meta"):
        for stage, depth in enumerate(depths):
            for i in range(depth):
                width = 64 * 2**stage
                total += size(kind(channels, width, 2 if stage and i == 0 else 1))
                channels = width * kind.expansion
    assert total + (channels + 1) * 1000 == published


# --- squeeze-and-excitation


@given(st.integers(1, 3), st.integers(1, 6), st.integers(1, 3))
@settings(deadline=None, max_examples=25)
def test_squeeze_excitation_equals_numbers_computed_one_by_one(N, C, reduction):
    block = arbitrary(SqueezeExcitation(C, reduction))
    x = images(N, C, 3, 2)
    out = block(x)
    gates = block.gates(x)
    assert gates.shape == (N, C)
    for n in range(N):
        means = [sum(x[n, c].flatten().tolist()) / 6 for c in range(C)]
        hidden = [
            max(0.0, bias + sum(w * m for w, m in zip(row, means, strict=True)))
            for row, bias in zip(
                block.fc1.weight.tolist(), block.fc1.bias.tolist(), strict=True
            )
        ]
        for c in range(C):
            row = block.fc2.weight[c].tolist()
            z = sum(w * h for w, h in zip(row, hidden, strict=True))
            gate = 1 / (1 + math.exp(-z - block.fc2.bias[c].item()))
            assert gates[n, c].item() == pytest.approx(gate, rel=1e-12)
            close(out[n, c], x[n, c] * gate)


@pytest.mark.parametrize(
    ("arguments", "hidden"), [((64,), 4), ((16,), 1), ((8,), 1), ((50, 16), 3)]
)
def test_squeeze_excitation_widths(arguments, hidden):
    block = SqueezeExcitation(*arguments)
    C = arguments[0]
    assert block.fc1.weight.shape == (hidden, C)
    assert block.fc2.weight.shape == (C, hidden)
    assert size(block) == 2 * C * hidden + hidden + C


def test_squeeze_excitation_in_a_residual_block():
    branch = nn.Conv2d(6, 6, 3, padding=1).double()
    block = se_block_module.SEResidual(branch, 6, 2).double()
    x = images(2, 6, 4, 4)
    due = [
        [branch(x)[n, c] * block.se.gates(branch(x))[n, c] for c in range(6)]
        for n in range(2)
    ]
    due = torch.stack([torch.stack(channels) for channels in due])
    close(block(x), (x + due).clamp(min=0))
    assert block.se.fc1.out_features == 3
    assert se_block_module.SEResidual(branch, 64).se.fc1.out_features == 4


# --- Transformer block

PARTS = {
    "in_proj": "self_attn.in_proj_",
    "out_proj": "self_attn.out_proj.",
    "linear1": "linear1.",
    "linear2": "linear2.",
    "norm1": "norm1.",
    "norm2": "norm2.",
}


def encoder_layer(block, d_model, heads, d_ff):
    """Return PyTorch's layer with the weights of a block."""
    layer = nn.TransformerEncoderLayer(
        d_model,
        heads,
        d_ff,
        dropout=0.0,
        activation="gelu",
        norm_first=True,
        batch_first=True,
    ).double()
    layer.load_state_dict(
        {
            f"{theirs}{kind}": getattr(getattr(block, ours), kind)
            for ours, theirs in PARTS.items()
            for kind in ("weight", "bias")
        }
    )
    return layer


@given(
    st.integers(1, 3),
    st.integers(1, 6),
    st.sampled_from([1, 2, 3]),
    st.integers(1, 3),
    st.sampled_from(["none", "causal", "padding", "heads"]),
)
@settings(deadline=None, max_examples=50)
def test_transformer_block_equals_pytorchs_layer(N, T, heads, d, kind):
    D, d_ff = heads * d, 7
    block = arbitrary(TransformerBlock(D, heads, d_ff))
    layer = encoder_layer(block, D, heads, d_ff)
    x = images(N, T, D)
    if kind == "none":
        close(block(x), layer(x))
    elif kind == "causal":
        hidden = nn.Transformer.generate_square_subsequent_mask(T).isinf()
        close(block(x, ~hidden), layer(x, src_mask=hidden))
    elif kind == "padding":
        real = torch.arange(T) < torch.randint(1, T + 1, (N, 1))
        due = layer(x, src_key_padding_mask=~real)
        close(block(x, real[:, None, None]), due)
    else:
        seen = (torch.rand(N, heads, T, T) < 0.5) | torch.eye(T, dtype=torch.bool)
        close(block(x, seen), layer(x, src_mask=~seen.flatten(0, 1)))


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_attention_equals_pytorchs(heads):
    block = arbitrary(TransformerBlock(8, heads, 4))
    x = images(2, 5, 8)
    attention = encoder_layer(block, 8, heads, 4).self_attn
    close(block.attention(x), attention(x, x, x)[0])


def test_transformer_block_drops_both_branches_in_training_only():
    x = images(2, 5, 8)
    block = arbitrary(TransformerBlock(8, 2, 16, dropout=1.0))
    assert torch.equal(block.train()(x), x)
    layer = encoder_layer(block, 8, 2, 16)
    close(block.eval()(x), layer(x))
    assert TransformerBlock(8, 2, 16).dropout.p == 0
    assert TransformerBlock(8, 2, 16, 0.3).dropout.p == 0.3


@pytest.mark.parametrize("branch", ["out_proj", "linear2"])
def test_dropout_stands_before_each_sum(branch):
    """With one branch silent, training differs from inference by the other."""
    block = arbitrary(TransformerBlock(8, 2, 16, dropout=0.5))
    nn.init.zeros_(getattr(block, branch).weight)
    nn.init.zeros_(getattr(block, branch).bias)
    x = images(4, 6, 8)
    added = block.train()(x) - x
    whole = block.eval()(x) - x
    dropped = added == 0
    assert 0.3 < dropped.double().mean() < 0.7
    close(added[~dropped], 2 * whole[~dropped])


@pytest.mark.parametrize(("d_model", "heads"), [(10, 4), (3, 2), (4, 8)])
def test_transformer_block_refuses_heads_that_do_not_divide(d_model, heads):
    with pytest.raises(ValueError, match="equally"):
        TransformerBlock(d_model, heads, 4)


@given(st.integers(1, 3), st.integers(1, 4), st.integers(1, 9))
@settings(deadline=None, max_examples=15)
def test_transformer_block_size(heads, d, d_ff):
    D = heads * d
    attention = 4 * D * D + 4 * D
    feed_forward = 2 * D * d_ff + d_ff + D
    assert size(TransformerBlock(D, heads, d_ff)) == attention + feed_forward + 4 * D
