"""What each pass makes of small programs, written out."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from interpreter import interpreted, recorded

import autograd_lite as ag
from autograd_lite.compiler.checker import check
from autograd_lite.compiler.draws import drawn
from autograd_lite.compiler.passes import PASSES, quick, run
from autograd_lite.compiler.passes.dead import dead
from autograd_lite.compiler.program import Input, Instruction, Place, Program, Value, title
from autograd_lite.core.backward import dead as dead_mark
from autograd_lite.random import generator

ROW = np.linspace(-1.0, 2.0, 4)
MATRIX = np.linspace(-1.0, 2.0, 12).reshape(3, 4)


def calls(program: Program) -> list[str]:
    """The program in one line: what it calls, in NumPy's words."""
    return [title(each.function).removeprefix("np.") for each in program.body]


def after(names: str, function: Callable[..., Any], *args: Any) -> list[str]:
    """What is called after these passes, which change neither the results nor their rules."""
    program, inputs = recorded(function, *args)
    wanted = interpreted(program, inputs)
    for name in names.split():
        before, program = program, PASSES[name](program)
        check(program, before)
        assert PASSES[name](program) is program, f"{name} is not done at once"
        for right, found in zip(wanted, interpreted(program, inputs), strict=True):
            np.testing.assert_allclose(found, right, rtol=1e-12, atol=1e-12)
            assert np.shape(found) == np.shape(right)
    return calls(program)


# Dead code


def test_dead_code_goes_and_draws_stay() -> None:
    rng = np.random.default_rng(0)

    def function(x: Any) -> Any:
        generator(rng).normal(size=2)
        np.exp(x)
        return np.sin(x)

    assert after("dead", function, ROW) == ["drawn", "sin"]


def test_constants_that_nobody_reads_go() -> None:
    program, _ = recorded(lambda x: (x * np.float64(2), x + np.float64(3)), ROW)
    program.results = program.results[0]
    assert len(dead(program).constants) == 1


# Constants


def test_constants_are_folded() -> None:
    def function(x: Any) -> Any:
        return x + np.exp(np.ones_like(x)) * np.sin(np.full_like(x, 2)).T

    assert after("folding dead", function, ROW) == ["add"]


def test_numbers_are_folded() -> None:
    one, two = Value((), np.dtype(float), float), Value((), np.dtype(float), float)
    x, y = Value((4,), np.dtype(float)), Value((4,), np.dtype(float))
    place = Place("", "", "")
    body = [
        Instruction(operator.mul, (2.0, 3.0), {}, (one,), place),
        Instruction(operator.pow, (one, 2), {}, (two,), place),
        Instruction(np.multiply, (x, one), {}, (y,), place),
    ]
    program = Program([Input(x, None)], {}, body, [y, two], [])
    done = PASSES["folding"](program)
    check(done, program)
    assert calls(done) == ["pow", "multiply"]  # results are values, which a number is not
    assert done.body[1].args == (x, 6.0)


def test_large_results_are_not_folded() -> None:
    def function(x: Any) -> Any:
        return x + np.outer(np.exp(np.ones_like(x[0])), np.arange(600.0))

    left = after("folding dead", function, np.zeros((600, 600)))
    assert left == ["outer", "add"]


# Common subexpressions


@pytest.mark.parametrize(
    ("function", "count"),
    [
        (lambda x: np.sin(x) + np.sin(x), 2),
        (lambda x: np.sum(x, axis=0) + np.sum(x, axis=0), 2),
        (lambda x: (x * 2) + (x * 2), 2),
        (lambda x: (x * 2) + (2 * x), 2),
        (lambda x: (x * 2) + (x * 2.0), 3),
        (lambda x: (x * 1) + (x * True), 3),
        (lambda x: (x * 0.0) + (x * -0.0), 3),
        (lambda x: (x - 2.0) + (2.0 - x), 3),
        (lambda x: x[0] + x[0], 2),
        (lambda x: x[0] + x[1], 3),
        (lambda x: x[0:2] + x[0:2], 2),
        (lambda x: np.maximum(x, np.float64(2)) + np.maximum(x, np.float64(2)), 2),
        (lambda x: np.maximum(x, np.float64(2)) + np.maximum(x, np.float64(3)), 3),
        (lambda x: np.sum(x, axis=0)[0] + np.sum(x, axis=0, keepdims=True)[0, 0], 5),
    ],
)
def test_equal_calls_are_shared(function: Callable[[Any], Any], count: int) -> None:
    assert len(after("sharing", function, MATRIX)) == count


def test_draws_are_never_shared_or_folded() -> None:
    rng = np.random.default_rng(0)

    def function(x: Any) -> Any:
        return x + generator(rng).normal(size=4) - generator(rng).normal(size=4)

    program, inputs = recorded(function, ROW)
    done, _ = run(program)
    check(done, program)
    assert sum(each.function is drawn for each in done.body) == 2
    np.testing.assert_array_equal(interpreted(done, inputs)[0], interpreted(program, inputs)[0])


# The guards of the strong zero


def guards(function: Callable[..., Any], *args: Any) -> int:
    """How many guards are left in a gradient."""
    program, inputs = recorded(ag.grad(function), *args)
    done = PASSES["dead"](PASSES["strong"](PASSES["dead"](program)))
    check(done, program)
    for right, found in zip(interpreted(program, inputs), interpreted(done, inputs), strict=True):
        np.testing.assert_array_equal(right, found)
    return sum(each.function.__name__ in ("dead", "all_dead") for each in done.body)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.sum(np.tanh(x * x) * np.sin(x)),
        lambda x: np.sum(ag.relu(x @ np.ones((4, 3))) ** 2),
        lambda x: np.sum(ag.softmax(x) * np.arange(4.0)),
        lambda x: np.sum(ag.layer_norm(x, 4) * np.arange(4.0)),
        lambda x: ag.cross_entropy(x, np.array([0, 1, 2])),
        lambda x: np.sum(ag.gelu(x, approximate="tanh") / 3),
        lambda x: np.sum(1 / np.sqrt(x * x + 1)),
        lambda x: np.sum(ag.sigmoid(x) ** 2),
    ],
)
def test_guards_go_where_nothing_is_infinite(function: Callable[[Any], Any]) -> None:
    assert guards(function, MATRIX) == 0


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.sum(np.where(x > 0, np.sqrt(np.maximum(x, 0)), 0)),
        lambda x: np.sum(np.where(x > 0, np.log(np.abs(x)), 0)),
        lambda x: np.sum(np.where(x > 0, 1 / np.maximum(x, 0), 0)),
        lambda x: np.sum(np.where(x > 5, np.exp(1000 * x), x)),
        lambda x: np.sum(np.where(x > 0, np.maximum(x, 0) ** 0.5, 0)),
    ],
)
def test_guards_stay_where_something_may_be_infinite(function: Callable[[Any], Any]) -> None:
    x = MATRIX.copy()
    x[0, 0] = 0.0
    assert guards(function, x) > 0


def test_quick_takes_all_guards_away() -> None:
    program, _ = recorded(ag.grad(lambda x: np.sum(np.sqrt(x) * x)), MATRIX)
    done, found = quick(program)
    assert found
    check(done, program)
    assert "dead" not in calls(dead(done))
    assert not quick(dead(done))[1]
    assert any(each.function is dead_mark for each in program.body)


@pytest.mark.parametrize("axis", [0, 1])
def test_a_sum_along_another_axis_may_be_zero(axis: int) -> None:
    def function(x: Any) -> Any:
        e = np.exp(x - np.max(x, axis=1, keepdims=True))
        return np.sum(np.where(x > 0, e / np.sum(e, axis=axis, keepdims=True), 0))

    assert (guards(function, MATRIX) > 0) == (axis == 0)


def test_a_condition_that_is_known_is_no_condition() -> None:
    def function(x: Any) -> Any:
        yes = np.full_like(x, True, dtype=bool)
        return np.where(yes, np.sin(x), np.cos(x)) + np.where(~yes, np.tanh(x), np.sqrt(x))

    assert after("dead folding strong dead", function, ROW + 2) == ["sin", "sqrt", "add"]


# Identities


@pytest.mark.parametrize(
    ("function", "left"),
    [
        (lambda x: np.sin(x * 1), ["sin"]),
        (lambda x: np.sin(1.0 * x / 1), ["sin"]),
        (lambda x: np.sin(x - 0), ["sin"]),
        (lambda x: np.sin(x + 0), ["add", "sin"]),
        (lambda x: np.sin(x - -0.0), ["subtract", "sin"]),
        (lambda x: x * -1, ["negative"]),
        (lambda x: np.negative(np.negative(np.sin(x))), ["sin"]),
        (lambda x: np.power(np.sin(x), 1), ["sin"]),
        (lambda x: np.power(x, 2), ["square"]),
        (lambda x: np.reshape(np.reshape(np.sin(x), 12), (4, 3)), ["sin", "reshape"]),
        (lambda x: np.reshape(np.reshape(np.sin(x), -1), (3, 4)), ["sin"]),
        (lambda x: np.sin(x).T.T, ["sin"]),
        (lambda x: np.transpose(np.ones((2, 1, 1)) * x, (1, 2, 0)).transpose(1, 2, 0),
         ["multiply", "transpose"]),
        (lambda x: np.broadcast_to(np.sin(x), (3, 4)), ["sin"]),
        (lambda x: np.broadcast_to(np.broadcast_to(np.sin(x), (1, 3, 4)), (2, 3, 4)),
         ["sin", "broadcast_to"]),
        (lambda x: np.cos(np.copy(np.sin(x))), ["sin", "cos"]),
        (lambda x: np.cos(np.copy(x)), ["copy", "cos"]),
        (lambda x: np.cos(np.copy(np.sin(x).T)), ["sin", "transpose", "copy", "cos"]),
        (lambda x: np.where(x > 0, np.sin(x), np.sin(x)), ["sin"]),
        (lambda x: np.conjugate(np.real(np.sin(x))), ["sin"]),
        (lambda x: np.float64(1) * np.sin(x), ["sin"]),
        (lambda x: np.ones((3, 4)) * np.sin(x), ["sin"]),
        (lambda x: np.ones((2, 3, 4)) * np.sin(x), ["sin", "multiply"]),
    ],
)  # fmt: skip
def test_identities(function: Callable[[Any], Any], left: list[str]) -> None:
    assert after("sharing identities dead", function, MATRIX) == left


def test_a_factor_of_one_that_changes_the_dtype_stays() -> None:
    x = MATRIX.astype(np.float32)
    assert after("identities", lambda x: x * np.float64(1), x) == ["multiply"]


def test_a_result_is_copied_if_it_was_asked_for_twice() -> None:
    def function(x: Any) -> Any:
        y = np.sin(x)
        return y, np.copy(y)

    assert after("identities dead", function, MATRIX) == ["sin", "copy"]


# Slices


@pytest.mark.parametrize(
    ("function", "left"),
    [
        (lambda x: np.sin(x)[:], ["sin"]),
        (lambda x: np.sin(x)[0:3, ...], ["sin"]),
        (lambda x: np.stack([np.sin(x), np.cos(x)])[1], ["cos"]),
        (lambda x: np.stack([np.sin(x), np.cos(x)])[-1, 1:], ["cos", "getitem"]),
        (lambda x: np.stack([np.sin(x), np.cos(x)])[:, 1], ["sin", "cos", "stack", "getitem"]),
        (lambda x: np.concatenate([np.sin(x), np.cos(x)])[3:], ["cos"]),
        (lambda x: np.concatenate([np.sin(x), np.cos(x)])[4], ["cos", "getitem"]),
        (lambda x: np.concatenate([np.sin(x), np.cos(x)], axis=1)[:, :4], ["sin"]),
        (lambda x: np.concatenate([np.sin(x), np.cos(x)])[2:5],
         ["sin", "cos", "concatenate", "getitem"]),
        (lambda x: x[1:][1, ::2][1:], ["getitem"]),
        (lambda x: x[:, 1:][:, 1:][2], ["getitem"]),
        (lambda x: np.reshape(np.stack([x, np.sin(x), np.cos(x), x]), (2, 2, 3, 4))[1, 0], ["cos"]),
        (lambda x: x[np.array([0, 1])][0], ["getitem", "getitem"]),
        (lambda x: x[::-1][0], ["getitem", "getitem"]),
        (lambda x: x[None][0], ["getitem", "getitem"]),
    ],
)  # fmt: skip
def test_slices_of_what_was_joined(function: Callable[[Any], Any], left: list[str]) -> None:
    assert after("indexing dead", function, MATRIX) == left


def test_slices_have_one_spelling() -> None:
    def function(x: Any) -> Any:
        return x[0:2] + x[:2, :] + x[:2, 0:4] + x[..., :][:-1] + x[:2:1]

    assert after("indexing sharing dead", function, MATRIX) == [
        "getitem",
        "add",
        "add",
        "add",
        "add",
    ]


def test_what_was_scattered_is_there_or_zero() -> None:
    def function(x: Any) -> Any:
        y = np.zeros_like(x)
        y[1] = np.sin(x[1])
        return y[1], y[0]

    assert after("indexing folding dead", function, MATRIX) == ["getitem", "sin", "full"]


# Broadcasting


@pytest.mark.parametrize(
    ("function", "left"),
    [
        (lambda x: np.broadcast_to(x[0], (3, 4)) * x, ["getitem", "multiply"]),
        (lambda x: np.broadcast_to(x[0], (3, 4)) * 2, ["getitem", "broadcast_to", "multiply"]),
        (lambda x: np.full((3, 4), 2.0) * np.zeros_like(x) + x, ["full", "multiply", "add"]),
        (lambda x: np.where(x > 0, np.broadcast_to(x[0], (3, 4)), x),
         ["greater", "getitem", "where"]),
    ],
)  # fmt: skip
def test_broadcasts_are_left_to_the_functions(
    function: Callable[[Any], Any], left: list[str]
) -> None:
    assert after("broadcasting dead", function, MATRIX) == left


def test_a_constant_that_is_one_number_is_written_as_it() -> None:
    program, _ = recorded(lambda x: np.full_like(x, 3.0) * x, MATRIX)
    done = dead(PASSES["broadcasting"](program))
    assert done.body[0].args[0] == 3.0


def test_a_constant_of_different_numbers_stays() -> None:
    program, inputs = recorded(lambda x: np.cumsum(np.full_like(x, 3.0)) * x, ROW)
    done = PASSES["broadcasting"](PASSES["folding"](program))
    check(done, program)
    np.testing.assert_array_equal(interpreted(done, inputs)[0], np.arange(3.0, 13, 3) * ROW)


# Constants gathered


@pytest.mark.parametrize(
    ("function", "left"),
    [
        (lambda x: x * 2.0 * 3.0, ["multiply"]),
        (lambda x: (x + 2.0) + 3.0, ["add"]),
        (lambda x: (x - 2.0) + 2.0, []),
        (lambda x: (x * 2.0 + 1.0) * 3.0 - 1.0, ["multiply", "add"]),
        (lambda x: 3.0 - (1.0 - x), ["add"]),
        (lambda x: 3.0 - (1.0 + x), ["subtract"]),
        (lambda x: (x + 1.0) * 2.0, ["add", "multiply"]),
        (lambda x: x / 3.0, ["multiply"]),
        (lambda x: 3.0 / x, ["divide"]),
        (lambda x: x / 0.0, ["divide"]),
        (lambda x: x * 1e200 * 1e200, ["multiply", "multiply"]),
        (lambda x: x * 1e-200 * 1e-200, ["multiply", "multiply"]),
        (lambda x: np.sum(x) * (2.0 * np.sin(x)), ["add.reduce", "sin", "multiply", "multiply"]),
        (lambda x: x + 0, []),
        (lambda x: np.power(x, 3), ["square", "multiply"]),
        (lambda x: np.power(np.abs(x), 0.5), ["absolute", "sqrt"]),
        (lambda x: np.power(x, -1), ["divide"]),
        (lambda x: np.sum(np.ones_like(x), axis=0) * np.sin(x), ["full", "sin", "multiply"]),
        (lambda x: np.sum(x[:1], axis=0), ["getitem", "reshape"]),
    ],
)
def test_constants_are_gathered(function: Callable[[Any], Any], left: list[str]) -> None:
    x = MATRIX[1:] + 0.1
    program, inputs = recorded(function, x)
    done = dead(PASSES["reassociation"](program))
    check(done, program)
    assert calls(done) == left
    np.testing.assert_allclose(
        interpreted(done, inputs)[0], interpreted(program, inputs)[0], rtol=1e-12, atol=1e-12
    )


def test_a_value_with_two_readers_is_not_computed_twice() -> None:
    def function(x: Any) -> Any:
        y = x * 2.0 + 1.0
        return y, y * 3.0

    assert after("reassociation dead", function, ROW) == ["multiply", "add", "multiply"]


def test_scalars_meet_before_arrays() -> None:
    program, _ = recorded(lambda s, x: s * (2.0 * np.sin(x)), np.array(3.0), ROW)
    done = dead(PASSES["reassociation"](program))
    assert [each.out.shape for each in done.body] == [(4,), (), (4,)]


@pytest.mark.parametrize(
    ("function", "left"),
    [
        (lambda x, y: (x * 2.0) * y, ["multiply", "multiply"]),
        (lambda x, y: (x * 2.0) * (y * 3.0), ["multiply", "multiply"]),
        (lambda x, y: ((x * 3.0 + 1.0) * y) * 2.0, ["multiply", "add", "multiply"]),
        (
            lambda x, y: (x * 2.0 * y) * (1.0 + (0.25 * x) * x),
            ["multiply"] * 3 + ["add", "multiply"],
        ),
        (lambda x, y: np.sum(x * 2.0) * np.sum(3.0 * y), ["add.reduce"] * 2 + ["multiply"] * 2),
        (lambda x, y: np.sum(x * x[0]) * y, ["getitem", "multiply", "add.reduce", "multiply"]),
    ],
)
def test_factors_meet(function: Callable[..., Any], left: list[str]) -> None:
    program, inputs = recorded(function, MATRIX, MATRIX + 1)
    names = ["dead", "identities", "sharing", "folding", "reassociation", "factors"]
    done, _ = run(program, switched_off=set(PASSES) - set(names))
    check(done, program)
    assert calls(done) == left
    np.testing.assert_allclose(
        interpreted(done, inputs)[0], interpreted(program, inputs)[0], rtol=1e-12
    )


@pytest.mark.parametrize(
    ("function", "left"),
    [
        (lambda x, y: x + y + x + y + x, ["multiply", "add", "add"]),
        (lambda x, y: (x + y) + (x + y), ["add", "add"]),
        (lambda x, y: x + 1.0 + x + y + x, ["multiply", "add", "add"]),
    ],
)
def test_like_terms(function: Callable[..., Any], left: list[str]) -> None:
    assert after("sharing liketerms", function, MATRIX, MATRIX + 1) == left


def test_squares_are_shared() -> None:
    def function(x: Any) -> Any:
        return x * x, (np.sin(x) * x) * x

    assert after("factors sharing dead", function, MATRIX) == ["multiply", "sin", "multiply"]


# Joining


@pytest.mark.parametrize(
    ("function", "joined"),
    [
        (lambda x: np.sum(np.sin(x[0]) * np.cos(x[1]) + np.tanh(x[2])), "stack"),
        (lambda x: np.sum(np.sin(x[:, :2]) * np.cos(x[:, 2:])), "concatenate"),
        (lambda x: np.sum(np.sin(x[0]) * np.cos(x[2])), "concatenate"),
    ],
)
def test_scattered_pieces_are_joined(function: Callable[[Any], Any], joined: str) -> None:
    left = after("dead strong indexing sharing scattering dead", ag.grad(function), MATRIX)
    assert not {"written", "add_at"} & set(left)
    assert joined in left


def test_pieces_that_overlap_are_added_up() -> None:
    gradient = ag.grad(lambda x: np.sum((x[1:] - x[:-1]) ** 2))
    left = after("dead strong indexing sharing scattering dead", gradient, ROW)
    assert left.count("written") + left.count("add_at") == 2


# Products


def test_a_stack_times_a_matrix_is_one_product() -> None:
    left = after("layout", lambda x, w: x @ w, np.ones((2, 3, 4)), np.ones((4, 5)))
    assert left == ["reshape", "matmul", "reshape"]


def test_the_gradient_of_a_matrix_is_one_product() -> None:
    gradient = ag.grad(lambda w, x: np.sum(np.sin(x @ w)))
    x = np.linspace(0, 1, 24).reshape(2, 3, 4)
    left = after("dead strong sharing layout identities dead", gradient, MATRIX.T, x)
    assert left.count("matmul") == 2
    assert "add.reduce" not in left


def test_a_sum_of_products_over_rows_stays() -> None:
    def function(x: Any, y: Any) -> Any:
        return np.sum(np.transpose(x, (0, 2, 1)) @ y, axis=(0, 1))

    x = np.linspace(0, 1, 24).reshape(2, 3, 4)
    assert after("layout", function, x, x + 1) == ["transpose", "matmul", "add.reduce"]


@pytest.mark.parametrize(
    ("shapes", "left"),
    [
        (((2, 9), (9, 3)), ["matmul", "multiply"]),
        (((9, 9), (9, 1)), ["matmul", "multiply"]),
        (((9, 2), (2, 9)), ["multiply", "matmul"]),
    ],
)
def test_factors_go_where_they_are_small(shapes: Any, left: list[str]) -> None:
    x, y = (np.linspace(0, 1, m * n).reshape(m, n) for m, n in shapes)
    assert after("layout dead", lambda x, y: (2.0 * x) @ y, x, y) == left
    assert after("layout dead", lambda x, y: 2.0 * (x @ y), x, y) == left


# Recurrences


def recurrence(x: Any, w: Any, u: Any, b: Any) -> Any:
    h = np.zeros((3, 2))
    for t in range(6):
        h = np.tanh(x[t] @ w + h @ u + b)
    return np.sum(h**2)


ALL = list(PASSES)


def parameters() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return tuple(rng.normal(size=shape) for shape in [(6, 3, 5), (5, 2), (2, 2), (2,)])


def test_steps_of_a_sequence_are_multiplied_at_once() -> None:
    left = after("indexing hoisting", recurrence, *parameters())
    assert left.count("matmul") == 7
    assert left.count("add") == 7


def test_a_gradient_by_a_repeated_weight_is_one_product() -> None:
    gradient = ag.grad(recurrence, argnums=(1, 2, 3))
    program, inputs = recorded(gradient, *parameters())
    done, _ = run(program)
    check(done, program)
    # One product of all x, six by u forwards and five backwards, and one for each of w and u.
    assert calls(done).count("matmul") == 1 + 6 + 5 + 2
    assert calls(done).count("add.reduce") == 1
    assert calls(done).count("concatenate") == 2
    for right, found in zip(interpreted(program, inputs), interpreted(done, inputs), strict=True):
        np.testing.assert_allclose(found, right, rtol=1e-10)


def test_short_sums_of_products_stay() -> None:
    def function(a: Any, b: Any) -> Any:
        return a @ b + np.sin(a) @ b + np.cos(a) @ b

    left = after("contracting dead", function, MATRIX, MATRIX.T)
    assert left.count("matmul") == 3


def test_steps_that_are_not_next_to_each_other() -> None:
    def function(x: Any, y: Any) -> Any:
        total = x[0].T @ np.sin(y[0])
        for t in (5, 2, 3):
            total = total + x[t].T @ np.sin(y[t])
        return total

    x = np.linspace(0, 1, 36).reshape(6, 3, 2)
    left = after("indexing contracting dead", function, x, x + 1)
    assert left.count("matmul") == 1


# All of them


def test_passes_can_be_switched_off() -> None:
    program, _ = recorded(lambda x: np.sin(x * 1) + np.sin(x * 1), ROW)
    done, removed = run(program, switched_off={"sharing", "identities", "reassociation"})
    assert calls(done) == calls(program)
    assert set(removed) == set(PASSES) - {"sharing", "identities", "reassociation"}
    done, removed = run(program)
    assert calls(done) == ["sin", "add"]
    assert sum(removed.values()) == len(program.body) - len(done.body)


def test_what_is_done_is_left_alone() -> None:
    program, _ = recorded(ag.grad(recurrence, argnums=(1, 2, 3)), *parameters())
    done, _ = run(program)
    again, removed = run(done)
    assert again is done
    assert set(removed.values()) == {0}


def test_inputs_and_writes_are_kept() -> None:
    state = ag.State(np.zeros(3))

    def step(x: Any, unused: Any) -> Any:
        state.assign(state.value + x * 1)
        return state.value * 2.0

    program, inputs = recorded(step, np.ones(3), np.ones(2))
    done, _ = run(program)
    check(done, program)
    assert done.inputs == program.inputs
    assert [write.target for write in done.writes] == [write.target for write in program.writes]
    for right, found in zip(interpreted(program, inputs), interpreted(done, inputs), strict=True):
        np.testing.assert_array_equal(right, found)
