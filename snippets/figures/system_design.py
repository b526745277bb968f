"""Figures of the page on system design."""

import numpy as np
from matplotlib.figure import Figure

from snippets import Array
from snippets.figures import diagram, style
from snippets.projects.system_design import alarm_days, ks, ks_limit, psi

ROWS, WINDOW, DAYS, FEATURES, PATIENCE = 5000, 500, 60, 20, 3
START, END, SHIFT = 30, 45, 0.5  # the drift, in days and standard deviations


def _drifting_scores(seed: int = 0) -> tuple[Array, Array]:
    """Return PSI and KS statistic of each day of one drifting feature.

    The mean is constant until day 30, rises until day 45 and stays there.

    >>> indexes, gaps = _drifting_scores()
    >>> alarm_days(gaps > ks_limit(ROWS, WINDOW, 0.05 / FEATURES), PATIENCE)
    [37]
    >>> alarm_days(indexes > 0.1, PATIENCE)
    [40]
    """
    rng = np.random.default_rng(seed)
    reference = rng.standard_normal(ROWS)
    moved = SHIFT * np.clip((np.arange(DAYS) - START) / (END - START), 0, 1)
    windows = [rng.normal(mean, 1, WINDOW) for mean in moved]
    scores = [(psi(reference, day), ks(reference, day)) for day in windows]
    indexes, gaps = np.array(scores).T
    return indexes, gaps


def drift_score() -> Figure:
    """Above: PSI over 60 days. Below: KS statistic with two limits and the alarm."""
    indexes, gaps = _drifting_scores()
    days = np.arange(DAYS)
    strict = ks_limit(ROWS, WINDOW, 0.05 / FEATURES)
    figure, axes = style.panels(rows=2, height=4.6)
    above, below = axes[:, 0]
    above.plot(days, indexes, color=style.BLUE)
    for limit in (0.1, 0.25):
        above.axhline(limit, color=style.MUTED, linestyle="--", linewidth=1)
    above.set_ylabel("PSI")
    above.set_title("ten bins; dashed: 0.1 and 0.25")

    below.plot(days, gaps, color=style.BLUE)
    loose = ks_limit(ROWS, WINDOW, 0.05)
    below.axhline(
        loose, color=style.MUTED, linestyle=":", linewidth=1.3, label=r"$\alpha=0.05$"
    )
    below.axhline(
        strict,
        color=style.MUTED,
        linestyle="--",
        linewidth=1.3,
        label=rf"$\alpha=0.05/{FEATURES}$",
    )
    early = days[(gaps > loose) & (days < START)]
    below.plot(
        early, gaps[early], "v", color=style.ORANGE, label="loose limit, no drift"
    )
    alarm = alarm_days(gaps > strict, PATIENCE)
    label = f"alarm: day {PATIENCE} in a row"
    below.plot(alarm, gaps[alarm], "o", color=style.RED, label=label)
    below.set_xlabel("day")
    below.set_ylabel("KS statistic")
    for ax in (above, below):
        ax.axvspan(START, END, color=style.GREEN, alpha=0.14, linewidth=0)
        ax.set_xlim(0, DAYS - 1)
        ax.set_ylim(0, None)
    figure.legend(loc="outside lower center", ncols=4, fontsize=9)
    return figure


def serving_diagram() -> Figure:
    """Serving of an ad recommender above, its training loop below."""
    figure, axes = style.panels(height=3.9)
    ax = axes[0, 0]
    diagram.canvas(ax, 0, 12, 0, 6.4)
    online = (
        ("request,\nconsent", style.MUTED),
        ("retrieval\n$10^6 \\to 500$", style.BLUE),
        ("ranker\npCTR, pCVR", style.BLUE),
        ("calibration", style.BLUE),
        ("auction, pacing,\nexploration", style.PURPLE),
        ("ad", style.MUTED),
    )
    places = [1.0, 2.95, 5.0, 7.05, 9.2, 11.25]
    widths = [1.5, 1.6, 1.6, 1.6, 1.9, 1.0]
    for (text, color), x, width in zip(online, places, widths, strict=True):
        diagram.box(ax, x, 5.2, text, color, width, 0.95, filled=True, size=8)
    for i in range(5):
        tail, head = places[i] + widths[i] / 2, places[i + 1] - widths[i + 1] / 2
        diagram.wire(ax, (tail, 5.2), (head, 5.2))
    diagram.box(ax, 2.95, 3.3, "ad index", style.GREEN, 1.6, 0.75, size=8)
    diagram.box(ax, 5.0, 3.3, "feature store", style.GREEN, 1.7, 0.75, size=8)
    for x in (2.7, 5.3):
        diagram.wire(ax, (x, 3.675), (x, 4.725))
    offline = (
        ("log: features,\nprice, propensity", 10.6),
        ("join clicks,\nconversions", 8.2),
        ("training", 6.2),
        ("checks,\nshadow, canary", 3.95),
    )
    spans = [2.3, 1.7, 1.4, 2.0]
    for (text, x), width in zip(offline, spans, strict=True):
        diagram.box(ax, x, 1.2, text, style.ORANGE, width, 0.95, filled=True, size=8)
    for i in range(3):
        tail, head = offline[i][1] - spans[i] / 2, offline[i + 1][1] + spans[i + 1] / 2
        diagram.wire(ax, (tail, 1.2), (head, 1.2))
    diagram.wire(ax, (11.25, 4.725), (11.25, 1.675))
    # released models, then joined clicks
    diagram.wire(ax, (3.95, 1.675), (3.95, 4.2), (3.4, 4.2), (3.4, 4.725))
    diagram.wire(ax, (3.95, 4.2), (4.5, 4.2), (4.5, 4.725))
    diagram.wire(ax, (8.2, 1.675), (8.2, 3.3), (5.85, 3.3))
    diagram.wire(ax, (7.05, 3.3), (7.05, 4.725))
    ax.text(0.25, 6.05, "online, within the latency budget", fontsize=9)
    ax.text(0.25, 0.25, "offline, hours to days", fontsize=9)
    return figure
