"""What the figures draw is what the snippets compute."""

import numpy as np
from matplotlib.patches import FancyBboxPatch

from snippets.figures import case_studies as figures
from snippets.projects.case_studies import change_rate, high_pass


def test_picture_is_smooth_left_and_textured_right():
    cover, stego = figures._picture()
    assert cover.shape == stego.shape == (96, 96)
    assert set(np.unique(stego - cover)) == {-1, 0, 1}
    assert abs((stego != cover).mean() - change_rate(0.4)) < 0.01
    assert (cover.min() >= 0, cover.max() <= 255) == (True, True)
    residual = high_pass(cover)
    assert residual[:, :44].std() < 1.5 < 8 < residual[:, 48:].std()
    for a, b in zip(figures._picture(), (cover, stego), strict=True):
        np.testing.assert_array_equal(a, b)


def test_strengths_are_deviations_of_cover_and_message():
    cover, stego = figures._picture()
    pixels, smooth, textured = figures._strengths().values()
    assert pixels == (cover[:, :48].std(), (stego - cover)[:, :48].std())
    # rounding adds 1/12 to the variance of the noise; the filter takes the slope
    energy = 596 / 144
    assert abs(smooth[0] - np.sqrt(energy * (0.25 + 1 / 12))) < 0.1
    assert abs(textured[0] - np.sqrt(energy * (36.25 + 1 / 12))) < 0.5
    for half in (smooth, textured):
        assert abs(half[1] - np.sqrt(energy * change_rate(0.4))) < 0.05


def test_weak_signal_draws_pictures_and_bars():
    figure = figures.weak_signal()
    image, changes, residual, bars = figure.axes
    cover, stego = figures._picture()
    drawn = [ax.images[0] for ax in (image, changes, residual)]
    np.testing.assert_array_equal(drawn[0].get_array(), stego)
    np.testing.assert_array_equal(drawn[1].get_array(), stego - cover)
    expected = np.clip(high_pass(stego), -3, 3)
    np.testing.assert_array_equal(drawn[2].get_array(), expected)
    assert [d.get_clim() for d in drawn] == [(0, 255), (-1, 1), (-3, 3)]
    heights = [bar.get_height() for bar in bars.patches]
    pairs = list(figures._strengths().values())
    assert heights == [a for a, _ in pairs] + [b for _, b in pairs]
    assert bars.get_yscale() == "log"
    assert min(heights) > bars.get_ylim()[0]
    assert len(bars.get_legend().get_texts()) == 2
    assert [t.get_text() for t in bars.get_xticklabels()] == list(figures._strengths())
    assert changes.get_title() == "changes by the message"
    assert len(image.get_xticks()) == len(residual.get_yticks()) == 0


def test_poster_pipeline_boxes_do_not_meet_and_arrows_end_at_them():
    (ax,) = figures.poster_pipeline().axes
    boxes = [p.get_bbox() for p in ax.patches if isinstance(p, FancyBboxPatch)]
    assert len(boxes) == 7
    for i, first in enumerate(boxes):
        assert first.x0 >= 0
        assert first.x1 <= 12
        assert first.y0 >= 0
        assert first.y1 <= 6
        assert not any(first.overlaps(other) for other in boxes[i + 1 :])
    tips = [note.xy for note in ax.texts if hasattr(note, "arrow_patch")]
    assert len(tips) == 8
    grown = [box.padded(1e-6) for box in boxes]
    assert all(any(box.contains(*tip) for box in grown) for tip in tips)
    texts = " ".join(text.get_text() for text in ax.texts)
    for word in ("layout", "diffusion", "renderer", "OCR", "layers"):
        assert word in texts
