"""Bessel functions: the derivative of each is a sum of its neighbors in order (DLMF 10.6, 10.29).

By the order there is no derivative in closed form.
"""

from typing import Any

import numpy as np
import scipy.special as sp

from autograd_lite.core.declare import elementwise, several
from autograd_lite.core.tensor import value_of
from autograd_lite.errors import NotDifferentiableError


def sign_of(x: Any) -> Any:
    """The slope of |x|, by which i0e, i1e and ive are scaled; 0 at its kink."""
    if x.dtype.kind == "c":
        raise NotDifferentiableError(
            "ive is scaled by the absolute value of the real part, so it has no complex "
            "derivative; use iv, or ive of real operands."
        )
    return np.sign(value_of(x))


elementwise(sp.jv, None, lambda x, y: 0.5 * (sp.jv(x - 1, y) - sp.jv(x + 1, y)))
elementwise(sp.yv, None, lambda x, y: 0.5 * (sp.yv(x - 1, y) - sp.yv(x + 1, y)))
elementwise(sp.iv, None, lambda x, y: 0.5 * (sp.iv(x - 1, y) + sp.iv(x + 1, y)))
elementwise(sp.kv, None, lambda x, y: -0.5 * (sp.kv(x - 1, y) + sp.kv(x + 1, y)))
elementwise(sp.yn, None, lambda x, y: 0.5 * (sp.yv(x - 1, y) - sp.yv(x + 1, y)))
elementwise(sp.kn, None, lambda x, y: -0.5 * (sp.kv(x - 1, y) + sp.kv(x + 1, y)))

# exp(-|x|) I_v and exp(x) K_v
elementwise(
    sp.ive,
    None,
    lambda x, y, out: 0.5 * (sp.ive(x - 1, y) + sp.ive(x + 1, y)) - sign_of(y) * out,
)
elementwise(
    sp.kve, None, lambda x, y, out: out - 0.5 * (sp.kve(x - 1, y) + sp.kve(x + 1, y))
)  # fmt: skip

# Orders 0 and 1 have functions of their own.
elementwise(sp.j0, lambda x: -sp.j1(x))
elementwise(sp.j1, lambda x: 0.5 * (sp.j0(x) - sp.jv(2, x)))
elementwise(sp.y0, lambda x: -sp.y1(x))
elementwise(sp.y1, lambda x: 0.5 * (sp.y0(x) - sp.yv(2, x)))
elementwise(sp.i0, lambda x: sp.i1(x))
elementwise(sp.i1, lambda x: 0.5 * (sp.i0(x) + sp.iv(2, x)))
elementwise(sp.k0, lambda x: -sp.k1(x))
elementwise(sp.k1, lambda x: -0.5 * (sp.k0(x) + sp.kv(2, x)))
elementwise(sp.i0e, lambda x, out: sp.i1e(x) - sign_of(x) * out)
elementwise(sp.i1e, lambda x, out: 0.5 * (sp.i0e(x) + sp.ive(2, x)) - sign_of(x) * out)
elementwise(sp.k0e, lambda x, out: out - sp.k1e(x))
elementwise(sp.k1e, lambda x, out: out - 0.5 * (sp.k0e(x) + sp.kve(2, x)))

# Airy's equation: the second derivative is x times the function.
several(
    sp.airy,
    ai=lambda g, aip: g * aip,
    aip=lambda g, x, ai: g * x * ai,
    bi=lambda g, bip: g * bip,
    bip=lambda g, x, bi: g * x * bi,
)
