"""NumPy's functions that write into their first argument.

A tensor there does what `t[index] = values` does: it becomes an updated copy, and the gradient of
what was written goes to the values. Into a plain array no tensor can be written.
"""

import math
from typing import Any

import numpy as np

from autograd_lite.core.declare import derived
from autograd_lite.core.overriding import checked, known
from autograd_lite.core.tensor import Tensor, value_of
from autograd_lite.ops.differences import array_of
from autograd_lite.ops.indexing import along


def into_array(function: Any, a: Any, values: Any, *before: Any, **kwargs: Any) -> bool:
    """Write into `a` if it is a plain array, which is refused where it would lose a gradient."""
    if not isinstance(a, np.ndarray):
        return False
    if type(values) is Tensor:
        values._refuse(
            f"np.{function.__name__} into a plain array (which np.full does, too)",
            "Make the array a tensor, Tensor(array, requires_grad=False), or build the result of "
            "np.where, np.concatenate or np.broadcast_to.",
        )
    function(a, *before, value_of(values), **kwargs)
    return True


@derived(np.put_along_axis)
def put_along_axis(arr: Any, indices: Any, values: Any, axis: int | None) -> None:
    if not into_array(np.put_along_axis, arr, values, indices, axis=axis):
        arr[along(indices, axis, arr.shape)] = values


@derived(np.put)
def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    """np.put: the values at these places of the raveled tensor, from the start again if few."""
    if into_array(np.put, a, v, ind, mode=mode):
        return
    size, places = math.prod(a.shape), array_of(ind)
    if mode == "wrap":
        places = places % size
    elif mode == "clip":
        places = np.clip(places, 0, size - 1)
    else:
        wrong = (places < -size) | (places >= size)
        message = f"put: an index is out of bounds for {size} entries."
        places = checked(places, wrong, IndexError, message)
    if places.size and np.size(v):
        a[np.unravel_index(places % size, a.shape)] = np.resize(v, places.shape)


@derived(np.place)
def place(arr: Any, mask: Any, vals: Any) -> None:
    """np.place: the values one after the other where the mask holds, from the start again."""
    if into_array(np.place, arr, vals, mask):
        return
    chosen = np.reshape(array_of(mask).astype(bool), arr.shape)
    count = int(np.count_nonzero(chosen)) if known(chosen) else None
    if count != 0 and not np.size(vals):
        raise ValueError("place: there are no values to put in.")
    if count is None:
        nth = (np.cumsum(chosen) - 1) % np.size(vals)
        new = np.take_along_axis(np.ravel(array_of(vals)), nth, axis=0)
        arr[...] = np.where(chosen, np.reshape(new, arr.shape), arr)
    elif count:
        arr[chosen] = np.resize(vals, count)


@derived(np.putmask)
def putmask(a: Any, mask: Any, values: Any) -> None:
    """np.putmask: where the mask holds, the entry of `values` (repeated) of the same place."""
    if into_array(np.putmask, a, values, mask) or not np.size(values):
        return
    chosen = np.reshape(array_of(mask).astype(bool), a.shape)
    new = np.resize(values, a.shape)
    if known(chosen):
        a[chosen] = new[chosen]
    else:
        a[...] = np.where(chosen, new, a)


@derived(np.fill_diagonal)
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    shape = a.shape
    if len(shape) < 2 or (len(shape) > 2 and len(set(shape)) > 1):
        raise ValueError(
            f"fill_diagonal: a matrix, or an array of equal lengths, is needed; found {shape}."
        )
    step = (
        shape[1] + 1 if len(shape) == 2 else 1 + sum(math.prod(shape[i:]) for i in range(1, a.ndim))
    )
    end = None if wrap or len(shape) > 2 else shape[1] ** 2
    places = np.arange(math.prod(shape))[:end:step]
    a[np.unravel_index(places, shape)] = np.resize(val, places.shape)


@derived(np.copyto)
def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    if into_array(np.copyto, dst, src, casting=casting, where=value_of(where)):
        return
    if not np.can_cast(np.result_type(src), dst.dtype, casting):
        raise TypeError(f"copyto: {np.result_type(src)} to {dst.dtype} is not {casting}.")
    dst[...] = src if where is True else np.where(where, src, dst)
