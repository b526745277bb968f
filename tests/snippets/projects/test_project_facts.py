"""The arithmetic of a project story against saved files, SciPy and simulation."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from snippets.projects.project_facts import (
    days_of_test,
    in_flight,
    interval,
    training_hours,
    weights_megabytes,
)

FEW = settings(deadline=None, max_examples=50)


@pytest.mark.parametrize(
    ("dtype", "bits"), [(torch.float32, 32), (torch.float16, 16), (torch.int8, 8)]
)
def test_weights_megabytes_is_what_a_tensor_occupies(dtype, bits):
    weight = torch.zeros(300, 70, dtype=dtype)
    occupied = weight.untyped_storage().nbytes()
    assert weights_megabytes(weight.numel(), bits) == pytest.approx(
        occupied / 1_000_000, rel=1e-12
    )


def test_weights_are_single_precision_unless_told():
    model = torch.nn.Linear(50, 20)
    numbers = sum(p.numel() for p in model.parameters())
    occupied = sum(p.numel() * p.element_size() for p in model.parameters())
    assert weights_megabytes(numbers) * 1e6 == pytest.approx(occupied)


def test_the_resnet_18_of_the_page_has_11174402_parameters():
    def conv(inputs, outputs, size):  # with the scale and shift of its batch norm
        return inputs * outputs * size**2 + 2 * outputs

    def stage(inputs, outputs):
        first = conv(inputs, outputs, 3) + conv(outputs, outputs, 3)
        shortcut = conv(inputs, outputs, 1) if inputs != outputs else 0
        return first + shortcut + 2 * conv(outputs, outputs, 3)

    stages = stage(64, 64) + stage(64, 128) + stage(128, 256) + stage(256, 512)
    count = conv(2, 64, 7) + stages + 512 * 2 + 2
    assert count == 11_174_402
    assert f"weights_megabytes({count:_})" in (weights_megabytes.__doc__ or "")


@FEW
@given(st.integers(1, 50), st.integers(1, 9), st.integers(1, 40))
def test_training_hours_is_the_clock_of_a_loop(examples, epochs, per_second):
    seconds = 0.0
    for _ in range(epochs):
        for _ in range(examples):
            seconds += 1 / per_second
    assert training_hours(examples, epochs, per_second) * 3600 == pytest.approx(seconds)


def test_in_flight_is_the_occupancy_of_a_simulated_queue():
    # one arrival each 40 ms, each stays 90 ms: count who is inside, ms by ms
    arrivals = np.arange(0, 100_000, 40)
    clock = np.arange(1000, 99_000)
    inside = np.searchsorted(arrivals, clock, "right") - np.searchsorted(
        arrivals, clock - 90, "right"
    )
    assert in_flight(per_second=25, latency_ms=90) == pytest.approx(
        inside.mean(), rel=1e-3
    )


@FEW
@given(st.integers(1, 3000), st.data())
def test_interval_is_the_one_of_wilson(trials, data):
    hits = data.draw(st.integers(0, trials))
    wanted = stats.binomtest(hits, trials).proportion_ci(method="wilson")
    assert interval(hits, trials) == pytest.approx((wanted.low, wanted.high), abs=1e-12)


def test_interval_covers_the_truth_95_times_in_100():
    rng = np.random.default_rng(0)
    intervals = [interval(int(hits), 500) for hits in rng.binomial(500, 0.9, 20_000)]
    covered = np.mean([low <= 0.9 <= high for low, high in intervals])
    assert covered == pytest.approx(0.95, abs=0.015)


def test_the_test_runs_until_its_power_is_80_percent():
    rate, lift, visitors = 0.1, 0.2, 1000
    days = days_of_test(rate, lift, visitors)

    def power(days):
        rng = np.random.default_rng(1)
        users = days * visitors // 2
        old = rng.binomial(users, rate, 40_000) / users
        new = rng.binomial(users, rate * (1 + lift), 40_000) / users
        spread = np.sqrt((old * (1 - old) + new * (1 - new)) / users)
        return np.mean(np.abs(new - old) > 1.96 * spread)

    assert power(days) >= 0.8 - 0.01
    assert power(days - 1) < 0.8 + 0.01
    assert power(days - 1) < power(days) < 0.86


def test_a_started_day_counts_as_a_day():
    assert days_of_test(0.03, 0.05, visitors=10**9) == 1
