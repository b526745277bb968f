"""Cases of implement-naive-bayes: counted by hand and in exact fractions."""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from types import ModuleType
from typing import Any

import numpy as np

from scripts.exercise.cases import Case, Mistake, holds

MISTAKES = (
    Mistake(
        "nothing is smoothed",
        "np.full((2, len(words)), alpha)",
        "np.full((2, len(words)), 1e-300)",
        shows="without smoothing",
    ),
    Mistake(
        "the smoothing is missing in the denominator",
        "np.log(counts.sum(axis=1, keepdims=True))",
        "np.log((counts - alpha).sum(axis=1, keepdims=True))",
        shows="must sum to 1",
    ),
    Mistake(
        "the classes are taken as equally frequent",
        "np.log(np.bincount(labels) / len(labels))",
        "np.log(np.array([0.5, 0.5]))",
        shows="share of the messages",
    ),
    Mistake(
        "a repeated word counts once",
        "[model.column[word] for word in message if word in model.column]",
        "[model.column[word] for word in set(message) if word in model.column]",
        shows="a repeated word",
    ),
    Mistake(
        "probabilities are multiplied",
        "np.exp(spam - np.logaddexp(ham, spam))",
        "np.exp(spam) / (np.exp(spam) + np.exp(ham))",
        shows="underflow to 0",
    ),
)

HAM = ["meeting at noon", "see you at the meeting", "the report", "noon is fine"]
SPAM = ["win cash now", "win win win"]
MESSAGES = [text.split() for text in HAM + SPAM]
LABELS = [0] * len(HAM) + [1] * len(SPAM)


def likelihood(
    messages: Any, labels: Any, word: str, label: int, alpha: Any
) -> Fraction:
    """Return P(word | class), exactly."""
    words = [w for m, c in zip(messages, labels, strict=True) if c == label for w in m]
    size = len({w for m in messages for w in m})
    alpha = Fraction(alpha)
    return (words.count(word) + alpha) / (len(words) + alpha * size)


def joint(messages: Any, labels: Any, message: Any, alpha: Any) -> list[float]:
    """Return the log joint of both classes from one exact product each."""
    known = {w for m in messages for w in m}
    answer = []
    for label in (0, 1):
        product = Fraction(list(labels).count(label), len(labels))
        for word in message:
            if word in known:
                product *= likelihood(messages, labels, word, label, alpha)
        answer.append(math.log(product.numerator) - math.log(product.denominator))
    return answer


def refusal(*arguments: Any) -> Callable[[ModuleType], Any]:
    """Return a property: that training raises ValueError."""

    def run(their: ModuleType) -> bool | tuple[str, str]:
        try:
            their.train(*arguments)
        except ValueError:
            return True
        return "no ValueError was raised", "没有抛出 ValueError"

    return run


def cases() -> Iterator[Case]:
    """Yield the cases."""
    small = [["win", "win"], ["win", "now"], ["hi"]]

    def trained(field: str) -> Callable[[ModuleType], Any]:
        return lambda their: getattr(their.train(small, [1, 1, 0]), field)

    yield Case(
        ("training: the vocabulary, in order", "训练：按字母序的词表"),
        "train([[win, win], [win, now], [hi]], [1, 1, 0]).column",
        trained("column"),
        {"hi": 0, "now": 1, "win": 2},
    )
    yield Case(
        ("training: one of three is ham", "训练：三封中一封正常"),
        "train(...).log_prior",
        trained("log_prior"),
        np.log([1 / 3, 2 / 3]),
        1e-9,
        (
            "the prior is the share of the messages of each class",
            "先验是各类邮件所占的比例",
        ),
    )
    yield Case(
        ("training: the word probabilities", "训练：词的概率"),
        "train(...).log_likelihood",
        trained("log_likelihood"),
        np.log([[2 / 4, 1 / 4, 1 / 4], [1 / 7, 2 / 7, 4 / 7]]),
        1e-9,
        (
            "without smoothing, a word unseen in a class has probability 0",
            "不做平滑时，某类中没见过的词概率为 0",
        ),
    )

    def sums(their: ModuleType) -> bool | tuple[str, str]:
        for alpha in (1.0, 0.01, 5.0):
            p = np.exp(their.train(MESSAGES, LABELS, alpha).log_likelihood)
            if not np.allclose(p.sum(axis=1), 1, atol=1e-9):
                return (
                    f"with alpha = {alpha:g} they sum to {p.sum(axis=1).round(3)}",
                    f"alpha = {alpha:g} 时，和是 {p.sum(axis=1).round(3)}",
                )
        return True

    yield holds(
        ("training: probabilities of a class sum to 1", "训练：每类的概率和为 1"),
        "exp(train(messages, labels, alpha).log_likelihood).sum(axis=1)",
        sums,
        effect=(
            "the word probabilities of a class must sum to 1: the denominator gets "
            "alpha for each word of the vocabulary",
            "每类的词概率之和应为 1：分母要加上 alpha 乘以词表大小",
        ),
    )
    yield holds(
        ("training: only ham is refused", "训练：只有正常邮件"),
        "train([[hi]], [0]) raises ValueError",
        refusal([["hi"]], [0]),
    )
    yield holds(
        ("training: only spam is refused", "训练：只有垃圾邮件"),
        "train([[win]], [1]) raises ValueError",
        refusal([["win"]], [1]),
    )
    yield holds(
        ("training: alpha = 0 is refused", "训练：alpha = 0"),
        "train(messages, labels, alpha=0) raises ValueError",
        refusal(MESSAGES, LABELS, 0.0),
    )

    def scored(message: list[str], alpha: float) -> Callable[[ModuleType], Any]:
        return lambda their: their.log_joint(
            their.train(MESSAGES, LABELS, alpha), message
        )

    for about, text, alpha, effect in (
        (
            ("log joint: an empty message", "对数联合概率：空邮件"),
            "",
            1.0,
            ("the prior is the share of the messages", "先验是各类邮件所占的比例"),
        ),
        (
            ("log joint: win at noon", "对数联合概率：win at noon"),
            "win at noon",
            1.0,
            None,
        ),
        (
            ("log joint: a repeated word", "对数联合概率：重复的词"),
            "win win cash",
            1.0,
            (
                "in the multinomial model a repeated word counts each time",
                "多项式模型中重复的词每次都计入",
            ),
        ),
        (
            ("log joint: unseen words", "对数联合概率：没见过的词"),
            "dear cash winner",
            0.5,
            ("words not seen in training are left out", "训练中没见过的词应略去"),
        ),
    ):
        message = text.split()
        yield Case(
            about,
            f"log_joint(train(messages, labels, {alpha:g}), {message})",
            scored(message, alpha),
            np.array(joint(MESSAGES, LABELS, message, alpha)),
            1e-9,
            effect,
        )
    long = ["at", "win", "noon"] * 700
    yield Case(
        ("log joint: 2,100 words", "对数联合概率：2100 个词"),
        "log_joint(train(messages, labels, 1), 2,100 words)",
        scored(long, 1.0),
        np.array(joint(MESSAGES, LABELS, long, 1)),
        1e-9,
        ("products of probabilities underflow to 0", "概率连乘会下溢为 0"),
    )

    def probability(message: list[str]) -> Callable[[ModuleType], Any]:
        return lambda their: their.spam_probability(
            their.train(MESSAGES, LABELS), message
        )

    for message in ([], ["cash"], ["meeting", "win", "now"]):
        ham, spam = joint(MESSAGES, LABELS, message, 1)
        yield Case(
            (
                f"probability of spam: {' '.join(message) or 'an empty message'}",
                f"垃圾邮件的概率：{' '.join(message) or '空邮件'}",
            ),
            f"spam_probability(model, {message})",
            probability(message),
            1 / (1 + math.exp(ham - spam)),
            1e-9,
        )
    for word, right in (("win", 1.0), ("meeting", 0.0)):
        yield Case(
            (
                f"probability of spam: 30,000 times {word}",
                f"垃圾邮件的概率：3 万个 {word}",
            ),
            f"spam_probability(model, ['{word}'] * 30_000)",
            probability([word] * 30_000),
            right,
            1e-9,
            (
                "probabilities of long messages underflow to 0, and 0 / 0 is nan",
                "长邮件的概率下溢为 0 (underflow)，0 / 0 得到 nan",
            ),
        )
