"""`print(step)`: what the table says is so."""

import re
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn, optim
from autograd_lite.compiler.flops import flops
from autograd_lite.compiler.program import Instruction, Place, Value
from autograd_lite.compiler.table import amount
from autograd_lite.random import generator

F64 = np.dtype(float)


def rows_of(compiled: Any) -> dict[str, str]:
    """The rows of the printed table, each on one line."""
    found: dict[str, str] = {}
    label = ""
    for line in str(compiled).splitlines():
        assert len(line) <= 100
        begun = re.match(r"(\w[\w ]*?)  +(.*)", line)
        if begun and not line.startswith(" "):
            label = begun[1]
            found[label] = begun[2]
        else:
            found[label] += " " + line.strip()
    return found


def test_before_the_first_call_there_is_no_table() -> None:
    step = ag.compile(lambda x: x * 2)
    assert (
        str(step)
        == "<compiled <lambda>: 0 programs>; a table of one is printed here after the first call"
    )
    step(np.ones(3))
    assert repr(step) == "<compiled <lambda>: 1 program>"
    assert repr(step) != str(step)


def test_the_table_of_a_training_step() -> None:
    rng = np.random.default_rng(0)
    net = nn.MLP((4, 6, 3), "relu", rng=rng)
    optimizer = optim.Adam(net.parameters(), lr=0.01)

    @ag.compile
    def step(x: Any, y: Any) -> Any:
        loss = ag.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    step(np.ones((8, 4), np.float32), np.zeros(8, int))
    rows = rows_of(step)
    assert re.match(r"step, test_compiler_table\.py:\d+$", rows["program"])
    assert rows["takes"] == "x float32 (8, 4), y int64 (8,)"
    program = step.latest().made.program
    total, *sections = map(int, re.findall(r"\d+", rows["instructions"]))
    assert total == sum(sections) == len(program.body)
    assert [*re.findall(r"[a-z]+", rows["instructions"])] == ["forward", "backward", "update"]
    assert rows["reads anew"] == "lr float64 (), adam_step int64 (), steps int64 ()"
    flat = ", ".join(
        f"{name} float32 (51,) of 4 arrays" for name in ("params", "exp_avg_sq", "exp_avg")
    )
    assert sorted(rows["writes in place"].split(", p")) == sorted(flat.split(", p"))
    assert "captured arrays" not in rows
    assert "draws from" not in rows


def test_what_the_passes_removed_adds_up() -> None:
    def slope(x: Any) -> Any:
        return ag.grad(lambda x: np.sum(np.tanh(x) * 1 + np.exp(x)))(x)

    step = ag.compile(slope)
    step(np.linspace(0, 1, 5))
    made = step.latest().made
    assert made.recorded - sum(made.report.values()) == len(made.program.body)
    text = rows_of(step)["removed"]
    assert text.startswith(f"of {made.recorded} recorded: ")
    for name, count in made.report.items():
        assert (f"{name} {count}" in text) == (count > 0)

    # The same with its guards, from the call on that needs one.
    step = ag.compile(lambda x: ag.grad(lambda x: np.sum(np.where(x > 0, np.sqrt(x), 0)))(x))
    step(np.ones(3))
    assert "guards" in rows_of(step)["removed"]
    with np.errstate(all="ignore"):
        step(np.zeros(3))
    made = step.latest().made
    assert "guards" not in rows_of(step)["removed"]
    assert made.recorded - sum(made.report.values()) == len(made.program.body)


def test_memory_is_what_the_buffers_take() -> None:
    def chain(x: Any) -> Any:
        for _ in range(10):
            x = np.tanh(x @ x)
        return np.sum(x)

    step = ag.compile(chain)
    step(np.ones((16, 16)))
    # Ten products and ten results of tanh of 2 KiB each, and the sum; two are alive at one time.
    before, after = re.findall(r"([\d.]+) KiB (?:if|in)", rows_of(step)["memory"])
    assert float(before) == pytest.approx(40, abs=0.1)
    assert 4 <= float(after) <= 4.2
    ratio = float(re.findall(r"block, ([\d.]+) of", rows_of(step)["memory"])[0])
    assert 1 <= ratio < 1.2


def test_what_is_captured_and_what_is_constant_is_told() -> None:
    scale, frozen = np.arange(40.0), np.arange(40.0)
    frozen.flags.writeable = False
    rng = np.random.default_rng(0)

    @ag.compile
    def step(x: Any, times: int, name: Any) -> Any:
        return x * scale * times + frozen + generator(rng).normal(size=40)

    step(np.ones(40), 3, test_what_is_captured_and_what_is_constant_is_told)
    rows = rows_of(step)
    assert rows["takes"] == "x float64 (40,) times = 3, no other, name: this object"
    assert rows["captured arrays"] == "scale float64 (40,)"
    assert re.match(r"k\d float64 \(40,\), which is frozen$", rows["constants"])
    assert rows["draws from"] == "rng (PCG64)"
    assert re.match(r"rng\.normal 320 B \(test_compiler_table\.py:\d+\)$", rows["allocates"])


# Floating-point operations


def instruction(function: Any, *args: Any, out: tuple[int, ...], **kwargs: Any) -> Instruction:
    place = Place("", "", "forward")
    return Instruction(function, args, kwargs, (Value(out, F64),), place)


def value(*shape: int) -> Value:
    return Value(shape, F64)


@pytest.mark.parametrize(
    ("made", "count"),
    [
        (instruction(np.add, value(3, 4), value(4), out=(3, 4)), 12),
        (instruction(np.exp, value(5), out=(5,)), 5),
        (instruction(np.matmul, value(3, 4), value(4, 5), out=(3, 5)), 2 * 3 * 4 * 5),
        (instruction(np.matmul, value(2, 3, 4), value(4, 5), out=(2, 3, 5)), 2 * 2 * 3 * 4 * 5),
        (instruction(np.matmul, value(4), value(4, 5), out=(5,)), 2 * 4 * 5),
        (instruction(np.dot, value(7), value(7), out=()), 14),
        (instruction(np.dot, value(), value(7), out=(7,)), 7),
        (instruction(np.vecmat, value(4), value(4, 5), out=(5,)), 2 * 4 * 5),
        (instruction(np.matvec, value(4, 5), value(5), out=(4,)), 2 * 4 * 5),
        (instruction(np.add.reduce, value(3, 4), out=(3,), axis=1), 12),
        (instruction(np.maximum.accumulate, value(3, 4), out=(3, 4)), 12),
        (instruction(np.multiply.outer, value(3), value(4), out=(3, 4)), 12),
        (instruction(np.einsum, "ij,jk->ik", value(3, 4), value(4, 5), out=(3, 5)), 2 * 60),
        (instruction(np.einsum, "...j,j", value(3, 4), value(4), out=(3,)), None),
        (instruction(np.clip, value(6), 0, 1, out=(6,)), 6),
        (instruction(np.reshape, value(6), (2, 3), out=(2, 3)), 0),
        (instruction(np.concatenate, [value(6), value(2)], out=(8,)), 0),
        (instruction(np.linalg.inv, value(3, 3), out=(3, 3)), None),
    ],
    ids=lambda thing: repr(thing)[:40] if isinstance(thing, Instruction) else None,
)
def test_operations_follow_from_the_shapes(made: Instruction, count: int | None) -> None:
    assert flops(made) == count


def test_integers_are_no_floating_point() -> None:
    integer = Value((4,), np.dtype(int))
    place = Place("", "", "forward")
    assert flops(Instruction(np.add, (integer, 1), {}, (integer,), place)) == 0


def test_a_tile_takes_what_its_instructions_take_on_all_rows() -> None:
    x = np.random.default_rng(0).normal(size=(1000, 1001))
    step = ag.compile(lambda x: np.sum(np.tanh(x) * x + x))
    step(x)
    rows = rows_of(step)
    assert "a tile of" in rows["instructions"]
    count = int(re.findall(r"([\d,]+) floating-point", rows["operations"])[0].replace(",", ""))
    assert count == pytest.approx(4 * x.size, rel=0.01)


def test_a_convolution_counts_alike_forward_and_backward() -> None:
    x, w = np.ones((2, 3, 8, 8)), np.ones((4, 3, 3, 3))
    step = ag.compile(lambda x, w: ag.conv2d(x, w))
    step(x, w)
    forward = 2 * (2 * 4 * 6 * 6) * (3 * 3 * 3)
    assert rows_of(step)["operations"] == f"{forward:,} floating-point"
    step = ag.compile(ag.grad(lambda x, w: np.sum(ag.conv2d(x, w) ** 2), (0, 1)))
    step(x, w)
    body = step.latest().made.program.body
    counts = [flops(i) for i in body if i.function.__name__ in ("spread_out", "correlated")]
    assert counts == [forward, forward]


def test_amounts_are_read_easily() -> None:
    assert [amount(n) for n in (0, 1023, 1024, 1 << 20, 5 << 30)] == [
        "0 B", "1023 B", "1.0 KiB", "1.0 MiB", "5.0 GiB",
    ]  # fmt: skip
