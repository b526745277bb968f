"""A bidirectional LSTM that classifies sentences of different lengths."""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence


# --8<-- [start:solution]
class LSTMClassifier(nn.Module):
    """Word vectors, a bidirectional LSTM, and a linear layer on its final states.

    The submodules are ``embedding``, ``lstm`` (one layer) and ``classifier``. The
    classifier gets the forward direction's state after a sentence's last word, then
    the backward direction's state after its first word. What stands behind a sentence
    in its row never changes its logits. The vector of padding (number 0) is zero and
    gets no gradient.

    >>> model = LSTMClassifier(vocabulary_size=20, dim=8, hidden=16, num_classes=3)
    >>> tokens = torch.tensor([[5, 2, 7], [4, 0, 0]])
    >>> model(tokens, lengths=torch.tensor([3, 1])).shape
    torch.Size([2, 3])
    >>> sum(p.numel() for p in model.parameters())
    3587
    """

    def __init__(
        self, vocabulary_size: int, dim: int, hidden: int, num_classes: int
    ) -> None:
        """Create the layers.

        Args:
            vocabulary_size: number of word numbers, padding included.
            dim: length of a word vector.
            hidden: length of the state of each direction.
            num_classes: number of logits.
        """
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, dim, padding_idx=0)
        self.lstm = nn.LSTM(dim, hidden, batch_first=True, bidirectional=True)
        self.classifier = nn.Linear(2 * hidden, num_classes)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Return logits, shape (N, num_classes).

        Args:
            tokens: word numbers (N, T), int64; a sentence fills the start of its row.
            lengths: words of each sentence (N,), int64, from 1 to T, in any order.
        """
        embedded = self.embedding(tokens)  # (N, T, dim)
        packed = pack_padded_sequence(
            embedded, lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        _, (h, _) = self.lstm(packed)  # h: (2, N, hidden)
        features = torch.cat([h[0], h[1]], dim=1)  # (N, 2 * hidden)
        logits: Tensor = self.classifier(features)
        return logits


# --8<-- [end:solution]
