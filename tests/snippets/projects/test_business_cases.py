"""Estimates against hand arithmetic, the parts against brute force and simulation."""

import collections
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from snippets.projects import business_cases as cases


def test_pixels_fill_the_width_of_the_photo():
    assert cases.PIXELS * 2 == 3648 * 3  # 20 megapixels, as wide as the chip
    width = cases.pixel_millimeters(10) * cases.PIXELS / 1000
    assert width == pytest.approx(15)  # similar triangles: 13.2 / 8.8 * 10 m
    depth = 10 * 8.8 / 8.8
    assert cases.photos_per_hectare(10) == pytest.approx(10_000 / (width * depth))
    # steps of a half in both directions make four times as many
    half = cases.photos_per_hectare(10, overlap=0.5)
    assert half == pytest.approx(4 * cases.photos_per_hectare(10))


def test_infested_share_recovers_the_truth_in_simulated_fields():
    truth, recall, specificity, photos = 0.08, 0.8, 0.95, 1000
    rng = np.random.default_rng(0)
    infested = rng.random((4000, photos)) < truth
    chance = np.where(infested, recall, 1 - specificity)
    flagged = (rng.random((4000, photos)) < chance).sum(axis=1)
    found = [cases.infested_share(int(k), photos, recall, specificity) for k in flagged]
    shares, errors = np.array(found).T
    assert shares.mean() == pytest.approx(truth, abs=0.001)
    assert errors.mean() == pytest.approx(shares.std(), rel=0.05)


def test_infested_share_stays_a_share():
    assert cases.infested_share(0, 100, 0.8, 0.95) == (0.0, 0.0)
    assert cases.infested_share(3, 100, 0.8, 0.95)[0] == 0  # fewer than 5% false
    assert cases.infested_share(95, 100, 0.8, 0.95)[0] == 1
    share, error = cases.infested_share(30, 100, 1, 1)  # a perfect model
    assert share == pytest.approx(0.3)
    assert error == pytest.approx(stats.binom.std(100, 0.3) / 100)


@pytest.mark.parametrize(("recall", "specificity"), [(0.5, 0.5), (0.3, 0.6)])
def test_infested_share_refuses_a_model_without_information(recall, specificity):
    with pytest.raises(ValueError, match=r"recall \+ specificity must exceed 1"):
        cases.infested_share(10, 100, recall, specificity)


def test_pilot_costs_by_hand():
    # 60 photos: 120 labels of a minute are two hours, 30 talks of a minute half an hour
    hours = cases.label_hours(60, seconds=60, disputed=0.5, talk=60)
    assert hours == pytest.approx(2.5)
    area = cases.break_even_hectares(500, saved=7, running=2)
    assert area * 7 == pytest.approx(500 + area * 2)
    assert cases.break_even_hectares(500, saved=2, running=7) == math.inf
    assert cases.break_even_hectares(500, saved=2, running=2) == math.inf


def test_volume_by_hand():
    assert cases.terabits(1) == 8
    assert cases.terabits(3, seconds=60) == pytest.approx(0.4)
    assert cases.DAY == 24 * 60 * 60
    assert cases.YEAR == 365 * cases.DAY
    # a petabyte a day is 1000 terabytes in 86,400 seconds
    assert cases.petabytes_a_day(cases.terabits(1000, 86_400)) == pytest.approx(1)
    # one zettabyte a year against itself, a billion terabytes in a year
    assert cases.share_of_world(cases.terabits(1e9, cases.YEAR), 1) == pytest.approx(1)
    assert cases.share_of_world(8, 2) == pytest.approx(cases.YEAR / 2e9)


def test_flow_records_by_hand():
    # 8 Gbit/s are a billion bytes a second
    assert cases.per_second(0.008, size=1000) == pytest.approx(1e6)
    assert cases.record_terabytes(10, size=1e9) == pytest.approx(864)
    assert cases.record_terabytes(1e6) == cases.record_terabytes(1e6, size=100)
    assert cases.microseconds(1000, cores=1) == pytest.approx(1000)
    assert cases.microseconds(1000, cores=8) == pytest.approx(8000)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2000), st.integers(1, 500))
def test_seen_is_one_minus_the_binomial_at_zero(packets, one_in):
    want = stats.binom.sf(0, packets, 1 / one_in)
    assert cases.seen(packets, one_in) == pytest.approx(want, abs=1e-9)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 5)), max_size=200))
def test_count_min_never_counts_too_little(stream):
    sketch, exact = cases.CountMin(0.2, 0.05), collections.Counter()
    for key, count in stream:
        sketch.add(key, count)
        exact[key] += count
    assert all(sketch.count(key) >= exact[key] for key in range(61))
    for row in sketch.rows:
        assert sum(row) == exact.total()


def test_count_min_keeps_its_promise():
    epsilon, delta, keys = 0.01, 0.05, 2000
    sketch, exact = cases.CountMin(epsilon, delta, seed=3), collections.Counter()
    for key in np.random.default_rng(0).zipf(1.3, 20_000) % keys:
        sketch.add(int(key))
        exact[int(key)] += 1
    over = [sketch.count(key) - exact[key] for key in range(keys)]
    assert min(over) >= 0
    assert np.mean(np.array(over) > epsilon * exact.total()) <= delta
    assert (sketch.width, sketch.depth) == (272, 3)  # e / 0.01, ln 20


def test_count_min_counts_one_without_saying_so_and_hashes_by_seed():
    sketch = cases.CountMin(0.01, 0.05)
    sketch.add(5)
    sketch.add(5, 2)
    assert sketch.count(5) == 3
    assert sum(map(sum, sketch.rows)) == 3 * sketch.depth
    assert sketch.hashes == cases.CountMin(0.01, 0.05, seed=0).hashes
    assert sketch.hashes != cases.CountMin(0.01, 0.05, seed=1).hashes
    assert len(set(sketch.hashes)) == sketch.depth
    assert all(0 < a < 2**61 - 1 and 0 <= b < 2**61 - 1 for a, b in sketch.hashes)
    (a, b), *_ = sketch.hashes
    assert sketch.places(7)[0] == (a * 7 + b) % (2**61 - 1) % sketch.width


def test_alarms_are_bayes_rule():
    true, false, precision = cases.alarms(1000, attacks=100, recall=0.5, rate=0.1)
    assert (true, false) == (50, pytest.approx(90))
    prior = 0.1
    posterior = 0.5 * prior / (0.5 * prior + 0.1 * (1 - prior))
    assert precision == pytest.approx(posterior)


@settings(deadline=None, max_examples=50)
@given(st.floats(100, 1e8), st.floats(0, 50), st.floats(0.01, 1), st.floats(51, 500))
def test_rate_allowed_fills_the_day_of_the_readers(events, attacks, recall, read):
    rate = cases.rate_allowed(events, attacks, recall, read)
    true, false, _ = cases.alarms(events, attacks, recall, rate)
    assert true + false == pytest.approx(read)


@pytest.mark.parametrize("clean", [1, 50, 10_000])
def test_provable_rate_is_the_limit_of_clopper_and_pearson(clean):
    limit = stats.beta.ppf(0.95, 1, clean)
    assert cases.provable_rate(clean) == pytest.approx(limit)


@settings(deadline=None, max_examples=50)
@given(*[st.floats(0.1, 50)] * 3, st.floats(0, 1))
def test_review_band_takes_the_cheapest_decision(miss, block, review, p):
    low, high = cases.review_band(miss, block, review)
    assert 0 <= low <= high <= 1
    best = min(p * miss, (1 - p) * block, review)
    got = cases.mean_cost(np.array([p]), low, high, (miss, block, review))
    at_edge = min(abs(p - low), abs(p - high)) < 1e-9
    assert got == pytest.approx(best) or at_edge


def test_no_other_band_is_cheaper():
    p, costs = cases.scores(2000), (20.0, 10.0, 1.0)
    best = cases.mean_cost(p, *cases.review_band(*costs), costs)
    grid = np.linspace(0, 1, 41)
    others = [
        cases.mean_cost(p, low, high, costs)
        for low, high in itertools.combinations_with_replacement(grid, 2)
    ]
    assert best <= min(others) + 1e-12
    assert min(others) == pytest.approx(best, rel=0.02)


def test_review_band_without_room_for_a_person():
    assert cases.review_band(2, 2) == (0.5, 0.5)  # exactly no gain from a look
    low, high = cases.review_band(3, 1, review=5)
    assert low == high == pytest.approx(0.25)
    assert cases.review_band(20, 10) == cases.review_band(20, 10, 1)


def test_mean_cost_reviews_the_borders():
    p = np.array([0.1, 0.2, 0.5, 0.8, 0.9])
    got = cases.mean_cost(p, 0.2, 0.8, (10, 100, 7))
    assert got == pytest.approx((10 * 0.1 + 7 + 7 + 7 + 100 * 0.1) / 5)


def test_scores_are_probabilities_of_the_size_that_was_asked_for():
    p = cases.scores(500, seed=4)
    assert p.shape == (500,)
    assert np.all((p >= 0) & (p <= 1))
    np.testing.assert_array_equal(cases.scores(50), cases.scores(50, seed=0))
    assert not np.array_equal(cases.scores(50), cases.scores(50, seed=1))
    assert len(cases.scores()) == 200_000


def test_reviewers_by_hand():
    # 7200 images of half a minute are 60 hours
    assert cases.reviewers(72_000, share=0.1, seconds=30, hours=6) == 10
    assert cases.reviewers(72_010, share=0.1, seconds=30, hours=6) == 11


def test_servers_keep_two_fifths_free_at_the_peak():
    # 86,400 images a day are one a second, three at the peak
    assert cases.servers(86_400, measured=5) == 1
    assert cases.servers(86_400, measured=4.9) == 2


@pytest.mark.parametrize("peak", [150.0, 210.0, 300.0])
def test_drain_hours_by_walking_through_the_minutes(peak):
    hours, normal, capacity = 2, 60.0, 200.0
    queue, minutes = 0.0, 0
    while minutes < hours * 60 or queue > 1e-6:
        rate = peak if minutes < hours * 60 else normal
        queue = max(0.0, queue + 60 * (rate - capacity))
        minutes += 1
    got = cases.drain_hours(peak, hours, normal, capacity)
    assert hours + got == pytest.approx(minutes / 60, abs=1 / 60)


def test_drain_hours_at_the_limits():
    assert cases.drain_hours(200, hours=5, normal=250, capacity=200) == 0
    assert cases.drain_hours(201, hours=1, normal=199, capacity=200) == 1
    assert cases.drain_hours(201, hours=1, normal=201, capacity=200) == math.inf
    assert cases.drain_hours(201, hours=1, normal=200, capacity=200) == math.inf
