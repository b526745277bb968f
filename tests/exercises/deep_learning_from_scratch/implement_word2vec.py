"""Cases of implement-word2vec: pairs by distance, differences, a corpus of topics."""

import math
from collections.abc import Iterator

import numpy as np

from scripts.exercise.cases import Case, Mistake, call, holds

MISTAKES = (
    Mistake(
        "the window misses its last word",
        "min(len(sentence), i + window + 1)",
        "min(len(sentence), i + window)",
        shows="as far to the right as to the left",
    ),
    Mistake(
        "a word is left out as a context of its equal",
        "        if j != i\n",
        "        if sentence[j] != center\n",
        shows="position",
    ),
    Mistake(
        "the noise follows the plain counts",
        "    powered = counts**0.75\n",
        "    powered = counts**1.0\n",
        shows="power 0.75",
    ),
    Mistake(
        "gradients of repeated words overwrite each other",
        "    np.add.at(grad_out, words, errors[:, :, None] * v[:, None, :])\n",
        "    grad_out[words] += errors[:, :, None] * v[:, None, :]\n",
        shows="np.add.at",
    ),
    Mistake(
        "the gradient is that of the sum",
        "(sigmoid(scores) - labels) / len(centers)",
        "sigmoid(scores) - labels",
        shows="divide by the number of pairs",
    ),
    Mistake(
        "logarithm of a sigmoid that has become 0",
        "np.logaddexp(0.0, np.where(labels == 1.0, -scores, scores))",
        "-np.log(sigmoid(np.where(labels == 1.0, scores, -scores)))",
        shows="rounded to 0",
    ),
    Mistake(
        "negatives are drawn like true contexts",
        "    labels[:, 0] = 1.0\n",
        "    labels[:, :] = 1.0\n",
        shows="negatives",
    ),
    Mistake(
        "all batches count the same in an epoch's loss",
        "            total += loss * len(centers)\n"
        "        losses.append(total / len(pairs))\n",
        "            total += loss\n"
        "        losses.append(total / -(-len(pairs) // batch_size))\n",
        shows="counts by its pairs",
    ),
    Mistake(
        "training draws negatives uniformly",
        "    noise = noise_distribution(np.bincount(words, minlength=V))\n",
        "    noise = np.full(V, 1 / V)\n",
        shows="never a negative",
    ),
    Mistake(
        "both tables start at 0",
        "    W_in = rng.uniform(-0.5 / d, 0.5 / d, (V, d))\n",
        "    W_in = np.zeros((V, d))\n",
        shows="both tables at 0",
    ),
)

GRADS = (
    "usual reasons: negatives enter with -log sigmoid(-score); words that repeat in a "
    "batch add up their gradients (np.add.at, not +=); the loss is a mean, so divide "
    "by "
    "the number of pairs",
    "常见原因：负样本的损失是 -log sigmoid(-得分)；同一批中重复的词，梯度要累加（用 "
    "np.add.at，"
    "不能用 +=）；损失是平均值，要除以词对的个数",
)


def near_pairs(sentences, window: int) -> np.ndarray:
    """Try all pairs of positions of a sentence."""
    pairs = [
        (sentence[i], sentence[j])
        for sentence in sentences
        for i in range(len(sentence))
        for j in range(len(sentence))
        if 1 <= abs(i - j) <= window
    ]
    return np.array(pairs, dtype=int).reshape(-1, 2)


def soft(z: float) -> float:
    """Return log(1 + exp(z))."""
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


def mean_loss(W_in, W_out, centers, contexts, negatives) -> float:
    """Compute the loss pair by pair."""
    terms = []
    for center, context, noise in zip(centers, contexts, negatives, strict=True):
        v = W_in[center].tolist()

        def score(word, v=v):
            pairs = zip(W_out[word].tolist(), v, strict=True)
            return math.fsum(a * b for a, b in pairs)

        terms.append(soft(-score(context)))
        terms += [soft(score(word)) for word in noise]
    return math.fsum(terms) / len(centers)


def differences(W_in, W_out, *batch) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the loss, and its gradients by central differences."""
    grads, step = [], 1e-5
    for which in (0, 1):
        grad = np.empty_like((W_in, W_out)[which])
        for place in np.ndindex(grad.shape):
            sides = []
            for sign in (1, -1):
                moved = [W_in.copy(), W_out.copy()]
                moved[which][place] += sign * step
                sides.append(mean_loss(*moved, *batch))
            grad[place] = (sides[0] - sides[1]) / (2 * step)
        grads.append(grad)
    return mean_loss(W_in, W_out, *batch), grads[0], grads[1]


def topics(rng, groups: int = 3, words: int = 4, sentences: int = 60) -> list:
    """Return sentences of 6 words, each of one topic; word w belongs to w // words."""
    return [
        (words * (n % groups) + rng.integers(0, words, 6)).tolist()
        for n in range(sentences)
    ]


def cases() -> Iterator[Case]:
    """Yield the cases."""
    rng = np.random.default_rng(0)
    yield call(
        ("three words, window 1", "三个词，窗口 1"),
        "skip_gram_pairs",
        [[5, 6, 7]],
        1,
        gives=np.array([[5, 6], [6, 5], [6, 7], [7, 6]]),
        effect=(
            "the window reaches as far to the right as to the left",
            "窗口向右和向左一样远",
        ),
    )
    for about, sentences, window in (
        (("two sentences, window 2", "两个句子，窗口 2"), [[1, 2, 3, 4], [5, 6]], 2),
        (("a word next to itself", "一个词与自己相邻"), [[3, 3, 1]], 1),
        (("no pairs at all", "没有任何词对"), [[4], []], 3),
        (("30 words, window 5", "30 个词，窗口 5"), [list(range(30))], 5),
    ):
        yield call(
            about,
            "skip_gram_pairs",
            sentences,
            window,
            gives=near_pairs(sentences, window),
            effect=(
                "a pair never crosses sentences; only the center's own position is "
                "left "
                "out, not equal words; no pairs: shape (0, 2)",
                "词对不跨句；只排除中心词自己的位置，不排除相同的词；"
                "没有词对时形状为 (0, 2)",
            ),
        )
    counts = [81, 16, 1, 0]
    powers = [27.0, 8.0, 1.0, 0.0]
    yield call(
        (
            "noise of words seen 81, 16, 1 and 0 times",
            "出现 81、16、1、0 次的词的噪声分布",
        ),
        "noise_distribution",
        np.array(counts),
        gives=np.array(powers) / 36,
        within=1e-9,
        effect=(
            "the power 0.75, then normalized",
            "先取 0.75 次方，再归一化",
        ),
    )
    W_in, W_out = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    batches = (
        (
            ("one pair, one negative", "一个词对，一个负样本"),
            np.array([0]),
            np.array([1]),
            np.array([[2]]),
        ),
        (
            ("a pair with repeated negatives", "负样本有重复的一个词对"),
            np.array([0]),
            np.array([1]),
            np.array([[2, 2, 1, 0]]),
        ),
        (
            ("5 pairs with repeated words", "5 个词对，词有重复"),
            np.array([0, 0, 1, 3, 0]),
            np.array([1, 1, 2, 3, 2]),
            rng.integers(0, 4, (5, 3)),
        ),
    )
    for about, *batch in batches:
        yield call(
            about,
            "loss_and_grads",
            W_in,
            W_out,
            *batch,
            gives=differences(W_in, W_out, *batch),
            within=1e-8,
            effect=GRADS,
        )
    yield call(
        ("scores of 1,000 on the wrong side", "得分 1000，但方向全错"),
        "loss_and_grads",
        np.array([[1.0], [0.0], [0.0]]),
        np.array([[0.0], [-1000.0], [1000.0]]),
        np.array([0]),
        np.array([1]),
        np.array([[2]]),
        gives=(
            2000.0,
            np.array([[2000.0], [0.0], [0.0]]),
            np.array([[0.0], [-1.0], [1.0]]),
        ),
        within=1e-9,
        effect=(
            "the logarithm of a sigmoid that was rounded to 0: use np.logaddexp",
            "对已舍入为 0 的 sigmoid 取了对数：请用 np.logaddexp",
        ),
    )
    V, d, B, k = 1000, 20, 20_000, 5
    centers, contexts = rng.integers(0, V, B), rng.integers(0, V, B)
    negatives = rng.integers(0, V, (B, k))
    s = 1 / (1 + math.exp(-d * 0.02))  # every score is d * 0.1 * 0.2
    seen = np.bincount(centers, minlength=V)
    pulled, pushed = np.bincount(contexts, minlength=V), np.bincount(negatives.ravel())
    rows = (seen * (k * s - (1 - s)) * 0.2, (pushed * s - pulled * (1 - s)) * 0.1)
    yield call(
        ("20,000 pairs with equal scores", "2 万个词对，得分全部相同"),
        "loss_and_grads",
        np.full((V, d), 0.1),
        np.full((V, d), 0.2),
        centers,
        contexts,
        negatives,
        gives=(
            soft(-d * 0.02) + k * soft(d * 0.02),
            *(row[:, None].repeat(d, axis=1) / B for row in rows),
        ),
        within=1e-9,
        effect=GRADS,
    )

    def first(their):
        vectors, losses = their.train([[0, 1, 2]], 9, 5, 2, 3, 0.0, 2, 4, _rng())
        if np.shape(vectors) != (9, 5):
            return f"W_in has shape {np.shape(vectors)}", f"形状是 {np.shape(vectors)}"
        spread = float(np.abs(vectors).max())
        if not 0 < spread <= 0.1 or len(np.unique(vectors)) != 45:
            return (
                "W_in does not start at random numbers between -0.5 / d and 0.5 / d",
                "W_in 的初值不是 -0.5 / d 到 0.5 / d 之间的随机数",
            )
        if len(losses) != 2:
            return (
                f"{len(losses)} losses for 2 epochs",
                f"2 轮却有 {len(losses)} 个损失",
            )
        wanted = 4 * math.log(2)  # every score is 0: log 2 for the context and 3 noises
        return max(abs(loss - wanted) for loss in losses) < 1e-9 or (
            f"the losses are {losses} instead of 4 log 2 each",
            f"损失是 {losses}，都应为 4 log 2",
        )

    yield holds(
        ("training with steps of length 0", "步长为 0 的训练"),
        "train([[0, 1, 2]], V=9, d=5, window=2, k=3, lr=0, epochs=2, batch_size=4)",
        first,
        (
            "with W_out = 0 every score is 0; with both tables at 0 nothing is ever "
            "learned",
            "W_out 为 0 时所有得分为 0；若两张表都是 0，就永远学不到东西",
        ),
    )

    def alone(their):
        # only word 0 occurs: all pairs and negatives are alike, whatever is drawn
        start, _ = their.train([[0, 0, 0]], 2, 3, 1, 2, 0.0, 2, 3, _rng())
        vectors, losses = their.train([[0, 0, 0]], 2, 3, 1, 2, 5.0, 2, 3, _rng())
        v, u, means = start[0].tolist(), [0.0] * 3, []
        for _ in range(2):
            mean = 0.0
            for size in (3, 1):  # 4 pairs
                s = math.fsum(a * b for a, b in zip(u, v, strict=True))
                mean += size / 4 * (soft(-s) + 2 * soft(s))
                error = 3 / (1 + math.exp(-s)) - 1  # of the context and 2 negatives
                moved = [a - 5.0 * error * b for a, b in zip(v, u, strict=True)]
                u = [b - 5.0 * error * a for a, b in zip(v, u, strict=True)]
                v = moved
            means.append(mean)
        wanted = np.array([v, start[1].tolist()])
        if not np.allclose(vectors, wanted, rtol=1e-9, atol=1e-9):
            got, wanted = np.round(vectors, 4).tolist(), np.round(wanted, 4).tolist()
            return f"W_in is {got} instead of {wanted}", f"W_in 是 {got}，应为 {wanted}"
        return np.allclose(losses, means, rtol=1e-9, atol=0) or (
            f"the losses are {list(losses)} instead of {means}",
            f"损失是 {list(losses)}，应为 {means}",
        )

    yield holds(
        ("only word 0 occurs: four steps by hand", "只出现词 0：手算四步"),
        "train([[0, 0, 0]], V=2, d=3, window=1, k=2, lr=5, epochs=2, batch_size=3)",
        alone,
        (
            "a word that never occurs is never a negative; both tables move by lr "
            "times the gradient of the mean loss; the loss is that before the step, "
            "and a smaller last batch counts by its pairs",
            "从未出现的词不会被抽为负样本；两张表的移动量都是 lr 乘以平均损失的梯度；"
            "损失取更新之前的，最后不满的一批按词对个数计",
        ),
    )

    def neighbors(their):
        vectors, losses = their.train(topics(_rng()), 12, 8, 2, 5, 1.0, 8, 32, _rng())
        if not losses[-1] < 0.8 * losses[0]:
            return (
                f"the loss falls only from {losses[0]:.3f} to {losses[-1]:.3f}",
                f"损失只从 {losses[0]:.3f} 降到 {losses[-1]:.3f}",
            )
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        cosine = unit @ unit.T
        for word in range(12):
            nearest = sorted(range(12), key=lambda w: -cosine[word, w])[1:4]
            if any(other // 4 != word // 4 for other in nearest):
                return (
                    f"word {word} is near {nearest}, not near its own topic",
                    f"词 {word} 的近邻是 {nearest}，不是同主题的词",
                )
        return True

    yield holds(
        ("words of one topic become neighbors", "同一主题的词成为近邻"),
        "train(60 sentences on 3 topics, V=12, d=8, window=2, k=5, lr=1, epochs=8)",
        neighbors,
        (
            "usual reasons: both tables at 0, a step uphill, negatives treated like "
            "contexts",
            "常见原因：两张表都从 0 开始、更新方向反了、把负样本当成了上下文",
        ),
    )


def _rng() -> np.random.Generator:
    return np.random.default_rng(1)
