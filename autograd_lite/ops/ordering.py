"""Entries put in order: the gradient goes back the way each entry came.

Equal entries keep their order, and of several equal ones `unique` takes the first.
"""

from typing import Any

import numpy as np

from autograd_lite.core.declare import Function, constant, derived, linear
from autograd_lite.core.tensor import value_of
from autograd_lite.ops.shape import axis_in

reorder: Function = linear(
    lambda x, order, axis: np.take_along_axis(x, order, axis),
    lambda g, order, axis: reorder(g, order=np.argsort(order, axis=axis), axis=axis),
    name="reorder",
)

constant(
    np.argsort, np.argpartition, np.lexsort, np.searchsorted, np.digitize, np.isin,
)  # fmt: skip


@derived(np.sort)
def sort(
    a: Any, axis: int | None = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> Any:
    """np.sort. Of equal entries the first comes first, whatever `kind` and `stable` say."""
    if axis is None:
        a, axis = np.ravel(a), 0
    axis = axis_in(axis, len(a.shape))
    places = np.argsort(value_of(a), axis=axis, kind="stable", order=order)
    return reorder(a, order=places, axis=axis)


@derived(np.partition)
def partition(
    a: Any, kth: Any, axis: int | None = -1, kind: Any = "introselect", order: Any = None
) -> Any:
    if axis is None:
        a, axis = np.ravel(a), 0
    axis = axis_in(axis, len(a.shape))
    places = np.argpartition(value_of(a), kth, axis=axis, kind=kind, order=order)
    return reorder(a, order=places, axis=axis)


@derived(np.sort_complex)
def sort_complex(a: Any) -> Any:
    ordered = np.sort(a)
    if ordered.dtype.kind == "c":
        return ordered
    return np.astype(ordered, np.result_type(ordered.dtype, np.complex128))


@derived(np.unique)
def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    **kwargs: Any,
) -> Any:
    """np.unique: the gradient of a value goes to the first entry that has it.

    >>> import autograd_lite as ag
    >>> ag.grad(lambda t: np.sum(np.unique(t) ** 2))(np.array([3.0, 1.0, 3.0]))
    array([6., 2., 0.])
    """
    kwargs |= {"return_inverse": return_inverse, "return_counts": return_counts}
    _, index, *others = np.unique(value_of(ar), return_index=True, axis=axis, **kwargs)
    found = (np.take(ar, index, axis=axis), *((index,) if return_index else ()), *others)
    return found if len(found) > 1 else found[0]


@derived(np.unique_values)
def unique_values(x: Any) -> Any:
    """np.unique_values, in rising order."""
    return np.unique(x, equal_nan=False)


def with_values(function: Any) -> Any:
    """The named tuple of `function`, its values taken out of the operand."""

    def call(x: Any) -> Any:
        found = function(value_of(x))
        return found._replace(values=np.unique(x, equal_nan=False))

    return call


derived(np.unique_counts)(with_values(np.unique_counts))
derived(np.unique_inverse)(with_values(np.unique_inverse))
derived(np.unique_all)(with_values(np.unique_all))


@derived(np.trim_zeros)
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """np.trim_zeros: what the values say is at the front and back, along some axes or all."""
    if trim.lower() not in ("fb", "bf", "f", "b"):
        raise ValueError(f'trim_zeros: trim is "fb", "f" or "b"; found {trim!r}.')
    ndim = len(filt.shape)
    axes = range(ndim) if axis is None else np.atleast_1d(axis).tolist()
    places = np.argwhere(value_of(filt))
    index = [slice(None)] * ndim
    for at in (axis_in(a, ndim) for a in axes):
        first, last = (places[:, at].min(), places[:, at].max() + 1) if len(places) else (0, 0)
        index[at] = slice(
            first if "f" in trim.lower() or not len(places) else 0,
            last if "b" in trim.lower() or not len(places) else None,
        )
    return filt[tuple(index)]
