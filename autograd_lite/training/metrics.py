"""Metrics: how good outputs are, as a number that a person can judge."""

from typing import Any

import numpy as np

from autograd_lite.core.tensor import value_of


def accuracy(outputs: Any, targets: Any) -> float:
    """The share of rows whose class was found.

    Outputs are (n, classes) scores, the largest of which is the answer; targets integer classes
    (n,). Or both have one shape: outputs are logits of two classes, 1 where they are positive.

    >>> accuracy(np.array([[0.1, 2.0], [3.0, -1.0]]), np.array([1, 1]))
    0.5
    """
    outputs, targets = values(outputs), values(targets)
    answers = outputs > 0 if outputs.shape == targets.shape else outputs.argmax(axis=-1)
    if answers.shape != targets.shape:
        raise ValueError(
            f"accuracy: outputs {outputs.shape} and targets {targets.shape} do not fit; targets "
            "are classes, one for each row of scores"
        )
    share: float = np.mean(answers == targets).item()
    return share


def r_squared(outputs: Any, targets: Any) -> float:
    """1 - sum((targets - outputs)²) / sum((targets - their mean)²).

    1 is perfect, 0 no better than always saying the mean; NaN where all targets are equal.

    >>> r_squared(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0]))
    0.7857142857142857
    """
    outputs, targets = (values(each).astype(np.float64) for each in (outputs, targets))
    if outputs.shape != targets.shape:
        raise ValueError(
            f"r_squared: outputs {outputs.shape} and targets {targets.shape} must have one shape"
        )
    spread, rest = np.sum((targets - targets.mean()) ** 2), np.sum((targets - outputs) ** 2)
    flat = spread == 0
    found: float = np.where(flat, np.nan, 1 - rest / np.where(flat, 1, spread)).item()
    return found


def values(thing: Any) -> Any:
    """An array of what is measured; one whose entries are known later only stays as it is."""
    thing = value_of(thing)
    return thing if hasattr(thing, "__array_ufunc__") else np.asarray(thing)
