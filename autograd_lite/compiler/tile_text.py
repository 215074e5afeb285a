"""A tile as source: a function of some rows, and the loop over all of them."""

import math
import textwrap
from typing import Any

import numpy as np

from autograd_lite.compiler.forms import form_of
from autograd_lite.compiler.program import Instruction, Value
from autograd_lite.compiler.tiles import Tile, is_batched, is_gather, is_product, is_scatter

LARGE = 1 << 20  # bytes: a result that is lent, and taken back

# What the text of a program with tiles begins with.
LOOP = '''
POOL = []  # the threads beside the caller's, started when they are first needed


def in_pieces(piece, count, size, rooms):
    """Call piece(i, start, stop, *room) for all rows, `size` at a time, in a thread per room."""
    pieces = iter(range(-(-count // size)))

    def work(room):
        for i in pieces:
            piece(i, i * size, min(i * size + size, count), *room)

    if not POOL and len(rooms) > 1:
        POOL.append(ThreadPoolExecutor(len(rooms) - 1))
        os.register_at_fork(after_in_child=POOL.clear)
    waiting = [POOL[0].submit(work, room) for room in rooms[1:]]
    try:
        work(rooms[0])
    finally:  # nobody writes on after this, whatever has happened
        for each in waiting:
            each.result()


def rooms_for(threads, *arrays):
    """Memory for what stays in a piece, for each thread."""
    return [tuple(np.empty(*array) for array in arrays) for _ in range(threads)]
'''
# ... and with large results: new memory costs more than most of what is computed into it.
LENT = '''

class Lent:
    """A large array that is handed out; the same again, once nobody else holds it."""

    def __init__(self, *kind):
        self.kind = kind
        self.array = None

    def __call__(self):
        if self.array is None or getrefcount(self.array) > 2:
            self.array = np.empty(*self.kind)
        return self.array
'''
IMPORTS = ("import os", "from concurrent.futures import ThreadPoolExecutor")


class TileText:
    """Writes one tile, with the words of the writer of the whole program."""

    def __init__(self, writer: Any, instruction: Instruction) -> None:
        self.writer = writer
        self.instruction = instruction
        self.tile: Tile = instruction.function  # type: ignore[assignment]
        self.before: list[str] = []
        self.head: list[str] = []
        self.lines: list[str] = []
        self.after: list[str] = []
        self.scratch: list[tuple[str, tuple[int, ...], np.dtype[Any]]] = []
        self.counted = ""
        self.rows: dict[tuple[str, tuple[int, ...]], str] = {}  # the name of an array's rows
        self.holder: dict[str, Value] = {}  # which value each scratch array holds now

    def write(self) -> list[str]:
        """The lines: what is made before, the function, the loop, the sums of the pieces' sums."""
        section = self.instruction.place.section
        for out in self.instruction.outs:
            self.make_out(out, section)
        sliced, whole = self.tile.read_by(self.instruction)
        for outer, inner in whole:
            inner.name = self.writer.operand(outer)
        counted = {i.args[1][0] for i in self.tile.body if is_scatter(i)}
        for outer, inner in sliced:
            if inner not in counted:
                inner.name = self.rows_of(outer)
        stored = dict(self.tile.stored)
        summed = {inner: (outer, ufunc) for inner, outer, ufunc in self.tile.summed}
        last = last_reads(self.tile.body)
        for at, instruction in enumerate(self.tile.body):
            self.write_instruction(at, instruction, stored, summed, last)
        return self.whole_text()

    def make_out(self, out: Value, section: str) -> None:
        """A place for a result: its buffer, or a new array if it is handed out."""
        name = self.writer.named(out, section)
        if out not in self.writer.plan.buffers:
            shape = f"({', '.join(map(str, out.shape))}{',' if len(out.shape) == 1 else ''})"
            made = f"{shape}, np.{out.dtype.name}"
            if out.nbytes < LARGE:
                self.before.append(f"{name} = np.empty({made})")
            else:
                self.writer.lends = True
                lent = self.writer.numbered("lent")
                self.writer.setup.append(f"{lent} = Lent({made})")
                self.before.append(f"{name} = {lent}()")

    def rows_of(self, outer: Value) -> str:
        """The name of an array's rows from start to stop; they are cut out once for each piece."""
        whole = self.writer.operand(outer), outer.shape
        if whole not in self.rows:
            name = self.as_rows(outer)
            self.rows[whole] = self.writer.unused(f"{outer.name}_rows")
            self.head.append(f"{self.rows[whole]} = {name}[start:stop]")
        return self.rows[whole]

    def as_rows(self, outer: Value) -> str:
        """The name of an array whose first axis counts the rows."""
        name: str = self.writer.operand(outer)
        if outer.shape[0] == self.tile.count:
            return name
        rest = outer.shape[split_of(outer.shape, self.tile.count) :]
        flat: str = self.writer.unused(f"{name}_by_row")
        shape = ", ".join(map(str, (self.tile.count, *rest)))
        self.before.append(f"{flat} = {name}.reshape(({shape}{',' if not rest else ''}))")
        return flat

    def write_instruction(
        self, at: int, instruction: Instruction, stored: Any, summed: Any, last: dict[Value, int]
    ) -> None:
        out = instruction.out
        if instruction.function is np.reshape:
            self.show(instruction, last)
            return
        if out in summed:
            outer, ufunc = summed[out]
            partial = self.writer.numbered("sums")
            shape = ", ".join(map(str, (self.tile.pieces, *outer.shape)))
            self.writer.setup.append(
                f"{partial} = np.empty(({shape}{',' if not outer.shape else ''}), "
                f"np.{outer.dtype.name})"
            )
            out.name = f"{partial}[i, ...]"
            self.after.append(self.combined(ufunc, partial, outer))
        elif out in stored:
            out.name = self.rows_of(stored[out])
        else:
            out.name = self.room(instruction, out, at, last)
        self.lines += self.text_of(instruction)

    def show(self, instruction: Instruction, last: dict[Value, int]) -> None:
        """Another shape of some rows: a view, whose memory is in use as long as it is."""
        source, out = instruction.args[0], instruction.out
        out.name = self.writer.numbered("r")
        self.lines.append(f"{out.name} = {source.name}.reshape({instruction.args[1]})")
        last[source] = max(last[source], last[out])

    def text_of(self, instruction: Instruction) -> list[str]:
        """The lines of one instruction on the rows of a piece."""
        out, args = str(instruction.out.name), instruction.args
        if is_gather(instruction):
            return [f"{out}[...] = {args[0].name}[{self.numbers()}, {args[1].name}]"]
        if is_scatter(instruction):
            copy = [] if args[0].name == out else [f"np.copyto({out}, {args[0].name})"]
            return [*copy, f"{out}[{self.numbers()}, {args[1][1].name}] = {args[2].name}"]
        if is_product(instruction) and not is_batched(instruction):
            return [f"{args[0].name}.dot({args[1].name}, out={out})"]
        before = len(self.writer.lines)
        self.writer.into(instruction, out)
        lines: list[str] = self.writer.lines[before:]
        del self.writer.lines[before:]
        return lines

    def numbers(self) -> str:
        """The name of the numbers of a piece's rows, counted from its first."""
        if not self.counted:
            numbers = self.writer.numbered("numbers")
            self.writer.setup.append(f"{numbers} = np.arange({self.tile.rows})[:, None]")
            self.counted = self.writer.numbered("row")
            self.head.append(f"{self.counted} = {numbers}[: stop - start]")
        return self.counted

    def combined(self, ufunc: np.ufunc, partial: str, outer: Value) -> str:
        return f"np.{ufunc.__name__}.reduce({partial}, axis=0, out={self.writer.operand(outer)})"

    def room(self, instruction: Instruction, out: Value, at: int, last: dict[Value, int]) -> str:
        """Scratch memory for a value that stays in the piece; an operand's, if it is done with."""
        entrywise = form_of(instruction) == "entrywise"
        mine = {value.name for value in instruction.reads()}
        for name, shape, dtype in sorted(self.scratch, key=lambda each: each[0] not in mine):
            held = self.holder[name]
            done = last[held] < at or (last[held] == at and entrywise and held.shape == out.shape)
            if done and shape[1:] == out.shape[1:] and dtype == out.dtype:
                self.holder[name] = out
                return name
        new: str = self.writer.unused(f"t{len(self.scratch) + 1}")
        self.scratch.append((new, (self.tile.rows, *out.shape[1:]), out.dtype))
        self.holder[new] = out
        return new

    def whole_text(self) -> list[str]:
        names = [name for name, _, _ in self.scratch]
        self.head += [f"{name} = {name}[: stop - start]" for name in names]
        piece = self.writer.numbered("piece")
        rooms = self.writer.numbered("rooms")
        arrays = "".join(f", ({shape}, np.{dtype.name})" for _, shape, dtype in self.scratch)
        self.writer.setup.append(f"{rooms} = rooms_for({self.tile.threads}{arrays})")
        inner = textwrap.indent("\n".join([*self.head, *self.lines]), "    ")
        return [
            *self.before,
            f"def {piece}({', '.join(['i', 'start', 'stop', *names])}):",
            *inner.splitlines(),
            "",
            f"in_pieces({piece}, {self.tile.count}, {self.tile.rows}, {rooms})",
            *self.after,
        ]


def last_reads(body: list[Instruction]) -> dict[Value, int]:
    found: dict[Value, int] = {}
    for at, instruction in enumerate(body):
        for value in (*instruction.reads(), instruction.out):
            found[value] = at
    return found


def split_of(shape: tuple[int, ...], rows: int) -> int:
    """How many leading axes have this many entries."""
    return next(i for i in range(1, len(shape) + 1) if math.prod(shape[:i]) == rows)
