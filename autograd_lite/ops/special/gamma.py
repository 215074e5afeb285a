"""The gamma function and its family: logarithm, reciprocal, incomplete; beta and its family."""

import math
from typing import Any

import numpy as np
import scipy.special as sp

from autograd_lite.core.declare import Function, constant, elementwise
from autograd_lite.core.tensor import value_of
from autograd_lite.errors import NotDifferentiableError


def _polygamma(x: Any, n: int) -> Any:
    """The derivative of digamma of order n (DLMF 25.11.12)."""
    if x.dtype.kind == "c":
        raise NotDifferentiableError(
            "digamma has no derivative here at complex operands, so functions of the gamma "
            "family have a first derivative there and no second one."
        )
    if n == 0:
        return sp.digamma(x)
    return (-1) ** (n + 1) * float(sp.gamma(n + 1)) * sp.zeta(n + 1, x)


def rgamma_slope(x: Any) -> Any:
    """The derivative of 1 / gamma, which is smooth where gamma has its poles.

    Left of 1/2 by reflection: 1 / gamma(x) = sin(pi x) gamma(1 - x) / pi.
    """
    left = np.real(value_of(x)) < 0.5
    right, mirrored = np.where(left, 1, x), np.where(left, 1 - x, 1)
    by_reflection = sp.gamma(mirrored) * (
        np.cos(math.pi * mirrored) + np.sin(math.pi * mirrored) * sp.digamma(mirrored) / math.pi
    )
    return np.where(left, -by_reflection, -sp.digamma(right) * sp.rgamma(right))


def gamma_density(x: Any, y: Any) -> Any:
    """y**(x - 1) exp(-y) / gamma(x): the derivative of gammainc by its second operand."""
    return np.exp(sp.xlogy(x - 1, y) - y - sp.gammaln(x))


def beta_density(x: Any, y: Any, z: Any) -> Any:
    """z**(x - 1) (1 - z)**(y - 1) / beta(x, y): the derivative of betainc by its third."""
    return np.exp(sp.xlogy(x - 1, z) + sp.xlog1py(y - 1, -z) - sp.betaln(x, y))


polygamma: Function = elementwise(_polygamma, lambda x, n: polygamma(x, n=n + 1), name="polygamma")

constant(sp.gammasgn)
elementwise(sp.gamma, lambda x, out: out * sp.digamma(x))
elementwise(sp.gammaln, lambda x: sp.digamma(x))
elementwise(sp.loggamma, lambda x: sp.digamma(x))
elementwise(sp.rgamma, lambda x: rgamma_slope(x))
elementwise(sp.digamma, lambda x: polygamma(x, n=1), name="digamma")
if hasattr(sp._ufuncs, "_zeta"):  # what sp.zeta(x, q) calls, a name that SciPy keeps to itself
    elementwise(sp._ufuncs._zeta, None, lambda x, y: -x * sp.zeta(x + 1, y), name="zeta")
elementwise(
    sp.poch,
    lambda x, y, out: out * (sp.digamma(x + y) - sp.digamma(x)),
    lambda x, y, out: out * sp.digamma(x + y),
)
elementwise(
    sp.binom,
    lambda x, y, out: out * (sp.digamma(x + 1) - sp.digamma(x - y + 1)),
    lambda x, y, out: out * (sp.digamma(x - y + 1) - sp.digamma(y + 1)),
)
elementwise(
    sp.beta,
    lambda x, y, out: out * (sp.digamma(x) - sp.digamma(x + y)),
    lambda x, y, out: out * (sp.digamma(y) - sp.digamma(x + y)),
)
elementwise(
    sp.betaln,
    lambda x, y: sp.digamma(x) - sp.digamma(x + y),
    lambda x, y: sp.digamma(y) - sp.digamma(x + y),
)

# By their parameters the incomplete functions have no derivative in closed form.
elementwise(sp.gammainc, None, lambda x, y: gamma_density(x, y))
elementwise(sp.gammaincc, None, lambda x, y: -gamma_density(x, y))
elementwise(sp.gammaincinv, None, lambda x, out: 1 / gamma_density(x, out))
elementwise(sp.gammainccinv, None, lambda x, out: -1 / gamma_density(x, out))
elementwise(sp.betainc, None, None, lambda x, y, z: beta_density(x, y, z))
elementwise(sp.betaincc, None, None, lambda x, y, z: -beta_density(x, y, z))
elementwise(sp.betaincinv, None, None, lambda x, y, out: 1 / beta_density(x, y, out))
elementwise(sp.betainccinv, None, None, lambda x, y, out: -1 / beta_density(x, y, out))
