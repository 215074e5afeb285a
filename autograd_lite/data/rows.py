"""The rows of a tree of arrays: the first axis, which all leaves share."""

from typing import Any

from autograd_lite import tree as trees


def row_count(verb: str, tree: Any) -> int:
    """How many rows all arrays of the tree have; `verb` is who asks."""
    first: tuple[str, int] | None = None
    for path, leaf in trees.leaves(tree):
        shape = getattr(leaf, "shape", None)
        if not shape:
            what = "a single number" if shape == () else f"a {type(leaf).__name__}"
            raise ValueError(f"{verb}: {named(path)} is {what}; leaves must be arrays of rows")
        if first is None:
            first = (path, shape[0])
        elif shape[0] != first[1]:
            raise ValueError(
                f"{verb}: all arrays need the same number of rows, but {named(first[0])} has "
                f"{first[1]} and {named(path)} has {shape[0]}"
            )
    if first is None:
        raise ValueError(f"{verb}: the tree holds no array")
    return first[1]


def named(path: str) -> str:
    return f"'{path}'" if path else "the tree itself"
