"""Exponentially weighted averages."""

from pathlib import Path

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import optim


def test_the_average_of_a_series() -> None:
    series = [1.0, 2.0, 3.0, 4.0, 5.0]
    np.testing.assert_allclose(
        optim.exponential_average(series, beta=0.9), [0.1, 0.29, 0.561, 0.9049, 1.31441]
    )
    np.testing.assert_allclose(
        optim.exponential_average(series, beta=0.9, bias_correction=True),
        [1.0, 1.526315789473684, 2.070110701107011, 2.631288165164293, 3.209714048496985],
        rtol=1e-14,
    )


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.98])
def test_a_constant_series_is_its_own_corrected_average(beta: float) -> None:
    rows = np.full((20, 2), 3.0, np.float32)
    found = optim.exponential_average(rows, beta, bias_correction=True)
    np.testing.assert_allclose(found, rows, rtol=1e-5)
    assert found.dtype == np.float32
    assert optim.exponential_average([1, 2]).dtype == np.float64


def test_the_average_of_weights_is_that_of_their_series() -> None:
    series = np.random.default_rng(0).normal(size=(6, 2, 3))
    w, b = ag.Tensor(series[0]), ag.Tensor(np.float32(0.0))
    plain = optim.EWA([("w", w), ("b", b)], beta=0.8, bias_correction=False)
    corrected = optim.EWA([("w", w), ("b", b)], beta=0.8)
    for value in series:
        w.assign(value)
        plain.update()
        corrected.update()
    for average, correct in ((plain, False), (corrected, True)):
        expected = optim.exponential_average(series, 0.8, correct)[-1]
        np.testing.assert_allclose(average.averages()["w"], expected, rtol=1e-14)
    with corrected.applied():
        np.testing.assert_array_equal(w.value, corrected.averages()["w"])
        assert b.dtype == np.float32
    np.testing.assert_array_equal(w.value, series[-1])


def test_the_own_values_come_back_after_an_error() -> None:
    w = ag.Tensor([1.0])
    average = optim.EWA([w])
    average.update()
    w.assign([2.0])
    with pytest.raises(ZeroDivisionError), average.applied():
        np.testing.assert_allclose(w.value, [1.0])
        raise ZeroDivisionError
    np.testing.assert_array_equal(w.value, [2.0])


def test_it_is_saved_and_restored(tmp_path: Path) -> None:
    w = ag.Tensor([1.0, 2.0])
    average, other = optim.EWA([w], beta=0.5), optim.EWA([w], beta=0.5)
    average.update()
    w.assign([3.0, 5.0])
    average.update()
    ag.save(tmp_path / "average.npz", average.state_dict())
    other.load_state_dict(ag.load(tmp_path / "average.npz"))
    np.testing.assert_array_equal(other.averages()["0"], average.averages()["0"])
    with pytest.raises(ag.StorageError, match="load_state_dict into EWA: missing sums.0;"):
        other.load_state_dict({"updates": 1, "sums.1": 0.0})


def test_refusals() -> None:
    w = ag.Tensor([1.0])
    with pytest.raises(ValueError, match="EWA: beta is a number from 0 to below 1; found 1"):
        optim.EWA([w], beta=1.0)
    with pytest.raises(ValueError, match="exponential_average: beta is .*; found -0.5"):
        optim.exponential_average([1.0], beta=-0.5)
    with pytest.raises(TypeError, match="EWA: parameters are leaf tensors; parameter 0 is a"):
        optim.EWA([w * 2])
    with pytest.raises(RuntimeError, match="EWA: there is no average before the first update"):
        optim.EWA([w]).averages()
