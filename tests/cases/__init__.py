"""The one table of cases: for every function that has a gradient, how to call it and on what.

Entry-by-entry rows say from which intervals their operands come, so that shapes, dtypes and
broadcasting can be varied; `shaped` rows carry their operands. Both give `Case`s, which drive
every check in test_primitives.py. Operands keep away from kinks; those are in `CONVENTIONS`
(what a derivative is by agreement) and `SINGULAR` (where a derivative is infinite).

A file here holds the cases of the file of the same name in `autograd_lite/ops/`, or of one topic:
`CASES`, and where there are any `CONSTANT`, `CONVENTIONS`, `SINGULAR`.
"""

from collections.abc import Callable
from typing import Any

from cases import (
    assembly,
    batches,
    choosing,
    complex_numbers,
    constants,
    convolution,
    edges,
    elementwise,
    fourier,
    grids,
    indexing,
    linalg,
    losses,
    networks,
    ordering,
    padding,
    products,
    reductions,
    series,
    shapes,
    special,
    statistics,
    ufunc_methods,
)
from cases.kinds import Case, Convention, Entrywise, Singular

__all__ = ["CASES", "CONSTANT", "CONVENTIONS", "ENTRYWISE", "SINGULAR", "Case", "Convention",
           "Entrywise", "Singular"]  # fmt: skip

TOPICS = [
    elementwise, reductions, statistics, series, shapes, assembly, padding, ordering,
    choosing, grids, indexing, products, linalg, losses, edges, constants,
    ufunc_methods, special, complex_numbers, fourier, batches, convolution, networks,
]  # fmt: skip


def gathered(name: str) -> list[Any]:
    return [row for topic in TOPICS for row in getattr(topic, name, [])]


ENTRYWISE: list[Entrywise] = [row for row in gathered("CASES") if isinstance(row, Entrywise)]
CASES: list[Case] = [
    row.case() if isinstance(row, Entrywise) else row for row in gathered("CASES")
]  # fmt: skip
CONSTANT: list[tuple[str, Callable[..., Any]]] = gathered("CONSTANT")
CONVENTIONS: list[Convention] = gathered("CONVENTIONS")
SINGULAR: list[Singular] = gathered("SINGULAR")
