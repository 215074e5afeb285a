"""Loading a state dictionary: everything that does not fit is said at once, or all is loaded."""

import difflib
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.core.state import State
from autograd_lite.core.tensor import Tensor, value_of
from autograd_lite.errors import ShapeError, StorageError


class IncompatibleKeys(NamedTuple):
    """The names that only the module has, and those that only the state dictionary has."""

    missing_keys: list[str]
    unexpected_keys: list[str]


def load(
    owner: str, cells: Mapping[str, Tensor | State], given: Mapping[str, Any], strict: bool
) -> IncompatibleKeys:
    """Give the cells of the module called `owner` the values of the same names."""
    missing = [name for name in cells if name not in given]
    unexpected = [name for name in given if name not in cells]
    values = {name: as_array(given[name]) for name in cells if name in given}
    wrong = [
        f"shape of {name}: {value.shape} in the state dictionary, {cells[name].shape} in the module"
        for name, value in values.items()
        if value.shape != cells[name].shape
    ]
    wrong += [
        f"dtype of {name}: {value.dtype} in the state dictionary, {cells[name].dtype} in the module"
        for name, value in values.items()
        if not np.can_cast(value.dtype, cells[name].dtype, "same_kind")
    ]
    strangers = [*missing, *unexpected] if strict else []
    if strangers or wrong:
        lines = [f"missing: {name}, of shape {cells[name].shape}" for name in missing]
        lines += [f"unexpected: {name}{resembling(name, missing, cells)}" for name in unexpected]
        raise (StorageError if strangers else ShapeError)(
            f"load_state_dict: the state dictionary does not fit this {owner}; nothing was loaded."
            + "".join(f"\n  {line}" for line in [*(lines if strict else []), *wrong])
        )
    for name, value in values.items():
        cells[name].assign(value)
    return IncompatibleKeys(missing, unexpected)


def as_array(value: Any) -> Any:
    """Arrays, tensors of ours, and whatever else NumPy takes for an array."""
    value = value.value if isinstance(value, State) else value_of(value)
    return np.asarray(value)


def resembling(name: str, missing: Collection[str], known: Collection[str]) -> str:
    """The name that may have been meant."""
    close = difflib.get_close_matches(name, missing, 1) or difflib.get_close_matches(name, known, 1)
    return f" (did you mean {close[0]}?)" if close else ""
