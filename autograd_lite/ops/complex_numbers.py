"""Complex numbers: their parts and angles, and functions that become complex where they must.

A cotangent g of a complex x stands for Re(g dx) here, as in all rules: nothing is conjugated but
by `conjugate` itself. docs/complex.md says what users see.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.core.declare import derived, linear
from autograd_lite.core.overriding import known
from autograd_lite.core.tensor import value_of
from autograd_lite.errors import TraceError

linear(np.real, lambda g: g)
linear(np.imag, lambda g, x: g * -1j if x.dtype.kind == "c" else np.zeros_like(g))
linear(np.conjugate, lambda g: np.conjugate(g))


@derived(np.angle)
def angle(z: Any, deg: bool = False) -> Any:
    """np.angle: the gradient at 0 is 0; a real number keeps its angle, 0 or pi, as it moves."""
    radians = np.arctan2(np.imag(z), np.real(z))
    return np.rad2deg(radians) if deg else radians


# np.emath: complex where the result is no real number; one entry decides for the whole array.


def complex_if(outside: Callable[[Any], Any], x: Any) -> Any:
    """`x`, made complex if any of its entries lies outside of a function's real domain."""
    x = as_operand(x)
    if x.dtype.kind == "c":
        return x
    if not known(value_of(x)):
        raise TraceError(
            "compile: whether a function of np.emath returns complex numbers depends on values, "
            "which a program does not know beforehand. Convert the operand, x.astype(complex), "
            "or use the function of the same name in np."
        )
    if not np.any(outside(value_of(x))):
        return x
    return np.astype(x, np.complex64 if x.dtype == np.float32 else np.complex128)


def as_operand(x: Any) -> Any:
    """A number becomes an array, whose dtype counts: np.emath promotes by it."""
    return x if hasattr(x, "dtype") else np.asarray(x)


def negative(x: Any) -> Any:
    return x < 0


def beyond_one(x: Any) -> Any:
    return np.abs(x) > 1


derived(np.emath.sqrt)(lambda x: np.sqrt(complex_if(negative, x)))
derived(np.emath.log)(lambda x: np.log(complex_if(negative, x)))
derived(np.emath.log2)(lambda x: np.log2(complex_if(negative, x)))
derived(np.emath.log10)(lambda x: np.log10(complex_if(negative, x)))
derived(np.emath.logn)(lambda n, x: np.emath.log(x) / np.emath.log(n))
derived(np.emath.power)(lambda x, p: np.power(complex_if(negative, x), as_operand(p)))
derived(np.emath.arcsin)(lambda x: np.arcsin(complex_if(beyond_one, x)))
derived(np.emath.arccos)(lambda x: np.arccos(complex_if(beyond_one, x)))
derived(np.emath.arctanh)(lambda x: np.arctanh(complex_if(beyond_one, x)))
