"""Linear equations, inverses and powers of matrices, for stacks of them too.

Sources: M. Giles, An extended collection of matrix derivative results (2008), 2.2; for the
pseudo-inverse, G. Golub and V. Pereyra, The differentiation of pseudo-inverses and nonlinear least
squares problems whose variables separate (1973). NumPy's LinAlgError (a singular matrix) passes
through.
"""

import math
import operator
from typing import Any

import numpy as np

from autograd_lite.core.declare import constant, derived, general
from autograd_lite.core.overriding import checked, known
from autograd_lite.core.tensor import conjugated, value_of
from autograd_lite.ops.decompositions import adjoint

general(np.linalg.inv, lambda g, out: -np.matmul(np.matmul(out.mT, g), out.mT))

solve_columns = general(
    lambda x, y: np.linalg.solve(x, y),
    lambda g, x, out: -np.matmul(np.linalg.solve(x.mT, g), out.mT),
    lambda g, x: np.linalg.solve(x.mT, g),
    name="solve",
)

general(
    np.linalg.pinv,
    lambda g, x, out, rcond=None, hermitian=False, rtol=None: pinv_pull(g, x, out),
)

constant(np.linalg.matrix_rank)


def pinv_pull(g: Any, x: Any, out: Any) -> Any:
    """-P^T g P^T + (1 - AP)* g^H P* P^T + P^T P* g^H (1 - PA)*, for a rank that does not change."""
    pt, pc, gh = out.mT, conjugated(out), adjoint(g)
    ap, pa = conjugated(np.matmul(x, out)), conjugated(np.matmul(out, x))
    down, across = np.matmul(gh, np.matmul(pc, pt)), np.matmul(np.matmul(pt, pc), gh)
    direct = np.matmul(np.matmul(pt, g), pt)
    return down - np.matmul(ap, down) + across - np.matmul(across, pa) - direct


@derived(np.linalg.solve)
def solve(a: Any, b: Any) -> Any:
    """np.linalg.solve: x with a x = b, where b is one vector or a stack of matrices."""
    if len(np.shape(b)) == 1:
        return solve_columns(a, np.expand_dims(b, -1))[..., 0]
    return solve_columns(a, b)


RANK = (
    "lstsq: the matrix has not full rank, so that there are no residuals; this program was made "
    "for a matrix of full rank. Compile a function that does not use the residuals."
)

least_squares = general(
    lambda x, y, rcond: np.linalg.lstsq(x, y, rcond=rcond)[0],
    lambda g, x, y, rcond: pinv_pull(np.matmul(g, y.mT), x, np.linalg.pinv(x, rcond=rcond)),
    lambda g, x, rcond: np.matmul(np.linalg.pinv(x, rcond=rcond).mT, g),
    name="lstsq",
)


@derived(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: float | None = None) -> tuple[Any, Any, int, Any]:
    """np.linalg.lstsq: the shortest x for which |a x - b| is least, residuals, rank, values.

    All but the rank have gradients, those of matrices of this rank.
    """
    m, n = a.shape
    if rcond is None:
        rcond = float(np.finfo(np.result_type(a, b)).eps) * max(m, n)
    columns = b if len(b.shape) == 2 else np.expand_dims(b, -1)
    x = least_squares(a, columns, rcond=rcond)
    values = np.linalg.svdvals(a)
    rank: Any = np.count_nonzero(values > rcond * np.max(value_of(values), initial=0))
    rank = int(rank) if known(rank) else rank
    rest = columns - np.matmul(a, x)
    squares = np.sum(np.square(np.abs(rest)), axis=0)
    if m <= n or (known(rank) and rank < n):
        squares = squares[:0]
    elif not known(rank):
        one = np.ones((), values.dtype)
        squares = squares * checked(one, rank < n, ValueError, RANK)
    return (x if columns is b else x[..., 0]), squares, rank, values


@derived(np.linalg.matrix_power)
def matrix_power(a: Any, n: int) -> Any:
    """np.linalg.matrix_power by repeated squaring; n may be 0 or negative."""
    n = operator.index(n)
    if n == 1:
        return np.copy(a)
    if n == 0:
        return np.where(False, a, np.eye(a.shape[-1], dtype=a.dtype))
    if n < 0:
        a, n = np.linalg.inv(a), -n
    result = None
    while n:
        if n & 1:
            result = a if result is None else np.matmul(result, a)
        n >>= 1
        if n:
            a = np.matmul(a, a)
    return result


@derived(np.linalg.tensorsolve)
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """np.linalg.tensorsolve: x with tensordot(a, x, x.ndim) = b."""
    ndim, rows = len(a.shape), len(np.shape(b))
    if axes is not None:
        last = [axis % ndim for axis in axes]
        a = np.transpose(a, [i for i in range(ndim) if i not in last] + last)
    shape = a.shape[rows:]
    size = math.prod(shape)
    if math.prod(a.shape[:rows]) != size:
        raise np.linalg.LinAlgError(
            f"tensorsolve: a of shape {a.shape} is no square matrix from arrays of shape {shape} "
            f"to arrays of {rows} dimensions."
        )
    x = np.linalg.solve(np.reshape(a, (size, size)), np.ravel(b))
    return np.reshape(x, shape)


@derived(np.linalg.tensorinv)
def tensorinv(a: Any, ind: int = 2) -> Any:
    """np.linalg.tensorinv: the inverse of tensordot with `a` over its last axes."""
    if ind <= 0:
        raise ValueError(f"tensorinv: ind is a number of axes and must be positive; found {ind}.")
    rows, columns = a.shape[:ind], a.shape[ind:]
    inverse = np.linalg.inv(np.reshape(a, (math.prod(rows), math.prod(columns))))
    return np.reshape(inverse, (*columns, *rows))
