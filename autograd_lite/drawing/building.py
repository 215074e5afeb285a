"""From a graph to the description of its picture."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from autograd_lite.core.graph import Node
from autograd_lite.drawing.details import Details, Wanted
from autograd_lite.drawing.folding import Fold, Folded, Limits, Stream, Unit, fold
from autograd_lite.drawing.homes import Chain, Directories, Place, find_homes, prefix, scope_chains
from autograd_lite.drawing.passes import BACKWARD, Passes
from autograd_lite.drawing.picture import Box, Flow, Group, Picture
from autograd_lite.drawing.reading import Constant, Item, Names, Reading, is_leaf
from autograd_lite.drawing.text import counted, metadata, number, shape_and_dtype, shown, thousands


@dataclass(frozen=True, slots=True)
class Built:
    """A picture, and the key of the box in which each item is shown."""

    picture: Picture
    key_of: Mapping[Item, str]


def build(
    reading: Reading,
    names: Mapping[str, Any] | None = None,
    limits: Limits = Limits(),  # noqa: B008 (frozen)
    wanted: Wanted = Wanted(),  # noqa: B008 (frozen)
    passes: Passes | None = None,
    remark: str = "",
) -> Built:
    """The picture of a graph, folded as far as is needed to read it.

    `passes` tells the way there from the way back, where both are drawn; `remark` is said under
    the picture.
    """
    directories = Directories(reading)
    scopes = scope_chains(reading, directories)
    naming = Names(names, directories.parameters())
    homes = find_homes(reading, scopes, naming.paths)
    if passes is not None:
        homes = passes.homes(reading, homes)
        limits = replace(limits, depth=None if limits.depth is None else limits.depth + 1)
    folded = fold(reading, homes, limits)
    details = Details(reading, wanted)
    group_of = number_groups(folded.chains.values())
    key_of = {unit: f"n{i}" for i, unit in enumerate(folded.order)}
    ends = {folded.unit(item) for item in reading.outputs}
    leaving = leaving_items(reading, folded)
    boxes = []
    for unit in folded.order:
        chain = folded.chains[unit]
        box = described(unit, naming, leaving, chain)
        is_output = unit in ends
        boxes.append(
            replace(
                box,
                key=key_of[unit],
                role="output" if is_output and box.role == "operation" else box.role,
                details=details.of_many(unit.members)
                if isinstance(unit, Fold)
                else details.of(unit),
                operands=tuple(flow(stream, key_of, details) for stream in folded.flows[unit]),
                group=group_of[chain],
                is_output=is_output,
                is_backward=chain[:1] == (BACKWARD,),
                gradient=None if isinstance(unit, Fold) else details.gradient_norm(unit),
            )
        )
    groups = tuple(group(chain, group_of) for chain in group_of if chain)
    caption = " ".join(filter(None, [caption_of(folded, reading), details.missing(), remark]))
    at_outputs = details.gradient_at(reading.outputs)
    picture = Picture(title_of(boxes), tuple(boxes), groups, caption, at_outputs)
    if not wanted.constants:
        picture = without_constants(picture)
    return Built(picture, {item: key_of[folded.unit(item)] for item in reading.order})


def without_constants(picture: Picture) -> Picture:
    """The picture without the numbers that operations are given."""
    left_out = {box.key for box in picture.boxes if box.role == "constant" and not box.is_output}
    boxes = (
        replace(box, operands=tuple(flow for flow in box.operands if flow.source not in left_out))
        for box in picture.boxes
        if box.key not in left_out
    )
    return replace(picture, boxes=tuple(boxes))


def flow(stream: Stream, key_of: Mapping[Unit, str], details: Details) -> Flow:
    gradient = details.gradient_norm(stream.item)
    return Flow(key_of[stream.source], stream.count, stream.again, gradient)


def number_groups(chains: Iterable[Chain]) -> dict[Chain, int | None]:
    """A number for every chain of places and all that it begins with, outer groups first."""
    group_of: dict[Chain, int | None] = {(): None}
    for chain in chains:
        for length in range(1, len(chain) + 1):
            group_of.setdefault(chain[:length], len(group_of) - 1)
    return group_of


def group(chain: Chain, group_of: Mapping[Chain, int | None]) -> Group:
    place = chain[-1]
    path = shown(place.title) if place.kind else ""
    return Group(shown(place.kind), path, group_of[chain[:-1]], place.times)


def leaving_items(reading: Reading, folded: Folded) -> set[Item]:
    """The results that are used in another unit than their own, and the outputs."""
    leaving = set(reading.outputs)
    for item, operands in reading.operands.items():
        unit = folded.unit(item)
        leaving.update(operand for operand in operands if folded.unit(operand) is not unit)
    return {folded.sketch.drawn(item) for item in leaving}


def described(unit: Unit, naming: Names, leaving: set[Item], chain: Chain) -> Box:
    """The box of a unit, but for its place among the others."""
    if isinstance(unit, Fold):
        return run_box(unit) if unit.place is None else module_box(unit, unit.place, leaving)
    if isinstance(unit, Constant):
        return constant_box(unit, naming)
    return node_box(unit, naming, chain)


def node_box(node: Node, naming: Names, chain: Chain) -> Box:
    name = naming.of(node)
    facts = shape_and_dtype(node.shape, node.dtype)
    if node.primitive is None:
        title = name.removeprefix(prefix(chain)) if name else "unnamed"
        return Box("", "variable" if node.requires_grad else "data", title, name, facts)
    notes = metadata(node.kwargs)
    return Box("", "operation", node.primitive.name, name, facts, notes)


def constant_box(constant: Constant, naming: Names) -> Box:
    if constant.shape and constant.dtype is not None:
        name = naming.of(constant) or "array"
        return Box("", "data", name, facts=shape_and_dtype(constant.shape, constant.dtype))
    value = constant.value
    if value is None:
        return Box("", "constant", "constant")
    return Box("", "constant", number(value.item() if hasattr(value, "item") else value))


def module_box(fold: Fold, place: Place, leaving: set[Item]) -> Box:
    nodes = [item for item in fold.members if isinstance(item, Node) and item in leaving]
    facts = shape_and_dtype(nodes[-1].shape, nodes[-1].dtype) if nodes else ""
    title = f"{place.kind} ×{place.times:,}" if place.times > 1 else place.kind
    notes = (f"{'each: ' if place.times > 1 else ''}{first}" for first in contents(fold)[:1])
    return Box("", "module", shown(title), shown(place.title), facts, (*notes, *contents(fold)[1:]))


def run_box(fold: Fold) -> Box:
    first, *others = contents(fold)
    count, noun, *_ = first.split(" ")
    return Box("", "more", f"… {count} more {noun} …", notes=tuple(others))


def contents(fold: Fold) -> list[str]:
    """What stands behind a box: "3 ops", "2 variables of 96 numbers"."""
    operations = sum(not is_leaf(item) for item in fold.members)
    variables = [item for item in fold.members if isinstance(item, Node) and is_leaf(item)]
    arrays = sum(isinstance(item, Constant) and item.is_array for item in fold.members)
    found = [counted(operations, "op")] if operations else []
    if variables:
        numbers = thousands(sum(node.size for node in variables))
        found.append(f"{counted(len(variables), 'variable')} ({numbers})")
    return found + ([counted(arrays, "array")] if arrays else [])


def title_of(boxes: list[Box]) -> str:
    ends = [box.name or box.title for box in boxes if box.is_output]
    return f"Computation graph of {', '.join(ends[:3])}{', …' if len(ends) > 3 else ''}"


def caption_of(folded: Folded, reading: Reading) -> str:
    """A sentence on what was folded; nothing if all is shown."""
    folds = [unit for unit in folded.order if isinstance(unit, Fold)]
    repeats = {place for chain in folded.chains.values() for place in chain if place.times > 1}
    repeats |= {fold.place for fold in folds if fold.place is not None and fold.place.times > 1}
    closed = sum(fold.place is not None and fold.place.times == 1 for fold in folds)
    how = [f"{counted(len(repeats), 'repeat')} drawn once"] if repeats else []
    how += [f"{counted(closed, 'module')} closed"] if closed else []
    how += ["a run of ops drawn as one box"] if any(fold.place is None for fold in folds) else []
    if not how:
        return ""
    count = f"{len(reading.order):,} nodes drawn as {len(folded.order)} boxes"
    return f"{count} to stay readable: {', '.join(how)}."
