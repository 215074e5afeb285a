"""Entries repeated: the gradient of an entry is the sum of those of its copies."""

import math
from typing import Any

import numpy as np

from autograd_lite.core.declare import derived, linear
from autograd_lite.core.tensor import DISPATCH

linear(np.tile, lambda g, x, reps: untile(g, x, reps))
linear(np.repeat, lambda g, x, repeats, axis=None: unrepeat(g, x, repeats, axis))


def untile(g: Any, x: Any, reps: Any) -> Any:
    reps = (reps,) if isinstance(reps, int | np.integer) else tuple(reps)
    ndim = max(len(reps), x.ndim)
    reps = (1,) * (ndim - len(reps)) + reps
    shape = (1,) * (ndim - x.ndim) + x.shape
    pairs = [n for pair in zip(reps, shape, strict=True) for n in pair]
    total = np.sum(np.reshape(g, pairs), axis=tuple(range(0, 2 * ndim, 2)))
    return np.reshape(total, x.shape)


def unrepeat(g: Any, x: Any, repeats: Any, axis: int | None) -> Any:
    """Sum the copies of each entry."""
    if axis is None:
        return np.reshape(unrepeat(g, Flat(x), repeats, 0), x.shape)
    axis %= x.ndim
    n = x.shape[axis]
    if np.ndim(repeats) == 0 or np.size(repeats) == 1:
        count = int(np.reshape(repeats, ()))
        return np.sum(np.reshape(g, (*x.shape[:axis], n, count, *x.shape[axis + 1 :])), axis + 1)
    owners = np.repeat(np.arange(n), repeats)
    at = (slice(None),) * axis + (owners,)
    return DISPATCH["scatter"](g, index=at, shape=x.shape)


class Flat:
    """The shape of an operand that was raveled."""

    def __init__(self, x: Any) -> None:
        self.shape = (math.prod(x.shape),)
        self.ndim = 1


@derived(np.resize)
def resize(a: Any, new_shape: Any) -> Any:
    """np.resize: the entries in their order, from the start again when there are no more."""
    shape = (new_shape,) if isinstance(new_shape, int | np.integer) else tuple(new_shape)
    if any(n < 0 for n in shape):
        raise ValueError(f"resize: a length is negative: {shape}.")
    size, flat = math.prod(shape), np.ravel(a)
    if flat.size == 0:  # nothing to repeat: zeros, as NumPy has it
        return np.reshape(np.pad(flat, (0, size)), shape)
    return np.reshape(np.tile(flat, -(-size // flat.size))[:size], shape)
