"""Single steps of the recurrent layers, for a loop of one's own."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd_lite.errors import ShapeError
from autograd_lite.nn.module import Module
from autograd_lite.nn.recurrent import (
    Weights,
    add_parameters,
    known,
    pair,
    run_gru,
    run_lstm,
    run_rnn,
)


class RecurrentCell(Module):
    """One step: x (batch, input_size), state (batch, hidden_size); both may lack the batch."""

    gates = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        *,
        dtype: DTypeLike = np.float32,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.input_size, self.hidden_size = input_size, hidden_size
        add_parameters(self, "", self.gates, (input_size, hidden_size), bias, dtype, rng)

    def prepared(self, x: Any, *states: Any) -> list[Any]:
        """The input as a sequence of one step, and the states with a batch; zeros for None."""
        if x.ndim not in (1, 2) or x.shape[-1] != self.input_size:
            raise ShapeError(
                f"{type(self).__name__}: x must be (batch, {self.input_size}) or "
                f"({self.input_size},); found shape {x.shape}."
            )
        wanted = (*x.shape[:-1], self.hidden_size)
        found = [np.reshape(x, (1, -1, self.input_size))]
        for state in states:
            state = np.zeros(wanted, x.dtype) if state is None else state
            if state.shape != wanted:
                raise ShapeError(
                    f"{type(self).__name__}: the state must have shape {wanted}; found "
                    f"{state.shape}."
                )
            found.append(np.reshape(state, (-1, self.hidden_size)))
        return found

    def extra_repr(self) -> str:
        bias = "" if hasattr(self, "bias_ih") else ", bias=False"
        return f"{self.input_size}, {self.hidden_size}{bias}"


class RNNCell(RecurrentCell):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        *,
        dtype: DTypeLike = np.float32,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.nonlinearity = known("RNNCell", nonlinearity)
        super().__init__(input_size, hidden_size, bias, dtype=dtype, rng=rng)

    def forward(self, x: Any, hx: Any = None) -> Any:
        sequence, start = self.prepared(x, hx)
        _, final = run_rnn(sequence, start, Weights(self, ""), self.nonlinearity)
        return np.reshape(final, (*x.shape[:-1], self.hidden_size))


class GRUCell(RecurrentCell):
    """One step of a `GRU`."""

    gates = 3

    def forward(self, x: Any, hx: Any = None) -> Any:
        sequence, start = self.prepared(x, hx)
        _, final = run_gru(sequence, start, Weights(self, ""))
        return np.reshape(final, (*x.shape[:-1], self.hidden_size))


class LSTMCell(RecurrentCell):
    """One step of an `LSTM`; the state is a pair (h, c), which is returned."""

    gates = 4

    def forward(self, x: Any, hx: Any = None) -> tuple[Any, Any]:
        sequence, *states = self.prepared(x, *pair("LSTMCell", hx))
        _, final = run_lstm(sequence, np.stack(states), Weights(self, ""))
        shape = (*x.shape[:-1], self.hidden_size)
        return np.reshape(final[0], shape), np.reshape(final[1], shape)
