"""Functions that work entry by entry, each beside its partial derivatives."""

import math
from typing import Any

import numpy as np

from autograd_lite.core.declare import Function, constant, derived, elementwise, linear
from autograd_lite.core.tensor import Tensor, value_of

LN2, LN10 = float(np.log(2)), float(np.log(10))

# Arithmetic
elementwise(np.add, 1, 1)
elementwise(np.subtract, 1, -1)
elementwise(np.multiply, lambda y: y, lambda x: x)
elementwise(np.true_divide, lambda g, y: g / y, lambda g, y, out: -(g / y) * out)
elementwise(np.negative, -1)
elementwise(np.positive, 1)
elementwise(np.remainder, 1, lambda x, y: -np.floor_divide(x, y))
elementwise(np.fmod, 1, lambda x, y: -np.trunc(x / y))
elementwise(np.reciprocal, lambda out: -out * out)

# Powers. x**0 is 1 and 0**y is 0 for every y > 0, so their derivatives there are 0.
elementwise(
    np.power,
    lambda x, y: y * np.power(x, one_less(y)),
    lambda x, out: times_log(out, x),
)
elementwise(
    np.float_power,
    lambda x, y: y * np.float_power(x, one_less(y)),
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
elementwise(np.logaddexp, lambda x, y: sigmoid(x - y), lambda x, y: sigmoid(y - x))
elementwise(np.logaddexp2, lambda x, y: sigmoid(LN2 * (x - y)), lambda x, y: sigmoid(LN2 * (y - x)))

# Trigonometric and hyperbolic
elementwise(np.sin, lambda x: np.cos(x))
elementwise(np.cos, lambda x: -np.sin(x))
elementwise(np.tan, lambda out: 1 + out * out)
elementwise(np.arcsin, lambda g, x: g / np.sqrt((1 - x) * (1 + x)))
elementwise(np.arccos, lambda g, x: -g / np.sqrt((1 - x) * (1 + x)))
elementwise(np.arctan, lambda g, x: g / (1 + x * x))
elementwise(np.sinh, lambda x: np.cosh(x))
elementwise(np.cosh, lambda x: np.sinh(x))
elementwise(np.tanh, lambda out: 1 - out * out)
elementwise(np.arcsinh, lambda g, x: g / root_of_square_plus_one(x))
elementwise(np.arccosh, lambda g, x: g / np.sqrt((x - 1) * (x + 1)))
elementwise(np.arctanh, lambda g, x: g / ((1 - x) * (1 + x)))
elementwise(np.deg2rad, np.pi / 180)
elementwise(np.rad2deg, 180 / np.pi)
derived(np.radians)(lambda x: np.deg2rad(x))
derived(np.degrees)(lambda x: np.rad2deg(x))

# The direction of a vector of length 0 is taken as 0, as is the angle's derivative there.
elementwise(
    np.hypot,
    lambda x, out: x / np.where(value_of(out) == 0, 1, out),
    lambda y, out: y / np.where(value_of(out) == 0, 1, out),
)
elementwise(
    np.arctan2,
    lambda x, y: over_square(y, np.hypot(x, y)),
    lambda x, y: -over_square(x, np.hypot(x, y)),
)

# Kinks. Ties share the gradient equally; |x| has slope 0 at 0.
elementwise(np.absolute, lambda x: direction(x))
elementwise(np.fabs, lambda x: np.sign(x))
elementwise(
    np.maximum,
    lambda g, x, y: g * (x > y) + 0.5 * g * (x == y),
    lambda g, x, y: g * (y > x) + 0.5 * g * (x == y),
)
elementwise(
    np.minimum,
    lambda g, x, y: g * (x < y) + 0.5 * g * (x == y),
    lambda g, x, y: g * (y < x) + 0.5 * g * (x == y),
)
elementwise(
    np.copysign, lambda g, x, y: np.where(value_of(x) == 0, 0, g * np.sign(x) * np.copysign(1, y)),
    lambda g: 0 * g,
)  # fmt: skip


def root_of_square_plus_one(x: Any) -> Any:
    return np.sqrt(x * x + 1) if x.dtype.kind == "c" else np.hypot(x, 1)


def over_square(x: Any, length: Any) -> Any:
    """x / length**2, without overflow; 0 where the length is 0."""
    length = nonzero(length)
    return x / length / length


def direction(x: Any) -> Any:
    """The sign of a number; of a complex one the conjugate of x / |x|."""
    if x.dtype.kind != "c":
        return np.sign(x)
    return np.conjugate(x) / nonzero(np.abs(x))


def one_less(exponent: Any) -> Any:
    """The exponent of the derivative; that of x**0, whose derivative is 0, does not matter."""
    if isinstance(exponent, int | float):  # a Python number stays one, so float32 stays float32
        return exponent - 1 if exponent else 1
    return np.where(value_of(exponent) == 0, 1, exponent - 1)


def times_log(out: Any, x: Any) -> Any:
    """out * log(x), and 0 for x = 0, where every power that has a slope is 0."""
    if isinstance(x, int | float):
        return out * (math.log(x) if x > 0 else math.nan if x else 0.0)
    return np.where(value_of(x) == 0, 0, out * np.log(nonzero(x)))


def nonzero(x: Any) -> Any:
    """`x` with 1 in the place of every 0."""
    return np.where(value_of(x) == 0, 1, x)


def logistic(x: Any) -> Any:
    with np.errstate(over="ignore"):  # exp(-x) may overflow to inf, whose reciprocal is right
        return 1 / (1 + np.exp(-x))


sigmoid: Function = elementwise(logistic, lambda out: out * (1 - out), name="sigmoid")
sigmoid.__doc__ = """The logistic function 1 / (1 + exp(-x)), in (0, 1)."""


# Selection: the gradient is selected as the values are, never multiplied by a mask, so that
# nothing of the side not chosen comes through.
select = linear(
    lambda x, y, condition, drops_nan=False: np.where(condition, x, y),
    lambda g, condition, drops_nan=False: np.where(condition, g, 0),
    lambda g, condition, drops_nan=False: np.where(condition, 0, g),
    name="where",
)


@derived(np.where)
def where(condition: Any, *branches: Any) -> Any:
    if not branches:
        return np.nonzero(value_of(condition))
    x, y = branches
    if holds_nan(x) or holds_nan(y):
        return select(x, y, condition=value_of(condition), drops_nan=True)
    return select(x, y, condition=value_of(condition))


def holds_nan(branch: Any) -> bool:
    """Whether there is a NaN (or infinities of both signs) in a tensor."""
    value = value_of(branch)
    if type(branch) is not Tensor or not isinstance(value, np.ndarray | np.generic):
        return False
    with np.errstate(invalid="ignore", over="ignore"):
        return bool(np.isnan(np.add.reduce(value, axis=None)))


def within(x: Any, low: Any, high: Any) -> Any:
    """Whether low <= x <= high; a bound of None does not bound."""
    inside = np.ones(np.shape(value_of(x)), bool)
    if low is not None:
        inside = inside & (x >= low)
    return inside if high is None else inside & (x <= high)


clip_to = elementwise(
    lambda x, low, high: x if low is None and high is None else np.clip(x, low, high),
    lambda g, x, low, high: g * within(x, low, high),
    name="clip",
)


@derived(np.clip)
def clip(x: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    """np.clip: the gradient passes on the closed interval; bounds that are tensors get theirs."""
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    if type(low) is not Tensor and type(high) is not Tensor:
        return clip_to(x, low=low, high=high)
    x = x if low is None else np.where(x < low, low, x)
    return x if high is None else np.where(x > high, high, x)


@derived(np.divmod)
def divmod_(x: Any, y: Any) -> tuple[Any, Any]:
    return np.floor_divide(x, y), np.remainder(x, y)


# No derivative, or 0 wherever there is one: plain arrays come out.
constant(
    np.sign, np.floor, np.ceil, np.trunc, np.rint, np.round, np.around, np.fix, np.floor_divide,
    np.heaviside, np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal,
    np.logical_and, np.logical_or, np.logical_not, np.logical_xor, np.isnan, np.isinf,
    np.isfinite, np.isposinf, np.isneginf, np.signbit, np.isclose, np.allclose, np.array_equal,
    np.nextafter, np.spacing, np.isreal, np.iscomplex, np.isrealobj, np.iscomplexobj,
)  # fmt: skip


def heaviside(x: Any) -> Any:
    """The unit step: 0 for x < 0, 0.5 at 0, 1 for x > 0. Its gradient is 0: a plain array."""
    return np.heaviside(value_of(x), 0.5)


def sign(x: Any) -> Any:
    """-1, 0 or 1. Its gradient is 0: a plain array."""
    return np.sign(value_of(x))
