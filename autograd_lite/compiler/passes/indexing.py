"""One spelling for every slice, and slices of what was just joined, sliced or written.

Exact: these are views of the same numbers. An index is a tuple with one part for each axis, an int
counted from the front or a slice, without whole axes at its end.
"""

import operator
from typing import Any

import numpy as np

from autograd_lite.compiler.passes.walk import Rules, Walk
from autograd_lite.compiler.program import Instruction, Program, Value
from autograd_lite.compiler.traced import written
from autograd_lite.ops.indexing import add_at

WHOLE = slice(None)
Index = tuple[Any, ...]

rules = Rules()


def indexing(program: Program) -> Program:
    """The program with slices taken from where their entries come from."""
    return rules.apply(program)


@rules.on(operator.getitem)
def taken(walk: Walk, instruction: Instruction) -> Any:
    x, asked = instruction.args
    if type(x) is not Value or x.number:
        return None
    index = spelled(asked, x.shape)
    if index is None:
        return None
    result = from_source(walk, x, index)
    if result is None and (index != asked or not isinstance(asked, tuple)):
        result = sliced(walk, x, index)
    return result


@rules.on(written)
def put(walk: Walk, instruction: Instruction) -> Any:
    """The same spelling where something is written; all of an array is what is written."""
    array, asked, new = instruction.args
    index = spelled(asked, array.shape)
    if index == () and type(new) is Value:
        return new
    if index is None or (index == asked and isinstance(asked, tuple)):
        return None
    return walk.call(written, array, index, new)


@rules.on(add_at)
def put_into_zeros(walk: Walk, instruction: Instruction) -> Any:
    """The same spelling where a slice's cotangent is put back."""
    x, asked, shape = instruction.args
    index = spelled(asked, shape)
    if index is None or (index == asked and isinstance(asked, tuple)):
        return None
    return walk.call(add_at, x, index, shape)


def sliced(walk: Walk, x: Value, index: Index) -> Value:
    """x[index], from where its entries come from."""
    if not index:
        return x
    found = from_source(walk, x, index)
    return walk.call(operator.getitem, x, index) if found is None else found


def from_source(walk: Walk, x: Value, index: Index) -> Value | None:
    """x[index] as a slice of what x was made of, if that is simpler."""
    if not index:
        return x
    made = walk.makers.get(x)
    form = SOURCES.get(made.function) if made is not None else None
    return form(walk, made, index) if form else None


def spelled(asked: Any, shape: tuple[int, ...]) -> Index | None:
    """The one spelling of an index of ints, slices forwards and an ellipsis; None for others."""
    parts = list(asked) if isinstance(asked, tuple) else [asked]
    if any(part is Ellipsis for part in parts):
        at = next(i for i, part in enumerate(parts) if part is Ellipsis)
        parts[at : at + 1] = [WHOLE] * (len(shape) - len(parts) + 1)
    if len(parts) > len(shape):  # new axes
        return None
    found: list[Any] = []
    for part, size in zip(parts, shape):
        if type(part) is int:
            found.append(part % size)
        elif type(part) is slice and (part.step or 1) > 0:
            found.append(slice_of(range(size)[part], size))
        else:
            return None
    while found and found[-1] == WHOLE:
        found.pop()
    return tuple(found)


def slice_of(places: range, size: int) -> slice:
    """The slice that takes these places of an axis."""
    stop = max(places.stop, places.start)
    return slice(
        places.start or None,
        None if stop >= size and places else stop,
        None if places.step == 1 else places.step,
    )


# Where the entries come from


def of_stack(walk: Walk, made: Instruction, index: Index) -> Any:
    arrays, *rest = made.args
    axis = made.kwargs.get("axis", rest[0] if rest else 0)
    if axis != 0 or not index or type(index[0]) is not int or type(arrays[index[0]]) is not Value:
        return None
    return sliced(walk, arrays[index[0]], index[1:])


def of_concatenation(walk: Walk, made: Instruction, index: Index) -> Any:
    """A slice that lies within one of the arrays."""
    arrays, *rest = made.args
    axis = made.kwargs.get("axis", rest[0] if rest else 0)
    if axis is None or set(made.kwargs) - {"axis"} or not isinstance(arrays, tuple | list):
        return None
    axis %= len(made.out.shape)
    if len(index) <= axis or not all(type(x) is Value for x in arrays):
        return None
    cut = index[axis]
    size = made.out.shape[axis]
    places = range(cut, cut + 1) if type(cut) is int else range(size)[cut]
    start = 0
    for x in arrays:
        stop = start + x.shape[axis]
        if places and start <= places.start and places[-1] < stop and x.dtype == made.out.dtype:
            inner = range(places.start - start, places.stop - start, places.step)
            part = inner.start if type(cut) is int else slice_of(inner, x.shape[axis])
            return sliced(walk, x, trimmed((*index[:axis], part, *index[axis + 1 :])))
        start = stop
    return None


def of_slice(walk: Walk, made: Instruction, index: Index) -> Any:
    """A slice of a slice."""
    before, asked = made.args
    first = spelled(asked, before.shape) if type(before) is Value else None
    if first is None:
        return None
    rest = iter(index)
    parts: list[Any] = []
    for at, size in enumerate(before.shape):
        part = first[at] if at < len(first) else WHOLE
        if type(part) is slice:
            inner = next(rest, WHOLE)
            places = range(size)[part]
            part = places[inner] if type(inner) is int else slice_of(places[inner], size)
        parts.append(part)
    return sliced(walk, before, trimmed(tuple(parts)))


def of_reshape(walk: Walk, made: Instruction, index: Index) -> Any:
    """A part of joined arrays whose first axis was split in two: consecutive places of it."""
    before, shape = made.args[0], made.out.shape
    if walk.maker(before, np.stack) is None and walk.maker(before, np.concatenate) is None:
        return None
    split = type(before) is Value and len(shape) == len(before.shape) + 1 and len(shape) > 1
    if not split or shape[2:] != before.shape[1:] or not index or type(index[0]) is not int:
        return None
    start = index[0] * shape[1]
    part = slice_of(range(start, start + shape[1]), before.shape[0])
    return sliced(walk, sliced(walk, before, trimmed((part,))), index[1:])


def of_written(walk: Walk, made: Instruction, index: Index) -> Any:
    """What was written there, or what lies beside it."""
    array, asked, new = made.args
    place = spelled(asked, array.shape)
    if place is None or type(new) is not Value:
        return None
    if place == index:
        return new if new.dtype == array.dtype else None
    return sliced(walk, array, index) if are_disjoint(place, index, array.shape) else None


def of_placed(walk: Walk, made: Instruction, index: Index) -> Any:
    """What was put into zeros there, or the zeros beside it."""
    x, asked, shape = made.args
    place = spelled(asked, shape)
    if place is None or type(x) is not Value:
        return None
    if place == index:
        return x
    if are_disjoint(place, index, shape):
        zeros = np.broadcast_to(0, shape)[index]
        return walk.call(np.full, zeros.shape, 0, made.out.dtype)
    return None


def of_full(walk: Walk, made: Instruction, index: Index) -> Any:
    shape, *rest = made.args
    return walk.call(np.full, np.broadcast_to(0, shape)[index].shape, *rest)


def are_disjoint(one: Index, other: Index, shape: tuple[int, ...]) -> bool:
    """Whether two slices of an array have no entry in common."""
    for a, b, size in zip(one, other, shape):
        first, second = (range(p, p + 1) if type(p) is int else range(size)[p] for p in (a, b))
        if not set(first) & set(second):
            return True
    return False


def trimmed(index: Index) -> Index:
    """An index without whole axes at its end."""
    while index and index[-1] == WHOLE:
        index = index[:-1]
    return index


SOURCES: dict[Any, Any] = {
    np.stack: of_stack, np.concatenate: of_concatenation, operator.getitem: of_slice,
    np.reshape: of_reshape, written: of_written,
    add_at: of_placed, np.full: of_full,
}  # fmt: skip
