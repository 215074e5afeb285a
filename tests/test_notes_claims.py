"""What the notes claim of networks: where a claim is too wide, the test says what does hold."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag

Function = Callable[[Any], Any]


def depth_ratio(activation: Function, depth: int, scale: float, seed: int, width: int = 32) -> Any:
    """The size of the first layer's gradient over that of the last, at random weights."""
    rng = np.random.default_rng(seed)
    layers = [
        ag.Tensor(rng.normal(scale=scale / width**0.5, size=(width, width))) for _ in range(depth)
    ]
    h: Any = rng.normal(size=(16, width))
    for weight in layers:
        h = activation(h @ weight)
    np.sum(h * rng.normal(size=h.shape)).backward()
    return np.linalg.norm(layers[0].grad) / np.linalg.norm(layers[-1].grad)


def typical_ratio(activation: Function, depth: int, scale: float = 1.0) -> float:
    """Its geometric mean over five draws."""
    ratios = [depth_ratio(activation, depth, scale, seed) for seed in range(5)]
    return float(np.exp(np.mean(np.log(ratios))))


# Vanishing and exploding gradients


def test_each_sigmoid_costs_a_factor_of_four_at_least() -> None:
    for depth, bound in ((5, 9.765625e-4), (10, 9.5367431640625e-7), (20, 9.094947017729282e-13)):

        def deep(x: Any, depth: int = depth) -> Any:
            for _ in range(depth):
                x = ag.sigmoid(x)
            return x

        assert 0.25**depth == bound
        assert 0 < ag.grad(deep)(0.0) <= bound


def test_a_gradient_vanishes_with_depth_by_the_activation() -> None:
    """Down to 1e-12 in twenty sigmoid layers, not at all in tanh or ReLU layers of this scale."""
    assert typical_ratio(ag.sigmoid, 5) < 0.01
    assert typical_ratio(ag.sigmoid, 20) < 1e-10
    assert 1e-8 < typical_ratio(ag.softplus, 20) < 1e-4
    for activation in (ag.tanh, ag.relu, ag.elu):
        assert 0.1 < typical_ratio(activation, 20) < 10


def test_gradients_explode_where_weight_times_slope_exceeds_one() -> None:
    """Not in saturated sigmoids, as the notes have it: large weights there make them vanish."""
    assert typical_ratio(ag.tanh, 20, scale=2.0) > 5
    assert typical_ratio(ag.sigmoid, 20, scale=2.0) < 1e-5
    for scale in (10.0, 100.0):
        w, x = scale, 1.0
        assert abs(ag.grad(lambda w, x=x: ag.sigmoid(w * x))(w)) < 1e-4
    assert ag.grad(lambda w: ag.sigmoid(w * 1.0))(0.0) == 0.25  # small weights: the steepest place


def test_tanh_saturates_too() -> None:
    """It is fastest where it is 0 and slowest far out; the notes have it the other way round."""
    slope = ag.grad(ag.tanh)
    assert slope(0.0) == 1
    np.testing.assert_allclose(slope(5.0), 1.8158323094380667e-4, rtol=1e-11)
    assert slope(0.0) / ag.grad(ag.sigmoid)(0.0) == 4


# Units that die


def hidden_gradient(activation: Function, bias: float) -> Any:
    """The gradient of the hidden weights of a network whose four hidden biases are `bias`."""
    rng = np.random.default_rng(0)
    w, b, v = ag.Tensor(rng.normal(size=(8, 4))), ag.Tensor(np.full(4, bias)), rng.normal(size=4)
    np.sum(activation(rng.normal(size=(32, 8)) @ w + b) @ v).backward()
    return w.grad


def test_a_relu_that_is_never_positive_learns_nothing() -> None:
    """Its slope is 0 below 0: "never zero", as one page has it, is wrong."""
    assert (hidden_gradient(ag.relu, 0.0) != 0).all()
    np.testing.assert_array_equal(hidden_gradient(ag.relu, -100.0), np.zeros((8, 4)))


def test_a_leaky_relu_keeps_a_share_of_the_gradient() -> None:
    """The share is its slope, so 0.01 is a slow cure and 0.2 a quick one."""
    whole = hidden_gradient(lambda x: x, -100.0)
    for slope in (0.01, 0.2):
        share = hidden_gradient(lambda x, a=slope: ag.leaky_relu(x, a), -100.0)
        np.testing.assert_allclose(share, slope * whole, rtol=1e-12)


def test_a_relu_can_grow_without_bound() -> None:
    x = np.array([1e3, 1e300])
    np.testing.assert_array_equal(ag.relu(x), x)
    np.testing.assert_array_equal(ag.tanh(x), [1, 1])


def test_tanh_is_centered_on_zero_and_the_sigmoid_on_a_half() -> None:
    x = np.linspace(-5, 5, 101)
    np.testing.assert_allclose(ag.tanh(x).mean(), 0, atol=1e-16)
    np.testing.assert_allclose(ag.sigmoid(x).mean(), 0.5, rtol=4e-15)


# Why networks

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
EITHER = np.array([[0.0], [1.0], [1.0], [0.0]])


def trained(net: ag.nn.Module) -> Any:
    """Its answers about "either or", after learning."""
    optimizer = ag.optim.Adam(net.parameters(), lr=0.05)
    for _ in range(500):
        optimizer.zero_grad()
        ag.binary_cross_entropy_with_logits(net(CORNERS), EITHER).backward()
        optimizer.step()
    return ag.sigmoid(net(CORNERS)).numpy()


def test_layers_without_activation_cannot_bend_a_boundary() -> None:
    rng = np.random.default_rng(0)
    straight = ag.nn.Sequential(
        ag.nn.Linear(2, 8, dtype=float, rng=rng), ag.nn.Linear(8, 1, dtype=float, rng=rng)
    )
    np.testing.assert_allclose(trained(straight), 0.5, atol=1e-3)
    bent = ag.nn.MLP([2, 8, 1], "tanh", dtype=float, rng=rng)
    np.testing.assert_allclose(trained(bent), EITHER, atol=0.05)


@pytest.mark.parametrize("label", [-1.0, 1.0])
def test_the_loss_of_a_network_that_says_nothing(label: float) -> None:
    """Half a squared error with labels of one: the 0.5 that the playground shows at epoch 0."""
    assert ag.half_squared_error(ag.tanh(np.array(0.0)), np.array(label)) == 0.5


def test_untrained_weights_are_why_there_is_an_error() -> None:
    net = ag.nn.MLP([2, 8, 1], "tanh", dtype=float, rng=np.random.default_rng(0))
    before = ag.binary_cross_entropy_with_logits(net(CORNERS), EITHER).item()
    trained(net)
    after = ag.binary_cross_entropy_with_logits(net(CORNERS), EITHER).item()
    assert after < 0.05 < 0.5 < before
