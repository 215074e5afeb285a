"""Walk, map, take apart and rebuild nested containers.

A branch is a dict, list, tuple, named tuple, dataclass instance, an object whose class has
`__tree__ = True` (its children are the attributes whose names do not start with "_"), or None
(a branch without children). Everything else is a leaf: arrays, tensors, numbers, strings.

A leaf is named by the path of keys that leads to it, joined by dots: "layers.0.weight". An object
that is reached twice (tied weights) counts twice; a container that contains itself is refused.
"""

import copy
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, NamedTuple

__all__ = ["Structure", "flatten", "items", "leaves", "map", "unflatten"]

Keys = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Structure:
    """What is left of a tree without its leaves: hashable, and equal for trees of one shape.

    Compared are the kinds of the branches and their keys, in order. What an object holds beside
    its children is carried along in `shell` for `unflatten`, and is not compared.
    """

    kind: type
    keys: Keys
    children: tuple["Structure", ...]
    shell: Any = field(compare=False, repr=False)


class _Leaf:
    """The kind of a `Structure` that stands for a leaf."""


_LEAF = Structure(_Leaf, (), (), None)


def items(tree: Any) -> Iterator[tuple[str, Any]]:
    """Yield (path, value) for every leaf and every None, in order."""
    return _items(tree, "", {})


def leaves(tree: Any) -> list[tuple[str, Any]]:
    """List (path, leaf) for every leaf, in order; the path of a tree that is a leaf is "".

    >>> leaves({"scale": 2.0, "layers": [{"weight": 3.0}]})
    [('scale', 2.0), ('layers.0.weight', 3.0)]
    """
    return [(path, value) for path, value in items(tree) if value is not None]


def map(function: Callable[..., Any], tree: Any, *rest: Any) -> Any:
    """Rebuild `tree` with each leaf replaced by `function(leaf, *leaves of rest at its path)`.

    Every tree in `rest` must have the structure of `tree` (dict keys in any order), or a
    ValueError names the path at which it differs. Containers keep their type; dataclass instances
    and `__tree__` objects are shallow copies with new children, so no constructor runs.

    >>> map(lambda x, y: x + y, {"a": 1, "b": (2, None)}, {"a": 10, "b": (20, None)})
    {'a': 11, 'b': (22, None)}
    """
    return _map(function, (tree, *rest), "", {})


def flatten(tree: Any) -> tuple[list[Any], Structure]:
    """Take a tree apart into its leaves, in order, and the structure that `unflatten` fills."""
    found: list[Any] = []
    return found, _flatten(tree, found, "", {})


def unflatten(structure: Structure, leaves: Iterable[Any]) -> Any:
    """Rebuild the tree of `structure` around as many leaves as it was flattened from."""
    given = list(leaves)
    expected = _count(structure)
    if len(given) != expected:
        raise ValueError(f"unflatten: the structure has {expected} leaves, {len(given)} were given")
    return _fill(structure, iter(given))


def _items(node: Any, path: str, above: dict[int, str]) -> Iterator[tuple[str, Any]]:
    kind = _kind(type(node))
    if kind is None or node is None:
        yield path, node
        return
    _enter(node, path, above)
    keys = kind.keys(node)
    for key, child in zip(keys, kind.children(node, keys), strict=True):
        yield from _items(child, _join(path, key), above)
    del above[id(node)]


def _map(
    function: Callable[..., Any], nodes: tuple[Any, ...], path: str, above: dict[int, str]
) -> Any:
    node = nodes[0]
    kind = _kind(type(node))
    for position, other in enumerate(nodes[1:], 2):
        _require_same(node, other, position, path)
    if kind is None:
        return function(*nodes)
    _enter(node, path, above)
    keys = kind.keys(node)
    columns = zip(*[kind.children(each, keys) for each in nodes], strict=True)
    children = [
        _map(function, column, _join(path, key), above)
        for key, column in zip(keys, columns, strict=True)
    ]
    del above[id(node)]
    return kind.rebuild(node, keys, children)


def _flatten(node: Any, found: list[Any], path: str, above: dict[int, str]) -> Structure:
    kind = _kind(type(node))
    if kind is None:
        found.append(node)
        return _LEAF
    _enter(node, path, above)
    keys = kind.keys(node)
    children = tuple(
        _flatten(child, found, _join(path, key), above)
        for key, child in zip(keys, kind.children(node, keys), strict=True)
    )
    del above[id(node)]
    # A shell holds no child, so that a structure kept for long keeps no array alive.
    return Structure(type(node), keys, children, kind.rebuild(node, keys, [None] * len(keys)))


def _fill(structure: Structure, remaining: Iterator[Any]) -> Any:
    kind = _kind(structure.kind)
    if kind is None:
        return next(remaining)
    children = [_fill(child, remaining) for child in structure.children]
    return kind.rebuild(structure.shell, structure.keys, children)


def _count(structure: Structure) -> int:
    return 1 if structure is _LEAF else sum(_count(child) for child in structure.children)


class _Kind(NamedTuple):
    """How one kind of branch is taken apart and rebuilt around other children."""

    keys: Callable[[Any], Keys]
    children: Callable[[Any, Keys], list[Any]]  # the keys may come from a branch of the same keys
    rebuild: Callable[[Any, Keys, list[Any]], Any]


def _kind_of(cls: type) -> _Kind | None:
    """How instances of a class are walked; None for leaves."""
    if cls is type(None):
        return _NONE
    if getattr(cls, "__tree__", False) is True:
        return _OBJECT
    if issubclass(cls, dict):
        return _DICT
    if issubclass(cls, list):
        return _LIST
    if issubclass(cls, tuple):
        return _NAMED_TUPLE if hasattr(cls, "_fields") else _TUPLE
    return _DATACLASS if is_dataclass(cls) else None


_kind: Callable[[type], _Kind | None] = cache(_kind_of)  # walks ask at every node


def _shown_names(node: Any) -> Keys:
    return tuple(name for name in vars(node) if not name.startswith("_"))


def _indices(node: Any) -> Keys:
    return tuple(range(len(node)))


def _by_key(node: Any, keys: Keys) -> list[Any]:
    return [node[key] for key in keys]


def _by_place(node: Any, keys: Keys) -> list[Any]:
    return list(node)


def _by_name(node: Any, keys: Keys) -> list[Any]:
    return [getattr(node, str(key)) for key in keys]


def _rebuild_object(node: Any, keys: Keys, children: list[Any]) -> Any:
    rebuilt = copy.copy(node)
    vars(rebuilt).update(zip(keys, children, strict=True))
    return rebuilt


def _rebuild_dict(node: Any, keys: Keys, children: list[Any]) -> Any:
    rebuilt = copy.copy(node)
    for key, child in zip(keys, children, strict=True):
        rebuilt[key] = child
    return rebuilt


def _rebuild_list(node: Any, keys: Keys, children: list[Any]) -> Any:
    rebuilt = copy.copy(node)
    rebuilt[:] = children
    return rebuilt


def _rebuild_dataclass(node: Any, keys: Keys, children: list[Any]) -> Any:
    rebuilt = copy.copy(node)
    for key, child in zip(keys, children, strict=True):
        object.__setattr__(rebuilt, str(key), child)  # a frozen dataclass refuses its own
    return rebuilt


_NONE = _Kind(lambda node: (), lambda node, keys: [], lambda node, keys, children: None)
_OBJECT = _Kind(_shown_names, lambda node, keys: _by_key(vars(node), keys), _rebuild_object)
_DICT = _Kind(tuple, _by_key, _rebuild_dict)
_LIST = _Kind(_indices, _by_place, _rebuild_list)
_TUPLE = _Kind(_indices, _by_place, lambda node, keys, children: type(node)(children))
_NAMED_TUPLE = _Kind(
    lambda node: node._fields, _by_place, lambda node, keys, children: node._make(children)
)
_DATACLASS = _Kind(
    lambda node: tuple(each.name for each in fields(node)), _by_name, _rebuild_dataclass
)


def _enter(node: Any, path: str, above: dict[int, str]) -> None:
    """Note that the walk is inside `node`, or say that it already was."""
    if id(node) in above:
        raise ValueError(
            f"a tree cannot contain itself: the {type(node).__name__} {_place(path)} "
            f"is the same object as the one {_place(above[id(node)])}"
        )
    above[id(node)] = path


def _require_same(node: Any, other: Any, position: int, path: str) -> None:
    kind, other_kind = _kind(type(node)), _kind(type(other))
    if kind is None and other_kind is None:
        return
    if kind is None or type(node) is not type(other):
        found = [
            f"{'leaf' if its is None else 'branch'} ({type(each).__name__})"
            for each, its in ((node, kind), (other, other_kind))
        ]
        raise ValueError(
            f"map: {_place(path)} the first tree has a {found[0]} and tree {position} "
            f"a {found[1]}; all trees must have one structure"
        )
    mine, its = set(kind.keys(node)), set(kind.keys(other))
    if mine != its:
        raise ValueError(
            f"map: {_place(path)} the first tree and tree {position} have different keys; "
            f"only in the first: {_listed(mine - its)}; only in tree {position}: "
            f"{_listed(its - mine)}"
        )


def _listed(keys: set[Hashable]) -> str:
    return ", ".join(sorted(repr(key) for key in keys)) or "none"


def _place(path: str) -> str:
    return f"at '{path}'" if path else "at the root"


def _join(path: str, key: Hashable) -> str:
    return f"{path}.{key}" if path else str(key)
