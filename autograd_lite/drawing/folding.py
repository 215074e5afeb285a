"""Fewer boxes for a large graph: modules closed, then one box for the middle of what is left."""

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd_lite.drawing.homes import Chain, common
from autograd_lite.drawing.order import parents_first
from autograd_lite.drawing.reading import Constant, Item, Reading, is_leaf

LIMIT = 150  # boxes that one can still read
TOO_FEW = 10  # boxes that say too little about a large graph
ENDS = 12  # boxes kept at either end when the middle is folded


@dataclass(eq=False, slots=True)
class Fold:
    """One box for many items: the call of a module, or (`scope` None) a run of them."""

    scope: Any
    chain: Chain
    members: list[Item] = field(default_factory=list)


Unit = Item | Fold
Flows = Mapping[Unit, list[tuple[Unit, int]]]


@dataclass(slots=True)
class Folded:
    """The units to show, operands first, what flows into each, and how many levels are open."""

    order: list[Unit]
    flows: Flows
    unit_of: Mapping[Item, Unit]
    depth: int


def fold(reading: Reading, homes: Mapping[Item, Chain]) -> Folded:
    """Everything as it is if that can be read, otherwise as little folded as makes it so."""
    deepest = max(len(chain) for chain in homes.values())
    depth = deepest if len(homes) <= LIMIT else best_depth(homes, deepest)
    unit_of = close_modules(reading, homes, depth)
    order: Sequence[Unit] = reading.order
    if depth < deepest:
        order = unit_order(reading, unit_of, unit_flows(reading, unit_of))
    if len(order) > LIMIT:
        unit_of = fold_middle(order, unit_of, homes, depth)
    flows = unit_flows(reading, unit_of)
    return Folded(unit_order(reading, unit_of, flows), flows, unit_of, depth)


def best_depth(homes: Mapping[Item, Chain], deepest: int) -> int:
    """How many levels of modules to leave open, where not all can be."""
    for depth in range(deepest, -1, -1):
        count = count_units(homes, depth)
        if count <= LIMIT:
            return depth if count >= TOO_FEW or depth == deepest else depth + 1
    return 0


def count_units(homes: Mapping[Item, Chain], depth: int) -> int:
    """How many boxes there would be, but for arrays: they stand outside of all modules."""
    chains = [
        chain for item, chain in homes.items() if not (isinstance(item, Constant) and item.is_array)
    ]
    return sum(len(chain) <= depth for chain in chains) + len(
        {chain[depth] for chain in chains if len(chain) > depth}
    )


def close_modules(reading: Reading, homes: Mapping[Item, Chain], depth: int) -> dict[Item, Unit]:
    """Every item that stands more than `depth` modules deep goes into its module's box."""
    folds: dict[Any, Fold] = {}
    unit_of: dict[Item, Unit] = {}
    for item in reading.order:
        chain = homes[item]
        if len(chain) <= depth:
            unit_of[item] = item
            continue
        scope = chain[depth]
        if scope not in folds:
            folds[scope] = Fold(scope, chain[:depth])
        folds[scope].members.append(item)
        unit_of[item] = folds[scope]
    return unit_of


def fold_middle(
    order: Sequence[Unit], unit_of: Mapping[Item, Unit], homes: Mapping[Item, Chain], depth: int
) -> dict[Item, Unit]:
    """The units between the first and the last few become one; no cycle, as they are a run."""
    first, last = ENDS, len(order) - ENDS
    if not all(is_leaf_unit(unit) for unit in order[first:last]):
        while is_leaf_unit(order[last - 1]):
            last -= 1  # a leaf stays with the operation that it comes before
        while is_number(order[first - 1]):
            first -= 1
    middle = set(order[first:last])
    members = [item for item, unit in unit_of.items() if unit in middle]
    placing = [homes[item] for item in members if not is_leaf(item)] or [()]
    run = Fold(None, functools.reduce(common, placing)[:depth], members)
    return {item: run if unit in middle else unit for item, unit in unit_of.items()}


def unit_order(reading: Reading, unit_of: Mapping[Item, Unit], flows: Flows) -> list[Unit]:
    roots = [unit_of[item] for item in reading.outputs]
    return parents_first(
        roots, lambda unit: sorted((source for source, _ in flows[unit]), key=is_leaf_unit)
    )


def unit_flows(reading: Reading, unit_of: Mapping[Item, Unit]) -> Flows:
    """What flows into each unit, and how many times."""
    sources: dict[Unit, list[Unit]] = {}
    for item in reading.order:
        unit = unit_of[item]
        found = sources.setdefault(unit, [])
        for operand in reading.operands[item]:
            source = unit_of[operand]
            if source is not unit:
                found.append(source)
    return {unit: merged(unit, found) for unit, found in sources.items()}


def merged(unit: Unit, sources: list[Unit]) -> list[tuple[Unit, int]]:
    """An entry for every use, but a single one with a count where a fold stands at an end."""
    if not sources:
        return []
    counts = Counter(sources)
    flows: list[tuple[Unit, int]] = []
    for source in sources:
        if not isinstance(unit, Fold) and not isinstance(source, Fold):
            flows.append((source, 1))
        elif source in counts:
            flows.append((source, counts.pop(source)))
    return flows


def is_leaf_unit(unit: Unit) -> bool:
    return not isinstance(unit, Fold) and is_leaf(unit)


def is_number(unit: Unit) -> bool:
    return isinstance(unit, Constant) and not unit.is_array
