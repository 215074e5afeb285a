"""Products of vectors, matrices and stacks of them."""

import numpy as np

import autograd_lite as ag
from cases.kinds import real, shaped

CONSTANT_ROW = np.ones((1, 3), np.float32)

PRODUCTS = [
    shaped(f"matmul {shapes}", np.matmul, real(*shapes[0]), real(*shapes[1], seed=1),
           analytic=True)
    for shapes in [
        ((2, 3), (3, 2)), ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 1, 3), (3, 2)),
        ((2, 2, 3), (2, 3, 1)), ((2, 1, 2, 3), (2, 3, 2)), ((3,), (2, 3, 2)), ((2, 2, 3), (3,)),
        ((2, 0), (0, 3)), ((0, 2), (2, 3)), ((1, 1), (1, 1)), ((2, 2, 0, 3), (3,)),
    ]
] + [
    shaped(f"dot {shapes}", np.dot, real(*shapes[0]), real(*shapes[1], seed=1), analytic=True)
    for shapes in [((), (2,)), ((2,), (2,)), ((2, 3), (3, 2)), ((2, 2, 3), (3,)),
                   ((2, 3), (2, 3, 2))]
] + [
    shaped(f"inner {shapes}", np.inner, real(*shapes[0]), real(*shapes[1], seed=1), analytic=True)
    for shapes in [((3,), (3,)), ((2, 3), (4, 3)), ((), (2,))]
] + [
    shaped("x @ x.T", lambda x: x @ x.T, real(2, 3), analytic=True),
    shaped("method dot", lambda x: x.dot(CONSTANT_ROW[0]), real(2, 3), analytic=True),
    shaped("vdot", np.vdot, real(2, 3), real(3, 2, seed=1)),
    shaped("outer", np.outer, real(2), real(3, seed=1), analytic=True),
    shaped("outer, raveled", np.outer, real(2, 2), np.array(0.5), analytic=True),
    shaped("tensordot", np.tensordot, real(2, 3, 2), real(3, 2, 2, seed=1), analytic=True),
    shaped("tensordot, axes", lambda x, y: np.tensordot(x, y, axes=((0, -1), (1, 0))),
           real(2, 3, 2), real(2, 2, seed=1), analytic=True),
    shaped("tensordot, outer", lambda x, y: np.tensordot(x, y, axes=0), real(2), real(3, seed=1),
           analytic=True),
    shaped("tensordot of np.linalg", lambda x, y: np.linalg.tensordot(x, y, axes=1), real(2, 3),
           real(3, 2, seed=1), analytic=True),
    shaped("matmul of np.linalg", np.linalg.matmul, real(2, 3), real(3, 2, seed=1)),
    shaped("outer of np.linalg", np.linalg.outer, real(2), real(3, seed=1), analytic=True),
    shaped("trace of np.linalg", lambda x: np.linalg.trace(x, offset=1), real(2, 3, 3),
           analytic=True),
    shaped("diagonal of np.linalg", lambda x: np.linalg.diagonal(x, offset=-1), real(2, 3, 2),
           analytic=True),
    shaped("matrix_transpose of np.linalg", np.linalg.matrix_transpose, real(2, 3, 2)),
    shaped("vecdot", np.vecdot, real(2, 3), real(3, seed=1)),
    shaped("vecdot, axis", lambda x, y: np.vecdot(x, y, axis=0), real(3, 2), real(3, 1, seed=1)),
    shaped("vecdot of np.linalg", lambda x, y: np.linalg.vecdot(x, y, axis=0), real(2, 2),
           real(2, 2, seed=1)),
    shaped("vecdot of nothing", np.vecdot, real(2, 0), real(2, 0)),
    shaped("vecdot, complex", lambda x, y: np.real(np.vecdot(x + 2j * y, 1j * y + x * x)),
           real(2, 3), real(2, 3, seed=1), float32=False),
    shaped("vdot, complex", lambda x, y: np.abs(np.vdot(x + 1j * y, y - 2j * x * y)), real(3),
           real(3, seed=1), float32=False),
    shaped("cross", np.cross, real(2, 3), real(3, seed=1), analytic=True),
    shaped("cross, axes", lambda x, y: np.cross(x, y, axisa=0, axisb=-1, axisc=0), real(3, 2),
           real(2, 3, seed=1), analytic=True),
    shaped("cross, axis", lambda x, y: np.cross(x, y, axis=0), real(3, 2), real(3, 2, seed=1)),
    shaped("cross of np.linalg", lambda x, y: np.linalg.cross(x, y, axis=0), real(3, 1),
           real(3, 2, seed=1), analytic=True),
    shaped("kron", np.kron, real(2, 3), real(1, 2, seed=1), analytic=True),
    shaped("kron, fewer axes", np.kron, real(2), real(2, 1, 2, seed=1), analytic=True),
    shaped("kron with a number", np.kron, real(2, 2), np.array(0.7), analytic=True),
    *(shaped(f"multi_dot {shapes}", lambda *xs: np.linalg.multi_dot(xs),
             *(real(*shape, seed=i) for i, shape in enumerate(shapes)), analytic=True)
      for shapes in [((2, 3), (3, 2)), ((3,), (3, 2), (2,)), ((2, 1), (1, 3), (3, 2)),
                     ((3, 2), (2, 1), (1, 2), (2,))]),
    shaped("affine", ag.affine, real(2, 3), real(4, 3, seed=1), real(4, seed=2),
           value=lambda x, w, b: x @ w.T + b),
    shaped("affine of a vector", ag.affine, real(3), real(4, 3, seed=1), real(4, seed=2),
           value=lambda x, w, b: w @ x + b),
    shaped("affine of a stack", ag.affine, real(2, 2, 3), real(4, 3, seed=1), real(4, seed=2),
           value=lambda x, w, b: x @ w.T + b),
    shaped("affine of no rows", ag.affine, real(0, 3), real(4, 3, seed=1), real(4, seed=2),
           value=lambda x, w, b: x @ w.T + b),
    shaped("affine without bias", ag.affine, real(2, 3), real(4, 3, seed=1),
           value=lambda x, w: x @ w.T),
    shaped("affine, named", lambda x, w, b: ag.affine(x, weight=w, bias=b), real(2, 3),
           real(4, 3, seed=1), real(4, seed=2), value=lambda x, w, b: x @ w.T + b),
]  # fmt: skip

VECTORS_AND_MATRICES = [
    *(shaped(f"matvec {shapes}", np.matvec, real(*shapes[0]), real(*shapes[1], seed=1))
      for shapes in [((2, 3), (3,)), ((2, 3), (2, 3)), ((2, 1, 2, 3), (2, 3)), ((0, 3), (3,))]),
    *(shaped(f"vecmat {shapes}", np.vecmat, real(*shapes[0]), real(*shapes[1], seed=1))
      for shapes in [((3,), (3, 2)), ((2, 3), (3, 2)), ((2, 3), (2, 1, 3, 2)), ((0,), (0, 2))]),
] if hasattr(np, "matvec") else []  # fmt: skip

EINSUM = [
    shaped(f"einsum {subscripts} of {shapes}", lambda *xs, s=subscripts: np.einsum(s, *xs),
           *(real(*shape, seed=i) for i, shape in enumerate(shapes)), analytic=True)
    for subscripts, *shapes in [
        ("ij,jk->ik", (2, 3), (3, 2)), ("ij,jk", (2, 3), (3, 2)), ("ij->ji", (2, 3)),
        ("ij->", (2, 3)), ("ij->j", (2, 3)), ("ii->i", (3, 3)), ("ii", (3, 3)),
        ("iij->ij", (2, 2, 3)), ("i,i->", (3,), (3,)), ("i,j->ij", (2,), (3,)),
        ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)), ("...ij,...jk->...ik", (2, 2, 3), (3, 2)),
        ("...i,i", (2, 3), (3,)), ("ij,kj->ik", (2, 3), (4, 3)), ("ij,j,i->", (2, 3), (3,), (2,)),
        ("ij,jk,kl->il", (2, 3), (3, 2), (2, 2)), ("ij,kl->jl", (2, 3), (2, 2)),
        ("ii,ij->j", (2, 2), (2, 3)), ("ii,jk->jk", (2, 2), (2, 3)), (",ij->ij", (), (2, 3)),
        ("ij,jk->ik", (2, 1), (3, 2)), ("i...,i...->...", (2, 3), (2, 1)),
        ("ii,ij->j", (1, 1), (3, 2)),
        ("ij, jk -> ki", (2, 3), (3, 2)), ("i,i,i->i", (3,), (3,), (3,)),
        ("...ii->...i", (2, 2, 2)), ("...,...", (2, 1), (3,)), ("i,j,k->kji", (2,), (1,), (3,)),
        ("iji,i->j", (2, 3, 2), (2,)), ("Ab,bA", (2, 3), (3, 2)), ("...", (2,)),
        ("ij,jk->ik", (2, 0), (0, 3)), ("ijk->ki", (2, 3, 2)),
    ]
] + [
    shaped("einsum, optimized", lambda x, y, z: np.einsum("ij,jk,k->i", x, y, z, optimize=True),
           real(2, 3), real(3, 4, seed=1), real(4, seed=2), analytic=True),
    shaped("einsum, axis numbers", lambda x, y: np.einsum(x, [0, 1], y, [1, 2], [2, 0]),
           real(2, 3), real(3, 2, seed=1), analytic=True),
    shaped("einsum, axis numbers, implicit", lambda x, y: np.einsum(x, [7, 3], y, (7, 30)),
           real(2, 3), real(2, 2, seed=1), analytic=True),
    shaped("einsum, axis numbers, ellipsis",
           lambda x, y: np.einsum(x, [..., 0], y, [0, 1], [1, ...]), real(2, 1, 3),
           real(3, 2, seed=1), analytic=True),
    shaped("einsum, a path", lambda x, y, z: np.einsum(
        "ij,jk,kl", x, y, z, optimize=["einsum_path", (1, 2), (0, 1)]), real(2, 3),
        real(3, 2, seed=1), real(2, 2, seed=2), analytic=True),
    shaped("einsum, all at once", lambda x, y, z: np.einsum(
        "i,ij,j->", x, y, z, optimize=["einsum_path", (0, 1, 2)]), real(2), real(2, 3, seed=1),
        real(3, seed=2), analytic=True),
    shaped("einsum, optimal", lambda x, y, z: np.einsum(
        "...ij,jk,...k->i...", x, y, z, optimize="optimal"), real(2, 2, 3), real(1, 2, seed=1),
        real(2, 2, seed=2), analytic=True),
    shaped("einsum, dtype", lambda x: np.einsum("ij->j", x, dtype=np.float64), real(2, 3),
           float32=False),
    shaped("einsum of one tensor twice", lambda x: np.einsum("ij,ik->jk", x, x), real(2, 3),
           analytic=True),
]  # fmt: skip

CASES = [*PRODUCTS, *VECTORS_AND_MATRICES, *EINSUM]
