"""Optimizer updates fused: one for all parameters that are moved alike, in one flat buffer.

The instructions that lead from a gradient, a parameter and its moments to their new values are
the same for every parameter. So parameters, first moments and so on are laid one after another,
each kind in one array, and each instruction is carried out once for all of them.
"""

import operator
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.compiler.forms import form_of
from autograd_lite.compiler.program import (
    Input,
    Instruction,
    Program,
    Value,
    Write,
    made_by,
    replaced,
    uses,
)
from autograd_lite.compiler.trace import Cell


class Flat(NamedTuple):
    """An input and the target of a write: the values of several cells, one after another."""

    owners: tuple[Any, ...]
    parts: tuple[Value, ...]  # their own inputs, which are views of it


class Bundle:
    """The update of one parameter: its instructions, and what they read and write."""

    def __init__(self) -> None:
        self.body: list[Instruction] = []
        self.cells: list[Value] = []  # the parameter and its moments, in the order they are read
        self.gradients: list[Value] = []
        self.written: list[tuple[int, Value]] = []  # which cell gets which value

    def signature(self) -> tuple[Any, ...]:
        """Equal for bundles that do the same to different parameters."""
        made: dict[Value, int] = {}
        lines: list[Any] = []
        for instruction in self.body:
            operands = tuple(self.described(arg, made) for arg in instruction.args)
            lines.append((instruction.function, operands, repr(instruction.kwargs)))
            made[instruction.out] = len(made)
        ends = tuple((cell, made.get(value, -1)) for cell, value in self.written)
        return (*lines, ends, self.cells[0].dtype, tuple(c.dtype for c in self.cells))

    def described(self, arg: Any, made: dict[Value, int]) -> Any:
        if type(arg) is not Value:
            return ("literal", type(arg), arg)
        if arg in made:
            return ("made", made[arg])
        for kind, known in (("cell", self.cells), ("gradient", self.gradients)):
            if arg in known:
                return (kind, known.index(arg))
        return ("shared", id(arg))


def flatten(program: Program) -> Program:
    """The program with the updates of parameters that are moved alike carried out as one."""
    groups = [group for group in grouped(program, found_bundles(program)) if len(group) > 1]
    if not groups:
        return program
    sources = dict(program.inputs)
    bundled = {id(i) for group in groups for bundle in group for i in bundle.body}
    body = [i for i in program.body if id(i) not in bundled]
    inputs, writes = list(program.inputs), list(program.writes)
    replacement: dict[Value, Any] = {}
    for group in groups:
        one = Flattened(group)
        targets = [Flat(tuple(sources[p].owner for p in ps), ps) for ps, _ in one.flats]
        inputs += [Input(f, t) for (_, f), t in zip(one.flats, targets, strict=True)]
        gone = {id(sources[b.cells[at]].owner) for b in group for at, _ in b.written}
        writes = [w for w in writes if type(w.target) is not Cell or id(w.target.owner) not in gone]
        writes += [Write(targets[at], new) for at, new in one.written]
        staying = [w for w in writes if type(w.target) is not Flat]
        leaving = Program([], {}, [], program.results, staying).leaving()
        outside = set(uses(body, leaving))
        replacement |= one.parts_read(outside)
        body += one.body
    body = in_order([i.substituted(replacement) for i in body])
    results = replaced(program.results, replacement)
    writes = [Write(w.target, replaced(w.value, replacement)) for w in writes]
    return Program(inputs, program.constants, body, results, writes)


def in_order(body: list[Instruction]) -> list[Instruction]:
    """The instructions so that each comes after what it reads, and else in the order they had."""
    makers = made_by(body)
    found: list[Instruction] = []
    done: set[int] = set()
    for first in body:
        stack = [first]
        while stack:
            instruction = stack[-1]
            waiting = [makers[v] for v in instruction.reads() if v in makers]
            waiting = [each for each in waiting if id(each) not in done]
            if waiting:
                stack += waiting
                continue
            stack.pop()
            if id(instruction) not in done:
                done.add(id(instruction))
                found.append(instruction)
    return found


def found_bundles(program: Program) -> list[Bundle]:
    """The updates in a program: instructions of one shape that end in the same cells' writes."""
    cells = {value: source for value, source in program.inputs if type(source) is Cell}
    of_owner = {id(source.owner): value for value, source in cells.items()}
    makers = {i.outs[0]: i for i in program.body if is_update(i)}
    position = {id(i): at for at, i in enumerate(program.body)}
    bundle_of: dict[int, Bundle] = {}
    bundles: list[Bundle] = []
    for write in program.writes:
        if type(write.target) is not Cell or write.value not in makers:
            continue
        cell = of_owner.get(id(write.target.owner))
        if cell is None or cell.shape != write.value.shape or not cell.shape:
            continue
        found = behind(write.value, makers, cell.shape)
        bundle = next((bundle_of[id(i)] for i in found if id(i) in bundle_of), None)
        if bundle is None:
            bundle = Bundle()
            bundles.append(bundle)
        bundle.body += [i for i in found if id(i) not in bundle_of]
        bundle_of |= {id(i): bundle for i in found}
        read = [v for i in found for v in i.reads() if v.shape == cell.shape and v not in makers]
        for value in [cell, *read]:
            known = bundle.cells if value in cells else bundle.gradients
            if value not in known:
                known.append(value)
        bundle.written.append((bundle.cells.index(cell), write.value))
    for bundle in bundles:
        bundle.body.sort(key=lambda i: position[id(i)])
    return [bundle for bundle in bundles if len({c.dtype for c in bundle.cells}) == 1]


def is_update(instruction: Instruction) -> bool:
    return (
        instruction.place.section == "update"
        and form_of(instruction) == "entrywise"
        and isinstance(instruction.function, np.ufunc)
        and not instruction.kwargs
        and bool(instruction.out.shape)
        and all(
            type(arg) is not Value or arg.shape in ((), instruction.out.shape)
            for arg in instruction.args
        )
    )


def behind(
    value: Value, makers: dict[Value, Instruction], shape: tuple[int, ...]
) -> list[Instruction]:
    """The update's instructions that lead to a value."""
    found: dict[int, Instruction] = {}
    stack = [value]
    while stack:
        instruction = makers.get(stack.pop())
        if instruction is None or id(instruction) in found or instruction.out.shape != shape:
            continue
        found[id(instruction)] = instruction
        stack += instruction.reads()
    return list(found.values())


def grouped(program: Program, bundles: list[Bundle]) -> list[list[Bundle]]:
    """Bundles that do the same, and none of whose gradients depends on another's result."""
    position = {out: at for at, i in enumerate(program.body) for out in i.outs}
    first_use = first_outside_use(program, bundles)
    found: dict[Any, list[list[Bundle]]] = {}
    for bundle in bundles:
        groups = found.setdefault(bundle.signature(), [])
        begin = max((position.get(g, -1) for g in bundle.gradients), default=-1)
        for group in groups:
            if all(begin < first_use.get(id(other), len(program.body)) for other in group):
                group.append(bundle)
                break
        else:
            groups.append([bundle])
    return [group for groups in found.values() for group in groups]


def first_outside_use(program: Program, bundles: list[Bundle]) -> dict[int, int]:
    """Where what a bundle makes is first read by anything else."""
    owner = {i.outs[0]: bundle for bundle in bundles for i in bundle.body}
    first: dict[int, int] = {}
    for at, instruction in enumerate(program.body):
        inside = owner.get(instruction.outs[0]) if instruction.outs else None
        for value in instruction.reads():
            bundle = owner.get(value)
            if bundle is not None and bundle is not inside:
                first.setdefault(id(bundle), at)
    return first


class Flattened:
    """One update in the place of several: flat arrays, and the instructions on them."""

    def __init__(self, group: list[Bundle]) -> None:
        self.body: list[Instruction] = []
        self.flats: list[tuple[tuple[Value, ...], Value]] = []
        self.results: list[tuple[Value, list[Value]]] = []
        first = group[0]
        self.sizes = [bundle.cells[0].size for bundle in group]
        self.total = sum(self.sizes)
        self.place = first.body[0].place
        new: dict[Value, Value] = {}
        for at, cell in enumerate(first.cells):
            flat = Value((self.total,), cell.dtype)
            self.flats.append((tuple(bundle.cells[at] for bundle in group), flat))
            new[cell] = flat
        for at, gradient in enumerate(first.gradients):
            new[gradient] = self.joined([bundle.gradients[at] for bundle in group])
        for at, instruction in enumerate(first.body):
            out = Value((self.total,), instruction.out.dtype)
            args = tuple(new.get(a, a) if type(a) is Value else a for a in instruction.args)
            new[instruction.out] = out
            self.body.append(instruction.changed(args=args, outs=(out,)))
            self.results.append((out, [bundle.body[at].out for bundle in group]))
        self.written = [(at, new[value]) for at, value in first.written]

    def joined(self, parts: list[Value]) -> Value:
        """The gradients one after another."""
        rows = []
        for part in parts:
            row = Value((part.size,), part.dtype)
            self.note(np.reshape, (part, row.shape), row)
            rows.append(row)
        whole = Value((self.total,), parts[0].dtype)
        self.note(np.concatenate, (rows,), whole)
        return whole

    def parts_read(self, outside: set[Value]) -> dict[Value, Any]:
        """For what is read outside of a bundle: the part of the flat array that it is."""
        found: dict[Value, Any] = {}
        for whole, parts in self.results:
            start = 0
            for part in parts:
                if part in outside:
                    row, view = Value((part.size,), part.dtype), Value(part.shape, part.dtype)
                    self.note(operator.getitem, (whole, slice(start, start + part.size)), row)
                    self.note(np.reshape, (row, part.shape), view)
                    found[part] = view
                start += part.size
        return found

    def note(self, function: Any, args: tuple[Any, ...], out: Value) -> None:
        self.body.append(Instruction(function, args, {}, (out,), self.place))
