"""Functions that move entries without changing them: linear, so each rule moves them back."""

import itertools
import math
from typing import Any

import numpy as np

from autograd_lite.core.declare import Function, constant, derived, linear
from autograd_lite.core.tensor import DISPATCH
from autograd_lite.errors import NotDifferentiableError

linear(
    np.reshape,
    lambda g, x, shape, order="C": np.reshape(g, x.shape, order=order),
    body=lambda x, shape, order="C": x.reshape(shape, order=by_index(order)),
)
linear(
    np.ravel,
    lambda g, x, order="C": np.reshape(g, x.shape, order=order),
    body=lambda x, order="C": x.reshape(-1, order=by_index(order)),
)
linear(np.expand_dims, lambda g, x, axis: np.reshape(g, x.shape))
linear(np.squeeze, lambda g, x, axis=None: np.reshape(g, x.shape))
linear(np.transpose, lambda g, x, axes=None: np.transpose(g, inverse(axes, x.ndim)))
linear(np.matrix_transpose, lambda g: np.matrix_transpose(g))
linear(np.swapaxes, lambda g, axis1, axis2: np.swapaxes(g, axis1, axis2))
linear(np.moveaxis, lambda g, source, destination: np.moveaxis(g, destination, source))
linear(np.flip, lambda g, axis=None: np.flip(g, axis))
linear(
    np.roll,
    lambda g, x, shift, axis=None: np.roll(g, np.negative(shift), axis),
)
linear(np.broadcast_to, lambda g, x, shape: g)
linear(np.tile, lambda g, x, reps: untile(g, x, reps))
linear(np.repeat, lambda g, x, repeats, axis=None: unrepeat(g, x, repeats, axis))
linear(np.concatenate, lambda g, xs, axis=0: unjoin(g, xs, axis))
linear(np.stack, lambda g, xs, axis=0: unstack(g, axis))
linear(np.tril, lambda g, k=0: np.tril(g, k))
linear(np.triu, lambda g, k=0: np.triu(g, k))
linear(np.diagonal,
    lambda g, x, offset=0, axis1=0, axis2=1: undiagonal(g, x, offset, axis1, axis2))  # fmt: skip
linear(np.trace,
    lambda g, x, offset=0, axis1=0, axis2=1: undiagonal(
        spread_diagonal(g, x, offset, axis1, axis2), x, offset, axis1, axis2))  # fmt: skip
linear(np.real, lambda g: g)
linear(np.conjugate, lambda g: np.conjugate(g))
linear(np.copy, lambda g: g)
cast: Function = linear(
    lambda x, dtype: x.astype(dtype), lambda g, x, dtype: cast(g, dtype=x.dtype), name="astype"
)
zero_pad = linear(
    lambda x, widths: np.pad(x, widths),
    lambda g, x, widths: g[tuple(
        slice(before, before + n) for (before, _), n in zip(widths, x.shape, strict=True))],
    name="pad",
)  # fmt: skip
embed_diagonal = linear(
    lambda x, shape, offset, axis1, axis2: put_on_diagonal(x, shape, offset, axis1, axis2),
    lambda g, shape, offset, axis1, axis2: np.diagonal(g, offset, axis1, axis2),
    name="embed_diagonal",
)

constant(
    np.shape, np.ndim, np.size, np.zeros_like, np.ones_like, np.full_like, np.empty_like,
    np.result_type, np.may_share_memory, np.shares_memory, np.iscomplexobj,
)  # fmt: skip


def by_index(order: str) -> str:
    """The order, if it is one of indices; A and K depend on the memory, which no gradient can."""
    if order not in ("C", "F"):
        raise NotDifferentiableError(f'reshape, ravel: order is "C" or "F" here; found {order!r}.')
    return order


def inverse(axes: Any, ndim: int) -> Any:
    """The permutation that undoes `axes`."""
    return None if axes is None else np.argsort([axis % ndim for axis in axes]).tolist()


def untile(g: Any, x: Any, reps: Any) -> Any:
    reps = (reps,) if isinstance(reps, int | np.integer) else tuple(reps)
    ndim = max(len(reps), x.ndim)
    reps = (1,) * (ndim - len(reps)) + reps
    shape = (1,) * (ndim - x.ndim) + x.shape
    pairs = [n for pair in zip(reps, shape, strict=True) for n in pair]
    total = np.sum(np.reshape(g, pairs), axis=tuple(range(0, 2 * ndim, 2)))
    return np.reshape(total, x.shape)


def unrepeat(g: Any, x: Any, repeats: Any, axis: int | None) -> Any:
    """Sum the copies of each entry."""
    if axis is None:
        return np.reshape(unrepeat(g, Flat(x), repeats, 0), x.shape)
    axis %= x.ndim
    n = x.shape[axis]
    if np.ndim(repeats) == 0 or np.size(repeats) == 1:
        count = int(np.reshape(repeats, ()))
        return np.sum(np.reshape(g, (*x.shape[:axis], n, count, *x.shape[axis + 1 :])), axis + 1)
    owners = np.repeat(np.arange(n), repeats)
    at = (slice(None),) * axis + (owners,)
    return DISPATCH["scatter"](g, index=at, shape=x.shape)


class Flat:
    """The shape of an operand that was raveled."""

    def __init__(self, x: Any) -> None:
        self.shape = (math.prod(x.shape),)
        self.ndim = 1


def unjoin(g: Any, xs: Any, axis: int | None) -> list[Any]:
    """The pieces that `np.concatenate` joined."""
    if axis is None:
        bounds = np.cumsum([0, *(math.prod(x.shape) for x in xs)]).tolist()
        pieces = [g[a:b] for a, b in itertools.pairwise(bounds)]
        return [np.reshape(piece, x.shape) for piece, x in zip(pieces, xs, strict=True)]
    axis %= len(g.shape)
    bounds = np.cumsum([0, *(x.shape[axis] for x in xs)]).tolist()
    before = (slice(None),) * axis
    return [g[(*before, slice(a, b))] for a, b in itertools.pairwise(bounds)]


def unstack(x: Any, axis: int = 0) -> tuple[Any, ...]:
    """The slices of `x` along `axis`."""
    before = (slice(None),) * (axis % len(x.shape))
    return tuple(x[(*before, i)] for i in range(x.shape[axis]))


def undiagonal(g: Any, x: Any, offset: int, axis1: int, axis2: int) -> Any:
    return embed_diagonal(g, shape=x.shape, offset=offset, axis1=axis1, axis2=axis2)


def spread_diagonal(g: Any, x: Any, offset: int, axis1: int, axis2: int) -> Any:
    """`g` once for each entry of the diagonal."""
    rows, columns = x.shape[axis1], x.shape[axis2]
    length = max(min(rows + min(offset, 0), columns - max(offset, 0)), 0)
    return np.broadcast_to(np.expand_dims(g, -1), (*g.shape, length))


def put_on_diagonal(x: Any, shape: Any, offset: int, axis1: int, axis2: int) -> Any:
    result = np.zeros(shape, x.dtype)
    length = np.arange(x.shape[-1])
    rows, columns = length - min(offset, 0), length + max(offset, 0)
    moved = np.moveaxis(result, (axis1, axis2), (-2, -1))
    moved[..., rows, columns] = x
    return result


@derived(np.astype)
def astype(x: Any, dtype: Any, copy: bool = True) -> Any:
    if np.dtype(dtype).kind in "fc":
        return cast(x, dtype=np.dtype(dtype))
    return x._value.astype(dtype)


@derived(np.imag)
def imag(x: Any) -> Any:
    return np.real(x * -1j) if x.dtype.kind == "c" else np.zeros(x.shape, x.dtype)


@derived(np.pad)
def pad(array: Any, pad_width: Any, mode: str = "constant", **kwargs: Any) -> Any:
    """np.pad with zeros."""
    if mode != "constant" or kwargs.get("constant_values", 0) != 0:
        given = ", ".join([f"mode={mode!r}", *(f"{k}={v!r}" for k, v in kwargs.items())])
        raise NotImplementedError(f"pad: only zeros are padded on tensors; asked for {given}.")
    widths = np.broadcast_to(np.asarray(pad_width), (len(array.shape), 2))
    return zero_pad(array, widths=tuple((int(a), int(b)) for a, b in widths))


def pieces(x: Any, sections: Any, axis: int, even: bool) -> list[Any]:
    axis %= len(x.shape)
    n = x.shape[axis]
    if isinstance(sections, int | np.integer):
        if even and n % sections:
            raise ValueError(f"split: {n} entries along axis {axis} make no {sections} equal parts")
        size, longer = divmod(n, int(sections))
        ends = np.cumsum([size + 1] * longer + [size] * (int(sections) - longer))[:-1].tolist()
    else:
        ends = [int(end) for end in sections]
    before = (slice(None),) * axis
    return [
        x[(*before, slice(a, b))] for a, b in zip([0, *ends], [*ends, n], strict=True)
    ]  # fmt: skip


@derived(np.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    return pieces(ary, indices_or_sections, axis, even=True)


@derived(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    return pieces(ary, indices_or_sections, axis, even=False)


derived(np.hsplit)(lambda ary, at: np.split(ary, at, axis=1 if len(ary.shape) > 1 else 0))
derived(np.vsplit)(lambda ary, at: np.split(ary, at, axis=0))
derived(np.dsplit)(lambda ary, at: np.split(ary, at, axis=2))
derived(np.unstack)(lambda x, /, *, axis=0: unstack(x, axis))
derived(np.fliplr)(lambda m: np.flip(m, 1))
derived(np.flipud)(lambda m: np.flip(m, 0))
derived(np.vstack)(lambda tup: np.concatenate([np.atleast_2d(a) for a in tup], axis=0))


@derived(np.hstack)
def hstack(tup: Any) -> Any:
    arrays = [np.atleast_1d(a) for a in tup]
    return np.concatenate(arrays, axis=0 if len(arrays[0].shape) == 1 else 1)


@derived(np.column_stack)
def column_stack(tup: Any) -> Any:
    columns = [a if len(np.shape(a)) > 1 else np.reshape(a, (-1, 1)) for a in tup]
    return np.concatenate(columns, axis=1)


@derived(np.atleast_1d)
def atleast_1d(*arrays: Any) -> Any:
    found = [a if len(np.shape(a)) >= 1 else np.reshape(a, (1,)) for a in arrays]
    return found[0] if len(found) == 1 else tuple(found)


@derived(np.atleast_2d)
def atleast_2d(*arrays: Any) -> Any:
    found = [
        a if len(np.shape(a)) >= 2 else np.reshape(a, (1, -1) if len(np.shape(a)) else (1, 1))
        for a in arrays
    ]
    return found[0] if len(found) == 1 else tuple(found)


@derived(np.atleast_3d)
def atleast_3d(*arrays: Any) -> Any:
    """np.atleast_3d: a vector becomes (1, n, 1), a matrix (m, n, 1)."""

    def grown(a: Any) -> Any:
        shape = np.shape(a)
        padded = {0: (1, 1, 1), 1: (1, *shape, 1), 2: (*shape, 1)}.get(len(shape))
        return a if padded is None else np.reshape(a, padded)

    found = [grown(a) for a in arrays]
    return found[0] if len(found) == 1 else tuple(found)


derived(np.dstack)(lambda tup: np.concatenate([np.atleast_3d(a) for a in tup], axis=2))
