"""The picture that social networks show beside a link to the handbook."""

import io
from functools import cache

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from snippets.figures import style

PAPER = "#fbf9f4"


@cache
def social_card() -> bytes:
    """Draw the card: 1200 x 630 pixels, PNG."""
    with style.applied():
        figure = Figure(figsize=(12, 6.3), dpi=100, facecolor=PAPER)
        edge = Rectangle((0, 0), 0.03, 1, transform=figure.transFigure)
        edge.set(facecolor=style.BLUE, linewidth=0)
        figure.add_artist(edge)
        put = figure.text
        put(0.09, 0.62, "Deep Learning", size=58, weight="bold")
        put(0.09, 0.46, "Interview Handbook", size=58, weight="bold")
        put(
            0.09,
            0.30,
            "Answers proved by running code, in English and Chinese",
            size=23,
            color=style.MUTED,
        )
        put(
            0.09,
            0.15,
            "theory   projects   coding   industry",
            size=21,
            color=style.BLUE,
        )
        stream = io.BytesIO()
        figure.savefig(stream, format="png", metadata={"Software": None})
    return stream.getvalue()
