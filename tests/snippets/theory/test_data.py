"""The page's functions against PyTorch, scikit-learn, SciPy and identities."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special, stats
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import PredefinedSplit, cross_val_score
from sklearn.neighbors import NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.utils.class_weight import compute_class_weight

from snippets import Array
from snippets.theory import data as d

RNG = np.random.default_rng(0)
LOGITS = 3 * RNG.normal(size=(40, 3))
Y = RNG.integers(0, 3, size=40)
WEIGHT = np.array([0.5, 1.0, 4.0])


def torch_cross_entropy(**options: object) -> torch.Tensor:
    loss: torch.Tensor = torch.nn.functional.cross_entropy(
        torch.tensor(LOGITS), torch.tensor(Y), **options
    )
    return loss


def test_balanced_weights_equal_scikit_learn() -> None:
    y = np.array([0, 0, 0, 1, 1, 2])
    expected = compute_class_weight("balanced", classes=np.arange(3), y=y)
    np.testing.assert_allclose(d.balanced_weights(y, 3), expected)
    assert d.balanced_weights(y, 3) @ np.bincount(y) == pytest.approx(len(y))


def test_balanced_weights_refuse_an_empty_class() -> None:
    with pytest.raises(ValueError, match="^a class has no example$"):
        d.balanced_weights(np.array([0, 0, 2]), 3)


def test_focal_loss_without_focus_is_torch_weighted_cross_entropy() -> None:
    expected = torch_cross_entropy(weight=torch.tensor(WEIGHT))
    assert d.focal_loss(LOGITS, Y, WEIGHT, gamma=0) == pytest.approx(expected.item())
    plain = d.focal_loss(LOGITS, Y, np.ones(3), gamma=0)
    assert plain == pytest.approx(torch_cross_entropy().item())


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0, 5.0])
def test_focal_loss_equals_its_definition_in_torch(gamma: float) -> None:
    each = torch_cross_entropy(reduction="none")
    weight = torch.tensor(WEIGHT)[torch.tensor(Y)]
    terms = weight * (1 - torch.exp(-each)) ** gamma * each
    expected = (terms.sum() / weight.sum()).item()
    assert d.focal_loss(LOGITS, Y, WEIGHT, gamma) == pytest.approx(expected)
    if gamma == 2:
        assert d.focal_loss(LOGITS, Y, WEIGHT) == pytest.approx(expected)


def test_focal_loss_is_finite_for_huge_logits() -> None:
    loss = d.focal_loss(np.array([[2000.0, 0.0]]), np.array([1]), np.ones(2))
    assert loss == pytest.approx(2000)


@pytest.mark.parametrize(("weight", "share"), [((1, 99), 0.1), ((2, 1), 0.7)])
def test_class_weights_shift_the_odds_as_resampling_does(
    weight: tuple[float, float], share: float
) -> None:
    # the best constant prediction has the odds w_1 / w_0 times the true odds
    y = (np.arange(1000) < 1000 * share).astype(int)

    def loss(logit: float) -> float:
        logits = np.tile([0.0, logit], (1000, 1))
        return d.focal_loss(logits, y, np.array(weight, float), gamma=0)

    learned = special.expit(optimize.minimize_scalar(loss).x)
    ratio = weight[1] / weight[0]
    trained = ratio * share / (ratio * share + 1 - share)
    assert learned == pytest.approx(trained, abs=1e-5)
    got = d.undo_resampling(np.array([learned]), trained, share)
    assert got[0] == pytest.approx(share, abs=1e-5)


@settings(deadline=None, max_examples=50)
@given(st.floats(-5, 5), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_undo_resampling_is_bayes_rule_for_two_gaussians(
    x: float, trained: float, true: float
) -> None:
    ratio = math.exp(2 * x)  # N(1, 1) to N(-1, 1)
    learned = trained * ratio / (trained * ratio + 1 - trained)
    expected = true * ratio / (true * ratio + 1 - true)
    got = d.undo_resampling(np.array([learned]), trained, true)
    assert got[0] == pytest.approx(expected)
    back = d.undo_resampling(got, true, trained)
    assert back[0] == pytest.approx(learned)


@pytest.mark.parametrize(
    ("trained", "true"), [(0, 0.5), (1, 0.5), (0.5, 0), (0.5, 1), (-1, 0.5), (0.5, 2)]
)
def test_undo_resampling_refuses_impossible_prevalences(
    trained: float, true: float
) -> None:
    with pytest.raises(ValueError, match="^prevalences lie strictly between 0 and 1$"):
        d.undo_resampling(np.array([0.5]), trained, true)


@settings(deadline=None, max_examples=50)
@given(st.floats(0.1, 10), st.floats(0.1, 10), st.floats(0.01, 0.99))
def test_cost_threshold_picks_the_cheaper_action(
    false_positive: float, false_negative: float, p: float
) -> None:
    flag, leave = (1 - p) * false_positive, p * false_negative
    if not math.isclose(flag, leave):
        threshold = d.cost_threshold(false_positive, false_negative)
        assert (flag < leave) == (p > threshold)


def mask(box: Array, height: int, width: int) -> Array:
    """The box as an image of ones, shape (height, width, 1)."""
    image = np.zeros((height, width, 1))
    x1, y1, x2, y2 = box.astype(int)
    image[y1:y2, x1:x2] = 1
    return image


def box_of(image: Array) -> list[int]:
    """The smallest box that holds all ones."""
    rows, columns = np.flatnonzero(image.any((1, 2))), np.flatnonzero(image.any((0, 2)))
    return [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]


@st.composite
def boxes(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """A box inside an image 9 high and 12 wide."""
    x1, y1 = draw(st.integers(0, 11)), draw(st.integers(0, 8))
    return x1, y1, draw(st.integers(x1 + 1, 12)), draw(st.integers(y1 + 1, 9))


@settings(deadline=None, max_examples=50)
@given(boxes())
def test_flip_moves_the_box_with_the_pixels_and_twice_is_identity(
    corners: tuple[int, int, int, int],
) -> None:
    box = np.array([corners], float)
    image = mask(box[0], 9, 12)
    flipped, new = d.flip(image, box)
    assert new[0].tolist() == box_of(flipped)
    again, old = d.flip(flipped, new)
    np.testing.assert_array_equal(again, image)
    np.testing.assert_array_equal(old, box)


@settings(deadline=None, max_examples=50)
@given(boxes(), boxes(), st.sampled_from([0.0, 0.3, 0.5, 1.0]))
def test_crop_moves_and_filters_the_box_like_a_mask(
    corners: tuple[int, int, int, int],
    window: tuple[int, int, int, int],
    visible: float,
) -> None:
    box = np.array([corners], float)
    image = mask(box[0], 9, 12)
    cropped, new, kept = d.crop(image, box, window, visible)
    assert cropped.shape == (window[3] - window[1], window[2] - window[0], 1)
    left = cropped.sum() / image.sum()
    assert kept.tolist() == [left > 0 and left >= visible]
    if kept[0]:
        assert new.tolist() == [box_of(cropped)]
    else:
        assert new.shape == (0, 4)


def test_crop_keeps_each_box_by_its_own_area() -> None:
    image = np.arange(9 * 12 * 2.0).reshape(9, 12, 2)
    several = np.array([[0, 0, 4, 4], [2, 2, 4, 4], [9, 0, 12, 2.0]])
    cropped, new, kept = d.crop(image, several, (2, 1, 8, 9), visible=0.5)
    np.testing.assert_array_equal(cropped, image[1:9, 2:8])
    assert kept.tolist() == [False, True, False]
    assert new.tolist() == [[0, 1, 2, 3]]


def test_crop_of_the_whole_image_changes_nothing() -> None:
    image = RNG.random((9, 12, 3))
    box = np.array([[1, 2, 5, 7.0]])
    cropped, new, kept = d.crop(image, box, (0, 0, 12, 9), visible=1.0)
    np.testing.assert_array_equal(cropped, image)
    np.testing.assert_array_equal(new, box)
    assert kept.all()


def test_mixup_loss_is_the_mixture_of_both_losses() -> None:
    a, b = RNG.random((2, 4, 5, 3))
    one, two = np.eye(3)[[0, 2]]
    image, label = d.mixup(a, b, one, two, lam=0.7)
    np.testing.assert_allclose(image, b + 0.7 * (a - b))
    logits = torch.tensor(LOGITS[:1])
    cross_entropy = torch.nn.functional.cross_entropy
    mixed = cross_entropy(logits, torch.tensor(label[None]))
    parts = [cross_entropy(logits, torch.tensor([k])).item() for k in (0, 2)]
    assert mixed.item() == pytest.approx(0.7 * parts[0] + 0.3 * parts[1])


def test_mixup_at_the_ends_returns_one_of_the_two() -> None:
    a, b = RNG.random((2, 4, 5, 3))
    one, two = np.eye(2)
    for lam, image, label in ((1.0, a, one), (0.0, b, two)):
        got_image, got_label = d.mixup(a, b, one, two, lam)
        np.testing.assert_array_equal(got_image, image)
        np.testing.assert_array_equal(got_label, label)


@settings(deadline=None, max_examples=50)
@given(boxes())
def test_cutmix_label_is_the_share_of_pixels(
    window: tuple[int, int, int, int],
) -> None:
    a, b = np.ones((9, 12, 1)), np.zeros((9, 12, 1))
    image, label = d.cutmix(a, b, *np.eye(2), window)
    np.testing.assert_allclose(label, [image.mean(), 1 - image.mean()], atol=1e-12)
    np.testing.assert_array_equal(image, 1 - mask(np.array(window), 9, 12))
    assert a.all()  # the input is left alone


def test_cutmix_pastes_the_same_place_of_b() -> None:
    a, b = RNG.random((2, 9, 12, 3))
    image, _ = d.cutmix(a, b, *np.eye(2), (2, 1, 7, 5))
    np.testing.assert_array_equal(image[1:5, 2:7], b[1:5, 2:7])


def test_random_deletion_drops_words_at_the_given_rate_in_order() -> None:
    words = [str(i) for i in range(20_000)]
    kept = d.random_deletion(words, 0.3, np.random.default_rng(0))
    assert kept == sorted(kept, key=int)
    deleted = len(words) - len(kept)
    assert stats.binomtest(deleted, len(words), 0.3).pvalue > 0.001


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32 - 1))
def test_random_deletion_spares_protected_words_and_never_empties(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert d.random_deletion(["a", "not", "b"], 1.0, rng, {"not"}) == ["not"]
    assert d.random_deletion(["a", "b"], 0.0, rng) == ["a", "b"]
    assert len(d.random_deletion(["a", "b"], 1.0, rng)) == 1


def test_random_deletion_of_all_leaves_any_of_the_words() -> None:
    rng = np.random.default_rng(0)
    left = {d.random_deletion(["a", "b", "c"], 1.0, rng)[0] for _ in range(60)}
    assert left == {"a", "b", "c"}


class ZeroRandom:
    """A generator whose uniform draws are all 0, the edge of [0, 1)."""

    def random(self) -> float:
        return 0.0

    def integers(self, high: int) -> int:
        return high - 1


def test_random_deletion_with_probability_zero_keeps_even_a_draw_of_zero() -> None:
    rng: np.random.Generator = ZeroRandom()  # type: ignore[assignment]
    assert d.random_deletion(["a", "b"], 0.0, rng) == ["a", "b"]


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 500), st.floats(0, 1))
def test_wilson_interval_equals_scipy(n: int, share: float) -> None:
    successes = round(share * n)
    z = float(stats.norm.ppf(0.975))
    expected = stats.binomtest(successes, n).proportion_ci(0.95, method="wilson")
    got = d.wilson_interval(successes, n, z)
    assert got == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_wilson_interval_is_a_95_percent_interval_by_default() -> None:
    low, high = d.wilson_interval(30, 50)
    expected = stats.binomtest(30, 50).proportion_ci(0.95, method="wilson")
    assert (low, high) == pytest.approx(expected, abs=1e-4)
    assert d.wilson_interval(30, 50, z=1.96) == (low, high)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.integers(0, 9), min_size=30, max_size=60),
    st.integers(2, 3),
    st.integers(0, 99),
)
def test_group_folds_keep_groups_whole_and_even(
    groups: list[int], k: int, seed: int
) -> None:
    array = np.array([*groups, 10, 11, 12])
    fold = d.group_folds(array, k, np.random.default_rng(seed))
    folds_of = [set(fold[array == g].tolist()) for g in np.unique(array)]
    assert all(len(f) == 1 for f in folds_of)
    counts = np.bincount([f.pop() for f in folds_of], minlength=k)
    assert len(counts) == k
    assert np.ptp(counts) <= 1


def test_group_folds_are_shuffled_and_need_enough_groups() -> None:
    rng = np.random.default_rng(0)
    assert len({tuple(d.group_folds(np.arange(6), 2, rng)) for _ in range(20)}) > 1
    assert sorted(d.group_folds(np.arange(3), 3, rng)) == [0, 1, 2]
    with pytest.raises(ValueError, match="^fewer groups than folds$"):
        d.group_folds(np.array([0, 0, 1, 1]), 3, rng)


def mean_gap(X: Array, y: Array) -> Array:
    """Score of each feature for SelectKBest, shape (d,)."""
    gap: Array = np.abs(X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0))
    return gap


def test_cv_accuracy_equals_a_scikit_learn_pipeline() -> None:
    X, y = RNG.normal(size=(60, 40)), RNG.integers(0, 2, 60)
    X[:, 3] += 1.5 * y
    X[:, 7] -= 1.5 * y
    fold = d.group_folds(np.arange(60), 4, RNG)
    split = PredefinedSplit(fold)
    pipeline = make_pipeline(SelectKBest(mean_gap, k=5), NearestCentroid())
    honest = cross_val_score(pipeline, X, y, cv=split).mean()
    assert d.cv_accuracy(X, y, fold, keep=5, leak=False) == pytest.approx(honest)
    chosen = SelectKBest(mean_gap, k=5).fit_transform(X, y)
    leaky = cross_val_score(NearestCentroid(), chosen, y, cv=split).mean()
    assert d.cv_accuracy(X, y, fold, keep=5, leak=True) == pytest.approx(leaky)
    assert set(d.best_features(X, y, 2).tolist()) == {3, 7}


def test_noise_accuracies_follow_the_stated_protocol() -> None:
    # 50 rows, 1000 features, 20 kept, 5 folds, by scikit-learn
    rng = np.random.default_rng(0)
    select = SelectKBest(mean_gap, k=20)
    for trial in range(2):
        X, y = rng.normal(size=(50, 1000)), rng.integers(0, 2, size=50)
        split = PredefinedSplit(d.group_folds(np.arange(50), 5, rng))
        pipeline = make_pipeline(select, NearestCentroid())
        honest = cross_val_score(pipeline, X, y, cv=split).mean()
        assert d.noise_accuracies(False, trials=2)[trial] == pytest.approx(honest)
        chosen = select.fit_transform(X, y)
        leaky = cross_val_score(NearestCentroid(), chosen, y, cv=split).mean()
        assert d.noise_accuracies(True, trials=2)[trial] == pytest.approx(leaky)


def test_noise_accuracies_are_at_chance_unless_selection_leaks() -> None:
    honest, leaky = d.noise_accuracies(leak=False), d.noise_accuracies(leak=True)
    assert honest.shape == leaky.shape == (50,)
    assert abs(honest.mean() - 0.5) < 4 * honest.std() / np.sqrt(50)
    assert leaky.min() > 0.8
    np.testing.assert_array_equal(d.noise_accuracies(True, trials=3), leaky[:3])


def test_impute_equals_scikit_learn() -> None:
    X = RNG.normal(size=(30, 4))
    X[RNG.random(X.shape) < 0.3] = np.nan
    train, test = X[:20], X[20:]
    oracle = SimpleImputer(strategy="median", add_indicator=True).fit(train)
    fill = d.fit_medians(train)
    for rows in (train, test):
        np.testing.assert_allclose(d.impute(rows, fill), oracle.transform(rows))


def test_fit_medians_refuses_an_empty_column() -> None:
    X = np.array([[1.0, np.nan], [np.nan, np.nan]])
    with pytest.raises(ValueError, match="^a column has no observed value$"):
        d.fit_medians(X)
    assert d.fit_medians(X[:, :1]).tolist() == [1.0]


@pytest.mark.parametrize(
    ("mechanism", "expected"),
    [("mcar", 0.0), ("mar", -0.6 * 0.8), ("mnar", -0.6)],
)
def test_mean_of_the_observed_equals_its_closed_form(
    mechanism: str, expected: float
) -> None:
    # E[y 1(observed)] / P(observed), with E|N(0, 1)| = sqrt(2 / pi)
    seen, _ = d.missing_means(mechanism)
    assert seen == pytest.approx(expected * math.sqrt(2 / math.pi), abs=0.008)


def test_the_filled_mean_is_right_when_missing_at_random_only() -> None:
    for mechanism in ("mcar", "mar"):
        assert d.missing_means(mechanism)[1] == pytest.approx(0, abs=0.008)
    rng = np.random.default_rng(5)
    x = rng.normal(size=200_000)
    y = rng.normal(0.8 * x, 0.6)
    observed = rng.random(len(y)) < np.where(y > 0, 0.2, 0.8)
    line = LinearRegression().fit(x[observed, None], y[observed])
    expected = np.where(observed, y, line.predict(x[:, None])).mean()
    assert d.missing_means("mnar")[1] == pytest.approx(expected, abs=0.01)
    assert d.missing_means("mnar", n=1000) != d.missing_means("mnar")
    assert d.missing_means("mnar", n=400_000) == d.missing_means("mnar")
