"""k-means, nearest neighbors, perceptron, logistic regression and SVM.

Numbers quoted on the page that need no function of their own:

Runs of 200 that end within 1 % of the best objective, on nine blobs, by the
choice of the first centers: distinct samples at random, then k-means++.

>>> x, _ = grid_blobs(np.random.default_rng(0))
>>> rng = np.random.default_rng(1)
>>> random_start = [x[rng.permutation(len(x))[:9]] for _ in range(200)]
>>> careful_start = [kmeans_plus_plus(x, 9, rng) for _ in range(200)]
>>> ends = [
...     [kmeans(x, start)[2][-1] for start in starts]
...     for starts in (random_start, careful_start)
... ]
>>> best = min(map(min, ends))
>>> [sum(end < 1.01 * best for end in side) for side in ends]
[50, 110]

Percent of sets of three restarts of which at least one gets there:

>>> [round(100 * (1 - (1 - share / 200) ** 3)) for share in (50, 110)]
[58, 91]

Objective by k on the nine blobs, best of 20 starts, and the mean silhouette:

>>> for k in (6, 8, 9, 10, 12):
...     starts = [kmeans_plus_plus(x, k, rng) for _ in range(20)]
...     runs = [kmeans(x, start) for start in starts]
...     centers, label, objective = min(runs, key=lambda run: run[2][-1])
...     print(k, round(objective[-1]), round(silhouette(x, label), 2))
6 209 0.5
8 99 0.61
9 47 0.69
10 44 0.66
12 39 0.58

Accuracy of k-nearest neighbors on noisy moons, training and test, by k:

>>> x, y = two_moons(400, 0.3, np.random.default_rng(0))
>>> x_test, y_test = two_moons(4000, 0.3, np.random.default_rng(1))
>>> for k in (1, 15, 301):
...     sets = ((x, y), (x_test, y_test))
...     hits = [np.mean(knn_predict(x, y, a, k) == b) for a, b in sets]
...     print(k, [f"{100 * hit:.1f}" for hit in hits])
1 ['100.0', '86.5']
15 ['90.2', '90.8']
301 ['76.0', '75.1']

The same with k = 15 after the second feature was multiplied by 1/1000:

>>> unit = np.array([1, 0.001])
>>> hits = knn_predict(x * unit, y, x_test * unit, 15) == y_test
>>> f"{100 * hits.mean():.1f}"
'69.9'

Posterior of naive Bayes from an even prior after one piece of evidence with
likelihood ratio 3, and after five copies of it:

>>> [f"{3**copies / (1 + 3**copies):.3f}" for copies in (1, 5)]
['0.750', '0.996']

Edge of a cube that holds 1 % of the unit cube in 2, 10 and 100 dimensions:

>>> [round(0.01 ** (1 / d), 2) for d in (2, 10, 100)]
[0.1, 0.63, 0.95]

Gradient in the score of a positive at z = -10: cross-entropy, squared loss.

>>> p = sigmoid(np.array(-10.0))
>>> f"{p - 1:.5f} {2 * (p - 1) * p * (1 - p):.5f}"
'-0.99995 -0.00009'

Norm of the logistic weights on separable data without penalty, by steps, then
with an L2 penalty of 0.01:

>>> x = np.array([[1.0, 1], [2, 1], [-1, 1], [-2, 1]])
>>> y = np.array([1.0, 1, 0, 0])
>>> for l2, steps in ((0, 100), (0, 1000), (0, 10_000), (0.01, 100), (0.01, 1000)):
...     print(f"{np.linalg.norm(logistic_regression(x, y, l2, steps)):.2f}")
4.47
6.70
8.99
2.90
2.90

RBF support vector machine on 200 noisy moons, C = 1, by gamma: support
vectors, training and test accuracy in percent.

>>> x, y = two_moons(200, 0.3, np.random.default_rng(0))
>>> sign = 2.0 * y - 1
>>> for gamma in (0.01, 1, 100):
...     alpha = kernel_svm(rbf_kernel(x, x, gamma), sign, c=1)
...     scores = [rbf_kernel(a, x, gamma) @ (alpha * sign) for a in (x, x_test)]
...     hits = np.mean((scores[0] > 0) == y), np.mean((scores[1] > 0) == y_test)
...     print(gamma, np.sum(alpha > 1e-8), [f"{100 * hit:.1f}" for hit in hits])
0.01 136 ['81.5', '79.2']
1 73 ['90.0', '89.6']
100 196 ['97.5', '85.2']

The perceptron on XOR still errs in pass 1000; with the product as a third
feature it converges. Bias as a constant feature, classes +1 and -1:

>>> x = np.array([[-1.0, -1, 1], [-1, 1, 1], [1, -1, 1], [1, 1, 1]])
>>> y = np.array([-1.0, 1, 1, -1])
>>> perceptron(x, y, epochs=1000)[1:]
(4000, False)
>>> perceptron(np.column_stack([x, x[:, 0] * x[:, 1]]), y)
(array([ 0.,  0.,  0., -4.]), 4, True)

Mean silhouette on two moons: k-means, and DBSCAN, which finds the moons.

>>> x, y = two_moons(300, 0.05, np.random.default_rng(0))
>>> wrong = kmeans(x, np.array([[-1.0, 0], [2, 0]]))[1]
>>> right = dbscan(x, eps=0.2, min_points=5)
>>> bool(np.array_equal(right, y) or np.array_equal(right, 1 - y))
True
>>> [round(silhouette(x, label), 2) for label in (wrong, right)]
[0.53, 0.35]
>>> f"{100 * max(np.mean(wrong == y), np.mean(wrong != y)):.0f}"
'78'
"""

import numpy as np
from numpy.typing import NDArray

from snippets import Array

Labels = NDArray[np.int64]


def grid_blobs(rng: np.random.Generator) -> tuple[Array, Labels]:
    """Nine Gaussian blobs of 30 points, s.d. 0.3, on a grid of spacing 2.

    >>> x, y = grid_blobs(np.random.default_rng(0))
    >>> x.shape, np.bincount(y).tolist()
    ((270, 2), [30, 30, 30, 30, 30, 30, 30, 30, 30])
    >>> x[y == 5].mean(axis=0).round()
    array([2., 4.])
    """
    grid = np.array([[2.0 * i, 2.0 * j] for i in range(3) for j in range(3)])
    label = np.repeat(np.arange(9), 30)
    return grid[label] + 0.3 * rng.standard_normal((len(label), 2)), label


def two_moons(
    n: int,
    noise: float,
    rng: np.random.Generator,
) -> tuple[Array, Labels]:
    """Two interleaved half circles with Gaussian noise.

    >>> x, y = two_moons(4, 0.0, np.random.default_rng(0))
    >>> np.hypot(*(x - [[0, 0], [1, 0.5], [0, 0], [1, 0.5]]).T)
    array([1., 1., 1., 1.])
    >>> (x[:, 1] >= 0.5 * y).tolist(), y.tolist()
    ([True, False, True, False], [0, 1, 0, 1])
    """
    label = np.arange(n) % 2
    angle = np.pi * rng.random(n)
    x = np.column_stack([np.cos(angle), np.sin(angle)])
    x[label == 1] = [1, 0.5] - x[label == 1]
    return x + noise * rng.standard_normal((n, 2)), label


def squared_distances(a: Array, b: Array) -> Array:
    """Squared distances of the rows of a, (n, d), and b, (m, d): (n, m)."""
    distance: Array = ((a[:, None] - b) ** 2).sum(axis=2)
    return distance


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z)) without overflow."""
    return np.asarray((1 + np.tanh(z / 2)) / 2)


# --8<-- [start:kmeans]
def kmeans_plus_plus(x: Array, k: int, rng: np.random.Generator) -> Array:
    """Draw k first centers, each with probability ~ squared distance.

    Source: Arthur and Vassilvitskii (2007).
    """
    chosen = [int(rng.integers(len(x)))]
    while len(chosen) < k:
        distance = squared_distances(x, x[chosen]).min(axis=1)
        p = distance / distance.sum()
        chosen.append(int(rng.choice(len(x), p=p)))
    return x[chosen]


def kmeans(
    x: Array, centers: Array, steps: int = 100
) -> tuple[Array, Labels, list[float]]:
    """Lloyd's algorithm from given centers (k, d) on x (n, d).

    Returns:
        Centers (k, d), labels (n,), the objective at each assignment.
    """
    objective = []
    for _ in range(steps):
        distance = squared_distances(x, centers)
        label = distance.argmin(axis=1)
        objective.append(float(distance.min(axis=1).sum()))
        moved = centers.copy()  # an empty cluster keeps its center
        for j in np.unique(label):
            moved[j] = x[label == j].mean(axis=0)
        if np.array_equal(moved, centers):
            break
        centers = moved
    return centers, label, objective


# --8<-- [end:kmeans]


# --8<-- [start:dbscan]
def dbscan(x: Array, eps: float, min_points: int) -> Labels:
    """Density clustering of x (n, d): labels 0, 1, ..., and -1 for noise.

    A core point has min_points points, itself included, within eps.
    Source: Ester et al. (1996).

    >>> dbscan(np.array([[0.0], [1], [2], [9], [5], [4]]), 1, 3)
    array([ 0,  0,  0, -1, -1, -1])
    """
    near = squared_distances(x, x) <= eps**2
    core = near.sum(axis=1) >= min_points
    label = np.full(len(x), -1)
    clusters = 0
    for seed in np.flatnonzero(core):
        if label[seed] >= 0:
            continue
        label[seed] = clusters
        grow = [seed]
        while grow:
            for j in np.flatnonzero(near[grow.pop()] & (label < 0)):
                label[j] = clusters
                if core[j]:  # border points join but do not spread
                    grow.append(j)
        clusters += 1
    return label


# --8<-- [end:dbscan]


# --8<-- [start:silhouette]
def silhouette(x: Array, label: Labels) -> float:
    """Mean of (b - a) / max(a, b) over the points; 0 for single points.

    a: mean distance to the point's own cluster, b: to the nearest other.
    Source: Rousseeuw (1987).

    >>> round(silhouette(np.array([[0.0], [1], [9]]), np.array([0, 0, 1])), 4)
    0.588
    """
    distance = np.sqrt(squared_distances(x, x))
    member = label == np.unique(label)[:, None]  # (k, n)
    total, size = distance @ member.T, member.sum(axis=1)  # (n, k), (k,)
    own = member.T
    a = total[own] / np.maximum(size - 1, 1)[own.argmax(axis=1)]
    b = np.where(own, np.inf, total / size).min(axis=1)
    single = size[own.argmax(axis=1)] == 1
    return float(np.where(single, 0, (b - a) / np.maximum(a, b)).mean())


# --8<-- [end:silhouette]


# --8<-- [start:knn]
def knn_predict(x_train: Array, y_train: Labels, x: Array, k: int) -> Labels:
    """Majority class of the k nearest training samples of each row of x.

    Args: x_train (n, d), y_train (n,) from 0, x (m, d). Ties: least label.

    >>> x, y = np.array([[0.0], [2]]), np.array([1, 0])
    >>> knn_predict(x, y, np.array([[1.0]]), k=2)
    array([0])
    """
    if not 1 <= k <= len(x_train):
        raise ValueError("k must lie between 1 and the number of samples")
    distance = squared_distances(x, x_train)  # (m, n)
    nearest = np.argpartition(distance, k - 1, axis=1)[:, :k]
    votes = np.eye(y_train.max() + 1)[y_train[nearest]].sum(axis=1)
    winner: Labels = votes.argmax(axis=1)
    return winner


def relative_contrast(x: Array, query: Array) -> float:
    """(farthest - nearest) / nearest distance from a query (d,) to x (n, d).

    >>> rng = np.random.default_rng(0)
    >>> for d in (2, 10, 100, 1000):  # median of 20 queries, 1000 points
    ...     x, queries = rng.random((1000, d)), rng.random((20, d))
    ...     contrasts = [relative_contrast(x, query) for query in queries]
    ...     print(d, f"{np.median(contrasts):.2g}")
    2 65
    10 2.9
    100 0.44
    1000 0.12
    """
    distance = np.sqrt(squared_distances(query[None], x))
    return float(distance.max() / distance.min() - 1)


# --8<-- [end:knn]


# --8<-- [start:perceptron]
def perceptron(
    x: Array,
    y: Array,
    epochs: int = 100,
) -> tuple[Array, int, bool]:
    """Learn w with y_i w.x_i > 0; a constant feature serves as bias.

    Args: x (n, d), y (n,) of +1 and -1.
    Returns: w (d,), the number of mistakes, whether a pass had none.
    Source: Rosenblatt (1958).
    """
    w = np.zeros(x.shape[1])
    mistakes = 0
    for _ in range(epochs):
        before = mistakes
        for x_i, y_i in zip(x, y, strict=True):
            if y_i * (w @ x_i) <= 0:
                w += y_i * x_i
                mistakes += 1
        if mistakes == before:
            return w, mistakes, True
    return w, mistakes, False


# --8<-- [end:perceptron]


# --8<-- [start:logistic]
def logistic_loss(
    w: Array,
    x: Array,
    y: Array,
    l2: float,
) -> tuple[float, Array]:
    """Mean cross-entropy + l2/2 |w|^2 and its gradient (d,).

    Args: w (d,), x (n, d), y (n,) of 0 and 1.
    """
    z = x @ w
    loss = np.mean(np.logaddexp(0, z) - y * z) + l2 / 2 * w @ w
    gradient = x.T @ (sigmoid(z) - y) / len(y) + l2 * w
    return float(loss), gradient


def logistic_regression(
    x: Array,
    y: Array,
    l2: float,
    steps: int = 1000,
) -> Array:
    """Minimize logistic_loss by gradient descent with step 1/L from 0."""
    largest = np.linalg.norm(x, ord=2) ** 2  # eigenvalue of X^T X
    smoothness = largest / (4 * len(y)) + l2  # L bounds the Hessian
    w = np.zeros(x.shape[1])
    for _ in range(steps):
        w -= logistic_loss(w, x, y, l2)[1] / smoothness
    return w


# --8<-- [end:logistic]


# --8<-- [start:linear_svm]
def linear_svm(
    x: Array, y: Array, l2: float, steps: int = 20_000
) -> tuple[Array, float]:
    """Minimize mean hinge loss + l2/2 |w|^2 by subgradient steps.

    Args: x (n, d), y (n,) of +1 and -1, l2 = 1/(n C).
    Returns: w (d,) and b, averaged over the second half of the steps.
    """
    w, b = np.zeros(x.shape[1]), 0.0
    w_sum, b_sum = np.zeros_like(w), 0.0
    for t in range(steps):
        inside = y * (x @ w + b) < 1  # these pay hinge loss
        active = y * inside / len(y)
        rate = 1 / (1 + l2 * t)
        w = w - rate * (l2 * w - active @ x)
        b = b + rate * active.sum()
        if t >= steps // 2:
            w_sum, b_sum = w_sum + w, b_sum + b
    kept = steps - steps // 2
    return w_sum / kept, float(b_sum / kept)


# --8<-- [end:linear_svm]


# --8<-- [start:kernel_svm]
def rbf_kernel(a: Array, b: Array, gamma: float) -> Array:
    """exp(-gamma |a_i - b_j|^2), shape (n, m)."""
    return np.exp(-gamma * squared_distances(a, b))


def kernel_svm(gram: Array, y: Array, c: float, sweeps: int = 300) -> Array:
    """Solve the SVM dual without bias, one coordinate at a time.

    Args: gram (n, n) of kernel values, y (n,) of +1 and -1.
    Returns: alpha (n,); f(x) = sum_i alpha_i y_i k(x_i, x).
    Source: Hsieh et al. (2008), for the linear kernel.
    """
    q = gram * np.outer(y, y)
    alpha = np.zeros(len(y))
    for _ in range(sweeps):
        for i in range(len(y)):
            slope = 1 - q[i] @ alpha  # of the dual objective in alpha_i
            alpha[i] = min(max(alpha[i] + slope / q[i, i], 0), c)
    return alpha


# --8<-- [end:kernel_svm]
