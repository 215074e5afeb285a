"""What stands between the examples of a `vmap` and what they share."""

from typing import Any

import numpy as np

import autograd_lite as ag
from cases.kinds import real, shaped


def wave(w: Any, t: Any) -> Any:
    return np.sum(np.sin(w * t))


def slopes(w: Any, x: Any) -> Any:
    """For each row of x the derivative by w, times w."""
    return ag.vmap(lambda t: w * ag.grad(lambda w: wave(w, t))(w))(x)


CASES = [
    shaped("vmap", lambda x: ag.vmap(np.prod)(x), real(3, 2), value=lambda x: np.prod(x, 1)),
    shaped("vmap with a shared operand", lambda w, x: ag.vmap(lambda t: wave(w, t))(x), real(2),
           real(3, 2, seed=1), value=lambda w, x: np.sum(np.sin(w * x), 1)),
    shaped("vmap of grad by a shared operand", slopes, real(2), real(3, 2, seed=1),
           value=lambda w, x: w * x * np.cos(w * x)),
    shaped("grad of vmap",
           lambda w, x: w * ag.grad(lambda w: np.sum(ag.vmap(wave, (None, 0))(w, x)))(w),
           real(2), real(3, 2, seed=1), value=lambda w, x: w * np.sum(x * np.cos(w * x), 0)),
]  # fmt: skip
