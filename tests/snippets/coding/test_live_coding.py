"""The stages of the live-coding problem, and costs against closed forms."""

import inspect
import math
import random
import statistics
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snippets.coding.live_coding import (
    HAND_TESTS,
    BruteForce,
    MovingAverage,
    Outline,
    RunningSum,
    append_copies,
    chain_comparisons,
    failed_by_hand,
    fibonacci_cost,
    recursive_work,
)

FEW = settings(deadline=None, max_examples=50)
STAGES = [BruteForce, RunningSum, MovingAverage]
SOUND = [BruteForce, MovingAverage]
streams = st.lists(st.integers(-1000, 1000), max_size=40)
windows = st.integers(1, 9)


def means(values, window):
    """Return what is wanted, by the definition."""
    ends = range(1, len(values) + 1)
    return [statistics.fmean(values[max(0, end - window) : end]) for end in ends]


def fed(average, values):
    return [average.add(value) for value in values]


@pytest.mark.parametrize("stage", STAGES)
@FEW
@given(values=streams, window=windows)
def test_each_stage_gives_the_mean_of_each_window(stage, values, window):
    assert fed(stage(window), values) == pytest.approx(means(values, window))


@pytest.mark.parametrize("stage", STAGES)
def test_a_full_window_is_a_convolution(stage):
    values = np.random.default_rng(0).normal(size=50)
    full = np.convolve(values, np.full(7, 1 / 7), mode="valid")
    np.testing.assert_allclose(fed(stage(7), values)[6:], full, atol=1e-12)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("window", [0, -3])
def test_a_window_without_values_is_refused(stage, window):
    with pytest.raises(ValueError, match=f"not {window}"):
        stage(window)


@pytest.mark.parametrize("stage", SOUND)
@pytest.mark.parametrize("bad", [math.nan, math.inf, 1e300])
def test_a_bad_value_is_forgotten_when_it_leaves(stage, bad):
    for window in range(1, 7):
        for place in range(9):
            values = [float(i) for i in range(20)]
            values[place] = bad
            after = slice(place + window, None)
            got = fed(stage(window), values)
            assert got[after] == pytest.approx(means(values, window)[after])
            held = got[place : place + window]
            assert all(str(one) == str(bad) or abs(one) > 1e290 for one in held)


def test_the_running_sum_never_recovers():
    got = fed(RunningSum(2), [1.0, math.nan, 3.0, 5.0, 7.0, 9.0])
    assert all(math.isnan(one) for one in got[1:])


def test_the_running_sum_drifts_and_the_final_stage_does_not():
    rng = random.Random(0)
    values = [rng.random() * 10.0 ** rng.randint(-8, 8) for _ in range(5000)]
    values += [1e-8] * 10
    assert fed(MovingAverage(10), values)[-1] == pytest.approx(1e-8, rel=1e-12)
    assert abs(fed(RunningSum(10), values)[-1] - 1e-8) > 1e-9


@pytest.mark.parametrize("window", [1, 2, 10, 64])
def test_the_final_stage_adds_at_most_three_times_a_value(window):
    class Value:
        added = 0

        def __init__(self, number):
            self.number = number

        def __add__(self, other):
            Value.added += 1
            return Value(self.number + getattr(other, "number", other))

        __radd__ = __add__

        def __truediv__(self, count):
            return self.number / count

    values = [float(i * i % 37) for i in range(500)]
    got = fed(MovingAverage(window), [Value(value) for value in values])
    assert got == pytest.approx(means(values, window))
    assert Value.added <= 3 * len(values)


def test_the_final_stage_holds_one_window():
    average = MovingAverage(5)
    for step in range(1, 40):
        average.add(1.0)
        assert len(average.older) + len(average.newer) == min(step, 5)


def test_the_outline_promises_what_the_final_stage_keeps():
    for name in ("__init__", "add"):
        promised = inspect.signature(getattr(Outline, name))
        assert promised == inspect.signature(getattr(MovingAverage, name))
    with pytest.raises(NotImplementedError):
        Outline(3)
    with pytest.raises(NotImplementedError):
        Outline.add(object.__new__(Outline), 1.0)


def test_the_hand_tests_are_right():
    for window, values, wanted in HAND_TESTS.values():
        assert means(values, window) == pytest.approx(wanted, nan_ok=True)


def test_a_stage_that_gives_nothing_fails_every_hand_test():
    class Nothing:
        def __init__(self, window):
            pass

        def add(self, value):
            return 0.0

    assert failed_by_hand(Nothing) == [
        "grows, then slides",
        "window of one",
        "window never full",
        "NaN leaves again",
        "huge value leaves again",
    ]


def test_the_hand_tests_find_a_wrong_divisor():
    class DividesByWindow(BruteForce):
        def __init__(self, window):
            super().__init__(window)
            self.window = window

        def add(self, value):
            return super().add(value) * len(self.values) / self.window

    assert "window never full" in failed_by_hand(DividesByWindow)


@pytest.mark.parametrize("appends", [0, 1, 2, 3, 8, 9, 1000, 1024, 1025])
def test_doubling_copies_less_than_two_values_an_append(appends):
    total, worst = append_copies(appends, lambda capacity: 2 * capacity)
    powers = [2**i for i in range(20) if 2**i < appends]  # sizes at which it is full
    assert total == sum(powers) <= 2 * appends
    assert worst == max(powers, default=0)


@pytest.mark.parametrize("chunk", [1, 10, 100])
def test_constant_growth_copies_quadratically(chunk):
    total, worst = append_copies(1000, lambda capacity: capacity + chunk)
    assert total == sum(range(1, 1000, chunk))
    assert worst == max(range(1, 1000, chunk))


def test_a_python_list_moves_rarely():
    values, sizes = [], set()
    for _ in range(100_000):
        values.append(None)
        sizes.add(sys.getsizeof(values))
    assert len(sizes) < 200  # growth by a constant factor: log n places


WORK = [(1, 2, 0), (1, 2, 1), (2, 2, 1), (3, 2, 1), (7, 2, 2), (3, 3, 1), (1, 3, 2)]


@pytest.mark.parametrize(("a", "b", "c"), WORK)
def test_work_is_the_sum_over_the_levels(a, b, c):
    for levels in range(6):
        n = b**levels
        total = sum(a**i * (n // b**i) ** c for i in range(levels + 1))
        assert recursive_work(n, a, b, c) == total


@pytest.mark.parametrize(
    ("a", "c", "growth"),
    [
        (1, 1, lambda n: n),  # the root's work weighs most
        (2, 1, lambda n: n * math.log2(n)),  # all levels weigh the same
        (3, 1, lambda n: n ** math.log2(3)),  # the leaves weigh most
        (1, 0, math.log2),
    ],
)
def test_the_master_theorem_names_the_growth(a, c, growth):
    small, large = (recursive_work(n, a, 2, c) / growth(n) for n in (2**9, 2**10))
    assert large == pytest.approx(small, rel=0.02)


def test_fibonacci_calls_grow_like_the_numbers_and_the_stack_like_n():
    def fib(n, depth=1):
        calls.append(depth)
        return n if n < 2 else fib(n - 1, depth + 1) + fib(n - 2, depth + 1)

    for n in range(12):
        calls = []
        number = fib(n)
        count, depth = fibonacci_cost(n)
        assert count == len(calls)
        assert depth == max(calls) == max(n, 1)
        calls = []
        assert count == 2 * fib(n + 1) - 1
        assert number <= count


@FEW
@given(st.lists(st.integers(0, 10**6), max_size=60), st.integers(1, 9))
def test_comparisons_are_the_pairs_that_share_a_chain(codes, buckets):
    pairs = sum(
        codes[i] % buckets == codes[j] % buckets
        for j in range(len(codes))
        for i in range(j)
    )
    assert chain_comparisons(codes, buckets) == pairs


def test_random_codes_cost_half_the_load_factor_a_key():
    rng = np.random.default_rng(1)
    n, buckets, runs = 1000, 1024, 40
    counts = [
        chain_comparisons(rng.integers(0, 2**63, n).tolist(), buckets)
        for _ in range(runs)
    ]
    expected = n * (n - 1) / 2 / buckets  # pairs times the chance to share a chain
    error = math.sqrt(expected / runs)  # the variance of the pairs is below the mean
    assert abs(np.mean(counts) - expected) < 4 * error


def test_python_s_own_dictionary_is_quadratic_where_all_keys_collide():
    class Key:
        compared = 0

        def __hash__(self):
            return 42

        def __eq__(self, other):
            Key.compared += 1
            return self is other

    keys = [Key() for _ in range(200)]
    assert len(dict.fromkeys(keys)) == 200
    assert Key.compared >= 200 * 199 / 2
