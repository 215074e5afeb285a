"""Steps, comparisons and tests, which have no derivative; and the parts of a number, which do."""

from typing import Any

import numpy as np

from autograd_lite.core.declare import constant, derived, elementwise
from autograd_lite.core.tensor import value_of

# No derivative, or 0 wherever there is one: plain arrays come out.
constant(
    np.floor, np.ceil, np.trunc, np.rint, np.round, np.around, np.fix, np.floor_divide,
    np.heaviside, np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal,
    np.logical_and, np.logical_or, np.logical_not, np.logical_xor, np.isnan, np.isinf,
    np.isfinite, np.isposinf, np.isneginf, np.signbit, np.isclose, np.allclose, np.array_equal,
    np.nextafter, np.spacing, np.isreal, np.iscomplex, np.isrealobj, np.iscomplexobj,
    np.array_equiv, np.array2string, np.array_repr, np.array_str, np.can_cast, np.min_scalar_type,
)  # fmt: skip

# The whole part and the exponent are constants, so the fraction moves as the number does, and the
# mantissa as the number over a power of two.
fraction = elementwise(lambda x: np.modf(x)[0], 1, name="modf")
mantissa = elementwise(
    lambda x: np.frexp(x)[0], lambda g, x: np.ldexp(g, -np.frexp(value_of(x))[1]), name="frexp"
)
scaled = elementwise(
    lambda x, exponent: np.ldexp(x, exponent),
    lambda g, exponent: np.ldexp(g, exponent),
    name="ldexp",
)


@derived(np.modf)
def modf(x: Any) -> tuple[Any, Any]:
    return fraction(x), np.modf(value_of(x))[1]


@derived(np.frexp)
def frexp(x: Any) -> tuple[Any, Any]:
    return mantissa(x), np.frexp(value_of(x))[1]


@derived(np.ldexp)
def ldexp(x: Any, exponent: Any) -> Any:
    return scaled(x, exponent=value_of(exponent))


def heaviside(x: Any) -> Any:
    """The unit step: 0 for x < 0, 0.5 at 0, 1 for x > 0. Its gradient is 0: a plain array."""
    return np.heaviside(value_of(x), 0.5)
