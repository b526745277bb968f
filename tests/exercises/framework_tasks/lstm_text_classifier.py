"""Cases of lstm-text-classifier: the cell's equations in NumPy, word by word."""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from scripts.exercise.cases import Case, Mistake, Text, holds

NEEDS = ("torch",)

torch.set_num_threads(1)  # for tensors this small, threads cost more than they save
torch.optim.SGD([torch.zeros(1)])  # the first one imports for seconds: not in a case

MISTAKES = (
    Mistake(
        "padding is run through the LSTM",
        "        _, (h, _) = self.lstm(packed)  # h: (2, N, hidden)\n",
        "        _, (h, _) = self.lstm(embedded)\n",
        shows="the LSTM also reads the padding",
    ),
    Mistake(
        "the lengths must be sorted",
        "enforce_sorted=False",
        "enforce_sorted=True",
        shows="in any order",
    ),
    Mistake(
        "only the forward direction is used",
        "torch.cat([h[0], h[1]], dim=1)",
        "torch.cat([h[0], h[0]], dim=1)",
        shows="backward direction",
    ),
    Mistake(
        "the states of both directions are mixed up by a reshape",
        "torch.cat([h[0], h[1]], dim=1)",
        "h.reshape(len(tokens), -1)",
        shows="mixes the sentences of a batch",
    ),
    Mistake(
        "padding has a vector that is learned",
        ", padding_idx=0)",
        ")",
        shows="padding",
    ),
)

Run = Callable[[ModuleType], Any]


def model_of(
    their: ModuleType, vocabulary: int = 12, dim: int = 4, hidden: int = 3, K: int = 2
) -> Any:
    """Return the reader's model with seeded weights, float64."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return their.LSTMClassifier(vocabulary, dim, hidden, K).double()


def batch_of(sentences: list[list[int]], fill: int = 0, extra: int = 0) -> Any:
    """Return tokens and lengths of sentences, padded to the longest and `extra`."""
    T = max(map(len, sentences)) + extra
    rows = [s + [fill] * (T - len(s)) for s in sentences]
    return torch.tensor(rows), torch.tensor([len(s) for s in sentences])


def weights(model: Any, suffix: str) -> list[np.ndarray]:
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    return [getattr(model.lstm, n + suffix).detach().numpy() for n in names]


def last_state(words: np.ndarray, W: list[np.ndarray]) -> np.ndarray:
    """Run the equations of an LSTM over word vectors (T, dim)."""
    W_x, W_h, b_x, b_h = W
    h = c = np.zeros(W_h.shape[1])
    for x in words:
        i, f, g, o = np.split(W_x @ x + b_x + W_h @ h + b_h, 4)
        c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        h = np.tanh(c) / (1 + np.exp(-o))
    return h


def by_equations(model: Any, sentence: list[int]) -> np.ndarray:
    """Return a sentence's logits, without padding and without a batch."""
    words = model.embedding.weight.detach().numpy()[sentence]
    forward = last_state(words, weights(model, ""))
    backward = last_state(words[::-1], weights(model, "_reverse"))
    W, b = (p.detach().numpy() for p in model.classifier.parameters())
    logits: np.ndarray = W @ np.concatenate([forward, backward]) + b
    return logits


def agrees(sentences: list[list[int]], fill: int = 0, extra: int = 0) -> Run:
    """Return a run: the logits against the equations."""

    def run(their: ModuleType) -> bool | Text:
        model = model_of(their)
        got = model(*batch_of(sentences, fill, extra))
        if tuple(got.shape) != (len(sentences), 2):
            return (
                f"the logits have shape {tuple(got.shape)}",
                f"logits 的形状是 {tuple(got.shape)}",
            )
        for n, sentence in enumerate(sentences):
            off = np.abs(got[n].detach().numpy() - by_equations(model, sentence)).max()
            if off > 1e-9:
                return (
                    f"the logits of sentence {n} of {len(sentences)} are off by "
                    f"{off:.2g}",
                    f"{len(sentences)} 个句子中，第 {n} 个的 logits 相差 {off:.2g}",
                )
        return True

    return run


def sizes(their: ModuleType) -> Any:
    model = model_of(their, 20, 8, 16, 3)
    return {
        "embedding": tuple(model.embedding.weight.shape),
        "classifier": tuple(model.classifier.weight.shape),
        "parameters": sum(p.numel() for p in model.parameters()),
    }


def count(V: int, D: int, H: int, K: int) -> int:
    """Count parameters: 4 gates, two directions, two biases each."""
    return V * D + 2 * 4 * (H * D + H * H + 2 * H) + 2 * H * K + K


def padding_changes(their: ModuleType) -> Tensor:
    """Return how the logits change with 30 more positions of padding."""
    model = model_of(their)
    sentences = [[4, 4, 1, 9, 2], [3, 5, 2], [7]]
    change: Tensor = model(*batch_of(sentences, extra=30)) - model(*batch_of(sentences))
    return change


def order_changes(their: ModuleType) -> Tensor:
    """Return how the logits change as the batch is reversed."""
    model = model_of(their)
    sentences = [[3], [5, 2, 8, 1], [4, 6], [9, 9, 9]]
    change: Tensor = model(*batch_of(sentences[::-1])).flip(0) - model(
        *batch_of(sentences)
    )
    return change


def direction(which: int) -> Run:
    """Return a run: how logits change with the word farthest from a final state."""

    def run(their: ModuleType) -> bool | Text:
        model = model_of(their, hidden=3)
        with torch.no_grad():  # the classifier sees one direction only
            model.classifier.weight.zero_()
            model.classifier.weight[:, 3 * which : 3 * which + 3] = 1.0
        got = model(*batch_of([[3, 5, 2]]))[0, 0].item()
        suffix = ("", "_reverse")[which]
        words = model.embedding.weight.detach().numpy()[[3, 5, 2]]
        words = words[::-1] if which else words
        due = last_state(words, weights(model, suffix)).sum()
        due += model.classifier.bias[0].item()
        if abs(got - due) < 1e-9:
            return True
        return (
            f"the logit is {got:.6g} instead of {due:.6g}",
            f"logit 是 {got:.6g}，应为 {due:.6g}",
        )

    return run


def padding_gradient(their: ModuleType) -> bool | Text:
    """Return whether the vector of padding is zero and stays it."""
    model = model_of(their)
    model(*batch_of([[3, 5], [7]])).sum().backward()
    if model.embedding.weight[0].any():
        return "the vector of padding is not zero", "填充的词向量不是零"
    grad = model.embedding.weight.grad
    if grad[0].any():
        return "the vector of padding gets a gradient", "填充的词向量得到了梯度"
    touched = grad.any(dim=1).nonzero().flatten().tolist()
    if touched != [3, 5, 7]:
        return (
            f"gradients reach the words {touched} instead of [3, 5, 7]",
            f"得到梯度的词是 {touched}，应为 [3, 5, 7]",
        )
    return True


def fresh_padding(their: ModuleType) -> Tensor:
    vector: Tensor = model_of(their).embedding.weight[0]
    return vector


def word_order(their: ModuleType) -> bool | Text:
    """Return whether the model learns which of two words comes first."""
    rng = np.random.default_rng(0)
    sentences, labels = [], []
    for n in range(80):
        words = rng.integers(3, 12, rng.integers(0, 5)).tolist()
        pair = [1, 2] if n % 2 else [2, 1]
        places = sorted(rng.integers(0, len(words) + 1, 2))
        words[places[1] : places[1]] = pair[1:]
        words[places[0] : places[0]] = pair[:1]
        sentences.append(words)
        labels.append(n % 2)
    order = sorted(range(48), key=lambda n: -len(sentences[n]))
    order += sorted(range(48, 80), key=lambda n: -len(sentences[n]))
    tokens, lengths = batch_of([sentences[n] for n in order])
    y = torch.tensor(labels)[order]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = their.LSTMClassifier(12, 8, 12, 2)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.06)
        for _ in range(25):
            loss = nn.functional.cross_entropy(model(tokens[:48], lengths[:48]), y[:48])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        predicted = model(tokens[48:], lengths[48:]).argmax(dim=1)
    accuracy = (predicted == y[48:]).double().mean().item()
    if accuracy > 0.85:
        return True
    return (
        f"its accuracy on 32 other sentences is {accuracy:.2f}",
        f"在另外 32 个句子上的准确率为 {accuracy:.2f}",
    )


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield Case(
        ("sizes of the layers", "各层的大小"),
        "shapes and number of parameters, 20 words, dim 8, hidden 16, 3 classes",
        sizes,
        {
            "embedding": (20, 8),
            "classifier": (3, 32),
            "parameters": count(20, 8, 16, 3),
        },
        effect=(
            "both directions go into the classifier: 2 * hidden features",
            "分类层接收两个方向：2 × hidden 个特征",
        ),
    )
    yield holds(
        ("one sentence, by the equations", "一个句子，按公式计算"),
        "model([[3, 5, 2]], [3])",
        agrees([[3, 5, 2]]),
    )
    yield holds(
        ("one word", "一个词"),
        "model([[7]], [1])",
        agrees([[7]]),
    )
    for which, (english, chinese), shown in (
        (0, ("forward", "正向"), "first 3 inputs"),
        (1, ("backward", "反向"), "last 3 inputs"),
    ):
        yield holds(
            (f"the {english} direction", f"{chinese}的最终状态"),
            f"a classifier with weights on its {shown} only",
            direction(which),
            (
                f"the {english} direction's final state is missing or out of place; "
                "for the backward direction it belongs to the first word",
                f"{chinese}的最终状态缺失或位置不对；反向的最终状态对应第一个词",
            ),
        )
    yield holds(
        ("three sentences, sorted by length", "三个句子，按长度降序"),
        "model(tokens, [4, 2, 1])",
        agrees([[3, 5, 2, 8], [4, 6], [9]]),
        (
            "the LSTM also reads the padding, or a reshape mixes the sentences "
            "of a batch",
            "LSTM 把填充也读了进去，或者 reshape 打乱了同批的句子",
        ),
    )
    yield holds(
        ("three sentences in any order", "三个句子，顺序任意"),
        "model(tokens, [1, 4, 2])",
        agrees([[9], [3, 5, 2, 8], [4, 6]]),
        (
            "lengths come in any order: enforce_sorted=False",
            "长度的顺序是任意的：enforce_sorted=False",
        ),
    )
    yield holds(
        ("other words behind the sentences", "句子后面有别的词"),
        "model(tokens, [3, 2]) where the rest of a row holds word 11",
        agrees([[4, 6, 2], [3, 5]], fill=11, extra=2),
        ("what counts is the length, not the number 0", "起作用的是长度，而不是编号 0"),
    )
    yield holds(
        ("a sentence that contains number 0", "句子里有编号 0"),
        "model([[4, 0, 6]], [3])",
        agrees([[4, 0, 6]]),
        ("what counts is the length, not the number 0", "起作用的是长度，而不是编号 0"),
    )
    yield Case(
        ("30 more positions of padding", "再加 30 个填充位置"),
        "model(padded further) - model(padded)",
        padding_changes,
        torch.zeros(3, 2),
        1e-9,
        ("the LSTM also reads the padding", "LSTM 把填充也读了进去"),
    )
    yield Case(
        ("the batch reversed", "把批次倒过来"),
        "model(batch reversed), reversed - model(batch)",
        order_changes,
        torch.zeros(4, 2),
        1e-9,
        (
            "a sentence's logits depend on its place in the batch",
            "句子的 logits 与它在批次中的位置有关",
        ),
    )
    yield Case(
        ("the vector of padding", "填充的词向量"),
        "embedding.weight[0] of a new model",
        fresh_padding,
        torch.zeros(4),
        effect=("padding has number 0: padding_idx", "填充的编号是 0：padding_idx"),
    )
    yield holds(
        ("gradients of the word vectors", "词向量的梯度"),
        "model([[3, 5], [7, 0]], [2, 1]).sum().backward()",
        padding_gradient,
        ("padding must not be learned", "填充不应参与学习"),
    )
    yield holds(
        ("which of two words comes first", "两个词谁先出现"),
        "25 steps of Adam; counts of words alone can't tell the classes apart",
        word_order,
        ("it does not learn the order of words", "模型没有学到词的顺序"),
    )
