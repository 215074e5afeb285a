"""Decompositions, equations, determinants and norms.

Eigenvectors and the like enter as what no sign or phase can change; a function of Hermitian
matrices is called on x + x^H, since it reads one triangle only. Complex matrices are made of two
real operands inside the call.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cases.kinds import Array, Case, convention, real, shaped

la = np.linalg


def regular(*shape: int, seed: int = 0) -> Array:
    """Matrices with well separated singular values, and eigenvalues that are real."""
    rng = np.random.default_rng(seed)
    k = min(shape[-2:])
    noise = 0.15 * rng.uniform(-1, 1, shape)
    noise[..., range(k), range(k)] += [1.0, -2.1, 3.3, 4.6, -5.4, 6.7][:k]
    return noise


def hermitian(x: Any) -> Any:
    return x + np.conjugate(x.mT)


def definite(x: Any) -> Any:
    return x @ np.conjugate(x.mT) + np.eye(x.shape[-1], dtype=x.dtype)


def mixed(*parts: Any) -> Any:
    """All results in one number, each entry with a weight of its own."""
    total: Any = 0.0
    for part in parts:
        weights = np.cos(np.arange(part.size) + 1.0).reshape(part.shape)
        total = total + np.sum(weights.astype(part.real.dtype) * part)
    return total


def projected(vectors: Any, weights: Any = None) -> Any:
    """What is left of orthonormal vectors when signs and phases do not count."""
    weights = np.arange(1.0, vectors.shape[-1] + 1) if weights is None else weights
    return (vectors * weights.astype(vectors.real.dtype)) @ np.conjugate(vectors.mT)


def eigh_parts(x: Any, uplo: str = "L") -> Any:
    found = la.eigh(hermitian(x), UPLO=uplo)
    return mixed(found.eigenvalues, projected(found.eigenvectors))


def eig_parts(x: Any) -> Any:
    w, v = la.eig(x)
    return mixed(np.real(w), np.imag(w), np.square(np.abs(v)))


def svd_parts(x: Any, full: bool = False) -> Any:
    U, S, Vh = la.svd(x, full_matrices=full)
    V, k = np.conjugate(Vh.mT), S.shape[-1]
    both = U[..., :k] @ Vh[..., :k, :]
    rests = [projected(W[..., k:], np.ones(W.shape[-1] - k)) for W in (U, V)]
    return mixed(S, projected(U[..., :k]), projected(V[..., :k]), both, *rests)


def hermitian_svd_parts(x: Any) -> Any:
    U, S, Vh = la.svd(hermitian(x), hermitian=True)
    return mixed(S, projected(U), U @ Vh)


def qr_parts(x: Any) -> Any:
    return mixed(*la.qr(x))


def complex_case(name: str, function: Callable[..., Any], *shape: int) -> Case:
    """A function of complex matrices as one of two real operands."""

    def call(x: Any, y: Any) -> Any:
        found = function(x + 1j * y)
        return mixed(np.real(found), np.imag(found))

    return shaped(f"{name}, complex", call, regular(*shape), 0.2 * real(*shape, seed=3),
                  float32=False)  # fmt: skip


DECOMPOSITIONS = [
    shaped("cholesky", lambda x: la.cholesky(definite(x)), regular(3, 3)),
    shaped("cholesky of a stack", lambda x: la.cholesky(definite(x)), regular(2, 2, 2)),
    shaped("cholesky, upper", lambda x: la.cholesky(definite(x), upper=True), regular(2, 2)),
    shaped("cholesky of no matrices", lambda x: la.cholesky(definite(x)), real(0, 2, 2)),
    shaped("cholesky of a number", lambda x: la.cholesky(definite(x)), real(1, 1)),
    complex_case("cholesky", lambda z: la.cholesky(definite(z)), 2, 2),
    shaped("qr", qr_parts, regular(3, 3)),
    shaped("qr, tall", qr_parts, regular(2, 3, 2)),
    shaped("qr, wide", qr_parts, regular(2, 4)),
    shaped("qr, Q alone", lambda x: la.qr(x).Q, regular(3, 2)),
    shaped("qr, R alone", lambda x: la.qr(x, "r"), regular(3, 2)),
    shaped("qr, complete", lambda x: la.qr(x, mode="complete").Q, regular(2, 3)),
    shaped("qr of no matrices", qr_parts, real(0, 3, 2)),
    complex_case("qr", qr_parts, 3, 2),
    shaped("eigh", eigh_parts, regular(3, 3)),
    shaped("eigh, upper", lambda x: eigh_parts(x, "U"), regular(2, 2)),
    shaped("eigh of a stack", eigh_parts, regular(2, 2, 2)),
    shaped("eigh of no matrices", eigh_parts, real(0, 2, 2)),
    shaped("eigh of a diagonal", eigh_parts, np.diag([1.0, 2.5, -0.5])),
    complex_case("eigh", eigh_parts, 2, 2),
    shaped("eigvalsh", lambda x: la.eigvalsh(hermitian(x)), regular(2, 3, 3)),
    shaped("eigvalsh, upper", lambda x: la.eigvalsh(hermitian(x), UPLO="U"), regular(3, 3)),
    shaped("eig", eig_parts, regular(3, 3)),
    shaped("eig of a stack", eig_parts, regular(2, 2, 2)),
    shaped("eig, no real eigenvalues", eig_parts, np.array([[0.3, -1.2], [0.9, 0.4]]),
           float32=False),
    shaped("eigvals", la.eigvals, regular(2, 3, 3)),
    complex_case("eig", eig_parts, 2, 2),
    shaped("svd", svd_parts, regular(3, 3)),
    shaped("svd, tall", svd_parts, regular(3, 2)),
    shaped("svd, wide", svd_parts, regular(2, 2, 3)),
    shaped("svd, full and tall", lambda x: svd_parts(x, True), regular(4, 2)),
    shaped("svd, full and wide", lambda x: svd_parts(x, True), regular(2, 2, 3)),
    shaped("svd of no matrices", svd_parts, real(0, 2, 3)),
    shaped("svd of no rows", svd_parts, real(0, 3)),
    shaped("svd, values", lambda x: la.svd(x, compute_uv=False), regular(2, 3, 2)),
    shaped("svd, hermitian", hermitian_svd_parts, regular(3, 3)),
    shaped("svd, hermitian values",
           lambda x: la.svd(hermitian(x), compute_uv=False, hermitian=True), regular(2, 3, 3)),
    shaped("svdvals", la.svdvals, regular(3, 2)),
    complex_case("svd", svd_parts, 3, 2),
    complex_case("svd, full", lambda z: svd_parts(z, True), 2, 3),
]  # fmt: skip

ONE_DIRECTION = np.outer([1.0, 2.0, -1.0], [0.5, 1.0, 2.0])  # rank 1

EQUATIONS = [
    shaped("inv", la.inv, regular(3, 3), analytic=True),
    shaped("inv of a stack", la.inv, regular(2, 2, 2), analytic=True),
    shaped("inv of no matrices", la.inv, real(0, 2, 2)),
    complex_case("inv", la.inv, 2, 2),
    shaped("solve", la.solve, regular(3, 3), real(3, 2), analytic=True),
    shaped("solve, a vector", la.solve, regular(3, 3), real(3), analytic=True),
    shaped("solve, stacks", la.solve, regular(2, 2, 2), real(2, 3), analytic=True),
    shaped("solve, one vector for a stack", la.solve, regular(2, 2, 2), real(2), analytic=True),
    shaped("solve, named", lambda a, b: la.solve(b=b, a=a), regular(2, 2), real(3, 2, 1)),
    shaped("solve, nothing", la.solve, real(0, 2, 2), real(2, 1)),
    complex_case("solve", lambda z: la.solve(z, z[..., :1] * z[..., :1]), 2, 2),
    shaped("pinv", la.pinv, regular(3, 3)),
    shaped("pinv, tall", la.pinv, regular(2, 3, 2)),
    shaped("pinv, wide", la.pinv, regular(2, 3)),
    shaped("pinv, rtol", lambda x: la.pinv(x, rtol=1e-3), regular(3, 2)),
    shaped("pinv, hermitian", lambda x: la.pinv(hermitian(x), rcond=1e-9, hermitian=True),
           regular(2, 2)),
    shaped("pinv of one rank less", lambda x, y: la.pinv(x @ y, rcond=1e-6), regular(3, 2),
           regular(2, 3, seed=1)),
    shaped("pinv of nothing", la.pinv, real(2, 0)),
    complex_case("pinv", la.pinv, 3, 2),
    shaped("lstsq", lambda a, b: mixed(*la.lstsq(a, b)[:2]), regular(4, 2), real(4, 2)),
    shaped("lstsq, a vector", lambda a, b: mixed(*la.lstsq(a, b, None)[:2]), regular(3, 2),
           real(3)),
    shaped("lstsq, wide", lambda a, b: la.lstsq(a, b)[0], regular(2, 3), real(2, 1)),
    shaped("lstsq, values", lambda a: la.lstsq(a, np.ones(3, a.dtype))[3], regular(3, 2)),
    complex_case("lstsq", lambda z: mixed(*la.lstsq(z, z[:, :1] * z[:, :1])[:2]), 3, 2),
    *(shaped(f"matrix_power {n}", lambda x, n=n: la.matrix_power(x, n), regular(2, 2, 2),
             analytic=True) for n in (-2, -1, 0, 1, 2, 5, 6)),
    shaped("tensorsolve", la.tensorsolve, regular(6, 6).reshape(2, 3, 6), real(2, 3)),
    shaped("tensorsolve, axes", lambda a, b: la.tensorsolve(a, b, axes=(0, 2)),
           regular(6, 6).reshape(2, 3, 2, 3).transpose(2, 0, 3, 1), real(2, 3)),
    shaped("tensorinv", la.tensorinv, regular(4, 4).reshape(2, 2, 4)),
    shaped("tensorinv, ind", lambda a: la.tensorinv(a, ind=1), regular(4, 4).reshape(4, 2, 2)),
]  # fmt: skip

DETERMINANTS = [
    shaped("det", la.det, regular(3, 3), analytic=True),
    shaped("det of a stack", la.det, regular(2, 2, 2), analytic=True),
    shaped("det of no matrices", la.det, real(0, 2, 2)),
    shaped("det of an empty matrix", la.det, real(2, 0, 0)),
    shaped("det of a number", la.det, real(1, 1)),
    complex_case("det", la.det, 2, 2),
    shaped("det, rank less by one", la.det, np.diag([1.5, -0.5, 0.0])[[1, 2, 0]]),
    shaped("det, rank 1", la.det, ONE_DIRECTION),
    shaped("det of zeros", la.det, np.zeros((2, 3, 3))),
    shaped("det, some singular", la.det, np.stack([np.eye(3), ONE_DIRECTION, regular(3, 3)])),
    shaped("slogdet", lambda x: la.slogdet(x).logabsdet, regular(3, 3)),
    shaped("slogdet of a stack", lambda x: mixed(*la.slogdet(x)), regular(2, 2, 2)),
    shaped("slogdet of no matrices", lambda x: mixed(*la.slogdet(x)), real(0, 2, 2)),
    complex_case("slogdet", lambda z: mixed(*la.slogdet(z)), 2, 2),
]  # fmt: skip

VECTOR_ORDERS = [None, 1, 2, 3, 0.5, 1.5, -1, -2, np.inf, -np.inf]
MATRIX_ORDERS = [None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf]

NORMS = [
    *(shaped(f"norm of a vector, {order}", lambda x, order=order: la.norm(x, order), real(3))
      for order in VECTOR_ORDERS),
    *(shaped(f"norm of vectors, {order}",
             lambda x, order=order: la.norm(x, order, axis=-2, keepdims=True), real(2, 3, 2))
      for order in (None, 1, 3, np.inf)),
    *(shaped(f"norm of a matrix, {order}", lambda x, order=order: la.norm(x, order),
             regular(2, 3)) for order in MATRIX_ORDERS),
    *(shaped(f"norm of matrices, {order}", lambda x, order=order: la.norm(x, order, axis=(2, 0)),
             np.moveaxis(regular(2, 3, 2), 1, 2)) for order in ("fro", "nuc", 1, -2)),
    shaped("norm of matrices, keepdims", lambda x: la.norm(x, 1, (-1, 0), True), real(2, 3, 2)),
    shaped("norm of all", la.norm, real(2, 2, 2)),
    shaped("norm of all, keepdims", lambda x: la.norm(x, keepdims=True), real(2, 3)),
    shaped("norm of nothing", lambda x: la.norm(x, axis=0), real(0, 3)),
    shaped("norm of a number", la.norm, np.array(-0.7)),
    shaped("largest of nothing", lambda x: la.norm(x, np.inf, axis=0), real(0, 3)),
    shaped("vector_norm", la.vector_norm, real(2, 3)),
    shaped("vector_norm, axes", lambda x: la.vector_norm(x, axis=(0, -1), ord=3), real(2, 3, 2)),
    shaped("vector_norm, keepdims", lambda x: la.vector_norm(x, keepdims=True, ord=1), real(2, 2)),
    shaped("matrix_norm", la.matrix_norm, real(2, 2, 3)),
    shaped("matrix_norm, keepdims", lambda x: la.matrix_norm(x, keepdims=True, ord="nuc"),
           regular(2, 2, 3)),
    *(complex_case(f"norm, {order}", lambda z, order=order: la.vector_norm(z, ord=order), 2, 2)
      for order in (2, 1, 3)),
    complex_case("norm, nuc", lambda z: la.norm(z, "nuc"), 2, 2),
    *(shaped(f"cond {p}", lambda x, p=p: la.cond(x, p), regular(3, 3))
      for p in (None, 2, -2, 1, -1, np.inf, -np.inf, "fro", "nuc")),
    shaped("cond of a stack", la.cond, regular(2, 3, 2)),
]  # fmt: skip

CASES = [*DECOMPOSITIONS, *EQUATIONS, *DETERMINANTS, *NORMS]

CONSTANT = [
    ("matrix_rank", lambda x: la.matrix_rank(np.outer(x, x))),
    ("einsum_path", lambda x: np.einsum_path("i,i,i->", x, x, x)),
    ("norm 0", lambda x: la.norm(x, 0)),
]

CONVENTIONS = [
    convention("norm at zero", lambda x: la.norm(x * np.ones(3)), (0.0,), 0, 0),
    convention("frobenius at zero", lambda x: la.norm(x * np.ones((2, 2)), "fro"), (0.0,), 0, 0),
    convention("norm 3 at zero", lambda x: la.norm(x * np.ones(3), 3), (0.0,), 0, 0),
    convention("norm 1 at zero", lambda x: la.norm(x * np.ones(3), 1), (0.0,), 0, 0),
    convention("norm inf, a tie", lambda x, y: la.norm(np.stack([x, y]), np.inf), (-2.0, 2.0), 2,
               -0.5, 0.5),
]  # fmt: skip
