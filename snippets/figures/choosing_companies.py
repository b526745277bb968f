"""Figure of the page on choosing companies."""

from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure

from snippets.figures import style
from snippets.industry.choosing_companies import (
    Offer,
    break_even_payout,
    option_value,
    present_value,
    yearly_pay,
)

RATE = 0.08
BONUS = Offer(30, bonus_months=4, fund=0.12)
SHARES = Offer(33, months=13, fund=0.05, signing=40, grant=240)
OPTIONS, STRIKE = 20_000, 2
OUTCOMES = ((0.7, 0.0), (0.2, 4.0), (0.1, 20.0))


def two_offers() -> Figure:
    """Draw which assumption turns two offers, and what options may turn out as."""
    figure, axes = style.panels(columns=2, height=3.1)
    left, right = axes[0]
    payout = np.linspace(0, 1, 11)
    left.plot(100 * payout, [_worth(p) for p in payout], label="A: bonus")
    for grant, dashes, label in (
        (SHARES.grant, "-", "B: shares"),
        (SHARES.grant / 2, "--", "B: shares halved"),
    ):
        offer = replace(SHARES, grant=grant)
        worth = present_value(yearly_pay(offer), RATE)
        left.plot([0, 100], [worth, worth], dashes, color=style.ORANGE, label=label)
        meet = break_even_payout(BONUS, offer, RATE)
        left.plot(100 * meet, worth, "o", color=style.INK, markersize=5)
        left.annotate(
            f"{meet:.0%}",
            (100 * meet, worth),
            xytext=(-6, 6),
            textcoords="offset points",
            ha="right",
        )
    left.set_xlabel("share of A's bonus that is paid (%)")
    left.set_title("four years, worth today (thousand)")
    left.legend(loc="lower right", fontsize=8.5)
    gains = [option_value(OPTIONS, STRIKE, [(1, price)]) for _, price in OUTCOMES]
    chances = [100 * chance for chance, _ in OUTCOMES]
    right.bar(np.array(gains) / 1000, chances, width=14, color=style.PURPLE)
    for gain, chance in zip(gains, chances, strict=True):
        right.annotate(f"{chance:.0f}%", (gain / 1000, chance + 1), ha="center")
    mean = option_value(OPTIONS, STRIKE, OUTCOMES) / 1000
    right.plot([mean, mean], [30, 82], "--", color=style.RED)
    right.annotate(f"mean {mean:.0f}", (mean + 8, 45), color=style.RED)
    right.set_ylim(0, 82)
    right.set_xlabel("gain from the options (thousand)")
    right.set_title("chance of each outcome (%)")
    return figure


def _worth(payout: float) -> float:
    return present_value(yearly_pay(replace(BONUS, payout=payout)), RATE)
