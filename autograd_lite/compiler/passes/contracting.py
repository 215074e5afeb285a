"""Sums of many products become one product, as the gradient of a weight used at every step is.

The sum of a1 @ b1, a2 @ b2, ... is the matrix of all columns of the a's by that of all rows of the
b's; a sum of column sums is the column sum of all rows. Equal but for the order of the sums.
"""

import operator
from typing import Any

import numpy as np

from autograd_lite.compiler.passes.sums import Sums, inner_sums
from autograd_lite.compiler.program import Instruction, Program, Value

FEWEST = 4  # terms: below, joining the arrays costs what it saves


def contracting(program: Program) -> Program:
    """The program with one product in the place of a long sum of them."""
    inner = inner_sums(program)
    return Contractions(program, inner).run_on_sums() if inner else program


class Contractions(Sums):
    """One walk in which the last sum of a chain becomes a contraction."""

    def __init__(self, program: Program, inner: set[Value]) -> None:
        super().__init__(program, inner)
        self.places: dict[Value, int] = {}
        self.joined: dict[frozenset[Value], tuple[list[Value], Value]] = {}

    def append(self, instruction: Instruction) -> None:
        super().append(instruction)
        for out in instruction.outs:
            self.places[out] = len(self.places)

    def total(self, terms: list[Any], out: Value) -> Any:
        if not 0 < len(out.shape) <= 2:
            return None
        term_kind = self.product if len(out.shape) == 2 else self.column_sum
        found = {x: made for x in terms if (made := term_kind(x, out)) is not None}
        if len(found) < FEWEST:
            return None
        join = self.one_product if len(out.shape) == 2 else self.one_column_sum
        return self.with_rest(join(list(found.values())), [x for x in terms if x not in found])

    # The terms

    def product(self, x: Any, out: Value) -> Instruction | None:
        """The product of two matrices that only the sum reads."""
        made = self.maker(x, np.matmul)
        if made is None or made.kwargs or self.uses(x) != 1 or x in self.leaving:
            return None
        fits = all(len(y.shape) == 2 and y.dtype == out.dtype for y in made.args)
        return made if fits and x.shape == out.shape else None

    def column_sum(self, x: Any, out: Value) -> Instruction | None:
        made = self.maker(x, np.add.reduce)
        if made is None or self.uses(x) != 1 or x in self.leaving:
            return None
        rows = made.args[0]
        is_plain = made.kwargs in ({"axis": 0}, {"axis": (0,)}) and len(made.args) == 1
        fits = len(rows.shape) == 2 and rows.dtype == out.dtype and x.shape == out.shape
        return made if is_plain and fits else None

    # Their sum

    def one_product(self, products: list[Instruction]) -> Value:
        pairs = sorted((made.args for made in products), key=self.order(products))
        lefts, rights = zip(*pairs)
        return self.call(np.matmul, self.columns(list(lefts)), self.rows(list(rights)))

    def one_column_sum(self, sums: list[Instruction]) -> Value:
        terms = [made.args[0] for made in sums]
        # Cotangents are made from the last step to the first; a weight's gradient joins them from
        # the first to the last, and may so share this array.
        terms.sort(key=lambda x: -self.places.get(x, -1))
        return self.call(np.add.reduce, self.rows(terms), axis=0)

    def order(self, products: list[Instruction]) -> Any:
        """By time: that of the left operands, so that slices of one array come in its order."""
        key = self.order_of([self.upright(made.args[0]) for made in products])
        return lambda pair: key(self.upright(pair[0]))

    def order_of(self, values: list[Value]) -> Any:
        if self.array_of_slices(values) is not None:
            return lambda x: self.makers[x].args[1][0]
        return lambda x: self.places.get(x, -1)

    def upright(self, x: Value) -> Value:
        made = self.maker(x, np.transpose)
        return made.args[0] if made else x

    def columns(self, arrays: list[Value]) -> Value:
        """The arrays side by side; transposed ones are joined as they lie in memory."""
        upright = [self.upright(x) for x in arrays]
        if sum(before is x for before, x in zip(upright, arrays)) > 1:
            return self.call(np.concatenate, arrays, axis=1)
        upright = [
            self.call(np.transpose, x, (1, 0)) if before is x else before
            for before, x in zip(upright, arrays)
        ]
        return self.call(np.transpose, self.rows(upright), (1, 0))

    def rows(self, arrays: list[Value]) -> Value:
        """The arrays below each other: a view, if they are slices of one array."""
        key = frozenset(arrays)
        known = self.joined.get(key)
        if known is not None and known[0] == arrays:
            return known[1]
        whole = self.array_of_slices(arrays)
        if whole is not None and self.are_consecutive(arrays):
            first, count = self.makers[arrays[0]].args[1][0], len(arrays)
            if count < whole.shape[0]:
                whole = self.call(operator.getitem, whole, (slice(first, first + count),))
            joined = self.call(np.reshape, whole, (-1, whole.shape[2]))
        else:
            joined = self.call(np.concatenate, arrays, axis=0)
        self.joined[key] = (arrays, joined)
        return joined

    def array_of_slices(self, arrays: list[Value]) -> Value | None:
        """The array of which all of these are slices along its first axis."""
        whole: Value | None = None
        for x in arrays:
            made = self.maker(x, operator.getitem)
            if made is None or type(made.args[0]) is not Value or not is_step(made):
                return None
            if whole is not None and made.args[0] is not whole:
                return None
            whole = made.args[0]
        return whole if whole is not None and len(whole.shape) == 3 else None

    def are_consecutive(self, arrays: list[Value]) -> bool:
        steps = [self.makers[x].args[1][0] for x in arrays]
        return steps == list(range(steps[0], steps[0] + len(steps)))


def is_step(taking: Instruction) -> bool:
    """Whether this is x[t]."""
    index = taking.args[1]
    return isinstance(index, tuple) and len(index) == 1 and type(index[0]) is int
