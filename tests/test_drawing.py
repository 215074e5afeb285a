"""Drawings: the picture equals the graph, can be read at every size, and really shows its words."""

import gc
import os
import re
import shutil
import subprocess
import sys
import weakref
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import graphviz
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_lite import nn
from autograd_lite.core.graph import topological
from autograd_lite.core.tensor import Tensor
from autograd_lite.drawing import draw, folding, fonts, rendering
from autograd_lite.drawing.picture import Box, Picture
from autograd_lite.drawing.text import shown
from autograd_lite.drawing.theme import LEGEND, LIGHT
from autograd_lite.errors import RenderError

SVG = "{http://www.w3.org/2000/svg}"

HOSTILE = [
    'a"b<c>&\n',
    r"\N",
    r"\\N \G\l",
    "a|b{c}",
    '"><script>alert(1)</script>',
    "<<b>x</b>>",
    "]]> --> <!--",
    "&lt;&#92;",
    "日本語 Ω ∂ é",
    "\ud800 \x00 \u202e",
    "x" * 10_000,
]


class Calls(nn.Module):
    """A module that computes whatever it is given, and may hold others."""

    def __init__(self, **held: Any) -> None:
        vars(self).update(held)

    def forward(self, compute: Callable[[], Any]) -> Any:
        return compute()


class Block(Calls):
    pass


def chain(length: int) -> Tensor:
    y = Tensor(np.ones(3), name="x")
    for _ in range(length):
        y = np.sin(y)
    return y


def box_named(picture: Picture, name: str) -> Box:
    (box,) = (box for box in picture.boxes if name in (box.name, box.title))
    return box


def texts(svg: str) -> list[str]:
    return ["".join(element.itertext()) for element in ET.fromstring(svg).iter(f"{SVG}text")]


# The picture is the graph


LAST_NET: dict[str, Any] = {}  # a node's scope refers weakly to its module: it must live on


@st.composite
def random_graphs(draw_from: Any) -> list[Tensor]:
    """Tensors from random operations on random earlier ones, some inside of modules' calls."""
    tensors = [Tensor(1.0), Tensor(2.0)]

    def compute() -> None:
        for _ in range(draw_from(st.integers(1, 4))):
            one, other = (draw_from(st.sampled_from(tensors)) for _ in range(2))
            operation = draw_from(st.sampled_from([np.add, np.multiply, lambda a, _: -a]))
            tensors.append(operation(one, other))

    net = LAST_NET["net"] = Block(a=Calls(), b=Calls())
    for _ in range(draw_from(st.integers(1, 8))):
        calls = [net.a, lambda f: net(lambda: (net.a(f), f(), net.b(f))), lambda f: f()]
        draw_from(st.sampled_from(calls))(compute)
    return draw_from(st.lists(st.sampled_from(tensors), min_size=1, max_size=3))


@given(random_graphs())
def test_boxes_and_edges_are_the_nodes_and_edges_of_the_engines_own_walk(
    outputs: list[Tensor],
) -> None:
    nodes = topological([output.node for output in outputs if output.node])
    for i, node in enumerate(nodes):
        node.name = f"t{i}"
    picture = draw(outputs).picture
    names = {box.key: box.name for box in picture.boxes}
    assert sorted(names.values(), key=str) == sorted(node.name for node in nodes)
    drawn = Counter((names[f.source], box.name) for box in picture.boxes for f in box.operands)
    assert drawn == Counter((p.name, node.name) for node in nodes for p in node.parents if p)
    for box in picture.boxes:
        node = nodes[int(str(box.name)[1:])]
        path = picture.groups[box.group].path if box.group is not None else None
        assert path == (node.scope.path if node.scope else None)
        assert box.is_output == any(node is output.node for output in outputs)


@given(random_graphs(), st.integers(3, 12))
def test_a_folded_picture_loses_no_edge_and_has_no_cycle(outputs: list[Tensor], limit: int) -> None:
    nodes = topological([output.node for output in outputs if output.node])
    picture = draw(outputs, max_nodes=limit).picture
    assert len(picture.boxes) <= max(limit, 6)
    seen: set[str] = set()
    for box in picture.boxes:
        assert {flow.source for flow in box.operands if not flow.again} <= seen
        seen.add(box.key)
    crossing = sum(flow.count for box in picture.boxes for flow in box.operands)
    assert crossing <= sum(len(node.parents) for node in nodes)
    if all(group.times == 1 for group in picture.groups):
        inside = sum(operations_in(box) for box in picture.boxes)
        assert inside == sum(node.primitive is not None for node in nodes)
    folded = any(box.role in ("module", "more") for box in picture.boxes)
    assert bool(picture.caption) == (folded or any(group.times > 1 for group in picture.groups))


def operations_in(box: Box) -> int:
    """How many operations a box says it stands for."""
    if box.role == "more":
        return int(re.sub(r"\D", "", box.title))
    if box.role == "module":
        times = int((re.findall(r"×([\d,]+)$", box.title) or ["1"])[0].replace(",", ""))
        return times * int(box.notes[0].removeprefix("each: ").split()[0].replace(",", ""))
    return int(box.role in ("operation", "output"))


def test_both_edges_of_x_times_x_are_there_and_x_once() -> None:
    x = Tensor(3.0, name="x")
    picture = draw(x * x).picture
    product = picture.boxes[-1]
    assert [box.title for box in picture.boxes] == ["x", "multiply"]
    assert [flow.source for flow in product.operands] == [picture.boxes[0].key] * 2
    assert draw(x * x).dot.count(f"{picture.boxes[0].key} -> {product.key}") == 2


def test_a_box_says_operation_shape_and_dtype() -> None:
    x = Tensor(np.ones((32, 10), np.float32), name="weights")
    mean = np.mean(x, axis=1)
    picture = draw(mean).picture
    leaf, result = picture.boxes
    assert (leaf.role, leaf.title, leaf.facts) == ("variable", "weights", "(32, 10) f32")
    assert (result.role, result.title, result.facts) == ("output", "mean", "(32,) f32")
    assert result.notes == ("axis=1",)
    assert draw(np.sum(x)).picture.boxes[-1].facts == "scalar f32"


def test_names_come_from_tensors_and_before_that_from_a_mapping() -> None:
    x, y = Tensor(1.0, name="x"), Tensor(2.0)
    data = np.arange(3.0)
    loss = np.sum(x * data) * y
    names = {"first": y, "second": y, "data": data, "loss": loss, "other": 3}
    picture = draw(loss, names=names).picture
    assert {"x", "data", "loss", "first"} <= {box.name or box.title for box in picture.boxes}
    assert picture.title == "Computation graph of loss"
    assert "unnamed" in str(draw(loss))


def test_a_number_shows_its_value_at_each_use_and_an_array_is_one_box() -> None:
    x, data = Tensor(np.ones(3)), np.arange(3.0)
    boxes = draw((x * 2.5) * 2.5 * data * data).picture.boxes
    assert [box.title for box in boxes if box.role == "constant"] == ["2.5", "2.5"]
    assert [(b.title, b.facts) for b in boxes if b.role == "data"] == [("array", "(3,) f64")]


def test_metadata_shows_arrays_by_shape_only() -> None:
    x = Tensor(np.ones((4, 5)))
    secret = np.array([3, 1, 2])
    drawing = draw(x[secret, 1:])
    assert drawing.picture.boxes[-1].notes == ("index=((3,) i64, 1:)",)
    assert "array([3" not in drawing.dot


def test_constants_are_drawn_after_backward_too() -> None:
    x = Tensor(np.ones(3), name="x")
    loss = np.sum(x * np.arange(3.0) + 1.0)
    before = len(draw(loss).picture.boxes)
    loss.backward()
    assert len(draw(loss).picture.boxes) == before


def test_a_tensor_without_a_graph_is_one_box() -> None:
    frozen = Tensor(np.ones(2), requires_grad=False)
    assert [box.role for box in draw(frozen).picture.boxes] == ["data"]
    assert [box.role for box in draw(frozen * 2).picture.boxes] == ["data"]
    assert [box.role for box in draw(Tensor(1.0)).picture.boxes] == ["variable"]


# Modules


def mlp() -> tuple[nn.Module, Tensor]:
    net = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
    return net, np.mean(net(np.ones((8, 4), np.float32)))


def test_modules_are_nested_groups_with_their_parameters_inside() -> None:
    _net, loss = mlp()
    picture = draw(loss).picture
    groups = [(group.kind, group.path, group.parent) for group in picture.groups]
    assert groups == [("Sequential", "", None), ("Linear", "0", 0), ("Tanh", "1", 0),
                      ("Linear", "2", 0)]  # fmt: skip
    weight = box_named(picture, "2.weight")
    assert (weight.title, weight.group) == ("weight", 3)
    data = next(box for box in picture.boxes if box.role == "data")
    assert data.group is None


def test_names_of_parameters_need_no_tensor_names() -> None:
    net = Block(inner=Calls(scale=Tensor(2.0)))
    x = Tensor(1.0)
    y = net(lambda: net.inner(lambda: net.inner.scale * x))
    picture = draw(y).picture
    assert box_named(picture, "inner.scale").group == 1
    assert box_named(picture, "unnamed").group is None  # x is nobody's parameter
    assert box_named(draw(y, names={"s": net.inner.scale}).picture, "s").group == 1


def test_a_parameter_that_two_calls_share_stands_outside_both() -> None:
    cell = Calls(weight=Tensor(np.ones((2, 2))))
    net = Block(cell=cell)
    h = Tensor(np.ones(2), name="h")
    for _ in range(2):
        h = cell(lambda h=h: np.tanh(h @ cell.weight))
    assert [group.kind for group in draw(h).picture.groups] == ["Calls", "Calls"]
    assert box_named(draw(h).picture, "weight").group is None
    assert box_named(draw(h).picture, "h").group is None
    h = net(lambda: cell(lambda: cell(lambda: cell.weight * 2.0) @ cell.weight))
    assert box_named(draw(h).picture, "cell.weight").group == 1


def test_a_parameter_stands_in_the_module_that_has_it_not_in_the_one_that_uses_it() -> None:
    net = Block(scale=Tensor(2.0), inner=Calls())
    y = net(lambda: net.inner(lambda: np.sin(net.scale)))
    picture = draw(y).picture
    assert [group.path for group in picture.groups] == ["", "inner"]
    assert (box_named(picture, "scale").group, picture.boxes[-1].group) == (0, 1)


def test_a_graph_whose_module_is_gone_is_drawn() -> None:
    net, loss = mlp()
    del net
    gc.collect()
    picture = draw(loss).picture
    assert [group.kind for group in picture.groups] == ["Sequential", "Linear", "Tanh", "Linear"]
    assert sum(box.title == "weight" for box in picture.boxes) == 2


def test_groups_are_clusters_in_the_svg() -> None:
    _net, loss = mlp()
    svg = draw(loss).svg()
    clusters = [g for g in ET.fromstring(svg).iter(f"{SVG}g") if g.get("class") == "cluster"]
    assert len(clusters) == 4
    assert {"Sequential", "Linear", "Tanh", "2", "weight"} <= {text.strip() for text in texts(svg)}


# Large graphs


@pytest.mark.parametrize("length", [1_000, 100_000])
def test_a_long_chain_is_one_box_in_a_repeat(length: int) -> None:
    drawing = draw(chain(length))
    (group,) = drawing.picture.groups
    assert (group.kind, group.path, group.times) == ("", "", length)
    leaf, sin = drawing.picture.boxes
    assert [(flow.source, flow.again) for flow in sin.operands] == [
        (leaf.key, False), (sin.key, True),
    ]  # fmt: skip
    assert f"{length + 1:,} nodes drawn as 2 boxes" in drawing.picture.caption
    assert drawing.picture.caption in str(drawing)
    assert f"×{length:,}" in texts(drawing.svg())


def test_a_long_graph_without_a_repeat_is_folded_in_the_middle_and_says_so() -> None:
    y = chain(1)
    for i in range(999):
        y = np.sin(y * float(i))
    drawing = draw(y)
    assert len(drawing.picture.boxes) < 50
    (run,) = (box for box in drawing.picture.boxes if box.role == "more")
    assert re.fullmatch(r"… 1,98\d more ops …", run.title)
    assert "a run of ops drawn as one box" in drawing.picture.caption
    assert any("more ops" in text for text in texts(drawing.svg()))


@pytest.mark.parametrize("shift", [0, 1, 2])
def test_what_is_folded_leaves_every_operation_its_own_numbers(shift: int) -> None:
    y = chain(shift)
    for i in range(200):
        y = np.sin(y * float(i))
    y = np.exp(y) if shift == 1 else np.exp(np.exp(y)) if shift == 2 else y
    boxes = draw(y).picture.boxes
    constants = {box.key for box in boxes if box.role == "constant"}
    for box in boxes:
        given = [flow.source for flow in box.operands if flow.source in constants]
        assert len(given) == (box.title == "multiply")


def test_a_chain_that_can_be_read_is_not_folded() -> None:
    picture = draw(chain(folding.LIMIT - 1)).picture
    assert len(picture.boxes) == folding.LIMIT
    assert not picture.caption


def twelve_blocks(sizes: Sequence[int] = (20,) * 12) -> Any:
    """The result of a network of blocks, each of as many products as its size says, and a sum."""

    def compute(h: Any, size: int, bias: Tensor) -> Any:
        for i in range(size):
            h = h * float(i)
        return h + bias

    def forward(h: Any) -> Any:
        for block, size in zip(blocks, sizes, strict=True):
            h = block(partial(compute, h, size, block.bias))
        return h

    blocks = [Block(bias=Tensor(np.ones(3))) for _ in sizes]
    return Calls(blocks=blocks)(lambda: forward(Tensor(np.ones(3))))


def test_blocks_that_are_alike_are_drawn_once() -> None:
    picture = draw(twelve_blocks()).picture
    assert [(g.kind, g.path, g.times) for g in picture.groups] == [
        ("Calls", "", 1), ("Block", "blocks.0 … 11", 12),
    ]  # fmt: skip
    assert len(picture.boxes) == 43
    (again,) = (flow for box in picture.boxes for flow in box.operands if flow.again)
    assert again.source == picture.boxes[-1].key
    assert (box_named(picture, "blocks.0.bias").title, picture.boxes[-1].title) == ("bias", "add")
    assert "505 nodes drawn as 43 boxes to stay readable: 1 repeat drawn once" in picture.caption


def test_blocks_that_are_alike_and_closed_are_one_box() -> None:
    picture = draw(twelve_blocks(), depth=1).picture
    (block,) = (box for box in picture.boxes if box.role == "module")
    assert (block.title, block.name, block.facts) == ("Block ×12", "blocks.0 … 11", "(3,) f64")
    assert block.notes == ("each: 21 ops", "1 variable (3)")
    assert block.is_output
    assert not any(flow.again for flow in block.operands)


def test_modules_are_closed_before_a_run_of_operations_is_folded() -> None:
    picture = draw(twelve_blocks(range(10, 22))).picture
    modules = [box for box in picture.boxes if box.role == "module"]
    assert [box.name for box in modules] == [f"blocks.{i}" for i in range(12)]
    assert modules[0].notes == ("11 ops", "1 variable (3)")
    assert modules[0].facts == "(3,) f64"
    assert modules[-1].is_output
    assert "12 modules closed" in picture.caption


def test_an_expanded_module_stays_open_and_apart() -> None:
    picture = draw(twelve_blocks(), depth=1, expand=["blocks.3"]).picture
    closed = [box.name for box in picture.boxes if box.role == "module"]
    assert closed == ["blocks.0 … 2", "blocks.4 … 11"]
    assert sum(box.role == "operation" for box in picture.boxes) == 21
    opened = {group.path for group in picture.groups}
    assert opened == {"", "blocks.3"}
    whole = draw(twelve_blocks(range(10, 22)), expand=[""]).picture
    assert not any(box.role == "module" for box in whole.boxes)


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_depth_closes_what_is_below(depth: int) -> None:
    _net, loss = mlp()
    picture = draw(loss, depth=depth).picture
    closed = [(box.title, box.name) for box in picture.boxes if box.role == "module"]
    expected = {
        0: [("Sequential", "")],
        1: [("Linear", "0"), ("Tanh", "1"), ("Linear", "2")],
        2: [],
    }
    assert closed == expected[depth]
    assert len(picture.groups) == {0: 0, 1: 1, 2: 4}[depth]


def test_what_is_inside_a_closed_module() -> None:
    picture = draw(mlp()[1], depth=0).picture
    (box,) = (box for box in picture.boxes if box.role == "module")
    assert box.facts == "(8, 2) f32"
    assert box.notes == ("3 ops", "4 variables (23)")


@pytest.mark.parametrize("first", [0, 1])
def test_a_thousand_steps_are_drawn_as_one_that_leads_back(first: int) -> None:
    weight, start = Tensor(np.ones((2, 2)), name="w"), Tensor(np.ones(2), name="start")
    h: Any = start
    for x in np.ones((1_000, 2)):
        terms = (h @ weight, x * Tensor(2.0)) if first == 0 else (x * Tensor(2.0), h @ weight)
        h = np.tanh(np.add(*terms))
    picture = draw(np.sum(h)).picture
    assert [(group.kind, group.times) for group in picture.groups] == [("", 1_000)]
    inside = sorted(box.title for box in picture.boxes if box.group == 0)
    assert inside == ["add", "array", "matmul", "multiply", "tanh", "unnamed"]
    matmul = next(box for box in picture.boxes if box.title == "matmul")
    keys = {box.key: box.title for box in picture.boxes}
    assert [(keys[flow.source], flow.again) for flow in matmul.operands] == [
        ("start", False), ("w", False), ("tanh", True),
    ]  # fmt: skip
    assert [box.title for box in picture.boxes if box.group is None][-1] == "sum"


def test_a_thousand_calls_of_one_cell_are_one_box_in_their_module() -> None:
    def forward() -> Any:
        h: Any = np.ones(2)
        for x in np.ones((1_000, 2)):
            h = cell(lambda x=x, h=h: np.tanh(h @ cell.weight + cell.scale * x))
        return np.sum(h)

    cell = Calls(weight=Tensor(np.ones((2, 2))), scale=Tensor(1.0))
    net = Block(cell=cell)
    picture = draw(net(forward)).picture
    assert [(g.kind, g.path, g.times) for g in picture.groups] == [
        ("Block", "", 1), ("Calls", "cell", 1_000),
    ]  # fmt: skip
    assert len(picture.boxes) < 12
    assert box_named(picture, "cell.weight").group == 0


def test_repeats_inside_repeats() -> None:
    y = chain(0)
    for _ in range(40):
        for _ in range(10):
            y = np.sin(y)
        y = np.exp(np.cos(y))
    groups = draw(y, max_nodes=10).picture.groups
    assert [(group.times, group.parent) for group in groups] == [(40, None), (10, 0)]


def test_every_result_that_is_used_after_the_repeat_is_counted() -> None:
    h, kept = chain(0), []
    for _ in range(200):
        h = np.tanh(np.sin(h))
        kept.append(h)
    picture = draw(np.stack(kept)).picture
    assert [flow.count for flow in picture.boxes[-1].operands] == [200]


def test_a_repeat_ends_where_the_wiring_changes() -> None:
    h = chain(0)
    for step in range(200):
        sine = np.sin(h)
        h = sine + (h if step < 120 else sine)
    times = sorted(group.times for group in draw(h).picture.groups)
    assert times == [80, 120]


def test_what_is_wired_differently_is_no_repeat() -> None:
    rng, results = np.random.default_rng(0), [Tensor(1.0), Tensor(2.0)]
    for _ in range(400):
        results.append(np.add(*(results[i] for i in rng.integers(len(results), size=2))))
    picture = draw(results[-10:]).picture
    assert all(group.times < 10 for group in picture.groups)


def test_a_thousand_leaves_are_folded_too() -> None:
    many = [Tensor(float(i)) for i in range(1_000)]
    titles = [box.title for box in draw(np.stack(many)).picture.boxes]
    assert "… 977 more variables …" in titles
    arrays = [np.ones(2) * i for i in range(1_000)]
    titles = [box.title for box in draw(np.stack([many[0] * np.ones(2), *arrays])).picture.boxes]
    assert any(re.fullmatch(r"… 9\d\d more arrays …", title) for title in titles)


# The tree in a terminal


def test_the_tree_of_a_small_graph() -> None:
    x, y = Tensor(2.0, name="x"), Tensor(3.0, name="y")
    product = x * y
    f = np.sin(product) + product**2 - 0.5 * x
    assert str(draw(f, names={"f": f})) == "\n".join(
        [
            "● f = subtract(·, multiply)  scalar f64  output",
            "├─● multiply(0.5, x)         scalar f64",
            "● add(·, square)             scalar f64",
            "├─● square(#1)               scalar f64",
            "● sin(#1)                    scalar f64",
            "● #1 multiply(x, y)          scalar f64",
            "├─x                          scalar f64  variable",
            "╰─y                          scalar f64  variable",
        ]
    )


def test_the_tree_goes_down_the_longest_way() -> None:
    x = Tensor(2.0, name="x")
    lines = str(draw(x**2 + np.sin(np.exp(np.sin(x))))).splitlines()
    assert [line.split("  ")[0] for line in lines] == [
        "● add(square, ·)", "├─● square(x)", "● sin(·)", "● exp(·)", "● sin(x)", "╰─x",
    ]  # fmt: skip


@given(random_graphs())
def test_the_tree_shows_every_box_once(outputs: list[Tensor]) -> None:
    picture = draw(outputs).picture
    lines = [line for line in str(draw(outputs)).splitlines() if line]
    shown_once = [box for box in picture.boxes if box.role != "constant"]
    assert len(lines) == len(shown_once)
    assert sum("●" in line for line in lines) == sum(
        box.role in ("operation", "output") for box in picture.boxes
    )


def test_the_tree_of_a_deep_graph_stays_narrow_and_short() -> None:
    h, weight = Tensor(np.ones(2), name="h"), Tensor(np.ones((2, 2)), name="w")
    for _ in range(30):
        h = h + np.tanh(h @ weight)
    lines = str(draw(h)).splitlines()
    assert max(len(line) for line in lines) < 80
    assert len(lines) == 92
    assert len(str(draw(chain(5_000))).splitlines()) < 60


def test_repr_is_short() -> None:
    assert repr(draw(chain(1_000))) == "<Drawing: Computation graph of sin, 2 boxes>"


# Strings of users


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_any_name_is_shown_as_it_is(name: str) -> None:
    kind = type(name.replace("\0", "").encode("utf-8", "replace").decode(), (Calls,), {})
    result = kind()(lambda: np.sin(Tensor(1.0, name=name)) * 2.0)
    drawing = draw(result, names={name: result})
    found = [" ".join(text.split()) for text in texts(drawing.svg())]
    assert found.count(" ".join(shown(name).split())) >= 2  # the leaf and the output
    assert " ".join(shown(kind.__name__).split()) in found  # the group
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e]", str(drawing) + drawing.dot)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=60, max_size=60))
def test_random_names_give_valid_pictures(names: list[str]) -> None:
    drawing = draw([Tensor(1.0, name=name) for name in names], direction="TB")
    found = Counter(" ".join(text.split()) for text in texts(drawing.svg()))
    expected = Counter(" ".join(shown(name or "unnamed").split()) for name in names)
    expected.pop("", None)
    assert found >= expected
    assert str(drawing).isprintable() or "\n" in str(drawing)


# Files and renderers


@pytest.fixture(params=["dot", "pygraphviz"])
def renderer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each of the two ways to a picture, alone."""
    if request.param == "dot":
        if shutil.which("dot") is None:
            pytest.skip("Graphviz's program dot is not on the PATH")
        monkeypatch.setattr(rendering, "find_spec", lambda _: None)
    else:
        pytest.importorskip("pygraphviz")
        monkeypatch.setattr(shutil, "which", lambda _: None)
    return str(request.param)


def test_svg_is_self_contained_valid_and_titled(renderer: str) -> None:
    x = Tensor(1.0, name="x")
    svg = draw(np.sin(x), names={"y": x}).svg()
    root = ET.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == "Computation graph of sin"
    assert {"sin", "scalar f64", "y"} <= set(texts(svg))
    families = {e.get("font-family") for e in root.iter(f"{SVG}text")}
    assert families == {"DejaVu Sans,Verdana,Geneva,sans-serif"}
    links = set(re.findall(r'https?://[^"\s]+', svg))
    assert links <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert not re.search(r"<!|<\?|<script|href|n\d+<", svg)


def test_png_has_two_pixels_per_point(renderer: str) -> None:
    drawing = draw(mlp()[1])
    png = drawing.png()
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width = int.from_bytes(png[16:20])
    points = float(str(ET.fromstring(drawing.svg()).get("width")).removesuffix("pt"))
    assert abs(width - 2 * points) < 8


@pytest.mark.parametrize(
    ("suffix", "start"),
    [(".svg", b"<svg"), (".png", b"\x89PNG"), (".pdf", b"%PDF"), (".dot", b"digraph")],
)
def test_save_writes_what_the_suffix_names(
    renderer: str, tmp_path: Path, suffix: str, start: bytes
) -> None:
    path = draw(chain(3)).save(str(tmp_path / f"net{suffix.upper()}"))
    assert path == tmp_path / f"net{suffix.upper()}"
    assert path.read_bytes().startswith(start)


def test_save_refuses_an_unknown_suffix(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"'net\.jpg'.*known are \.svg, \.png, \.pdf, \.dot"):
        draw(chain(3)).save(tmp_path / "net.jpg")
    assert not list(tmp_path.iterdir())


def test_without_a_renderer_the_error_names_the_way_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(rendering, "find_spec", lambda _: None)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    drawing = draw(chain(3))
    with pytest.raises(RenderError, match=r'pip install "autograd_lite\[draw\]".*drawing\.dot'):
        drawing.save(tmp_path / "net.png")
    assert not list(tmp_path.iterdir())
    assert drawing.dot.startswith("digraph")
    bundle = drawing._repr_mimebundle_()
    assert set(bundle) == {"text/plain"}
    assert "● sin(x)" in bundle["text/plain"]
    assert "pip install" in bundle["text/plain"]


@pytest.mark.skipif(os.name == "nt", reason="the false dot is a shell script")
def test_a_dot_that_fails_gives_way_to_pygraphviz(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("pygraphviz")
    false = tmp_path / "dot"
    false.write_text("#!/bin/sh\necho no such format >&2\nexit 1\n")
    false.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _: str(false))
    assert draw(chain(3)).png().startswith(b"\x89PNG")
    monkeypatch.setattr(rendering, "find_spec", lambda _: None)
    with pytest.raises(RenderError, match=r"could not draw this graph as png.*\n.*no such format"):
        draw(chain(3)).png()


def test_a_notebook_gets_svg_and_png() -> None:
    bundle = draw(chain(3))._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg")
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert "sin" in bundle["text/plain"]


def test_the_digraph_can_be_changed_before_rendering() -> None:
    drawing = draw(chain(3))
    assert isinstance(drawing.digraph, graphviz.Digraph)
    drawing.digraph.node("extra", "a remark")
    assert "a remark" in drawing.dot
    assert "a remark" in texts(drawing.svg())


def test_direction() -> None:
    assert "rankdir=LR" in draw(chain(3)).dot
    assert "rankdir=TB" in draw(chain(3), direction="TB").dot


# Fonts


@pytest.fixture
def no_system_fonts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without fonts: fontconfig is told of one folder, and it is empty."""
    (tmp_path / "empty").mkdir()
    config = tmp_path / "fonts.conf"
    config.write_text(f"<fontconfig><dir>{tmp_path / 'empty'}</dir></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(config))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def labeled(text: str) -> bytes:
    return draw(Tensor(1.0, name=text)).png()


def test_without_system_fonts_labels_are_glyphs(renderer: str, no_system_fonts: None) -> None:
    assert fonts.package_fonts() is not None, "matplotlib, which brings the font, is missing"
    assert labeled("abc") != labeled("xyz")
    assert labeled("abc") == labeled("abc")


def test_control_without_any_font_all_labels_look_alike(
    renderer: str, no_system_fonts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "package_fonts", lambda: None)
    assert labeled("abc") == labeled("xyz")


def test_system_fonts_stay_usable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FONTCONFIG_FILE", raising=False)
    environment = fonts.font_environment(tmp_path)
    config = Path(environment["FONTCONFIG_FILE"]).read_text()
    assert '<include ignore_missing="yes">fonts.conf</include>' in config
    ET.fromstring(config)


def test_rendering_leaves_the_environment_alone() -> None:
    before = dict(os.environ)
    draw(chain(3)).png()
    assert dict(os.environ) == before


def test_graphviz_is_imported_when_something_is_drawn_and_matplotlib_never() -> None:
    code = """
import sys
import numpy as np
import autograd_lite as ag
drawing = ag.draw(np.sin(ag.Tensor(1.0)))
str(drawing)
assert "graphviz" not in sys.modules
drawing.svg()
assert "graphviz" in sys.modules
assert not {"matplotlib", "pygraphviz"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


# Looks and promises


def test_tints_differ_in_a_grey_print() -> None:
    def luminance(color: str) -> float:
        red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    shades = [luminance(LIGHT[role]) for role in LEGEND]
    assert all(a - b > 3 for a, b in pairwise(shades))


def test_the_legend_names_the_roles_that_are_there() -> None:
    words = " ".join(texts(draw(np.sin(Tensor(1.0)) * 2.0).svg()))
    assert "variable" in words
    assert "operation" in words
    assert "data" not in words


def test_the_same_graph_gives_the_same_text() -> None:
    _net, loss = mlp()
    _again, other = mlp()
    assert draw(loss).dot == draw(loss).dot == draw(other).dot
    assert draw(loss).svg() == draw(loss).svg()


def test_a_drawing_keeps_no_graph_alive() -> None:
    gc.disable()
    try:
        _net, loss = mlp()
        node = weakref.ref(loss.node)
        drawing = draw(loss, names={"loss": loss})
        assert drawing.dot
        del loss
        assert node() is None
    finally:
        gc.enable()


def test_drawing_changes_nothing_in_the_graph() -> None:
    x = Tensor(np.arange(3.0), name="x")
    loss = np.sum(x * x)
    str(draw(loss, names={"renamed": x}))
    assert (x.name, loss.name, x.grad) == ("x", None, None)
    loss.backward()
    assert np.array_equal(x.grad, [0, 2, 4])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw(3.0), "expected a Tensor, .* with example arguments, found 3.0"),  # type: ignore[arg-type]
        (lambda: draw([]), r"expected a Tensor, a list of them, .* found \[\]"),
        (lambda: draw(Tensor(1.0), 2.0), "example arguments go with a function or a module"),
        (lambda: draw([Tensor(1.0), 2]), "expected Tensors, found int in the list"),  # type: ignore[list-item]
    ],
)
def test_what_cannot_be_drawn_is_refused(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()


def test_an_unknown_direction_is_refused() -> None:
    with pytest.raises(ValueError, match='direction is "LR" or "TB", not \'up\''):
        draw(Tensor(1.0), direction="up")  # type: ignore[arg-type]
