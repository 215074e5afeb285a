"""One walk over a program from its beginning, in which rules replace what instructions make."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.compiler.passes.inferring import outs_of
from autograd_lite.compiler.passes.uniform import uniform
from autograd_lite.compiler.program import (
    Function,
    Instruction,
    Place,
    Program,
    Value,
    uses,
)


class Walk:
    """What is known at one point of the walk: everything before it, already simplified."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.inputs = {each.value for each in program.inputs}
        self.leaving = set(program.leaving())
        self.constants = dict(program.constants)
        self.body: list[Instruction] = []
        self.makers: dict[Value, Instruction] = {}
        self.replacement: dict[Value, Any] = {}
        self.place = Place("", "", "")
        self.numbers: dict[Value, Any] = {}
        self.changed = False  # whether an instruction reads something else than it did
        self.merged: dict[Value, list[Value]] = {}  # what each value has taken the place of
        self.counts: dict[Value, int] = {}

    def run(self, rules: dict[Function, list["Rule"]]) -> Program:
        """The program with every instruction replaced for which a rule says so.

        The program itself, where no rule does.
        """
        for old in self.program.body:
            instruction = self.current(old)
            for rule in rules.get(instruction.function, ()):
                self.place = instruction.place
                result = rule(self, instruction)
                if result is not None and self.fits(result, instruction):
                    self.replace(instruction.outs[0], result)
                    break
            else:
                self.append(instruction)
        return self.finished()

    def current(self, instruction: Instruction) -> Instruction:
        """The instruction, reading what has taken the place of what it read."""
        if self.replacement and not self.replacement.keys().isdisjoint(instruction.reads()):
            return instruction.substituted(self.replacement)
        return instruction

    def append(self, instruction: Instruction) -> None:
        self.body.append(instruction)
        for out in instruction.outs:
            self.makers[out] = instruction

    def replace(self, out: Value, result: Any) -> None:
        self.replacement[out] = result
        if type(result) is Value:
            self.merged.setdefault(result, []).append(out)

    def fits(self, result: Any, instruction: Instruction) -> bool:
        """Whether `result` is the same kind of thing as what the instruction makes."""
        out = instruction.outs[0]
        if type(result) is not Value:
            return out.number is not None and out not in self.leaving
        return (result.shape, result.dtype, result.number) == (out.shape, out.dtype, out.number)

    def finished(self) -> Program:
        if not self.replacement and not self.changed:
            return self.program
        done = self.program.substituted(self.replacement, self.body)
        done.constants = self.constants
        return done

    # What rules ask

    def maker(self, x: Any, function: Function) -> Instruction | None:
        """The instruction that makes `x`, if it is a call of `function`."""
        made = self.makers.get(x) if type(x) is Value else None
        return made if made is not None and made.function == function else None

    def number(self, x: Any) -> Any:
        """The number that `x` is, or that every entry of it is, if that is known; else None."""
        if type(x) is not Value:
            return x if isinstance(x, int | float | complex) else None
        if x not in self.numbers:
            self.numbers[x] = uniform(self.constants.get(x), self.makers.get(x))
        return self.numbers[x]

    def uses(self, x: Value) -> int:
        """How often `x` is read, or a little more."""
        if not self.counts:
            self.counts = uses(self.program.body, self.program.leaving())
        merged = sum(map(self.uses, self.merged.get(x, ())))
        return self.counts.get(x, 0 if merged else 1) + merged

    # What rules make

    def call(self, function: Function, *args: Any, **kwargs: Any) -> Value:
        """A new instruction at this point; what it makes."""
        outs, many = outs_of(function, args, kwargs)
        self.append(Instruction(function, args, kwargs, outs, self.place, many))
        return outs[0]

    def constant(self, array: Any) -> Value:
        """A new constant."""
        array = np.asarray(array)
        value = Value(array.shape, array.dtype)
        self.constants[value] = array
        return value


Rule = Callable[[Walk, Instruction], Any]


class Rules:
    """Rules by the function whose calls they look at."""

    def __init__(self) -> None:
        self.by_function: dict[Function, list[Rule]] = {}

    def on(self, *functions: Function) -> Callable[[Rule], Rule]:
        """Add a rule for calls of these functions."""

        def add(rule: Rule) -> Rule:
            for function in functions:
                self.by_function.setdefault(function, []).append(rule)
            return rule

        return add

    def apply(self, program: Program) -> Program:
        if not any(each.function in self.by_function for each in program.body):
            return program
        return Walk(program).run(self.by_function)
