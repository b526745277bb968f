"""The page's functions against PyTorch, brute force, hand counts and simulation."""

import itertools
import math
import re
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from snippets import Array
from snippets.theory import pretrained_language_models as m

SENNRICH = {"low": 5, "lower": 2, "newest": 6, "widest": 3}
HUGGING = {"hug": 10, "pug": 5, "pun": 12, "bun": 4, "hugs": 5}
letters = st.text("abc", min_size=1, max_size=8)
corpora = st.dictionaries(letters, st.integers(1, 9), min_size=1, max_size=8)
examples = settings(deadline=None, max_examples=40)


@examples
@given(st.lists(st.sampled_from("ab"), max_size=12))
def test_merge_equals_a_regular_expression(symbols: list[str]) -> None:
    for pair in itertools.product("ab", "ab"):
        got = m.merge(symbols, pair, "X")
        assert "".join(got) == re.sub("".join(pair), "X", "".join(symbols))
        assert all(len(symbol) == 1 for symbol in got)


def test_merge_keeps_multi_letter_symbols_apart() -> None:
    assert m.merge(("ab", "c", "a", "bc"), ("a", "bc"), "abc") == ("ab", "c", "abc")
    assert m.merge((), ("a", "b"), "ab") == ()


@examples
@given(corpora)
def test_counts_equal_those_of_the_written_out_corpus(corpus: dict[str, int]) -> None:
    single, pairs = m.count_symbols({tuple(w): n for w, n in corpus.items()})
    text = [w for w, n in corpus.items() for _ in range(n)]
    assert single == Counter("".join(text))
    assert pairs == Counter(p for w in text for p in itertools.pairwise(w))


def test_bpe_learns_the_hand_worked_merges() -> None:
    # Pair counts by hand: es, st, t</w> 9 each, then lo and ow 7, ne and ew 6.
    expected = [
        ("e", "s"),
        ("es", "t"),
        ("est", "</w>"),
        ("l", "o"),
        ("lo", "w"),
        ("n", "e"),
        ("ne", "w"),
        ("new", "est</w>"),
        ("low", "</w>"),
        ("w", "i"),
    ]
    assert m.train_bpe(SENNRICH, 10) == expected


@pytest.mark.parametrize("merges", [0, 1, 5])
def test_bpe_learns_as_many_merges_as_asked(merges: int) -> None:
    assert len(m.train_bpe(SENNRICH, merges)) == merges


def test_bpe_stops_when_every_word_is_one_symbol() -> None:
    merges = m.train_bpe({"ab": 1}, 10)
    assert merges == [("a", "b"), ("ab", "</w>")]
    assert m.bpe_encode("ab", merges) == ("ab</w>",)


@examples
@given(corpora, st.integers(0, 8))
def test_bpe_takes_a_most_frequent_pair_and_encodes_by_replay(
    corpus: dict[str, int], count: int
) -> None:
    merges = m.train_bpe(corpus, count)
    words = {word: [*word, "</w>"] for word in corpus}
    for pair in merges:
        pairs = Counter(
            p
            for word, symbols in words.items()
            for p in list(itertools.pairwise(symbols)) * corpus[word]
        )
        assert pairs[pair] == max(pairs.values())
        for symbols in words.values():  # replay the merge in place
            i = 0
            while i < len(symbols) - 1:
                if (symbols[i], symbols[i + 1]) == pair:
                    symbols[i : i + 2] = ["".join(pair)]
                i += 1
    for word, symbols in words.items():
        assert m.bpe_encode(word, merges) == tuple(symbols)


@examples
@given(corpora, st.lists(st.text("abcdé漢", min_size=1), max_size=5))
def test_bpe_round_trip(corpus: dict[str, int], text: list[str]) -> None:
    merges = m.train_bpe(corpus, 10)
    tokens = [token for word in text for token in m.bpe_encode(word, merges)]
    assert m.bpe_decode(tokens) == " ".join(text)


def test_wordpiece_training_by_hand() -> None:
    words = m.initial_pieces(HUGGING)
    assert words["h", "##u", "##g", "##s"] == 5
    scores = m.wordpiece_scores(words)
    # n(##u) = 36, n(##g) = 20, n(##s) = 5: the published example's fractions.
    assert scores["##g", "##s"] == pytest.approx(1 / 20)
    assert scores["##u", "##g"] == pytest.approx(20 / (36 * 20))
    assert scores["h", "##u"] == pytest.approx(15 / (15 * 36))
    assert m.train_wordpiece(HUGGING, 2) == ["##gs", "hu"]
    # Then hu: 15, ##g: 15, ##gs: 5; hu+##g 10/225 < hu+##gs 5/75.
    assert m.train_wordpiece(HUGGING, 3)[-1] == "hugs"


def test_wordpiece_training_ends() -> None:
    assert m.train_wordpiece({"abc": 2}, 9) == ["ab", "abc"]
    assert m.train_wordpiece({"abc": 2}, 0) == []


def test_join_pieces() -> None:
    assert m.join_pieces(("h", "##u")) == "hu"
    assert m.join_pieces(("##g", "##s")) == "##gs"


@examples
@given(corpora)
def test_likelihood_gain_is_the_difference_of_log_probabilities(
    corpus: dict[str, int],
) -> None:
    words = m.initial_pieces(corpus)

    def log_probability(stream: list[str]) -> float:
        frequency = Counter(stream)
        return sum(math.log(frequency[s] / len(stream)) for s in stream)

    before = [s for w, n in words.items() for _ in range(n) for s in w]
    assert m.unigram_log_likelihood(words) == pytest.approx(log_probability(before))
    for pair in m.count_symbols(words)[1]:
        after = [
            s
            for w, n in words.items()
            for _ in range(n)
            for s in m.merge(w, pair, "joined")
        ]
        if m.join_pieces(pair) not in before:
            expected = log_probability(after) - log_probability(before)
            assert m.likelihood_gain(words, pair) == pytest.approx(expected, abs=1e-9)


def segmentations(
    word: str, pieces: frozenset[str], first: bool = True
) -> list[list[str]]:
    """All ways to write the word in pieces, by brute force."""
    if not word:
        return [[]]
    return [
        [piece, *rest]
        for n in range(1, len(word) + 1)
        if (piece := word[:n] if first else "##" + word[:n]) in pieces
        for rest in segmentations(word[n:], pieces, False)
    ]


@examples
@given(letters, st.sets(st.text("abc", min_size=2, max_size=4), max_size=8), st.data())
def test_wordpiece_takes_the_longest_pieces_first(
    word: str, longer: set[str], data: st.DataObject
) -> None:
    heads = {w for w in longer if data.draw(st.booleans())}
    inner = {f"##{w}" for w in longer - heads}
    pieces = frozenset({*"abc", "##a", "##b", "##c"} | heads | inner)

    def lengths(split: list[str]) -> list[int]:
        return [len(piece.removeprefix("##")) for piece in split]

    got = m.wordpiece_encode(word, pieces)
    assert got == max(segmentations(word, pieces), key=lengths)
    assert m.wordpiece_decode(got) == word


def test_wordpiece_does_not_go_back() -> None:
    pieces = frozenset({"a", "ab", "##b", "##bc"})
    assert segmentations("abc", pieces) == [["a", "##bc"]]
    assert m.wordpiece_encode("abc", pieces) == ["[UNK]"]
    assert m.wordpiece_encode("b", pieces) == ["[UNK]"]  # ##b may not begin a word
    assert m.wordpiece_encode("", pieces) == []


@examples
@given(st.lists(letters, max_size=5))
def test_wordpiece_round_trip_of_a_text(text: list[str]) -> None:
    pieces = frozenset({*"abc", "##a", "##b", "##c", "ab", "##ca"})
    tokens = [token for word in text for token in m.wordpiece_encode(word, pieces)]
    assert m.wordpiece_decode(tokens) == " ".join(text)


def masked(n: int, runs: int, seed: int = 0, **options: float) -> tuple[m.Ids, ...]:
    """Many masked copies of a sequence whose first and last tokens are special."""
    rng = np.random.default_rng(seed)
    ids = np.arange(n) + 5
    special = np.zeros(n, dtype=bool)
    special[[0, -1]] = True
    drawn = [
        m.mask_tokens(ids, special, 10_000, 3, rng, **options) for _ in range(runs)
    ]
    inputs, labels = (np.stack(part) for part in zip(*drawn, strict=True))
    return ids, inputs, labels


def test_masking_rates() -> None:
    # 15% of all 128 tokens, the two special ones counted: round(19.2).
    ids, inputs, labels = masked(128, 600)
    chosen = labels != m.IGNORE
    np.testing.assert_array_equal(chosen.sum(axis=1), 19)
    assert not chosen[:, [0, -1]].any()
    assert (inputs == ids)[~chosen].all()
    assert (labels == ids)[chosen].all()
    shares = np.array(
        [
            (inputs[chosen] == 3).mean(),
            ((inputs != 3) & (inputs != ids))[chosen].mean(),
            (inputs == ids)[chosen].mean(),
        ]
    )
    # Four standard errors of a share over 11 400 draws are at most 0.015.
    np.testing.assert_allclose(shares, [0.8, 0.1, 0.1], atol=0.015)
    counts = chosen[:, 1:-1].sum(axis=0)  # each position equally likely
    assert abs(counts - 600 * 19 / 126).max() < 5 * math.sqrt(90.5)


def test_random_tokens_cover_the_vocabulary() -> None:
    rng = np.random.default_rng(1)
    special = np.zeros(5000, dtype=bool)
    inputs, labels = m.mask_tokens(np.full(5000, 9), special, 4, 7, rng, rate=1)
    random = inputs[(inputs != 7) & (inputs != 9)]
    assert set(random.tolist()) == {0, 1, 2, 3}
    assert (labels == 9).all()


def test_masking_chooses_at_least_one_and_leaves_the_argument_alone() -> None:
    ids, inputs, labels = masked(3, 200)
    assert ((labels != m.IGNORE).sum(axis=1) == 1).all()
    np.testing.assert_array_equal(ids, [5, 6, 7])
    assert (inputs[:, 1] == 3).any()
    none = np.zeros(3, dtype=bool)
    _, labels = m.mask_tokens(ids, none, 9, 3, np.random.default_rng(0))
    assert (labels != m.IGNORE).sum() == 1
    _, _, half = masked(100, 1, rate=0.5)
    assert (half != m.IGNORE).sum() == 50


def test_sentence_pairs_are_half_true_and_never_from_the_same_document() -> None:
    rng = np.random.default_rng(0)
    documents = [["a0", "a1", "a2"], ["b0", "b1"], ["c0"]]
    pairs = [m.sentence_pair(documents, 0, 1, rng) for _ in range(2000)]
    assert {a for a, _, _ in pairs} == {"a1"}
    assert {b for _, b, is_next in pairs if is_next} == {"a2"}
    assert {b for _, b, is_next in pairs if not is_next} == {"b0", "b1", "c0"}
    middle = [m.sentence_pair(documents, 1, 0, rng) for _ in range(200)]
    others = {b for _, b, is_next in middle if not is_next}
    assert others == {"a0", "a1", "a2", "c0"}
    assert np.mean([is_next for *_, is_next in pairs]) == pytest.approx(0.5, abs=0.045)


def test_pack_pair() -> None:
    tokens, segments = m.pack_pair(["x", "y"], ["z"])
    assert tokens == ["[CLS]", "x", "y", "[SEP]", "z", "[SEP]"]
    assert segments.tolist() == [0, 0, 0, 0, 1, 1]


def test_embeddings_equal_pytorch_and_the_one_hot_product() -> None:
    rng = np.random.default_rng(0)
    sizes, d, n = (11, 2, 9), 6, 7
    tables = [rng.normal(size=(size, d)) for size in sizes]
    ids, segments = rng.integers(11, size=n), rng.integers(2, size=n)
    got = m.bert_embeddings(ids, segments, *tables)
    columns = (ids, segments, np.arange(n))
    total = sum(
        functional.embedding(torch.from_numpy(c), torch.from_numpy(table))
        for c, table in zip(columns, tables, strict=True)
    )
    assert isinstance(total, torch.Tensor)
    expected = functional.layer_norm(total, (d,), eps=1e-12)
    np.testing.assert_allclose(got, expected.numpy())
    one_hot = m.one_hot_inputs(ids, segments, sizes)
    assert one_hot.shape == (n, 22)
    np.testing.assert_array_equal(one_hot.sum(axis=1), 3)
    np.testing.assert_allclose(one_hot @ np.vstack(tables), total.numpy())


def test_embeddings_use_the_epsilon_of_bert() -> None:
    table = np.array([[1e-6, -1e-6]])
    got = m.bert_embeddings(np.array([0]), np.array([0]), table, 0 * table, 0 * table)
    np.testing.assert_allclose(got, table / math.sqrt(2e-12))


def test_independent_joint_has_the_marginals_and_rank_one() -> None:
    joint = np.random.default_rng(0).random((3, 4))
    joint /= joint.sum()
    product = m.independent_joint(joint)
    np.testing.assert_allclose(product.sum(axis=0), joint.sum(axis=0))
    np.testing.assert_allclose(product.sum(axis=1), joint.sum(axis=1))
    assert np.linalg.matrix_rank(product) == 1
    # No other product of two distributions explains the pairs better.
    best = -(joint * np.log(product)).sum()
    rng = np.random.default_rng(1)
    for _ in range(100):
        other = np.outer(rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(4)))
        assert -(joint * np.log(other)).sum() > best


def test_cross_entropy_equals_pytorch() -> None:
    rng = np.random.default_rng(0)
    logits = 5 * rng.normal(size=(8, 5))
    labels = rng.integers(5, size=8)
    labels[[0, 3]] = m.IGNORE
    expected = functional.cross_entropy(torch.tensor(logits), torch.tensor(labels))
    assert m.token_cross_entropy(logits, labels) == pytest.approx(expected.item())
    far = m.token_cross_entropy(logits + 2000, labels)
    assert far == pytest.approx(expected.item())


def test_causal_labels_shift_by_one() -> None:
    ids = np.random.default_rng(0).integers(5, size=6)
    logits = np.random.default_rng(1).normal(size=(6, 5))
    expected = functional.cross_entropy(
        torch.tensor(logits[:-1]), torch.tensor(ids[1:])
    )
    got = m.token_cross_entropy(logits, m.causal_labels(ids))
    assert got == pytest.approx(expected.item())


@pytest.mark.parametrize("n", [1, 5])
def test_visible(n: int) -> None:
    np.testing.assert_array_equal(m.visible(n, 0), np.tri(n, dtype=bool))
    assert m.visible(n, n).all()
    for prefix in range(n + 1):
        for i, j in itertools.product(range(n), repeat=2):
            both = i < prefix and j < prefix
            assert m.visible(n, prefix)[i, j] == (both or j <= i)


def lora_tensors(zero_b: bool) -> list[torch.Tensor]:
    """x (3, 5), w (4, 5), a (2, 5), b (4, 2)."""
    torch.manual_seed(0)
    shapes = ((3, 5), (4, 5), (2, 5), (4, 2))
    x, w, a, b = (torch.randn(s, dtype=torch.float64) for s in shapes)
    return [x, w, a, 0 * b if zero_b else b]


def test_lora_equals_two_linear_layers_and_its_merged_weight() -> None:
    tensors = lora_tensors(zero_b=False)
    x, w, a, b = tensors
    down, up = torch.nn.Linear(5, 2, False), torch.nn.Linear(2, 4, False)
    down.weight, up.weight = torch.nn.Parameter(a), torch.nn.Parameter(b)
    expected = (functional.linear(x, w) + 16 / 2 * up(down(x))).detach().numpy()
    x_, w_, a_, b_ = (t.numpy() for t in tensors)
    np.testing.assert_allclose(m.lora_forward(x_, w_, a_, b_, 16), expected)
    np.testing.assert_allclose(x_ @ m.lora_merged(w_, a_, b_, 16).T, expected)
    assert np.linalg.matrix_rank(m.lora_merged(w_, a_, b_, 16) - w_) == 2


def slope(f: Callable[[Array], float], at: Array) -> Array:
    """Gradient of f by central differences."""
    gradient = np.zeros_like(at)
    for index in np.ndindex(*at.shape):
        step = np.zeros_like(at)
        step[index] = 1e-5
        gradient[index] = (f(at + step) - f(at - step)) / 2e-5
    return gradient


@pytest.mark.parametrize("zero_b", [False, True])
def test_lora_gradients_are_those_of_the_page(zero_b: bool) -> None:
    x, w, a, b = (t.numpy() for t in lora_tensors(zero_b))
    x = x[:1]
    h = m.lora_forward(x, w, a, b, 16)
    if zero_b:
        np.testing.assert_allclose(h, x @ w.T)

    def loss(a: Array, b: Array) -> float:
        return float(np.sin(m.lora_forward(x, w, a, b, 16)).sum())

    delta = np.cos(h[0])
    grad_b = 16 / 2 * np.outer(delta, a @ x[0])
    grad_a = 16 / 2 * np.outer(b.T @ delta, x[0])
    np.testing.assert_allclose(slope(lambda b: loss(a, b), b), grad_b, atol=1e-5)
    np.testing.assert_allclose(slope(lambda a: loss(a, b), a), grad_a, atol=1e-5)
    assert (np.abs(grad_a).max() == 0) == zero_b
    assert np.abs(grad_b).min() > 0
    still = slope(lambda b: loss(0 * a, b), 0 * b)  # both zero: nothing moves
    np.testing.assert_array_equal(still, 0)


@pytest.mark.parametrize(("d_out", "d_in", "r"), [(4, 5, 2), (7, 3, 1)])
def test_lora_parameters(d_out: int, d_in: int, r: int) -> None:
    layers = torch.nn.Linear(d_in, r, False), torch.nn.Linear(r, d_out, False)
    expected = sum(p.numel() for layer in layers for p in layer.parameters())
    assert m.lora_parameters(d_out, d_in, r) == expected


def test_tilted_policy_is_the_optimum() -> None:
    rng = np.random.default_rng(0)
    reference, reward, beta = rng.dirichlet(np.ones(5)), rng.normal(size=5), 0.7

    def objective(policy: Array) -> float:
        return float(policy @ reward - beta * policy @ np.log(policy / reference))

    best = m.tilted_policy(reference, reward, beta)
    assert best.sum() == pytest.approx(1)
    value = objective(best)
    # The optimum's value in closed form: beta log E_ref[exp(reward / beta)].
    assert value == pytest.approx(beta * math.log(reference @ np.exp(reward / beta)))
    for policy in rng.dirichlet(np.ones(5), size=20):  # the rest is -beta KL
        divergence = policy @ np.log(policy / best)
        assert objective(policy) == pytest.approx(value - beta * divergence)
    assert np.isfinite(m.tilted_policy(reference, reward + 5000, beta)).all()


def test_dpo_loss_equals_pytorch_and_bradley_terry_on_the_implicit_reward() -> None:
    rng = np.random.default_rng(0)
    chosen, rejected = rng.normal(size=(2, 9))
    z = torch.tensor(chosen - rejected)
    for beta in (0.1, 2.0):
        expected = -functional.logsigmoid(beta * z).mean().item()
        assert m.dpo_loss(chosen, rejected, beta) == pytest.approx(expected)
    assert m.dpo_loss(chosen, rejected) == m.dpo_loss(chosen, rejected, 0.1)

    reference, reward = rng.dirichlet(np.ones(4)), rng.normal(size=4)
    ratio = np.log(m.tilted_policy(reference, reward, 0.3) / reference)
    for i, j in itertools.permutations(range(4), 2):
        preferred = math.exp(reward[i]) / (math.exp(reward[i]) + math.exp(reward[j]))
        got = m.dpo_loss(ratio[[i]], ratio[[j]], 0.3)
        assert got == pytest.approx(-math.log(preferred))
