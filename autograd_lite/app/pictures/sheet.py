"""The images that a network classifies worst."""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite.app.pictures.style import BLUE, ORANGE, QUIET, picture
from autograd_lite.app.scores import Classified

COLUMNS = 6
FEWEST_LINES = 2
WIDE, HIGH = 1.06, 1.24  # from one image to the next, an image being 1 by 1
INCHES = 1.4  # of an image's side


def draw_sheet(
    path: Path, images: NDArray[np.floating], found: Classified, classes: tuple[str, ...], most: int
) -> None:
    """Of the images (n, height, width) those whose truth the network found least probable.

    All that it misread, up to `most`, and as many of the others as fill the lines.
    """
    wrong = len(found.truth) - found.right
    lines = max(math.ceil(min(wrong, most) / COLUMNS), FEWEST_LINES)
    right, bottom = COLUMNS * WIDE, lines * HIGH
    with picture(path, INCHES * right + 0.2, INCHES * bottom + 0.6) as figure:
        axes = figure.subplots()
        axes.set_title("The held-out digits that fooled the network most (%: how sure it was)")
        axes.axis("off")
        for place, i in enumerate(found.worst[: lines * COLUMNS].tolist()):
            line, column = divmod(place, COLUMNS)
            _one(axes, images[i], column * WIDE, line * HIGH + HIGH - 1)
            _caption(axes, found, classes, i, column * WIDE, line * HIGH + HIGH - 1)
        axes.set(xlim=(-0.02, right), ylim=(bottom + 0.02, 0), aspect="equal")


def _one(axes: Any, image: NDArray[np.floating], left: float, top: float) -> None:
    extent = (left, left + 1, top + 1, top)
    axes.imshow(image, cmap="gray_r", vmin=0, extent=extent, interpolation="nearest")


def _caption(
    axes: Any, found: Classified, classes: tuple[str, ...], i: int, left: float, top: float
) -> None:
    truth, said = classes[found.truth[i]], classes[found.predicted[i]]
    color = BLUE if truth == said else ORANGE
    x, y = [left, left + 1, left + 1, left, left], [top, top, top + 1, top + 1, top]
    axes.plot(x, y, color=color, linewidth=1.6)
    axes.text(left, top - 0.03, f"true {truth}", color=QUIET, fontsize=9)
    sure = f"{100 * found.probability[i]:.0f}%"
    axes.text(
        left + 1, top - 0.03, f"read {said}, {sure}",
        color=color, fontsize=9, fontweight="bold", ha="right",
    )  # fmt: skip
