"""Tests of the arithmetic behind one interview's verdict."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from snippets.industry.soft_skills import kept


@pytest.mark.parametrize("validity", [0.2, 0.42, 0.8])
@pytest.mark.parametrize("share", [0.05, 0.1, 0.5])
def test_kept_is_the_joint_upper_tail(validity: float, share: float) -> None:
    bar = norm.ppf(share)  # the lower tail is the upper one mirrored
    covariance = np.array([[1.0, validity], [validity, 1.0]])
    both = multivariate_normal(mean=[0, 0], cov=covariance).cdf([bar, bar])
    assert kept(validity, share) == pytest.approx(both / share, abs=1e-3)


def test_kept_has_a_closed_form_at_one_half() -> None:
    expected = 0.5 + np.arcsin(0.42) / np.pi  # Sheppard's orthant probability
    assert kept(0.42, 0.5) == pytest.approx(expected, abs=1e-4)


def test_one_slice_stands_at_the_middle_of_the_best() -> None:
    gap = (norm.ppf(0.9) - 0.6 * norm.ppf(0.95)) / 0.8
    assert kept(0.6, 0.1, cells=1) == pytest.approx(norm.sf(gap))


@settings(deadline=None, max_examples=20)
@given(share=st.floats(0.02, 0.9))
def test_a_useless_interview_is_a_lottery(share: float) -> None:
    assert kept(0, share) == pytest.approx(share)
    assert kept(0.3, share) > share


def test_the_default_is_two_thousand_slices() -> None:
    assert kept(0.42, 0.1) == kept(0.42, 0.1, cells=2000)
    assert kept(0.42, 0.1) != kept(0.42, 0.1, cells=2001)


@pytest.mark.parametrize(
    ("validity", "share"), [(-0.1, 0.1), (1, 0.1), (0.4, 0), (0.4, 1)]
)
def test_kept_refuses_what_is_no_correlation_or_share(
    validity: float, share: float
) -> None:
    with pytest.raises(ValueError, match="validity must be in"):
        kept(validity, share)
