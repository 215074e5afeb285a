"""Training as the command does it: `fit`, at a rate that falls to zero."""

import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from autograd_lite.app.problem import Problem
from autograd_lite.app.scores import Measure
from autograd_lite.app.settings import Settings
from autograd_lite.nn import Module
from autograd_lite.optim import OPTIMIZERS, schedules
from autograd_lite.training import History, fit


@dataclass(frozen=True)
class Epoch:
    """Where training stood after `number` epochs (a fraction where it was stopped within one)."""

    number: float
    train: Measure
    held_out: Measure


def train(
    net: Module,
    problem: Problem,
    settings: Settings,
    rng: np.random.Generator,
    checkpoint: Path,
    resume: bool,
) -> History:
    """Train, or go on from the checkpoint, with progress on the error stream.

    The rate falls from the one that was asked for to zero along half a cosine, so that the last
    epochs settle. FloatingPointError if the loss is no longer a finite number.
    """
    steps = math.ceil(len(problem.train) / settings.batch_size)
    rate = schedules.cosine(settings.rate, T_max=settings.epochs * steps)
    try:
        return fit(
            net,
            (problem.train.inputs, problem.train.targets),
            problem.loss,
            OPTIMIZERS[settings.optimizer](net.parameters(), lr=rate),
            epochs=settings.epochs,
            batch_size=settings.batch_size,
            validation=(problem.held_out.inputs, problem.held_out.targets),
            metrics={problem.score_name: problem.score},
            checkpoint=checkpoint,
            resume=resume,
            progress=sys.stderr,
            rng=rng,
        )
    except FloatingPointError as error:
        raise FloatingPointError(
            f"the loss is no longer a finite number, so nothing is saved; try a smaller rate than "
            f"{settings.rate:g}"
        ) from error


def epochs_of(history: History, score_name: str) -> list[Epoch]:
    """The history, an epoch at a time."""
    columns = (
        (part["loss"], part[score_name]) for part in (history.train, history.validation)
    )  # fmt: skip
    train, held_out = ([Measure(*pair) for pair in zip(*pairs)] for pairs in columns)
    return [Epoch(*entry) for entry in zip(history.epoch, train, held_out)]
