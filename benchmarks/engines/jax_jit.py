"""JAX on the CPU: a whole step is one compiled function, whose old state is given up to it.

Data come in as arguments, so that nothing is computed at compile time that depends on them.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from losses.jax_losses import LOSSES, MAPS
from problems import ADAM_BETAS, ADAM_EPS, ADAM_RATE, SGD_RATE, Problem
from workloads import WORKLOADS, Steps, gradient_steps, matrix_steps

VERSION = jax.__version__


def steps(workload: str) -> Steps:
    """Each step waits until everything has been computed."""
    problem = WORKLOADS[workload].problem()
    if problem.kind in ("sgd", "adam"):
        return training(problem, LOSSES[workload])
    jax.config.update("jax_enable_x64", problem.kind == "hessian")
    leaves, data = arrays(problem.leaves), arrays(problem.data)
    if problem.kind == "gradients":
        both = jax.jit(jax.value_and_grad(LOSSES[workload]))
        return gradient_steps(lambda: jax.block_until_ready(both(leaves, *data)))
    transform = jax.hessian if problem.kind == "hessian" else jax.jacrev
    matrix = jax.jit(transform(MAPS[workload]))
    return matrix_steps(lambda: jax.block_until_ready(matrix(*leaves, *data)))


def arrays(given: Any) -> list[Any]:
    """JAX's arrays in the memory of NumPy's, where that is possible."""
    return [jnp.asarray(array) for array in given]


def training(problem: Problem, loss_of: Callable[..., Any]) -> Steps:
    """The state is the parameters, and with Adam what it keeps, handed on from step to step."""
    begin, update = (begin_adam, adam) if problem.kind == "adam" else (begin_sgd, sgd)

    @partial(jax.jit, donate_argnums=0)
    def advance(state: Any, *data: Any) -> Any:
        loss, grads = jax.value_and_grad(loss_of)(state[0], *data)
        return update(state, grads), loss

    data = arrays(problem.data)
    state = begin(problem)

    def step() -> Any:
        nonlocal state
        state, loss = jax.block_until_ready(advance(state, *data))
        return loss

    def reset() -> None:
        nonlocal state
        state = begin(problem)

    return Steps(step, lambda: list(state[0]), reset)


def begin_sgd(problem: Problem) -> Any:
    return ([jnp.array(p) for p in problem.leaves],)


def sgd(state: Any, grads: Any) -> Any:
    return ([p - SGD_RATE * g for p, g in zip(state[0], grads)],)


def begin_adam(problem: Problem) -> Any:
    params, means, squares = ([jnp.array(p * scale) for p in problem.leaves] for scale in (1, 0, 0))
    return params, means, squares, jnp.zeros((), jnp.float32)


def adam(state: Any, grads: Any) -> Any:
    params, means, squares, steps = state
    b1, b2 = ADAM_BETAS
    steps = steps + 1
    # 1 - b**steps loses half its digits in float32, enough to send some relu the other way.
    root = jnp.sqrt(-jnp.expm1(steps * math.log(b2)))
    rate = ADAM_RATE * root / -jnp.expm1(steps * math.log(b1))
    eps = ADAM_EPS * root
    means = [b1 * m + (1 - b1) * g for m, g in zip(means, grads)]
    squares = [b2 * v + (1 - b2) * g * g for v, g in zip(squares, grads)]
    moved = [p - rate * m / (jnp.sqrt(v) + eps) for p, m, v in zip(params, means, squares)]
    return moved, means, squares, steps
