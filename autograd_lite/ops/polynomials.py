"""Polynomials as vectors of coefficients, the highest power first."""

from typing import Any

import numpy as np

from autograd_lite.core.declare import derived
from autograd_lite.ops.differences import array_of


@derived(np.polyval)
def polyval(p: Any, x: Any) -> Any:
    """The polynomial's values at `x`, by Horner's rule."""
    p, x = array_of(p), array_of(x)
    y = np.zeros_like(x)
    for i in range(p.shape[0]):
        y = y * x + p[i]
    return y


def coefficients(p: Any) -> Any:
    return np.atleast_1d(array_of(p))


def padded(p: Any, n: int) -> Any:
    """The same polynomial with `n` coefficients."""
    missing = n - p.shape[0]
    return np.concatenate([np.zeros(missing, p.dtype), p]) if missing else p


@derived(np.polyadd)
def polyadd(a1: Any, a2: Any) -> Any:
    a1, a2 = coefficients(a1), coefficients(a2)
    n = max(a1.shape[0], a2.shape[0])
    return padded(a1, n) + padded(a2, n)


@derived(np.polysub)
def polysub(a1: Any, a2: Any) -> Any:
    return polyadd(a1, np.negative(a2))


@derived(np.polymul)
def polymul(a1: Any, a2: Any) -> Any:
    return np.convolve(a1, a2)


@derived(np.polyder)
def polyder(p: Any, m: int = 1) -> Any:
    if m < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    p = array_of(p)
    for _ in range(m):
        p = p[:-1] * np.arange(p.shape[0] - 1, 0, -1)
    return p


@derived(np.polyint)
def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """The integral of order `m`; `k` are the constants, in the order of the integrations."""
    if m < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    p = array_of(p)
    k = np.zeros(m) if k is None else np.atleast_1d(array_of(k))
    k = np.broadcast_to(k, (m,)) if k.shape[0] == 1 else k
    if k.shape[0] < m:
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    for i in range(m):
        divided = p / np.arange(p.shape[0], 0, -1, dtype=p.dtype)
        p = np.concatenate([divided, k[i : i + 1]])
    return p
