"""LeNet in PyTorch, eager, with its fused layers, loss and optimizer."""

from typing import Any

import torch
from torch.nn import functional
from workloads import Steps

import lenet


def steps() -> Steps:
    images, targets, start = lenet.data()
    x, labels = torch.from_numpy(images), torch.from_numpy(targets)
    params = [torch.tensor(p, requires_grad=True) for p in start]
    optimizer = torch.optim.SGD(params, lr=lenet.RATE, fused=True)

    def loss_of(
        k1: Any, b1: Any, k2: Any, b2: Any, w3: Any, b3: Any, w4: Any, b4: Any, w5: Any, b5: Any
    ) -> Any:
        h = torch.relu(functional.conv2d(x, k1, b1, padding=lenet.PADDING))
        h = functional.max_pool2d(h, lenet.POOL)
        h = torch.relu(functional.conv2d(h, k2, b2))
        h = functional.max_pool2d(h, lenet.POOL).flatten(1)
        h = torch.relu(functional.linear(h, w3, b3))
        h = torch.relu(functional.linear(h, w4, b4))
        return functional.cross_entropy(functional.linear(h, w5, b5), labels)

    def step() -> Any:
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(*params)
        loss.backward()
        optimizer.step()
        return loss

    def reset() -> None:
        nonlocal optimizer
        with torch.no_grad():
            for p, value in zip(params, start):
                p.copy_(torch.from_numpy(value))
        optimizer = torch.optim.SGD(params, lr=lenet.RATE, fused=True)

    return Steps(step, lambda: [p.detach().numpy() for p in params], reset)
