"""Cases of transformer-block-module: PyTorch's layer with copied weights, limits."""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from scripts.exercise.cases import Case, Mistake, Text, holds
from tests.exercises.framework_tasks._modules import same, seeded

NEEDS = ("torch",)

torch.set_num_threads(1)  # for tensors this small, threads cost more than they save

MISTAKES = (
    Mistake(
        "normalization after the sum",
        "        x = x + self.dropout(self.attention(self.norm1(x), mask))\n",
        "        x = self.norm1(x + self.dropout(self.attention(x, mask)))\n",
        shows="the sum itself is never normalized",
    ),
    Mistake(
        "the caller's input is overwritten",
        "        x = x + self.dropout(self.attention(self.norm1(x), mask))\n",
        "        x += self.dropout(self.attention(self.norm1(x), mask))\n",
        shows="writes into the caller's tensor",
    ),
    Mistake(
        "scaled by the width of the model",
        " / (D // self.heads) ** 0.5",
        " / D**0.5",
        shows="square root of the width of one head",
    ),
    Mistake(
        "heads merged by reshape alone",
        "out.transpose(1, 2).reshape(N, T, D)",
        "out.reshape(N, T, D)",
        shows="features of one position",
    ),
    Mistake(
        "the mask the other way round",
        "masked_fill(~mask, ",
        "masked_fill(mask, ",
        shows="True means that the query may look",
    ),
    Mistake(
        "softmax over the queries",
        "torch.softmax(scores, dim=-1)",
        "torch.softmax(scores, dim=-2)",
        shows="over the keys",
    ),
    Mistake(
        "one of the shortcuts is missing",
        "        output: Tensor = x + self.dropout(self.linear2(hidden))\n",
        "        output: Tensor = self.dropout(self.linear2(hidden))\n",
        shows="the shortcut",
    ),
    Mistake(
        "ReLU instead of GELU",
        "functional.gelu(",
        "functional.relu(",
        shows="instead of GELU",
    ),
    Mistake(
        "the second branch is never dropped",
        "x + self.dropout(self.linear2(hidden))",
        "x + self.linear2(hidden)",
        shows="both branches",
    ),
)

PARTS = {  # ours -> theirs
    "in_proj": "self_attn.in_proj_",
    "out_proj": "self_attn.out_proj.",
    "linear1": "linear1.",
    "linear2": "linear2.",
    "norm1": "norm1.",
    "norm2": "norm2.",
}


def inputs(*shape: int) -> Tensor:
    rng = torch.Generator().manual_seed(1)
    return torch.randn(*shape, generator=rng, dtype=torch.float64)


def block_of(their: ModuleType, *arguments: float) -> Any:
    """Return a block in float64 at inference, all of whose parameters are arbitrary."""
    block = seeded(lambda: their.TransformerBlock(*arguments)).double().eval()
    rng = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for p in block.parameters():
            p.copy_(torch.randn(p.shape, generator=rng, dtype=torch.float64) * 0.4)
    return block


def theirs_of(block: Any, d_model: int, heads: int, d_ff: int) -> nn.Module:
    """Return PyTorch's layer with the weights of a block."""
    layer = nn.TransformerEncoderLayer(
        d_model,
        heads,
        d_ff,
        dropout=0.0,
        activation="gelu",
        norm_first=True,
        batch_first=True,
        dtype=torch.float64,
    )
    state = {
        f"{name}{kind}": getattr(getattr(block, part), kind)
        for part, name in PARTS.items()
        for kind in ("weight", "bias")
    }
    layer.load_state_dict(state)
    return layer.train()  # nothing is dropped; no fused kernels


def as_pytorch(
    shape: tuple[int, int], D: int, heads: int, mask: Tensor | None
) -> Callable[[ModuleType], Any]:
    """Return a run that compares with `torch.nn.TransformerEncoderLayer`."""

    def run(their: ModuleType) -> bool | Text:
        block = block_of(their, D, heads, 3 * D)
        x = inputs(*shape, D)
        layer = theirs_of(block, D, heads, 3 * D)
        hidden = None if mask is None else ~mask
        if hidden is not None and hidden.ndim == 4:  # (N, 1, 1, T)
            due = layer(x, src_key_padding_mask=hidden[:, 0, 0])
        else:
            due = layer(x, src_mask=hidden)
        return same(block(x, mask), due)

    return run


def causal(T: int) -> Tensor:
    return torch.ones(T, T).tril().bool()


def head_masks(their: ModuleType) -> bool | Text:
    """Compare masks of each head with the layer's, which wants (N * heads, T, T)."""
    block = block_of(their, 12, 3, 24)
    x = inputs(2, 4, 12)
    rng = torch.Generator().manual_seed(5)
    mask = torch.rand(2, 3, 4, 4, generator=rng) < 0.5
    mask |= torch.eye(4).bool()
    layer = theirs_of(block, 12, 3, 24)
    due = layer(x, src_mask=~mask.flatten(0, 1))
    return same(block(x, mask), due)


def average(their: ModuleType) -> Tensor:
    """Return attention with equal scores and identities: the mean of what is seen."""
    block = block_of(their, 2, 1, 4)
    with torch.no_grad():
        block.in_proj.weight.zero_()
        block.in_proj.weight[4:] = torch.eye(2)
        block.in_proj.bias.zero_()
        block.out_proj.weight.copy_(torch.eye(2))
        block.out_proj.bias.zero_()
    x = torch.tensor([[[1.0, 0.0], [3.0, 0.0], [8.0, 6.0]]]).double()
    result: Tensor = block.attention(x, causal(3))
    return result


def scale(their: ModuleType) -> Tensor:
    """Return two heads of width 4 on two positions; scores are 4, 0 and 0, 0."""
    block = block_of(their, 8, 2, 8)
    with torch.no_grad():
        block.in_proj.weight.zero_()
        block.in_proj.bias.zero_()
        block.in_proj.bias[:4] = 1.0  # queries of head 0
        block.in_proj.weight[8:12, 0] = 1.0  # keys of head 0
        block.in_proj.weight[16:, 0] = 1.0  # values
        block.out_proj.weight.copy_(torch.eye(8))
        block.out_proj.bias.zero_()
    x = torch.zeros(1, 2, 8).double()
    x[0, 0, 0] = 1.0
    result: Tensor = block.attention(x)[0, 0]
    return result


def silent(their: ModuleType) -> Tensor:
    """Return block(x) - x with the last layer of both branches at zero."""
    block = block_of(their, 8, 2, 16)
    with torch.no_grad():
        for layer in block.out_proj, block.linear2:
            layer.weight.zero_()
            layer.bias.zero_()
    x = inputs(2, 5, 8) * 3
    difference: Tensor = block(x) - x
    return difference


def dropped(their: ModuleType) -> Tensor:
    """Return block(x) - x in training when everything of the branches is dropped."""
    block = block_of(their, 8, 2, 16, 1.0).train()
    x = inputs(2, 5, 8)
    difference: Tensor = seeded(lambda: block(x)) - x
    return difference


def kept(their: ModuleType) -> Tensor:
    """Return how far dropout changes the output at inference."""
    block = block_of(their, 8, 2, 16, 0.5)
    plain = block_of(their, 8, 2, 16)
    difference: Tensor = block(inputs(2, 5, 8)) - plain(inputs(2, 5, 8))
    return difference


def permuted(their: ModuleType) -> Tensor:
    """Return how far permuting positions commutes with the block."""
    block = block_of(their, 8, 4, 16)
    x, order = inputs(2, 6, 8), torch.tensor([3, 0, 5, 1, 4, 2])
    difference: Tensor = block(x[:, order]) - block(x)[:, order]
    return difference


def future(their: ModuleType) -> Tensor:
    """Return how far the first outputs move when later inputs change."""
    block = block_of(their, 8, 2, 16)
    x = inputs(2, 6, 8)
    other = x.clone()
    other[:, 4:] += 5
    difference: Tensor = (block(other, causal(6)) - block(x, causal(6)))[:, :4]
    return difference


def only_attention(their: ModuleType) -> bool | Text:
    """Compare `attention` with PyTorch's module on the same input."""
    block = block_of(their, 12, 3, 24)
    x = inputs(2, 5, 12)
    layer: Any = theirs_of(block, 12, 3, 24)
    due, _ = layer.self_attn(x, x, x, need_weights=False)
    return same(block.attention(x), due)


def keeps_input(their: ModuleType) -> bool:
    """Tell whether the block leaves x as it was."""
    block = block_of(their, 8, 2, 16)
    x = inputs(2, 5, 8)
    with torch.no_grad():
        block(x)
    return torch.equal(x, inputs(2, 5, 8))


def refuses(their: ModuleType) -> bool | Text:
    try:
        their.TransformerBlock(10, 4, 40)
    except ValueError:
        return True
    return "no error was raised", "没有抛出错误"


def learns(their: ModuleType) -> bool | Text:
    """See that a gradient reaches every parameter."""
    block = block_of(their, 8, 2, 16).train()
    (block(inputs(2, 5, 8), causal(5)) * inputs(2, 5, 8)).sum().backward()
    missing = [
        name
        for name, p in block.named_parameters()
        if p.grad is None or not p.grad.any()
    ]
    if not missing:
        return True
    names = ", ".join(missing)
    return f"no gradient reaches {names}", f"梯度到不了 {names}"


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield Case(
        ("causal attention that averages", "求平均的因果注意力"),
        "attention([[1, 0], [3, 0], [8, 6]], causal mask), all scores equal",
        average,
        torch.tensor([[[1.0, 0.0], [2.0, 0.0], [4.0, 2.0]]]),
        1e-9,
        (
            "True means that the query may look there; weights sum to 1 over the keys",
            "True 表示查询可以看该位置；权重沿键的方向和为 1",
        ),
    )
    weight = 1 / (1 + torch.e**-2)  # the score 4, divided by sqrt(4), against 0
    yield Case(
        ("the scale of the scores", "分数的缩放"),
        "attention(x) with d_model = 8 and 2 heads; scores of head 0 are 4 and 0",
        scale,
        torch.tensor([weight] * 4 + [0.5] * 4, dtype=torch.float64),
        1e-9,
        (
            "scores are divided by the square root of the width of one head",
            "分数应除以单个头宽度的平方根",
        ),
    )
    yield Case(
        ("branches that give zero leave x as it is", "分支输出为零时 x 不变"),
        "out_proj = linear2 = 0: block(x) - x",
        silent,
        torch.zeros(2, 5, 8),
        1e-9,
        (
            "pre-norm: only a branch's input is normalized, the sum itself is never "
            "normalized, and the shortcut is there twice",
            "前置归一化：只归一化分支的输入，求和的结果不归一化；两处都有捷径",
        ),
    )
    yield holds(
        ("attention alone equals PyTorch's", "注意力单独与 PyTorch 一致"),
        "block.attention(x), x of shape (2, 5, 12), 3 heads",
        only_attention,
        (
            "out of (N, heads, T, d) the features of one position must be brought "
            "together before they are merged",
            "合并各头时，要先把 (N, heads, T, d) 中同一位置的特征换到一起",
        ),
    )
    padding = (torch.arange(5) < torch.tensor([[5], [2], [3]]))[:, None, None]
    for (N, T, D, heads), mask, about in (
        ((2, 5, 12, 3), None, ("no mask", "无掩码")),
        ((1, 1, 6, 1), None, ("one position, one head", "一个位置、一个头")),
        ((2, 6, 12, 4), causal(6), ("a causal mask", "因果掩码")),
        ((3, 5, 8, 2), padding, ("a padding mask", "填充掩码")),
        ((4, 64, 32, 8), causal(64), ("longer sequences", "较长的序列")),
    ):
        yield holds(
            (
                f"the block equals PyTorch's layer: {about[0]}",
                f"模块与 PyTorch 的层一致：{about[1]}",
            ),
            f"TransformerBlock({D}, {heads}, {3 * D})(x, mask), "
            f"x of shape ({N}, {T}, {D})",
            as_pytorch((N, T), D, heads, mask),
            (
                "an activation instead of GELU, another order of queries, keys and "
                "values, or softmax not over the keys",
                "激活函数不是 GELU，或查询、键、值的次序不同，"
                "或 softmax 没有沿键的方向",
            )
            if mask is None
            else (
                "True means that the query may look there, the opposite of PyTorch's "
                "layer",
                "True 表示查询可以看该位置，与 PyTorch 的层相反",
            ),
        )
    yield holds(
        ("a mask for each head", "每个头各有掩码"),
        "block(x, mask), mask of shape (2, 3, 4, 4)",
        head_masks,
        ("the mask is broadcast to (N, heads, T, T)", "掩码广播到 (N, heads, T, T)"),
    )
    yield Case(
        ("positions permuted, outputs permuted", "位置置换，输出随之置换"),
        "block(x[:, order]) - block(x)[:, order]",
        permuted,
        torch.zeros(2, 6, 8),
        1e-9,
        ("positions or heads were mixed by a reshape", "reshape 把位置或头混在一起了"),
    )
    yield Case(
        ("the past does not see the future", "过去看不到未来"),
        "change positions 4 and 5: outputs 0 to 3 with a causal mask",
        future,
        torch.zeros(2, 4, 8),
        1e-9,
        ("hidden keys must have weight 0", "被遮住的键权重应为 0"),
    )
    yield Case(
        ("dropout 1 in training leaves x", "训练时 dropout 为 1，只剩 x"),
        "TransformerBlock(8, 2, 16, dropout=1.0).train(): block(x) - x",
        dropped,
        torch.zeros(2, 5, 8),
        1e-9,
        (
            "the outputs of both branches are dropped, the shortcut never",
            "两个分支的输出都做 dropout，捷径不做",
        ),
    )
    yield Case(
        ("dropout is off at inference", "推理时不做 dropout"),
        "at inference: TransformerBlock(8, 2, 16, 0.5)(x) - the same without dropout",
        kept,
        torch.zeros(2, 5, 8),
        1e-9,
        ("use nn.Dropout, which knows the mode", "用 nn.Dropout，它知道当前的模式"),
    )
    yield holds(
        ("the input stays as it is", "不改动输入"),
        "block(x)",
        keeps_input,
        (
            "x was overwritten: x += ... writes into the caller's tensor, x = x + ... "
            "makes a new one",
            "x 被改写了：x += … 会写进调用者的张量，x = x + … 则得到新的张量",
        ),
    )
    yield holds(
        ("heads that do not divide the width are refused", "拒绝不能整除宽度的头数"),
        "TransformerBlock(10, 4, 40)",
        refuses,
        ("there should be a ValueError", "应当抛出 ValueError"),
    )
    yield holds(
        ("a gradient for every parameter", "每个参数都有梯度"),
        "block(x, causal mask).backward()",
        learns,
        (
            "a layer is not used, or a tensor was overwritten",
            "有一层没有用到，或有张量被原地改写",
        ),
    )
    yield Case(
        ("the number of parameters", "参数个数"),
        "TransformerBlock(16, 4, 64)",
        lambda their: sum(
            p.numel() for p in their.TransformerBlock(16, 4, 64).parameters()
        ),
        12 * 16**2 + 13 * 16,
        effect=(
            "12 D * D weights and 13 D biases, scales and shifts",
            "权重 12D²，偏置、缩放与平移共 13D",
        ),
    )
