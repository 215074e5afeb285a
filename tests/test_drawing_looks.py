"""How drawings look and are written: themes, the dark, direction, JSON, the way back, options."""

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import combinations, takewhile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.core.graph import topological
from autograd_lite.drawing import DARK, draw
from autograd_lite.drawing.periods import Period, periods
from autograd_lite.drawing.picture import Box, Picture
from autograd_lite.drawing.theme import LEGEND, LIGHT, in_the_dark, line_of
from autograd_lite.errors import GraphError

SVG = "{http://www.w3.org/2000/svg}"


def named(picture: Picture, name: str) -> Box:
    (box,) = (box for box in picture.boxes if name in (box.name, box.title))
    return box


def small() -> ag.Tensor:
    x, w = ag.Tensor(np.ones(2), name="x"), ag.Tensor(np.ones(2), name="w")
    return np.sum(np.tanh(x * w) * 3.0)  # type: ignore[no-any-return]


def chain(length: int) -> Any:
    y: Any = ag.Tensor(1.0, name="x")
    for i in range(length):
        y = np.sin(y) if i % 2 else np.cos(y)
    return y


# Colors


def luminance(color: str) -> float:
    """Relative luminance, as the Web Content Accessibility Guidelines 2.2 define it."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def contrast(one: str, other: str) -> float:
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


# What a red, a green and a blue light do to someone who lacks one kind of cone. Viénot, Brettel
# and Mollon: Digital Video Colourmaps for Checking the Legibility of Displays by Dichromats (1999).
PROTANOPE = np.array([[0.1124, 0.8876, 0.0], [0.1124, 0.8876, 0.0], [0.0040, -0.0040, 1.0]])
DEUTERANOPE = np.array([[0.2928, 0.7072, 0.0], [0.2928, 0.7072, 0.0], [-0.0223, 0.0223, 1.0]])


def seen(color: str, eye: Any) -> Any:
    parts = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]) ** 2.2
    return np.clip(eye @ parts, 0, 1) ** (1 / 2.2)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read_on_every_tint(theme: Any) -> None:
    for role in (*LEGEND, "more", "background"):
        assert contrast(theme["text"], theme[role]) > 7
        assert contrast(theme["quiet"], theme[role]) > 4.5
    for name in ("vanishing", "exploding"):
        assert contrast(theme[name], theme["background"]) > 3


@pytest.mark.parametrize("eye", [np.eye(3), PROTANOPE, DEUTERANOPE], ids=["all", "prot", "deut"])
def test_tints_differ_for_the_color_blind(eye: Any) -> None:
    roles = ("operation", "data", "module", "variable", "output")
    for one, other in combinations(roles, 2):
        difference = seen(LIGHT[one], eye) - seen(LIGHT[other], eye)
        assert np.linalg.norm(difference) > 0.06, (one, other)
    apart = seen(LIGHT["vanishing"], eye) - seen(LIGHT["exploding"], eye)
    assert np.linalg.norm(apart) > 0.3


def test_a_theme_is_a_small_dict() -> None:
    assert DARK.keys() == LIGHT.keys()
    dot = draw(small(), theme={"variable": "#ff0000"}).dot
    assert 'fillcolor="#ff0000"' in dot
    assert f'color="{line_of("#ff0000")}"' in dot
    assert 'bgcolor="#14181d"' in draw(small(), theme=DARK).dot


@pytest.mark.parametrize(
    ("theme", "message"),
    [
        ({"varible": "#ffffff"}, "theme: there is no 'varible'; a theme has background, text, "),
        ({"data": "red"}, "theme: data is a color such as '#ffcc00', not 'red'"),
        ({"data": '#fff"><script>'}, "theme: data is a color"),
        ({"data": 3}, "theme: data is a color"),
    ],
)
def test_what_is_no_theme_is_refused(theme: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw(small(), theme=theme)


def test_every_color_of_a_drawing_has_one_for_the_dark() -> None:
    dark = in_the_dark()
    net = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1))
    for drawing in (
        draw(net, np.ones((1, 2), np.float32), gradients=True),
        draw(net, np.ones((1, 2), np.float32), depth=1),
        draw(chain(400)),
        draw(lambda x: np.sum(x * 1e-9) + np.sum(x * 1e9), np.ones(2), gradients=True),
    ):
        svg = drawing.svg()
        colors = set(re.findall(r'(fill|stroke)="(#\w+)"', svg))
        assert len(colors) > 5
        for kind, color in colors:
            assert svg.count(f'[{kind}="{color}"]{{{kind}:{dark[color]}}}') == 2
    assert len(set(dark)) == len(dark)


def test_the_dark_is_asked_for_by_the_system_or_the_notebook() -> None:
    svg = draw(small()).svg()
    root = ET.fromstring(svg)
    assert root.get("class") == "autograd-lite-drawing"
    (style,) = root.iter(f"{SVG}style")
    rules = str(style.text)
    assert "@media (prefers-color-scheme: dark)" in rules
    assert '[data-jp-theme-light="false"] .autograd-lite-drawing' in rules
    # Every rule keeps to the drawing, so that no other picture of the page is touched.
    selectors = re.findall(r"([^{}]+)\{(?:fill|stroke)", rules)
    assert all(".autograd-lite-drawing" in selector for selector in selectors)
    assert "<style" not in draw(small(), theme={"data": "#ffffff"}).svg()


# Direction and options


def test_a_long_way_goes_down_and_a_short_one_to_the_right() -> None:
    assert draw(chain(5)).direction == "LR"
    assert draw(chain(20)).direction == "TB"
    assert draw(chain(20), direction="LR").direction == "LR"
    assert draw(chain(1_000)).direction == "LR"  # it is folded


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"depth": -1}, "depth is a number of levels, 0 or more, not -1"),
        ({"max_nodes": 2}, "max_nodes is 3 or more, not 2"),
        ({"direction": "up"}, 'direction is "LR" or "TB", not \'up\''),
    ],
)
def test_options_that_cannot_be(options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw(small(), **options)


def test_max_nodes_decides_what_is_folded() -> None:
    y = chain(40)
    assert len(draw(y).picture.boxes) == 41
    assert len(draw(y, max_nodes=40).picture.boxes) == 3
    assert len(draw(chain(1_000), max_nodes=2_000).picture.boxes) == 1_001


def test_constants_can_be_left_out() -> None:
    with_them, without = draw(small()).picture, draw(small(), constants=False).picture
    assert [box.title for box in with_them.boxes if box.role == "constant"] == ["3.0"]
    assert {b.title for b in with_them.boxes} - {b.title for b in without.boxes} == {"3.0"}
    (scaled,) = (box for box in without.boxes if len(box.operands) == 1 and box.title == "multiply")
    assert scaled.facts == "(2,) f64"
    keys = {box.key for box in without.boxes}
    assert all(flow.source in keys for box in without.boxes for flow in box.operands)


def test_what_stands_beside_an_operation() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
    dot = draw(net, np.ones((1, 2), np.float32)).dot
    assert dot.count("rank=same") == 1
    assert dot.count("dir=back") == 1  # the second of two parameters stands on the far side


def test_settings_of_a_layer_that_change_nothing_are_not_shown() -> None:
    net = nn.Conv2d(1, 2, 3, padding=1)
    (box,) = (b for b in draw(net, np.ones((1, 1, 5, 5), np.float32)).picture.boxes if b.operands)
    assert box.notes == ("kernel=(3, 3)", "padding=((1, 1), (1, 1))")


# JSON


def test_json_is_the_picture() -> None:
    drawing = draw(small(), values=True, gradients=True)
    content = json.loads(drawing.json)
    assert content["format"] == 1
    assert [box["key"] for box in content["boxes"]] == [box.key for box in drawing.picture.boxes]
    assert content["boxes"][-1]["operands"][0]["source"] == drawing.picture.boxes[-2].key
    assert content["title"] == "Computation graph of sum"


def test_the_same_graph_gives_the_same_json() -> None:
    assert draw(small()).json == draw(small()).json
    assert draw(chain(3_000)).json == draw(chain(3_000)).json


def test_html_is_saved(tmp_path: Path) -> None:
    with ag.keep_values():
        loss = small()
        loss.backward()
    stepping = draw(loss, values=True).save(tmp_path / "steps.html").read_text(encoding="utf-8")
    structure = draw(loss).save(tmp_path / "graph.html").read_text(encoding="utf-8")
    assert stepping.startswith("<!doctype html>")
    assert "keep_values" in structure
    assert len(stepping) > len(structure)


# The way back


def test_the_way_back_is_drawn_beside_the_way_there() -> None:
    picture = draw(small(), backward=True).picture
    assert [(group.kind, group.parent) for group in picture.groups] == [
        ("forward", None), ("backward", None),
    ]  # fmt: skip
    there = [box for box in picture.boxes if not box.is_backward]
    assert [box.title for box in there] == [box.title for box in draw(small()).picture.boxes]
    assert {box.name for box in picture.boxes if box.is_output and box.is_backward} == {
        "∂/∂x", "∂/∂w",
    }  # fmt: skip
    (seed,) = (box for box in picture.boxes if box.title == "1" and box.role == "data")
    assert seed.is_backward


def test_the_way_back_is_the_graph_of_the_recorded_gradient() -> None:
    x, w = ag.Tensor(0.5, name="x"), ag.Tensor(2.0, name="w")
    picture = draw(np.sin(x * w), backward=True).picture
    titles = Counter(box.title for box in picture.boxes if box.is_backward and box.operands)
    assert titles == {"cos": 1, "multiply": 3}
    there = {box.key for box in picture.boxes if not box.is_backward}
    crossing = [
        (flow.source, box.key)
        for box in picture.boxes
        for flow in box.operands
        if box.is_backward and flow.source in there
    ]
    assert len(crossing) == 3  # cos reads x * w; each gradient the other factor


def test_the_way_back_stands_in_the_same_modules() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1))
    picture = draw(net, np.ones((3, 2), np.float32), backward=True).picture
    layers = [group.path for group in picture.groups if group.kind == "Linear"]
    assert layers == ["0", "2", "2", "0"]
    groups = picture.groups
    for name in ("∂/∂0.weight", "∂/∂2.bias"):
        group = groups[named(picture, name).group or 0]
        assert (group.kind, group.path) == ("Linear", name[3:4])
    assert picture.caption == "Gradients are those of the sum of all that comes out."


def test_drawing_the_way_back_changes_nothing() -> None:
    loss = np.sum(nn.Linear(2, 2)(np.ones((3, 2), np.float32))) * np.float32(2)
    nodes = topological([loss.node])  # type: ignore[list-item]
    before = [(node.pull, node.kept, node.saved, node.grad, node.name) for node in nodes]
    drawing = draw(loss, backward=True)
    assert drawing.dot
    assert before == [(node.pull, node.kept, node.saved, node.grad, node.name) for node in nodes]
    loss.backward()
    with pytest.raises(GraphError, match="Draw before backward, or give draw the function itself"):
        draw(loss, backward=True)


def test_the_way_back_of_a_gradient() -> None:
    picture = draw(ag.grad(lambda x: np.sum(x**3)), np.ones(2), backward=True).picture
    assert any(box.is_backward and box.is_output for box in picture.boxes)


# Repeats


@given(st.lists(st.integers(0, 2), max_size=30))
def test_periods_are_real_and_the_best_is_found(symbols: list[int]) -> None:
    found = periods(symbols)
    for start, length, times, spare in found:
        end = start + length * times + spare
        assert all(symbols[i] == symbols[i + length] for i in range(start, end - length))
        assert times > 1
        assert spare < length
    best = max((period.saved for period in found), default=0)
    for length in range(1, len(symbols) // 2 + 1):
        for start in range(len(symbols)):
            pairs = zip(symbols[start:], symbols[start + length :], strict=False)
            run = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
            saved = (run + length) // length * length - length
            assert saved < 4 or best >= saved


def test_periods_of_a_word() -> None:
    assert periods([5, 1, 2, 1, 2, 1, 2, 1, 9]) == [Period(1, 2, 3, 1)]


@given(st.integers(2, 12), st.integers(4, 9), st.data())
def test_any_network_of_equal_blocks_is_folded_to_one(times: int, size: int, data: Any) -> None:
    """Random blocks, wired alike: one is drawn, and says how many it stands for."""
    operations = [np.sin, np.arctan, np.tanh, np.negative]
    unary = data.draw(st.lists(st.sampled_from(operations), min_size=size, max_size=size))
    skips = data.draw(st.lists(st.integers(0, size), min_size=2, max_size=2))
    marked = [np.cos, *unary]  # begins with what is nowhere else, so that no shorter period fits

    def block(h: Any) -> Any:
        found = [h]
        for function in marked:
            found.append(function(found[-1]))
        return found[-1] + found[skips[0]] * found[skips[1]]

    h: Any = ag.Tensor(np.ones(2), name="x")
    with np.errstate(all="ignore"):  # squared again and again, the numbers may overflow
        for _ in range(times):
            h = block(h)
    picture = draw(h, max_nodes=size + 6).picture
    count = len(topological([h.node]))
    per_block = (count - 1) // times
    repeats = [group for group in picture.groups if group.times == times]
    if count > size + 6 and per_block <= size + 4:
        assert len(repeats) == 1
        assert len(picture.boxes) <= per_block + 1
