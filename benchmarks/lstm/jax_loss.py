"""The LSTM in JAX; its loop over time is a scan."""

from typing import Any

import jax
import jax.numpy as jnp

from lstm import BATCH, HIDDEN, Params


def hidden_states(x: Any, p: Params) -> Any:
    """What the input contributes is one product for all steps, ahead of the scan."""
    contributed = x @ p.weight_ih.T + (p.bias_ih + p.bias_hh)

    def advance(state: Any, a: Any) -> Any:
        h, c = state
        i, f, g, o = jnp.split(a + h @ p.weight_hh.T, 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    zeros = jnp.zeros((BATCH, HIDDEN), x.dtype)
    return jax.lax.scan(advance, (zeros, zeros), contributed)[1]


def loss_of(leaves: Any) -> Any:
    *params, x = leaves
    return jnp.mean(jnp.square(hidden_states(x, Params(*params))))
