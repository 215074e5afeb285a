"""What the properties are said with: a function posed at operands, and what is required of it."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd_lite.check import Report
from autograd_lite.check.problem import Problem, arbitrary_like
from autograd_lite.errors import GradientError

Array = npt.NDArray[Any]
Function = Callable[..., Any]
Operands = Sequence[Array]


def posed(function: Function, operands: Operands) -> Problem:
    """The function at the operands, its outputs weighted by arbitrary numbers."""
    problem = Problem(function, operands)
    outputs = problem.evaluate(problem.values)
    problem.weights = [arbitrary_like(out, 7 + i) for i, out in enumerate(outputs)]
    return problem


def weighted(problem: Problem, weights: Sequence[Any]) -> Problem:
    other = copy.copy(problem)
    other.weights = list(weights)
    return other


def directions_of(problem: Problem, seed: int = 11) -> list[Array]:
    return [arbitrary_like(x, seed + i) for i, x in enumerate(problem.values)]


def require(holds: Any, sentence: str) -> None:
    if not holds:
        raise GradientError(sentence)


def require_close(
    what: str, found: Any, expected: Any, relative: float, absolute: float = 0.0
) -> None:
    """The same shape, and every entry within `relative` of it or `absolute` of the largest."""
    one, other = np.asarray(found), np.asarray(expected)
    require(one.shape == other.shape, f"{what}: shape {one.shape} against {other.shape}.")
    apart = np.abs(one - other)
    finite = np.abs(other)[np.isfinite(other)]
    allowed = relative * np.abs(other) + absolute * max(1.0, float(np.max(finite, initial=0.0)))
    wrong = ~((apart <= allowed) | (one == other) | (np.isnan(one) & np.isnan(other)))
    if np.any(wrong):
        at = np.unravel_index(np.argmax(np.where(wrong, np.nan_to_num(apart), -1.0)), one.shape)
        index = tuple(int(i) for i in at)
        raise GradientError(
            f"{what}: {one[index]:.10g} against {other[index]:.10g} at {index}, and "
            f"{int(np.sum(wrong))} of {one.size} entries differ."
        )


def same(one: Array, other: Array) -> bool:
    return bool(np.array_equal(one, other, equal_nan=True))


def require_smooth(report: Report) -> None:
    """A case says nothing at a kink, or where no measurement is certain."""
    kinks = "; ".join(str(kink) for kink in report.kinks[:3])
    require(not kinks, f"the operands stand where nothing can be measured; move them: {kinks}.")
    vague = [str(argument) for argument in report.arguments if argument.undecided]
    require(not vague, f"the measurement is not certain; move the operands: {'; '.join(vague)}.")
