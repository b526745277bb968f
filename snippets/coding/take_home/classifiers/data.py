"""Both data sets in one form: inputs, labels, and who each sample comes from."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from snippets import Array
from snippets.coding.take_home.classifiers.corpus import CLASSES, Message

WRITERS = 13  # by the description of the data; they wrote one after another


# --8<-- [start:data]
class Data(NamedTuple):
    """Samples with the source of each: a new source is what production brings."""

    inputs: NDArray[Any]  # shape (n, ...)
    labels: NDArray[np.int64]  # shape (n,), places in `names`
    sources: NDArray[np.int64]  # shape (n,)
    names: tuple[str, ...]

    def take(self, rows: NDArray[Any]) -> "Data":
        """Some of the samples, by index or by a mask."""
        return Data(
            self.inputs[rows], self.labels[rows], self.sources[rows], self.names
        )


def hold_out(data: Data, share: float = 0.25, seed: int = 0) -> tuple[Data, Data]:
    """Data to develop on, and a test set of *other sources* to open once."""
    rng = np.random.default_rng(seed)
    sources = np.unique(data.sources)
    chosen = rng.choice(sources, round(share * len(sources)), replace=False)
    tested = np.isin(data.sources, chosen)
    return data.take(~tested), data.take(tested)


# --8<-- [end:data]
def digits() -> Data:
    """8x8 images of digits, pixels from 0 to 1; the source is a block of the file.

    The file names no writers. A block is a 13th of it.

    >>> data = digits()
    >>> data.inputs.shape, data.inputs.max(), np.bincount(data.sources).tolist()[:3]
    ((1797, 64), np.float64(1.0), [139, 138, 138])
    """
    images, labels = load_digits(return_X_y=True)
    blocks = np.arange(len(labels)) * WRITERS // len(labels)
    return Data(images / 16, labels, blocks, tuple("0123456789"))


def texts(inbox: list[Message]) -> Data:
    """Messages with the labels they were given; the source is the customer."""
    return Data(
        np.array([message.text for message in inbox]),
        np.array([CLASSES.index(message.label) for message in inbox]),
        np.array([message.customer for message in inbox]),
        CLASSES,
    )


def shift(images: Array, down: int, right: int) -> Array:
    """Move flat 8x8 images, shape (n, 64); what enters is empty.

    >>> image = np.zeros((1, 64))
    >>> image[0, 9] = 1.0  # row 1, column 1
    >>> shift(image, 1, -1).argmax()  # row 2, column 0
    np.int64(16)
    """
    padded = np.pad(images.reshape(-1, 8, 8), ((0, 0), (8, 8), (8, 8)))
    moved = padded[:, 8 - down : 16 - down, 8 - right : 16 - right]
    return moved.reshape(len(images), 64)
