"""Convolution of signals, images and volumes: the functions, by the rows of convolution.py."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_lite.errors import ShapeError
from autograd_lite.ops.convolution import convolve, spread
from autograd_lite.ops.sliding import Sliding, check_fit, check_image, for_each_axis, on_examples


def conv1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Any:
    """Slide kernels over signals, and take sums of products.

    out[n, o, i] is bias[o] plus, over c and j, the sum of weight[o, c, j] times
    input[n, c, stride * i + dilation * j]; that is a correlation, which networks call convolution.

    `input` is (examples, in channels, length) or one example, `weight` (out channels,
    in channels / groups, size), `bias` (out channels,). `padding` is a number of zeros on both
    sides, "valid" (none) or "same" (as many outputs as inputs; for stride 1).

    >>> import numpy as np
    >>> conv1d(np.array([[1.0, 2.0, 4.0, 8.0]]), np.array([[[-1.0, 1.0]]]))
    array([[1., 2., 4.]])
    """
    return conv("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Any:
    """Slide kernels over images (examples, in channels, height, width); as `conv1d`, on two axes.

    LeCun et al.: Backpropagation Applied to Handwritten Zip Code Recognition (1989).
    """
    return conv("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Any:
    """Slide kernels over volumes (examples, in channels, depth, height, width); as `conv1d`."""
    return conv("conv3d", 3, input, weight, bias, stride, padding, dilation, groups)


def conv_transpose1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Any:
    """The transpose of `conv1d`: each entry of a signal adds a kernel, times itself, to the output.

    `weight` is (in channels, out channels / groups, size). The output's length is
    (length - 1) * stride - 2 * padding + dilation * (size - 1) + output_padding + 1.
    """
    return conv_transpose(
        "conv_transpose1d", 1, input, weight, bias, stride, padding, output_padding, groups,
        dilation,
    )  # fmt: skip


def conv_transpose2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Any:
    """The transpose of `conv2d`, which enlarges images; as `conv_transpose1d`, on two axes.

    Zeiler, Krishnan, Taylor, Fergus: Deconvolutional Networks (2010).
    """
    return conv_transpose(
        "conv_transpose2d", 2, input, weight, bias, stride, padding, output_padding, groups,
        dilation,
    )  # fmt: skip


def conv(
    title: str, axes: int, x: Any, weight: Any, bias: Any, stride: Any, padding: Any,
    dilation: Any, groups: int,
) -> Any:  # fmt: skip
    """A convolution over this many axes."""
    check_image(title, x, axes)
    check_weight(title, weight, axes)
    channels, outputs = x.shape[-axes - 1], weight.shape[0]
    check_groups(title, groups, channels, outputs, f"weight has {outputs} outputs")
    if channels != weight.shape[1] * groups:
        raise ShapeError(
            f"{title}: the input {x.shape} has {channels} channels, the weight {weight.shape} "
            f"reads {weight.shape[1]}" + (f" in each of {groups} groups." if groups > 1 else ".")
        )
    check_bias(title, bias, outputs)
    kernel = weight.shape[2:]
    stride = for_each_axis(title, "stride", stride, axes)
    dilation = for_each_axis(title, "dilation", dilation, axes)
    around = paddings(title, padding, kernel, stride, dilation)
    sliding = Sliding(x.shape[-axes:], kernel, stride, around, dilation)
    check_fit(title, sliding)
    return on_examples(
        x, axes, lambda x: convolve(x, weight, bias, sliding=sliding, groups=groups)
    )  # fmt: skip


def conv_transpose(
    title: str, axes: int, x: Any, weight: Any, bias: Any, stride: Any, padding: Any,
    output_padding: Any, groups: int, dilation: Any,
) -> Any:  # fmt: skip
    """The transpose of a convolution over this many axes: `x` takes the place of its output."""
    check_image(title, x, axes)
    check_weight(title, weight, axes)
    channels, outputs = x.shape[-axes - 1], weight.shape[1] * groups
    if channels != weight.shape[0]:
        raise ShapeError(
            f"{title}: the input {x.shape} has {channels} channels, the weight {weight.shape} "
            f"reads {weight.shape[0]}."
        )
    check_groups(title, groups, channels, outputs, f"weight gives {outputs} outputs")
    check_bias(title, bias, outputs)
    kernel = weight.shape[2:]
    stride = for_each_axis(title, "stride", stride, axes)
    dilation = for_each_axis(title, "dilation", dilation, axes)
    padding = for_each_axis(title, "padding", padding, axes)
    more = for_each_axis(title, "output_padding", output_padding, axes)
    if any(extra >= max(s, d) for extra, s, d in zip(more, stride, dilation)):
        raise ValueError(
            f"{title}: output_padding {more} must be smaller than stride {stride} or dilation "
            f"{dilation}: it only chooses among the sizes that give this input."
        )
    size = tuple(
        (n - 1) * s - 2 * p + d * (k - 1) + extra + 1
        for n, s, p, d, k, extra in zip(x.shape[-axes:], stride, padding, dilation, kernel, more)
    )
    if min(size) < 1:
        raise ShapeError(f"{title}: nothing is left, size {size}, of an input {x.shape}.")
    sliding = Sliding(size, kernel, stride, tuple((p, p) for p in padding), dilation)
    out = on_examples(x, axes, lambda x: spread(x, weight, sliding=sliding, groups=groups))
    return out if bias is None else out + np.reshape(bias, (outputs, *(1,) * axes))


def paddings(
    title: str, padding: Any, kernel: Any, stride: Any, dilation: Any
) -> tuple[tuple[int, int], ...]:
    """How much comes before and after, for each axis."""
    if not isinstance(padding, str):
        numbers = for_each_axis(title, "padding", padding, len(kernel))
        return tuple((number, number) for number in numbers)
    if padding == "valid":
        return ((0, 0),) * len(kernel)
    if padding != "same":
        raise ValueError(f'{title}: padding is "same", "valid" or a number; found {padding!r}.')
    if max(stride) > 1:
        raise ValueError(
            f'{title}: padding="same" needs stride 1; found stride {stride}. Give the padding '
            "as a number."
        )
    totals = [d * (k - 1) for k, d in zip(kernel, dilation)]
    return tuple((total // 2, total - total // 2) for total in totals)


def check_weight(title: str, weight: Any, axes: int) -> None:
    if weight.ndim != axes + 2 or 0 in weight.shape:
        raise ShapeError(
            f"{title}: the weight has {axes + 2} axes, channels, channels and the size of the "
            f"kernel; its shape is {weight.shape}."
        )


def check_groups(title: str, groups: int, channels: int, outputs: int, found: str) -> None:
    if groups < 1 or channels % groups or outputs % groups:
        raise ShapeError(
            f"{title}: groups={groups} must divide the channels on both sides; the input has "
            f"{channels}, the {found}."
        )


def check_bias(title: str, bias: Any, outputs: int) -> None:
    if bias is not None and bias.shape != (outputs,):
        raise ShapeError(
            f"{title}: the bias has one entry for each of {outputs} output channels; its shape "
            f"is {bias.shape}."
        )
