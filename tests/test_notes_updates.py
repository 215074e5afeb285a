"""How the notes' networks learn: the chain rule path by path, and the updates."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from notes import BREED_WEIGHTS, INPUT, breed_loss

import autograd_lite as ag

# The chain rule

RNG = np.random.default_rng(5)
X, W, V, TARGET = RNG.normal(size=3), RNG.normal(size=(3, 4)), RNG.normal(size=(4, 2)), np.ones(2)


def test_chain_rule_of_an_output_weight() -> None:
    """dE/dV11 = dz1/dV11 dy1/dz1 dE/dy1: one path."""
    h = ag.sigmoid(X @ W)
    y = ag.sigmoid(h @ V)
    by_v = ag.grad(lambda v: ag.mse(ag.sigmoid(h @ v), TARGET, "sum"))(V)
    np.testing.assert_allclose(by_v[0, 0], h[0] * y[0] * (1 - y[0]) * 2 * (y[0] - 1), rtol=1e-14)


def test_chain_rule_of_a_hidden_weight_sums_over_its_paths() -> None:
    """W11 reaches the error through each output: the product along one of them is not enough."""
    h = ag.sigmoid(X @ W)
    y = ag.sigmoid(h @ V)
    by_w = ag.grad(lambda w: ag.mse(ag.sigmoid(ag.sigmoid(X @ w) @ V), TARGET, "sum"))(W)
    paths = [
        X[0] * h[0] * (1 - h[0]) * V[0, k] * y[k] * (1 - y[k]) * 2 * (y[k] - 1) for k in range(2)
    ]
    np.testing.assert_allclose(by_w[0, 0], sum(paths), rtol=1e-13)
    assert abs(paths[0] - sum(paths)) > 1e-3


def test_seven_factors_of_a_deep_chain() -> None:
    """With one unit in each of three layers the product as printed is the whole gradient."""
    u, w, v, x = 0.4, -0.7, 1.3, 2.0
    g = ag.sigmoid(np.array(u * x))
    h = ag.sigmoid(w * g)
    y = ag.sigmoid(v * h)
    factors = [2 * (y - 1), y * (1 - y), v, h * (1 - h), w, g * (1 - g), x]
    found = ag.grad(
        lambda u: ag.mse(ag.sigmoid(v * ag.sigmoid(w * ag.sigmoid(u * x))), np.array(1.0))
    )(u)
    np.testing.assert_allclose(found, np.prod(factors), rtol=1e-14)


def test_a_deep_network_sums_over_all_its_paths() -> None:
    """Three layers of weights: dE/dU11 has a product for each way through h and y."""
    rng = np.random.default_rng(6)
    u, w, v = (rng.normal(size=shape) for shape in ((2, 3), (3, 3), (3, 2)))
    x = np.array([0.3, -1.1])
    g = ag.sigmoid(x @ u)
    h = ag.sigmoid(g @ w)
    y = ag.sigmoid(h @ v)
    found = ag.grad(
        lambda u: ag.mse(ag.sigmoid(ag.sigmoid(ag.sigmoid(x @ u) @ w) @ v), TARGET, "sum")
    )(u)
    paths = [
        x[0] * g[0] * (1 - g[0]) * w[0, j] * h[j] * (1 - h[j])
        * v[j, k] * y[k] * (1 - y[k]) * 2 * (y[k] - 1)
        for j in range(3) for k in range(2)
    ]  # fmt: skip
    np.testing.assert_allclose(found[0, 0], sum(paths), rtol=1e-13)


def test_no_chain_runs_through_a_weight() -> None:
    """dJ/dW1 = dJ/dA2 dA2/dA1 dA1/dW1; the notes pass through W2, which is a leaf.

    And dA2/dW2 is the slope of the activation times its input, not the slope alone.
    """
    w1, w2 = ag.Tensor(0.5), ag.Tensor(-1.5)
    a1 = ag.sigmoid(w1 * 2.0)
    a2 = ag.sigmoid(w2 * a1)
    a1.retain_grad()
    a2.retain_grad()
    ag.mse(a2, np.array(1.0)).backward()
    one, two = a1.item(), a2.item()
    np.testing.assert_allclose(a1.grad, a2.grad * two * (1 - two) * w2.item(), rtol=1e-14)
    np.testing.assert_allclose(w1.grad, a1.grad * one * (1 - one) * 2, rtol=1e-14)
    np.testing.assert_allclose(w2.grad, a2.grad * two * (1 - two) * one, rtol=1e-14)


def test_every_entry_of_every_weight_gets_a_gradient() -> None:
    net = ag.nn.MLP([3, 4, 2], "sigmoid", dtype=float, rng=np.random.default_rng(0))
    ag.mse(ag.sigmoid(net(X)), TARGET).backward()
    for parameter in net.parameters():
        assert parameter.grad.shape == parameter.shape
        assert (parameter.grad != 0).all()


# Walking the graph backwards


def test_adjoints_of_logistic_regression_on_two_features() -> None:
    """Every node's gradient, from the loss back; the picture of the graph names its leaves."""
    weights = [ag.Tensor(0.3, "weight 1"), ag.Tensor(-0.2, "weight 2"), ag.Tensor(0.1, "bias")]
    x1, x2, y = 1.5, -2.0, 1.0
    first, second = weights[0] * x1, weights[1] * x2
    a = first + second + weights[2]
    h = ag.sigmoid(a)
    loss = ag.binary_cross_entropy(h, np.array(y))
    for node in (first, second, a, h):
        node.retain_grad()
    loss.backward()
    p = h.item()
    np.testing.assert_allclose(h.grad, -y / p, rtol=4e-15)
    for node in (a, first, second, weights[2]):
        np.testing.assert_allclose(node.grad, p - y, rtol=1e-14)
    np.testing.assert_allclose(
        [weights[0].grad, weights[1].grad], [(p - y) * x1, (p - y) * x2], rtol=1e-14
    )
    dot = ag.draw(loss).dot
    assert all(name in dot for name in ("weight 1", "weight 2", "bias", "sigmoid"))


@pytest.mark.parametrize("activation", [ag.sigmoid, ag.tanh], ids=["logistic", "tanh"])
def test_two_layers_by_hand_and_by_the_engine(activation: Callable[[Any], Any]) -> None:
    """dA2 = H2 - Y, dA1 = W2^T dA2 act'(A1): h (1 - h) for the logistic, 1 - h**2 for tanh."""
    rng = np.random.default_rng(7)
    w1, b1 = ag.Tensor(rng.normal(size=(4, 3))), ag.Tensor(rng.normal(size=(4, 1)))
    w2, b2 = ag.Tensor(rng.normal(size=(1, 4))), ag.Tensor(rng.normal(size=(1, 1)))
    x, y = rng.normal(size=(3, 6)), np.array([[0.0, 1, 1, 0, 1, 0]])
    h1 = activation(w1 @ x + b1)
    h2 = ag.sigmoid(w2 @ h1 + b2)
    ag.binary_cross_entropy(h2, y).backward()
    one = h1.numpy()
    act = 1 - one**2 if activation is ag.tanh else one * (1 - one)
    da2 = (h2.numpy() - y) / 6
    da1 = w2.value.T @ da2 * act
    by_hand = [
        (w2, da2 @ one.T),
        (b2, da2.sum(axis=1, keepdims=True)),
        (w1, da1 @ x.T),
        (b1, da1.sum(axis=1, keepdims=True)),
    ]
    for tensor, expected in by_hand:
        np.testing.assert_allclose(tensor.grad, expected, rtol=1e-12)


# Updates


@pytest.mark.parametrize(("rate", "closer"), [(0.1, True), (0.5, True), (1.1, False)])
def test_descent_of_a_parabola(rate: float, closer: bool) -> None:
    """x - rate f'(x): by 1 - 2 rate nearer to the minimum in each step, or farther from it."""
    f = lambda x: (x - 3) ** 2
    x = 5.0
    for _ in range(10):
        x = x - rate * ag.grad(f)(x)
    np.testing.assert_allclose(x - 3, 2 * (1 - 2 * rate) ** 10, rtol=1e-12, atol=1e-15)
    assert (abs(x - 3) < 2) == closer


def test_adding_the_gradient_climbs() -> None:
    """One page adds where it says it minimizes; the sign must be minus."""
    step = 0.1 * ag.grad(breed_loss)(BREED_WEIGHTS)
    down, here, up = (breed_loss(BREED_WEIGHTS + sign * step) for sign in (-1, 0, 1))
    assert down < here < up


def test_a_zero_gradient_is_what_descent_looks_for() -> None:
    """Not what holds from the start, as some pages write it."""
    loss = lambda w: ag.mse(w * INPUT, 2 * INPUT)
    assert ag.grad(loss)(0.0) < -0.1
    w = 0.0
    for _ in range(500):
        w = w - 0.5 * ag.grad(loss)(w)
    np.testing.assert_allclose(w, 2, rtol=1e-12)
    assert abs(ag.grad(loss)(w)) < 1e-12


def test_simultaneous_and_sequential_updates() -> None:
    """E = y**2 / 2 with y = v w from w = 1/2, v = 2: all gradients are those of the old weights."""
    loss = lambda w, v: 0.5 * np.square(v * w)
    w, v = ag.Tensor(0.5), ag.Tensor(2.0)
    loss(w, v).backward()
    optimizer = ag.optim.SGD([v, w], lr=0.1)
    optimizer.step()
    np.testing.assert_allclose([v.item(), w.item()], [1.95, 0.3], rtol=4e-15)
    new_v = 2 - 0.1 * ag.grad(loss, argnums=1)(0.5, 2.0)
    np.testing.assert_allclose(new_v, 1.95, rtol=4e-15)
    forward_again = 0.5 - 0.1 * ag.grad(loss)(0.5, new_v)
    np.testing.assert_allclose(forward_again, 0.309875, rtol=1e-14)
    only_the_chain = 0.5 - 0.1 * (2 * 0.5) * new_v  # the old error, the new weight after it
    np.testing.assert_allclose(only_the_chain, 0.305, rtol=1e-14)


@pytest.mark.parametrize("optimizer", [ag.optim.SGD, ag.optim.Adam, ag.optim.RMSprop])
def test_optimizers_update_all_weights_at_once(optimizer: Callable[..., Any]) -> None:
    """The order in which they are listed changes nothing."""
    ends = []
    for order in (1, -1):
        net = ag.nn.MLP([3, 4, 2], "tanh", dtype=float, rng=np.random.default_rng(0))
        rule = optimizer(list(net.parameters())[::order], lr=0.1)
        for _ in range(3):
            rule.zero_grad()
            ag.mse(net(X), TARGET).backward()
            rule.step()
        ends.append(net.state_dict())
    for path, end in ends[0].items():
        np.testing.assert_array_equal(end, ends[1][path])


def test_the_gradient_of_a_batch_is_the_mean_over_its_samples() -> None:
    rng = np.random.default_rng(8)
    x, y, w = rng.normal(size=(7, 3)), rng.normal(size=7), rng.normal(size=3)
    slope = ag.grad(lambda w, x, y: ag.mse(np.tanh(x @ w), y))
    samples = [slope(w, x[i : i + 1], y[i : i + 1]) for i in range(7)]
    np.testing.assert_allclose(slope(w, x, y), np.mean(samples, axis=0), rtol=1e-13)
    by_vmap = ag.vmap(lambda x, y: slope(w, x[np.newaxis], y[np.newaxis]))(x, y)
    np.testing.assert_allclose(by_vmap, samples, rtol=1e-13)


def test_an_epoch_sees_every_sample_once() -> None:
    x = np.arange(10)
    epoch = list(ag.data.batches(x, size=3, rng=np.random.default_rng(0)))
    assert [len(part) for part in epoch] == [3, 3, 3, 1]
    np.testing.assert_array_equal(np.sort(np.concatenate(epoch)), x)


def test_the_same_start_gives_the_same_path() -> None:
    ends = []
    for _ in range(2):
        net = ag.nn.MLP([3, 4, 2], "tanh", rng=np.random.default_rng(3))
        rule = ag.optim.SGD(net.parameters(), lr=0.1)
        ag.mse(net(X.astype(np.float32)), TARGET.astype(np.float32)).backward()
        rule.step()
        ends.append(net.state_dict()["0.weight"])
    np.testing.assert_array_equal(*ends)
