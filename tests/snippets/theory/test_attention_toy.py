"""The hand-derived gradient, the task, and what training must reach."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from snippets.theory import attention_toy as m
from snippets.theory.transformers import attention

NAMES = ("W_Q", "W_K", "W_V", "W_O")


def batch_of(size: int, seed: int = 0) -> m.Batch:
    return m.draw(size, np.random.default_rng(seed))


def model_of(width: int = 5, scale: float = 0.7, features: int = 24) -> m.Model:
    return m.new_model(features, width, scale, np.random.default_rng(1))


def parts(batch: m.Batch) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    keys, values, places = np.split(batch.tokens, [8, 16], axis=-1)
    for part in (keys, values, places):
        assert part.shape == (*batch.tokens.shape[:2], 8)
        assert (part.sum(axis=-1) == 1).all()
        assert ((part == 0) | (part == 1)).all()
    return keys.argmax(-1), values.argmax(-1), places.argmax(-1)


@pytest.fixture(scope="module")
def trained() -> tuple[m.Model, np.ndarray]:
    return m.train(300)


def test_records_hold_every_key_once_values_at_random_and_their_places() -> None:
    batch = batch_of(3000)
    keys, values, places = parts(batch)
    assert (np.sort(keys, axis=1) == np.arange(8)).all()
    assert (places == np.arange(8)).all()
    for drawn in (keys[:, 0], values[:, 0], values[:, 7]):
        np.testing.assert_allclose(np.bincount(drawn) / 3000, 1 / 8, atol=0.03)
    assert abs(np.corrcoef(values[:, 0], values[:, 1])[0, 1]) < 0.06
    again = batch_of(3000)
    assert all((one == other).all() for one, other in zip(batch, again, strict=True))


def test_queries_name_a_key_or_a_place_and_the_answer_is_there() -> None:
    batch = batch_of(3000)
    keys, values, _ = parts(batch)
    assert batch.query.shape == (3000, 16)
    assert (batch.query.sum(axis=1) == 1).all()
    asked = batch.query.argmax(axis=1)
    np.testing.assert_allclose(np.bincount(asked) / 3000, 1 / 16, atol=0.02)
    for i in range(3000):
        slot = batch.right[i]
        assert batch.answer[i] == values[i, slot]
        if asked[i] < 8:
            assert keys[i, slot] == asked[i]
        else:
            assert slot == asked[i] - 8


def test_places_can_be_replaced_and_nothing_else_changes() -> None:
    batch = batch_of(20)
    before = batch.tokens.copy()
    codes = np.arange(64.0).reshape(8, 8)
    changed = m.with_places(batch, codes)
    np.testing.assert_array_equal(batch.tokens, before)
    np.testing.assert_array_equal(changed.tokens[..., :16], before[..., :16])
    for record in changed.tokens:
        np.testing.assert_array_equal(record[:, 16:], codes)
    assert changed.answer is batch.answer
    assert changed.query is batch.query


def test_neighbors_are_the_slots_before() -> None:
    batch = batch_of(20)
    tokens = m.with_neighbors(batch).tokens
    assert tokens.shape == (20, 8, 48)
    np.testing.assert_array_equal(tokens[..., :24], batch.tokens)
    for j in range(8):
        np.testing.assert_array_equal(tokens[:, j, 24:], batch.tokens[:, j - 1])


@pytest.mark.parametrize("features", [24, 48])
def test_the_start_has_unit_variance(features: int) -> None:
    rng = np.random.default_rng(2)
    model = m.new_model(features, 4000, 0.3, rng)
    batch = batch_of(200)
    if features == 48:
        batch = m.with_neighbors(batch)
    shapes = [getattr(model, name).shape for name in NAMES]
    assert shapes == [(16, 4000), (features, 4000), (features, 4000), (4000, 8)]
    assert model.scale == 0.3
    for entries in (batch.query @ model.W_Q, batch.tokens @ model.W_K):
        assert entries.var() == pytest.approx(1, rel=0.05)
        assert entries.mean() == pytest.approx(0, abs=0.02)
    assert (batch.tokens @ model.W_V).var() == pytest.approx(1, rel=0.05)
    assert model.W_O.std() * 4000 == pytest.approx(1, rel=0.05)
    drawn = [model.W_K, model.W_V]
    assert np.corrcoef(drawn[0].ravel(), drawn[1].ravel())[0, 1] < 0.05


def test_the_head_is_scaled_dot_product_attention() -> None:
    batch, model = batch_of(30), model_of(width=9, scale=1 / 3)
    q = (batch.query @ model.W_Q)[:, None]
    y, a = attention(q, batch.tokens @ model.W_K, batch.tokens @ model.W_V)
    weights = model.attend(batch)
    np.testing.assert_allclose(weights, a[:, 0], atol=1e-14)
    expected = y[:, 0] @ model.W_O
    np.testing.assert_allclose(model.read(batch, weights), expected, atol=1e-14)


def test_reading_with_all_weight_on_one_slot_gives_that_slots_value() -> None:
    batch, model = batch_of(4), model_of()
    scores = model.read(batch, np.eye(8)[[3, 0, 7, 7]])
    for i, slot in enumerate((3, 0, 7, 7)):
        np.testing.assert_allclose(
            scores[i], batch.tokens[i, slot] @ model.W_V @ model.W_O
        )


def by_torch(model: m.Model, batch: m.Batch) -> tuple[float, dict[str, np.ndarray]]:
    w = {n: torch.tensor(getattr(model, n), requires_grad=True) for n in NAMES}
    tokens = torch.tensor(batch.tokens)
    q = torch.tensor(batch.query) @ w["W_Q"]
    y = torch.nn.functional.scaled_dot_product_attention(
        q[:, None], tokens @ w["W_K"], tokens @ w["W_V"], scale=model.scale
    )
    loss = torch.nn.functional.cross_entropy(
        y[:, 0] @ w["W_O"], torch.tensor(batch.answer)
    )
    loss.backward()
    return loss.item(), {name: tensor.grad.numpy() for name, tensor in w.items()}


@pytest.mark.parametrize(("size", "scale"), [(1, 1.0), (17, 0.3), (64, 2.5)])
def test_gradient_against_autograd(size: int, scale: float) -> None:
    batch = m.with_neighbors(batch_of(size))
    model = model_of(width=6, scale=scale, features=48)
    model = replace(model, W_O=10 * model.W_O)  # predictions that differ
    loss, grads = m.gradients(model, batch)
    expected_loss, expected = by_torch(model, batch)
    assert isinstance(loss, float)
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    assert set(grads) == set(NAMES)
    for name in NAMES:
        np.testing.assert_allclose(grads[name], expected[name], rtol=1e-9, atol=1e-13)


def test_gradient_against_finite_differences() -> None:
    batch, model = batch_of(12), model_of(width=3, scale=0.8)
    model = replace(model, W_O=5 * model.W_O)
    _, grads = m.gradients(model, batch)
    for name in NAMES:
        w = getattr(model, name)
        numeric = np.zeros_like(w)
        for index in np.ndindex(w.shape):
            step = np.zeros_like(w)
            step[index] = 1e-5
            up, down = (
                m.gradients(replace(model, **{name: moved}), batch)[0]
                for moved in (w + step, w - step)
            )
            numeric[index] = (up - down) / 2e-5
        assert np.abs(numeric).max() > 1e-3
        np.testing.assert_allclose(grads[name], numeric, atol=1e-9)


def test_training_solves_the_task_and_looks_at_the_right_slot(
    trained: tuple[m.Model, np.ndarray],
) -> None:
    model, losses = trained
    batch = batch_of(2000, seed=5)
    weights = model.attend(batch)
    assert m.accuracy(model.read(batch, weights), batch) > 0.99
    assert m.mass(weights, batch.right) > 0.75
    assert (weights.argmax(axis=1) == batch.right).mean() > 0.99
    assert m.entropy(weights) < 1.2
    assert losses.shape == (300,)
    assert losses[0] == pytest.approx(math.log(8), abs=0.15)
    assert losses[-50:].mean() < 0.05


def test_without_places_only_the_keys_can_be_looked_up() -> None:
    def blind(batch: m.Batch) -> m.Batch:
        return m.with_places(batch, np.zeros((8, 8)))

    model, _ = m.train(300, change=blind)
    shown = m.kinds(blind(batch_of(2000, seed=5)))
    reached = {
        k: m.accuracy(model.read(b, model.attend(b)), b) for k, b in shown.items()
    }
    assert reached["key"] > 0.99
    assert 0.2 < reached["place"] < 0.4
    assert m.mass(model.attend(shown["key"]), shown["key"].right) > 0.75
    by_place = model.attend(shown["place"])
    assert m.mass(by_place, shown["place"].right) == pytest.approx(1 / 8, abs=0.02)
    assert m.entropy(by_place) > 2.8


def test_permuting_the_slots_with_their_places_changes_no_score(
    trained: tuple[m.Model, np.ndarray],
) -> None:
    model, batch = trained[0], batch_of(50)
    moved = batch._replace(tokens=batch.tokens[:, [3, 1, 7, 0, 2, 6, 4, 5]])
    scores = [model.read(b, model.attend(b)) for b in (batch, moved)]
    np.testing.assert_allclose(scores[0], scores[1], atol=1e-10)


def test_mixed_slots_leave_a_choice_of_where_to_look() -> None:
    shown = m.with_neighbors(batch_of(1000, seed=5))
    after = (shown.right + 1) % 8
    model, _ = m.train(300, change=m.with_neighbors)
    weights = model.attend(shown)
    assert m.accuracy(model.read(shown, weights), shown) > 0.99
    assert m.mass(weights, shown.right) + m.mass(weights, after) > 0.85


def test_fewer_steps_are_a_prefix_and_seeds_differ() -> None:
    _, losses = m.train(12)
    model, shorter = m.train(5)
    np.testing.assert_array_equal(shorter, losses[:5])
    rng = np.random.default_rng(0)
    m.draw(1, rng)
    start = m.new_model(24, 16, 0.25, rng)
    untrained, none = m.train(0)
    assert none.shape == (0,)
    assert untrained.scale == model.scale == 0.25
    for name in NAMES:
        np.testing.assert_array_equal(getattr(untrained, name), getattr(start, name))
        assert (getattr(model, name) != getattr(start, name)).any()
    assert (m.train(5, seed=1)[1] != shorter).all()
    expected, _ = m.gradients(start, m.draw(64, rng))
    assert losses[0] == expected


def test_training_takes_adams_steps_of_the_learning_rate() -> None:
    for lr in (0.01, 0.2):
        start, _ = m.train(0, width=4, scale=0.9)
        model, _ = m.train(1, width=4, scale=0.9, lr=lr, size=3)
        assert (model.scale, start.W_Q.shape) == (0.9, (16, 4))
        moved = np.abs(model.W_O - start.W_O)  # Adam's first step is lr
        np.testing.assert_allclose(moved, lr, rtol=1e-3)
    by_default, _ = m.train(1)
    moved = np.abs(by_default.W_O - m.train(0)[0].W_O)
    np.testing.assert_allclose(moved, 0.01, rtol=1e-3)


def test_the_batch_size_reaches_the_change() -> None:
    seen = []

    def watch(batch: m.Batch) -> m.Batch:
        seen.append(len(batch.answer))
        return batch

    m.train(2, size=7, change=watch)
    m.train(1, change=watch)
    assert seen == [1, 7, 7, 1, 64]


def test_measures_of_known_weights() -> None:
    weights = np.array([[0.5, 0.25, 0.25, 0.0], [0.25, 0.25, 0.25, 0.25]])
    assert m.entropy(weights) == pytest.approx((1.5 + 2) / 2)
    assert m.entropy(np.eye(4)) == 0
    assert m.mass(weights, np.array([0, 3])) == pytest.approx(0.375)
    batch = batch_of(4)._replace(answer=np.array([0, 1, 2, 3]))
    scores = np.eye(8)[[0, 1, 2, 7]]
    assert m.accuracy(scores, batch) == 0.75


def test_kinds_split_the_queries() -> None:
    batch = batch_of(500)
    split = m.kinds(batch)
    asked = batch.query.argmax(axis=1)
    assert list(split) == ["key", "place"]
    for name, chosen in (("key", asked < 8), ("place", asked >= 8)):
        for part, whole in zip(split[name], batch, strict=True):
            np.testing.assert_array_equal(part, whole[chosen])
    assert len(split["key"].answer) > 200
    assert len(split["place"].answer) > 200
