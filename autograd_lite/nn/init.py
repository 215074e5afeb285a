"""Initial values of parameters, as arrays. `shape` is (fan_out, fan_in, ...) as in a Linear.

An initializer takes a shape and returns an array of it: `Tensor(init.normal((3, 2)))`, or for a
parameter that is there already `weight.assign(init.orthogonal(weight.shape))`. Each is called
with `rng=`, also where nothing is drawn, so that one can stand for another.
"""

import math

import numpy as np
from numpy.typing import DTypeLike, NDArray

from autograd_lite.errors import ShapeError
from autograd_lite.random import generator

Array = NDArray[np.floating]
RNG = np.random.Generator | None
GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2.0), "selu": 0.75}


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """fan_in and fan_out: how many entries one output reads, and how many outputs read one."""
    if len(shape) < 2:
        raise ValueError(f"fan_in and fan_out need a shape of at least two axes; found {shape}.")
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """What the standard deviation is multiplied with before this nonlinearity, as in PyTorch.

    Known are linear, sigmoid, tanh, relu, selu, leaky_relu (`param` is its slope, 0.01 for None)
    and the names of convolutions, whose gain is 1.
    """
    if nonlinearity.startswith("conv"):
        return 1.0
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        return math.sqrt(2 / (1 + slope * slope))
    if nonlinearity not in GAINS:
        known = ", ".join([*GAINS, "leaky_relu"])
        raise ValueError(f"calculate_gain: known are {known}; found {nonlinearity!r}.")
    return GAINS[nonlinearity]


# From a distribution


def uniform(
    shape: tuple[int, ...], a: float = 0.0, b: float = 1.0, *, dtype: DTypeLike = np.float32,
    rng: RNG = None,
) -> Array:  # fmt: skip
    """Uniform in [a, b)."""
    return generator(rng).uniform(a, b, shape).astype(dtype)


def normal(
    shape: tuple[int, ...], mean: float = 0.0, std: float = 1.0, *,
    dtype: DTypeLike = np.float32, rng: RNG = None,
) -> Array:  # fmt: skip
    """Normal with this mean and standard deviation."""
    return generator(rng).normal(mean, std, shape).astype(dtype)


def trunc_normal(
    shape: tuple[int, ...], mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0,
    *, dtype: DTypeLike = np.float32, rng: RNG = None,
) -> Array:  # fmt: skip
    """Normal with this mean and standard deviation, given that the value lies in [a, b]."""
    low, high = (a - mean) / std, (b - mean) / std
    if not low < high or low > 2 or high < -2:
        raise ValueError(
            f"trunc_normal: [a, b] must be an interval within 2 standard deviations of the mean; "
            f"found [{a}, {b}] with mean {mean} and std {std}."
        )
    draw = generator(rng)
    found = np.empty(math.prod(shape))
    open_ = np.arange(found.size)
    nearest = min(max(0.0, low), high)
    while open_.size:  # draw again what falls outside (or, on a short interval, below the density)
        if high - low < 2:
            drawn = draw.uniform(low, high, open_.size)
            limit = np.exp((nearest * nearest - drawn * drawn) / 2)
            accepted = draw.uniform(size=open_.size) <= limit
        else:
            drawn = draw.normal(size=open_.size)
            accepted = (drawn >= low) & (drawn <= high)
        found[open_[accepted]] = drawn[accepted]
        open_ = open_[~accepted]
    return np.clip(mean + std * found, a, b).reshape(shape).astype(dtype)


# By the number of inputs and outputs


def xavier_uniform(
    shape: tuple[int, ...], gain: float = 1.0, *, dtype: DTypeLike = np.float32, rng: RNG = None
) -> Array:
    """Uniform in +-gain * sqrt(6 / (fan_in + fan_out)). Glorot and Bengio (2010), equation 16."""
    bound = gain * math.sqrt(6 / max(sum(fans(shape)), 1))
    return uniform(shape, -bound, bound, dtype=dtype, rng=rng)


def xavier_normal(
    shape: tuple[int, ...], gain: float = 1.0, *, dtype: DTypeLike = np.float32, rng: RNG = None
) -> Array:
    """Normal with standard deviation gain * sqrt(2 / (fan_in + fan_out))."""
    std = gain * math.sqrt(2 / max(sum(fans(shape)), 1))
    return normal(shape, 0.0, std, dtype=dtype, rng=rng)


def kaiming_std(shape: tuple[int, ...], a: float, mode: str, nonlinearity: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"kaiming: mode is fan_in or fan_out; found {mode!r}.")
    fan = fans(shape)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(max(fan, 1))


def kaiming_uniform(
    shape: tuple[int, ...], a: float = 0.0, mode: str = "fan_in",
    nonlinearity: str = "leaky_relu", *, dtype: DTypeLike = np.float32, rng: RNG = None,
) -> Array:  # fmt: skip
    """Uniform in +-gain * sqrt(3 / fan), for a leaky ReLU of slope a or another nonlinearity.

    He, Zhang, Ren, Sun: Delving Deep into Rectifiers (2015), equations 10, 14 and 15.
    """
    bound = math.sqrt(3) * kaiming_std(shape, a, mode, nonlinearity)
    return uniform(shape, -bound, bound, dtype=dtype, rng=rng)


def kaiming_normal(
    shape: tuple[int, ...], a: float = 0.0, mode: str = "fan_in",
    nonlinearity: str = "leaky_relu", *, dtype: DTypeLike = np.float32, rng: RNG = None,
) -> Array:  # fmt: skip
    """Normal with standard deviation gain / sqrt(fan), as `kaiming_uniform`."""
    std = kaiming_std(shape, a, mode, nonlinearity)
    return normal(shape, 0.0, std, dtype=dtype, rng=rng)


def lecun_uniform(
    shape: tuple[int, ...], *, dtype: DTypeLike = np.float32, rng: RNG = None
) -> Array:
    """Uniform in +-sqrt(3 / fan_in): variance 1 / fan_in, as `lecun_normal`."""
    bound = math.sqrt(3 / max(fans(shape)[0], 1))
    return uniform(shape, -bound, bound, dtype=dtype, rng=rng)


def lecun_normal(
    shape: tuple[int, ...], *, dtype: DTypeLike = np.float32, rng: RNG = None
) -> Array:
    """Normal with standard deviation 1 / sqrt(fan_in). LeCun et al. (1998), equation 16."""
    return normal(shape, 0.0, 1 / math.sqrt(max(fans(shape)[0], 1)), dtype=dtype, rng=rng)


glorot_uniform, glorot_normal = xavier_uniform, xavier_normal
he_uniform, he_normal = kaiming_uniform, kaiming_normal


# With a structure


def orthogonal(
    shape: tuple[int, ...], gain: float = 1.0, *, dtype: DTypeLike = np.float32, rng: RNG = None
) -> Array:
    """gain * Q, with orthonormal rows or columns, whichever are fewer; later axes are joined.

    Saxe, McClelland, Ganguli (2014); every such Q is equally likely: Mezzadri (2007), section 5.
    """
    fans(shape)
    rows, columns = shape[0], math.prod(shape[1:])
    drawn = generator(rng).normal(size=(max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(drawn)
    q = q * np.sign(np.diag(r))
    return (gain * (q if rows >= columns else q.T)).reshape(shape).astype(dtype)


def sparse(
    shape: tuple[int, ...], sparsity: float, std: float = 0.01, *,
    dtype: DTypeLike = np.float32, rng: RNG = None,
) -> Array:  # fmt: skip
    """Normal, with this share of each column zero (rounded up). Martens (2010), section 5."""
    rows, columns = matrix("sparse", shape)
    values = normal(shape, 0.0, std, dtype=dtype, rng=rng)
    order = generator(rng).permuted(np.tile(np.arange(rows)[:, None], columns), axis=0)
    values[order < math.ceil(sparsity * rows)] = 0
    return values


# The same every time


def constant(
    shape: tuple[int, ...], val: float, *, dtype: DTypeLike = np.float32, rng: RNG = None
) -> Array:
    """`val` everywhere."""
    return np.full(shape, val, dtype)


def zeros(shape: tuple[int, ...], *, dtype: DTypeLike = np.float32, rng: RNG = None) -> Array:
    """0 everywhere."""
    return constant(shape, 0.0, dtype=dtype)


def ones(shape: tuple[int, ...], *, dtype: DTypeLike = np.float32, rng: RNG = None) -> Array:
    """1 everywhere."""
    return constant(shape, 1.0, dtype=dtype)


def eye(shape: tuple[int, ...], *, dtype: DTypeLike = np.float32, rng: RNG = None) -> Array:
    """1 on the diagonal of a matrix, 0 elsewhere: inputs are handed on."""
    rows, columns = matrix("eye", shape)
    return np.eye(rows, columns, dtype=dtype)


def dirac(
    shape: tuple[int, ...], groups: int = 1, *, dtype: DTypeLike = np.float32, rng: RNG = None
) -> Array:
    """A convolution's weight (out, in, *kernel) that hands on its input channels as they are."""
    if len(shape) not in (3, 4, 5):
        raise ShapeError(f"dirac: a shape of 3, 4 or 5 axes is needed; found {shape}.")
    if shape[0] % groups:
        raise ShapeError(f"dirac: {shape[0]} outputs cannot be divided into {groups} groups.")
    values = np.zeros(shape, dtype)
    per_group = shape[0] // groups
    center = tuple(n // 2 for n in shape[2:])
    for group in range(groups):
        for i in range(min(per_group, shape[1])):
            values[(group * per_group + i, i, *center)] = 1
    return values


def matrix(name: str, shape: tuple[int, ...]) -> tuple[int, int]:
    if len(shape) != 2:
        raise ShapeError(f"{name}: a shape of two axes is needed; found {shape}.")
    return shape[0], shape[1]
