"""MyGrad, without its guard against writing into arrays; updates in plain NumPy.

Constants are np.float32, since a Python number would turn its float32 into float64.
"""

from collections.abc import Callable
from typing import Any

import mygrad as mg
import numpy as np
import problems
from mygrad.nnet.activations import relu
from mygrad.nnet.losses import softmax_crossentropy
from problems import Problem
from workloads import Steps

from engines.numpy_updates import SGD, Adam

VERSION = mg.__version__

mg.turn_memory_guarding_off()


def training(loss_of: Callable[..., Any], optimizer: SGD) -> Steps:
    params = [mg.tensor(p, copy=False) for p in optimizer.params]  # the optimizer writes into these

    def step() -> Any:
        for p in params:
            p.null_grad()
        loss = loss_of(*params)
        loss.backward()
        optimizer.step([p.grad for p in params])
        return loss

    return Steps(step, lambda: optimizer.params, optimizer.reset)


def tanh_mlp() -> Steps:
    params, (x, y), _ = problems.tanh_mlp()

    def loss_of(w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any) -> Any:
        h = mg.tanh(x @ w1 + b1)
        h = mg.tanh(h @ w2 + b2)
        return mg.mean(mg.square(h @ w3 + b3 - y))

    return training(loss_of, SGD(params))


def relu_mlp(problem: Problem) -> Steps:
    params, (x, labels), _ = problem

    def loss_of(w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any) -> Any:
        h = relu(x @ w1 + b1)
        h = relu(h @ w2 + b2)
        return softmax_crossentropy(h @ w3 + b3, labels)

    return training(loss_of, Adam(params))


def chain() -> Steps:
    start = mg.tensor(problems.chain().leaves[0])
    factor, term = np.float32(problems.CHAIN_FACTOR), np.float32(problems.CHAIN_TERM)

    def step() -> Any:
        x = start
        for _ in range(problems.CHAIN_OPERATIONS // 2):
            x = x * factor
            x = x + term
        loss = x.sum()
        start.null_grad()
        loss.backward()
        return loss

    return Steps(step, lambda: [start.grad], lambda: None)


MADE: dict[str, Callable[[], Steps]] = {
    "tanh_mlp": tanh_mlp,
    "small_relu_mlp": lambda: relu_mlp(problems.small_relu_mlp()),
    "relu_mlp": lambda: relu_mlp(problems.relu_mlp()),
    "chain": chain,
}


def steps(workload: str) -> Steps:
    return MADE[workload]()
