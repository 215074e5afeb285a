"""Compute once what depends on constants alone."""

from typing import Any

import numpy as np

from autograd_lite.compiler.draws import drawn
from autograd_lite.compiler.program import Instruction, Program, Value, mapped
from autograd_lite.compiler.shapes import VIEWS

LARGEST = 1 << 20  # bytes: a program carries no larger constants than it was given


def folding(program: Program) -> Program:
    """The program with the results of constant instructions as constants.

    Results over 1 MiB stay instructions, but for views, which take no memory.
    """
    known: dict[Value, Any] = dict(program.constants)
    constants = dict(program.constants)
    replacement: dict[Value, Any] = {}
    leaving = set(program.leaving())
    body: list[Instruction] = []
    for instruction in program.body:
        is_known = is_constant(instruction, known) and can_be_kept(instruction, leaving)
        if is_known and instruction.function is np.full:  # stays, and what is made of it need not
            (known[instruction.out],) = results_of(instruction, known)
            body.append(instruction)
        elif is_known:
            for out, result in zip(instruction.outs, results_of(instruction, known), strict=True):
                known[out] = result
                if out.number:
                    replacement[out] = result
                else:
                    constants[out] = result
        else:
            body.append(instruction.substituted(replacement) if replacement else instruction)
    if len(body) == len(program.body):
        return program
    folded = program.substituted(replacement, body)
    folded.constants = constants
    return folded


def is_constant(instruction: Instruction, known: dict[Value, Any]) -> bool:
    if instruction.function is drawn:
        return False
    return all(value in known for value in instruction.reads())


def can_be_kept(instruction: Instruction, leaving: set[Value]) -> bool:
    if any(out.number and out in leaving for out in instruction.outs):
        return False  # results are values, of which a number has none
    if instruction.function in VIEWS:
        return True
    return sum(out.nbytes for out in instruction.outs) <= LARGEST


def results_of(instruction: Instruction, known: dict[Value, Any]) -> list[Any]:
    args = mapped(instruction.args, known.__getitem__)
    kwargs = mapped(instruction.kwargs, known.__getitem__)
    with np.errstate(all="ignore"):
        result = instruction.function(*args, **kwargs)
    results = result if instruction.many else [result]
    return [
        each if out.number else np.asarray(each) for out, each in zip(instruction.outs, results)
    ]
