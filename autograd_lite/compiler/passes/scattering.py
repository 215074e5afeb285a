"""Pieces that are each put into zeros and added up are joined: the gradient of taking apart.

What is added is zero, so that only a -0.0 may become a 0.0, or stay one.
"""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.compiler.passes.indexing import WHOLE, spelled
from autograd_lite.compiler.passes.sums import Sums, inner_sums
from autograd_lite.compiler.program import Program, Value
from autograd_lite.compiler.traced import written
from autograd_lite.ops.indexing import add_at


class Piece(NamedTuple):
    """What is put into the places from `start` to `stop` of one axis."""

    start: int
    stop: int
    value: Value
    is_step: bool  # one place, of an axis that the value does not have


def scattering(program: Program) -> Program:
    """The program with scattered pieces joined instead of added up."""
    if not any(each.function is add_at or each.function is written for each in program.body):
        return program
    return Scatters(program, inner_sums(program)).run_on_sums()


class Scatters(Sums):
    """One walk in which the last sum of a chain becomes a join."""

    def total(self, terms: list[Any], out: Value) -> Any:
        pieces: dict[int, dict[Value, Piece]] = {}  # by axis
        for x in terms:
            found = self.piece(x, out)
            if found is not None:
                pieces.setdefault(found[0], {})[x] = found[1]
        for axis, group in pieces.items():
            ordered = sorted(group.values(), key=lambda piece: (piece.start, piece.stop))
            if len(group) > 1 and can_be_joined(ordered, out.shape[axis]):
                joined = self.join(ordered, axis, out)
                return self.with_rest(joined, [x for x in terms if x not in group])
        return None

    def piece(self, x: Any, out: Value) -> tuple[int, Piece] | None:
        """The axis and the places into which one term is put, if it is whole along all others."""
        found = self.placed(x)
        if found is None or self.uses(x) != 1:
            return None
        value, asked = found
        shape = out.shape
        index = spelled(asked, shape)
        if not index or any(part != WHOLE for part in index[:-1]) or type(value) is not Value:
            return None
        axis, part = len(index) - 1, index[-1]
        is_step = type(part) is int
        places = range(shape[axis])[slice(part, part + 1) if is_step else part]
        right = (*shape[:axis], *(() if is_step else (len(places),)), *shape[axis + 1 :])
        alike = x.shape == shape and x.dtype == value.dtype == out.dtype
        if places.step != 1 or value.shape != right or not alike:
            return None
        return axis, Piece(places.start, places.stop, value, is_step)

    def placed(self, x: Any) -> tuple[Any, Any] | None:
        """What lies between zeros, and at which index."""
        made = self.maker(x, add_at)
        if made is not None:
            return made.args[:2]
        made = self.maker(x, written)
        if made is not None and self.number(made.args[0]) == 0:
            return made.args[2], made.args[1]
        return None

    def join(self, pieces: list[Piece], axis: int, out: Value) -> Value:
        """The pieces in their order, with zeros between them."""
        size = out.shape[axis]
        if all(piece.is_step for piece in pieces) and len(pieces) == size:
            return self.call(np.stack, [piece.value for piece in pieces], axis=axis)
        arrays: list[Value] = []
        at = 0
        for piece in pieces:
            arrays += self.zeros(out, axis, piece.start - at)
            value = piece.value
            if piece.is_step:
                value = self.call(np.reshape, value, (*out.shape[:axis], 1, *out.shape[axis + 1 :]))
            arrays.append(value)
            at = piece.stop
        return self.call(np.concatenate, arrays + self.zeros(out, axis, size - at), axis=axis)

    def zeros(self, out: Value, axis: int, count: int) -> list[Value]:
        if not count:
            return []
        shape = (*out.shape[:axis], count, *out.shape[axis + 1 :])
        return [self.call(np.full, shape, 0, out.dtype)]


def can_be_joined(pieces: list[Piece], size: int) -> bool:
    """Whether no two pieces overlap, and most of the axis is covered."""
    covered = sum(piece.stop - piece.start for piece in pieces)
    apart = all(a.stop <= b.start for a, b in pairwise(pieces))
    return apart and 2 * covered >= size
