"""The light-switch assignment against SciPy, closed forms and brute force."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from scipy.signal import lfilter
from scipy.stats import bootstrap, median_abs_deviation, norm

from snippets.coding.take_home.light_switch import detect, evaluate, simulate
from snippets.coding.take_home.light_switch.detect import Change
from snippets.coding.take_home.light_switch.simulate import Event

FEW = settings(deadline=None, max_examples=50)
seconds = st.lists(st.integers(0, 120), max_size=12, unique=True).map(sorted)


def household(noise=0.0, wander=0.0, seeds=range(30), **kwargs):
    return [simulate.simulate(seed, noise, wander, **kwargs) for seed in seeds]


# The simulator


def test_without_noise_the_readings_are_what_the_events_add_up_to():
    surges = {device.name: device.surge for device in simulate.HOUSEHOLD}
    for power, events in household():
        expected = np.full(simulate.SECONDS, simulate.STANDBY)
        for second, device, watts in events:
            expected[second:] += watts
            expected[second] += surges[device] * (watts > 0)
        np.testing.assert_allclose(power, expected)
        assert power.shape == (10800,)


def test_devices_switch_in_turn_and_stay_at_least_half_a_minute():
    times = {device.name: ([], []) for device in simulate.HOUSEHOLD}
    watts = {device.name: [] for device in simulate.HOUSEHOLD}
    shortest = {device.name: 1e9 for device in simulate.HOUSEHOLD}
    for _, events in household(seeds=range(40), seconds=60_000):
        assert events == sorted(events)
        for device in simulate.HOUSEHOLD:
            own = [event for event in events if event.device == device.name]
            for on, off in itertools.pairwise(own):
                assert np.sign(on.watts) == -np.sign(off.watts)
                assert off.second - on.second >= 29  # each is rounded
                times[device.name][int(on.watts < 0)].append(off.second - on.second)
                shortest[device.name] = min(
                    shortest[device.name], off.second - on.second
                )
                if on.watts > 0:
                    assert off.watts == -on.watts
                    watts[device.name].append(on.watts)
            assert own[0].watts > 0
            assert own[0].second >= 29
            assert own[-1].second < 60_000
            assert own[-1].watts < 0
    for name, nominal, on, off, _ in simulate.HOUSEHOLD:
        drawn = np.array(watts[name])
        assert abs(drawn.mean() / nominal - 1) < 4 * 0.03 / np.sqrt(len(drawn))
        assert 0.026 < drawn.std() / nominal < 0.034
        # an evening cuts off long stays, so a little is lacking
        assert np.mean(times[name][0]) == pytest.approx(on, rel=0.1)
        assert np.mean(times[name][1]) == pytest.approx(off, rel=0.1)
        assert shortest[name] < 45


def test_the_first_session_is_half_a_minute_and_an_exponential_time_each():
    for seed in range(5):
        rng = np.random.default_rng(seed)
        on = 30 + (600 - 30) * rng.standard_exponential()
        off = on + 30 + (480 - 30) * rng.standard_exponential()
        watts = 60 + 0.03 * 60 * rng.standard_normal()
        (_, events), *_ = household(seeds=[seed])
        first, second = [e for e in events if e.device == "kitchen light"][:2]
        assert (first.second, second.second) == (round(on), round(off))
        assert (first.watts, -second.watts) == pytest.approx((watts, watts))


def test_the_household_is_the_one_of_the_brief():
    table = {device.name: device[1:] for device in simulate.HOUSEHOLD}
    assert table == {
        "kitchen light": (60, 480, 600, 0),
        "hall light": (40, 180, 900, 0),
        "fridge": (90, 900, 1500, 300),
        "kettle": (2000, 150, 2400, 0),
    }
    assert simulate.STANDBY == 80
    lamp = simulate.HOUSEHOLD[0]
    assert (lamp.name, lamp.watts) == (simulate.LIGHT, detect.WATTS)
    low, high = detect.BAND
    assert low == (60 + 40) / 2
    assert high == (60 + 90) / 2


def test_noise_and_wander_have_the_asked_size_and_leave_the_switches_alone():
    quiet = household(seeds=range(5))
    for parts in ((7.0, 0.0), (0.0, 11.0), (3.0, 4.0)):
        for (clean, same), (power, events) in zip(
            quiet, household(*parts, seeds=range(5)), strict=True
        ):
            assert events == same
            assert (power - clean).std() == pytest.approx(math.hypot(*parts), rel=0.25)
    default = simulate.simulate(0, 0.0)[0] - quiet[0][0]
    np.testing.assert_allclose(default * 2, household(0, 6.0, [0])[0][0] - quiet[0][0])


def test_an_evening_ends_before_a_switch_that_would_fall_on_its_end():
    (_, events), *_ = household(seeds=[0])
    last = max(e.second for e in events)
    device = next(e.device for e in events if e.second == last)
    assert max(e.second for e in household(seeds=[0], seconds=last + 1)[0][1]) == last
    shorter = household(seeds=[0], seconds=last)[0][1]
    assert all(e.second < last for e in shorter)
    assert sum(e.device == device for e in shorter) < sum(
        e.device == device for e in events
    )


@pytest.mark.parametrize("tau", [5.0, 60.0])
def test_drift_is_the_recursion_that_scipy_filters(tau):
    shocks = np.random.default_rng(3).normal(size=500)
    keep = np.exp(-1 / tau)
    scaled = shocks * np.where(np.arange(500) > 0, np.sqrt(1 - keep**2), 1)
    expected = lfilter([1], [1, -keep], scaled)
    found = simulate.drift(np.random.default_rng(3), 500, tau)
    np.testing.assert_allclose(found, expected)
    if tau == 60:
        again = simulate.drift(np.random.default_rng(3), 500)
        np.testing.assert_array_equal(found, again)


def test_drift_has_variance_one_from_its_first_value_on():
    rng = np.random.default_rng(0)
    runs = np.array([simulate.drift(rng, 40, tau=20) for _ in range(4000)])
    np.testing.assert_allclose(runs.var(axis=0), 1, atol=0.12)
    assert np.corrcoef(runs[:, 0], runs[:, 20])[0, 1] == pytest.approx(
        np.exp(-1), abs=0.06
    )


# The detectors


@pytest.mark.parametrize(
    ("fall", "alarm"), [(50, 1), (75, 1), (49.9, 0), (75.1, 0), (-60, 0)]
)
def test_the_band_includes_its_edges_and_only_falls(fall, alarm):
    power = np.array([200.0, 200, 200 - fall, 200 - fall])
    assert detect.light_off(power) == [2] * alarm
    assert detect.light_off(power, lambda _: [Change(7, -fall)]) == [7] * alarm


@pytest.mark.parametrize(
    "power",
    [
        np.array([1.0, np.nan]),
        np.array([np.inf, 1.0]),
        np.ones((4, 2)),
        np.array([]),
        np.array([80.0]),
    ],
)
def test_gaps_and_several_or_empty_series_are_refused(power):
    for detector in detect.DETECTORS.values():
        with pytest.raises(ValueError, match="^power must be one series without gaps$"):
            detect.light_off(power, detector)


def test_two_readings_are_the_shortest_series():
    assert detect.light_off(np.array([140.0, 80.0])) == [1]


@FEW
@given(st.lists(st.integers(0, 500), min_size=2, max_size=20))
def test_differences_are_the_changes_that_rebuild_the_series(readings):
    changes = detect.differences(np.array(readings, dtype=float))
    assert [c.second for c in changes] == list(range(1, len(readings)))
    level = readings[0]
    for second, watts in changes:
        level += watts
        assert level == readings[second]


@pytest.mark.parametrize("spread", [0.5, 5.0, 28.3, 100.0])
@pytest.mark.parametrize("watts", [0.0, 40.0, 60.0, 90.0])
def test_pass_rate_is_the_normal_probability_of_the_band(watts, spread):
    expected = np.diff(norm.cdf([50, 75], loc=watts, scale=spread))[0]
    assert detect.pass_rate(watts, spread) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("noise", [0.0, 0.5, 4.0, 7.0, 10.0, 18.0, 19.3, 19.4, 50.0])
def test_width_is_the_smallest_with_two_deviations_to_the_nearer_edge(noise):
    enough = [w for w in range(1, 31) if 2 * noise * math.sqrt(2 / w) <= 10 + 1e-9]
    assert detect.width_for(noise) == (enough[0] if enough else 30)


def test_width_takes_the_nearer_edge_of_the_band(monkeypatch):
    monkeypatch.setattr(detect, "BAND", (40.0, 70.0))
    assert detect.width_for(10) == 8
    monkeypatch.setattr(detect, "BAND", (40.0, 80.0))
    assert detect.width_for(10) == 2


def test_noise_level_is_the_deviation_of_white_noise_whatever_is_switched():
    rng = np.random.default_rng(0)
    power = 12 * rng.normal(size=20_000)
    assert detect.noise_level(power) == pytest.approx(12, rel=0.03)
    power[5000:] += 2000
    power[9000] += 300
    assert detect.noise_level(power) == pytest.approx(12, rel=0.03)
    steps = np.diff(power)
    scale = median_abs_deviation(steps, center=lambda *_, **__: 0, scale="normal")
    assert detect.noise_level(power) == pytest.approx(scale / 2**0.5, rel=1e-4)


@pytest.mark.parametrize("width", [1, 2, 5, 9])
def test_step_filter_is_the_brute_force_over_all_seconds(width):
    rng = np.random.default_rng(width)
    power = np.repeat([80.0, 140, 100, 190, 80], 25) + 5 * rng.normal(size=125)
    places = range(width, 126 - width)
    step = {
        t: power[t : t + width].mean() - power[t - width : t].mean() for t in places
    }
    expected = [
        (t, size)
        for t, size in step.items()
        if all(
            abs(size) >= abs(step.get(s, 0.0)) for s in range(t - width, t + width + 1)
        )
    ]
    found = detect.step_filter(power, width)
    assert [c.second for c in found] == [t for t, _ in expected]
    np.testing.assert_allclose([c.watts for c in found], [s for _, s in expected])


def test_step_filter_takes_the_width_that_the_noise_demands():
    power, _ = simulate.simulate(0, 10.0)
    width = detect.width_for(detect.noise_level(power))
    assert 6 <= width <= 12
    assert detect.step_filter(power) == detect.step_filter(power, width)
    assert detect.step_filter(power) != detect.step_filter(power, width + 1)


def test_step_filter_needs_two_means_and_finds_nothing_in_a_constant():
    message = "^9 readings are too few for width 5$"
    with pytest.raises(ValueError, match=message):
        detect.step_filter(np.ones(9), 5)
    assert detect.step_filter(np.ones(10), 5) == []
    two = np.repeat([0.0, 0.3], 5)
    assert [c.second for c in detect.step_filter(two, 5)] == [5]
    assert detect.step_filter(two, 5)[0].watts == pytest.approx(0.3)
    assert detect.step_filter(two * 1e-3, 5)[0].watts == pytest.approx(3e-4)


def reference_cusum(power, threshold=10.0, step=40.0, settle=20):
    """Page's test as the maximum over all starts of the log-likelihood ratio."""
    deviation = max(detect.noise_level(power), 1e-3)
    changes, begin = [], settle
    level, weight = np.mean(power[:settle]), settle
    levels = []  # the level that was believed at each reading since `begin`
    t = begin
    while t < len(power):
        levels.append(level)
        best = {}
        for sign in (1, -1):
            seen, at = power[begin : t + 1], np.array(levels)
            terms = norm.logpdf(seen, at + sign * step, deviation)
            terms = terms - norm.logpdf(seen, at, deviation)
            tails = np.cumsum(terms[::-1])[::-1]
            best[sign] = max((tail, -i) for i, tail in enumerate(tails))
        tail, place = max(best.values())
        if tail > threshold:
            start = begin - place
            new = np.mean(power[start : start + settle])
            changes.append((start, new - level))
            level, weight, begin = new, settle, start + settle
            levels, t = [], begin
        else:
            weight = min(weight + 1, 60)
            level = level + (power[t] - level) / weight
            t += 1
    return changes


@pytest.mark.parametrize(
    ("noise", "settings"),
    [
        (4.0, {}),
        (18.0, {}),
        (18.0, {"threshold": 4.0, "step": 30.0, "settle": 12}),
        (25.0, {"threshold": 2.0}),
    ],
)
def test_cusum_is_the_largest_log_likelihood_ratio_over_all_starts(noise, settings):
    rng = np.random.default_rng(1)
    clean = np.repeat([80.0, 140, 100, 190, 80, 2080, 80], 70)
    power = clean + noise * rng.normal(size=len(clean))
    found = detect.cusum(power, **settings)
    expected = reference_cusum(power, **settings)
    assert len(found) >= 5
    assert [c.second for c in found] == [start for start, _ in expected]
    np.testing.assert_allclose([c.watts for c in found], [w for _, w in expected])


def test_cusum_without_noise_finds_each_step_and_nothing_else():
    levels = np.array([80.0, 140, 180, 90, 2090, 90, 65])
    power = np.repeat(levels, 70)
    found = detect.cusum(power)
    assert [c.second for c in found] == [70, 140, 210, 280, 350, 420]
    np.testing.assert_allclose([c.watts for c in found], np.diff(levels), atol=1e-9)
    assert detect.cusum(np.repeat([80.0, 99.7], 50)) == []  # below half a step
    assert len(detect.cusum(np.repeat([80.0, 100.3], 50))) == 1
    assert detect.cusum(np.array([80.0, 140, 80])) == []  # never settled


def test_equally_large_steps_all_count():
    power = np.array([200.0, 200, 140, 80, 80, 80])
    assert detect.step_filter(power, 1) == [Change(2, -60.0), Change(3, -60.0)]


def test_a_surge_spread_over_five_readings_passes_for_the_light():
    power = np.full(200, 80.0)
    power[100:] += 90.0
    power[100] += 300.0
    assert detect.light_off(power, lambda p: detect.cusum(p, settle=20)) == []
    assert detect.light_off(power, lambda p: detect.cusum(p, settle=5)) == [105]


def test_cusum_follows_a_drift_and_forgets_within_a_minute():
    ramp = np.linspace(0, 200, 1001) + np.tile([-1.0, 1.0], 501)[:1001]
    assert detect.cusum(ramp) == []
    with_step = ramp - 60 * (np.arange(1001) >= 800)
    ((second, watts),) = detect.cusum(with_step)
    assert second == 800
    assert watts == pytest.approx(-60 + 0.2 * (60 + 10), abs=2)


def test_every_detector_finds_the_light_in_a_quiet_house_and_all_are_listed():
    assert list(detect.DETECTORS) == ["difference", "step filter", "CUSUM"]
    power = np.repeat([80.0, 140.0, 80.0, 170.0], 100)
    power = power + np.tile([0.5, -0.5], 200)
    for detector in detect.DETECTORS.values():
        assert detect.light_off(power, detector) == [200]
    assert detect.DETECTORS["difference"](power) == detect.differences(power)
    assert detect.DETECTORS["step filter"](power) == detect.step_filter(power)
    assert detect.DETECTORS["CUSUM"](power) == detect.cusum(power)


@pytest.mark.parametrize("noise", [10.0, 20.0])
def test_the_baseline_does_what_the_arithmetic_says(noise):
    power = noise * np.random.default_rng(0).normal(size=200_000)
    rate = detect.pass_rate(0, noise * 2**0.5)
    alarms = len(detect.light_off(power))
    assert abs(alarms - 199_999 * rate) < 5 * math.sqrt(199_999 * rate)
    fall = np.where(np.arange(200_000) % 4 < 2, 60.0, 0.0)
    found = np.array(detect.light_off(power + fall))
    share = np.mean(np.isin(np.arange(2, 200_000, 4), found))
    assert share == pytest.approx(detect.pass_rate(60, noise * 2**0.5), abs=0.01)


# The evaluation


@FEW
@given(seconds, seconds, st.integers(0, 15))
def test_match_makes_as_many_pairs_as_an_assignment(found, true, tolerance):
    result = evaluate.match(found, true, tolerance)
    assert all(abs(a - b) <= tolerance for a, b in result.hits)
    assert sorted([a for a, _ in result.hits] + result.false_alarms) == found
    assert sorted([b for _, b in result.hits] + result.misses) == true
    near = np.array([[abs(a - b) <= tolerance for b in true] for a in found])
    best = 0
    if found and true:
        best = int(near[linear_sum_assignment(near, maximize=True)].sum())
    assert len(result.hits) == best


def test_match_takes_ten_seconds_and_leaves_its_arguments_alone():
    found, true = [90, 111, 310, 411], [100, 300, 400]
    result = evaluate.match(found, true)
    assert result.hits == [(90, 100), (310, 300)]
    assert result.false_alarms == [111, 411]
    assert result.misses == [400]
    assert found == [90, 111, 310, 411]


def test_switched_off_is_the_kitchen_light_going_off():
    for power, events in household(seeds=range(5)):
        for second in simulate.switched_off(events):
            here = [e for e in events if e.second == second]
            assert any(e.device == "kitchen light" and e.watts < 0 for e in here)
        assert (
            len(simulate.switched_off(events))
            == sum(e.device == "kitchen light" for e in events) / 2
        )
        assert power.min() == simulate.STANDBY


def test_counts_are_hits_false_alarms_and_misses_of_each_evening():
    lamp = [Event(100, "kitchen light", 60), Event(300, "kitchen light", -60)]
    dark = [Event(200, "hall light", -40)]
    evenings = [(np.zeros(3), lamp), (np.ones(3), lamp), (np.zeros(3), dark)]
    alarms = {0: [Change(295, -60.0), Change(700, -60.0)], 1: [Change(99, -60.0)]}
    counts = evaluate.count(lambda power: alarms[int(power[0])], evenings)
    np.testing.assert_array_equal(counts, [[1, 1, 0], [0, 1, 1], [0, 2, 0]])
    assert evaluate.precision(counts) == pytest.approx(1 / 5)
    assert evaluate.recall(counts) == pytest.approx(1 / 2)
    assert evaluate.f1(counts) == pytest.approx(2 / (5 + 2))
    assert evaluate.f1(counts[1:]) == 0


def test_scores_without_alarms_or_events_are_not_numbers():
    with np.errstate(invalid="ignore"):
        assert np.isnan(evaluate.precision(np.array([[0, 0, 3]])))
        assert np.isnan(evaluate.recall(np.array([[0, 3, 0]])))


@FEW
@given(st.integers(1, 50), st.integers(0, 50), st.integers(0, 50))
def test_f1_is_the_harmonic_mean_of_precision_and_recall(hits, false_alarms, misses):
    counts = np.array([[hits, 0, misses], [0, false_alarms, 0]])
    p, r = evaluate.precision(counts), evaluate.recall(counts)
    assert evaluate.f1(counts) == pytest.approx(2 * p * r / (p + r))


def test_interval_is_the_percentile_bootstrap_of_scipy():
    rng = np.random.default_rng(0)
    counts = rng.integers(1, 12, size=(40, 3))
    low, high = evaluate.interval(evaluate.f1, counts)
    expected = bootstrap(
        tuple(counts.T),
        lambda h, f, m, axis: (
            2 * h.sum(axis) / (2 * h.sum(axis) + f.sum(axis) + m.sum(axis))
        ),
        paired=True,
        vectorized=True,
        n_resamples=20_000,
        method="percentile",
        rng=1,
    ).confidence_interval
    assert low == pytest.approx(expected.low, abs=0.004)
    assert high == pytest.approx(expected.high, abs=0.004)


def test_interval_draws_the_same_evenings_for_all_its_arguments():
    rng = np.random.default_rng(0)
    counts = rng.integers(1, 12, size=(40, 3))
    better = counts + np.array([1, 0, 0])

    def gap(a, b):
        return evaluate.precision(a) - evaluate.precision(b)

    assert evaluate.interval(gap, counts, counts) == (0, 0)
    low, high = evaluate.interval(gap, better, counts)
    assert 0 < low < high < 0.2


def test_interval_draws_as_often_as_asked_and_repeats_itself():
    calls = []

    def first(counts):
        calls.append(counts)
        return float(counts[0, 0])

    counts = np.arange(30).reshape(10, 3)
    one = evaluate.interval(first, counts)
    assert len(calls) == 2000
    assert {len(call) for call in calls} == {10}
    assert len({int(row[0]) for call in calls for row in call}) == 10
    assert one == evaluate.interval(first, counts, seed=0)
    default = np.array(calls[:2000])
    calls.clear()
    evaluate.interval(first, counts, seed=0)
    np.testing.assert_array_equal(calls, default)
    calls.clear()
    evaluate.interval(first, counts, draws=7, seed=5)
    assert len(calls) == 7
    drawn = np.array(calls)
    calls.clear()
    evaluate.interval(first, counts, draws=7, seed=6)
    assert (np.array(calls) != drawn).any()


def test_a_mistake_is_blamed_on_the_nearest_switch_within_a_minute():
    events = [Event(100, "kettle", 2000), Event(170, "fridge", 90)]
    blamed = {40: "kettle", 39: "noise alone", 134: "kettle", 136: "fridge"}
    blamed |= {230: "fridge", 231: "noise alone"}
    assert {second: evaluate.cause(second, events) for second in blamed} == blamed
    assert evaluate.cause(240, events, within=69) == "noise alone"
    assert evaluate.cause(240, events, within=70) == "fridge"
    assert evaluate.cause(5, []) == "noise alone"


def test_a_false_alarm_is_blamed_on_the_switch_itself_a_miss_on_another():
    events = [Event(100, "hall light", -40), Event(110, "kitchen light", -60)]
    assert evaluate.cause(100, events) == "hall light"
    assert evaluate.cause(110, events) == "hall light"
    assert evaluate.cause(111, events) == "kitchen light"


def test_results_are_the_scores_of_the_same_evenings_in_percent():
    lines = evaluate.results([5, 20], range(3, 6)).splitlines()
    assert len(lines) == 6
    for line, (noise, (name, detector)) in zip(
        lines, itertools.product([5, 20], detect.DETECTORS.items()), strict=True
    ):
        counts = evaluate.count(detector, household(noise, 3.0, range(3, 6)))
        scores = [
            evaluate.f1(counts),
            *evaluate.interval(evaluate.f1, counts),
            evaluate.precision(counts),
            evaluate.recall(counts),
        ]
        assert line.startswith(f"{noise:3} W {name} ")
        numbers = line[len(f"{noise:3} W {name}") :].replace("to", "").strip("( )")
        shown = [float(n) for n in numbers.replace("(", "").replace(")", "").split()]
        np.testing.assert_allclose(shown, 100 * np.array(scores), atol=0.051)
