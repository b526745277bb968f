"""Rank, orthogonality, eigenvalues, SVD, least squares, conditioning and PCA.

Numbers quoted on the page that need no function of their own:

A 4096 x 4096 layer and its rank-16 factors, in parameters:

>>> full, factors = 4096 * 4096, 16 * (4096 + 4096)
>>> full, factors, full // factors
(16777216, 131072, 128)

Gradient descent multiplies the error along an eigenvector by 1 - eta * lambda;
lambda = 10, 50 steps, eta just below and just above 2 / lambda = 0.2:

>>> f"{abs(1 - 0.19 * 10) ** 50:.4f} {abs(1 - 0.21 * 10) ** 50:.0f}"
'0.0052 117'

A matrix of spectral radius 0.9 whose powers grow before they shrink:

>>> W = np.array([[0.9, 5.0], [0.0, 0.9]])
>>> norm = [np.linalg.norm(np.linalg.matrix_power(W, k), 2) for k in range(201)]
>>> f"{max(norm):.1f} {np.argmax(norm)} {norm[200]:.0e}"
'19.4 9 8e-07'

The condition number of an intercept and a calendar year, raw and centered;
the centered columns are orthogonal, unit scale brings the number to 1:

>>> year = np.arange(1990.0, 2020.0)
>>> centered = year - year.mean()
>>> columns = (year, centered, centered / centered.std())
>>> [f"{condition_number(np.vander(x, 2)):.3g}" for x in columns]
['4.64e+05', '8.66', '1']

Rounding halves the digits: coefficients of a polynomial of degree 9 on [0, 1],
all 1, from exact values. Normal equations against the SVD:

>>> X = np.vander(np.linspace(0, 1, 50), 10)
>>> f"{condition_number(X):.1e} {condition_number(X) ** 2:.0e}"
'3.6e+06 1e+13'
>>> ones = np.ones(10)
>>> by_normal = np.abs(normal_equations(X, X @ ones) - ones).max()
>>> by_svd = np.abs(least_squares(X, X @ ones) - ones).max()
>>> bool(by_normal > 1e-5), bool(by_svd < 1e-8)
(True, True)

Changing one feature's unit (times 100) turns the first component to it:

>>> X = cloud(200)
>>> for unit in (1, 100):
...     _, components, ratio = pca(X * [1, unit], 2)
...     print(np.abs(components[0]).round(2), ratio.round(3))
[0.86 0.52] [0.913 0.087]
[0.01 1.  ] [1. 0.]

The direction of the cloud's first component in degrees:

>>> u = pca(X, 1)[1][0]
>>> f"{np.degrees(np.arctan(u[1] / u[0])):.0f}"
'31'

Two classes apart in the feature of small variance: accuracy of a threshold at
the mean, on the first principal component and on Fisher's direction:

>>> rng = np.random.default_rng(0)
>>> y = np.repeat([0.0, 1.0], 500)
>>> X = rng.standard_normal((1000, 2)) * [10, 1] + np.outer(y, [0, 4])
>>> for u in (pca(X, 1)[1][0], lda_direction(X, y)):
...     right = float(np.mean(((X - X.mean(axis=0)) @ u > 0) == y))
...     print(f"{max(right, 1 - right):.2f}")
0.54
0.98
"""

from collections.abc import Sequence

import numpy as np

from snippets import Array


# --8<-- [start:rank]
def numerical_rank(A: Array, rtol: float | None = None) -> int:
    """Count the singular values above ``rtol`` times the largest.

    Args:
        A: matrix, shape (m, n).
        rtol: relative tolerance; max(m, n) * eps (NumPy's) if not given.

    An intercept and one column for each of two groups: the columns add up.

    >>> numerical_rank(np.array([[1, 1, 0], [1, 1, 0], [1, 0, 1.0]]))
    2

    Rank 3 plus noise of 1e-6 has full rank, and numerical rank 3:

    >>> rng = np.random.default_rng(0)
    >>> A = rng.standard_normal((20, 3)) @ rng.standard_normal((3, 10))
    >>> A += 1e-6 * rng.standard_normal(A.shape)
    >>> numerical_rank(A), numerical_rank(A, rtol=1e-4)
    (10, 3)
    """
    if rtol is None:
        rtol = max(A.shape) * float(np.finfo(np.float64).eps)
    s = np.linalg.svd(A, compute_uv=False)  # descending
    return int(np.sum(s > rtol * s[0]))


# --8<-- [end:rank]


# --8<-- [start:orthogonal]
def random_orthogonal(n: int, rng: np.random.Generator) -> Array:
    """Draw an orthogonal (n, n) matrix, uniformly over all of them.

    The signs make R's diagonal positive, so that Q is unique; without them
    the draw is not uniform (Mezzadri 2007).
    """
    Q, R = np.linalg.qr(rng.standard_normal((n, n)))
    return np.asarray(Q * np.sign(np.diag(R)))


def product_singular_values(layers: Sequence[Array]) -> Array:
    """Singular values, descending, of the product of (n, n) layers.

    50 linear layers of width 100: orthogonal, and Gaussian of variance 1/n.
    Largest and median singular value of each product:

    >>> rng = np.random.default_rng(0)
    >>> Q = [random_orthogonal(100, rng) for _ in range(50)]
    >>> G = [rng.standard_normal((100, 100)) / 10 for _ in range(50)]
    >>> for s in (product_singular_values(Q), product_singular_values(G)):
    ...     print(f"{s[0]:.1f} {s[50]:.0e}")
    1.0 1e+00
    8.5 3e-08
    """
    product = np.eye(len(layers[0]))
    for W in layers:
        product = W @ product
    return np.asarray(np.linalg.svd(product, compute_uv=False), float)


# --8<-- [end:orthogonal]


# --8<-- [start:power_iteration]
def power_iteration(A: Array, steps: int, seed: int = 0) -> tuple[float, Array]:
    """Estimate the eigenvalue of largest modulus and its eigenvector.

    Args:
        A: symmetric matrix, shape (n, n), with |lambda_1| > |lambda_2|.
        steps: number of multiplications by A.
        seed: of the random start vector.

    The eigenvalues are 3 and 1; the error falls ninefold a step:

    >>> A = np.array([[2.0, 1.0], [1.0, 2.0]])
    >>> error = [3 - power_iteration(A, steps)[0] for steps in (8, 9)]
    >>> round(error[0] / error[1], 2)
    9.0
    """
    v = np.random.default_rng(seed).standard_normal(len(A))
    v /= np.linalg.norm(v)
    for _ in range(steps):
        v = A @ v
        v /= np.linalg.norm(v)
    return float(v @ A @ v), v  # Rayleigh quotient, unit vector


# --8<-- [end:power_iteration]


# --8<-- [start:positive_definite]
def cholesky(A: Array) -> Array:
    """Factor a symmetric A = L L^T with L lower triangular, shape (n, n).

    Raises:
        ValueError: A is not symmetric, or a pivot is not positive.
    """
    if not np.allclose(A, A.T):
        raise ValueError("A must be symmetric")
    L = np.zeros_like(A, dtype=float)
    for j in range(len(A)):
        pivot = A[j, j] - L[j, :j] @ L[j, :j]
        if pivot <= 0:
            raise ValueError("A is not positive definite")
        L[j, j] = np.sqrt(pivot)
        L[j + 1 :, j] = (A[j + 1 :, j] - L[j + 1 :, :j] @ L[j, :j]) / L[j, j]
    return L


def is_positive_definite(A: Array) -> bool:
    """Whether the symmetric matrix A has a Cholesky factor.

    >>> is_positive_definite(np.array([[2.0, -1.0], [-1.0, 2.0]]))
    True
    >>> is_positive_definite(np.array([[1.0, 2.0], [2.0, 1.0]]))  # 3 and -1
    False

    A kernel matrix of 100 close points, without and with 1e-8 added:

    >>> x = np.linspace(0, 1, 100)
    >>> K = np.exp(-((x[:, None] - x) ** 2) / 2)
    >>> is_positive_definite(K), is_positive_definite(K + 1e-8 * np.eye(100))
    (False, True)
    """
    try:
        cholesky(A)
    except ValueError:
        return False
    return True


# --8<-- [end:positive_definite]


# --8<-- [start:svd]
def low_rank(A: Array, k: int) -> tuple[Array, Array]:
    """Factor the best rank-k approximation of A as B @ C (Eckart-Young).

    Args:
        A: matrix, shape (m, n).
        k: rank, from 1 to min(m, n).

    Returns:
        B, shape (m, k), and C, shape (k, n): k (m + n) numbers for m n.

    Relative error (Frobenius) and storage of the picture below, in percent:

    >>> A = picture(192)
    >>> for k in (5, 20, 50):
    ...     B, C = low_rank(A, k)
    ...     error = np.linalg.norm(A - B @ C) / np.linalg.norm(A)
    ...     storage = (B.size + C.size) / A.size
    ...     print(f"{k} {100 * error:.1f} {100 * storage:.0f}")
    5 9.8 5
    20 3.5 21
    50 1.4 52
    """
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return U[:, :k] * s[:k], Vt[:k]


# --8<-- [end:svd]


# --8<-- [start:norms]
def lp_norm(x: Array, p: float) -> float:
    """Norm (sum_i |x_i|^p)^(1/p) of a vector, p >= 1; p = inf is the maximum.

    >>> [round(lp_norm(np.array([3.0, -4.0]), p), 9) for p in (1, 2, np.inf)]
    [7.0, 5.0, 4.0]

    Raises:
        ValueError: p is below 1, where the triangle inequality fails.
    """
    if p < 1:
        raise ValueError("p must be at least 1")
    if np.isinf(p):
        return float(np.abs(x).max())
    return float(np.sum(np.abs(x) ** p) ** (1 / p))


def spectral_norm(W: Array, steps: int = 100, seed: int = 0) -> float:
    """Estimate the largest singular value of W != 0, (m, n), from below.

    One step is what spectral normalization does per update, keeping v.
    Frobenius against spectral norm of a Gaussian 100 x 100 matrix:

    >>> W = np.random.default_rng(0).standard_normal((100, 100))
    >>> round(float(np.linalg.norm(W))), round(spectral_norm(W, 1000))
    (100, 20)
    """
    v = np.random.default_rng(seed).standard_normal((W.shape[1],))
    for _ in range(steps):
        v = W.T @ (W @ v)
        v /= np.linalg.norm(v)
    return float(np.linalg.norm(W @ v))


# --8<-- [end:norms]


def picture(n: int) -> Array:
    """Draw a gray (n, n) landscape: sky, sun, hills, house, fence, meadow."""
    y, x = np.mgrid[0:n, 0:n] / n  # y grows downwards
    image = 0.75 + 0.25 * y
    image[(x - 0.78) ** 2 + (y - 0.2) ** 2 < 0.01] = 1.0
    for height, shade in ((0.45, 0.6), (0.55, 0.5)):
        ridge = height + 0.08 * np.sin(9 * x + 20 * height)
        image[y > ridge] = shade
    wall = (np.abs(x - 0.32) < 0.16) & (np.abs(y - 0.6) < 0.14)
    roof = (y > 0.28) & (y < 0.46) & (np.abs(x - 0.32) < 1.1 * (y - 0.28))
    window = np.abs(np.abs(x - 0.32) - 0.08) < 0.035
    window &= np.abs(y - 0.57) < 0.05
    image[wall], image[roof], image[window] = 0.85, 0.25, 0.1
    crown = np.hypot(x - 0.78, y - 0.52) < 0.13 + 0.02 * np.sin(60 * x + 40 * y)
    trunk = (np.abs(x - 0.78) < 0.02) & (y > 0.6)
    image[trunk], image[crown] = 0.15, 0.3
    meadow = y > 0.74
    image[meadow] = (0.45 + 0.12 * np.sin(70 * x + 90 * (y - 0.5) ** 2))[meadow]
    pale = (np.abs(y - 0.86) < 0.07) & (np.sin(100 * x) > 0.2)
    image[pale] = 0.95
    return np.asarray(image)


# --8<-- [start:least_squares]
def normal_equations(X: Array, y: Array) -> Array:
    """Solve X^T X w = X^T y; X of shape (n, d) must have rank d."""
    return np.asarray(np.linalg.solve(X.T @ X, X.T @ y), float)


def least_squares(X: Array, y: Array) -> Array:
    """Minimize ||X w - y||; of all minimizers return the shortest.

    Args:
        X: features, shape (n, d), of any rank.
        y: targets, shape (n,) or (n, k).

    Two equal columns share the weight:

    >>> least_squares(np.array([[1.0, 1], [2, 2]]), np.array([2.0, 4])).round(9)
    array([1., 1.])
    """
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    keep = s > max(X.shape) * np.finfo(np.float64).eps * s[0]
    scaled = Vt[keep].T / s[keep]  # columns v_i / sigma_i
    return np.asarray(scaled @ (U[:, keep].T @ y))


def linear_regression(X: Array, Y: Array) -> tuple[Array, Array]:
    """Fit Y = X W + b: W, shape (d, k), on centered data, then b, (k,)."""
    x_mean, y_mean = X.mean(axis=0), Y.mean(axis=0)
    W = least_squares(X - x_mean, Y - y_mean)
    return W, y_mean - x_mean @ W


# --8<-- [end:least_squares]


# --8<-- [start:condition_number]
def condition_number(A: Array) -> float:
    """Largest over smallest singular value of A; inf if the latter is 0.

    Ridge adds lam to every squared singular value: 1e8 becomes about 1e4.

    >>> A = np.diag([1.0, 1e-4])
    >>> gram = A.T @ A
    >>> f"{condition_number(A):.2g} {condition_number(gram):.2g}"
    '1e+04 1e+08'
    >>> f"{condition_number(gram + 1e-4 * np.eye(2)):.2g}"
    '1e+04'
    """
    s = np.linalg.svd(A, compute_uv=False)
    return float(s[0] / s[-1]) if s[-1] > 0 else float("inf")


# --8<-- [end:condition_number]


# --8<-- [start:pca]
def pca(X: Array, k: int) -> tuple[Array, Array, Array]:
    """Principal component analysis of the rows of X, by SVD.

    Args:
        X: samples, shape (n, d); scale features of different units before.
        k: number of components, at most min(n, d).

    Returns:
        mean (d,), components (k, d) in orthonormal rows, and the share of
        the total variance each explains (k,). Scores of new data are
        (X_new - mean) @ components.T. Signs are arbitrary.
    """
    mean = X.mean(axis=0)
    _, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k], s[:k] ** 2 / np.sum(s**2)


def split_by_direction(X: Array, u: Array) -> tuple[float, float]:
    """Variance along the unit vector u, and the mean squared distance left.

    >>> X = cloud(200)
    >>> kept, lost = split_by_direction(X, pca(X, 1)[1][0])
    >>> f"{kept:.2f} + {lost:.2f} = {X.var(axis=0).sum():.2f}"
    '3.84 + 0.36 = 4.20'
    """
    centered = X - X.mean(axis=0)
    score = centered @ u
    rest = centered - np.outer(score, u)
    return float(np.mean(score**2)), float(np.mean(np.sum(rest**2, axis=1)))


# --8<-- [end:pca]


def cloud(n: int) -> Array:
    """Draw a Gaussian cloud, shape (n, 2), long axis at 30 degrees."""
    angle = np.pi / 6
    c, s = np.cos(angle), np.sin(angle)
    axes = np.array([[c, s], [-s, c]])
    scores = np.random.default_rng(0).standard_normal((n, 2)) * [2.0, 0.6]
    return np.asarray(scores @ axes + [1.0, 2.0])


# --8<-- [start:lda]
def lda_direction(X: Array, y: Array) -> Array:
    """Fisher's direction for two classes: unit S_W^-1 (m_1 - m_0).

    Args:
        X: samples, shape (n, d).
        y: labels 0 and 1, shape (n,).
    """
    m0, m1 = X[y == 0].mean(axis=0), X[y == 1].mean(axis=0)
    centered = X - np.where(y[:, None] == 0, m0, m1)
    w = np.linalg.solve(centered.T @ centered, m1 - m0)
    return np.asarray(w / np.linalg.norm(w))


# --8<-- [end:lda]
