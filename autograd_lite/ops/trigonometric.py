"""Trigonometric and hyperbolic functions, angles and lengths."""

import math
from typing import Any

import numpy as np

from autograd_lite.core.declare import Function, derived, elementwise, general
from autograd_lite.ops.elementwise import nonzero

elementwise(np.sin, lambda x: np.cos(x))
elementwise(np.cos, lambda x: -np.sin(x))
elementwise(np.tan, lambda out: 1 + out * out)
elementwise(np.arcsin, lambda g, x: g / root_of_one_minus_square(x))
elementwise(np.arccos, lambda g, x: -g / root_of_one_minus_square(x))
elementwise(np.arctan, lambda g, x: g / (1 + x * x))
elementwise(np.sinh, lambda x: np.cosh(x))
elementwise(np.cosh, lambda x: np.sinh(x))
elementwise(np.tanh, lambda out: 1 - out * out)
elementwise(np.arcsinh, lambda g, x, out: g / root_of_square_plus_one(x, out))
elementwise(np.arccosh, lambda g, x: g / (np.sqrt(x - 1) * np.sqrt(x - -1)))
elementwise(np.arctanh, lambda g, x: g / ((1 - x) * (1 + x)))
elementwise(np.deg2rad, math.pi / 180)
elementwise(np.rad2deg, 180 / math.pi)
derived(np.radians)(lambda x: np.deg2rad(x))
derived(np.degrees)(lambda x: np.rad2deg(x))

# The direction of a vector of length 0 is taken as 0, as is the angle's derivative there.
elementwise(
    np.hypot,
    lambda x, out: x / nonzero(out),
    lambda y, out: y / nonzero(out),
)
elementwise(
    np.arctan2,
    lambda x, y: over_square(y, np.hypot(x, y)),
    lambda x, y: -over_square(x, np.hypot(x, y)),
)

# The jumps that are taken out are whole periods, which do not depend on the angles.
general(np.unwrap, lambda g, discont=None, axis=-1, period=2 * np.pi: g)


def root_of_one_minus_square(x: Any) -> Any:
    """sqrt(1 - x**2); beside a branch cut on x's side of it: 1 - x would lose a zero's sign."""
    if x.dtype.kind != "c":
        return np.sqrt((1 - x) * (1 + x))
    return np.sqrt(-(x - 1)) * np.sqrt(x - -1)


def root_of_square_plus_one(x: Any, arcsinh: Any) -> Any:
    """sqrt(1 + x**2), for complex x on the side of the branch cuts on which arcsinh(x) is."""
    return np.cosh(arcsinh) if x.dtype.kind == "c" else np.hypot(x, 1)


def over_square(x: Any, length: Any) -> Any:
    """x / length**2, without overflow; 0 where the length is 0."""
    length = nonzero(length)
    return x / length / length


def sinc_derivative(x: Any, order: int) -> Any:
    """The derivative of sin(pi x) / (pi x) of that order, without the quotient near 0.

    With z = pi x and s(z) = sin(z) / z, Leibniz's rule for z s = sin(z) gives, for larger z,
    z s^(n) = sin(z + n pi / 2) - n s^(n-1); for smaller z the power series of s is used, the sum
    over 2k >= n of (-1)**k z**(2k - n) / ((2k + 1) (2k - n)!).
    """
    z = math.pi * x
    far = np.abs(z) > order
    near, rest = np.where(far, 0, z), np.where(far, z, 1)
    by_rule = np.sin(rest) / rest
    for n in range(1, order + 1):
        by_rule = (np.sin(rest + n * (math.pi / 2)) - n * by_rule) / rest
    first, square = (order + 1) // 2, near * near
    series = np.zeros_like(near)
    for k in reversed(range(first, first + 10 + 2 * order)):
        series = series * square + (-1) ** k / ((2 * k + 1) * math.factorial(2 * k - order))
    series = series * near ** (2 * first - order)
    return np.where(far, by_rule, series) * math.pi**order


nth_of_sinc: Function = elementwise(
    sinc_derivative, lambda x, order: nth_of_sinc(x, order=order + 1), name="sinc_derivative"
)
elementwise(np.sinc, lambda x: nth_of_sinc(x, order=1))
