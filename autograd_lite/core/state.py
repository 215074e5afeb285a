"""State: a value that changes from step to step and is not differentiated."""

from typing import Any

import numpy as np

from autograd_lite.errors import ImmutableError, ShapeError


class State:
    """A cell of any dtype that is rebound, never written into: a step count, a rate, a statistic.

    It keeps the shape and the dtype it began with, so what reads it can be compiled once. Python's
    numbers, lists of them and arrays are taken; the value is copied.

    >>> steps = State(0)
    >>> steps.assign(steps.value + 1)
    State(1)
    """

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: Any) -> None:
        self._value: Any = array_of(value)
        if self._value.dtype.kind not in "biufc":
            raise TypeError(f"a State holds numbers or booleans; found {value!r:.60}.")

    @property
    def value(self) -> Any:
        """The value, as an array that cannot be written into (`assign` gives a new one)."""
        value = self._value
        if isinstance(value, np.ndarray):
            value = value.view()
            value.flags.writeable = False
        return value

    @value.setter
    def value(self, new: Any) -> None:
        raise ImmutableError("values never change in place: write state.assign(new_value).")

    @property
    def shape(self) -> tuple[int, ...]:
        shape: tuple[int, ...] = self._value.shape
        return shape

    @property
    def dtype(self) -> np.dtype[Any]:
        dtype: np.dtype[Any] = self._value.dtype
        return dtype

    def assign(self, new: Any) -> "State":
        """Take a new value (copied) of the same shape and kind of number; the state itself."""
        array = array_of(new)
        if array.shape != self._value.shape:
            raise ShapeError(f"assign: new value {array.shape}, state {self.shape}: not equal.")
        if array.dtype != self._value.dtype:
            if not np.can_cast(array.dtype, self._value.dtype, "same_kind"):
                raise TypeError(f"assign: {array.dtype} does not fit a state of {self.dtype}.")
            array = array.astype(self._value.dtype)
        self._value = array
        return self

    def item(self) -> Any:
        """The value of a state of one entry, as a Python number."""
        return self._value.item()

    def numpy(self) -> Any:
        """A copy of the value, as an array of its own."""
        return np.array(self._value)

    def __repr__(self) -> str:
        body = np.array2string(self._value, separator=", ", prefix="State(")
        kept = self._value.dtype in (np.dtype(float), np.dtype(int), np.dtype(bool))
        return f"State({body})" if kept else f"State({body}, dtype={self.dtype})"


def array_of(value: Any) -> Any:
    """A copy as an array; one of another library, which nobody writes into, as it is."""
    if hasattr(value, "requires_grad"):  # a tensor
        value._refuse("keeping a tensor in a State", "Give its .value.")
        value = value._value
    if hasattr(value, "__array_ufunc__") and not isinstance(value, np.ndarray | np.generic):
        return value.astype(value.dtype)
    return np.array(value, order="C")
