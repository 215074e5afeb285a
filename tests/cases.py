"""The one table of cases: for every function that has a gradient, how to call it and on what.

`ENTRYWISE` rows say from which intervals their operands come, so that shapes, dtypes and
broadcasting can be varied; `SHAPED` rows carry their operands. Both give `Case`s, which drive
every check in test_primitives.py. Operands keep away from kinks; those are in `CONVENTIONS`
(what a derivative is by agreement) and `SINGULAR` (where a derivative is infinite).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import autograd_lite as ag
from autograd_lite.ops.indexing import scatter
from autograd_lite.ops.loss import subtract_one
from autograd_lite.ops.shape import embed_diagonal
from autograd_lite.transforms import alias

Array = npt.NDArray[Any]
Interval = tuple[float, float]


@dataclass(frozen=True)
class Case:
    """One call: `value` is its meaning in plain NumPy, where `call` itself is not NumPy's."""

    name: str
    call: Callable[..., Any]
    operands: tuple[Array, ...]
    value: Callable[..., Any] | None = None
    analytic: bool = False  # the complex step applies
    float32: bool = True  # a float32 operand gives a float32 result


@dataclass(frozen=True)
class Entrywise:
    """A function that works entry by entry, and the intervals its operands come from."""

    name: str
    call: Callable[..., Any]
    intervals: tuple[Interval, ...]
    value: Callable[..., Any] | None = None
    analytic: bool = False

    def operands(self, *shapes: tuple[int, ...], dtype: Any = np.float64) -> tuple[Array, ...]:
        pairs = zip(self.intervals, shapes, strict=True)
        return tuple(
            spread(interval, shape, i).astype(dtype) for i, (interval, shape) in enumerate(pairs)
        )

    def case(self) -> Case:
        shapes = [(2, 3)] * len(self.intervals)
        return Case(self.name, self.call, self.operands(*shapes), self.value, self.analytic)


def spread(interval: Interval, shape: tuple[int, ...], seed: int = 0) -> Array:
    """Numbers spread evenly over an interval, in disorder; no two seeds share one."""
    size = math.prod(shape)
    places = (np.arange(size) + 0.31 + 0.27 * seed) / max(size, 1)
    values = interval[0] + (interval[1] - interval[0]) * places
    return np.random.default_rng(seed).permutation(values).reshape(shape)


def real(*shape: int, seed: int = 0) -> Array:
    return spread((-2.0, 2.1), shape, seed)


def positive(*shape: int, seed: int = 0) -> Array:
    return spread((0.3, 2.5), shape, seed)


# Entry by entry

REAL: Interval = (-2.0, 2.1)
POSITIVE: Interval = (0.3, 2.5)
INNER: Interval = (-0.9, 0.93)
WIDE: Interval = (-5.0, 5.2)

to_erf = np.vectorize(math.erf, otypes=[float])


def naive_sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def naive_elu(x: Any, alpha: float = 1.0) -> Any:
    return np.where(x > 0, x, alpha * (np.exp(x) - 1))


def entrywise(
    name: str,
    call: Callable[..., Any],
    *intervals: Interval,
    value: Callable[..., Any] | None = None,
    analytic: bool = False,
) -> Entrywise:
    return Entrywise(name, call, intervals, value, analytic)


ENTRYWISE = [
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
    entrywise("divmod", lambda x, y: divmod(x, y)[1], (5.1, 5.9), (2.0, 2.5)),
    entrywise("np.divmod", lambda x, y: np.divmod(x, y)[1], (5.1, 5.9), (2.0, 2.5)),
    entrywise("reciprocal", np.reciprocal, POSITIVE, analytic=True),
    entrywise("power", np.power, POSITIVE, REAL, analytic=True),
    entrywise("float_power", np.float_power, POSITIVE, REAL),
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
    entrywise("copysign", np.copysign, REAL, REAL),
    entrywise("where", lambda x, y: np.where(MASK, x, y), REAL, REAL),
    entrywise("clip", lambda x: np.clip(x, -1.0, 1.0), REAL),
    entrywise("clip, lower bound", lambda x: np.clip(x, -1.0, None), REAL),
    entrywise("clip, named bounds", lambda x: np.clip(x, min=-0.5, max=0.8), REAL),
    entrywise(
        "clip, bounds that are operands",
        lambda x, low, high: np.clip(x, low, high), WIDE, (-2.0, -1.0), (1.0, 2.0),
    ),
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

MASK = np.array(True)  # broadcasts against every shape; masks of a shape are among SHAPED


# With operands of their own

LABELS = np.array([2, 0, 2, 1])
ROWS = np.array([[1, 0, 2, 1], [0, 0, 1, 2]])


def shaped(
    name: str,
    call: Callable[..., Any],
    *operands: Array,
    value: Callable[..., Any] | None = None,
    analytic: bool = False,
    float32: bool = True,
) -> Case:
    return Case(name, call, operands, value, analytic, float32)


def reductions() -> list[Case]:
    """Every reduction over every kind of axis, also of length 0 and 1."""
    functions: dict[str, tuple[Callable[..., Any], bool]] = {
        "sum": (np.sum, True), "mean": (np.mean, True), "prod": (np.prod, True),
        "max": (np.max, False), "min": (np.min, False), "amax": (np.amax, False),
        "amin": (np.amin, False), "ptp": (np.ptp, False), "var": (np.var, False),
        "std": (np.std, False),
    }  # fmt: skip
    axes: list[tuple[tuple[int, ...], dict[str, Any]]] = [
        ((2, 3), {}),
        ((2, 3), {"axis": 0}),
        ((2, 3), {"axis": -1, "keepdims": True}),
        ((2, 3, 2), {"axis": (0, -1)}),
        ((2, 3), {"axis": None, "keepdims": True}),
        ((2, 1, 3), {"axis": -1}),
        ((3,), {"axis": 0}),
        ((2, 0, 3), {"axis": 0}),
    ]
    rows = [
        shaped(f"{name} of {shape}, {kwargs}", bound(function, kwargs), real(*shape), analytic=a)
        for name, (function, a) in functions.items()
        for shape, kwargs in axes
    ]
    for name in ("sum", "prod", "max", "min"):
        ufunc = {"sum": np.add, "prod": np.multiply, "max": np.maximum, "min": np.minimum}[name]
        rows.append(shaped(f"{ufunc.__name__}.reduce", ufunc.reduce, real(2, 3)))
        rows.append(
            shaped(f"{ufunc.__name__}.reduce of all", bound(ufunc.reduce, {"axis": None}), real(4))
        )
    for shape, kwargs in axes:
        rows.append(
            shaped(
                f"logsumexp of {shape}, {kwargs}", bound(ag.logsumexp, kwargs), real(*shape),
                value=lambda x, kwargs=kwargs: np.log(np.sum(np.exp(x), **kwargs)),
            )
        )  # fmt: skip
    return rows


def bound(function: Callable[..., Any], kwargs: dict[str, Any]) -> Callable[..., Any]:
    return lambda x: function(x, **kwargs)


REDUCE = [
    *reductions(),
    shaped("sum of a scalar", np.sum, np.array(1.5), analytic=True),
    shaped("sum of nothing", np.sum, real(0), analytic=True),
    shaped("sum over an empty axis", bound(np.sum, {"axis": 1}), real(2, 0), analytic=True),
    shaped("prod over an empty axis", bound(np.prod, {"axis": 1}), real(2, 0), analytic=True),
    shaped("method sum", lambda x: x.sum(-1), real(2, 3), analytic=True),
    shaped("method mean", lambda x: x.mean(axis=(0, 1)), real(2, 3), analytic=True),
    shaped("max of a scalar", np.max, np.array(1.5)),
    shaped("var, ddof", lambda x: np.var(x, axis=1, ddof=1), real(2, 3)),
    shaped("std, ddof", lambda x: np.std(x, ddof=1), real(2, 3)),
    shaped("prod with a zero", bound(np.prod, {"axis": 1}), np.array([[1.5, 0, 2], [1, 2, 3]]),
           analytic=True),
    shaped("prod with zeros", np.prod, np.array([1.5, 0, 2, 0]), analytic=True),
    shaped("prod of three zeros", np.prod, np.zeros(3), analytic=True),
    shaped("cumsum", np.cumsum, real(2, 3), analytic=True),
    shaped("cumsum, axis", bound(np.cumsum, {"axis": -2}), real(3, 2), analytic=True),
    shaped("cumsum of nothing", bound(np.cumsum, {"axis": 0}), real(0, 2), analytic=True),
    shaped("cumprod", np.cumprod, real(2, 3), analytic=True),
    shaped("cumprod, axis", bound(np.cumprod, {"axis": -1}), real(2, 3), analytic=True),
    shaped("cumprod with zeros", np.cumprod, np.array([1.5, 0, 2, 0, 3]), analytic=True),
    shaped("cumprod of one", np.cumprod, real(1), analytic=True),
    shaped("cumprod of nothing", bound(np.cumprod, {"axis": 0}), real(0, 2), analytic=True),
    shaped("logaddexp.reduce", np.logaddexp.reduce, real(3, 2)),
    shaped("softmax", ag.softmax, real(2, 3), value=lambda x: naive_softmax(x, -1)),
    shaped("softmax, axis", bound(ag.softmax, {"axis": 0}), real(3, 2),
           value=lambda x: naive_softmax(x, 0)),
    shaped("softmax of one", ag.softmax, real(3, 1), value=lambda x: naive_softmax(x, -1)),
    shaped("softmax of no rows", ag.softmax, real(0, 3), value=lambda x: naive_softmax(x, -1)),
    shaped("log_softmax", ag.log_softmax, real(2, 3),
           value=lambda x: np.log(naive_softmax(x, -1))),
    shaped("log_softmax, axis", bound(ag.log_softmax, {"axis": 1}), real(2, 3, 2),
           value=lambda x: np.log(naive_softmax(x, 1))),
]  # fmt: skip


def naive_softmax(x: Any, axis: int) -> Any:
    return np.exp(x) / np.sum(np.exp(x), axis=axis, keepdims=True)


CONSTANT_ROW = np.ones((1, 3), np.float32)

SHAPE = [
    shaped("reshape", lambda x: np.reshape(x, (3, 2)), real(2, 3)),
    shaped("reshape, -1", lambda x: x.reshape(-1), real(2, 3)),
    shaped("reshape, Fortran order", lambda x: np.reshape(x, (3, 2), order="F"), real(2, 3)),
    shaped("reshape to a scalar", lambda x: np.reshape(x, ()), real(1, 1)),
    shaped("reshape of nothing", lambda x: np.reshape(x, (3, 0)), real(0, 2)),
    shaped("ravel", np.ravel, real(2, 3)),
    shaped("ravel, Fortran order", lambda x: np.ravel(x, "F"), real(2, 3)),
    shaped("flatten", lambda x: x.flatten(), real(2, 3)),
    shaped("expand_dims", lambda x: np.expand_dims(x, (0, 2)), real(2, 3)),
    shaped("squeeze", np.squeeze, real(1, 3, 1)),
    shaped("squeeze, axis", lambda x: np.squeeze(x, axis=-1), real(1, 3, 1)),
    shaped("transpose", np.transpose, real(2, 3)),
    shaped("transpose, axes", lambda x: np.transpose(x, (2, -3, 1)), real(2, 3, 2)),
    shaped("permute_dims", lambda x: np.permute_dims(x, (1, 2, 0)), real(2, 3, 2)),
    shaped("T", lambda x: x.T, real(2, 3)),
    shaped("mT", lambda x: x.mT, real(2, 3, 2)),
    shaped("matrix_transpose", np.matrix_transpose, real(2, 3)),
    shaped("swapaxes", lambda x: np.swapaxes(x, 0, -1), real(2, 3, 2)),
    shaped("moveaxis", lambda x: np.moveaxis(x, 0, -1), real(2, 3, 2)),
    shaped("moveaxis of two", lambda x: np.moveaxis(x, (0, 1), (2, 0)), real(2, 3, 2)),
    shaped("flip", np.flip, real(2, 3)),
    shaped("flip, axis", lambda x: np.flip(x, (-1,)), real(2, 3)),
    shaped("fliplr", np.fliplr, real(2, 3)),
    shaped("flipud", np.flipud, real(2, 3)),
    shaped("roll", lambda x: np.roll(x, 2), real(2, 3)),
    shaped("roll, axes", lambda x: np.roll(x, (1, -1), axis=(0, 1)), real(2, 3)),
    shaped("broadcast_to", lambda x: np.broadcast_to(x, (4, 2, 3)), real(2, 1)),
    shaped("broadcast_to from a scalar", lambda x: np.broadcast_to(x, (2, 3)), np.array(0.7)),
    shaped("broadcast_to nothing", lambda x: np.broadcast_to(x, (0, 3)), real(1, 3)),
    shaped("tile", lambda x: np.tile(x, 2), real(2, 3)),
    shaped("tile, more axes", lambda x: np.tile(x, (2, 1, 3)), real(2, 2)),
    shaped("tile, fewer repetitions", lambda x: np.tile(x, [2]), real(2, 1, 2)),
    shaped("tile of a scalar", lambda x: np.tile(x, (2, 2)), np.array(0.7)),
    shaped("tile, no times", lambda x: np.tile(x, (0, 2)), real(2, 3)),
    shaped("repeat", lambda x: np.repeat(x, 2), real(2, 3)),
    shaped("repeat, axis", lambda x: np.repeat(x, 3, axis=-2), real(2, 3)),
    shaped("repeat, counts", lambda x: np.repeat(x, [2, 0, 1], axis=1), real(2, 3)),
    shaped("repeat, counts of all", lambda x: np.repeat(x, [2, 0, 1, 3]), real(2, 2)),
    shaped("repeat, no times", lambda x: x.repeat(0, axis=0), real(2, 3)),
    shaped("concatenate", lambda x, y: np.concatenate([x, y]), real(2, 3), real(1, 3, seed=1)),
    shaped("concatenate, axis", lambda x, y: np.concatenate((x, y), 1), real(2, 1),
           real(2, 2, seed=1)),
    shaped("concatenate, flat", lambda x, y: np.concatenate((x, y), axis=None), real(2, 1),
           real(3, seed=1)),
    shaped("concatenate with nothing", lambda x, y: np.concatenate((x, y), axis=-1), real(2, 0),
           real(2, 2, seed=1)),
    shaped("concatenate with itself", lambda x: np.concatenate((x, x, 2 * x)), real(2, 3)),
    shaped("concatenate with a constant", lambda x: np.concatenate((x, CONSTANT_ROW)), real(2, 3)),
    shaped("concat", lambda x, y: np.concat([x, y], axis=0), real(2), real(3, seed=1)),
    shaped("stack", lambda x, y: np.stack([x, y]), real(2, 3), real(2, 3, seed=1)),
    shaped("stack, axis", lambda x, y: np.stack([x, y, x], axis=-1), real(2), real(2, seed=1)),
    shaped("stack of scalars", lambda x, y: np.stack([x, y]), np.array(1.5), np.array(-0.5)),
    shaped("vstack", lambda x, y: np.vstack([x, y]), real(3), real(2, 3, seed=1)),
    shaped("hstack", lambda x, y: np.hstack([x, y]), real(2, 1), real(2, 2, seed=1)),
    shaped("hstack of vectors", lambda x, y: np.hstack([x, y]), real(2), np.array(0.5)),
    shaped("column_stack", lambda x, y: np.column_stack([x, y]), real(2), real(2, 2, seed=1)),
    shaped("atleast_1d", np.atleast_1d, np.array(0.5)),
    shaped("atleast_2d", np.atleast_2d, real(3)),
    shaped("split", lambda x: np.split(x, 3, axis=1)[1], real(2, 3)),
    shaped("split at", lambda x: joined(np.split(x, [1, 1, 4])), real(5)),
    shaped("array_split", lambda x: joined(np.array_split(x, 3)), real(5, 2)),
    shaped("hsplit", lambda x: joined(np.hsplit(x, 2)), real(3, 4)),
    shaped("vsplit", lambda x: joined(np.vsplit(x, 2)), real(4, 1)),
    shaped("dsplit", lambda x: joined(np.dsplit(x, 2)), real(1, 2, 4)),
    shaped("unstack", lambda x: joined(np.unstack(x, axis=1)), real(2, 3)),
    shaped("iteration", lambda x: joined(list(x)), real(3, 2)),
    shaped("tril", lambda x: np.tril(x, -1), real(3, 3)),
    shaped("triu", np.triu, real(2, 3)),
    shaped("diagonal", np.diagonal, real(2, 3)),
    shaped("diagonal, offset", lambda x: np.diagonal(x, 1, 2, 0), real(3, 2, 3)),
    shaped("diagonal, below", lambda x: x.diagonal(-1), real(3, 2)),
    shaped("diagonal, outside", lambda x: np.diagonal(x, 7), real(3, 2)),
    shaped("trace", np.trace, real(3, 3), analytic=True),
    shaped("trace, offset", lambda x: np.trace(x, 1, axis1=1, axis2=2), real(2, 3, 4)),
    shaped("embed_diagonal",
           lambda x: embed_diagonal(x, shape=(3, 4), offset=1, axis1=0, axis2=1), real(3),
           value=lambda x: np.diag(x, 1)[:3]),
    shaped("pad", lambda x: np.pad(x, 1), real(2, 3)),
    shaped("pad, widths", lambda x: np.pad(x, ((0, 2), (1, 0))), real(2, 3)),
    shaped("astype", lambda x: x.astype(np.longdouble).astype(np.float64), real(2, 3),
           float32=False),
]  # fmt: skip


def joined(pieces: Any) -> Any:
    """All pieces in one, each with a weight of its own."""
    return sum(((i + 1) * (piece**2).sum() for i, piece in enumerate(pieces)), start=0.0)


INDEX = [
    shaped("x[1]", lambda x: x[1], real(2, 3)),
    shaped("x[-1, 0]", lambda x: x[-1, 0], real(2, 3)),
    shaped("x[1:, ::-2]", lambda x: x[1:, ::-2], real(3, 4)),
    shaped("x[..., None, 1]", lambda x: x[..., None, 1], real(2, 3)),
    shaped("x[()]", lambda x: x[()], real(2)),
    shaped("x[...]", lambda x: x[...], np.array(0.5)),
    shaped("x[None]", lambda x: x[None], np.array(0.5)),
    shaped("x[0:0]", lambda x: x[0:0], real(2, 3)),
    shaped("x[list with repeats]", lambda x: x[[0, 2, 0, 0]], real(3, 2)),
    shaped("x[integer array]", lambda x: x[ROWS], real(3, 2)),
    shaped("x[0-d integer array]", lambda x: x[np.array(1)], real(3, 2)),
    shaped("x[two arrays]", lambda x: x[[0, 1, 0], [2, 2, 2]], real(2, 3)),
    shaped("x[arrays that broadcast]", lambda x: x[[[0], [1]], [0, 2, 0]], real(2, 3)),
    shaped("x[arrays apart]", lambda x: x[[0, 0], :, [1, 1]], real(2, 3, 2)),
    shaped("x[array, slice]", lambda x: x[[1, 1], 1:], real(2, 3)),
    shaped("x[mask]", lambda x: x[np.array([True, False, True])], real(3, 2)),
    shaped("x[mask of all]", lambda x: x[np.eye(2, 3) == 1], real(2, 3)),
    shaped("x[mask, integers]", lambda x: x[np.array([True, True]), [2, 0]], real(2, 3)),
    shaped("x[empty list]", lambda x: x[[]], real(3, 2)),
    shaped("x[True]", lambda x: x[True], real(3)),
    shaped("scatter", lambda x: scatter(x, index=(np.array([0, 0, 2]),), shape=(3,)), real(3),
           value=lambda x: np.array([x[0] + x[1], 0.0, x[2]])),
    shaped("x[0] = y", lambda x, y: written(x, 0, y), real(2, 3), real(3, seed=1)),
    shaped("x[:, 1:] = y", lambda x, y: written(x, (slice(None), slice(1, None)), y), real(2, 3),
           real(2, 1, seed=1)),
    shaped("x[mask] = y", lambda x, y: written(x, np.eye(2, 3) == 1, y), real(2, 3),
           np.array(0.7)),
    shaped("x[array] = y", lambda x, y: written(x, [2, 0], y), real(3), real(2, seed=1)),
    shaped("x[array with repeats] = y", lambda x, y: written(x, [2, 0, 2], y), real(3),
           real(3, seed=1)),
    shaped("x[1] = constant", lambda x: written(x, 1, 3.0), real(2, 3)),
    shaped("constant[1] = y", lambda y: written(np.ones((2, 3)), 1, y), real(3), float32=False),
    shaped("take", lambda x: np.take(x, [0, 5, 0]), real(2, 3)),
    shaped("take nothing", lambda x: np.take(x, [], axis=0), real(2, 3)),
    shaped("take, axis", lambda x: np.take(x, ROWS, axis=-1), real(2, 3)),
    shaped("take, one", lambda x: x.take(1, axis=0), real(2, 3)),
    shaped("take, wrapped", lambda x: np.take(x, [-4, 7], axis=0, mode="wrap"), real(3, 2)),
    shaped("take, clipped", lambda x: np.take(x, [-4, 7, 1], mode="clip"), real(3)),
    shaped("take_along_axis", lambda x: np.take_along_axis(x, ROWS, axis=1), real(2, 3)),
    shaped("take_along_axis, flat", lambda x: np.take_along_axis(x, LABELS, axis=None),
           real(2, 3)),
    shaped("take_along_axis, broadcast indices",
           lambda x: np.take_along_axis(x, np.array([[0, 2]]), axis=1), real(3, 4)),
    shaped("take_along_axis, broadcast operand",
           lambda x: np.take_along_axis(x, ROWS, axis=1), real(1, 3)),
    shaped("compress", lambda x: np.compress([True, False, True], x, axis=1), real(2, 3)),
    shaped("where, three masks", lambda x, y: np.where(np.eye(2, 3) == 1, x, y), real(2, 1),
           real(3, seed=1)),
    shaped("where, one branch", lambda x: np.where([True, False, True], x, 0.0), real(3)),
    shaped("where of a comparison", lambda x: np.where(x > 0.1, x * x, -x), real(2, 3)),
    shaped("subtract_one_hot", lambda x: subtract_one(x, labels=LABELS, axis=-1), real(4, 3),
           value=lambda x: x - np.eye(3)[LABELS]),
]  # fmt: skip


def written(x: Any, index: Any, y: Any) -> Any:
    """`x` with `x[index] = y` done, in a copy; an array that is to hold a tensor becomes one."""
    if isinstance(y, ag.Tensor) and not isinstance(x, ag.Tensor):
        x = ag.Tensor(x, requires_grad=False)
    copy = x.copy()
    copy[index] = y
    return copy


PRODUCTS = [
    shaped(f"matmul {shapes}", np.matmul, real(*shapes[0]), real(*shapes[1], seed=1),
           analytic=True)
    for shapes in [
        ((2, 3), (3, 2)), ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 1, 3), (3, 2)),
        ((2, 2, 3), (2, 3, 1)), ((2, 1, 2, 3), (2, 3, 2)), ((3,), (2, 3, 2)), ((2, 2, 3), (3,)),
        ((2, 0), (0, 3)), ((0, 2), (2, 3)), ((1, 1), (1, 1)), ((2, 2, 0, 3), (3,)),
    ]
] + [
    shaped(f"dot {shapes}", np.dot, real(*shapes[0]), real(*shapes[1], seed=1), analytic=True)
    for shapes in [((), (2,)), ((2,), (2,)), ((2, 3), (3, 2)), ((2, 2, 3), (3,)),
                   ((2, 3), (2, 3, 2))]
] + [
    shaped(f"inner {shapes}", np.inner, real(*shapes[0]), real(*shapes[1], seed=1), analytic=True)
    for shapes in [((3,), (3,)), ((2, 3), (4, 3)), ((), (2,))]
] + [
    shaped("x @ x.T", lambda x: x @ x.T, real(2, 3), analytic=True),
    shaped("method dot", lambda x: x.dot(CONSTANT_ROW[0]), real(2, 3), analytic=True),
    shaped("vdot", np.vdot, real(2, 3), real(3, 2, seed=1)),
    shaped("outer", np.outer, real(2), real(3, seed=1), analytic=True),
    shaped("outer, raveled", np.outer, real(2, 2), np.array(0.5), analytic=True),
    shaped("tensordot", np.tensordot, real(2, 3, 2), real(3, 2, 2, seed=1), analytic=True),
    shaped("tensordot, axes", lambda x, y: np.tensordot(x, y, axes=((0, -1), (1, 0))),
           real(2, 3, 2), real(2, 2, seed=1), analytic=True),
    shaped("tensordot, outer", lambda x, y: np.tensordot(x, y, axes=0), real(2), real(3, seed=1),
           analytic=True),
    shaped("affine", ag.affine, real(2, 3), real(4, 3, seed=1), real(4, seed=2),
           value=lambda x, w, b: x @ w.T + b),
    shaped("affine of a vector", ag.affine, real(3), real(4, 3, seed=1), real(4, seed=2),
           value=lambda x, w, b: w @ x + b),
    shaped("affine of a stack", ag.affine, real(2, 2, 3), real(4, 3, seed=1), real(4, seed=2),
           value=lambda x, w, b: x @ w.T + b),
    shaped("affine of no rows", ag.affine, real(0, 3), real(4, 3, seed=1), real(4, seed=2),
           value=lambda x, w, b: x @ w.T + b),
    shaped("affine without bias", ag.affine, real(2, 3), real(4, 3, seed=1),
           value=lambda x, w: x @ w.T),
    shaped("affine, named", lambda x, w, b: ag.affine(x, weight=w, bias=b), real(2, 3),
           real(4, 3, seed=1), real(4, seed=2), value=lambda x, w, b: x @ w.T + b),
]  # fmt: skip

EINSUM = [
    shaped(f"einsum {subscripts} of {shapes}", lambda *xs, s=subscripts: np.einsum(s, *xs),
           *(real(*shape, seed=i) for i, shape in enumerate(shapes)), analytic=True)
    for subscripts, *shapes in [
        ("ij,jk->ik", (2, 3), (3, 2)), ("ij,jk", (2, 3), (3, 2)), ("ij->ji", (2, 3)),
        ("ij->", (2, 3)), ("ij->j", (2, 3)), ("ii->i", (3, 3)), ("ii", (3, 3)),
        ("iij->ij", (2, 2, 3)), ("i,i->", (3,), (3,)), ("i,j->ij", (2,), (3,)),
        ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)), ("...ij,...jk->...ik", (2, 2, 3), (3, 2)),
        ("...i,i", (2, 3), (3,)), ("ij,kj->ik", (2, 3), (4, 3)), ("ij,j,i->", (2, 3), (3,), (2,)),
        ("ij,jk,kl->il", (2, 3), (3, 2), (2, 2)), ("ij,kl->jl", (2, 3), (2, 2)),
        ("ii,ij->j", (2, 2), (2, 3)), ("ii,jk->jk", (2, 2), (2, 3)), (",ij->ij", (), (2, 3)),
        ("ij,jk->ik", (2, 1), (3, 2)), ("i...,i...->...", (2, 3), (2, 1)),
        ("ii,ij->j", (1, 1), (3, 2)),
        ("ij, jk -> ki", (2, 3), (3, 2)), ("ij,jk->ik", (2, 0), (0, 3)), ("ijk->ki", (2, 3, 2)),
    ]
] + [
    shaped("einsum, optimized", lambda x, y, z: np.einsum("ij,jk,k->i", x, y, z, optimize=True),
           real(2, 3), real(3, 4, seed=1), real(4, seed=2), analytic=True),
    shaped("einsum of one tensor twice", lambda x: np.einsum("ij,ik->jk", x, x), real(2, 3),
           analytic=True),
]  # fmt: skip


def losses() -> list[Case]:
    """Every loss, with each reduction."""
    reduce = {"mean": np.mean, "sum": np.sum, "none": np.asarray}
    x, y = real(4, 3), real(4, 3, seed=1) + 0.4
    p, t = spread((0.2, 0.8), (4, 3)), spread((0.2, 0.8), (4, 3), 1)
    probabilities = naive_softmax(y, -1)

    def huber(x: Any, y: Any) -> Any:
        r = np.abs(x - y)
        return np.where(r < 0.8, r * r / 2, 0.8 * (r - 0.4))

    def picked(x: Any) -> Any:
        return -x[np.arange(4), LABELS]

    def soft(x: Any, y: Any) -> Any:
        return -np.sum(y * np.log(naive_softmax(x, -1)), axis=-1)

    pairs: list[tuple[str, Callable[..., Any], tuple[Array, ...], Callable[..., Any]]] = [
        ("mse", ag.mse, (x, y), lambda x, y: (x - y) ** 2),
        ("half_squared_error", ag.half_squared_error, (x, y), lambda x, y: (x - y) ** 2 / 2),
        ("l1", ag.l1, (x, y), lambda x, y: np.abs(x - y)),
        ("l2_norm", ag.l2_norm, (x, y), lambda x, y: np.sqrt(np.sum((x - y) ** 2, axis=-1))),
        ("huber", lambda x, y, **k: ag.huber(x, y, delta=0.8, **k), (x, y), huber),
        ("pseudo_huber", lambda x, y, **k: ag.pseudo_huber(x, y, delta=0.8, **k), (x, y),
         lambda x, y: 0.64 * (np.sqrt(1 + ((x - y) / 0.8) ** 2) - 1)),
        ("binary_cross_entropy", ag.binary_cross_entropy, (p, t),
         lambda p, t: -t * np.log(p) - (1 - t) * np.log(1 - p)),
        ("binary_cross_entropy_with_logits", ag.binary_cross_entropy_with_logits, (x, t),
         lambda x, t: -t * np.log(naive_sigmoid(x)) - (1 - t) * np.log(naive_sigmoid(-x))),
        ("nll", lambda x, **k: ag.nll(x, LABELS, **k), (x,), picked),
        ("cross_entropy", lambda x, **k: ag.cross_entropy(x, LABELS, **k), (x,),
         lambda x: picked(np.log(naive_softmax(x, -1)))),
        ("cross_entropy with probabilities", ag.cross_entropy, (x, probabilities), soft),
    ]  # fmt: skip
    return [
        shaped(
            f"{name}, {reduction}", lambda *xs, c=call, r=reduction: c(*xs, reduction=r), *operands,
            value=lambda *xs, v=value, f=function: f(v(*xs)),
        )
        for name, call, operands, value in pairs
        for reduction, function in reduce.items()
    ] + [
        shaped("cross_entropy, axis", lambda x: ag.cross_entropy(x, ROWS[:, :2], axis=1),
               real(2, 3, 2), value=lambda x: np.mean(
                   -np.take_along_axis(np.log(naive_softmax(x, 1)), ROWS[:, None, :2], 1))),
        shaped("cross_entropy of one example", lambda x: ag.cross_entropy(x, np.array(1)),
               real(3), value=lambda x: -np.log(naive_softmax(x, -1))[1]),
        shaped("l2_norm, axis", lambda x, y: ag.l2_norm(x, y, axis=0), real(2, 3),
               real(2, 3, seed=1), value=lambda x, y: np.mean(np.hypot(*(x - y)))),
        shaped("mse of scalars", ag.mse, np.array(1.5), np.array(0.5),
               value=lambda x, y: (x - y) ** 2),
    ]  # fmt: skip


COMPOSED = [
    shaped("a small network", lambda x, w, b, v: np.tanh(x @ w + b) @ v, real(3, 2),
           real(2, 4, seed=1), real(4, seed=2), real(4, 1, seed=3), analytic=True),
    shaped("layer norm", lambda x: (x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True),
           real(2, 3)),
    shaped("fan-out", lambda x: x * np.sin(x) + np.exp(x) / (1 + x * x) - x[::-1], real(3),
           analytic=True),
    shaped("attention", lambda q, k, v: ag.softmax(q @ k.T / 2**0.5) @ v, real(2, 3),
           real(4, 3, seed=1), real(4, 2, seed=2), value=lambda q, k, v: naive_softmax(
               q @ k.T / 2**0.5, -1) @ v),
]  # fmt: skip

SHAPED = [*REDUCE, *SHAPE, *INDEX, *PRODUCTS, *EINSUM, *losses(), *COMPOSED]
CASES = [*(row.case() for row in ENTRYWISE), *SHAPED]


@dataclass(frozen=True)
class Convention:
    """What the value and the gradients are, by agreement, where there is no one derivative."""

    name: str
    call: Callable[..., Any]
    operands: tuple[Any, ...]
    value: Any
    gradients: tuple[Any, ...]


def convention(
    name: str, call: Callable[..., Any], operands: tuple[Any, ...], value: Any, *gradients: Any
) -> Convention:
    return Convention(name, call, operands, value, gradients)


SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772

CONVENTIONS = [
    convention("relu", ag.relu, (0.0,), 0, 0),
    convention("leaky_relu", ag.leaky_relu, (0.0,), 0, 0.01),
    convention("leaky_relu, slope", lambda x: ag.leaky_relu(x, 0.3), (0.0,), 0, 0.3),
    convention("prelu", ag.prelu, (0.0, 0.3), 0, 0.3, 0),
    convention("elu", lambda x: ag.elu(x, 0.7), (0.0,), 0, 0.7),
    convention("selu", ag.selu, (0.0,), 0, SCALE * ALPHA),
    convention("hard_sigmoid, below", ag.hard_sigmoid, (-3.0,), 0, 0),
    convention("hard_sigmoid, above", ag.hard_sigmoid, (3.0,), 1, 0),
    convention("hard_sigmoid, inside", ag.hard_sigmoid, (2.9999,), 2.9999 / 6 + 0.5, 1 / 6),
    convention("piecewise_linear, below", ag.piecewise_linear, (-0.5,), 0, 1),
    convention("piecewise_linear, above", ag.piecewise_linear, (0.5,), 1, 1),
    convention("piecewise_linear, outside", ag.piecewise_linear, (0.5001,), 1, 0),
    convention("absolute", np.absolute, (0.0,), 0, 0),
    convention("fabs", np.fabs, (0.0,), 0, 0),
    convention("maximum", np.maximum, (1.5, 1.5), 1.5, 0.5, 0.5),
    convention("minimum", np.minimum, (1.5, 1.5), 1.5, 0.5, 0.5),
    convention("max, two", np.max, ([1, 3, 3.0],), 3, [0, 0.5, 0.5]),
    convention("max, all", np.max, ([2, 2, 2, 2.0],), 2, [0.25] * 4),
    convention("max, by axis", lambda x: np.max(x, axis=1).sum(), ([[1, 1], [2, 1.0]],), 3,
               [[0.5, 0.5], [1, 0]]),
    convention("min", np.min, ([3, 1, 1, 1.0],), 1, [0, 1 / 3, 1 / 3, 1 / 3]),
    convention("ptp", np.ptp, ([1, 1.0],), 0, [0, 0]),
    convention("maxout", lambda x, y, z: ag.maxout(x, y, z), (1.0, 1.0, 0.0), 1, 0.5, 0.5, 0),
    convention("clip, at the lower bound", lambda x: np.clip(x, -1, 1), (-1.0,), -1, 1),
    convention("clip, at the upper bound", lambda x: np.clip(x, -1, 1), (1.0,), 1, 1),
    convention("clip, outside", lambda x: np.clip(x, -1, 1), (1.0000001,), 1, 0),
    convention("l2_norm", ag.l2_norm, ([1, 2.0], [1, 2.0]), 0, [0, 0], [0, 0]),
    convention("l1", ag.l1, (2.0, 2.0), 0, 0, 0),
    convention("huber, at delta", ag.huber, (3.0, 2.0), 0.5, 1, -1),
    convention("std of equal entries", np.std, ([2, 2.0],), 0, [0, 0]),
    convention("hypot", np.hypot, (0.0, 0.0), 0, 0, 0),
    convention("arctan2", np.arctan2, (0.0, 0.0), 0, 0, 0),
    convention("prod, one zero", np.prod, ([0, 2, 3.0],), 0, [6, 0, 0]),
    convention("prod, two zeros", np.prod, ([0, 0, 3.0],), 0, [0, 0, 0]),
    convention("cumprod", lambda x: np.cumprod(x).sum(), ([2, 0, 3.0],), 2, [1, 8, 0]),
    convention("cumprod, two zeros", lambda x: np.cumprod(x).sum(), ([0, 5, 0, 7.0],), 0,
               [6, 0, 0, 0]),
    convention("x ** 0 at 0", lambda x: x**0, (0.0,), 1, 0),
    convention("x ** 1 at 0", lambda x: x**1, (0.0,), 0, 1),
    convention("x ** 3 at 0", lambda x: x**3, (0.0,), 0, 0),
    convention("power at (0, 0)", np.power, (0.0, 0.0), 1, 0, 0),
    convention("power at (0, 2)", np.power, (0.0, 2.0), 0, 0, 0),
    convention("power at (0, 1)", np.power, (0.0, 1.0), 0, 1, 0),
    convention("0 ** x", lambda x: 0**x, (2.0,), 0, 0),
    convention("copysign", np.copysign, (0.0, -1.0), 0, 0, 0),
    convention("remainder at a multiple", lambda x: np.remainder(x, 2), (4.0,), 0, 1),
    convention("gelu", ag.gelu, (0.0,), 0, 0.5),
    convention("softplus", ag.softplus, (0.0,), math.log(2), 0.5),
    convention("binary_cross_entropy, sure and right", ag.binary_cross_entropy,
               ([0.0, 1.0], np.array([0.0, 1.0])), 0, [0.5, -0.5]),
]  # fmt: skip


@dataclass(frozen=True)
class Singular:
    """Finite operands at which a function of scalars, or its derivative, is not finite."""

    name: str
    call: Callable[..., Any]
    operands: tuple[float, ...]
    regular: tuple[float, ...]  # operands beside them at which all is smooth
    bare: bool = True  # a zero cotangent is enough; else a NaN made on the way needs a `where`


SINGULAR = [
    Singular("sqrt", np.sqrt, (0.0,), (0.5,)),
    Singular("sqrt, negative", np.sqrt, (-1.0,), (0.5,)),
    Singular("cbrt", np.cbrt, (0.0,), (0.5,)),
    Singular("log", np.log, (0.0,), (0.5,)),
    Singular("log, negative", np.log, (-1.0,), (0.5,)),
    Singular("log2", np.log2, (0.0,), (0.5,)),
    Singular("log10", np.log10, (0.0,), (0.5,)),
    Singular("log1p", np.log1p, (-1.0,), (0.5,)),
    Singular("reciprocal", np.reciprocal, (0.0,), (0.5,)),
    Singular("divide", np.divide, (1.5, 0.0), (1.5, 0.5)),
    Singular("0 / 0", np.divide, (0.0, 0.0), (1.5, 0.5)),
    Singular("x ** 0.5", lambda x: x**0.5, (0.0,), (0.5,)),
    Singular("x ** -1", lambda x: x**-1, (0.0,), (0.5,)),
    Singular("x ** -2.5", lambda x: x**-2.5, (0.0,), (0.5,)),
    Singular("power", np.power, (0.0, 0.5), (0.5, 0.5)),
    Singular("power, negative exponent", np.power, (0.0, -1.0), (0.5, -1.0)),
    Singular("power, negative base", np.power, (-1.0, 0.5), (0.5, 0.5)),
    Singular("float_power", np.float_power, (0.0, 0.5), (0.5, 0.5)),
    Singular("arcsin", np.arcsin, (1.0,), (0.5,)),
    Singular("arccos", np.arccos, (-1.0,), (0.5,)),
    Singular("arcsin, outside", np.arcsin, (2.0,), (0.5,)),
    Singular("arccosh", np.arccosh, (1.0,), (1.5,)),
    Singular("arctanh", np.arctanh, (1.0,), (0.5,)),
    Singular("hypot", np.hypot, (0.0, 0.0), (0.5, 1.5)),
    Singular("arctan2", np.arctan2, (0.0, 0.0), (0.5, 1.5)),
    Singular("exp, overflow", np.exp, (1000.0,), (0.5,)),
    Singular("sinh, overflow", np.sinh, (1000.0,), (0.5,)),
    Singular("square, overflow", np.square, (1e200,), (0.5,)),
    Singular("multiply, overflow", np.multiply, (1e200, 1e200), (0.5, 0.5)),
    Singular("x log x", lambda x: x * np.log(x), (0.0,), (0.5,)),
    Singular("x log x, negative", lambda x: x * np.log(x), (-1.0,), (0.5,), False),
    Singular("x sqrt x, negative", lambda x: x * np.sqrt(x), (-1.0,), (0.5,), False),
    Singular("x / sin(x)", lambda x: x / np.sin(x), (0.0,), (0.5,)),
    Singular("sqrt(x) sqrt(x)", lambda x: np.sqrt(x) * np.sqrt(x), (0.0,), (0.5,)),
    Singular("sqrt of a sum of squares", lambda x, y: np.sqrt(x * x + y * y), (0.0, 0.0),
             (0.5, 1.5)),
    Singular("log of a softmax", lambda x: np.log(ag.sigmoid(x)), (-1000.0,), (0.5,)),
    Singular("binary_cross_entropy",
             lambda p, t: ag.binary_cross_entropy(p, t, reduction="none"), (0.0, 0.5), (0.5, 0.5)),
    Singular("binary_cross_entropy, wrong",
             lambda p, t: ag.binary_cross_entropy(p, t, reduction="none"), (1.0, 0.0), (0.5, 0.5)),
    Singular("log of logsumexp", lambda x, y: np.log(ag.logsumexp(np.stack([x, y]), axis=0)),
             (-math.log(2), -math.log(2)), (0.5, 0.5)),
    Singular("std", lambda x, y: np.std(np.stack([x, y]), axis=0), (1.0, 1.0), (0.5, 1.5)),
    Singular("l2_norm", lambda x, y: ag.l2_norm(
        np.stack([x, y]), np.stack([y, x]), axis=0, reduction="none"), (1.0, 1.0), (0.5, 1.5)),
]  # fmt: skip


# Functions without a gradient: plain arrays come out, as NumPy computes them.
CONSTANT: list[tuple[str, Callable[..., Any]]] = [
    (function.__name__, function)
    for function in (
        np.sign, np.floor, np.ceil, np.trunc, np.rint, np.round, np.around, np.fix,
        np.logical_not, np.isnan, np.isinf, np.isfinite, np.isposinf, np.isneginf, np.signbit,
        np.spacing, np.isreal, np.iscomplex, np.isrealobj, np.iscomplexobj, np.any, np.all,
        np.argmax, np.argmin, np.argsort, np.nonzero, np.flatnonzero, np.count_nonzero,
        np.argwhere, np.imag, np.shape,
        np.ndim, np.size, np.zeros_like, np.ones_like, np.result_type,
        ag.sign, np.where,
    )
] + [
    ("heaviside", lambda x: np.heaviside(x, 0.5)),
    ("ag.heaviside", ag.heaviside),
    ("x // 0.7", lambda x: x // 0.7),
    ("0.7 // x", lambda x: 0.7 // (x + 5)),
    ("divmod", lambda x: divmod(x, 0.7)[0]),
    ("<", lambda x: x < 0.1), ("<=", lambda x: x <= 0.1), (">", lambda x: x > 0.1),
    (">=", lambda x: x >= 0.1), ("==", lambda x: x == 0.1), ("!=", lambda x: x != 0.1),
    ("0.1 <", lambda x: np.less(0.1, x)),
    ("logical_and", lambda x: np.logical_and(x, x > 0)),
    ("logical_or", lambda x: np.logical_or(x, x > 0)),
    ("logical_xor", lambda x: np.logical_xor(x > 0, x)),
    ("isclose", lambda x: np.isclose(x, 0.1)),
    ("allclose", lambda x: np.allclose(x, x)),
    ("array_equal", lambda x: np.array_equal(x, x)),
    ("nextafter", lambda x: np.nextafter(x, 5.0)),
    ("searchsorted", lambda x: np.searchsorted(np.arange(-2.0, 3.0), x)),
    ("unravel_index", lambda x: np.unravel_index(np.argmax(x), x.shape)),
    ("full_like", lambda x: np.full_like(x, 2.0)),
    ("empty_like", lambda x: np.empty_like(x).shape),
    ("may_share_memory", lambda x: np.may_share_memory(x, np.ones(3))),
    ("shares_memory", lambda x: np.shares_memory(x, np.ones(3))),
    ("astype(int)", lambda x: x.astype(int)),
    ("np.astype(bool)", lambda x: np.astype(x, bool)),
    ("argsort method", lambda x: x.argsort()),
]  # fmt: skip
