"""A table of vectors, looked up by number."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_lite.core.tensor import Tensor
from autograd_lite.nn import init
from autograd_lite.nn.module import Module


class Embedding(Module):
    """Row i of the weight (num_embeddings, embedding_dim) for each number i of an integer array.

    The weight starts normal. The row `padding_idx` starts at zero and gets no gradient.
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        *,
        dtype: DTypeLike = np.float32,
        rng: np.random.Generator | None = None,
    ) -> None:
        start = init.normal((num_embeddings, embedding_dim), dtype=dtype, rng=rng)
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise ValueError(
                    f"Embedding: padding_idx={padding_idx} is no row of {num_embeddings}."
                )
            padding_idx %= num_embeddings
            start[padding_idx] = 0
        self.padding_idx = padding_idx
        self.weight = Tensor(start, "weight")

    def forward(self, x: Any) -> Any:
        check_numbers(x, len(self.weight))
        rows = np.take(self.weight, x, axis=0)
        if self.padding_idx is None:
            return rows
        is_padding = np.expand_dims(np.equal(x, self.padding_idx), -1)
        return np.where(is_padding, rows.value, rows)

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.weight.shape[0]}, {self.weight.shape[1]}{padding}"


def check_numbers(x: Any, count: int) -> None:
    dtype = getattr(x, "dtype", None)
    if dtype is None or dtype.kind not in "iu":
        raise TypeError(f"Embedding: an array of integers is looked up; found {dtype or type(x)}.")
    if isinstance(x, np.ndarray) and x.size and not (x.min() >= 0 and x.max() < count):
        raise IndexError(
            f"Embedding: the numbers go from 0 to {count - 1}; found {x.min()} to {x.max()}."
        )
