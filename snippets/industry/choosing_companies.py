"""What an offer is worth: pay over the years, options, a Chinese bonus."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, isclose


# --8<-- [start:offer]
@dataclass(frozen=True)
class Offer:
    """A written offer; all amounts in one currency, before tax."""

    monthly: float  # base pay a month
    months: float = 12  # months paid for certain: 13 with a 13th month
    bonus_months: float = 0  # bonus they name, in months of base pay
    payout: float = 1  # share of that bonus you expect to see
    fund: float = 0  # employer's share to the housing fund, of base pay
    signing: float = 0  # paid in the first year
    grant: float = 0  # listed shares, at today's price
    vesting: tuple[float, ...] = (0.25, 0.25, 0.25, 0.25)


def yearly_pay(offer: Offer) -> list[float]:
    """Return what each year of the vesting schedule pays.

    >>> sixteen = Offer(30, bonus_months=4, payout=0.6, fund=0.12)
    >>> shares = Offer(33, months=13, fund=0.05, signing=40, grant=240)
    >>> [round(pay) for pay in yearly_pay(sixteen)]
    [475, 475, 475, 475]
    >>> [round(pay) for pay in yearly_pay(shares)]
    [549, 509, 509, 509]
    """
    if not isclose(sum(offer.vesting), 1):
        raise ValueError("vesting must sum to 1")
    months = offer.months + offer.payout * offer.bonus_months + 12 * offer.fund
    pay = [offer.monthly * months + offer.grant * v for v in offer.vesting]
    pay[0] += offer.signing
    return pay


# --8<-- [end:offer]


# --8<-- [start:worth]
def present_value(pay: Sequence[float], rate: float) -> float:
    """Return what yearly payments, each at its year's end, are worth today.

    >>> sixty = Offer(30, bonus_months=4, payout=0.6, fund=0.12)
    >>> whole = Offer(30, bonus_months=4, payout=1, fund=0.12)
    >>> [round(present_value(yearly_pay(a), 0.08)) for a in (sixty, whole)]
    [1574, 1733]
    >>> shares = Offer(33, months=13, fund=0.05, signing=40, grant=240)
    >>> round(present_value(yearly_pay(shares), 0.08))
    1722
    """
    return sum(p / (1 + rate) ** year for year, p in enumerate(pay, start=1))


def break_even_payout(bonus: Offer, other: Offer, rate: float) -> float:
    """Return at which payout of its bonus one offer equals the other.

    >>> sixteen = Offer(30, bonus_months=4, fund=0.12)
    >>> shares = Offer(33, months=13, fund=0.05, signing=40, grant=240)
    >>> round(break_even_payout(sixteen, shares, 0.08), 2)
    0.97
    >>> halved = Offer(33, months=13, fund=0.05, signing=40, grant=120)
    >>> round(break_even_payout(sixteen, halved, 0.08), 2)
    0.72
    """
    none, full, goal = (
        present_value(yearly_pay(offer), rate)
        for offer in (replace(bonus, payout=0), replace(bonus, payout=1), other)
    )
    return (goal - none) / (full - none)  # the value is linear in the payout


# --8<-- [end:worth]


# --8<-- [start:vested]
def vested(grant: float, vesting: Sequence[float], stay: int) -> float:
    """Return the part of a grant that is yours after `stay` full years.

    >>> vested(400, (0.25, 0.25, 0.25, 0.25), stay=2)
    200.0
    >>> vested(400, (0.05, 0.15, 0.4, 0.4), stay=2)
    80.0
    """
    if stay < 0:
        raise ValueError("stay must not be negative")
    return grant * sum(vesting[:stay])


# --8<-- [end:vested]


# --8<-- [start:options]
def option_value(
    options: int,
    strike: float,
    outcomes: Sequence[tuple[float, float]],
    wait: float = 0,
    rate: float = 0,
) -> float:
    """Return the expected gain from options on a start-up's shares.

    Args:
        options: how many, vested.
        strike: price of exercising one.
        outcomes: probability and price a share on the day you can sell,
            after dilution and the investors' preferences.
        wait: years until then.
        rate: yearly discount rate for so uncertain a payment.

    >>> story = [(1.0, 20.0)]
    >>> sober = [(0.7, 0.0), (0.2, 4.0), (0.1, 20.0)]
    >>> round(option_value(20_000, 2, story))
    360000
    >>> round(option_value(20_000, 2, sober))
    44000
    >>> round(option_value(20_000, 2, sober, wait=5, rate=0.15))
    21876
    """
    if not isclose(sum(chance for chance, _ in outcomes), 1):
        raise ValueError("probabilities must sum to 1")
    gain = sum(chance * max(price - strike, 0) for chance, price in outcomes)
    growth: float = (1 + rate) ** wait
    return options * gain / growth


# --8<-- [end:options]


# --8<-- [start:bonus_tax]
# upper end of a twelfth of the bonus, rate, deduction; in yuan
BANDS: tuple[tuple[float, float, float], ...] = (
    (3_000, 0.03, 0),
    (12_000, 0.10, 210),
    (25_000, 0.20, 1_410),
    (35_000, 0.25, 2_660),
    (55_000, 0.30, 4_410),
    (80_000, 0.35, 7_160),
    (inf, 0.45, 15_160),
)


def bonus_tax(bonus: float) -> float:
    """Return China's tax on a year-end bonus that is taxed by itself.

    The rule is for tax residents and holds until the end of 2027. A twelfth
    of the bonus picks the band; its rate then holds for all of it, and its
    deduction is taken once. So the tax jumps between bands.

    >>> bonus_tax(36_000)
    1080.0
    >>> round(bonus_tax(36_001) - bonus_tax(36_000), 2)
    2310.1
    """
    if bonus < 0:
        raise ValueError("bonus must not be negative")
    band = next(band for band in BANDS if bonus / 12 <= band[0])
    return bonus * band[1] - band[2]


# --8<-- [end:bonus_tax]
