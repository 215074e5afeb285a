"""What is done to every step of a sequence by itself is done to all steps at once.

`x[t] @ w` for every t is a slice of the one product `x @ w`, and `x[t] @ w + ... + b` one of
`x @ w + b`. Equal but for the order of the sums.
"""

import operator
from typing import Any

import numpy as np

from autograd_lite.compiler.passes.contracting import FEWEST, is_step
from autograd_lite.compiler.passes.dead import dead
from autograd_lite.compiler.passes.walk import Walk
from autograd_lite.compiler.program import Instruction, Program, Value, made_by, uses

Key = tuple[Value, Value]


def hoisting(program: Program) -> Program:
    """The program with the steps of a sequence multiplied, and given their bias, all at once."""
    for _ in range(2):  # a bias is met by the products
        groups = Groups(program)
        if not groups.found:
            break
        program = dead(Hoists(program, groups).hoisted())
    return program


class Groups:
    """Which sequences meet one matrix, or one bias, at most of their steps."""

    def __init__(self, program: Program) -> None:
        self.makers = made_by(program.body)
        self.counts = uses(program.body, program.leaving())
        met: dict[Key, int] = {}
        for each in program.body:
            key = self.product(each) or self.biased(each)
            if key is not None:
                met[key] = met.get(key, 0) + 1
        self.found = {
            key for key, count in met.items() if count >= max(FEWEST, key[0].shape[0] // 2)
        }

    def product(self, instruction: Instruction) -> Key | None:
        """The sequence and the matrix of x[t] @ w."""
        if instruction.function is not np.matmul or instruction.kwargs:
            return None
        step, matrix = instruction.args
        whole = self.sequence(step)
        if whole is None or type(matrix) is not Value or len(matrix.shape) != 2:
            return None
        return (whole, matrix) if matrix.dtype == whole.dtype == instruction.out.dtype else None

    def biased(self, instruction: Instruction) -> Key | None:
        """The sequence and the bias of (x[t] + rest) + b."""
        parts = self.parts(instruction)
        return None if parts is None else (parts[0], parts[3])

    def parts(self, instruction: Instruction) -> tuple[Value, int, Any, Value] | None:
        """x, t, rest and b of (x[t] + rest) + b."""
        if instruction.function is not np.add or instruction.kwargs:
            return None
        for total, bias in (instruction.args, instruction.args[::-1]):
            inner = self.makers.get(total) if type(total) is Value else None
            if inner is None or inner.function is not np.add or self.counts[total] != 1:
                continue
            for step, rest in (inner.args, inner.args[::-1]):
                whole = self.sequence(step)
                if whole is None or self.counts[step] != 1 or not is_bias(bias, whole):
                    continue
                if inner.out.shape == step.shape and inner.out.dtype == whole.dtype:
                    return whole, self.makers[step].args[1][0], rest, bias
        return None

    def sequence(self, step: Any) -> Value | None:
        """The sequence of matrices of which this is one step."""
        made = self.makers.get(step) if type(step) is Value else None
        if made is None or made.function is not operator.getitem or not is_step(made):
            return None
        whole = made.args[0]
        return whole if type(whole) is Value and len(whole.shape) == 3 else None


def is_bias(x: Any, whole: Value) -> bool:
    return type(x) is Value and x.shape == whole.shape[2:] and x.dtype == whole.dtype


class Hoists(Walk):
    """One walk; what is done at once is done where its first step was."""

    def __init__(self, program: Program, groups: Groups) -> None:
        super().__init__(program)
        self.groups = groups
        self.done: dict[Key, Value] = {}

    def hoisted(self) -> Program:
        return self.run({np.matmul: [self.product], np.add: [self.biased]})

    def product(self, _: Walk, instruction: Instruction) -> Any:
        key = self.groups.product(instruction)
        if key not in self.groups.found:
            return None
        if key not in self.done:
            x, matrix = key
            rows = self.call(np.reshape, x, (x.shape[0] * x.shape[1], x.shape[2]))
            products = self.call(np.matmul, rows, matrix)
            self.done[key] = self.call(np.reshape, products, (*x.shape[:2], matrix.shape[1]))
        index = self.groups.makers[instruction.args[0]].args[1]
        return self.call(operator.getitem, self.done[key], index)

    def biased(self, _: Walk, instruction: Instruction) -> Any:
        parts = self.groups.parts(instruction)
        if parts is None or (parts[0], parts[3]) not in self.groups.found:
            return None
        x, at, rest, bias = parts
        if (x, bias) not in self.done:
            self.done[x, bias] = self.call(np.add, x, bias)
        step = self.call(operator.getitem, self.done[x, bias], (at,))
        return self.call(np.add, step, rest)
