"""Reductions that leave out what is not a number; a NaN's gradient is zero."""

import warnings
from typing import Any

import numpy as np

from autograd_lite.core.declare import constant, derived, general
from autograd_lite.core.overriding import known
from autograd_lite.core.tensor import value_of
from autograd_lite.ops.reduce import Axis, axes_of, counted, to_extremes
from autograd_lite.ops.running import without_nan
from autograd_lite.ops.variance import degrees, root

general(np.nanmax, to_extremes)
general(np.nanmin, to_extremes)
constant(np.nanargmax, np.nanargmin)


def numbers(x: Any, where: Any) -> Any:
    """Which entries are numbers and not left out by a mask."""
    found = ~np.isnan(value_of(x))
    return found if where is True else found & where


@derived(np.nansum)
def nansum(
    a: Any,
    axis: Axis = None,
    dtype: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    given = {} if initial is None else {"initial": initial}
    x = without_nan(a, 0)
    return np.sum(x, axis=axis, dtype=dtype, keepdims=keepdims, where=where, **given)


@derived(np.nanprod)
def nanprod(
    a: Any,
    axis: Axis = None,
    dtype: Any = None,
    keepdims: bool = False,
    initial: Any = 1,
    where: Any = True,
) -> Any:
    x = without_nan(a, 1)
    return np.prod(x, axis=axis, dtype=dtype, keepdims=keepdims, initial=initial, where=where)


@derived(np.nanmean)
def nanmean(
    a: Any, axis: Axis = None, dtype: Any = None, keepdims: bool = False, *, where: Any = True
) -> Any:
    total = nansum(a, axis, dtype, True, where=where)
    n = counted(a, axis, numbers(a, where), np.finfo(total.dtype).dtype)
    if known(n) and np.any(n == 0):
        warnings.warn("Mean of empty slice", RuntimeWarning, stacklevel=2)
    with np.errstate(invalid="ignore"):
        mean = total / n
    return mean if keepdims else np.squeeze(mean, axes_of(axis, a.ndim))


@derived(np.nanvar)
def nanvar(
    a: Any,
    axis: Axis = None,
    dtype: Any = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: float | None = None,
) -> Any:
    given = {} if mean is None else {"mean": mean}
    ddof, where = degrees(ddof, correction), numbers(a, where)
    found = np.var(a, axis=axis, dtype=dtype, ddof=ddof, keepdims=True, where=where, **given)
    found = np.where(counted(a, axis, where, float) <= ddof, np.nan, found)
    return found if keepdims else np.squeeze(found, axes_of(axis, a.ndim))


@derived(np.nanstd)
def nanstd(a: Any, *args: Any, **keywords: Any) -> Any:
    return root(nanvar(a, *args, **keywords))
