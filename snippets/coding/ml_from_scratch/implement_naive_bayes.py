"""Tell spam from ham by multinomial naive Bayes, in log space."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


# --8<-- [start:solution]
class NaiveBayes(NamedTuple):  # given
    """What `train` learned; class 0 is ham, class 1 is spam."""

    log_prior: Array  # (2,): log of each class's share of the messages
    log_likelihood: Array  # (2, V): log P(word | class)
    column: dict[str, int]  # word -> its column, in alphabetical order


def train(
    messages: Sequence[Sequence[str]], labels: Sequence[int], alpha: float = 1.0
) -> NaiveBayes:
    """Estimate the class shares and the word probabilities of each class.

    P(word | class) = (count of the word in the class + alpha) / (count of all words in
    the class + alpha * V), where V is the number of different words of all messages.

    Args:
        messages: the words of each message; some may be empty, not all.
        labels: 1 for spam, 0 for ham, one a message.
        alpha: the smoothing count, more than 0.

    Raises:
        ValueError: if alpha is not positive or one of the classes does not occur.

    >>> model = train([["win", "win"], ["win", "now"], ["hi"]], [1, 1, 0])
    >>> list(model.column), np.exp(model.log_prior).round(4).tolist()
    (['hi', 'now', 'win'], [0.3333, 0.6667])
    >>> np.exp(model.log_likelihood[1] + np.log(7)).round(4).tolist()
    [1.0, 2.0, 4.0]
    """
    if alpha <= 0:
        raise ValueError("alpha must be positive")
    if set(labels) != {0, 1}:
        raise ValueError("there must be ham and spam")
    words = sorted({word for message in messages for word in message})
    column = {word: j for j, word in enumerate(words)}
    counts = np.full((2, len(words)), alpha)
    for message, label in zip(messages, labels, strict=True):
        for word in message:
            counts[label, column[word]] += 1
    log_likelihood = np.log(counts) - np.log(counts.sum(axis=1, keepdims=True))
    return NaiveBayes(np.log(np.bincount(labels) / len(labels)), log_likelihood, column)


def log_joint(model: NaiveBayes, message: Sequence[str]) -> Array:
    """Return log P(class) + sum of log P(word | class) over the message's words.

    Words that were not seen in training are left out.

    Args:
        model: from `train`.
        message: words; may be empty.

    Returns:
        Shape (2,), for ham and spam.

    >>> model = train([["win", "now"], ["hi"]], [1, 0])
    >>> np.exp(log_joint(model, ["win", "yes"])).round(4).tolist()
    [0.125, 0.2]
    """
    known = [model.column[word] for word in message if word in model.column]
    total: Array = model.log_prior + model.log_likelihood[:, known].sum(axis=1)
    return total


def spam_probability(model: NaiveBayes, message: Sequence[str]) -> float:
    """Return P(spam | message), also for messages of many thousand words.

    >>> model = train([["win", "now"], ["hi"]], [1, 0])
    >>> round(spam_probability(model, ["win"]), 4)
    0.6154
    >>> round(spam_probability(model, ["win"] * 100_000), 4)
    1.0
    """
    ham, spam = log_joint(model, message)
    return float(np.exp(spam - np.logaddexp(ham, spam)))


# --8<-- [end:solution]
