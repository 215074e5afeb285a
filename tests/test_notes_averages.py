"""The notes' exponentially weighted average, and the two rules made of it: momentum, RMSProp."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_lite as ag

EWA = [0.1, 0.29, 0.561, 0.9049, 1.31441]
CORRECTED = [1, 1.526315789473684, 2.070110701107011, 2.631288165164293, 3.209714048496985]


def test_exponentially_weighted_average() -> None:
    series = [1.0, 2.0, 3.0, 4.0, 5.0]
    np.testing.assert_allclose(ag.optim.exponential_average(series, 0.9), EWA, rtol=1e-14)
    np.testing.assert_allclose(
        ag.optim.exponential_average(series, 0.9, bias_correction=True), CORRECTED, rtol=1e-14
    )


@pytest.mark.parametrize(("correction", "expected"), [(False, EWA), (True, CORRECTED)])
def test_exponentially_weighted_average_of_a_weight(
    correction: bool, expected: list[float]
) -> None:
    w = ag.Tensor(0.0)
    average = ag.optim.EWA([w], beta=0.9, bias_correction=correction)
    for t, value in enumerate(expected, 1):
        w.assign(float(t))
        average.update()
        (found,) = average.averages().values()
        np.testing.assert_allclose(found, value, rtol=1e-14)


@given(st.floats(-100, 100), st.sampled_from([0.0, 0.5, 0.9, 0.98]))
def test_the_corrected_average_of_a_constant_is_that_constant(x: float, beta: float) -> None:
    series = [x] * 20
    plain = ag.optim.exponential_average(series, beta)
    np.testing.assert_allclose(plain, x * (1 - beta ** np.arange(1, 21)), rtol=1e-11, atol=1e-300)
    corrected = ag.optim.exponential_average(series, beta, bias_correction=True)
    np.testing.assert_allclose(corrected, series, rtol=1e-11, atol=1e-300)


def gradients_on_the_way(rule: ag.optim.Optimizer, w: ag.Tensor, steps: int) -> list[Any]:
    """The gradients that the rule met, descending on a badly scaled parabola."""
    met = []
    for _ in range(steps):
        rule.zero_grad()
        np.sum(np.array([0.5, 50.0]) * np.square(w)).backward()
        met.append(w.grad)
        rule.step()
    return met


def test_momentum_steps_along_the_average_of_the_gradients() -> None:
    """A sum weighted by beta is the average over 1 - beta: the rate takes up the factor."""
    beta, rate = 0.9, 0.02
    w = ag.Tensor([1.0, 1.0])
    met = gradients_on_the_way(ag.optim.SGD([w], lr=rate * (1 - beta), momentum=beta), w, 20)
    averages = ag.optim.exponential_average(met, beta)
    np.testing.assert_allclose(w.value, 1 - rate * np.sum(averages, axis=0), rtol=1e-12)


def test_rmsprop_divides_by_the_average_size_of_the_gradient() -> None:
    beta, rate, eps = 0.9, 0.01, 1e-8
    w = ag.Tensor([1.0, 1.0])
    met = gradients_on_the_way(ag.optim.RMSProp([w], lr=rate, alpha=beta, eps=eps), w, 20)
    sizes = np.sqrt(ag.optim.exponential_average(np.square(met), beta))
    expected = 1 - rate * np.sum(met / (sizes + eps), axis=0)
    np.testing.assert_allclose(w.value, expected, rtol=1e-12)
    np.testing.assert_allclose(w.value[0], w.value[1], rtol=1e-6)  # as if the scales were equal
