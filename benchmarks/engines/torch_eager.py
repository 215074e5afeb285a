"""PyTorch, eager, on the CPU: its fused layers, losses and optimizers."""

from collections.abc import Callable
from typing import Any

import lenet.torch_eager
import lstm.torch_eager
import torch
import transformer.torch_eager
import workloads
from torch.nn import functional
from workloads import Floats, Steps

VERSION = torch.__version__


def training(
    start: list[Floats], loss_of: Callable[..., Any], make_optimizer: Callable[..., Any]
) -> Steps:
    params = [torch.tensor(p, requires_grad=True) for p in start]
    optimizer = make_optimizer(params)

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
        optimizer = make_optimizer(params)

    return Steps(step, lambda: [p.detach().numpy() for p in params], reset)


def tanh_mlp() -> Steps:
    inputs, targets, params = workloads.tanh_mlp()
    x, y = torch.from_numpy(inputs), torch.from_numpy(targets)

    def loss_of(w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any) -> Any:
        h = torch.tanh(torch.addmm(b1, x, w1))
        h = torch.tanh(torch.addmm(b2, h, w2))
        return functional.mse_loss(torch.addmm(b3, h, w3), y)

    def make_optimizer(params: list[Any]) -> Any:
        return torch.optim.SGD(params, lr=workloads.SGD_RATE, fused=True)

    return training(params, loss_of, make_optimizer)


def relu_mlp() -> Steps:
    inputs, targets, params = workloads.relu_mlp()
    x, labels = torch.from_numpy(inputs), torch.from_numpy(targets)

    def loss_of(w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any) -> Any:
        h = torch.relu(torch.addmm(b1, x, w1))
        h = torch.relu(torch.addmm(b2, h, w2))
        return functional.cross_entropy(torch.addmm(b3, h, w3), labels)

    def make_optimizer(params: list[Any]) -> Any:
        return torch.optim.Adam(
            params,
            lr=workloads.ADAM_RATE,
            betas=workloads.ADAM_BETAS,
            eps=workloads.ADAM_EPS,
            fused=True,
        )

    return training(params, loss_of, make_optimizer)


def chain() -> Steps:
    start = torch.tensor(workloads.chain(), requires_grad=True)
    g: Any = None

    def step() -> Any:
        nonlocal g
        x = start
        for _ in range(workloads.CHAIN_OPERATIONS // 2):
            x = x * workloads.CHAIN_FACTOR
            x = x + workloads.CHAIN_TERM
        loss = x.sum()
        (g,) = torch.autograd.grad(loss, start)
        return loss

    return Steps(step, lambda: [g.numpy()], lambda: None)


def hessian() -> Steps:
    x = torch.tensor(workloads.rosenbrock())

    def rosenbrock(x: Any) -> Any:
        return torch.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    made = torch.func.hessian(rosenbrock)
    return workloads.matrix(lambda: made(x))


def jacobian() -> Steps:
    x, w1, w2 = (torch.tensor(array) for array in workloads.dense_map())
    made = torch.func.jacrev(lambda x: torch.tanh(w2 @ torch.tanh(w1 @ x)))
    return workloads.matrix(lambda: made(x))


WORKLOADS = {
    "tanh_mlp": tanh_mlp,
    "relu_mlp": relu_mlp,
    "chain": chain,
    "hessian": hessian,
    "jacobian": jacobian,
    "lenet": lenet.torch_eager.steps,
    "transformer": transformer.torch_eager.steps,
    "lstm": lstm.torch_eager.steps,
}
