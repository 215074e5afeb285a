"""Random numbers in a compiled function: other ones at every call, and those of eager mode."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.errors import TraceError

X = np.ones((4, 8))


def programs(compiled: Any) -> int:
    return sum(map(len, compiled.runners.values()))


def assert_step_by_step(function: Callable[..., Any], *args: Any, calls: int = 4) -> None:
    """The same numbers as in eager mode from the same seed, and other ones at every call."""
    ag.seed(7)
    expected = [np.array(function(X, *args)) for _ in range(calls)]
    compiled = ag.compile(function)
    for _ in range(2):
        ag.seed(7)
        found = [np.array(compiled(X, *args)) for _ in range(calls)]
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one, other)
    assert not any(np.array_equal(found[0], other) for other in found[1:])
    assert programs(compiled) == 1


def test_dropout_of_the_librarys_generator() -> None:
    assert_step_by_step(lambda x: ag.dropout(x, 0.5, True))
    layer = ag.nn.Dropout(0.3)
    assert_step_by_step(lambda x: layer(layer(x)) + layer(x))


@pytest.mark.parametrize(
    "bits", [np.random.PCG64, np.random.MT19937, np.random.SFC64, np.random.Philox]
)
def test_a_generator_of_the_users_own(bits: Any) -> None:
    def run(compiling: bool) -> list[Any]:
        rng = np.random.Generator(bits(3))
        layer = ag.nn.Dropout(0.5, rng=rng)

        def function(x: Any) -> Any:
            return ag.dropout(x, 0.25, True, rng=rng) * layer(x)

        call = ag.compile(function) if compiling else function
        found = [call(X) for _ in range(3)]
        return [*found, rng.normal(size=3)]  # the generator itself has moved

    for one, other in zip(run(True), run(False), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_generator_among_the_arguments_is_drawn_from() -> None:
    def function(x: Any, rng: Any, scale: float) -> Any:
        noise = rng.normal(0.0, scale, size=x.shape)
        chosen = rng.integers(0, 5, size=3)
        return (
            x + noise,
            chosen,
            rng.permutation(4),
            rng.random(),
            ag.dropout(x, 0.5, True, rng=rng),
        )

    compiled = ag.compile(function)
    one, other = np.random.default_rng(1), np.random.default_rng(1)
    for scale in (1.0, 0.5, 2.0):
        found, expected = compiled(X, one, scale), function(X, other, scale)
        for left, right in zip(found, expected, strict=True):
            np.testing.assert_array_equal(left, right)
            assert np.asarray(left).dtype == np.asarray(right).dtype
    assert one.bit_generator.state == other.bit_generator.state
    assert programs(compiled) == 1
    compiled(X, np.random.default_rng(5), 1.0)
    assert programs(compiled) == 2


def test_one_generator_twice() -> None:
    def function(x: Any, a: Any, b: Any) -> Any:
        return x + a.normal(size=8) - b.normal(size=8) * a.random(8)

    one, other = np.random.default_rng(1), np.random.default_rng(1)
    compiled = ag.compile(function)
    for _ in range(3):
        np.testing.assert_array_equal(compiled(X, one, one), function(X, other, other))


def test_what_is_drawn_and_not_used_still_moves_the_generator() -> None:
    def function(x: Any, rng: Any) -> Any:
        rng.normal(size=100)
        return x + rng.normal(size=8)

    one, other = np.random.default_rng(1), np.random.default_rng(1)
    compiled = ag.compile(function)
    for _ in range(3):
        np.testing.assert_array_equal(compiled(X, one), function(X, other))


def test_gradients_see_the_mask_of_the_same_call() -> None:
    w = ag.Tensor(np.ones((4, 8)))

    def step(x: Any) -> Any:
        w.grad = None
        out = ag.dropout(w * x, 0.5, True)
        np.sum(out).backward()
        return out.value, w.grad

    compiled = ag.compile(step)
    for _ in range(3):
        out, grad = compiled(X)
        np.testing.assert_array_equal((out != 0), (grad != 0))
    slope = ag.compile(ag.value_and_grad(lambda x: np.sum(ag.dropout(x, 0.5, True) ** 2)))
    value, grad = slope(X)  # of entries that are 0 or 2: y**2, and 2 * y * 2
    assert value == np.sum(grad) / 2 > 0


def test_a_call_that_is_begun_again_draws_the_same_numbers() -> None:
    """When zero first meets infinity, the program with guards starts from where the call did."""

    def loss(x: Any, rng: Any) -> Any:
        noise = rng.normal(size=8)
        return np.sum(np.where(x > 0, np.sqrt(x), 0) * noise)

    slope = ag.grad(loss)
    compiled = ag.compile(slope)
    one, other = np.random.default_rng(1), np.random.default_rng(1)
    zero = np.where(np.arange(8) == 3, 0.0, X)
    for x in (X, zero, X, zero):
        np.testing.assert_allclose(compiled(x, one), slope(x, other), rtol=1e-12)
    assert one.bit_generator.state == other.bit_generator.state


def test_seeding_in_the_middle() -> None:
    compiled = ag.compile(lambda x: ag.dropout(x, 0.5, True))
    ag.seed(1)
    first = compiled(X)
    compiled(X)
    ag.seed(1)
    np.testing.assert_array_equal(compiled(X), first)
    ag.seed(1)
    np.testing.assert_array_equal(ag.dropout(X, 0.5, True), first)


def test_the_generator_does_not_move_while_the_function_is_recorded() -> None:
    rng = np.random.default_rng(1)
    before = rng.bit_generator.state

    def function(x: Any, rng: Any) -> Any:
        rng.normal()
        return x if x[0, 0] > 0 else -x

    with pytest.raises(TraceError, match="a condition"):
        ag.compile(function)(X, rng)
    assert rng.bit_generator.state == before


class Noisy(ag.nn.Module):
    def __init__(self, rng: Any) -> None:
        self.rng = rng

    def forward(self, x: Any) -> Any:
        return x + self.rng.normal(size=8)


OWN = np.random.default_rng(2)


@pytest.mark.parametrize(
    "bits", [np.random.PCG64, np.random.MT19937, np.random.SFC64, np.random.Philox]
)
def test_a_draw_that_nobody_sees_is_refused(bits: Any) -> None:
    rng = np.random.Generator(bits(1))
    legacy = np.random.RandomState(1)
    module = Noisy(rng)
    for function in (
        lambda x: x + rng.normal(size=8), module, lambda x: module(x), lambda x: x + OWN.normal(),
        lambda x: x + np.random.normal(size=8), lambda x: x + legacy.normal(size=8),
    ):  # fmt: skip
        states = [str(each.bit_generator.state) for each in (rng, OWN)]
        with pytest.raises(TraceError, match="draws from a generator in a way .* as an argument"):
            ag.compile(function)(X)
        assert states == [str(each.bit_generator.state) for each in (rng, OWN)]


def test_what_a_generator_does_besides_drawing_is_refused() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(TraceError, match="shuffle writes into an array. Use permuted"):
        ag.compile(lambda x, rng: rng.shuffle(x))(X, rng)
    with pytest.raises(TraceError, match="a generator's spawn is not drawn from call to call"):
        ag.compile(lambda x, rng: rng.spawn(2))(X, rng)
    with pytest.raises(TraceError, match="a generator's bit_generator is not drawn"):
        ag.compile(lambda x, rng: rng.bit_generator)(X, rng)
