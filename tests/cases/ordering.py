"""Entries put in order, and taken out by their order."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cases.kinds import convention, joined, real, shaped

TWICE = np.array([0.5, -1.5, 0.5, 2.0, -1.5])
ZEROS = np.array([0.0, 0.0, 1.5, 0.0, -2.5, 0.0], np.float32)


def repeated(x: Any) -> Any:
    """Entries of which some are equal."""
    return x[[0, 1, 0, 2, 1]]


CASES = [
    shaped("sort", np.sort, real(2, 4)),
    shaped("sort, axis", lambda x: np.sort(x, axis=0), real(4, 2)),
    shaped("sort, flat", lambda x: np.sort(x, axis=None, stable=True), real(2, 3)),
    shaped("sort, kind", lambda x: np.sort(x, -1, "mergesort"), real(5)),
    shaped("sort of one", np.sort, real(1)),
    shaped("sort of none", np.sort, real(2, 0)),
    shaped("partition", lambda x: np.partition(x, 2, axis=0)[2], real(5, 2)),
    shaped("partition, several", lambda x: np.partition(x, (1, -2), axis=None)[[1, 4]],
           real(2, 3)),
    shaped("sort_complex", lambda x: np.real(np.sort_complex(x)), real(4), float32=False),
    shaped("unique", lambda x: np.unique(repeated(x)), real(3)),
    shaped("unique of a matrix", np.unique, real(2, 2)),
    shaped("unique, rows", lambda x: np.unique(x[[0, 1, 0]], axis=0), real(2, 2)),
    shaped("unique and more", lambda x: scaled(*np.unique(repeated(x), True, True, True)),
           real(3)),
    shaped("unique_values", np.unique_values, real(3), value=np.unique),
    shaped("unique_counts", lambda x: scaled(*np.unique_counts(repeated(x))), real(3)),
    shaped("unique_inverse", lambda x: scaled(*np.unique_inverse(repeated(x))), real(3)),
    shaped("unique_all", lambda x: scaled(*np.unique_all(repeated(x))), real(3)),
    shaped("trim_zeros", lambda x: np.trim_zeros(x * ZEROS), real(6)),
    shaped("trim_zeros, front", lambda x: np.trim_zeros(x * ZEROS, "f"), real(6)),
    shaped("trim_zeros, back", lambda x: np.trim_zeros(x * ZEROS, "B"), real(6)),
    shaped("trim_zeros of zeros", lambda x: np.trim_zeros(x * np.zeros(6, x.dtype)), real(6)),
]  # fmt: skip


def scaled(values: Any, *constants: Any) -> Any:
    """The values, each multiplied by what the constants add up to."""
    return values * joined([np.asarray(c, np.float32) for c in constants])


CONVENTIONS = [
    convention("sort of equal entries", lambda x: np.sort(x) @ np.arange(5.0), (TWICE.tolist(),),
               9.0, [2, 0, 3, 4, 1]),
    convention("unique of equal entries", lambda x: np.unique(x) @ np.arange(1.0, 4),
               (TWICE.tolist(),), 5.5, [2, 1, 0, 3, 0]),
]  # fmt: skip

CONSTANT: list[tuple[str, Callable[..., Any]]] = [
    ("argpartition", lambda x: np.argpartition(x, 1)),
    ("lexsort", lambda x: np.lexsort((x,))),
    ("digitize", lambda x: np.digitize(x, np.array([-1.0, 0.5]))),
    ("isin", lambda x: np.isin(x, [0.1, 2.0])),
]
