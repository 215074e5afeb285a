"""Normalization: entries moved to mean 0 and variance 1 over some of the axes, then scaled.

Layer, group and batch normalization are one function of three keywords: `view`, the shape in
which the statistics are taken; `axes`, the axes of that shape which they are taken over; and
`spread`, the shape in which weight and bias broadcast against the operand. All are one node.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_lite.core.backward import sum_to_shape
from autograd_lite.core.declare import composite
from autograd_lite.errors import ShapeError

Shape = tuple[int, ...]


def mean(x: Any, axes: Shape) -> Any:
    """The mean over the axes, which stay as ones."""
    return np.add.reduce(x, axis=axes, keepdims=True) * (1 / math.prod(x.shape[a] for a in axes))


def _inverse_deviation(x: Any, view: Shape, axes: Shape, eps: float) -> Any:
    viewed = np.reshape(x, view)
    centered = viewed - mean(viewed, axes)
    return 1 / np.sqrt(mean(centered * centered, axes) + eps)


def _standardized(x: Any, view: Shape, axes: Shape, eps: float) -> tuple[Any, Any]:
    viewed = np.reshape(x, view)
    centered = viewed - mean(viewed, axes)
    inverse = 1 / np.sqrt(mean(centered * centered, axes) + eps)
    return np.reshape(centered * inverse, x.shape), inverse


def _pull_deviation(g: Any, x: Any, out: Any, view: Shape, axes: Shape, eps: float) -> Any:
    viewed = np.reshape(x, view)
    n = math.prod(view[a] for a in axes)
    return np.reshape((g * (-1 / n) * out * out * out) * (viewed - mean(viewed, axes)), x.shape)


def pull_standardized(g: Any, standard: Any, inverse: Any, view: Shape, axes: Shape) -> Any:
    """inverse * (g - mean(g) - standard * mean(g * standard)). Ba et al. (2016), in their setting.

    What is left of the cotangent once the parts are removed along which the mean and the
    variance move.
    """
    g, s = np.reshape(g, view), np.reshape(standard, view)
    return np.reshape(inverse * (g - mean(g, axes) - s * mean(g * s, axes)), standard.shape)


inverse_deviation = composite(_inverse_deviation, _pull_deviation, name="inverse_deviation")
standardized = composite(
    _standardized,
    lambda g, out, inverse, view, axes, eps: pull_standardized(g, out, inverse, view, axes),
    name="standardized",
    extras={"inverse": inverse_deviation},
)


def scaled(x: Any, weight: Any, bias: Any, spread: Shape) -> Any:
    """x * weight + bias; None stands for ones and for zeros."""
    if weight is not None:
        x = x * np.reshape(weight, spread)
    return x if bias is None else x + np.reshape(bias, spread)


def gathered(g: Any, spread: Shape, shape: Shape) -> Any:
    """The cotangent of a weight of `shape` that was spread over the operand."""
    return np.reshape(sum_to_shape(g, spread), shape)


def _normalized(
    x: Any, weight: Any, bias: Any, view: Shape, axes: Shape, spread: Shape, eps: float
) -> tuple[Any, Any, Any]:
    standard, inverse = _standardized(x, view, axes, eps)
    return scaled(standard, weight, bias, spread), standard, inverse


def normalization(name: str) -> Callable[..., Any]:
    """The declared function under the name that drawings show."""
    return composite(
        _normalized,
        lambda g, y, standard, inverse, view, axes, spread, eps: pull_standardized(
            scaled(g, y, None, spread), standard, inverse, view, axes
        ),
        lambda g, y, standard, view, axes, spread, eps: gathered(g * standard, spread, y.shape),
        lambda g, z, view, axes, spread, eps: gathered(g, spread, z.shape),
        name=name,
        extras={"standard": standardized, "inverse": inverse_deviation},
        formula=(
            "(h - mean(h) - x̂ · mean(h · x̂)) / σ, h = g · weight",
            "sum of g · x̂",
            "sum of g",
        ),
    )


_layer_norm = normalization("layer_norm")
_group_norm = normalization("group_norm")
_batch_norm = normalization("batch_norm")


def layer_norm(
    x: Any,
    normalized_shape: int | Sequence[int],
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
) -> Any:
    """(x - mean) / sqrt(variance + eps) * weight + bias, over the last axes.

    `normalized_shape` are the lengths of those axes; weight and bias have that shape. The
    variance divides by n. Ba, Kiros, Hinton: Layer Normalization (2016).

    >>> import numpy as np
    >>> layer_norm(np.array([[1.0, 2.0, 3.0]]), 3, eps=0.0).round(4)
    array([[-1.2247,  0.    ,  1.2247]])
    """
    shape = last_axes("layer_norm", x, normalized_shape)
    check_scale("layer_norm", shape, weight, bias)
    axes = tuple(range(x.ndim - len(shape), x.ndim))
    return _layer_norm(x, weight, bias, view=x.shape, axes=axes, spread=shape, eps=eps)


def group_norm(
    x: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """As `layer_norm`, over each of `num_groups` groups of channels of each example.

    x is (N, C, ...), weight and bias (C,). Wu, He: Group Normalization (2018).
    """
    check_channels("group_norm", x)
    n, channels, *rest = x.shape
    if num_groups < 1 or channels % num_groups:
        raise ShapeError(
            f"group_norm: {channels} channels cannot be divided into {num_groups} groups of "
            f"equal size; x has shape {x.shape}."
        )
    check_scale("group_norm", (channels,), weight, bias)
    view = (n, num_groups, channels // num_groups, *rest)
    axes = tuple(range(2, len(view)))
    spread = (channels, *(1,) * len(rest))
    return _group_norm(x, weight, bias, view=view, axes=axes, spread=spread, eps=eps)


def batch_norm(x: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """As `layer_norm`, over the examples (and the places of an image) of each channel.

    x is (N, C, ...), weight and bias (C,). The statistics are those of `x`; with running ones
    use `nn.BatchNorm1d` and `nn.BatchNorm2d`. Ioffe, Szegedy: Batch Normalization (2015).
    """
    check_channels("batch_norm", x)
    channels, rest = x.shape[1], x.shape[2:]
    check_scale("batch_norm", (channels,), weight, bias)
    spread = (channels, *(1,) * len(rest))
    axes = (0, *range(2, x.ndim))
    return _batch_norm(x, weight, bias, view=x.shape, axes=axes, spread=spread, eps=eps)


def _inverse_size(x: Any, axes: Shape, eps: float) -> Any:
    return 1 / np.sqrt(mean(x * x, axes) + eps)


inverse_size = composite(
    _inverse_size,
    lambda g, x, out, axes, eps: (
        g * (-1 / math.prod(x.shape[a] for a in axes)) * out * out * out
    ) * x,
    name="inverse_size",
)  # fmt: skip


def _rms_normalized(x: Any, weight: Any, axes: Shape, eps: float) -> tuple[Any, Any]:
    inverse = _inverse_size(x, axes, eps)
    return scaled(x * inverse, weight, None, x.shape[axes[0] :]), inverse


def pull_rms(g: Any, x: Any, weight: Any, inverse: Any, axes: Shape) -> Any:
    g = scaled(g, weight, None, x.shape[axes[0] :])
    return inverse * (g - x * (inverse * inverse * mean(g * x, axes)))


_rms_norm = composite(
    _rms_normalized,
    lambda g, x, y, inverse, axes, eps: pull_rms(g, x, y, inverse, axes),
    lambda g, x, y, inverse, axes, eps: gathered(g * x * inverse, y.shape, y.shape),
    name="rms_norm",
    extras={"inverse": inverse_size},
)


def rms_norm(
    x: Any, normalized_shape: int | Sequence[int], weight: Any = None, eps: float | None = None
) -> Any:
    """x / sqrt(mean(x**2) + eps) * weight, over the last axes; eps=None is the dtype's epsilon.

    Zhang, Sennrich: Root Mean Square Layer Normalization (2019).
    """
    shape = last_axes("rms_norm", x, normalized_shape)
    check_scale("rms_norm", shape, weight)
    axes = tuple(range(x.ndim - len(shape), x.ndim))
    eps = float(np.finfo(x.dtype).eps) if eps is None else eps
    return _rms_norm(x, weight, axes=axes, eps=eps)


def last_axes(name: str, x: Any, normalized_shape: int | Sequence[int]) -> Shape:
    single = isinstance(normalized_shape, int | np.integer)
    shape = (int(normalized_shape),) if single else tuple(normalized_shape)  # type: ignore[arg-type]
    if not shape or x.shape[-len(shape) :] != shape:
        raise ShapeError(
            f"{name}: normalized_shape is {shape}, but x has shape {x.shape}; they must agree in "
            "the last axes."
        )
    return shape


def check_channels(name: str, x: Any) -> None:
    if x.ndim < 2:
        raise ShapeError(f"{name}: x must be (N, C, ...); found shape {x.shape}.")


def check_scale(name: str, shape: Shape, *scales: Any) -> None:
    for kind, scale in zip(("weight", "bias"), scales):
        if scale is not None and scale.shape != shape:
            raise ShapeError(f"{name}: {kind} must have shape {shape}; found {scale.shape}.")
