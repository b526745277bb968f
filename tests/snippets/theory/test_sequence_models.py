"""Cells against PyTorch, dynamic programs against all paths, tags round trip."""

from itertools import pairwise, product

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import special
from scipy.signal import lfilter, lfiltic
from torch import nn

from snippets.theory import sequence_models as sm

quick = settings(deadline=None, max_examples=40)
D, H, T = 3, 5, 7
SINGLE = {1: nn.RNNCell, 3: nn.GRUCell, 4: nn.LSTMCell}
LAYER = {1: nn.RNN, 3: nn.GRU, 4: nn.LSTM}
seeds = st.integers(0, 10_000)


def tensor(x):
    return torch.from_numpy(np.array(x))


def weights(seed, gates, inputs=D, hidden=H):
    rng = np.random.default_rng(seed)
    rows = gates * hidden
    return sm.Weights(
        rng.normal(size=(rows, inputs)),
        rng.normal(size=(rows, hidden)),
        rng.normal(size=rows),
        rng.normal(size=rows),
    )


def torch_cell(p, gates):
    cell = SINGLE[gates](p.W.shape[1], p.U.shape[1], dtype=torch.float64)
    with torch.no_grad():
        for own, given_ in zip(
            (cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh), p, strict=True
        ):
            own.copy_(tensor(given_))
    return cell


def vectors(seed, *sizes):
    rng = np.random.default_rng(seed + 1)
    return [rng.normal(size=n) for n in sizes]


# ---------------------------------------------------------------------- cells


def test_sigmoid_is_torch_sigmoid_and_does_not_overflow():
    z = np.array([-1000.0, -3.0, 0.0, 0.5, 1000.0])
    with np.errstate(all="raise"):
        np.testing.assert_allclose(sm.sigmoid(z), torch.sigmoid(tensor(z)), atol=1e-15)


@pytest.mark.parametrize(("cell", "gates"), [(sm.rnn_cell, 1), (sm.gru_cell, 3)])
@quick
@given(seeds)
def test_rnn_and_gru_cell_are_torch_cells(cell, gates, seed):
    p = weights(seed, gates)
    x, h = vectors(seed, D, H)
    expected = torch_cell(p, gates)(tensor(x), tensor(h)).detach()
    np.testing.assert_allclose(cell(x, h, p), expected, atol=1e-12)


@quick
@given(seeds)
def test_lstm_cell_is_torch_lstm_cell(seed):
    p = weights(seed, 4)
    x, h, c = vectors(seed, D, H, H)
    expected = torch_cell(p, 4)(tensor(x), (tensor(h), tensor(c)))
    for own, oracle in zip(sm.lstm_cell(x, h, c, p), expected, strict=True):
        np.testing.assert_allclose(own, oracle.detach(), atol=1e-12)


@quick
@given(seeds)
def test_gru_cell_of_the_paper_feeds_the_reset_state_to_an_rnn_cell(seed):
    p = weights(seed, 3)
    x, h = (tensor(v) for v in vectors(seed, D, H))
    blocks = [tensor(a).chunk(3) for a in p]
    r, z = (
        torch.sigmoid(nn.functional.linear(x, W, b) + nn.functional.linear(h, U, c))
        for W, U, b, c in list(zip(*blocks, strict=True))[:2]
    )
    candidate = torch_cell(sm.Weights(*(b[2].numpy() for b in blocks)), 1)
    expected = torch.lerp(candidate(x, r * h), h, z).detach()
    own = sm.gru_cell(x.numpy(), h.numpy(), p, reset_after=False)
    np.testing.assert_allclose(own, expected, atol=1e-12)
    assert np.abs(own - sm.gru_cell(x.numpy(), h.numpy(), p)).max() > 1e-6


@pytest.mark.parametrize("gates", [1, 3, 4])
@pytest.mark.parametrize("biases", [0, 2])
def test_parameter_count_is_torch_count(gates, biases):
    layer = LAYER[gates](D, H, bias=biases > 0)
    count = sum(p.numel() for p in layer.parameters())
    assert sm.parameter_count(D, H, gates, biases) == count
    if biases == 2:
        assert sm.parameter_count(D, H, gates) == count
    if gates == 1:
        assert sm.parameter_count(D, H, biases=biases) == count


# ------------------------------------------------------- gradients over time


def torch_rnn(p, bidirectional=False, other=None):
    layer = nn.RNN(D, H, bidirectional=bidirectional, dtype=torch.float64)
    with torch.no_grad():
        for suffix, values in (("", p), ("_reverse", other)):
            for name, value in zip(
                ("weight_ih", "weight_hh", "bias_ih", "bias_hh"),
                values or (),
                strict=values is not None,
            ):
                getattr(layer, f"{name}_l0{suffix}").copy_(tensor(value))
    return layer


def test_rnn_states_and_bptt_are_torch_rnn_and_autograd():
    p = weights(0, 1)
    rng = np.random.default_rng(1)
    xs, h0 = rng.normal(size=(T, D)), rng.normal(size=H)
    direct = rng.normal(size=(T, H))
    layer, start = torch_rnn(p), tensor(h0)[None].requires_grad_()
    output, _ = layer(tensor(xs), start)
    (output * tensor(direct)).sum().backward()
    states = sm.rnn_states(xs, h0, p)
    np.testing.assert_array_equal(states[0], h0)
    np.testing.assert_allclose(states[1:], output.detach(), atol=1e-12)
    own, dh = sm.bptt(xs, states, direct, p)
    for gradient, parameter in zip(own, layer.parameters(), strict=True):
        np.testing.assert_allclose(gradient, parameter.grad, atol=1e-10)
    np.testing.assert_allclose(dh, start.grad[0], atol=1e-10)
    assert own.b is not own.b_h
    own, dh = sm.bptt(xs[:0], states[:1], direct[:0], p)  # no step, no gradient
    assert not any(part.any() for part in (*own, dh))


def test_rnn_jacobian_is_autograd():
    p = weights(2, 1)
    x, h = vectors(2, D, H)
    cell = torch_cell(p, 1)
    expected = torch.autograd.functional.jacobian(
        lambda h: cell(tensor(x), h), tensor(h)
    )
    own = sm.rnn_jacobian(sm.rnn_cell(x, h, p), p)
    np.testing.assert_allclose(own, expected, atol=1e-12)


@quick
@given(seeds)
def test_lstm_jacobian_is_autograd(seed):
    p = weights(seed, 4)
    x, h, c = vectors(seed, D, H, H)
    cell = torch_cell(p, 4)

    def step(state):
        h_next, c_next = cell(tensor(x), (state[H:], state[:H]))
        return torch.cat([c_next, h_next])

    state = tensor(np.concatenate([c, h]))
    expected = torch.autograd.functional.jacobian(step, state)
    np.testing.assert_allclose(sm.lstm_jacobian(x, h, c, p), expected, atol=1e-12)


def test_norm_by_lag_multiplies_from_the_end():
    jacobians = list(np.random.default_rng(0).normal(size=(4, 3, 3)))
    a, b, c, d = jacobians
    products = (np.eye(3), d, d @ c, d @ c @ b, d @ c @ b @ a)
    expected = [np.linalg.svd(m, compute_uv=False)[0] for m in products]
    np.testing.assert_allclose(sm.norm_by_lag(jacobians), expected)
    np.testing.assert_allclose(sm.norm_by_lag([d]), expected[:2])


def test_random_weights_are_drawn_like_pytorch():
    p = sm.random_weights(np.random.default_rng(0), 6, 25, 3)
    layer = nn.GRU(6, 25)
    for own, oracle in zip(p, layer.parameters(), strict=True):
        assert own.shape == oracle.shape
        assert np.abs(own).max() < 0.2
        assert own.min() < -0.15
        assert own.max() > 0.15
        assert oracle.abs().max() < 0.2


@pytest.mark.parametrize("scale", [0.9, 2.0])
def test_rnn_lags_of_a_linear_rnn_are_powers_and_bound_tanh(scale):
    linear = sm.rnn_lags(scale, steps=20, linear=True)
    np.testing.assert_allclose(linear, scale ** np.arange(21))
    curved = sm.rnn_lags(scale, steps=20)
    assert curved.shape == (21,)
    assert (curved[1:] < linear[1:]).all()
    assert len(sm.rnn_lags(scale)) == len(sm.lstm_lags(1.0)) == 61


def test_lstm_lags_follow_the_forget_gate():
    """With the gate shut only the path through h is left; open, c is kept."""
    shut, half, open_ = (sm.lstm_lags(b, steps=20) for b in (-50.0, 0.0, 50.0))
    assert shut.shape == (21,)
    assert (shut[1:] < half[1:]).all()
    assert (half[1:] < open_[1:]).all()
    assert open_.min() >= 1


def test_lstm_lags_are_autograd_over_the_whole_run():
    rng = np.random.default_rng(0)
    p = sm.random_weights(rng, 16, 32, 4)
    p.b[32:64], p.b_h[32:64] = 0.5, 0.0
    cell = torch_cell(p, 4)
    xs = tensor(rng.normal(size=(6, 16)))

    def run(state):
        c, h = state[:32], state[32:]
        for x in xs[3:]:
            h, c = cell(x, (h, c))
        return torch.cat([c, h])

    h = c = torch.zeros(32, dtype=torch.float64)
    for x in xs[:3]:
        h, c = cell(x, (h, c))
    jacobian = torch.autograd.functional.jacobian(run, torch.cat([c, h]).detach())
    expected = torch.linalg.matrix_norm(jacobian, 2)
    assert sm.lstm_lags(0.5, steps=6)[3] == pytest.approx(float(expected))


# ------------------------------------------------------------------- chains

chains = st.tuples(seeds, st.integers(1, 5), st.integers(1, 4))


def scores(seed, steps, labels):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(steps, labels)) * 2, rng.normal(size=(labels, labels)) * 2


def slow_score(e, t, path):
    local = sum(e[i, y] for i, y in enumerate(path))
    return local + sum(t[a, b] for a, b in pairwise(path))


def all_paths(e, t):
    paths = list(product(range(e.shape[1]), repeat=len(e)))
    return paths, np.array([slow_score(e, t, path) for path in paths])


@quick
@given(chains)
def test_crf_is_a_softmax_over_all_paths(chain):
    e, t = scores(*chain)
    paths, values = all_paths(e, t)
    log_z = special.logsumexp(values)
    assert sm.crf_log_partition(e, t) == pytest.approx(log_z)
    for path, value in zip(paths, values, strict=True):
        assert sm.crf_score(e, t, path) == pytest.approx(value)
        assert sm.crf_loss(e, t, path) == pytest.approx(log_z - value)


@quick
@given(chains)
def test_viterbi_finds_the_best_of_all_paths(chain):
    e, t = scores(*chain)
    paths, values = all_paths(e, t)
    path, score = sm.viterbi(e, t)
    assert tuple(path) == paths[values.argmax()]
    assert score == pytest.approx(values.max())


@quick
@given(chains)
def test_marginals_sum_the_paths_and_are_the_gradient_of_log_z(chain):
    e, t = scores(*chain)
    paths, values = all_paths(e, t)
    expected = np.zeros_like(e)
    for path, probability in zip(paths, special.softmax(values), strict=True):
        expected[np.arange(len(e)), path] += probability
    marginals = sm.crf_marginals(e, t)
    np.testing.assert_allclose(marginals, expected, atol=1e-12)
    leaf = tensor(e).requires_grad_()
    alpha = leaf[0]
    for row in leaf[1:]:
        alpha = row + torch.logsumexp(alpha[:, None] + tensor(t), 0)
    torch.logsumexp(alpha, 0).backward()
    np.testing.assert_allclose(marginals, leaf.grad, atol=1e-12)


def test_large_scores_and_forbidden_steps_stay_exact():
    e = np.array([[1000.0, 0.0], [0.0, 1000.0], [1000.0, 0.0]])
    t = np.array([[0.0, -np.inf], [0.0, 0.0]])
    assert sm.crf_log_partition(e, t) == pytest.approx(2000 + np.log(2))
    assert sm.crf_loss(e, t, [0, 1, 0]) == np.inf
    assert sm.viterbi(e, t)[1] == 2000


def distributions(seed, labels, symbols):
    rng = np.random.default_rng(seed)
    return (
        rng.dirichlet(np.ones(labels)),
        rng.dirichlet(np.ones(labels), size=labels),
        rng.dirichlet(np.ones(symbols), size=labels),
    )


@quick
@given(seeds, st.integers(1, 3), st.lists(st.integers(0, 3), min_size=1, max_size=5))
@example(2, 2, [0, 1, 1, 1, 2])
def test_hmm_sums_the_joint_probability_of_all_paths(seed, labels, observed):
    start, A, B = distributions(seed, labels, 4)
    paths = list(product(range(labels), repeat=len(observed)))
    joint = [
        start[y[0]]
        * np.prod([A[a, b] for a, b in pairwise(y)])
        * np.prod([B[k, x] for k, x in zip(y, observed, strict=True)])
        for y in paths
    ]
    chain = sm.hmm_as_chain(start, A, B, observed)
    total = np.log(sum(joint))
    assert sm.hmm_log_likelihood(start, A, B, observed) == pytest.approx(total)
    assert sm.crf_log_partition(*chain) == pytest.approx(total)
    path, score = sm.viterbi(*chain)
    # two orders of the same steps may tie, so compare what the path is worth
    chosen = joint[paths.index(tuple(path))]
    assert chosen == pytest.approx(max(joint), rel=1e-9, abs=0)
    assert score == pytest.approx(np.log(max(joint)))


def test_hmm_scores_of_impossible_steps_need_no_warning():
    start, A = np.array([1.0, 0.0]), np.array([[0.0, 1.0], [1.0, 0.0]])
    B = np.array([[1.0, 0.0], [0.5, 0.5]])
    with np.errstate(all="raise"):
        emissions, transitions = sm.hmm_as_chain(start, A, B, (0, 1))
    half = np.log(0.5)
    np.testing.assert_array_equal(emissions, [[0, -np.inf], [-np.inf, half]])
    np.testing.assert_array_equal(transitions, [[-np.inf, 0], [0, -np.inf]])
    assert sm.hmm_log_likelihood(start, A, B, (0, 1)) == pytest.approx(half)


def test_hmm_likelihood_of_impossible_observations_is_zero():
    start, A, B = np.array([1.0, 0.0]), np.eye(2), np.eye(2)
    with np.errstate(all="raise"):
        assert sm.hmm_log_likelihood(start, A, B, (1, 0)) == -np.inf
        assert sm.hmm_log_likelihood(start, A, B, (0, 0, 1)) == -np.inf
        assert sm.hmm_log_likelihood(start, A, B, (0, 0)) == 0


def test_hmm_likelihood_does_not_underflow():
    start, A, B = distributions(0, 3, 4)
    observed = np.random.default_rng(0).integers(0, 4, 2000).tolist()
    total = sm.hmm_log_likelihood(start, A, B, observed)
    assert total < -1000
    chain = sm.hmm_as_chain(start, A, B, observed)
    assert total == pytest.approx(sm.crf_log_partition(*chain))


@quick
@given(chains)
def test_memm_multiplies_local_softmaxes(chain):
    e, t = scores(*chain)
    paths, _ = all_paths(e, t)
    logs = [sm.memm_log_probability(e, t, path) for path in paths]
    assert special.logsumexp(logs) == pytest.approx(0, abs=1e-9)
    for path, value in zip(paths, logs, strict=True):
        first = special.log_softmax(e[0])[path[0]]
        rest = [
            special.log_softmax(t[a] + e[i])[b]
            for i, (a, b) in enumerate(pairwise(path), 1)
        ]
        assert value == pytest.approx(first + sum(rest))


# ----------------------------------------------------------------- entities

tags = st.lists(
    st.sampled_from(["O", "B-X", "I-X", "B-Y", "I-Y"]), min_size=0, max_size=9
)


def encode(spans, length):
    written = ["O"] * length
    for kind, first, last in spans:
        written[first:last] = [f"B-{kind}"] + [f"I-{kind}"] * (last - first - 1)
    return written


@settings(deadline=None, max_examples=50)
@given(tags)
def test_bio_spans_round_trip_up_to_stray_insides(written):
    repaired = [
        "B" + tag[1:] if tag[0] == "I" and before[1:] != tag[1:] else tag
        for before, tag in zip(["O", *written], written, strict=False)
    ]
    assert encode(sm.bio_spans(written), len(written)) == repaired


@settings(deadline=None, max_examples=50)
@given(tags)
def test_bio_mask_allows_exactly_the_tags_that_need_no_repair(written):
    labels = ["O", "B-X", "I-X", "B-Y", "I-Y"]
    allowed = sm.bio_allowed(labels)
    index = [labels.index(tag) for tag in ["O", *written]]
    legal = all(allowed[a, b] for a, b in pairwise(index))
    assert legal == (encode(sm.bio_spans(written), len(written)) == written)


def test_entity_f1_is_the_mean_of_precision_and_recall():
    gold = [["B-X", "I-X", "O", "B-Y"], ["B-X", "O", "B-X", "B-X"]]
    guess = [["B-X", "I-X", "O", "B-X"], ["B-X", "O", "O", "O"]]
    precision, recall = 2 / 3, 2 / 5
    expected = 2 * precision * recall / (precision + recall)
    assert sm.entity_f1(gold, guess) == pytest.approx(expected)
    assert sm.entity_f1(gold, gold) == 1
    assert sm.entity_f1([["O"]], [["O"]]) == 1
    assert sm.entity_f1([["O"]], [["B-X"]]) == 0
    with pytest.raises(ValueError, match="zip"):
        sm.entity_f1(gold, guess[:1])


# ------------------------------------------- both directions, teacher forcing


def test_bidirectional_rnn_is_torch_with_both_directions():
    forward, backward = weights(0, 1), weights(5, 1)
    xs = np.random.default_rng(3).normal(size=(T, D))
    layer = torch_rnn(forward, bidirectional=True, other=backward)
    expected, _ = layer(tensor(xs))
    own = sm.bidirectional_rnn(xs, forward, backward)
    np.testing.assert_allclose(own, expected.detach(), atol=1e-12)


def test_only_the_backward_half_sees_the_future_and_padding():
    forward, backward = weights(0, 1), weights(5, 1)
    xs = np.random.default_rng(3).normal(size=(T, D))
    padded = np.concatenate([xs, np.zeros((2, D))])
    short = sm.bidirectional_rnn(xs, forward, backward)
    long = sm.bidirectional_rnn(padded, forward, backward)[:T]
    np.testing.assert_array_equal(short[:, :H], long[:, :H])
    assert (np.abs(short[:, H:] - long[:, H:]).max(axis=1) > 0).all()


def test_packing_gives_torch_the_states_of_the_true_length():
    forward, backward = weights(0, 1), weights(5, 1)
    xs = np.random.default_rng(3).normal(size=(T, D))
    padded = tensor(np.concatenate([xs, np.zeros((2, D))]))[None]
    layer = torch_rnn(forward, bidirectional=True, other=backward)
    layer.batch_first = True
    packed = nn.utils.rnn.pack_padded_sequence(padded, [T], batch_first=True)
    output, _ = nn.utils.rnn.pad_packed_sequence(layer(packed)[0], batch_first=True)
    own = sm.bidirectional_rnn(xs, forward, backward)
    np.testing.assert_allclose(own, output[0].detach(), atol=1e-12)


def test_fit_next_recovers_an_exact_recurrence():
    angle = 0.3
    series = np.sin(angle * np.arange(40))  # x_t = 2 cos(a) x_{t-1} - x_{t-2}
    np.testing.assert_allclose(sm.fit_next(series), [2 * np.cos(angle), -1])


def test_predict_from_the_truth_or_from_itself():
    series, w = np.random.default_rng(0).normal(size=9), np.array([0.9, -0.4])
    before = series.copy()
    forced = sm.predict(series, w, forced=True)
    np.testing.assert_allclose(forced, 0.9 * series[1:-1] - 0.4 * series[:-2])
    state = lfiltic([1.0], [1.0, -0.9, 0.4], series[[1, 0]])
    free, _ = lfilter([1.0], [1.0, -0.9, 0.4], np.zeros(7), zi=state)
    np.testing.assert_allclose(sm.predict(series, w, forced=False), free)
    np.testing.assert_array_equal(series, before)
