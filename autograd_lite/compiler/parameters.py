"""The parameters of a saved program: the user's, and how each input is found in them."""

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.compiler.leaves import STATIC, is_input, is_record
from autograd_lite.compiler.writing import literal, signature_names


class Leaf(NamedTuple):
    """An input: the expression that finds it in the arguments, and what it has to be."""

    expression: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    number: type | None  # float or complex, where it is Python's


class Fixed(NamedTuple):
    """A value that the program is made for, and the expression that finds it."""

    expression: str
    value: Any


class Parameter(NamedTuple):
    """One parameter: the inputs in it, and the values that the program is made for."""

    name: str
    leaves: tuple[Leaf, ...]
    fixed: tuple[Fixed, ...]

    @property
    def default(self) -> str | None:
        """What may be left out, because the program is made for one value of it."""
        return literal(self.fixed[0].value) if self.fixed and not self.leaves else None


def parameters_of(function: Callable[..., Any], args: Any, kwargs: Any) -> list[Parameter]:
    """The parameters in the order of a call; those that are objects have no leaves."""
    known = signature_names(function)
    found: list[Parameter] = []
    taken = set(kwargs)
    for i, arg in enumerate(args):
        name = known[i] if i < len(known) else f"x{i}"
        while name in taken:
            name += "_"
        taken.add(name)
        found.append(parameter(name, arg))
    return found + [parameter(name, arg) for name, arg in kwargs.items()]


def parameter(name: str, arg: Any) -> Parameter:
    leaves: list[Leaf] = []
    fixed: list[Fixed] = []
    enter(name, arg, leaves, fixed)
    return Parameter(name, tuple(leaves), tuple(fixed))


def enter(expression: str, thing: Any, leaves: list[Leaf], fixed: list[Fixed]) -> None:
    """Add the inputs in an argument, in the order of `rebuilt`."""
    kind = type(thing)
    if kind in (float, complex):
        leaves.append(Leaf(expression, (), np.dtype(kind), kind))
    elif is_input(thing):
        leaves.append(Leaf(expression, tuple(thing.shape), thing.dtype, None))
    elif kind in STATIC:
        fixed.append(Fixed(expression, thing))
    elif kind in (list, tuple) or (isinstance(thing, tuple) and hasattr(thing, "_fields")):
        for i, item in enumerate(thing):
            enter(f"{expression}[{i}]", item, leaves, fixed)
    elif kind is dict:
        for key, item in thing.items():
            enter(f"{expression}[{key!r}]", item, leaves, fixed)
    elif is_record(thing):
        for field in dataclasses.fields(thing):
            enter(f"{expression}.{field.name}", getattr(thing, field.name), leaves, fixed)


def signature(parameters: list[Parameter]) -> str:
    """The parameters as `def` has them; those at the end that are fixed may be left out."""
    texts: list[str] = []
    optional = True
    for each in reversed(parameters):
        optional = optional and each.default is not None
        texts.append(f"{each.name}={each.default}" if optional else each.name)
    return ", ".join(reversed(texts))
