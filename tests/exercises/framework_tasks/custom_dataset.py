"""Cases of custom-dataset: counted by hand, and by plain loops over lists."""

import random
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from scripts.exercise.cases import Case, Mistake, Text, call, holds

NEEDS = ("torch",)

torch.set_num_threads(1)  # for tensors this small, threads cost more than they save

MISTAKES = (
    Mistake(
        "words of the same count are left in order of appearance",
        "key=lambda word: (-counts[word], word)",
        "key=lambda word: -counts[word]",
        shows="in alphabetical order",
    ),
    Mistake(
        "the first word gets the number of padding",
        "enumerate(ranked, start=2)",
        "enumerate(ranked)",
        shows="0 is padding and 1 the unknown word",
    ),
    Mistake(
        "an empty text has no word number",
        " or [UNK]\n",
        "\n",
        shows="a sequence of length 0",
    ),
    Mistake(
        "the mask is where the numbers differ from padding",
        "    mask = torch.arange(tokens.shape[1]) < lengths[:, None]\n",
        "    mask = tokens != PAD\n",
        shows="hides words whose number happens to be PAD",
    ),
    Mistake(
        "the mean runs over padding too",
        "mask.sum(dim=1, keepdim=True)",
        "mask.shape[1]",
        shows="padding is counted",
    ),
    Mistake(
        "padding is multiplied by 0",
        "values.masked_fill(~mask[:, :, None], 0.0)",
        "values * mask[:, :, None]",
        shows="NaN times 0 is NaN",
    ),
)

FILMS = ["A good film", "a bad bad film", "good  Acting"]


def sample(*numbers: int, label: int = 0) -> tuple[Tensor, int]:
    return torch.tensor(numbers), label


def fields(batch: Any) -> dict[str, Any]:
    """Return a batch as plain lists, with the types of its tensors."""
    return {
        "tokens": batch.tokens.tolist(),
        "lengths": batch.lengths.tolist(),
        "mask": batch.mask.tolist(),
        "labels": batch.labels.tolist(),
    }


def padded(sentences: list[list[int]], labels: list[int]) -> dict[str, Any]:
    """Return the fields of a batch by loops."""
    T = max(map(len, sentences))
    return {
        "tokens": [s + [0] * (T - len(s)) for s in sentences],
        "lengths": [len(s) for s in sentences],
        "mask": [[i < len(s) for i in range(T)] for s in sentences],
        "labels": labels,
    }


def collated(samples: list[tuple[Tensor, int]]) -> Any:
    return lambda their: fields(their.collate(samples))


def item(text: str, vocabulary: dict[str, int]) -> Any:
    def run(their: ModuleType) -> Any:
        numbers, label = their.Texts([text], [3], vocabulary)[0]
        return numbers.tolist(), label

    return run


def kinds(their: ModuleType) -> list[str]:
    """Return the types of what a batch holds."""
    data = their.Texts(["a b", ""], [1, 0], {"a": 2, "b": 3})
    batch = their.collate([data[0], data[1]])
    return [str(field.dtype) for field in batch]


def unequal(their: ModuleType) -> str:
    try:
        their.Texts(["a", "b"], [0], {})
    except ValueError:
        return "ValueError"
    return "no error"


def numbered(their: ModuleType, n: int) -> Any:
    """Return n texts of 1 to 7 words; the label is a text's place."""
    texts = [" ".join(["w"] * (1 + i * 5 % 7)) for i in range(n)]
    return their.Texts(texts, list(range(n)), {"w": 2})


def epoch(loader: Any) -> list[list[int]]:
    return [batch.labels.tolist() for batch in loader]


def order(loader: Any) -> list[int]:
    return [label for labels in epoch(loader) for label in labels]


def in_order(their: ModuleType) -> list[list[int]]:
    return epoch(their.make_loader(numbered(their, 5), batch_size=2))


def widths(their: ModuleType) -> list[tuple[int, ...]]:
    loader = their.make_loader(numbered(their, 6), batch_size=2)
    return [tuple(batch.tokens.shape) for batch in loader]


def shuffled(their: ModuleType) -> bool | Text:
    """Return whether each epoch is a new order of all texts, drawn by the seed."""
    data = numbered(their, 40)
    loader = their.make_loader(data, batch_size=16, shuffle=True, seed=1)
    one, two = (order(loader) for _ in range(2))
    if sorted(one) != list(range(40)):
        return "some texts are left out or repeated", "有的文本被漏掉或重复"
    if one == sorted(one):
        return "the order is not shuffled", "顺序没有打乱"
    if one == two:
        return "both epochs have the same order", "两轮的顺序相同"
    torch.rand(3)  # other code that draws random numbers
    again = their.make_loader(data, batch_size=16, shuffle=True, seed=1)
    if order(again) != one:
        return (
            "the same seed gives another order once other code drew random numbers",
            "其他代码取过随机数之后，同样的种子给出了不同的顺序",
        )
    other = their.make_loader(data, batch_size=16, shuffle=True, seed=2)
    if order(other) == one:
        return "the seed has no effect", "种子没有起作用"
    return True


def mean_by_loops(values: Tensor, lengths: list[int]) -> Tensor:
    """Return the means of the first `lengths` vectors, one number at a time."""
    rows = [
        [sum(vector[d] for vector in row[:n]) / n for d in range(values.shape[2])]
        for row, n in zip(values.tolist(), lengths, strict=True)
    ]
    return torch.tensor(rows, dtype=values.dtype)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield call(
        ("words of three texts", "三段文本的词表"),
        "build_vocabulary",
        FILMS,
        gives={"a": 2, "bad": 3, "film": 4, "good": 5, "acting": 6},
        effect=(
            "0 is padding and 1 the unknown word; words of the same count stand "
            "in alphabetical order, whatever their case",
            "0 留给填充，1 留给未知词；频次相同的词按字母顺序排列，不分大小写",
        ),
    )
    yield call(
        ("rare words are left out", "去掉低频词"),
        "build_vocabulary",
        ["b a b c", "A b"],
        min_count=2,
        gives={"b": 2, "a": 3},
        effect=(
            "a word that occurs min_count times stays; numbers start at 2",
            "恰好出现 min_count 次的词保留，编号从 2 开始",
        ),
    )
    yield call(("no texts", "没有文本"), "build_vocabulary", [], gives={})
    rng = random.Random(0)
    texts = [" ".join(rng.choices("abcdefgh", k=rng.randint(0, 9))) for _ in range(30)]
    words = " ".join(texts).split()
    ranked = [(-words.count(word), word) for word in set(words)]
    yield call(
        ("30 random texts", "30 段随机文本"),
        "build_vocabulary",
        texts,
        gives={word: i + 2 for i, (_, word) in enumerate(sorted(ranked))},
        effect=(
            "words of the same count stand in alphabetical order",
            "频次相同的词按字母顺序排列",
        ),
    )
    yield Case(
        ("a text of known and unknown words", "含已知词和未知词的文本"),
        "Texts(['Good plot, good'], [3], {'good': 5, 'film': 2})[0]",
        item("Good plot, good", {"good": 5, "film": 2}),
        ([5, 1, 5], 3),
        effect=(
            "unknown words become UNK, they are neither dropped nor padding",
            "未知词变成 UNK，既不丢弃，也不当作填充",
        ),
    )
    yield Case(
        ("a text without words", "没有词的文本"),
        "Texts(['  '], [3], {'good': 5})[0]",
        item("  ", {"good": 5}),
        ([1], 3),
        effect=(
            "a sequence of length 0 breaks packing and means: 0 / 0",
            "长度为 0 的序列会使打包和求均值出错（0/0）",
        ),
    )
    yield Case(
        ("more texts than labels", "文本比标签多"),
        "Texts(['a', 'b'], [0], {})",
        unequal,
        "ValueError",
    )
    three = [[5, 2, 7], [4], [3, 3]]
    yield Case(
        ("three sentences", "三个句子"),
        "collate of the word numbers [5, 2, 7], [4], [3, 3]",
        collated([sample(*s, label=i) for i, s in enumerate(three)]),
        padded(three, [0, 1, 2]),
        effect=("padding goes behind the sentence", "填充放在句子后面"),
    )
    yield Case(
        ("a word whose number is PAD", "编号恰为 PAD 的词"),
        "collate of [0, 4], [6, 0, 5], [0]",
        collated([sample(0, 4), sample(6, 0, 5), sample(0)]),
        padded([[0, 4], [6, 0, 5], [0]], [0, 0, 0]),
        effect=(
            "a mask that compares numbers hides words whose number happens to be PAD; "
            "take it from the lengths",
            "靠比较编号得到的掩码会遮住编号恰为 PAD 的词，应由长度得到掩码",
        ),
    )
    yield Case(
        ("a batch of one", "只有一个句子的批次"),
        "collate of [8, 9]",
        collated([sample(8, 9, label=1)]),
        padded([[8, 9]], [1]),
    )
    many = [[rng.randint(1, 99) for _ in range(rng.randint(1, 40))] for _ in range(64)]
    yield Case(
        ("64 random sentences", "64 个随机句子"),
        "collate of 64 sentences of 1 to 40 words",
        collated([sample(*s, label=i % 5) for i, s in enumerate(many)]),
        padded(many, [i % 5 for i in range(64)]),
    )
    yield Case(
        ("types of the tensors", "张量的类型"),
        "types of tokens, lengths, mask and labels of a Batch",
        kinds,
        ["torch.int64", "torch.int64", "torch.bool", "torch.int64"],
        effect=(
            "embedding and cross-entropy want int64, masks are bool",
            "嵌入层和交叉熵需要 int64，掩码是 bool",
        ),
    )
    yield Case(
        ("a loader in order", "按顺序的加载器"),
        "labels of the batches of 5 texts, batch_size=2",
        in_order,
        [[0, 1], [2, 3], [4]],
        effect=(
            "the last batch may be smaller; it is kept",
            "最后一批可以较小，但要保留",
        ),
    )
    yield Case(
        ("each batch has a width of its own", "每个批次各有宽度"),
        "shapes of the batches' tokens, 6 texts of 1, 6, 4, 2, 7, 5 words",
        widths,
        [(2, 6), (2, 4), (2, 7)],
        effect=(
            "padding to the longest text of all wastes time",
            "填充到全部文本中最长的长度会浪费计算",
        ),
    )
    yield holds(
        ("a shuffled loader", "打乱顺序的加载器"),
        "make_loader(40 texts, batch_size=16, shuffle=True, seed=1), two epochs",
        shuffled,
        ("give the loader a generator of its own", "给加载器一个自己的随机数生成器"),
    )
    values = torch.tensor([[[1.0, 2.0], [3.0, 6.0]], [[5.0, -1.0], [100.0, 100.0]]])
    mask = torch.tensor([[True, True], [True, False]])
    yield call(
        ("means of two and of one vector", "两个向量与一个向量的均值"),
        "masked_mean",
        values,
        mask,
        gives=torch.tensor([[2.0, 4.0], [5.0, -1.0]]),
        within=1e-6,
        effect=("padding is counted", "把填充也算进去了"),
    )
    broken = values.clone()
    broken[1, 1] = torch.nan
    yield call(
        ("NaN at padding", "填充处是 NaN"),
        "masked_mean",
        broken,
        mask,
        gives=torch.tensor([[2.0, 4.0], [5.0, -1.0]]),
        within=1e-6,
        effect=(
            "NaN times 0 is NaN: fill padding in, don't multiply by the mask",
            "NaN 乘以 0 还是 NaN：应把填充处替换掉，而不是乘以掩码",
        ),
    )
    lengths = [rng.randint(1, 9) for _ in range(20)]
    lengths[0] = 9
    random_values = torch.randn(
        20, 9, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0)
    )
    yield call(
        ("20 random sequences", "20 个随机序列"),
        "masked_mean",
        random_values,
        torch.arange(9) < torch.tensor(lengths)[:, None],
        gives=mean_by_loops(random_values, lengths),
        within=1e-9,
        effect=("divide by each sequence's own length", "应除以每个序列自己的长度"),
    )
