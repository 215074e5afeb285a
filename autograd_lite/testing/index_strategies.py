"""Strategies for indices: all the kinds that NumPy has."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

KINDS = ("basic", "integers", "mask", "mixed")


@st.composite
def indices(draw: st.DrawFn, shape: tuple[int, ...], kinds: Sequence[str] = KINDS) -> Any:
    """An index for an array of `shape`: of slices and new axes, of integer arrays, a mask, mixed.

    A shape of no dimension has basic indices only, and one of size 0 no integer arrays.
    """
    possible = [kind for kind in kinds if is_possible(kind, shape)] or ["basic"]
    kind = draw(st.sampled_from(possible))
    if kind == "basic":
        return draw(hnp.basic_indices(shape, allow_newaxis=True, max_dims=len(shape) + 2))
    if kind == "mask":
        return draw(hnp.arrays(np.bool_, shape[: draw(st.integers(1, len(shape)))]))
    result = draw(hnp.array_shapes(min_dims=0, max_dims=2, max_side=3))
    if kind == "integers":
        return draw(hnp.integer_array_indices(shape, result_shape=st.just(result)))
    parts: list[Any] = []
    for length in shape:
        integers = hnp.arrays(np.intp, result, elements=st.integers(-length, length - 1))
        parts.append(draw(integers | st.integers(-length, length - 1) | st.slices(length)))
        if draw(st.booleans()) and draw(st.booleans()):
            parts.append(None)
    return tuple(parts)


def is_possible(kind: str, shape: tuple[int, ...]) -> bool:
    return kind == "basic" or (len(shape) > 0 and (kind == "mask" or 0 not in shape))
