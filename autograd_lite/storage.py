"""Save a tree of arrays to one file and load it again, as .safetensors or .npz; never pickle.

In the file an array is named by its path in the tree ("layers.0.weight"). Beside the arrays stands
a list of all leaves in their order: one JSON object, {path: value}, in which an array is shown as
{} and other leaves (str, int, float, bool, None) as they are. An .npz holds it as the bytes of an
entry "__metadata__"; a .safetensors in its metadata, as "autograd_lite", after a checksum of all
that is stored and a space (the entries of an .npz have their checksums in the zip archive).
"""

import io
import json
import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd_lite import tree as trees
from autograd_lite.core.tensor import Tensor
from autograd_lite.errors import AutogradLiteError, MissingPackageError, StorageError

__all__ = ["load", "save"]

_RESERVED = "__metadata__"  # safetensors keeps its metadata under this name, so .npz does as well
_KEY = "autograd_lite"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest date of a zip entry: equal trees make equal files

_IS_ARRAY: dict[str, Any] = {}  # stands for an array in the list of leaves
_PLAIN = (str, bool, int, float, type(None))

Arrays = dict[str, NDArray[Any]]


class _Format(NamedTuple):
    """How arrays and the list of leaves become a file's bytes, and come back from the file."""

    encode: Callable[[Arrays, str], bytes]
    decode: Callable[[Path], tuple[Arrays, str | None]]


def save(path: str | os.PathLike[str], tree: Any) -> None:
    """Write the leaves of a tree to `path`, a .safetensors or .npz file, replacing it whole.

    Tensors are saved by value, arrays in native byte order and C order. The file is written beside
    `path` and renamed onto it, so a crash leaves the old file or the new one, never a part.
    """
    file = Path(path)
    form = _format(file)
    arrays, listed = _listed_leaves(file, tree)
    _replace(file, form.encode(arrays, json.dumps(listed)))


def load(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a file that `save` wrote: {path: leaf}, in the order of the tree.

    Arrays come back as NumPy arrays of the caller's own, other leaves as the values they were.
    The .safetensors and .npz files of other programs are read as well: {name: array}.
    """
    file = Path(path)
    form = _format(file)
    try:
        file.open("rb").close()
    except OSError as error:
        raise StorageError(f"cannot load {file}: {error.strerror or error}") from error
    try:
        arrays, text = form.decode(file)
    except AutogradLiteError:
        raise
    except Exception as error:  # at bytes that are not theirs, the readers raise of every kind
        raise _damaged(file, error) from error
    return arrays if text is None else _joined(file, arrays, text)


def _format(file: Path) -> _Format:
    form = _FORMATS.get(file.suffix.lower())
    if form is None:
        found = f"'{file.suffix}'" if file.suffix else "none"
        raise StorageError(
            f"{file}: the suffix tells the format and must be .safetensors or .npz; found {found}"
        )
    return form


def _listed_leaves(file: Path, tree: Any) -> tuple[Arrays, dict[str, Any]]:
    """The arrays of a tree by path, and the list of all its leaves."""
    arrays: Arrays = {}
    listed: dict[str, Any] = {}
    for path, leaf in trees.items(tree):
        if not path or path == _RESERVED or not path.isprintable():
            name = f"the name {path!r}" if path else "a leaf without a name"
            raise StorageError(
                f"cannot save {file}: {name} cannot be stored; pass a tree such as "
                "{'weight': array}"
            )
        if path in listed:
            raise StorageError(f"cannot save {file}: two leaves have the path '{path}'")
        if isinstance(leaf, _PLAIN) and not isinstance(leaf, np.generic):  # np.float64 is a float
            listed[path] = leaf
        else:
            listed[path] = _IS_ARRAY
            arrays[path] = _array(file, path, leaf)
    return arrays, listed


def _array(file: Path, path: str, leaf: Any) -> NDArray[Any]:
    value = leaf.value if isinstance(leaf, Tensor) else leaf
    if not isinstance(value, np.ndarray | np.generic) or value.dtype.kind not in "biufc":
        dtype = f" of {value.dtype}" if isinstance(value, np.ndarray) else ""
        raise StorageError(
            f"cannot save {file}: '{path}' is a {type(value).__name__}{dtype}; a leaf must be an "
            "array of numbers or booleans, a str, int, float, bool or None"
        )
    return np.asarray(value, value.dtype.newbyteorder("="), order="C")


def _replace(file: Path, content: bytes) -> None:
    """Put `content` at `file` in one step."""
    target = Path(os.path.realpath(file))  # a link stays a link
    temporary = target.with_name(f".{target.name}.{os.urandom(6).hex()}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except OSError as error:
        reason = error.strerror or str(error)
        if not target.parent.is_dir():
            reason = f"there is no folder {target.parent}"
        raise StorageError(f"cannot save {file}: {reason}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _joined(file: Path, arrays: Arrays, text: str) -> dict[str, Any]:
    """All leaves in the order of the list, which must be the list of these arrays."""
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _damaged(file, f"its list of leaves is not JSON: {error}") from error
    if not isinstance(listed, dict) or not all(
        value == _IS_ARRAY or isinstance(value, _PLAIN) for value in listed.values()
    ):
        raise _damaged(file, "its list of leaves is not an object of plain values")
    odd = arrays.keys() ^ {path for path, value in listed.items() if value == _IS_ARRAY}
    if odd:
        raise _damaged(file, f"its list of leaves does not fit its arrays at '{min(odd)}'")
    return {path: arrays.get(path, value) for path, value in listed.items()}


def _damaged(file: Path, reason: object) -> StorageError:
    detail = " ".join(str(reason).split()) or type(reason).__name__
    return StorageError(
        f"cannot load {file}: it is not a whole {file.suffix} file of arrays ({detail})"
    )


# --- .npz: a zip archive of .npy entries --------------------------------------------------------


def _encode_npz(arrays: Arrays, text: str) -> bytes:
    # Not np.savez: arrays named "file" or "allow_pickle" would be taken for its own arguments.
    stream = io.BytesIO()
    # The list comes first: where a changed length in the archive's directory, which has no
    # checksum, hides the entries that follow, the list is there to tell.
    entries = {_RESERVED: np.frombuffer(text.encode(), np.uint8), **arrays}
    with zipfile.ZipFile(stream, "w") as archive:
        for path, array in entries.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{path}.npy", _EPOCH)
            entry.external_attr = 0o644 << 16  # readable once unzipped
            archive.writestr(entry, content.getbuffer())
    return stream.getvalue()


def _decode_npz(file: Path) -> tuple[Arrays, str | None]:
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        if len(set(names)) < len(names):
            raise ValueError("two entries have one name")
        arrays = {name.removesuffix(".npy"): _entry(archive, name) for name in names}
    listed = arrays.pop(_RESERVED, None)
    return arrays, None if listed is None else listed.tobytes().decode()


def _entry(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    stream = io.BytesIO(archive.read(name))
    array: NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
    return array


# --- .safetensors -------------------------------------------------------------------------------


def _safetensors() -> ModuleType:
    try:
        import safetensors.numpy
    except ImportError as error:
        raise MissingPackageError(
            'a .safetensors file needs the safetensors package: pip install "autograd_lite[app]", '
            "or use .npz, which needs nothing"
        ) from error
    return safetensors


def _encode_safetensors(arrays: Arrays, text: str) -> bytes:
    package = _safetensors()
    for path, array in arrays.items():
        if array.dtype.itemsize > 8:
            raise StorageError(
                f"cannot save '{path}': .safetensors has no {array.dtype}; save to .npz instead"
            )
    # One entry for both: safetensors writes several in random order, and equal trees would differ.
    metadata = {_KEY: f"{_checksum(arrays, text)} {text}"}
    content: bytes = package.numpy.save(arrays, metadata)
    return content


def _decode_safetensors(file: Path) -> tuple[Arrays, str | None]:
    with _safetensors().safe_open(file, framework="numpy") as archive:
        metadata = archive.metadata() or {}
        arrays = {name: archive.get_tensor(name) for name in list(archive.keys())}
    if _KEY not in metadata:
        return arrays, None
    checksum, _, text = metadata[_KEY].partition(" ")
    if checksum != _checksum(arrays, text):
        raise _damaged(file, "its checksum does not fit its content")
    return arrays, text


def _checksum(arrays: Arrays, text: str) -> str:
    """The CRC-32 of all that is stored, which the format itself does not keep."""
    total = zlib.crc32(text.encode())
    for path, array in sorted(arrays.items()):
        total = zlib.crc32(f"{path} {array.dtype} {array.shape}".encode(), total)
        total = zlib.crc32(array.tobytes(), total)
    return f"{total:08x}"


_FORMATS = {
    ".npz": _Format(_encode_npz, _decode_npz),
    ".safetensors": _Format(_encode_safetensors, _decode_safetensors),
}
