"""Estimates against hand arithmetic, the parts against SciPy and scikit-learn."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

from snippets.projects import system_design as design


def test_capacity_follows_from_seconds_in_a_day():
    assert design.peak_rate(86_400) == 3  # the default ratio
    assert design.peak_rate(24 * 3600 * 5, ratio=2) == 10
    assert design.replicas(60, measured=100) == 1  # exactly 60% use
    assert design.replicas(60.1, measured=100) == 2
    assert design.replicas(100, measured=10, use=1) == 10
    # one million events of 1000 bytes are 10^9 bytes
    assert design.log_terabytes(1e6, kilobytes=1, days=1000) == pytest.approx(1)
    assert design.log_terabytes(1e6, kilobytes=4, days=1000) == pytest.approx(4)


@pytest.mark.parametrize(
    ("rate", "lift", "alpha", "power"),
    [(0.05, 0.05, 0.05, 0.8), (0.3, 0.02, 0.01, 0.9)],
)
def test_arm_size_has_the_power_of_the_normal_test(rate, lift, alpha, power):
    size = design.arm_size(rate, lift, alpha, power)
    error = math.sqrt(2 * rate * (1 - rate) / size)
    got = stats.norm.sf(stats.norm.isf(alpha / 2) - rate * lift / error)
    assert got == pytest.approx(power, abs=1e-4)
    assert design.arm_size(rate, lift) == design.arm_size(rate, lift, 0.05, 0.8)


def test_arm_size_by_simulated_tests():
    rate, lift, runs = 0.3, 0.1, 4000
    size = design.arm_size(rate, lift)
    rng = np.random.default_rng(0)
    old = rng.binomial(size, rate, runs) / size
    new = rng.binomial(size, rate * (1 + lift), runs) / size
    error = np.sqrt((old * (1 - old) + new * (1 - new)) / size)
    found = np.abs(new - old) > stats.norm.isf(0.025) * error
    assert found.mean() == pytest.approx(0.8, abs=0.03)


def test_ranking_cost_counts_the_operations_of_a_matrix_product():
    # one layer of 3 inputs and 2 outputs: 6 multiplications and 6 additions
    assert design.ranking_tflops(1e12, candidates=1, parameters=6) == 12
    one = design.ranking_tflops(10, 5, 1e6)
    assert design.ranking_tflops(20, 15, 1e6) == pytest.approx(6 * one)
    vectors = np.zeros((1000, 64), dtype=np.float16)
    assert design.index_megabytes(1000, 64) == vectors.nbytes / 1e6


@given(st.floats(0.001, 0.999), st.floats(0.01, 1.0))
@settings(deadline=None, max_examples=50)
def test_undo_sampling_inverts_bayes_rule(rate, kept):
    sampled = rate / (rate + kept * (1 - rate))  # share of clicks among kept rows
    assert design.undo_sampling(sampled, kept) == pytest.approx(rate)


def test_undo_sampling_on_drawn_rows():
    rng = np.random.default_rng(0)
    clicks = rng.random(400_000) < 0.02
    kept = clicks | (rng.random(clicks.size) < 0.1)
    estimate = design.undo_sampling(clicks[kept].mean(), 0.1)
    assert estimate == pytest.approx(clicks.mean(), rel=0.02)


@given(
    st.lists(st.tuples(st.floats(0.1, 9), st.floats(0.01, 0.5)), min_size=2),
    st.floats(0, 1),
)
@settings(deadline=None, max_examples=50)
def test_auction_matches_sorting_and_never_charges_more_than_the_bid(ads, reserve):
    bids, rates = (np.array(column) for column in zip(*ads, strict=True))
    result = design.auction(bids, rates, reserve)
    income = sorted(bids * rates)
    if income[-1] < reserve:
        assert result is None
        return
    winner, price = result
    assert bids[winner] * rates[winner] == income[-1]
    assert price * rates[winner] == pytest.approx(max(income[-2], reserve))
    assert price <= bids[winner] * (1 + 1e-12)
    # one common factor in the click rates changes nothing without a reserve
    again = design.auction(bids, 0.5 * rates)
    free = design.auction(bids, rates)
    assert again[0] == free[0]
    assert again[1] == pytest.approx(free[1])


def test_auction_with_one_ad_charges_the_reserve():
    bids, rates = np.array([2.0]), np.array([0.1])
    assert design.auction(bids, rates) == (0, 0)
    winner, price = design.auction(bids, rates, reserve=0.2)
    assert (winner, price) == (0, 2.0)
    assert design.auction(bids, rates, reserve=0.21) is None


def test_filter_budget_matches_a_torch_layer_and_array_sizes():
    torch = pytest.importorskip("torch")
    layer = torch.nn.Conv2d(16, 16, 3, padding=1, bias=False)
    pixels = 12 * 10
    weights = layer.weight.numel()  # each is used once at every pixel
    expected = pixels * weights * 2 / 1e9
    got = design.network_gmacs(pixels, layers=2, channels=16)
    assert got == expected
    features = np.zeros((16, 12, 10), dtype=np.float16)
    assert design.map_megabytes(pixels, 16) == features.nbytes / 1e6
    corners, matrix = 2**3, 3 * 4
    assert design.slicing_gmacs(1e9) == corners * matrix + matrix


def test_the_corpus_is_balanced_plain_text_without_repeats():
    texts = [*design.SPAM, *design.HAM]
    assert len(design.SPAM) == len(design.HAM) == 6
    assert len(set(texts)) == 12
    assert all(text == text.lower() for text in texts)


@pytest.fixture
def model():
    return design.NaiveBayes(design.SPAM, design.HAM)


TEXTS = ("Claim your FREE prize", "notes before the meeting", "free free lunch")


@pytest.mark.parametrize("hams", [len(design.HAM), 3])
def test_naive_bayes_matches_scikit_learn(hams):
    ham = design.HAM[:hams]
    ours = design.NaiveBayes(design.SPAM, ham)
    vectors = CountVectorizer(token_pattern="[a-z]+")
    train = vectors.fit_transform([*design.SPAM, *ham])
    labels = [1] * len(design.SPAM) + [0] * hams
    other = MultinomialNB(alpha=1.0).fit(train, labels)
    log_p = other.predict_log_proba(vectors.transform(TEXTS))
    got = [ours.log_odds(text) for text in TEXTS]
    np.testing.assert_allclose(got, log_p[:, 1] - log_p[:, 0])
    assert set(ours.weight) == set(vectors.vocabulary_)


def test_unknown_words_do_not_count(model):
    assert model.log_odds("zebra quux") == model.prior == 0
    assert design.words("Don't PANIC, 42") == ["don", "t", "panic"]


@given(st.floats(0.01, 0.99), st.floats(0.1, 1000), st.floats(0.1, 10))
@settings(deadline=None, max_examples=50)
def test_block_is_the_cheaper_decision(p, false_alarm, miss):
    blocking, delivering = (1 - p) * false_alarm, p * miss
    if abs(blocking - delivering) > 1e-9 * (blocking + delivering):
        decision = design.block(math.log(p / (1 - p)), false_alarm, miss)
        assert decision == (blocking < delivering)


def test_block_at_equal_cost_delivers():
    assert not design.block(0.0, false_alarm=1)
    assert design.block(0.1, false_alarm=1)
    assert not design.block(math.log(9), false_alarm=9)


@pytest.mark.parametrize("limit", [math.log(99), 0.0, -5.0, 50.0])
def test_good_words_is_the_smallest_number_that_passes(model, limit):
    text = "claim your free cash prize now"
    count = design.good_words(model, text, limit)
    word = min(model.weight, key=model.weight.get)
    assert model.log_odds(text + f" {word}" * count) <= limit
    if count:
        assert model.log_odds(text + f" {word}" * (count - 1)) > limit


def test_good_words_needs_an_innocent_word(model):
    model.weight = {"free": 0.0, "cash": 1.0}
    with pytest.raises(ValueError, match="no word speaks for ham"):
        design.good_words(model, "free", 0)


def test_mail_volumes():
    assert design.wrongly_blocked(1000, spam_share=0.25, rate=0.01) == 7.5
    whole = design.detector_servers(86_400 * 100, share=1.0, measured=10)
    assert whole == 50  # 300 a second at the peak, 6 a second each
    assert design.detector_servers(86_400 * 100, share=0.5, measured=10) == 25


def samples(seed, m, n, shift=0.0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal(m), rng.normal(shift, 1.0, n)


@pytest.mark.parametrize("seed", range(5))
def test_ks_matches_scipy(seed):
    first, second = samples(seed, 300, 170, shift=0.2 * seed)
    expected = stats.ks_2samp(first, second).statistic
    assert design.ks(first, second) == pytest.approx(expected)
    assert design.ks(second, first) == pytest.approx(expected)


def test_ks_matches_scipy_with_ties():
    rng = np.random.default_rng(3)
    first, second = rng.integers(0, 5, 80) * 1.0, rng.integers(1, 6, 60) * 1.0
    expected = stats.ks_2samp(first, second).statistic
    assert design.ks(first, second) == pytest.approx(expected)


@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.0025])
def test_ks_limit_is_where_scipys_p_value_is_alpha(alpha):
    m, n = 4000, 500
    limit = design.ks_limit(m, n, alpha)
    p_value = stats.kstwobign.sf(limit * math.sqrt(m * n / (m + n)))
    assert p_value == pytest.approx(alpha, rel=1e-3)


def test_ks_test_agrees_with_scipys_decision():
    for seed in range(20):
        first, second = samples(seed, 800, 400, shift=0.1)
        p_value = stats.ks_2samp(first, second, method="asymp").pvalue
        if abs(p_value - 0.05) > 0.01:
            above = design.ks(first, second) > design.ks_limit(800, 400, 0.05)
            assert above == (p_value < 0.05)


def test_false_alarm_rate_by_simulation():
    limit = design.ks_limit(400, 400, 0.05)
    pairs = [samples(seed, 400, 400) for seed in range(600)]
    rate = np.mean([design.ks(*pair) > limit for pair in pairs])
    low, high = stats.binom.interval(0.999, 600, 0.05)
    assert low / 600 - 0.015 < rate <= high / 600  # discreteness makes it milder


def test_psi_matches_its_definition_on_fixed_bins():
    reference = np.arange(40) / 40  # ten of each quarter
    current = np.repeat([0.1, 0.3, 0.6, 0.9], [4, 4, 4, 28])
    p = np.full(4, 10.5) / 42
    q = np.array([4.5, 4.5, 4.5, 28.5]) / 42
    expected = stats.entropy(q, p) + stats.entropy(p, q)  # symmetric KL
    assert design.psi(reference, current, bins=4) == pytest.approx(expected)


def test_psi_is_zero_for_itself_and_survives_constant_and_new_values():
    values, shifted = samples(0, 500, 500, shift=1.0)
    assert design.psi(values, values) == 0
    assert design.psi(values, shifted) > 0.25
    flags = np.array([0.0] * 90 + [1.0] * 10)
    assert design.psi(flags, flags[::-1]) == 0
    # quartiles 0, 0, 1: edges 0 and 1, so bins below 0, [0, 1) and from 1 on
    mixed = np.repeat([0.0, 1.0], [6, 4])
    p = np.array([0.5, 6.5, 4.5]) / 11.5
    q = np.array([5.5, 0.5, 0.5]) / 6.5
    expected = stats.entropy(q, p) + stats.entropy(p, q)
    assert design.psi(mixed, np.full(5, -1.0), bins=4) == pytest.approx(expected)
    assert 0 < design.psi(flags, np.ones(50)) < math.inf


def test_psi_noise_is_the_mean_by_simulation():
    drawn = [design.psi(*samples(seed, 1500, 500)) for seed in range(300)]
    assert np.mean(drawn) == pytest.approx(design.psi_noise(1500, 500), rel=0.1)
    default = design.psi_noise(10, 30)
    assert default == design.psi_noise(10, 30, bins=10) == pytest.approx(1.2)


def test_an_alarm_needs_a_run_and_is_raised_once():
    above = [True, True, False, True, True, True, False, True, True]
    assert design.alarm_days(above) == [0, 3, 7]
    assert design.alarm_days(above, patience=2) == [1, 4, 8]
    assert design.alarm_days(above, patience=3) == [5]
    assert design.alarm_days([]) == []


def test_quiet_scores_are_the_statistics_of_samples_without_drift():
    scores = design.quiet_scores(features=3, days=4, seed=5)
    rng = np.random.default_rng(5)
    for row in scores:
        reference = rng.standard_normal(2000)
        for score in row:
            window = rng.standard_normal(250)
            expected = stats.ks_2samp(reference, window).statistic
            assert score == pytest.approx(expected)
    assert scores.shape == (3, 4)
    assert design.quiet_scores().shape == (20, 100)
    np.testing.assert_array_equal(
        design.quiet_scores(1, 2), design.quiet_scores(1, 2, seed=0)
    )


def test_count_alarms_adds_the_alarms_of_all_features():
    limit = stats.kstwobign.isf(0.05) / math.sqrt(2000 * 250 / 2250)
    low, high = 0.99 * limit, 1.01 * limit
    scores = np.array([[high, high, low], [low, high, low]])
    assert design.count_alarms(scores, 0.05) == 2
    assert design.count_alarms(scores, 0.05, patience=2) == 1
    assert design.count_alarms(scores, 0.04) == 0
    edge = design.ks_limit(2000, 250, 0.05)  # an alarm needs more than the limit
    assert design.count_alarms(np.array([[edge]]), 0.05) == 0
    assert design.count_alarms(np.array([[edge * (1 + 1e-12)]]), 0.05) == 1
