"""Functions that work entry by entry."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite.ops.bessel import bessel_i
from autograd_lite.ops.trigonometric import nth_of_sinc
from autograd_lite.transforms.inputs import alias
from cases.kinds import INNER, POSITIVE, REAL, WIDE, entrywise, positive, real, shaped

to_erf = np.vectorize(math.erf, otypes=[float])


def naive_sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def naive_elu(x: Any, alpha: float = 1.0) -> Any:
    return np.where(x > 0, x, alpha * (np.exp(x) - 1))


def integral(values: Any) -> Any:
    """The integral over (0, 1), the last axis at the Gauss-Legendre points."""
    return values @ (0.5 * WEIGHTS)


def integral_of_sinc(x: Any, order: int) -> Any:
    """sinc is the integral of cos(pi x t) over (0, 1), and so are its derivatives."""
    z = np.pi * POINTS
    return integral(z**order * np.cos(np.multiply.outer(x, z) + order * np.pi / 2))


def integral_of_bessel(x: Any, order: int) -> Any:
    """The modified Bessel function: the integral of exp(x cos t) cos(n t) / pi over (0, pi)."""
    t = np.pi * POINTS
    return integral(np.exp(np.multiply.outer(x, np.cos(t))) * np.cos(order * t))


def masked(ufunc: Any, mask: Any) -> Callable[..., Any]:
    """`ufunc` with `where=`; on plain arrays NumPy would leave the other entries as they come."""

    def call(*operands: Any) -> Any:
        if any(isinstance(x, ag.Tensor) for x in operands):
            return ufunc(*operands, where=mask)
        return np.where(mask, ufunc(*operands), np.zeros((), operands[0].dtype))

    return call


ROOTS, WEIGHTS = np.polynomial.legendre.leggauss(60)
POINTS = (ROOTS + 1) / 2
PARTS = np.array([[True, False, True], [False, True, True]])
EXPONENTS = np.array([[3, -2, 0], [1, 5, -4]])
MASK = np.array(True)  # broadcasts against every shape; masks of a shape are in `indexing`

CASES = [
    entrywise("add", np.add, REAL, REAL, analytic=True),
    entrywise("subtract", np.subtract, REAL, REAL, analytic=True),
    entrywise("multiply", np.multiply, REAL, REAL, analytic=True),
    entrywise("divide", np.divide, REAL, POSITIVE, analytic=True),
    entrywise("divide by a negative", np.true_divide, REAL, (-2.5, -0.3), analytic=True),
    entrywise("negative", np.negative, REAL, analytic=True),
    entrywise("positive", np.positive, REAL, analytic=True),
    entrywise("remainder", np.remainder, (5.1, 5.9), (2.0, 2.5)),
    entrywise("remainder, negative", np.remainder, (-5.9, -5.1), (2.0, 2.5)),
    entrywise("fmod", np.fmod, (5.1, 5.9), (2.0, 2.5)),
    entrywise("fmod, negative", np.fmod, (-5.9, -5.1), (2.0, 2.5)),
    entrywise("remainder, negative divisor", np.remainder, (5.1, 5.9), (-2.5, -2.0)),
    entrywise("fmod, negative divisor", np.fmod, (5.1, 5.9), (-2.5, -2.0)),
    entrywise("divmod", lambda x, y: divmod(x, y)[1], (5.1, 5.9), (2.0, 2.5)),
    entrywise("np.divmod", lambda x, y: np.divmod(x, y)[1], (5.1, 5.9), (2.0, 2.5)),
    entrywise("reciprocal", np.reciprocal, POSITIVE, analytic=True),
    entrywise("power", np.power, POSITIVE, REAL, analytic=True),
    entrywise("float_power", np.float_power, POSITIVE, REAL),
    shaped("power, exponents of 0", np.power, positive(4), np.zeros(4), analytic=True),
    shaped("x ** exponents", lambda x: x ** np.array([2, 3, 1, 0]), real(4), analytic=True,
           float32=False),
    entrywise("x ** 3", lambda x: x**3, REAL, analytic=True),
    entrywise("x ** 2", lambda x: x**2, REAL, analytic=True),
    entrywise("x ** -1.5", lambda x: x**-1.5, POSITIVE, analytic=True),
    entrywise("2 ** x", lambda x: 2**x, REAL, analytic=True),
    entrywise("square", np.square, REAL, analytic=True),
    entrywise("sqrt", np.sqrt, POSITIVE, analytic=True),
    entrywise("cbrt", np.cbrt, POSITIVE),
    entrywise("cbrt, negative", np.cbrt, (-2.5, -0.3)),
    entrywise("exp", np.exp, REAL, analytic=True),
    entrywise("exp2", np.exp2, REAL, analytic=True),
    entrywise("expm1", np.expm1, REAL, analytic=True),
    entrywise("log", np.log, POSITIVE, analytic=True),
    entrywise("log2", np.log2, POSITIVE, analytic=True),
    entrywise("log10", np.log10, POSITIVE, analytic=True),
    entrywise("log1p", np.log1p, (-0.6, 2.0), analytic=True),
    entrywise("logaddexp", np.logaddexp, REAL, REAL),
    entrywise("logaddexp2", np.logaddexp2, REAL, REAL),
    entrywise("sin", np.sin, REAL, analytic=True),
    entrywise("cos", np.cos, REAL, analytic=True),
    entrywise("tan", np.tan, (-1.2, 1.25), analytic=True),
    entrywise("arcsin", np.arcsin, INNER, analytic=True),
    entrywise("arccos", np.arccos, INNER, analytic=True),
    entrywise("arctan", np.arctan, REAL, analytic=True),
    entrywise("sinh", np.sinh, REAL, analytic=True),
    entrywise("cosh", np.cosh, REAL, analytic=True),
    entrywise("tanh", np.tanh, REAL, analytic=True),
    entrywise("ag.tanh", ag.tanh, REAL, value=np.tanh, analytic=True),
    entrywise("arcsinh", np.arcsinh, REAL, analytic=True),
    entrywise("arccosh", np.arccosh, (1.2, 3.0), analytic=True),
    entrywise("arctanh", np.arctanh, INNER, analytic=True),
    entrywise("deg2rad", np.deg2rad, WIDE),
    entrywise("rad2deg", np.rad2deg, WIDE),
    entrywise("radians", np.radians, WIDE),
    entrywise("degrees", np.degrees, WIDE),
    entrywise("hypot", np.hypot, REAL, REAL),
    entrywise("arctan2", np.arctan2, REAL, POSITIVE),
    entrywise("arctan2, left half", np.arctan2, POSITIVE, (-2.5, -0.3)),
    entrywise("absolute", np.absolute, REAL),
    entrywise("abs()", abs, REAL),
    entrywise("fabs", np.fabs, REAL),
    entrywise("maximum", np.maximum, REAL, REAL),
    entrywise("minimum", np.minimum, REAL, REAL),
    entrywise("fmax", np.fmax, REAL, REAL),
    entrywise("fmin", np.fmin, REAL, REAL),
    entrywise("copysign", np.copysign, REAL, REAL),
    entrywise("modf", lambda x: np.modf(x)[0], (1.1, 1.8)),
    entrywise("modf, negative", lambda x: np.modf(x)[0], (-3.8, -3.1)),
    entrywise("frexp", lambda x: np.frexp(x)[0], (4.3, 7.7)),
    shaped("ldexp", lambda x: np.ldexp(x, EXPONENTS), real(2, 3)),
    shaped("ldexp, broadcast", lambda x: np.ldexp(x, EXPONENTS), real(3)),
    entrywise("sinc", np.sinc, REAL, value=lambda x: integral_of_sinc(x, 0)),
    entrywise("sinc, around 0", np.sinc, (-0.3, 0.4)),
    entrywise("sinc, slope", lambda x: nth_of_sinc(x, order=1), REAL,
              value=lambda x: integral_of_sinc(x, 1)),
    entrywise("sinc, third derivative", lambda x: nth_of_sinc(x, order=3), REAL,
              value=lambda x: integral_of_sinc(x, 3)),
    entrywise("i0", np.i0, WIDE, value=lambda x: integral_of_bessel(x, 0)),
    entrywise("modified_bessel", lambda x: bessel_i(x, order=1), WIDE,
              value=lambda x: integral_of_bessel(x, 1)),
    entrywise("modified_bessel, far out", lambda x: bessel_i(x, order=2) / 1e13, (31.0, 33.0),
              value=lambda x: integral_of_bessel(x, 2) / 1e13),
    entrywise("nan_to_num", np.nan_to_num, REAL),
    entrywise("real_if_close", np.real_if_close, REAL),
    shaped("unwrap", np.unwrap, np.array([[0.1, 3.0, -3.1, 2.9], [-2.0, 2.2, 9.0, 8.0]])),
    shaped("unwrap, axis and period", lambda x: np.unwrap(x, axis=0, period=2.5), real(4, 3)),
    entrywise("where", lambda x, y: np.where(MASK, x, y), REAL, REAL),
    entrywise("clip", lambda x: np.clip(x, -1.0, 1.0), REAL),
    entrywise("clip, lower bound", lambda x: np.clip(x, -1.0, None), REAL),
    entrywise("clip, named bounds", lambda x: np.clip(x, min=-0.5, max=0.8), REAL),
    entrywise(
        "clip, bounds that are operands",
        lambda x, low, high: np.clip(x, low, high), WIDE, (-2.0, -1.0), (1.0, 2.0),
    ),
    entrywise("log, where=", masked(np.log, MASK), POSITIVE),
    shaped("sqrt, where=", masked(np.sqrt, PARTS), positive(2, 3)),
    shaped("divide, where=", masked(np.divide, PARTS), real(2, 3), positive(3)),
    shaped("hypot, where= broadcasts", masked(np.hypot, PARTS), real(3), positive(1)),
    shaped("multiply, dtype=", lambda x, y: np.multiply(x, y, dtype=np.float64), real(3), real(3),
           float32=False),
    entrywise("real", np.real, REAL),
    entrywise("conjugate", np.conjugate, REAL),
    entrywise("np.copy", np.copy, REAL, analytic=True),
    entrywise("copy()", lambda x: x.copy(), REAL, analytic=True),
    entrywise("alias", alias, REAL, value=np.copy, analytic=True),
    entrywise("sigmoid", ag.sigmoid, WIDE, value=naive_sigmoid, analytic=True),
    entrywise("erf", ag.erf, (-3.0, 3.1), value=to_erf),
    entrywise("relu", ag.relu, REAL, value=lambda x: np.where(x > 0, x, 0 * x)),
    entrywise("leaky_relu", ag.leaky_relu, REAL, value=lambda x: np.where(x > 0, x, 0.01 * x)),
    entrywise(
        "leaky_relu, slope", lambda x: ag.leaky_relu(x, negative_slope=0.3), REAL,
        value=lambda x: np.where(x > 0, x, 0.3 * x),
    ),
    entrywise("prelu", ag.prelu, REAL, REAL, value=lambda x, a: np.where(x > 0, x, a * x)),
    entrywise("elu", ag.elu, REAL, value=naive_elu),
    entrywise(
        "elu, alpha", lambda x: ag.elu(x, alpha=0.7), REAL, value=lambda x: naive_elu(x, 0.7)
    ),
    entrywise(
        "selu", ag.selu, REAL,
        value=lambda x: 1.0507009873554805 * naive_elu(x, 1.6732632423543772),
    ),
    entrywise("softplus", ag.softplus, WIDE, value=lambda x: np.log(1 + np.exp(x))),
    entrywise("silu", ag.silu, WIDE, value=lambda x: x * naive_sigmoid(x), analytic=True),
    entrywise(
        "gelu", ag.gelu, REAL, value=lambda x: x * 0.5 * (1 + to_erf(x / math.sqrt(2)))
    ),
    entrywise(
        "gelu, tanh", lambda x: ag.gelu(x, approximate="tanh"), REAL, analytic=True,
        value=lambda x: 0.5 * x * (1 + np.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x**3))),
    ),
    entrywise(
        "hard_sigmoid", ag.hard_sigmoid, WIDE,
        value=lambda x: np.where(x > -3, np.where(x < 3, x / 6 + 0.5, 1.0), 0.0),
    ),
    entrywise(
        "piecewise_linear", ag.piecewise_linear, REAL,
        value=lambda x: np.where(x > -0.5, np.where(x < 0.5, x + 0.5, 1.0), 0.0),
    ),
    entrywise(
        "maxout", lambda x, y, z: ag.maxout(x, y, z), REAL, REAL, REAL,
        value=lambda x, y, z: np.maximum(np.maximum(x, y), z),
    ),
]  # fmt: skip
