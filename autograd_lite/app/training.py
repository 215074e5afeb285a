"""The training loop."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from autograd_lite.app.problem import Problem
from autograd_lite.app.scores import Measure, measure
from autograd_lite.app.settings import Settings
from autograd_lite.data import batches
from autograd_lite.nn import Module
from autograd_lite.optim import OPTIMIZERS


@dataclass(frozen=True)
class Epoch:
    """Where training stood after `number` epochs (a fraction where it was stopped within one)."""

    number: float
    train: Measure
    held_out: Measure


def steps_per_epoch(problem: Problem, settings: Settings) -> int:
    """How many batches the training rows make."""
    return math.ceil(len(problem.train) / settings.batch_size)


def train(
    net: Module,
    problem: Problem,
    settings: Settings,
    rng: np.random.Generator,
    after_step: Callable[[], bool],
) -> Iterator[Epoch]:
    """Train and yield what each epoch reached, until `after_step` says False.

    The rate falls from the one that was asked for to zero along half a cosine, so that the last
    epochs settle. FloatingPointError if the loss is no longer a finite number.
    """
    optimizer = OPTIMIZERS[settings.optimizer](net.parameters(), lr=settings.rate)
    per_epoch = steps_per_epoch(problem, settings)
    step, wanted = 0, True
    while wanted and step < per_epoch * settings.epochs:
        rows = (problem.train.inputs, problem.train.targets)
        for inputs, targets in batches(rows, settings.batch_size, rng):
            done = step / (per_epoch * settings.epochs)
            optimizer.lr = settings.rate * (1 + math.cos(math.pi * done)) / 2
            optimizer.zero_grad()
            problem.loss(net(inputs), targets).backward()
            optimizer.step()
            step += 1
            wanted = after_step()
            if not wanted:
                break
        yield _epoch(net, problem, settings, step / per_epoch)


def _epoch(net: Module, problem: Problem, settings: Settings, number: float) -> Epoch:
    train, held_out = measure(net, problem, problem.train), measure(net, problem, problem.held_out)
    if not math.isfinite(train.loss + held_out.loss):
        raise FloatingPointError(
            f"the loss is not a finite number at the end of epoch {math.ceil(number)}, so nothing "
            f"is saved; try a smaller rate than {settings.rate:g}"
        )
    return Epoch(number, train, held_out)
