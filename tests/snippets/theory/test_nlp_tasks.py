"""Oracles: scikit-learn for tf-idf, PyTorch for gradients, sacrebleu for BLEU."""

import itertools
import math

import networkx as nx
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics import BLEU
from sklearn.feature_extraction.text import TfidfVectorizer

from snippets.theory import nlp_tasks as nlp

quick = settings(deadline=None, max_examples=40)
seeds = st.integers(0, 10_000)
sentence = st.lists(st.sampled_from("abcd"), min_size=1, max_size=9)
NLTK_1 = (
    "It is a guide to action which ensures that the military always obeys the "
    "commands of the party"
)
NLTK_2 = "he read the book because he was interested in world history"
NLTK_2_REFERENCE = "he was interested in world history because he read the book"
NLTK_1_REFERENCES = (
    "It is a guide to action that ensures that the military will forever heed "
    "Party commands",
    "It is the guiding principle which guarantees the military forces always "
    "being under the command of the Party",
    "It is the practical guide for the army always to heed the directions of the party",
)


def tensor(array):
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


def words(text):
    return text.lower().split()


# Text to features


def test_normalize_unifies_encodings_of_the_same_text():
    assert nlp.normalize("e\u0301") == nlp.normalize("é") == "é"
    assert nlp.normalize(" Ａ\ufeff\u00adb\t\nc ") == "Ab c"
    assert nlp.normalize("") == ""


@quick
@given(st.text(st.characters(max_codepoint=0x2FF)))
def test_normalizing_twice_changes_nothing(text):
    once = nlp.normalize(text)
    assert nlp.normalize(once) == once
    assert "  " not in once
    assert once == once.strip()


@quick
@given(st.lists(sentence, min_size=1, max_size=6))
def test_tf_idf_is_scikit_learn_s(documents):
    vocabulary, X = nlp.tf_idf(documents)
    vectorizer = TfidfVectorizer(token_pattern=r"\S+")
    expected = vectorizer.fit_transform([" ".join(d) for d in documents])
    assert vocabulary == vectorizer.get_feature_names_out().tolist()
    np.testing.assert_allclose(X, expected.toarray(), atol=1e-12)


def test_an_empty_document_has_a_row_of_zeros():
    _, X = nlp.tf_idf([[], ["a"]])
    np.testing.assert_array_equal(X, [[0], [1]])


# Pooling


@quick
@given(seeds)
def test_pooling_and_its_gradients_are_pytorch_s(seed):
    rng = np.random.default_rng(seed)
    N, T, C = 3, 6, 4
    H, dY = rng.normal(size=(N, T, C)), rng.normal(size=(N, C))
    length = rng.integers(1, T + 1, N)
    mask = np.arange(T) < length[:, None]
    top, position, mean = nlp.pool_over_time(H, mask)
    t = tensor(H)
    real = torch.tensor(mask)[:, :, None]
    oracle = t.masked_fill(~real, -torch.inf).amax(dim=1)
    np.testing.assert_allclose(top, oracle.detach())
    oracle.backward(torch.tensor(dY))
    np.testing.assert_allclose(nlp.max_pool_backward(dY, position, T), t.grad)
    t = tensor(H)
    average = torch.stack([t[i, :n].mean(dim=0) for i, n in enumerate(length)])
    np.testing.assert_allclose(mean, average.detach())
    average.backward(torch.tensor(dY))
    spread = nlp.mean_pool_backward(dY, mask)
    np.testing.assert_allclose(spread, t.grad)
    np.testing.assert_allclose(spread.sum(axis=1), dY)


def test_ties_go_to_the_first_winner_as_in_max_pool1d_while_amax_splits():
    H = np.array([[[1.0], [2.0], [2.0], [0.0]]])
    _, position, _ = nlp.pool_over_time(H, np.ones((1, 4), bool))
    gradient = nlp.max_pool_backward(np.ones((1, 1)), position, 4)[0, :, 0]
    t = tensor(H[:, :, 0])
    torch.nn.functional.max_pool1d(t[None], 4).sum().backward()
    np.testing.assert_array_equal(gradient, t.grad[0])
    t = tensor(H[:, :, 0])
    t.amax(dim=1).sum().backward()
    np.testing.assert_array_equal(t.grad[0], [0, 0.5, 0.5, 0])


def test_a_text_of_padding_is_refused():
    with pytest.raises(
        ValueError, match=r"^every text needs at least one real position$"
    ):
        nlp.pool_over_time(np.zeros((2, 1, 1)), np.array([[True], [False]]))


def test_filter_gradients_of_the_page():
    rng = np.random.default_rng(1)
    T, d, k, C = 9, 3, 2, 5
    x = rng.normal(size=(T, d))
    windows = np.array([x[t : t + k].ravel() for t in range(T - k + 1)])
    w, b, delta = rng.normal(size=(C, k * d)), rng.normal(size=C), rng.normal(size=C)
    a = windows @ w.T + b
    n = len(windows)
    for pool, weight in (
        (lambda h: h.amax(dim=0), np.arange(n)[:, None] == a.argmax(axis=0)),
        (lambda h: h.mean(dim=0), np.full((n, C), 1 / n)),
    ):
        t = tensor(w)
        h = torch.relu(torch.tensor(windows) @ t.T + torch.tensor(b))
        pool(h).backward(torch.tensor(delta))
        expected = (weight * (a > 0) * delta).T @ windows
        np.testing.assert_allclose(expected, t.grad)


# fastText


def test_features_mark_the_borders_of_words():
    assert nlp.features("Ab c", n=2) == ["<ab>", "<a", "ab", "b>", "<c>", "<c", "c>"]
    assert nlp.features("a", n=3) == ["<a>", "<a>"]
    assert nlp.features("") == []


def test_bags_are_means_over_known_features():
    X = nlp.bags([["a", "b", "a", "new"], ["new"], [], ["b"]], {"a": 0, "b": 1})
    np.testing.assert_allclose(X, [[2 / 3, 1 / 3], [0, 0], [0, 0], [0, 1]])
    bag = torch.nn.EmbeddingBag(2, 3, mode="mean", dtype=torch.float64)
    expected = bag(torch.tensor([[0, 1, 0]]))[0].detach()
    np.testing.assert_allclose(X[0] @ bag.weight.detach().numpy(), expected)


@quick
@given(seeds)
def test_fasttext_gradients_are_pytorch_s(seed):
    rng = np.random.default_rng(seed)
    X, E, W = rng.random((5, 7)), rng.normal(size=(7, 3)), rng.normal(size=(3, 4))
    y = rng.integers(0, 4, 5)
    loss, dE, dW = nlp.fasttext_gradients(X, np.eye(4)[y], E, W)
    e, w = tensor(E), tensor(W)
    logits = torch.tensor(X) @ e @ w
    oracle = torch.nn.functional.cross_entropy(logits, torch.tensor(y))
    oracle.backward()
    assert loss == pytest.approx(float(oracle.detach()))
    np.testing.assert_allclose(dE, e.grad, atol=1e-12)
    np.testing.assert_allclose(dW, w.grad, atol=1e-12)


def test_the_corpus_is_parallel_and_split_without_overlap():
    sizes = {len(texts) for texts in nlp.ARTICLES.values()}
    assert sizes == {9}
    for text in itertools.chain(*nlp.ARTICLES.values()):  # sentences, none cut
        assert text[0].isupper()
        assert text[1].islower()
        assert text.endswith(".")
        assert text == nlp.normalize(text)
    for article in range(9):
        train, test, y = nlp.language_corpus(article)
        assert [t[article] for t in nlp.ARTICLES.values()] == train
        assert not set(train) & set(test)
        np.testing.assert_array_equal(np.bincount(y), [8, 8, 8, 8])
        for text, label in zip(test, y, strict=True):
            assert text in list(nlp.ARTICLES.values())[label]


def test_unseen_words_by_counting():
    shares = []
    for article in range(9):
        seen, unseen = 0, 0
        known = {w for t in nlp.ARTICLES.values() for w in words(t[article])}
        for texts in nlp.ARTICLES.values():
            for text in texts[:article] + texts[article + 1 :]:
                for word in words(text):
                    seen, unseen = seen + (word in known), unseen + (word not in known)
        shares.append(unseen / (seen + unseen))
    assert nlp.unseen_words() == pytest.approx(sum(shares) / 9)


def test_the_classifier_beats_a_constant_guess_and_subwords_help():
    with_subwords = nlp.language_accuracy(subwords=True)
    assert with_subwords > nlp.language_accuracy(subwords=False) > 0.25
    assert with_subwords > 0.85
    assert nlp.language_accuracy(subwords=True, steps=0) < 0.6  # training is needed


# Matching and contrastive prediction


@quick
@given(seeds, st.integers(1, 6))
def test_in_batch_loss_is_pytorch_s_cross_entropy(seed, N):
    Q, D = np.random.default_rng(seed).normal(size=(2, N, 4))
    q, d = torch.tensor(Q), torch.tensor(D)
    cosine = torch.nn.functional.cosine_similarity(q[:, None], d[None], dim=2)
    labels = torch.arange(N)
    for temperature in (0.05, 1.0):
        oracle = torch.nn.functional.cross_entropy(cosine / temperature, labels)
        loss = nlp.in_batch_loss(Q, D, temperature)
        assert loss == pytest.approx(float(oracle), abs=1e-9)
    assert nlp.in_batch_loss(Q, D) == nlp.in_batch_loss(Q, D, 0.05)
    scores = torch.tensor(np.random.default_rng(seed).normal(size=(N, N)))
    oracle = torch.nn.functional.cross_entropy(scores, labels)
    assert nlp.info_nce(scores.numpy()) == pytest.approx(float(oracle), abs=1e-12)


def test_info_nce_of_huge_scores_is_finite_and_of_equal_scores_log_n():
    assert nlp.info_nce(np.eye(3) * 1e4) == pytest.approx(0)
    assert nlp.info_nce(np.zeros((7, 7))) == pytest.approx(math.log(7))


@quick
@given(seeds)
def test_max_sim_is_a_sum_over_query_tokens(seed):
    rng = np.random.default_rng(seed)
    Q, D = rng.normal(size=(3, 4)), rng.normal(size=(5, 4))
    assert nlp.max_sim(Q, D) == pytest.approx(sum(max(q @ d for d in D) for q in Q))


def test_the_critic_is_the_log_ratio_of_gaussian_densities():
    from scipy.stats import multivariate_normal, norm

    rng, rho = np.random.default_rng(3), 0.6
    x, y = rng.normal(size=(2, 4, 2))
    joint = multivariate_normal(cov=[[1, rho], [rho, 1]])
    for i, j in itertools.product(range(4), repeat=2):
        pairs = np.stack([x[i], y[j]], axis=1)
        ratio = joint.logpdf(pairs) - norm.logpdf(x[i]) - norm.logpdf(y[j])
        score = nlp.gaussian_scores(x, y, rho)[i, j]
        assert score == pytest.approx(ratio.sum())


def test_information_is_the_mean_log_ratio():
    rng, rho, k = np.random.default_rng(5), 0.7, 3
    x, noise = rng.normal(size=(2, 1000, k))
    y = rho * x + math.sqrt(1 - rho**2) * noise
    estimate = np.diag(nlp.gaussian_scores(x, y, rho)).mean()
    assert nlp.gaussian_information(rho, k) == pytest.approx(estimate, abs=0.1)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9, 0.99])
def test_the_bound_stays_below_information_and_log_n_and_grows(rho):
    truth = nlp.gaussian_information(rho, 4)
    bounds = [nlp.nce_bound(rho, 4, N) for N in (2, 8, 32)]
    for bound, N in zip(bounds, (2, 8, 32), strict=True):
        assert bound <= min(truth + 0.02, math.log(N))
    assert bounds == sorted(bounds) or rho == 0
    if rho == 0:
        np.testing.assert_allclose(bounds, 0, atol=1e-12)


def test_a_bound_needs_its_batches():
    assert nlp.nce_bound(0.5, 1, 4) == nlp.nce_bound(0.5, 1, 4, batches=200)
    assert nlp.nce_bound(0.5, 1, 4) != nlp.nce_bound(0.5, 1, 4, batches=201)
    long = nlp.nce_bound(0.5, 1, 64, batches=500)  # N large: the bound is tight
    assert long == pytest.approx(nlp.gaussian_information(0.5, 1), abs=0.02)


# BM25


def brute_bm25(query, documents, k1, b):
    """The page's formula, word by word and document by document."""
    N, scores = len(documents), []
    mean = sum(map(len, documents)) / N
    for d in documents:
        score = 0.0
        for word in query:
            if word in d:
                n = sum(word in other for other in documents)
                K = k1 * (1 - b + b * len(d) / mean)
                idf = math.log(1 + (N - n + 0.5) / (n + 0.5))
                score += idf * (k1 + 1) * d.count(word) / (d.count(word) + K)
        scores.append(score)
    return scores


texts = st.lists(st.lists(st.sampled_from("abcd"), max_size=9), min_size=1, max_size=6)
k1s, shares = st.floats(0, 5), st.floats(0, 1)


@quick
@given(sentence, texts.filter(any), k1s, shares)
def test_bm25_by_brute_force(query, documents, k1, b):
    scores = nlp.bm25(query, documents, k1, b)
    np.testing.assert_allclose(scores, brute_bm25(query, documents, k1, b))
    default = brute_bm25(query, documents, 1.2, 0.75)
    np.testing.assert_allclose(nlp.bm25(query, documents), default)


@quick
@given(st.integers(1, 50), st.floats(0.1, 5), k1s, shares)
def test_saturation_grows_with_the_count_up_to_k1_plus_one(f, length, k1, b):
    weights = nlp.saturation(np.array([f, f + 1.0]), length, k1, b)
    assert 0 < weights[0] <= weights[1] + 1e-12
    assert weights[1] <= k1 + 1 + 1e-12
    K = k1 * (1 - b + b * length)  # the count that reaches half of the limit
    if K > 1e-6:
        half = nlp.saturation(np.array([K]), length, k1, b)
        assert half == pytest.approx((k1 + 1) / 2)
    # The defaults; one occurrence at mean length weighs one.
    once = nlp.saturation(np.array([1.0, f]))
    np.testing.assert_allclose(once, [1, 2.2 * f / (f + 1.2)])


@quick
@given(st.integers(1, 20), st.floats(0.1, 5), k1s, st.integers(2, 9))
def test_full_length_correction_sees_rates_and_none_sees_counts(f, length, k1, m):
    counts = np.array([float(f)])
    rate = nlp.saturation(counts, length, k1, 1)
    np.testing.assert_allclose(nlp.saturation(m * counts, m * length, k1, 1), rate)
    plain = nlp.saturation(counts, length, k1, 0)
    np.testing.assert_allclose(nlp.saturation(counts, m * length, k1, 0), plain)
    np.testing.assert_allclose(nlp.saturation(counts, length, 0, 0.5), 1)
    np.testing.assert_allclose(nlp.saturation(counts, length, 1e9, 0), f, rtol=1e-6)


def test_the_unsaturated_example_is_counts_times_idf():
    error, code = math.log(1 + 2.5 / 2.5), math.log(1 + 3.5 / 1.5)
    found = nlp.bm25_examples()["counts times idf"]
    assert found == [round(error + code, 2), round(3 * error, 2), 0, 0]


def test_words_in_every_document_still_have_a_positive_weight():
    assert (nlp.bm25(["a"], [["a"], ["a", "b"]]) > 0).all()


@pytest.mark.parametrize("documents", [[], [[]], [[], []]])
def test_bm25_needs_a_word_somewhere(documents):
    with pytest.raises(ValueError, match=r"^at least one document needs a word$"):
        nlp.bm25(["a"], documents)


# BLEU


def brute_matches(hypothesis, references, n):
    """Strike out: each reference n-gram may serve one hypothesis n-gram."""

    def grams(tokens):
        return [tuple(tokens[i : i + n]) for i in range(max(0, len(tokens) - n + 1))]

    matched = 0
    for gram in set(grams(hypothesis)):
        allowed = max(grams(r).count(gram) for r in references)
        matched += min(allowed, grams(hypothesis).count(gram))
    return matched, len(grams(hypothesis))


def brute_bleu(hypotheses, references, max_n):
    precisions = []
    for n in range(1, max_n + 1):
        counts = [
            brute_matches(h, r, n) for h, r in zip(hypotheses, references, strict=True)
        ]
        matched, total = map(sum, zip(*counts, strict=True))
        precisions.append(matched / total if total else 0.0)
    c = sum(map(len, hypotheses))
    r = 0
    for hypothesis, refs in zip(hypotheses, references, strict=True):
        lengths = sorted(map(len, refs))
        r += min(lengths, key=lambda size, h=hypothesis: abs(size - len(h)))
    penalty = 1.0 if c > r else math.exp(1 - r / c)
    return penalty * math.prod(precisions) ** (1 / max_n)


@quick
@given(
    st.lists(
        st.tuples(sentence, st.lists(sentence, min_size=1, max_size=3)),
        min_size=1,
        max_size=4,
    ),
    st.integers(1, 4),
)
def test_bleu_by_brute_force(pairs, max_n):
    hypotheses, references = zip(*pairs, strict=True)
    score = nlp.bleu(hypotheses, references, max_n)
    assert score == pytest.approx(brute_bleu(hypotheses, references, max_n), abs=1e-12)
    assert 0 <= score <= 1 + 1e-12


def sacrebleu(hypotheses, references, max_n=4):
    """Score of the package on tokens as they are: no smoothing, no tokenizer."""
    metric = BLEU(
        smooth_method="none", tokenize="none", max_ngram_order=max_n, force=True
    )
    lines = [[" ".join(r) for r in refs] for refs in references]
    # One stream for the first references, one for the second ...; None where none.
    streams = [list(column) for column in itertools.zip_longest(*lines)]
    return metric.corpus_score([" ".join(h) for h in hypotheses], streams).score / 100


corpus = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abc"), max_size=12),
        st.lists(
            st.lists(st.sampled_from("abc"), min_size=1, max_size=12),
            min_size=1,
            max_size=4,
        ),
    ),
    min_size=1,
    max_size=5,
)


@settings(deadline=None, max_examples=50)
@given(corpus, st.integers(1, 4))
def test_bleu_is_sacrebleu_s_on_random_tokens(pairs, max_n):
    hypotheses, references = zip(*pairs, strict=True)
    score = nlp.bleu(hypotheses, references, max_n)
    expected = sacrebleu(hypotheses, references, max_n)
    assert score == pytest.approx(expected, rel=1e-9, abs=1e-15)


@settings(deadline=None, max_examples=50)
@given(seeds, st.integers(1, 3))
def test_bleu_is_sacrebleu_s_on_edited_sentences(seed, how_many):
    """Long sentences with a few edits, so that every order has matches."""
    rng = np.random.default_rng(seed)
    hypotheses, references = [], []
    for _ in range(4):
        sentence = list(rng.choice(list("abcdefgh"), rng.integers(12, 25)))
        edited = []
        for _ in range(how_many):
            start, end = rng.integers(0, 4), len(sentence) - rng.integers(0, 4)
            copy = sentence[start:end] + list(rng.choice(list("ab"), rng.integers(4)))
            copy[rng.integers(len(copy) // 2)] = "new"
            edited.append(copy)
        hypotheses.append(sentence)
        references.append(edited)
    expected = sacrebleu(hypotheses, references)
    assert 0 < expected < 1
    assert nlp.bleu(hypotheses, references) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("hypothesis", "references", "above_zero"),
    [
        pytest.param(NLTK_1, NLTK_1_REFERENCES, True, id="three references"),
        pytest.param(NLTK_1[:60], NLTK_1_REFERENCES, True, id="too short"),
        pytest.param("a b c d e", ["a b c d", "a b c d e f"], True, id="tie below"),
        pytest.param("a b c d e", ["a b c d e f", "a b c d"], True, id="tie above"),
        pytest.param("a b c d e", ["a b c d e f g", "a b c x"], True, id="nearer"),
        pytest.param("a b c d", ["a b c d"], True, id="equal"),
        pytest.param("a b c d e f", ["a b c d"], True, id="too long"),
        pytest.param("a a a a a", ["a a a a", "a a b a a a"], True, id="clipped"),
        pytest.param("a b c", ["a b c"], False, id="shorter than an order"),
        pytest.param("a b c d", ["a b c e"], False, id="no match of four"),
        pytest.param("a b", ["c d"], False, id="nothing in common"),
        pytest.param("", ["a b c d"], False, id="empty"),
        pytest.param("Cat , sat . on it", ["cat , sat . on it"], True, id="case"),
    ],
)
def test_bleu_is_sacrebleu_s(hypothesis, references, above_zero):
    pair = [hypothesis.split()], [[r.split() for r in references]]
    score, expected = nlp.bleu(*pair), sacrebleu(*pair)
    assert (expected > 0) == above_zero
    assert score == pytest.approx(expected, rel=1e-9, abs=0)


def test_bleu_is_sacrebleu_s_when_sentences_differ_in_references():
    hypotheses = [words(NLTK_1), words(NLTK_2), list("abc")]
    references = [
        [words(r) for r in NLTK_1_REFERENCES],
        [words(NLTK_2_REFERENCE)],
        [list("ab"), list("abcd")],
    ]
    for max_n in (1, 2, 3, 4):
        expected = sacrebleu(hypotheses, references, max_n)
        score = nlp.bleu(hypotheses, references, max_n)
        assert score == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("hypothesis", "n", "matched", "total"),
    [  # Papineni et al. (2002), section 2.1
        (NLTK_1, 1, 17, 18),
        (NLTK_1, 2, 10, 17),
        (
            "It is to insure the troops forever hearing the activity guidebook "
            "that party direct",
            1,
            8,
            14,
        ),
        (
            "It is to insure the troops forever hearing the activity guidebook "
            "that party direct",
            2,
            1,
            13,
        ),
    ],
)
def test_counts_of_the_paper(hypothesis, n, matched, total):
    references = [words(r) for r in NLTK_1_REFERENCES]
    assert nlp.matches(words(hypothesis), references, n) == matched
    assert nlp.ngrams(words(hypothesis), n).total() == total


def test_corpus_bleu_published_by_nltk():
    hypotheses = [
        NLTK_1.split(),
        NLTK_2.split(),
    ]
    references = [
        [r.split() for r in NLTK_1_REFERENCES],
        [NLTK_2_REFERENCE.split()],
    ]
    single = nlp.bleu(hypotheses[:1], references[:1])
    assert single == pytest.approx(0.5045666840058485)
    assert nlp.bleu(hypotheses, references) == pytest.approx(0.5920778868801042)


def test_bleu_worked_by_hand():
    reference = list("abcdef")
    assert nlp.bleu([reference], [[reference]]) == pytest.approx(1)
    assert nlp.bleu([list("abcde")], [[reference]]) == pytest.approx(math.exp(-0.2))
    # 6/7, 5/6, 4/5, 3/4 and no brevity penalty for too long a hypothesis
    longer = nlp.bleu([list("abcdefx")], [[reference]])
    assert longer == pytest.approx((6 / 7 * 5 / 6 * 4 / 5 * 3 / 4) ** 0.25)
    assert nlp.bleu([list("abc")], [[reference]]) == 0
    # Of references of 4 and 6 tokens, the shorter counts for 5: no penalty.
    tied = nlp.bleu([list("abcde")], [[list("abcd"), list("abcdef")]])
    assert tied == pytest.approx(1)


@quick
@given(st.lists(sentence, min_size=1, max_size=4), seeds)
def test_order_of_sentences_does_not_matter_to_bleu(texts, seed):
    references = [[[*text[::-1], "a"]] for text in texts]
    order = np.random.default_rng(seed).permutation(len(texts))
    shuffled = nlp.bleu([texts[i] for i in order], [references[i] for i in order], 2)
    assert shuffled == pytest.approx(nlp.bleu(texts, references, 2))


def test_bleu_needs_references_for_each_hypothesis():
    with pytest.raises(ValueError, match="shorter"):
        nlp.bleu([["a"], ["b"]], [[["a"]]])


# Graphs


def as_networkx(graph):
    G = nx.Graph()
    G.add_nodes_from(graph)
    G.add_edges_from((a, b) for a, near in graph.items() for b in near)
    return G


@quick
@given(st.lists(sentence, min_size=1, max_size=4), st.integers(1, 3))
def test_cooccurrence_edges_by_force(sentences, window):
    graph = nlp.cooccurrence_graph(sentences, window)
    edges = {
        frozenset((s[i], s[j]))
        for s in sentences
        for i, j in itertools.combinations(range(len(s)), 2)
        if j - i <= window and s[i] != s[j]
    }
    assert {frozenset((a, b)) for a, near in graph.items() for b in near} == edges
    assert set(graph) == {word for s in sentences for word in s}
    assert nlp.size(graph) == (len(graph), len(edges))


def test_the_default_window_joins_neighbors_only():
    assert nlp.cooccurrence_graph([list("abc")]) == {
        "a": {"b"},
        "b": {"a", "c"},
        "c": {"b"},
    }


@quick
@given(st.integers(3, 12), seeds, st.data())
def test_statistics_are_networkx_s(nodes, seed, data):
    edges = data.draw(st.integers(1, nodes * (nodes - 1) // 2))
    graph = nlp.random_graph(nodes, edges, seed)
    G = as_networkx(graph)
    assert nlp.size(graph) == (nodes, edges) == (len(G), G.number_of_edges())
    assert nx.number_of_selfloops(G) == 0
    assert nlp.clustering(graph) == pytest.approx(nx.average_clustering(G))
    steps = [
        distance
        for _, lengths in nx.all_pairs_shortest_path_length(G)
        for distance in lengths.values()
        if distance > 0
    ]
    assert nlp.mean_distance(graph) == pytest.approx(np.mean(steps))


def test_random_graphs_are_seeded():
    assert nlp.random_graph(9, 9) == nlp.random_graph(9, 9, 0)
    assert nlp.random_graph(9, 9) != nlp.random_graph(9, 9, 1)
    assert set(nlp.random_graph(3, 0)) == {"0", "1", "2"}


def test_the_declaration_is_a_small_world_with_hubs():
    tokens = nlp.declaration()
    assert len(tokens) == len(nlp.PREAMBLE) + len(nlp.ARTICLES["en"]) == 16
    assert all(word.isalpha() and word.islower() for line in tokens for word in line)
    G = as_networkx(nlp.cooccurrence_graph(tokens))
    assert nx.is_connected(G)
    found = nlp.declaration_statistics()
    assert found["clustering"][0] == round(nx.average_clustering(G), 2)
    assert found["mean distance"][0] == round(nx.average_shortest_path_length(G), 2)
    assert found["clustering"][0] > 5 * found["clustering"][1]
    assert found["mean distance"][0] < found["mean distance"][1]
    assert found["largest degree"][0] > 3 * found["largest degree"][1]


def test_shuffling_keeps_the_hubs_but_loses_clustering():
    found = nlp.declaration_statistics()
    shuffled = nlp.shuffled_statistics()
    assert shuffled == nlp.shuffled_statistics(20) != nlp.shuffled_statistics(3)
    assert shuffled["largest degree"] > 3 * found["largest degree"][1]
    assert found["clustering"][1] < shuffled["clustering"] < found["clustering"][0]
    assert shuffled["mean distance"] < found["mean distance"][1]
