"""A program: what a function did to its arrays, as a flat list of instructions. Plain data.

Every value is made once, by an input, a constant or one instruction, and never changes. Buffers,
and writing into them, come last (`buffers.py`); until then no pass has to think of them.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

Function = Callable[..., Any]


class Value:
    """A variable of the program: an array of this shape and dtype, or a Python number.

    `number` is the Python type of a number (float, int, bool, complex), which NumPy's promotion
    treats as weak; None for an array. `name` is what the source calls it, once that is known.
    `order` are the axes from the slowest to the fastest, where a function lays its result down
    in another order than C's.
    """

    __slots__ = ("dtype", "name", "number", "order", "shape")

    def __init__(
        self, shape: tuple[int, ...], dtype: np.dtype[Any], number: type | None = None
    ) -> None:
        self.shape = shape
        self.dtype = dtype
        self.number = number
        self.name: str | None = None
        self.order: tuple[int, ...] | None = None

    @property
    def size(self) -> int:
        size = 1
        for n in self.shape:
            size *= n
        return size

    @property
    def nbytes(self) -> int:
        return 0 if self.number else self.size * self.dtype.itemsize

    def __repr__(self) -> str:
        kind = self.number.__name__ if self.number else f"{self.dtype} {self.shape}"
        return f"<{self.name or 'value'} {kind}>"


class Place(NamedTuple):
    """Where an instruction comes from: the module's path, the line, the part of the step."""

    scope: str
    line: str
    section: str


class Instruction:
    """One call of a NumPy function: `outs = function(*args, **kwargs)`.

    Values stand anywhere among the arguments, also inside tuples, lists, dicts and slices.
    `many` says that the function returns a sequence, of which `outs` are the entries.
    """

    __slots__ = ("args", "function", "kwargs", "many", "outs", "place")

    def __init__(
        self,
        function: Function,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        outs: tuple[Value, ...],
        place: Place,
        many: bool = False,
    ) -> None:
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.outs = outs
        self.place = place
        self.many = many

    @property
    def out(self) -> Value:
        """The result of an instruction that has one."""
        (out,) = self.outs
        return out

    def reads(self) -> list[Value]:
        """The values among the arguments, in their order; one for each use."""
        found: list[Value] = []
        for arg in self.args:
            collect(arg, found)
        for arg in self.kwargs.values():
            collect(arg, found)
        return found

    def changed(self, **new: Any) -> "Instruction":
        """This instruction with some of its fields replaced."""
        fields = {name: new.get(name, getattr(self, name)) for name in self.__slots__}
        return Instruction(**fields)

    def substituted(self, replacement: dict[Value, Any]) -> "Instruction":
        """This instruction with some of the values that it reads replaced."""
        if not any(value in replacement for value in self.reads()):
            return self
        return self.changed(
            args=replaced(self.args, replacement), kwargs=replaced(self.kwargs, replacement)
        )

    def __repr__(self) -> str:
        return f"<{title(self.function)} {self.args} {self.kwargs or ''} -> {self.outs}>"


class Input(NamedTuple):
    """A value that is there before the program runs, and where it is read from."""

    value: Value
    source: Any


class Write(NamedTuple):
    """A value that outlives the program, and where it is put."""

    target: Any
    value: Any


class Program:
    """Inputs, constants, instructions in their order, results and writes."""

    def __init__(
        self,
        inputs: list[Input],
        constants: dict[Value, Any],
        body: list[Instruction],
        results: Any,
        writes: list[Write],
    ) -> None:
        self.inputs = inputs
        self.constants = constants
        self.body = body
        self.results = results
        self.writes = writes

    def leaving(self) -> list[Value]:
        """The values that outlive the program: its results, and what it writes."""
        found: list[Value] = []
        collect(self.results, found)
        for write in self.writes:
            collect(write.value, found)
        return found

    def with_body(self, body: list[Instruction]) -> "Program":
        """This program with other instructions, and only the constants that they need."""
        return Program(self.inputs, self.constants, body, self.results, self.writes)

    def substituted(self, replacement: dict[Value, Any], body: list[Instruction]) -> "Program":
        """This program with `body`, and values replaced in what leaves it."""
        results = replaced(self.results, replacement)
        writes = [Write(w.target, replaced(w.value, replacement)) for w in self.writes]
        return Program(self.inputs, self.constants, body, results, writes)


def collect(thing: Any, found: list[Value]) -> None:
    """Add the values in an argument to `found`."""
    kind = type(thing)
    if kind is Value:
        found.append(thing)
    elif kind in (tuple, list) or isinstance(thing, tuple):
        for item in thing:
            collect(item, found)
    elif kind is dict:
        for item in thing.values():
            collect(item, found)
    elif kind is slice:
        for item in (thing.start, thing.stop, thing.step):
            collect(item, found)


def replaced(thing: Any, replacement: dict[Value, Any]) -> Any:
    """An argument with values replaced."""
    return mapped(thing, lambda value: replacement.get(value, value))


def mapped(thing: Any, change: Callable[[Value], Any]) -> Any:
    """An argument with `change` applied to the values in it; others stay as they are."""
    kind = type(thing)
    if kind is Value:
        return change(thing)
    if kind is tuple or kind is list:
        return kind([mapped(item, change) for item in thing])
    if isinstance(thing, tuple):  # a named tuple
        return kind(*[mapped(item, change) for item in thing])
    if kind is dict:
        return {key: mapped(item, change) for key, item in thing.items()}
    if kind is slice:
        return slice(*[mapped(item, change) for item in (thing.start, thing.stop, thing.step)])
    return thing


def uses(body: Iterable[Instruction], leaving: Iterable[Value] = ()) -> dict[Value, int]:
    """How often each value is read."""
    counts: dict[Value, int] = {}
    for value in leaving:
        counts[value] = counts.get(value, 0) + 1
    for instruction in body:
        for value in instruction.reads():
            counts[value] = counts.get(value, 0) + 1
    return counts


def made_by(body: Iterable[Instruction]) -> dict[Value, Instruction]:
    """The instruction that makes each value."""
    return {out: instruction for instruction in body for out in instruction.outs}


def values_of(body: Iterable[Instruction]) -> Iterator[Value]:
    """What the instructions make, in their order."""
    for instruction in body:
        yield from instruction.outs


def title(function: Function) -> str:
    """What a function is called in NumPy's language: "np.add.reduce"."""
    owner = getattr(function, "__self__", None)
    if isinstance(owner, np.ufunc):
        return f"{title(owner)}.{function.__name__}"
    name: str = function.__name__
    if getattr(np, name, None) is function:
        return f"np.{name}"
    special = sys.modules.get("scipy.special")
    if special is not None and getattr(special, name, None) is function:
        return f"scipy.special.{name}"
    for module in ("linalg", "fft"):
        if getattr(getattr(np, module), name, None) is function:
            return f"np.{module}.{name}"
    if getattr(np.lib.stride_tricks, name, None) is function:
        return f"np.lib.stride_tricks.{name}"
    return name
