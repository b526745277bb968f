"""Parts of the handbook's diagrams: boxes, nodes, and the wires between them.

All lengths are in the units of the axes, which ``canvas`` sets.
"""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Circle, FancyBboxPatch

from snippets.figures import style


def canvas(ax: Axes, left: float, right: float, bottom: float, top: float) -> None:
    """Make the axes an empty sheet with these limits: no frame, ticks or grid."""
    ax.set(xlim=(left, right), ylim=(bottom, top))
    ax.set_axis_off()


def _look(color: str, filled: bool) -> dict[str, Any]:
    """Return the outline and the fill, a tint of the same color, of a shape."""
    fill = to_rgba(color, 0.18) if filled else "none"
    return {"edgecolor": color, "facecolor": fill, "linewidth": 1.4}


def box(
    ax: Axes,
    x: float,
    y: float,
    text: str = "",
    color: str = style.MUTED,
    width: float = 1.0,
    height: float = 0.5,
    filled: bool = False,
    size: float = 9,
) -> FancyBboxPatch:
    """Draw a rounded box with a text in its middle.

    Args:
        ax: where to draw.
        x: center of the box.
        y: center of the box.
        text: what it holds, in the color of all text.
        color: color of the outline.
        width: width from edge to edge.
        height: height from edge to edge.
        filled: whether to fill the box with a tint of its color.
        size: size of the text in points.

    Returns:
        The box without its text.
    """
    rounding = min(width, height) / 10
    shape = FancyBboxPatch(
        (x - width / 2, y - height / 2),
        width,
        height,
        boxstyle=f"round,pad=0,rounding_size={rounding}",
        **_look(color, filled),
    )
    ax.add_patch(shape)
    if text:
        ax.text(x, y, text, ha="center", va="center", fontsize=size)
    return shape


def node(
    ax: Axes,
    x: float,
    y: float,
    sign: str,
    color: str = style.MUTED,
    radius: float = 0.2,
    filled: bool = False,
) -> None:
    """Draw an operation in which wires meet: a circle around its sign."""
    ax.add_patch(Circle((x, y), radius, **_look(color, filled)))
    ax.text(x, y, sign, ha="center", va="center", fontsize=9)


def wire(
    ax: Axes,
    *points: tuple[float, float],
    color: str = style.MUTED,
    width: float = 1.3,
    tip: bool = True,
) -> None:
    """Draw a line through two or more points.

    Args:
        ax: where to draw.
        points: the ends of the line and the corners between them.
        color: color of the line.
        width: width of the line in points.
        tip: whether it ends in an arrow.
    """
    plain = points[:-1] if tip else points  # the arrow is the last stretch
    if len(plain) > 1:
        ax.plot(*zip(*plain, strict=True), color=color, linewidth=width)
    if tip:
        look = {"arrowstyle": "-|>", "color": color, "linewidth": width}
        look |= {"shrinkA": 0, "shrinkB": 0}
        ax.annotate("", points[-1], points[-2], arrowprops=look)
