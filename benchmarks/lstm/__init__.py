"""Value and gradients of a long short-term memory over a sequence, started from zeros.

The loss is the mean of the squares of all hidden states: each step has its say, so no gradient
fades to nothing on the way back to the first. `arrays` are the gradients of the last step: those
of the parameters in the order of `Params`, then that of the input.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

LENGTH, BATCH, WIDTH, HIDDEN = 100, 32, 64, 64


class Params(NamedTuple):
    """All have 4 * HIDDEN rows: a fourth each for the gates i, f, g and o, in this order. The
    matrices have shape (out, in)."""

    weight_ih: Floats
    weight_hh: Floats
    bias_ih: Floats
    bias_hh: Floats


def data() -> tuple[Floats, Params]:
    """The input, of shape (LENGTH, BATCH, WIDTH), and the parameters, anew from a fixed seed."""
    rng = np.random.default_rng(19)

    def uniform(*shape: int) -> Floats:
        bound = HIDDEN**-0.5
        return rng.uniform(-bound, bound, shape).astype(np.float32)

    x = rng.standard_normal((LENGTH, BATCH, WIDTH)).astype(np.float32)
    rows = 4 * HIDDEN
    return x, Params(uniform(rows, WIDTH), uniform(rows, HIDDEN), uniform(rows), uniform(rows))
