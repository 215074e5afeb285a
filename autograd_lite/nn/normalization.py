"""Normalization layers: what their functions need, kept and named as in PyTorch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_lite import ops
from autograd_lite.core.state import State
from autograd_lite.core.tensor import Tensor
from autograd_lite.errors import ShapeError
from autograd_lite.nn.module import Module


def scale(shape: tuple[int, ...], start: float, wanted: bool, dtype: DTypeLike) -> Tensor | None:
    """A weight of ones or a bias of zeros; None where it is not wanted."""
    return Tensor(np.full(shape, start, dtype)) if wanted else None


class LayerNorm(Module):
    """Mean 0 and variance 1 over the last axes, whose lengths are `normalized_shape`."""

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.normalized_shape = lengths(normalized_shape)
        self.eps = eps
        self.weight = scale(self.normalized_shape, 1, elementwise_affine, dtype)
        self.bias = scale(self.normalized_shape, 0, elementwise_affine and bias, dtype)

    def forward(self, x: Any) -> Any:
        return ops.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, {affinity(self.weight, 'elementwise_')}"


class RMSNorm(Module):
    """Mean square 1 over the last axes; `eps=None` is the epsilon of the input's dtype."""

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        *,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.normalized_shape = lengths(normalized_shape)
        self.eps = eps
        self.weight = scale(self.normalized_shape, 1, elementwise_affine, dtype)

    def forward(self, x: Any) -> Any:
        return ops.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, {affinity(self.weight, 'elementwise_')}"


class GroupNorm(Module):
    """Mean 0 and variance 1 over each group of channels of each example of (N, C, ...)."""

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        *,
        dtype: DTypeLike = np.float32,
    ) -> None:
        if num_channels % num_groups:
            raise ValueError(
                f"GroupNorm: {num_channels} channels cannot be divided into {num_groups} groups."
            )
        self.num_groups, self.num_channels, self.eps = num_groups, num_channels, eps
        self.weight = scale((num_channels,), 1, affine, dtype)
        self.bias = scale((num_channels,), 0, affine, dtype)

    def forward(self, x: Any) -> Any:
        return ops.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, {affinity(self.weight)}"


class BatchNorm(Module):
    """Mean 0 and variance 1 over the examples of each channel.

    In training the statistics are the batch's, and running_mean and running_var move towards them
    by the share `momentum` (None: they are the mean over all batches); in evaluation the running
    ones are used. With track_running_stats=False there are none, and the batch's are used always.
    """

    axes: tuple[int, ...] = ()  # how many axes an input may have

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = scale((num_features,), 1, affine, dtype)
        self.bias = scale((num_features,), 0, affine, dtype)
        self.running_mean = self.running_var = self.num_batches_tracked = None
        if track_running_stats:
            self.running_mean = State(np.zeros(num_features, dtype))
            self.running_var = State(np.ones(num_features, dtype))
            self.num_batches_tracked = State(np.array(0, np.int64))

    def forward(self, x: Any) -> Any:
        if x.ndim not in self.axes or x.shape[1] != self.num_features:
            wanted = " or ".join(("(N, C)", "(N, C, L)", "(N, C, H, W)")[n - 2] for n in self.axes)
            raise ShapeError(
                f"{type(self).__name__}: x must be {wanted} with C = {self.num_features}; found "
                f"shape {x.shape}."
            )
        if self.training or self.running_mean is None:
            if self.training and self.running_mean is not None:
                self.track(x.value if isinstance(x, Tensor) else x)
            return ops.batch_norm(x, self.weight, self.bias, self.eps)
        return self.by_running(x)

    def track(self, x: Any) -> None:
        """Move the running statistics towards those of `x`; the variance divides by n - 1."""
        assert self.running_mean and self.running_var and self.num_batches_tracked
        axes = (0, *range(2, x.ndim))
        n = x.size // self.num_features
        if n < 2:
            raise ShapeError(
                f"{type(self).__name__}: training needs more than one value per channel; found "
                f"shape {x.shape}. Use eval() for a single example."
            )
        count = self.num_batches_tracked.value + 1
        share = 1 / count if self.momentum is None else self.momentum
        for running, now in (
            (self.running_mean, np.mean(x, axis=axes)),
            (self.running_var, np.var(x, axis=axes) * (n / (n - 1))),
        ):
            running.assign(running.value + (now - running.value) * share)
        self.num_batches_tracked.assign(count)

    def by_running(self, x: Any) -> Any:
        assert self.running_mean and self.running_var
        spread = (self.num_features, *(1,) * (x.ndim - 2))
        factor: Any = 1 / np.sqrt(self.running_var.value + self.eps)
        factor = factor if self.weight is None else factor * self.weight
        shift = -self.running_mean.value * factor
        shift = shift if self.bias is None else shift + self.bias
        return x * np.reshape(factor, spread) + np.reshape(shift, spread)

    def extra_repr(self) -> str:
        tracks = self.running_mean is not None
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, "
            f"{affinity(self.weight)}, track_running_stats={tracks}"
        )


class BatchNorm1d(BatchNorm):
    """Batch normalization of (N, C) or (N, C, L); see `BatchNorm`."""

    axes = (2, 3)


class BatchNorm2d(BatchNorm):
    """Batch normalization of images (N, C, H, W); see `BatchNorm`."""

    axes = (4,)


class InstanceNorm1d(Module):
    """Mean 0 and variance 1 over each channel of each example of (N, C, L)."""

    ndim = 3

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        affine: bool = False,
        *,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.num_features, self.eps = num_features, eps
        self.weight = scale((num_features,), 1, affine, dtype)
        self.bias = scale((num_features,), 0, affine, dtype)

    def forward(self, x: Any) -> Any:
        if x.ndim != self.ndim or x.shape[1] != self.num_features:
            raise ShapeError(
                f"{type(self).__name__}: x must have {self.ndim} axes, of which the second has "
                f"{self.num_features} channels; found shape {x.shape}."
            )
        return ops.group_norm(x, self.num_features, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return f"{self.num_features}, eps={self.eps}, {affinity(self.weight)}"


class InstanceNorm2d(InstanceNorm1d):
    """Mean 0 and variance 1 over each channel of each image of (N, C, H, W)."""

    ndim = 4


def lengths(normalized_shape: int | Sequence[int]) -> tuple[int, ...]:
    if isinstance(normalized_shape, Sequence):
        return tuple(normalized_shape)
    return (normalized_shape,)


def affinity(weight: Tensor | None, kind: str = "") -> str:
    return f"{kind}affine={weight is not None}"
