"""Losses that grow like a square near 0 and like a line far away (Huber, 1964)."""

from typing import Any

import numpy as np
import scipy.special as sp

from autograd_lite.core.declare import elementwise
from autograd_lite.core.tensor import value_of
from autograd_lite.ops.elementwise import nonzero


def within(x: Any, y: Any) -> Any:
    return np.abs(value_of(y)) <= value_of(x)


def growth(x: Any, y: Any) -> Any:
    """The derivative of pseudo_huber by its width x: (h - x)**2 / h with h = hypot(x, y)."""
    h = nonzero(np.hypot(x, y))
    rise = y * (y / (h + x))
    return rise * (rise / h)


elementwise(
    sp.huber,
    lambda x, y: np.where(within(x, y), 0, np.abs(y) - x),
    lambda x, y: np.where(within(x, y), y, x * np.sign(value_of(y))),
)
elementwise(
    sp.pseudo_huber,
    growth,
    lambda x, y: x * (y / nonzero(np.hypot(x, y))),
)
