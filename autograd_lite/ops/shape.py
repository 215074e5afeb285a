"""Functions that move entries without changing them: linear, so each rule moves them back."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.core.backward import in_dtype
from autograd_lite.core.declare import Function, constant, derived, linear
from autograd_lite.core.tensor import Tensor, value_of
from autograd_lite.errors import NotDifferentiableError

linear(
    np.reshape,
    lambda g, x, shape, order="C", copy=None: np.reshape(g, x.shape, order=order),
    body=lambda x, shape, order="C", copy=None: x.reshape(shape, order=by_index(order)),
)
linear(
    np.ravel,
    lambda g, x, order="C": np.reshape(g, x.shape, order=order),
    body=lambda x, order="C": x.reshape(-1, order=by_index(order)),
)
linear(np.expand_dims, lambda g, x, axis: np.reshape(g, x.shape))
linear(np.squeeze, lambda g, x, axis=None: np.reshape(g, x.shape))
linear(np.transpose, lambda g, x, axes=None: np.transpose(g, inverse(axes, x.ndim)))
linear(np.matrix_transpose, lambda g: np.matrix_transpose(g))
linear(np.swapaxes, lambda g, axis1, axis2: np.swapaxes(g, axis1, axis2))
linear(np.moveaxis, lambda g, source, destination: np.moveaxis(g, destination, source))
linear(np.flip, lambda g, axis=None: np.flip(g, axis))
linear(
    np.roll,
    lambda g, x, shift, axis=None: np.roll(g, np.negative(shift), axis),
)
linear(np.broadcast_to, lambda g, x, shape: g)
linear(np.copy, lambda g, order="K": g)
cast: Function = linear(
    lambda x, dtype: x.astype(dtype), lambda g, x, dtype: in_dtype(g, x.dtype), name="astype"
)

constant(
    np.shape, np.ndim, np.size, np.zeros_like, np.ones_like, np.empty_like, np.result_type,
    np.common_type, np.may_share_memory, np.shares_memory, np.iscomplexobj,
)  # fmt: skip


def by_index(order: str) -> str:
    """The order, if it is one of indices; A and K depend on the memory, which no gradient can."""
    if order not in ("C", "F"):
        raise NotDifferentiableError(f'reshape, ravel: order is "C" or "F" here; found {order!r}.')
    return order


def inverse(axes: Any, ndim: int) -> Any:
    """The permutation that undoes `axes`."""
    return None if axes is None else np.argsort([axis % ndim for axis in axes]).tolist()


def axis_in(axis: int, ndim: int) -> int:
    """The axis counted from the front, refused as NumPy does if there is none such."""
    if not -ndim <= axis < ndim:
        raise np.exceptions.AxisError(axis, ndim)
    return int(axis) % ndim


def part(x: Any, axis: int, entries: Any) -> Any:
    """The given entries (a slice, an index or a mask) along one axis, counted from the front."""
    return x[(*(slice(None),) * axis, entries)]


@derived(np.astype)
def astype(x: Any, dtype: Any, copy: bool = True) -> Any:
    if np.dtype(dtype).kind in "fc":
        return cast(x, dtype=np.dtype(dtype))
    return x._value.astype(dtype)


@derived(np.full_like)
def full_like(
    a: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: bool = True, *,
    shape: Any = None, device: Any = None,
) -> Any:  # fmt: skip
    """np.full_like: a plain array, unless the fill value is a tensor, which then is repeated."""
    if type(fill_value) is not Tensor:
        return np.full_like(value_of(a), fill_value, dtype, order, subok, shape=shape)  # type: ignore[call-overload]
    filled = np.broadcast_to(fill_value, a.shape if shape is None else shape)
    return np.astype(filled, a.dtype if dtype is None else dtype)


derived(np.fliplr)(lambda m: np.flip(m, 1))
derived(np.flipud)(lambda m: np.flip(m, 0))


@derived(np.rot90)
def rot90(m: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Any:
    """np.rot90: quarter turns in the plane of two axes, from the first towards the second."""
    if len(axes) != 2 or len({axis_in(axis, m.ndim) for axis in axes}) != 2:
        raise ValueError(f"rot90: two different axes are needed; found {tuple(axes)}.")
    first, second = axes
    turns: list[Callable[[Any], Any]] = [
        np.copy,
        lambda x: np.swapaxes(np.flip(x, second), first, second),
        lambda x: np.flip(x, (first, second)),
        lambda x: np.flip(np.swapaxes(x, first, second), second),
    ]
    return turns[k % 4](m)


@derived(np.rollaxis)
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """np.rollaxis: the axis moves to where it comes before `start`."""
    axis = axis_in(axis, a.ndim)
    start = start + a.ndim if start < 0 else start
    if not 0 <= start <= a.ndim:
        raise np.exceptions.AxisError(f"rollaxis: start {start} is not among {a.ndim} axes.")
    return np.moveaxis(a, axis, start - 1 if axis < start else start)


@derived(np.broadcast_arrays)
def broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Any, ...]:
    shape = np.broadcast_shapes(*(np.shape(a) for a in args))
    return tuple(a if np.shape(a) == shape else np.broadcast_to(a, shape) for a in args)


@derived(np.atleast_1d)
def atleast_1d(*arrays: Any) -> Any:
    found = [a if len(np.shape(a)) >= 1 else np.reshape(a, (1,)) for a in arrays]
    return found[0] if len(found) == 1 else tuple(found)


@derived(np.atleast_2d)
def atleast_2d(*arrays: Any) -> Any:
    found = [
        a if len(np.shape(a)) >= 2 else np.reshape(a, (1, -1) if len(np.shape(a)) else (1, 1))
        for a in arrays
    ]
    return found[0] if len(found) == 1 else tuple(found)


@derived(np.atleast_3d)
def atleast_3d(*arrays: Any) -> Any:
    """np.atleast_3d: a vector becomes (1, n, 1), a matrix (m, n, 1)."""

    def grown(a: Any) -> Any:
        shape = np.shape(a)
        padded = {0: (1, 1, 1), 1: (1, *shape, 1), 2: (*shape, 1)}.get(len(shape))
        return a if padded is None else np.reshape(a, padded)

    found = [grown(a) for a in arrays]
    return found[0] if len(found) == 1 else tuple(found)
