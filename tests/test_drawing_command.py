"""`autograd-lite draw`: expressions, saved networks and functions by name, drawn or refused."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite import cli
from autograd_lite.app.expressions import ExpressionError, computed, free_names, parsed


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(["draw", *arguments]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(["draw", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err.removeprefix("autograd-lite: ").strip()


def test_an_expression_is_printed_as_a_tree(capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, "sin(x*y) + x**2", "--at", "x=1,y=2", "--values")
    assert found.splitlines() == [
        "● add(·, square)  scalar f64  output  = 1.909",
        "├─● square(x)     scalar f64  = 1.0",
        "● sin(·)          scalar f64  = 0.9093",
        "● multiply(x, y)  scalar f64  = 2.0",
        "├─x               scalar f64  variable  = 1.0",
        "╰─y               scalar f64  variable  = 2.0",
    ]


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf", "dot", "html", "json"])
def test_a_file_is_written_in_the_form_that_its_suffix_names(
    capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    name = f"graph.{suffix}"
    found = printed(capsys, "mean((x @ w - 1)**2)", "--at", "x=ones((4, 3)),w=[1.0,2,3]",
                    "--gradients", "-o", name)  # fmt: skip
    assert found == f"{name}\n"
    assert Path(name).stat().st_size > 500


def test_options_reach_the_drawing(capsys: pytest.CaptureFixture[str]) -> None:
    printed(capsys, "tanh(2*x)", "--at", "x=[1.0, 2]", "--memory", "--time", "--no-constants",
            "--direction", "TB", "--backward", "-o", "a.json")  # fmt: skip
    content = json.loads(Path("a.json").read_text(encoding="utf-8"))
    assert content["direction"] == "TB"
    assert not any(box["role"] == "constant" for box in content["boxes"])
    details = [line for box in content["boxes"] for line in box["details"]]
    assert "16 B" in details
    assert any(line.endswith("s") for line in details)
    assert any(box["is_backward"] for box in content["boxes"])


def test_whole_numbers_in_lists_are_data(capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, "cross_entropy(logits, labels)", "--at",
                    "logits=zeros((2, 3)),labels=[0, 2]")  # fmt: skip
    assert "labels=(2,) i64" in found
    assert found.splitlines()[1].split() == ["╰─logits", "(2,", "3)", "f64", "variable"]


def test_a_saved_network_is_built_again(capsys: pytest.CaptureFixture[str]) -> None:
    net = ag.nn.MLP([3, 4, 2], activation="tanh", rng=np.random.default_rng(0))
    ag.save("weights.safetensors", {**net.state_dict(), "sizes": [3, 4, 2], "activation": "tanh"})
    found = printed(capsys, "weights.safetensors")
    assert found == printed(capsys, ".")
    assert re.search(r"● tanh\(·\) +\(1, 4\) f32", found)
    assert "2.weight" in found
    assert "(5, 4) f32" in printed(capsys, ".", "--at", "x=ones((5, 3))")
    closed = printed(capsys, ".", "--depth", "0")
    assert closed.startswith("● MLP(x)  (1, 2) f32  module")
    assert "output" in closed
    assert "3 ops, 4 variables (26)" in closed


def test_a_file_that_holds_no_network_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    ag.save("other.npz", {"weight": np.ones(3)})
    assert "other.npz holds no network that can be built again" in refused(capsys, "other.npz")
    assert "nothing.npz" in refused(capsys, "nothing.npz")


CODE = """
import numpy as np
import autograd_lite as ag

def loss(x, target=0.0):
    return np.sum((np.tanh(x) - target) ** 2)

def broken(x):
    raise KeyError("the reason")

class Line(ag.nn.Module):
    def __init__(self):
        self.slope = ag.Tensor(2.0)
    def forward(self, x):
        return self.slope * x

net = Line()
tensor = np.sin(ag.Tensor(1.0, name="angle"))
"""


@pytest.fixture
def own_code() -> str:
    """The name of a module in the working directory."""
    name = f"own_code_{abs(hash(Path.cwd()))}"
    Path(f"{name}.py").write_text(CODE, encoding="utf-8")
    return name


def test_things_of_a_module_by_name(capsys: pytest.CaptureFixture[str], own_code: str) -> None:
    found = printed(capsys, f"{own_code}:loss", "--at", "x=[0.5, 1]")
    assert "● tanh(x)" in found
    both = printed(capsys, f"{own_code}:loss", "--at", "x=[0.5, 1]", "--at", "target=0.5")
    assert "subtract(·, target)" in both
    assert "slope" in printed(capsys, f"{own_code}:net", "--at", "x=3.0")
    assert "slope" in printed(capsys, f"{own_code}:Line", "--at", "x=3.0")
    assert "● sin(angle)" in printed(capsys, f"{own_code}:tensor")
    assert "● tanh(" in printed(capsys, "numpy:tanh", "--at", "x=1.0")


def test_what_a_function_lacks_or_raises_is_told(
    capsys: pytest.CaptureFixture[str], own_code: str
) -> None:
    assert "takes x, target; give its arguments" in refused(capsys, f"{own_code}:loss")
    assert "takes x, target" in refused(capsys, f"{own_code}:loss", "--at", "x=1,z=2")
    assert "KeyError: 'the reason'" in refused(capsys, f"{own_code}:broken", "--at", "x=1.0")
    assert "cannot be found" in refused(capsys, f"{own_code}:nothing")
    assert "cannot be found: No module named" in refused(capsys, "no_such_module:f")


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("x + z", "z has no value; give one: --at z=1"),
        ("foo(x)", "there is no function 'foo' here"),
        ("x +", "'x +' is no expression: invalid syntax"),
        ("__import__('os').system('true')", "there is no function"),
        ("x.__class__", "'x.__class__' cannot stand in an expression here"),
        ("np.load('x')", "there is no function 'np.load' here"),
        ("np.lib.format.open_memmap('x')", "there is no function"),
        ("ag.save('x', x)", "there is no function 'ag.save' here"),
        ("(lambda: x)()", "there is no function"),
        ("[y for y in x]", "y has no value"),
        ("{x: 1}", "cannot stand in an expression here"),
        ("x if x else x", "cannot stand in an expression here"),
        ("x := 2", "is no expression"),
        ("sum(*x)", "cannot stand in an expression here"),
        ("sum(**x)", "cannot stand in an expression here"),
        ("b'x'", "cannot stand in an expression here"),
        ("9**99999999", "is too large a number"),
        ("x @ x", "a scalar has no axis to multiply along"),
        ("1 / 0 * x", "ZeroDivisionError"),
        ("[1, 2]", "its result depends on no tensor"),
        ("(" * 3000 + "x" + ")" * 3000, "is no expression"),
    ],
)
def test_what_is_no_expression_is_refused(
    capsys: pytest.CaptureFixture[str], expression: str, sentence: str
) -> None:
    assert sentence in refused(capsys, expression, "--at", "x=1")
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ("x", "'x' is not of the form x=1,y=2"),
        ("x=", "is no expression"),
        ("x='text'", "x is a number or an array of numbers, not 'text'"),
        ("x=[[1], [1, 2]]", "x is a number or an array of numbers"),
        ("x=y", "y has no value"),
        ("**x", "is not of the form"),
    ],
)
def test_values_that_cannot_be_read(
    capsys: pytest.CaptureFixture[str], at: str, sentence: str
) -> None:
    assert sentence in refused(capsys, "x", "--at", at)


def test_an_unknown_suffix_and_an_unfit_option_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert "does not end in a known suffix" in refused(capsys, "sin(x)", "--at", "x=1", "-o", "a.x")
    found = refused(capsys, "sin(x)", "--at", "x=1", "--max-nodes", "1")
    assert found == "draw: max_nodes is 3 or more, not 1."


NUMBERS = st.floats(0.5, 2).map(lambda x: round(x, 3))


def operations(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(inner, st.sampled_from("+-*/"), inner)
    calls = st.tuples(st.sampled_from(["sin", "np.tanh", "exp", "ag.sigmoid"]), inner)
    return (
        pairs.map(lambda parts: f"({' '.join(parts)})")
        | calls.map(lambda parts: f"{parts[0]}({parts[1]})")
        | inner.map(lambda part: f"-{part}")
    )


@given(st.recursive(st.sampled_from(["x", "y", "2", "pi"]), operations, max_leaves=8), NUMBERS)
def test_expressions_mean_what_python_means(text: str, x: float) -> None:
    values = {"x": x, "y": 1.5}
    names = {"np": np, "ag": ag, "sin": np.sin, "exp": np.exp, "pi": np.pi}
    assert set(free_names(parsed(text))) <= {"x", "y"}
    with np.errstate(all="ignore"):
        try:
            expected = eval(text, names, values)
        except ZeroDivisionError:
            with pytest.raises(ZeroDivisionError):
                computed(parsed(text), values)
            return
        found = computed(parsed(text), values)
    assert np.array_equal(found, expected, equal_nan=True)


def test_indices_lists_and_keywords() -> None:
    x = np.arange(12.0).reshape(3, 4)
    for text in ("x[1:, ::2]", "x[..., 0]", "x.T", "sum(x, axis=0, keepdims=True)", "x[(1, 2)]",
                 "einsum('ij,kj->ik', x, x)", "stack([x, x])", "np.max(x) // 2 % 3"):  # fmt: skip
        expected = eval(text, {**vars(np), "np": np, "x": x})
        assert np.array_equal(computed(parsed(text), {"x": x}), expected), text


def test_names_are_looked_up_in_what_is_given_alone() -> None:
    with pytest.raises(ExpressionError, match="os has no value"):
        computed(parsed("os"), {})
