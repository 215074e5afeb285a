"""One array taken apart into several, along an axis."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.core.declare import derived
from autograd_lite.ops.shape import axis_in, part

# More rows than this are taken out of blocks of rows. Each row's gradient is an array of the size
# of what it was taken out of, so n rows taken out of the whole would cost n times the whole.
GROUP = 16


def rows(x: Any, axis: int) -> tuple[Any, ...]:
    """The slices of `x` along `axis` (counted from the front), with that axis gone."""
    n = x.shape[axis]
    if n <= GROUP:
        return tuple(part(x, axis, i) for i in range(n))
    size = GROUP
    while size * GROUP < n:
        size *= GROUP
    blocks = [part(x, axis, slice(start, start + size)) for start in range(0, n, size)]
    return tuple(row for block in blocks for row in rows(block, axis))


def pieces(x: Any, sections: Any, axis: int, even: bool) -> list[Any]:
    """The pieces of `x` between the given indices, or this many pieces."""
    axis = axis_in(axis, len(x.shape))
    n = x.shape[axis]
    if np.ndim(sections):
        ends = [int(end) for end in sections]
    else:
        if sections <= 0:
            raise ValueError(f"split: into {sections} parts; it must be one or more.")
        if even and n % sections:
            raise ValueError(f"split: {n} entries along axis {axis} make no {sections} equal parts")
        size, longer = divmod(n, int(sections))
        ends = np.cumsum([size + 1] * longer + [size] * (int(sections) - longer))[:-1].tolist()
    return [part(x, axis, slice(a, b)) for a, b in zip([0, *ends], [*ends, n], strict=True)]


@derived(np.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    return pieces(ary, indices_or_sections, axis, even=True)


@derived(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    return pieces(ary, indices_or_sections, axis, even=False)


def splitter(name: str, axis: int, ndim: int) -> Callable[..., Any]:
    def split_along(ary: Any, indices_or_sections: Any) -> Any:
        if len(ary.shape) < ndim:
            raise ValueError(f"{name}: an array of {ndim} axes or more is needed; found {ary!r}.")
        at = 0 if len(ary.shape) == 1 else axis
        return np.split(ary, indices_or_sections, axis=at)

    return split_along


derived(np.hsplit)(splitter("hsplit", axis=1, ndim=1))
derived(np.vsplit)(splitter("vsplit", axis=0, ndim=2))
derived(np.dsplit)(splitter("dsplit", axis=2, ndim=3))


@derived(np.unstack)
def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    return rows(x, axis_in(axis, len(x.shape)))
