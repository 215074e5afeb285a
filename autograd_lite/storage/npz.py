"""The .npz format: a zip archive of .npy entries, the text as the bytes of one of them.

The archive has a checksum for each entry.
"""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite.storage.layout import RESERVED, Arrays, DamagedError

EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest date of a zip entry: equal trees make equal files


def encode_npz(arrays: Arrays, text: str) -> bytes:
    # Not np.savez: arrays named "file" or "allow_pickle" would be taken for its own arguments.
    stream = io.BytesIO()
    # The text comes first: where a changed length in the archive's directory, which has no
    # checksum, hides the entries that follow, the text is there to tell.
    entries = {RESERVED: np.frombuffer(text.encode(), np.uint8), **arrays}
    with zipfile.ZipFile(stream, "w") as archive:
        for name, array in entries.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", EPOCH)
            entry.external_attr = 0o644 << 16  # readable once unzipped
            archive.writestr(entry, content.getbuffer())
    return stream.getvalue()


def decode_npz(file: Path) -> tuple[Arrays, str | None]:
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        if len(set(names)) < len(names):
            raise DamagedError("two entries have one name")
        arrays = {name.removesuffix(".npy"): read_entry(archive, name) for name in names}
    text = arrays.pop(RESERVED, None)
    return arrays, None if text is None else text.tobytes().decode()


def read_entry(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    stream = io.BytesIO(archive.read(name))
    array: NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
    return array
