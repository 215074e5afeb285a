"""np.pad, one axis after the other: what stands before and after is made of the array itself."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.core.declare import derived, linear
from autograd_lite.core.tensor import Tensor
from autograd_lite.errors import NotDifferentiableError
from autograd_lite.ops.shape import part

zero_pad = linear(
    lambda x, widths: np.pad(x, widths),
    lambda g, x, widths: g[tuple(
        slice(before, before + n) for (before, _), n in zip(widths, x.shape, strict=True))],
    name="pad",
)  # fmt: skip

Sides = tuple[Any, Any]

# The keyword that each mode has, and its value if it is not given.
KEYWORDS: dict[str, tuple[str, Any]] = {
    "constant": ("constant_values", 0),
    "linear_ramp": ("end_values", 0),
    "maximum": ("stat_length", None),
    "mean": ("stat_length", None),
    "median": ("stat_length", None),
    "minimum": ("stat_length", None),
    "reflect": ("reflect_type", "even"),
    "symmetric": ("reflect_type", "even"),
}


@derived(np.pad)
def pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    """np.pad in every mode but "empty" and a function's; values and ends may be tensors."""
    ndim = len(array.shape)
    widths = widths_of(pad_width, ndim)
    if mode == "constant" and not kwargs:
        return zero_pad(array, widths=widths)
    refuse(mode)
    keyword, default = KEYWORDS.get(mode, ("", None))
    if mode not in SIDES or kwargs.keys() - {keyword}:
        np.pad(np.zeros(1), 0, mode, **kwargs)  # NumPy says what is wrong with these arguments
    option = kwargs.get(keyword, default)
    if mode == "constant" and type(option) is not Tensor and not np.any(option):
        return zero_pad(array, widths=widths)
    if keyword.endswith("values"):
        option = np.broadcast_to(np.astype(as_operand(option), array.dtype), (ndim, 2))
    elif keyword == "stat_length":
        option = np.broadcast_to(np.asarray(option), (ndim, 2))
    padded = array
    for axis, (before, after) in enumerate(widths):
        if before or after:
            if not array.shape[axis] and mode != "constant":
                raise ValueError(f"pad: axis {axis} is empty; mode={mode!r} has nothing to repeat.")
            chosen = option if isinstance(option, str | None) else option[axis]
            lower, upper = SIDES[mode](padded, axis, before, after, chosen)
            padded = np.concatenate([lower, padded, upper], axis=axis)
    return np.copy(array) if padded is array else padded


def refuse(mode: Any) -> None:
    if mode == "empty" or callable(mode):
        found = "a function" if callable(mode) else 'mode="empty"'
        raise NotDifferentiableError(
            f"pad: {found} writes entries that no gradient rule knows. Use another mode, or join "
            "the pieces with np.concatenate."
        )


def widths_of(pad_width: Any, ndim: int) -> tuple[tuple[int, int], ...]:
    """How many entries come before and after, for each axis."""
    if isinstance(pad_width, dict):
        named = {axis % ndim: widths for axis, widths in pad_width.items()}
        pad_width = [np.broadcast_to(named.get(axis, 0), 2) for axis in range(ndim)]
    if isinstance(pad_width, int) and pad_width >= 0:
        return ((pad_width, pad_width),) * ndim
    widths = np.broadcast_to(np.asarray(pad_width), (ndim, 2))
    if widths.dtype.kind not in "iu" and widths.size:
        raise TypeError(f"pad: the widths are integers; found {widths.dtype}.")
    if np.any(widths < 0):
        raise ValueError(f"pad: a width is negative: {pad_width}.")
    return tuple((int(before), int(after)) for before, after in widths)


def as_operand(x: Any) -> Any:
    return x if type(x) is Tensor else np.asarray(x)


def repeated(x: Any, axis: int, count: int) -> Any:
    """`count` copies of the one entry along `axis`."""
    return np.broadcast_to(x, tuple(count if i == axis else n for i, n in enumerate(x.shape)))


def constants(x: Any, axis: int, before: int, after: int, values: Any) -> Sides:
    shape = [*x.shape]
    shape[axis] = before
    lower = np.broadcast_to(values[0], tuple(shape))
    shape[axis] = after
    return lower, np.broadcast_to(values[1], tuple(shape))


def edges(x: Any, axis: int, before: int, after: int, option: Any) -> Sides:
    first, last = part(x, axis, slice(0, 1)), part(x, axis, slice(-1, None))
    return repeated(first, axis, before), repeated(last, axis, after)


def ramps(x: Any, axis: int, before: int, after: int, ends: Any) -> Sides:
    lower = np.linspace(ends[0], part(x, axis, 0), before, endpoint=False, axis=axis)
    upper = np.linspace(ends[1], part(x, axis, -1), after, endpoint=False, axis=axis)
    return lower, np.flip(upper, axis)


def statistics(function: Callable[..., Any]) -> Callable[..., Sides]:
    """The same number of some entries at either end, all if no length is given."""

    def sides(x: Any, axis: int, before: int, after: int, lengths: Any) -> Sides:
        n = x.shape[axis]
        first, last = (n if length is None else min(int(length), n) for length in lengths)
        lower = function(part(x, axis, slice(0, first)), axis=axis, keepdims=True)
        upper = function(part(x, axis, slice(n - last, n)), axis=axis, keepdims=True)
        return repeated(lower, axis, before), repeated(upper, axis, after)

    return sides


def gathered(mode: str) -> Callable[..., Sides]:
    """Entries of the array, which NumPy's own padding of their indices names."""

    def sides(x: Any, axis: int, before: int, after: int, reflect_type: Any) -> Sides:
        if reflect_type == "odd" and (mode == "symmetric" or x.shape[axis] > 1):
            skip = 1 if mode == "reflect" else 0
            upper = turned(np.flip(x, axis), axis, after, skip)
            return turned(x, axis, before, skip), np.flip(upper, axis)
        n = x.shape[axis]
        places = np.pad(np.arange(n), (before, after), mode=mode)  # type: ignore[call-overload]
        lower, upper = places[:before], places[before + n :]
        return part(x, axis, lower), part(x, axis, upper)

    return sides


def turned(x: Any, axis: int, width: int, skip: int) -> Any:
    """`width` entries to stand before the first, as if all were turned half around about it."""
    n = x.shape[axis]
    while x.shape[axis] - n < width:
        left = width - (x.shape[axis] - n)
        first = part(x, axis, slice(0, 1))
        mirrored = np.flip(part(x, axis, slice(skip, skip + left)), axis)
        x = np.concatenate([2 * first - mirrored, x], axis=axis)
    return part(x, axis, slice(0, width))


SIDES: dict[str, Callable[..., Sides]] = {
    "constant": constants,
    "edge": edges,
    "linear_ramp": ramps,
    "maximum": statistics(np.max),
    "mean": statistics(np.mean),
    "median": statistics(np.median),
    "minimum": statistics(np.min),
    "reflect": gathered("reflect"),
    "symmetric": gathered("symmetric"),
    "wrap": gathered("wrap"),
}
