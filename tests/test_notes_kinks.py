"""The notes' activations at their kinks, and the family of the ReLU made of pieces."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag

Function = Callable[[Any], Any]

# Kinks: the notes contradict each other here; the library does as PyTorch

KINKS: list[tuple[str, Function, float, float]] = [
    ("relu", ag.relu, 0.0, 0.0),  # one lecture says 1 whatever the input, which is wrong below 0
    ("maximum(0, x)", lambda x: np.maximum(0, x), 0.0, 0.5),
    ("clip(x, 0, inf)", lambda x: np.clip(x, 0, np.inf), 0.0, 1.0),
    ("where(x > 0, x, 0)", lambda x: np.where(x > 0, x, 0), 0.0, 0.0),
    ("leaky relu", lambda x: ag.leaky_relu(x, 0.1), 0.0, 0.1),  # another lecture says 1
    ("maximum(a x, x)", lambda x: np.maximum(0.1 * x, x), 0.0, 0.55),
    ("prelu", lambda x: ag.prelu(x, np.array(0.25)), 0.0, 0.25),
    ("elu", lambda x: ag.elu(x, alpha=2.0), 0.0, 2.0),  # the notes say 1, true of alpha = 1 only
    ("selu", ag.selu, 0.0, 1.7580993408473766),
    ("sign", ag.sign, 0.0, 0.0),
    ("abs", np.abs, 0.0, 0.0),
    ("norm", lambda x: np.linalg.norm(np.stack([x, x])), 0.0, 0.0),
]


@pytest.mark.parametrize(
    ("name", "function", "value", "expected"), KINKS, ids=[row[0] for row in KINKS]
)
def test_at_the_kink(name: str, function: Function, value: float, expected: float) -> None:
    assert function(np.array(0.0)) == value
    tensor = ag.Tensor(0.0)
    (function(tensor) + 0 * tensor).backward()  # a step gives a plain number, with no graph
    np.testing.assert_allclose(tensor.grad, expected, rtol=4e-15)


# Leaky, learned, and of pieces


def test_leaky_relu_is_the_larger_of_two_lines_only_up_to_slope_one() -> None:
    x = np.array([-2.0, 2.0])
    np.testing.assert_array_equal(ag.leaky_relu(x, 0.5), ag.maxout(0.5 * x, x))
    np.testing.assert_array_equal(ag.leaky_relu(x, 2.0), [-4, 2])
    np.testing.assert_array_equal(ag.maxout(2.0 * x, x), [-2, 4])


def test_a_slope_that_is_learned_collects_over_the_batch() -> None:
    x = np.array([-2.0, -1, 0, 3])
    assert ag.grad(lambda a: np.sum(ag.prelu(x, a)))(0.25) == -3
    layer = ag.nn.PReLU(init=0.25)
    np.sum(layer(x)).backward()
    np.testing.assert_array_equal(layer.weight.grad, [-3])


def test_maxout_holds_the_others() -> None:
    x = np.linspace(-2, 2, 9)
    np.testing.assert_array_equal(ag.maxout(np.zeros(9), x), ag.relu(x))
    np.testing.assert_array_equal(ag.maxout(0.1 * x, x), ag.leaky_relu(x, 0.1))
    by_both = ag.grad(lambda w, v: np.sum(ag.maxout(w * x, v * x)), argnums=(0, 1))(1.0, 1.0)
    np.testing.assert_array_equal(by_both, [0, 0])  # a tie everywhere: half of 0 each


def test_a_layer_of_maxout_takes_the_largest_of_its_lines() -> None:
    layer = ag.nn.Maxout(1, 1, num_pieces=2, dtype=float)
    layer.linear.weight.assign([[1.0], [-1.0]])
    layer.linear.bias.assign([0.0, 0.0])
    x = np.array([[-3.0], [0.5]])
    np.testing.assert_array_equal(layer(x).numpy(), np.abs(x))
    np.sum(layer(x)).backward()
    np.testing.assert_array_equal(layer.linear.weight.grad, [[0.5], [-3.0]])


@pytest.mark.parametrize("name", ["relu", "tanh", "sigmoid", "leaky_relu", "elu"])
def test_an_activation_is_plugged_in_by_name(name: str) -> None:
    """One hidden unit, two outputs: y1 = f(h) w3 and y2 = f(h) w4."""
    net = ag.nn.MLP([2, 1, 2], name, dtype=float, rng=np.random.default_rng(3))
    function: Function = getattr(ag, name)
    x = np.array([0.6, -0.8])
    hidden = function(x @ net[0].weight.value.T + net[0].bias.value)
    expected = hidden @ net[2].weight.value.T + net[2].bias.value
    np.testing.assert_allclose(net(x).numpy(), expected, rtol=4e-15)
