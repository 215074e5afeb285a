"""check_gradients: what is refused before measuring, then first order, second order, precision."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd_lite.check.differences import largest
from autograd_lite.check.first_order import (
    DIRECTIONS,
    REVERSE,
    check_first_order,
    check_kinds,
)
from autograd_lite.check.oracle import Oracle
from autograd_lite.check.problem import Problem, arbitrary_like
from autograd_lite.check.report import ArgumentReport, Mismatch, Report, described
from autograd_lite.check.second_order import check_second_order
from autograd_lite.core.tensor import Tensor, value_of
from autograd_lite.errors import GradientError
from autograd_lite.transforms import no_grad

Array = npt.NDArray[Any]
MODES = ("reverse", "forward")


def check_gradients(
    function: Callable[..., Any],
    *args: Any,
    order: int = 2,
    modes: Sequence[str] = MODES,
    entries: int = 100,
) -> Report:
    """Measure the derivatives of `function` at `args`; GradientError where the library's differ.

    Arguments are arrays, numbers, tensors, or nested dicts, lists, tuples, dataclasses and
    modules of them; whatever is not a floating number is data. The result is an array or a tree
    of arrays of any shape: each entry gets an arbitrary weight, the same at every call. Of every
    argument at most `entries` entries are measured one by one, all of them together in arbitrary
    directions. With `order=2` the Hessian's products are checked too, in every nesting of the
    modes. A kink is reported, not failed. Arguments of low precision are measured in float64.

    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> report = ag.check_gradients(lambda x: np.sum(np.sin(x)), np.array([0.5, 1.0]))
    >>> print(report.arguments[0].method)
    the complex step
    >>> wrong = ag.declare.elementwise(lambda x: np.sin(x), lambda x: -np.cos(x), name="sine")
    >>> ag.check_gradients(wrong, 0.0)
    Traceback (most recent call last):
    autograd_lite.errors.GradientError: check_gradients: the gradient of sine is wrong at args[0]
    (float64, order 1, reverse mode): the library says -1, the complex step 1; ...
    """
    if order not in (1, 2):
        raise ValueError(f"check_gradients: order is 1 or 2, not {order!r}.")
    chosen = tuple(mode for mode in MODES if mode in modes)
    if not chosen or len(chosen) < len(set(modes)) or isinstance(modes, str):
        raise ValueError(
            f'check_gradients: modes are some of ("reverse", "forward"), not {modes!r}.'
        )
    problem = Problem(function, args)
    if not problem.slots:
        raise GradientError(
            f"check_gradients: no argument of {name_of(function)} is a floating number, so there "
            "is nothing to differentiate by; integer arrays are data."
        )
    report = blank_report(function, problem, order, chosen)
    with no_grad(), np.errstate(all="ignore"):  # nobody differentiates what is found here
        run_checks(problem, report, entries)
    return report


def name_of(function: Callable[..., Any]) -> str:
    name = getattr(function, "__name__", type(function).__name__)
    return "the function" if name == "<lambda>" else str(name)


def blank_report(
    function: Callable[..., Any],
    problem: Problem,
    order: int = 2,
    modes: tuple[str, ...] = MODES,
    directions: int = DIRECTIONS,
) -> Report:
    """A report of nothing yet."""
    arguments = [
        ArgumentReport(path, value.shape, str(value.dtype))
        for path, value in zip(problem.paths, problem.values, strict=True)
    ]
    return Report(name_of(function), order, modes, directions, arguments)


def run_checks(problem: Problem, report: Report, entries: int) -> None:
    given = problem.values
    outputs = in_double(problem)
    require_steady(problem, outputs, report.name)
    problem.weights = [arbitrary_like(out, 7 + i) for i, out in enumerate(outputs)]
    if [(out.size, out.dtype.kind) for out in outputs] == [(1, "f")]:
        problem.weights = [np.ones_like(outputs[0])]  # a scalar's own derivative reads better
    require_same_on_tensors(problem, outputs, report.name)
    oracle = Oracle(problem, outputs)
    check_first_order(problem, oracle, report, report.modes, entries)
    if report.order == 2:
        check_second_order(problem, oracle, report, report.modes)
    if any(x.dtype != y.dtype for x, y in zip(given, problem.values, strict=True)):
        check_given_precision(problem, given, report)
    elif oracle.tolerance > 1e-4:
        report.notes.append("the function computes in low precision, so it was measured roughly")


def in_double(problem: Problem) -> list[Array]:
    """The outputs for arguments in double precision, if the function computes in it.

    Those arguments are then the problem's.
    """
    given = problem.values
    outputs = problem.evaluate(given)
    wide = [wider(x) for x in given]
    if all(x.dtype == y.dtype for x, y in zip(given, wide, strict=True)):
        return outputs
    try:
        again = problem.evaluate(wide)
    except (TypeError, ValueError):  # it insists on what it was given
        return outputs
    if all(out.dtype == wider(out).dtype for out in again):
        problem.values = wide
        return again
    return outputs


def wider(x: Array) -> Array:
    wide = np.result_type(x.dtype, np.float64)
    return x.astype(wide) if x.dtype != wide else x


def require_steady(problem: Problem, outputs: list[Array], name: str) -> None:
    """A second call gives the same, and it is finite."""
    for place, (one, other) in enumerate(
        zip(outputs, problem.evaluate(problem.values), strict=True)
    ):
        slack = 1e3 * np.finfo(one.dtype).eps
        if one.shape != other.shape or not np.allclose(
            one, other, rtol=slack, atol=slack * largest(one), equal_nan=True
        ):
            raise GradientError(
                f"check_gradients: two calls of {name} with the same arguments gave different "
                f"results (output {place}): it is random, and has no derivative to measure. Fix "
                "the seed inside it (for dropout: ag.seed(0) as its first line), or evaluate "
                "without (module.eval())."
            )
        if not np.all(np.isfinite(one)):
            raise GradientError(
                f"check_gradients: {name} is not finite at these arguments (output {place} has "
                "a NaN or an infinity); there is nothing to measure."
            )


def require_same_on_tensors(problem: Problem, outputs: list[Array], name: str) -> None:
    """What is recorded is what is measured."""
    recorded = problem.call([Tensor(x) for x in problem.values]).values()
    for place, (tensor, out) in enumerate(zip(recorded, outputs, strict=True)):
        found = np.asarray(value_of(tensor))
        slack = 1e3 * np.finfo(out.dtype).eps
        if found.shape != out.shape or not np.allclose(
            found, out, rtol=slack, atol=slack * largest(out)
        ):
            raise GradientError(
                f"check_gradients: {name} computes something else on tensors than on plain "
                f"arrays (output {place}: {found.dtype} {found.shape} against {out.dtype} "
                f"{out.shape}, or other values); its gradient cannot be measured."
            )


def check_given_precision(problem: Problem, given: list[Array], report: Report) -> None:
    """In the precision that the arguments were given in: dtypes, and the gradient roughly."""
    expected = problem.gradient(*problem.values)
    wide, problem.values = problem.values, given
    weights = problem.weights
    problem.weights = [
        w.astype(out.dtype) for w, out in zip(weights, problem.evaluate(given), strict=True)
    ]  # fmt: skip
    found = problem.gradient(*given)
    check_kinds(problem, found, report.name, REVERSE)
    problem.values, problem.weights = wide, weights
    for argument, value, one, other in zip(report.arguments, given, found, expected, strict=True):
        tolerance = float(np.sqrt(np.finfo(value.dtype).eps)) * max(largest(other), 1e-30)
        apart = np.abs(one.astype(other.dtype) - other)
        if not np.all(apart <= tolerance) and not report.kinks:
            index = tuple(int(i) for i in np.unravel_index(np.argmax(apart), apart.shape))
            mismatch = Mismatch(
                argument.path, index, argument.dtype, 1, REVERSE, "the gradient in float64",
                float(one[index].real), float(other[index].real), tolerance,
            )  # fmt: skip
            raise GradientError(described(report.name, [mismatch], 1), mismatch)
        if value.dtype == other.dtype:
            continue
        rough = float(np.max(apart, initial=0.0))
        report.notes.append(
            f"{argument.path} as given, in {argument.dtype}: error {rough:.1e} against float64"
        )
