"""The page's functions against scikit-learn, SciPy and their definitions."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import integrate, optimize, special, stats
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

from snippets import Array
from snippets.theory import metrics as m

RNG = np.random.default_rng(0)
labels = arrays(np.float64, 12, elements=st.sampled_from([0.0, 1.0]))
scored = st.tuples(
    labels.filter(lambda y: 0 < y.sum() < 12),
    arrays(np.float64, 12, elements=st.integers(0, 5).map(float)),
)


@settings(deadline=None, max_examples=50)
@given(labels, labels)
def test_confusion_counts_equal_scikit_learn(y: Array, predicted: Array) -> None:
    tn, fp, fn, tp = sk.confusion_matrix(y, predicted, labels=[0, 1]).ravel()
    assert m.confusion_counts(y, predicted) == (tp, fp, fn, tn)


@settings(deadline=None, max_examples=50)
@given(labels, labels, st.sampled_from([0.5, 1.0, 2.0]))
def test_binary_metrics_equal_scikit_learn(
    y: Array, predicted: Array, beta: float
) -> None:
    got = m.binary_metrics(*m.confusion_counts(y, predicted), beta=beta)
    expected = {
        "accuracy": sk.accuracy_score(y, predicted),
        "precision": sk.precision_score(y, predicted, zero_division=np.nan),
        "recall": sk.recall_score(y, predicted, zero_division=np.nan),
        "specificity": sk.recall_score(y, predicted, pos_label=0, zero_division=np.nan),
        "f_beta": sk.fbeta_score(y, predicted, beta=beta, zero_division=np.nan),
    }
    assert got == pytest.approx(expected, nan_ok=True)


def test_averaged_f1_equals_scikit_learn() -> None:
    y = RNG.integers(0, 4, 200)
    predicted = np.where(RNG.random(200) < 0.6, y, RNG.integers(0, 4, 200))
    y[:60] = predicted[:60] = 0
    got = m.averaged_f1(sk.confusion_matrix(y, predicted))
    for average in ("macro", "weighted", "micro"):
        assert got[average] == pytest.approx(sk.f1_score(y, predicted, average=average))
    assert got["micro"] == pytest.approx(sk.accuracy_score(y, predicted))


@settings(deadline=None, max_examples=50)
@given(scored)
def test_midranks_equal_scipy(data: tuple[Array, Array]) -> None:
    np.testing.assert_array_equal(m.midranks(data[1]), stats.rankdata(data[1]))


@settings(deadline=None, max_examples=50)
@given(scored)
def test_roc_auc_equals_pairs_scikit_learn_and_scipy(
    data: tuple[Array, Array],
) -> None:
    y, score = data
    positive, negative = score[y == 1], score[y == 0]
    pairs = [(p > q) + 0.5 * (p == q) for p in positive for q in negative]
    auc = m.roc_auc(y, score)
    assert auc == pytest.approx(np.mean(pairs))
    assert auc == pytest.approx(sk.roc_auc_score(y, score))
    u = stats.mannwhitneyu(positive, negative).statistic
    assert auc == pytest.approx(u / len(pairs))
    assert m.roc_auc(y, np.exp(score)) == pytest.approx(auc)
    assert m.roc_auc(1 - y, score) == pytest.approx(1 - auc)


def test_auc_of_hard_predictions_is_balanced_accuracy() -> None:
    y = RNG.integers(0, 2, 50).astype(float)
    predicted = RNG.integers(0, 2, 50).astype(float)
    expected = sk.balanced_accuracy_score(y, predicted)
    assert m.roc_auc(y, predicted) == pytest.approx(expected)


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_roc_auc_refuses_one_class(label: float) -> None:
    with pytest.raises(ValueError, match="both classes"):
        m.roc_auc(np.full(3, label), np.arange(3.0))


@settings(deadline=None, max_examples=50)
@given(scored)
def test_roc_points_equal_scikit_learn(data: tuple[Array, Array]) -> None:
    fpr, tpr = m.roc_points(*data)
    expected = sk.roc_curve(*data, drop_intermediate=False)
    np.testing.assert_allclose(fpr, expected[0])
    np.testing.assert_allclose(tpr, expected[1])
    assert np.trapezoid(tpr, fpr) == pytest.approx(m.roc_auc(*data))


@settings(deadline=None, max_examples=50)
@given(scored)
def test_precision_and_average_precision_equal_scikit_learn(
    data: tuple[Array, Array],
) -> None:
    y, score = data
    fpr, tpr = m.roc_points(y, score)
    precision = m.precision_from_rates(tpr[1:], fpr[1:], float(y.mean()))
    expected, recall, _ = sk.precision_recall_curve(y, score)
    np.testing.assert_allclose(precision, expected[-2::-1])
    np.testing.assert_allclose(tpr[1:], recall[-2::-1])
    assert m.average_precision(y, score) == pytest.approx(
        sk.average_precision_score(y, score)
    )


def test_random_ranking_has_the_prevalence_as_precision() -> None:
    rate = np.linspace(0.1, 1, 5)
    np.testing.assert_allclose(m.precision_from_rates(rate, rate, 0.03), 0.03)


def test_normal_rates_are_the_tails_of_the_two_normals() -> None:
    fpr, tpr = m.normal_rates(25)
    thresholds = np.linspace(7, -5, 25)
    np.testing.assert_allclose(fpr, stats.norm.sf(thresholds), rtol=1e-4)
    np.testing.assert_allclose(tpr, stats.norm.sf(thresholds, loc=2), rtol=1e-6)


@pytest.mark.parametrize("prevalence", [0.5, 0.01])
def test_average_precision_of_two_normals_equals_the_integral(
    prevalence: float,
) -> None:
    def integrand(t: float) -> float:
        hits = prevalence * stats.norm.sf(t, 2)
        alarms = hits + (1 - prevalence) * stats.norm.sf(t)
        return float(hits / alarms * stats.norm.pdf(t, 2))

    expected, _ = integrate.quad(integrand, -8, 8)
    fpr, tpr = m.normal_rates(2001)
    precision = m.precision_from_rates(tpr, fpr, prevalence)
    assert np.diff(tpr) @ precision[1:] == pytest.approx(expected, abs=2e-3)


def paired_data(n: int = 300) -> tuple[Array, Array, Array]:
    y = RNG.integers(0, 2, n).astype(float)
    a = np.where(RNG.random(n) < 0.7, y, 1 - y)
    b = np.where(RNG.random(n) < 0.8, a, y)
    return y, a, b


def test_paired_bootstrap_agrees_with_scipy() -> None:
    y, a, b = paired_data()

    def difference(y: Array, a: Array, b: Array, axis: int) -> Array:
        gain: Array = np.mean(y == b, axis=axis) - np.mean(y == a, axis=axis)
        return gain

    for confidence in (0.95, 0.6):
        expected = stats.bootstrap(
            (y, a, b),
            difference,
            paired=True,
            method="percentile",
            confidence_level=confidence,
            n_resamples=9999,
            rng=np.random.default_rng(1),
        ).confidence_interval
        d, low, high = m.paired_bootstrap(
            m.accuracy, y, a, b, repetitions=8000, confidence=confidence
        )
        assert d == pytest.approx(float(difference(y, a, b, 0)))
        assert (low, high) == pytest.approx(expected, abs=0.004)


def test_paired_bootstrap_of_auc_and_of_a_model_with_itself() -> None:
    y, a, _ = paired_data()
    score = y + RNG.normal(size=len(y))
    worse = score + 3 * RNG.normal(size=len(y))
    d, low, high = m.paired_bootstrap(m.roc_auc, y, worse, score, repetitions=200)
    assert 0 < low < d < high
    same = m.paired_bootstrap(m.accuracy, y, a, a, repetitions=50)
    assert same == (0, 0, 0)
    first, second = (
        m.paired_bootstrap(m.accuracy, y, a, 1 - a, repetitions=50, seed=seed)
        for seed in (1, 2)
    )
    assert first[0] == second[0]
    assert first[1:] != second[1:]


def test_paired_standard_error_of_the_page_equals_that_of_the_differences() -> None:
    d = np.repeat([0.0, -1, 1], [920, 30, 50])
    formula = math.sqrt(80 / 1000 - 0.02**2) / math.sqrt(1000)
    assert formula == pytest.approx(np.std(d) / math.sqrt(1000))


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 40), st.integers(0, 40).filter(bool))
def test_mcnemar_equals_the_binomial_test(only_a: int, only_b: int) -> None:
    expected = stats.binomtest(only_a, only_a + only_b, 0.5).pvalue
    assert m.mcnemar_exact(only_a, only_b) == pytest.approx(expected)


@pytest.mark.parametrize("power", [0.5, 0.8, 0.9])
def test_sample_size_reaches_the_power_in_simulation(power: float) -> None:
    p, q, runs = 0.1, 0.13, 40_000
    n = m.sample_size(p, q, power)
    first, second = (RNG.binomial(n, rate, runs) / n for rate in (p, q))
    error = np.sqrt((first * (1 - first) + second * (1 - second)) / n)
    rejected = np.abs(first - second) > 1.959964 * error
    assert rejected.mean() == pytest.approx(power, abs=0.015)


def test_regression_metrics_equal_scikit_learn() -> None:
    y = RNG.normal(3, 2, 60)
    predicted = y + RNG.normal(0, 3, 60)
    assert m.regression_metrics(y, predicted) == pytest.approx(
        {
            "mse": sk.mean_squared_error(y, predicted),
            "rmse": sk.root_mean_squared_error(y, predicted),
            "mae": sk.mean_absolute_error(y, predicted),
            "mape": sk.mean_absolute_percentage_error(y, predicted),
            "r2": sk.r2_score(y, predicted),
        }
    )


def test_regression_metrics_are_nan_where_undefined() -> None:
    got = m.regression_metrics(np.zeros(3), np.ones(3))
    assert math.isnan(got["mape"])
    assert math.isnan(got["r2"])
    assert got["mae"] == 1
    # The rounded mean of equal targets may differ from them.
    assert math.isnan(m.regression_metrics(np.full(3, 0.1), np.ones(3))["r2"])


@settings(deadline=None, max_examples=50)
@given(arrays(np.float64, 7, elements=st.integers(1, 30).map(float)))
def test_best_constants_are_mean_median_and_weighted_median(y: Array) -> None:
    grid = np.linspace(0, 31, 311)
    at = {c: m.regression_metrics(y, np.full(7, c)) for c in grid}
    order = np.sort(y)
    share = np.cumsum(1 / order) / np.sum(1 / order)
    weighted = order[np.searchsorted(share, 0.5 - 1e-12)]
    best = {"mse": y.mean(), "rmse": y.mean(), "mae": np.median(y), "mape": weighted}
    for name, constant in best.items():
        value = m.regression_metrics(y, np.full(7, constant))[name]
        assert value <= min(v[name] for v in at.values()) + 1e-9


def test_reversed_forecast_is_worse_than_the_mean() -> None:
    assert m.reversed_forecast_r2() == pytest.approx(sk.r2_score([1, 2, 3], [3, 2, 1]))


def calibration_case(n: int = 3000) -> tuple[Array, Array]:
    confidence = RNG.random(n) ** 2
    return (RNG.random(n) < confidence**1.5).astype(float), confidence


@pytest.mark.parametrize("bins", [4, 10, 33])
def test_reliability_equals_scikit_learn(bins: int) -> None:
    y, confidence = calibration_case()
    mean, share, count = m.reliability(y, confidence, bins)
    expected = calibration_curve(y, confidence, n_bins=bins)
    np.testing.assert_allclose((share, mean), expected)
    np.testing.assert_array_equal(count, np.histogram(confidence, bins, (0, 1))[0])


def test_reliability_leaves_out_empty_bins_and_keeps_the_ends() -> None:
    mean, share, count = m.reliability(np.array([0, 1, 1.0]), np.array([0, 1, 1.0]))
    assert (mean.tolist(), share.tolist(), count.tolist()) == ([0, 1], [0, 1], [1, 2])
    mean, _, _ = m.reliability(np.ones(3), np.array([0.85, 0.905, 0.995]))
    assert mean.tolist() == [0.85, 0.95]  # ten bins unless told


@pytest.mark.parametrize("wrong", [-0.01, 1.01])
def test_reliability_refuses_what_is_no_probability(wrong: float) -> None:
    with pytest.raises(ValueError, match=r"confidences must lie in \[0, 1\]"):
        m.reliability(np.ones(2), np.array([0.5, wrong]))


@pytest.mark.parametrize("bins", [5, 10])
def test_calibration_error_is_the_mean_over_cases_of_their_bins_gap(bins: int) -> None:
    y, confidence = calibration_case(500)
    gaps = []
    for p in confidence:
        same = np.floor(confidence * bins) == np.floor(p * bins)
        gaps.append(abs(y[same].mean() - confidence[same].mean()))
    got = m.expected_calibration_error(y, confidence, bins)
    assert got == pytest.approx(np.mean(gaps))
    if bins == 10:
        assert m.expected_calibration_error(y, confidence) == got


def test_softmax_equals_scipy_without_overflow() -> None:
    logits = np.vstack([RNG.normal(size=(4, 3)) * 10, [[1e4, 0, -1e4]]])
    np.testing.assert_allclose(m.softmax(logits), special.softmax(logits, axis=1))


def log_loss(y: Array, logits: Array, temperature: float) -> float:
    p = special.log_softmax(logits / temperature, axis=1)
    return -float(np.mean(p[np.arange(len(y)), y.astype(int)]))


@pytest.mark.parametrize("scale", [0.3, 1.0, 4.0])
def test_fit_temperature_finds_scipys_minimum(scale: float) -> None:
    y, logits = m.one_over_confident_model(400)
    logits = logits * scale
    found = optimize.minimize_scalar(
        lambda b: log_loss(y, logits, 1 / b), bounds=(1e-3, 10), method="bounded"
    )
    assert m.fit_temperature(y, logits) == pytest.approx(1 / found.x, rel=1e-3)


def test_fit_temperature_stops_at_its_bounds() -> None:
    logits = np.array([[3.0, 0], [0, 3.0], [5.0, 0]])
    right, wrong = np.array([0.0, 1, 0]), np.array([1.0, 0, 1])
    assert m.fit_temperature(right, logits) == pytest.approx(0.01)
    assert m.fit_temperature(wrong, logits) == pytest.approx(100)


def test_over_confident_model_is_calibrated_at_twice_the_temperature() -> None:
    y, logits = m.one_over_confident_model(40_000)
    assert logits.shape == (40_000, 3)
    assert logits.std() == pytest.approx(3, abs=0.02)
    p = special.softmax(logits / 2, axis=1)
    for k in range(3):
        share, mean = calibration_curve(y == k, p[:, k], n_bins=8)
        np.testing.assert_allclose(share, mean, atol=0.03)


costs = st.floats(0.1, 20)


@settings(deadline=None, max_examples=50)
@given(costs, costs, st.floats(0.001, 0.999))
def test_cost_threshold_separates_the_cheaper_decisions(
    false_alarm: float, miss: float, p: float
) -> None:
    t = m.cost_threshold(false_alarm, miss)
    assert (1 - t) * false_alarm == pytest.approx(t * miss)
    if abs(p - t) > 1e-9:
        assert (p > t) == ((1 - p) * false_alarm < p * miss)


@settings(deadline=None, max_examples=50)
@given(scored, costs, costs)
def test_cheapest_threshold_against_every_cut(
    data: tuple[Array, Array], false_alarm: float, miss: float
) -> None:
    y, score = data

    def cost(cut: float) -> float:
        _, fp, fn, _ = m.confusion_counts(y, (score >= cut).astype(float))
        return (fp * false_alarm + fn * miss) / len(y)

    cut, least = m.cheapest_threshold(y, score, false_alarm, miss)
    assert least == pytest.approx(min(cost(c) for c in [*score, math.inf]))
    assert cost(cut) == pytest.approx(least)


def test_cheapest_threshold_of_calibrated_scores_is_near_the_formulas() -> None:
    p = np.random.default_rng(1).random(40_000)
    y = (np.random.default_rng(2).random(40_000) < p).astype(float)
    cut, least = m.cheapest_threshold(y, p, 1, 4)
    assert cut == pytest.approx(m.cost_threshold(1, 4), abs=0.04)
    best = np.minimum(p * 4, 1 - p).mean()  # what knowing p allows
    assert least == pytest.approx(best, rel=0.03)


def test_best_f1_of_calibrated_scores_is_at_half_of_it() -> None:
    """The rule in the page's table."""
    p = np.linspace(0.0005, 0.9995, 1000)  # expected counts, so no sampling error
    flagged = np.arange(1, 1001)
    f1 = 2 * np.cumsum(p[::-1]) / (p.sum() + flagged)
    assert p[::-1][f1.argmax()] == pytest.approx(f1.max() / 2, abs=1e-3)


@pytest.mark.parametrize(("false_alarm", "miss"), [(1.0, 1.0), (1.0, 19.0), (3.0, 2.0)])
@pytest.mark.parametrize("prevalence", [0.1, 0.4])
def test_normal_cost_is_the_expectation_over_both_normals(
    false_alarm: float, miss: float, prevalence: float
) -> None:
    s = np.linspace(-9, 11, 400_001)
    negative = (1 - prevalence) * stats.norm.pdf(s)
    positive = prevalence * stats.norm.pdf(s, 2)
    posterior = positive / (positive + negative)
    for t in (0.05, 0.5, 0.8):
        flag = posterior >= t
        density = np.where(flag, negative * false_alarm, positive * miss)
        expected = np.trapezoid(density, s)
        got = m.normal_cost(t, prevalence, false_alarm, miss)
        assert got == pytest.approx(expected, rel=1e-3)
    best = optimize.minimize_scalar(
        lambda t: m.normal_cost(t, prevalence, false_alarm, miss),
        bounds=(0.001, 0.999),
        method="bounded",
    )
    assert m.cost_threshold(false_alarm, miss) == pytest.approx(best.x, abs=1e-3)
