"""The measurements on a problem: the slope of its outputs along a line through the arguments."""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd_lite.check.differences import (
    COARSE,
    FINE,
    SMOOTH,
    Slope,
    Steps,
    complex_step,
    measured,
    one_ladder,
)
from autograd_lite.check.problem import Problem, arbitrary_like, flat, moved, wobble

Array = npt.NDArray[Any]
Direction = Sequence[Array]
Index = tuple[int, ...]

GLANCE = Steps(8e-5, 2, FINE.noise)  # enough to see a kink
STRICT = 1e-9  # relative, where the complex step measures
USUAL = 1e-7
LOOSE = 2e-3  # where the function computes in less than double precision
DIFFERENCES, COMPLEX_STEP = "differences", "the complex step"


class Oracle:
    """Measures the slopes of one problem at its values."""

    def __init__(self, problem: Problem, outputs: list[Array]) -> None:
        self.problem = problem
        is_double = all(out.dtype.itemsize >= 8 * (1 + (out.dtype.kind == "c")) for out in outputs)
        self.steps = FINE if is_double else COARSE
        self.tolerance = USUAL if is_double else LOOSE
        self.weights = flat(problem.weights)
        self.center = flat(outputs)
        self.magnitude = float(np.sum(np.abs(self.weights * self.center)))
        self.grain = capped(wobble(problem, lambda p: p.evaluate(p.values)), self.center)
        self.may_be_analytic = is_double and not any(
            array.dtype.kind == "c" for array in [*problem.values, *outputs]
        )

    @property
    def method(self) -> str:
        return COMPLEX_STEP if self.is_analytic else DIFFERENCES

    def reach(self, direction: Direction) -> float:
        """The largest number that a direction moves."""
        pairs = zip(self.problem.values, direction, strict=True)
        moving = [np.abs(x[(v != 0) & np.isfinite(x)]) for x, v in pairs]
        return max((float(np.max(size, initial=0.0)) for size in moving), default=0.0)

    def curve(self, direction: Direction) -> Callable[[float], Array]:
        """All outputs in one real vector, along a line."""
        problem = self.problem

        def at(t: float) -> Array:
            if not t:
                return self.center
            return self.defined(lambda: problem.evaluate(moved(problem.values, direction, t)))

        return at

    def defined(self, evaluate: Callable[[], list[Array]]) -> Array:
        """The outputs as one vector, NaN where the function refuses: there its domain has ended."""
        try:
            found = flat(evaluate())
        except (ValueError, ArithmeticError):
            return np.full(self.center.shape, np.nan)
        return found if found.shape == self.center.shape else np.full(self.center.shape, np.nan)

    def complex_curve(self, direction: Direction) -> Callable[[complex], Array]:
        problem = self.problem

        def at(t: complex) -> Array:
            with np.errstate(all="ignore"):
                outputs = problem.evaluate(moved(problem.values, direction, t))
            return np.concatenate([np.ravel(out) for out in outputs])

        return at

    @functools.cached_property
    def gradient_grain(self) -> Array:
        """How far each entry of the library's gradient is off by rounding on the way."""
        gradient = flat(self.problem.gradient(*self.problem.values))
        return capped(wobble(self.problem, lambda p: p.gradient(*p.values)), gradient)

    @functools.cached_property
    def is_analytic(self) -> bool:
        """Whether the complex step gives what differences give, in a direction of all entries."""
        if not self.may_be_analytic:
            return False
        direction = self.direction(0)
        found = complex_step(self.complex_curve(direction))
        if found is None:
            return False
        slope = measured(self.curve(direction), self.steps, self.reach(direction), self.grain)
        close = np.abs(found - slope.value) <= 8 * slope.error + USUAL * np.abs(slope.value)
        return bool(np.all(close | (slope.kind != SMOOTH)))

    def direction(self, number: int) -> list[Array]:
        """An arbitrary direction of all arguments, the same at every call.

        An entry close to zero moves in proportion: it may stand at the end of a domain.
        """
        direction = []
        for i, x in enumerate(self.problem.values):
            close = (x != 0) & (np.abs(x) < 1e-3)
            size = np.where(close, np.abs(x), 1.0)
            direction.append(np.asarray(size * arbitrary_like(x, 1000 * (number + 1) + i)))
        return direction

    def outputs_along(self, direction: Direction, claimed: Array) -> Slope:
        """The slope of every output."""
        reach = self.reach(direction)
        slope = measured(self.curve(direction), self.steps, reach, self.grain, claimed=claimed)
        if self.is_analytic:
            found = complex_step(self.complex_curve(direction))
            if found is not None:
                slope = with_value(slope, found)
        return slope

    def loss_along(self, direction: Direction, claimed: float) -> Slope:
        """The slope of the weighted sum of all outputs, by the cheapest way that is certain."""
        if not self.is_analytic:
            return self.loss_measured(direction, claimed)
        slopes = complex_step(self.complex_curve(direction))
        curve = self.curve(direction)
        slope = one_ladder(
            curve, self.center, GLANCE, self.reach(direction), self.grain, self.weights
        )
        if slope.kind != SMOOTH or slopes is None:
            slope = self.loss_measured(direction, claimed)
        return slope if slopes is None else with_value(slope, np.sum(self.weights * slopes))

    def loss_measured(self, direction: Direction, claimed: float) -> Slope:
        """The same, by differences alone."""
        return measured(
            self.curve(direction), self.steps, self.reach(direction), self.grain, self.weights,
            np.asarray(claimed),
        )  # fmt: skip

    def change(self, direction: Direction) -> Callable[[float], float]:
        """How much the weighted sum changes along a line."""
        curve = self.curve(direction)
        return lambda h: float(np.sum(self.weights * (curve(h) - self.center)))

    def gradients_along(self, direction: Direction, claimed: Array | None) -> Slope:
        """The slope of every entry of the library's gradient."""
        problem = self.problem
        size = sum(x.size * (1 + (x.dtype.kind == "c")) for x in problem.values)

        def at(t: float) -> Array:
            try:
                return flat(problem.gradient(*moved(problem.values, direction, t)))
            except (ValueError, ArithmeticError):  # its domain has ended
                return np.full(size, np.nan)

        return measured(at, self.steps, self.reach(direction), self.gradient_grain, claimed=claimed)


def capped(grain: Array, center: Array) -> Array:
    """What a rounding error of the arguments moves, but no jump."""
    return np.asarray(np.minimum(grain, np.maximum(1e-8 * np.abs(center), 1e-12)))


def with_value(slope: Slope, value: Array) -> Slope:
    """The exact slope where the curve is smooth and the two measurements do not contradict."""
    close = np.abs(value - slope.value) <= 8 * slope.error + USUAL * np.abs(slope.value)
    close &= slope.kind == SMOOTH
    return Slope(
        np.where(close, value, slope.value),
        np.where(close, 0.0, slope.error),
        slope.kind,
        slope.left,
        slope.right,
    )


def unit(problem: Problem, slot: int, index: Index, imaginary: bool) -> list[Array]:
    """The direction of one entry."""
    direction = [np.zeros(x.shape, x.dtype) for x in problem.values]
    direction[slot][index] = 1j if imaginary else 1
    return direction


def sampled(value: Array, limit: int, seed: int) -> list[Index]:
    """The indices of at most `limit` entries, the same at every call."""
    if value.size <= limit:
        return list(np.ndindex(value.shape))
    chosen = np.sort(np.random.default_rng(seed).choice(value.size, limit, replace=False))
    return [tuple(int(i) for i in np.unravel_index(number, value.shape)) for number in chosen]


def positions(values: Sequence[Array]) -> Iterator[tuple[int, Index, str]]:
    """Which slot, index and part each entry of `flat(values)` comes from."""
    for slot, value in enumerate(values):
        for index in np.ndindex(value.shape):
            for part in ("real", "imaginary") if value.dtype.kind == "c" else ("",):
                yield slot, index, part
