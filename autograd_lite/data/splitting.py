"""Split the rows of a tree of arrays into a part to train on and a part held out."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd_lite import tree as trees
from autograd_lite.data.rows import row_count
from autograd_lite.random import generator


def split(
    tree: Any,
    fraction: float,
    *,
    stratify: ArrayLike | None = None,
    rng: np.random.Generator | None = None,
) -> tuple[Any, Any]:
    """Split the rows of a tree of arrays at random into (the rest, `fraction` held out).

    At least one row goes to each side, and rows keep their order within a side. `stratify` gives
    a label for each row: every label is then held out in its own proportion, to within a row.

    >>> train, test = split(np.arange(10), 0.3, rng=np.random.default_rng(0))
    >>> len(train), len(test)
    (7, 3)
    """
    count = row_count("split", tree)
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
    held = drawn(labels, min(max(round(count * fraction), 1), count - 1), generator(rng))
    return trees.map(lambda leaf: leaf[~held], tree), trees.map(lambda leaf: leaf[held], tree)


def drawn(labels: NDArray[Any], total: int, rng: np.random.Generator) -> NDArray[np.bool_]:
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
