"""Functions that a program calls and that NumPy does not have: their source comes along."""

import ast
import dis
import inspect
import sys
import textwrap
from functools import cached_property
from types import BuiltinFunctionType, CodeType, FunctionType, GenericAlias, ModuleType
from typing import Any

import numpy as np

from autograd_lite.errors import TraceError

OURS = __name__.split(".")[0]
GLOBAL = {"LOAD_GLOBAL", "LOAD_NAME"}  # the steps of Python that read a global name


def helpers_of(named: dict[str, Any]) -> list[str]:
    """The source of some functions and classes, with all that they refer to, as lines."""
    found: dict[str, Any] = {}
    for name, thing in named.items():
        gather(name, thing, found)
    imports = {line for line in map(import_of, found, found.values()) if line}
    texts = [
        text
        for name, thing in found.items()
        if not import_of(name, thing)
        for text in ("", "", *source_of(name, thing).splitlines())
    ]
    return [*sorted(imports), *texts]


def gather(name: str, thing: Any, found: dict[str, Any]) -> None:
    """Add a function or class, after what it refers to."""
    if name in found:
        if found[name] is not thing:
            raise TraceError(
                f"compile: the program calls two functions named {name}, of which one would hide "
                "the other. Give one of them another name."
            )
        return
    found[name] = thing
    for other, value in references(thing).items():
        gather(other, value, found)
    found[name] = found.pop(name)  # after what it needs


def import_of(name: str, thing: Any) -> str:
    """The line that imports a module, or what NumPy or SciPy has; "" for what comes along."""
    if isinstance(thing, ModuleType):
        as_name = "" if thing.__name__ == name else f" as {name}"
        return f"import {thing.__name__}{as_name}"
    if isinstance(thing, np.ufunc):
        return f"from {home_of(thing)} import {thing.__name__}"
    named = FunctionType | BuiltinFunctionType | type
    if not isinstance(thing, named) or isinstance(thing, GenericAlias):
        return ""
    module: str = getattr(thing, "__module__", None) or ""
    return f"from {module} import {name}" if module and not module.startswith(OURS) else ""


def home_of(ufunc: np.ufunc) -> str:
    """The module in which a ufunc that NumPy does not export has its name."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("numpy", "scipy")) and vars(module).get(ufunc.__name__) is ufunc:
            return name
    raise TraceError(
        f"compile: the program would call {ufunc!r}, which is neither NumPy's nor SciPy's, so that "
        "it cannot be written down. Write it in terms of NumPy's functions."
    )


def references(thing: Any) -> dict[str, Any]:
    """What a function or class of this library refers to by name, but for Python's own names."""
    if not isinstance(thing, FunctionType | type) or import_of("", thing):
        return {}
    names = names_beside(thing)
    for function in [thing] if isinstance(thing, FunctionType) else methods(thing):
        names |= names_in(inspect.unwrap(function).__code__)
    known = vars(sys.modules[thing.__module__])
    return {name: known[name] for name in sorted(names) if known.get(name, np) is not np}


def methods(kind: type) -> list[FunctionType]:
    """The functions in a class's body, those behind its properties too."""
    found = []
    for value in vars(kind).values():
        if isinstance(value, property):
            value = value.fget
        elif isinstance(value, cached_property):
            value = value.func
        if isinstance(value, FunctionType):
            found.append(value)
    return found


def names_beside(thing: FunctionType | type) -> set[str]:
    """The names in the annotations and decorators of a function or class, and in its bases."""
    tree = ast.parse(source_of(thing.__name__, thing))
    beside: list[Any] = []
    for node in ast.walk(tree):
        for field in ("annotation", "returns", "decorator_list", "bases"):
            part = getattr(node, field, None)
            beside += part if isinstance(part, list) else [part] if part else []
    return {n.id for part in beside for n in ast.walk(part) if isinstance(n, ast.Name)}


def names_in(code: CodeType) -> set[str]:
    """The global names that a function reads, also in the functions inside it."""
    names = {i.argval for i in dis.get_instructions(code) if i.opname in GLOBAL}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= names_in(constant)
    return names


def source_of(name: str, thing: Any) -> str:
    """The text of a function without its decorators, of a class, or of a number."""
    if not isinstance(thing, FunctionType | type):
        return f"{name} = {thing!r}"
    text = textwrap.dedent(inspect.getsource(inspect.unwrap(thing)))
    first = ast.parse(text).body[0]
    if not isinstance(first, ast.FunctionDef | ast.ClassDef) or first.name != name:
        raise TraceError(
            f"compile: the program would call {thing!r:.80}, which is no function with a name of "
            "its own, so that it cannot be written down. Define it with def."
        )
    return "\n".join(text.splitlines()[first.lineno - 1 :])
