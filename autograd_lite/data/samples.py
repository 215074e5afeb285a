"""Samples: what the data sets that are drawn at random have in common."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd_lite.random import generator


class Samples(NamedTuple):
    """Points `inputs` (n, d) float32, and `targets` (n,): int64 classes or float32 values.

    A tree of arrays, so `batches(samples, 32)` and `split(samples, 0.5)` work.
    """

    inputs: NDArray[np.float32]
    targets: NDArray[np.int64] | NDArray[np.float32]


def prepared(
    name: str, samples: int, noise: float, rng: np.random.Generator | None
) -> np.random.Generator:
    """The generator to draw from, once the other arguments were found to make sense."""
    require_count(name, "samples", samples)
    require_spread(name, "noise", noise)
    return generator(rng)


def require_count(name: str, argument: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name}: {argument} must be a positive integer, not {value!r}")


def require_spread(name: str, argument: str, value: float) -> None:
    if not 0 <= value < math.inf:
        raise ValueError(f"{name}: {argument} must be a finite number of at least 0, not {value!r}")


def halves(samples: int) -> tuple[int, int]:
    """How many samples each of two classes has; the first has one more of an odd number."""
    return samples - samples // 2, samples // 2


def shuffled(
    inputs: NDArray[np.float64],
    targets: NDArray[np.int64] | NDArray[np.float64],
    rng: np.random.Generator,
) -> Samples:
    """The samples in random order, so that any part of them holds all kinds."""
    order = rng.permutation(len(inputs))
    dtype = np.float32 if targets.dtype.kind == "f" else np.int64
    ordered: NDArray[Any] = targets[order].astype(dtype)
    return Samples(inputs[order].astype(np.float32), ordered)
