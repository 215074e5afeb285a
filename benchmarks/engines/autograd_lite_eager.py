"""autograd_lite as it runs by default: every operation computed and recorded when it is called."""

from collections.abc import Callable
from typing import Any

import lenet.autograd_lite_eager
import lstm.autograd_lite_eager
import numpy as np
import transformer.autograd_lite_eager
import workloads
from workloads import Floats, Steps

import autograd_lite as ag

VERSION = ag.__version__


def training(
    start: list[Floats],
    loss_of: Callable[..., Any],
    make_optimizer: Callable[[list[ag.Tensor]], ag.optim.Optimizer],
) -> Steps:
    params = [ag.Tensor(p) for p in start]
    optimizer = make_optimizer(params)

    def step() -> Any:
        optimizer.zero_grad()
        loss = loss_of(*params)
        loss.backward()
        optimizer.step()
        return loss

    def reset() -> None:
        nonlocal optimizer
        for p, value in zip(params, start):
            p.assign(value)
        optimizer = make_optimizer(params)

    return Steps(step, lambda: [p.numpy() for p in params], reset)


def tanh_mlp() -> Steps:
    x, y, params = workloads.tanh_mlp()

    def loss_of(w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any) -> Any:
        h = np.tanh(x @ w1 + b1)
        h = np.tanh(h @ w2 + b2)
        return ag.mse(h @ w3 + b3, y)

    return training(params, loss_of, lambda ps: ag.optim.SGD(ps, lr=workloads.SGD_RATE))


def relu_mlp() -> Steps:
    x, labels, params = workloads.relu_mlp()

    def loss_of(w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any) -> Any:
        h = ag.relu(x @ w1 + b1)
        h = ag.relu(h @ w2 + b2)
        return ag.cross_entropy(h @ w3 + b3, labels)

    def make_optimizer(params: list[ag.Tensor]) -> ag.optim.Optimizer:
        return ag.optim.Adam(
            params, lr=workloads.ADAM_RATE, betas=workloads.ADAM_BETAS, eps=workloads.ADAM_EPS
        )

    return training(params, loss_of, make_optimizer)


def chain() -> Steps:
    start = ag.Tensor(workloads.chain())
    factor = np.array(workloads.CHAIN_FACTOR, np.float32)
    term = np.array(workloads.CHAIN_TERM, np.float32)

    def step() -> Any:
        x: Any = start
        for _ in range(workloads.CHAIN_OPERATIONS // 2):
            x = x * factor
            x = x + term
        loss = x.sum()
        start.grad = None
        loss.backward()
        return loss

    return Steps(step, lambda: [start.grad], lambda: None)


def hessian() -> Steps:
    x = workloads.rosenbrock()
    made = ag.hessian(rosenbrock)
    return workloads.matrix(lambda: made(x))


def rosenbrock(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def jacobian() -> Steps:
    x, w1, w2 = workloads.dense_map()
    made = ag.jacobian(lambda x: np.tanh(w2 @ np.tanh(w1 @ x)))
    return workloads.matrix(lambda: made(x))


WORKLOADS = {
    "tanh_mlp": tanh_mlp,
    "relu_mlp": relu_mlp,
    "chain": chain,
    "hessian": hessian,
    "jacobian": jacobian,
    "lenet": lenet.autograd_lite_eager.steps,
    "transformer": transformer.autograd_lite_eager.steps,
    "lstm": lstm.autograd_lite_eager.steps,
}
