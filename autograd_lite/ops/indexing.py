"""Taking entries out, and putting entries in: functional, so nothing is overwritten."""

from typing import Any

import numpy as np

from autograd_lite.core.declare import Function, constant, linear
from autograd_lite.core.overriding import overridable
from autograd_lite.core.tensor import DISPATCH, Tensor, value_of

getitem = linear(
    lambda x, index: x[index],
    lambda g, x, index: scatter(g, index=index, shape=x.shape),
    name="getitem",
)

# The transpose of getitem: entries taken more than once add up.
scatter: Function = linear(
    lambda x, index, shape: add_at(x, index, shape),
    lambda g, index, shape: g[index],
    name="scatter",
)

replace: Function = linear(
    lambda x, y, index, shape, dtype: put_at(x, y, index, shape, dtype),
    lambda g, index, shape, dtype: replace(g, 0, index=index, shape=shape, dtype=g.dtype),
    lambda g, index, shape, dtype: last_writes(g[index], index, shape),
    name="setitem",
)

linear(
    np.take,
    lambda g, x, indices, axis=None, mode="raise": untake(g, x, indices, axis, mode),
)
linear(
    np.take_along_axis,
    lambda g, x, indices, axis=-1: scatter(
        g, index=along(indices, axis, x.shape), shape=x.shape
    ),
)  # fmt: skip

constant(
    np.argmax, np.argmin, np.nonzero, np.flatnonzero, np.count_nonzero, np.argwhere,
    np.unravel_index,
)  # fmt: skip


def setitem(x: Tensor, y: Any, index: Any) -> Any:
    return replace(x, y, index=plain_index(index), shape=x.shape, dtype=x.dtype)


def plain_index(index: Any) -> Any:
    """An index without tensors: a comparison of tensors is an array already."""
    if isinstance(index, tuple):
        return tuple(value_of(i) for i in index)
    return value_of(index)


@overridable
def put_at(x: Any, y: Any, index: Any, shape: Any, dtype: Any) -> Any:
    result = np.array(np.broadcast_to(x, shape), dtype=dtype)
    result[index] = y
    return result


def last_writes(g: Any, index: Any, shape: Any) -> Any:
    """`g` where the entry was written last, 0 where another write came after it."""
    if reaches_each_once(index):
        return g
    parts = index if isinstance(index, tuple) else (index,)
    return np.where(stays(g.shape, shape, *parts), g, 0)


@overridable
def stays(counts: Any, shape: Any, *index: Any) -> Any:
    """Which of the writes to `index` no other write comes after."""
    order = np.arange(np.prod(counts, dtype=np.intp)).reshape(counts)
    last = np.zeros(shape, np.intp)
    last[index] = order
    return last[index] == order


@overridable
def add_at(x: Any, index: Any, shape: Any) -> Any:
    result = np.zeros(shape, x.dtype)
    if reaches_each_once(index):
        result[index] = x
    else:
        np.add.at(result, index, x)
    return result


def reaches_each_once(index: Any) -> bool:
    """Whether no entry can be taken twice: slices, numbers and masks, but no integer arrays."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(
        part is None
        or part is Ellipsis
        or isinstance(part, slice | int | np.integer)
        or (isinstance(part, np.ndarray) and part.dtype == bool)
        for part in parts
    )


def untake(g: Any, x: Any, indices: Any, axis: int | None, mode: str) -> Any:
    size = int(np.prod(x.shape, dtype=np.intp)) if axis is None else x.shape[axis]
    if not hasattr(indices, "dtype"):
        indices = np.asarray(indices) if np.size(indices) else np.zeros(np.shape(indices), np.intp)
    if mode == "wrap":
        indices = np.mod(indices, size)
    elif mode == "clip":
        indices = np.clip(indices, 0, size - 1)
    if axis is None:
        return np.reshape(scatter(g, index=indices, shape=(size,)), x.shape)
    before = (slice(None),) * (axis % x.ndim)
    return scatter(g, index=(*before, indices), shape=x.shape)


def along(indices: Any, axis: int | None, shape: tuple[int, ...]) -> Any:
    """The index arrays with which `take_along_axis` indexes."""
    if axis is None:
        return np.unravel_index(indices, shape)
    indices = np.asarray(indices) if isinstance(indices, list | tuple) else indices
    axis %= len(shape)
    index = list(np.ogrid[tuple(slice(1 if i == axis else n) for i, n in enumerate(shape))])
    index[axis] = indices
    return tuple(index)


DISPATCH["getitem"] = lambda x, index: getitem(x, index=plain_index(index))
DISPATCH["setitem"] = setitem
DISPATCH["scatter"] = scatter
