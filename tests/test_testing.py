"""The kit for tests: its strategies draw what they say, its checks see what is wrong.

Random graphs are run against the library and measured by oracles that share no code with it.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import oracles
import pytest
from hypothesis import HealthCheck, assume, find, given, settings
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite import testing
from autograd_lite.core.declare import PRIMITIVES
from autograd_lite.core.tensor import DISPATCH
from autograd_lite.testing import Case, EinsumCall, Graph, check_primitive

X = np.array([[0.3, -0.8, 1.4], [0.9, -0.2, 0.6]])
Y = np.array([[1.3, 0.7, -0.4], [0.5, -1.2, 0.8]])


@pytest.fixture
def forgotten() -> Iterator[None]:
    """What a test declares is forgotten."""
    rows, table = list(PRIMITIVES), dict(DISPATCH)
    yield
    PRIMITIVES[:] = rows
    DISPATCH.clear()
    DISPATCH.update(table)


needs_forgetting = pytest.mark.usefixtures("forgotten")


def sine(x: Any) -> Any:
    return np.sin(x)


# Loaded when used


def run(code: str) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_hypothesis_is_loaded_when_testing_is_used() -> None:
    run(
        "import sys, autograd_lite as ag\n"
        "assert 'hypothesis' not in sys.modules\n"
        "assert callable(ag.testing.check_primitive)\n"
        "assert 'hypothesis' in sys.modules\n"
        "assert ag.testing is sys.modules['autograd_lite.testing']"
    )


def test_without_hypothesis_a_sentence_says_what_to_install() -> None:
    run(
        "import sys; sys.modules['hypothesis'] = None\n"
        "import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'hypothesis' else find(name, *a)\n"
        "import autograd_lite as ag\n"
        "try:\n"
        "    ag.testing\n"
        "except ag.MissingPackageError as error:\n"
        "    assert 'pip install hypothesis' in str(error), error\n"
        "    assert 'ag.check_gradients' in str(error)\n"
        "else:\n"
        "    raise SystemExit('nothing was raised')\n"
    )


def test_other_names_are_still_unknown() -> None:
    with pytest.raises(AttributeError, match="'autograd_lite' has no attribute 'gradd'"):
        _ = ag.gradd


# Strategies


@given(array=testing.arrays(dtype=st.sampled_from([np.float32, np.float64, np.complex64])))
def test_arrays_are_of_the_dtype_and_in_the_interval(array: Any) -> None:
    assert array.dtype in (np.float32, np.float64, np.complex64)
    assert np.all(np.abs(array.real) <= 2)
    assert np.unique(array).size == array.size


@given(
    array=testing.arrays(
        testing.shapes(min_dims=1, max_dims=2), low=0.5, high=0.75, dtype=np.float32
    )
)
def test_arrays_of_given_shapes(array: Any) -> None:
    assert 1 <= array.ndim <= 2
    assert np.all((array >= 0.5) & (array <= 0.75))


def test_strategies_reach_the_edges() -> None:
    def edgy(has: Callable[[Any], Any]) -> Any:
        strategy = testing.arrays((3,), np.float32, edges=True)
        return find(strategy, lambda array: bool(np.any(has(array))))

    for has in (np.isnan, np.isinf, lambda a: a == 0, lambda a: np.signbit(a) & (a == 0)):
        assert edgy(has).dtype == np.float32
    assert find(testing.shapes(), lambda shape: shape == ()) == ()
    assert 0 in find(testing.shapes(), lambda shape: 0 in shape)
    assert float(np.finfo(np.float32).max) == find(
        testing.edge_values(np.float32), lambda x: 1e30 < x < np.inf
    )


@given(shapes=testing.broadcastable_shapes(3))
def test_broadcastable_shapes(shapes: Any) -> None:
    assert len(shapes.input_shapes) == 3
    assert np.broadcast_shapes(*shapes.input_shapes) == shapes.result_shape


@given(data=st.data(), shape=testing.shapes())
def test_indices_fit(data: st.DataObject, shape: tuple[int, ...]) -> None:
    index = data.draw(testing.indices(shape))
    np.zeros(shape)[index]


@pytest.mark.parametrize(
    ("kind", "has"),
    [
        ("basic", lambda index: index == () or isinstance(index, tuple | int | slice | type(...))),
        ("mask", lambda index: index.dtype == bool),
        ("integers", lambda index: all(part.dtype.kind == "i" for part in index)),
        ("mixed", lambda index: any(isinstance(p, np.ndarray) for p in index)
         and any(isinstance(p, slice) for p in index)),
    ],
)  # fmt: skip
def test_indices_of_each_kind(kind: str, has: Callable[[Any], bool]) -> None:
    find(testing.indices((3, 2), kinds=[kind]), has)


@given(call=testing.einsum_calls())
def test_einsum_calls_are_valid(call: EinsumCall) -> None:
    found = np.einsum(call.subscripts, *(ag.Tensor(x) for x in call.operands))
    expected = np.einsum(call.subscripts, *call.operands)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12, atol=1e-13)


@settings(max_examples=25)
@given(call=testing.einsum_calls())
def test_any_einsum_has_right_gradients(call: EinsumCall) -> None:
    testing.check_first_order(lambda *xs: np.einsum(call.subscripts, *xs), call.operands)


def test_einsum_calls_of_every_form() -> None:
    for has in (
        lambda text: "->" not in text, lambda text: "..." in text, lambda text: "ii" in text,
        lambda text: text.count(",") == 2, lambda text: text.endswith("->"),
    ):  # fmt: skip
        find(testing.einsum_calls(), lambda call, has=has: has(call.subscripts))


# Random graphs


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(graph=testing.graphs())
def test_random_graphs_have_the_gradients_that_an_independent_oracle_measures(
    graph: Graph,
) -> None:
    out = graph(*graph.operands)
    assert np.all(np.isfinite(out))
    assert np.max(np.abs(out), initial=0.0) <= 30
    tensors = [ag.Tensor(x) for x in graph.operands]
    recorded = graph(*tensors)
    assume(isinstance(recorded, ag.Tensor))
    np.testing.assert_allclose(recorded.numpy(), out, rtol=1e-12, atol=1e-13)
    assume(sum(x.size for x in graph.operands) <= 8)
    weights = oracles.cotangent_like(out)
    found = ag.grad(
        lambda *xs: np.sum(weights * graph(*xs)), argnums=list(range(len(graph.operands)))
    )(*graph.operands)
    expected = oracles.finite_differences(
        lambda *xs: np.sum(weights * graph(*xs)), graph.operands, step=1e-3
    )
    for one, other in zip(found, expected, strict=True):
        scale = max(1.0, float(np.max(np.abs(other), initial=0.0)))
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-6 * scale)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(graph=testing.graphs(max_operands=2, max_steps=5))
def test_random_graphs_pass_the_checker(graph: Graph) -> None:
    report = ag.check_gradients(graph, *graph.operands, entries=4)
    assert not report.kinks


def test_a_graph_reads_as_a_program() -> None:
    graph = find(testing.graphs(), lambda graph: len(graph.steps) == 2)
    lines = repr(graph).strip().splitlines()
    assert lines[0].startswith("t0: (")
    assert lines[-1].startswith(f"t{len(graph.operands) + 1} = ")


# check_primitive


@needs_forgetting
def test_a_right_primitive_passes() -> None:
    right = ag.declare.elementwise(sine, lambda x: np.cos(x))
    report = check_primitive(right, [X, np.array(0.4)])
    assert report.rules == 1
    assert len(report.properties) == len(testing.PROPERTIES) + 1
    assert str(report).splitlines() == [
        "sine: right on 2 cases",
        "  value, first order, directions, subsets, constants, own gradients, zero cotangent, "
        "second order, cotangent order, float32, float32 second order, broadcasting",
        "  1 rule made wrong by a thousandth: each seen by a case",
    ]


@needs_forgetting
def test_operands_and_keywords() -> None:
    def total(x: Any, axis: int | None = None) -> Any:
        return np.sum(x * x, axis=axis)

    def pull(g: Any, x: Any, axis: int | None = None) -> Any:
        return 2 * x * (g if axis is None else np.expand_dims(g, axis))

    declared = ag.declare.general(total, pull)
    report = check_primitive(declared, [X, Case(X, axis=0), Case(X, axis=-1)])
    assert repr(report.cases[1]) == "Case(float64 (2, 3), axis=0)"


@needs_forgetting
def test_several_operands_and_variadic_functions() -> None:
    product = ag.declare.elementwise(
        lambda x, y: x * np.sin(y), lambda y: np.sin(y), lambda x, y: x * np.cos(y), name="xsiny"
    )
    assert check_primitive(product, [(X, Y)]).rules == 2
    check_primitive(lambda *xs: np.concatenate(xs), [(X, Y, X + Y)])
    check_primitive(lambda x: {"s": np.sin(x), "c": (np.cos(x), np.sum(x))}, [X])
    check_primitive(lambda z: np.exp(z), [(X + 1j * Y,)])


@needs_forgetting
def test_functions_of_several_outputs() -> None:
    def both(x: Any) -> tuple[Any, Any]:
        return np.sin(x), np.cos(x)

    right = ag.declare.several(
        both, name="both", s=lambda g, c: g * c, c=lambda g, s: -g * s
    )  # fmt: skip
    assert check_primitive(right, [X]).rules == 2
    wrong = ag.declare.several(
        both, name="both", s=lambda g, c: g * c, c=lambda g, s: -1.001 * g * s
    )  # fmt: skip
    with pytest.raises(ag.GradientError, match="both fails on first order"):
        check_primitive(wrong, [X])


WRONG: list[tuple[str, Callable[[], Any], str]] = [
    ("first order", lambda: ag.declare.elementwise(sine, lambda x: 1.0001 * np.cos(x)),
     r"sine fails on first order, Case\(float64 \(2, 3\)\): .* is wrong at args\[0\]"),
    ("directions",
     lambda: ag.declare.general(sine, lambda g, x: ag.stop_gradient(g) * np.cos(x), name="deaf"),
     "deaf fails on directions, .* forward mode by operands .* against reverse mode"),
    ("second order", lambda: ag.declare.elementwise(sine, lambda x: np.cos(ag.stop_gradient(x))),
     "sine fails on second order, .* the second derivative of sine is wrong"),
    ("float32",
     lambda: ag.declare.elementwise(
         lambda x: np.sin(x.astype(np.float64)).astype(x.dtype) if x.dtype == np.float32
         else np.sin(x), lambda x: np.cos(x) * (1.01 if x.dtype == np.float32 else 1),
         name="rough"),
     "rough fails on float32, .* the gradient by .* in float32"),
    ("float32 nodes",
     lambda: lambda x: np.sin(x.astype(np.float64)).astype(x.dtype),
     "computed in float64 at <"),
    ("zero cotangent", lambda: ag.declare.general(sine, lambda g, x: g * np.cos(x) + 1e-12 * x),
     "sine fails on zero cotangent, .* is none"),
    ("value", lambda: lambda x: np.sin(x) if isinstance(x, np.ndarray) else np.sin(x) + 1e-9,
     "fails on value, .* on tensors"),
    ("shapes", lambda: ag.declare.elementwise(
        lambda x: np.sin(x) if np.ndim(x) else np.sin(x)[None], lambda x: np.cos(x), name="grown"),
     r"grown fails on broadcasting, .* give the shape \(1,\)"),
    ("broadcasting", lambda: ag.declare.elementwise(
        lambda x: np.sin(x), lambda x: np.cos(x) * (1 if x.ndim == 2 else 2), name="picky"),
     "picky fails on broadcasting"),
]  # fmt: skip


@needs_forgetting
@pytest.mark.parametrize(("name", "declare", "said"), WRONG, ids=[row[0] for row in WRONG])
def test_wrong_primitives_are_told(name: str, declare: Callable[[], Any], said: str) -> None:
    with pytest.raises(ag.GradientError, match=said):
        check_primitive(declare(), [X])


def test_a_constant_that_is_recorded_is_told() -> None:
    with pytest.raises(ag.GradientError, match="result of constants requires a gradient"):
        testing.check_constants(lambda x: ag.Tensor(np.zeros(3)) + x, [X])


@needs_forgetting
def test_a_pull_of_a_scalar_that_ignores_its_cotangent() -> None:
    deaf = ag.declare.general(lambda x: np.sum(x * x), lambda x: 2 * x, name="deaf")
    with pytest.raises(ag.GradientError, match="deaf fails on directions"):
        check_primitive(deaf, [X])


@needs_forgetting
def test_a_wrong_operand_of_several() -> None:
    wrong = ag.declare.elementwise(
        lambda x, y: x * y, lambda y: y, lambda x, y: ag.stop_gradient(x), name="product"
    )
    with pytest.raises(ag.GradientError, match="product fails on second order"):
        check_primitive(wrong, [(X, Y)])


@needs_forgetting
def test_cases_that_check_nothing_are_an_error() -> None:
    cube = ag.declare.elementwise(
        lambda x, y: x**2 + 0 * y, lambda x: 2 * x, lambda: 0.0, name="cube"
    )
    with pytest.raises(ag.GradientError, match=r"rule 0 of cube, made wrong by a thousandth, pas"):
        check_primitive(cube, [(np.zeros(3), np.ones(3))])
    with pytest.raises(ag.GradientError, match="no cases for cube"):
        check_primitive(cube, [])


@needs_forgetting
def test_operands_at_a_kink_are_an_error() -> None:
    with pytest.raises(ag.GradientError, match="move them: kink at args"):
        check_primitive(ag.relu, [np.array([0.0, 1.0])])


def test_rules_are_restored() -> None:
    primitive = ag.declare.primitive_of(np.sin)
    rules = primitive.rules
    with pytest.raises(KeyError), testing.wrong_rules(primitive, 0):
        assert ag.grad(np.sin)(0.0) == 1.001
        raise KeyError
    assert primitive.rules is rules
    assert ag.grad(np.sin)(0.0) == 1.0


@pytest.mark.parametrize("check", testing.PROPERTIES, ids=lambda check: check.__name__)
def test_every_property_is_documented_and_public(check: Callable[..., Any]) -> None:
    assert getattr(testing, check.__name__) is check
    assert len((check.__doc__ or "").split()) > 5
