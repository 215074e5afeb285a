"""Save a tree to one file and load it again; the suffix tells the format."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from autograd_lite.errors import AutogradLiteError, StorageError
from autograd_lite.storage.layout import Arrays, DamagedError, arranged, joined
from autograd_lite.storage.npz import decode_npz, encode_npz
from autograd_lite.storage.replacing import replace
from autograd_lite.storage.safetensors_files import decode_safetensors, encode_safetensors


class Format(NamedTuple):
    """How arrays and the text beside them become a file's bytes, and come back from the file."""

    encode: Callable[[Arrays, str], bytes]
    decode: Callable[[Path], tuple[Arrays, str | None]]


FORMATS = {
    ".npz": Format(encode_npz, decode_npz),
    ".safetensors": Format(encode_safetensors, decode_safetensors),
}


def save(path: str | os.PathLike[str], tree: Any) -> None:
    """Write a tree to `path`, a .safetensors or .npz file, replacing it whole.

    Branches are dicts with text as keys, lists, tuples, dataclasses and modules. Leaves are arrays
    of numbers or booleans, tensors and states (their values), str, int, float, bool and None. An
    array or tensor that is found at several places (tied weights) is written once.
    The file is written beside `path` and renamed onto it, so a crash at any moment leaves the old
    file or the new one, never a part. Raises StorageError where something cannot be stored.

    >>> import autograd_lite as ag
    >>> net = ag.nn.Linear(3, 2)
    >>> ag.save("net.npz", {"model": net.state_dict(), "epoch": 5})  # doctest: +SKIP
    >>> saved = ag.load("net.npz")  # doctest: +SKIP
    >>> net.load_state_dict(saved["model"])  # doctest: +SKIP
    """
    file = Path(path)
    form = format_of(file)
    try:
        arrays, shape = arranged(tree)
        content = form.encode(arrays, json.dumps(shape))
    except StorageError as error:
        raise StorageError(f"cannot save {file}: {error}") from None
    except RecursionError as error:
        raise StorageError(f"cannot save {file}: the tree is nested too deeply") from error
    except ValueError as error:  # a tree within itself, an integer of 5000 digits
        raise StorageError(f"cannot save {file}: {error}") from error
    replace(file, content)


def load(path: str | os.PathLike[str]) -> Any:
    """Read the tree that `save` wrote: dicts and lists of arrays and plain values.

    Tuples come back as lists; named tuples, dataclasses and modules as dicts by attribute. Arrays
    are NumPy arrays of the caller's own; what was saved from one array is one array again.
    The .safetensors and .npz files of other programs are read as well: {name: array}, bfloat16
    widened to float32. Raises StorageError, in one sentence, for what is not a whole file of its
    kind; nothing in a file is ever executed.
    """
    file = Path(path)
    form = format_of(file)
    try:
        file.open("rb").close()
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
        raise StorageError(f"cannot load {file}: {reason_of(error)}") from error
    try:
        arrays, text = form.decode(file)
        return arrays if text is None else joined(arrays, text)
    except DamagedError as error:
        raise damaged(file, error) from None
    except AutogradLiteError:
        raise
    except Exception as error:  # at bytes that are not theirs, the readers raise of every kind
        raise damaged(file, error) from error


def format_of(file: Path) -> Format:
    """The format that the file's suffix names."""
    form = FORMATS.get(file.suffix.lower())
    if form is None:
        found = f"'{file.suffix}'" if file.suffix else "none"
        raise StorageError(
            f"{file}: the suffix tells the format and must be .safetensors or .npz; found {found}"
        )
    return form


def reason_of(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def damaged(file: Path, reason: Exception) -> StorageError:
    detail = " ".join(str(reason).split()) or type(reason).__name__
    return StorageError(
        f"cannot load {file}: it is not a whole {file.suffix} file of arrays ({detail})"
    )
