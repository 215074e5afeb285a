"""Determinants, of singular matrices too, whose determinant has a gradient like any other.

That of A is the matrix of cofactors: det(A) A^-T where A has an inverse (Giles 2008, 2.2.4).
"""

from typing import Any

import numpy as np

from autograd_lite.core.batched import Batched
from autograd_lite.core.declare import general, several
from autograd_lite.core.overriding import known
from autograd_lite.core.tensor import value_of

# How many directions are filled where the values are not known: more of them make the determinant
# of M, a polynomial, inexact; fewer leave matrices out.
WIDEST = 8

general(np.linalg.det, lambda g, x, out: scaled(g, cofactors(x, out)))

several(
    np.linalg.slogdet,
    sign=lambda g, x, sign: sign_pull(g, x, sign),
    logabsdet=lambda g, x, sign: inverse_transpose_times(g, x, sign),
)


def scaled(g: Any, x: Any) -> Any:
    """A number for each matrix of a stack, times that matrix."""
    return np.expand_dims(g, (-2, -1)) * x


def sign_pull(g: Any, x: Any, sign: Any) -> Any:
    """The sign of a real determinant does not move; a complex one turns: d sign = i sign Im(..)."""
    if x.dtype.kind != "c":
        return np.zeros(x.shape, x.dtype)
    return inverse_transpose_times(np.imag(g * sign) * 1j, x, sign)


def inverse_transpose_times(g: Any, x: Any, sign: Any) -> Any:
    """g x^-T; NaN for a singular matrix, the logarithm of whose determinant has no derivative."""
    singular = np.expand_dims(value_of(sign) == 0, (-2, -1))
    regular = np.where(singular, np.eye(x.shape[-1], dtype=x.dtype), x)
    nothing = np.expand_dims(value_of(g) == 0, (-2, -1))
    return np.where(singular, np.where(nothing, 0, np.nan), scaled(g, np.linalg.inv(regular).mT))


def cofactors(x: Any, out: Any) -> Any:
    """The matrix of cofactors, also of singular matrices, to any order of differentiation.

    Let A be singular, or nearly, in r directions. B = A + C, with a constant C of rank r that
    fills them up, has an inverse, and C = L R gives det(A) = det(B) det(M), M = 1 - R B^-1 L (the
    matrix determinant lemma). M is r by r and small: its determinant and adjugate are polynomials.
    """
    if known(value_of(out)) and np.all(all_examples(out) != 0):
        inverse = np.linalg.inv(x)
        if well_conditioned(all_examples(x), all_examples(inverse)):
            return scaled(out, inverse.mT)
    left, right = filling(value_of(x))
    B = x + np.matmul(left, right)
    inverse = np.linalg.inv(B)
    onto, off = np.matmul(inverse, left), np.matmul(right, inverse)
    M = np.eye(right.shape[-2], dtype=x.dtype) - np.matmul(right, onto)
    det, adjugate = small_determinant(M)
    moved = np.matmul(np.matmul(onto, adjugate), off)
    return scaled(np.linalg.det(B), (scaled(det, inverse) + moved).mT)


def all_examples(x: Any) -> Any:
    """The values of all matrices at once: one decision is made for a whole stack."""
    x = value_of(x)
    while isinstance(x, Batched):
        x = x.entries
    return x


def limit(dtype: Any) -> float:
    """Beyond this condition number an inverse has lost half its digits."""
    return float(1 / np.sqrt(np.finfo(dtype).eps))


def well_conditioned(x: Any, inverse: Any) -> bool:
    """By the bound of the condition number that the largest sums of entries give."""
    sizes = (np.max(np.sum(np.abs(a), axis=-1), axis=-1, initial=0) for a in (x, inverse))
    with np.errstate(all="ignore"):
        return not np.any(np.prod(list(sizes), axis=0) > limit(x.dtype))


def filling(x: Any) -> tuple[Any, Any]:
    """L and R, of the least width r for all matrices, so that x + L R is well conditioned."""
    U, S, Vh = np.linalg.svd(x)
    top = np.where(S[..., :1] == 0, 1, S[..., :1])
    n = x.shape[-1]
    r = min(n, WIDEST)
    if known(S):
        small = all_examples(S * limit(x.dtype) <= top)
        r = int(np.max(np.count_nonzero(small, axis=-1), initial=0))
    return U[..., n - r :] * np.expand_dims((top - S)[..., n - r :], -2), Vh[..., n - r :, :]


def small_determinant(M: Any) -> tuple[Any, Any]:
    """Determinant and adjugate by sums and products only (Faddeev and LeVerrier)."""
    n = M.shape[-1]
    eye = np.eye(n, dtype=M.dtype)
    adjugate, det = eye, np.ones(M.shape[:-2], M.dtype)
    for k in range(1, n + 1):
        product = np.matmul(M, adjugate)
        det = np.trace(product, axis1=-2, axis2=-1) / k
        if k < n:
            adjugate = scaled(det, eye) - product
    return det, adjugate
