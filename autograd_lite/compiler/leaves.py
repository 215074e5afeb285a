"""Arguments taken apart: which leaves are inputs of the program, and which it is made for.

Arrays, tensors and Python floats are inputs: a program reads them at every call. All else (ints,
strings, None, modules, functions) is static: the program holds for these very values.
"""

import copy
import dataclasses
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from autograd_lite.core.tensor import Tensor

STATIC = (int, bool, str, bytes, type(None))


class SameTensor(Exception):  # noqa: N818 (no error: the arguments are opened in another way)
    """A tensor among the arguments is met a second time, there or in another way."""


class NotPlain(Exception):  # noqa: N818 (no error: the function is called as it is)
    """An argument is an array under a transform, or a recorded result."""


def opened(
    args: tuple[Any, ...], kwargs: dict[str, Any], by_identity: bool = False
) -> tuple[tuple[Hashable, ...], list[Any]]:
    """The key and the input leaves of a call."""
    key: list[Any] = []
    leaves: list[Any] = []
    plain = True
    for arg in args:
        if type(arg) is np.ndarray:  # most arguments are
            key.append(arg.shape)
            key.append(arg.dtype)
            leaves.append(arg)
        else:
            plain = False
            enter(arg, key, leaves, by_identity)
    if kwargs:
        plain = False
        enter(kwargs, key, leaves, by_identity)
    if not plain and not by_identity:
        require_different([id(leaf) for leaf in leaves if type(leaf) is Tensor])
    return tuple(key), leaves


def require_different(ids: list[int]) -> None:
    if len(set(ids)) < len(ids):
        raise SameTensor


def enter(thing: Any, key: list[Any], leaves: list[Any], by_identity: bool) -> None:
    kind = type(thing)
    if kind is np.ndarray:
        key += (thing.shape, thing.dtype)
        leaves.append(thing)
    elif kind is float or kind is complex:
        key.append(kind)
        leaves.append(thing)
    elif kind in STATIC:
        key += (kind, thing)
    elif kind is Tensor:
        if not isinstance(thing._value, np.ndarray | np.generic) or not is_users(thing):
            raise NotPlain
        if by_identity:
            key.append(Same(thing))
        key += ("tensor", thing.shape, thing.dtype, thing.requires_grad, thing.grad is None)
        leaves.append(thing)
    elif isinstance(thing, np.generic):
        key += (kind, "scalar")
        leaves.append(thing)
    elif kind in (list, tuple) or (isinstance(thing, tuple) and hasattr(thing, "_fields")):
        key += (kind, len(thing))
        for item in thing:
            enter(item, key, leaves, by_identity)
    elif kind is dict:
        key += (kind, tuple(thing))
        for item in thing.values():
            enter(item, key, leaves, by_identity)
    elif is_record(thing):
        key += (kind, len(dataclasses.fields(thing)))
        for field in dataclasses.fields(thing):
            enter(getattr(thing, field.name), key, leaves, by_identity)
    elif hasattr(kind, "__array_ufunc__"):
        raise NotPlain
    else:
        key.append(Same(thing))


def is_users(tensor: Tensor) -> bool:
    """Whether a tensor is a leaf, and not one that a transform made to differentiate by it."""
    node = tensor.node
    return node is None or (node.primitive is None and not node.of_transform)


class Same:
    """An argument that is compared by identity: a module, an optimizer, a generator, a function."""

    __slots__ = ("thing",)

    def __init__(self, thing: Any) -> None:
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.thing is self.thing

    def __hash__(self) -> int:
        return id(self.thing)


def is_record(thing: Any) -> bool:
    """Whether a thing is a tree of arguments: a dataclass that is not a module."""
    if isinstance(thing, type) or not dataclasses.is_dataclass(thing):
        return False
    return not getattr(type(thing), "__tree__", False)


def is_input(thing: Any) -> bool:
    """Whether a leaf is one that a program reads or computes."""
    kind = type(thing)
    if kind is Tensor or kind is float or kind is complex or isinstance(thing, np.generic):
        return True
    return hasattr(kind, "__array_ufunc__")


def rebuilt(
    thing: Any, leaf: Callable[[Any], Any], is_leaf: Callable[[Any], bool] = is_input
) -> Any:
    """Arguments or results with each leaf replaced by what `leaf` makes of it."""
    kind = type(thing)
    if is_leaf(thing):
        return leaf(thing)
    if kind in (list, tuple):
        return kind([rebuilt(item, leaf, is_leaf) for item in thing])
    if isinstance(thing, tuple) and hasattr(thing, "_fields"):
        return kind(*[rebuilt(item, leaf, is_leaf) for item in thing])
    if kind is dict:
        return {key: rebuilt(item, leaf, is_leaf) for key, item in thing.items()}
    if is_record(thing):
        new = copy.copy(thing)
        for field in dataclasses.fields(thing):
            item = rebuilt(getattr(thing, field.name), leaf, is_leaf)
            object.__setattr__(new, field.name, item)
        return new
    return thing


def statics(things: Any) -> list[Any]:
    """The leaves of arguments that are not inputs: modules, functions, generators."""
    found: list[Any] = []

    def note(thing: Any) -> bool:
        kind = type(thing)
        if is_input(thing) or kind in STATIC:
            return True
        inside = kind in (list, tuple, dict) or hasattr(thing, "_fields") or is_record(thing)
        if not inside:
            found.append(thing)
        return not inside

    rebuilt(things, lambda thing: thing, note)
    return found
