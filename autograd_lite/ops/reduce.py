"""Reductions: functions that make one entry of many.

`where=` leaves entries out, whose gradient is then exactly zero; `initial=` is one entry more.
"""

import math
from typing import Any

import numpy as np

from autograd_lite.core.declare import constant, derived, further, general, linear
from autograd_lite.core.tensor import DISPATCH, value_of
from autograd_lite.errors import NotDifferentiableError

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


def counted(x: Any, axis: Axis, where: Any, dtype: Any) -> Any:
    """The same for a mask: how many entries are left, with the reduced axes as ones."""
    if where is True:
        return np.asarray(count(x, axis), dtype)
    return np.sum(np.broadcast_to(where, x.shape), axis=axis, keepdims=True, dtype=dtype)


def kept(x: Any, where: Any, filler: float) -> Any:
    """`x` with `filler` in the place of the entries that a mask leaves out."""
    return x if where is True else np.where(where, x, filler)


def floating(name: str, dtype: Any) -> None:
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise NotDifferentiableError(
            f"{name}: dtype={np.dtype(dtype)} would lose the gradient: a tensor holds "
            "floating-point numbers. Use .numpy() if no gradient is needed."
        )


def sum_of(
    x: Any, axis: Any = None, keepdims: Any = False, dtype: Any = None, where: Any = True
) -> Any:
    if dtype is None and where is True:
        return np.add.reduce(x, axis=axis, keepdims=keepdims)
    floating("sum", dtype)
    return np.add.reduce(x, axis=axis, keepdims=keepdims, dtype=dtype, where=where)


def mean_of(
    x: Any, axis: Any = None, keepdims: Any = False, dtype: Any = None, where: Any = True
) -> Any:
    if dtype is not None or where is not True:
        floating("mean", dtype)
        return np.mean(x, axis=axis, keepdims=keepdims, dtype=dtype, where=where)
    n = count(x, axis)
    if not n:
        return np.mean(x, axis=axis, keepdims=keepdims)  # nan, and NumPy's warning
    if x.dtype == np.float16:  # whose sums overflow early; NumPy's mean adds in float32 too
        total = np.add.reduce(x, axis=axis, keepdims=keepdims, dtype=np.float32)
        return (total / n).astype(np.float16)
    return np.add.reduce(x, axis=axis, keepdims=keepdims) / n


def prod_of(
    x: Any,
    axis: Any = None,
    keepdims: Any = False,
    dtype: Any = None,
    initial: Any = 1,
    where: Any = True,
) -> Any:
    if dtype is not None:
        floating("prod", dtype)
        x = x.astype(dtype)
    return np.multiply.reduce(x, axis=axis, keepdims=keepdims, initial=initial, where=where)


def to_extremes(
    g: Any,
    x: Any,
    out: Any,
    axis: Axis = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The cotangent to the entries that are the maximum (or minimum), ties sharing it equally."""
    top = restore(out, x, axis, keepdims)
    chosen = x == top if where is True else (x == top) & where
    ties = np.add.reduce(chosen, axis=axis, keepdims=True, dtype=x.dtype)
    if initial is not None:
        ties = ties + (top == initial)
    return restore(g, x, axis, keepdims) / np.maximum(ties, 1) * chosen


linear(
    np.sum,
    lambda g, x, axis=None, keepdims=False, dtype=None, where=True: kept(
        restore(g, x, axis, keepdims), where, 0
    ),
    body=sum_of,
    formula=("g, for every entry",),
)
linear(
    np.mean,
    lambda g, x, axis=None, keepdims=False, dtype=None, where=True: mean_pull(
        g, x, axis, keepdims, where
    ),
    body=mean_of,
    formula=("g / count, for every entry",),
)
general(np.max, to_extremes, formula=("g, shared by the entries equal to out",))
general(np.min, to_extremes, formula=("g, shared by the entries equal to out",))
general(
    np.prod,
    lambda g, x, axis=None, keepdims=False, dtype=None, initial=None, where=True: prod_pull(
        g, x, axis, keepdims, dtype, initial, where
    ),
    body=prod_of,
)


def mean_pull(g: Any, x: Any, axis: Axis, keepdims: bool, where: Any) -> Any:
    g = restore(g, x, axis, keepdims)
    if where is True:
        return g / count(x, axis)
    return np.where(where, g / np.maximum(counted(x, axis, where, g.dtype), 1), 0)


def prod_pull(
    g: Any, x: Any, axis: Axis, keepdims: bool, dtype: Any, initial: Any, where: Any
) -> Any:
    x = kept(x if dtype is None else x.astype(dtype), where, 1)
    g = restore(g, x, axis, keepdims) * product_of_others(x, axis)
    return kept(g if initial is None else g * initial, where, 0)


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


@further(np.sum)
def sum_from(
    a: Any,
    axis: Axis = None,
    dtype: Any = None,
    keepdims: bool = False,
    initial: Any = 0,
    where: Any = True,
) -> Any:
    total = np.sum(a, axis=axis, dtype=dtype, keepdims=keepdims, where=where)
    return total + (initial.astype(total.dtype) if hasattr(initial, "dtype") else initial)


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
DISPATCH[np.amax] = DISPATCH[np.max]
DISPATCH[np.amin] = DISPATCH[np.min]


@derived(np.ptp)
def ptp(a: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)
