"""Jacobians, Hessians and their products, against rows, columns and finite differences."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases import CASES, Case
from oracles import cotangent_like, finite_differences

import autograd_lite as ag

A = np.array([[1.0, -0.5, 0.3], [0.2, 0.7, -1.1]])
X = np.array([0.4, -1.2, 0.9])

smooth = [case for case in CASES if all(x.size for x in case.operands)]


@pytest.mark.parametrize("case", smooth, ids=lambda case: case.name)
def test_both_modes_of_every_case(case: Case) -> None:
    """Forward and reverse agree, and their rows are what a pull gives."""
    places = list(range(len(case.operands)))
    value = case.call(*case.operands)
    rows = ag.jacobian(case.call, places, "reverse")(*case.operands)
    columns = ag.jacobian(case.call, places, "forward")(*case.operands)
    cotangent = cotangent_like(value)
    pulled = ag.vjp(case.call, *case.operands)[1](cotangent)
    for row, column, x, one in zip(rows, columns, case.operands, pulled, strict=True):
        assert row.shape == column.shape == (*np.shape(value), *x.shape)
        assert row.dtype == x.dtype
        np.testing.assert_allclose(row, column, rtol=1e-10, atol=1e-11)
        total = np.tensordot(cotangent, row, axes=np.ndim(value))
        np.testing.assert_allclose(total, one, rtol=1e-10, atol=1e-11)


def test_the_cheaper_mode_is_chosen() -> None:
    calls: list[str] = []

    def noting(direction: str) -> Callable[..., Any]:
        return ag.declare.linear(
            lambda x: 2 * x, lambda g: calls.append(direction) or 2 * g, name="noting"
        )

    noted = noting("pulled")
    ag.jacobian(lambda x: np.sum(noted(x)))(X)
    assert calls == ["pulled"]
    ag.jacobian(lambda x: A.T @ noted(A @ x) * x[0])(X)  # as many in as out: reverse
    assert calls == ["pulled"] * 2
    ag.jacobian(lambda x: noted(np.concatenate([x, x])))(X)  # more out: forward, nothing is pulled
    assert calls == ["pulled"] * 2


def test_trees_of_blocks() -> None:
    def function(p: Any, y: Any) -> Any:
        return {"a": A @ p["w"] * p["s"], "b": (y * p["s"], np.sum(p["w"]))}

    p, y = {"w": X, "s": np.array(2.0)}, np.ones(4)
    found = ag.jacobian(function, (0, 1))(p, y)
    np.testing.assert_allclose(found["a"][0]["w"], 2 * A)
    np.testing.assert_allclose(found["a"][0]["s"], A @ X)
    np.testing.assert_allclose(found["b"][0][1], 2 * np.eye(4))
    np.testing.assert_allclose(found["b"][1][0]["w"], np.ones(3))
    assert not found["a"][1].any()
    assert found["a"][1].shape == (2, 4)
    forward = ag.jacobian(function, (0, 1), mode="forward")(p, y)
    np.testing.assert_allclose(forward["b"][0][1], 2 * np.eye(4))
    np.testing.assert_allclose(forward["a"][0]["s"], A @ X)


def test_of_a_constant_and_of_nothing() -> None:
    assert not ag.jacobian(lambda x: np.ones(2))(X).any()
    assert ag.jacobian(lambda x: x[:0])(X).shape == (0, 3)
    assert ag.jacobian(lambda x: x.sum(), mode="forward")(np.zeros((2, 0))).shape == (2, 0)


def test_complex_derivative_of_an_analytic_function() -> None:
    z = np.array([0.3 + 0.4j, -1.0 + 0.2j])
    for mode in ("reverse", "forward"):
        np.testing.assert_allclose(
            ag.jacobian(lambda z: np.exp(z) * z[::-1], mode=mode)(z),
            np.diag(np.exp(z) * z[::-1]) + np.fliplr(np.diag(np.exp(z))),
            rtol=1e-13,
        )


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ag.GraphError, match='mode is "forward", "reverse" or None; found \'both\''):
        ag.jacobian(np.sin, mode="both")  # type: ignore[arg-type]
    with pytest.raises(ag.GraphError, match="it returns arrays"):
        ag.jacobian(lambda x: "text")(X)


# Hessians


def rosenbrock(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def test_hessian_of_rosenbrock() -> None:
    x = np.linspace(-1.2, 1.1, 7)
    found = ag.hessian(rosenbrock)(x)
    expected = np.zeros((7, 7))  # by hand: tridiagonal
    for i in range(6):
        expected[i, i] += 1200 * x[i] ** 2 - 400 * x[i + 1] + 2
        expected[i + 1, i + 1] += 200
        expected[i, i + 1] = expected[i + 1, i] = -400 * x[i]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_allclose(ag.jacobian(ag.jacobian(rosenbrock))(x), expected, rtol=1e-12)
    nested = ag.jacobian(ag.grad(rosenbrock), mode="forward")(x)
    np.testing.assert_allclose(nested, expected, rtol=1e-12)


def test_hessian_blocks_of_trees() -> None:
    def function(p: Any) -> Any:
        return np.sum(np.sin(p["w"]) * p["s"]) + p["s"] ** 3

    found = ag.hessian(function)({"w": X, "s": np.array(2.0)})
    np.testing.assert_allclose(found["w"]["w"], np.diag(-2 * np.sin(X)))
    np.testing.assert_allclose(found["w"]["s"], np.cos(X))
    np.testing.assert_allclose(found["s"]["w"], np.cos(X))
    np.testing.assert_allclose(found["s"]["s"], 12.0)


def test_third_derivatives() -> None:
    found = ag.jacobian(ag.hessian(lambda x: np.sum(x**4) * x[0]))(X)
    direction = np.array([0.2, -0.3, 0.5])
    step = 1e-5
    hessian = ag.hessian(lambda x: np.sum(x**4) * x[0])
    expected = (hessian(X + step * direction) - hessian(X - step * direction)) / (2 * step)
    np.testing.assert_allclose(found @ direction, expected, rtol=1e-7, atol=1e-8)


def test_products_with_the_hessian() -> None:
    x, v = np.linspace(-1.2, 1.1, 7), np.linspace(0.5, -1.5, 7)
    expected = ag.hessian(rosenbrock)(x) @ v
    np.testing.assert_allclose(ag.hvp(rosenbrock)(x, v), expected, rtol=1e-12)
    shifted = ag.hvp(lambda a, x: rosenbrock(a * x), argnums=1)(1.0, x, v)
    np.testing.assert_allclose(shifted, expected, rtol=1e-12)
    last = ag.hvp(lambda a, x: rosenbrock(a * x), argnums=-1)(1.0, x, v)
    np.testing.assert_allclose(last, expected, rtol=1e-12)
    tree = ag.hvp(lambda p: rosenbrock(p["x"]))({"x": x}, {"x": v})
    np.testing.assert_allclose(tree["x"], expected, rtol=1e-12)
    slope = ag.grad(lambda x: v @ ag.hvp(rosenbrock)(x, v))(x)
    (by_steps,) = finite_differences(lambda x: v @ ag.hvp(rosenbrock)(x, v), [x])
    np.testing.assert_allclose(slope, by_steps, rtol=1e-7, atol=1e-5)


def test_products_with_the_gauss_newton_matrix() -> None:
    def model(x: Any) -> Any:
        return np.tanh(A @ x)

    def loss(y: Any) -> Any:
        return ag.logsumexp(2 * y) + np.sum(y**2)

    v = np.array([1.0, -2.0, 0.5])
    J, H = ag.jacobian(model)(X), ag.hessian(loss)(model(X))
    np.testing.assert_allclose(ag.gnvp(model, loss)(X, v), J.T @ (H @ (J @ v)), rtol=1e-12)


# Forward mode, many times


def test_linearize_runs_the_function_once() -> None:
    runs = []

    def function(x: Any, p: Any) -> Any:
        runs.append(1)
        return {"y": np.tanh(A @ x) * p["s"]}

    out, push = ag.linearize(function, X, {"s": 2.0})
    for v, s in [(X, 1.0), (X[::-1], -0.5)]:
        expected = ag.jvp(function, (X, {"s": 2.0}), (v, {"s": s}))
        np.testing.assert_allclose(push(v, {"s": s})["y"], expected[1]["y"], rtol=1e-14)
        np.testing.assert_allclose(out["y"], expected[0]["y"], rtol=1e-14)
    assert len(runs) == 3  # linearize's own and jvp's two
    with pytest.raises(
        ag.ShapeError, match=r"linearize: primal of shape \(3,\), tangent of shape \(2,\)"
    ):
        push(np.ones(2), {"s": 1.0})
    with pytest.raises(ag.GraphError, match="linearize: 2 primals and 1 tangents; one for each"):
        push(X)


def test_linearize_is_differentiable_by_its_tangent() -> None:
    _, push = ag.linearize(lambda x: np.sin(x) * x[0], X)
    found = ag.jacobian(push)(X)
    np.testing.assert_allclose(found, ag.jacobian(lambda x: np.sin(x) * x[0])(X), rtol=1e-13)


def test_elementwise_grad() -> None:
    f = ag.elementwise_grad(ag.elementwise_grad(np.sin))
    np.testing.assert_allclose(f(X), -np.sin(X), rtol=1e-14)
    by_second = ag.elementwise_grad(np.power, 1)(np.abs(X), X)
    np.testing.assert_allclose(by_second, np.abs(X) ** X * np.log(np.abs(X)), rtol=1e-13)


def test_vjp_of_trees() -> None:
    out, pull = ag.vjp(lambda p: {"a": p["x"] ** 2, "b": [p["x"].sum()]}, {"x": X})
    assert sorted(out) == ["a", "b"]
    (g,) = pull({"a": np.ones(3), "b": [2.0]})
    np.testing.assert_allclose(g["x"], 2 * X + 2)
    with pytest.raises(ag.GraphError, match="vjp: 2 outputs and 1 cotangents"):
        pull(np.ones(3))
    with pytest.raises(ag.ShapeError, match="vjp: output of shape"):
        pull({"a": np.ones(2), "b": [1.0]})


def test_real_and_complex_sides() -> None:
    """The mode that gives all of a derivative is the one that is taken."""
    found = ag.jacobian(lambda x: x * (1 + 2j))(np.ones(2))
    np.testing.assert_allclose(found, (1 + 2j) * np.eye(2))
    z = np.array([1 + 2j, -0.5j])
    rows = ag.jacobian(lambda z: np.abs(z) ** 2)(z)
    np.testing.assert_allclose(rows, np.diag(2 * z))
    with pytest.raises(ag.GraphError, match="of a real result by complex arguments only reverse"):
        ag.jacobian(np.abs, mode="forward")(z)
    with pytest.raises(ag.GraphError, match="only forward mode gives all of it"):
        ag.jacobian(lambda x: x * 1j, mode="reverse")(np.ones(2))
    with pytest.raises(ag.GraphError, match="hessian: the gradient of a real function of complex"):
        ag.hessian(lambda z: np.sum(np.abs(z) ** 4))(z)
