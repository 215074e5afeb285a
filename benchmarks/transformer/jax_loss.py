"""The block in JAX."""

from typing import Any

import jax
import jax.numpy as jnp

from transformer import BATCH, HEAD_WIDTH, HEADS, LENGTH, NORM_EPS, Params


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


def loss_of(leaves: Any) -> Any:
    x, *params = leaves
    return jnp.mean(jnp.square(block(x, Params(*params))))
