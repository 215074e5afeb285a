"""Layers that make signals, images and volumes smaller: the largest or the mean of each window."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from autograd_lite import ops
from autograd_lite.nn.module import Module
from autograd_lite.ops.sliding import for_each_axis

Numbers = int | Sequence[int]


class MaxPool(Module):
    """The largest entry of each window; see MaxPool2d."""

    function: ClassVar[Callable[..., Any]]

    def __init__(
        self,
        kernel_size: Numbers,
        stride: Numbers | None = None,
        padding: Numbers = 0,
        dilation: Numbers = 1,
        ceil_mode: bool = False,
    ) -> None:
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.ceil_mode = ceil_mode

    def forward(self, x: Any) -> Any:
        return type(self).function(
            x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode
        )

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(MaxPool):
    """The largest entry of each window of signals (examples, channels, length)."""

    function = staticmethod(ops.max_pool1d)


class MaxPool2d(MaxPool):
    """The largest entry of each window of images (examples, channels, height, width).

    Windows stand `stride` apart, by default side by side. Padding is never the largest; of equal
    entries the first gets the gradient.

    >>> import numpy as np
    >>> MaxPool2d(2)(np.arange(16.0).reshape(1, 4, 4))
    array([[[ 5.,  7.],
            [13., 15.]]])
    """

    function = staticmethod(ops.max_pool2d)


class MaxPool3d(MaxPool):
    """The largest entry of each window of volumes (examples, channels, depth, height, width)."""

    function = staticmethod(ops.max_pool3d)


class AvgPool(Module):
    """The mean of each window; see AvgPool2d."""

    function: ClassVar[Callable[..., Any]]

    def __init__(
        self,
        kernel_size: Numbers,
        stride: Numbers | None = None,
        padding: Numbers = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, x: Any) -> Any:
        return type(self).function(
            x, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(AvgPool):
    """The mean of each window of signals (examples, channels, length)."""

    function = staticmethod(ops.avg_pool1d)

    def extra_repr(self) -> str:
        settings = {"kernel_size": self.kernel_size, "stride": self.stride, "padding": self.padding}
        return ", ".join(
            f"{name}={for_each_axis('AvgPool1d', name, value, 1)}"
            for name, value in settings.items()
        )


class AvgPool2d(AvgPool):
    """The mean of each window of images (examples, channels, height, width).

    Zeros of the padding count as entries, unless `count_include_pad` is False.

    >>> import numpy as np
    >>> AvgPool2d(2)(np.arange(16.0).reshape(1, 4, 4))
    array([[[ 2.5,  4.5],
            [10.5, 12.5]]])
    """

    function = staticmethod(ops.avg_pool2d)


class AvgPool3d(AvgPool):
    """The mean of each window of volumes (examples, channels, depth, height, width)."""

    function = staticmethod(ops.avg_pool3d)


class AdaptivePool(Module):
    """Pooling to a given size, by windows that share out the input."""

    function: ClassVar[Callable[..., Any]]

    def __init__(self, output_size: int | Sequence[int | None] | None) -> None:
        self.output_size = output_size

    def forward(self, x: Any) -> Any:
        return type(self).function(x, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(AdaptivePool):
    """The means of `output_size` windows that share out signals."""

    function = staticmethod(ops.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(AdaptivePool):
    """The means of `output_size` windows that share out images; None leaves an axis as it is."""

    function = staticmethod(ops.adaptive_avg_pool2d)


class AdaptiveMaxPool1d(AdaptivePool):
    """The maxima of `output_size` windows that share out signals."""

    function = staticmethod(ops.adaptive_max_pool1d)


class AdaptiveMaxPool2d(AdaptivePool):
    """The maxima of `output_size` windows that share out images; None leaves an axis as it is."""

    function = staticmethod(ops.adaptive_max_pool2d)
