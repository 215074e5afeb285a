"""The transformation of Box and Cox, (x**y - 1) / y, its inverse, and exprel.

By x it is x**(y - 1). By y it is log(x)**2 exprel'(y log(x)), which is smooth at y = 0 too, since
the transformation is log(x) exprel(y log(x)). Box, Cox: An Analysis of Transformations (1964).
"""

from typing import Any

import numpy as np
import scipy.special as sp

from autograd_lite.core.declare import elementwise


def by_exponent(log: Any, exponent: Any) -> Any:
    """log**2 exprel'(exponent log)."""
    return log * log * (0.5 * sp.hyp1f1(2, 3, exponent * log))


elementwise(sp.exprel, lambda x: 0.5 * sp.hyp1f1(2, 3, x))
elementwise(
    sp.boxcox,
    lambda x, y: np.exp(sp.xlogy(y - 1, x)),
    lambda x, y: by_exponent(np.log(x), y),
)
elementwise(
    sp.boxcox1p,
    lambda x, y: np.exp(sp.xlog1py(y - 1, x)),
    lambda x, y: by_exponent(np.log1p(x), y),
)
elementwise(
    sp.inv_boxcox,
    lambda y, out: np.exp(sp.xlogy(1 - y, out)),
    lambda y, out: -np.exp(sp.xlogy(1 - y, out)) * by_exponent(np.log(out), y),
)
elementwise(
    sp.inv_boxcox1p,
    lambda y, out: np.exp(sp.xlog1py(1 - y, out)),
    lambda y, out: -np.exp(sp.xlog1py(1 - y, out)) * by_exponent(np.log1p(out), y),
)
