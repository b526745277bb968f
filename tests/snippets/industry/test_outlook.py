"""The outlook's arithmetic against SciPy, torch, closed forms and simulation."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats
from torch.utils.flop_counter import FlopCounterMode

from snippets.industry import outlook
from snippets.industry.outlook import PRINTED, REFIT, Fit

GRID = np.arange(0.2, 0.85, 0.05)


def test_training_flop_counts_three_matrix_products_a_weight() -> None:
    tokens, width = 64, 48
    weights = [torch.randn(width, width, requires_grad=True) for _ in range(3)]
    x = torch.randn(tokens, width, requires_grad=True)
    with FlopCounterMode(display=False) as counter:
        y = x
        for w in weights:
            y = y @ w
        y.sum().backward()
    assert outlook.training_flop(3 * width**2, tokens) == counter.get_total_flops()


def test_training_flop_gives_what_the_llama_report_states() -> None:
    assert outlook.training_flop(405e9, 15.6e12) == pytest.approx(3.8e25, rel=0.01)


def test_gpu_hours_is_compute_over_speed() -> None:
    hours = outlook.gpu_hours(3e18, peak=1e15, use=0.5)
    assert hours == pytest.approx(3e18 / 5e14 / 60 / 60)


def test_loss_adds_three_terms() -> None:
    fit = Fit(E=1, A=8, B=27, alpha=0.5, beta=1 / 3)
    assert outlook.loss(fit, 16, 1000) == pytest.approx(1 + 8 / 4 + 27 / 10)


@pytest.mark.parametrize("fit", [PRINTED, REFIT])
@pytest.mark.parametrize("flop", [1e21, 5.76e23])
def test_optimal_is_the_minimum_under_the_budget(fit: Fit, flop: float) -> None:
    n, d = outlook.optimal(fit, flop)
    assert 6 * n * d == pytest.approx(flop)

    def at(log_n: float) -> float:
        size = np.exp(log_n)
        return outlook.loss(fit, size, flop / (6 * size))

    found = optimize.minimize_scalar(
        at, bounds=(np.log(n) - 3, np.log(n) + 4), method="bounded"
    )
    assert np.exp(found.x) == pytest.approx(n, rel=1e-2)
    assert outlook.loss(fit, n, d) <= found.fun + 1e-9


def test_the_constants_are_those_of_the_papers() -> None:
    assert PRINTED == (1.69, 406.4, 410.7, 0.34, 0.28)
    assert REFIT == (1.8172, 482.01, 2085.43, 0.3478, 0.3658)
    n, d = outlook.optimal(REFIT, 5.76e23)
    assert n == pytest.approx(70e9, rel=0.1)  # the refit agrees with Chinchilla
    assert d == pytest.approx(1.4e12, rel=0.1)


@settings(deadline=None, max_examples=30)
@given(n=st.floats(1e9, 1e12), d=st.floats(1e10, 1e14))
def test_tokens_for_inverts_the_loss(n: float, d: float) -> None:
    target = outlook.loss(REFIT, n, d)
    assert outlook.tokens_for(REFIT, target, n) == pytest.approx(d, rel=1e-6)


def test_tokens_for_refuses_a_model_that_is_too_small() -> None:
    fit = Fit(E=1, A=8, B=27, alpha=0.5, beta=1 / 3)
    with pytest.raises(ValueError, match="never reaches"):
        outlook.tokens_for(fit, target=3, parameters=16)  # limit 1 + 8 / 4
    assert outlook.tokens_for(fit, 5.7, 16) == pytest.approx(1000)


def test_lifetime_flop_adds_a_forward_pass_a_served_token() -> None:
    target = outlook.loss(REFIT, 7e10, 1.4e12)
    trained = outlook.lifetime_flop(REFIT, target, 7e10, served=0)
    assert trained == pytest.approx(outlook.training_flop(7e10, 1.4e12))
    more = outlook.lifetime_flop(REFIT, target, 7e10, served=1e12)
    assert more - trained == pytest.approx(2 * 7e10 * 1e12)


@pytest.mark.parametrize("served", [0, 1e13, 1e14])
def test_best_size_is_the_minimum_of_lifetime_compute(served: float) -> None:
    n, d = outlook.optimal(REFIT, 5.76e23)
    target = outlook.loss(REFIT, n, d)
    found = optimize.minimize_scalar(
        lambda x: outlook.lifetime_flop(REFIT, target, np.exp(x), served),
        bounds=(np.log(1.8e10), np.log(3e11)),
        method="bounded",
    )
    best = outlook.best_size(REFIT, target, served)
    assert best == pytest.approx(np.exp(found.x), rel=1e-3)
    if served == 0:  # then it is the optimum of training alone
        assert best == pytest.approx(n, rel=1e-3)


def test_best_size_reaches_close_to_the_smallest_model() -> None:
    fit = Fit(E=1, A=8, B=1e-9, alpha=0.5, beta=0.5)  # data are worth nothing
    assert outlook.best_size(fit, 3, 1e30) == pytest.approx(16 * 1.01)


def test_years_until_agrees_with_growing_year_by_year() -> None:
    tokens, years = 15.6, 0.0
    while tokens < 300:
        tokens *= 4.5 ** (0.5 / 1000)
        years += 1 / 1000
    assert outlook.years_until(300, 15.6, 4.5) == pytest.approx(years, abs=2e-3)


def test_fresh_equivalent_sums_passes_of_fading_worth() -> None:
    value, _ = integrate.quad(lambda r: np.exp(-r / 15.39), 0, 3)
    assert outlook.fresh_equivalent(4) == pytest.approx(1 + value)
    assert outlook.fresh_equivalent(1, decay=2) == 1
    assert outlook.fresh_equivalent(1e9, decay=2) == pytest.approx(3)


@settings(deadline=None, max_examples=40)
@given(n=st.integers(1, 600), share=st.floats(0, 1), rate=st.floats(0.01, 0.6))
def test_chance_is_the_binomial_one(n: int, share: float, rate: float) -> None:
    errors = int(share * n)
    chance = outlook.chance_of_at_most(errors, n, rate)
    assert chance == pytest.approx(stats.binom.cdf(errors, n, rate), rel=1e-6)


def test_certify_tests_from_the_strictest_down_and_stops() -> None:
    confidence = np.array([0.9] * 40 + [0.5] * 40 + [0.1] * 1000)
    wrong = np.array([False] * 40 + [True] * 40 + [False] * 1000)
    grid = np.array([0.1, 0.9, 0.5])  # in any order
    assert stats.binom.cdf(40, 1080, 0.1) < 0.05  # 0.1 would pass, too late
    assert outlook.certify(confidence, wrong, grid, risk=0.1) == 0.9
    assert outlook.certify(confidence[40:], wrong[40:], grid, risk=0.1) is None
    assert outlook.certify(confidence, ~wrong, np.array([0.95]), 0.1) is None


def test_certify_includes_the_boundary_and_has_level_one_in_twenty() -> None:
    grid, right = np.array([0.5]), np.zeros(29, dtype=bool)
    assert outlook.certify(np.full(29, 0.5), right, grid, 0.1) == 0.5  # 0.9^29
    assert outlook.certify(np.full(28, 0.5), right[:28], grid, 0.1) is None
    assert outlook.certify(np.full(28, 0.5), right[:28], grid, 0.1, 0.06) == 0.5


def test_certify_accepts_a_chance_that_equals_delta() -> None:
    grid, right = np.array([0.5]), np.zeros(2, dtype=bool)
    assert outlook.certify(np.full(2, 0.7), right, grid, 0.5, 0.25) == 0.5


def test_certificates_hold_as_often_as_promised() -> None:
    false = 0
    for seed in range(400):
        threshold = outlook.certify(*outlook.simulated(300, seed), GRID, 0.1)
        if threshold is not None:
            risk, _ = integrate.quad(lambda c: 0.8 * (1 - c) ** 2, threshold, 1)
            false += risk / (1 - threshold) > 0.1
    assert stats.binom.sf(false - 1, 400, 0.05) > 1e-3  # no more than 5%


def test_simulated_errors_follow_the_stated_curve() -> None:
    confidence, wrong = outlook.simulated(200_000, seed=1)
    assert stats.kstest(confidence, "uniform").pvalue > 1e-3
    for low in (0.0, 0.3, 0.6, 0.9):
        part = (confidence >= low) & (confidence < low + 0.1)
        middle = 0.8 * (1 - low - 0.05) ** 2
        assert wrong[part].mean() == pytest.approx(middle, abs=0.01)
    again, _ = outlook.simulated(200_000, seed=1)
    np.testing.assert_array_equal(confidence, again)


@settings(deadline=None, max_examples=30)
@given(ratio=st.floats(1.1, 100), exponent=st.floats(0.07, 0.5))
def test_data_needed_undoes_error_left(ratio: float, exponent: float) -> None:
    left = outlook.error_left(ratio, exponent)
    assert 0 < left < 1
    assert outlook.data_needed(left, exponent) == pytest.approx(ratio)


def test_a_square_root_law_needs_four_times_the_data() -> None:
    assert outlook.error_left(4, 0.5) == pytest.approx(0.5)
    assert outlook.data_needed(0.5, 0.5) == pytest.approx(4)


def test_half_width_is_the_normal_interval_of_a_share() -> None:
    low, high = stats.norm.interval(0.95, 0.8, np.sqrt(0.8 * 0.2 / 500))
    assert outlook.half_width(0.8, 500) == pytest.approx((high - low) / 2)
    assert outlook.half_width(0.8, 500, 0.99) > outlook.half_width(0.8, 500)


@pytest.mark.parametrize("power", [0.8, 0.9])
def test_twin_items_reach_the_power(power: float) -> None:
    n = round(outlook.twin_items(0.9, 0.82, power=power))
    rng = np.random.default_rng(0)
    old, fresh = (rng.binomial(n, p, 40_000) / n for p in (0.9, 0.82))
    error = np.sqrt((old * (1 - old) + fresh * (1 - fresh)) / n)
    seen = np.abs(old - fresh) / error > stats.norm.ppf(0.975)
    assert seen.mean() == pytest.approx(power, abs=0.015)


def test_twin_items_default_to_five_percent_and_power_eighty() -> None:
    spelled = outlook.twin_items(0.9, 0.8, level=0.95, power=0.8)
    assert outlook.twin_items(0.9, 0.8) == spelled
    z = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    assert spelled == pytest.approx(z**2 * (0.09 + 0.16) / 0.01)
    strict = outlook.twin_items(0.9, 0.8, level=0.99)
    z = stats.norm.ppf(0.995) + stats.norm.ppf(0.8)
    assert strict == pytest.approx(z**2 * (0.09 + 0.16) / 0.01)
