"""What the figures draw is what the designs compute."""

import numpy as np
import pytest

from snippets.figures import claim_designs as figures
from snippets.projects.claim_designs import length_error


def _boxes_and_heads(ax):
    heads = [t.xy for t in ax.texts if getattr(t, "arrow_patch", None)]
    return [p.get_bbox() for p in ax.patches], heads


def _on_edge(box, x, y):
    across = box.x0 - 1e-9 <= x <= box.x1 + 1e-9
    along = box.y0 - 1e-9 <= y <= box.y1 + 1e-9
    level = min(abs(y - box.y0), abs(y - box.y1)) < 1e-9
    upright = min(abs(x - box.x0), abs(x - box.x1)) < 1e-9
    return (across and level) or (along and upright)


def _apart(boxes):
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            beside = a.x1 < b.x0 or b.x1 < a.x0
            assert beside or a.y1 < b.y0 or b.y1 < a.y0
        assert a.x0 >= 0
        assert a.x1 <= 12


def test_face_pipeline_has_the_gate_before_and_the_label_after():
    (ax,) = figures.face_pipeline().axes
    texts = [text.get_text() for text in ax.texts]
    boxes, heads = _boxes_and_heads(ax)
    assert len(boxes) == 9
    _apart(boxes)
    at = {t.get_text(): t.get_position() for t in ax.texts}
    gate = next(p for t, p in at.items() if t.startswith("gate"))
    label = next(p for t, p in at.items() if t.startswith("label"))
    assert gate[0] < at["identity\nencoder"][0] < at["generator"][0] < label[0]
    assert label[0] < at["clip"][0]
    assert "refuse, log, tell why" in texts
    assert len(heads) == 11
    loose = [h for h in heads if not any(_on_edge(b, *h) for b in boxes)]
    assert loose == [(3.4, 0.5)]  # refusal ends in a word


def test_seam_shows_a_step_a_ramp_and_no_seam():
    figure = figures.seam()
    (ax,) = figure.axes
    pasted, feathered, blended = (line.get_ydata() for line in ax.get_lines())
    columns = ax.get_lines()[0].get_xdata()
    inside = (columns >= 4) & (columns < 20)
    bump = np.where((columns >= 9) & (columns < 15), 30, 0)
    np.testing.assert_allclose(pasted, 100 + 20 * inside + bump)
    np.testing.assert_allclose(blended, 100 + bump, atol=1e-6)
    assert np.abs(np.diff(feathered[:8])).max() == pytest.approx(5)
    np.testing.assert_allclose(feathered[7:17], pasted[7:17])
    np.testing.assert_allclose(feathered, feathered[::-1])
    assert feathered[[3, 20]].tolist() == [100, 100]
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["pasted", "feathered", "Poisson"]
    (band,) = ax.patches
    assert (band.get_x(), band.get_width()) == (3.5, 16)


def test_claim_pipeline_ends_at_a_person_or_a_letter():
    (ax,) = figures.claim_pipeline().axes
    boxes, heads = _boxes_and_heads(ax)
    assert len(boxes) == 13
    _apart(boxes)
    assert len(heads) == 5 + 3 + 6
    for head in heads:
        assert sum(_on_edge(box, *head) for box in boxes) == 1
    texts = {text.get_text() for text in ax.texts}
    wanted = {"adjuster", "narrow,\nno flags?", "yes", "no", "flag"}
    assert wanted <= texts


def test_reference_size_draws_the_simulated_errors():
    (ax,) = figures.reference_size().axes
    front, turned = ax.get_lines()
    assert front.get_label() == "view at 0°"
    for line, yaw in ((front, 0), (turned, 30)):
        widths, errors = line.get_data()
        assert np.all(np.diff(errors) < 0)
        i = list(widths).index(1.8)
        assert errors[i] == pytest.approx(100 * length_error(1.8, yaw, runs=500))
    assert np.all(turned.get_ydata() > front.get_ydata())
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
