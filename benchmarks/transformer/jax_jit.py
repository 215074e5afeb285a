"""JAX: the loss and all gradients are one compiled function, and data are its arguments."""

from typing import Any

import jax
import jax.numpy as jnp
from workloads import Steps

from transformer import BATCH, HEAD_WIDTH, HEADS, LENGTH, NORM_EPS, Params, data


def layer_norm(x: Any, weight: Any, bias: Any) -> Any:
    """Mean 0 and variance 1 along the last axis, then scaled and moved."""
    centered = x - jnp.mean(x, -1, keepdims=True)
    variance = jnp.mean(jnp.square(centered), -1, keepdims=True)
    return centered * jax.lax.rsqrt(variance + NORM_EPS) * weight + bias


def block(x: Any, p: Params) -> Any:
    h = layer_norm(x, p.norm1_weight, p.norm1_bias) @ p.project_weight.T + p.project_bias
    h = h.reshape(BATCH, LENGTH, 3, HEADS, HEAD_WIDTH)
    q, k, v = jnp.transpose(h, (2, 0, 3, 1, 4))
    weights = jax.nn.softmax(q @ jnp.swapaxes(k, 2, 3) * HEAD_WIDTH**-0.5)
    seen = jnp.swapaxes(weights @ v, 1, 2).reshape(x.shape)
    x = x + seen @ p.merge_weight.T + p.merge_bias
    h = layer_norm(x, p.norm2_weight, p.norm2_bias) @ p.widen_weight.T + p.widen_bias
    return x + jax.nn.gelu(h, approximate=True) @ p.narrow_weight.T + p.narrow_bias


def steps() -> Steps:
    """Each step waits until everything has been computed."""
    inputs, start = data()
    x, params = jnp.array(inputs), Params(*(jnp.array(p) for p in start))
    grads: Any = None

    def loss_of(x: Any, params: Params) -> Any:
        return jnp.mean(jnp.square(block(x, params)))

    value_and_gradients = jax.jit(jax.value_and_grad(loss_of, argnums=(0, 1)))

    def step() -> Any:
        nonlocal grads
        loss, grads = jax.block_until_ready(value_and_gradients(x, params))
        return loss

    return Steps(step, lambda: [grads[0], *grads[1]], lambda: None)
