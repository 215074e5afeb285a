"""What is to be learned: rows to learn from, rows held out, and what their numbers mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from autograd_lite import ops
from autograd_lite.data import Statistics, digits, read_table, split, standardize
from autograd_lite.training import accuracy, r_squared

HELD_OUT = 0.2
INK = 16.0  # the darkest pixel of a digit


@dataclass(frozen=True, eq=False)
class Rows:
    """Inputs (n, d) float32 and targets: classes (n,) int64, or (n, 1) float32 standardized.

    `numbers` says which row of the data each is, counted from 1.
    """

    inputs: NDArray[np.float32]
    targets: NDArray[Any]
    numbers: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True, eq=False)
class Problem:
    """Inputs are (value - mean) / deviation by `features`, targets of a regression by `target`.

    `one` and `many` are what a row is called.
    """

    name: str
    title: str
    one: str
    many: str
    task: Literal["classification", "regression"]
    train: Rows
    held_out: Rows
    feature_names: tuple[str, ...]
    features: Statistics
    target_name: str
    classes: tuple[str, ...]
    target: Statistics | None
    image_shape: tuple[int, int] | None

    def sizes(self, hidden: Sequence[int]) -> list[int]:
        """The widths of a network's layers: inputs, hidden layers, outputs."""
        outputs = len(self.classes) if self.task == "classification" else 1
        return [len(self.feature_names), *hidden, outputs]

    @property
    def score_name(self) -> str:
        """What `score` is for this task."""
        return "accuracy" if self.task == "classification" else "R²"

    def loss(self, outputs: Any, targets: Any) -> Any:
        """Cross-entropy of logits, or the mean squared error in standard deviations."""
        loss = ops.cross_entropy if self.task == "classification" else ops.mse
        return loss(outputs, targets)

    def score(self, outputs: Any, targets: Any) -> float:
        """The accuracy or R²: 1 is perfect."""
        score = accuracy if self.task == "classification" else r_squared
        return score(outputs, targets)


def digits_problem(rng: np.random.Generator) -> Problem:
    """The 1,797 handwritten digits, a fifth of each held out."""
    images, labels = digits()
    pixels = images.reshape(len(images), -1)
    train, held_out = held_out_rows(pixels, labels, rng, labels)
    features = Statistics(np.zeros(pixels.shape[1]), np.full(pixels.shape[1], INK))
    return Problem(
        name="digits",
        title=f"{len(images):,} handwritten digits",
        one="digit",
        many="digits",
        task="classification",
        train=as_rows(train, features, None),
        held_out=as_rows(held_out, features, None),
        feature_names=tuple(f"pixel {row},{column}" for row, column in np.ndindex(8, 8)),
        features=features,
        target_name="digit",
        classes=tuple("0123456789"),
        target=None,
        image_shape=(8, 8),
    )


def table_problem(path: str, target: str, rng: np.random.Generator) -> Problem:
    """A user's table, a fifth of its rows held out; TableError if it cannot be read.

    The statistics that standardize it are those of the training rows alone.
    """
    table = read_table(path, target)
    classes = table.target if table.task == "classification" else None
    train, held_out = held_out_rows(table.features, table.target, rng, classes)
    _, features = standardize(train["inputs"])
    scale = None
    if table.task == "regression":
        _, scale = standardize(train["targets"][:, np.newaxis])
    return Problem(
        name=Path(path).stem,
        title=f"{Path(path).name}, column {table.target_name}",
        one="row",
        many="rows",
        task=table.task,
        train=as_rows(train, features, scale),
        held_out=as_rows(held_out, features, scale),
        feature_names=table.feature_names,
        features=features,
        target_name=table.target_name,
        classes=table.classes,
        target=scale,
        image_shape=None,
    )


def held_out_rows(
    inputs: NDArray[Any],
    targets: NDArray[Any],
    rng: np.random.Generator,
    classes: NDArray[Any] | None,
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """The rows to learn from and those held out, of each class in proportion."""
    numbers = np.arange(1, len(inputs) + 1)
    rows = {"inputs": inputs, "targets": targets, "numbers": numbers}
    return split(rows, HELD_OUT, stratify=classes, rng=rng)


def as_rows(part: dict[str, NDArray[Any]], features: Statistics, target: Statistics | None) -> Rows:
    """The rows as the network meets them."""
    inputs = features.apply(part["inputs"]).astype(np.float32)
    targets = part["targets"]
    if target is not None:
        targets = target.apply(targets[:, np.newaxis]).astype(np.float32)
    return Rows(inputs, targets, part["numbers"])
