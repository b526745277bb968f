"""Transformer parts against torch.nn, autograd, brute force and properties."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from snippets import Array
from snippets.theory import transformers as tf

jacobian: Any = torch.autograd.functional.jacobian


def randn(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=shape)


def tensor(x: Any) -> torch.Tensor:
    return torch.tensor(np.asarray(x))


def copied_attention(layer: tf.MultiHeadAttention) -> torch.nn.MultiheadAttention:
    d = len(layer.wq)
    module = torch.nn.MultiheadAttention(
        d, layer.heads, batch_first=True, dtype=torch.float64
    )
    copy_attention(layer, module)
    return module


def copy_attention(
    layer: tf.MultiHeadAttention, module: torch.nn.MultiheadAttention
) -> None:
    with torch.no_grad():
        weights = np.concatenate([layer.wq.T, layer.wk.T, layer.wv.T])
        module.in_proj_weight.copy_(tensor(weights))
        module.in_proj_bias.copy_(
            tensor(np.concatenate([layer.bq, layer.bk, layer.bv]))
        )
        module.out_proj.weight.copy_(tensor(layer.wo.T))
        module.out_proj.bias.copy_(tensor(layer.bo))


def copied_block(block: tf.TransformerBlock) -> torch.nn.TransformerEncoderLayer:
    d, d_ff = block.feed_forward.w1.shape
    module = torch.nn.TransformerEncoderLayer(
        d,
        block.attend.heads,
        d_ff,
        dropout=0.0,
        batch_first=True,
        norm_first=block.pre_norm,
        dtype=torch.float64,
    )
    copy_attention(block.attend, module.self_attn)
    ffn = block.feed_forward
    with torch.no_grad():
        module.linear1.weight.copy_(tensor(ffn.w1.T))
        module.linear1.bias.copy_(tensor(ffn.b1))
        module.linear2.weight.copy_(tensor(ffn.w2.T))
        module.linear2.bias.copy_(tensor(ffn.b2))
        for norm, (gamma, beta) in (
            (module.norm1, block.norm1),
            (module.norm2, block.norm2),
        ):
            norm.weight.copy_(tensor(gamma))
            norm.bias.copy_(tensor(beta))
    return module


# ----------------------------------------------------------------- attention


def test_attention_matches_torch_with_and_without_mask() -> None:
    q, k, v = randn(2, 3, 5, 4), randn(2, 3, 7, 4, seed=1), randn(2, 3, 7, 6, seed=2)
    mask = np.random.default_rng(3).random((5, 7)) < 0.6
    mask[:, 0] = True
    for allowed in (None, mask):
        y, weights = tf.attention(q, k, v, allowed)
        expected = functional.scaled_dot_product_attention(
            tensor(q),
            tensor(k),
            tensor(v),
            attn_mask=None if allowed is None else tensor(allowed),
        )
        np.testing.assert_allclose(y, expected, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(weights.sum(axis=-1), 1)
        np.testing.assert_allclose(weights @ v, y)
    assert np.all(weights[..., ~mask] == 0)


def test_softmax_matches_torch_far_from_zero() -> None:
    scores = randn(4, 6) * 50 + np.array([[900.0], [-900.0], [0.0], [5.0]])
    expected = torch.softmax(tensor(scores), dim=-1)
    np.testing.assert_allclose(tf.masked_softmax(scores), expected, rtol=1e-9)


def test_fully_masked_row_is_zero_and_leaves_others_alone() -> None:
    scores = randn(2, 3)
    mask = np.array([[False] * 3, [True, False, True]])
    with np.errstate(all="raise", under="ignore"):
        weights = tf.masked_softmax(scores, mask)
    np.testing.assert_array_equal(weights[0], 0)
    expected = torch.softmax(tensor(scores[1, [0, 2]]), dim=-1)
    np.testing.assert_allclose(weights[1, [0, 2]], expected)
    assert weights[1, 1] == 0


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 99))
def test_outputs_stay_within_the_values(n: int, m: int, seed: int) -> None:
    q, k, v = randn(n, 3, seed=seed), randn(m, 3, seed=seed + 1), randn(m, 2, seed=seed)
    y, _ = tf.attention(5 * q, k, v)
    assert np.all(y <= v.max(axis=0) + 1e-12)
    assert np.all(y >= v.min(axis=0) - 1e-12)


@pytest.mark.parametrize("d_k", [1, 16, 64])
def test_variance_of_scores_is_the_width(d_k: int) -> None:
    scores = tf.random_scores(d_k, keys=20, queries=3000, seed=5)
    assert scores.shape == (3000, 20)
    assert scores.var() == pytest.approx(d_k, rel=0.05)
    assert abs(scores.mean()) < 0.05 * math.sqrt(d_k)


def test_scores_depend_on_the_seed_alone() -> None:
    first, again = (tf.random_scores(8, 4, 5, seed=1) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, tf.random_scores(8, 4, 5, seed=2))
    assert tf.saturation(8, 4, True) == tf.saturation(8, 4, True, queries=2000, seed=0)
    assert tf.saturation(8, 4, True) != tf.saturation(8, 4, True, queries=1999)
    assert tf.saturation(8, 4, True) != tf.saturation(8, 4, True, queries=2001)


def test_saturation_measures_the_jacobian() -> None:
    d_k, keys, queries = 16, 5, 6
    scores = tensor(tf.random_scores(d_k, keys, queries, seed=3)) / math.sqrt(d_k)
    weights = torch.softmax(scores, dim=-1)
    traces = [
        torch.trace(jacobian(lambda s: torch.softmax(s, 0), row)) for row in scores
    ]
    std, largest, trace = tf.saturation(d_k, keys, True, queries, seed=3)
    assert std == pytest.approx(float(scores.std(correction=0)))
    assert largest == pytest.approx(float(weights.amax(dim=1).mean()))
    assert trace == pytest.approx(float(torch.stack(traces).mean()))
    raw, *_ = tf.saturation(d_k, keys, False, queries, seed=3)
    assert raw == pytest.approx(4 * std)


# --------------------------------------------------------------- multi-head


def test_split_heads_takes_neighboring_columns() -> None:
    x = randn(2, 5, 6)
    split = tf.split_heads(x, 3)
    assert split.shape == (2, 3, 5, 2)
    for head in range(3):
        np.testing.assert_array_equal(split[:, head], x[..., 2 * head : 2 * head + 2])
    np.testing.assert_array_equal(tf.merge_heads(split), x)
    np.testing.assert_array_equal(tf.merge_heads(tf.split_heads(x[0], 2)), x[0])


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_self_attention_matches_torch_with_copied_weights(heads: int) -> None:
    layer = tf.random_block(8, heads, 16, seed=heads).attend
    x, mask = randn(2, 5, 8), tf.causal_mask(5)
    module = copied_attention(layer)
    for allowed in (None, mask):
        y, weights = layer(x, mask=allowed)
        expected, expected_weights = module(
            *[tensor(x)] * 3,
            attn_mask=None if allowed is None else tensor(~allowed),
            average_attn_weights=False,
        )
        np.testing.assert_allclose(y, expected.detach(), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(weights, expected_weights.detach(), atol=1e-12)


def test_cross_attention_and_padding_match_torch() -> None:
    layer = tf.random_block(8, 2, 16).attend
    x, memory = randn(2, 3, 8), randn(2, 5, 8, seed=1)
    mask = tf.padding_mask(np.array([5, 2]), 5)
    y, weights = layer(x, memory, mask)
    module = copied_attention(layer)
    expected, _ = module(
        tensor(x),
        tensor(memory),
        tensor(memory),
        key_padding_mask=tensor(~mask[:, 0, 0]),
    )
    np.testing.assert_allclose(y, expected.detach(), rtol=1e-9, atol=1e-12)
    assert weights.shape == (2, 2, 3, 5)


def test_output_is_a_sum_over_heads() -> None:
    layer = tf.random_block(8, 4, 16).attend
    x = randn(5, 8)
    y, weights = layer(x)
    total = np.tile(layer.bo, (5, 1))
    for head in range(4):
        columns = slice(2 * head, 2 * head + 2)
        value = x @ layer.wv[:, columns] + layer.bv[columns]
        total += weights[head] @ value @ layer.wo[columns]
    np.testing.assert_allclose(y, total)


def test_heads_must_divide_the_width() -> None:
    layer = tf.random_block(8, 2, 16).attend
    with pytest.raises(
        ValueError, match=r"^d must be divisible by the number of heads$"
    ):
        tf.MultiHeadAttention(3, *[layer.wq] * 4, *[layer.bq] * 4)


# -------------------------------------------------------- feed-forward, block


def test_feed_forward_matches_torch_and_works_on_each_token() -> None:
    ffn = tf.random_block(6, 2, 10).feed_forward
    x = randn(2, 4, 6)
    hidden = functional.linear(tensor(x), tensor(ffn.w1.T), tensor(ffn.b1)).relu()
    expected = functional.linear(hidden, tensor(ffn.w2.T), tensor(ffn.b2))
    np.testing.assert_allclose(ffn(x), expected, rtol=1e-10)
    np.testing.assert_allclose(ffn(x)[1, 2], ffn(x[1, 2]))


def test_feed_forward_is_a_sum_of_weighted_values() -> None:
    ffn = tf.random_block(6, 2, 10).feed_forward
    token = randn(6)
    parts = ffn.contributions(token)
    np.testing.assert_allclose(parts.sum(axis=0) + ffn.b2, ffn(token))
    for i in range(10):
        weight = max(float(token @ ffn.w1[:, i] + ffn.b1[i]), 0.0)
        np.testing.assert_allclose(parts[i], weight * ffn.w2[i])


@pytest.mark.parametrize("pre_norm", [True, False])
@pytest.mark.parametrize("causal", [True, False])
def test_block_matches_torch(pre_norm: bool, causal: bool) -> None:
    block = tf.random_block(8, 2, 12, seed=4, pre_norm=pre_norm)
    module = copied_block(block)
    x = randn(3, 5, 8)
    mask = tf.causal_mask(5) if causal else None
    expected = module(tensor(x), src_mask=tensor(~mask) if mask is not None else None)
    np.testing.assert_allclose(block(x, mask), expected.detach(), rtol=1e-8, atol=1e-10)


def test_block_is_pre_norm_by_default() -> None:
    block = tf.random_block(8, 2, 12)
    assert block.pre_norm
    given_parts = (block.attend, block.feed_forward, block.norm1, block.norm2)
    assert tf.TransformerBlock(*given_parts).pre_norm


def test_random_block_is_scaled_and_seeded() -> None:
    block = tf.random_block(64, 4, 256)
    ffn = block.feed_forward
    weights = [block.attend.wq, block.attend.wo, ffn.w1, ffn.w2]
    for w in weights:
        assert w.std() == pytest.approx(len(w) ** -0.5, rel=0.05)
        assert abs(w.mean()) < 0.02
    vectors = [ffn.b1, block.norm1[0] - 1, block.norm1[1], block.attend.bq]
    for vector in vectors:
        assert 0.05 < vector.std() < 0.15
        assert abs(vector.mean()) < 0.05
    np.testing.assert_array_equal(
        ffn.w1, tf.random_block(64, 4, 256, seed=0).feed_forward.w1
    )
    assert not np.allclose(ffn.w1, tf.random_block(64, 4, 256, seed=1).feed_forward.w1)
    assert not np.allclose(block.attend.wq, block.attend.wk)
    assert not np.allclose(block.norm1, block.norm2)
    assert block.attend.heads == 4


@pytest.mark.parametrize(("d", "d_ff"), [(8, None), (8, 20), (512, None)])
def test_parameters_match_torch(d: int, d_ff: int | None) -> None:
    wide = 4 * d if d_ff is None else d_ff
    for cross, kind in (
        (False, torch.nn.TransformerEncoderLayer),
        (True, torch.nn.TransformerDecoderLayer),
    ):
        module = kind(d, 2, wide)
        count = sum(p.numel() for p in module.parameters())
        assert tf.block_parameters(d, d_ff, cross=cross) == count
    assert tf.block_parameters(d, d_ff) == tf.block_parameters(d, d_ff, cross=False)


# ---------------------------------------------------------------- positions


@settings(deadline=None, max_examples=20)
@given(st.permutations(range(6)))
def test_self_attention_is_permutation_equivariant(order: list[int]) -> None:
    block = tf.random_block(8, 2, 16)
    x = randn(6, 8)
    np.testing.assert_allclose(block(x[order]), block(x)[order], atol=1e-12)


def test_positions_and_causal_masks_break_the_symmetry() -> None:
    block, x = tf.random_block(8, 2, 16), randn(6, 8)
    order = [5, 4, 3, 2, 1, 0]
    pe = tf.sinusoidal_encoding(6, 8)
    assert not np.allclose(block(x[order] + pe), block(x + pe)[order], atol=1e-3)
    mask = tf.causal_mask(6)
    assert not np.allclose(block(x[order], mask), block(x, mask)[order], atol=1e-3)


def test_sinusoidal_encoding_by_the_papers_formula() -> None:
    encoding = tf.sinusoidal_encoding(7, 6)
    assert encoding.shape == (7, 6)
    for position in range(7):
        for i in range(3):
            angle = position / 10_000 ** (2 * i / 6)
            assert encoding[position, 2 * i] == pytest.approx(math.sin(angle))
            assert encoding[position, 2 * i + 1] == pytest.approx(math.cos(angle))


def test_shift_of_the_encoding_is_one_rotation_for_all_positions() -> None:
    encoding, shift = tf.sinusoidal_encoding(30, 8), 5
    matrix, *_ = np.linalg.lstsq(encoding[:-shift], encoding[shift:], rcond=None)
    np.testing.assert_allclose(encoding[:-shift] @ matrix, encoding[shift:], atol=1e-9)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(8), atol=1e-8)


def test_odd_widths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^d must be even$"):
        tf.sinusoidal_encoding(3, 5)


def test_base_of_the_angles() -> None:
    np.testing.assert_allclose(tf.angles(np.array([3.0]), 4, base=100.0), [[3.0, 0.3]])


def test_rotary_is_complex_multiplication() -> None:
    x, position = randn(2, 5, 6), np.array([0.0, 1, 2, 7, 30])
    y = tf.rotary(x, position)
    z = x[..., ::2] + 1j * x[..., 1::2]
    frequency = np.array([1.0, 10_000 ** (-1 / 3), 10_000 ** (-2 / 3)])
    turned = z * np.exp(1j * position[:, None] * frequency)
    np.testing.assert_allclose(y[..., ::2], turned.real)
    np.testing.assert_allclose(y[..., 1::2], turned.imag)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_rotary_scores_depend_on_the_offset(m: int, n: int, shift: int) -> None:
    q, k = randn(1, 8), randn(1, 8, seed=1)

    def score(i: int, j: int) -> float:
        rotated = tf.rotary(q, np.array([i])) @ tf.rotary(k, np.array([j])).T
        return float(rotated[0, 0])

    assert score(m, n) == pytest.approx(score(m + shift, n + shift), abs=1e-9)
    assert np.linalg.norm(tf.rotary(q, np.array([m]))) == pytest.approx(
        np.linalg.norm(q)
    )


def test_alibi_slopes_and_distances_of_the_paper() -> None:
    bias = tf.alibi_bias(5, 8)
    assert bias.shape == (8, 5, 5)
    for head in range(8):
        slope = 1 / 2 ** (head + 1)  # 1/2, 1/4, ..., 1/256
        for i in range(5):
            for j in range(i + 1):
                assert bias[head, i, j] == pytest.approx(-slope * (i - j))
    np.testing.assert_allclose(-tf.alibi_bias(2, 4)[:, 1, 0], 4.0 ** -np.arange(1, 5))


# -------------------------------------------------------------------- masks


def test_masks_cell_by_cell() -> None:
    causal, window = tf.causal_mask(6), tf.window_mask(6, 2)
    for i in range(6):
        for j in range(6):
            assert causal[i, j] == (j <= i)
            assert window[i, j] == (i - 2 <= j <= i)
    np.testing.assert_array_equal(tf.window_mask(4, 0), np.eye(4, dtype=bool))
    padding = tf.padding_mask(np.array([0, 1, 4]), 4)
    assert padding.shape == (3, 1, 1, 4)
    np.testing.assert_array_equal(padding.sum(axis=-1).ravel(), [0, 1, 4])
    np.testing.assert_array_equal(padding[1, 0, 0], [True, False, False, False])


def test_no_gradient_comes_from_the_future() -> None:
    block = tf.random_block(8, 2, 16)
    module, mask = copied_block(block), tf.causal_mask(5)
    x = tensor(randn(5, 8)).requires_grad_()

    def forward(tokens: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = module(tokens[None], src_mask=tensor(~mask))[0]
        return out

    depends = jacobian(forward, x).abs().sum(dim=(1, 3)).numpy() > 1e-12
    np.testing.assert_array_equal(depends, mask)
    found = tf.influence(lambda tokens: block(tokens, mask), x.detach().numpy())
    np.testing.assert_array_equal(found, mask)
    assert tf.influence(block, x.detach().numpy()).all()


def test_influence_tries_each_token_and_leaves_the_input_alone() -> None:
    x = randn(4, 3)
    before = x.copy()

    def previous(tokens: Array) -> Array:
        return np.concatenate([np.zeros((1, 3)), tokens[:-1]])

    found = tf.influence(previous, x)
    np.testing.assert_array_equal(found, np.eye(4, k=-1, dtype=bool))
    np.testing.assert_array_equal(x, before)
    steps: list[Array] = []

    def recorded(tokens: Array) -> Array:
        steps.append(tokens - before)
        return tokens

    tf.influence(recorded, x)
    np.testing.assert_allclose(steps[0], 0)
    for j, step in enumerate(steps[1:]):
        expected = np.zeros((4, 3))
        expected[j, 0] = 1
        np.testing.assert_allclose(step, expected)


def test_padded_batch_gives_what_each_sentence_gives_alone() -> None:
    block, x = tf.random_block(8, 2, 16), randn(2, 5, 8)
    lengths = np.array([3, 5])
    y = block(x, tf.padding_mask(lengths, 5) & tf.causal_mask(5))
    for row, length in enumerate(lengths):
        alone = block(x[row, :length], tf.causal_mask(int(length)))
        np.testing.assert_allclose(y[row, :length], alone)


# -------------------------------------------------------------------- costs


class Counted(np.ndarray):
    """Array that adds up the multiply-adds of its matrix products."""

    total = 0

    def __array_ufunc__(
        self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any
    ) -> Any:
        plain = [np.asarray(x) for x in inputs]
        if "out" in kwargs:
            kwargs["out"] = tuple(np.asarray(x) for x in kwargs["out"])
        result = getattr(ufunc, method)(*plain, **kwargs)
        if ufunc is np.matmul:
            Counted.total += result.size * plain[0].shape[-1]
        return result.view(Counted) if isinstance(result, np.ndarray) else result


@pytest.mark.parametrize(("n", "d_ff"), [(6, 32), (20, 48)])
def test_flops_match_a_count_over_matmuls(n: int, d_ff: int) -> None:
    block = tf.random_block(8, 2, d_ff)
    Counted.total = 0
    block(randn(n, 8).view(Counted))
    flops = tf.block_flops(n, 8, d_ff)
    assert sum(flops.values()) == Counted.total
    module = copied_attention(block.attend)
    with FlopCounterMode(display=False) as counter:
        x = tensor(randn(1, n, 8))
        module(x, x, x, need_weights=True)
    attend = flops["projections"] + flops["scores"] + flops["mix"]
    assert counter.get_total_flops() == 2 * attend
    assert list(flops) == ["projections", "scores", "mix", "feed-forward"]
    assert flops["feed-forward"] == n * block.feed_forward.w1.size * 2
    assert flops["scores"] == flops["mix"] == n * n * 8


def test_flops_assume_four_times_the_width() -> None:
    assert tf.block_flops(5, 8) == tf.block_flops(5, 8, 32)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 6), st.integers(1, 9), st.integers(1, 10), st.integers(0, 99))
def test_tiled_attention_is_exact(n: int, m: int, tile: int, seed: int) -> None:
    q, k = 4 * randn(n, 3, seed=seed), 4 * randn(m, 3, seed=seed + 1)
    v = randn(m, 5, seed=seed + 2)
    expected = functional.scaled_dot_product_attention(
        tensor(q)[None], tensor(k)[None], tensor(v)[None]
    )[0]
    with np.errstate(invalid="raise"):
        result = tf.tiled_attention(q, k, v, tile)
    np.testing.assert_allclose(result, expected, rtol=1e-9, atol=1e-12)


def test_tiled_attention_survives_large_scores() -> None:
    q, k, v = 100 * randn(3, 4), 100 * randn(8, 4, seed=1), randn(8, 2, seed=2)
    expected, _ = tf.attention(q, k, v)
    np.testing.assert_allclose(tf.tiled_attention(q, k, v, 3), expected, rtol=1e-9)


# -------------------------------------------------------------------- kinds


def test_additive_scores_one_by_one() -> None:
    q, k = randn(3, 4), randn(5, 6, seed=1)
    w, u, a = randn(4, 7, seed=2), randn(6, 7, seed=3), randn(7, seed=4)
    scores = tf.additive_scores(q, k, w, u, a)
    assert scores.shape == (3, 5)
    for i in range(3):
        for j in range(5):
            expected = a @ np.tanh(w.T @ q[i] + u.T @ k[j])
            assert scores[i, j] == pytest.approx(expected)


def test_linear_attention_equals_its_quadratic_form() -> None:
    q, k, v = 2 * randn(4, 3), 2 * randn(6, 3, seed=1), randn(6, 5, seed=2)
    weights = (functional.elu(tensor(q)) + 1) @ (functional.elu(tensor(k)) + 1).T
    expected = weights / weights.sum(dim=1, keepdim=True) @ tensor(v)
    np.testing.assert_allclose(tf.linear_attention(q, k, v), expected)
    with np.errstate(over="raise"):
        far = tf.linear_attention(q + 800, k, v)
    assert np.isfinite(far).all()


# ----------------------------------------------------------------- KV cache


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_cached_steps_equal_the_causal_pass(heads: int) -> None:
    layer, x = tf.random_block(8, heads, 16).attend, randn(6, 8)
    module = copied_attention(layer)
    expected, _ = module(*[tensor(x)[None]] * 3, attn_mask=tensor(~tf.causal_mask(6)))
    cache = tf.KVCache(layer)
    assert cache.keys.shape == cache.values.shape == (heads, 0, 8 // heads)
    rows = [cache.step(x[i : i + 1]) for i in range(6)]
    np.testing.assert_allclose(np.concatenate(rows), expected[0].detach(), atol=1e-12)
    assert cache.keys.shape == cache.values.shape == (heads, 6, 8 // heads)
    # a bias common to all keys cancels in the softmax, so look at the keys too
    projected = functional.linear(tensor(x), module.in_proj_weight, module.in_proj_bias)
    _, keys, values = projected.detach().view(6, 3, heads, -1).permute(1, 2, 0, 3)
    np.testing.assert_allclose(cache.keys, keys, atol=1e-12)
    np.testing.assert_allclose(cache.values, values, atol=1e-12)


def test_cache_bytes_count_the_arrays() -> None:
    layer = tf.random_block(8, 2, 16).attend
    cache = tf.KVCache(layer)
    for i in range(5):
        cache.step(randn(1, 8, seed=i))
    held = cache.keys.nbytes + cache.values.nbytes
    assert tf.kv_cache_bytes(5, 1, 2, 4, size=8) == held
    assert tf.kv_cache_bytes(5, 3, 2, 4, size=8) == 3 * held
    assert tf.kv_cache_bytes(5, 1, 2, 4) == held // 4
