"""What a function can reach beside its arguments: its closure, the globals it names, objects.

From it come the names in the source, the settings that a program holds for (a module's mode, an
optimizer's options), and the generators that must not move unseen while a function is recorded.

Of an object of a user's class only those attributes count whose names stand in the code that is
reached: a counter that the training loop keeps beside the step is none of the step's business.
"""

import dis
import functools
import sys
import types
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd_lite.core.state import State
from autograd_lite.core.tensor import Tensor

CELLS = (Tensor, State, np.ndarray, np.random.Generator)
PLAIN = (int, float, complex, bool, str, bytes, type(None))
FEW = 256  # entries of a container that is looked into
FOREIGN = {"numpy", "builtins", "scipy", "matplotlib", "rich", "pandas"}
OURS = __name__.split(".")[0]
NOT_USERS = {OURS, *FOREIGN, *sys.stdlib_module_names}
ANY = {"getattr", "vars", "__dict__", "attrgetter"}  # names with which every attribute is read


def reached(function: Any, given: Any = ()) -> list[tuple[str, Any]]:
    """Every object that a function and some arguments lead to, with the path that leads there."""
    names: set[str] = set()
    while True:
        found = list(walk(function, given, names))
        more = {name for _, thing in found for name in names_in(thing)}
        if more <= names:
            return found
        names |= more


def walk(function: Any, given: Any, names: set[str]) -> Iterator[tuple[str, Any]]:
    seen: set[int] = set()
    stack: list[tuple[str, Any]] = [("", function), *[("", thing) for thing in given]]
    while stack:
        path, thing = stack.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        yield path, thing
        below = list(children(thing, names))
        stack.extend((joined(path, name), child) for name, child in reversed(below))


def joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name


def children(thing: Any, names: set[str]) -> Iterator[tuple[str, Any]]:
    """What an object holds, by name."""
    if isinstance(thing, types.FunctionType):
        yield from function_children(thing)
    elif isinstance(thing, types.MethodType):
        yield "", thing.__self__
        yield "", thing.__func__
    elif isinstance(thing, staticmethod | classmethod):
        yield "", thing.__func__
    elif isinstance(thing, property):
        yield "", thing.fget
    elif hasattr(thing, "func") and hasattr(thing, "keywords"):  # functools.partial
        yield "", thing.func
        yield from ((str(i), arg) for i, arg in enumerate(thing.args))
        yield "", thing.keywords
    elif isinstance(thing, (*CELLS, *PLAIN, types.ModuleType)):
        return
    elif hasattr(thing, "__wrapped__"):  # a compiled function
        yield "", thing.__wrapped__
    elif isinstance(thing, dict):
        if len(thing) <= FEW:
            yield from ((str(key), value) for key, value in thing.items())
    elif isinstance(thing, list | tuple | set | frozenset | deque):
        if len(thing) <= FEW:
            yield from ((str(i), value) for i, value in enumerate(thing))
    elif origin(thing) not in FOREIGN:
        yield from attributes(thing, names).items()
        if not isinstance(thing, type):
            yield from (("", kind) for kind in type(thing).__mro__ if is_users(kind))


def origin(thing: Any) -> str:
    """The package that an object's class, or a class, comes from."""
    kind = thing if isinstance(thing, type) else type(thing)
    return kind.__module__.split(".")[0]


def is_users(kind: type) -> bool:
    """Whether a class is neither ours nor Python's nor one of those that are not looked into."""
    return origin(kind) not in NOT_USERS


def function_children(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # a name that has no value yet
            continue
    if (function.__module__ or "").split(".")[0] in (OURS, "numpy"):
        return
    for name in globals_in(function.__code__):
        if name in function.__globals__:
            yield name, function.__globals__[name]
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    yield from (("default", value) for value in defaults)
    if hasattr(function, "__wrapped__"):
        yield "", function.__wrapped__


@functools.cache
def globals_in(code: types.CodeType) -> tuple[str, ...]:
    """The global names that a function reads, also in the functions inside it."""
    found = [
        i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    ]
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found += globals_in(constant)
    return tuple(dict.fromkeys(found))


def names_in(thing: Any) -> set[str]:
    """The names in the code of a function of the user's, also in the functions inside it."""
    if not isinstance(thing, types.FunctionType):
        return set()
    if (thing.__module__ or "").split(".")[0] in (OURS, "numpy"):
        return set()
    found: set[str] = set()
    codes = [thing.__code__]
    while codes:
        code = codes.pop()
        found.update(code.co_names)
        codes += [each for each in code.co_consts if isinstance(each, types.CodeType)]
    return found


def attributes(thing: Any, names: set[str]) -> dict[str, Any]:
    """The attributes of an object, in its dictionary and in slots, that code with `names` reads."""
    found = dict(getattr(thing, "__dict__", {}))
    for name in () if isinstance(thing, type) else slots_of(type(thing)):
        if hasattr(thing, name):
            found[name] = getattr(thing, name)
    if reads_all(thing, names):
        return found
    return {name: value for name, value in found.items() if is_read(name, names)}


def is_read(name: str, names: set[str]) -> bool:
    return name in names or name == "forward" or (name.startswith("__") and name.endswith("call__"))


def reads_all(thing: Any, names: set[str]) -> bool:
    """Whether each attribute counts: of our classes, and of modules, whose leaves are walked."""
    if isinstance(thing, type):
        return False
    return origin(thing) == OURS or getattr(type(thing), "__tree__", False) or bool(names & ANY)


def slots_of(kind: type) -> list[str]:
    """The names of an object's slots."""
    found: list[str] = []
    for each in kind.__mro__:
        slots = vars(each).get("__slots__", ())
        found += (slots,) if isinstance(slots, str) else slots
    return [name for name in found if name not in ("__dict__", "__weakref__")]
