"""JAX that computes in the calling thread: no other one is woken, which small work pays for."""

import jax

from engines.jax_jit import VERSION, steps

jax.config.update("jax_cpu_enable_async_dispatch", False)

__all__ = ["VERSION", "steps"]
