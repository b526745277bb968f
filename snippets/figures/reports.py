"""The figure of the page that compares the interview reports."""

from collections import Counter
from pathlib import Path
from typing import Any

import yaml
from matplotlib.figure import Figure

from snippets.figures import style

DATA = Path(__file__).parents[2] / "docs/sources.yml"
COLORS = {
    "theory": style.BLUE,
    "projects": style.ORANGE,
    "coding": style.GREEN,
    "industry": style.PURPLE,
}


def _counts(data: dict[str, Any]) -> dict[str, Counter[str]]:
    """Return how many questions of each pillar each interview's report names."""
    pillar = {
        question["id"]: name
        for name, pages in data["questions"].items()
        for questions in pages.values()
        for question in questions
    }
    return {
        told["id"]: Counter(pillar[ident] for ident in told["asked"])
        for source in data["sources"].values()
        for told in source["interviews"]
    }


def questions_by_pillar() -> Figure:
    """Draw the questions of each report as a bar, split by pillar."""
    counts = _counts(yaml.safe_load(DATA.read_text(encoding="utf-8")))
    figure, axes = style.panels(columns=1, height=0.6 + 0.34 * len(counts))
    ax, start = axes[0, 0], dict.fromkeys(counts, 0)
    for name, color in COLORS.items():
        widths = [counts[report][name] for report in counts]
        ax.barh(
            range(len(counts)),
            widths,
            0.6,
            list(start.values()),
            color=color,
            label=name,
        )
        start = {report: start[report] + counts[report][name] for report in counts}
    ax.set_yticks(range(len(counts)), list(counts))
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set_xlabel("questions that the report names")
    ax.legend(loc="center right")
    return figure
