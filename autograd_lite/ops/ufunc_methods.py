"""The methods of ufuncs: reduce, accumulate, outer, reduceat, at."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograd_lite.core.tensor import DISPATCH, Tensor, meaning_of, no_rule, value_of
from autograd_lite.errors import ImmutableError, NotDifferentiableError
from autograd_lite.ops.elementwise import LN2
from autograd_lite.ops.indexing import plain_index
from autograd_lite.ops.reduce import logsumexp
from autograd_lite.ops.ufunc_keywords import call_with_keywords

Axis = int | tuple[int, ...] | None


def call_of_ufunc(ufunc: np.ufunc, method: str, *operands: Any, **keywords: Any) -> Any:
    """What NumPy's protocol asks for, where it is not a call without keywords."""
    if method == "__call__":
        return call_with_keywords(ufunc, *operands, **keywords)
    if (ufunc, method) in DISPATCH:
        return DISPATCH[ufunc, method](*operands, **keywords)
    has_row = meaning_of(ufunc) is not None and ufunc.signature is None and ufunc.nout == 1
    if has_row and method == "outer":
        return outer(ufunc, *operands, **keywords)
    if has_row and method == "at":
        return at(ufunc, *operands)
    if (ufunc, "reduce") in DISPATCH and method == "reduceat":
        return reduce_at(ufunc, *operands, **keywords)
    raise NotDifferentiableError(no_rule(ufunc, method))


DISPATCH["ufunc"] = call_of_ufunc


# reduce


def reduction(function: Callable[..., Any]) -> Callable[..., Any]:
    """The ufuncs' own spelling of a reduction: the default axis is 0."""

    def reduce(x: Any, axis: Axis = 0, dtype: Any = None, **keywords: Any) -> Any:
        return function(in_dtype(x, dtype), axis=axis, **keywords)

    return reduce


def in_dtype(x: Any, dtype: Any) -> Any:
    if dtype is None:
        return x
    if np.dtype(dtype).kind not in "fc":
        raise NotDifferentiableError(
            f"the argument dtype={np.dtype(dtype)} would lose the gradient: a tensor holds "
            "floating-point numbers. Use .numpy() if no gradient is needed."
        )
    return x.astype(dtype)


def log_sum(
    x: Any, axis: Axis = None, keepdims: bool = False, initial: Any = None, where: Any = True
) -> Any:
    """The reduction of np.logaddexp."""
    x = x if where is True else np.where(where, x, -np.inf)
    result = logsumexp(x, axis=axis, keepdims=keepdims)
    return result if initial is None else np.logaddexp(result, initial)


def log2_sum(x: Any, axis: Axis = None, initial: Any = None, **keywords: Any) -> Any:
    """The reduction of np.logaddexp2."""
    result = log_sum(x * LN2, axis, **keywords) / LN2
    return result if initial is None else np.logaddexp2(result, initial)


def among_numbers(largest: Callable[..., Any], pair: np.ufunc, worst: float) -> Callable[..., Any]:
    """The reduction of np.fmax or np.fmin: NaNs are left out, unless there is nothing else."""

    def reduce(
        x: Any, axis: Axis = None, keepdims: bool = False, initial: Any = None, where: Any = True
    ) -> Any:
        if where is not True and initial is None:
            raise ValueError(f"np.{pair.__name__}.reduce: where= needs an initial= as well.")
        is_number = ~np.isnan(value_of(x)) & np.asarray(where)
        found = largest(np.where(is_number, x, worst), axis=axis, keepdims=keepdims)
        any_number = np.any(is_number, axis=axis, keepdims=keepdims)
        found = np.where(any_number, found, found.dtype.type(np.nan))
        return found if initial is None else pair(found, initial)

    return reduce


REDUCTIONS: list[tuple[np.ufunc, Any]] = [
    (np.add, np.sum),
    (np.multiply, np.prod),
    (np.maximum, np.max),
    (np.minimum, np.min),
    (np.fmax, among_numbers(np.max, np.fmax, -np.inf)),
    (np.fmin, among_numbers(np.min, np.fmin, np.inf)),
    (np.logaddexp, log_sum),
    (np.logaddexp2, log2_sum),
]
for ufunc, function in REDUCTIONS:
    DISPATCH[ufunc, "reduce"] = reduction(function)


# accumulate


def running_choice(ufunc: np.ufunc) -> Callable[..., Any]:
    """The running maximum or minimum; the last of equal entries gets the gradient."""

    def accumulate(x: Any, axis: int) -> Any:
        value = value_of(x)
        out = ufunc.accumulate(value, axis=axis)
        is_taken = (value == out) | (np.isnan(value) & np.isnan(out))
        axis = axis % x.ndim - x.ndim
        places = np.arange(x.shape[axis]).reshape(-1, *[1] * (-1 - axis))
        return np.take_along_axis(
            x, np.maximum.accumulate(np.where(is_taken, places, 0), axis=axis), axis=axis
        )

    return accumulate


def by_doubling(ufunc: np.ufunc) -> Callable[..., Any]:
    """Any associative function: after k steps an entry has met the 2**k - 1 before it.

    Hillis and Steele: Data Parallel Algorithms (1986).
    """

    def accumulate(x: Any, axis: int) -> Any:
        x, step = np.moveaxis(x, axis, -1), 1
        while step < x.shape[-1]:
            met = ufunc(x[..., :-step], x[..., step:])
            x, step = np.concatenate([x[..., :step], met], axis=-1), 2 * step
        return np.moveaxis(x, -1, axis)

    return accumulate


def accumulation(ufunc: np.ufunc, function: Callable[..., Any]) -> Callable[..., Any]:
    def accumulate(x: Any, axis: int = 0, dtype: Any = None) -> Any:
        if not x.ndim:
            raise TypeError(f"np.{ufunc.__name__}.accumulate: there is no axis in a scalar.")
        return function(in_dtype(x, dtype), axis=axis)

    return accumulate


ACCUMULATIONS: list[tuple[np.ufunc, Any]] = [
    (np.add, np.cumsum),
    (np.multiply, np.cumprod),
    (np.maximum, running_choice(np.maximum)),
    (np.minimum, running_choice(np.minimum)),
    (np.fmax, running_choice(np.fmax)),
    (np.fmin, running_choice(np.fmin)),
    (np.logaddexp, by_doubling(np.logaddexp)),
    (np.logaddexp2, by_doubling(np.logaddexp2)),
]
for ufunc, function in ACCUMULATIONS:
    DISPATCH[ufunc, "accumulate"] = accumulation(ufunc, function)


# The methods that follow from the function itself


def outer(ufunc: np.ufunc, x: Any, y: Any, **keywords: Any) -> Any:
    """Every entry of `x` with every entry of `y`."""
    y = y if type(y) is Tensor else np.asarray(y)
    return ufunc(np.reshape(x, (*np.shape(x), *[1] * y.ndim)), y, **keywords)


def reduce_at(ufunc: np.ufunc, x: Any, indices: Any, axis: int = 0, dtype: Any = None) -> Any:
    """The reductions of the slices from each index to the next, and of one entry if none lies
    between them.
    """
    reduce, x, axis = DISPATCH[ufunc, "reduce"], in_dtype(x, dtype), axis % x.ndim
    length, starts = x.shape[axis], np.asarray(indices, np.intp).tolist()
    ufunc.reduceat(np.zeros(length), starts)  # NumPy says what is wrong with the indices
    before = (slice(None),) * axis
    if not starts:
        return x[(*before, slice(0, 0))]
    return np.stack(
        [
            reduce(x[(*before, slice(start, end))], axis=axis)
            if start < end else x[(*before, start)]
            for start, end in zip(starts, [*starts[1:], length], strict=True)
        ],
        axis=axis,
    )  # fmt: skip


def at(ufunc: np.ufunc, x: Any, indices: Any, *others: Any) -> None:
    """`x[indices] = ufunc(x[indices], y)`, once for each time that an index is named.

    As `x[indices] = ...` does, this makes the name's tensor an updated copy.
    """
    if type(x) is not Tensor:
        raise ImmutableError(
            f"np.{ufunc.__name__}.at writes into a plain array, which would lose the gradient of "
            "the tensor written. Make a tensor of the array first: "
            "t = ag.Tensor(array, requires_grad=False)."
        )
    index = plain_index(indices)
    if ufunc in (np.add, np.subtract):
        shape = np.empty(x.shape, bool)[index].shape
        total = DISPATCH["scatter"](np.broadcast_to(others[0], shape), index=index, shape=x.shape)
        x[...] = ufunc(x, total)
        return
    places = np.arange(x.size).reshape(x.shape)[index]
    operands = [np.ravel(np.broadcast_to(y, places.shape)) for y in others]
    flat, places = np.ravel(x), places.ravel()
    for turn in turns(places):
        new = ufunc(flat[places[turn]], *(y[turn] for y in operands))
        flat = DISPATCH["setitem"](flat, new, index=places[turn])
    x[...] = np.reshape(flat, x.shape)


def turns(places: Any) -> Iterator[Any]:
    """Which of the places are named for the first time, which for the second, and so on."""
    order = np.argsort(places, kind="stable")
    _, first, counts = np.unique(places[order], return_index=True, return_counts=True)
    turn = np.arange(places.size) - np.repeat(first, counts)
    for k in range(counts.max(initial=0)):
        yield order[turn == k]
