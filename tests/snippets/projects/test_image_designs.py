"""Photometric stereo against a synthetic sphere, filling against the whole video."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from snippets.projects import image_designs as design
from snippets.theory.generative_models import warp


def test_sphere_normals_are_the_points_of_the_sphere():
    normals, inside = design.sphere_normals(50)
    assert normals.shape == (50, 50, 3)
    assert inside.mean() == pytest.approx(math.pi / 4, abs=0.01)
    np.testing.assert_allclose(np.linalg.norm(normals[inside], axis=1), 1)
    assert np.all(normals[inside][:, 2] > 0)
    assert np.all(normals[~inside][:, 2] == 0)
    # pixel centers, x to the right, y up
    np.testing.assert_allclose(normals[0, :, 0], np.arange(-49, 50, 2) / 50)
    np.testing.assert_allclose(normals[:, 0, 1], np.arange(49, -50, -2) / 50)


def test_ring_has_unit_vectors_of_one_tilt_evenly_turned():
    lights = design.ring(8, 30)
    np.testing.assert_allclose(np.linalg.norm(lights, axis=1), 1)
    np.testing.assert_allclose(lights[:, 2], math.sqrt(3) / 2)
    np.testing.assert_allclose(lights[0], [0.5, 0, math.sqrt(3) / 2])
    np.testing.assert_allclose(lights[2, :2], [0, 0.5], atol=1e-12)
    quarter = Rotation.from_euler("z", 45, degrees=True).apply(lights)
    np.testing.assert_allclose(quarter, np.roll(lights, -1, axis=0), atol=1e-12)


def test_render_is_albedo_times_cosine_and_black_when_turned_away():
    normals = np.array([[0, 0, 1.0], [0.6, 0, 0.8], [1, 0, 0]])
    lights = np.array([[0, 0, 1.0], [-1, 0, 0]])
    images = design.render(normals, np.array([1, 0.5, 2]), lights)
    np.testing.assert_allclose(images, [[1, 0.4, 0], [0, 0, 0]])


def test_render_cannot_tell_a_dome_from_a_bowl_under_frontal_light():
    normals, inside = design.sphere_normals(32)
    bowl = normals * [-1, -1, 1]
    albedo, front = np.ones(inside.shape), np.array([[0, 0, 1.0]])
    same = design.render(normals, albedo, front), design.render(bowl, albedo, front)
    np.testing.assert_array_equal(*same)


@pytest.mark.parametrize("tilt", [30, 45, 60])
def test_photometric_stereo_recovers_the_sphere_and_its_paint(tilt):
    normals, inside = design.sphere_normals(40)
    albedo = np.random.default_rng(1).uniform(0.2, 1, inside.shape)
    lights = design.ring(12, tilt) * np.linspace(0.5, 2, 12)[:, None]
    images = design.render(normals, albedo, lights)
    found, paint = design.photometric_stereo(images, lights)
    np.testing.assert_allclose(found[inside], normals[inside], atol=1e-9)
    np.testing.assert_allclose(paint[inside], albedo[inside])
    # shadows fitted as equations bend the rim and spare the middle
    bent, _ = design.photometric_stereo(images, lights, -np.inf)
    errors = design.angular_error(bent, normals)
    shaded = inside & (images == 0).any(axis=0)
    assert errors[inside & ~shaded].max() < 1e-5
    assert errors[shaded].mean() > 5


def test_photometric_stereo_of_one_pixel_is_a_least_squares_fit():
    rng = np.random.default_rng(2)
    lights = rng.normal(size=(7, 3))
    values = rng.uniform(-0.2, 1, 7)
    kept = values > 0.1
    wanted, *_ = np.linalg.lstsq(lights[kept], values[kept], rcond=None)
    normal, albedo = design.photometric_stereo(values, lights, dark=0.1)
    np.testing.assert_allclose(albedo * normal, wanted)
    assert np.linalg.norm(normal) == pytest.approx(1)


def test_photometric_stereo_drops_what_equals_the_threshold():
    lights = np.vstack([np.eye(3), [0, 0, 2.0]])
    values = np.array([0.3, 0.4, 0.5, 0.2])  # the last contradicts the third
    normal, albedo = design.photometric_stereo(values, lights, dark=0.2)
    np.testing.assert_allclose(albedo * normal, [0.3, 0.4, 0.5])


def test_photometric_stereo_says_where_light_does_not_suffice():
    lights = np.vstack([np.eye(3), [1, 1, 0]])
    two = np.array([0.5, 0.5, 0, 0.5])  # three lights, in one plane
    black = np.zeros(4)
    good = np.array([0.1, 0.2, 0.2, 0.3])
    images = np.stack([two, black, good], axis=1)
    normals, albedo = design.photometric_stereo(images, lights)
    assert np.isnan(normals[:2]).all()
    assert np.isnan(albedo[:2]).all()
    np.testing.assert_allclose(normals[2], [1 / 3, 2 / 3, 2 / 3])
    assert albedo[2] == pytest.approx(0.3)
    # enough equations, but no light came back
    normals, albedo = design.photometric_stereo(black, lights, dark=-1)
    assert np.isnan(normals).all()
    assert np.isnan(albedo)


def test_unknown_lights_leave_the_surface_ambiguous():
    normals, inside = design.sphere_normals(20)
    lights = design.ring(6, 20)
    images = design.render(normals, np.ones(inside.shape), lights)
    # a generalized bas-relief transformation of surface and lights
    G = np.array([[1, 0, -0.3], [0, 1, 0.2], [0, 0, 1.7]])
    other = lights @ np.linalg.inv(G)
    found, albedo = design.photometric_stereo(images, other)
    again = np.maximum((albedo[..., None] * found) @ other.T, 0)
    np.testing.assert_allclose(np.moveaxis(again, -1, 0)[:, inside], images[:, inside])
    assert design.angular_error(found, normals)[inside].mean() > 5


@given(st.floats(1e-7, 179.99), st.floats(0.1, 10), st.integers(0, 99))
@settings(deadline=None, max_examples=50)
def test_angular_error_is_the_angle_of_the_rotation(angle, length, seed):
    rng = np.random.default_rng(seed)
    a, other = rng.normal(size=(2, 3))
    axis = np.cross(a, other)
    turn = Rotation.from_rotvec(np.radians(angle) * axis / np.linalg.norm(axis))
    got = design.angular_error(a, length * turn.apply(a))
    assert got == pytest.approx(angle, rel=1e-6, abs=1e-9)


def test_angular_error_of_maps():
    a = np.array([[[1, 0, 0], [0, 1, 0]], [[0, 0, 2], [1, 1, 0]]], dtype=float)
    b = np.array([1.0, 0, 0])
    np.testing.assert_allclose(
        design.angular_error(a, b), [[0, 90], [90, 45]], atol=1e-12
    )
    assert design.angular_error(-b, b) == 180


def test_sphere_errors_follow_the_noise_when_shadows_are_dropped():
    clean = design.sphere_errors(dark=0.0, noise=0.0)
    assert np.isnan(clean).mean() == pytest.approx(1 - math.pi / 4, abs=0.01)
    assert np.nanmax(clean) < 1e-5
    one, two = (design.sphere_errors(0.08, noise) for noise in (0.004, 0.008))
    assert np.nanmean(two) == pytest.approx(2 * np.nanmean(one), rel=0.05)
    default = design.sphere_errors(0.05)
    np.testing.assert_array_equal(default, design.sphere_errors(0.05, noise=0.01))
    # middle: all twelve lights arrive, covariance noise^2 (A^T A)^-1
    lights = design.ring(12, 45)
    spread = 0.01 / 0.8 * math.sqrt(1 / (lights[:, 0] ** 2).sum())
    rayleigh = np.degrees(spread * math.sqrt(math.pi / 2))  # x and y err
    assert np.nanmean(default[24:40, 24:40]) == pytest.approx(rayleigh, rel=0.15)


def test_panning_moves_the_scene_by_its_flow():
    video, back = design.panning(4, speed=2)
    assert video.shape == (4, 24, 64)
    np.testing.assert_allclose(video[1:, :, :-2], video[:-1, :, 2:])
    assert back.shape == (4, 24, 64, 2)
    for k in range(1, 4):
        moved, inside = warp(video[k - 1], back[k])
        seen = inside > 0
        np.testing.assert_allclose(moved[seen], video[k][seen])
    assert video[0, 0, 0] == pytest.approx(0.6)
    assert video[0, 4, 0] == pytest.approx(0.5 + 0.1 * math.cos(1))
    assert video[1, 0, 1] == pytest.approx(
        0.5 + 0.2 * math.sin(1) + 0.1 * math.cos(0.6)
    )


def _holes(video, first=20, width=12):
    holes = np.zeros(video.shape, dtype=bool)
    holes[:, 8:16, first : first + width] = True
    return holes


@pytest.mark.parametrize(("speed", "tolerance"), [(3, 1e-12), (1.5, 0.004)])
def test_fill_copies_what_earlier_frames_show(speed, tolerance):
    video, back = design.panning(12, speed)
    holes = _holes(video)
    hidden = np.where(holes, 9.0, video)  # must never be looked up
    filled, left = design.fill(hidden, holes, back)
    np.testing.assert_array_equal(filled[left], hidden[left])
    np.testing.assert_array_equal(filled[~holes], video[~holes])
    np.testing.assert_allclose(filled[~left], video[~left], atol=tolerance)
    # after k frames the camera has uncovered k * speed pixels on the right
    for k in range(12):
        columns = left[k].any(axis=0).nonzero()[0]
        rest = 12 - min(12, math.floor(k * speed))
        np.testing.assert_array_equal(columns, np.arange(20, 20 + rest))
    assert hidden[5, 10, 22] == 9  # the input is untouched
    assert holes.sum() == 12 * 8 * 12


def test_fill_prefers_the_latest_view():
    video, back = design.panning(3, 0)
    video += np.arange(3)[:, None, None]  # it gets brighter
    holes = np.zeros(video.shape, dtype=bool)
    holes[2, 5, 5] = True
    filled, left = design.fill(video, holes, back)
    assert filled[2, 5, 5] == video[1, 5, 5]
    assert not left.any()
    holes[1, 5, 5] = True
    filled, left = design.fill(video, holes, back)
    assert filled[2, 5, 5] == filled[1, 5, 5] == video[0, 5, 5]


def test_fill_takes_nothing_from_beyond_the_frame():
    video, back = design.panning(4, 4)
    holes = _holes(video, first=52)  # up to the right edge, where new comes in
    _, left = design.fill(video, holes, back)
    np.testing.assert_array_equal(left, holes)
    # a path that leaves the frame and comes back is not trusted
    back = np.zeros((3, 24, 64, 2))
    back[2, ..., 1], back[1, ..., 1] = 5, -5
    holes = np.zeros((3, 24, 64), dtype=bool)
    holes[2, 5, 61] = holes[2, 5, 30] = True
    holes[1, 5, 35] = True
    filled, left = design.fill(video[:3], holes, back)
    assert left[2, 5, 61]
    assert filled[2, 5, 30] == pytest.approx(video[0, 5, 30])


def test_fill_follows_a_flow_that_varies():
    rng = np.random.default_rng(4)
    video = rng.uniform(size=(3, 24, 64))
    back = np.zeros((3, 24, 64, 2))
    back[2, 10, 30] = (1, 2)
    back[1, 11, 32] = (-3, 4)  # where the first step leads
    holes = np.zeros(video.shape, dtype=bool)
    holes[2, 10, 30] = holes[1, 11, 32] = True
    filled, left = design.fill(video, holes, back)
    assert filled[2, 10, 30] == filled[1, 11, 32] == video[0, 8, 36]
    assert not left.any()


def test_fill_both_ways_uses_past_and_future():
    video, back = design.panning(10, 1.5)
    holes = _holes(video)
    filled, left = design.fill_both_ways(video * ~holes, holes, back, -back)
    assert not left.any()
    np.testing.assert_allclose(filled, video, atol=0.004)
    # the first frame has no past: all of it comes from the future
    past, missing = design.fill(video * ~holes, holes, back)
    np.testing.assert_array_equal(missing[0], holes[0])
    seen = holes & ~missing
    np.testing.assert_array_equal(filled[seen], past[seen])


def test_fill_both_ways_follows_a_forward_flow_that_varies():
    video = np.random.default_rng(5).uniform(size=(3, 24, 64))
    back, forth = np.zeros((2, 3, 24, 64, 2))
    forth[0, 10, 30] = (1, 2)
    forth[1, 11, 32] = (-3, 4)  # where the first step leads
    holes = np.zeros(video.shape, dtype=bool)
    holes[0, 10, 30] = holes[1, 11, 32] = True
    filled, left = design.fill_both_ways(video, holes, back, forth)
    assert filled[0, 10, 30] == video[2, 8, 36]
    assert filled[1, 11, 32] == video[0, 11, 32]  # the past goes first
    assert not left.any()


def test_fill_both_ways_leaves_what_neither_shows():
    video, back = design.panning(3, 2)
    holes = _holes(video)
    filled, left = design.fill_both_ways(video * ~holes, holes, back, -back)
    for k in range(3):
        columns = left[k].any(axis=0).nonzero()[0]
        np.testing.assert_array_equal(columns, np.arange(20 + 4 - 2 * k, 32 - 2 * k))
    assert np.all(filled[left] == 0)
    np.testing.assert_allclose(filled[~left], video[~left])


@pytest.mark.parametrize(("frames", "speed", "width"), [(5, 1, 10), (4, 3, 24)])
def test_logo_left_is_the_closed_form(frames, speed, width):
    share = max(0, 1 - speed * (frames - 1) / width)
    assert design.logo_left(frames, speed, width) == pytest.approx(share)
    assert design.logo_left(4) == design.logo_left(4, 2, 24) == 0.75


def test_gigabytes_are_those_of_arrays():
    flow = np.zeros((3, 20, 30, 4), dtype=np.float16)
    assert design.gigabytes(3, 600, 4, 2) == pytest.approx(flow.nbytes / 1e9)


def test_attention_tflops_count_the_two_products():
    # 2 frames of 3 x 2 patches: 12 tokens; scores 12 x 512 x 12 and back
    multiply_adds = 12 * 512 * 12 + 12 * 12 * 512
    assert design.attention_tflops(2, 33, 32) == pytest.approx(2 * multiply_adds / 1e12)
    assert design.attention_tflops(2, 32, 33) == design.attention_tflops(2, 33, 32)


@pytest.mark.parametrize("frames", [1, 8, 24, 25, 40, 41, 300])
def test_windows_cover_the_clip(frames):
    count = design.windows(frames)
    assert count >= 1
    assert count == design.windows(frames, 24, 8)
    assert count * 16 + 8 >= frames  # they reach the end
    assert count == 1 or (count - 1) * 16 + 8 < frames  # and none is too many
    assert design.windows(10, length=5, overlap=0) == 2


@pytest.mark.parametrize(("period", "lookups"), [(8, 1), (8, 3), (16, 5)])
def test_contrast_left_is_what_chained_lookups_leave(period, lookups):
    x = np.arange(200)
    wave = np.tile(np.sin(2 * np.pi * x / period), (2, 1))
    flow = np.zeros((2, 200, 2))
    flow[..., 1] = 0.5
    for _ in range(lookups):
        wave, _ = warp(wave, flow)
    middle = wave[0, 64 : 64 + period]  # a whole period, far from the ends
    amplitude = math.sqrt(2 * (middle**2).mean())
    assert design.contrast_left(period, lookups) == pytest.approx(amplitude)


def test_attention_seconds_divide_work_by_speed():
    assert design.attention_seconds(100, layers=3, speed=60) == pytest.approx(5)
    assert design.attention_seconds(100) == design.attention_seconds(100, 12, 50) == 24
