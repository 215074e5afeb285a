"""The checker finds what is wrong with a program that a pass has spoiled."""

import operator
from typing import Any

import numpy as np
import pytest
from interpreter import recorded

import autograd_lite as ag
from autograd_lite.compiler.checker import check
from autograd_lite.compiler.program import Instruction, Place, Program, Value, Write
from autograd_lite.compiler.trace import Cell
from autograd_lite.errors import GraphError
from autograd_lite.random import generator

PLACE = Place("", "", "")
FLOAT = np.dtype(float)


def program_of(function: Any, *args: Any) -> Program:
    return recorded(function, *args)[0]


def chain() -> Program:
    """sin, exp, sum."""
    return program_of(lambda x: np.sum(np.exp(np.sin(x))), np.ones((2, 3)))


def test_what_is_recorded_passes() -> None:
    check(chain())


def test_a_value_that_nobody_makes() -> None:
    program = chain()
    program.body.pop(0)
    with pytest.raises(GraphError, match=r"instruction 0, np\.exp: .* is read, but no input"):
        check(program)


def test_a_value_that_is_made_after_it_is_read() -> None:
    program = chain()
    program.body.reverse()
    with pytest.raises(GraphError, match=r"instruction 0, np\.add\.reduce: .* is read, but no"):
        check(program)


def test_a_result_that_nobody_makes() -> None:
    program = chain()
    program.body.pop()
    with pytest.raises(GraphError, match=r"the results and writes: .* is read, but no input"):
        check(program)


def test_a_value_that_is_made_twice() -> None:
    program = chain()
    program.body.insert(1, program.body[0])
    with pytest.raises(GraphError, match=r"instruction 1, np\.sin: .* is made a second time"):
        check(program)


@pytest.mark.parametrize(
    "out", [Value((2, 3), np.dtype(np.float32)), Value((3, 2), FLOAT), Value((), FLOAT, float)]
)
def test_a_value_of_another_shape_or_dtype(out: Value) -> None:
    program = chain()
    first = program.body[0]
    program.body[:] = [first.changed(outs=(out,))]
    program.results = [out]
    with pytest.raises(GraphError, match=r"np\.sin is said to return .*, but the function returns"):
        check(program)


def test_the_wrong_number_of_results() -> None:
    program = program_of(lambda x: np.divmod(x, 2.0), np.ones(3))
    check(program)
    program.body[0] = program.body[0].changed(outs=program.body[0].outs[:1])
    with pytest.raises(GraphError, match=r"has a sequence of 1 results, but .* sequence of 2"):
        check(program)


def test_a_constant_of_another_dtype() -> None:
    program = program_of(lambda x: x * np.float32(2), np.ones(3, np.float32))
    (value,) = program.constants
    program.constants[value] = np.ones((), FLOAT)
    with pytest.raises(GraphError, match=r"a constant is said to return float32 \(\)"):
        check(program)


def test_a_function_that_writes_into_its_argument() -> None:
    x = Value((3, 3), FLOAT)
    out = Value((), np.dtype(object))
    body = [Instruction(np.fill_diagonal, (x, 0.0), {}, (out,), PLACE)]
    with pytest.raises(GraphError, match=r"np\.fill_diagonal writes into its argument"):
        check(Program([], {x: np.ones((3, 3))}, body, [x], []))


def test_a_write_that_does_not_fit_its_target() -> None:
    state = ag.State(np.zeros(3))

    def move(x: Any) -> None:
        state.assign(state.value + x)

    program = program_of(move, np.ones(3))
    check(program)
    (write,) = program.writes
    assert type(write.target) is Cell
    other = Value((2,), FLOAT)
    program.constants[other] = np.ones(2)
    program.writes = [Write(write.target, other)]
    with pytest.raises(GraphError, match=r"write to a cell of float64 \(3,\) has float64 \(2,\)"):
        check(program)


def draws() -> Program:
    rng = np.random.default_rng(0)

    def noisy(x: Any) -> Any:
        drawn = generator(rng)
        return x + drawn.normal(size=3) * drawn.uniform(size=3)

    return program_of(noisy, np.ones(3))


def test_draws_keep_their_number_and_their_order() -> None:
    before = draws()
    check(before, before)
    swapped = before.with_body([before.body[1], before.body[0], *before.body[2:]])
    with pytest.raises(GraphError, match="or in another order"):
        check(swapped, before)
    check(swapped)  # a program of its own
    fewer = before.with_body([])
    fewer.results, fewer.writes = [], []
    with pytest.raises(GraphError, match="drew from its generators 2 times and now draws 0"):
        check(fewer, before)


def test_numbers_are_numbers() -> None:
    program = program_of(lambda x, rate: x * (1 - rate**2), np.ones(3), 0.5)
    check(program)
    at = next(i for i, each in enumerate(program.body) if each.function is operator.pow)
    program.body[at] = program.body[at].changed(outs=(Value((), FLOAT),))
    with pytest.raises(GraphError, match=r"pow is said to return float64 \(\), but .* a float"):
        check(program)
