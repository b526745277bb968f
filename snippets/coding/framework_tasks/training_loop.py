"""A complete training script: data, model, loss, schedule, checkpoint, resume."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler
from torch.utils.data import DataLoader, Dataset


# --8<-- [start:solution]
class Samples(Dataset[tuple[Tensor, Tensor]]):
    """Feature vectors with their labels.

    >>> data = Samples(torch.eye(3), torch.tensor([2, 0, 1]))
    >>> len(data), data[0]
    (3, (tensor([1., 0., 0.]), tensor(2)))
    """

    def __init__(self, x: Tensor, y: Tensor) -> None:
        """Keep features x (N, D) and class indices y (N,).

        Raises:
            ValueError: if x and y differ in length.
        """
        if len(x) != len(y):
            raise ValueError(f"{len(x)} samples, but {len(y)} labels")
        self.x, self.y = x, y

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.x)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        """Return features (D,) and label () of one sample."""
        return self.x[index], self.y[index]


class MLP(nn.Module):
    """Linear (``hidden``), ReLU, dropout, linear (``classifier``).

    >>> MLP(64, 10)(torch.zeros(2, 64)).shape
    torch.Size([2, 10])
    """

    def __init__(
        self, in_features: int, num_classes: int, width: int = 128, p: float = 0.2
    ) -> None:
        """Create the layers; p is the share that dropout drops."""
        super().__init__()
        self.hidden = nn.Linear(in_features, width)
        self.dropout = nn.Dropout(p)
        self.classifier = nn.Linear(width, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits (N, num_classes) of x (N, in_features)."""
        hidden = self.dropout(functional.relu(self.hidden(x)))
        logits: Tensor = self.classifier(hidden)
        return logits


def train_epoch(
    model: nn.Module,
    loader: DataLoader[tuple[Tensor, Tensor]],
    optimizer: torch.optim.Optimizer,
    scheduler: LRScheduler,
) -> float:
    """Train on each batch of the loader once, in training mode.

    The loss of a batch is the mean cross-entropy of its samples. Optimizer and
    scheduler make one step a batch, in this order.

    Returns:
        The mean over all samples of the loss that each had when it was used.
    """
    model.train()
    total, count = 0.0, 0
    for x, y in loader:
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(x), y)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        scheduler.step()
        total += loss.item() * len(y)
        count += len(y)
    return total / count


def evaluate(
    model: nn.Module, loader: DataLoader[tuple[Tensor, Tensor]]
) -> tuple[float, float]:
    """Return the mean cross-entropy over all samples and the share classified right.

    The model is put into evaluation mode; no graph for gradients is built.
    """
    model.eval()
    total, right, count = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            total += functional.cross_entropy(logits, y, reduction="sum").item()
            right += int((logits.argmax(dim=1) == y).sum())
            count += len(y)
    return total / count, right / count


def save_checkpoint(path: Path, parts: dict[str, Any], history: list[float]) -> None:
    """Write all that an exact resume needs to a file, for `load_checkpoint`.

    That is: ``state_dict()`` of each part, the history, and the state of PyTorch's
    random number generator. If writing fails, a file that was there stays as it was.

    Args:
        path: the file.
        parts: model, optimizer, scheduler, ... by name.
        history: a number for each finished epoch.
    """
    state = {name: part.state_dict() for name, part in parts.items()}
    state |= {"history": history, "rng": torch.get_rng_state()}
    draft = path.with_suffix(".draft")
    torch.save(state, draft)
    draft.replace(path)


def load_checkpoint(path: Path, parts: dict[str, Any]) -> list[float]:
    """Put the parts and the generator back into the saved state; return the history.

    Args:
        path: a file that `save_checkpoint` wrote.
        parts: as they were given to it; changed in place.
    """
    state = torch.load(path, map_location="cpu", weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(state[name])
    torch.set_rng_state(state["rng"])
    history: list[float] = state["history"]
    return history


def fit(
    model: nn.Module,
    train: Dataset[tuple[Tensor, Tensor]],
    validation: Dataset[tuple[Tensor, Tensor]],
    path: Path,
    epochs: int = 30,
    batch_size: int = 32,
    lr: float = 3e-3,
    seed: int = 0,
) -> list[float]:
    """Train a model; return the validation accuracy after each epoch.

    AdamW with weight decay 0.01. Cosine schedule: of T steps in all, step t = 0, 1, ...
    uses the rate lr * (1 + cos(pi * t / T)) / 2. The training set is shuffled anew in
    each epoch, and its last batch may be smaller. The seed (for ``torch.manual_seed``)
    makes all reproducible but the weights that the model comes with.

    After each epoch a checkpoint is written to the path. If a checkpoint is there at
    the start, training goes on from it: weights and history are then bitwise those
    of a run that was never interrupted.

    Args:
        model: changed in place.
        train: samples to learn from.
        validation: samples to judge by, never learned from.
        path: the checkpoint.
        epochs: number of epochs in all, those before an interruption included.
        batch_size: samples a step.
        lr: the first step's learning rate.
        seed: for shuffling and dropout.
    """
    torch.manual_seed(seed)
    loader = DataLoader(train, batch_size, shuffle=True)
    optimizer = torch.optim.AdamW(model.parameters(), lr, weight_decay=0.01)
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs * len(loader))
    parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
    history = load_checkpoint(path, parts) if path.exists() else []
    for _ in range(len(history), epochs):
        train_epoch(model, loader, optimizer, scheduler)
        _, accuracy = evaluate(model, DataLoader(validation, batch_size))
        history.append(accuracy)
        save_checkpoint(path, parts, history)
    return history


# --8<-- [end:solution]
