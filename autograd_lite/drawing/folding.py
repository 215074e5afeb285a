"""Fewer boxes for a large graph: repeats drawn once, modules closed, a run of operations as one."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from autograd_lite.drawing.graph import Sketch, sketch_of
from autograd_lite.drawing.homes import Chain, Place, common_to
from autograd_lite.drawing.order import parents_first
from autograd_lite.drawing.reading import Constant, Item, Reading, in_order, is_leaf
from autograd_lite.drawing.repeats import fold_repeats

LIMIT = 150  # boxes that one can still read
TOO_FEW = 10  # boxes that say too little about a large graph
ENDS = 12  # boxes kept at either end when the middle is folded


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is shown: levels of modules (None: as many as can be read), boxes, and the paths
    of modules that are shown whole in any case.
    """

    depth: int | None = None
    boxes: int = LIMIT
    expand: Collection[str] = ()


@dataclass(eq=False, slots=True)
class Fold:
    """One box for many items: the call of a module, or (`place` None) a run of them."""

    place: Place | None
    chain: Chain
    members: list[Item] = field(default_factory=list)


Unit = Item | Fold


@dataclass(frozen=True, slots=True)
class Stream:
    """What flows from one unit into another."""

    source: Unit
    count: int
    again: bool
    item: Item  # the one whose result it is


Streams = Mapping[Unit, list[Stream]]


@dataclass(slots=True)
class Folded:
    """The units to show, operands first, what flows into each, and where each stands."""

    order: list[Unit]
    flows: Streams
    unit_of: Mapping[Item, Unit]
    chains: Mapping[Unit, Chain]
    sketch: Sketch

    def unit(self, item: Item) -> Unit:
        """The unit in which an item is shown."""
        return self.unit_of[self.sketch.drawn(item)]


def fold(reading: Reading, homes: Mapping[Item, Chain], limits: Limits) -> Folded:
    """Everything as it is if that can be read, otherwise as little folded as makes it so."""
    sketch = with_repeats_folded(reading, homes, limits)
    deepest = max((len(chain) for chain in sketch.homes.values()), default=0)
    depth = limits.depth if limits.depth is not None else best_depth(sketch, deepest, limits)
    unit_of = close_modules(sketch, depth, limits.expand)
    order: Sequence[Unit] = sketch.order
    if depth < deepest:
        order = unit_order(reading, sketch, unit_of, unit_flows(sketch, unit_of))
    if len(order) > limits.boxes:
        unit_of = fold_middle(order, unit_of, sketch.homes, limits.boxes)
    flows = unit_flows(sketch, unit_of)
    units = unit_order(reading, sketch, unit_of, flows)
    chains = {unit: chain_of_unit(unit, sketch.homes) for unit in units}
    return Folded(units, flows, unit_of, chains, sketch)


def with_repeats_folded(reading: Reading, homes: Mapping[Item, Chain], limits: Limits) -> Sketch:
    """Repeats drawn once: of the modules that a given depth closes, and where there is too much.

    Where two operands have equally long ways behind them, their order is a guess, and a wrong one
    hides a repeat; so both are tried.
    """
    sketch = sketch_of(reading, homes, reading.order)
    apart = {item for item, chain in homes.items() if is_expanded(chain, limits.expand)}
    if limits.depth is not None:
        sketch = fold_repeats(sketch, 1, apart, level=limits.depth)
    boxes = len(sketch.order) if limits.depth is None else count_units(sketch, limits.depth)
    if boxes <= limits.boxes:
        return sketch
    found = fold_repeats(sketch, limits.boxes, apart)
    order = in_order(reading.outputs, reading.order, reading.operands, last_first=True)
    if limits.depth is not None or order == reading.order:
        return found
    other = fold_repeats(sketch_of(reading, homes, order), limits.boxes, apart)
    return min(found, other, key=lambda each: len(each.order))


def chain_of_unit(unit: Unit, homes: Mapping[Item, Chain]) -> Chain:
    return unit.chain if isinstance(unit, Fold) else homes[unit]


def is_expanded(chain: Chain, expand: Collection[str]) -> bool:
    """Whether a module around it is to be shown whole."""
    return bool(expand) and any(place.path in expand for place in chain)


def best_depth(sketch: Sketch, deepest: int, limits: Limits) -> int:
    """How many levels of modules to leave open, where not all can be."""
    if len(sketch.order) <= limits.boxes:
        return deepest
    for depth in range(deepest, -1, -1):
        count = count_units(sketch, depth)
        if count <= limits.boxes:
            enough = min(TOO_FEW, limits.boxes)
            return depth if count >= enough or depth == deepest else depth + 1
    return 0


def count_units(sketch: Sketch, depth: int) -> int:
    """How many boxes there would be, but for arrays: they stand outside of all modules."""
    chains = [
        sketch.homes[item]
        for item in sketch.order
        if not (isinstance(item, Constant) and item.is_array)
    ]
    return sum(len(chain) <= depth for chain in chains) + len(
        {chain[: depth + 1] for chain in chains if len(chain) > depth}
    )


def close_modules(sketch: Sketch, depth: int, expand: Collection[str]) -> dict[Item, Unit]:
    """Every item that stands more than `depth` modules deep goes into its module's box."""
    folds: dict[Chain, Fold] = {}
    unit_of: dict[Item, Unit] = {}
    for item in sketch.order:
        chain = sketch.homes[item]
        closed = closed_at(chain, depth, expand)
        if closed is None:
            unit_of[item] = item
            continue
        around = chain[: closed + 1]
        if around not in folds:
            folds[around] = Fold(chain[closed], chain[:closed])
        folds[around].members.append(item)
        unit_of[item] = folds[around]
    return unit_of


def closed_at(chain: Chain, depth: int, expand: Collection[str]) -> int | None:
    """The place in the chain, not above `depth`, of the module that is closed around an item."""
    if len(chain) <= depth or is_expanded(chain, expand):
        return None
    for i in range(depth, len(chain)):
        path = chain[i].path
        holds = any(other.startswith(f"{path}.") or not path for other in expand)
        if not holds and chain[i].kind:
            return i
    return None


def fold_middle(
    order: Sequence[Unit], unit_of: Mapping[Item, Unit], homes: Mapping[Item, Chain], most: int
) -> dict[Item, Unit]:
    """The units between the first and the last few become one; no cycle, as they are a run."""
    ends = min(ENDS, max(most // 2 - 1, 1))
    first, last = ends, len(order) - ends
    if not all(is_leaf_unit(unit) for unit in order[first:last]):
        while is_leaf_unit(order[last - 1]):
            last -= 1  # a leaf stays with the operation that it comes before
        while is_number(order[first - 1]):
            first -= 1
    middle = set(order[first:last])
    members = [item for item, unit in unit_of.items() if unit in middle]
    computed = [unit for unit in order[first:last] if not is_leaf_unit(unit)]
    around = common_to(chain_of_unit(unit, homes) for unit in computed)
    run = Fold(None, around, members)
    return {item: run if unit in middle else unit for item, unit in unit_of.items()}


def unit_order(
    reading: Reading, sketch: Sketch, unit_of: Mapping[Item, Unit], flows: Streams
) -> list[Unit]:
    roots = [unit_of[sketch.drawn(item)] for item in reading.outputs]

    def sources(unit: Unit) -> list[Unit]:
        found = [stream.source for stream in flows[unit] if not stream.again]
        return sorted(found, key=is_leaf_unit)

    return parents_first(roots, sources)


def unit_flows(sketch: Sketch, unit_of: Mapping[Item, Unit]) -> Streams:
    """What flows into each unit, and how many times."""
    streams: dict[Unit, list[Stream]] = {}
    for item in sketch.order:
        unit = unit_of[item]
        found = streams.setdefault(unit, [])
        for edge in sketch.edges[item]:
            source = unit_of[edge.source]
            if source is not unit or (edge.again and source is item):
                found.append(Stream(source, edge.uses, edge.again, edge.source))
    return {unit: merged(unit, found) for unit, found in streams.items()}


def merged(unit: Unit, streams: list[Stream]) -> list[Stream]:
    """An entry for every use, but a single one with a count where a fold stands at an end."""
    counts: Counter[tuple[Unit, bool]] = Counter()
    for stream in streams:
        counts[stream.source, stream.again] += stream.count
    found: list[Stream] = []
    for stream in streams:
        key = stream.source, stream.again
        if not isinstance(unit, Fold) and not isinstance(stream.source, Fold):
            found.append(stream)
        elif key in counts:
            found.append(Stream(stream.source, counts.pop(key), stream.again, stream.item))
    return found


def is_leaf_unit(unit: Unit) -> bool:
    return not isinstance(unit, Fold) and is_leaf(unit)


def is_number(unit: Unit) -> bool:
    return isinstance(unit, Constant) and not unit.is_array
