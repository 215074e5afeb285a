"""checkpoint: the same gradients with less memory, by a second run."""

import gc
import tracemalloc
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag

X = np.linspace(-1.0, 1.5, 6).reshape(2, 3)


def block(x: Any) -> Any:
    return np.sum(np.tanh(x @ W) * np.sin(x), axis=-1)


W = np.array([[0.3, -0.2, 0.5], [0.1, 0.4, -0.6], [0.7, 0.2, 0.1]])


@pytest.mark.parametrize("order", [1, 2, 3])
def test_gradients_of_any_order(order: int) -> None:
    def slope_of(f: Any) -> Any:
        return lambda x: np.sum(ag.grad(lambda x: np.sum(f(x)))(x) * W[:2])

    def derivative(f: Any) -> Any:
        for _ in range(order):
            f = slope_of(f)
        return f

    found, expected = derivative(ag.checkpoint(block))(X), derivative(block)(X)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_other_readers_of_the_graph() -> None:
    f = ag.checkpoint(block)
    np.testing.assert_allclose(ag.jvp(f, (X,), (W[:2],))[1], ag.jvp(block, (X,), (W[:2],))[1])
    np.testing.assert_allclose(ag.jacobian(f)(X), ag.jacobian(block)(X), rtol=1e-13)
    total = ag.hessian(lambda x: np.sum(f(x)))(X)
    np.testing.assert_allclose(total, ag.hessian(lambda x: np.sum(block(x)))(X), rtol=1e-12)
    assert "checkpoint" in str(ag.draw(np.sum(f(ag.Tensor(X)))))


def test_tensors_around_the_function_get_their_gradients() -> None:
    def gradients(wrap: Any) -> list[Any]:
        w, x = ag.Tensor(W), ag.Tensor(X)
        scaled = w * 2  # a result, not a leaf
        np.sum(wrap(lambda x: np.tanh(x @ scaled) @ w)(x)).backward()
        return [w.grad, x.grad]

    for found, expected in zip(gradients(ag.checkpoint), gradients(lambda f: f), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_modules_trees_and_several_results() -> None:
    net = ag.nn.Linear(3, 2)
    x = ag.Tensor(X.astype(np.float32))
    out = ag.checkpoint(lambda d: {"a": net(d["x"]), "b": (np.sum(d["x"] ** 2), 7)})({"x": x})
    assert out["b"][1] == 7
    (np.sum(out["a"]) + out["b"][0]).backward()
    np.testing.assert_allclose(net.bias.grad, [2, 2])
    np.testing.assert_allclose(x.grad, 2 * X + net.weight.value.sum(0), rtol=1e-6)


def test_nested_and_repeated() -> None:
    inner = ag.checkpoint(lambda x: np.tanh(x) * x)
    outer = ag.checkpoint(lambda x: np.sum(inner(inner(x))))
    plain = lambda x: np.tanh(x) * x
    expected = ag.grad(lambda x: np.sum(plain(plain(x))))(X)
    np.testing.assert_allclose(ag.grad(outer)(X), expected, rtol=1e-13)


def test_random_numbers_are_the_same_in_both_runs() -> None:
    ag.seed(3)
    rng = ag.random.generator()
    masks = []

    def noisy(x: Any) -> Any:
        masks.append(ag.random.generator().random(x.shape))
        return np.sum(x * masks[-1])

    gradient = ag.grad(ag.checkpoint(noisy))(X)
    assert len(masks) == 2
    np.testing.assert_array_equal(masks[0], masks[1])
    np.testing.assert_array_equal(gradient, masks[0])
    following = rng.random(2)
    ag.seed(3)
    rng.random(X.shape)
    np.testing.assert_array_equal(following, rng.random(2))


def test_nothing_is_recorded_or_run_twice_without_a_gradient() -> None:
    runs: list[int] = []

    def counted(x: Any) -> Any:
        runs.append(1)
        return np.sum(x)

    assert type(ag.checkpoint(counted)(X)) is np.float64
    with ag.no_grad():
        ag.checkpoint(counted)(ag.Tensor(X))
    assert len(runs) == 2


def test_a_second_backward_says_what_it_always_says() -> None:
    loss = np.sum(ag.checkpoint(block)(ag.Tensor(X)))
    loss.backward()
    with pytest.raises(ag.GraphError, match="backward was called twice"):
        loss.backward()


def test_memory_is_that_of_one_piece() -> None:
    def many(x: Any) -> Any:
        for _ in range(8):
            x = np.sin(x) * np.cos(x)
        return x

    def peak(wrap: Any) -> int:
        x = ag.Tensor(np.ones(50_000))
        gc.collect()
        tracemalloc.start()
        y = x
        for _ in range(8):
            y = wrap(many)(y)
        held = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        np.sum(y).backward()
        return held

    assert peak(ag.checkpoint) < peak(lambda f: f) / 8
