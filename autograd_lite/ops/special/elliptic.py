"""Complete elliptic integrals, and the incomplete ones by their angle.

The complete integrals are hypergeometric functions of their parameter (DLMF 19.5), whose
derivatives are smooth at 0; in the customary form, (E - (1 - m) K) / (2m (1 - m)), they are 0/0.
"""

import math

import numpy as np
import scipy.special as sp

from autograd_lite.core.declare import elementwise

EIGHTH = math.pi / 8

elementwise(sp.ellipk, lambda g, x: g * EIGHTH * sp.hyp2f1(0.5, 0.5, 2, x) / (1 - x))
elementwise(sp.ellipkm1, lambda g, x: g * -EIGHTH * sp.hyp2f1(0.5, 0.5, 2, 1 - x) / x)
elementwise(sp.ellipe, lambda x: -EIGHTH * sp.hyp2f1(0.5, 1.5, 2, x))
elementwise(sp.ellipkinc, lambda g, x, y: g / np.sqrt(1 - y * np.sin(x) ** 2), None)
elementwise(sp.ellipeinc, lambda x, y: np.sqrt(1 - y * np.sin(x) ** 2), None)
