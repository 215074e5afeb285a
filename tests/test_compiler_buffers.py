"""Memory of compiled programs: planned by lifetime, never shared by what is alive together."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.compiler.buffers import Buffer, Plan, packed
from autograd_lite.compiler.checker import check
from autograd_lite.compiler.compiled import Compiled

RNG = np.random.default_rng(0)
Call = Callable[[], Any]


def normal(*shape: int) -> Any:
    return RNG.normal(size=shape).astype(np.float32)


def perceptron(**options: Any) -> tuple[Compiled, Call]:
    net = ag.nn.Sequential(
        ag.nn.Linear(20, 64), ag.nn.Tanh(), ag.nn.Linear(64, 64), ag.nn.ReLU(), ag.nn.Linear(64, 5)
    )  # fmt: skip
    optimizer = ag.optim.Adam(net.parameters())
    x, labels = normal(200, 20), RNG.integers(0, 5, 200)

    def step(x: Any, labels: Any) -> Any:
        loss = ag.cross_entropy(net(x), labels)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    compiled = ag.compile(step, **options)
    return compiled, lambda: compiled(x, labels)


def block(**options: Any) -> tuple[Compiled, Call]:
    def loss(w: Any, x: Any) -> Any:
        h = ag.layer_norm(x, (32,))
        attention = ag.softmax(h @ np.swapaxes(h, -1, -2)) @ h
        return np.mean(np.square(ag.gelu((x + attention) @ w, "tanh")))

    compiled = ag.compile(ag.value_and_grad(loss), **options)
    w, x = normal(32, 32), normal(4, 50, 32)
    return compiled, lambda: compiled(w, x)


def recurrent(**options: Any) -> tuple[Compiled, Call]:
    def loss(wx: Any, wh: Any, xs: Any) -> Any:
        h = np.zeros((16, 24), np.float32)
        for x in xs:
            h = np.tanh(x @ wx + h @ wh)
        return np.mean(h * h)

    compiled = ag.compile(ag.value_and_grad(loss, (0, 1)), **options)
    arrays = normal(8, 24), normal(24, 24), normal(30, 16, 8)
    return compiled, lambda: compiled(*arrays)


def images(**options: Any) -> tuple[Compiled, Call]:
    net = ag.nn.Sequential(
        ag.nn.Conv2d(1, 6, 5), ag.nn.ReLU(), ag.nn.MaxPool2d(2), ag.nn.Flatten(),
        ag.nn.Linear(6 * 12 * 12, 10),
    )  # fmt: skip
    optimizer = ag.optim.SGD(net.parameters(), lr=0.1)
    x, labels = normal(32, 1, 28, 28), RNG.integers(0, 10, 32)

    def step(x: Any, labels: Any) -> Any:
        loss = ag.cross_entropy(net(x), labels)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    compiled = ag.compile(step, **options)
    return compiled, lambda: compiled(x, labels)


PROGRAMS = [perceptron, block, recurrent, images]


def plan_of(compiled: Compiled) -> Plan:
    return compiled.latest().made.plan


@pytest.mark.parametrize("make", PROGRAMS)
def test_what_is_alive_together_does_not_overlap(make: Callable[[], Any]) -> None:
    compiled, call = make()
    call()
    buffers = {id(b): b for b in plan_of(compiled).buffers.values() if b.home is None}
    outer = [b for b in buffers.values() if b.inside is None]
    for i, one in enumerate(outer):
        for other in outer[:i]:
            apart = one.last < other.first or other.last < one.first
            below = one.start + one.nbytes <= other.start or other.start + other.nbytes <= one.start
            assert apart or below


@pytest.mark.parametrize("make", PROGRAMS)
def test_parts_of_a_buffer_lie_inside_it(make: Callable[[], Any]) -> None:
    compiled, call = make()
    call()
    for part in plan_of(compiled).buffers.values():
        if part.inside is not None:
            assert part.start + part.nbytes <= part.inside.nbytes
            assert part.inside.first <= part.first
            assert part.last <= part.inside.last


@pytest.mark.parametrize("make", PROGRAMS)
def test_the_block_is_little_more_than_the_peak(make: Callable[[], Any]) -> None:
    compiled, call = make()
    call()
    plan = plan_of(compiled)
    assert 0 < plan.peak <= plan.nbytes <= 1.2 * plan.peak
    assert plan.nbytes < plan.before


@pytest.mark.parametrize("make", PROGRAMS)
def test_a_call_allocates_nothing_large(make: Callable[[], Any]) -> None:
    """Beside the results, which are small here, and what NumPy's own loops take for a cast."""
    compiled, call = make()
    for _ in range(3):
        call()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        kept = call()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    del kept
    assert peak - before < (1 << 17 if plan_of(compiled).fresh else 1 << 16)


@pytest.mark.parametrize("make", PROGRAMS)
def test_what_is_laid_out_is_a_right_program(make: Callable[..., Any]) -> None:
    """After flattening and lowering, as after every other pass."""
    compiled, call = make(without=("tiles",))
    call()
    check(compiled.latest().made.program)


def test_buffers_are_packed_into_gaps() -> None:
    """Lifetimes 0-1, 2-3 share a place; 0-3 lies beside them."""
    buffers = [Buffer(640, 0, 1), Buffer(640, 2, 3), Buffer(128, 0, 3)]
    assert packed(buffers) == 768
    assert buffers[0].start == buffers[1].start == 0
    assert buffers[2].start == 640


@pytest.mark.parametrize("name", ["flattening", "tiles", "lowering", "contracting", "sharing"])
@pytest.mark.parametrize("make", PROGRAMS)
def test_other_buffers_give_the_same_numbers(make: Callable[..., Any], name: str) -> None:
    """Each pass changes what lies where; the second step reads what the first has written."""
    results = []
    for without in ((), (name,)):
        ag.seed(0)
        RNG.bit_generator.state = np.random.default_rng(1).bit_generator.state
        _, call = make(without=without)
        call()
        results.append(leaves(call()))
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def leaves(result: Any) -> list[Any]:
    if isinstance(result, tuple | list):
        return [leaf for part in result for leaf in leaves(part)]
    return [result.value if isinstance(result, ag.Tensor) else result]
