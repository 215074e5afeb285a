"""Matrices taken apart: eigenvalues, singular values, QR, Cholesky; for stacks of matrices too.

What a decomposition leaves open, the sign or phase of each vector, LAPACK chooses. A gradient is
that of a loss that does not depend on the choice. Where eigenvalues (or singular values) meet,
the vectors turn infinitely fast and their gradient is infinite; that of the values is finite.
`cholesky` and `eigh` are functions of Hermitian matrices, and so are their gradients, although
NumPy reads one triangle only; this is PyTorch's convention.

Sources, for real matrices: M. Giles, An extended collection of matrix derivative results for
forward and reverse mode algorithmic differentiation (2008); M. Seeger et al., Auto-differentiating
linear algebra (2017). A cotangent g of a complex x stands for Re(g dx), so where these have a
gradient there is its conjugate here, and the transposes and conjugates fall as they do.
"""

from typing import Any, Literal

import numpy as np

from autograd_lite.core.declare import derived, general, several
from autograd_lite.core.tensor import conjugated, value_of
from autograd_lite.errors import NotDifferentiableError


def adjoint(x: Any) -> Any:
    return conjugated(x.mT)


def inverse_transpose_times(x: Any, y: Any) -> Any:
    """x^-T y."""
    return np.linalg.solve(x.mT, y)


def on_diagonal(x: Any) -> Any:
    """Whether an entry of these square matrices is on the diagonal."""
    return np.eye(x.shape[-1], dtype=bool)


def over_gaps(x: Any, gaps: Any) -> Any:
    """x / gaps off the diagonal, 0 on it; also 0 where nothing is to be divided by no gap."""
    nothing = on_diagonal(x) | ((value_of(gaps) == 0) & (value_of(x) == 0))
    return np.where(nothing, 0, x) / np.where(nothing, 1, gaps)


def skew(x: Any) -> Any:
    """The skew-Hermitian part, twice: how an orthonormal basis can turn."""
    return x - adjoint(x)


def differences(x: Any) -> Any:
    """x[j] - x[i] at row i and column j."""
    return np.expand_dims(x, -2) - np.expand_dims(x, -1)


# Cholesky: A = L L^H (Giles 2008, 2.2.3 is another way to the same; Seeger et al. 2017, 3.1)

cholesky = general(
    lambda x: np.linalg.cholesky(x), lambda g, out: cholesky_pull(g, out), name="cholesky"
)


def cholesky_pull(g: Any, out: Any) -> Any:
    """The gradient by the lower triangle, shared equally with the upper: a Hermitian matrix."""
    inner = half_diagonal(np.tril(np.matmul(out.mT, g)))
    right = inverse_transpose_times(conjugated(out), inner.mT).mT  # inner L*^-1
    half = inverse_transpose_times(out, right)
    return (half + adjoint(half)) / 2


def half_diagonal(x: Any) -> Any:
    """The matrix with half its diagonal, of which only the real part counts."""
    return np.where(on_diagonal(x), np.real(x) / 2, x)


@derived(np.linalg.cholesky)
def cholesky_of(a: Any, /, *, upper: bool = False) -> Any:
    """np.linalg.cholesky: L with A = L L^H, or U with A = U^H U."""
    return adjoint(cholesky(adjoint(a))) if upper else cholesky(a)


# QR (Seeger et al. 2017, 3.3; complex: as in PyTorch). R must have an inverse.

tall_qr = several(
    lambda x: np.linalg.qr(x),
    name="qr",
    Q=lambda g, Q, R: times_inverse_transpose(
        g + np.matmul(conjugated(Q), mirrored(-np.matmul(Q.mT, g))), R
    ),
    R=lambda g, Q, R: times_inverse_transpose(
        np.matmul(conjugated(Q), mirrored(np.matmul(np.triu(g), R.mT))), R
    ),
)


def times_inverse_transpose(x: Any, r: Any) -> Any:
    """x R^-T."""
    return np.linalg.solve(r, x.mT).mT


def mirrored(x: Any) -> Any:
    """The Hermitian matrix with the upper triangle of `x` and the real part of its diagonal."""
    upper = half_diagonal(np.triu(x))
    return upper + adjoint(upper)


@derived(np.linalg.qr)
def qr(a: Any, mode: str = "reduced") -> Any:
    """np.linalg.qr, the modes "reduced" and "r"; "complete" where it is the same as "reduced".

    Of a wide matrix the first columns make Q, and R = Q^H A.
    """
    m, n = a.shape[-2:]
    if mode not in ("reduced", "r", "complete") or (mode == "complete" and m > n):
        raise NotDifferentiableError(
            f"qr: mode={mode!r} has no gradient for matrices of {m} rows and {n} columns: what it "
            "returns beyond mode='reduced' can be chosen freely. Use mode='reduced'."
        )
    found = tall_qr(a[..., :m] if m < n else a)
    if m < n:
        further = np.matmul(adjoint(found.Q), a[..., m:])
        found = type(found)(found.Q, np.concatenate([found.R, further], axis=-1))
    return found.R if mode == "r" else found


# Hermitian eigenvalues: A = V diag(w) V^H (Giles 2008, 3.1; Seeger et al. 2017, 3.4)

several(
    np.linalg.eigh,
    eigenvalues=lambda g, eigenvectors, UPLO="L": np.matmul(
        conjugated(eigenvectors) * np.expand_dims(g, -2), eigenvectors.mT
    ),
    eigenvectors=lambda g, eigenvalues, eigenvectors, UPLO="L": turned_basis(
        g, eigenvalues, eigenvectors
    ),
)


def turned_basis(g: Any, w: Any, v: Any) -> Any:
    """V* (skew(V^T g) / (w_j - w_i)) V^T: of a change of the basis only the turn counts."""
    turn = over_gaps(skew(np.matmul(v.mT, g)) / 2, differences(w))
    return np.matmul(np.matmul(conjugated(v), turn), v.mT)


@derived(np.linalg.eigvalsh)
def eigvalsh(a: Any, UPLO: Literal["L", "U"] = "L") -> Any:
    return np.linalg.eigh(a, UPLO=UPLO)[0]


# Eigenvalues of any matrix: A V = V diag(w), each column of V of length 1 (Giles 2008, 3.1)

several(
    np.linalg.eig,
    eigenvalues=lambda g, eigenvectors: inverse_transpose_times(
        eigenvectors, np.expand_dims(g, -1) * eigenvectors.mT
    ),
    eigenvectors=lambda g, eigenvalues, eigenvectors: inverse_transpose_times(
        eigenvectors,
        np.matmul(moved_eigenvectors(g, eigenvalues, eigenvectors), eigenvectors.mT),
    ),
)


def moved_eigenvectors(g: Any, w: Any, v: Any) -> Any:
    """(V^T g, less what would change the lengths) / (w_j - w_i)."""
    moved = np.matmul(v.mT, g)
    longer = np.real(np.diagonal(moved, axis1=-2, axis2=-1))
    overlap = np.matmul(v.mT, conjugated(v))
    return over_gaps(moved - overlap * np.expand_dims(longer, -2), differences(w))


@derived(np.linalg.eigvals)
def eigvals(a: Any) -> Any:
    return np.linalg.eig(a)[0]
