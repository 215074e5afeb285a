"""The source of a program is one that a person reads; the picture shows the same program."""

import ast
import re
from pathlib import Path
from typing import Any

import compiling_page
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite import nn, optim
from autograd_lite.compiler.making import Options
from autograd_lite.compiler.passes import PASSES
from autograd_lite.compiler.tidying import tidied
from autograd_lite.compiler.wrapping import wrapped


@pytest.fixture(scope="module")
def step() -> Any:
    """A training step of two layers, made and run."""
    rng = np.random.default_rng(0)
    net = nn.MLP((8, 16, 10), "relu", rng=rng)
    optimizer = optim.Adam(net.parameters(), lr=0.01)

    @ag.compile
    def step(x: Any, y: Any) -> Any:
        loss = ag.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    step(rng.normal(size=(64, 8)).astype(np.float32), rng.integers(0, 10, 64))
    return step


def test_the_source_is_python_of_readable_lines(step: Any) -> None:
    tree = ast.parse(step.source)
    assert [node.name for node in tree.body if isinstance(node, ast.FunctionDef)][-1] == "step"
    assert ast.get_docstring(tree) == "step, as NumPy."
    for line in step.source.splitlines():
        assert len(line) <= 100, line
        assert line == line.rstrip()
    assert "\n\n\n\n" not in step.source


def test_the_sections_follow_each_other(step: Any) -> None:
    sections = re.findall(r"^    # (forward|backward|update)$", step.source, re.MULTILINE)
    assert sections == ["forward", "backward", "update"]


def test_inputs_have_the_names_that_the_user_knows(step: Any) -> None:
    (function,) = [n for n in ast.parse(step.source).body if getattr(n, "name", "") == "step"]
    names = [arg.arg for arg in function.args.args]
    assert names[:2] == ["x", "y"]
    weights = {"net_0_weight", "net_0_bias", "net_2_weight", "net_2_bias"}
    others = {"lr", "steps", "adam_step", "params", "exp_avg", "exp_avg_sq"}
    assert others <= set(names[2:]) <= others | weights
    assert "net_2_weight" in names


def test_comments_tell_modules_lines_and_shapes(step: Any) -> None:
    forward, backward = step.source.split("# backward")
    for comment in ("0: Linear", "1: ReLU", "2: Linear"):
        assert re.search(rf"# {comment}, test_compiler_readable\.py:\d+$", forward, re.MULTILINE)
        assert re.search(rf"# {comment}$", backward, re.MULTILINE)
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    line = next(i for i, text in enumerate(lines, 1) if "ag.cross_entropy(net(x)" in text)
    assert f"# test_compiler_readable.py:{line}" in forward
    for shape in ("(64, 16) float32", "(64, 10) float32"):
        assert re.search(rf"  # {re.escape(shape)}$", forward, re.MULTILINE)


def test_names_do_not_meet() -> None:
    """Two parameters of one name, an argument that is called as a buffer is, a local helper."""
    first, second = (ag.Tensor(np.ones(3) * k, name="w") for k in (1, 2))

    def f(a1: Any, step: Any, block: Any) -> Any:
        return np.sum(np.tanh(a1 * first) * second * step + block)

    compiled = ag.compile(f)
    args = (np.ones(3), np.arange(3.0), np.ones(3))
    np.testing.assert_allclose(compiled(*args).value, f(*args).value)
    assert "w_2" in compiled.source


def test_named_parameters_name_their_moments() -> None:
    w1 = ag.Tensor(np.ones((3, 2)), name="w1")
    w2 = ag.Tensor(np.ones((3, 2), np.float32), name="w2")  # not flat: of another dtype
    optimizer = optim.Adam([w1, w2], lr=0.1)

    @ag.compile
    def step(x: Any) -> Any:
        loss = np.sum(np.tanh(x @ w1)) + np.sum(np.tanh(x @ w2))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    step(np.ones((2, 3)))
    names = {str(value.name) for value, _ in step.latest().source.inputs}
    assert {"w1", "w2", "w1_exp_avg", "w2_exp_avg_sq", "lr", "steps", "adam_step"} <= names


# Long lines


@given(
    st.lists(
        st.from_regex(r"v[a-z]{0,11}(\[[0-9], [a-z]\]|\(x, \"a, \(b\"\))?", fullmatch=True),
        min_size=1,
    ),
    st.integers(20, 60),
)
def test_a_wrapped_line_is_the_same_code(parts: list[str], width: int) -> None:
    line = f"result = function({', '.join(parts)}, out={parts[0]})"
    text = wrapped(line, width)
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(line))
    longest = max(len(part) for part in parts)
    if longest + 12 <= width:
        assert all(len(row) <= width for row in text.splitlines())


def test_a_line_is_broken_only_where_it_may_be() -> None:
    short = "np.add(a, b, out=c)  # (64, 16) float32"
    assert wrapped(short, 40) == short
    assert wrapped(short, 30) == "# (64, 16) float32\nnp.add(a, b, out=c)"
    grouped = f"x = ({' + '.join('abcdefgh')})"
    assert wrapped(grouped, 20) == grouped
    comment = "# a long comment, of words"
    assert wrapped(comment, 10) == comment
    nested = "    f([one, two, three], [four, five, six])"
    assert wrapped(nested, 28) == (
        "    f(\n        [one, two, three],\n        [four, five, six],\n    )"
    )


# The picture


def test_a_program_is_drawn_with_its_sections_and_modules(step: Any) -> None:
    picture = ag.draw(step).picture
    assert picture.title == "Program of step"
    groups = {(group.kind, group.path) for group in picture.groups}
    assert {("forward", ""), ("backward", ""), ("update", ""), ("Linear", "0")} <= groups
    titles = [box.title for box in picture.boxes]
    for name in ("x", "y", "net_2_weight", "maximum", "exp", "sqrt"):
        assert name in titles
    assert titles.count("params") == 2  # as it comes, and as it goes
    assert sum(box.is_output for box in picture.boxes) == 1
    body = step.latest().made.program.body
    assert sum(box.group is not None for box in picture.boxes) == len(body)
    assert not picture.caption
    in_order(picture)


def in_order(picture: Any) -> None:
    """Operands come first, and every edge leads from a box that is there."""
    seen: set[str] = set()
    for box in picture.boxes:
        assert {flow.source for flow in box.operands} <= seen
        seen.add(box.key)


def test_a_large_program_is_drawn_with_fewer_boxes() -> None:
    def chain(x: Any) -> Any:
        for _ in range(60):
            x = np.sin(x) * 1.01
        return np.sum(x)

    compiled = ag.compile(ag.value_and_grad(chain))
    compiled(np.ones(8))
    picture = ag.draw(compiled).picture
    assert len(picture.boxes) <= 150
    assert re.search(r"^[\d,]+ boxes drawn as \d+ to stay readable\.$", picture.caption)
    in_order(picture)

    net = nn.MLP([4] * 40, rng=np.random.default_rng(0))
    compiled = ag.compile(ag.grad(lambda x: np.sum(net(x))))
    compiled(np.ones((2, 4), np.float32))
    picture = ag.draw(compiled).picture
    assert len(picture.boxes) <= 150
    assert any(box.role == "module" for box in picture.boxes)
    in_order(picture)


class Scaled(nn.Module):
    """A parameter that is met in the middle of the forward pass, and again in the backward pass."""

    def __init__(self) -> None:
        self.scale = ag.Tensor(np.ones(4))

    def forward(self, x: Any) -> Any:
        return np.tanh(x) * self.scale


def test_an_input_of_two_folded_runs_comes_before_both() -> None:
    net = nn.Sequential(*(Scaled() for _ in range(40)))
    compiled = ag.compile(ag.grad(lambda x: np.sum(net(x))))
    compiled(np.ones(4))
    picture = ag.draw(compiled).picture
    assert picture.caption
    in_order(picture)


def test_a_tile_is_a_group() -> None:
    step = ag.compile(lambda x: np.sum(np.tanh(x) * x + x))
    step(np.ones((1000, 1001)))
    picture = ag.draw(step).picture
    (group,) = [group for group in picture.groups if group.kind == "tile 1"]
    assert re.match(r"\d+ pieces of \d+ rows$", group.path)
    assert sum(box.is_output for box in picture.boxes) == 1
    in_order(picture)


def test_nothing_can_be_drawn_before_the_first_call() -> None:
    with pytest.raises(ag.TraceError, match="has not been called yet"):
        ag.draw(ag.compile(lambda x: x))


# The page on compiling


def test_the_page_shows_the_source_and_the_table_as_they_are() -> None:
    page = compiling_page.PAGE.read_text(encoding="utf-8")
    assert page == compiling_page.updated(page), "out of date: run python tests/compiling_page.py"


def test_the_page_lists_every_pass() -> None:
    page = compiling_page.PAGE.read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \| .* \| (?:yes|no|but for .*) \|$", page, re.MULTILINE)
    assert listed == [*PASSES, *(name for name, _ in Options().last_passes())]


# The layout of a text


def test_imports_are_in_order_and_functions_apart() -> None:
    text = '"""Title."""\nimport numpy as np\nfrom a import b\nimport os\nimport os\n\n'
    text += "def f(x):\n    return x\nx = 1\ny = g(\n    1,\n)\n"
    assert tidied(text) == (
        '"""Title."""\n\nimport os\nfrom a import b\n\nimport numpy as np\n\n\n'
        "def f(x):\n    return x\n\n\nx = 1\ny = g(\n    1,\n)\n"
    )
