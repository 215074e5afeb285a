"""What is kept, when it dies, how deep a graph may be."""

import gc
import sys
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.core.graph import Node, topological


@pytest.fixture
def without_collector() -> Iterator[None]:
    """Reference counts alone must do."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def alive() -> int:
    """How many nodes and tensors there are."""
    return sum(type(thing) in (Node, ag.Tensor) for thing in gc.get_objects())


def assert_nothing_leaks(step: Callable[[], None], times: int) -> None:
    """Neither objects nor bytes; what Python keeps in its free lists is some kilobytes."""
    for _ in range(5):
        step()
    before, objects = alive(), len(gc.get_objects())
    tracemalloc.start()
    try:
        for _ in range(times):
            step()
        grown = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert alive() == before
    assert len(gc.get_objects()) - objects < 20
    assert grown < 400 * times


def held(tensor: ag.Tensor) -> weakref.ref[Any]:
    """A weak reference to the array behind a tensor."""
    return weakref.ref(tensor.value.base)


# What a recorded operation keeps

X = np.linspace(0.1, 0.9, 6).reshape(2, 3)

KEEPS: list[tuple[str, Callable[[Any], Any], bool, bool]] = [
    # name, call, keeps its operand, keeps its result
    ("exp", np.exp, False, True), ("tanh", np.tanh, False, True),
    ("sigmoid", ag.sigmoid, False, True), ("relu", ag.relu, False, True),
    ("softmax", ag.softmax, False, True), ("log_softmax", ag.log_softmax, False, True),
    ("log", np.log, True, False), ("sin", np.sin, True, False), ("square", np.square, True, False),
    ("add", lambda x: x + 1, False, False), ("negative", lambda x: -x, False, False),
    ("multiply by a constant", lambda x: x * 3, False, False),
    ("multiply", lambda x: x * x, True, False),
    ("divide by a constant", lambda x: x / 3, False, False),
    ("sum", np.sum, False, False), ("mean", lambda x: np.mean(x, axis=0), False, False),
    ("cumsum", np.cumsum, False, False),
    ("matmul with a constant", lambda x: x @ np.ones((3, 2)), False, False),
    ("concatenate", lambda x: np.concatenate([x, x]), False, False),
    ("stack", lambda x: np.stack([x, x]), False, False),
    ("tile", lambda x: np.tile(x, 2), False, False),
    ("index array", lambda x: x[[0, 0]], False, False),
    ("where", lambda x: np.where(X > 0.5, x, 0), False, False),
    ("astype", lambda x: x.astype(np.float32), False, False),
    ("pad", lambda x: np.pad(x, 1), False, False),
    ("roll", lambda x: np.roll(x, 1), False, False),
    ("cross_entropy", lambda x: ag.cross_entropy(x, np.array([0, 1])), False, False),
]  # fmt: skip


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize(
    ("name", "call", "operand", "result"), KEEPS, ids=[name for name, *_ in KEEPS]
)
def test_only_what_a_rule_names_is_kept(
    name: str, call: Callable[[Any], Any], operand: bool, result: bool
) -> None:
    w = ag.Tensor(X)
    hidden = w + 1  # keeps nothing itself
    out = call(hidden)
    arrays = held(hidden), held(out)
    node = out.node
    del hidden, out
    assert (arrays[0]() is not None, arrays[1]() is not None) == (operand, result)
    assert node is not None


@pytest.mark.usefixtures("without_collector")
def test_views_keep_the_array_they_look_at() -> None:
    w = ag.Tensor(X)
    hidden = w + 1
    view = hidden.T
    array = held(hidden)
    del hidden
    assert array() is not None
    del view
    assert array() is None


@pytest.mark.usefixtures("without_collector")
def test_nothing_is_kept_under_no_grad() -> None:
    w = ag.Tensor(X)
    before = alive()
    with ag.no_grad():
        hidden = np.exp(w)
        array = held(hidden)
        out = np.log(hidden).sum()
        del hidden
    assert array() is None
    assert alive() == before + 1
    assert out.node is None


@pytest.mark.usefixtures("without_collector")
def test_backward_frees_what_was_kept() -> None:
    w = ag.Tensor(X)
    hidden = np.exp(w)
    array = held(hidden)
    loss = np.sum(np.sin(hidden))
    node = hidden.node
    del hidden
    assert array() is not None
    loss.backward()
    assert array() is None
    assert node in topological([loss.node])  # the structure stays


@pytest.mark.usefixtures("without_collector")
def test_a_graph_dies_with_its_last_tensor() -> None:
    w = ag.Tensor(X)
    before = alive()
    loss = np.sum(np.tanh(w @ w.T) * 2)
    node = weakref.ref(loss.node)
    assert alive() > before
    del loss
    assert node() is None
    assert alive() == before


@pytest.mark.usefixtures("without_collector")
def test_transforms_leave_nothing_behind() -> None:
    def f(x: Any) -> Any:
        return np.sum(ag.softmax(np.tanh(x @ x.T)) ** 2)

    gradient = ag.grad(f)
    gradient(X)
    before = alive()
    for _ in range(3):
        gradient(X)
        ag.grad(lambda x: np.sum(gradient(x) ** 2))(X)
        ag.jvp(gradient, (X,), (X,))
        ag.vjp(f, X)[1](np.ones(()))
    assert alive() == before


@pytest.mark.usefixtures("without_collector")
def test_a_failed_call_leaves_nothing_behind() -> None:
    w = ag.Tensor(X)
    before = alive()
    for _ in range(3):
        with pytest.raises(ValueError, match="do not fit"):
            np.exp(w) + np.ones(7)
        with pytest.raises(RuntimeError, match="needs a scalar"):
            np.exp(w).backward()
    del _
    assert alive() == before


@pytest.mark.usefixtures("without_collector")
def test_a_thousand_training_steps_leak_nothing() -> None:
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(64, 4)), rng.integers(0, 3, 64)
    w, v = ag.Tensor(rng.normal(size=(4, 5))), ag.Tensor(rng.normal(size=(5, 3)))

    def step() -> None:
        loss = ag.cross_entropy(ag.relu(x @ w) @ v, labels)
        loss.backward()
        with ag.no_grad():
            for parameter in (w, v):
                parameter -= 0.1 * parameter.grad
                parameter.grad = None

    assert_nothing_leaks(step, 1000)


@pytest.mark.usefixtures("without_collector")
def test_a_thousand_steps_of_second_order_leak_nothing() -> None:
    w = ag.Tensor(X)

    def step() -> None:
        slope = ag.grad(lambda x: np.sum(np.tanh(x @ w)))(np.ones((40, 2)))
        np.sum(slope * slope).backward()
        w.grad = None

    assert_nothing_leaks(step, 200)


# How much


def peak_of(function: Callable[[], Any]) -> int:
    """The most bytes that were allocated at any time during a call."""
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("step", "kept"), [(np.sin, 1), (lambda y: y + 1.0, 0), (lambda y: y * 1.5, 0)]
)
def test_memory_of_a_chain(step: Callable[[Any], Any], kept: int) -> None:
    """So many arrays as the rules name, and a few on the way: values forward, cotangents back."""
    length, size = 40, 100_000
    x = np.linspace(0, 1, size)

    def run() -> None:
        w = ag.Tensor(x)
        y = w
        for _ in range(length):
            y = step(y)
        np.sum(y).backward()

    run()
    assert peak_of(run) / x.nbytes < kept * length + 5


def test_memory_grows_linearly() -> None:
    def run(length: int) -> Callable[[], None]:
        def chain() -> None:
            y = ag.Tensor(np.ones(8))
            for _ in range(length):
                y = y * 1.01
            y.backward(np.ones(8))

        return chain

    run(10)()
    small, large = peak_of(run(2_000)), peak_of(run(8_000))
    assert large / small < 4.4
    assert large / 8_000 < 1_000


def test_the_gradient_of_a_large_leaf_is_not_copied_at_each_use() -> None:
    size = 200_000
    w = ag.Tensor(np.ones(size))

    def run() -> None:
        w.grad = None
        sum((np.sum(w * float(i)) for i in range(10)), start=0.0).backward()

    run()
    assert peak_of(run) / (8 * size) < 5  # the sum so far, a contribution, and spares


# How deep


def test_a_chain_of_a_million_operations() -> None:
    x = ag.Tensor(1.0)
    y = x
    for _ in range(500_000):
        y = np.negative(y)
        y = y * 1.000001
    first = weakref.ref(y.node)
    y.backward()
    np.testing.assert_allclose(x.grad, 1.000001**500_000, rtol=1e-9)
    del y
    assert first() is None


def test_deep_chains_in_every_walk() -> None:
    depth = 5_000  # far beyond the recursion limit

    def f(x: Any) -> Any:
        for _ in range(depth):
            x = x + 1e-9 * x
        return x * x

    assert depth > sys.getrecursionlimit()
    factor = (1 + 1e-9) ** depth
    np.testing.assert_allclose(ag.jvp(f, (1.5,), (1.0,))[1], 3 * factor**2, rtol=1e-9)
    np.testing.assert_allclose(ag.grad(ag.grad(f))(1.5), 2 * factor**2, rtol=1e-9)
    np.testing.assert_allclose(ag.jvp(ag.grad(f), (1.5,), (1.0,))[1], 2 * factor**2, rtol=1e-9)


def test_wide_graphs() -> None:
    w = ag.Tensor(np.arange(20_000.0))
    rows = list(w[:2_000])
    np.sum(np.stack(rows) * 2).backward()
    np.testing.assert_array_equal(w.grad[:2_000], np.full(2_000, 2.0))
    assert not w.grad[2_000:].any()


def nodes() -> int:
    return sum(type(thing) is Node for thing in gc.get_objects())


def smooth(x: Any) -> Any:
    return np.sum(np.tanh(x) ** 2) * x[0]


@pytest.mark.parametrize(
    "transformed",
    [
        lambda x: ag.jacobian(np.tanh)(x),
        lambda x: ag.hessian(smooth)(x),
        lambda x: ag.vmap(ag.grad(smooth))(np.stack([x, x])),
        lambda x: ag.grad(lambda xs: np.sum(ag.vmap(smooth)(xs)))(np.stack([x, x])),
        lambda x: ag.hessian(ag.checkpoint(smooth))(x),
        lambda x: ag.grad(ag.grad(lambda a: ag.root(lambda t: t**3 - a, 1.0)))(x[0]),
        lambda x: ag.hvp(smooth)(x, x),
        lambda x: ag.linearize(smooth, x)[1](x),
        lambda x: ag.grad(lambda x: np.sum(np.linalg.eigh(np.outer(x, x)).eigenvalues ** 3))(x),
    ],
)
@pytest.mark.usefixtures("without_collector")
def test_transforms_leave_nothing_to_the_cyclic_collector(transformed: Any) -> None:
    x = np.array([1.0, 2.0, 0.5])
    before = nodes()
    transformed(x)
    assert nodes() == before
