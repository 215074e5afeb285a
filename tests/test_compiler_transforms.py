"""Transforms inside of a compiled function, and compiled functions inside of a transform."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag

X = np.array([0.3, -0.7, 1.1])
V = np.array([1.0, 0.5, -2.0])


def programs(compiled: Any) -> int:
    return sum(map(len, compiled.runners.values()))


def loss(x: Any) -> Any:
    return np.sum(np.tanh(x) ** 3) + x[0] * x[1]


def curve(x: Any) -> Any:
    return np.cumsum(np.sin(x)) * x


def nested(x: Any) -> Any:
    return ag.grad(lambda y: np.sum(y * ag.grad(lambda z: np.sum(x * z * z))(y)))(x)


def leaves(thing: Any) -> list[Any]:
    return (
        [leaf for part in thing for leaf in leaves(part)] if isinstance(thing, tuple) else [thing]
    )


def assert_agree(found: Any, expected: Any) -> None:
    for one, other in zip(leaves(found), leaves(expected), strict=True):
        assert type(one) is type(other)
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)


MADE: dict[str, Callable[[Any], Any]] = {
    "grad": ag.grad(loss),
    "value and grad": ag.value_and_grad(loss),
    "second": ag.grad(lambda x: np.sum(ag.grad(loss)(x) ** 2)),
    "third": ag.grad(lambda x: np.sum(ag.grad(lambda y: np.sum(ag.grad(loss)(y) ** 2))(x) ** 2)),
    "nested": nested,
    "hvp": lambda x: ag.hvp(loss)(x, V),
    "hessian": ag.hessian(loss),
    "jacobian": ag.jacobian(curve),
    "jvp": lambda x: ag.jvp(curve, (x,), (V,)),
    "vjp": lambda x: ag.vjp(curve, x)[1](V),
    "vmap": lambda x: ag.vmap(ag.grad(loss))(np.stack([x, 2 * x])),
    "checkpoint": ag.grad(lambda x: np.sum(ag.checkpoint(curve)(x) ** 2)),
}


@pytest.mark.parametrize("name", MADE)
def test_a_compiled_transform(name: str) -> None:
    compiled = ag.compile(MADE[name])
    for x in (X, X + 1, 2 * X):
        assert_agree(compiled(x), MADE[name](x))
    assert programs(compiled) == 1


USED: dict[str, Callable[[Any, Any], Any]] = {
    "grad": lambda f, x: ag.grad(f)(x),
    "value and grad": lambda f, x: ag.value_and_grad(f)(x),
    "second": lambda f, x: ag.grad(lambda y: np.sum(ag.grad(f)(y) ** 2))(x),
    "hvp": lambda f, x: ag.hvp(f)(x, V),
    "hessian": lambda f, x: ag.hessian(f)(x),
    "jvp": lambda f, x: ag.jvp(f, (x,), (V,)),
    "vjp": lambda f, x: ag.vjp(f, x)[1](1.0),
    "vmap": lambda f, x: ag.vmap(f)(np.stack([x, 2 * x])),
    "vmap of grad": lambda f, x: ag.vmap(ag.grad(f))(np.stack([x, 2 * x])),
    "compile": lambda f, x: ag.compile(lambda y: f(y) * 2)(x),
    "compiled grad": lambda f, x: ag.compile(ag.grad(f))(x),
}


@pytest.mark.parametrize("name", USED)
@pytest.mark.parametrize("before", [False, True])
def test_a_compiled_function_under_a_transform(name: str, before: bool) -> None:
    compiled = ag.compile(loss)
    if before:
        compiled(X)
    for x in (X, X + 1):
        assert_agree(USED[name](compiled, x), USED[name](loss, x))
    assert_agree(compiled(X), loss(X))


def test_a_compiled_gradient_under_a_transform() -> None:
    slope = ag.compile(ag.grad(loss))
    slope(X)
    for x in (X, X + 1):
        found = ag.grad(lambda x: np.sum(slope(x) * V))(x)
        np.testing.assert_allclose(found, ag.hvp(loss)(x, V), rtol=1e-12)


def test_a_module_that_a_transform_differentiates() -> None:
    net = ag.nn.MLP([3, 5, 1], activation="tanh", dtype=np.float64, rng=np.random.default_rng(0))
    compiled = ag.compile(lambda net, x: np.sum(net(x)))
    compiled(net, X)
    slopes = ag.grad(compiled)(net, X)
    expected = ag.grad(lambda net, x: np.sum(net(x)))(net, X)
    pairs = zip(slopes.parameters(), expected.parameters(), strict=True)
    for one, other in pairs:
        np.testing.assert_allclose(one.value, other.value, rtol=1e-12)


def test_compiled_functions_inside_a_compiled_step_are_a_part_of_it() -> None:
    inner = ag.compile(lambda x: np.tanh(x) * 2)
    outer = ag.compile(lambda x: np.sum(inner(x) * inner(2 * x)))
    for x in (X, X + 1):
        assert_agree(outer(x), np.sum(np.tanh(x) * 2 * np.tanh(2 * x) * 2))
    assert (programs(inner), programs(outer)) == (0, 1)
