"""Reductions: functions that make one entry of many, and the running forms."""

import math
from typing import Any

import numpy as np

from autograd_lite.core.declare import constant, derived, general, linear
from autograd_lite.core.tensor import DISPATCH, value_of

Axis = int | tuple[int, ...] | None


def axes_of(axis: Axis, ndim: int) -> tuple[int, ...]:
    """The reduced axes, none negative."""
    if axis is None:
        return tuple(range(ndim))
    axes = axis if isinstance(axis, tuple) else (axis,)
    return tuple(a % ndim if ndim else a for a in axes)


def restore(g: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    """`g` with the reduced axes back as ones, so that it broadcasts against the operand."""
    if keepdims or axis is None:
        return g
    reduced = axes_of(axis, len(x.shape))
    return g.reshape(tuple(1 if i in reduced else n for i, n in enumerate(x.shape)))


def count(x: Any, axis: Axis) -> int:
    """How many entries are reduced to one."""
    if axis is None:
        return math.prod(x.shape)
    return math.prod(x.shape[a] for a in axes_of(axis, len(x.shape)))


def sum_of(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    return np.add.reduce(x, axis=axis, keepdims=keepdims)


def mean_of(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    if x.dtype == np.float16:  # whose sums overflow early; NumPy's mean adds in float32 too
        total = np.add.reduce(x, axis=axis, keepdims=keepdims, dtype=np.float32)
        return (total / count(x, axis)).astype(np.float16)
    return np.add.reduce(x, axis=axis, keepdims=keepdims) / count(x, axis)


linear(
    np.sum,
    lambda g, x, axis=None, keepdims=False: restore(g, x, axis, keepdims),
    body=sum_of,
)
linear(
    np.mean,
    lambda g, x, axis=None, keepdims=False: restore(g, x, axis, keepdims) / count(x, axis),
    body=mean_of,
)
general(
    np.max,
    lambda g, x, out, axis=None, keepdims=False: to_extremes(g, x, out, axis, keepdims),
)
general(
    np.min,
    lambda g, x, out, axis=None, keepdims=False: to_extremes(g, x, out, axis, keepdims),
)
general(
    np.prod,
    lambda g, x, axis=None, keepdims=False: (
        restore(g, x, axis, keepdims) * product_of_others(x, axis)
    ),
)
general(
    np.var,
    lambda g, x, axis=None, ddof=0, keepdims=False: (
        restore(g, x, axis, keepdims) * (2 / free(x, axis, ddof)) * centered(x, axis)
    ),
)
general(
    np.std,
    lambda g, x, out, axis=None, ddof=0, keepdims=False: (
        restore(g / nonzero(out), x, axis, keepdims) / free(x, axis, ddof) * centered(x, axis)
    ),
)
linear(np.cumsum, lambda g, x, axis=None: reverse_cumsum(g, x, axis))
general(np.cumprod, lambda g, x, axis=None: cumprod_pull(g, x, axis))


def nonzero(x: Any) -> Any:
    return np.where(value_of(x) == 0, 1, x)


def free(x: Any, axis: Axis, ddof: int) -> Any:
    """The number of degrees of freedom; a division by none gives inf, as NumPy's value is."""
    return np.maximum(count(x, axis) - ddof, 0).astype(x.dtype)


def centered(x: Any, axis: Axis) -> Any:
    """What each entry lies above the mean (for complex numbers, its conjugate)."""
    above = x - np.mean(x, axis=axis, keepdims=True)
    return np.conjugate(above) if x.dtype.kind == "c" else above


def to_extremes(g: Any, x: Any, out: Any, axis: Axis, keepdims: bool) -> Any:
    """The cotangent to the entries that are the maximum (or minimum), ties sharing it equally."""
    chosen = x == restore(out, x, axis, keepdims)
    ties = np.add.reduce(chosen, axis=axis, keepdims=True, dtype=x.dtype)
    return restore(g, x, axis, keepdims) / np.maximum(ties, 1) * chosen


def product_of_others(x: Any, axis: Axis) -> Any:
    """For each entry the product of all others along `axis`: no division, so zeros are fine."""
    if not x.size:
        return np.zeros(x.shape, x.dtype)
    axes = axes_of(axis, len(x.shape))
    kept = [i for i in range(len(x.shape)) if i not in axes]
    order = (*kept, *axes)
    moved = np.transpose(x, order)
    rows = np.reshape(moved, (*(x.shape[i] for i in kept), -1))
    ones = np.ones((*rows.shape[:-1], 1), x.dtype)
    before = np.cumprod(np.concatenate([ones, rows[..., :-1]], axis=-1), axis=-1)
    after = np.flip(
        np.cumprod(np.concatenate([ones, np.flip(rows, -1)[..., :-1]], axis=-1), axis=-1), -1
    )
    others = np.reshape(before * after, moved.shape)
    return np.transpose(others, np.argsort(order).tolist())


def reverse_cumsum(g: Any, x: Any, axis: int | None) -> Any:
    if axis is None:
        return np.reshape(np.flip(np.cumsum(np.flip(g, 0), axis=0), 0), x.shape)
    return np.flip(np.cumsum(np.flip(g, axis), axis=axis), axis)


def cumprod_pull(g: Any, x: Any, axis: int | None) -> Any:
    """prefix[j] * r[j], where r[j] = g[j] + x[j+1] * r[j+1]: no division, so zeros are fine."""
    if axis is None:
        return np.reshape(cumprod_pull(g, np.ravel(x), 0), x.shape)
    n = x.shape[axis]
    if n == 0:
        return g
    gs, xs = np.moveaxis(g, axis, 0), np.moveaxis(x, axis, 0)
    running = [gs[n - 1]]
    for j in range(n - 2, -1, -1):
        running.append(gs[j] + xs[j + 1] * running[-1])
    ones = np.ones((1, *xs.shape[1:]), x.dtype)
    prefix = np.cumprod(np.concatenate([ones, xs[:-1]], axis=0), axis=0)
    return np.moveaxis(prefix * np.stack(running[::-1], axis=0), 0, axis)


def log_sum_exp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))) along `axis`, without overflow: the largest entry is taken out first."""
    top = np.maximum.reduce(x, axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0)
    with np.errstate(divide="ignore"):
        out = np.log(np.add.reduce(np.exp(x - top), axis=axis, keepdims=True)) + top
    return out if keepdims else np.squeeze(out, axes_of(axis, x.ndim))


logsumexp = general(
    log_sum_exp,
    lambda g, x, out, axis=None, keepdims=False: restore(g, x, axis, keepdims) * np.exp(
        x - restore(np.where(np.isfinite(value_of(out)), out, 0), x, axis, keepdims)),
    name="logsumexp",
)  # fmt: skip

constant(np.any, np.all)


@derived(np.ptp)
def ptp(a: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)


derived(np.amax)(lambda a, axis=None, keepdims=False: np.max(a, axis=axis, keepdims=keepdims))
derived(np.amin)(lambda a, axis=None, keepdims=False: np.min(a, axis=axis, keepdims=keepdims))

# The ufuncs' own spelling of a reduction, whose default axis is 0.
for ufunc, function in [
    (np.add, np.sum),
    (np.multiply, np.prod),
    (np.maximum, np.max),
    (np.minimum, np.min),
    (np.logaddexp, logsumexp),
]:
    DISPATCH[ufunc, "reduce"] = lambda x, axis=0, function=function, **kwargs: function(
        x, axis=axis, **kwargs
    )
