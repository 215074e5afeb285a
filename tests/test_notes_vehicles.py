"""The notes' vehicles: wheels, height, weight; squared errors, and logistic regression on them."""

import math
from typing import Any

import numpy as np
import pytest
from notes import KIND, VEHICLES, slope

import autograd_lite as ag

# Two predictions of two outputs, and their errors


def test_squared_errors() -> None:
    """The last square, printed 0.36, is (0.4 - 0)**2 = 0.16."""
    p, t = np.array([[0.9, 0.1], [0.6, 0.4]]), np.array([[1.0, 0.0], [1.0, 0.0]])
    squares = ag.mse(p, t, reduction="none")
    np.testing.assert_allclose(squares, [[0.01, 0.01], [0.16, 0.16]], rtol=1e-14)
    sums = [ag.mse(a, b, "sum") for a, b in zip(p, t, strict=True)]
    means = [ag.mse(a, b) for a, b in zip(p, t, strict=True)]
    np.testing.assert_allclose(sums, [0.02, 0.32], rtol=1e-14)
    np.testing.assert_allclose(means, [0.01, 0.16], rtol=1e-14)


def test_squares_remember_the_size_of_an_error_and_their_root_forgets_it() -> None:
    p, t = np.array([[0.9, 0.1], [0.6, 0.4]]), np.array([[1.0, 0.0], [1.0, 0.0]])
    norms = ag.l2_norm(p, t, reduction="none")
    np.testing.assert_allclose(norms, [0.14142135623730951, 0.56568542494923802], rtol=1e-14)
    np.testing.assert_allclose(ag.grad(ag.mse)(p, t, "sum"), [[-0.2, 0.2], [-0.8, 0.8]], rtol=1e-14)
    half = math.sqrt(0.5)
    np.testing.assert_allclose(ag.grad(ag.l2_norm)(p, t, "sum"), [[-half, half]] * 2, rtol=1e-14)


# The table, standardized


def test_the_table_by_name() -> None:
    table = ag.data.vehicles()
    np.testing.assert_array_equal(table.features, VEHICLES)
    np.testing.assert_array_equal(table.target, KIND)


def test_mean_and_deviation_of_the_columns() -> None:
    (x,), statistics = ag.data.standardize(VEHICLES)
    np.testing.assert_allclose(statistics.mean, [3, 4.5, 375], rtol=4e-15)
    expected = [1, 1.0801234497346435, 179.6988221070652]
    np.testing.assert_allclose(statistics.deviation, expected, rtol=4e-15)
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-15)
    np.testing.assert_allclose(x.std(axis=0), 1, rtol=4e-15)


def test_unscaled_weights_saturate_the_sigmoid() -> None:
    """With weights of 1 the raw sums are over 150: the sigmoid is 1, and no slope is left."""
    (x,), _ = ag.data.standardize(VEHICLES)
    np.testing.assert_array_equal(slope(ag.sigmoid, VEHICLES.sum(axis=1)), np.zeros(6))
    assert slope(ag.sigmoid, x.sum(axis=1)).min() > 0.02


# Logistic regression: one neuron; examples are columns

X = ((VEHICLES - VEHICLES.mean(axis=0)) / VEHICLES.std(axis=0)).T
Y = KIND[np.newaxis]
GRADIENT = np.array([[-0.5], [-0.46291004988627565], [-0.48692584054817667]])
COSTS = {0: math.log(2), 1: 0.6255199202522775, 10: 0.3042973673873654, 100: 0.041784848413287924}
# What the notes' 1 / (2 m) gives: half the step, though the cost is a mean over m
HALVED = {0: math.log(2), 1: 0.6587062269186811, 10: 0.43840252869850976, 100: 0.08190816456670776}


def cost(w: Any, b: Any) -> Any:
    return ag.binary_cross_entropy(ag.sigmoid(w.T @ X + b), Y)


def test_gradient_by_hand_and_by_the_engine() -> None:
    """dW = X E^T / m and db = sum E / m with E = H - Y."""
    rng = np.random.default_rng(0)
    for w, b in ((np.zeros((3, 1)), np.zeros((1, 1))), (rng.normal(size=(3, 1)), np.ones((1, 1)))):
        error = ag.sigmoid(w.T @ X + b) - Y
        by_hand = X @ error.T / 6, np.sum(error, axis=1, keepdims=True) / 6
        for found, expected in zip(ag.grad(cost, argnums=(0, 1))(w, b), by_hand, strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-16)
    ag.check_gradients(cost, w, b)
    start = ag.grad(cost, argnums=(0, 1))(np.zeros((3, 1)), np.zeros((1, 1)))
    np.testing.assert_allclose(start[0], GRADIENT, rtol=1e-14)
    np.testing.assert_allclose(start[1], 0, atol=1e-16)


@pytest.mark.parametrize(("rate", "expected"), [(0.1, COSTS), (0.05, HALVED)])
def test_descent(rate: float, expected: dict[int, float]) -> None:
    w, b = ag.Tensor(np.zeros((3, 1))), ag.Tensor(np.zeros((1, 1)))
    optimizer = ag.optim.SGD([w, b], lr=rate)
    costs = []
    for _ in range(101):
        optimizer.zero_grad()
        loss = ag.binary_cross_entropy_with_logits(w.T @ X + b, Y)
        costs.append(loss.item())
        loss.backward()
        optimizer.step()
    np.testing.assert_allclose([costs[i] for i in expected], [*expected.values()], rtol=1e-13)
    np.testing.assert_array_equal(ag.sigmoid(w.T @ X + b) > 0.5, Y > 0.5)


def test_the_same_as_a_layer_of_rows() -> None:
    neuron = ag.nn.Linear(3, 1, dtype=float)
    neuron.load_state_dict({"weight": np.zeros((1, 3)), "bias": np.zeros(1)})
    optimizer = ag.optim.SGD(neuron.parameters(), lr=0.1)
    for _ in range(100):
        optimizer.zero_grad()
        ag.nn.BCEWithLogitsLoss()(neuron(X.T), Y.T).backward()
        optimizer.step()
    loss = ag.nn.BCEWithLogitsLoss()(neuron(X.T), Y.T)
    np.testing.assert_allclose(loss.item(), COSTS[100], rtol=1e-13)


def test_the_sign_of_the_bias() -> None:
    """1 / (1 + exp(-1 + 0.5)), as printed, is the neuron with bias -0.5."""
    found = ag.sigmoid(np.array(1 + 0.5))
    np.testing.assert_allclose(found, 0.8175744761936437, rtol=4e-15)
    printed = 1 / (1 + math.exp(-1 + 0.5))
    np.testing.assert_allclose(printed, 0.6224593312018546, rtol=4e-15)
    np.testing.assert_allclose(ag.sigmoid(np.array(1 - 0.5)), printed, rtol=4e-15)


# Stop when the error is small enough, or when there were too many epochs


def train(limit: int, epsilon: float, rate: float = 0.5) -> tuple[int, float]:
    """The epochs that ran, and the error at the end."""
    w, b = ag.Tensor(np.zeros((3, 1))), ag.Tensor(np.zeros((1, 1)))
    optimizer = ag.optim.SGD([w, b], lr=rate)
    error = math.inf
    for epoch in range(limit):
        loss = cost(w, b)
        error = loss.item()
        if error <= epsilon:
            return epoch, error
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return limit, error


def test_stopping() -> None:
    """E = 0, the notes' other rule, is never met by a cross-entropy: hence the limit."""
    epochs, error = train(1000, 0.05)
    assert 0 < epochs < 1000
    assert error <= 0.05
    assert train(epochs, 0.05)[1] > 0.05
    assert train(20, 0.0)[0] == 20
    assert train(1000, math.log(2) + 1e-9)[0] == 0


def test_two_outputs_by_squares_sample_by_sample_and_in_a_batch() -> None:
    """The batch has the mean of the samples' gradients; one update by one leaves it at once."""
    target = np.column_stack([KIND, 1 - KIND])
    net = ag.nn.MLP([3, 2, 2], "sigmoid", dtype=float, rng=np.random.default_rng(0))

    def gradient(rows: Any) -> list[Any]:
        net.zero_grad()
        ag.mse(ag.sigmoid(net(X.T[rows])), target[rows]).backward()
        return [parameter.grad for parameter in net.parameters()]

    batch = gradient(slice(None))
    samples = [gradient(slice(i, i + 1)) for i in range(6)]
    for whole, *parts in zip(batch, *samples, strict=True):
        np.testing.assert_allclose(whole, np.mean(parts, axis=0), rtol=1e-13, atol=1e-17)
    start = net.state_dict()
    ends = []
    for batches in ([slice(None)], [slice(i, i + 1) for i in range(6)]):
        net.load_state_dict(start)
        for rows in batches:  # one epoch: each sample once
            for parameter, change in zip(net.parameters(), gradient(rows), strict=True):
                parameter.assign(parameter.value - change)
        ends.append(ag.mse(ag.sigmoid(net(X.T)), target).item())
    assert ends[1] < ends[0]
