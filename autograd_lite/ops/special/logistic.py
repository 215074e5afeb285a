"""The logistic function, its logarithm and its inverse.

The derivatives are written with both tails, expit(x) and expit(-x) = 1 - expit(x), so that
neither is rounded away.
"""

import scipy.special as sp

from autograd_lite.core.declare import elementwise

elementwise(sp.expit, lambda x: sp.expit(x) * sp.expit(-x))
elementwise(sp.log_expit, lambda x: sp.expit(-x))
elementwise(sp.logit, lambda g, x: g / (x * (1 - x)))
