"""What the figures of the normalization page draw."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from snippets.figures import normalization as figures
from snippets.figures import style
from snippets.theory import normalization as nm


def test_nchw_axes_fill_the_cells_that_share() -> None:
    figure = figures.nchw_axes()
    assert [ax.get_title() for ax in figure.axes] == [
        "batch norm",
        "layer norm",
        "group norm",
        "instance norm",
    ]
    pixels, channels, samples = figures.PIXELS, figures.CHANNELS, figures.SAMPLES
    front_column = pixels + 1  # one channel of the first sample, with its top cell
    expected = [
        pixels + samples + samples * pixels,  # rear samples show on top and side
        channels * front_column + pixels,
        channels // 2 * front_column + pixels,
        front_column + pixels,
    ]
    for ax, count in zip(figure.axes, expected, strict=True):
        colors = ax.collections[0].get_facecolor()
        assert len(colors) == channels * (pixels + samples) + samples * pixels
        filled = np.all(np.isclose(colors, to_rgba(style.BLUE, 0.75)), axis=1)
        assert filled.sum() == count
        assert {"$C$", "$N$", "$H, W$"} <= {text.get_text() for text in ax.texts}


def test_learning_rates_show_what_the_page_says() -> None:
    figure = figures.learning_rates()
    he, half = figure.axes
    plain, normalized = (np.asarray(line.get_ydata()) for line in he.lines[:2])
    assert np.all(plain[:2] < 0.6)
    assert np.all(np.isinf(plain[2:]))
    assert np.all(normalized < 0.5)
    assert "diverged" in [text.get_text() for text in he.texts]
    plain, normalized = (np.asarray(line.get_ydata()) for line in half.lines[:2])
    assert np.all(plain > 0.9)  # chance is log 3 = 1.10
    assert np.all(normalized < 0.5)
    assert not half.texts
    np.testing.assert_allclose(he.lines[0].get_xdata(), [0.01, 0.1, 1.0, 3.0])


def test_running_statistics_draw_averages_of_the_dots() -> None:
    (ax,) = figures.running_statistics().axes
    dots, *averages = (np.asarray(line.get_ydata()) for line in ax.lines[:4])
    for average, momentum in zip(averages, (0.5, 0.1, 0.01), strict=True):
        value = 0.0
        for step, dot in enumerate(dots):
            value = (1 - momentum) * value + momentum * dot
            assert average[step] == pytest.approx(value)
    assert abs(averages[1][30:].mean() - 2) < 0.15
    assert averages[2][-1] < 1.7
    assert dots.std() == pytest.approx(3 / 4, rel=0.15)


def test_statistics_noise_draws_theory_and_simulation() -> None:
    left, right = figures.statistics_noise().axes
    sizes = np.asarray(left.lines[0].get_xdata())
    for line, dots, column in ((0, 1, 0), (2, 3, 1)):
        theory = [nm.statistics_noise(int(m))[column] for m in sizes]
        np.testing.assert_allclose(left.lines[line].get_ydata(), theory)
        np.testing.assert_allclose(left.lines[dots].get_ydata(), theory, rtol=0.1)
    gap = [nm.train_inference_gap(int(m)) for m in sizes]
    np.testing.assert_allclose(right.lines[0].get_ydata(), gap)
    np.testing.assert_allclose(right.lines[1].get_ydata(), gap, rtol=0.1)


def test_instance_contrast_collapses_the_three_versions() -> None:
    raw, normalized, restyled = (
        np.array([line.get_ydata() for line in ax.lines])
        for ax in figures.instance_contrast().axes
    )
    assert np.ptp(raw.mean(1)) > 0.3
    for rows in (normalized, restyled):
        np.testing.assert_allclose(rows[1:], rows[[0, 0]], atol=0.01)
    assert normalized[0].mean() == pytest.approx(0, abs=1e-9)
    assert normalized[0].std() == pytest.approx(1, rel=1e-3)
    assert restyled[0].mean() == pytest.approx(0.55, abs=0.02)
