"""The library's own random generator, which initializers use when they are given none."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import numpy as np

# Who takes note of the numbers drawn, in place of drawing them: set while a function is recorded.
DRAWS: ContextVar[Callable[[Any], Any] | None] = ContextVar("draws", default=None)

_generators: dict[str, np.random.Generator] = {}


def seed(number: int) -> None:
    """Start the library's generator anew, so that what follows is reproducible.

    It stays the same object, from which compiled programs draw.
    """
    new = np.random.default_rng(number)
    _generators.setdefault("default", new).bit_generator.state = new.bit_generator.state


def generator(rng: np.random.Generator | None = None) -> np.random.Generator:
    """`rng`, or the library's generator for None."""
    if rng is None:
        if "default" not in _generators:
            _generators["default"] = np.random.default_rng()
        rng = _generators["default"]
    noted = DRAWS.get()
    return rng if noted is None else noted(rng)
