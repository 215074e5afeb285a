"""Numbers between two ends, powers, and grids."""

from typing import Any

import numpy as np

from cases.kinds import joined, positive, real, shaped

CASES = [
    shaped("linspace", lambda x, y: np.linspace(x, y, 5), np.array(-0.5), np.array(2.0)),
    shaped("linspace, open", lambda x: np.linspace(x, 3, 4, endpoint=False, axis=-1), real(2)),
    shaped("linspace of arrays", lambda x, y: np.linspace(x, y, 3, axis=1), real(2, 1),
           real(3, seed=1)),
    shaped("linspace, one", lambda x, y: np.linspace(x, y, 1), real(2), real(2, seed=1)),
    shaped("linspace, one, open", lambda x, y: np.linspace(x, y, 1, False), real(2),
           real(2, seed=1)),
    shaped("linspace, none", lambda x: np.linspace(x, 2, num=0), real(2)),
    shaped("linspace, step", lambda x: joined(np.linspace(0, x, 4, retstep=True)), real(2)),
    shaped("linspace, dtype", lambda x: np.linspace([0, 1], x, 3, dtype=np.float64), real(2),
           float32=False),
    shaped("logspace", lambda x, y: np.logspace(x, y, 4), np.array(-0.5), np.array(1.0)),
    shaped("logspace, base", lambda x, y: np.logspace(x, 2, 3, False, base=y), real(2),
           np.array(1.5)),
    shaped("logspace, bases", lambda x, y: np.logspace(x, 2, 3, base=y, axis=-1), real(2),
           positive(2), float32=False),
    shaped("geomspace", lambda x, y: np.geomspace(x, y, 4), positive(2), positive(2, seed=1),
           float32=False),
    shaped("geomspace, negative", lambda x: np.geomspace(-x, -9, 3, axis=1), positive(2),
           float32=False),
    shaped("geomspace, open", lambda x: np.geomspace(2, x, 3, endpoint=False), positive(2),
           float32=False),
    shaped("meshgrid", lambda x, y: meshed(x, y), real(2), real(3, seed=1)),
    shaped("meshgrid, ij", lambda x, y: meshed(x, y, x, indexing="ij"), real(2), real(3, seed=1)),
    shaped("meshgrid, sparse", lambda x, y: meshed(x, y, sparse=True, copy=False), real(2),
           np.array(0.5)),
    shaped("meshgrid of one", lambda x: meshed(x), real(2)),
    shaped("vander", np.vander, real(3), float32=False),
    shaped("vander, rising", lambda x: np.vander(x, 4, increasing=True), np.array([0.0, -1.5]),
           float32=False),
    shaped("vander, no columns", lambda x: np.vander(x, 0), real(2), float32=False),
]  # fmt: skip


def meshed(*xs: Any, **kwargs: Any) -> Any:
    """One array that depends on each of the grids."""
    return sum((np.sin((i + 1) * grid) for i, grid in enumerate(np.meshgrid(*xs, **kwargs))), 0.0)


CONSTANT = [
    ("linspace of integers", lambda x: np.linspace(x, 7, 4, dtype=int)),
    ("ix_", lambda x: np.ix_(x > 0, [0, 1])),
]
