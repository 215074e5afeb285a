"""The arguments of `autograd-lite export`, and what it says."""

import argparse
from pathlib import Path

from autograd_lite.app.exporting import export

EXAMPLES = """\
examples:
  autograd-lite export runs/digits
  autograd-lite export runs/digits --batch 1 -o app/network
"""


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `autograd-lite export`."""
    parser.add_argument(
        "network", type=Path, metavar="NETWORK", help="the folder of a run, or the weights in it"
    )
    parser.add_argument(
        "--batch", type=rows, metavar="N",
        help="rows of a call, which a program is made for (as many as in training)",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--out", type=Path, metavar="FOLDER",
        help="the folder to write into (that of the run)",
    )  # fmt: skip


def rows(text: str) -> int:
    """A number of rows, as the command takes it."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a number of rows, 1 or more, not {text!r}")
    return int(text)


def export_as_asked(arguments: argparse.Namespace) -> None:
    """Write the programs, and say what they are called with."""
    found = export(arguments.network, arguments.batch, arguments.out)
    rows, width = found.inputs
    print(f"{found.folder / 'predict.py'}: predict(x), for x float32 ({rows}, {width})")
    print(f"{found.folder / 'train_step.py'}: train_step(x, y), y {found.targets}; it learns")
    print(
        "Both need NumPy and the .npz beside them. An input is (value - mean) / deviation, by the"
    )
    print("features of the run's weights.")
