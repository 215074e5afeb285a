"""What a program holds for: the settings within reach of a function, as they were.

A module's mode, an optimizer's options, the names bound in a closure: Python reads them while a
function is recorded, and the program has what they led to. Before every call it is looked whether
each is still the same object, or plain and equal. That is done by a single pass over the containers
themselves, since it is a part of every call.
"""

import types
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain
from operator import attrgetter, is_
from typing import Any

import numpy as np

from autograd_lite.compiler.reach import (
    CELLS,
    FEW,
    FOREIGN,
    OURS,
    PLAIN,
    globals_in,
    is_read,
    is_users,
    names_in,
    origin,
    reached,
    reads_all,
    slots_of,
)
from autograd_lite.core.tensor import Tensor
from autograd_lite.optim.group import Group, Shared, Slot

CONTENTS = attrgetter("cell_contents")
NODE = attrgetter("node")
REQUIRES_GRAD = attrgetter("requires_grad")
SHARED = attrgetter("shared")
END = (object(),)  # by which a list that has grown or shrunk is told


class Settings:
    """All settings within reach, and how to look at them again."""

    def __init__(self, function: Any, given: Any, tensors: Iterable[Tensor] = ()) -> None:
        self.ours: list[tuple[Any, Any]] = []  # what our objects hold, and what it was
        self.of_ours: set[int] = set()
        self.containers: list[Any] = []  # of the user's, which are iterated over
        self.named: list[tuple[Callable[[str], Any], tuple[str, ...]]] = []
        self.cells: list[Any] = []
        self.slots: list[Slot] = []
        self.settled: set[int] = set()  # containers that change only with an option that is watched
        self.constants = [t for t in tensors if t.node is None]
        self.nodes = [t.node for t in tensors if t.node is not None]
        found = reached(function, given)
        self.names = {name for _, thing in found for name in names_in(thing)}
        for _, thing in found:
            self.watch(thing)
        looks: list[tuple[Callable[[Any], Any], Any]] = [
            *self.named,
            (CONTENTS, self.cells),
            (SHARED, self.slots),
            (NODE, self.constants),
            (REQUIRES_GRAD, self.nodes),
        ]
        self.looks = [(look, things) for look, things in looks if things]
        self.saved = list(self.now())

    def watch(self, thing: Any) -> None:
        """Note where the settings are that an object has."""
        if id(thing) in self.settled:
            return
        if id(thing) in self.of_ours:
            self.ours.append((thing, thing.copy()))
        elif isinstance(thing, types.FunctionType):
            self.watch_function(thing)
        elif isinstance(thing, dict):
            if len(thing) <= FEW:
                self.containers.append(thing.values())
        elif isinstance(thing, list | set | deque):
            if len(thing) <= FEW:
                self.containers.append(thing)
        elif isinstance(thing, type):
            if is_users(thing):
                self.watch_names(vars(thing).get, vars(thing))
        elif isinstance(thing, Slot):
            self.slots.append(thing)
            self.settled |= {id(thing.moments), id(thing.cells)}
        elif isinstance(thing, Shared):
            self.settled.add(id(thing.cells))
        elif isinstance(thing, Group):  # its moments follow from its options
            self.named.append((vars(thing).get, ("slots", "options", "schedule")))
            self.of_ours |= {id(thing.slots), id(thing.options)}
            self.settled |= {id(thing.moments), id(thing.dtypes)}
        elif holds_settings(thing):
            self.watch_object(thing)

    def watch_function(self, function: types.FunctionType) -> None:
        self.cells += [cell for cell in function.__closure__ or () if has_value(cell)]
        if (function.__module__ or "").split(".")[0] not in (OURS, "numpy"):
            names = tuple(globals_in(function.__code__))
            self.named.append((function.__globals__.get, names))

    def watch_object(self, thing: Any) -> None:
        slots = [name for name in slots_of(type(thing)) if hasattr(thing, name)]
        if slots:
            self.watch_names(partial(getattr, thing), slots)
        found = getattr(thing, "__dict__", None)
        if type(found) is not dict:
            return
        if origin(thing) == OURS:
            self.watch_ours(found)
        elif reads_all(thing, self.names):
            self.containers.append(found.values())
        else:
            kinds = [vars(kind) for kind in type(thing).__mro__ if is_users(kind)]
            self.watch_names(found.get, chain(found, *kinds))

    def watch_ours(self, found: dict[str, Any]) -> None:
        """Note an object of ours, of which equality tells enough, and is faster than identity."""
        self.ours.append((found, found.copy()))
        self.of_ours |= {id(each) for each in found.values() if type(each) in (dict, list)}
        single = [n for n, v in found.items() if isinstance(v, Tensor | np.ndarray) and v.size == 1]
        if single:  # which may be equal and yet another one
            self.named.append((found.get, tuple(single)))

    def watch_names(self, get: Callable[[str], Any], names: Iterable[str]) -> None:
        read = tuple(dict.fromkeys(name for name in names if is_read(name, self.names)))
        if read:
            self.named.append((get, read))

    def now(self) -> Iterable[Any]:
        """All settings, in the order in which they were saved."""
        return chain.from_iterable([*self.containers, *[map(f, of) for f, of in self.looks], END])

    def hold(self) -> bool:
        """Whether all is as it was."""
        try:
            for now, then in self.ours:
                if now != then:
                    return False
            return all(map(is_, self.now(), self.saved)) or self.equal()
        except (AttributeError, ValueError):  # a name has no value; an array is another one
            return False

    def equal(self) -> bool:
        """Whether what is not the same object is at least equal."""
        now = list(self.now())
        if len(now) != len(self.saved) or not all(map(same, now, self.saved)):
            return False
        self.saved = now
        return True


def has_value(cell: Any) -> bool:
    """Whether a name of a closure has been bound yet."""
    try:
        return CONTENTS(cell) is not END
    except ValueError:
        return False


def holds_settings(thing: Any) -> bool:
    """Whether an object may have attributes that are settings; a compiled function has none."""
    if isinstance(thing, (*CELLS, *PLAIN, types.ModuleType)) or hasattr(thing, "__wrapped__"):
        return False
    return origin(thing) not in FOREIGN


def same(one: Any, other: Any) -> bool:
    """Whether two settings are one object, or plain and equal."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if type(one) is tuple:
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) in PLAIN and bool(one == other)
