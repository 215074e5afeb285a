"""Bounds from below, as far as they are plain to see: for what is divided by, or under a root."""

import operator
from typing import Any

import numpy as np

from autograd_lite.compiler.passes.walk import Walk
from autograd_lite.compiler.program import Instruction, Value
from autograd_lite.compiler.traced import converted

ZERO_OR_MORE = {np.square, np.absolute, np.fabs, np.exp, np.exp2, np.hypot}
KEEP_BOUND = {
    np.mean, np.reshape, np.transpose, np.broadcast_to, np.copy, np.repeat, np.maximum.reduce,
    np.minimum.reduce, operator.getitem, converted,
}  # fmt: skip


class Bounds:
    """What the values that a walk has passed are never below."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.floors: dict[Value, float] = {}
        self.below_zero: set[Value] = set()  # x minus its own maximum: never above zero

    def note(self, instruction: Instruction) -> None:
        """Take an instruction into account."""
        function, out = instruction.function, instruction.outs[0]
        if {"initial", "where", "out"} & instruction.kwargs.keys():
            return
        form = FLOORS.get(function)
        if form is not None:
            floor = form(self, instruction)
        elif function in ZERO_OR_MORE:
            floor = 0.0
        elif function in KEEP_BOUND:
            floor = self.floor(instruction.args[0])
        else:
            return
        if floor is not None and out.dtype.kind == "f":
            self.floors[out] = floor

    def floor(self, x: Any) -> float | None:
        """What no entry of `x` is below; None where that is not known."""
        number = self.walk.number(x)
        if number is not None:
            return None if isinstance(number, complex) else number
        return self.floors.get(x) if type(x) is Value else None

    def is_away_from_zero(self, x: Any) -> bool:
        """Whether one may divide by `x`."""
        floor = self.floor(x)
        if floor is not None and floor > 0:
            return bool(np.isfinite(floor))
        number = self.walk.number(x)
        if number is not None:
            return bool(number != 0 and np.isfinite(number))
        array = self.walk.constants.get(x) if type(x) is Value else None
        return array is not None and bool(np.all(array != 0) and np.all(np.isfinite(array)))

    # The functions with a rule of their own

    def of_difference(self, instruction: Instruction) -> float | None:
        """x - max(x) is never above zero: no bound from below, but one that exp needs."""
        x, top = instruction.args[:2]
        made = self.walk.maker(top, np.maximum.reduce)
        if made is not None and made.args[0] is x and "where" not in made.kwargs:
            self.below_zero.add(instruction.outs[0])
        return None

    def of_sum(self, instruction: Instruction) -> float | None:
        x, y = instruction.args[:2]
        one, other = self.floor(x), self.floor(y)
        return None if one is None or other is None else one + other

    def of_product(self, instruction: Instruction) -> float | None:
        x, y = instruction.args[:2]
        if x is y:
            return 0.0
        one, other = self.floor(x), self.floor(y)
        if one is None or other is None or one < 0 or other < 0:
            return None
        return one * other

    def of_root(self, instruction: Instruction) -> float | None:
        below = self.floor(instruction.args[0])
        return 0.0 if below is None or below < 0 else below**0.5

    def of_maximum(self, instruction: Instruction) -> float | None:
        floors = [self.floor(x) for x in instruction.args[:2]]
        return max((floor for floor in floors if floor is not None), default=None)

    def of_total(self, instruction: Instruction) -> float | None:
        """A sum of exp(x - max(x)) has a term that is 1; no sum is below what its terms are not."""
        x = instruction.args[0]
        exponential = self.walk.maker(x, np.exp)
        if exponential is not None and exponential.args[0] in self.below_zero:
            top = self.walk.makers[self.walk.makers[exponential.args[0]].args[1]]
            if axes(top) == axes(instruction):
                return 1.0
        below = self.floor(x)
        return below if below is not None and below >= 0 and x.size else None


FLOORS: dict[Any, Any] = {
    np.subtract: Bounds.of_difference, np.add: Bounds.of_sum, np.multiply: Bounds.of_product,
    np.sqrt: Bounds.of_root, np.maximum: Bounds.of_maximum, np.add.reduce: Bounds.of_total,
}  # fmt: skip


def axes(reduction: Instruction) -> tuple[int, ...]:
    """The reduced axes, counted from the front."""
    axis = reduction.kwargs.get("axis", 0)
    ndim = len(reduction.args[0].shape)
    if axis is None:
        return tuple(range(ndim))
    return tuple(sorted(at % ndim for at in (axis if isinstance(axis, tuple) else (axis,))))
