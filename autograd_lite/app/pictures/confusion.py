"""Which class was taken for which."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite.app.pictures.style import BLUE, INK, ORANGE, QUIET, picture
from autograd_lite.app.words import label

MOST_COUNTED = 30  # classes, above which counts no longer fit into the cells
MOST_NAMED = 60  # classes, above which names no longer fit beside them


def draw_confusion(
    path: Path, counts: NDArray[np.int64], classes: tuple[str, ...], target: str, many: str
) -> None:
    """`counts[i, j]` rows of class i were taken for class j: blue where i is j, else orange."""
    size = len(classes)
    side = min(max(0.5 * size, 3.0), 14.0)
    names = [label(name) for name in classes]
    with picture(path, side + 1.6, side + 1.6) as figure:
        axes = figure.subplots()
        axes.imshow(_tints(counts))
        right, total = int(np.trace(counts)), int(counts.sum())
        axes.set_title(f"{right:,} of {total:,} held-out {many} right")
        axes.set_xlabel(f"predicted {label(target)}", labelpad=8)
        axes.set_ylabel(f"true {label(target)}", labelpad=8)
        _name_classes(axes, names)
        if size <= MOST_COUNTED:
            _write_counts(axes, counts)


def _tints(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """An RGB image: the larger a cell's share of its row, the deeper its color."""
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    # The root keeps a single mistake among many rows visible.
    depth = np.where(np.eye(len(counts), dtype=bool), share, np.sqrt(share))[..., np.newaxis]
    full = np.where(np.eye(len(counts), dtype=bool)[..., np.newaxis], _rgb(BLUE), _rgb(ORANGE))
    return 1 - depth * (1 - full)  # type: ignore[no-any-return]


def _rgb(color: str) -> NDArray[np.float64]:
    return np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])


def _name_classes(axes: Any, names: list[str]) -> None:
    size = len(names)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    if size > MOST_NAMED:
        axes.set_xticks([])
        axes.set_yticks([])
        return
    slanted = max(map(len, names)) > 3
    turn = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if slanted else {}
    axes.set_xticks(range(size), names, **turn)
    axes.set_yticks(range(size), names)
    for edge in np.arange(size + 1) - 0.5:
        axes.axhline(edge, color="#edf0f3", linewidth=0.8)
        axes.axvline(edge, color="#edf0f3", linewidth=0.8)


def _write_counts(axes: Any, counts: NDArray[np.int64]) -> None:
    tints = _tints(counts)
    for (row, column), count in np.ndenumerate(counts):
        dark = tints[row, column].mean() < 0.62
        axes.text(
            column, row, f"{count}" if count else "·",
            ha="center", va="center", fontsize=9 if count < 1000 else 7,
            color=("white" if dark else INK) if count else QUIET,
        )  # fmt: skip
