"""What the figures draw is what the estimates say, and the diagrams hold together."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import same_color

from snippets.figures import business_cases as figures
from snippets.figures import style
from snippets.projects.business_cases import alarms


def _touches(box, point):
    x, y = point
    across = box.y0 <= y <= box.y1 and min(abs(x - box.x0), abs(x - box.x1)) < 1e-9
    along = box.x0 <= x <= box.x1 and min(abs(y - box.y0), abs(y - box.y1)) < 1e-9
    return across or along


def _heads(ax):
    return [text.xy for text in ax.texts if getattr(text, "arrow_patch", None)]


def _boxes(ax):
    return [patch.get_bbox() for patch in ax.patches]


def test_alarm_load_draws_both_units_and_the_work_of_the_readers():
    figure = figures.alarm_load()
    load, precision = figure.axes
    for number, events in enumerate((200_000 * 24, 200_000)):
        line, point = load.get_lines()[2 * number : 2 * number + 2]
        rates = np.asarray(line.get_xdata())
        np.testing.assert_allclose(line.get_ydata(), rates * (events - 10))
        curve, mark = precision.get_lines()[2 * number : 2 * number + 2]
        np.testing.assert_allclose(
            curve.get_ydata(), 9 / (9 + rates * (events - 10)), rtol=1e-12
        )
        (limit,) = point.get_xdata()
        true, false, share = alarms(events, 10, 0.9, limit)
        assert true + false == pytest.approx(120)
        assert point.get_ydata() == [false]
        assert (mark.get_xdata(), mark.get_ydata()) == ([limit], [share])
        assert share == pytest.approx(9 / 120)  # the same for both
        assert same_color(line.get_color(), point.get_color())
    (dashed,) = load.get_lines()[4:]
    assert set(dashed.get_ydata()) == {120}
    assert [text.get_text() for text in load.texts] == ["120 can be read"]
    assert (load.get_xscale(), load.get_yscale()) == ("log", "log")
    assert (precision.get_xscale(), precision.get_ylim()) == ("log", (0, 1))
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["host-hours", "host-days"]


def test_field_loop_runs_forth_and_back():
    (ax,) = figures.field_loop().axes
    boxes = _boxes(ax)
    assert len(boxes) == 8
    for left, right in itertools.pairwise(boxes[:5]):
        assert left.x1 < right.x0
    for right, left in itertools.pairwise(boxes[5:]):
        assert left.x1 < right.x0
    assert min(box.x0 for box in boxes) >= 0
    assert max(box.x1 for box in boxes) <= 12
    ends = [[i for i, box in enumerate(boxes) if _touches(box, p)] for p in _heads(ax)]
    # four steps; outcome; three ways to labels and model; two models
    assert sorted(ends) == [[0], [1], [2], [2], [3], [4], [5], [6], [6], [7]]
    fork = [3.0, 2.6]
    for line in ax.get_lines():
        start = line.get_xydata()[0]
        assert list(start) == fork or any(_touches(box, start) for box in boxes)
    texts = {text.get_text() for text in ax.texts}
    assert {"drone at 30 m:\nyellow patches", "weeks to a season"} <= texts


def test_review_pipeline_has_three_decisions_and_returns_their_labels():
    (ax,) = figures.review_pipeline().axes
    boxes = _boxes(ax)
    assert len(boxes) == 8
    for left, right in itertools.pairwise(boxes[:4]):
        assert left.x1 < right.x0
    publish, look, block, labels = boxes[4:]
    assert publish.y0 > look.y1
    assert look.y0 > block.y1
    heads = _heads(ax)
    ends = [[i for i, box in enumerate(boxes) if _touches(box, p)] for p in heads]
    assert sorted(ends) == [[1], [2], [2], [3], [4], [5], [6], [7], [7]]
    assert labels.x1 == pytest.approx(6.1)
    colors = [patch.get_edgecolor() for patch in ax.patches[4:7]]
    wanted = (style.GREEN, style.ORANGE, style.RED)
    assert all(map(same_color, colors, wanted))
    place = {text.get_text(): text.get_position()[1] for text in ax.texts}
    # the six tasks of the table; what was published and what was blocked is audited
    assert {"one backbone,\nsix heads, OCR", "reviews, random audits"} <= place.keys()
    assert "appeals, random audits" in place
    assert place[r"$p<t_-$"] > place["else"] > place[r"$p>t_+$"]
    assert publish.y0 < place[r"$p<t_-$"] < publish.y1
    assert block.y0 < place[r"$p>t_+$"] < block.y1
