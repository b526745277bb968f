"""Gradients against torch and finite differences, counts against brute force."""

import itertools

import numpy as np
import pytest
import torch

from snippets import Array
from snippets.theory import generative_models, optimizers
from snippets.theory import mode_collapse as m

F = torch.nn.functional


def stack(sizes: list[int], runs: int = 3, seed: int = 0) -> list[Array]:
    """Networks with biases that are not zero, so that they can be missed."""
    rng = np.random.default_rng(seed)
    net = m.init_stack(sizes, runs, rng)
    return [w + 0.3 * rng.standard_normal(w.shape) for w in net]


def draw(*shape: int, seed: int = 1) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


def tensors(net: list[Array], run: int) -> list[torch.Tensor]:
    return [torch.tensor(w[run], requires_grad=True) for w in net]


def judge(net: list[torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """The same network in torch."""
    for i in range(0, len(net), 2):
        x = x @ net[i] + net[i + 1]
        x = x if i == len(net) - 2 else F.leaky_relu(x, 0.2)
    return x


def assert_run(got: list[Array], run: int, expected: list[torch.Tensor]) -> None:
    for one, other in zip(got, expected, strict=True):
        assert other.grad is not None
        np.testing.assert_allclose(one[run], other.grad.numpy(), atol=1e-12)


def log_loss(logits: torch.Tensor, label: float) -> torch.Tensor:
    target = torch.full_like(logits, label)
    return F.binary_cross_entropy_with_logits(logits, target)


def test_init_stack_draws_one_network_after_another() -> None:
    net = m.init_stack([2, 5, 3], 4, np.random.default_rng(7))
    assert [w.shape for w in net] == [(4, 2, 5), (4, 1, 5), (4, 5, 3), (4, 1, 3)]
    rng = np.random.default_rng(7)
    for run in range(4):
        alone = generative_models.init_mlp([2, 5, 3], rng)
        for one, other in zip(net, alone, strict=True):
            np.testing.assert_array_equal(one[run].ravel(), other.ravel())


def test_slopes_are_those_of_the_leaky_relu() -> None:
    a = torch.tensor([-3.0, -1e-3, 1e-3, 2.0], requires_grad=True)
    out = F.leaky_relu(a, 0.2)
    out.sum().backward()
    assert a.grad is not None
    np.testing.assert_allclose(m.slopes(out.detach().numpy()), a.grad.numpy())


@pytest.mark.parametrize("sizes", [[2, 1], [2, 6, 3], [4, 5, 7, 2]])
def test_backward_stack_against_autograd(sizes: list[int]) -> None:
    net, x = stack(sizes), draw(3, 9, sizes[0])
    outputs = generative_models.forward(net, x)
    g = draw(3, 9, sizes[-1], seed=2)
    grads, by_x = m.backward_stack(net, outputs, g)
    for run in range(3):
        theirs = tensors(net, run)
        t = torch.tensor(x[run], requires_grad=True)
        out = judge(theirs, t)
        np.testing.assert_allclose(outputs[-1][run], out.detach().numpy())
        (out * torch.tensor(g[run])).sum().backward()
        assert_run(grads, run, theirs)
        assert_run([by_x], run, [t])


@pytest.mark.parametrize("sizes", [[2, 1], [2, 6, 1], [4, 5, 7, 1]])
def test_r1_against_double_backward(sizes: list[int]) -> None:
    net, x = stack(sizes), draw(3, 9, sizes[0])
    outputs = generative_models.forward(net, x)
    value, grads = m.r1_penalty(net, outputs, 0.7)
    assert value.shape == (3,)
    for run in range(3):
        theirs = tensors(net, run)
        t = torch.tensor(x[run], requires_grad=True)
        out = judge(theirs, t).sum()
        (slope,) = torch.autograd.grad(out, t, create_graph=True)
        penalty = 0.7 / 2 * (slope**2).sum(dim=1).mean()
        assert value[run] == pytest.approx(penalty.item())
        (penalty + 0 * out).backward()  # biases get a zero
        assert_run(grads, run, theirs)


def test_r1_against_finite_differences() -> None:
    net, x = stack([2, 4, 3, 1], runs=1), draw(1, 5, 2)

    def value(changed: list[Array]) -> float:
        """The penalty from logits alone: no derivative by hand."""
        step, total = 1e-5, 0.0
        for e in np.eye(2) * step:
            up, down = (
                generative_models.forward(changed, x + s * e)[-1] for s in (1, -1)
            )
            total += float((((up - down) / (2 * step)) ** 2).mean())
        return 3.0 / 2 * total

    penalty, grads = m.r1_penalty(net, generative_models.forward(net, x), 3.0)
    assert penalty[0] == pytest.approx(value(net))
    for i, w in enumerate(net):
        for place in np.ndindex(w.shape):
            ends = []
            for step in (1e-4, -1e-4):
                changed = [v.copy() for v in net]
                changed[i][place] += step
                ends.append(value(changed))
            slope = (ends[0] - ends[1]) / 2e-4
            assert grads[i][place] == pytest.approx(slope, abs=1e-5)


def test_r1_of_a_linear_logit_in_closed_form() -> None:
    W = np.array([[[3.0], [4.0]]])
    net = [W, np.full((1, 1, 1), 9.0)]
    value, grads = m.r1_penalty(net, [draw(1, 6, 2), draw(1, 6, 1)], 2.0)
    assert value == pytest.approx([25])  # the squared length of W
    np.testing.assert_allclose(grads[0], 2 * W)
    np.testing.assert_array_equal(grads[1], [[[0]]])


def test_packed_joins_neighbors() -> None:
    x = draw(3, 12, 2)
    np.testing.assert_array_equal(m.packed(x, 1), x)
    joined = m.packed(x, 4)
    assert joined.shape == (3, 3, 8)
    for run, row in itertools.product(range(3), range(3)):
        expected = np.concatenate(x[run, 4 * row : 4 * row + 4])
        np.testing.assert_array_equal(joined[run, row], expected)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 4.0])
def test_discriminator_gradients_against_autograd(gamma: float) -> None:
    net = stack([2, 6, 5, 1])
    real, fake = draw(3, 8, 2), 2 * draw(3, 8, 2, seed=2) + 1
    grads = m.discriminator_gradients(net, real, fake, gamma)
    for run in range(3):
        theirs = tensors(net, run)
        x = torch.tensor(real[run], requires_grad=True)
        a, b = judge(theirs, x), judge(theirs, torch.tensor(fake[run]))
        (slope,) = torch.autograd.grad(a.sum(), x, create_graph=True)
        loss = log_loss(a, 1.0) + log_loss(b, 0.0)
        (loss + gamma / 2 * (slope**2).sum(dim=1).mean()).backward()
        assert_run(grads, run, theirs)


@pytest.mark.parametrize("pack", [1, 2, 4])
def test_generator_gradients_against_autograd(pack: int) -> None:
    G, D = stack([3, 5, 2]), stack([2 * pack, 6, 1], seed=5)
    z = draw(3, 8, 3)
    grads = m.generator_gradients(G, D, z, pack)
    for run in range(3):
        theirs, fixed = tensors(G, run), tensors(D, run)
        made = judge(theirs, torch.tensor(z[run]))
        log_loss(judge(fixed, made.reshape(-1, 2 * pack)), 1.0).backward()
        assert_run(grads, run, theirs)


def test_defaults_of_a_gan() -> None:
    gan = m.Gan()
    assert (gan.runs, gan.beta1, gan.gamma, gan.pack) == (8, 0.9, 0, 1)
    assert (gan.lr, gan.batch) == (2e-3, 64)
    assert [w.shape for w in gan.G[::2]] == [(8, 2, 32), (8, 32, 32), (8, 32, 2)]
    assert [w.shape for w in gan.D[::2]] == [(8, 2, 32), (8, 32, 32), (8, 32, 1)]
    for optimizer in itertools.chain(*gan.optimizers):
        assert optimizer == optimizers.Adam(2e-3)  # Adam's own defaults
    again, other = m.Gan(seed=0), m.Gan(seed=1)
    np.testing.assert_array_equal(again.G[0], gan.G[0])
    assert (other.G[0] != gan.G[0]).all()


def test_settings_reach_networks_and_optimizers() -> None:
    gan = m.Gan(runs=3, beta1=0.2, pack=4, lr=0.1, batch=8, width=5)
    assert gan.G[0].shape == (3, 2, 5)
    assert gan.D[0].shape == (3, 8, 5)
    assert all(
        o == optimizers.Adam(0.1, betas=(0.2, 0.999))
        for o in itertools.chain(*gan.optimizers)
    )
    assert [len(o) for o in gan.optimizers] == [6, 6]
    with pytest.raises(ValueError, match="multiple of pack"):
        m.Gan(batch=64, pack=3)


def test_noise_and_samples() -> None:
    gan = m.Gan(runs=2)
    z = gan.noise(4000)
    assert z.shape == (2, 4000, 2)
    np.testing.assert_allclose(z.mean(axis=1), 0, atol=0.06)
    np.testing.assert_allclose(z.std(axis=1), 1, atol=0.06)
    gan.rng = np.random.default_rng(3)
    x = gan.sample(10)
    z = np.random.default_rng(3).standard_normal((2, 10, 2))
    for run in range(2):
        alone = judge(tensors(gan.G, run), torch.tensor(z[run]))
        np.testing.assert_allclose(x[run], alone.detach().numpy())


@pytest.mark.parametrize("pack", [1, 2])
def test_steps_are_adam_on_the_gradients(pack: int) -> None:
    gan = m.Gan(runs=2, pack=pack, gamma=0.5, batch=8, width=4, beta1=0.3)
    for _ in range(2):
        G, D = gan.G, gan.D
        gan.rng, rng = np.random.default_rng(5), np.random.default_rng(5)
        gan.step_discriminator()
        real = generative_models.ring(16, rng).reshape(2, 8, 2)
        fake = generative_models.forward(G, rng.standard_normal((2, 8, 2)))[-1]
        shape = (2, 8 // pack, 2 * pack)
        g = m.discriminator_gradients(D, real.reshape(shape), fake.reshape(shape), 0.5)
        check_adam(gan.optimizers[1], D, g, gan.D)
        assert all(a is b for a, b in zip(G, gan.G, strict=True))
        D = gan.D
        gan.step_generator()
        g = m.generator_gradients(G, D, rng.standard_normal((2, 8, 2)), pack)
        check_adam(gan.optimizers[0], G, g, gan.G)
        assert all(a is b for a, b in zip(D, gan.D, strict=True))


def check_adam(
    used: list[optimizers.Adam], old: list[Array], g: list[Array], new: list[Array]
) -> None:
    """The state after the step holds g, and the step follows from the state."""
    for o, w, d, stepped in zip(used, old, g, new, strict=True):
        if o.t == 1:
            np.testing.assert_allclose(o.m, 0.7 * d, atol=1e-15)
        m_hat, v_hat = o.m / (1 - 0.3**o.t), o.v / (1 - 0.999**o.t)
        expected = w - 2e-3 * m_hat / (np.sqrt(v_hat) + 1e-8)
        np.testing.assert_allclose(stepped, expected)
        assert (stepped != w).any()


def test_train_counts_every_so_many_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    gan, log = m.Gan(runs=2, batch=4, width=3), []
    for name in ("step_discriminator", "step_generator"):
        monkeypatch.setattr(m.Gan, name, lambda self, name=name: log.append(name))
    sizes = []
    monkeypatch.setattr(m, "mode_shares", lambda x: sizes.append(x.shape) or x[:, 0])
    history = m.train(gan, 7, every=3, samples=9)
    assert log == ["step_discriminator", "step_generator"] * 7
    assert sizes == [(2, 9, 2)] * 2
    assert history.shape == (2, 2, 2)
    log.clear()
    m.train(gan, 600)
    assert sizes[2:] == [(2, 500, 2)] * 24
    assert len(log) == 1200


def test_mode_shares_against_brute_force() -> None:
    x = 2 * draw(2, 3, 400, 2)
    x[0, 0, :8] = m.RING + np.array([0.0, 0.299])
    x[0, 1, :8] = m.RING + np.array([0.301, 0.0])
    shares = m.mode_shares(x)
    assert shares.shape == (2, 3, 8)
    for i, j, k in np.ndindex(2, 3, 8):
        angle = 2 * np.pi * k / 8
        mode = complex(2 * np.cos(angle), 2 * np.sin(angle))
        near = sum(abs(complex(a, b) - mode) < 0.3 for a, b in x[i, j])
        assert shares[i, j, k] == pytest.approx(near / 400)


def test_the_data_cover_all_modes() -> None:
    shares = m.mode_shares(generative_models.ring(20_000, np.random.default_rng(0)))
    # a normal plane vector stays within 3 standard deviations: 1 - exp(-9 / 2)
    assert shares.sum() == pytest.approx(1 - np.exp(-4.5), abs=0.002)
    np.testing.assert_allclose(shares, shares.mean(), rtol=0.07)
    assert m.covered(shares) == 8
    assert m.kl_to_uniform(shares) < 0.001


def test_covered_counts_from_one_percent() -> None:
    shares = np.array([[0.01, 0.0099, 0.9], [0.0, 0.0, 0.0], [0.2, 0.2, 0.2]])
    np.testing.assert_array_equal(m.covered(shares), [2, 0, 3])


def test_kl_against_the_sum() -> None:
    shares = np.random.default_rng(0).dirichlet(np.ones(5), size=(3, 4)) * 0.6
    got = m.kl_to_uniform(shares)
    for i, j in np.ndindex(3, 4):
        q = shares[i, j] / shares[i, j].sum()
        assert got[i, j] == pytest.approx(sum(a * np.log(a / 0.2) for a in q))


@pytest.mark.parametrize("k", [1, 2, 4, 8])
def test_kl_of_equal_shares_of_some_modes(k: int) -> None:
    shares = np.repeat([0.05, 0.0], [k, 8 - k])
    assert m.kl_to_uniform(shares) == pytest.approx(np.log(8 / k))
    assert m.kl_to_uniform(np.zeros(8)) == pytest.approx(np.log(8))


@pytest.mark.parametrize("size", [1, 2, 3])
def test_packed_total_variation_against_enumeration(size: int) -> None:
    p, q = np.random.default_rng(0).dirichlet(np.ones(4), size=2)
    both = itertools.product(range(4), repeat=size)
    gaps = [abs(np.prod(p[list(w)]) - np.prod(q[list(w)])) for w in both]
    expected = sum(gaps) / 2
    assert m.packed_total_variation(p, q, size) == pytest.approx(expected)


@pytest.mark.parametrize("k", [2, 5, 7])
def test_packed_total_variation_of_missing_modes(k: int) -> None:
    p, q = np.full(8, 1 / 8), np.repeat([1 / k, 0], [k, 8 - k])
    for size in (1, 2, 4):
        expected = 1 - (k / 8) ** size
        assert m.packed_total_variation(p, q, size) == pytest.approx(expected)


def test_cures_cover_clearly_more_modes() -> None:
    def modes(**settings: float) -> Array:
        """Modes covered in each run, mean over the second half."""
        gan = m.Gan(runs=6, **settings)  # type: ignore[arg-type]
        history = m.train(gan, 900, every=50)
        return np.asarray(m.covered(history[9:]).mean(axis=0))

    plain = modes()
    assert plain.mean() < 4
    for cure in ({}, {"gamma": 1.0}, {"pack": 2}):
        assert modes(beta1=0.0, **cure).mean() > plain.mean() + 2
