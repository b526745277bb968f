"""The figure draws the two offers and the options of the page."""

import numpy as np
import pytest

from snippets.figures import choosing_companies as figures
from snippets.figures import style
from snippets.industry.choosing_companies import Offer, present_value, yearly_pay


def test_the_lines_are_present_values_and_cross_at_the_dots() -> None:
    left, _ = figures.two_offers().axes
    rising, whole, dot, halved, lower_dot = left.lines
    for percent, worth in zip(rising.get_xdata(), rising.get_ydata(), strict=True):
        offer = Offer(30, bonus_months=4, payout=percent / 100, fund=0.12)
        assert worth == pytest.approx(present_value(yearly_pay(offer), 0.08))
    assert [min(rising.get_xdata()), max(rising.get_xdata())] == [0, 100]
    for line, meeting, grant in ((whole, dot, 240), (halved, lower_dot, 120)):
        offer = Offer(33, months=13, fund=0.05, signing=40, grant=grant)
        worth = present_value(yearly_pay(offer), 0.08)
        np.testing.assert_allclose(line.get_ydata(), worth)
        assert list(line.get_xdata()) == [0, 100]
        (x,), (y,) = meeting.get_xdata(), meeting.get_ydata()
        assert y == pytest.approx(worth)
        across = np.interp(x, rising.get_xdata(), rising.get_ydata())
        assert across == pytest.approx(worth)
    assert halved.get_linestyle() == "--"
    assert [text.get_text() for text in left.texts] == ["97%", "72%"]
    labels = [text.get_text() for text in left.get_legend().get_texts()]
    assert labels == ["A: bonus", "B: shares", "B: shares halved"]
    assert "%" in left.get_xlabel()


def test_the_bars_are_the_outcomes_and_the_line_is_their_mean() -> None:
    _, right = figures.two_offers().axes
    centers = [bar.get_x() + bar.get_width() / 2 for bar in right.patches]
    heights = [bar.get_height() for bar in right.patches]
    assert centers == pytest.approx([0, 40, 360])
    assert heights == pytest.approx([70, 20, 10])
    (mean,) = right.lines
    expected = np.dot(centers, heights) / 100
    assert list(mean.get_xdata()) == pytest.approx([expected, expected])
    assert mean.get_color() == style.RED
    texts = [text.get_text() for text in right.texts]
    assert texts == ["70%", "20%", "10%", "mean 44"]
    assert right.get_ylim()[1] > max(heights) + 5
    assert "thousand" in right.get_xlabel()
