"""Value and gradient of the sum of the GELU, written out.

With t = tanh(s), s = GELU_SCALE * x * (1 + GELU_CUBIC * x**2), the value is x * (1 + t) / 2 and
the slope (1 + t) / 2 + x * (1 - t**2) * s' / 2.
"""

from typing import Any

import numpy as np
import problems
from problems import GELU_CUBIC, GELU_SCALE, Floats
from workloads import Steps, gradient_steps

PIECE = 16384  # entries: a few arrays of so many fit the cache next to a core


def steps() -> Steps:
    """The gradient is written into the same array at every step."""
    (x,) = problems.gelu().leaves
    slope = np.empty_like(x)
    scratch = np.empty((2, PIECE), np.float32)

    def value_and_gradient() -> tuple[Any, list[Floats]]:
        total = 0.0
        for start in range(0, len(x), PIECE):
            piece = x[start : start + PIECE]
            s, t = scratch[:, : len(piece)]
            total += float(gelu(piece, slope[start : start + PIECE], s, t))
        return np.float32(total), [slope]

    return gradient_steps(value_and_gradient)


def gelu(x: Floats, slope: Floats, s: Floats, t: Floats) -> Any:
    """The sum of the values; `slope` is filled in, `s` and `t` are scratch."""
    np.multiply(x, x, out=s)
    s *= GELU_SCALE * GELU_CUBIC
    np.add(s, GELU_SCALE, out=t)
    t *= x
    np.tanh(t, out=t)
    s *= 3
    s += GELU_SCALE
    s *= x  # now x * s'
    np.multiply(t, t, out=slope)
    np.subtract(1, slope, out=slope)
    slope *= s
    t += 1
    slope += t
    slope *= 0.5
    return np.vdot(x, t) / 2
