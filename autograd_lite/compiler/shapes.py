"""What a NumPy function would return, without computing it: shapes, dtypes, kinds of numbers.

What NumPy says itself is asked of NumPy: the dtype of a ufunc, and the result of any function
that is not known here by calling it on stand-ins of the right shapes.
"""

import functools
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.compiler.program import Value, collect, mapped
from autograd_lite.compiler.traced import binned, positions, updated_at
from autograd_lite.core.backward import all_dead, dead
from autograd_lite.errors import TraceError
from autograd_lite.ops.convolution import convolved, correlated, spread_out
from autograd_lite.ops.indexing import add_at, put_at, stays

NUMBERS = (int, float, complex)

# Functions whose result is a view of their first argument, whatever its values.
VIEWS: set[Callable[..., Any]] = {
    np.transpose, np.swapaxes, np.moveaxis, np.rollaxis, np.expand_dims, np.squeeze,
    np.permute_dims, np.broadcast_to, np.diagonal, np.flip, np.fliplr, np.flipud, np.rot90,
    np.matrix_transpose, np.lib.stride_tricks.sliding_window_view, np.atleast_1d, np.atleast_2d,
    np.atleast_3d,
    np.linalg.matrix_transpose, np.linalg.diagonal, np.unstack, np.split, np.array_split,
    np.hsplit, np.vsplit, np.dsplit, np.real, np.imag,
}  # fmt: skip

# Functions whose result has a shape that depends on values.
SHAPED_BY_VALUES = {
    np.nonzero, np.flatnonzero, np.argwhere, np.unique, np.unique_all, np.unique_counts,
    np.unique_inverse, np.unique_values, np.extract, np.compress, np.intersect1d, np.union1d,
    np.setdiff1d, np.setxor1d, np.trim_zeros, np.bincount, np.roots, np.polydiv,
    np.histogram_bin_edges,
}  # fmt: skip


class Spec:
    """Stands for an array of which only shape and dtype are known."""

    __slots__ = ("dtype", "shape")

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.shape = shape
        self.dtype = dtype


def result_of(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The result of `function` with a `Spec` in the place of every array."""
    if isinstance(function, np.ufunc):
        if function.signature is None:
            return of_ufunc(function, args, kwargs)
        if function is np.matmul and not kwargs:
            return of_matmul(*args)
    rule = RULES.get(function)
    if rule is not None:
        return rule(*args, **kwargs)
    owner = getattr(function, "__self__", None)
    if isinstance(owner, np.ufunc) and function.__name__ in ("reduce", "accumulate"):
        return of_reduction(function, *args, **kwargs)
    if function in VIEWS:
        return on_stand_ins(function, args, kwargs, scattered)
    return of_any(function, args, kwargs)


def shape_of(x: Any) -> tuple[int, ...]:
    if type(x) in NUMBERS:
        return ()
    return x.shape if hasattr(x, "shape") else np.shape(x)


def kind_of(x: Any) -> Any:
    """What NumPy promotes an operand as: its dtype, or the type of a Python number."""
    kind = type(x)
    if kind is Value:
        if x.number is None:
            return x.dtype
        return float if x.number is bool else x.number
    if kind in NUMBERS:
        return kind
    return x.dtype if hasattr(x, "dtype") else np.asarray(x).dtype


def broadcast(shapes: list[tuple[int, ...]]) -> tuple[int, ...]:
    found = shapes[0]
    for shape in shapes:
        if shape != found and shape:
            if found:
                return np.broadcast_shapes(*shapes)
            found = shape
    return found


def of_ufunc(ufunc: np.ufunc, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    operands = args[: ufunc.nin]
    kinds = tuple([kind_of(x) for x in operands])
    dtypes = dtypes_of(ufunc, kinds, kwargs.get("dtype"), kwargs.get("casting", "same_kind"))
    shapes = [shape_of(x) for x in operands]
    if kwargs.get("where", True) is not True:
        shapes.append(shape_of(kwargs["where"]))
    shape = broadcast(shapes)
    if ufunc.nout == 1:
        return Spec(shape, dtypes[-1])
    return tuple(Spec(shape, dtype) for dtype in dtypes[ufunc.nin :])


@functools.cache
def dtypes_of(ufunc: np.ufunc, kinds: tuple[Any, ...], asked: Any, casting: Any) -> Any:
    """The dtypes of a ufunc's operands and results, as its loop has them."""
    if all(type(kind) is type for kind in kinds):  # on numbers alone NumPy takes them for arrays
        kinds = tuple(np.asarray(kind(0)).dtype for kind in kinds)
    given: dict[str, Any] = {"casting": casting}
    if asked is not None:
        given["signature"] = (*[None] * ufunc.nin, np.dtype(asked), *[None] * (ufunc.nout - 1))
    return ufunc.resolve_dtypes((*kinds, *[None] * ufunc.nout), **given)


def of_matmul(x: Any, y: Any) -> Spec:
    dtype = dtypes_of(np.matmul, (kind_of(x), kind_of(y)), None, "same_kind")[2]
    a, b = shape_of(x), shape_of(y)
    if not a or not b or a[-1] != (b[-2] if len(b) > 1 else b[0]):
        np.matmul(np.empty(a, dtype), np.empty(b, dtype))  # NumPy says what does not fit
    rows = a[-2:-1]
    columns = b[-1:] if len(b) > 1 else ()
    return Spec((*broadcast([a[:-2], b[:-2]]), *rows, *columns), dtype)


def of_reduction(
    function: Any, x: Any, axis: Any = 0, dtype: Any = None, out: Any = None,
    keepdims: bool = False, initial: Any = None, where: Any = True,
) -> Spec:  # fmt: skip
    sizes = shape_of(x)
    known = reduced_dtype(function, kind_of(x), len(sizes), dtype, initial is not None)
    if function.__name__ == "accumulate":
        np.lib.array_utils.normalize_axis_index(axis, len(sizes))
        return Spec(sizes, known)
    return Spec(without(sizes, axis, keepdims), known)


@functools.cache
def reduced_dtype(function: Any, kind: Any, ndim: int, dtype: Any, initial: bool) -> np.dtype[Any]:
    small = np.ones((1,) * max(ndim, 1), kind)
    given: dict[str, Any] = {"initial": 1} if initial else {}
    found: np.dtype[Any] = function(small, 0, dtype, **given).dtype
    return found


def without(sizes: tuple[int, ...], axis: Any, keepdims: bool) -> tuple[int, ...]:
    """The shape that a reduction leaves."""
    if axis is None:
        return (1,) * len(sizes) if keepdims else ()
    axes = np.lib.array_utils.normalize_axis_tuple(axis, len(sizes)) if sizes else ()
    if keepdims:
        return tuple([1 if at in axes else n for at, n in enumerate(sizes)])
    return tuple([n for at, n in enumerate(sizes) if at not in axes])


def of_where(condition: Any, x: Any = None, y: Any = None) -> Spec:
    if x is None or y is None:
        raise shaped_by_values(np.where)
    shape = broadcast([shape_of(each) for each in (condition, x, y)])
    kinds = (kind_of(x), kind_of(y))
    return Spec(shape, kinds[0] if kinds[0] is kinds[1] else chosen_dtype(*kinds))


@functools.cache
def chosen_dtype(x: Any, y: Any) -> np.dtype[Any]:
    """The dtype of `np.where` of two branches, each a dtype or the type of a Python number."""
    small = [kind(1) if type(kind) is type else np.ones((), kind) for kind in (x, y)]
    return np.where(True, *small).dtype


def of_reshape(x: Any, shape: Any, order: str = "C", **kwargs: Any) -> Spec:
    sizes = [max(int(n), -1) for n in (shape if isinstance(shape, tuple | list) else (shape,))]
    total = math.prod(x.shape)
    if -1 in sizes:
        known = math.prod(n for n in sizes if n != -1)
        at = sizes.index(-1)
        if sizes.count(-1) == 1 and known and total % known == 0:
            sizes[at] = total // known
    if math.prod(sizes) != total or min(sizes, default=0) < 0:
        raise ValueError(f"reshape: {x.shape} has {total} entries, which do not fit {shape}.")
    return Spec(tuple(sizes), x.dtype)


def of_transpose(x: Any, axes: tuple[int, ...]) -> Spec:
    return Spec(tuple([x.shape[at] for at in axes]), x.dtype)


def of_full(shape: Any, fill_value: Any, dtype: Any) -> Spec:
    return Spec(tuple(shape) if isinstance(shape, tuple | list) else (int(shape),), np.dtype(dtype))


def same(x: Any, *args: Any, **kwargs: Any) -> Spec:
    return Spec(x.shape, x.dtype)


def of_concatenate(
    arrays: Any, axis: Any = 0, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    given = {} if dtype is None else {"dtype": dtype, "casting": casting}
    if axis is None:
        small = np.concatenate([np.ones(1, dtype_of(x)) for x in arrays], **given)
        return Spec((sum(math.prod(shape_of(x)) for x in arrays),), small.dtype)
    shapes = [shape_of(x) for x in arrays]
    ndim = len(shapes[0])
    at = np.lib.array_utils.normalize_axis_index(axis, ndim)
    others = {(*shape[:at], *shape[at + 1 :]) for shape in shapes}
    if len(others) > 1 or any(len(shape) != ndim for shape in shapes):
        np.concatenate([np.broadcast_to(0, shape) for shape in shapes], axis)  # NumPy says why not
    small = np.concatenate([np.ones(1, dtype_of(x)) for x in arrays], **given)
    total = sum(shape[at] for shape in shapes)
    return Spec((*shapes[0][:at], total, *shapes[0][at + 1 :]), small.dtype)


def dtype_of(x: Any) -> np.dtype[Any]:
    return x.dtype if hasattr(x, "dtype") else np.asarray(x).dtype


def of_take_along_axis(x: Any, indices: Any, axis: int | None = -1) -> Spec:
    """The indices' shape, in which each axis but the one goes with the array's."""
    if kind_of(indices).kind not in "iu":
        raise IndexError(f"take_along_axis: indices are integers, not {kind_of(indices)}.")
    wanted = shape_of(indices)
    if axis is None:
        if len(wanted) != 1:
            raise ValueError(f"take_along_axis: indices have one axis, not shape {wanted}.")
        return Spec(wanted, x.dtype)
    if len(wanted) != len(x.shape):
        raise ValueError(f"take_along_axis: {x.shape} and indices {wanted} have as many axes.")
    if not -len(wanted) <= axis < len(wanted):
        raise np.exceptions.AxisError(axis, len(wanted))
    kept = list(x.shape)
    kept[axis] = wanted[axis]
    return Spec(np.broadcast_shapes(tuple(kept), wanted), x.dtype)


def of_take(x: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Any:
    if axis is None:
        return Spec(shape_of(indices), x.dtype)
    at = np.lib.array_utils.normalize_axis_index(axis, len(x.shape))
    return Spec((*x.shape[:at], *shape_of(indices), *x.shape[at + 1 :]), x.dtype)


def of_argsort(x: Any, axis: Any = -1, kind: Any = None, *args: Any, **kwargs: Any) -> Any:
    return Spec((math.prod(x.shape),) if axis is None else x.shape, np.dtype(np.intp))


def of_argument(x: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
    """The place of an extreme entry."""
    sizes = x.shape if axis is None else (x.shape[axis],)
    if not math.prod(sizes):
        raise ValueError(f"argmax, argmin: there is no entry along axis {axis} of {x.shape}.")
    return Spec(without(x.shape, axis, keepdims is True), np.dtype(np.intp))


def of_dead(g: Any, product: Any) -> Spec:
    return Spec(broadcast([shape_of(g), shape_of(product)]), np.dtype(bool))


def of_all_dead(g: Any, axis: Any = None) -> Spec:
    return Spec(without(shape_of(g), axis, False), np.dtype(bool))


def of_convolved(x: Any, weight: Any, bias: Any, sliding: Any, groups: int) -> Spec:
    parts = (x, weight) if bias is None else (x, weight, bias)
    dtype = np.result_type(*(part.dtype for part in parts))
    return Spec((x.shape[0], weight.shape[0], *sliding.counts), dtype)


def of_spread_out(x: Any, weight: Any, sliding: Any, groups: int) -> Spec:
    dtype = np.result_type(x.dtype, weight.dtype)
    return Spec((x.shape[0], weight.shape[1] * groups, *sliding.size), dtype)


def of_correlated(x: Any, y: Any, sliding: Any, groups: int) -> Spec:
    dtype = np.result_type(x.dtype, y.dtype)
    return Spec((y.shape[1], x.shape[1] // groups, *sliding.kernel), dtype)


def of_lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """For a matrix of full rank, which the program checks if it uses the residuals."""
    found = of_any(np.linalg.lstsq, (a, b), {"rcond": rcond})
    columns = b.shape[1:] or (1,)
    residuals = Spec(columns if a.shape[0] > a.shape[1] else (0,), found[1].dtype)
    return (found[0], residuals, *found[2:])


def of_eigenvalues(function: Any) -> Callable[..., Any]:
    def rule(a: Any) -> Any:
        if a.dtype.kind != "c":
            raise TraceError(
                f"compile: whether np.linalg.{function.__name__} returns complex numbers for a "
                "real matrix depends on its values, which a program does not know beforehand. "
                "Convert the matrix, a.astype(complex), or use np.linalg.eigh for a symmetric one."
            )
        return of_any(function, (a,), {})

    return rule


# Functions whose result can be told from the shapes and dtypes of their arguments.
RULES: dict[Any, Callable[..., Any]] = {
    np.where: of_where, np.reshape: of_reshape, np.transpose: of_transpose, np.full: of_full,
    np.copy: same, np.concatenate: of_concatenate, np.take: of_take,
    np.take_along_axis: of_take_along_axis,
    np.argsort: of_argsort, np.argmax: of_argument, np.argmin: of_argument,
    np.linalg.lstsq: of_lstsq, np.linalg.eig: of_eigenvalues(np.linalg.eig),
    np.linalg.eigvals: of_eigenvalues(np.linalg.eigvals),
    positions: lambda mask, count: (Spec((count,), np.dtype(np.intp)),) * len(mask.shape),
    binned: lambda x, weights, bins: Spec((bins,), np.dtype(np.intp if weights is None else float)),
    updated_at: lambda ufunc, array, *args: same(array), dead: of_dead, all_dead: of_all_dead,
    add_at: lambda x, index, shape: Spec(tuple(shape), x.dtype),
    put_at: lambda x, y, index, shape, dtype: Spec(tuple(shape), np.dtype(dtype)),
    stays: lambda counts, shape, *index: Spec(tuple(counts), np.dtype(bool)),
    convolved: of_convolved, spread_out: of_spread_out, correlated: of_correlated,
}  # fmt: skip


# Any other function: called on stand-ins.


def of_any(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What a function returns for arrays of these shapes; refused if values make a difference."""
    if function in SHAPED_BY_VALUES:
        raise shaped_by_values(function)
    found: list[Any] = []
    errors: list[Exception] = []
    for make in (stand_in, with_others, of_full_rank):
        if make is with_others and not any(v.dtype.kind in "iub" for v in values_in(args, kwargs)):
            continue
        if make is of_full_rank and found:
            break
        try:
            found.append(on_stand_ins(function, args, kwargs, make))
        except (ValueError, ArithmeticError, IndexError, TypeError) as error:
            errors.append(error)
    if not found:
        raise errors[0]
    if len({outline(result) for result in found}) > 1:
        raise shaped_by_values(function)
    return found[0]


def values_in(*arguments: Any) -> list[Value]:
    values: list[Value] = []
    collect(arguments, values)
    return values


def outline(result: Any) -> Any:
    if isinstance(result, tuple | list):
        return tuple(outline(part) for part in result)
    return np.shape(result), np.asarray(result).dtype


def shaped_by_values(function: Any) -> TraceError:
    return TraceError(
        f"compile: the shape of what np.{function.__name__} returns depends on values, which "
        "a program does not know beforehand. Use np.where, or compute it outside."
    )


def on_stand_ins(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], make: Callable[[Value], Any]
) -> Any:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what a function says of stand-ins is of no interest
        return function(*mapped(args, make), **mapped(kwargs, make))


def scattered(value: Value) -> Any:
    """A stand-in that takes no memory: one entry, repeated."""
    if value.number:
        return value.number(1)
    return np.broadcast_to(np.zeros((), value.dtype), value.shape)


def stand_in(value: Value) -> Any:
    """An array of a value's shape: well conditioned where it is a matrix; zeros for indices, and
    a mask that leaves nothing out."""
    if value.number:
        return value.number(1)
    array = np.full(value.shape, value.dtype.kind == "b", value.dtype)
    if value.dtype.kind in "fc" and array.size:
        array[...] = 0.5
        if len(value.shape) > 1 and value.shape[-1] == value.shape[-2]:
            array[...] = 0.5 / value.shape[-1]
            array += np.eye(value.shape[-1], dtype=value.dtype)
    return array


def with_others(value: Value) -> Any:
    """A stand-in with other whole numbers, which tells whether they decide a shape."""
    if value.dtype.kind not in "iub":
        return stand_in(value)
    other = value.dtype.kind != "b"
    return value.number(0) if value.number else np.full(value.shape, other, value.dtype)


def of_full_rank(value: Value) -> Any:
    """An array that is, in whatever way its axes are joined, a matrix of full rank."""
    if value.number or value.dtype.kind not in "fc":
        return stand_in(value)
    return np.random.default_rng(0).random(value.shape).astype(value.dtype)
