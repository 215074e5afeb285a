"""JAX on the CPU: a whole step is one compiled function, whose old state is given up to it.

Data come in as arguments, so that nothing is computed at compile time that depends on them.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import lenet.jax_jit
import lstm.jax_jit
import transformer.jax_jit
import workloads
from workloads import Floats, Steps

VERSION = jax.__version__


def training(
    start: list[Floats],
    loss_of: Callable[..., Any],
    begin: Callable[[list[Any]], Any],
    update: Callable[[Any, list[Any]], Any],
    x: Any,
    y: Any,
) -> Steps:
    """`begin` makes the state from the parameters, which come first in it; `update` is the rule."""

    @partial(jax.jit, donate_argnums=0)
    def advance(state: Any, x: Any, y: Any) -> Any:
        loss, grads = jax.value_and_grad(loss_of)(state[0], x, y)
        return update(state, grads), loss

    state = begin([jnp.array(p) for p in start])
    inputs, targets = jnp.array(x), jnp.array(y)

    def step() -> Any:
        nonlocal state
        state, loss = jax.block_until_ready(advance(state, inputs, targets))
        return loss

    def reset() -> None:
        nonlocal state
        state = begin([jnp.array(p) for p in start])

    return Steps(step, lambda: list(state[0]), reset)


def tanh_mlp() -> Steps:
    x, y, params = workloads.tanh_mlp()

    def loss_of(params: list[Any], x: Any, y: Any) -> Any:
        w1, b1, w2, b2, w3, b3 = params
        h = jnp.tanh(x @ w1 + b1)
        h = jnp.tanh(h @ w2 + b2)
        return jnp.mean(jnp.square(h @ w3 + b3 - y))

    def sgd(state: Any, grads: list[Any]) -> Any:
        return ([p - workloads.SGD_RATE * g for p, g in zip(state[0], grads)],)

    return training(params, loss_of, lambda params: (params,), sgd, x, y)


def relu_mlp() -> Steps:
    x, labels, params = workloads.relu_mlp()

    def loss_of(params: list[Any], x: Any, labels: Any) -> Any:
        w1, b1, w2, b2, w3, b3 = params
        h = jax.nn.relu(x @ w1 + b1)
        h = jax.nn.relu(h @ w2 + b2)
        chances = jax.nn.log_softmax(h @ w3 + b3)
        return -jnp.mean(jnp.take_along_axis(chances, labels[:, None], axis=1))

    return training(params, loss_of, begin_adam, adam, x, labels)


def begin_adam(params: list[Any]) -> Any:
    zeros = [jnp.zeros_like(p) for p in params]
    return params, zeros, [jnp.zeros_like(p) for p in params], jnp.zeros((), jnp.float32)


def adam(state: Any, grads: list[Any]) -> Any:
    params, means, squares, steps = state
    b1, b2 = workloads.ADAM_BETAS
    steps = steps + 1
    # 1 - b**steps loses half its digits in float32, enough to send some relu the other way.
    root = jnp.sqrt(-jnp.expm1(steps * math.log(b2)))
    rate = workloads.ADAM_RATE * root / -jnp.expm1(steps * math.log(b1))
    eps = workloads.ADAM_EPS * root
    means = [b1 * m + (1 - b1) * g for m, g in zip(means, grads)]
    squares = [b2 * v + (1 - b2) * g * g for v, g in zip(squares, grads)]
    moved = [p - rate * m / (jnp.sqrt(v) + eps) for p, m, v in zip(params, means, squares)]
    return moved, means, squares, steps


def chain() -> Steps:
    start = jnp.array(workloads.chain())
    g: Any = None

    def chained(x: Any) -> Any:
        for _ in range(workloads.CHAIN_OPERATIONS // 2):
            x = x * workloads.CHAIN_FACTOR
            x = x + workloads.CHAIN_TERM
        return jnp.sum(x)

    value_and_gradient = jax.jit(jax.value_and_grad(chained))

    def step() -> Any:
        nonlocal g
        loss, g = jax.block_until_ready(value_and_gradient(start))
        return loss

    return Steps(step, lambda: [g], lambda: None)


def hessian() -> Steps:
    jax.config.update("jax_enable_x64", True)
    x = jnp.array(workloads.rosenbrock())

    def rosenbrock(x: Any) -> Any:
        return jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    made = jax.jit(jax.hessian(rosenbrock))
    return workloads.matrix(lambda: made(x))


def jacobian() -> Steps:
    x, w1, w2 = (jnp.array(array) for array in workloads.dense_map())
    made = jax.jit(jax.jacrev(lambda x, w1, w2: jnp.tanh(w2 @ jnp.tanh(w1 @ x))))
    return workloads.matrix(lambda: made(x, w1, w2))


WORKLOADS = {
    "tanh_mlp": tanh_mlp,
    "relu_mlp": relu_mlp,
    "chain": chain,
    "hessian": hessian,
    "jacobian": jacobian,
    "lenet": lenet.jax_jit.steps,
    "transformer": transformer.jax_jit.steps,
    "lstm": lstm.jax_jit.steps,
}
