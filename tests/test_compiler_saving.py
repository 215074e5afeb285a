"""A saved program runs without this library, and does to the last bit what the live one does."""

import pickle
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import CASES, Case
from oracles import cotangent_like

import autograd_lite as ag
from autograd_lite import nn, optim
from autograd_lite.random import generator

ALONE = """
import pickle, sys
from pathlib import Path
sys.modules["autograd_lite"] = None  # to import it is an error
folder, name = Path(sys.argv[1]), sys.argv[2]
sys.path.insert(0, str(folder))
import program
function = getattr(program, name)
calls = pickle.loads((folder / "calls").read_bytes())
results = [function(*args, **kwargs) for args, kwargs in calls]
(folder / "results").write_bytes(pickle.dumps(results))
"""


def run_alone(folder: Path, name: str, calls: list[tuple[Any, dict[str, Any]]]) -> list[Any]:
    """What the saved function returns for each call, in an interpreter that has only NumPy."""
    (folder / "calls").write_bytes(pickle.dumps(calls))
    command = [sys.executable, "-I", "-W", "error", "-c", ALONE, str(folder), name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return list(pickle.loads((folder / "results").read_bytes()))


def imported(folder: Path) -> Any:
    """The saved module, here."""
    namespace: dict[str, Any] = {"__file__": str(folder / "program.py"), "__name__": "program"}
    exec((folder / "program.py").read_text(encoding="utf-8"), namespace)
    return namespace


def assert_same(found: Any, expected: Any) -> None:
    """Whether two trees are equal to the last bit; a tensor is equal to an array."""
    if isinstance(expected, ag.Tensor):
        expected = expected.value
    if isinstance(expected, np.ndarray):
        assert type(found) is np.ndarray
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
        assert found.tobytes() == expected.tobytes()
    elif isinstance(expected, np.generic):
        assert type(found) is type(expected)
        assert found.tobytes() == expected.tobytes()
    elif isinstance(expected, dict):
        assert list(found) == list(expected)
        for key in expected:
            assert_same(found[key], expected[key])
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    else:
        assert type(found) is type(expected)
        assert found == expected


def saved_goes_on(
    function: Callable[..., Any], calls: list[tuple[Any, ...]], folder: Path, name: str = "step"
) -> Any:
    """Save after three calls; both go on with the rest. The compiled function."""
    step = ag.compile(function)
    for args in calls[:3]:
        step(*args)
    step.save(folder / "program.py")
    expected = [step(*args) for args in calls[3:]]
    found = run_alone(folder, name, [(args, {}) for args in calls[3:]])
    assert_same(found, expected)
    return step


def batches(rng: np.random.Generator, count: int = 23) -> list[tuple[Any, Any]]:
    return [
        (rng.normal(size=(16, 6)).astype(np.float32), rng.integers(0, 4, 16)) for _ in range(count)
    ]


# Training steps


@pytest.mark.parametrize(
    "make",
    [
        lambda ps: optim.SGD(ps, lr=0.1),
        lambda ps: optim.SGD(ps, lr=0.1, momentum=0.9),
        lambda ps: optim.Adam(ps, lr=0.01),
        lambda ps: optim.AdamW(ps, lr=optim.schedules.cosine(0.01, T_max=40)),
        lambda ps: optim.RMSprop(ps, lr=0.01),
    ],
    ids=["sgd", "momentum", "adam", "adamw with a schedule", "rmsprop"],
)
def test_training_goes_on_to_the_last_bit(make: Callable[..., Any], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    net = nn.MLP((6, 8, 4), "tanh", rng=rng)
    optimizer = make(net.parameters())

    def step(x: Any, y: Any) -> Any:
        loss = ag.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    saved_goes_on(step, batches(rng), tmp_path)


def test_gradients_set_to_none_first_are_kept_in_the_module(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    net = nn.MLP((6, 4), "relu", rng=rng)
    optimizer = optim.SGD(net.parameters(), lr=0.1)

    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = ag.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        return loss

    saved_goes_on(step, batches(rng), tmp_path)


def test_many_states_are_bound_on_readable_lines(tmp_path: Path) -> None:
    states = [ag.State(float(k)) for k in range(30)]

    def step(x: Any) -> Any:
        for state in states:
            state.assign(state.value * 2)
        return x * states[-1].value

    saved_goes_on(step, [(np.ones(3),)] * 6, tmp_path)
    lines = (tmp_path / "program.py").read_text(encoding="utf-8").splitlines()
    assert max(map(len, lines)) <= 100


def test_dropout_and_running_statistics_go_on(tmp_path: Path) -> None:
    rng, drops = np.random.default_rng(0), np.random.default_rng(7)
    net = nn.Sequential(
        nn.Linear(6, 8, rng=rng),
        nn.BatchNorm1d(8),
        nn.Dropout(0.5, rng=drops),
        nn.Linear(8, 4, rng=rng),
    )
    optimizer = optim.Adam(net.parameters(), lr=0.01)

    def step(x: Any, y: Any) -> Any:
        loss = ag.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    saved_goes_on(step, batches(rng), tmp_path)


@pytest.mark.parametrize("kind", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_every_generator_of_numpy_goes_on_with_its_stream(kind: str, tmp_path: Path) -> None:
    rng = np.random.Generator(getattr(np.random, kind)(3))

    def step(x: Any) -> Any:
        return x * generator(rng).normal(size=3)

    saved_goes_on(step, [(np.ones(3),)] * 8, tmp_path)


# Guards


def test_a_program_is_saved_with_its_guards(tmp_path: Path) -> None:
    def step(x: Any) -> Any:
        return ag.grad(lambda x: np.sum(np.where(x > 0, np.sqrt(x), 0)))(x)

    compiled = ag.compile(step)
    compiled(np.array([1.0, 4.0]))
    before = compiled.source
    assert "invalid" in before
    compiled.save(tmp_path / "program.py")
    assert compiled.source == before
    zero = np.array([0.0, 4.0])
    with np.errstate(all="ignore"):
        found = imported(tmp_path)["step"](zero)
        again = compiled(zero)
    assert found.tolist() == [0.0, 0.25]
    assert again.tolist() == [0.0, 0.25]
    compiled.save(tmp_path / "program.py")  # what runs now has them already
    with np.errstate(all="ignore"):
        assert imported(tmp_path)["step"](zero).tolist() == [0.0, 0.25]


def test_guards_change_no_bit_of_a_training_step(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    w = ag.Tensor(rng.normal(size=(6, 4)), name="w")
    optimizer = optim.Adam([w], lr=0.01)

    def step(x: Any) -> Any:
        loss = np.mean(np.sqrt(np.exp(np.log1p(np.exp(x @ w)) / 3)))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    compiled = saved_goes_on(step, [(rng.normal(size=(5, 6)),) for _ in range(23)], tmp_path)
    assert "invalid" in compiled.source


# Arguments and results

Pair = namedtuple("Pair", ["low", "high"])


@dataclass
class Scored:
    loss: Any
    label: str


def test_trees_come_and_go_as_they_were(tmp_path: Path) -> None:
    def step(batch: Any, rate: float, times: int, *rest: Any, flip: bool = True) -> Any:
        total = np.sum(batch["x"] * batch["pair"][1]) * rate
        for x in rest:
            total = total + np.sum(x) * times
        return {
            "pair": Pair(total, [total * 2, None, "text", 3, 2.5, float("inf"), True]),
            "scored": Scored(total, "good"),
            "one": (batch["x"] + 1,),
            "number": rate * 2,
            "fixed": np.arange(3),
            5: (),
        }

    batch = {"x": np.arange(3.0), "pair": [np.ones(2), np.array(2.0)]}
    args = (batch, 0.5, 3, np.ones(2), np.zeros(4))
    compiled = ag.compile(step)
    expected = compiled(*args, flip=False)
    compiled.save(tmp_path / "program.py")
    module = imported(tmp_path)
    found = module["step"](*args)
    assert list(found) == list(expected)
    assert type(found["pair"]).__name__ == "Pair"
    assert found["pair"]._fields == ("low", "high")
    assert_same(found["pair"], expected["pair"])
    assert_same(found["scored"].loss, expected["scored"].loss)
    assert found["scored"].label == "good"
    for name in ("one", "number", "fixed", 5):
        assert_same(found[name], expected[name])

    found["fixed"][:] = 9  # is the caller's own
    assert module["step"](*args)["fixed"].tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match=r"^times: the program is for 3, found 4\.$"):
        module["step"](batch, 0.5, 4, np.ones(2), np.zeros(4))
    with pytest.raises(ValueError, match=r"^flip: the program is for False, found True\.$"):
        module["step"](*args, flip=True)
    wrong = {"x": np.arange(4.0), "pair": batch["pair"]}
    sentence = r"^batch\['x'\]: expected float64 of shape \(3,\), found float64 of shape \(4,\)\.$"
    with pytest.raises(ValueError, match=sentence):
        module["step"](wrong, *args[1:])
    with pytest.raises(ValueError, match="expected float64 of shape .* found int64"):
        module["step"]({"x": np.arange(3), "pair": batch["pair"]}, *args[1:])


def test_names_that_the_module_needs_are_left_to_it(tmp_path: Path) -> None:
    saved = ag.State(np.ones(100))
    allow_pickle = np.arange(3.0)
    x = ag.State(2.0)

    def block(program: Any, checked: Any, file: Any, step: Any) -> Any:
        saved.assign(saved.value * 2)
        x.assign(x.value + 1)
        return (
            np.sum(program * allow_pickle) + np.sum(saved.value) * x.value + file + checked + step
        )

    args = (np.ones(3), np.array(1.0), 2.0, np.array(3.0))
    compiled = ag.compile(block)
    compiled(*args)
    compiled.save(tmp_path / "program.py")
    expected = [compiled(*args) for _ in range(3)]
    assert_same(run_alone(tmp_path, "step", [(args, {})] * 3), expected)


def test_modules_and_optimizers_among_the_arguments_are_left_out(tmp_path: Path) -> None:
    net = nn.Linear(2, 1, rng=np.random.default_rng(0))
    compiled = ag.compile(lambda net, x: net(x))
    x = np.ones((3, 2), np.float32)
    expected = compiled(net, x)
    compiled.save(tmp_path / "program.py")
    assert_same(imported(tmp_path)["step"](x), expected)


def test_tensors_among_the_arguments_are_arrays_in_the_module(tmp_path: Path) -> None:
    compiled = ag.compile(lambda x, y: x * y)
    x, y = ag.Tensor(np.arange(3.0)), ag.State(2.0)
    expected = compiled(x, y.value)
    compiled.save(tmp_path / "program.py")
    assert_same(imported(tmp_path)["step"](np.arange(3.0), np.array(2.0)), expected)


def test_what_depends_on_no_argument_is_kept(tmp_path: Path) -> None:
    compiled = ag.compile(lambda x: (np.float64(2.5), np.float32([1, 2])))
    expected = compiled(np.ones(3))
    compiled.save(tmp_path / "program.py")
    assert_same(imported(tmp_path)["step"](np.ones(3)), expected)


def test_a_program_without_arrays_needs_no_file_beside_it(tmp_path: Path) -> None:
    compiled = ag.compile(lambda x: np.tanh(x))
    x = np.linspace(-1, 1, 5)
    expected = compiled(x)
    compiled.save(tmp_path / "program.py")
    assert [path.name for path in tmp_path.iterdir()] == ["program.py"]
    assert_same(imported(tmp_path)["step"](x), expected)


def test_functions_that_numpy_has_not_come_along(tmp_path: Path) -> None:
    def convolved(x: Any, w: Any) -> Any:
        return ag.value_and_grad(lambda x, w: np.sum(ag.conv2d(x, w) ** 2), (0, 1))(x, w)

    rng = np.random.default_rng(0)
    args = (rng.normal(size=(2, 3, 8, 8)), rng.normal(size=(4, 3, 3, 3)))
    compiled = ag.compile(convolved)
    expected = compiled(*args)
    compiled.save(tmp_path / "program.py")
    (found,) = run_alone(tmp_path, "step", [(args, {})])  # "convolved" is a helper's name
    assert_same(found, expected)


def leaves(result: Any) -> list[Any]:
    if isinstance(result, tuple | list):
        return [leaf for part in result for leaf in leaves(part)]
    return [result]


@pytest.mark.parametrize("case", CASES[::29], ids=lambda case: case.name)
def test_a_saved_case_is_the_case(case: Case, tmp_path: Path) -> None:
    cotangent = cotangent_like(case.call(*case.operands))

    def value(*xs: Any) -> Any:
        return case.call(*xs)

    def gradient(*xs: Any) -> Any:
        loss = lambda *xs: np.sum(np.real(cotangent * case.call(*xs)))
        return ag.grad(loss, list(range(len(xs))))(*xs)

    for function in (value, gradient):
        compiled = ag.compile(function)
        try:
            expected = leaves(compiled(*case.operands))
        except ag.TraceError:
            continue
        compiled.save(tmp_path / "program.py")
        found = leaves(imported(tmp_path)[function.__name__](*case.operands))
        for one, other in zip(found, expected, strict=True):
            assert np.asarray(one).dtype == np.asarray(other).dtype
            np.testing.assert_allclose(one, other, rtol=1e-12)
        assert str(compiled)
        assert ag.draw(compiled).picture.boxes


# What is read is what was there


def test_what_is_saved_is_what_is_there_now(tmp_path: Path) -> None:
    w = ag.Tensor(np.ones(3), name="w")
    compiled = ag.compile(lambda x: np.sum(w * x))
    compiled(np.ones(3))
    w.assign(np.array([1.0, 2.0, 3.0]))
    compiled.save(tmp_path / "program.py")
    w.assign(np.zeros(3))
    assert imported(tmp_path)["step"](np.ones(3)) == 6


# Refusals


def test_what_a_module_cannot_hold_is_refused(tmp_path: Path) -> None:
    w = ag.Tensor(np.ones(3))
    place = tmp_path / "program.py"

    def accumulate(x: Any) -> Any:
        (w * x).sum().backward()

    step = ag.compile(accumulate)
    with pytest.raises(ag.TraceError, match="accumulate has not been called yet"):
        step.save(place)
    step(np.ones(3))
    with pytest.raises(ag.StorageError, match="leaves gradients otherwise than it finds them"):
        step.save(place)
    step(np.ones(3))  # now a gradient is there, before and after
    step.save(place)
    step(np.ones(3))
    module = imported(tmp_path)
    module["accumulate"](np.ones(3))
    assert [v.tolist() for n, v in module.items() if n.endswith("_grad")] == [w.grad.tolist()]

    def of_argument(x: Any) -> Any:
        (x * 2).sum().backward()

    step = ag.compile(of_argument)
    step(ag.Tensor(np.ones(3)))
    with pytest.raises(ag.StorageError, match="changes a tensor among its arguments"):
        step.save(place)

    step = ag.compile(lambda x: (x, w.sum, x * 2))
    step(np.ones(3))
    with pytest.raises(ag.StorageError, match="the function returns a method, which cannot be"):
        step.save(place)

    step = ag.compile(lambda x: x * 2)
    step(np.ones(3))
    with pytest.raises(ValueError, match=r"is saved as a \.py file, not as 'step\.txt'"):
        step.save(tmp_path / "step.txt")
    with pytest.raises(ag.StorageError, match="there is no folder"):
        step.save(tmp_path / "nowhere" / "step.py")
