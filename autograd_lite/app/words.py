"""Numbers and users' strings as a person reads them."""

import math

from autograd_lite.drawing.text import shown

# A sentence for each file of a run; the order in which they are listed.
FILES = {
    "graph.svg": "the computation graph of one training step",
    "graph.png": "the same in pixels",
    "curves.png": "loss and {score}, epoch by epoch",
    "boundary.png": "what the network says at each place of the plane",
    "confusion.png": "which {target} was taken for which",
    "predictions.png": "predicted against true {target}",
    "worst.png": "the {many} that fooled the network most",
    "weights.safetensors": "the weights and statistics; ag.load reads them",
    "checkpoint.safetensors": "where training stood; --resume goes on from it",
    "summary.json": "settings, versions, results and history",
}


def score(value: float, name: str) -> str:
    """An accuracy as a percentage, an R² as a number.

    >>> score(0.98333, "accuracy"), score(0.98333, "R²"), score(float("nan"), "R²")
    ('98.3%', '0.983', 'undefined')
    """
    if math.isnan(value):
        return "undefined"
    return f"{100 * value:.1f}%" if name == "accuracy" else f"{value:.3f}"


def number(value: float) -> str:
    """Four significant digits, without an exponent where that can be read.

    >>> number(12345.678), number(0.00012345), number(1.5e12), number(-3.0)
    ('12,346', '0.0001234', '1.5e+12', '-3')
    """
    if 1000 <= abs(value) < 1e7:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def label(text: str, longest: int = 18) -> str:
    """A user's string on one line that is not long."""
    return shown(" ".join(text.split()) or text, longest)


def counted(count: int, one: str, many: str) -> str:
    """The number with its noun.

    >>> counted(1, "row", "rows"), counted(1437, "digit", "digits")
    ('1 row', '1,437 digits')
    """
    return f"{count:,} {one if count == 1 else many}"
