"""The few forms in which a program holds what NumPy spells in many ways.

Passes then have one reduction to know instead of `np.sum`, `np.max` and their methods.
"""

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.compiler.traced import binned, positions, require_own, written
from autograd_lite.core.tensor import Tensor, meaning_of
from autograd_lite.errors import TraceError
from autograd_lite.ops.indexing import put_at

Call = Callable[..., Any]  # as the trace's: (function, args, kwargs) -> result


def normal(call: Call, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The result of a call, recorded in its normal form."""
    form = FORMS.get(function)
    return form(call, *args, **kwargs) if form else call(function, args, kwargs)


def reduction(ufunc: np.ufunc) -> Call:
    def form(call: Call, a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
             keepdims: Any = False, initial: Any = None, where: Any = True) -> Any:  # fmt: skip
        given: dict[str, Any] = {"axis": axis}
        if dtype is not None:
            given["dtype"] = np.dtype(dtype)
        if keepdims is not np._NoValue and keepdims:
            given["keepdims"] = True
        if initial is not None and initial is not np._NoValue:
            given["initial"] = initial
        if where is not True and where is not np._NoValue:
            given["where"] = where
        return call(ufunc.reduce, (a,), given)

    return form


def extreme(ufunc: np.ufunc) -> Call:
    inner = reduction(ufunc)

    def form(call: Call, a: Any, axis: Any = None, out: Any = None, keepdims: Any = False,
             initial: Any = None, where: Any = True) -> Any:  # fmt: skip
        return inner(call, a, axis, None, out, keepdims, initial, where)

    return form


def mean(call: Call, a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
         keepdims: Any = False, **kwargs: Any) -> Any:  # fmt: skip
    if dtype is not None or kwargs or a.dtype.kind not in "fc" or a.dtype == np.float16:
        given = {"axis": axis, "dtype": dtype, "keepdims": keepdims, **kwargs}
        return call(np.mean, (a,), given)
    total = FORMS[np.sum](call, a, axis, None, None, keepdims)
    count = math.prod(a.shape) // max(math.prod(total.shape), 1)
    return call(np.true_divide, (total, count), {})


def reshaped(call: Call, a: Any, shape: Any = None, order: str = "C", **kwargs: Any) -> Any:
    shape = tuple([int(n) for n in (shape if isinstance(shape, tuple | list) else (shape,))])
    if order == "F":
        return transposed(call, call(np.reshape, (transposed(call, a), shape[::-1]), {}))
    return call(np.reshape, (a, shape), {})


def raveled(call: Call, a: Any, order: str = "C") -> Any:
    """In the order of indices: a program has no other order in memory to keep."""
    a = transposed(call, a) if order == "F" else a
    return call(np.reshape, (a, (math.prod(a.shape),)), {})


def filled(number: float) -> Call:
    def form(call: Call, a: Any, dtype: Any = None, order: str = "K", subok: bool = True,
             shape: Any = None, device: Any = None) -> Any:  # fmt: skip
        shape = a.shape if shape is None else shape
        return call(np.full, (shape, number, np.dtype(dtype or a.dtype)), {})

    return form


def full_like(call: Call, a: Any, fill_value: Any, dtype: Any = None, order: str = "K",
              subok: bool = True, shape: Any = None, device: Any = None) -> Any:  # fmt: skip
    dtype = np.dtype(dtype or a.dtype)
    shape = a.shape if shape is None else shape
    if not hasattr(fill_value, "value"):
        return call(np.full, (shape, fill_value, dtype), {})
    return call(np.broadcast_to, (fill_value.astype(dtype), shape), {})


def expanded(call: Call, a: Any, axis: Any) -> Any:
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    ndim = len(a.shape) + len(axes)
    at = {int(i) % ndim for i in axes}
    sizes = iter(a.shape)
    shape = tuple(1 if i in at else next(sizes) for i in range(ndim))
    return call(np.reshape, (a, shape), {})


def squeezed(call: Call, a: Any, axis: Any = None) -> Any:
    ndim = len(a.shape)
    axes = axis if isinstance(axis, tuple | list) or axis is None else (axis,)
    at = (
        {i for i, n in enumerate(a.shape) if n == 1}
        if axes is None
        else {int(i) % ndim for i in axes}
    )
    for i in at:
        if a.shape[i] != 1:
            raise ValueError(f"squeeze: axis {i} of shape {a.shape} is not of size one.")
    return call(np.reshape, (a, tuple(n for i, n in enumerate(a.shape) if i not in at)), {})


def transposed(call: Call, a: Any, axes: Any = None) -> Any:
    ndim = len(a.shape)
    axes = tuple(reversed(range(ndim))) if axes is None else tuple(int(i) % ndim for i in axes)
    return call(np.transpose, (a, axes), {}) if axes != tuple(range(ndim)) else a


def swapped(call: Call, a: Any, axis1: int, axis2: int) -> Any:
    axes = list(range(len(a.shape)))
    axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
    return transposed(call, a, axes)


def matrix_transposed(call: Call, x: Any) -> Any:
    if len(x.shape) < 2:
        raise ValueError(f"matrix_transpose: an array of two axes or more; found shape {x.shape}.")
    return swapped(call, x, -1, -2)


def moved(call: Call, a: Any, source: Any, destination: Any) -> Any:
    stand_in = np.broadcast_to(np.zeros(()), a.shape)
    ndim = len(a.shape)
    listed = [np.atleast_1d(each).tolist() for each in (source, destination)]
    np.moveaxis(stand_in, source, destination)  # NumPy says what does not fit
    sources, destinations = ([i % ndim for i in each] for each in listed)
    order = [i for i in range(ndim) if i not in sources]
    for to, at in sorted(zip(destinations, sources, strict=True)):
        order.insert(to, at)
    return transposed(call, a, order)


def dot(call: Call, a: Any, b: Any, out: Any = None) -> Any:
    if len(np.shape(a)) == 0 or len(np.shape(b)) == 0:
        return call(np.multiply, (a, b), {})
    if len(b.shape) > 2:
        return call(np.dot, (a, b), {})
    return call(np.matmul, (a, b), {})


def tensordot(call: Call, a: Any, b: Any, axes: Any = 2) -> Any:
    """As a product of matrices, which is what NumPy does."""
    if isinstance(axes, int):
        first, second = list(range(len(a.shape) - axes, len(a.shape))), list(range(axes))
    else:
        first, second = (np.atleast_1d(each).tolist() for each in axes)
    first = [i % len(a.shape) for i in first]
    second = [i % len(b.shape) for i in second]
    rest_a = [i for i in range(len(a.shape)) if i not in first]
    rest_b = [i for i in range(len(b.shape)) if i not in second]
    if [a.shape[i] for i in first] != [b.shape[i] for i in second]:
        raise ValueError(f"tensordot: axes {axes} of {a.shape} and {b.shape} do not fit.")
    count = math.prod(a.shape[i] for i in first)
    rows = math.prod(a.shape[i] for i in rest_a)
    columns = math.prod(b.shape[i] for i in rest_b)
    x = call(np.reshape, (transposed(call, a, rest_a + first), (rows, count)), {})
    y = call(np.reshape, (transposed(call, b, second + rest_b), (count, columns)), {})
    shape = (*[a.shape[i] for i in rest_a], *[b.shape[i] for i in rest_b])
    return call(np.reshape, (call(np.matmul, (x, y), {}), shape), {})


def copied(call: Call, a: Any, order: str = "K", subok: bool = False) -> Any:
    return call(np.copy, (a,), {})


def unstacked(call: Call, x: Any, axis: int = 0) -> Any:
    before = (slice(None),) * (axis % len(x.shape))
    return tuple(
        call(operator.getitem, (x, (*before, i)), {}) for i in range(x.shape[axis])
    )  # fmt: skip


def astype(call: Call, x: Any, dtype: Any, copy: bool = True, device: Any = None) -> Any:
    return x.astype(dtype)


# Indexing


def indexed(call: Call, x: Any, index: Any) -> Any:
    """`x[index]`, a mask whose entries are known by the places where it holds."""
    parts = index if type(index) is tuple else (index,)
    if any(is_known_mask(part) for part in parts):
        index = tuple([
            place for part in parts
            for place in (where_it_holds(call, part) if is_known_mask(part) else (part,))
        ])  # fmt: skip
    return call(operator.getitem, (x, index), {})


def is_known_mask(part: Any) -> bool:
    return type(part) is np.ndarray and part.dtype == bool and part.ndim > 0


def where_it_holds(call: Call, mask: Any) -> Any:
    return call(positions, (mask, int(np.count_nonzero(mask))), {})


def taken(call: Call, a: Any, indices: Any, axis: Any = None, out: Any = None,
          mode: str = "raise") -> Any:  # fmt: skip
    given = {} if mode == "raise" else {"mode": mode}
    return call(np.take, (a, indices), {"axis": axis, **given})


def taken_along(call: Call, arr: Any, indices: Any, axis: Any = -1) -> Any:
    return call(np.take_along_axis, (arr, indices), {"axis": axis})


def compressed(call: Call, condition: Any, a: Any, axis: Any = None, out: Any = None) -> Any:
    """What a known condition chooses; of one that is not known NumPy is asked, and refused."""
    if not is_known_mask(np.asarray(condition) if isinstance(condition, list) else condition):
        return call(np.compress, (condition, a), {"axis": axis})
    (places,) = where_it_holds(call, np.asarray(condition))
    return taken(call, a, places, axis)


def extracted(call: Call, condition: Any, arr: Any) -> Any:
    if not is_known_mask(condition):
        return call(np.extract, (condition, arr), {})
    return indexed(call, raveled(call, arr), np.ravel(condition))


def deleted(call: Call, arr: Any, obj: Any, axis: Any = None) -> Any:
    """np.delete; a mask says which places are left."""
    if not is_known_mask(obj):
        return call(np.delete, (arr, obj), {"axis": axis})
    left = call(np.logical_not, (obj,), {})
    (places,) = call(positions, (left, int(np.count_nonzero(~obj))), {})
    return taken(call, arr, places, axis)


def counted(call: Call, x: Any, /, weights: Any = None, minlength: int = 0) -> Any:
    """np.bincount of a plain array; of one that is not known the length is not known either."""
    if not isinstance(x, np.ndarray | list | tuple):
        raise TraceError(
            "compile: the length of what np.bincount returns depends on values, which a program "
            "does not know beforehand. Add up with a fixed number of bins: "
            "np.sum(np.arange(bins) == x[:, None], axis=0)."
        )
    bins = max(int(np.max(x, initial=-1)) + 1, minlength)
    return call(binned, (np.asarray(x), weights, bins), {})


def updated(call: Call, x: Any, y: Any, index: Any, shape: Any, dtype: Any) -> Any:
    """What a tensor becomes by `x[index] = y`."""
    if x.shape != tuple(shape):
        x = call(np.broadcast_to, (x, tuple(shape)), {})
    return call(written, (x if x.dtype == dtype else x.astype(dtype), index, y), {})


# Arrays put together


def joined(function: Any) -> Call:
    """A function of a list of arrays, which may be given as one array: its rows."""

    def form(call: Call, arrays: Any, axis: Any = 0, **kwargs: Any) -> Any:
        given = {"axis": axis} if function in (np.concatenate, np.stack) and axis != 0 else {}
        return call(function, (tuple(arrays),), {**given, **kwargs})

    return form


def broadcast_arrays(call: Call, *args: Any, subok: bool = False) -> Any:
    shape = np.broadcast_shapes(*[np.shape(x) for x in args])
    return tuple([call(np.broadcast_to, (x, shape), {}) for x in args])


def meshgrid(call: Call, *xi: Any, copy: bool = True, **kwargs: Any) -> Any:
    return call(np.meshgrid, xi, kwargs)


def at_least(ndim: int, places: tuple[int, ...]) -> Call:
    """np.atleast_1d and so on; `places` says where the axes of a vector go."""

    def form(call: Call, *arrays: Any) -> Any:
        found = [with_axes(call, x if hasattr(x, "shape") else np.asarray(x)) for x in arrays]
        return found[0] if len(found) == 1 else tuple(found)

    def with_axes(call: Call, x: Any) -> Any:
        missing = ndim - len(x.shape)
        if missing <= 0:
            return x
        before = places[len(x.shape)]
        shape = (*(1,) * before, *x.shape, *(1,) * (missing - before))
        return call(np.reshape, (x, shape), {})

    return form


def diagonal_or_matrix(call: Call, v: Any, k: int = 0) -> Any:
    return call(np.diagonal, (v, k), {}) if len(v.shape) == 2 else call(np.diag, (v, k), {})


# Parts of numbers


def real(call: Call, val: Any) -> Any:
    return call(np.real, (val,), {}) if val.dtype.kind == "c" else val


def imag(call: Call, val: Any) -> Any:
    if val.dtype.kind == "c":
        return call(np.imag, (val,), {})
    return call(np.full, (val.shape, 0, val.dtype), {})


def real_if_close(call: Call, a: Any, tol: float = 100) -> Any:
    if a.dtype.kind != "c":
        return a
    raise TraceError(
        "compile: whether np.real_if_close returns real numbers depends on values, which a "
        "program does not know beforehand. Use np.real."
    )


def nan_to_num(call: Call, x: Any, copy: bool = True, **kwargs: Any) -> Any:
    return call(np.nan_to_num, (x,), kwargs)


def difference(call: Call, a: Any, n: int = 1, *args: Any, **kwargs: Any) -> Any:
    return call(np.diff, (a, n, *args), kwargs) if n else a


# Functions that take functions, or decide by values, as the engine writes them for tensors


def spelled_out(function: Any) -> Call:
    def form(call: Call, *args: Any, **kwargs: Any) -> Any:
        meaning = meaning_of(function)
        assert meaning is not None
        result = meaning(*args, **kwargs)
        return result._value if type(result) is Tensor else result

    return form


def writing(function: Any) -> Call:
    """A function that writes into its first argument."""

    def form(call: Call, target: Any, *args: Any, **kwargs: Any) -> None:
        require_own(target, f"np.{function.__name__}")
        meaning = meaning_of(function)
        assert meaning is not None
        meaning(target, *args, **kwargs)

    return form


FORMS: dict[Any, Call] = {
    np.sum: reduction(np.add), np.prod: reduction(np.multiply), np.max: extreme(np.maximum),
    np.min: extreme(np.minimum), np.any: extreme(np.logical_or), np.all: extreme(np.logical_and),
    np.mean: mean, np.reshape: reshaped, np.ravel: raveled, np.zeros_like: filled(0),
    np.ones_like: filled(1), np.empty_like: filled(0), np.full_like: full_like,
    np.expand_dims: expanded, np.squeeze: squeezed, np.transpose: transposed,
    np.permute_dims: transposed, np.swapaxes: swapped, np.matrix_transpose: matrix_transposed,
    np.moveaxis: moved, np.dot: dot, np.tensordot: tensordot, np.copy: copied,
    np.unstack: unstacked, np.astype: astype, operator.getitem: indexed,
    np.broadcast_arrays: broadcast_arrays, np.meshgrid: meshgrid, np.diag: diagonal_or_matrix,
    np.atleast_1d: at_least(1, (0,)), np.atleast_2d: at_least(2, (0, 1)),
    np.atleast_3d: at_least(3, (0, 1, 0)), np.real: real, np.imag: imag,
    np.compress: compressed, np.extract: extracted, np.delete: deleted, np.bincount: counted,
    put_at: updated, np.take: taken, np.take_along_axis: taken_along,
    np.real_if_close: real_if_close, np.nan_to_num: nan_to_num, np.diff: difference,
}  # fmt: skip

JOINING = (np.concatenate, np.stack, np.vstack, np.hstack, np.dstack, np.column_stack)
SPELLED_OUT = (
    np.piecewise, np.apply_along_axis, np.apply_over_axes, np.emath.sqrt, np.emath.log,
    np.emath.log2, np.emath.log10, np.emath.logn, np.emath.power, np.emath.arcsin,
    np.emath.arccos, np.emath.arctanh,
)  # fmt: skip
WRITING = (np.put, np.place, np.putmask, np.fill_diagonal, np.put_along_axis, np.copyto)

FORMS |= {function: joined(function) for function in JOINING}
FORMS |= {function: spelled_out(function) for function in SPELLED_OUT}
FORMS |= {function: writing(function) for function in WRITING}
