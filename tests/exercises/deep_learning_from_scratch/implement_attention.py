"""Cases of implement-attention: sums query by query with math, and properties."""

import math
from collections.abc import Iterator

import numpy as np

from scripts.exercise.cases import Case, Mistake, call, holds

MISTAKES = (
    Mistake(
        "the scores are not scaled",
        " / np.sqrt(Q.shape[-1])",
        "",
        shows="square root of the width of the keys",
    ),
    Mistake(
        "softmax over the queries",
        "    total = exp.sum(axis=-1, keepdims=True)\n",
        "    total = exp.sum(axis=-2, keepdims=True)\n",
        shows="over the keys",
    ),
    Mistake(
        "hidden keys get a large negative number",
        "        scores = np.where(mask, scores, -np.inf)\n",
        "        scores = np.where(mask, scores, -1e9)\n",
        shows="may look at no key",
    ),
    Mistake(
        "the mask is applied after the softmax",
        "        scores = np.where(mask, scores, -np.inf)\n"
        "    top = scores.max(axis=-1, keepdims=True)\n",
        "        scores = np.where(mask, scores, 0.0)\n"
        "    top = scores.max(axis=-1, keepdims=True)\n",
        shows="score 0 is not hidden",
    ),
    Mistake(
        "the maximum is not subtracted",
        "np.exp(scores - np.where(top == -np.inf, 0.0, top))",
        "np.exp(scores)",
        shows="exp overflows",
    ),
    Mistake(
        "heads are cut by reshape alone",
        "    return x.reshape(N, T, heads, D // heads).swapaxes(1, 2)\n",
        "    return x.reshape(N, heads, T, D // heads)\n",
        shows="reshape alone mixes positions",
    ),
    Mistake(
        "a position does not see itself",
        "np.tril(np.ones((T, T), dtype=bool))",
        "np.tril(np.ones((T, T), dtype=bool), -1)",
        shows="position i sees itself",
    ),
    Mistake(
        "keys come from the queries' sequence",
        "    K = split_heads(memory @ W_k, heads)\n",
        "    K = split_heads(x @ W_k, heads)\n",
        shows="keys and values come from memory",
    ),
)

SCALE = (
    "usual reasons: scores that are not divided by the square root of the width of the "
    "keys, or a softmax that is not taken over the keys (the last axis)",
    "常见原因：得分没有除以键的宽度的平方根，或者 softmax 没有沿着键（最后一维）做",
)
HEADS = (
    "usual reasons: reshape alone mixes positions and features, swap the axes as well; "
    "keys and values come from memory, only queries from x; W_o is forgotten",
    "常见原因：只用 reshape 会把位置和特征混在一起，还要交换轴；键和值来自 memory，"
    "只有查询来自 x；"
    "漏了 W_o",
)


def by_queries(Q, K, V, mask=None) -> tuple[np.ndarray, np.ndarray]:
    """Compute one matrix of queries (T_q, d), query by query."""
    rows = []
    for i, query in enumerate(Q.tolist()):
        scores = {}
        for j, key in enumerate(K.tolist()):
            if mask is None or mask[i, j]:
                dot = math.fsum(a * b for a, b in zip(query, key, strict=True))
                scores[j] = dot / math.sqrt(len(query))
        top = max(scores.values(), default=0.0)
        total = math.fsum(math.exp(score - top) for score in scores.values())
        row = [0.0] * len(K)
        for j, score in scores.items():
            row[j] = math.exp(score - top) / total
        rows.append(row)
    weights = np.array(rows)
    output = [
        [math.fsum(w * v for w, v in zip(row, column, strict=True)) for column in V.T]
        for row in rows
    ]
    return np.array(output), weights


def by_heads(x, memory, weights, heads: int, mask) -> np.ndarray:
    """Compute sample by sample and head by head, each with its columns of W."""
    W_q, W_k, W_v, W_o = weights
    d = x.shape[2] // heads
    result = np.zeros(x.shape)
    for n in range(len(x)):
        for head in range(heads):
            part = slice(head * d, (head + 1) * d)
            output, _ = by_queries(
                x[n] @ W_q[:, part],
                memory[n] @ W_k[:, part],
                memory[n] @ W_v[:, part],
                mask[n, head],
            )
            result[n] += output @ W_o[part]  # the heads' shares of the result add up
    return result


def cases() -> Iterator[Case]:
    """Yield the cases."""
    rng = np.random.default_rng(0)
    yield call(
        ("causal mask of 3 positions", "3 个位置的因果掩码"),
        "causal_mask",
        3,
        gives=np.array([[j <= i for j in range(3)] for i in range(3)]),
        effect=(
            "position i sees itself and what comes before; rows are queries, True "
            "allows",
            "位置 i 能看到自己和之前的位置；行是查询，True 表示可见",
        ),
    )
    yield call(
        ("padding mask of sequences of length 2, 0 and 3", "长度为 2、0、3 的填充掩码"),
        "padding_mask",
        np.array([2, 0, 3]),
        3,
        gives=np.array(
            [[[[True, True, False]]], [[[False] * 3]], [[[True, True, True]]]]
        ),
    )
    Q, K, V = rng.normal(size=(2, 4)), rng.normal(size=(3, 4)), rng.normal(size=(3, 5))
    yield call(
        ("equal scores: the mean of the values", "得分相同：输出是值的平均"),
        "attention",
        np.zeros((1, 2)),
        np.ones((3, 2)),
        np.array([[1.0], [2.0], [6.0]]),
        gives=(np.array([[3.0]]), np.full((1, 3), 1 / 3)),
        within=1e-9,
        effect=SCALE,
    )
    yield call(
        ("2 queries, 3 keys, width 4", "2 个查询、3 个键，宽度 4"),
        "attention",
        Q,
        K,
        V,
        gives=by_queries(Q, K, V),
        within=1e-9,
        effect=SCALE,
    )
    mask = np.array([[True, False, True], [False, True, False]])
    yield call(
        ("the same with a mask", "同上，加掩码"),
        "attention",
        Q,
        K,
        V,
        mask,
        gives=by_queries(Q, K, V, mask),
        within=1e-9,
        effect=(
            "a hidden key has weight exactly 0: a score 0 is not hidden, exp(0) is 1",
            "被屏蔽的键权重必须为 0：得分设为 0 并不等于屏蔽，因为 exp(0) 是 1",
        ),
    )
    blind = np.array([[False, False, False], [True, True, False]])
    yield call(
        ("a query that may look at no key", "一个键都看不到的查询"),
        "attention",
        Q,
        K,
        V,
        blind,
        gives=by_queries(Q, K, V, blind),
        within=1e-9,
        effect=(
            "a query that may look at no key gets 0, not NaN and not the mean of all",
            "什么键都看不到的查询应得 0，而不是 NaN，也不是全部值的平均",
        ),
    )
    yield call(
        ("scores in the thousands", "得分上千"),
        "attention",
        100 * Q,
        100 * K,
        V,
        gives=by_queries(100 * Q, 100 * K, V),
        within=1e-9,
        effect=(
            "exp overflows: subtract each row's maximum first",
            "exp 上溢：先减去每一行的最大值",
        ),
    )
    x = np.arange(24.0).reshape(2, 3, 4)
    cut = np.array(
        [
            [[[s[t][2 * a + e] for e in (0, 1)] for t in range(3)] for a in (0, 1)]
            for s in x
        ]
    )
    yield call(
        ("features cut into 2 heads", "把特征切成 2 个头"),
        "split_heads",
        x,
        2,
        gives=cut,
        effect=HEADS,
    )
    yield call(
        ("2 heads put together again", "把 2 个头拼回去"),
        "merge_heads",
        cut,
        gives=x,
        effect=HEADS,
    )

    def refused(their):
        try:
            their.split_heads(np.zeros((1, 2, 5)), 2)
        except ValueError:
            return True
        return "no ValueError was raised", "没有抛出 ValueError"

    yield holds(
        ("5 features, 2 heads: ValueError", "5 个特征、2 个头：ValueError"),
        "split_heads(array of shape (1, 2, 5), 2)",
        refused,
    )
    x, memory = rng.normal(size=(2, 3, 6)), rng.normal(size=(2, 4, 6))
    weights = tuple(rng.normal(size=(6, 6)) for _ in range(4))
    every = np.ones((2, 3, 3, 4), dtype=bool)
    yield call(
        ("cross-attention with 3 heads", "3 个头的交叉注意力"),
        "multi_head_attention",
        x,
        memory,
        weights,
        3,
        gives=by_heads(x, memory, weights, 3, every),
        within=1e-9,
        effect=HEADS,
    )
    both = [
        [[[j <= i and j < length for j in range(3)] for i in range(3)]] * 2
        for length in (3, 2)
    ]
    same = np.array(both)  # (N, heads, T, T)
    yield call(
        ("self-attention, causal and padded", "自注意力，因果掩码加填充掩码"),
        "multi_head_attention",
        x,
        x,
        weights,
        2,
        same[:, :1],
        gives=by_heads(x, x, weights, 2, same),
        within=1e-9,
        effect=HEADS,
    )

    def hidden(their):
        lower = np.tril(np.ones((3, 3), dtype=bool))
        before = their.multi_head_attention(x, x, weights, 2, lower)
        other = x.copy()
        other[:, 2] = 1e3
        after = their.multi_head_attention(other, other, weights, 2, lower)
        if not np.allclose(before[:, :2], after[:, :2], rtol=0, atol=1e-9):
            return (
                "an earlier position changes when the last one does",
                "改动最后一个位置，前面的位置也变了",
            )
        return bool(np.abs(before[:, 2] - after[:, 2]).max() > 1) or (
            "the last position does not see its own change",
            "最后一个位置没有看到自己的变化",
        )

    yield holds(
        ("the future does not reach back", "未来不影响过去"),
        "multi_head_attention(x, x, weights, 2, causal), x[:, 2] changed",
        hidden,
    )
    T, D = 400, 64
    long = rng.normal(size=(2, T, D))
    uniform = np.zeros((D, D)), np.eye(D), np.eye(D), np.eye(D)
    means = np.cumsum(long, axis=1) / np.arange(1, T + 1)[:, None]
    yield call(
        ("400 positions, 8 heads: running means", "400 个位置、8 个头：前缀平均"),
        "multi_head_attention",
        long,
        long,
        uniform,
        8,
        np.arange(T)[:, None] >= np.arange(T),
        gives=means,
        within=1e-9,
        effect=(
            "with queries of 0 every visible value counts the same",
            "查询为 0 时，可见的每个值权重相同",
        ),
    )
