"""The keywords of a ufunc's call (where, dtype, axes), said in the rows there are without them."""

from typing import Any

import numpy as np

from autograd_lite.core.tensor import DISPATCH, meaning_of, no_rule, value_of
from autograd_lite.errors import NotDifferentiableError

WITHOUT_MEANING = {"casting": "same_kind", "order": "K", "subok": True}

# Where the mask is False the function is computed at a place where it is smooth, so that no
# infinity is made there and no warning given; at 1 most functions are.
SMOOTH_AT: dict[Any, float] = {np.arcsin: 0.5, np.arccos: 0.5, np.arctanh: 0.5, np.arccosh: 2.0}


def call_with_keywords(
    ufunc: np.ufunc, *operands: Any, where: Any = True, dtype: Any = None, **others: Any
) -> Any:
    """The result of `ufunc`; entries where the mask `where` is False are 0."""
    if meaning_of(ufunc) is None:
        raise NotDifferentiableError(no_rule(ufunc, "__call__"))
    axes = {key: others.pop(key) for key in ("axes", "axis", "keepdims") if key in others}
    for key, value in others.items():
        if key not in WITHOUT_MEANING or value != WITHOUT_MEANING[key]:
            raise NotDifferentiableError(
                f"np.{ufunc.__name__}: the argument {key}= has no gradient rule here. Leave it "
                "out; use np.where for a mask and .astype for a dtype."
            )
    operands = tuple(np.asarray(x) if isinstance(x, list | tuple) else x for x in operands)
    if dtype is not None:
        operands = in_loop_of(ufunc, operands, dtype)
    if ufunc.signature is not None:
        return along_axes(ufunc, operands, **axes)
    return DISPATCH[ufunc](*operands) if where is True else masked(ufunc, operands, where)


def in_loop_of(ufunc: np.ufunc, operands: tuple[Any, ...], dtype: Any) -> tuple[Any, ...]:
    """The operands in the dtypes in which NumPy would compute a result of `dtype`."""
    found = [type(x) if isinstance(x, int | float | complex) else x.dtype for x in operands]
    kinds = [int if kind is bool else kind for kind in found]
    signature = (None,) * ufunc.nin + (np.dtype(dtype),) * ufunc.nout
    wanted = ufunc.resolve_dtypes((*kinds, *[None] * ufunc.nout), signature=signature)
    return tuple(
        x.astype(to) if hasattr(x, "dtype") and x.dtype != to else x
        for x, to in zip(operands, wanted, strict=False)
    )


def masked(ufunc: np.ufunc, operands: tuple[Any, ...], where: Any) -> Any:
    mask = np.asarray(where) if isinstance(where, list | tuple | bool) else value_of(where)
    if mask.dtype != bool:
        raise TypeError(f"np.{ufunc.__name__}: where= is a mask of booleans, not {mask.dtype}.")
    filler = SMOOTH_AT.get(ufunc, 1)
    result = DISPATCH[ufunc](
        *(np.where(mask, x, x.dtype.type(filler)) if hasattr(x, "dtype") else x for x in operands)
    )
    if isinstance(result, tuple):
        return tuple(np.where(mask, part, part.dtype.type(0)) for part in result)
    return np.where(mask, result, result.dtype.type(0))


def along_axes(
    ufunc: np.ufunc,
    operands: tuple[Any, ...],
    axes: Any = None,
    axis: int | None = None,
    keepdims: bool = False,
) -> Any:
    """A product of vectors or matrices that lie along any axes of the operands."""
    if (axis is not None or keepdims) and ufunc is not np.vecdot:
        raise TypeError(
            f"np.{ufunc.__name__}: axis= and keepdims= are for np.vecdot, whose operands share "
            "one axis; say axes= for both operands and the result."
        )
    if axes is None:
        axes = [(-1 if axis is None else axis,)] * 2 if ufunc is np.vecdot else [()] * 2
    given = [(a,) if isinstance(a, int) else tuple(a) for a in axes]
    moved = [np.moveaxis(x, at, range(-len(at), 0)) for x, at in zip(operands, given, strict=False)]
    result = DISPATCH[ufunc](*moved)
    if keepdims:
        return np.expand_dims(result, given[-1])
    if len(given) > ufunc.nin:
        return np.moveaxis(result, range(-len(given[-1]), 0), given[-1])
    return result
