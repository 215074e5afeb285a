"""The notes' softmax: examples, Jacobians, a layer of three units, and which class it names."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import autograd_lite as ag

SOFTMAX: list[tuple[list[float], list[float]]] = [
    # printed as 0.224, 0.672, 0.091, 0.013: the last is 0.014
    ([1.1, 2.2, 0.2, -1.7],
     [0.22363631207948946, 0.67184061046988353, 0.090923739307800466, 0.013599338142826543]),
    # printed as 0.002, 0.02, …, which belongs to other logits
    ([1, 2, 3], [0.090030573170380458, 0.24472847105479765, 0.66524095577482189]),
    # printed as 0.952, 0.00037, 0.048: the second is 0.00032, the third 0.047
    ([6, -2, 3], [0.95226982612377781, 0.00031945093834375052, 0.047410722937878436]),
    ([0, 0, 0], [1 / 3, 1 / 3, 1 / 3]),
]  # fmt: skip
JACOBIANS: list[list[list[float]]] = [
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
    [[2 / 9, -1 / 9, -1 / 9], [-1 / 9, 2 / 9, -1 / 9], [-1 / 9, -1 / 9, 2 / 9]],
]  # fmt: skip
ROWS = [(*row, jacobian) for row, jacobian in zip(SOFTMAX, JACOBIANS, strict=True)]


@pytest.mark.parametrize(("logits", "expected", "jacobian"), ROWS)
def test_softmax_and_its_jacobian(
    logits: list[float], expected: list[float], jacobian: list[list[float]]
) -> None:
    """Off the diagonal it is -p_i p_k, which one lecture leaves out."""
    x = np.array(logits, float)
    p = ag.softmax(x)
    np.testing.assert_allclose(p, expected, rtol=1e-14)
    for found in (ag.jacobian(ag.softmax)(x), ag.jacobian(ag.softmax, mode="forward")(x)):
        np.testing.assert_allclose(found, np.diag(p) - np.outer(p, p), rtol=1e-13)
        np.testing.assert_allclose(found, jacobian, rtol=2e-12)


def test_the_exponentials_on_the_way() -> None:
    t = np.exp(np.array([6.0, -2.0, 3.0]))  # printed: 403.4, 0.135, 20.0; the last is 20.1
    expected = [403.42879349273512, 0.13533528323661269, 20.085536923187668]
    np.testing.assert_allclose(t, expected, rtol=4e-15)
    np.testing.assert_allclose(t.sum(), 423.64966569915940, rtol=4e-15)  # printed: 423.5
    total = np.exp(np.array([1.1, 2.2, 0.2, -1.7])).sum()
    np.testing.assert_allclose(total, 13.433265805593459, rtol=4e-15)
    np.testing.assert_allclose(np.exp([1.0, 2, 3]).sum(), 30.192874850577363, rtol=4e-15)


VECTORS = hnp.arrays(float, st.integers(1, 6), elements=st.floats(-30, 30))


@given(VECTORS)
def test_what_holds_of_every_softmax(x: Any) -> None:
    """Positive, of sum 1; its Jacobian symmetric, positive semidefinite, of row sums 0."""
    p, jacobian = ag.softmax(x), ag.jacobian(ag.softmax)(x)
    assert (p > 0).all()
    np.testing.assert_allclose(p.sum(), 1, rtol=1e-14)
    np.testing.assert_allclose(jacobian, jacobian.T, atol=1e-16)
    np.testing.assert_allclose(jacobian.sum(axis=1), 0, atol=1e-15)
    assert np.linalg.eigvalsh(jacobian).min() > -1e-15
    np.testing.assert_allclose(ag.softmax(x + 7), p, rtol=1e-12)


def test_softmax_in_two_steps_shares_a_node() -> None:
    def softmax(a: Any) -> Any:
        t = np.exp(a)
        return t / np.sum(t)

    x = np.array([6.0, -2.0, 3.0])
    np.testing.assert_allclose(
        ag.jacobian(softmax)(x), ag.jacobian(ag.softmax)(x), rtol=1e-11, atol=1e-17
    )


def test_softmax_of_large_logits() -> None:
    """The formula as printed gives nan from 710 on."""
    found = ag.softmax(np.array([1000.0, 1001.0]))
    np.testing.assert_allclose(found, [0.26894142136999512, 0.73105857863000488], rtol=4e-15)


@given(st.floats(-20, 20), st.floats(-20, 20))
def test_softmax_of_two_is_a_sigmoid(a: float, b: float) -> None:
    """So two sigmoid classes need one unit; more classes need a softmax."""
    found = ag.softmax(np.array([a, b]))
    np.testing.assert_allclose(found[0], ag.sigmoid(np.array(a - b)), rtol=1e-14)


def test_the_softmax_of_two_worked_out() -> None:
    found = ag.softmax(np.array([2.0, 0.5]))
    np.testing.assert_allclose(found[0], 0.8175744761936437, rtol=4e-15)


# An output layer of three units: sad, happy, angry


def test_softmax_layer_with_examples_as_columns() -> None:
    """A2 = W2 H1 + b2; the classes are axis 0, and the layer of rows says the same."""
    rng = np.random.default_rng(0)
    w, b, h = rng.normal(size=(3, 4)), rng.normal(size=(3, 1)), rng.normal(size=(4, 5))
    columns = ag.softmax(w @ h + b, axis=0)
    np.testing.assert_allclose(columns.sum(axis=0), 1, rtol=4e-15)
    layer = ag.nn.Sequential(ag.nn.Linear(4, 3, dtype=float), ag.nn.Softmax(dim=-1))
    layer[0].weight.assign(w)
    layer[0].bias.assign(b[:, 0])
    np.testing.assert_allclose(layer(h.T).numpy().T, columns, rtol=1e-14)
    labels = np.array([0, 2, 1, 1, 0])
    np.testing.assert_allclose(
        ag.cross_entropy(w @ h + b, labels, axis=0),
        ag.cross_entropy((w @ h + b).T, labels),
        rtol=4e-15,
    )


def test_the_class_is_where_the_largest_is_not_the_largest() -> None:
    """One page takes the largest probability for the answer; the class is its index."""
    p = ag.softmax(ag.Tensor([1.1, 2.2, 0.2, -1.7]))
    assert np.argmax(p) == 1
    assert np.argmax(ag.softmax(np.zeros(3))) == 0  # a tie goes to the first
    np.testing.assert_allclose(np.max(p).item(), 0.67184061046988353, rtol=1e-14)
    np.testing.assert_array_equal(ag.data.one_hot(np.argmax(p), 4), [0, 1, 0, 0])


def test_targets_as_unit_vectors_or_as_numbers() -> None:
    labels = np.array([2, 0, 1])
    vectors = ag.data.one_hot(labels, 3)
    np.testing.assert_array_equal(vectors, [[0, 0, 1], [1, 0, 0], [0, 1, 0]])
    np.testing.assert_array_equal(vectors.sum(axis=1), [1, 1, 1])
    logits = np.array([[6, -2, 3], [1, 2, 3], [0.0, 0, 0]])
    np.testing.assert_allclose(
        ag.cross_entropy(logits, vectors), ag.cross_entropy(logits, labels), rtol=4e-15
    )


def test_sure_and_wrong_still_learns() -> None:
    """A saturated softmax has a Jacobian near 0, but with its loss the slope is p - t."""
    z = np.array([30.0, 0.0, 0.0])
    assert np.abs(ag.jacobian(ag.softmax)(z)).max() < 1e-12
    found = ag.grad(ag.cross_entropy)(z, np.array(1))
    np.testing.assert_allclose(found, [1, -1, 0], atol=1e-12)


def test_the_logits_of_the_misprint() -> None:
    """Odds 0.002 : 0.02 : 0.98 need gaps of ln 10 and ln 49, not of 1."""
    logits = np.array([0, math.log(10), math.log(490)])
    np.testing.assert_allclose(ag.softmax(logits), np.array([1, 10, 490]) / 501, rtol=1e-14)
