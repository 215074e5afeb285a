"""The arguments of `autograd-lite draw`, and what it does with them."""

import argparse
from pathlib import Path

from autograd_lite.app.expressions import ExpressionError
from autograd_lite.app.picturing import picture
from autograd_lite.drawing.drawing_of import check_options
from autograd_lite.drawing.folding import LIMIT

EXAMPLES = """\
examples:
  autograd-lite draw "sin(x*y) + x**2" --at x=1,y=2
  autograd-lite draw "mean((x @ w - 1)**2)" --at "x=ones((4, 3)),w=[1.0,2,3]" --gradients -o fit.svg
  autograd-lite draw runs/digits --depth 1 -o net.png
  autograd-lite draw mycode:loss --at x=0.5 --values -o steps.html
"""


def add_draw_arguments(draw: argparse.ArgumentParser) -> None:
    """The arguments of `autograd-lite draw`."""
    draw.add_argument(
        "target", metavar="WHAT",
        help="an expression, the folder of a run or its weights, or module:name of a function, "
        "a network or a tensor",
    )  # fmt: skip
    draw.add_argument(
        "--at", action="append", default=[], metavar="NAME=VALUE,...",
        help="the values to compute it at: numbers, lists (of whole numbers: data), or expressions "
        "such as ones((2, 3))",
    )  # fmt: skip
    draw.add_argument(
        "-o", "--out", type=Path, metavar="FILE",
        help="the file to write: .svg, .png, .pdf, .html, .dot or .json (a tree in the terminal)",
    )  # fmt: skip
    draw.add_argument(
        "--direction", choices=("LR", "TB"),
        help="from left to right or from top to bottom (what suits the length)",
    )  # fmt: skip
    draw.add_argument("--depth", type=int, metavar="N", help="close modules below this level")
    draw.add_argument(
        "--max-nodes", type=int, default=LIMIT, metavar="N",
        help=f"fold a graph of more nodes until it can be read ({LIMIT})",
    )  # fmt: skip
    draw.add_argument(
        "--expand", action="append", default=[], metavar="PATH",
        help="a module that stays open; may be given again",
    )  # fmt: skip
    for name, meaning in (
        ("values", "numbers, or their mean, deviation and extremes"),
        ("gradients", "local derivatives, and on edges the norms of gradients"),
        ("memory", "the bytes of every result"),
        ("time", "the seconds that every operation takes"),
        ("backward", "the computation of the gradients, beside that of the result"),
    ):
        draw.add_argument(f"--{name}", action="store_true", help=f"show {meaning}")
    draw.add_argument("--no-constants", action="store_true", help="leave numbers out")


def draw_as_asked(arguments: argparse.Namespace) -> None:
    """Write the drawing into the file that was asked for, or print it as a tree."""
    try:
        draw_into(arguments)
    except ValueError as error:
        raise ExpressionError(str(error)) from error


def draw_into(arguments: argparse.Namespace) -> None:
    check_options(arguments.direction, arguments.depth, arguments.max_nodes)
    is_page = arguments.out is not None and arguments.out.suffix.lower() == ".html"
    options = {
        name: getattr(arguments, name)
        for name in ("direction", "depth", "max_nodes", "expand", "gradients", "memory", "time",
                     "backward")
    }  # fmt: skip
    options |= {"values": arguments.values or is_page, "constants": not arguments.no_constants}
    drawing = picture(arguments.target, arguments.at, options)
    print(drawing if arguments.out is None else drawing.save(arguments.out))
