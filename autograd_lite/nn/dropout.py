"""Dropout as a layer, which is silent in evaluation mode."""

from typing import Any

import numpy as np

from autograd_lite import ops
from autograd_lite.nn.module import Module


class Dropout(Module):
    """In training each entry is zero with probability p, and the others are divided by 1 - p.

    In evaluation it hands on its input. `rng=None` draws from the library's generator.
    """

    def __init__(self, p: float = 0.5, *, rng: np.random.Generator | None = None) -> None:
        if not 0 <= p <= 1:
            raise ValueError(f"Dropout: p is a probability, from 0 to 1; found {p}.")
        self.p = p
        self._rng = rng

    def forward(self, x: Any) -> Any:
        return ops.dropout(x, self.p, self.training, rng=self._rng)

    def extra_repr(self) -> str:
        return f"p={self.p}"
