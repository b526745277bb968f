"""The clustering assignment against brute force, closed forms and scikit-learn."""

import itertools
from collections import Counter

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs

from snippets.coding.take_home.clustering import features, model, report, simulate
from snippets.coding.take_home.clustering.simulate import ACTIVITIES, Activity

TIME = np.arange(500) / 50


def pair_counting(a, b):
    """The adjusted Rand index by its definition, pair after pair."""
    pairs = list(itertools.combinations(range(len(a)), 2))
    same_a = np.array([a[i] == a[j] for i, j in pairs])
    same_b = np.array([b[i] == b[j] for i, j in pairs])
    both, expected = (same_a & same_b).sum(), same_a.sum() * same_b.sum() / len(pairs)
    return (both - expected) / ((same_a.sum() + same_b.sum()) / 2 - expected)


# The simulator


def test_turns_are_rotations_that_prefer_no_direction():
    rng = np.random.default_rng(0)
    turns = np.array([simulate.turn(rng) for _ in range(2000)])
    np.testing.assert_allclose(
        turns @ turns.transpose(0, 2, 1), np.tile(np.eye(3), (2000, 1, 1)), atol=1e-12
    )
    np.testing.assert_allclose(np.linalg.det(turns), 1)
    assert np.abs(turns.mean(axis=0)).max() < 0.06
    # entries of a uniform rotation are uniform in [-1, 1]: variance 1/3
    np.testing.assert_allclose(turns.var(axis=0), 1 / 3, atol=0.03)


def moves(window):
    """Undo the pocket: along gravity is g + m, to the front 0.3 m."""
    squared = (window**2).sum(axis=1)
    # (0.3 m)^2 + (g + m)^2 = squared
    a, b, c = 1.09, 2 * 9.81, 9.81**2 - squared
    return (-b + np.sqrt(b**2 - 4 * a * c)) / (2 * a)


def test_a_still_body_weighs_g_in_any_direction():
    still = Activity("still", 1.0, 0.0, 0.0, 0.0)
    rng = np.random.default_rng(0)
    for _ in range(5):
        window = simulate.record(still, 1.0, 1.0, rng)
        assert window.shape == (500, 3)
        np.testing.assert_allclose(np.linalg.norm(window, axis=1), 9.81)
        np.testing.assert_allclose(window, np.tile(window[0], (500, 1)))


def test_a_rhythm_has_two_sines_of_the_right_size_and_pace():
    active = Activity("active", 2.0, 1.5, 0.5, 0.0)
    rng = np.random.default_rng(0)
    paces, phases = [], []
    for _ in range(150):
        move = moves(simulate.record(active, 1.1, 0.8, rng))
        grid = np.arange(1.8, 2.6, 0.002)
        waves = np.exp(-2j * np.pi * grid[:, None] * TIME) @ (move * np.hanning(500))
        at = grid[np.abs(waves).argmax()]
        paces.append(at / 2.2)
        base = 2 * np.pi * at * TIME
        columns = [f(n * base) for n in (1, 2) for f in (np.sin, np.cos)]
        fit, *_ = np.linalg.lstsq(np.stack(columns, axis=1), move, rcond=None)
        sizes = np.hypot(fit[::2], fit[1::2])
        np.testing.assert_allclose(sizes, [1.2, 0.6], rtol=0.03)
        one, two = np.arctan2(fit[1::2], fit[::2])
        late = (two - 2 * one - 1) % (2 * np.pi)  # 1 radian ahead, at any phase
        assert min(late, 2 * np.pi - late) < 0.05
        phases.append(one)
    assert abs(np.mean(paces) - 1) < 0.01
    assert 0.02 < np.std(paces) < 0.04
    assert abs(np.exp(1j * np.array(phases)).mean()) < 0.3  # anywhere on the circle


def test_the_front_gets_less_than_the_height_and_the_side_nothing():
    active = Activity("active", 2.0, 1.5, 0.5, 0.0)
    window = simulate.record(active, 1.0, 1.0, np.random.default_rng(1))
    spread = np.linalg.svd(window - window.mean(axis=0), compute_uv=False)
    assert spread[1] < 1e-9 * spread[0]  # one direction
    along = np.linalg.svd(window - window.mean(axis=0))[2][0]
    down = window.mean(axis=0) / np.linalg.norm(window.mean(axis=0))
    # the mean is not exactly gravity, because the sines do not end at a period
    assert abs(along @ down) == pytest.approx(1 / np.hypot(1, 0.3), abs=0.01)


def test_shaking_is_white_and_alike_on_all_axes():
    shaky = Activity("shaky", 1.0, 0.0, 0.0, 0.7)
    window = simulate.record(shaky, 1.0, 1.0, np.random.default_rng(0))
    centered = window - window.mean(axis=0)
    np.testing.assert_allclose(np.cov(centered.T), 0.49 * np.eye(3), atol=0.08)
    assert abs((centered[1:] * centered[:-1]).mean()) < 0.06


def test_recordings_hold_every_activity_of_every_person():
    found = simulate.recordings(people=3, windows=2)
    pairs = Counter(zip(found.person.tolist(), found.activity.tolist(), strict=True))
    assert pairs == dict.fromkeys(itertools.product(range(3), range(6)), 2)
    whole = simulate.recordings()
    assert Counter(whole.person) == dict.fromkeys(range(20), 18)
    first = simulate.recordings(people=1)
    np.testing.assert_array_equal(whole.windows[:18], first.windows)
    assert not np.allclose(simulate.recordings(1, seed=1).windows, first.windows)
    strengths = features.strength(first.windows).std(axis=1)
    np.testing.assert_array_equal(first.activity, np.arange(18) // 3)
    assert strengths[:3].max() < 0.1  # sitting
    assert strengths[3:15].max() < strengths[15:].min()  # running


def test_people_differ_in_pace_and_strength_as_announced():
    data = simulate.recordings(people=150, windows=1, seed=3)
    walk = features.first_features(data.windows[data.activity == 3])
    # a tenth of a hertz is the resolution; 3% differ from window to window
    assert np.std(np.log(walk[:, 1])) == pytest.approx(np.hypot(0.08, 0.03), rel=0.2)
    assert np.mean(np.log(walk[:, 1])) == pytest.approx(np.log(1.9), abs=0.03)
    assert np.std(walk[:, 0]) == pytest.approx(0.25, rel=0.2)
    assert abs(np.corrcoef(walk[:, 0], walk[:, 1])[0, 1]) < 0.25


# Features


def test_strength_does_not_know_how_the_phone_lies():
    rng = np.random.default_rng(0)
    windows = rng.normal([0, 0, 9], 1, size=(4, 60, 3))
    turned = windows @ simulate.turn(rng).T
    found = features.strength(windows)
    np.testing.assert_allclose(found, features.strength(turned))
    lengths = [[np.sqrt(x * x + y * y + z * z) for x, y, z in w] for w in windows]
    means = [sum(row) / 60 for row in lengths]
    expected = [[x - m for x in row] for row, m in zip(lengths, means, strict=True)]
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("readings", [40, 41])
def test_spectrum_is_the_discrete_fourier_transform(readings):
    signal = np.random.default_rng(0).normal(size=(3, readings))
    frequencies, share = features.spectrum(signal)
    t = np.arange(readings)
    bell = 0.5 - 0.5 * np.cos(2 * np.pi * t / (readings - 1))
    power = np.array(
        [
            [
                abs(sum(x * bell * np.exp(-2j * np.pi * k * t / readings))) ** 2
                for k in range(readings // 2 + 1)
            ]
            for x in signal
        ]
    )
    expected = [row / sum(row) for row in power]
    np.testing.assert_allclose(share, expected, atol=1e-12)
    seconds = readings / 50
    np.testing.assert_allclose(frequencies, np.arange(readings // 2 + 1) / seconds)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({0.3: 9, 2.0: 1}, 2.0),  # too slow for legs
        ({9.0: 9, 2.0: 1}, 2.0),  # too fast
        ({0.5: 2, 2.0: 1}, 0.5),  # both ends are included
        ({5.0: 2, 2.0: 1}, 5.0),
        ({1.5: 1, 4.0: 2}, 4.0),
    ],
)
def test_peak_is_the_strongest_frequency_of_legs(parts, expected):
    signal = sum(size * np.sin(2 * np.pi * f * TIME) for f, size in parts.items())
    frequency, share = features.peak(np.array([signal, signal]))
    np.testing.assert_allclose(frequency, expected)
    total = sum(size**2 for size in parts.values())
    near = sum(s**2 for f, s in parts.items() if abs(f - expected) <= 0.25)
    np.testing.assert_allclose(share, near / total, atol=0.01)


def test_share_counts_what_lies_within_a_quarter_hertz():
    signal = np.random.default_rng(0).normal(size=(20, 400))  # a grid of 1/8 Hz
    frequencies, share = features.spectrum(signal)
    found, near = features.peak(signal)
    for i in range(20):
        band = [k for k, f in enumerate(frequencies) if 0.5 <= f <= 5]
        top = max(band, key=lambda k: share[i, k])
        assert found[i] == frequencies[top]
        assert near[i] == pytest.approx(share[i, top - 2 : top + 3].sum())


def test_features_weigh_the_frequency_by_its_share():
    windows = simulate.recordings(people=1).windows
    signal = features.strength(windows)
    frequency, share = features.peak(signal)
    spread = [np.sqrt(np.mean(row**2)) for row in signal]
    first = features.first_features(windows)
    second = features.features(windows)
    np.testing.assert_allclose(first[:, 0], np.log(spread))
    np.testing.assert_allclose(first[:, 1:], np.stack([frequency, share], axis=1))
    np.testing.assert_allclose(second[:, [0, 2]], first[:, [0, 2]])
    np.testing.assert_allclose(second[:, 1], frequency * share)
    assert len(features.NAMES) == second.shape[1]


# Clusters


@pytest.fixture(scope="module")
def blobs():
    table, truth = make_blobs(120, centers=4, cluster_std=0.3, random_state=1)
    return table, truth, np.tile(np.arange(12), 10)


def test_scaling_gives_mean_zero_and_deviation_one():
    table = np.random.default_rng(0).normal(3, [1, 50], size=(40, 2))
    expected = (table - table.mean(axis=0)) / table.std(axis=0)
    np.testing.assert_allclose(model.scaled(table), expected)


def test_fit_is_the_best_of_ten_starts():
    table = np.random.default_rng(0).random((150, 2))
    best = model.fit(table, 9)
    assert best.cluster_centers_.shape == (9, 2)
    assert best.n_init == 10
    starts = np.random.RandomState(0).randint(np.iinfo(np.int32).max, size=10)
    inertias = [
        KMeans(9, n_init=1, random_state=start).fit(table).inertia_ for start in starts
    ]
    assert best.inertia_ <= np.median(inertias)
    other = model.fit(table, 9, seed=1)
    assert not np.array_equal(best.labels_, other.labels_)
    np.testing.assert_array_equal(model.fit(table, 9, 0).labels_, best.labels_)


def test_stability_is_the_agreement_of_models_that_saw_half_of_the_people(blobs):
    rng = np.random.default_rng(4)
    table, person = rng.random((40, 2)), np.repeat([3, 5, 6, 8, 9], 8)
    draws = np.random.default_rng(2)
    sorted_by = []
    for number in range(3):
        half = draws.choice([3, 5, 6, 8, 9], 2, replace=False)
        rows = [i for i in range(40) if person[i] in half]
        learned = KMeans(3, n_init=10, random_state=number).fit(table[rows])
        distance = ((table[:, None] - learned.cluster_centers_) ** 2).sum(axis=2)
        sorted_by.append(distance.argmin(axis=1))
    expected = np.mean(
        [pair_counting(sorted_by[i], sorted_by[j]) for i, j in ((0, 1), (0, 2), (1, 2))]
    )
    found = model.stability(table, person, 3, halves=3, seed=2)
    assert found == pytest.approx(expected)
    assert 0 < found < 1
    default = model.stability(table, person, 3)
    assert default == model.stability(table, person, 3, halves=10, seed=0)
    assert default != model.stability(table, person, 3, halves=9)
    assert model.stability(blobs[0], blobs[2], 4) == 1


def test_choices_find_the_number_of_clear_clusters(blobs):
    table, _, person = blobs
    found = model.choices(table, person)
    assert [choice.k for choice in found] == list(range(2, 10))
    assert max(found, key=lambda choice: choice.silhouette).k == 4
    small = model.choices(table[:40], person[:40], largest=3)
    assert [choice.k for choice in small] == [2, 3]
    for k, silhouette, stable in small:
        labels = model.fit(table[:40], k).labels_
        distance = np.linalg.norm(table[:40, None] - table[:40], axis=2)
        widths = []
        for i in range(40):
            own = labels == labels[i]
            inner = distance[i, own].sum() / (own.sum() - 1)
            others = set(labels) - {labels[i]}
            outer = min(distance[i, labels == c].mean() for c in others)
            widths.append((outer - inner) / max(outer, inner))
        assert silhouette == pytest.approx(np.mean(widths))
        assert stable == model.stability(table[:40], person[:40], k)


def between(clusters, truth, rows):
    """The adjusted Rand index over pairs of rows that are not the same window."""
    pairs = [(i, j) for i, j in itertools.combinations(rows, 2) if i != j]
    same_a = np.array([clusters[i] == clusters[j] for i, j in pairs])
    same_b = np.array([truth[i] == truth[j] for i, j in pairs])
    both, expected = (same_a & same_b).sum(), same_a.sum() * same_b.sum() / len(pairs)
    return (both - expected) / ((same_a.sum() + same_b.sum()) / 2 - expected)


def test_agreement_is_the_adjusted_rand_index_with_people_drawn_anew():
    rng = np.random.default_rng(0)
    truth, person = np.repeat(np.arange(3), 12), np.tile([4, 7, 8, 9, 11, 20], 6)
    clusters = np.where(rng.random(36) < 0.3, rng.integers(4, size=36), truth)
    index, low, high = model.agreement(clusters, truth, person, draws=40)
    assert index == pytest.approx(pair_counting(truth, clusters))
    draws = np.random.default_rng(0).multinomial(6, [1 / 6] * 6, 40)
    values = []
    for times in draws:
        people = np.repeat([4, 7, 8, 9, 11, 20], times)
        rows = [i for p in people for i in range(36) if person[i] == p]
        values.append(between(clusters, truth, rows))
    np.testing.assert_allclose([low, high], np.quantile(values, [0.025, 0.975]))
    more = model.agreement(clusters, truth, person)
    assert more == model.agreement(clusters, truth, person, draws=2000)
    assert more != model.agreement(clusters, truth, person, draws=2001)


def test_people_of_different_size_taken_once_give_the_index_itself():
    rng = np.random.default_rng(1)
    truth, clusters = rng.integers(3, size=(2, 40))
    clusters[:25] = truth[:25]
    person = np.repeat([0, 1, 2], [5, 20, 15])
    tables = np.zeros((3, 3, 3))
    np.add.at(tables, (person, truth, clusters), 1)
    for times in ([1, 1, 1], [0, 1, 1], [2, 0, 3]):
        rows = [i for i in range(40) for _ in range(times[person[i]])]
        found = model.adjusted_rand(np.array(times), tables)
        assert found == pytest.approx(between(clusters, truth, rows))
    once = model.adjusted_rand(np.ones(3, int), tables)
    assert once == pytest.approx(pair_counting(truth, clusters))


def test_the_interval_of_unrelated_partitions_is_about_zero():
    rng = np.random.default_rng(0)
    person = np.repeat(np.arange(20), 18)
    ends = [
        model.agreement(*rng.integers(6, size=(2, 360)), person, 200)[1:]
        for _ in range(30)
    ]
    assert abs(np.mean(ends)) < 0.004  # copies as pairs would give 0.016


def test_counts_have_a_row_for_each_activity_and_a_column_for_each_cluster():
    truth = np.array([1, 1, 1, 3, 3, 4])
    clusters = np.array([0, 0, 2, 1, 2, 0])
    rows = [line.split() for line in model.counts(clusters, truth).split("\n")]
    assert rows == [
        ["bus", "2", "0", "1"],
        ["walk", "0", "1", "1"],
        ["stairs", "1", "0", "0"],
    ]


def test_a_line_of_the_report_says_whose_and_how_many():
    data = simulate.recordings(people=4)
    table = model.scaled(features.features(data.windows))
    said = report.line("name", table, data, 3)
    labels = model.fit(table, 3).labels_
    index, low, high = model.agreement(labels, data.activity, data.person)
    assert said == f"name{' ' * 13}k 3: {index:.2f} ({low:.2f} to {high:.2f})"


def test_walking_and_stairs_are_the_pair_that_is_hard_to_tell_apart():
    names = [activity.name for activity in ACTIVITIES]
    rhythms = {a.name: a.rhythm for a in ACTIVITIES if a.size >= 1}
    assert names == ["sit", "bus", "cycle", "walk", "stairs", "run"]
    ratio = rhythms["walk"] / rhythms["stairs"]
    assert np.log(ratio) < 3 * np.hypot(0.08, 0.03)  # people overlap
    assert np.log(rhythms["run"] / rhythms["walk"]) > 3 * np.hypot(0.08, 0.03)
