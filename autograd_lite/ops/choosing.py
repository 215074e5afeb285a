"""Results put together out of several arrays, or out of the entries that a condition holds for."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_lite.core.declare import derived
from autograd_lite.core.overriding import checked, known
from autograd_lite.core.tensor import constant, value_of
from autograd_lite.ops.differences import array_of


@derived(np.select)
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """np.select: for each entry the choice of the first condition that holds."""
    conditions = [value_of(condition) for condition in condlist]
    if not conditions or len(conditions) != len(choicelist):
        raise ValueError(
            f"select: {len(conditions)} conditions and {len(choicelist)} choices; there must be "
            "as many of both, and at least one."
        )
    for condition in conditions:
        if np.result_type(condition).kind != "b":
            raise TypeError(f"select: a condition is an array of booleans; found {condition!r}.")
    result = default
    for condition, choice in zip(reversed(conditions), reversed(list(choicelist)), strict=True):
        result = np.where(condition, choice, result)
    return result


@derived(np.choose)
def choose(a: Any, choices: Any, out: None = None, mode: str = "raise") -> Any:
    """np.choose: for each entry of `a` the array of this number among the choices."""
    index, listed = array_of(value_of(a)), list(choices)
    n = len(listed)
    if mode == "wrap":
        index = index % n
    elif mode == "clip":
        index = np.clip(index, 0, n - 1)
    else:
        message = f"choose: an entry is not the number of one of the {n} choices."
        index = checked(index, (index < 0) | (index >= n), ValueError, message)
    shapes = [np.shape(choice) for choice in listed]
    result = np.broadcast_to(listed[-1], np.broadcast_shapes(index.shape, *shapes))
    for i in reversed(range(n - 1)):
        result = np.where(index == i, listed[i], result)
    return result


@derived(np.piecewise)
def piecewise(
    x: Any, condlist: Any, funclist: Sequence[Any], *args: Any, **kwargs: Any
) -> Any:  # fmt: skip
    """np.piecewise: each function is called on the entries for which its condition holds.

    One function more than conditions is for the entries for which none of them does; a number in
    the place of a function is the value there.
    """
    conditions = stacked(value_of(condlist))
    if conditions.ndim == len(x.shape):
        conditions = conditions[None]
    if len(funclist) == len(conditions) + 1:
        conditions = np.concatenate([conditions, ~np.any(conditions, axis=0, keepdims=True)])
    if len(funclist) != len(conditions):
        raise ValueError(
            f"piecewise: {len(conditions)} conditions need as many functions, or one more; "
            f"found {len(funclist)}."
        )
    result: Any = constant(np.zeros(x.shape, x.dtype))
    for condition, function in zip(conditions, funclist, strict=True):
        if not known(condition):  # nor is how many entries there are
            value = function(x, *args, **kwargs) if callable(function) else function
            result = np.where(condition, value, result).astype(x.dtype)
        elif not callable(function):
            result[condition] = function
        elif condition.any():
            result[condition] = function(x[condition], *args, **kwargs)
    return result


def stacked(conditions: Any) -> Any:
    """Conditions as one array of booleans."""
    if isinstance(conditions, list | tuple) and not all(known(value_of(c)) for c in conditions):
        conditions = np.stack([value_of(condition) for condition in conditions])
    return array_of(conditions).astype(bool)


@derived(np.compress)
def compress(condition: Any, a: Any, axis: int | None = None) -> Any:
    return np.take(a, np.flatnonzero(value_of(condition)), axis=axis)


@derived(np.extract)
def extract(condition: Any, arr: Any) -> Any:
    return np.take(np.ravel(arr), np.flatnonzero(value_of(condition)))
