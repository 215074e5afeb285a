"""Terms that a sum has several times are multiplied: equal but for rounding."""

from typing import Any

import numpy as np

from autograd_lite.compiler.passes.sums import Sums, inner_sums
from autograd_lite.compiler.program import Program, Value

FEWEST = 3  # x + x takes no longer than x * 2


def liketerms(program: Program) -> Program:
    """The program with x * 3 for x + x + x, wherever they stand in a chain of sums."""
    inner = inner_sums(program)
    return LikeTerms(program, inner).run_on_sums() if inner else program


class LikeTerms(Sums):
    """One walk in which the last sum of a chain has each of its terms once."""

    def total(self, terms: list[Any], out: Value) -> Any:
        counts: dict[Value, int] = {}
        for x in terms:
            if type(x) is Value:
                counts[x] = counts.get(x, 0) + 1
        often = [x for x, count in counts.items() if count >= FEWEST]
        if not often or out.dtype.kind != "f" or any(x.dtype != out.dtype for x in often):
            return None
        products = [self.call(np.multiply, x, counts[x]) for x in often]
        rest: list[Any] = [x for x in terms if type(x) is not Value or counts[x] < FEWEST]
        first, *others = rest + products
        return self.with_rest(first, others)
