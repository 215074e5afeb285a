"""How a tree lies in a file: its arrays by name, and beside them the tree as JSON.

An array is named by its path in the tree ("model.layers.0.weight"). In the JSON a branch is an
object or a list, a plain leaf is itself, and an array is {"__array__": its name}. What was one
object in the tree has one name: {"__array__": ...} stands twice, the array once.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite import tree as trees
from autograd_lite.core.state import State
from autograd_lite.core.tensor import Tensor
from autograd_lite.errors import StorageError

MARK = "__array__"
RESERVED = "__metadata__"  # safetensors keeps its metadata under this name, so .npz does as well
PLAIN = (str, bool, int, float, type(None))
LEAF = trees.flatten(0)[1]

Arrays = dict[str, NDArray[Any]]


class DamagedError(Exception):
    """What is wrong with the content of a file."""


def arranged(tree: Any) -> tuple[Arrays, Any]:
    """The arrays of a tree by name, and the tree as JSON knows it."""
    arrays: Arrays = {}
    name_of: dict[int, str] = {}
    placed: list[Any] = []
    for path, leaf in trees.leaves(tree):
        if isinstance(leaf, PLAIN) and not isinstance(leaf, np.generic):  # np.float64 is a float
            placed.append(leaf)
            continue
        if id(leaf) not in name_of:
            require_name(path, arrays)
            arrays[path] = as_array(path, leaf)
            name_of[id(leaf)] = path
        placed.append({MARK: name_of[id(leaf)]})
    return arrays, drawn(trees.flatten(tree)[1], iter(placed), "")


def drawn(structure: trees.Structure, placed: Iterator[Any], path: str) -> Any:
    """The tree of a structure as dicts and lists around the leaves that were placed."""
    if structure == LEAF:
        return next(placed)
    if structure.kind is type(None):
        return None
    children: dict[Any, Any] = {}
    is_dict = issubclass(structure.kind, dict)
    for key, child in zip(structure.keys, structure.children, strict=True):
        if is_dict and (not isinstance(key, str) or key == MARK):
            raise StorageError(
                f"the key {key!r} of {at(path)} cannot be stored; keys must be text, and not {MARK}"
            )
        children[key] = drawn(child, placed, f"{path}.{key}" if path else str(key))
    if issubclass(structure.kind, list | tuple) and not hasattr(structure.kind, "_fields"):
        return list(children.values())
    return children


def at(path: str) -> str:
    return f"the dict at '{path}'" if path else "the tree"


def require_name(path: str, arrays: Arrays) -> None:
    if not path or path == RESERVED or not path.isprintable():
        name = f"the name {path!r}" if path else "an array without a name"
        raise StorageError(f"{name} cannot be stored; pass a tree such as {{'weight': array}}")
    if path in arrays:
        raise StorageError(f"two arrays have the path '{path}'")


def as_array(path: str, leaf: Any) -> NDArray[Any]:
    value = leaf.value if isinstance(leaf, Tensor | State) else leaf
    if not isinstance(value, np.ndarray | np.generic) or value.dtype.kind not in "biufc":
        dtype = f" of {value.dtype}" if isinstance(value, np.ndarray) else ""
        raise StorageError(
            f"'{path}' is a {type(value).__name__}{dtype}; a leaf must be an array of numbers or "
            "booleans, a str, int, float, bool or None"
        )
    return np.asarray(value, value.dtype.newbyteorder("="), order="C")


def joined(arrays: Arrays, text: str) -> Any:
    """The tree again, from the text that describes it and exactly the arrays it names."""
    try:
        shape = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"its tree is not JSON: {error}") from error
    named: set[str] = set()

    def place(name: str) -> NDArray[Any]:
        if name not in arrays:
            raise DamagedError(f"its tree does not fit its arrays at '{name}'")
        named.add(name)
        return arrays[name]

    tree = filled(shape, place)
    if len(named) < len(arrays):
        raise DamagedError(f"its tree does not fit its arrays at '{min(arrays.keys() - named)}'")
    return tree


def filled(node: Any, place: Callable[[str], NDArray[Any]]) -> Any:
    """A part of the tree, with arrays where their marks were."""
    if isinstance(node, list):
        return [filled(child, place) for child in node]
    if not isinstance(node, dict):
        return node
    if MARK not in node:
        return {key: filled(child, place) for key, child in node.items()}
    name = node[MARK]
    if len(node) > 1 or not isinstance(name, str):
        raise DamagedError(f"its tree has an {MARK} that is none")
    return place(name)
