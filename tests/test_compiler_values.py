"""What a program reads is read at every call, and what somebody else holds it does not change."""

import copy
import gc
import pickle
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag

X = np.array([0.5, -1.0, 2.0])
TABLE = np.arange(3.0)
RNG = np.random.default_rng(1)
POINTS = RNG.normal(size=(8, 4))
TARGETS = RNG.normal(size=(8, 3))

Run = tuple[Any, Any, Callable[..., Any]]


def doubled(x: Any) -> Any:
    return 2 * x


@ag.compile
def tripled(x: Any) -> Any:
    return 3 * x


def programs(compiled: Any) -> int:
    return sum(map(len, compiled.runners.values()))


def training(compiling: bool) -> Run:
    net = ag.nn.MLP([4, 70, 3], activation="tanh", dtype=np.float64, rng=np.random.default_rng(0))
    optimizer = ag.optim.Adam(net.parameters(), lr=0.01)

    def step(x: Any, y: Any) -> Any:
        loss = ag.mse(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return net, optimizer, ag.compile(step) if compiling else step


def assert_script_agrees(script: Callable[[Any, Any, Callable[[], Any]], None]) -> None:
    """A script of steps and of what is done between them ends alike, eager and compiled."""
    ends = []
    for compiling in (False, True):
        net, optimizer, step = training(compiling)
        script(net, optimizer, lambda step=step: step(POINTS, TARGETS))
        ends.append(net.state_dict() | optimizer.state_dict())
    for name, value in ends[0].items():
        np.testing.assert_allclose(ends[1][name], value, rtol=1e-9, atol=1e-12, err_msg=name)


# Read at every call


def test_parameters_states_and_arrays() -> None:
    w, state, table = ag.Tensor(X), ag.State(X), X.copy()
    compiled = ag.compile(lambda x: (w.value * x, state.value * x, table * x, TABLE[1:] + x[1:]))
    for k in range(1, 5):
        w.assign(X * k)
        state.assign(X + k)
        table[:] = k
        TABLE[:] = np.arange(3.0) + k
        found = compiled(X)
        expected = (X * k * X, (X + k) * X, k * X, TABLE[1:] + X[1:])
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one, other)
    TABLE[:] = np.arange(3.0)
    assert programs(compiled) == 1


def assigning(net: Any, optimizer: Any, step: Callable[[], Any]) -> None:
    for _ in range(3):
        step()
        for parameter in net.parameters():
            parameter.assign(parameter.value * 0.5)


def loading(net: Any, optimizer: Any, step: Callable[[], Any]) -> None:
    step()
    saved = net.state_dict(), optimizer.state_dict()
    for _ in range(3):
        step()
    net.load_state_dict(saved[0])
    optimizer.load_state_dict(saved[1])
    step()


def eager_steps_between(net: Any, optimizer: Any, step: Callable[[], Any]) -> None:
    for _ in range(3):
        step()
        loss = ag.mse(net(POINTS), TARGETS)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    step()


def another_program_between(net: Any, optimizer: Any, step: Callable[[], Any]) -> None:
    other = ag.optim.SGD(net.parameters()[:2], lr=0.1)

    def update() -> None:
        loss = np.sum(net(POINTS) ** 2)
        other.zero_grad()
        loss.backward()
        other.step()

    compiled = ag.compile(update)
    for _ in range(4):
        step()
        compiled()


def gradients_there_before(net: Any, optimizer: Any, step: Callable[[], Any]) -> None:
    for k in range(6):
        if k % 2:
            ag.mse(net(POINTS), TARGETS).backward()
        step()
        if k % 3 == 0:
            net.zero_grad()


@pytest.mark.parametrize(
    "script",
    [assigning, loading, eager_steps_between, another_program_between, gradients_there_before],
)
def test_what_happens_between_the_steps(script: Any) -> None:
    assert_script_agrees(script)


def test_gradients_that_add_up_over_calls() -> None:
    w = ag.Tensor(X)
    accumulate = ag.compile(lambda x: np.sum(w * x).backward())
    for times in (1, 2, 3):
        accumulate(X)
        np.testing.assert_allclose(w.grad, times * X)
    held = w.grad
    accumulate(X)
    np.testing.assert_allclose(held, 3 * X)
    w.grad = None
    accumulate(X)
    np.testing.assert_array_equal(w.grad, X)
    assert programs(accumulate) == 2


def test_the_rate_is_an_input() -> None:
    w = ag.Tensor(X)
    optimizer = ag.optim.SGD([w], lr=0.1)

    def step(x: Any, rate: Any) -> None:
        optimizer.lr = rate
        optimizer.zero_grad()
        np.sum(w * x).backward()
        optimizer.step()

    compiled, expected = ag.compile(step), X
    for rate in (0.5, 0.25, 0.125):
        compiled(X, rate)
        expected = expected - rate * X
        np.testing.assert_allclose(w.value, expected, rtol=1e-12)
        assert optimizer.lr == rate
    assert programs(compiled) == 1


# In place only where nobody looks


def test_snapshots_keep_their_values() -> None:
    net, optimizer, step = training(True)
    snapshots: list[tuple[list[Any], list[Any]]] = []

    def keep(arrays: Any) -> None:
        arrays = list(arrays)
        snapshots.append((arrays, [array.copy() for array in arrays]))

    for _ in range(4):
        step(POINTS, TARGETS)
        keep(p.value for p in net.parameters())
        step(POINTS, TARGETS)
        keep(p._value for p in net.parameters())
        step(POINTS, TARGETS)
        keep(p.value[:1] for p in net.parameters()[:1])
        step(POINTS, TARGETS)
        keep(p.numpy() for p in net.parameters())
        keep(net.state_dict().values())
        step(POINTS, TARGETS)
        keep(cell.value for cell in optimizer.cells().values())
        keep(value for value in optimizer.state_dict().values() if isinstance(value, np.ndarray))
        keep(p.grad for p in net.parameters())
    for arrays, copies in snapshots:
        for array, expected in zip(arrays, copies, strict=True):
            np.testing.assert_array_equal(array, expected)


def test_an_eager_graph_lives_across_a_compiled_step() -> None:
    rng = np.random.default_rng(0)
    net = ag.nn.Sequential(ag.nn.Linear(4, 80, rng=rng), ag.nn.BatchNorm1d(80),
                           ag.nn.Linear(80, 3, rng=rng))  # fmt: skip
    optimizer = ag.optim.SGD(net.parameters(), lr=0.1)

    def step(x: Any, y: Any) -> Any:
        loss = ag.mse(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    x, y = POINTS.astype("f"), TARGETS.astype("f")
    compiled = ag.compile(step)
    for mode in (True, False):
        net.train()
        compiled(x, y)
        copied = copy.deepcopy(net).train(mode)
        loss = ag.mse(net.train(mode)(x), y)
        net.train()
        compiled(x, y)
        compiled(x, y)
        net.zero_grad()
        loss.backward()
        ag.mse(copied(x), y).backward()
        for one, other in zip(net.parameters(), copied.parameters(), strict=True):
            np.testing.assert_allclose(one.grad, other.grad, rtol=1e-5, atol=1e-7)


def test_copies_of_a_model_between_steps() -> None:
    net, _, step = training(True)
    for _ in range(3):
        step(POINTS, TARGETS)
        copies = [copy.deepcopy(net), pickle.loads(pickle.dumps(net))]
        values = net.state_dict()
        step(POINTS, TARGETS)
        for copied in copies:
            for name, value in copied.state_dict().items():
                np.testing.assert_array_equal(value, values[name])


def test_two_batch_sizes_and_evaluation_over_one_model() -> None:
    def script(compiling: bool) -> list[float]:
        net, optimizer, _ = training(False)

        def step(x: Any, y: Any) -> Any:
            loss = ag.mse(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        def evaluate(x: Any, y: Any) -> Any:
            return ag.mse(net(x), y)

        if compiling:
            step, evaluate = ag.compile(step), ag.compile(evaluate)
        found = []
        for k in range(12):
            n = 8 if k % 3 else 5
            found += [step(POINTS[:n], TARGETS[:n]).item(), evaluate(POINTS, TARGETS).item()]
        return found

    np.testing.assert_allclose(script(True), script(False), rtol=1e-10)


def test_arguments_that_are_the_parameters_own_arrays() -> None:
    w = ag.Tensor(np.ones(100))
    optimizer = ag.optim.SGD([w], lr=0.1)

    def step(x: Any) -> Any:
        optimizer.zero_grad()
        np.sum(w * w * x).backward()
        optimizer.step()
        return x, w.value

    compiled = ag.compile(step)
    expected = np.ones(100)
    for _ in range(3):
        given, new = compiled(w.value)
        np.testing.assert_allclose(given, expected)
        expected = expected - 0.1 * 2 * expected * expected
        np.testing.assert_allclose(new, expected)
        np.testing.assert_allclose(w.value, expected)
        new[:] = 99


# Copies, and the end


def test_a_compiled_function_is_copied_and_pickled() -> None:
    compiled = ag.compile(doubled)
    compiled(X)
    pickled = pickle.loads(pickle.dumps(compiled))
    for copied in (copy.copy(compiled), copy.deepcopy(compiled), pickled):
        np.testing.assert_array_equal(copied(X + 1), 2 * X + 2)
        assert copied.function is doubled
    assert pickle.loads(pickle.dumps(tripled)) is tripled
    np.testing.assert_array_equal(copy.deepcopy(tripled)(X), 3 * X)


@pytest.fixture
def without_collector() -> Any:
    """Reference counts alone must do."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("without_collector")
def test_a_compiled_function_and_its_model_die_by_reference_counts() -> None:
    net, optimizer, step = training(True)
    step(POINTS, TARGETS)
    step(POINTS[:3], TARGETS[:3])
    watched = [weakref.ref(thing) for thing in (net, optimizer, step, net.parameters()[0])]
    watched += [weakref.ref(optimizer.steps), weakref.ref(step.last.homes[0])]
    del net, optimizer, step
    assert [reference() is None for reference in watched] == [True] * len(watched)


@pytest.mark.usefixtures("without_collector")
def test_arguments_and_results_are_not_kept() -> None:
    compiled = ag.compile(lambda batch: np.tanh(batch["x"]))
    x = X.copy()
    result = compiled({"x": x})
    watched = [weakref.ref(x), weakref.ref(result)]
    del x, result
    assert [reference() is None for reference in watched] == [True, True]


def test_metrics_are_computed_with_the_step() -> None:
    net = ag.nn.Linear(3, 4, rng=np.random.default_rng(0))
    rng = np.random.default_rng(1)

    def measured(x: Any, labels: Any) -> Any:
        scores = net(x)
        metrics = ag.training.accuracy(scores, labels), ag.training.r_squared(scores[:, 0], x[:, 0])
        return ag.cross_entropy(scores, labels), metrics

    compiled = ag.compile(measured)
    for _ in range(3):
        x, labels = rng.normal(size=(50, 3)).astype(np.float32), rng.integers(0, 4, 50)
        loss, metrics = measured(x, labels)
        found, found_metrics = compiled(x, labels)
        np.testing.assert_allclose(found.item(), loss.item(), rtol=1e-6)
        assert [type(each) for each in found_metrics] == [float, float]
        np.testing.assert_allclose(found_metrics, metrics, rtol=1e-6)
