"""What the figures draw is what the page's functions compute."""

import numpy as np
import pytest
from matplotlib.axes import Axes
from sklearn import svm
from sklearn.cluster import DBSCAN, KMeans
from sklearn.metrics import silhouette_score

from snippets import Array
from snippets.figures import classical_ml as figures
from snippets.figures import style
from snippets.theory.classical_ml import kernel_svm, rbf_kernel, two_moons


def clouds(ax: Axes) -> list[Array]:
    """Points of each scatter, in the order drawn."""
    return [np.asarray(c.get_offsets()) for c in ax.collections]


def test_kmeans_iterations_show_clusters_centers_and_objective() -> None:
    axes = figures.kmeans_iterations().axes
    x, start = figures._blobs()
    assert len(axes) == 4
    steps = [int(ax.get_title().split()[1].rstrip(":")) for ax in axes]
    assert steps[:3] == [1, 2, 3]
    final = KMeans(3, init=start, n_init=1, tol=0).fit(x)
    assert steps[3] == final.n_iter_
    values = []
    for ax, step in zip(axes, steps, strict=True):
        lines = ax.get_lines()
        moves = [line for line in lines if line.get_label() == "move"]
        old = np.array([line.get_xydata()[0] for line in moves])  # type: ignore[index]
        new = np.array([line.get_xydata()[1] for line in moves])  # type: ignore[index]
        if step == 1:
            np.testing.assert_allclose(old, start)
        distance = ((x[:, None] - old) ** 2).sum(axis=2)
        label = distance.argmin(axis=1)
        means = [x[label == j].mean(axis=0) for j in range(3)]
        np.testing.assert_allclose(new, means)
        centers = [line for line in lines if line.get_label() == "center"]
        drawn = [np.ravel(line.get_xydata()) for line in centers]
        np.testing.assert_allclose(drawn, means)
        colors = [line.get_color() for line in centers]
        assert colors == [style.BLUE, style.ORANGE, style.GREEN]
        for j, cloud in enumerate(clouds(ax)):
            np.testing.assert_allclose(cloud, x[label == j])
        values.append(distance.min(axis=1).sum())
        assert ax.get_title().endswith(f"= {values[-1]:.0f}")
    assert np.all(np.diff(values) < 0)
    assert values[-1] == pytest.approx(final.inertia_)


def test_clusters_of_two_moons_compare_kmeans_with_dbscan() -> None:
    left, right = figures.clusters_of_two_moons().axes
    x, moon = two_moons(300, 0.05, np.random.default_rng(0))
    split = KMeans(2, init=np.array([[-1.0, 0], [2, 0]]), n_init=1, tol=0).fit(x)
    dense = DBSCAN(eps=0.2, min_samples=5).fit(x)
    for ax, name, label in (
        (left, "k-means", split.labels_),
        (right, "DBSCAN", dense.labels_),
    ):
        for j, cloud in enumerate(clouds(ax)):
            np.testing.assert_allclose(cloud, x[label == j])
        score = silhouette_score(x, label)
        assert ax.get_title() == f"{name}: silhouette {score:.2f}"
    assert np.array_equal(
        np.sort([dense.labels_[moon == j][0] for j in (0, 1)]), [0, 1]
    )


def test_svm_margin_rings_the_support_vectors_of_scikit_learn() -> None:
    axes = figures.svm_margin().axes
    x, y = figures._two_classes()
    for ax, cost in zip(axes, figures.SVM_COSTS, strict=False):
        oracle = svm.SVC(kernel="linear", C=cost, tol=1e-8).fit(x, y)
        contour, plus, minus, rings = ax.collections
        np.testing.assert_allclose(
            np.sort(np.asarray(rings.get_offsets()), axis=0),
            np.sort(x[oracle.support_], axis=0),
        )
        np.testing.assert_allclose(np.asarray(plus.get_offsets()), x[y > 0])
        np.testing.assert_allclose(np.asarray(minus.get_offsets()), x[y < 0])
        width = 2 / np.linalg.norm(oracle.coef_)
        assert ax.get_title() == f"$C$ = {cost:g}, width {width:.2f}"
        for path, level in zip(contour.get_paths(), (-1, 0, 1), strict=True):
            score = oracle.decision_function(path.vertices)
            np.testing.assert_allclose(score, level, atol=5e-3)


def test_svm_margin_draws_the_rbf_boundary() -> None:
    ax = figures.svm_margin().axes[2]
    contour, plus, minus, rings = ax.collections
    positive, negative = (np.asarray(c.get_offsets()) for c in (plus, minus))
    support = np.asarray(rings.get_offsets())
    x = np.vstack([positive, negative])
    y = np.repeat([1.0, -1.0], [len(positive), len(negative)])
    assert (len(positive), len(negative)) == (30, 30)
    gram = rbf_kernel(x, x, figures.GAMMA)
    gap = np.linalg.norm(x[:, None] - support, axis=2).min(axis=1)
    zero = contour.get_paths()[1].vertices
    # f vanishes on the drawn line, is at least 1 outside the rings
    alpha = kernel_svm(gram, y, c=1)
    on_line = rbf_kernel(np.asarray(zero), x, figures.GAMMA) @ (alpha * y)
    np.testing.assert_allclose(on_line, 0, atol=0.03)
    margin = y * (gram @ (alpha * y))
    assert np.all(margin[gap > 1e-12] > 1 - 1e-3)
    assert np.all(margin[gap < 1e-12] < 1 + 1e-3)
    assert ax.get_title() == "RBF, $\\gamma$ = 1, $C$ = 1"
