"""A program as a table that a person reads: what it takes, what it costs, what it holds for."""

import inspect
import operator
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.compiler.draws import drawn
from autograd_lite.compiler.flattening import Flat
from autograd_lite.compiler.flops import flops
from autograd_lite.compiler.making import Made
from autograd_lite.compiler.naming import Names
from autograd_lite.compiler.program import Instruction, Value, title
from autograd_lite.compiler.tiles import Tile
from autograd_lite.compiler.trace import Captured, Cell, Grad

WIDTH = 100
UNBROKEN = "\N{NO-BREAK SPACE}"  # stands between the numbers of a shape while lines are filled


# What a program reads anew at every call, beside its arguments.
SORTS = {
    "reads anew": Cell,
    "writes in place": Flat,
    "gradients": Grad,
    "captured arrays": Captured,
}


class Row(NamedTuple):
    """A fact about a program, in words that may take several lines."""

    label: str
    lines: list[str]


def table(made: Made) -> str:
    """The table of one program."""
    rows = [row for row in rows_of(made) if row.lines]
    broad = max(len(row.label) for row in rows) + 2
    lines: list[str] = []
    for label, texts in rows:
        first = label
        for text in texts:
            for part in textwrap.wrap(text, WIDTH - broad, subsequent_indent="  "):
                lines.append(f"{first:{broad}}{part}")
                first = ""
    return "\n".join(lines).replace(UNBROKEN, " ")


def rows_of(made: Made) -> Iterator[Row]:
    program, plan = made.program, made.plan
    yield Row("program", [f"{made.making.title}, {origin(made.making.function)}"])
    yield Row("takes", arguments(made))
    yield Row("instructions", instructions(made))
    yield Row("removed", [removed(made)] if removed(made) else [])
    yield Row("operations", [operations(program.body)])
    yield Row("memory", memory(made))
    yield Row("allocates", [allocation(i) for i in large(plan.fresh)])
    for label, sort in SORTS.items():
        yield Row(label, listed(read_anew(made, sort)))
    yield Row("constants", constants(made))
    yield Row("draws from", generators(made))


# Rows


def origin(function: Any) -> str:
    """Where a function was written."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return f"of {type(function).__name__}"
    return f"{Path(code.co_filename).name}:{code.co_firstlineno}"


def arguments(made: Made) -> list[str]:
    """The inputs among the arguments; then the values that the program is made for."""
    parameters = made.making.parameters
    read = [f"{leaf.expression} {kind(leaf)}" for each in parameters for leaf in each.leaves]
    static = [
        f"{path} = {value!r:.40}, no other" for each in parameters for path, value in each.fixed
    ]
    objects = [f"{each.name}: this object" for each in parameters if not each.leaves + each.fixed]
    return listed(read) + listed([*static, *objects])


def instructions(made: Made) -> list[str]:
    body = made.program.body
    sections = Counter(instruction.place.section for instruction in body)
    parts = ", ".join(f"{section} {count:,}" for section, count in sections.items())
    tiles = [i.function for i in body if isinstance(i.function, Tile)]
    return [f"{len(body):,}: {parts}" if body else "none", *map(tile_text, tiles)]


def tile_text(tile: Tile) -> str:
    """How a chain of instructions is cut in pieces."""
    threads = f", in {tile.threads} threads" if tile.threads > 1 else ""
    return f"a tile of {len(tile.body)} on {tile.count:,} rows, {tile.rows:,} at a time{threads}"


def removed(made: Made) -> str:
    """What each pass took out of what was recorded; one that made more of it has added."""
    parts = [f"{name} {count:,}" for name, count in made.report.items() if count > 0]
    parts += [f"{name} added {-count:,}" for name, count in made.report.items() if count < 0]
    return f"of {made.recorded:,} recorded: {', '.join(parts)}" if parts else ""


def operations(body: Iterable[Instruction]) -> str:
    """Floating-point operations, by section; and what they cannot be counted of."""
    counts: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for instruction in body:
        found = flops(instruction)
        if found is None:
            unknown[title(instruction.function)] += 1
        else:
            counts[instruction.place.section] += found
    parts = ", ".join(f"{section} {count:,}" for section, count in counts.items())
    text = f"{counts.total():,} floating-point{f': {parts}' if len(counts) > 1 else ''}"
    if unknown:
        text += "; not counted: " + ", ".join(f"{name} x{n}" for name, n in unknown.items())
    return text


def memory(made: Made) -> list[str]:
    """Buffers before and after planning; the most that is alive at one time is the least needed."""
    plan = made.plan
    if not plan.before:
        return []
    count = len({id(buffer) for buffer in plan.buffers.values() if buffer.home is None})
    ratio = f", {plan.nbytes / plan.peak:.2f} of the {amount(plan.peak)} alive at once"
    return [
        f"{amount(plan.before)} if each value had an array of its own",
        f"{amount(plan.nbytes)} in {count:,} buffers of one block{ratio if plan.peak else ''}",
    ]


def large(fresh: list[Instruction]) -> list[Instruction]:
    return [i for i in fresh if any(not out.number for out in i.outs)]


def allocation(instruction: Instruction) -> str:
    """A call for which NumPy makes a new array."""
    total = sum(out.nbytes for out in instruction.outs)
    where = instruction.place.line.rsplit("/", 1)[-1] or instruction.place.scope
    function, args = instruction.function, instruction.args
    name = "array[...]" if function is operator.getitem else title(function)
    name = f"rng.{args[1]}" if function is drawn else name
    return f"{name} {amount(total)}{f' ({where})' if where else ''}"


def read_anew(made: Made, sort: type) -> list[str]:
    """The inputs of one sort; what is a part of a flat array is not said again."""
    inputs = made.source.inputs
    parts = {id(owner) for _, s in inputs if isinstance(s, Flat) for owner in s.owners}
    found: list[tuple[Value, Any]] = [(v, s) for v, s in inputs if type(s) is sort]
    if sort is Flat:
        return [f"{v.name} {kind(v)} of {len(s.owners)} arrays" for v, s in found]
    return [f"{v.name} {kind(v)}" for v, s in found if sort is not Cell or id(s.owner) not in parts]


def constants(made: Made) -> list[str]:
    """The arrays that were taken as they were: nobody else has them, or they cannot change."""
    names = Names(made.making.function, made.making.given)
    found = []
    for name, array in made.source.given.items():
        if not is_generator(array):
            own = names.known.get(id(array))
            found.append(f"{name} {kind(array)}{f', which is {own}' if own else ''}")
    return listed(found)


def generators(made: Made) -> list[str]:
    found = [pair for pair in made.source.given.items() if is_generator(pair[1])]
    return listed([f"{name} ({type(g.bit_generator).__name__})" for name, g in found])


# Words


def listed(parts: list[str]) -> list[str]:
    return [", ".join(parts)] if parts else []


def is_generator(thing: Any) -> bool:
    return isinstance(thing, np.random.Generator)


def kind(thing: Any) -> str:
    """The dtype and shape of an array, or the type of a number."""
    number = getattr(thing, "number", None)
    if number is not None:
        return str(number.__name__)
    return f"{thing.dtype.name} {tuple(thing.shape)}".replace(", ", f",{UNBROKEN}")


def amount(nbytes: int) -> str:
    """A number of bytes as a person reads it.

    >>> amount(512), amount(20_000), amount(3 * 1024**2)
    ('512 B', '19.5 KiB', '3.0 MiB')
    """
    for unit, size in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if nbytes >= size:
            return f"{nbytes / size:,.1f} {unit}"
    return f"{nbytes} B"
