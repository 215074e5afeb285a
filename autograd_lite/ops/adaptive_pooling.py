"""Pooling to a given size: the windows share out the image.

Output i of `count` sees, of n entries, those from i * n / count on, rounded down, to
(i + 1) * n / count, rounded up.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_lite.ops.pooling import max_pool
from autograd_lite.ops.sliding import check_image


def adaptive_avg_pool1d(input: Any, output_size: int | Sequence[int | None]) -> Any:
    """The means of `output_size` windows that share out signals (examples, channels, length)."""
    return adaptive_avg_pool("adaptive_avg_pool1d", 1, input, output_size)


def adaptive_avg_pool2d(input: Any, output_size: int | Sequence[int | None]) -> Any:
    """The means of `output_size` windows that share out images; None leaves an axis as it is.

    >>> import numpy as np
    >>> adaptive_avg_pool2d(np.arange(12.0).reshape(1, 3, 4), (1, 2))
    array([[[4.5, 6.5]]])
    """
    return adaptive_avg_pool("adaptive_avg_pool2d", 2, input, output_size)


def adaptive_max_pool1d(input: Any, output_size: int | Sequence[int | None]) -> Any:
    """The maxima of `output_size` windows that share out signals (examples, channels, length)."""
    return adaptive_max_pool("adaptive_max_pool1d", 1, input, output_size)


def adaptive_max_pool2d(input: Any, output_size: int | Sequence[int | None]) -> Any:
    """The maxima of `output_size` windows that share out images; None leaves an axis as it is."""
    return adaptive_max_pool("adaptive_max_pool2d", 2, input, output_size)


def adaptive_avg_pool(title: str, axes: int, x: Any, output_size: Any) -> Any:
    for axis, count in shares(title, axes, x, output_size):
        x = along(axis, x, count, mean_of_shares)
    return x


def mean_of_shares(x: Any, count: int) -> Any:
    """The means of the last axis's shares."""
    n = x.shape[-1]
    if n % count == 0:
        return np.mean(np.reshape(x, (*x.shape[:-1], count, n // count)), axis=-1)
    weights = np.zeros((n, count), x.dtype)
    for i, (start, stop) in enumerate(share_bounds(n, count)):
        weights[start:stop, i] = 1 / (stop - start)
    return np.matmul(x, weights)


def adaptive_max_pool(title: str, axes: int, x: Any, output_size: Any) -> Any:
    kernel = [1] * axes
    for axis, count in shares(title, axes, x, output_size):
        bounds = share_bounds(x.shape[axis], count)
        longest = max(stop - start for start, stop in bounds)
        kernel[axis] = longest
        if longest * count != x.shape[axis]:  # a share repeats its last entry until all are equal
            entries = [
                min(i, stop - 1) for start, stop in bounds for i in range(start, start + longest)
            ]
            x = np.take(x, entries, axis=axis)
    return max_pool(title, axes, x, kernel, None, 0, 1, False)


def shares(title: str, axes: int, x: Any, output_size: Any) -> list[tuple[int, int]]:
    """The axes (counted from the end) that are pooled, each with the size of its output."""
    check_image(title, x, axes)
    given = (output_size,) * axes if isinstance(output_size, int | None) else tuple(output_size)
    if len(given) != axes or any(count is not None and count < 1 for count in given):
        raise ValueError(
            f"{title}: output_size is a positive integer or None, or {axes} of them; "
            f"found {output_size!r}."
        )
    return [(i - axes, count) for i, count in enumerate(given) if count is not None]


def share_bounds(n: int, count: int) -> list[tuple[int, int]]:
    return [(i * n // count, -(-(i + 1) * n // count)) for i in range(count)]


def along(axis: int, x: Any, count: int, function: Callable[[Any, int], Any]) -> Any:
    """A function of the last axis, of another one."""
    if axis == -1:
        return function(x, count)
    return np.swapaxes(function(np.swapaxes(x, axis, -1), count), axis, -1)
