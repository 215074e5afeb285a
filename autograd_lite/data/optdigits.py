"""1,797 real handwritten digits, shipped with the library.

`digits.zlib` is a zlib stream of 65 x 1,797 bytes: for each of the 64 pixels of an 8 x 8 image,
row by row, its value (0 to 16) in every image, then the label (0 to 9) of every image. Stored
pixel by pixel, the values compress better than image by image.
"""

import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Digits", "digits"]

_COUNT = 1797
_FILE = Path(__file__).with_name("digits.zlib")
_DESCRIPTION = """\
Optical Recognition of Handwritten Digits, the test set: 1,797 digits written by 13 people.
Each was scanned to a 32 x 32 bitmap; a pixel of the 8 x 8 image counts the 16 bits of one block.
E. Alpaydin and C. Kaynak, 1998, UCI Machine Learning Repository, https://doi.org/10.24432/C50P49
License: Creative Commons Attribution 4.0 International (CC BY 4.0).
"""


class Digits(NamedTuple):
    """Handwritten digits: `images` (1797, 8, 8) float32 in 0..16 and `labels` (1797,) int64.

    The description, with the attribution, belongs to the class: the tree holds the arrays alone,
    so `batches(digits(), 32)` works.
    """

    images: NDArray[np.float32]
    labels: NDArray[np.int64]

    @property
    def description(self) -> str:
        """What the data is, who made it, and its license."""
        return _DESCRIPTION


def digits() -> Digits:
    """Load the 1,797 digits of the UCI test set, in their order, as arrays of the caller's own.

    >>> images, labels = digits()
    >>> images.shape, labels[:5].tolist()
    ((1797, 8, 8), [0, 1, 2, 3, 4])
    """
    packed = np.frombuffer(zlib.decompress(_FILE.read_bytes()), np.uint8).reshape(65, _COUNT)
    images = np.ascontiguousarray(packed[:64].T, np.float32).reshape(_COUNT, 8, 8)
    return Digits(images, packed[64].astype(np.int64))
