"""What a compiled function may be given, and what it hands out."""

import dataclasses
from collections import OrderedDict, namedtuple
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_lite as ag

X = np.array([0.5, -1.0, 2.0])
Pair = namedtuple("Pair", ["left", "right"])


@dataclasses.dataclass
class Record:
    left: Any
    right: Any


@dataclasses.dataclass(frozen=True)
class Frozen:
    left: Any
    right: Any


def programs(compiled: Any) -> int:
    return sum(map(len, compiled.runners.values()))


def assert_same(found: Any, expected: Any) -> None:
    """Equal trees: the same kinds, dtypes, shapes and numbers."""
    assert type(found) is type(expected)
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        found, expected = list(found.values()), list(expected.values())
    if dataclasses.is_dataclass(expected):
        found, expected = vars(found), vars(expected)
        assert_same(dict(found), dict(expected))
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    elif isinstance(expected, np.ndarray | np.generic):
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        np.testing.assert_array_equal(found, expected)
    else:
        assert found == expected


TREES: list[Any] = [
    {"a": X, "b": (X, [X])}, [X, X + 1], (X, None), Pair(X, 2 * X), Record(X, {"c": X}),
    Frozen(X, (X,)), {"a": []}, (), {"x": X, "flag": True, "name": "tanh", "none": None, "n": 3},
]  # fmt: skip


def doubled(tree: Any) -> Any:
    """The tree with its arrays doubled, and what else is in it as it is."""
    if isinstance(tree, np.ndarray):
        return 2 * tree
    if isinstance(tree, dict):
        return {key: doubled(value) for key, value in tree.items()}
    if isinstance(tree, Pair):
        return Pair(doubled(tree.left), doubled(tree.right))
    if isinstance(tree, Record | Frozen):
        return type(tree)(doubled(tree.left), doubled(tree.right))
    if isinstance(tree, list | tuple):
        return type(tree)(map(doubled, tree))
    return 2 * tree if isinstance(tree, float) or hasattr(tree, "dtype") else tree


@pytest.mark.parametrize("tree", TREES, ids=repr)
def test_trees_go_in_and_come_out(tree: Any) -> None:
    compiled = ag.compile(doubled)
    for _ in range(2):
        assert_same(compiled(tree), doubled(tree))
    assert_same(compiled(doubled(tree)), doubled(doubled(tree)))
    assert programs(compiled) == 1


@pytest.mark.parametrize("dtype", "?bBhHiIlLefdgFDGSUMmO")
def test_every_dtype_passes_through(dtype: str) -> None:
    x = np.ones(3, "M8[s]" if dtype == "M" else "m8[s]" if dtype == "m" else dtype)
    compiled = ag.compile(lambda x: (x, x[::-1], {"x": np.stack([x, x])}))
    for _ in range(2):
        assert_same(compiled(x), (x, x[::-1], {"x": np.stack([x, x])}))


@pytest.mark.parametrize(
    "x",
    [np.array(2.0), np.zeros((0, 3)), np.arange(6.0).reshape(2, 3, order="F"),
     np.arange(24.0).reshape(4, 6)[::-2, 1::2], np.broadcast_to(1.5, (2, 3)),
     np.arange(6.0).reshape(2, 3).T, np.lib.stride_tricks.as_strided(X, (2, 2), (8, 8))],
    ids=["0-d", "empty", "fortran", "strided", "broadcast", "transposed", "overlapping"],
)  # fmt: skip
def test_any_layout(x: Any) -> None:
    def function(x: Any) -> Any:
        return (
            x * 2,
            np.reshape(x, -1) + 1,
            np.ravel(x.T),
            np.sum(x),
            np.dot(np.exp(x), np.exp(x).T),
        )

    compiled = ag.compile(function)
    compiled(np.ascontiguousarray(x) + 1)
    for one, other in zip(compiled(x), function(x), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-15)
    assert programs(compiled) == 1 + (x.ndim == 0)  # ascontiguousarray makes one dimension


def test_arguments_are_left_alone() -> None:
    x = X.copy()
    x.flags.writeable = False
    compiled = ag.compile(lambda a, b: (np.tanh(a) * b + a, a * 0))
    for _ in range(3):
        first, second = compiled(x, x)
        np.testing.assert_array_equal(first, np.tanh(X) * X + X)
        np.testing.assert_array_equal(second, 0 * X)
        np.testing.assert_array_equal(x, X)
        first[:] = second[:] = 9


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_python_numbers_are_weak_and_numpy_scalars_are_not(dtype: Any) -> None:
    x = X.astype(dtype)
    compiled = ag.compile(lambda x, s: x * s)
    assert compiled(x, 0.1).dtype == dtype
    assert compiled(x, 3).dtype == dtype
    assert compiled(x, True).dtype == dtype
    assert compiled(x, np.float64(0.1)).dtype == np.float64
    assert compiled(x, 1j).dtype == np.result_type(dtype, np.complex64)
    np.testing.assert_array_equal(compiled(x, 0.7), x * 0.7)
    np.testing.assert_array_equal(compiled(x, 4), x * 4)
    np.testing.assert_array_equal(compiled(x, np.float64(0.3)), x * np.float64(0.3))
    assert programs(compiled) == 6  # a float is an input, an int is static


def test_numbers_of_equal_value_and_other_kind_are_told_apart() -> None:
    ints = np.arange(3)
    compiled = ag.compile(lambda x, s: x * s)
    for s in (1, 1.0, True, 1, 1.0, np.int8(1), np.float32(1)):
        assert_same(compiled(ints, s), ints * s)


def test_strings_and_flags_are_static() -> None:
    def function(x: Any, kind: str, *, twice: bool = False) -> Any:
        y = np.tanh(x) if kind == "tanh" else np.exp(x)
        return 2 * y if twice else y

    compiled = ag.compile(function)
    for kind in ("tanh", "exp", "tanh"):
        for twice in (False, True):
            assert_same(compiled(X, kind, twice=twice), function(X, kind, twice=twice))
    assert_same(compiled(X, "exp"), np.exp(X))
    assert programs(compiled) == 5


def test_a_float_argument_is_read_at_every_call_and_may_be_returned() -> None:
    compiled = ag.compile(lambda s: (s, s * 2, -s, s**2, round(s, 1), s > 0.3, np.exp(s)))
    for s in (0.25, 0.5, 0.75):
        found = compiled(s)
        assert found[:6] == (s, s * 2, -s, s**2, round(s, 1), s > 0.3)
        assert [type(each) for each in found[:6]] == [float] * 5 + [bool]
        assert_same(found[6], np.exp(s))
    assert programs(compiled) == 1


def test_reductions_are_scalars_as_numpy_has_them() -> None:
    assert_same(
        ag.compile(lambda x: (np.sum(x), x[0], x.dtype.name))(X), (X.sum(), X[0], "float64")
    )


def test_containers_of_other_kinds_are_read_again_too() -> None:
    compiled = ag.compile(lambda d: d["x"] * 2)
    given = OrderedDict(x=X)
    assert_same(compiled(given), 2 * X)
    given["x"] = X + 1
    assert_same(compiled(given), 2 * X + 2)


@given(st.lists(st.sampled_from([X, X[:2], 2.5, 3, None, "a"]), max_size=4))
def test_structure_and_shapes_make_the_program(things: list[Any]) -> None:
    compiled = ag.compile(lambda things: doubled(things))
    for given_things in (things, things[::-1], [*things, X], things):
        assert_same(compiled(given_things), doubled(given_things))


# Tensors among the arguments


def test_a_tensor_argument_gets_its_gradient_and_its_new_value() -> None:
    def step(w: Any, x: Any) -> Any:
        loss = np.sum(w * w * x)
        loss.backward()
        w.assign(w.value - 0.1 * w.grad)
        return loss

    eager, compiled = ag.Tensor(X), ag.Tensor(X)
    other = ag.Tensor(X + 1)
    program = ag.compile(step)
    for x in (np.ones(3), np.arange(3.0)):
        expected = step(eager, x)
        found = program(compiled, x)
        assert found.item() == expected.item()
        np.testing.assert_array_equal(compiled.grad, eager.grad)
        np.testing.assert_array_equal(compiled.value, eager.value)
        eager.grad = compiled.grad = None
    program(other, np.ones(3))
    np.testing.assert_array_equal(other.grad, 2 * (X + 1))
    assert compiled.grad is None
    assert programs(program) == 1


def test_gradients_are_added_to_those_that_are_there() -> None:
    w = ag.Tensor(X)
    step = ag.compile(lambda w, x: np.sum(w * x).backward())
    for times in (1, 2, 3):
        step(w, X)
        np.testing.assert_allclose(w.grad, times * X)
    w.grad = None
    step(w, X)
    np.testing.assert_array_equal(w.grad, X)


def test_one_tensor_twice_among_the_arguments() -> None:
    step = ag.compile(lambda a, b: np.sum(a * b * b).backward())
    u, v = ag.Tensor(X), ag.Tensor(X + 1)
    for first, second in ((u, v), (u, u), (v, v), (u, v)):
        u.grad = v.grad = None
        np.sum(first * second * second).backward()
        expected = [u.grad, v.grad]
        u.grad = v.grad = None
        step(first, second)
        for found, right in zip((u.grad, v.grad), expected, strict=True):
            np.testing.assert_allclose(found, right) if right is not None else None
            assert (found is None) == (right is None)


def test_a_tensor_that_is_an_argument_and_reached_otherwise() -> None:
    w, u = ag.Tensor(X), ag.Tensor(X + 1)
    step = ag.compile(lambda v, x: np.sum(w * v * x).backward())
    for argument in (w, u, w):
        w.grad = u.grad = None
        np.sum(w * argument * X).backward()
        expected = w.grad
        w.grad = u.grad = None
        step(argument, X)
        np.testing.assert_array_equal(w.grad, expected)


def test_frozen_and_constant_tensors() -> None:
    compiled = ag.compile(lambda w, x: np.sum(w * x))
    w = ag.Tensor(X)
    assert compiled(w, X).requires_grad
    w.requires_grad = False
    assert not compiled(w, X).requires_grad
    assert not compiled(w.detach(), X).requires_grad
    w.requires_grad = True
    assert compiled(w, X).requires_grad


def test_a_state_among_the_arguments() -> None:
    def step(count: ag.State, x: Any) -> Any:
        count.assign(count.value + 1)
        return x * count.value

    count = ag.State(1.0)
    compiled = ag.compile(step)
    assert [compiled(count, X)[0] for _ in range(3)] == [1.0, 1.5, 2.0]
    assert count.item() == 4.0
    assert compiled(ag.State(9.0), X)[0] == 5.0


# Results


def test_results_are_arrays_of_their_own() -> None:
    w, state, known, table = ag.Tensor(X), ag.State(X), np.array([1.0, 2.0]), np.arange(3.0)

    def function(x: Any) -> Any:
        y = np.tanh(x)
        return (
            x,
            x[1:],
            y,
            y,
            y[:2],
            w.value,
            w.value[1:],
            state.value,
            known,
            table * 1,
            np.zeros(2),
        )

    compiled = ag.compile(function)
    before = compiled(X)
    for result in compiled(X):
        result[...] = 99
    for found, expected in zip(compiled(X), before, strict=True):
        assert_same(found, expected)
    for array, expected in ((w.value, X), (state.value, X), (known, [1, 2]), (table, [0, 1, 2])):
        np.testing.assert_array_equal(array, expected)


def test_a_new_call_does_not_change_old_results() -> None:
    compiled = ag.compile(lambda x: (x * 2, np.exp(x).reshape(-1, 1), np.cumsum(x)))
    old = compiled(X)
    expected = [array.copy() for array in old]
    compiled(X + 5)
    for one, other in zip(old, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_parameter_is_returned_as_itself_and_a_new_tensor_as_a_new_one() -> None:
    w = ag.Tensor(X)

    def function(x: Any) -> Any:
        made = ag.Tensor(x)
        np.sum(made * made * w).backward()
        return w, made, ag.Tensor(np.zeros(2))

    compiled = ag.compile(function)
    for x in (X, X + 1, X + 2):
        w.grad = None
        parameter, made, zeros = compiled(x)
        assert parameter is w
        np.testing.assert_array_equal(made.value, x)
        np.testing.assert_array_equal(made.grad, 2 * x * X)
        np.testing.assert_array_equal(zeros.value, [0, 0])
        zeros.assign([5, 5])
        np.sum(made * made).backward()  # a leaf as any other
    assert programs(compiled) == 1


def test_the_result_has_no_graph() -> None:
    w = ag.Tensor(X)
    compiled = ag.compile(lambda x: np.sum(w * x))
    loss = compiled(X)
    assert isinstance(loss, ag.Tensor)
    message = r"the result of a compiled function has no graph.*ag.value_and_grad\(f\)"
    for result in (loss, compiled(X) * 2 + np.sum(w)):
        with pytest.raises(ag.GraphError, match=message):
            result.backward()
    with ag.no_grad():
        quiet = compiled(X)
    assert not quiet.requires_grad
    assert float(quiet) == np.sum(X * X)
