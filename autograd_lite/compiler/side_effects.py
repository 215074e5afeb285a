"""What a function does to objects within its reach while it is recorded: undone, or refused.

It would happen only once. An attribute that is bound anew, or a traced value that is kept
somewhere, is an error; a list of messages or a counter in a closure is left as Python has it.
"""

import types
from collections.abc import Callable
from dataclasses import fields
from operator import is_
from typing import Any

from autograd_lite.compiler.cells import held
from autograd_lite.compiler.leaves import is_input, is_record, rebuilt
from autograd_lite.compiler.reach import FEW, NOT_USERS, OURS, joined, origin, reached
from autograd_lite.compiler.settings import CONTENTS, holds_settings, same
from autograd_lite.compiler.traced import Traced
from autograd_lite.core.tensor import Tensor

UNSEEN = {"_directory"}  # where modules keep the paths inside of them


class Before:
    """What all objects within reach held before a function was recorded."""

    def __init__(self, function: Any, given: Any) -> None:
        self.attributes: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
        self.entries: list[tuple[str, Any, Any]] = []
        self.cells: list[tuple[str, Any, Any]] = []
        for path, thing in reached(function, given):
            if isinstance(thing, types.FunctionType):
                self.note_closure(path, thing)
            elif isinstance(thing, dict | list):
                if len(thing) <= FEW:
                    self.entries.append((path, thing, thing.copy()))
            elif is_looked_into(thing) and type(found := getattr(thing, "__dict__", None)) is dict:
                self.attributes.append((path, found, dict(found)))

    def note_closure(self, path: str, function: types.FunctionType) -> None:
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
            try:
                self.cells.append((joined(path, name), cell, cell.cell_contents))
            except ValueError:  # a name that has no value yet
                continue

    def changed(self) -> str | None:
        """The path of the first thing that must not have been done."""
        for path, now, then in self.attributes:
            for name in then.keys() | now.keys():
                rebound = name in then and not same(now.get(name), then[name])
                if name not in UNSEEN and (rebound or holds_traced(now.get(name))):
                    return joined(path, name)
        for path, now, _ in self.entries:
            for key in now if isinstance(now, dict) else range(len(now)):
                if holds_traced(now[key]):
                    return joined(path, str(key))
        return next((path for path, cell, _ in self.cells if holds_traced(CONTENTS(cell))), None)

    def restore(self) -> None:
        """Let all objects hold what they held."""
        for _, now, then in self.attributes:
            refill(now, then)
        for _, now, then in self.entries:
            refill(now, then)
        for _, cell, then in self.cells:
            cell.cell_contents = then


def is_looked_into(thing: Any) -> bool:
    """Whether an object is ours or the user's; what Python's own do inside is theirs."""
    package = origin(thing)
    return holds_settings(thing) and (package in ("types", OURS) or package not in NOT_USERS)


def refill(now: Any, then: Any) -> None:
    if are_same(contents(now), contents(then)):
        return
    now.clear()
    add: Callable[[Any], None] = now.update if isinstance(now, dict) else now.extend
    add(then)


def are_same(now: list[Any], then: list[Any]) -> bool:
    return len(now) == len(then) and all(map(is_, now, then))


def holds_traced(thing: Any) -> bool:
    """Whether a thing is a traced value, or a tensor or small container of them."""
    if isinstance(thing, list | tuple | dict) and len(thing) <= FEW:
        return any(map(holds_traced, thing.values() if isinstance(thing, dict) else thing))
    return isinstance(held(thing) if type(thing) is Tensor else thing, Traced)


class Given:
    """The containers among the arguments, and what was in them."""

    def __init__(self, args: Any) -> None:
        self.containers: list[tuple[Any, list[Any]]] = []
        rebuilt(args, lambda thing: thing, self.note)

    def note(self, thing: Any) -> bool:
        if is_input(thing):
            return True
        if type(thing) in (dict, list) or is_record(thing):
            self.containers.append((thing, contents(thing)))
        return False

    def changed(self) -> str | None:
        """What kind of container the function has changed, if it has."""
        for thing, then in self.containers:
            if not are_same(contents(thing), then):
                return type(thing).__name__
        return None


def contents(thing: Any) -> list[Any]:
    """The entries of a dictionary, a list or a dataclass."""
    if isinstance(thing, dict):
        return [*thing, *thing.values()]
    return (
        list(thing) if isinstance(thing, list) else [getattr(thing, f.name) for f in fields(thing)]
    )
