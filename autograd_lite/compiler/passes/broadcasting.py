"""Leave broadcasting to the functions that do it anyway: none of it is written out.

Exact: an entry-by-entry function meets the same numbers.
"""

from typing import Any

import numpy as np

from autograd_lite.compiler.passes.inferring import outs_of
from autograd_lite.compiler.passes.walk import Walk
from autograd_lite.compiler.program import Instruction, Program, Value


def broadcasting(program: Program) -> Program:
    """The program with operands as they were before they were broadcast, or as one number."""
    return Broadcasts(program).run({})


class Broadcasts(Walk):
    """A walk that puts smaller operands into the instructions it passes."""

    def current(self, instruction: Instruction) -> Instruction:
        instruction = super().current(instruction)
        function = instruction.function
        if isinstance(function, np.ufunc) and function.signature is None:
            return self.with_smaller(instruction, range(function.nin))
        if function is np.where:
            return self.with_smaller(instruction, range(3))
        return instruction

    def with_smaller(self, instruction: Instruction, operands: range) -> Instruction:
        """The instruction with each operand as small as the result's shape and dtype allow."""
        for at in operands:
            for smaller in self.smaller(instruction.args[at]):
                args = (*instruction.args[:at], smaller, *instruction.args[at + 1 :])
                changed = instruction.changed(args=args)
                if returns_the_same(changed):
                    instruction = changed
                    self.changed = True
                    break
        return instruction

    def smaller(self, x: Any) -> list[Any]:
        """What could stand for an operand, the smallest first."""
        if type(x) is not Value or x.number or not x.shape:
            return []
        made = self.maker(x, np.broadcast_to)
        before = [made.args[0]] if made and type(made.args[0]) is Value else []
        if not before and x not in self.constants and self.maker(x, np.full) is None:
            return []
        number = self.number(x)
        return before if number is None else [number, *before]


def returns_the_same(instruction: Instruction) -> bool:
    if not any(type(arg) is Value for arg in instruction.args):
        return False
    outs, _ = outs_of(instruction.function, instruction.args, instruction.kwargs)
    return all(
        (new.shape, new.dtype) == (old.shape, old.dtype)
        for new, old in zip(outs, instruction.outs, strict=True)
    )
