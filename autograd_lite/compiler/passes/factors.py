"""Constant factors moved outwards, to where they meet others: equal but for rounding.

`(x * 2) * y` becomes `(x * y) * 2`; a factor that has met nothing else is taken into a sum whose
terms have one, `(w * 3 + 1) * x * 2` becoming `(w * 6 + 2) * x`, or comes after a sum over axes.
"""

from typing import Any

import numpy as np

from autograd_lite.compiler.passes.reassociation import Line, fits, is_array
from autograd_lite.compiler.passes.walk import Rules, Walk
from autograd_lite.compiler.program import Instruction, Program, Value

rules = Rules()


def factors(program: Program) -> Program:
    """The program with constant factors as late as they can be."""
    return rules.apply(program)


@rules.on(np.multiply)
def outwards(walk: Walk, instruction: Instruction) -> Any:
    """(x * a) * y as (x * y) * a."""
    out = instruction.out
    if instruction.kwargs or out.dtype.kind != "f":
        return None
    for product, y in (instruction.args[:2], instruction.args[1::-1]):
        found = scaled(walk, product, out)
        if found is None or walk.uses(product) != 1 or walk.number(y) is not None:
            continue
        if is_array(y, out):
            return walk.call(np.multiply, walk.call(np.multiply, found[0], y), found[1])
    return None


@rules.on(np.multiply)
def into_a_product(walk: Walk, instruction: Instruction) -> Any:
    """(x * y) * c, where x or y has a factor for c to meet."""
    found = scaled(walk, instruction.out, instruction.out, instruction)
    if found is None:
        return None
    product, factor = found
    made = walk.maker(product, np.multiply)
    if made is None or made.kwargs or walk.uses(product) != 1:
        return None
    for x, y in (made.args, made.args[::-1]):
        if is_array(x, instruction.out) and is_array(y, instruction.out):
            result = met(walk, x, y, factor)
            if result is not None:
                return result
    return None


def met(walk: Walk, x: Value, y: Value, factor: float) -> Value | None:
    """x * y * factor, if the factor costs nothing in x."""
    inner = scaled(walk, x, x)
    if inner is not None and fits(Line(x, inner[1] * factor, 0, 0), x.dtype):
        return walk.call(np.multiply, walk.call(np.multiply, inner[0], y), inner[1] * factor)
    line = shifted(walk, x)
    if line is None or not fits(Line(x, line[1] * factor, line[2] * factor, 0), x.dtype):
        return None
    w, scale, shift = line
    terms = walk.call(np.multiply, w, scale * factor)
    return walk.call(np.multiply, walk.call(np.add, terms, shift * factor), y)


def shifted(walk: Walk, x: Value) -> tuple[Value, float, float] | None:
    """w, a and b of w * a + b, if nobody else reads it."""
    made = walk.maker(x, np.add)
    if made is None or made.kwargs or walk.uses(x) != 1:
        return None
    for product, shift in (made.args, made.args[::-1]):
        number = walk.number(shift)
        found = scaled(walk, product, x)
        if found is not None and isinstance(number, int | float) and walk.uses(product) == 1:
            return *found, float(number)
    return None


def scaled(
    walk: Walk, x: Any, like: Value, made: Instruction | None = None
) -> tuple[Value, float] | None:
    """The array and the known number whose product `x` is."""
    made = made or walk.maker(x, np.multiply)
    if made is None or made.kwargs or like.dtype.kind != "f":
        return None
    for array, factor in (made.args[:2], made.args[1::-1]):
        number = walk.number(factor)
        if isinstance(number, int | float) and is_array(array, like):
            return array, float(number)
    return None


@rules.on(np.multiply)
def squares(walk: Walk, instruction: Instruction) -> Any:
    """(x * y) * y as x * (y * y), whose square may be there already."""
    out = instruction.out
    if instruction.kwargs or out.dtype.kind != "f":
        return None
    for product, y in (instruction.args[:2], instruction.args[1::-1]):
        made = walk.maker(product, np.multiply)
        if made is None or made.kwargs or walk.uses(product) != 1 or not is_array(y, out):
            continue
        for x, again in (made.args[:2], made.args[1::-1]):
            if again is y and x is not y and is_array(x, out):
                return walk.call(np.multiply, x, walk.call(np.multiply, y, y))
    return None


@rules.on(np.add.reduce)
def after_a_sum(walk: Walk, instruction: Instruction) -> Any:
    """The sum of s * x as s times the sum of x."""
    product = instruction.args[0]
    out = instruction.out
    made = walk.maker(product, np.multiply)
    is_plain = not set(instruction.kwargs) - {"axis", "keepdims"}
    if made is None or made.kwargs or not is_plain or walk.uses(product) != 1:
        return None
    for x, s in (made.args[:2], made.args[1::-1]):
        is_number = isinstance(walk.number(s), int | float) and out.dtype.kind == "f"
        is_scalar = type(s) is Value and not s.shape and not s.number and s.dtype == out.dtype
        if is_array(x, product) and x.dtype == out.dtype and (is_number or is_scalar) and x.size:
            total = walk.call(np.add.reduce, x, **instruction.kwargs)
            return walk.call(np.multiply, total, walk.number(s) if is_number else s)
    return None
