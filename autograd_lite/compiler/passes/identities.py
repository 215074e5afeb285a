"""What NumPy need not do at all: identities that hold to the last bit.

Every rule here gives the very numbers that the instruction would, signs of zeros included; only
the payload of a NaN may differ. So `x + 0` is no rule (it makes -0.0 a 0.0), but `x - 0` is one.
"""

import operator
from typing import Any

import numpy as np

from autograd_lite.compiler.passes.walk import Rules, Walk
from autograd_lite.compiler.program import Instruction, Program, Value
from autograd_lite.compiler.shapes import VIEWS
from autograd_lite.compiler.traced import converted

rules = Rules()


def identities(program: Program) -> Program:
    """The program without instructions that change nothing."""
    return rules.apply(program)


@rules.on(np.multiply)
def times_one(walk: Walk, instruction: Instruction) -> Any:
    """x * 1, and x * -1 as a negation."""
    x, y = instruction.args[:2]
    if instruction.kwargs or instruction.out.dtype.kind not in "iufc":
        return None
    for factor, other in ((x, y), (y, x)):
        if type(other) is not Value:
            continue
        number = walk.number(factor)
        if number == 1:
            return other
        if number == -1 and other.dtype.kind == "f" and alike(other, instruction.out):
            return walk.call(np.negative, other)
    return None


@rules.on(np.divide)
def over_one(walk: Walk, instruction: Instruction) -> Any:
    """x / 1, which makes floats of integers but leaves floats."""
    x, y = instruction.args[:2]
    return x if walk.number(y) == 1 and not instruction.kwargs else None


@rules.on(np.subtract)
def minus_zero(walk: Walk, instruction: Instruction) -> Any:
    x, y = instruction.args[:2]
    number = walk.number(y)
    return (
        x if number == 0 and np.signbit(np.real(number)) == 0 and not instruction.kwargs else None
    )


@rules.on(np.power)
def small_power(walk: Walk, instruction: Instruction) -> Any:
    """x**1 is x; x**2 is x * x, as NumPy itself has it for arrays."""
    x, y = instruction.args[:2]
    number = walk.number(y)
    if instruction.kwargs or type(x) is not Value or not alike(x, instruction.out):
        return None
    if number == 1:
        return x
    if number == 2 and x.dtype.kind in "iuf":
        return walk.call(np.square, x)
    return None


@rules.on(np.negative)
def twice_negated(walk: Walk, instruction: Instruction) -> Any:
    inner = walk.maker(instruction.args[0], np.negative)
    return inner.args[0] if inner and not instruction.kwargs and not inner.kwargs else None


@rules.on(np.positive, np.conjugate, np.real)
def real_already(walk: Walk, instruction: Instruction) -> Any:
    x = instruction.args[0]
    if type(x) is not Value or instruction.kwargs:
        return None
    return x if instruction.function is np.positive or x.dtype.kind in "iuf" else None


@rules.on(np.where)
def equal_branches(walk: Walk, instruction: Instruction) -> Any:
    condition, x, y = instruction.args
    if x is y:
        return x
    number = walk.number(condition)
    return None if number is None else (x if number else y)


@rules.on(np.reshape)
def reshaped(walk: Walk, instruction: Instruction) -> Any:
    """Reshaping to the shape it has, or twice, or to a shape that is not written out (-1)."""
    x, shape = instruction.args[0], instruction.out.shape
    if instruction.kwargs or type(x) is not Value:
        return None
    if x.shape == shape:
        return x
    inner = walk.maker(x, np.reshape)
    if inner and not inner.kwargs:
        before = inner.args[0]
        return before if before.shape == shape else walk.call(np.reshape, before, shape)
    return walk.call(np.reshape, x, shape) if instruction.args[1] != shape else None


@rules.on(np.transpose)
def transposed(walk: Walk, instruction: Instruction) -> Any:
    """Transposing into the order it has, or twice."""
    x, axes = instruction.args
    if axes == tuple(range(len(axes))):
        return x
    inner = walk.maker(x, np.transpose)
    if inner:
        before, first = inner.args
        both = tuple(first[at] for at in axes)
        if both == tuple(range(len(both))):
            return before
        return walk.call(np.transpose, before, both)
    return None


@rules.on(np.broadcast_to)
def broadcast(walk: Walk, instruction: Instruction) -> Any:
    """Broadcasting to the shape it has, or twice."""
    x = instruction.args[0]
    if instruction.kwargs or type(x) is not Value:
        return None
    if x.shape == instruction.out.shape:
        return x
    inner = walk.maker(x, np.broadcast_to)
    if inner and not inner.kwargs:
        return walk.call(np.broadcast_to, inner.args[0], instruction.out.shape)
    return None


@rules.on(converted)
def kept(walk: Walk, instruction: Instruction) -> Any:
    """Conversion to the dtype it has."""
    x = instruction.args[0]
    return x if type(x) is Value and alike(x, instruction.out) else None


@rules.on(np.copy)
def copied(walk: Walk, instruction: Instruction) -> Any:
    """The copy of a value that is the program's own: nobody else writes into it."""
    x = instruction.args[0]
    made = walk.makers.get(x)
    if made is None or instruction.outs[0] in walk.leaving or instruction.kwargs:
        return None
    return None if may_be_view(made) else x


def alike(x: Value, out: Value) -> bool:
    return (x.shape, x.dtype, x.number) == (out.shape, out.dtype, out.number)


def may_be_view(instruction: Instruction) -> bool:
    """Whether a result may share the memory of an argument."""
    function = instruction.function
    return function in VIEWS or function in (np.reshape, np.ravel, operator.getitem)
