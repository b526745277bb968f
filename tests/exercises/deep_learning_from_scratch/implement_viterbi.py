"""Cases of implement-viterbi: all paths are tried; a long chain with few paths."""

import itertools
import math
import warnings
from collections.abc import Iterator

import numpy as np

from scripts.exercise.cases import Case, Mistake, call, holds

MISTAKES = (
    Mistake(
        "the best state of each step alone",
        "    return path[::-1], float(best.max())\n",
        "    path = [int(row.argmax()) for row in emission]\n"
        "    return path, float(best.max())\n",
        shows="the best state of each step alone",
    ),
    Mistake(
        "the transitions are transposed",
        "        candidates = best[:, None] + transition  # (from, to)\n",
        "        candidates = best[:, None] + transition.T\n",
        shows="from row to column",
    ),
    Mistake(
        "the path is not turned around",
        "    return path[::-1], float(best.max())\n",
        "    return path, float(best.max())\n",
        shows="from the end",
    ),
    Mistake(
        "the start scores are forgotten",
        "    best = start + emission[0]",
        "    best = emission[0]",
        shows="start scores",
    ),
    Mistake(
        "sums of probabilities instead of the best one",
        "        best = candidates.max(axis=0) + scores\n",
        "        best = np.logaddexp.reduce(candidates, axis=0) + scores\n",
        shows="sum over paths",
    ),
    Mistake(
        "impossible paths are returned",
        '        raise ValueError("no path is possible")\n',
        "        pass\n",
        shows="no ValueError",
    ),
)


def score_of(path, start, transition, emission) -> float:
    """Return the score of a path by the statement's sum."""
    if not len(path):
        return 0.0
    terms = [start[path[0]], *(emission[t, s] for t, s in enumerate(path))]
    terms += [transition[i, j] for i, j in itertools.pairwise(path)]
    return float(sum(terms))


def best_of_all(start, transition, emission) -> tuple[list[int], float]:
    """Try all paths."""
    T, K = emission.shape
    scored = (
        (score_of(path, start, transition, emission), list(path))
        for path in itertools.product(range(K), repeat=T)
    )
    score, path = max(scored)
    return path, score


USUAL = (
    "usual reasons: transitions go from row to column; the start scores are forgotten; "
    "the path comes out from the end and must be turned around; a sum over paths "
    "(the forward algorithm) instead of a maximum",
    "常见原因：转移是从行到列；漏了初始分数；回溯得到的路径是倒着的，需要翻转；"
    "对路径求和（前向算法）而不是取最大",
)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    rng = np.random.default_rng(0)
    A = np.array([[0.5, 0.5], [0.25, 0.75]])
    B = np.array([[0.5, 0.5, 0.0], [0.125, 0.125, 0.75]])
    start = np.array([1.0, 0.0])
    log = {p: math.log(p) if p else -math.inf for p in (0.0, 0.125, 0.25, 0.5, 0.75, 1)}
    seen = [0, 2, 1, 2]
    yield call(
        (
            "logarithms of a hidden Markov model, zeros among them",
            "隐马尔可夫模型的对数分数，含概率 0",
        ),
        "hmm_scores",
        start,
        A,
        B,
        seen,
        gives=(
            np.array([log[p] for p in start]),
            np.array([[log[p] for p in row] for row in A]),
            np.array([[log[B[state, w]] for state in (0, 1)] for w in seen]),
        ),
        within=1e-9,
        effect=(
            "emission scores have a row for each step, a column for each state",
            "发射分数每一步一行、每个状态一列",
        ),
    )
    yield call(
        ("the model without observations", "没有观测的模型"),
        "hmm_scores",
        np.array([0.5, 0.5]),
        A,
        B,
        [],
        gives=(
            np.log([0.5, 0.5]),
            np.array([[log[p] for p in row] for row in A]),
            np.zeros((0, 2)),
        ),
        within=1e-9,
    )

    def quiet(their):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            scores = their.hmm_scores(start, A, B, [2])
        return bool(scores[0][1] == -math.inf)

    yield holds(
        ("log of 0 without a warning", "log 0 不产生警告"),
        "hmm_scores(start, A, B, [2])",
        quiet,
        (
            "np.log(0) warns; say np.errstate(divide='ignore') around it",
            "np.log(0) 会警告，可用 np.errstate(divide='ignore') 包起来",
        ),
    )
    zero = np.zeros(2)
    apart = np.array([[0.0, -9.0], [-9.0, 0.0]])
    emission = np.array([[2.0, 0.0], [0.0, 1.0], [2.0, 0.0]])
    yield call(
        ("changing the state costs more than it brings", "切换状态得不偿失"),
        "viterbi",
        zero,
        apart,
        emission,
        gives=([0, 0, 0], 4.0),
        within=1e-9,
        effect=(
            "the best state of each step alone is not the best path",
            "逐步取最优状态，得到的不是最优路径",
        ),
    )
    yield call(
        ("one step: start and emission", "只有一步：初始分数加发射分数"),
        "viterbi",
        np.array([0.0, 3.0, 1.0]),
        np.zeros((3, 3)),
        np.array([[2.0, 0.0, 1.5]]),
        gives=([1], 3.0),
        within=1e-9,
        effect=USUAL,
    )
    yield call(
        ("no steps", "没有任何一步"),
        "viterbi",
        zero,
        apart,
        np.zeros((0, 2)),
        gives=([], 0.0),
    )
    one_way = np.array([[0.0, 0.0], [-math.inf, 0.0]])
    back = np.array([[0.0, 0.75], [1.0, 0.0], [0.0, 1.0], [0.5, 0.0]])
    yield call(
        ("a forbidden way back", "禁止往回走"),
        "viterbi",
        zero,
        one_way,
        back,
        gives=best_of_all(zero, one_way, back),
        within=1e-9,
        effect=USUAL,
    )

    def refused(their):
        nowhere = np.full((2, 2), -math.inf)
        try:
            found = their.viterbi(zero, nowhere, emission)
        except ValueError:
            return True
        text = "no ValueError, but {}", "没有抛出 ValueError，而是返回了 {}"
        return text[0].format(found), text[1].format(found)

    yield holds(
        ("no path is possible: ValueError", "没有可行的路径：ValueError"),
        "viterbi(start, all -inf, emission)",
        refused,
    )
    for T, K in ((3, 3), (5, 4), (8, 2)):
        scores = rng.normal(size=K), rng.normal(size=(K, K)), rng.normal(size=(T, K))
        yield call(
            (
                f"{T} steps, {K} states, random: all paths tried",
                f"{T} 步、{K} 个状态的随机分数：试遍所有路径",
            ),
            "viterbi",
            *scores,
            gives=best_of_all(*scores),
            within=1e-9,
            effect=USUAL,
        )

    def tied(their):
        given = zero, np.zeros((2, 2)), np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 2.0]])
        path, score = their.viterbi(*given)
        best = best_of_all(*given)[1]
        if len(path) != 3 or score_of(path, *given) != best:
            return f"the path {path} is not a best one", f"路径 {path} 不是最优的"
        return score == best or (
            f"the score is {score} instead of {best}",
            f"分数是 {score}，应为 {best}",
        )

    yield holds(
        ("a tie: either path will do", "两条路径并列：任意一条都可以"),
        "viterbi(zeros, zeros, emission)",
        tied,
    )
    K, T = 40, 3000
    ring = np.full((K, K), -math.inf)
    ring[np.arange(K), (np.arange(K) + 1) % K] = -2.0
    scores = rng.normal(-5, 1, size=(T, K))
    ways = [[(first + t) % K for t in range(T)] for first in range(K)]
    totals = [score_of(way, np.zeros(K), ring, scores) for way in ways]
    best = max(range(K), key=totals.__getitem__)
    yield call(
        ("3,000 steps around a ring of 40 states", "3000 步，40 个状态排成一圈"),
        "viterbi",
        np.zeros(K),
        ring,
        scores,
        gives=(ways[best], totals[best]),
        within=1e-9,
        effect=(
            "trying all paths is hopeless, and probabilities instead of logarithms "
            "underflow",
            "试遍所有路径行不通；若用概率而不是对数，会下溢为 0",
        ),
    )
