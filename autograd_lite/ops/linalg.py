"""Products of vectors, matrices and stacks of them."""

import math
from typing import Any

import numpy as np

from autograd_lite.core.declare import derived, general, linear
from autograd_lite.core.tensor import DISPATCH, Tensor

linear(np.matmul, lambda g, x, y: matmul_left(g, x, y), lambda g, x, y: matmul_right(g, x, y))
contract = linear(
    lambda x, y, subscripts: np.einsum(subscripts, x, y, optimize=True),
    lambda g, x, y, subscripts: contract_left(g, x, y, subscripts),
    lambda g, x, y, subscripts: contract_left(g, y, x, swapped(subscripts)),
    name="einsum",
)
rearrange = linear(
    lambda x, subscripts: np.einsum(subscripts, x).copy(),
    lambda g, x, subscripts: spread_back(g, x, subscripts),
    name="einsum1",
)


def matmul_left(g: Any, x: Any, y: Any) -> Any:
    """The cotangent of `x` in `x @ y`: g @ y.T."""
    if y.ndim > 1 and len(x.shape) > 1:
        return np.matmul(g, y.mT)
    if y.ndim > 1:
        return np.matmul(y, np.expand_dims(g, -1))[..., 0]
    return g * y if x.ndim == 1 else np.expand_dims(g, -1) * y


def matmul_right(g: Any, x: Any, y: Any) -> Any:
    """The cotangent of `y` in `x @ y`: x.T @ g."""
    if x.ndim > 1 and len(y.shape) > 1:
        return np.matmul(x.mT, g)
    if x.ndim > 1:
        flat = math.prod(g.shape)
        return np.matmul(np.reshape(g, (flat,)), np.reshape(x, (flat, y.shape[0])))
    return g * x if y.ndim == 1 else np.expand_dims(x, -1) * np.expand_dims(g, -2)


def _affine(x: Any, weight: Any, bias: Any = None) -> Any:
    """x @ weight.T + bias, with weight (out_features, in_features)."""
    product = np.matmul(x, weight.T)
    return product if bias is None else product + bias


affine = general(
    _affine,
    lambda g, y: np.matmul(g, y),
    lambda g, x: np.matmul(rows(g).T, rows(x)),
    lambda g: g,
    name="affine",
)


def rows(x: Any) -> Any:
    """All axes but the last joined into one."""
    return x if x.ndim == 2 else np.reshape(x, (-1, x.shape[-1]))


@derived(np.dot)
def dot(a: Any, b: Any) -> Any:
    """np.dot: the last axis of `a` with the last but one (or only) of `b`."""
    dims = len(np.shape(a)), len(np.shape(b))
    if 0 in dims:
        return np.multiply(a, b)
    if max(dims) <= 2 or dims[1] == 1:
        return np.matmul(a, b)
    return np.tensordot(a, b, axes=(-1, -2))


@derived(np.inner)
def inner(a: Any, b: Any) -> Any:
    if 0 in (len(np.shape(a)), len(np.shape(b))):
        return np.multiply(a, b)
    return np.tensordot(a, b, axes=(-1, -1))


@derived(np.vdot)
def vdot(a: Any, b: Any) -> Any:
    return np.matmul(np.conjugate(np.ravel(a)), np.ravel(b))


@derived(np.outer)
def outer(a: Any, b: Any) -> Any:
    return np.multiply(np.reshape(a, (-1, 1)), np.reshape(b, (1, -1)))


@derived(np.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """np.tensordot as one matrix product."""
    a, b = (v if isinstance(v, Tensor) else np.asarray(v) for v in (a, b))
    left, right = contracted_axes(axes, len(a.shape))
    left = [axis % len(a.shape) for axis in left]
    right = [axis % len(b.shape) for axis in right]
    if [a.shape[i] for i in left] != [b.shape[i] for i in right]:
        raise ValueError(f"tensordot: axes {axes} of shapes {a.shape} and {b.shape} do not fit.")
    free_a = [i for i in range(len(a.shape)) if i not in left]
    free_b = [i for i in range(len(b.shape)) if i not in right]
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


# einsum: the subscripts are spelled out, then operands are contracted two at a time, each step a
# product whose transpose is again an einsum.


@derived(np.einsum)
def einsum(*operands: Any, optimize: Any = False) -> Any:
    """np.einsum with subscripts as a string, implicit or explicit, with or without an ellipsis."""
    if not isinstance(operands[0], str):
        raise TypeError("einsum: write the subscripts as a string, e.g. 'ij,jk->ik'.")
    arrays = [v if isinstance(v, Tensor) else np.asarray(v) for v in operands[1:]]
    inputs, output = spelled_out(operands[0], [len(a.shape) for a in arrays])
    terms = list(zip(inputs, arrays, strict=True))
    for at in order_of(operands[0], arrays, optimize):
        (sub_x, x), (sub_y, y) = (terms.pop(i) for i in sorted(at, reverse=True))
        needed = set(output).union(*(sub for sub, _ in terms))
        result = "".join(dict.fromkeys(c for c in sub_x + sub_y if c in needed))
        terms.append((result, contract(x, y, subscripts=f"{sub_x},{sub_y}->{result}")))
    subscript, array = terms[0]
    if subscript == output:
        return array
    return rearrange(array, subscripts=f"{subscript}->{output}")


def order_of(subscripts: str, arrays: list[Any], optimize: Any) -> list[tuple[int, int]]:
    """Which two operands to contract at each step."""
    if len(arrays) <= 2 or not optimize:
        return [(0, 1)] * (len(arrays) - 1)
    shapes = [np.broadcast_to(0, a.shape) for a in arrays]
    path: list[Any] = np.einsum_path(subscripts, *shapes, optimize=optimize)[0][1:]
    pairwise = all(len(step) == 2 for step in path)
    return path if pairwise else [(0, 1)] * (len(arrays) - 1)


def spelled_out(subscripts: str, ndims: list[int]) -> tuple[list[str], str]:
    """The subscripts of inputs and output without blanks, ellipses or an implicit output."""
    left, arrow, output = subscripts.replace(" ", "").partition("->")
    inputs = left.split(",")
    if len(inputs) != len(ndims):
        raise ValueError(f"einsum: {subscripts!r} names {len(inputs)} operands; got {len(ndims)}.")
    unused = [c for c in ALPHABET if c not in subscripts]
    spans = [n - len(sub.replace("...", "")) for sub, n in zip(inputs, ndims, strict=True)]
    broadcast = unused[: max([0, *(s for s, sub in zip(spans, inputs, strict=True) if "." in sub)])]
    letters = "".join(broadcast)
    if not arrow:
        joined = "".join(inputs).replace(".", "")
        once = sorted(c for c in set(joined) if joined.count(c) == 1)
        output = ("..." if "." in left else "") + "".join(once)
    inputs = [
        sub.replace("...", letters[len(letters) - span :] if span else "")
        for sub, span in zip(inputs, spans, strict=True)
    ]
    return inputs, output.replace("...", letters)


ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def swapped(subscripts: str) -> str:
    left, _, output = subscripts.partition("->")
    sub_x, sub_y = left.split(",")
    return f"{sub_y},{sub_x}->{output}"


def contract_left(g: Any, x: Any, y: Any, subscripts: str) -> Any:
    """The cotangent of `x` in einsum(subscripts, x, y)."""
    left, _, output = subscripts.partition("->")
    sub_x, sub_y = left.split(",")
    reached = "".join(dict.fromkeys(c for c in sub_x if c in output + sub_y))
    c = contract(g, y, subscripts=f"{output},{sub_y}->{reached}")
    return to_operand(c, reached, sub_x, x.shape)


def spread_back(g: Any, x: Any, subscripts: str) -> Any:
    sub_x, _, output = subscripts.partition("->")
    return to_operand(g, output, sub_x, x.shape)


def to_operand(c: Any, letters: str, sub_x: str, shape: tuple[int, ...]) -> Any:
    """`c`, whose axes are `letters`, as the cotangent of an operand with subscripts `sub_x`.

    A letter that was summed away is broadcast; of a repeated letter only the diagonal was read;
    an axis of length 1 that was broadcast is summed.
    """
    distinct = "".join(dict.fromkeys(sub_x))
    c = np.transpose(c, [letters.index(letter) for letter in distinct if letter in letters])
    c = np.reshape(c, expanded(c.shape, distinct, letters))
    lengths = dict(zip(sub_x, shape, strict=True))
    sizes = tuple(lengths[letter] for letter in distinct)
    over = tuple(i for i, n in enumerate(sizes) if n == 1 and c.shape[i] != 1)
    if over:
        c = np.sum(c, axis=over, keepdims=True)
    if distinct == sub_x:
        return c
    index = tuple(
        np.arange(lengths[letter]).reshape(
            [-1 if i == distinct.index(letter) else 1 for i in range(len(distinct))]
        )
        for letter in sub_x
    )
    return DISPATCH["scatter"](np.broadcast_to(c, sizes), index=index, shape=shape)


def expanded(shape: tuple[int, ...], distinct: str, letters: str) -> tuple[int, ...]:
    lengths = iter(shape)
    return tuple(next(lengths) if letter in letters else 1 for letter in distinct)
