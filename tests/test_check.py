"""The gradient checker: what is right passes, what is wrong is named, what cannot be said is told.

Its measurements are held against the independent ones of `oracles`.
"""

import math
import pickle
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import oracles
import pytest

import autograd_lite as ag
from autograd_lite.check import Report
from autograd_lite.check.differences import (
    BREAK,
    COARSE,
    EDGE,
    FINE,
    KINK,
    SMOOTH,
    complex_step,
    measured,
)
from autograd_lite.check.problem import Problem, arbitrary_like
from autograd_lite.check.taylor import rate
from autograd_lite.core.declare import PRIMITIVES
from autograd_lite.core.tensor import DISPATCH

X = np.linspace(-1.0, 1.1, 6).reshape(2, 3)


@pytest.fixture(autouse=True)
def _forgotten_afterwards() -> Iterator[None]:
    """What a test declares is forgotten."""
    rows, table = list(PRIMITIVES), dict(DISPATCH)
    yield
    PRIMITIVES[:] = rows
    DISPATCH.clear()
    DISPATCH.update(table)


def sine(x: Any) -> Any:
    return np.sin(x)


def refusal(function: Callable[..., Any], *args: Any, **options: Any) -> ag.GradientError:
    with pytest.raises(ag.GradientError) as caught:
        ag.check_gradients(function, *args, **options)
    return caught.value


# Measurements


def test_measured_slopes_of_smooth_curves() -> None:
    for curve, slope in (
        (np.sin, 1.0), (np.exp, 1.0), (np.cosh, 0.0), (lambda t: 3.0 + 0 * t, 0.0),
        (lambda t: 1e-20 * np.sin(t), 1e-20), (lambda t: 1e12 * np.exp(t), 1e12),
        (lambda t: np.sin(1e4 * t + 1), 1e4 * math.cos(1)), (lambda t: np.abs(t) ** 3 + t, 1.0),
    ):  # fmt: skip
        found = measured(lambda t, curve=curve: np.array([curve(t)]), FINE)
        assert found.kind == SMOOTH
        assert abs(found.value[0] - slope) <= 8 * found.error[0] + 1e-300
        assert found.error[0] <= 1e-6 * (abs(slope) + abs(curve(0.0)))


@pytest.mark.parametrize("steps", [FINE, COARSE])
def test_kinks_and_jumps_are_told_from_slopes(steps: Any) -> None:
    with np.errstate(invalid="ignore", divide="ignore"):
        for curve, kind in (
            (np.abs, KINK), (lambda t: max(t, 2 * t) + 5, KINK), (np.sign, BREAK),
            (np.heaviside, BREAK), (lambda t: np.sqrt(np.abs(t)), BREAK), (np.cbrt, BREAK),
            (np.sqrt, EDGE), (lambda t: t * abs(t), SMOOTH), (np.tanh, SMOOTH),
        ):  # fmt: skip
            of = (lambda t: np.heaviside(t, 0.0)) if curve is np.heaviside else curve
            found = measured(lambda t, of=of: np.array([of(t)], float), steps)
            assert found.kind[0] == kind, curve


def test_one_sided_slopes_of_a_kink() -> None:
    found = measured(lambda t: np.array([max(3 * t, -t) + 7]), FINE)
    np.testing.assert_allclose([found.left[0], found.right[0]], [-1, 3], rtol=1e-6)


def test_a_kink_beside_zero_is_not_taken_for_one_at_zero() -> None:
    for distance in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6):
        found = measured(lambda t, d=distance: np.array([abs(t - d) + 2 * t]), FINE)
        assert found.kind[0] == SMOOTH
        assert abs(found.value[0] - 1) <= 8 * found.error[0] + 1e-7


def test_the_error_to_expect_is_honest() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        a, b, c = rng.normal(size=3) * 10 ** rng.uniform(-3, 3, size=3)

        def curve(t: Any, a: float = a, b: float = b, c: float = c) -> Any:
            return np.array([a * np.sin(b * t + 1) + c * np.exp(t)])

        found, slope = measured(curve, FINE), a * b * math.cos(1) + c
        assert abs(found.value[0] - slope) <= 8 * found.error[0] + 1e-12 * (abs(a * b) + abs(c))


def test_the_complex_step_is_exact_or_refuses() -> None:
    slope = complex_step(lambda t: np.array([np.exp(np.sin(0.3 + t))]))
    assert slope is not None
    np.testing.assert_allclose(slope, [math.exp(math.sin(0.3)) * math.cos(0.3)], rtol=1e-15)
    assert complex_step(lambda t: np.array([np.hypot(t, 1.0)])) is None  # raises
    assert complex_step(lambda t: np.array([np.abs(t)])) is None  # comes back real


def test_taylor_rates() -> None:
    change = lambda h: math.exp(h) - 1
    for derivatives, expected in (
        ((1.0,), 2), ((1.0, 1.0), 3), ((1.01,), 1), ((1.0, 0.9), 2), ((-1.0,), 1),
    ):  # fmt: skip
        found, _ = rate(change, derivatives, 1e-16)
        assert found is not None
        assert abs(found - expected) < 0.1
    assert rate(change, (1.01,), 1e-16)[1] == pytest.approx(0.01, rel=1e-2)
    assert rate(change, (1.0, 0.9), 1e-16)[1] == pytest.approx(0.1, rel=1e-2)
    assert rate(lambda h: 3 * h, (3.0,), 1e-16)[0] is None


@pytest.mark.parametrize(
    "function",
    [np.tanh, lambda x: np.exp(x) * x, lambda x: np.sum(x * x, axis=0), lambda x: x @ x.T],
    ids=["tanh", "x exp x", "sum of squares", "x x.T"],
)
def test_the_measurement_equals_that_of_an_independent_oracle(
    function: Callable[..., Any],
) -> None:
    from autograd_lite.check.oracle import Oracle, unit

    problem = Problem(function, [X])
    outputs = problem.evaluate([X])
    problem.weights = [arbitrary_like(outputs[0], 3)]
    oracle = Oracle(problem, outputs)
    loss = lambda x: np.sum(problem.weights[0] * function(x))
    expected = oracles.finite_differences(loss, [X])[0]
    for index in np.ndindex(X.shape):
        direction = unit(problem, 0, index, False)
        np.testing.assert_allclose(
            oracle.loss_along(direction, 0.0).value, expected[index], 1e-8, 1e-11
        )
        measurement = oracle.loss_measured(direction, 0.0)
        np.testing.assert_allclose(measurement.value, expected[index], 1e-8, 1e-11)


# What is right


RIGHT: list[tuple[str, Callable[..., Any], tuple[Any, ...]]] = [
    ("a scalar", lambda x: x**3, (2.0,)),
    ("an integer", lambda x: x**3, (2,)),
    ("a vector of outputs", np.tanh, (X,)),
    ("two arguments", lambda x, y: x @ y, (X, X.T.copy())),
    ("broadcasting", lambda x, y: x * y, (X, np.array([0.5, 2.0, 3.0]))),
    ("a tree in, a tree out", lambda p: {"a": p["w"] @ p["b"], "c": (np.sum(p["w"]),)},
     ({"w": X, "b": np.array([1.0, 2.0, 3.0])},)),
    ("data in between", lambda p, labels: ag.cross_entropy(p @ p.T, labels), (X, np.array([0, 1]))),
    ("no output depends", lambda x: np.ones(3), (X,)),
    ("linear", lambda x: 3 * x - 1, (X,)),
    ("size zero", lambda x: np.sum(x * x), (np.zeros((0, 3)),)),
    ("differences only", lambda x: np.abs(x) ** 2, (X + 0.03,)),
    ("complex in, real out", lambda z: np.sum(np.abs(z) ** 2), (np.array([1 + 2j, -0.5j]),)),
    ("complex in and out", lambda z: z * z * z, (np.array([1 + 2j, 0.3 - 0.5j]),)),
    ("complex out", lambda x: np.exp(1j * x), (X,)),
    ("large numbers", lambda x: np.sin(x), (np.array([1e5, -3e4]),)),
    ("close to the end of a domain", lambda x: np.log(x), (np.array([1e-7, 1.0, 1e6]),)),
    ("of tiny size", lambda x: 1e-9 * np.sin(x), (X,)),
    ("of huge size", lambda x: 1e9 * np.sin(x), (X,)),
    ("float32", lambda x: np.exp(x), (X.astype(np.float32),)),
    ("computed in float32", lambda x: np.exp(x.astype(np.float32)), (X,)),
    ("a gradient inside", lambda x: ag.grad(lambda y: np.sum(np.sin(y) * y))(x), (X,)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "function", "args"), RIGHT, ids=[row[0] for row in RIGHT])
def test_right_gradients_pass(name: str, function: Callable[..., Any], args: Any) -> None:
    for modes in (("reverse", "forward"), ("reverse",), ("forward",)):
        report = ag.check_gradients(function, *args, modes=modes)
        assert isinstance(report, Report)
        assert report.modes == modes
        assert not report.kinks
        assert all(argument.undecided == 0 for argument in report.arguments)
        assert all(argument.entries == argument.size for argument in report.arguments)
        assert "are right" in str(report)


@dataclass
class Point:
    x: Any
    y: Any


def test_dataclasses_and_modules() -> None:
    report = ag.check_gradients(lambda p: p.x * np.sin(p.y), Point(X, X[0]))
    assert [a.path for a in report.arguments] == ["args[0].x", "args[0].y"]
    layer = ag.nn.Linear(3, 2, rng=np.random.default_rng(0))
    report = ag.check_gradients(lambda net, x: np.tanh(net(x)), layer, X)
    assert [a.path for a in report.arguments] == ["args[0].weight", "args[0].bias", "args[1]"]
    assert [a.dtype for a in report.arguments] == ["float32", "float32", "float64"]


def test_the_report_says_how_it_was_measured() -> None:
    report = ag.check_gradients(np.sin, X)
    assert report.arguments[0].method == "the complex step"
    first, second = report.rates[1], report.rates[2]
    assert first is not None
    assert second is not None
    assert abs(first - 2) < 0.1
    assert abs(second - 3) < 0.1
    lines = str(report).splitlines()
    assert lines[0] == "The gradients of sin are right: orders 1 and 2, reverse and forward."
    assert re.fullmatch(
        r"  args\[0\]: float64 \(2, 3\), all 6 entries by the complex step, "
        r"largest error \d.\de-\d\d, second order \d.\de-\d\d", lines[1],
    )  # fmt: skip
    assert lines[2] == "  Taylor remainder of order 1 falls with h**2.00"
    report = ag.check_gradients(lambda x: np.abs(x) ** 2, X + 0.03)
    assert report.arguments[0].method == "differences"


def test_large_arguments_are_sampled_and_the_report_says_so() -> None:
    x = np.random.default_rng(0).normal(size=(40, 50))
    report = ag.check_gradients(lambda x: np.sin(x), x, entries=7, order=1)
    assert report.arguments[0].entries == 7
    assert "7 of 2000 entries" in str(report)
    assert "the other entries: together, in 2 random directions" in str(report)


def test_single_precision_is_reported() -> None:
    report = ag.check_gradients(np.exp, X.astype(np.float32))
    assert "args[0] as given, in float32: error" in str(report)
    report = ag.check_gradients(lambda x: np.exp(x.astype(np.float32)), X)
    assert "low precision" in str(report)


def test_arguments_are_left_alone() -> None:
    x, tensor = X.copy(), ag.Tensor(X)
    ag.check_gradients(lambda x, t: np.sin(x) * t, x, tensor)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(tensor.value, X)
    assert tensor.grad is None


def test_two_checks_say_the_same() -> None:
    one, two = (str(ag.check_gradients(np.sin, X)) for _ in range(2))
    assert one == two


# Kinks


@pytest.mark.parametrize(
    ("function", "at", "said"),
    [
        (np.abs, [0.0, 1.0, -2.0],
         "kink at args[0][0], slopes -1.276 and 1.276 on its two sides (the library says 0)"),
        (ag.relu, [0.0, 1.0], "kink at args[0][0], slopes 0 and"),
        (lambda x: np.max(x), [1.0, 1.0, 0.0], "kink at args[0][1], slopes 0 and"),
        (lambda x: x * ag.relu(x), [0.0, 1.0], "kink of the gradient at args[0][0]"),
        (lambda x: np.sqrt(x), [0.0, 1.0], "edge of the domain at args[0][0] (the library"),
        (lambda x: np.floor(x) * x, [1.0, 1.5], "jump or infinite slope at args[0][0]"),
        (lambda x: x * ag.stop_gradient(np.sign(x)), [0.0], "kink at args[0][0], slopes -"),
    ],
    ids=["abs", "relu", "max", "x relu x", "sqrt", "floor", "sign"],
)  # fmt: skip
def test_kinks_are_reported_and_not_failed(
    function: Callable[..., Any], at: list[float], said: str
) -> None:
    report = ag.check_gradients(function, np.array(at))
    assert report.kinks
    assert said in str(report)


def test_a_number_that_is_not_between_the_slopes_is_marked() -> None:
    odd = ag.declare.elementwise(
        lambda x: np.abs(x), lambda x: np.where(x == 0, 5.0, np.sign(x)), name="odd"
    )
    assert "which is not between" in str(ag.check_gradients(odd, np.zeros(1)))


@pytest.mark.parametrize("size", [10, 1000, 20000])
def test_many_kinks_not_far_away_do_no_harm(size: int) -> None:
    x = np.random.default_rng(0).normal(size=size)
    report = ag.check_gradients(lambda x: np.sum(ag.relu(x)), x, entries=10)
    assert not report.kinks


def test_a_network_of_rectifiers() -> None:
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=shape) / 4 for shape in ((10, 30), (30, 20), (20, 3))]
    x, labels = rng.normal(size=(16, 10)), np.arange(16) % 3

    def loss(weights: list[Any], x: Any) -> Any:
        for w in weights[:-1]:
            x = ag.relu(x @ w)
        return ag.cross_entropy(x @ weights[-1], labels)

    assert not ag.check_gradients(loss, weights, x, entries=5).kinks


# What is wrong


def test_off_by_a_thousandth() -> None:
    wrong = ag.declare.elementwise(sine, lambda x: 1.001 * np.cos(x))
    error = refusal(wrong, X)
    text = str(error)
    assert "the gradient of sine is wrong at args[0][" in text
    assert "(float64, order 1, reverse mode): the library says" in text
    assert "the complex step" in text
    assert "Wrong: 6 of 6 entries checked; this is the worst." in text
    assert text.endswith("Each is 1.001 times what it should be.")
    found = error.mismatch
    assert found.path == "args[0]"
    assert found.found == pytest.approx(1.001 * found.expected, rel=1e-9)
    assert (found.order, found.mode, found.method) == (1, "reverse mode", "the complex step")
    assert isinstance(error, AssertionError)
    assert isinstance(error, ag.AutogradLiteError)
    assert str(pickle.loads(pickle.dumps(error))) == text


@pytest.mark.parametrize("size", [1e-3, 1e-5, 1e-7])
def test_small_errors_are_seen(size: float) -> None:
    for function, rule in (
        (lambda x: np.sin(x), lambda x: np.cos(x) + size),
        (lambda x: np.abs(x) * x, lambda x: 2 * np.abs(x) + 10 * size),  # by differences
    ):
        wrong = ag.declare.elementwise(function, rule, name="wrong")
        refusal(wrong, X + 0.03, order=1)
        refusal(wrong, X + 0.03, order=1, modes=("forward",))


def test_the_wrong_sign_of_one_entry() -> None:
    signs = np.array([[1, 1, 1], [1, -1, 1]])
    error = refusal(ag.declare.elementwise(sine, lambda x: signs * np.cos(x)), X)
    assert "wrong at args[0][1, 1] " in str(error)
    assert "Wrong: 1 of 6 entries checked" in str(error)
    assert "The sign is wrong." in str(error)
    assert error.mismatch.index == (1, 1)


def test_wrong_only_at_second_order() -> None:
    wrong = ag.declare.elementwise(sine, lambda x: np.cos(ag.stop_gradient(x)))
    ag.check_gradients(wrong, X, order=1)
    error = refusal(wrong, X)
    assert "the second derivative of sine is wrong at args[0][" in str(error)
    assert "order 2, reverse over reverse): the library says 0, differences of the" in str(error)
    assert "is something detached there (stop_gradient" in str(error)
    assert error.mismatch.order == 2
    error = refusal(wrong, X, modes=("forward",))
    assert "forward over forward" in str(error)
    assert "in a direction of all arguments" in str(error)


def test_a_factor_missing_after_broadcasting() -> None:
    def scaled(x: Any, y: Any) -> Any:
        return x * y

    wrong = ag.declare.general(scaled, lambda g, y: g * y, lambda g, x: (g * x)[:1])
    error = refusal(wrong, X, np.array([1.0, 2.0, 3.0]))
    assert "wrong at args[1][" in str(error)
    assert error.mismatch.path == "args[1]"


def test_a_hessian_that_is_not_symmetric() -> None:
    def twisted(x: Any) -> Any:
        return x[0] * x[1] ** 2

    def rule(g: Any, x: Any) -> Any:
        return g * np.stack([x[1] ** 2, 2 * ag.stop_gradient(x[0]) * x[1]])

    error = refusal(ag.declare.general(twisted, rule), np.array([1.0, 2.0]))
    assert "This Hessian is not symmetric (<u, Hv> = " in str(error)
    assert "a rule leaves out a part of its own derivative" in str(error)


def test_a_detached_part() -> None:
    error = refusal(lambda x: x * ag.stop_gradient(x), X)
    assert "Each is 0.5 times what it should be." in str(error)
    error = refusal(lambda x: np.sum(ag.stop_gradient(x) ** 2), X + 0.03)
    assert "the library says 0" in str(error)
    assert "is something detached there" in str(error)


def test_a_wrong_transpose_is_seen_in_both_modes() -> None:
    rolled = ag.declare.linear(lambda x: np.roll(x, 1), lambda g: np.roll(g, 1), name="rolled")
    x = np.array([0.3, -0.8, 1.4])
    assert "reverse mode" in str(refusal(rolled, x))
    deaf = ag.declare.general(sine, lambda g, x: ag.stop_gradient(g) * np.cos(x), name="deaf")
    ag.check_gradients(deaf, x, order=1, modes=("reverse",))
    error = refusal(deaf, x, order=1)
    assert "order 1, forward mode" in str(error)
    assert error.mismatch.path == "args[0]"


def test_one_wrong_entry_among_hundreds_is_seen_in_a_direction() -> None:
    factors = np.where(np.arange(500) == 222, 1.5, 1.0)

    def squares(x: Any) -> Any:
        return np.sum(x * x)

    wrong = ag.declare.general(squares, lambda g, x: g * 2 * x * factors)
    x = np.random.default_rng(0).normal(size=500)
    error = refusal(wrong, x, entries=10)
    assert "wrong in a direction of all arguments" in str(error)
    assert "raise entries= to find the one that is" in str(error)
    assert error.mismatch.index is None
    assert "args[0][222]" in str(refusal(wrong, x, entries=500))


def test_a_nan_is_no_gradient() -> None:
    wrong = ag.declare.elementwise(sine, lambda x: np.where(x > 1, np.nan, np.cos(x)))
    error = refusal(wrong, X)
    assert "wrong at args[0][1, 2]" in str(error)
    assert "the library says nan" in str(error)


def test_complex_gradients_that_are_not_conjugated() -> None:
    z = np.array([1 + 2j, 0.3 - 0.5j])
    wrong = ag.declare.elementwise(lambda z: z * z, lambda x: np.conjugate(2 * x), name="square")
    error = refusal(wrong, z)
    assert error.mismatch.part == "imaginary"
    assert "(complex128, imaginary part, order 1" in str(error)


def test_the_wrong_dtype_and_the_wrong_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Problem.gradient
    for change, said in (
        (lambda g: g.astype(np.float32), "has dtype float32, the argument has float64"),
        (lambda g: g[:1], r"has shape (1, 3), the argument has (2, 3)"),
    ):
        monkeypatch.setattr(
            Problem,
            "gradient",
            lambda self, *xs, change=change: [change(g) for g in right(self, *xs)],
        )
        assert said in str(refusal(np.sin, X))
    monkeypatch.setattr(Problem, "gradient", right)
    tangent = Problem.tangent
    monkeypatch.setattr(
        Problem,
        "tangent",
        lambda self, values, direction: [
            t.astype(np.float32) for t in tangent(self, values, direction)
        ],
    )
    assert "is float32 (2, 3), the output float64 (2, 3)" in str(refusal(np.sin, X))


def test_wrong_in_single_precision_only() -> None:
    def rule(x: Any) -> Any:
        return np.cos(x) * (1.01 if x.dtype == np.float32 else 1)

    wrong = ag.declare.elementwise(sine, rule)
    ag.check_gradients(wrong, X)
    error = refusal(wrong, X.astype(np.float32))
    assert "(float32, order 1, reverse mode)" in str(error)
    assert "the gradient in float64" in str(error)


# What cannot be measured


def test_a_random_function_is_refused() -> None:
    rng = np.random.default_rng(0)
    text = str(refusal(lambda x: x * rng.random(), X))
    assert "two calls of the function with the same arguments gave different results" in text
    assert "Fix the seed" in text


@pytest.mark.parametrize(
    ("function", "args", "said"),
    [
        (lambda x: x, (np.arange(3),), "no argument of the function is a floating number"),
        (lambda x: "text", (X,), "returned no floating array"),
        (lambda x: np.log(x), (X,), "not finite at these arguments"),
        (lambda x: np.sum(x) if isinstance(x, ag.Tensor) else 2 * np.sum(x), (X,),
         "computes something else on tensors than on plain arrays"),
    ],
    ids=["integers", "text", "nan", "two functions"],
)  # fmt: skip
def test_refusals(function: Callable[..., Any], args: Any, said: str) -> None:
    assert said in str(refusal(function, *args))


def test_options_are_checked() -> None:
    with pytest.raises(ValueError, match="order is 1 or 2, not 3"):
        ag.check_gradients(np.sin, X, order=3)
    for modes in ((), ("backward",), "reverse", ("reverse", "sideways")):
        with pytest.raises(ValueError, match="modes are some of"):
            ag.check_gradients(np.sin, X, modes=modes)


def test_checking_needs_numpy_alone() -> None:
    code = (
        "import sys, numpy as np, autograd_lite as ag\n"
        "ag.check_gradients(np.sin, np.ones(2))\n"
        "assert 'hypothesis' not in sys.modules"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_a_derivative_that_cancels_out_is_right_though_it_rounds() -> None:
    x = np.array([[1.0, -1.0, 0.5, -0.5, 2.0, -2.0]])
    y = np.array([[1.0, 1, 1, 0, 0, 0]])

    def cost(b: Any) -> Any:
        return ag.binary_cross_entropy(ag.sigmoid(np.zeros((1, 1)) @ x + b), y)

    ag.check_gradients(cost, np.zeros((1, 1)))


def test_functions_that_take_gradients_of_other_tensors_inside() -> None:
    other = ag.Tensor([0.5, -0.3])

    def penalty(w: Any) -> Any:
        slope = ag.grad(lambda x: np.sum(np.tanh(x * other) * w))(np.array([1.0, 2.0]))
        return np.sum(slope**2)

    ag.check_gradients(penalty, np.array([0.7, 0.2]), order=1)
