"""A step length that satisfies the strong Wolfe conditions, along a direction of descent.

Nocedal and Wright: Numerical Optimization (2006), algorithms 3.5 and 3.6; the points to try are
the minima of cubics, equation 3.59. A point t is accepted if the loss has fallen far enough and
the slope is flat enough:

    loss(t) <= loss(0) + LESS * t * slope(0)   and   abs(slope(t)) <= FLAT * abs(slope(0))
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

LESS, FLAT = 1e-4, 0.9


class Trial(NamedTuple):
    """A step length that was tried: the loss there, its gradient, and the slope along the line."""

    t: float
    loss: float
    gradient: Any
    slope: float


Evaluate = Callable[[float], Trial]


def strong_wolfe(
    evaluate: Evaluate, start: Trial, t: float, limit: int, narrow: float
) -> tuple[Trial, int]:
    """The accepted trial, or the best one when the trials run out; and how many there were.

    `t` is the first length to try; after it at most `limit` more are, and none in an interval
    shorter than `narrow`.
    """
    low, high, trials = bracket(evaluate, start, t, limit)
    stalled = False
    while low is not high and trials <= limit:
        if abs(high.t - low.t) < narrow:
            break
        t, stalled = inside(low, high, stalled)
        trial = evaluate(t)
        trials += 1
        if too_high(trial, start) or trial.loss >= low.loss:
            low, high = ordered(low, trial)
        elif flat(trial, start):
            return trial, trials
        else:
            low, high = trial, (low if trial.slope * (high.t - low.t) >= 0 else high)
    return low, trials


def bracket(evaluate: Evaluate, start: Trial, t: float, limit: int) -> tuple[Trial, Trial, int]:
    """The ends of an interval with an accepted point inside, the lower first; or that point twice.

    The interval is moved outwards until the loss or the slope turns.
    """
    previous, trial = start, evaluate(t)
    for trials in range(1, limit + 1):
        if too_high(trial, start) or (trials > 2 and trial.loss >= previous.loss):
            return *ordered(previous, trial), trials
        if flat(trial, start):
            return trial, trial, trials
        if trial.slope >= 0:
            return *ordered(previous, trial), trials
        nearest = trial.t + 0.01 * (trial.t - previous.t)
        t = cubic_minimum(previous, trial, nearest, 10 * trial.t)
        previous, trial = trial, evaluate(t)
    return *ordered(start, trial), limit + 1


def too_high(trial: Trial, start: Trial) -> bool:
    return not trial.loss <= start.loss + LESS * trial.t * start.slope  # nor is NaN low enough


def flat(trial: Trial, start: Trial) -> bool:
    return abs(trial.slope) <= -FLAT * start.slope


def ordered(one: Trial, other: Trial) -> tuple[Trial, Trial]:
    """Both, the one with the lower loss first."""
    return (other, one) if other.loss < one.loss else (one, other)


def inside(low: Trial, high: Trial, stalled: bool) -> tuple[float, bool]:
    """The next length between two, and whether it is so near an end that progress may stall.

    The second time in a row it is moved a tenth of the interval away from that end.
    """
    left, right = sorted((low.t, high.t))
    t = cubic_minimum(low, high, left, right)
    margin = 0.1 * (right - left)
    if min(right - t, t - left) >= margin:
        return t, False
    if stalled or t >= right or t <= left:
        return (right - margin if right - t < t - left else left + margin), False
    return t, True


def cubic_minimum(one: Trial, other: Trial, least: float, most: float) -> float:
    """Where the cubic through two trials with their slopes is least; the middle if nowhere."""
    a, b = (one, other) if one.t <= other.t else (other, one)
    width = b.t - a.t
    if width > 0:
        mean = a.slope + b.slope - 3 * (b.loss - a.loss) / width
        square = mean * mean - a.slope * b.slope
        if square >= 0:
            root = math.sqrt(square)
            below = b.slope - a.slope + 2 * root
            if below != 0:
                return min(max(b.t - width * (b.slope + root - mean) / below, least), most)
    return (least + most) / 2
