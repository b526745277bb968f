"""Boxes, nodes and wires are drawn where and as they are asked for."""

import pytest
from matplotlib.colors import same_color, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch

from snippets.figures import diagram, style


@pytest.fixture
def ax():
    axes = Figure().subplots()
    diagram.canvas(axes, -1, 9, 0, 5)
    return axes


def extents(box):
    """Left, bottom, right and top of what is drawn."""
    path = box.get_path().get_extents(box.get_patch_transform())
    return pytest.approx((path.x0, path.y0, path.x1, path.y1))


def test_canvas_shows_these_limits_and_nothing_else(ax):
    assert (*ax.get_xlim(), *ax.get_ylim()) == (-1, 9, 0, 5)
    assert not ax.axison  # neither frame, nor ticks, nor grid


def test_box_is_centered_and_holds_its_text_in_the_color_of_text(ax):
    with style.applied():
        box = diagram.box(ax, 3, 2, "layer", style.GREEN, width=2, height=0.8, size=8)
    assert list(ax.patches) == [box]
    assert isinstance(box, FancyBboxPatch)
    assert extents(box) == (2, 1.6, 4, 2.4)
    assert same_color(box.get_edgecolor(), style.GREEN)
    assert box.get_facecolor()[3] == 0
    (text,) = ax.texts
    assert (text.get_text(), text.get_position()) == ("layer", (3, 2))
    assert (text.get_ha(), text.get_va()) == ("center", "center")
    assert text.get_fontsize() == 8
    assert same_color(text.get_color(), style.INK)


def test_box_is_muted_and_writes_nothing_unless_asked(ax):
    box = diagram.box(ax, 3, 2)
    assert extents(box) == (2.5, 1.75, 3.5, 2.25)
    assert same_color(box.get_edgecolor(), style.MUTED)
    assert not ax.texts


@pytest.mark.parametrize(("width", "height"), [(4, 1), (1, 4)])
def test_corners_are_rounded_by_the_shorter_side(ax, width, height):
    box = diagram.box(ax, 0, 0, width=width, height=height)
    straight = [
        abs(x)
        for x, y in box.get_path().vertices
        if abs(y) == pytest.approx(height / 2)
    ]
    assert min(straight) == pytest.approx(width / 2 - 0.1)


def test_filled_shapes_have_a_tint_of_their_color(ax):
    box = diagram.box(ax, 1, 1, color=style.BLUE, filled=True)
    diagram.node(ax, 3, 1, "+", color=style.RED, filled=True)
    for shape, color in zip(ax.patches, (style.BLUE, style.RED), strict=True):
        assert shape.get_facecolor()[:3] == to_rgba(color)[:3]
        assert 0 < shape.get_facecolor()[3] < 0.4
        assert same_color(shape.get_edgecolor(), color)
    assert box is ax.patches[0]


def test_node_is_a_circle_around_its_sign(ax):
    diagram.node(ax, 3, 2, "×", style.ORANGE, radius=0.5)
    (circle,) = ax.patches
    assert isinstance(circle, Circle)
    assert (circle.get_center(), circle.get_radius()) == ((3, 2), 0.5)
    assert same_color(circle.get_edgecolor(), style.ORANGE)
    assert circle.get_facecolor()[3] == 0
    (sign,) = ax.texts
    assert (sign.get_text(), sign.get_position()) == ("×", (3, 2))
    assert (sign.get_ha(), sign.get_va()) == ("center", "center")


def arrows(ax):
    """Start, end, color and width of every arrow."""
    patches = [(text, text.arrow_patch) for text in ax.texts]
    return [
        (text.xyann, text.xy, patch.get_edgecolor(), patch.get_linewidth())
        for text, patch in patches
    ]


def lines(ax):
    return [line.get_xydata().tolist() for line in ax.lines]


def test_straight_wire_is_an_arrow_from_point_to_point(ax):
    diagram.wire(ax, (0, 1), (2, 3), color=style.PURPLE, width=2.5)
    assert arrows(ax) == [((0, 1), (2, 3), to_rgba(style.PURPLE), 2.5)]
    assert not lines(ax)
    ax.figure.draw_without_rendering()
    pixels = ax.texts[0].arrow_patch.get_path().get_extents()
    drawn = pixels.transformed(ax.transData.inverted())
    assert drawn.min == pytest.approx((0, 1))  # from the start, without a gap
    assert drawn.max == pytest.approx((2, 3), abs=0.06)


def test_bent_wire_is_a_line_whose_last_stretch_is_an_arrow(ax):
    diagram.wire(ax, (0, 1), (2, 1), (2, 3), (1, 3))
    assert lines(ax) == [[[0, 1], [2, 1], [2, 3]]]
    assert arrows(ax) == [((2, 3), (1, 3), to_rgba(style.MUTED), 1.3)]
    (line,) = ax.lines
    assert same_color(line.get_color(), style.MUTED)
    assert line.get_linewidth() == 1.3


def test_wire_without_tip_is_a_line_through_all_points(ax):
    diagram.wire(ax, (0, 1), (2, 1), color=style.BLUE, width=3, tip=False)
    diagram.wire(ax, (0, 1), (2, 1), (2, 3), tip=False)
    assert lines(ax) == [[[0, 1], [2, 1]], [[0, 1], [2, 1], [2, 3]]]
    assert not ax.texts
    assert same_color(ax.lines[0].get_color(), style.BLUE)
    assert ax.lines[0].get_linewidth() == 3
