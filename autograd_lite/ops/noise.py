"""Noise that keeps a network from relying on any one entry."""

from typing import Any

import numpy as np

from autograd_lite.random import generator


def dropout(
    x: Any, p: float = 0.5, training: bool = True, *, rng: np.random.Generator | None = None
) -> Any:
    """Zero each entry with probability p and divide the others by 1 - p; x itself outside training.

    Srivastava et al.: Dropout (2014), section 10, where the scaling is part of training.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"dropout: p is a probability, from 0 to 1; found {p}.")
    if not training or p == 0:
        return x
    stays = generator(rng).random(x.shape, dtype=np.float32) >= p
    return x * (stays * x.dtype.type(1 / (1 - p) if p < 1 else 0))
