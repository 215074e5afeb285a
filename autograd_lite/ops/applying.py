"""A user's function along an axis, or over some axes."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.core.declare import derived
from autograd_lite.ops.shape import axis_in


@derived(np.apply_along_axis)
def apply_along_axis(
    func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any
) -> Any:
    """np.apply_along_axis: the function of each row, its results where the axis was."""
    axis = axis_in(axis, len(arr.shape))
    moved = np.moveaxis(arr, axis, -1)
    outer, n = moved.shape[:-1], moved.shape[-1]
    if not math.prod(outer):
        raise ValueError(f"apply_along_axis: no rows to call it on in the shape {arr.shape}.")
    rows = np.unstack(np.reshape(moved, (-1, n)))
    results = np.stack([func1d(row, *args, **kwargs) for row in rows])
    inner = results.shape[1:]
    ends = range(len(outer), len(outer) + len(inner))
    return np.moveaxis(
        np.reshape(results, (*outer, *inner)), list(ends), range(axis, axis + len(inner))
    )


@derived(np.apply_over_axes)
def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    """np.apply_over_axes: the function over one axis after the other, which stay with length 1."""
    ndim = len(a.shape)
    for axis in np.atleast_1d(axes).tolist():
        at = axis_in(axis, ndim)
        result = func(a, at)
        a = result if len(result.shape) == ndim else np.expand_dims(result, at)
        if len(a.shape) != ndim:
            raise ValueError("apply_over_axes: the function returned an array of other axes.")
    return a
