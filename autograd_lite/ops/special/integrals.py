"""Integrals of elementary functions: exponential, sine and cosine integrals, the dilogarithm."""

import math
from typing import Any

import numpy as np
import scipy.special as sp

from autograd_lite.core.declare import elementwise, several


def sinhc(x: Any) -> Any:
    """sinh(x) / x, which is 1 at 0."""
    if x.dtype.kind == "c":
        return np.sinc(1j / math.pi * x)
    return 0.5 * (sp.exprel(x) + sp.exprel(-x))


def expn_slope(x: Any, y: Any, out: Any) -> Any:
    """The derivative of expn of order x at y; that of order 0 is exp(-y) / y."""
    lower = sp.expn(np.maximum(x - 1, 0), y)
    return -np.where(np.equal(x, 0), out * (1 + 1 / y), lower)


def spence_slope(x: Any) -> Any:
    """log(x) / (1 - x), which is -1 at 1 and smooth there."""
    if x.dtype.kind == "c":
        return np.log(x) / (1 - x)
    return -1 / sp.exprel(np.log(x))


elementwise(sp.expi, lambda g, x: g * np.exp(x) / x)
elementwise(sp.exp1, lambda g, x: -g * np.exp(-x) / x)
elementwise(sp.expn, None, expn_slope)
elementwise(sp.spence, lambda x: spence_slope(x))
elementwise(sp.wrightomega, lambda out: out / (1 + out))
several(sp.sici, si=lambda g, x: g * np.sinc(x / math.pi), ci=lambda g, x: g * np.cos(x) / x)
several(sp.shichi, shi=lambda g, x: g * sinhc(x), chi=lambda g, x: g * np.cosh(x) / x)
