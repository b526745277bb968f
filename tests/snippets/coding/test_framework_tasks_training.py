"""Training, data, autograd functions and twins against torch, sklearn and formulas."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import unpad_sequence
from torch.utils.data import DataLoader

from snippets.coding.framework_tasks import custom_autograd_function as own
from snippets.coding.framework_tasks import custom_dataset as data
from snippets.coding.framework_tasks import lstm_text_classifier as lstm
from snippets.coding.framework_tasks import same_model_three_frameworks as same
from snippets.coding.framework_tasks import training_loop as loop

quick = settings(deadline=None, max_examples=25)
seeds = st.integers(0, 10_000)
F64 = torch.float64


@pytest.fixture(autouse=True)
def one_thread():
    """Small tensors: threads cost more than they save."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield
    torch.set_num_threads(before)


# training-loop


def digits(size=360):
    X, y = load_digits(return_X_y=True)
    split = train_test_split(X / 16, y, test_size=size, stratify=y, random_state=3)
    x_train, x_val, y_train, y_val = split
    return (
        loop.Samples(torch.tensor(x_train, dtype=torch.float32), torch.tensor(y_train)),
        loop.Samples(torch.tensor(x_val, dtype=torch.float32), torch.tensor(y_val)),
    )


def few(n, seed=0, D=5, K=3):
    rng = torch.Generator().manual_seed(seed)
    x = torch.randn(n, D, generator=rng)
    return loop.Samples(x, torch.randint(K, (n,), generator=rng))


def equal(one, other):
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_digits_are_learned(tmp_path):
    train, validation = digits()
    history = loop.fit(loop.MLP(64, 10), train, validation, tmp_path / "last.pt")
    assert len(history) == 30
    assert history[-1] > 0.97


class Cut(Exception):
    pass


class Fragile(loop.Samples):
    reads = 0

    def __getitem__(self, index):
        self.reads -= 1
        if self.reads < 0:
            raise Cut
        return super().__getitem__(index)


def test_a_run_on_digits_resumes_exactly(tmp_path):
    _, part = digits(300)
    _, validation = digits(100)

    def model(seed):
        torch.manual_seed(seed)
        return loop.MLP(64, 10, width=32)

    whole = model(1)
    due = loop.fit(whole, part, validation, tmp_path / "whole.pt", epochs=5)

    path = tmp_path / "cut.pt"
    fragile = Fragile(part.x, part.y)
    fragile.reads = 3 * 300 + 150
    with pytest.raises(Cut):
        loop.fit(model(1), fragile, validation, path, epochs=5)
    resumed = model(2)
    assert not equal(resumed, whole)
    assert loop.fit(resumed, part, validation, path, epochs=5) == due
    assert equal(resumed, whole)
    assert [file.name for file in tmp_path.glob("cut*")] == ["cut.pt"]


def reference(model, train, validation, epochs, batch_size, lr, seed):
    """Do what fit promises, with the schedule's formula and AdamW's equations."""
    torch.manual_seed(seed)
    loader = DataLoader(train, batch_size, shuffle=True)
    params = list(model.parameters())
    m = [torch.zeros_like(p) for p in params]
    v = [torch.zeros_like(p) for p in params]
    steps, t, history = epochs * len(loader), 0, []
    for _ in range(epochs):
        model.train()
        for x, y in loader:
            log_p = model(x).log_softmax(dim=1)
            loss = -log_p[torch.arange(len(y)), y].mean()
            grads = torch.autograd.grad(loss, params)
            rate = lr * (1 + math.cos(math.pi * t / steps)) / 2
            t += 1
            with torch.no_grad():
                for i, (p, g) in enumerate(zip(params, grads, strict=True)):
                    m[i] = 0.9 * m[i] + 0.1 * g
                    v[i] = 0.999 * v[i] + 0.001 * g**2
                    p *= 1 - rate * 0.01
                    p -= (
                        rate
                        * (m[i] / (1 - 0.9**t))
                        / ((v[i] / (1 - 0.999**t)).sqrt() + 1e-8)
                    )
        model.eval()
        right = 0
        for x, y in DataLoader(validation, batch_size):
            right += (model(x).argmax(dim=1) == y).sum().item()
        history.append(right / len(validation))
    return history


@pytest.mark.parametrize(
    "named",
    [{}, {"epochs": 4, "batch_size": 7, "lr": 0.05, "seed": 3}],
    ids=["defaults", "chosen"],
)
def test_fit_is_adamw_with_a_cosine_schedule(tmp_path, named):
    train, validation = few(70), few(40, seed=1)
    torch.manual_seed(5)
    model, twin = loop.MLP(5, 3).double(), loop.MLP(5, 3).double()
    twin.load_state_dict(model.state_dict())
    for part in (train, validation):
        part.x = part.x.double()
    full = {"epochs": 30, "batch_size": 32, "lr": 3e-3, "seed": 0, **named}
    due = reference(twin, train, validation, **full)
    assert loop.fit(model, train, validation, tmp_path / "last.pt", **named) == due
    for one, other in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-9)


def test_samples_are_pairs_of_the_same_length():
    part = few(4)
    assert len(part) == 4
    assert torch.equal(part[2][0], part.x[2])
    assert part[2][1] == part.y[2]
    with pytest.raises(ValueError, match="3 samples, but 2 labels"):
        loop.Samples(torch.zeros(3, 1), torch.zeros(2))


def test_the_model_has_its_width_and_its_dropout():
    model = loop.MLP(5, 3)
    assert model.hidden.weight.shape == (128, 5)
    assert model.dropout.p == 0.2
    small = loop.MLP(5, 3, width=4, p=0.5).double().eval()
    x = few(6).x.double()
    hidden = (x @ small.hidden.weight.T + small.hidden.bias).clamp(min=0)
    due = hidden @ small.classifier.weight.T + small.classifier.bias
    torch.testing.assert_close(small(x), due)
    assert not torch.equal(small.train()(x), due)


def test_evaluation_weighs_samples_not_batches():
    part, model = few(10), loop.MLP(5, 3, p=0.9)
    loss, accuracy = loop.evaluate(model.train(), DataLoader(part, 4))
    assert not model.training
    p = model(part.x).detach().double().softmax(dim=1).numpy()
    y = part.y.numpy()
    assert loss == pytest.approx(log_loss(y, p, labels=[0, 1, 2]), abs=1e-6)
    assert accuracy == accuracy_score(y, p.argmax(axis=1))
    assert 0 < accuracy < 1
    assert all(parameter.grad is None for parameter in model.parameters())


def test_an_evaluation_builds_no_graph():
    seen = []

    class Spy(nn.Linear):
        def forward(self, x):
            seen.append(torch.is_grad_enabled())
            return super().forward(x)

    loop.evaluate(Spy(5, 3), DataLoader(few(4), 2))
    assert seen == [False, False]


def test_an_epochs_loss_is_that_of_the_samples_when_they_were_used():
    part, model = few(5), nn.Linear(5, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    found = loop.train_epoch(model.eval(), DataLoader(part, 2), optimizer, scheduler)
    assert model.training
    assert found == pytest.approx(
        functional.cross_entropy(model(part.x), part.y).item(), abs=1e-6
    )
    assert scheduler.last_epoch == 3


def test_a_failed_write_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    path, parts = tmp_path / "a.b.pt", {"model": nn.Linear(2, 2)}
    loop.save_checkpoint(path, parts, [0.5])

    def fails(state, file):
        file.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(torch, "save", fails)
    with pytest.raises(OSError, match="disk full"):
        loop.save_checkpoint(path, parts, [0.5, 0.6])
    assert loop.load_checkpoint(path, {"model": nn.Linear(2, 2)}) == [0.5]


def test_a_checkpoint_restores_parts_and_random_numbers(tmp_path):
    model, other = nn.Linear(3, 2), nn.Linear(3, 2)
    loop.save_checkpoint(tmp_path / "c.pt", {"model": model}, [])
    due = torch.rand(3)
    torch.manual_seed(9)
    assert loop.load_checkpoint(tmp_path / "c.pt", {"model": other}) == []
    assert equal(model, other)
    assert torch.equal(torch.rand(3), due)


# custom-dataset

words = st.text(alphabet="abAB", min_size=1, max_size=2)
texts = st.lists(st.lists(words, max_size=6).map(" ".join), min_size=1, max_size=8)


@quick
@given(texts, st.integers(1, 3))
def test_the_vocabulary_ranks_sklearns_counts(texts, min_count):
    got = data.build_vocabulary(texts, min_count)
    if not " ".join(texts).split():
        assert got == {}
        return
    vectorizer = CountVectorizer(token_pattern=r"\S+")
    counts = np.asarray(vectorizer.fit_transform(texts).sum(axis=0)).ravel()
    of = dict(zip(vectorizer.get_feature_names_out(), counts.tolist(), strict=True))
    assert set(got) == {word for word, count in of.items() if count >= min_count}
    order = list(got)
    assert [got[word] for word in order] == list(range(2, 2 + len(order)))
    for one, other in itertools.pairwise(order):
        assert of[one] > of[other] or (of[one] == of[other] and one < other)


def test_every_word_counts_by_default():
    assert data.build_vocabulary(["b a a"]) == {"a": 2, "b": 3}
    assert (data.PAD, data.UNK) == (0, 1)


@quick
@given(texts)
def test_collate_pads_what_unpad_takes_away(texts):
    vocabulary = data.build_vocabulary(texts, min_count=2)
    dataset = data.Texts(texts, list(range(len(texts))), vocabulary)
    assert len(dataset) == len(texts)
    batch = data.collate([dataset[i] for i in range(len(texts))])
    back = unpad_sequence(batch.tokens, batch.lengths, batch_first=True)
    for i, (row, text) in enumerate(zip(back, texts, strict=True)):
        expected = [vocabulary.get(w, 1) for w in text.lower().split()]
        assert row.tolist() == (expected or [1])
        assert dataset[i][1] == batch.labels[i] == i
    assert torch.equal(batch.mask.sum(dim=1), batch.lengths)
    assert not batch.tokens[~batch.mask].any()
    # a True never follows a False
    assert (batch.mask[:, 1:] <= batch.mask[:, :-1]).all()
    assert batch.tokens.shape[1] == batch.lengths.max()
    kinds = [field.dtype for field in batch]
    assert kinds == [torch.int64, torch.int64, torch.bool, torch.int64]


def test_the_mask_comes_from_lengths():
    batch = data.collate([(torch.tensor([0, 0]), 1), (torch.tensor([3, 0, 3]), 0)])
    assert batch.mask.tolist() == [[True, True, False], [True, True, True]]


def test_texts_and_labels_are_pairs():
    with pytest.raises(ValueError, match="1 texts, but 2 labels"):
        data.Texts(["a"], [0, 1], {})


def labels_of(loader):
    return [batch.labels.tolist() for batch in loader]


def joined(loader):
    return [label for labels in labels_of(loader) for label in labels]


def test_the_loader_keeps_or_shuffles_the_order():
    dataset = data.Texts(["a"] * 9, list(range(9)), {})
    assert labels_of(data.make_loader(dataset, 4)) == [[0, 1, 2, 3], [4, 5, 6, 7], [8]]
    loader = data.make_loader(dataset, 4, shuffle=True)
    epochs = [joined(loader) for _ in range(2)]
    assert all(sorted(epoch) == list(range(9)) for epoch in epochs)
    assert epochs[0] != epochs[1]
    torch.rand(2)
    again = joined(data.make_loader(dataset, 4, shuffle=True, seed=0))
    assert again == epochs[0]
    other = joined(data.make_loader(dataset, 4, shuffle=True, seed=1))
    assert other != epochs[0]


@quick
@given(st.lists(st.integers(1, 6), min_size=1, max_size=5), seeds)
def test_the_masked_mean_is_that_of_the_words(lengths, seed):
    T = max(lengths)
    rng = torch.Generator().manual_seed(seed)
    values = torch.randn(len(lengths), T, 3, dtype=F64, generator=rng)
    mask = torch.arange(T) < torch.tensor(lengths)[:, None]
    due = torch.stack([v[:n].mean(dim=0) for v, n in zip(values, lengths, strict=True)])
    values[~mask] = torch.nan
    torch.testing.assert_close(data.masked_mean(values, mask), due)


# custom-autograd-function


@quick
@given(seeds, st.sampled_from([(), (1,), (3,), (2, 3)]), st.floats(-3, 3))
def test_swish_passes_both_of_torchs_checks(seed, shape, beta):
    rng = torch.Generator().manual_seed(seed)
    x = torch.randn(shape, dtype=F64, generator=rng, requires_grad=True)
    slope = torch.tensor(beta, dtype=F64, requires_grad=True)
    assert torch.autograd.gradcheck(own.Swish.apply, (x, slope))
    assert torch.autograd.gradgradcheck(own.Swish.apply, (x, slope))


def test_with_slope_one_swish_is_silu():
    x = torch.linspace(-400, 400, 81, dtype=F64, requires_grad=True)
    one, other = own.Swish.apply(x, torch.ones((), dtype=F64)), functional.silu(x)
    torch.testing.assert_close(one, other)
    grads = [torch.autograd.grad(y.sum(), x)[0] for y in (one, other)]
    torch.testing.assert_close(*grads)


def saved(function):
    """Return how many numbers autograd keeps, each storage counted once."""
    kept = {}

    def note(tensor):
        kept[tensor.untyped_storage().data_ptr()] = tensor.numel()
        return tensor

    x = torch.randn(1000, requires_grad=True)
    beta = torch.tensor(1.0, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        result = function(x, beta)
    assert result.shape == x.shape
    return sum(kept.values())


def test_swish_keeps_its_inputs_only():
    assert saved(own.Swish.apply) == 1001
    assert saved(lambda x, beta: x * torch.sigmoid(beta * x)) == 2001


class Context:
    def __init__(self, needs):
        self.needs_input_grad = needs

    def save_for_backward(self, *tensors):
        self.saved_tensors = tensors


@pytest.mark.parametrize("needs", [(True, False), (False, True), (False, False)])
def test_gradients_that_nobody_needs_are_none(needs):
    ctx = Context(needs)
    x, beta = torch.randn(3), torch.tensor(0.5)
    own.Swish.forward(ctx, x, beta)
    grads = own.Swish.backward(ctx, torch.ones(3))
    assert tuple(grad is not None for grad in grads) == needs
    shapes = [g.shape for g, need in zip(grads, needs, strict=True) if need]
    assert shapes == [t.shape for t, need in zip((x, beta), needs, strict=True) if need]


def test_rounding_passes_gradients_on():
    x = torch.tensor([-1.5, -0.4, 0.6, 2.5], dtype=F64, requires_grad=True)
    y = own.RoundStraightThrough.apply(x)
    assert y.tolist() == [-2.0, 0.0, 1.0, 2.0]
    above = torch.tensor([1.0, -2.0, 3.0, 0.5], dtype=F64)
    assert torch.equal(torch.autograd.grad(y, x, above)[0], above)
    shifted = (x.detach() + 0.2).requires_grad_()  # away from the jumps
    assert not torch.autograd.gradcheck(
        own.RoundStraightThrough.apply, (shifted,), raise_exception=False
    )


@quick
@given(seeds, st.sampled_from([(), (1,), (4,), (2, 3)]))
def test_the_numerical_gradient_is_autograds(seed, shape):
    rng = torch.Generator().manual_seed(seed)
    x = torch.randn(shape, dtype=F64, generator=rng, requires_grad=True)
    w = torch.randn(shape, dtype=F64, generator=rng)

    def f(x):
        return (w * torch.sin(x)).sum() + (x**3).mean()

    before = x.detach().clone()
    got = own.numerical_gradient(f, x)
    assert not got.requires_grad
    assert torch.equal(x, before)
    torch.testing.assert_close(got, torch.func.grad(f)(x.detach()), rtol=0, atol=1e-7)


def test_central_differences_err_by_the_square_of_the_step():
    x = torch.tensor([0.7], dtype=F64)
    for eps in (0.1, 0.01):  # of x**3: 3 x**2 + eps**2
        got = own.numerical_gradient(lambda x: (x**3).sum(), x, eps=eps)
        assert got.item() == pytest.approx(3 * 0.49 + eps**2, abs=1e-10)
    default = own.numerical_gradient(lambda x: 1e6 * (x**3).sum(), x)
    explicit = own.numerical_gradient(lambda x: 1e6 * (x**3).sum(), x, eps=1e-6)
    assert torch.equal(default, explicit)


# lstm-text-classifier


@quick
@given(seeds, st.lists(st.integers(1, 7), min_size=1, max_size=6))
def test_padding_never_changes_a_sentences_logits(seed, lengths):
    rng = torch.Generator().manual_seed(seed)
    model = lstm.LSTMClassifier(10, dim=4, hidden=3, num_classes=2).double()
    tokens = torch.randint(10, (len(lengths), 9), generator=rng)  # noise behind, too
    batch = model(tokens, torch.tensor(lengths))
    for n, length in enumerate(lengths):
        words = model.embedding(tokens[n : n + 1, :length])
        out, _ = model.lstm(words)  # (1, T, 2 * hidden), without any padding
        features = torch.cat([out[0, -1, :3], out[0, 0, 3:]])
        torch.testing.assert_close(batch[n], model.classifier(features))


def test_the_vector_of_padding_is_zero_and_stays_it():
    model = lstm.LSTMClassifier(10, dim=4, hidden=3, num_classes=2)
    assert model.embedding.weight.shape == (10, 4)
    assert not model.embedding.weight[0].any()
    model(torch.tensor([[3, 0, 4]]), torch.tensor([3])).sum().backward()
    reached = model.embedding.weight.grad.any(dim=1).nonzero().flatten()
    assert reached.tolist() == [3, 4]


GOOD, BAD = ["good", "great", "funny", "moving"], ["bad", "dull", "slow", "weak"]
SUBJECTS = ["the film is", "acting and plot are", "it was", "i found it"]


def reviews():
    """Return texts and labels: half of them differ from others in word order only."""
    found = []
    for subject in SUBJECTS:
        for i, good in enumerate(GOOD):
            bad = BAD[i]
            found += [(f"{subject} {good} , not {bad} at all", 1)]
            found += [(f"{subject} {bad} , not {good} at all", 0)]
            found += [(f"{subject} not {good} but {bad}", 0)]
            found += [(f"{subject} not {bad} but {good}", 1)]
            found += [(f"{subject} {good}", 1), (f"{subject} {bad}", 0)]
    return found


def test_the_lstm_beats_counts_of_words_where_order_matters():
    found = reviews()
    order = np.random.default_rng(0).permutation(len(found))
    texts, labels = zip(*(found[i] for i in order), strict=True)
    cut = 64
    scores = []
    for longest in (1, 2):
        counts = CountVectorizer(ngram_range=(1, longest))
        baseline = make_pipeline(counts, LogisticRegression())
        baseline.fit(texts[:cut], labels[:cut])
        scores.append(baseline.score(texts[cut:], labels[cut:]))

    vocabulary = data.build_vocabulary(texts[:cut])
    train = data.Texts(texts[:cut], labels[:cut], vocabulary)
    test = data.collate(
        [*map(data.Texts(texts, labels, vocabulary).__getitem__, range(cut, 96))]
    )
    model = lstm.LSTMClassifier(len(vocabulary) + 2, dim=16, hidden=16, num_classes=2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loader = data.make_loader(train, 16, shuffle=True)
    for _ in range(25):
        for batch in loader:
            loss = functional.cross_entropy(
                model(batch.tokens, batch.lengths), batch.labels
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    logits = model(test.tokens, test.lengths)
    accuracy = (logits.argmax(dim=1) == test.labels).double().mean().item()
    assert scores[0] < 0.6
    assert scores[1] > 0.95  # pairs of words do as well here
    assert accuracy > 0.95


# same-model-three-frameworks


def drawn(seed, sizes=(4, 6, 3)):
    rng = np.random.default_rng(seed)
    return same.NumPyMLP(*sizes, rng), rng


@quick
@given(seeds, st.integers(1, 5))
def test_forward_and_backward_are_torchs(seed, N):
    model, rng = drawn(seed)
    twin = same.to_torch(model)
    x, y = rng.normal(size=(N, 4)), rng.integers(0, 3, N)
    logits = model.forward(x)
    theirs = twin(torch.tensor(x))
    np.testing.assert_allclose(logits, theirs.detach().numpy(), rtol=0, atol=1e-12)
    loss, grad = same.cross_entropy(logits, y)
    due = functional.cross_entropy(theirs, torch.tensor(y))
    assert loss == pytest.approx(due.item(), abs=1e-12)
    due.backward()
    grads = model.backward(grad)
    for name, parameter in (
        ("W1", twin.hidden.weight),
        ("b1", twin.hidden.bias),
        ("W2", twin.classifier.weight),
        ("b2", twin.classifier.bias),
    ):
        due = parameter.grad.numpy().T
        np.testing.assert_allclose(grads[name], due, rtol=0, atol=1e-12)


def test_relu_has_no_slope_at_zero_as_in_torch():
    model, _ = drawn(0)
    model.params["W1"][:] = model.params["b1"][:] = 0.0
    model.forward(np.ones((1, 4)))
    grads = model.backward(np.ones((1, 3)))
    assert not grads["W1"].any()
    assert not grads["b1"].any()


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_training_takes_the_same_steps(momentum):
    model, rng = drawn(1)
    twin = same.to_torch(model)
    batches = [(rng.normal(size=(5, 4)), rng.integers(0, 3, 5)) for _ in range(12)]
    ours = same.train_numpy(model, batches, lr=0.2, momentum=momentum)
    theirs = same.train_torch(twin, batches, lr=0.2, momentum=momentum)
    assert len(ours) == 12
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)
    last = same.to_torch(model)
    for one, other in zip(last.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-10)


@pytest.mark.parametrize("momentum", [None, 0.8])
def test_the_optimizer_is_torchs(momentum):
    rng = np.random.default_rng(0)
    ours = {"a": rng.normal(size=(2, 3)), "b": rng.normal(size=4)}
    theirs = [torch.tensor(value, requires_grad=True) for value in ours.values()]
    named = {} if momentum is None else {"momentum": momentum}
    one = same.NumPySGD(ours, 0.1, **named)
    other = torch.optim.SGD(theirs, 0.1, **named)
    for _ in range(4):
        grads = {name: rng.normal(size=value.shape) for name, value in ours.items()}
        for tensor, grad in zip(theirs, grads.values(), strict=True):
            tensor.grad = torch.tensor(grad)
        one.step(grads)
        other.step()
    for value, tensor in zip(ours.values(), theirs, strict=True):
        np.testing.assert_allclose(value, tensor.detach().numpy(), rtol=0, atol=1e-12)


def test_parameters_start_within_the_range_of_torchs_layers():
    model, _ = drawn(0, (100, 400, 60))
    twin = same.TorchMLP(100, 400, 60)
    for name, parameter in (
        ("W1", twin.hidden.weight),
        ("b1", twin.hidden.bias),
        ("W2", twin.classifier.weight),
        ("b2", twin.classifier.bias),
    ):
        value = model.params[name]
        assert value.shape == parameter.shape[::-1]
        bound = 0.1 if name.endswith("1") else 0.05
        for array in (value, parameter.detach().numpy()):
            assert 0.8 * bound < array.max() <= bound
            assert 0.8 * bound < -array.min() <= bound


def test_the_copy_is_separate_and_double():
    model, _ = drawn(0)
    before = model.params["b1"].copy()
    twin = same.to_torch(model)
    assert {parameter.dtype for parameter in twin.parameters()} == {F64}
    with torch.no_grad():
        twin.hidden.bias.zero_()
    assert np.array_equal(model.params["b1"], before)


def test_large_logits_do_not_overflow():
    loss, grad = same.cross_entropy(np.array([[1e4, 0.0, -1e4]]), np.array([2]))
    assert loss == 2e4
    assert grad.tolist() == [[1.0, 0.0, -1.0]]
