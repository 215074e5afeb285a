"""How NumPy can be asked to compute each instruction: into a given array, as a view, or afresh."""

import functools
import inspect
import operator
from typing import Any, Literal

import numpy as np

from autograd_lite.compiler.program import Instruction, Value
from autograd_lite.compiler.shapes import VIEWS
from autograd_lite.compiler.trace import is_basic
from autograd_lite.compiler.traced import COPYING, converted

# entrywise: a ufunc, whose result may take the place of an operand
# into: computed into a given array, in which no operand may lie
# view: of the first argument        number: a Python number
# fresh: NumPy makes a new array for the result
# tile: a chain of instructions, some rows at a time
Form = Literal["entrywise", "into", "view", "number", "fresh", "tile"]

# NumPy functions with out= that are not ufuncs, and copy what is already there.
WITH_OUT = {np.concatenate, np.stack, np.clip, np.cumsum, np.cumprod, np.take, np.dot}
COPIES = {np.copy, converted, np.where}


def form_of(instruction: Instruction) -> Form:
    """How an instruction is carried out."""
    function = instruction.function
    if getattr(function, "is_tile", False):
        return "tile"
    if instruction.outs and instruction.outs[0].number:
        return "number"
    if isinstance(function, np.ufunc):
        if instruction.many or "where" in instruction.kwargs:
            return "fresh"
        return "entrywise" if function.signature is None else "into"
    if isinstance(getattr(function, "__self__", None), np.ufunc):
        name = str(getattr(function, "__name__", ""))
        simple = name in ("reduce", "accumulate") and "where" not in instruction.kwargs
        return "into" if simple else "fresh"
    if is_view(instruction):
        return "view"
    if function in COPYING:
        return "entrywise"
    if function in COPIES or (function in WITH_OUT and takes_out(instruction)):
        return "into"
    return "fresh"


@functools.cache
def takes_memory(function: Any) -> bool:
    """Whether a helper can be given the memory that it works in."""
    return inspect.isfunction(function) and "empty" in inspect.signature(function).parameters


def takes_out(instruction: Instruction) -> bool:
    if instruction.function is np.take:
        return bool(instruction.kwargs.get("mode", "raise") == "clip")
    if instruction.function in (np.concatenate, np.stack):
        parts = instruction.args[0]
        return all(type(p) is Value and p.dtype == instruction.outs[0].dtype for p in parts)
    return "dtype" not in instruction.kwargs


def is_view(instruction: Instruction) -> bool:
    function = instruction.function
    if function is operator.getitem:
        return is_basic(instruction.args[1])
    return function in VIEWS or function is np.reshape


def operands(instruction: Instruction) -> list[Any]:
    """The values that an entry-by-entry instruction reads entry by entry."""
    return [arg for arg in instruction.args if type(arg) is Value]
