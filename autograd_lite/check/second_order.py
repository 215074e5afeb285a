"""The Hessian's products against differences of the gradient, in every nesting of the modes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd_lite.check.differences import SMOOTH, Slope, largest, one_ladder
from autograd_lite.check.first_order import ALL_TOGETHER, NOTHING, rounding
from autograd_lite.check.oracle import Oracle, positions
from autograd_lite.check.problem import Problem, excused, flat, inner
from autograd_lite.check.report import Mismatch, Report, described, kink_at
from autograd_lite.check.taylor import rate
from autograd_lite.errors import GradientError
from autograd_lite.transforms import grad, jvp

Array = npt.NDArray[Any]
Product = Callable[[Problem, Sequence[Array]], list[Any]]


def reverse_over_reverse(problem: Problem, direction: Sequence[Array]) -> list[Any]:
    def slope(*xs: Any) -> Any:
        return inner(direction, problem.gradient(*xs))

    return list(grad(slope, argnums=problem.places)(*problem.values))


def forward_over_reverse(problem: Problem, direction: Sequence[Array]) -> list[Any]:
    return list(jvp(lambda *xs: problem.gradient(*xs), problem.values, direction)[1])


def reverse_over_forward(problem: Problem, direction: Sequence[Array]) -> list[Any]:
    def slope(*xs: Any) -> Any:
        return jvp(problem.loss, xs, direction)[1]

    return list(grad(slope, argnums=problem.places)(*problem.values))


def forward_over_forward(problem: Problem, direction: Sequence[Array]) -> float:
    """The curvature <v, Hv> alone: forward mode has no more of the Hessian in one run."""

    def slope(*xs: Any) -> Any:
        return jvp(problem.loss, xs, direction)[1]

    return float(jvp(slope, problem.values, direction)[1])


NESTINGS: dict[str, tuple[set[str], Product]] = {
    "reverse over reverse": ({"reverse"}, reverse_over_reverse),
    "forward over reverse": ({"reverse", "forward"}, forward_over_reverse),
    "reverse over forward": ({"reverse", "forward"}, reverse_over_forward),
}


def check_second_order(
    problem: Problem, oracle: Oracle, report: Report, modes: tuple[str, ...]
) -> None:
    for number in range(report.directions):
        direction = oracle.direction(number)
        products = {
            nesting: flat(product(problem, direction))
            for nesting, (needed, product) in NESTINGS.items()
            if needed <= set(modes)
        }
        expected = oracle.gradients_along(direction, next(iter(products.values()), None))
        for nesting, found in products.items():
            judge(problem, oracle, report, nesting, number, found, expected)
        curvature = float(np.sum(flat(direction) * expected.value))
        if "forward" in modes:
            check_curvature(problem, oracle, report, direction, expected)
        if number == 0 and not report.kinks:
            check_rate(problem, oracle, report, direction, curvature)


def judge(
    problem: Problem,
    oracle: Oracle,
    report: Report,
    nesting: str,
    number: int,
    found: Array,
    expected: Slope,
) -> None:
    """Every entry of one product of the Hessian and a direction."""
    tolerance = tolerances(problem, oracle, expected)
    wrong: list[Mismatch] = []
    for i, (slot, index, part) in enumerate(positions(problem.values)):
        argument = report.arguments[slot]
        number_found, number_expected = float(found[i]), float(expected.value[i])
        if expected.kind[i] != SMOOTH:
            if not report.has_kink(argument.path, index):
                entry = expected.entry(i)
                report.kinks.append(kink_at(entry, argument.path, index, 2, number_found))
        elif abs(number_found - number_expected) <= tolerance[i]:
            apart = abs(number_found - number_expected)
            argument.second_error = max(argument.second_error, apart)
        elif np.isfinite(tolerance[i]) or not np.isfinite(number_found):
            wrong.append(
                Mismatch(
                    argument.path, index, argument.dtype, 2, nesting,
                    "differences of the gradient", number_found, number_expected,
                    float(tolerance[i]), part, i,
                )
            )  # fmt: skip
    if wrong:
        product = NESTINGS[nesting][1]
        excuses = excused(problem, lambda shaken: product(shaken, oracle.direction(number)))
        wrong = [mismatch for mismatch in wrong if not mismatch.is_within(excuses)]
    if wrong:
        worst = max(wrong, key=lambda mismatch: mismatch.badness)
        remark = symmetry(problem, oracle, nesting)
        raise GradientError(described(report.name, wrong, len(found), remark), worst)


def tolerances(problem: Problem, oracle: Oracle, expected: Slope) -> Array:
    """How far from the measurement each entry may be: its error, and rounding."""
    sizes = [x.size * (1 + (x.dtype.kind == "c")) for x in problem.values]
    parts = np.split(expected.value, np.cumsum(sizes)[:-1])
    scales = [np.full(part.shape, largest(part)) for part in parts]
    return np.asarray(8 * expected.error + oracle.tolerance * np.concatenate(scales) + NOTHING)


def symmetry(problem: Problem, oracle: Oracle, nesting: str) -> str:
    """Whether <u, Hv> and <v, Hu> differ: then no function has these second derivatives."""
    product = NESTINGS[nesting][1]
    u, v = oracle.direction(0), oracle.direction(1)
    one, other = (float(inner(a, product(problem, b))) for a, b in ((u, v), (v, u)))
    if abs(one - other) <= oracle.tolerance * max(abs(one), abs(other)):
        return ""
    return (
        f"This Hessian is not symmetric (<u, Hv> = {one:.6g}, <v, Hu> = {other:.6g}): a rule "
        "leaves out a part of its own derivative."
    )


def check_curvature(
    problem: Problem,
    oracle: Oracle,
    report: Report,
    direction: Sequence[Array],
    expected: Slope,
) -> None:
    """Forward over forward gives one number, the curvature <v, Hv>."""
    if np.any(expected.kind != SMOOTH):
        return
    entries = flat(direction)
    found, measured = forward_over_forward(problem, direction), np.sum(entries * expected.value)
    tolerance = float(np.sum(np.abs(entries) * tolerances(problem, oracle, expected)))
    if np.isfinite(tolerance) and not abs(found - measured) <= tolerance:
        mismatch = Mismatch(
            ALL_TOGETHER, None, report.arguments[0].dtype, 2, "forward over forward",
            "differences of the gradient", found, float(measured), tolerance,
        )  # fmt: skip
        raise GradientError(described(report.name, [mismatch], 1), mismatch)


def check_rate(
    problem: Problem,
    oracle: Oracle,
    report: Report,
    direction: Sequence[Array],
    curvature: float,
) -> None:
    """The Taylor remainder with the gradient and the Hessian falls with the cube of the step."""
    slope = float(inner(problem.gradient(*problem.values), direction))
    power, error = rate(oracle.change(direction), (slope, curvature), rounding(problem, oracle))
    report.rates[2] = power
    line = one_ladder(
        oracle.curve(direction),
        oracle.center,
        oracle.steps,
        oracle.reach(direction),
        oracle.grain,
        oracle.weights,
    )
    if float(line.error) > 1e-8 * max(abs(slope), abs(curvature)):
        return  # many kinks not far away together look like curvature
    bound = 1e-3 * max(abs(curvature), abs(slope)) + oracle.tolerance * oracle.magnitude
    if power is not None and power < 2.5 and error > bound:
        raise GradientError(
            f"check_gradients: the Taylor remainder of second order of {report.name} falls with "
            f"h**{power:.2f} only; with right derivatives it falls with h**3. The curvature in "
            f"an arbitrary direction of all arguments is off by {error:.2g}: it is "
            f"{curvature:.10g} by the gradient's differences."
        )
