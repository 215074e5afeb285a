"""Chains of operations on large arrays in pieces that stay in the processor's cache.

Each operation of NumPy goes through the whole of its operands, so a chain of ten over a large
array waits for memory ten times, and for fresh pages as often. Piece by piece it waits once. Only
plain arrays are taken to pieces: what records or batches sees the chain as it is written.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

PIECE = 16384  # entries: a few arrays of this size fit the cache next to a core


def by_entry(function: Callable[..., Any], *xs: Any) -> Any:
    """function(*xs), for one that works entry by entry on arrays of one shape."""
    if not are_large(xs) or any(x.shape != xs[0].shape for x in xs):
        return function(*xs)
    flat = [x.reshape(-1) for x in xs]
    pieces = [
        function(*(x[start : start + PIECE] for x in flat))
        for start in range(0, flat[0].size, PIECE)
    ]
    return np.concatenate(pieces).reshape(xs[0].shape)


def are_large(xs: tuple[Any, ...]) -> bool:
    return all(type(x) is np.ndarray and x.size > 2 * PIECE and x.flags.c_contiguous for x in xs)
