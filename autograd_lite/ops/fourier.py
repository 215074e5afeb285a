"""The discrete Fourier transforms of np.fft: four pairs of rows, each of which undoes another.

The matrix of a transform is symmetric, so `fft` and `ifft` are their own transposes, padding and
truncation undone. `rfft` keeps half of the spectrum of real numbers, since the other half is its
conjugate, and `hfft` makes real numbers of half a spectrum: each is the transpose of the other
but for the factor of 2 by which `hfft` counts an entry that stands for two. The same holds for
their inverses `ihfft` and `irfft`. Transforms along several axes are made of these, as in NumPy.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd_lite.core.declare import derived, linear

Axes = Iterable[int] | None
Lengths = Sequence[int] | None

linear(
    np.fft.fft,
    lambda g, x, n=None, axis=-1, norm=None: resized(
        np.fft.fft(g, axis=axis, norm=norm), x.shape[axis], axis),
)  # fmt: skip
linear(
    np.fft.ifft,
    lambda g, x, n=None, axis=-1, norm=None: resized(
        np.fft.ifft(g, axis=axis, norm=norm), x.shape[axis], axis),
)  # fmt: skip
linear(
    np.fft.rfft,
    lambda g, x, n=None, axis=-1, norm=None: from_half(np.fft.hfft, g, x, n, axis, norm),
)
linear(
    np.fft.ihfft,
    lambda g, x, n=None, axis=-1, norm=None: from_half(np.fft.irfft, g, x, n, axis, norm),
)
linear(
    np.fft.hfft,
    lambda g, x, n=None, axis=-1, norm=None: to_half(np.fft.rfft, g, x, axis, norm),
)
linear(
    np.fft.irfft,
    lambda g, x, n=None, axis=-1, norm=None: to_half(np.fft.ihfft, g, x, axis, norm),
)


def from_half(transform: Any, g: Any, x: Any, n: int | None, axis: int, norm: Any) -> Any:
    """The cotangent of the real `x`, from that of half a spectrum of `n` entries."""
    n = x.shape[axis] if n is None else n
    halved = g / copies(n, g, axis)
    return resized(transform(halved, n=n, axis=axis, norm=norm), x.shape[axis], axis)


def to_half(transform: Any, g: Any, x: Any, axis: int, norm: Any) -> Any:
    """The cotangent of half a spectrum `x`, from that of the real numbers made of it."""
    doubled = transform(g, axis=axis, norm=norm) * copies(g.shape[axis], g, axis)
    return resized(doubled, x.shape[axis], axis)


def copies(n: int, like: Any, axis: int) -> Any:
    """For how many of `n` entries each of half a spectrum stands: 2, at its ends 1."""
    counts = np.full(n // 2 + 1, 2, np.finfo(like.dtype).dtype)
    counts[0] = 1
    if n % 2 == 0:
        counts[-1] = 1
    after = -1 - axis if axis < 0 else like.ndim - 1 - axis
    return counts.reshape(-1, *(1,) * after)


def resized(x: Any, length: int, axis: int) -> Any:
    """`x` cut, or filled with zeros, to a length along `axis`."""
    before = axis % x.ndim
    missing = length - x.shape[axis]
    if missing < 0:
        return x[(*(slice(None),) * before, slice(length))]
    if missing > 0:
        return np.pad(x, [(0, missing if i == before else 0) for i in range(x.ndim)])
    return x


# Along several axes


def lengths_and_axes(x: Any, s: Lengths, axes: Axes) -> list[tuple[int | None, int]]:
    """The length and the axis of each transform; None is the length that NumPy takes itself."""
    count = x.ndim if s is None else len(s)
    places = list(range(-count, 0) if axes is None else axes)
    if s is None:
        return [(None, axis) for axis in places]
    if len(places) != count:
        raise ValueError(f"fft: {count} lengths s and {len(places)} axes; one for each.")
    return [(x.shape[axis] if n == -1 else n, axis) for n, axis in zip(s, places)]


def along_each(transform: Any) -> Any:
    """The transform along several axes, the last one first."""

    def along_axes(a: Any, s: Lengths = None, axes: Axes = None, norm: Any = None) -> Any:
        for n, axis in reversed(lengths_and_axes(a, s, axes)):
            a = transform(a, n, axis, norm)
        return a

    return along_axes


derived(np.fft.fftn)(along_each(np.fft.fft))
derived(np.fft.ifftn)(along_each(np.fft.ifft))


@derived(np.fft.rfftn)
def rfftn(a: Any, s: Lengths = None, axes: Axes = None, norm: Any = None) -> Any:
    *others, (n, axis) = lengths_and_axes(a, s, axes)
    a = np.fft.rfft(a, n, axis, norm)
    for n, axis in reversed(others):
        a = np.fft.fft(a, n, axis, norm)
    return a


@derived(np.fft.irfftn)
def irfftn(a: Any, s: Lengths = None, axes: Axes = None, norm: Any = None) -> Any:
    *others, (last, last_axis) = lengths_and_axes(a, s, axes)
    for n, axis in others:
        a = np.fft.ifft(a, n, axis, norm)
    return np.fft.irfft(a, last, last_axis, norm)


def of_a_plane(transform: Any) -> Any:
    """The transform along the last two axes, unless others are given."""
    return lambda a, s=None, axes=(-2, -1), norm=None: transform(a, s, axes, norm)


derived(np.fft.fft2)(of_a_plane(np.fft.fftn))
derived(np.fft.ifft2)(of_a_plane(np.fft.ifftn))
derived(np.fft.rfft2)(of_a_plane(np.fft.rfftn))
derived(np.fft.irfft2)(of_a_plane(np.fft.irfftn))


# The frequency 0 in the middle, and back


@derived(np.fft.fftshift)
def fftshift(x: Any, axes: int | Axes = None) -> Any:
    places = shifted_axes(x, axes)
    return np.roll(x, [x.shape[axis] // 2 for axis in places], places)


@derived(np.fft.ifftshift)
def ifftshift(x: Any, axes: int | Axes = None) -> Any:
    places = shifted_axes(x, axes)
    return np.roll(x, [-(x.shape[axis] // 2) for axis in places], places)


def shifted_axes(x: Any, axes: int | Axes) -> tuple[int, ...]:
    if axes is None:
        return tuple(range(x.ndim))
    return tuple(axes) if isinstance(axes, Iterable) else (axes,)
