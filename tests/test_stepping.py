"""Stepping through a computation: the numbers are the engine's, the page is whole and harmless."""

import base64
import gc
import hashlib
import html
import itertools
import json
import math
import re
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from notes import BREED, BREEDS

import autograd_lite as ag
from autograd_lite.core.graph import Node, topological
from autograd_lite.drawing.picture import Box, Flow, Group, Picture
from autograd_lite.drawing.reading import Item, read
from autograd_lite.drawing.stepping import Step, page, steps_of
from autograd_lite.drawing.stepping import steps as stepping
from autograd_lite.drawing.stepping.html_page import SCRIPTS, STYLES, WEB, embedded
from autograd_lite.drawing.stepping.numbers import (
    CELLS,
    FULL,
    NOT_FINITE,
    SMALL,
    Numbers,
    numbers_of,
)
from autograd_lite.testing.graph_strategies import Graph, graphs

HOSTILE = [
    '"><script>alert(1)</script>',
    "</script><!-- <script>",
    "{{script}}",
    "a\u2028b\u2029c",
    "日本語 Ω ∂ é",
    "\ud800 \x00 \u202e",
    "x" * 10_000,
]


def keys_of(items: list[Item]) -> dict[Item, str]:
    return {item: f"n{i}" for i, item in enumerate(items)}


def steps_behind(*outputs: Any) -> tuple[Step, ...]:
    reading = read([output.node for output in outputs])
    return steps_of(reading, keys_of(reading.order))


def with_values(compute: Callable[[], Any]) -> Any:
    """The result of a computation and its backward, all values kept."""
    with ag.keep_values():
        result = compute()
        result.backward()
    return result


def named(steps: tuple[Step, ...], name: str) -> Step:
    (step,) = (step for step in steps if name in (step.name, step.title))
    return step


def array(numbers: Numbers | None) -> Any:
    assert numbers is not None
    assert numbers.entries is not None
    return np.array(numbers.entries).reshape(numbers.shape)


# An array as it is shown


@given(
    hnp.arrays(hnp.floating_dtypes(), hnp.array_shapes(min_dims=0, max_side=5), fill=st.nothing())
)
def test_a_small_array_is_shown_entry_by_entry(x: Any) -> None:
    shown = numbers_of(x)
    assert shown is not None
    assert shown.shape == x.shape
    if x.size > SMALL:
        assert shown.entries is None
    else:
        assert shown.statistics is shown.heat_map is None
        np.testing.assert_array_equal(array(shown).astype(x.dtype), x)


def test_an_entry_has_no_more_digits_than_its_dtype() -> None:
    assert numbers_of(np.float32(0.1)) == Numbers((), "f32", (0.1,))
    assert numbers_of(np.float16([0.1, -0.0])) == Numbers((2,), "f16", (0.1, -0.0))
    assert numbers_of(np.array([True, False])) == Numbers((2,), "bool", (True, False))
    assert numbers_of(3) == Numbers((), "i64", (3,))
    assert numbers_of(np.zeros((0, 3))) == Numbers((0, 3), "f64", ())


@pytest.mark.parametrize("value", [None, "text", np.array(["a"]), np.array([None]), object()])
def test_what_is_no_array_of_numbers_is_not_shown(value: Any) -> None:
    assert numbers_of(value) is None


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 70), min_size=1, max_size=3))
def test_a_large_array_is_shown_by_statistics_and_the_means_of_blocks(
    seed: int, shape: list[int]
) -> None:
    x = np.random.default_rng(seed).normal(size=(2, *shape))
    shown = numbers_of(x)
    assert shown is not None
    if x.size <= SMALL:
        return
    assert shown.entries is None
    assert shown.statistics is not None
    assert shown.heat_map is not None
    found, map_ = shown.statistics, shown.heat_map
    expected = [x.min(), x.max(), x.mean(), x.std(), math.sqrt(np.sum(x * x)), 0]
    actual = [
        found.smallest, found.largest, found.mean, found.deviation, found.norm, found.not_finite
    ]  # fmt: skip
    np.testing.assert_allclose(actual, expected, rtol=1e-12)
    table = x.reshape(-1, x.shape[-1])
    assert (map_.rows, map_.columns) == tuple(min(n, CELLS) for n in table.shape)
    means = block_means(table, map_.rows, map_.columns)
    codes = np.frombuffer(map_.codes, np.int8).reshape(map_.rows, map_.columns)
    assert map_.scale == pytest.approx(np.abs(means).max(), rel=1e-12)
    np.testing.assert_allclose(codes, FULL * means / map_.scale, atol=0.5 + 1e-9)


def block_means(table: Any, rows: int, columns: int) -> Any:
    """The mean of every block, one at a time."""
    height, width = table.shape
    return np.array([
        [
            table[
                height * i // rows : height * (i + 1) // rows,
                width * j // columns : width * (j + 1) // columns,
            ].mean()
            for j in range(columns)
        ]
        for i in range(rows)
    ])  # fmt: skip


def test_what_is_not_finite_is_counted_and_marked() -> None:
    x = np.zeros((40, 40))
    x[0, 0], x[20, 3], x[39, 39] = np.nan, np.inf, -np.inf
    shown = numbers_of(x)
    assert shown is not None
    assert shown.statistics is not None
    assert shown.heat_map is not None
    assert shown.statistics.not_finite == 3
    assert shown.statistics.largest == 0
    assert list(np.frombuffer(shown.heat_map.codes, np.int8)).count(NOT_FINITE) == 3
    assert shown.heat_map.scale == 0
    all_lost = numbers_of(np.full(200, np.nan))
    assert all_lost is not None
    assert all_lost.statistics is not None
    assert all_lost.statistics.not_finite == 200
    assert math.isnan(all_lost.statistics.mean)


def test_the_largest_and_smallest_numbers_raise_no_warning() -> None:
    for value in (np.finfo(float).max, np.finfo(float).tiny):
        shown = numbers_of(np.full((50, 50), value))
        assert shown is not None
        assert shown.statistics is not None
        assert shown.statistics.largest == value


# The steps of the notes' dog breeds, in elementary operations


def breeds() -> dict[str, Any]:
    """Every line of the notes' table has a tensor of its name."""
    w12 = ag.Tensor([0.2, 0.4], name="w12")
    w345 = ag.Tensor([0.3, 0.7, 0.4], name="w345")
    with ag.keep_values():
        h = BREEDS @ w12
        y = np.expand_dims(h, 1) * w345
        e = np.exp(y)
        s = np.sum(e, axis=1, keepdims=True)
        p = e / s
        picked = p[np.arange(3), BREED]
        loss = -np.sum(np.log(picked))
        for name, tensor in {"h": h, "y": y, "e": e, "s": s, "p": p, "picked": picked}.items():
            tensor.node.name = name
        loss.node.name = "loss"
        loss.backward()
    return {"loss": loss, "w12": w12, "w345": w345}


def test_forward_steps_show_every_value() -> None:
    steps = steps_behind(breeds()["loss"])
    order = [step.name or step.title for step in steps]
    assert order == [
        "array", "w12", "h", "expand_dims", "w345", "y", "e", "s", "p", "picked", "log", "sum",
        "loss",
    ]  # fmt: skip
    assert [step.number for step in steps] == list(range(1, 14))
    np.testing.assert_array_equal(array(steps[0].value), BREEDS)
    np.testing.assert_allclose(array(named(steps, "h").value), [0.14, 0.32, 0.2], rtol=1e-14)
    np.testing.assert_allclose(
        array(named(steps, "s").value).ravel(),
        [3.20345494759588, 3.4883830861194, 3.29539741307755], rtol=1e-14,
    )  # fmt: skip
    np.testing.assert_allclose(array(steps[-1].value), 3.2601949998863977, rtol=1e-14)
    for step in steps:
        for operand in step.operands:
            if operand.step is not None:
                assert operand.value == steps[operand.step - 1].value
                assert operand.key == steps[operand.step - 1].key


def test_backward_steps_show_what_arrives_and_where_it_adds_up() -> None:
    made = breeds()
    steps = steps_behind(made["loss"])
    e, p, s = (named(steps, name) for name in "eps")
    # The exponentials are used twice: in the sum, and in the quotient, which comes first.
    through_p, through_s = p.operands[0].arrival, s.operands[0].arrival
    assert through_p is not None
    assert through_s is not None
    assert (through_p.place, through_p.count, through_p.before) == (1, 2, None)
    assert (through_s.place, through_s.count, through_s.before) == (2, 2, through_p.after)
    total = array(through_p.contribution) + array(through_s.contribution)
    np.testing.assert_allclose(array(through_s.after), total, rtol=1e-15)
    np.testing.assert_allclose(array(e.gradient), total, rtol=1e-14)
    for name in ("w12", "w345"):
        np.testing.assert_allclose(array(named(steps, name).gradient), made[name].grad, rtol=1e-14)
    assert named(steps, "array").gradient is None
    assert named(steps, "h").operands[0].arrival is None  # the data


def test_local_derivatives_products_and_broadcasting() -> None:
    steps = steps_behind(breeds()["loss"])
    y = named(steps, "y")
    column, row = y.operands
    assert column.entrywise
    np.testing.assert_allclose(array(column.local), np.tile([0.3, 0.7, 0.4], (3, 1)))
    np.testing.assert_allclose(array(row.local)[:, 0], [0.14, 0.32, 0.2], rtol=1e-14)
    np.testing.assert_allclose(array(row.product), array(y.gradient) * array(row.local), rtol=1e-15)
    assert row.arrival is not None
    np.testing.assert_allclose(
        array(row.arrival.contribution), array(row.product).sum(axis=0), rtol=1e-14
    )
    e = named(steps, "e").operands[0]
    assert e.product is None  # it is the contribution
    h = named(steps, "h").operands[1]
    assert not h.entrywise
    np.testing.assert_allclose(array(h.local), BREEDS, rtol=1e-15)  # the Jacobian of a product


# The steps are the engine's


@given(graphs())
def test_the_contributions_of_any_graph_add_up_to_what_backward_brought(graph: Graph) -> None:
    tensors = [ag.Tensor(operand) for operand in graph.operands]
    loss = with_values(lambda: np.sum(graph(*tensors)))
    reading = read([loss.node])
    steps = steps_of(reading, keys_of(reading.order))
    nodes = topological([loss.node])
    assert {step.key for step in steps} >= {f"n{reading.order.index(node)}" for node in nodes}
    arrived: dict[str, list[Any]] = {}
    for step in reversed(steps):
        for operand in step.operands:
            if operand.arrival is not None:
                arrived.setdefault(operand.key, []).append(operand.arrival)
    uses = [
        f"n{reading.order.index(parent)}" for node in nodes for parent in node.parents if parent
    ]
    assert {key: len(each) for key, each in arrived.items()} == {
        key: uses.count(key) for key in uses
    }
    for key, arrivals in arrived.items():
        node = reading.order[int(key[1:])]
        assert isinstance(node, Node)
        expected = node.grad if node.primitive is None else node.kept and node.kept.cotangent
        assert [arrival.place for arrival in arrivals] == list(range(1, len(arrivals) + 1))
        np.testing.assert_allclose(array(arrivals[-1].after), expected, rtol=1e-9, atol=1e-12)
        for earlier, later in itertools.pairwise(arrivals):
            assert later.before == earlier.after


rng = np.random.default_rng(0)
CASES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "matmul": (np.matmul, (rng.normal(size=(2, 3)), rng.normal(size=(3, 2)))),
    "multiply, broadcast": (np.multiply, (rng.normal(size=(3, 1)), rng.normal(size=2))),
    "divide": (np.divide, (rng.normal(size=4), rng.uniform(1, 2, 4))),
    "tanh": (np.tanh, (rng.normal(size=(2, 3)),)),
    "cumsum": (np.cumsum, (rng.normal(size=5),)),
    "sum": (lambda x: np.sum(x, axis=0), (rng.normal(size=(4, 3)),)),
    "a maximum": (lambda x: np.max(x, axis=1), (rng.normal(size=(3, 4)),)),
    "indexing": (lambda x: x[[0, 2, 0]], (rng.normal(size=(3, 2)),)),
    "softmax": (ag.softmax, (rng.normal(size=(2, 3)),)),
    "cross entropy": (lambda x: ag.cross_entropy(x, np.array([1, 0])), (rng.normal(size=(2, 3)),)),
    "layer norm": (
        lambda x, w, b: ag.layer_norm(x, (4,), w, b),
        (rng.normal(size=(2, 4)), rng.normal(size=4), rng.normal(size=4)),
    ),
    "several operands": (
        lambda x, y: np.concatenate([x, np.ones(2), y]),
        (np.ones(2), np.zeros(3)),
    ),
    "several outputs": (lambda x: np.linalg.slogdet(x)[1], (rng.normal(size=(3, 3)),)),
}


@pytest.mark.parametrize("case", CASES)
def test_local_derivatives_against_finite_differences(case: str) -> None:
    function, operands = CASES[case]
    tensors = [ag.Tensor(operand) for operand in operands]
    weights = np.random.default_rng(1).normal(size=np.shape(function(*operands)))
    out: list[Any] = []

    def compute() -> Any:
        out.append(function(*tensors))
        return np.sum(out[0] * weights)

    with_values(compute)
    (step,) = (step for step in steps_behind(out[0]) if step.kind == "operation")
    np.testing.assert_allclose(array(step.gradient), weights)
    places = [operand for operand in step.operands if operand.arrival is not None]
    assert len(places) == len(operands)
    for i, (place, operand) in enumerate(zip(places, operands, strict=True)):
        jacobian = differences(function, operands, i)
        assert place.arrival is not None
        contribution = np.tensordot(weights, jacobian, axes=weights.ndim)
        np.testing.assert_allclose(array(place.arrival.contribution), contribution, atol=1e-8)
        if place.entrywise:
            by_broadcasting = np.broadcast_to(operand, weights.shape)
            changed = list(operands)
            changed[i] = by_broadcasting
            full = differences(function, tuple(changed), i)
            expected = full.reshape(weights.size, weights.size).diagonal().reshape(weights.shape)
        else:
            shape = operand.shape if not weights.shape else (weights.size, operand.size)
            expected = jacobian.reshape(shape)
        np.testing.assert_allclose(array(place.local), expected, atol=1e-8)


def differences(function: Callable[..., Any], operands: tuple[Any, ...], i: int) -> Any:
    """The Jacobian by operand `i`, by central differences."""
    columns = []
    for j in range(operands[i].size):
        nudge = np.zeros(operands[i].size)
        nudge[j] = 1e-5
        nudge = nudge.reshape(operands[i].shape)
        above, below = (
            [*operands[:i], operands[i] + s * nudge, *operands[i + 1 :]] for s in (1, -1)
        )
        columns.append((np.asarray(function(*above)) - function(*below)) / 2e-5)
    return np.stack(columns, axis=-1).reshape(*columns[0].shape, *operands[i].shape)


def test_a_jacobian_too_large_to_read_is_not_written_out() -> None:
    w = ag.Tensor(np.ones((30, 20)))
    loss = with_values(lambda: np.sum(np.ones((5, 30)) @ w))
    product = named(steps_behind(loss), "matmul")
    assert product.operands[1].local is None
    assert product.operands[1].arrival is not None
    assert product.operands[1].arrival.contribution is not None
    assert product.operands[1].arrival.contribution.heat_map is not None


def test_a_zero_gradient_that_meets_an_infinite_slope_stays_zero() -> None:
    x = ag.Tensor([0.0, 4.0])
    loss = with_values(lambda: np.sum(np.where(np.array([False, True]), np.sqrt(x), 0)))
    arrival = named(steps_behind(loss), "sqrt").operands[0].arrival
    assert arrival is not None
    np.testing.assert_array_equal(array(arrival.contribution), [0, 0.25])


def test_both_edges_of_a_square_are_ways_of_their_own() -> None:
    x = ag.Tensor(3.0, name="x")
    loss = with_values(lambda: x * x)
    first, second = steps_behind(loss)[-1].operands
    assert first.arrival is not None
    assert second.arrival is not None
    assert [array(first.arrival.after), array(second.arrival.after)] == [3.0, 6.0]
    assert array(second.arrival.before) == 3.0
    assert (second.arrival.place, second.arrival.count) == (2, 2)


def test_what_a_sum_gives_back_is_no_sum() -> None:
    """Its rule returns one number that stands for many; nothing was broadcast and summed."""
    loss = with_values(lambda: np.sum(ag.Tensor([1.0, 2.0, 3.0])))
    way = steps_behind(loss)[-1].operands[0]
    assert way.product is None
    assert way.arrival is not None
    np.testing.assert_array_equal(array(way.arrival.contribution), np.ones(3))


def test_complex_numbers_have_gradients_but_no_single_local_derivative() -> None:
    z = ag.Tensor(np.array([1 + 2j, 3 - 1j]))
    loss = with_values(lambda: np.sum(np.real(z * np.conj(z))))
    product = named(steps_behind(loss), "multiply")
    assert [way.local for way in product.operands] == [None, None]
    np.testing.assert_allclose(np.conj(array(steps_behind(loss)[0].gradient)), z.grad)


def test_a_number_has_no_step_but_its_value_is_seen() -> None:
    x = ag.Tensor(3.0)
    (_, step) = steps_behind(with_values(lambda: x * 2.0))
    assert step.operands[1].step is None
    assert array(step.operands[1].value) == 2.0


def test_a_function_run_again_tells_nothing_false() -> None:
    """Its node has a pull of its own, whose values a backward has freed."""
    x = ag.Tensor([1.0, 2.0], name="x")
    loss = with_values(lambda: np.sum(ag.checkpoint(lambda x: np.sin(x) * x)(x)))
    steps = steps_behind(loss)
    arrivals = [
        operand.arrival for step in steps for operand in step.operands if operand.key == "n0"
    ]
    assert arrivals
    assert all(arrival and arrival.contribution is arrival.after is None for arrival in arrivals)
    np.testing.assert_array_equal(array(named(steps, "x").gradient), x.grad)  # that is known


def test_examples_computed_at_once_are_not_shown_as_if_they_were_one() -> None:
    w = ag.Tensor([1.0, 2.0])

    def compute() -> Any:
        return np.sum(ag.vmap(lambda row: np.sum(np.tanh(row * w)))(np.ones((3, 2))))

    steps = steps_behind(with_values(compute))
    assert steps[-1].value is not None
    assert named(steps, "tanh").value is None


def test_forward_alone_has_values_and_no_gradients() -> None:
    x = ag.Tensor(3.0)
    with ag.keep_values():
        y = np.sin(x)
    (leaf, step) = steps_behind(y)
    assert array(leaf.value) == 3.0
    assert step.gradient is step.operands[0].arrival is None


def test_without_kept_values_there_are_no_steps() -> None:
    x = ag.Tensor(3.0)
    loss = np.sin(x)
    loss.backward()
    assert steps_behind(loss) == ()


def test_a_long_computation_is_shown_at_both_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stepping, "MOST", 10)
    x = ag.Tensor(0.5)

    def compute() -> Any:
        y = x
        for _ in range(40):
            y = y * x
        return y

    loss = with_values(compute)
    steps = steps_behind(loss)
    assert [step.number for step in steps] == [1, 2, 3, 4, 5, 37, 38, 39, 40, 41]
    np.testing.assert_allclose(array(steps[0].gradient), x.grad)  # the sum of all uses
    text = page(picture(), steps, "")
    assert "31 steps in the middle are left out." in text


def test_a_chain_of_many_operations_is_no_problem() -> None:
    x = ag.Tensor(1.0)

    def compute() -> Any:
        y = x
        for _ in range(20_000):
            y = -y
        return y

    assert len(steps_behind(with_values(compute))) == stepping.MOST


def test_steps_hold_no_array_and_leave_the_graph_as_it_was() -> None:
    x = ag.Tensor(np.ones((20, 20)))
    loss = with_values(lambda: np.sum(np.tanh(x) @ x))
    before = [(node.saved, node.kept and node.kept.cotangent) for node in topological([loss.node])]
    steps = steps_behind(loss)
    after = [(node.saved, node.kept and node.kept.cotangent) for node in topological([loss.node])]
    assert all(a is c and b is d for (a, b), (c, d) in zip(before, after, strict=True))
    graph = weakref.ref(loss.node)
    gc.disable()
    try:
        del loss, before, after
        assert graph() is None
    finally:
        gc.enable()
    assert steps[-1].value is not None


# The page


def picture(**strings: str) -> Picture:
    """A picture of a product in a module, with any strings for its words."""
    word = {"title": "a drawing", "name": "x", "module": "Net", "caption": "", **strings}
    boxes = (
        Box("n0", "variable", word["name"], word["name"], "scalar f64"),
        Box("n1", "output", "multiply", word["name"], "scalar f64", (word["name"],),
            operands=(Flow("n0"), Flow("n0")), group=0, is_output=True),
    )  # fmt: skip
    return Picture(
        word["title"], boxes, (Group(word["module"], word["module"], None),), word["caption"]
    )


def data_of(text: str) -> Any:
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    return json.loads(found)


def script_of(text: str) -> str:
    (found,) = re.findall(r'<script type="module">(.*?)</script>', text, re.S)
    return str(found)


def policy_of(text: str) -> str:
    (found,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    return html.unescape(found)


def test_the_page_loads_nothing_and_runs_one_script_alone() -> None:
    text = page(picture(), (), "<svg></svg>")
    policy = policy_of(text)
    assert "default-src 'none'" in policy
    digest = base64.b64encode(hashlib.sha256(script_of(text).encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert not re.search(r"\b(src|href|srcset|action|formaction)\s*=", text)
    assert not re.search(r"@import|url\((?!#)|\bfetch\(|XMLHttpRequest|\bimport\b", text)
    addresses = set(re.findall(r"https?://[^\s\"'<]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\bon\w+\s*=\s*[\"']", text.replace(script_of(text), ""))


def test_the_script_makes_no_markup_of_strings() -> None:
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function"
    assert not re.search(forbidden, script_of(page(picture(), (), "")))


@pytest.mark.parametrize("string", HOSTILE, ids=lambda string: repr(string[:12]))
def test_strings_of_users_stay_strings(string: str) -> None:
    plain, hostile = (
        page(picture(title=s, name=s, module=s, caption=s), (), "<svg></svg>")
        for s in ("x", string)
    )
    assert tags(hostile) == tags(plain)
    hostile.encode("utf-8", errors="surrogatepass")
    data = data_of(hostile)
    assert data["boxes"][0]["name"] == string
    assert data["groups"][0]["path"] == string
    assert script_of(hostile) == script_of(plain)


def tags(text: str) -> list[str]:
    return re.findall(r"</?[a-zA-Z][\w-]*", text)


def test_data_can_stand_in_a_script_element() -> None:
    strings = [*HOSTILE, "]]>", "&lt;"]
    written = embedded(strings)
    assert not re.search("[<>&\u2028\u2029]", written)
    assert json.loads(written) == strings


def test_numbers_that_json_lacks_are_words() -> None:
    x = ag.Tensor([np.nan, np.inf, -np.inf, -0.0, 1.5])
    loss = with_values(lambda: np.sum(x * 1))
    data = data_of(page(picture(), steps_behind(loss), ""))
    leaf = data["steps"][0]
    entries = data["arrays"][leaf["value"]]["entries"]
    assert entries[:3] == ["NaN", "Infinity", "-Infinity"]
    assert math.copysign(1, entries[3]) == -1
    complex_page = page(picture(), steps_behind(with_values(
        lambda: np.real(ag.Tensor(np.array(1 + 2j)) * (3 - 1j))
    )), "")  # fmt: skip
    assert [1.0, 2.0] in data_of(complex_page)["arrays"][0]["entries"]


def test_every_array_is_there_once() -> None:
    loss = breeds()["loss"]
    data = data_of(page(picture(), steps_behind(loss), ""))
    written = [json.dumps(each) for each in data["arrays"]]
    assert len(set(written)) == len(written)
    by_name = {step["name"]: step for step in data["steps"]}
    assert by_name["h"]["value"] == data["steps"][3]["operands"][0]["value"]


def test_zeros_of_either_sign_are_two_numbers() -> None:
    x, y = ag.Tensor(0.0), ag.Tensor(-0.0)
    data = data_of(page(picture(), steps_behind(with_values(lambda: x + y)), ""))
    signs = [math.copysign(1, data["arrays"][s["value"]]["entries"][0]) for s in data["steps"]]
    assert signs == [1, -1, 1]


def test_the_same_graph_gives_the_same_page() -> None:
    one, other = (page(picture(), steps_behind(breeds()["loss"]), "<svg/>") for _ in range(2))
    assert one == other


def test_a_box_lends_its_name_to_a_step_that_it_shows_alone() -> None:
    x = ag.Tensor(3.0, name="of its own")
    steps = steps_behind(with_values(lambda: x * x))
    data = data_of(page(picture(name="of the caller"), steps, ""))
    assert [step["name"] for step in data["steps"]] == ["of the caller", "of the caller"]
    together = tuple(
        Step(**{**{f: getattr(s, f) for f in Step.__dataclass_fields__}, "key": "n0"})
        for s in steps
    )
    data = data_of(page(picture(name="of the caller"), together, ""))
    assert [step["name"] for step in data["steps"]] == ["of its own", None]


def test_without_values_the_page_shows_structure_and_says_what_to_do() -> None:
    data = data_of(page(picture(), (), ""))
    assert not data["hasValues"]
    assert "with ag.keep_values():" in data["note"]
    assert "values=True" in data["note"]
    assert [step["title"] for step in data["steps"]] == ["x", "multiply"]
    assert [operand["step"] for operand in data["steps"][1]["operands"]] == [1, 1]
    assert data["arrays"] == []


def test_with_values_alone_the_page_says_what_to_do_for_gradients() -> None:
    x = ag.Tensor(3.0)
    with ag.keep_values():
        y = x * x
    data = data_of(page(picture(), steps_behind(y), ""))
    assert data["hasValues"]
    assert data["note"].startswith("This drawing has no gradients: call `backward()` inside")


def test_every_file_of_the_page_is_used() -> None:
    files = {item.name for item in WEB.iterdir()}
    scripts, styles = {f"{name}.js" for name in SCRIPTS}, {f"{name}.css" for name in STYLES}
    assert files == {"page.html", *scripts, *styles}


# Colors


def colors() -> tuple[dict[str, str], dict[str, str]]:
    """The variables of the style sheet, in light and in dark."""
    style = (WEB / "colors.css").read_text("utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", style, re.S)[:2]
    pair = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")
    return dict(pair.findall(light)), {**dict(pair.findall(light)), **dict(pair.findall(dark))}


def luminance(color: str) -> float:
    """The relative luminance of WCAG 2.2."""
    channels = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT_ON = [
    ("text", ["ground", "panel", "card", "positive", "negative", "forward-tint", "backward-tint"]),
    ("quiet", ["ground", "panel", "card"]),
    ("link", ["panel", "card"]),
    ("forward", ["panel", "forward-tint"]),
    ("backward", ["panel", "backward-tint"]),
]
SEEN_ON = [("control", ["panel", "ground"]), ("found", ["panel"]), ("link", ["ground"])]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_and_controls_stand_out(scheme: int) -> None:
    """Contrast of 4.5 for text and of 3 for what is not text, as WCAG asks for."""
    found = colors()[scheme]
    for pairs, least in ((TEXT_ON, 4.5), (SEEN_ON, 3.0)):
        for color, grounds in pairs:
            for ground in grounds:
                ratio = contrast(found[color], found[ground])
                assert ratio >= least, f"{color} on {ground}: {ratio:.2f}"


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_on_every_shade_of_a_cell(scheme: int) -> None:
    found = colors()[scheme]
    for sign in ("positive", "negative"):
        ends = [
            np.array([int(found[name][i : i + 2], 16) for i in (1, 3, 5)])
            for name in ("panel", sign)
        ]
        for weight in np.linspace(0, 1, 21):
            mixed = np.rint((1 - weight) * ends[0] + weight * ends[1]).astype(int)
            shade = "#" + "".join(f"{channel:02x}" for channel in mixed)
            assert contrast(found["text"], shade) >= 4.5


def test_both_signs_differ_for_the_color_blind() -> None:
    """Blue and orange differ along the blue-yellow axis, which red-green blindness leaves."""
    for found in colors():
        positive, negative = (
            [int(found[name][i : i + 2], 16) for i in (1, 3, 5)]
            for name in ("positive", "negative")
        )
        assert positive[2] - positive[0] > 50
        assert negative[0] - negative[2] > 50
