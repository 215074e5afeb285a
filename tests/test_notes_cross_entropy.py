"""The notes' cross-entropies, whose logarithms are natural, of base 2 or of base 10, unsaid."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_lite as ag

# The coin: two distributions

FAIR, BENT = np.array([0.6, 0.4]), np.array([0.9, 0.1])  # the notes' q and p


def test_cross_entropy_of_the_coin() -> None:
    """The notes print 1.42, which is in bits; they swap the two distributions a page apart."""
    found = ag.categorical_cross_entropy(BENT, FAIR)
    np.testing.assert_allclose(found, 0.98425034659231405, rtol=4e-15)
    np.testing.assert_allclose(found / math.log(2), 1.4199730940219749, rtol=4e-15)
    np.testing.assert_allclose(found / math.log(10), 0.42745449433640508, rtol=4e-15)
    swapped = ag.categorical_cross_entropy(FAIR, BENT)
    np.testing.assert_allclose(swapped, 0.55137213457680712, rtol=4e-15)
    np.testing.assert_allclose(swapped / math.log(2), 0.79546184423832178, rtol=4e-15)
    np.testing.assert_allclose(swapped / math.log(10), 0.23945787552192449, rtol=4e-15)
    np.testing.assert_allclose(ag.cross_entropy(np.log(BENT), FAIR), found, rtol=1e-14)


def test_entropies_and_divergences_of_the_coin() -> None:
    """A cross-entropy is no distance: it is not symmetric, and of equals it is their entropy."""
    entropy = [ag.categorical_cross_entropy(p, p) for p in (FAIR, BENT)]
    np.testing.assert_allclose(entropy, [0.67301166700925644, 0.32508297339144824], rtol=4e-15)
    divergence = [
        ag.categorical_cross_entropy(BENT, FAIR) - entropy[0],
        ag.categorical_cross_entropy(FAIR, BENT) - entropy[1],
    ]
    np.testing.assert_allclose(divergence, [0.31123867958305762, 0.22628916118535888], rtol=1e-14)


@pytest.mark.parametrize("base", [math.e, 2, 10])
def test_the_most_likely_coin_is_the_one_that_was_tossed(base: float) -> None:
    """Six heads in ten: in every base the cross-entropy is least at 0.6, its slope 0."""

    def cost(heads: Any) -> Any:
        p = np.stack([heads, 1 - heads], axis=-1)
        return ag.categorical_cross_entropy(p, FAIR) / math.log(base)

    assert abs(ag.grad(cost)(0.6)) < 1e-15
    heads, rate = 0.9, 0.05 * math.log(base)
    for _ in range(200):
        heads = heads - rate * ag.grad(cost)(heads)
    np.testing.assert_allclose(heads, 0.6, rtol=1e-9)
    np.testing.assert_allclose(cost(np.array(heads)), 0.67301166700925644 / math.log(base))


# One-hot targets

EXAMPLES: list[tuple[str, float, float, float]] = [
    ("0.02, natural", 0.98, 0.020202707317519448, 0.0087739243075051434),
    ("1.1, natural", 0.33, 1.1086626245216111, 0.48148606012211253),
    # printed as -0.021: base 10, and no cross-entropy of a one-hot target is negative
    ("0.049", 0.952, 0.049190244190771738, 0.021363051615525655),
    # printed as 1.31, base 10 and cut
    ("3.04", 0.048, 3.0365542680742461, 1.3187587626244128),
]


@pytest.mark.parametrize(
    ("name", "p", "natural", "base10"), EXAMPLES, ids=[row[0] for row in EXAMPLES]
)
def test_only_the_true_class_counts(name: str, p: float, natural: float, base10: float) -> None:
    probabilities, t = np.array([p, 1 - p, 0.0]), np.array([1, 0, 0])
    loss = ag.categorical_cross_entropy(probabilities, t)
    np.testing.assert_allclose(loss, natural, rtol=1e-13)
    np.testing.assert_allclose(loss / math.log(10), base10, rtol=1e-13)
    np.testing.assert_allclose(
        ag.grad(ag.categorical_cross_entropy)(probabilities, t), [-1 / p, 0, 0], rtol=4e-15
    )


def test_probabilities_that_do_not_add_up() -> None:
    """The notes' (0.002, 0.02, 0.98) sum to 1.002; normalized, the loss is 0.0222."""
    p = np.array([0.002, 0.02, 0.98])
    loss = ag.categorical_cross_entropy(p / p.sum(), np.array([0, 0, 1]))
    np.testing.assert_allclose(loss, 0.02220070998, rtol=1e-9)


def test_equal_logits_cost_the_logarithm_of_the_number_of_classes() -> None:
    np.testing.assert_allclose(
        ag.cross_entropy(np.zeros(3), np.array(1)), 1.0986122886681097, rtol=4e-15
    )


def test_losses_of_two_targets_differ_as_their_logits_do() -> None:
    """Printed as -0.021 and 1.31; in natural logarithms they are 0.049 and 3.049."""
    logits = np.array([6.0, -2.0, 3.0])
    first, third = (ag.cross_entropy(logits, np.array(label)) for label in (0, 2))
    np.testing.assert_allclose(first, 0.048906853547405957, rtol=1e-14)
    np.testing.assert_allclose(third, 3.0489068535474060, rtol=4e-15)
    np.testing.assert_allclose(third - first, 3, rtol=4e-15)
    np.testing.assert_allclose(first / math.log(10), 0.021239976622888884, rtol=1e-14)
    np.testing.assert_allclose(third / math.log(10), 1.3241234223326344, rtol=1e-14)


SCORES = st.lists(st.floats(-20, 20), min_size=2, max_size=6)


@given(SCORES)
def test_logits_get_the_difference_of_prediction_and_target(scores: list[float]) -> None:
    """The one-step loss equals that of its parts, and so does its gradient p - t."""
    z = np.array(scores)
    t = np.eye(len(z))[0]
    p = ag.softmax(z)
    np.testing.assert_allclose(
        ag.cross_entropy(z, np.array(0)), ag.categorical_cross_entropy(p, t), rtol=1e-12, atol=1e-15
    )
    np.testing.assert_allclose(ag.cross_entropy(z, np.array(0)), ag.logsumexp(z) - z[0], atol=1e-14)
    np.testing.assert_allclose(ag.grad(ag.cross_entropy)(z, np.array(0)), p - t, atol=1e-15)
    composed = ag.grad(lambda z: ag.categorical_cross_entropy(ag.softmax(z), t))(z)
    np.testing.assert_allclose(composed, p - t, atol=1e-15)


def test_a_class_that_is_neither_wanted_nor_predicted_costs_nothing() -> None:
    """0 log 0 is 0, not nan; a wanted class of probability 0 costs inf."""
    p, t = np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([[0, 1], [0, 1]])
    with np.errstate(divide="ignore"):
        found = ag.categorical_cross_entropy(p, t, "none")
    np.testing.assert_array_equal(found, [0, np.inf])


def test_a_cross_entropy_needs_two_distributions_of_one_shape() -> None:
    with pytest.raises(ag.ShapeError, match=r"prediction \(3, 2\) and target \(3,\)"):
        ag.categorical_cross_entropy(np.ones((3, 2)), np.zeros(3))
    with pytest.raises(ValueError, match="a single number; it needs an axis of classes"):
        ag.categorical_cross_entropy(np.array(1.0), np.array(1.0))
    by_columns = ag.categorical_cross_entropy(np.stack([BENT, FAIR], 1), np.eye(2), axis=0)
    np.testing.assert_allclose(by_columns, -(math.log(0.9) + math.log(0.4)) / 2, rtol=4e-15)


# Two classes


@given(st.floats(-30, 30), st.sampled_from([0.0, 1.0, 0.3]))
def test_binary_cross_entropy_and_its_slope(a: float, t: float) -> None:
    """By the prediction (h - t) / (h (1 - h)), by what goes into the sigmoid h - t."""
    h = ag.sigmoid(np.array(a))
    target = np.array(t)
    value = ag.binary_cross_entropy_with_logits(np.array(a), target)
    np.testing.assert_allclose(value, ag.softplus(np.array(a)) - t * a, atol=1e-14)
    np.testing.assert_allclose(ag.binary_cross_entropy(h, target), value, rtol=1e-3, atol=1e-12)
    np.testing.assert_allclose(
        ag.grad(ag.binary_cross_entropy_with_logits)(a, target), h - t, atol=1e-15
    )
    np.testing.assert_allclose(
        ag.grad(ag.binary_cross_entropy)(h, target), (h - t) / (h * (1 - h)), rtol=1e-9
    )


def test_binary_cross_entropy_where_the_sigmoid_is_one() -> None:
    """From 36.74 on the sigmoid rounds to 1: only the form that takes logits knows the cost."""
    wrong = np.array(0.0)
    assert ag.binary_cross_entropy_with_logits(np.array(800.0), wrong) == 800
    assert ag.binary_cross_entropy(ag.sigmoid(np.array(40.0)), wrong) == np.inf
    assert ag.binary_cross_entropy(np.array(1.0), np.array(1.0)) == 0


SATURATED = {
    -2.0: (-0.8807970779778824, -0.09247804322982978),
    -5.0: (-0.9933071490757152, -0.006603562218556359),
    -10.0: (-0.9999546021312976, -4.5393746863032435e-05),
}


@pytest.mark.parametrize("z", SATURATED)
def test_a_wrong_and_sure_neuron_learns_by_cross_entropy_but_not_by_squares(z: float) -> None:
    entropy, squares = SATURATED[z]
    target = np.array(1.0)
    found = ag.grad(ag.binary_cross_entropy_with_logits)(z, target)
    np.testing.assert_allclose(found, entropy, rtol=1e-14)
    found = ag.grad(lambda z: ag.half_squared_error(ag.sigmoid(z), target))(z)
    np.testing.assert_allclose(found, squares, rtol=1e-14)
