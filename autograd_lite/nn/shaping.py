"""Layers that change the shape only."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_lite.errors import ShapeError
from autograd_lite.nn.module import Module


class Flatten(Module):
    """The axes from `start_dim` to `end_dim` (which is among them) joined into one."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x: Any) -> Any:
        start, end = (d % max(x.ndim, 1) for d in (self.start_dim, self.end_dim))
        if start > end:
            raise ShapeError(
                f"Flatten: no axes from start_dim={self.start_dim} to end_dim={self.end_dim} in "
                f"shape {x.shape}."
            )
        joined = math.prod(x.shape[start : end + 1])
        return np.reshape(x, (*x.shape[:start], joined, *x.shape[end + 1 :]))

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """The axis `dim` taken apart into axes of these sizes; one of them may be -1."""

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        self.dim = dim
        self.unflattened_size = tuple(unflattened_size)

    def forward(self, x: Any) -> Any:
        dim = self.dim % x.ndim
        sizes = self.unflattened_size
        known = math.prod(size for size in sizes if size != -1)
        sizes = tuple(x.shape[dim] // max(known, 1) if size == -1 else size for size in sizes)
        if math.prod(sizes) != x.shape[dim]:
            raise ShapeError(
                f"Unflatten: axis {self.dim} of shape {x.shape} has {x.shape[dim]} entries, which "
                f"do not fill {self.unflattened_size}."
            )
        return np.reshape(x, (*x.shape[:dim], *sizes, *x.shape[dim + 1 :]))

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
