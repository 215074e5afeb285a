"""Chains of sums: what they add up, for the passes that add it up in another way."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from autograd_lite.compiler.passes.dead import dead
from autograd_lite.compiler.passes.walk import Walk
from autograd_lite.compiler.program import Instruction, Program, Value


def inner_sums(program: Program) -> set[Value]:
    """The sums that only another sum of the same shape reads."""
    sums: set[Value] = set()
    readers: dict[Value, int] = {}
    inner: set[Value] = set()
    for each in program.body:
        out = each.outs[0]
        is_sum = each.function is np.add and not each.kwargs
        for value in each.reads():
            readers[value] = readers.get(value, 0) + 1
            if is_sum and value in sums and (value.shape, value.dtype) == (out.shape, out.dtype):
                inner.add(value)
        if is_sum:
            sums.add(out)
    leaving = set(program.leaving())
    return {value for value in inner if readers[value] == 1 and value not in leaving}


class Sums(Walk, ABC):
    """A walk that may replace the last sum of each chain."""

    def __init__(self, program: Program, inner: set[Value]) -> None:
        super().__init__(program)
        self.inner = inner

    @abstractmethod
    def total(self, terms: list[Any], out: Value) -> Any:
        """What takes the place of a chain's last sum, if anything does."""

    def run_on_sums(self) -> Program:
        """The program, without the sums that no longer lead anywhere."""
        done = self.run({np.add: [self.ended]})
        return done if done is self.program else dead(done)

    def ended(self, _: Walk, instruction: Instruction) -> Any:
        """The total of a chain that ends with this sum."""
        out = instruction.out
        return None if out in self.inner else self.total(self.terms(instruction), out)

    def terms(self, end: Instruction) -> list[Any]:
        """What a chain of sums adds up, from the first."""
        found: list[Any] = []
        waiting = [end]
        while waiting:
            for x in waiting.pop().args[:2]:
                made = self.makers.get(x) if x in self.inner else None
                if made is not None:
                    waiting.append(made)
                else:
                    found.append(x)
        return found[::-1]

    def with_rest(self, total: Value, rest: list[Any]) -> Value:
        """A total and the terms that are not in it."""
        for x in rest:
            total = self.call(np.add, total, x)
        return total
