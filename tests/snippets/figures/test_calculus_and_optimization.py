import numpy as np
import pytest

from snippets.figures import calculus_and_optimization as figures
from snippets.theory import calculus_and_optimization as calc


def lines(ax):
    return {line.get_label(): np.array(line.get_data()).T for line in ax.get_lines()}


def test_convex_and_not_shows_chord_tangent_and_valleys():
    convex, landscape = figures.convex_and_not().axes
    shown = lines(convex)
    f, chord, tangent = shown["$f$"], shown["chord"], shown["tangent"]
    assert len(chord) == 2
    between = (f[:, 0] >= chord[0, 0]) & (f[:, 0] <= chord[1, 0])
    assert chord[0, 0] < -2 < 2 < chord[1, 0]
    above = np.interp(f[between, 0], *chord.T) - f[between, 1]
    assert (above >= -1e-12).all()
    assert above.max() > 0.5
    gap = f[:, 1] - tangent[:, 1]
    assert (gap >= -1e-12).all()
    assert gap.min() == pytest.approx(0, abs=1e-12)
    assert f[np.argmin(gap), 0] == pytest.approx(0, abs=1e-12)

    shown = lines(landscape)
    valley = shown["$uv = 1$"]
    np.testing.assert_allclose(calc.two_weight_loss(valley), 0, atol=1e-30)
    other = np.array(landscape.get_lines()[1].get_data()).T
    np.testing.assert_allclose(other, -valley)
    np.testing.assert_array_equal(shown["chord"], [[-1, -1], [1, 1]])
    np.testing.assert_array_equal(shown["saddle"], [[0, 0]])
    levels = landscape.collections[0].levels
    assert 0.5 in levels
    assert (np.diff(levels) > 0).all()
    for ax in (convex, landscape):
        labels = [text.get_text() for text in ax.get_legend().get_texts()]
        assert "chord" in labels
    assert convex.get_title() == "convex"
    assert landscape.get_title() == "two weights in series: not convex"


def test_contours_are_those_of_the_loss():
    landscape = figures.convex_and_not().axes[1]
    contours = landscape.collections[0]
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        loss = calc.two_weight_loss(path.vertices)
        np.testing.assert_allclose(loss, level, rtol=0.05, atol=0.01)


def test_step_size_shows_losses_and_factors():
    left, right = figures.step_size().axes
    shown = lines(left)
    assert len(shown) == 5
    steps = np.arange(51)
    for scale in (0.5, 1, 1.9, 2, 2.1):
        curve = shown[rf"$\eta = {scale:g}/L$"]
        expected = (
            10 * (1 - scale) ** (2 * steps) + (1 - scale / 10) ** (2 * steps)
        ) / 2
        np.testing.assert_array_equal(curve[:, 0], steps)
        np.testing.assert_allclose(curve[:, 1], expected, atol=1e-12)
        low, high = left.get_ylim()
        assert low < curve[:, 1].min() < curve[:, 1].max() < high
    assert (left.get_yscale(), left.get_xlabel()) == ("log", "step")
    shown = lines(right)
    for value in (10, 1):
        x, y = shown[rf"$\lambda = {value}$"].T
        np.testing.assert_allclose(y, np.abs(1 - x / 10 * value), atol=1e-12)
        assert (x.min(), x.max()) == (0, pytest.approx(2.3))
    limit = right.get_lines()[2].get_ydata()
    np.testing.assert_array_equal(limit, [1, 1])
    assert left.get_legend() is not None
    assert right.get_legend() is not None


def test_balls_touch_the_contours_at_the_solutions():
    axes = figures.l1_l2_balls().axes
    assert [ax.get_title() for ax in axes] == [
        "L1: at a corner",
        "L2: off the axes",
        "one weight",
    ]
    for ax, order in zip(axes[:2], (1, 2), strict=True):
        center, solution = (
            np.array(line.get_data()).ravel() for line in ax.get_lines()[:2]
        )
        ball = ax.patches[0].get_xy()
        size = np.linalg.norm(solution, order)
        np.testing.assert_allclose(np.linalg.norm(ball, order, axis=1), size)
        distance = np.linalg.norm(ball - center, axis=1)
        touch = np.linalg.norm(solution - center)
        assert touch <= distance.min() + 1e-12
        radius = np.sqrt(2 * ax.collections[0].levels)
        np.testing.assert_allclose(radius, touch * np.sqrt([0.25, 1, 2]))
        for r, path in zip(radius, ax.collections[0].get_paths(), strict=True):
            drawn = np.linalg.norm(path.vertices - center, axis=1)
            np.testing.assert_allclose(drawn, r, rtol=0.01)
        assert (solution[1] == 0) == (order == 1)
        pull = center - solution  # equals the penalty's (sub)gradient
        if order == 1:
            assert pull[0] == pytest.approx(0.8)
            assert abs(pull[1]) <= 0.8
        else:
            np.testing.assert_allclose(pull, 0.8 * solution)


def test_shrinkage_rules_minimize_their_penalties():
    shown = lines(figures.l1_l2_balls().axes[2])
    z = shown["no penalty"][:, 0]
    np.testing.assert_array_equal(shown["no penalty"][:, 1], z)
    grid = np.linspace(-2.5, 2.5, 5001)[:, None]
    for label, penalty in (("L1", 0.8 * np.abs(grid)), ("L2", 0.4 * grid**2)):
        best = grid[np.argmin((grid - z) ** 2 / 2 + penalty, axis=0), 0]
        np.testing.assert_allclose(shown[label][:, 1], best, atol=1e-3)


def test_monte_carlo_error_has_the_slopes_of_theory():
    axes = figures.monte_carlo_error().axes
    assert [ax.get_title() for ax in axes] == ["$d = 1$", "$d = 2$", "$d = 8$"]
    cells = {1: (16, 128, 1024, 8192), 2: (4, 12, 32, 90), 8: (2, 3)}
    for ax, d in zip(axes, (1, 2, 8), strict=True):
        shown = lines(ax)
        n, error = shown["grid"].T
        np.testing.assert_array_equal(n, np.array(cells[d]) ** d)
        expected = [
            calc.midpoint_rule(calc.smooth_integrand, d, k) / calc.exact_integral(d)
            for k in cells[d]
        ]
        np.testing.assert_allclose(error, np.abs(np.array(expected) - 1))
        np.testing.assert_allclose(error * 24 * n ** (2 / d), 1, rtol=0.03)
        n, error = shown["Monte Carlo"].T
        np.testing.assert_array_equal(n, [16, 64, 256, 1024, 4096])
        relative_sd = np.sqrt(variance_of_integrand(d))
        np.testing.assert_allclose(error * np.sqrt(n) / relative_sd, 1, atol=0.4)
        low, high = ax.get_ylim()
        for curve in shown.values():
            assert low < curve[:, 1].min() <= curve[:, 1].max() < high
        assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert axes[0].get_legend() is not None


def variance_of_integrand(d):
    """Var f / (E f)^2, by the closed form of E f^2."""
    c = 1 / np.sqrt(d)
    first = (2 * np.sinh(c / 2) / c) ** d
    second = (np.sinh(c) / c) ** d
    return second / first**2 - 1


def test_convex_function_and_its_levels():
    convex, landscape = figures.convex_and_not().axes
    f = lines(convex)["$f$"]
    np.testing.assert_allclose(f[:, 1], np.logaddexp(0, f[:, 0]) + 0.1 * f[:, 0] ** 2)
    levels = landscape.collections[0].levels
    np.testing.assert_allclose(levels, [0.02, 0.1, 0.3, 0.5, 0.9])
    ends = lines(convex)["chord"]
    np.testing.assert_allclose(ends[:, 1], np.interp(ends[:, 0], *f.T))
    tangent = lines(convex)["tangent"]
    np.testing.assert_allclose(np.diff(tangent[:, 1]) / np.diff(tangent[:, 0]), 0.5)


def test_circles_are_drawn_as_circles():
    for ax in (figures.convex_and_not().axes[1], *figures.l1_l2_balls().axes[:2]):
        assert ax.get_aspect() == 1
