"""What the figures draw is what the monitor computes."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import same_color
from scipy import stats

from snippets.figures import style
from snippets.figures import system_design as figures
from snippets.projects.system_design import ks_limit, psi_noise


def test_drifting_scores_stay_at_the_noise_until_the_drift():
    indexes, gaps = figures._drifting_scores()
    assert indexes.shape == gaps.shape == (figures.DAYS,)
    quiet = slice(0, figures.START)
    noise = psi_noise(figures.ROWS, figures.WINDOW)
    assert indexes[quiet].mean() == pytest.approx(noise, rel=0.25)
    assert indexes[quiet].max() < 0.1
    # two normal distributions half a deviation apart differ by 2 Phi(1/4) - 1
    apart = 2 * stats.norm.cdf(figures.SHIFT / 2) - 1
    assert gaps[figures.END :].mean() == pytest.approx(apart, rel=0.2)


def test_drift_score_draws_scores_limits_false_alarms_and_the_alarm():
    figure = figures.drift_score()
    above, below = figure.axes
    indexes, gaps = figures._drifting_scores()
    index_line, *levels = above.get_lines()
    np.testing.assert_array_equal(index_line.get_ydata(), indexes)
    assert [line.get_ydata()[0] for line in levels] == [0.1, 0.25]

    gap_line, loose, strict, early, alarm = below.get_lines()
    np.testing.assert_array_equal(gap_line.get_ydata(), gaps)
    assert loose.get_ydata()[0] == ks_limit(5000, 500, 0.05)
    assert strict.get_ydata()[0] == ks_limit(5000, 500, 0.0025)
    quiet = np.arange(figures.START)
    wanted = quiet[gaps[: figures.START] > ks_limit(5000, 500, 0.05)]
    np.testing.assert_array_equal(early.get_xdata(), wanted)
    np.testing.assert_array_equal(early.get_ydata(), gaps[wanted])
    assert len(wanted) == 2  # as the page says

    (day,) = alarm.get_xdata()
    over = gaps > ks_limit(5000, 500, 0.0025)
    assert over[day - 2 : day + 1].all()
    assert not over[: day - 2].any()
    assert day == 37  # as the page says
    assert alarm.get_ydata() == gaps[day]
    assert same_color(alarm.get_color(), style.RED)
    for ax in figure.axes:
        (band,) = ax.patches
        assert (band.get_x(), band.get_x() + band.get_width()) == (30, 45)
        assert ax.get_xlim() == (0, 59)
        assert ax.get_ylim()[0] == 0
    assert below.get_xlabel() == "day"
    assert (above.get_ylabel(), below.get_ylabel()) == ("PSI", "KS statistic")
    assert len(figure.legends[0].get_texts()) == 4


def test_serving_diagram_has_the_online_path_and_the_loop():
    figure = figures.serving_diagram()
    (ax,) = figure.axes
    texts = {text.get_text() for text in ax.texts}
    for part in (
        "request,\nconsent",
        "ranker\npCTR, pCVR",
        "calibration",
        "auction, pacing,\nexploration",
        "feature store",
        "log: features,\nprice, propensity",
        "checks,\nshadow, canary",
    ):
        assert part in texts
    assert len(ax.patches) == 12
    # the path runs left to right above, right to left below, inside the sheet
    spans = [(p.get_x(), p.get_x() + p.get_width()) for p in ax.patches]
    online, offline = spans[:6], spans[8:]
    for left, right in itertools.pairwise(online):
        assert left[1] < right[0]
    for right, left in itertools.pairwise(offline):
        assert left[1] < right[0]
    # every arrow ends on the edge of a box; joined clicks feed two of them
    heads = [t.xy for t in ax.texts if getattr(t, "arrow_patch", None)]
    boxes = [p.get_bbox() for p in ax.patches]
    for x, y in heads:
        sides = [
            (b.x0 <= x <= b.x1 and min(abs(y - b.y0), abs(y - b.y1)) < 1e-9)
            or (b.y0 <= y <= b.y1 and min(abs(x - b.x0), abs(x - b.x1)) < 1e-9)
            for b in boxes
        ]
        assert sum(sides) == 1
    assert len(heads) == 5 + 2 + 3 + 1 + 4
    assert {(5.85, 3.3), (7.05, 4.725)} <= set(heads)
    assert min(start for start, _ in spans) >= 0
    assert max(end for _, end in spans) <= 12
