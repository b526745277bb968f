"""Sentences of different lengths: dataset, padding, masks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset

# --8<-- [start:solution]
PAD, UNK = 0, 1  # numbers of padding and of words that are not in the vocabulary


class Batch(NamedTuple):  # given
    """N sentences, padded to the T words of the longest."""

    tokens: Tensor  # (N, T), int64: word numbers, PAD behind each sentence
    lengths: Tensor  # (N,), int64: words of each sentence
    mask: Tensor  # (N, T), bool: True at words, False at padding
    labels: Tensor  # (N,), int64


def build_vocabulary(texts: Sequence[str], min_count: int = 1) -> dict[str, int]:
    """Number the words of the training texts from 2 on.

    Words are what stands between white space, in lower case. The most frequent word
    comes first; words of the same count come in alphabetical order.

    Args:
        texts: training texts.
        min_count: rarer words are left out.

    >>> build_vocabulary(["a good film", "A bad film"])
    {'a': 2, 'film': 3, 'bad': 4, 'good': 5}
    >>> build_vocabulary(["a good film", "A bad film"], min_count=2)
    {'a': 2, 'film': 3}
    """
    counts = Counter(word for text in texts for word in text.lower().split())
    frequent = [word for word, count in counts.items() if count >= min_count]
    ranked = sorted(frequent, key=lambda word: (-counts[word], word))
    return {word: number for number, word in enumerate(ranked, start=2)}


class Texts(Dataset[tuple[Tensor, int]]):
    """Texts as word numbers, with labels.

    >>> data = Texts(["Good film", ""], [1, 0], {"film": 2, "good": 3})
    >>> data[0], data[1]
    ((tensor([3, 2]), 1), (tensor([1]), 0))
    """

    def __init__(
        self, texts: Sequence[str], labels: Sequence[int], vocabulary: Mapping[str, int]
    ) -> None:
        """Keep texts, labels and vocabulary.

        Raises:
            ValueError: if texts and labels differ in length.
        """
        if len(texts) != len(labels):
            raise ValueError(f"{len(texts)} texts, but {len(labels)} labels")
        self.texts, self.labels, self.vocabulary = texts, labels, vocabulary

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.texts)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        """Return the word numbers (T,), int64, and the label of one text.

        Words are split as in `build_vocabulary`; unknown ones become UNK. A text
        without words becomes a single UNK, so that T >= 1.
        """
        words = self.texts[index].lower().split()
        numbers = [self.vocabulary.get(word, UNK) for word in words] or [UNK]
        return torch.tensor(numbers), self.labels[index]


def collate(samples: Sequence[tuple[Tensor, int]]) -> Batch:
    """Join samples of a `Texts` to a batch.

    Args:
        samples: pairs of word numbers (T_n,) and label; any number may be among the
            word numbers, even PAD.

    >>> batch = collate([(torch.tensor([5, 2]), 1), (torch.tensor([4]), 0)])
    >>> batch.tokens.tolist(), batch.lengths.tolist()
    ([[5, 2], [4, 0]], [2, 1])
    >>> batch.mask.tolist()
    [[True, True], [True, False]]
    """
    sequences, labels = zip(*samples, strict=True)
    tokens = pad_sequence(list(sequences), batch_first=True, padding_value=PAD)
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    mask = torch.arange(tokens.shape[1]) < lengths[:, None]
    return Batch(tokens, lengths, mask, torch.tensor(labels))


def make_loader(
    data: Dataset[tuple[Tensor, int]],
    batch_size: int,
    shuffle: bool = False,
    seed: int = 0,
) -> DataLoader[tuple[Tensor, int]]:
    """Return a loader that yields each text once an epoch, in a `Batch`.

    Args:
        data: the texts.
        batch_size: texts a batch; the last one may have fewer.
        shuffle: whether to draw a new order for each epoch.
        seed: of a generator of the loader's own that draws these orders.
    """
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(
        data, batch_size, shuffle=shuffle, collate_fn=collate, generator=generator
    )


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over each sequence's words, shape (N, D).

    Args:
        values: shape (N, T, D); what stands at padding doesn't matter, and may be NaN.
        mask: shape (N, T), True at words; at least one in each row.
    """
    kept = values.masked_fill(~mask[:, :, None], 0.0)
    return kept.sum(dim=1) / mask.sum(dim=1, keepdim=True)


# --8<-- [end:solution]
