"""Convolution and pooling."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite.ops.convolution import correlate, spread
from autograd_lite.ops.pooling import at_maxima, sum_pooling, to_all, to_maxima
from autograd_lite.ops.sliding import Sliding
from cases.kinds import Array, convention, real, shaped

# By definition, entry by entry


def by_windows(
    x: Array, kernel: tuple[int, ...], stride: Any, dilation: Any, give: Callable[[Array], Any]
) -> Array:
    """`give` of what each window sees, (examples, channels, *kernel), on axes after its own."""
    starts = [
        range(0, n - d * (k - 1), s)
        for n, k, s, d in zip(x.shape[2:], kernel, stride, dilation, strict=True)
    ]
    results = [
        give(x[(..., *(slice(a, a + d * (k - 1) + 1, d)
                       for a, k, d in zip(at, kernel, dilation, strict=True)))])
        for at in itertools.product(*starts)
    ]  # fmt: skip
    found = np.stack(results, axis=-1)
    return found.reshape(*found.shape[:-1], *map(len, starts))


def convolution(
    x: Array, w: Array, b: Array | None = None, stride: int = 1, padding: int = 0,
    dilation: int = 1, groups: int = 1,
) -> Array:  # fmt: skip
    axes = w.ndim - 2
    x = np.pad(x, [(0, 0), (0, 0), *[(padding, padding)] * axes])
    parts = [
        by_windows(
            xs, w.shape[2:], (stride,) * axes, (dilation,) * axes,
            lambda seen, ws=ws: np.tensordot(seen, ws, (range(1, axes + 2), range(1, axes + 2))),
        )
        for xs, ws in zip(np.split(x, groups, 1), np.split(w, groups, 0), strict=True)
    ]  # fmt: skip
    out = np.concatenate(parts, axis=1)
    return out if b is None else out + b.reshape(-1, *(1,) * axes)


def transposed(size: tuple[int, ...], **options: Any) -> Callable[..., Array]:
    """The matrix of the convolution of images of this size, transposed."""

    def value(g: Array, w: Array) -> Array:
        channels = w.shape[1] * options.get("groups", 1)
        units = np.eye(channels * int(np.prod(size))).reshape(-1, channels, *size)
        images = convolution(units, w, **options).reshape(len(units), -1)
        return (g.reshape(len(g), -1) @ images.T).reshape(len(g), channels, *size)

    return value


def conv_case(name: str, x: tuple[int, ...], w: tuple[int, ...], bias: bool, **options: Any) -> Any:
    function = {3: ag.conv1d, 4: ag.conv2d, 5: ag.conv3d}[len(w)]
    operands = [real(*x), real(*w, seed=1), *([real(w[0], seed=2)] if bias else [])]
    return shaped(
        f"{function.__name__}, {name}", lambda *xs: function(*xs, **options), *operands,
        value=lambda *xs: convolution(*xs, **options),
    )  # fmt: skip


SLIDING = Sliding((4, 3), (2, 2), (2, 1), ((1, 0), (0, 1)), (1, 1))

CONVOLUTIONS = [
    conv_case("plain", (2, 2, 5), (3, 2, 3), True),
    conv_case("strided, dilated, padded", (1, 2, 7), (2, 2, 2), False, stride=2, dilation=3,
              padding=1),
    conv_case("plain", (2, 2, 4, 3), (3, 2, 3, 2), True),
    conv_case("without bias", (1, 1, 3, 3), (1, 1, 2, 2), False),
    conv_case("groups", (1, 4, 3, 3), (2, 2, 2, 2), True, groups=2, padding=1),
    conv_case("depthwise, strided", (2, 2, 4, 4), (4, 1, 3, 3), False, groups=2, stride=2,
              padding=1),
    conv_case("one by one", (2, 3, 2, 2), (2, 3, 1, 1), True),
    conv_case("no examples", (0, 1, 3, 3), (1, 1, 2, 2), True),
    conv_case("plain", (1, 2, 2, 3, 2), (2, 2, 2, 2, 1), True, padding=1),
    shaped("conv2d, one example", ag.conv2d, real(2, 3, 3), real(2, 2, 2, 2, seed=1),
           value=lambda x, w: convolution(x[None], w)[0]),
    shaped("conv2d, same", lambda x, w: ag.conv2d(x, w, padding="same"), real(1, 1, 3, 4),
           real(2, 1, 2, 3, seed=1),
           value=lambda x, w: convolution(np.pad(x, [(0, 0), (0, 0), (0, 1), (1, 1)]), w)),
    shaped("conv_transpose1d", lambda x, w: ag.conv_transpose1d(
        x, w, stride=3, padding=1, output_padding=1, dilation=2), real(2, 3, 3),
        real(3, 2, 2, seed=1),
        value=transposed((8,), stride=3, padding=1, dilation=2)),
    shaped("conv_transpose2d", lambda x, w: ag.conv_transpose2d(x, w, stride=2, groups=2),
           real(1, 2, 2, 3), real(2, 1, 2, 3, seed=1),
           value=transposed((4, 7), stride=2, groups=2)),
    shaped("conv_transpose2d, bias", ag.conv_transpose2d, real(1, 2, 2, 2),
           real(2, 2, 2, 1, seed=1), real(2, seed=2),
           value=lambda x, w, b: transposed((3, 2))(x, w) + b.reshape(2, 1, 1)),
    shaped("transposed convolution, uneven", lambda g, w: spread(g, w, sliding=SLIDING, groups=1),
           real(2, 2, 2, 3), real(2, 1, 2, 2, seed=1)),
    shaped("correlation, uneven", lambda x, g: correlate(x, g, sliding=SLIDING, groups=1),
           real(2, 2, 4, 3), real(2, 2, 2, 3, seed=1)),
]  # fmt: skip


def distinct(*shape: int) -> Array:
    return np.random.default_rng(5).permutation(int(np.prod(shape))).reshape(shape) * 0.37 - 2.1


def maxima(x: Array, kernel: tuple[int, ...], stride: Any = None, dilation: Any = None) -> Array:
    axes = tuple(range(2, x.ndim))
    return by_windows(x, kernel, stride or kernel, dilation or (1,) * len(kernel),
                      lambda seen: seen.max(axes))  # fmt: skip


def means(x: Array, kernel: tuple[int, ...], stride: Any = None) -> Array:
    """Means that leave NaNs out."""
    axes = tuple(range(2, x.ndim))
    return by_windows(x, kernel, stride or kernel, (1,) * len(kernel),
                      lambda seen: np.nanmean(seen, axes))  # fmt: skip


def around(x: Array, before: int, after: int, fill: float) -> Array:
    return np.pad(x, [(0, 0), (0, 0), *[(before, after)] * (x.ndim - 2)], constant_values=fill)


IMAGE, TOP = distinct(1, 2, 4, 3), ag.max_pool2d(distinct(1, 2, 4, 3), 2, 1)
WINDOWS = Sliding((4, 3), (2, 2), (1, 1), ((0, 0), (0, 0)), (1, 1))

POOLING = [
    shaped("max_pool1d", lambda x: ag.max_pool1d(x, 2), distinct(2, 2, 5),
           value=lambda x: maxima(x, (2,))),
    shaped("max_pool2d", lambda x: ag.max_pool2d(x, 2), distinct(2, 2, 4, 5),
           value=lambda x: maxima(x, (2, 2))),
    shaped("max_pool2d, overlapping", lambda x: ag.max_pool2d(x, (3, 2), 1, padding=1),
           distinct(1, 2, 4, 3),
           value=lambda x: maxima(around(x, 1, 1, -np.inf), (3, 2), (1, 1))),
    shaped("max_pool2d, dilated, to the end", lambda x: ag.max_pool2d(
        x, 2, 2, dilation=2, ceil_mode=True), distinct(1, 1, 6, 6),
        value=lambda x: maxima(around(x, 0, 1, -np.inf), (2, 2), (2, 2), (2, 2))),
    shaped("max_pool2d, one example", lambda x: ag.max_pool2d(x, 2), distinct(2, 2, 2),
           value=lambda x: maxima(x[None], (2, 2))[0]),
    shaped("max_pool3d", lambda x: ag.max_pool3d(x, (1, 2, 2)), distinct(1, 2, 2, 2, 4),
           value=lambda x: maxima(x, (1, 2, 2))),
    shaped("avg_pool1d", lambda x: ag.avg_pool1d(x, 3, 2), real(2, 2, 6),
           value=lambda x: means(x, (3,), (2,))),
    shaped("avg_pool2d, padded", lambda x: ag.avg_pool2d(x, 2, padding=1), real(1, 2, 4, 3),
           value=lambda x: means(around(x, 1, 1, 0), (2, 2))),
    shaped("avg_pool2d, padded, to the end", lambda x: ag.avg_pool2d(
        x, 3, 2, padding=1, ceil_mode=True), real(1, 1, 4, 4),
        value=lambda x: means(around(around(x, 1, 1, 0), 0, 1, np.nan), (3, 3), (2, 2))),
    shaped("avg_pool2d, without the padding", lambda x: ag.avg_pool2d(
        x, 3, 2, padding=1, ceil_mode=True, count_include_pad=False), real(1, 1, 4, 4),
        value=lambda x: means(around(x, 1, 2, np.nan), (3, 3), (2, 2))),
    shaped("avg_pool3d", lambda x: ag.avg_pool3d(x, 2), real(1, 1, 2, 2, 4),
           value=lambda x: means(x, (2, 2, 2))),
    shaped("adaptive_avg_pool1d", lambda x: ag.adaptive_avg_pool1d(x, 3), real(1, 2, 5),
           value=lambda x: np.stack([x[..., a:b].mean(-1) for a, b in
                                     [(0, 2), (1, 4), (3, 5)]], axis=-1)),
    shaped("adaptive_avg_pool2d", lambda x: ag.adaptive_avg_pool2d(x, (2, None)), real(2, 1, 4, 3),
           value=lambda x: means(x, (2, 1))),
    shaped("adaptive_avg_pool2d, all", lambda x: ag.adaptive_avg_pool2d(x, 1), real(2, 2, 3, 2),
           value=lambda x: x.mean((2, 3), keepdims=True)),
    shaped("adaptive_max_pool1d", lambda x: ag.adaptive_max_pool1d(x, 2), distinct(1, 2, 4),
           value=lambda x: maxima(x, (2,))),
    shaped("adaptive_max_pool2d", lambda x: ag.adaptive_max_pool2d(x, (3, 2)), distinct(1, 1, 5, 2),
           value=lambda x: np.stack([x[..., a:b, :].max(-2) for a, b in
                                     [(0, 2), (1, 4), (3, 5)]], axis=-2)),
    shaped("sent to maxima", lambda x: to_maxima(x, IMAGE, TOP, sliding=WINDOWS), real(1, 2, 3, 2),
           float32=False),
    shaped("found at maxima", lambda x: at_maxima(x, IMAGE, TOP, sliding=WINDOWS),
           real(1, 2, 4, 3), float32=False),
    shaped("sum of windows", lambda x: sum_pooling(x, sliding=SLIDING), real(1, 2, 4, 3)),
    shaped("to all of a window", lambda x: to_all(x, sliding=SLIDING), real(1, 2, 2, 3)),
]  # fmt: skip

CASES = [*CONVOLUTIONS, *POOLING]

CONVENTIONS = [
    convention("max_pool1d of ties", lambda x: np.sum(ag.max_pool1d(x, 3)),
               ([[1.0, 2.0, 2.0, 0.0, 0.0, 0.0]],), 2.0, [[0, 1, 0, 1, 0, 0]]),
    convention("max_pool1d of ties, overlapping", lambda x: np.sum(ag.max_pool1d(x, 2, 1)),
               ([[3.0, 3.0, 3.0]],), 6.0, [[1, 1, 0]]),
    convention("max_pool2d of ties", lambda x: np.sum(ag.max_pool2d(x, 2)),
               ([[[0.0, 1.0], [1.0, 1.0]]],), 1.0, [[[0, 1], [0, 0]]]),
    convention("adaptive_max_pool1d of ties", lambda x: np.sum(ag.adaptive_max_pool1d(x, 2)),
               ([[4.0, 4.0, 4.0]],), 8.0, [[1, 1, 0]]),
]  # fmt: skip
