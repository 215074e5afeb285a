"""The losses in JAX, as one would write them."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import lenet.jax_loss
import lstm.jax_loss
import problems
import transformer.jax_loss


def tanh_mlp(params: Any, x: Any, y: Any) -> Any:
    w1, b1, w2, b2, w3, b3 = params
    h = jnp.tanh(x @ w1 + b1)
    h = jnp.tanh(h @ w2 + b2)
    return jnp.mean(jnp.square(h @ w3 + b3 - y))


def relu_mlp(params: Any, x: Any, labels: Any) -> Any:
    w1, b1, w2, b2, w3, b3 = params
    h = jax.nn.relu(x @ w1 + b1)
    h = jax.nn.relu(h @ w2 + b2)
    return cross_entropy([h @ w3 + b3], labels)


def chain(leaves: Any) -> Any:
    (x,) = leaves
    for _ in range(problems.CHAIN_OPERATIONS // 2):
        x = x * problems.CHAIN_FACTOR
        x = x + problems.CHAIN_TERM
    return jnp.sum(x)


def gelu(leaves: Any) -> Any:
    (x,) = leaves
    inner = problems.GELU_SCALE * (x + problems.GELU_CUBIC * x**3)
    return jnp.sum(0.5 * x * (1 + jnp.tanh(inner)))


def cross_entropy(leaves: Any, labels: Any) -> Any:
    (logits,) = leaves
    chosen = jnp.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
    return jnp.mean(jax.nn.logsumexp(logits, axis=1) - chosen)


def rnn(leaves: Any, xs: Any) -> Any:
    wx, wh, b = leaves
    h = jnp.zeros((problems.RNN_BATCH, problems.RNN_HIDDEN), xs.dtype)
    for t in range(problems.RNN_LENGTH):
        h = jnp.tanh(xs[t] @ wx + h @ wh + b)
    return jnp.mean(h * h)


def logistic(leaves: Any, x: Any, y: Any) -> Any:
    w, b = leaves
    z = x @ w + b
    return jnp.mean(jax.nn.softplus(z) - y * z)


def rosenbrock(x: Any) -> Any:
    return jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def dense_map(x: Any, w1: Any, w2: Any) -> Any:
    return jnp.tanh(w2 @ jnp.tanh(w1 @ x))


LOSSES: dict[str, Callable[..., Any]] = {
    "tanh_mlp": tanh_mlp,
    "small_relu_mlp": relu_mlp,
    "relu_mlp": relu_mlp,
    "chain": chain,
    "gelu": gelu,
    "cross_entropy": cross_entropy,
    "rnn": rnn,
    "logistic": logistic,
    "lenet": lenet.jax_loss.loss_of,
    "transformer": transformer.jax_loss.loss_of,
    "lstm": lstm.jax_loss.loss_of,
}
MAPS: dict[str, Callable[..., Any]] = {"hessian": rosenbrock, "jacobian": dense_map}
