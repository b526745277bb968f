"""Blending, measuring and paying, against SciPy, linear algebra and simulation."""

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, ndimage, stats

from snippets.projects import claim_designs as design

FEW = settings(deadline=None, max_examples=30)


def _solved(face, frame, mask):
    """Poisson's equation on the mask, solved as one linear system."""
    places = [tuple(place) for place in np.argwhere(mask)]
    number = {place: i for i, place in enumerate(places)}
    a, b = np.zeros((len(places), len(places))), np.zeros(len(places))
    for i, (r, c) in enumerate(places):
        for q in ((r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)):
            a[i, i] += 1
            b[i] += face[r, c] - face[q]
            if q in number:
                a[i, number[q]] -= 1
            else:
                b[i] += frame[q]
    result = frame.copy()
    result[mask] = np.linalg.solve(a, b)
    return result


@pytest.fixture
def scene():
    rng = np.random.default_rng(1)
    face, frame = rng.random((2, 9, 11)) * 100
    mask = np.zeros((9, 11), dtype=bool)
    mask[1:6, 2:8] = True
    mask[4:8, 5:10] = True  # not a rectangle
    return face, frame, mask


def test_neighbors_are_a_convolution(scene):
    cross = [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    np.testing.assert_allclose(
        design.neighbors(scene[0]), ndimage.convolve(scene[0], cross, mode="wrap")
    )


def test_poisson_blend_solves_the_linear_system(scene):
    face, frame, mask = scene
    before = frame.copy()
    blend = design.poisson_blend(face, frame, mask)
    np.testing.assert_allclose(blend, _solved(face, frame, mask), atol=1e-9)
    np.testing.assert_array_equal(frame, before)  # not written into
    once = design.poisson_blend(face, frame, mask, sweeps=1)
    assert np.abs(once - blend).max() > 1
    # the default number of sweeps is enough for the figure's mask too
    wide = np.zeros((24, 24), dtype=bool)
    wide[4:20, 4:20] = True
    big = np.random.default_rng(0).random((2, 24, 24)) * 100
    error = design.poisson_blend(*big, wide) - _solved(*big, wide)
    assert np.abs(error).max() < 1e-6


def test_poisson_blend_ignores_a_constant_shift_of_the_face(scene):
    face, frame, mask = scene
    shifted = design.poisson_blend(face + 20, frame, mask)
    np.testing.assert_allclose(shifted, design.poisson_blend(face, frame, mask))
    np.testing.assert_allclose(design.poisson_blend(frame - 7, frame, mask), frame)


@pytest.mark.parametrize("place", [(0, 5), (8, 5), (4, 0), (4, 10)])
def test_poisson_blend_needs_a_border(scene, place):
    face, frame, mask = scene
    mask[place] = True
    with pytest.raises(ValueError, match="the mask must not touch the border"):
        design.poisson_blend(face, frame, mask)


TODAY = date(2026, 11, 22)
EAST, NORTH = np.eye(2)
OK = design.Consent(EAST, frozenset({"dubbing"}), until=TODAY)


def test_gate_opens_only_for_the_person_the_use_and_the_day():
    def ask(face, consent, use="dubbing", today=TODAY):
        return design.refusals(np.array([face]), [consent], use, today)

    assert ask(EAST, OK) == []
    assert ask(EAST, None) == ["face 0: no consent"]
    assert ask(NORTH, OK) == ["face 0: another person"]
    late = date(2026, 11, 23)
    assert ask(EAST, OK, today=late) == ["face 0: not for dubbing on 2026-11-23"]
    assert ask(EAST, OK, use="ads") == ["face 0: not for ads on 2026-11-22"]
    assert ask(np.array([math.nan, 0]), OK) == ["face 0: another person"]
    # the limit itself is a match, at 60 degrees
    assert ask(np.array([0.5, math.sqrt(0.75)]), OK) == []
    assert ask(np.array([0.49, math.sqrt(1 - 0.49**2)]), OK) != []


def test_gate_needs_every_face():
    faces = np.array([EAST, NORTH, EAST])
    other = design.Consent(NORTH, frozenset({"ads"}), until=TODAY)
    got = design.refusals(faces, [OK, other, None], "dubbing", TODAY)
    assert got == ["face 1: not for dubbing on 2026-11-22", "face 2: no consent"]
    assert design.refusals(np.empty((0, 2)), [], "dubbing", TODAY) == ["no face found"]
    with pytest.raises(ValueError, match="zip"):
        design.refusals(faces, [OK], "dubbing", TODAY)
    tight = design.refusals(faces[:1] * 0.9, [OK], "dubbing", TODAY, limit=0.95)
    assert tight == ["face 0: another person"]


@given(st.floats(1e-6, 0.2), st.integers(1, 5000))
@FEW
def test_stranger_matches_is_the_tail_of_a_binomial(rate, compared):
    want = stats.binom.sf(0, compared, rate)
    assert design.stranger_matches(rate, compared) == pytest.approx(want)


def test_clip_servers_count_frames():
    # 86,400 clips a day are 1 a second, 3 at the peak: 90 frames a second
    assert design.clip_servers(86_400, seconds=1, measured=150) == 1
    assert design.clip_servers(86_400, seconds=1, measured=149) == 2
    assert design.clip_servers(86_400, seconds=4, measured=150) == 4


SQUARE = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])


@given(st.floats(-60, 60), st.floats(-4, 4), st.floats(-4, 4), st.floats(-1, 1))
@FEW
def test_lengths_return_from_any_photo_of_the_plane(yaw, left, right, up):
    ends = np.array([[left, up], [right, -up]])
    plane = design.homography(design.photo(SQUARE, yaw), SQUARE)
    got = design.length(plane, design.photo(ends, yaw))
    assert got == pytest.approx(math.dist(*ends), abs=1e-6)


def test_homography_maps_every_point_and_uses_more_than_four():
    rng = np.random.default_rng(0)
    meters = rng.uniform(-2, 2, (12, 2))
    pixels = design.photo(meters, yaw=35)
    for count in (4, 12):
        plane = design.homography(pixels[:count], meters[:count])
        points = np.column_stack([pixels, np.ones(12)]) @ plane.T
        np.testing.assert_allclose(points[:, :2] / points[:, 2:], meters, atol=1e-8)
    with pytest.raises(ValueError, match="zip"):
        design.homography(pixels, meters[:4])


def test_photo_is_a_pinhole_camera():
    # rotate the plane about the vertical axis, move it away, divide by the depth
    points, yaw = np.array([[1.0, 2.0], [-3.0, 0.5]]), math.radians(40)
    turn = np.array([[math.cos(yaw), 0], [0, 1], [math.sin(yaw), 0]])
    space = points @ turn.T + [0, 0, 8]
    want = 1500 * space[:, :2] / space[:, 2:]
    np.testing.assert_allclose(design.photo(points, 40), want)
    closer = design.photo(points, 40, away=5, focal=700)
    space = points @ turn.T + [0, 0, 5]
    np.testing.assert_allclose(closer, 700 * space[:, :2] / space[:, 2:])
    front = design.photo(np.array([[2.0, 1.0]]), yaw=0, away=4, focal=100)
    np.testing.assert_allclose(front, [[50, 25]])


def test_length_error_follows_first_order_propagation():
    width, yaw = 1.8, 30
    square = width * SQUARE
    exact = design.photo(np.vstack([square, [[-3, 0], [3, 0]]]), yaw).ravel()

    def measured(pixels):
        points = pixels.reshape(6, 2)
        return design.length(design.homography(points[:4], square), points[4:])

    steps = 1e-3 * np.eye(12)
    gradient = [(measured(exact + s) - measured(exact - s)) / 2e-3 for s in steps]
    spread = np.linalg.norm(gradient) / 6
    want = stats.norm.isf(0.05) * spread
    assert design.length_error(width) == pytest.approx(want, rel=0.06)
    assert design.length_error(width, yaw=0) < design.length_error(width)


def test_rule_of_three_holds_only_without_perspective():
    points = np.array([[0, 0], [2, 0], [0, 0], [6, 0]])
    flat, turned = design.photo(points, 0), design.photo(points, 30)
    assert design.scaled_length(flat[:2], 2, flat[2:]) == pytest.approx(6)
    assert design.scaled_length(turned[:2], 2, turned[2:]) < 5


def test_total_error_of_a_product_by_simulation():
    rng = np.random.default_rng(0)
    product = np.prod(1 + [[0.05], [0.1], [0.1]] * rng.standard_normal((3, 200_000)), 0)
    got = design.total_error(0.05, 0.1, 0.1)
    assert got == pytest.approx(product.std(), rel=0.02)


def test_payment_is_clipped():
    costs = np.array([0, 500, 700, 3000, 9000])
    got = design.payment(costs, deductible=500, limit=2000)
    np.testing.assert_array_equal(got, [0, 0, 200, 2000, 2000])
    worn = design.payment(costs, deductible=500, limit=2000, kept=0.5)
    np.testing.assert_array_equal(worn, [0, 0, 0, 1000, 2000])


@given(st.floats(100, 1000), st.floats(20, 300), st.floats(100, 1000))
@FEW
def test_mean_payment_integrates_the_payment(mean, sd, deductible):
    def part(cost):
        return design.payment(np.array(cost), deductible, 1e9) * stats.norm.pdf(
            cost, mean, sd
        )

    top = max(mean, deductible) + 10 * sd
    want, _ = integrate.quad(part, deductible, top, points=[mean], limit=200)
    got = design.mean_payment(mean, sd, deductible)
    assert got == pytest.approx(want, rel=1e-4, abs=1e-4)
    # convex: at least the payment at the mean cost, but for rounding
    assert got >= max(0, mean - deductible) - 1e-9


def test_margin_is_the_conformal_rank():
    estimates = np.full(9, 100.0)
    settled = 100 * np.exp([0.1, -0.2, 0.3, -0.4, 0.5, -0.6, 0.7, -0.8, 0.9])
    assert design.margin(estimates, settled) == pytest.approx(math.exp(0.9))
    assert design.margin(estimates, settled, alpha=0.5) == pytest.approx(math.exp(0.5))
    with pytest.raises(ValueError, match="too few past claims for this alpha"):
        design.margin(estimates[:8], settled[:8])


def test_margin_covers_new_claims_as_promised():
    rng = np.random.default_rng(0)
    covered = []
    for _ in range(3000):  # 19 past claims and a new one, heavy tails
        scores = rng.standard_t(3, 20)
        factor = design.margin(np.ones(19), np.exp(scores[:19]), alpha=0.1)
        covered.append(abs(scores[19]) <= math.log(factor))
    assert np.mean(covered) == pytest.approx(0.9, abs=0.015)


def test_pay_alone_needs_a_narrow_range_above_zero_and_no_flag():
    assert design.pay_alone(100, 300, tolerance=200)
    assert not design.pay_alone(100, 301, tolerance=200)
    assert not design.pay_alone(0, 100, tolerance=200)  # perhaps a denial
    assert design.pay_alone(1, 100, tolerance=200, flags=0)
    assert not design.pay_alone(100, 300, tolerance=200, flags=1)


@pytest.mark.parametrize("by_photo", [False, True])
def test_rehearsal_matches_the_distribution_it_draws_from(by_photo):
    z = stats.norm.isf(0.05)
    margins = {0.10: 0.10 * z, 0.25: 0.25 * z}
    if not by_photo:  # one margin covers 90% of the mixture
        grid = np.linspace(0, 1, 20_001)
        mixed = (2 * stats.norm.cdf(grid / 0.1) + 2 * stats.norm.cdf(grid / 0.25)) / 2
        margins = dict.fromkeys(margins, grid[np.searchsorted(mixed - 1, 0.9)])
    clear, poor, alone = design.rehearse(by_photo)
    for got, noise in ((clear, 0.10), (poor, 0.25)):
        want = 2 * stats.norm.cdf(margins[noise] / noise) - 1
        assert got == pytest.approx(want, abs=0.02)
    share = 0.0
    for noise, log_factor in margins.items():
        # estimates are log-normal; find those paid alone on a grid of them
        spread = math.hypot(0.6, noise)
        logs = stats.norm.ppf((np.arange(4000) + 0.5) / 4000, math.log(1500), spread)
        low = np.clip(np.exp(logs - log_factor) - 500, 0, 10_000)
        high = np.clip(np.exp(logs + log_factor) - 500, 0, 10_000)
        share += np.mean((low > 0) & (high - low <= 800)) / 2
    assert alone == pytest.approx(share, abs=0.03)
    assert design.rehearse(by_photo, tolerance=400)[2] < alone


def test_reviewers_count_minutes():
    assert design.reviewers(24, share=1, minutes=15) == 1
    assert design.reviewers(25, share=1, minutes=15) == 2
    assert design.reviewers(48, share=0.5, minutes=15, hours=3) == 2
