"""Minibatches: the rows of a tree of arrays, some at a time."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite import tree as trees
from autograd_lite.data.rows import row_count
from autograd_lite.random import generator


def batches(
    tree: Any,
    size: int,
    *,
    shuffle: bool = True,
    drop_last: bool = False,
    rng: np.random.Generator | None = None,
) -> Iterator[Any]:
    """Iterate once over the rows of a tree of arrays, `size` rows at a time.

    The leaves share their first axis; each batch is a tree of the same structure. The last one
    holds the rows that remain, or is left out with `drop_last` if they are fewer than `size`.
    With `shuffle` the rows come in an order drawn from `rng`, at the call (without one, from the
    library's generator, see `seed`); else in their own order, as views.

    >>> rows = {"x": np.arange(10).reshape(5, 2), "y": np.arange(5)}
    >>> [batch["y"].tolist() for batch in batches(rows, 2, shuffle=False)]
    [[0, 1], [2, 3], [4]]
    """
    if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
        raise ValueError(f"batches: the size must be a positive integer, not {size!r}")
    count = row_count("batches", tree)
    order = generator(rng).permutation(count) if shuffle else None
    used = count - count % int(size) if drop_last else count
    # Checked above, at the call; a generator function would wait for the first batch.
    return cut(tree, int(size), used, order)


def cut(tree: Any, size: int, count: int, order: NDArray[np.intp] | None) -> Iterator[Any]:
    """Yield the first `count` rows of that order, `size` at a time."""
    leaves, structure = trees.flatten(tree)
    for start in range(0, count, size):
        part = slice(start, min(start + size, count))
        rows = part if order is None else order[part]
        yield trees.unflatten(structure, [leaf[rows] for leaf in leaves])
