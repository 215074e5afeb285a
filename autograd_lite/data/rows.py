"""Choose rows from a tree of arrays: minibatches, and a part held out."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd_lite import tree as trees
from autograd_lite.random import generator

__all__ = ["batches", "split"]


def batches(
    tree: Any, size: int, rng: np.random.Generator | None = None, shuffle: bool = True
) -> Iterator[Any]:
    """Iterate once over the rows of a tree of arrays, `size` rows at a time.

    The leaves share their first axis; each batch is a tree of the same structure, and the last one
    holds the rows that remain. With `shuffle` the rows come in an order drawn from `rng` (without
    one, from the library's generator, see `seed`); else in their own order, as views.

    >>> rows = {"x": np.arange(10).reshape(5, 2), "y": np.arange(5)}
    >>> [batch["y"].tolist() for batch in batches(rows, 2, shuffle=False)]
    [[0, 1], [2, 3], [4]]
    """
    if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
        raise ValueError(f"batches: the size must be a positive integer, not {size!r}")
    count = _row_count("batches", tree)
    order = generator(rng).permutation(count) if shuffle else None
    # Checked above, at the call; a generator function would wait for the first batch.
    return _batches(tree, int(size), count, order)


def split(
    tree: Any, fraction: float, rng: np.random.Generator, stratify: ArrayLike | None = None
) -> tuple[Any, Any]:
    """Split the rows of a tree of arrays at random into (the rest, `fraction` held out).

    At least one row goes to each side, and rows keep their order within a side. `stratify` gives
    a label for each row: every label is then held out in its own proportion, to within a row.
    """
    count = _row_count("split", tree)
    if not 0 < fraction < 1:
        raise ValueError(f"split: the fraction must lie between 0 and 1, not {fraction!r}")
    if count < 2:
        raise ValueError(f"split: needs at least 2 rows to hold one out, got {count}")
    labels = np.zeros(count) if stratify is None else np.asarray(stratify)
    if labels.shape != (count,):
        raise ValueError(
            f"split: stratify must hold one label for each of the {count} rows, "
            f"its shape is {labels.shape}"
        )
    held = _drawn(labels, min(max(round(count * fraction), 1), count - 1), rng)
    return trees.map(lambda leaf: leaf[~held], tree), trees.map(lambda leaf: leaf[held], tree)


def _drawn(labels: NDArray[Any], total: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """A mask of `total` rows drawn at random, of each label in proportion."""
    shuffled = rng.permutation(len(labels))
    _, group, sizes = np.unique(labels[shuffled], return_inverse=True, return_counts=True)
    share, rest = np.divmod(sizes * total, len(labels))
    # What rounding down leaves goes to the largest remainders; among equals to larger groups, since
    # a label of few rows misses them more, and then by lot.
    order = np.lexsort((rng.random(len(sizes)), -sizes, -rest))
    share[order[: total - share.sum()]] += 1
    grouped = shuffled[np.argsort(group, kind="stable")]
    rank = np.arange(len(labels)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    mask = np.zeros(len(labels), np.bool_)
    mask[grouped[rank < np.repeat(share, sizes)]] = True
    return mask


def _batches(tree: Any, size: int, count: int, order: NDArray[np.intp] | None) -> Iterator[Any]:
    leaves, structure = trees.flatten(tree)
    for start in range(0, count, size):
        part = slice(start, start + size)
        rows = part if order is None else order[part]
        yield trees.unflatten(structure, [leaf[rows] for leaf in leaves])


def _row_count(verb: str, tree: Any) -> int:
    """The length of the first axis, which all leaves share."""
    first: tuple[str, int] | None = None
    for path, leaf in trees.leaves(tree):
        shape = getattr(leaf, "shape", None)
        if not shape:
            what = "a single number" if shape == () else f"a {type(leaf).__name__}"
            raise ValueError(f"{verb}: {_named(path)} is {what}; leaves must be arrays of rows")
        if first is None:
            first = (path, shape[0])
        elif shape[0] != first[1]:
            raise ValueError(
                f"{verb}: all arrays need the same number of rows, but {_named(first[0])} has "
                f"{first[1]} and {_named(path)} has {shape[0]}"
            )
    if first is None:
        raise ValueError(f"{verb}: the tree holds no array")
    return first[1]


def _named(path: str) -> str:
    return f"'{path}'" if path else "the tree itself"
