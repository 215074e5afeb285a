"""What a compiled function must not do: a clear sentence, and everything is as it was."""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.core.graph import Node
from autograd_lite.errors import TraceError

X = np.array([0.5, -1.0, 2.0])
PLAIN = np.arange(5.0)
W = ag.Tensor(X)


def while_positive(x: Any) -> Any:
    while np.sum(x) > 0:
        x = x - 1
    return x


def add_in_place(x: Any) -> Any:
    x += 1
    return x


def write_entry(x: Any) -> Any:
    x[0] = 0
    return x


def write_row_of_view(x: Any) -> Any:
    x.reshape(3, 1)[0] = 0
    return x


def write_into_plain(x: Any) -> Any:
    np.add(x, 1, out=PLAIN[:3])
    return x


def write_into_parameter(x: Any) -> Any:
    value = W.value
    value += x
    return x


def write_into_shared(x: Any) -> Any:
    y = x + 1
    row = y[:2]
    y[0] = 5
    return row


def first_of(x: Any) -> Any:
    return x if x[0] > 0 else -x


CONDITION = r"a condition \(if, while, and, or\) asks for a value that is known only when"
PLAIN_ARRAY = "making a plain array of it .* asks for a value"
INDEX = r"an index into a plain array, a list or a range asks"
IN_PLACE = "would change an argument, a parameter or an array that another one shares"

REFUSED: list[tuple[Callable[[Any], Any], str]] = [
    (first_of, CONDITION), (while_positive, CONDITION),
    (lambda x: x[0] > 0 and x, CONDITION), (lambda x: not np.any(x), CONDITION),
    (lambda x: max(x), CONDITION), (lambda x: 1.0 in x, CONDITION),
    (lambda x: x if W[0] > 0 else -x, CONDITION),
    (lambda x: float(np.sum(x)), r"float\(\) asks for a value .* \(np.exp, not math.exp"),
    (lambda x: math.exp(x[0]), r"float\(\) asks for a value"),
    (lambda x: int(np.sum(x)), r"int\(\) asks for a value"),
    (lambda x: complex(x[0]), r"complex\(\) asks for a value"),
    (lambda x: x.tolist(), r"\.tolist\(\) asks for a value"),
    (lambda x: f"{np.sum(x):.2f}", "a formatted number asks for a value .* print the result"),
    (lambda x: PLAIN[np.argmax(x)], f"{PLAIN_ARRAY}|{INDEX}"),
    (lambda x: [1, 2, 3][np.argmax(x)], INDEX),
    (lambda x: list(range(np.argmax(x))), INDEX),
    (lambda x: np.asarray([x[0], 1.0]), PLAIN_ARRAY),
    (lambda x: np.float64(x[0]), PLAIN_ARRAY),
    (lambda x: x[x > 0], r"array\[mask\] has a shape that depends on values"),
    (lambda x: np.nonzero(x), "np.nonzero returns depends on values"),
    (lambda x: np.unique(x), "np.unique returns depends on values"),
    (add_in_place, IN_PLACE), (write_entry, IN_PLACE), (write_row_of_view, IN_PLACE),
    (write_into_shared, IN_PLACE), (write_into_parameter, IN_PLACE),
    (lambda x: np.add(x, 1, out=x), IN_PLACE), (lambda x: x.sort(), IN_PLACE),
    (lambda x: x.fill(0), IN_PLACE), (lambda x: np.copyto(x, 0.0), IN_PLACE),
    (lambda x: np.put(x, [0], 3.0), "np.put"), (lambda x: np.add.at(x, [0], 1.0), r"np\.add\.at"),
    (write_into_plain, r"a plain array of shape \(3,\) would get a value .* Let the"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "message"), REFUSED)
def test_what_depends_on_values_or_writes_is_refused(function: Any, message: str) -> None:
    compiled = ag.compile(function)
    x = X.copy()
    for _ in range(2):
        with pytest.raises(TypeError, match=f"compile: .*({message})"):
            compiled(x)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(W.value, X)
    np.testing.assert_array_equal(PLAIN, np.arange(5.0))
    assert not compiled.runners


def test_a_traced_float_is_not_known_either() -> None:
    for function in (lambda x, s: x if s > 0 else -x, lambda x, s: x * max(s, 0.5)):
        with pytest.raises(TraceError, match=CONDITION):
            ag.compile(function)(X, 0.7)
    with pytest.raises(TraceError, match=r"int\(\) asks"):
        ag.compile(lambda x, s: x * int(s))(X, 2.0)


def test_writing_into_what_the_function_made_is_right() -> None:
    def function(x: Any) -> Any:
        y = x * 2
        before = y + 0
        y[0] = 5
        y += 1
        y[1:] = x[1:]
        z = np.exp(x)
        z.sort()
        return y, before, z

    compiled = ag.compile(function)
    for x in (X, X + 1):
        for one, other in zip(compiled(x), function(x), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-15)


def test_what_is_kept_does_not_follow_an_array_that_is_written_into() -> None:
    state = ag.State(np.zeros(3))

    def function(x: Any) -> Any:
        y = x * 2
        state.assign(y)
        tensor = ag.Tensor(y)
        y += 1
        return tensor, y

    compiled = ag.compile(function)
    for x in (X, X + 1):
        tensor, y = compiled(x)
        np.testing.assert_array_equal(tensor.value, 2 * x)
        np.testing.assert_array_equal(state.value, 2 * x)
        np.testing.assert_array_equal(y, 2 * x + 1)


def test_each_gradient_is_an_array_of_its_own() -> None:
    u, v = ag.Tensor(X), ag.Tensor(X)

    def step(x: Any) -> None:
        u.grad = v.grad = None
        np.sum((u + v) * x).backward()
        u.grad *= 0.5

    compiled = ag.compile(step)
    for x in (X, X + 1):
        compiled(x)
        np.testing.assert_array_equal(u.grad, 0.5 * x)
        np.testing.assert_array_equal(v.grad, x)


def test_a_gradient_that_is_the_same_everywhere_may_be_written_into() -> None:
    w = ag.Tensor(np.ones((3, 2)))

    def step(x: Any) -> None:
        w.grad = None
        (np.sum(w) + np.sum(w.T.reshape(6) * x)).backward()
        w.grad *= 0.5

    compiled = ag.compile(step)
    for x in (np.arange(6.0), np.ones(6)):
        step(x)
        expected = w.grad
        compiled(x)
        np.testing.assert_array_equal(w.grad, expected)
    plain = ag.compile(lambda: halved(w))
    plain()
    np.testing.assert_array_equal(w.grad, np.full((3, 2), 0.5))


def halved(w: Any) -> None:
    w.grad = None
    np.sum(w).backward()
    w.grad *= 0.5


# Side effects


class Remembering(ag.nn.Module):
    def __init__(self) -> None:
        self.weight = ag.Tensor(X)
        self.last: Any = None

    def forward(self, x: Any) -> Any:
        self.last = self.weight * x
        return self.last


class Counting(ag.nn.Module):
    def __init__(self) -> None:
        self.calls = 0

    def forward(self, x: Any) -> Any:
        self.calls += 1
        return x * self.calls


def test_an_attribute_that_is_bound_anew() -> None:
    for module, name, value in ((Remembering(), "last", None), (Counting(), "calls", 0)):
        compiled = ag.compile(lambda x, module=module: module(x))
        for _ in range(2):
            with pytest.raises(
                TraceError, match=rf"gives .*{name} a new value, which would happen"
            ):
                compiled(X)
            assert getattr(module, name) == value
        module(X)  # eager mode goes on


def test_a_container_among_the_arguments_is_changed() -> None:
    def grow(things: Any) -> Any:
        things["y"] = things["x"] * 2
        return things["y"]

    given = {"x": X}
    with pytest.raises(TraceError, match="grow changes a dict among its arguments"):
        ag.compile(grow)(given)
    with pytest.raises(TraceError, match="changes a list among its arguments"):
        ag.compile(lambda xs: xs.append(1))([X])
    assert list(given) == ["x"]


def test_a_traced_value_that_is_kept() -> None:
    kept: list[Any] = []
    named: dict[str, Any] = {}
    last: Any = None

    def bind(x: Any) -> Any:
        nonlocal last
        last = x * 2
        return x

    for function, path in (
        (lambda x: kept.append(x * 2) or x, r"kept\.0"),
        (lambda x: named.update(h=[x * 2]) or x, r"named\.h"),
        (bind, "last"),
    ):
        with pytest.raises(TraceError, match=f"gives {path} a new value"):
            ag.compile(function)(X)
    assert (kept, named, last) == ([], {}, None)


LEAKED: list[Any] = []


def leak(x: Any) -> Any:
    globals()["LEAKED"] = [x * 2, ag.Tensor(x * 2)]
    return x


def test_a_traced_value_that_got_out_is_of_no_use() -> None:
    ag.compile(leak)(X)
    value, tensor = LEAKED
    for use in (
        lambda: value + 1, lambda: np.exp(value), lambda: value[0], lambda: W * value,
        lambda: ag.compile(lambda x: x * value)(X), lambda: np.sum(tensor * tensor),
    ):  # fmt: skip
        with pytest.raises(TraceError, match="has left the compiled function .* ag.State"):
            use()
    assert "traced float64 (3,)" in repr(value)


def test_a_counter_in_a_closure_counts_recordings() -> None:
    count = 0
    calls: list[int] = []

    def function(x: Any) -> Any:
        nonlocal count
        count += 1
        calls.append(count)
        return x * 2

    compiled = ag.compile(function)
    for _ in range(3):
        compiled(X)
    compiled(X[:2])
    assert (count, calls) == (2, [1, 2])


# After an error nothing has happened


def network() -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    net = ag.nn.Sequential(ag.nn.Linear(3, 5, rng=rng), ag.nn.BatchNorm1d(5), ag.nn.Dropout(0.5),
                           ag.nn.Linear(5, 1, rng=rng))  # fmt: skip
    return net, ag.optim.Adam(net.parameters())


@pytest.mark.parametrize("way", ["an error of the user's", "a condition", "a side effect"])
def test_nothing_has_happened(way: str) -> None:
    net, optimizer = network()
    x = np.ones((4, 3), np.float32)
    rng = np.random.default_rng(3)
    seen: list[Any] = []

    def step(x: Any) -> Any:
        loss = np.sum(net(x) ** 2)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rng.normal()
        if way == "an error of the user's":
            raise KeyError("mine")
        if way == "a side effect":
            seen.append(loss)
        return 1 if way == "a condition" and loss > 0 else 2

    ag.seed(0)
    before = net.state_dict() | optimizer.state_dict()
    states = [rng.bit_generator.state, np.random.get_state(legacy=False)]
    compiled = ag.compile(step)
    for _ in range(2):
        with pytest.raises((KeyError, TraceError)):
            compiled(x)
        for name, value in (net.state_dict() | optimizer.state_dict()).items():
            np.testing.assert_array_equal(value, before[name], err_msg=name)
        assert all(p.grad is None for p in net.parameters())
        assert rng.bit_generator.state == states[0]
        assert seen == []
        assert not isinstance(ag.Tensor._value, property)
        assert not isinstance(ag.State._value, property)
        assert Node.grad is None
    found = net(x).numpy()  # eager mode goes on, from the generator as it was
    ag.seed(0)
    fresh, _ = network()
    np.testing.assert_array_equal(found, fresh(x).numpy())


def test_a_bad_argument_leaves_the_program_usable() -> None:
    results = []
    for compiling in (False, True):
        net, optimizer = network()
        net.eval()

        def step(x: Any, y: Any) -> Any:
            loss = ag.mse(net(x), y)  # noqa: B023
            optimizer.zero_grad()  # noqa: B023
            loss.backward()
            optimizer.step()  # noqa: B023
            return loss

        run = ag.compile(step) if compiling else step
        x, y = np.ones((4, 3), np.float32), np.ones((4, 1), np.float32)
        losses = []
        for _ in range(4):
            losses.append(run(x, y).item())
            for bad in (y[:3], np.ones((4, 2)), "y"):
                with pytest.raises((ag.ShapeError, TypeError)):
                    run(x, bad)
        results.append(losses)
    np.testing.assert_allclose(*results, rtol=1e-6)


def test_a_tensor_computed_outside() -> None:
    hidden = W * 2
    with pytest.raises(TraceError, match=r"multiply.* was computed outside and is differentiated"):
        ag.compile(lambda x: hidden * x)(X)
    detached = hidden.detach()
    np.testing.assert_array_equal(ag.compile(lambda x: detached * x)(X).numpy(), 2 * X * X)


def test_messages_have_no_line_breaks() -> None:
    with pytest.raises(TraceError) as caught:
        ag.compile(first_of)(X)
    assert re.fullmatch(r"compile: [^\n]+\.", str(caught.value))
