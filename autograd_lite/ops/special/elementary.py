"""SciPy's own spellings of elementary functions: more bases, more accuracy, degrees."""

import math

import numpy as np
import scipy.special as sp

from autograd_lite.core.declare import constant, elementwise
from autograd_lite.ops.elementwise import one_less, times_log

LN2, LN10, DEGREE = math.log(2), math.log(10), math.pi / 180

constant(sp.round)
elementwise(sp.exp2, lambda out: LN2 * out)
elementwise(sp.exp10, lambda out: LN10 * out)
elementwise(sp.expm1, lambda x: np.exp(x))
elementwise(sp.log1p, lambda g, x: g / (1 + x))
elementwise(sp.cbrt, lambda g, out: g / (3 * out * out))
elementwise(sp.cosm1, lambda x: -np.sin(x))
elementwise(
    sp.powm1,
    lambda x, y: y * np.power(x, one_less(y, x)),
    lambda x, y: times_log(np.power(x, y), x),
)
elementwise(sp.sindg, lambda x: DEGREE * sp.cosdg(x))
elementwise(sp.cosdg, lambda x: -DEGREE * sp.sindg(x))
elementwise(sp.tandg, lambda out: DEGREE * (1 + out * out))
elementwise(sp.cotdg, lambda out: -DEGREE * (1 + out * out))
elementwise(sp.radian, DEGREE, DEGREE / 60, DEGREE / 3600)  # degrees, minutes, seconds
