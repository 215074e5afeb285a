"""Reading a user's table: what is read is what was written, and every flaw is named."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from autograd_lite.data import Table, read_table
from autograd_lite.errors import TableError

# One file serves all examples of a property: each example writes it anew.
one_folder = settings(
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ]
)


def write(folder: Path, text: str | bytes) -> Path:
    file = folder / "table.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def lines(header: str, *rows: str, count: int = 12) -> str:
    """A table of `rows` repeated until there are `count`."""
    repeated = [rows[i % len(rows)] for i in range(count)]
    return "\n".join([header, *repeated]) + "\n"


def refusal(folder: Path, text: str | bytes, target: str = "y") -> str:
    with pytest.raises(TableError) as caught:
        read_table(write(folder, text), target)
    message = str(caught.value)
    assert "\n" not in message
    return message


# --- what is written is read --------------------------------------------------------------------

words = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=6
).filter(lambda word: word == word.strip() and not is_number(word) and not is_missing(word))
finite = st.floats(allow_nan=False, allow_infinity=False)


def is_number(cell: str) -> bool:
    try:
        return bool(float(cell)) or True
    except ValueError:
        return False


def is_missing(cell: str) -> bool:
    return cell.lower() in {"", "?", "na", "n/a", "nan", "null"}


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[Any]]]:
    """A header and columns of floats or of words from a small pool."""
    count = draw(st.integers(10, 25))
    header = draw(st.lists(words, min_size=2, max_size=5, unique=True))
    columns: list[list[Any]] = []
    for _ in header:
        if draw(st.booleans()):
            columns.append(draw(st.lists(finite, min_size=count, max_size=count)))
        else:
            pool = draw(st.lists(words, min_size=1, max_size=4, unique=True))
            columns.append(draw(st.lists(st.sampled_from(pool), min_size=count, max_size=count)))
    return header, columns


@one_folder
@given(
    table=tables(),
    data=st.data(),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    # Not QUOTE_MINIMAL: with it the writer leaves a carriage return within a cell bare.
    quoting=st.sampled_from([csv.QUOTE_NONNUMERIC, csv.QUOTE_ALL]),
    mark=st.sampled_from(["", "\ufeff"]),
)
def test_what_is_written_is_read(
    tmp_path: Path,
    table: tuple[list[str], list[list[Any]]],
    data: st.DataObject,
    end: str,
    quoting: Any,
    mark: str,
) -> None:
    header, columns = table
    target = data.draw(st.integers(0, len(header) - 1))
    assume(len(set(columns[target])) > 1)
    assume(not header[0].startswith("\ufeff"))
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator=end, quoting=quoting)
    writer.writerows([header, *zip(*columns, strict=True)])
    read = read_table(write(tmp_path, mark + stream.getvalue()), header[target])
    names, features = expected_features(header, columns, target)
    assert read.target_name == header[target]
    assert list(read.feature_names) == names
    np.testing.assert_array_equal(read.features, np.array(features).T, strict=True)
    check_target(read, columns[target])


def expected_features(
    header: list[str], columns: list[list[Any]], target: int
) -> tuple[list[str], list[list[float]]]:
    names: list[str] = []
    features: list[list[float]] = []
    for i, (name, column) in enumerate(zip(header, columns, strict=True)):
        if i == target:
            continue
        if isinstance(column[0], float):
            names.append(name)
            features.append(column)
            continue
        for category in sorted(set(column)):
            names.append(f"{name}={category}")
            features.append([float(cell == category) for cell in column])
    return names, features


def check_target(read: Table, column: list[Any]) -> None:
    if isinstance(column[0], str):
        assert read.task == "classification"
        assert list(read.classes) == sorted(set(column))
        assert [read.classes[label] for label in read.target] == column
        assert read.target.dtype == np.int64
    elif len(set(column)) <= 20 and 2 * len(set(column)) < len(column) and whole(column):
        assert read.task == "classification"
        assert [float(read.classes[label]) for label in read.target] == column
        assert read.target.dtype == np.int64
    else:
        assert read.task == "regression"
        assert read.classes == ()
        np.testing.assert_array_equal(read.target, np.array(column), strict=True)


def whole(column: list[float]) -> bool:
    return all(value.is_integer() for value in column)


def test_a_small_table(tmp_path: Path) -> None:
    text = lines("size,color,y", "1.5, red,no", "-2e3,blue ,yes", '3,"a, b",no')
    table = read_table(write(tmp_path, text), "y")
    assert table.feature_names == ("size", "color=a, b", "color=blue", "color=red")
    assert table.features[:3].tolist() == [[1.5, 0, 0, 1], [-2000, 0, 1, 0], [3, 1, 0, 0]]
    assert table.features.dtype == np.float64
    assert table.target[:3].tolist() == [0, 1, 0]
    assert (table.task, table.classes) == ("classification", ("no", "yes"))


@pytest.mark.parametrize(
    ("values", "count", "task", "classes"),
    [
        (["10", "9", "-1.0"], 12, "classification", ("-1", "9", "10")),
        (["True", "False"], 12, "classification", ("False", "True")),
        ([str(i) for i in range(20)], 41, "classification", tuple(map(str, range(20)))),
        ([str(i) for i in range(20)], 40, "regression", ()),
        ([str(i) for i in range(21)], 90, "regression", ()),
        (["1", "2", "2.5"], 12, "regression", ()),
        (["a", "b", "c", "d", "e"], 10, "classification", ("a", "b", "c", "d", "e")),
    ],
)
def test_the_task_is_told_from_the_target(
    tmp_path: Path, values: list[str], count: int, task: str, classes: tuple[str, ...]
) -> None:
    text = lines("x,y", *[f"{i},{value}" for i, value in enumerate(values)], count=count)
    table = read_table(write(tmp_path, text), "y")
    assert (table.task, table.classes) == (task, classes)


def test_blank_lines_are_skipped(tmp_path: Path) -> None:
    text = "\n\n" + lines("x,y", "1,a", "", "2,b", count=18) + "\n\n"
    assert read_table(write(tmp_path, text), "y").features[:, 0].tolist() == [1, 2] * 6


def test_numbers_are_numbers_as_other_programs_write_them(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, lines("x,code,y", "+.5E1,1_0,a", "007,2_0,b")), "y")
    assert table.feature_names == ("x", "code=1_0", "code=2_0")
    assert table.features[:2, 0].tolist() == [5, 7]


# --- every flaw is one clear sentence -----------------------------------------------------------

GOOD = [f"{i},{'ab'[i % 2]}" for i in range(12)]


@pytest.mark.parametrize("found", ["", "  ", "NA", "n/a", "NaN", "null", "NULL", "?", '""'])
def test_missing_values_are_named_by_line_and_column(tmp_path: Path, found: str) -> None:
    cell = found.strip().strip('"')
    shown = f"'{cell}'" if cell else "nothing"
    ending = f"the value is missing (found {shown}); fill it in or remove the row"
    rows = [*GOOD[:3], f"{found},a", *GOOD]
    assert refusal(tmp_path, lines("x,y", *rows)) == f"table.csv, line 5, column 'x': {ending}"
    rows = [*GOOD[:3], f"1,{found}", *GOOD]
    assert refusal(tmp_path, lines("x,y", *rows)) == f"table.csv, line 5, column 'y': {ending}"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_those_of_the_file_where_cells_span_several(tmp_path: Path, end: str) -> None:
    rows = ['"name', 'of x",y', "1,a", '2,"b', "", 'b"', "", "3,a", "?,a", "4,b"]
    message = refusal(tmp_path, end.join(rows))
    column = repr(f"name{end}of x")
    assert message.startswith(
        f"table.csv, line 9, column {column}: the value is missing (found '?'"
    )


def test_long_cells_are_shown_in_part(tmp_path: Path) -> None:
    text = lines("x,y", *GOOD[:6], "long " * 40 + ",a", *GOOD[:3], count=10)
    assert "'" + "long " * 11 + "lo...' is not a number" in refusal(tmp_path, text)


@one_folder
@given(data=st.data())
def test_a_hole_is_found_wherever_it_is(tmp_path: Path, data: st.DataObject) -> None:
    count, width = data.draw(st.integers(10, 20)), data.draw(st.integers(2, 5))
    hole = data.draw(st.integers(0, count - 1)), data.draw(st.integers(0, width - 1))
    breaks = data.draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
    text, line = ",".join(f"c{i}" for i in range(width)) + "\n", 2
    for row in range(count):
        cells = [f'"{row}' + "\n" * breaks[row] + '"'] + ["a"] * (width - 1)
        if row == hole[0]:
            cells[hole[1]] = "?"
            expected = line
        text += ",".join(cells) + "\n"
        line += 1 + (breaks[row] if cells[0] != "?" else 0)
    message = refusal(tmp_path, text, "c1")
    assert message.startswith(f"table.csv, line {expected}, column 'c{hole[1]}': the value is")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "table.csv is empty: the first line must name the columns"),
        ("\n\n \r\n", "table.csv, line 3: column 1 has no name"),
        ("x,y\n", "table.csv has a header and no rows"),
        ("x,,y\n1,2,3\n", "table.csv, line 1: column 2 has no name"),
        ("x,y, x\n1,2,3\n", "table.csv, line 1: columns 1 and 3 are both named 'x'"),
        (
            "\nx,y\n1,2\n\n1,2,3\n",
            "table.csv, line 5: 3 cells where the header names 2 columns",
        ),
        ("x,y\n1,2\n1\n", "table.csv, line 3: 1 cell where the header names 2 columns"),
        (
            "x;y\n1;2\n",
            "table.csv, line 1: a single column; a table needs a target and at least one other "
            "column; are the cells separated by ';' instead of commas?",
        ),
        (
            "y\n1\n",
            "table.csv, line 1: a single column; a table needs a target and at least one other "
            "column",
        ),
        (
            'x,y\n1,2\n3,"4\n5,6\n',
            "table.csv, line 3: not comma-separated values (unexpected end of data); "
            "is a quotation mark left open or out of place?",
        ),
        (
            'x,y\n1,2\n3,"4"4\n5,6\n',
            "table.csv, line 3: not comma-separated values (',' expected after '\"'); "
            "is a quotation mark left open or out of place?",
        ),
        (
            "x,y\n1,2\n3,caf\u00e9\n".encode("latin-1"),
            "table.csv, line 3: byte 0xe9 is not UTF-8 text; save the table as CSV in UTF-8",
        ),
        (
            b"\xef\xbb\xbfx,y\r1,2\r3,\xff\r",
            "table.csv, line 3: byte 0xff is not UTF-8 text; save the table as CSV in UTF-8",
        ),
        (
            "x,y\n1,2\n".encode("utf-16-le"),
            "table.csv, line 1: a zero byte is not text; save the table as CSV in UTF-8",
        ),
        (
            lines("x,y", "1,a", "2,b", count=9),
            "table.csv has 9 rows; at least 10 are needed to hold out a fifth",
        ),
        (
            lines("x,y", "1,a"),
            "table.csv, column 'y': the target is 'a' in every row, so there is nothing to learn",
        ),
        (
            lines("x,y", "1,7", "2,7"),
            "table.csv, column 'y': the target is '7' in every row, so there is nothing to learn",
        ),
        (
            lines("x,y", *[f"1,name {i}" for i in range(12)]),
            "table.csv, column 'y': the target has 12 different texts in 12 rows; "
            "classes need at least two rows each on average",
        ),
        (
            lines("id,y", *[f"name {i},{i % 2}" for i in range(12)]),
            "table.csv, column 'id': every row has a text of its own, which says nothing about "
            "other rows; remove the column",
        ),
        (
            lines("id,y", *[f"name {i},{i % 2}" for i in range(1001)], count=1100),
            "table.csv, column 'id': 1001 different texts, more than the 1000 that a column may "
            "have; remove the column or group its texts",
        ),
        (
            lines("x,y", *GOOD[:4], "1e999,a", *GOOD),
            "table.csv, line 6, column 'x': '1e999' is not a finite number",
        ),
        (
            lines("y,z", *GOOD[:4], "-inf,a", *GOOD),
            "table.csv, line 6, column 'y': '-inf' is not a finite number",
        ),
        (
            lines("x,y", *GOOD[:6], "3.1x,a", *GOOD[:3], count=10),
            "table.csv, line 8, column 'x': '3.1x' is not a number, "
            "as 9 of the column's 10 cells are",
        ),
    ],
)
def test_flaws_are_named(tmp_path: Path, text: str | bytes, message: str) -> None:
    assert refusal(tmp_path, text) == message


def test_two_mistakes_in_ten_make_a_column_of_text(tmp_path: Path) -> None:
    text = lines("x,y", "1,a", "2,b", "1,b", "3.1x,a", "4,b", count=10)
    assert read_table(write(tmp_path, text), "y").feature_names == ("x=1", "x=2", "x=3.1x", "x=4")


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        ("speces", "did you mean 'Species'?"),
        ("SPECIES", "did you mean 'Species'?"),
        ("petal", "did you mean 'petal_w' or 'petal_l'?"),
        ("zzz", "its columns are 'Species', 'petal_l', 'petal_w'"),
    ],
)
def test_a_target_that_is_not_there_is_helped(tmp_path: Path, target: str, hint: str) -> None:
    text = lines("Species,petal_l,petal_w", "a,1,2", "b,3,4")
    assert refusal(tmp_path, text, target) == f"table.csv has no column '{target}'; {hint}"


def test_a_long_header_is_shown_in_part(tmp_path: Path) -> None:
    text = ",".join(f"c{i}" for i in range(15)) + "\n"
    assert refusal(tmp_path, text, "zzz").endswith("'c8', 'c9' and 5 more")


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    for path, message in (
        (tmp_path / "no.csv", f"there is no file {tmp_path / 'no.csv'}"),
        (tmp_path, f"{tmp_path} is a folder, not a CSV file"),
        ("a\0b.csv", "a\0b.csv cannot be read: embedded null byte"),
    ):
        with pytest.raises(TableError) as caught:
            read_table(path, "y")
        assert str(caught.value) == message


@one_folder
@given(content=st.binary(max_size=80) | st.text('01a",\n\r ?', max_size=120).map(str.encode))
def test_any_bytes_are_read_or_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    try:
        read_table(write(tmp_path, b"x,y\n" + content), "y")
    except TableError as error:
        assert "table.csv" in str(error)
