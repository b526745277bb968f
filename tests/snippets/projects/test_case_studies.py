"""Parts of the case studies against SciPy, brute force and known values."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, optimize, signal, stats
from sklearn.metrics import log_loss, roc_curve

from snippets.projects import case_studies as case

RNG = np.random.default_rng


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(-2, 2), min_size=10, max_size=10))
def test_high_pass_removes_constant_linear_and_cubic_images(weights):
    row, column = np.mgrid[:9, :11].astype(float)
    powers = [(i, j) for i in range(4) for j in range(4 - i)]
    image = sum(w * row**i * column**j for w, (i, j) in zip(weights, powers, strict=1))
    np.testing.assert_allclose(case.high_pass(image), np.zeros((5, 7)), atol=1e-9)


def test_high_pass_sees_a_single_changed_pixel_as_the_filter():
    image = np.full((9, 9), 100.0)
    image[4, 4] += 1
    np.testing.assert_allclose(case.high_pass(image), case.KV, atol=1e-12)
    assert case.KV[2, 2] == -1


def test_high_pass_is_scipys_correlation():
    rng = RNG(0)
    image, kernel = rng.normal(size=(12, 10)), rng.normal(size=(3, 4))
    expected = signal.correlate2d(image, kernel, mode="valid")
    np.testing.assert_allclose(case.high_pass(image, kernel), expected)
    expected = signal.correlate2d(image, case.KV, mode="valid")
    np.testing.assert_allclose(case.high_pass(image), expected)


def test_filtered_message_has_the_energy_of_the_filter():
    noise = RNG(1).choice([-1.0, 0, 1], p=[0.05, 0.9, 0.05], size=(500, 500))
    expected = 0.1 * (case.KV**2).sum()
    assert case.high_pass(noise).var() == pytest.approx(expected, rel=0.02)


def test_tlu_clips_symmetrically():
    values = np.array([-9.0, -3, -0.5, 0, 2, 3.5])
    np.testing.assert_array_equal(case.tlu(values), [-3, -3, -0.5, 0, 2, 3])
    np.testing.assert_array_equal(case.tlu(values, 1), [-1, -1, -0.5, 0, 1, 1])


@pytest.mark.parametrize("rate", [0.001, 0.2, 0.5, 2 / 3])
def test_payload_is_the_entropy_of_three_outcomes(rate):
    expected = stats.entropy([1 - rate, rate / 2, rate / 2], base=2)
    assert case.payload(rate) == pytest.approx(expected)


@pytest.mark.parametrize("bits", [1e-4, 0.05, 0.4, 1.2, 1.58])
def test_change_rate_inverts_the_payload(bits):
    expected = optimize.brentq(lambda rate: case.payload(rate) - bits, 1e-8, 2 / 3)
    assert case.change_rate(bits) == pytest.approx(expected, rel=1e-6)


def test_embed_changes_the_given_share_by_one_and_stays_in_range():
    rng = RNG(2)
    cover = rng.integers(0, 256, (400, 400)).astype(float)
    cover[:100], cover[100:200] = 0, 255
    stego = case.embed(cover, 0.1, rng)
    change = stego - cover
    assert set(np.unique(change)) == {-1, 0, 1}
    assert (change != 0).mean() == pytest.approx(0.1, abs=0.005)
    assert (stego.min(), stego.max()) == (0, 255)
    assert set(np.unique(change[:100])) == {0, 1}
    assert set(np.unique(change[100:200])) == {-1, 0}
    assert abs(change[200:].mean()) < 0.005
    np.testing.assert_array_equal(case.embed(cover, 0, rng), cover)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_detection_error_is_the_best_point_of_the_roc_curve(seed):
    rng = RNG(seed)
    cover = rng.integers(0, 9, 12).astype(float)
    stego = rng.integers(2, 11, 15).astype(float)
    labels = np.repeat([0, 1], [12, 15])
    scores = np.concatenate([cover, stego])
    false, true, _ = roc_curve(labels, scores, drop_intermediate=False)
    expected = ((false + 1 - true) / 2).min()
    assert case.detection_error(cover, stego) == pytest.approx(expected)


def test_detection_error_at_the_ends():
    low, high = np.array([0.0, 1]), np.array([2.0, 3])
    assert case.detection_error(low, high) == 0
    assert case.detection_error(high, low) == 0.5  # better to guess


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_flip_moves_boxes_with_their_pixels(seed):
    rng = RNG(seed)
    image = np.zeros((8, 13, 3))
    x1, x2 = sorted(rng.choice(14, 2, replace=False))
    y1, y2 = sorted(rng.choice(9, 2, replace=False))
    image[y1:y2, x1:x2] = 1
    mirrored, boxes = case.flip(image, np.array([[x1, y1, x2, y2]], float))
    left, top, right, bottom = boxes[0].astype(int)
    found = ndimage.find_objects(mirrored[..., 0].astype(int))[0]
    assert found == np.s_[top:bottom, left:right]
    again, back = case.flip(mirrored, boxes)
    np.testing.assert_array_equal(again, image)
    np.testing.assert_array_equal(back, [[x1, y1, x2, y2]])


def test_cells_by_resizing_and_dividing():
    assert case.cells(80, side=1000, network=500) == 5  # 40 pixels, 8 a cell
    assert case.cells(80, side=1000, network=500, stride=16) == 2.5
    assert case.cells(16, side=416, network=416) == 2


@pytest.mark.parametrize(("side", "shift"), [(10, 0), (10, 3), (7, 7)])
def test_shifted_iou_by_counting_pixels(side, shift):
    canvas = np.zeros((2, 20, 20), bool)
    canvas[0, :side, :side] = canvas[1, shift : shift + side, shift : shift + side] = 1
    expected = canvas.all(0).sum() / canvas.any(0).sum()
    assert case.shifted_iou(side, shift) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("iou", "same", "free", "kind"),
    [
        ([0.6], [1], [1], "correct"),
        ([0.5], [1], [1], "correct"),
        ([0.6, 0.7], [1, 0], [1, 1], "correct"),
        ([0.6], [1], [0], "duplicate"),
        ([0.5], [1], [0], "duplicate"),
        ([0.6, 0.2], [1, 1], [0, 1], "duplicate"),
        ([0.49], [1], [1], "location"),
        ([0.1], [1], [0], "location"),
        ([0.3, 0.9], [1, 0], [1, 1], "location"),
        ([0.09, 0.5], [1, 0], [1, 1], "class"),
        ([0.6, 0.9], [1, 0], [0, 1], "class"),
        ([0.09, 0.3], [1, 0], [1, 1], "class and location"),
        ([0.1], [0], [1], "class and location"),
        ([0.09, 0.05], [1, 0], [1, 1], "background"),
        ([0.05, 0.09], [1, 0], [1, 1], "background"),
        ([], [], [], "background"),
    ],
)
def test_error_kind(iou, same, free, kind):
    arguments = np.array(iou, float), np.array(same, bool), np.array(free, bool)
    assert case.error_kind(*arguments) == kind


def test_error_kind_with_other_limits():
    iou, yes = np.array([0.6]), np.array([True])
    assert case.error_kind(iou, yes, yes, high=0.75) == "location"
    assert case.error_kind(iou, yes, yes, high=0.75, low=0.65) == "background"


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.frozensets(st.sampled_from("abcdef"), min_size=1, max_size=2)),
    st.sets(st.sampled_from("abcdef")),
)
def test_split_by_person_shares_nobody_and_loses_no_clip(clips, held_out):
    train, test, dropped = case.split_by_person(clips, held_out)
    assert not case.shared_people(train, test)
    assert sorted(map(sorted, train + test + dropped)) == sorted(map(sorted, clips))
    for clip in dropped:  # with either side it would share somebody
        assert clip & held_out
        assert clip - held_out
    assert all(clip <= held_out for clip in test)


def test_share_of_swaps_lost_is_twice_the_product():
    rng = RNG(3)
    clips = [
        frozenset(map(str, rng.choice(1000, 2, replace=False))) for _ in range(5000)
    ]
    _, test, dropped = case.split_by_person(clips, set(map(str, range(200))))
    assert len(dropped) / len(clips) == pytest.approx(2 * 0.2 * 0.8, abs=0.02)
    assert len(test) / len(clips) == pytest.approx(0.2**2, abs=0.01)


def test_shared_people_are_those_on_both_sides():
    train = [frozenset("a"), frozenset("bc")]
    assert case.shared_people(train, [frozenset("cd"), frozenset("b")]) == {"b", "c"}
    assert case.shared_people(train, []) == set()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_log_loss_is_sklearns(seed):
    rng = RNG(seed)
    labels, fake = rng.integers(0, 2, 20), rng.uniform(0.01, 0.99, 20)
    expected = log_loss(labels, fake, labels=[0, 1])
    assert case.log_loss(labels, fake) == pytest.approx(expected)


def test_log_loss_margin_bounds_a_confident_mistake():
    wrong = np.array([1.0, 0.0])
    for margin in (0.1, 0.01):
        got = case.log_loss(wrong, 1 - wrong, margin)
        assert got == pytest.approx(-math.log(margin))
    assert case.log_loss(wrong, 1 - wrong) == pytest.approx(-math.log(1e-15), rel=1e-3)


def test_contrast_of_known_colors():
    black, white = (0, 0, 0), (255, 255, 255)
    assert case.contrast(black, white) == pytest.approx(21)
    assert case.contrast(white, black) == case.contrast(black, white)
    assert case.contrast(white, white) == 1
    # the gray that is commonly given as the lightest that passes 4.5 on white
    assert case.contrast(white, (118,) * 3) >= 4.5 > case.contrast(white, (119,) * 3)
    red, green, blue = (case.luminance(c) for c in np.eye(3, dtype=int) * 255)
    assert (red, green, blue) == pytest.approx((0.2126, 0.7152, 0.0722))
    assert case.luminance((10, 10, 10)) == pytest.approx(10 / 255 / 12.92)
    dark = case.luminance((60,) * 3)  # a power of 2.2 is close to the sRGB curve
    assert dark == pytest.approx((60 / 255) ** 2.2, abs=0.005)
    assert case.luminance((188,) * 3) == pytest.approx(0.5, abs=0.005)  # mid gray


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.integers(1, 7), st.integers(1, 9))
def test_calmest_is_the_least_of_all_windows(seed, height, width):
    image = RNG(seed).normal(size=(7, 9))
    down, right = np.gradient(image)
    detail = down**2 + right**2
    sums = {
        (i, j): detail[i : i + height, j : j + width].sum()
        for i in range(8 - height)
        for j in range(10 - width)
    }
    assert case.calmest(image, height, width) == min(sums, key=sums.get)


def test_latent_saving_counts_values():
    image, latent = 3 * 512 * 512, 4 * 64 * 64
    assert case.latent_saving() == image / latent
    assert case.latent_saving(factor=4, channels=3) == 16


def test_gpus_from_work_in_the_busiest_hour():
    # 28,800 drafts a day are one a second at the peak: 2.9 of 0.6 x 5 GPUs
    assert case.gpus(14_400, drafts=2, seconds=2.9) == 5
    assert case.gpus(14_400, drafts=2, seconds=3.1) == 6
