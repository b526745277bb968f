"""Figures of the case studies from business."""

import itertools

import numpy as np
from matplotlib.figure import Figure

from snippets.figures import diagram, style
from snippets.projects.business_cases import alarms, rate_allowed

ATTACKS, RECALL, READ = 10, 0.9, 120  # a day; READ: alarms that people can read
UNITS = (("host-hours", 4.8e6, style.ORANGE), ("host-days", 2e5, style.BLUE))


def field_loop() -> Figure:
    """From drone map to treatment above, from outcome to the next model below."""
    figure, axes = style.panels(height=3.3)
    ax = axes[0, 0]
    diagram.canvas(ax, 0, 12, 0, 5.2)
    steps = (
        ("drone at 30 m:\nyellow patches", style.BLUE),
        ("route: patches and\nrandom points", style.MUTED),
        ("phone at 1 m:\npests, symptoms", style.BLUE),
        ("share of plants,\nwith interval", style.PURPLE),
        ("above the threshold?\ntreat or wait", style.GREEN),
    )
    places, width = (1.2, 3.55, 5.9, 8.25, 10.75), 1.95
    for (text, color), x in zip(steps, places, strict=True):
        size = width + 0.35 * (x == places[-1])
        diagram.box(ax, x, 3.9, text, color, size, 1.1, filled=True, size=8)
    for left, right in itertools.pairwise(places):
        head = right - width / 2 - 0.175 * (right == places[-1])
        diagram.wire(ax, (left + width / 2, 3.9), (head, 3.9))
    below = (
        ("outcome: untreated\nstrips, harvest", 10.3, 2.6),
        ("two agronomists label,\nlaboratory checks", 6.9, 2.7),
        ("retrain, test on the\nnext season", 3.55, 2.3),
    )
    for text, x, span in below:
        diagram.box(ax, x, 1.3, text, style.ORANGE, span, 1.1, filled=True, size=8)
    diagram.wire(ax, (10.75, 3.35), (10.75, 1.85))
    diagram.wire(ax, (9.0, 1.3), (8.25, 1.3))
    diagram.wire(ax, (5.55, 1.3), (4.7, 1.3))
    diagram.wire(ax, (5.9, 3.35), (5.9, 1.85))
    diagram.wire(ax, (3.0, 1.85), (3.0, 2.6), (1.2, 2.6), (1.2, 3.35))
    diagram.wire(ax, (3.0, 2.6), (5.3, 2.6), (5.3, 3.35))
    ax.text(0.2, 4.85, "hours to days", fontsize=9)
    ax.text(0.2, 0.35, "weeks to a season", fontsize=9)
    return figure


def alarm_load() -> Figure:
    """False alarms a day and precision against the false-positive rate."""
    rates = np.logspace(-6, -2, 41)
    figure, axes = style.panels(columns=2, height=3.3)
    load, precision = axes[0]
    for label, events, color in UNITS:
        found = np.array([alarms(events, ATTACKS, RECALL, rate) for rate in rates])
        load.plot(rates, found[:, 1], color=color, label=label)
        precision.plot(rates, found[:, 2], color=color)
        limit = rate_allowed(events, ATTACKS, RECALL, READ)
        _, false, share = alarms(events, ATTACKS, RECALL, limit)
        load.plot([limit], [false], "o", color=color)
        precision.plot([limit], [share], "o", color=color)
    load.axhline(READ, color=style.MUTED, linestyle="--", linewidth=1.2)
    load.text(1.2e-6, READ * 1.7, f"{READ} can be read", fontsize=9)
    load.set(yscale="log", title="false alarms a day")
    precision.set(ylim=(0, 1), title="share of alarms that are attacks")
    for ax in (load, precision):
        ax.set(xscale="log", xlabel="false-positive rate", xlim=(1e-6, 1e-2))
    figure.legend(loc="outside lower center", ncols=2, fontsize=9)
    return figure


def review_pipeline() -> Figure:
    """An uploaded image on its way to one of three decisions, and the labels back."""
    figure, axes = style.panels(height=3.9)
    ax = axes[0, 0]
    diagram.canvas(ax, 0.2, 12, 0.1, 5.9)
    row = (
        ("upload,\nqueue", 0.95, 1.3, style.MUTED),
        ("size, format,\nhash", 2.95, 1.7, style.GREEN),
        ("one backbone,\nsix heads, OCR", 5.3, 2.0, style.BLUE),
        ("calibrate,\ncost band", 7.6, 1.6, style.PURPLE),
    )
    for text, x, width, color in row:
        diagram.box(ax, x, 3.6, text, color, width, 1.0, filled=True, size=8)
    for left, right in itertools.pairwise(row):
        tail, head = left[1] + left[2] / 2, right[1] - right[2] / 2
        diagram.wire(ax, (tail, 3.6), (head, 3.6))
    ends = (
        ("publish,\nor offer a repair", 5.3, style.GREEN),
        ("a person looks", 3.6, style.ORANGE),
        ("block, with reason\nand appeal", 1.9, style.RED),
    )
    for text, y, color in ends:
        diagram.box(ax, 10.7, y, text, color, 2.2, 0.95, filled=True, size=8)
    diagram.wire(ax, (8.4, 3.6), (8.75, 3.6), tip=False)
    signs = (r"$p<t_-$", "else", r"$p>t_+$")
    for (_, y, _), sign in zip(ends, signs, strict=True):
        diagram.wire(ax, (8.75, 3.6), (8.75, y), (9.6, y))
        ax.text(8.85, y + 0.12, sign, fontsize=8)
    diagram.box(ax, 5.3, 0.8, "labels", style.MUTED, 1.6, 0.7, size=8)
    diagram.wire(ax, (11.8, 3.6), (11.95, 3.6), (11.95, 0.9), (6.1, 0.9))
    diagram.wire(ax, (10.7, 1.425), (10.7, 0.65), (6.1, 0.65))
    diagram.wire(ax, (11.8, 5.3), (11.95, 5.3), (11.95, 3.6), tip=False)
    diagram.wire(ax, (5.3, 1.15), (5.3, 3.1))
    ax.text(6.35, 1.1, "reviews, random audits", fontsize=8)
    ax.text(6.35, 0.28, "appeals, random audits", fontsize=8)
    return figure
