"""Products of vectors, matrices and stacks of them.

Two rows, `matmul` and `affine`; every other product is one of these, or entry by entry.
"""

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_lite.core.declare import derived, general, linear
from autograd_lite.core.tensor import conjugated

linear(
    np.matmul,
    lambda g, x, y: matmul_left(g, x, y),
    lambda g, x, y: matmul_right(g, x, y),
    formula=("g @ yᵀ", "xᵀ @ g"),
)


def matmul_left(g: Any, x: Any, y: Any) -> Any:
    """The cotangent of `x` in `x @ y`: g @ y.T."""
    if y.ndim > 1 and len(x.shape) > 1:
        return by_rows(g, y.T) if y.ndim == 2 < g.ndim else np.matmul(g, y.mT)
    if y.ndim > 1:
        return np.matmul(y, np.expand_dims(g, -1))[..., 0]
    return g * y if x.ndim == 1 else np.expand_dims(g, -1) * y


def matmul_right(g: Any, x: Any, y: Any) -> Any:
    """The cotangent of `y` in `x @ y`: x.T @ g."""
    if x.ndim > 2 == len(y.shape):
        return np.matmul(rows(x).T, rows(g))
    if x.ndim > 1 and len(y.shape) > 1:
        return np.matmul(x.mT, g)
    if x.ndim > 1:
        flat = math.prod(g.shape)
        return np.matmul(np.reshape(g, (flat,)), np.reshape(x, (flat, y.shape[0])))
    return g * x if y.ndim == 1 else np.expand_dims(x, -1) * np.expand_dims(g, -2)


def _affine(x: Any, weight: Any, bias: Any = None) -> Any:
    """x @ weight.T + bias, with weight (out_features, in_features)."""
    product = np.matmul(x, weight.T) if x.ndim < 3 else by_rows(x, weight.T)
    return product if bias is None else product + bias


affine = general(
    _affine,
    lambda g, y: np.matmul(g, y) if g.ndim < 3 else by_rows(g, y),
    lambda g, x: np.matmul(rows(g).T, rows(x)),
    lambda g: g,
    name="affine",
    formula=("g @ weight", "gᵀ @ x", "sum of g over the rows"),
)


def by_rows(x: Any, y: Any) -> Any:
    """x @ y as one product, where NumPy would make one for each matrix of `x`."""
    return np.reshape(np.matmul(rows(x), y), (*x.shape[:-1], y.shape[1]))


def rows(x: Any) -> Any:
    """All axes but the last joined into one."""
    return x if x.ndim == 2 else np.reshape(x, (math.prod(x.shape[:-1]), x.shape[-1]))


def arrays(*operands: Any) -> list[Any]:
    """Numbers and lists as arrays; what has a shape as it is."""
    return [x if hasattr(x, "shape") else np.asarray(x) for x in operands]


@derived(np.dot)
def dot(a: Any, b: Any) -> Any:
    """np.dot: the last axis of `a` with the last but one (or only) of `b`."""
    a, b = arrays(a, b)
    if 0 in (a.ndim, b.ndim):
        return np.multiply(a, b)
    if max(a.ndim, b.ndim) <= 2 or b.ndim == 1:
        return np.matmul(a, b)
    return np.tensordot(a, b, axes=(-1, -2))


@derived(np.inner)
def inner(a: Any, b: Any) -> Any:
    """np.inner: the last axes with each other."""
    a, b = arrays(a, b)
    if 0 in (a.ndim, b.ndim):
        return np.multiply(a, b)
    return np.tensordot(a, b, axes=(-1, -1))


@derived(np.vdot)
def vdot(a: Any, b: Any) -> Any:
    """np.vdot: conj(a) . b, both raveled."""
    return np.matmul(conjugated(np.ravel(a)), np.ravel(b))


@derived(np.outer)
def outer(a: Any, b: Any) -> Any:
    """np.outer: every product of an entry of `a` and one of `b`."""
    return np.multiply(np.reshape(a, (-1, 1)), np.reshape(b, (1, -1)))


@derived(np.linalg.outer)
def outer_of_vectors(x1: Any, x2: Any, /) -> Any:
    x1, x2 = arrays(x1, x2)
    if (x1.ndim, x2.ndim) != (1, 1):
        raise ValueError(
            f"outer: both operands must be vectors; their shapes are {x1.shape} and {x2.shape}."
        )
    return np.outer(x1, x2)


@derived(np.vecdot)
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """np.vecdot: conj(x1) . x2 along `axis`, for stacks of vectors."""
    x1, x2 = arrays(x1, x2)
    if 0 in (x1.ndim, x2.ndim):
        raise ValueError(
            f"vecdot: a scalar has no axis to multiply along: shapes {x1.shape} and {x2.shape}."
        )
    x1, x2 = (x if axis == -1 else np.moveaxis(x, axis, -1) for x in (x1, x2))
    if x1.shape[-1] != x2.shape[-1]:
        raise ValueError(
            f"vecdot: shapes {x1.shape} and {x2.shape} do not fit: "
            f"{x1.shape[-1]} against {x2.shape[-1]}."
        )
    return np.matmul(np.expand_dims(conjugated(x1), -2), np.expand_dims(x2, -1))[..., 0, 0]


derived(np.linalg.vecdot)(vecdot)
derived(np.linalg.matmul)(lambda x1, x2, /: np.matmul(x1, x2))


def matvec(x1: Any, x2: Any, /) -> Any:
    """np.matvec: a stack of matrices times a stack of vectors."""
    return np.matmul(x1, np.expand_dims(x2, -1))[..., 0]


def vecmat(x1: Any, x2: Any, /) -> Any:
    """np.vecmat: conj(x1) times a stack of matrices."""
    return np.matmul(np.expand_dims(conjugated(x1), -2), x2)[..., 0, :]


if hasattr(np, "matvec"):  # since NumPy 2.2
    derived(np.matvec)(matvec)
    derived(np.vecmat)(vecmat)


@derived(np.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """np.tensordot as one matrix product."""
    a, b = arrays(a, b)
    left, right = contracted_axes(axes, a.ndim)
    left = [axis % a.ndim for axis in left]
    right = [axis % b.ndim for axis in right]
    if [a.shape[i] for i in left] != [b.shape[i] for i in right]:
        raise ValueError(f"tensordot: axes {axes} of shapes {a.shape} and {b.shape} do not fit.")
    free_a = [i for i in range(a.ndim) if i not in left]
    free_b = [i for i in range(b.ndim) if i not in right]
    size = math.prod(a.shape[i] for i in left)
    shape_a, shape_b = [a.shape[i] for i in free_a], [b.shape[i] for i in free_b]
    rows = np.reshape(np.transpose(a, [*free_a, *left]), (math.prod(shape_a), size))
    columns = np.reshape(np.transpose(b, [*right, *free_b]), (size, math.prod(shape_b)))
    return np.reshape(np.matmul(rows, columns), (*shape_a, *shape_b))


def contracted_axes(axes: Any, ndim: int) -> tuple[list[int], list[int]]:
    if isinstance(axes, int | np.integer):
        return list(range(ndim - int(axes), ndim)), list(range(int(axes)))
    left, right = axes
    return np.atleast_1d(left).tolist(), np.atleast_1d(right).tolist()


derived(np.linalg.tensordot)(lambda x1, x2, /, *, axes=2: np.tensordot(x1, x2, axes=axes))


@derived(np.kron)
def kron(a: Any, b: Any) -> Any:
    """np.kron: every entry of `a` becomes a block, that entry times `b`."""
    a, b = arrays(a, b)
    ndim = max(a.ndim, b.ndim)
    shape_a = (1,) * (ndim - a.ndim) + a.shape
    shape_b = (1,) * (ndim - b.ndim) + b.shape
    blocks = np.reshape(a, [n for pair in zip(shape_a, (1,) * ndim) for n in pair]) * np.reshape(
        b, [n for pair in zip((1,) * ndim, shape_b) for n in pair]
    )
    return np.reshape(blocks, [m * n for m, n in zip(shape_a, shape_b)])


@derived(np.cross)
def cross(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    """np.cross of vectors of three entries along an axis."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = arrays(a, b)
    for name, x, along in (("a", a, axisa), ("b", b, axisb)):
        if x.ndim == 0 or x.shape[along] != 3:
            raise ValueError(
                f"cross: the vectors must have 3 entries; {name} has shape {x.shape} and its "
                f"vectors lie along axis {along}. Append a zero to vectors of 2 entries."
            )
    a, b = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    (a0, a1, a2), (b0, b1, b2) = ([x[..., i] for i in range(3)] for x in (a, b))
    parts = [a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0]
    return np.stack(parts, axis=axisc)


derived(np.linalg.cross)(lambda x1, x2, /, *, axis=-1: np.cross(x1, x2, axis=axis))


@derived(np.linalg.multi_dot)
def multi_dot(arrays: Sequence[Any]) -> Any:
    """np.linalg.multi_dot: a chain of matrix products, in the order that multiplies least."""
    shapes = [np.shape(a) for a in arrays]
    ends = {len(shape) for shape in (*shapes[:1], *shapes[-1:])}
    if len(shapes) < 2 or not ends <= {1, 2} or any(len(shape) != 2 for shape in shapes[1:-1]):
        raise ValueError(
            "multi_dot: at least two matrices are multiplied, of which the first and the last "
            f"may be vectors; the shapes are {', '.join(str(shape) for shape in shapes)}."
        )
    sizes = (shapes[0][0] if len(shapes[0]) == 2 else 1, *(s[0] for s in shapes[1:]))
    sizes += (shapes[-1][1] if len(shapes[-1]) == 2 else 1,)

    def product(first: int, last: int) -> Any:
        if first == last:
            return arrays[first]
        _, split = cheapest(sizes, first, last)
        return np.matmul(product(first, split), product(split + 1, last))

    return product(0, len(shapes) - 1)


@functools.lru_cache(maxsize=1024)
def cheapest(sizes: tuple[int, ...], first: int, last: int) -> tuple[int, int]:
    """How many products of numbers a chain of matrices takes, and after which to part it.

    Matrix i has sizes[i] rows and sizes[i + 1] columns. Cormen et al., Introduction to
    Algorithms, 15.2.
    """
    if first == last:
        return 0, first
    return min(
        (
            cheapest(sizes, first, i)[0]
            + cheapest(sizes, i + 1, last)[0]
            + sizes[first] * sizes[i + 1] * sizes[last + 1],
            i,
        )
        for i in range(first, last)
    )


# The names that np.linalg has for functions on the last two axes


@derived(np.linalg.trace)
def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    return np.trace(
        x if dtype is None else np.astype(x, dtype), offset=offset, axis1=-2, axis2=-1
    )  # fmt: skip


derived(np.linalg.diagonal)(
    lambda x, /, *, offset=0: np.diagonal(x, offset=offset, axis1=-2, axis2=-1)
)
derived(np.linalg.matrix_transpose)(lambda x, /: np.matrix_transpose(x))
