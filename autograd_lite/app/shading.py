"""An image in characters."""

import numpy as np
from numpy.typing import NDArray

SHADES = " ░▒▓█"


def shaded(image: NDArray[np.floating]) -> str:
    """A line of text for each row of an image of 0 to 1, two characters for a pixel.

    >>> shaded(np.array([[0.0, 0.5, 1.0]]))
    '  ▒▒██'
    """
    levels = np.rint(np.clip(image, 0, 1) * (len(SHADES) - 1)).astype(int)
    return "\n".join("".join(2 * SHADES[level] for level in row) for row in levels.tolist())
