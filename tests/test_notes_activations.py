"""The notes' activation functions: values, slopes, ranges, and what holds at each kink."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from notes import TIGHT, slope

import autograd_lite as ag

Function = Callable[[Any], Any]

# Values and slopes at seven places, to 17 digits

X = np.array([-2, -1, -0.5, 0, 0.5, 1, 2])
SIGMOID = [0.11920292202211756, 0.26894142136999512, 0.37754066879814544, 0.5,
           0.62245933120185456, 0.73105857863000488, 0.88079707797788244]  # fmt: skip
SIGMOID_SLOPE = [0.10499358540350652, 0.19661193324148185, 0.23500371220159449, 0.25,
                 0.23500371220159449, 0.19661193324148185, 0.10499358540350652]  # fmt: skip
TANH = [-0.96402758007581688, -0.76159415595576489, -0.46211715726000976, 0,
        0.46211715726000976, 0.76159415595576489, 0.96402758007581688]  # fmt: skip
TANH_SLOPE = [0.070650824853164466, 0.41997434161402607, 0.78644773296592741, 1,
              0.78644773296592741, 0.41997434161402607, 0.070650824853164466]  # fmt: skip
SOFTPLUS = [0.1269280110429725, 0.31326168751822283, 0.47407698418010668, 0.69314718055994531,
            0.97407698418010668, 1.3132616875182228, 2.1269280110429725]  # fmt: skip
ELU = [-0.86466471676338731, -0.63212055882855768, -0.39346934028736658, 0, 0.5, 1, 2]
ELU_SLOPE = [0.13533528323661269, 0.36787944117144232, 0.60653065971263342, 1, 1, 1, 1]
SCALE = 1.0507009873554805
SELU = [-1.520166468595695, -1.1113307378125628, -0.6917581878028714, 0,
        0.52535049367774025, SCALE, 2.101401974710961]  # fmt: skip
SELU_SLOPE = [0.23793287225168182, 0.6467686030348141, 1.0663411530445055, 1.7580993408473766,
              SCALE, SCALE, SCALE]  # fmt: skip

ACTIVATIONS: list[tuple[str, Function, list[float], list[float]]] = [
    ("identity", ag.nn.Identity(), list(X), [1] * 7),
    ("sigmoid", ag.sigmoid, SIGMOID, SIGMOID_SLOPE),
    ("tanh", ag.tanh, TANH, TANH_SLOPE),
    ("softplus", ag.softplus, SOFTPLUS, SIGMOID),
    ("elu", ag.elu, ELU, ELU_SLOPE),
    ("selu", ag.selu, SELU, SELU_SLOPE),
    ("relu", ag.relu, [0, 0, 0, 0, 0.5, 1, 2], [0, 0, 0, 0, 1, 1, 1]),
    ("piecewise_linear", ag.piecewise_linear, [0, 0, 0, 0.5, 1, 1, 1], [0, 0, 1, 1, 1, 0, 0]),
] + [
    (f"leaky_relu {a}", lambda x, a=a: ag.leaky_relu(x, a),
     [-2 * a, -a, -0.5 * a, 0, 0.5, 1, 2], [a, a, a, a, 1, 1, 1])
    for a in (0.01, 0.1, 0.2, 0.5)
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "function", "values", "slopes"), ACTIVATIONS, ids=[row[0] for row in ACTIVATIONS]
)
def test_activation_table(
    name: str, function: Function, values: list[float], slopes: list[float]
) -> None:
    np.testing.assert_allclose(function(ag.Tensor(X)).numpy(), values, **TIGHT)
    np.testing.assert_allclose(slope(function, X), slopes, **TIGHT)


LAYERS: list[tuple[ag.nn.Module, Function]] = [
    (ag.nn.Sigmoid(), ag.sigmoid),
    (ag.nn.Tanh(), ag.tanh),
    (ag.nn.ReLU(), ag.relu),
    (ag.nn.LeakyReLU(0.2), lambda x: ag.leaky_relu(x, 0.2)),
    (ag.nn.PReLU(init=0.2, dtype=float), lambda x: ag.leaky_relu(x, 0.2)),
    (ag.nn.ELU(2.0), lambda x: ag.elu(x, alpha=2.0)),
    (ag.nn.SELU(), ag.selu),
    (ag.nn.Softplus(), ag.softplus),
    (ag.nn.Softmax(), ag.softmax),
]


@pytest.mark.parametrize(("layer", "function"), LAYERS, ids=lambda thing: repr(thing)[:20])
def test_layers_of_the_same_name_do_the_same(layer: ag.nn.Module, function: Function) -> None:
    np.testing.assert_allclose(
        ag.nn.Sequential(layer)(ag.Tensor(X)).numpy(), function(X), rtol=4e-15
    )


def test_steps_have_a_value_at_zero_and_no_slope() -> None:
    """So a network of them is not trained by gradients: see the perceptron."""
    np.testing.assert_array_equal(ag.heaviside(ag.Tensor(X)), [0, 0, 0, 0.5, 1, 1, 1])
    np.testing.assert_array_equal(ag.sign(ag.Tensor(X)), [-1, -1, -1, 0, 1, 1, 1])
    for step in (ag.heaviside, ag.sign):
        np.testing.assert_array_equal(ag.grad(lambda x, f=step: np.sum(x * f(x)))(X), step(X))


def test_lines_have_one_slope_wherever_they_are() -> None:
    np.testing.assert_array_equal(slope(lambda x: 3 * x + 2, X), np.full(7, 3))
    a = np.array([2.0, -1.0, 0.5])
    for x in (np.zeros(3), np.array([1.0, 50.0, -7.0])):
        np.testing.assert_array_equal(ag.grad(lambda x: a @ x + 4)(x), a)


def test_hyperbolic_functions() -> None:
    x = np.array([0.5, 1, 2])
    sinh = [0.52109530549374736, 1.1752011936438015, 3.6268604078470188]
    cosh = [1.1276259652063808, 1.5430806348152438, 3.7621956910836315]
    np.testing.assert_allclose(np.sinh(ag.Tensor(x)).numpy(), sinh, **TIGHT)
    np.testing.assert_allclose(np.cosh(ag.Tensor(x)).numpy(), cosh, **TIGHT)
    np.testing.assert_allclose(slope(np.sinh, x), cosh, **TIGHT)
    np.testing.assert_allclose(slope(np.cosh, x), sinh, **TIGHT)
    np.testing.assert_allclose(ag.tanh(X), np.sinh(X) / np.cosh(X), rtol=4e-15)


def test_piecewise_linear_between_and_on_its_kinks() -> None:
    """The slope on both kinks is 1, as that of a clip; a hard sigmoid is flatter, 1/6."""
    x = np.array([-0.5, -0.25, 0.25, 0.5])
    np.testing.assert_array_equal(ag.piecewise_linear(x), [0, 0.25, 0.75, 1])
    np.testing.assert_array_equal(slope(ag.piecewise_linear, x), [1, 1, 1, 1])
    np.testing.assert_allclose(slope(ag.hard_sigmoid, x), np.full(4, 1 / 6))


# Far out, where the formula as written overflows or loses digits


def test_sigmoid_far_out() -> None:
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        found = ag.sigmoid(np.array([-np.inf, 0, np.inf, -50, 50, -700, 711]))
    expected = [0, 0.5, 1, 1.928749847963917783e-22, 1, math.exp(-700), 1]
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    assert ag.sigmoid(np.array(36.0)) < 1 == ag.sigmoid(np.array(36.7369))
    np.testing.assert_array_equal(slope(ag.sigmoid, [-np.inf, np.inf]), [0, 0])


def test_tanh_far_out() -> None:
    """The quotient of exponentials is nan from 710 on."""
    np.testing.assert_array_equal(ag.tanh(np.array([-711.0, -np.inf, 711.0])), [-1, -1, 1])
    assert ag.tanh(np.array(18.5)) < 1 == ag.tanh(np.array(20.0))


def test_softplus_far_out() -> None:
    np.testing.assert_allclose(ag.softplus(np.array(-40.0)), 4.248354255291589e-18, rtol=1e-14)
    np.testing.assert_array_equal(ag.softplus(np.array([800.0, -800.0])), [800, 0])
    np.testing.assert_array_equal(slope(ag.softplus, [800.0, -800.0]), [1, 0])


def test_elu_near_zero() -> None:
    """exp(x) - 1 is -1.000000082740371e-10 there."""
    np.testing.assert_allclose(ag.elu(np.array(-1e-10)), -9.9999999995e-11, rtol=4e-15)


@given(st.floats(-30, 30))
def test_two_ways_to_write_sigmoid_and_tanh(x: float) -> None:
    """tanh is the sigmoid stretched and shifted; the notes say only that it is scaled."""
    at = np.array(x)
    np.testing.assert_allclose(ag.sigmoid(at), math.exp(x) / (1 + math.exp(x)), rtol=1e-14)
    np.testing.assert_allclose(ag.tanh(at), 2 * ag.sigmoid(2 * at) - 1, atol=4e-16)
    np.testing.assert_allclose(slope(ag.sigmoid, x), ag.sigmoid(at) * ag.sigmoid(-at), atol=2e-16)


def test_the_misprinted_derivation_of_the_sigmoid() -> None:
    """exp(-z) / (1 + exp(z))**2 stands there; the denominator has exp(-z)."""
    right, printed = 0.19661193324148185, 0.026608531672933933
    np.testing.assert_allclose(slope(ag.sigmoid, 1.0), right, rtol=4e-15)
    np.testing.assert_allclose(math.exp(-1) / (1 + math.exp(-1)) ** 2, right, rtol=4e-15)
    np.testing.assert_allclose(math.exp(-1) / (1 + math.exp(1)) ** 2, printed, rtol=4e-15)


def test_the_two_worked_values_of_relu() -> None:
    np.testing.assert_array_equal(ag.relu(np.array([50.0, -50.0])), [50, 0])


# What the notes ask of an activation: monotonic, differentiable; and in which range

PROPERTIES: list[tuple[str, Function, bool, bool, tuple[float, float]]] = [
    ("heaviside", ag.heaviside, True, False, (0, 1)),
    ("sign", ag.sign, True, False, (-1, 1)),
    ("identity", ag.nn.Identity(), True, True, (-10, 10)),
    ("piecewise_linear", ag.piecewise_linear, True, False, (0, 1)),
    ("sigmoid", ag.sigmoid, True, True, (0, 1)),
    ("tanh", ag.tanh, True, True, (-1, 1)),
    ("relu", ag.relu, True, False, (0, 10)),
    ("softplus", ag.softplus, True, True, (0, 11)),
    ("leaky_relu", ag.leaky_relu, True, False, (-0.1, 10)),
    ("elu", ag.elu, True, True, (-1, 10)),
    ("elu with alpha 2", lambda x: ag.elu(x, alpha=2.0), True, False, (-2, 10)),
    ("selu", ag.selu, True, False, (-1.7580993408473766, 11)),
    ("maxout of x and -x", lambda x: ag.maxout(x, -x), False, False, (0, 10)),
]


@pytest.mark.parametrize(
    ("name", "function", "monotonic", "smooth", "bounds"),
    PROPERTIES,
    ids=[row[0] for row in PROPERTIES],
)
def test_most_activations_are_not_what_the_notes_ask_for(
    name: str, function: Function, monotonic: bool, smooth: bool, bounds: tuple[float, float]
) -> None:
    """A slope almost everywhere is enough. "Smooth": no jump of the value or of the slope."""
    x = np.linspace(-10, 10, 20001)
    values, slopes = function(x), slope(lambda x: function(x) + 0 * x, x)
    assert bool((np.diff(values) >= 0).all()) == monotonic
    jumps = max(np.abs(np.diff(values)).max(), np.abs(np.diff(slopes)).max())
    assert (jumps < 0.01) == smooth
    assert bounds[0] <= values.min() <= values.max() <= bounds[1]


def test_open_ranges() -> None:
    """The notes print the ends of the sigmoid and the tanh as if they were reached."""
    x = np.linspace(-15, 15, 301)
    assert ((ag.sigmoid(x) > 0) & (ag.sigmoid(x) < 1)).all()
    assert (np.abs(ag.tanh(x)) < 1).all()
    assert ((ag.softmax(x) > 0) & (ag.softmax(x) < 1)).all()


def test_steepest_slopes() -> None:
    x = np.linspace(-5, 5, 1001)
    steepest = [(ag.sigmoid, 0.25), (ag.tanh, 1), (ag.relu, 1), (ag.leaky_relu, 1)]
    for function, expected in steepest:
        assert slope(function, x).max() == expected
    assert x[np.argmax(slope(ag.sigmoid, x))] == x[np.argmax(slope(ag.tanh, x))] == 0


@given(st.floats(-700, 700))
def test_two_decision_rules_are_one(x: float) -> None:
    """sigmoid(x) > 1/2 and tanh(x) > 0; a tie goes to the other class."""
    if 0 < abs(x) < 1e-15:
        return  # the sigmoid rounds to 1/2 there
    assert (ag.sigmoid(np.array(x)) > 0.5) == (ag.tanh(np.array(x)) > 0) == (x > 0)
