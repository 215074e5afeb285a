"""Value and gradients of a transformer block: attention and a feed-forward part.

Both are normalized before and added to what they were computed from; no mask, no dropout. The
loss is the mean of the squares of the output. `arrays` are the gradients of the last step: that of
the input, then those of the parameters in the order of `Params`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

BATCH, LENGTH, WIDTH, HEADS = 8, 128, 128, 4
HEAD_WIDTH, HIDDEN = WIDTH // HEADS, 4 * WIDTH
NORM_EPS = 1e-5
# gelu(u) is u / 2 * (1 + tanh(GELU_SCALE * (u + GELU_CUBIC * u**3))).
GELU_SCALE, GELU_CUBIC = (2 / np.pi) ** 0.5, 0.044715


class Params(NamedTuple):
    """All matrices have shape (out, in). The projection's rows are queries, keys and values, one
    third each, and in each third the heads one after the other."""

    norm1_weight: Floats
    norm1_bias: Floats
    project_weight: Floats
    project_bias: Floats
    merge_weight: Floats
    merge_bias: Floats
    norm2_weight: Floats
    norm2_bias: Floats
    widen_weight: Floats
    widen_bias: Floats
    narrow_weight: Floats
    narrow_bias: Floats


def data() -> tuple[Floats, Params]:
    """The input, of shape (BATCH, LENGTH, WIDTH), and the parameters, anew from a fixed seed."""
    rng = np.random.default_rng(18)

    def matrix(rows: int, columns: int) -> Floats:
        return (rng.standard_normal((rows, columns)) / columns**0.5).astype(np.float32)

    def vector(size: int, around: float = 0.0) -> Floats:
        return (around + rng.uniform(-0.2, 0.2, size)).astype(np.float32)

    x = rng.standard_normal((BATCH, LENGTH, WIDTH)).astype(np.float32)
    return x, Params(
        norm1_weight=vector(WIDTH, 1.0),
        norm1_bias=vector(WIDTH),
        project_weight=matrix(3 * WIDTH, WIDTH),
        project_bias=vector(3 * WIDTH),
        merge_weight=matrix(WIDTH, WIDTH),
        merge_bias=vector(WIDTH),
        norm2_weight=vector(WIDTH, 1.0),
        norm2_bias=vector(WIDTH),
        widen_weight=matrix(HIDDEN, WIDTH),
        widen_bias=vector(HIDDEN),
        narrow_weight=matrix(WIDTH, HIDDEN),
        narrow_bias=vector(WIDTH),
    )
