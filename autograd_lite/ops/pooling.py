"""Pooling: the largest or the mean entry of each window of an image."""

import functools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd_lite.core.declare import Function, general, linear
from autograd_lite.core.overriding import overridable
from autograd_lite.core.tensor import value_of
from autograd_lite.ops.sliding import (
    Index,
    Sliding,
    check_fit,
    check_image,
    examples_last,
    for_each_axis,
    on_examples,
    zeros,
)

# The largest entry. Its derivative selects: the cotangent of a window goes to its first maximum.


@overridable
def largest(x: Any, sliding: Sliding, empty: Any = np.empty) -> Any:
    image = sliding.padded(x, lowest(x.dtype), x.dtype, empty)
    (_, index), *others = sliding.places()
    out = empty(image[index].shape, x.dtype)
    out[...] = image[index]
    for _, index in others:
        np.maximum(out, image[index], out=out)
    return np.moveaxis(out, -1, 0)


def lowest(dtype: np.dtype[Any]) -> float:
    """What is never the largest: the padding."""
    return -np.inf if dtype.kind == "f" else int(np.iinfo(dtype).min)


@overridable
def sent_to_maxima(x: Any, y: Any, z: Any, sliding: Sliding, empty: Any = np.empty) -> Any:
    """For each window its entry of `x`, where the image `y` has the maximum `z`; else zero."""
    entries = examples_last(x, empty)
    result = zeros((x.shape[1], *sliding.padded_size, x.shape[0]), x.dtype, empty)
    for index, is_maximum in maxima(y, z, sliding, empty):
        if sliding.overlaps:
            result[index] += entries * is_maximum
        else:
            np.multiply(entries, is_maximum, out=result[index])
    return sliding.unpadded(result)


@overridable
def found_at_maxima(x: Any, y: Any, z: Any, sliding: Sliding, empty: Any = np.empty) -> Any:
    """For each window the entry of `x` where the image `y` has the maximum `z`."""
    image = sliding.padded(x, 0, x.dtype, empty)
    out = zeros((x.shape[1], *sliding.counts, x.shape[0]), x.dtype, empty)
    for index, is_maximum in maxima(y, z, sliding, empty):
        out += image[index] * is_maximum
    return np.moveaxis(out, -1, 0)


def maxima(
    image: Any, largest: Any, sliding: Sliding, empty: Any = np.empty
) -> Iterator[tuple[Index, Any]]:
    """For each place in the window what it sees, and in which windows it is the first maximum."""
    image = sliding.padded(image, lowest(image.dtype), image.dtype, empty)
    largest = examples_last(largest, empty)
    waiting, smaller, first = (empty(largest.shape, bool) for _ in range(3))
    waiting[...] = True
    for _, index in sliding.places():
        np.less(image[index], largest, out=smaller)  # a NaN is not: it passes its gradient on
        yield index, np.greater(waiting, smaller, out=first)  # waiting and not smaller
        waiting &= smaller


max_pooling: Function = general(
    lambda x, sliding: largest(x, sliding),
    lambda g, x, out, sliding: to_maxima(g, value_of(x), value_of(out), sliding=sliding),
    name="max_pool",
    formula=("g, to the largest entry of each window",),
)
to_maxima: Function = linear(
    lambda x, y, z, sliding: sent_to_maxima(x, y, z, sliding),
    lambda g, y, z, sliding: at_maxima(g, y, z, sliding=sliding),
    None,
    None,
    name="to_maxima",
)
at_maxima: Function = linear(
    lambda x, y, z, sliding: found_at_maxima(x, y, z, sliding),
    lambda g, y, z, sliding: to_maxima(g, y, z, sliding=sliding),
    None,
    None,
    name="at_maxima",
)

# The sum, which is linear; the mean is the sum by the number of entries


@overridable
def added_up(x: Any, sliding: Sliding, empty: Any = np.empty) -> Any:
    image = sliding.padded(x, 0, x.dtype, empty)
    (_, index), *others = sliding.places()
    out = empty(image[index].shape, x.dtype)
    out[...] = image[index]
    for _, index in others:
        out += image[index]
    return np.moveaxis(out, -1, 0)


@overridable
def given_to_all(x: Any, sliding: Sliding, empty: Any = np.empty) -> Any:
    entries = examples_last(x, empty)
    result = zeros((x.shape[1], *sliding.padded_size, x.shape[0]), x.dtype, empty)
    for _, index in sliding.places():
        result[index] += entries
    return sliding.unpadded(result)


sum_pooling: Function = linear(
    lambda x, sliding: added_up(x, sliding),
    lambda g, sliding: to_all(g, sliding=sliding),
    name="sum_pool",
)
to_all: Function = linear(
    lambda x, sliding: given_to_all(x, sliding),
    lambda g, sliding: sum_pooling(g, sliding=sliding),
    name="to_all_of_a_window",
)


def max_pool1d(
    input: Any, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, dilation: int | Sequence[int] = 1, ceil_mode: bool = False,
) -> Any:  # fmt: skip
    """The largest entry of each window of signals (examples, channels, length), or of one.

    The windows stand `stride` apart, by default side by side; with `ceil_mode` the last may reach
    over the end. Padding is never the largest. Of equal entries the first gets the gradient.

    >>> import numpy as np
    >>> max_pool1d(np.array([[3.0, 1.0, 4.0, 1.0, 5.0]]), 2)
    array([[3., 4.]])
    """
    return max_pool("max_pool1d", 1, input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool2d(
    input: Any, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, dilation: int | Sequence[int] = 1, ceil_mode: bool = False,
) -> Any:  # fmt: skip
    """The largest entry of each window of images; as `max_pool1d`, on two axes."""
    return max_pool("max_pool2d", 2, input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool3d(
    input: Any, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, dilation: int | Sequence[int] = 1, ceil_mode: bool = False,
) -> Any:  # fmt: skip
    """The largest entry of each window of volumes; as `max_pool1d`, on three axes."""
    return max_pool("max_pool3d", 3, input, kernel_size, stride, padding, dilation, ceil_mode)


def avg_pool1d(
    input: Any, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, ceil_mode: bool = False, count_include_pad: bool = True,
) -> Any:  # fmt: skip
    """The mean of each window of signals (examples, channels, length), or of one.

    Zeros of the padding count as entries, unless `count_include_pad` is False; what `ceil_mode`
    adds beyond them never does.

    >>> import numpy as np
    >>> avg_pool1d(np.array([[3.0, 1.0, 4.0, 1.0, 5.0]]), 2, ceil_mode=True)
    array([[2. , 2.5, 5. ]])
    """
    return avg_pool("avg_pool1d", 1, input, kernel_size, stride, padding, ceil_mode,
                    count_include_pad)  # fmt: skip


def avg_pool2d(
    input: Any, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, ceil_mode: bool = False, count_include_pad: bool = True,
) -> Any:  # fmt: skip
    """The mean of each window of images; as `avg_pool1d`, on two axes."""
    return avg_pool("avg_pool2d", 2, input, kernel_size, stride, padding, ceil_mode,
                    count_include_pad)  # fmt: skip


def avg_pool3d(
    input: Any, kernel_size: int | Sequence[int], stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0, ceil_mode: bool = False, count_include_pad: bool = True,
) -> Any:  # fmt: skip
    """The mean of each window of volumes; as `avg_pool1d`, on three axes."""
    return avg_pool("avg_pool3d", 3, input, kernel_size, stride, padding, ceil_mode,
                    count_include_pad)  # fmt: skip


def max_pool(
    title: str, axes: int, x: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any,
    ceil_mode: bool,
) -> Any:  # fmt: skip
    sliding, _ = pooling(title, axes, x, kernel_size, stride, padding, dilation, ceil_mode)
    return on_examples(x, axes, lambda x: max_pooling(x, sliding=sliding))


def avg_pool(
    title: str, axes: int, x: Any, kernel_size: Any, stride: Any, padding: Any, ceil_mode: bool,
    count_include_pad: bool,
) -> Any:  # fmt: skip
    sliding, around = pooling(title, axes, x, kernel_size, stride, padding, 1, ceil_mode)
    counted = around if count_include_pad else (0,) * axes
    numbers = [entries_in_windows(sliding, axis, pad) for axis, pad in enumerate(counted)]
    divisor: Any = functools.reduce(np.multiply.outer, numbers)
    divisor = int(divisor.flat[0]) if np.all(divisor == divisor.flat[0]) else divisor
    if not isinstance(divisor, int):
        divisor = divisor.astype(np.result_type(x.dtype, np.float16))
    return on_examples(x, axes, lambda x: sum_pooling(x, sliding=sliding)) / divisor


def pooling(
    title: str, axes: int, x: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any,
    ceil_mode: bool,
) -> tuple[Sliding, tuple[int, ...]]:  # fmt: skip
    """How the windows slide, and the padding that was asked for."""
    check_image(title, x, axes)
    kernel = for_each_axis(title, "kernel_size", kernel_size, axes)
    stride = kernel if stride is None else for_each_axis(title, "stride", stride, axes)
    padding = for_each_axis(title, "padding", padding, axes)
    dilation = for_each_axis(title, "dilation", dilation, axes)
    size = x.shape[-axes:]
    if any(2 * p > d * (k - 1) + 1 for p, k, d in zip(padding, kernel, dilation)):
        raise ValueError(
            f"{title}: padding {padding} must be at most half the kernel, {kernel} with dilation "
            f"{dilation}, or a window would see nothing but padding."
        )
    sliding = Sliding(size, kernel, stride, tuple((p, p) for p in padding), dilation)
    if ceil_mode:
        more = [windows_over_the_end(sliding, axis) for axis in range(axes)]
        around = tuple((p, p + extra) for p, extra in zip(padding, more))
        sliding = Sliding(size, kernel, stride, around, dilation)
    check_fit(title, sliding)
    return sliding, padding


def windows_over_the_end(sliding: Sliding, axis: int) -> int:
    """How far a last window reaches over the end; none that would begin in the padding there."""
    stride, before = sliding.stride[axis], sliding.padding[axis][0]
    start = sliding.counts[axis] * stride
    missing = start + sliding.span[axis] - sliding.padded_size[axis]
    return missing if missing < stride and start < sliding.size[axis] + before else 0


def entries_in_windows(sliding: Sliding, axis: int, padding: int) -> Any:
    """How many entries, those of `padding` included, each window has along an axis."""
    size, before = sliding.size[axis], sliding.padding[axis][0]
    starts = np.arange(sliding.counts[axis]) * sliding.stride[axis] - before
    ends = np.minimum(starts + sliding.kernel[axis], size + padding)
    return ends - np.maximum(starts, -padding)
