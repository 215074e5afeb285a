"""PyTorch's LSTM layer."""

from typing import Any

import torch
from workloads import Steps

from lstm import HIDDEN, WIDTH, data


def steps() -> Steps:
    """The loss and all gradients, by one backward pass over a graph recorded anew."""
    inputs, start = data()
    x, layer = torch.from_numpy(inputs).requires_grad_(), torch.nn.LSTM(WIDTH, HIDDEN)
    layer.load_state_dict({f"{n}_l0": torch.from_numpy(p) for n, p in start._asdict().items()})
    leaves = [*(layer.get_parameter(f"{name}_l0") for name in start._fields), x]
    grads: Any = None

    def step() -> Any:
        nonlocal grads
        hidden, _ = layer(x)
        loss = hidden.square().mean()
        grads = torch.autograd.grad(loss, leaves)
        return loss

    return Steps(step, lambda: [g.numpy() for g in grads], lambda: None)
