"""The walks: reverse and forward, once, repeated, nested, in threads, tasks and generators."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from oracles import Array, finite_differences

import autograd_lite as ag
from autograd_lite.core.graph import topological
from autograd_lite.errors import GraphError, ShapeError


def leaf(*shape: int, seed: int = 0, **kwargs: Any) -> ag.Tensor:
    return ag.Tensor(np.random.default_rng(seed).normal(size=shape), **kwargs)


# Reverse mode


def test_gradients_of_a_leaf_add_up_over_calls_and_uses() -> None:
    w = ag.Tensor([1.0, 2.0])
    assert w.grad is None
    np.sum(w * w + w).backward()
    np.testing.assert_array_equal(w.grad, [3, 5])
    first = w.grad
    np.sum(3 * w).backward()
    np.testing.assert_array_equal(w.grad, [6, 8])
    np.testing.assert_array_equal(first, [3, 5])  # what was read before is not written into


def test_a_leaf_is_its_own_gradient() -> None:
    w = ag.Tensor(2.0)
    w.backward()
    assert w.grad == 1
    v = ag.Tensor([2.0, 3.0])
    v.backward(np.array([5.0, 7.0]))
    np.testing.assert_array_equal(v.grad, [5, 7])


def test_fan_out_is_counted_once_for_each_path() -> None:
    x = ag.Tensor(1.5)
    y = x
    for _ in range(40):
        y = y + y  # 2**40 paths, 40 nodes
    y.backward()
    assert x.grad == 2.0**40


def test_one_tensor_as_every_operand() -> None:
    x = ag.Tensor([1.0, 2.0, 3.0])
    np.sum(np.stack([x, x, x]) * np.array([[1.0], [2.0], [3.0]])).backward()
    np.testing.assert_array_equal(x.grad, [6, 6, 6])
    y = leaf(3, 3)
    np.sum(y @ y).backward()
    expected = finite_differences(lambda a: np.sum(a @ a), [y.numpy()])[0]
    np.testing.assert_allclose(y.grad, expected, rtol=1e-9)


def test_results_that_share_a_part_are_walked_one_after_the_other() -> None:
    w = ag.Tensor(3.0)
    a, b = w * 2, w + 5  # their rules read nothing of each other
    a.backward()
    b.backward()
    assert w.grad == 3


def test_a_gradient_can_be_given() -> None:
    w = leaf(2, 3)
    gradient = np.arange(6.0).reshape(2, 3)
    (w * 2).backward(gradient)
    np.testing.assert_array_equal(w.grad, 2 * gradient)
    w.grad = None
    (w * 2).backward(gradient.tolist())
    np.testing.assert_array_equal(w.grad, 2 * gradient)
    w.grad = None
    (w * 2).backward(ag.Tensor(gradient))
    np.testing.assert_array_equal(w.grad, 2 * gradient)


def test_a_given_gradient_takes_the_dtype_of_the_tensor() -> None:
    w = ag.Tensor(np.ones(2, np.float32))
    (w * 2).backward(np.ones(2, np.float64))
    assert w.grad.dtype == np.float32


def test_a_tensor_of_one_entry_needs_no_gradient() -> None:
    w = leaf(1, 1)
    (w * 2).backward()
    np.testing.assert_array_equal(w.grad, [[2]])


def test_a_gradient_of_another_shape_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"the gradient has shape \(3,\), the tensor \(2, 3\)"):
        (leaf(2, 3) * 2).backward(np.ones(3))


def test_more_than_one_entry_needs_a_gradient() -> None:
    w = leaf(2, 3, name="weight")
    with pytest.raises(GraphError) as error:
        w.backward()
    text = str(error.value)
    assert "needs a scalar" in text
    assert "'weight' has shape (2, 3)" in text
    assert ".sum().backward()" in text


@pytest.mark.parametrize("kind", ["constant", "no_grad", "detached", "arrays"])
def test_nothing_to_differentiate(kind: str) -> None:
    w = ag.Tensor(2.0, requires_grad=kind != "constant")
    if kind == "no_grad":
        with ag.no_grad():
            out = w * 2
    elif kind == "arrays":
        out = ag.stop_gradient(w) * np.float64(2)
    else:
        out = (w.detach() if kind == "detached" else w) * 2
    with pytest.raises(GraphError, match="there is nothing to differentiate"):
        out.backward()


def test_frozen_leaves_get_no_gradient() -> None:
    w, v = ag.Tensor(2.0, requires_grad=False), ag.Tensor(3.0)
    (w * v).backward()
    assert w.grad is None
    assert v.grad == 2
    w.requires_grad = True
    (w * v).backward()
    assert w.grad == 3


def test_a_leaf_frozen_after_it_was_used_gets_no_gradient() -> None:
    w, v = ag.Tensor(2.0), ag.Tensor(3.0)
    out = w * v
    w.requires_grad = False
    out.backward()
    assert w.grad is None
    assert v.grad == 2


def test_requires_grad_is_for_leaves() -> None:
    with pytest.raises(GraphError, match=r"leaves only; .* Use \.detach\(\)"):
        (ag.Tensor(1.0) * 2).requires_grad = False


def test_dtypes_are_undone_on_every_edge() -> None:
    w = ag.Tensor(np.ones(3, np.float32))
    out = np.sum(w * np.arange(3.0))
    assert out.dtype == np.float64
    out.backward()
    assert w.grad.dtype == np.float32
    v = ag.Tensor(np.ones((), np.float32))
    (v * np.float64(3) + np.ones(2)).sum().backward()
    assert v.grad.dtype == np.float32
    assert v.grad == 6


def test_python_numbers_do_not_promote() -> None:
    w = ag.Tensor(np.ones(3, np.float32))
    for out in (w * 2.5, 2 / w, w**2.5, 2**w, w - 1, np.maximum(w, 0.3), np.where(w > 0, w, 0.0)):
        assert out.dtype == np.float32
        out.sum().backward()
        assert w.grad.dtype == np.float32


def test_float16() -> None:
    w = ag.Tensor(np.ones(3, np.float16))
    np.sum(np.exp(w) * w).backward()
    assert w.grad.dtype == np.float16
    np.testing.assert_allclose(w.grad, 2 * np.e, rtol=1e-2)


# A graph is walked once


def test_second_backward_from_the_same_result() -> None:
    w = ag.Tensor([1.0, 2.0])
    loss = np.sum(np.exp(w))
    loss.backward()
    with pytest.raises(GraphError) as error:
        loss.backward()
    text = str(error.value)
    assert "backward was called twice on the same result" in text
    assert "Add the losses and call backward once, or compute the result again." in text
    np.testing.assert_allclose(w.grad, np.exp([1.0, 2.0]))  # the failed call added nothing


def test_second_backward_through_an_earlier_step() -> None:
    w, state = ag.Tensor(0.5, name="w"), ag.Tensor(1.0)
    state = np.tanh(w * state)
    state.backward()
    after = w.grad.copy()
    second = np.tanh(w * state)
    with pytest.raises(GraphError) as error:
        second.backward()
    text = str(error.value)
    assert "an earlier backward has already passed and freed" in text
    assert "a tensor of an earlier step is part of this one" in text
    assert ".detach()" in text
    np.testing.assert_array_equal(w.grad, after)


def test_detach_between_steps() -> None:
    w, state = ag.Tensor(0.5), ag.Tensor(1.0)
    for _ in range(3):
        state = np.tanh(w * state.detach())
        state.backward()
    assert w.grad is not None


def test_two_results_of_one_graph_can_be_added() -> None:
    w = ag.Tensor(0.5)
    hidden = np.exp(w)
    (np.sin(hidden) + np.cos(hidden)).backward()
    h = np.exp(0.5)
    np.testing.assert_allclose(w.grad, (np.cos(h) - np.sin(h)) * h)


def test_backward_keeps_the_structure() -> None:
    w = ag.Tensor(0.5)
    loss = np.exp(np.sin(w))
    before = [node.primitive for node in topological([loss.node])]
    loss.backward()
    assert [node.primitive for node in topological([loss.node])] == before


# Intermediate results


def test_retain_grad() -> None:
    w = leaf(2, 3)
    hidden = w * 2
    hidden.retain_grad()
    also = np.sin(hidden)
    also.retain_grad()
    w.retain_grad()  # a leaf does so anyway
    np.sum(also * 3 + hidden).backward()
    np.testing.assert_array_equal(also.grad, np.full((2, 3), 3.0))
    np.testing.assert_allclose(hidden.grad, 3 * np.cos(hidden.numpy()) + 1)
    np.testing.assert_allclose(w.grad, 2 * hidden.grad)
    for tensor in (also, hidden, w):
        assert type(tensor.grad) is np.ndarray
        assert tensor.grad.flags.writeable
        assert tensor.grad.dtype == tensor.dtype


def test_retain_grad_of_a_scalar_and_of_the_root() -> None:
    w = ag.Tensor(2.0)
    root = w * 3
    root.retain_grad()
    root.backward()
    assert type(root.grad) is np.ndarray
    assert root.grad == 1


def test_without_retain_grad_there_is_none() -> None:
    w = ag.Tensor(2.0)
    hidden = w * 2
    (hidden * 3).backward()
    assert hidden.grad is None


def test_retain_grad_needs_a_recorded_tensor() -> None:
    with pytest.raises(GraphError, match="was not recorded: it has no gradient to retain"):
        ag.Tensor(1.0).detach().retain_grad()


def test_retained_gradients_are_not_shared() -> None:
    w = leaf(3)
    a = w + 0.0
    a.retain_grad()
    (a + 1.0).backward(np.ones(3))
    a.grad[:] = 7
    np.testing.assert_array_equal(w.grad, [1, 1, 1])


def test_keep_values_keeps_arguments_outputs_and_cotangents() -> None:
    w = ag.Tensor([1.0, 2.0])
    with ag.keep_values():
        hidden = w + 1  # no rule reads anything here
        loss = np.sum(hidden)
    loss.backward()
    kept = hidden.node.kept
    np.testing.assert_array_equal(kept.args[0], [1, 2])
    np.testing.assert_array_equal(kept.out, [2, 3])
    np.testing.assert_array_equal(kept.cotangent, [1, 1])


# Recording


def test_no_grad_as_context() -> None:
    w = ag.Tensor(2.0)
    with ag.no_grad():
        inside = w * 2
        with ag.no_grad():
            pass
        still_inside = w * 2
    assert not inside.requires_grad
    assert not still_inside.requires_grad
    assert (w * 2).requires_grad


def test_no_grad_ends_with_an_exception() -> None:
    with pytest.raises(KeyError), ag.no_grad():
        raise KeyError
    assert (ag.Tensor(1.0) * 2).requires_grad


def test_no_grad_as_decorator() -> None:
    @ag.no_grad()
    def predict(x: ag.Tensor) -> Any:
        """What it does."""
        return x * 2

    assert predict.__name__ == "predict"
    assert predict.__doc__ == "What it does."
    w = ag.Tensor(2.0)
    assert not predict(w).requires_grad
    assert (w * 2).requires_grad


def test_no_grad_decorates_coroutines() -> None:
    @ag.no_grad()
    async def predict(x: ag.Tensor) -> Any:
        await asyncio.sleep(0)
        return x * 2

    async def main() -> tuple[Any, Any]:
        w = ag.Tensor(2.0)
        return await asyncio.gather(predict(w), later(w))

    async def later(w: ag.Tensor) -> Any:
        await asyncio.sleep(0)
        return w * 2

    off, on = asyncio.run(main())
    assert not off.requires_grad
    assert on.requires_grad


def test_no_grad_refuses_generators() -> None:
    def numbers() -> Iterator[int]:
        yield 1

    async def later() -> AsyncIterator[int]:
        yield 1

    for function in (numbers, later):
        with pytest.raises(TypeError, match="use the `with` form inside it"):
            ag.no_grad()(function)


def test_no_grad_belongs_to_its_thread() -> None:
    w = ag.Tensor(2.0)
    entered, leave = threading.Event(), threading.Event()
    inside: list[bool] = []

    def off() -> None:
        with ag.no_grad():
            entered.set()
            leave.wait(10)
            inside.append((w * 2).requires_grad)

    thread = threading.Thread(target=off)
    thread.start()
    entered.wait(10)
    outside = (w * 2).requires_grad
    leave.set()
    thread.join()
    assert outside
    assert inside == [False]


def test_no_grad_belongs_to_its_task() -> None:
    w = ag.Tensor(2.0)

    async def off(entered: asyncio.Event, leave: asyncio.Event) -> bool:
        with ag.no_grad():
            entered.set()
            await leave.wait()
            return (w * 2).requires_grad

    async def main() -> tuple[bool, bool]:
        entered, leave = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task(off(entered, leave))
        await entered.wait()
        outside = (w * 2).requires_grad
        leave.set()
        return outside, await task

    assert asyncio.run(main()) == (True, False)


def test_one_no_grad_object_in_two_threads() -> None:
    switch, w = ag.no_grad(), ag.Tensor(2.0)
    both_in, first_out = threading.Barrier(2), threading.Event()

    def first() -> list[bool]:
        with switch:
            both_in.wait(10)
            seen = [(w * 2).requires_grad]
        seen.append((w * 2).requires_grad)
        first_out.set()
        return seen

    def second() -> list[bool]:
        with switch:
            both_in.wait(10)
            first_out.wait(2)
            seen = [(w * 2).requires_grad]
        return [*seen, (w * 2).requires_grad]

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(first), pool.submit(second)]
        assert [future.result(20) for future in futures] == [[False, True], [False, True]]


# Derivatives of derivatives


def net(w: Any, v: Any) -> Callable[[Any], Any]:
    """A small scalar field with two weights."""
    return lambda x: np.sum(np.tanh(x @ w) * v)


def penalized(w: Any, v: Any, x: Array, d: Array, t: Array) -> Any:
    """The loss of a network and of its slope."""
    u = net(w, v)(x)
    u_x = ag.grad(net(w, v))(x)
    return ag.mse(u, d) + ag.mse(u_x, t)


X, D, T = np.array([0.3, -0.7]), np.array(0.4), np.array([0.1, -0.2])
W, V = np.array([[0.5, -1.2, 0.8], [0.9, 0.2, -0.4]]), np.array([1.5, -0.5, 0.7])


def penalized_plain(w: Array, v: Array) -> float:
    hidden = np.tanh(X @ w)
    slope = w @ (v * (1 - hidden**2))
    return float((np.sum(hidden * v) - D) ** 2 + np.mean((slope - T) ** 2))


PENALTY = finite_differences(penalized_plain, [W, V])


def assert_penalty_gradients(w: ag.Tensor, v: ag.Tensor) -> None:
    np.testing.assert_allclose(w.grad, PENALTY[0], rtol=1e-8)
    np.testing.assert_allclose(v.grad, PENALTY[1], rtol=1e-8)


def test_gradient_penalty() -> None:
    w, v = ag.Tensor(W), ag.Tensor(V)
    loss = penalized(w, v, X, D, T)
    np.testing.assert_allclose(loss.item(), penalized_plain(W, V), rtol=1e-14)
    loss.backward()
    assert_penalty_gradients(w, v)


def test_gradient_penalty_in_a_thread_pool() -> None:
    pairs = [(ag.Tensor(W), ag.Tensor(V)) for _ in range(16)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda pair: penalized(*pair, X, D, T).backward(), pairs))
    for w, v in pairs:
        assert_penalty_gradients(w, v)


def test_gradient_penalty_recorded_in_a_thread_and_walked_outside() -> None:
    w, v = ag.Tensor(W), ag.Tensor(V)
    with ThreadPoolExecutor(1) as pool:
        loss = pool.submit(penalized, w, v, X, D, T).result()
    loss.backward()
    assert_penalty_gradients(w, v)


def test_gradient_penalty_in_a_generator() -> None:
    w, v = ag.Tensor(W), ag.Tensor(V)

    def losses() -> Iterator[Any]:
        u = net(w, v)
        yield ag.mse(u(X), D)
        with ag.no_grad():
            before = u(X)
        assert not before.requires_grad
        yield ag.mse(ag.grad(u)(X), T)

    steps = losses()
    for loss in steps:
        with ag.no_grad():  # what the caller does between two values is none of its business
            w.numpy()
        loss.backward()
    assert_penalty_gradients(w, v)


def test_gradient_penalty_in_async_tasks() -> None:
    async def step(w: ag.Tensor, v: ag.Tensor) -> None:
        u = net(w, v)
        await asyncio.sleep(0)
        u_x = ag.grad(u)(X)
        await asyncio.sleep(0)
        (ag.mse(u(X), D) + ag.mse(u_x, T)).backward()

    pairs = [(ag.Tensor(W), ag.Tensor(V)) for _ in range(4)]

    async def main() -> None:
        await asyncio.gather(*(step(*pair) for pair in pairs))

    asyncio.run(main())
    for w, v in pairs:
        assert_penalty_gradients(w, v)


def test_gradient_penalty_by_transforms_alone() -> None:
    found = ag.grad(penalized, argnums=(0, 1))(W, V, X, D, T)
    for gradient, expected in zip(found, PENALTY, strict=True):
        assert isinstance(gradient, np.ndarray)
        np.testing.assert_allclose(gradient, expected, rtol=1e-8)


def test_a_penalty_on_a_derivative_in_forward_mode() -> None:
    def loss(w: Any) -> Any:
        return np.sum(ag.jvp(lambda x: np.tanh(x @ w), (X,), (T,))[1] ** 2)

    def plain(w: Array) -> Any:
        return np.sum(((1 - np.tanh(X @ w) ** 2) * (T @ w)) ** 2)

    w = ag.Tensor(W)
    loss(w).backward()
    expected = finite_differences(plain, [W])[0]
    np.testing.assert_allclose(w.grad, expected, rtol=1e-8)
    np.testing.assert_allclose(ag.grad(loss)(W), expected, rtol=1e-8)


def test_the_nesting_trap() -> None:
    assert ag.grad(lambda x: x * ag.grad(lambda y: x * y)(2.0))(1.0) == 2


@pytest.mark.parametrize("inner_forward", [False, True])
@pytest.mark.parametrize("outer_forward", [False, True])
def test_the_nesting_trap_in_all_modes(inner_forward: bool, outer_forward: bool) -> None:
    def derivative(f: Callable[[Any], Any], forward: bool) -> Callable[[Any], Any]:
        if forward:
            return lambda x: ag.jvp(f, (x,), (1.0,))[1]
        return ag.grad(f)

    def outer(x: Any) -> Any:
        return x * derivative(lambda y: x * y * y, inner_forward)(2.0)

    found = derivative(outer, outer_forward)(1.5)
    assert not isinstance(found, ag.Tensor)
    assert found == 12  # d/dx of 4 x**2


def test_a_derivative_that_does_not_depend_on_the_outer_argument() -> None:
    found = ag.grad(lambda x: x * ag.grad(lambda y: y**3)(2.0))(1.0)
    assert found == 12
    assert not isinstance(found, ag.Tensor)


def test_inner_arguments_are_nobody_elses() -> None:
    found = ag.grad(lambda y: ag.grad(lambda x: x * x * y * y)(2.0))(3.0)
    assert not isinstance(found, ag.Tensor)
    assert found == 24
    a = np.array([0.3, 0.4])
    found = ag.grad(lambda v: np.sum(ag.vjp(np.sin, a)[1](v)[0]))(np.ones(2))
    assert not isinstance(found, ag.Tensor)
    np.testing.assert_allclose(found, np.cos(a))


def test_five_times() -> None:
    f: Callable[..., Any] = np.sin
    for _ in range(5):
        f = ag.grad(f)
    np.testing.assert_allclose(f(0.3), np.cos(0.3), rtol=1e-14)
    assert not isinstance(f(0.3), ag.Tensor)


def test_a_gradient_by_a_tensor_is_a_tensor_that_can_be_differentiated_again() -> None:
    w = ag.Tensor(1.5)
    slope = ag.grad(lambda w: w**3)(w)
    assert isinstance(slope, ag.Tensor)
    np.testing.assert_allclose(slope.item(), 3 * 1.5**2)
    slope.backward()
    np.testing.assert_allclose(w.grad, 6 * 1.5)


def test_backward_inside_a_transform() -> None:
    v = ag.Tensor(2.0)

    def f(x: Any) -> Any:
        (v * v).backward()
        return x * 3

    assert ag.grad(f)(1.0) == 3
    assert v.grad == 4


def test_no_grad_around_a_transform() -> None:
    w = ag.Tensor(2.0)
    with ag.no_grad():
        slope = ag.grad(lambda x: x * x * w)(3.0)
    assert not isinstance(slope, ag.Tensor)
    assert slope == 12


def test_no_grad_inside_a_transform() -> None:
    def f(x: Any) -> Any:
        with ag.no_grad():
            factor = x * x
        return x * factor

    assert ag.grad(f)(3.0) == 9


def test_no_grad_around_a_transform_of_a_tensor_gives_an_array_of_its_own() -> None:
    w = leaf(3)
    with ag.no_grad():
        gradient = ag.grad(np.sum)(w)
    assert type(gradient) is np.ndarray
    assert gradient.flags.writeable


def test_alternating_optimization_of_two_networks() -> None:
    """What one player learns does not reach the other through the shared graph."""
    generator, critic = ag.Tensor(0.5), ag.Tensor(2.0)
    for _ in range(3):
        fake = np.tanh(generator * 1.5)
        (critic * fake.detach()).backward()
        assert generator.grad is None
        critic.grad = None
        (critic * fake).backward()
        assert generator.grad is not None
        generator.grad = critic.grad = None
