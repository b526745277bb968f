"""Text features, pooling, classification, matching, BM25, BLEU, word graphs, InfoNCE.

Numbers quoted on the page that need no function of their own:

Pairs a cross-encoder reads for 1,000 queries and 1,000,000 documents, against
the texts a bi-encoder reads once:

>>> 1_000 * 1_000_000, 1_000 + 1_000_000
(1000000000, 1001000)

Megabytes of a million documents as one float32 vector of width 768, and
gigabytes as 100 token vectors of width 128 each:

>>> 1_000_000 * 768 * 4 / 1e6, 1_000_000 * 100 * 128 * 4 / 1e9
(3072.0, 51.2)

BLEU's brevity penalty at 80% of the reference length; log of 256 candidates:

>>> round(float(np.exp(1 - 1 / 0.8)), 2), round(float(np.log(256)), 2)
(0.78, 5.55)

The classical idf of BM25 for a word in three of four documents:

>>> round(float(np.log((4 - 3 + 0.5) / (3 + 0.5))), 2)
-0.85
"""

import unicodedata
from collections import Counter, deque
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from snippets import Array

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Graph = dict[str, set[str]]
Tokens = Sequence[str]

PREAMBLE = (
    "whereas recognition of the inherent dignity and of the equal and "
    "inalienable rights of all members of the human family is the foundation "
    "of freedom justice and peace in the world",
    "whereas disregard and contempt for human rights have resulted in barbarous "
    "acts which have outraged the conscience of mankind and the advent of a "
    "world in which human beings shall enjoy freedom of speech and belief and "
    "freedom from fear and want has been proclaimed as the highest aspiration "
    "of the common people",
    "whereas it is essential if man is not to be compelled to have recourse as "
    "a last resort to rebellion against tyranny and oppression that human "
    "rights should be protected by the rule of law",
    "whereas it is essential to promote the development of friendly relations "
    "between nations",
    "whereas the peoples of the united nations have in the charter reaffirmed "
    "their faith in fundamental human rights in the dignity and worth of the "
    "human person and in the equal rights of men and women and have determined "
    "to promote social progress and better standards of life in larger freedom",
    "whereas member states have pledged themselves to achieve in cooperation "
    "with the united nations the promotion of universal respect for and "
    "observance of human rights and fundamental freedoms",
    "whereas a common understanding of these rights and freedoms is of the "
    "greatest importance for the full realization of this pledge",
)
"""Preamble of the Universal Declaration of Human Rights, without punctuation.

"Co-operation" is written as one word; the "Now, therefore" clause is left out.
"""

ARTICLES = {
    "en": (
        "All human beings are born free and equal in dignity and rights.",
        "No one shall be held in slavery or servitude; slavery and the slave "
        "trade shall be prohibited in all their forms.",
        "No one shall be subjected to torture or to cruel, inhuman or degrading "
        "treatment or punishment.",
        "Everyone has the right to rest and leisure, including reasonable "
        "limitation of working hours and periodic holidays with pay.",
        "Everyone has the right to life, liberty and security of person.",
        "Everyone has the right to recognition everywhere as a person before the law.",
        "No one shall be subjected to arbitrary arrest, detention or exile.",
        "Everyone has the right to a nationality.",
        "Everyone has the right to freedom of peaceful assembly and association.",
    ),
    "fr": (
        "Tous les êtres humains naissent libres et égaux en dignité et en droits.",
        "Nul ne sera tenu en esclavage ni en servitude; l'esclavage et la traite "
        "des esclaves sont interdits sous toutes leurs formes.",
        "Nul ne sera soumis à la torture, ni à des peines ou traitements cruels, "
        "inhumains ou dégradants.",
        "Toute personne a droit au repos et aux loisirs et notamment à une "
        "limitation raisonnable de la durée du travail et à des congés payés "
        "périodiques.",
        "Tout individu a droit à la vie, à la liberté et à la sûreté de sa personne.",
        "Chacun a le droit à la reconnaissance en tous lieux de sa personnalité "
        "juridique.",
        "Nul ne peut être arbitrairement arrêté, détenu ou exilé.",
        "Tout individu a droit à une nationalité.",
        "Toute personne a droit à la liberté de réunion et d'association pacifiques.",
    ),
    "de": (
        "Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
        "Niemand darf in Sklaverei oder Leibeigenschaft gehalten werden; "
        "Sklaverei und Sklavenhandel in allen ihren Formen sind verboten.",
        "Niemand darf der Folter oder grausamer, unmenschlicher oder "
        "erniedrigender Behandlung oder Strafe unterworfen werden.",
        "Jeder hat das Recht auf Erholung und Freizeit und insbesondere auf eine "
        "vernünftige Begrenzung der Arbeitszeit und regelmäßigen bezahlten "
        "Urlaub.",
        "Jeder hat das Recht auf Leben, Freiheit und Sicherheit der Person.",
        "Jeder hat das Recht, überall als rechtsfähig anerkannt zu werden.",
        "Niemand darf willkürlich festgenommen, in Haft gehalten oder des Landes "
        "verwiesen werden.",
        "Jeder hat das Recht auf eine Staatsangehörigkeit.",
        "Alle Menschen haben das Recht, sich friedlich zu versammeln und zu "
        "Vereinigungen zusammenzuschließen.",
    ),
    "es": (
        "Todos los seres humanos nacen libres e iguales en dignidad y derechos.",
        "Nadie estará sometido a esclavitud ni a servidumbre; la esclavitud y la "
        "trata de esclavos están prohibidas en todas sus formas.",
        "Nadie será sometido a torturas ni a penas o tratos crueles, inhumanos o "
        "degradantes.",
        "Toda persona tiene derecho al descanso, al disfrute del tiempo libre, a "
        "una limitación razonable de la duración del trabajo y a vacaciones "
        "periódicas pagadas.",
        "Todo individuo tiene derecho a la vida, a la libertad y a la seguridad "
        "de su persona.",
        "Todo ser humano tiene derecho, en todas partes, al reconocimiento de su "
        "personalidad jurídica.",
        "Nadie podrá ser arbitrariamente detenido, preso ni desterrado.",
        "Toda persona tiene derecho a una nacionalidad.",
        "Toda persona tiene derecho a la libertad de reunión y de asociación "
        "pacíficas.",
    ),
}
"""From articles 1, 4, 5, 24, 3, 6, 9, 15, 20 of the same Declaration.

Of articles 1, 15 and 20 only the beginning; the Spanish article 1 is cut before
"y, dotados". German is no official language of the United Nations: the wording
of its translation differs a little between publications.
"""


# --8<-- [start:normalize]
def normalize(text: str) -> str:
    r"""NFKC, no invisible format characters, single spaces; case is kept.

    >>> normalize("\uff22\u200bERT，  ﬁne-tuned\u00a0①")
    'BERT, fine-tuned 1'
    """
    text = unicodedata.normalize("NFKC", text)
    kept = (c for c in text if unicodedata.category(c) != "Cf")
    return " ".join("".join(kept).split())


# --8<-- [end:normalize]


# --8<-- [start:tf_idf]
def tf_idf(documents: Sequence[Tokens]) -> tuple[list[str], Array]:
    """Smoothed tf-idf with rows of length one, as in scikit-learn.

    Returns:
        The sorted vocabulary (V words) and the matrix (documents, V).

    >>> words, X = tf_idf([["a", "cat"], ["a", "dog", "dog"]])
    >>> words, X.round(2).tolist()
    (['a', 'cat', 'dog'], [[0.58, 0.81, 0.0], [0.34, 0.0, 0.94]])
    """
    vocabulary = sorted(set().union(*documents))
    counted = [Counter(document) for document in documents]
    tf = np.array([[c[w] for w in vocabulary] for c in counted], np.float64)
    df = (tf > 0).sum(axis=0)
    X = tf * (np.log((1 + len(documents)) / (1 + df)) + 1)
    length = np.linalg.norm(X, axis=1, keepdims=True)
    return vocabulary, X / np.where(length > 0, length, 1)


# --8<-- [end:tf_idf]


# --8<-- [start:pooling]
def pool_over_time(H: Array, mask: Mask) -> tuple[Array, Ints, Array]:
    """Maximum (with its position) and mean over the real positions.

    Args:
        H: feature maps, shape (N, T, C); mask: real positions, (N, T).

    Returns:
        Maxima (N, C), their positions (N, C) and means (N, C).
    """
    if not mask.any(axis=1).all():
        raise ValueError("every text needs at least one real position")
    real = mask[:, :, None]
    position = np.where(real, H, -np.inf).argmax(axis=1)
    top = np.take_along_axis(H, position[:, None], axis=1)[:, 0]
    return top, position, (H * real).sum(axis=1) / real.sum(axis=1)


def max_pool_backward(dY: Array, position: Ints, T: int) -> Array:
    """Send dY (N, C) to the winning positions only, result (N, T, C)."""
    winner = np.arange(T)[None, :, None] == position[:, None]
    return np.where(winner, dY[:, None], 0.0)


def mean_pool_backward(dY: Array, mask: Mask) -> Array:
    """Spread dY (N, C) evenly over the real positions, result (N, T, C)."""
    share: Array = mask / mask.sum(axis=1, keepdims=True)
    return share[:, :, None] * dY[:, None]


# --8<-- [end:pooling]


# --8<-- [start:fasttext]
def features(text: str, n: int = 3) -> list[str]:
    """Words and their character n-grams, with < and > around each word.

    >>> features("Le chat")
    ['<le>', '<le', 'le>', '<chat>', '<ch', 'cha', 'hat', 'at>']
    """
    found: list[str] = []
    for word in text.lower().split():
        marked = f"<{word}>"
        found.append(marked)
        found += [marked[i : i + n] for i in range(len(marked) - n + 1)]
    return found


def bags(texts: Sequence[Tokens], vocabulary: Mapping[str, int]) -> Array:
    """Mean one-hot vector of the known features of each text, (N, V)."""
    X = np.zeros((len(texts), len(vocabulary)))
    for row, text in zip(X, texts, strict=True):
        known = [vocabulary[f] for f in text if f in vocabulary]
        np.add.at(row, np.array(known, np.int64), 1 / max(1, len(known)))
    return X


def fasttext_gradients(
    X: Array, Y: Array, E: Array, W: Array
) -> tuple[float, Array, Array]:
    """Cross-entropy of softmax(X E W), its gradients by E (V, d) and W (d, K).

    Args:
        X: mean one-hot vectors, shape (N, V); Y: one-hot labels, (N, K).
    """
    h = X @ E  # mean of the feature embeddings, shape (N, d)
    z = h @ W
    log_p = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
    dz = (np.exp(log_p) - Y) / len(X)
    return float(-(Y * log_p).sum() / len(X)), X.T @ (dz @ W.T), h.T @ dz


# --8<-- [end:fasttext]


def language_corpus(article: int) -> tuple[list[str], list[str], Ints]:
    """One training text for each language, the other texts, their languages."""
    train = [texts[article] for texts in ARTICLES.values()]
    rest = [
        (text, label)
        for label, texts in enumerate(ARTICLES.values())
        for text in texts
        if text != texts[article]
    ]
    return train, [text for text, _ in rest], np.array([label for _, label in rest])


def unseen_words() -> float:
    """Share of test words that no training sentence has, mean over the choices.

    >>> round(unseen_words(), 2)
    0.79
    """
    shares = []
    for article in range(len(ARTICLES["en"])):
        train, test, _ = language_corpus(article)
        known = set(" ".join(train).lower().split())
        shares.append(np.mean([w not in known for w in " ".join(test).lower().split()]))
    return float(np.mean(shares))


def language_accuracy(subwords: bool, steps: int = 300) -> float:
    """Accuracy of the classifier with or without character trigrams.

    One article in four languages is the training set, the 32 other sentences
    are the test set; the mean over the nine choices of the article. A constant
    guess gets 25%.

    >>> language_accuracy(subwords=True), language_accuracy(subwords=False)
    (0.91, 0.74)
    """

    def split(text: str) -> list[str]:
        return features(text) if subwords else text.lower().split()

    shares = []
    for article in range(len(ARTICLES["en"])):
        train, test, y = language_corpus(article)
        known = sorted({f for text in train for f in split(text)})
        vocabulary = {feature: index for index, feature in enumerate(known)}
        X = bags([split(text) for text in train], vocabulary)
        rng = np.random.default_rng(0)
        E = rng.normal(0, 0.1, (len(known), 8))
        W = rng.normal(0, 0.1, (8, len(train)))
        for _ in range(steps):
            _, dE, dW = fasttext_gradients(X, np.eye(len(train)), E, W)
            E, W = E - dE, W - dW
        scores = bags([split(text) for text in test], vocabulary) @ E @ W
        shares.append((scores.argmax(axis=1) == y).mean())
    return round(float(np.mean(shares)), 2)


# --8<-- [start:in_batch]
def info_nce(scores: Array) -> float:
    """Mean cross-entropy of picking column i in row i of scores (N, N)."""
    log_p = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    return float(-np.diag(log_p).mean())


def in_batch_loss(Q: Array, D: Array, temperature: float = 0.05) -> float:
    """Contrastive loss of N queries and their documents, both (N, d).

    Row i of D answers row i of Q; the other N - 1 rows are its negatives.
    """
    Q = Q / np.linalg.norm(Q, axis=1, keepdims=True)
    D = D / np.linalg.norm(D, axis=1, keepdims=True)
    return info_nce(Q @ D.T / temperature)


# --8<-- [end:in_batch]


# --8<-- [start:late_interaction]
def max_sim(Q: Array, D: Array) -> float:
    """Late interaction of token vectors: Q (m, d) against D (n, d)."""
    return float((Q @ D.T).max(axis=1).sum())


# --8<-- [end:late_interaction]


# --8<-- [start:bm25]
def saturation(
    f: Array, relative_length: float | Array = 1, k1: float = 1.2, b: float = 0.75
) -> Array:
    """BM25's weight of a word found f > 0 times in a document.

    Args:
        f: counts; relative_length: |d| over the mean length, both (documents,).

    >>> saturation(np.array([1, 2, 10, 100])).round(2).tolist()
    [1.0, 1.38, 1.96, 2.17]
    >>> [saturation(np.array([1]), 2, b=b).round(2).item() for b in (0, 0.75, 1)]
    [1.0, 0.71, 0.65]
    """
    return f * (k1 + 1) / (f + k1 * (1 - b + b * relative_length))


def bm25(
    query: Tokens, documents: Sequence[Tokens], k1: float = 1.2, b: float = 0.75
) -> Array:
    """Score of each document; a word repeated in the query counts each time.

    Source: Robertson and Zaragoza (2009), with Lucene's positive idf.
    """
    if not any(documents):
        raise ValueError("at least one document needs a word")
    N, counted = len(documents), [Counter(d) for d in documents]
    length = np.array([len(d) for d in documents], np.float64)
    relative, scores = length / length.mean(), np.zeros(N)
    for word in query:
        f = np.array([c[word] for c in counted], np.float64)
        found = f > 0
        idf = np.log(1 + (N - found.sum() + 0.5) / (found.sum() + 0.5))
        scores[found] += idf * saturation(f[found], relative[found], k1, b)
    return scores


# --8<-- [end:bm25]


def bm25_examples() -> dict[str, list[float]]:
    """Four documents: saturation against raw counts, and other wording.

    >>> for name, scores in bm25_examples().items():
    ...     print(name, scores)
    bm25 [1.79, 1.0, 0.0, 0.0]
    counts times idf [1.9, 2.08, 0.0, 0.0]
    other wording [0.0, 0.0, 0.0, 0.0]
    """
    texts = "error e1234 at login", "error error error at start", "login help"
    documents = [text.split() for text in (*texts, "how to start")]
    query = ["error", "e1234"]
    return {
        "bm25": bm25(query, documents).round(2).tolist(),
        # As k1 grows, the saturating weight tends to the count itself.
        "counts times idf": bm25(query, documents, 1e9, 0).round(2).tolist(),
        "other wording": bm25(["sign-in", "failure"], documents).tolist(),
    }


# --8<-- [start:bleu]
def ngrams(tokens: Tokens, n: int) -> Counter[tuple[str, ...]]:
    """Count the n-grams of a token sequence."""
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def matches(hypothesis: Tokens, references: Sequence[Tokens], n: int) -> int:
    """Clipped matches: an n-gram counts at most as often as in one reference.

    >>> matches(["the"] * 7, [["the", "cat", "is", "on", "the", "mat"]], 1)
    2
    """
    most: Counter[tuple[str, ...]] = Counter()
    for reference in references:
        most |= ngrams(reference, n)  # maximum of the counts
    return (ngrams(hypothesis, n) & most).total()  # minimum of the counts


def bleu(
    hypotheses: Sequence[Tokens],
    references: Sequence[Sequence[Tokens]],
    max_n: int = 4,
) -> float:
    """Corpus BLEU in [0, 1], without smoothing; 0 if some order never matches.

    Equals sacreBLEU without smoothing and tokenizer, for non-empty references.
    Source: Papineni et al. (2002).
    """
    pairs = list(zip(hypotheses, references, strict=True))
    log_precision = 0.0
    for n in range(1, max_n + 1):
        matched = sum(matches(h, r, n) for h, r in pairs)
        total = sum(ngrams(h, n).total() for h, _ in pairs)
        if matched == 0:
            return 0.0
        log_precision += np.log(matched / total) / max_n
    length = sum(len(h) for h, _ in pairs)
    closest = sum(  # of two equally close references the shorter
        min((abs(len(r) - len(h)), len(r)) for r in refs)[1] for h, refs in pairs
    )
    brevity = min(0.0, 1 - closest / length)
    return float(np.exp(brevity + log_precision))


# --8<-- [end:bleu]


def bleu_examples() -> dict[str, float]:
    """BLEU of a reversed meaning and of a faithful paraphrase.

    >>> bleu_examples()
    {'negated': 0.76, 'paraphrase': 0.0}
    """
    reference = "the new drug is safe for children under five years of age"
    negated = "the new drug is not safe for children under five years of age"
    paraphrase = "kids younger than five can take the new medicine without risk"
    return {
        name: round(bleu([text.split()], [[reference.split()]]), 2)
        for name, text in (("negated", negated), ("paraphrase", paraphrase))
    }


def averaged_bleu() -> tuple[float, float]:
    """Corpus BLEU, and the mean of sentence BLEUs, of the same two sentences.

    >>> averaged_bleu()
    (0.82, 0.5)
    """
    perfect = ["the", "cat", "sat", "on", "the", "mat"]
    hypotheses = [perfect, ["a", "dog", "barks"]]
    references = [[perfect], [["one", "dog", "barked"]]]
    single = [bleu([h], [r]) for h, r in zip(hypotheses, references, strict=True)]
    return round(bleu(hypotheses, references), 2), round(float(np.mean(single)), 2)


# --8<-- [start:graph]
def cooccurrence_graph(sentences: Sequence[Tokens], window: int = 1) -> Graph:
    """Undirected word graph: an edge joins words at most ``window`` apart."""
    graph: Graph = {word: set() for tokens in sentences for word in tokens}
    for tokens in sentences:
        for i, word in enumerate(tokens):
            for other in tokens[i + 1 : i + 1 + window]:
                if other != word:
                    graph[word].add(other)
                    graph[other].add(word)
    return graph


def clustering(graph: Graph) -> float:
    """Mean share of a word's neighbor pairs that are neighbors themselves."""
    shares = []
    for near in graph.values():
        pairs = len(near) * (len(near) - 1)  # ordered
        links = sum(len(graph[word] & near) for word in near)
        shares.append(links / pairs if pairs else 0.0)
    return float(np.mean(shares))


def mean_distance(graph: Graph) -> float:
    """Mean number of steps between all ordered pairs that are connected."""
    lengths: list[int] = []
    for start in graph:
        steps, queue = {start: 0}, deque([start])
        while queue:  # breadth-first search
            word = queue.popleft()
            for other in graph[word] - steps.keys():
                steps[other] = steps[word] + 1
                queue.append(other)
        lengths += [step for step in steps.values() if step]
    return float(np.mean(lengths))


# --8<-- [end:graph]


def random_graph(nodes: int, edges: int, seed: int = 0) -> Graph:
    """Uniformly random simple graph with the given numbers of nodes and edges."""
    i, j = np.triu_indices(nodes, 1)
    chosen = np.random.default_rng(seed).choice(len(i), edges, replace=False)
    graph: Graph = {str(node): set() for node in range(nodes)}
    for a, b in zip(i[chosen], j[chosen], strict=True):
        graph[str(a)].add(str(b))
        graph[str(b)].add(str(a))
    return graph


def size(graph: Graph) -> tuple[int, int]:
    """Numbers of nodes and of edges."""
    return len(graph), sum(map(len, graph.values())) // 2


def declaration() -> list[list[str]]:
    """Return the tokens of preamble and English articles, without punctuation."""
    strip = str.maketrans("", "", ".,;")
    lines = [*PREAMBLE, *ARTICLES["en"]]
    return [line.lower().translate(strip).split() for line in lines]


def declaration_statistics() -> dict[str, tuple[float, float]]:
    """Word graph of the Declaration beside a random graph of the same size.

    Tokens, (nodes, edges), the share of pairs that are joined, and the hubs:

    >>> sum(map(len, declaration())), size(cooccurrence_graph(declaration()))
    (353, (159, 279))
    >>> graph = cooccurrence_graph(declaration())
    >>> round(279 / (159 * 158 / 2), 3)
    0.022
    >>> sorted(((len(v), k) for k, v in graph.items()), reverse=True)[:4]
    [(40, 'and'), (37, 'of'), (35, 'the'), (22, 'to')]
    >>> for name, (text, chance) in declaration_statistics().items():
    ...     print(name, text, chance)
    mean degree 3.51 3.51
    largest degree 40 10
    clustering 0.22 0.01
    mean distance 3.24 3.98
    """
    text = cooccurrence_graph(declaration())
    pair = text, random_graph(*size(text))

    def both(values: list[float]) -> tuple[float, float]:
        return round(values[0], 2), round(values[1], 2)

    return {
        "mean degree": both([2 * size(g)[1] / size(g)[0] for g in pair]),
        "largest degree": both([max(map(len, g.values())) for g in pair]),
        "clustering": both([clustering(g) for g in pair]),
        "mean distance": both([mean_distance(g) for g in pair]),
    }


def shuffled_statistics(shuffles: int = 20) -> dict[str, float]:
    """Means over word graphs of the Declaration with its tokens in random order.

    Frequencies and lengths of lines stay as they are.

    >>> shuffled_statistics()
    {'largest degree': 38.0, 'clustering': 0.15, 'mean distance': 3.27}
    """
    lines = declaration()
    cuts = np.cumsum([len(line) for line in lines])[:-1]
    rng = np.random.default_rng(0)
    graphs = []
    for _ in range(shuffles):
        tokens = rng.permutation([word for line in lines for word in line])
        graphs.append(cooccurrence_graph([p.tolist() for p in np.split(tokens, cuts)]))
    return {
        "largest degree": round(
            float(np.mean([max(map(len, g.values())) for g in graphs])), 1
        ),
        "clustering": round(float(np.mean([clustering(g) for g in graphs])), 2),
        "mean distance": round(float(np.mean([mean_distance(g) for g in graphs])), 2),
    }


# --8<-- [start:bound]
def gaussian_scores(x: Array, y: Array, rho: float) -> Array:
    """Optimal critic log p(y_j | x_i) - log p(y_j), shape (N, N).

    Args:
        x, y: shape (N, k); each coordinate pair is standard normal with
            correlation rho, so I(x; y) = -k/2 log(1 - rho^2) nats.
    """
    v = 1 - rho**2
    miss = y[None] - rho * x[:, None]
    terms = y[None] ** 2 / 2 - miss**2 / (2 * v) - np.log(v) / 2
    return np.asarray(terms.sum(axis=2))


def nce_bound(rho: float, k: int, N: int, batches: int = 200) -> float:
    """Average of log N - InfoNCE over batches of N Gaussian pairs."""
    rng = np.random.default_rng(0)
    losses = []
    for _ in range(batches):
        x, noise = rng.normal(size=(2, N, k))
        y = rho * x + np.sqrt(1 - rho**2) * noise
        losses.append(info_nce(gaussian_scores(x, y, rho)))
    return float(np.log(N) - np.mean(losses))


# --8<-- [end:bound]


def gaussian_information(rho: float, k: int) -> float:
    """Mutual information of k independent correlated Gaussian pairs, in nats.

    True value, then the bound for 2, 16, 128 candidates, with log N:

    >>> round(gaussian_information(0.9, 4), 2)
    3.32
    >>> [(N, round(nce_bound(0.9, 4, N), 2)) for N in (2, 16, 128)]
    [(2, 0.64), (16, 2.22), (128, 3.02)]
    >>> [round(float(np.log(N)), 2) for N in (2, 16, 128)]
    [0.69, 2.77, 4.85]
    """
    return float(-k / 2 * np.log(1 - rho**2))
