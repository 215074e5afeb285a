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
        ("ij, jk -> ki", (2, 3), (3, 2)), ("ij,jk->ik", (2, 0), (0, 3)), ("ijk->ki", (2, 3, 2)),
    ]
] + [
    shaped("einsum, optimized", lambda x, y, z: np.einsum("ij,jk,k->i", x, y, z, optimize=True),
           real(2, 3), real(3, 4, seed=1), real(4, seed=2), analytic=True),
    shaped("einsum of one tensor twice", lambda x: np.einsum("ij,ik->jk", x, x), real(2, 3),
           analytic=True),
]  # fmt: skip

CASES = [*PRODUCTS, *EINSUM]
