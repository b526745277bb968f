"""What the figures draw is what the page's functions compute."""

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.text import Annotation

from snippets import Array
from snippets.figures import linear_algebra as figures
from snippets.theory import linear_algebra as m


def points(line: Line2D) -> tuple[Array, Array]:
    """Drawn x and y."""
    return np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)


def shown(image: AxesImage) -> Array:
    """Gray values of an image."""
    return np.asarray(image.get_array(), float)


def test_image_at_ranks_draws_the_best_approximations() -> None:
    panels = figures.image_at_ranks().axes
    images = [shown(ax.images[0]) for ax in panels]
    np.testing.assert_array_equal(images[0], m.picture(192))
    U, s, Vt = np.linalg.svd(images[0])
    for image, k in zip(images[1:], (5, 20, 50), strict=True):
        np.testing.assert_allclose(image, (U[:, :k] * s[:k]) @ Vt[:k], atol=1e-9)
    titles = [ax.get_title() for ax in panels]
    assert titles == ["192 × 192", "rank 5", "rank 20", "rank 50"]
    for ax in panels:
        assert ax.images[0].get_clim() == (0, 1)
        assert ax.images[0].get_cmap().name == "gray"
        assert len(ax.get_xticks()) == len(ax.get_yticks()) == 0


def test_image_at_ranks_states_error_and_storage() -> None:
    panels = figures.image_at_ranks().axes
    s = np.linalg.svd(m.picture(192), compute_uv=False)
    assert panels[0].get_xlabel() == "original"
    for ax, k in zip(panels[1:], (5, 20, 50), strict=True):
        error = np.sqrt(np.sum(s[k:] ** 2) / np.sum(s**2))
        share = k * 2 / 192
        assert ax.get_xlabel() == f"error {error:.1%}\nstorage {share:.0%}"


def test_principal_axes_draws_the_cloud_and_orthogonal_arrows() -> None:
    left, _ = figures.principal_axes().axes
    X = m.cloud(200)
    dots = left.collections[0]
    assert isinstance(dots, PathCollection)
    np.testing.assert_allclose(np.asarray(dots.get_offsets()), X)
    notes = [text for text in left.texts if isinstance(text, Annotation)]
    arrows = [note for note in notes if note.get_text() == ""]
    values, vectors = np.linalg.eigh(np.cov(X.T, bias=True))
    tips = [np.subtract(arrow.xy, X.mean(axis=0)) for arrow in arrows]
    for tip, value, v in zip(tips, values[::-1], vectors.T[::-1], strict=True):
        assert np.linalg.norm(tip) == pytest.approx(2 * np.sqrt(value))
        assert abs(tip @ v) == pytest.approx(2 * np.sqrt(value))
        assert tip[1] > 0
    share = values[::-1] / values.sum()
    labels = [note.get_text() for note in notes if note.get_text()]
    assert labels == [f"PC1: {share[0]:.0%}", f"PC2: {share[1]:.0%}"]
    assert left.get_aspect() == 1


def test_principal_axes_draws_variance_against_direction() -> None:
    _, right = figures.principal_axes().axes
    kept, lost, total, first = right.get_lines()
    X = m.cloud(200)
    degrees, variance = points(kept)
    angle = np.deg2rad(degrees)
    expected = (X @ np.array([np.cos(angle), np.sin(angle)])).var(axis=0)
    np.testing.assert_allclose(variance, expected)
    np.testing.assert_allclose(points(total)[1], X.var(axis=0).sum())
    np.testing.assert_allclose(points(lost)[1], X.var(axis=0).sum() - expected)
    peak = points(first)[0][0]
    assert abs(degrees[np.argmax(variance)] - peak) <= 1.5
    assert right.texts[0].get_text() == f"PC1: {peak:.0f}°"


def test_product_spectra_draws_both_kinds_of_layers() -> None:
    orthogonal, gaussian = figures.product_spectra().axes
    for ax in (orthogonal, gaussian):
        names = [line.get_label() for line in ax.get_lines()]
        assert names == ["depth 1", "depth 10", "depth 50"]
        assert ax.get_yscale() == "log"
    for line in orthogonal.get_lines():
        np.testing.assert_allclose(points(line)[1], 1)
    rng = np.random.default_rng(0)
    for _ in range(50):
        rng.standard_normal((100, 100))  # the orthogonal layers come first
    layers = [rng.standard_normal((100, 100)) / 10 for _ in range(50)]
    for line, depth in zip(gaussian.get_lines(), (1, 10, 50), strict=True):
        product = np.linalg.multi_dot([*layers[:depth][::-1], np.eye(100)])
        expected = np.linalg.svd(product, compute_uv=False)[:90]
        index, values = points(line)
        np.testing.assert_allclose(values, expected, rtol=1e-6, atol=1e-12)
        np.testing.assert_array_equal(index, np.arange(1, 91))
