"""Compute once what is written twice: common subexpressions."""

import operator
from collections.abc import Hashable
from typing import Any

import numpy as np

from autograd_lite.compiler.draws import drawn
from autograd_lite.compiler.program import Instruction, Program, Value

LARGEST = 1 << 16  # bytes: constants up to here are compared by content, others by identity
SYMMETRIC = {np.add, np.multiply, operator.add, operator.mul}


def sharing(program: Program) -> Program:
    """The program with one instruction in the place of equal ones; draws are never equal."""
    replacement: dict[Value, Any] = {}
    constants = shared_constants(program.constants, replacement)
    seen: dict[Hashable, tuple[Value, ...]] = {}
    body: list[Instruction] = []
    for old in program.body:
        instruction = old.substituted(replacement) if replacement else old
        if instruction.function is not drawn:
            key = key_of(instruction)
            known = seen.setdefault(key, instruction.outs)
            if known is not instruction.outs:
                replacement.update(zip(instruction.outs, known))
                continue
        body.append(instruction)
    if not replacement:
        return program
    shared = program.substituted(replacement, body)
    shared.constants = constants
    return shared


def shared_constants(
    constants: dict[Value, Any], replacement: dict[Value, Any]
) -> dict[Value, Any]:
    """The constants, each content once."""
    kept: dict[Value, Any] = {}
    seen: dict[Hashable, Value] = {}
    for value, array in constants.items():
        content = array.tobytes() if array.nbytes <= LARGEST else id(array)
        first = seen.setdefault((array.dtype, array.shape, content), value)
        if first is value:
            kept[value] = array
        else:
            replacement[value] = first
    return kept


def key_of(instruction: Instruction) -> Hashable:
    """Equal for instructions that compute the same."""
    args = [part_of(arg) for arg in instruction.args]
    if instruction.function in SYMMETRIC and len(args) == 2:
        args.sort(key=hash)
    if not instruction.kwargs:
        return (instruction.function, *args)
    kwargs = [(name, part_of(arg)) for name, arg in sorted(instruction.kwargs.items())]
    return (instruction.function, *args, *kwargs)


def part_of(arg: Any) -> Hashable:
    """An argument as a part of a key: 1, 1.0 and True differ, as do 0.0 and -0.0."""
    kind = type(arg)
    if kind is Value:
        return arg  # type: ignore[no-any-return]
    if kind is float or kind is complex:
        return (kind, repr(arg))
    if isinstance(arg, tuple | list):
        return (kind, *[part_of(item) for item in arg])
    if kind is dict:
        return (kind, *[(name, part_of(item)) for name, item in arg.items()])
    if kind is slice:
        return (kind, part_of(arg.start), part_of(arg.stop), part_of(arg.step))
    if kind in (int, bool, str, type(None)) or isinstance(arg, np.dtype):
        return (kind, arg)
    return (kind, id(arg))
