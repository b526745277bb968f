"""The exercises of binary search against bisect, linear search and sorted."""

import bisect
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snippets.coding.binary_search.binary_search import (
    binary_search,
    lower_bound,
    upper_bound,
)
from snippets.coding.binary_search.kth_smallest import (
    kth_smallest_heap,
    kth_smallest_quickselect,
)
from snippets.coding.binary_search.search_answer_space import (
    days_needed,
    smallest_capacity,
)
from snippets.coding.binary_search.search_rotated_array import search_rotated

FEW = settings(deadline=None, max_examples=50)
numbers = st.lists(st.integers(-8, 8), max_size=12)
targets = st.integers(-9, 9)


class Counted(list):
    """A list that counts how often an element is read."""

    def __init__(self, values):
        super().__init__(values)
        self.reads = 0

    def __getitem__(self, index):
        self.reads += 1
        return super().__getitem__(index)


@FEW
@given(numbers.map(sorted), targets)
def test_the_bounds_are_those_of_bisect_and_of_numpy(values, target):
    assert lower_bound(values, target) == bisect.bisect_left(values, target)
    assert upper_bound(values, target) == bisect.bisect_right(values, target)
    assert lower_bound(values, target) == np.searchsorted(values, target)
    assert upper_bound(values, target) == np.searchsorted(values, target, "right")


@FEW
@given(numbers.map(sorted), targets)
def test_the_search_finds_the_first_position(values, target):
    first = values.index(target) if target in values else None
    assert binary_search(values, target) == first


@pytest.mark.parametrize("bound", [lower_bound, upper_bound])
def test_every_insertion_point_of_a_list_is_reached(bound):
    values = [10, 20, 30]
    assert [bound(values, t) for t in (5, 15, 25, 35)] == [0, 1, 2, 3]
    for size in range(40):
        assert bound(range(size), size) == size
        assert bound(range(size), -1) == 0


@pytest.mark.parametrize("bound", [lower_bound, upper_bound])
def test_a_bound_reads_each_halving_once(bound):
    for size in range(1, 70):
        for target in range(-1, size + 1):
            values = Counted(range(size))
            bound(values, target)
            assert values.reads <= math.floor(math.log2(size)) + 1


@pytest.mark.parametrize("size", range(9))
def test_rotated_search_agrees_with_linear_search(size):
    values = list(range(0, 3 * size, 3))
    for moved in range(max(size, 1)):
        rotated = values[moved:] + values[:moved]
        for target in range(-1, 3 * size + 1):
            place = rotated.index(target) if target in rotated else None
            assert search_rotated(rotated, target) == place


def test_rotated_search_halves_what_is_left():
    values = [*range(700, 1023), *range(700)]
    for target in range(-1, 1024):
        counted = Counted(values)
        search_rotated(counted, target)
        assert counted.reads <= 5 * 10  # at most 5 reads a round, 10 rounds


@pytest.mark.parametrize("zeros", range(1, 30))
def test_repetitions_can_hide_the_place_of_the_drop(zeros):
    ones = [1] * zeros
    hidden = [[*ones[:i], 0, *ones[i:]] for i in range(1, zeros)]
    for values in hidden:  # all look alike until the zero itself is read
        assert {values[0], values[-1]} == {1}
        assert sorted(values) == sorted([*ones, 0])
    # each is a rotation of the same sorted list, so any place is possible
    assert len({values.index(0) for values in hidden}) == zeros - 1


weights = st.lists(st.integers(1, 12), max_size=8)


def least_by_trying(values, days):
    """Try one capacity after another, counting days with an explicit row."""
    capacity = max(values, default=0)
    while True:
        loads = []
        for value in values:
            if not loads or loads[-1] + value > capacity:
                loads.append(0)
            loads[-1] += value
        if len(loads) <= days:
            return capacity
        capacity += 1


def fewest_days(values, capacity):
    """Return the fewest days over all ways to cut the row: dynamic programming."""
    best = [0] + [math.inf] * len(values)
    for end in range(1, len(values) + 1):
        for start in range(end):
            if sum(values[start:end]) <= capacity:
                best[end] = min(best[end], best[start] + 1)
    return best[-1]


@FEW
@given(weights, st.integers(1, 9))
def test_the_capacity_is_that_of_a_linear_scan(values, days):
    assert smallest_capacity(values, days) == least_by_trying(values, days)


@FEW
@given(weights, st.integers(0, 30))
def test_loading_as_much_as_fits_takes_the_fewest_days(values, extra):
    capacity = max(values, default=0) + extra
    assert days_needed(values, capacity) == fewest_days(values, capacity)


@FEW
@given(weights)
def test_more_capacity_never_takes_more_days(values):
    heaviest = max(values, default=0)
    days = [days_needed(values, heaviest + extra) for extra in range(60)]
    assert days == sorted(days, reverse=True)


def test_the_capacity_is_found_in_few_tries(monkeypatch):
    tries = []

    def counted(values, capacity):
        tries.append(capacity)
        return days_needed(values, capacity)

    module = "snippets.coding.binary_search.search_answer_space.days_needed"
    monkeypatch.setattr(module, counted)
    assert smallest_capacity([10**9] * 1000, 10) == 10**11
    assert len(tries) <= math.ceil(math.log2(10**12))
    assert min(tries) >= 10**9  # never less than the heaviest


SELECT = [kth_smallest_quickselect, kth_smallest_heap]


@pytest.mark.parametrize("select", SELECT)
@FEW
@given(values=st.lists(st.integers(-6, 6), min_size=1, max_size=20), data=st.data())
def test_the_kth_smallest_is_that_of_the_sorted_list(select, values, data):
    k = data.draw(st.integers(1, len(values)))
    before = values.copy()
    assert select(values, k) == sorted(values)[k - 1]
    assert values == before


@pytest.mark.parametrize("select", SELECT)
def test_every_rank_of_a_shuffled_list(select):
    values = list(range(100, 160))
    random.Random(1).shuffle(values)
    assert [select(values, k) for k in range(1, 61)] == list(range(100, 160))


@pytest.mark.parametrize("select", SELECT)
@pytest.mark.parametrize(
    ("values", "k"), [([3, 1], 0), ([3, 1], 3), ([], 1), ([2], -1)]
)
def test_ranks_that_do_not_exist_are_refused(select, values, k):
    with pytest.raises(ValueError, match="rank"):
        select(values, k)


def test_the_heap_never_holds_more_than_k(monkeypatch):
    import heapq

    sizes = []
    real = heapq.heappush

    def push(heap, item):
        real(heap, item)
        sizes.append(len(heap))

    monkeypatch.setattr("heapq.heappush", push)
    assert kth_smallest_heap((i % 50 for i in range(500)), 7) == 0
    assert max(sizes) == 7


def test_quickselect_makes_a_linear_number_of_comparisons():
    class Number(int):
        compared = 0

        def __lt__(self, other):
            Number.compared += 1
            return int(self) < int(other)

        def __gt__(self, other):
            Number.compared += 1
            return int(self) > int(other)

    random.seed(5)
    size = 2_000
    values = [Number(i) for i in range(size)]
    runs = 40
    for _ in range(runs):
        assert kth_smallest_quickselect(values, size // 2) == size // 2 - 1
    # Two passes with comparisons a round; the expected sum over the rounds for the
    # median is 2 (1 + ln 2) n = 3.39 n elements (Knuth 1971), so below 6.8 n.
    per_element = Number.compared / (runs * size)
    assert 3.4 < per_element < 6.8
