"""Backpropagation by hand, gradients through depth, and weight initialization.

Layers compute ``X @ W + b`` with one sample a row, so ``W`` is (inputs,
outputs); ``torch.nn.Linear`` stores the transpose.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise, product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from snippets import Array

if TYPE_CHECKING:
    import torch

Labels = NDArray[np.int64]


# --8<-- [start:paths_and_sweep]
def sum_over_paths(jacobians: Sequence[Array]) -> tuple[Array, int]:
    """Differentiate a layered graph by the chain rule, path by path.

    Args:
        jacobians: ``jacobians[l][j, i]`` is the derivative of node ``j``
            of layer ``l + 1`` by node ``i`` of layer ``l``; the last layer
            is the loss alone, so the last Jacobian has one row.

    Returns:
        Derivative of the loss by each input, and the number of paths.
    """
    sizes = [J.shape[1] for J in jacobians]
    gradient = np.zeros(sizes[0])
    paths = list(product(*(range(size) for size in sizes)))
    for path in paths:
        nodes = [*path, 0]
        steps = zip(jacobians, nodes[1:], nodes[:-1], strict=True)
        gradient[path[0]] += np.prod([J[j, i] for J, j, i in steps])
    return gradient, len(paths)


def reverse_sweep(jacobians: Sequence[Array]) -> tuple[Array, int]:
    """Compute the same derivative backwards: one product for each edge.

    >>> layers = [np.full((10, 10), 0.1)] * 3 + [np.ones((1, 10))]
    >>> sum_over_paths(layers)[1], reverse_sweep(layers)[1]
    (10000, 310)
    """
    blame, edges = np.ones(1), 0  # the derivative of the loss by itself
    for J in reversed(jacobians):
        blame = blame @ J  # each node: sum over what it feeds
        edges += J.size
    return blame, edges


# --8<-- [end:paths_and_sweep]


# --8<-- [start:two_layer_mlp]
class MLP(NamedTuple):
    """Weights of ``softmax(relu(X @ W1 + b1) @ W2 + b2)``, or gradients."""

    W1: Array  # (D, M)
    b1: Array  # (M,)
    W2: Array  # (M, K)
    b2: Array  # (K,)


class Cache(NamedTuple):
    """What the forward pass keeps for the backward pass."""

    Z1: Array  # (N, M), before the ReLU
    H: Array  # (N, M), after it
    P: Array  # (N, K), class probabilities


def forward(params: MLP, X: Array, y: Labels) -> tuple[float, Cache]:
    """Return the mean cross-entropy of inputs (N, D) and labels (N,)."""
    Z1 = X @ params.W1 + params.b1
    H = np.maximum(Z1, 0)
    Z2 = H @ params.W2 + params.b2
    Z2 = Z2 - Z2.max(axis=1, keepdims=True)  # no overflow, same softmax
    log_P = Z2 - np.log(np.exp(Z2).sum(axis=1, keepdims=True))
    loss = -log_P[np.arange(len(y)), y].mean()
    return float(loss), Cache(Z1, H, np.exp(log_P))


def backward(params: MLP, X: Array, y: Labels, cache: Cache) -> MLP:
    """Return the gradient of the loss by every weight."""
    Y = np.eye(len(params.b2))[y]  # (N, K), one-hot
    delta2 = (cache.P - Y) / len(y)  # (N, K)
    delta1 = (delta2 @ params.W2.T) * (cache.Z1 > 0)  # (N, M)
    dW1, db1 = X.T @ delta1, delta1.sum(axis=0)
    dW2, db2 = cache.H.T @ delta2, delta2.sum(axis=0)
    return MLP(dW1, db1, dW2, db2)


# --8<-- [end:two_layer_mlp]


# --8<-- [start:worked_example]
def worked_example() -> tuple[MLP, Array, Labels]:
    """Return the weights, the input and the label computed by hand.

    >>> params, X, y = worked_example()
    >>> loss, cache = forward(params, X, y)
    >>> cache.Z1.tolist(), cache.H.tolist()
    ([[1.0, 0.5, -1.5]], [[1.0, 0.5, 0.0]])
    >>> (cache.H @ params.W2 + params.b2).tolist()
    [[0.5, 1.0]]
    >>> cache.P.round(3).tolist(), round(loss, 3)
    ([[0.378, 0.622]], 0.974)
    >>> grads = backward(params, X, y, cache)
    >>> grads.W2.round(3).tolist()
    [[-0.622, 0.622], [-0.311, 0.311], [0.0, 0.0]]
    >>> grads.W1.round(3).tolist()
    [[-0.622, 1.245, 0.0], [-1.245, 2.49, 0.0]]
    >>> grads.b2.round(3).tolist(), grads.b1.round(3).tolist()
    ([-0.622, 0.622], [-0.622, 1.245, 0.0])
    >>> (grads.b2 @ params.W2.T).round(3).tolist()  # dL/dh, before the ReLU
    [-0.622, 1.245, -0.934]
    >>> bool(gradient_check(params, X, y) < 1e-8)
    True
    >>> round(forward(sgd_step(params, grads, 0.1), X, y)[0], 3)
    0.271
    """
    params = MLP(
        W1=np.array([[0.5, -1.0, 0.5], [0.25, 1.0, -1.0]]),
        b1=np.array([0.0, -0.5, 0.0]),
        W2=np.array([[1.0, 0.0], [-1.0, 1.0], [0.5, -1.0]]),
        b2=np.array([0.0, 0.5]),
    )
    return params, np.array([[1.0, 2.0]]), np.array([0])


# --8<-- [end:worked_example]


# --8<-- [start:gradient_check]
def numerical_gradient(
    f: Callable[[Array], float], x: Array, eps: float = 1e-5
) -> Array:
    """Differentiate ``f`` by central differences: two calls for each entry.

    >>> loss = lambda v: (v[0] * v[1]) ** 2 + v[0] * v[1]
    >>> numerical_gradient(loss, np.array([2.0, 3.0])).round(6).tolist()
    [39.0, 26.0]
    >>> float(loss(np.array([2.0, 3.0])))
    42.0
    >>> bool(np.float32(1) + np.float32(1e-8) == 1)  # so use float64
    True
    """
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = eps
        gradient[index] = (f(x + step) - f(x - step)) / (2 * eps)
    return gradient


def gradient_check(params: MLP, X: Array, y: Labels) -> float:
    """Return the relative error of ``backward`` by central differences."""
    exact = backward(params, X, y, forward(params, X, y)[1])
    worst = 0.0
    for name, g in exact._asdict().items():

        def loss_of(w: Array, name: str = name) -> float:
            return forward(params._replace(**{name: w}), X, y)[0]

        approx = numerical_gradient(loss_of, getattr(params, name))
        scale = np.linalg.norm(g) + np.linalg.norm(approx) + 1e-12
        worst = max(worst, float(np.linalg.norm(g - approx) / scale))
    return worst


# --8<-- [end:gradient_check]


# --8<-- [start:sgd]
def sgd_step(params: MLP, grads: MLP, lr: float) -> MLP:
    """Move every weight against its gradient."""
    return MLP(*(w - lr * g for w, g in zip(params, grads, strict=True)))


def train(params: MLP, X: Array, y: Labels, lr: float, steps: int) -> MLP:
    """Take ``steps`` full-batch gradient steps."""
    for _ in range(steps):
        _, cache = forward(params, X, y)
        params = sgd_step(params, backward(params, X, y, cache), lr)
    return params


# --8<-- [end:sgd]


# --8<-- [start:torch_step]
def torch_train_step(
    model: "torch.nn.Module",
    optimizer: "torch.optim.Optimizer",
    X: "torch.Tensor",
    y: "torch.Tensor",
    max_norm: float = float("inf"),
) -> float:
    """Take one training step on one mini-batch and return its loss."""
    import torch

    model.train()  # dropout on, batch norm uses the batch
    optimizer.zero_grad()  # otherwise gradients add to the last step's
    logits = model(X)  # forward: records the graph and its activations
    loss = torch.nn.functional.cross_entropy(logits, y)
    loss.backward()  # type: ignore[no-untyped-call]  # fills every .grad
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()  # the only line that changes weights
    return loss.item()


def torch_predict(
    model: "torch.nn.Module",
    X: "torch.Tensor",
) -> "torch.Tensor":
    """Return the predicted classes (N,) of a batch."""
    import torch

    model.eval()  # dropout off, batch norm uses its running statistics
    with torch.inference_mode():  # no graph, nothing kept
        classes: torch.Tensor = model(X).argmax(dim=1)
    return classes


# --8<-- [end:torch_step]


# --8<-- [start:step_numbers]
def step_numbers(sizes: Sequence[int], batch: int) -> dict[str, int]:
    """Count the numbers one training step of a ReLU classifier keeps.

    Args:
        sizes: layer widths from input to classes, such as [784, 256, 10].
        batch: samples a step.

    >>> numbers = step_numbers([784, 256, 10], batch=32)
    >>> numbers["weights"], numbers["adam"], numbers["activations"]
    (203530, 407060, 33600)
    >>> step_numbers([784, 256, 10], batch=3200)["activations"]
    3360000
    """
    weights = sum(n_in * n_out + n_out for n_in, n_out in pairwise(sizes))
    return {
        "weights": weights,
        "gradients": weights,
        "adam": 2 * weights,  # two moments
        "activations": batch * sum(sizes),  # input, ReLUs, probabilities
    }


# --8<-- [end:step_numbers]


def _sigmoid(z: Array) -> Array:
    """Return the logistic function without overflow."""
    return 0.5 * (1 + np.tanh(z / 2))


# --8<-- [start:gradient_by_layer]
Function = Callable[[Array], Array]
ACTIVATIONS: dict[str, tuple[Function, Function]] = {
    "sigmoid": (_sigmoid, lambda z: _sigmoid(z) * (1 - _sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
}


def random_stack(
    gain: float, depth: int = 50, width: int = 256, seed: int = 0
) -> tuple[Array, list[Array]]:
    """Draw 64 inputs and the layers' weights, N(0, gain^2 / width)."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((64, width))
    std = gain / np.sqrt(width)
    shape = (width, width)
    return x, [std * rng.standard_normal(shape) for _ in range(depth)]


def run(
    x: Array, weights: Sequence[Array], activation: str
) -> tuple[list[Array], list[Array]]:
    """Return all pre-activations and all activations, first layer first."""
    f, _ = ACTIVATIONS[activation]
    pre, post, h = [], [], x
    for W in weights:
        pre.append(h @ W)
        h = f(pre[-1])
        post.append(h)
    return pre, post


def gradient_by_layer(
    x: Array,
    weights: Sequence[Array],
    activation: str,
) -> Array:
    """Return the norm of dL/dz in each layer, L the sum of all outputs."""
    _, derivative = ACTIVATIONS[activation]
    pre, _ = run(x, weights, activation)
    delta = derivative(pre[-1])
    norms = [np.linalg.norm(delta)]
    for W, z in zip(reversed(weights[1:]), reversed(pre[:-1]), strict=True):
        delta = (delta @ W.T) * derivative(z)
        norms.append(np.linalg.norm(delta))
    return np.array(norms[::-1])


# --8<-- [end:gradient_by_layer]


# --8<-- [start:depth_ratio]
def depth_ratio(activation: str, gain: float) -> float:
    """Return the gradient norm in layer 1 divided by that in layer 50.

    >>> for name, gain in [("sigmoid", 1), ("tanh", 1), ("relu", 1)]:
    ...     print(f"{name} {depth_ratio(name, gain):.0e}")
    sigmoid 2e-31
    tanh 2e-01
    relu 1e-07
    >>> for gain in (2**0.5, 2):
    ...     print(f"relu {depth_ratio('relu', gain):.0e}")
    relu 3e+00
    relu 6e+07
    >>> for gain in (5 / 3, 3):
    ...     print(f"tanh {depth_ratio('tanh', gain):.0e}")
    tanh 8e+01
    tanh 3e+06
    """
    norms = gradient_by_layer(*random_stack(gain), activation)
    return float(norms[0] / norms[-1])


# --8<-- [end:depth_ratio]


# --8<-- [start:clip_grad_norm]
def clip_grad_norm(
    grads: Iterable[Array], max_norm: float
) -> tuple[list[Array], float]:
    """Scale all gradients by one factor that bounds their joint norm.

    Returns:
        The gradients, and their norm before clipping.

    Source: ``torch.nn.utils.clip_grad_norm_``.

    >>> grads, norm = clip_grad_norm(np.array([[3.0], [4.0]]), 1.0)
    >>> norm, [g.round(4).tolist() for g in grads]
    (5.0, [[0.6], [0.8]])
    """
    grads = list(grads)
    norm = float(np.sqrt(sum(float((g**2).sum()) for g in grads)))
    factor = min(1.0, max_norm / (norm + 1e-6))
    return [factor * g for g in grads], norm


# --8<-- [end:clip_grad_norm]


# --8<-- [start:symmetry]
def init_mlp(D: int, H: int, K: int, kind: str = "random") -> MLP:
    """Return a two-layer MLP: "random", "equal" hidden units, or "zero"."""
    rng = np.random.default_rng(0)
    W1, W2 = rng.standard_normal((D, H)), rng.standard_normal((H, K))
    if kind == "equal":
        W1[:], W2[:] = W1[:, :1], W2[:1]  # every unit a copy of the first
    if kind == "zero":
        W1[:], W2[:] = 0, 0
    return MLP(W1, np.zeros(H), W2, np.zeros(K))


def distinct_units(params: MLP) -> int:
    """Count the hidden units whose weights, in and out, differ."""
    # One unit a column:
    units = np.vstack([params.W1, params.b1, params.W2.T])
    return len({tuple(unit) for unit in units.T.round(9)})


def xor_after_training(kind: str) -> tuple[int, int]:
    """Train eight hidden units on XOR; count distinct units and hits.

    >>> [xor_after_training(kind) for kind in ("zero", "equal", "random")]
    [(1, 2), (1, 3), (8, 4)]
    """
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([0, 1, 1, 0])
    params = train(init_mlp(2, 8, 2, kind), X, y, lr=0.5, steps=1000)
    predicted = forward(params, X, y)[1].P.argmax(axis=1)
    return distinct_units(params), int((predicted == y).sum())


# --8<-- [end:symmetry]


# --8<-- [start:logistic_from_zero]
def logistic_regression(
    X: Array,
    y: Labels,
    lr: float,
    steps: int,
) -> Array:
    """Fit weights (D,) by gradient descent that starts at zero.

    >>> X = np.array([[1.0, -2], [1, -1], [1, 0], [1, 1], [1, 2]])
    >>> y = np.array([0, 1, 0, 1, 1])
    >>> logistic_regression(X, y, lr=0.5, steps=3000).round(4).tolist()
    [0.6227, 1.0904]
    """
    w = np.zeros(X.shape[1])
    for _ in range(steps):
        w -= lr * X.T @ (_sigmoid(X @ w) - y) / len(y)
    return w


# --8<-- [end:logistic_from_zero]


# --8<-- [start:lora]
def lora_gradients(
    X: Array,
    A: Array,
    B: Array,
    delta: Array,
) -> tuple[Array, Array]:
    """Return dL/dA and dL/dB of the adapter ``X @ W + X @ A @ B``.

    Args:
        X: inputs, (N, D).
        A: down-projection, (D, r).
        B: up-projection, (r, K).
        delta: gradient of the loss by the layer's output, (N, K).

    >>> X, A, delta = np.eye(2), np.ones((2, 1)), np.ones((2, 3))
    >>> dA, dB = lora_gradients(X, A, np.zeros((1, 3)), delta)
    >>> bool(dA.any()), bool(dB.any())  # B = 0: B moves first
    (False, True)
    >>> dA, dB = lora_gradients(X, 0 * A, np.zeros((1, 3)), delta)
    >>> bool(dA.any()), bool(dB.any())  # both zero: stuck for ever
    (False, False)
    """
    return X.T @ delta @ B.T, (X @ A).T @ delta


# --8<-- [end:lora]


# --8<-- [start:initializers]
def xavier_uniform(
    n_in: int,
    n_out: int,
    rng: np.random.Generator,
) -> Array:
    """Draw weights (n_in, n_out) of variance 2 / (n_in + n_out)."""
    bound = np.sqrt(6 / (n_in + n_out))  # U(-a, a) has variance a^2 / 3
    return rng.uniform(-bound, bound, size=(n_in, n_out))


def he_normal(
    n_in: int, n_out: int, rng: np.random.Generator, slope: float = 0.0
) -> Array:
    """Draw weights (n_in, n_out) of variance 2 / ((1 + slope^2) n_in).

    ``slope`` is the leaky ReLU's on the negative side, 0 for ReLU.
    """
    std = np.sqrt(2 / ((1 + slope**2) * n_in))
    return rng.normal(0, std, size=(n_in, n_out))


# --8<-- [end:initializers]


# --8<-- [start:rms_by_layer]
def rms_by_layer(activation: str, gain: float) -> Array:
    """Return the root mean square of the activations of 50 layers.

    >>> for gain in (1, 2**0.5, 2):  # Xavier, He, twice the variance of He
    ...     print(f"relu {gain:.2f}: {rms_by_layer('relu', gain)[-1]:.0e}")
    relu 1.00: 1e-08
    relu 1.41: 4e-01
    relu 2.00: 1e+07
    >>> f"{2**-25:.0e}"  # theory for gain 1; this run has 0.4 times that
    '3e-08'
    >>> for gain in (0.5, 1, 5 / 3):
    ...     print(f"tanh {gain:.2f}: {rms_by_layer('tanh', gain)[-1]:.0e}")
    tanh 0.50: 8e-16
    tanh 1.00: 1e-01
    tanh 1.67: 7e-01
    """
    _, post = run(*random_stack(gain), activation)
    return np.array([np.sqrt((h**2).mean()) for h in post])


# --8<-- [end:rms_by_layer]
