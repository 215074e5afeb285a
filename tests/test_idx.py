"""IDX files: arrays of every kind, packed or not, and one clear sentence for all other files."""

import gzip
import math
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograd_lite import data
from autograd_lite.errors import StorageError

CODES = {"u1": (0x08, "B"), "i1": (0x09, "b"), "i2": (0x0B, "h"), "i4": (0x0C, "i"),
         "f4": (0x0D, "f"), "f8": (0x0E, "d")}  # fmt: skip
one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def idx(array: np.ndarray[Any, Any]) -> bytes:
    """The bytes of an IDX file, built number by number."""
    code, letter = CODES[array.dtype.str[1:]]
    header = bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + struct.pack(f">{array.size}{letter}", *array.reshape(-1).tolist())


@one_folder
@given(
    st.sampled_from(sorted(CODES)).flatmap(
        lambda code: hnp.arrays(code, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0))
    ),
    st.booleans(),
)
def test_what_was_written_is_read(
    tmp_path: Path, array: np.ndarray[Any, Any], packed: bool
) -> None:
    file = tmp_path / "any-name"
    content = idx(array)
    file.write_bytes(gzip.compress(content, mtime=0) if packed else content)
    found = data.read_idx(file)
    np.testing.assert_array_equal(found, array, strict=True)
    assert found.dtype.isnative
    assert found.flags.writeable


def test_a_file_as_it_stands_in_the_description(tmp_path: Path) -> None:
    file = tmp_path / "train-labels-idx1-ubyte"
    file.write_bytes(bytes.fromhex("00000801 00000003 05 00 04"))
    assert data.read_idx(file).tolist() == [5, 0, 4]
    file.write_bytes(bytes.fromhex("00000B02 00000002 00000001 FFFE 0102"))
    assert data.read_idx(file).tolist() == [[-2], [258]]


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_cut_off_at_any_length_is_found_out(tmp_path: Path, packed: bool) -> None:
    file = tmp_path / "images"
    content = idx(np.arange(24, dtype="i2").reshape(2, 3, 4))
    content = gzip.compress(content, mtime=0) if packed else content
    for length in range(len(content)):
        file.write_bytes(content[:length])
        with pytest.raises(StorageError, match="^cannot read ") as caught:
            data.read_idx(file)
        assert "\n" not in str(caught.value)


@one_folder
@given(content=st.binary(max_size=60))
def test_foreign_bytes_are_refused_or_are_what_they_say(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "images"
    for start in (b"", b"\0\0", b"\0\0\x08", b"\0\0\x0d\x01\0\0\0", b"\x1f\x8b\x08\0"):
        file.write_bytes(start + content)
        try:
            found = data.read_idx(file)
        except StorageError as error:
            assert str(error).startswith(f"cannot read {file}: ")
        else:
            assert found.nbytes + 4 + 4 * found.ndim == len(start + content)


def packed_with(change: int) -> bytes:
    content = bytearray(gzip.compress(idx(np.arange(9, dtype="u1")), mtime=0))
    content[change] ^= 0xFF
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it ends within its header, after 0 bytes"),
        (b"\0\0\x08\x02\0\0", "it ends within its header, after 6 bytes"),
        (
            b"P5 28 28 255\n",
            "it is not an IDX file, which begins with two zero bytes and a type of number; "
            "it begins with 50 35 20 32",
        ),
        (bytes.fromhex("00000A01 00000000"), "it is not an IDX file"),
        (
            bytes.fromhex("00000801 00000003 05 00"),
            "it is cut off: its header states (3,) numbers of 1 bytes, 3 bytes in all, and "
            "2 bytes follow",
        ),
        (
            bytes.fromhex("00000E02 FFFFFFFF FFFFFFFF 00"),
            "it is cut off: its header states (4294967295, 4294967295) numbers of 8 bytes, "
            f"{8 * math.prod([2**32 - 1] * 2)} bytes in all, and 1 bytes follow",
        ),
        (
            bytes.fromhex("00000801 00000001 05 00"),
            "it is too long: its header states (1,) numbers of 1 bytes, 1 bytes in all, and "
            "2 bytes follow",
        ),
        (bytes([0, 0, 8, 65]) + bytes(4 * 65), "it states 65 axes; arrays have 64"),
        (packed_with(-6), "its gzip packing is damaged (CRC check failed"),
        (gzip.compress(b"text, not numbers", mtime=0), "it is not an IDX file"),
        (gzip.compress(idx(np.ones(3, "u1")), mtime=0)[:-9], "its gzip packing is damaged ("),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "images.gz"
    file.write_bytes(content)
    with pytest.raises(StorageError) as caught:
        data.read_idx(file)
    assert str(caught.value).startswith(f"cannot read {file}: {message}")


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    for path, reason in (
        (tmp_path / "nothing", "No such file or directory"),
        (tmp_path, "Is a directory"),
        ("a\0b", "embedded null byte"),
    ):
        with pytest.raises(StorageError) as caught:
            data.read_idx(path)
        assert str(caught.value) == f"cannot read {path}: {reason}"
