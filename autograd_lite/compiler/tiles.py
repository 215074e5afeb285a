"""Tiles: chains of entry-by-entry and row-by-row instructions, run some rows at a time.

What such a chain makes on the way never leaves the cache, and the pieces are shared among
threads, since NumPy's loops release the interpreter's lock. What is summed over all rows is
summed within each piece first, and the pieces' sums after that, in their order: a result does not
depend on the number of threads.
"""

import math
from typing import Any

import numpy as np

from autograd_lite.compiler.forms import form_of
from autograd_lite.compiler.machine import cache_bytes, cores
from autograd_lite.compiler.program import Instruction, Program, Value, mapped, uses
from autograd_lite.compiler.traced import converted, written

FEWEST = 4  # pieces: of fewer a chain gains nothing, since the next cache holds it whole
THREADED = 1 << 20  # entries times instructions: less is not worth a second thread
SKINNY = 32  # columns: a product of a matrix so narrow is bound by memory, as a sum is
SUMS = {np.add.reduce: np.add, np.maximum.reduce: np.maximum, np.minimum.reduce: np.minimum}


Pairs = list[tuple[Value, Value]]


class Tile:
    """A chain of instructions on some rows; its values have `rows` rows at most.

    `sliced` and `whole` pair values outside with those that stand for them inside: some rows, or
    all of it. `stored` are the results row by row, `summed` those combined over all pieces.
    """

    __name__ = "tile"
    is_tile = True

    def __init__(self, count: int) -> None:
        self.count = count  # rows in all
        self.rows = count  # ... and in a piece
        self.threads = 1
        self.body: list[Instruction] = []
        self.sliced: list[tuple[Value, Value]] = []
        self.whole: list[tuple[Value, Value]] = []
        self.stored: list[tuple[Value, Value]] = []
        self.summed: list[tuple[Value, Value, np.ufunc]] = []

    def read_by(self, instruction: Instruction) -> tuple[Pairs, Pairs]:
        """What the tile's instruction reads now, by rows and as a whole, with what it is inside."""
        inner = [value for _, value in (*self.sliced, *self.whole)]
        pairs = list(zip(instruction.args, inner, strict=True))
        return pairs[: len(self.sliced)], pairs[len(self.sliced) :]

    @property
    def pieces(self) -> int:
        return -(-self.count // self.rows)

    def __call__(self, *args: Any) -> Any:
        """The results, computed on all rows at once."""
        known = dict(zip([inner for _, inner in (*self.sliced, *self.whole)], args, strict=True))
        for _, inner in self.sliced:
            known[inner] = known[inner].reshape(self.count, *inner.shape[1:])
        for instruction in self.body:
            found = instruction.function(
                *mapped(instruction.args, known.__getitem__),
                **mapped(instruction.kwargs, known.__getitem__),
            )
            known[instruction.out] = found
        stored = [known[inner].reshape(outer.shape) for inner, outer in self.stored]
        return (*stored, *[known[inner] for inner, _, _ in self.summed])


class Sizes:
    """How large a piece is, and how many threads there are; None for what the machine suggests."""

    def __init__(self, tile_bytes: int | None = None, threads: int | None = None) -> None:
        self.tile_bytes = tile_bytes or cache_bytes()
        self.threads = threads or cores()
        self.large = FEWEST * self.tile_bytes


def tile(program: Program, sizes: Sizes) -> Program:
    """The program with its large chains as tiles."""
    return Tiling(program, sizes).tiled()


class Tiling:
    """One walk over the program, in which chains are gathered until something cannot join."""

    def __init__(self, program: Program, sizes: Sizes) -> None:
        self.program = program
        self.sizes = sizes
        self.counts = uses(program.body, program.leaving())
        self.inputs = {value for value, _ in program.inputs}
        self.body: list[Instruction] = []
        self.chain: list[Instruction] = []
        self.made: set[Value] = set()  # by the chain
        self.sums: set[Value] = set()  # of these, what is only known after the last row
        self.late: list[Instruction] = []  # what only needs such sums, and comes after the chain
        self.ordered: set[Value] = set()  # what lies in memory in another order than C's
        self.rows = 0

    def tiled(self) -> Program:
        for instruction in self.program.body:
            if self.chain and self.joins(instruction, self.rows):
                self.add(instruction)
            elif self.made.isdisjoint(instruction.reads()):
                if self.chain and self.heavier(instruction):
                    self.close()
                if self.chain or not self.begins(instruction):
                    self.body.append(instruction)  # before the chain: it needs nothing of it
            elif self.made.intersection(instruction.reads()) <= self.sums:
                self.late.append(instruction)
                self.made.update(instruction.outs)
                self.sums.update(instruction.outs)
            else:
                self.close()
                if not self.begins(instruction):
                    self.body.append(instruction)
        self.close()
        return self.program.with_body(self.body)

    def begins(self, instruction: Instruction) -> bool:
        """Whether a chain begins with this instruction."""
        rows = rows_of(instruction, self.sizes.large)
        if not rows or not self.joins(instruction, rows):
            return False
        self.rows = rows
        self.add(instruction)
        return True

    def heavier(self, instruction: Instruction) -> bool:
        """Whether another chain should begin with an instruction that does not fit this one."""
        rows = rows_of(instruction, self.sizes.large)
        return bool(rows) and instruction.out.nbytes >= self.sizes.large

    def add(self, instruction: Instruction) -> None:
        self.chain.append(instruction)
        self.made.add(instruction.out)
        if is_sum(instruction, self.rows):
            self.sums.add(instruction.out)

    def joins(self, instruction: Instruction, rows: int) -> bool:
        """Whether an instruction can be done for some of the rows at a time."""
        if not self.sums.isdisjoint(instruction.reads()):
            return False
        if form_of(instruction) == "number" or instruction.many or self.is_ordered(instruction):
            return False
        if is_scatter(instruction) and not self.numbers_rows(instruction):
            return False
        if is_regrouping(instruction, rows) and instruction.args[0] not in self.made:
            return False  # a view of something outside, which is cheap as it is
        return is_sum(instruction, rows) or is_rowwise(instruction, rows)

    def is_ordered(self, instruction: Instruction) -> bool:
        """Whether an operand lies in another order than C's, and with it the result: its rows are
        scattered."""
        shape = instruction.out.shape
        found = any(
            (v.order is not None or v in self.ordered) and v.shape == shape
            for v in instruction.reads()
        )
        if found:
            self.ordered.add(instruction.out)
        return found

    def numbers_rows(self, instruction: Instruction) -> bool:
        """Whether the first index of a scatter counts the rows."""
        array = self.program.constants.get(instruction.args[1][0])
        return array is not None and bool((array[:, 0] == np.arange(len(array))).all())

    def close(self) -> None:
        """End the chain: as a tile if it is worth it, or as it was."""
        chain, late = self.chain, self.late
        self.chain, self.late, self.made, self.sums = [], [], set(), set()
        if not self.is_worth_it(chain):
            self.body += chain + late
            return
        # Another shape of what the tile stores is shown after it.
        outside = self.left_over(chain)
        shown = [i for i in chain if i.out in outside and is_regrouping(i, self.rows)]
        self.body.append(self.as_tile(chain, outside | {i.args[0] for i in shown}))
        self.body += shown + late

    def is_worth_it(self, chain: list[Instruction]) -> bool:
        least = self.sizes.large
        large = [i for i in chain if i.out.nbytes >= least or is_sum(i, self.rows)]
        return len(large) > 1 and any(i.out.nbytes >= least for i in chain)

    def as_tile(self, chain: list[Instruction], leaving: set[Value]) -> Instruction:
        tile = Tile(self.rows)
        inner: dict[Value, Value] = {}
        for instruction in chain:
            for value in instruction.reads():
                if value not in inner:
                    split = row_axes(value.shape, self.rows)
                    sliced = split is not None and is_sliced(instruction, value, self.rows)
                    pairs = tile.sliced if sliced else tile.whole
                    shape = (self.rows, *value.shape[split:]) if sliced else value.shape
                    inner[value] = Value(shape, value.dtype, value.number)
                    pairs.append((value, inner[value]))
            tile.body.append(self.moved_in(instruction, inner))
        for instruction in chain:
            out = instruction.out
            if is_sum(instruction, self.rows):
                ufunc = SUMS.get(instruction.function, np.add)
                tile.summed.append((inner[out], out, ufunc))
            elif out in leaving and not is_regrouping(instruction, self.rows):
                tile.stored.append((inner[out], out))
        outs = [outer for _, outer in tile.stored] + [outer for _, outer, _ in tile.summed]
        self.size(tile)
        args = tuple(outer for outer, _ in (*tile.sliced, *tile.whole))
        return Instruction(tile, args, {}, tuple(outs), chain[0].place, many=True)

    def moved_in(self, instruction: Instruction, inner: dict[Value, Value]) -> Instruction:
        """The instruction on the rows of a piece."""
        out = instruction.out
        split = row_axes(out.shape, self.rows)
        summed = is_sum(instruction, self.rows)
        shape = out.shape if summed or split is None else (self.rows, *out.shape[split:])
        inner[out] = Value(shape, out.dtype)
        changed = instruction.substituted(inner)
        if instruction.function in SUMS:
            source = instruction.args[0]
            changed = changed.changed(kwargs=inner_axes(instruction, source, self.rows))
        if is_regrouping(instruction, self.rows):
            changed = changed.changed(args=(changed.args[0], (-1, *shape[1:])))
        return changed.changed(outs=(inner[out],))

    def left_over(self, chain: list[Instruction]) -> set[Value]:
        """What the chain makes and something after it reads."""
        inside = uses(chain)
        return {i.out for i in chain if self.counts.get(i.out, 0) > inside.get(i.out, 0)}

    def size(self, tile: Tile) -> None:
        """Choose the rows of a piece, and the threads."""
        row = bytes_of_a_row(tile)
        rows = max(1, int(self.sizes.tile_bytes / max(row, 1)))
        if rows > 64:
            rows -= rows % 64
        work = sum(max(i.out.size, *[v.size for v in i.reads()], 0) for i in tile.body)
        if work >= THREADED:
            tile.threads = max(1, min(self.sizes.threads, tile.count // max(rows, 1)))
        tile.rows = min(rows, tile.count)


def bytes_of_a_row(tile: Tile) -> float:
    """What a row takes: of the arrays outside, and at most at one time of those inside."""
    outside = [inner for _, inner in tile.sliced] + [inner for inner, _ in tile.stored]
    last = {value: at for at, i in enumerate(tile.body) for value in (i.out, *i.reads())}
    kept = set(outside)
    alive = most = 0
    ends: dict[int, int] = {}
    for at, instruction in enumerate(tile.body):
        out = instruction.out
        if out not in kept and out.shape[:1] == (tile.count,):
            alive += out.nbytes
            ends[last[out]] = ends.get(last[out], 0) + out.nbytes
        most = max(most, alive)
        alive -= ends.pop(at, 0)
    return (most + sum(v.nbytes for v in kept)) / tile.count


# Rows


def rows_of(instruction: Instruction, large: int) -> int:
    """How many rows a chain that begins with this instruction has; 0 if none can."""
    if form_of(instruction) == "number" or instruction.many or not instruction.outs:
        return 0
    shapes = [v.shape for v in (*instruction.reads(), instruction.out)]
    largest = max(shapes, key=math.prod)
    if math.prod(largest) * instruction.out.dtype.itemsize < large:
        return 0
    for split in range(len(largest), 0, -1):
        rows = math.prod(largest[:split])
        if is_sum(instruction, rows) or is_rowwise(instruction, rows):
            if split == len(largest) and len(largest) > 1:
                return math.prod(largest[:-1])  # what follows may go along the rows
            return rows
    return 0


def row_axes(shape: tuple[int, ...], rows: int) -> int | None:
    """How many leading axes of a shape have this many entries; None if none do."""
    total = 1
    for split, n in enumerate(shape, 1):
        total *= n
        if total == rows:
            return split
        if total > rows:
            return None
    return None


def is_sliced(instruction: Instruction, value: Value, rows: int) -> bool:
    """Whether an operand has rows, rather than being the same for all of them."""
    out = instruction.out
    if is_product(instruction):
        return value is instruction.args[0] or is_batched(instruction) or is_sum(instruction, rows)
    if instruction.function in SUMS or is_gather(instruction) or is_regrouping(instruction, rows):
        return True
    split = row_axes(out.shape, rows)
    return (
        split is not None
        and len(value.shape) == len(out.shape)
        and (value.shape[:split] == out.shape[:split])
    )


def is_rowwise(instruction: Instruction, rows: int) -> bool:
    """Whether each row of the result comes from the same rows of the operands."""
    out = instruction.out
    split = row_axes(out.shape, rows)
    if split is None:
        return False
    if instruction.function in SUMS:
        source = instruction.args[0]
        axes = reduced_axes(instruction)
        return row_axes(source.shape, rows) == split and all(a >= split for a in axes)
    if is_batched(instruction):
        return rows == out.shape[0]
    if is_product(instruction):
        x, y = instruction.args
        return (
            len(x.shape) == 2 and x.shape[0] == rows and max(x.shape[1], *y.shape) <= SKINNY
            and x.dtype == y.dtype
        )  # fmt: skip
    if is_regrouping(instruction, rows):
        return True
    if is_gather(instruction):
        x, indices = instruction.args[:2]
        return bool(x.shape[0] == rows and indices.shape[0] == rows)
    if is_scatter(instruction):
        return bool(instruction.args[0].shape[0] == rows)
    if not is_entrywise(instruction):
        return False
    for value in instruction.reads():
        if not value.shape or value.number:
            continue
        ahead = len(value.shape) - (len(out.shape) - split)  # its axes among the rows
        if ahead <= 0:
            continue
        if value.shape[:split] != out.shape[:split] or len(value.shape) != len(out.shape):
            return False
    return True


def is_entrywise(instruction: Instruction) -> bool:
    if instruction.function is converted or instruction.function is np.where:
        return all(type(arg) is not Value or not arg.number for arg in instruction.args)
    is_ufunc = isinstance(instruction.function, np.ufunc) and form_of(instruction) == "entrywise"
    return is_ufunc and not (set(instruction.kwargs) - {"dtype"})


def is_regrouping(instruction: Instruction, rows: int) -> bool:
    """Whether an instruction shows the same rows in another shape."""
    if instruction.function is not np.reshape or instruction.kwargs:
        return False
    return row_axes(instruction.args[0].shape, rows) is not None


def is_gather(instruction: Instruction) -> bool:
    """Whether an entry is picked from each row."""
    if instruction.function is not np.take_along_axis:
        return False
    x, indices, *axis = instruction.args
    at = axis[0] if axis else instruction.kwargs.get("axis", -1)
    return type(x) is Value and len(x.shape) == 2 and at in (-1, 1) and len(indices.shape) == 2


def is_scatter(instruction: Instruction) -> bool:
    """Whether an entry of each row is replaced: `x[np.arange(n)[:, None], indices] = values`."""
    if instruction.function is not written or len(instruction.outs[0].shape) != 2:
        return False
    index, values = instruction.args[1:]
    if type(index) is not tuple or len(index) != 2 or type(values) is not Value:
        return False
    return all(type(i) is Value and i.shape == (instruction.out.shape[0], 1) for i in index)


def is_product(instruction: Instruction) -> bool:
    return instruction.function is np.matmul and all(type(a) is Value for a in instruction.args)


def is_batched(instruction: Instruction) -> bool:
    """Whether an instruction is a product of many matrices, of which BLAS does one at a time."""
    if not is_product(instruction):
        return False
    x, y = (arg.shape for arg in instruction.args)
    return len(x) == len(y) > 2 and x[0] == y[0] == instruction.out.shape[0]


def is_sum(instruction: Instruction, rows: int) -> bool:
    """Whether an instruction combines all rows: a sum, an extreme, a product of two columns."""
    if instruction.function in SUMS:
        source = instruction.args[0]
        split = row_axes(source.shape, rows)
        if split is None or set(instruction.kwargs) - {"axis", "keepdims"}:
            return False
        if instruction.kwargs.get("keepdims") or instruction.out.dtype != source.dtype:
            return False
        return set(range(split)) <= set(reduced_axes(instruction)) and source.dtype.kind == "f"
    if is_product(instruction):
        x, y = instruction.args
        narrow = len(y.shape) == 2 and y.shape[1] <= SKINNY
        return x.shape == (rows,) and narrow and x.dtype == y.dtype
    return False


def reduced_axes(instruction: Instruction) -> list[int]:
    ndim = len(instruction.args[0].shape)
    axis = instruction.kwargs.get("axis", 0)
    if axis is None:
        return list(range(ndim))
    return [int(a) % ndim for a in (axis if isinstance(axis, tuple) else (axis,))]


def inner_axes(instruction: Instruction, source: Value, rows: int) -> dict[str, Any]:
    """The keywords of a reduction on rows that are one axis now."""
    split = row_axes(source.shape, rows)
    assert split is not None
    axes = reduced_axes(instruction)
    if len(axes) == len(source.shape):
        axis: Any = None
    else:
        inner = sorted({0 if a < split else a - split + 1 for a in axes})
        axis = inner[0] if len(inner) == 1 else tuple(inner)
    return {**instruction.kwargs, "axis": axis}
