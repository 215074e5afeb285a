"""PyTorch, eager, on the CPU: its fused layers, losses and optimizers."""

from collections.abc import Callable
from typing import Any

import torch
from losses.torch_losses import LOSSES, MAPS
from problems import ADAM_BETAS, ADAM_EPS, ADAM_RATE, SGD_RATE, Problem
from workloads import WORKLOADS, Steps, gradient_steps, matrix_steps

VERSION = torch.__version__


def steps(workload: str) -> Steps:
    problem = WORKLOADS[workload].problem()
    leaves, data = tensors(problem.leaves), tensors(problem.data)
    if problem.kind == "hessian":
        # Four times as fast as torch.func.hessian, whose forward mode is slow on small arrays.
        hessian = torch.autograd.functional.hessian
        return matrix_steps(lambda: hessian(MAPS[workload], leaves[0], vectorize=True))
    if problem.kind == "jacobian":
        jacobian = torch.func.jacrev(MAPS[workload])
        return matrix_steps(lambda: jacobian(*leaves, *data))
    loss_of = LOSSES[workload]
    if problem.kind != "gradients":
        return training(problem, loss_of)

    for leaf in leaves:
        leaf.requires_grad_()

    def value_and_gradients() -> Any:
        loss = loss_of(leaves, *data)
        return loss, torch.autograd.grad(loss, leaves)

    return gradient_steps(value_and_gradients)


def tensors(arrays: Any) -> list[Any]:
    """Tensors in the arrays' own memory."""
    return [torch.from_numpy(array) for array in arrays]


def training(problem: Problem, loss_of: Callable[..., Any]) -> Steps:
    params = [torch.tensor(p, requires_grad=True) for p in problem.leaves]
    data = tensors(problem.data)
    optimizer = make_optimizer(problem, params)

    def step() -> Any:
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(params, *data)
        loss.backward()
        optimizer.step()
        return loss

    def reset() -> None:
        nonlocal optimizer
        with torch.no_grad():
            for p, value in zip(params, problem.leaves):
                p.copy_(torch.from_numpy(value))
        optimizer = make_optimizer(problem, params)

    return Steps(step, lambda: [p.detach().numpy() for p in params], reset)


def make_optimizer(problem: Problem, params: list[Any]) -> Any:
    """The fused updates: on the CPU they are the quickest of PyTorch's three kinds."""
    if problem.kind == "sgd":
        return torch.optim.SGD(params, lr=SGD_RATE, fused=True)
    return torch.optim.Adam(params, lr=ADAM_RATE, betas=ADAM_BETAS, eps=ADAM_EPS, fused=True)
