"""Windows that slide over an array."""

from typing import Any

import numpy as np

from autograd_lite.core.declare import Function, linear
from autograd_lite.core.overriding import overridable
from autograd_lite.ops.shape import axis_in

linear(
    np.lib.stride_tricks.sliding_window_view,
    lambda g, x, window_shape, axis=None: overlapped(
        g, shape=x.shape, window_shape=window_shape, axis=axis
    ),
)

# The transpose of the sliding window: what the windows share adds up.
overlapped: Function = linear(
    lambda x, shape, window_shape, axis: add_windows(x, shape, window_shape, axis),
    lambda g, shape, window_shape, axis: np.lib.stride_tricks.sliding_window_view(
        g, window_shape, axis
    ),
    name="overlapped",
)


@overridable
def add_windows(x: Any, shape: tuple[int, ...], window_shape: Any, axis: Any) -> Any:
    """For each place in the window, the windows' entries there added where they came from."""
    sizes = tuple(np.atleast_1d(window_shape).tolist())
    axes = range(len(shape)) if axis is None else np.atleast_1d(axis).tolist()
    result = np.zeros(shape, x.dtype)
    for place in np.ndindex(sizes):
        starts = [0] * len(shape)
        for at, start in zip(axes, place, strict=True):
            starts[axis_in(at, len(shape))] += start
        counts = x.shape[: len(shape)]
        index = tuple(slice(s, s + n) for s, n in zip(starts, counts, strict=True))
        result[index] += x[(..., *place)]
    return result
