import numpy as np
import pytest

from snippets.figures import optimizers as figures
from snippets.theory import optimizers as opt


def lines(ax):
    return {line.get_label(): np.array(line.get_data()).T for line in ax.get_lines()}


def curve(ax, index):
    return np.array(ax.get_lines()[index].get_data()).T


def test_descent_paths_are_those_of_the_module():
    X, y = opt.toy_regression()
    panels = figures.descent_paths().axes
    assert [ax.get_title() for ax in panels] == [
        "B = 64: 5 updates",
        "B = 8: 40 updates",
        "B = 1: 320 updates",
    ]
    for ax, size in zip(panels, (64, 8, 1), strict=True):
        optimum = np.linalg.solve(X.T @ X, X.T @ y)
        np.testing.assert_allclose(curve(ax, 0)[0], optimum)
        expected = opt.gradient_descent(X, y, 0.1, 5, size)
        np.testing.assert_array_equal(curve(ax, 1), expected)
        low, high = ax.get_xlim()
        assert ((low < expected[:, 0]) & (expected[:, 0] < high)).all()


def test_ravine_trajectories_run_downhill_from_the_same_start():
    panels = figures.ravine_trajectories().axes
    assert len(panels) == 10
    assert [ax.get_title() for ax in panels[:5]] == list(opt.RAVINE_OPTIMIZERS)
    for index, ax in enumerate(panels):
        degrees = 0.0 if index < 5 else 45.0
        H = opt.ravine_hessian(100.0, degrees)
        path = curve(ax, 1)
        assert path.shape == (51, 2)
        np.testing.assert_allclose(path[0], opt.ravine_start(degrees))
        assert path[-1] @ H @ path[-1] < path[0] @ H @ path[0] / 2
        np.testing.assert_array_equal(curve(ax, 2), path[::2])
    np.testing.assert_allclose(  # plain SGD does not care how the ravine lies
        np.linalg.norm(curve(panels[0], 1), axis=1),
        np.linalg.norm(curve(panels[5], 1), axis=1),
    )


@pytest.mark.parametrize("panel", [0, 1])
def test_scale_sensitivity_shows_the_losses(panel):
    ax = figures.scale_sensitivity().axes[panel]
    X, y = opt.logistic_problem(2 * panel)
    shown = lines(ax)
    for label, optimizer in (
        ("SGD, momentum 0.9", opt.SGD(0.1, 0.9)),
        ("Adam", opt.Adam(0.1)),
    ):
        rate, loss = shown[label][8]
        assert rate == pytest.approx(0.1)
        assert loss == pytest.approx(opt.train_logistic(optimizer, X, y))
    assert ax.get_xscale() == "log"


def test_schedules_are_those_of_the_module():
    left, right = figures.learning_rate_schedules().axes
    curves = lines(left) | lines(right)
    expected = {
        "step": lambda t: opt.step_lr(t, 1.0, 30),
        "exponential": lambda t: opt.exponential_lr(t, 1.0, 0.955),
        "linear": lambda t: opt.linear_lr(t, 1.0, 100),
        "cosine": lambda t: opt.cosine_lr(t, 1.0, 100),
        "warmup + cosine": lambda t: opt.warmup_cosine_lr(t, 1.0, 10, 100),
    }
    assert list(curves) == list(expected)
    for name, schedule in expected.items():
        np.testing.assert_allclose(curves[name], [(t, schedule(t)) for t in range(101)])


def test_gradient_noise_measures_what_theory_says():
    left, right = figures.gradient_noise().axes
    shown = lines(left)
    X, y = opt.toy_regression(n=4096)
    g = opt.sample_gradients(X, y, np.zeros(2))
    theory = [(2**k, np.sqrt(opt.gradient_noise(g, 2**k))) for k in range(12)]
    np.testing.assert_allclose(shown["theory"], theory)
    np.testing.assert_allclose(shown["400 random batches"], theory, rtol=0.15)
    slopes = np.diff(np.log(shown[r"$1/\sqrt{B}$"]), axis=0)
    np.testing.assert_allclose(slopes[:, 1] / slopes[:, 0], -0.5)
    best = lines(right)["best step"]
    np.testing.assert_allclose(best[:, 1], best[:, 0] / (1 + best[:, 0]))
    np.testing.assert_allclose(*lines(right)["linear scaling"].T)
