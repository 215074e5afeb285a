"""vmap: a function of one example, run for many at once, is the loop over the examples."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from cases import CASES, Case
from hypothesis import given
from hypothesis import strategies as st
from oracles import Array, cotangent_like, finite_differences

import autograd_lite as ag
from autograd_lite.core.batched import Batched

# Functions that decide by their values which way to go, or want plain values beside tensors: under
# vmap they say so.
VALUE_DEPENDENT = (
    "special: multigammaln", "constant[1] = y", "unique", "putmask of one shape",
)  # fmt: skip


def examples_of(case: Case) -> list[Array]:
    """Three examples of each operand, near the case's own."""
    return [np.stack([x, 1.001 * x, 0.999 * x]) for x in case.operands]


def looped(function: Callable[..., Any], operands: list[Array]) -> Any:
    results = [function(*(x[i] for x in operands)) for i in range(3)]
    if isinstance(results[0], tuple):
        return [np.stack(part) for part in zip(*results, strict=True)]
    return np.stack(results)


def same(found: Any, expected: Any) -> None:
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_is_its_loop(case: Case) -> None:
    """Values; gradients inside; gradients outside."""
    operands, places = examples_of(case), list(range(len(case.operands)))
    cotangent = cotangent_like(case.call(*case.operands))

    def loss(*xs: Any) -> Any:
        return np.sum(cotangent * case.call(*xs))

    try:
        found = ag.vmap(case.call)(*operands)
        inside = ag.vmap(ag.grad(loss, places))(*operands)
        outside = ag.grad(lambda *xs: np.sum(ag.vmap(loss)(*xs)), places)(*operands)
    except ag.GraphError as error:
        assert case.name.startswith(VALUE_DEPENDENT), f"{case.name}: {error}"
        assert str(error).startswith("vmap: ")
        return
    same([found], [looped(case.call, operands)])
    expected = looped(lambda *xs: tuple(ag.grad(loss, places)(*xs)), operands)
    same(inside, expected)
    same(outside, expected)


# Axes and trees


X = np.arange(24.0).reshape(2, 3, 4) / 10


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_any_axis_counts_the_examples(axis: int) -> None:
    expected = np.stack([np.sin(part).sum(0) for part in np.moveaxis(X, axis, 0)])
    np.testing.assert_allclose(ag.vmap(lambda x: np.sin(x).sum(0), axis)(X), expected)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_results_along_any_axis(axis: int) -> None:
    found = ag.vmap(np.sin, out_axes=axis)(X)
    np.testing.assert_array_equal(found, np.moveaxis(np.sin(X), 0, axis))


def test_an_argument_that_is_the_same_for_all() -> None:
    w = np.arange(4.0)
    np.testing.assert_allclose(ag.vmap(np.dot, (None, 1))(w, X[0].T), X[0] @ w)


@dataclass
class Pair:
    first: Any
    second: Any


def test_trees_go_in_and_come_out() -> None:
    def function(params: Any, pair: Pair) -> Any:
        return {"out": np.tanh(params["w"] @ pair.first), "both": [pair.second, pair.first.sum()]}

    params = {"w": X[0]}
    pair = Pair(X[:, 0], np.ones(2))
    found = ag.vmap(function, (None, 0))(params, pair)
    assert found["out"].shape == (2, 3)
    np.testing.assert_allclose(found["out"], np.tanh(X[:, 0] @ X[0].T))
    np.testing.assert_allclose(found["both"][1], X[:, 0].sum(1))
    by_leaf = ag.vmap(lambda p: p["a"] + p["b"], ({"a": 0, "b": None},))
    np.testing.assert_allclose(by_leaf({"a": np.arange(3.0), "b": np.array(2.0)}), [2, 3, 4])
    assert ag.vmap(lambda x: (x, 1.0), out_axes=(0, None))(np.ones(3))[1] == 1.0


def test_a_constant_result_is_repeated() -> None:
    np.testing.assert_array_equal(ag.vmap(lambda x: 2.0)(np.ones(3)), [2, 2, 2])


def test_integer_data_is_batched_too() -> None:
    logits, labels = X[0], np.array([1, 0, 3])
    found = ag.vmap(lambda z, y: ag.cross_entropy(z, y))(logits, labels)
    np.testing.assert_allclose(found, ag.cross_entropy(logits, labels, reduction="none"))


def test_an_index_that_differs_from_example_to_example() -> None:
    index = np.array([[0, 2], [1, 1]])
    found = ag.vmap(lambda x, i: x[i])(X[:, 0], index)
    np.testing.assert_array_equal(found, np.take_along_axis(X[:, 0], index, 1))


def test_no_examples_at_all() -> None:
    assert ag.vmap(lambda x: np.sin(x) @ np.ones((4, 2)))(np.zeros((0, 3, 4))).shape == (0, 3, 2)


# Nesting


def test_vmap_in_vmap() -> None:
    table = ag.vmap(ag.vmap(np.multiply, (0, None)), (None, 0))(np.arange(3.0), np.arange(4.0))
    np.testing.assert_array_equal(table, np.outer(np.arange(4.0), np.arange(3.0)))
    pairwise = ag.vmap(lambda x: ag.vmap(lambda y: np.sum((x - y) ** 2))(X[0]))(X[1])
    np.testing.assert_allclose(pairwise, ((X[1][:, None] - X[0]) ** 2).sum(-1))


def net(w: Any, x: Any) -> Any:
    return np.tanh(x @ w["first"]) @ w["second"]


W = {"first": X[0].T / 3, "second": np.array([0.4, -0.7, 0.2])}


def test_per_example_gradients() -> None:
    found = ag.vmap(ag.grad(net), (None, 0))(W, X[1])
    assert found["first"].shape == (3, 4, 3)
    for i in range(3):
        one = ag.grad(net)(W, X[1][i])
        np.testing.assert_allclose(found["first"][i], one["first"], rtol=1e-13)
        np.testing.assert_allclose(found["second"][i], one["second"], rtol=1e-13)


def slopes_loss(w: Any) -> Any:
    """A loss of the derivatives of a network by its input at many points."""
    slopes = ag.vmap(ag.grad(net, 1), (None, 0))(w, X[1])
    return np.sum(slopes**2)


def test_a_loss_of_per_example_gradients_has_the_right_gradient() -> None:
    found = ag.grad(slopes_loss)(W)
    expected = finite_differences(
        lambda a, b: slopes_loss({"first": a, "second": b}), [W["first"], W["second"]]
    )
    np.testing.assert_allclose(found["first"], expected[0], rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(found["second"], expected[1], rtol=1e-8, atol=1e-9)


def test_the_same_of_tensors_around_the_function() -> None:
    w = {key: ag.Tensor(value) for key, value in W.items()}
    slopes = ag.vmap(ag.grad(lambda x: net(w, x)))(X[1])
    np.sum(slopes**2).backward()
    expected = ag.grad(slopes_loss)(W)
    np.testing.assert_allclose(w["first"].grad, expected["first"], rtol=1e-12)
    np.testing.assert_allclose(w["second"].grad, expected["second"], rtol=1e-12)


@pytest.mark.parametrize("inner", [ag.jacobian, ag.hessian, ag.checkpoint])
def test_other_transforms_inside(inner: Any) -> None:
    def of_one(x: Any) -> Any:
        return inner(lambda x: net(W, x))(x)

    expected = np.stack([of_one(x) for x in X[1]])
    np.testing.assert_allclose(ag.vmap(of_one)(X[1]), expected, rtol=1e-12)


def test_directional_derivatives_inside_and_outside() -> None:
    v = X[0][::-1]
    inside = ag.vmap(lambda x, u: ag.jvp(lambda x: net(W, x), (x,), (u,))[1])(X[1], v)
    outside = ag.jvp(ag.vmap(lambda x: net(W, x)), (X[1],), (v,))[1]
    expected = [ag.jvp(lambda x: net(W, x), (x,), (u,))[1] for x, u in zip(X[1], v, strict=True)]
    np.testing.assert_allclose(inside, expected, rtol=1e-12)
    np.testing.assert_allclose(outside, expected, rtol=1e-12)


def test_second_and_third_order_through_it() -> None:
    def total(x: Any) -> Any:
        return np.sum(ag.vmap(lambda t: np.sin(t) * t)(x))

    x = np.array([0.3, -1.2])
    second = ag.grad(lambda x: np.sum(ag.grad(total)(x)))
    np.testing.assert_allclose(second(x), 2 * np.cos(x) - x * np.sin(x), rtol=1e-12)
    third = ag.grad(lambda x: np.sum(second(x)))(x)
    np.testing.assert_allclose(third, -3 * np.sin(x) - x * np.cos(x), rtol=1e-12)


@given(depth=st.integers(1, 3), seed=st.integers(0, 99))
def test_nests_of_vmap_and_grad(depth: int, seed: int) -> None:
    """A scalar function mapped over every axis of an array is that function of its entries."""
    x = np.random.default_rng(seed).normal(size=(2, 3, 2)[:depth])
    mapped: Any = ag.grad(lambda t: np.tanh(t) * np.exp(t))
    for _ in range(depth):
        mapped = ag.vmap(mapped)
    expected = np.exp(x) * (1 + np.tanh(x) - np.tanh(x) ** 2)
    np.testing.assert_allclose(mapped(x), expected, rtol=1e-12)
    y, pull = ag.vjp(mapped, x)
    np.testing.assert_allclose(pull(np.ones_like(y))[0].shape, x.shape)


def test_a_masked_singular_example_leaves_the_others_alone() -> None:
    def safe(x: Any) -> Any:
        return np.where(x > 0, np.sqrt(x) * np.log(x), 0.0)

    with np.errstate(all="ignore"):
        found = ag.vmap(ag.grad(safe))(np.array([-1.0, 0.0, 1.0]))
    np.testing.assert_allclose(found, [0, 0, 1])


# Refusals


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda x: x if x > 0 else -x, r"a condition \(if, while, and, or\)"),
        (lambda x: float(x), r"float\(\) asks for the value of one example"),
        (lambda x: np.asarray(x), "making a plain array"),
        (lambda x: range(x)[0], "an index into a list or range"),
        (lambda x: x.item(), r"\.item\(\)"),
    ],
)
def test_what_asks_for_one_example(function: Any, text: str) -> None:
    with pytest.raises(ag.GraphError, match=f"^vmap: {text}.*np.where"):
        ag.vmap(function)(np.ones(3))


def test_arguments_that_do_not_fit() -> None:
    with pytest.raises(ag.ShapeError, match="argument 1 has shape .* so no axis 0"):
        ag.vmap(np.add)(np.ones(3), 1.0)
    with pytest.raises(ag.ShapeError, match="differ: 3 in argument 0, 2 in argument 1"):
        ag.vmap(np.add)(np.ones(3), np.ones(2))
    with pytest.raises(ag.GraphError, match="in_axes has 1 entries for 2 positional"):
        ag.vmap(np.add, (0,))(np.ones(3), np.ones(3))
    with pytest.raises(ag.GraphError, match="in_axes are None"):
        ag.vmap(np.add, None)(np.ones(3), np.ones(3))
    with pytest.raises(ag.GraphError, match="out_axes None; it needs an axis"):
        ag.vmap(np.sin, out_axes=None)(np.ones(3))
    with pytest.raises(ag.GraphError, match="does not fit"):
        ag.vmap(lambda x: x, in_axes=([0, 1],))(np.ones(3))


def test_nothing_of_it_stays_behind() -> None:
    kept: list[Any] = []
    ag.vmap(lambda x: kept.append(x) or x)(np.ones(3))
    assert isinstance(kept[0], Batched)
    assert repr(kept[0]) == "Batched(3 of float64 ())"
    assert isinstance(np.sin(ag.Tensor(1.0)), ag.Tensor)
    with pytest.raises(RuntimeError, match="inside"):
        ag.vmap(failing)(np.ones(3))
    assert type(ag.grad(np.sin)(1.0)) is np.float64


def failing(x: Any) -> Any:
    raise RuntimeError("inside")


@pytest.mark.parametrize("case", CASES[::5], ids=lambda case: case.name)
def test_forward_mode_through_it(case: Case) -> None:
    """The Jacobian of the mapped function is block-diagonal, in both modes."""
    operands, places = examples_of(case), list(range(len(case.operands)))
    if case.name.startswith(VALUE_DEPENDENT) or any(not x.size for x in case.operands):
        pytest.skip("nothing to see")
    directions = [cotangent_like(x, seed=i) for i, x in enumerate(operands)]
    found = ag.jvp(ag.vmap(case.call), operands, directions)[1]
    expected = [
        ag.jvp(case.call, [x[i] for x in operands], [v[i] for v in directions])[1] for i in range(3)
    ]
    same([found], [np.stack(expected)])
    rows = ag.jacobian(ag.vmap(case.call), places, "reverse")(*operands)
    columns = ag.jacobian(ag.vmap(case.call), places, "forward")(*operands)
    same(rows, columns)


def test_gradients_inside_where_nothing_is_recorded() -> None:
    w = ag.Tensor(W["second"])
    slope = ag.vmap(lambda t: ag.grad(lambda w: np.sum(np.sin(w * t)))(w))
    with ag.no_grad():
        found = slope(X[0].T)
    np.testing.assert_allclose(found, X[0].T * np.cos(W["second"] * X[0].T))


def test_writing_at_places_of_each_example() -> None:
    def added(x: Any, i: Any) -> Any:
        t = x * 1.0
        np.add.at(t, i, 1.0)
        return np.sum(t * t)

    with pytest.raises(ag.OneExampleError, match=r"^vmap: .*(np\.add\.at|one example)"):
        ag.vmap(ag.grad(added))(X[0], np.array([0, 1, 3]))


def test_what_differs_is_not_among_the_arguments() -> None:
    w = ag.Tensor([1.0, 2.0])

    def chosen(x: Any) -> Any:
        return np.sum(np.apply_along_axis(lambda v: v * float(x), 0, w))

    with pytest.raises(ag.OneExampleError, match="given nothing that differs from example to"):
        ag.vmap(chosen)(np.ones(3))
