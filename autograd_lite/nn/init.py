"""Initial values of parameters, as arrays. `shape` is (fan_out, fan_in, ...) as in a Linear."""

import math

import numpy as np
from numpy.typing import DTypeLike, NDArray

from autograd_lite.random import generator

Array = NDArray[np.floating]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """fan_in and fan_out: how many entries one output reads, and how many outputs read one."""
    if len(shape) < 2:
        raise ValueError(f"fan_in and fan_out need a shape of at least two axes; found {shape}.")
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def uniform(
    shape: tuple[int, ...],
    a: float = 0.0,
    b: float = 1.0,
    *,
    dtype: DTypeLike = np.float32,
    rng: np.random.Generator | None = None,
) -> Array:
    """Uniform in [a, b)."""
    return generator(rng).uniform(a, b, shape).astype(dtype)


def normal(
    shape: tuple[int, ...],
    mean: float = 0.0,
    std: float = 1.0,
    *,
    dtype: DTypeLike = np.float32,
    rng: np.random.Generator | None = None,
) -> Array:
    """Normal with this mean and standard deviation."""
    return generator(rng).normal(mean, std, shape).astype(dtype)


def xavier_uniform(
    shape: tuple[int, ...],
    gain: float = 1.0,
    *,
    dtype: DTypeLike = np.float32,
    rng: np.random.Generator | None = None,
) -> Array:
    """Uniform in +-gain * sqrt(6 / (fan_in + fan_out)). Glorot and Bengio (2010), equation 16."""
    fan_in, fan_out = fans(shape)
    bound = gain * math.sqrt(6 / (fan_in + fan_out))
    return uniform(shape, -bound, bound, dtype=dtype, rng=rng)


def kaiming_uniform(
    shape: tuple[int, ...],
    a: float = 0.0,
    *,
    dtype: DTypeLike = np.float32,
    rng: np.random.Generator | None = None,
) -> Array:
    """Uniform in +-sqrt(6 / ((1 + a**2) * fan_in)), for a ReLU of negative slope a.

    He, Zhang, Ren, Sun: Delving Deep into Rectifiers (2015), equation 15.
    """
    bound = math.sqrt(6 / ((1 + a * a) * fans(shape)[0]))
    return uniform(shape, -bound, bound, dtype=dtype, rng=rng)
