"""Singular values: A = U diag(S) V^H, and what is made of them.

Sources, for real matrices: M. Giles, An extended collection of matrix derivative results (2008),
3.2; J. Townsend, Differentiating the singular value decomposition (2016). The signs and phases of
the vectors are LAPACK's choice; a gradient is that of a loss that does not depend on them. Where
singular values meet, or one is zero, the vectors' gradient is infinite; that of the values is not.
"""

from typing import Any

import numpy as np

from autograd_lite.core.declare import derived, several
from autograd_lite.core.tensor import conjugated, value_of
from autograd_lite.ops.decompositions import adjoint, differences, on_diagonal, over_gaps, skew

full_svd = several(
    lambda x, full_matrices=True: np.linalg.svd(x, full_matrices=full_matrices),
    name="svd",
    U=lambda g, U, S, Vh, full_matrices=True: left_pull(g, U, S, Vh),
    S=lambda g, U, Vh, full_matrices=True: values_pull(g, U, Vh),
    Vh=lambda g, U, S, Vh, full_matrices=True: left_pull(g.mT, Vh.mT, S, U.mT).mT,
)

SVDResult = type(np.linalg.svd(np.ones((1, 1))))


def values_pull(g: Any, U: Any, Vh: Any) -> Any:
    """U* diag(g) V^T."""
    k = g.shape[-1]
    return np.matmul(
        conjugated(U[..., :k]) * np.expand_dims(g, -2), conjugated(Vh[..., :k, :])
    )  # fmt: skip


def left_pull(g: Any, U: Any, S: Any, Vh: Any) -> Any:
    """The part of the cotangent that comes through U; that through V^H is the same of A^T.

    The columns of U beyond the singular values turn against the others: N^H dU = -(U^H dN)^H.
    """
    k, rows = S.shape[-1], U.shape[-2]
    thin, rest = U[..., :k], U[..., k:]
    g, g_rest = g[..., :k], g[..., k:]
    if rest.shape[-1]:
        g = g - np.matmul(conjugated(rest), np.matmul(adjoint(g_rest), conjugated(thin)))
    inside = np.matmul(thin.mT, g)
    turn = turn_of_both(skew(inside), S)
    right = conjugated(Vh[..., :k, :])
    pulled = np.matmul(np.matmul(conjugated(thin), turn), right)
    if rows > k:
        outside = g - np.matmul(conjugated(thin), inside)
        pulled = pulled + np.matmul(over_values(outside, S), right)
    return pulled


def turn_of_both(turn: Any, S: Any) -> Any:
    """turn_ij s_j / (s_j^2 - s_i^2); a phase, of complex vectors, is shared by U and V."""
    sums = np.expand_dims(S, -2) + np.expand_dims(S, -1)
    found = over_gaps(turn, differences(S) * sums) * np.expand_dims(S, -2)
    if turn.dtype.kind != "c":
        return found
    return found + np.where(on_diagonal(turn), over_values(turn, S) / 4, 0)


def over_values(x: Any, S: Any) -> Any:
    """x_ij / s_j, 0 where nothing is to be divided by nothing."""
    values = np.expand_dims(S, -2)
    nothing = (value_of(values) == 0) & (value_of(x) == 0)
    return np.where(nothing, 0, x) / np.where(nothing, 1, values)


@derived(np.linalg.svd)
def svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    """np.linalg.svd, with all its options."""
    if not compute_uv:
        return hermitian_values(a) if hermitian else np.linalg.svdvals(a)
    return hermitian_svd(a) if hermitian else full_svd(a, full_matrices=bool(full_matrices))


@derived(np.linalg.svdvals)
def svdvals(x: Any, /) -> Any:
    return full_svd(x, full_matrices=False)[1]


def hermitian_values(a: Any) -> Any:
    w = np.linalg.eigvalsh(a)
    return np.abs(np.matmul(np.expand_dims(w, -2), by_size(w))[..., 0, :])


def hermitian_svd(a: Any) -> Any:
    """The singular values of a Hermitian matrix are the sizes of its eigenvalues."""
    w, v = np.linalg.eigh(a)
    order = by_size(w)
    w = np.matmul(np.expand_dims(w, -2), order)[..., 0, :]
    U = np.matmul(v, order)
    return SVDResult(U, np.abs(w), adjoint(U * np.expand_dims(np.sign(value_of(w)), -2)))


def by_size(w: Any) -> Any:
    """The matrix that permutes columns so that the entries of `w` fall in size."""
    order = np.flip(np.argsort(np.abs(value_of(w)), axis=-1), -1)
    rows = np.arange(w.shape[-1])[:, None]
    return (rows == np.expand_dims(order, -2)).astype(w.dtype)
