"""From a graph to the description of its picture."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from autograd_lite.core.graph import Node
from autograd_lite.drawing.folding import Fold, Folded, Unit, fold
from autograd_lite.drawing.homes import Chain, find_homes, parameter_paths, prefix, scope_chains
from autograd_lite.drawing.picture import Box, Flow, Group, Picture
from autograd_lite.drawing.reading import Constant, Item, Names, Reading, is_leaf, read
from autograd_lite.drawing.text import metadata, number, shape_and_dtype, shown


def picture_of(outputs: Iterable[Item], names: Mapping[str, Any] | None = None) -> Picture:
    """The picture of the graph behind `outputs`, folded as far as is needed to read it."""
    reading = read(outputs)
    scopes = scope_chains(reading)
    naming = Names(names, parameter_paths(scopes.values()))
    homes = find_homes(reading, scopes, naming.paths)
    folded = fold(reading, homes)
    chains = {unit: unit_chain(unit, homes)[: folded.depth] for unit in folded.order}
    group_of = number_groups(chains.values())
    key_of = {unit: f"n{i}" for i, unit in enumerate(folded.order)}
    ends = {folded.unit_of[item] for item in reading.outputs}
    leaving = leaving_items(reading, folded.unit_of)
    boxes = []
    for unit in folded.order:
        chain = chains[unit]
        box = described(unit, naming, leaving, chain)
        is_output = unit in ends
        boxes.append(
            replace(
                box,
                key=key_of[unit],
                role="output" if is_output and box.role == "operation" else box.role,
                operands=tuple(Flow(key_of[source], count) for source, count in folded.flows[unit]),
                group=group_of[chain],
                is_output=is_output,
            )
        )
    groups = tuple(
        Group(shown(chain[-1].kind), shown(chain[-1].path), group_of[chain[:-1]])
        for chain in group_of
        if chain
    )
    return Picture(title_of(boxes), tuple(boxes), groups, caption_of(folded, reading))


def unit_chain(unit: Unit, homes: Mapping[Item, Chain]) -> Chain:
    return unit.chain if isinstance(unit, Fold) else homes[unit]


def number_groups(chains: Iterable[Chain]) -> dict[Chain, int | None]:
    """A number for every chain of scopes and all that it begins with, outer groups first."""
    group_of: dict[Chain, int | None] = {(): None}
    for chain in chains:
        for length in range(1, len(chain) + 1):
            group_of.setdefault(chain[:length], len(group_of) - 1)
    return group_of


def leaving_items(reading: Reading, unit_of: Mapping[Item, Unit]) -> set[Item]:
    """The results that are used in another unit than their own, and the outputs."""
    leaving = set(reading.outputs)
    for item, operands in reading.operands.items():
        unit = unit_of[item]
        leaving.update(operand for operand in operands if unit_of[operand] is not unit)
    return leaving


def described(unit: Unit, naming: Names, leaving: set[Item], chain: Chain) -> Box:
    """The box of a unit, but for its place among the others."""
    if isinstance(unit, Fold):
        return run_box(unit) if unit.scope is None else module_box(unit, leaving)
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


def module_box(fold: Fold, leaving: set[Item]) -> Box:
    nodes = [item for item in fold.members if isinstance(item, Node) and item in leaving]
    facts = shape_and_dtype(nodes[-1].shape, nodes[-1].dtype)
    kind, path = shown(fold.scope.kind), shown(fold.scope.path)
    return Box("", "module", kind, path, facts, tuple(contents(fold)))


def run_box(fold: Fold) -> Box:
    first, *others = contents(fold)
    count, noun = first.split(" ")
    return Box("", "more", f"… {count} more {noun} …", notes=tuple(others))


def contents(fold: Fold) -> list[str]:
    """What stands behind a box: "3 ops", "2 variables"."""
    operations = sum(not is_leaf(item) for item in fold.members)
    variables = sum(isinstance(item, Node) for item in fold.members) - operations
    arrays = sum(isinstance(item, Constant) and item.is_array for item in fold.members)
    counts = [(operations, "op"), (variables, "variable"), (arrays, "array")]
    return [counted(count, noun) for count, noun in counts if count]


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def title_of(boxes: list[Box]) -> str:
    ends = [box.name or box.title for box in boxes if box.is_output]
    return f"Computation graph of {', '.join(ends[:3])}{', …' if len(ends) > 3 else ''}"


def caption_of(folded: Folded, reading: Reading) -> str:
    """A sentence on what was folded; nothing if all is shown."""
    folds = [unit for unit in folded.order if isinstance(unit, Fold)]
    if not folds:
        return ""
    closed = sum(fold.scope is not None for fold in folds)
    how = [counted(closed, "module") + " closed"] if closed else []
    if closed < len(folds):
        how.append("a run of ops drawn as one box")
    count = f"{len(reading.order):,} nodes drawn as {len(folded.order)} boxes"
    return f"{count} to stay readable: {' and '.join(how)}."
