"""The differentiable functions: one row each, the derivative beside the function."""

from autograd_lite.core.tensor import LATE
from autograd_lite.ops import elementwise, indexing, linalg, reduce, shape
from autograd_lite.ops.activation import (
    elu,
    gelu,
    hard_sigmoid,
    leaky_relu,
    log_softmax,
    maxout,
    piecewise_linear,
    prelu,
    relu,
    selu,
    silu,
    softmax,
    softplus,
    tanh,
)
from autograd_lite.ops.elementwise import heaviside, sigmoid, sign
from autograd_lite.ops.error_function import erf
from autograd_lite.ops.linalg import affine
from autograd_lite.ops.loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    half_squared_error,
    huber,
    l1,
    l2_norm,
    mse,
    nll,
    pseudo_huber,
)
from autograd_lite.ops.reduce import logsumexp

LATE["scipy.special"] = "autograd_lite.ops.special"

__all__ = [
    "affine",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "elementwise",
    "elu",
    "erf",
    "gelu",
    "half_squared_error",
    "hard_sigmoid",
    "heaviside",
    "huber",
    "indexing",
    "l1",
    "l2_norm",
    "leaky_relu",
    "linalg",
    "log_softmax",
    "logsumexp",
    "maxout",
    "mse",
    "nll",
    "piecewise_linear",
    "prelu",
    "pseudo_huber",
    "reduce",
    "relu",
    "selu",
    "shape",
    "sigmoid",
    "sign",
    "silu",
    "softmax",
    "softplus",
    "tanh",
]
