"""The solutions of dynamic-programming against brute force and definitions."""

from collections import deque
from itertools import combinations, pairwise, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snippets.coding.dynamic_programming.climbing_stairs import (
    climb,
    climb_memo,
    climb_recursive,
)
from snippets.coding.dynamic_programming.coin_change import fewest_coins
from snippets.coding.dynamic_programming.edit_distance import (
    edit_distance,
    edit_script,
    edit_table,
)
from snippets.coding.dynamic_programming.knapsack import knapsack
from snippets.coding.dynamic_programming.longest_common_subsequence import (
    longest_common_subsequence,
)
from snippets.coding.dynamic_programming.longest_increasing_subsequence import (
    longest_increasing_subsequence,
)

quick = settings(deadline=None, max_examples=50)
small = st.integers(-6, 6)
words = st.text("abc", max_size=7)


def subsequences(text):
    return {
        "".join(chosen)
        for size in range(len(text) + 1)
        for chosen in combinations(text, size)
    }


class TestClimbingStairs:
    @pytest.mark.parametrize("ways", [climb_recursive, climb_memo, climb])
    def test_counts_the_sequences_of_moves(self, ways):
        for stairs in range(12):
            moves = sum(
                sum(sequence) == stairs
                for length in range(stairs + 1)
                for sequence in product((1, 2), repeat=length)
            )
            assert ways(stairs) == moves

    @pytest.mark.parametrize("ways", [climb_memo, climb])
    def test_is_an_entry_of_a_matrix_power(self, ways):
        step = np.array([[1, 1], [1, 0]], dtype=object)
        for stairs in (30, 90, 200):
            assert ways(stairs) == np.linalg.matrix_power(step, stairs)[0, 0]


class TestCoinChange:
    @quick
    @given(st.lists(st.integers(1, 9), max_size=4), st.integers(0, 12))
    def test_is_the_shortest_walk_from_zero_to_the_amount(self, coins, amount):
        steps = {0: 0}
        queue = deque([0])
        while queue:
            total = queue.popleft()
            for coin in coins:
                if total + coin <= amount and total + coin not in steps:
                    steps[total + coin] = steps[total] + 1
                    queue.append(total + coin)
        assert fewest_coins(coins, amount) == steps.get(amount)

    def test_tries_every_number_of_each_coin(self):
        for coins in combinations(range(1, 8), 2):
            for amount in range(1, 15):
                counts = [
                    sum(many)
                    for many in product(range(amount + 1), repeat=2)
                    if sum(n * coin for n, coin in zip(many, coins, strict=True))
                    == amount
                ]
                assert fewest_coins(coins, amount) == min(counts, default=None)

    def test_ones_alone_need_as_many_coins_as_the_amount(self):
        assert [fewest_coins([1], amount) for amount in range(6)] == [*range(6)]


class TestLongestIncreasingSubsequence:
    @quick
    @given(st.lists(small, max_size=10))
    def test_is_the_longest_of_all_subsequences(self, xs):
        lengths = [
            len(chosen)
            for size in range(len(xs) + 1)
            for chosen in combinations(xs, size)
            if all(x < y for x, y in pairwise(chosen))
        ]
        assert longest_increasing_subsequence(xs) == max(lengths)

    @quick
    @given(st.lists(st.integers(-50, 50), max_size=80))
    def test_agrees_with_the_quadratic_recurrence(self, xs):
        best = []
        for j, y in enumerate(xs):
            best.append(1 + max((best[i] for i in range(j) if xs[i] < y), default=0))
        assert longest_increasing_subsequence(xs) == max(best, default=0)

    def test_is_the_fewest_falling_sequences_that_hold_all(self):
        """Mirsky's theorem, with the greedy cover, which is optimal."""
        rng = np.random.default_rng(0)
        for _ in range(20):
            xs = rng.integers(0, 300, size=200).tolist()
            ends: list[int] = []  # of falling sequences; equal numbers may follow
            for x in xs:
                fitting = [k for k, end in enumerate(ends) if end >= x]
                if fitting:
                    ends[min(fitting, key=ends.__getitem__)] = x
                else:
                    ends.append(x)
            assert longest_increasing_subsequence(xs) == len(ends)


def distances_by_edits(start, alphabet, longest):
    """Breadth-first search over strings: one edit a step, from the definition."""
    seen = {start: 0}
    queue = deque([start])
    while queue:
        text = queue.popleft()
        following = [text[:i] + text[i + 1 :] for i in range(len(text))]
        for letter in alphabet:
            following += [text[:i] + letter + text[i + 1 :] for i in range(len(text))]
            if len(text) < longest:
                following += [
                    text[:i] + letter + text[i:] for i in range(len(text) + 1)
                ]
        for other in following:
            if other not in seen:
                seen[other] = seen[text] + 1
                queue.append(other)
    return seen


class TestEditDistance:
    def test_is_the_fewest_single_edits(self):
        for start in ("", "a", "ab", "bba", "abab"):
            found = distances_by_edits(start, "ab", 5)
            assert len(found) == 63  # every string of at most five letters
            for other, steps in found.items():
                assert edit_distance(start, other) == steps

    @quick
    @given(words, words)
    def test_table_holds_the_distances_of_prefixes(self, a, b):
        table = edit_table(a, b)
        assert len(table) == len(a) + 1
        for i, row in enumerate(table):
            assert row == [edit_distance(a[:i], b[:j]) for j in range(len(b) + 1)]

    @quick
    @given(words, words, words)
    def test_is_a_metric(self, a, b, c):
        assert edit_distance(a, b) == edit_distance(b, a)
        assert (edit_distance(a, b) == 0) == (a == b)
        assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)

    def test_script_makes_b_of_a_with_as_many_edits_as_the_distance(self):
        every = ["".join(t) for n in range(4) for t in product("ab", repeat=n)]
        for a, b in [*product(every, repeat=2), ("kitten", "sitting")]:
            script = edit_script(a, b)
            assert "".join(x for x, _ in script) == a
            assert "".join(y for _, y in script) == b
            assert all(len(x) <= 1 and len(y) <= 1 and x + y for x, y in script)
            assert sum(x != y for x, y in script) == edit_distance(a, b)

    @quick
    @given(words, words)
    def test_script_of_random_words(self, a, b):
        script = edit_script(a, b)
        assert ["".join(side) for side in zip(*script, strict=True)] == (
            [a, b] if a or b else []
        )
        assert sum(x != y for x, y in script) == edit_distance(a, b)


class TestKnapsack:
    @quick
    @given(
        st.lists(st.tuples(st.integers(1, 8), st.integers(1, 9)), max_size=8),
        st.integers(0, 20),
    )
    def test_is_the_best_of_all_subsets(self, items, capacity):
        values = [
            sum(value for _, value in chosen)
            for size in range(len(items) + 1)
            for chosen in combinations(items, size)
            if sum(weight for weight, _ in chosen) <= capacity
        ]
        assert knapsack(items, capacity) == max(values)

    @quick
    @given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 9)), max_size=8))
    def test_takes_everything_when_it_just_fits_and_not_one_unit_earlier(self, items):
        weight, value = (sum(column) for column in zip((0, 0), *items, strict=True))
        assert knapsack(items, weight) == value
        if items:
            assert knapsack(items, weight - 1) < value

    def test_order_of_the_items_does_not_matter(self):
        items = [(3, 4), (4, 5), (5, 8), (1, 1)]
        assert {knapsack(order, 8) for order in permutations(items)} == {12}  # 3 + 5


class TestLongestCommonSubsequence:
    @quick
    @given(words, words)
    def test_is_one_of_the_longest_that_both_contain(self, a, b):
        both = subsequences(a) & subsequences(b)
        found = longest_common_subsequence(a, b)
        assert found in both
        assert len(found) == max(map(len, both))

    def test_every_pair_of_short_strings(self):
        every = ["".join(t) for n in range(5) for t in product("ab", repeat=n)]
        for a, b in product(every, repeat=2):
            both = subsequences(a) & subsequences(b)
            found = longest_common_subsequence(a, b)
            assert found in both
            assert len(found) == max(map(len, both))

    @quick
    @given(st.permutations(range(9)))
    def test_with_the_sorted_string_is_a_longest_increasing_subsequence(self, order):
        text = "".join(map(str, order))
        found = longest_common_subsequence(text, "012345678")
        assert len(found) == longest_increasing_subsequence(order)

    @quick
    @given(words, words)
    def test_bounds_the_edit_distance(self, a, b):
        common = len(longest_common_subsequence(a, b))
        assert edit_distance(a, b) <= len(a) + len(b) - 2 * common
        assert edit_distance(a, b) >= max(len(a), len(b)) - common
