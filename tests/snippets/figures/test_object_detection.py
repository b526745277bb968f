"""The figures on object detection draw what the snippets compute."""

import numpy as np
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from snippets.figures import object_detection as figures
from snippets.figures import style
from snippets.theory import object_detection as det


def draw(function) -> Figure:
    with style.applied():
        return function()


def rectangles(ax) -> list[Rectangle]:
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


def corners(patch) -> list[float]:
    x, y = patch.get_xy()
    return [x, y, x + patch.get_width(), y + patch.get_height()]


def test_three_grids_show_cell_object_and_three_anchors():
    axes = draw(figures.grid_and_anchors).axes
    assert len(axes) == 3
    (stride, row, column, index), _ = det.yolov3_target(figures.OBJECT)
    red = []
    for ax, step in zip(axes, (32, 16, 8), strict=True):
        assert ax.get_title() == f"stride {step}: {416 // step} x {416 // step} cells"
        assert ax.get_xlim() == (0, 416)
        assert ax.get_ylim() == (416, 0)
        for lines in ax.collections:
            assert len(lines.get_segments()) == 416 // step + 1
        cell, target, *anchors = rectangles(ax)
        assert cell.get_width() == cell.get_height() == step
        x1, y1, x2, y2 = corners(cell)
        (dot,) = ax.get_lines()
        assert x1 <= dot.get_xdata()[0] < x2
        assert y1 <= dot.get_ydata()[0] < y2
        assert corners(target) == figures.OBJECT.tolist()
        sizes = [(a.get_width(), a.get_height()) for a in anchors]
        assert sizes == list(det.YOLOV3_ANCHORS[step])
        for anchor in anchors:
            middle = np.array(corners(anchor)).reshape(2, 2).mean(axis=0)
            np.testing.assert_allclose(middle, [(x1 + x2) / 2, (y1 + y2) / 2])
        red += [
            (step, i, y1 // step, x1 // step)
            for i, anchor in enumerate(anchors)
            if to_hex(anchor.get_edgecolor()) == style.RED
        ]
    assert red == [(stride, index, row, column)]


def test_giou_falls_on_where_iou_is_zero_and_nms_loses_a_neighbor():
    curves, low, high = draw(figures.overlap_and_suppression).axes
    iou, giou = curves.get_lines()
    d = iou.get_xdata()
    np.testing.assert_allclose(iou.get_ydata(), np.clip((1 - d) / (1 + d), 0, None))
    np.testing.assert_allclose(giou.get_ydata(), (1 - d) / (1 + d), atol=1e-12)
    assert [iou.get_label(), giou.get_label()] == ["IoU", "GIoU"]
    assert curves.get_ylim()[0] < giou.get_ydata().min()
    assert curves.get_legend() is not None
    for ax, threshold, count in ((low, 0.5, 1), (high, 0.7, 2)):
        kept = det.nms(figures.CROWD, figures.CROWD_SCORES, threshold).tolist()
        assert len(kept) == count
        assert ax.get_title() == f"NMS at {threshold}: {count} kept"
        for i, patch in enumerate(rectangles(ax)):
            np.testing.assert_allclose(corners(patch), figures.CROWD[i])
            color = style.BLUE if i in kept else style.RED
            assert to_hex(patch.get_edgecolor()) == color
        shown = [float(text.get_text()) for text in ax.texts]
        assert shown == [figures.CROWD_SCORES[i] for i in sorted(kept)]


def test_envelope_is_the_running_maximum_and_its_area_is_named():
    (ax,) = draw(figures.precision_envelope).axes
    envelope, raw, sampled = ax.get_lines()
    precision, recall = raw.get_ydata(), raw.get_xdata()
    np.testing.assert_allclose(precision, [1, 1 / 2, 2 / 3, 3 / 4, 3 / 5])
    np.testing.assert_allclose(recall, np.array([1, 1, 2, 3, 3]) / 4)
    assert envelope.get_label() == "envelope, area 0.625"
    x, y = envelope.get_xdata(), envelope.get_ydata()
    assert np.isclose(np.sum(np.diff(x) * y[1:]), 0.625)
    assert (np.diff(y) <= 0).all()
    assert len(sampled.get_xdata()) == 11
    mean = np.mean(sampled.get_ydata())
    assert np.isclose(mean, det.average_precision(precision, recall, 11))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("recall", "precision")
    assert ax.get_legend() is not None
