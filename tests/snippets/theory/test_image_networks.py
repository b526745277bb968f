"""Networks against modules built in PyTorch, published counts and definitions."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from snippets.theory import convolution as conv
from snippets.theory import image_networks as net


def size(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


def conv_bn(c_in: int, c_out: int, k: int, stride: int = 1, groups: int = 1):
    layer = nn.Conv2d(c_in, c_out, k, stride, k // 2, groups=groups, bias=False)
    return [layer, nn.BatchNorm2d(c_out)]


def test_plain_counts_equal_torch():
    for convs, linears in (net.ALEXNET, net.VGG16, ([(6, 4, 3, 2)], [5, 7, 2])):
        with torch.device("meta"):
            layers = [nn.Conv2d(a, b, k, groups=g) for a, b, k, g in convs]
            layers += [nn.Linear(a, b) for a, b in pairwise(linears)]
        assert net.plain_parameter_count(convs, linears) == size(nn.Sequential(*layers))


def test_published_counts():
    # torchvision's model pages; AlexNet, GoogLeNet: Caffe's reference models
    assert net.plain_parameter_count(*net.ALEXNET) == 60_965_224
    assert net.plain_parameter_count(*net.VGG16) == 138_357_544
    assert net.googlenet_parameter_count() == 6_998_552
    assert net.resnet_parameter_count((3, 4, 6, 3)) == 25_557_032
    assert net.resnet_parameter_count((3, 4, 23, 3)) == 44_549_160
    assert net.resnet_parameter_count((3, 8, 36, 3)) == 60_192_808
    assert net.resnet_parameter_count((3, 4, 6, 3), 32, 4) == 25_028_904
    assert net.resnet_parameter_count((3, 4, 23, 3), 32, 8) == 88_791_336
    assert net.resnet_parameter_count((3, 4, 6, 3), group_width=128) == 68_883_240
    assert net.densenet_parameter_count((6, 12, 24, 16)) == 7_978_856
    assert net.densenet_parameter_count((6, 12, 32, 32)) == 14_149_480
    assert net.densenet_parameter_count((6, 12, 36, 24), growth=48) == 28_681_000
    assert net.mobilenet_v2_cost()[0] == 3_504_872
    assert net.vit_parameter_count(768, 12, 3072, patch=16) == 86_567_656
    assert net.vit_parameter_count(1024, 24, 4096, patch=32) == 306_535_400


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 9), st.lists(st.integers(1, 9), min_size=6, max_size=6))
def test_inception_count_equals_torch(c_in: int, widths: list[int]) -> None:
    one, reduce3, three, reduce5, five, pooled = widths
    branches = nn.ModuleList(
        [
            nn.Conv2d(c_in, one, 1),
            nn.Sequential(nn.Conv2d(c_in, reduce3, 1), nn.Conv2d(reduce3, three, 3)),
            nn.Sequential(nn.Conv2d(c_in, reduce5, 1), nn.Conv2d(reduce5, five, 5)),
            nn.Sequential(nn.MaxPool2d(3), nn.Conv2d(c_in, pooled, 1)),
        ]
    )
    assert net.inception_parameter_count(c_in, *widths) == size(branches)


def test_inception_modules_fit_together():
    for before, after in pairwise(net._GOOGLENET):
        _, one, _, three, _, five, pooled = before
        assert one + three + five + pooled == after[0]


@pytest.mark.parametrize("reduction", [0, 4])
def test_resnet_count_equals_torch(reduction: int) -> None:
    blocks, groups, group_width = (2, 1, 1, 1), 2, 8
    with torch.device("meta"):
        layers, c_in = conv_bn(3, 64, 7), 64
        for planes, repeats in zip((64, 128, 256, 512), blocks, strict=True):
            middle, c_out = planes // 64 * groups * group_width, 4 * planes
            layers += conv_bn(c_in, c_out, 1)
            for _ in range(repeats):
                layers += conv_bn(c_in, middle, 1)
                layers += conv_bn(middle, middle, 3, groups=groups)
                layers += conv_bn(middle, c_out, 1)
                if reduction:
                    layers.append(net.se_block(c_out, reduction))
                c_in = c_out
        layers.append(nn.Linear(2048, 1000))
    got = net.resnet_parameter_count(blocks, groups, group_width, reduction)
    assert got == size(nn.Sequential(*layers))


@pytest.mark.parametrize("skip", [False, True])
def test_gradient_norms_equal_autograd(skip: bool) -> None:
    depth, width, gain = 5, 8, 0.7
    rng = np.random.default_rng(3)
    x, top = rng.normal(size=(2, width))
    weights = rng.normal(scale=gain * (2 / width) ** 0.5, size=(depth, width, width))
    states = [torch.tensor(x, requires_grad=True)]
    for weight in torch.tensor(weights):
        branch = weight @ states[-1].relu()
        states.append(states[-1] + branch / depth**0.5 if skip else branch)
    vector = torch.tensor(top / np.linalg.norm(top))
    grads = torch.autograd.grad(states[-1] @ vector, states)
    got = net.gradient_norms(depth, width, gain, skip, seed=3)
    np.testing.assert_allclose(got, [float(g.norm()) for g in grads])


def test_gradient_norms_have_seed_zero_by_default():
    got = net.gradient_norms(3, 4, 1.0, skip=True)
    np.testing.assert_array_equal(got, net.gradient_norms(3, 4, 1.0, True, seed=0))


def test_residual_gradients_grow_as_expected_on_average():
    squares = [net.gradient_norms(20, 64, 1.25, True, s)[0] ** 2 for s in range(60)]
    assert np.mean(squares) == pytest.approx((1 + 1.25**2 / 20) ** 20, rel=0.1)


def test_se_block_equals_hand_computation():
    block = net.se_block(2, reduction=2).double()
    with torch.no_grad():
        block.reduce.weight.copy_(torch.tensor([[1.0, -1.0]]))
        block.reduce.bias.fill_(0.5)
        block.expand.weight.copy_(torch.tensor([[2.0], [-4.0]]))
        block.expand.bias.copy_(torch.tensor([0.0, 1.0]))
    x = torch.tensor([[[[1.0, 3.0]], [[2.0, 0.0]]]], dtype=torch.float64)
    # means 2 and 1; hidden max(0, 2 - 1 + 0.5) = 1.5; logits 3 and -5
    scale = [1 / (1 + np.exp(-3.0)), 1 / (1 + np.exp(5.0))]
    expected = [[[[scale[0], 3 * scale[0]]], [[2 * scale[1], 0.0]]]]
    np.testing.assert_allclose(block(x).detach().numpy(), expected)
    with torch.no_grad():  # negative hidden values are cut by the ReLU
        block.reduce.bias.fill_(-9.0)
    got = block(x).detach().numpy()[0, :, 0, 0]
    np.testing.assert_allclose(got, [0.5, 2 / (1 + np.exp(-1.0))])


def test_se_block_treats_samples_apart_and_counts():
    block = net.se_block(32).double()
    x = torch.randn(3, 32, 4, 5, dtype=torch.float64)
    torch.testing.assert_close(block(x)[1:2], block(x[1:2]))
    assert block.reduce.out_features == 2
    assert net.se_parameter_count(32) == size(block)
    assert net.se_parameter_count(32, 8) == size(net.se_block(32, 8))


class Inverted(nn.Sequential):
    def __init__(self, c_in: int, c_out: int, expansion: int, stride: int) -> None:
        wide = expansion * c_in
        layers = conv_bn(c_in, wide, 1) if expansion != 1 else []
        layers += conv_bn(wide, wide, 3, stride, groups=wide)
        super().__init__(*layers, *conv_bn(wide, c_out, 1))


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("expansion", [1, 2, 6])
def test_inverted_residual_equals_torch(expansion: int, stride: int) -> None:
    block = Inverted(4, 6, expansion, stride).eval()
    macs = sum(conv.model_macs(block, torch.zeros(1, 4, 8, 8)).values())
    got = net.inverted_residual_cost(8, 4, 6, expansion, stride)
    assert got.tolist() == [size(block), macs]


def test_inverted_residual_expands_six_times_without_stride_by_default():
    default = net.inverted_residual_cost(8, 4, 6)
    assert default.tolist() == net.inverted_residual_cost(8, 4, 6, 6, 1).tolist()


def test_mobilenet_v2_equals_torch():
    table = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2)]
    table += [(6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    layers, c_in = conv_bn(3, 32, 3, 2), 32
    for expansion, c_out, repeats, stride in table:
        for index in range(repeats):
            layers.append(Inverted(c_in, c_out, expansion, 1 if index else stride))
            c_in = c_out
    layers += [*conv_bn(320, 1280, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    model = nn.Sequential(*layers, nn.Linear(1280, 1000)).eval()
    with torch.device("cpu"):
        macs = sum(conv.model_macs(model, torch.zeros(1, 3, 224, 224)).values())
    assert net.mobilenet_v2_cost().tolist() == [size(model), macs]


@pytest.mark.parametrize(("ratio", "d"), [(2, 3), (4, 5)])
def test_ghost_saving_equals_torch_modules(ratio: int, d: int) -> None:
    c_in, c_out, k = 6, 8, 5
    few = c_out // ratio
    primary = nn.Conv2d(c_in, few, k, padding=2)
    cheap = nn.Conv2d(few, c_out - few, d, padding=d // 2, groups=few)
    image = torch.zeros(1, c_in, 4, 4)
    ghost = sum(conv.model_macs(nn.Sequential(primary, cheap).eval(), image).values())
    standard = nn.Sequential(nn.Conv2d(c_in, c_out, k, padding=2)).eval()
    total = sum(conv.model_macs(standard, image).values())
    assert net.ghost_saving(c_in, c_out, k, ratio, d) == pytest.approx(total / ghost)


def test_ghost_saving_defaults_to_ratio_two_and_kernel_three():
    assert net.ghost_saving(6, 8, 5) == net.ghost_saving(6, 8, 5, 2, 3)


def test_adder_convolution_equals_cdist():
    rng = np.random.default_rng(1)
    x, weight = rng.normal(size=(3, 6, 5)), rng.normal(size=(4, 3, 2, 2))
    columns = functional.unfold(torch.tensor(x)[None], 2)[0].T  # (windows, 12)
    distance = torch.cdist(torch.tensor(weight).reshape(4, -1), columns, p=1)
    expected = -distance.reshape(4, 5, 4)
    np.testing.assert_allclose(net.adder_conv2d(x, weight), expected)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 4), st.integers(1, 4))
def test_patch_embedding_equals_strided_convolution(
    rows: int, columns: int, p: int, dim: int
) -> None:
    rng = np.random.default_rng(rows + 10 * columns + 100 * p)
    image = rng.normal(size=(3, rows * p, columns * p))
    weight, bias = rng.normal(size=(dim, 3, p, p)), rng.normal(size=dim)
    maps = functional.conv2d(*map(torch.tensor, (image[None], weight, bias)), stride=p)
    tokens = maps.flatten(2)[0].T
    np.testing.assert_allclose(net.patch_embedding(image, weight, bias), tokens)


@pytest.mark.parametrize("new", [2, 4, 6, 9])
def test_resized_positions_equal_torch(new: int) -> None:
    old = np.random.default_rng(0).normal(size=(4, 4, 3))
    image = torch.tensor(old).permute(2, 0, 1)[None]
    expected = functional.interpolate(image, size=(new, new), mode="bilinear")
    got = net.resize_positions(old, new).transpose(2, 0, 1)
    np.testing.assert_allclose(got, expected[0])


def test_vit_count_equals_torch():
    dim, depth, mlp, patch = 8, 2, 20, 4
    layer = nn.TransformerEncoderLayer(dim, 2, mlp)
    parts = [nn.Conv2d(3, dim, patch, patch), nn.LayerNorm(dim), nn.Linear(dim, 1000)]
    parts += [nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)]
    tokens = (12 // patch) ** 2 + 1
    expected = size(nn.ModuleList(parts)) + dim + tokens * dim
    assert net.vit_parameter_count(dim, depth, mlp, patch, size=12) == expected
    default = net.vit_parameter_count(dim, depth, mlp, patch)
    assert default == net.vit_parameter_count(dim, depth, mlp, patch, size=224)


def test_attention_macs_count_every_product():
    tokens, dim, seen = 5, 3, 2
    products = 0
    for _token in range(tokens):
        products += 4 * dim * dim  # its query, key, value and output
        for _other in range(seen):
            products += dim + dim  # one score, one weighted value
    assert net.attention_macs(tokens, dim, seen) == products


@pytest.mark.parametrize(("n", "window", "shift"), [(8, 4, 2), (6, 3, 1), (6, 2, 0)])
def test_shifted_mask_allows_exactly_neighbors_in_the_shifted_grid(
    n: int, window: int, shift: int
) -> None:
    ids = np.arange(n * n).reshape(n, n)
    rolled = np.roll(ids, (-shift, -shift), axis=(0, 1))
    members = net.patchify(rolled[None], window).astype(int)
    allowed = net.shifted_window_mask(n, window, shift)
    pairs = set()
    for ids_of_window, mask in zip(members, allowed, strict=True):
        for i, a in enumerate(ids_of_window):
            pairs |= {(a, b) for j, b in enumerate(ids_of_window) if mask[i, j]}

    def cell(token: int) -> tuple[int, int]:
        return (token // n - shift) // window, (token % n - shift) // window

    expected = {(a, b) for a in range(n * n) for b in range(n * n)}
    assert pairs == {(a, b) for a, b in expected if cell(a) == cell(b)}


def test_window_regions_name_the_way_of_wrapping():
    regions = net.window_regions(4, 2, 1)
    assert regions.tolist() == [[0, 0, 0, 0], [0, 1, 0, 1], [0, 0, 2, 2], [0, 1, 2, 3]]


def test_train_head_only_leaves_the_backbone_alone():
    backbone = nn.Sequential(*conv_bn(1, 2, 3), nn.Dropout(), nn.Flatten())
    model = nn.Sequential()
    model.add_module("backbone", backbone)
    model.add_module("head", nn.Sequential(nn.Dropout(), nn.Linear(32, 3)))
    model.train()
    parameters = net.train_head_only(model, "head")
    assert [id(p) for p in parameters] == [id(p) for p in model.head.parameters()]
    assert all(p.requires_grad for p in parameters)
    assert not any(p.requires_grad for p in backbone.parameters())
    assert model.head[0].training
    assert not any(module.training for module in backbone.modules())
    before = {key: value.clone() for key, value in model.state_dict().items()}
    model(torch.randn(4, 1, 4, 4)).square().sum().backward()
    torch.optim.SGD(parameters, 0.1).step()
    for key, value in model.state_dict().items():
        assert torch.equal(value, before[key]) == key.startswith("backbone"), key


def test_layer_rates_fall_from_head_to_stem():
    rates = net.layer_learning_rates(4, top=0.1, decay=0.65)
    assert rates[-1] == 0.1
    np.testing.assert_allclose([a / b for a, b in pairwise(rates)], [0.65] * 3)
