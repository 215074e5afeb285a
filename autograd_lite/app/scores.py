"""How well a network does: a loss and a score after each epoch, and everything at the end."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autograd_lite import ops
from autograd_lite.app.problem import Problem, Rows
from autograd_lite.data import batches
from autograd_lite.nn import Module
from autograd_lite.training import evaluate, r_squared
from autograd_lite.transforms import no_grad

AT_ONCE = 8192  # rows: what a forward pass holds in memory stays small for a large table


@dataclass(frozen=True)
class Measure:
    """The loss, and the accuracy or R² (NaN where all targets are equal)."""

    loss: float
    score: float


@dataclass(frozen=True, eq=False)
class Classified:
    """The held-out rows as the network sees them; `worst` has the least probable truth first.

    `confusion[i, j]` counts the rows of class i that were taken for class j.
    """

    truth: NDArray[np.int64]
    predicted: NDArray[np.int64]
    probability: NDArray[np.float64]
    confusion: NDArray[np.int64]
    worst: NDArray[np.intp]

    @property
    def right(self) -> int:
        """How many rows were given their own class."""
        return int(np.trace(self.confusion))


@dataclass(frozen=True, eq=False)
class Regressed:
    """The held-out rows in the target's own unit; `worst` has the largest error first.

    `baseline` is the RMSE of always saying the mean of the training rows.
    """

    truth: NDArray[np.float64]
    predicted: NDArray[np.float64]
    rmse: float
    mae: float
    r2: float
    baseline: float
    worst: NDArray[np.intp]


def outputs_of(net: Module, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the network gives for each row."""
    with no_grad():
        parts = [net(part).numpy() for part in batches(inputs, AT_ONCE, shuffle=False)]
    return np.concatenate(parts)


def measure(net: Module, problem: Problem, rows: Rows) -> Measure:
    """The loss and the score of the network on these rows."""
    pair, metrics = (rows.inputs, rows.targets), {"score": problem.score}
    found = evaluate(net, pair, problem.loss, metrics=metrics, batch_size=AT_ONCE)
    return Measure(found["loss"], found["score"])


def outcome(net: Module, problem: Problem) -> Classified | Regressed:
    """Everything about the held-out rows that the pictures and the summary show."""
    rows = problem.held_out
    outputs = outputs_of(net, rows.inputs).astype(np.float64)
    if problem.target is None:
        return _classified(outputs, rows.targets)
    mean, deviation = float(problem.target.mean[0]), float(problem.target.deviation[0])
    truth = rows.targets[:, 0] * deviation + mean
    return _regressed(truth, outputs[:, 0] * deviation + mean, mean)


def _classified(logits: NDArray[np.float64], truth: NDArray[np.int64]) -> Classified:
    each = np.arange(len(truth))
    logarithm = ops.log_softmax(logits, axis=-1)
    predicted = logits.argmax(axis=1)
    confusion = np.zeros((logits.shape[1], logits.shape[1]), np.int64)
    np.add.at(confusion, (truth, predicted), 1)
    return Classified(
        truth=truth,
        predicted=predicted,
        probability=np.exp(logarithm[each, predicted]),
        confusion=confusion,
        worst=np.argsort(logarithm[each, truth], kind="stable"),
    )


def _regressed(
    truth: NDArray[np.float64], predicted: NDArray[np.float64], mean: float
) -> Regressed:
    error = predicted - truth
    return Regressed(
        truth=truth,
        predicted=predicted,
        rmse=float(np.sqrt(np.mean(error**2))),
        mae=float(np.mean(np.abs(error))),
        r2=r_squared(predicted, truth),
        baseline=float(np.sqrt(np.mean((truth - mean) ** 2))),
        worst=np.argsort(-np.abs(error), kind="stable"),
    )
