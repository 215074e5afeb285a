"""Every function with a gradient, against NumPy, finite differences and itself."""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from cases import (
    CASES,
    CONSTANT,
    CONVENTIONS,
    ENTRYWISE,
    SINGULAR,
    Case,
    Convention,
    Entrywise,
    Singular,
)
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from oracles import (
    Array,
    assert_close,
    complex_step,
    cotangent_like,
    directions_like,
    finite_differences,
    gradients,
    tangent,
)

import autograd_lite as ag
from autograd_lite import testing
from autograd_lite.core.declare import PRIMITIVES
from autograd_lite.core.graph import Node, Primitive, topological
from autograd_lite.core.tensor import DISPATCH
from autograd_lite.testing import check_directions, check_first_order, check_second_order

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
every_entrywise = pytest.mark.parametrize("row", ENTRYWISE, ids=lambda row: row.name)
every_bare_singular = pytest.mark.parametrize(
    "row", [row for row in SINGULAR if row.bare], ids=lambda row: row.name
)
every_singular = pytest.mark.parametrize("row", SINGULAR, ids=lambda row: row.name)


def nodes_of(case: Case) -> list[Node]:
    out = case.call(*(ag.Tensor(operand) for operand in case.operands))
    return topological([out.node])


@functools.cache
def users() -> dict[Any, list[Case]]:
    """For each primitive the cases whose graphs have it, those of the smallest graphs first."""
    found: dict[Any, list[Case]] = defaultdict(list)
    graphs = [(case, nodes_of(case)) for case in CASES]
    for case, nodes in sorted(graphs, key=lambda pair: len(pair[1])):
        for primitive in {node.primitive for node in nodes}:
            found[primitive].append(case)
    return found


# The table is complete


ROWS = list(PRIMITIVES)  # before any doctest declares a row of its own


def test_every_primitive_has_a_case() -> None:
    missing = {primitive.name for primitive in ROWS if primitive not in users()}
    assert not missing


def test_every_function_of_tensors_has_a_case(monkeypatch: pytest.MonkeyPatch) -> None:
    called = set()

    def noting(key: Any, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            called.add(key)
            return function(*args, **kwargs)

        return call

    for key, function in list(DISPATCH.items()):
        monkeypatch.setitem(DISPATCH, key, noting(key, function))
    for case in CASES:
        nodes_of(case)
    for _, function in CONSTANT:
        function(ag.Tensor([0.5, -1.5, 2.5]))
    for case in CASES:  # the library's own names reach their rows without the table
        called |= {node.primitive for node in nodes_of(case)}
    missing = {
        getattr(key, "__name__", str(key))
        for key, function in DISPATCH.items()
        if key not in called and getattr(function, "primitive", None) not in called
    }
    own = {p.name for p in called if isinstance(p, Primitive)}
    assert missing <= own | {f"_{name}" for name in own} | {"<lambda>", "body"}


def test_case_names_are_unique() -> None:
    names = [case.name for case in CASES]
    assert sorted(set(names)) == sorted(names)


# Each case: what is promised of every function, in one test, since a test of its own costs more
# than the check does


@every_case
def test_values_and_promises(case: Case) -> None:
    testing.check_value(case.call, case.operands, case.value)
    testing.check_constants(case.call, case.operands)
    testing.check_subsets(case.call, case.operands)
    testing.check_own_gradients(case.call, case.operands)
    testing.check_zero_cotangent(case.call, case.operands)


@pytest.mark.parametrize(("name", "function"), CONSTANT, ids=[name for name, _ in CONSTANT])
def test_functions_without_gradient_give_plain_results(
    name: str, function: Callable[..., Any]
) -> None:
    x = np.array([-1.5, 0.0, 0.1, 2.0])
    found, expected = function(ag.Tensor(x)), function(x)
    assert type(found) is type(expected)
    np.testing.assert_equal(found, expected)


@every_case
def test_first_order(case: Case) -> None:
    """Reverse mode against finite differences, forward mode as its transpose."""
    testing.check_first_order(case.call, case.operands)
    testing.check_directions(case.call, case.operands)


@pytest.mark.parametrize("case", [c for c in CASES if not c.analytic][::7], ids=lambda c: c.name)
def test_first_order_against_an_independent_oracle(case: Case) -> None:
    """A part of the cases by the tests' own differences: what measures is measured."""
    cotangent = cotangent_like(case.call(*case.operands))
    found = gradients(case.call, case.operands, cotangent)
    expected = finite_differences(lambda *xs: np.sum(cotangent * case.call(*xs)), case.operands)
    assert_close(found, expected, 1e-8)


@pytest.mark.parametrize("case", [c for c in CASES if c.analytic], ids=lambda case: case.name)
def test_forward_mode_against_the_complex_step(case: Case) -> None:
    directions = directions_like(case.operands)
    expected = complex_step(case.value or case.call, case.operands, directions)
    found = tangent(case.call, case.operands, directions)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)


@every_case
def test_second_order(case: Case) -> None:
    testing.check_second_order(case.call, case.operands)
    testing.check_cotangent_order(case.call, case.operands)


PROMOTES = {"float_power"}  # NumPy's is float64 whatever comes in


@every_case
def test_float32(case: Case) -> None:
    testing.check_float32_second_order(case.call, case.operands)
    if not case.float32:
        pytest.skip("a change of dtype is what it does")
    small = [operand.astype(np.float32) for operand in case.operands]
    assert case.name in PROMOTES or case.call(*small).dtype == np.float32
    testing.check_float32(case.call, case.operands)


# Shapes


SHAPES = [(), (1,), (0,), (3,), (2, 1), (0, 3), (2, 0, 1), (1, 1, 2)]


@every_entrywise
def test_entrywise_shapes(row: Entrywise) -> None:
    for shape in SHAPES:
        operands = row.operands(*[shape] * len(row.intervals))
        check_first_order(row.call, operands)
        check_directions(row.call, operands)


BROADCAST = [
    ((2, 3), ()), ((), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((2, 1), (3,)), ((1,), (1, 1)),
    ((0,), (1,)), ((0, 3), (3,)), ((2, 1), (2, 0)), ((1, 1, 2), (3, 1)), ((), (0,)), ((1,), ()),
]  # fmt: skip


@pytest.mark.parametrize(
    "row", [row for row in ENTRYWISE if len(row.intervals) > 1], ids=lambda row: row.name
)
def test_entrywise_broadcasting(row: Entrywise) -> None:
    for shapes in BROADCAST:
        operands = row.operands(*shapes, *[(1,)] * (len(row.intervals) - 2))
        check_first_order(row.call, operands)
        check_directions(row.call, operands)
    for shapes in BROADCAST[:4]:
        check_second_order(row.call, row.operands(*shapes, *[(1,)] * (len(row.intervals) - 2)))


BINARY = [row for row in ENTRYWISE if len(row.intervals) == 2]


@given(
    row=st.sampled_from(BINARY),
    shapes=hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, min_side=0, max_side=3),
    dtypes=st.tuples(*[st.sampled_from([np.float32, np.float64])] * 2),
)
def test_any_shapes_and_dtypes(row: Entrywise, shapes: Any, dtypes: Any) -> None:
    x, y = (
        operand.astype(dtype)
        for operand, dtype in zip(row.operands(*shapes.input_shapes), dtypes, strict=True)
    )
    a, b = ag.Tensor(x), ag.Tensor(y)
    out = row.call(a, b)
    plain = row.call(x, y)
    assert out.shape == plain.shape == shapes.result_shape
    assert out.dtype == plain.dtype
    cotangent = cotangent_like(plain)
    out.backward(cotangent)
    expected = gradients(row.call, [x.astype(np.float64), y.astype(np.float64)], cotangent)
    tolerance = 1e-4 if np.float32 in dtypes else 1e-12
    for tensor, gradient in zip((a, b), expected, strict=True):
        assert tensor.grad.shape == tensor.shape
        assert tensor.grad.dtype == tensor.dtype
        np.testing.assert_allclose(tensor.grad, gradient, rtol=tolerance, atol=tolerance)


REDUCTIONS = [np.sum, np.mean, np.prod, np.max, np.min, np.var, np.std, ag.logsumexp]


@given(data=st.data(), function=st.sampled_from(REDUCTIONS), keepdims=st.booleans())
def test_any_reduction(data: st.DataObject, function: Callable[..., Any], keepdims: bool) -> None:
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=3, max_side=3))
    axes = hnp.valid_tuple_axes(len(shape), min_size=1)
    axis = data.draw(st.none() | st.integers(-len(shape), len(shape) - 1) | axes)
    x = np.random.default_rng(data.draw(st.integers(0, 99))).permutation(np.prod(shape)) * 0.37 - 1
    check_first_order(lambda t: function(t, axis=axis, keepdims=keepdims), [x.reshape(shape)])
    check_directions(lambda t: function(t, axis=axis, keepdims=keepdims), [x.reshape(shape)])


@st.composite
def array_and_index(draw: st.DrawFn) -> tuple[tuple[int, ...], Any]:
    """A shape, and an index of any kind for it."""
    shape = draw(testing.shapes(min_dims=1, min_side=1))
    return shape, draw(testing.indices(shape))


@given(case=array_and_index())
def test_any_index(case: tuple[tuple[int, ...], Any]) -> None:
    shape, index = case
    x = np.random.default_rng(0).normal(size=shape)
    t = ag.Tensor(x)
    out = t[index]
    np.testing.assert_array_equal(out.numpy(), x[index])
    cotangent = cotangent_like(x[index])
    out.backward(cotangent)
    expected = np.zeros(shape)
    np.add.at(expected, index, cotangent)
    np.testing.assert_allclose(t.grad, expected, rtol=1e-14, atol=1e-15)
    check_directions(lambda y: y[index], [x])


@given(case=array_and_index())
def test_writing_at_any_index(case: tuple[tuple[int, ...], Any]) -> None:
    shape, index = case
    x = np.random.default_rng(0).normal(size=shape)
    y = np.random.default_rng(1).normal(size=x[index].shape)

    def written(x: Any, y: Any) -> Any:
        copy = x.copy()
        copy[index] = y
        return copy

    np.testing.assert_array_equal(written(ag.Tensor(x), ag.Tensor(y)).numpy(), written(x, y))
    check_first_order(written, [x, y])
    check_directions(written, [x, y])


# At the edges


@pytest.mark.parametrize("row", CONVENTIONS, ids=lambda row: row.name)
def test_convention(row: Convention) -> None:
    operands = [
        ag.Tensor(x) if not isinstance(x, np.ndarray) else x for x in row.operands
    ]  # fmt: skip
    out = row.call(*operands)
    np.testing.assert_allclose(out.numpy(), row.value, rtol=1e-15)
    out.backward()
    tensors = [x for x in operands if isinstance(x, ag.Tensor)]
    for tensor, expected in zip(tensors, row.gradients, strict=True):
        np.testing.assert_allclose(tensor.grad, expected, rtol=1e-15)
    directions = [np.ones(t.shape) for t in tensors]
    total = sum(np.sum(gradient) for gradient in row.gradients)
    arrays = [x if isinstance(x, np.ndarray) else np.array(x) for x in row.operands]
    if len(tensors) == len(operands):
        np.testing.assert_allclose(tangent(row.call, arrays, directions), total, rtol=1e-14)


def test_the_unit_step_has_value_one_half_and_no_gradient() -> None:
    step = ag.heaviside(ag.Tensor([-1.0, 0.0, 2.0]))
    assert type(step) is np.ndarray
    np.testing.assert_array_equal(step, [0, 0.5, 1])
    np.testing.assert_array_equal(
        ag.grad(lambda x: np.sum(x * ag.heaviside(x)))(np.array([-1.0, 0.0, 2.0])), [0, 0.5, 1]
    )


# The strong zero


@pytest.fixture
def quiet() -> Iterator[None]:
    """The values themselves may overflow or be undefined: NumPy says so, and should."""
    with np.errstate(all="ignore"):
        yield


@pytest.mark.usefixtures("quiet")
@every_bare_singular
def test_zero_cotangent_at_a_singular_point(row: Singular) -> None:
    operands = [np.array(x) for x in row.operands]
    for gradient in gradients(row.call, operands, np.zeros(())):
        assert gradient == 0.0
    assert tangent(row.call, operands, [np.zeros(())] * len(operands)) == 0.0


@pytest.mark.usefixtures("quiet")
@every_bare_singular
def test_zero_cotangents_beside_others(row: Singular) -> None:
    """One entry is singular and gets a zero; its neighbors get what they should."""
    operands = [np.array([r, s, r]) for r, s in zip(row.regular, row.operands, strict=True)]
    plain = [np.array([r]) for r in row.regular]
    cotangent = np.array([1.0, 0.0, -2.0])
    expected = gradients(row.call, plain, np.ones(1))
    for found, one in zip(gradients(row.call, operands, cotangent), expected, strict=True):
        np.testing.assert_allclose(found, one[0] * cotangent, rtol=1e-15)
    found = tangent(row.call, operands, [cotangent] * len(operands))
    one = tangent(row.call, plain, [np.ones(1)] * len(operands))
    np.testing.assert_allclose(found, one * cotangent, rtol=1e-14)


@pytest.mark.usefixtures("quiet")
@every_singular
def test_zero_cotangent_at_a_singular_point_second_order(row: Singular) -> None:
    """Where `where` did not choose the singular entry, all derivatives of all modes are right."""
    operands = [np.array([r, s]) for r, s in zip(row.regular, row.operands, strict=True)]
    plain = [np.array([r]) for r in row.regular]
    chosen = np.array([True, False])
    places = list(range(len(operands)))
    ones = [np.ones(2) for _ in operands]

    def guarded(*xs: Any) -> Any:
        return np.sum(np.where(chosen, row.call(*xs), 0))

    def slope(f: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *xs: sum(
            (np.sum(g) for g in ag.grad(f, argnums=places)(*xs)), start=0.0
        )  # fmt: skip

    expected = ag.grad(slope(lambda *xs: np.sum(row.call(*xs))), argnums=places)(*plain)
    reverse = ag.grad(slope(guarded), argnums=places)(*operands)
    forward = ag.jvp(lambda *xs: ag.grad(guarded, argnums=places)(*xs), operands, ones)[1]
    backward = ag.grad(lambda *xs: ag.jvp(guarded, xs, ones)[1], argnums=places)(*operands)
    for results in (reverse, forward, backward):
        for found, one in zip(results, expected, strict=True):
            np.testing.assert_allclose(found, [one[0], 0.0], rtol=1e-13)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("function", [np.sqrt, lambda x: x * np.log(x)], ids=["sqrt", "x log x"])
def test_where_protects_from_an_infinite_derivative(function: Callable[..., Any]) -> None:
    x = np.array([0.0, 2.0])

    def loss(x: Any) -> Any:
        return np.sum(np.where(x > 0, function(x), 0))

    slope = {np.sqrt: 0.5 / np.sqrt(2)}.get(function, np.log(2.0) + 1)
    curve = {np.sqrt: -0.25 * 2**-1.5}.get(function, 0.5)
    np.testing.assert_allclose(ag.grad(loss)(x), [0, slope], rtol=1e-15)
    assert ag.jvp(loss, (x,), (np.array([1.0, 0.0]),))[1] == 0.0
    np.testing.assert_allclose(ag.jvp(loss, (x,), (np.ones(2),))[1], slope, rtol=1e-15)
    second = ag.grad(lambda x: np.sum(ag.grad(loss)(x)))(x)
    np.testing.assert_allclose(second, [0, curve], rtol=1e-15)
    third = ag.grad(lambda x: np.sum(ag.grad(lambda x: np.sum(ag.grad(loss)(x)))(x)))(x)
    assert third[0] == 0.0
    assert np.isfinite(third).all()
    np.testing.assert_allclose(
        ag.jvp(ag.grad(loss), (x,), (np.ones(2),))[1], [0, curve], rtol=1e-15
    )
    t = ag.Tensor(x)
    loss(t).backward()
    np.testing.assert_allclose(t.grad, [0, slope], rtol=1e-15)


def test_a_zero_cotangent_is_replaced_only_where_it_must_be() -> None:
    """The pull at a singular entry leaves the derivative by its neighbor's cotangent alone."""
    _, pull = ag.vjp(np.sqrt, np.array([0.0, 0.25]))
    found = ag.grad(lambda v: np.sum(pull(v)[0]))(np.zeros(2))
    np.testing.assert_allclose(found, [0, 1])


# The checks themselves are checked


ZERO_RULES = {"copysign": 1}  # a thousandth off, these are zero still


@pytest.mark.parametrize("primitive", PRIMITIVES, ids=lambda primitive: primitive.name)
def test_every_rule_is_seen_by_a_case(primitive: Primitive) -> None:
    """Each rule of each row, made wrong by a thousandth, turns a check red."""
    calls = [(case.call, case.operands) for case in users()[primitive]]
    testing.check_rules_are_seen(primitive, calls, without=ZERO_RULES.get(primitive.name))


@pytest.fixture
def declared_for_a_test() -> Iterator[None]:
    """What a test declares is forgotten afterwards."""
    rows, table = list(PRIMITIVES), dict(DISPATCH)
    yield
    PRIMITIVES[:] = rows
    DISPATCH.clear()
    DISPATCH.update(table)


def sine(x: Any) -> Any:
    return np.sin(x)


@pytest.mark.usefixtures("declared_for_a_test")
def test_a_wrong_rule_is_caught() -> None:
    operands = [np.array([0.3, -0.8])]
    right = ag.declare.elementwise(sine, lambda x: np.cos(x))
    check_first_order(right, operands)
    check_second_order(right, operands)
    for rule in (
        lambda x: -np.cos(x),
        lambda x: 1.0001 * np.cos(x),
        lambda x: np.cos(x) + 1e-5,
        lambda out: out,
    ):
        wrong = ag.declare.elementwise(sine, rule)
        with pytest.raises(AssertionError):
            check_first_order(wrong, operands)


@pytest.mark.usefixtures("declared_for_a_test")
def test_a_rule_wrong_at_second_order_only_is_caught() -> None:
    operands = [np.array([0.3, -0.8])]
    wrong = ag.declare.elementwise(sine, lambda x: np.cos(ag.stop_gradient(x)))
    check_first_order(wrong, operands)
    check_directions(wrong, operands)
    with pytest.raises(AssertionError):
        check_second_order(wrong, operands)


@pytest.mark.usefixtures("declared_for_a_test")
def test_a_transpose_that_is_none_is_caught() -> None:
    operands = [np.array([0.3, -0.8, 1.4])]
    wrong = ag.declare.linear(lambda x: np.roll(x, 1), lambda g: np.roll(g, 1), name="rolled")
    with pytest.raises(AssertionError):
        check_first_order(wrong, operands)
    with pytest.raises(AssertionError):
        check_directions(wrong, operands)


@pytest.mark.usefixtures("declared_for_a_test")
def test_a_pull_that_ignores_its_cotangent_is_caught() -> None:
    operands = [np.array([0.3, -0.8])]
    wrong = ag.declare.general(sine, lambda g, x: ag.stop_gradient(g) * np.cos(x), name="deaf")
    check_first_order(wrong, operands)
    with pytest.raises(AssertionError):
        check_directions(wrong, operands)


def test_a_wrong_operand_of_several_is_caught() -> None:
    def call(x: Array, y: Array) -> Any:
        return x * ag.stop_gradient(y)

    with pytest.raises(AssertionError):
        check_first_order(call, [np.array(1.5), np.array(2.5)])
