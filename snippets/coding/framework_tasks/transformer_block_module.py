"""A pre-norm Transformer block from linear layers."""

import torch
from torch import Tensor, nn
from torch.nn import functional


# --8<-- [start:solution]
class TransformerBlock(nn.Module):
    """Self-attention and a feed-forward network, each normalized first and added.

    Computes x + dropout(attention(norm1(x))), and with that as x then
    x + dropout(linear2(gelu(linear1(norm2(x))))). Submodules, all with biases:

    - ``norm1``, ``norm2``: layer norm over the d_model features;
    - ``in_proj``: linear, d_model to 3 * d_model: queries, keys, values, in this order;
    - ``out_proj``: linear, d_model to d_model, on the heads' outputs side by side;
    - ``linear1``, ``linear2``: linear, d_model to d_ff and back.

    GELU is the exact one, with the error function.

    >>> block = TransformerBlock(d_model=8, heads=2, d_ff=32)
    >>> block(torch.zeros(3, 5, 8)).shape
    torch.Size([3, 5, 8])
    >>> sum(p.numel() for p in block.parameters())
    872
    """

    def __init__(
        self, d_model: int, heads: int, d_ff: int, dropout: float = 0.0
    ) -> None:
        """Create the layers.

        Args:
            d_model: features of each position.
            heads: number of heads; head 0 takes the first d_model / heads of the
                queries, of the keys and of the values, and so on.
            d_ff: hidden width of the feed-forward network.
            dropout: share of the elements of each branch's output that is dropped in
                training; nothing else is dropped.

        Raises:
            ValueError: if d_model is not a multiple of heads.
        """
        super().__init__()
        if d_model % heads:
            raise ValueError(f"{heads} heads can't share {d_model} features equally")
        self.heads = heads
        self.norm1 = nn.LayerNorm(d_model)
        self.in_proj = nn.Linear(d_model, 3 * d_model)
        self.out_proj = nn.Linear(d_model, d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.linear1 = nn.Linear(d_model, d_ff)
        self.linear2 = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def attention(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return multi-head self-attention, without normalization and shortcut.

        Args:
            x: shape (N, T, d_model).
            mask: booleans, True where a query may look at a key; can be broadcast to
                (N, heads, T, T). Every query may look at one key at least. None hides
                nothing.

        Returns:
            Shape (N, T, d_model).
        """
        N, T, D = x.shape
        qkv = self.in_proj(x).view(N, T, 3, self.heads, D // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each (N, heads, T, d)
        scores = q @ k.transpose(-2, -1) / (D // self.heads) ** 0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        out = torch.softmax(scores, dim=-1) @ v  # (N, heads, T, d)
        merged: Tensor = self.out_proj(out.transpose(1, 2).reshape(N, T, D))
        return merged

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the block's output, shape (N, T, d_model), of x of the same shape.

        The mask is that of `attention`. The caller's x is not changed.
        """
        x = x + self.dropout(self.attention(self.norm1(x), mask))
        hidden = functional.gelu(self.linear1(self.norm2(x)))
        output: Tensor = x + self.dropout(self.linear2(hidden))
        return output


# --8<-- [end:solution]
