"""Subword tokenizers, BERT's inputs and objectives, LoRA and DPO.

Numbers quoted on the page that need no function of their own:

Tokens chosen in a sequence of 128, [CLS] and [SEP] counted; shares of all tokens
that BERT's input shows as [MASK], as a random token and unchanged with a loss:

>>> round(0.15 * 128)
19
>>> [round(100 * 0.15 * share, 1) for share in (0.8, 0.1, 0.1)]
[12.0, 1.5, 1.5]

Parameters of GPT: 40 478 tokens (shared with the output), 512 positions, width
768, twelve blocks of attention, feed-forward network and two LayerNorms:

>>> d = 768
>>> block = 4 * (d * d + d) + (8 * d * d + 5 * d) + 2 * 2 * d
>>> f"{(40_478 * d + 512 * d + 12 * block) / 1e6:.0f} million"
'117 million'

Parameters of BERT-base's three tables (vocabulary 30 522, width 768):

>>> [rows * 768 for rows in (30_522, 2, 512)]
[23440896, 1536, 393216]
>>> f"{(30_522 + 2 + 512) * 768 / 1e6:.1f} million"
'23.8 million'

Size of GPT-2's byte-level vocabulary: bytes, merges, end of text:

>>> 256 + 50_000 + 1
50257

Attention scores of one head at 512 and 4096 tokens:

>>> 512**2, 4096**2, 4096**2 // 512**2
(262144, 16777216, 64)

Memory in GB for 7 billion parameters: full fine-tuning with Adam in mixed
precision (2 + 2 + 4 + 4 + 4 bytes each), frozen 16-bit and 4-bit weights:

>>> [7e9 * size / 1e9 for size in (16, 2, 0.5)]
[112.0, 14.0, 3.5]

LoRA of rank 8 on two 4096 x 4096 projections in each of 32 layers: trained
parameters, and their weights, gradients and Adam states in MB:

>>> trained = 32 * 2 * lora_parameters(4096, 4096, 8)
>>> trained, round(16 * trained / 1e6)
(4194304, 67)
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snippets import Array

Ids = NDArray[np.int64]
Pair = tuple[str, str]
Words = dict[tuple[str, ...], int]
"""Split words and how often each occurs."""

IGNORE = -100
"""Label of a position without a loss, as in PyTorch."""
END = "</w>"


# --8<-- [start:merges]
def merge(symbols: Sequence[str], pair: Pair, joined: str) -> tuple[str, ...]:
    """Replace every occurrence of the pair, from left to right.

    >>> merge(("a", "a", "a"), ("a", "a"), "aa")
    ('aa', 'a')
    """
    out: list[str] = []
    i = 0
    while i < len(symbols):
        if tuple(symbols[i : i + 2]) == pair:
            out.append(joined)
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return tuple(out)


def count_symbols(words: Words) -> tuple[Counter[str], Counter[Pair]]:
    """Count the symbols and the adjacent pairs of all words."""
    single: Counter[str] = Counter()
    pairs: Counter[Pair] = Counter()
    for symbols, count in words.items():
        for symbol in symbols:
            single[symbol] += count
        for pair in pairwise(symbols):
            pairs[pair] += count
    return single, pairs


# --8<-- [end:merges]


# --8<-- [start:bpe]
def train_bpe(word_counts: Mapping[str, int], merges: int) -> list[Pair]:
    """Learn byte pair encoding: merge the most frequent pair, repeat.

    Ties go to the pair seen first. Source: Sennrich et al. (2016).

    >>> corpus = {"low": 5, "lower": 2, "newest": 6, "widest": 3}
    >>> train_bpe(corpus, 4)
    [('e', 's'), ('es', 't'), ('est', '</w>'), ('l', 'o')]
    """
    words: Words = {(*word, END): n for word, n in word_counts.items()}
    learned: list[Pair] = []
    for _ in range(merges):
        _, pairs = count_symbols(words)
        if not pairs:
            break
        best = max(pairs, key=pairs.__getitem__)
        words = {merge(w, best, "".join(best)): n for w, n in words.items()}
        learned.append(best)
    return learned


def bpe_encode(word: str, merges: Sequence[Pair]) -> tuple[str, ...]:
    """Split one word: apply the earliest learned merge until none fits.

    >>> corpus = {"low": 5, "lower": 2, "newest": 6, "widest": 3}
    >>> bpe_encode("lowest", train_bpe(corpus, 10))
    ('low', 'est</w>')
    """
    rank = {pair: i for i, pair in enumerate(merges)}
    symbols = (*word, END)
    while found := [p for p in pairwise(symbols) if p in rank]:
        best = min(found, key=rank.__getitem__)
        symbols = merge(symbols, best, "".join(best))
    return symbols


def bpe_decode(tokens: Sequence[str]) -> str:
    """Join tokens; the end-of-word mark becomes a space."""
    return "".join(tokens).replace(END, " ").rstrip()


# --8<-- [end:bpe]


# --8<-- [start:wordpiece_train]
def initial_pieces(word_counts: Mapping[str, int]) -> Words:
    """Split words into characters, marking all but the first with ##."""
    words: Words = {}
    for word, count in word_counts.items():
        words[word[0], *(f"##{c}" for c in word[1:])] = count
    return words


def join_pieces(pair: Pair) -> str:
    """Join two pieces: ("h", "##u") becomes "hu"."""
    return pair[0] + pair[1].removeprefix("##")


def wordpiece_scores(words: Words) -> dict[Pair, float]:
    """Score n(ab) / (n(a) n(b)) of each pair, as in Hugging Face's course."""
    single, pairs = count_symbols(words)
    return {(a, b): n / (single[a] * single[b]) for (a, b), n in pairs.items()}


def train_wordpiece(word_counts: Mapping[str, int], merges: int) -> list[str]:
    """Merge the pair of the highest score, repeat; returns the new pieces.

    >>> corpus = {"hug": 10, "pug": 5, "pun": 12, "bun": 4, "hugs": 5}
    >>> train_wordpiece(corpus, 3)
    ['##gs', 'hu', 'hugs']
    >>> train_bpe(corpus, 1)  # by frequency
    [('u', 'g')]
    """
    words, learned = initial_pieces(word_counts), list[str]()
    for _ in range(merges):
        scores = wordpiece_scores(words)
        if not scores:
            break
        best = max(scores, key=scores.__getitem__)
        words = {merge(w, best, join_pieces(best)): n for w, n in words.items()}
        learned.append(join_pieces(best))
    return learned


# --8<-- [end:wordpiece_train]


# --8<-- [start:likelihood_gain]
def unigram_log_likelihood(words: Words) -> float:
    """Log-likelihood (nats) if symbols were drawn by their own frequencies."""
    single, _ = count_symbols(words)
    n = np.array(list(single.values()), dtype=float)
    return float(n @ np.log(n / n.sum()))


def likelihood_gain(words: Words, pair: Pair) -> float:
    """Rise of the unigram log-likelihood when the pair is merged.

    >>> corpus = {"hug": 10, "pug": 5, "pun": 12, "bun": 4, "hugs": 5}
    >>> words = initial_pieces(corpus)
    >>> _, n = count_symbols(words)
    >>> ratio = wordpiece_scores(words)
    >>> for pair in (("##u", "##g"), ("##g", "##s")):
    ...     gain = likelihood_gain(words, pair)
    ...     print(*pair, n[pair], f"{ratio[pair]:.3f} {gain:.1f}")
    ##u ##g 20 0.028 28.0
    ##g ##s 5 0.050 9.2
    """
    merged = {merge(w, pair, join_pieces(pair)): n for w, n in words.items()}
    return unigram_log_likelihood(merged) - unigram_log_likelihood(words)


# --8<-- [end:likelihood_gain]


# --8<-- [start:wordpiece_encode]
def wordpiece_encode(word: str, vocabulary: frozenset[str]) -> list[str]:
    """Take the longest piece that fits, from left to right, without going back.

    >>> pieces = frozenset({"un", "##aff", "##able", "##a", "u", "##n"})
    >>> wordpiece_encode("unaffable", pieces)
    ['un', '##aff', '##able']
    >>> wordpiece_encode("abc", frozenset({"a", "ab", "##b", "##bc"}))
    ['[UNK]']
    """
    pieces: list[str] = []
    start = 0
    while start < len(word):
        prefix = "##" if start else ""
        for end in range(len(word), start, -1):
            piece = prefix + word[start:end]
            if piece in vocabulary:
                pieces.append(piece)
                start = end
                break
        else:
            return ["[UNK]"]
    return pieces


def wordpiece_decode(tokens: Sequence[str]) -> str:
    """Glue ## pieces to what stands before them; other tokens start a word."""
    return " ".join(tokens).replace(" ##", "")


# --8<-- [end:wordpiece_encode]


# --8<-- [start:masking]
def mask_tokens(
    ids: Ids,
    special: NDArray[np.bool_],
    vocabulary: int,
    mask_id: int,
    rng: np.random.Generator,
    rate: float = 0.15,
) -> tuple[Ids, Ids]:
    """BERT's masking of one sequence.

    Args:
        ids: token ids without padding, shape (n,).
        special: True at [CLS] and [SEP], never chosen, shape (n,).
        vocabulary: number of token ids.
        mask_id: id of [MASK].
        rng: source of randomness.
        rate: share to choose of all n tokens, special ones counted.

    Returns:
        Inputs with 80% of the chosen tokens masked, 10% random, 10% kept;
        labels: the true ids at chosen positions, IGNORE elsewhere.

    Source: Devlin et al. (2019), appendix A.1; count as in Google's code.
    """
    count = max(1, round(rate * len(ids)))
    chosen = rng.permutation(np.flatnonzero(~special))[:count]
    labels = np.full_like(ids, IGNORE)
    labels[chosen] = ids[chosen]
    action = rng.random(len(chosen))
    randomized = chosen[(action >= 0.8) & (action < 0.9)]
    inputs = ids.copy()
    inputs[chosen[action < 0.8]] = mask_id
    inputs[randomized] = rng.integers(vocabulary, size=len(randomized))
    return inputs, labels


# --8<-- [end:masking]


# --8<-- [start:sentence_pair]
def sentence_pair(
    documents: Sequence[Sequence[str]],
    document: int,
    i: int,
    rng: np.random.Generator,
) -> tuple[str, str, bool]:
    """Segment i with its successor, or in half the cases with a random one.

    The random segment comes from another document. Returns (A, B, is next).
    """
    a = documents[document][i]
    if rng.random() < 0.5:
        return a, documents[document][i + 1], True
    others = [d for k, d in enumerate(documents) if k != document]
    other = others[int(rng.integers(len(others)))]
    return a, other[int(rng.integers(len(other)))], False


def pack_pair(a: Sequence[str], b: Sequence[str]) -> tuple[list[str], Ids]:
    """Build [CLS] A [SEP] B [SEP] and its segment ids.

    >>> tokens, segments = pack_pair(["he", "left"], ["why"])
    >>> " ".join(tokens), segments.tolist()
    ('[CLS] he left [SEP] why [SEP]', [0, 0, 0, 0, 1, 1])
    """
    first, second = ["[CLS]", *a, "[SEP]"], [*b, "[SEP]"]
    return first + second, np.repeat([0, 1], [len(first), len(second)])


# --8<-- [end:sentence_pair]


# --8<-- [start:embeddings]
def bert_embeddings(
    ids: Ids, segments: Ids, token: Array, segment: Array, position: Array
) -> Array:
    """Sum of the three embeddings, normalized; dropout would follow.

    Args:
        ids: token ids, shape (n,).
        segments: segment ids (0 or 1), shape (n,).
        token: table of shape (vocabulary, d).
        segment: table of shape (2, d).
        position: table of shape (512, d).

    Returns:
        Array of shape (n, d): LayerNorm of the sum (gain 1, bias 0).
    """
    x = token[ids] + segment[segments] + position[: len(ids)]
    centered = x - x.mean(axis=-1, keepdims=True)
    variance = (centered**2).mean(axis=-1, keepdims=True)
    normalized: Array = centered / np.sqrt(variance + 1e-12)
    return normalized


def one_hot_inputs(ids: Ids, segments: Ids, sizes: Sequence[int]) -> Array:
    """One-hot token, segment and position side by side: (n, sum(sizes))."""
    columns = (ids, segments, np.arange(len(ids)))
    blocks = [np.eye(size)[c] for size, c in zip(sizes, columns, strict=True)]
    return np.hstack(blocks)


# --8<-- [end:embeddings]


# --8<-- [start:independence]
def independent_joint(joint: Array) -> Array:
    """Product of the marginals of a table p(a, b): all that BERT can express.

    >>> cities = np.array([[0.5, 0.0], [0.0, 0.5]])  # New/Los x York/Angeles
    >>> independent_joint(cities)
    array([[0.25, 0.25],
           [0.25, 0.25]])
    """
    product: Array = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    return product


# --8<-- [end:independence]


# --8<-- [start:objectives]
def token_cross_entropy(logits: Array, labels: Ids) -> float:
    """Mean cross-entropy over the positions that have a label.

    Args:
        logits: shape (n, vocabulary).
        labels: token ids or IGNORE, shape (n,).
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    kept = np.flatnonzero(labels != IGNORE)
    return float(-log_p[kept, labels[kept]].mean())


def causal_labels(ids: Ids) -> Ids:
    """GPT's labels: at each position the next token; none at the last.

    >>> causal_labels(np.array([7, 8, 9]))
    array([   8,    9, -100])
    """
    return np.append(ids[1:], IGNORE)


def visible(n: int, prefix: int) -> NDArray[np.bool_]:
    """True where position i may attend to j, shape (n, n).

    prefix = 0 gives GPT's causal mask, prefix = n BERT's full one, anything
    between a prefix language model.
    """
    i, j = np.indices((n, n))
    return (j <= i) | (j < prefix)


# --8<-- [end:objectives]


# --8<-- [start:lora]
def lora_forward(x: Array, w: Array, a: Array, b: Array, alpha: float) -> Array:
    """Frozen linear layer with a trained low-rank update.

    Args:
        x: inputs, shape (n, d_in).
        w: frozen weight, shape (d_out, d_in).
        a: trained, shape (r, d_in), random at the start.
        b: trained, shape (d_out, r), zero at the start.
        alpha: scale; the update counts alpha / r.
    """
    return x @ w.T + alpha / len(a) * (x @ a.T) @ b.T


def lora_merged(w: Array, a: Array, b: Array, alpha: float) -> Array:
    """One weight for inference: no extra latency."""
    return w + alpha / len(a) * b @ a


def lora_parameters(d_out: int, d_in: int, r: int) -> int:
    """Trained parameters of one adapted matrix.

    >>> lora_parameters(4096, 4096, 8), 4096**2
    (65536, 16777216)
    >>> f"{lora_parameters(4096, 4096, 8) / 4096**2:.2%}"
    '0.39%'
    """
    return r * (d_out + d_in)


# --8<-- [end:lora]


# --8<-- [start:dpo]
def tilted_policy(reference: Array, reward: Array, beta: float) -> Array:
    """Maximizer of E[reward] - beta KL(policy || reference), shape (k,).

    >>> reward = np.array([1.0, 0.0])
    >>> tilted_policy(np.array([0.5, 0.5]), reward, beta=1).round(3)
    array([0.731, 0.269])
    """
    weight = reference * np.exp((reward - reward.max()) / beta)
    policy: Array = weight / weight.sum()
    return policy


def dpo_loss(chosen: Array, rejected: Array, beta: float = 0.1) -> float:
    """Mean of -log sigmoid(beta (chosen - rejected)).

    Args:
        chosen: log(policy / reference) of preferred answers, shape (m,).
        rejected: the same of the answers not preferred, shape (m,).
        beta: strength of the pull towards the reference.

    Source: Rafailov et al. (2023), equation 7.
    """
    margin = beta * (chosen - rejected)
    return float(np.logaddexp(0, -margin).mean())


# --8<-- [end:dpo]
