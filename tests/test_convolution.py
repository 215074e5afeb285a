"""Convolution and pooling: any geometry, PyTorch's figures, memory, messages."""

import itertools
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases.convolution import convolution
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite.ops import convolution as rows
from autograd_lite.ops.convolution import convolve, correlate, spread
from autograd_lite.ops.sliding import Sliding

# Any geometry


@st.composite
def slidings(draw: st.DrawFn) -> Sliding:
    axes = draw(st.integers(1, 3))
    several = st.tuples(*[st.integers(1, 3)] * axes)
    around = st.tuples(st.integers(0, 2), st.integers(0, 2))
    sliding = Sliding(
        draw(st.tuples(*[st.integers(1, 5)] * axes)), draw(several), draw(several),
        draw(st.tuples(*[around] * axes)), draw(several),
    )  # fmt: skip
    assume(min(sliding.counts) > 0)
    return sliding


def draws(*shapes: tuple[int, ...]) -> list[Any]:
    rng = np.random.default_rng(0)
    return [rng.integers(-4, 5, shape).astype(float) for shape in shapes]


@given(slidings(), st.integers(0, 3), st.integers(1, 2), st.integers(1, 2), st.integers(1, 2))
def test_the_three_rows_are_one_form(
    sliding: Sliding, examples: int, groups: int, channels: int, outputs: int
) -> None:
    """<convolve(x, w), g>, <x, spread(g, w)> and <w, correlate(x, g)> are one number, however
    little room there is for what the windows see.
    """
    x, w, g = draws(
        (examples, groups * channels, *sliding.size),
        (groups * outputs, channels, *sliding.kernel),
        (examples, groups * outputs, *sliding.counts),
    )
    options: dict[str, Any] = {"sliding": sliding, "groups": groups}
    found = []
    for room in (1, 1 << 20):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rows, "GATHERED", room)
            patch.setattr(rows, "SPREAD", room)
            out, image = convolve(x, w, **options), spread(g, w, **options)
            kernel = correlate(x, g, **options)
        assert (out.shape, image.shape, kernel.shape) == (g.shape, x.shape, w.shape)
        found += [np.sum(out * g), np.sum(image * x), np.sum(kernel * w)]
    assert len(set(found)) == 1


@given(slidings(), st.integers(1, 2))
def test_any_convolution_is_its_definition(sliding: Sliding, groups: int) -> None:
    pads = [(0, 0), (0, 0), *sliding.padding]
    x, w = draws((2, 2, *sliding.size), (4, 2 // groups, *sliding.kernel))
    steps = sliding.stride, sliding.dilation
    assume(all(len(set(step)) == 1 for step in steps))
    expected = convolution(np.pad(x, pads), w, None, steps[0][0], 0, steps[1][0], groups)
    np.testing.assert_array_equal(convolve(x, w, sliding=sliding, groups=groups), expected)


@given(data=st.data(), axes=st.integers(1, 3), kind=st.sampled_from(["max", "avg"]))
def test_any_pooling_is_torchs(data: st.DataObject, axes: int, kind: str) -> None:
    torch = pytest.importorskip("torch")
    kernel, stride = (data.draw(st.tuples(*[st.integers(1, 3)] * axes)) for _ in range(2))
    options = {
        "padding": tuple(data.draw(st.integers(0, k // 2)) for k in kernel),
        "ceil_mode": data.draw(st.booleans()),
    }
    if kind == "avg":
        options["count_include_pad"] = data.draw(st.booleans())
    x = draws((2, 1, *data.draw(st.tuples(*[st.integers(3, 6)] * axes))))[0]  # with many ties
    function = getattr(torch.nn.functional, f"{kind}_pool{axes}d")
    t = torch.tensor(x, requires_grad=True)
    expected = function(t, kernel, stride, **options)
    u = ag.Tensor(x)
    found = getattr(ag, f"{kind}_pool{axes}d")(u, kernel, stride, **options)
    np.testing.assert_allclose(found.numpy(), expected.detach().numpy(), atol=1e-14)
    (g,) = draws(found.shape)
    found.backward(g)
    expected.backward(torch.tensor(g))
    np.testing.assert_allclose(u.grad, t.grad.numpy(), atol=1e-14)


@pytest.mark.parametrize("kind", ["avg", "max"])
def test_adaptive_pooling_of_any_size_is_torchs(kind: str) -> None:
    torch = pytest.importorskip("torch")
    for size, output in itertools.product(range(1, 9), range(1, 9)):
        x = draws((1, 2, size, 3))[0]
        t, u = torch.tensor(x, requires_grad=True), ag.Tensor(x)
        name = f"adaptive_{kind}_pool2d"
        expected = getattr(torch.nn.functional, name)(t, (output, 2))
        found = getattr(ag, name)(u, (output, 2))
        np.testing.assert_allclose(found.numpy(), expected.detach().numpy(), atol=1e-14)
        (g,) = draws(found.shape)
        found.backward(g)
        expected.backward(torch.tensor(g))
        np.testing.assert_allclose(u.grad, t.grad.numpy(), atol=1e-14)


# PyTorch's figures, in double precision


def waves(*shape: int, phase: float = 0.0) -> Any:
    return np.round(3 * np.sin(np.arange(np.prod(shape)) * 1.7 + phase), 2).reshape(shape)


REFERENCES: list[tuple[Any, ...]] = [
    (
        lambda x, w, b: ag.conv2d(x, w, b, stride=2, padding=1, groups=2),
        (waves(1, 2, 3, 4), waves(2, 1, 2, 2, phase=1), waves(2, phase=2)),
        [2.73, -5.311, 10.653, 3.2054, 4.2825, -0.6495, 1.35, -3.4814, -4.7652, -0.639, 0.7975,
         -3.3324],
        [[-0.55, -0.855, -0.165, 2.565, -0.896, 1.26, 0.64, 2.52, 0.385, -1.425, -0.275, -2.85,
          0.098, 2.646, -0.882, 1.764, -0.138, 2.7, -0.207, -0.6, 0.588, -2.646, 0.882, 0.588],
         [-0.65, -2.086, 3.538, -3.477, -2.048, -0.387, -3.4, 3.09], [1.2, -0.1]],
    ),
    (
        lambda x, w, b: ag.conv_transpose2d(
            x, w, b, stride=2, padding=1, output_padding=1, groups=2),
        (waves(1, 2, 2, 2), waves(2, 1, 2, 3, phase=1), waves(2, phase=2)),
        [2.73, 1.0965, 11.64, 2.0469, 1.7444, -2.0811, -0.8284, 10.653, 0.42, 4.4361, -5.61,
         3.3694, -4.92, -2.268, -6.99, 3.81, -3.648, -1.779, -3.403, -6.548, 3.135, -3.2255,
         2.5725, -5.7525],
        [[2.931, -2.704, -4.148, 7.629, 1.35, 0.668, -5.772, 8.408],
         [-2.78, -0.663, 1.732, -0.777, -4.713, -1.985, 1.85, 1.21, 0.435, 0.15, 0.845, 2.403],
         [1.1, -1.3]],
    ),
    (
        lambda x: ag.max_pool2d(x, 3, 2, 1, ceil_mode=True),
        (waves(1, 1, 4, 4),),
        [2.97, 2.97, -1.85, 3.0, 2.4, 1.08, 3.0, 1.08, 1.08],
        [[0, 1.3, 0, 0, 0, 0.5, 0, -0.9, 0, 0, 0, 0, -0.6, 0, 0, -0.5]],
    ),
    (
        lambda x: ag.avg_pool2d(x, 3, 2, 1, ceil_mode=True),
        (waves(1, 1, 4, 4),),
        [0.7611111111, -0.2366666667, -0.7716666667, 1.1466666667, -0.6511111111, -0.2033333333,
         0.445, -0.3616666667, 0.27],
        [[0.1111111111, 0.1444444444, 0.0333333333, -0.1166666667, 0.0333333333, 0.1222222222,
          0.0888888889, 0.1055555556, -0.0777777778, -0.0222222222, 0.0555555556, 0.2222222222,
          -0.0611111111, -0.1555555556, -0.0944444444, -0.0777777778]],
    ),
    (
        lambda x: ag.adaptive_avg_pool2d(x, (2, 3)),
        (waves(1, 1, 3, 4),),
        [1.7125, 0.625, -1.875, 1.9125, -0.3475, -1.82],
        [[0.25, 0.325, -0.15, -0.225, 0.075, 0.275, 0.225, 0.025, -0.175, -0.05, 0.375, 0.25]],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("function", "operands", "value", "gradients"), REFERENCES,
    ids=["conv2d", "conv_transpose2d", "max_pool2d", "avg_pool2d", "adaptive_avg_pool2d"],
)  # fmt: skip
def test_recorded_figures(
    function: Callable[..., Any], operands: Any, value: Any, gradients: Any
) -> None:
    tensors = [ag.Tensor(operand) for operand in operands]
    out = function(*tensors)
    np.testing.assert_allclose(out.numpy().ravel(), value, atol=1e-10)
    out.backward(np.round(np.cos(np.arange(out.size) * 1.3), 1).reshape(out.shape))
    for tensor, gradient in zip(tensors, gradients, strict=True):
        np.testing.assert_allclose(tensor.grad.ravel(), gradient, atol=1e-10)


# In memory


def test_the_matrix_of_windows_is_never_whole() -> None:
    """It would be 9 times the image; the image, padded, and the output are enough."""
    x = np.zeros((16, 32, 48, 48), np.float32)
    w, b = ag.Tensor(np.zeros((8, 32, 3, 3), np.float32)), np.zeros(8, np.float32)
    tracemalloc.start()
    try:
        out = ag.conv2d(x, w, b, padding=1)
        out.backward(np.ones(out.shape, np.float32))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * x.nbytes


def test_from_layer_to_layer_nothing_is_moved() -> None:
    x = ag.Tensor(np.ones((5, 2, 8, 8), np.float32))
    image = ag.relu(ag.conv2d(x, np.ones((3, 2, 3, 3), np.float32)))
    pooled = ag.max_pool2d(image, 2)
    for tensor in (image, pooled):
        assert np.moveaxis(tensor.value, 0, -1).flags.c_contiguous
    flat = np.reshape(pooled, (5, -1))
    assert np.shares_memory(flat.value, pooled.value)


def test_a_frozen_image_is_not_kept_nor_differentiated() -> None:
    """What the kernel's gradient needs is the image, what the image's needs is the kernel."""
    x, w = ag.Tensor(np.ones((1, 1, 3, 3))), np.ones((1, 1, 2, 2))
    node = ag.conv2d(x, w).node
    assert node.saved[0] is None
    assert node.saved[1] is w


def test_bytes_convolved_by_float32_are_float32() -> None:
    image = np.arange(16, dtype=np.uint8).reshape(1, 1, 4, 4)
    out = ag.conv2d(image, np.ones((1, 1, 2, 2), np.float32))
    assert out.dtype == np.float32
    np.testing.assert_array_equal(out[0, 0, 0], [10, 14, 18])


def test_a_nan_is_pooled_and_its_window_gets_the_gradient() -> None:
    x = ag.Tensor([[1.0, np.nan, 2.0, 3.0]])
    out = ag.max_pool1d(x, 2)
    np.testing.assert_array_equal(out.numpy(), [[np.nan, 3.0]])
    out.backward(np.array([[5.0, 7.0]]))
    np.testing.assert_array_equal(x.grad, [[5, 0, 0, 7]])


def test_integers_are_pooled() -> None:
    x = np.arange(8).reshape(1, 8)
    np.testing.assert_array_equal(ag.max_pool1d(x, 3, padding=1), [[1, 4, 7]])
    np.testing.assert_array_equal(ag.avg_pool1d(x, 4), [[1.5, 5.5]])


# Messages


X, W = np.zeros((2, 3, 5, 5)), np.zeros((4, 3, 2, 2))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ag.conv2d(X[0, 0], W), ag.ShapeError,
         r"conv2d: the input is \(examples, channels, height, width\) or one example without the "
         r"first axis; its shape is \(5, 5\)"),
        (lambda: ag.conv1d(X, W), ag.ShapeError,
         r"conv1d: the input is \(examples, channels, width\)"),
        (lambda: ag.conv2d(X, W[0]), ag.ShapeError,
         r"conv2d: the weight has 4 axes, .* its shape is \(3, 2, 2\)"),
        (lambda: ag.conv2d(X, W[:, :2]), ag.ShapeError,
         r"conv2d: the input \(2, 3, 5, 5\) has 3 channels, the weight \(4, 2, 2, 2\) reads 2\."),
        (lambda: ag.conv2d(X, W, groups=2), ag.ShapeError,
         r"conv2d: groups=2 must divide the channels on both sides; the input has 3, the weight "
         r"has 4 outputs"),
        (lambda: ag.conv2d(X, W, np.zeros(3)), ag.ShapeError,
         r"conv2d: the bias has one entry for each of 4 output channels; its shape is \(3,\)"),
        (lambda: ag.conv2d(X, np.zeros((1, 3, 4, 6)), padding=(1, 0)), ag.ShapeError,
         r"conv2d: a window that spans \(4, 6\) does not fit into an image of size \(5, 5\), "
         r"padded to \(7, 5\)"),
        (lambda: ag.conv2d(X, W, stride=0), ValueError,
         "conv2d: stride is an integer of at least 1, or 2 of them; found 0"),
        (lambda: ag.conv2d(X, W, padding=(1, 2, 3)), ValueError,
         r"conv2d: padding is an integer of at least 0, or 2 of them; found \(1, 2, 3\)"),
        (lambda: ag.conv2d(X, W, padding="full"), ValueError,
         "conv2d: padding is \"same\", \"valid\" or a number; found 'full'"),
        (lambda: ag.conv2d(X, W, stride=2, padding="same"), ValueError,
         r'conv2d: padding="same" needs stride 1; found stride \(2, 2\)'),
        (lambda: ag.conv_transpose2d(X, W), ag.ShapeError,
         r"conv_transpose2d: the input \(2, 3, 5, 5\) has 3 channels, the weight .* reads 4"),
        (lambda: ag.conv_transpose2d(X, W[:3], stride=2, output_padding=2), ValueError,
         r"output_padding \(2, 2\) must be smaller than stride \(2, 2\) or dilation \(1, 1\)"),
        (lambda: ag.conv_transpose2d(X, W[:3], padding=4), ag.ShapeError,
         r"conv_transpose2d: nothing is left, size \(-2, -2\), of an input \(2, 3, 5, 5\)"),
        (lambda: ag.max_pool2d(X, 2, padding=2), ValueError,
         r"max_pool2d: padding \(2, 2\) must be at most half the kernel, \(2, 2\)"),
        (lambda: ag.avg_pool2d(X, 6), ag.ShapeError,
         r"avg_pool2d: a window that spans \(6, 6\) does not fit into an image of size \(5, 5\)"),
        (lambda: ag.adaptive_avg_pool2d(X, (2, 0)), ValueError,
         r"adaptive_avg_pool2d: output_size is a positive integer or None, or 2 of them; found "
         r"\(2, 0\)"),
    ],
)  # fmt: skip
def test_messages(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
