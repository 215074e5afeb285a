"""root and fixed_point: exact derivatives of solutions."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_lite as ag

A = np.array([[3.0, 1.0, 0.2], [0.5, 2.0, -0.3], [0.1, -0.4, 4.0]])
B = np.array([1.0, -2.0, 0.5])


@given(a=st.floats(0.1, 50.0))
def test_cube_root_to_third_order(a: float) -> None:
    def cube_root(a: Any) -> Any:
        return ag.root(lambda x, a: x**3 - a, 1.0, a)

    np.testing.assert_allclose(cube_root(a), a ** (1 / 3), rtol=1e-12)
    first = ag.grad(cube_root)
    np.testing.assert_allclose(first(a), a ** (-2 / 3) / 3, rtol=1e-11)
    second = ag.grad(first)
    np.testing.assert_allclose(second(a), -2 / 9 * a ** (-5 / 3), rtol=1e-10)
    np.testing.assert_allclose(ag.grad(second)(a), 10 / 27 * a ** (-8 / 3), rtol=1e-9)
    np.testing.assert_allclose(ag.jvp(cube_root, (a,), (2.0,))[1], 2 * first(a), rtol=1e-11)
    np.testing.assert_allclose(ag.hessian(cube_root)(a), second(a), rtol=1e-10)


def solved(A: Any, b: Any) -> Any:
    return ag.root(lambda x, A, b: A @ x - b, np.zeros(3), A, b)


def test_a_linear_system_is_solve() -> None:
    weights = np.array([0.3, -1.0, 2.0])
    found = ag.grad(lambda A, b: weights @ np.sin(solved(A, b)), (0, 1))(A, B)
    expected = ag.grad(lambda A, b: weights @ np.sin(np.linalg.solve(A, b)), (0, 1))(A, B)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11)
    np.testing.assert_allclose(ag.jacobian(solved, 1)(A, B), np.linalg.inv(A), rtol=1e-12)
    np.testing.assert_allclose(
        ag.jacobian(solved, 1, "forward")(A, B), np.linalg.inv(A), rtol=1e-12
    )


def test_tensors_around_the_function_count() -> None:
    a = ag.Tensor(2.0)
    x = ag.root(lambda x: x * x - a, 1.0)
    (3 * x).backward()
    np.testing.assert_allclose(a.grad, 3 / (2 * np.sqrt(2)), rtol=1e-13)
    assert type(ag.root(lambda x: x * x - 2.0, 1.0)) is np.float64


def test_fixed_points() -> None:
    def dottie(a: Any) -> Any:
        return ag.fixed_point(lambda x, a: np.cos(a * x), 1.0, a)

    x = dottie(1.0)
    np.testing.assert_allclose(x, np.cos(x), rtol=1e-13)
    slope = -np.sin(x) * x / (1 + np.sin(x))
    np.testing.assert_allclose(ag.grad(dottie)(1.0), slope, rtol=1e-12)
    step = 1e-5
    curve = (ag.grad(dottie)(1 + step) - ag.grad(dottie)(1 - step)) / (2 * step)
    np.testing.assert_allclose(ag.grad(ag.grad(dottie))(1.0), curve, rtol=1e-8)


def test_an_equilibrium_layer() -> None:
    """x = tanh(W x + b) in matrices; the gradient by the layer's tensors is that of unrolling."""
    w, u = 0.3 * A / 4, np.array([[0.5, -1.0, 0.3], [0.1, 0.2, -0.2]])

    def unrolled(w: Any) -> Any:
        x = np.zeros((2, 3))
        for _ in range(60):
            x = np.tanh(x @ w + u)
        return np.sum(x**2)

    def equilibrium(w: Any) -> Any:
        x = ag.fixed_point(lambda x: np.tanh(x @ w + u), np.zeros((2, 3)))
        return np.sum(x**2)

    np.testing.assert_allclose(ag.grad(equilibrium)(w), ag.grad(unrolled)(w), rtol=1e-10)


def test_float32_stays_float32() -> None:
    x = ag.root(lambda x, a: x * x - a, np.ones(2, np.float32), np.array([2, 3], np.float32))
    assert x.dtype == np.float32
    g = ag.grad(lambda a: np.sum(ag.root(lambda x: x * x - a, np.ones(2, np.float32))))(
        np.array([2, 3], np.float32)
    )
    assert g.dtype == np.float32
    np.testing.assert_allclose(g, 0.5 / np.sqrt([2, 3]), rtol=1e-5)


def test_newton_from_far_away() -> None:
    np.testing.assert_allclose(ag.root(np.arctan, 5.0), 0.0, atol=1e-12)


def test_no_solution() -> None:
    with pytest.raises(ag.ConvergenceError, match="after 50 steps of Newton's .* residual is 1"):
        ag.root(lambda x: x * x + 1, 0.7)
    with pytest.raises(ag.ConvergenceError, match="after 20 iterations x still moves"):
        ag.fixed_point(lambda x: 2 * x + 1, 0.0, max_steps=20)
    with pytest.raises(ag.ShapeError, match="as many equations as unknowns"):
        ag.root(lambda x: x[:2], np.ones(3))
