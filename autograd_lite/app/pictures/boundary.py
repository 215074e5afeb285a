"""What the network says at each place of the plane, and the points it learned from."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite import ops
from autograd_lite.app.pictures.style import BLUE, FAINT, INK, ORANGE, picture
from autograd_lite.app.problem import Problem, Rows
from autograd_lite.app.words import label, score

PLACES = 240  # along an edge
MARGIN = 0.08  # of the range, around the points
# Okabe and Ito's palette; the first two are the playground's orange and blue.
COLORS = (ORANGE, BLUE, "#009e73", "#cc79a7", "#f0e442", "#56b4e9", "#e69f00", INK)
DEPTH = 0.5  # of the deepest tint, so that points stand out

# Of the points to learn from and of those held out.
SIZES = (16, 26)
RINGS = ("white", INK)
RING = 0.8  # width

Floats = NDArray[np.floating]
Network = Callable[[NDArray[np.float32]], Floats]


def has_boundary(problem: Problem) -> bool:
    """Whether there is a plane to be painted, in colors that can be told apart."""
    return len(problem.feature_names) == 2 and len(problem.classes) <= len(COLORS)


def draw_boundary(path: Path, problem: Problem, outputs_of: Network, reached: float) -> None:
    """The plane of two features in the colors of what the network says there.

    `outputs_of` gives its outputs for inputs (n, 2), `reached` is its score on the held-out rows,
    which have a dark ring. The surer it is the deeper the color, and a line parts the classes; a
    regression goes from orange (low) over white to blue (high).
    """
    places = [positions(problem, rows) for rows in (problem.train, problem.held_out)]
    x, y = edges(np.concatenate(places))
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    outputs = outputs_of(problem.features.apply(grid).astype(np.float32)).astype(np.float64)
    outputs = outputs.reshape(PLACES, PLACES, -1)
    with picture(path, 6.6, 5.8) as figure:
        axes = figure.subplots()
        axes.set_title(f"Held-out {problem.score_name} {score(reached, problem.score_name)}")
        axes.set_xlabel(label(problem.feature_names[0], 40))
        axes.set_ylabel(label(problem.feature_names[1], 40))
        axes.grid(visible=False)
        paint = _classes if problem.task == "classification" else _values
        paint(figure, axes, x, y, outputs, problem, places)
        axes.set(xlim=x[[0, -1]], ylim=y[[0, -1]])


def positions(problem: Problem, rows: Rows) -> Floats:
    """The rows' features in their own units."""
    inputs = rows.inputs.astype(np.float64)
    return inputs * problem.features.deviation + problem.features.mean


def edges(points: Floats) -> tuple[Floats, Floats]:
    """The places along either edge, from one end to the other."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = MARGIN * np.where(high > low, high - low, 1.0)
    x, y = np.linspace(low - margin, high + margin, PLACES).T
    return x, y


def _classes(
    figure: Any, axes: Any, x: Floats, y: Floats, logits: Floats, problem: Problem,
    places: list[Floats],
) -> None:  # fmt: skip
    from matplotlib.colors import to_rgb

    colors = np.array([to_rgb(color) for color in COLORS[: len(problem.classes)]])
    axes.imshow(tints(logits, colors), extent=_extent(x, y), origin="lower", aspect="auto")
    for k in range(len(colors)):
        others = np.delete(logits, k, axis=-1).max(axis=-1)
        lead = logits[..., k] - others
        if lead.min() < 0 < lead.max():
            axes.contour(x, y, lead, levels=[0.0], colors=INK, linewidths=0.8)
    for rows, at, size, ring in zip((problem.train, problem.held_out), places, SIZES, RINGS):
        axes.scatter(*at.T, s=size, c=colors[rows.targets], edgecolors=ring, linewidths=RING)
    for color, name in zip(colors, problem.classes):
        axes.scatter([], [], s=SIZES[1], color=[color], label=label(name))
    axes.scatter([], [], s=SIZES[1], c="white", edgecolors=INK, linewidths=RING, label="held out")
    figure.legend(loc="outside right upper", title=label(problem.target_name))


def tints(logits: Floats, colors: Floats) -> Floats:
    """An RGB image: the color of the most probable class, white where none is."""
    chances = ops.softmax(logits, axis=-1)
    count = len(colors)
    sure = (chances.max(axis=-1, keepdims=True) * count - 1) / (count - 1)
    return np.asarray(1 - DEPTH * sure * (1 - colors[chances.argmax(axis=-1)]))


def _values(
    figure: Any, axes: Any, x: Floats, y: Floats, outputs: Floats, problem: Problem,
    places: list[Floats],
) -> None:  # fmt: skip
    from matplotlib.colors import LinearSegmentedColormap

    assert problem.target is not None
    mean, deviation = problem.target.mean[0], problem.target.deviation[0]
    truths = [rows.targets[:, 0] * deviation + mean for rows in (problem.train, problem.held_out)]
    lowest, highest = np.min(np.concatenate(truths)), np.max(np.concatenate(truths))
    scale = {
        "cmap": LinearSegmentedColormap.from_list("values", [ORANGE, "white", BLUE]),
        "vmin": lowest,
        "vmax": highest if highest > lowest else lowest + 1,
    }
    image = axes.imshow(
        outputs[..., 0] * deviation + mean, extent=_extent(x, y), origin="lower", aspect="auto",
        **scale,
    )  # fmt: skip
    for truth, at, size, ring in zip(truths, places, SIZES, (FAINT, INK)):  # values may be white
        axes.scatter(*at.T, s=size, c=truth, edgecolors=ring, linewidths=RING, **scale)
    bar = figure.colorbar(image, ax=axes, label=label(problem.target_name, 40))
    bar.outline.set_visible(False)


def _extent(x: Floats, y: Floats) -> tuple[float, float, float, float]:
    return float(x[0]), float(x[-1]), float(y[0]), float(y[-1])
