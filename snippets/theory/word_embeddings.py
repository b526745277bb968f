"""Embedding lookup, word2vec, GloVe, subwords, isotropy, analogies and bias.

Numbers quoted on the page that need no function of their own:

Values and megabytes (float32) of one table of 100,000 vectors of width 300, and
multiply-adds of one skip-gram pair: full softmax, 5 negatives, their ratio:

>>> 100_000 * 300, 100_000 * 300 * 4 / 1e6
(30000000, 120.0)
>>> 100_000 * 300, (1 + 5) * 300, round(100_000 / 6)
(30000000, 1800, 16667)

ELMo's mean error reduction on SQuAD, F1 81.1 to 85.8:

>>> f"{1 - (100 - 85.8) / (100 - 81.1):.1%}"
'24.9%'
"""

import heapq
import itertools

import numpy as np
from numpy.typing import NDArray

from snippets import Array

Ints = NDArray[np.int64]


# --8<-- [start:embedding]
def embed(table: Array, indices: Ints) -> Array:
    """Look up rows: table (V, d), indices (...) -> vectors (..., d)."""
    if np.any((indices < 0) | (indices >= len(table))):
        raise ValueError("indices must lie in [0, rows of the table)")
    return table[indices]


def one_hot(indices: Ints, rows: int) -> Array:
    """Turn indices (...) into one-hot vectors (..., rows)."""
    return np.asarray(indices[..., None] == np.arange(rows), np.float64)


def embed_gradient(upstream: Array, indices: Ints, rows: int) -> Array:
    """Gradient of the table: each occurrence adds to its own row.

    Args:
        upstream: gradient of the vectors, shape (..., d).
        indices: the rows that were looked up, shape (...).

    Returns:
        Shape (rows, d); rows that were not looked up are zero.
    """
    gradient = np.zeros((rows, upstream.shape[-1]))
    np.add.at(gradient, indices, upstream)  # "scatter-add": repeats count
    return gradient


# --8<-- [end:embedding]


# --8<-- [start:pairs]
def context_pairs(tokens: Ints, window: int) -> Ints:
    """List (center, context) pairs up to ``window`` apart, shape (n, 2).

    Skip-gram predicts each pair's context from its center; CBOW makes one
    prediction for each center, from the mean of its contexts.

    >>> len(context_pairs(np.arange(5), window=2))
    14
    """
    pairs = [
        (tokens[i], tokens[j])
        for i in range(len(tokens))
        for j in range(max(0, i - window), min(len(tokens), i + window + 1))
        if i != j
    ]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


# --8<-- [end:pairs]


def sigmoid(z: Array) -> Array:
    """Logistic function, elementwise, without overflow."""
    return 0.5 * (1 + np.tanh(z / 2))


# --8<-- [start:negative_sampling]
def negative_sampling(
    h: Array, U: Array, target: int, noise: Ints
) -> tuple[float, Array, Array]:
    """Loss -log s(u_o.h) - sum_n log s(-u_n.h), s the sigmoid.

    Args:
        h: input vector, shape (d,).
        U: output vectors, shape (V, d).
        target: the observed word o.
        noise: the k sampled words n, shape (k,).

    Returns:
        The loss, its gradient by h (d,) and by U (V, d).
    """
    words = np.append(target, noise)
    label = np.append(1.0, np.zeros(len(noise)))
    score = U[words] @ h
    loss = np.logaddexp(0, np.where(label == 1, -score, score)).sum()
    error = sigmoid(score) - label
    dU = np.zeros_like(U)
    np.add.at(dU, words, np.outer(error, h))
    return float(loss), error @ U[words], dU


def skip_gram(
    V: Array, U: Array, center: int, context: int, noise: Ints
) -> tuple[float, Array, Array]:
    """One skip-gram pair: loss and gradients by V and U, both (V, d)."""
    loss, dh, dU = negative_sampling(V[center], U, context, noise)
    return loss, embed_gradient(dh, np.array(center), len(V)), dU


def cbow(
    V: Array, U: Array, center: int, contexts: Ints, noise: Ints
) -> tuple[float, Array, Array]:
    """One CBOW position: the mean of the contexts (C,) predicts the center."""
    loss, dh, dU = negative_sampling(V[contexts].mean(0), U, center, noise)
    share = np.tile(dh / len(contexts), (len(contexts), 1))
    return loss, embed_gradient(share, contexts, len(V)), dU


# --8<-- [end:negative_sampling]


# --8<-- [start:frequencies]
def noise_distribution(counts: Array, power: float = 0.75) -> Array:
    """Distribution of the negatives: counts (V,) to a power, normalized.

    >>> noise_distribution(np.array([900, 90, 10])).round(3).tolist()
    [0.825, 0.147, 0.028]
    """
    weight: Array = counts**power
    share: Array = weight / weight.sum()
    return share


def keep_probability(frequency: Array, threshold: float = 1e-5) -> Array:
    """Chance that subsampling keeps a token, min(1, sqrt(t / f)).

    Args:
        frequency: share of the corpus that is this word, shape (...), > 0.

    >>> keep_probability(np.array([0.05, 1e-4, 1e-6])).round(4).tolist()
    [0.0141, 0.3162, 1.0]
    """
    return np.minimum(1.0, np.sqrt(threshold / frequency))


# --8<-- [end:frequencies]


# --8<-- [start:huffman]
Path = list[tuple[int, int]]  # (inner node, branch +1 or -1) from the root


def huffman_paths(counts: Array) -> list[Path]:
    """Give each word its path in the Huffman tree; inner nodes 0..V-2.

    >>> zipf = 1 / np.arange(1, 10_001)
    >>> lengths = np.array([len(path) for path in huffman_paths(zipf)])
    >>> f"{lengths @ zipf / zipf.sum():.1f} {np.log2(10_000):.1f}"
    '9.6 13.3'
    """
    if len(counts) < 2:
        raise ValueError("a tree needs at least two words")
    paths: list[Path] = [[] for _ in counts]
    order = itertools.count()  # breaks ties; the words below come third
    heap = [(float(n), next(order), [w]) for w, n in enumerate(counts)]
    heapq.heapify(heap)
    for node in reversed(range(len(counts) - 1)):  # the root is node 0
        (n, _, left), (m, _, right) = heapq.heappop(heap), heapq.heappop(heap)
        for words, branch in ((left, 1), (right, -1)):
            for word in words:
                paths[word].append((node, branch))
        heapq.heappush(heap, (n + m, next(order), left + right))
    return [path[::-1] for path in paths]


def hierarchical_softmax(h: Array, nodes: Array, path: Path) -> float:
    """Probability of a word: product of sigmoids along its path.

    Args:
        h: input vector, shape (d,).
        nodes: vectors of the inner nodes, shape (V - 1, d).
    """
    index, branch = np.array(path).T
    return float(np.prod(sigmoid(branch * (nodes[index] @ h))))


# --8<-- [end:huffman]


# --8<-- [start:sgns]
def sgns(
    V: Array, U: Array, counts: Array, noise: Array, k: int = 5
) -> tuple[float, Array, Array]:
    """Expected skip-gram loss with k negatives over a whole corpus.

    Args:
        V: word vectors, shape (W, d).
        U: context vectors, shape (C, d).
        counts: how often word w saw context c, shape (W, C).
        noise: distribution of the negatives, shape (C,).

    Returns:
        The loss and its gradients by V and by U.
    """
    seen = counts
    drawn = k * counts.sum(1, keepdims=True) * noise
    score = V @ U.T
    loss = seen * np.logaddexp(0, -score) + drawn * np.logaddexp(0, score)
    error = (seen + drawn) * sigmoid(score) - seen
    return float(loss.sum()), error @ U, error.T @ V


def shifted_pmi(counts: Array, k: int = 1) -> Array:
    """PMI(w, c) - log k from counts (W, C); -inf where a pair is unseen.

    >>> counts = count_pairs(toy_corpus(), window=3)[1]
    >>> optimum, seen = shifted_pmi(counts, k=5), counts > 0
    >>> for d in (4, 34):
    ...     V, U = train(counts, d, power=1, steps=2000)
    ...     r = np.corrcoef((V @ U.T)[seen], optimum[seen])[0, 1]
    ...     print(d, f"{r:.3f}")
    4 0.734
    34 0.998
    """
    words = counts.sum(1, keepdims=True)
    contexts = counts.sum(0, keepdims=True)
    ratio: Array = counts * counts.sum() / (words * contexts)
    with np.errstate(divide="ignore"):
        shifted: Array = np.log(ratio) - np.log(k)
    return shifted


# --8<-- [end:sgns]


# --8<-- [start:glove]
def cooccurrence(tokens: Ints, rows: int, window: int) -> Array:
    """Sum 1 / distance over all pairs in the window, shape (rows, rows)."""
    X = np.zeros((rows, rows))
    for distance in range(1, window + 1):
        left, right = tokens[:-distance], tokens[distance:]
        np.add.at(X, (left, right), 1 / distance)
        np.add.at(X, (right, left), 1 / distance)
    return X


def glove_weight(X: Array, x_max: float = 100, alpha: float = 0.75) -> Array:
    """Weight of a co-occurrence: 0 at 0, 1 from x_max on.

    >>> glove_weight(np.array([0, 1, 10, 100, 1e6])).round(3).tolist()
    [0.0, 0.032, 0.178, 1.0, 1.0]
    """
    return np.minimum(1.0, X / x_max) ** alpha


def glove(
    V: Array, U: Array, b: Array, c: Array, X: Array
) -> tuple[float, tuple[Array, Array, Array, Array]]:
    """GloVe's loss, sum f(X) (V U' + b + c - log X)^2, and gradients.

    Args:
        V, U: word and context vectors, shapes (W, d) and (C, d).
        b, c: their biases, shapes (W,) and (C,).
        X: co-occurrences, shape (W, C); zeros have weight zero.
    """
    log_X = np.log(np.where(X > 0, X, 1))
    residual = V @ U.T + b[:, None] + c - log_X
    g = 2 * glove_weight(X) * residual
    loss = float((g * residual).sum() / 2)
    return loss, (g @ U, g.T @ V, g.sum(1), g.sum(0))


# --8<-- [end:glove]


# --8<-- [start:ngrams]
def character_ngrams(word: str, low: int = 3, high: int = 6) -> list[str]:
    """FastText's n-grams of ``<word>``, and ``<word>`` itself.

    >>> character_ngrams("where", 3, 3)
    ['<wh', 'whe', 'her', 'ere', 're>', '<where>']
    >>> known, new = map(character_ngrams, ("embedding", "embeddings"))
    >>> len(known), len(new), len(set(known) & set(new))
    (31, 35, 26)
    """
    text = f"<{word}>"
    sizes = range(low, high + 1)
    grams = [text[i : i + n] for n in sizes for i in range(len(text) - n + 1)]
    return list(dict.fromkeys([*grams, text]))


# --8<-- [end:ngrams]


# --8<-- [start:isotropy]
def unit(vectors: Array) -> Array:
    """Scale vectors (..., d), none of them zero, to length 1."""
    length: Array = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / length


def mean_cosine(vectors: Array) -> float:
    """Mean cosine of two different rows of (V, d); near 0 if isotropic."""
    n = len(vectors)
    total = unit(vectors).sum(0)
    return float((total @ total - n) / (n * (n - 1)))


def all_but_the_top(vectors: Array, components: int) -> Array:
    """Remove the mean and the first principal directions from (V, d).

    >>> vectors = train(count_pairs(toy_corpus(), 3)[1])[0]
    >>> f"{mean_cosine(vectors):.2f}"
    '0.32'
    >>> f"{mean_cosine(all_but_the_top(vectors, 0)):.2f}"
    '-0.03'
    """
    centered: Array = vectors - vectors.mean(0)
    top: Array = np.linalg.svd(centered, full_matrices=False)[2][:components]
    return centered - centered @ top.T @ top


# --8<-- [end:isotropy]


# --8<-- [start:analogy]
def analogy(
    vectors: Array,
    a: int,
    b: int,
    c: int,
    exclude: bool = True,
) -> int:
    """Answer "a is to b as c is to ?" by the largest cosine (3CosAdd).

    Args:
        vectors: shape (V, d); scaled to length 1 first.
        exclude: leave out a, b and c themselves, as is usual.
    """
    E = unit(vectors)
    score = E @ unit(E[b] - E[a] + E[c])
    if exclude:
        score[[a, b, c]] = -np.inf
    return int(score.argmax())


# --8<-- [end:analogy]


# --8<-- [start:bias]
def association(w: Array, a: Array, b: Array) -> Array:
    """Mean cosine of w (..., d) with a (p, d) minus that with b (q, d)."""
    difference: Array = unit(a).mean(0) - unit(b).mean(0)
    return unit(w) @ difference


def weat(x: Array, y: Array, a: Array, b: Array) -> float:
    """Effect size of the association of x with a and of y with b.

    Args:
        x, y: vectors of the target words, shapes (n, d) and (m, d).
        a, b: vectors of the attribute words, shapes (p, d) and (q, d).

    Returns:
        Difference of the mean associations in standard deviations of all.
    """
    s = association(np.concatenate([x, y]), a, b)
    return float((s[: len(x)].mean() - s[len(x) :].mean()) / s.std(ddof=1))


def neutralize(vectors: Array, direction: Array) -> Array:
    """Project a direction (d,) out of vectors (..., d)."""
    g = unit(direction)
    return vectors - (vectors @ g)[..., None] * g


# --8<-- [end:bias]


# --8<-- [start:scalar_mix]
def scalar_mix(layers: Array, s: Array, gamma: float = 1.0) -> Array:
    """ELMo's mix: gamma * sum_j softmax(s)_j h_j.

    Args:
        layers: states of all L + 1 layers, shape (L + 1, T, d).
        s: one learned logit for each layer, shape (L + 1,).

    Returns:
        Shape (T, d).
    """
    weights = np.exp(s - s.max())
    weights /= weights.sum()
    mixed: Array = np.tensordot(weights, layers, axes=1)
    return gamma * mixed


# --8<-- [end:scalar_mix]


# --8<-- [start:toy_corpus]
CONTEXTS = {
    "male": "he his him",
    "female": "she her hers",
    "royal": "throne crown palace",
    "common": "market field street",
    "adult": "old tall grown",
    "child": "young small school",
    "technical": "bridge machine plan",
    "medical": "ward patient medicine",
}
PEOPLE = {
    "king": ("male", "royal", "adult"),
    "queen": ("female", "royal", "adult"),
    "prince": ("male", "royal", "child"),
    "princess": ("female", "royal", "child"),
    "man": ("male", "common", "adult"),
    "woman": ("female", "common", "adult"),
    "boy": ("male", "common", "child"),
    "girl": ("female", "common", "child"),
    "engineer": ("90% male", "technical", "adult"),
    "nurse": ("10% male", "medical", "adult"),
}


def toy_corpus(sentences: int = 100, seed: int = 0) -> list[list[str]]:
    """Write sentences for each person: the person among three contexts."""
    rng = np.random.default_rng(seed)
    corpus = []
    for _, (person, (gender, *rest)) in itertools.product(
        range(sentences), PEOPLE.items()
    ):
        if "%" in gender:
            share = float(gender.split("%")[0]) / 100
            gender = "male" if rng.random() < share else "female"
        kinds = (gender, *rest)
        words = [rng.choice(CONTEXTS[kind].split()) for kind in kinds]
        corpus.append([str(w) for w in rng.permutation([person, *words])])
    return corpus


# --8<-- [end:toy_corpus]


# --8<-- [start:train]
def count_pairs(
    corpus: list[list[str]],
    window: int,
) -> tuple[list[str], Array]:
    """List the vocabulary and count its (center, context) pairs (V, V)."""
    vocabulary = sorted({word for sentence in corpus for word in sentence})
    index = {word: i for i, word in enumerate(vocabulary)}
    counts = np.zeros((len(vocabulary), len(vocabulary)))
    for sentence in corpus:
        ids = np.array([index[word] for word in sentence])
        np.add.at(counts, tuple(context_pairs(ids, window).T), 1)
    return vocabulary, counts


def train(
    counts: Array,
    d: int = 8,
    k: int = 5,
    power: float = 0.75,
    steps: int = 600,
) -> tuple[Array, Array]:
    """Train V and U, both (V, d), by descent on the expected loss."""
    V, U = np.random.default_rng(0).normal(0, 0.1, (2, len(counts), d))
    noise = noise_distribution(counts.sum(0), power)
    for _ in range(steps):
        _, dV, dU = sgns(V, U, counts / counts.sum(), noise, k)
        V, U = V - 5 * dV, U - 5 * dU
    return V, U


# --8<-- [end:train]


def toy_analogies() -> list[tuple[str, str, str, str]]:
    """All analogies of the eight regular people: a to b as c to d.

    The position in the list has a bit for each of gender, age and rank.

    >>> vocabulary, counts = count_pairs(toy_corpus(), window=3)
    >>> len(vocabulary), int(counts.sum())
    (34, 12000)
    >>> ("man", "king", "woman", "queen") in toy_analogies()
    True
    >>> quads = np.vectorize(vocabulary.index)(toy_analogies())
    >>> for d in (4, 8):
    ...     V, _ = train(counts, d)
    ...     for exclude in (True, False):
    ...         right = [analogy(V, *q[:3], exclude) == q[3] for q in quads]
    ...         print(d, exclude, sum(right), len(right))
    4 True 40 48
    4 False 20 48
    8 True 48 48
    8 False 48 48
    """
    people = list(PEOPLE)[:8]
    return [
        (people[i], people[i ^ p], people[i ^ q], people[i ^ p ^ q])
        for i in range(8)
        for p, q in itertools.permutations((1, 2, 4), 2)
    ]


def toy_bias() -> dict[str, tuple[float, float]]:
    """Male minus female association of jobs, before and after projection.

    The attributes are the four men and four women of the corpus; the
    direction is the mean difference of their vectors of length 1.

    >>> for job, (before, after) in toy_bias().items():
    ...     print(f"{job} {before:+.2f} {after:+.2f}")
    engineer +0.13 +0.01
    nurse -0.12 +0.02
    """
    vocabulary, counts = count_pairs(toy_corpus(), window=3)
    E = unit(train(counts)[0])
    row = vocabulary.index
    men, women = ([row(w) for w in list(PEOPLE)[i:8:2]] for i in (0, 1))
    N = neutralize(E, E[men].mean(0) - E[women].mean(0))
    result = {}
    for job in list(PEOPLE)[8:]:
        before, after = (
            float(association(M[row(job)], M[men], M[women])) for M in (E, N)
        )
        result[job] = before, after
    return result
