"""Whether a program is one: what every pass must leave true. For tests, and for bisecting."""

import operator
from typing import Any

import numpy as np

from autograd_lite.compiler.cells import held
from autograd_lite.compiler.draws import drawn
from autograd_lite.compiler.passes.inferring import outs_of
from autograd_lite.compiler.program import Instruction, Program, Value, Write, collect, title
from autograd_lite.compiler.trace import Cell, Grad
from autograd_lite.errors import GraphError

# Functions that write into an argument, which the values of a program never suffer.
IN_PLACE = {np.put_along_axis, np.put, np.place, np.putmask, np.fill_diagonal, np.copyto,
            operator.setitem}  # fmt: skip


def check(program: Program, before: Program | None = None) -> None:
    """Raise if a program could not run, or draws other numbers than the program `before` a pass.

    Every value is made once, before it is read; it has the shape and dtype that NumPy gives it;
    what is written fits its target; every draw of `before` is there, once, in its order.
    """
    made = set(program.constants)
    for value, array in program.constants.items():
        require_like(value, array, "a constant")
    for value, _ in program.inputs:
        require_new(value, made, "the inputs")
        made.add(value)
    for at, instruction in enumerate(program.body):
        where = f"instruction {at}, {title(instruction.function)}"
        check_instruction(instruction, made, where)
        for out in instruction.outs:
            require_new(out, made, where)
            made.add(out)
    for value in program.leaving():
        require_made(value, made, "the results and writes")
    for write in program.writes:
        check_write(write)
    if before is not None:
        check_draws(before, program)


def check_instruction(instruction: Instruction, made: set[Value], where: str) -> None:
    for value in instruction.reads():
        require_made(value, made, where)
    if instruction.function in IN_PLACE:
        raise GraphError(
            f"{where} writes into its argument, but a value never changes. Use a function that "
            "returns a new array."
        )
    outs, many = outs_of(instruction.function, instruction.args, instruction.kwargs)
    if many != instruction.many or len(outs) != len(instruction.outs):
        raise GraphError(
            f"{where} has {counted(instruction.outs, instruction.many)}, but the function returns "
            f"{counted(outs, many)}. Make the instruction anew from its function."
        )
    for out, right in zip(instruction.outs, outs, strict=True):
        require_equal(out, right, where)


def counted(outs: tuple[Value, ...], many: bool) -> str:
    return f"a sequence of {len(outs)} results" if many else "one result"


def require_new(value: Value, made: set[Value], where: str) -> None:
    if value in made:
        raise GraphError(
            f"{where}: {value!r} is made a second time, but every value is made once. Give the "
            "second one a new Value."
        )


def require_made(value: Value, made: set[Value], where: str) -> None:
    if value not in made:
        raise GraphError(
            f"{where}: {value!r} is read, but no input, constant or earlier instruction makes it. "
            "The pass has dropped or moved its instruction."
        )


def require_equal(found: Value, right: Value, where: str) -> None:
    if (found.shape, found.dtype, found.number) != (right.shape, right.dtype, right.number):
        raise GraphError(
            f"{where} is said to return {described(found)}, but the function returns "
            f"{described(right)}. The pass has changed what it is called with."
        )


def require_like(value: Value, array: Any, where: str) -> None:
    require_equal(value, Value(np.shape(array), array.dtype), where)


def check_write(write: Write) -> None:
    """A gradient may be None, which takes it away; other targets need an array that fits."""
    target = write.target
    if type(write.value) is not Value or type(target) not in (Cell, Grad):
        return
    place = held(target.owner) if type(target) is Cell else target.node
    value = write.value
    if value.shape != tuple(place.shape) or value.dtype != place.dtype:
        raise GraphError(
            f"the write to a {type(target).__name__.lower()} of {place.dtype} "
            f"{tuple(place.shape)} has {described(value)}. Its shape and dtype must stay as they "
            "are."
        )


def check_draws(before: Program, after: Program) -> None:
    old, new = draws(before), draws(after)
    if len(old) != len(new) or any(a is not b for a, b in zip(old, new)):
        raise GraphError(
            f"the program drew from its generators {len(old)} times and now draws {len(new)} "
            "times, or in another order. A draw moves its generator, so each one must stay."
        )


def draws(program: Program) -> list[Value]:
    """What is drawn from generators, in its order."""
    found: list[Value] = []
    for instruction in program.body:
        if instruction.function is drawn:
            collect(instruction.outs, found)
    return found


def described(value: Value) -> str:
    return f"a {value.number.__name__}" if value.number else f"{value.dtype} {value.shape}"
