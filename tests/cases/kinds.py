"""What a case is, and the numbers it is made of."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

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


REAL: Interval = (-2.0, 2.1)
POSITIVE: Interval = (0.3, 2.5)
INNER: Interval = (-0.9, 0.93)
WIDE: Interval = (-5.0, 5.2)


def entrywise(
    name: str,
    call: Callable[..., Any],
    *intervals: Interval,
    value: Callable[..., Any] | None = None,
    analytic: bool = False,
) -> Entrywise:
    return Entrywise(name, call, intervals, value, analytic)


def shaped(
    name: str,
    call: Callable[..., Any],
    *operands: Array,
    value: Callable[..., Any] | None = None,
    analytic: bool = False,
    float32: bool = True,
) -> Case:
    return Case(name, call, operands, value, analytic, float32)


def bound(function: Callable[..., Any], kwargs: dict[str, Any]) -> Callable[..., Any]:
    return lambda x: function(x, **kwargs)


def joined(pieces: Any) -> Any:
    """All pieces in one, each with a weight of its own."""
    return sum(((i + 1) * (piece**2).sum() for i, piece in enumerate(pieces)), start=0.0)


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


@dataclass(frozen=True)
class Singular:
    """Finite operands at which a function of scalars, or its derivative, is not finite."""

    name: str
    call: Callable[..., Any]
    operands: tuple[float, ...]
    regular: tuple[float, ...]  # operands beside them at which all is smooth
    bare: bool = True  # a zero cotangent is enough; else a NaN made on the way needs a `where`
