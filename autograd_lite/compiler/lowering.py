"""Instructions in the words in which NumPy is fastest at them.

Sums over an axis become products with a vector of ones, which BLAS does at the speed of memory;
an outer product becomes a broadcast multiplication; a product of matrices becomes `dot`, whose
call costs less than `matmul`'s. Sums may be added in another order than before, no more.
"""

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.compiler.program import Instruction, Program, Value, made_by, uses
from autograd_lite.compiler.trace import item
from autograd_lite.compiler.traced import converted

NARROW = 32  # columns: rows so short are reduced faster across than along
SHORT = 1 << 12  # entries: a sum of no more costs less as a product
BLAS = (np.dtype(np.float32), np.dtype(np.float64))


def lower(program: Program) -> Program:
    """The program with each instruction as NumPy does it fastest."""
    lowering = Lowering(program)
    found = lowering.lowered()
    lowering.rules.clear()  # its methods refer to it: the model is to die by reference counts
    return found


class Lowering:
    """One walk over the program; a rule returns the value that stands for a result."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.constants = dict(program.constants)
        self.makers = made_by(program.body)
        self.counts = uses(program.body, program.leaving())
        self.body: list[Instruction] = []
        self.replacement: dict[Value, Any] = {}
        self.dropped: set[int] = set()  # what has become a part of a later instruction
        self.ones: dict[tuple[int, Any], Value] = {}
        self.rules: dict[Any, Callable[[Instruction], Value | None]] = {
            np.matmul: self.product,
            np.add.reduce: self.total,
            np.maximum.reduce: self.extreme,
            np.minimum.reduce: self.extreme,
            np.take_along_axis: self.picked,
            item: self.number,
        }

    def lowered(self) -> Program:
        for old in self.program.body:
            instruction = old.substituted(self.replacement)
            self.place = instruction.place
            rule = self.rules.get(instruction.function)
            new = rule(instruction) if rule else None
            if new is None:
                self.body.append(instruction)
                self.makers |= dict.fromkeys(instruction.outs, instruction)
            else:
                self.replacement[instruction.out] = new
        body = [i for i in self.body if id(i) not in self.dropped]
        program = self.program.substituted(self.replacement, body)
        program.constants = self.constants
        return program

    def note(
        self,
        function: Any,
        args: tuple[Any, ...],
        shape: tuple[int, ...],
        dtype: Any,
        **kwargs: Any,
    ) -> Value:
        out = Value(shape, dtype)
        instruction = Instruction(function, args, kwargs, (out,), self.place)
        self.body.append(instruction)
        self.makers[out] = instruction
        return out

    def reshaped(self, x: Value, shape: tuple[int, ...]) -> Value:
        return x if x.shape == shape else self.note(np.reshape, (x, shape), shape, x.dtype)

    def vector_of_ones(self, n: int, dtype: Any) -> Value:
        if (n, dtype) not in self.ones:
            value = self.ones[n, dtype] = Value((n,), dtype)
            self.constants[value] = np.ones(n, dtype)
        return self.ones[n, dtype]

    # Rules

    def product(self, instruction: Instruction) -> Value | None:
        x, y = instruction.args
        if not (type(x) is type(y) is Value) or instruction.kwargs:
            return None
        if x.dtype != y.dtype or x.dtype not in BLAS or not (x.shape and y.shape):
            return None
        out = instruction.out
        if len(x.shape) == len(y.shape) == 2 and x.shape[1] == 1:
            return self.note(np.multiply, (x, y), out.shape, out.dtype)
        if max(len(x.shape), len(y.shape)) > 2 or 0 in (*x.shape, *y.shape):
            return None
        return self.note(np.dot, (x, y), out.shape, out.dtype)

    def total(self, instruction: Instruction) -> Value | None:
        x = instruction.args[0]
        out = instruction.out
        if type(x) is not Value or x.dtype not in BLAS or out.dtype != x.dtype or not x.size:
            return None
        if set(instruction.kwargs) - {"axis", "keepdims"}:
            return None
        axes = axes_of(instruction, len(x.shape))
        if len(axes) == len(x.shape):
            return self.whole_sum(x, out)
        if axes == list(range(len(axes))) and x.dtype in BLAS:
            return self.leading_sum(x, len(axes), out)
        if axes == [len(x.shape) - 1] and x.shape[-1] <= NARROW and len(x.shape) == 2:
            ones = self.vector_of_ones(x.shape[-1], x.dtype)
            found = self.note(np.dot, (x, ones), x.shape[:-1], x.dtype)
            return self.reshaped(found, out.shape)
        return None

    def whole_sum(self, x: Value, out: Value) -> Value | None:
        """The sum of all entries; of products of two arrays, as their inner product."""
        maker = self.makers.get(x)
        pair: tuple[Any, Any] | None = None
        if maker is not None and self.counts.get(x, 0) == 1 and not maker.kwargs:
            if maker.function is np.square:
                pair = (maker.args[0], maker.args[0])
            elif maker.function is np.multiply:
                pair = maker.args[:2]
        if pair and all(
            type(p) is Value and p.shape == x.shape and p.dtype == x.dtype for p in pair
        ):
            self.dropped.add(id(maker))
            left, right = (self.reshaped(p, (x.size,)) for p in pair)
        elif x.size <= SHORT:
            left, right = self.reshaped(x, (x.size,)), self.vector_of_ones(x.size, x.dtype)
        else:
            return None
        found = self.note(np.dot, (left, right), (), x.dtype)
        return self.reshaped(found, out.shape)

    def leading_sum(self, x: Value, count: int, out: Value) -> Value | None:
        rows = math.prod(x.shape[:count])
        columns = math.prod(x.shape[count:])
        if rows < 2 or columns < 2:
            return None
        ones = self.vector_of_ones(rows, x.dtype)
        matrix = self.reshaped(x, (rows, columns))
        found = self.note(np.dot, (ones, matrix), (columns,), x.dtype)
        return self.reshaped(found, out.shape)

    def extreme(self, instruction: Instruction) -> Value | None:
        x, out = instruction.args[0], instruction.out
        if (
            type(x) is not Value
            or len(x.shape) != 2
            or set(instruction.kwargs) - {"axis", "keepdims"}
        ):
            return None
        rows, columns = x.shape
        if axes_of(instruction, 2) != [1] or not 1 < columns <= NARROW or rows < 16:
            return None
        across = self.note(np.transpose, (x, (1, 0)), (columns, rows), x.dtype)
        across = self.note(np.copy, (across,), across.shape, x.dtype)
        found = self.note(instruction.function, (across,), (rows,), x.dtype, axis=0)
        return self.reshaped(found, out.shape)

    def picked(self, instruction: Instruction) -> Value | None:
        x, indices, *rest = instruction.args
        axis = rest[0] if rest else instruction.kwargs.get("axis", -1)
        if len(x.shape) != 2 or axis not in (-1, 1) or len(indices.shape) != 2:
            return None
        if indices.shape[0] != x.shape[0]:
            return None
        rows = Value((x.shape[0], 1), np.dtype(np.intp))
        self.constants[rows] = np.arange(x.shape[0])[:, None]
        out = instruction.out
        return self.note(operator.getitem, (x, (rows, indices)), out.shape, out.dtype)

    def number(self, instruction: Instruction) -> Value | None:
        """A number that was made an array is still that number."""
        maker = self.makers.get(instruction.args[0])
        if maker is None or maker.function is not converted:
            return None
        source, out = maker.args[0], instruction.out
        same = type(source) is Value and source.number is out.number
        return source if same and maker.kwargs["dtype"] == source.dtype else None


def axes_of(instruction: Instruction, ndim: int) -> list[int]:
    axis = instruction.kwargs.get("axis", 0)
    if axis is None:
        return list(range(ndim))
    return sorted(int(a) % ndim for a in (axis if isinstance(axis, tuple) else (axis,)))
