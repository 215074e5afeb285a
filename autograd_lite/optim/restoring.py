"""Give cells the values of a state dictionary, all or none, and name what does not fit."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_lite.core.state import State
from autograd_lite.errors import ShapeError, StorageError


def restore(
    asker: str, cells: Mapping[str, State], plain: Mapping[str, Any], given: Mapping[str, Any]
) -> None:
    """Assign `given` to the cells; it must have their names and those of `plain`, no others."""
    expected = {**plain, **cells}
    problems = [f"missing {name}" for name in expected if name not in given]
    problems += [f"unexpected {name}" for name in given if name not in expected]
    kind: type[StorageError | ShapeError] = StorageError if problems else ShapeError
    for name, cell in cells.items():
        found = np.shape(given[name]) if name in given else cell.shape
        if found != cell.shape:
            problems.append(f"{name} has shape {found}, here it has {cell.shape}")
    if problems:
        raise kind(f"load_state_dict into {asker}: {'; '.join(problems)}.")
    for name, cell in cells.items():
        cell.assign(given[name])
