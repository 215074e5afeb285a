"""How training shows that it goes on: a bar in a terminal, a few lines elsewhere."""

import math
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, Protocol, TextIO

from autograd_lite.training.history import History

LINES = 8  # what a log file gets, however long the training
WIDTH = 80
BAR = 10
SPACE = "\N{NO-BREAK SPACE}"  # keeps a name and its figure on one line


class Progress(Protocol):
    """What is told of each step and of each epoch."""

    def step(self, loss: float) -> None:
        """One more step is done; the mean loss of this epoch so far."""

    def epoch(self) -> None:
        """One more epoch is in the history."""


@contextmanager
def shown_progress(
    to: bool | TextIO, history: History, epochs: int, steps: int
) -> Iterator[Progress]:
    """Progress of epochs * steps on a stream, True: standard output, False: nowhere.

    At the end a line says where training stands, and another one why, if it ended early.
    """
    if to is False:
        yield Silent()
        return
    stream = sys.stdout if to is True else to
    if stream.isatty() and find_spec("rich") is not None:
        with bar_display(stream) as display:
            yield Bar(display, history, epochs, steps)
        if history.epoch:
            say(reached(history, epochs), stream)
    else:
        yield Lines(stream, history, epochs)
    for reason in ending(history, epochs):
        say(reason, stream)


class Silent:
    """Nothing is shown."""

    def step(self, loss: float) -> None:
        """Nothing."""

    def epoch(self) -> None:
        """Nothing."""


class Lines:
    """Every few epochs a line, and one for the last epoch."""

    def __init__(self, stream: TextIO, history: History, epochs: int) -> None:
        self.stream, self.history, self.epochs = stream, history, epochs
        self.every = math.ceil(epochs / LINES)

    def step(self, loss: float) -> None:
        """Nothing."""

    def epoch(self) -> None:
        history = self.history
        is_last = len(history) == self.epochs or history.interrupted or history.stopped_early
        if is_last or len(history) % self.every == 0:
            say(reached(history, self.epochs), self.stream)


class Bar:
    """A bar that moves with every step."""

    def __init__(self, display: Any, history: History, epochs: int, steps: int) -> None:
        self.display, self.history, self.epochs = display, history, epochs
        self.task = display.add_task(
            self.where, total=epochs * steps, completed=len(history) * steps, loss="", last=""
        )

    @property
    def where(self) -> str:
        return f"epoch {min(len(self.history) + 1, self.epochs)}/{self.epochs}"

    def step(self, loss: float) -> None:
        self.display.update(self.task, advance=1, loss=f"loss {figure(loss, 4)}")

    def epoch(self) -> None:
        last = self.history.last
        held_out = {name: value for name, value in last.items() if name.startswith("val ")}
        others = held_out or {name: value for name, value in last.items() if name != "loss"}
        room = self.display.console.width - len(self.where) - BAR - len(" 00:00 loss 0.1234  ")
        text = textwrap.shorten(" ".join(figures(others)), room, placeholder="")
        self.display.update(self.task, description=self.where, last=text)


def bar_display(stream: TextIO) -> Any:
    """A line with epoch, bar, time left, loss and the last epoch's figures; it goes when done."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Display

    return Display(
        TextColumn("{task.description}"),
        BarColumn(bar_width=BAR),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[loss]}"),
        TextColumn("{task.fields[last]}", markup=False),
        console=Console(file=stream, highlight=False),
        transient=True,
    )


def reached(history: History, epochs: int) -> str:
    """Where training stands, in words."""
    return "  ".join([f"epoch {history.epoch[-1]:.4g}/{epochs}", *figures(history.last)])


def figures(named: dict[str, float]) -> list[str]:
    """Each number after its name."""
    return [
        f"{name} {figure(value, 4 if name.endswith('loss') else 3)}".replace(" ", SPACE)
        for name, value in named.items()
    ]


def figure(value: float, decimals: int) -> str:
    """A number of so many decimals, where that can be read.

    >>> figure(0.12345, 3), figure(12345.678, 3), figure(0.0, 4), figure(1.2e-6, 4)
    ('0.123', '1.2e+4', '0.0000', '1.2e-6')
    """
    fits = value == 0 or 10.0 ** (1 - decimals) <= abs(value) < 1e4
    if fits or not math.isfinite(value):
        return f"{value:.{decimals}f}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(exponent):+d}"


def ending(history: History, epochs: int) -> Iterator[str]:
    """Why training ended before its time, if it did."""
    if history.interrupted:
        done = f"{history.epoch[-1]:.4g} of {epochs} epochs"
        yield f"Interrupted after {done}; what was learned until then stays."
    if history.stopped_early:
        yield (
            f"Stopped early: the validation loss was least in epoch {history.best + 1}, whose "
            "weights the model now has."
        )


def say(text: str, stream: TextIO) -> None:
    """Print on lines of at most 80 columns, unless a single name is longer."""
    lines = textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_long_words=False)
    print("\n".join(lines).replace(SPACE, " "), file=stream, flush=True)
