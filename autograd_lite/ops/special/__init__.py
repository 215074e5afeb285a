"""The ufuncs of `scipy.special`, one row each, the derivative beside the function.

Nothing imports this package at once: it needs SciPy, which is optional. It is loaded when a ufunc
that no row knows meets a tensor while `scipy.special` is loaded. What has no row here is refused
by name. Formulas without another source are those of Olver et al. (editors): NIST Digital Library
of Mathematical Functions, https://dlmf.nist.gov.
"""

from autograd_lite.ops.special import (
    bessel,
    elementary,
    elliptic,
    entropy,
    error,
    gamma,
    hypergeometric,
    integrals,
    logistic,
    powers,
    robust,
)

__all__ = [
    "bessel",
    "elementary",
    "elliptic",
    "entropy",
    "error",
    "gamma",
    "hypergeometric",
    "integrals",
    "logistic",
    "powers",
    "robust",
]
