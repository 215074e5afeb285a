"""The Taylor test: how fast the remainder falls says whether the derivatives are right.

    |f(x + hv) - f(x) - h <g, v>|                    falls with h**2
    |f(x + hv) - f(x) - h <g, v> - h**2/2 <v, Hv>|   falls with h**3

A wrong gradient leaves a term in h, a wrong Hessian one in h**2, whatever the size of h: there is
no step to choose, only a rate to fit.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

HALVINGS = 16
FITTED = 4  # the smallest steps whose remainder stands above rounding


def rate(
    change: Callable[[float], float], derivatives: tuple[float, ...], noise: float
) -> tuple[float | None, float]:
    """The power of the step with which the remainder falls, and the error that it shows.

    `change(h)` is f(x + hv) - f(x), `noise` its rounding error. The rate is None where the
    remainder vanishes in rounding: the Taylor polynomial is all there is. The error is that of
    the last derivative, which the remainder divided by its power of the step tends to.
    """
    steps, remainders = [], []
    order = len(derivatives)
    factorials = (1.0, 2.0)
    for k in range(1, HALVINGS + 1):
        h = 0.5**k
        terms = sum(h ** (n + 1) * d / factorials[n] for n, d in enumerate(derivatives))
        remainder = abs(change(h) - terms)
        if np.isfinite(remainder) and remainder > 50 * noise:
            steps.append(h)
            remainders.append(remainder)
    if len(steps) < 2:
        return None, 0.0
    error = remainders[-1] / steps[-1] ** order * factorials[order - 1]
    if steps[-1] > 0.5**HALVINGS and remainders[-1] / 2**order > 100 * noise:
        error = 0.0  # it vanishes at once where the line crosses the last kink, at a distance
    return fitted(np.array(steps[-FITTED:]), np.array(remainders[-FITTED:])), float(error)


def fitted(steps: npt.NDArray[np.float64], remainders: npt.NDArray[np.float64]) -> float:
    """The slope of log(remainder) over log(step)."""
    x, y = np.log(steps), np.log(remainders)
    x, y = x - x.mean(), y - y.mean()
    return float(np.sum(x * y) / np.sum(x * x))
