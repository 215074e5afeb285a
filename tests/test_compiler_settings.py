"""What Python knew while a function was recorded: if it changes, there is another program."""

import functools
import types
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag

X = np.array([0.5, -1.0, 2.0])
RATE = 0.5
TABLE = np.array([1.0, 2.0, 3.0])


def programs(compiled: Any) -> int:
    return sum(map(len, compiled.runners.values()))


class Holder:
    factor = 0.5

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)


class Slotted:
    __slots__ = ("factor", "unset")

    def __init__(self, factor: float) -> None:
        self.factor = factor


class Scale(ag.nn.Module):
    def __init__(self, factor: float) -> None:
        self.factor = factor

    def forward(self, x: Any) -> Any:
        return self.factor * x


def put(container: Any, key: Any) -> Callable[[Any], None]:
    return lambda value: container.__setitem__(key, value)


def cases() -> dict[str, tuple[Callable[[Any], Any], Callable[[float], None]]]:
    """A function that multiplies by a factor, and what changes it; at first it is 0.5."""
    entries = {"a": 0.5}
    numbers, queue = [0.5], deque([0.5])
    nested = {"list": [{"factor": 0.5}]}
    holder, slotted, scale = Holder(factor=0.5), Slotted(0.5), Scale(0.5)
    space = types.SimpleNamespace(factor=0.5)
    partial = functools.partial(lambda x, factor: factor * x, factor=0.5)
    inner = Holder(inner=Holder(factor=0.5))

    def with_default(x: Any, numbers: Any = [0.5]) -> Any:  # noqa: B006
        return x * numbers[0]

    def helper() -> float:
        return numbers[0]

    return {
        "a dict": (lambda x: entries["a"] * x, put(entries, "a")),
        "a list": (lambda x: numbers[0] * x, put(numbers, 0)),
        "a deque": (lambda x: queue[0] * x, put(queue, 0)),
        "deep inside": (
            lambda x: nested["list"][0]["factor"] * x, put(nested["list"][0], "factor")
        ),
        "an attribute": (lambda x: holder.factor * x, lambda f: setattr(holder, "factor", f)),
        "of an attribute": (
            lambda x: inner.inner.factor * x, lambda f: setattr(inner.inner, "factor", f)
        ),
        "a slot": (lambda x: slotted.factor * x, lambda f: setattr(slotted, "factor", f)),
        "a namespace": (lambda x: space.factor * x, lambda f: setattr(space, "factor", f)),
        "getattr": (
            lambda x: getattr(holder, "fac" + "tor") * x, lambda f: setattr(holder, "factor", f)
        ),
        "a module": (scale, lambda f: setattr(scale, "factor", f)),
        "a method": (scale.forward, lambda f: setattr(scale, "factor", f)),
        "a partial": (partial, lambda f: partial.keywords.update(factor=f)),
        "a default": (with_default, put(with_default.__defaults__[0], 0)),  # type: ignore[index]
        "a helper's closure": (lambda x: helper() * x, put(numbers, 0)),
    }  # fmt: skip


@pytest.mark.parametrize("name", list(cases()))
def test_a_setting_that_changes(name: str) -> None:
    function, change = cases()[name]
    compiled = ag.compile(function)
    for factor in (0.5, 0.75, 0.25, 0.5, 0.75):
        change(factor)
        for _ in range(2):
            np.testing.assert_array_equal(compiled(X), factor * X)
    assert programs(compiled) == 3


def test_a_name_in_the_closure_is_bound_anew() -> None:
    for values in ([0.5, 0.75], [1, 1.0], [True, 1], [X, X.copy()], [ag.State(2.0), ag.State(2.0)],
                   [np.sin, np.cos], [ag.Tensor(1.0), ag.Tensor(1.0)]):  # fmt: skip
        bound: Any = values[0]

        def function(x: Any) -> Any:
            if callable(bound):  # noqa: B023
                return bound(x)  # noqa: B023
            return x * (bound.value if isinstance(bound, ag.State) else bound)  # noqa: B023

        compiled = ag.compile(function)
        for bound in [*values, *values]:  # noqa: B007
            with ag.no_grad():
                found, expected = compiled(np.arange(3)), function(np.arange(3))
                np.testing.assert_array_equal(found, expected)
            assert found.dtype == expected.dtype
        assert programs(compiled) == 2
        if isinstance(bound, ag.State | ag.Tensor):
            bound.assign(7.0)
            with ag.no_grad():
                np.testing.assert_array_equal(compiled(X), 7 * X)


def test_a_global_is_bound_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = ag.compile(lambda x: RATE * x + TABLE)
    np.testing.assert_array_equal(compiled(X), 0.5 * X + TABLE)
    monkeypatch.setitem(globals(), "RATE", 0.25)
    np.testing.assert_array_equal(compiled(X), 0.25 * X + [1, 2, 3])
    monkeypatch.setitem(globals(), "TABLE", np.zeros(3))
    np.testing.assert_array_equal(compiled(X), 0.25 * X)


def test_a_class_attribute(monkeypatch: pytest.MonkeyPatch) -> None:
    holder = Holder()
    by_instance, by_class = (
        ag.compile(lambda x: holder.factor * x),
        ag.compile(lambda x: Holder.factor * x),
    )
    for compiled in (by_instance, by_class):
        np.testing.assert_array_equal(compiled(X), 0.5 * X)
    monkeypatch.setattr(Holder, "factor", 0.25)
    for compiled in (by_instance, by_class):
        np.testing.assert_array_equal(compiled(X), 0.25 * X)
    holder.factor = 0.75
    np.testing.assert_array_equal(by_instance(X), 0.75 * X)
    assert (programs(by_instance), programs(by_class)) == (3, 2)


def test_a_global_that_only_a_method_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    class Reader(ag.nn.Module):
        def forward(self, x: Any) -> Any:
            return self.scaled(x)

        def scaled(self, x: Any) -> Any:
            return RATE * x

    compiled = ag.compile(Reader())
    np.testing.assert_array_equal(compiled(X), 0.5 * X)
    monkeypatch.setitem(globals(), "RATE", 0.25)
    np.testing.assert_array_equal(compiled(X), 0.25 * X)


def test_what_a_training_loop_counts_beside_the_step_is_no_setting() -> None:
    class Trainer:
        def __init__(self) -> None:
            self.w = ag.Tensor(X)
            self.optimizer = ag.optim.SGD([self.w], lr=0.1)
            self.count, self.losses = 0, []

        def step(self, x: Any) -> Any:
            loss = np.sum((self.w * x) ** 2)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            return loss

        def fit(self) -> None:
            step = ag.compile(self.step)
            for _ in range(5):
                self.losses.append(step(X).item())
                self.count += 1
            assert programs(step) == 1

    trainer = Trainer()
    trainer.fit()
    assert trainer.losses == sorted(trainer.losses, reverse=True)


def test_the_next_batch_is_no_setting() -> None:
    batch = {"x": X}
    compiled = ag.compile(lambda batch: batch["x"] * 2)
    for k in range(4):
        batch["x"] = X + k
        np.testing.assert_array_equal(compiled(batch), 2 * (X + k))
    assert programs(compiled) == 1


# Modules


def test_train_and_eval_have_programs_of_their_own() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 4))
    net = ag.nn.Sequential(ag.nn.Linear(4, 6, rng=rng), ag.nn.BatchNorm1d(6), ag.nn.Dropout(0.5))
    compiled = ag.compile(lambda x: net(x))
    for _ in range(2):
        net.eval()
        np.testing.assert_allclose(compiled(x).value, net(x).value, rtol=1e-12)
        net.train()
        assert np.mean(compiled(x).value == 0) > 0.1
    assert programs(compiled) == 2
    net[2].p = 0.0
    assert not np.any(compiled(x).value == 0)
    net[2].p = 0.5
    assert np.any(compiled(x).value == 0)
    assert programs(compiled) == 3


def test_a_layer_is_exchanged() -> None:
    net = ag.nn.Sequential(Scale(0.5), ag.nn.Tanh())
    compiled = ag.compile(net)
    np.testing.assert_array_equal(compiled(X), np.tanh(0.5 * X))
    setattr(net, "1", ag.nn.Sigmoid())
    np.testing.assert_allclose(compiled(X), ag.sigmoid(0.5 * X))


def test_a_parameter_is_exchanged_for_an_equal_one() -> None:
    net = ag.nn.Linear(1, 1, rng=np.random.default_rng(0))
    compiled = ag.compile(net)
    x = np.ones((2, 1), np.float32)
    compiled(x)
    net.weight = ag.Tensor(net.weight.numpy())
    compiled(x)
    net.weight.assign([[5.0]])
    np.testing.assert_allclose(compiled(x).value, 5 + net.bias.value * np.ones((2, 1)))


def test_a_frozen_layer_and_back() -> None:
    w, v = ag.Tensor(X), ag.Tensor(X + 1)
    step = ag.compile(lambda x: np.sum(w * v * x).backward())
    for frozen in (False, True, False, True):
        w.requires_grad = not frozen
        w.grad = v.grad = None
        step(X)
        assert (w.grad is None) == frozen
        np.testing.assert_array_equal(v.grad, X * X)
    assert programs(step) == 2


# Optimizers: each change is made between the steps of two equal runs, one of them compiled


def net_and_step(
    optimizer: Callable[..., Any], **options: Any
) -> tuple[Any, Any, Callable[..., Any]]:
    net = ag.nn.MLP([4, 70, 3], activation="tanh", rng=np.random.default_rng(0))
    updates = optimizer(net.parameters(), **options)

    def step(x: Any, y: Any) -> Any:
        loss = ag.mse(net(x), y)
        updates.zero_grad()
        loss.backward()
        updates.step()
        return loss

    return net, updates, step


def assert_runs_agree(
    change: Callable[[Any, Any, int], None], optimizer: Callable[..., Any], programs_made: int
) -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(8, 4)).astype("f"), rng.normal(size=(8, 3)).astype("f")
    states = []
    for compiling in (False, True):
        net, updates, step = net_and_step(optimizer, lr=0.01)
        run = ag.compile(step) if compiling else step
        losses = []
        for k in range(24):
            if k % 4 == 0:
                change(net, updates, k // 4)
            losses.append(run(x, y).item())
        states.append(({"loss": np.array(losses)} | net.state_dict(), updates.state_dict()))
        if compiling:
            assert programs(run) == programs_made
    for eager, compiled in zip(*states, strict=True):
        assert list(eager) == list(compiled)
        for name, value in eager.items():
            np.testing.assert_allclose(compiled[name], value, rtol=1e-5, atol=1e-7, err_msg=name)


def options_and_back(net: Any, updates: Any, k: int) -> None:
    (group,) = updates.param_groups
    group["weight_decay"] = [0.0, 0.1, 0.0, 0.1, 0.0, 0.0][k]
    group["betas"] = (0.5, 0.9) if k == 4 else (0.9, 0.999)


def momentum_and_back(net: Any, updates: Any, k: int) -> None:
    (group,) = updates.param_groups
    group["momentum"] = [0.0, 0.9, 0.9, 0.0, 0.9, 0.5][k]
    group["nesterov"] = k == 2


def largest_squares(net: Any, updates: Any, k: int) -> None:
    updates.param_groups[0]["amsgrad"] = k % 2 == 1


def rates(net: Any, updates: Any, k: int) -> None:
    updates.lr = [0.01, 0.02, lambda step: 0.1 / (step + 1), ag.optim.schedules.cosine(0.1, 20),
                  0.05, 0.01][k]  # fmt: skip


def freezing(net: Any, updates: Any, k: int) -> None:
    for parameter in net.parameters()[:2]:
        parameter.requires_grad = k not in (1, 3)
        parameter.grad = None


@pytest.mark.parametrize(
    ("change", "optimizer", "programs_made"),
    [(options_and_back, ag.optim.Adam, 3), (momentum_and_back, ag.optim.SGD, 4),
     (largest_squares, ag.optim.Adam, 2), (rates, ag.optim.Adam, 3), (freezing, ag.optim.Adam, 3),
     (freezing, ag.optim.NAdam, 3), (freezing, ag.optim.RAdam, 3), (freezing, ag.optim.SGD, 3)],
)  # fmt: skip
def test_options_that_change_between_steps(
    change: Callable[..., None], optimizer: Callable[..., Any], programs_made: int
) -> None:
    assert_runs_agree(change, optimizer, programs_made)


# The programs that are kept


def test_at_most_64_programs_are_kept_and_those_used_last() -> None:
    compiled = ag.compile(lambda x, k: x * k)
    for k in range(70):
        np.testing.assert_array_equal(compiled(X, k), X * k)
        np.testing.assert_array_equal(compiled(X, 0), 0 * X)
    assert programs(compiled) == 64
    first = compiled.last
    compiled(X, 69)
    compiled(X, 0)
    assert compiled.last is first
    assert repr(compiled) == "<compiled <lambda>: 64 programs>"


def test_repr_and_source_before_the_first_call() -> None:
    def predict(x: Any) -> Any:
        """Twice as much."""
        return 2 * x

    compiled = ag.compile(predict)
    assert repr(compiled) == "<compiled predict: 0 programs>"
    assert (compiled.__name__, compiled.__doc__) == ("predict", "Twice as much.")
    with pytest.raises(
        ag.errors.TraceError, match="predict has not been called yet: the program is"
    ):
        _ = compiled.source
    compiled(X)
    assert repr(compiled) == "<compiled predict: 1 program>"
    assert "def step(x)" in compiled.source
    assert ag.compile(compiled) is compiled
    with pytest.raises(TypeError, match="compile: expected a function, found 3"):
        ag.compile(3)  # type: ignore[arg-type]


def test_a_compiled_method() -> None:
    class Net:
        def __init__(self, factor: float) -> None:
            self.factor = factor

        @ag.compile
        def scaled(self, x: Any) -> Any:
            return self.factor * x

    one, two = Net(0.5), Net(0.25)
    for _ in range(2):
        np.testing.assert_array_equal(one.scaled(X), 0.5 * X)
        np.testing.assert_array_equal(two.scaled(X), 0.25 * X)
    assert programs(Net.scaled) == 2
