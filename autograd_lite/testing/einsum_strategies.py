"""Strategies for einsum: subscripts of every form, with operands that fit."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

LENGTHS = {"i": 2, "j": 3, "k": 1, "l": 2}


@dataclass(frozen=True)
class EinsumCall:
    """The arguments of one call: `np.einsum(call.subscripts, *call.operands)`."""

    subscripts: str
    operands: tuple[npt.NDArray[Any], ...]


@st.composite
def einsum_calls(draw: st.DrawFn, max_operands: int = 3) -> EinsumCall:
    """Calls of einsum: explicit and implicit, with an ellipsis, repeated letters, axes of length 1.

    >>> from hypothesis import find
    >>> find(einsum_calls(), lambda call: len(call.operands) == 2).subscripts.count(",")
    1
    """
    letters = st.text(st.sampled_from(sorted(LENGTHS)), max_size=3)
    inputs = draw(st.lists(letters, min_size=1, max_size=max_operands))
    found = sorted(set("".join(inputs)))
    batch = draw(st.sampled_from([(), (2,), (3, 2)]))
    dotted = draw(st.lists(st.booleans(), min_size=len(inputs), max_size=len(inputs)))
    kept = draw(st.permutations(found))[: draw(st.integers(0, len(found)))]
    is_explicit = draw(st.booleans())
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    operands = []
    for letters_of_one, has_dots in zip(inputs, dotted, strict=True):
        one = draw(st.sampled_from(["", *found]))  # may be of length 1 here, and broadcasts
        shape = [1 if letter == one else LENGTHS[letter] for letter in letters_of_one]
        before = batch[draw(st.integers(0, len(batch))) :] if has_dots else ()
        operands.append(rng.uniform(-2, 2, (*before, *shape)))
    subscripts = ",".join(
        ("..." if has_dots else "") + one for one, has_dots in zip(inputs, dotted, strict=True)
    )
    if is_explicit:
        subscripts += "->" + ("..." if any(dotted) else "") + "".join(kept)
    return EinsumCall(subscripts, tuple(operands))
