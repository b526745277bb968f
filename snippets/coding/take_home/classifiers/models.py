"""Candidates of both assignments, the baseline first."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import (
    LinearDiscriminantAnalysis,
    QuadraticDiscriminantAnalysis,
)
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline, make_union

from snippets import Array
from snippets.coding.take_home.classifiers.data import shift


class Model(Protocol):
    """What is needed of a model: scikit-learn's two methods."""

    def fit(self, inputs: NDArray[Any], labels: NDArray[np.int64]) -> Any:
        """Learn from labeled samples."""

    def predict_proba(self, inputs: NDArray[Any]) -> Array:
        """Probability of each class, shape (samples, classes)."""


class Keywords:
    """Baseline: the class most of whose words occur in a message; nothing learned.

    >>> model = Keywords(["invoice card", "parcel courier"])
    >>> model.predict_proba(np.array(["The courier lost it", "?"]))
    array([[0. , 1. ],
           [0.5, 0.5]])
    """

    def __init__(self, words: list[str]) -> None:
        """Take one string of words for each class."""
        self.counters = [CountVectorizer(vocabulary=w.split()) for w in words]

    def fit(self, inputs: NDArray[Any], labels: NDArray[np.int64]) -> "Keywords":
        """Do nothing: the words are fixed."""
        return self

    def predict_proba(self, inputs: NDArray[Any]) -> Array:
        """Share of each class in the words that occur; equal shares if none does."""
        counts = [counter.transform(inputs).sum(axis=1) for counter in self.counters]
        table = np.asarray(counts, dtype=float).reshape(len(counts), -1).T
        table[table.sum(axis=1) == 0] = 1
        return np.asarray(table / table.sum(axis=1, keepdims=True))


class Shifted:
    """A model of images that also trains on copies moved by one pixel."""

    def __init__(self, model: Model) -> None:
        """Take the model to train."""
        self.model = model

    def fit(self, inputs: NDArray[Any], labels: NDArray[np.int64]) -> "Shifted":
        """Train on the images and on four copies, moved down, up, right and left."""
        moves = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
        images = np.concatenate([shift(inputs, *move) for move in moves])
        self.model.fit(images, np.tile(labels, len(moves)))
        return self

    def predict_proba(self, inputs: NDArray[Any]) -> Array:
        """Probabilities of the trained model; no copies are needed here."""
        return self.model.predict_proba(inputs)


# --8<-- [start:models]
WORDS = [
    "invoice charged paid payment card price bill",
    "parcel package delivery delivered shipping courier tracking",
    "return refund exchange size warranty broken",
    "account password login email app data profile",
]


def logistic() -> LogisticRegression:
    """Multinomial logistic regression with a weak L2 penalty."""
    return LogisticRegression(C=10, max_iter=1000)


def kernel() -> Model:
    """Linear discriminant on a Gaussian kernel, approximated by 300 landmarks."""
    features = Nystroem(gamma=0.05, n_components=300, random_state=0)
    model: Model = make_pipeline(features, LinearDiscriminantAnalysis())
    return model


def text_models() -> dict[str, Model]:
    """Fresh candidates for messages."""
    words = TfidfVectorizer(sublinear_tf=True)
    pieces = TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(3, 5))
    return {
        "keywords": Keywords(WORDS),
        "naive Bayes": make_pipeline(CountVectorizer(), MultinomialNB()),
        "words": make_pipeline(words, logistic()),
        "words and pieces": make_pipeline(make_union(words, pieces), logistic()),
    }


def image_models() -> dict[str, Model]:
    """Fresh candidates for images."""
    gaussian = make_pipeline(PCA(25), QuadraticDiscriminantAnalysis())
    return {
        "most frequent": DummyClassifier(),
        "nearest neighbor": KNeighborsClassifier(1),
        "linear": LinearDiscriminantAnalysis(),
        "one Gaussian each": gaussian,
        "kernel": kernel(),
        "kernel and shifts": Shifted(kernel()),
    }


# --8<-- [end:models]
