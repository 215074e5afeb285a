"""A user's own table: from a CSV file to arrays that a network can learn from."""

import difflib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from autograd_lite.data.csv_cells import Cells, quoted, read_cells
from autograd_lite.errors import TableError

__all__ = ["Table", "read_table"]

_LEAST_ROWS = 10  # of which a fifth, two rows, can be held out
_MOST_INTEGER_CLASSES = 20
_MOST_CATEGORIES = 1000
_CELLS_PER_MISTAKE = 10  # a column of numbers may hold one text in so many before it is text


@dataclass(frozen=True, eq=False)
class Table:
    """Features (n, d) float64 as read, and a target (n,): int64 class numbers or float64 values.

    `classes[k]` is the text of class k; a regression has none.
    """

    features: NDArray[np.float64]
    feature_names: tuple[str, ...]
    target: NDArray[np.int64] | NDArray[np.float64]
    target_name: str
    task: Literal["classification", "regression"]
    classes: tuple[str, ...]


def read_table(path: str | os.PathLike[str], target: str) -> Table:
    """Read a CSV file (UTF-8, commas, a first row of names) and tell its task from the target.

    Columns: one of numbers is a feature; one of text becomes a feature for each category, named
    "color=red", 1 where the cell is that category and else 0, categories sorted. In a column of
    which at least nine tenths are numbers, a text is refused as a mistake.
    Task: classification if the target is text, or whole numbers of at most 20 values that are
    fewer than half the rows; else regression. Classes are sorted.
    Any flaw is a TableError: one sentence that names the line and the column.
    """
    cells = read_cells(path)
    target_index = _target_index(cells, target)
    if not cells.rows:
        raise TableError(f"{cells.file} has a header and no rows")
    if len(cells.rows) < _LEAST_ROWS:
        raise TableError(
            f"{cells.file} has {len(cells.rows)} rows; at least {_LEAST_ROWS} are needed "
            "to hold out a fifth"
        )
    columns = list(zip(*cells.rows, strict=True))
    values, task, classes = _read_target(cells, target, columns.pop(target_index))
    names = [name for name in cells.header if name != target]
    parts = [
        _read_feature(cells, name, column) for name, column in zip(names, columns, strict=True)
    ]
    features = np.concatenate([part for _, part in parts], axis=1)
    feature_names = tuple(name for names, _ in parts for name in names)
    return Table(features, feature_names, values, target, task, classes)


def _target_index(cells: Cells, target: str) -> int:
    if target in cells.header:
        return cells.header.index(target)
    spelled = {name.lower(): name for name in cells.header}
    close = difflib.get_close_matches(target.lower(), spelled)
    if close:
        hint = "did you mean " + " or ".join(quoted(spelled[name]) for name in close) + "?"
    else:
        shown = ", ".join(quoted(name) for name in cells.header[:10])
        more = len(cells.header) - 10
        hint = f"its columns are {shown}" + (f" and {more} more" if more > 0 else "")
    raise TableError(f"{cells.file} has no column {quoted(target)}; {hint}")


def _read_target(
    cells: Cells, name: str, column: Sequence[str]
) -> tuple[
    NDArray[np.int64] | NDArray[np.float64],
    Literal["classification", "regression"],
    tuple[str, ...],
]:
    numbers = _numbers(cells, name, column)
    distinct: list[str] | NDArray[np.float64] = (
        sorted(set(column)) if numbers is None else np.unique(numbers)
    )
    if len(distinct) == 1:
        raise TableError(
            f"{cells.at(name)}: the target is {quoted(column[0])} in every row, "
            "so there is nothing to learn"
        )
    if numbers is None:
        if 2 * len(distinct) > len(column):
            raise TableError(
                f"{cells.at(name)}: the target has {len(distinct)} different texts "
                f"in {len(column)} rows; classes need at least two rows each on average"
            )
        codes, classes = _categories(cells, name, column)
        return codes, "classification", classes
    few = len(distinct) <= _MOST_INTEGER_CLASSES and 2 * len(distinct) < len(column)
    if few and all(float(value).is_integer() for value in distinct):
        classes = tuple(str(int(value)) for value in distinct)
        return np.searchsorted(distinct, numbers).astype(np.int64), "classification", classes
    return numbers, "regression", ()


def _read_feature(
    cells: Cells, name: str, column: Sequence[str]
) -> tuple[list[str], NDArray[np.float64]]:
    """The names and the values (n, k) of the features that a column becomes."""
    numbers = _numbers(cells, name, column)
    if numbers is not None:
        return [name], numbers[:, np.newaxis]
    codes, categories = _categories(cells, name, column)
    if len(categories) == len(column):
        raise TableError(
            f"{cells.at(name)}: every row has a text of its own, which says nothing "
            "about other rows; remove the column"
        )
    values = np.zeros((len(column), len(categories)))
    values[np.arange(len(column)), codes] = 1
    return [f"{name}={category}" for category in categories], values


def _categories(
    cells: Cells, name: str, column: Sequence[str]
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    categories = tuple(sorted(set(column)))
    if len(categories) > _MOST_CATEGORIES:
        raise TableError(
            f"{cells.at(name)}: {len(categories)} different texts, more than the "
            f"{_MOST_CATEGORIES} that a column may have; remove the column or group its texts"
        )
    code = {category: number for number, category in enumerate(categories)}
    return np.array([code[cell] for cell in column], np.int64), categories


def _numbers(cells: Cells, name: str, column: Sequence[str]) -> NDArray[np.float64] | None:
    """The values of a column of numbers; None for a column of text."""
    try:
        values = np.array([float(cell) for cell in column])
        wrong = [row for row, cell in enumerate(column) if "_" in cell]  # Python's 1_000
    except ValueError:
        values = np.zeros(0)
        wrong = [row for row, cell in enumerate(column) if not _is_number(cell)]
    if _CELLS_PER_MISTAKE * len(wrong) > len(column):
        return None
    if wrong:
        raise TableError(
            f"{cells.at(name, wrong[0])}: {quoted(column[wrong[0]])} is not a number, "
            f"as {len(column) - len(wrong)} of the column's {len(column)} cells are"
        )
    if not np.isfinite(values).all():
        row = int(np.argmin(np.isfinite(values)))
        raise TableError(f"{cells.at(name, row)}: {quoted(column[row])} is not a finite number")
    return values


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell
