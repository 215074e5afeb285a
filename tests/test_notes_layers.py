"""The notes' networks: one neuron, rows and columns, loops and matrices, shapes and counts."""

import itertools
from typing import Any

import numpy as np
import pytest
from notes import BIAS, INPUT, W1

import autograd_lite as ag

# One neuron


def test_a_neuron_is_a_sum_and_an_activation() -> None:
    """By the weight the slope is act' x, by the bias act'."""
    neuron = lambda w, b, x: ag.sigmoid(w * x + b)
    by_w, by_b = ag.grad(neuron, argnums=(0, 1))(0.4, 0.1, 3.0)
    act = ag.grad(ag.sigmoid)(0.4 * 3.0 + 0.1)
    np.testing.assert_allclose([by_w, by_b], [3 * act, act], rtol=1e-14)


def test_a_neuron_with_a_row_of_weights_and_a_column_of_inputs() -> None:
    w, x = ag.Tensor(W1[:1]), INPUT[:, np.newaxis]
    a = w @ x + BIAS
    assert a.shape == (1, 1)
    np.testing.assert_allclose(a.item(), 0.52, rtol=4e-15)
    a.backward(np.array([[2.0]]))
    np.testing.assert_array_equal(w.grad, 2 * x.T)


def test_the_hidden_unit_of_the_binary_input() -> None:
    p = np.array([1.0, 0.0, 1.0]) @ np.array([0.2, 1.5, 0.5])
    np.testing.assert_allclose(p, 0.7, rtol=4e-15)
    np.testing.assert_allclose(ag.sigmoid(p), 0.66818777216816611, rtol=4e-15)


def test_linear_regression_by_descent() -> None:
    """One neuron with the identity, y = a x + b, ends where least squares do."""
    x = np.array([0.0, 1.0, 2.0, 3.0])
    y = np.array([1.1, 2.9, 5.2, 6.8])
    a, b = ag.Tensor(0.0), ag.Tensor(0.0)
    optimizer = ag.optim.SGD([a, b], lr=0.1)
    for _ in range(500):
        optimizer.zero_grad()
        ag.mse(a * x + b, y).backward()
        optimizer.step()
    np.testing.assert_allclose([a.item(), b.item()], np.polyfit(x, y, 1), rtol=1e-9)


def test_regression_on_several_features() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 3))
    y = x @ np.array([1.0, -2.0, 0.5]) + 4
    layer = ag.nn.Linear(3, 1, dtype=float)
    optimizer = ag.optim.SGD(layer.parameters(), lr=0.2)
    for _ in range(300):
        optimizer.zero_grad()
        ag.mse(layer(x)[:, 0], y).backward()
        optimizer.step()
    np.testing.assert_allclose(layer.weight.value, [[1, -2, 0.5]], rtol=1e-9)
    np.testing.assert_allclose(layer.bias.value, [4], rtol=1e-9)


# Row vectors: x^T W, the weights numbered (from, to)

ROW = np.array([[1.0, 0.0, 1.0]])
MATRIX = np.array([[0.2, 0.5, 0.25, 0.2], [0.2, 0.2, 0.2, 0.2], [0.2, 0.2, 0.2, 0.25]])


def test_the_matrix_of_the_row_vectors() -> None:
    """Beside this matrix stand 0.668, 0.912, 0.102, 0.471; 0.668 is the second, the others no."""
    p = ROW @ MATRIX
    np.testing.assert_allclose(p, [[0.4, 0.7, 0.45, 0.45]], rtol=4e-15)
    expected = [0.598687660112452, 0.66818777216816611, 0.61063923394922199, 0.61063923394922199]
    np.testing.assert_allclose(ag.sigmoid(p)[0], expected, rtol=4e-15)


def test_three_four_two_of_row_vectors() -> None:
    """h^T V needs no transpose of h^T: with one, (4, 1) and (4, 2) would not fit."""
    rng = np.random.default_rng(1)
    w, v = ag.Tensor(MATRIX), ag.Tensor(rng.normal(size=(4, 2)))
    p = ROW @ w
    h = ag.sigmoid(p)
    z = h @ v
    y = ag.sigmoid(z)
    assert [t.shape for t in (p, h, z, y)] == [(1, 4), (1, 4), (1, 2), (1, 2)]
    assert w.size + v.size == 20
    for node in (p, z):
        node.retain_grad()
    ag.mse(y, np.array([[1.0, 0.0]]), "sum").backward()
    np.testing.assert_allclose(v.grad, h.value.T @ z.grad, rtol=4e-15)
    np.testing.assert_allclose(w.grad, ROW.T @ p.grad, rtol=4e-15)
    with pytest.raises(ValueError, match=r"\(4, 1\)"):
        h.T @ v


def test_rows_are_the_transposed_columns() -> None:
    rng = np.random.default_rng(0)
    layer = ag.nn.Linear(3, 4, dtype=float, rng=rng)
    x = rng.normal(size=(5, 3))
    by_columns = layer.weight.value @ x.T + layer.bias.value[:, np.newaxis]
    np.testing.assert_allclose(layer(x).numpy(), by_columns.T, rtol=1e-14)


# Column vectors: W x + b, the weights numbered (to, from)


def test_a_layer_of_column_vectors() -> None:
    rng = np.random.default_rng(2)
    w, b = ag.Tensor(rng.normal(size=(3, 5))), ag.Tensor(rng.normal(size=(3, 1)))
    x = rng.normal(size=(5, 1))
    z = w @ x + b
    z.retain_grad()
    h = ag.sigmoid(z)
    assert z.shape == h.shape == (3, 1)
    assert w.size + b.size == 18
    np.sum(np.square(h)).backward()
    np.testing.assert_allclose(z.grad, (2 * h * h * (1 - h)).numpy(), rtol=1e-14)
    np.testing.assert_allclose(w.grad, z.grad @ x.T, rtol=4e-15)
    np.testing.assert_allclose(b.grad, z.grad, rtol=4e-15)


def test_five_ten_twenty_three_of_column_vectors() -> None:
    rng = np.random.default_rng(3)
    sizes = [5, 10, 20, 3]
    layers = [
        (ag.Tensor(rng.normal(size=(n, m))), ag.Tensor(rng.normal(size=(n, 1))))
        for m, n in itertools.pairwise(sizes)
    ]
    assert [w.shape for w, _ in layers] == [(10, 5), (20, 10), (3, 20)]
    assert [w.size + b.size for w, b in layers] == [60, 220, 63]
    x = h = rng.normal(size=(5, 1))
    for w, b in layers:
        h = ag.sigmoid(w @ h + b)
    assert h.shape == (3, 1)
    net = ag.nn.MLP(sizes, "sigmoid", dtype=float)
    net.load_state_dict({
        f"{2 * i}.{name}": value
        for i, (w, b) in enumerate(layers)
        for name, value in (("weight", w.value), ("bias", b.value[:, 0]))
    })  # fmt: skip
    np.testing.assert_allclose(ag.sigmoid(net(x.T)).numpy().T, h.numpy(), rtol=1e-14)


# From loops to matrices: examples as columns, neurons as rows


def looped(w: Any, b: Any, x: Any) -> Any:
    """Neuron by neuron and example by example."""
    columns = [
        np.stack([ag.sigmoid(np.sum(w[j] * x[:, i]) + b[j, 0]) for j in range(len(w))])
        for i in range(x.shape[1])
    ]
    return np.stack(columns, axis=1)


def stacked(w: Any, b: Any, x: Any) -> Any:
    return ag.sigmoid(w @ x + b)


def test_the_vectorized_forward_pass_is_the_loop() -> None:
    """So are its gradients; the bias (p, 1) collects its own over the columns."""
    rng = np.random.default_rng(4)
    w, b, x = rng.normal(size=(4, 3)), rng.normal(size=(4, 1)), rng.normal(size=(3, 6))
    v, c = rng.normal(size=(1, 4)), rng.normal(size=(1, 1))

    def loss(layer: Any, w: Any, b: Any, v: Any, c: Any) -> Any:
        y = layer(v, c, layer(w, b, x))
        assert y.shape == (1, 6)
        return ag.mse(y, np.ones((1, 6)))

    values, gradients = zip(
        *(
            ag.value_and_grad(loss, argnums=(1, 2, 3, 4))(layer, w, b, v, c)
            for layer in (looped, stacked)
        ),
        strict=True,
    )
    np.testing.assert_allclose(*values, rtol=1e-14)
    for one, other, operand in zip(*gradients, (w, b, v, c), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
        assert other.shape == operand.shape


def test_a_bias_that_lost_an_axis_broadcasts_silently() -> None:
    """As in the notes' np.sum(…, axis=1): (p, 1) minus (p,) is (p, p). `assign` says no."""
    b = ag.Tensor(np.zeros((3, 1)))
    slopes = np.ones((3, 5))
    assert (b - np.sum(slopes, axis=1)).shape == (3, 3)
    assert (b - np.sum(slopes, axis=1, keepdims=True)).shape == (3, 1)
    with pytest.raises(ag.ShapeError, match=r"new value \(3, 3\), tensor \(3, 1\)"):
        b.assign((b - np.sum(slopes, axis=1)).numpy())


# Shapes and counts


@pytest.mark.parametrize(
    ("sizes", "count"),
    [
        ([5, 3], 18),
        ([5, 10, 20, 3], 343),
        ([3, 3, 1], 16),
        ([3, 4, 2], 26),
        ([2, 3, 3, 2], 29),
        ([3600, 10, 2], 36032),
    ],
)
def test_how_many_parameters(sizes: list[int], count: int) -> None:
    net = ag.nn.MLP(sizes, "tanh")
    assert sum(parameter.size for parameter in net.parameters()) == count
    assert ag.nn.summary(net, np.zeros((1, sizes[0]), np.float32)).parameters == count


@pytest.mark.parametrize("hidden", [1, 7])
def test_a_network_of_pictures(hidden: int) -> None:
    """60 by 60 pictures in, two classes out: 3603 h + 2 parameters for h hidden units."""
    net = ag.nn.Sequential(
        ag.nn.Flatten(), ag.nn.Linear(3600, hidden), ag.nn.Sigmoid(), ag.nn.Linear(hidden, 2)
    )
    assert sum(parameter.size for parameter in net.parameters()) == 3603 * hidden + 2
    assert net(np.zeros((4, 60, 60), np.float32)).shape == (4, 2)


def pictures(n: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """Squares (0) and rings (1) of many sizes, in the middle of 60 by 60 points."""
    y, x = np.mgrid[-30:30, -30:30] + 0.5
    kinds = np.arange(n) % 2
    sizes = rng.uniform(10, 25, size=(n, 1, 1))
    square = np.maximum(np.abs(x), np.abs(y)) < sizes
    ring = np.abs(np.hypot(x, y) - sizes) < 3
    shapes = np.where(kinds[:, np.newaxis, np.newaxis], ring, square)
    return shapes.astype(np.float32), kinds


def test_a_network_of_pictures_tells_two_shapes_apart() -> None:
    rng = np.random.default_rng(0)
    (x, labels), (unseen, expected) = pictures(100, rng), pictures(20, rng)
    net = ag.nn.Sequential(
        ag.nn.Flatten(), ag.nn.Linear(3600, 10, rng=rng), ag.nn.Sigmoid(),
        ag.nn.Linear(10, 2, rng=rng),
    )  # fmt: skip
    optimizer = ag.optim.Adam(net.parameters(), lr=0.003)
    for _ in range(60):
        optimizer.zero_grad()
        ag.cross_entropy(net(x), labels).backward()
        optimizer.step()
    np.testing.assert_array_equal(np.argmax(net(unseen), axis=1), expected)


def test_depth_counts_the_layers_that_learn() -> None:
    """The input is no layer and neither is an activation: 3-3-1 is a network of two layers."""
    net = ag.nn.MLP([3, 3, 1], "sigmoid")
    learning = {path.rsplit(".", 1)[0] for path, _ in net.named_parameters()}
    assert learning == {"0", "2"}
    assert [path for path, _ in net.named_parameters()] == [
        "0.weight", "0.bias", "2.weight", "2.bias",
    ]  # fmt: skip


def test_layers_without_activation_are_one_layer() -> None:
    """Two inputs, 3, 3, two outputs without biases: 21 weights and 6 biases, as good as 2 by 2."""
    rng = np.random.default_rng(0)
    net = ag.nn.Sequential(
        ag.nn.Linear(2, 3, dtype=float, rng=rng),
        ag.nn.Linear(3, 3, dtype=float, rng=rng),
        ag.nn.Linear(3, 2, bias=False, dtype=float, rng=rng),
    )
    first, second, last = (layer.weight.value for layer in net)
    assert sum(parameter.size for parameter in net.parameters()) == 27
    assert first.size + second.size + last.size == 21
    x = rng.normal(size=(5, 2))
    one = last @ second @ first
    shift = last @ (second @ net[0].bias.value + net[1].bias.value)
    np.testing.assert_allclose(net(x).numpy(), x @ one.T + shift, rtol=0, atol=1e-14)
    for row in x:
        np.testing.assert_allclose(ag.jacobian(net)(row).numpy(), one, atol=1e-15)
