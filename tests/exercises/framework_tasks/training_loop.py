"""Cases of training-loop: steps written out in NumPy, and power cuts."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from scripts.exercise.cases import Case, Mistake, Text, holds

NEEDS = ("torch",)

torch.set_num_threads(1)  # for tensors this small, threads cost more than they save
torch.optim.SGD([torch.zeros(1)])  # the first one imports for seconds: not in a case

MISTAKES = (
    Mistake(
        "gradients are never zeroed",
        "        optimizer.zero_grad()\n",
        "",
        shows="gradients of earlier batches are added",
    ),
    Mistake(
        "training mode is not switched on",
        "    model.train()\n",
        "",
        shows="training goes on without dropout",
    ),
    Mistake(
        "the epoch's loss is the mean of the batches' means",
        "        total += loss.item() * len(y)\n        count += len(y)\n",
        "        total += loss.item()\n        count += 1\n",
        shows="a smaller last batch counts as much as a full one",
    ),
    Mistake(
        "the generator's state is not restored",
        '    torch.set_rng_state(state["rng"])\n',
        "",
        shows="draws other random numbers",
    ),
    Mistake(
        "the optimizer's state is not saved",
        '"model": model, "optimizer": optimizer, ',
        '"model": model, ',
        shows="are not those of the run that was never interrupted",
    ),
    Mistake(
        "the file is written in place",
        "    torch.save(state, draft)\n    draft.replace(path)\n",
        "    torch.save(state, path)\n",
        shows="the last good checkpoint is lost",
    ),
    Mistake(
        "the schedule is as long as there are epochs, and makes a step a batch",
        "T_max=epochs * len(loader)",
        "T_max=epochs",
        shows="T counts the steps of all epochs",
    ),
    Mistake(
        "the training set is never shuffled",
        "DataLoader(train, batch_size, shuffle=True)",
        "DataLoader(train, batch_size)",
        shows="shuffled anew",
    ),
    Mistake(
        "the history is the accuracy in training",
        "evaluate(model, DataLoader(validation, batch_size))",
        "evaluate(model, DataLoader(train, batch_size))",
        shows="accuracy on validation samples",
    ),
    Mistake(
        "the schedule makes a step an epoch",
        "        scheduler.step()\n"
        "        total += loss.item() * len(y)\n"
        "        count += len(y)\n",
        "        total += loss.item() * len(y)\n"
        "        count += len(y)\n"
        "    scheduler.step()\n",
        shows="one step of the schedule for each step of the optimizer",
    ),
)

Arrays = tuple[np.ndarray, np.ndarray]


class PowerCut(Exception):
    """What interrupts a run."""


class Fragile(Dataset[tuple[Tensor, Tensor]]):
    """Samples that can be read a number of times only."""

    def __init__(self, x: Tensor, y: Tensor, reads: int) -> None:
        self.x, self.y, self.reads = x, y, reads

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        if self.reads == 0:
            raise PowerCut
        self.reads -= 1
        return self.x[index], self.y[index]


class Watched(nn.Module):
    """A linear layer that notes its mode and whether gradients are recorded."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 3)
        self.modes: list[bool] = []
        self.records: list[bool] = []

    def forward(self, x: Tensor) -> Tensor:
        self.modes.append(self.training)
        self.records.append(torch.is_grad_enabled())
        out: Tensor = self.linear(x)
        return out


def quiet(run: Callable[[ModuleType], Any]) -> Callable[[ModuleType], Any]:
    """Return a run that leaves PyTorch's generator as it was."""

    def wrapped(their: ModuleType) -> Any:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return run(their)

    return wrapped


def rings(n: int, seed: int) -> tuple[Tensor, Tensor]:
    """Return points (n, 2) of three rings around 0, radii 1, 2, 3, and their ring."""
    rng = np.random.default_rng(seed)
    ring = np.arange(n) % 3
    angle = rng.uniform(0, 2 * np.pi, n)
    radius = 1 + ring + rng.normal(0, 0.12, n)
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return torch.tensor(x, dtype=torch.float32), torch.tensor(ring)


def five() -> Arrays:
    """Return five samples: two batches of two and one of one."""
    rng = np.random.default_rng(3)
    return rng.normal(size=(5, 2)), np.array([0, 2, 1, 1, 2])


def linear() -> tuple[nn.Linear, np.ndarray, np.ndarray]:
    """Return a linear layer of known weights, and these."""
    W, b = np.array([[0.5, -1.0], [0.25, 2.0], [-0.75, 0.0]]), np.array([0.1, 0, -0.2])
    model = nn.Linear(2, 3).double()
    with torch.no_grad():
        model.weight.copy_(torch.tensor(W))
        model.bias.copy_(torch.tensor(b))
    return model, W, b


def loader_of(x: Any, y: Any, batch_size: int) -> DataLoader[Any]:
    return DataLoader(
        TensorDataset(torch.as_tensor(x), torch.as_tensor(y)), batch_size=batch_size
    )


def losses(W: np.ndarray, b: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return each sample's cross-entropy by its definition."""
    p = np.exp(x @ W.T + b)
    p /= p.sum(axis=1, keepdims=True)
    found: np.ndarray = -np.log(p[np.arange(len(y)), y])
    return found


def by_hand(rates: list[float], size: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Descend by hand on the five samples: gradient (p - onehot) x by the weights."""
    _, W, b = linear()
    x, y = five()
    total = 0.0
    for step, start in enumerate(range(0, 5, size)):
        xs, ys = x[start : start + size], y[start : start + size]
        total += float(losses(W, b, xs, ys).sum())
        p = np.exp(xs @ W.T + b)
        p /= p.sum(axis=1, keepdims=True)
        error = (p - np.eye(3)[ys]) / len(ys)
        W, b = W - rates[step] * error.T @ xs, b - rates[step] * error.sum(axis=0)
    return W, b, total / 5


def one_epoch(their: ModuleType, size: int, gamma: float) -> tuple[nn.Linear, float]:
    """Train a linear layer for an epoch; the rate is 0.5, times gamma each step."""
    model, _, _ = linear()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma)
    found = their.train_epoch(model, loader_of(*five(), size), optimizer, scheduler)
    return model, found


def train_modes(their: ModuleType) -> list[bool]:
    """Return the modes in which an epoch runs after an evaluation."""
    model = Watched()
    x, y = five()
    loader = loader_of(x.astype(np.float32), y, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 1.0)
    model.eval()
    their.train_epoch(model, loader, optimizer, scheduler)
    return model.modes


def evaluated(their: ModuleType) -> tuple[list[bool], list[bool]]:
    """Return modes and recording of gradients while a training model is evaluated."""
    model = Watched().train()
    x, y = five()
    their.evaluate(model, loader_of(x.astype(np.float32), y, 2))
    return model.modes, model.records


def forward(their: ModuleType) -> Tensor:
    """Return logits of a model with known weights, in evaluation mode."""
    model = their.MLP(2, 2, width=2, p=0.5).eval()
    with torch.no_grad():
        model.hidden.weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
        model.hidden.bias.copy_(torch.tensor([0.0, -1.0]))
        model.classifier.weight.copy_(torch.tensor([[1.0, 2.0], [-1.0, 3.0]]))
        model.classifier.bias.copy_(torch.tensor([0.5, 0.0]))
    logits: Tensor = model(torch.tensor([[2.0, 4.0], [-3.0, 0.5]]))
    return logits


def dropped(their: ModuleType) -> bool | Text:
    """Return whether dropout acts on hidden units, in training and only there."""
    model = their.MLP(2, 4, width=4, p=0.5)
    with torch.no_grad():
        model.hidden.weight.zero_()
        model.hidden.bias.fill_(1.0)
        model.classifier.weight.copy_(torch.eye(4))
        model.classifier.bias.zero_()
    seen = set(model.train()(torch.zeros(500, 2)).flatten().tolist())
    if seen == {0.0, 2.0}:
        return True
    return (
        f"with p = 0.5, hidden units that are 1 become {sorted(seen)}, not 0 or 2",
        f"p = 0.5 时，值为 1 的隐藏单元变成了 {sorted(seen)}，应为 0 或 2",
    )


def parts_of(their: ModuleType) -> dict[str, Any]:
    """Return a model after some steps, with its optimizer and schedule."""
    model, _, _ = linear()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    their.train_epoch(model, loader_of(*five(), 2), optimizer, scheduler)
    return {"model": model, "optimizer": optimizer, "scheduler": scheduler}


def fresh() -> dict[str, Any]:
    """Return the same parts before any step."""
    model, _, _ = linear()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    return {"model": model, "optimizer": optimizer, "scheduler": scheduler}


def saved(their: ModuleType) -> dict[str, Any]:
    """Return what is different after saving and loading into fresh parts."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "last.pt"
        parts = parts_of(their)
        their.save_checkpoint(path, parts, [0.25, 0.5])
        noise = torch.rand(4)
        other = fresh()
        torch.manual_seed(99)
        history = their.load_checkpoint(path, other)
        model, optimizer = other["model"], other["optimizer"]
        moments = [s["exp_avg"].norm().item() for s in optimizer.state.values()]
        due = [s["exp_avg"].norm().item() for s in parts["optimizer"].state.values()]
        return {
            "history": history,
            "same weights": torch.equal(model.weight, parts["model"].weight),
            "same moments of Adam": moments == due,
            "learning rate": optimizer.param_groups[0]["lr"],
            "steps of the schedule": other["scheduler"].last_epoch,
            "same random numbers": torch.equal(torch.rand(4), noise),
        }


def torn(their: ModuleType) -> bool | Text:
    """Return whether a checkpoint survives that writing the next one fails."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "last.pt"
        their.save_checkpoint(path, fresh(), [0.75])
        right = torch.save

        def half(state: Any, target: Any, *rest: Any, **named: Any) -> None:
            if isinstance(target, (str, Path)):
                Path(target).write_bytes(b"half a file")
            else:
                target.write(b"half a file")
            raise PowerCut

        torch.save = half
        try:
            their.save_checkpoint(path, fresh(), [0.75, 0.8])
        except PowerCut:
            pass
        finally:
            torch.save = right
        try:
            history = their.load_checkpoint(path, fresh())
        except NotImplementedError:
            raise
        except Exception as error:
            return (
                f"the old checkpoint can't be read any more ({type(error).__name__})",
                f"旧的检查点已经读不出来（{type(error).__name__}）",
            )
        return list(history) == [0.75]


EPOCHS = 4
TRAIN, VALIDATION = rings(60, 0), rings(60, 1)


def run(
    their: ModuleType,
    path: Path,
    reads: int = -1,
    start: int = 0,
    **named: Any,
) -> tuple[Any, list[float] | None]:
    """Train a small model; return it with its history, or None after a power cut."""
    torch.manual_seed(start)
    model = their.MLP(2, 3, width=16, p=0.3)
    settings = {"epochs": EPOCHS, "batch_size": 20, "lr": 0.05, **named}
    try:
        history = their.fit(
            model, Fragile(*TRAIN, reads), TensorDataset(*VALIDATION), path, **settings
        )
    except PowerCut:
        history = None
    return model, history


def difference(one: nn.Module, other: nn.Module) -> int:
    """Count the parameters whose bits differ."""
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return sum(int((a != b).sum()) for a, b in pairs)


def resumed(cuts: list[int]) -> Callable[[ModuleType], bool | Text]:
    """Return a run that loses power after so many reads, and is compared."""

    def check(their: ModuleType) -> bool | Text:
        with tempfile.TemporaryDirectory() as folder:
            due, whole = run(their, Path(folder) / "whole.pt")
            path = Path(folder) / "cut.pt"
            for number, reads in enumerate(cuts):
                # each later process starts with other weights and random numbers
                _, cut = run(their, path, reads, start=10 * number)
                if cut is not None:
                    return (
                        f"it ended after {reads} reads of the training set",
                        f"只读了 {reads} 次训练样本就结束了",
                    )
            got, history = run(their, path, start=50)
        if history is None or whole is None:
            return "no history", "没有返回历史记录"
        if len(history) != EPOCHS:
            return (
                f"the history has {len(history)} epochs instead of {EPOCHS}",
                f"历史记录有 {len(history)} 轮，应为 {EPOCHS} 轮",
            )
        off = difference(due, got)
        if off or list(history) != list(whole):
            return (
                f"{off} weights are not those of the run that was never interrupted",
                f"有 {off} 个权重与从未中断的训练不同",
            )
        return True

    return check


def reads_after_the_end(their: ModuleType) -> bool | Text:
    """Return whether a finished run is not trained any further."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "last.pt"
        due, whole = run(their, path)
        got, history = run(their, path, reads=0, start=7)
    if history is None:
        return "it trains on after the last epoch", "最后一轮之后还在训练"
    return difference(due, got) == 0 and list(history) == list(whole or [])


def learned(their: ModuleType) -> bool | Text:
    """Return whether rings are told apart, which no linear model can do."""
    with tempfile.TemporaryDirectory() as folder:
        _, history = run(their, Path(folder) / "last.pt", epochs=30)
    if not history or len(history) != 30:
        return "the history must have 30 numbers", "历史记录应有 30 个数"
    if history[-1] > 0.7:  # guessing gives 0.33
        return True
    return (
        f"the validation accuracy is {history[-1]:.2f} after 30 epochs, not above 0.7",
        f"30 轮后验证准确率为 {history[-1]:.2f}，没有超过 0.7",
    )


ALIKE = np.array([0.5, -2.0])  # a sample; where all are alike, order has no effect
JUDGED = np.array([2, 2, 0, 1, 2])  # labels of five such samples for validation


def by_formulas(epochs: int, lr: float) -> dict[str, Any]:
    """Train by AdamW's formulas on samples of class 2, three steps an epoch."""
    _, W, b = linear()
    w, x, T = np.column_stack([W, b]), np.append(ALIKE, 1.0), 3 * epochs
    m = v = np.zeros_like(w)
    history = []
    for t in range(T):
        p = np.exp(w @ x)
        g = np.outer(p / p.sum() - np.eye(3)[2], x)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        rate = lr * (1 + np.cos(np.pi * t / T)) / 2
        mean, square = m / (1 - 0.9 ** (t + 1)), v / (1 - 0.999 ** (t + 1))
        w = w - rate * 0.01 * w - rate * mean / (np.sqrt(square) + 1e-8)
        if t % 3 == 2:
            history.append(float(np.mean((w @ x).argmax() == JUDGED)))
    return {"weight": w[:, :2], "bias": w[:, 2], "history": history}


def fitted(their: ModuleType) -> dict[str, Any]:
    """Return what `fit` makes of the same samples, in batches of 2, 2 and 1."""
    model, _, _ = linear()
    x = torch.tensor(np.tile(ALIKE, (5, 1)))
    train = TensorDataset(x, torch.full((5,), 2))
    validation = TensorDataset(x, torch.tensor(JUDGED))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "last.pt"
        history = their.fit(
            model, train, validation, path, epochs=4, batch_size=2, lr=0.1
        )
    return {"weight": model.weight, "bias": model.bias, "history": history}


class Noted(Dataset[tuple[Tensor, Tensor]]):
    """Samples that note which of them are read."""

    def __init__(self, x: Tensor, y: Tensor) -> None:
        self.x, self.y = x, y
        self.read: list[int] = []

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        self.read.append(int(index))
        return self.x[index], self.y[index]


def orders(their: ModuleType) -> bool | Text:
    """Return whether each epoch reads all samples, each in another order."""
    data = Noted(*TRAIN)
    with tempfile.TemporaryDirectory() as folder:
        their.fit(
            their.MLP(2, 3),
            data,
            TensorDataset(*VALIDATION),
            Path(folder) / "last.pt",
            epochs=2,
            batch_size=20,
        )
    one, two = data.read[-120:-60], data.read[-60:]
    if not sorted(one) == sorted(two) == list(range(60)):
        return (
            "an epoch leaves samples out or repeats some",
            "一轮中有的样本被漏掉或重复",
        )
    if one == sorted(one) or one == two:
        return "the order is not a new one", "顺序没有重新打乱"
    return True


def seeds(their: ModuleType) -> bool | Text:
    """Return whether the seed, and nothing else, decides."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{i}.pt" for i in range(3)]
        one, _ = run(their, paths[0], seed=1)
        two, _ = run(their, paths[1], seed=1)
        three, _ = run(their, paths[2], seed=2)
    if difference(one, two):
        return (
            "two runs from the same weights with the same seed differ",
            "初始权重和种子都相同的两次训练结果不同",
        )
    if not difference(one, three):
        return "the seed has no effect", "种子没有起作用"
    return True


def samples(their: ModuleType) -> Any:
    data = their.Samples(torch.eye(3), torch.tensor([2, 0, 1]))
    x, y = data[1]
    return len(data), x, y


def unequal(their: ModuleType) -> str:
    try:
        their.Samples(torch.zeros(3, 2), torch.zeros(4))
    except ValueError:
        return "ValueError"
    return "no error"


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield Case(
        ("a dataset of three samples", "三个样本的数据集"),
        "len(data), *data[1] of Samples(eye(3), [2, 0, 1])",
        samples,
        (3, torch.tensor([0.0, 1.0, 0.0]), 0),
    )
    yield Case(
        ("more labels than samples", "标签比样本多"),
        "Samples(zeros(3, 2), zeros(4))",
        unequal,
        "ValueError",
        effect=(
            "the loss would come much later, or never",
            "否则很晚才会报错，甚至不报错",
        ),
    )
    yield Case(
        ("the model by hand, in evaluation mode", "手算模型的输出（评估模式）"),
        "MLP(2, 2, width=2).eval()(x): hidden units (2, 3) and (0, 0)",
        quiet(forward),
        torch.tensor([[2 + 6 + 0.5, -2 + 9.0], [0.5, 0.0]]),
        1e-6,
        ("logits are returned, without softmax", "应返回 logits，不加 softmax"),
    )
    yield holds(
        ("dropout of hidden units in training", "训练时对隐藏单元做 dropout"),
        "MLP(2, 4, width=4, p=0.5).train()(zeros(500, 2)), hidden units 1",
        quiet(dropped),
        (
            "dropout follows ReLU, before the classifier",
            "dropout 位于 ReLU 之后、分类层之前",
        ),
    )
    W, b, mean = by_hand([0.5], 5)
    yield Case(
        ("one step on one batch, by hand", "一个批次走一步，手算对照"),
        "train_epoch with SGD, rate 0.5: the weights afterwards",
        lambda their: one_epoch(their, 5, 1.0)[0].weight.detach(),
        torch.tensor(W),
        1e-9,
        (
            "the gradient of the mean cross-entropy is (softmax - onehot) / N times x",
            "平均交叉熵的梯度是 (softmax − 独热)/N 乘以 x",
        ),
    )
    W, b, mean = by_hand([0.5, 0.5, 0.5], 2)
    yield Case(
        ("three batches, by hand", "三个批次，手算对照"),
        "train_epoch with SGD, rate 0.5, batches of 2, 2, 1: the biases afterwards",
        lambda their: one_epoch(their, 2, 1.0)[0].bias.detach(),
        torch.tensor(b),
        1e-9,
        (
            "gradients of earlier batches are added to those of the present one",
            "之前批次的梯度被累加到了当前批次上",
        ),
    )
    yield Case(
        ("the loss of an epoch whose last batch is smaller", "最后一批较小时的轮损失"),
        "train_epoch(...), batches of 2, 2, 1",
        lambda their: one_epoch(their, 2, 1.0)[1],
        mean,
        1e-9,
        (
            "a smaller last batch counts as much as a full one: "
            "weigh each batch by its samples",
            "较小的最后一批与完整批次权重相同，应按样本数加权",
        ),
    )
    W, b, mean = by_hand([0.5, 0.25, 0.125], 2)
    yield Case(
        ("a rate that is halved after each step", "每步之后学习率减半"),
        "train_epoch with ExponentialLR(0.5), batches of 2, 2, 1: the weights",
        lambda their: one_epoch(their, 2, 0.5)[0].weight.detach(),
        torch.tensor(W),
        1e-9,
        (
            "make one step of the schedule for each step of the optimizer, after it",
            "优化器每走一步，学习率调度器随后也走一步",
        ),
    )
    yield Case(
        ("the mode while training", "训练时的模式"),
        "model.eval(); train_epoch(model, ...): model.training in each batch",
        quiet(train_modes),
        [True, True, True],
        effect=(
            "after the first evaluation, training goes on without dropout",
            "第一次评估之后，训练就没有 dropout 了",
        ),
    )
    yield Case(
        ("mode and gradients while evaluating", "评估时的模式与梯度"),
        "model.train(); evaluate(model, ...): (model.training, grad enabled) a batch",
        quiet(evaluated),
        ([False] * 3, [False] * 3),
        effect=(
            "dropout must be off, and no graph recorded",
            "评估时必须关闭 dropout，也不记录计算图",
        ),
    )
    x, y = five()
    _, W0, b0 = linear()
    right = np.mean((x @ W0.T + b0).argmax(axis=1) == y)
    yield Case(
        ("loss and accuracy of five samples", "五个样本的损失与准确率"),
        "evaluate(model, loader), batches of 2, 2, 1",
        lambda their: their.evaluate(linear()[0], loader_of(*five(), 2)),
        (float(losses(W0, b0, x, y).mean()), float(right)),
        1e-9,
        (
            "both are means over samples, not over batches",
            "两者都是对样本取平均，而不是对批次取平均",
        ),
    )
    yield Case(
        ("a checkpoint, saved and loaded", "保存再载入检查点"),
        "save_checkpoint(path, parts, [0.25, 0.5]); load_checkpoint(path, fresh parts)",
        quiet(saved),
        {
            "history": [0.25, 0.5],
            "same weights": True,
            "same moments of Adam": True,
            "learning rate": 0.1 * 0.5**3,
            "steps of the schedule": 3,
            "same random numbers": True,
        },
        1e-12,
        (
            "a resumed run draws other random numbers, or restarts Adam's averages",
            "恢复后的训练会用到不同的随机数，或者让 Adam 的滑动平均从头开始",
        ),
    )
    yield holds(
        ("power is cut while a checkpoint is written", "写检查点时断电"),
        "save_checkpoint fails half-way; load_checkpoint(path, parts) == [0.75]",
        quiet(torn),
        (
            "written in place, the last good checkpoint is lost: write another file, "
            "then rename it",
            "直接覆盖会毁掉最后一个好的检查点：先写到另一个文件，再改名",
        ),
    )
    yield Case(
        ("four epochs of AdamW with the schedule, by hand", "手算四轮带调度的 AdamW"),
        "fit(linear layer, 5 equal samples, ..., epochs=4, batch_size=2, lr=0.1)",
        quiet(fitted),
        by_formulas(4, 0.1),
        1e-9,
        (
            "AdamW with weight decay 0.01; T counts the steps of all epochs, so the "
            "rate falls from lr towards 0 once; the history is the accuracy on "
            "validation samples, from which nothing is learned",
            "AdamW 的权重衰减为 0.01；T 是全部轮次的总步数，学习率从 lr 向 0 只降一次；"
            "历史记录是验证准确率，验证样本不参与训练",
        ),
    )
    yield holds(
        ("a new order in each epoch", "每轮重新打乱顺序"),
        "fit(..., epochs=2): which samples are read",
        quiet(orders),
        (
            "the training set is shuffled anew in each epoch",
            "训练集每一轮都要重新打乱",
        ),
    )
    yield holds(
        ("three rings are told apart", "区分三个圆环"),
        "fit(MLP(2, 3), ..., epochs=30)[-1] > 0.7",
        quiet(learned),
        ("it does not learn", "模型没有学到东西"),
    )
    yield holds(
        ("the seed decides", "结果由种子决定"),
        "fit(..., seed=1) twice, and fit(..., seed=2)",
        quiet(seeds),
    )
    effect = (
        "model, optimizer, schedule, history and random numbers must all go on",
        "模型、优化器、学习率调度、历史记录和随机数都要接着原来的状态",
    )
    yield holds(
        ("power is cut in the middle of epoch 4", "第 4 轮中途断电"),
        "fit(...) again with the same path",
        quiet(resumed([3 * 60 + 30])),
        effect,
    )
    yield holds(
        ("power is cut three times", "断电三次"),
        "fit(...) again and again with the same path",
        quiet(resumed([60 + 20, 60 + 1, 60 + 59])),
        effect,
    )
    yield holds(
        ("a finished run is started again", "再次启动已完成的训练"),
        "fit(...) with the checkpoint of the last epoch",
        quiet(reads_after_the_end),
        ("the epochs of the checkpoint count", "检查点里已完成的轮数也要计入"),
    )
