"""What the cases of several modules need: fixed randomness, and a comparison."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from scripts.exercise.cases import Text

WITHIN = 1e-9  # for outputs in float64


def seeded(run: Callable[[], Any], seed: int = 0) -> Any:
    """Run with PyTorch's generator seeded, and leave it as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return run()


def images(*shape: int) -> Tensor:
    """Return the same random float64 numbers each time."""
    rng = torch.Generator().manual_seed(1)
    return torch.randn(*shape, generator=rng, dtype=torch.float64)


def same(got: Tensor, due: Tensor) -> bool | Text:
    """Tell whether two outputs agree, or how they differ."""
    if got.shape != due.shape:
        one, other = tuple(got.shape), tuple(due.shape)
        return (
            f"the output has shape {one} instead of {other}",
            f"输出的形状是 {one}，应为 {other}",
        )
    off = (got - due).abs().max().item()
    if off < WITHIN:
        return True
    return f"the output is off by up to {off:.2g}", f"输出最多相差 {off:.2g}"
