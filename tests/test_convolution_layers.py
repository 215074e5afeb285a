"""The layers of convolution and pooling are PyTorch's, but for the numbers they draw."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn


def layers(of: Any) -> list[Any]:
    return [
        of.Conv1d(4, 6, 3, stride=2, padding=1, groups=2),
        of.Conv1d(4, 2, 2, padding="same", padding_mode="circular"),
        of.Conv2d(1, 6, 5, padding=2),
        of.Conv2d(4, 2, (2, 3), padding="valid", dilation=(2, 1), bias=False),
        of.Conv2d(2, 2, 3, padding=(2, 1), padding_mode="reflect"),
        of.Conv2d(2, 2, 3, padding="same", padding_mode="replicate"),
        of.Conv3d(2, 2, 2, stride=(1, 2, 1)),
        of.ConvTranspose1d(4, 2, 3, stride=2, output_padding=1),
        of.ConvTranspose2d(4, 6, 3, stride=(2, 1), padding=1, groups=2, dilation=2),
        of.MaxPool1d(2),
        of.MaxPool2d((2, 1), stride=(1, 2), padding=(1, 0), dilation=(1, 1)),
        of.MaxPool3d(2, ceil_mode=True),
        of.AvgPool1d((2,), 1),
        of.AvgPool2d(3, 2, padding=1, count_include_pad=False),
        of.AvgPool3d(2),
        of.AdaptiveAvgPool1d(2),
        of.AdaptiveAvgPool2d((None, 3)),
        of.AdaptiveMaxPool1d(3),
        of.AdaptiveMaxPool2d(1),
    ]


def image_for(layer: Any) -> Any:
    axes = int(type(layer).__name__[-2])
    channels = getattr(layer, "in_channels", 2)
    return np.random.default_rng(0).normal(size=(2, channels, *(6, 7, 5)[:axes]))


@pytest.mark.parametrize("i", range(19))
def test_layers_are_torchs(i: int) -> None:
    """repr, state dictionary, values and gradients, also of one example."""
    torch = pytest.importorskip("torch")
    layer, other = layers(nn)[i], layers(torch.nn)[i].double()
    assert repr(layer) == repr(other)
    state = other.state_dict()
    for _, tensor in layer.named_parameters():
        assert tensor.dtype == np.float32
    layer = copy_in_double(layer)
    layer.load_state_dict({key: value.numpy() for key, value in state.items()})
    for part in (lambda x: x, lambda x: x[0]):
        x = part(image_for(layer))
        t, u = torch.tensor(x, requires_grad=True), ag.Tensor(x)
        layer.zero_grad()
        other.zero_grad()
        expected, found = other(t), layer(u)
        np.testing.assert_allclose(found.numpy(), expected.detach().numpy(), atol=1e-13)
        expected.square().sum().backward()
        np.sum(found**2).backward()
        np.testing.assert_allclose(u.grad, t.grad.numpy(), atol=1e-12)
        parameters = dict(other.named_parameters())
        for path, tensor in layer.named_parameters():
            np.testing.assert_allclose(tensor.grad, parameters[path].grad.numpy(), atol=1e-11)


def copy_in_double(layer: Any) -> Any:
    return ag.tree.map(
        lambda leaf: ag.Tensor(leaf.value.astype(float), leaf.name)
        if isinstance(leaf, ag.Tensor) else leaf,
        layer,
    )  # fmt: skip


def test_reprs() -> None:
    assert list(map(repr, layers(nn))) == [
        "Conv1d(4, 6, kernel_size=(3,), stride=(2,), padding=(1,), groups=2)",
        "Conv1d(4, 2, kernel_size=(2,), stride=(1,), padding=same, padding_mode=circular)",
        "Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))",
        "Conv2d(4, 2, kernel_size=(2, 3), stride=(1, 1), padding=valid, dilation=(2, 1), "
        "bias=False)",
        "Conv2d(2, 2, kernel_size=(3, 3), stride=(1, 1), padding=(2, 1), padding_mode=reflect)",
        "Conv2d(2, 2, kernel_size=(3, 3), stride=(1, 1), padding=same, padding_mode=replicate)",
        "Conv3d(2, 2, kernel_size=(2, 2, 2), stride=(1, 2, 1))",
        "ConvTranspose1d(4, 2, kernel_size=(3,), stride=(2,), output_padding=(1,))",
        "ConvTranspose2d(4, 6, kernel_size=(3, 3), stride=(2, 1), padding=(1, 1), "
        "dilation=(2, 2), groups=2)",
        "MaxPool1d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)",
        "MaxPool2d(kernel_size=(2, 1), stride=(1, 2), padding=(1, 0), dilation=(1, 1), "
        "ceil_mode=False)",
        "MaxPool3d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=True)",
        "AvgPool1d(kernel_size=(2,), stride=(1,), padding=(0,))",
        "AvgPool2d(kernel_size=3, stride=2, padding=1)",
        "AvgPool3d(kernel_size=2, stride=2, padding=0)",
        "AdaptiveAvgPool1d(output_size=2)",
        "AdaptiveAvgPool2d(output_size=(None, 3))",
        "AdaptiveMaxPool1d(output_size=3)",
        "AdaptiveMaxPool2d(output_size=1)",
    ]


def test_initial_weights_are_uniform_in_pytorchs_bounds() -> None:
    for layer in (nn.Conv2d(16, 200, 2, rng=np.random.default_rng(0)),
                  nn.ConvTranspose2d(200, 16, 2, rng=np.random.default_rng(0))):  # fmt: skip
        largest = np.abs(layer.weight.value).max()
        assert 0.124 < largest <= 0.125
        assert layer.bias is not None
        assert 0.08 < np.abs(layer.bias.value).max() <= 0.125
    ag.seed(1)
    first = nn.Conv1d(1, 1, 3).weight.value
    ag.seed(1)
    np.testing.assert_array_equal(nn.Conv1d(1, 1, 3).weight.value, first)


def test_a_small_convolutional_network_learns() -> None:
    """A bar that lies or stands, anywhere: pooling makes the place not matter."""
    rng = np.random.default_rng(0)
    images, labels = np.zeros((64, 1, 8, 8), np.float32), np.arange(64) % 2
    for image, label in zip(images, labels, strict=True):
        i, j = rng.integers(0, 5), rng.integers(0, 8)
        image[(0, slice(i, i + 4), j) if label else (0, j, slice(i, i + 4))] = 1
    net = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1, rng=rng), nn.ReLU(), nn.AdaptiveMaxPool2d(1),
        nn.Flatten(), nn.Linear(4, 2, rng=rng),
    )  # fmt: skip
    optimizer = ag.optim.Adam(net.parameters(), lr=0.05)
    for _ in range(60):
        optimizer.zero_grad()
        loss = ag.cross_entropy(net(images), labels)
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05


def test_per_example_gradients_by_vmap() -> None:
    x, w = (
        np.random.default_rng(i).normal(size=s) for i, s in enumerate([(3, 1, 5, 5), (2, 1, 3, 3)])
    )

    def loss(w: Any, x: Any) -> Any:
        return np.sum(ag.max_pool2d(np.tanh(ag.conv2d(x, w, padding=1)), 2) ** 2)

    found = ag.vmap(ag.grad(loss), (None, 0))(w, x)
    assert found.shape == (3, 2, 1, 3, 3)
    for gradient, one in zip(found, x, strict=True):
        np.testing.assert_allclose(gradient, ag.grad(loss)(w, one), rtol=1e-12)


def test_summary_counts_the_products() -> None:
    net = nn.Sequential(nn.Conv2d(2, 4, 3, groups=2), nn.ConvTranspose2d(4, 1, 2, stride=2))
    counts = [row.multiply_adds for row in nn.summary(net, np.zeros((1, 2, 5, 5))).rows]
    assert counts[1:] == [4 * 9 * 9, 4 * 9 * 4]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.Conv2d(3, 4, 3)(np.zeros((2, 2, 5, 5))), ag.ShapeError,
         r"Conv2d: the input \(2, 2, 5, 5\) has 2 channels, the weight \(4, 3, 3, 3\) reads 3"),
        (lambda: nn.Conv2d(3, 4, 3, groups=2), ValueError,
         "Conv2d: groups=2 must divide in_channels=3 and out_channels=4"),
        (lambda: nn.Conv2d(3, 4, 3, padding_mode="mirror"), ValueError,
         "Conv2d: padding_mode is one of zeros, reflect, replicate, circular; found 'mirror'"),
    ],
)  # fmt: skip
def test_messages(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
