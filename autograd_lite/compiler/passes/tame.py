"""Which values are finite because the operands are: what no pole or root lies behind.

Sums and products of finite numbers are taken for finite: a program does not guard against what
overflows on the way.
"""

import operator
from typing import Any

import numpy as np

from autograd_lite.compiler.passes.bounds import Bounds
from autograd_lite.compiler.passes.walk import Walk
from autograd_lite.compiler.program import Instruction, Value
from autograd_lite.compiler.shapes import VIEWS
from autograd_lite.compiler.traced import COPYING, converted
from autograd_lite.ops.convolution import convolved, correlated, spread_out
from autograd_lite.ops.diagonals import put_on_diagonal
from autograd_lite.ops.indexing import add_at, put_at
from autograd_lite.ops.pooling import (
    added_up,
    found_at_maxima,
    given_to_all,
    largest,
    sent_to_maxima,
)
from autograd_lite.ops.windows import add_windows

# Finite wherever all of their operands are.
TAME = {
    np.add, np.subtract, np.multiply, np.negative, np.positive, np.square, np.absolute, np.fabs,
    np.conjugate, np.sign, np.tanh, np.sin, np.cos, np.arctan, np.maximum, np.minimum, np.fmax,
    np.fmin, np.where, np.clip, np.floor, np.ceil, np.rint, np.trunc, np.matmul, np.vecdot,
    np.einsum, np.dot, np.outer, np.inner, np.add.reduce, np.add.accumulate, np.maximum.reduce,
    np.minimum.reduce, np.mean, np.reshape, np.ravel, np.full, np.concatenate, np.stack, np.take,
    np.take_along_axis, np.repeat, np.tile, np.roll, np.pad, np.copy, np.tril, np.triu, np.diag,
    np.sort, np.choose, np.select, operator.getitem, converted, *COPYING, *VIEWS,
    add_at, add_windows, added_up, convolved, correlated, found_at_maxima, given_to_all, largest,
    put_at, put_on_diagonal, sent_to_maxima, spread_out,
}  # fmt: skip


class Tameness:
    """What is known of the values that a walk has passed."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.bounds = Bounds(walk)
        self.tame = set(walk.inputs)
        self.places: dict[Value, int] = {}  # in which order they were made
        for value, array in walk.constants.items():
            if array.dtype.kind not in "fc" or np.isfinite(array).all():
                self.tame.add(value)

    def note(self, instruction: Instruction) -> None:
        """Take an instruction into account."""
        needed = self.needed(instruction)
        is_tame = needed is not None and all(value in self.tame for value in needed)
        for out in instruction.outs:
            self.places[out] = len(self.places)
            if is_tame or out.dtype.kind not in "fc":
                self.tame.add(out)
        self.bounds.note(instruction)

    def given(self, product: Any, g: Value) -> bool:
        """Whether `product` is finite where `g` is, whatever lies before `g`.

        What else it depends on must be tame; so the search ends at what was made before `g`.
        """
        start = self.places.get(g, -1)
        seen = {g}
        waiting = [product] if type(product) is Value else []
        while waiting:
            value = waiting.pop()
            if value in seen or value in self.tame:
                continue
            seen.add(value)
            made = self.walk.makers.get(value)
            if made is None or self.places[value] < start:
                return False
            needed = self.needed(made)
            if needed is None:
                return False
            waiting += needed
        return True

    def needed(self, instruction: Instruction) -> list[Value] | None:
        """The values that must be finite for the result to be; None if that is not enough."""
        function, args = instruction.function, instruction.args
        if function is np.divide:
            is_safe = self.bounds.is_away_from_zero(args[1])
            return [x for x in args[:1] if type(x) is Value] if is_safe else None
        if function is np.sqrt:
            floor = self.bounds.floor(args[0])
            return instruction.reads() if floor is not None and floor >= 0 else None
        if function is np.exp or function is np.exp2:
            return instruction.reads() if args[0] in self.bounds.below_zero else None
        if function not in TAME or not all(map(is_finite, args)):
            return None
        return None if "initial" in instruction.kwargs else instruction.reads()


def is_finite(arg: Any) -> bool:
    return not isinstance(arg, float | complex) or bool(np.isfinite(arg))


def never_zero(walk: Walk, g: Any) -> bool:
    """Whether a cotangent is a constant without a zero entry."""
    number = walk.number(g)
    if number is not None:
        return bool(number != 0)
    array = walk.constants.get(g)
    return array is not None and bool((array != 0).all())
