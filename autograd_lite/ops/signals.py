"""Convolution and correlation of two series, and interpolation between samples."""

from typing import Any

import numpy as np

from autograd_lite.core.declare import Function, derived, linear
from autograd_lite.core.overriding import known
from autograd_lite.core.tensor import value_of
from autograd_lite.ops.differences import array_of

# In each rule the cotangent is first filled up with zeros to that of the full convolution.
convolution: Function = linear(
    lambda x, y, mode: np.convolve(x, y, mode),
    lambda g, x, y, mode: convolution(
        filled(g, len_of(x), len_of(y), mode), np.flip(y), mode="valid"
    ),
    lambda g, x, y, mode: convolution(
        filled(g, len_of(x), len_of(y), mode), np.flip(x), mode="valid"
    ),
    name="convolve",
)


def len_of(x: Any) -> int:
    length: int = x.shape[0]
    return length


def filled(g: Any, n: int, m: int, mode: str) -> Any:
    """The cotangent of the full convolution, of which `mode` hands out a middle part."""
    if mode == "full":
        return g
    short = min(n, m)
    before = short - 1 if mode == "valid" else (short - 1) // 2
    after = n + m - 1 - before - g.shape[0]
    return np.concatenate([np.zeros(before, g.dtype), g, np.zeros(after, g.dtype)])


def series(x: Any) -> Any:
    return np.atleast_1d(array_of(x))


@derived(np.convolve)
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    return convolution(series(a), series(v), mode=mode)


@derived(np.correlate)
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    a, v = series(a), series(v)
    if v.shape[0] > a.shape[0]:  # as NumPy does: the middle of an even length lies elsewhere then
        return np.flip(np.conjugate(correlate(v, a, mode)))
    return convolution(a, np.flip(np.conjugate(v)), mode=mode)


@derived(np.interp)
def interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """np.interp, differentiable by the places `x` and by the samples, `xp` and `fp`.

    At a sample the slope by `x` is that of the interval to its right, at the last one to its left.
    """
    x, xp, fp = (array_of(v) for v in (x, xp, fp))
    x, xp = x.astype(np.float64), xp.astype(np.float64)
    fp = fp.astype(np.result_type(fp.dtype, np.float64))
    if period is not None:
        x, xp, fp = once_around(x, xp, fp, abs(period))
        left = right = None
    np.interp(0.0, value_of(xp), value_of(fp))  # NumPy says what is wrong with the samples
    n = xp.shape[0]
    place = np.clip(np.searchsorted(value_of(xp), value_of(x), side="right") - 1, 0, max(n - 2, 0))
    following = np.minimum(place + 1, n - 1)
    (x0, x1), (y0, y1) = ([entries(v, at) for at in (place, following)] for v in (xp, fp))
    alike = value_of(x1) == value_of(x0)
    share = np.where(alike, 1, (x - x0) / np.where(alike, 1, x1 - x0))
    inner = y0 + (y1 - y0) * share
    inner = np.where(x < xp[0], fp[0] if left is None else left, inner)
    return np.where(x > xp[-1], fp[-1] if right is None else right, inner)


def entries(v: Any, places: Any) -> Any:
    """The entries of a vector at some places; a plain one cannot be indexed by what is unknown."""
    if known(places):
        return v[places]
    return np.reshape(np.take_along_axis(v, np.ravel(places), axis=0), places.shape)


def once_around(x: Any, xp: Any, fp: Any, period: Any) -> tuple[Any, Any, Any]:
    """Places and samples within one period, with the samples next to it on either side."""
    if not value_of(period):
        raise ValueError("period must be a non-zero value")
    x, xp = np.remainder(x, period), np.remainder(xp, period)
    order = np.argsort(value_of(xp))
    xp, fp = xp[order], fp[order]
    xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
    return x, xp, np.concatenate([fp[-1:], fp, fp[:1]])
