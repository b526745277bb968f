"""The solutions of arrays-and-strings against brute force, definitions and SciPy."""

import math
import random
import re
import string
from collections import Counter
from itertools import combinations, pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from snippets.coding.arrays_and_strings import reservoir_sampling as reservoir
from snippets.coding.arrays_and_strings.longest_palindromic_substring import (
    longest_palindromic_substring,
)
from snippets.coding.arrays_and_strings.longest_substring_without_repeats import (
    longest_substring_without_repeats,
)
from snippets.coding.arrays_and_strings.maximum_subarray import maximum_subarray
from snippets.coding.arrays_and_strings.merge_intervals import merge_intervals
from snippets.coding.arrays_and_strings.two_sum import two_sum
from snippets.coding.arrays_and_strings.valid_parentheses import valid_parentheses

reservoir_sampling = reservoir.reservoir_sampling
quick = settings(deadline=None, max_examples=50)
small = st.integers(-6, 6)


class TestTwoSum:
    @quick
    @given(st.lists(small, max_size=9), st.integers(-10, 10))
    def test_is_the_first_of_all_pairs_by_end_then_by_the_later_start(self, xs, target):
        pairs = [
            (i, j)
            for i, j in combinations(range(len(xs)), 2)
            if xs[i] + xs[j] == target
        ]
        expected = min(pairs, key=lambda pair: (pair[1], -pair[0]), default=None)
        assert two_sum(xs, target) == expected

    def test_every_short_list_over_three_numbers(self):
        for xs in product((0, 1, 2), repeat=4):
            found = two_sum(xs, 2)
            exists = any(a + b == 2 for a, b in combinations(xs, 2))
            assert (found is not None) == exists
            if found:
                i, j = found
                assert i < j
                assert xs[i] + xs[j] == 2


class TestMaximumSubarray:
    @quick
    @given(st.lists(small, min_size=1, max_size=12))
    def test_is_the_best_of_all_subarrays_with_its_ties(self, xs):
        every = [
            (sum(xs[start:stop]), start, stop)
            for start, stop in combinations(range(len(xs) + 1), 2)
        ]
        best = min(every, key=lambda one: (-one[0], one[2], one[2] - one[1]))
        assert maximum_subarray(xs) == best

    def test_every_list_of_up_to_five_signs(self):
        for size in range(1, 6):
            for xs in product((-1, 0, 1), repeat=size):
                every = [
                    (-sum(xs[start:stop]), stop, -start)
                    for start, stop in combinations(range(size + 1), 2)
                ]
                total, stop, start = min(every)
                assert maximum_subarray(xs) == (-total, -start, stop)

    def test_total_is_the_largest_rise_of_the_prefix_sums(self):
        xs = np.random.default_rng(0).integers(-50, 50, size=5000)
        prefix = np.concatenate([[0], np.cumsum(xs)])
        lowest = np.minimum.accumulate(prefix)[:-1]
        total, start, stop = maximum_subarray(xs.tolist())
        assert total == np.max(prefix[1:] - lowest)
        assert total == xs[start:stop].sum()

    def test_refuses_an_empty_list(self):
        with pytest.raises(ValueError, match="no numbers"):
            maximum_subarray([])


intervals = st.lists(
    st.tuples(st.integers(-15, 15), st.integers(0, 6)).map(
        lambda one: (one[0], one[0] + one[1])
    ),
    max_size=9,
)


class TestMergeIntervals:
    @quick
    @given(intervals)
    def test_covers_the_same_points_with_gaps_in_between(self, given_intervals):
        def covered(these):  # quarters tell touching from neighboring intervals
            return [
                any(4 * start <= point <= 4 * end for start, end in these)
                for point in range(-80, 121)
            ]

        before = list(given_intervals)
        merged = merge_intervals(given_intervals)
        assert given_intervals == before
        assert covered(merged) == covered(given_intervals)
        assert all(start <= end for start, end in merged)
        pairs = pairwise(merged)
        assert all(end < start for (_, end), (start, _) in pairs)

    @quick
    @given(intervals, st.randoms(use_true_random=False))
    def test_the_order_given_and_a_second_merge_change_nothing(self, these, rng):
        merged = merge_intervals(these)
        shuffled = list(these)
        rng.shuffle(shuffled)
        assert merge_intervals(shuffled) == merged
        assert merge_intervals(merged) == merged

    def test_returns_tuples_even_for_lists(self):
        assert merge_intervals([[1, 2], [2, 4]]) == [(1, 4)]


class TestLongestSubstringWithoutRepeats:
    def test_every_text_of_up_to_six_letters_out_of_three(self):
        for size in range(7):
            for letters in product("abc", repeat=size):
                text = "".join(letters)
                expected = max(
                    stop - start
                    for start in range(size + 1)
                    for stop in range(start, size + 1)
                    if max(Counter(text[start:stop]).values(), default=1) == 1
                )
                assert longest_substring_without_repeats(text) == expected

    @quick
    @given(st.text(max_size=30))
    def test_windows_of_that_length_exist_and_none_is_longer(self, text):
        longest = longest_substring_without_repeats(text)

        def differ(length):
            starts = range(len(text) - length + 1)
            return any(len(set(text[i : i + length])) == length for i in starts)

        assert differ(longest)
        assert not differ(longest + 1)


class TestValidParentheses:
    @staticmethod
    def reduced(text):
        left = re.sub(r"[^()\[\]{}]", "", text)
        while left != (left := re.sub(r"\(\)|\[\]|\{\}", "", left)):
            pass
        return left == ""

    def test_every_text_of_up_to_six_brackets(self):
        balanced = Counter()
        for size in range(7):
            for signs in product("()[]{}", repeat=size):
                text = "".join(signs)
                assert valid_parentheses(text) == self.reduced(text)
                balanced[size] += valid_parentheses(text)
        # n pairs of 3 kinds: the n-th Catalan number times 3 to the n.
        for pairs in range(4):
            catalan = math.comb(2 * pairs, pairs) // (pairs + 1)
            assert balanced[2 * pairs] == catalan * 3**pairs
        assert balanced[1] == balanced[3] == balanced[5] == 0

    @quick
    @given(st.text(alphabet="()[]{}ab ", max_size=20))
    def test_other_characters_are_ignored(self, text):
        assert valid_parentheses(text) == self.reduced(text)

    def test_all_other_printable_characters_are_balanced(self):
        others = "".join(sign for sign in string.printable if sign not in "()[]{}")
        assert valid_parentheses(others)
        assert valid_parentheses(f"({others})")
        assert not valid_parentheses(f"({others}")


class TestLongestPalindromicSubstring:
    @staticmethod
    def first_longest(text):
        every = [
            (start - stop, start, text[start:stop])
            for start in range(len(text) + 1)
            for stop in range(start, len(text) + 1)
            if all(
                text[start + i] == text[stop - 1 - i]
                for i in range((stop - start) // 2)
            )
        ]
        return min(every)[2]

    def test_every_text_of_up_to_seven_letters_out_of_three(self):
        for size in range(8):
            for letters in product("abc", repeat=size):
                text = "".join(letters)
                assert longest_palindromic_substring(text) == self.first_longest(text)

    @quick
    @given(st.text(alphabet="ab", max_size=25))
    def test_longer_texts(self, text):
        assert longest_palindromic_substring(text) == self.first_longest(text)

    @quick
    @given(st.text(alphabet="ab", min_size=1, max_size=20))
    def test_a_mirrored_text_is_found_whole(self, text):
        for whole in (text + text[::-1], text + text[-2::-1]):
            assert longest_palindromic_substring(whole) == whole


class TestReservoirSampling:
    @pytest.mark.parametrize(("size", "k"), [(5, 2), (6, 3), (4, 1), (5, 4)])
    def test_all_subsets_are_equally_likely(self, size, k):
        rng = random.Random(0)
        counts = dict.fromkeys(combinations(range(size), k), 0)
        for _ in range(6000):
            sample = reservoir_sampling(iter(range(size)), k, rng)
            counts[tuple(sorted(sample))] += 1
        assert stats.chisquare(list(counts.values())).pvalue > 1e-4

    @pytest.mark.parametrize("size", range(5))
    @pytest.mark.parametrize("k", range(5))
    def test_size_of_the_sample(self, size, k):
        for seed in range(20):
            sample = reservoir_sampling(iter(range(size)), k, random.Random(seed))
            assert len(sample) == min(k, size)
            assert len(set(sample)) == len(sample)
            assert set(sample) <= set(range(size))

    def test_the_last_item_enters_with_probability_k_over_n(self):
        rng = random.Random(1)
        runs = 4000
        entered = sum(9 in reservoir_sampling(range(10), 3, rng) for _ in range(runs))
        assert stats.binomtest(entered, runs, 0.3).pvalue > 1e-4

    def test_draws_from_rng_alone(self):
        samples = [reservoir_sampling(range(99), 5, random.Random(7)) for _ in range(2)]
        assert samples[0] == samples[1]
        assert samples[0] != reservoir_sampling(range(99), 5, random.Random(8))

    def test_refuses_a_negative_k(self):
        with pytest.raises(ValueError, match="must not be negative: -1"):
            reservoir_sampling([1], -1, random.Random(0))

    def test_the_type_variable_bears_the_name_it_is_bound_to(self):
        assert vars(reservoir)[reservoir.Item.__name__] is reservoir.Item
