"""How a window slides over the axes of an image, for convolution and pooling.

Images are (examples, channels, *axes) as PyTorch's, but lie in memory with the examples last:
then what one place of the window sees, over all steps, is long runs of neighboring numbers. An
entry-by-entry function keeps the order in memory, so from layer to layer nothing is moved.
"""

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograd_lite.errors import ShapeError

Sizes = tuple[int, ...]
Index = tuple[slice, ...]


class Sliding:
    """A window of size `kernel` over an image of size `size`: one number for each axis.

    The image gets `padding` before and after; the window moves by `stride`, and its places are
    `dilation` apart.
    """

    def __init__(
        self,
        size: Sizes,
        kernel: Sizes,
        stride: Sizes,
        padding: tuple[tuple[int, int], ...],
        dilation: Sizes,
    ) -> None:
        self.size = size
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.dilation = dilation

    def __repr__(self) -> str:
        return (
            f"Sliding(size={self.size}, kernel={self.kernel}, stride={self.stride}, "
            f"padding={self.padding}, dilation={self.dilation})"
        )

    @functools.cached_property
    def span(self) -> Sizes:
        """From the first place of the window to the last."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation))

    @functools.cached_property
    def padded_size(self) -> Sizes:
        return tuple(n + before + after for n, (before, after) in zip(self.size, self.padding))

    @functools.cached_property
    def counts(self) -> Sizes:
        """How many windows there are along each axis."""
        return tuple(
            (n - span) // s + 1 for n, span, s in zip(self.padded_size, self.span, self.stride)
        )

    @functools.cached_property
    def inside(self) -> Index:
        """Where the image lies in the padded one, examples last."""
        found = (slice(a, a + n) for n, (a, _) in zip(self.size, self.padding))
        return (slice(None), *found)

    @property
    def overlaps(self) -> bool:
        """Whether an entry of the image may be in several windows."""
        return any(span > s for span, s in zip(self.span, self.stride))

    def padded(self, x: Any, fill: float, dtype: np.dtype[Any], empty: Any = np.empty) -> Any:
        """The image with its padding, contiguous with the examples last."""
        image = np.moveaxis(x, 0, -1)
        if self.padded_size == self.size and image.dtype == dtype:
            return contiguous(image, empty)
        result = empty((x.shape[1], *self.padded_size, x.shape[0]), dtype)
        if self.padded_size != self.size:
            result[...] = fill
        result[self.inside] = image
        return result

    def unpadded(self, result: Any) -> Any:
        """A padded image, examples last, without its padding, examples first."""
        return np.moveaxis(result[self.inside], -1, 0)

    def windows(self, image: Any) -> Any:
        """A padded image as (channels, *kernel, *counts, examples): a view, which overlaps."""
        channel, *steps, example = image.strides
        return np.lib.stride_tricks.as_strided(
            image,
            (image.shape[0], *self.kernel, *self.counts, image.shape[-1]),
            (
                channel,
                *(step * d for step, d in zip(steps, self.dilation)),
                *(step * s for step, s in zip(steps, self.stride)),
                example,
            ),
            writeable=False,
        )

    def places(self, rows: slice | None = None) -> Iterator[tuple[Sizes, Index]]:
        """Each place in the window, and what it sees of a padded image with the examples last.

        With `rows`, only by the windows of these rows (of the first axis).
        """
        first, last = (0, self.counts[0]) if rows is None else (rows.start, rows.stop)
        starts, stops = (first, *(0,) * (len(self.size) - 1)), (last, *self.counts[1:])
        for place in itertools.product(*map(range, self.kernel)):
            seen = (
                slice(p * d + start * s, p * d + (stop - 1) * s + 1, s)
                for p, d, s, start, stop in zip(place, self.dilation, self.stride, starts, stops)
            )
            yield place, (slice(None), *seen)


def examples_last(x: Any, empty: Any = np.empty) -> Any:
    return contiguous(np.moveaxis(x, 0, -1), empty)


def contiguous(x: Any, empty: Any = np.empty) -> Any:
    """`x` itself if its entries lie in their order, else a copy in memory that `empty` gives."""
    if x.flags.c_contiguous:
        return x
    result = empty(x.shape, x.dtype)
    result[...] = x
    return result


def zeros(shape: Sizes, dtype: np.dtype[Any], empty: Any = np.empty) -> Any:
    """Zeros, in memory that `empty` gives: a program's is the same at every call."""
    if empty is np.empty:
        return np.zeros(shape, dtype)
    result = empty(shape, dtype)
    result[...] = 0
    return result


def for_each_axis(title: str, name: str, value: int | Sequence[int], axes: int) -> Sizes:
    """One number for each axis, of which one may stand for all."""
    numbers = (
        (int(value),) * axes
        if isinstance(value, int | np.integer)
        else tuple(int(number) for number in value)
    )
    if len(numbers) == 1:
        numbers *= axes
    least = 0 if name.endswith("padding") else 1
    if len(numbers) != axes or min(numbers) < least:
        raise ValueError(
            f"{title}: {name} is an integer of at least {least}, or {axes} of them; "
            f"found {value!r}."
        )
    return numbers


def check_image(title: str, x: Any, axes: int) -> None:
    """Refuse what is not (examples, channels, *axes) or (channels, *axes)."""
    if x.ndim not in (axes + 1, axes + 2):
        wanted = ", ".join(["examples", "channels", *("depth", "height", "width")[3 - axes :]])
        raise ShapeError(
            f"{title}: the input is ({wanted}) or one example without the first axis; "
            f"its shape is {x.shape}."
        )


def check_fit(title: str, sliding: Sliding) -> None:
    """Refuse a window that is larger than the padded image."""
    if min(sliding.counts) < 1:
        raise ShapeError(
            f"{title}: a window that spans {sliding.span} does not fit into an image of size "
            f"{sliding.size}, padded to {sliding.padded_size}."
        )


def on_examples(x: Any, axes: int, function: Callable[[Any], Any]) -> Any:
    """A function of many examples, also of one without the axis that counts them."""
    if x.ndim == axes + 2:
        return function(x)
    return np.squeeze(function(np.expand_dims(x, 0)), 0)
