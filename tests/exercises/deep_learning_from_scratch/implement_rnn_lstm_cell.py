"""Cases of implement-rnn-lstm-cell: sums unit by unit with math, differences."""

import math
from collections.abc import Iterator

import numpy as np

from scripts.exercise.cases import Case, Mistake, call, holds

MISTAKES = (
    Mistake(
        "the gates stand in another order",
        "    i, f, g, o = np.split(",
        "    f, i, g, o = np.split(",
        shows="order i, f, g, o",
    ),
    Mistake(
        "the candidate goes through a sigmoid",
        "sigmoid(f), np.tanh(g), sigmoid(o)",
        "sigmoid(f), sigmoid(g), sigmoid(o)",
        shows="the candidate g goes through tanh",
    ),
    Mistake(
        "the cell state is shown without tanh",
        "    return o * np.tanh(c), c\n",
        "    return o * c, c\n",
        shows="tanh of the new cell state",
    ),
    Mistake(
        "the cell state is not carried over",
        "        h, c = lstm_cell(x, h, c, weights)\n",
        "        h, _ = lstm_cell(x, h, c, weights)\n",
        shows="both h and c",
    ),
    Mistake(
        "the cell state is overwritten",
        "    c = f * c + i * g\n",
        "    c *= f\n    c += i * g\n",
        shows="changes the states it is given",
    ),
    Mistake(
        "the gradient misses the way through h'",
        "    grad_c = grad_c + grad_h * o * (1 - tanh_c**2)  # both ways into c'\n",
        "",
        shows="two ways lead to c'",
    ),
    Mistake(
        "the gradient of the bias is a mean",
        "grad_z.sum(axis=0)",
        "grad_z.mean(axis=0)",
        shows="add up over the samples",
    ),
)

CELL = (
    "usual reasons: the parts of z are not taken in the order i, f, g, o; the "
    "candidate "
    "g goes through tanh, the gates through sigmoid; h' is o times tanh of the new "
    "cell "
    "state",
    "常见原因：z 的四段没有按 i、f、g、o 的顺序取；候选值 g 应经过 tanh，三个门经过 "
    "sigmoid；"
    "h' 是 o 乘以新细胞状态的 tanh",
)
BACKWARD = (
    "usual reasons: two ways lead to c', directly and through h'; the gradients of the "
    "weights add up over the samples; a derivative of tanh or sigmoid is missing",
    "常见原因：c' 的梯度有两条来路，一条直接来，一条经过 h'；权重的梯度要对样本求和；"
    "漏了 tanh 或 sigmoid 的导数",
)


def logistic(z: float) -> float:
    """Compute the sigmoid without overflow."""
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def total(weights, row: int, x, h) -> float:
    """Return z of one unit and one sample."""
    W_x, W_h, b = weights
    terms = [float(w) * float(v) for w, v in zip(W_x[row], x, strict=True)]
    terms += [float(w) * float(v) for w, v in zip(W_h[row], h, strict=True)]
    return math.fsum([*terms, float(b[row])])


def rnn_by_units(x, h, weights) -> np.ndarray:
    """Compute each unit of each sample alone."""
    result = np.empty_like(h)
    for n, j in np.ndindex(h.shape):
        result[n, j] = math.tanh(total(weights, j, x[n], h[n]))
    return result


def lstm_by_units(x, h, c, weights) -> tuple[np.ndarray, np.ndarray]:
    """Compute each unit of each sample alone."""
    new_h, new_c, H = np.empty_like(h), np.empty_like(c), h.shape[1]
    for n, j in np.ndindex(h.shape):
        i, f, g, o = (total(weights, j + part * H, x[n], h[n]) for part in range(4))
        cell = logistic(f) * float(c[n, j]) + logistic(i) * math.tanh(g)
        new_c[n, j], new_h[n, j] = cell, logistic(o) * math.tanh(cell)
    return new_h, new_c


def weights_of(rng, rows: int, D: int, H: int) -> tuple:
    """Draw the weights of a cell."""
    shapes = (rows, D), (rows, H), (rows,)
    return tuple(rng.normal(0, 0.7, shape) for shape in shapes)


def differences(grad_h, grad_c, x, h, c, weights) -> tuple:
    """Return gradients of sum(grad_h * h') + sum(grad_c * c') by differences."""
    given = [x, h, c, *weights]
    step = 1e-5

    def value(arrays) -> float:
        new_h, new_c = lstm_by_units(*arrays[:3], tuple(arrays[3:]))
        return float((grad_h * new_h).sum() + (grad_c * new_c).sum())

    grads = []
    for which, array in enumerate(given):
        grad = np.empty_like(array)
        for place in np.ndindex(array.shape):
            sides = []
            for sign in (1, -1):
                moved = [other.copy() for other in given]
                moved[which][place] += sign * step
                sides.append(value(moved))
            grad[place] = (sides[0] - sides[1]) / (2 * step)
        grads.append(grad)
    return (*grads[:3], tuple(grads[3:]))


def cases() -> Iterator[Case]:
    """Yield the cases."""
    rng = np.random.default_rng(0)
    yield call(
        ("RNN, one input, one unit: tanh(1)", "RNN，一个输入、一个单元：tanh(1)"),
        "rnn_cell",
        np.array([[3.0]]),
        np.array([[-2.0]]),
        (np.array([[0.5]]), np.array([[0.5]]), np.array([0.5])),
        gives=np.array([[math.tanh(1.0)]]),
        within=1e-9,
    )
    x, h, c = rng.normal(size=(3, 4)), rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
    weights = weights_of(rng, 2, 4, 2)
    yield call(
        ("RNN, 3 samples, 4 inputs, 2 units", "RNN，3 个样本、4 个输入、2 个单元"),
        "rnn_cell",
        x,
        h,
        weights,
        gives=rnn_by_units(x, h, weights),
        within=1e-9,
    )
    shut = np.zeros((4, 1)), np.zeros((4, 1)), np.array([-800.0, 800.0, 0.0, 800.0])
    yield call(
        (
            "LSTM that forgets nothing, writes nothing and shows all",
            "什么都不忘、什么都不写、全部输出的 LSTM",
        ),
        "lstm_cell",
        np.array([[1.0]]),
        np.array([[1.0]]),
        np.array([[0.75]]),
        shut,
        gives=(np.array([[math.tanh(0.75)]]), np.array([[0.75]])),
        within=1e-9,
        effect=CELL,
    )
    wide = weights_of(rng, 8, 4, 2)
    yield call(
        ("LSTM, 3 samples, 4 inputs, 2 units", "LSTM，3 个样本、4 个输入、2 个单元"),
        "lstm_cell",
        x,
        h,
        c,
        wide,
        gives=lstm_by_units(x, h, c, wide),
        within=1e-9,
        effect=CELL,
    )

    def untouched(their):
        given = [x.copy(), h.copy(), c.copy()]
        their.lstm_cell(*given, wide)
        return all(
            (one == other).all() for one, other in zip(given, (x, h, c), strict=True)
        )

    yield holds(
        ("the cell leaves what it is given as it is", "LSTM 单元不改动传入的数组"),
        "lstm_cell(x, h, c, weights), then x, h, c",
        untouched,
        ("your code changes the states it is given", "你的代码改动了传入的状态"),
    )
    xs = rng.normal(size=(5, 3, 4))
    states, last_h, last_c = [], h, c
    for step in xs:
        last_h, last_c = lstm_by_units(step, last_h, last_c, wide)
        states.append(last_h)
    yield call(
        ("a sequence of 5 steps", "5 步的序列"),
        "lstm",
        xs,
        h,
        c,
        wide,
        gives=(np.array(states), last_h, last_c),
        within=1e-9,
        effect=(
            "each step starts from both h and c of the step before",
            "每一步都要从上一步的 h 和 c 开始",
        ),
    )
    yield call(
        ("a sequence without steps", "没有任何一步的序列"),
        "lstm",
        np.zeros((0, 3, 4)),
        h,
        c,
        wide,
        gives=(np.zeros((0, 3, 2)), h, c),
        within=1e-9,
        effect=(
            "np.stack refuses an empty list, np.array([]) has lost the shape (N, H)",
            "np.stack 不接受空列表，而 np.array([]) 丢了形状 (N, H)",
        ),
    )
    steps = 1000
    halving = np.zeros((4, 1)), np.zeros((4, 1)), np.array([0.0, 0.0, 800.0, 800.0])
    cells = 1 - 0.5 ** np.arange(1, steps + 1)  # c' = c / 2 + 1 / 2
    yield call(
        ("1,000 steps that halve the way to 1", "1000 步，每一步把到 1 的距离减半"),
        "lstm",
        np.zeros((steps, 2, 1)),
        np.zeros((2, 1)),
        np.zeros((2, 1)),
        halving,
        gives=(
            np.tanh(cells)[:, None, None].repeat(2, axis=1),
            np.full((2, 1), math.tanh(cells[-1])),
            np.full((2, 1), cells[-1]),
        ),
        within=1e-9,
    )
    one = rng.normal(size=(1, 1)), rng.normal(size=(1, 1)), rng.normal(size=(1, 1))
    narrow = weights_of(rng, 4, 1, 1)
    for about, grad_h, grad_c, arrays, cell in (
        (
            ("gradients from h' alone, one unit", "只来自 h' 的梯度，一个单元"),
            np.ones((1, 1)),
            np.zeros((1, 1)),
            one,
            narrow,
        ),
        (
            ("gradients from c' alone, one unit", "只来自 c' 的梯度，一个单元"),
            np.zeros((1, 1)),
            np.ones((1, 1)),
            one,
            narrow,
        ),
        (
            ("gradients from both, 3 samples, 2 units", "两者都有，3 个样本、2 个单元"),
            rng.normal(size=(3, 2)),
            rng.normal(size=(3, 2)),
            (x, h, c),
            wide,
        ),
    ):
        yield call(
            about,
            "lstm_cell_backward",
            grad_h,
            grad_c,
            *arrays,
            cell,
            gives=differences(grad_h, grad_c, *arrays, cell),
            within=1e-7,
            effect=BACKWARD,
        )
