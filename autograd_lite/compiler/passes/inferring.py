"""What an instruction returns: NumPy's functions, and those that only programs have."""

import copy
import operator
from typing import Any

import numpy as np

from autograd_lite.compiler.draws import drawn
from autograd_lite.compiler.program import Function, Value, mapped
from autograd_lite.compiler.shapes import result_of, stand_in
from autograd_lite.compiler.trace import index_result, item
from autograd_lite.compiler.traced import COPYING, converted

# The operators of Python numbers; `getitem` is an operator of arrays.
ON_NUMBERS = {
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod,
    operator.pow, operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne,
    operator.neg, operator.pos, operator.abs, round,
}  # fmt: skip


def outs_of(
    function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Value, ...], bool]:
    """New values for what a call returns, and whether it returns a sequence of them."""
    result = returned(function, args, kwargs)
    if isinstance(result, tuple | list):
        return tuple(value_like(each) for each in result), True
    return (value_like(result),), False


def returned(function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if function is operator.getitem:
        return index_result(*args)
    if function in COPYING:
        return args[0]
    if function is converted:
        return Value(args[0].shape, kwargs["dtype"])
    if function is item:
        return number_like(type(np.ones((), args[0].dtype).item()))
    if function in ON_NUMBERS:
        return number_like(type(function(*mapped(args, stand_in))))
    if function is drawn:
        generator, method, *rest = args
        draw = getattr(copy.deepcopy(generator), method)
        return np.asarray(draw(*mapped(tuple(rest), stand_in), **mapped(kwargs, stand_in)))
    return result_of(function, args, kwargs)


def number_like(kind: type) -> Value:
    return Value((), np.asarray(kind(0)).dtype, kind)


def value_like(thing: Any) -> Value:
    """A new value of the same shape, dtype and kind of number."""
    if type(thing) is Value:
        return Value(thing.shape, thing.dtype, thing.number)
    if not hasattr(thing, "dtype"):
        thing = np.asarray(thing)
    return Value(thing.shape, thing.dtype)
