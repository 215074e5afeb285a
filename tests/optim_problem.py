"""A fixed problem with a curved loss, for everything that tests optimizers step by step."""

from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite import optim

START = [1.0, -2.0, 3.0]
CURVATURE = np.array([1.0, 0.5, 0.1])


def loss_of(p: ag.Tensor) -> Any:
    return np.sum(CURVATURE.astype(p.dtype) * p**2) + np.sum(np.cos(3 * p))


def step(optimizer: optim.Optimizer, p: ag.Tensor) -> None:
    def closure() -> Any:
        optimizer.zero_grad()
        loss = loss_of(p)
        loss.backward()
        return loss

    optimizer.step(closure)


def run(name: str, options: dict[str, Any], steps: int) -> list[list[float]]:
    """Where START is after each step."""
    p = ag.Tensor(START)
    optimizer = getattr(optim, name)([p], **options)
    path = []
    for _ in range(steps):
        step(optimizer, p)
        path.append(p.tolist())
    return path
