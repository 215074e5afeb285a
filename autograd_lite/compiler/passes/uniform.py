"""Arrays of which every entry is one known number."""

from typing import Any

import numpy as np

from autograd_lite.compiler.program import Instruction

LARGEST = 1 << 12  # entries: what is looked through for being all the same


def uniform(array: Any, maker: Instruction | None) -> Any:
    """The number that all entries are, as a Python number; None where it is not known."""
    if array is not None:
        return one_number(array)
    if maker is None:
        return None
    if maker.function is np.full:
        number = maker.args[1]
        if isinstance(number, int | float | complex):
            return maker.args[2].type(number).item() if len(maker.args) > 2 else number
    return None


def one_number(array: Any) -> Any:
    """What a constant array is all over; None if its entries differ or are too many to look at."""
    if array.dtype.kind not in "biufc" or not array.size:
        return None
    first = array.reshape(-1)[0] if array.ndim == 0 else array[(0,) * array.ndim]
    if any(array.strides[at] for at in range(array.ndim) if array.shape[at] > 1):
        if array.size > LARGEST or not (array == first).all():
            return None
        if first == 0 and array.dtype.kind in "fc" and np.signbit(array.real).any():
            return None  # zeros of both signs, or a negative zero, are not one number
    number = first.item()
    return number if isinstance(number, int | float | complex) else None
