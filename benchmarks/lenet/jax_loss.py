"""LeNet in JAX."""

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

import lenet


def loss_of(params: Any, images: Any, labels: Any) -> Any:
    k1, b1, k2, b2, w3, b3, w4, b4, w5, b5 = params
    h = max_pool(jax.nn.relu(conv(images, k1, b1, lenet.PADDING)))
    h = max_pool(jax.nn.relu(conv(h, k2, b2, 0)))
    h = h.reshape(len(images), -1)
    h = jax.nn.relu(h @ w3.T + b3)
    h = jax.nn.relu(h @ w4.T + b4)
    chances = jax.nn.log_softmax(h @ w5.T + b5)
    return -jnp.mean(jnp.take_along_axis(chances, labels[:, None], axis=1))


def conv(x: Any, kernel: Any, bias: Any, padding: int) -> Any:
    """Channels stand before height and width, in images and kernels alike: lax's default."""
    y = lax.conv_general_dilated(x, kernel, (1, 1), [(padding, padding)] * 2)
    return y + bias[:, None, None]


def max_pool(x: Any) -> Any:
    window = (1, 1, lenet.POOL, lenet.POOL)
    return lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")
