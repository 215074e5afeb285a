"""Read IDX files, the format of MNIST and its relatives, plain or packed by gzip.

Such a file begins with two zero bytes, a byte for the type of the numbers and a byte for how many
axes there are; then the length of each axis, four bytes, then the numbers, the last axis fastest,
the most significant byte first (Y. LeCun, C. Cortes, C. Burges: The MNIST database).
"""

import gzip
import math
import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite.errors import StorageError

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
GZIP = b"\x1f\x8b"
MOST_AXES = 64  # of a NumPy array


def read_idx(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read an IDX file as an array of the shape and the type of number that the file states.

    A file packed by gzip is known by its first bytes, whatever its name. Raises StorageError, in
    one sentence, for a file that cannot be read, is cut off, damaged, too long or no IDX file.

    >>> images = read_idx("train-images-idx3-ubyte.gz")  # doctest: +SKIP
    >>> images.shape, images.dtype  # doctest: +SKIP
    ((60000, 28, 28), dtype('uint8'))
    """
    try:
        packed = Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
        reason = getattr(error, "strerror", None) or error
        raise StorageError(f"cannot read {path}: {reason}") from error
    try:
        content = gzip.decompress(packed) if packed.startswith(GZIP) else packed
    except (EOFError, OSError, zlib.error) as error:
        raise StorageError(f"cannot read {path}: its gzip packing is damaged ({error})") from error
    return array_of(path, content)


def array_of(path: str | os.PathLike[str], content: bytes) -> NDArray[Any]:
    """The array that the unpacked bytes describe, in the machine's byte order."""
    if len(content) >= 4 and (content[:2] != b"\0\0" or content[2] not in TYPES):
        raise StorageError(
            f"cannot read {path}: it is not an IDX file, which begins with two zero bytes and a "
            f"type of number; it begins with {content[:4].hex(' ')}"
        )
    axes = content[3] if len(content) >= 4 else 0
    start = 4 + 4 * axes
    if len(content) < start or not content:
        raise StorageError(
            f"cannot read {path}: it ends within its header, after {len(content)} bytes"
        )
    if axes > MOST_AXES:
        raise StorageError(f"cannot read {path}: it states {axes} axes; arrays have {MOST_AXES}")
    shape = tuple(np.frombuffer(content, ">u4", axes, 4).tolist())
    dtype = np.dtype(TYPES[content[2]])
    stated, found = math.prod(shape) * dtype.itemsize, len(content) - start
    if stated != found:
        state = "is cut off" if found < stated else "is too long"
        raise StorageError(
            f"cannot read {path}: it {state}: its header states {shape} numbers of "
            f"{dtype.itemsize} bytes, {stated} bytes in all, and {found} bytes follow"
        )
    numbers = np.frombuffer(content, dtype, offset=start).reshape(shape)
    return numbers.astype(dtype.newbyteorder("="))
