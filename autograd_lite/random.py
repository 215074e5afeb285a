"""The library's own random generator, which initializers use when they are given none."""

import numpy as np

_generators: dict[str, np.random.Generator] = {}


def seed(number: int) -> None:
    """Start the library's generator anew, so that what follows is reproducible."""
    _generators["default"] = np.random.default_rng(number)


def generator(rng: np.random.Generator | None = None) -> np.random.Generator:
    """`rng`, or the library's generator for None."""
    if rng is not None:
        return rng
    if "default" not in _generators:
        _generators["default"] = np.random.default_rng()
    return _generators["default"]
