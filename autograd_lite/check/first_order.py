"""The gradient against measurements: entry by entry, in directions, and by its Taylor remainder."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd_lite.check.differences import SMOOTH, Slope, largest
from autograd_lite.check.oracle import STRICT, Oracle, positions, sampled, unit
from autograd_lite.check.problem import Problem, excused, flat, inner
from autograd_lite.check.report import (
    Mismatch,
    Report,
    described,
    kink_at,
)
from autograd_lite.check.taylor import rate
from autograd_lite.errors import GradientError

Array = npt.NDArray[Any]

DIRECTIONS = 2
NOTHING = 1e-20  # what differences of rounding errors leave of a derivative that is zero
REVERSE, FORWARD = "reverse mode", "forward mode"
ALL_TOGETHER = "in a direction of all arguments"


def check_first_order(
    problem: Problem, oracle: Oracle, report: Report, modes: tuple[str, ...], limit: int
) -> None:
    if "reverse" in modes:
        gradient = problem.gradient(*problem.values)
        check_kinds(problem, gradient, report.name, REVERSE)
        check_entries(problem, oracle, report, gradient, limit, REVERSE)
        if any(argument.entries < argument.size for argument in report.arguments):
            check_directions(problem, oracle, report, gradient)
    if "forward" in modes:
        check_forward(problem, oracle, report, limit, alone="reverse" not in modes)
    check_rate(problem, oracle, report, modes)


def check_kinds(problem: Problem, gradient: list[Any], name: str, mode: str) -> None:
    """Each gradient has the shape and the dtype of its argument."""
    for path, value, found in zip(problem.paths, problem.values, gradient, strict=True):
        for what, one, other in (
            ("shape", np.shape(found), value.shape),
            ("dtype", np.asarray(found).dtype, value.dtype),
        ):
            if one != other:
                raise GradientError(
                    f"check_gradients: the gradient of {name} by {path} ({mode}) has {what} "
                    f"{one}, the argument has {other}; they must be equal."
                )


def check_entries(
    problem: Problem,
    oracle: Oracle,
    report: Report,
    gradient: list[Array],
    limit: int,
    mode: str,
) -> None:
    """Single entries of every argument."""
    wrong: list[Mismatch] = []
    checked = 0
    for slot, (found, argument) in enumerate(zip(gradient, report.arguments, strict=True)):
        argument.method = oracle.method
        indices = sampled(found, limit, seed=slot)
        argument.entries = len(indices)
        for index in indices:
            for part in ("real", "imaginary") if found.dtype.kind == "c" else ("",):
                checked += 1
                entry = Entry(slot, index, part, mode)
                mismatch = judged_entry(problem, oracle, report, entry, found)
                wrong += [mismatch] if mismatch else []
    if wrong and mode == REVERSE:
        excuses = excused(problem, lambda shaken: shaken.gradient(*shaken.values))
        wrong = [mismatch for mismatch in wrong if not mismatch.is_within(excuses)]
    if wrong:
        worst = max(wrong, key=lambda mismatch: mismatch.badness)
        raise GradientError(described(report.name, wrong, checked), worst)


@dataclass(frozen=True)
class Entry:
    """One number of a gradient, and the mode that it comes from."""

    slot: int
    index: tuple[int, ...]
    part: str
    mode: str


def judged_entry(
    problem: Problem, oracle: Oracle, report: Report, entry: Entry, gradient: Array
) -> Mismatch | None:
    """What is wrong with one entry, if anything is; kinks and errors go into the report."""
    slot, index, part = entry.slot, entry.index, entry.part
    argument, scale = report.arguments[slot], largest(gradient)
    found = float(gradient[index].imag if part == "imaginary" else gradient[index].real)
    direction = unit(problem, slot, index, part == "imaginary")
    slope = oracle.loss_along(direction, found)
    method, relative = oracle.method, STRICT if oracle.is_analytic else oracle.tolerance
    if oracle.is_analytic and not is_close(slope, found, relative, scale):
        # Only what differences confirm is called wrong: a complex step can leave its branch.
        exact, slope = slope, oracle.loss_measured(direction, found)
        confirmed = abs(exact.value - slope.value) <= 8 * slope.error + STRICT * scale
        if slope.kind == SMOOTH and confirmed:
            slope = exact
        else:
            method, relative = "differences", oracle.tolerance
            argument.method = f"{oracle.method} and differences"
    if slope.kind != SMOOTH:
        report.kinks.append(kink_at(slope, argument.path, index, 1, found))
        return None
    # Terms as large as the result itself may cancel out and leave their rounding.
    tolerance = allowed(slope, relative, scale) + 4 * oracle.steps.noise * oracle.magnitude
    apart = abs(found - float(slope.value))
    if apart <= tolerance:
        argument.error = max(argument.error, apart)
        is_vague = 8 * float(slope.error) > 1e-2 * max(scale, 1e-3 * oracle.magnitude)
        argument.undecided += is_vague
        return None
    if not np.isfinite(tolerance) and np.isfinite(found):
        argument.undecided += 1
        return None
    return Mismatch(
        argument.path, index, argument.dtype, 1, entry.mode, method, found, float(slope.value),
        tolerance, part, int(np.flatnonzero(flat(direction))[0]),
    )  # fmt: skip


def check_directions(
    problem: Problem, oracle: Oracle, report: Report, gradient: list[Array]
) -> None:
    """All entries at once, in arbitrary directions: none is left out."""
    for number in range(DIRECTIONS):
        direction = oracle.direction(number)
        found = float(inner(gradient, direction))
        slope = oracle.loss_measured(direction, found)
        scale = float(np.linalg.norm(flat(gradient)))
        tolerance = allowed(slope, oracle.tolerance, scale)
        if slope.kind == SMOOTH and not abs(found - float(slope.value)) <= tolerance:
            excuses = excused(problem, lambda shaken: shaken.gradient(*shaken.values))
            tolerance += float(np.sum(np.abs(flat(direction)) * excuses))
        if slope.kind == SMOOTH and not abs(found - float(slope.value)) <= tolerance:
            mismatch = Mismatch(
                ALL_TOGETHER, None, report.arguments[0].dtype, 1, REVERSE, "differences", found,
                float(slope.value), tolerance,
            )  # fmt: skip
            remark = "No entry checked alone is wrong; raise entries= to find the one that is."
            raise GradientError(described(report.name, [mismatch], 1, remark), mismatch)


def check_forward(
    problem: Problem, oracle: Oracle, report: Report, limit: int, alone: bool
) -> None:
    """Every output's derivative in arbitrary directions; entry by entry where one is wrong."""
    for number in range(DIRECTIONS):
        direction = oracle.direction(number)
        tangents = problem.tangent(problem.values, direction)
        check_tangent_kinds(problem, tangents, report.name)
        found = flat(tangents)
        slope = oracle.outputs_along(direction, found)
        tolerance = 8 * slope.error + oracle.tolerance * largest(slope.value) + NOTHING
        right = (np.abs(found - slope.value) <= tolerance) | (slope.kind != SMOOTH)
        right |= ~np.isfinite(tolerance) & np.isfinite(found)
        if np.all(right) and not alone:
            continue
        if number == 0:
            gradient = pushed_gradient(problem, limit)
            check_entries(problem, oracle, report, gradient, limit, FORWARD)
        if not np.all(right):
            raise_output(problem, report, found, slope, tolerance, right)


def check_tangent_kinds(problem: Problem, tangents: list[Any], name: str) -> None:
    for weight, tangent in zip(problem.weights, tangents, strict=True):
        if np.shape(tangent) != weight.shape or np.asarray(tangent).dtype != weight.dtype:
            raise GradientError(
                f"check_gradients: the tangent of an output of {name} ({FORWARD}) is "
                f"{np.asarray(tangent).dtype} {np.shape(tangent)}, the output {weight.dtype} "
                f"{weight.shape}; they must be equal."
            )


def pushed_gradient(problem: Problem, limit: int) -> list[Array]:
    """The gradient by forward mode, one run for each of the entries that are checked."""
    gradient = [np.zeros(x.shape, x.dtype) for x in problem.values]
    for slot, value in enumerate(problem.values):
        for index in sampled(value, limit, seed=slot):
            parts = (False, True) if value.dtype.kind == "c" else (False,)
            for imaginary in parts:
                tangents = problem.tangent(problem.values, unit(problem, slot, index, imaginary))
                number = float(inner(problem.weights, tangents))
                gradient[slot][index] += number * (1j if imaginary else 1)
    return gradient


def raise_output(
    problem: Problem,
    report: Report,
    found: Array,
    slope: Slope,
    tolerance: Array,
    right: Array,
) -> None:
    wrong = [
        Mismatch(
            f"output {slot}" if len(problem.weights) > 1 else "the output", index,
            str(problem.weights[slot].dtype), 1, FORWARD, "differences", float(found[i]),
            float(slope.value[i]), float(tolerance[i]), part,
        )
        for i, (slot, index, part) in enumerate(positions(problem.weights))
        if not right[i]
    ]  # fmt: skip
    worst = max(wrong, key=lambda mismatch: mismatch.badness)
    remark = "This is the derivative in an arbitrary direction of all arguments."
    raise GradientError(described(report.name, wrong, len(found), remark), worst)


def check_rate(problem: Problem, oracle: Oracle, report: Report, modes: tuple[str, ...]) -> None:
    """The Taylor remainder of the gradient falls with the square of the step."""
    direction = oracle.direction(0)
    if "reverse" in modes:
        mode, slope = REVERSE, float(inner(problem.gradient(*problem.values), direction))
    else:
        tangents = problem.tangent(problem.values, direction)
        mode, slope = FORWARD, float(inner(problem.weights, tangents))
    noise = rounding(problem, oracle)
    power, error = rate(oracle.change(direction), (slope,), noise)
    report.rates[1] = power
    if power is None or power > 1.5 or report.kinks:
        return
    measurement = oracle.loss_measured(direction, slope)
    if measurement.kind == SMOOTH and error > allowed(measurement, 1e-5, abs(slope)):
        raise GradientError(
            f"check_gradients: the Taylor remainder of {report.name} falls with h**{power:.2f} "
            f"only ({mode}); with a right gradient it falls with h**2. The derivative in an "
            f"arbitrary direction of all arguments is off by {error:.2g}: the library says "
            f"{slope:.10g}."
        )


def rounding(problem: Problem, oracle: Oracle) -> float:
    """The rounding error of all outputs' weighted sum, and of the arguments it is taken at."""
    size = inner(
        [np.abs(x) for x in problem.values], [np.abs(g) for g in problem.gradient(*problem.values)]
    )
    return oracle.steps.noise * (oracle.magnitude + float(size))


def allowed(slope: Slope, relative: float, scale: float) -> float:
    """How far from the measurement a right number may be: its error, and rounding."""
    return float(8 * slope.error + relative * max(scale, abs(float(slope.value))) + NOTHING)


def is_close(slope: Slope, found: float, relative: float, scale: float) -> bool:
    near = abs(found - float(slope.value)) <= allowed(slope, relative, scale)
    return bool(slope.kind == SMOOTH) and near
