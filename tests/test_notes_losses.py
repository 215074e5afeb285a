"""The notes' losses: squares, lengths, Huber's; and the mean of any of them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from notes import TIGHT

import autograd_lite as ag

# Squares

P = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.7]])
T = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])


def test_squared_error_of_one_number() -> None:
    """Some pages call it the mean squared error, which for one number it is."""
    p, t = np.array(0.4), np.array(1.0)
    np.testing.assert_allclose(ag.mse(p, t), 0.36, rtol=4e-15)
    np.testing.assert_allclose(ag.grad(ag.mse)(p, t), -1.2, rtol=4e-15)


def test_half_squared_error_and_the_sign_of_its_slope() -> None:
    """By the prediction it is p - t; the minus sign in the notes belongs to the target's."""
    p, t = P[1], T[1]
    by_p, by_t = ag.grad(ag.half_squared_error, argnums=(0, 1))(p, t, "sum")
    np.testing.assert_allclose(by_p, p - t, rtol=4e-15)
    np.testing.assert_allclose(by_t, t - p, rtol=4e-15)


def test_inner_product_of_the_error_with_itself() -> None:
    """It is the whole square: the notes equate it to half of it."""
    inner = lambda y: (y - T[0]).T @ (y - T[0])
    np.testing.assert_allclose(inner(P[0]), ag.mse(P[0], T[0], "sum"), rtol=4e-15)
    np.testing.assert_allclose(inner(P[0]), 2 * ag.half_squared_error(P[0], T[0], "sum"))
    np.testing.assert_allclose(ag.grad(inner)(P[0]), 2 * (P[0] - T[0]), rtol=4e-15)


def test_mean_squared_error_of_n_numbers() -> None:
    """Its slope by one prediction is 2 (p - t) / n: the notes put a sum there."""
    p, t = P[:, 0], T[:, 0]
    np.testing.assert_allclose(ag.mse(p, t), np.sum((p - t) ** 2) / 3, rtol=4e-15)
    np.testing.assert_allclose(ag.grad(ag.mse)(p, t), 2 / 3 * (p - t), rtol=4e-15)


def test_mean_squared_error_of_vectors() -> None:
    """The notes divide by the examples alone; the mean over entries is smaller by the outputs."""
    by_the_notes = lambda p: ag.mse(p, T, "sum") / len(p)
    np.testing.assert_allclose(by_the_notes(P), ag.mse(P, T) * 2, rtol=4e-15)
    np.testing.assert_allclose(ag.grad(by_the_notes)(P), 2 / 3 * (P - T), rtol=4e-15)
    np.testing.assert_allclose(ag.grad(ag.mse)(P, T), 1 / 3 * (P - T), rtol=4e-15)
    np.testing.assert_allclose(ag.nn.MSELoss("sum")(P, T) / 3, by_the_notes(P))


def test_length_of_the_error() -> None:
    """Its gradient has length 1; at p = t, where it has none, 0 is agreed upon."""
    np.testing.assert_allclose(ag.l2_norm(P[0], T[0]), 0.14142135623730951, rtol=1e-14)
    gradient = ag.grad(ag.l2_norm)(P, T, "sum")
    np.testing.assert_allclose(np.linalg.norm(gradient, axis=1), 1, rtol=4e-15)
    np.testing.assert_array_equal(ag.grad(ag.l2_norm)(T, T), np.zeros((3, 2)))


def test_the_mean_wraps_the_whole_product() -> None:
    """A mean of errors times a sum of slopes would be 0 here."""
    x, t = np.array([1.0, -1.0]), np.array([1.0, 0.0])
    found = ag.grad(lambda v: ag.mse(ag.sigmoid(v * x), t))(0.3)
    np.testing.assert_allclose(found, -0.20806212773516963, rtol=1e-14)
    y = ag.sigmoid(0.3 * x)
    assert abs(np.sum(y - t) * np.sum(y * (1 - y) * x)) < 1e-16


# Huber

R = np.array([-3, -1, -0.5, 0, 0.25, 0.5, 1, 1.5, 3])
HUBER = [2.5, 0.5, 0.125, 0, 0.03125, 0.125, 0.5, 1, 2.5]
HUBER_SLOPE = [-1, -1, -0.5, 0, 0.25, 0.5, 1, 1, 1]
PSEUDO = [2.1622776601683795, 0.41421356237309515, 0.1180339887498949, 0, 0.030776406404415146,
          0.1180339887498949, 0.41421356237309515, 0.8027756377319946,
          2.1622776601683795]  # fmt: skip
PSEUDO_SLOPE = [-0.9486832980505138, -0.7071067811865475, -0.4472135954999579, 0,
                0.24253562503633297, 0.4472135954999579, 0.7071067811865475, 0.8320502943378437,
                0.9486832980505138]  # fmt: skip


def test_huber_table() -> None:
    zero = np.zeros(9)
    np.testing.assert_allclose(ag.huber(R, zero, "none"), HUBER, **TIGHT)
    np.testing.assert_allclose(ag.grad(ag.huber)(R, zero, "sum"), HUBER_SLOPE, **TIGHT)
    np.testing.assert_allclose(ag.pseudo_huber(R, zero, "none"), PSEUDO, **TIGHT)
    np.testing.assert_allclose(ag.grad(ag.pseudo_huber)(R, zero, "sum"), PSEUDO_SLOPE, **TIGHT)


@pytest.mark.parametrize("c", [0.5, 1.0, 2.0])
def test_huber_where_its_pieces_meet(c: float) -> None:
    """Value and slope meet at |r| = c; the second derivative falls from 1 to 0."""
    huber = lambda r: ag.huber(r, np.zeros(()), delta=c)
    np.testing.assert_allclose(huber(np.array(c)), c * c / 2, rtol=4e-15)
    np.testing.assert_allclose(ag.grad(huber)(c), c, rtol=4e-15)
    second = ag.grad(ag.grad(huber))
    assert (second(0.9 * c), second(1.1 * c)) == (1, 0)
    assert ag.grad(huber)(-10 * c) == -c


@given(st.floats(-1e3, 1e3), st.floats(0.1, 10))
def test_pseudo_huber_is_bounded(r: float, c: float) -> None:
    """Nearly r**2 / 2 at the origin, nearly c |r| - c**2 far out, never steeper than c."""
    loss = lambda r: ag.pseudo_huber(r, np.zeros(()), delta=c)
    assert loss(np.array(r)) <= min(r * r / 2, c * abs(r)) * (1 + 1e-12)
    assert abs(ag.grad(loss)(r)) <= c
    np.testing.assert_allclose(loss(np.array(1e-9)), 5e-19, rtol=1e-12)
    np.testing.assert_allclose(loss(np.array(1e9 * c)), c * c * (1e9 - 1), rtol=4e-15)


def test_huber_beside_scipy() -> None:
    special = pytest.importorskip("scipy.special")
    for c in (0.5, 1.0, 2.0):
        np.testing.assert_allclose(
            ag.huber(R, np.zeros(9), "none", delta=c), special.huber(c, R), **TIGHT
        )
        np.testing.assert_allclose(
            ag.pseudo_huber(R, np.zeros(9), "none", delta=c), special.pseudo_huber(c, R), **TIGHT
        )


# A cost is the mean of the losses, a total their sum

LOSSES: list[Callable[..., Any]] = [
    ag.mse, ag.half_squared_error, ag.l2_norm, ag.huber, ag.pseudo_huber, ag.binary_cross_entropy,
    ag.categorical_cross_entropy, ag.cross_entropy,
]  # fmt: skip


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)
def test_cost_and_total(loss: Callable[..., Any]) -> None:
    """The gradient of the mean is that of the sum over m, never over 2 m as one page has it."""
    each = loss(P, T, reduction="none")
    np.testing.assert_allclose(loss(P, T), np.mean(each), rtol=4e-15)
    np.testing.assert_allclose(loss(P, T, reduction="sum"), np.sum(each), rtol=4e-15)
    total, mean = ag.grad(loss)(P, T, "sum"), ag.grad(loss)(P, T)
    np.testing.assert_allclose(mean, total / each.size, rtol=1e-14)
