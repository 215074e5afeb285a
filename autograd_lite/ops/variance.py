"""How far entries lie from their mean: variance and standard deviation."""

import warnings
from typing import Any

import numpy as np

from autograd_lite.core.declare import further, general
from autograd_lite.core.overriding import known
from autograd_lite.core.tensor import value_of
from autograd_lite.ops.reduce import Axis, axes_of, count, counted, floating, kept, restore

general(
    np.var,
    lambda g, x, axis=None, ddof=0, keepdims=False: (
        restore(g, x, axis, keepdims) * (2 / free(x, axis, ddof)) * centered(x, axis)
    ),
)
general(
    np.std,
    lambda g, x, out, axis=None, ddof=0, keepdims=False: (
        restore(g / nonzero(out), x, axis, keepdims) / free(x, axis, ddof) * centered(x, axis)
    ),
)


def nonzero(x: Any) -> Any:
    return np.where(value_of(x) == 0, 1, x)


def free(x: Any, axis: Axis, ddof: float) -> Any:
    """The number of degrees of freedom; a division by none gives inf, as NumPy's value is."""
    return np.maximum(count(x, axis) - ddof, 0).astype(x.dtype)


def centered(x: Any, axis: Axis) -> Any:
    """What each entry lies above the mean (for complex numbers, its conjugate)."""
    if not x.size:
        return x
    above = x - np.mean(x, axis=axis, keepdims=True)
    return np.conjugate(above) if x.dtype.kind == "c" else above


@further(np.var)
def var_among(
    a: Any,
    axis: Axis = None,
    dtype: Any = None,
    ddof: float = 0,
    keepdims: bool = False,
    where: Any = True,
    mean: Any = None,
    correction: float | None = None,
) -> Any:
    """np.var of the entries that a mask leaves, about a mean that may be given."""
    floating("var", dtype)
    x = a if dtype is None else np.astype(a, dtype)
    dtype = np.finfo(x.dtype).dtype
    n = counted(x, axis, where, dtype)
    squares = squared_distances(x, axis, where, mean, n)
    n = np.maximum(n - degrees(ddof, correction), 0).astype(dtype)
    if known(n) and np.any(n == 0):
        warnings.warn("Degrees of freedom <= 0 for slice", RuntimeWarning, stacklevel=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.sum(squares, axis=axis, keepdims=True) / n
    return found if keepdims else np.squeeze(found, axes_of(axis, x.ndim))


def squared_distances(x: Any, axis: Axis, where: Any, mean: Any, n: Any) -> Any:
    """The squared distances from the mean, 0 for entries that are left out."""
    if mean is None:
        x = kept(x, where, 0)
        mean = np.sum(x, axis=axis, keepdims=True) / np.maximum(n, 1)
    above = kept(x - mean, where, 0)
    return np.real(above * np.conjugate(above)) if above.dtype.kind == "c" else np.square(above)


def degrees(ddof: float, correction: float | None) -> float:
    """The degrees of freedom that are lost, by either of their names."""
    if correction is None:
        return ddof
    if ddof:
        raise ValueError("ddof and correction can't be provided simultaneously.")
    return correction


@further(np.std)
def std_among(
    a: Any,
    axis: Axis = None,
    dtype: Any = None,
    ddof: float = 0,
    keepdims: bool = False,
    where: Any = True,
    mean: Any = None,
    correction: float | None = None,
) -> Any:
    return root(var_among(a, axis, dtype, ddof, keepdims, where, mean, correction))


def root(x: Any) -> Any:
    """The square root, with slope 0 at 0: as for the std of equal entries."""
    return np.where(value_of(x) == 0, 0, np.sqrt(nonzero(x)))
