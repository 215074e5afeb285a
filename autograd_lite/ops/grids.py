"""Numbers between two ends, the powers of some, and grids."""

import operator
from typing import Any

import numpy as np

from autograd_lite.core.declare import constant, derived
from autograd_lite.core.overriding import checked
from autograd_lite.core.tensor import value_of

constant(np.ix_)


def floating(x: Any) -> Any:
    """A tensor, an array or a Python number, which keeps its weak type, with a fraction."""
    return (np.asarray(x) if isinstance(x, list | tuple) else x) * 1.0


def double(x: Any) -> Any:
    """At least in double precision, which NumPy's geomspace always is."""
    return floating(x) * np.float64(1)


def in_dtype(x: Any, dtype: Any) -> Any:
    if dtype is None or x.dtype == dtype:
        return x
    return np.astype(np.floor(x) if np.dtype(dtype).kind in "iu" else x, dtype)


@derived(np.linspace)
def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False,
    dtype: Any = None, axis: int = 0, *, device: Any = None,
) -> Any:  # fmt: skip
    """np.linspace: start + i * step, and exactly `stop` at the end."""
    num = operator.index(num)
    if num < 0:
        raise ValueError(f"linspace: {num} numbers; it cannot be negative.")
    count = num - 1 if endpoint else num
    start, stop = floating(start), floating(stop)
    ndim = max(np.ndim(start), np.ndim(stop))
    places = np.arange(num, dtype=np.result_type(start, stop, 0.0))
    places = np.reshape(places, (num, *(1,) * ndim))
    step = (stop - start) / count if count > 0 else np.nan
    line = start + places * (step if count > 0 else stop - start)
    if endpoint and num > 1:
        line = np.where(places == count, stop, line)
    line = in_dtype(np.moveaxis(line, 0, axis) if axis else line, dtype)
    return (line, step) if retstep else line


@derived(np.logspace)
def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0,
    dtype: Any = None, axis: int = 0,
) -> Any:  # fmt: skip
    """np.logspace: powers of `base`, which may be several, with evenly spaced exponents."""
    if np.ndim(base):
        ndim = max(np.ndim(start), np.ndim(stop), np.ndim(base))
        start, stop, base = (with_axes(x, ndim) for x in (start, stop, base))
        base = np.expand_dims(base, axis)
    exponents = np.linspace(start, stop, num, endpoint, axis=axis)
    return in_dtype(np.power(base, exponents), dtype)


def with_axes(x: Any, ndim: int) -> Any:
    """`x` with as many axes, new ones in front."""
    return np.reshape(x, (1,) * (ndim - np.ndim(x)) + np.shape(x))


@derived(np.geomspace)
def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    """np.geomspace: evenly spaced logarithms, and exactly `start` and `stop` at the ends."""
    start, stop = double(start), double(stop)
    zero = value_of((start == 0) | (stop == 0))
    message = "geomspace: an end is zero, which no logarithm reaches."
    places = checked(np.arange(num), zero, ValueError, message)
    sign = np.sign(start)
    exponents = np.linspace(np.log10(start / sign), np.log10(stop / sign), num, endpoint)
    line = sign * np.power(10.0, exponents)
    places = np.reshape(places, (num, *(1,) * (len(line.shape) - 1)))
    line = np.where(places == 0, start, line)
    if endpoint and num > 1:
        line = np.where(places == num - 1, stop, line)
    return in_dtype(np.moveaxis(line, 0, axis) if axis else line, dtype)


@derived(np.meshgrid)
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> Any:
    """np.meshgrid: each vector along an axis of its own."""
    if indexing not in ("xy", "ij"):
        raise ValueError(f'meshgrid: indexing is "xy" or "ij"; found {indexing!r}.')
    ndim = len(xi)
    axes = list(range(ndim))
    if indexing == "xy" and ndim > 1:
        axes[:2] = [1, 0]
    grids = tuple(
        np.reshape(x, tuple(-1 if i == axis else 1 for i in range(ndim)))
        for x, axis in zip(xi, axes, strict=True)
    )
    return grids if sparse else np.broadcast_arrays(*grids)


@derived(np.vander)
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """np.vander: the powers of each entry along the last axis, the highest first."""
    if len(x.shape) != 1:
        raise ValueError(f"vander: a vector is needed; found the shape {x.shape}.")
    exponents = np.arange(x.shape[0] if N is None else N)
    return np.power(x[:, None], exponents if increasing else exponents[::-1])
