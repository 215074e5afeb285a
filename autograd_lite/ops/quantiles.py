"""Quantiles: sort, and take the place where the same quantile of the ranks 0, 1, 2, … lies.

So NumPy itself says what the place is, for every method, for weights, and where there are NaNs.
Between two entries the result is interpolated; its gradient reaches these two alone. Of equal
entries the one that comes first in `a` is sorted first, and gets the gradient.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.core.declare import derived
from autograd_lite.core.overriding import known
from autograd_lite.core.tensor import Tensor, value_of
from autograd_lite.ops.differences import array_of
from autograd_lite.ops.reduce import Axis, axes_of, count
from autograd_lite.ops.statistics import weights_along

# A place moves with q at the rate n plus this; by the other methods it jumps, and q has no
# gradient. Hyndman and Fan: Sample Quantiles in Statistical Packages (1996).
CONTINUOUS = {
    "linear": -1.0, "interpolated_inverted_cdf": 0.0, "hazen": 0.0, "weibull": 1.0,
    "median_unbiased": 1 / 3, "normal_unbiased": 1 / 4,
}  # fmt: skip


def median_of(function: Callable[..., Any]) -> Callable[..., Any]:
    """What np.median or np.nanmedian means on tensors."""

    def median(
        a: Any, axis: Axis = None, overwrite_input: bool = False, keepdims: bool = False
    ) -> Any:
        a = array_of(a)
        if not count(a, axis):
            nothing = function(value_of(a), axis=axis, keepdims=keepdims)
            return np.sum(a, axis=axis, keepdims=keepdims) + nothing
        rows = slices(a, axis)
        ranks, order = ranked(rows, weighted=False)
        place = np.expand_dims(function(ranks, axis=-1), -1)
        return reduced(found_at(place, rows, order), a, axis, keepdims)

    return median


def quantile_of(function: Callable[..., Any], whole: float) -> Callable[..., Any]:
    """What np.quantile (or np.percentile: 100 are the whole) means on tensors."""

    def quantile(
        a: Any,
        q: Any,
        axis: Axis = None,
        overwrite_input: bool = False,
        method: str = "linear",
        keepdims: bool = False,
        *,
        weights: Any = None,
    ) -> Any:
        a, plain_q = array_of(a), value_of(q)
        if a.dtype.kind == "c":
            raise TypeError("a must be an array of real numbers")
        if not count(a, axis):
            nothing = function(value_of(a), plain_q, axis, method=method, keepdims=keepdims)
            return np.sum(a, axis=axis, keepdims=keepdims) + nothing
        rows, w = slices(a, axis), None
        if weights is not None:
            w = weights_along(array_of(value_of(weights)), a, axis)
            w = slices(np.broadcast_to(w, a.shape), axis)
        ranks, order = ranked(rows, weighted=w is not None)
        place = function(ranks, plain_q, axis=ranks.ndim - 1, method=method, weights=w)
        shape = np.shape(plain_q)
        place = np.moveaxis(np.reshape(place, (math.prod(shape), *ranks.shape[:-1])), 0, -1)
        found = found_at(place, rows, order)
        if type(q) is Tensor and method in CONTINUOUS:
            step = (np.reshape(q, (-1,)) - np.reshape(plain_q, (-1,))) / whole
            found = found + step * slope_by_q(place, rows, order, method)
        return reduced(found, a, axis, keepdims, shape)

    return quantile


derived(np.median)(median_of(np.median))
derived(np.nanmedian)(median_of(np.nanmedian))
derived(np.quantile)(quantile_of(np.quantile, 1.0))
derived(np.percentile)(quantile_of(np.percentile, 100.0))
derived(np.nanquantile)(quantile_of(np.nanquantile, 1.0))
derived(np.nanpercentile)(quantile_of(np.nanpercentile, 100.0))


def slices(a: Any, axis: Axis) -> Any:
    """The reduced axes joined into one, which comes last."""
    axes = axes_of(axis, a.ndim)
    others = [i for i in range(a.ndim) if i not in axes]
    moved = np.transpose(a, [*others, *axes])
    return np.reshape(moved, (*(a.shape[i] for i in others), count(a, axis)))


def reduced(found: Any, a: Any, axis: Axis, keepdims: bool, first: tuple[int, ...] = ()) -> Any:
    """The results along the last axis in their shape, which comes first, then what is kept."""
    axes = axes_of(axis, a.ndim)
    ones = dict.fromkeys(axes, 1) if keepdims else {}
    kept = [ones.get(i, n) for i, n in enumerate(a.shape) if keepdims or i not in axes]
    return np.reshape(np.moveaxis(found, -1, 0), (*first, *kept))


def ranked(rows: Any, weighted: bool) -> tuple[Any, Any]:
    """The rank of each entry of a slice (in one row for all, if they are the same for all),
    NaN for a NaN, and the order by rank.
    """
    values, n = value_of(rows), rows.shape[-1]
    order = np.argsort(values, axis=-1, kind="stable")
    dtype = np.finfo(values.dtype).dtype if n <= 2048 else np.result_type(rows.real, np.float32)
    missing = np.isnan(values)
    if not weighted and known(missing) and not np.any(missing):
        return np.arange(n, dtype=dtype), order
    ranks = np.argsort(order, axis=-1).astype(dtype)
    return np.where(missing, np.nan, ranks), order


def found_at(place: Any, rows: Any, order: Any) -> Any:
    """The sorted entries at places (..., Q), interpolated; at NaN the last, which is a NaN."""
    low = np.where(np.isnan(place), rows.shape[-1] - 1, np.floor(place)).astype(place.dtype)
    weight = np.where(low < place, place - low, 0)
    first = picked(rows, order, low)
    if known(weight) and not np.any(weight):
        return first if first.dtype == weight.dtype else first.astype(
            np.result_type(first.dtype, weight.dtype))  # fmt: skip
    second = picked(rows, order, np.where(weight == 0, low, low + 1))
    return np.where(weight == 0, first, (1 - weight) * first + weight * second)


def picked(rows: Any, order: Any, rank: Any) -> Any:
    rank = np.broadcast_to(rank.astype(np.intp), (*rows.shape[:-1], rank.shape[-1]))
    return np.take_along_axis(rows, np.take_along_axis(order, rank, axis=-1), axis=-1)


def slope_by_q(place: Any, rows: Any, order: Any, method: str) -> Any:
    """The derivative of the result by q: how fast its place moves, times the gap it is in."""
    n = np.sum(~np.isnan(value_of(rows)), axis=-1, keepdims=True)
    inside = (place > 0) & (place < n - 1) if method != "linear" else n > 1
    low = np.clip(np.where(np.isnan(place), 0, np.floor(place)), 0, np.maximum(n - 2, 0))
    gap = picked(rows, order, np.where(inside, low + 1, low)) - picked(rows, order, low)
    return gap * np.where(inside, n + CONTINUOUS[method], 0).astype(gap.dtype)
