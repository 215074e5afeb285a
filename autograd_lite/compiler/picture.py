"""A program as a picture: instructions as boxes; sections, modules and tiles as groups."""

import operator
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.compiler.draws import drawn
from autograd_lite.compiler.making import Made
from autograd_lite.compiler.program import Instruction, Program, Value, collect, title
from autograd_lite.compiler.tiles import Tile
from autograd_lite.compiler.trace import Argument, Captured, Cell, Grad, item
from autograd_lite.compiler.traced import converted, written
from autograd_lite.core.state import State
from autograd_lite.drawing.picture import Box, Flow, Group, Picture, Role
from autograd_lite.drawing.text import brief, counted, metadata, shape_and_dtype, shown

LIMIT = 150  # boxes that one can still read
ENDS = 24  # instructions shown at either end when those between are one box

Chain = tuple[str, ...]  # the groups around a piece, the outermost first


class Piece(NamedTuple):
    """A box that has no number yet; `operands` are the values, or pieces, that flow into it."""

    key: Any
    role: Role
    title: str
    facts: str = ""
    notes: tuple[str, ...] = ()
    operands: tuple[Any, ...] = ()
    chain: Chain = ()
    is_output: bool = False


def picture_of(made: Made) -> Picture:
    """The picture of a program. One of many instructions is drawn as its modules, and says so."""
    program = made.program
    pieces = pieces_of(program)
    count = len(pieces)
    if count > LIMIT:
        pieces = in_runs(pieces, lambda i, piece: piece.chain if len(piece.chain) > 1 else i)
    if len(pieces) > LIMIT:
        steps = [piece for piece in pieces if is_step(piece)]
        middle = {piece.key for piece in steps[ENDS:-ENDS]}
        pieces = in_runs(pieces, lambda i, piece: "between" if piece.key in middle else i)
    remark = (
        f"{count:,} boxes drawn as {len(pieces)} to stay readable." if len(pieces) < count else ""
    )
    return numbered(made.making.title, pieces, remark)


def numbered(name: str, pieces: list[Piece], caption: str) -> Picture:
    key_of = {piece.key: f"n{i}" for i, piece in enumerate(pieces)}
    group_of: dict[Chain, int | None] = {(): None}
    for piece in pieces:
        for length in range(1, len(piece.chain) + 1):
            group_of.setdefault(piece.chain[:length], len(group_of) - 1)
    boxes = [
        Box(
            key_of[piece.key], piece.role, shown(piece.title), None, piece.facts, piece.notes,
            operands=tuple(Flow(key_of[each]) for each in piece.operands),
            group=group_of[piece.chain],
            is_output=piece.is_output,
            is_backward=piece.chain[:1] == ("backward",),
        )
        for piece in pieces
    ]  # fmt: skip
    groups = [grouped(chain, group_of) for chain in group_of if chain]
    return Picture(f"Program of {shown(name)}", tuple(boxes), tuple(groups), caption)


def grouped(chain: Chain, group_of: dict[Chain, int | None]) -> Group:
    path, _, kind = chain[-1].rpartition(": ")
    return Group(shown(kind), shown(path), group_of[chain[:-1]])


# Pieces


def pieces_of(program: Program) -> list[Piece]:
    """Inputs just before their first use, instructions in their order, what is written."""
    sources = dict(program.inputs)
    results: list[Value] = []
    collect(program.results, results)
    maker = Pieces(sources, program.constants, set(results))
    for instruction in program.body:
        maker.add(instruction)
    return maker.ended(program, results)


class Pieces:
    """Makes the pieces in an order in which operands come first."""

    def __init__(
        self, sources: dict[Value, Any], constants: dict[Value, Any], ends: set[Value]
    ) -> None:
        self.sources = sources
        self.constants = constants
        self.ends = ends
        self.tiles = 0
        self.pieces: list[Piece] = []
        self.key_of: dict[Value, Any] = {}  # the piece in which a value is shown

    def add(self, instruction: Instruction, around: Chain = ()) -> None:
        place = instruction.place
        chain = around or tuple(filter(None, (place.section, place.scope)))
        if isinstance(instruction.function, Tile):
            self.add_tile(instruction, instruction.function, chain)
            return
        outs = instruction.outs
        role: Role = "output" if self.ends & set(outs) else "operation"
        facts = ", ".join(dict.fromkeys(map(facts_of, outs)))
        operands = self.operands(instruction.reads())
        key = outs[0] if outs else instruction
        self.key_of |= dict.fromkeys(outs, key)
        self.pieces.append(
            Piece(key, role, name_of(instruction), facts, notes_of(instruction, self.constants),
                  operands, chain, role == "output")
        )  # fmt: skip

    def add_tile(self, instruction: Instruction, tile: Tile, around: Chain) -> None:
        """The instructions of a tile in a group of their own; what goes in and out is one value."""
        sliced, whole = tile.read_by(instruction)
        for outer, inner in (*sliced, *whole):
            self.operands([outer])
            if outer in self.key_of:
                self.key_of[inner] = self.key_of[outer]
        self.tiles += 1
        size = f"{counted(tile.pieces, 'piece')} of {counted(tile.rows, 'row')}"
        chain = (*around, f"{size}: tile {self.tiles}")
        made = [*tile.stored, *((inner, outer) for inner, outer, _ in tile.summed)]
        self.ends |= {inner for inner, outer in made if outer in self.ends}
        for each in tile.body:
            self.add(each, chain)
        for inner, outer in made:
            self.key_of[outer] = self.key_of[inner]

    def operands(self, values: Iterable[Value]) -> tuple[Any, ...]:
        """The pieces that are read; an input that is met for the first time becomes one."""
        for value in values:
            if value not in self.key_of and not is_scalar(self.constants.get(value)):
                self.key_of[value] = value
                self.pieces.append(input_piece(value, self.sources.get(value)))
        return tuple(self.key_of[value] for value in values if value in self.key_of)

    def ended(self, program: Program, results: list[Value]) -> list[Piece]:
        """All pieces, with those for results that no instruction made, and for what is written."""
        for value in dict.fromkeys(results):
            if value not in self.key_of or value in self.sources or value in self.constants:
                operands = self.operands([value])
                self.pieces.append(
                    Piece(("result", value), "output", "result", facts_of(value), (), operands,
                          is_output=True)
                )  # fmt: skip
        for i, (target, value) in enumerate(program.writes):
            if value is not None:
                operands = self.operands([value])
                notes = ("kept for the next call",)
                name = self.target_name(target)
                self.pieces.append(
                    Piece(("write", i), "output", name, facts_of(value), notes, operands)
                )
        return self.pieces

    def target_name(self, target: Any) -> str:
        """What the program calls the input that a write replaces."""
        for value, source in self.sources.items():
            cells = type(source) is type(target) is Cell and source.owner is target.owner
            if value.name and (source is target or cells):
                return value.name
        return "gradient" if type(target) is Grad else "state"


def input_piece(value: Value, source: Any) -> Piece:
    role: Role = "constant" if source is None else "variable"
    if type(source) in (Argument, Captured) or (
        type(source) is Cell and type(source.owner) is State
    ):
        role = "data"
    return Piece(value, role, value.name or "constant", facts_of(value))


def is_scalar(array: Any) -> bool:
    return array is not None and array.ndim == 0


def facts_of(value: Value) -> str:
    return value.number.__name__ if value.number else shape_and_dtype(value.shape, value.dtype)


def name_of(instruction: Instruction) -> str:
    """What a box calls a function: as NumPy does, without the "np."."""
    function = instruction.function
    if function is drawn:
        return f"rng.{instruction.args[1]}"
    return SHORT.get(function) or title(function).removeprefix("np.")


SHORT = {operator.getitem: "array[...]", item: "item", converted: "astype", written: "array[...] ="}


def notes_of(instruction: Instruction, constants: dict[Value, Any]) -> tuple[str, ...]:
    """What a function is given beside arrays: numbers, an axis, an index."""
    if instruction.function in (np.reshape, drawn):
        return ()  # the shape of the result says it
    found: list[Any] = []
    for arg in instruction.args:
        inside: list[Value] = []
        collect(arg, inside)
        if type(arg) is Value and is_scalar(constants.get(arg)):
            found.append(constants[arg].item())
        elif not inside:
            found.append(arg)
    keywords = metadata({key: plain(arg) for key, arg in instruction.kwargs.items()})
    return tuple(shown(text) for text in (*map(brief, map(plain, found)), *keywords))


def plain(arg: Any) -> Any:
    """A type of number as the dtype that it stands for."""
    return np.dtype(arg) if isinstance(arg, type) and issubclass(arg, np.generic) else arg


# Fewer boxes


def is_step(piece: Piece) -> bool:
    """Whether a piece stands for instructions, rather than for an input or a write."""
    return bool(piece.chain) or piece.role in ("module", "more")


def in_runs(pieces: list[Piece], kind: Any) -> list[Piece]:
    """Neighboring instructions of one kind as one piece, with the inputs that only it reads."""
    steps = [(kind(place, piece), piece) for place, piece in enumerate(pieces) if is_step(piece)]
    runs = [[piece for _, piece in run] for _, run in groupby(steps, key=lambda pair: pair[0])]
    joined = {piece.key: run[0].key for run in runs for piece in run}
    users: dict[Any, set[Any]] = {}
    for piece in pieces:
        for operand in piece.operands:
            users.setdefault(operand, set()).add(joined.get(piece.key, piece.key))
    large = {run[0].key for run in runs if len(run) > 1}
    inside = {key for key, found in users.items() if key not in joined and found <= large
              and len(found) == 1}  # fmt: skip
    one_of = {run[0].key: merged(run, joined, inside) for run in runs}
    found: list[Piece] = []
    for piece in pieces:
        if piece.key in one_of:
            found.append(one_of[piece.key])
        elif piece.key not in joined and piece.key not in inside:
            operands = tuple(dict.fromkeys(joined.get(key, key) for key in piece.operands))
            found.append(piece._replace(operands=operands))
    return list(in_order(found))


def merged(run: list[Piece], joined: dict[Any, Any], inside: set[Any]) -> Piece:
    """One piece for several."""
    first = run[0]
    read = (joined.get(key, key) for piece in run for key in piece.operands if key not in inside)
    operands = tuple(dict.fromkeys(key for key in read if key != first.key))
    if len(run) == 1:
        return first._replace(operands=operands)
    inner = len({piece.chain for piece in run}) == 1 and len(first.chain) > 1
    name = first.chain[-1] if inner else "…"
    sections = {piece.chain[:1] for piece in run}
    chain = first.chain[:-1] if inner else first.chain[:1] if len(sections) == 1 else ()
    ends = any(piece.is_output for piece in run)
    role: Role = "module" if inner else "more"
    return Piece(
        first.key,
        role,
        name,
        run[-1].facts,
        (counted(len(run), "instruction"),),
        operands,
        chain,
        ends,
    )


def in_order(pieces: list[Piece]) -> Iterator[Piece]:
    """The pieces so that operands come first: an input may stand after the start of its run."""
    known = {piece.key: piece for piece in pieces}
    done: set[Any] = set()
    for piece in pieces:
        stack = [piece]
        while stack:
            waiting = [known[k] for k in stack[-1].operands if k in known and k not in done]
            if waiting:
                stack += waiting
                continue
            last = stack.pop()
            if last.key not in done:
                done.add(last.key)
                yield last
