"""The figures show what the algorithms compute, and the pipeline hangs together."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import same_color
from matplotlib.patches import FancyBboxPatch, Rectangle

from snippets.figures import image_designs as figures
from snippets.projects import image_designs as design


def test_sphere_compares_all_with_lit_pixels():
    images, every, lit, wrong, right = figures._sphere()
    normals, inside = design.sphere_normals(figures.SIZE)
    assert images.shape == (12, 64, 64)
    assert every.shape == lit.shape == (64, 64, 3)
    for shown in (images[3], lit[..., 0], wrong, right):
        np.testing.assert_array_equal(np.isnan(shown), ~inside)
    np.testing.assert_array_equal(wrong, design.sphere_errors(-np.inf))
    np.testing.assert_array_equal(right, design.sphere_errors(0.05))
    assert np.abs(lit - normals)[inside].mean() < 0.01
    shaded = inside & (images < 0.02).any(axis=0)
    assert np.abs(every - normals)[shaded].mean() > 0.04


def test_photometric_sphere_draws_images_normals_and_errors():
    figure = figures.photometric_sphere()
    panels, bar = figure.axes[:6], figure.axes[6]
    images, _, lit, wrong, right = figures._sphere()
    shown = [ax.images[0].get_array() for ax in panels]
    for got, light in zip(shown, (0, 3, 6), strict=False):
        np.testing.assert_array_equal(got.filled(np.nan), images[light])
    inside = ~np.isnan(wrong)
    np.testing.assert_allclose(shown[3][inside], (lit[inside] + 1) / 2, atol=0.001)
    assert np.all(shown[3][~inside] == 1)
    np.testing.assert_array_equal(shown[4].filled(np.nan), wrong)
    np.testing.assert_array_equal(shown[5].filled(np.nan), right)
    # the side named in the title is the bright one
    brightest = [np.divmod(np.nanargmax(images[k]), 64) for k in (0, 3, 6)]
    assert brightest[0][1] > 40
    assert brightest[1][0] < 24
    assert brightest[2][1] < 24
    titles = [ax.get_title() for ax in panels]
    assert titles[:3] == [
        "light from the right",
        "light from above",
        "light from the left",
    ]
    assert titles[4:] == ["all 12 lights: mean 5.2°", "lit pixels only: mean 0.7°"]
    limits = [ax.images[0].get_clim() for ax in panels[4:]]
    assert limits == [(0, 30), (0, 30)]
    assert bar.get_ylabel() == "angular error (°)"
    assert np.nanmax(wrong) == pytest.approx(31, abs=0.5)  # as the page says
    # as a photo it is not inverted at night, so it stands on white
    (sheet,) = (a for a in figure.get_children() if a.get_zorder() < 0)
    assert isinstance(sheet, Rectangle)
    assert same_color(sheet.get_facecolor(), "white")
    box = sheet.get_window_extent()
    np.testing.assert_allclose(box.bounds, figure.bbox.bounds)


def test_inpainting_pipeline_runs_through_all_stages():
    figure = figures.inpainting_pipeline()
    (ax,) = figure.axes
    boxes = [p for p in ax.patches if isinstance(p, FancyBboxPatch)]
    assert len(boxes) == 8
    texts = [text.get_text() for text in ax.texts if text.get_text()]
    for part in ("flow, both ways,\ncompleted\nin the hole", "unseen", "filled"):
        assert part in texts
    spans = [(b.get_x(), b.get_x() + b.get_width()) for b in boxes]
    for left, right in itertools.pairwise(spans[:5]):
        assert left[1] < right[0]
    for right, left in itertools.pairwise(spans[5:]):
        assert left[1] < right[0]
    assert spans[0][0] >= 0
    assert spans[4][1] <= 12
    assert min(b.get_y() for b in boxes) >= 0
    # every arrow starts on the edge of one box and ends on that of another
    ends = [(t.xyann, t.xy) for t in ax.texts if getattr(t, "arrow_patch", None)]

    def at(x, y):
        (found,) = [
            i
            for i, b in enumerate(p.get_bbox() for p in boxes)
            if (b.x0 <= x <= b.x1 and min(abs(y - b.y0), abs(y - b.y1)) < 1e-9)
            or (b.y0 <= y <= b.y1 and min(abs(x - b.x0), abs(x - b.x1)) < 1e-9)
        ]
        return found

    wires = {(at(*tail), at(*head)) for tail, head in ends}
    assert wires == {(0, 1), (1, 2), (2, 3), (3, 4), (4, 3), (3, 5), (5, 6), (6, 7)}
