"""Error functions and the normal distribution, and their inverses."""

import math
from typing import Any

import numpy as np
import scipy.special as sp

from autograd_lite.core.declare import Function, elementwise, several

TWO_OVER_SQRT_PI, HALF_SQRT_PI = 2 / math.sqrt(math.pi), math.sqrt(math.pi) / 2
SQRT_2, SQRT_2PI = math.sqrt(2), math.sqrt(2 * math.pi)
FRACTION_FROM, FRACTION_TERMS = 3.0, 80
EXPANSION_FROM, EXPANSION_TERMS = 10.0, 16


def ratio_of_integrals(x: Any, n: int) -> Any:
    """I_n / I_(n-1), where I_n is the integral of I_(n-1) from x to infinity and I_0 is erfc.

    The three-term recurrence gives n I_n / I_(n-1) = I_(n-2) / (2 I_(n-1)) - x, and I_(-1) is
    2 / sqrt(pi) exp(-x**2) (DLMF 7.18). That difference cancels for large x, where the continued
    fraction it amounts to, (1/2) / (x + (n + 1)/2 / (x + (n + 2)/2 / (x + ...))), does not.
    """
    far = np.real(x) > FRACTION_FROM
    near, rest = np.where(far, 0, x), np.where(far, x, FRACTION_FROM)
    fraction = rest
    for k in range(FRACTION_TERMS, n, -1):
        fraction = rest + (k / 2) / fraction
    ratio = HALF_SQRT_PI * sp.erfcx(near)
    for k in range(1, n + 1):
        ratio = (0.5 / ratio - near) / k
    return np.where(far, 0.5 / fraction, ratio)


def inverse_mills_ratio(x: Any) -> Any:
    """The derivative of log_ndtr: the normal density over the normal distribution function."""
    return math.sqrt(2 / math.pi) / sp.erfcx(x / -SQRT_2)


def slope_of_dawsn(x: Any) -> Any:
    """1 - 2x dawsn(x); for large x by its expansion (DLMF 7.12), in which nothing cancels."""
    if x.dtype.kind == "c":
        return 1 - 2 * x * sp.dawsn(x)
    far = np.abs(x) > EXPANSION_FROM
    near, rest = np.where(far, 0, x), np.where(far, x, EXPANSION_FROM)
    inverse = 0.5 / rest / rest
    total = np.ones_like(rest)
    for k in range(EXPANSION_TERMS, 0, -1):
        total = 1 + (2 * k + 1) * inverse * total
    return np.where(far, -inverse * total, 1 - 2 * near * sp.dawsn(near))


erfc_ratio: Function = elementwise(
    ratio_of_integrals,
    lambda x, out, n: 2 * out * (n * out - (n + 1) * erfc_ratio(x, n=n + 1)),
    name="erfc_ratio",
)
inverse_mills: Function = elementwise(
    inverse_mills_ratio,
    lambda x, out: -SQRT_2 * out * erfc_ratio(x / -SQRT_2, n=1),
    name="inverse_mills",
)
dawsn_slope: Function = elementwise(
    slope_of_dawsn, lambda x, out: -2 * (sp.dawsn(x) + x * out), name="dawsn_slope"
)

elementwise(sp.erf, lambda x: TWO_OVER_SQRT_PI * np.exp(-x * x))
elementwise(sp.erfc, lambda x: -TWO_OVER_SQRT_PI * np.exp(-x * x))
elementwise(sp.erfcx, lambda x, out: -2 * out * erfc_ratio(x, n=1))
elementwise(sp.erfi, lambda x: TWO_OVER_SQRT_PI * np.exp(x * x))
elementwise(sp.erfinv, lambda out: HALF_SQRT_PI * np.exp(out * out))
elementwise(sp.erfcinv, lambda out: -HALF_SQRT_PI * np.exp(out * out))
elementwise(sp.dawsn, lambda x: dawsn_slope(x))
elementwise(sp.wofz, lambda x, out: TWO_OVER_SQRT_PI * 1j - 2 * x * out)
elementwise(sp.ndtr, lambda x: np.exp(-0.5 * x * x) / SQRT_2PI)
elementwise(sp.log_ndtr, lambda x: inverse_mills(x))
elementwise(sp.ndtri, lambda out: SQRT_2PI * np.exp(0.5 * out * out))
elementwise(sp.ndtri_exp, lambda out: SQRT_2PI / 2 * sp.erfcx(out / -SQRT_2))
elementwise(
    sp.owens_t,
    lambda x, y: np.exp(-0.5 * x * x) * sp.erf(x * y / SQRT_2) / (-2 * SQRT_2PI),
    lambda x, y: np.exp(-0.5 * x * x * (1 + y * y)) / (2 * math.pi * (1 + y * y)),
)
several(
    sp.fresnel,
    sine=lambda g, x: g * np.sin(0.5 * math.pi * x * x),
    cosine=lambda g, x: g * np.cos(0.5 * math.pi * x * x),
)
