"""The notes' perceptron: a weighted sum and a step; the rule that trains it, and where it fails."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from notes import KIND, VEHICLES

import autograd_lite as ag
from autograd_lite.errors import ShapeError

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def test_weighted_sum_of_a_node() -> None:
    """p_l = sum_j x_j w_jl, the weight numbered (from, to); x_0 = 1 makes its weight the bias."""
    x, w = np.array([1.0, 0.0, 1.0]), np.array([[0.2, 0.5], [1.5, 0.2], [0.5, 0.2]])
    node = lambda w: (x @ w)[0]
    np.testing.assert_allclose(node(w), 0.7, rtol=4e-15)
    np.testing.assert_array_equal(ag.grad(node)(w), [[1, 0], [0, 0], [1, 0]])
    with_bias = np.concatenate([[1.0], x]) @ np.concatenate([[[0.1, 0.1]], w])
    np.testing.assert_allclose(with_bias, ag.affine(x, w.T, np.array([0.1, 0.1])), rtol=4e-15)


@pytest.mark.parametrize(("step", "expected"), [(ag.heaviside, [0, 0.5, 1]), (ag.sign, [-1, 0, 1])])
def test_two_kinds_of_step(step: object, expected: list[float]) -> None:
    assert callable(step)
    np.testing.assert_array_equal(step(np.array([-3.0, 0.0, 1e-9])), expected)


def test_backward_finds_nothing_to_improve() -> None:
    neuron = ag.nn.Perceptron(2, dtype=float)
    answer = neuron(CORNERS)
    assert isinstance(answer, np.ndarray)  # a step leaves the graph: its slope is 0 everywhere
    np.testing.assert_array_equal(answer, np.full((4, 1), 0.5))


# The weights and bias after each pass over "and", and how many answers were wrong, by hand
AND_PASSES = [
    (2, [1, 1], 0.5),
    (3, [2, 1], -0.5),
    (3, [2, 1], -1.5),
    (2, [2, 2], -1.5),
    (1, [2, 1], -2.5),
    (0, [2, 1], -2.5),
]


def test_the_rule_learns_and() -> None:
    neuron = ag.nn.Perceptron(2, dtype=float)
    both = np.array([[0.0], [0.0], [0.0], [1.0]])
    for mistakes, weights, bias in AND_PASSES:
        assert neuron.learn(CORNERS, both) == mistakes
        np.testing.assert_array_equal(neuron.weight.value, [weights])
        np.testing.assert_array_equal(neuron.bias.value, [bias])
    np.testing.assert_array_equal(neuron(CORNERS), both)


def test_several_perceptrons_learn_side_by_side() -> None:
    """And, or, nand; float32 as layers are; the rate scales the weights and nothing else."""
    targets = np.array([[0, 0, 1], [0, 1, 1], [0, 1, 1], [1, 1, 0]])
    neurons, scaled = ag.nn.Perceptron(2, 3), ag.nn.Perceptron(2, 3)
    for _ in range(50):
        assert neurons.learn(CORNERS, targets) == scaled.learn(CORNERS, targets, lr=0.25)
    np.testing.assert_array_equal(neurons(CORNERS), targets)
    np.testing.assert_array_equal(neurons.weight.value, 4 * scaled.weight.value)
    assert neurons.weight.dtype == np.float32


def test_no_perceptron_learns_xor() -> None:
    neuron = ag.nn.Perceptron(2, dtype=float)
    either = np.array([[0.0], [1.0], [1.0], [0.0]])
    assert all(neuron.learn(CORNERS, either) > 0 for _ in range(200))


def test_two_layers_of_perceptrons_hold_xor() -> None:
    """Or, and not and: set by hand, for the rule reaches one layer only."""
    hidden, out = ag.nn.Perceptron(2, 2), ag.nn.Perceptron(2)
    hidden.weight.assign([[1, 1], [1, 1]])
    hidden.bias.assign([-0.5, -1.5])
    out.weight.assign([[1, -1]])
    out.bias.assign([-0.5])
    np.testing.assert_array_equal(out(hidden(CORNERS)), [[0], [1], [1], [0]])


def test_a_perceptron_tells_the_vehicles_apart() -> None:
    neuron = ag.nn.Perceptron(3, dtype=float)
    passes = 0
    while neuron.learn(VEHICLES, KIND[:, np.newaxis]):
        passes += 1
        assert passes < 1000
    np.testing.assert_array_equal(neuron(VEHICLES)[:, 0], KIND)


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_separated_examples_are_learned_within_novikoffs_bound(seed: int, features: int) -> None:
    """A step of 1/2 counts too (at z = 0), so the bound is four times (R / margin)**2."""
    rng = np.random.default_rng(seed)
    x, plane = rng.normal(size=(20, features)), rng.normal(size=features)
    plane /= np.linalg.norm(plane)
    x += np.sign(x @ plane)[:, np.newaxis] * 0.3 * plane  # a gap of 0.6 about the plane
    target = (x @ plane > 0).astype(float)[:, np.newaxis]
    radius2 = np.max(np.sum(x * x, axis=1)) + 1
    bound, mistakes = 4 * radius2 / 0.3**2, 0
    neuron = ag.nn.Perceptron(features, dtype=float)
    while found := neuron.learn(x, target):
        mistakes += found
        assert mistakes <= bound
    np.testing.assert_array_equal(neuron(x), target)


def test_shapes_that_do_not_fit() -> None:
    neuron = ag.nn.Perceptron(2)
    message = r"examples \(n, 2\) and targets \(n, 1\) are needed; found \(4, 2\) and \(4,\)"
    with pytest.raises(ShapeError, match=message):
        neuron.learn(CORNERS, np.zeros(4))
    with pytest.raises(ShapeError, match=r"found \(2,\) and \(1,\)"):
        neuron.learn(CORNERS[0], np.zeros(1))
    assert repr(neuron) == "Perceptron(in_features=2, out_features=1)"


def test_adaline_is_a_line_that_learns_by_squares() -> None:
    """Its activation is the identity; the step comes only after."""
    x = (VEHICLES - VEHICLES.mean(axis=0)) / VEHICLES.std(axis=0)
    neuron = ag.nn.Linear(3, 1, dtype=float)
    optimizer = ag.optim.SGD(neuron.parameters(), lr=0.1)
    for _ in range(100):
        optimizer.zero_grad()
        ag.half_squared_error(neuron(x)[:, 0], 2 * KIND - 1).backward()
        optimizer.step()
    np.testing.assert_array_equal(ag.heaviside(neuron(x))[:, 0], KIND)
    best, *_ = np.linalg.lstsq(np.column_stack([x, np.ones(6)]), 2 * KIND - 1, rcond=None)
    np.testing.assert_allclose(neuron.bias.value, best[3], atol=1e-4)
