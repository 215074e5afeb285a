"""Recurrent layers over sequences; names and gate order are PyTorch's."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_lite import ops
from autograd_lite.core.tensor import Tensor
from autograd_lite.errors import ShapeError
from autograd_lite.nn import init
from autograd_lite.nn.module import Module

NONLINEARITIES = ("tanh", "relu")


class Weights:
    """The parameters of one direction of one layer; the biases may be None."""

    def __init__(self, module: Module, suffix: str) -> None:
        self.weight_ih: Any = getattr(module, f"weight_ih{suffix}")
        self.weight_hh: Any = getattr(module, f"weight_hh{suffix}")
        self.bias_ih: Any = getattr(module, f"bias_ih{suffix}", None)
        self.bias_hh: Any = getattr(module, f"bias_hh{suffix}", None)

    @property
    def bias(self) -> Any:
        return None if self.bias_ih is None else self.bias_ih + self.bias_hh


def add_parameters(
    module: Module, suffix: str, gates: int, sizes: tuple[int, int], bias: bool,
    dtype: DTypeLike, rng: np.random.Generator | None,
) -> None:  # fmt: skip
    """Set weight_ih, weight_hh, bias_ih, bias_hh: uniform in +-1 / sqrt(hidden_size)."""
    fan_in, hidden = sizes
    bound = 1 / math.sqrt(hidden)
    rows = gates * hidden
    shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, fan_in), "weight_hh": (rows, hidden)}
    if bias:
        shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
    for name, shape in shapes.items():
        start = init.uniform(shape, -bound, bound, dtype=dtype, rng=rng)
        setattr(module, name + suffix, Tensor(start, name + suffix))


# What a layer does with a sequence (steps, batch, features) and the state before it


def run_rnn(x: Any, start: Any, weights: Weights, nonlinearity: str) -> tuple[Any, Any]:
    inputs = ops.affine(x, weights.weight_ih, weights.bias)
    out = ops.recurrent.rnn(inputs, weights.weight_hh, start, nonlinearity=nonlinearity)
    return out, out[-1]


def run_lstm(x: Any, start: Any, weights: Weights) -> tuple[Any, Any]:
    inputs = ops.affine(x, weights.weight_ih, weights.bias)
    out = ops.recurrent.lstm(inputs, weights.weight_hh, start)
    return out[0], out[:, -1]


def run_gru(x: Any, start: Any, weights: Weights) -> tuple[Any, Any]:
    inputs = ops.affine(x, weights.weight_ih, weights.bias_ih)
    bias = weights.bias_hh
    if bias is None:
        bias = np.zeros(weights.weight_hh.shape[0], weights.weight_hh.dtype)
    recurrent = np.concatenate([weights.weight_hh, np.expand_dims(bias, 1)], axis=1)
    out = ops.recurrent.gru(inputs, recurrent, start)
    return out, out[-1]


class Recurrent(Module):
    """Layers of one recurrence over sequences (steps, batch, input_size).

    With batch_first inputs and outputs are (batch, steps, ...); without a batch (steps, ...).
    Returns the last layer's states of all steps, and for each layer the state after the last:
    (num_layers * directions, batch, hidden_size). `dropout` is between layers, in training.
    """

    gates = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        dtype: DTypeLike = np.float32,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, dropout
        self.bidirectional = bidirectional
        self._rng = rng
        directions = 2 if bidirectional else 1
        for layer in range(num_layers):
            fan_in = input_size if layer == 0 else hidden_size * directions
            for suffix in self.suffixes(layer):
                add_parameters(self, suffix, self.gates, (fan_in, hidden_size), bias, dtype, rng)

    def suffixes(self, layer: int) -> list[str]:
        return [f"_l{layer}", f"_l{layer}_reverse"] if self.bidirectional else [f"_l{layer}"]

    def run(self, x: Any, start: Any, weights: Weights) -> tuple[Any, Any]:
        raise NotImplementedError

    def forward(self, x: Any, hx: Any = None) -> tuple[Any, Any]:
        x, is_batched = self.steps_first(x)
        starts = self.starts(x, hx, is_batched)
        finals = []
        for layer in range(self.num_layers):
            if layer:
                x = ops.dropout(x, self.dropout, self.training, rng=self._rng)
            outs = []
            for suffix in self.suffixes(layer):
                backwards = suffix.endswith("reverse")
                sequence = x[::-1] if backwards else x
                out, final = self.run(sequence, next(starts), Weights(self, suffix))
                outs.append(out[::-1] if backwards else out)
                finals.append(final)
            x = outs[0] if len(outs) == 1 else np.concatenate(outs, axis=-1)
        return self.as_given(x, is_batched), self.joined(finals, is_batched)

    def steps_first(self, x: Any) -> tuple[Any, bool]:
        """(steps, batch, input_size), and whether there was a batch."""
        if x.ndim not in (2, 3) or x.shape[-1] != self.input_size:
            raise ShapeError(
                f"{type(self).__name__}: x must be (steps, batch, {self.input_size}), with "
                f"batch_first (batch, steps, {self.input_size}), or (steps, {self.input_size}); "
                f"found shape {x.shape}."
            )
        if x.ndim == 2:
            x = np.expand_dims(x, 1)
            is_batched = False
        else:
            x = np.swapaxes(x, 0, 1) if self.batch_first else x
            is_batched = True
        if x.shape[0] == 0:
            raise ShapeError(f"{type(self).__name__}: the sequence has no steps.")
        return x, is_batched

    def as_given(self, x: Any, is_batched: bool) -> Any:
        """The other way round."""
        if not is_batched:
            return x[:, 0]
        return np.swapaxes(x, 0, 1) if self.batch_first else x

    def state(self, name: str, x: Any, given: Any, is_batched: bool) -> Any:
        """A state as it was given, (layers * directions, batch, hidden); zeros for None."""
        layers = self.num_layers * (2 if self.bidirectional else 1)
        shape = (layers, x.shape[1], self.hidden_size)
        if given is None:
            return np.zeros(shape, x.dtype)
        wanted = shape if is_batched else (layers, self.hidden_size)
        if given.shape != wanted:
            raise ShapeError(
                f"{type(self).__name__}: {name} must have shape {wanted}; found {given.shape}."
            )
        return given if is_batched else np.expand_dims(given, 1)

    def starts(self, x: Any, hx: Any, is_batched: bool) -> Iterator[Any]:
        return iter(np.unstack(self.state("hx", x, hx, is_batched)))

    def joined(self, finals: list[Any], is_batched: bool) -> Any:
        return stacked(finals, is_batched)

    def extra_repr(self) -> str:
        shown = {"num_layers": 1, "bias": True, "batch_first": False, "dropout": 0.0,
                 "bidirectional": False}  # fmt: skip
        changed = [
            f", {name}={getattr(self, name)}"
            for name, default in shown.items()
            if getattr(self, name) != default
        ]
        return f"{self.input_size}, {self.hidden_size}" + "".join(changed)


def stacked(states: list[Any], is_batched: bool) -> Any:
    joined = np.stack(states)
    return joined if is_batched else joined[:, 0]


class RNN(Recurrent):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu; see `Recurrent`."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        dtype: DTypeLike = np.float32,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.nonlinearity = known("RNN", nonlinearity)
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
            dtype=dtype, rng=rng,
        )  # fmt: skip

    def run(self, x: Any, start: Any, weights: Weights) -> tuple[Any, Any]:
        return run_rnn(x, start, weights, self.nonlinearity)


def known(owner: str, nonlinearity: str) -> str:
    if nonlinearity not in NONLINEARITIES:
        raise ValueError(f"{owner}: nonlinearity is tanh or relu; found {nonlinearity!r}.")
    return nonlinearity


class GRU(Recurrent):
    """Gated recurrent units, gates in the order r, z, n; see `Recurrent`."""

    gates = 3

    def run(self, x: Any, start: Any, weights: Weights) -> tuple[Any, Any]:
        return run_gru(x, start, weights)


class LSTM(Recurrent):
    """Long short-term memory, gates in the order i, f, g, o; see `Recurrent`.

    The state is a pair: the hidden state h and the cell c, each as the one state of the others.
    """

    gates = 4

    def run(self, x: Any, start: Any, weights: Weights) -> tuple[Any, Any]:
        return run_lstm(x, start, weights)

    def starts(self, x: Any, hx: Any, is_batched: bool) -> Iterator[Any]:
        h, c = pair("LSTM", hx)
        states = [self.state(name, x, s, is_batched) for name, s in (("h_0", h), ("c_0", c))]
        return iter(np.unstack(np.stack(states, axis=1)))

    def joined(self, finals: list[Any], is_batched: bool) -> Any:
        both = np.stack(finals)
        return tuple(part if is_batched else part[:, 0] for part in (both[:, 0], both[:, 1]))


def pair(owner: str, hx: Any) -> tuple[Any, Any]:
    if hx is None:
        return None, None
    if not isinstance(hx, tuple | list) or len(hx) != 2:
        raise TypeError(f"{owner}: the state is a pair (h, c); found {type(hx).__name__}.")
    return hx[0], hx[1]
