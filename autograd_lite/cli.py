"""The command `autograd-lite`: what may be asked for, and what an error looks like."""

import argparse
import contextlib
import difflib
import io
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from autograd_lite.app.draw_arguments import EXAMPLES as DRAW_EXAMPLES
from autograd_lite.app.draw_arguments import add_draw_arguments, draw_as_asked
from autograd_lite.app.export_arguments import EXAMPLES as EXPORT_EXAMPLES
from autograd_lite.app.export_arguments import add_export_arguments, export_as_asked
from autograd_lite.app.plain_text import SPELLED
from autograd_lite.app.playground import SETS
from autograd_lite.app.resuming import resumed_settings
from autograd_lite.app.run import run
from autograd_lite.app.settings import (
    EPOCHS,
    HIDDEN,
    PLAYGROUND_EPOCHS,
    PLAYGROUND_HIDDEN,
    RATES,
    TABLE_RATE,
    Settings,
)
from autograd_lite.data.csv_cells import quoted, read_cells
from autograd_lite.errors import AutogradLiteError
from autograd_lite.nn import ACTIVATIONS
from autograd_lite.version import __version__

NAME = "autograd-lite"
INTERRUPTED = 130  # what a shell calls a program that Ctrl-C ended
WIDEST = 100_000  # units of a hidden layer

EXAMPLES = """\
examples:
  autograd-lite train digits
  autograd-lite train spiral --hidden 16 16 --activation tanh --seed 7
  autograd-lite train wine.csv --target quality --lr 0.002 --out runs/slow
  autograd-lite train --resume runs/slow --epochs 80
"""


class Parser(argparse.ArgumentParser):
    """A parser that tells what is wrong in one sentence, without the usage before it."""

    def error(self, message: str) -> NoReturn:
        complain(message)
        sys.exit(2)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments; its exit code.

    0: done; 2: it could not be done, one sentence on the error stream says why; 130: interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=SPELLED)
    parser = make_parser()
    arguments = parser.parse_args(argv)
    if arguments.command is None:
        parser.print_help()
        return 2
    try:
        if arguments.command == "draw":
            draw_as_asked(arguments)
            return 0
        if arguments.command == "export":
            export_as_asked(arguments)
            return 0
        settings = settings_from(parser, arguments)
        return 0 if run(settings, arguments.resume) else INTERRUPTED
    except (AutogradLiteError, OSError, MemoryError, FloatingPointError) as error:
        complain(reason(error))
        return 2
    except KeyboardInterrupt:
        complain("interrupted; nothing is saved")
        return INTERRUPTED


def make_parser() -> Parser:
    """The command's arguments and its help."""
    parser = Parser(
        prog=NAME,
        description="Train a small neural network and see how it learned, draw a "
        "computation graph, or write a network as plain NumPy.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    commands = parser.add_subparsers(dest="command", title="commands", metavar="COMMAND")
    train = commands.add_parser(
        "train",
        help="train a network on digits, on points in the plane or on a table of your own",
        description="Train a multilayer perceptron and write a folder with its computation graph,\n"
        "learning curves, results and weights. A fifth of the rows is held out.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_train_arguments(train)
    draw = commands.add_parser(
        "draw",
        help="draw the computation graph of an expression, a saved network or a function",
        description="Draw a computation graph into a file, or print it as a tree.",
        epilog=DRAW_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_draw_arguments(draw)
    export = commands.add_parser(
        "export",
        help="write a trained network as programs that need only NumPy",
        description="Write predict.py and train_step.py, each with its arrays in a .npz beside it.",
        epilog=EXPORT_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_export_arguments(export)
    return parser


def add_train_arguments(train: argparse.ArgumentParser) -> None:
    """The arguments of `autograd-lite train`."""
    train.add_argument(
        "data", nargs="?", metavar="DATA",
        help=f"digits; points in the plane: {', '.join(SETS)}; "
        "or a CSV file whose first line names its columns",
    )  # fmt: skip
    train.add_argument(
        "--target", metavar="COLUMN", help="the column of the CSV file that is to be predicted"
    )
    train.add_argument(
        "--hidden", nargs="+", type=whole("a size", 1, WIDEST), metavar="SIZE",
        help=f"sizes of the hidden layers ({spaced(HIDDEN)}; in the plane "
        f"{spaced(PLAYGROUND_HIDDEN)})",
    )  # fmt: skip
    train.add_argument(
        "--activation", choices=sorted(ACTIVATIONS), metavar="NAME",
        help=f"{', '.join(sorted(ACTIVATIONS))} (relu)",
    )  # fmt: skip
    train.add_argument(
        "--optimizer", choices=sorted(RATES), metavar="NAME",
        help=f"{', '.join(sorted(RATES))} (adam)",
    )  # fmt: skip
    train.add_argument(
        "--lr", "--rate", dest="rate", type=positive, metavar="RATE",
        help="the learning rate at the start, from which it falls to 0 along a cosine "
        f"({', '.join(f'{rate:g} for {name}' for name, rate in RATES.items())}; "
        f"for a table {TABLE_RATE:g} of that)",
    )  # fmt: skip
    for option, default, meaning in (
        ("--epochs", f"{EPOCHS}; in the plane {PLAYGROUND_EPOCHS}", "how often all training rows "
         "are gone through"),
        ("--batch-size", "32", "rows of a training step"),
    ):  # fmt: skip
        train.add_argument(option, type=whole("it", 1), metavar="N", help=f"{meaning} ({default})")
    train.add_argument(
        "--seed", type=whole("it", 0), metavar="N",
        help="the same seed gives the same run to the last bit (0)",
    )  # fmt: skip
    train.add_argument(
        "--resume", type=Path, metavar="RUN",
        help="the folder of a run to go on with, in place of DATA; a run that was interrupted "
        "ends as if it had not been, and --epochs gives one that ended more to do",
    )  # fmt: skip
    train.add_argument(
        "--out", type=Path, metavar="FOLDER",
        help="the folder to write, new or empty (runs/NAME, numbered if it is there)",
    )  # fmt: skip


def settings_from(parser: Parser, arguments: argparse.Namespace) -> Settings:
    """The arguments checked against each other, with what was not given filled in."""
    given = {name: value for name, value in vars(arguments).items() if value is not None}
    del given["command"]
    if arguments.resume is not None:
        extra = given.keys() - {"resume", "epochs", "out"}
        if extra:
            parser.error(
                f"--resume goes on with a run as it was set; leave out {', '.join(sorted(extra))}"
            )
        return resumed_settings(arguments.resume, arguments.epochs, arguments.out)
    require_data(parser, arguments.data, arguments.target)
    in_plane = arguments.data in SETS
    optimizer = given.get("optimizer", "adam")
    defaults = {
        "target": None,
        "hidden": PLAYGROUND_HIDDEN if in_plane else HIDDEN,
        "activation": "relu",
        "optimizer": optimizer,
        "rate": RATES[optimizer] * (1 if arguments.target is None else TABLE_RATE),
        "epochs": PLAYGROUND_EPOCHS if in_plane else EPOCHS,
        "batch_size": 32,
        "seed": 0,
        "out": None,
    }
    chosen = defaults | given
    return Settings(**chosen | {"hidden": tuple(chosen["hidden"])})


def require_data(parser: Parser, data: str | None, target: str | None) -> None:
    """Say what is wrong with the data that was asked for, if anything is."""
    known = ["digits", *SETS]
    if data is None:
        parser.error(f"say what to train on: {', '.join(known)} or a CSV file")
    elif data in known:
        if target is not None:
            parser.error(f"--target goes with a CSV file; {data} has a target of its own")
    elif not Path(data).exists():
        close = difflib.get_close_matches(data, known, 1, cutoff=0.7)
        hint = f"did you mean {close[0]}? The" if close else "the"
        sets = ", ".join(known)
        parser.error(f"there is no set and no file {data}; {hint} sets are {sets}")
    elif target is None:
        columns = ", ".join(quoted(name) for name in read_cells(data).header)
        parser.error(f"{data} needs --target COLUMN, the column to predict; it has {columns}")


def spaced(sizes: Sequence[int]) -> str:
    return " ".join(map(str, sizes))


def whole(what: str, least: int, most: int | None = None) -> Callable[[str], int]:
    """The reader of a whole number in a range."""
    wanted = f"{what} must be a whole number " + (
        f"of at least {least}" if most is None else f"from {least} to {most:,}"
    )

    def read(text: str) -> int:
        with contextlib.suppress(ValueError):
            if least <= int(text) <= (most or math.inf):
                return int(text)
        raise argparse.ArgumentTypeError(f"{wanted}, not {text!r}")

    return read


def positive(text: str) -> float:
    """Read a positive number."""
    with contextlib.suppress(ValueError):
        if 0 < float(text) < math.inf:
            return float(text)
    raise argparse.ArgumentTypeError(f"it must be a positive number, not {text!r}")


def reason(error: BaseException) -> str:
    """What an exception says, on one line."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return " ".join(str(error).split()) or type(error).__name__


def complain(message: str) -> None:
    """Say on the error stream what is wrong."""
    print(f"{NAME}: {message}", file=sys.stderr)
