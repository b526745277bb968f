"""What the figures draw is what the assignments' code computes."""

import numpy as np
from matplotlib.colors import same_color

from snippets.coding.take_home.light_switch import detect, evaluate, simulate
from snippets.figures import style
from snippets.figures import take_home as figures


def test_light_switch_draws_the_readings_the_filter_and_the_right_marks():
    figure = figures.light_switch()
    above, below = figure.axes
    power, events = simulate.simulate(figures.SEED, figures.NOISE)
    (readings,) = above.get_lines()
    places = np.round(readings.get_xdata() * 60).astype(int)
    np.testing.assert_array_equal(places, np.arange(figures.START, figures.END, 4))
    np.testing.assert_array_equal(readings.get_ydata(), power[places])

    steps, *marks = below.get_lines()
    width = detect.width_for(figures.NOISE)
    expected = [
        power[t : t + width].mean() - power[t - width : t].mean() for t in places
    ]
    np.testing.assert_allclose(steps.get_ydata(), expected)
    (band,) = below.patches
    low, high = sorted([band.get_y(), band.get_y() + band.get_height()])
    assert (low, high) == (-detect.BAND[1], -detect.BAND[0])

    alarms = detect.light_off(power, detect.step_filter)
    matched = evaluate.match(alarms, simulate.switched_off(events))
    wanted = {
        "light off, found": [true for _, true in matched.hits],
        "light off, missed": matched.misses,
        "false alarm": matched.false_alarms,
    }
    assert [mark.get_label() for mark in marks] == list(wanted)
    for mark, color in zip(marks, (style.GREEN, style.RED, style.ORANGE), strict=True):
        seconds = np.round(mark.get_xdata() * 60).astype(int).tolist()
        inside = [
            s for s in wanted[mark.get_label()] if figures.START <= s < figures.END
        ]
        assert seconds == inside != []
        assert same_color(mark.get_color(), color)
    assert len({mark.get_marker() for mark in marks}) == 3


def test_light_switch_labels_what_it_shows():
    figure = figures.light_switch()
    above, below = figure.axes
    assert above.get_ylabel() == "power, W"
    assert below.get_ylabel() == "step, W"
    assert below.get_xlabel() == "minutes"
    assert "noise 20 W" in above.get_title()
    assert "mean of 30 s after" in below.get_title()
    assert above.get_xlim() == below.get_xlim() == (10, 130)
    (legend,) = figure.legends
    assert len(legend.get_texts()) == 3
