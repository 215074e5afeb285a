"""The worked examples of a course on neural networks, to all digits that floating point has.

Cross-entropies are in natural logarithms; a target is t, a prediction p.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag

TIGHT: dict[str, Any] = {"rtol": 1e-14, "atol": 1e-16}


def slope(function: Callable[[Any], Any], x: Any) -> Any:
    return ag.grad(lambda x: np.sum(function(x)))(np.asarray(x, float))


# Tables of activation functions

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
        0.52535049367774025, 1.0507009873554805, 2.101401974710961]  # fmt: skip
SELU_SLOPE = [0.23793287225168182, 0.6467686030348141, 1.0663411530445055, 1.7580993408473766,
              SCALE, SCALE, SCALE]  # fmt: skip

ACTIVATIONS: list[tuple[str, Callable[[Any], Any], list[float], list[float]]] = [
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
    name: str, function: Callable[[Any], Any], values: list[float], slopes: list[float]
) -> None:
    np.testing.assert_allclose(function(ag.Tensor(X)).numpy(), values, **TIGHT)
    np.testing.assert_allclose(slope(function, X), slopes, **TIGHT)


def test_steps() -> None:
    np.testing.assert_array_equal(ag.heaviside(ag.Tensor(X)), [0, 0, 0, 0.5, 1, 1, 1])
    np.testing.assert_array_equal(ag.sign(ag.Tensor(X)), [-1, -1, -1, 0, 1, 1, 1])


def test_hyperbolic_functions() -> None:
    x = np.array([0.5, 1, 2])
    sinh = [0.52109530549374736, 1.1752011936438015, 3.6268604078470188]
    cosh = [1.1276259652063808, 1.5430806348152438, 3.7621956910836315]
    np.testing.assert_allclose(np.sinh(ag.Tensor(x)).numpy(), sinh, **TIGHT)
    np.testing.assert_allclose(slope(np.sinh, x), cosh, **TIGHT)
    np.testing.assert_allclose(slope(np.cosh, x), sinh, **TIGHT)


def test_limits_of_the_sigmoid() -> None:
    with np.errstate(all="ignore"):
        found = ag.sigmoid(np.array([-np.inf, 0, np.inf, -50]))
    np.testing.assert_allclose(found, [0, 0.5, 1, 1.928749847963917783e-22], rtol=1e-14)
    np.testing.assert_array_equal(ag.relu(np.array([50.0, -50.0])), [50, 0])
    np.testing.assert_allclose(ag.softplus(np.array(-40.0)), 4.248354255291589e-18, rtol=1e-14)


def test_steepest_slopes() -> None:
    x = np.linspace(-5, 5, 1001)
    for function, steepest in ((ag.sigmoid, 0.25), (ag.tanh, 1), (ag.relu, 1)):
        assert slope(function, x).max() == steepest
    np.testing.assert_allclose(slope(ag.tanh, 5.0), 1.8158e-4, rtol=1e-4)


def test_a_slope_that_is_learned_collects_over_the_batch() -> None:
    found = ag.grad(lambda a: np.sum(ag.prelu(np.array([-2.0, -1, 0, 3]), a)))(0.25)
    assert found == -3


def test_tanh_is_a_stretched_sigmoid() -> None:
    x = np.linspace(-3, 3, 13)
    np.testing.assert_allclose(ag.tanh(x), 2 * ag.sigmoid(2 * x) - 1, rtol=1e-13, atol=1e-15)


def test_expm1_in_elu() -> None:
    np.testing.assert_allclose(ag.elu(np.array(-1e-10)), -9.9999999995e-11, rtol=1e-15)


# Softmax

SOFTMAX = [
    ([1.1, 2.2, 0.2, -1.7],
     [0.22363631207948946, 0.67184061046988353, 0.090923739307800466, 0.013599338142826543]),
    ([1, 2, 3], [0.090030573170380458, 0.24472847105479765, 0.66524095577482189]),
    ([6, -2, 3], [0.95226982612377781, 0.00031945093834375052, 0.047410722937878436]),
    ([0, 0, 0], [1 / 3, 1 / 3, 1 / 3]),
]  # fmt: skip
JACOBIANS = [
    [[0.173623111999, -0.1502479564307, -0.02033384973927, -0.003041305828984],
     [-0.1502479564307, 0.2204708045933, -0.06108626052276, -0.009136587639863],
     [-0.02033384973927, -0.06108626052276, 0.08265661293809, -0.001236502676057],
     [-0.003041305828984, -0.009136587639863, -0.001236502676057, 0.0134143961449]],
    [[0.08192506906499, -0.02203304452017, -0.05989202454482],
     [-0.02203304452017, 0.18483644651, -0.1628034019898],
     [-0.05989202454482, -0.1628034019898, 0.2226954265346]],
    [[0.04545200437797, -0.0003042034895117, -0.04514780088846],
     [-0.0003042034895117, 0.0003193488894417, -1.514539993006e-5],
     [-0.04514780088846, -1.514539993006e-5, 0.04516294628839]],
]  # fmt: skip


@pytest.mark.parametrize(("logits", "expected"), SOFTMAX)
def test_softmax(logits: list[float], expected: list[float]) -> None:
    np.testing.assert_allclose(ag.softmax(np.array(logits, float)), expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("logits", "expected"),
    [(logits, jacobian) for (logits, _), jacobian in zip(SOFTMAX, JACOBIANS, strict=False)],
)
def test_jacobian_of_softmax(logits: list[float], expected: list[list[float]]) -> None:
    _, pull = ag.vjp(ag.softmax, np.array(logits, float))
    rows = np.stack([pull(unit)[0] for unit in np.eye(len(logits))])
    np.testing.assert_allclose(rows, expected, rtol=2e-12)
    np.testing.assert_allclose(rows.sum(axis=1), 0, atol=1e-15)
    np.testing.assert_allclose(rows, rows.T, rtol=1e-14)
    x = np.array(logits, float)
    columns = [ag.jvp(ag.softmax, (x,), (unit,))[1] for unit in np.eye(len(logits))]
    np.testing.assert_allclose(np.stack(columns, axis=1), rows, rtol=1e-13)


def test_softmax_in_two_steps_shares_a_node() -> None:
    def softmax(a: Any) -> Any:
        t = np.exp(a)
        return t / np.sum(t)

    x = np.array([6.0, -2.0, 3.0])
    for unit in np.eye(3):
        np.testing.assert_allclose(
            ag.vjp(softmax, x)[1](unit)[0], ag.vjp(ag.softmax, x)[1](unit)[0], rtol=1e-11
        )


def test_softmax_of_two_is_a_sigmoid() -> None:
    np.testing.assert_allclose(ag.softmax(np.array([1.5, -0.3]))[0], ag.sigmoid(np.array(1.8)))
    np.testing.assert_allclose(
        ag.softmax(np.array([1000.0, 1001.0])), [0.2689414213699951, 0.7310585786300049]
    )


# Losses


def test_cross_entropy_examples() -> None:
    def entropy(p: list[float], t: list[float]) -> Any:
        return ag.cross_entropy(np.log(p), np.array(t))

    np.testing.assert_allclose(entropy([0.9, 0.1], [0.6, 0.4]), 0.98425034659231405, rtol=1e-14)
    np.testing.assert_allclose(entropy([0.6, 0.4], [0.9, 0.1]), 0.55137213457680712, rtol=1e-14)
    logits = np.array([6.0, -2.0, 3.0])
    first, third = (ag.cross_entropy(logits, np.array(label)) for label in (0, 2))
    np.testing.assert_allclose(first, 0.048906853547405957, rtol=1e-13)
    np.testing.assert_allclose(third, 3.0489068535474060, rtol=1e-14)
    np.testing.assert_allclose(third - first, 3, rtol=1e-14)
    np.testing.assert_allclose(ag.cross_entropy(np.zeros(3), np.array(1)), math.log(3))


def test_huber_table() -> None:
    r = np.array([-3, -1, -0.5, 0, 0.25, 0.5, 1, 1.5, 3])
    zero = np.zeros(9)
    huber = [2.5, 0.5, 0.125, 0, 0.03125, 0.125, 0.5, 1, 2.5]
    huber_slope = [-1, -1, -0.5, 0, 0.25, 0.5, 1, 1, 1]
    pseudo = [2.1622776601683795, 0.41421356237309515, 0.1180339887498949, 0,
              0.030776406404415146, 0.1180339887498949, 0.41421356237309515,
              0.8027756377319946, 2.1622776601683795]  # fmt: skip
    pseudo_slope = [-0.9486832980505138, -0.7071067811865475, -0.4472135954999579, 0,
                    0.24253562503633297, 0.4472135954999579, 0.7071067811865475,
                    0.8320502943378437, 0.9486832980505138]  # fmt: skip
    np.testing.assert_allclose(ag.huber(r, zero, "none"), huber, **TIGHT)
    np.testing.assert_allclose(ag.grad(ag.huber)(r, zero, "sum"), huber_slope, **TIGHT)
    np.testing.assert_allclose(ag.pseudo_huber(r, zero, "none"), pseudo, **TIGHT)
    np.testing.assert_allclose(ag.grad(ag.pseudo_huber)(r, zero, "sum"), pseudo_slope, **TIGHT)


def test_vehicles() -> None:
    """Squares remember the size of an error; their root forgets it."""
    p, t = np.array([[0.9, 0.1], [0.6, 0.4]]), np.array([[1.0, 0.0], [1.0, 0.0]])
    squares = ag.mse(p, t, reduction="none")
    np.testing.assert_allclose(squares, [[0.01, 0.01], [0.16, 0.16]], rtol=1e-14)
    np.testing.assert_allclose([ag.mse(a, b) for a, b in zip(p, t, strict=True)], [0.01, 0.16])
    norms = ag.l2_norm(p, t, reduction="none")
    np.testing.assert_allclose(norms, [0.14142135623730951, 0.56568542494923802], rtol=1e-14)
    np.testing.assert_allclose(ag.grad(ag.mse)(p, t, "sum"), [[-0.2, 0.2], [-0.8, 0.8]], rtol=1e-14)
    half = math.sqrt(0.5)
    np.testing.assert_allclose(ag.grad(ag.l2_norm)(p, t, "sum"), [[-half, half]] * 2, rtol=1e-14)


def test_the_mean_wraps_the_whole_product() -> None:
    x, t = np.array([1.0, -1.0]), np.array([1.0, 0.0])
    found = ag.grad(lambda v: ag.mse(ag.sigmoid(v * x), t))(0.3)
    np.testing.assert_allclose(found, -0.20806212773516963, rtol=1e-14)


# Dog breeds: two inputs, one hidden unit without activation, three classes

BREEDS = np.array([[0.3, 0.2], [0.6, 0.5], [0.4, 0.3]])
BREED = np.array([0, 1, 2])
BREED_WEIGHTS = np.array([0.2, 0.4, 0.3, 0.7, 0.4])
BREED_GRADIENT = [
    -0.05415931786175269294825, -0.05608604807946132829204, 0.07099701584207490564982,
    -0.08722193739975859780494, 0.01622492155768369215511,
]  # fmt: skip


def breed_logits(w: Any) -> Any:
    return np.outer(BREEDS @ w[:2], w[2:])


def breed_loss(w: Any) -> Any:
    return ag.cross_entropy(breed_logits(w), BREED, reduction="sum")


def test_breeds_forward() -> None:
    logits = breed_logits(BREED_WEIGHTS)
    np.testing.assert_allclose(logits[0], [0.042, 0.098, 0.056], rtol=1e-14)
    np.testing.assert_allclose(
        ag.softmax(logits),
        [[0.325553034399136, 0.344304135113951, 0.330142830486913],
         [0.315549937268645, 0.358639228703547, 0.325810834027808],
         [0.322218055501148, 0.349054652495766, 0.328727292003087]],
        rtol=1e-12,
    )  # fmt: skip
    each = ag.cross_entropy(logits, BREED, reduction="none")
    expected = [1.12222989850371, 1.02543832975196, 1.11252677163073]
    np.testing.assert_allclose(each, expected, rtol=1e-14)
    np.testing.assert_allclose(breed_loss(BREED_WEIGHTS), 3.2601949998863977, rtol=1e-15)


def test_breeds_backward() -> None:
    w = ag.Tensor(BREED_WEIGHTS)
    breed_loss(w).backward()
    np.testing.assert_allclose(w.grad, BREED_GRADIENT, rtol=2e-13)
    np.testing.assert_allclose(w.grad[2:].sum(), 0, atol=1e-16)
    hidden = ag.grad(
        lambda h: ag.cross_entropy(np.outer(h, BREED_WEIGHTS[2:]), BREED, reduction="sum")
    )(BREEDS @ BREED_WEIGHTS[:2])
    expected = [0.17073593709427173, -0.22396322511580022, 0.07249459019861482]
    np.testing.assert_allclose(hidden, expected, rtol=1e-14)


DESCENT = {
    1: (3.258280488450191,
        [0.2054159317861753, 0.40560860480794614, 0.2929002984157925, 0.7087221937399758,
         0.39837750784423165]),
    2: (3.2563038118919883,
        [0.2109861319918868, 0.4113906339760758, 0.2857279161302454, 0.7175282919433789,
         0.3967437919263757]),
    3: (3.2542650484174525, None),
    10: (3.238339627601778,
         [0.2604452997145472, 0.4634301167174022, 0.22591702359275173, 0.7907005529966818,
          0.38338242341056633]),
    100: (3.142302192774417,
          [0.4480743658607452, 0.9385554058720523, -0.17920020280620327, 1.204444404876641,
           0.3747557979295626]),
    1000: (1.7083144022811174,
           [-4.873754428913425, 6.433756687150449, -4.931628937291572, 6.430603714245574,
            -0.09897477695399545]),
}  # fmt: skip


def test_breeds_descent() -> None:
    w = ag.Tensor(BREED_WEIGHTS)
    for step in range(1, 1001):
        breed_loss(w).backward()
        with ag.no_grad():
            w -= 0.1 * w.grad
            w.grad = None
        if step in DESCENT:
            loss, weights = DESCENT[step]
            np.testing.assert_allclose(breed_loss(w.value), loss, rtol=1e-13)
            if weights is not None:
                np.testing.assert_allclose(w.value, weights, rtol=1e-12)
    assert np.argmax(breed_logits(w.value), axis=1).tolist() == [0, 1, 0]


def test_breeds_descent_on_the_mean_and_one_by_one() -> None:
    slope = ag.grad(lambda w: ag.cross_entropy(breed_logits(w), BREED))
    after = BREED_WEIGHTS - 0.1 * slope(BREED_WEIGHTS)
    np.testing.assert_allclose(breed_loss(after), 3.259560252956933, rtol=1e-14)
    w, losses = BREED_WEIGHTS, []
    for x, label in zip(BREEDS, BREED, strict=True):
        one = ag.value_and_grad(
            lambda w, x=x, label=label: ag.cross_entropy((x @ w[:2]) * w[2:], label)
        )
        loss, gradient = one(w)
        losses.append(loss)
        w = w - 0.1 * gradient
    expected = [1.1222298985037074, 1.0279517239155922, 1.1160542278733017]
    np.testing.assert_allclose(losses, expected, rtol=1e-14)
    np.testing.assert_allclose(breed_loss(w), 3.258418034110819, rtol=1e-14)


# Three inputs, three logistic hidden units, one logistic output; all biases 0.1

INPUT = np.array([0.2, 0.5, -0.9])
W1 = np.array([[1.2, 0.9, 0.3], [0.2, 0.3, 0.1], [1.3, 1.9, 0.1]])
W2 = np.array([0.2, 0.6, 0.2])
BY_TARGET = {
    1.0: (0.39996382556669418, -0.3296557050779696,
          [-0.20674283909205018, -0.18125591405988337, -0.2545151537512862],
          [-0.015416905870844502, -0.048957150177486426, -0.011602656152632921]),
    0.0: (1.1097064871021768, 0.6703442949220304,
          [0.42040492722114536, 0.3685780832525946, 0.5175483956754975],
          [0.0313497832334685, 0.09955279344962951, 0.02359362886202709]),
}  # fmt: skip


def test_three_three_one_forward() -> None:
    a1 = W1 @ INPUT + 0.1
    np.testing.assert_allclose(a1, [0.52, 0.2, 1.22], rtol=1e-14)
    h1 = ag.sigmoid(a1)
    expected = [0.62714776631319558, 0.54983399731247791, 0.77206354942678374]
    np.testing.assert_allclose(h1, expected, rtol=1e-14)
    a2 = h1 @ W2 + 0.1
    np.testing.assert_allclose(a2, 0.70974266153548261, rtol=1e-14)
    np.testing.assert_allclose(ag.sigmoid(a2), 0.67034429492203039, rtol=1e-14)


@pytest.mark.parametrize("target", BY_TARGET)
@pytest.mark.parametrize("from_logits", [True, False])
def test_three_three_one_backward(target: float, from_logits: bool) -> None:
    w1, b1 = ag.Tensor(W1), ag.Tensor([0.1] * 3)
    w2, b2 = ag.Tensor(W2), ag.Tensor(0.1)
    a2 = ag.sigmoid(w1 @ INPUT + b1) @ w2 + b2
    if from_logits:
        loss = ag.binary_cross_entropy_with_logits(a2, np.array(target))
    else:
        loss = ag.binary_cross_entropy(ag.sigmoid(a2), np.array(target))
    value, by_b2, by_w2, by_b1 = BY_TARGET[target]
    np.testing.assert_allclose(loss.item(), value, rtol=1e-14)
    loss.backward()
    np.testing.assert_allclose(b2.grad, by_b2, rtol=1e-14)
    np.testing.assert_allclose(w2.grad, by_w2, rtol=1e-14)
    np.testing.assert_allclose(b1.grad, by_b1, rtol=1e-13)
    np.testing.assert_allclose(w1.grad, np.outer(by_b1, INPUT), rtol=1e-13)


# Logistic regression on standardized vehicles

VEHICLES = np.array(
    [[4, 6, 500], [4, 5.5, 600], [4, 5, 550], [2, 3, 200], [2, 3.5, 150], [2, 4, 250.0]]
)
KIND = np.array([1.0, 1, 1, 0, 0, 0])


def test_logistic_regression() -> None:
    x = (VEHICLES - VEHICLES.mean(axis=0)) / VEHICLES.std(axis=0)
    w, b = ag.Tensor(np.zeros(3)), ag.Tensor(0.0)
    costs = []
    for step in range(101):
        cost = ag.binary_cross_entropy_with_logits(x @ w + b, KIND)
        costs.append(cost.item())
        cost.backward()
        if step == 0:
            expected = [-0.5, -0.46291004988627565, -0.48692584054817667]
            np.testing.assert_allclose(w.grad, expected, rtol=1e-14)
            assert abs(b.grad) < 1e-16
        with ag.no_grad():
            w -= 0.1 * w.grad
            b -= 0.1 * b.grad
        w.grad = b.grad = None
    expected_costs = [math.log(2), 0.6255199202522775, 0.3042973673873654, 0.041784848413287924]
    np.testing.assert_allclose([costs[i] for i in (0, 1, 10, 100)], expected_costs, rtol=1e-13)


# Layers


def test_layers_of_affine_maps_are_one_affine_map() -> None:
    rng = np.random.default_rng(0)
    sizes = [(3, 2), (3, 3), (2, 3)]
    weights = [rng.normal(size=size) for size in sizes]
    biases = [rng.normal(size=size[0]) for size in sizes]
    x = rng.normal(size=(5, 2))
    stacked = x
    for weight, bias in zip(weights, biases, strict=True):
        stacked = ag.affine(stacked, weight, bias)
    one = weights[2] @ weights[1] @ weights[0]
    shift = weights[2] @ (weights[1] @ biases[0] + biases[1]) + biases[2]
    np.testing.assert_allclose(stacked, x @ one.T + shift, rtol=1e-12)


def test_examples_as_columns_or_as_rows() -> None:
    """A bias (p, 1) beside examples in columns collects its gradient over the columns."""
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(3, 5)), rng.normal(size=(4, 3)), rng.normal(size=(4, 1))
    by_columns = ag.grad(lambda w, b: np.sum(ag.tanh(w @ x + b)), argnums=(0, 1))(w, b)
    by_rows = ag.grad(lambda w, b: np.sum(ag.tanh(x.T @ w.T + b.T)), argnums=(0, 1))(w, b)
    for one, other in zip(by_columns, by_rows, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
    assert by_columns[1].shape == (4, 1)


@pytest.mark.parametrize(
    ("sizes", "count"),
    [([5, 3], 18), ([5, 10, 20, 3], 343), ([3, 3, 1], 16), ([3600, 10, 2], 36032)],
)
def test_how_many_parameters(sizes: list[int], count: int) -> None:
    net = ag.nn.MLP(sizes, "tanh", rng=np.random.default_rng(0))
    assert sum(parameter.size for parameter in net.parameters()) == count


def test_maxout_holds_the_others() -> None:
    x = np.linspace(-2, 2, 9)
    np.testing.assert_array_equal(ag.maxout(np.zeros(9), x), ag.relu(x))
    np.testing.assert_array_equal(ag.maxout(0.1 * x, x), ag.leaky_relu(x, 0.1))


def test_vanishing_gradients() -> None:
    """Ten sigmoids in a row cost at least a factor of four each."""

    def deep(x: Any) -> Any:
        for _ in range(10):
            x = ag.sigmoid(x)
        return x

    assert 0 < ag.grad(deep)(0.0) <= 0.25**10
