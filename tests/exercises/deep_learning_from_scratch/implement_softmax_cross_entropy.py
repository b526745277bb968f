"""Cases of implement-softmax-cross-entropy: sums row by row with math, differences."""

import math
from collections.abc import Iterator

import numpy as np

from scripts.exercise.cases import Case, Mistake, call, holds

MISTAKES = (
    Mistake(
        "the maximum is not subtracted",
        "    shifted = logits - logits.max(axis=1, keepdims=True)\n",
        "    shifted = logits\n",
        shows="exp overflows",
    ),
    Mistake(
        "one maximum for the whole batch",
        "logits.max(axis=1, keepdims=True)",
        "logits.max()",
        shows="maximum of the whole batch",
    ),
    Mistake(
        "logarithm of a probability that has become 0",
        "shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))",
        "np.log(np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True))",
        shows="logarithm of a probability that was rounded to 0",
    ),
    Mistake(
        "the log-probabilities are multiplied by a one-hot array",
        "    loss = -log_probs[rows, labels].mean()\n",
        "    one_hot = np.eye(logits.shape[1])[labels]\n"
        "    loss = -(one_hot * log_probs).sum() / len(labels)\n",
        shows="0 times -inf",
    ),
    Mistake(
        "the gradient is that of the sum",
        "    return float(loss), grad / len(labels)\n",
        "    return float(loss), grad\n",
        shows="not divided by the number of rows",
    ),
    Mistake(
        "the logits are overwritten",
        "    shifted = logits - logits.max(axis=1, keepdims=True)\n",
        "    logits -= logits.max(axis=1, keepdims=True)\n    shifted = logits\n",
        shows="changes the logits it is given",
    ),
)


def log_softmax(row: list[float]) -> list[float]:
    """Compute a row by sums of differences, each of which is harmless."""
    result = []
    for value in row:
        # -log(sum exp(other - value)); where one is far larger, it alone decides
        gaps = [other - value for other in row]
        top = max(gaps)
        total = math.fsum(math.exp(gap - top) for gap in gaps)
        result.append(-(top + math.log(total)) if value > -math.inf else -math.inf)
    return result


def mean_loss(logits: np.ndarray, labels: np.ndarray) -> float:
    """Compute the loss row by row."""
    each = [
        -log_softmax(row)[label]
        for row, label in zip(logits.tolist(), labels.tolist(), strict=True)
    ]
    return math.fsum(each) / len(each)


def differences(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the gradient by central differences of the loss above."""
    grad, h = np.empty_like(logits), 1e-5
    for place in np.ndindex(logits.shape):
        up, down = logits.copy(), logits.copy()
        up[place] += h
        down[place] -= h
        grad[place] = (mean_loss(up, labels) - mean_loss(down, labels)) / (2 * h)
    return grad


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield call(
        (
            "log softmax of equal logits: -log of their number",
            "相同 logits 的 log softmax：类别数的对数取负",
        ),
        "log_softmax",
        np.full((2, 4), 3.0),
        gives=np.full((2, 4), -math.log(4)),
        within=1e-9,
    )
    rows = np.array([[1.0, 2.0, 4.0], [0.5, -1.0, 0.0]])
    yield call(
        ("log softmax of two rows", "两行的 log softmax"),
        "log_softmax",
        rows,
        gives=np.array([log_softmax(row) for row in rows.tolist()]),
        within=1e-9,
    )
    large = np.array([[1000.0, 1001.0], [-1000.0, -1002.0]])
    yield call(
        ("rows of very large and of very small logits", "logits 很大的行与很小的行"),
        "log_softmax",
        large,
        gives=np.array([log_softmax(row) for row in large.tolist()]),
        within=1e-9,
        effect=(
            "exp overflows or all of a row underflows: subtract each row's own "
            "maximum, not the maximum of the whole batch",
            "exp 上溢，或整行下溢为 0：应减去每一行自己的最大值，而不是整批的最大值",
        ),
    )
    far = np.array([[0.0, 1000.0]])
    yield call(
        (
            "the right class is hopeless: the loss is finite",
            "正确类几乎没有概率：损失仍有限",
        ),
        "softmax_cross_entropy",
        far,
        np.array([0]),
        gives=(1000.0, np.array([[-1.0, 1.0]])),
        within=1e-9,
        effect=(
            "the logarithm of a probability that was rounded to 0",
            "对已舍入为 0 的概率取了对数",
        ),
    )
    yield call(
        ("one row of equal logits", "一行相同的 logits"),
        "softmax_cross_entropy",
        np.zeros((1, 4)),
        np.array([2]),
        gives=(math.log(4), np.array([[0.25, 0.25, -0.75, 0.25]])),
        within=1e-9,
    )
    yield call(
        ("a class excluded by -inf", "用 -inf 排除的类"),
        "softmax_cross_entropy",
        np.array([[1.0, -math.inf, 1.0]]),
        np.array([2]),
        gives=(math.log(2), np.array([[0.5, 0.0, -0.5]])),
        within=1e-9,
        effect=(
            "0 times -inf is NaN: pick the label's entry, do not multiply by a "
            "one-hot array",
            "0 乘 -inf 得 NaN：应按标签取出元素，而不是乘以 one-hot 数组",
        ),
    )
    labels = np.array([2, 0])
    yield call(
        (
            "a batch of two: mean loss, gradient by differences",
            "两个样本：平均损失，差分梯度",
        ),
        "softmax_cross_entropy",
        rows,
        labels,
        gives=(mean_loss(rows, labels), differences(rows, labels)),
        within=1e-6,
        effect=(
            "the loss is a mean: its gradient is wrong where it is not divided by the "
            "number of rows",
            "损失是平均值，梯度没有除以行数就会出错",
        ),
    )
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(0, 3, (6, 5)), rng.integers(0, 5, 6)
    yield call(
        ("6 random rows of 5 classes", "6 行随机 logits，5 个类"),
        "softmax_cross_entropy",
        logits,
        labels,
        gives=(mean_loss(logits, labels), differences(logits, labels)),
        within=1e-6,
    )

    def unchanged(their):
        given, before = rows.copy(), rows.copy()
        their.softmax_cross_entropy(given, np.array([0, 1]))
        return bool((given == before).all())

    yield holds(
        ("the logits given stay as they are", "传入的 logits 不变"),
        "softmax_cross_entropy(logits, labels), then logits",
        unchanged,
        ("your code changes the logits it is given", "你的代码改动了传入的 logits"),
    )

    def shifted(their):
        loss, grad = their.softmax_cross_entropy(logits, labels)
        other, same = their.softmax_cross_entropy(logits + 500.0, labels)
        if abs(loss - other) > 1e-9 or np.abs(grad - same).max() > 1e-9:
            return (
                "adding 500 to every logit changes the result",
                "所有 logits 加上 500 后，结果变了",
            )
        return bool(np.abs(grad.sum(axis=1)).max() < 1e-9) or (
            "a row of the gradient does not sum to 0",
            "梯度有一行的和不为 0",
        )

    yield holds(
        (
            "a constant added changes nothing, gradient rows sum to 0",
            "加常数结果不变，梯度每行和为 0",
        ),
        "softmax_cross_entropy(logits + 500, labels)",
        shifted,
    )
    many = np.zeros((100_000, 10))
    answers = np.arange(100_000) % 10
    expected = np.full((100_000, 10), 1e-6)
    expected[np.arange(100_000), answers] = -9e-6
    yield call(
        ("100,000 rows", "10 万行"),
        "softmax_cross_entropy",
        many,
        answers,
        gives=(math.log(10), expected),
        within=1e-9,
        effect=(
            "use array operations, no loop over rows",
            "请用数组运算，不要逐行循环",
        ),
    )
