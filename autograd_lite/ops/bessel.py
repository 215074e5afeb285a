"""The modified Bessel functions of the first kind, I0 and its derivatives."""

import math
from typing import Any

import numpy as np

from autograd_lite.core.declare import Function, elementwise

SERIES_UP_TO = 30.0  # from here on the asymptotic expansion is exact to rounding
TERMS_OF_SERIES, TERMS_OF_EXPANSION = 64, 24


def modified_bessel(x: Any, order: int) -> Any:
    """I_n(x) for a whole n >= 0.

    Up to 30 the power series, (x/2)**n times the sum of (x**2/4)**k / (k! (n+k)!), whose terms
    are all positive, so that nothing cancels; beyond, the expansion for large arguments (Olver
    et al.: NIST Handbook of Mathematical Functions (2010), 10.25.2 and 10.40.1).
    """
    size = np.abs(x)
    far = size > SERIES_UP_TO
    near, rest = np.where(far, 0, x / 2), np.where(far, size, SERIES_UP_TO)
    square = near * near
    series = np.ones_like(square)
    for k in range(TERMS_OF_SERIES, 0, -1):
        series = 1 + series * square / (k * (order + k))
    series = series * near**order / math.factorial(order)
    expansion = np.ones_like(rest)
    for k in range(TERMS_OF_EXPANSION, 0, -1):
        expansion = 1 - expansion * (4 * order**2 - (2 * k - 1) ** 2) / (8 * k * rest)
    half = np.exp(rest / 2)  # in two factors: exp(x) overflows before I_n(x) does
    large = half * (half * expansion / np.sqrt(2 * math.pi * rest))
    return np.where(far, np.sign(x) ** order * large, series)


# The derivative of I_n is the mean of its neighbors, at 0 as anywhere else (10.29.1).
bessel_i: Function = elementwise(
    modified_bessel,
    lambda x, order: 0.5 * (bessel_i(x, order=abs(order - 1)) + bessel_i(x, order=order + 1)),
    name="modified_bessel",
)
elementwise(np.i0, lambda x: bessel_i(x, order=1))
