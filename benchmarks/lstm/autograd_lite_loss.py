"""What autograd_lite's layer nn.LSTM does with its parameters, which here come in as arguments."""

from typing import Any

import numpy as np

import autograd_lite as ag
from lstm import BATCH, HIDDEN, Params


def loss_of(leaves: Any) -> Any:
    *params, x = leaves
    p = Params(*params)
    contributed = ag.affine(x, p.weight_ih, p.bias_ih + p.bias_hh)
    start = np.zeros((2, BATCH, HIDDEN), np.float32)  # hidden state and cell
    hidden = ag.ops.recurrent.lstm(contributed, p.weight_hh, start)[0]
    return np.mean(np.square(hidden))
