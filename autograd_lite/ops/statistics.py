"""Statistics of several entries that count differently, and of several variables."""

import warnings
from typing import Any

import numpy as np

from autograd_lite.core.declare import derived
from autograd_lite.core.overriding import known
from autograd_lite.core.tensor import value_of
from autograd_lite.ops.differences import array_of
from autograd_lite.ops.reduce import Axis, axes_of, count


@derived(np.average)
def average(
    a: Any,
    axis: Axis = None,
    weights: Any = None,
    returned: bool = False,
    *,
    keepdims: bool = False,
) -> Any:
    """np.average; the weights may be a tensor too."""
    a = array_of(a)
    if weights is None:
        mean = np.mean(a, axis=axis, keepdims=keepdims)
        total = mean.dtype.type(count(a, axis))
    else:
        weights = weights_along(array_of(weights), a, axis)
        dtype = np.result_type(a.dtype, weights.dtype)
        total = np.sum(weights, axis=axis, dtype=dtype, keepdims=keepdims)
        if known(value_of(total)) and np.any(value_of(total) == 0):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        mean = np.sum(a * weights, axis=axis, keepdims=keepdims) / total
    return (mean, np.broadcast_to(total, mean.shape)) if returned else mean


def weights_along(weights: Any, a: Any, axis: Axis) -> Any:
    """The weights with an axis for each of `a`."""
    if weights.shape == a.shape:
        return weights
    if axis is None:
        raise TypeError("Axis must be specified when shapes of a and weights differ.")
    axes = axes_of(axis, a.ndim)
    if weights.shape != tuple(a.shape[i] for i in axes):
        raise ValueError(
            f"average: weights of shape {weights.shape} for axis {axis} of shape {a.shape}; "
            "they must have the shape of `a`, or of `a` along these axes."
        )
    ordered = np.transpose(weights, np.argsort(axes).tolist())
    return np.reshape(ordered, tuple(n if i in axes else 1 for i, n in enumerate(a.shape)))


@derived(np.cov)
def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    """np.cov; the weights `aweights` may be a tensor too."""
    if ddof is not None and ddof != int(ddof):
        raise ValueError("ddof must be integer")
    x = variables(m, y, rowvar, dtype)
    if not x.shape[0]:
        return np.matmul(x, x.T)
    ddof = ddof if ddof is not None else 0 if bias else 1
    weights = weights_of(x.shape[1], fweights, aweights)
    mean, total = np.average(x, axis=1, weights=weights, returned=True)
    above = x - np.expand_dims(mean, 1)
    weighted = above if weights is None else above * weights
    n = x.shape[1] if weights is None else total[0]
    lost = ddof if aweights is None else ddof * np.sum(weights * aweights) / n
    left = n - lost
    if not known(value_of(left)):
        left = np.where(left <= 0, 0, left)
    elif value_of(left) <= 0:
        warnings.warn("Degrees of freedom <= 0 for slice", RuntimeWarning, stacklevel=2)
        left = np.zeros((), x.dtype)
    return np.squeeze(np.matmul(weighted, np.conjugate(above).T) / left)


def variables(m: Any, y: Any, rowvar: bool, dtype: Any) -> Any:
    """The variables, a row each; in double precision unless another is asked for."""
    given = [array_of(v) for v in (m, y) if v is not None]
    if any(v.ndim > 2 for v in given):
        raise ValueError(f"cov: two dimensions at most; found {[v.shape for v in given]}.")
    dtype = np.result_type(*(v.dtype for v in given), np.float64) if dtype is None else dtype
    rows = [np.atleast_2d(v.astype(dtype)) for v in given]
    if not rowvar and given[0].ndim == 2:
        rows[0] = rows[0].T
    if not rowvar and len(rows) > 1 and rows[1].shape[0] != 1:
        rows[1] = rows[1].T
    return rows[0] if len(rows) == 1 else np.concatenate(rows, axis=0)


def weights_of(n: int, fweights: Any, aweights: Any) -> Any:
    """Both kinds of weights in one, or None."""
    if fweights is None and aweights is None:
        return None
    given = [array_of(w) for w in (fweights, aweights) if w is not None]
    if all(known(value_of(w)) for w in given):
        # NumPy judges the weights: their shapes, and that none is negative.
        np.cov(np.zeros(n), ddof=0, fweights=value_of(fweights), aweights=value_of(aweights))
    return given[0] if len(given) == 1 else given[0] * given[1]


@derived(np.corrcoef)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    c = cov(x, y, rowvar, dtype=dtype)
    if not c.ndim:
        return c / c
    deviation = np.sqrt(np.real(np.diagonal(c)))
    c = c / np.expand_dims(deviation, -1) / deviation
    if c.dtype.kind == "c":
        return np.clip(np.real(c), -1, 1) + 1j * np.clip(np.imag(c), -1, 1)
    return np.clip(c, -1, 1)
