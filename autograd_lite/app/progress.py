"""How training shows that it goes on: a bar in a terminal, a few lines elsewhere."""

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from autograd_lite.app.training import Epoch
from autograd_lite.app.words import score

LINES = 8  # what a log file gets, however long the training


class Progress(Protocol):
    """What is told of each step and of each epoch."""

    def step(self) -> None:
        """One more step is done."""

    def epoch(self, epoch: Epoch) -> None:
        """One more epoch is done."""


@contextmanager
def shown_progress(epochs: int, steps: int, score_name: str) -> Iterator[Progress]:
    """On the error stream: a bar of epochs * steps if it is a terminal, else lines."""
    if not sys.stderr.isatty():
        yield Lines(epochs, score_name)
        return
    with bar_display() as display:
        yield Bar(display, epochs, steps, score_name)


class Lines:
    """Every few epochs a line."""

    def __init__(self, epochs: int, score_name: str) -> None:
        self.epochs = epochs
        self.every = math.ceil(epochs / LINES)
        self.score_name = score_name

    def step(self) -> None:
        pass

    def epoch(self, epoch: Epoch) -> None:
        if epoch.number % self.every == 0 or epoch.number == self.epochs:
            where = f"epoch {epoch.number:.0f} of {self.epochs}"
            print(f"{where}: {reached(epoch, self.score_name)}", file=sys.stderr, flush=True)


class Bar:
    """A bar that moves with every step."""

    def __init__(self, display: Any, epochs: int, steps: int, score_name: str) -> None:
        self.display = display
        self.epochs = epochs
        self.score_name = score_name
        self.task = display.add_task(f"epoch 1 of {epochs}", total=epochs * steps, reached="")

    def step(self) -> None:
        self.display.advance(self.task)

    def epoch(self, epoch: Epoch) -> None:
        following = min(math.floor(epoch.number) + 1, self.epochs)
        self.display.update(
            self.task,
            description=f"epoch {following} of {self.epochs}",
            reached=reached(epoch, self.score_name),
        )


def reached(epoch: Epoch, score_name: str) -> str:
    """Where an epoch stands, in words."""
    return (
        f"loss {epoch.train.loss:.4f}, held-out {score_name} "
        f"{score(epoch.held_out.score, score_name)}"
    )


def bar_display() -> Any:
    """A line of description, bar, time left and what has been reached; it goes when it is done."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Display

    return Display(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[reached]}"),
        console=Console(stderr=True, highlight=False),
        transient=True,
    )
