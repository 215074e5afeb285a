"""A user's own functions, declared with the verbs that the library uses itself."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from oracles import check_cotangent_order, check_directions, check_first_order, check_second_order

import autograd_lite as ag
from autograd_lite.core.declare import PRIMITIVES
from autograd_lite.core.tensor import DISPATCH
from autograd_lite.errors import ImmutableError, NotDifferentiableError

pytestmark = pytest.mark.usefixtures("_forgotten_afterwards")

X = np.array([[0.3, -0.8, 1.4], [2.0, -1.1, 0.6]])


@pytest.fixture(name="_forgotten_afterwards")
def forgotten_afterwards() -> Iterator[None]:
    rows, table = list(PRIMITIVES), dict(DISPATCH)
    yield
    PRIMITIVES[:] = rows
    DISPATCH.clear()
    DISPATCH.update(table)


def check(call: Callable[..., Any], *operands: Any) -> None:
    check_first_order(call, operands)
    check_directions(call, operands)
    check_second_order(call, operands)
    check_cotangent_order(call, operands)


# The verbs


def test_elementwise() -> None:
    softsign = ag.declare.elementwise(
        lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2, name="softsign"
    )
    check(softsign, X)
    assert softsign.__name__ == "softsign"
    assert repr(softsign(ag.Tensor(1.0))) == "Tensor(0.5, from softsign)"
    assert type(softsign(X)) is np.ndarray


def test_elementwise_with_numbers_as_derivatives() -> None:
    check(ag.declare.elementwise(lambda x, y: 2 * x - y, 2, -1, name="blend"), X, X[0])


def test_elementwise_with_a_product_of_its_own() -> None:
    gate = ag.declare.elementwise(
        lambda x: np.where(x > 0, x, 0.1 * x), lambda g, x: np.where(x > 0, g, 0.1 * g), name="gate"
    )
    check(gate, X)


def test_elementwise_of_three_operands_reading_the_result() -> None:
    product = ag.declare.elementwise(
        lambda x, y, z: x * np.exp(y) * z,
        lambda y, z: np.exp(y) * z,
        lambda out: out,
        lambda x, y: x * np.exp(y),
        name="product",
    )
    check(product, X, X[0] / 2, np.array([[1.5], [-0.5]]))


def test_linear() -> None:
    check(
        ag.declare.linear(lambda x: np.diff(x, axis=-1), lambda g, x: undiff(g, x), name="diff"), X
    )


def undiff(g: Any, x: Any) -> Any:
    """The transpose of differences along the last axis; of `x` it may read the shape only."""
    zeros = np.zeros((*x.shape[:-1], 1))
    return np.concatenate([zeros, g], -1) - np.concatenate([g, zeros], -1)


def test_linear_in_each_of_two_operands() -> None:
    cross = ag.declare.linear(
        np.cross, lambda g, y: np.cross(y, g), lambda g, x: np.cross(g, x), name="cross"
    )
    check(cross, X, X[::-1] + 0.2)
    check(np.cross, X, X[::-1] + 0.2)  # NumPy's own name works as well


def test_linear_with_a_cotangent_that_broadcasts() -> None:
    total = ag.declare.linear(lambda x: np.add.reduce(x, axis=None), lambda g: g, name="total")
    check(total, X)


def test_linear_with_metadata() -> None:
    shift = ag.declare.linear(
        lambda x, by=1: np.roll(x, by, -1), lambda g, by=1: np.roll(g, -by, -1), name="shift"
    )
    check(shift, X)
    check(lambda x: shift(x, 2), X)
    check(lambda x: shift(x, by=2), X)
    check(lambda x: shift(by=-1, x=x), X)


def test_linear_of_a_list() -> None:
    total = ag.declare.linear(
        lambda arrays, scale=1.0: scale * sum(arrays),
        lambda g, xs, scale=1.0: [scale * g for _ in xs],
        name="sum_of_list",
    )
    check(lambda x, y: total([x, y, x], scale=3.0), X, X + 1)


def test_general() -> None:
    normalize = ag.declare.general(
        lambda x, axis=-1: x / np.sqrt(np.sum(x * x, axis=axis, keepdims=True)),
        lambda g, x, out, axis=-1: (
            (g - out * np.sum(g * out, axis=axis, keepdims=True))
            / np.sqrt(np.sum(x * x, axis=axis, keepdims=True))
        ),
        name="normalize",
    )
    check(normalize, X)
    check(lambda x: normalize(x, axis=0), X)


def test_general_on_a_numpy_function() -> None:
    ag.declare.general(
        np.linalg.inv,
        lambda g, out: -np.matmul(np.matmul(out.mT, g), out.mT),
    )
    a = np.array([[2.0, 0.5], [-0.3, 1.5]])
    check(np.linalg.inv, a)


def test_general_of_two_operands() -> None:
    solve = ag.declare.general(
        np.linalg.solve,
        lambda g, x, out: -np.outer(np.linalg.solve(x.T, g), out),
        lambda g, x: np.linalg.solve(x.T, g),
    )
    assert solve.__name__ == "solve"
    check(np.linalg.solve, np.array([[2.0, 0.5], [-0.3, 1.5]]), np.array([1.0, -2.0]))


def test_composite_with_an_extra_output() -> None:
    def body(x: Any, axis: int) -> tuple[Any, Any]:
        exp = np.exp(x - np.max(x, axis=axis, keepdims=True))
        total = np.sum(exp, axis=axis, keepdims=True)
        top = np.max(x, axis=axis, keepdims=True)
        return np.squeeze(np.log(total) + top, axis), exp / total

    mine = ag.declare.composite(
        body,
        lambda g, p, axis: np.expand_dims(g, axis) * p,
        extras={"p": ag.softmax},
        name="my_logsumexp",
    )
    check(lambda x: mine(x, axis=1), X)
    check(lambda x: mine(x, axis=0), X)
    t = ag.Tensor(X)
    out = mine(t, axis=1)
    np.testing.assert_allclose(out.numpy(), np.log(np.sum(np.exp(X), axis=1)))


def test_composite_whose_rules_share_what_they_work_out() -> None:
    counted = []

    def both(g: Any, x: Any, y: Any, scale: float = 1.0) -> Any:
        counted.append(1)
        return scale * g * np.cos(x * y)

    sine = ag.declare.composite(
        lambda x, y, scale=1.0: scale * np.sin(x * y),
        lambda half, y, scale=1.0: half * y,
        lambda half, x, scale=1.0: half * x,
        name="sine_of_product",
        shared={"half": both},
    )
    check(lambda x, y: sine(x, y, scale=2.0), X, X[0])
    counted.clear()
    x, y = ag.Tensor(X), ag.Tensor(X)
    np.sum(sine(x, y)).backward()
    assert len(counted) == 1
    ag.grad(lambda x: np.sum(sine(x, X)))(X)
    assert len(counted) == 2
    sines = sine(ag.Tensor(X), X)
    assert [value is not None for value in sines.node.saved] == [True, True, False]


def test_composite_whose_extra_reads_the_operand() -> None:
    """The extra's own rule must find its operand one order up, though no rule here names it."""

    def body(x: Any, axis: int, keepdims: bool) -> tuple[Any, Any]:
        variance = np.var(x, axis=axis, keepdims=keepdims)
        return (x - np.mean(x, axis=axis, keepdims=True)) / np.sqrt(variance), variance

    def pull(g: Any, out: Any, v: Any, axis: int, keepdims: bool) -> Any:
        mean = np.mean(g * out, axis=axis, keepdims=True)
        return (g - np.mean(g, axis=axis, keepdims=True) - out * mean) / np.sqrt(v)

    normal = ag.declare.composite(body, pull, extras={"v": np.var}, name="normal")
    check(lambda x: normal(x, axis=1, keepdims=True), X)
    check(lambda x: normal(x, axis=0, keepdims=True), X)


def test_constant() -> None:
    ag.declare.constant(np.unique)
    found = np.unique(ag.Tensor([2.0, 1.0, 2.0]))
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, [1, 2])
    both = np.unique(ag.Tensor([2.0, 1.0]), return_index=True)
    assert not any(isinstance(part, ag.Tensor) for part in both)


def test_derived() -> None:
    @ag.declare.derived(np.poly)
    def poly(seq_of_zeros: Any) -> Any:
        p = np.ones(1)
        for zero in seq_of_zeros:
            p = np.convolve(p, np.stack([np.ones(()), -zero]))
        return p

    t = ag.Tensor([1.0, 3.0, 2.0])
    np.poly(t)[-1].backward()  # minus their product
    np.testing.assert_array_equal(t.grad, [-6, -2, -3])


def test_a_derived_function_refuses_an_array_to_write_into() -> None:
    t = ag.Tensor([[1.0, 3.0]])
    assert np.ptp(t, 1, None, True).shape == (1, 1)
    for call in (lambda: np.ptp(t, 1, np.ones(1)), lambda: np.ptp(t, out=np.ones(1))):
        with pytest.raises(ImmutableError, match=r"^ptp: .*\(out=\)"):
            call()


def test_further_keywords_of_a_row() -> None:
    def scaled(x: Any, by: float = 1.0, then: Any = None) -> Any:
        return x * by

    double = ag.declare.linear(scaled, lambda g, by=1.0: g * by)

    @ag.declare.further(scaled)
    def scaled_then(x: Any, by: float = 1.0, *, then: Any) -> Any:
        return then(double(x, by=by))

    check(lambda x: double(x, 3.0), X)
    check(lambda x: double(x, 3.0, np.sin), X)
    check(lambda x: double(x, then=np.sin), X)


def test_a_keyword_that_neither_knows_is_named() -> None:
    with pytest.raises(NotDifferentiableError, match="sum: the argument out="):
        np.sum(ag.Tensor([1.0]), initial=2.0, out=np.zeros(()))


def test_a_declared_function_of_arrays_is_the_plain_function() -> None:
    calls = []

    def noted(x: Any) -> Any:
        calls.append(type(x))
        return x * 2

    mine = ag.declare.elementwise(noted, 2)
    assert type(mine(np.ones(2))) is np.ndarray
    assert mine(ag.Tensor(1.0)).requires_grad
    with ag.no_grad():
        assert not mine(ag.Tensor(1.0)).requires_grad
    assert ag.Tensor not in calls


def test_docs_and_names_are_kept() -> None:
    def halve(x: Any) -> Any:
        """Half of it."""
        return x / 2

    mine = ag.declare.elementwise(halve, 0.5)
    assert mine.__name__ == "halve"
    assert mine.__doc__ == "Half of it."


# How it may be called


def test_operands_by_name_and_in_any_order() -> None:
    blend = ag.declare.elementwise(
        lambda first, second, ratio=0.5: ratio * first + (1 - ratio) * second,
        lambda g, ratio=0.5: ratio * g,
        lambda g, ratio=0.5: (1 - ratio) * g,
        name="blend",
    )
    for call in (
        lambda x, y: blend(x, y, 0.25),
        lambda x, y: blend(x, y, ratio=0.25),
        lambda x, y: blend(first=x, second=y, ratio=0.25),
        lambda x, y: blend(ratio=0.25, second=y, first=x),
        lambda x, y: blend(x, second=y, ratio=0.25),
    ):
        check(call, X, X + 1)
        np.testing.assert_allclose(call(ag.Tensor(X), X + 1).numpy(), 0.25 * X + 0.75 * (X + 1))
    np.testing.assert_allclose(blend(X, X + 1), X + 0.5)


def test_a_missing_operand() -> None:
    blend = ag.declare.elementwise(
        lambda x, y, ratio=0.5: ratio * x + y,
        lambda g, ratio=0.5: ratio * g,
        lambda g, ratio=0.5: g,
        name="blend",
    )
    with pytest.raises(TypeError, match="blend: .*argument y"):
        blend(ag.Tensor(1.0))


def test_an_argument_without_a_rule() -> None:
    mine = ag.declare.general(
        lambda x, axis=0, strict=False: np.sum(x, axis=axis),
        lambda g, x, axis=0: np.broadcast_to(np.expand_dims(g, axis), x.shape),
        name="mine",
    )
    assert mine(ag.Tensor(X), strict=False).shape == (3,)  # the default is no news
    with pytest.raises(NotDifferentiableError, match=r"mine: the argument strict= .* axis"):
        mine(ag.Tensor(X), strict=True)


def test_too_many_arguments_fail_as_the_function_does() -> None:
    with pytest.raises(TypeError):
        np.squeeze(ag.Tensor(X), None, 3)  # type: ignore[call-overload]


# Refused at declaration


def test_a_row_needs_rules() -> None:
    with pytest.raises(ValueError, match="mine: a row needs one rule per operand"):
        ag.declare.elementwise(lambda x: x, name="mine")


def test_rules_take_the_same_keywords() -> None:
    with pytest.raises(ValueError, match="mine: its rules do not take the same keywords"):
        ag.declare.general(
            lambda x, y, axis=0: x, lambda g, axis=0: g, lambda g, ddof=0: g, name="mine"
        )


@pytest.mark.parametrize("rule", [np.cos, abs], ids=["ufunc", "builtin"])
def test_a_rule_without_parameter_names(rule: Any) -> None:
    with pytest.raises(TypeError, match="write it as a lambda"):
        ag.declare.elementwise(lambda x: np.sin(x), rule, name="mine")


def test_an_extra_must_be_declared() -> None:
    with pytest.raises(TypeError, match="is not a declared function with a gradient rule"):
        ag.declare.composite(lambda x: (x, x), lambda g, p: g * p, extras={"p": np.sort})


def test_a_name_that_a_rule_reads_must_be_an_operand_or_keyword() -> None:
    """`lambda t: ...` reads a keyword t, which the function does not have."""
    with pytest.raises((TypeError, ValueError), match="mine"):
        ag.declare.elementwise(lambda x: np.sin(x), lambda t: np.cos(t), name="mine")


def test_a_function_is_derived_once() -> None:
    with pytest.raises(ValueError, match="sum is declared already"):
        ag.declare.derived(np.sum)(lambda a: a)


# What a rule may give back


def test_a_rule_may_return_a_scalar_or_a_smaller_array() -> None:
    mine = ag.declare.linear(lambda x: np.sum(x, axis=0), lambda g, x: g, name="columns")
    t = ag.Tensor(X)
    mine(t).sum().backward()
    assert t.grad.shape == X.shape
    assert t.grad.flags.writeable


def test_a_rule_may_return_its_cotangent_or_what_it_was_given() -> None:
    keeper = ag.declare.general(
        lambda x, y: x + 0 * y, lambda g: g, lambda x: x, name="keeper"
    )  # fmt: skip
    a, b = ag.Tensor(X), ag.Tensor(X)
    seed = np.ones(X.shape)
    keeper(a, b).backward(seed)
    a.grad[:] = 7
    b.grad[:] = 7
    np.testing.assert_array_equal(seed, np.ones(X.shape))
    np.testing.assert_array_equal(a.value, X)


def test_a_rule_of_the_wrong_shape_is_an_error() -> None:
    mine = ag.declare.general(lambda x: np.sum(x), lambda g: np.ones((5, 7)), name="mine")
    with pytest.raises(ValueError, match="shape"):
        mine(ag.Tensor(X)).backward()


def test_float32_rules() -> None:
    half = ag.declare.elementwise(lambda x: x / 2, 0.5, name="half")
    t = ag.Tensor(X.astype(np.float32))
    half(t).sum().backward()
    assert t.grad.dtype == np.float32
    heavy = ag.declare.elementwise(
        lambda x: x * 2, lambda g: g * np.float64(2), name="heavy"
    )  # fmt: skip
    u = ag.Tensor(X.astype(np.float32))
    heavy(u).sum().backward()
    assert u.grad.dtype == np.float32


# Several outputs


def split_parts() -> Callable[..., Any]:
    """x as its square, its sine and how many entries it has."""
    return ag.declare.several(
        lambda x: (x * x, np.sin(x), np.size(x)),
        name="parts",
        square=lambda g, x: 2 * g * x,
        sine=lambda g, x: g * np.cos(x),
        count=None,
    )


def test_several_outputs() -> None:
    parts = split_parts()
    square, _, count = parts(ag.Tensor(X))
    assert count == 6
    assert repr(square.node) == "<parts.square float64 (2, 3)>"
    check(lambda x: parts(x)[0] * np.exp(parts(x)[1]), X)
    assert type(parts(X)[1]) is np.ndarray


def test_outputs_read_each_other_at_every_order() -> None:
    """The rule of one output reads the other, whose own rule is then found one order up."""
    pair = ag.declare.several(
        lambda x: (np.sin(x), np.cos(x)),
        name="pair",
        sine=lambda g, cosine: g * cosine,
        cosine=lambda g, sine: -g * sine,
    )

    def call(x: Any) -> Any:
        sine, cosine = pair(x)
        return sine * cosine * cosine

    check(call, X)
    third = ag.grad(ag.grad(ag.grad(lambda x: pair(x)[0])))(0.3)
    np.testing.assert_allclose(third, -np.cos(0.3), rtol=1e-14)


def test_several_outputs_keep_the_type_of_the_result() -> None:
    found = np.linalg.slogdet(ag.Tensor(X[:, :2]))
    assert type(found) is type(np.linalg.slogdet(X[:, :2]))
    assert found.logabsdet.requires_grad


def test_a_constant_operand() -> None:
    scaled = ag.declare.elementwise(lambda x, y: x * y, lambda y: y, None, name="scaled")
    check(lambda x: scaled(x, X[0]), X)
    with pytest.raises(NotDifferentiableError, match="scaled has no derivative by operand 2 of 2"):
        scaled(X, ag.Tensor(X))


def test_further_keywords_are_said_in_other_functions() -> None:
    def total(x: Any, axis: Any = None, twice: bool = False) -> Any:
        return np.sum(x, axis=axis) * (2 if twice else 1)

    mine = ag.declare.linear(total, lambda g, x, axis=None: g, name="total")

    @ag.declare.further(total)
    def with_twice(x: Any, axis: Any = None, twice: bool = False) -> Any:
        return 2 * mine(x, axis=axis) if twice else mine(x, axis=axis)

    check(lambda x: mine(x, twice=True), X)
    with pytest.raises(NotDifferentiableError, match="total: the argument thrice= has no"):
        mine(ag.Tensor(X), thrice=True)


def test_a_body_that_writes_is_handed_over_whole() -> None:
    @ag.declare.overridable
    def first_doubled(x: Any) -> Any:
        result = np.array(x)
        result[..., 0] *= 2
        return result

    np.testing.assert_allclose(
        ag.vmap(first_doubled)(X), [first_doubled(x) for x in X]
    )  # fmt: skip


def test_one_thing_is_shared() -> None:
    with pytest.raises(ValueError, match="one name is worked out for all rules; found a, b"):
        ag.declare.composite(
            lambda x: x, lambda g, a: g * a, shared={"a": lambda x: x, "b": lambda x: x}
        )
