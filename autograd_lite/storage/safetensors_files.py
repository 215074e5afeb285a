"""The .safetensors format: the text in its metadata, after a checksum of all that is stored.

Both stand in one entry, "autograd_lite": "autograd_lite <CRC-32> <text>". The name stands twice so
that a file of ours in which one of them was damaged is not taken for a file of another program.
"""

import zlib
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite.errors import MissingPackageError, StorageError
from autograd_lite.storage.layout import Arrays, DamagedError

OURS = "autograd_lite"


def safetensors() -> ModuleType:
    try:
        import safetensors.numpy
    except ImportError as error:
        raise MissingPackageError(
            'a .safetensors file needs the safetensors package: pip install "autograd_lite[app]", '
            "or use .npz, which needs nothing"
        ) from error
    return safetensors


def encode_safetensors(arrays: Arrays, text: str) -> bytes:
    package = safetensors()
    for name, array in arrays.items():
        if array.dtype.itemsize > 8:
            raise StorageError(
                f"'{name}' is of {array.dtype}, which .safetensors does not have; save to .npz"
            )
    # One entry for both: safetensors writes several in random order, and equal trees would differ.
    metadata = {OURS: f"{OURS} {checksum(arrays, text)} {text}"}
    try:
        content: bytes = package.numpy.save(arrays, metadata)
    except package.SafetensorError as error:  # before its version 0.7: complex64
        raise StorageError(f"safetensors {package.__version__} says: {error}") from error
    return content


def decode_safetensors(file: Path) -> tuple[Arrays, str | None]:
    with safetensors().safe_open(file, framework="numpy") as archive:
        metadata: dict[str, str] = archive.metadata() or {}
        kinds = {name: archive.get_slice(name).get_dtype() for name in list(archive.keys())}
        arrays = {
            name: widened(file, name) if kind == "BF16" else read_entry(archive, name, kind)
            for name, kind in kinds.items()
        }
    for key, value in metadata.items():
        if key == OURS or value.startswith(f"{OURS} "):
            return arrays, checked(arrays, key, value)
    return arrays, None


def checked(arrays: Arrays, key: str, value: str) -> str:
    """The text of an entry of ours, if the checksum before it is right."""
    name, _, rest = value.partition(" ")
    expected, _, text = rest.partition(" ")
    if (key, name, expected) != (OURS, OURS, checksum(arrays, text)):
        raise DamagedError("its checksum does not fit its content")
    return text


def read_entry(archive: Any, name: str, kind: str) -> NDArray[Any]:
    try:
        array: NDArray[Any] = archive.get_tensor(name)
    except (AttributeError, TypeError):  # of the dtypes that NumPy lacks
        raise DamagedError(f"'{name}' is of {kind}, which NumPy does not have") from None
    return array


def widened(file: Path, name: str) -> NDArray[np.float32]:
    """An array of bfloat16, the upper half of float32, as float32: exact."""
    entries: dict[str, Any] = dict(safetensors().deserialize(file.read_bytes()))
    halves = np.frombuffer(entries[name]["data"], "<u2").astype(np.uint32)
    return (halves << 16).view(np.float32).reshape(entries[name]["shape"])


def checksum(arrays: Arrays, text: str) -> str:
    """The CRC-32 of all that is stored, which the format itself does not keep."""
    total = zlib.crc32(text.encode())
    for name, array in sorted(arrays.items()):
        total = zlib.crc32(f"{name} {array.dtype} {array.shape}".encode(), total)
        total = zlib.crc32(array.tobytes(), total)
    return f"{total:08x}"
