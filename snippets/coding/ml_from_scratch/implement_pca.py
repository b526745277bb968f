"""Principal component analysis by the singular value decomposition."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


# --8<-- [start:solution]
class PCA(NamedTuple):  # given
    """What `fit` learned."""

    mean: Array  # (d,)
    components: Array  # (k, d): orthonormal rows, most variance first
    variance: Array  # (k,): sample variance along each component
    ratio: Array  # (k,): its share of the total variance


def fit(X: Array, k: int) -> PCA:
    """Return the first k principal components of the samples.

    Variances are divided by n - 1. A component's sign is chosen so that its entry of
    largest absolute value is positive (one of them, if several are equally large). If
    all samples are equal, the ratios are 0.

    Args:
        X: samples, shape (n, d).
        k: number of components, 1 <= k <= min(n, d).

    Returns:
        Mean, components, variances and their shares of the total variance.

    Raises:
        ValueError: if n is less than 2, or k out of its range.

    >>> found = fit(np.array([[0.0, 1.0], [3.0, 5.0], [6.0, 9.0]]), k=1)
    >>> found.mean.tolist(), found.components.round(9).tolist()
    ([3.0, 5.0], [[0.6, 0.8]])
    >>> found.variance.round(9).tolist(), found.ratio.round(9).tolist()
    ([25.0], [1.0])
    """
    n, d = X.shape
    if n < 2 or not 1 <= k <= min(n, d):
        raise ValueError(f"k = {k} components of {n} samples with {d} features")
    mean = X[0] + (X - X[0]).mean(axis=0)  # exact where all samples are equal
    _, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    variance = s**2 / (n - 1)  # eigenvalues of the covariance matrix
    largest = np.abs(Vt).argmax(axis=1)[:, None]
    components = Vt * np.sign(np.take_along_axis(Vt, largest, axis=1))
    total = variance.sum() or 1.0
    return PCA(mean, components[:k], variance[:k], variance[:k] / total)


def transform(pca: PCA, X: Array) -> Array:
    """Return the coordinates of samples along the components.

    Args:
        pca: with k components in d dimensions.
        X: shape (n, d).

    Returns:
        Shape (n, k).

    >>> pca = PCA(np.ones(2), np.array([[0.6, 0.8]]), np.ones(1), np.ones(1))
    >>> transform(pca, np.array([[4.0, 5.0]])).round(9).tolist()
    [[5.0]]
    """
    return (X - pca.mean) @ pca.components.T


def inverse_transform(pca: PCA, Z: Array) -> Array:
    """Return the points in the original space that have the given coordinates.

    Args:
        pca: with k components in d dimensions.
        Z: shape (n, k).

    Returns:
        Shape (n, d).

    >>> pca = PCA(np.ones(2), np.array([[0.6, 0.8]]), np.ones(1), np.ones(1))
    >>> inverse_transform(pca, np.array([[5.0]])).round(9).tolist()
    [[4.0, 5.0]]
    """
    return Z @ pca.components + pca.mean


# --8<-- [end:solution]
