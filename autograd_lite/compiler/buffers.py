"""Where each value of a program lies: buffers planned by lifetime, so memory is allocated once.

All buffers lie in one block of memory. A buffer is free again after the last instruction that
reads it, and an entry-by-entry result takes the place of an operand that nobody reads any more.
"""

import bisect
from operator import attrgetter
from typing import Any

import numpy as np

from autograd_lite.compiler.flattening import Flat
from autograd_lite.compiler.forms import form_of, is_view, operands
from autograd_lite.compiler.program import Instruction, Program, Value, collect, made_by
from autograd_lite.compiler.trace import Cell
from autograd_lite.compiler.traced import COPYING

FEW = 64  # entries: a state of no more is bound anew, not written into
ALIGNMENT = 64  # bytes: a cache line, and the widest vector


class Buffer:
    """A stretch of the block, in use from one instruction to another.

    One that is `inside` another is a part of it, `start` bytes from its beginning. One with a
    `home` is not in the block: it is the array of an input that the program writes anew.
    """

    __slots__ = ("first", "home", "inside", "last", "nbytes", "start")

    def __init__(self, nbytes: int, first: int, last: int, home: Value | None = None) -> None:
        self.home = home
        self.nbytes = nbytes
        self.first = first
        self.last = last
        self.start = 0
        self.inside: Buffer | None = None

    @property
    def offset(self) -> int:
        """Where it begins in the block."""
        return self.start + (self.inside.offset if self.inside else 0)


class Plan:
    """Which buffer each value lies in, which values are views, and of what.

    `base` is the value whose memory a view shows; `strides` are those of values in buffers and of
    their views, as far as they are known beforehand.
    """

    def __init__(self) -> None:
        self.buffers: dict[Value, Buffer] = {}
        self.base: dict[Value, Value] = {}
        self.strides: dict[Value, tuple[int, ...]] = {}
        self.joined: dict[Value, tuple[Value, int]] = {}  # what lies in a part of another's buffer
        self.fresh: list[Instruction] = []  # for which NumPy makes a new array
        self.nbytes = 0  # of the block
        self.peak = 0  # the most that is alive at one time
        self.before = 0  # what the arrays would take if each had a buffer of its own
        self.homes: dict[Value, Value] = {}  # what is written in place, and the input it replaces

    def root(self, value: Value) -> Value:
        return self.base.get(value, value)


def planned(program: Program) -> Plan:
    """The plan of a program's memory."""
    plan = Plan()
    for value, array in program.constants.items():
        plan.strides[value] = array.strides
    external = {value for value, _ in program.inputs} | set(program.constants)
    find_homes(plan, program)
    for instruction in program.body:
        find_views(plan, instruction)
    last = lifetimes(plan, program)
    kept = {plan.root(value) for value in returned(program)}
    for home in plan.homes.values():
        plan.buffers[home] = Buffer(home.nbytes, 0, last.get(home, 0), home)
        plan.strides[home] = contiguous(home.shape, home.dtype.itemsize)
    find_joined(plan, program, kept | external)
    for at, instruction in enumerate(program.body):
        if form_of(instruction) == "fresh":
            plan.fresh.append(instruction)
        elif form_of(instruction) == "tile":
            give_to_tile(plan, instruction, at, last, (external - plan.buffers.keys()) | kept)
        elif form_of(instruction) != "number" and instruction.outs[0] not in plan.base:
            out = instruction.out
            if out not in kept:
                plan.before += out.nbytes
                untouchable = (external - plan.buffers.keys()) | kept
                give_buffer(plan, instruction, at, last, untouchable)
    blocked = list({id(b): b for b in plan.buffers.values() if b.home is None}.values())
    plan.nbytes = packed([b for b in blocked if b.inside is None])
    plan.peak = most_alive([b for b in blocked if b.inside is None], len(program.body))
    return plan


def give_buffer(
    plan: Plan, instruction: Instruction, at: int, last: dict[Value, int], kept: set[Value]
) -> None:
    """A place for the result: in what it is joined to, in an operand's place, or its own."""
    out = instruction.out
    if out in plan.joined:
        whole, start = plan.joined[out]
        room = plan.buffers.setdefault(whole, Buffer(whole.nbytes, at, last[whole]))
        part = plan.buffers[out] = Buffer(out.nbytes, at, last[out])
        part.inside, part.start = room, start
        room.last = max(room.last, part.last)  # nothing else may lie there while a part is read
        return
    if out in plan.buffers:  # the parts of it are there already
        return
    taken = replaceable(plan, instruction, at, last, kept)
    if taken is None:
        plan.buffers[out] = Buffer(out.nbytes, at, last[out])
    else:
        plan.buffers[out] = taken
        taken.last = max(taken.last, last[out])


def give_to_tile(
    plan: Plan, instruction: Instruction, at: int, last: dict[Value, int], kept: set[Value]
) -> None:
    """Places for a tile's results: an operand's, where each row is read before it is written."""
    tile: Any = instruction.function
    made = {each.out: k for k, each in enumerate(tile.body)}
    read = {value: k for k, each in enumerate(tile.body) for value in each.reads()}
    sliced, whole = tile.read_by(instruction)
    sources = [(plan.root(outer), outer, inner) for outer, inner in sliced]
    taken = {id(plan.buffers.get(plan.root(outer))) for outer, _ in whole}  # every piece reads it
    for inner, out in tile.stored:
        if out in kept:
            continue
        plan.before += out.nbytes
        home = plan.homes.get(out)
        found: Buffer | None = None
        for root, outer, held in sources:
            buffer = plan.buffers.get(root)
            if buffer is None or root in kept or last[root] != at or buffer.last != at:
                continue
            if id(buffer) in taken or buffer.inside is not None:
                continue
            if sum(plan.buffers.get(other) is buffer for other, _, _ in sources) > 1:
                continue
            if buffer.home is not None and home is not None and buffer.home is not home:
                continue
            early = read[held] < made[inner]
            same = held.shape == inner.shape and form_of(tile.body[made[inner]]) == "entrywise"
            if not (early or (read[held] == made[inner] and same)):
                continue
            if same_room(plan, outer, root, out) and (found is None or buffer.home is not None):
                found = buffer
        if found is None:
            found = Buffer(out.nbytes, at, last[out])
        taken.add(id(found))
        plan.buffers[out] = found
        found.last = max(found.last, last[out])
    for _, out, _ in tile.summed:
        if out not in kept:
            plan.before += out.nbytes
            plan.buffers[out] = Buffer(out.nbytes, at, last[out])


def find_joined(plan: Plan, program: Program, kept: set[Value]) -> None:
    """Let what is concatenated be computed where it belongs in the whole, as far as it can."""
    makers = made_by(program.body)
    for instruction in program.body:
        if instruction.function is not np.concatenate or instruction.outs[0] in kept:
            continue
        if instruction.kwargs.get("axis", 0) != 0 or len(instruction.args) != 1:
            continue
        start = 0
        for part in instruction.args[0]:
            root = plan.root(part)
            maker = makers.get(root)
            whole_root = root.nbytes == part.nbytes and plan.strides.get(part) == contiguous(
                part.shape, part.dtype.itemsize
            )
            free = root not in kept and root not in plan.joined and root not in plan.homes
            if maker and whole_root and free and form_of(maker) in ("entrywise", "into"):
                plan.joined[root] = (instruction.outs[0], start)
            start += part.nbytes


def find_homes(plan: Plan, program: Program) -> None:
    """Note which inputs are written anew in place; their parts are views of them."""
    of_source = {source: value for value, source in program.inputs}
    for target, value in program.writes:
        if is_large(target, value):
            home = of_source.get(target)
            if home is not None and value not in plan.homes:
                plan.homes[value] = home
        if type(target) is Flat:
            plan.base |= dict.fromkeys(target.parts, of_source[target])


def is_large(target: Any, value: Any) -> bool:
    """Whether a write goes into the array that is there; a small one is bound anew."""
    return type(target) is Flat or (type(target) is Cell and value.size > FEW)


def returned(program: Program) -> list[Value]:
    """The values that the program hands out as arrays of their own."""
    found: list[Value] = []
    collect(program.results, found)
    found += [w.value for w in program.writes if w.value is not None and not is_large(*w)]
    return found


def find_views(plan: Plan, instruction: Instruction) -> None:
    """Note what an instruction shows of another value's memory; a reshape may have to copy."""
    if not is_view(instruction) or type(instruction.args[0]) is not Value:
        for out in instruction.outs:
            if form_of(instruction) == "entrywise":
                out.order = order_among(instruction, out)
            plan.strides[out] = strides_of(out)
        return
    source = instruction.args[0]
    strides = plan.strides.get(source)
    shown = None
    if strides is not None:
        shown = strides_shown(instruction, source, strides)
        if shown is None:  # no view can show this: it is copied
            out = instruction.out
            plan.strides[out] = contiguous(out.shape, out.dtype.itemsize)
            return
        for out, each in zip(instruction.outs, shown, strict=True):
            plan.strides[out] = each
    for out in instruction.outs:
        plan.base[out] = plan.root(source)


def order_among(instruction: Instruction, out: Value) -> tuple[int, ...] | None:
    """The order of memory that an entry-by-entry result shares with its operands."""
    found = [v.order for v in instruction.reads() if v.shape == out.shape]
    return next((order for order in found if order is not None), None)


def strides_of(value: Value) -> tuple[int, ...]:
    """The strides of an array that is laid down in its order."""
    if value.order is None:
        return contiguous(value.shape, value.dtype.itemsize)
    inner = contiguous(tuple(value.shape[a] for a in value.order), value.dtype.itemsize)
    return tuple(inner[value.order.index(axis)] for axis in range(len(value.shape)))


def contiguous(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    strides = []
    step = itemsize
    for n in reversed(shape):
        strides.append(step)
        step *= max(n, 1)
    return tuple(reversed(strides))


def strides_shown(
    instruction: Instruction, source: Value, strides: tuple[int, ...]
) -> list[tuple[int, ...]] | None:
    """The strides of the results, by an array that is never read; None if they must be copies."""
    one = np.zeros((), source.dtype)
    stand_in = np.lib.stride_tricks.as_strided(one, source.shape, strides)
    if instruction.function is np.reshape:
        try:
            stand_in.shape = instruction.out.shape
        except AttributeError:
            return None
        return [stand_in.strides]
    result = instruction.function(stand_in, *instruction.args[1:], **instruction.kwargs)
    parts = result if instruction.many else [result]
    return [part.strides for part in parts]


def lifetimes(plan: Plan, program: Program) -> dict[Value, int]:
    """The last instruction that reads each value or a view of it."""
    last: dict[Value, int] = {}
    for at, instruction in enumerate(program.body):
        for value in instruction.reads():
            last[plan.root(value)] = at
        for out in instruction.outs:
            last[plan.root(out)] = at
    for value in program.leaving():
        last[plan.root(value)] = len(program.body)
    return last


def replaceable(
    plan: Plan, instruction: Instruction, at: int, last: dict[Value, int], kept: set[Value]
) -> Buffer | None:
    """The buffer that the result may take of an operand read here for the last time."""
    if form_of(instruction) != "entrywise":
        return None
    out = instruction.out
    home = plan.homes.get(out)
    reads = instruction.reads()
    candidates = instruction.args[:1] if instruction.function in COPYING else operands(instruction)
    found: Buffer | None = None
    for value in candidates:
        root = plan.root(value)
        buffer = plan.buffers.get(root)
        if buffer is None or root in kept or last[root] != at or buffer.last != at:
            continue
        if buffer.inside is not None or not same_room(plan, value, root, out):
            continue
        if buffer.home is not None and home is not None and buffer.home is not home:
            continue
        others = [plan.buffers.get(plan.root(each)) for each in reads if each is not value]
        if any(other is buffer for other in others):
            continue  # it is read in another order too
        if found is None or buffer.home is not None:
            found = buffer
    return found


def same_room(plan: Plan, value: Value, root: Value, out: Value) -> bool:
    """Whether the result fits the memory of an operand, entry for entry."""
    return (
        value.shape == out.shape
        and value.dtype.itemsize == out.dtype.itemsize
        and root.nbytes == out.nbytes
        and plan.strides[value] == strides_of(out)
    )


def packed(buffers: list[Buffer]) -> int:
    """Give each buffer its place in the block, the largest first; the size of the block.

    Each takes the lowest gap among the buffers that are in use at the same time (greedy by size:
    Pisarchyk and Lee, Efficient Memory Management for Deep Neural Net Inference, 2020).
    """
    placed: list[Buffer] = []
    total = 0
    for buffer in sorted(buffers, key=lambda b: (-b.nbytes, b.first)):
        at = 0
        size = aligned(buffer.nbytes)
        for other in placed:  # in order of their starts
            if other.last < buffer.first or buffer.last < other.first:
                continue
            if at + size <= other.start:
                break
            at = max(at, other.start + aligned(other.nbytes))
        buffer.start = at
        total = max(total, at + size)
        bisect.insort_left(placed, buffer, key=attrgetter("start"))
    return total


def aligned(nbytes: int) -> int:
    return -(-nbytes // ALIGNMENT) * ALIGNMENT


def most_alive(buffers: list[Buffer], count: int) -> int:
    """The most bytes in use at one time."""
    changes = [0] * (count + 2)
    for buffer in buffers:
        changes[buffer.first] += buffer.nbytes
        changes[buffer.last + 1] -= buffer.nbytes
    most = now = 0
    for change in changes:
        now += change
        most = max(most, now)
    return most
