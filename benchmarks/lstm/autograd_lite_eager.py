"""autograd_lite's LSTM layer, computed and recorded as it is called."""

from typing import Any

import numpy as np
from workloads import Steps

import autograd_lite as ag
from lstm import HIDDEN, WIDTH, data


def steps() -> Steps:
    """The loss and all gradients, by one backward pass over a graph recorded anew."""
    inputs, start = data()
    x, layer = ag.Tensor(inputs), ag.nn.LSTM(WIDTH, HIDDEN)
    named = dict(layer.named_parameters())
    params = [named[f"{name}_l0"] for name in start._fields]
    for p, value in zip(params, start):
        p.assign(value)
    leaves = [*params, x]

    def step() -> Any:
        for leaf in leaves:
            leaf.grad = None
        hidden, _ = layer(x)
        loss = np.mean(np.square(hidden))
        loss.backward()
        return loss

    return Steps(step, lambda: [leaf.grad for leaf in leaves], lambda: None)
