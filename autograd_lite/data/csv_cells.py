"""Read a CSV file as cells of text that remember their lines; refuse what is not a table."""

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograd_lite.errors import TableError

__all__ = ["Cells", "quoted", "read_cells"]

_MISSING = frozenset({"", "?", "n/a", "na", "nan", "null"})
_ADVICE = "save the table as CSV in UTF-8"


@dataclass(frozen=True, eq=False)
class Cells:
    """A header and equally long rows of stripped, non-missing text.

    `lines[i]` is the line of the file, counted from 1, on which row i begins.
    """

    file: str
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]

    def at(self, column: str, row: int | None = None) -> str:
        """Where a column or a cell of it is, for the beginning of a message."""
        line = "" if row is None else f", line {self.lines[row]}"
        return f"{self.file}{line}, column {quoted(column)}"


def quoted(text: str) -> str:
    """A cell or a name as a message shows it: on one line, and not all of a long one."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


def read_cells(path: str | os.PathLike[str]) -> Cells:
    """Read a UTF-8 file of comma-separated values whose first row names the columns.

    Blank lines are skipped. Any other flaw is a TableError that names the line and, where there is
    one, the column: missing values (empty, NA, N/A, NaN, null, ?, in either case) among them.
    """
    file = Path(path).name or str(path)
    records = _records(file, _text(path, file))
    first = next(records, None)
    if first is None:
        raise TableError(f"{file} is empty: the first line must name the columns")
    line, names = first
    header = _header(file, line, names)
    rows: list[list[str]] = []
    lines: list[int] = []
    for line, cells in records:
        _check_row(file, line, header, cells)
        rows.append(cells)
        lines.append(line)
    return Cells(file, header, rows, lines)


def _text(path: str | os.PathLike[str], file: str) -> str:
    try:
        raw = Path(path).read_bytes()
    except FileNotFoundError:
        raise TableError(f"there is no file {path}") from None
    except IsADirectoryError:
        raise TableError(f"{path} is a folder, not a CSV file") from None
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
        reason = getattr(error, "strerror", None) or error
        raise TableError(f"{path} cannot be read: {reason}") from error
    if b"\0" in raw:
        place = _line_of(raw, raw.index(b"\0"))
        raise TableError(f"{file}, line {place}: a zero byte is not text; {_ADVICE}")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The error's own bytes: a byte order mark is no longer among them.
        place = _line_of(error.object, error.start)
        byte = error.object[error.start]
        raise TableError(
            f"{file}, line {place}: byte 0x{byte:02x} is not UTF-8 text; {_ADVICE}"
        ) from None


def _line_of(raw: bytes, position: int) -> int:
    return len((raw[:position] + b".").splitlines())


def _records(file: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line on which it begins, stripped cells) for each record that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise TableError(
                f"{file}, line {line}: not comma-separated values ({error}); "
                "is a quotation mark left open or out of place?"
            ) from None
        if cells:
            yield line, list(map(str.strip, cells))


def _header(file: str, line: int, names: list[str]) -> tuple[str, ...]:
    for number, name in enumerate(names, 1):
        if not name:
            raise TableError(f"{file}, line {line}: column {number} has no name")
        if name in names[: number - 1]:
            first = names.index(name) + 1
            raise TableError(
                f"{file}, line {line}: columns {first} and {number} are both named {quoted(name)}"
            )
    if len(names) == 1:
        other = next((mark for mark in ";\t|" if mark in names[0]), None)
        hint = f"; are the cells separated by {other!r} instead of commas?" if other else ""
        raise TableError(
            f"{file}, line {line}: a single column; a table needs a target and at least one "
            f"other column{hint}"
        )
    return tuple(names)


def _check_row(file: str, line: int, header: tuple[str, ...], cells: list[str]) -> None:
    if len(cells) != len(header):
        count = f"{len(cells)} cell{'s' if len(cells) > 1 else ''}"
        raise TableError(
            f"{file}, line {line}: {count} where the header names {len(header)} columns"
        )
    if _MISSING.isdisjoint(map(str.lower, cells)):
        return
    for name, cell in zip(header, cells, strict=True):
        if cell.lower() in _MISSING:
            found = quoted(cell) if cell else "nothing"
            raise TableError(
                f"{file}, line {line}, column {quoted(name)}: the value is missing "
                f"(found {found}); fill it in or remove the row"
            )
