"""Arrays joined into one, and entries put in and left out along an axis."""

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd_lite.core.declare import derived, linear
from autograd_lite.errors import NotDifferentiableError
from autograd_lite.ops.shape import axis_in, part
from autograd_lite.ops.splitting import rows

linear(np.concatenate, lambda g, xs, axis=0, dtype=None: unjoin(g, xs, axis))
linear(np.stack, lambda g, xs, axis=0, dtype=None: rows(g, axis % len(g.shape)))


def unjoin(g: Any, xs: Any, axis: int | None) -> list[Any]:
    """The pieces that `np.concatenate` joined."""
    if axis is None:
        bounds = np.cumsum([0, *(math.prod(x.shape) for x in xs)]).tolist()
        pieces = [g[a:b] for a, b in itertools.pairwise(bounds)]
        return [np.reshape(piece, x.shape) for piece, x in zip(pieces, xs, strict=True)]
    axis %= len(g.shape)
    bounds = np.cumsum([0, *(x.shape[axis] for x in xs)]).tolist()
    before = (slice(None),) * axis
    return [g[(*before, slice(a, b))] for a, b in itertools.pairwise(bounds)]


@derived(np.vstack)
def vstack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    refuse(casting)
    return np.concatenate([np.atleast_2d(a) for a in tup], axis=0, dtype=dtype)


@derived(np.hstack)
def hstack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    refuse(casting)
    arrays = [np.atleast_1d(a) for a in tup]
    axis = 0 if len(np.shape(arrays[0])) == 1 else 1
    return np.concatenate(arrays, axis=axis, dtype=dtype)


def refuse(casting: Any) -> None:
    if casting != "same_kind":
        raise NotDifferentiableError(
            f"vstack, hstack: casting={casting!r} has no gradient rule here. Use .astype on the "
            "arrays themselves."
        )


@derived(np.dstack)
def dstack(tup: Any) -> Any:
    return np.concatenate([np.atleast_3d(a) for a in tup], axis=2)


@derived(np.column_stack)
def column_stack(tup: Any) -> Any:
    columns = [a if len(np.shape(a)) > 1 else np.reshape(a, (-1, 1)) for a in tup]
    return np.concatenate(columns, axis=1)


@derived(np.block)
def block(arrays: Any) -> Any:
    """np.block: the innermost lists are joined along the last axis, the next along the one before.

    >>> import autograd_lite as ag
    >>> t = ag.Tensor([[2.0]])
    >>> np.block([[t, np.zeros((1, 2))], [np.ones((1, 3))]]).tolist()
    [[2.0, 0.0, 0.0], [1.0, 1.0, 1.0]]
    """
    nested = list(leaves(arrays))
    depth = nested[0][0]
    for other, _ in nested:
        if other != depth:
            raise ValueError(f"block: lists are nested {depth} deep here, {other} deep there.")
    ndim = max(depth, *(len(np.shape(x)) for _, x in nested))
    return joined(arrays, ndim, depth)


def leaves(nest: Any, depth: int = 0) -> Iterator[tuple[int, Any]]:
    """The arrays in a nest of lists, each with its depth."""
    if isinstance(nest, tuple):
        raise TypeError("block: only lists nest arrays; found a tuple.")
    if not isinstance(nest, list):
        yield depth, nest
        return
    if not nest:
        raise ValueError("block: there is an empty list.")
    for item in nest:
        yield from leaves(item, depth + 1)


def joined(nest: Any, ndim: int, depth: int) -> Any:
    if not isinstance(nest, list):
        shape = np.shape(nest)
        return np.reshape(nest, (*(1,) * (ndim - len(shape)), *shape))
    return np.concatenate([joined(item, ndim, depth - 1) for item in nest], axis=-depth)


@derived(np.append)
def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    if axis is None:
        return np.concatenate((np.ravel(arr), np.ravel(values)))
    return np.concatenate((arr, values), axis=axis)


@derived(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """np.insert: the values are joined to the array, and its indices say in which order."""
    arr, axis = along_axis(arr, axis)
    if arr.dtype.kind not in "fc":
        raise NotDifferentiableError(
            f"insert: a tensor into an array of {arr.dtype} would lose its gradient. Convert the "
            "array: arr.astype(float)."
        )
    n, ndim = arr.shape[axis], len(arr.shape)
    places = np.arange(n)[obj] if isinstance(obj, slice) else np.asarray(obj)
    if places.dtype == bool:
        obj = places = np.flatnonzero(places)
    if places.size == 1:  # the values may be several, all for this place
        shape = np.shape(values)
        values = np.reshape(values, (*(1,) * (ndim - len(shape)), *shape))
        values = np.moveaxis(values, 0, axis) if places.ndim == 0 else values
        count = values.shape[axis]
    else:
        count = places.size
    shape = tuple(count if i == axis else length for i, length in enumerate(arr.shape))
    values = np.astype(np.broadcast_to(values, shape), arr.dtype)
    order = np.insert(np.arange(n), obj, np.arange(n, n + count))
    return part(np.concatenate([arr, values], axis=axis), axis, order)


@derived(np.delete)
def delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    arr, axis = along_axis(arr, axis)
    n = arr.shape[axis]
    stays = np.zeros(n, bool)
    stays[np.delete(np.arange(n), obj)] = True
    return part(arr, axis, stays)


def along_axis(arr: Any, axis: int | None) -> tuple[Any, int]:
    """The array and its axis; without an axis the raveled array."""
    if axis is None:
        return np.ravel(arr), 0
    arr = np.asarray(arr) if isinstance(arr, list | tuple) else arr
    return arr, axis_in(axis, len(arr.shape))
