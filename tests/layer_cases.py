"""Layers, built by the same line in this library and in PyTorch, and what they are called on.

Parameters, inputs and cotangents are made by formulas, so that PyTorch's results can be recorded:
`record_layers()` prints them (it needs torch), `layer_references.py` holds them.
"""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from autograd_lite import nn


class LayerCase(NamedTuple):
    name: str
    make: Callable[[Any], Any]  # of a namespace of layers
    shapes: tuple[tuple[int, ...], ...]
    call: Callable[..., Any] = lambda layer, *xs: layer(*xs)  # with arrays made by `like`
    rtol: float = 1e-9


def case(name: str, make: Callable[[Any], Any], *shapes: tuple[int, ...], **rest: Any) -> LayerCase:
    return LayerCase(name, make, shapes, **rest)


def wave(shape: tuple[int, ...], seed: int) -> Any:
    """Numbers between -1 and 1, without order but by a formula."""
    n = np.arange(np.prod(shape, dtype=int))
    return np.sin(n * 1.7 + seed * 0.9 + 0.3 * n * n % 7).reshape(shape)


def like(x: Any, array: Any) -> Any:
    """`array` in the kind of the operand x; numbers in its dtype."""
    if type(x).__module__ == "torch":
        import torch

        found = torch.from_numpy(array)
        return found.to(x.dtype) if array.dtype.kind == "f" else found
    return array.astype(x.dtype) if array.dtype.kind == "f" else array


class InDouble:
    """This library's layers, in float64."""

    def __getattr__(self, name: str) -> Any:
        layer = getattr(nn, name)
        takes = "dtype" in inspect.signature(layer).parameters
        return partial(layer, dtype=np.float64) if takes else layer


TRIANGLE = np.triu(np.ones((4, 4), bool), 1)
PADDING = np.array([[False, False, False, True], [False, False, False, False]])
ROWS = np.array([[0, 2, 1], [4, 2, 0]])


def embedded(layer: Any, x: Any) -> Any:
    """The embedding of numbers, times an operand, so that there is one to differentiate by."""
    return layer(like(x, ROWS)) * x


def in_eval(layer: Any, x: Any) -> Any:
    """The running statistics of one batch, used on another."""
    layer.train()
    layer(x * 2 + 1)
    layer.eval()
    return layer(x)


def recurrent(shape: tuple[int, int, int], *states: Any) -> dict[str, Any]:
    """Called with a state of this shape, the state after it among the results."""

    def call(layer: Any, x: Any) -> Any:
        given = tuple(like(x, wave(shape, 20 + i)) for i in range(len(states) + 1))
        out, final = layer(x, given if len(given) > 1 else given[0])
        finals = final if isinstance(final, tuple) else (final,)
        return sum(((s * s).sum() for s in finals), start=out)

    return {"call": call}


def cell(count: int) -> dict[str, Any]:
    def call(layer: Any, x: Any) -> Any:
        states = tuple(like(x, wave((2, 4), 20 + i)) for i in range(count))
        out = layer(x, states if count > 1 else states[0])
        return sum((i + 1) * s for i, s in enumerate(out)) if count > 1 else out

    return {"call": call}


def attention(**kwargs: Any) -> dict[str, Any]:
    def call(layer: Any, *xs: Any) -> Any:
        xs = xs * 3 if len(xs) == 1 else xs
        given = {k: like(xs[0], v) if isinstance(v, np.ndarray) else v for k, v in kwargs.items()}
        out, weights = layer(*xs, **given)
        return out if weights is None else out + weights.sum() + (weights * weights).sum()

    return {"call": call}


def encoder(**kwargs: Any) -> dict[str, Any]:
    def call(layer: Any, x: Any) -> Any:
        return layer(x, **{key: like(x, value) for key, value in kwargs.items()})

    return {"call": call}


LAYERS = [
    case("Linear", lambda nn: nn.Linear(3, 4), (5, 3)),
    case("Linear without bias", lambda nn: nn.Linear(3, 4, bias=False), (2, 5, 3)),
    case("Bilinear", lambda nn: nn.Bilinear(3, 2, 4), (5, 3), (5, 2)),
    case("Embedding", lambda nn: nn.Embedding(5, 4), (2, 3, 4), call=embedded),
    case("Embedding with padding", lambda nn: nn.Embedding(5, 4, padding_idx=2), (2, 3, 4),
         call=embedded),
    case("Flatten", lambda nn: nn.Flatten(1, 2), (2, 3, 2, 2)),
    case("Unflatten", lambda nn: nn.Unflatten(1, (3, 2)), (2, 6)),
    case("Sequential", lambda nn: nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)),
         (5, 3)),
    case("LayerNorm", lambda nn: nn.LayerNorm((3, 4)), (2, 3, 4)),
    case("LayerNorm, no affine", lambda nn: nn.LayerNorm(4, elementwise_affine=False), (2, 4)),
    case("LayerNorm, no bias", lambda nn: nn.LayerNorm(4, bias=False, eps=1e-2), (2, 3, 4)),
    case("RMSNorm", lambda nn: nn.RMSNorm((3, 4)), (2, 3, 4)),
    case("RMSNorm, eps", lambda nn: nn.RMSNorm(4, eps=1e-2, elementwise_affine=False), (2, 4)),
    case("GroupNorm", lambda nn: nn.GroupNorm(2, 4), (2, 4, 3, 2)),
    case("GroupNorm, no affine", lambda nn: nn.GroupNorm(4, 4, affine=False), (3, 4, 2)),
    case("InstanceNorm1d", lambda nn: nn.InstanceNorm1d(3), (2, 3, 4)),
    case("InstanceNorm2d", lambda nn: nn.InstanceNorm2d(3, affine=True), (2, 3, 2, 2)),
    case("BatchNorm1d", lambda nn: nn.BatchNorm1d(3), (5, 3)),
    case("BatchNorm1d, sequences", lambda nn: nn.BatchNorm1d(3), (4, 3, 2)),
    case("BatchNorm1d in evaluation", lambda nn: nn.BatchNorm1d(3), (5, 3), call=in_eval),
    case("BatchNorm2d", lambda nn: nn.BatchNorm2d(3), (2, 3, 2, 2)),
    case("BatchNorm2d, cumulative", lambda nn: nn.BatchNorm2d(3, momentum=None, affine=False),
         (2, 3, 2, 2), call=in_eval),
    case("BatchNorm1d, no statistics", lambda nn: nn.BatchNorm1d(3, track_running_stats=False),
         (5, 3), call=in_eval),
    case("RNN", lambda nn: nn.RNN(3, 4), (5, 2, 3), **recurrent((1, 2, 4))),
    case("RNN, relu, two layers", lambda nn: nn.RNN(3, 4, 2, "relu", batch_first=True),
         (2, 5, 3), **recurrent((2, 2, 4))),
    case("LSTM", lambda nn: nn.LSTM(3, 4), (5, 2, 3), **recurrent((1, 2, 4), 2)),
    case("LSTM, two layers, both ways", lambda nn: nn.LSTM(3, 4, 2, bidirectional=True),
         (5, 2, 3), **recurrent((4, 2, 4), 2)),
    case("LSTM, no bias", lambda nn: nn.LSTM(3, 4, bias=False, batch_first=True), (2, 5, 3),
         call=lambda layer, x: layer(x)[0]),
    case("LSTM without a batch", lambda nn: nn.LSTM(3, 4), (5, 3),
         call=lambda layer, x: layer(x)[0] + layer(x)[1][1].sum()),
    case("GRU", lambda nn: nn.GRU(3, 4), (5, 2, 3), **recurrent((1, 2, 4))),
    case("GRU, two layers, both ways", lambda nn: nn.GRU(3, 4, 2, bidirectional=True),
         (5, 2, 3), **recurrent((4, 2, 4))),
    case("GRU, no bias", lambda nn: nn.GRU(3, 4, bias=False), (1, 2, 3),
         call=lambda layer, x: layer(x)[0]),
    case("RNNCell", lambda nn: nn.RNNCell(3, 4), (2, 3), **cell(1)),
    case("RNNCell, relu", lambda nn: nn.RNNCell(3, 4, nonlinearity="relu"), (3,),
         call=lambda layer, x: layer(x)),
    case("LSTMCell", lambda nn: nn.LSTMCell(3, 4), (2, 3), **cell(2)),
    case("GRUCell", lambda nn: nn.GRUCell(3, 4, bias=False), (2, 3), **cell(1)),
    case("MultiheadAttention", lambda nn: nn.MultiheadAttention(6, 2), (4, 2, 6), **attention()),
    case("MultiheadAttention, other keys", lambda nn: nn.MultiheadAttention(6, 3, bias=False),
         (3, 2, 6), (4, 2, 6), (4, 2, 6), **attention(need_weights=False)),
    case("MultiheadAttention, masks", lambda nn: nn.MultiheadAttention(6, 2, batch_first=True),
         (2, 4, 6), **attention(attn_mask=TRIANGLE, key_padding_mask=PADDING,
                                average_attn_weights=False)),
    case("MultiheadAttention, added masks", lambda nn: nn.MultiheadAttention(6, 2), (4, 2, 6),
         **attention(attn_mask=wave((4, 4, 4), 9))),
    case("MultiheadAttention without a batch", lambda nn: nn.MultiheadAttention(6, 2), (4, 6),
         **attention(key_padding_mask=PADDING[0])),
    case("TransformerEncoderLayer", lambda nn: nn.TransformerEncoderLayer(6, 2, 8, 0.0),
         (4, 2, 6)),
    case("TransformerEncoderLayer, norm first",
         lambda nn: nn.TransformerEncoderLayer(6, 2, 8, 0.0, "gelu", 1e-3, True, True),
         (2, 4, 6), **encoder(src_mask=TRIANGLE, src_key_padding_mask=PADDING)),
    case("Hardsigmoid", lambda nn: nn.Hardsigmoid(), (3, 7), call=lambda layer, x: layer(x * 5),
         rtol=1e-7),  # PyTorch's slope is 1/6 rounded to float32
    case("PReLU by channel", lambda nn: nn.PReLU(3), (2, 3, 2)),
    case("Hardtanh", lambda nn: nn.Hardtanh(-0.5, 0.25), (2, 5)),
    case("GLU", lambda nn: nn.GLU(1), (2, 4, 3)),
    case("Threshold", lambda nn: nn.Threshold(0.1, 3.0), (2, 5)),
    case("Softplus", lambda nn: nn.Softplus(2.0), (2, 5)),
    case("GELU by tanh", lambda nn: nn.GELU("tanh"), (2, 5)),
    case("Softmax", lambda nn: nn.Softmax(0), (2, 5)),
    case("Softmin", lambda nn: nn.Softmin(1), (2, 5)),
    case("LogSoftmax", lambda nn: nn.LogSoftmax(1), (2, 5)),
    *(
        case(name, lambda nn, name=name: getattr(nn, name)(), (3, 7),
             call=lambda layer, x: layer(x * 5))
        for name in ("CELU", "ELU", "GELU", "Hardshrink", "Hardswish", "Identity",
                     "LeakyReLU", "LogSigmoid", "Mish", "PReLU", "ReLU", "ReLU6", "SELU", "SiLU",
                     "Sigmoid", "Softshrink", "Softsign", "Tanh", "Tanhshrink")
    ),
    *(
        case(name, lambda nn, name=name: getattr(nn, name)(), (3, 7),
             call=lambda layer, x: layer(x / 2 + 0.5, like(x, wave((3, 7), 5) / 4 + 0.5)))
        for name in ("BCELoss", "BCEWithLogitsLoss", "HuberLoss", "L1Loss", "MSELoss")
    ),
    case("CrossEntropyLoss of images", lambda nn: nn.CrossEntropyLoss(reduction="sum"),
         (2, 5, 3), call=lambda layer, x: layer(x, like(x, ROWS))),
    case("NLLLoss", lambda nn: nn.NLLLoss(), (2, 5, 3),
         call=lambda layer, x: layer(x, like(x, ROWS))),
]  # fmt: skip


def filled(layer: Any) -> dict[str, Any]:
    """Parameters by formula for a layer of either kind, by their names."""
    named = sorted((path, tuple(p.shape)) for path, p in layer.named_parameters())
    return {path: wave(shape, 30 + i) / 2 for i, (path, shape) in enumerate(named)}


def operands(case: LayerCase) -> list[Any]:
    return [wave(shape, i) for i, shape in enumerate(case.shapes)]


def summed(array: Any) -> list[float]:
    """What is recorded of an array: its sum weighted by a wave, and its root of mean square."""
    array = np.asarray(array)
    size = float(np.sqrt(np.mean(array * array))) if array.size else 0.0
    return [float(np.sum(array * wave(array.shape, 7))), size]


def torch_results(case: LayerCase) -> dict[str, Any]:
    """Output and gradients in PyTorch, by name; the operands' by their numbers."""
    import torch  # a peer, which need not be there

    layer = case.make(torch.nn).double()
    state = {k: torch.tensor(v) for k, v in filled(layer).items()}
    layer.load_state_dict({**layer.state_dict(), **state})
    xs = [torch.tensor(x, requires_grad=True) for x in operands(case)]
    out = case.call(layer, *xs)
    (out * torch.tensor(wave(tuple(out.shape), 3))).sum().backward()
    found = {"out": out, **{str(i): x.grad for i, x in enumerate(xs)}}
    found |= {path: p.grad for path, p in layer.named_parameters()}
    found |= dict(layer.named_buffers())
    return {name: value.detach().numpy() for name, value in found.items()}


def record_layers() -> None:
    for row in LAYERS:
        rounded = {
            name: [float(f"{number:.12g}") for number in summed(value)]
            for name, value in torch_results(row).items()
        }
        print(f"    {row.name!r}: {rounded!r},")
