"""Diagonals and triangles of matrices."""

from typing import Any

import numpy as np

from autograd_lite.core.declare import constant, derived, linear
from autograd_lite.core.overriding import overridable

linear(np.tril, lambda g, k=0: np.tril(g, k))
linear(np.triu, lambda g, k=0: np.triu(g, k))
linear(np.diagonal,
    lambda g, x, offset=0, axis1=0, axis2=1: undiagonal(g, x, offset, axis1, axis2))  # fmt: skip
linear(np.trace,
    lambda g, x, offset=0, axis1=0, axis2=1: undiagonal(
        spread_diagonal(g, x, offset, axis1, axis2), x, offset, axis1, axis2))  # fmt: skip
embed_diagonal = linear(
    lambda x, shape, offset, axis1, axis2: put_on_diagonal(x, shape, offset, axis1, axis2),
    lambda g, shape, offset, axis1, axis2: np.diagonal(g, offset, axis1, axis2),
    name="embed_diagonal",
)

constant(np.tril_indices_from, np.triu_indices_from, np.diag_indices_from)


def undiagonal(g: Any, x: Any, offset: int, axis1: int, axis2: int) -> Any:
    return embed_diagonal(g, shape=x.shape, offset=offset, axis1=axis1, axis2=axis2)


def spread_diagonal(g: Any, x: Any, offset: int, axis1: int, axis2: int) -> Any:
    """`g` once for each entry of the diagonal."""
    rows, columns = x.shape[axis1], x.shape[axis2]
    length = max(min(rows + min(offset, 0), columns - max(offset, 0)), 0)
    return np.broadcast_to(np.expand_dims(g, -1), (*g.shape, length))


@overridable
def put_on_diagonal(x: Any, shape: Any, offset: int, axis1: int, axis2: int) -> Any:
    result = np.zeros(shape, x.dtype)
    length = np.arange(x.shape[-1])
    rows, columns = length - min(offset, 0), length + max(offset, 0)
    moved = np.moveaxis(result, (axis1, axis2), (-2, -1))
    moved[..., rows, columns] = x
    return result


@derived(np.diag)
def diag(v: Any, k: int = 0) -> Any:
    """np.diag: the diagonal of a matrix, or the matrix that has it."""
    if len(v.shape) == 2:
        return np.diagonal(v, k)
    if len(v.shape) != 1:
        raise ValueError(f"diag: a vector or a matrix is needed; found the shape {v.shape}.")
    n = v.shape[0] + abs(k)
    return embed_diagonal(v, shape=(n, n), offset=k, axis1=0, axis2=1)


@derived(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    return np.diag(np.ravel(v), k)
