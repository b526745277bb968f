"""Tests of the arithmetic behind the comparison of offers."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from snippets.industry.choosing_companies import (
    BANDS,
    Offer,
    bonus_tax,
    break_even_payout,
    option_value,
    present_value,
    vested,
    yearly_pay,
)


def test_each_part_of_an_offer_is_paid_when_it_should_be() -> None:
    offer = Offer(
        10, months=13, bonus_months=3, payout=0.5, fund=0.1, signing=7, grant=100
    )
    salary = sum([10] * 13)
    bonus = 0.5 * sum([10] * 3)
    fund = sum([0.1 * 10] * 12)
    assert yearly_pay(offer) == pytest.approx(
        [salary + bonus + fund + 25 + first for first in (7, 0, 0, 0)]
    )


def test_an_offer_of_base_pay_alone_is_twelve_months_for_four_years() -> None:
    assert yearly_pay(Offer(5)) == [60, 60, 60, 60]
    assert yearly_pay(Offer(5, bonus_months=2)) == [70, 70, 70, 70]


def test_shares_arrive_by_the_vesting_schedule() -> None:
    offer = Offer(0, grant=200, vesting=(0.05, 0.15, 0.4, 0.4))
    assert yearly_pay(offer) == pytest.approx([10, 30, 80, 80])
    assert sum(yearly_pay(offer)) == pytest.approx(200)


@pytest.mark.parametrize("vesting", [(0.5, 0.4), (0.5, 0.6), ()])
def test_a_schedule_vests_the_whole_grant(vesting: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"^vesting must sum to 1$"):
        yearly_pay(Offer(1, vesting=vesting))


@settings(deadline=None, max_examples=30)
@given(
    pay=st.floats(1, 1000),
    rate=st.floats(0.01, 0.5),
    years=st.integers(1, 10),
)
def test_level_pay_is_an_annuity(pay: float, rate: float, years: int) -> None:
    annuity = pay * (1 - (1 + rate) ** -years) / rate
    assert present_value([pay] * years, rate) == pytest.approx(annuity)


def test_a_bank_account_can_pay_out_exactly_the_present_value() -> None:
    pay = [120.0, 80.0, 300.0]
    account = present_value(pay, 0.06)
    for amount in pay:
        account = account * 1.06 - amount
    assert account == pytest.approx(0, abs=1e-9)


def test_without_discounting_a_present_value_is_the_sum() -> None:
    assert present_value([1, 2, 3], 0) == 6
    assert present_value([], 0.1) == 0


@pytest.mark.parametrize("grant", [120, 240])
def test_the_payout_that_makes_both_offers_equal_is_a_root(grant: float) -> None:
    shares = Offer(33, months=13, fund=0.05, signing=40, grant=grant)

    def gap(payout: float) -> float:
        bonus = Offer(30, bonus_months=4, payout=payout, fund=0.12)
        return present_value(yearly_pay(bonus), 0.08) - present_value(
            yearly_pay(shares), 0.08
        )

    bonus = Offer(30, bonus_months=4, payout=0.3, fund=0.12)
    root = brentq(gap, 0, 1)
    assert break_even_payout(bonus, shares, 0.08) == pytest.approx(root)


def test_a_bonus_may_be_too_small_to_catch_up() -> None:
    bonus = Offer(10, bonus_months=1)
    assert break_even_payout(bonus, Offer(20), 0) == pytest.approx(12)


@given(stay=st.integers(0, 6))
def test_what_has_vested_is_a_running_sum(stay: int) -> None:
    vesting = (0.05, 0.15, 0.4, 0.4)
    steps = np.concatenate([[0], np.cumsum(vesting), [1, 1]])
    assert vested(400, vesting, stay) == pytest.approx(400 * steps[stay])


def test_nobody_leaves_before_the_start() -> None:
    assert vested(400, (0.5, 0.5), stay=0) == 0
    with pytest.raises(ValueError, match=r"^stay must not be negative$"):
        vested(400, (0.5, 0.5), stay=-1)


def test_expected_gain_agrees_with_many_simulated_exits() -> None:
    chances, prices = [0.5, 0.3, 0.2], [1.0, 3.0, 9.0]
    drawn = np.random.default_rng(0).choice(prices, size=200_000, p=chances)
    simulated = 100 * np.maximum(drawn - 2.5, 0).mean()
    outcomes = list(zip(chances, prices, strict=True))
    assert option_value(100, 2.5, outcomes) == pytest.approx(simulated, rel=0.01)


def test_options_are_never_exercised_at_a_loss() -> None:
    assert option_value(1000, 5, [(1, 4.99)]) == 0
    assert option_value(1000, 5, [(1, 5.5)]) == pytest.approx(500)


def test_waiting_costs_what_a_present_value_says() -> None:
    sure = [(1.0, 3.0)]
    now = option_value(10, 1, sure)
    assert option_value(10, 1, sure, wait=3, rate=0.2) == pytest.approx(
        present_value([0, 0, now], 0.2)
    )
    assert option_value(10, 1, sure, rate=0.2) == now
    assert option_value(10, 1, sure, wait=3) == now


@pytest.mark.parametrize("outcomes", [[], [(0.5, 1.0)], [(0.6, 1.0), (0.6, 2.0)]])
def test_probabilities_cover_every_outcome(outcomes: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match=r"^probabilities must sum to 1$"):
        option_value(1, 1, outcomes)


def test_deductions_make_the_monthly_tax_continuous() -> None:
    """The table is the monthly income tax's: there a band starts without a jump."""
    assert BANDS[0][2] == 0
    for (end, rate, taken), (_, higher, more) in pairwise(BANDS):
        assert more - taken == pytest.approx(end * (higher - rate))


def test_the_bands_and_rates_are_those_of_the_income_tax_law() -> None:
    yearly = [36_000, 144_000, 300_000, 420_000, 660_000, 960_000]
    assert [12 * end for end, _, _ in BANDS[:-1]] == yearly
    assert [Fraction(str(rate)) * 100 for _, rate, _ in BANDS] == [
        *(3, 10, 20, 25, 30, 35, 45)
    ]


@pytest.mark.parametrize(
    ("bonus", "tax"),
    [
        (0, 0),
        (12_000, 12_000 * 0.03),
        (36_000, 36_000 * 0.03),
        (36_001, 36_001 * 0.10 - 210),
        (144_000, 144_000 * 0.10 - 210),
        (2_000_000, 2_000_000 * 0.45 - 15_160),
    ],
)
def test_one_rate_holds_for_the_whole_bonus(bonus: float, tax: float) -> None:
    assert bonus_tax(bonus) == pytest.approx(tax)


@given(cents=st.integers(0, 150_000_000))
def test_the_tax_is_that_of_twelve_months_but_for_eleven_deductions(cents: int) -> None:
    """Twelve monthly taxes, band by band, deduct twelve times; this tax once."""
    starts = [0, 3_000, 12_000, 25_000, 35_000, 55_000, 80_000]
    percents = [0, 3, 10, 20, 25, 30, 35, 45]
    month = Fraction(cents, 1200)
    passed = [
        (start, Fraction(higher - lower, 100))
        for start, (lower, higher) in zip(starts, pairwise(percents), strict=True)
        if month > start or start == 0
    ]
    monthly = sum(step * (month - start) for start, step in passed)
    deduction = sum(step * start for start, step in passed)
    assert bonus_tax(cents / 100) == pytest.approx(
        float(12 * monthly + 11 * deduction), abs=1e-6
    )


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (36_000, 38_566.67),
        (144_000, 160_500),
        (300_000, 318_333.33),
        (420_000, 447_500),
        (660_000, 706_538.46),
        (960_000, 1_120_000),
    ],
)
def test_the_published_gaps_leave_no_more_than_their_start(
    start: float, end: float
) -> None:
    kept = start - bonus_tax(start)
    assert end - bonus_tax(end) == pytest.approx(kept, abs=0.01)
    for bonus in np.linspace(start + 0.01, end - 1, 20):
        assert bonus - bonus_tax(bonus) < kept


def test_a_bonus_is_not_negative() -> None:
    with pytest.raises(ValueError, match=r"^bonus must not be negative$"):
        bonus_tax(-1)
