"""The tree that a function returned, as Python writes it."""

import dataclasses
from typing import Any

import numpy as np

from autograd_lite.compiler.leaves import STATIC, is_record
from autograd_lite.compiler.results import Result
from autograd_lite.compiler.writing import literal
from autograd_lite.core.state import State
from autograd_lite.core.tensor import Tensor, value_of
from autograd_lite.errors import StorageError


class ResultText:
    """Writes one tree of results; classes and arrays that it needs are noted beside it."""

    def __init__(self, names: list[str]) -> None:
        self.names = names  # of the results, by their places
        self.classes: dict[str, str] = {}  # the lines that make them
        self.arrays: dict[str, Any] = {}

    def of(self, thing: Any) -> str:
        """The text of a tree or a leaf."""
        kind = type(thing)
        if kind is Result:
            return self.result(thing)
        if kind in (*STATIC, float, complex):
            return literal(thing)
        if kind is list:
            return f"[{', '.join(map(self.of, thing))}]"
        if kind is tuple:
            return f"({', '.join(map(self.of, thing))}{',' if len(thing) == 1 else ''})"
        if kind is dict:
            return "{" + ", ".join(f"{key!r}: {self.of(item)}" for key, item in thing.items()) + "}"
        if isinstance(thing, tuple) and hasattr(thing, "_fields"):
            return self.instance(kind, "namedtuple", thing._fields, thing)
        if is_record(thing):
            names = [field.name for field in dataclasses.fields(thing)]
            items = [getattr(thing, name) for name in names]
            return self.instance(kind, "make_dataclass", names, items)
        if isinstance(thing, Tensor | State | np.ndarray | np.generic):
            name = f"constant_{len(self.arrays) + 1}"
            self.arrays[name] = np.asarray(value_of(thing) if type(thing) is Tensor else thing)
            return f"{name}[()]" if isinstance(thing, np.generic) else f"{name}.copy()"
        raise StorageError(
            f"save: the function returns a {kind.__name__}, which cannot be written. Return "
            "arrays, numbers, text, and trees of them."
        )

    def result(self, leaf: Result) -> str:
        name = self.names[leaf.place]
        if leaf.kind == "number" or leaf.value.shape:
            return name
        return f"np.asarray({name}){'[()]' if leaf.kind == 'scalar' else ''}"

    def instance(self, kind: type, maker: str, names: Any, items: Any) -> str:
        """A named tuple or a dataclass, whose class is made anew."""
        name = kind.__name__
        self.classes[name] = f"{name} = {maker}({name!r}, {list(names)!r})"
        inner = ", ".join(f"{n}={self.of(item)}" for n, item in zip(names, items, strict=True))
        return f"{name}({inner})"
