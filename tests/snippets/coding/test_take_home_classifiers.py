"""The classifier assignments against brute force, SciPy and scikit-learn."""

import itertools
import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from scipy.stats import bootstrap
from sklearn.datasets import load_digits
from sklearn.metrics import confusion_matrix

from snippets.coding.take_home.classifiers import (
    corpus,
    data,
    evaluate,
    models,
    report,
)
from snippets.coding.take_home.classifiers.data import Data

FEW = settings(deadline=None, max_examples=50)
BLOCKS = {
    "billing": corpus.BILLING,
    "delivery": corpus.DELIVERY,
    "returns": corpus.RETURNS,
    "account": corpus.ACCOUNT,
}
TEMPLATES = [
    (topic, line)
    for topic, block in BLOCKS.items()
    for line in block.strip().split("\n")
]


def spellings(template):
    parts = re.split(r"({[^}]*})", template)
    choices = [p[1:-1].split("|") if p.startswith("{") else [p] for p in parts]
    return {"".join(words) for words in itertools.product(*choices)}


def swaps(text):
    for i in range(len(text) - 1):
        yield text[:i] + text[i + 1] + text[i] + text[i + 2 :]


# The messages


def test_every_class_has_as_many_customers_and_no_template_is_broken():
    assert tuple(BLOCKS) == corpus.CLASSES
    assert Counter(topic for topic, _ in TEMPLATES) == dict.fromkeys(BLOCKS, 45)
    for _, line in TEMPLATES:
        for text in spellings(line):
            assert not re.search(r"[{}|]|  |^ | $", text), text
            assert text[-1] in ".?!"


def test_a_message_is_a_spelling_of_its_customers_line_with_at_most_one_slip():
    slips = 0
    openings, closings = Counter(), Counter()
    for message in corpus.messages(seed=1):
        topic, line = TEMPLATES[message.customer]
        assert message.truth == topic
        frames = itertools.product(set(corpus.OPENINGS), set(corpus.CLOSINGS))
        right = {
            text: (opening, closing)
            for opening, closing in frames
            for text in spellings(opening + line + closing)
        }
        written = [t for t in (message.text, *swaps(message.text)) if t in right]
        assert written, message
        slips += message.text not in right
        opening, closing = right[written[0]]
        openings[opening] += 1
        closings[closing] += 1
    assert 0.22 < slips / 360 < 0.36
    assert set(openings) == set(corpus.OPENINGS)
    assert set(closings) == set(corpus.CLOSINGS)
    assert 1.2 < openings[""] / openings["Hi, "] < 3.5  # twice in the list


def test_each_customer_writes_twice_and_messages_come_in_any_order():
    inbox = corpus.messages()
    customers = [message.customer for message in inbox]
    assert Counter(customers) == dict.fromkeys(range(180), 2)
    assert abs(np.corrcoef(customers, range(360))[0, 1]) < 0.15
    assert inbox == corpus.messages(0.08, 0)
    assert [m.text for m in inbox] != [m.text for m in corpus.messages(seed=1)]


@pytest.mark.parametrize(("noise", "wrong"), [(0.0, 0), (0.08, 29), (0.5, 180)])
def test_the_share_of_wrong_labels_is_exact_and_they_go_everywhere(noise, wrong):
    mistakes = [m for m in corpus.messages(noise) if m.label != m.truth]
    assert len(mistakes) == wrong
    if noise == 0.5:
        pairs = Counter((m.truth, m.label) for m in mistakes)
        assert len(pairs) == 12
        assert min(pairs.values()) >= 6


def test_spelling_and_slips_reach_every_choice():
    rng = np.random.default_rng(0)
    found = {corpus.spell("{a|b} and {c|d|e}.", rng) for _ in range(100)}
    assert found == spellings("{a|b} and {c|d|e}.")
    assert {corpus.mistype("card", rng) for _ in range(60)} == set(swaps("card"))


# Samples and their sources


def test_digits_are_those_of_scikit_learn_in_thirteen_blocks():
    found, raw = data.digits(), load_digits()
    np.testing.assert_array_equal(found.inputs * 16, raw.data)
    np.testing.assert_array_equal(found.labels, raw.target)
    assert found.names == tuple(str(n) for n in range(10))
    assert (np.diff(found.sources) >= 0).all()
    sizes = np.bincount(found.sources)
    assert len(sizes) == 13
    assert set(sizes) == {138, 139}


def test_texts_keep_the_given_label_and_the_customer():
    inbox = corpus.messages()
    found = data.texts(inbox)
    for i, message in enumerate(inbox):
        assert found.inputs[i] == message.text
        assert found.names[found.labels[i]] == message.label
        assert found.sources[i] == message.customer


@pytest.mark.parametrize("seed", [0, 1])
def test_the_test_set_has_sources_of_its_own(seed):
    whole = data.texts(corpus.messages())
    parts = data.hold_out(whole, seed=seed)
    develop, test = parts
    assert not set(develop.sources) & set(test.sources)
    assert len(set(test.sources)) == 45
    assert len(set(data.hold_out(whole, share=0.1)[1].sources)) == 18
    both = sorted((*develop.inputs, *test.inputs))
    assert both == sorted(whole.inputs)
    rows = {(t, s, y) for t, y, s in zip(*whole[:3], strict=True)}
    for part in parts:
        assert part.names == whole.names
        assert {(t, s, y) for t, y, s in zip(*part[:3], strict=True)} <= rows
    same = set(data.hold_out(whole)[1].sources) == set(test.sources)
    assert same == (seed == 0)


@FEW
@given(st.integers(-8, 8), st.integers(-8, 8))
def test_shift_is_the_one_of_scipy(down, right):
    images = np.random.default_rng(0).random((3, 64)) + 1
    expected = [
        ndimage.shift(image.reshape(8, 8), (down, right), order=0).ravel()
        for image in images
    ]
    np.testing.assert_array_equal(data.shift(images, down, right), expected)


# Models


@FEW
@given(st.lists(st.sampled_from(["red", "blue", "two", "odd", "card"]), max_size=8))
def test_keywords_are_counted_as_by_hand(words):
    lists = ["red blue", "two card", "absent"]
    counts = [sum(word in line.split() for word in words) for line in lists]
    expected = np.array(counts) / sum(counts) if sum(counts) else np.full(3, 1 / 3)
    model = models.Keywords(lists)
    assert model.fit(np.array(["x"]), np.array([0])) is model
    texts = np.array([" ".join(words).upper() + "!", "card? Card"])
    found = model.predict_proba(texts)
    np.testing.assert_allclose(found[0], expected)
    np.testing.assert_allclose(found[1], [0, 1, 0])


class Recorder:
    """Remembers what it was trained on; says what the last columns say."""

    def __init__(self, classes=0):
        self.classes, self.seen = classes, []

    def fit(self, inputs, labels):
        self.seen.append((np.array(inputs), np.array(labels)))
        return self

    def predict_proba(self, inputs):
        for seen, _ in self.seen:
            assert not set(seen[:, 0]) & set(inputs[:, 0]), "saw its test samples"
        return inputs[:, -self.classes :]


def test_shifted_trains_on_five_copies_and_asks_the_model_itself():
    images, labels = np.random.default_rng(0).random((4, 64)), np.arange(4)
    inner = Recorder(classes=2)
    model = models.Shifted(inner)
    assert model.fit(images, labels) is model
    ((seen, given_labels),) = inner.seen
    moves = {(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)}
    assert len(seen) == 20
    for image, label in zip(images.reshape(-1, 8, 8), labels, strict=True):
        expected = {ndimage.shift(image, move, order=0).tobytes() for move in moves}
        rows = seen[given_labels == label]
        assert {row.reshape(8, 8).tobytes() for row in rows} == expected
    other = np.random.default_rng(1).random((2, 64))
    np.testing.assert_array_equal(model.predict_proba(other), other[:, -2:])


def test_candidates_give_probabilities_and_are_fresh_each_time():
    rng = np.random.default_rng(0)
    words = np.array([f"parcel {w} invoice" for w in "abcd" * 5])
    images, labels = rng.random((400, 64)), np.tile(np.arange(4), 100)
    for make, inputs in (
        (models.text_models, words),
        (models.image_models, images),
    ):
        once, again = make(), make()
        assert list(once) == list(again)
        for name, model in once.items():
            assert model is not again[name]
            model.fit(inputs, labels[: len(inputs)])
            found = model.predict_proba(inputs)
            assert found.shape == (len(inputs), 4), name
            np.testing.assert_allclose(found.sum(axis=1), 1)


def test_kernel_landmarks_approximate_the_gaussian_kernel():
    images = np.random.default_rng(0).random((300, 64))  # as many as landmarks
    features = models.kernel().steps[0][1].fit_transform(images)
    squared = ((images[:, None] - images) ** 2).sum(axis=2)
    np.testing.assert_allclose(
        features @ features.T, np.exp(-0.05 * squared), atol=1e-6
    )


# Estimates


def toy(n=60, sources=20, classes=3):
    """Numbered samples whose last columns are the probabilities to be said."""
    rng = np.random.default_rng(0)
    said = rng.random((n, classes))
    inputs = np.concatenate([np.arange(n)[:, None], said], axis=1)
    labels = np.tile(np.arange(classes), n // classes)
    names = tuple("abc"[:classes])
    return Data(inputs, labels, rng.permutation(n) % sources, names), said


@pytest.mark.parametrize("by_source", [True, False])
def test_every_sample_is_judged_by_a_model_that_saw_neither_it_nor_its_source(
    by_source,
):
    samples, said = toy()
    fits = []

    class Watcher(Recorder):
        def fit(self, inputs, labels):
            fits.append({int(i) for i in inputs[:, 0]})
            rows = inputs[:, 0].astype(int)
            np.testing.assert_array_equal(samples.labels[rows], labels)
            return super().fit(inputs, labels)

    model = Watcher(classes=3)
    found = evaluate.out_of_fold(model, samples, by_source)
    np.testing.assert_array_equal(found, said)
    assert model.seen == []  # copies were trained
    assert len(fits) == 10
    tests = [set(range(60)) - fit for fit in fits]
    assert sorted(i for test in tests for i in test) == list(range(60))
    shared = [
        {samples.sources[i] for i in test} & {samples.sources[i] for i in fit}
        for test, fit in zip(tests, fits, strict=True)
    ]
    assert any(shared) != by_source
    assert tests != [set(range(i, i + 6)) for i in range(0, 60, 6)]  # shuffled
    if by_source:
        again = evaluate.out_of_fold(Watcher(classes=3), samples)
        np.testing.assert_array_equal(again, said)
        assert not any(
            {samples.sources[i] for i in set(range(60)) - fit}
            & {samples.sources[i] for i in fit}
            for fit in fits[10:]
        )
    else:  # each class is in each fold, as often
        for test in tests:
            assert Counter(samples.labels[i] for i in test) == {0: 2, 1: 2, 2: 2}


def test_right_counts_the_most_probable_class():
    samples, said = toy()
    expected = [
        float(max(range(3), key=lambda c: row[c]) == label)
        for row, label in zip(said, samples.labels, strict=True)
    ]
    assert evaluate.right(said, samples.labels).tolist() == expected


def test_interval_of_independent_samples_is_the_bootstrap_of_scipy():
    values = np.random.default_rng(1).random(80) ** 3
    found = evaluate.interval(values, np.arange(80), draws=20_000)
    expected = bootstrap(
        (values,), np.mean, n_resamples=20_000, method="percentile", rng=0
    ).confidence_interval
    np.testing.assert_allclose(found, expected, atol=0.004)
    assert found == evaluate.interval(values, np.arange(80), 20_000, seed=0)
    assert found != evaluate.interval(values, np.arange(80), 20_000, seed=1)


def test_interval_draws_whole_sources_with_all_their_samples():
    rng = np.random.default_rng(2)
    sources = np.repeat([5, 1, 9, 30], [1, 4, 10, 2])
    values = rng.random(17)
    drawn = np.random.default_rng(3).integers(4, size=(2000, 4))
    kinds = [1, 5, 9, 30]
    means = [
        np.concatenate([values[sources == kinds[i]] for i in row]).mean()
        for row in drawn
    ]
    expected = np.quantile(means, [0.025, 0.975])
    np.testing.assert_allclose(evaluate.interval(values, sources, seed=3), expected)


def test_compare_writes_random_accuracy_honest_accuracy_and_gain():
    samples, said = toy()
    wrong = np.eye(3)[(samples.labels + 1) % 3]
    perfect = np.eye(3)[samples.labels]

    def saying(table):
        return Data(
            np.concatenate([samples.inputs[:, :1], table, said], axis=1), *samples[1:]
        )

    class First(Recorder):
        def predict_proba(self, inputs):
            return inputs[:, 1:4]

    made = {"first": First(), "other": Recorder(classes=3)}
    score = 100 * np.mean(said.argmax(axis=1) == samples.labels)
    for table, share in ((wrong, 0.0), (perfect, 100.0)):
        one, two = evaluate.compare(made, saying(table)).split("\n")
        assert one.startswith("first             random ")
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", one)]
        assert numbers == [share] * 4 + [0.0] * 3
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", two)]
        assert numbers[:2] == [round(score, 1)] * 2
        assert numbers[2] < numbers[1] < numbers[3]
        assert numbers[4] == round(score - share, 1)
        ends = [round(end - share, 1) for end in numbers[2:4]]
        np.testing.assert_allclose(numbers[5:], ends, atol=0.11)

    class Sly(Recorder):
        """Right where it has seen the source, wrong elsewhere."""

        def predict_proba(self, inputs):
            known = np.isin(inputs[:, 1], self.seen[0][0][:, 1])
            labels = inputs[:, 2].astype(int)
            return np.eye(3)[np.where(known, labels, (labels + 1) % 3)]

    columns = np.arange(60), samples.sources, samples.labels
    leaky = Data(np.stack(columns, axis=1), *samples[1:])
    numbers = re.findall(r"[\d.]+", evaluate.compare({"sly": Sly()}, leaky))
    assert float(numbers[0]) > 90
    assert float(numbers[1]) == 0


def test_tested_trains_on_one_set_and_scores_the_other():
    samples, said = toy()
    develop, test = samples.take(np.arange(30)), samples.take(np.arange(30, 60))
    model = Recorder(classes=3)
    line = evaluate.tested("name", model, develop, test)
    np.testing.assert_array_equal(model.seen[0][0], develop.inputs)
    np.testing.assert_array_equal(model.seen[0][1], develop.labels)
    score = np.where(said[30:].argmax(axis=1) == test.labels, 1.0, 0.0)
    assert line == f"name{' ' * 14}test {evaluate.percent(score, test.sources)}"
    assert f"test {100 * score.mean():.1f} (" in line


# Errors


def test_confusions_are_the_off_diagonal_of_the_matrix():
    samples, said = toy()
    table = confusion_matrix(samples.labels, said.argmax(axis=1))
    found = evaluate.confusions(said, samples)
    assert {(t, s): n for n, t, s in found} == {
        ("abc"[i], "abc"[j]): table[i, j]
        for i in range(3)
        for j in range(3)
        if i != j and table[i, j]
    }
    times = [pair.times for pair in found]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) > 1
    right = np.eye(3)[samples.labels]
    assert evaluate.confusions(right, samples) == []


def test_surest_and_doubtful_order_as_sorted_does():
    samples, said = toy()
    rows = range(60)
    by_top = sorted(rows, key=lambda i: -max(said[i]))
    assert evaluate.surest(said, 1.0).tolist() == by_top
    assert evaluate.surest(said, 0.26).tolist() == by_top[:16]
    by_label = sorted(rows, key=lambda i: said[i][samples.labels[i]])
    assert evaluate.doubtful(said, samples.labels).tolist() == by_label
    equal = np.full((40, 3), 1 / 3)
    assert evaluate.surest(equal, 0.5).tolist() == list(range(20))
    assert evaluate.doubtful(equal, np.zeros(40, int)).tolist() == list(range(40))


def test_moved_averages_over_four_ways():
    images = np.random.default_rng(0).random((5, 64))
    samples = Data(images, np.zeros(5, int), np.arange(5), ("a", "b"))
    asked = []

    class Counting:
        def predict_proba(self, inputs):
            asked.append(inputs)
            right = len(asked) % 2
            return np.tile([right, 1 - right], (5, 1))

    assert report.moved(Counting(), samples) == 0.5
    expected = {
        tuple(
            ndimage.shift(image.reshape(8, 8), move, order=0).tobytes()
            for image in images
        )
        for move in ((1, 0), (-1, 0), (0, 1), (0, -1))
    }
    assert {tuple(i.tobytes() for i in inputs) for inputs in asked} == expected
