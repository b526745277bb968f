"""The figures draw what the page's functions compute."""

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.patches import Rectangle

from snippets.figures import generative_models as figures
from snippets.theory import generative_models as m


def test_model_families_groups_by_likelihood() -> None:
    (ax,) = figures.model_families().axes
    heights = {t.get_text(): t.get_position()[1] for t in ax.texts}
    colors = {t.get_text(): t.get_color() for t in ax.texts}
    assert heights["exact"] == (heights["autoregressive"] + heights["flow"]) / 2
    assert heights["lower bound"] == (heights["VAE"] + heights["diffusion"]) / 2
    assert heights["up to a constant"] == heights["energy-based"]
    assert heights["none"] == heights["GAN"]
    assert len(ax.get_lines()) == 4 + 6
    ends = {
        np.asarray(line.get_ydata(), dtype=float)[1]: line.get_color()
        for line in ax.get_lines()[1:3]
    }
    assert ends == {
        heights["autoregressive"]: colors["exact"],
        heights["flow"]: colors["exact"],
    }
    for name, formula, _ in figures.FAMILIES:
        assert heights[name] == heights[formula]


def test_mode_collapse_shows_both_generators() -> None:
    left, right = figures.mode_collapse().axes
    for ax, rates in ((left, (8e-3, 2e-3)), (right, (2e-3, 8e-3))):
        samples = m.sample_gan(m.train_gan(*rates, steps=600, seed=0), 200)
        drawn, modes = (c for c in ax.collections if isinstance(c, PathCollection))
        np.testing.assert_array_equal(drawn.get_offsets(), samples)
        np.testing.assert_array_equal(modes.get_offsets(), m.RING)
        covered, _ = m.modes_covered(samples)
        assert ax.get_title().endswith(f"{covered} of 8 modes")
    assert "faster" in left.get_title()
    assert "slower" in right.get_title()
    assert left.get_legend() is not None


def test_fid_sample_size_draws_the_bias() -> None:
    left, right = figures.fid_sample_size().axes
    for i, ax in enumerate((left, right)):
        estimate, truth = ax.get_lines()
        sizes = np.asarray(estimate.get_xdata(), dtype=int)
        drawn = np.asarray(estimate.get_ydata(), dtype=float)
        assert drawn[0] == m.same_distribution(sizes[0], d=64, trials=3)[i]
        assert not np.any(np.asarray(truth.get_ydata()))
        labels = [t.get_text() for t in ax.get_xticklabels()]
        assert labels == [str(n) for n in sizes] == ["100", "200", "400", "800"]
    fid = np.asarray(left.get_lines()[0].get_ydata(), dtype=float)
    assert (np.diff(fid) < 0).all()
    kid = np.asarray(right.get_lines()[0].get_ydata(), dtype=float)
    assert (np.abs(kid) < 0.02).all()
    assert [left.get_title(), right.get_title()] == ["FID", "KID"]


def test_diffusion_sampling_draws_paths_and_density() -> None:
    left, middle, last = figures.diffusion_sampling().axes
    for ax, steps, stride in ((left, 1000, 20), (middle, 50, 1)):
        path = m.sample_mixture(12, steps, stochastic=ax is left)
        drawn = np.array([line.get_ydata() for line in ax.get_lines()]).T
        np.testing.assert_array_equal(drawn, path[::stride])
        np.testing.assert_array_equal(drawn[-1], path[-1])
        time = np.asarray(ax.get_lines()[0].get_xdata(), dtype=float)
        assert [time[0], time[-1]] == [1, 0]
        assert f"{steps} steps" in ax.get_title()
        assert ax.get_xlim() == (1, 0)
    (line,) = last.get_lines()
    density = np.asarray(line.get_xdata(), dtype=float)
    x = np.asarray(line.get_ydata(), dtype=float)
    assert np.sum(density) * (x[1] - x[0]) == pytest.approx(1, abs=1e-3)
    bars = np.array(
        [[p.get_y(), p.get_width()] for p in last.patches if isinstance(p, Rectangle)]
    )
    assert bars[:, 1].sum() * np.diff(bars[:2, 0])[0] == pytest.approx(1)
    middles = bars[:, 0] + np.diff(bars[:2, 0])[0] / 2
    expected = np.interp(middles, x, density)
    assert np.abs(bars[:, 1] - expected).mean() < 0.06
    assert last.get_legend() is not None
