"""Functions and modules drawn by running them again: what is a variable, what is left alone."""

import copy
import gc
import pickle
import weakref
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.core.graph import Node, topological
from autograd_lite.drawing import draw
from autograd_lite.drawing.picture import Box, Picture
from autograd_lite.errors import GraphError


def named(picture: Picture, name: str) -> Box:
    (box,) = (box for box in picture.boxes if name in (box.name, box.title))
    return box


def roles(picture: Picture) -> dict[str, str]:
    return {box.name or box.title: box.role for box in picture.boxes}


def network() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))


ROWS = np.ones((5, 3), np.float32)


def test_a_module_with_its_input() -> None:
    net = network()
    picture = draw(net, ROWS).picture
    assert roles(picture) == {
        "x": "data", "0.weight": "variable", "0.bias": "variable", "affine": "output",
        "tanh": "operation", "2.weight": "variable", "2.bias": "variable",
    }  # fmt: skip
    assert [group.kind for group in picture.groups] == ["Sequential", "Linear", "Tanh", "Linear"]


def test_arguments_are_variables_only_if_nothing_else_is() -> None:
    w = ag.Tensor(np.ones(3), name="w")

    def f(x: Any, y: Any) -> Any:
        return np.sum(x * y)

    assert roles(draw(f, np.ones(3), 2.0).picture) == {
        "x": "variable", "y": "variable", "multiply": "operation", "sum": "output",
    }  # fmt: skip
    assert roles(draw(f, w, np.ones(3)).picture)["y"] == "data"
    assert roles(draw(lambda x: np.sum(w * x), np.ones(3)).picture)["x"] == "data"


def test_trees_of_arguments_have_paths() -> None:
    def f(params: Any, labels: Any) -> Any:
        return ag.cross_entropy(params["w"] @ params["layers"][0], labels)

    params = {"w": np.ones((2, 3)), "layers": [np.ones((3, 4))]}
    picture = draw(f, params, np.array([0, 3])).picture
    assert {"params.w", "params.layers.0"} <= set(roles(picture))
    assert "labels=(2,) i64" in named(picture, "cross_entropy").notes


def test_results_in_a_tree_are_named_by_path() -> None:
    picture = draw(lambda x: {"sine": np.sin(x), "rest": [np.cos(x)]}, 1.0).picture
    assert {box.name for box in picture.boxes if box.is_output} == {"sine", "rest.0"}
    several = draw(lambda x: (np.sin(x), x * 2), 1.0).picture
    assert {box.name for box in several.boxes if box.is_output} == {"out.0", "out.1"}


def test_gradients_of_gradients() -> None:
    second = draw(ag.grad(ag.grad(np.tanh)), 0.5).picture
    assert second.boxes[0].role == "variable"
    assert sum(box.title == "tanh" for box in second.boxes) == 1
    along = draw(lambda x, v: ag.hvp(lambda x: np.sum(x**3))(x, v), np.ones(2), np.ones(2)).picture
    assert {"x", "v"} <= set(roles(along))


def test_a_layer_without_parameters() -> None:
    assert roles(draw(nn.ReLU(), np.ones(3)).picture) == {"x": "variable", "relu": "output"}


def test_a_frozen_network_is_drawn_from_its_input_on() -> None:
    net = network().requires_grad_(False)
    picture = draw(net, ROWS).picture
    assert roles(picture)["x"] == "variable"
    assert [box.title for box in picture.boxes if box.operands] == ["affine", "tanh", "affine"]


def test_it_runs_under_no_grad_too() -> None:
    with ag.no_grad():
        assert len(draw(network(), ROWS).picture.boxes) == 8
        assert not (ag.Tensor(1.0) * 2).requires_grad


def test_nothing_that_a_run_changes_stays_changed() -> None:
    own = nn.Dropout(0.5, rng=np.random.default_rng(3))
    net = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.5), own)
    ag.seed(5)
    before = net.state_dict()
    draw(net, ROWS, gradients=True, values=True)
    after = net.state_dict()
    assert all(np.array_equal(before[key], after[key]) for key in before)
    assert all(parameter.grad is None for parameter in net.parameters())
    first = net(ROWS).numpy()
    ag.seed(5)
    net[2]._rng = np.random.default_rng(3)
    net.load_state_dict(before)
    assert np.array_equal(first, net(ROWS).numpy())
    assert net.training


def test_a_graph_outside_of_the_run_is_left_as_it_was() -> None:
    with ag.keep_values():
        hidden = np.tanh(ag.Tensor(0.5, name="w"))
        loss = hidden * 2.0
        loss.backward()
    assert hidden.node.kept.cotangent == 2.0
    again = np.sin(ag.Tensor(0.3, name="v"))
    again.retain_grad()
    draw(lambda: again * 3.0, gradients=True, backward=True)
    assert again.grad is None
    assert again.node.pull is again.node.primitive.plans[1].pull
    other = np.cos(again)
    draw(other, backward=True)
    other.backward()
    assert np.allclose(again.grad, -np.sin(np.sin(0.3)))


def test_a_drawing_of_a_run_keeps_nothing_alive() -> None:
    gc.disable()
    made: list[weakref.ref[Node]] = []

    def f(x: Any) -> Any:
        y = np.sin(x) * 2.0
        made.append(weakref.ref(y.node))
        return y

    try:
        drawing = draw(f, ag.Tensor(1.0), values=True, gradients=True, memory=True, backward=True)
        assert drawing.dot
        assert made[0]() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("function", [lambda x: 3.0, lambda x: np.argmax(x), lambda x: [1, 2]])
def test_a_result_that_depends_on_nothing_is_refused(function: Any) -> None:
    with pytest.raises(GraphError, match="its result depends on no tensor. Give it a Tensor, or a"):
        draw(function, np.ones(3))


def test_what_a_compiler_has_to_show_is_shown() -> None:
    class Step:
        def __picture__(self) -> Picture:
            return draw(np.sin(ag.Tensor(1.0))).picture

        def __call__(self) -> None:
            raise AssertionError("it is not called")

    assert [box.title for box in draw(Step()).picture.boxes] == ["unnamed", "sin"]


# The graph after backward, and after its module


def test_constants_are_known_after_backward() -> None:
    data, w = np.ones((4, 3)), ag.Tensor(np.ones(3), name="w")
    loss = np.sum((data @ w) * data[:, 0] * 2.5)
    before = draw(loss, names={"data": data}).dot
    loss.backward()
    assert draw(loss, names={"data": data}).dot == before
    assert "data" in before
    assert "2.5" in before


def test_constants_that_are_gone_keep_their_shape_and_are_not_taken_for_another() -> None:
    w = ag.Tensor(np.ones(3), name="w")
    loss = np.sum(w * np.full(3, 2.0))
    loss.backward()
    others = {f"other{i}": np.full(3, 2.0) for i in range(50)}
    (box,) = (box for box in draw(loss, names=others).picture.boxes if box.role == "data")
    assert (box.title, box.facts) == ("array", "(3,) f64")


def test_a_second_backward_still_says_why_it_cannot_be() -> None:
    loss = np.sum((ag.Tensor(np.ones(3)) + np.ones(3)) * 2.0)
    loss.backward()
    loss = np.sum(np.stack([ag.Tensor(1.0) * 2.0, np.ones(())]))
    loss.backward()
    with pytest.raises(GraphError, match="backward was called twice"):
        loss.backward()


def test_an_operand_that_was_left_out_is_no_box() -> None:
    layer = nn.Linear(3, 2, bias=False)
    for picture in (draw(layer(ROWS)).picture, draw(layer, ROWS).picture):
        assert [box.role for box in picture.boxes] == ["data", "variable", "output"]


def test_nodes_that_run_a_function_again_are_drawn() -> None:
    w = ag.Tensor(2.0, name="w")
    y = ag.checkpoint(lambda x: np.sin(x) * w)(ag.Tensor(1.0, name="x"))
    assert [box.title for box in draw(y).picture.boxes][-1] == "checkpoint"
    assert {"x", "w"} <= set(roles(draw(y).picture))
    root = ag.root(lambda x: x**3 - w, 1.0)
    assert len(draw(root, values=True).picture.boxes) == 2
    assert len(topological([root.node])) == 2


def test_paths_outlive_their_module() -> None:
    net = network()
    loss = np.sum(net(ROWS))
    whole = draw(loss).picture
    del net
    gc.collect()
    assert draw(loss).picture == whole
    assert [group.path for group in whole.groups] == ["", "0", "1", "2"]
    assert {"0.weight", "2.bias"} <= {box.name for box in whole.boxes}


def test_a_module_can_be_copied_and_pickled_after_it_was_called() -> None:
    net = network()
    net(ROWS)
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net)), copy.copy(net)):
        picture = draw(np.sum(other(ROWS))).picture
        assert [group.path for group in picture.groups] == ["", "0", "1", "2"]
        assert {"0.weight", "2.bias"} <= {box.name for box in picture.boxes}
