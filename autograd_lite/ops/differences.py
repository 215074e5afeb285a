"""Differences along an axis, the derivative and the integral that are made of them."""

from typing import Any

import numpy as np

from autograd_lite.core.declare import derived
from autograd_lite.core.tensor import Tensor


def array_of(x: Any) -> Any:
    """An operand that may be a number or a list, as an array."""
    return x if hasattr(x, "shape") else np.asarray(x)


def part(x: Any, axis: int, start: int | None, stop: int | None) -> Any:
    """x[start:stop] along an axis."""
    axis = axis % x.ndim - x.ndim
    return x[(..., slice(start, stop), *[slice(None)] * (-1 - axis))]


def steps(x: Any, axis: int) -> Any:
    return part(x, axis, 1, None) - part(x, axis, None, -1)


@derived(np.diff)
def diff(
    a: Any, n: int = 1, axis: int = -1, prepend: Any = np._NoValue, append: Any = np._NoValue
) -> Any:
    if n == 0:
        return a
    if n < 0:
        raise ValueError(f"diff: the order is {n}; it must not be negative.")
    a = array_of(a)
    if not a.ndim:
        raise ValueError("diff: a scalar has no axis to go along.")
    ends = [edge(prepend, a, axis), a, edge(append, a, axis)]
    given = [array for array in ends if array is not None]
    a = np.concatenate(given, axis=axis) if len(given) > 1 else a
    for _ in range(n):
        a = steps(a, axis)
    return a


def edge(values: Any, a: Any, axis: int) -> Any:
    """What is put before or after `a`; a number stands for a slice of it."""
    if values is np._NoValue:
        return None
    values = array_of(values)
    shape = list(a.shape)
    shape[axis] = 1
    return values if values.ndim else np.broadcast_to(values, shape)


@derived(np.ediff1d)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    between = steps(np.ravel(array_of(ary)), 0)
    before, after = (
        [] if end is None else [np.ravel(array_of(end)).astype(between.dtype)]
        for end in (to_begin, to_end)
    )
    return np.concatenate([*before, between, *after]) if before or after else between


@derived(np.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    y = array_of(y)
    if x is not None:
        x = array_of(x)
        dx = steps(x, axis if x.ndim > 1 else 0)
        if x.ndim == 1:
            dx = on_axis(dx, axis, y.ndim)
    pairs = part(y, axis, 1, None) + part(y, axis, None, -1)
    return np.sum(dx * pairs / 2.0, axis=axis)


def on_axis(x: Any, axis: int, ndim: int) -> Any:
    """A vector that lies along an axis of an array of `ndim` axes."""
    return np.reshape(x, (-1, *[1] * (ndim - 1 - axis % ndim)))


@derived(np.gradient)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """np.gradient: central differences inside, one-sided ones of `edge_order` 1 or 2 at the ends.

    The spacings, numbers or coordinates, may be tensors too.
    """
    f = array_of(f)
    if f.dtype.kind not in "fc":
        f = f.astype(np.float64)
    axes = tuple(range(f.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if edge_order > 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    slopes = tuple(
        along(f, a, h, edge_order) for a, h in zip(axes, spacings(f, axes, varargs), strict=True)
    )
    return slopes[0] if len(axes) == 1 else slopes


def spacings(f: Any, axes: tuple[int, ...], given: tuple[Any, ...]) -> list[Any]:
    """For each axis the distance of neighbors: one number, or as many as there are intervals."""
    if not given:
        return [1.0] * len(axes)
    if len(given) == 1 and not np.ndim(given[0]):
        return [given[0]] * len(axes)
    if len(given) != len(axes):
        raise TypeError(
            f"gradient: {len(given)} spacings for {len(axes)} axes; give one, or one for each."
        )
    return [spacing(f.shape[a], h) for a, h in zip(axes, given, strict=True)]


def spacing(n: int, h: Any) -> Any:
    h = array_of(h)
    if not h.ndim:
        return h
    if h.shape != (n,):
        raise ValueError(
            f"gradient: the coordinates have shape {h.shape}; along an axis of {n} entries they "
            f"are a vector of as many."
        )
    between = steps(h if h.dtype.kind in "fc" else h.astype(np.float64), 0)
    uniform = type(h) is not Tensor and n > 1 and (between == between[0]).all()
    return between[0] if uniform else between


def along(f: Any, axis: int, h: Any, edge_order: int) -> Any:
    """The derivative along one axis."""
    n = f.shape[axis]
    if n < edge_order + 1:
        raise ValueError(
            "Shape of array too small to calculate a numerical gradient, "
            "at least (edge_order + 1) elements are required."
        )
    flipped = h if not np.ndim(h) else np.flip(h)
    at_start = one_sided(f, axis, h, edge_order)
    at_end = -one_sided(np.flip(f, axis), axis, flipped, edge_order)
    slope = np.concatenate([at_start, inside(f, axis, h), at_end], axis=axis)
    return slope if slope.dtype == f.dtype else slope.astype(f.dtype)


def inside(f: Any, axis: int, h: Any) -> Any:
    """Central differences, of second order also where neighbors are not equally far."""
    before, here, after = part(f, axis, None, -2), part(f, axis, 1, -1), part(f, axis, 2, None)
    if not np.ndim(h):
        return (after - before) / (2.0 * h)
    s, d = on_axis(h[:-1], axis, f.ndim), on_axis(h[1:], axis, f.ndim)
    return (
        -d / (s * (s + d)) * before + (d - s) / (s * d) * here + s / (d * (s + d)) * after
    )  # fmt: skip


def one_sided(f: Any, axis: int, h: Any, edge_order: int) -> Any:
    """The derivative at the first entry, from it and the next one or two."""
    first, second = part(f, axis, 0, 1), part(f, axis, 1, 2)
    s, d = (h[0], h[1] if edge_order == 2 else None) if np.ndim(h) else (h, h)
    if edge_order == 1:
        return (second - first) / s
    third = part(f, axis, 2, 3)
    return (
        -(2.0 * s + d) / (s * (s + d)) * first
        + (s + d) / (s * d) * second
        - s / (d * (s + d)) * third
    )
