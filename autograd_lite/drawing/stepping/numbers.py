"""An array as a page shows it: entry by entry if it is small, else statistics and a heat map.

What is shown is copied, so that no array of a graph lives on in a drawing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite.core.tensor import value_of
from autograd_lite.drawing.text import short_dtype

SMALL = 144  # entries that one can still read in a table
CELLS = 32  # rows and columns of a heat map
FULL = 127  # the code of the largest magnitude in a heat map
NOT_FINITE = -128  # the code of a cell in which there is a NaN or an infinity

Entry = bool | int | float | complex


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of the finite entries of a large array, and how many are not finite."""

    smallest: float
    largest: float
    mean: float
    deviation: float
    norm: float
    not_finite: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The means of blocks of entries, row by row, as whole numbers from -127 to 127 of `scale`."""

    rows: int
    columns: int
    codes: bytes  # signed
    scale: float


@dataclass(frozen=True, slots=True)
class Numbers:
    """An array's shape and dtype, and either its entries or what a large array comes to."""

    shape: tuple[int, ...]
    dtype: str
    entries: tuple[Entry, ...] | None = None
    statistics: Statistics | None = None
    heat_map: HeatMap | None = None


def plain_array(value: Any) -> NDArray[Any] | None:
    """The value as an array of numbers; None for anything else, such as a batch of `vmap`."""
    value = value_of(value)
    if not isinstance(value, (np.ndarray, np.generic, bool, int, float, complex)):
        return None
    array = np.asarray(value)
    return array if array.dtype.kind in "biufc" else None


def numbers_of(value: Any) -> Numbers | None:
    """What a page shows of a value; None if it is no array of numbers.

    >>> numbers_of(np.float32([0.1, 2.0]))
    Numbers(shape=(2,), dtype='f32', entries=(0.1, 2.0), statistics=None, heat_map=None)
    """
    array = plain_array(value)
    if array is None:
        return None
    dtype = short_dtype(array.dtype)
    if array.size <= SMALL:
        return Numbers(array.shape, dtype, tuple(entry(each) for each in array.ravel()))
    magnitudes = np.abs(array) if array.dtype.kind == "c" else array
    real = magnitudes.astype(float, copy=False)
    return Numbers(array.shape, dtype, None, statistics_of(real), heat_map_of(real))


def entry(number: Any) -> Entry:
    """A NumPy number as Python's; a short float as the double of the fewest digits."""
    if isinstance(number, np.floating) and not isinstance(number, np.double):
        return float(str(number))
    plain: Entry = number.item()
    return plain


def statistics_of(array: NDArray[np.float64]) -> Statistics:
    finite = array[np.isfinite(array)]
    if not finite.size:
        return Statistics(math.nan, math.nan, math.nan, math.nan, math.nan, array.size)
    with np.errstate(over="ignore"):  # a norm of numbers near the largest may be infinite
        return Statistics(
            float(finite.min()), float(finite.max()), float(finite.mean()), float(finite.std()),
            float(np.linalg.norm(finite)), array.size - finite.size,
        )  # fmt: skip


def heat_map_of(array: NDArray[np.float64]) -> HeatMap:
    """The array as a table (leading axes become rows) of at most 32 x 32 blocks."""
    table = array.reshape(math.prod(array.shape[:-1]), array.shape[-1])
    with np.errstate(invalid="ignore", over="ignore"):
        means = block_means(block_means(table).T).T
    finite = np.isfinite(means)
    scale = float(np.abs(means[finite]).max(initial=0.0))
    relative = np.divide(means, scale, out=np.zeros_like(means), where=finite & (scale > 0))
    codes = np.where(finite, np.rint(FULL * relative), NOT_FINITE).astype(np.int8)
    rows, columns = means.shape
    return HeatMap(rows, columns, codes.tobytes(), scale)


def block_means(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """The table with at most 32 rows, each the mean of as many rows as the others, or one less."""
    count = len(table)
    if count <= CELLS:
        return table
    edges: Sequence[int] = [count * i // CELLS for i in range(CELLS + 1)]
    sums: NDArray[np.float64] = np.add.reduceat(table, edges[:-1], axis=0)
    return sums / np.diff(edges)[:, np.newaxis]
