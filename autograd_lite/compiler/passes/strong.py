"""Drop the guards of the strong zero where nothing can be infinite.

The recorded walk guards every product: `np.where(dead(g, product), 0, product)` is zero where a
zero cotangent has met an infinite derivative. A guard that can never act is taken away; `quick`
takes all of them away, for a program whose results are looked at before they are believed.
"""

from typing import Any

import numpy as np

from autograd_lite.compiler.passes.tame import Tameness, never_zero
from autograd_lite.compiler.passes.walk import Walk
from autograd_lite.compiler.program import Instruction, Program, Value
from autograd_lite.core.backward import all_dead, dead

BOOL = np.dtype(bool)
GUARDED = {dead, all_dead, np.where}


def strong(program: Program) -> Program:
    """The program without the guards that can never act."""
    found = any(each.function in GUARDED for each in program.body)
    return Guards(program, everything=False).removed() if found else program


def quick(program: Program) -> tuple[Program, bool]:
    """The program without any guards, and whether there were any."""
    found = any(each.function is dead or each.function is all_dead for each in program.body)
    return (Guards(program, everything=True).removed() if found else program), found


class Guards(Walk):
    """One walk in which guards that cannot act are false."""

    def __init__(self, program: Program, everything: bool) -> None:
        super().__init__(program)
        self.everything = everything
        self.known = Tameness(self)

    def removed(self) -> Program:
        found = self.run({np.where: [self.chosen], dead: [self.mark], all_dead: [self.mark]})
        del self.known  # which refers to this walk: the model is to die by reference counts
        return found

    def append(self, instruction: Instruction) -> None:
        super().append(instruction)
        self.known.note(instruction)

    def mark(self, _: Walk, instruction: Instruction) -> Any:
        """False, where the guard looks at a product that is finite if the cotangent is."""
        g = instruction.args[0]
        never = self.everything or never_zero(self, g)
        if not never and instruction.function is dead:
            never = self.known.given(instruction.args[1], g)
        return self.false(instruction.out) if never else None

    def false(self, out: Value) -> Value:
        value = Value(out.shape, out.dtype)
        self.append(Instruction(np.full, (out.shape, False, BOOL), {}, (value,), self.place))
        return value

    def chosen(self, _: Walk, instruction: Instruction) -> Any:
        """The branch of a `where` whose condition is known, or whose guard cannot act."""
        condition, first, second = instruction.args
        number = self.number(condition)
        if number is not None:
            return first if number else second
        guard = self.maker(condition, all_dead)
        if guard is not None and first == 0 and self.known.given(second, guard.args[0]):
            return second
        return None
