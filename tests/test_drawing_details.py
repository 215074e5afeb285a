"""What a drawing says on request: values, bytes, seconds, gradients, derivatives as formulas."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.core.declare import PRIMITIVES, primitive_of
from autograd_lite.core.graph import Primitive
from autograd_lite.drawing import draw
from autograd_lite.drawing.details import statistics
from autograd_lite.drawing.formulas import formulas_of
from autograd_lite.drawing.picture import Box, Picture
from autograd_lite.drawing.streams import strength, width

WEIGHTS = np.arange(6.0).reshape(2, 3)


def named(picture: Picture, name: str) -> Box:
    (box,) = (box for box in picture.boxes if name in (box.name, box.title))
    return box


def loss_of(x: Any, w: Any) -> Any:
    return np.sum(np.tanh(x @ w) * 3.0)


def arguments() -> tuple[ag.Tensor, ag.Tensor]:
    return ag.Tensor(np.ones(2), name="x"), ag.Tensor(WEIGHTS, name="w")


# Values


def test_no_value_leaks_unless_it_is_asked_for() -> None:
    secret = 0.12345678
    with ag.keep_values():
        x = ag.Tensor(np.full(2, secret), name="x")
        y = ag.Tensor(secret, name="y")
        loss = np.sum(x * y * np.full(2, secret))
        loss.backward()
    for options in ({}, {"gradients": True}, {"memory": True, "time": True}):
        drawing = draw(loss, **options)  # type: ignore[arg-type]
        for text in (drawing.dot, drawing.json, str(drawing), drawing.svg()):
            assert "0.1234" not in text
            assert "0.1235" not in text
    assert "0.1235" in str(draw(loss, values=True))
    x.node.kept = y.node.kept = None


def test_values_of_every_node() -> None:
    picture = draw(loss_of, *arguments(), values=True).picture
    assert named(picture, "x").details == ("1.0 ± 0.0", "1.0 … 1.0")
    assert named(picture, "w").details == ("2.5 ± 1.708", "0.0 … 5.0")
    assert named(picture, "sum").details == (f"= {np.sum(np.tanh([3, 5, 7]) * 3):.4g}",)


def test_values_of_a_tensor_need_to_be_kept() -> None:
    x, w = arguments()
    picture = draw(loss_of(x, w), values=True).picture
    assert picture.caption == (
        "No values: compute under `with ag.keep_values():` to have them shown."
    )
    assert not any(box.details for box in picture.boxes)
    with ag.keep_values():
        y = loss_of(x, w)
    assert draw(y, values=True).picture == draw(loss_of, x, w, values=True).picture
    partly = draw(np.sin(y), values=True).picture
    assert "Some values are missing" in partly.caption
    assert named(partly, "tanh").details


def test_drawing_without_values_says_nothing_of_them() -> None:
    assert draw(loss_of(*arguments())).picture.caption == ""


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        (2.0, ["= 2.0"]),
        (np.array([[7]]), ["= 7"]),
        (np.zeros(0), ["empty"]),
        (np.array([True, False]), ["0.5 ± 0.5", "0.0 … 1.0"]),
        (np.array([1.0, np.nan, 3.0]), ["2.0 ± 1.0", "1.0 … 3.0", "1 not finite"]),
        (np.array([np.inf, np.nan]), ["2 not finite"]),
        (np.array([3 + 4j, 0]), ["2.5 ± 2.5", "0.0 … 5.0"]),
        (np.full(4, 60000, np.float16), ["6e+04 ± 0.0", "6e+04 … 6e+04"]),
    ],
    ids=str,
)
def test_statistics_of_odd_arrays(value: Any, lines: list[str]) -> None:
    assert statistics(value) == lines


@given(hnp.arrays(np.float32, hnp.array_shapes(max_side=4), elements=st.floats(width=32)))
def test_statistics_never_fail(value: Any) -> None:
    assert statistics(value)


def test_memory_is_that_of_each_result() -> None:
    picture = draw(loss_of, *arguments(), memory=True).picture
    found = {box.name or box.title: box.details for box in picture.boxes if box.details}
    assert found == {"x": ("16 B",), "w": ("48 B",), "matmul": ("24 B",), "tanh": ("24 B",),
                     "multiply": ("24 B",), "sum": ("8 B",)}  # fmt: skip


def test_a_closed_module_says_what_all_inside_takes() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh())
    picture = draw(net, np.ones((2, 3), np.float32), depth=0, memory=True, time=True).picture
    (box,) = (box for box in picture.boxes if box.role == "module")
    size, time = box.details
    assert size == "64 B"
    assert time.endswith("s")


def test_time_is_that_of_each_operation() -> None:
    picture = draw(loss_of, *arguments(), time=True).picture
    for box in picture.boxes:
        assert bool(box.details) == bool(box.operands)
        assert all(re.fullmatch(r"[\d.]+ (µs|ms|s)", line) for line in box.details)
    rest = draw(ag.checkpoint(np.sin)(ag.Tensor(1.0)), time=True).picture
    assert "No values" in rest.caption


# Gradients


def test_edges_carry_the_norm_of_the_gradient_of_what_flows() -> None:
    x, w = arguments()
    picture = draw(loss_of, x, w, gradients=True).picture
    slope = 3 * (1 - np.tanh(np.array([3.0, 5, 7])) ** 2)
    norm = np.linalg.norm
    flows = {
        (box.title, flow.source): flow.gradient for box in picture.boxes for flow in box.operands
    }
    key = {box.title: box.key for box in picture.boxes}
    assert np.isclose(flows["matmul", key["x"]], norm(WEIGHTS @ slope))
    assert np.isclose(flows["matmul", key["w"]], norm(np.outer(np.ones(2), slope)))
    assert np.isclose(flows["tanh", key["matmul"]], norm(slope))
    assert np.isclose(flows["multiply", key["tanh"]], norm(3 * np.ones(3)))
    assert np.isclose(flows["sum", key["multiply"]], norm(np.ones(3)))
    assert flows["multiply", key["3.0"]] is None
    assert picture.gradient == named(picture, "sum").gradient == 1.0
    assert x.grad is None


def test_gradients_that_backward_has_left() -> None:
    with ag.keep_values():
        x, w = arguments()
        loss = loss_of(x, w)
        loss.backward()
    kept = draw(loss, gradients=True).picture
    assert kept == draw(loss_of, x, w, gradients=True).picture
    w.grad, x.grad = None, None
    loss = loss_of(x, w)
    loss.backward()
    rest = draw(loss, gradients=True).picture
    assert named(rest, "w").gradient == named(kept, "w").gradient
    assert named(rest, "tanh").gradient is None


def test_gradients_that_were_never_computed() -> None:
    caption = draw(loss_of(*arguments()), gradients=True).picture.caption
    assert caption.startswith("No gradients: call backward() first, under `with ag.keep_values():`")


def test_a_shared_result_shows_the_sum_on_each_edge() -> None:
    picture = draw(lambda x: x * x, 3.0, gradients=True).picture
    assert [flow.gradient for flow in picture.boxes[-1].operands] == [6.0, 6.0]


def test_gradients_of_several_outputs_are_of_their_sum() -> None:
    def f(x: Any) -> Any:
        return x * 2.0, np.sin(x)

    picture = draw(f, np.zeros(3), gradients=True).picture
    assert np.isclose(named(picture, "x").gradient, 3 * np.sqrt(3))
    assert np.isclose(picture.gradient, np.sqrt(6))
    assert picture.caption == "Gradients are those of the sum of all that comes out."


def test_what_vanishes_and_what_explodes_stands_out() -> None:
    vanishing = draw(lambda x: np.sum(x * 1e-9), 1.0, gradients=True)
    assert 'color="#0072b2"' in vanishing.dot
    assert "style=dashed" in vanishing.dot
    assert "vanishing" in vanishing.svg()
    assert "exploding" not in vanishing.svg()
    exploding = draw(lambda x: np.sum(x * 1e9), 1.0, gradients=True)
    assert 'color="#d55e00"' in exploding.dot
    assert "exploding" in exploding.svg()
    usual = draw(lambda x: np.sum(x * 1.5), 1.0, gradients=True)
    assert "norm of the gradient" in usual.svg()
    assert not re.search("vanishing|exploding", usual.svg())


def test_a_gradient_that_is_no_number_explodes() -> None:
    picture = draw(lambda x: np.sum(np.sqrt(x)), np.array([0.0, 1.0]), gradients=True).picture
    assert np.isinf(named(picture, "x").gradient)
    assert '"inf"' in draw(lambda x: np.sum(np.sqrt(x)), np.array([0.0, 1.0]), gradients=True).json
    assert strength(float("nan"), 1.0) == strength(float("inf"), 1.0) == "exploding"


@given(st.floats(0, 1e30), st.floats(0, 1e30), st.floats(1e-6, 1e6))
def test_a_larger_gradient_is_never_drawn_thinner(one: float, other: float, scale: float) -> None:
    small, large = sorted([one, other])
    assert float(width(small, scale)) <= float(width(large, scale))


def test_a_module_of_which_nothing_is_open_shows_the_gradient_of_its_result() -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 1))
    picture = draw(net, np.ones((2, 3), np.float32), gradients=True, depth=1).picture
    last = picture.boxes[-1]
    assert last.role == "module"
    assert all(flow.gradient is not None for flow in last.operands)


# Formulas


def shown(function: Any, *args: Any) -> list[str]:
    picture = draw(function, *args, gradients=True).picture
    return [line for box in picture.boxes for line in box.details]


def test_local_derivatives_are_read_off_the_rows() -> None:
    assert shown(np.tanh, 1.0) == ["∂/∂x tanh = 1 - out²"]
    assert shown(lambda x, y: x * y, 1.0, 2.0) == ["∂/∂x multiply = y", "∂/∂y multiply = x"]
    assert shown(lambda x: x * 2.0, 1.0) == ["∂/∂x multiply = y"]
    assert shown(lambda x: np.sqrt(x), 1.0) == ["∂/∂x sqrt = 0.5 / √x"]
    assert shown(ag.sigmoid, 1.0) == ["∂/∂x sigmoid = out · (1 - out)"]
    assert shown(ag.relu, 1.0) == ["∂/∂x relu = 1 if x > 0 else 0"]
    assert shown(lambda x: x**3.0, 2.0) == ["∂/∂x power = y · x^(y - 1)"]


def test_rules_that_are_whole_functions_say_theirs() -> None:
    assert shown(np.matmul, np.ones((2, 3)), np.ones((3, 1))) == ["∇x = g @ yᵀ", "∇y = xᵀ @ g"]
    layer = nn.Linear(3, 2)
    found = shown(layer, ag.Tensor(np.ones((1, 3))))
    assert found == ["∇x = g @ weight", "∇weight = gᵀ @ x", "∇bias = sum of g over the rows"]


def test_a_row_of_a_users_own() -> None:
    softsign = ag.declare.elementwise(
        lambda x: x / (1 + np.abs(x)), lambda x: 1 / (1 + np.abs(x)) ** 2, name="softsign"
    )
    assert shown(softsign, 1.0) == ["∂/∂x softsign = 1 / (1 + |x|)²"]
    given = ag.declare.elementwise(
        lambda x: x + 0, lambda x: np.ones_like(x), name="given", formula=("what I say",)
    )
    assert shown(given, 1.0) == ["∂/∂x given = what I say"]
    by_name = {"rule": lambda x: 2 * x}
    assert shown(ag.declare.elementwise(lambda x: x * x, by_name["rule"], name="held"), 1.0) == [
        "∂/∂x held = 2 · x"
    ]
    one, two = lambda x: 2 * x, lambda x: 3 * x
    assert shown(ag.declare.elementwise(lambda x: x, two, name="second"), 1.0) == [
        "∂/∂x second = 3 · x"
    ]
    assert one(1) == 2


def test_a_formula_of_anyone_is_shown_as_it_is() -> None:
    hostile = '"><script>&\n\u202e'
    row = ag.declare.elementwise(lambda x: x * 1, lambda x: 1, name="odd", formula=(hostile,))
    drawing = draw(row, 1.0, gradients=True)
    assert "<script>" not in drawing.svg()
    assert "\u202e" not in str(drawing) + drawing.dot + drawing.json
    assert any("<script>" in line for line in shown(row, 1.0))


def test_without_source_there_is_no_formula() -> None:
    rule = eval("lambda x: 2 * x")
    unknown = ag.declare.elementwise(lambda x: x * x, rule, name="unknown")
    assert shown(unknown, 1.0) == []


PYTHON = {"·": "*", "²": "**2", "³": "**3", "^": "**", "½": "0.5"}
# Which say in words what has no short form, or name a constant of their own file.
IN_WORDS = {
    "maximum", "minimum", "silu", "gelu", "selu", "exp2", "log2", "log10", "erf", "i0", "sinc",
    "sinc_derivative", "subtract_one_hot", "ldexp", "modf", "frexp", "copysign",
}  # fmt: skip


def is_of_numpy_or_ours(primitive: Primitive) -> bool:
    """Whether a row is there in every run: not SciPy's, and not declared by a test."""
    if isinstance(primitive.body, np.ufunc):
        return getattr(np, primitive.body.__name__, None) is primitive.body
    functions = [primitive.body, *(rule for rule in primitive.rules if callable(rule))]
    modules = {getattr(f, "__module__", None) or "numpy" for f in functions}
    return all(
        m.startswith(("numpy", "autograd_lite.ops")) and ".special" not in m for m in modules
    )


ELEMENTWISE = [
    primitive
    for primitive in PRIMITIVES
    if primitive.nature == "elementwise"
    and is_of_numpy_or_ours(primitive)
    and primitive.name not in IN_WORDS
    and any(formulas_of(primitive))
]


@pytest.mark.parametrize("primitive", ELEMENTWISE, ids=lambda primitive: str(primitive.name))
def test_a_formula_means_what_the_rule_computes(primitive: Primitive) -> None:
    """The formula, read as Python again, is the derivative that differences measure."""
    count = len(primitive.rules)
    point = [1.7, 0.6][:count] if primitive.name != "arctanh" else [0.3]
    point = [0.4] if primitive.name in ("arcsin", "arccos") else point
    keywords = {"negative_slope": 0.1, "alpha": 1.3, "low": 0.0, "high": 2.0}
    given = {key: keywords[key] for key in primitive.metadata if key in keywords}
    if set(primitive.metadata) - set(given):
        pytest.skip("it has keywords of its own")
    names = primitive.body.__code__.co_varnames if hasattr(primitive.body, "__code__") else "xyz"
    out = primitive.body(*map(np.float64, point), **given)
    around = {**vars(np), "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "out": out, **given}
    around |= dict(zip(names, point, strict=False))
    for i, line in enumerate(formulas_of(primitive)):
        if line is None:
            continue
        text = re.sub(r"\|([^|]+)\|", r"absolute(\1)", line.partition(" = ")[2])
        text = re.sub(r"√(\w+|\([^()]+\))", r"sqrt(\1)", text)
        for mark, meaning in PYTHON.items():
            text = text.replace(mark, meaning)
        text = text.replace("≥", ">=").replace("≤", "<=")
        step = 1e-6
        moved = [list(point), list(point)]
        moved[0][i] += step
        moved[1][i] -= step
        up, down = (primitive.body(*map(np.float64, p), **given) for p in moved)
        assert np.isclose(eval(text, around), (up - down) / (2 * step), rtol=1e-5, atol=1e-8), text


def test_most_rows_have_a_formula() -> None:
    has = [any(formulas_of(primitive)) for primitive in PRIMITIVES if not primitive.variadic]
    assert sum(has) > 0.5 * len(has)
    for function in (np.add, np.divide, np.exp, np.log, np.sin, np.matmul, np.sum, np.max, ag.gelu):
        assert any(formulas_of(primitive_of(function))), function
