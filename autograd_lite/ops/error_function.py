"""The error function, which NumPy lacks."""

import math
from typing import Any

import numpy as np

from autograd_lite.core.declare import elementwise

# W. J. Cody: Rational Chebyshev Approximation for the Error Function, Mathematics of Computation
# 23 (1969), 631-637. Three ranges of |x|; the coefficients are for double precision.
SMALL_P = (
    3.20937758913846947e03, 3.77485237685302021e02, 1.13864154151050156e02,
    3.16112374387056560e00, 1.85777706184603153e-1,
)  # fmt: skip
SMALL_Q = (
    2.84423683343917062e03, 1.28261652607737228e03, 2.44024637934444173e02,
    2.36012909523441209e01, 1.0,
)  # fmt: skip
MIDDLE_P = (
    1.23033935479799725e03, 2.05107837782607147e03, 1.71204761263407058e03,
    8.81952221241769090e02, 2.98635138197400131e02, 6.61191906371416295e01,
    8.88314979438837594e00, 5.64188496988670089e-1, 2.15311535474403846e-8,
)  # fmt: skip
MIDDLE_Q = (
    1.23033935480374942e03, 3.43936767414372164e03, 4.36261909014324716e03,
    3.29079923573345963e03, 1.62138957456669019e03, 5.37181101862009858e02,
    1.17693950891312499e02, 1.57449261107098347e01, 1.0,
)  # fmt: skip
LARGE_P = (
    -6.58749161529837803e-4, -1.60837851487422766e-2, -1.25781726111229246e-1,
    -3.60344899949804439e-1, -3.05326634961232344e-1, -1.63153871373020978e-2,
)  # fmt: skip
LARGE_Q = (
    2.33520497626869185e-3, 6.05183413124413191e-2, 5.27905102951428412e-1,
    1.87295284992346047e00, 2.56852019228982242e00, 1.0,
)  # fmt: skip
TWO_OVER_SQRT_PI, ONE_OVER_SQRT_PI = 2 / math.sqrt(math.pi), 1 / math.sqrt(math.pi)


def polynomial(coefficients: tuple[float, ...], x: Any) -> Any:
    """Horner's scheme; the constant term first."""
    total = coefficients[-1]
    for c in coefficients[-2::-1]:
        total = total * x + c
    return total


def _erf(x: Any) -> Any:
    """2 / sqrt(pi) times the integral of exp(-t**2) from 0 to x."""
    size = np.minimum(np.abs(x), 6)  # from 6 on, erf is 1 to the last digit
    low = np.minimum(size, 0.5)
    small = low * polynomial(SMALL_P, low * low) / polynomial(SMALL_Q, low * low)
    mid = np.clip(size, 0.46875, 4)
    middle = np.exp(-mid * mid) * polynomial(MIDDLE_P, mid) / polynomial(MIDDLE_Q, mid)
    high = np.maximum(size, 4)
    z = 1 / (high * high)
    tail = z * polynomial(LARGE_P, z) / polynomial(LARGE_Q, z)
    large = np.exp(-high * high) / high * (ONE_OVER_SQRT_PI + tail)
    complement = np.where(size <= 4, middle, large)
    return np.copysign(np.where(size <= 0.46875, small, 1 - complement), x)


erf = elementwise(_erf, lambda g, x: g * TWO_OVER_SQRT_PI * np.exp(-x * x), name="erf")
