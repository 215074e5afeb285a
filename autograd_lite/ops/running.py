"""Running reductions: each entry is the reduction of those up to it."""

from typing import Any

import numpy as np

from autograd_lite.core.declare import derived, further, general, linear
from autograd_lite.core.tensor import value_of

linear(np.cumsum, lambda g, x, axis=None: reverse_cumsum(g, x, axis))
general(np.cumprod, lambda g, x, axis=None: cumprod_pull(g, x, axis))


@further(np.cumsum)
def cumsum_in(a: Any, axis: int | None = None, dtype: Any = None) -> Any:
    return np.cumsum(np.astype(a, dtype), axis=axis)


@further(np.cumprod)
def cumprod_in(a: Any, axis: int | None = None, dtype: Any = None) -> Any:
    return np.cumprod(np.astype(a, dtype), axis=axis)


def reverse_cumsum(g: Any, x: Any, axis: int | None) -> Any:
    if axis is None:
        return np.reshape(np.flip(np.cumsum(np.flip(g, 0), axis=0), 0), x.shape)
    return np.flip(np.cumsum(np.flip(g, axis), axis=axis), axis)


def cumprod_pull(g: Any, x: Any, axis: int | None) -> Any:
    """prefix[j] * r[j], where r[j] = g[j] + x[j+1] * r[j+1]: no division, so zeros are fine."""
    if axis is None:
        return np.reshape(cumprod_pull(g, np.ravel(x), 0), x.shape)
    if not x.size:
        return g
    gs, xs = np.moveaxis(g, axis, -1), np.moveaxis(x, axis, -1)
    ones = np.ones((*xs.shape[:-1], 1), x.dtype)
    prefix = np.cumprod(np.concatenate([ones, xs[..., :-1]], axis=-1), axis=-1)
    following = np.concatenate([xs[..., 1:], ones], axis=-1)
    return np.moveaxis(prefix * recurrence(gs, following), -1, axis)


def recurrence(g: Any, x: Any) -> Any:
    """r with r[j] = g[j] + x[j] * r[j+1] along the last axis, in log2(n) steps.

    After each step, which doubles `step`, r[j] is right up to the terms of g[j + step].
    Kogge and Stone: A Parallel Algorithm for the Efficient Solution of a General Class of
    Recurrence Equations (1973).
    """
    n, step = g.shape[-1], 1
    while step < n:
        g = np.concatenate([g[..., :-step] + x[..., :-step] * g[..., step:], g[..., -step:]], -1)
        x = np.concatenate([x[..., :-step] * x[..., step:], x[..., -step:]], -1)
        step *= 2
    return g


@derived(np.cumulative_sum)
def cumulative_sum(
    x: Any, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False
) -> Any:
    x, axis = on_an_axis(x, axis, dtype)
    total = np.cumsum(x, axis=axis)
    return after(np.zeros, total, axis) if include_initial else total


@derived(np.cumulative_prod)
def cumulative_prod(
    x: Any, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False
) -> Any:
    x, axis = on_an_axis(x, axis, dtype)
    product = np.cumprod(x, axis=axis)
    return after(np.ones, product, axis) if include_initial else product


def on_an_axis(x: Any, axis: int | None, dtype: Any) -> tuple[Any, int]:
    """The operand with at least one axis, and the axis along which it is accumulated."""
    x = np.atleast_1d(x if dtype is None else np.astype(x, dtype))
    if axis is None and x.ndim > 1:
        raise ValueError(
            f"cumulative_sum, cumulative_prod: the shape is {x.shape}; say along which axis."
        )
    return x, 0 if axis is None else axis


def after(first: Any, x: Any, axis: int) -> Any:
    """`x` with zeros or ones before it."""
    shape = tuple(1 if i == axis % x.ndim else n for i, n in enumerate(x.shape))
    return np.concatenate([first(shape, x.dtype), x], axis=axis)


def without_nan(x: Any, filler: float) -> Any:
    return np.where(np.isnan(value_of(x)), filler, x)


@derived(np.nancumsum)
def nancumsum(a: Any, axis: int | None = None, dtype: Any = None) -> Any:
    return np.cumsum(without_nan(a, 0), axis=axis, dtype=dtype)


@derived(np.nancumprod)
def nancumprod(a: Any, axis: int | None = None, dtype: Any = None) -> Any:
    return np.cumprod(without_nan(a, 1), axis=axis, dtype=dtype)
