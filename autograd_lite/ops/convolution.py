"""Convolution, as in networks: the sum of products of a window's entries and a kernel's.

Three rows, each linear in the image and in the kernel, that are each other's derivatives: from an
image and a kernel the output (`convolve`), from output and kernel the image (`spread`), from image
and output the kernel (`correlate`). Each is one matrix product of all that a window sees; the
matrix is never built whole, but for some rows of windows at a time.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd_lite.core.declare import Function, general, linear
from autograd_lite.core.overriding import overridable
from autograd_lite.ops.sliding import Sliding, examples_last, zeros

# Bytes for what windows see. Products are fastest while it is in the cache; what is spread is added
# place by place, a call of NumPy for each, which more of it makes up for.
GATHERED, SPREAD = 1 << 19, 1 << 21


def _convolve(x: Any, weight: Any, bias: Any = None, *, sliding: Sliding, groups: int) -> Any:
    """The output (examples, out channels, *counts)."""
    return convolved(x, weight, bias, sliding, groups)


@overridable
def convolved(
    x: Any, weight: Any, bias: Any, sliding: Sliding, groups: int, empty: Any = np.empty
) -> Any:
    dtype = np.result_type(x, weight, *(() if bias is None else (bias,)))
    out = empty((weight.shape[0], *sliding.counts, x.shape[0]), dtype)
    flat = out.reshape(groups, weight.shape[0] // groups, -1)
    kernels = weight.reshape(groups, weight.shape[0] // groups, -1)
    for columns, matrix in gathered(sliding.padded(x, 0, dtype, empty), sliding, groups, empty):
        part = flat[:, :, columns]
        np.matmul(kernels, matrix, out=part)
        if bias is not None:
            part += bias.reshape(groups, -1, 1)
    return np.moveaxis(out, -1, 0)


@overridable
def spread_out(x: Any, weight: Any, sliding: Sliding, groups: int, empty: Any = np.empty) -> Any:
    """The image (examples, in channels, *size) to which each entry of the output adds."""
    dtype = np.result_type(x, weight)
    channels, examples = weight.shape[1] * groups, x.shape[0]
    flat = examples_last(x, empty).reshape(groups, weight.shape[0] // groups, -1)
    kernels = weight.reshape(groups, weight.shape[0] // groups, -1).mT
    result = zeros((channels, *sliding.padded_size, examples), dtype, empty)
    for rows, columns, scratch in pieces(sliding, channels, examples, dtype, SPREAD, empty):
        matrix = scratch.reshape(groups, kernels.shape[1], -1)
        np.matmul(kernels, flat[:, :, columns], out=matrix)
        for place, index in sliding.places(rows):
            result[index] += scratch[:, *place]
    return sliding.unpadded(result)


@overridable
def correlated(x: Any, y: Any, sliding: Sliding, groups: int, empty: Any = np.empty) -> Any:
    """The kernel (out channels, in channels / groups, *kernel)."""
    dtype = np.result_type(x, y)
    outputs, channels = y.shape[1], x.shape[1] // groups
    flat = examples_last(y, empty).reshape(groups, outputs // groups, -1)
    total = np.zeros((groups, channels * math.prod(sliding.kernel), outputs // groups), dtype)
    for columns, matrix in gathered(sliding.padded(x, 0, dtype, empty), sliding, groups, empty):
        total += np.matmul(matrix, flat[:, :, columns].mT)  # faster than the transpose of this
    return total.mT.reshape(outputs, channels, *sliding.kernel)


def gathered(
    image: Any, sliding: Sliding, groups: int, empty: Any = np.empty
) -> Iterator[tuple[slice, Any]]:
    """What the windows see, (groups, entries of a window, windows), for some columns at a time."""
    windows = sliding.windows(image)
    every = (slice(None),) * (len(sliding.kernel) + 1)
    channels, examples = image.shape[0], image.shape[-1]
    entries = channels // groups * math.prod(sliding.kernel)
    found = pieces(sliding, channels, examples, image.dtype, GATHERED, empty)
    for rows, columns, scratch in found:
        scratch[...] = windows[*every, rows]
        yield columns, scratch.reshape(groups, entries, -1)


def pieces(
    sliding: Sliding,
    channels: int,
    examples: int,
    dtype: np.dtype[Any],
    limit: int,
    empty: Any = np.empty,
) -> Iterator[tuple[slice, slice, Any]]:
    """Some rows of windows at a time, their columns in the whole matrix, and room for them.

    The room is (channels, *kernel, rows, *counts[1:], examples), the same memory for each.
    """
    count = sliding.counts[0]
    one_row = math.prod(sliding.counts[1:]) * examples
    entries = channels * math.prod(sliding.kernel)
    step = min(count, max(1, limit // max(1, entries * one_row * dtype.itemsize)))
    room = empty(entries * one_row * step, dtype)
    for start in range(0, count, step):
        stop = min(start + step, count)
        shape = (channels, *sliding.kernel, stop - start, *sliding.counts[1:], examples)
        scratch = room[: entries * one_row * (stop - start)].reshape(shape)
        yield slice(start, stop), slice(start * one_row, stop * one_row), scratch


convolve: Function = general(
    _convolve,
    lambda g, y, sliding, groups: spread(g, y, sliding=sliding, groups=groups),
    lambda g, x, sliding, groups: correlate(x, g, sliding=sliding, groups=groups),
    lambda g, sliding, groups: np.sum(g, axis=(0, *range(2, len(sliding.size) + 2))),
    name="convolution",
    formula=("g spread by the kernel", "x correlated with g", "sum of g over places and images"),
)
spread: Function = linear(
    lambda x, y, sliding, groups: spread_out(x, y, sliding, groups),
    lambda g, y, sliding, groups: convolve(g, y, sliding=sliding, groups=groups),
    lambda g, x, sliding, groups: correlate(g, x, sliding=sliding, groups=groups),
    name="transposed_convolution",
)
correlate: Function = linear(
    lambda x, y, sliding, groups: correlated(x, y, sliding, groups),
    lambda g, y, sliding, groups: spread(y, g, sliding=sliding, groups=groups),
    lambda g, x, sliding, groups: convolve(x, g, sliding=sliding, groups=groups),
    name="correlation",
)
