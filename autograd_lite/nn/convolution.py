"""Layers that slide kernels over signals, images and volumes."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_lite.core.tensor import Tensor
from autograd_lite.nn import init
from autograd_lite.nn.linear import bound_by, has
from autograd_lite.nn.module import Module
from autograd_lite.ops.convolving import conv, conv_transpose, paddings
from autograd_lite.ops.sliding import for_each_axis

# What np.pad calls the ways in which a layer pads.
PADDING_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}

Numbers = int | Sequence[int]


class Kernels(Module):
    """What layers of kernels have in common: settings, weight and bias.

    Weight and bias start uniform in +-1 / sqrt(fan_in), as PyTorch's do.
    """

    axes: int
    weight: Tensor
    bias: Tensor | None

    def configure(
        self, in_channels: int, out_channels: int, kernel_size: Numbers, stride: Numbers,
        dilation: Numbers, groups: int,
    ) -> None:  # fmt: skip
        name = type(self).__name__
        if groups < 1 or in_channels % groups or out_channels % groups:
            raise ValueError(
                f"{name}: groups={groups} must divide in_channels={in_channels} and "
                f"out_channels={out_channels}."
            )
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = for_each_axis(name, "kernel_size", kernel_size, self.axes)
        self.stride = for_each_axis(name, "stride", stride, self.axes)
        self.dilation = for_each_axis(name, "dilation", dilation, self.axes)
        self.groups = groups

    def initialize(
        self, shape: tuple[int, ...], bias: bool, dtype: DTypeLike, rng: np.random.Generator | None
    ) -> None:
        weight = init.kaiming_uniform(shape, math.sqrt(5), dtype=dtype, rng=rng)
        self.weight = Tensor(weight, "weight")
        self.bias = None
        if bias:
            bound = bound_by(math.prod(shape[1:]))
            start = init.uniform((self.out_channels,), -bound, bound, dtype=dtype, rng=rng)
            self.bias = Tensor(start, "bias")

    def described(self, padding: Any, output_padding: tuple[int, ...] = ()) -> str:
        """The settings that are not the defaults, after those that have none."""
        text = f"{self.in_channels}, {self.out_channels}"
        text += f", kernel_size={self.kernel_size}, stride={self.stride}"
        text += f", padding={padding}" if padding != (0,) * self.axes else ""
        text += f", dilation={self.dilation}" if self.dilation != (1,) * self.axes else ""
        text += f", output_padding={output_padding}" if any(output_padding) else ""
        text += f", groups={self.groups}" if self.groups != 1 else ""
        return text + ("" if has(self.bias) else ", bias=False")


class Convolution(Kernels):
    """A convolution over `axes` axes; see Conv2d."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Numbers,
        stride: Numbers = 1,
        padding: Numbers | str = 0,
        dilation: Numbers = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        *,
        dtype: DTypeLike = np.float32,
        rng: np.random.Generator | None = None,
    ) -> None:
        name = type(self).__name__
        self.configure(in_channels, out_channels, kernel_size, stride, dilation, groups)
        self.around = paddings(name, padding, self.kernel_size, self.stride, self.dilation)
        self.padding = (
            padding if isinstance(padding, str) else tuple(before for before, _ in self.around)
        )
        if padding_mode not in PADDING_MODES:
            raise ValueError(
                f"{name}: padding_mode is one of {', '.join(PADDING_MODES)}; "
                f"found {padding_mode!r}."
            )
        self.padding_mode = padding_mode
        self.initialize((out_channels, in_channels // groups, *self.kernel_size), bias, dtype, rng)

    def forward(self, x: Any) -> Any:
        padding: Any = self.padding
        if self.padding_mode != "zeros":
            widths = ((0, 0),) * (len(x.shape) - self.axes) + self.around
            x = np.pad(x, widths, mode=PADDING_MODES[self.padding_mode])  # type: ignore[call-overload]
            padding = 0
        return conv(
            type(self).__name__, self.axes, x, self.weight, self.bias, self.stride, padding,
            self.dilation, self.groups,
        )  # fmt: skip

    def extra_repr(self) -> str:
        mode = "" if self.padding_mode == "zeros" else f", padding_mode={self.padding_mode}"
        return self.described(self.padding) + mode


class Conv1d(Convolution):
    """Kernels that slide over signals (examples, in_channels, length); see Conv2d."""

    axes = 1


class Conv2d(Convolution):
    """Kernels that slide over images (examples, in_channels, height, width), or over one.

    The weight is (out_channels, in_channels / groups, *kernel_size). `padding` is a number for
    each axis, "same" or "valid"; `padding_mode` is "zeros", "reflect", "replicate" or "circular".

    >>> layer = Conv2d(1, 6, 5, padding=2)
    >>> layer
    Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))
    >>> layer(np.zeros((64, 1, 28, 28), np.float32)).shape
    (64, 6, 28, 28)
    """

    axes = 2


class Conv3d(Convolution):
    """Kernels that slide over volumes (examples, in_channels, depth, height, width)."""

    axes = 3


class TransposedConvolution(Kernels):
    """The transpose of a convolution over `axes` axes; see ConvTranspose2d."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Numbers,
        stride: Numbers = 1,
        padding: Numbers = 0,
        output_padding: Numbers = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Numbers = 1,
        *,
        dtype: DTypeLike = np.float32,
        rng: np.random.Generator | None = None,
    ) -> None:
        name = type(self).__name__
        self.configure(in_channels, out_channels, kernel_size, stride, dilation, groups)
        self.padding = for_each_axis(name, "padding", padding, self.axes)
        self.output_padding = for_each_axis(name, "output_padding", output_padding, self.axes)
        self.initialize((in_channels, out_channels // groups, *self.kernel_size), bias, dtype, rng)

    def forward(self, x: Any) -> Any:
        return conv_transpose(
            type(self).__name__, self.axes, x, self.weight, self.bias, self.stride, self.padding,
            self.output_padding, self.groups, self.dilation,
        )  # fmt: skip

    def extra_repr(self) -> str:
        return self.described(self.padding, self.output_padding)


class ConvTranspose1d(TransposedConvolution):
    """The transpose of Conv1d: every entry of a signal adds a kernel to the output."""

    axes = 1


class ConvTranspose2d(TransposedConvolution):
    """The transpose of Conv2d, which enlarges images (examples, in_channels, height, width).

    The weight is (in_channels, out_channels / groups, *kernel_size). Of the sizes from which
    Conv2d would give the input, `output_padding` chooses a larger one.

    >>> ConvTranspose2d(8, 4, 2, stride=2)(np.zeros((1, 8, 7, 7), np.float32)).shape
    (1, 4, 14, 14)
    """

    axes = 2
