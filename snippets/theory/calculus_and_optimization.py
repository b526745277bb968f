"""Derivatives, convexity, step sizes, constraints, penalties and integrals.

Numbers quoted on the page that need no function of their own:

Relative error of a central difference of x^3 at 1 for three steps h:

>>> for h in (1e-2, 6e-6, 1e-10):
...     slope = numerical_jacobian(lambda x: x * x * x, np.ones(1), h)[0, 0]
...     print(f"h = {h:.0e}: {abs(slope / 3 - 1):.0e}")
h = 1e-02: 3e-05
h = 6e-06: 7e-12
h = 1e-10: 8e-08

A wrong gradient (a transpose forgotten) is off by tens of percent:

>>> A, x = np.array([[1.0, 2.0], [0.0, 3.0]]), np.array([1.0, -1.0])
>>> right = gradient_error(lambda x: x @ A @ x, lambda x: (A + A.T) @ x, x)
>>> wrong = gradient_error(lambda x: x @ A @ x, lambda x: 2 * A @ x, x)
>>> bool(right < 1e-9), f"{wrong:.2f}"
(True, '0.27')

A minimum and a saddle are both roots of the gradient, so Newton's method takes
either; gradient descent leaves the saddle of x^2/2 - y^2/2 by its y axis:

>>> H = np.diag([1.0, -1.0])
>>> newton(lambda w: H @ w, lambda w: H, np.array([1.0, 0.1]), 1)[-1]
array([0., 0.])
>>> path = gradient_descent(lambda w: H @ w, np.array([1.0, 0.1]), 0.5, 10)
>>> path[-1].round(2)
array([0.  , 5.77])

Curvature of the two-weight network at its saddle and at three of its minima:

>>> for w in ((0.0, 0.0), (1.0, 1.0), (2.0, 0.5), (4.0, 0.25)):
...     eigenvalues = np.linalg.eigvalsh(two_weight_hessian(np.array(w)))
...     print(w, eigenvalues.round(2) + 0)
(0.0, 0.0) [-1.  1.]
(1.0, 1.0) [0. 2.]
(2.0, 0.5) [0.   4.25]
(4.0, 0.25) [ 0.   16.06]

Loss after 50 steps on (10 x^2 + y^2) / 2 from (1, 1); L = 10:

>>> D = np.array([10.0, 1.0])
>>> for scale in (0.5, 1, 1.9, 2, 2.1):
...     w = gradient_descent(lambda w: D * w, np.ones(2), scale / 10, 50)[-1]
...     print(scale, f"{w @ (D * w) / 2:.1e}")
0.5 3.0e-03
1 1.3e-05
1.9 1.3e-04
2 5.0e+00
2.1 6.9e+04

Nonzero weights and squared distance to the true weights: least squares,
ridge, lasso with two penalties, least squares on what the last one kept:

>>> X, y, w = sparse_regression()
>>> weak, strong = lasso(X, y, 0.1), lasso(X, y, 0.3)
>>> refit = ridge(X * (strong != 0), y, 1e-9)
>>> for v in (ridge(X, y, 0), ridge(X, y, 0.05), weak, strong, refit):
...     print(np.count_nonzero(v), f"{np.sum((v - w) ** 2):.2f}")
20 0.33
20 0.30
7 0.09
3 0.46
3 0.01
>>> np.flatnonzero(strong), np.flatnonzero(w)
(array([0, 1, 2]), array([0, 1, 2]))

Terabytes of the Hessian of ten million weights in float32; exact P(Z > 4):

>>> 4 * (10**7) ** 2 / 1e12
400.0
>>> f"{math.erfc(4 / math.sqrt(2)) / 2:.2e}"
'3.17e-05'

Momentum 0.9 is stable up to eta * L = 3.8: spectral radius of its iteration

>>> for scale in (3.79, 3.81):
...     step = np.array([[1.9 - scale, -0.9], [1.0, 0.0]])
...     print(bool(np.abs(np.linalg.eigvals(step)).max() < 1))
True
False

The smallest penalty that sets every weight to zero:

>>> zero_at = np.abs(X.T @ y).max() / len(y)
>>> for lam in (zero_at, 0.99 * zero_at):
...     print(np.count_nonzero(lasso(X, y, lam * (1 + 1e-12))))
0
1

"""

import itertools
import math
from collections.abc import Callable, Iterable

import numpy as np

from snippets import Array

# Maps shape (n,) to shape (m,), or to a scalar.
Function = Callable[[Array], Array]


# --8<-- [start:numerical_derivatives]
def numerical_jacobian(f: Function, x: Array, h: float = 6e-6) -> Array:
    """Central differences: J[i, j] is df_i/dx_j, shape (m, n).

    Given a function's gradient, it returns that function's Hessian.

    >>> A = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    >>> numerical_jacobian(lambda x: A @ x, np.ones(2)).round(6)
    array([[1., 2.],
           [3., 4.],
           [5., 6.]])
    """
    steps = h * np.eye(x.size)
    columns = [np.atleast_1d(f(x + s)) - np.atleast_1d(f(x - s)) for s in steps]
    return np.stack(columns, axis=1) / (2 * h)


def gradient_error(f: Function, gradient: Function, x: Array) -> float:
    """Relative error of a hand-written gradient of a scalar f at x, shape (n,).

    About 1e-9 is right, 1e-2 is wrong, in float64 and away from kinks.
    """
    numeric, analytic = numerical_jacobian(f, x)[0], gradient(x)
    size = np.linalg.norm(numeric) + np.linalg.norm(analytic)
    return float(np.linalg.norm(numeric - analytic) / size) if size else 0.0


# --8<-- [end:numerical_derivatives]


# --8<-- [start:log_sum_exp]
def log_sum_exp(z: Array) -> tuple[float, Array, Array]:
    """Value, gradient (n,) and Hessian (n, n) of log(sum(exp(z))).

    >>> value, gradient, hessian = log_sum_exp(np.zeros(2))
    >>> f"{value:.3f}", gradient, hessian
    ('0.693', array([0.5, 0.5]), array([[ 0.25, -0.25],
           [-0.25,  0.25]]))
    """
    shift = z.max()
    e = np.exp(z - shift)
    p = e / e.sum()  # softmax
    return float(shift + np.log(e.sum())), p, np.diag(p) - np.outer(p, p)


# --8<-- [end:log_sum_exp]


# --8<-- [start:newton]
def newton(
    gradient: Function,
    hessian: Function,
    x: Array,
    steps: int,
) -> Array:
    """Newton's iterates x - H^{-1} g, shape (steps + 1, n).

    The minimum of e^x - 2x is log 2; the right digits double at each step:

    >>> path = newton(
    ...     lambda x: np.exp(x) - 2,
    ...     lambda x: np.diag(np.exp(x)),
    ...     np.zeros(1),
    ...     steps=4,
    ... )
    >>> " ".join(f"{abs(x[0] - math.log(2)):.0e}" for x in path)
    '7e-01 3e-01 4e-02 9e-04 4e-07'
    """
    path = [x]
    for _ in range(steps):
        x = x - np.linalg.solve(hessian(x), gradient(x))
        path.append(x)
    return np.array(path)


# --8<-- [end:newton]


# --8<-- [start:autograd]
class Value:
    """A number that remembers which numbers it was computed from.

    >>> x, w = Value(2.0), Value(0.0)
    >>> loss = ((x * w * -1).exp() + 1).log()  # logistic loss of one example
    >>> loss.backward()
    >>> f"{loss.data:.3f}", w.grad, x.grad
    ('0.693', -1.0, 0.0)
    """

    def __init__(
        self, data: float, parents: Iterable[tuple["Value", float]] = ()
    ) -> None:
        """Store the value and its (parent, d self / d parent) pairs."""
        self.data, self.parents, self.grad = data, tuple(parents), 0.0

    def __add__(self, other: "Value | float") -> "Value":
        """Sum: both local derivatives are 1."""
        b = other if isinstance(other, Value) else Value(other)
        return Value(self.data + b.data, [(self, 1.0), (b, 1.0)])

    def __mul__(self, other: "Value | float") -> "Value":
        """Product: the local derivative is the other factor."""
        b = other if isinstance(other, Value) else Value(other)
        return Value(self.data * b.data, [(self, b.data), (b, self.data)])

    def exp(self) -> "Value":
        """Exponential: it is its own derivative."""
        y = math.exp(self.data)
        return Value(y, [(self, y)])

    def log(self) -> "Value":
        """Natural logarithm."""
        return Value(math.log(self.data), [(self, 1 / self.data)])

    def backward(self) -> None:
        """Fill ``grad`` of every number that this one depends on."""
        order = topological_order(self)
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):  # all children are done before a node
            for parent, local in node.parents:
                parent.grad += node.grad * local


# --8<-- [end:autograd]


# --8<-- [start:topological_order]
def topological_order(root: Value) -> list[Value]:
    """All ancestors of root, each after its parents, each once."""
    order: list[Value] = []
    seen: set[Value] = set()
    stack = [(root, False)]
    while stack:
        node, parents_done = stack.pop()
        if parents_done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent, _ in node.parents)
    return order


# --8<-- [end:topological_order]


# --8<-- [start:chain_multiplications]
def chain_multiplications(sizes: tuple[int, ...]) -> tuple[int, int]:
    """Scalar products to multiply J_L ... J_1 from the right, from the left.

    Args:
        sizes: (n_0, ..., n_L); J_i has shape (n_i, n_{i-1}).

    Returns:
        Counts of forward mode and of reverse mode.

    >>> chain_multiplications((1000, 1000, 1000, 1))
    (1001000000, 2000000)
    """
    pairs = list(itertools.pairwise(sizes))
    forward = sum(a * b * sizes[0] for a, b in pairs[1:])
    reverse = sum(a * b * sizes[-1] for a, b in pairs[:-1])
    return forward, reverse


# --8<-- [end:chain_multiplications]


# --8<-- [start:two_weights]
def two_weight_loss(w: Array) -> Array:
    """Loss (uv - 1)^2 / 2 of the network x -> vux on the example (1, 1).

    Args:
        w: weights (u, v) in the last axis, shape (..., 2).
    """
    residual: Array = w[..., 0] * w[..., 1] - 1
    return residual**2 / 2


def two_weight_hessian(w: Array) -> Array:
    """Hessian of the loss at w = (u, v), shape (2, 2)."""
    u, v = w
    mixed = 2 * u * v - 1
    return np.array([[v * v, mixed], [mixed, u * u]])


# --8<-- [end:two_weights]


# --8<-- [start:gradient_descent]
def gradient_descent(
    gradient: Function,
    w: Array,
    lr: float,
    steps: int,
) -> Array:
    """Iterates of w - lr * gradient(w), shape (steps + 1, n)."""
    path = [w]
    for _ in range(steps):
        w = w - lr * gradient(w)
        path.append(w)
    return np.array(path)


def top_curvature(
    gradient: Function, w: Array, steps: int = 100, eps: float = 1e-4
) -> float:
    """Hessian eigenvalue of largest size at w (n,), without the Hessian.

    Power iteration; each product Hv is a difference of two gradients.

    >>> D = np.array([10.0, 1.0])
    >>> f"{top_curvature(lambda w: D * w, np.ones(2)):.3f}"
    '10.000'
    """
    v = np.random.default_rng(0).standard_normal(w.size)
    for _ in range(steps):
        v /= np.linalg.norm(v)
        Hv = (gradient(w + eps * v) - gradient(w - eps * v)) / (2 * eps)
        rayleigh, v = float(v @ Hv), Hv
    return rayleigh


# --8<-- [end:gradient_descent]


# --8<-- [start:simplex]
def project_to_simplex(a: Array, total: float = 1.0) -> Array:
    """Nearest point to a (n,) with entries >= 0 that sum to total > 0.

    >>> project_to_simplex(np.array([1.0, 0.6, -0.5])).round(2)
    array([0.7, 0.3, 0. ])
    """
    u = np.sort(a)[::-1]
    nu = (np.cumsum(u) - total) / np.arange(1, a.size + 1)
    k = np.count_nonzero(u > nu)  # entries that stay positive
    w: Array = np.maximum(a - nu[k - 1], 0.0)
    return w


def multipliers(a: Array, w: Array) -> tuple[float, Array]:
    """Multipliers nu of sum(w) = total and mu (n,) of w >= 0 at the projection.

    >>> a = np.array([1.0, 0.6, -0.5])
    >>> nu, mu = multipliers(a, project_to_simplex(a))
    >>> f"{nu:.2f}", mu.round(2)
    ('0.30', array([0. , 0. , 0.8]))
    """
    free = w > 0  # complementary slackness: mu is 0 there
    nu = float(np.mean((a - w)[free]))
    return nu, np.where(free, 0.0, w - a + nu)  # stationarity


# --8<-- [end:simplex]


# --8<-- [start:ridge_and_lasso]
def ridge(X: Array, y: Array, lam: float) -> Array:
    """Minimize ||y - Xw||^2 / (2n) + lam ||w||_2^2 / 2; X is (n, d)."""
    n, d = X.shape
    w: Array = np.linalg.solve(X.T @ X / n + lam * np.eye(d), X.T @ y / n)
    return w


def soft_threshold(z: Array, lam: float) -> Array:
    """Move z towards 0 by lam, and stop at 0.

    >>> soft_threshold(np.array([-3.0, 0.5, 3.0]), 1.0)
    array([-2.,  0.,  2.])
    """
    return np.sign(z) * np.maximum(np.abs(z) - lam, 0.0)


def lasso(X: Array, y: Array, lam: float, sweeps: int = 200) -> Array:
    """Minimize ||y - Xw||^2 / (2n) + lam ||w||_1 by coordinate descent."""
    n, d = X.shape
    w, residual = np.zeros(d), y.copy()
    curvature = np.sum(X**2, axis=0) / n  # of each coordinate, > 0
    for _ in range(sweeps):
        for j in range(d):
            rho = X[:, j] @ residual / n + curvature[j] * w[j]
            new = soft_threshold(rho, lam) / curvature[j]
            residual += X[:, j] * (w[j] - new)
            w[j] = new
    return w


# --8<-- [end:ridge_and_lasso]


# --8<-- [start:sparse_regression]
def sparse_regression(n: int = 40, d: int = 20) -> tuple[Array, Array, Array]:
    """X (n, d), y (n,) and the true weights (d,), of which three are not 0."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, d))
    w = np.zeros(d)
    w[:3] = 2.0, -1.5, 1.0
    return X, X @ w + rng.standard_normal(n), w


# --8<-- [end:sparse_regression]


# --8<-- [start:monte_carlo]
def monte_carlo(values: Array) -> tuple[float, float]:
    """Estimate an expectation and its standard error from draws f(x_i), (n,).

    >>> rng = np.random.default_rng(0)
    >>> hits = np.sum(rng.random((10_000, 2)) ** 2, axis=1) < 1
    >>> mean, error = monte_carlo(4.0 * hits)
    >>> f"pi = {mean:.3f} +- {error:.3f}"
    'pi = 3.148 +- 0.016'
    """
    error = values.std(ddof=1) / math.sqrt(values.size)
    return float(values.mean()), float(error)


def normal_tail(n: int, shift: float, seed: int = 1) -> tuple[float, float]:
    """P(Z > 4) and its standard error from n draws of N(shift, 1).

    Each draw is weighted with the ratio of densities N(0, 1) / N(shift, 1).

    >>> normal_tail(10_000, shift=0.0)
    (0.0, 0.0)
    >>> "{:.2e} +- {:.0e}".format(*normal_tail(10_000, shift=4.0))
    '3.11e-05 +- 7e-07'
    """
    x = shift + np.random.default_rng(seed).standard_normal(n)
    weight = np.exp(shift**2 / 2 - shift * x)
    return monte_carlo(weight * (x > 4))


# --8<-- [end:monte_carlo]


# --8<-- [start:midpoint_rule]
def smooth_integrand(x: Array) -> Array:
    """exp(sum(x_i - 1/2) / sqrt(d)) on the unit cube, x of shape (n, d)."""
    value: Array = np.exp(np.sum(x - 0.5, axis=1) / math.sqrt(x.shape[1]))
    return value


def exact_integral(d: int) -> float:
    """Integral of ``smooth_integrand`` over the unit cube in d dimensions."""
    c = 1 / math.sqrt(d)
    return (2 * math.sinh(c / 2) / c) ** d


def midpoint_rule(f: Function, d: int, k: int) -> float:
    """Mean of f at the midpoints of k^d equal cells of the unit cube.

    The relative error in one and in eight dimensions, then that of Monte Carlo:

    >>> for d, k in ((1, 6561), (8, 3)):
    ...     ratio = midpoint_rule(smooth_integrand, d, k) / exact_integral(d)
    ...     print(f"d = {d}, {k**d} points: {abs(ratio - 1):.0e}")
    d = 1, 6561 points: 1e-09
    d = 8, 6561 points: 5e-03
    >>> x = np.random.default_rng(0).random((6561, 8))
    >>> f"{monte_carlo(smooth_integrand(x))[1] / exact_integral(8):.0e}"
    '4e-03'
    """
    axis = (np.arange(k) + 0.5) / k
    grid = np.stack(np.meshgrid(*[axis] * d, indexing="ij"), axis=-1)
    return float(f(grid.reshape(-1, d)).mean())


# --8<-- [end:midpoint_rule]
