"""How NumPy's functions work on batched arrays: as one call, with a leading axis more.

A function that has no row here is not wrong under `vmap`, only slower: it is written in terms of
others that have one, or called once for each example.
"""

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograd_lite.core.backward import all_dead, dead
from autograd_lite.core.batched import BATCHED, Batched, batches, entries_of, looped
from autograd_lite.ops.indexing import add_at, put_at

Axis = int | tuple[int, ...] | None


def ndim_of(x: Any) -> int:
    return len(np.shape(x)) if not isinstance(x, Batched) else x.ndim


def aligned(x: Any, level: int, ndim: int, core: int = 0) -> Any:
    """The entries with ones after the batch axis, so that `ndim` loop axes broadcast."""
    raw = entries_of(x, level)
    if raw is x:
        return x
    missing = ndim - (x.ndim - core)
    return np.reshape(raw, (raw.shape[0], *(1,) * missing, *x.shape)) if missing > 0 else raw


def shifted(axis: Any, ndim: int) -> Any:
    """The axis of the entries that is this axis of each example."""
    if isinstance(axis, Iterable):
        return tuple(shifted(a, ndim) for a in axis)
    if not -ndim <= axis < ndim:
        raise np.exceptions.AxisError(axis, ndim)
    return int(axis) % ndim + 1


def all_axes(axis: Any, ndim: int) -> Any:
    """The axes of the entries over which a reduction goes; None means each of an example's."""
    return tuple(range(1, ndim + 1)) if axis is None else shifted(axis, ndim)


# Ufuncs


def entry_by_entry(level: int, size: int, function: Any, *xs: Any, **kwargs: Any) -> Any:
    ndim = max(ndim_of(x) for x in (*xs, *kwargs.values()))
    given = {key: aligned(value, level, ndim) for key, value in kwargs.items()}
    return wrapped(function(*(aligned(x, level, ndim) for x in xs), **given), level)


def wrapped(result: Any, level: int) -> Any:
    """Each output of a function as batched."""
    if isinstance(result, tuple):
        fields = [Batched(part, level) for part in result]
        return type(result)(*fields) if hasattr(result, "_fields") else tuple(fields)
    return Batched(result, level)


def called(level: int, size: int, ufunc: Any, *xs: Any, **kwargs: Any) -> Any:
    """A ufunc; one with a signature works on the last axes of each operand."""
    if ufunc.signature is None:
        return entry_by_entry(level, size, ufunc, *xs, **kwargs)
    cores = [len(part.split(",")) for part in ufunc.signature.split("->")[0].split("),(")]
    if kwargs or any(ndim_of(x) < core for x, core in zip(xs, cores)):
        return looped(ufunc, level, size, xs, kwargs)
    ndim = max(ndim_of(x) - core for x, core in zip(xs, cores))
    operands = [aligned(x, level, ndim, core) for x, core in zip(xs, cores)]
    return Batched(ufunc(*operands), level)


def matmul(level: int, size: int, ufunc: Any, x: Any, y: Any, **kwargs: Any) -> Any:
    """np.matmul, where a vector becomes a matrix of one row or column for the time being."""
    one_row, one_column = ndim_of(x) == 1, ndim_of(y) == 1
    x = np.expand_dims(x, 0) if one_row else x
    y = np.expand_dims(y, 1) if one_column else y
    result = called(level, size, np.matmul, x, y, **kwargs)
    dropped = (*((-2,) if one_row else ()), *((-1,) if one_column else ()))
    return np.squeeze(result, dropped) if dropped else result


def reduced(level: int, size: int, ufunc: Any, x: Any, axis: Axis = 0, **kwargs: Any) -> Any:
    if any(True for _ in batches(kwargs)) or not isinstance(x, Batched) or x.level != level:
        return looped(ufunc.reduce, level, size, (x,), {"axis": axis, **kwargs})
    return Batched(ufunc.reduce(x.entries, axis=all_axes(axis, x.ndim), **kwargs), level)


def accumulated(level: int, size: int, ufunc: Any, x: Any, axis: int = 0, **kwargs: Any) -> Any:
    return Batched(ufunc.accumulate(x.entries, axis=shifted(axis, x.ndim), **kwargs), level)


BATCHED["__call__"] = called
BATCHED[np.matmul] = matmul
BATCHED["reduce"] = reduced
BATCHED["accumulate"] = accumulated

# Entry by entry, but no ufuncs


def batch_entrywise(*functions: Callable[..., Any]) -> None:
    for function in functions:
        BATCHED[function] = lambda level, size, *xs, function=function, **kwargs: entry_by_entry(
            level, size, function, *xs, **kwargs
        )


batch_entrywise(
    np.real, np.imag, np.isclose, np.nan_to_num, np.sinc, np.i0, np.angle, np.fix,
    np.isposinf, np.isneginf, np.isreal, np.iscomplex, dead,
)  # fmt: skip


def clip(level: int, size: int, x: Any, low: Any = None, high: Any = None, **kwargs: Any) -> Any:
    low, high = kwargs.pop("min", low), kwargs.pop("max", high)
    return entry_by_entry(level, size, lambda x, a, b: np.clip(x, a, b), x, low, high)


def where(level: int, size: int, condition: Any, *branches: Any) -> Any:
    if not branches:
        return looped(np.nonzero, level, size, (condition,), {})
    return entry_by_entry(level, size, np.where, condition, *branches)


def nothing(level: int, size: int, g: Any) -> Any:
    return Batched(all_dead(g.entries, axis=all_axes(None, g.ndim)), level)


BATCHED |= {np.clip: clip, np.where: where, all_dead: nothing}


# On one array: the row says how the entries and their axis are found. All others of the
# arguments are the same for each example, or the function is looped over.


def on_one(function: Callable[..., Any], how: Callable[..., Any]) -> None:
    """`how(entries, ndim, arguments)` computes `function` of one batched array."""
    parameters = inspect.signature(function).parameters
    first, *names = parameters
    defaults = {n: p.default for n, p in parameters.items() if p.default is not p.empty}

    def batched(level: int, size: int, *args: Any, **kwargs: Any) -> Any:
        given = {**dict(zip([first, *names], args)), **kwargs}
        x = given.pop(first)
        if any(True for _ in batches(given)) or not isinstance(x, Batched):
            return looped(function, level, size, args, kwargs)
        return wrapped(how(x.entries, x.ndim, {**defaults, **given}, given), level)

    BATCHED[function] = batched


def batch_reductions(*functions: Callable[..., Any]) -> None:
    """Functions whose `axis=None` means all axes."""
    for function in functions:
        on_one(
            function,
            lambda x, ndim, every, given, function=function: function(
                x, **{**given, "axis": all_axes(every.get("axis"), ndim)}
            ),
        )


def batch_axis_functions(*functions: Callable[..., Any]) -> None:
    """Functions along one axis, whose `axis=None` means the raveled array."""
    for function in functions:
        on_one(
            function,
            lambda x, ndim, every, given, function=function: (
                function(np.reshape(x, (x.shape[0], -1)), **{**given, "axis": 1})
                if every["axis"] is None
                else function(x, **{**given, "axis": shifted(every["axis"], ndim)})
            ),
        )


def batch_last_axes(core: int, *functions: Callable[..., Any]) -> None:
    """Functions of the last `core` axes, that know stacks themselves."""
    for function in functions:

        def batched(level: int, size: int, x: Any, *args: Any, f: Any = function, **kw: Any) -> Any:
            if any(True for _ in batches([*args, kw])) or ndim_of(x) < core:
                return looped(f, level, size, (x, *args), kw)
            return wrapped(f(x.entries, *args, **kw), level)

        BATCHED[function] = batched


batch_reductions(
    np.sum, np.prod, np.max, np.min, np.mean, np.var, np.std, np.any, np.all, np.count_nonzero,
    np.nansum, np.nanprod, np.nanmax, np.nanmin, np.nanmean, np.median,
)  # fmt: skip
batch_axis_functions(
    np.cumsum, np.cumprod, np.argmax, np.argmin, np.sort, np.argsort, np.take, np.repeat,
    np.nanargmax, np.nanargmin, np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft, np.fft.hfft,
    np.fft.ihfft,
)  # fmt: skip
batch_last_axes(0, np.copy, np.zeros_like, np.ones_like, np.full_like, np.astype)
batch_last_axes(
    2, np.tril, np.triu, np.matrix_transpose, np.linalg.inv, np.linalg.pinv, np.linalg.det,
    np.linalg.slogdet, np.linalg.cholesky, np.linalg.qr, np.linalg.svd, np.linalg.svdvals,
    np.linalg.eigh, np.linalg.eigvalsh, np.linalg.eig, np.linalg.eigvals,
    np.linalg.matrix_power,
)  # fmt: skip


def squeezed_axes(x: Any, ndim: int, axis: Any) -> Any:
    if axis is None:
        return tuple(i for i in range(1, ndim + 1) if x.shape[i] == 1)
    return shifted(axis, ndim)


def permuted(x: Any, ndim: int, axes: Any) -> Any:
    order = tuple(range(ndim))[::-1] if axes is None else axes
    return np.transpose(x, (0, *shifted(tuple(order), ndim)))


def expanded(x: Any, ndim: int, axis: Any) -> Any:
    axes = tuple(axis) if isinstance(axis, Iterable) else (axis,)
    return np.expand_dims(x, shifted(axes, ndim + len(axes)))


def sized(shape: Any) -> tuple[int, ...]:
    return tuple(shape) if isinstance(shape, Iterable) else (shape,)


def broadcast(x: Any, ndim: int, shape: Any) -> Any:
    ones = (1,) * (len(sized(shape)) - ndim)
    return np.broadcast_to(
        np.reshape(x, (x.shape[0], *ones, *x.shape[1:])), (x.shape[0], *sized(shape))
    )


on_one(np.squeeze, lambda x, ndim, every, given: np.squeeze(
    x, squeezed_axes(x, ndim, every["axis"])))  # fmt: skip
on_one(np.transpose, lambda x, ndim, every, given: permuted(x, ndim, every["axes"]))
on_one(np.expand_dims, lambda x, ndim, every, given: expanded(x, ndim, every["axis"]))
on_one(np.broadcast_to, lambda x, ndim, every, given: broadcast(x, ndim, every["shape"]))
on_one(np.swapaxes, lambda x, ndim, every, given: np.swapaxes(
    x, shifted(every["axis1"], ndim), shifted(every["axis2"], ndim)))  # fmt: skip
on_one(np.moveaxis, lambda x, ndim, every, given: np.moveaxis(
    x, shifted(every["source"], ndim), shifted(every["destination"], ndim)))  # fmt: skip
on_one(np.flip, lambda x, ndim, every, given: np.flip(x, all_axes(every["axis"], ndim)))
for along_two in (np.diagonal, np.trace):
    on_one(along_two, lambda x, ndim, every, given, function=along_two: function(
        x, every["offset"], shifted(every["axis1"], ndim), shifted(every["axis2"], ndim)
    ))  # fmt: skip


def reshape(
    level: int, size: int, x: Any, /, shape: Any = None, order: str = "C", *, copy: Any = None
) -> Any:
    if order != "C":
        return looped(np.reshape, level, size, (x,), {"shape": shape, "order": order})
    return Batched(np.reshape(x.entries, (size, *rest_of(x, sized(shape)))), level)


def rest_of(x: Batched, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape with its -1 worked out, which NumPy cannot do when there are no examples."""
    if -1 not in shape:
        return shape
    known = int(np.prod([n for n in shape if n != -1], dtype=np.intp))
    return tuple(n if n != -1 else x.size // max(known, 1) for n in shape)


def ravel(level: int, size: int, a: Any, order: str = "C") -> Any:
    return reshape(level, size, a, -1, order)


def concatenate(level: int, size: int, arrays: Any, axis: Any = 0, **kwargs: Any) -> Any:
    if axis is None:
        return concatenate(level, size, [np.ravel(a) for a in arrays], 0, **kwargs)
    parts = [repeated(a, level, size) for a in arrays]
    at = shifted(axis, parts[0].ndim - 1)
    return Batched(np.concatenate(parts, axis=at, **kwargs), level)


def stack(level: int, size: int, arrays: Any, axis: int = 0, **kwargs: Any) -> Any:
    parts = [repeated(a, level, size) for a in arrays]
    return Batched(np.stack(parts, axis=shifted(axis, parts[0].ndim), **kwargs), level)


def repeated(x: Any, level: int, size: int) -> Any:
    """The entries; a constant is the same for every example."""
    raw = entries_of(x, level)
    if raw is x:
        x = x if isinstance(x, Batched) else np.asarray(x)
        raw = np.broadcast_to(x, (size, *x.shape))
    return raw


def take_along_axis(level: int, size: int, arr: Any, indices: Any, axis: Any = -1) -> Any:
    if axis is None:
        arr, axis = np.ravel(arr), 0
    at = shifted(axis, ndim_of(arr))
    return Batched(
        np.take_along_axis(repeated(arr, level, size), repeated(indices, level, size), at), level
    )


def solve(level: int, size: int, a: Any, b: Any) -> Any:
    if ndim_of(b) == 1:
        return np.squeeze(np.linalg.solve(a, np.expand_dims(b, -1)), -1)
    ndim = max(ndim_of(a), ndim_of(b)) - 2
    return Batched(
        np.linalg.solve(aligned(a, level, ndim, 2), aligned(b, level, ndim, 2)), level
    )  # fmt: skip


def einsum(level: int, size: int, subscripts: Any, *operands: Any, **kwargs: Any) -> Any:
    """Explicit subscripts get one letter more; other forms are spelled out first."""
    if not isinstance(subscripts, str) or "->" not in subscripts or "." in subscripts:
        return looped(np.einsum, level, size, (subscripts, *operands), kwargs)
    left, _, output = subscripts.replace(" ", "").partition("->")
    letter = next(c for c in "ZYXWVUTSRQPONMLKJIHGFEDCBA" if c not in subscripts)
    inputs = [
        sub if entries_of(x, level) is x else letter + sub
        for sub, x in zip(left.split(","), operands, strict=True)
    ]
    raw = [entries_of(x, level) for x in operands]
    return Batched(np.einsum(f"{','.join(inputs)}->{letter}{output}", *raw, **kwargs), level)


BATCHED |= {
    np.reshape: reshape, np.ravel: ravel, np.concatenate: concatenate, np.stack: stack,
    np.take_along_axis: take_along_axis, np.linalg.solve: solve, np.einsum: einsum,
    np.shape: lambda level, size, a: a.shape,
    np.ndim: lambda level, size, a: a.ndim,
    np.size: lambda level, size, a: a.size,
    np.iscomplexobj: lambda level, size, x: x.dtype.kind == "c",
    np.isrealobj: lambda level, size, x: x.dtype.kind != "c",
    np.result_type: lambda level, size, *xs: np.result_type(*(
        x.dtype if isinstance(x, Batched) else x for x in xs)),
}  # fmt: skip


# Indexing


def getitem(level: int, size: int, x: Any, index: Any) -> Any:
    if any(True for _ in batches(index)) or moves_axes(index):
        return looped(lambda x, index: x[index], level, size, (x, index), {})
    return Batched(x.entries[(slice(None), *parts_of(index))], level)


def parts_of(index: Any) -> tuple[Any, ...]:
    return index if isinstance(index, tuple) else (index,)


def moves_axes(index: Any) -> bool:
    """Whether index arrays stand apart, which brings their axes to the front."""
    arrays = [not (p is None or p is Ellipsis or isinstance(p, slice)) for p in parts_of(index)]
    only_numbers = all(isinstance(p, int | np.integer | slice | None | type(...))
                       for p in parts_of(index))  # fmt: skip
    changes = sum(a != b for a, b in zip(arrays, [False, *arrays]))
    return not only_numbers and changes > 2


def add_at_examples(level: int, size: int, x: Any, index: Any, shape: Any) -> Any:
    """`add_at` for every example at once: the transpose of `getitem`."""
    if any(True for _ in batches(index)) or moves_axes(index):
        return looped(add_at, level, size, (x, index, shape), {})
    whole = (slice(None), *parts_of(index))
    return Batched(add_at(x.entries, whole, (size, *shape)), level)


def put_at_examples(
    level: int, size: int, x: Any, y: Any, index: Any, shape: Any, dtype: Any
) -> Any:
    if any(True for _ in batches(index)) or moves_axes(index) or ndim_of(y):
        return looped(put_at, level, size, (x, y, index, shape, dtype), {})
    whole = (slice(None), *parts_of(index))
    x = repeated(np.broadcast_to(x, shape), level, size)
    ones = (1,) * (len(np.shape(x[whole])) - 1)
    y = np.reshape(repeated(y, level, size), (size, *ones))
    return Batched(put_at(x, y, whole, (size, *shape), dtype), level)


BATCHED |= {"getitem": getitem, add_at: add_at_examples, put_at: put_at_examples}
