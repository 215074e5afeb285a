"""HIPS autograd: value_and_grad of a function in its own NumPy; updates in plain NumPy."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import problems
from autograd import value_and_grad
from autograd.tracer import getval
from problems import Problem
from workloads import Steps, matrix_steps

from engines.numpy_updates import SGD, Adam

VERSION = version("autograd")


def training(loss_of: Callable[..., Any], optimizer: SGD) -> Steps:
    value_and_gradients = value_and_grad(loss_of)

    def step() -> Any:
        loss, grads = value_and_gradients(optimizer.params)
        optimizer.step(grads)
        return loss

    return Steps(step, lambda: optimizer.params, optimizer.reset)


def tanh_mlp() -> Steps:
    params, (x, y), _ = problems.tanh_mlp()

    def loss_of(params: Any) -> Any:
        w1, b1, w2, b2, w3, b3 = params
        h = anp.tanh(x @ w1 + b1)
        h = anp.tanh(h @ w2 + b2)
        error = h @ w3 + b3 - y
        return anp.mean(error * error)

    return training(loss_of, SGD(params))


def relu_mlp(problem: Problem) -> Steps:
    params, (x, labels), _ = problem
    rows = np.arange(len(labels))

    def loss_of(params: Any) -> Any:
        w1, b1, w2, b2, w3, b3 = params
        h = relu(x @ w1 + b1)
        h = relu(h @ w2 + b2)
        return cross_entropy(h @ w3 + b3)

    def cross_entropy(z: Any) -> Any:
        z = z - np.max(getval(z), axis=1, keepdims=True)  # cancels out, so it may be a constant
        return anp.mean(anp.log(anp.sum(anp.exp(z), axis=1)) - z[rows, labels])

    return training(loss_of, Adam(params))


def relu(x: Any) -> Any:
    return x * (x > 0)  # quicker here than anp.maximum, whose rule looks for ties


def chain() -> Steps:
    (start,) = problems.chain().leaves
    factor = np.array(problems.CHAIN_FACTOR, np.float32)
    term = np.array(problems.CHAIN_TERM, np.float32)
    g: Any = None

    def chained(x: Any) -> Any:
        for _ in range(problems.CHAIN_OPERATIONS // 2):
            x = x * factor
            x = x + term
        return anp.sum(x)

    value_and_gradient = value_and_grad(chained)

    def step() -> Any:
        nonlocal g
        loss, g = value_and_gradient(start)
        return loss

    return Steps(step, lambda: [g], lambda: None)


def hessian() -> Steps:
    x = problems.rosenbrock().leaves[0]

    def rosenbrock(x: Any) -> Any:
        return anp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    made = autograd.hessian(rosenbrock)
    return matrix_steps(lambda: made(x))


def jacobian() -> Steps:
    (x,), (w1, w2), _ = problems.dense_map()
    made = autograd.jacobian(lambda x: anp.tanh(w2 @ anp.tanh(w1 @ x)))
    return matrix_steps(lambda: made(x))


MADE: dict[str, Callable[[], Steps]] = {
    "tanh_mlp": tanh_mlp,
    "small_relu_mlp": lambda: relu_mlp(problems.small_relu_mlp()),
    "relu_mlp": lambda: relu_mlp(problems.relu_mlp()),
    "chain": chain,
    "hessian": hessian,
    "jacobian": jacobian,
}


def steps(workload: str) -> Steps:
    return MADE[workload]()
