"""Gradients against finite differences, lookups against PyTorch, trees by force."""

import itertools
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from torch import nn

from snippets.theory import word_embeddings as we

quick = settings(deadline=None, max_examples=30)
seeds = st.integers(0, 10_000)
W, D = 7, 3


def tables(seed, rows=W, d=D):
    return np.random.default_rng(seed).normal(size=(2, rows, d))


def numeric(loss, *arrays):
    """Central differences of loss(*arrays) by each array."""
    gradients = []
    for position, array in enumerate(arrays):
        gradient = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            change = []
            for step in (1e-5, -1e-5):
                moved = [a.copy() for a in arrays]
                moved[position][index] += step
                change.append(loss(*moved))
            gradient[index] = (change[0] - change[1]) / 2e-5
        gradients.append(gradient)
    return gradients


# ------------------------------------------------------------------ embedding


@quick
@given(seeds, st.lists(st.integers(0, W - 1), min_size=1, max_size=12))
def test_lookup_is_the_one_hot_product_and_torch_embedding(seed, indices):
    table = tables(seed)[0]
    indices = np.array(indices)
    layer = nn.Embedding.from_pretrained(torch.tensor(table), freeze=False)
    out = layer(torch.tensor(indices))
    upstream = np.random.default_rng(seed).normal(size=(len(indices), D))
    out.backward(torch.tensor(upstream))
    vectors = we.embed(table, indices)
    np.testing.assert_array_equal(vectors, out.detach().numpy())
    hot = we.one_hot(indices, W)
    assert hot.dtype == np.float64
    np.testing.assert_array_equal(hot @ table, vectors)
    np.testing.assert_allclose(
        we.embed_gradient(upstream, indices, W), layer.weight.grad, atol=1e-12
    )
    np.testing.assert_allclose(
        we.embed_gradient(upstream, indices, W), hot.T @ upstream, atol=1e-12
    )


def test_lookup_takes_indices_of_any_shape():
    table = tables(0)[0]
    indices = np.array([[0, W - 1], [2, 2]])
    assert we.embed(table, indices).shape == (2, 2, D)
    assert we.one_hot(indices, W).shape == (2, 2, W)
    gradient = we.embed_gradient(np.ones((2, 2, D)), indices, W)
    np.testing.assert_array_equal(gradient[:, 0], [1, 0, 2, 0, 0, 0, 1])


@pytest.mark.parametrize("bad", [-1, W])
def test_lookup_refuses_rows_outside_the_table(bad):
    with pytest.raises(
        ValueError, match=r"^indices must lie in \[0, rows of the table"
    ):
        we.embed(tables(0)[0], np.array([0, bad]))


# ----------------------------------------------------------------- word2vec


@quick
@given(st.lists(st.integers(0, 5), max_size=9), st.integers(1, 4))
def test_context_pairs_are_all_pairs_within_the_window(tokens, window):
    n = len(tokens)
    expected = Counter(
        (tokens[i], tokens[j])
        for i, j in itertools.permutations(range(n), 2)
        if abs(i - j) <= window
    )
    pairs = we.context_pairs(np.array(tokens, dtype=np.int64), window)
    assert pairs.shape == (expected.total(), 2)
    assert pairs.dtype == np.int64
    assert Counter(map(tuple, pairs.tolist())) == expected


def test_sigmoid_is_torch_sigmoid_and_does_not_overflow():
    z = np.array([-1000.0, -3.0, 0.0, 0.5, 1000.0])
    with np.errstate(all="raise"):
        np.testing.assert_allclose(
            we.sigmoid(z), torch.sigmoid(torch.tensor(z)), atol=1e-15
        )


def bce(h, U, target, noise):
    """PyTorch's binary cross-entropy: label 1 for the target, 0 for the noise."""
    words = torch.tensor([target, *noise])
    label = torch.tensor([1.0, *[0.0] * len(noise)], dtype=torch.float64)
    score = torch.tensor(U)[words] @ torch.tensor(h)
    return float(
        nn.functional.binary_cross_entropy_with_logits(score, label, reduction="sum")
    )


@pytest.mark.parametrize("noise", [[1, 1, 4], [2, 0], []])
def test_negative_sampling_against_torch_and_finite_differences(noise):
    V, U = tables(1)
    noise = np.array(noise, dtype=np.int64)
    loss, dh, dU = we.negative_sampling(V[0], U, 2, noise)
    assert isinstance(loss, float)
    np.testing.assert_allclose(loss, bce(V[0], U, 2, noise), rtol=1e-12)
    by_h, by_U = numeric(lambda h, u: bce(h, u, 2, noise), V[0], U)
    np.testing.assert_allclose(dh, by_h, atol=1e-8)
    np.testing.assert_allclose(dU, by_U, atol=1e-8)


def test_skip_gram_and_cbow_gradients_against_finite_differences():
    V, U = tables(2)
    noise, contexts = np.array([5, 5, 1]), np.array([0, 4, 4, 6])
    for step, loss in (
        (
            we.skip_gram(V, U, 3, 2, noise),
            lambda v, u: bce(v[3], u, 2, noise),
        ),
        (
            we.cbow(V, U, 3, contexts, noise),
            lambda v, u: bce(v[contexts].mean(0), u, 3, noise),
        ),
    ):
        np.testing.assert_allclose(step[0], loss(V, U))
        for own, expected in zip(step[1:], numeric(loss, V, U), strict=True):
            np.testing.assert_allclose(own, expected, atol=1e-8)


def test_noise_is_a_distribution_between_unigram_and_uniform():
    counts = np.array([900.0, 90.0, 10.0])
    for power in (0.0, 0.75, 1.0):
        noise = we.noise_distribution(counts, power)
        assert noise.sum() == pytest.approx(1)
        assert noise[0] / noise[2] == pytest.approx(90**power)
    assert we.noise_distribution(counts)[0] / we.noise_distribution(counts)[
        1
    ] == pytest.approx(10**0.75)
    np.testing.assert_array_equal(counts, [900, 90, 10])  # left as it was
    whole = we.noise_distribution(np.array([3, 1]), 1)  # integers are counts too
    np.testing.assert_array_equal(whole, [0.75, 0.25])


def test_negatives_drawn_from_the_noise_have_its_frequencies():
    noise = we.noise_distribution(np.array([50.0, 5.0, 1.0, 1.0]))
    drawn = np.random.default_rng(0).choice(4, size=20_000, p=noise)
    share = np.bincount(drawn, minlength=4) / 20_000
    np.testing.assert_allclose(share, noise, atol=0.012)


def test_subsampling_discards_one_minus_the_root():
    f = np.array([1e-7, 1e-5, 2e-5, 4e-3])
    kept = we.keep_probability(f)
    np.testing.assert_allclose(kept[:2], 1)
    np.testing.assert_allclose(1 - kept[2:], 1 - np.sqrt(1e-5 / f[2:]))
    assert we.keep_probability(np.array(0.04), 0.01) == pytest.approx(0.5)


# ------------------------------------------------------- hierarchical softmax


def cheapest_tree(counts):
    """Least weighted path length over all binary trees (brute force)."""
    if len(counts) == 1:
        return 0
    return sum(counts) + min(
        cheapest_tree([counts[i] for i in left])
        + cheapest_tree([counts[i] for i in range(len(counts)) if i not in left])
        for size in range(1, len(counts) // 2 + 1)
        for left in itertools.combinations(range(len(counts)), size)
    )


@quick
@given(st.lists(st.integers(1, 30), min_size=2, max_size=6), seeds)
def test_huffman_tree_is_optimal_and_its_leaves_sum_to_one(counts, seed):
    paths = we.huffman_paths(np.array(counts))
    lengths = np.array([len(path) for path in paths])
    assert lengths @ counts == cheapest_tree(counts)
    assert np.sum(0.5**lengths) == 1
    assert {node for path in paths for node, _ in path} == set(range(len(counts) - 1))
    assert {branch for path in paths for _, branch in path} == {-1, 1}
    rng = np.random.default_rng(seed)
    nodes, h = rng.normal(size=(len(counts) - 1, D)), rng.normal(size=D)
    p = [we.hierarchical_softmax(h, nodes, path) for path in paths]
    assert min(p) > 0
    assert sum(p) == pytest.approx(1)


def test_huffman_paths_start_at_the_root_and_share_prefixes():
    paths = we.huffman_paths(np.array([8.0, 4.0, 2.0, 1.0]))
    assert [len(path) for path in paths] == [1, 2, 3, 3]
    assert {path[0][0] for path in paths} == {0}
    assert [[node for node, _ in path] for path in paths] == [
        [0],
        [0, 1],
        [0, 1, 2],
        [0, 1, 2],
    ]
    assert paths[2][:2] == paths[3][:2]
    assert paths[2][2][1] == -paths[3][2][1]


def test_hierarchical_softmax_multiplies_the_branches():
    h = np.array([1.0, 2.0])
    nodes = np.array([[0.5, 0.0], [0.0, -1.0]])
    expected = 1 / (1 + np.exp(-0.5)) * (1 - 1 / (1 + np.exp(2)))
    path = [(0, 1), (1, -1)]
    assert we.hierarchical_softmax(h, nodes, path) == pytest.approx(expected)


def test_a_tree_needs_two_words():
    with pytest.raises(ValueError, match="^a tree needs at least two words$"):
        we.huffman_paths(np.array([3.0]))
    assert [len(path) for path in we.huffman_paths(np.array([3.0, 1.0]))] == [1, 1]


# -------------------------------------------------------- expected loss, PMI


def toy_counts(seed, rows=5, columns=4, low=1):
    return np.random.default_rng(seed).integers(low, 20, (rows, columns)) * 1.0


def test_expected_loss_averages_the_loss_of_single_pairs():
    counts = toy_counts(0, W, W, low=0)
    noise = we.noise_distribution(counts.sum(0))
    V, U = tables(3)
    k = 3
    loss, dV, dU = 0.0, np.zeros_like(V), np.zeros_like(U)
    for w, c, n in itertools.product(range(W), repeat=3):
        weight = counts[w, c] * noise[n]  # k equal negatives stand for k draws
        pair, none = np.array([n] * k), np.array([], dtype=np.int64)
        assert len(none) == 0
        one = we.skip_gram(V, U, w, c, pair)
        loss, dV, dU = (
            total + weight * part
            for total, part in zip((loss, dV, dU), one, strict=True)
        )
    for own, expected in zip(
        we.sgns(V, U, counts, noise, k), (loss, dV, dU), strict=True
    ):
        np.testing.assert_allclose(own, expected, rtol=1e-9)


def test_expected_loss_gradient_against_finite_differences_and_default_k():
    counts = toy_counts(1)
    noise = we.noise_distribution(counts.sum(0))
    V, U = np.random.default_rng(4).normal(size=(5, 2)), tables(5, 4, 2)[0]
    loss, dV, dU = we.sgns(V, U, counts, noise)
    assert loss == we.sgns(V, U, counts, noise, 5)[0]
    by_V, by_U = numeric(lambda v, u: we.sgns(v, u, counts, noise)[0], V, U)
    np.testing.assert_allclose(dV, by_V, rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(dU, by_U, rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("k", [1, 5])
def test_shifted_pmi_is_where_the_loss_is_flat(k):
    counts = toy_counts(2)
    optimum = we.shifted_pmi(counts, k)
    U = np.eye(4)  # then V U' = V: any matrix of scores is possible
    unigram = counts.sum(0) / counts.sum()
    _, dV, _ = we.sgns(optimum, U, counts, unigram, k)
    np.testing.assert_allclose(dV, 0, atol=1e-10)
    slope = approx_fprime(
        optimum.ravel(),
        lambda v: we.sgns(v.reshape(5, 4), U, counts, unigram, k)[0],
    )
    np.testing.assert_allclose(slope, 0, atol=1e-3)


def test_pmi_of_independent_words_is_zero_and_of_unseen_pairs_minus_infinity():
    np.testing.assert_allclose(
        we.shifted_pmi(np.outer([1.0, 2, 3], [4.0, 5])), 0, atol=1e-12
    )
    with np.errstate(all="raise"):
        pmi = we.shifted_pmi(np.array([[0.0, 2.0], [1.0, 1.0]]), k=2)
    assert pmi[0, 0] == -np.inf
    assert pmi[0, 1] == pytest.approx(np.log(2 * 4 / (2 * 3)) - np.log(2))


# ---------------------------------------------------------------------- GloVe


@quick
@given(st.lists(st.integers(0, 4), min_size=1, max_size=9), st.integers(1, 4))
def test_cooccurrence_sums_inverse_distances_of_both_sides(tokens, window):
    expected = np.zeros((5, 5))
    for i, j in itertools.permutations(range(len(tokens)), 2):
        if abs(i - j) <= window:
            expected[tokens[i], tokens[j]] += 1 / abs(i - j)
    X = we.cooccurrence(np.array(tokens), 5, window)
    np.testing.assert_allclose(X, expected, atol=1e-12)


def test_glove_weight_is_capped_and_has_the_published_defaults():
    X = np.array([0.0, 1, 50, 100, 101, 1e9])
    expected = [0, 0.01**0.75, 0.5**0.75, 1, 1, 1]
    np.testing.assert_allclose(we.glove_weight(X), expected)
    np.testing.assert_allclose(we.glove_weight(X, x_max=50, alpha=1)[1:3], [0.02, 1])


def glove_loss(V, U, b, c, X):
    """The sum over seen pairs, one by one."""
    return sum(
        min(1, X[i, j] / 100) ** 0.75
        * (V[i] @ U[j] + b[i] + c[j] - np.log(X[i, j])) ** 2
        for i, j in zip(*np.nonzero(X), strict=True)
    )


def test_glove_loss_and_gradients_against_finite_differences():
    rng = np.random.default_rng(6)
    X = rng.integers(0, 4, (5, 4)) * 60.0  # zeros, below and above x_max
    X[0, 0], X[1, 1] = 0.5, 1.0  # counts weighted by distance
    arrays = [rng.normal(size=s) for s in ((5, 2), (4, 2), 5, 4)]
    loss, gradients = we.glove(*arrays, X)
    assert loss == pytest.approx(glove_loss(*arrays, X))
    expected = numeric(lambda *a: glove_loss(*a, X), *arrays)
    for own, numerical in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(own, numerical, atol=1e-6)


def test_glove_is_zero_where_the_log_counts_are_fitted():
    X = toy_counts(7)
    b, c = np.full(5, 0.3), np.arange(4.0)
    V = np.log(X) - b[:, None] - c
    loss, gradients = we.glove(V, np.eye(4), b, c, X)
    assert loss == pytest.approx(0, abs=1e-20)
    for gradient in gradients:
        np.testing.assert_allclose(gradient, 0, atol=1e-12)


# ------------------------------------------------------------ n-grams, mixing


@quick
@given(st.text("abc", min_size=1, max_size=9), st.integers(1, 3), st.integers(0, 3))
def test_ngrams_are_all_substrings_of_the_marked_word(word, low, more):
    text = f"<{word}>"
    expected = {
        text[i:j]
        for i, j in itertools.combinations(range(len(text) + 1), 2)
        if low <= j - i <= low + more
    } | {text}
    grams = we.character_ngrams(word, low, low + more)
    assert len(grams) == len(set(grams))
    assert set(grams) == expected


def test_ngrams_have_three_to_six_letters():
    assert {len(g) for g in we.character_ngrams("handbooks")} == {3, 4, 5, 6, 11}
    assert "her" in we.character_ngrams("where")
    assert "<her>" not in we.character_ngrams("where")


def test_scalar_mix_is_torch_softmax_weighted_sum():
    rng = np.random.default_rng(8)
    layers, s = rng.normal(size=(3, 4, 2)), np.array([800.0, 801.0, 799.0])
    share = torch.softmax(torch.tensor(s), 0)[:, None, None]
    expected = (share * torch.tensor(layers)).sum(0)
    with np.errstate(over="raise"):
        np.testing.assert_allclose(we.scalar_mix(layers, s), expected)
    np.testing.assert_allclose(we.scalar_mix(layers, s, 2.5), 2.5 * expected)
    np.testing.assert_array_equal(s, [800, 801, 799])


# ------------------------------------------------------ geometry, analogies


def cosine(a, b):
    return a @ b / np.sqrt((a @ a) * (b @ b))


def test_unit_vectors_and_mean_cosine_by_brute_force():
    vectors = tables(9)[0] + 1
    np.testing.assert_allclose((we.unit(vectors) ** 2).sum(1), 1)
    np.testing.assert_allclose(
        we.unit(vectors[0]), vectors[0] / np.hypot.reduce(vectors[0])
    )
    pairs = itertools.combinations(vectors, 2)
    expected = np.mean([cosine(a, b) for a, b in pairs])
    assert we.mean_cosine(vectors) == pytest.approx(expected)
    assert we.mean_cosine(np.ones((4, 2))) == pytest.approx(1)
    assert we.mean_cosine(np.eye(3)) == pytest.approx(0)


def test_all_but_the_top_removes_the_mean_and_the_largest_directions():
    vectors = np.random.default_rng(10).normal(size=(40, 4)) * [9, 5, 1, 0.5] + 20
    centered = vectors - vectors.mean(0)
    for n in range(4):
        rest = we.all_but_the_top(vectors, n)
        np.testing.assert_allclose(rest.mean(0), 0, atol=1e-12)
        singular = np.linalg.svd(centered)[1]
        np.testing.assert_allclose(
            np.linalg.svd(rest)[1], [*singular[n:], *[0] * n], atol=1e-9
        )


def test_analogy_is_the_best_cosine_with_the_offset():
    rng = np.random.default_rng(11)
    E = rng.normal(size=(30, 4)) * rng.uniform(0.1, 9, (30, 1))
    differ = 0
    for a, b, c in rng.integers(0, 30, (60, 3)):
        N = [e / np.sqrt(e @ e) for e in E]
        aim = N[b] - N[a] + N[c]
        score = [cosine(e, aim) for e in E]
        others = [i for i in range(30) if i not in (a, b, c)]
        assert we.analogy(E, a, b, c) == max(others, key=score.__getitem__)
        assert we.analogy(E, a, b, c, exclude=False) == np.argmax(score)
        differ += we.analogy(E, a, b, c, exclude=False) in (a, b, c)
    assert differ > 0


def test_association_and_effect_size_by_their_definition():
    rng = np.random.default_rng(12)
    x, y, a, b = (rng.normal(size=(n, 3)) for n in (4, 3, 2, 5))
    s = [
        np.mean([cosine(w, v) for v in a]) - np.mean([cosine(w, v) for v in b])
        for w in [*x, *y]
    ]
    np.testing.assert_allclose(we.association(x, a, b), s[:4])
    expected = (np.mean(s[:4]) - np.mean(s[4:])) / np.std(s, ddof=1)
    assert we.weat(x, y, a, b) == pytest.approx(expected)


def test_neutralized_vectors_are_orthogonal_to_the_direction_and_nothing_else():
    vectors, g = tables(13)[0], np.array([1.0, 2.0, -2.0])
    rest = we.neutralize(vectors, g)
    np.testing.assert_allclose(rest @ g, 0, atol=1e-12)
    np.testing.assert_allclose(we.neutralize(rest, g), rest)
    removed = vectors - rest
    np.testing.assert_allclose(removed, np.outer(removed @ g / 9, g), atol=1e-12)
    np.testing.assert_allclose(we.neutralize(vectors[0], g), rest[0])


# ----------------------------------------------------------------- toy corpus


def test_toy_corpus_puts_each_person_among_its_own_contexts():
    corpus = we.toy_corpus(sentences=60, seed=1)
    assert len(corpus) == 60 * len(we.PEOPLE)
    men = Counter()
    for i, sentence in enumerate(corpus):
        person = list(we.PEOPLE)[i % len(we.PEOPLE)]
        assert person in sentence
        assert len(sentence) == 4
        gender, *rest = we.PEOPLE[person]
        kinds = {
            kind
            for word in sentence
            for kind, words in we.CONTEXTS.items()
            if word in words.split()
        }
        assert set(rest) < kinds
        (own,) = kinds - set(rest)
        if "%" in gender:
            men[person] += own == "male"
        else:
            assert own == gender
    assert men["engineer"] / 60 == pytest.approx(0.9, abs=0.12)
    assert men["nurse"] / 60 == pytest.approx(0.1, abs=0.12)
    assert len({sentence.index("king") for sentence in corpus[::10]}) == 4
    assert corpus == we.toy_corpus(60, 1) != we.toy_corpus(60, 2)
    assert len(we.toy_corpus()) == 1000
    assert we.toy_corpus() == we.toy_corpus(seed=0)


def test_count_pairs_counts_neighbors_of_each_sentence():
    corpus = [["b", "a", "c"], ["a", "b"]]
    vocabulary, counts = we.count_pairs(corpus, window=1)
    assert vocabulary == ["a", "b", "c"]
    np.testing.assert_array_equal(counts, [[0, 2, 1], [2, 0, 0], [1, 0, 0]])


def test_training_descends_to_shifted_pmi_and_uses_its_arguments():
    counts = toy_counts(14, 6, 6)
    V, U = we.train(counts, d=6, k=2, power=1, steps=3000)
    np.testing.assert_allclose(V @ U.T, we.shifted_pmi(counts, 2), atol=0.05)
    start = np.random.default_rng(0).normal(0, 0.1, (2, 6, 8))
    np.testing.assert_array_equal(np.stack(we.train(counts, steps=0)), start)
    share = counts / counts.sum()
    noise = we.noise_distribution(counts.sum(0))
    _, dV, dU = we.sgns(*start, share, noise, 5)
    np.testing.assert_allclose(
        np.stack(we.train(counts, steps=1)), start - 5 * np.stack([dV, dU])
    )
    np.testing.assert_array_equal(we.train(counts), we.train(counts, 8, 5, 0.75, 600))


def test_toy_analogies_change_two_different_features():
    quads = we.toy_analogies()
    assert len(set(quads)) == len(quads) == 48
    for a, b, c, d in quads:
        A, B, C, E = (we.PEOPLE[word] for word in (a, b, c, d))
        first = [i for i in range(3) if A[i] != B[i]]
        second = [i for i in range(3) if A[i] != C[i]]
        assert len(first) == len(second) == 1
        assert first != second
        assert [i for i in range(3) if C[i] != E[i]] == first
        assert [i for i in range(3) if B[i] != E[i]] == second


def test_projection_reduces_the_association_of_the_jobs():
    bias = we.toy_bias()
    vocabulary, counts = we.count_pairs(we.toy_corpus(), window=3)
    V, _ = we.train(counts)
    row = {word: V[i] for i, word in enumerate(vocabulary)}
    men = [row[w] for w in ("king", "prince", "man", "boy")]
    women = [row[w] for w in ("queen", "princess", "woman", "girl")]
    assert list(bias) == ["engineer", "nurse"]
    for job, (before, after) in bias.items():
        expected = np.mean([cosine(row[job], v) for v in men]) - np.mean(
            [cosine(row[job], v) for v in women]
        )
        assert before == pytest.approx(expected)
        assert abs(after) < abs(before) / 3
    assert bias["engineer"][0] > 0 > bias["nurse"][0]
