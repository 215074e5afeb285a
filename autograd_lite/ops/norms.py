"""Norms of vectors and matrices, and condition numbers.

At a kink a norm takes the gradient of PyTorch's: 0 at the zero vector, a tie shared equally.
"""

from typing import Any

import numpy as np

from autograd_lite.core.declare import derived, general
from autograd_lite.core.tensor import conjugated, value_of

Axis = int | tuple[int, ...] | None

euclidean = general(
    lambda x, axis=None, keepdims=False: np.sqrt(np.sum(squares(x), axis=axis, keepdims=keepdims)),
    lambda g, x, out, axis=None, keepdims=False: conjugated(x) * spread(
        np.where(value_of(out) == 0, 0, g / nonzero(out)), axis, keepdims),
    name="norm",
)  # fmt: skip
power_norm = general(
    lambda x, order, axis=None, keepdims=False: (
        np.sum(np.abs(x) ** order, axis=axis, keepdims=keepdims) ** (1 / order)
    ),
    lambda g, x, out, order, axis=None, keepdims=False: spread(g, axis, keepdims) * power_slope(
        x, spread(out, axis, keepdims), order),
    name="p_norm",
)  # fmt: skip


def squares(x: Any) -> Any:
    return np.real(np.conjugate(x) * x) if x.dtype.kind == "c" else np.square(x)


def nonzero(x: Any) -> Any:
    return np.where(value_of(x) == 0, 1, x)


def spread(g: Any, axis: Axis, keepdims: bool) -> Any:
    """`g` with the reduced axes back as ones."""
    return g if keepdims or axis is None else np.expand_dims(g, axis)


def power_slope(x: Any, out: Any, order: float) -> Any:
    """(|x| / out)^(order - 1) in the direction of x, 0 where x is 0."""
    zero = (value_of(x) == 0) | (value_of(out) == 0)
    x = np.where(zero, 1, x)
    size = np.abs(x)
    direction = conjugated(x) / size if x.dtype.kind == "c" else np.sign(value_of(x))
    return np.where(zero, 0, (size / nonzero(out)) ** (order - 1) * direction)


def length(x: Any, order: Any, axis: Axis, keepdims: bool) -> Any:
    """The norm of vectors, which may lie along several axes."""
    if order is None or order == 2:
        return euclidean(x, axis=axis, keepdims=keepdims)
    if isinstance(order, str):
        raise ValueError(f"norm: order {order!r} is for matrices, not for vectors.")
    if order == 0:
        return np.count_nonzero(x, axis=axis, keepdims=keepdims).astype(np.abs(value_of(x)).dtype)
    if order == 1:
        return np.sum(np.abs(x), axis=axis, keepdims=keepdims)
    if order == np.inf:
        return largest(np.abs(x), axis, keepdims)
    if order == -np.inf:
        return np.min(np.abs(x), axis=axis, keepdims=keepdims)
    return power_norm(x, order=float(order), axis=axis, keepdims=keepdims)


def largest(x: Any, axis: Axis, keepdims: bool = False) -> Any:
    """The maximum of numbers that are not negative: of none, it is 0."""
    return (np.max if x.size else np.sum)(x, axis=axis, keepdims=keepdims)


def size_of_matrix(x: Any, order: Any) -> Any:
    """The norm of the matrices on the last two axes."""
    if order in (None, "fro", "f"):
        return euclidean(x, axis=(-2, -1))
    if order == "nuc":
        return np.sum(np.linalg.svdvals(x), axis=-1)
    if order == 2:
        return largest(np.linalg.svdvals(x), -1)
    if order == -2:
        return np.min(np.linalg.svdvals(x), axis=-1)
    if order not in (1, -1, np.inf, -np.inf):
        raise ValueError(
            f"norm: order {order!r} of a matrix; it is one of 'fro', 'nuc', 1, -1, 2, -2, inf, "
            "-inf."
        )
    sums = np.sum(np.abs(x), axis=-2 if abs(order) == 1 else -1)
    return largest(sums, -1) if order > 0 else np.min(sums, axis=-1)


@derived(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """np.linalg.norm, of vectors along one axis or of matrices along two, every order."""
    if axis is None:
        if ord is None or (ord in ("fro", "f") and x.ndim == 2):
            return euclidean(x, keepdims=keepdims)
        axis = tuple(range(x.ndim))
    axes = axis if isinstance(axis, tuple) else (axis,)
    if len(axes) == 1:
        return length(x, ord, axes[0], keepdims)
    if len(axes) != 2:
        raise ValueError(
            f"norm: of order {ord} along {len(axes)} axes; a norm is of vectors (one axis) or "
            "matrices (two). Use np.linalg.vector_norm for more."
        )
    found = size_of_matrix(np.moveaxis(x, axes, (-2, -1)), ord)
    return np.expand_dims(found, axes) if keepdims else found


@derived(np.linalg.vector_norm)
def vector_norm(x: Any, /, *, axis: Axis = None, keepdims: bool = False, ord: Any = 2) -> Any:
    return length(x, ord, axis, keepdims)


@derived(np.linalg.matrix_norm)
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    return np.linalg.norm(x, ord, axis=(-2, -1), keepdims=keepdims)


@derived(np.linalg.cond)
def cond(x: Any, p: Any = None) -> Any:
    """np.linalg.cond: the norm of a matrix times that of its inverse; inf if it has none."""
    value = np.linalg.cond(value_of(x), p)
    singular = np.isinf(value)
    other = np.eye(*x.shape[-2:], dtype=x.dtype)
    regular = np.where(np.expand_dims(singular, (-2, -1)), other, x)
    if p in (None, 2, -2):
        values = np.linalg.svdvals(regular)
        first, last = (-1, 0) if p == -2 else (0, -1)
        ratio = values[..., first] / values[..., last]
    else:
        ratio = size_of_matrix(regular, p) * size_of_matrix(np.linalg.inv(regular), p)
    return np.where(singular, value, ratio)
