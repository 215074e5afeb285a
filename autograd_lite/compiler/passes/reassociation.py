"""Constants of sums and products gathered: equal but for rounding, and for the sign of a zero.

Every rule here may change last bits, so that this pass is the one to switch off where a program is
to give eager mode's very numbers. `(x * a + b) * c` becomes `x * (a * c) + b * c`, with constants
computed in float64; a quotient by a constant becomes a product; scalars meet before arrays.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.compiler.passes.walk import Rules, Walk
from autograd_lite.compiler.program import Instruction, Program, Value

rules = Rules()


def reassociation(program: Program) -> Program:
    """The program with constants and scalars gathered."""
    return rules.apply(program)


class Line(NamedTuple):
    """x * scale + shift, and how many instructions it takes as it stands."""

    x: Value
    scale: float
    shift: float
    length: int


@rules.on(np.multiply, np.add, np.subtract, np.divide, np.negative)
def gathered(walk: Walk, instruction: Instruction) -> Any:
    """A chain of sums and products with constants, as one product and one sum."""
    line = line_of(walk, instruction)
    if line is None:
        return None
    written = written_length(line)
    quotient = instruction.function is np.divide and line.length == 1
    if (written < line.length or quotient) and fits(line, instruction.out.dtype):
        return as_written(walk, line)
    return None


def written_length(line: Line) -> int:
    """How many instructions `as_written` takes."""
    if line.scale == -1:
        return 1
    return (line.scale != 1) + (line.shift != 0)


def as_written(walk: Walk, line: Line) -> Value:
    x = line.x
    if line.scale == -1 and line.shift:
        return walk.call(np.subtract, line.shift, x)
    if line.scale == -1:
        return walk.call(np.negative, x)
    if line.scale != 1:
        x = walk.call(np.multiply, x, line.scale)
    if line.shift:
        x = walk.call(np.add, x, line.shift)
    return x


def line_of(walk: Walk, instruction: Instruction) -> Line | None:
    """What an instruction computes of an array and known numbers, as far back as only it asks."""
    found = step_of(walk, instruction)
    if found is None:
        return None
    x, scale, shift = found
    length = 1
    while walk.uses(x) == 1:
        before = walk.makers.get(x)
        inner = step_of(walk, before) if before is not None else None
        if inner is None or x.dtype != inner[0].dtype:
            break
        x, scale, shift = inner[0], inner[1] * scale, inner[2] * scale + shift
        length += 1
    return Line(x, scale, shift, length)


def step_of(walk: Walk, instruction: Instruction) -> tuple[Value, float, float] | None:
    """x, a and b of an instruction that is x * a + b with known numbers a and b."""
    function, args, out = instruction.function, instruction.args, instruction.outs[0]
    if instruction.kwargs or out.dtype.kind != "f" or function not in STEPS:
        return None
    if function is np.negative:
        return (args[0], -1.0, 0.0) if is_array(args[0], out) else None
    for x, other, forwards in ((args[0], args[1], True), (args[1], args[0], False)):
        if is_array(x, out):
            number = walk.number(other)
            if isinstance(number, int | float):
                scale_shift = STEPS[function](float(number), forwards)
                return None if scale_shift is None else (x, *scale_shift)
    return None


def over(number: float, forwards: bool) -> tuple[float, float] | None:
    return (1 / number, 0.0) if forwards and number else None


STEPS: dict[Any, Any] = {
    np.multiply: lambda number, forwards: (number, 0.0),
    np.add: lambda number, forwards: (1.0, number),
    np.subtract: lambda number, forwards: (1.0, -number) if forwards else (-1.0, number),
    np.divide: over,
    np.negative: lambda number, forwards: None,
}


def is_array(x: Any, out: Value) -> bool:
    """Whether this operand alone gives the result its shape and dtype."""
    return type(x) is Value and not x.number and x.shape == out.shape and x.dtype == out.dtype


def fits(line: Line, dtype: np.dtype[Any]) -> bool:
    """Whether the constants are ordinary numbers of this dtype."""
    limits = np.finfo(dtype)
    return line.scale != 0 and all(
        number == 0 or limits.tiny <= abs(number) <= limits.max
        for number in (line.scale, line.shift)
    )


@rules.on(np.multiply)
def scalars_first(walk: Walk, instruction: Instruction) -> Any:
    """s * (t * x) as (s * t) * x, where s and t are scalars and x is an array."""
    if instruction.kwargs or not instruction.out.shape:
        return None
    for s, product in (instruction.args[:2], instruction.args[1::-1]):
        inner = walk.maker(product, np.multiply)
        if inner is None or not is_scalar(s, instruction.out) or walk.uses(product) > 1:
            continue
        for t, x in (inner.args[:2], inner.args[1::-1]):
            if is_scalar(t, instruction.out) and is_array(x, instruction.out):
                if type(s) is not Value and type(t) is not Value:
                    continue
                return walk.call(np.multiply, walk.call(np.multiply, s, t), x)
    return None


def is_scalar(s: Any, out: Value) -> bool:
    if type(s) is Value:
        return not s.shape and not s.number and s.dtype == out.dtype
    return type(s) in (int, float)


@rules.on(np.add, np.subtract)
def plus_nothing(walk: Walk, instruction: Instruction) -> Any:
    """x + 0, which would make -0.0 a 0.0."""
    x, y = instruction.args[:2]
    if instruction.kwargs:
        return None
    if walk.number(y) == 0:
        return x
    return y if instruction.function is np.add and walk.number(x) == 0 else None


@rules.on(np.power)
def written_out(walk: Walk, instruction: Instruction) -> Any:
    """The powers that are products, quotients or roots."""
    x, y = instruction.args[:2]
    number = walk.number(y)
    if instruction.kwargs or not is_array(x, instruction.out) or x.dtype.kind != "f":
        return None
    if number == 0.5:
        return walk.call(np.sqrt, x)
    if number == 3:
        return walk.call(np.multiply, walk.call(np.square, x), x)
    if number == 4:
        return walk.call(np.square, walk.call(np.square, x))
    if number == -1:
        return walk.call(np.divide, 1, x)
    if number == -2:
        return walk.call(np.divide, 1, walk.call(np.square, x))
    return None


@rules.on(np.add.reduce)
def sum_of_equals(walk: Walk, instruction: Instruction) -> Any:
    """The sum of what was broadcast, or of one number, along axes of size one, or of no axes."""
    x = instruction.args[0]
    if set(instruction.kwargs) - {"axis", "keepdims"} or type(x) is not Value:
        return None
    out = instruction.out
    if x.size == out.size and x.dtype == out.dtype:
        return walk.call(np.reshape, x, out.shape)
    number = walk.number(x)
    if isinstance(number, float) and out.size and x.dtype == out.dtype:
        total = number * (x.size // out.size)
        if math.isfinite(total):
            return walk.call(np.full, out.shape, total, out.dtype)
    return None
