"""A planned program as NumPy source: the step one would have written by hand."""

import inspect
import operator
import textwrap
from typing import Any

import numpy as np

from autograd_lite.compiler.buffers import Plan, is_large
from autograd_lite.compiler.draws import drawn
from autograd_lite.compiler.flattening import Flat
from autograd_lite.compiler.forms import form_of, takes_memory
from autograd_lite.compiler.helpers import helpers_of
from autograd_lite.compiler.program import Input, Instruction, Program, Value, collect
from autograd_lite.compiler.program import title as title_of
from autograd_lite.compiler.shapes import dtypes_of, kind_of
from autograd_lite.compiler.tidying import tidied
from autograd_lite.compiler.tile_text import IMPORTS, LENT, LOOP, TileText
from autograd_lite.compiler.trace import Argument, Captured, Cell, item
from autograd_lite.compiler.traced import converted, put_along, written
from autograd_lite.compiler.wrapping import WIDTH, wrapped

# Helpers come with their annotations, whose names the program need not know.
ANNOTATIONS = f"from {'__future__'} import annotations"
SMALL = 1 << 16  # bytes: arrays up to here may be made anew within a call
SYMBOLS = {
    operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/",
    operator.floordiv: "//", operator.mod: "%", operator.pow: "**", operator.lt: "<",
    operator.le: "<=", operator.gt: ">", operator.ge: ">=", operator.eq: "==", operator.ne: "!=",
}  # fmt: skip
NUMERALS = {
    0: "zero",
    1: "one",
    2: "two",
    3: "three",
    0.5: "half",
    -1: "minus_one",
    -2: "minus_two",
}
SECTIONS = {"forward": "forward", "backward": "backward", "update": "update"}
LETTERS = {"forward": "a", "backward": "d", "update": "u"}


# What the text of a program begins with whose helpers need memory.
MEMORY = '''

class Memory:
    """`np.empty` for a function that asks for the same arrays at every call: it gets them again."""

    def __init__(self):
        self.arrays = []
        self.at = 0

    def again(self):
        self.at = 0
        return self

    def __call__(self, shape, dtype):
        if self.at == len(self.arrays):
            self.arrays.append(np.empty(shape, dtype))
        array = self.arrays[self.at]
        self.at += 1
        return array
'''


class Source:
    """The text of a program, and the objects that it refers to by name."""

    def __init__(self, text: str, given: dict[str, Any]) -> None:
        self.text = text
        self.given = given  # arrays and generators that are not written into the text
        self.inputs: list[Input] = []  # the step's parameters, in their order
        self.homes: list[Any] = []  # the targets that are written in place
        self.writes: list[tuple[Any, int | None]] = []  # others, with the place in what it returns


class Writer:
    """Writes one program; each method adds lines or names what a line refers to."""

    def __init__(
        self, program: Program, plan: Plan, names: dict[Value, str], title: str, quick: bool
    ) -> None:
        self.quick = quick
        self.program = program
        self.plan = plan
        self.title = title
        self.setup: list[str] = []
        self.lines: list[str] = []
        self.imports = {"import numpy as np"}
        self.tiles = False
        self.lends = False  # whether large results are lent, and taken back
        self.records: dict[str, str] = {}  # the names of named tuples, by what makes them
        self.lent: set[Value] = set()  # what lies in such memory, and is written over next time
        self.memories = False  # whether helpers get memory that is theirs from call to call
        self.given: dict[str, Any] = {}
        self.helpers: dict[str, Any] = {}
        self.numbers: dict[tuple[Any, ...], str] = {}
        self.counts: dict[str, int] = {}
        self.taken = {"np", "block", "buffer", "step", "invalid", *NUMERALS.values()}
        self.taken |= {title_of(i.function) for i in program.body}  # helpers, among them
        self.buffer_names: dict[tuple[Any, ...], str] = {}
        for value, name in names.items():
            value.name = self.unused(name)

    # Names

    def unused(self, wish: str) -> str:
        name, count = wish, 1
        while name in self.taken:
            count += 1
            name = f"{wish}_{count}"
        self.taken.add(name)
        return name

    def numbered(self, letter: str) -> str:
        self.counts[letter] = self.counts.get(letter, 0) + 1
        return self.unused(f"{letter}{self.counts[letter]}")

    def named(self, value: Value, section: str) -> str:
        """The name of what an instruction makes; a buffer keeps the name it has."""
        if value.name is None:
            letter = "n" if value.number else LETTERS[section]
            buffer = self.plan.buffers.get(value)
            if buffer is None:
                value.name = self.numbered(letter)
            else:
                if buffer.home is not None:
                    value.name = str(buffer.home.name)
                    return value.name
                key = (buffer.offset, value.shape, value.order, value.dtype)
                if key not in self.buffer_names:
                    self.buffer_names[key] = self.numbered(letter)
                    self.make_buffer(self.buffer_names[key], value, buffer.offset)
                value.name = self.buffer_names[key]
        return value.name

    def make_buffer(self, name: str, value: Value, offset: int) -> None:
        order = value.order or range(len(value.shape))
        shape = text(tuple(value.shape[axis] for axis in order))
        made = f"buffer({offset}, {shape}, np.{value.dtype.name})"
        if value.order:
            made += f".transpose({text(tuple(np.argsort(value.order).tolist()))})"
        self.setup.append(f"{name} = {made}")

    def constant(self, value: Value) -> str:
        """The name of a constant; its entries are in the text if they are few."""
        if value.name is None:
            array = self.program.constants[value]
            if array.ndim == 0:
                return self.number(array.item(), array.dtype)
            value.name = self.numbered("k")
            if 0 < array.size <= 16 and array.dtype.kind in "fiub" and np.isfinite(array).all():
                self.setup.append(
                    f"{value.name} = np.array({array.tolist()}, np.{array.dtype.name})"
                )
            else:
                self.given[value.name] = array
                self.setup.append(f"# {value.name}: {array.dtype} {text(array.shape)}, given")
        return value.name

    def number(self, number: Any, dtype: np.dtype[Any]) -> str:
        """The name of a number as an array of no dimensions, with which NumPy is fastest."""
        key = (repr(number), dtype)
        if key not in self.numbers:
            wish = NUMERALS.get(number) if type(number) in (int, float) else None
            if wish is None:
                name = self.numbered("c")
            else:
                taken = wish in self.numbers.values()
                name = self.unused(f"{wish}_{dtype.name}") if taken else wish
            self.numbers[key] = name
            self.setup.append(f"{name} = np.array({literal(number)}, np.{dtype.name})")
        return self.numbers[key]

    def operand(self, thing: Any) -> str:
        """An argument as the text has it."""
        if type(thing) is Value:
            if thing in self.program.constants:
                return self.constant(thing)
            assert thing.name is not None, thing
            return thing.name
        if type(thing) is tuple:
            inner = ", ".join(self.operand(item) for item in thing)
            return f"({inner},)" if len(thing) == 1 else f"({inner})"
        if type(thing) is list:
            return "[" + ", ".join(self.operand(item) for item in thing) + "]"
        if type(thing) is slice:
            parts = (thing.start, thing.stop, thing.step)
            return "slice(" + ", ".join(self.operand(part) for part in parts) + ")"
        if isinstance(thing, np.dtype):
            return f"np.{thing.name}"
        if isinstance(thing, tuple) and hasattr(thing, "_fields"):
            self.helpers[type(thing).__name__] = type(thing)
            fields = (f"{n}={self.operand(v)}" for n, v in zip(thing._fields, thing, strict=True))
            return self.record(thing, f"{type(thing).__name__}({', '.join(fields)})")
        if isinstance(thing, np.random.Generator):
            return self.generator(thing)
        if isinstance(thing, np.ufunc):
            return self.function(thing)
        if type(thing).__module__.startswith("autograd_lite."):  # its repr is how it is made
            self.helpers[type(thing).__name__] = type(thing)
            return self.record(thing, repr(thing))
        return literal(thing)

    def record(self, thing: Any, made: str) -> str:
        """The name of a named tuple or a plain object, which is made once."""
        if made not in self.records:
            self.records[made] = self.numbered(type(thing).__name__.lower())
            self.setup.append(f"{self.records[made]} = {made}")
        return self.records[made]

    def generator(self, generator: Any) -> str:
        for name, known in self.given.items():
            if known is generator:
                return name
        name = self.unused("rng")
        self.given[name] = generator
        return name

    def index(self, thing: Any) -> str:
        """An index as it stands between brackets."""
        if type(thing) is tuple and thing:
            return ", ".join(self.index(part) for part in thing) + ("," if len(thing) == 1 else "")
        if type(thing) is slice:
            ends = ["" if e is None else self.operand(e) for e in (thing.start, thing.stop)]
            step = "" if thing.step is None else f":{self.operand(thing.step)}"
            return f"{ends[0]}:{ends[1]}{step}"
        return "..." if thing is Ellipsis else self.operand(thing)

    def keywords(self, kwargs: dict[str, Any], *without: str) -> str:
        return "".join(
            f", {key}={self.operand(value)}" for key, value in kwargs.items() if key not in without
        )

    # Instructions

    def write(self, instruction: Instruction) -> None:
        form = form_of(instruction)
        section = instruction.place.section
        if form == "tile":
            self.imports |= set(IMPORTS)
            self.tiles = True
            self.lines += TileText(self, instruction).write()
            self.imports |= {"from sys import getrefcount"} if self.lends else set()
        elif form == "view" and instruction.outs[0] in self.plan.base:
            self.write_view(instruction, section)
        elif form == "number":
            name = self.named(instruction.out, section)
            self.lines.append(f"{name} = {self.number_text(instruction)}")
        elif form in ("entrywise", "into", "view") and self.has_buffer(instruction):
            name = self.named(instruction.out, section)
            self.into(instruction, name)
        else:
            names = [self.named(out, section) for out in instruction.outs]
            left = ", ".join(names) + ("," if instruction.many and len(names) == 1 else "")
            self.lines.append(f"{left} = {self.call(instruction)}")

    def has_buffer(self, instruction: Instruction) -> bool:
        return len(instruction.outs) == 1 and instruction.outs[0] in self.plan.buffers

    def write_view(self, instruction: Instruction, section: str) -> None:
        root = self.plan.root(instruction.outs[0])
        buffer = self.plan.buffers.get(root)
        lasting = root in self.program.constants or (buffer is not None and buffer.home is None)
        names = [self.named(out, section) for out in instruction.outs]
        left = ", ".join(names) + ("," if instruction.many and len(names) == 1 else "")
        (self.setup if lasting else self.lines).append(f"{left} = {self.call(instruction)}")

    def number_text(self, instruction: Instruction) -> str:
        function, args = instruction.function, instruction.args
        if function is item:
            return f"{self.operand(args[0])}.item()"
        if function in SYMBOLS:
            return f"{self.operand(args[0])} {SYMBOLS[function]} {self.operand(args[1])}"
        if function in (operator.neg, operator.pos):
            return f"{'-' if function is operator.neg else '+'}{self.operand(args[0])}"
        return f"{function.__name__}({', '.join(self.operand(arg) for arg in args)})"

    def call(self, instruction: Instruction) -> str:
        """The call that makes a new array, or a view."""
        function, args, kwargs = instruction.function, instruction.args, instruction.kwargs
        if function is operator.getitem:
            index = self.index(args[1])
            if form_of(instruction) == "view" and not instruction.out.shape and "..." not in index:
                index = f"{index.rstrip(',')}, ..."  # of one entry a view, not NumPy's scalar
            return f"{self.operand(args[0])}[{index}]"
        if function is np.reshape and not kwargs:
            return f"{self.operand(args[0])}.reshape({text(args[1])})"
        if function is np.transpose and len(args) == 2 and not kwargs:
            whole = args[1] == tuple(reversed(range(len(args[1]))))
            name = self.operand(args[0])
            return f"{name}.T" if whole else f"{name}.transpose({text(args[1])})"
        if function is drawn:
            generator, method, *rest = args
            inner = ", ".join(self.operand(arg) for arg in rest) + self.keywords(kwargs)
            return f"{self.operand(generator)}.{method}({inner.removeprefix(', ')})"
        if function is np.dot:
            return f"{self.operand(args[0])}.dot({self.operand(args[1])})"
        if function is converted:
            dtype = self.operand(kwargs["dtype"])
            if type(args[0]) is Value and args[0].number:
                return f"{dtype}({self.operand(args[0])})"
            return f"np.asarray({self.operand(args[0])}).astype({dtype})"
        operands = ", ".join(self.arguments(instruction))
        inner = (operands + self.keywords(kwargs) + self.memory(instruction)).removeprefix(", ")
        return f"{self.function(function)}({inner})"

    def memory(self, instruction: Instruction) -> str:
        """The argument by which a helper gets its memory, the same at every call."""
        if not takes_memory(instruction.function):
            return ""
        self.memories = True
        name = self.numbered("memory")
        self.setup.append(f"{name} = Memory()")
        self.lent.update(instruction.outs)
        return f", empty={name}.again()"

    def function(self, function: Any) -> str:
        name = title_of(function)
        if name.startswith("scipy."):
            self.imports.add("import scipy.special")
        elif not name.startswith("np."):
            self.helpers[name] = function
        return name

    def arguments(self, instruction: Instruction) -> list[str]:
        """The positional arguments; numbers among a ufunc's operands as arrays of its dtype."""
        function, args = instruction.function, instruction.args
        if not isinstance(function, np.ufunc) or function.signature is not None:
            return [self.operand(arg) for arg in args]
        if all(type(arg) is not Value or arg.number for arg in args):
            return [self.operand(arg) for arg in args]
        kinds = tuple(kind_of(arg) for arg in args)
        casting = instruction.kwargs.get("casting", "same_kind")
        dtypes = dtypes_of(function, kinds, instruction.kwargs.get("dtype"), casting)
        return [
            self.number(arg, dtype) if type(arg) in (int, float, bool) else self.operand(arg)
            for arg, dtype in zip(args, dtypes, strict=False)
        ]

    def into(self, instruction: Instruction, out: str) -> None:
        """The lines that compute an instruction into a buffer."""
        function, args, kwargs = instruction.function, instruction.args, instruction.kwargs
        if function in (written, put_along):
            source = args[0]
            if self.operand(source) != out:
                self.lines.append(f"np.copyto({out}, {self.operand(source)})")
            if function is written:
                self.lines.append(f"{out}[{self.index(args[1])}] = {self.operand(args[2])}")
            else:
                rest = ", ".join(self.operand(arg) for arg in args[1:])
                self.lines.append(f"np.put_along_axis({out}, {rest})")
        elif function is np.where:
            self.write_where(args, out, instruction.out)
        elif function is converted:
            source = self.operand(args[0])
            if type(args[0]) is Value and args[0].number:
                self.lines.append(f"{out}[...] = {source}")
            else:
                self.lines.append(f'np.copyto({out}, {source}, casting="unsafe")')
        elif function is np.dot:
            self.lines.append(f"{self.operand(args[0])}.dot({self.operand(args[1])}, out={out})")
        elif function is np.concatenate:
            self.write_joined(instruction, out)
        elif function is np.copy:
            self.lines.append(f"np.copyto({out}, {self.operand(args[0])})")
        elif function is np.reshape:  # of what no view can show
            source = args[0]
            self.lines.append(f"{out}.reshape({text(source.shape)})[...] = {self.operand(source)}")
        else:
            operands = ", ".join(self.arguments(instruction))
            name = self.function(function)
            self.lines.append(f"{name}({operands}{self.keywords(kwargs, 'out')}, out={out})")

    def write_joined(self, instruction: Instruction, out: str) -> None:
        """A concatenation: only what does not lie there already."""
        there, at = [], 0
        for part in instruction.args[0]:
            there.append(self.plan.joined.get(self.plan.root(part)) == (instruction.out, at))
            at += part.nbytes
        if not any(there):
            parts = ", ".join(self.operand(part) for part in instruction.args[0])
            self.lines.append(
                f"np.concatenate([{parts}]{self.keywords(instruction.kwargs)}, out={out})"
            )
            return
        start = 0
        for part, is_there in zip(instruction.args[0], there, strict=True):
            stop = start + part.shape[0]
            if not is_there:
                self.lines.append(f"{out}[{start}:{stop}] = {self.operand(part)}")
            start = stop

    def write_where(self, args: tuple[Any, ...], out: str, value: Value) -> None:
        condition, x, y = (self.operand(arg) for arg in args)
        if value.nbytes <= SMALL:
            self.lines.append(f"{out}[...] = np.where({condition}, {x}, {y})")
        else:
            self.lines.append(f"np.copyto({out}, {y})")
            self.lines.append(f"np.copyto({out}, {x}, where={condition})")

    # The whole

    def source(self) -> Source:
        inputs = self.parameters()
        self.write_body()
        homes, writes = self.ends()
        returned = self.returned(writes)
        parameters = ", ".join(str(value.name) for value, _ in inputs)
        text = [
            f'"""{self.title}, as NumPy."""',
            "",
            *([ANNOTATIONS, ""] if self.helpers else []),
            *sorted(self.imports),
            *helpers_of(self.helpers),
            *(LOOP.splitlines() if self.tiles else []),
            *(MEMORY.splitlines() if self.memories else []),
            *(LENT.splitlines() if self.lends else []),
            "",
            *(block(self.plan.nbytes) if self.buffer_names else []),
            *map(wrapped, self.setup),
            *(
                ["invalid = []  # filled while a call runs, if 0 meets infinity"]
                if self.quick
                else []
            ),
            "",
            "",
            wrapped(f"def step({parameters}):"),
            textwrap.indent(self.body(returned), "    "),
            "",
        ]
        found = Source(tidied("\n".join(text)), self.given)
        found.inputs, found.homes, found.writes = inputs, homes, writes
        return found

    def body(self, returned: str) -> str:
        """The lines of the step, those that are too long broken."""
        lines = [wrapped(line, WIDTH - 4) for line in [*self.lines, "", returned]]
        return "\n".join(lines).strip("\n")

    def parameters(self) -> list[Input]:
        """The inputs that are read: arguments first, then cells, then the rest."""
        read = {value for i in self.program.body for value in i.reads()}
        read |= {self.plan.root(value) for value in read} | set(self.program.leaving())
        read |= set(self.plan.homes.values())
        order = {Argument: 0, Cell: 1, Flat: 2, Captured: 3}
        inputs = [each for each in self.program.inputs if each.value in read]
        return sorted(inputs, key=lambda each: order.get(type(each.source), 4))

    def write_body(self) -> None:
        section, place = "", None
        shown: Any = None
        stopped = not self.quick
        for instruction in self.program.body:
            start = len(self.lines)
            if not stopped and self.writes_home(instruction):
                self.lines += ["", "if invalid:", "    return None"]
                stopped = True
                start = len(self.lines)
            self.write(instruction)
            if len(self.lines) == start:
                continue
            facts = facts_of(instruction)
            if facts and facts != shown:
                self.lines[-1] += f"  # {facts[1]}"
            shown = facts
            if instruction.place.section != section:
                section = instruction.place.section
                self.lines[start:start] = ["", f"# {SECTIONS[section]}"]
                place = None
                start += 2
            where = note(instruction)
            if where and where != place:
                self.lines[start:start] = [f"# {where}"]
                place = where

    def writes_home(self, instruction: Instruction) -> bool:
        buffer = self.plan.buffers.get(instruction.outs[0]) if instruction.outs else None
        return buffer is not None and buffer.home is not None

    def ends(self) -> tuple[list[Any], list[tuple[Any, int | None]]]:
        """What is written in place, copied there where it is not yet; what is returned for it."""
        homes: list[Any] = []
        writes: list[tuple[Any, int | None]] = []
        results: list[Value] = []
        collect(self.program.results, results)
        place = len(results)
        copies = []
        for target, value in self.program.writes:
            home = self.plan.homes.get(value) if value is not None else None
            if home is not None and is_large(target, value):
                homes.append(target)
                buffer = self.plan.buffers.get(value)
                if buffer is None or buffer.home is not home:
                    copies.append(f"np.copyto({home.name}, {self.operand(value)})")
            elif value is None:
                writes.append((target, None))
            else:
                writes.append((target, place))
                place += 1
        if copies and self.quick and "    return None" not in self.lines:
            self.lines += ["", "if invalid:", "    return None"]
        self.lines += copies
        return homes, writes

    def returned(self, writes: list[tuple[Any, int | None]]) -> str:
        """What the step returns: its results, then what is bound anew; all of them new arrays."""
        results: list[Value] = []
        collect(self.program.results, results)
        targets = {id(target) for target, place in writes if place is not None}
        results += [w.value for w in self.program.writes if id(w.target) in targets]
        seen: set[Value] = set()
        found = []
        for value in results:
            name = self.operand(value)
            shared = value in seen or value in self.plan.base or self.is_given(value)
            shared = shared or value in self.lent
            found.append(f"np.array({name})" if shared and not value.number else name)
            seen.add(value)
        return f"return ({', '.join(found)}{',' if len(found) == 1 else ''})"

    def is_given(self, value: Value) -> bool:
        """Whether a value is not made by the program in this call."""
        return value in self.program.constants or any(value is v for v, _ in self.program.inputs)


def facts_of(instruction: Instruction) -> tuple[str | None, str] | None:
    """The name of a result, and the shape and dtype that a comment tells of it."""
    value = instruction.outs[0]
    if value.number or not value.shape:
        return None
    return value.name, f"{text(value.shape)} {value.dtype.name}"


def note(instruction: Instruction) -> str:
    """Where an instruction comes from, in words."""
    place = instruction.place
    line = ":".join(place.line.rsplit("/", 1)[-1:]) if place.section == "forward" else ""
    return ", ".join(part for part in (place.scope, line) if part)


def block(nbytes: int) -> list[str]:
    """The lines that make the memory of all buffers."""
    return [
        f"block = np.empty({nbytes + 64}, np.uint8)  # the memory of all buffers",
        "block = block[-block.ctypes.data % 64 :]",
        "",
        "",
        "def buffer(start, shape, dtype):",
        "    count = int(np.prod(shape, dtype=int)) * np.dtype(dtype).itemsize",
        "    return block[start : start + count].view(dtype).reshape(shape)",
        "",
        "",
    ]


def text(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def literal(thing: Any) -> str:
    """A plain object as Python writes it."""
    if type(thing) is float and not np.isfinite(thing):
        return f'float("{thing}")'
    if thing is np._NoValue:
        return "np._NoValue"
    if isinstance(thing, type) and issubclass(thing, np.generic):
        return f"np.{thing.__name__}"
    if isinstance(thing, type):
        return thing.__name__
    if thing is Ellipsis:
        return "..."
    return repr(thing)


def signature_names(function: Any) -> list[str]:
    """The names of a function's positional parameters, as far as it tells."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
