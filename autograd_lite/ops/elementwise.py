"""Arithmetic, powers, exponentials and logarithms, each beside its partial derivatives."""

from typing import Any

import numpy as np

from autograd_lite.core.declare import Function, derived, elementwise
from autograd_lite.core.tensor import value_of

LN2, LN10 = float(np.log(2)), float(np.log(10))

# Arithmetic
elementwise(np.add, 1, 1)
elementwise(np.subtract, 1, -1)
elementwise(np.multiply, lambda y: y, lambda x: x)
elementwise(np.true_divide, lambda g, y: g / y, lambda g, y, out: -(g / y) * out)
elementwise(np.negative, -1)
elementwise(np.positive, 1)
elementwise(np.remainder, 1, lambda x, y: -np.floor_divide(x, y))
elementwise(np.fmod, 1, lambda x, y: -np.sign(x * y) * np.floor_divide(np.abs(x), np.abs(y)))
elementwise(np.reciprocal, lambda out: -out * out)


@derived(np.divmod)
def divmod_(x: Any, y: Any) -> tuple[Any, Any]:
    return np.floor_divide(x, y), np.remainder(x, y)


# Powers. x**0 is 1 and 0**y is 0 for every y > 0, so their derivatives there are 0.
elementwise(
    np.power,
    lambda x, y: y * np.power(x, one_less(y, x)),
    lambda x, out: times_log(out, x),
    formula=("y · x^(y - 1)", "out · log(x)"),
)
elementwise(
    np.float_power,
    lambda x, y: y * np.float_power(x, one_less(y, x)),
    lambda x, out: times_log(out, x),
)
elementwise(np.square, lambda x: 2 * x)
elementwise(np.sqrt, lambda g, x: 0.5 * g / np.sqrt(x))
elementwise(np.cbrt, lambda g, out: g / (3 * out * out))

# Exponentials and logarithms
elementwise(np.exp, lambda out: out)
elementwise(np.exp2, lambda out: LN2 * out)
elementwise(np.expm1, lambda out: out + 1)
elementwise(np.log, lambda g, x: g / x)
elementwise(np.log2, lambda g, x: g / (LN2 * x))
elementwise(np.log10, lambda g, x: g / (LN10 * x))
elementwise(np.log1p, lambda g, x: g / (1 + x))
elementwise(
    np.logaddexp,
    lambda x, y: sigmoid(above(x, y)),
    lambda x, y: sigmoid(above(y, x)),
    formula=("sigmoid(x - y)", "sigmoid(y - x)"),
)
elementwise(
    np.logaddexp2,
    lambda x, y: sigmoid(LN2 * above(x, y)),
    lambda x, y: sigmoid(LN2 * above(y, x)),
)


def one_less(exponent: Any, x: Any) -> Any:
    """The exponent of the derivative by x; 0 for x**0 where x**-1, times 0, would be no number."""
    if isinstance(exponent, int | float):  # a Python number stays one, so float32 stays float32
        return exponent - 1 if exponent else 0
    is_flat = (value_of(exponent) == 0) & ~np.isfinite(1 / value_of(x))
    return np.where(is_flat, 0, exponent - 1)


def times_log(out: Any, x: Any) -> Any:
    """out * log(x), and 0 for x = 0, where every power that has a slope is 0."""
    if isinstance(x, int | float | complex):
        x = np.asarray(x, out.dtype)
    elif out.dtype.kind == "c" and x.dtype.kind != "c":
        x = x + 0j  # the logarithm of a negative number is complex
    is_zero = (value_of(x) == 0) & np.isfinite(value_of(out))
    return np.where(is_zero, 0, out * np.log(np.where(is_zero, 1, x)))


def nonzero(x: Any) -> Any:
    """`x` with 1 in the place of every 0."""
    return np.where(value_of(x) == 0, 1, x)


def above(x: Any, y: Any) -> Any:
    """x - y, and 0 for two infinities of one sign, which are a tie."""
    tie = np.isinf(value_of(x)) & (value_of(x) == value_of(y))
    return np.where(tie, 0, x - y)


def logistic(x: Any) -> Any:
    with np.errstate(over="ignore"):  # exp(-x) may overflow to inf, whose reciprocal is right
        return 1 / (1 + np.exp(-x))


sigmoid: Function = elementwise(logistic, lambda out: out * (1 - out), name="sigmoid")
sigmoid.__doc__ = """The logistic function 1 / (1 + exp(-x)), in (0, 1)."""
