"""RNN, LSTM, attention, NMS, Viterbi and word2vec against torch and brute force."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from snippets.coding.deep_learning_from_scratch import implement_attention as att
from snippets.coding.deep_learning_from_scratch import implement_nms as boxes_of
from snippets.coding.deep_learning_from_scratch import implement_rnn_lstm_cell as rnn
from snippets.coding.deep_learning_from_scratch import implement_viterbi as decoding
from snippets.coding.deep_learning_from_scratch import implement_word2vec as w2v

quick = settings(deadline=None, max_examples=30)
seeds = st.integers(0, 10_000)
F64 = torch.float64


def tensor(array, grad=False):
    return torch.tensor(array, dtype=F64, requires_grad=grad)


def close(ours, theirs, within=1e-10):
    if isinstance(theirs, torch.Tensor):
        theirs = theirs.detach().numpy()
    assert np.shape(ours) == np.shape(theirs)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=within)


def cell_of(kind, weights):
    """Return torch's cell with our weights; its second bias is 0."""
    W_x, W_h, b = weights
    cell = kind(W_x.shape[1], W_h.shape[1]).double()
    with torch.no_grad():
        cell.weight_ih.copy_(tensor(W_x))
        cell.weight_hh.copy_(tensor(W_h))
        cell.bias_ih.copy_(tensor(b))
        cell.bias_hh.zero_()
    return cell


def draw(seed, gates, N=3, D=4, H=2):
    rng = np.random.default_rng(seed)
    weights = tuple(rng.normal(size=s) for s in ((gates * H, D), (gates * H, H)))
    weights = (*weights, rng.normal(size=gates * H))
    return rng, weights, rng.normal(size=(N, D)), *rng.normal(size=(2, N, H))


# Recurrent cells


@quick
@given(seeds)
def test_the_rnn_cell_is_torchs(seed):
    _, weights, x, h, _ = draw(seed, 1)
    close(
        rnn.rnn_cell(x, h, weights), cell_of(nn.RNNCell, weights)(tensor(x), tensor(h))
    )


@quick
@given(seeds)
def test_the_lstm_cell_is_torchs(seed):
    _, weights, x, h, c = draw(seed, 4)
    theirs = cell_of(nn.LSTMCell, weights)(tensor(x), (tensor(h), tensor(c)))
    for one, other in zip(rnn.lstm_cell(x, h, c, weights), theirs, strict=True):
        close(one, other)


def test_the_sigmoid_is_torchs_and_does_not_overflow():
    z = np.array([-800.0, -30.0, -1.0, 0.0, 2.0, 800.0])
    close(rnn.sigmoid(z), torch.sigmoid(tensor(z)))
    close(w2v.sigmoid(z), torch.sigmoid(tensor(z)))
    assert rnn.sigmoid(np.array(-30.0)) == pytest.approx(math.exp(-30), rel=1e-9)


def test_the_lstm_over_a_sequence_is_torchs():
    rng, weights, _, h, c = draw(1, 4)
    xs, (W_x, W_h, b) = rng.normal(size=(7, 3, 4)), weights
    layer = nn.LSTM(4, 2).double()
    with torch.no_grad():
        layer.weight_ih_l0.copy_(tensor(W_x))
        layer.weight_hh_l0.copy_(tensor(W_h))
        layer.bias_ih_l0.copy_(tensor(b) / 2)  # torch adds its two biases
        layer.bias_hh_l0.copy_(tensor(b) / 2)
    theirs, (last_h, last_c) = layer(tensor(xs), (tensor(h)[None], tensor(c)[None]))
    ours = rnn.lstm(xs, h, c, weights)
    for one, other in zip(ours, (theirs, last_h[0], last_c[0]), strict=True):
        close(one, other)
    assert rnn.lstm(xs[:0], h, c, weights)[0].shape == (0, 3, 2)


@quick
@given(seeds)
def test_the_gradients_of_the_cell_are_autograds(seed):
    rng, weights, x, h, c = draw(seed, 4)
    grad_h, grad_c = rng.normal(size=(2, *h.shape))
    cell = cell_of(nn.LSTMCell, weights)
    given_ = [tensor(x, True), tensor(h, True), tensor(c, True)]
    new_h, new_c = cell(given_[0], (given_[1], given_[2]))
    ((tensor(grad_h) * new_h).sum() + (tensor(grad_c) * new_c).sum()).backward()
    ours = rnn.lstm_cell_backward(grad_h, grad_c, x, h, c, weights)
    theirs = [*given_, cell.weight_ih, cell.weight_hh, cell.bias_ih]
    for one, other in zip((*ours[:3], *ours[3]), theirs, strict=True):
        close(one, other.grad)


def test_steps_backward_through_time_give_autograds_gradients():
    rng, weights, _, h, c = draw(2, 4)
    xs, T = rng.normal(size=(5, 3, 4)), 5
    states = [(h, c)]
    for x in xs:
        states.append(rnn.lstm_cell(x, *states[-1], weights))
    grad_h, grad_c, total = np.ones_like(h), np.zeros_like(c), [0.0, 0.0, 0.0]
    for t in reversed(range(T)):
        _, grad_h, grad_c, grads = rnn.lstm_cell_backward(
            grad_h, grad_c, xs[t], *states[t], weights
        )
        total = [a + b for a, b in zip(total, grads, strict=True)]
    cell, state = cell_of(nn.LSTMCell, weights), (tensor(h, True), tensor(c))
    first = state[0]
    for x in xs:
        state = cell(tensor(x), state)
    state[0].sum().backward()
    close(grad_h, first.grad)
    theirs = cell.weight_ih.grad, cell.weight_hh.grad, cell.bias_ih.grad
    for one, other in zip(total, theirs, strict=True):
        close(one, other)


# Attention


@pytest.mark.parametrize("T", [0, 1, 5])
def test_the_causal_mask_is_the_lower_triangle(T):
    close(att.causal_mask(T), torch.ones(T, T).tril().bool())


def test_the_padding_mask_hides_the_end():
    mask = att.padding_mask(np.array([0, 2, 4]), 4)
    assert mask.shape == (3, 1, 1, 4)
    assert mask[:, 0, 0].sum(axis=1).tolist() == [0, 2, 4]
    assert mask[1, 0, 0].tolist() == [True, True, False, False]


@quick
@given(seeds, st.booleans())
def test_attention_is_torchs(seed, masked):
    rng = np.random.default_rng(seed)
    Q, K = 20 * rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(2, 3, 6, 5))
    V, mask = rng.normal(size=(2, 3, 6, 7)), rng.random((2, 1, 4, 6)) < 0.6
    mask[..., 0] = True
    theirs = nn.functional.scaled_dot_product_attention(
        tensor(Q), tensor(K), tensor(V), torch.tensor(mask) if masked else None
    )
    output, weights = att.attention(Q, K, V, mask if masked else None)
    close(output, theirs)
    close(weights.sum(axis=-1), np.ones((2, 3, 4)))
    if masked:
        assert (weights[~np.broadcast_to(mask, weights.shape)] == 0).all()


def test_a_query_without_keys_gets_zero():
    ones = np.ones((2, 3))
    output, weights = att.attention(ones, ones, ones, np.array([[False], [True]]))
    assert output.tolist() == [[0, 0, 0], [1, 1, 1]]
    assert weights.tolist() == [[0, 0], [0.5, 0.5]]


def test_scores_beyond_exp_do_no_harm():
    far = np.array([[-2000.0], [-1000.0]])
    output, _ = att.attention(np.ones((1, 1)), far, far)
    assert output.tolist() == [[-1000.0]]


def test_heads_are_cut_and_merged_as_by_torch():
    x = np.random.default_rng(0).normal(size=(2, 3, 8))
    theirs = tensor(x).unflatten(2, (4, 2)).transpose(1, 2)
    close(att.split_heads(x, 4), theirs)
    close(att.merge_heads(att.split_heads(x, 4)), x)
    with pytest.raises(ValueError, match="8 features can't be shared by 3 heads"):
        att.split_heads(x, 3)


@quick
@given(seeds, st.sampled_from([1, 2, 4]), st.booleans())
def test_multi_head_attention_is_torchs(seed, heads, masked):
    rng = np.random.default_rng(seed)
    x, memory = rng.normal(size=(2, 3, 8)), rng.normal(size=(2, 5, 8))
    weights = tuple(rng.normal(size=(8, 8)) for _ in range(4))
    visible = rng.random((3, 5)) < 0.6
    visible[:, 1] = True
    layer = nn.MultiheadAttention(8, heads, bias=False, batch_first=True).double()
    with torch.no_grad():
        layer.in_proj_weight.copy_(tensor(np.concatenate([W.T for W in weights[:3]])))
        layer.out_proj.weight.copy_(tensor(weights[3].T))
    hidden = torch.tensor(~visible) if masked else None  # True hides in this layer
    theirs, _ = layer(tensor(x), tensor(memory), tensor(memory), attn_mask=hidden)
    mask = visible if masked else None
    close(att.multi_head_attention(x, memory, weights, heads, mask), theirs)


# Boxes


def loop_iou(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    overlap = max(width, 0.0) * max(height, 0.0)
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - overlap
    return overlap / union if union else 0.0


def loop_nms(boxes, scores, threshold, classes):
    """Mark what the best of the rest suppresses, as in the textbook."""
    order = sorted(range(len(boxes)), key=lambda i: (-scores[i], i))
    gone, keep = set(), []
    for place, i in enumerate(order):
        if i in gone:
            continue
        keep.append(i)
        for j in order[place + 1 :]:
            if classes[i] == classes[j] and loop_iou(boxes[i], boxes[j]) > threshold:
                gone.add(j)
    return keep


def draw_boxes(rng, n):
    corner, side = rng.integers(0, 10, (n, 2)), rng.integers(0, 8, (n, 2))
    return np.hstack([corner, corner + side]).astype(float)


@quick
@given(seeds)
def test_iou_is_that_of_a_plain_loop(seed):
    rng = np.random.default_rng(seed)
    a, b = draw_boxes(rng, 6), draw_boxes(rng, 4)
    close(boxes_of.pairwise_iou(a, b), [[loop_iou(x, y) for y in b] for x in a], 1e-12)
    shrunk = boxes_of.pairwise_iou(a / 100, b / 100)  # areas below 1
    close(shrunk, boxes_of.pairwise_iou(a, b), 1e-12)
    assert boxes_of.pairwise_iou(a[:0], b).shape == (0, 4)


@quick
@given(seeds, st.sampled_from([0.0, 0.25, 0.5, 1.0]))
def test_nms_is_that_of_a_plain_loop(seed, threshold):
    rng = np.random.default_rng(seed)
    boxes, scores = draw_boxes(rng, 25), rng.integers(0, 9, 25) / 9
    for classes in (None, rng.integers(0, 3, 25)):
        kept = boxes_of.nms(boxes, scores, threshold, classes)
        one = classes if classes is not None else np.zeros(25)
        assert kept.tolist() == loop_nms(boxes, scores, threshold, one)
        assert kept.dtype == np.int64


def test_nms_of_no_boxes_is_empty():
    kept = boxes_of.nms(np.zeros((0, 4)), np.zeros(0), 0.5)
    assert kept.shape == (0,)
    assert kept.dtype == np.int64


# Viterbi


def all_paths(start, transition, emission):
    T, K = emission.shape
    return {
        path: start[path[0]]
        + sum(emission[t, s] for t, s in enumerate(path))
        + sum(transition[i, j] for i, j in itertools.pairwise(path))
        for path in itertools.product(range(K), repeat=T)
    }


@quick
@given(seeds, st.integers(1, 5), st.integers(1, 4))
def test_viterbi_finds_the_best_of_all_paths(seed, T, K):
    rng = np.random.default_rng(seed)
    transition = np.where(rng.random((K, K)) < 0.2, -np.inf, rng.normal(size=(K, K)))
    scores = rng.normal(size=K), transition, rng.normal(size=(T, K))
    each = all_paths(*scores)
    if max(each.values()) == -np.inf:
        with pytest.raises(ValueError, match="no path is possible"):
            decoding.viterbi(*scores)
        return
    path, score = decoding.viterbi(*scores)
    assert score == pytest.approx(max(each.values()), abs=1e-9)
    assert each[tuple(path)] == pytest.approx(score, abs=1e-9)
    assert all(type(state) is int for state in path)


def test_viterbi_takes_integer_ties_and_no_steps():
    zeros = np.zeros((2, 2))
    path, score = decoding.viterbi(np.zeros(2), zeros, np.zeros((3, 2)))
    assert len(path) == 3
    assert score == 0.0
    assert decoding.viterbi(np.ones(2), zeros, np.zeros((0, 2))) == ([], 0.0)


def test_viterbi_refuses_where_every_path_is_forbidden():
    one_way = np.array([[0.0, -np.inf], [-np.inf, 0.0]])
    emission = np.array([[0.0, -np.inf], [-np.inf, 0.0]])
    with pytest.raises(ValueError, match="no path is possible"):
        decoding.viterbi(np.zeros(2), one_way, emission)
    with pytest.raises(ValueError, match="no path is possible"):
        decoding.viterbi(np.full(2, -np.inf), np.zeros((2, 2)), np.zeros((1, 2)))


def test_the_best_path_of_an_hmm_has_the_largest_joint_probability():
    start = np.array([0.6, 0.4, 0.0])
    A = np.array([[0.7, 0.2, 0.1], [0.0, 0.5, 0.5], [0.3, 0.3, 0.4]])
    B = np.array([[0.5, 0.4, 0.1], [0.1, 0.3, 0.6], [0.0, 0.5, 0.5]])
    observed = [0, 1, 2, 2]
    joint = {
        path: start[path[0]]
        * math.prod(A[i, j] for i, j in itertools.pairwise(path))
        * math.prod(B[s, w] for s, w in zip(path, observed, strict=True))
        for path in itertools.product(range(3), repeat=4)
    }
    path, score = decoding.viterbi(*decoding.hmm_scores(start, A, B, observed))
    assert tuple(path) == max(joint, key=joint.__getitem__)
    assert math.exp(score) == pytest.approx(max(joint.values()))


def test_the_scores_of_an_hmm_come_without_a_warning():
    with np.errstate(divide="raise"):
        start, _, emission = decoding.hmm_scores(
            np.array([0.0, 1.0]), np.eye(2), np.eye(2), [0, 1, 1]
        )
    assert start.tolist() == [-math.inf, 0.0]
    assert emission.shape == (3, 2)
    assert emission[0].tolist() == [0.0, -math.inf]


# word2vec


@quick
@given(st.lists(st.lists(st.integers(0, 3), max_size=7), max_size=4), st.integers(1, 4))
def test_pairs_are_all_positions_at_most_a_window_apart(sentences, window):
    wanted = [
        [s[i], s[j]]
        for s in sentences
        for i in range(len(s))
        for j in range(len(s))
        if 0 < abs(i - j) <= window
    ]
    pairs = w2v.skip_gram_pairs(sentences, window)
    assert pairs.tolist() == wanted
    assert pairs.shape == (len(wanted), 2)


def test_noise_is_proportional_to_the_power():
    noise = w2v.noise_distribution(np.array([16, 81, 0, 256]))
    close(noise, np.array([8, 27, 0, 64]) / 99, 1e-12)


@quick
@given(seeds, st.integers(0, 4))
def test_the_loss_is_torchs_binary_cross_entropy(seed, k):
    rng = np.random.default_rng(seed)
    W_in, W_out = rng.normal(size=(2, 5, 3))
    centers, contexts = rng.integers(0, 5, (2, 6))
    negatives = rng.integers(0, 5, (6, k))
    tables = [tensor(W_in, True), tensor(W_out, True)]
    words = torch.tensor(np.column_stack([contexts, negatives]))
    scores = (tables[1][words] @ tables[0][torch.tensor(centers)][:, :, None])[..., 0]
    target = torch.zeros(6, k + 1, dtype=F64)
    target[:, 0] = 1
    theirs = nn.functional.binary_cross_entropy_with_logits(
        scores, target, reduction="sum"
    )
    (theirs / 6).backward()
    loss, *grads = w2v.loss_and_grads(W_in, W_out, centers, contexts, negatives)
    assert loss == pytest.approx(theirs.item() / 6, abs=1e-10)
    for grad, table in zip(grads, tables, strict=True):
        close(grad, table.grad)


def test_the_loss_stays_finite():
    W_in, W_out = np.array([[1.0], [0.0]]), np.array([[-900.0], [900.0]])
    zero, one = np.array([0]), np.array([[1]])
    loss, grad_in, _ = w2v.loss_and_grads(W_in, W_out, zero, zero, one)
    assert loss == 1800.0
    assert grad_in.tolist() == [[1800.0], [0.0]]


def topics(rng):
    return [(4 * (n % 3) + rng.integers(0, 4, 6)).tolist() for n in range(60)]


@pytest.mark.parametrize("seed", range(3))
def test_neighbors_are_of_the_same_topic(seed):
    rng = np.random.default_rng(seed)
    vectors, losses = w2v.train(topics(rng), 12, 8, 2, 5, 1.0, 8, 32, rng)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine = unit @ unit.T
    for word in range(12):
        nearest = np.argsort(-cosine[word])[1:4]
        assert (nearest // 4 == word // 4).all()
    assert losses[-1] < 0.8 * losses[0]


def test_training_starts_with_small_vectors_and_a_loss_of_log_2_a_decision():
    rng = np.random.default_rng(0)
    start, losses = w2v.train([[0, 1, 2]], 500, 5, 2, 3, 0.0, 2, 4, rng)
    assert losses == pytest.approx([4 * math.log(2)] * 2)  # 6 pairs: batches of 4, 2
    assert start.shape == (500, 5)
    assert np.abs(start).max() <= 0.1
    assert start.min() < -0.099
    assert start.max() > 0.099


def test_training_is_gradient_descent_on_batches_of_all_pairs():
    sentences, rng = [[0, 1, 2], [2, 0]], np.random.default_rng(3)
    ours, losses = w2v.train(sentences, 4, 2, 1, 2, 0.5, 2, 4, rng)
    rng = np.random.default_rng(3)
    pairs = np.array([[0, 1], [1, 0], [1, 2], [2, 1], [2, 0], [0, 2]])
    noise = np.array([2, 1, 2, 0]) ** 0.75
    noise /= noise.sum()
    tables = [
        tensor(rng.uniform(-0.25, 0.25, (4, 2)), True),
        tensor(np.zeros((4, 2)), True),
    ]
    optimizer, means = torch.optim.SGD(tables, lr=0.5), []
    for _ in range(2):
        order, total = rng.permutation(pairs), 0.0
        for batch in (order[:4], order[4:]):
            negatives = rng.choice(4, (len(batch), 2), p=noise)
            v, u = tables[0][batch[:, 0]], tables[1][batch[:, 1]]
            n = tables[1][torch.tensor(negatives)]
            good = nn.functional.logsigmoid((u * v).sum(1))
            bad = nn.functional.logsigmoid(-(n * v[:, None]).sum(2)).sum(1)
            loss = -(good + bad).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        means.append(total / 6)
    close(ours, tables[0])
    assert losses == pytest.approx(means)
