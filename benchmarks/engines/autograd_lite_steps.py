"""How autograd_lite takes its steps; the modes differ in what they make of a function."""

from collections.abc import Callable
from typing import Any

from losses.autograd_lite_losses import LOSSES, MAPS
from problems import ADAM_BETAS, ADAM_EPS, ADAM_RATE, SGD_RATE, Problem
from workloads import WORKLOADS, Steps, gradient_steps, matrix_steps

import autograd_lite as ag

Function = Callable[..., Any]
Mode = Callable[[Function], Function]


def steps_in(mode: Mode, workload: str) -> Steps:
    """The steps of a workload, each of them one call of a function that `mode` has made."""
    problem = WORKLOADS[workload].problem()
    leaves, data, kind = problem
    if kind in ("hessian", "jacobian"):
        matrix = mode(getattr(ag, kind)(MAPS[workload]))
        return matrix_steps(lambda: matrix(*leaves, *data))
    if kind == "gradients":
        both = mode(ag.value_and_grad(LOSSES[workload]))
        return gradient_steps(lambda: both(leaves, *data))
    return training(problem, LOSSES[workload], mode)


def training(problem: Problem, loss_of: Function, mode: Mode) -> Steps:
    params = [ag.Tensor(p) for p in problem.leaves]
    optimizer = make_optimizer(problem, params)
    beginning = optimizer.state_dict()

    def train(*data: Any) -> Any:
        loss = loss_of(params, *data)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    advance = mode(train)

    def reset() -> None:
        for p, value in zip(params, problem.leaves):
            p.assign(value)
        optimizer.load_state_dict(beginning)

    return Steps(lambda: advance(*problem.data), lambda: [p.numpy() for p in params], reset)


def make_optimizer(problem: Problem, params: list[ag.Tensor]) -> ag.optim.Optimizer:
    if problem.kind == "sgd":
        return ag.optim.SGD(params, lr=SGD_RATE)
    return ag.optim.Adam(params, lr=ADAM_RATE, betas=ADAM_BETAS, eps=ADAM_EPS)
