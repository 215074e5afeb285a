"""The slope of a curve at zero, measured: differences, and the complex step.

Central differences at falling steps, extrapolated to step zero (Richardson), give for every step
and order of extrapolation an estimate; the best is the one that agrees most closely with its
neighbors (Ridders, 1982), and by how much it does is the error to expect. The same values tell
whether the curve is smooth at zero.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Curve = Callable[[float], Array]

# At zero there is a slope; are two slopes; is a jump or an infinite slope; one side is undefined.
SMOOTH, KINK, BREAK, EDGE = 0, 1, 2, 3
RATIO = 4  # of one step to the next
ENOUGH = 4  # steps, where the curve is as smooth as most
RETRIES = 4  # with a hundredth of the step, where the curve is too wild or undefined beside zero


@dataclass(frozen=True)
class Slope:
    """The slope at zero of every entry of a curve, the error to expect, and what was seen there.

    `left` and `right` are the one-sided slopes; where an entry is smooth they are equal.
    """

    value: Array
    error: Array
    kind: Array
    left: Array
    right: Array

    def entry(self, i: int) -> "Slope":
        """The slope of one entry of the curve."""
        parts = (self.value, self.error, self.kind, self.left, self.right)
        return Slope(*(np.asarray(part[i]) for part in parts))


@dataclass(frozen=True)
class Steps:
    """The steps at which a curve is measured; `noise` is the relative rounding of its values."""

    first: float
    count: int
    noise: float

    @property
    def sizes(self) -> list[float]:
        return [self.first / RATIO**k for k in range(self.count)]


FINE = Steps(0.02, 6, float(np.finfo(np.float64).eps))
COARSE = Steps(0.1, 3, float(np.finfo(np.float32).eps))


def measured(
    curve: Curve,
    steps: Steps,
    reach: float = 0.0,
    grain: Array | float = 0.0,
    weights: Array | None = None,
    claimed: Array | None = None,
) -> Slope:
    """The slope at zero of `curve`, or of its entries' sum with `weights`.

    `reach` is the size of the numbers that the curve adds its step to, whose rounding it shows;
    `grain` is by how much its values are known to be off beside that.
    Where the measurement contradicts the slope that is `claimed`, it is repeated at smaller steps:
    a kink beside zero can look like a slope, and only what stays is held against a claim.
    """
    center = curve(0.0)
    relative = steps.noise**0.45
    floor = steps.noise**0.6 * contracted(np.abs(center), weights, absolute=True)
    best = one_ladder(curve, center, steps, reach, grain, weights)
    for retry in range(1, RETRIES + 1):
        bound = relative * (np.abs(best.value) + 0.01 * largest(best.value)) + floor
        doubtful = ~(best.error <= bound) | (best.kind != SMOOTH)
        if claimed is not None and retry <= 2:
            doubtful |= ~agrees(best, claimed, relative * largest(best.value) + floor)
        if not np.any(doubtful):
            break
        finer = replace(steps, first=steps.first / 100**retry)
        other = one_ladder(curve, center, finer, reach, grain, weights)
        size = max(largest(best.value), largest(other.value))
        best = the_better(best, other, bound, relative * size + floor, claimed)
    return best


def largest(values: Array) -> float:
    """The largest finite absolute value, 0 if there is none."""
    finite = np.abs(values)[np.isfinite(values)]
    return float(np.max(finite, initial=0.0))


def agrees(slope: Slope, claimed: Array, bound: Array) -> Array:
    return np.asarray(np.abs(slope.value - claimed) <= 8 * slope.error + bound)


def one_ladder(
    curve: Curve,
    center: Array,
    steps: Steps,
    reach: float,
    grain: Array | float,
    weights: Array | None,
) -> Slope:
    """The slope from the values at one sequence of steps."""
    rows: list[list[Array]] = []
    bends: list[Array] = []
    noises: list[Array] = []
    with np.errstate(all="ignore"):
        for h in steps.sizes:
            if len(rows) == ENOUGH and is_settled(rows, noises):
                break
            plus, minus = curve(h), curve(-h)
            slope = (plus - minus) / (2 * h)
            rows.append([contracted(slope, weights)])
            for j, coarser in enumerate(rows[-2] if len(rows) > 1 else []):
                finer = rows[-1][j]
                rows[-1].append(finer + (finer - coarser) / (RATIO ** (2 * j + 2) - 1))
            bends.append(contracted((plus - 2 * center + minus) / h, weights))
            size = np.abs(plus) + np.abs(minus) + 2 * np.abs(center) + reach * np.abs(slope)
            off = (steps.noise * size + grain) / h
            noises.append(contracted(off, weights, absolute=True))
        value, error = most_certain(rows, noises)
        kind = kind_of([row[0] for row in rows], bends, noises)
    bend = np.where(kind == SMOOTH, 0.0, bends[-1])
    middle = np.where(kind == SMOOTH, value, rows[-1][0])
    return Slope(value, error, kind, middle - bend / 2, middle + bend / 2)


def is_settled(rows: list[list[Array]], noises: list[Array]) -> bool:
    """Whether the smaller steps would add nothing."""
    value, error = most_certain(rows, noises)
    return bool(np.all(error <= 1e-10 * largest(value)))


def contracted(entries: Array, weights: Array | None, absolute: bool = False) -> Array:
    if weights is None:
        return entries
    return np.asarray(np.sum(np.abs(weights) * entries if absolute else weights * entries))


def most_certain(rows: list[list[Array]], noises: list[Array]) -> tuple[Array, Array]:
    """Of all estimates, entry by entry, the one closest to its neighbors in the tableau."""
    value = rows[0][0]
    error = np.full(np.shape(value), np.inf)
    for k in range(1, len(rows)):
        for j in range(1, k + 1):
            here = rows[k][j]
            apart = np.maximum(np.abs(here - rows[k][j - 1]), np.abs(here - rows[k - 1][j - 1]))
            apart = np.nan_to_num(apart + noises[k], nan=np.inf)
            value = np.where(apart < error, here, value)
            error = np.minimum(apart, error)
    return value, error


def kind_of(slopes: list[Array], bends: list[Array], noises: list[Array]) -> Array:
    """What the first and the second difference over the step tell.

    As the step falls to a quarter, the second falls to a quarter where the curve is smooth (to a
    half for |t|**1.5), stays at the difference of the slopes at a kink, and grows at a jump or
    where a slope is infinite; there the first difference may grow alone.
    """
    seen = 100 * noises[-1] + 1e-7 * largest(slopes[-1])
    slope, earlier_slope = np.abs(slopes[-1]), np.abs(slopes[-2])
    bend, earlier_bend = np.abs(bends[-1]), np.abs(bends[-2])
    stays = (bend > seen) & (bend > 0.75 * earlier_bend)
    grows = (bend > seen) & (bend > 1.5 * earlier_bend)
    grows |= (slope > seen) & (slope > 1.5 * earlier_slope)
    kind = np.where(grows, BREAK, np.where(stays, KINK, SMOOTH))
    return np.where(np.isfinite(slopes[-1] + bends[-1]), kind, EDGE)


def the_better(
    one: Slope, other: Slope, bound: Array, enough: Array, claimed: Array | None
) -> Slope:
    """Entry by entry the more certain of two measurements, the other one at smaller steps."""
    uncertain = ~(one.error <= bound)
    better = np.where(
        other.kind == SMOOTH,
        other.error < np.where(one.kind == SMOOTH, one.error, enough),
        (one.kind == EDGE) | ((one.kind == SMOOTH) & uncertain & (other.kind != EDGE)),
    )
    if claimed is not None:
        certain = (other.kind == SMOOTH) & (other.error <= enough)
        better |= certain & agrees(other, claimed, enough) & ~agrees(one, claimed, enough)
    return Slope(
        np.where(better, other.value, one.value),
        np.where(better, other.error, one.error),
        np.where(better, other.kind, one.kind),
        np.where(better, other.left, one.left),
        np.where(better, other.right, one.right),
    )


TINY = 1e-30


def complex_step(curve: Callable[[complex], Array]) -> Array | None:
    """The slope at zero of an analytic curve: Im f(ih) / h, with no subtraction to lose digits.

    None where the curve cannot go into the complex plane. Whether it is analytic is for the
    caller to find out: `abs` and `real` take complex numbers too. (Squire and Trapp, 1998)
    """
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("error", np.exceptions.ComplexWarning)  # a part thrown away
            out = curve(1j * TINY)
    except Exception:  # whatever the curve does with a complex number, it may refuse
        return None
    return np.imag(out) / TINY if np.iscomplexobj(out) else None
