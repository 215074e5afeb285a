"""Activation functions: entry by entry, and softmax along an axis."""

import math
from typing import Any

import numpy as np

from autograd_lite.core.declare import composite, elementwise
from autograd_lite.core.tensor import value_of
from autograd_lite.ops.elementwise import sigmoid
from autograd_lite.ops.error_function import erf
from autograd_lite.ops.tiling import by_entry

# Klambauer, Unterthiner, Mayr, Hochreiter: Self-Normalizing Neural Networks (2017), appendix A1.
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
SQRT_2, SQRT_2PI, GELU_SLOPE = math.sqrt(2), math.sqrt(2 * math.pi), math.sqrt(2 / math.pi)


def _relu(x: Any) -> Any:
    """max(x, 0); its slope at 0 is 0."""
    return np.maximum(x, 0)


def _leaky_relu(x: Any, negative_slope: float = 0.01) -> Any:
    """x for x > 0, else negative_slope * x; at 0 the slope is negative_slope."""
    return np.where(x > 0, x, x * negative_slope)


def _prelu(x: Any, weight: Any) -> Any:
    """x for x > 0, else weight * x, where the slope `weight` is trained; it broadcasts."""
    return np.where(x > 0, x, x * weight)


def _elu(x: Any, alpha: float = 1.0) -> Any:
    """x for x > 0, else alpha * (exp(x) - 1); at 0 the slope is alpha.

    Clevert, Unterthiner, Hochreiter (2016), equation 15.
    """
    return np.where(x > 0, x, alpha * np.expm1(np.where(x > 0, 0, x)))


def _elu_slope(g: Any, x: Any, alpha: float) -> Any:
    return np.where(x > 0, g, g * alpha * np.exp(np.where(x > 0, 0, x)))


def _selu(x: Any) -> Any:
    """scale * elu(x, alpha), with the constants that keep mean 0 and variance 1."""
    return SELU_SCALE * _elu(x, SELU_ALPHA)


def _softplus(x: Any) -> Any:
    """log(1 + exp(x)), without overflow."""
    return np.logaddexp(x, 0)


def _silu(x: Any) -> Any:
    """x * sigmoid(x), also called swish."""
    return x * sigmoid(x)


def _silu_slope(x: Any) -> Any:
    s = sigmoid(x)
    return s * (1 + x * (1 - s))


def _gelu(x: Any, approximate: str = "none") -> Any:
    """x * Phi(x), Phi the normal distribution function; or its "tanh" approximation.

    Hendrycks and Gimpel: Gaussian Error Linear Units (2016), section 2.
    """
    if approximate == "none":
        return 0.5 * x * (1 + erf(x / SQRT_2))
    if approximate == "tanh":
        return 0.5 * x * (1 + np.tanh(GELU_SLOPE * (x + 0.044715 * x * x * x)))
    raise ValueError(f'gelu: approximate is "none" or "tanh"; found {approximate!r}.')


def _gelu_slope(x: Any, approximate: str = "none") -> Any:
    if approximate == "none":
        return 0.5 * (1 + erf(x / SQRT_2)) + x * np.exp(-0.5 * x * x) / SQRT_2PI
    t = np.tanh(GELU_SLOPE * (x + 0.044715 * x * x * x))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * GELU_SLOPE * (1 + 3 * 0.044715 * x * x)


def _hard_sigmoid(x: Any) -> Any:
    """clip(x / 6 + 1/2, 0, 1); the slope is 1/6 inside and 0 from the kinks on."""
    return np.clip(x / 6 + 0.5, 0, 1)


def _piecewise_linear(x: Any) -> Any:
    """clip(x + 1/2, 0, 1): 0 up to -1/2, 1 from 1/2 on; the slope is 1 on the closed middle."""
    return np.clip(x + 0.5, 0, 1)


relu = elementwise(_relu, lambda g, out: g * (out > 0), name="relu", formula=("1 if x > 0 else 0",))
leaky_relu = elementwise(
    _leaky_relu,
    lambda g, x, negative_slope=0.01: np.where(x > 0, g, g * negative_slope),
    name="leaky_relu",
)
prelu = elementwise(
    _prelu,
    lambda g, x, y: np.where(x > 0, g, g * y),
    lambda g, x: np.where(x > 0, 0, g * x),
    name="prelu",
)
elu = elementwise(
    _elu,
    lambda g, x, alpha=1.0: _elu_slope(g, x, alpha),
    name="elu",
    formula=("1 if x > 0 else alpha · exp(x)",),
)
selu = elementwise(
    _selu,
    lambda g, x: SELU_SCALE * _elu_slope(g, x, SELU_ALPHA),
    name="selu",
    formula=("scale · (1 if x > 0 else alpha · exp(x))",),
)
softplus = elementwise(_softplus, lambda x: sigmoid(x), name="softplus")
silu = elementwise(
    _silu, _silu_slope, name="silu", formula=("s · (1 + x · (1 - s)), s = sigmoid(x)",)
)
gelu = elementwise(
    _gelu,
    lambda g, x, approximate="none": by_entry(
        lambda g, x: g * _gelu_slope(x, approximate), g, x
    ),
    name="gelu",
    formula=("Φ(x) + x · φ(x), of the normal distribution",),
    body=lambda x, approximate="none": by_entry(lambda x: _gelu(x, approximate), x),
)  # fmt: skip
hard_sigmoid = elementwise(
    _hard_sigmoid, lambda g, x: g * (1 / 6) * ((x > -3) & (x < 3)), name="hard_sigmoid"
)
piecewise_linear = elementwise(
    _piecewise_linear, lambda g, x: g * ((x >= -0.5) & (x <= 0.5)), name="piecewise_linear"
)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent, 2 * sigmoid(2 * x) - 1, in (-1, 1)."""
    return np.tanh(x)


def _softmax(x: Any, axis: int = -1) -> Any:
    """exp(x) / sum(exp(x)) along `axis`: positive, with sum 1."""
    exp = np.exp(x - np.maximum.reduce(x, axis=axis, keepdims=True))
    return exp / np.add.reduce(exp, axis=axis, keepdims=True)


def _log_softmax(x: Any, axis: int = -1) -> Any:
    """log(softmax(x)) along `axis`, exact where the softmax is 0 or 1 in floating point."""
    shifted = x - np.maximum.reduce(x, axis=axis, keepdims=True)
    return shifted - np.log(np.add.reduce(np.exp(shifted), axis=axis, keepdims=True))


# p_i (g_i - sum_k g_k p_k): the Jacobian diag(p) - p p^T times g.
softmax = composite(
    _softmax,
    lambda g, out, axis=-1: out * (g - np.sum(g * out, axis=axis, keepdims=True)),
    name="softmax",
)
log_softmax = composite(
    _log_softmax,
    lambda g, out, axis=-1: g - np.exp(out) * np.sum(g, axis=axis, keepdims=True),
    name="log_softmax",
)


def maxout(*pieces: Any) -> Any:
    """The largest of the pieces, entry by entry; ties share the gradient equally.

    Goodfellow et al.: Maxout Networks (2013). With pieces 0 and x it is the ReLU but for its
    slope at 0, which is 1/2.
    """
    if not pieces:
        raise ValueError("maxout: give at least one piece, e.g. maxout(x @ w1, x @ w2).")
    shape = np.broadcast_shapes(*(np.shape(value_of(piece)) for piece in pieces))
    return np.max(np.stack([np.broadcast_to(piece, shape) for piece in pieces]), axis=0)
