"""L-BFGS and its line search."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite import optim
from autograd_lite.optim.line_search import FLAT, LESS, Trial, cubic_minimum, strong_wolfe


def closure_of(optimizer: optim.Optimizer, loss_of: Any) -> Any:
    def closure() -> Any:
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        return loss

    return closure


class Counted:
    """A closure that knows how often it was called."""

    def __init__(self, closure: Any) -> None:
        self.closure, self.calls = closure, 0

    def __call__(self) -> Any:
        self.calls += 1
        return self.closure()


def test_it_finds_the_minimum_of_rosenbrocks_valley() -> None:
    x, y = ag.Tensor(-1.2), ag.Tensor([1.0])
    optimizer = optim.LBFGS([x, y], max_iter=100, tolerance_change=0, line_search_fn="strong_wolfe")
    closure = closure_of(optimizer, lambda: np.sum((1 - x) ** 2 + 100 * (y - x * x) ** 2))
    first = optimizer.step(closure)
    assert first.item() == pytest.approx(24.2)
    np.testing.assert_allclose([x.item(), y.item()], [1.0, 1.0], rtol=1e-6)


def test_it_stops_at_once_at_a_minimum() -> None:
    p = ag.Tensor([0.0])
    optimizer = optim.LBFGS([p])
    closure = Counted(closure_of(optimizer, lambda: np.sum(p * p)))
    optimizer.step(closure)
    assert (closure.calls, p.item()) == (1, 0.0)


def test_evaluations_are_limited() -> None:
    p = ag.Tensor([3.0, -4.0])
    optimizer = optim.LBFGS([p], lr=1e-3, max_iter=100, max_eval=7)
    closure = Counted(closure_of(optimizer, lambda: np.sum(p**4)))
    optimizer.step(closure)
    assert closure.calls == 7


def test_a_loss_that_is_not_a_number_makes_the_search_turn_back() -> None:
    p = ag.Tensor([0.5])
    optimizer = optim.LBFGS([p], lr=100.0, line_search_fn="strong_wolfe")

    def loss() -> Any:
        with np.errstate(all="ignore"):
            return np.sum(p - 1.5 * np.log(p))  # defined for positive p only

    closure = closure_of(optimizer, loss)
    for _ in range(5):
        optimizer.step(closure)
    np.testing.assert_allclose(p.value, [1.5], rtol=1e-5)


def test_a_parameter_without_gradient_stays_and_float32_stays_float32() -> None:
    p, q = ag.Tensor(np.ones(2, np.float32)), ag.Tensor(np.ones((1, 2), np.float32))
    optimizer = optim.LBFGS([p, q], lr=0.1)
    optimizer.step(closure_of(optimizer, lambda: np.sum(p * p)))
    np.testing.assert_array_equal(q.value, [[1.0, 1.0]])
    assert p.dtype == q.dtype == np.float32
    assert np.all(np.abs(p.value) < 1.0)


def test_refusals() -> None:
    w = ag.Tensor([1.0])
    with pytest.raises(TypeError, match="LBFGS: step needs a closure, a function that clears"):
        optim.LBFGS([w]).step()
    with pytest.raises(TypeError, match="LBFGS: the closure returned None; it is to return the"):
        optim.LBFGS([w]).step(lambda: None)
    with pytest.raises(ValueError, match="LBFGS: there is one group only"):
        optim.LBFGS([{"params": [w]}, {"params": [ag.Tensor([1.0])]}])
    with pytest.raises(ValueError, match="line_search_fn is None or 'strong_wolfe'; found 'fast'"):
        optim.LBFGS([w], line_search_fn="fast")
    with pytest.raises(TypeError, match="LBFGS: parameters are real"):
        optim.LBFGS([ag.Tensor([1j])])
    with pytest.raises(ValueError, match="LBFGS: history_size must be at least 1"):
        optim.LBFGS([w], history_size=0)


lengths = st.floats(1e-3, 1e3)


@given(minimum=lengths, first=lengths, waves=st.floats(0, 0.9), frequency=st.floats(0.1, 10))
def test_an_accepted_length_satisfies_both_conditions(
    minimum: float, first: float, waves: float, frequency: float
) -> None:
    """On parabolas with waves, which have many places where a search could be trapped."""

    def evaluate(t: float) -> Trial:
        wave, rise = math.sin(frequency * t), math.cos(frequency * t)
        loss = (t - minimum) ** 2 / minimum + waves * wave / frequency
        return Trial(t, loss, None, 2 * (t - minimum) / minimum + waves * rise)

    start = evaluate(0.0)
    end, trials = strong_wolfe(evaluate, start, first, limit=60, narrow=0.0)
    assert trials <= 61
    assert end.loss <= start.loss + LESS * end.t * start.slope
    assert abs(end.slope) <= -FLAT * start.slope


@given(minimum=st.floats(-0.9, 1.9), a=st.floats(0.1, 5), tilt=st.floats(-0.1, 0.1))
def test_the_minimum_of_a_cubic_is_found(minimum: float, a: float, tilt: float) -> None:
    def at(t: float) -> Trial:
        u = t - minimum
        return Trial(t, a * u * u + tilt * a * u**3, None, 2 * a * u + 3 * tilt * a * u * u)

    found = cubic_minimum(at(2.0), at(-1.0), -1.0, 2.0)
    assert found == pytest.approx(minimum, abs=1e-6)
