"""State: a cell that is rebound."""

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag


@pytest.mark.parametrize(
    ("value", "dtype", "shown"),
    [(0, np.int64, "State(0)"), (0.5, np.float64, "State(0.5)"), (True, np.bool_, "State(True)"),
     (np.array([1, 2], np.float32), np.float32, "State([1., 2.], dtype=float32)")],
)  # fmt: skip
def test_what_it_is(value: Any, dtype: Any, shown: str) -> None:
    state = ag.State(value)
    assert (state.dtype, state.shape, repr(state)) == (dtype, np.shape(value), shown)
    for copied in (copy.deepcopy(state), pickle.loads(pickle.dumps(state))):
        np.testing.assert_array_equal(copied.value, value)


def test_assigning_rebinds_and_keeps_the_dtype() -> None:
    start = np.zeros(2, np.float32)
    state = ag.State(start)
    before = state.value
    assert state.assign([1, 2.5]) is state
    assert state.dtype == np.float32
    np.testing.assert_array_equal(state.value, [1, 2.5])
    np.testing.assert_array_equal(before, [0, 0])
    np.testing.assert_array_equal(start, [0, 0])
    taken = state.numpy()
    taken[0] = 9
    assert state.value[0] == 1
    assert ag.State(3).assign(4).item() == 4


def test_refusals() -> None:
    state = ag.State(0)
    with pytest.raises(ag.ShapeError, match=r"assign: new value \(2,\), state \(\): not equal"):
        state.assign([1, 2])
    with pytest.raises(TypeError, match="assign: float64 does not fit a state of int64"):
        state.assign(0.5)
    with pytest.raises(ag.ImmutableError, match="write state.assign"):
        state.value = 3
    with pytest.raises(ValueError, match="read-only"):
        state.value[...] = 3
    with pytest.raises(TypeError, match="a State holds numbers or booleans; found 'three'"):
        ag.State("three")
    with pytest.raises(ag.LostGradientError):
        state.assign(ag.Tensor(1.0))
